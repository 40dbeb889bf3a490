"""Plain text of a piece of a page, as a reader sees it."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

from selectolax.lexbor import LexborHTMLParser

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Set as AbstractSet

    from selectolax.lexbor import LexborNode

_BREAKS: Final[dict[str, int]] = {
    **dict.fromkeys(
        (
            "address", "article", "aside", "body", "caption", "center", "dd", "details", "dialog", "dir", "div",
            "dt", "fieldset", "figcaption", "footer", "form", "header", "hgroup", "html", "legend", "li", "main",
            "menu", "nav", "search", "section", "summary", "tbody", "tfoot", "thead", "tr",
        ),
        1,
    ),
    **dict.fromkeys(
        ("blockquote", "dl", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "ol", "p", "pre", "table", "ul"), 2
    ),
}  # fmt: skip
"""Line breaks around an element: 1 begins a line, 2 leaves an empty one (HTML 15.3: blocks; those with a margin)."""

_UNSEEN: Final = frozenset(
    {
        "audio", "base", "basefont", "button", "canvas", "datalist", "embed", "frame", "frameset", "head", "iframe",
        "input", "link", "map", "meta", "meter", "noembed", "noframes", "noscript", "object", "optgroup", "option",
        "param", "progress", "rp", "script", "select", "style", "svg", "template", "textarea", "title", "video",
    }
)  # fmt: skip
"""Elements whose text is not part of what surrounds them: code, fallbacks, form controls, drawings."""

_CELLS: Final = frozenset({"td", "th"})
_LISTS: Final = frozenset({"ul", "ol", "dir", "menu"})
_EDGED: Final = frozenset({*_BREAKS, *_CELLS})
"""Elements whose beginning and end show."""
_PARSER: Final = LexborHTMLParser("")
_P, _BR = (_PARSER.create_node(tag).tag_id for tag in ("p", "br"))
_TEXT: Final = 2
"""`LXB_TAG__TEXT` (lexbor/tag/const.h)."""
_PLAIN_ROOTS: Final = frozenset(
    _PARSER.create_node(tag).tag_id for tag in ("div", "section", "article", "li", "dd", "td")
)
_SPACE = re.compile(r"[ \t\n\r\f]+")
_BLANK: Final = " \t\n\r\f"
_EDGES: Final = " \t\n\r\f\v"
_KEPT_LINES = re.compile(r"white-space\s*:\s*(?:pre|break-spaces)", re.IGNORECASE)
"""A style by which line breaks of the source show (CSS Text 3, 3)."""
_EMPTY_LINE = re.compile(r"\S[ \t\r]*\n[ \t\r]*\n")
_DIVIDING: Final = frozenset({"br", "p", "div", "li", "h2", "h3", "h4", "h5", "h6", "td", "pre", "blockquote"})
_EMOJI_CLASS = re.compile(r"emoji|smiley|smilie|emoticon", re.IGNORECASE)
MAX_EMOJI: Final = 32
"""Longest ``alt`` that may be an emoji by its characters alone; a family with skin tones takes 12."""


def text_of(
    node: LexborNode,
    *,
    skip: Callable[[LexborNode], bool] | None = None,
    without: AbstractSet[int] = frozenset(),
    is_typed: bool = False,
) -> str:
    """Visible text of an element: paragraphs parted by an empty line, lines by a break, white space folded as shown.

    Left out below ``node`` (never ``node`` itself): scripts, styles, fallbacks, form controls, drawings, whatever has
    the ``hidden`` attribute (but not ``until-found``) and icon-font glyphs (``aria-hidden`` with an icon class).
    Other ``aria-hidden`` and ``display: none`` parts stay: folded "read more" text is text. Images count as their
    ``alt`` when that is an emoji. A no-break space becomes a plain one that is not folded; direction marks and joiners
    stay. Line breaks of the source stay where the style of an element says so. Linear in the size of the tree, at any
    depth.

    :param skip: says which elements below ``node`` to leave out with all they hold
    :param without: memory ids of elements and texts below ``node`` to leave out
    :param is_typed: the text may be as somebody typed it, and a style sheet shows its lines: they stay where one of its
        pieces has an empty line and no markup parts them
    """
    inside = node.first_child
    if inside is None and not node.is_text_node:
        return ""
    if inside is not None and inside.next is None and inside.is_text_node and node.tag != "pre" and not without:
        written = inside.text_content or ""
        if "\n" in written.strip(_EDGES) and (keeps_lines(node) or (is_typed and _has_empty_line(node))):
            return _Writer(skip, without, is_typed=is_typed).read(node)
        words = _folded(written).strip(" ")
        return words.replace("\u00a0", " ").strip(_EDGES) if words.strip("\u00a0") else ""
    if skip is None:
        paragraphs = paragraphs_of(node, without)
        if paragraphs is not None:
            return paragraphs
    return _Writer(skip, without, is_typed=is_typed).read(node)


def keeps_lines(node: LexborNode) -> bool:
    """Whether an element's own style shows the line breaks of the source."""
    style = node.attributes.get("style")
    return style is not None and _KEPT_LINES.search(style) is not None


