"""Where the comments of a thread stand in a page, whoever has read them: what stands next to them speaks of them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from crawler.extract.document import Document
from crawler.systems.around.tree import Tree, nodes_of
from crawler.systems.around.words import speaks_of_comments

MOST: Final = 0.8
"""Share of the comments that must be found again in the page."""

KNOWN_BY: Final = 12
"""Characters of a text by which it is looked for; a shorter one only whole, and where none is as long."""

BESIDE: Final = 40
"""Nodes before and behind the comments among which something leads to the rest of them."""

NEAR: Final = 40
FEW_TEXTS: Final = 12
"""Nodes, and texts among them, between the comments and a row of pages, whose own are counted."""


@dataclass(frozen=True)
class Place:
    """The comments of a page as spans of nodes."""

    tree: Tree
    spans: Sequence[tuple[int, int]]
    """Of each comment, at least of those at the top; in document order."""
    first: int
    """The node that the first of them begins with."""
    end: int
    """The node behind the last."""
    inside: Container[int]
    """The nodes of comments."""

    @classmethod
    def of_texts(cls, document: Document, texts: Iterable[str]) -> Place | None:
        """The innermost element's parts that show comments with these texts; None where the page hardly shows them."""
        lines = sorted(" ".join(text.strip().partition("\n")[0].split()) for text in texts)
        lines = [line for line in lines if len(line) >= KNOWN_BY] or [line for line in lines if line]
        if not lines:
            return None
        tree = nodes_of(document)
        top, shown, wanted = 0, _shown(tree, lines), MOST * len(lines)
        if _count(shown) < wanted:
            return None
        while True:
            parts = list(_parts(tree, top, shown))
            whole = [part for part in parts if len(part[1]) == len(shown) or _count(part[1]) >= wanted]
            if not whole:
                break
            top, shown = whole[-1]
        spans = [(node, tree.ends[node]) for node, _ in parts] or [(top, tree.ends[top])]
        inside = frozenset(node for start, end in spans for node in range(start, end))
        return cls(tree, spans, spans[0][0], spans[-1][1], inside)

    def beside(self, reach: int = BESIDE) -> Iterator[int]:
        """So many nodes right before and right behind the comments."""
        yield from range(max(0, self.first - reach), self.first)
        yield from range(self.end, min(len(self.tree), self.end + reach))

    def lines_beside(self, longest: int, *, of_comments: bool = True) -> Iterator[str]:
        """The short lines among them, in one piece; those that speak of comments."""
        return (line for _, line in self.said_beside(longest, of_comments=of_comments))

    def said_beside(self, longest: int, *, of_comments: bool = True) -> Iterator[tuple[int, str]]:
        """The same lines, each with a node of it."""
        for node in self.beside():
            if not self.tree.texts[node]:
                continue
            for around in self.tree.above(node, 2):
                line = self.tree.line(around, longest)
                if line is not None and (not of_comments or speaks_of_comments(line)):
                    yield node, line

    def is_next(self, node: int) -> bool:
        """Whether a text is the first behind the comments."""
        return node >= self.end and not any(self.tree.texts[self.end : node])

    def is_near(self, node: int) -> bool:
        """Whether hardly a text stands between a node and the comments."""
        between = self.tree.texts[self.end : node] if node >= self.end else self.tree.texts[node : self.first]
        return len(between) <= NEAR and sum(map(bool, between)) <= FEW_TEXTS

    @cached_property
    def said(self) -> frozenset[str]:
        """What the comments and their controls say, text by text."""
        return frozenset(text for start, end in self.spans for text in self.tree.texts[start:end] if text)


_Shown = list[tuple[int, int]]
"""Texts of a page, each with the number of the comment that it begins; in document order."""


def _shown(tree: Tree, lines: Sequence[str]) -> _Shown:
    """Where sorted lines begin in a page; texts that may begin several take them in turn."""
    starts = {line[:KNOWN_BY] for line in lines}
    taken: Counter[str] = Counter()
    shown: _Shown = []
    for node in tree.places.get("", ()):
        said = tree.texts[node]
        if said[:KNOWN_BY] not in starts:
            continue
        first = bisect_left(lines, said)
        several = bisect_right(lines, said, first, key=lambda line: line[: len(said)]) - first
        if several:
            shown.append((node, first + taken[said] % several))
            taken[said] += 1
    return shown


def _count(shown: _Shown) -> int:
    return len({number for _, number in shown})


def _parts(tree: Tree, top: int, shown: _Shown) -> Iterator[tuple[int, _Shown]]:
    """What in an element shows some of them."""
    place = 0
    for node in tree.children(top):
        end = bisect_left(shown, (tree.ends[node], 0), place)
        if end > place:
            yield node, shown[place:end]
        place = end
