"""Where a page says that an embedded widget stands, and under which keys or path its thread is kept."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import unquote_to_bytes, urlsplit

from crawler.extract.document import Document
from crawler.systems.scripts import Given

_RESERVED: Final = ";/?:@&=+$,#"
"""Characters whose escapes `decodeURI` keeps (ECMA-262 19.2.6.2)."""

_PATH = re.compile(r"(?:(?:window|document|self|globalThis)\.)?location\.pathname")
_HREF = re.compile(r"(?:(?:window|document|self|globalThis)\.)?location\.href|(?:window\.)?document\.URL")
_NO_SLASH = re.compile(r"\.replace\(/\\/\$/u?,\s*(?:''|\"\")\)")
_ELEMENT = re.compile(r"""getElementById\(\s*["']([\w-]+)["']|querySelector\(\s*["']([^"']+)["']""")
_DECODED = re.compile(r"decodeURI(?:Component)?\((.*)\)")


_AT = re.compile(r"(?P<selector>[^@]+)@(?P<attribute>[\w-]+)\Z")

SOURCES: Final = ("src", "data-src", "data-lazy-src")
"""Where the address of a frame stands, also of one that is loaded when it comes into sight."""

MAX_PLACES: Final = 20
"""So many elements are asked for one key."""


def given_as(*names: str) -> str:
    """A pattern for :func:`first_key`: the literal that a script or a state gives to one of these names."""
    return rf"""(?<![\w-])["']?(?:{"|".join(names)})["']?\s*[:=]\s*["']?([^"',;\s}}\\]{{1,200}})"""


def first_key(document: Document, places: tuple[str, ...]) -> str | None:
    """The first key that is there.

    :param places: where it may stand: ``selector@attribute``, or a regular expression over the whole page with one
        group
    """
    for place in places:
        at = _AT.match(place) if "(" not in place else None
        if at is not None:
            nodes = document.css(at["selector"])[:MAX_PLACES]
            values = [(node.attributes.get(at["attribute"]) or "").strip() for node in nodes]
        else:
            found = re.search(place, document.text)
            values = [found[1].strip()] if found is not None else []
        for value in values:
            if value:
                return value
    return None


def canonical_link(document: Document) -> str | None:
    """The address that a page states as its canonical one, however good it is."""
    node = document.first("link[rel=canonical]")
    return document.link(node.attributes.get("href")) if node is not None else None


def frames(document: Document) -> Iterator[tuple[str, str]]:
    """The addresses of a page's frames, each with the attribute that holds it."""
    for frame in document.css("iframe"):
        for name in SOURCES:
            yield name, document.link(frame.attributes.get(name)) or ""


def named(word: str) -> str:
    """CSS selector of elements that may hold a thread and have a word in their id or classes; counters are none."""
    return ", ".join(
        f'{tag}[{name}*="{word}" i]:not([class*="count" i])'
        for tag in ("div", "section", "article", "aside", "main")
        for name in ("id", "class")
    )


def given_by_data(document: Document, places: str, names: Iterable[str]) -> Iterator[tuple[str | None, Given]]:
    """What a theme's places say for its script to set up: the value of each attribute, with the path beside it."""
    for node in document.css(places):
        for name in names:
            yield node.attributes.get(name), Given(f"[{name}]", {"path": node.attributes.get("data-path") or None})


def web_address(raw: str | None, document: Document, *, default_scheme: str | None = None) -> str | None:
    """An address of a widget's server as a page writes it, without query and fragment.

    :param default_scheme: what a bare host (``comments.example.org``) is meant in; None: it is a path of the site
    """
    if not raw or not raw.strip():
        return None
    raw = raw.strip()
    if default_scheme and not re.match(r"(?:https?:)?//", raw):
        raw = f"{default_scheme}://{raw.lstrip('/')}"
    link = document.link(raw)
    return None if link is None else link.partition("#")[0].partition("?")[0]


def has_place(selector: str | None, code: str | None, document: Document, otherwise: str) -> bool:
    """Whether the element that a script fills is in the page, or may be put there by a script.

    :param selector: the option that names it: an id or class selector
    :param code: the option's source where it is no literal
    :param otherwise: CSS selector of usual places, where the option is missing or says nothing
    """
    if code is not None and (given := _ELEMENT.search(code)):
        selector = f"#{given[1]}" if given[1] else given[2]
    if selector is None:
        return document.first(otherwise) is not None
    name = re.fullmatch(r"\s*[#.]([\w-]+)\s*", selector)
    if name is None:
        return bool(selector.strip())
    word = re.escape(name[1])
    place = rf"""(?:id|class|className)["']?\s*[=:]\s*["']?[^"'<>=]{{0,300}}(?<![\w-]){word}(?![\w-])"""
    return re.search(place, document.text) is not None


def tenant_at(address: str) -> str:
    """The tenant of an installation: its host, and the folder that it is in."""
    parts = urlsplit(address)
    return parts.netloc.lower() + parts.path.rstrip("/")


def written_path(literal: str | None, code: str | None, document: Document) -> tuple[str, bool]:
    """The path of a thread as an option gives it, by default the page's own; whether it had to be guessed.

    Themes also write code into options that were meant for literals.

    :param code: the option's source where it is no literal
    """
    path = urlsplit(document.url).path or "/"
    if literal is not None and not _PATH.fullmatch(literal):
        return literal, False
    code = (code or "").strip()
    while inner := _DECODED.fullmatch(code):
        code = inner[1].strip()
    if _HREF.fullmatch(code):
        return document.url.partition("#")[0], False
    rest = _PATH.sub("", code, count=1)
    if _NO_SLASH.fullmatch(rest):
        return path.removesuffix("/"), False
    return path, rest not in ("", "null", "undefined")


def decoded_path(path: str) -> str:
    """A path as `decodeURI` gives it; unchanged where that fails."""

    def decode(match: re.Match[str]) -> str:
        octets = unquote_to_bytes(match[0])
        text = octets.decode("utf-8")
        return "".join(f"%{ord(char):02X}" if char in _RESERVED else char for char in text)

    try:
        return re.sub(r"(?:%[0-9A-Fa-f]{2})+", decode, path)
    except UnicodeDecodeError:
        return path
