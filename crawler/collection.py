"""Python's garbage collector while pages are read: what starting has made is left alone, and it looks less often.

By default (Python 3.11, ``gc.get_threshold()``) it looks at the youngest objects whenever 700 more were made than
freed, and now and then at all, which are some hundred thousand after every import. A page makes thousands that are
freed without it. That costs a crawl about a tenth of its CPU time (docs/performance.md).
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Final, Self

from scrapy import signals

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

THRESHOLD: Final = 20_000
"""Objects made and not freed between two looks at the youngest; the garbage of about fifty pages."""


@contextmanager
def rare_collection() -> Iterator[None]:
    """Put aside what is there, and look less often; afterwards all is as before."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(THRESHOLD, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


class Collection:
    """Scrapy extension: collections are rare from the moment the spider is open until it is closed."""

    def __init__(self) -> None:
        self._open = ExitStack()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Connect to the crawl's beginning and end."""
        collection = cls()
        crawler.signals.connect(collection.spider_opened, signals.spider_opened)
        crawler.signals.connect(collection.spider_closed, signals.spider_closed)
        return collection

    def spider_opened(self) -> None:
        """The crawl begins."""
        self._open.enter_context(rare_collection())

    def spider_closed(self) -> None:
        """The crawl is over."""
        self._open.close()
