"""Elements by CSS selectors in the order of a list of preferences, and the classes of an element."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from selectolax.lexbor import LexborNode

from crawler.extract.document import Document

MAX_ELEMENTS: Final = 100
"""Elements per selector of :func:`ranked`; a page that has more of a kind is a listing."""


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
