"""A page as flat lists: its elements and texts in document order, with what can be said about each at a glance."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from itertools import accumulate
from typing import Final

from selectolax.lexbor import LexborNode

from crawler.extract.document import Document
from crawler.extract.time_lines import FIGURE, LONGEST_AGE, holds_age, looks_timed
from crawler.systems.around.words import AUTHOR, COMMENT, MAX_NAME, TIME, roles_of, tells_joining

UNREAD: Final = frozenset(
    {
        "script", "style", "svg", "template", "iframe", "object", "embed", "select", "canvas", "head", "link", "meta",
        "audio", "video", "map", "math", "frameset", "title", "noframes", "datalist",
    }
)  # fmt: skip
"""Elements without text of the page."""

SUBHEADINGS: Final = frozenset({"h2", "h3", "h4", "h5", "h6"})
"""Headings that may be those of a comment."""

HEADINGS: Final = SUBHEADINGS | {"h1"}

CELLS: Final = frozenset({"td", "th"})
"""Elements that stand side by side and are told apart by their order alone."""

MAX_NODES: Final = 600_000
"""More nodes of a page are not looked at."""

LINES: Final = frozenset({"li", "p", "dd", "td", "div"})
"""Elements whose text may begin with a time and a name."""

_SIGNED = re.compile(
    r"(\d{1,4}[-/.年]\d{1,2}[-/.月]\d{1,4}日?(?:\s*[(（][^()（）\d]{1,12}[)）])?\s+\d{1,2}:\d\d(?::\d\d)?(?:\s?[ap]m)?)"
    r"\s+([^\s:：][^:：]{0,38}?)\s?(?:\s:|:\s|：)\s*(\S.*)",
    re.IGNORECASE,
)
"""``2013-01-13 (Sun) 14:31:08 NAME : TEXT``."""

_FIGURES = re.compile(r"\d+")
_LAST_FIGURES = re.compile(r"(?<=[a-zA-Z]{3})\d+(?=\s|$)")
"""Figures of a class that may be there or not: ``row`` and ``row2`` take turns."""
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
        "figures",
        "joined",
        "links",
        "nodes",
        "places",
        "roles",
        "said",
        "shapes",
        "tags",
        "texts",
        "timed",
        "times",
        "ups",
    )

    def __init__(self) -> None:
        self.nodes: list[LexborNode] = []
        self.said: set[int] = set()
        """The last of three parts of one text that begins with a time and a name: what is said."""
        self.tags: list[str] = []
        """Tag names; ``""`` for a text."""
        self.ups: list[int] = []
        """The parent's index, -1 at the top."""
        self.ends: list[int] = []
        self.texts: list[str] = []
        """Text with its white space folded; ``""`` for elements."""
        self.figures: list[int] = []
        """The texts that hold a figure."""
        self.joined: set[int] = set()
        """Of these the days on which members joined: no times of posting."""
        self.attrs: list[dict[str, str | None]] = []
        self.roles: list[int] = []
        """Bits of :mod:`words` by class, id, itemprop and rel."""
        self.shapes: list[str] = []
        """Tag and classes without figures and passing states: equal for elements of one template."""
        self.timed: list[bool] = []
        """Whether a node looks like a time."""
        self.places: dict[str, list[int]] = {}
        """The elements of each tag; those of ``""`` are the texts."""
        self.chars: list[int] = []
        """Characters of text before node ``i``, one entry more than there are nodes."""
        self.links: list[int] = []
        """The same of text in links."""
        self.times: list[int] = []
        """How many times there are before node ``i``: an element and its own text are one."""

    def __len__(self) -> int:
        return len(self.tags)

    def text(self, node: int) -> str:
        """All text of a node, on one line."""
        return self.texts[node] or " ".join(filter(None, self.texts[node : self.ends[node]]))

    def line(self, node: int, longest: int) -> str | None:
        """The same when it is not longer than so many characters; long texts cost nothing."""
        return self.text(node) if self.chars[self.ends[node]] - self.chars[node] <= longest else None

    def is_in(self, node: int, around: int) -> bool:
        """Whether ``node`` is ``around`` or stands in it."""
        return around <= node < self.ends[around]

    def children(self, node: int) -> Iterator[int]:
        """The nodes right in a node."""
        inner = node + 1
        while inner < self.ends[node]:
            yield inner
            inner = self.ends[inner]

    def above(self, node: int, most: int) -> Iterator[int]:
        """The elements around a node, the closest first, at most so many."""
        up = self.ups[node]
        for _ in range(most):
            if up < 0:
                break
            yield up
            up = self.ups[up]

    def link_of(self, node: int) -> str | None:
        """The address of the link around a node, None outside of links."""
        while node > 0 and self.tags[node] != "a":
            node = self.ups[node]
        return self.attrs[node].get("href") if node > 0 else None

    def counts(self, tags: tuple[str, ...]) -> list[int]:
        """How many elements of some tags there are before node ``i``, one entry more than there are nodes."""
        marks = bytearray(len(self.tags))
        for tag in tags:
            for node in self.places.get(tag, ()):
                marks[node] = 1
        return [0, *accumulate(marks)]


