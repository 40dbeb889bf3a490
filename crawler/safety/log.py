"""The log: no secret gets into it, and nothing that a stranger sent begins a line of it or steers a terminal."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Final, Self

from scrapy import signals

from crawler.safety.secrets import learn, masked

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

LONGEST: Final = 32_768
"""Characters of one record; what is longer is cut: it quotes something that a site made long."""

_CONTROL: Final = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
"""All control characters but tab and line feed, marks that turn the direction of writing, lone surrogates."""


def plain(text: str) -> str:
    """A text in which nothing steers a terminal; its further lines are indented, so that none looks like a record."""
    if len(text) > LONGEST:
        text = f"{text[:LONGEST]} ... ({len(text) - LONGEST} characters more)"
    return _CONTROL.sub(lambda match: ascii(match[0])[1:-1], text).replace("\n", "\n    ")


class PlainFormatter(logging.Formatter):
    """A formatter around another one."""

    def __init__(self, inner: logging.Formatter) -> None:
        super().__init__()
        self.inner = inner

    def format(self, record: logging.LogRecord) -> str:
        """The record as the inner formatter writes it, masked and plain. Its colours, around the whole, stay."""
        return plain(masked(self.inner.format(record)))


class PlainLog:
    """Scrapy extension that puts a :class:`PlainFormatter` around the formatter of each handler of the root logger."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Before the settings are logged, and again when the engine starts: Scrapy makes the handler anew in
        between.
        """
        learn(crawler.settings)
        # Scrapy leaves it to the handlers to drop what is below the level: a record for each item and each answer.
        logging.getLogger("scrapy").setLevel(crawler.settings["LOG_LEVEL"])
        plain_log = cls()
        plain_log.install()
        crawler.signals.connect(plain_log.install, signals.engine_started)
        return plain_log

    def install(self) -> None:
        """Wrap the formatters that are there."""
        for handler in logging.root.handlers:
            if not isinstance(handler.formatter, PlainFormatter):
                handler.setFormatter(PlainFormatter(handler.formatter or logging.Formatter()))
