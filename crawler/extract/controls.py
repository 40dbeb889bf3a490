"""What a button or link says about itself: its label, and the number shown in or beside it."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice
from typing import Final

from selectolax.lexbor import LexborNode

from crawler.extract.counts import Count, read_count
from crawler.extract.phrases import names_crowd
from crawler.extract.text import clean, line_of

MAX_LABEL: Final = 200
"""Longer texts are no label, characters."""

COUNT_ATTRIBUTES: Final = (
    "data-count",
    "data-share-count",
    "data-shares",
    "data-counter",
    "data-cnt",
    "data-counter-value",
    "data-ulike-counter-value",
    "data-likes",
    "data-follow-count",
)
_COUNTS: Final = frozenset(COUNT_ATTRIBUTES)
_COUNT_CLASS: Final = re.compile(
    r"(?:^|[-_])(?:count|counts|counter|countbox|shares?|likes?|fans|followers|subscribers|number|num|total|tally|bubble|badge)"
    r"(?:[-_](?:right|left|top|bottom|inside|value))?$",
    re.IGNORECASE,
)
_COUNT_INSIDE: Final = """
[data-count], [data-counter], [class*=count], [class*=Count], [class*=number], [class*=followers], [class*=fans],
.num, .badge, .tally, .total
"""
_COUNT_NAME: Final = re.compile(r"count|number|followers|fans|num|badge|tally|total", re.IGNORECASE)
"""In classes that :data:`_COUNT_INSIDE` asks for."""
_NUMBER: Final = re.compile(r"^[(\[+]?\s*\d[\d.,'\s\u00a0\u202f]*\s*[^\W\d]{0,4}\.?\s*[)\]+]?$")
_DIGIT: Final = re.compile(r"\d")
_NUMBER_THEN_WORDS: Final = re.compile(
    r"^\s*(?P<number>\d[\d.,'\s\u00a0\u202f]*\s?(?:[KkMmBb万億만]|mil|mln|Mio\.?|тыс\.?|млн\.?)?)\s+(?P<words>[^\d]{2,60})$"
)
_WORDS_THEN_NUMBER: Final = re.compile(
    r"^(?P<words>[^\d]{2,60}?)[\s:]*[(\[]\s*(?P<number>\d[\d.,'\s\u00a0\u202f]*\s?[KkMmBb万億만]?)\s*[)\]]$"
)
_CROWD_LINE: Final = re.compile(
    r"(?<![\w.,])(?P<number>\d[\d.,'\u00a0\u202f]*\s?(?:[KkMmBb万億만](?!\w)|mil\b|mln|Mio\.?|тыс\.?|млн\.?)?)"
    r"\s*(?P<words>[^\d]{2,40})"
)
"""A number and the words behind it (``Join 128 other subscribers``)."""
_LARGE: Final = frozenset({"body", "main", "article", "section", "nav", "header", "footer", "script", "style"})
"""Elements that are no small box, and those without text."""
_MAX_CROWD: Final = 60
"""Characters of a line that counts followers."""
_MAX_INSIDE: Final = 12
"""Elements in a control that are looked at."""
_MAX_BESIDE: Final = 6
"""Nodes on either side of a control that are looked at."""
_MAX_NODES: Final = 200
"""A control has fewer nodes."""


def is_alone(node: LexborNode) -> bool:
    """Whether a control has its place (``li``, ``span``) for itself: no other control stands beside it."""
    for step in ("prev", "next"):
        beside = getattr(node, step)
        for _ in range(_MAX_BESIDE):
            if beside is None:
                break
            if beside.tag in ("a", "button", "li"):
                return False
            beside = getattr(beside, step)
        else:
            return False
    return True


def _is_small(node: LexborNode) -> bool:
    """Reading the text of large elements again and again would be quadratic in the page; they are no controls."""
    inside = node.first_child
    if inside is None or (inside.next is None and inside.first_child is None):
        return True
    return sum(1 for _ in islice(node.traverse(include_text=True), _MAX_NODES)) < _MAX_NODES


def is_count(node: LexborNode) -> bool:
    """Whether an element holds nothing but a number, by its text and the names of its classes."""
    attributes = node.attributes
    if _COUNTS.isdisjoint(attributes) and not _names_count(attributes.get("class") or ""):
        return False
    text = node.text(deep=True)[:60].strip()
    return not text or _NUMBER.match(text) is not None


@lru_cache(maxsize=4_096)  # classes repeat on every page of a site
def _names_count(classes: str) -> bool:
    return any(_COUNT_CLASS.search(name) for name in classes.split()[:20])


def said_by(node: LexborNode) -> str:
    """All that the label of a link or button may be made of: to look for a word before the label is read.

    That is its text, once as it is and once with its pieces apart, and what is said about it and its pictures.
    """
    if not _is_small(node):
        return ""
    said: list[str | None] = [node.text(deep=True), node.text(deep=True, separator="\n")]
    for inner in node.traverse():
        attributes = inner.attributes
        said += attributes.get("alt"), attributes.get("title"), attributes.get("aria-label")
    return " ".join(" ".join(filter(None, said)).split())


def label_of(node: LexborNode) -> str | None:
    """The text a reader sees, the number left out; else ``title``, ``aria-label``, the image's ``alt``; else None."""
    if not _is_small(node):
        return None
    seen = line_of(node, skip=is_count)
    attributes = node.attributes
    names = [seen, attributes.get("title"), attributes.get("aria-label")]
    if node.tag == "input":
        names = [attributes.get("value") if attributes.get("type") in ("submit", "button") else None, *names]
    for name in names:
        label = _as_label(name)
        if label:
            return label
    for inner in node.css("img[alt], [title], [aria-label], svg title")[:5]:
        attributes = inner.attributes
        said = attributes.get("alt") or attributes.get("title") or attributes.get("aria-label")
        label = _as_label(said or (inner.text() if inner.tag == "title" else None))
        if label:
            return label
    return None


