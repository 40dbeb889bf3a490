"""Bounds on markup whose tree would cost more than its text: size, nesting, unclosed formatting, attributes."""

from __future__ import annotations

import re
from typing import Final

FEW_TAGS: Final = 3_000
"""Pages with fewer tags are cheap whatever they leave unclosed."""

MANY_TAGS: Final = 10_000
MANY_STYLES: Final = 500
"""Tags and formatting elements with attributes of a page that is cheap, too."""

LONG_TAG: Final = 32_768
"""A piece of markup this long without another tag is looked at, characters."""

MAX_ATTRIBUTES: Final = 1_000
"""A tag with more attributes loses them all: the parser compares each with all before it."""

STEPS: Final = 500_000_000
"""Tags times depth that a page may cost: the parser looks through all open elements at most tags, about 4 ns each."""

COPIES: Final = 2_000_000
"""Tags times unclosed formatting elements: each paragraph gets copies of them all (HTML 13.2.4.3)."""

PIECES: Final = 500_000
"""Tags and attributes of a page that are read; each costs about 430 bytes and 6 us. A page of 32 MB can have ten
million."""

MIN_DEPTH: Final = 256
MIN_FORMATTING: Final = 8
MAX_FORMATTING: Final = 512

_VOID: Final = frozenset(
    {
        "area", "base", "basefont", "bgsound", "br", "col", "embed", "frame", "hr", "image", "img", "input", "keygen",
        "link", "meta", "param", "source", "track", "wbr",
    }
)  # fmt: skip
_FORMATTING: Final = frozenset(
    {
        "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u",
    }
)  # fmt: skip
PLAIN_STYLES: Final = 3 * len(_FORMATTING)
"""Formatting elements without attributes that the parser keeps open at most: three of a kind, and one link."""

_IMPLIED: Final = frozenset(
    {
        "body", "colgroup", "dd", "dt", "head", "html", "li", "optgroup", "option", "p", "rp", "rt", "tbody", "td",
        "tfoot", "th", "thead", "tr",
    }
)  # fmt: skip
"""Elements that are ended by their like and need no end tag: they nest only within others (HTML 13.1.2.4)."""

_RAW: Final = "script|style|textarea|title|xmp|iframe|noembed|noframes"
_SPACE: Final = r" \t\n\f\r"
_VALUE: Final = rf"=[{_SPACE}]*+(?:\"[^\"]*+\"|'[^']*+'|[^\"'>{_SPACE}][^>{_SPACE}]*+)?+"
_REST: Final = rf"(?:[/{_SPACE}]++|[^/>{_SPACE}][^/>={_SPACE}]*+(?:[{_SPACE}]*+{_VALUE})?+)*+"
"""From within a tag to its end. A quotation mark quotes only behind the equals sign of an attribute; an equals sign
that stands where a name begins is a letter of it (HTML 13.2.5.32 to 13.2.5.39)."""

_TOKEN = re.compile(
    rf"<!--.*?(?:-->|\Z)|<(?P<raw>{_RAW})\b.*?(?:</(?P=raw)|\Z)"
    rf"|<(?P<close>/?)(?P<name>[a-z][^\s/>]*)(?P<rest>{_REST})",
    re.IGNORECASE | re.DOTALL,
)
_LONG_PIECE = re.compile(rf"<[^<]{{{LONG_TAG}}}")
_TO_TAG_END = re.compile(_REST)
_TEXT: Final = r"(?:[^<>\"'=]++|=\"[^<>\"'=]*+\")*+>[^<]*+"
"""The rest of a start tag that hides no end tag in its attributes, and the text behind it: each quotation mark stands
behind an equals sign, or ends what that one began."""
_STYLE = re.compile(
    r"<(?=[BCEFINSTUbcefinstu])(?i:(b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)(?=[\s/])"
    rf"(?!{_TEXT}(?:<a\s{_TEXT}</a>[^<]*+)?</\1[\s>]))"
)
"""A formatting element with attributes, unless only a text or one link stands in it: such are not open for long."""
_PARTING: Final = "</=\"' \t\n\f\r"
"""What a tag begins with, and what parts its attributes from each other and from their values."""
_ATTRIBUTE = re.compile(r"[^\s/=]++(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s>]++))?+")


