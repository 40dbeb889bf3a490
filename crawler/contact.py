"""Who a site may write to: asked for once, on a terminal, at the first crawl of the web; a scheduler is never kept
waiting.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from crawler.archive_place import state_dir
from crawler.safety.addresses import is_local_name, is_public, literal

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

FILE: Final = "contact.txt"
"""In STATE_DIR: the answer, empty for none."""

QUESTION: Final = (
    "Who may a site write to about this crawl? A web or mail address, sent with every request in the user agent.\n"
    "It is kept for later crawls; CONTACT sets another one. Empty for none: "
)
WARNING: Final = (
    "no CONTACT is set: sites cannot tell who crawls them, and many refuse such crawlers; "
    "add -s CONTACT=https://example.org/about-our-crawler (or a mail address)"
)

_USABLE: Final = re.compile(r"[!-'*-\[\]-~]{3,200}")
"""Printable ASCII without spaces, brackets and backslash, as :mod:`crawler.settings_check` demands."""
_ADDRESS: Final = re.compile(r"https?://[^\s,/?#]{1,300}", re.IGNORECASE)


def kept_contact(settings: BaseSettings) -> str:
    """The answer of an earlier crawl; ``""`` for none."""
    try:
        text = (state_dir(settings) / FILE).read_text("ascii").strip()
    except (OSError, ValueError):  # never asked, or not by us
        return ""
    return text if _USABLE.fullmatch(text) else ""


def ask_contact(settings: BaseSettings, arguments: Mapping[str, str]) -> None:
    """Ask on a terminal, warn elsewhere, when there is no contact and the crawl leads to the web."""
    if settings.get("CONTACT") or kept_contact(settings) or _stays_here(arguments.get("url", "")):
        return
    file = state_dir(settings) / FILE
    if not (sys.stdin.isatty() and sys.stderr.isatty()) or file.exists() or arguments.get("url_file") == "-":
        sys.stderr.write(f"scrapy crawl: {WARNING}\n")
        return
    answer = _answer()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(answer + "\n", "ascii")
    if not answer:
        sys.stderr.write(f"scrapy crawl: {WARNING}\n")


def _answer() -> str:
    for _ in range(3):
        sys.stderr.write(QUESTION)
        sys.stderr.flush()
        answer = sys.stdin.readline().strip()
        if not answer or _USABLE.fullmatch(answer):
            return answer
        sys.stderr.write("That is no web or mail address in plain ASCII.\n")
    return ""


def _stays_here(urls: str) -> bool:
    """Whether all addresses lead to private hosts, as those of the sample site do."""
    hosts = [urlsplit(url).hostname or "" for url in _addresses(urls)]
    return bool(hosts) and all(_is_private(host) for host in hosts)


def _addresses(urls: str) -> list[str]:
    found = []
    for url in _ADDRESS.findall(urls):
        try:
            urlsplit(url)
        except ValueError:
            continue  # the spider says what is wrong with it
        found.append(url)
    return found


def _is_private(host: str) -> bool:
    address = literal(host)
    return is_local_name(host) if address is None else not is_public(address)
