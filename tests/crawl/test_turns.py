"""Few visits are begun at once, and one that waits for an answer keeps no other from beginning."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from scrapy import Request
from scrapy.http import HtmlResponse
from scrapy.utils.test import get_crawler

from crawler.extract.document import LONG
from crawler.items import Capture
from crawler.spiders import base
from crawler.spiders.base import BEGUN, VisitSpider

MANY = 3 * BEGUN


class Pages:
    """Visits of pages, counted while they are open."""

    def __init__(self, monkeypatch, *, asks: str = ""):
        self.open = self.most = self.asking = 0
        self.answers = asyncio.Event()
        self._asks = asks
        monkeypatch.setattr(base, "visit", self._visit)
        self.spider = VisitSpider.from_crawler(get_crawler(VisitSpider, {"VISIT_MAX_SECONDS": 60}), name="pages")
        self.spider._around = replace(self.spider._around, fetch=self._answer, of_host=self._answer)

    async def _answer(self, _about):
        self.asking += 1
        await self.answers.wait()

    async def _visit(self, response, around, asked):
        self.open += 1
        self.most = max(self.most, self.open)
        try:
            for number in range(3):
                await asyncio.sleep(0)
                yield Capture(visit_id=asked, capture_id=f"{number}", observed_at=0, url=asked, source=asked, extractor="")
                if self._asks:
                    await getattr(around, self._asks)(Request(asked))
        finally:
            self.open -= 1

    async def visited(self, number: int, body: bytes = b"") -> int:
        url = f"https://example.org/{number}"
        return len([capture async for capture in self.spider.visited(HtmlResponse(url, body=body), url)])


def run(pages, during=None, body=b""):
    async def every():
        visits = [asyncio.create_task(pages.visited(number, body)) for number in range(MANY)]
        for _ in range(50):
            await asyncio.sleep(0)
        if during:
            during()
        pages.answers.set()
        return await asyncio.gather(*visits)

    return asyncio.run(every())


def test_answers_that_come_together_are_read_a_few_at_a_time(monkeypatch):
    pages = Pages(monkeypatch)
    assert run(pages) == [3] * MANY
    assert (pages.most, pages.open) == (BEGUN, 0)


def test_of_long_pages_one_is_read_at_a_time(monkeypatch):
    pages = Pages(monkeypatch)
    assert run(pages, body=bytes(LONG + 1)) == [3] * MANY
    assert (pages.most, pages.open) == (1, 0)


@pytest.mark.parametrize("size", [0, LONG + 1])
@pytest.mark.parametrize("asks", ["fetch", "of_host"])
def test_visits_that_wait_for_an_answer_keep_no_other_from_beginning(monkeypatch, asks, size):
    pages = Pages(monkeypatch, asks=asks)
    waiting = []
    assert run(pages, lambda: waiting.append((pages.open, pages.asking)), bytes(size)) == [3] * MANY
    assert waiting == [(MANY, MANY)]


def test_a_visit_that_is_given_up_gives_its_turn_back(monkeypatch):
    pages = Pages(monkeypatch)

    async def given_up():
        for number in range(MANY):
            visit = pages.spider.visited(HtmlResponse("https://example.org/"), f"https://example.org/{number}")
            await anext(visit)
            await visit.aclose()
        return await pages.visited(0)

    assert asyncio.run(given_up()) == 3
