"""The manners under Scrapy's default reactor and download handler; the other tests run without a reactor."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from loopback import Answer, LoopbackSite

from crawler import __version__

ROOT = Path(__file__).parents[2]

PROGRAM = """
import json, sys
from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings

class Visitor(Spider):
    name = "visitor"

    async def start(self):
        outcomes = []
        for url in sys.argv[1:]:
            try:
                response = await self.crawler.engine.download_async(Request(url, dont_filter=True))
                outcomes.append([response.status, response.url])
            except Exception as error:
                outcomes.append([type(error).__name__, str(error)])
        print(json.dumps(outcomes))
        return
        yield

settings = Settings()
settings.setmodule("crawler.settings")
own = {"SPIDER_MODULES": [], "ITEM_PIPELINES": {}, "EXTENSIONS": {}, "DOWNLOAD_DELAY": 0, "LOG_LEVEL": "ERROR"}
own["ALLOW_PRIVATE_HOSTS"] = "127.0.0.1"
settings.setdict({**own, "CONTACT": "https://example.org/bot"}, priority="cmdline")
process = AsyncCrawlerProcess(settings)
process.crawl(Visitor)
process.start()
"""


def visit(*urls: str) -> list[list[object]]:
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, *urls], check=True, cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    return json.loads(run.stdout)


def test_rules_pace_retries_and_redirects_hold_there_too(loopback: Callable[..., LoopbackSite], tmp_path: Path) -> None:
    slow = Answer("slow down", 429, {"Retry-After": "1"})
    site = loopback(
        {
            "/robots.txt": Answer("User-agent: Talkback\nDisallow: /private\nCrawl-delay: 0.3"),
            "/page": lambda before: slow if before == 0 else Answer("a page"),
            "/away": Answer(status=301, headers={"Location": "/private"}),
            "/to-file": Answer(status=302, headers={"Location": tmp_path.as_uri()}),
            "/broken": Answer("no", 404),
        }
    )
    private, away, page, to_file, broken, file = visit(
        *(site.url(path) for path in ("/private", "/away", "/page", "/to-file", "/broken")), tmp_path.as_uri()
    )
    assert private[0] == away[0] == "RefusedError"
    assert not site.times("/private")
    assert page == [200, site.url("/page")]
    first, second = site.times("/page")
    assert second - first >= 0.98
    # Of all gaps together: a busy machine may note one request late, and so make the gap after it look short.
    gaps = sorted(later.at - earlier.at for earlier, later in pairwise(site.asked))[:-1]  # without the second of Retry-After
    assert sum(gaps) >= 0.28 * len(gaps) - 0.2, "Crawl-delay is kept"
    assert to_file == [302, site.url("/to-file")], "a redirect to another scheme is not followed"
    assert broken[0] == 404, "any status is a response"
    assert file[0] == "RefusedError", "a local file is never read"
    assert {asked.headers["User-Agent"] for asked in site.asked} == {f"Talkback/{__version__} (+https://example.org/bot)"}
    assert not any("Cookie" in asked.headers or "Accept-Language" in asked.headers for asked in site.asked)
