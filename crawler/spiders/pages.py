"""The spider ``pages``: visits the pages it is given."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any, Final

from crawler.extract.urls import page_url
from crawler.spiders.addresses import addresses_of, check_addresses, what_is_wrong
from crawler.spiders.base import VisitSpider

if TYPE_CHECKING:
    from scrapy import Request

    from crawler.items import Capture

BREATH: Final = 50
"""Addresses after which others get their turn: the engine reads on without a pause while the downloader is full."""


class PagesSpider(VisitSpider):
    """Visit pages: ``-a url=URL[,URL]`` or ``-a url_file=FILE``.

    A file holds one address a line, ``#`` begins a remark, ``-`` reads stdin.
    """

    name = "pages"

    def __init__(self, url: str = "", url_file: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._url, self._url_file = url, url_file
        self._exhausted = False

    @classmethod
    def check_arguments(cls, **arguments: str) -> None:
        """Look for addresses before anything is started.

        :raises ArgumentError: no address, only what is none, or a file that cannot be read
        """
        check_addresses("pages", "page to visit: give -a url=URL[,URL]", arguments)

    async def start(self) -> AsyncIterator[Request | Capture]:
        """Ask for every page. The frontier knows those that were asked for before, also when a crawl is continued."""
        number = -1
        for number, address in enumerate(addresses_of(self._url, self._url_file)):
            url = page_url(address)
            if url is None:
                yield self.lost(address, "address", f"{address[:200]!r}: {what_is_wrong(address)}")
            else:
                yield self.page_request(url, address)
            if number % BREATH == 0:
                await asyncio.sleep(0)
        if number < 0:
            yield self.none_given()
        self._exhausted = True

    def page_request(self, url: str, asked: str) -> Request:
        """A request for a page. Its address was given to this spider, so that it may be a private one."""
        self.allow(url)
        return super().page_request(url, asked)

    def unread(self) -> str | None:
        """The rest of the file, or of the argument."""
        return None if self._exhausted else f"the rest of {self._url_file or 'the addresses'}"
