"""The text that accompanies a video, where no known theme made the page: by the names of the elements around it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Final

from selectolax.lexbor import LexborNode

from crawler.extract.areas import Areas
from crawler.extract.document import Document
from crawler.extract.selection import MAX_NAMES, upwards
from crawler.extract.text import text_of
from crawler.extract.title import headline_of

_OF_OTHERS: Final = (
    r"(?!(?:[\w-]*[-_])?(?:ads?|archive|author|banner|brand|cards?|category|channel|comments?|cookies?|footer|form|group"
    r"|head|header|image|item|list|menu|meta|modal|nav|plan|popup|product|profile|related|section|series|sidebar|site|tags?"
    r"|taxonomy|teaser|term|thumb|thumbnail|tooltip|user)[-_])"
)
_MADE: Final = r"(?:_{1,2}(?=\w*[\dA-Z])\w{2,8})?"
"""What CSS modules append to a class."""
_DESCRIPTION: Final = re.compile(
    rf"{_OF_OTHERS}[\w-]*(?:(?<![a-z])desc|descr|description|synopsis|show-?notes)"
    rf"(?:[-_]*(?:area|body|box|container|content|full|info|inner|long|text|wrap|wrapper))*{_MADE}",
    re.IGNORECASE,
)
_BODY: Final = re.compile(
    rf"(?!media-body$){_OF_OTHERS}[\w-]*?(?:article|blog|content|detail|details|e|entry|gh|media|news|node|post|rich|single|story|talk"
    rf"|text|the|video)(?:[-_]*item)?[-_]+(?:body|content|text)(?:[-_]+(?:inner|wrap|wrapper))?{_MADE}"
    r"|[\w-]*richtext|field-+name-+body|blog-item-content",
    re.IGNORECASE,
)
"""Classes and ids of a description and of an article's text: of no part of a menu, a list or a profile, nor what stands
beside a picture (Bootstrap's ``media-body``)."""

_PARTS: Final = frozenset({"div", "section", "p", "span", "td", "dd", "em"})
"""Elements that are so named around a text."""
_MANY: Final = 2
"""More elements of one name are parts of a listing."""
_LONGEST_NAME: Final = 60
"""A longer class is no name of a text, characters."""
_DEPTH: Final = 6
"""Elements around a named one among which another is looked for: it holds more than the text."""
_FEW_LETTERS: Final = 20
"""A shorter text is a label."""


def named_texts(
    document: Document, areas: Areas, is_widget: Callable[[LexborNode], bool], *, is_quoted: bool
) -> Iterator[tuple[str, LexborNode]]:
    """Texts of elements that are named as a description, then of those named as an article's text.

    :param is_quoted: whether the page quotes its text, by which it can be told; else only one behind the headline is
        it, and none of what is said about the author
    """
    elements = document.elements
    headline = headline_of(document)
    start = elements.positions.get(headline.mem_id, 0) if headline is not None else 0
    for pattern in (_DESCRIPTION, _BODY):
        groups = [nodes for value, nodes in elements.by_class.items() if _fits(pattern, value)]
        groups += [[node] for name, node in elements.named if _fits(pattern, name)]
        found: dict[int, LexborNode] = {}
        for nodes in groups:
            kept = [node for node in nodes[: 4 * _MANY] if node.tag in _PARTS and not areas.is_beside(node)]
            if not 1 <= len(kept) <= _MANY:
                continue
            is_told = elements.positions.get(kept[0].mem_id, 0) > start and not areas.in_byline(kept[0])
            if is_quoted or is_told:
                found.setdefault(kept[0].mem_id, kept[0])
        around = {outer.mem_id for node in found.values() for outer in upwards(node.parent, _DEPTH)}
        for node in sorted(found.values(), key=lambda node: node.mem_id in around):  # the innermost first
            text = text_of(node, skip=is_widget, is_typed=True) if node.css_first("h1") is None else ""
            if len(text) >= _FEW_LETTERS:
                yield text, node


def is_text_name(names: str) -> bool:
    """Whether an element's classes or id name it as a description or an article's text."""
    return any(_fits(pattern, names) for pattern in (_DESCRIPTION, _BODY))


@lru_cache(maxsize=4_096)  # classes repeat on every page of a site
def _fits(pattern: re.Pattern[str], names: str) -> bool:
    return any(pattern.fullmatch(word) for word in names[:MAX_NAMES].split() if len(word) <= _LONGEST_NAME)
