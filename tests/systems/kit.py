"""A comment system read in a test: the web is a dictionary, the clock stands still."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from itertools import count

from scrapy import Request
from scrapy.http import HtmlResponse, Response, TextResponse

from archive.schema import Comment, Thread
from crawler.extract.document import Document
from crawler.systems.base import Exchange, Fetch, FetchError, System, ThreadRef
from crawler.systems.reading import Limits, Reading, read_thread

NOW = 1_700_000_000_000_000
"""2023-11-14T22:13:20Z in microseconds: the time of every exchange in these tests."""

Answer = tuple[int, Mapping[str, str], bytes]
"""Status, headers, body."""


SAID = (
    "The new bridge is a good deal narrower than the old one was.",
    "I cross it every morning and have never had to wait for long.",
    "Has anybody counted the lorries since the ferry was given up?",
    "My father helped to build the old one, and he would have laughed.",
)
"""What people say of the story in pages that are written for a test."""


class Web:
    """A fetch function over a dictionary; ``asked`` remembers every address in order."""

    def __init__(self, pages: Mapping[str, Answer], otherwise: Answer | None = None) -> None:
        self.pages = dict(pages)
        self.otherwise = otherwise
        self.asked: list[str] = []

    async def __call__(self, request: Request) -> Response:
        self.asked.append(request.url)
        answer = self.pages.get(request.url, self.otherwise)
        if answer is None:
            raise FetchError("error", f"{request.url}: nothing answers here")
        status, headers, body = answer
        kind = TextResponse if "json" in headers.get("content-type", "") else HtmlResponse
        return kind(request.url, status=status, headers=dict(headers), body=body, request=request)


async def offline(request: Request) -> Response:
    """A fetch function for what may ask for nothing."""
    raise FetchError("budget", f"{request.url}: no requests")


def answering(pages: Mapping[str, Answer], otherwise: Answer | None = None) -> Web:
    """A fetch function that knows these addresses; any other raises FetchError, or gives ``otherwise``."""
    return Web(pages, otherwise)


def reading_of(
    ref: ThreadRef,
    document: Document,
    fetch: Fetch,
    *,
    limits: Limits | None = None,
    now: int = NOW,
    present: Iterable[str] = (),
) -> Reading:
    """A reading whose captures are called c1, c2, ...; the page itself is c0.

    :param present: the comments that were there at the visit before: native ids, or `content_digest` where they have none;
        their kinds by these, where it matters
    """
    numbers = count(1)
    return Reading(
        ref,
        document,
        fetch=fetch,
        page=Exchange("c0", now),
        clock=lambda: now,
        new_capture_id=lambda: f"c{next(numbers)}",
        limits=limits or Limits(),
        present=lambda: present if isinstance(present, dict) else dict.fromkeys(present, "comment"),
    )


async def read(
    system: System,
    html: str | bytes,
    url: str,
    pages: Mapping[str, Answer] | Fetch | None = None,
    *,
    headers: Mapping[str, str] | None = None,
    limits: Limits | None = None,
    now: int = NOW,
    present: Iterable[str] = (),
) -> list[tuple[ThreadRef, list[Comment], Thread]]:
    """Every thread that the system finds on a page: its reference, its comments in order and its ledger.

    :param pages: what the web answers, or a fetch function
    """
    document = Document(html, url, headers)
    fetch = pages if callable(pages) else answering(pages or {})
    threads: list[tuple[ThreadRef, list[Comment], Thread]] = []
    for ref in system.detect(document):
        reading = reading_of(ref, document, fetch, limits=limits, now=now, present=present)
        comments = [comment async for batch in read_thread(system, reading) for comment in batch.comments]
        threads.append((ref, comments, reading.ledger()))
    return threads


def lines_run(work: Callable[[], object]) -> int:
    """How many lines of Python some work takes: the same on every machine, however busy it is."""
    lines = 0

    def trace(_frame: object, event: str, _argument: object) -> object:
        nonlocal lines
        lines += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return lines
