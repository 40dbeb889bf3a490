"""Which elements of a page are the comments of its thread, and which one answers which."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Final

from selectolax.lexbor import LexborNode

from crawler.extract.document import Document
from crawler.extract.elements import Attributes
from crawler.systems.wordpress.roles import Roles, roles_of

if TYPE_CHECKING:
    from crawler.systems.wordpress.fields import Fields

ITEM_ID: Final = re.compile(r"(?:li-|div-)?comment-([1-9]\d{0,19})\Z")
"""`class-walker-comment.php` prints `comment-ID` and `div-comment-ID`; many themes' callbacks `li-comment-ID`."""

ITEM_TAGS: Final = frozenset({"li", "div", "article", "section", "dt", "tr", "blockquote"})
"""Elements that stand for a comment; an anchor or a span with such an id only points at it."""

DEPTH: Final = re.compile(r"depth-(\d{1,5})\Z")

AREA: Final = frozenset(
    {"comments-area", "commentlist", "comment-list", "comments-list", "wp-block-comment-template", "comment-respond"}
)
"""Classes of the thread's own area in core and the bundled themes."""

SIDE: Final = frozenset({"widget", "sidebar", "widget-area", "widget_recent_comments", "recentcomments"})
"""Classes of places that repeat comments of any post (`class-wp-widget-recent-comments.php`)."""

FOREIGN: Final = frozenset({"pm-ul-comments", "wpd-comment", "wc-comment", "wpd-thread-list", "wc-thread-wrapper"})
"""Lists of other systems with the same ids: PHP Melody (loop indices) and wpDiscuz 5 to 7."""

FOREIGN_IDS: Final = frozenset({"wpdcom", "wpcomm", "disqus_thread", "dsq-content"})

ANSWERS: Final = frozenset({"children"})
"""The class of the list that `Walker_Comment` prints around a comment's answers."""

PRUNED_TAGS: Final = frozenset({"template", "script", "style", "noscript", "form", "svg", "iframe", "textarea"})
"""Elements whose content is not part of a comment."""


def tokens_of(node: LexborNode) -> frozenset[str]:
    """The classes of an element."""
    return roles_of(node.attributes.get("class")).tokens


@dataclass(slots=True)
class Item:
    """One comment as an element."""

    native_id: str
    node: LexborNode
    """The outermost element of the comment."""
    parent: Item | None
    """The comment whose element encloses this one."""
    tokens: frozenset[str]
    """Classes of all elements that carry the comment's id."""
    fields: Fields | None = None
    """What it shows, once it was read."""

    @property
    def shown_depth(self) -> int | None:
        """The depth that `comment_class()` prints as `depth-N`, 1 at top level."""
        return depth_in(self.tokens)


@lru_cache(maxsize=4_096)
def depth_in(tokens: frozenset[str]) -> int | None:
    """The depth that classes of a comment print, 1 at top level."""
    for token in tokens:
        found = DEPTH.match(token) if token.startswith("depth-") else None
        if found:
            return int(found[1])
    return None


@dataclass(slots=True, eq=False)
class Part:
    """One element inside a comment's element."""

    node: LexborNode
    tag: str
    attributes: Attributes
    roles: Roles
    above: int
    """Place of the part around it, -1 where that is the comment's own element."""
    end: int = 0
    """Place of the first part behind it that it does not hold."""
    own_anchor: str | None = None
    """The address of the comment itself, where the part is a link to it; never the link that opens the form."""


@dataclass(slots=True)
class Parts:
    """The elements of a comment itself in document order: not those of its answers, forms or scripts."""

    found: list[Part] = field(default_factory=list)
    cuts: dict[int, int] = field(default_factory=dict)
    """What was left out by memory id, with the place of the part in which it stands."""

    def is_whole(self, place: int) -> bool:
        """Whether nothing was left out inside a part."""
        end = self.found[place].end
        return not any(place <= cut < end for cut in self.cuts.values())

    def outside(self, place: int | None) -> list[Part]:
        """The parts that neither are a part nor stand in it."""
        if place is None:
            return self.found
        return self.found[:place] + self.found[self.found[place].end :]


