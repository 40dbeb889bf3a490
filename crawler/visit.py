"""One visit: a page's answer to the captures of the page and of all its threads."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from scrapy import Request
from scrapy.http import Response

from archive.index import Index
from crawler.extract.block_pages import FEW_BYTES, block_page
from crawler.extract.document import Document, NotHtmlError
from crawler.extract.page import read_page
from crawler.extract.share import read_shares
from crawler.extract.subscribe import read_subscribes
from crawler.extract.urls import canonical_url, page_url, site_of
from crawler.items import Capture, Failure, Page, Thread, Visit
from crawler.keys import content_digest, page_key, thread_key
from crawler.politeness.reservation import Reservation, read_reservation
from crawler.systems import GUESSED_IDS
from crawler.systems.around.empty import says_empty
from crawler.systems.base import BLOCKED_STATUS, Batch, Exchange, Fetch, FetchError, System, ThreadRef
from crawler.systems.reading import Limits, Reading, document_of, header_dict, read_thread

logger = logging.getLogger(__name__)

PAGE_EXTRACTOR: Final = "page/8"
"""Stored with the rows of a page, its shares and its subscribes; raised when the same page would give other rows."""

GONE: Final = frozenset({404, 410, 451})
"""Statuses that say that the page is no longer there (RFC 9110 15.5.5, 15.5.11; RFC 7725)."""

OTHER_ADDRESS: Final = frozenset({"duplicate", "known", "amp"})
"""Reasons to skip a visit that say that the address is another one of a page. It is noted and not asked again."""

MOVED_TO: Final = frozenset({"duplicate", "known"})
"""Reasons to skip a visit that say that the page was visited; where the address led to another before, it moved."""

PROVEN_EMPTY: Final = frozenset({"none", "closed"})
"""Verdicts after which no other system is asked about the page."""


@dataclass(frozen=True, slots=True)
class Passed:
    """Why a page that is there is not visited after all."""

    reason: str
    address: str | None = None
    """The page that this is another address of; None where it is the one that the page itself calls canonical."""


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
    judge: Callable[[Document, Callable[[], bool | None]], Passed | None] = lambda _document, _has_thread: None
    """Why a page is not to be visited after all, once it is there; None when it is. Called with the page and
    a function that tells whether a comment system finds a thread on it (None: it doubts)."""
    leads_to: Callable[[Document, Iterable[str]], None] = lambda _document, _urls: None
    """Told of the addresses of further pages of a page's thread."""
    has_read: Callable[[Document, Document], None] = lambda _document, _further: None
    """Told of a page and a further page of its thread whose comments were read with it."""
    first_of: Callable[[Document], Awaitable[Passed | None]] | None = None
    """Why a page with a thread that no known system reads is not to be visited: it is a further page of another."""
    held: Index | None = None
    """What the archive holds; None where there is none, or nothing is to be compared with it."""
    held_as: Callable[[str], str] = lambda source: page_url(source) or source
    """The canonical address of the page that an address led to before."""
    of_host: Callable[[str], Awaitable[Reservation | None]] | None = None
    """What the page's host says of an address in its ``tdmrep.json``; None: nobody is asked."""
    obeyed: Sequence[str] = ()
    """Reservations that keep a page from being archived (`crawler.politeness.reservation.KINDS`)."""
    token: str = "Talkback"  # noqa: S105  # a product token, no secret
    """Product token, by which a page may speak to this crawler alone."""