def bounded(text: str) -> str:
    """The same markup, or one whose tree is bounded when it would be monstrous.

    What lies behind the first :data:`PIECES` is left out. A start tag that opens too deep becomes ``wbr``, so that what
    it holds moves up to the level above.
    """
    text = _beginning(text)
    tags = text.count("<")
    if not _has_long_tag(text) and (tags <= FEW_TAGS or _is_cheap(text, tags)):
        return text
    depth = max(STEPS // max(tags, 1), MIN_DEPTH)
    formatting = min(max(COPIES // max(tags, 1), MIN_FORMATTING), MAX_FORMATTING)
    return _Bounds(depth, formatting).apply(text)


def _is_cheap(text: str, tags: int) -> bool:
    """Whether counts alone show that a page costs no more than it may: neither its nesting nor its formatting."""
    if tags * (tags - text.count("</")) > STEPS:
        return False
    styles = len(_STYLE.findall(text))
    return (tags <= MANY_TAGS and styles <= MANY_STYLES) or tags * (styles + PLAIN_STYLES) <= COPIES


def _beginning(text: str) -> str:
    if len(text) <= 2 * PIECES:  # the shortest attribute takes two characters, the shortest tag three
        return text
    if sum(map(text.count, _PARTING)) <= PIECES:
        return text
    pieces = 0
    for match in _TOKEN.finditer(text):
        rest = match["rest"]
        pieces += 1 + (len(_ATTRIBUTE.findall(rest)) if rest else 0)
        if pieces > PIECES:
            return text[: match.start()]
    return text


def _has_long_tag(text: str) -> bool:
    # However it lies, a piece of that length covers one of these windows.
    step = LONG_TAG // 2
    if all(text.find("<", at, at + step) >= 0 for at in range(0, len(text) - step + 1, step)):
        return False
    for match in _LONG_PIECE.finditer(text):
        end = _TO_TAG_END.match(text, match.start() + 1)
        if end and end.end() - end.start() > LONG_TAG:
            return True
    return False


class _Bounds:
    """A coarse model of the parser's open elements.

    Where it thinks them less deep than they are, an element such as ``object`` or ``td`` hid an end tag from the ones
    around it (HTML 13.2.4.2), and there the parser stops looking, too.
    """

    def __init__(self, depth: int, formatting: int) -> None:
        self._depth = depth
        self._formatting = formatting
        self._open: list[str] = []
        self._styles: dict[str, int] = {}
        self._style_count = 0
        self._dropped: dict[str, int] = {}

    def apply(self, text: str) -> str:
        parts: list[str] = []
        end = 0
        for match in _TOKEN.finditer(text):
            name = match["name"]
            if name is None:
                continue
            name = name.lower()
            if len(match["rest"]) > LONG_TAG and len(_ATTRIBUTE.findall(match["rest"])) > MAX_ATTRIBUTES:
                parts += [text[end : match.start("rest")]]
                end = match.end("rest")
            is_kept = self._close(name) if match["close"] else self._start(name)
            if not is_kept:
                parts += [text[end : match.start("name")], "wbr"]
                end = max(end, match.end("name"))
        if not end:
            return text
        parts.append(text[end:])
        return "".join(parts)

    def _start(self, name: str) -> bool:
        if name in _VOID or name in _IMPLIED:
            return True
        if name in _FORMATTING:
            if self._style_count >= self._formatting:
                self._drop(name)
                return False
            self._style_count += 1
            self._styles[name] = self._styles.get(name, 0) + 1
            return True
        if len(self._open) >= self._depth:
            self._drop(name)
            return False
        self._open.append(name)
        return True

    def _drop(self, name: str) -> None:
        self._dropped[name] = self._dropped.get(name, 0) + 1

    def _close(self, name: str) -> bool:
        if self._dropped.get(name):
            self._dropped[name] -= 1
            return False
        if name in _FORMATTING:
            if self._styles.get(name):
                self._styles[name] -= 1
                self._style_count -= 1
            return True
        for back in range(1, min(len(self._open), 32) + 1):
            if self._open[-back] == name:
                del self._open[-back:]
                break
        return True
