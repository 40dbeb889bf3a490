"""JSON-LD of a page's scripts to plain values, however carelessly it was written."""

from __future__ import annotations

import html
import json
import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from crawler.extract.document import Document

MAX_SCRIPT: Final = 2_000_000
"""Longest script that is read, characters; real ones with a whole transcript stay below a tenth of it."""

MAX_PARTS: Final = 50
"""How many values are read from one script; a template that prints one object per comment has more of no use."""

_WRAPPING = re.compile(r"^\s*(?:(?:<!--|//\s*<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/|<!\[CDATA\[)\s*)+")
_STRING_OR_FLAW = re.compile(r'"(?:[^"\\]++|\\.)*+"?|/\*.*?(?:\*/|\Z)|,(?=\s*+[}\]])', re.DOTALL)
"""A comment without end goes to the end: looked for from each of its like, it would take the square of their number."""
_BAD_ESCAPE = re.compile(r'\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})|\\')


class JsonLd:
    """The JSON-LD of one document: each script is parsed once, whoever reads it."""

    def __init__(self, document: Document) -> None:
        scripts = document.elements.attributes_of("script")
        self.scripts = [script.text() for script, own in scripts if "ld+json" in (own.get("type") or "").lower()]
        """Texts of its scripts."""
        self._values: dict[str, list[Any]] = {}

    def values(self, script: str) -> list[Any]:
        """:func:`parse_json_ld` of one of them; not to be changed."""
        if script not in self._values:
            self._values[script] = parse_json_ld(script)
        return self._values[script]


def parse_json_ld(text: str) -> list[Any]:
    """Values of one ``application/ld+json`` script (JSON-LD 1.1, section 7), in order; ``[]`` when it holds none.

    Tolerated, because real pages have them: HTML comment and CDATA wrappers, a byte order mark, control characters
    inside strings, comments, trailing commas, invalid escapes, entities instead of quotes, several values in a row,
    text after the last value. A value that is cut short is left out.
    """
    text = text[:MAX_SCRIPT].lstrip("\ufeff")
    text = _WRAPPING.sub("", text)
    if '"' not in text and "&quot;" in text:
        text = html.unescape(text)
    values, end = _values(text)
    if _is_rest_empty(text, end):
        return values
    repaired = _STRING_OR_FLAW.sub(_without_flaw, text)
    again, _ = _values(repaired)
    return again if len(again) >= len(values) else values


def _values(text: str) -> tuple[list[Any], int]:
    decoder = json.JSONDecoder(strict=False)
    values: list[Any] = []
    at = 0
    while len(values) < MAX_PARTS:
        start = _next_bracket(text, at)
        if start is None:
            break
        try:
            value, at = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            return values, start
        values.append(value)
    return values, at


def _next_bracket(text: str, at: int) -> int | None:
    places = [place for place in (text.find("{", at), text.find("[", at)) if place >= 0]
    return min(places) if places else None


def _is_rest_empty(text: str, end: int) -> bool:
    return end > 0 and _next_bracket(text, end) is None


def _without_flaw(match: re.Match[str]) -> str:
    found = match.group()
    if found.startswith('"'):
        return _BAD_ESCAPE.sub(lambda escape: escape.group() if len(escape.group()) > 1 else "\\\\", found)
    return ""
