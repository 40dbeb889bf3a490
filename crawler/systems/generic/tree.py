"""A page as flat lists: its elements and texts in document order, with what can be said about each at a glance."""

from __future__ import annotations

import re
from itertools import accumulate
from typing import Final

from selectolax.lexbor import LexborNode

from crawler.extract.document import Document
from crawler.systems.generic.times import looks_timed
from crawler.systems.generic.words import AUTHOR, COMMENT, TIME, roles_of

UNREAD: Final = frozenset(
    {
        "script", "style", "svg", "template", "iframe", "object", "embed", "select", "canvas", "head", "link", "meta",
        "audio", "video", "map", "math", "frameset", "title", "noframes", "datalist",
    }
)  # fmt: skip
"""Elements without text of the page."""

MAX_NODES: Final = 600_000
"""More nodes of a page are not looked at."""

_FIGURES = re.compile(r"\d+")
_STATES = re.compile(
    r"(?:^|\s)(?:odd|even|alt|first|last|zebra|byuser|bypostauthor|thread-\w+|depth-\w+|parent|hide|hidden)(?=\s|$)"
)
NO_ATTRIBUTES: Final[dict[str, str | None]] = {}


class Tree:
    """Node ``i`` is an element or a text; the nodes below it are ``i + 1`` to ``ends[i] - 1``."""

    __slots__ = (
        "attrs",
        "chars",
        "ends",
        "links",
        "nodes",
        "roles",
        "shapes",
        "tags",
        "texts",
        "timed",
        "times",
        "ups",
    )

    def __init__(self) -> None:
        self.nodes: list[LexborNode] = []
        self.tags: list[str] = []
        """Tag names; ``""`` for a text."""
        self.ups: list[int] = []
        """The parent's index, -1 at the top."""
        self.ends: list[int] = []
        self.texts: list[str] = []
        """Text with its white space folded; ``""`` for elements."""
        self.attrs: list[dict[str, str | None]] = []
        self.roles: list[int] = []
        """Bits of :mod:`words` by class, id, itemprop and rel."""
        self.shapes: list[str] = []
        """Tag and classes without figures and passing states: equal for elements of one template."""
        self.timed: list[bool] = []
        """Whether a node looks like a time."""
        self.chars: list[int] = []
        """Characters of text before node ``i``, one entry more than there are nodes."""
        self.links: list[int] = []
        """The same of text in links."""
        self.times: list[int] = []
        """How many timed nodes there are before node ``i``."""

    def __len__(self) -> int:
        return len(self.tags)

    def text(self, node: int) -> str:
        """All text of a node, on one line."""
        return " ".join(part for part in self.texts[node : self.ends[node]] if part)

    def line(self, node: int, longest: int) -> str | None:
        """The same when it is not longer than so many characters; long texts cost nothing."""
        return self.text(node) if self.chars[self.ends[node]] - self.chars[node] <= longest else None

    def is_in(self, node: int, around: int) -> bool:
        """Whether ``node`` is ``around`` or stands in it."""
        return around <= node < self.ends[around]

    def next_sibling(self, node: int) -> int | None:
        """The element or text after a node under the same parent."""
        after, up = self.ends[node], self.ups[node]
        return after if after < (self.ends[up] if up >= 0 else len(self)) else None


def flatten(document: Document) -> Tree:
    """The page's body in one walk."""
    tree = Tree()
    body = document.tree.body
    if body is None:
        return tree
    _walk(tree, body)
    _sum(tree)
    return tree


def _walk(tree: Tree, body: LexborNode) -> None:
    nodes, tags, ends = tree.nodes, tree.tags, tree.ends
    shape_of: dict[tuple[str, str], str] = {}
    stack: list[int] = []
    up = -1
    node: LexborNode | None = body
    while True:
        if node is None:
            ends[up] = len(tags)
            node = nodes[up].next if stack else None
            if not stack:
                return
            up = stack.pop()
            continue
        tag = node.tag or ""
        if tag == "-text":
            words = (node.text_content or "").split()
            if words and len(tags) < MAX_NODES:
                text = " ".join(words)
                _add(tree, node, up, "", text, NO_ATTRIBUTES)
                tree.timed[-1] = looks_timed(text)
        elif tag[0] != "-" and tag not in UNREAD and len(tags) < MAX_NODES:
            own = node.attributes
            _add(tree, node, up, tag, "", own or NO_ATTRIBUTES)
            if own:
                _describe(tree, tag, own, shape_of)
            child = node.first_child
            if child is not None:
                stack.append(up)
                up, node = len(tags) - 1, child
                continue
        if up < 0:
            return
        node = node.next


def _add(  # noqa: PLR0917  # the columns of one node
    tree: Tree, node: LexborNode, up: int, tag: str, text: str, own: dict[str, str | None]
) -> None:
    tree.nodes.append(node)
    tree.tags.append(tag)
    tree.ups.append(up)
    tree.texts.append(text)
    tree.attrs.append(own)
    tree.roles.append(0)
    tree.shapes.append(tag)
    tree.timed.append(False)
    tree.ends.append(len(tree.tags))


def _describe(tree: Tree, tag: str, own: dict[str, str | None], shape_of: dict[tuple[str, str], str]) -> None:
    """What the attributes of the last element say."""
    classes, name = own.get("class") or "", own.get("id") or ""
    role = roles_of(classes) if classes else 0
    if name:
        role |= roles_of(name.rstrip("0123456789"))
    if "itemprop" in own or "rel" in own:
        role |= _stated(own)
    tree.roles[-1] = role
    shape = shape_of.get((tag, classes))
    if shape is None:
        shape = shape_of[tag, classes] = _shape(tag, classes)
    tree.shapes[-1] = shape
    tree.timed[-1] = "datetime" in own or ("title" in own and looks_timed(own["title"] or ""))


_PROPERTIES: Final = {
    "author": AUTHOR, "creator": AUTHOR, "name": AUTHOR, "datepublished": TIME, "datecreated": TIME,
    "commenttime": TIME, "comment": COMMENT, "usercomments": COMMENT,
}  # fmt: skip


def _stated(own: dict[str, str | None]) -> int:
    return _PROPERTIES.get((own.get("itemprop") or "").strip().lower(), 0) | (
        AUTHOR if (own.get("rel") or "") == "author" else 0
    )


def _shape(tag: str, classes: str) -> str:
    plain = _FIGURES.sub("#", classes)
    plain = _STATES.sub(" ", plain)
    tokens = plain.split()
    return f"{tag}.{'.'.join(tokens[:3])}" if tokens else tag


def _sum(tree: Tree) -> None:
    in_link = 0
    links: list[int] = [0]
    total = 0
    for index, tag in enumerate(tree.tags):
        if tag == "a" and index >= in_link and "href" in tree.attrs[index]:
            in_link = tree.ends[index]
        if not tag and index < in_link:
            total += len(tree.texts[index])
        links.append(total)
    tree.links = links
    tree.chars = [0, *accumulate(map(len, tree.texts))]
    tree.times = [0, *accumulate(map(int, tree.timed))]
