"""What a page as a whole tells about its thread: lines that speak of comments, counts, fields, makes of elements."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Container, Iterator, Sequence
from functools import cached_property
from itertools import accumulate
from typing import Final

from crawler.extract.document import Document
from crawler.extract.text import line_of
from crawler.extract.time_lines import LONGEST_LINE, looks_timed
from crawler.extract.urls import canonical_url, path_of
from crawler.systems.around.counts import Stated, is_of_else, numbers_in, plain, stated_in, total_in
from crawler.systems.around.tree import CELLS, SUBHEADINGS, Tree
from crawler.systems.around.words import COMMENT, COUNTED, RECENT, counts_posts, roles_of, speaks_of_comments

LONGEST_HEADING: Final = 80
"""Longer lines are no headings, characters."""

SPOKEN: Final = 40
"""Nodes before and behind the records among which a line may speak of comments."""

HEADING_NEAR: Final = 40
"""Nodes before the first comment among which a count is the thread's."""

SENTENCE: Final = 50
"""Longer lines that end in a full stop are no headings, characters."""

AROUND: Final = 4
"""Elements around a number in which the numbers of other pages are looked for."""

NEAR: Final = 6
"""Elements around a link to a comment that may be the comment."""

STOPS: Final = ".。।"

_BLANK = re.compile(r"\s+")
_NUMBERED = re.compile(r"#\d{1,5}")
_FIGURES: Final = r"(?:\d{1,3}(?:[.,'’ ]\d{3}){1,2}(?!\d)|\d{1,5})"
"""A number, also one such as ``4,060``, ``4.060`` or ``4 060``."""
_ALONE = re.compile(rf"[^\w%$€£¥]*+{_FIGURES}[^\w%$€£¥+]*+")
_COUNTING = re.compile(rf"\W*+{_FIGURES}\s+[^\W\d]++\W*+|[^\W\d]++\s*(?::\s*{_FIGURES}|\({_FIGURES}\))")
"""A number and the one word of what is counted: ``3 answers``, ``Answers: 3``, ``Answers (3)``; not ``Windows 95``."""
_ORDINAL = re.compile(r"[^\W\d]\s+\d{1,5}[\s:.–—-]+(?=[^\W\d])")
"""A number between words, as in the title ``Post 10: what we saw``."""
_NAMED = re.compile(r"data-(?:[a-z]+-)*(?:count|total)|data-(?:num|total|count)-[a-z-]+")
"""Attributes that hold a count for scripts."""


