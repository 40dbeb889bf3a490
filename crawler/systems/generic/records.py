"""Which sets of a page's elements may be the comments of its thread: what repeats, and what speaks of comments."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import accumulate, compress
from math import inf, log2
from typing import Final

from crawler.extract.time_lines import LONGEST_LINE
from crawler.systems.around.surroundings import SPOKEN, Surroundings
from crawler.systems.around.tree import SUBHEADINGS, Tree
from crawler.systems.around.words import (
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
    is_chrome,
)
from crawler.systems.generic.model import most_of, quick_score
from crawler.systems.generic.signatures import signed
from crawler.systems.generic.spans import after, before, has_neighbour, timed_only, turns_pages

NEVER: Final = frozenset(
    {
        "", "br", "img", "input", "textarea", "b", "i", "em", "strong", "u", "font", "label", "button", "small", "sub",
        "sup", "picture", "source", "form", "body", "thead", "tfoot", "col", "colgroup", "caption", "abbr", "time",
        "cite", "q", "code", "pre", "h1", "option", "center", "wbr", "noscript", "nav", "header", "main", "figure",
        "figcaption",
    }
)  # fmt: skip
"""Elements that are never a comment."""

HEADS: Final = frozenset(
    {"dt", "h2", "h3", "h4", "h5", "h6", "hr", "a", "p", "div", "span", "tr", "li", "header", "ul"}
)
"""Elements that may begin (or end) a comment whose other parts are their siblings."""

MAX_UP: Final = 7
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
    """``element``, ``after``, ``before``, ``signed``."""
    score: float = 0.0
    signs: dict[str, float] = field(default_factory=dict)
    """What spoke for and against it."""
    is_behind: bool = False
    """Whether it counts for too little: it is read for its name where no other is believed."""


class Sums:
    """Counts over the nodes of a page, so that what an element holds costs nothing."""

    def __init__(self, tree: Tree) -> None:
        self.authors = [0, *accumulate([1 if role & AUTHOR else 0 for role in tree.roles])]
        self.headings = tree.counts(("h1", "h2"))
        self.fields = tree.counts(("textarea",))
        self.images = tree.counts(("img",))
        self.tree = tree

    def ancestors(self, node: int, steps: int = NEAR) -> Iterator[int]:
        """The elements around a node, nearest first."""
        up = self.tree.ups[node]
        while up > 0 and steps:
            yield up
            up = self.tree.ups[up]
            steps -= 1


def groups_of(tree: Tree, sums: Sums, around: Surroundings, *, behind: float) -> list[Group]:
    """The candidates, best first, by what is seen without reading their fields.

    :param behind: how far their counts may stand behind those of the best
    """
    seen: set[tuple[int, ...]] = set()
    read: dict[tuple[int, ...], Group] = {}
    at = tree.chars.__getitem__
    for key, heads in _named(tree).items():
        same_heads = tuple(heads)
        if same_heads in seen:
            continue
        seen.add(same_heads)
        if not _is_worth_a_look(tree, sums, around, heads):
            continue
        for group in _variants(tree, key if isinstance(key, str) else f"{key[0]}>{key[1]}", heads):
            if _is_behind_heading(tree, around, group):
                group = replace(group, heads=group.heads[1:], spans=group.spans[1:])  # noqa: PLW2901  # the comments
            elif group.mode == "before":
                group = _from_heading_on(tree, around, group)  # noqa: PLW2901  # the same
            if len(group.spans) <= 2 and _is_article(tree, sums, around, group):
                continue
            same = tuple([at(edge) for span in group.spans for edge in span])
            if same in read and not _is_named_better(tree, group, read[same]):
                continue
            group.signs = _counted(tree, sums, group)
            group.score = quick_score(group.signs)
            read[same] = group
    spans = signed(tree)
    if spans:
        group = Group("signed texts", [start for start, _ in spans], spans, "signed")
        group.signs = _counted(tree, sums, group)
        group.score = quick_score(group.signs)
        read[-1,] = group
    return _judged(tree, sums, around, list(read.values()), behind)


def group_like(tree: Tree, other: Group) -> Group | None:
    """The elements that have in common what those of a group on another page of the thread have; None for none."""
    heads = _named(tree).get(other.label)
    made = _variants(tree, other.label, heads) if heads else ()
    return next((group for group in made if group.mode == other.mode), None)


def _is_behind_heading(tree: Tree, around: Surroundings, group: Group) -> bool:
    """Whether a heading that speaks of comments parts the first element from the others: that is the article.

    A line that counts one comment is as good as a heading where there is one.
    """
    if len(group.spans) < 2 or len(group.heads) != len(group.spans) or tree.roles[group.heads[0]] & COMMENT:
        return False
    (start, _), (second, _) = group.spans[:2]
    end = tree.ends[group.heads[0]]  # with its siblings up to the next it would hold the heading
    if tree.ups[start] == tree.ups[second]:
        return False
    if any(tree.tags[tree.ups[node]] in SUBHEADINGS for node in around.spoken_between(end, second)):
        return True
    return len(group.spans) == 2 and around.counts_between(end, second) == [1]


def _from_heading_on(tree: Tree, around: Surroundings, group: Group) -> Group:
    """A group of elements with the siblings since the last, without what stands before the comments' only heading.

    The heading is that of the form for one more where a field stands behind it, and may be if one record is left.
    """
    if len(group.spans) < 2:
        return group
    (start, end), (_, last) = group.spans[:2]
    far = group.spans[-1][1]
    headings = [node for node in around.spoken_between(start, far) if _is_in_heading(tree, node)]
    if len(headings) != 1 or headings[0] >= last:
        return group
    top = next((up for up in tree.above(headings[0], 3) if tree.ups[up] == tree.ups[start]), None)
    if top is None or around.has_field(start, last):
        return group
    behind = tree.ends[top]
    spans = [(max(start, behind), end) for start, end in group.spans if tree.chars[behind] < tree.chars[end]]
    spans = timed_only(tree, spans) if tree.tags[group.heads[0]] == "hr" else spans
    is_told = len(spans) > (top > end)
    return replace(group, heads=group.heads[-len(spans) :], spans=spans) if is_told else group


def _is_in_heading(tree: Tree, node: int) -> bool:
    return any(tree.tags[up] in SUBHEADINGS for up in tree.above(node, 3))


def _is_article(tree: Tree, sums: Sums, around: Surroundings, group: Group) -> bool:
    """Whether one or two elements begin before the line that counts one comment, or none.

    That is the article, alone or with the only comment for its sibling; what is named as comments is not.
    """
    first, end = group.spans[0]
    if group.mode == "after" and len(group.spans) == 1 and 1 in around.counts_between(first, end):
        return True
    return (
        around.is_before_count(first)
        and not tree.roles[group.heads[0]] & (COMMENT | TALK)
        and not any(tree.roles[up] & COMMENT for up in sums.ancestors(first, FAR))
    )


def _is_named_better(tree: Tree, group: Group, other: Group) -> bool:
    """Whether more heads are named as comments than in a group of the same text; of single elements the inner.

    Elements are better than the same text behind anchors or rules, which say nothing: others may stand around them.
    """
    bare, other_bare = (one.mode != "element" and tree.tags[one.heads[0]] in BARE for one in (group, other))
    if bare != other_bare and "element" in (group.mode, other.mode):
        return other_bare
    own, others = (
        sum([tree.roles[head] & COMMENT > 0 for head in one.heads]) * len(two.heads)
        for one, two in ((group, other), (other, group))
    )
    if own == others and len(group.heads) == 1 and group.mode == other.mode:
        return own > 0 and group.heads[0] > other.heads[0]
    return own > others


def _judged(tree: Tree, sums: Sums, around: Surroundings, groups: list[Group], behind: float) -> list[Group]:
    """The groups that are not too far behind the best, best first; names are asked only where they can matter."""
    best, least = -inf, -inf
    judged: list[tuple[float, int, Group]] = []
    for place in sorted(range(len(groups)), key=lambda place: -groups[place].score):
        group = groups[place]
        if group.score + MOST_SPOKEN < least:
            break
        spoken = _spoken(tree, sums, group) | _told(around, group)
        group.signs |= spoken
        group.score += quick_score(spoken)
        best = max(best, group.score)
        least = best - behind
        judged.append((-group.score, place, group))
    judged.sort(key=lambda entry: entry[:2])
    for score, _, group in judged:
        group.is_behind = -score < least
    return [group for _, _, group in judged if not group.is_behind or _all_speak_of_comments(group)]


def _all_speak_of_comments(group: Group) -> bool:
    """Whether all of a group are named as comments, in what is named so."""
    return group.signs["named"] == 1 and group.signs["in_comments"] > 0 and not group.signs["side"]


FAR: Final = 12
"""Ancestors of a single comment among which one must speak of comments, unless a line before it does."""


def _is_worth_a_look(tree: Tree, sums: Sums, around: Surroundings, heads: list[int]) -> bool:
    """Whether the first elements hold anything that a comment has, a time, a name, a word for comments.

    What stands alone is a comment only where something says so.
    """
    times, authors, roles = tree.times, sums.authors, tree.roles
    first = heads[0]
    is_heading = tree.tags[first] in SUBHEADINGS
    if is_heading and len(heads) == 1 and is_chrome(tree.line(first, LONGEST_LINE) or ""):
        return False  # the heading of the thread, not of a comment
    for head in heads[:4]:
        end = _byline_end(tree, head) if is_heading else tree.ends[head]
        if times[end] > times[head] or roles[head] & SPEAKING or authors[end] > authors[head]:
            break
    else:
        around_first = tree.ups[first]
        is_listed = tree.tags[around_first] in LISTS and tree.roles[around_first] & COMMENT > 0
        return len(heads) > 1 and (tree.tags[first] in BARE or is_listed)
    return (
        len(heads) > 1
        or roles[first] & COMMENT > 0
        or around.states_one
        or first in around.addressed
        or around.is_spoken_of(first - SPOKEN, first)
        or any(roles[up] & COMMENT for up in sums.ancestors(first, FAR))
    )


LISTS: Final = frozenset({"ul", "ol", "dl", "tbody", "table"})
"""Elements whose parts are comments where they are named so, though nothing in the parts is of a comment."""

BARE: Final = frozenset({"hr", "a", "dt"})
"""Elements that may begin a comment and say nothing themselves."""

SPEAKING: Final = COMMENT | TALK | TIME | AUTHOR


def _named(tree: Tree) -> dict[str | tuple[int, str], list[int]]:
    """Elements by what they may have in common."""
    by: dict[str | tuple[int, str], list[int]] = defaultdict(list)
    chars, ends, ups, shapes, attrs = tree.chars, tree.ends, tree.ups, tree.shapes, tree.attrs
    for node, tag in enumerate(tree.tags):
        if tag in NEVER:
            continue
        if tag == "a":
            own = attrs[node]
            anchor = own.get("id") or own.get("name")
            if anchor and _ID.search(anchor):
                by["a#" + _ID.sub("#", anchor)].append(node)
            continue
        if (chars[ends[node]] == chars[node] and tag != "hr") or (tag == "tr" and _names_columns(tree, node)):
            continue
        if turns_pages(tree, node):
            continue
        for label in _labels(tag, shapes[node]):
            by[label].append(node)
        name = attrs[node].get("id")
        if name and _ID.search(name):
            by[f"{tag}[id={_ID.sub('#', name)}]"].append(node)
        by[ups[node], tag].append(node)
    _around_times(tree, by)
    return by


def _names_columns(tree: Tree, row: int) -> bool:
    """Whether a row is the first of a table and has only headings of columns: a byline has a time."""
    return (
        row == tree.ups[row] + 1
        and tree.times[tree.ends[row]] == tree.times[row]
        and all(tree.tags[cell] == "th" for cell in tree.children(row))
    )


@lru_cache(maxsize=4_096)
def _labels(tag: str, shape: str) -> tuple[str, ...]:
    """A shape, and each of its classes alone."""
    names = shape.split(".")[1:]
    return tuple(dict.fromkeys([shape, *(f"{tag}.{name}" for name in names if name != "#")]))


def _around_times(tree: Tree, by: dict[str | tuple[int, str], list[int]]) -> None:
    """The elements around each time, by the path that leads from the one to the other, and bylines of one list."""
    taken: set[tuple[str, int]] = set()
    bylines: dict[tuple[int, str], list[int]] = defaultdict(list)
    for node in compress(range(len(tree)), tree.timed):
        path, up = "", node
        for _ in range(MAX_UP):
            up = tree.ups[up]
            if up <= 0:
                break
            is_nearest = not path
            path = f"{tree.tags[up]}>{path}" if is_nearest else f"{tree.shapes[up]}>{path}"
            if tree.tags[up] not in NEVER and (path, up) not in taken:
                taken.add((path, up))
                by[f"{path}(time)"].append(up)
                if is_nearest and tree.shapes[up] == tree.tags[up]:
                    bylines[tree.ups[up], f"{path}(time)"].append(up)
    by.update((key, heads) for key, heads in bylines.items() if len(heads) > 1)


def _variants(tree: Tree, label: str, heads: list[int]) -> Iterator[Group]:
    ends, tags = tree.ends, tree.tags
    tag = tags[heads[0]]
    held = sum([tree.chars[ends[head]] - tree.chars[head] for head in heads])
    if tag not in ("hr", "a") and held >= LEAST * len(heads):
        yield Group(label, heads, [(head, ends[head]) for head in heads])
    if tag not in HEADS or len(heads) > MAX_HEADS:
        return
    if tag not in BARE:
        if held >= LONGEST_BYLINE * len(heads):
            return
        byline_ends = [_byline_end(tree, head) if tag in SUBHEADINGS else ends[head] for head in heads]
        timed = sum([tree.times[end] > tree.times[head] for head, end in zip(heads, byline_ends, strict=True)])
        if timed * 2 < len(heads):
            return
    if sum([has_neighbour(tree, head) for head in heads]) * 2 < len(heads):
        return
    behind, ahead = after(tree, heads), before(tree, heads)
    if tag == "hr" and not behind and not ahead:
        ahead = before(tree, heads, is_closed=True)
    for mode, spans in (("after", behind), ("before", ahead)):
        if tag == "hr":
            spans = timed_only(tree, spans)  # noqa: PLW2901  # rules part other things of the page too
        if spans:
            own = heads if len(spans) == len(heads) else [start if mode == "after" else end - 1 for start, end in spans]
            yield Group(label, own, spans, mode)


def _byline_end(tree: Tree, head: int) -> int:
    """Where the byline ends that begins with a heading: its next sibling may be part of it."""
    end = tree.ends[head]
    has_next = end < tree.ends[tree.ups[head]] and tree.tags[end] not in SUBHEADINGS
    return tree.ends[end] if has_next and tree.chars[tree.ends[end]] - tree.chars[end] <= LONGEST_LINE else end


MAX_HEADS: Final = 5_000
LONGEST_BYLINE: Final = 150
"""Characters of a byline in the mean, at most."""
LEAST: Final = 20
"""Characters of a comment with its author and time, in the mean; elements with less are parts of comments."""


# -- judging ---------------------------------------------------------------------------------------------------


def _counted(tree: Tree, sums: Sums, group: Group) -> dict[str, float]:
    """What the records hold, mostly as shares of them."""
    spans, count = group.spans, len(group.spans)
    chars, links, times, authors = tree.chars, tree.links, tree.times, sums.authors
    headings, fields, images = sums.headings, sums.fields, sums.images
    rows: list[list[int]] = []
    around: list[tuple[int, list[int]]] = []
    text = link = headed = formed = pictured = 0
    for start, end in spans:
        own_text, own_link = chars[end] - chars[start], links[end] - links[start]
        row = [own_text, times[end] - times[start], authors[end] - authors[min(start + 1, end)]]
        while around and around[-1][0] <= start:
            around.pop()
        if around:  # what a record holds is not what the one around it says
            outer = around[-1][1]
            outer[0] -= own_text
            outer[1] -= row[1]
            outer[2] -= authors[end] - authors[start]
        else:
            text += own_text
            link += own_link
        around.append((end, row))
        rows.append(row)
        headed += headings[end] > headings[start]
        formed += fields[end] > fields[start]
        pictured += images[end] > images[start]
    timed_total = timed = clean = crowded = authored = filled = 0
    for own_text, own_time, own_author in rows:
        timed_total += own_time
        timed += own_time > 0
        clean += 0 < own_time < 3
        crowded += own_time > 4
        authored += own_author > 0
        filled += own_text >= 12
    return {
        "times": timed / count,
        "one_time": clean / count,
        "authors": authored / count,
        "many": log2(min(count, 64)),
        "text": filled / count,
        "links": min(1.0, link / text) if text else 1.0,
        "crowded": crowded / count,
        "headings": headed / count,
        "forms": formed / count,
        "long": float(text / count > 3000),
        "short": float(text / count < 25),
        "after": float(group.mode == "after"),
        "before": float(group.mode == "before"),
        "covered": timed_total / tree.times[-1] if tree.times[-1] else 0.0,
        "pictures": pictured / count,
    }


_PARTS: Final = AUTHOR | TIME | CHROME | REPLIES
MOST_SPOKEN: Final = most_of(
    (
        "named", "part", "talk", "in_comments", "in_talk", "side", "pinned", "article", "form",
        "headed", "stated", "answered",
    )
)  # fmt: skip
"""What names can add to the score of a group at most."""
LOOKED: Final = 50
"""Records whose names are looked at."""


def _told(around: Surroundings, group: Group) -> dict[str, float]:
    """What the lines and fields around one or two records say of them: a heading, their count, a field for one more.

    More than two are told by how often they come.
    """
    first, last = group.spans[0][0], group.spans[-1][1]
    if len(group.spans) > 2:
        return dict.fromkeys(("headed", "stated", "answered"), 0.0)
    return {
        "headed": float(around.is_spoken_of(first - SPOKEN, first)),
        "stated": float(around.stated_before(first) == len(group.spans)),
        "answered": float(any(last <= field < last + BEHIND_FORM for field in around.fields)),
    }


BEHIND_FORM: Final = 120
"""Nodes behind the records among which a field to write in asks for one more."""


def _spoken(tree: Tree, sums: Sums, group: Group) -> dict[str, float]:
    """What the names of the records and of the elements around them say.

    An element around the first alone is named as a part of it, such as its head, or as its wrapper, and no thread.
    """
    named = part = talk = own = 0
    heads = group.heads[:LOOKED]
    for role, times in Counter([tree.roles[head] for head in heads]).items():
        own |= role
        if role & COMMENT:
            named += times
        elif role & _PARTS:
            part += times
        if role & TALK:
            talk += times
    second = heads[1] if len(heads) > 1 else heads[0]
    around = [tree.roles[up] for up in sums.ancestors(heads[0]) if tree.ends[up] > second]
    near = 0
    for role in around:
        near |= role
    side = own & SIDE and not own & COMMENT
    side = side or any(role & SIDE and not role & COMMENT for role in around[:3])
    return {
        "named": named / len(heads),
        "part": part / len(heads),
        "talk": 0.0 if named else talk / len(heads),
        "in_comments": float(bool(near & COMMENT)),
        "in_talk": float(bool(near & TALK)),
        "side": float(bool(side)),
        "pinned": float(bool(near & PINNED)),
        "article": float(bool(own & ARTICLE and not own & COMMENT)),
        "form": float(bool(own & FORM)),
    }
