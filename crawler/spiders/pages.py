"""The spider ``pages``: visits the pages it is given."""

from __future__ import annotations

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

        :raises ArgumentError: no address, or a file that cannot be read
        """
        unknown = sorted(set(arguments) - {"url", "url_file"})
        if unknown:
            raise ArgumentError(f"-a {unknown[0]}=...: the spider pages knows the arguments url and url_file only")
        url, url_file = arguments.get("url", ""), arguments.get("url_file", "")
        if not url.strip() and not url_file:
            raise ArgumentError("no page to visit: give -a url=URL[,URL] or -a url_file=FILE (one address a line)")
        if url_file and url_file != "-":
            try:
                with Path(url_file).open("rb") as lines:
                    lines.read(1)
            except OSError as error:
                raise ArgumentError(
                    f"-a url_file={url_file}: {error.strerror}; name a file with one address a line"
                ) from error

    async def start(self) -> AsyncIterator[Request | Capture]:
        """Ask for every page once."""
        asked: set[str] = set()
        for address in self._addresses():
            url = page_url(address)
            if url is None:
                yield self.lost(address, "address", f"{address[:200]!r} is no http(s) address")
            elif url not in asked:
                asked.add(url)
                yield self.page_request(url, address)
        self._exhausted = True

    def _addresses(self) -> Iterator[str]:
        for url in _BETWEEN.split(self._url.strip()):
            if url:
                yield url.rstrip(",")
        if self._url_file == "-":
            yield from _lines(sys.stdin.buffer)
        elif self._url_file:
            with Path(self._url_file).open("rb") as lines:
                yield from _lines(lines)

    def _unvisited(self) -> Iterator[str]:
        yield from super()._unvisited()
        if not self._exhausted:
            yield f"the rest of {self._url_file or 'the addresses'}"


def _lines(lines: Any) -> Iterator[str]:
    for line in iter(lambda: lines.readline(MAX_LINE), b""):
        text = line.decode("utf-8-sig", "replace").strip()
        if text and not text.startswith("#"):
            yield text
