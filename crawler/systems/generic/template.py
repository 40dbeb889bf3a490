"""The records of a group laid over each other: which places they have in common, and what stands there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from crawler.systems.around.tree import HEADINGS, PRESSED, Tree, is_unshown
from crawler.systems.around.words import (
    AUTHOR,
    BODY,
    CHROME,
    FORM,
    HIDDEN,
    SIGNATURE,
    TIME,
    is_chrome,
    line_key,
    names_field,
)
from crawler.systems.generic.records import Group
from crawler.systems.generic.spans import own_spans

INHERITED: Final = AUTHOR | TIME | BODY | CHROME | SIGNATURE | FORM | HIDDEN
"""What the name of an element says of all that stands in it."""

WRAPPERS: Final = 3
"""Elements around a comment that may carry its depth."""


LONGEST_LABEL: Final = 80
"""Longer lines are no labels unless they say what a shorter one does, characters."""

MOST_RECORDS: Final = 0.8
"""Share of the records that have an element of a class, whose figures then tell a column."""

MAX_RECORDS: Final = 100_000
"""Comments of one page; the rest is left out and the thread says so."""


@dataclass(slots=True)
class Record:
    """One comment as nodes of the page."""

    start: int
    end: int
    own: list[int] = field(default_factory=list)
    """Its nodes in document order, without those of other records in it."""
    lines: list[int] = field(default_factory=list)
    """Those of them that are texts."""
    unshown: list[int] = field(default_factory=list)
    """Numbers that only a script sees, and none of the texts: ``<td style="display: none">71</td>``."""
    links: list[int] = field(default_factory=list)
    headings: list[int] = field(default_factory=list)
    times: list[int] = field(default_factory=list)
    """Those that look like a time."""


class Template:
    """Places of records. A place is a path of shapes from the record's root; place 0 is the root itself."""

    def __init__(
        self, tree: Tree, group: Group, limit: int = MAX_RECORDS, without: Sequence[tuple[int, int]] = ()
    ) -> None:
        """Lay the records over each other; of more than ``limit`` the first half and some of the rest.

        :param without: spans of nodes that are no part of the records, though they stand in them
        """
        self.tree = tree
        self.group = group
        self.records: list[Record] = []
        self.place: dict[int, int] = {}
        """Place of each node of a record (of its parent for a text)."""
        self.roles: dict[int, int] = {}
        """What the names of a node and of those around it within the record say."""
        self.shapes: list[str] = [""]
        """Shape of each place."""
        self.above: list[int] = [-1]
        """The place around each place."""
        self._ids: dict[tuple[int, str], int] = {}
        spans = sorted({*group.spans, *without}, key=lambda span: (span[0], -span[1])) if without else group.spans
        inside = own_spans(spans)
        if without:
            held = dict(zip(spans, inside, strict=True))
            inside = [held[span] for span in group.spans]
        sample = list(_sample(len(group.spans), limit))
        self._told_apart = self._numbered([group.spans[number] for number in sample])
        for number in sample:
            start, end = group.spans[number]
            self.records.append(self._record(start, end, inside[number]))
        lines = [line for record in self.records for line in record.lines]
        self.lines_at = Counter(map(self.place.__getitem__, lines))
        """How many texts there are at each place."""
        self.repeated = self._repeated(lines)
        self.labels = self.repeated.union([line for line in lines if is_chrome(tree.texts[line])])
        """The texts that are controls or stand in most records."""

    def _record(self, start: int, end: int, inner: list[tuple[int, int]]) -> Record:
        tree, place, roles = self.tree, self.place, self.roles
        tags, ups, shapes, own_roles = tree.tags, tree.ups, tree.shapes, tree.roles
        record = Record(start, end)
        jumps = dict(inner)
        own, lines = record.own, record.lines
        node = start
        if self.group.mode == "element":
            place[node] = roles[node] = 0
            own.append(node)
            node += 1
        while node < end:
            if node in jumps and jumps[node] > node and node != start:
                node = jumps[node]
                continue
            up = ups[node]
            above, around = (place[up], roles[up]) if up >= start else (0, 0)
            if tags[node]:
                shape = shapes[node]
                place[node] = self._id(above, self._told_apart.get((shape, tree.attrs[node].get("class")), shape))
                roles[node] = own_roles[node] | (around & INHERITED)
            else:
                place[node], roles[node] = above, around
                is_of_script = tree.texts[node].isdecimal() and is_unshown(tree.attrs[up])
                (record.unshown if is_of_script else lines).append(node)
            own.append(node)
            node += 1
        record.links = [node for node in own if tags[node] == "a"]
        record.headings = [node for node in own if tags[node] in HEADINGS]
        record.times = [node for node in own if tree.timed[node]]
        return record

    def _numbered(self, spans: Sequence[tuple[int, int]]) -> dict[tuple[str, str | None], str]:
        """The shapes of elements whose classes differ in their figures only, where nearly all records have each.

        They are columns then (``col-2``, ``col-8``), and no levels or ids.
        """
        shapes, attrs = self.tree.shapes, self.tree.attrs
        seen: Counter[tuple[str, str | None]] = Counter()
        for start, end in spans:
            figured = [node for node in range(start + 1, end) if "#" in shapes[node]]
            seen.update({(shapes[node], attrs[node].get("class")) for node in figured})
        usual = [key for key, count in seen.items() if count >= MOST_RECORDS * len(spans) > 1]
        kinds = Counter(shape for shape, _ in usual)
        return {(shape, name): f"{shape.partition('.')[0]}.{name}" for shape, name in usual if kinds[shape] > 1}

    @cached_property
    def first_in(self) -> dict[int, int]:
        """The first record's start in each element around records."""
        first: dict[int, int] = {}
        for start in [record.start for record in self.records]:
            up = self.tree.ups[start]
            for _ in range(WRAPPERS + 1):
                if up <= 0 or up in first:
                    break
                first[up] = start
                up = self.tree.ups[up]
        return first

    def _id(self, above: int, shape: str) -> int:
        found = self._ids.get((above, shape))
        if found is None:
            found = self._ids[above, shape] = len(self.shapes)
            self.shapes.append(shape)
            self.above.append(above)
        return found

    def _repeated(self, lines: list[int]) -> frozenset[int]:
        """Those of the lines that say the same in many records at the same place.

        Of two records only controls can be, and the names of fields that are known.
        """
        texts, tags, ups, place, count = self.tree.texts, self.tree.tags, self.tree.ups, self.place, len(self.records)
        seen: Counter[tuple[int, str]] = Counter()
        for record in self.records if count > 1 else ():
            seen.update(
                {
                    (place[line], line_key(texts[line]))
                    for line in record.lines
                    if len(texts[line]) <= LONGEST_LABEL
                    and (count > 2 or tags[ups[line]] in PRESSED or names_field(texts[line]))
                }
            )
        least = 2 if count == 2 else max(3, 0.5 * count)
        found = {key for key, times in seen.items() if times >= least}
        places = {place for place, _ in found}
        known = [line for line in lines if place[line] in places]
        return frozenset([line for line in known if (place[line], line_key(texts[line])) in found])

    def is_field(self, line: int) -> bool:
        """Whether a text is the name of a field: it stands in most records and ends in a colon."""
        return self.tree.texts[line][-1] in ":：" and line in self.repeated

    def path(self, place: int) -> str:
        """A place as a selector."""
        steps: list[str] = []
        while place > 0:
            steps.append(self.shapes[place])
            place = self.above[place]
        return " > ".join(reversed(steps)) or "(the comment itself)"

    def chain(self, place: int) -> list[int]:
        """A place and those around it, the root last."""
        steps: list[int] = []
        while place >= 0:
            steps.append(place)
            place = self.above[place]
        return steps


def _sample(count: int, limit: int) -> Iterable[int]:
    if count <= limit or limit == MAX_RECORDS:
        return range(min(count, limit))
    half = limit // 2
    return [*range(half), *range(half, count, (count - half) // (limit - half) + 1)]
