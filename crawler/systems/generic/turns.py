"""Shapes that take turns: rows of one make whose class alternates, or is another one for some authors."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache
from itertools import combinations, compress
from typing import Final

from crawler.extract.document import Document
from crawler.systems.around.tree import Tree, flatten
from crawler.systems.around.words import AUTHOR, BODY, CAMEL, COMMENT, TALK, TIME, TURNS, roles_of

MAX_UP: Final = 5
"""Elements around a time that may take turns."""

LOOKED: Final = 8
"""Shapes of one make that are compared; children of an element among which its place is counted."""

DEEP: Final = 3
"""Levels below elements that take turns on which their parts are paired."""

LOOSE: Final = AUTHOR | TIME | BODY | TALK
"""Roles that one of two shapes may have and the other not: the comments of the page's author."""

_WORDS = re.compile(r"[^\W\d_]+")
_ENDS = re.compile(r"(?<=[a-z]{2})(?:odd|even|alt)(?=\s|$)")


def page_tree(document: Document) -> Tree:
    """A page as lists, made once."""
    return document.derived(_flattened)


def _flattened(document: Document) -> Tree:
    tree = flatten(document)
    join_turns(tree)
    return tree


def join_turns(tree: Tree) -> None:
    """Give all shapes that take turns the name of the first.

    Siblings of one tag whose first time stands at the same place are of one make. Their shapes take turns where one
    comes again behind the other, or where nothing but a word of :data:`words.TURNS` tells them apart, or where both are
    named as comments. So do those of their parts.
    """
    same: dict[str, str] = {}
    for kinds in _makes(tree).values():
        if 1 < len(kinds) <= LOOKED:
            for one, two in combinations(kinds, 2):
                if _take_turns(tree, kinds[one], kinds[two]):
                    _join(tree, kinds[one][0], kinds[two][0], same, DEEP)
                    _join_bare(tree, kinds[one][0], kinds[two][0], same)
    if same:
        shapes = tree.shapes
        tree.shapes = [_first(same, shape) if shape in same else shape for shape in shapes]


Kinds = dict[str, tuple[int, int]]
"""The first and the last element of each shape."""


def _makes(tree: Tree) -> dict[tuple[int, str], Kinds]:
    """The elements around times, by their parent and the path that leads from them to the first time in them."""
    tags, ups, shapes = tree.tags, tree.ups, tree.shapes
    makes: dict[tuple[int, str], Kinds] = defaultdict(dict)
    taken: set[int] = set()
    for node in compress(range(len(tags)), tree.timed):
        element = node if tags[node] else ups[node]
        path = ""
        for _ in range(MAX_UP):
            up = ups[element]
            if up < 0 or element in taken:
                break
            taken.add(element)
            tag, shape = tags[element], shapes[element]
            path = f"{tag}>{path}"
            if shape != tag or "class" in tree.attrs[element]:
                shape = shape if shape != tag else tree.attrs[element]["class"] or ""
                kinds = makes[up, path]
                kinds[shape] = kinds[shape][0] if shape in kinds else element, element
            path = f"{_place(tree, element)}{path}"
            element = up
    return makes


def _place(tree: Tree, element: int) -> int:
    """How many siblings of its tag stand before an element, as far as that is looked at."""
    before = 0
    for step, node in enumerate(tree.children(tree.ups[element])):
        if node == element or step == LOOKED:
            break
        before += tree.tags[node] == tree.tags[element]
    return before


def _take_turns(tree: Tree, one: tuple[int, int], two: tuple[int, int]) -> bool:
    mine, theirs = (tree.attrs[kind[0]].get("class") or "" for kind in (one, two))
    roles = roles_of(mine), roles_of(theirs)
    if (roles[0] ^ roles[1]) & ~LOOSE:
        return False
    return two[0] < one[1] or roles[0] & COMMENT > 0 or _stem(mine) == _stem(theirs)


@lru_cache(maxsize=4_096)
def _stem(classes: str) -> tuple[str, ...]:
    """The words of some classes without those by which rows of one make differ."""
    words = _WORDS.findall(CAMEL.sub(" ", _ENDS.sub("", classes)))
    return tuple(word for word in map(str.lower, words) if word not in TURNS)


def _join(tree: Tree, one: int, two: int, same: dict[str, str], deep: int) -> None:
    """Join the shapes of two elements, and those of their parts as far as these are of the same tags."""
    mine, theirs = tree.shapes[one], tree.shapes[two]
    if mine != theirs and mine != tree.tags[one] and theirs != tree.tags[two]:
        first, second = _first(same, mine), _first(same, theirs)
        if first != second:
            same[second] = first
    for inner, other in zip(tree.children(one), tree.children(two), strict=False) if deep else ():
        if tree.tags[inner] != tree.tags[other] or (tree.roles[inner] ^ tree.roles[other]) & ~LOOSE:
            break
        if tree.tags[inner]:
            _join(tree, inner, other, same, deep - 1)


def _join_bare(tree: Tree, one: int, two: int, same: dict[str, str]) -> None:
    """Give what has but words of :data:`words.TURNS` the shape of its like without a class: ``me`` that of a guest."""
    for node, other in ((one, two), (two, one)):
        shape, tag = tree.shapes[node], tree.tags[node]
        if shape != tag == tree.shapes[other] and shape not in same and not _stem(tree.attrs[node].get("class") or ""):
            same[shape] = tag


def _first(same: dict[str, str], shape: str) -> str:
    while shape in same:
        shape = same[shape]
    return shape
