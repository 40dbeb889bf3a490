"""One thing of a page's structured data, whatever syntax it was written in."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawler.extract.text import clean, text_of


@dataclass(slots=True, eq=False)
class Node:
    """One typed thing. Property names are in lower case: pages write ``contentURL`` for ``contentUrl``."""

    types: frozenset[str]
    """Last parts of the type names, lower case: ``videoobject``."""
    props: dict[str, list[Any]] = field(default_factory=dict)
    """Values in order: ``str``, :class:`Node`, or the element that carries a microdata value."""
    is_of_others: bool = False
    """It stands in a list, a comment or another part that is not the page's subject."""
    node_id: str | None = None
    """``@id``/``itemid``, by which other nodes refer to it."""
    element: LexborNode | None = None
    """The element that it was made of, in microdata and RDFa."""

    def values(self, *names: str) -> Iterator[Any]:
        """Values of the named properties, the first name's before the second's."""
        for name in names:
            yield from self.props.get(name.lower(), ())

    def nodes(self, *names: str) -> list[Node]:
        """Values that are things themselves."""
        return [value for value in self.values(*names) if isinstance(value, Node)]

    def texts(self, *names: str) -> list[str]:
        """Values as plain text; a thing stands as its name. Empty ones are left out."""
        texts: list[str] = []
        for value in self.values(*names):
            text = _first_word(value, "name", "headline") if isinstance(value, Node) else _as_text(value)
            if text and text.strip():
                texts.append(text)
        return texts

    def text(self, *names: str) -> str | None:
        """The first value as plain text, or None."""
        return next(iter(self.texts(*names)), None)

    def link(self, *names: str) -> str | None:
        """The first value as an address as written; a thing stands as its ``url``, ``contentUrl`` or id."""
        for value in self.values(*names):
            if isinstance(value, Node):
                found = _first_word(value, "url", "contentUrl") or value.node_id
            else:
                found = _as_text(value)
            if found and found.strip():
                return html.unescape(found.strip())
        return None


def _as_text(value: str | LexborNode) -> str:
    return value if isinstance(value, str) else text_of(value, skip=is_badge)


def is_badge(node: LexborNode) -> bool:
    """Whether an element is a badge inside a value: PHP Melody puts "Featured" into its headlines."""
    return "label" in (node.attributes.get("class") or "").split()


def _first_word(node: Node, *names: str) -> str | None:
    """The first value that is no thing again: references may run in circles."""
    words = (_as_text(value) for value in node.values(*names) if not isinstance(value, Node))
    return next((word for word in words if word.strip()), None)


def plain(text: str | None) -> str | None:
    """A structured value as a reader would see it: entities decoded once, stray markup turned to text, or None."""
    if text is None:
        return None
    if _TAG.search(text):
        body = LexborHTMLParser(text).body
        text = text_of(body) if body else ""
    elif "&" in text:
        text = html.unescape(text)
    return (clean(text.replace("\u00a0", " ")) or "").strip() or None


_TAG = re.compile(
    r"</?(?:a|b|br|p|i|em|strong|span|div|ul|ol|li|h[1-6]|img|iframe|blockquote)\b[^<>]{0,2000}>", re.IGNORECASE
)
