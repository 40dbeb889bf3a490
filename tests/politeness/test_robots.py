from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from urllib.parse import urlparse

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inprocess import crawl, get
from loopback import Answer, LoopbackSite
from scrapy.crawler import Crawler

from crawler.politeness import robots
from crawler.politeness.refusal import RefusedError
from crawler.politeness.robots import MAX_BYTES, authority, groups_of, leading_lines

Loopback = Callable[..., LoopbackSite]
PAGE = Answer("a page")


def rules(text: str) -> Answer:
    return Answer(text)


async def is_read(site: LoopbackSite, **settings: object) -> bool:
    """Whether a page is fetched; its refusal must come from robots."""
    bodies: list[bytes] = []
    refusals: list[RefusedError] = []

    async def work(crawler: Crawler) -> None:
        try:
            bodies.append((await get(crawler, site.url("/page"))).body)
        except RefusedError as error:
            refusals.append(error)

    await crawl(work, **settings)
    for error in refusals:
        assert error.reason == "robots"
        assert error.detail.startswith(site.url("/page"))
    assert len(site.times("/page")) == len(bodies), "a refused page must not be asked for, and a read one must be"
    return bodies == [b"a page"]


@pytest.mark.parametrize("status", [200, 204, 400, 401, 403, 404, 410, 418, 451, 499])
async def test_a_site_without_rules_is_read(loopback: Loopback, status: int) -> None:
    # The body of an error page is no rule, whatever stands in it.
    body = "" if status in (200, 204) else "User-agent: *\nDisallow: /"
    assert await is_read(loopback({"/robots.txt": Answer(body, status), "/page": PAGE}))


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504, 520, 599, 304])
async def test_a_site_whose_rules_cannot_be_had_is_not_read(loopback: Loopback, status: int) -> None:
    site = loopback({"/robots.txt": Answer("User-agent: *\nAllow: /", status), "/page": PAGE})
    assert not await is_read(site, RETRY_TIMES=0)


async def test_an_unreachable_robots_txt_forbids_the_page() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/page"

        async def work(crawler: Crawler) -> None:
            with pytest.raises(RefusedError, match=r"robots\.txt cannot be read"):
                await get(crawler, url)

        await crawl(work, RETRY_TIMES=0)


async def test_a_robots_txt_that_never_ends_forbids_the_page(loopback: Loopback) -> None:
    site = loopback({"/robots.txt": Answer("", wait=1.5), "/page": PAGE})
    assert not await is_read(site, DOWNLOAD_TIMEOUT=0.3, RETRY_TIMES=0)


async def test_an_answer_that_cannot_be_read_forbids_the_page_and_is_called_so(loopback: Loopback) -> None:
    site = loopback({"/robots.txt": Answer("plain", headers={"Content-Encoding": "gzip"})})

    async def work(crawler: Crawler) -> None:
        with pytest.raises(RefusedError, match=r"robots\.txt cannot be had \(.* cannot be decompressed"):
            await get(crawler, site.url("/page"))

    await crawl(work)


async def test_an_error_of_a_moment_is_asked_again(loopback: Loopback) -> None:
    site = loopback({"/robots.txt": lambda n: Answer("", 500 if n == 0 else 404), "/page": PAGE})
    assert await is_read(site, RETRY_TIMES=1)


async def test_an_unreadable_robots_txt_is_asked_again_after_a_while_and_not_before(loopback: Loopback) -> None:
    site = loopback({"/robots.txt": lambda n: Answer("", 500 if n == 0 else 404), "/page": PAGE})

    async def work(crawler: Crawler) -> None:
        for _ in range(3):
            with pytest.raises(RefusedError, match="status 500"):
                await get(crawler, site.url("/page"))
        assert len(site.times("/robots.txt")) == 1
        await asyncio.sleep(0.5)
        assert (await get(crawler, site.url("/page"))).body == b"a page"

    await crawl(work, RETRY_TIMES=0, ROBOTS_RETRY_SECONDS=0.4)


