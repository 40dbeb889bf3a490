"""The spider ``pages``: visits the pages it is given."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from crawler.extract.urls import page_url
from crawler.spiders.base import ArgumentError, VisitSpider

if TYPE_CHECKING:
    from scrapy import Request

    from crawler.items import Capture

_BETWEEN: Final = re.compile(r"[\s,]+(?=https?://)", re.IGNORECASE)
"""Addresses are parted by commas or white space; a comma may also be part of one."""

BREATH: Final = 50
"""Addresses after which others get their turn: the engine reads on without a pause while the downloader is full."""

MAX_LINE: Final = 65_536
"""Longest line of a URL file that is looked at, characters."""


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
        unknown = sorted(set(arguments) - {"url", "url_file"})
        if unknown:
            raise ArgumentError(f"-a {unknown[0]}=...: the spider pages knows the arguments url and url_file only")
        url, url_file = arguments.get("url", ""), arguments.get("url_file", "")
        if not url.strip() and not url_file:
            raise ArgumentError("no page to visit: give -a url=URL[,URL] or -a url_file=FILE (one address a line)")
        if not url_file and not any(page_url(address) for address in _parted(url)):
            raise ArgumentError(f"-a url={url[:200]}: that is no http(s) address; give one like https://example.com/video")
        if url_file and url_file != "-":
            try:
                with Path(url_file).open("rb") as lines:
                    lines.read(1)
            except OSError as error:
                raise ArgumentError(
                    f"-a url_file={url_file}: {error.strerror}; name a file with one address a line"
                ) from error

    async def start(self) -> AsyncIterator[Request | Capture]:
        """Ask for every page. The frontier knows those that were asked for before, also when a crawl is continued."""
        for number, address in enumerate(self._addresses()):
            url = page_url(address)
            if url is None:
                yield self.lost(address, "address", f"{address[:200]!r} is no http(s) address")
            else:
                yield self.page_request(url, address)
            if number % BREATH == 0:
                await asyncio.sleep(0)
        self._exhausted = True

    def _addresses(self) -> Iterator[str]:
        yield from _parted(self._url)
        if self._url_file == "-":
            yield from _lines(sys.stdin.buffer)
        elif self._url_file:
            with Path(self._url_file).open("rb") as lines:
                yield from _lines(lines)

    def unread(self) -> str | None:
        """The rest of the file, or of the argument."""
        return None if self._exhausted else f"the rest of {self._url_file or 'the addresses'}"


def _parted(addresses: str) -> Iterator[str]:
    for url in _BETWEEN.split(addresses.strip()):
        if url:
            yield url.rstrip(",")


def _lines(lines: Any) -> Iterator[str]:
    for line in iter(lambda: lines.readline(MAX_LINE), b""):
        text = line.decode("utf-8-sig", "replace").strip()
        if text and not text.startswith("#"):
            yield text