async def visit(response: Response, around: Circumstances, source: str) -> AsyncIterator[Capture]:
    """Read a page and all its threads. ``source`` is the address or file as it was asked for.

    Yields the batches of each thread followed by its ledger, and at the end the page with its blocks: what its
    threads turned out to be is part of it. Every visit ends with exactly one capture whose ``is_last`` is set;
    a visit that has no page says why in its ``failure``.
    """
    visit_id, page_capture = around.new_id(), Exchange.of(response, around.new_id(), around.clock())

    def capture(canonical: str, exchange: Exchange, extractor: str) -> Capture:
        return Capture(
            visit_id=visit_id,
            capture_id=exchange.capture_id,
            observed_at=exchange.observed_at,
            age=exchange.age,
            url=canonical,
            source=source,
            moved_from=moved_from,
            extractor=extractor,
        )

    moved_from: str | None = None
    try:
        document = _readable(response)
        threads = _Threads(document, around.systems)
        _refuse_block_page(document, source, has_threads=threads.has_known)
        reservation = await _reservation(document, around)
    except _UnreadableError as problem:
        last = capture(page_url(response.url) or response.url, page_capture, PAGE_EXTRACTOR)
        _end_without_page(last, response, problem)
        last.is_last = True
        yield last
        return

    address = canonical_url(document)
    passed = around.judge(document, threads.are_there)
    if passed is None and around.first_of is not None and not threads.has_known and threads.are_there():
        passed = await around.first_of(document)
    shown = (passed.address if passed is not None else None) or address
    moved_from = _moved_from(around, source, shown) if passed is None or passed.reason in MOVED_TO else None
    if moved_from is not None:
        look = Visit(url=source, outcome="moved", detail=shown, http_status=response.status)
        yield replace(capture(moved_from, page_capture, PAGE_EXTRACTOR), visit_id=around.new_id(), visit=look)
    if passed is not None:
        last = capture(shown, page_capture, PAGE_EXTRACTOR)
        last.skipped, last.is_last = passed.reason, True
        if passed.reason in OTHER_ADDRESS:
            last.visit = _looked(response, document.headers, source, "alias")
        yield last
        return
    refs: list[ThreadRef] = []
    lost_states: list[str | None] = []
    requests, captured, fetch = 1, 0, without_block_pages(around.fetch)
    while (found := threads.next()) is not None:
        system, ref = found
        reading = Reading(
            ref,
            document,
            fetch=fetch,
            page=page_capture,
            clock=around.clock,
            new_capture_id=around.new_id,
            limits=around.limits,
            leads_to=around.leads_to,
            has_read=around.has_read,
            present=partial(_present, around.held, ref, address, moved_from),
        )
        extractor = f"{system.name}/{system.version}"
        async for batch, said in _batches(system, reading, has_moved=moved_from is not None):
            if batch.comments:
                item = capture(address, batch.exchange, extractor)
                item.thread_of, item.comments, item.said = _identity(ref), batch.comments, said
                yield item
        threads.doubt(reading)
        closing = capture(address, replace(page_capture, age=reading.age), extractor)
        closing.thread_of, closing.thread = _identity(ref), reading.ledger()
        threads.was_read(closing.thread)
        requests += reading.requests
        yield closing
        refs.append(ref)
        captured += closing.thread.captured
    if around.held is not None and not captured:
        for canonical in filter(None, (address, moved_from)):
            for lost in _lost(around.held, canonical, document, page_capture, {_identity(ref) for ref in refs}):
                ledger = capture(canonical, page_capture, PAGE_EXTRACTOR)
                ledger.thread_of, ledger.thread = (lost.system, lost.tenant, lost.native_id), lost
                lost_states.append(lost.state)
                yield ledger

    last = capture(address, page_capture, PAGE_EXTRACTOR)
    _end_with_page(last, document, response.status, refs, lost_states)
    _note(last.page, reservation)
    last.visit = _looked(response, document.headers, source, "read")
    last.visit.requests, last.visit.threads = requests, len(refs)
    last.is_last = True
    yield last


async def _batches(
    system: System, reading: Reading, *, has_moved: bool
) -> AsyncIterator[tuple[Batch, AbstractSet[str]]]:
    """The batches of a thread; where its page moved, when all have come, with digests of what they say."""
    if not has_moved:
        async for batch in read_thread(system, reading):
            yield batch, frozenset()
        return
    batches = [batch async for batch in read_thread(system, reading)]
    comments = (comment for batch in batches for comment in batch.comments)
    said = {content_digest(comment.author_name, comment.text) for comment in comments if comment.text}
    for batch in batches:
        yield batch, said


def _end_without_page(last: Capture, response: Response, problem: _UnreadableError) -> None:
    last.failure = Failure(url=response.url, reason=problem.reason, detail=str(problem))
    outcome = "gone" if response.status in GONE else "failed"
    detail = f"{problem.reason}: {problem}"
    last.visit = _looked(response, header_dict(response), last.source, outcome, detail)
    if response.status in GONE:
        last.page = Page(
            url=response.url, canonical_url=last.url, http_status=response.status, comments_state="unknown"
        )
        last.shares, last.subscribes = [], []


