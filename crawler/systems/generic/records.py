"""Which sets of a page's elements may be the comments of its thread: what repeats, and what speaks of comments."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from math import log2
from typing import Final

from crawler.systems.generic.model import quick_score
from crawler.systems.generic.tree import Tree
from crawler.systems.generic.words import (
    ARTICLE,
    AUTHOR,
    CHROME,
    COMMENT,
    FORM,
    PINNED,
    REPLIES,
    SIDE,
    TALK,
    TIME,
)

NEVER: Final = frozenset(
    {
        "", "br", "img", "input", "textarea", "b", "i", "em", "strong", "u", "font", "label", "button", "small", "sub",
        "sup", "picture", "source", "form", "body", "thead", "tfoot", "col", "colgroup", "caption", "abbr", "time",
        "cite", "q", "code", "pre", "h1", "option", "center", "wbr", "noscript", "nav", "header", "main",
    }
)  # fmt: skip
"""Elements that are never a comment."""

HEADS: Final = frozenset(
    {"dt", "h2", "h3", "h4", "h5", "h6", "hr", "a", "p", "div", "span", "tr", "li", "header", "ul"}
)
"""Elements that may begin (or end) a comment whose other parts are their siblings."""

MAX_UP: Final = 6
"""Ancestors of a time that may be a comment."""

NEAR: Final = 5
"""Ancestors whose names count for what stands in them."""

_ID = re.compile(r"\d+")
INNER: Final = frozenset({"li", "dd", "td", "p", "span", "dt", "blockquote"})


@dataclass(slots=True)
class Group:
    """Elements that may be the comments."""

    label: str
    """What they have in common, as a selector."""
    heads: list[int]
    """The elements."""
    spans: list[tuple[int, int]]
    """The nodes of each comment: its element, or its element with siblings after or before it."""
    mode: str = "element"
    """``element``, ``after``, ``before``."""
    score: float = 0.0
    signs: dict[str, float] = field(default_factory=dict)
    """What spoke for and against it."""


class Sums:
    """Counts over the nodes of a page, so that what an element holds costs nothing."""

    def __init__(self, tree: Tree) -> None:
        roles, tags = tree.roles, tree.tags
        self.authors = _sums(role & AUTHOR for role in roles)
        self.headings = _sums(tag in ("h1", "h2") for tag in tags)
        self.fields = _sums(tag == "textarea" for tag in tags)
        self.images = _sums(tag == "img" for tag in tags)
        self.tree = tree

    def ancestors(self, node: int, steps: int = NEAR) -> Iterator[int]:
        """The elements around a node, nearest first."""
        up = self.tree.ups[node]
        while up > 0 and steps:
            yield up
            up = self.tree.ups[up]
            steps -= 1


def _sums(values: Iterable[int]) -> list[int]:
    return [0, *accumulate(1 if value else 0 for value in values)]


def groups_of(tree: Tree, sums: Sums) -> list[Group]:
    """The candidates, best first, by what is seen without reading their fields."""
    named = _named(tree)
    seen: set[tuple[int, ...]] = set()
    read: set[tuple[int, ...]] = set()
    found: list[Group] = []
    at = tree.chars.__getitem__
    for label, heads in named.items():
        key = tuple(heads)
        if key in seen:
            continue
        seen.add(key)
        if not _is_worth_a_look(tree, sums, heads):
            continue
        for group in _variants(tree, label, heads):
            same = tuple([at(edge) for span in group.spans for edge in span])
            if same in read:
                continue
            read.add(same)
            judge(tree, sums, group)
            if group.score > MIN_SCORE:
                found.append(group)
    found.sort(key=lambda group: -group.score)
    return found


MIN_SCORE: Final = -9.0


def _is_worth_a_look(tree: Tree, sums: Sums, heads: list[int]) -> bool:
    """Whether the first elements hold anything that a comment has: a time, a name, a word for comments."""
    ends, times, authors, roles = tree.ends, tree.times, sums.authors, tree.roles
    for head in heads[:4]:
        end = ends[head]
        if roles[head] & (COMMENT | TALK | TIME | AUTHOR) or times[end] > times[head] or authors[end] > authors[head]:
            return True
    return tree.tags[heads[0]] in ("hr", "a", "dt")


def _named(tree: Tree) -> dict[str, list[int]]:
    """Elements by what they may have in common."""
    by: dict[str, list[int]] = defaultdict(list)
    labels: dict[str, tuple[str, ...]] = {}
    chars = tree.chars
    for node, tag in enumerate(tree.tags):
        if tag in NEVER or (chars[tree.ends[node]] == chars[node] and tag not in ("hr", "a")):
            continue
        if tag == "a":
            own = tree.attrs[node]
            if "name" in own or "id" in own:
                anchor = own.get("id") or own.get("name") or ""
                if _ID.search(anchor):
                    by["a#" + _ID.sub("#", anchor)].append(node)
            continue
        shape = tree.shapes[node]
        for label in labels.get(shape) or labels.setdefault(shape, _labels(tag, shape)):
            by[label].append(node)
        name = tree.attrs[node].get("id")
        if name and _ID.search(name):
            by[f"{tag}[id={_ID.sub('#', name)}]"].append(node)
        by[f"{tree.ups[node]}>{tag}"].append(node)
    _around_times(tree, by)
    return by


def _labels(tag: str, shape: str) -> tuple[str, ...]:
    """A shape, and each of its classes alone."""
    names = shape.split(".")[1:]
    return tuple(dict.fromkeys([shape, *(f"{tag}.{name}" for name in names if name != "#")]))


def _around_times(tree: Tree, by: dict[str, list[int]]) -> None:
    """The elements around each time, by the path that leads from the one to the other."""
    taken: set[tuple[str, int]] = set()
    for node, is_time in enumerate(tree.timed):
        if not is_time:
            continue
        path, up = "", node
        for _ in range(MAX_UP):
            up = tree.ups[up]
            if up <= 0:
                break
            path = f"{tree.tags[up]}>{path}" if not path else f"{tree.shapes[up]}>{path}"
            if tree.tags[up] not in NEVER and (path, up) not in taken:
                taken.add((path, up))
                by[f"{path}(time)"].append(up)


def _variants(tree: Tree, label: str, heads: list[int]) -> Iterator[Group]:
    ends, tags = tree.ends, tree.tags
    tag = tags[heads[0]]
    if tag not in ("hr", "a"):
        yield Group(label, heads, [(head, ends[head]) for head in heads])
    if tag not in HEADS or len(heads) > MAX_HEADS:
        return
    timed = sum(tree.times[ends[head]] > tree.times[head] for head in heads)
    is_byline = timed * 2 >= len(heads) and sum(tree.chars[ends[h]] - tree.chars[h] for h in heads) < 150 * len(heads)
    if not is_byline and tag not in ("dt", "hr", "a"):
        return
    if sum(1 for h in heads if _has_neighbour(tree, h)) * 2 < len(heads):
        return
    for mode, spans in (("after", _after(tree, heads)), ("before", _before(tree, heads))):
        if spans:
            yield Group(label, heads, spans, mode)


MAX_HEADS: Final = 5_000


def _has_neighbour(tree: Tree, head: int) -> bool:
    up = tree.ups[head]
    return up >= 0 and tree.ends[up] - up > tree.ends[head] - head + 1


def _siblings(tree: Tree, start: int, stop: int) -> Iterator[int]:
    node = start
    while node < stop:
        yield node
        node = tree.ends[node]


STOPS: Final = frozenset({"form", "h1", "h2", "textarea", "fieldset", "nav", "aside"})
MAX_RUN: Final = 12
"""Siblings that the last comment of a run may have when no other shows how many there are."""


def _after(tree: Tree, heads: list[int]) -> list[tuple[int, int]]:
    """Each head with the siblings up to the next head; the last one takes no more than the others have."""
    ups, ends = tree.ups, tree.ends
    spans: list[tuple[int, int]] = []
    usual: dict[int, int] = {}
    for place, head in enumerate(heads):
        up = ups[head]
        following = heads[place + 1] if place + 1 < len(heads) and ups[heads[place + 1]] == up else None
        stop = ends[up] if following is None else following
        limit = usual.get(up, MAX_RUN) if following is None else 10_000
        end, count, has_text = ends[head], 0, False
        for node in _siblings(tree, ends[head], stop):
            if following is None and (count >= limit or _stops(tree, node)):
                break
            count += 1
            end = ends[node]
            has_text = has_text or tree.chars[end] > tree.chars[node]
        if following is not None:
            usual[up] = max(usual.get(up, 0), count)
        spans.append((head, end))
    return spans


def _before(tree: Tree, heads: list[int]) -> list[tuple[int, int]]:
    """Each head with the siblings since the head before."""
    ups, ends = tree.ups, tree.ends
    spans: list[tuple[int, int]] = []
    counts: list[int] = []
    for place, head in enumerate(heads):
        up = ups[head]
        if place and ups[heads[place - 1]] == up:
            start = ends[heads[place - 1]]
            spans.append((start, ends[head]))
            counts.append(sum(1 for _ in _siblings(tree, start, head)))
        else:
            spans.append((-1, ends[head]))
    usual = max(counts) if counts else 1
    for place, (start, end) in enumerate(spans):
        if start < 0:
            head = heads[place]
            up = ups[head]
            near = list(_siblings(tree, up + 1, head))[-usual:]
            while near and _stops(tree, near[0]):
                near.pop(0)
            spans[place] = (near[0] if near else head, end)
    return spans


def _stops(tree: Tree, node: int) -> bool:
    return tree.tags[node] in STOPS or bool(tree.roles[node] & FORM)


# -- judging ---------------------------------------------------------------------------------------------------


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


def judge(tree: Tree, sums: Sums, group: Group) -> None:
    """Set the score of a group by counts alone."""
    spans, count = group.spans, len(group.spans)
    chars, links, times = tree.chars, tree.links, tree.times
    inside = own_spans(spans)
    timed_total = clean = 0
    text = link = timed = crowded = authored = headed = formed = pictured = filled = 0
    for (start, end), inner in zip(spans, inside, strict=True):
        own_text, own_link, own_time = chars[end] - chars[start], links[end] - links[start], times[end] - times[start]
        own_author = sums.authors[end] - sums.authors[min(start + 1, end)]
        for low, high in inner:
            own_text -= chars[high] - chars[low]
            own_link -= links[high] - links[low]
            own_time -= times[high] - times[low]
            own_author -= sums.authors[high] - sums.authors[low]
        text += own_text
        link += own_link
        timed += own_time > 0
        clean += 0 < own_time < 3
        timed_total += own_time
        crowded += own_time > 4
        authored += own_author > 0
        headed += sums.headings[end] > sums.headings[start]
        formed += sums.fields[end] > sums.fields[start]
        pictured += sums.images[end] > sums.images[start]
        filled += own_text >= 12
    roles = [tree.roles[head] for head in group.heads[:50]]
    named = sum(1 for role in roles if role & COMMENT) / len(roles)
    part = sum(1 for role in roles if role & (AUTHOR | TIME | CHROME | REPLIES) and not role & COMMENT) / len(roles)
    talk = sum(1 for role in roles if role & TALK) / len(roles)
    own = 0
    for head in group.heads[:50]:
        own |= tree.roles[head]
    around = [tree.roles[up] for up in sums.ancestors(group.heads[0])]
    near = 0
    for role in around:
        near |= role
    side = any(role & SIDE and not role & COMMENT for role in around[:3]) or bool(own & SIDE and not own & COMMENT)
    signs = {
        "named": named,
        "talk": talk * (not named),
        "in_comments": float(bool(near & COMMENT)),
        "in_talk": float(bool(near & TALK)),
        "times": timed / count,
        "one_time": clean / count,
        "authors": authored / count,
        "many": log2(min(count, 64)),
        "text": filled / count,
        "links": min(1.0, link / text) if text else 1.0,
        "crowded": crowded / count,
        "headings": headed / count,
        "forms": formed / count,
        "side": float(side),
        "pinned": float(bool(near & PINNED)),
        "article": float(bool(own & ARTICLE and not own & COMMENT)),
        "form": float(bool(own & FORM)),
        "long": float(text / count > 3000),
        "short": float(text / count < 25),
        "part": part,
        "after": float(group.mode == "after"),
        "before": float(group.mode == "before"),
        "covered": timed_total / tree.times[-1] if tree.times[-1] else 0.0,
        "pictures": pictured / count,
    }
    group.signs = signs
    group.score = quick_score(signs)
