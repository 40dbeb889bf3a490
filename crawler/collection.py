"""Python's garbage collector during a crawl: what starting has made is left alone, and it looks less often.

By default (Python 3.11, ``gc.get_threshold()``) it looks at the youngest objects whenever 700 more were made than
freed, and now and then at all, which are some hundred thousand after every import. A page makes thousands that are
freed without it. That costs a crawl about a tenth of its CPU time (docs/performance.md).
"""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Final, Self

from scrapy import signals

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

THRESHOLD: Final = 20_000
"""Objects made and not freed between two looks at the youngest; the garbage of about fifty pages."""


class Collection:
    """Scrapy extension."""

    def __init__(self) -> None:
        self._before = gc.get_threshold()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """From the moment the spider is open until it is closed."""
        collection = cls()
        crawler.signals.connect(collection.spider_opened, signals.spider_opened)
        crawler.signals.connect(collection.spider_closed, signals.spider_closed)
        return collection

    def spider_opened(self) -> None:
        """Put aside what is there, and look less often."""
        gc.collect()
        gc.freeze()
        gc.set_threshold(THRESHOLD, *self._before[1:])

    def spider_closed(self) -> None:
        """All as before."""
        gc.set_threshold(*self._before)
        gc.unfreeze()
