"""One visit: a page's answer to the captures of the page and of all its threads."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from scrapy.http import Response

from crawler.extract.document import Document, NotHtmlError
from crawler.extract.page import read_page
from crawler.extract.share import read_shares
from crawler.extract.subscribe import read_subscribes
from crawler.extract.urls import canonical_url, page_url, site_of
from crawler.items import Capture, Failure, Page, Visit
from crawler.systems.base import Exchange, Fetch, System, ThreadRef
from crawler.systems.reading import Limits, Reading, header_dict, read_thread

logger = logging.getLogger(__name__)

PAGE_EXTRACTOR: Final = "page/1"
"""Stored with the rows of a page, its shares and its subscribes; raised when the same page would give other rows."""

GONE: Final = frozenset({404, 410, 451})
"""Statuses that say that the page is no longer there (RFC 9110 15.5.5, 15.5.11; RFC 7725)."""


PROVEN_EMPTY: Final = frozenset({"none", "closed"})
"""Verdicts after which no other system is asked about the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What a visit needs from outside, so that a crawl, a test and a re-reading run the same code."""

    fetch: Fetch
    """One HTTP exchange."""
    clock: Callable[[], int]
    """The time, microseconds since the epoch, UTC."""
    new_id: Callable[[], str]
    """A fresh id for a visit or a capture."""
    systems: Sequence[System]
    """The comment systems, in the order in which they are asked."""
    limits: Limits
    judge: Callable[[Document, bool], str | None] = lambda _document, _has_thread: None
    """Why a page is not to be visited after all, once it is there; None when it is. Called with the page and whether
    a comment system found a thread on it."""


async def visit(response: Response, around: Circumstances, source: str) -> AsyncIterator[Capture]:
    """Read a page and all its threads. ``source`` is the address or file as it was asked for.

    Yields the batches of each thread followed by its ledger, and at the end the page with its blocks: what its
    threads turned out to be is part of it. Every visit ends with exactly one capture whose ``is_last`` is set;
    a visit that has no page says why in its ``failure``.
    """
    visit_id, page_capture = around.new_id(), Exchange(around.new_id(), around.clock())

    def capture(canonical: str, exchange: Exchange, extractor: str) -> Capture:
        return Capture(
            visit_id=visit_id,
            capture_id=exchange.capture_id,
            observed_at=exchange.observed_at,
            url=canonical,
            source=source,
            extractor=extractor,
        )

    try:
        document = _readable(response)
    except _UnreadableError as problem:
        last = capture(page_url(response.url) or response.url, page_capture, PAGE_EXTRACTOR)
        last.failure = Failure(url=response.url, reason=problem.reason, detail=str(problem))
        last.visit = _looked(response, source, "gone" if response.status in GONE else "failed", str(problem))
        if response.status in GONE:
            last.page = Page(
                url=response.url, canonical_url=last.url, http_status=response.status, comments_state="unknown"
            )
            last.shares, last.subscribes = [], []
        last.is_last = True
        yield last
        return

    address = canonical_url(document)
    last_resorts = [system for system in around.systems if system.is_last_resort]
    threads = _detect(document, [system for system in around.systems if not system.is_last_resort])
    if not threads:
        threads, last_resorts = _detect(document, last_resorts), []
    skipped = around.judge(document, bool(threads))
    if skipped is not None:
        last = capture(address, page_capture, PAGE_EXTRACTOR)
        last.skipped, last.is_last = skipped, True
        yield last
        return
    refs: list[ThreadRef] = []
    requests = 1
    has_comments = is_empty = False
    while threads:
        system, ref = threads.pop(0)
        if system.is_general and has_comments:
            continue
        reading = Reading(
            ref,
            document,
            fetch=around.fetch,
            page=page_capture,
            clock=around.clock,
            new_capture_id=around.new_id,
            limits=around.limits,
        )
        extractor = f"{system.name}/{system.version}"
        async for batch in read_thread(system, reading):
            if batch.comments:
                item = capture(address, Exchange(batch.capture_id, batch.observed_at), extractor)
                item.thread_of, item.comments = _identity(ref), batch.comments
                yield item
        closing = capture(address, page_capture, extractor)
        closing.thread_of, closing.thread = _identity(ref), reading.ledger()
        is_empty = is_empty or closing.thread.verdict in PROVEN_EMPTY
        requests += reading.requests
        yield closing
        refs.append(ref)
        has_comments = has_comments or reading.captured > 0
        if not (threads or has_comments or is_empty):
            threads, last_resorts = _detect(document, last_resorts), []

    last = capture(address, page_capture, PAGE_EXTRACTOR)
    last.page = read_page(document, observed_at=page_capture.observed_at, http_status=response.status)
    last.page.comments_state = _overall([ref.state for ref in refs])
    if last.page.comment_count is None:
        stated = [ref.stated for ref in refs if ref.stated is not None]
        last.page.comment_count = sum(stated) if stated else None
    last.shares = read_shares(document, last.page)
    last.subscribes = read_subscribes(document, last.page)
    last.visit = _looked(response, source, "read")
    last.visit.requests, last.visit.threads = requests, len(refs)
    last.is_last = True
    yield last


def _looked(response: Response, source: str, outcome: str, detail: str | None = None) -> Visit:
    """The visit's own row."""
    headers = header_dict(response)
    return Visit(
        url=source,
        outcome=outcome,
        detail=detail,
        http_status=response.status,
        etag=headers.get("etag"),
        last_modified=headers.get("last-modified"),
        size=len(response.body),
        requests=1,
    )


def _detect(document: Document, systems: Sequence[System]) -> list[tuple[System, ThreadRef]]:
    """The threads of a page. A defect of one system costs it a ledger row that says so, not the page its visit."""
    found: list[tuple[System, ThreadRef]] = []
    for system in systems:
        try:
            found += [(system, ref) for ref in system.detect(document)] if system.is_possible(document) else []
        except Exception as error:
            logger.exception("%s: looking for a thread on %s failed", system.name, document.url)
            defect = ThreadRef(
                system=system.name,
                tenant=site_of(document.url),
                native_id=None,
                url=document.url,
                detected_by="",
                stop_reason="error",
                problem=f"looking for a thread of {system.title} failed: {type(error).__name__}: {error}",
            )
            found.append((system, defect))
    return found


class _UnreadableError(ValueError):
    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


def _readable(response: Response) -> Document:
    if not 200 <= response.status < 300:
        raise _UnreadableError("http", f"{response.url} answered with status {response.status}")
    try:
        return Document(response.body, response.url, header_dict(response))
    except NotHtmlError as error:
        raise _UnreadableError("not_html", f"{response.url}: {error}") from error


def _identity(ref: ThreadRef) -> tuple[str, str, str | None]:
    return ref.system, ref.tenant, ref.native_id


def _overall(states: list[str]) -> str:
    """The page's state: where one may write is what counts; ``none`` when there is no thread."""
    for state in ("open", "login", "password", "closed", "disabled", "none", "unknown"):
        if state in states:
            return state
    return "none"
