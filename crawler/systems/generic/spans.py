"""The nodes of comments that are more than one element: an element with its siblings behind or before it."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from math import inf
from typing import Final

from crawler.extract.numbered import stated_page
from crawler.extract.time_lines import LONGEST_LINE
from crawler.systems.around.tree import PRESSED, SUBHEADINGS, Tree, leads_nowhere
from crawler.systems.around.words import FORM, speaks_of_comments


def has_neighbour(tree: Tree, head: int) -> bool:
    """Whether an element has a sibling."""
    up = tree.ups[head]
    return up >= 0 and tree.ends[up] - up > tree.ends[head] - head + 1


def _siblings(tree: Tree, start: int, stop: int) -> Iterator[int]:
    node = start
    while node < stop:
        yield node
        node = tree.ends[node]


STOPS: Final = frozenset({"form", "h1", "h2", "textarea", "fieldset", "nav", "aside"})
MAX_RUN: Final = 12
"""Parts that the last comment of a run may have when no other shows how many there are."""


FLOWING: Final = frozenset(
    {"", "br", "b", "i", "em", "strong", "u", "s", "code", "q", "sub", "sup", "font", "img", "small"}
)  # fmt: skip
"""Texts and what stands in their lines: a run of them is one part of a comment, however many they are."""

LABELS: Final = 200
"""Characters that a form may say."""


def after(tree: Tree, heads: list[int]) -> list[tuple[int, int]]:
    """Each head with the siblings up to the next head; the last one takes no more than the others have.

    Where most heads stand in elements of their own, all that follows in these is theirs. None where nothing stands
    behind most of the last heads: then the texts stand before them.
    """
    ups, ends = tree.ups, tree.ends
    is_alone = 2 * len({ups[head] for head in heads}) > len(heads) > 1
    spans: list[tuple[int, int]] = []
    usual: dict[int, int] = {}
    makes: dict[int, set[str]] = defaultdict(set)
    lists = bare = 0
    for head, following in zip(heads, _next_beside(tree, heads), strict=True):
        up = ups[head]
        stop = ends[up] if following is None else following
        limit = usual.get(up, inf if is_alone else MAX_RUN) if following is None else inf
        if up in usual and _is_all_alike(tree, ends[head], stop, makes[up]):
            limit = inf
        end, count, is_flowing = ends[head], 0, False
        last = head
        for node in _siblings(tree, ends[head], stop):
            flows = tree.tags[node] in FLOWING
            if following is None and count >= limit and not (flows and is_flowing):
                break
            is_other = following is None and (_stops(tree, node) or _heads_form(tree, node, stop))
            if is_other or (following is None and up in usual and _is_note(tree, node, makes[up])):
                end = last if last != head and _is_control(tree, last) else end
                break
            last = node if tree.chars[ends[node]] > tree.chars[node] else last
            count += not (flows and is_flowing)
            is_flowing = flows
            end = ends[node]
            if following is not None:
                makes[up].add(tree.shapes[node])
        if following is None:
            lists += 1
            bare += tree.chars[end] == tree.chars[ends[head]]
        else:
            usual[up] = max(usual.get(up, 0), count)
        spans.append((head, end))
    return [] if 2 * bare > lists else spans


def _heads_form(tree: Tree, node: int, stop: int) -> bool:
    """Whether an element is a heading with a form right behind it: it is that of the form, and no part of a comment."""
    end = tree.ends[node]
    return tree.tags[node] in SUBHEADINGS and end < stop and _stops(tree, end)


def _is_note(tree: Tree, node: int, makes: set[str]) -> bool:
    """Whether an element of a make that no other comment has is a short line of the thread.

    It speaks of comments, or says which of how many pages this is.
    """
    line = tree.line(node, LONGEST_LINE) if tree.tags[node] and tree.shapes[node] not in makes else None
    return bool(line) and (speaks_of_comments(line or "") or stated_page(line or "") is not None)


def _next_beside(tree: Tree, heads: list[int]) -> list[int | None]:
    """For each head the next one in the same element: those in between may be answers that stand deeper."""
    last: dict[int, int] = {}
    found: list[int | None] = []
    for head in reversed(heads):
        found.append(last.get(tree.ups[head]))
        last[tree.ups[head]] = head
    return found[::-1]


def _is_control(tree: Tree, node: int) -> bool:
    """Whether an element says nothing but the label of a control of a script: before a form, one that opens it."""
    texts = [text for text in range(node, min(tree.ends[node], node + MOST_PARTS)) if tree.texts[text]]
    controls = ([up for up in (text, *tree.above(text, 3)) if tree.tags[up] in PRESSED] for text in texts)
    return bool(texts) and all(found and leads_nowhere(tree.attrs[found[0]].get("href")) for found in controls)


MOST_PARTS: Final = 8
"""Nodes of an element that is but a control."""


def _is_all_alike(tree: Tree, start: int, stop: int, makes: set[str]) -> bool:
    """Whether nothing follows a list's last comment but what the others are made of."""
    up = tree.ups[start] if start < stop else 0
    return up > 0 and all(tree.shapes[node] in makes for node in _siblings(tree, start, stop))


