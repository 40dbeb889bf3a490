"""A page's lines of visible text, the links in each, and the order of its elements."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawler.extract.document import Document
from crawler.extract.phrases import fold_phrase

MAX_LINE: Final = 2_000
"""No more of a line is kept, characters: an invitation is short."""

BUDGET: Final = 2
"""When the walks over single blocks have cost this many times the page, the whole page is walked."""

MIN_HEAD: Final = 16
MAX_HEAD: Final = 200
MAX_PIECES: Final = 40
"""So much of a line is compared: characters of its words, characters of a text that they are taken from, texts."""

FEW_SILENT: Final = 20
"""In so many drawings and options links are looked for one by one: it costs less than to search the page."""

FEW_INSIDE: Final = 20
"""Elements in one whose text is read by itself: of links in links all texts would be read again and again."""

_SEPARATOR: Final = "\0"
"""No text of a page has it: the parser replaces it (HTML 13.2.3.5, 13.2.5)."""

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


def _ids(names: Iterable[str]) -> frozenset[int]:
    """The numbers by which the parser knows elements: half the price of their names."""
    parser = LexborHTMLParser("")
    return frozenset(parser.create_node(name).tag_id for name in names)


_BLOCK_IDS: Final = _ids(_BLOCKS)
_SILENT_IDS: Final = _ids(_SILENT)
_CUTTING: Final = _BLOCK_IDS | _SILENT_IDS
(_LINK,) = _ids(["a"])
(_ROOT,) = _ids(["html"])
_TEXT: Final = 2
_COMMENT: Final = 4
"""`LXB_TAG__TEXT` and `LXB_TAG__EM_COMMENT` (lexbor/tag/const.h)."""


@dataclass(slots=True)
class Link:
    """A link in a line."""

    node: LexborNode
    key: int
    """Memory id of the node."""
    text: str = ""
    """What is shown of it."""


@dataclass(slots=True)
class Line:
    """A run of text between two edges of blocks or line breaks."""

    node: LexborNode
    """The element that the line's first text stands in."""
    position: int
    """That of the element that opened last before the text: lines and elements sort together by it."""
    text: str = ""
    """White space folded."""
    plain: str = ""
    """The same without the text of links."""
    links: list[Link] = field(default_factory=list)

    @property
    def is_heading(self) -> bool:
        """Whether it stands in a heading."""
        step: LexborNode | None = self.node
        while step is not None:
            if step.tag in _HEADINGS:
                return True
            step = step.parent
        return False


_Place = tuple[int, LexborNode | None, int]
"""Of the text right inside an element: the innermost block around it by memory id, the link around it and its id."""

_NOWHERE: Final[_Place] = (-1, None, 0)
"""Inside of a silent element."""