WRITTEN: Final = frozenset({"text", "email", "password", "url", "search", "tel", "number"})
"""Kinds of fields to write in."""


def is_filled_in(tree: Tree, form: int) -> bool:
    """Whether a form has a field to write in; others only hold buttons, or the comments themselves."""
    return any(
        tree.tags[node] == "textarea"
        or (tree.tags[node] == "input" and (tree.attrs[node].get("type") or "text").lower() in WRITTEN)
        for node in range(form + 1, tree.ends[form])
    )


def nodes_of(document: Document) -> Tree:
    """The page's body in one walk, made once: what stands where. Roles, shapes, times and links are told by others."""
    return document.derived(_walked)


def _walked(document: Document) -> Tree:
    tree = Tree()
    body = document.tree.body
    if body is not None:
        _walk(tree, body)
        _end(tree)
    tree.chars = [0, *accumulate(map(len, tree.texts))]
    return tree


def flatten(document: Document) -> Tree:
    """The same with what can be said about each node."""
    tree = nodes_of(document)
    if tree.tags and not tree.roles:
        _describe(tree)
        _find_times(tree)
        _sum(tree)
    return tree


def _walk(tree: Tree, body: LexborNode) -> None:
    """Take in the nodes in document order, without what stands in an element that is not read."""
    rows: list[tuple[LexborNode, str, int, str, dict[str, str | None]]] = []
    names: dict[int, str] = {}
    waiting = [(body, -1)]
    while waiting and (size := len(rows)) < MAX_NODES:
        node, up = waiting.pop()
        if size and (following := node.next) is not None:
            waiting.append((following, up))
        kind = node.tag_id
        tag = names[kind] if kind in names else names.setdefault(kind, node.tag or "")
        if tag == "-text":
            words = (node.text_content or "").split()
            if not words:
                continue
            text = " ".join(words)
            if text[0].isdecimal() and size and rows[-1][1] in LINES and (match := _SIGNED.fullmatch(text)):
                rows.extend([(node, "", up, part, NO_ATTRIBUTES) for part in match.groups()])
                tree.said.add(size + 2)
            else:
                rows.append((node, "", up, text, NO_ATTRIBUTES))
        elif tag not in UNREAD and tag[0] != "-":
            own = node.attributes
            if "style" in own and size and is_unshown(own) and _is_model(own):
                continue
            if (inner := node.first_child) is not None:
                waiting.append((inner, size))
            rows.append((node, tag, up, "", own))
    if rows:
        tree.nodes, tree.tags, tree.ups, tree.texts, tree.attrs = map(list, zip(*rows, strict=True))
    places: defaultdict[str, list[int]] = defaultdict(list)
    for number, tag in enumerate(tree.tags):
        places[tag].append(number)
    tree.places = dict(places)


_MODEL = re.compile(r"(?:^|[\s_-])(?:templates?|tmpl|tpl|prototypes?)(?:$|[\s_-])", re.IGNORECASE)
_UNSHOWN = re.compile(r"(?:^|;)\s*display\s*:\s*none", re.IGNORECASE)


def is_unshown(own: dict[str, str | None]) -> bool:
    """Whether an element with such attributes is not shown until a script shows it."""
    if "none" in (style := own.get("style") or "") and _UNSHOWN.search(style) is not None:
        return True
    classes = (own.get("class") or "").lower()
    return "hidden" in own or ("hidden" in classes and ":" not in classes and not _HIDING.isdisjoint(classes.split()))


_HIDING: Final = frozenset({"hidden", "js-hidden", "is-hidden", "u-hidden", "uk-hidden"})
"""Classes of what is not shown on any screen; beside ``md:block`` it is shown on some."""


PRESSED: Final = frozenset({"a", "button"})
"""What a reader presses."""

WRAPPED: Final = 5
"""Elements around a text that may be the control whose label it is."""


def is_pressed(tree: Tree, node: int) -> bool:
    """Whether a text is shown and the label of a control."""
    around = [up for up in (node, *tree.above(node, WRAPPED)) if not tree.texts[up]]
    is_control = any(tree.tags[up] in PRESSED or "onclick" in tree.attrs[up] for up in around)
    return is_control and not any(is_unshown(tree.attrs[up]) for up in around)