def _has_empty_line(root: LexborNode) -> bool:
    """Whether a piece of text in an element has an empty line, and no markup parts its lines."""
    has_one = False
    for node in root.traverse(include_text=True):
        if node.is_text_node:
            text = node.text_content or ""
            has_one = has_one or ("\n" in text and _EMPTY_LINE.search(text.strip(_EDGES)) is not None)
        elif node.tag in _DIVIDING and node.mem_id != root.mem_id:
            return False
    return has_one


def paragraphs_of(node: LexborNode, without: AbstractSet[int] = frozenset()) -> str | None:
    """:func:`text_of` of an element that holds nothing but paragraphs of text and line breaks; None for any other."""
    if node.tag_id not in _PLAIN_ROOTS:
        return None
    texts: list[str] = []
    paragraph = node.first_child
    while paragraph is not None:
        kind = paragraph.tag_id
        if without and paragraph.mem_id in without:
            pass
        elif kind == _P:
            lines: list[str] = []
            inside = paragraph.first_child
            while inside is not None:
                is_break = inside.tag_id == _BR
                if without and inside.mem_id in without:
                    return None
                if (not is_break and inside.tag_id != _TEXT) or is_break != bool(len(lines) % 2):
                    return None
                lines.append("\n" if is_break else _folded(inside.text_content or "").strip(" "))
                inside = inside.next
            text = "".join(lines)
            if not all(lines) or len(lines) % 2 == 0 or "\u00a0" in text or paragraph.attributes:
                return None
            texts.append(text)
        elif kind != _TEXT or (paragraph.text_content or "").strip(_BLANK):
            return None
        paragraph = paragraph.next
    return "\n\n".join(texts).strip(_EDGES)


def _folded(text: str) -> str:
    """Every run of the white space that HTML folds as one space."""
    if "\n" in text or "  " in text or "\t" in text or "\r" in text or "\f" in text:
        return _SPACE.sub(" ", text)
    return text


def line_of(node: LexborNode, *, skip: Callable[[LexborNode], bool] | None = None) -> str:
    """The same on one line: every run of white space is one space."""
    return " ".join(text_of(node, skip=skip).split())


def inner_html(node: LexborNode) -> str:
    """Markup of an element's children."""
    return node.inner_html or ""


