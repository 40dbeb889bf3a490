"""Views, likes and dislikes that the page of a video shows near its headline, by names, words or drawings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from selectolax.lexbor import LexborNode

from crawler.extract.areas import Areas
from crawler.extract.channel import is_member
from crawler.extract.counts import read_count
from crawler.extract.dateline import headlines
from crawler.extract.document import Document
from crawler.extract.outline import Line, outline_of
from crawler.extract.phrases import is_like_label, names_views
from crawler.extract.selection import MAX_NAMES, upwards
from crawler.extract.text import line_of

_FIGURES: Final = re.compile(r"\d[\d.,'’٬٫\s]*")
_UNIT: Final = r"(?:[KMB](?![^\W\d_])|[千万萬億亿만천]|(?:mil|mln|тыс|млн|tsd|bin|rb|هزار|ألف)\b)\.?"
_PARTED: Final = re.compile(r"\s[|•·/]\s")
_MAGNITUDE: Final = re.compile(rf"\A{_UNIT}|(?<=\W){_UNIT}\Z", re.IGNORECASE)
"""What is left of ``1.2K views`` and ``Views: 1.2K`` without their figures begins or ends so."""
_EDGES: Final = " \t\r\n\u00a0():：·•|+"

_HEAD: Final = r"(?:[^\W_]+[-_]+)*"
_TAIL: Final = (
    r"(?:[-_]*(?:btn|button|counter|counts?|data|icon|info|label|num|number|nr|stat|text|total|value))*(?:[-_]?\d+)?"
)
_NAMES: Final = {
    "view_count": re.compile(rf"{_HEAD}(?:views?|viewed|hits|plays){_TAIL}", re.IGNORECASE),
    "like_count": re.compile(rf"{_HEAD}(?:likes?|upvotes?|up[-_]votes?){_TAIL}", re.IGNORECASE),
    "dislike_count": re.compile(rf"{_HEAD}(?:dislikes?|downvotes?|down[-_]votes?){_TAIL}", re.IGNORECASE),
}
"""Classes and ids of what shows a count."""
_MAY_COUNT: Final = ("view", "like", "plays", "hits", "vote")
_OTHER: Final = re.compile(r"(?<!dis)likes?[-_]+dislikes?|comment|repl(?:y|ies)", re.IGNORECASE)
"""What holds the two, and what counts those of a comment."""

_MADE: Final = r"(?:[-_](?:alt|fill(?:ed)?|icon|line|o|off|open|outlined?|regular|solid|stroke))*"
_DRAWN: Final = {
    "view_count": re.compile(rf"{_HEAD}(?:eyes?|visibility){_MADE}"),
    "like_count": re.compile(rf"{_HEAD}(?:thumbs?[-_]?(?:o[-_])?up|like|heart|favou?rite){_MADE}"),
    "dislike_count": re.compile(rf"{_HEAD}(?:thumbs?[-_]?(?:o[-_])?down|dislike){_MADE}"),
}
"""Names of drawings: classes of icon fonts, words that one draws itself, files, parts of a collection."""
_MAY_DRAW: Final = ("thumb", "eye", "heart", "like", "visibility", "favo")
_ICONS: Final = "i,svg,img,use,span[class*=icon],span[class*=material],span[class*=fa-]"
_MANY_ICONS: Final = 300
_SIGNS: Final = {**dict.fromkeys("👍❤♥♡", "like_count"), "👎": "dislike_count", "👁": "view_count"}
"""The same as characters of their own."""
_AROUND_ICON: Final = 3
"""Elements around a drawing in which its number stands."""
_LIKES: Final = frozenset(
    ["likes", "beğeni", "polubienia", "polubień", "gostos", "curtidas", "лайков", "лайка", "高評価", "إعجاب", "إعجابات"]
)
"""How likes are counted in words, besides what a button for them says."""
_TIMES: Final = frozenset(
    ["times", "mal", "fois", "veces", "vezes", "volte", "keer", "razy", "раз", "kez", "回", "次", "lần"]
)
"""What stands behind the number where a label says what is counted."""
_LONGEST: Final = 40
"""A longer text is no count with its word, and a longer class no name of one, characters."""
_LONGEST_LINE: Final = 120
"""The same of a line of several such, characters."""
_LONGEST_WORDS: Final = 20
"""What an element that is named as a count holds besides the number at most, characters."""
_NEAR: Final = 160
"""Elements behind the headline among which counts are looked for."""
_BEFORE: Final = 16
"""The same before it."""
_AT_HAND: Final = 50
"""The same behind it where several elements have one name, as in the cards of a list and in comments."""
_FAR: Final = 40
"""Elements around the headline that are known by it."""
_CARD: Final = 300
"""Text of a card of a list at most, characters."""
_CARD_DEPTH: Final = 4
"""Elements around a count among which a card is looked for."""
_CARD_LINK: Final = "a[href] img, h2 a[href], h3 a[href], h4 a[href], h5 a[href], h6 a[href], a[href] h3, a[href] h4"
_FEW: Final = 8
"""Elements of one name, and texts that count, that are looked at."""


def shown_counts(document: Document, areas: Areas, *, language: str | None, title: str | None) -> dict[str, int]:
    """Counts by the names of the elements that show them, by drawings and by the words beside the numbers."""
    positions = document.elements.positions
    headline = next(headlines(document, title), None) or document.first("video")
    if headline is None:
        return {}
    start = positions.get(headline.mem_id, 0)
    holding = {around.mem_id for around in upwards(headline, _FAR)}
    found: dict[str, int] = {}
    for name, node, is_one in _named(document, start + _NEAR):
        near = range(start - _BEFORE, start + (_NEAR if is_one else _AT_HAND))
        if name in found or positions.get(node.mem_id, -1) not in near or _is_of_others(areas, node, holding):
            continue
        count = _counted(line_of(node), language)
        if count is not None:
            found[name] = count
    if len(found) < len(_NAMES):
        for name, node, count in _drawn(document, start - _BEFORE, start + _NEAR, language):
            if name not in found and not _is_of_others(areas, node, holding):
                found[name] = count
    for name, count, line in _worded(document, headline, language):
        if name not in found and line.position >= start - _BEFORE and not _is_of_others(areas, line.node, holding):
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


def _drawn(
    document: Document, first: int, last: int, language: str | None
) -> Iterator[tuple[str, LexborNode, int]]:
    """Counts that stand with a drawing: a thumb, a heart, an eye."""
    positions = document.elements.positions
    for node in document.css(_ICONS)[:_MANY_ICONS]:
        if first <= positions.get(node.mem_id, -1) <= last and (name := _drawing(node)) is not None:
            count = _beside_icon(node, language)
            if count is not None:
                yield name, node, count


def _drawing(node: LexborNode) -> str | None:
    """What a drawing stands for, by its names, its word, its file."""
    attributes = node.attributes
    words = [attributes.get("class") or ""]
    if node.tag == "span":
        words.append(node.text() if len(node.text()) <= _LONGEST else "")
    elif node.tag in ("img", "use"):
        address = attributes.get("src") or attributes.get("href") or attributes.get("xlink:href") or ""
        words.append(re.split(r"[/#]", address[:MAX_NAMES])[-1].partition(".")[0])
    return _drawn_by(" ".join(words)[:MAX_NAMES])


@lru_cache(maxsize=4_096)  # drawings repeat on every page of a site
def _drawn_by(names: str) -> str | None:
    lowered = names.lower()
    if not any(map(lowered.__contains__, _MAY_DRAW)):
        return None
    words = [word for word in lowered.split() if len(word) <= _LONGEST]
    return next((name for name, pattern in _DRAWN.items() if any(map(pattern.fullmatch, words))), None)


def _beside_icon(node: LexborNode, language: str | None) -> int | None:
    """The number right behind a drawing, else the only one in an element around it that holds no other drawing."""
    after = node.next
    if after is not None and after.is_text_node and (after.text_content or "").strip():
        return _counted(" ".join((after.text_content or "").split()), language)
    around = node.parent
    for _ in range(_AROUND_ICON):
        if around is None or around.tag in ("body", "html"):
            return None
        text = line_of(around)
        if around.tag in ("button", "a"):
            text = " ".join(around.text().split())
        if len(text) > _LONGEST:
            return None
        if _FIGURES.search(text):
            drawings = {name for inner in around.css(_ICONS)[:_FEW] if (name := _drawing(inner)) is not None}
            return _counted(text, language) if len(drawings) == 1 else None
        around = around.parent
    return None


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
        if len(text := text.strip()) > _LONGEST_LINE or _FIGURES.search(text) is None:
            continue
        beside = [next(filter(None, map(str.strip, near)), "") for near in (reversed(texts[:at]), texts[at + 1 :])]
        for part in _counts_in(text):
            name = _counted_in(part, beside)
            count = read_count(part, language) if name is not None else None
            line = next(filter(lambda line: text in line.text, outline.lines_at([first + at])), None) if count else None
            if name is not None and count is not None and line is not None:
                yield name, count.value, line
                break


def _counts_in(text: str) -> list[str]:
    """Of several things that a line says the short ones with figures: ``14.03.2021 | Views: 24 | Comments: 2``."""
    return [part for part in _PARTED.split(text) if len(part) <= _LONGEST and _FIGURES.search(part)]


def _counted_in(text: str, beside: Sequence[str]) -> str | None:
    """What a text with a number counts, by its words or those beside it: ``Views:`` goes before ``views``."""
    words = _MAGNITUDE.sub("", _FIGURES.sub("", text, count=1).strip(_EDGES), count=1).strip(_EDGES)
    if words and words.lower() not in _TIMES:
        return _counted_by(words)
    labels = sorted(beside, key=lambda label: not label.endswith((":", "：")))
    named = (_counted_by(label.strip(_EDGES)) for label in labels if len(label) <= _LONGEST_WORDS)
    return next(filter(None, named), None)


def _text_in(node: LexborNode) -> str:
    return (node.text_content or "").strip() if node.is_text_node else ""


@lru_cache(maxsize=4_096)
def _counted_by(words: str) -> str | None:
    """What is counted where words, or a sign for them, stand beside a number."""
    if sign := _SIGNS.get(words.rstrip("\ufe0f")):
        return sign
    if names_views(words):
        return "view_count"
    return "like_count" if is_like_label(words) or words.lower() in _LIKES else None


def _leads_to_member(inside: LexborNode) -> bool:
    """Whether a picture or a heading of a link, or that link, leads to a member's page: such is no card of a list."""
    link = next((step for step in upwards(inside, _CARD_DEPTH) if step.tag == "a"), None)
    return is_member((link if link is not None else inside).attributes.get("href") or "")


def _is_of_others(areas: Areas, node: LexborNode, holding: set[int]) -> bool:
    """Whether a count is that of a comment, of something beside the page's subject, or of a card of a list.

    :param holding: memory ids of the elements around the headline, which are no cards
    """
    if areas.is_beside(node) or areas.in_comments(node):
        return True
    for around in upwards(node, _CARD_DEPTH, in_body=True):
        if around.mem_id in holding or len(around.text()) > _CARD:
            return False
        if any(not _leads_to_member(link) for link in around.css(_CARD_LINK)[:_FEW]):
            return True
    return False