class Surroundings:
    """What the page as a whole tells, read once for all candidates."""

    def __init__(self, tree: Tree, document: Document) -> None:
        """Read them. What the page's title says counts nothing where it stands in the page once more."""
        self.tree = tree
        title = document.first("title")
        self.own = frozenset(path_of(url) for url in (document.url, canonical_url(document)))
        """The paths of the page's own addresses."""
        self.fields = tree.places.get("textarea", [])
        short = [node for node in tree.places.get("", ()) if len(tree.texts[node]) <= LONGEST_HEADING]
        headings = [node for node in short if len(tree.texts[node]) <= SENTENCE or tree.texts[node][-1] not in STOPS]
        speaking = (node for node in _speaking(tree, headings) if not _is_in_menu(tree, node, self.own))
        self.spoken = sorted({*speaking, *_anchors(tree), *_invitations(tree)})
        """Short lines with a word for comments, anchors of that name, and fields that ask for one."""
        stated = list(_counts(tree, _BLANK.sub("", line_of(title)) if title is not None else "", self.own))
        self.counts = [(node, one.comments) for node, one, _ in stated if one.is_exact]
        """Where a short line states a count of comments, and the count."""
        self._worded = {node for node, _, has_word in stated if has_word}
        self._rounded = [(node, one.comments) for node, one, _ in stated if not one.is_exact]
        self.states_one = any(number == 1 for _, number in self.counts)
        """Whether a line says that there is one comment."""
        self.addressed = _addressed(tree)
        """Elements with a link to themselves that is a number."""
        self.last = [
            node
            for node, role in enumerate(tree.roles)
            if role & RECENT and not role & COMMENT and tree.times[tree.ends[node]] > tree.times[node]
        ]
        """Elements with a time that are named as the last or newest post."""
        self._few = self.counts[0][0] if self.counts and self.counts[0][1] <= 1 else -1
        self.total = tree.chars[-1] or 1

    @cached_property
    def shapes(self) -> Counter[tuple[str, str]]:
        """How many elements there are of each shape in each shape."""
        shapes = self.tree.shapes
        return Counter(
            (shape, shapes[up]) for shape, up in zip(shapes, self.tree.ups, strict=True) if shape and up >= 0
        )

    def is_spoken_of(self, start: int, end: int) -> bool:
        """Whether a short line among some nodes holds a word for comments."""
        place = bisect_left(self.spoken, start)
        return place < len(self.spoken) and self.spoken[place] < end

    def spoken_between(self, start: int, end: int) -> list[int]:
        """The first few short lines among some nodes that hold a word for comments."""
        place = bisect_left(self.spoken, start)
        return [node for node in self.spoken[place : place + AROUND] if node < end]

    def has_field(self, start: int, end: int) -> bool:
        """Whether a field to write in stands among some nodes."""
        place = bisect_left(self.fields, start)
        return place < len(self.fields) and self.fields[place] < end

    def counts_between(self, start: int, end: int) -> list[int]:
        """The first few counts that are stated among some nodes."""
        place = bisect_left(self.counts, (start, 0))
        return [number for node, number in self.counts[place : place + AROUND] if node < end]

    def is_before_count(self, first: int) -> bool:
        """Whether the first count is of one comment, or none, and behind a node before which no line speaks of them."""
        return self._few > first and not self.is_spoken_of(first - SPOKEN, first)

    def stated_for(self, spans: Sequence[tuple[int, int]]) -> int | None:
        """The count for a whole thread: the one before it, or a larger one before a further list of it."""
        before, low, high = self.stated_before(spans[0][0]), spans[0][0], spans[-1][0]
        before = before if before is not None else self._attribute_before(low)
        if before is not None and before >= len(spans):
            return before
        counts = [(node, number) for node, number in self.counts if low < node < high and _in_heading(self.tree, node)]
        between = [number for node, number in counts if not any(start <= node < end for start, end in spans)]
        return max((number for number in between if 2 * number >= len(spans)), default=before)

    def counts_what_answers(self, spans: Sequence[tuple[int, int]]) -> bool:
        """Whether the first of some records stands before a heading that counts just the others: they answer it.

        The heading may stand in the second, as the list of answers where there is only one. Before the first no line
        speaks of comments: else it is one of them, such as the best.
        """
        if len(spans) < 2 or self.is_spoken_of(spans[0][0] - SPOKEN, spans[0][0]):
            return False
        times, (end, last) = self.tree.times, (spans[0][1], spans[1][1])
        between = (node for node, number in self.counts if end <= node < last and number == len(spans) - 1)
        headed = (node for node in between if times[node] == times[end] and node in self._worded)
        return any(self.tree.tags[up] in SUBHEADINGS for node in headed for up in self.tree.above(node, AROUND))

    def stated_before(self, first: int) -> int | None:
        """The count that stands closest before the comments, one that a word for them names before others."""
        low = self._heading_from(first)
        near = [(node, number) for node, number in self.counts if low < node < first]
        return next((number for node, number in reversed(near) if node in self._worded), near[-1][1] if near else None)

    def rounded_before(self, first: int) -> int | None:
        """About how many comments there are, where a line before them says it by a rounded number."""
        low = self._heading_from(first)
        return next((number for node, number in reversed(self._rounded) if low < node < first), None)

    def _heading_from(self, first: int) -> int:
        """The node behind which the heading of comments may stand; a form for a new one between them does not count."""
        low, ends = first - HEADING_NEAR, self.tree.ends
        for form in reversed(self.tree.places.get("form", ())):
            if low < ends[form] <= first:
                low -= ends[form] - form
        return low

    def _attribute_before(self, first: int) -> int | None:
        """The count that an attribute states for scripts, or for readers of screens, before the comments."""
        for node in range(first - 1, max(0, first - HEADING_NEAR) - 1, -1):
            for name, value in self.tree.attrs[node].items():
                count = self._count_of(node, name, value) if value else None
                if count is not None:
                    return count
        return None

    def _count_of(self, node: int, name: str, value: str) -> int | None:
        if name in _SAID and len(value) <= LONGEST_HEADING:
            stated = None if _leads_to_title(self.tree, node, self.own) else stated_in(value)
            return stated.comments if stated is not None and stated.is_exact else None
        if not (value.isdecimal() and len(value) <= LONGEST_COUNT and _NAMED.fullmatch(name)):
            return None
        is_named = speaks_of_comments(name) or (
            name in _BARE_NAMES
            and bool(self.tree.roles[node] & COMMENT or speaks_of_comments(self.tree.line(node, LONGEST_HEADING) or ""))
        )
        return int(value) if is_named else None


