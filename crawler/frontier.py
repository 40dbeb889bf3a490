"""Which page is visited next: the scheduler of a crawl, which forgets a page only when its rows are committed."""

from __future__ import annotations

import asyncio
import heapq
import logging
from collections import Counter, deque
from functools import lru_cache
from itertools import count
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import urlsplit

from scrapy import Request, signals
from scrapy.core.scheduler import BaseScheduler

from crawler.extract.urls import site_of
from crawler.items import Capture, Failure, NotArchivedError
from crawler.keys import page_key
from crawler.leases import IN_MEMORY, FrontierError, Lease, Leases, Tally
from crawler.report import Report, as_failure, incomplete, now

if TYPE_CHECKING:
    from scrapy import Spider
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from twisted.python.failure import Failure as TwistedFailure

logger = logging.getLogger(__name__)

CLOSED_BY_US: Final = "frontier_failed"
"""Closing reason of a crawl whose frontier cannot be written."""


@lru_cache(maxsize=4096)
def _place_of(origin: str) -> tuple[str, str]:
    """Site and host of an address, by its beginning up to the path."""
    return site_of(origin), (urlsplit(origin).hostname or "").rstrip(".")


class Frontier(BaseScheduler):
    """Scrapy scheduler whose queue of pages is a table of `crawler.leases`.

    - Pages (requests whose callback is the spider's ``visited``) wait in the table, each once, and are leased one by
      one: sites take turns, and a host that is being visited as often as CONCURRENT_REQUESTS_PER_DOMAIN allows is
      passed over, so that no site keeps the others from their turn.
    - The next hop of a lease (a redirect, a retry) goes on at once. Its lease stays the same object.
    - Other requests (a sitemap, a feed) wait in memory and come first; a spider that is started again asks anew.

    A lease is over when its last capture has passed the pipelines, when its callback failed, or when nothing in the
    engine knows it any more. The pipeline `pipelines.store.Store` says which batch holds the rows of the leases that
    are over (:meth:`mark`) and when it is committed (:meth:`acknowledge`).
    """

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        self._crawler = crawler
        self._path: str = settings.get("FRONTIER_FILE") or IN_MEMORY
        self._max_attempts = settings.getint("FRONTIER_MAX_ATTEMPTS")
        self._per_host = settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN")
        self._site_max = settings.getint("SITE_MAX_PAGES")
        self._leased: dict[int, Lease] = {}
        self._hosts: Counter[str] = Counter()
        self._over: list[Lease] = []
        self._hops: deque[Request] = deque()
        self._others: list[tuple[int, int, Request]] = []
        self._numbers = count()
        self._seen: set[bytes] = set()
        self._is_waiting = False
        self._has_store = False
        self._reason: str | None = None
        self._is_broken = False
        self._is_shut = False

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Listen to what Scrapy says about the end of requests and items."""
        frontier = cls(crawler)
        connect = crawler.signals.connect
        connect(frontier.spider_error, signals.spider_error)
        connect(frontier.item_scraped, signals.item_scraped)
        connect(frontier.item_error, signals.item_error)
        connect(frontier.item_dropped, signals.item_dropped)
        return frontier

    @staticmethod
    def of(crawler: Crawler) -> Frontier | None:
        """The frontier of a running crawl, None when SCHEDULER names another one."""
        scheduler: Any = crawler.engine.scheduler
        # Scrapy makes isinstance() true for whatever has a scheduler's methods (`BaseSchedulerMeta`).
        return scheduler if Frontier in type(scheduler).__mro__ else None

    # -- what the engine calls ----------------------------------------------------------------------

    def open(self, spider: Spider) -> None:
        """Open the table.

        :raises FrontierError: when it cannot be used; `crawler.resumption` has tried before
        """
        self._spider = spider
        self._leases = Leases(self._path)
        self._page_callback = getattr(spider, "visited", None)
        if self._leases.value("crawl_id") is None:
            report = self._crawler.get_extension(Report)
            self._leases.begin(crawl_id=report.crawl_id if report else "", started_at=str(now()))

    def enqueue_request(self, request: Request) -> bool:
        """Take a request over; False when it is known already."""
        if self._reason is not None:
            return False  # the crawl is closed; Scrapy reads on from start() until the spider is gone
        if request.cb_kwargs.get("lease") is not None:
            self._hops.append(request)
            return True
        if self._page_callback is None or request.callback != self._page_callback:
            return self._enqueue_other(request)
        url, asked = request.url, request.cb_kwargs["asked"]
        site, host = _place_of("/".join(url.split("/", 3)[:3]))
        try:
            added = self._leases.add(
                bytes.fromhex(page_key(url)),
                url,
                asked=asked,
                site=site,
                host=host,
                priority=request.priority,
                site_max=self._site_max,
            )
        except FrontierError as error:
            self._break(error)
            return False
        if added is None:
            self._over_the_cap(url, asked)
            return False
        self._is_waiting = self._is_waiting or added
        self._crawler.stats.inc_value("frontier/added" if added else "frontier/known")
        return added

    def _over_the_cap(self, url: str, asked: str) -> None:
        self._crawler.stats.inc_value("frontier/over_site_max")
        report = self._crawler.get_extension(Report)
        if report is not None:
            detail = f"{url}: its site has {self._site_max} pages in this crawl already (SITE_MAX_PAGES)"
            report.lost_page(Failure(url=asked, reason="cap", detail=detail))

    def _enqueue_other(self, request: Request) -> bool:
        if not request.dont_filter:
            fingerprint = self._crawler.request_fingerprinter.fingerprint(request)
            if fingerprint in self._seen:
                return False
            self._seen.add(fingerprint)
        heapq.heappush(self._others, (-request.priority, next(self._numbers), request))
        return True

    def claims(self, lease: Lease, canonical: str) -> bool:
        """Whether a lease may be visited as the page at ``canonical``: False when another lease has that page."""
        try:
            return self._leases.claim(bytes.fromhex(page_key(canonical)), lease)
        except FrontierError as error:
            self._break(error)
            return True

    def next_request(self) -> Request | None:
        """Next hop, other request or page; None when every page that waits has a busy host."""
        if self._hops:
            return self._hops.popleft()
        if self._others:
            return heapq.heappop(self._others)[2]
        while self._is_waiting:
            try:
                lease = self._leases.lease(lambda host: self._hosts[host] >= self._per_host)
            except FrontierError as error:
                self._break(error)
                return None
            if lease is None:
                self._is_waiting = False  # until a page is added or a host is free again
                return None
            self._hold(lease)
            skipped = self._passed_over(lease.url)
            if skipped is None:
                return self._request(lease)
            self._skip(lease, skipped)
        return None

    def take(self, request: Request) -> Lease | None:
        """A page out of its turn, for a request that is made anyway and tells something of it too.

        :param request: the one for the page, as it is or would be asked for
        :return: None when the page does not wait: it is visited already, or was
        """
        self.enqueue_request(request)
        return self.take_waiting(request.url)

    def take_waiting(self, url: str) -> Lease | None:
        """A page out of its turn that somebody has asked for; None when none waits at this address."""
        try:
            lease = self._leases.take(bytes.fromhex(page_key(url)))
        except FrontierError as error:
            self._break(error)
            return None
        if lease is not None:
            self._hold(lease)
        return lease

    def give_back(self, lease: Lease) -> None:
        """Let a page that was taken wait for its turn."""
        if lease.is_over:
            return
        self._let_go(lease)
        try:
            self._leases.give_back(lease)
        except FrontierError as error:
            self._break(error)

    def _hold(self, lease: Lease) -> None:
        self._leased[lease.id] = lease
        self._hosts[lease.host] += 1

    def _let_go(self, lease: Lease) -> None:
        lease.is_over = True
        del self._leased[lease.id]
        self._hosts[lease.host] -= 1
        if not self._hosts[lease.host]:
            del self._hosts[lease.host]
        self._is_waiting = True

    def _passed_over(self, url: str) -> str | None:
        """Why the spider does not want a page any more, e.g. because a limit of its site is reached."""
        reason: str | None = getattr(self._spider, "passes_over", lambda _: None)(url)
        return reason

    def _skip(self, lease: Lease, reason: str) -> None:
        lease.skipped = reason
        report = self._crawler.get_extension(Report)
        if report is not None:
            report.skipped[reason] += 1
        self._end(lease)

    def _request(self, lease: Lease) -> Request:
        self._crawler.stats.inc_value("frontier/leased")
        request: Request = self._spider.page_request(lease.url, lease.asked)  # type: ignore[attr-defined]  # a VisitSpider's
        request.cb_kwargs["lease"] = lease
        return request

    def has_pending_requests(self) -> bool:
        """Whether there is more to do. The engine asks when nothing is under way."""
        if self._is_broken:
            return False
        if self._hops or self._others:
            return True
        self._settle_forgotten()
        try:
            return self._leases.has_waiting
        except FrontierError as error:
            self._break(error)
            return False

    def close(self, reason: str) -> None:
        """Report what was never visited. Rows may still be on their way: :meth:`shut` comes after them."""
        self._reason = reason
        report = self._crawler.get_extension(Report)
        if report is not None and not self._is_broken:
            total, urls = self._leases.waiting()
            begun = [lease.asked for lease in self._leased.values()]
            unread = getattr(self._spider, "unread", lambda: None)()
            listed = [*begun, *urls, *([unread] if unread else [])]
            report.unvisited(len(begun) + total + bool(unread), listed, reason)
        if not self._has_store:
            self.shut()

    # -- how visits end -----------------------------------------------------------------------------

    def captured(self, capture: Capture) -> None:
        """Called by the pipeline that stores, in the same step in which it takes a capture's rows over."""
        lease = capture.lease
        if lease is None or lease.is_over:
            return
        lease.comments += sum(comment.change != "removed" for comment in capture.comments)
        if capture.thread is not None:
            if capture.thread.stop_reason == "interrupted":
                lease.is_interrupted = True
            unsound = incomplete(capture.thread)
            known = {} if unsound is None else {"url": unsound.url, "why": unsound.why}
            lease.threads.append({"verdict": capture.thread.verdict, **known})
        lease.skipped = capture.skipped
        if capture.failure is not None:
            self._fail(lease, capture.failure)
        if capture.is_last:
            self._end(lease)

    def item_scraped(self, item: Any) -> None:
        """A capture has passed all pipelines, also where none of them stores."""
        if isinstance(item, Capture) and item.lease is not None and item.is_last:
            self._end(item.lease)

    def item_error(self, item: Any, failure: TwistedFailure) -> None:
        """A pipeline raised: the page is not archived whole."""
        self._item_lost(item, as_failure("", failure.value))

    def item_dropped(self, item: Any, exception: Exception) -> None:
        """A pipeline dropped a capture: the page is not archived whole, or waits for a sound archive."""
        failure = as_failure("", exception)
        if isinstance(exception, NotArchivedError):
            failure.reason = "interrupted"
        self._item_lost(item, failure)

    def _item_lost(self, item: Any, failure: Failure) -> None:
        if isinstance(item, Capture) and item.lease is not None:
            self._fail(item.lease, failure)
            if item.is_last:
                self._end(item.lease)

    def spider_error(self, failure: TwistedFailure, response: Response | TwistedFailure | None) -> None:
        """A callback or errback raised: its visit has no last capture."""
        request = getattr(response, "request", None)
        lease = None if request is None else request.cb_kwargs.get("lease")
        if lease is not None:
            self._fail(lease, as_failure(lease.asked, failure.value))
            self._end(lease)

    def _settle_forgotten(self) -> None:
        """End leases that nothing in the engine knows any more, which would block their hosts for ever."""
        engine = self._crawler.engine
        scraping = engine.scraper.slot
        if not self._leased or engine.downloader.active or not (scraping is None or scraping.is_idle()):
            return
        report = self._crawler.get_extension(Report)
        for lease in list(self._leased.values()):
            detail = f"{lease.asked}: its request was dropped on the way, by a part that does not say so"
            failure = Failure(url=lease.asked, reason="error", detail=detail)
            if report is not None:
                report.lost_page(failure)
            self._fail(lease, failure)
            self._end(lease)

    @staticmethod
    def _fail(lease: Lease, failure: Failure) -> None:
        if failure.reason == "interrupted":
            lease.is_interrupted = True
        elif lease.failure is None:
            lease.failure = failure.reason, failure.detail

    def _end(self, lease: Lease) -> None:
        if lease.is_over:
            return
        self._let_go(lease)
        if not lease.is_interrupted:  # else it is nobody's, and waits again when the crawl is closed
            self._over.append(lease)

    # -- what the store calls -----------------------------------------------------------------------

    def recover(self, committed: int) -> None:
        """Learn how far the crawl came before, and tell the report.

        :param committed: number of the crawl's last batch in the archive
        :raises FrontierError: when the table cannot be used
        """
        self._has_store = True
        self._crawler.signals.disconnect(self.item_scraped, signals.item_scraped)  # the store says so itself
        report = Report.of(self._crawler)
        report.started_at = int(self._leases.value("started_at") or report.started_at)
        if self._leases.is_empty:
            return
        earlier = self._leases.recover(committed, self._max_attempts)
        self._is_waiting = True
        report.continues(earlier, self._leases.failures())
        logger.info(
            "Crawl %s is continued: %d pages are archived, %d wait (%d of them were cut off, %d failed)",
            self._leases.value("crawl_id"), earlier.pages, earlier.waiting, earlier.returned, earlier.retried,
        )  # fmt: skip

    @property
    def has_ended(self) -> bool:
        """Whether visits wait for the batch that takes them along."""
        return bool(self._over)

    def mark(self, number: int, tally: Tally | None) -> None:
        """Call this in the step that takes a batch of rows, before the batch is committed.

        :raises FrontierError: the batch must not be committed then: its visits would be made again
        """
        over, self._over = self._over, []
        self._leases.mark(number, over, tally)

    def acknowledge(self, number: int, tally: Tally | None) -> None:
        """The batch is committed: forget its visits.

        :raises FrontierError: nothing is lost by it, :meth:`recover` finds out
        """
        self._leases.acknowledge(number, tally)

    def shut(self) -> None:
        """Let go of the table, and remove its file when the crawl has finished and nothing is left to visit."""
        if self._is_shut:
            return
        self._is_shut = True
        try:
            self._leases.release()
            if self._leases.is_empty or (self._reason == "finished" and not self._leases.has_open):
                self._leases.remove()
            else:
                self._leases.close()
        except FrontierError as error:
            self._break(error)

    def _break(self, error: FrontierError) -> None:
        """End the crawl: what is visited from here on could not be remembered."""
        if self._is_broken:
            return
        self._is_broken = True
        logger.error("%s", error)
        report = self._crawler.get_extension(Report)
        if report is not None:
            report.lost(Failure(url=self._path, reason="error", detail=str(error)))
        engine = self._crawler.engine
        if engine.running:
            self._closing = asyncio.ensure_future(engine.close_spider_async(reason=CLOSED_BY_US))
