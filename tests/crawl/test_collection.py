"""The garbage collector looks less often while a crawl works, and as before when it is over."""

import gc

from scrapy import signals
from scrapy.utils.project import get_project_settings
from scrapy.utils.test import get_crawler

from crawler.collection import THRESHOLD, Collection


async def test_the_collector_is_as_before_when_the_spider_is_closed():
    crawler = get_crawler()
    before, frozen = gc.get_threshold(), gc.get_freeze_count()
    collection = Collection.from_crawler(crawler)
    try:
        await crawler.signals.send_catch_log_async(signals.spider_opened)
        assert gc.get_threshold() == (THRESHOLD, *before[1:])
        assert gc.get_freeze_count() > frozen
    finally:
        await crawler.signals.send_catch_log_async(signals.spider_closed)
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0
    assert collection is not None


def test_garbage_of_a_crawl_is_still_found():
    class Ring:
        pass

    collection = Collection()
    collection.spider_opened()
    try:
        found = gc.get_stats()[0]["collected"]
        for _ in range(THRESHOLD * 2):
            ring = Ring()
            ring.self = ring
        assert gc.get_stats()[0]["collected"] - found >= THRESHOLD
    finally:
        collection.spider_closed()


def test_every_crawl_of_the_project_has_it():
    assert f"{Collection.__module__}.{Collection.__name__}" in get_project_settings()["EXTENSIONS"]
