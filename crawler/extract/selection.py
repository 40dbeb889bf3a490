"""Elements by a list of preferences, the elements around one, and the names that its author gave it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from selectolax.lexbor import LexborNode

from crawler.extract.document import Document
from crawler.extract.elements import Attributes

MAX_ELEMENTS: Final = 100
"""Elements per selector of :func:`ranked`; a page that has more of a kind is a listing."""

MAX_NAMES: Final = 1_000
"""Characters of an element's classes and id that are looked at."""

HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
"""Tags of headings (HTML 4.3.6)."""


def upwards(node: LexborNode | None, most: int, *, in_body: bool = False) -> Iterator[LexborNode]:
    """An element and those that enclose it, from the inside out.

    :param most: how many, the element itself counted
    :param in_body: whether to stop before ``body``, whose names speak of the whole page
    """
    for _ in range(most):
        if node is None or (in_body and node.tag in ("body", "html")):
            return
        yield node
        node = node.parent


def names_in(attributes: Attributes) -> str:
    """The classes and the id of an element as one text."""
    return f"{attributes.get('class') or ''} {attributes.get('id') or ''}"[:MAX_NAMES]


def classes_of(node: LexborNode) -> set[str]:
    """The classes of an element."""
    return set((node.attributes.get("class") or "").split())


def ranked(document: Document, selectors: tuple[str, ...]) -> Iterator[tuple[str, LexborNode]]:
    """Elements that fit any of the selectors, each once with the first that it fits; those of the first come first."""
    seen: set[int] = set()
    for selector in document.elements.fitting(selectors):
        for node in document.css(selector)[:MAX_ELEMENTS]:
            if node.mem_id not in seen:
                seen.add(node.mem_id)
                yield selector, node
