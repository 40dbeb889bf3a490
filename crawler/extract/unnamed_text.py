"""The text on the page of a video where no element is named for it: it follows the headline."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from selectolax.lexbor import LexborNode

from crawler.extract.areas import Areas
from crawler.extract.dateline import headlines
from crawler.extract.document import Document
from crawler.extract.labelled import labelled
from crawler.extract.named_text import is_text_name
from crawler.extract.outline import Line, outline_of
from crawler.extract.selection import HEADINGS, names_in, upwards
from crawler.extract.text import text_of

_LEAST: Final = 40
"""A shorter text, or one that is no sentence, is a label or a title, letters and signs; of Chinese half as many do."""
_SENTENCE: Final = re.compile(r"[.!?…。！？](?=\s|[\"'”’»)]|\Z)|[。！？]")
_WORDS: Final = re.compile(r"[^\W\d_]+")
_LEAST_WORDS: Final = 6
_WIDE: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_PARAGRAPHS: Final = frozenset({"p", "blockquote"})
_NAMED: Final = frozenset({"div", "section"})
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
_PARTED: Final = "h1, h2, form, article"
"""What an element does not hold that holds a text alone."""
_OF_OTHER: Final = re.compile(
    r"comment|(?:author|channel|member|profile|site|uploader|user)[-_]*(?:about|bio|desc|info|text)", re.IGNORECASE
)
"""Classes and ids of what readers say, and of what is said of those who made the video."""
_ADDRESS: Final = "://"
"""A paragraph before the first long one that has none and is no sentence is a fact about the video: ``Views: 12``."""
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
    """The text behind the word for a description; else the first of some length behind the headline.

    It stands before the comments, and behind the player where there is no headline.
    """
    headline = next(headlines(document, title), None) or document.first("video")
    if headline is None:
        return None
    start = document.elements.positions.get(headline.mem_id, 0)
    if (found := _labelled_text(document, areas, is_widget)) is not None:
        return found
    outline = outline_of(document)
    places = [place for place, text in enumerate(outline.texts) if _is_long(text)]
    for line in outline.lines_at(places[: 4 * _FEW]):
        if line.position < start or len(line.plain) * 2 < len(line.text) or line.text == title:
            continue
        if (found := _whole(document, areas, line, is_widget)) is not None:
            return found
    return None


def _labelled_text(
    document: Document, areas: Areas, is_widget: Callable[[LexborNode], bool]
) -> tuple[str, LexborNode] | None:
    """The text behind the word for a description, in the element around its first piece."""
    for found in labelled(document, "description"):
        block = next((around for around in upwards(found.value.parent, _AROUND) if around.tag in _HOLDING), None)
        is_apart = (found.label.parent or found.label).mem_id != (found.value.parent or found.value).mem_id
        if not (found.is_marked or is_apart) or len(found.text) < _LEAST // 2 or block is None:
            continue
        if areas.is_beside(block) or areas.in_comments(block) or block.css_first(_PARTED) is not None:
            continue
        text = text_of(block, skip=is_widget, is_typed=True)
        at = " ".join(text.split()).find(found.text[:_LEAST])
        if 0 <= at <= _SHORT:
            text = text[text.find(found.text.split()[0], max(0, at - 1)) :] if at else text
            return "\n\n".join([text, *following(block, is_widget)]), block
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
    if _OF_OTHER.search(f"{names} {block.attributes.get('id') or ''}"):
        return None
    alike = document.elements.by_class.get(names, ()) if names else ()
    if len(alike) > _MANY and not any(node.tag in HEADINGS for node in alike):  # one of headings, too, is a mere style
        return None
    if _has_heading_of_comments(document, line.position):
        return None
    around = block.parent if block.tag == "p" or (block.parent is not None and _is_of_lines(block.parent)) else None
    if around is None:
        text = text_of(block, skip=is_widget, is_typed=True)
        return (text, block) if text else None
    if _is_of_paragraphs(around) or _is_of_lines(around):
        paragraphs = text_of(around, skip=is_widget, is_typed=True).split("\n\n")
        start = next((at for at, text in enumerate(paragraphs) if _ADDRESS in text or _is_long(text)), 0)
        return ("\n\n".join(paragraphs[start:]), around) if any(paragraphs) else None
    text = "\n\n".join(filter(None, [text_of(block, skip=is_widget, is_typed=True), *following(block, is_widget)]))
    return (text, block) if text else None


def following(block: LexborNode, is_widget: Callable[[LexborNode], bool]) -> Iterator[str]:
    """The paragraphs right behind one, whatever players and widgets stand between them.

    Behind an element of another kind, a lead, only paragraphs of some length, and what is named as a text; of
    paragraphs of another class, too, only the longer ones.
    """
    step, name = block.next, block.attributes.get("class")
    while step is not None:
        is_element = step.is_element_node
        text = "" if is_element and is_widget(step) else text_of(step, skip=is_widget, is_typed=is_element).strip()
        is_alike = block.tag == "p" and (name is None or (is_element and step.attributes.get("class") in (None, name)))
        is_named = step.tag in _NAMED and is_text_name(names_in(step.attributes))
        is_part = is_named or step.tag in _PARAGRAPHS
        if text and is_part and ((is_alike and not is_named) or _is_long(text)):
            yield text
        elif text:
            return
        step = step.next


def _is_of_paragraphs(node: LexborNode) -> bool:
    """Whether an element holds paragraphs and nothing else."""
    parts = [part.tag for part in node.iter(include_text=False)]
    return set(parts) <= {"p", "br", "ul", "ol", "blockquote"}


def _is_of_lines(node: LexborNode) -> bool:
    """Whether an element holds lines as an editor in the browser writes them, plain ``div``s, and nothing else."""
    parts = list(node.iter(include_text=False))
    return len(parts) > 1 and all(part.tag == "div" and not part.attributes for part in parts)


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