def leads_nowhere(href: str | None) -> bool:
    """Whether a link has no address but a script."""
    return href in _NOWHERE


_NOWHERE: Final = frozenset({None, "", "#", "javascript:;", "javascript:void(0)", "javascript:void(0);"})


def _is_model(own: dict[str, str | None]) -> bool:
    """Whether an element is named as what scripts make others of: an empty comment."""
    return any(_MODEL.search((own.get(name) or "")[:MAX_NAME]) is not None for name in ("class", "id"))


def _end(tree: Tree) -> None:
    """Say where each node ends."""
    ups = tree.ups
    ends = tree.ends = list(range(1, len(ups) + 1))
    for node in range(len(ups) - 1, 0, -1):
        up = ups[node]
        if ends[up] == up + 1:  # it is the last in it
            ends[up] = ends[node]


TOOLTIPS: Final = (
    "data-original-title", "data-bs-title", "data-bs-original-title", "data-tippy-content", "data-tooltip", "data-tip",
)  # fmt: skip
"""Attributes from which scripts show what `title` would."""


def _describe(tree: Tree) -> None:
    """Say what attributes tell."""
    size, tags = len(tree.tags), tree.tags
    roles, shapes, timed = tree.roles, tree.shapes, tree.timed = [0] * size, tags.copy(), [False] * size
    named: dict[tuple[str, str], tuple[int, str]] = {}
    for node, own in enumerate(tree.attrs):
        if not own:
            continue
        if classes := own.get("class"):
            key = tags[node], classes
            if key not in named:
                named[key] = roles_of(classes), _shape(*key)
            roles[node], shapes[node] = named[key]
        if name := own.get("id"):
            roles[node] |= roles_of(name.rstrip("0123456789"))
        if "itemprop" in own or "rel" in own or "slot" in own:
            roles[node] |= _stated(own)
        if own.get("role") == "comment":  # WAI-ARIA 1.3
            roles[node] |= COMMENT
        if "title" not in own and (told := next(filter(None, map(own.get, TOOLTIPS)), None)):
            own["title"] = told
        if "datetime" in own or ("title" in own and looks_timed(own["title"] or "")):
            timed[node] = True
    for tag, nodes in tree.places.items():
        if "-" in tag:  # the name of a custom element says what a class would (HTML 4.13)
            for node in nodes:
                roles[node] |= roles_of(tag)


def _find_times(tree: Tree) -> None:
    """Say which texts hold figures, and which look like a time."""
    texts, timed = tree.texts, tree.timed
    plain: list[int] = []
    before = ""
    for line in tree.places.get("", ()):
        text = texts[line]
        if FIGURE.search(text) is not None:
            tree.figures.append(line)
            if tells_joining(text, before):
                tree.joined.add(line)
            else:
                timed[line] = looks_timed(text)
        elif len(text) < LONGEST_AGE:
            plain.append(line)
        before = text
    if holds_age([texts[line] for line in plain]):
        for line in plain:
            timed[line] = looks_timed(texts[line])


_PROPERTIES: Final = {
    "author": AUTHOR, "creator": AUTHOR, "name": AUTHOR, "datepublished": TIME, "datecreated": TIME,
    "commenttime": TIME, "comment": COMMENT, "usercomments": COMMENT,
}  # fmt: skip


def _stated(own: dict[str, str | None]) -> int:
    return (
        _PROPERTIES.get((own.get("itemprop") or "").strip().lower(), 0)
        | (AUTHOR if (own.get("rel") or "") == "author" else 0)
        | roles_of(own.get("slot") or "")
    )


@lru_cache(maxsize=4_096)
def _shape(tag: str, classes: str) -> str:
    has_figures = _FIGURES.search(classes) is not None
    plain = _STATES.sub(" ", _FIGURES.sub("#", _LAST_FIGURES.sub("", classes)) if has_figures else classes)
    tokens = plain.split()
    return f"{tag}.{'.'.join(tokens[:3])}" if tokens else tag


def _sum(tree: Tree) -> None:
    texts, ends = tree.texts, tree.ends
    linked = [0] * len(texts)
    end = 0
    for link in tree.places.get("a", ()):
        if link >= end and "href" in tree.attrs[link]:
            end = ends[link]
            for node in range(link + 1, end):
                linked[node] = len(texts[node])
    tree.links = [0, *accumulate(linked)]
    timed, texts, ups = tree.timed, tree.texts, tree.ups
    once = [is_timed and not (texts[node] and timed[ups[node]]) for node, is_timed in enumerate(timed)]
    tree.times = [0, *accumulate(once)]