def _invitations(tree: Tree) -> list[int]:
    """Fields such as ``<textarea placeholder="Leave a comment">``."""
    asked = ((node, tree.attrs[node].get("placeholder")) for node in tree.places.get("textarea", ()))
    return [node for node, text in asked if text and len(text) <= LONGEST_HEADING and speaks_of_comments(text)]


def _anchors(tree: Tree) -> list[int]:
    """Anchors such as ``<a name="comments">``."""
    names = ((node, tree.attrs[node].get("name") or tree.attrs[node].get("id")) for node in tree.places.get("a", ()))
    return [node for node, name in names if name and name.isalpha() and roles_of(name) & COMMENT]


def _addressed(tree: Tree) -> frozenset[int]:
    """The elements whose id ends in a figure and that hold a link to themselves: ``<a href="#note-7">#7</a>``."""
    found: set[int] = set()
    for node in tree.places.get("a", ()):
        href = tree.attrs[node].get("href") or ""
        if href.startswith("#") and href[-1].isdigit() and _NUMBERED.fullmatch(tree.line(node, 6) or ""):
            up = node
            for _ in range(NEAR):
                up = tree.ups[up]
                if up < 0 or tree.attrs[up].get("id") == href[1:]:
                    found.add(up)
                    break
    return frozenset(found - {-1})


def _speaking(tree: Tree, short: list[int]) -> set[int]:
    """Lines with a word for comments: each word is looked for in all of them at once."""
    lines = [tree.texts[node].casefold() for node in short]
    ends = [*accumulate(len(line) + 1 for line in lines)]
    everything = "\n".join(lines)
    letters = frozenset(everything)
    found: set[int] = set()
    for word in filter(letters.issuperset, COUNTED):
        at = everything.find(word)
        while at >= 0:
            line = bisect_left(ends, at + 1)
            found.add(short[line])
            at = everything.find(word, ends[line])
    return found


MENU: Final = 4
"""Links of a menu, at least."""

_LEADS_ON: Final = frozenset(" »›>→⟩/:")
"""What stands between the links of a path to the page."""


def _is_in_menu(tree: Tree, node: int, own: Container[str]) -> bool:
    """Whether a line is a link to another page in a menu of the site or in the path to this page.

    The one is a list of links and of nothing else, the other has signs that lead on between them.
    """
    link = next((up for up in (node, *tree.above(node, 2)) if tree.tags[up] == "a"), None)
    href = tree.attrs[link].get("href") if link is not None else None
    if link is None or not href or "#" in href or path_of(href) in own:
        return False
    menu = next((up for up in tree.above(link, 3) if tree.tags[up] in ("ul", "ol", "nav")), None)
    if menu is not None and _count_links(tree, menu) >= MENU:
        return tree.chars[tree.ends[menu]] - tree.chars[menu] == tree.links[tree.ends[menu]] - tree.links[menu]
    row = range(tree.ups[link] + 1, min(tree.ends[tree.ups[link]], tree.ups[link] + MENU * STEPS))
    between = "".join(tree.texts[text] for text in row if tree.ups[text] == tree.ups[link])
    return bool(between) and _LEADS_ON.issuperset(between)


def _count_links(tree: Tree, around: int) -> int:
    near = range(around, min(tree.ends[around], around + MENU * STEPS))
    return sum(tree.tags[inner] == "a" for inner in near)


STEPS: Final = 6
"""Nodes of a link of a menu, at most."""

_SAID: Final = ("aria-label", "title", "data-title")
_BARE_NAMES: Final = ("data-count", "data-total", "data-total-count")
LONGEST_COUNT: Final = 7
"""Digits."""


