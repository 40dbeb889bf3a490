"""The pace of each host: Crawl-delay, Retry-After, and back-off where an overloaded host does not say for how long."""

from __future__ import annotations

import logging
import time
from time import monotonic
from typing import Final, Self

from scrapy import Request, signals
from scrapy.core.downloader import Downloader, Slot
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.robotstxt import RobotParser
from scrapy.utils.httpobj import urlparse_cached

from crawler.politeness.manners import LEAST_DELAY
from crawler.politeness.refusal import RefusedError, refuse_waiting
from crawler.politeness.retry_after import retry_after
from crawler.politeness.robots import authority

logger = logging.getLogger(__name__)

SLOW_DOWN: Final = frozenset({429, 503})
"""Statuses by which a server asks for less: RFC 6585 4, RFC 9110 15.6.4."""


class Throttle:
    """Downloader middleware that slows the downloader's queue of a host.

    A pause is the time of the host's last request set into the future: Scrapy's own queue then waits with one timer,
    for the retried request and for every other one of that host, queued ones included. Other hosts go on.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self._token: str = crawler.settings["ROBOTSTXT_USER_AGENT"]
        self._delay_max = crawler.settings.getfloat("CRAWL_DELAY_MAX")
        self._wait_max = crawler.settings.getfloat("RETRY_AFTER_MAX")
        self._backoff = crawler.settings.getfloat("BACKOFF_SECONDS")
        self._delays: dict[str, dict[str, float]] = {}
        self._refusals: dict[str, int] = {}
        self._closed: dict[str, tuple[float, str]] = {}
        crawler.signals.connect(self._robots_parsed, signal=signals.robots_parsed)
        crawler.signals.connect(self._response_downloaded, signal=signals.response_downloaded)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Put the request into its host's queue.

        :raises RefusedError: with the reason ``blocked``, while the host wants to be left alone for longer than we wait
        """
        # Scrapy copies the queue's name to the next hop of a redirect, which then escapes the pace of its own host.
        host = request.meta["download_slot"] = host_of(request)
        until, why = self._closed.get(host, (0.0, ""))
        if until > monotonic():
            self.crawler.stats.inc_value("throttle/refused")
            raise RefusedError("blocked", f"{request.url}: {why}")
        self._closed.pop(host, None)

    def process_response(self, request: Request, response: Response) -> Response:
        """Keep Scrapy's middleware from repeating a request to a host that wants to be left alone."""
        if response.status in SLOW_DOWN and self._closed.get(host_of(request), (0.0, ""))[0] > monotonic():
            request.meta["dont_retry"] = True
        return response

    def _response_downloaded(self, request: Request, response: Response) -> None:
        """Pause the host where the answer asks for it; Scrapy's middleware makes the retry, which then waits as well.

        The signal is sent before the next request leaves the queue; in ``process_response`` it would be gone already.
        """
        host = host_of(request)
        if response.status not in SLOW_DOWN:
            self._refusals.pop(host, None)
            return
        self.crawler.stats.inc_value(f"throttle/status_count/{response.status}")
        stated = retry_after(response.headers.get("Retry-After"), date=response.headers.get("Date"), now=time.time())
        if stated is not None and stated > self._wait_max:
            self._close(host, stated, response.status)
            return
        in_a_row = self._refusals[host] = self._refusals.get(host, 0) + 1
        wait = min(self._backoff * 2.0 ** min(in_a_row - 1, 30), self._wait_max) if stated is None else stated
        slot = self._downloader.slots[host]
        slot.delay = max(slot.delay, LEAST_DELAY)
        slot.lastseen = max(slot.lastseen, monotonic() + wait - slot.delay)
        logger.info("%s answered with status %d: no request to it for %.1f s", host, response.status, wait)
        self.crawler.stats.inc_value("throttle/pauses")

    def _close(self, host: str, seconds: float, status: int) -> None:
        why = f"{host} asked with status {status} to be left alone for {seconds:.0f} s"
        logger.warning("%s, longer than RETRY_AFTER_MAX (%g s): it is left alone", why, self._wait_max)
        self._closed[host] = (monotonic() + seconds, why)
        self.crawler.stats.inc_value("throttle/closed")
        refuse_waiting(self._downloader.slots[host], "blocked", why)

    def _robots_parsed(self, robotparser: RobotParser, request: Request) -> None:
        """Apply a host's Crawl-delay. Several ports of a host share its queue: the longest delay counts."""
        stated = robotparser.crawl_delay(self._token)
        host, source = host_of(request), authority(urlparse_cached(request))
        delays = self._delays.setdefault(host, {})
        if stated is None:
            delays.pop(source, None)
        else:
            delays[source] = min(stated, self._delay_max)
            if stated > self._delay_max:
                logger.warning(
                    "%s/robots.txt asks for a Crawl-delay of %g s; %g s are kept (CRAWL_DELAY_MAX)",
                    source,
                    stated,
                    self._delay_max,
                )
        self._set_delay(host, max(delays.values(), default=0.0))

    def _set_delay(self, host: str, seconds: float) -> None:
        settings = self.crawler.settings
        configured = settings.getdict("DOWNLOAD_SLOTS").get(host, {})
        delay = max(seconds, float(configured.get("delay", settings.getfloat("DOWNLOAD_DELAY"))))
        # Both: queues that are empty for a minute are thrown away and made again from these settings.
        self._downloader.per_slot_settings[host] = {**configured, "delay": delay, "jitter": 0.0}
        slot: Slot | None = self._downloader.slots.get(host)
        if slot is not None:
            slot.delay, slot.jitter = delay, 0.0

    @property
    def _downloader(self) -> Downloader:
        return self.crawler.engine.downloader


def host_of(request: Request) -> str:
    """The host whose queue a request waits in; all its ports and both schemes are one machine."""
    return (urlparse_cached(request).hostname or "").rstrip(".")
