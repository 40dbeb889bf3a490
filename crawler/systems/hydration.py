"""What a page's server hands to its scripts as data: the state that they begin with (hydration).

Read are JSON values: in ``script`` elements of any type (``__NEXT_DATA__``, ``window.__INITIAL_STATE__ = {...}``), in
the strings of scripts (``JSON.parse("...")``, the rows of React's ``__next_f``), in attributes (``data-page``,
``data-react-props``), and Nuxt 3's list of values that name each other by their places (devalue). Object literals that
are no JSON are not, as nothing is executed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import unquote

from crawler.extract.document import Document
from crawler.systems.around.tree import flatten
from crawler.systems.scripts import unescaped

MAX_STATE: Final = 8_000_000
"""Longest script that is read, characters."""

MAX_WORK: Final = 3
"""So many times the characters of a script are decoded at most, where beginnings of JSON turn out to be none."""

MAX_BROKEN: Final = 500
"""So many of such beginnings are tried: each error counts the lines before it."""

SHORTEST: Final = 40
"""Shorter attributes hold no comments, characters."""

_START = re.compile(r'[\[{](?=\s{0,99}["\[{])')
"""Where a value may begin whose first member is worth anything."""

_LITERAL = re.compile(r'"(?:[^"\\\n]|\\.)*+"' + r"|'(?:[^'\\\n]|\\.)*+'", re.DOTALL)
"""A string of a script (ECMA-262 12.9.4)."""

_HOLDS_JSON = re.compile(r'["\'](?:\s{0,9}[\[{]\s{0,9}(?:\\{1,3}(?:"|x22|u0022)|")|%7B%22|%5B%7B|\d)', re.IGNORECASE)
"""How a string begins that holds a value: brackets with an escaped quotation mark, the same in percents."""

_ROWS: Final = "__next_f"
"""The list to which React's server components push their rows, cut anywhere (Next.js 13 and later)."""


def states_of(document: Document, mark: re.Pattern[str]) -> Iterator[Any]:
    """The values of a page's scripts and attributes in whose text something is found, in document order.

    :param mark: what has to stand in a value as it is written, with or without escapes
    """
    rows: list[str] = []
    for node in document.css("script"):
        text, kind = node.text(), node.attributes.get("type") or ""
        if "ld+json" in kind or len(text) > MAX_STATE:
            continue
        if _ROWS in text:
            rows += [unescaped(literal[0][1:-1]) for literal in _LITERAL.finditer(text)]
        elif mark.search(text):
            yield from _values(text, mark)
    if rows and mark.search(whole := "".join(rows)):
        yield from _decoded(whole, mark)
    for own in flatten(document).attrs:
        for value in own.values():
            if value and len(value) > SHORTEST and value.lstrip()[:1] in ("{", "[") and mark.search(value):
                yield from _decoded(value, mark)


def _values(text: str, mark: re.Pattern[str]) -> Iterator[Any]:
    """The values of a script, those in its strings last."""
    yield from _decoded(text, mark)
    for literal in _LITERAL.finditer(text):
        if _HOLDS_JSON.match(literal[0]) and mark.search(literal[0]):
            said = unescaped(literal[0][1:-1])
            yield from _decoded(unquote(said) if said.startswith("%") else said, mark)


def _decoded(text: str, mark: re.Pattern[str]) -> Iterator[Any]:
    """The outermost JSON values of a text that hold the mark."""
    decoder = json.JSONDecoder(strict=False)
    left, at, broken = MAX_WORK * len(text), 0, 0
    last = max((match.end() for match in mark.finditer(text)), default=0)
    while left > 0 and broken < MAX_BROKEN and at < last and (start := _START.search(text, at, last)) is not None:
        try:
            value, end = decoder.raw_decode(text, start.start())
        except json.JSONDecodeError as error:
            left -= error.pos - start.start() + 1
            broken += 1
            at = start.end()
        except (ValueError, RecursionError):
            return
        else:
            if mark.search(text, start.start(), end):
                yield _unfolded(value) if _is_folded(value) else value
            left -= end - start.start()
            at = end


_KINDS: Final = frozenset({"Reactive", "ShallowReactive", "Ref", "ShallowRef", "EmptyRef", "EmptyShallowRef"})
"""What Vue wraps a value in, by the names that Nuxt 3 gives them."""


def _is_folded(value: Any) -> bool:
    """Whether a list is one of devalue: its members are named by their places in it."""
    if not isinstance(value, list) or len(value) < 2 or not isinstance(value[0], list | dict):
        return False
    named = [*value[0].values()] if isinstance(value[0], dict) else value[0]
    return len(value[0]) > 0 and all(_is_place(one, value) or one in _KINDS for one in named)


def _is_place(place: Any, values: list[Any]) -> bool:
    return isinstance(place, int) and not isinstance(place, bool) and -7 < place < len(values)


def _unfolded(values: list[Any]) -> Any:
    """The value that a list of devalue stands for (devalue 4 and 5); a value that holds itself is cut there."""
    made: dict[int, Any] = {}

    def value_at(place: Any, depth: int) -> Any:
        if not _is_place(place, values) or place < 0 or depth > MAX_DEPTH:  # negative: undefined, NaN, Infinity
            return None
        if place not in made:
            made[place] = None
            made[place] = unfold(values[place], depth + 1)
        return made[place]

    def unfold(value: Any, depth: int) -> Any:
        if isinstance(value, dict):
            return {key: value_at(place, depth) for key, place in value.items()}
        if not isinstance(value, list):
            return value
        if value and isinstance(value[0], str):
            if value[0] == "Date":
                return value[1] if len(value) > 1 else None
            return value_at(value[1], depth) if len(value) > 1 and value[0] in _KINDS else None
        return [value_at(place, depth) for place in value]

    return value_at(0, 0)


MAX_DEPTH: Final = 200
"""Where values nest deeper they are cut."""