@dataclass(slots=True)
class Items:
    """The comments of a page in document order."""

    found: list[Item] = field(default_factory=list)
    again: list[Item] = field(default_factory=list)
    """Elements whose comment id was met before: a second list for small screens, or a lie."""
    roots: dict[int, str] = field(default_factory=dict)
    """The items' elements, where another comment begins: comment id by memory id."""
    class_of: Mapping[int, str] = field(default_factory=dict)
    """Values of ``class`` by memory id, of all elements that have any."""
    dated: frozenset[int] = frozenset()
    """Elements with a ``datetime``, by memory id."""

    def tokens_of(self, node: LexborNode) -> frozenset[str]:
        """The classes of an element."""
        return roles_of(self.class_of.get(node.mem_id)).tokens

    def parts(self, item: Item) -> Parts:
        """The parts of a comment."""
        parts, anchor = Parts(), f"#comment-{item.native_id}"
        first, *others = parts_of(item.node)
        self._collect(first.first_child, None, anchor, parts)
        for other in others:
            self._collect(other, other, anchor, parts)
        return parts

    def _collect(self, node: LexborNode | None, last: LexborNode | None, anchor: str, parts: Parts) -> None:
        """Add a node, its following siblings up to ``last`` (None: to the end) and all that they hold."""
        found, above = parts.found, -1
        while True:
            if node is None:
                if above < 0:
                    return
                around = found[above]
                around.end = len(found)
                above, node = around.above, None if around.node is last else around.node.next
                continue
            tag = node.tag or ""
            if tag[:1] == "-":  # a text, a comment
                node = node.next
                continue
            attributes = node.attributes
            roles = roles_of(attributes.get("class"))
            if self._is_cut(node, tag, roles):
                parts.cuts[node.mem_id] = above
                node = None if node is last else node.next
                continue
            part = Part(node, tag, attributes, roles, above)
            if tag == "a":
                href = attributes.get("href")
                if href and href.endswith(anchor) and "replytocom=" not in href:
                    part.own_anchor = href
            above = len(found)
            found.append(part)
            node = node.first_child

    def _is_cut(self, node: LexborNode, tag: str, roles: Roles) -> bool:
        """Whether an element inside a comment's element is not part of the comment."""
        if tag in PRUNED_TAGS or (roles.is_pruned and tag in ("ul", "ol", "div")):
            return True
        return node.mem_id in self.roots


def parts_of(node: LexborNode) -> list[LexborNode]:
    """A comment's element; in a definition list also the `dd`s that follow its `dt`."""
    parts = [node]
    if node.tag == "dt":
        after = node.next
        while after is not None and (after.tag == "dd" or not after.is_element_node):
            if after.tag == "dd":
                parts.append(after)
            after = after.next
    return parts


@dataclass(frozen=True, slots=True)
class _Place:
    """What is known about everything inside an element."""

    item: Item | None = None
    is_side: bool = False
    is_foreign: bool = False


def find_items(document: Document) -> Items:
    """The comments of a page, found once."""
    return document.derived(_find_items)


def _find_items(document: Document) -> Items:
    """The comments of a page.

    Two elements of one comment (`li#li-comment-7 > article#comment-7`) are one item, and the list element around a
    comment belongs to it. Ids that come again (a second list for small screens) stand apart; left out are
    comments in sidebars and in lists of other systems. (A `template` holds no elements of the page, HTML 4.12.3.)
    """
    items = Items(class_of=document.elements.class_of)
    places: dict[int, _Place] = {}
    seen: set[str] = set()
    by_root: dict[int, Item] = {}
    for name, node in document.elements.named:
        match = ITEM_ID.match(name) if "comment-" in name else None
        if match is None or node.tag not in ITEM_TAGS:
            continue
        place = _place_of(node, places, items.class_of)
        if place.is_foreign or place.is_side or _step(place, node, items.class_of).is_foreign:
            continue
        native_id = match[1]
        around = place.item
        if around is not None and around.native_id == native_id:
            around.tokens |= items.tokens_of(node)
            continue
        root = _own_element(node, items)
        tokens = items.tokens_of(node)
        tokens = tokens if root is node else tokens | items.tokens_of(root)
        if around is None and depth_in(tokens) is None:
            around = by_root.get(_answered_before(root, items))
        item = by_root[root.mem_id] = Item(native_id, root, around, tokens)
        (items.again if native_id in seen else items.found).append(item)
        seen.add(native_id)
        items.roots[root.mem_id] = native_id
        places[root.mem_id] = places[node.mem_id] = _Place(item)
    if items.found:
        items.dated = frozenset([node.mem_id for node in document.elements.with_rare.get("datetime", ())])
    return items


