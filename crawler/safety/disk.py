"""The space that is left on the disk: the crawl ends in order before it is gone."""

from __future__ import annotations

import asyncio
import logging
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from scrapy import signals

from crawler.items import Failure
from crawler.report import Report

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)

LOOK_SECONDS: Final = 2.0
"""How often is looked."""

DISK_FULL: Final = "disk_full"
"""Closing reason of a crawl that left the disk its last megabytes."""


class DiskSpace:
    """Scrapy extension. Looks at the disks of STATE_DIR and of a local archive."""

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        self._crawler = crawler
        self._least = settings.getfloat("DISK_MIN_FREE_MB") * 1024 * 1024
        places = [str(settings["STATE_DIR"])]
        if "://" not in str(settings["ARCHIVE_URI"]):
            places.append(str(settings["ARCHIVE_URI"]))
        self._places = [Path(place) for place in places]
        self._watch: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Look while the spider is open."""
        disk = cls(crawler)
        crawler.signals.connect(disk.spider_opened, signals.spider_opened)
        crawler.signals.connect(disk.spider_closed, signals.spider_closed)
        return disk

    def spider_opened(self) -> None:
        """Begin to look."""
        self._watch = asyncio.get_running_loop().create_task(self._look())

    def spider_closed(self) -> None:
        """Nothing is written any more."""
        if self._watch is not None:
            self._watch.cancel()

    def shortage(self) -> str | None:
        """Which disk has less than DISK_MIN_FREE_MB left, in a sentence; None when none has."""
        for place in self._places:
            there = next(parent for parent in (place, *place.absolute().parents) if parent.exists())
            free = shutil.disk_usage(there).free
            if free < self._least:
                return f"{place}: only {free // 2**20} MB are free on its disk (DISK_MIN_FREE_MB)"
        return None

    async def _look(self) -> None:
        while True:
            problem = self.shortage()
            if problem is not None:
                logger.error("%s: the crawl ends", problem)
                Report.of(self._crawler).lost(Failure(url="", reason="cap", detail=problem))
                self._closing = asyncio.ensure_future(self._crawler.engine.close_spider_async(reason=DISK_FULL))
                return
            await asyncio.sleep(LOOK_SECONDS)