def _end_with_page(
    last: Capture, document: Document, status: int, refs: Sequence[ThreadRef], lost: Sequence[str | None]
) -> None:
    page = last.page = read_page(document, observed_at=last.observed_at, http_status=status)
    page.comments_state = _overall([*(ref.state for ref in refs), *lost])
    if page.comment_count is None:
        stated = [ref.stated for ref in refs if ref.stated is not None]
        page.comment_count = sum(stated) if stated else None
    last.shares = read_shares(document, page)
    last.subscribes = read_subscribes(document, page)


def _present(held: Index | None, ref: ThreadRef, canonical: str, moved_from: str | None) -> Mapping[str, str]:
    """A thread's comments that were there when it was last read: see :meth:`archive.index.Index.present`."""
    if held is None:
        return {}
    key = None
    if ref.native_id is None:
        key = held.thread_without_id(page_key(canonical), ref.system, ref.tenant)
    if ref.native_id is None and key is None and moved_from is not None:
        key = held.thread_without_id(page_key(moved_from), ref.system)
    return held.present(key or thread_key(*_identity(ref), page_key(canonical)))


def _moved_from(around: Circumstances, source: str, shown: str) -> str | None:
    """The page that an address led to before, where the archive holds it and the address leads to another now."""
    before = around.held_as(source)
    is_held = before != shown and around.held is not None and around.held.page(page_key(before)) is not None
    return before if is_held else None


def _lost(
    held: Index, canonical: str, shown: Document, page: Exchange, read: AbstractSet[tuple[str, str, str | None]]
) -> Iterator[Thread]:
    """Ledgers of threads that a page showed comments of before, and that a visit without any did not find.

    Whether they were removed, or are only not to be seen here, nothing says; but where the page itself does, a thread
    that is known by its comments alone is empty.

    :param shown: the page that was visited: another one where the address leads there now
    :param read: the threads that were found on it; one without an id is that of its page
    """
    address = canonical_url(shown)
    moved = f"; its address leads to {address} now" if address != canonical else ""
    for known in held.threads_of(page_key(canonical)):
        is_here = known.native_id is not None or not moved
        if is_here and (known.system, known.tenant, known.native_id) in read:
            continue
        is_empty = not moved and known.system in GUESSED_IDS and says_empty(shown) is not None
        if known.captured or is_empty:
            detail = (
                f"the page does not show this thread any more, of which {known.captured} comments were read"
                f" the last time{moved}; what the archive holds of them is left as it was"
            )
            yield Thread(
                system=known.system,
                tenant=known.tenant,
                native_id=known.native_id,
                url=known.url,
                state="open" if is_empty else "none",
                captured=0,
                captured_top=0,
                captured_replies=0,
                requests=0,
                stop_reason="exhausted",
                stop_detail=None if is_empty else detail,
                verdict="none" if is_empty else "unknown",
                started_at=page.observed_at,
                ended_at=page.observed_at,
            )


def _note(page: Page | None, reservation: Reservation) -> None:
    if page is not None:
        page.robots = list(reservation.directives) or None
        page.tdm_reservation = None if reservation.tdm is None else bool(reservation.tdm)
        page.tdm_policy = reservation.tdm_policy


def _looked(
    response: Response, headers: Mapping[str, str], source: str, outcome: str, detail: str | None = None
) -> Visit:
    """The visit's own row."""
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


