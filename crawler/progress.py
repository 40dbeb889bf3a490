"""A line of progress while a crawl works: rewritten on a terminal, a log line now and then elsewhere."""

from __future__ import annotations

import asyncio
import logging
import shutil
import sys
from time import monotonic
from typing import TYPE_CHECKING, Final, Self

from scrapy import signals
from scrapy.exceptions import NotConfigured

from crawler.report import Report
from crawler.words import duration, number

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)

TERMINAL_SECONDS: Final = 0.5
"""How often the line on a terminal is rewritten."""
LOG_SECONDS: Final = 15.0
"""How often a line is logged where there is no terminal."""


class Progress:
    """Scrapy extension; ``PROGRESS_ENABLED=False`` switches it off."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._terminal = sys.stderr.isatty()
        self._task: asyncio.Task[None] | None = None
        self._started = monotonic()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Run while the spider is open."""
        if not crawler.settings.getbool("PROGRESS_ENABLED"):
            raise NotConfigured
        progress = cls(crawler)
        crawler.signals.connect(progress.spider_opened, signals.spider_opened)
        crawler.signals.connect(progress.spider_closed, signals.spider_closed)
        return progress

    def spider_opened(self) -> None:
        """Start to show."""
        self._started = monotonic()
        self._task = asyncio.get_running_loop().create_task(self._show())

    def spider_closed(self) -> None:
        """Stop, and leave a clean line."""
        if self._task is not None:
            self._task.cancel()
        self._rewrite("")

    def _rewrite(self, line: str) -> None:
        """Replace the line on the terminal. The cursor waits at its start, so that a message of the log covers it."""
        if self._terminal:
            width = shutil.get_terminal_size().columns
            sys.stderr.write(f"\r{line[: width - 1]}\x1b[K\r")
            sys.stderr.flush()

    async def _show(self) -> None:
        while True:
            await asyncio.sleep(TERMINAL_SECONDS if self._terminal else LOG_SECONDS)
            if self._terminal:
                self._rewrite(self.line())
            else:
                logger.info("%s", self.line())

    def line(self) -> str:
        """Pages, comments, threads, requests and time so far."""
        report = Report.of(self._crawler)
        broken = f" ({report.incomplete_total:,} not whole)" if report.incomplete_total else ""
        parts = [
            number(report.pages, "page"),
            number(report.comments, "comment"),
            number(report.verdicts.total(), "thread") + broken,
            number(self._crawler.stats.get_value("downloader/request_count", 0), "request"),
        ]
        if report.failures_total:
            parts.append(f"{report.failures_total:,} lost")
        return " · ".join([duration(monotonic() - self._started), *parts])
