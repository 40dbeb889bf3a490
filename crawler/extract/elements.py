"""A page's elements, read off the tree in one sweep, and what they say about which selectors can fit at all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain
from typing import Final

from selectolax.lexbor import LexborNode

Attributes = dict[str, str | None]

LINKING: Final = frozenset({"a", "area", "link"})
"""Elements whose ``href`` is a link (HTML 4.6)."""


class Elements:
    """All elements of a page in document order, each with its tag and its attributes.

    Every way into the parser's tree makes a Python object; one sweep costs less than a dozen searches.
    """

    def __init__(self, root: LexborNode, *, is_strict: bool = False) -> None:
        """Sweep.

        :param is_strict: whether the page is surely not in quirks mode, where case makes no difference to classes
        """
        self._is_strict = is_strict
        self.nodes: list[LexborNode] = root.css("*")
        self.tags: list[str] = [node.tag or "" for node in self.nodes]
        self.attributes: list[Attributes] = [node.attributes for node in self.nodes]

    @cached_property
    def positions(self) -> dict[int, int]:
        """Place of each element among all, by memory id."""
        return {node.mem_id: place for place, node in enumerate(self.nodes)}

    @cached_property
    def _by_tag(self) -> dict[str, list[int]]:
        places: dict[str, list[int]] = {}
        for place, tag in enumerate(self.tags):
            places.setdefault(tag, []).append(place)
        return places

    @cached_property
    def _by_class(self) -> dict[str, list[int]]:
        """Places of elements by the value of ``class``: a page has few, however many elements it has."""
        places: dict[str, list[int]] = {}
        for place, attributes in enumerate(self.attributes):
            if classes := attributes.get("class"):
                places.setdefault(classes, []).append(place)
        return places

    @cached_property
    def _by_word(self) -> dict[str, list[str]]:
        """Values of ``class`` by the words in them."""
        values: dict[str, list[str]] = {}
        for value in self._by_class:
            for word in set(value.split()):
                values.setdefault(word, []).append(value)
        return values

    @cached_property
    def _by_id(self) -> dict[str, list[int]]:
        places: dict[str, list[int]] = {}
        for place, attributes in enumerate(self.attributes):
            if name := attributes.get("id"):
                places.setdefault(name, []).append(place)
        return places

    def plain(self, selectors: list[str]) -> list[LexborNode] | None:
        """The elements for selectors that are no more than a tag, a class or an id; None where one is more."""
        places: set[int] = set()
        for selector in selectors:
            found = _PLAIN.fullmatch(selector) if self._is_strict else None
            if found is None:
                return None
            tag, word, name = found.groups()
            if word:
                mine = [at for value in self._by_word.get(word, ()) for at in self._by_class[value]]
            else:
                mine = self._by_id.get(name, []) if name else self._by_tag.get(tag, [])
            places.update([at for at in mine if self.tags[at] == tag] if tag else mine)
        return [self.nodes[place] for place in sorted(places)]

    @cached_property
    def links(self) -> list[tuple[LexborNode, str, str, Attributes]]:
        """Each ``a``, ``area`` and ``link`` with an address: the element, its tag, the address as written, the rest."""
        return [
            (node, tag, href, attributes)
            for node, tag, attributes in zip(self.nodes, self.tags, self.attributes, strict=True)
            if tag in LINKING and (href := attributes.get("href"))
        ]

    @cached_property
    def classes(self) -> str:
        """All different values of ``class`` in a row, lower case: pages without a doctype match whatever their case."""
        return " ".join(self._by_class).lower()

    @cached_property
    def names(self) -> tuple[frozenset[str], frozenset[str], frozenset[str], frozenset[str]]:
        """Tags, classes, ids and attributes that occur on the page, in lower case."""
        return (
            frozenset(map(str.lower, set(self.tags))),
            frozenset(map(str.lower, self._by_word)),
            frozenset(map(str.lower, self._by_id)),
            frozenset(map(str.lower, set(chain.from_iterable(self.attributes)))),
        )

    def fitting(self, selectors: tuple[str, ...]) -> list[str]:
        """Those selectors of several lists that the page may have an element for.

        A search costs 10 to 40 us for each selector on a page of 120 kB, and most pages have nothing of what a table
        of selectors knows.
        """
        tags, classes, ids, attributes = self.names
        return [
            needs.selector
            for needs in _table(selectors)
            if needs.classes <= classes
            and needs.tags <= tags
            and needs.attributes <= attributes
            and needs.ids <= ids
            and (not needs.parts or all(part in self.classes for part in needs.parts))
        ]


@dataclass(frozen=True, slots=True)
class _Needs:
    """What a page has that has an element for a selector; conditions (``:not()``) ask for nothing."""

    selector: str
    tags: frozenset[str]
    classes: frozenset[str]
    ids: frozenset[str]
    attributes: frozenset[str]
    parts: tuple[str, ...]
    """Parts of its classes."""


_PLAIN: Final = re.compile(r"([a-z][a-z0-9]*)?(?:(?<!^)|(?=[.#]))(?:\.([\w-]+)|#([\w-]+))?")
"""A tag, a class, an id, or a tag with one of them."""
_ONE: Final = re.compile(r"""(?:[^,\[(]|\[(?:"[^"]*"|'[^']*'|[^\]"'])*\]|\((?:[^()]|\([^()]*\))*\))+""")
"""One selector of a list; commas in brackets part nothing."""
_CONDITION: Final = re.compile(r"(?<!\\):[\w-]+(?:\((?:[^()]|\([^()]*\))*\))?")
_PART_OF_CLASS: Final = re.compile(r"""\[class[*^$]=["']?([\w-]+)""")
_WORD: Final = re.compile(r"(\[[\w-]+)[^\]]*\]|([.#]?(?:[\w-]|\\.)+)")


@lru_cache(maxsize=2_048)
def _table(selectors: tuple[str, ...]) -> tuple[_Needs, ...]:
    """What each selector of several lists needs."""
    table: list[_Needs] = []
    for found in chain.from_iterable(map(_ONE.findall, selectors)):
        if selector := found.strip():
            plain = _CONDITION.sub(" ", selector)
            named = ((attribute or name).replace("\\", "").lower() for attribute, name in _WORD.findall(plain))
            by_kind: dict[str, set[str]] = {".": set(), "#": set(), "[": set(), "": set()}
            for name in named:
                kind = name[0] if name[0] in ".#[" else ""
                by_kind[kind].add(name.removeprefix(kind))
            parts = tuple(part.lower() for part in _PART_OF_CLASS.findall(plain))
            table.append(
                _Needs(
                    selector=selector,
                    tags=frozenset(by_kind[""]),
                    classes=frozenset(by_kind["."]),
                    ids=frozenset(by_kind["#"]),
                    attributes=frozenset(by_kind["["]),
                    parts=parts,
                )
            )
    return tuple(table)
