"""The addresses that a spider is given: ``-a url=`` and ``-a url_file=``."""

from __future__ import annotations

import codecs
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from crawler.extract.urls import MAX_URL, page_url
from crawler.safety.secrets import masked, without_user
from crawler.spiders.base import ArgumentError

_BETWEEN: Final = re.compile(r"[\s,]++(?=https?://)", re.IGNORECASE)
"""Addresses are parted by commas or white space; a comma may also be part of one."""

MAX_LINE: Final = 65_536
"""Longest line of a URL file that is looked at, characters."""


def check_addresses(spider: str, wanted: str, arguments: Mapping[str, str], *more: str) -> None:
    """Look for addresses before anything is started.

    :param wanted: what is missing without any, in words
    :param more: names of further arguments of the spider
    :raises ArgumentError: no address, only what is none, a file that cannot be read, or an unknown argument
    """
    known = ("url", "url_file", *more)
    unknown = sorted(set(arguments) - set(known))
    if unknown:
        names = ", ".join(known[:-1]) + f" and {known[-1]}"
        raise ArgumentError(f"-a {unknown[0]}=...: the spider {spider} knows the arguments {names} only")
    url, url_file = arguments.get("url", ""), arguments.get("url_file", "")
    if not url.strip() and not url_file:
        raise ArgumentError(f"no {wanted} or -a url_file=FILE (one address a line)")
    if not url_file and not any(page_url(address) for address in _parted(url)):
        raise ArgumentError(f"-a url={masked(url[:200])}: {what_is_wrong(url)}")
    if url_file and url_file != "-":
        try:
            with Path(url_file).open("rb") as lines:
                is_file = not Path(url_file).is_fifo()
                is_wide = is_file and lines.peek(2)[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
                is_empty = is_file and next(_lines(lines), None) is None
        except OSError as error:
            raise ArgumentError(
                f"-a url_file={url_file}: {error.strerror}; name a file with one address a line"
            ) from error
        if is_wide:
            raise ArgumentError(f"-a url_file={url_file}: it is UTF-16; save it as UTF-8")
        if is_empty and not url.strip():
            raise ArgumentError(f"-a url_file={url_file}: it holds no address; write one a line")


def addresses_of(url: str, url_file: str) -> Iterator[str]:
    """The addresses of the arguments, then those of the file, without user names and passwords."""
    yield from map(without_user, _parted(url))
    if url_file == "-":
        yield from map(without_user, _lines(sys.stdin.buffer))
    elif url_file:
        with Path(url_file).open("rb") as lines:
            yield from map(without_user, _lines(lines))


def what_is_wrong(address: str) -> str:
    """Why a text is no address of a page, and what one is like."""
    wrong = f"longer than {MAX_URL:,} characters" if len(address) > MAX_URL else "no http(s) address"
    return f"that is {wrong}; give one like https://example.com/video"


def _parted(addresses: str) -> Iterator[str]:
    for url in _BETWEEN.split(addresses.strip()):
        if url:
            yield url.rstrip(",")


def _lines(lines: Any) -> Iterator[str]:
    for line in iter(lambda: lines.readline(MAX_LINE), b""):
        for text in map(str.strip, line.decode("utf-8-sig", "replace").split("\r")):
            if text and not text.startswith("#"):
                yield text
