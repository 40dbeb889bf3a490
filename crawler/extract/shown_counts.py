"""Views, likes and dislikes that the page of a video shows near its headline, in whatever markup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

from selectolax.lexbor import LexborNode

from crawler.extract.areas import Areas
from crawler.extract.counts import read_count
from crawler.extract.dateline import headlines
from crawler.extract.document import Document
from crawler.extract.outline import Line, outline_of
from crawler.extract.phrases import is_like_label, names_views
from crawler.extract.selection import MAX_NAMES, upwards
from crawler.extract.text import line_of

_FIGURES: Final = re.compile(r"\d[\d.,'’٬٫\s]*")
_UNIT: Final = r"(?:[KMB](?![^\W\d_])|[千万萬億亿만천]|(?:mil|mln|тыс|млн|tsd|bin|rb|هزار|ألف)\b)\.?"
_MAGNITUDE: Final = re.compile(rf"\A{_UNIT}|(?<=\W){_UNIT}\Z", re.IGNORECASE)
"""What is left of ``1.2K views`` and ``Views: 1.2K`` without their figures begins or ends so."""
_EDGES: Final = " \t\r\n\u00a0():：·•|+"

_HEAD: Final = r"(?:[^\W_]+[-_]+)*"
_TAIL: Final = r"(?:[-_]*(?:btn|button|counter|counts?|icon|label|num|number|nr|total))*(?:[-_]?\d+)?"
_NAMES: Final = {
    "view_count": re.compile(rf"{_HEAD}(?:views?|viewed|hits|plays){_TAIL}", re.IGNORECASE),
    "like_count": re.compile(rf"{_HEAD}(?:likes?|upvotes?|up[-_]votes?){_TAIL}", re.IGNORECASE),
    "dislike_count": re.compile(rf"{_HEAD}(?:dislikes?|downvotes?|down[-_]votes?){_TAIL}", re.IGNORECASE),
}
"""Classes and ids of what shows a count."""
_MAY_COUNT: Final = ("view", "like", "plays", "hits", "vote")
_OTHER: Final = re.compile(r"(?<!dis)likes?[-_]+dislikes?|comment|repl(?:y|ies)", re.IGNORECASE)
"""What holds the two, and what counts those of a comment."""

_LONGEST: Final = 40
"""A longer text is no count with its word, and a longer class no name of one, characters."""
_LONGEST_WORDS: Final = 20
"""What an element that is named as a count holds besides the number at most, characters."""
_NEAR: Final = 160
"""Elements behind the headline among which counts are looked for."""
_BEFORE: Final = 16
"""The same before it."""
_AT_HAND: Final = 50
"""The same behind it where several elements have one name, as in the cards of a list and in comments."""
_CARD: Final = 300
"""Text of a card of a list at most, characters."""
_CARD_DEPTH: Final = 4
"""Elements around a count among which a card is looked for."""
_CARD_LINK: Final = "a[href] img, h2 a[href], h3 a[href], h4 a[href], h5 a[href], h6 a[href], a[href] h3, a[href] h4"
_FEW: Final = 8
"""Elements of one name, and texts that count, that are looked at."""


def shown_counts(document: Document, areas: Areas, *, language: str | None, title: str | None) -> dict[str, int]:
    """Counts by the names of the elements that show them, and by the words beside the numbers."""
    positions = document.elements.positions
    headline = next(headlines(document, title), None)
    if headline is None:
        return {}
    start = positions.get(headline.mem_id, 0)
    found: dict[str, int] = {}
    for name, node, is_one in _named(document, start + _NEAR):
        near = range(start - _BEFORE, start + (_NEAR if is_one else _AT_HAND))
        if name in found or positions.get(node.mem_id, -1) not in near or _is_of_others(areas, node):
            continue
        count = _counted(line_of(node), language)
        if count is not None:
            found[name] = count
    for name, count, line in _worded(document, headline, language):
        if name not in found and line.position >= start - _BEFORE and not _is_of_others(areas, line.node):
            found[name] = count
    return found


def _named(document: Document, end: int) -> Iterator[tuple[str, LexborNode, bool]]:
    """Elements with the name of a count, which one, and whether each is the only one with its names."""
    elements = document.elements
    for names, node in elements.named:
        if elements.positions.get(node.mem_id, 0) > end:
            break
        if name := _count_named(names):
            yield name, node, True
    for names, nodes in elements.by_class.items():
        if name := _count_named(names):
            yield from ((name, node, len(nodes) == 1) for node in nodes[:_FEW])


@lru_cache(maxsize=4_096)  # classes repeat on every page of a site
def _count_named(names: str) -> str | None:
    """Which count an element shows by its names."""
    lowered = names[:MAX_NAMES].lower()
    if not any(map(lowered.__contains__, _MAY_COUNT)) or _OTHER.search(lowered):
        return None
    words = [word for word in lowered.split() if len(word) <= _LONGEST]
    return next((name for name, pattern in _NAMES.items() if any(map(pattern.fullmatch, words))), None)


def _counted(text: str, language: str | None) -> int | None:
    """The number of a short text that holds one number and few words."""
    if len(text) > _LONGEST or len(figures := _FIGURES.findall(text)) != 1:
        return None
    if len(text) - len(figures[0]) > _LONGEST_WORDS:
        return None
    count = read_count(text, language)
    return count.value if count else None


def _worded(document: Document, headline: LexborNode, language: str | None) -> Iterator[tuple[str, int, Line]]:
    """Counts in texts such as ``1,245 views``, and in numbers beside a text that is such a word; with their lines."""
    outline = outline_of(document)
    title = next((text for node in headline.traverse(include_text=True) if (text := _text_in(node))), None)
    begin = next((place for place, text in enumerate(outline.texts) if text.strip() == title), 0)
    first = max(begin - _BEFORE, 0)
    texts = outline.texts[first : begin + _NEAR]
    for at, text in enumerate(texts):
        if len(text := text.strip()) > _LONGEST or _FIGURES.search(text) is None:
            continue
        beside = (next(filter(None, map(str.strip, near)), "") for near in (reversed(texts[:at]), texts[at + 1 :]))
        name = _counted_in(text, beside)
        count = read_count(text, language) if name is not None else None
        for line in outline.lines_at([first + at]) if count is not None else ():
            if name is not None and count is not None and text in line.text:
                yield name, count.value, line
                break


def _counted_in(text: str, beside: Iterable[str]) -> str | None:
    """What a text with a number counts, by its words or those beside it: ``Views:`` goes before ``views``."""
    words = _MAGNITUDE.sub("", _FIGURES.sub("", text, count=1).strip(_EDGES), count=1).strip(_EDGES)
    if words:
        return _counted_by(words)
    labels = sorted(beside, key=lambda label: not label.endswith((":", "：")))
    named = (_counted_by(label.strip(_EDGES)) for label in labels if len(label) <= _LONGEST_WORDS)
    return next(filter(None, named), None)


def _text_in(node: LexborNode) -> str:
    return (node.text_content or "").strip() if node.is_text_node else ""


@lru_cache(maxsize=4_096)
def _counted_by(words: str) -> str | None:
    """What is counted where words stand beside a number."""
    if names_views(words):
        return "view_count"
    return "like_count" if is_like_label(words) else None


def _is_of_others(areas: Areas, node: LexborNode) -> bool:
    """Whether a count is that of a comment, of something beside the page's subject, or of a card of a list."""
    if areas.is_beside(node) or areas.in_comments(node):
        return True
    for around in upwards(node, _CARD_DEPTH, in_body=True):
        if len(around.text()) > _CARD:
            return False
        if around.css_first("h1") is not None:
            return False
        if around.css_first(_CARD_LINK) is not None:
            return True
    return False
