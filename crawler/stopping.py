"""The end of a crawl that is stopped: what waits for a slow host is not waited for, the last commit is."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final, Self

from scrapy import signals

from crawler.politeness.refusal import refuse_waiting

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)

LOOK_SECONDS: Final = 0.5
"""How often is looked whether the crawl is being stopped; Scrapy 2.19 has no signal for it."""


class Stopping:
    """Extension that turns away what is queued once the spider is closing.

    Scrapy ends a crawl by waiting for every request that is in the downloader. With a Crawl-delay or a Retry-After of
    minutes that would be hours after Ctrl-C, and who cannot wait presses it again and loses what was read. Requests
    on the wire are waited for; queued ones end as ``interrupted``, so that their visits end and are committed.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._watch: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Watch while the spider is open."""
        stopping = cls(crawler)
        crawler.signals.connect(stopping.spider_opened, signals.spider_opened)
        crawler.signals.connect(stopping.spider_closed, signals.spider_closed)
        crawler.signals.connect(stopping.engine_stopped, signals.engine_stopped)
        return stopping

    def spider_opened(self) -> None:
        """Begin to look."""
        self._watch = asyncio.get_running_loop().create_task(self._look())

    def spider_closed(self) -> None:
        """Nothing is left to turn away."""
        if self._watch is not None:
            self._watch.cancel()

    async def engine_stopped(self) -> None:
        """Wait for the spider's end: of one that was closing already when it was told to stop, Scrapy 2.19 does not."""
        while self._crawler.engine.spider is not None:  # noqa: ASYNC110  # nothing tells when
            await asyncio.sleep(LOOK_SECONDS)

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if is_closing(self._crawler):
                self._turn_away()

    def _turn_away(self) -> None:
        for host, slot in self._crawler.engine.downloader.slots.items():
            if slot.queue:
                logger.info("stopping: %d requests that wait for %s are not made", len(slot.queue), host)
                refuse_waiting(slot, "interrupted", "not visited, the crawl was stopped")


def is_closing(crawler: Crawler) -> bool:
    """Whether the spider is being closed, by Ctrl-C or by a limit such as ``CLOSESPIDER_TIMEOUT``."""
    slot = crawler.engine._slot  # noqa: SLF001  # Scrapy 2.19 has no public way to see it
    return slot is None or slot.closing is not None