class _Writer:
    """Collects text; white space and line breaks wait until more text comes, so that none is left at the ends."""

    def __init__(
        self, skip: Callable[[LexborNode], bool] | None, without: AbstractSet[int], *, is_typed: bool = False
    ) -> None:
        self._skip = skip
        self._without = without
        self._is_typed = is_typed
        self._kept: list[int] = []
        """Memory ids of the elements around whose style shows the line breaks of the source."""
        self._parts: list[str] = []
        self._breaks = 0
        self._space = False
        self._pre = 0
        self._lists = 0

    def read(self, root: LexborNode) -> str:
        if root.is_text_node:
            self._text(root.text_content or "")
            return self._result()
        self._edge(root.tag or "", 1)
        if keeps_lines(root) or (self._is_typed and _has_empty_line(root)):
            self._kept.append(root.mem_id)
        stack: list[tuple[LexborNode, str]] = [(root, root.tag or "")]
        node = root.first_child
        while stack:
            if node is None:
                left, tag = stack.pop()
                if self._kept and self._kept[-1] == left.mem_id:
                    self._kept.pop()
                if tag in _EDGED:
                    self._edge(tag, -1)
                node = left.next
                continue
            if self._without and node.mem_id in self._without:
                if node.is_text_node:
                    self._parted(node.text_content or "")
            elif node.is_text_node:
                self._text(node.text_content or "")
            elif node.is_element_node and not self._is_unseen(node, tag := node.tag or ""):
                if tag == "br":
                    self._breaks, self._space = min(self._breaks + 1, max(self._breaks, 2)), False
                elif tag == "img":
                    self._image(node)
                else:
                    if tag in _EDGED:
                        self._edge(tag, 1)
                    stack.append((node, tag))
                    node = node.first_child
                    continue
            node = node.next
        return self._result()

    def _result(self) -> str:
        return "".join(self._parts).replace("\u00a0", " ").strip(_EDGES)

    def _is_unseen(self, node: LexborNode, tag: str) -> bool:
        if tag in _UNSEEN:
            return True
        attributes = node.attributes
        if attributes:
            if "hidden" in attributes and (attributes["hidden"] or "").lower() != "until-found":
                return True
            if attributes.get("aria-hidden") == "true" and "icon" in (attributes.get("class") or ""):
                return True
            if tag == "dialog" and "open" not in attributes:
                return True
            if (style := attributes.get("style")) and "white-space" in style and _KEPT_LINES.search(style):
                self._kept.append(node.mem_id)
        elif tag == "dialog":
            return True
        if self._skip is None or not self._skip(node):
            return False
        if self._kept and self._kept[-1] == node.mem_id:
            self._kept.pop()
        return True

    def _edge(self, tag: str, step: int) -> None:
        """An element begins (1) or ends (-1)."""
        if tag in _CELLS:
            self._space = True
            return
        breaks = _BREAKS.get(tag, 0)
        if not breaks:
            return
        if tag in _LISTS:
            if step < 0:
                self._lists -= 1
            if self._lists:
                breaks = 1  # a list in a list has no margin
            if step > 0:
                self._lists += 1
        elif tag == "pre":
            self._pre += step
        self._breaks = max(min(self._breaks, 2), breaks)
        self._space = False

    def _text(self, text: str) -> None:
        if self._pre:
            self._verbatim(text)
            return
        if self._kept and "\n" in text:
            for number, line in enumerate(text.split("\n")):
                if number and self._parts:
                    self._breaks, self._space = min(self._breaks + 1, max(self._breaks, 2)), False
                self._inline(line)
            return
        self._inline(text)

    def _inline(self, text: str) -> None:
        """A text whose white space folds."""
        folded = _folded(text)
        words = folded.strip(" ")
        if not words.strip("\u00a0 "):
            self._space = self._space or bool(folded)
            return
        if folded[0] == " ":
            self._space = True
        self._write(words)
        self._space = folded[-1] == " "

    def _parted(self, text: str) -> None:
        """A text that is left out parts those around it, where it holds white space."""
        self._space = self._space or (not self._pre and _SPACE.search(text) is not None)

    def _verbatim(self, text: str) -> None:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        begun = text.lstrip("\n")
        body = begun.rstrip("\n")
        self._breaks += len(text) - len(begun)
        if body:
            self._write(body)
            self._breaks += len(begun) - len(body)

    def _image(self, node: LexborNode) -> None:
        attributes = node.attributes
        alt = (attributes.get("alt") or "").strip(_EDGES)
        if alt and (_EMOJI_CLASS.search(attributes.get("class") or "") or _is_emoji(alt)):
            self._write(alt)
            self._space = False

    def _write(self, text: str) -> None:
        parts = self._parts
        if parts:
            if self._breaks:
                parts[-1] = parts[-1].rstrip(" \u00a0")
                parts.append("\n" * self._breaks)
            elif self._space:
                parts.append(" ")
        self._breaks, self._space = 0, False
        parts.append(text)


def _is_emoji(text: str) -> bool:
    """Symbols without a letter, at least one of them a pictograph or an enclosing keycap."""
    if len(text) > MAX_EMOJI or any(char.isalpha() for char in text):
        return False
    return any(unicodedata.category(char) == "So" or char == "\u20e3" for char in text)


_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_SURROGATES = re.compile(r"[\ud800-\udfff]")


def clean(text: str | None) -> str | None:
    """Well-formed Unicode; None stays None.

    A lone surrogate becomes U+FFFD, C0 controls but tab and line feed go, CR LF and CR become LF. Nothing else changes.
    """
    if text is None:
        return None
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _CONTROLS.sub("", text)
    return text if text.isascii() else _SURROGATES.sub("\ufffd", text)


def is_clean(text: str) -> bool:
    """Whether :func:`clean` would change nothing, told at a glance; False also where each part has to be looked at."""
    try:
        raw = text.encode()
    except UnicodeEncodeError:
        return False
    return len(raw.translate(None, _CLEANED)) == len(raw)


_CLEANED: Final = bytes(byte for byte in range(0x20) if byte not in b"\t\n")


def fold(text: str) -> str:
    """Text for comparison only: NFC (UAX 15), every run of white space one space, none at the ends."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    elif "  " not in text:
        if text.isprintable():  # no white space but blanks
            return text.strip(" ")
        raw = text.encode()
        if len(raw.translate(None, _RARE_SPACE)) == len(raw):  # most comments: lines of words, one blank between them
            return " ".join([line for part in text.split("\n") if (line := part.strip(" "))])
    return " ".join(text.split())


_RARE_SPACE: Final = b"\t\v\f\r\x1c\x1d\x1e\x1f"
"""What else `str.split` takes for white space in ASCII."""