def _counts(tree: Tree, title: str, own: Container[str]) -> Iterator[tuple[int, Stated, bool]]:
    """Where short lines state a count, the count, and whether a word says of what.

    :param title: that of the page, without blanks
    """
    for node in tree.figures:
        text = tree.texts[node]
        if len(text) > LONGEST_HEADING:
            continue
        is_whole = not text.isdecimal() and counts_posts(text)
        line = text if is_whole else tree.line(tree.ups[node], LONGEST_HEADING) or ""
        is_bare = _may_count(line)
        if counts_posts(line):
            stated = stated_in(line) if is_bare or _BLANK.sub("", line) not in title else None
            if stated is not None and not _is_title(tree, node, line) and not _leads_to_title(tree, node, own):
                yield node, stated, True
        elif is_bare and len(numbers := numbers_in(line)) == 1 and not is_of_else(line):
            around = _named_by(tree, node)
            if around is not None:
                yield node, Stated(numbers[0], is_exact=True), around
        elif (total := total_in(text)) is not None and _stands_in_comments(tree, node):
            yield node, Stated(total, is_exact=True), True


def _stands_in_comments(tree: Tree, node: int) -> bool:
    """Whether an element around a line is named as one of comments."""
    return any(tree.roles[up] & COMMENT for up in tree.above(node, AROUND))


def _leads_to_title(tree: Tree, node: int, own: Container[str]) -> bool:
    """Whether a text is on a link to another page that the page names by a title as well: a count of that page."""
    path = path_of(tree.link_of(node) or "")
    if not path or path in own:
        return False
    links = ((link, tree.attrs[link].get("href") or "") for link in tree.places.get("a", ()))
    return any(
        not any(map(str.isdecimal, line)) and not speaks_of_comments(line)
        for link, href in links
        if path in href and path_of(href) == path and (line := tree.line(link, LONGEST_TITLE))
    )


LONGEST_TITLE: Final = 200
"""Characters of the title of another page."""


def _is_title(tree: Tree, node: int, line: str) -> bool:
    """Whether a link leads by its title to another post: a word for posts, its number, and words of something else."""
    ordinal = _ORDINAL.search(line) if _leads_away(tree, node) else None
    return ordinal is not None and not counts_posts(line[ordinal.end() :])


def _leads_away(tree: Tree, node: int) -> bool:
    """Whether a text is on a link to another page."""
    return tree.links[node + 1] > tree.links[node] and "#" not in (tree.link_of(node) or "")


def _in_heading(tree: Tree, node: int) -> bool:
    """Whether a number stands in a heading with a word for comments."""
    heading = next((up for up in tree.above(node, AROUND) if tree.tags[up] in SUBHEADINGS), None)
    line = tree.line(heading, LONGEST_HEADING) if heading is not None else None
    return line is not None and speaks_of_comments(line)


def _may_count(line: str) -> bool:
    """Whether a line without a word for posts is a number alone, or with one word."""
    line = plain(line)
    return _ALONE.fullmatch(line) is not None or _COUNTING.fullmatch(line) is not None


def _named_by(tree: Tree, node: int) -> bool | None:
    """Whether the words around a number that its own line does not name say that it counts posts.

    None where it says something else: it is on or beside a link to another page, in a time or an age, the value of a
    column, the number of a page, or what they say to count is not how many there are.
    """
    up = tree.ups[node]
    if _leads_away(tree, node):
        return None
    if tree.timed[up] or looks_timed(tree.line(max(0, tree.ups[up]), LONGEST_LINE) or ""):
        return None
    line, is_cell = tree.texts[node], False
    for _ in range(AROUND):
        around = tree.line(up, LONGEST_HEADING) if up >= 0 else None
        is_cell = is_cell or (up >= 0 and tree.tags[up] in CELLS)
        if around is None:
            return None if is_cell else False
        if counts_posts(around):
            is_alone = len(numbers_in(around)) == 1
            is_named = is_alone and stated_in(around) is not None
            return None if is_alone and not is_named else is_named
        if sum(map(str.isdecimal, around.split())) > 1 or (is_cell and around != line) or is_of_else(around):
            return None
        if around != line and _links_away(tree, up):
            return None
        up = tree.ups[up]
    return False


def _links_away(tree: Tree, around: int) -> bool:
    """Whether a short line holds a link to another page: a number beside it counts what that page lists."""
    inner = range(around, min(tree.ends[around], around + STEPS))
    hrefs = (tree.attrs[node].get("href") for node in inner if tree.tags[node] == "a")
    return any(href and "#" not in href and not href.lower().startswith("javascript:") for href in hrefs)
