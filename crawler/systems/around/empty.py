"""What a page says that shows no comments because it has none: ``0 comments``, ``Be the first to comment``."""

from __future__ import annotations

from typing import Final

from crawler.extract.document import Document
from crawler.systems.around.counts import counted_elsewhere
from crawler.systems.around.place import BESIDE
from crawler.systems.around.states import ABOVE, LONGEST_NOTE, says_none
from crawler.systems.around.tree import Tree, is_unshown, leads_nowhere, nodes_of
from crawler.systems.around.unshown import unshown


def says_empty(document: Document) -> str | None:
    """The line next to a form for comments by which a page that shows none says that it has none; else None.

    A count in the page's data, and what would bring comments, are believed before the words: a script may fill both.
    """
    tree = nodes_of(document)
    forms = [node for node in tree.places.get("textarea", ()) if not _is_unshown(tree, node)]
    said = next((line for form in forms for line in _lines_beside(tree, form) if says_none(line)), None)
    is_doubtful = said is not None and (unshown(document) is not None or counted_elsewhere(document, 1) is not None)
    return None if is_doubtful else said


def part_says_empty(part: Document) -> bool:
    """Whether what a page asks for to show its comments says no more than that there are none.

    As in a page, a count in its data and what would bring comments are believed before the words.
    """
    tree = nodes_of(part)
    shown = (node for node in tree.places.get("", ()) if not _is_unshown(tree, node))
    lines = (tree.line(tree.ups[node], LONGEST_NOTE) or tree.texts[node] for node in shown)
    if tree.chars[-1] > LONGEST_PART or not any(map(says_none, lines)):
        return False
    return unshown(part) is None and counted_elsewhere(part, 1) is None


LONGEST_PART: Final = 500
"""Characters of such a part, its form included."""


def _lines_beside(tree: Tree, form: int) -> list[str]:
    """The short lines around a form that are shown, each whole; without those of the stories that are linked there."""
    lines: dict[str, None] = {}
    for node in range(max(form - BESIDE, 0), min(form + BESIDE, len(tree))):
        if tree.texts[node] and not _is_unshown(tree, node) and not _is_beside_link(tree, node, form):
            whole = tree.line(tree.ups[node], LONGEST_NOTE)
            lines |= dict.fromkeys(filter(None, (tree.texts[node], whole)))
    return list(lines)


def _is_beside_link(tree: Tree, node: int, form: int) -> bool:
    """Whether a text stands with a link to another page in a part that does not hold the form."""
    part = node
    while tree.ups[part] >= 0 and not tree.is_in(form, tree.ups[part]):
        part = tree.ups[part]
    inside = range(part, tree.ends[part])
    return any(tree.tags[one] == "a" and not leads_nowhere(tree.attrs[one].get("href")) for one in inside)


def _is_unshown(tree: Tree, node: int) -> bool:
    return any(is_unshown(tree.attrs[up]) for up in (node, *tree.above(node, ABOVE)))