async def test_rules_are_asked_for_again_when_they_are_old(loopback: Loopback) -> None:
    site = loopback(
        {"/robots.txt": lambda n: rules("" if n == 0 else "User-agent: *\nDisallow: /page"), "/page": PAGE}
    )

    async def work(crawler: Crawler) -> None:
        await get(crawler, site.url("/page"))
        await get(crawler, site.url("/page"))
        assert len(site.times("/robots.txt")) == 1
        await asyncio.sleep(0.5)
        with pytest.raises(RefusedError, match=r"robots\.txt forbids it to Talkback"):
            await get(crawler, site.url("/page"))

    await crawl(work, ROBOTS_CACHE_SECONDS=0.4)


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("User-agent: *\nDisallow: /", False),
        ("User-agent: *\nDisallow: /p", False),
        ("User-agent: *\nDisallow:", True),
        ("User-agent: *\nDisallow: /page$", False),
        ("User-agent: *\nDisallow: /*ge", False),
        ("User-agent: *\nDisallow: /p\nAllow: /page", True),
        ("User-agent: TALKBACK\nDisallow: /page\n\nUser-agent: *\nDisallow:", False),
        ("User-agent: talkback\nDisallow:\n\nUser-agent: *\nDisallow: /", True),
        ("User-agent: otherbot\nDisallow: /", True),
        ("User-agent: a\nUser-agent: talkback\nDisallow: /page", False),
        ("\ufeffUser-agent: *\r\nDisallow: /page\r\n", False),
        ("User-agent: Talkback/0.1\nDisallow: /page", False),
        ("User-agent: Talkback/0.1\nDisallow:\n\nUser-agent: *\nDisallow: /", True),
        ("User-agent: Talk\nAllow: /\n\nUser-agent: *\nDisallow: /page", False),
        ("User-agent: TalkbackBot\nDisallow: /", True),
        ("User-agent: NotTalkback\nDisallow: /", True),
        ("USERAGENT talkback # that one\rDisallow: /page\r", False),
        ("User-agent: a\nDisallow: /\nUser-agent:\nDisallow: /page", True),
        ("User-agent: * all\nDisallow: /page", False),
        ("User-agent: a\nDisallow: /x\n\nUser-agent: talkback\nUser-agent: b\nDisallow: /page", False),
        ("<!DOCTYPE html><html><title>Home</title><p>User-agent: * Disallow: /</html>", True),
    ],
)
async def test_rules_are_matched_as_the_rfc_says(loopback: Loopback, text: str, *, allowed: bool) -> None:
    assert await is_read(loopback({"/robots.txt": rules(text), "/page": PAGE})) is allowed


async def test_the_token_decides_whatever_the_user_agent_is(loopback: Loopback) -> None:
    site = loopback({"/robots.txt": rules("User-agent: talkback\nDisallow: /"), "/page": PAGE})
    assert not await is_read(site, USER_AGENT="Something/1.0")


async def test_rules_belong_to_one_port(loopback: Loopback) -> None:
    closed = loopback({"/robots.txt": rules("User-agent: *\nDisallow: /"), "/page": PAGE})
    opened = loopback({"/page": PAGE})

    async def work(crawler: Crawler) -> None:
        with pytest.raises(RefusedError):
            await get(crawler, closed.url("/page"))
        assert (await get(crawler, opened.url("/page"))).body == b"a page"

    await crawl(work)


async def test_each_hop_of_a_redirect_is_asked_for_at_its_own_host(loopback: Loopback) -> None:
    target = loopback({"/robots.txt": rules("User-agent: *\nDisallow: /private"), "/private": PAGE, "/public": PAGE})
    start = loopback(
        {
            "/to-private": Answer(status=302, headers={"Location": target.url("/private")}),
            "/to-public": Answer(status=302, headers={"Location": target.url("/public")}),
        }
    )

    async def work(crawler: Crawler) -> None:
        assert (await get(crawler, start.url("/to-public"))).url == target.url("/public")
        with pytest.raises(RefusedError):
            await get(crawler, start.url("/to-private"))

    await crawl(work)
    assert target.times("/robots.txt")
    assert not target.times("/private")


