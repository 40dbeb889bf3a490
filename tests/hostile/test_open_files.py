"""A crawl of many hosts keeps to the files that the system lets it open."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from loopback import Answer, LoopbackSite
from scrapy.settings import Settings

import crawler.settings as project
from crawler.safety.open_files import OTHERS
from crawler.settings_check import problems

ROOT = Path(__file__).parents[2]

PROGRAM = """
import asyncio, json, resource, sys
from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings

class Visitor(Spider):
    name = "visitor"

    async def start(self):
        engine = self.crawler.engine
        for url in sys.argv[2:]:
            await engine.download_async(Request(url, dont_filter=True))
            await asyncio.sleep(0.05)
        pool = engine.downloader.handlers._get_handler("http")._pool
        print(json.dumps([key[2] for key, idle in pool._connections.items() if idle]))
        return
        yield

resource.setrlimit(resource.RLIMIT_NOFILE, (int(sys.argv[1]),) * 2)
settings = Settings()
settings.setmodule("crawler.settings")
own = {"SPIDER_MODULES": [], "ITEM_PIPELINES": {}, "EXTENSIONS": {}, "DOWNLOAD_DELAY": 0, "LOG_LEVEL": "ERROR"}
settings.setdict({**own, "CONCURRENT_REQUESTS": 8, "ALLOW_PRIVATE_HOSTS": "127.0.0.1"}, priority="cmdline")
process = AsyncCrawlerProcess(settings)
process.crawl(Visitor)
process.start()
"""


@pytest.mark.parametrize(("more", "kept"), [(4, 2), (0, 0), (100, 5)])
def test_the_connections_that_hosts_leave_behind_are_bounded_and_the_last_ones_stay(more, kept):
    sites = [LoopbackSite({"/": Answer("hello")}) for _ in range(5)]
    command = [sys.executable, "-c", PROGRAM, str(OTHERS + 8 + more), *(site.url("/") for site in sites)]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    finally:
        for site in sites:
            site.close()
    assert done.stdout, done.stderr
    assert json.loads(done.stdout) == [site.port for site in sites[5 - kept :]]


@pytest.mark.parametrize(("files", "requests", "said"), [(64, 32, "64"), (128, 100, "128"), (96, 32, ""), (-1, 10_000, "")])
def test_a_crawl_is_refused_where_its_files_do_not_suffice(monkeypatch, files, requests, said):
    monkeypatch.setattr(resource, "getrlimit", lambda _: (files, files))
    settings = Settings()
    settings.setmodule(project)
    settings.set("CONCURRENT_REQUESTS", requests)
    found = [problem for problem in problems(settings) if problem.startswith(f"CONCURRENT_REQUESTS is {requests}: ")]
    assert len(found) == bool(said)
    if said:
        assert f"the system allows {said};" in found[0]