def before(tree: Tree, heads: list[int], *, is_closed: bool = False) -> list[tuple[int, int]]:
    """Each head with the siblings since the head before; none where nothing stands before most of the first heads.

    :param is_closed: whether nothing stands behind the last ones either: rules on both sides
    """
    ups, ends = tree.ups, tree.ends
    spans: list[tuple[int, int]] = []
    counts: list[int] = []
    for place, head in enumerate(heads):
        up = ups[head]
        if place and ups[heads[place - 1]] == up:
            near = _behind_stops(tree, list(_siblings(tree, ends[heads[place - 1]], head)))
            spans.append((near[0] if near else head, ends[head]))
            counts.append(len(near))
        else:
            spans.append((-1, ends[head]))
    usual = max(counts) if counts else 1
    lists = bare = 0
    for place, (start, end) in enumerate(spans):
        if start < 0:
            head = heads[place]
            near = list(_siblings(tree, ups[head] + 1, head))[-usual:]
            near = _behind_stops(tree, near)
            first = near[0] if near else head
            spans[place] = (first, end)
            lists += 1
            bare += tree.chars[head] == tree.chars[first] and not is_closed
    return [] if 2 * bare > lists else spans


def _behind_stops(tree: Tree, nodes: list[int]) -> list[int]:
    stops = [step for step, node in enumerate(nodes) if _stops(tree, node)]
    return nodes[stops[-1] + 1 :] if stops else nodes


def timed_only(tree: Tree, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """What stands between rules, without the page's other parts, where most of it has a time."""
    told = [(start, end) for start, end in spans if tree.chars[end] > tree.chars[start]]
    timed = [(start, end) for start, end in told if tree.times[end] > tree.times[start]]
    return timed if 2 * len(timed) > len(told) else told


def _stops(tree: Tree, node: int) -> bool:
    """Whether an element is no part of a comment: a form, or what is right around it, a heading, a part of the page."""
    if tree.tags[node] in STOPS or tree.roles[node] & FORM or turns_pages(tree, node):
        return True
    fields = tree.places.get("textarea")
    if not fields or tree.chars[tree.ends[node]] - tree.chars[node] > LABELS:
        return False
    place = bisect_left(fields, node)
    return place < len(fields) and fields[place] < tree.ends[node]


def turns_pages(tree: Tree, node: int) -> bool:
    """Whether an element begins with a link back and ends with one forward, ``« Older`` and ``Newer »``.

    What it says outside of links stands in one element: a short comment between such links has a name and a text.
    """
    end = tree.ends[node]
    if tree.links[end] == tree.links[node] or tree.chars[end] - tree.chars[node] > LABELS:
        return False
    places = tree.places.get("", [])
    start = bisect_left(places, node)
    back = tree.texts[places[start]]
    if back[0] not in BACK or back[-1] in FORWARD:  # a name may be in brackets
        return False
    texts = places[start : bisect_left(places, end)]
    if tree.texts[texts[-1]][-1] not in FORWARD:
        return False
    plain = [text for text in texts if tree.links[text + 1] == tree.links[text]]
    return texts[0] not in plain and texts[-1] not in plain and len({tree.ups[text] for text in plain}) < 2


BACK: Final = "«‹←⟵◄◀<"
FORWARD: Final = "»›→⟶►▶>"
"""How links to neighbouring pages begin, and end."""


def own_spans(spans: list[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    """For each span the spans of the others that lie directly in it."""
    inside: list[list[tuple[int, int]]] = [[] for _ in spans]
    stack: list[int] = []
    for place, (start, end) in enumerate(spans):
        while stack and spans[stack[-1]][1] <= start:
            stack.pop()
        if stack:
            inside[stack[-1]].append((start, end))
        stack.append(place)
    return inside
