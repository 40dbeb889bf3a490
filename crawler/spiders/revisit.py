"""The spider ``revisit``: visits again what is due, most urgent first, asking for no more than is needed."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import log2
from time import time
from typing import TYPE_CHECKING, Any, Final

from scrapy import Request

from archive.errors import ArchiveError
from crawler.archive_place import held_archive
from crawler.extract.urls import named_site, page_url
from crawler.frontier import Frontier
from crawler.items import Capture, Visit
from crawler.report import now
from crawler.schedule.due import Due, KnownThread, Spare, due_pages, most_urgent, sites_of
from crawler.schedule.groups import Waiting
from crawler.schedule.model import HOUR, Pace
from crawler.spiders.base import ArgumentError, VisitSpider
from crawler.systems.answers import Answer, parse_json
from crawler.systems.base import Exchange, FetchError, System
from crawler.systems.reading import goes_beyond, header_dict
from crawler.visit import GONE, PAGE_EXTRACTOR

if TYPE_CHECKING:
    from scrapy.http import Response
    from twisted.python.failure import Failure as TwistedFailure

    from crawler.leases import Lease

RANKS: Final = 10
"""Pages are ranked by the power of two of their urgency, up to this one; among equals sites take turns."""


@dataclass(slots=True)
class _Asked:
    """The counts that were asked for before a page was."""

    requests: int
    thread: KnownThread
    """The last one, whose count settled nothing."""
    count: int | None
    """Another one than before; None where it could not be had."""
    agrees: bool | None = None
    """Whether the thread's reading then stated this count; None: it states neither this nor the one before."""

    def compare(self, capture: Capture) -> None:
        """Take a capture of the visit that followed into account."""
        known = self.thread
        if self.count is None:
            self.agrees = False
        elif capture.thread is not None and capture.thread_of == (known.system, known.tenant, known.native_id):
            stated = capture.thread.expected
            self.agrees = True if stated == self.count else False if stated == known.expected else None
        if capture.visit is not None:
            capture.visit.requests += self.requests
            capture.visit.count_agrees = self.agrees


@dataclass(slots=True)
class _Counted:
    """A page whose count is asked for."""

    plan: Due
    asked: str
    lease: Lease | None = None
    """None of a page that is not due, and of the one whose turn it was until the answer comes."""
    requests: int = 0
    """Those made for its counts so far: a request that tells several counts is of the first page."""
    number: int = 0
    """Which of its threads is counted."""

    @property
    def thread(self) -> KnownThread:
        return self.plan.threads[self.number]


