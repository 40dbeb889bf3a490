"""Elements by CSS selectors, of long tables of selectors too: what a page cannot have is not looked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from weakref import WeakKeyDictionary

from selectolax.lexbor import LexborNode

from crawler.extract.document import Document

MAX_ELEMENTS: Final = 100
"""Elements per selector of :func:`ranked`; a page that has more of a kind is a listing."""


def select(document: Document, selectors: str) -> list[LexborNode]:
    """Elements that fit any of a list of selectors, in document order, each once.

    A walk of the parser costs 25 us and more for each selector on a page of 150 kB, and most pages have nothing of
    what a table knows: selectors whose tags, classes, ids or attributes occur nowhere are left out first.
    """
    names = _names_of(document)
    possible = ",".join(selector for selector in _split(selectors) if names.may_fit(selector))
    if not possible:
        return []
    # lexbor names an element again for every selector of a list that it fits
    return list({node.mem_id: node for node in document.css(possible)}.values())


def ranked(document: Document, selectors: tuple[str, ...]) -> Iterator[tuple[str, LexborNode]]:
    """Elements that fit any of the selectors, each once with the first that it fits; those of the first come first."""
    seen: set[int] = set()
    for selector in selectors:
        for node in select(document, selector)[:MAX_ELEMENTS]:
            if node.mem_id not in seen:
                seen.add(node.mem_id)
                yield selector, node


@dataclass(frozen=True, slots=True)
class _Names:
    """What occurs on a page, in lower case: pages without a doctype match classes and ids whatever their case."""

    words: frozenset[str]
    """``div``, ``.class``, ``#id``, ``[attribute``."""
    classes: str
    """All values of ``class``, for selectors of parts of them."""

    def may_fit(self, selector: str) -> bool:
        """False only where the page cannot have an element that fits."""
        words, parts = _needs(selector)
        return words <= self.words and all(part in self.classes for part in parts)


_names: WeakKeyDictionary[Document, _Names] = WeakKeyDictionary()


def _names_of(document: Document) -> _Names:
    found = _names.get(document)
    if found is None:
        found = _names[document] = _read_names(document)
    return found


def _read_names(document: Document) -> _Names:
    tags: set[str | None] = set()
    attributes_seen: set[str] = set()
    ids: set[str | None] = set()
    classes: set[str | None] = set()
    for node in document.root.traverse():
        tags.add(node.tag)
        if attributes := node.attributes:
            attributes_seen.update(attributes)
            classes.add(attributes.get("class"))
            ids.add(attributes.get("id"))
    joined = " ".join(value for value in classes if value).lower()
    words = {tag.lower() for tag in tags if tag}
    words.update(f".{word}" for word in set(joined.split()))
    words.update(f"#{value.lower()}" for value in ids if value)
    words.update(f"[{name.lower()}" for name in attributes_seen)
    return _Names(frozenset(words), joined)


_ONE: Final = re.compile(r"""(?:[^,\[(]|\[(?:"[^"]*"|'[^']*'|[^\]"'])*\]|\((?:[^()]|\([^()]*\))*\))+""")
"""One selector of a list; commas in brackets part nothing."""
_CONDITION: Final = re.compile(r"(?<!\\):[\w-]+(?:\((?:[^()]|\([^()]*\))*\))?")
_PART_OF_CLASS: Final = re.compile(r"""\[class[*^$]=["']?([\w-]+)""")
_WORD: Final = re.compile(r"(\[[\w-]+)[^\]]*\]|([.#]?(?:[\w-]|\\.)+)")


@lru_cache(maxsize=1_024)
def _split(selectors: str) -> tuple[str, ...]:
    return tuple(selector for found in _ONE.findall(selectors) if (selector := found.strip()))


@lru_cache(maxsize=4_096)
def _needs(selector: str) -> tuple[frozenset[str], tuple[str, ...]]:
    """Words that a page with such an element has, and parts of its classes; conditions (``:not()``) ask for nothing."""
    plain = _CONDITION.sub(" ", selector)
    words = (attribute or name.replace("\\", "") for attribute, name in _WORD.findall(plain))
    return frozenset(word.lower() for word in words), tuple(part.lower() for part in _PART_OF_CLASS.findall(plain))
