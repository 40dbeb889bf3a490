"""Elements by CSS selectors, each once: of a whole list of selectors, or in the order of a list of preferences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from selectolax.lexbor import LexborNode

from crawler.extract.document import Document

MAX_ELEMENTS: Final = 100
"""Elements per selector of :func:`ranked`; a page that has more of a kind is a listing."""


def select(document: Document, selectors: str) -> list[LexborNode]:
    """Elements that fit any of a list of selectors, in document order, each once."""
    return document.css(selectors)


def ranked(document: Document, selectors: tuple[str, ...]) -> Iterator[tuple[str, LexborNode]]:
    """Elements that fit any of the selectors, each once with the first that it fits; those of the first come first."""
    seen: set[int] = set()
    for selector in document.elements.fitting(selectors):
        for node in select(document, selector)[:MAX_ELEMENTS]:
            if node.mem_id not in seen:
                seen.add(node.mem_id)
                yield selector, node
