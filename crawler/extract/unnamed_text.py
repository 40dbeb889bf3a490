"""The text on the page of a video where no element is named for it: it follows the headline."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from selectolax.lexbor import LexborNode

from crawler.extract.areas import Areas
from crawler.extract.dateline import headlines
from crawler.extract.document import Document
from crawler.extract.outline import Line, outline_of
from crawler.extract.selection import upwards
from crawler.extract.text import text_of

_LEAST: Final = 40
"""A shorter text, or one that is no sentence, is a label or a title, letters and signs; of Chinese half as many do."""
_SENTENCE: Final = re.compile(r"[.!?…。！？](?=\s|[\"'”’»)]|\Z)|[。！？]")
_WORDS: Final = re.compile(r"[^\W\d_]+")
_LEAST_WORDS: Final = 6
_WIDE: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_FEW: Final = 4
"""Pieces that are read."""
_AROUND: Final = 5
"""Elements around a text that are looked at."""
_HOLDING: Final = frozenset({"p", "div", "section", "td", "dd", "blockquote", "pre", "article", "h4", "h5", "h6", "li"})
_NO_TEXT: Final = frozenset(
    {"a", "button", "form", "label", "video", "audio", "object", "noscript", "figcaption", "li"}
)
"""What stands in these is a link, a control or a notice."""
_MANY: Final = 2
"""More elements of the same class around texts are entries of a list."""
_SHORT: Final = 40
_OF_COMMENTS: Final = re.compile(
    r"comment|kommentar|comentári|comentari|коммент|комент|repl(?:y|ies)|discussion|diskussion|discusión|reacties|opmerking"
    r"|yorum|komentar|hozzászólás|σχόλι|评论|評論|留言|コメント|댓글|bình luận|تعليق|نظر|תגוב",
    re.IGNORECASE,
)
"""What the heading of a thread says, which stands behind the text; a link to it may stand before."""


def unnamed_text(
    document: Document, areas: Areas, title: str | None, is_widget: Callable[[LexborNode], bool]
) -> tuple[str, LexborNode] | None:
    """The first text of some length behind the headline, or the player where there is none, and before the comments."""
    headline = next(headlines(document, title), None) or document.first("video")
    if headline is None:
        return None
    start = document.elements.positions.get(headline.mem_id, 0)
    outline = outline_of(document)
    places = [place for place, text in enumerate(outline.texts) if _is_long(text)]
    for line in outline.lines_at(places[: 4 * _FEW]):
        if line.position < start or len(line.plain) * 2 < len(line.text) or line.text == title:
            continue
        if (found := _whole(document, areas, line, is_widget)) is not None:
            return found
    return None


def _is_long(text: str) -> bool:
    letters = len(text.strip())
    if letters * 2 < _LEAST or _SENTENCE.search(text) is None:
        return False
    if _WIDE.search(text):
        return 2 * letters >= _LEAST
    return letters >= _LEAST and len(_WORDS.findall(text[:500])) >= _LEAST_WORDS


def _whole(
    document: Document, areas: Areas, line: Line, is_widget: Callable[[LexborNode], bool]
) -> tuple[str, LexborNode] | None:
    """The text of the element around a line; None for that of a reader, a list, a notice."""
    block = next((around for around in upwards(line.node, _AROUND) if around.tag in _HOLDING), None)
    if block is None or areas.is_beside(block) or areas.in_comments(block):
        return None
    if any(around.tag in _NO_TEXT or is_widget(around) for around in upwards(line.node, _AROUND, in_body=True)):
        return None
    names = block.attributes.get("class") or ""
    if names and len(document.elements.by_class.get(names, ())) > _MANY:
        return None
    if _has_heading_of_comments(document, line.position):
        return None
    whole = block.parent if block.tag == "p" and block.parent is not None and _is_of_paragraphs(block.parent) else block
    text = text_of(whole, skip=is_widget, is_typed=True)
    return (text, whole) if text else None


def _is_of_paragraphs(node: LexborNode) -> bool:
    """Whether an element holds paragraphs and nothing else."""
    parts = [part.tag for part in node.iter(include_text=False)]
    return set(parts) <= {"p", "br", "ul", "ol", "blockquote"}


def _has_heading_of_comments(document: Document, position: int) -> bool:
    """Whether a heading before a place speaks of comments."""
    positions = document.elements.positions
    for heading in document.css("h2, h3, h4, h5, h6, legend, strong, b, label"):
        if positions.get(heading.mem_id, 0) > position:
            return False
        text = heading.text()
        if len(text) <= _SHORT and _OF_COMMENTS.search(text):
            return True
    return False
