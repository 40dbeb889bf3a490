"""Where the comments of a thread stand in a page, whoever has read them: what stands next to them speaks of them."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from crawler.extract.document import Document
from crawler.systems.generic.thread import Found
from crawler.systems.generic.tree import Tree
from crawler.systems.generic.turns import page_tree

MOST: Final = 0.8
"""Share of the comments that must be found again in the page."""

KNOWN_BY: Final = 12
"""Characters of a text by which it is looked for."""

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
    def of(cls, thread: Found) -> Place:
        """The place of a thread that the generic system found."""
        template, group = thread.template, thread.group
        inside = template.place if thread.below is None else template.place | thread.below.template.place
        first, end = template.records[0].start, max(end for _, end in group.spans)
        return cls(template.tree, group.spans, first, end, inside)

    @classmethod
    def of_texts(cls, document: Document, texts: Iterable[str]) -> Place | None:
        """The innermost element's parts that show comments with these texts; None where the page hardly shows them."""
        tree = page_tree(document)
        lines = [" ".join(text.strip().partition("\n")[0].split()) for text in texts]
        by_start: dict[str, list[int]] = {}
        for number, line in enumerate(lines):
            if len(line) >= KNOWN_BY:
                by_start.setdefault(line[:KNOWN_BY], []).append(number)
        around: dict[int, set[int]] = {}
        for node in tree.places.get("", ()):
            said = tree.texts[node]
            shown = {number for number in by_start.get(said[:KNOWN_BY], ()) if lines[number].startswith(said)}
            while shown and node >= 0 and not shown <= around.setdefault(node, set()):
                around[node] |= shown
                node = tree.ups[node]  # noqa: PLW2901 - on to what is around it
        wanted = MOST * sum(map(len, by_start.values()))
        whole = [node for node, shown in around.items() if len(shown) >= wanted > 0]
        if not whole:
            return None
        top = max(whole)  # the innermost: nodes are numbered from outside
        spans = [(node, tree.ends[node]) for node in tree.children(top) if node in around] or [(top, tree.ends[top])]
        inside = frozenset(node for start, end in spans for node in range(start, end))
        return cls(tree, spans, spans[0][0], spans[-1][1], inside)

    def beside(self, reach: int) -> Iterator[int]:
        """So many nodes right before and right behind the comments."""
        yield from range(max(0, self.first - reach), self.first)
        yield from range(self.end, min(len(self.tree), self.end + reach))

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