class _Threads:
    """The threads of a page in the order in which they are read.

    General systems have their turn only while no comment was read; those of last resort are asked only when all
    others brought neither a comment nor the proof that there is none.
    """

    def __init__(self, document: Document, systems: Sequence[System]) -> None:
        self._document = document
        self._last_resorts = [system for system in systems if system.is_last_resort]
        self._found_last: list[tuple[System, ThreadRef]] | None = None
        self._waiting = _detect(document, [system for system in systems if not system.is_last_resort])
        self.has_known = any(not system.is_general for system, _ in self._waiting)
        """Whether a system that knows its pages by marks of its own has found a thread."""
        self._has_any = bool(self._waiting)
        self._has_comments = self._is_proven_empty = False

    def are_there(self) -> bool | None:
        """Whether any system finds a thread, None where none believes in it; last resorts are asked last."""
        if not self._waiting:
            self._ask_last_resorts()
        return any(not ref.is_doubtful for _, ref in self._waiting) or (None if self._waiting else False)

    def next(self) -> tuple[System, ThreadRef] | None:
        """The next thread to be read; None when there is none."""
        if not (self._waiting or self._has_comments or self._is_proven_empty):
            self._ask_last_resorts()
        while self._waiting:
            system, ref = self._waiting.pop(0)
            if not (system.is_general and self._has_comments):
                return system, ref
        return None

    def was_read(self, ledger: Thread) -> None:
        """Learn what a thread turned out to be."""
        self._has_comments = self._has_comments or ledger.captured > 0
        self._is_proven_empty = self._is_proven_empty or ledger.verdict in PROVEN_EMPTY

    def doubt(self, reading: Reading) -> None:
        """Say what is missing where a page shows no comment, and systems of last resort believe that it shows some."""
        if reading.is_taken_for_empty:
            if self._found_last is None:
                self._found_last = _detect(self._document, self._last_resorts)
            if any(not ref.is_doubtful for _, ref in self._found_last):
                reading.gap("the page shows comments in markup that is not known of this system")

    def _ask_last_resorts(self) -> None:
        found = self._found_last if self._found_last is not None else _detect(self._document, self._last_resorts)
        self._found_last, self._last_resorts = [], []
        # Beside a thread that is known and could not be read a doubtful one says nothing new.
        self._waiting = [(system, ref) for system, ref in found if not (ref.is_doubtful and self._has_any)]


def has_thread(document: Document, systems: Sequence[System]) -> bool:
    """Whether a comment system finds a thread on a page and believes in it."""
    return bool(_Threads(document, systems).are_there())


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
    is_success = 200 <= response.status < 300
    if not is_success and response.status not in BLOCKED_STATUS:
        raise _UnreadableError("http", f"{response.url} answered with status {response.status}")
    try:
        document = Document.of_page(response.body, response.url, header_dict(response))
    except NotHtmlError as error:
        if is_success:
            raise _UnreadableError("not_html", f"{response.url}: {error}") from error
        raise _UnreadableError("http", f"{response.url} answered with status {response.status}") from error
    if not is_success:
        block = block_page(document)
        if block is None or block.kind in ("soft_404", "error"):
            raise _UnreadableError("http", f"{response.url} answered with status {response.status}")
        raise _UnreadableError(block.reason, f"{response.url} answered with status {response.status} and {block}")
    return document


def _refuse_block_page(document: Document, asked: str, *, has_threads: bool) -> None:
    block = block_page(document, asked=asked, has_threads=has_threads)
    if block is not None:
        raise _UnreadableError(block.reason, f"{document.url} answered with {block}")


async def _reservation(document: Document, around: Circumstances) -> Reservation:
    of_host = await around.of_host(document.url) if around.of_host is not None else None
    reservation = read_reservation(document, around.token, of_host)
    forbidden = reservation.forbids(around.obeyed)
    if forbidden is not None:
        policy = f", its policy is {reservation.tdm_policy}" if "tdm" in forbidden and reservation.tdm_policy else ""
        raise _UnreadableError("reserved", f"{document.url} is not to be kept: {forbidden}{policy} (OBEY_RESERVATIONS)")
    return reservation


def without_block_pages(fetch: Fetch) -> Fetch:
    """The same fetch, with ``blocked`` where a challenge, a login or the like is answered with the status of a success.

    A system that reads one as a page of its thread finds no comment on it, and what it has would be called all.
    """

    async def fetch_content(request: Request) -> Response:
        response = await fetch(request)
        head = response.body[:1024].lstrip().lower()
        if 200 <= response.status < 300 and head.startswith(b"<") and len(response.body) <= FEW_BYTES:
            try:
                document = document_of(response)
            except NotHtmlError:
                return response  # the system says what it makes of it
            block = block_page(document, asked=request.url)
            if block is not None and block.kind != "javascript":  # a widget's page is read by who knows its script
                raise FetchError("blocked", f"{response.url} answered with {block}", response.status)
        return response

    return fetch_content


def _identity(ref: ThreadRef) -> tuple[str, str, str | None]:
    return ref.system, ref.tenant, ref.native_id


def _overall(states: Sequence[str | None]) -> str:
    """The page's state: where one may write is what counts; ``none`` when there is no thread."""
    for state in ("open", "login", "password", "closed", "disabled", "none", "unknown"):
        if state in states:
            return state
    return "none"
