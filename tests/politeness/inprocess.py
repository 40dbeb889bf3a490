"""Whole crawls in the test's own event loop, with the project's settings and without pipelines."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from pages_crawl import in_this_loop
from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerRunner, Crawler
from scrapy.http import Response


async def crawl(work: Callable[[Crawler], Awaitable[None]], **changes: Any) -> Crawler:
    """Run ``work`` while a spider is open. Pauses are short unless a test changes them."""
    own = {
        "SPIDER_MODULES": [], "ITEM_PIPELINES": {}, "EXTENSIONS": {},
        "BACKOFF_SECONDS": 0.05, "RETRY_TIMES": 2, "DOWNLOAD_TIMEOUT": 5,
    }  # fmt: skip
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

    runner = AsyncCrawlerRunner(in_this_loop(**{**own, **changes}))
    crawler = runner.create_crawler(Visitor)
    await asyncio.wait_for(runner.crawl(crawler), 30)
    if errors:
        raise errors[0]
    return crawler


async def get(crawler: Crawler, url: str, **options: Any) -> Response:
    """One exchange as a comment system makes it."""
    return await crawler.engine.download_async(Request(url, dont_filter=True, **options))