class Outline:
    """The lines of a page, read where they are asked for.

    Whoever asks for the line of one link pays for the block around it, not for the page.
    """

    def __init__(self, document: Document) -> None:
        self._root = document.root
        self._body = document.tree.body or self._root
        self._elements = document.elements
        self._walks: dict[int, _Walk] = {}
        self._budget = BUDGET * self._elements.count

    @cached_property
    def _silent_links(self) -> frozenset[int]:
        """Links in drawings and options, whose text is no running text; the other silent elements hold none."""
        silent = [*self._elements.of_tag("svg"), *self._elements.of_tag("option")]
        is_few = len(silent) <= FEW_SILENT
        links = (outer.css("a") for outer in silent) if is_few else (self._elements.find("svg a, option a"),)
        return frozenset(link.mem_id for found in links for link in found)

    @property
    def lines(self) -> list[Line]:
        """All lines of the page."""
        return self.lines_in(self._root)

    def lines_in(self, element: LexborNode) -> list[Line]:
        """The lines in an element that is a block, in document order."""
        walk = self._walk(element)
        if 0 not in self._walks or element.tag_id == _ROOT:
            return walk.lines
        start, end = self.position(element), self._end(element)
        return [line for line in walk.lines if start <= line.position < end and self.position(line.node) >= start]

    def _end(self, element: LexborNode) -> int:
        """The position of the first element behind an element and all that it holds."""
        step: LexborNode | None = element
        while step is not None:
            after = step.next
            while after is not None and not after.is_element_node:
                after = after.next
            if after is not None:
                return self.position(after)
            step = step.parent
        return self._elements.count

    def position(self, node: LexborNode) -> int:
        """Order of an element among the page's elements."""
        positions = self._elements.positions
        return positions.get(node.mem_id, len(positions))

    def line_of(self, link: LexborNode) -> Line | None:
        """The line that a link's text stands in; None for links without text."""
        if link.mem_id in self._silent_links:
            return None
        found = self._walk(self._block(link)).shown.get(link.mem_id)
        return found[0] if found else None

    def shown(self, link: LexborNode) -> str:
        """The text of a link in its first line; ``""`` for links without text."""
        if link.mem_id in self._silent_links:
            return ""
        text = self.only_text(link)
        if text is not None:
            return " ".join(text[:MAX_LINE].split())
        found = self._walk(self._block(link)).shown.get(link.mem_id)
        return found[1].text if found else ""

    @staticmethod
    def only_text(element: LexborNode) -> str | None:
        """The text of an element that holds few others, and none that cuts lines or is silent; None for any other."""
        inside = element.first_child
        while inside is not None and inside.next is None and inside.tag_id not in _CUTTING:
            inside = inside.first_child  # of most links nothing is left: one text, maybe in a span
        if inside is not None:
            others = [inner.tag_id for inner in islice(element.traverse(), 1, FEW_INSIDE + 2)]
            if len(others) > FEW_INSIDE or not _CUTTING.isdisjoint(others):
                return None
        return element.text(deep=True)

    def lines_at(self, places: Collection[int]) -> list[Line]:
        """Lines in document order, among them all that some of the :attr:`texts` stand in, given by their places."""
        found: dict[int, Line] = {}
        nodes = (node for node in self._body.traverse(include_text=True) if node.tag_id == _TEXT)
        for place, node in zip(range(max(places, default=-1) + 1), nodes, strict=False):
            if place in places and node.parent is not None:
                found.update((line.position, line) for line in self.lines_in(self._block(node.parent)))
        return [found[position] for position in sorted(found)]

    def lines_around(self, node: LexborNode) -> list[Line]:
        """The lines of the innermost block around an element."""
        return self.lines_in(self._block(node))

    @cached_property
    def texts(self) -> list[str]:
        """All pieces of text between two tags, in document order, those of scripts too."""
        return self._body.text(separator=_SEPARATOR).split(_SEPARATOR)

    def may_have(self, lines: Iterable[str]) -> bool:
        """Whether one of these lines may stand on the page, case and punctuation aside; False is sure."""
        heads = {head for line in lines if (head := fold_phrase(line)[:MIN_HEAD])}
        first = {head[0] for head in heads}
        for place, text in enumerate(self.texts):
            start = text.lstrip()[:1]
            if start and (start.lower() in first or not (start.isascii() and start.isalnum())):
                head = fold_phrase(text[:MAX_HEAD])[:MIN_HEAD]
                for wanted in heads if head else ():
                    if head.startswith(wanted) or (wanted.startswith(head) and self._goes_on(place, wanted)):
                        return True
        return False

    def _goes_on(self, place: int, wanted: str) -> bool:
        """Whether a text and those after it begin with what is wanted, words parted between them or not."""
        texts = [text[:MAX_HEAD] for text in self.texts[place : place + MAX_PIECES] if not text.isspace()]
        return any(fold_phrase(joint.join(texts)).startswith(wanted) for joint in ("", " "))

    def _block(self, node: LexborNode) -> LexborNode:
        """The innermost block around an element, or the element itself."""
        step: LexborNode | None = node
        while step is not None:
            if step.tag_id in _BLOCK_IDS:
                return step
            step = step.parent
        return self._root

    def _walk(self, block: LexborNode) -> _Walk:
        whole = self._walks.get(0)
        if whole is not None:
            return whole
        key = block.mem_id
        if key not in self._walks:
            if self._budget < 0 or block.tag_id == _ROOT:
                key, block = 0, self._root
            walk = self._walks[key] = _Walk(block, self.position(block) - 1)
            self._budget -= walk.size
        return self._walks[key]


