"""A page's lines of visible text, the links in each, and which elements belong to readers' comments."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final
from weakref import WeakKeyDictionary

from selectolax.lexbor import LexborNode

from crawler.extract.document import Document

MAX_LINE: Final = 2_000
"""No more of a line is kept, characters: an invitation is short."""

_BLOCK_NAMES: Final = """
address article aside blockquote body button center dd details dialog div dl dt fieldset figcaption figure footer form
h1 h2 h3 h4 h5 h6 head header hgroup html iframe input label legend li main menu nav noscript ol optgroup option p pre
script search section select style summary table tbody td template textarea tfoot th thead title tr ul video
"""
_BLOCKS: Final = frozenset(_BLOCK_NAMES.split())
"""Elements whose edges part lines: the block level of the HTML rendering rules (HTML 15.3), and controls."""

_SILENT: Final = frozenset(["script", "style", "template", "textarea", "head", "option", "title", "svg", "iframe"])
"""Elements whose text is not part of the page's running text."""

_COMMENT_ID: Final = re.compile(r"^(?:li-|div-|wpd-comm-|pm-)?comment-\d+(?:_\d+)?$")
_COMMENT_CLASS: Final = re.compile(
    r"^(?:comment|comments?-?list|commentlist|comment-?item|comment-body|pingback|trackback|wpd-comment|wpdiscuz[\w-]*"
    r"|wpd-thread-list|wp-block-comment-template|pm-ul-comments|pm-comments?-list|comment-content|comment_content)$",
    re.IGNORECASE,
)
_COMMENT_PLACE: Final = frozenset(
    {"commentlist", "comment-list", "comments-list", "disqus_thread", "wpdcom", "pm-ul-comments", "fb-comments"}
)


@dataclass(slots=True)
class Link:
    """A link in a line."""

    node: LexborNode
    text: str = ""
    """What is shown of it."""


@dataclass(slots=True)
class Line:
    """A run of text between two edges of blocks or line breaks."""

    node: LexborNode
    """The element that the line's first text stands in."""
    position: int
    """How many of the page's elements open before the text, less one: lines and elements sort together by it."""
    is_heading: bool
    is_comment: bool
    """Whether it stands in the readers' comments."""
    text: str = ""
    """White space folded."""
    plain: str = ""
    """The same without the text of links."""
    links: list[Link] = field(default_factory=list)


@dataclass(slots=True)
class _Open:
    """An element that the walk stands in."""

    key: int
    is_block: bool
    is_silent: bool
    is_heading: bool
    is_comment: bool
    link: LexborNode | None


class Outline:
    """The lines of a page. One walk over the tree, without recursion and linear in its size."""

    def __init__(self, document: Document) -> None:
        self.lines: list[Line] = []
        self._positions: dict[int, int] = {}
        self._in_comments: set[int] = set()
        self._line_of: dict[int, Line] = {}
        self._link_of: dict[int, Link] = {}
        self._parts: list[str] = []
        self._plain: list[str] = []
        self._line: Line | None = None
        self._walk(document.root)

    def position(self, node: LexborNode) -> int:
        """Order of an element among the page's elements."""
        return self._positions.get(node.mem_id, len(self._positions))

    def in_comments(self, node: LexborNode) -> bool:
        """Whether an element is, or stands in, a reader's comment."""
        return node.mem_id in self._in_comments

    def line_of(self, link: LexborNode) -> Line | None:
        """The line that a link's text stands in; None for links without text."""
        return self._line_of.get(link.mem_id)

    def shown(self, link: LexborNode) -> str:
        """The text of a link in its first line; ``""`` for links without text."""
        found = self._link_of.get(link.mem_id)
        return found.text if found else ""

    def _walk(self, root: LexborNode) -> None:
        stack: list[_Open] = []
        for node in root.traverse(include_text=True):
            parent = node.parent
            parent_key = parent.mem_id if parent is not None else 0
            while stack and stack[-1].key != parent_key:
                if stack.pop().is_block:
                    self._break()
            around = stack[-1] if stack else None
            tag = node.tag or ""
            if tag == "-text":
                if around is not None and parent is not None and not around.is_silent:
                    self._add(node.text(deep=False), parent, around)
            elif tag == "br":
                self._break()
            elif tag[:1] not in ("-", "!"):
                stack.append(self._enter(node, tag, around))
        self._break()

    def _enter(self, node: LexborNode, tag: str, around: _Open | None) -> _Open:
        key = node.mem_id
        self._positions[key] = len(self._positions)
        is_block = tag in _BLOCKS
        if is_block:
            self._break()
        is_comment = around is not None and around.is_comment
        if not is_comment and tag not in ("body", "html", "main"):
            is_comment = opens_comments(node)
        if is_comment:
            self._in_comments.add(key)
        link = node if tag == "a" else around.link if around else None
        return _Open(
            key,
            is_block,
            tag in _SILENT or (around is not None and around.is_silent),
            tag in ("h1", "h2", "h3", "h4", "h5", "h6", "legend") or (around is not None and around.is_heading),
            is_comment,
            link,
        )

    def _add(self, text: str, parent: LexborNode, around: _Open) -> None:
        if not text.strip():
            if self._parts:
                self._parts.append(" ")
                self._plain.append(" ")
            return
        line = self._line
        if line is None:
            line = self._line = Line(parent, len(self._positions) - 1, around.is_heading, around.is_comment)
        if around.link is not None:
            if not line.links or line.links[-1].node.mem_id != around.link.mem_id:
                line.links.append(Link(around.link))
                self._line_of.setdefault(around.link.mem_id, line)
                self._link_of.setdefault(around.link.mem_id, line.links[-1])
            if len(line.links[-1].text) < MAX_LINE:
                line.links[-1].text += text[:MAX_LINE]
        else:
            self._plain.append(text[:MAX_LINE])
        self._parts.append(text[:MAX_LINE])

    def _break(self) -> None:
        if self._line is not None:
            self._line.text = " ".join("".join(self._parts).split())[:MAX_LINE]
            self._line.plain = " ".join("".join(self._plain).split())[:MAX_LINE]
            for link in self._line.links:
                link.text = " ".join(link.text.split())[:MAX_LINE]
            self.lines.append(self._line)
        self._line = None
        self._parts.clear()
        self._plain.clear()


_outlines: WeakKeyDictionary[Document, Outline] = WeakKeyDictionary()


def outline_of(document: Document) -> Outline:
    """The document's outline; made once, kept as long as the document lives."""
    outline = _outlines.get(document)
    if outline is None:
        outline = _outlines[document] = Outline(document)
    return outline


def opens_comments(node: LexborNode) -> bool:
    """Whether an element is a reader's comment or the list of them, by the names that comment systems give them."""
    attributes = node.attributes
    name = attributes.get("id")
    if name and (name in _COMMENT_PLACE or _COMMENT_ID.match(name)):
        return True
    classes = attributes.get("class")
    return bool(classes) and any(map(_COMMENT_CLASS.match, (classes or "")[:1_000].split()))
