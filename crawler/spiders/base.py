"""What every spider of Talkback shares: visits as callbacks, and no page that ends without a word."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar
from urllib.parse import urlsplit

from scrapy import Request, Spider

from crawler.discovery.marks import mark, mark_of_heads
from crawler.discovery.parts import first_of_thread
from crawler.extract.document import LONG, Document, NotHtmlError
from crawler.extract.numbered import without_number
from crawler.extract.urls import canonical_url, page_url
from crawler.fetch import engine_fetch, explain, spelt_request, until
from crawler.frontier import Frontier
from crawler.items import Capture, Failure, Visit
from crawler.keys import page_key
from crawler.leases import Lease
from crawler.politeness.reservation import FILE
from crawler.politeness.well_known import WellKnown
from crawler.report import Report, now
from crawler.safety.addresses import PrivateHosts
from crawler.safety.secrets import masked, masked_address
from crawler.systems import systems_of
from crawler.systems.base import Fetch, FetchError
from crawler.systems.linked import is_headed_alike
from crawler.systems.reading import Limits, document_of
from crawler.visit import PAGE_EXTRACTOR, Circumstances, Passed, has_thread, visit

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from twisted.python.failure import Failure as TwistedFailure

    from archive.index import Index

BEGUN: Final = 2
"""Visits under way that have not asked for anything yet. A page takes ten times its bytes while it is read: when many
answers come at once, the others wait as bytes. Two, for one of them may wait for a commit."""

MOST_FURTHER: Final = 50_000
"""Further pages of threads that are remembered, some 10 MB; lists mostly name them near the first."""

A = TypeVar("A")
B = TypeVar("B")


class ArgumentError(ValueError):
    """A spider argument that cannot be used; the message names it, its value and the way out."""


class VisitSpider(Spider):
    """A spider whose callback is a visit."""

    @classmethod
    def check_arguments(cls, **arguments: str) -> None:
        """Look at the spider's arguments before anything is started.

        :raises ArgumentError: when one cannot be used
        """

    @classmethod
    def scope(cls, arguments: Mapping[str, str]) -> dict[str, str]:
        """What makes two commands of this spider the same crawl: one continues the other, and both cannot run at once.

        A file of addresses is the same under any of its names, and another one under the same name in another folder.
        """
        file = arguments.get("url_file", "")
        return {**arguments, "url_file": os.path.realpath(file)} if file not in ("", "-") else dict(arguments)

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Check the arguments and tie visits to the engine of this crawl."""
        cls.check_arguments(**kwargs)
        spider = super().from_crawler(crawler, *args, **kwargs)
        settings = crawler.settings
        ids, run = count(), secrets.token_hex(4)  # a crawl may be continued, its ids must not repeat
        fetch = engine_fetch(crawler)
        spider._visit_seconds = settings.getfloat("VISIT_MAX_SECONDS")  # noqa: SLF001  # its own class
        obeyed = tuple(settings.getlist("OBEY_RESERVATIONS"))

        async def within_a_visit(request: Request) -> Response:
            return await until(fetch, spider._visit_seconds)(request)  # noqa: SLF001  # its own class

        well_known = WellKnown(within_a_visit)

        spider._around = Circumstances(  # noqa: SLF001  # its own class
            fetch=fetch,
            of_host=well_known.reservation if FILE in obeyed else None,
            obeyed=obeyed,
            token=settings["ROBOTSTXT_USER_AGENT"],
            clock=now,
            new_id=lambda: f"{spider.report.crawl_id}-{run}.{next(ids)}",
            leads_to=spider._lead_to,  # noqa: SLF001  # its own class
            systems=systems_of(settings),
            limits=Limits(
                max_requests=settings.getint("THREAD_MAX_REQUESTS"),
                max_comments=settings.getint("THREAD_MAX_COMMENTS"),
            ),
        )
        spider._turns, spider._long_turn = asyncio.Semaphore(BEGUN), asyncio.Lock()  # noqa: SLF001  # its own class
        spider._further, spider._firsts = {}, {}  # noqa: SLF001  # its own class
        spider.arguments = dict(kwargs)
        spider.private_hosts = PrivateHosts.parse(settings.getlist("ALLOW_PRIVATE_HOSTS"))
        return spider

    arguments: dict[str, str]
    """The spider's arguments as given."""
    private_hosts: PrivateHosts
    """Private hosts that this crawl may connect to; asked at each connection (`crawler.safety.connections`)."""
    _around: Circumstances
    _visit_seconds: float
    _turns: asyncio.Semaphore
    _long_turn: asyncio.Lock
    _further: dict[bytes, tuple[str, bytes]]
    """The page whose thread links to an address as a further page of it, and what that page is headed."""
    _firsts: dict[int, str]
    """Pages that are to be visited in the stead of leased ones, which are further pages of their threads."""

    @property
    def report(self) -> Report:
        """The report of this crawl."""
        return Report.of(self.crawler)

    def compare_with(self, held: Index) -> None:
        """Called when the archive is open, before the first request: visits may ask what it holds."""
        self._around = replace(self._around, held=held)

    def allow(self, url: str) -> None:
        """Note an address that the operator gave: its host may be a private one (`PrivateHosts.typed`)."""
        self.private_hosts = self.private_hosts.typed(urlsplit(url).hostname or "")

    def page_request(self, url: str, asked: str) -> Request:
        """A request whose answer is visited; ``asked`` is the address as it was asked for.

        The frontier keeps these two only and makes the request again when the page's turn comes.
        """
        return spelt_request(
            url, callback=self.visited, errback=self.failed, cb_kwargs={"asked": asked}, dont_filter=True
        )

    def held_as(self, asked: str) -> str:
        """The canonical address of the page that an address led to before; as far as the address itself tells."""
        return page_url(asked) or asked

    def is_held(self, url: str) -> bool:
        """Whether the archive holds a page by a canonical address."""
        held = self._around.held
        return held is not None and held.page(page_key(url)) is not None

    def judge(self, document: Document, lease: Lease | None, *, has_thread: Callable[[], bool | None]) -> Passed | None:
        """Why a page that is there is not to be visited after all: ``duplicate``; None when it is.

        A further page of a thread is not: its first page is visited, which reads them all.

        :param has_thread: whether a comment system found a thread on it, None where it doubts
        """
        canonical = canonical_url(document)
        frontier = Frontier.of(self.crawler)
        if lease is not None and (first := self.first_of(document, has_thread=has_thread)) is not None:
            self._firsts[lease.id] = first
            return Passed("duplicate", first)
        if lease is None or frontier is None or page_key(canonical) == page_key(lease.url):
            return None
        return None if frontier.claims(lease, canonical) else Passed("duplicate")

    def first_of(self, document: Document, *, has_thread: Callable[[], bool | None]) -> str | None:
        """The page that a page is a further one of: a thread linked to it that is headed alike, or it says so."""
        first, heads = self._further.get(mark(page_url(document.url) or document.url), (None, b""))
        if first is not None and heads == mark_of_heads(document):
            return first
        return first_of_thread(document, has_thread)

    async def _first_by_address(self, document: Document, lease: Lease, ask: Fetch) -> Passed | None:
        """``duplicate`` where the address says that a page is a further one, and the first is headed alike."""
        own = page_url(document.url) or document.url
        if canonical_url(document) != own:
            return None  # it is told by what the page calls its own
        for url in without_number(own):
            try:
                first = document_of(await ask(spelt_request(url, dont_filter=True)))
            except (FetchError, NotHtmlError):
                continue  # what cannot be had is no page that this one could be a further one of
            if is_headed_alike(first, document) and has_thread(first, self._around.systems):
                self._firsts[lease.id] = url
                return Passed("duplicate", url)
        return None

    def _lead_to(self, document: Document, urls: Iterable[str]) -> None:
        about = canonical_url(document), mark_of_heads(document)
        for url in urls:
            self._further.setdefault(mark(page_url(url) or url), about)
        while len(self._further) > MOST_FURTHER:
            del self._further[next(iter(self._further))]  # the oldest

    async def visited(
        self, response: Response, asked: str, lease: Lease | None = None
    ) -> AsyncIterator[Capture | Request]:
        """Visit the page that answered."""
        async with AsyncExitStack() as turn:
            if len(response.body) > LONG:
                await turn.enter_async_context(self._long_turn)
            await turn.enter_async_context(self._turns)
            ask, of_host = until(self._around.fetch, self._visit_seconds), self._around.of_host
            around = replace(
                self._around, fetch=_first(turn.aclose, ask), of_host=of_host and _first(turn.aclose, of_host)
            )
            if lease is not None:
                first_of = partial(self._first_by_address, lease=lease, ask=around.fetch)
                around = replace(around, new_id=lease.new_id, first_of=first_of)
            around = replace(
                around,
                held_as=self.held_as,
                judge=lambda document, has: self.judge(document, lease, has_thread=has),
            )
            further: list[str] = []
            around = replace(around, has_read=partial(_note_further, further))
            async for capture in visit(response, around, asked):
                _hide_secrets(capture)
                capture.lease = lease
                for alias in self._aliases(further, capture) if capture.is_last else ():
                    yield alias
                if lease is not None and capture.is_last and (first := self._firsts.pop(lease.id, None)) is not None:
                    yield self.page_request(first, first)  # before the lease ends, so that it is not forgotten
                yield capture

    def _aliases(self, urls: Iterable[str], last: Capture) -> Iterator[Capture]:
        """What is to be said of pages that wait and were read with another one: nobody needs to ask for them now."""
        frontier = Frontier.of(self.crawler)
        for url in urls:
            lease = frontier.take_waiting(url) if frontier is not None else None
            if lease is not None:
                yield Capture(
                    visit_id=lease.new_id(),
                    capture_id=last.capture_id,
                    observed_at=last.observed_at,
                    url=last.url,
                    source=lease.asked,
                    extractor=PAGE_EXTRACTOR,
                    skipped="duplicate",
                    visit=Visit(url=lease.asked, outcome="alias", requests=0),
                    lease=lease,
                    is_last=True,
                )

    async def failed(self, failure: TwistedFailure) -> AsyncIterator[Capture]:
        """Say why there is no answer."""
        arguments: dict[str, Any] = failure.request.cb_kwargs  # type: ignore[attr-defined]  # set by Scrapy's engine
        reason, detail = explain(arguments["asked"], failure.value)
        capture = self.lost(arguments["asked"], reason, detail)
        _hide_secrets(capture)
        capture.lease = arguments.get("lease")
        yield capture

    def lost(self, url: str, reason: str, detail: str, *, is_page: bool = True) -> Capture:
        """A visit that has no page.

        :param is_page: False for what only names pages, and is not visited
        """
        is_visited = is_page and reason != "interrupted" and page_url(url) is not None
        return Capture(
            visit_id=self._around.new_id(),
            capture_id="",
            observed_at=now(),
            url=page_url(url) or url,
            source=url,
            extractor=PAGE_EXTRACTOR,
            failure=Failure(url=url, reason=reason, detail=detail),
            visit=Visit(url=url, outcome="failed", detail=f"{reason}: {detail}", requests=1) if is_visited else None,
            is_last=True,
        )

    def none_given(self) -> Capture:
        """The loss of a list that holds no address: one that comes from stdin is not looked at before."""
        detail = "the list holds no address; write one a line"
        return self.lost("the list of addresses", "address", detail, is_page=False)

    def unread(self) -> str | None:
        """What of the addresses was not even read yet, in words; None when all were asked for."""
        return None


def _first(done: Callable[[], Awaitable[None]], ask: Callable[[A], Awaitable[B]]) -> Callable[[A], Awaitable[B]]:
    """The same question, before which something is done."""

    async def asked(about: A) -> B:
        await done()
        return await ask(about)

    return asked


def _note_further(urls: list[str], document: Document, further: Document) -> None:
    """Note the address of a further page of a thread; of an article that has pages, each is headed otherwise."""
    if mark_of_heads(document) == mark_of_heads(further):
        urls.append(page_url(further.url) or further.url)


def _hide_secrets(capture: Capture) -> None:
    """A ledger says where and why it stopped, and the address of an interface may hold its key."""
    if capture.visit is not None:
        capture.visit.url = masked_address(capture.visit.url)
        capture.visit.detail = masked(capture.visit.detail) if capture.visit.detail else capture.visit.detail
    ledger = capture.thread
    if ledger is None:
        return
    ledger.url = masked_address(ledger.url) if ledger.url else ledger.url
    ledger.stop_detail = masked(ledger.stop_detail) if ledger.stop_detail else ledger.stop_detail
    for gap in ledger.gaps or ():
        gap["reason"] = masked(str(gap["reason"]))
