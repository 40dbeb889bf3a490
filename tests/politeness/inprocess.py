"""Whole crawls in the test's own event loop, with the project's settings and without pipelines."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerRunner, Crawler
from scrapy.http import Response
from scrapy.settings import Settings

HANDLER = "scrapy.core.downloader.handlers._aiohttp.AiohttpDownloadHandler"


async def crawl(work: Callable[[Crawler], Awaitable[None]], **changes: Any) -> Crawler:
    """Run ``work`` while a spider is open. Pauses are short unless a test changes them."""
    settings = Settings()
    settings.setmodule("crawler.settings")
    settings.setdict(
        {
            "TWISTED_REACTOR_ENABLED": False,
            "DOWNLOAD_HANDLERS": {"http": HANDLER, "https": HANDLER, **dict.fromkeys(("data", "file", "ftp", "s3"))},
            "SPIDER_MODULES": [],
            "ITEM_PIPELINES": {},
            "EXTENSIONS": {},
            "DOWNLOAD_DELAY": 0,
            "BACKOFF_SECONDS": 0.05,
            "RETRY_TIMES": 2,
            "DOWNLOAD_TIMEOUT": 5,
            "MEMUSAGE_ENABLED": False,
            **changes,
        },
        priority="cmdline",
    )
    errors: list[BaseException] = []

    class Visitor(Spider):
        name = "visitor"

        async def start(self) -> AsyncIterator[Request]:
            try:
                await work(self.crawler)
            except BaseException as error:  # noqa: BLE001  # Scrapy would log it only; it is raised below
                errors.append(error)
            for request in ():
                yield request

    runner = AsyncCrawlerRunner(settings)
    crawler = runner.create_crawler(Visitor)
    await asyncio.wait_for(runner.crawl(crawler), 30)
    if errors:
        raise errors[0]
    return crawler


async def get(crawler: Crawler, url: str, **options: Any) -> Response:
    """One exchange as a comment system makes it."""
    return await crawler.engine.download_async(Request(url, dont_filter=True, **options))
