"""The address that a page's own script asks for the comments, as it is written in the page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote, urlsplit

from crawler.discovery.actions import ACTIONS
from crawler.extract.document import Document
from crawler.extract.urls import site_of
from crawler.systems.around.tree import flatten
from crawler.systems.around.words import CAMEL, COMMENT, roles_of
from crawler.systems.scripts import MAX_SCRIPT

_LITERAL = re.compile(
    r"""(?<![+\w])(?<!\+\s)(["'])((?:https?:)?(?:\\?/){1,2}(?:[^"'\s<>\\{}$]|\\/|\\u0026){4,300})\1(?!\s{0,9}\+)"""
)
"""A whole address in a script: what is put together of several is not known without running it."""

_ESCAPED = re.compile(r"\\u0026|\\")

_PAGING = re.compile(
    r"(?:^|[?&])(?:page|p|limit|offset|per_?page|size|count|take|skip|start|order|sort|sort_?by|v|ver|version|ts?|_)=[^&]*"
)
"""What of a query says how comments are listed, and not which."""
_NUMBER = re.compile(r"(?:^|[/=_.-])\d+(?![a-zA-Z])|[0-9a-f]{12}", re.IGNORECASE)
"""What may be the id of a page in an address."""

_OTHERS: Final = ACTIONS | frozenset(
    {
        "count", "counts", "dislike", "feed", "form", "latest", "likes", "login", "moderate", "newest", "num", "number",
        "preview", "publish", "recent", "rss", "save", "send", "spam", "store", "submit", "upload", "votes", "write",
        "ws",
    }
)  # fmt: skip
"""Words of addresses that do something else than to list comments."""

_FILE = re.compile(r"\.(?:js|mjs|css|png|jpe?g|gif|svg|webp|ico|woff2?|xml|atom|rss)$", re.IGNORECASE)
_WORDS = re.compile(r"[^\W\d_]+")


def asked_for(document: Document) -> str | None:
    """The one address on a page's own site that speaks of comments, and of this page by a number or by its name.

    It stands in a script of the page or in an attribute. None where there is none, or more than one. What lists all
    comments of a site has neither, and is not asked.
    """
    found = {link for link in map(document.link, _written(document)) if link and _lists_comments(document, link)}
    return found.pop() if len(found) == 1 else None


def _written(document: Document) -> Iterator[str]:
    for node in document.css("script:not([src])"):
        yield from _literals(node.text())
    for own in flatten(document).attrs:
        for name, value in own.items():
            if value and "/" in value:
                yield from _literals(value)  # `x-init`, `onclick`, an object as JSON
                if "comment" in name:
                    yield value.strip()


def _literals(code: str) -> Iterator[str]:
    for literal in _LITERAL.finditer(code) if len(code) <= MAX_SCRIPT else ():
        yield _ESCAPED.sub(lambda escape: "&" if escape[0] == "\\u0026" else "", literal[2])


def _lists_comments(document: Document, link: str) -> bool:
    if site_of(link) != site_of(document.url) or link.partition("#")[0] == document.url.partition("#")[0]:
        return False
    parts = urlsplit(link)
    said = _PAGING.sub("", unquote(f"{parts.path}?{parts.query}"))
    words = {word.lower() for word in _WORDS.findall(CAMEL.sub(" ", said))}
    if _FILE.search(parts.path) or not roles_of(said) & COMMENT or not words.isdisjoint(_OTHERS):
        return False
    name = unquote(urlsplit(document.url).path).rstrip("/").rpartition("/")[2].partition(".")[0]
    return bool(_NUMBER.search(said) or (len(name) >= MIN_NAME and name in said))


MIN_NAME: Final = 4
"""Characters of the last part of a page's address by which others know it."""
