"""Signed texts: paragraphs and items of lists that end with who wrote them and when, as on the talk pages of wikis."""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import compress
from typing import Final, NamedTuple

from crawler.systems.around.tree import SUBHEADINGS, Tree

BLOCKS: Final = frozenset({"p", "dd", "li"})
"""Elements that a signed text may end in."""

LISTS: Final = frozenset({"dl", "ul", "ol"})
"""Elements that put the answers in them further in, and may follow a signature."""

INLINE: Final = frozenset({"a", "span", "small", "b", "i", "em", "strong", "sup", "bdi", "font", "time"})
"""Elements that may be around the time of a signature."""

NEAR: Final = 14
"""Nodes before the time among which the name must stand."""

TAIL: Final = 30
"""Characters that may follow a signature: a control for answers."""

LONGEST: Final = 60
"""Longer links name nobody, characters."""

SIGNED: Final = 20
"""Characters outside of links that stand before the names in the mean, at least."""

_CLOCK = re.compile(r"(?<![\d.])\d{1,2}\s?[:：.h時点]\s?\d\d(?!\d|\.\d)")
_PARTS = re.compile(r"[/:=?&#]")


class Signature(NamedTuple):
    """Who signed a text, and where it ends."""

    block: int
    """The element that the signature ends."""
    name: int
    """The link that names who signed."""
    is_double: bool
    """Whether another page of the author's stands in brackets behind the name, as programs of wikis sign."""


def signature(tree: Tree, time: int, *, may_go_on: bool = False) -> Signature | None:
    """The signature that a time ends; None where it ends none.

    The name is the nearest link before the time that is not in brackets: those lead to other pages of the author's. So
    do others between the name and the time whose addresses end alike, ``User:NAME`` and ``User_talk:NAME``.

    :param may_go_on: whether other text may follow in the block, that of who forgot to begin another
    """
    block = tree.ups[time]
    while block > 0 and tree.tags[block] in INLINE:
        block = tree.ups[block]
    if block <= 0 or tree.tags[block] not in BLOCKS or _CLOCK.search(tree.texts[time]) is None:
        return None
    end = tree.ends[block]
    stop = next((node for node in range(time + 1, min(end, time + NEAR)) if tree.tags[node] in LISTS), end)
    if tree.chars[stop] - tree.chars[time + 1] > TAIL and not may_go_on:
        return None
    name: int | None = None
    depth = 0
    is_double = False
    for node in range(time, max(block, time - NEAR), -1):
        text = tree.texts[node]
        if text:
            depth += text.count(")") - text.count("(") if node != time else text.startswith(")")
            if len(text) > TAIL and node != time and (name is None or not tree.is_in(node, name)):
                break
        elif tree.tags[node] == "a" and depth > 0:
            is_double = is_double or name is None
        elif tree.tags[node] == "a" and not tree.is_in(time, node):
            if name is not None and _end_of(tree, node) != _end_of(tree, name):
                break
            name = node
    said = tree.line(name, LONGEST) if name is not None else None
    is_named = name is not None and said and any(map(str.isalnum, said))
    return Signature(block, name, is_double) if name is not None and is_named else None


def _end_of(tree: Tree, link: int) -> str:
    """The last part of a link's address."""
    return _PARTS.split(tree.attrs[link].get("href") or "")[-1]


def signed(tree: Tree) -> list[tuple[int, int]]:
    """The nodes of each signed text: its last block with the siblings before it that are signed by nobody.

    There are none where little stands before the signatures: then they are bylines, unless each is a double one. One
    alone is signed only by such.
    """
    names: dict[int, int] = {}
    is_sure = True
    for node in compress(range(len(tree)), tree.timed):
        if tree.texts[node] and (found := signature(tree, node)) is not None:
            names[found.block] = found.name
            is_sure = is_sure and found.is_double
    blocks = sorted(names)
    said, linked = (
        sum(counts[names[block]] - counts[block] for block in blocks) for counts in (tree.chars, tree.links)
    )
    if not is_sure and (len(blocks) == 1 or said - linked < SIGNED * len(blocks)):
        return []
    spans: list[tuple[int, int]] = []
    for up in dict.fromkeys(tree.ups[block] for block in blocks):
        first: int | None = None
        for node in tree.children(up):
            if node in names:
                spans.append((node if first is None else first, tree.ends[node]))
                first = None
            elif _begins(tree, node) or bisect_left(blocks, node) < bisect_left(blocks, tree.ends[node]):
                first = None
            elif first is None:
                first = node
    return sorted(spans)


def _begins(tree: Tree, node: int) -> bool:
    """Whether a new section begins with an element: a heading, or what holds one."""
    near = range(node, min(tree.ends[node], node + 4))
    return any(tree.tags[inner] == "h1" or tree.tags[inner] in SUBHEADINGS for inner in near)


def depth(tree: Tree, node: int) -> float:
    """How many lists are around a node."""
    lists, up = 0, tree.ups[node]
    while up > 0:
        lists += tree.tags[up] in LISTS
        up = tree.ups[up]
    return float(lists)