class _Walk:
    """One walk over the tree below a block, linear in its size."""

    def __init__(self, root: LexborNode, position: int) -> None:
        self.lines: list[Line] = []
        self.shown: dict[int, tuple[Line, Link]] = {}
        """First line and its part of each link with text, by memory id."""
        self._places: dict[int, _Place] = {}
        self._has_inner = False
        """Whether there are blocks in links or in silent elements: they are few."""
        self.size = self._go(root, position) - position

    def _go(self, root: LexborNode, position: int) -> int:
        """Go through texts and elements: a line ends where a block begins, and where text of another block follows."""
        places = self._places
        block, is_cut = 0, True
        line: Line | None = None
        texts: list[str] = []
        plain: list[str] = []
        for node in root.traverse(include_text=True):
            kind = node.tag_id
            if kind != _TEXT:
                position += kind != _COMMENT
                if kind in _BLOCK_IDS:
                    is_cut = True
                    parent = node.parent
                    if parent is not None and (self._has_inner or parent.tag_id not in _BLOCK_IDS):
                        self._enter(node, parent)
                continue
            text = node.text_content
            if not text or text.isspace():
                if not is_cut:
                    texts.append(" ")
                    plain.append(" ")
                continue
            parent = node.parent
            if parent is None:
                continue
            place = places.get(parent.mem_id) or self._place(parent)
            if place is _NOWHERE:
                continue
            if line is None or is_cut or place[0] != block:
                if line is not None:
                    self._close(line, texts, plain)
                line, texts, plain = Line(parent, position), [], []
                block, is_cut = place[0], False
            text = text[:MAX_LINE]
            texts.append(text)
            if place[1] is None:
                plain.append(text)
            else:
                self._link(line, text, place[1], place[2])
        if line is not None:
            self._close(line, texts, plain)
        return position

    def _place(self, node: LexborNode) -> _Place:
        """The place inside an element, found once for each element."""
        places, step = self._places, node
        inline: list[tuple[int, LexborNode | None]] = []
        while True:
            key = step.mem_id
            place = places.get(key)
            if place is not None:
                break
            kind = step.tag_id
            if kind in _BLOCK_IDS or kind in _SILENT_IDS:
                place = places[key] = _NOWHERE if kind in _SILENT_IDS else (key, None, 0)
                break
            inline.append((key, step if kind == _LINK else None))
            parent = step.parent
            if parent is None:
                place = (0, None, 0)
                break
            step = parent
        for key, link in reversed(inline):
            if link is not None and place is not _NOWHERE:
                place = (place[0], link, key)
            places[key] = place
        return place

    def _enter(self, block: LexborNode, parent: LexborNode) -> None:
        """Note a block that stands in a link or in a silent element: its texts do not look further than to it."""
        outer = self._place(parent)
        if outer is _NOWHERE or block.tag_id in _SILENT_IDS:
            self._places[block.mem_id] = _NOWHERE
        elif outer[1] is not None:
            key = block.mem_id
            self._places[key] = (key, outer[1], outer[2])
        self._has_inner = self._has_inner or outer[1] is not None or outer is _NOWHERE

    def _link(self, line: Line, text: str, node: LexborNode, key: int) -> None:
        link = line.links[-1] if line.links else None
        if link is None or link.key != key:
            link = Link(node, key)
            line.links.append(link)
            self.shown.setdefault(key, (line, link))
        if len(link.text) < MAX_LINE:
            link.text += text

    def _close(self, line: Line, texts: list[str], plain: list[str]) -> None:
        line.text = line.plain = " ".join("".join(texts).split())[:MAX_LINE]
        if line.links:
            line.plain = " ".join("".join(plain).split())[:MAX_LINE]
            for link in line.links:
                link.text = " ".join(link.text.split())[:MAX_LINE]
        self.lines.append(line)


def outline_of(document: Document) -> Outline:
    """The document's outline; made once, kept as long as the document lives."""
    return document.derived(Outline)
