"""Where the fields of a comment stand: decided once for all comments that are built alike, whatever they say.

The comments of a site differ in what is said and little in their elements. What an element means for a comment depends
on its tag, its classes, its place and whether it is the comment's own link: of these a shape is made, and what was
decided for a shape holds for every comment that has it.
"""

from __future__ import annotations

from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawler.extract.elements import tag_id
from crawler.systems.wordpress.items import PRUNED_TAGS, Item, Items, Part
from crawler.systems.wordpress.roles import NO_RANK, roles_of

Shape = tuple[tuple[int, int, str, bool, bool], ...]
"""Of each element that may mean something: depth, number of its tag, classes, whether it is the comment's own link,
whether it has a ``datetime``. Below an element that may hold the text, elements that mean nothing are left out."""


def shape_of(item: Item, items: Items) -> tuple[Shape, list[LexborNode], dict[int, str]]:
    """The shape of a comment, its elements, and by their place the addresses of those that are its own links."""
    anchor = f"#comment-{item.native_id}"
    class_of, roots, dated = items.class_of, items.roots, items.dated
    shape: list[tuple[int, int, str, bool, bool]] = []
    nodes: list[LexborNode] = []
    hrefs: dict[int, str] = {}
    depth = slot = 0
    stack: list[LexborNode] = []
    node = item.node.first_child
    while True:
        if node is None:
            if not stack:
                return tuple(shape), nodes, hrefs
            node = stack.pop().next
            depth -= 1
            if depth < slot:
                slot = 0
            continue
        kind = node.tag_id
        if kind in _NO_ELEMENTS:
            node = node.next
            continue
        key = node.mem_id
        classes = class_of.get(key, "")
        href: str | None = None
        if kind == _LINK:
            href = node.attrs.get("href")
            if href is None or not href.endswith(anchor) or "replytocom=" in href:
                href = None
        has_time = key in dated
        if classes or href is not None or has_time or not slot or kind in _SPEAKING:
            roles = roles_of(classes) if classes else _NO_ROLES
            if key in roots or kind in _PRUNED or (roles.is_pruned and kind in _LISTS):
                shape.append((depth, CUT, "", False, False))
                nodes.append(node)
                node = node.next
                continue
            if href is not None:
                hrefs[len(nodes)] = href
            shape.append((depth, kind, classes, href is not None, has_time))
            nodes.append(node)
            if not slot and (roles.slot_rank < NO_RANK or roles.is_body):
                slot = depth + 1
        inside = node.first_child
        if inside is None:
            node = node.next
        else:
            stack.append(node)
            depth += 1
            node = inside


def parts_of_shape(shape: Shape) -> list[Part]:
    """A shape's elements as parts, which stand for no comment's own."""
    parts: list[Part] = []
    open_parts: list[tuple[int, int]] = []
    for place, (depth, kind, classes, is_own, has_time) in enumerate(shape):
        while open_parts and open_parts[-1][0] >= depth:
            parts[open_parts.pop()[1]].end = place
        part = Part(
            node=_NOBODY,
            tag=_TAGS.get(kind, ""),
            attributes={"datetime": ""} if has_time else {},
            roles=roles_of(classes),
            above=open_parts[-1][1] if open_parts else -1,
            own_anchor="" if is_own else None,
        )
        open_parts.append((depth, place))
        parts.append(part)
    for _, place in open_parts:
        parts[place].end = len(parts)
    return parts


_NOBODY: Final = LexborHTMLParser("").create_node("p")
_NO_ELEMENTS: Final = (2, 4)
"""`LXB_TAG__TEXT` and `LXB_TAG__EM_COMMENT` (lexbor/tag/const.h)."""
CUT: Final = -1
"""In a shape: something that is no part of the comment stands here."""
_NO_ROLES: Final = roles_of("")
_LINK: Final = tag_id("a")
_TIME: Final = tag_id("time")
_TAGS: Final = {tag_id(tag): tag for tag in ("a", "aside", "button", "cite", "footer", "header", "select", "time")}
"""Tags that mean something whatever their classes are."""
_LISTS: Final = frozenset(map(tag_id, ("ul", "ol", "div")))
_PRUNED: Final = frozenset(map(tag_id, PRUNED_TAGS))
_SPEAKING: Final = _PRUNED.union(_TAGS) - {_LINK}