async def test_a_redirected_robots_txt_counts_for_the_host_that_was_asked(loopback: Loopback) -> None:
    other = loopback({"/r": rules("User-agent: *\nDisallow: /page")})
    site = loopback({"/robots.txt": Answer(status=301, headers={"Location": other.url("/r")}), "/page": PAGE})
    assert not await is_read(site)


@pytest.mark.parametrize(("hops", "allowed"), [(5, True), (6, False)])
async def test_five_redirects_of_a_robots_txt_are_followed(loopback: Loopback, hops: int, *, allowed: bool) -> None:
    paths = {"/page": PAGE, f"/r{hops}": rules(""), "/robots.txt": Answer(status=302, headers={"Location": "/r1"})}
    paths |= {f"/r{n}": Answer(status=302, headers={"Location": f"/r{n + 1}"}) for n in range(1, hops)}
    assert await is_read(loopback(paths)) is allowed


async def test_a_burst_asks_for_the_rules_once(loopback: Loopback) -> None:
    site = loopback({"/robots.txt": Answer("", 404, wait=0.2), "/page": PAGE})

    async def work(crawler: Crawler) -> None:
        await asyncio.gather(*(get(crawler, site.url("/page")) for _ in range(5)))

    await crawl(work)
    assert len(site.times("/robots.txt")) == 1


async def test_a_visit_that_is_given_up_does_not_take_the_rules_from_the_others(loopback: Loopback) -> None:
    site = loopback({"/robots.txt": Answer("", 404, wait=0.3), "/page": PAGE})

    async def work(crawler: Crawler) -> None:
        first = asyncio.ensure_future(get(crawler, site.url("/page")))
        second = asyncio.ensure_future(get(crawler, site.url("/page")))
        await asyncio.sleep(0.1)
        first.cancel()
        assert (await second).body == b"a page"

    await crawl(work)


async def test_known_hosts_are_bounded(loopback: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(robots, "MAX_KNOWN", 2)
    sites = [loopback({"/page": PAGE}) for _ in range(4)]

    async def work(crawler: Crawler) -> None:
        for site in sites:
            await get(crawler, site.url("/page"))
        assert len(crawler.get_downloader_middleware(robots.Robots)._known) == 2

    await crawl(work)


def test_a_huge_robots_txt_is_cut_at_a_line() -> None:
    body = b"Disallow: /private/\n" * 30_000
    head = leading_lines(body)
    assert MAX_BYTES - 20 <= len(head) <= MAX_BYTES
    assert head.endswith(b"/private/\n")
    assert leading_lines(b"x" * (MAX_BYTES + 1)) == b""
    assert leading_lines(b"Disallow: /a") == b"Disallow: /a"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://Example.org/a", "http://example.org"),
        ("https://example.org:443/", "https://example.org"),
        ("http://example.org:443/", "http://example.org:443"),
        ("https://user:secret@example.org/", "https://example.org"),
        ("http://[2001:DB8::1]/", "http://[2001:db8::1]"),
        ("http://[2001:db8::1]:8080/", "http://[2001:db8::1]:8080"),
        ("http://[2001:db8::1]:80/", "http://[2001:db8::1]"),
        ("http://example.org:99999/", "http://example.org:99999"),
    ],
)
def test_rules_belong_to_scheme_host_and_port(url: str, expected: str) -> None:
    assert authority(urlparse(url)) == expected


@given(st.binary(max_size=200), st.integers(0, 40))
def test_any_bytes_are_rules(body: bytes, port: int) -> None:
    from scrapy.robotstxt import ProtegoRobotParser

    parser = ProtegoRobotParser(groups_of(leading_lines(body), "Talkback"), None)
    assert parser.allowed(f"http://example.org:{port}/", "Talkback") in (True, False)
