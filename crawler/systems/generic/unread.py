"""What a thread that was found tells of comments of its page that were not read with the others."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from itertools import takewhile
from typing import Final

from crawler.systems.around.more import replies_said
from crawler.systems.around.tree import Tree
from crawler.systems.around.words import REPLIES
from crawler.systems.generic.below import group_inside
from crawler.systems.generic.records import NEVER
from crawler.systems.generic.signatures import signature
from crawler.systems.generic.thread import Found

ABOVE: Final = 8
"""Elements around comments that may be the answer that they are on."""

MANY: Final = 0.4
"""How many times may stand between the comments and in none of them, as a part of those in them."""

FEW: Final = 3
"""Fewer tell nothing."""


def replies_offered(thread: Found) -> int:
    """How many replies controls say that comments have of which the page shows none."""
    starts, answered = [record.start for record in thread.template.records], frozenset(thread.parents)
    total = missed = 0
    for node, count in replies_said(thread.place):
        total += count
        if bisect_right(starts, node) - 1 not in answered:
            missed += count
    shown = sum(parent is not None for parent in thread.parents) + (len(thread.below.parents) if thread.below else 0)
    return missed if total > shown else 0


def answers_unread(thread: Found) -> bool:
    """Whether the comments stand in one answer, with the time of that before them: it was not read itself."""
    tree, (first, last) = thread.template.tree, (thread.group.spans[0][0], max(end for _, end in thread.group.spans))
    holding = (up for up in tree.above(first, ABOVE) if tree.ends[up] >= last and tree.tags[up] not in NEVER)
    around = next((up for up in holding if tree.roles[up] & REPLIES), None)
    return thread.below is None and around is not None and tree.times[first] > tree.times[around]


def times_between(thread: Found) -> int:
    """How many times stand between the comments and in none of them, where these are many beside those in them; else 0.

    Then some comments are made otherwise than the others, and were not read.
    """
    tree = thread.template.tree
    parts = [thread.template] if thread.below is None else [thread.template, thread.below.template]
    spans = sorted((record.start, record.end) for part in parts for record in part.records)
    inside, read = 0, spans[0][0]
    for start, end in spans:
        if end > read:
            inside += tree.times[end] - tree.times[max(start, read)]
            read = end
    between = tree.times[read] - tree.times[spans[0][0]] - inside
    return between if between >= max(FEW, MANY * inside) else 0


def made_alike(thread: Found) -> int:
    """How many elements behind the only comment are made like it, in the same list, and were not read.

    They have a time, and a name where it has one, in the same elements.
    """
    tree, (head, end) = thread.template.tree, thread.group.spans[0]
    stamp, name = thread.slots.stamps[0], thread.slots.names[0]
    if thread.group.mode != "element" or len(thread.group.spans) > 1 or thread.below is not None or stamp is None:
        return 0
    said = [stamp.node] if name is None else [stamp.node, name.node]
    for node in (head, *tree.above(head, WRAPPERS)):
        if tree.ups[node] < 0 or (tree.chars[node], tree.chars[tree.ends[node]]) != (tree.chars[head], tree.chars[end]):
            break
        places = {_path(tree, at, node) for at in said}
        alike = [other for other in _behind(tree, node) if tree.shapes[other] == tree.shapes[node]]
        if count := sum(_has(tree, other, places) for other in alike):
            return count
    return 0


WRAPPERS: Final = 4
"""Elements around a comment that say no more than it does."""

DEEP: Final = 12
"""Elements around a time or a name that are compared."""


def _behind(tree: Tree, node: int) -> Iterator[int]:
    """The elements and texts behind one in the same element."""
    other, end = tree.ends[node], tree.ends[tree.ups[node]]
    while other < end:
        yield other
        other = tree.ends[other]


def _path(tree: Tree, node: int, around: int) -> tuple[str, ...]:
    """The shapes of a node and of the elements around it, up to one."""
    inside = takewhile(lambda up: up != around, tree.above(node, DEEP))
    return (tree.shapes[node], *(tree.shapes[up] for up in inside))


def _has(tree: Tree, node: int, places: AbstractSet[tuple[str, ...]]) -> bool:
    """Whether an element has a time, and something at each of some places."""
    inside = range(node + 1, tree.ends[node])
    return tree.times[tree.ends[node]] > tree.times[node] and places <= {_path(tree, at, node) for at in inside}


def answers_inside(thread: Found) -> int:
    """How many more names and times stand in the comments on comments, and were read as parts of their texts."""
    below = thread.below
    group = group_inside(below.template, below.slots) if below is not None else None
    return len(group.heads) if group is not None else 0


def signed_inside(thread: Found) -> int:
    """How many signed texts stand in one block with the next, and were read as the beginning of that."""
    if thread.group.mode != "signed":
        return 0
    tree = thread.template.tree
    ends = (
        sum(tree.timed[line] and signature(tree, line, may_go_on=True) is not None for line in record.lines)
        for record in thread.template.records
    )
    return sum(max(0, count - 1) for count in ends)
