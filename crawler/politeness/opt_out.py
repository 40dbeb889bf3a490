"""The opt-out list: hosts and parts of them that do not want to be archived, whatever robots.txt says."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from scrapy.exceptions import NotConfigured

from crawler.extract.urls import clean_url
from crawler.politeness.refusal import RefusedError

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler


class OptOutError(ValueError):
    """A list that cannot be read, or a line of it that says nothing."""


class OptOuts:
    """A list of those who opted out. One entry a line, ``#`` begins a remark.

    ``example.com`` means the host and all below it (``www.example.com``); ``example.com/people`` or
    ``https://example.com/people`` everything whose path begins so, on this host and those below it.
    """

    def __init__(self, lines: Iterable[str]) -> None:
        """Read the entries.

        :raises OptOutError: naming the line that is none
        """
        self._paths: dict[str, tuple[str, ...]] = {}
        for number, line in enumerate(lines, 1):
            entry = line.partition("#")[0].strip()
            if entry:
                host, path = self._entry(entry, number)
                self._paths[host] = (*self._paths.get(host, ()), path)

    @staticmethod
    def _entry(entry: str, number: int) -> tuple[str, str]:
        url = clean_url(entry if "://" in entry else f"http://{entry}")
        if url is None:
            raise OptOutError(f"line {number}: {entry[:200]!r} is no host and no address")
        if "*" in entry:
            raise OptOutError(f"line {number}: {entry[:200]!r} holds a *: leave it out, all below is meant anyway")
        parts = urlsplit(url)
        return parts.hostname or "", parts.path

    @classmethod
    def read(cls, path: str) -> Self:
        """Read a file.

        :raises OptOutError: when it cannot be read, or a line is no entry: a list that is half understood obeys nobody
        """
        if Path(path).is_fifo():  # it was read when the settings were checked, and holds nothing now
            raise OptOutError(f"{path} is a pipe, which can be read once only; name a file")
        try:
            with Path(path).open(encoding="utf-8-sig") as lines:
                return cls(lines)
        except (OSError, UnicodeDecodeError) as error:
            raise OptOutError(f"{path} cannot be read ({error})") from error

    def entry_of(self, url: str) -> str | None:
        """The entry that an address falls under; None when it may be read."""
        cleaned = clean_url(url)
        if cleaned is None:
            return None
        parts = urlsplit(cleaned)
        host = parts.hostname or ""
        while host:
            for path in self._paths.get(host, ()):
                if parts.path.startswith(path):
                    return host if path == "/" else host + path
            host = host.partition(".")[2]
        return None


class OptOut:
    """Downloader middleware before robots.txt: raises :class:`RefusedError` with the reason ``opt_out``."""

    def __init__(self, outs: OptOuts) -> None:
        self._outs = outs

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Read OPT_OUT_FILE."""
        path = crawler.settings["OPT_OUT_FILE"]
        if not path:
            raise NotConfigured
        return cls(OptOuts.read(path))

    def process_request(self, request: Request) -> None:
        """Let a request pass, or raise."""
        entry = self._outs.entry_of(request.url)
        if entry is not None:
            raise RefusedError("opt_out", f"{request.url}: {entry} is on the opt-out list (OPT_OUT_FILE)")
