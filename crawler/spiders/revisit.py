"""The spider ``revisit``: visits again what is due, most urgent first, asking for no more than is needed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from math import log2
from time import time
from typing import TYPE_CHECKING, Any, Final

from scrapy import Request

import archive
from archive.errors import ArchiveError
from crawler.extract.urls import page_url, site_of
from crawler.items import Capture, Visit
from crawler.keys import page_key
from crawler.report import now
from crawler.schedule.due import Due, KnownThread, due_pages, most_urgent
from crawler.schedule.model import HOUR, Pace
from crawler.spiders.base import ArgumentError, VisitSpider
from crawler.systems.answers import Answer, parse_json
from crawler.systems.base import Exchange, FetchError, System
from crawler.systems.reading import header_dict
from crawler.visit import PAGE_EXTRACTOR

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
    """Whether the thread's reading then stated this count."""

    def compare(self, capture: Capture) -> None:
        """Take a capture of the visit that followed into account."""
        known = self.thread
        if self.count is None:
            self.agrees = False
        elif capture.thread is not None and capture.thread_of == (known.system, known.tenant, known.native_id):
            self.agrees = capture.thread.expected == self.count
        if capture.visit is not None:
            capture.visit.requests += self.requests
            capture.visit.count_agrees = self.agrees


class RevisitSpider(VisitSpider):
    """Visit again what the archive holds and is due: ``-a budget=REQUESTS -a site=SITE[,SITE] -a which=due|all``."""

    name = "revisit"

    def __init__(self, budget: str = "0", site: str = "", which: str = "due", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._budget = int(budget)
        self._only = _sites(site)
        self._all = which == "all"
        self._plans: dict[str, Due] = {}

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
            if name == "which" and value not in ("due", "all"):
                raise ArgumentError(f"-a which={value}: it must be due, or all to visit everything again")

    @classmethod
    def scope(cls, arguments: Mapping[str, str]) -> dict[str, str]:
        """Whatever the budget: two runs would ask the same sites for the same threads."""
        return {"site": " ".join(sorted(set(_sites(arguments.get("site", "")))))}

    async def start(self) -> AsyncIterator[Request | Capture]:
        """Ask for every page that is due."""
        try:
            due = await asyncio.to_thread(self._read)
        except ArchiveError as error:
            uri = str(self.settings["ARCHIVE_URI"])
            yield self.lost(uri, "archive", str(error), is_page=False)
            return
        self.logger.info("%d pages are due", len(due))
        for page in due:
            self._plans[page.url] = page
            rank = min(max(int(log2(max(page.urgency, 1.0))), 0), RANKS)
            # As a page, so that it waits in the frontier: what is asked first is decided when its turn comes.
            yield super().page_request(page.url, page.url).replace(priority=rank)

    def _read(self) -> list[Due]:
        settings = self.settings
        pace = Pace(
            price=settings.getfloat("REVISIT_PRICE"),
            floor=settings.getfloat("REVISIT_MIN_HOURS") * HOUR,
            ceiling=settings.getfloat("REVISIT_MAX_HOURS") * HOUR,
        )
        pages = due_pages(archive.open(str(settings["ARCHIVE_URI"])), time(), pace, sites=self._only)
        if self._all:
            pages = (replace(page, urgency=max(page.urgency, 1.0), may_probe=False) for page in pages)
        return most_urgent(pages, self._budget)

    # -- asking for no more than is needed -------------------------------------------------------------

    def page_request(self, url: str, asked: str) -> Request:
        """A count first where that may settle the visit; else the page, unless it is unchanged."""
        self.allow(url)  # what the archive holds of a private host was visited because somebody gave it
        plan = self._plans.get(url)
        probe = None if plan is None or not plan.may_probe else self._probe(plan, 0)
        if probe is not None:
            return Request(
                callback=self.probed, errback=self.not_probed, cb_kwargs={"asked": asked, "number": 0},
                dont_filter=True, **probe,
            )  # fmt: skip
        return self._page(url, asked)

    def _page(self, url: str, asked: str, counts: _Asked | None = None) -> Request:
        """The page: unless it is unchanged, or whatever its server says of that where a count has changed."""
        request = super().page_request(url, asked)
        request.meta["counts"] = counts
        plan = self._plans.get(url)
        if plan is None or (counts is not None and counts.count is not None):
            return request
        # A thread of a system that is not read here, such as a service that has ended, is no reason to read the page.
        systems = filter(None, (self._system(one.system) for one in plan.threads))
        if not all(system.is_in_page for system in systems):
            return request
        headers = {"If-None-Match": plan.etag, "If-Modified-Since": plan.last_modified}
        return request.replace(headers={name: value for name, value in headers.items() if value})

    def _probe(self, plan: Due, number: int) -> dict[str, Any] | None:
        """The request for a thread's count, when every thread of the page has one that can be compared."""
        if not plan.threads:
            return None
        for thread in plan.threads:
            is_sound = thread.verdict in ("complete", "none") and thread.expected is not None
            if not is_sound or self._count_request(thread) is None:
                return None
        return self._count_request(plan.threads[number])

    def _count_request(self, thread: KnownThread) -> dict[str, Any] | None:
        system = self._system(thread.system)
        return None if system is None else system.count_request(thread)

    def _system(self, name: str) -> System | None:
        """The system of a thread; None when it cannot be read, or is switched off since."""
        return next((system for system in self._around.systems if system.name == name), None)

    async def probed(
        self, response: Response, asked: str, number: int, lease: Lease | None = None
    ) -> AsyncIterator[Capture | Request]:
        """Compare a count; ask for the next thread's, or for the page where one differs."""
        url = lease.url if lease is not None else asked
        plan = self._plans[url]
        thread = plan.threads[number]
        system = self._system(thread.system)
        count = None if system is None else stated_count(system, response, thread)
        if count is None or count != thread.expected:
            yield self._with(lease, self._page(url, asked, _Asked(number + 1, thread, count)))
        elif number + 1 < len(plan.threads):
            probe = self._probe(plan, number + 1) or {}
            yield self._with(
                lease,
                Request(
                    callback=self.probed, errback=self.not_probed, dont_filter=True,
                    cb_kwargs={"asked": asked, "number": number + 1}, **probe,
                ),
            )  # fmt: skip
        else:
            stated = sum(one.expected or 0 for one in plan.threads)
            yield self._unchanged(response, asked, lease, "a count that is the same", stated=stated)

    async def not_probed(self, failure: TwistedFailure) -> AsyncIterator[Request]:
        """A count that cannot be had settles nothing: the page is asked for."""
        about: dict[str, Any] = failure.request.cb_kwargs  # type: ignore[attr-defined]  # set by Scrapy's engine
        lease: Lease | None = about.get("lease")
        url, number = lease.url if lease is not None else about["asked"], about["number"]
        counts = _Asked(number + 1, self._plans[url].threads[number], None)
        yield self._with(lease, self._page(url, about["asked"], counts))

    async def visited(
        self, response: Response, asked: str, lease: Lease | None = None
    ) -> AsyncIterator[Capture | Request]:
        """Visit the page, unless its server says that it is the same as before."""
        counts: _Asked | None = response.meta.get("counts")
        async for capture in self._visited(response, asked, lease):
            if counts is not None and isinstance(capture, Capture):
                counts.compare(capture)
            moved = self._moved(capture, response, lease) if isinstance(capture, Capture) else None
            if moved is not None:
                yield moved
            yield capture

    def _moved(self, last: Capture, response: Response, lease: Lease | None) -> Capture | None:
        """The look at a page whose address now leads to another one; without it that page would stay due for ever."""
        plan = self._plans.get(lease.url if lease is not None else last.source)
        if plan is None or not (last.page or last.skipped == "duplicate"):
            return None
        if page_key(last.url) == page_key(plan.canonical):
            return None
        visit = Visit(url=plan.url, outcome="moved", detail=last.url, http_status=response.status, requests=1)
        return Capture(
            visit_id=last.visit_id,
            capture_id=last.capture_id,
            observed_at=last.observed_at,
            url=plan.canonical,
            source=last.source,
            extractor=last.extractor,
            visit=visit,
            lease=lease,
        )

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
        self, response: Response, asked: str, lease: Lease | None, why: str, *, stated: int | None = None
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
                size=len(response.body),
                requests=1 if stated is None or plan is None else len(plan.threads),
                stated=stated,
            ),
            lease=lease,
            is_last=True,
        )


def _sites(text: str) -> list[str]:
    return [site_of(f"http://{name}/") for name in text.replace(",", " ").split()]


def stated_count(system: System, response: Response, thread: KnownThread) -> int | None:
    """The count that a probe's answer states; None when it states none."""
    if not 200 <= response.status < 300:
        return None
    try:
        value = parse_json(response.body, response.url)
        return system.count_of(Answer(value, response, Exchange("", now())), thread)
    except FetchError:  # the shape changed: the whole harvest will say so
        return None
