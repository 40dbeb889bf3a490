"""Pages through a scheduler: asked for, some of them twice, leased, visited, done; ours and Scrapy's two."""

from __future__ import annotations

import tempfile
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Final

from scrapy import Request, Spider
from scrapy.core.engine import ExecutionEngine
from scrapy.core.scheduler import Scheduler
from scrapy.crawler import Crawler
from scrapy.settings import Settings

from benchmarks.measuring import Figure, Goal, Stopwatch, Way, measured
from benchmarks.pages import WORDS
from crawler.fetch import spelt_request
from crawler.frontier import Frontier
from crawler.items import Capture

UNDER_WAY: Final = 16
"""Pages that are visited at a time: Scrapy's CONCURRENT_REQUESTS."""
BATCH: Final = 500
"""Visits whose rows go into one commit; ours notes each visit with it."""
HOSTS: Final = (12, 1_000)
"""Few, as of a crawl of one publisher, and many."""


class _Pages(Spider):
    """What the frontier asks of a spider, as `crawler.spiders.base` answers it."""

    name = "bench"

    def visited(self, response: Any) -> None:
        """A page was read."""

    def failed(self, failure: Any) -> None:
        """It could not be."""

    def page_request(self, url: str, asked: str) -> Request:
        """The request of a page whose turn has come."""
        return spelt_request(
            url, callback=self.visited, errback=self.failed, cb_kwargs={"asked": asked}, dont_filter=True
        )


def addresses(count: int, hosts: int, seed: int) -> Iterator[str]:
    """So many addresses of many hosts; every tenth was there before."""
    rng = Random(seed)  # noqa: S311  repeatable on purpose
    told: list[str] = []
    for number in range(count):
        if number % 10 == 9:
            yield rng.choice(told)
            continue
        slug = "-".join(rng.choices(WORDS, k=6))
        told.append(f"https://www.news-{rng.randrange(hosts)}.com/2024/03/{slug}-{number}/")
        yield told[-1]


@dataclass(slots=True)
class Passage:
    """Requests on their way through a scheduler."""

    scheduler: Any
    requests: list[Request]
    close: Callable[[], None]
    settle: Callable[[Request], None]

    def run(self) -> int:
        """All of them; how many pages were leased."""
        for request in self.requests:
            self.scheduler.enqueue_request(request)
        under_way: deque[Request] = deque()
        done = 0
        while True:
            request = self.scheduler.next_request()
            if request is not None:
                under_way.append(request)
            if request is None and not under_way:
                break
            if request is None or len(under_way) >= UNDER_WAY:
                self.settle(under_way.popleft())
                done += 1
        self.close()
        return done


def ours(count: int, hosts: int, seed: int, folder: Path) -> Passage:
    """Our frontier, in a file."""
    path = Path(tempfile.mkdtemp(dir=folder)) / "frontier.sqlite"
    crawler, spider = _crawler({"SCHEDULER": Frontier, "FRONTIER_FILE": str(path)})
    frontier = Frontier.from_crawler(crawler)
    frontier.open(spider)
    over = 0
    number = 0

    def commit() -> None:
        nonlocal number
        number += 1
        frontier.mark(number, None)
        frontier.acknowledge(number, None)

    def settle(request: Request) -> None:
        nonlocal over
        lease = request.cb_kwargs["lease"]
        frontier.captured(
            Capture(visit_id="", capture_id="", observed_at=0, url=request.url, lease=lease, is_last=True)
        )
        over += 1
        if over % BATCH == 0:
            commit()

    def close() -> None:
        commit()
        frontier.close("finished")

    def requests() -> Iterator[Request]:
        for url in addresses(count, hosts, seed):
            yield spider.page_request(url, url)

    return Passage(frontier, list(requests()), close, settle)


def in_memory(count: int, hosts: int, seed: int, _folder: Path) -> Passage:
    """Scrapy's scheduler and its filter of duplicates."""
    return _scrapys(count, hosts, seed, {})


def on_disk(count: int, hosts: int, seed: int, folder: Path) -> Passage:
    """The same with JOBDIR: it goes on after a clean stop, and loses pages when it is killed."""
    return _scrapys(count, hosts, seed, {"JOBDIR": tempfile.mkdtemp(dir=folder)})


def _scrapys(count: int, hosts: int, seed: int, settings: dict[str, Any]) -> Passage:
    crawler, spider = _crawler({"SCHEDULER": Scheduler, **settings})
    scheduler = Scheduler.from_crawler(crawler)
    scheduler.open(spider)
    requests = [Request(url, callback=spider.visited, errback=spider.failed) for url in addresses(count, hosts, seed)]

    def close() -> None:
        scheduler.close("finished")

    return Passage(scheduler, requests, close, lambda _request: None)


def _crawler(settings: dict[str, Any]) -> tuple[Crawler, _Pages]:
    """A crawler with all that a scheduler asks, which never starts."""
    fixed = {"TWISTED_REACTOR_ENABLED": False, "EXTENSIONS": {}, "DOWNLOAD_HANDLERS": {"http": None, "https": None}}
    crawler = Crawler(_Pages, Settings({**fixed, **settings}))
    crawler._apply_settings()  # noqa: SLF001 - as `Crawler.crawl` does before it starts the engine
    crawler.spider = spider = _Pages.from_crawler(crawler)
    crawler.engine = ExecutionEngine(crawler, lambda _: None)
    return crawler, spider


def passages(folder: Path, pages: int, hosts: int, rounds: int) -> Figure:
    """Microseconds a page that is asked for."""
    ways = {"Talkback's frontier": ours, "Scrapy, memory": in_memory, "Scrapy, JOBDIR": on_disk}

    def way(name: str) -> Way:
        def once(number: int) -> dict[str, float]:
            passage, watch = ways[name](pages, hosts, number, folder), Stopwatch()
            with watch:
                leased = passage.run()
            if leased != pages - pages // 10:
                raise RuntimeError(f"{name} leased {leased} of {pages - pages // 10} pages")
            return {name: watch.spent}

        return once

    goals = [Goal("Talkback's frontier", "Scrapy, memory", 1.3), Goal("Talkback's frontier", "Scrapy, JOBDIR", 1.0)]
    name = f"A page through the frontier ({pages:,} asked for, {hosts:,} hosts)"
    figure = Figure(name, "us a page", goals=goals)
    return measured(figure, [way(each) for each in ways], rounds=rounds, per=1e6 / pages)