class RevisitSpider(VisitSpider):
    """Visit again what the archive holds and is due: ``-a budget=REQUESTS -a site=SITE[,SITE] -a which=due|all``."""

    name = "revisit"

    def __init__(self, budget: str = "0", site: str = "", which: str = "due", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._budget = int(budget)
        self._only = _sites(site)
        self._all = which == "all"
        self._plans: dict[str, Due] = {}
        self._waiting: dict[tuple[str, str], Waiting[str]] = {}
        self._counted: dict[str, _Asked | _Counted] = {}
        """What is known of pages that wait for their turn again: a count, or that it was asked for with others only."""

    @classmethod
    def check_arguments(cls, **arguments: str) -> None:
        """Look at the arguments before anything is started.

        :raises ArgumentError: an unknown argument or a value that is none
        """
        for name, value in arguments.items():
            if name not in ("budget", "site", "which"):
                raise ArgumentError(f"-a {name}=...: the spider revisit knows the arguments budget, site and which")
            if name == "budget" and not (value.isascii() and value.isdigit()):
                raise ArgumentError(f"-a budget={value}: it must be a number of requests, 0 for no limit")
            if name == "site" and not all(_sites(value) or [""]):
                raise ArgumentError(f"-a site={value}: it must name sites, parted by commas; leave it out to visit all")
            if name == "which" and value not in ("due", "all"):
                raise ArgumentError(f"-a which={value}: it must be due, or all to visit everything again")

    @classmethod
    def scope(cls, arguments: Mapping[str, str]) -> dict[str, str]:
        """Whatever the budget: two runs would ask the same sites for the same threads."""
        return {"site": " ".join(sorted(set(_sites(arguments.get("site", "")))))}

    async def start(self) -> AsyncIterator[Request | Capture]:
        """Ask for every page that is due."""
        uri = str(self.settings["ARCHIVE_URI"])
        try:
            missing, due, spare = await asyncio.to_thread(self._read)
        except ArchiveError as error:
            yield self.lost(uri, "archive", str(error), is_page=False)
            return
        for site in missing:
            holds = f"{uri} holds no page of {site}" if site else f"{uri} holds no page"
            advice = "`scrapy crawl site` archives pages; or is ARCHIVE_URI another?"
            yield self.lost(uri, "archive", f"{holds}: {advice}", is_page=False)
        self.logger.info("%d pages are due", len(due))
        self._plan(due, spare)
        for page in due:
            # As a page, so that it waits in the frontier: what is asked first is decided when its turn comes.
            yield self._waits(page)

    def _read(self) -> tuple[list[str], list[Due], Spare]:
        """The sites of which there should be pages and are none (empty: any site), what is due, and what is not."""
        settings = self.settings
        pace = Pace(
            price=settings.getfloat("REVISIT_PRICE"),
            floor=settings.getfloat("REVISIT_MIN_HOURS") * HOUR,
            ceiling=settings.getfloat("REVISIT_MAX_HOURS") * HOUR,
        )
        store, spare = held_archive(settings), Spare()
        pages = due_pages(store, time(), pace, sites=self._only, counts=self._count_part)
        if self._all:
            pages = (replace(page, urgency=max(page.urgency, 1.0), may_probe=False) for page in pages)
        held = sites_of(store)
        missing = [site for site in self._only if site not in held] if held else [""]
        return missing, most_urgent(spare.taken_from(pages), self._budget), spare

    def _plan(self, due: Sequence[Due], spare: Spare) -> None:
        """Note what is due, and which pages' counts may be asked for together."""
        together: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._plans = {page.url: page for page in due}
        for page in due:
            if page.may_probe and page.look < 1:
                together[page.counted_with].append(page.url)
        for counted_with, urls in together.items():
            others = [page for page in spare.of(counted_with) if page.url not in self._plans]
            self._plans |= {page.url: page for page in others}
            system = self._system(counted_with[0])
            if system is not None:
                room, more = system.count_room, [page.url for page in others]
                self._waiting[counted_with] = Waiting(room, self._count_size, due=urls, spare=more)

    def _waits(self, page: Due) -> Request:
        """The request by which a due page is known to the frontier."""
        rank = min(max(int(log2(max(page.urgency, 1.0))), 0), RANKS)
        return super().page_request(page.url, page.url).replace(priority=rank)

    def _count_part(self, thread: KnownThread) -> float | None:
        system = self._system(thread.system)
        if system is None or system.count_request([thread]) is None:
            return None
        return min(system.count_size(thread) / system.count_room, 1.0)

    def _count_size(self, url: str) -> int:
        [thread] = self._plans[url].threads
        system = self._system(thread.system)
        return 0 if system is None else system.count_size(thread)

    # -- asking for no more than is needed -------------------------------------------------------------

    def page_request(self, url: str, asked: str) -> Request:
        """A count first where that may settle the visit; else the page, unless it is unchanged."""
        self.allow(url)  # what the archive holds of a private host was visited because somebody gave it
        plan, known = self._plans.get(url), self._counted.pop(url, None)
        if isinstance(known, _Counted):
            return self._count([known])
        if plan is None or known is not None or not plan.may_probe:
            return self._page(url, asked, known)
        return self._count(self._group(_Counted(plan, asked)))

    def _group(self, first: _Counted) -> list[_Counted]:
        """A page and those whose counts are asked for with its own."""
        waiting = self._waiting.get(first.plan.counted_with)
        frontier = Frontier.of(self.crawler)
        if waiting is None or frontier is None or first.plan.look >= 1:
            return [first]
        group = [first]
        for url in waiting.group(first.plan.url)[1:]:
            one = _Counted(self._plans[url], url)
            if one.plan.urgency >= 1:
                one.lease = frontier.take(self._waits(one.plan))
                if one.lease is None:  # it was visited meanwhile
                    continue
            group.append(one)
        return group

    def _count(self, group: list[_Counted]) -> Request:
        """The request for the counts of pages; the first one is that whose turn it is."""
        threads = [one.thread for one in group]
        system = self._system(threads[0].system)
        request = None if system is None else system.count_request(threads)
        first = group[0]
        if request is None:
            return self._page(first.plan.url, first.asked)
        return Request(
            callback=self.counted, errback=self.not_counted, dont_filter=True,
            cb_kwargs={"asked": first.asked, "group": group}, **request,
        )  # fmt: skip

    def _page(self, url: str, asked: str, counts: _Asked | None = None) -> Request:
        """The page: unless it is unchanged, or whatever its server says of that where a count has changed."""
        request = super().page_request(url, asked)
        request.meta["counts"] = counts
        plan = self._plans.get(url)
        if plan is None or not plan.may_match or (counts is not None and counts.count is not None):
            return request
        # A thread of a system that is not read here, such as a service that has ended, is no reason to read the page.
        systems = filter(None, (self._system(one.system) for one in plan.threads))
        if not all(system.is_in_page for system in systems) or any(goes_beyond(one.orders) for one in plan.threads):
            return request  # that the page is the same says nothing of what stands elsewhere
        headers = {"If-None-Match": plan.etag, "If-Modified-Since": plan.last_modified}
        return request.replace(headers={name: value for name, value in headers.items() if value})

    def _system(self, name: str) -> System | None:
        """The system of a thread; None when it cannot be read, or is switched off since."""
        return next((system for system in self._around.systems if system.name == name), None)

    async def counted(
        self, response: Response, asked: str, group: list[_Counted], lease: Lease | None = None
    ) -> AsyncIterator[Capture | Request]:
        """Compare counts: what is the same settles a visit, what is not leads to the page."""
        del asked
        threads = [one.thread for one in group]
        system = self._system(threads[0].system)
        none: Sequence[int | None] = [None] * len(group)
        counts = none if system is None else stated_counts(system, response, threads)
        for capture in self._compared(group, counts, lease, response):
            yield capture

    async def not_counted(self, failure: TwistedFailure) -> AsyncIterator[Capture | Request]:
        """Counts that cannot be had settle nothing."""
        about: dict[str, Any] = failure.request.cb_kwargs  # type: ignore[attr-defined]  # set by Scrapy's engine
        group: list[_Counted] = about["group"]
        for request in self._compared(group, [None] * len(group), about.get("lease"), None):
            yield request

    def _compared(
        self, group: list[_Counted], counts: Sequence[int | None], lease: Lease | None, response: Response | None
    ) -> Iterator[Capture | Request]:
        """What follows from the answer for each page."""
        first = group[0]
        first.lease = lease
        first.requests += 1
        for one, count in zip(group, counts, strict=True):
            if count is None and len(group) > 1:  # whatever it is that others cannot be told apart from
                yield from self._goes_on(one, one, is_first=one is first)
            elif count is None or count != one.thread.expected or response is None:
                yield from self._goes_on(one, _Asked(one.requests, one.thread, count), is_first=one is first)
            elif one.number + 1 < len(one.plan.threads):
                one.number += 1
                yield from self._goes_on(one, one, is_first=True)
            elif one.plan.urgency >= 1:
                stated = sum(thread.expected or 0 for thread in one.plan.threads)
                why = "a count that is the same"
                yield self._unchanged(response, one.asked, one.lease, why, stated=stated, requests=one.requests)

    def _goes_on(self, one: _Counted, known: _Asked | _Counted, *, is_first: bool) -> Iterator[Request]:
        """Ask on for a page: at once where it is its turn, else when its turn comes."""
        url, frontier = one.plan.url, Frontier.of(self.crawler)
        self._counted[url] = known
        if is_first:
            yield self._with(one.lease, self.page_request(url, one.asked))
        elif one.lease is not None and frontier is not None:
            lease, one.lease = one.lease, None
            frontier.give_back(lease)
        elif isinstance(known, _Asked):  # it was not due, but now it is
            yield super().page_request(url, one.asked).replace(priority=RANKS)

    def held_as(self, asked: str) -> str:
        """The page that was to be visited: its canonical address may be another one."""
        plan = self._plans.get(asked)
        return super().held_as(asked) if plan is None else plan.canonical

    async def visited(
        self, response: Response, asked: str, lease: Lease | None = None
    ) -> AsyncIterator[Capture | Request]:
        """Visit the page, unless its server says that it is the same as before."""
        counts: _Asked | None = response.meta.get("counts")
        async for capture in self._visited(response, asked, lease):
            if counts is not None and isinstance(capture, Capture):
                counts.compare(capture)
            if isinstance(capture, Capture) and capture.failure is not None and response.status in GONE:
                capture.failure, capture.skipped = None, "gone"  # found out and archived: nothing is lost
            yield capture

    async def _visited(
        self, response: Response, asked: str, lease: Lease | None
    ) -> AsyncIterator[Capture | Request]:
        if response.status == 304:
            yield self._unchanged(response, asked, lease, "status 304")
            return
        async for capture in super().visited(response, asked, lease):
            yield capture

    @staticmethod
    def _with(lease: Lease | None, request: Request) -> Request:
        """A further request of the same lease."""
        if lease is not None:
            request.cb_kwargs["lease"] = lease
        return request

    def _unchanged(
        self,
        response: Response,
        asked: str,
        lease: Lease | None,
        why: str,
        *,
        stated: int | None = None,
        requests: int = 1,
    ) -> Capture:
        new_id = self._around.new_id if lease is None else lease.new_id
        url = lease.url if lease is not None else asked
        plan = self._plans.get(url)
        headers = header_dict(response)
        return Capture(
            visit_id=new_id(),
            capture_id=new_id(),
            observed_at=now(),
            url=plan.canonical if plan is not None else page_url(url) or url,
            source=asked,
            extractor=PAGE_EXTRACTOR,
            skipped="unchanged",
            visit=Visit(
                url=asked,
                outcome="unchanged",
                detail=why,
                http_status=response.status,
                etag=headers.get("etag") if stated is None else plan.etag if plan else None,
                last_modified=headers.get("last-modified") if stated is None else plan.last_modified if plan else None,
                size=len(response.body) if requests else 0,
                requests=requests,
                stated=stated,
            ),
            lease=lease,
            is_last=True,
        )


def _sites(text: str) -> list[str]:
    return [named_site(name) for name in text.replace(",", " ").split()]


def stated_counts(system: System, response: Response, threads: Sequence[KnownThread]) -> Sequence[int | None]:
    """The counts that the answer to a request for them states; None where it states none."""
    nothing: Sequence[int | None] = [None] * len(threads)
    if not 200 <= response.status < 300:
        return nothing
    try:
        value = parse_json(response.body, response.url)
        return system.counts_of(Answer(value, response, Exchange("", now())), threads)
    except FetchError:  # the shape changed: the whole harvest will say so
        return nothing
