"""A page's lines of visible text, the links in each, and the order of its elements."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final
from weakref import WeakKeyDictionary

from selectolax.lexbor import LexborNode

from crawler.extract.document import Document

MAX_LINE: Final = 2_000
"""No more of a line is kept, characters: an invitation is short."""

_BLOCK_NAMES: Final = """
address article aside blockquote body br button center dd details dialog div dl dt fieldset figcaption figure footer
form h1 h2 h3 h4 h5 h6 head header hgroup html iframe input label legend li main menu nav noscript ol optgroup option p
pre script search section select style summary table tbody td template textarea tfoot th thead title tr ul video
"""
_BLOCKS: Final = frozenset(_BLOCK_NAMES.split())
"""Elements whose edges part lines: the block level of the HTML rendering rules (HTML 15.3), breaks and controls."""

_SILENT: Final = frozenset(["script", "style", "template", "textarea", "head", "option", "title", "svg", "iframe"])
"""Elements whose text is not part of the page's running text."""

_HEADINGS: Final = frozenset(["h1", "h2", "h3", "h4", "h5", "h6", "legend"])


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
    """That of the element that opened last before the text: lines and elements sort together by it."""
    is_heading: bool
    text: str = ""
    """White space folded."""
    plain: str = ""
    """The same without the text of links."""
    links: list[Link] = field(default_factory=list)


class Outline:
    """The lines of a page. One walk over the tree, without recursion and linear in its size."""

    def __init__(self, document: Document) -> None:
        self.lines: list[Line] = []
        self._positions = {node.mem_id: number for number, node in enumerate(document.root.traverse())}
        self._shown: dict[int, tuple[Line, Link]] = {}
        self._parts: list[str] = []
        self._plain: list[str] = []
        self._line: Line | None = None
        self._walk(document.root)

    def position(self, node: LexborNode) -> int:
        """Order of an element among the page's elements."""
        return self._positions.get(node.mem_id, len(self._positions))

    def line_of(self, link: LexborNode) -> Line | None:
        """The line that a link's text stands in; None for links without text."""
        found = self._shown.get(link.mem_id)
        return found[0] if found else None

    def shown(self, link: LexborNode) -> str:
        """The text of a link in its first line; ``""`` for links without text."""
        found = self._shown.get(link.mem_id)
        return found[1].text if found else ""

    def _walk(self, root: LexborNode) -> None:
        """Go through the tree; ``above`` holds each open element with what was so around it."""
        above: list[tuple[LexborNode, bool, LexborNode | None]] = []
        is_heading, link = False, None
        inside = last = root
        node = root.first_child
        while True:
            if node is None:
                if self._line is not None and inside.tag in _BLOCKS:
                    self._break(self._line)
                if not above:
                    return
                node = inside.next
                inside, is_heading, link = above.pop()
                continue
            if node.is_text_node:
                text = node.text_content
                if text and (self._line is not None or not text.isspace()):
                    self._add(text, inside, last, is_heading=is_heading, link=link)
            elif node.is_element_node:
                tag, last = node.tag or "", node
                if self._line is not None and tag in _BLOCKS:
                    self._break(self._line)
                if tag not in _SILENT:
                    above.append((inside, is_heading, link))
                    inside, is_heading = node, is_heading or tag in _HEADINGS
                    link = node if tag == "a" else link
                    node = node.first_child
                    continue
            node = node.next

    def _add(
        self, text: str, inside: LexborNode, last: LexborNode, *, is_heading: bool, link: LexborNode | None
    ) -> None:
        if text.isspace():
            self._parts.append(" ")
            self._plain.append(" ")
            return
        line = self._line
        if line is None:
            line = self._line = Line(inside, self._positions[last.mem_id], is_heading)
        text = text[:MAX_LINE]
        self._parts.append(text)
        if link is None:
            self._plain.append(text)
            return
        if not line.links or line.links[-1].node.mem_id != link.mem_id:
            line.links.append(Link(link))
            self._shown.setdefault(link.mem_id, (line, line.links[-1]))
        if len(line.links[-1].text) < MAX_LINE:
            line.links[-1].text += text

    def _break(self, line: Line) -> None:
        line.text = " ".join("".join(self._parts).split())[:MAX_LINE]
        line.plain = " ".join("".join(self._plain).split())[:MAX_LINE] if line.links else line.text
        for link in line.links:
            link.text = " ".join(link.text.split())[:MAX_LINE]
        self.lines.append(line)
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