def _as_label(text: str | None) -> str | None:
    words = (clean(text) or "").split()
    half = len(words) // 2
    if half and words[:half] == words[half:]:
        words = words[:half]  # once for readers, once for screen readers
    text = " ".join(words)
    if len(text) > MAX_LABEL or not any(map(str.isalnum, text)) or _NUMBER.match(text):
        return None
    found = _counted(text)
    return found[1] if found and found[1] else text


def _counted(text: str) -> tuple[str, str] | None:
    """Number and words of ``Like (12)`` and ``1.2K Likes``."""
    if not _DIGIT.search(text):
        return None
    found = _WORDS_THEN_NUMBER.match(text)
    if found:
        return found["number"], found["words"].strip()
    found = _NUMBER_THEN_WORDS.match(text)
    return (found["number"], found["words"].strip()) if found and names_crowd(found["words"]) else None


def count_of(node: LexborNode, language: str | None) -> Count | None:
    """The number in or beside a control; None when the page shows none.

    Looked at in turn: the control's own attributes, elements in it, the next element, elements beside it in a place
    that it has for itself, and numbers in its text and ``aria-label``.
    """
    if not _is_small(node):
        return None
    attributes = node.attributes
    for name in COUNT_ATTRIBUTES:
        if (stated := attributes.get(name)) and (count := _read(stated, language)):
            return count
    for inner in node.css(_COUNT_INSIDE)[:_MAX_INSIDE] if _may_hold_count(node) else ():
        count = _shown(inner, language) or _begins(inner, language)
        if count:
            return count
    shown = " ".join(node.text(deep=True)[:MAX_LABEL].split())
    if _NUMBER.match(shown):
        return read_count(shown, language)
    for text in (shown, attributes.get("aria-label"), attributes.get("title")):
        found = _counted(" ".join(text.split())) if text else None
        if found:
            return read_count(found[0], language)
    return _beside(node, language)


def _may_hold_count(node: LexborNode) -> bool:
    """Whether anything in a control, or itself, has a name that :data:`_COUNT_INSIDE` asks for; False is sure."""
    return any(
        "data-count" in attributes
        or "data-counter" in attributes
        or _COUNT_NAME.search(attributes.get("class") or "")
        for attributes in (inner.attributes for inner in node.traverse())
    )


def _beside(node: LexborNode, language: str | None) -> Count | None:
    """The number right after a control, or anywhere beside one that is alone in its place."""
    alone = is_alone(node)
    for step in ("next", "prev") if alone else ("next",):
        beside = getattr(node, step)
        for _ in range(_MAX_BESIDE):
            if beside is None:
                break
            if beside.tag != "-text":
                inner = beside.first_child
                count = _shown(beside, language) or (_shown(inner, language) if inner is not None else None)
                if count or not alone:
                    return count
            beside = getattr(beside, step)
    return None


def crowd_beside(node: LexborNode, language: str | None) -> Count | None:
    """How many follow or subscribe, where the page says so beside a control: in words, or by itself in a small box.

    A number before the control is its own where it has the place for itself or is a button.
    """
    is_own = is_alone(node)
    for step in ("next", "prev") if is_own or node.tag == "button" else ("next",):
        if count := _crowd(node, step, language):
            return count
    place = node.parent
    if place is None or not is_own or not is_alone(place) or place.tag in _LARGE:
        return None
    return _crowd(place, "prev", language) or _crowd(place, "next", language) or _beside(place, language)


def _crowd(node: LexborNode, step: str, language: str | None) -> Count | None:
    """The number in the nearest line on one side that says how many they are."""
    beside = getattr(node, step)
    for _ in range(_MAX_BESIDE):
        if beside is None or beside.tag in ("a", "button", "li"):
            return None
        text = _line_of(beside)
        found = _CROWD_LINE.search(text) if text else None
        if found and names_crowd(found["words"]):
            return read_count(found["number"], language)
        beside = getattr(beside, step)
    return None


def _line_of(node: LexborNode) -> str | None:
    """The text of what holds no more than a short line."""
    if node.tag == "-text":
        return (node.text_content or "")[:_MAX_CROWD].strip()
    if node.tag in _LARGE or not _is_small(node):
        return None
    text = " ".join(node.text(deep=True, separator=" ")[: 2 * _MAX_CROWD].split())
    return text if len(text) <= _MAX_CROWD else None


def _shown(node: LexborNode, language: str | None) -> Count | None:
    if node.tag in ("a", "button", "-text") or not is_count(node):
        return None
    attributes = node.attributes
    stated = (value for name in COUNT_ATTRIBUTES if (value := attributes.get(name)))
    read = next((count for value in stated if (count := _read(value, language))), None)
    return read or _read(node.text(deep=True)[:60], language)


def _begins(node: LexborNode, language: str | None) -> Count | None:
    """The number that the first text of a count is, where more stands behind it (``45 Shares``)."""
    first = node.first_child
    while first is not None and first.tag != "-text":
        first = first.first_child
    is_count_by_name = first is not None and _names_count(node.attributes.get("class") or "")
    return _read((first.text_content or "")[:60], language) if first is not None and is_count_by_name else None


def _read(text: str | None, language: str | None) -> Count | None:
    text = (text or "").strip()
    return read_count(text, language) if text and _NUMBER.match(text) else None
