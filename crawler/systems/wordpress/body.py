"""The text of one comment's element: a content slot, else all of the element but its head, its time and its links."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from html import escape
from typing import Final

from selectolax.lexbor import LexborNode

from crawler.extract.text import inner_html, line_of, text_of
from crawler.systems.wordpress.items import Item, Part, Parts, parts_of
from crawler.systems.wordpress.roles import NO_RANK

HEAD_TAGS: Final = frozenset({"header", "footer", "aside", "time", "button", "select", "cite"})

SMALL_WORDS: Final = frozenset(
    {"on", "at", "wrote", "said", "says", "by", "comment", "the", "um", "am", "von", "le", "à", "el"}
)
"""Words that join the parts of a head ("NAME wrote on DATE")."""

LONGEST_JOINT: Final = 60
"""Characters: longer text beside a name is not a joint but the comment."""


def is_joint(line: str) -> bool:
    """Whether a line says nothing but what joins the parts of a head."""
    return all(word in SMALL_WORDS for word in re.findall(r"\w+", line.casefold()))


def without_joint(name: str) -> str:
    """A name without the word that joins it to the time behind it: ``NAME on``."""
    before, _, last = name.rpartition(" ")
    return before if before and is_joint(last) else name


def slot_of(own: list[Part], head: Iterable[int | None]) -> int | None:
    """The place of the part that by its class holds the text, and nothing of the head."""
    best, rank = None, NO_RANK
    above: set[int] | None = None
    for place, part in enumerate(own):
        if part.roles.slot_rank < rank and part.tag != "a":
            above = _places_above(own, head) if above is None else above
            if place not in above:
                best, rank = place, part.roles.slot_rank
    return best


def body_slot(own: list[Part], head: Iterable[int | None]) -> int | None:
    """The same by a class that core gives to the whole comment."""
    bodies = [place for place, part in enumerate(own) if part.roles.is_body and part.tag != "a"]
    above = _places_above(own, head) if bodies else set()
    return next((place for place in bodies if place not in above), None)


def _places_above(own: list[Part], head: Iterable[int | None]) -> set[int]:
    above: set[int] = set()
    for place in head:
        step = -1 if place is None else place
        while step >= 0 and step not in above:
            above.add(step)
            step = own[step].above
    return above


def read_body(item: Item, parts: Parts, slot: int | None, head: list[int]) -> tuple[str, str | None]:
    """Text and markup: of the slot, else of everything that is neither head nor link nor answer."""
    own = parts.found
    if slot is not None and parts.is_whole(slot):
        node = own[slot].node
        if not any(part.roles.is_trimmed for part in own[slot + 1 : own[slot].end]):
            return text_of(node), inner_html(node).strip()
    skipped = {part.node.mem_id for part in own if part.roles.is_trimmed}
    skipped.update(parts.cuts)

    def skip(node: LexborNode) -> bool:
        return node.mem_id in skipped

    if slot is not None:
        return text_of(own[slot].node, skip=skip), markup_of(own[slot].node, skip)
    skipped |= {part.node.mem_id for part in own if is_beside(part)}
    for place in head:
        _skip_head(own[place].node, item.node, skipped, skip)
    container = container_of(parts_of(item.node)[-1], skip)
    joints = _joints(container, head, own)
    skipped |= joints
    return text_of(container, skip=skip, without=joints), markup_of(container, skip)


def _joints(container: LexborNode, head: list[int], own: list[Part]) -> set[int]:
    """Short texts between the name and the time, by memory id: ``NAME Says``, before the time on the next line."""
    ends = [_step_in(container, own[place].node) for place in head]
    if len(ends) < 2 or ends[0] is None or ends[1] is None:
        return set()
    joints: set[int] = set()
    step = ends[0].next
    while step is not None and step.mem_id != ends[1].mem_id:
        if step.is_text_node and len((step.text_content or "").strip()) <= LONGEST_JOINT:
            joints.add(step.mem_id)
        elif not _is_blank(step):
            return set()
        step = step.next
    return joints if step is not None else set()


def _step_in(container: LexborNode, node: LexborNode) -> LexborNode | None:
    """The child of an element in which a node stands, None where it stands elsewhere."""
    step: LexborNode | None = node
    while step is not None and (step.parent is None or step.parent.mem_id != container.mem_id):
        step = step.parent
    return step


def is_beside(part: Part) -> bool:
    """Whether a part stands beside the text, by its tag or its classes."""
    return part.roles.is_trimmed or part.roles.is_head or part.tag in HEAD_TAGS


def _skip_head(part: LexborNode, root: LexborNode, skipped: set[int], skip: Callable[[LexborNode], bool]) -> None:
    """Skip a name or a time with the line it stands in, as long as that line says nothing else."""
    skipped.add(part.mem_id)
    around = part.parent
    while around is not None and around.mem_id != root.mem_id:
        if any(child.tag == "p" and not skip(child) for child in around.iter(include_text=False)):
            return
        rest = line_of(around, skip=skip)
        if len(rest) > LONGEST_JOINT or not is_joint(rest):
            return
        skipped.add(around.mem_id)
        part, around = around, around.parent


def container_of(root: LexborNode, skip: Callable[[LexborNode], bool]) -> LexborNode:
    """The innermost element that still holds all of the loose text."""
    container = root
    while True:
        children = container.iter(include_text=True)
        kept = [node for node in children if not _is_blank(node) and not _is_pruned(node, skip)]
        if len(kept) != 1 or kept[0].tag not in ("div", "article", "section", "dd", "td"):
            return container
        container = kept[0]


def _is_blank(node: LexborNode) -> bool:
    return node.tag in ("-comment", "br", "hr") or (node.tag == "-text" and not (node.text_content or "").strip())


def _is_pruned(node: LexborNode, skip: Callable[[LexborNode], bool]) -> bool:
    return bool(node.is_element_node or node.is_text_node) and skip(node)


def markup_of(container: LexborNode, skip: Callable[[LexborNode], bool]) -> str | None:
    """The markup of what is kept; children that hold another comment are rare and not worth their markup."""
    children = list(container.iter(include_text=True))
    if not any(_is_pruned(node, skip) for node in children):
        return inner_html(container).strip()
    kept = [
        escape(node.text_content or "", quote=False) if node.tag == "-text" else node.html or ""
        for node in children
        if node.tag != "-comment" and not _is_pruned(node, skip)
    ]
    return "".join(kept).strip()
