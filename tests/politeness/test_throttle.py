from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from time import monotonic

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inprocess import crawl, get
from loopback import Answer, LoopbackSite
from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler

from crawler.politeness.manners import LEAST_DELAY
from crawler.politeness.refusal import RefusedError
from crawler.politeness.retry_after import LONGEST, retry_after

Loopback = Callable[..., LoopbackSite]
PAGE = Answer("a page")
SLACK = 0.08
"""Timers may fire a little early by another clock, and a busy machine sees the request before late, seconds."""


def gaps(times: list[float]) -> list[float]:
    return [later - earlier for earlier, later in pairwise(times)]


def delayed(seconds: float | str) -> Answer:
    return Answer(f"User-agent: *\nCrawl-delay: {seconds}\n")


def once(status: int, **headers: str) -> Callable[[int], Answer]:
    """An answer that asks for less, then the page."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda before: Answer("slow down", status, named) if before == 0 else PAGE


# --- Crawl-delay ---------------------------------------------------------------------------------


@pytest.mark.parametrize("concurrency", [1, 4])
async def test_a_crawl_delay_parts_all_requests_also_the_one_of_the_rules(loopback: Loopback, concurrency: int) -> None:
    site = loopback({"/robots.txt": delayed(0.3), "/page": PAGE})

    async def work(crawler: Crawler) -> None:
        await asyncio.gather(*(get(crawler, site.url("/page")) for _ in range(3)))

    await crawl(work, CONCURRENT_REQUESTS_PER_DOMAIN=concurrency)
    assert min(gaps([asked.at for asked in site.asked])) >= 0.3 - SLACK


async def test_a_crawl_delay_outlives_an_idle_queue(loopback: Loopback) -> None:
    site = loopback({"/robots.txt": delayed(0.3), "/page": PAGE})

    async def work(crawler: Crawler) -> None:
        await get(crawler, site.url("/page"))
        crawler.engine.downloader._slot_gc(age=-60)
        assert not crawler.engine.downloader.slots
        await asyncio.gather(*(get(crawler, site.url("/page")) for _ in range(2)))

    await crawl(work)
    assert gaps(site.times("/page"))[-1] >= 0.3 - SLACK


async def test_a_crawl_delay_never_lowers_the_configured_delay(loopback: Loopback) -> None:
    site = loopback({"/robots.txt": delayed(0.01), "/page": PAGE})

    async def work(crawler: Crawler) -> None:
        await asyncio.gather(*(get(crawler, site.url("/page")) for _ in range(2)))

    await crawl(work, DOWNLOAD_DELAY=0.3)
    assert gaps(site.times("/page"))[0] >= 0.3 - SLACK


async def test_a_crawl_delay_is_kept_up_to_the_maximum_and_the_log_says_so(
    loopback: Loopback, caplog: pytest.LogCaptureFixture
) -> None:
    site = loopback({"/robots.txt": delayed(3_600), "/page": PAGE})

    async def work(crawler: Crawler) -> None:
        await asyncio.gather(*(get(crawler, site.url("/page")) for _ in range(2)))

    with caplog.at_level(logging.WARNING):
        await crawl(work, CRAWL_DELAY_MAX=0.2)
    assert gaps(site.times("/page"))[0] >= 0.2 - SLACK
    assert "Crawl-delay of 3600 s; 0.2 s are kept" in caplog.text


@pytest.mark.parametrize("value", ["-5", "soon", "nan", "inf", ""])
async def test_a_crawl_delay_that_is_no_number_is_none(loopback: Loopback, value: str) -> None:
    site = loopback({"/robots.txt": delayed(value), "/page": PAGE})

    async def work(crawler: Crawler) -> None:
        await get(crawler, site.url("/page"))
        assert crawler.engine.downloader.slots["127.0.0.1"].delay <= LEAST_DELAY

    await crawl(work)


async def test_a_redirect_keeps_the_pace_of_the_host_it_leads_to(loopback: Loopback) -> None:
    slow = loopback({"/robots.txt": delayed(0.3), "/page": PAGE})
    start = loopback({"/away": Answer(status=302, headers={"Location": slow.url("/page", "localhost")})})

    async def work(crawler: Crawler) -> None:
        await asyncio.gather(*(get(crawler, start.url("/away")) for _ in range(3)))

    await crawl(work)
    assert min(gaps(slow.times("/page"))) >= 0.3 - SLACK
    assert max(gaps(start.times("/away"))) < 0.3, "the host that only redirects has no delay"


@pytest.mark.parametrize("limit", [1, 2])
async def test_no_more_requests_run_at_once_than_allowed_even_without_a_delay(loopback: Loopback, limit: int) -> None:
    site = loopback({"/page": Answer("a page", wait=0.1)})
    running: list[int] = []

    async def work(crawler: Crawler) -> None:
        crawler.signals.connect(count, signals.request_left_downloader)
        await get(crawler, site.url("/first"))
        await asyncio.gather(*(get(crawler, site.url("/page")) for _ in range(6)))

    def count(request: Request, spider: Spider) -> None:
        running.append(len(spider.crawler.engine.downloader.slots["127.0.0.1"].transferring))

    await crawl(work, CONCURRENT_REQUESTS_PER_DOMAIN=limit)
    assert max(running) <= limit
    assert gaps(site.times("/page"))[limit - 1] >= 0.1 - SLACK


# --- Retry-After ---------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [429, 503])
async def test_retry_after_is_waited_for_and_then_the_page_is_read(loopback: Loopback, status: int) -> None:
    site = loopback({"/page": once(status, Retry_After="1")})

    async def work(crawler: Crawler) -> None:
        assert (await get(crawler, site.url("/page"))).body == b"a page"

    await crawl(work)
    assert gaps(site.times("/page"))[0] >= 1 - SLACK


async def test_all_requests_to_the_host_wait_and_other_hosts_and_the_event_loop_do_not(loopback: Loopback) -> None:
    site = loopback({"/page": once(429, Retry_After="1"), "/queued": PAGE, "/later": PAGE})
    other = loopback({"/page": PAGE})
    ticks: list[float] = []

    async def tick() -> None:
        while True:
            ticks.append(monotonic())
            await asyncio.sleep(0.05)

    async def later(crawler: Crawler) -> None:
        await asyncio.sleep(0.3)
        await asyncio.gather(get(crawler, site.url("/later")), get(crawler, other.url("/page", "localhost")))

    async def work(crawler: Crawler) -> None:
        await get(crawler, site.url("/first"))  # the rules are known from here on
        ticker = asyncio.ensure_future(tick())
        await asyncio.gather(get(crawler, site.url("/page")), get(crawler, site.url("/queued")), later(crawler))
        ticker.cancel()

    await crawl(work)
    refused = site.times("/page")[0]
    assert min(site.times("/queued")[0], site.times("/later")[0], site.times("/page")[1]) >= refused + 1 - SLACK
    assert other.times("/page")[0] < refused + 0.8
    assert max(gaps(ticks)) < 0.5


async def test_a_retry_after_longer_than_the_maximum_closes_the_host(loopback: Loopback) -> None:
    site = loopback({"/page": Answer("later", 429, {"Retry-After": "86400"}), "/next": PAGE})

    async def work(crawler: Crawler) -> None:
        assert (await get(crawler, site.url("/page"))).status == 429
        with pytest.raises(RefusedError, match="left alone for 86400 s"):
            await get(crawler, site.url("/next"))

    await crawl(work)
    assert len(site.times("/page")) == 1
    assert not site.times("/next")


async def test_requests_that_wait_when_a_host_closes_are_not_made(loopback: Loopback) -> None:
    site = loopback({"/page": Answer("later", 429, {"Retry-After": "86400"}, wait=0.3), "/queued": PAGE})

    async def work(crawler: Crawler) -> None:
        await get(crawler, site.url("/first"))
        closing = asyncio.create_task(get(crawler, site.url("/page")))
        while site.asked[-1].path != "/page":  # noqa: ASYNC110 - the site is a thread of its own
            await asyncio.sleep(0.01)
        queued = [get(crawler, site.url("/queued")) for _ in range(3)]
        first, *queued = await asyncio.gather(closing, *queued, return_exceptions=True)
        assert first.status == 429
        assert [error.reason for error in queued] == ["blocked"] * 3

    await crawl(work)
    assert not site.times("/queued")


async def test_a_closed_host_is_asked_again_when_its_time_is_over(loopback: Loopback) -> None:
    site = loopback({"/page": once(503, Retry_After="0.4")})

    async def work(crawler: Crawler) -> None:
        assert (await get(crawler, site.url("/page"))).status == 503
        with pytest.raises(RefusedError):
            await get(crawler, site.url("/page"))
        await asyncio.sleep(0.45)
        assert (await get(crawler, site.url("/page"))).body == b"a page"

    await crawl(work, RETRY_AFTER_MAX=0.2)


async def test_a_host_that_refuses_without_a_time_is_asked_at_growing_distances(loopback: Loopback) -> None:
    site = loopback({"/page": Answer("busy", 503)})

    async def work(crawler: Crawler) -> None:
        assert (await get(crawler, site.url("/page"))).status == 503

    await crawl(work, BACKOFF_SECONDS=0.2, RETRY_TIMES=2)
    first, second = gaps(site.times("/page"))
    assert first >= 0.2 - SLACK
    assert second >= 0.4 - SLACK


async def test_the_distance_is_short_again_after_a_good_answer(loopback: Loopback) -> None:
    site = loopback({"/page": lambda before: Answer("busy", 503) if before % 2 == 0 else PAGE})

    async def work(crawler: Crawler) -> None:
        for _ in range(3):
            assert (await get(crawler, site.url("/page"))).body == b"a page"

    await crawl(work, BACKOFF_SECONDS=0.2)
    assert max(gaps(site.times("/page"))) < 0.4


@pytest.mark.parametrize("status", [500, 502])
async def test_an_error_that_asks_for_nothing_pauses_nobody(loopback: Loopback, status: int) -> None:
    site = loopback({"/page": Answer("broken", status, {"Retry-After": "3"})})

    async def work(crawler: Crawler) -> None:
        assert (await get(crawler, site.url("/page"))).status == status

    await crawl(work, RETRY_TIMES=1)
    assert gaps(site.times("/page"))[0] < 1


async def test_a_pause_outlives_the_cleaning_of_idle_queues(loopback: Loopback) -> None:
    site = loopback({"/page": Answer("busy", 429, {"Retry-After": "1"}), "/next": PAGE})

    async def work(crawler: Crawler) -> None:
        assert (await get(crawler, site.url("/page"))).status == 429
        crawler.engine.downloader._slot_gc(age=0)
        await get(crawler, site.url("/next"))

    await crawl(work, RETRY_TIMES=0)
    assert site.times("/next")[0] - site.times("/page")[0] >= 1 - SLACK


# --- the header ----------------------------------------------------------------------------------

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def header(moment: datetime) -> bytes:
    return moment.strftime("%a, %d %b %Y %H:%M:%S GMT").encode()


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (b"120", 120),
        (b" 0 ", 0),
        (b"1.5", 1.5),
        (b"9" * 5_000, LONGEST),
        (header(NOW + timedelta(seconds=90)), 90),
        (header(NOW - timedelta(days=1)), 0),
        (b"Friday, 02-Jan-26 03:05:05 GMT", 60),
        (b"Fri Jan  2 03:05:05 2026", 60),
        (b"", None),
        (None, None),
        (b"-1", None),
        (b"soon", None),
        ("\u0663".encode(), None),
        (b"Fri, 99 Jan 2026 03:05:05 GMT", None),
    ],
)
def test_retry_after_is_read_in_both_forms(value: bytes | None, seconds: float | None) -> None:
    assert retry_after(value, date=None, now=NOW.timestamp()) == seconds


def test_a_wrong_clock_of_the_server_does_not_matter() -> None:
    theirs = NOW + timedelta(days=400)
    value, date = header(theirs + timedelta(seconds=30)), header(theirs)
    assert retry_after(value, date=date, now=NOW.timestamp()) == 30


@given(st.binary(max_size=80), st.binary(max_size=80))
def test_any_bytes_give_a_wait_or_none(value: bytes, date: bytes) -> None:
    wait = retry_after(value, date=date, now=NOW.timestamp())
    assert wait is None or wait >= 0
