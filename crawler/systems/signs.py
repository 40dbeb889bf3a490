"""Which systems' marks a page has, where they may stand for a thread: in its scripts, its head, its names."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from crawler.extract.document import Document

MAX_KEPT: Final = 50_000
"""Texts without a mark that are remembered."""

LONGEST_VERSION: Final = 2
"""Longer numbers at the end of an ``id`` belong to no system's name, digits."""

_MARKS: Final[set[str]] = set()
"""Every mark of every system."""

_plain: Final[set[int]] = set()
"""Texts that hold no mark, by hash: the pages of a site have most of their scripts and classes in common."""


def register(marks: Iterable[str]) -> None:
    """Make marks known before pages are asked for them."""
    _MARKS.update(marks)
    _plain.clear()


def signs_of(document: Document) -> frozenset[str]:
    """All known marks that stand in the document, looked for once for all systems.

    Where they are looked for: inline scripts; names and values of attributes of ``script``, ``iframe``, ``link`` and
    ``meta``; classes, ids, names of ``data-`` attributes and tags of any element. Nowhere else can a thread be set up,
    and to search a page's whole text for sixty marks costs more than to parse it.
    """
    return document.derived(_signs_of)


def _signs_of(document: Document) -> frozenset[str]:
    elements = document.elements
    texts = [*elements.by_class, *elements.data_names, *elements.own_tags]
    texts += {_without_number(name) for name, _ in elements.named}
    texts += [text for script in elements.of_tag("script") if (text := script.text())]
    for tag in ("script", "iframe", "link", "meta"):
        texts += elements.written_of(tag)
    fresh = [text for text in texts if hash(text) not in _plain]
    everything = "\n".join(fresh)
    found = frozenset(mark for mark in _MARKS if mark in everything)
    if len(_plain) > MAX_KEPT:
        _plain.clear()
    _plain.update(hash(text) for text in fresh if not any(mark in text for mark in found))
    return found


def _without_number(name: str) -> str:
    """An ``id`` without the number at its end, by which those of comments and menus differ."""
    stem = name.rstrip("0123456789")
    return stem if len(name) - len(stem) > LONGEST_VERSION else name
