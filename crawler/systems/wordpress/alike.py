"""Fields of comments whose classes do not tell them: a theme's comments are alike, each field stands at one place.

Themes print comments through a function of their own, with names of their own in any language. What holds is
WordPress' ids, so it is known which elements are the comments; laid over each other, as the generic system does with
the comments of unknown systems, they tell where name, time and text stand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from selectolax.lexbor import LexborNode

from crawler.extract.dates import ANY_TIME
from crawler.extract.document import Document
from crawler.extract.text import inner_html
from crawler.systems.around.tree import Tree
from crawler.systems.generic.body import read_bodies
from crawler.systems.generic.records import Group
from crawler.systems.generic.slots import Name, read_slots
from crawler.systems.generic.template import Template
from crawler.systems.generic.turns import page_tree


@dataclass(frozen=True, slots=True)
class Told:
    """What the place of each field in all comments says about one of them."""

    author_name: str | None
    author_href: str | None
    time_raw: str | None
    text: str
    text_html: str | None


def read_alike(
    roots: Sequence[LexborNode], others: Sequence[LexborNode], document: Document, language: str | None
) -> list[Told | None]:
    """The fields of each comment by its element; None of one that is not shown.

    :param roots: the comments' elements
    :param others: elements of other comments that may stand in them, as pingbacks
    """
    tree = page_tree(document)
    wanted = {root.mem_id for root in (*roots, *others)}
    nodes = {node.mem_id: place for place, node in enumerate(tree.nodes) if tree.tags[place] and node.mem_id in wanted}
    heads = sorted(nodes[root.mem_id] for root in roots if root.mem_id in nodes)
    if not heads:
        return [None] * len(roots)
    without = [(nodes[root.mem_id], tree.ends[nodes[root.mem_id]]) for root in others if root.mem_id in nodes]
    group = Group("WordPress", heads, [(head, tree.ends[head]) for head in heads])
    template = Template(tree, group, without=without)
    slots = read_slots(template, observed_at=ANY_TIME, language=language)
    bodies = read_bodies(template, slots, None)
    told: dict[int, Told] = {}
    for number, head in enumerate(heads):
        name, stamp, element = slots.names[number], slots.stamps[number], bodies.elements[number]
        told[head] = Told(
            author_name=name.text if name is not None else None,
            author_href=_href_around(tree, name, head),
            time_raw=stamp.published.raw if stamp is not None else None,
            text=bodies.texts[number],
            text_html=inner_html(tree.nodes[element]).strip() if element is not None else None,
        )
    return [told.get(nodes.get(root.mem_id, -1)) for root in roots]


def _href_around(tree: Tree, name: Name | None, head: int) -> str | None:
    """Where the link leads that a name stands in."""
    node = name.node if name is not None else -1
    while node > head:
        if tree.tags[node] == "a":
            return tree.attrs[node].get("href")
        node = tree.ups[node]
    return None
