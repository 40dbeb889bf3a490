"""Comments of two makes: the answers to a question and the comments on each, comments and the answers in them."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice, pairwise
from typing import Final

from crawler.systems.around.tree import Tree
from crawler.systems.around.words import COMMENT, REPLIES, TALK, is_chrome
from crawler.systems.generic.evidence import makes_of
from crawler.systems.generic.records import NEVER, Group, Sums
from crawler.systems.generic.slots import Slots
from crawler.systems.generic.template import Template

ABOVE: Final = 8
"""Elements around a comment that may be the answer it belongs to."""

LISTS: Final = 8
"""Lists of comments around which answers are looked for."""

MAKES: Final = 8
"""Shapes of siblings that are looked at."""

NODES: Final = 200
"""Nodes of an answer among which its text begins."""

Spans = list[tuple[int, int]]


def nest(spans: Spans) -> bool:
    """Whether some spans of nodes stand in others."""
    return any(later[0] < earlier[1] for earlier, later in pairwise(spans))


def holders(spans: Spans, around: Spans) -> list[int]:
    """For each span the place of the last one of some others that holds it, and is more than it; -1 for none."""
    starts = [start for start, _ in around]
    found: list[int] = []
    for start, end in spans:
        place = bisect_left(starts, start) - 1
        found.append(place if place >= 0 and end <= around[place][1] else -1)
    return found


def groups_around(tree: Tree, sums: Sums, own: Spans) -> Iterator[Group]:
    """What may be the answers that some comments are on: siblings around these, or beside what is around them.

    That are siblings of one shape several of which hold such comments. Where their class speaks of answers, one that
    holds comments is enough, or none where a question of a kindred shape, which stands before them, does.
    """
    seen: set[tuple[int, str]] = set()
    for node in list(dict.fromkeys(tree.ups[start] for start, _ in own))[:LISTS]:
        for holder in (node, *sums.ancestors(node, ABOVE)):
            up, kin = tree.ups[holder], _kin(tree.shapes[holder])
            if up <= 0 or (up, kin) in seen or tree.tags[holder] in NEVER:
                continue
            seen.add((up, kin))
            makes: dict[str, list[int]] = defaultdict(list)
            for other in tree.children(up):
                if tree.tags[other] == tree.tags[holder] and _kin(tree.shapes[other]) == kin:
                    makes[tree.shapes[other]].append(other)
            for place, (shape, heads) in enumerate(_with_marked(tree, dict(islice(makes.items(), MAKES)))):
                spans = [(head, tree.ends[head]) for head in heads]
                held = len({*holders(own, spans)} - {-1})
                role = tree.roles[heads[0]]
                if len(heads) > 1:
                    is_answer = held > 1 or (role & (COMMENT | TALK) > 0 and (held == 1 or place > 0))
                else:
                    is_answer = role & REPLIES > 0 and place > 0
                if is_answer:
                    yield Group(shape, heads, spans)


def _with_marked(tree: Tree, makes: dict[str, list[int]]) -> Iterator[tuple[str, list[int]]]:
    """Makes of siblings; those that speak of answers with the ones that have a class more: the accepted answer."""
    classes = {shape: set(shape.split(".")) for shape in makes}
    answers = [shape for shape, heads in makes.items() if tree.roles[heads[0]] & REPLIES]
    for shape, heads in makes.items():
        if any(classes[other] < classes[shape] for other in answers):
            continue
        marked = [other for other in makes if shape in answers and classes[shape] < classes[other]]
        yield shape, sorted(heads + [head for other in marked for head in makes[other]])


def _kin(shape: str) -> str:
    """What a shape has in common with others of its kind: tag and first class."""
    return ".".join(shape.split(".")[:2])


def group_inside(template: Template, slots: Slots) -> Group | None:
    """What may be answers in the records: elements with a text, and a name and a time made as those of the records."""
    tree = template.tree
    elements = [
        [mark.node if tree.tags[mark.node] else tree.ups[mark.node] for mark in marks if mark is not None]
        for marks in (slots.names, slots.stamps)
    ]
    makes = [makes_of(tree, nodes) for nodes in elements]
    parts, shapes = [({shape for shape, _ in make}, make) for make in makes], tree.shapes
    own = [{*nodes} for nodes in elements]
    heads: list[int] = []
    for record in template.records if all(makes) else ():
        names, times = (
            [node for node in record.own if shapes[node] in wanted and (shapes[node], shapes[tree.ups[node]]) in makes]
            for wanted, makes in parts
        )
        if len(names) == len(times) > 1 and names[0] in own[0] and times[0] in own[1]:
            heads.extend(_around(template, pair) for pair in zip(names[1:], times[1:], strict=True))
    spans = [(head, tree.ends[head]) for head in heads]
    held = holders([(node, node + 1) for node in elements[0]], spans)
    if not heads or nest(spans) or len(held) > held.count(-1):
        return None
    return Group("answers in the comments", heads, spans)


def _around(template: Template, marks: tuple[int, int]) -> int:
    """The innermost element around a name and a time that holds a text too."""
    tree, (node, time) = template.tree, marks
    for _ in range(ABOVE):
        node = tree.ups[node]
        if node <= 0 or (
            tree.is_in(time, node)
            and any(
                tree.texts[line]
                and not (line in template.labels or is_chrome(tree.texts[line]))
                and not any(tree.is_in(line, mark) for mark in marks)
                for line in range(node, min(tree.ends[node], node + NODES))
            )
        ):
            break
    return max(node, 0)
