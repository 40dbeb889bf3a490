from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic

import pytest
from inprocess import crawl, get
from loopback import Answer, LoopbackSite
from scrapy.crawler import Crawler

from crawler.politeness.refusal import RefusedError

STOPPING = {"crawler.stopping.Stopping": 0}
TASKS: set[asyncio.Task[None]] = set()


def stop(crawler: Crawler) -> None:
    """Close the spider as a limit does; who waits for it inside the spider waits for himself."""
    task = asyncio.get_running_loop().create_task(crawler.engine.close_spider_async(reason="cancelled"))
    TASKS.add(task)
    task.add_done_callback(TASKS.discard)


@pytest.mark.parametrize(
    "paths",
    [
        pytest.param({"/robots.txt": Answer("User-agent: *\nCrawl-delay: 30")}, id="crawl-delay"),
        pytest.param({"/page": Answer("busy", 429, {"Retry-After": "30"})}, id="retry-after"),
    ],
)
async def test_a_crawl_that_is_stopped_does_not_wait_for_a_slow_host(
    loopback: Callable[..., LoopbackSite], paths: dict[str, Answer]
) -> None:
    site = loopback(paths)
    refusals: list[RefusedError] = []
    began = monotonic()

    async def work(crawler: Crawler) -> None:
        requests = [asyncio.ensure_future(get(crawler, site.url("/page"))) for _ in range(3)]
        await asyncio.sleep(0.5)
        stop(crawler)
        outcomes = await asyncio.gather(*requests, return_exceptions=True)
        refusals.extend(outcome for outcome in outcomes if isinstance(outcome, RefusedError))

    await crawl(work, EXTENSIONS=STOPPING)
    assert [refusal.reason for refusal in refusals] == ["interrupted"] * 3
    assert monotonic() - began < 10


async def test_a_request_on_the_wire_is_waited_for(loopback: Callable[..., LoopbackSite]) -> None:
    site = loopback({"/page": Answer("a page", wait=1.5)})
    bodies: list[bytes] = []

    async def work(crawler: Crawler) -> None:
        request = asyncio.ensure_future(get(crawler, site.url("/page")))
        await asyncio.sleep(0.4)
        stop(crawler)
        bodies.append((await request).body)

    await crawl(work, EXTENSIONS=STOPPING)
    assert bodies == [b"a page"]