def _place_of(node: LexborNode, places: dict[int, _Place], class_of: Mapping[int, str]) -> _Place:
    """What the elements around a node say; each element is looked at once per page."""
    path: list[LexborNode] = []
    around = node.parent
    while around is not None and around.mem_id not in places:
        path.append(around)
        around = around.parent
    place = places[around.mem_id] if around is not None else _Place()
    for step in reversed(path):
        place = places[step.mem_id] = _step(place, step, class_of)
    return place


def _step(place: _Place, node: LexborNode, class_of: Mapping[int, str]) -> _Place:
    tokens = roles_of(class_of.get(node.mem_id)).tokens
    name = node.id
    if place.is_foreign or name in FOREIGN_IDS or not tokens.isdisjoint(FOREIGN):
        return _Place(is_foreign=True)
    if place.item is None:
        if name == "comments" or not tokens.isdisjoint(AREA):
            return _Place()
        if not tokens.isdisjoint(SIDE):
            return _Place(is_side=True)
    return place


NEAR: Final = 6
"""Elements around one with a comment's id in which the comment's own is looked for, or a list of answers."""


def _own_element(node: LexborNode, items: Items) -> LexborNode:
    """The outermost element of a comment: the one with its depth, else the `li` around its element, else that."""
    if node.tag == "li" or depth_in(items.tokens_of(node)) is not None:
        return node
    around = node.parent
    for _ in range(NEAR):
        if around is None or around.mem_id in items.roots or around.tag in ("ul", "ol", "body"):
            break
        if depth_in(items.tokens_of(around)) is not None:
            return around
        around = around.parent
    return _enclosing_list_element(node, items.roots)


def _answered_before(root: LexborNode, items: Items) -> int:
    """The comment's element that a list of answers follows, by memory id, for one in it; -1 where it is in none."""
    around = root.parent
    for _ in range(NEAR):
        if around is None or around.mem_id in items.roots:
            break
        if items.tokens_of(around) & ANSWERS:
            before = around.prev
            for _ in range(NEAR):
                if before is None or before.mem_id in items.roots:
                    break
                before = before.prev
            return before.mem_id if before is not None else -1
        around = around.parent
    return -1


def _enclosing_list_element(node: LexborNode, roots: Container[int]) -> LexborNode:
    """The `li` around a `div#comment-ID`: it also holds the answers; the node itself when it holds other comments."""
    around = node.parent
    if node.tag == "li" or around is None or around.tag != "li" or around.mem_id in roots:
        return node
    sibling = around.child
    while sibling is not None:
        if sibling.mem_id != node.mem_id and ITEM_ID.match(sibling.id or ""):
            return node
        sibling = sibling.next
    return around


def nameless_pings(document: Document, items: Items) -> list[LexborNode]:
    """Pingbacks and trackbacks of the thread that are printed without an id, as Twenty Ten's callback prints them.

    They stand in the comments' own list, in one beside it or in the thread's area.
    """
    found: list[LexborNode] = []
    beside = _lists_around(items)
    for node in document.css("li.pingback, li.trackback, div.pingback, div.trackback, article.pingback")[:MAX_PINGS]:
        around: LexborNode | None = node
        is_inside = False
        for _ in range(DEEPEST):
            if around is None or around.mem_id in items.roots:
                break
            is_inside |= around.id == "comments" or not items.tokens_of(around).isdisjoint(AREA)
            is_inside |= around.mem_id in beside
            around = around.parent
        if is_inside and around is None and not _holds_item(node, items):
            found.append(node)
    return found


def _lists_around(items: Items) -> set[int]:
    """The list of the comments and what it stands in, by memory id; nothing where that is the page itself."""
    if not items.found or items.found[0].node.parent is None:
        return set()
    around = items.found[0].node.parent
    above = around.parent
    return {node.mem_id for node in (around, above) if node is not None and node.tag not in ("body", "html")}


MAX_PINGS: Final = 1_000
"""So many of them are looked at."""

DEEPEST: Final = 60
"""Elements around one of them that are looked at."""

LARGEST: Final = 100
"""Elements in one of them; what holds more holds others."""


def _holds_item(node: LexborNode, items: Items) -> bool:
    """Whether an element is a comment with an id, or holds one."""
    inside = list(islice(node.traverse(include_text=False), LARGEST))
    has_item = any(inner.mem_id in items.roots for inner in inside)
    return has_item or len(inside) == LARGEST or ITEM_ID.match(node.id or "") is not None
