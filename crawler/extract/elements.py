"""What elements a page has, and which selectors can fit any of them at all."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, KeysView
from functools import cached_property, lru_cache
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawler.extract.selectors import FEW, NAMES, RARE, Needs, Possible, needs_of

LONGEST_KEPT: Final = 200
"""Classes of longer values are not kept, characters: those of ``body`` differ from page to page."""

Attributes = dict[str, str | None]

Link = tuple[LexborNode, str, Attributes]
"""An element, its address as written, and all its attributes."""


class Elements:
    """The elements of a page, looked at only as far as somebody asks.

    Every way into the parser's tree makes a Python object: a page of 120 kB has a thousand elements, and to read all
    their attributes costs half of what parsing the page with lxml does.
    """

    def __init__(self, root: LexborNode, markup: bytes) -> None:
        """Nothing is looked at yet.

        :param markup: what the tree was made of
        """
        self._root = root
        self._markup = markup
        self._attributes: dict[str, list[tuple[LexborNode, Attributes]]] = {}
        self._written: dict[str, list[str]] = {}
        self._lower: dict[str, list[str]] = {}
        self._values: dict[str, str] = {}
        self._names_known = -1
        self._possible = Possible(frozenset())
        self._found: dict[str, list[LexborNode]] = {}

    @cached_property
    def _swept(self) -> tuple[dict[int, int], dict[int, list[LexborNode]], list[tuple[str, LexborNode]]]:
        """Place of each element by memory id, elements by the number of their tag, and those with an ``id``.

        Made in one sweep: a tree lies all over the memory, and to touch its elements is what costs.
        """
        positions: dict[int, int] = {}
        by_tag: defaultdict[int, list[LexborNode]] = defaultdict(list)
        named: list[tuple[str, LexborNode]] = []
        for node in self._root.traverse():
            kind = node.tag_id
            if kind == _COMMENT:
                continue
            positions[node.mem_id] = len(positions)
            if kind not in _MANY:
                by_tag[kind].append(node)
            if name := node.id:
                named.append((name, node))
        return positions, dict(by_tag), named

    @property
    def count(self) -> int:
        """How many elements there are."""
        return len(self.positions)

    @property
    def positions(self) -> dict[int, int]:
        """Place of each element among all in document order, by memory id."""
        return self._swept[0]

    @property
    def _by_tag(self) -> dict[int, list[LexborNode]]:
        """Elements by the number of their tag, without those of :data:`_MANY`."""
        return self._swept[1]

    @property
    def named(self) -> list[tuple[str, LexborNode]]:
        """All elements with an ``id``, in document order, with it."""
        return self._swept[2]

    def of_tag(self, tag: str) -> list[LexborNode]:
        """All elements with a tag, in document order.

        :param tag: in lower case
        """
        number = tag_id(tag)
        if number in _MANY:
            return self._root.css(tag)
        if number <= _LAST_TAG_ID:
            return self._by_tag.get(number, [])
        return [node for key, nodes in self._by_tag.items() if key > _LAST_TAG_ID for node in nodes if node.tag == tag]

    def attributes_of(self, tag: str) -> list[tuple[LexborNode, Attributes]]:
        """Each element with a tag, with its attributes, in document order."""
        if tag not in self._attributes:
            self._attributes[tag] = [(node, node.attributes) for node in self.of_tag(tag)]
        return self._attributes[tag]

    def having(self, part: str) -> list[LexborNode]:
        """Elements in whose ``class`` or ``id`` a text stands, given in lower case; in document order."""
        found = {node.mem_id: node for name, node in self.named if part in name.lower()}
        if part in self.classes:
            nodes = (node for value in self.by_class if part in value.lower() for node in self.by_class[value])
            found |= {node.mem_id: node for node in nodes}
        return [found[key] for key in sorted(found, key=self.positions.__getitem__)]

    @cached_property
    def links(self) -> list[Link]:
        """Each ``a`` and ``area`` with an address (HTML 4.6), in document order."""
        anchors = self.attributes_of("a")
        found = [(node, href, attributes) for node, attributes in anchors if (href := attributes.get("href"))]
        if areas := self.of_tag("area"):
            found += [(node, href, own) for node in areas if (href := (own := node.attributes).get("href"))]
            found.sort(key=lambda link: self.positions[link[0].mem_id])
        return found

    @cached_property
    def relations(self) -> list[Link]:
        """Each ``link`` with an address, in document order."""
        links = self.attributes_of("link")
        return [(node, href, attributes) for node, attributes in links if (href := attributes.get("href"))]

    @cached_property
    def by_class(self) -> dict[str, list[LexborNode]]:
        """Elements by the value of ``class``: a page has few, however many elements it has."""
        found: defaultdict[str, list[LexborNode]] = defaultdict(list)
        for node in self._root.css("[class]"):
            found[node.attrs.get("class") or ""].append(node)
        return dict(found)

    @cached_property
    def class_of(self) -> dict[int, str]:
        """Values of ``class`` by memory id."""
        return {node.mem_id: value for value, nodes in self.by_class.items() for node in nodes}

    @cached_property
    def classes(self) -> str:
        """All values of ``class`` in a row, lower case: pages without a doctype match whatever their case."""
        return "\n".join(self.by_class).lower()

    @cached_property
    def _by_word(self) -> dict[str, list[str]]:
        """Values of ``class`` by each class in them, lower case."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for value in self.by_class:
            for word in _words_of(value) if len(value) <= LONGEST_KEPT else set(value.lower().split()):
                found[word].append(value)
        return dict(found)

    @property
    def words(self) -> KeysView[str]:
        """All classes, lower case."""
        return self._by_word.keys()

    @cached_property
    def _by_id(self) -> dict[str, list[LexborNode]]:
        """The same by the ``id`` in lower case: pages without a doctype match whatever their case."""
        found: defaultdict[str, list[LexborNode]] = defaultdict(list)
        for name, node in self.named:
            found[name.lower()].append(node)
        return dict(found)

    @cached_property
    def _ids_in_a_row(self) -> str:
        return "\n".join(self._by_id)

    @cached_property
    def data_names(self) -> frozenset[str]:
        """All that may be the name of a ``data-`` attribute, lower case: scripts and texts may add some."""
        return frozenset(name.decode() for name in _DATA_NAME.findall(self._markup.lower()))

    @cached_property
    def own_tags(self) -> frozenset[str]:
        """Tags that the parser does not know, lower case."""
        return frozenset((nodes[0].tag or "").lower() for key, nodes in self._by_tag.items() if key > _LAST_TAG_ID)

    def written_of(self, tag: str) -> list[str]:
        """Names and values of the attributes of each element with a tag, which should be one that a page has few of."""
        if tag not in self._written:
            pairs = [attributes.items() for _, attributes in self.attributes_of(tag)]
            self._written[tag] = ["\n".join([text for pair in own for text in pair if text]) for own in pairs]
        return self._written[tag]

    def _values_of(self, tag: str) -> str:
        """All that stands in the attributes of the elements with a tag, lower case."""
        if tag not in self._values:
            self._values[tag] = "\n".join(self.written_of(tag)).lower()
        return self._values[tag]

    def _with(self, tag: str, values: tuple[str, ...]) -> list[LexborNode]:
        """Elements with a tag that have some texts in their attributes, whatever their case."""
        if tag not in self._lower:
            self._lower[tag] = list(map(str.lower, self.written_of(tag)))
        rows = zip(self.of_tag(tag), self._lower[tag], strict=True)
        return [node for node, written in rows if all(map(written.__contains__, values))]

    @cached_property
    def with_rare(self) -> dict[str, list[LexborNode]]:
        """Elements by each attribute of :data:`RARE` that they have, in document order."""
        found: defaultdict[str, dict[int, LexborNode]] = defaultdict(dict)
        for node in self._root.css(_WITH_RARE):
            for attribute in node.attributes.keys() & RARE:
                found[attribute][node.mem_id] = node
        return {attribute: list(nodes.values()) for attribute, nodes in found.items()}

    def fitting(self, selectors: tuple[str, ...]) -> list[str]:
        """Those selectors of several lists that the page may have an element for."""
        # Names that were learnt meanwhile may be this page's, and not those of one that had the same until then.
        possible = self._possible.get(selectors) if self._names_known == NAMES.size else None
        if possible is None:
            possible = self._first_asked(selectors)
        return [needs.selector for needs in possible if not needs.has_more or self._may_fit(needs)]

    def _first_asked(self, selectors: tuple[str, ...]) -> tuple[Needs, ...]:
        """Those that its names allow, of lists that no page with these names was asked about."""
        NAMES.learn(selectors)
        if self._names_known != NAMES.size:
            self._names_known, self._possible = NAMES.size, NAMES.possible(self._relevant_names())
        return self._possible[selectors]

    def _relevant_names(self) -> Iterator[str]:
        """Those of the page's names that any selector speaks of."""
        tags = {*_MANY.values(), *(nodes[0].tag or "" for nodes in self._by_tag.values())}
        kinds = ((NAMES.tags, {*tags, *map(str.lower, tags)}), (NAMES.words, self.words), (NAMES.data, self.data_names))
        for known, own in (*kinds, (NAMES.ids, self._by_id.keys())):
            yield from map(known.__getitem__, known.keys() & own)

    def _may_fit(self, needs: Needs) -> bool:
        """What an element for a selector needs besides names."""
        if needs.values and not all(map(self._values_of(needs.few).__contains__, needs.values)):
            return False
        if needs.in_class and not all(map(self.classes.__contains__, needs.in_class)):
            return False
        if needs.in_id and not all(map(self._ids_in_a_row.__contains__, needs.in_id)):
            return False
        return not needs.attributes or all(map(self.with_rare.__contains__, needs.attributes))

    def find(self, selectors: str) -> list[LexborNode]:
        """Elements that fit any of a list of selectors, in document order, each once."""
        if selectors not in self._found:
            fitting = self.fitting((selectors,))
            self._found[selectors] = self._find(fitting) if fitting else []
        return self._found[selectors]

    def first(self, selectors: str) -> LexborNode | None:
        """The first of them, or None."""
        found = self._found.get(selectors)
        if found is None:
            fitting = self.fitting((selectors,))
            if len(fitting) == 1 and self._candidates(needs_of(fitting[0])) is None:
                return self._root.css_first(fitting[0])
            found = self._found[selectors] = self._find(fitting) if fitting else []
        return found[0] if found else None

    def _find(self, selectors: list[str]) -> list[LexborNode]:
        found: list[LexborNode] = []
        others: list[str] = []
        for selector in selectors:
            needs = needs_of(selector)
            candidates = self._candidates(needs)
            if candidates is None:
                others.append(selector)
            elif needs.is_tag:
                found += candidates
            else:
                found += [node for node in candidates if _is_fit(node, selector)]
        if others:
            searched = ",".join(others)
            if len(others) == len(selectors) or searched not in self._found:
                self._found[searched] = self._root.css(searched)
            found += self._found[searched]
        if len(selectors) > 1 and len(found) > 1:
            # lexbor names an element again for every selector of a list that it fits
            found = list({node.mem_id: node for node in found}.values())
            if len(others) < len(selectors):
                found.sort(key=lambda node: self.positions[node.mem_id])
        return found

    def _candidates(self, needs: Needs) -> list[LexborNode] | None:
        """Few elements that may fit a selector, where an index tells all of them; None where the page is searched."""
        found: list[LexborNode] | None = None
        if needs.is_tag:
            return self.of_tag(needs.tag)
        if needs.is_compound:
            if needs.ids:
                found = self._by_id.get(min(needs.ids), [])
            elif needs.tag in FEW:
                found = self._with(needs.tag, needs.values)
            elif needs.tag and tag_id(needs.tag) not in _MANY and len(self.of_tag(needs.tag)) <= _MAX_CANDIDATES:
                found = self.of_tag(needs.tag)
            elif needs.attributes:
                found = self.with_rare.get(needs.attributes[0], [])
            elif needs.word:
                values = self._by_word.get(needs.word, [])
                found = [node for value in values for node in self.by_class[value]]
                if 1 < len(values) <= len(found) <= _MAX_CANDIDATES:
                    found.sort(key=lambda node: self.positions[node.mem_id])
        return found if found is not None and len(found) <= _MAX_CANDIDATES else None


@lru_cache(maxsize=4_096)
def _words_of(value: str) -> frozenset[str]:
    """The classes in a value of ``class``, lower case."""
    return frozenset(value.lower().split())


def _is_fit(node: LexborNode, selector: str) -> bool:
    """Whether an element itself fits a selector: the search begins with it and ends with the first that fits."""
    first = node.css_first(selector)
    return first is not None and first.mem_id == node.mem_id


_WITH_RARE: Final = ", ".join(f"[{attribute}]" for attribute in sorted(RARE))
_DATA_NAME: Final = re.compile(rb"data-[a-z0-9_.:-]+")
_PARSER: Final = LexborHTMLParser("")
_LAST_TAG_ID: Final = _PARSER.create_node("xmp").tag_id
"""The parser numbers the tags that it knows in the order of their names; all others have numbers far above."""
_MAX_CANDIDATES: Final = 8
"""To look at more elements one by one costs more than to search the page."""


@lru_cache(maxsize=512)
def tag_id(tag: str) -> int:
    """The number by which the parser knows a tag: half the price of its name."""
    return _PARSER.create_node(tag).tag_id


_COMMENT: Final = 4
"""`LXB_TAG__EM_COMMENT` (lexbor/tag/const.h)."""
_MANY: Final = {tag_id(tag): tag for tag in ("br", "div", "img", "li", "p", "path", "span", "ul")}
"""Tags of which pages have many elements: they are searched where they are asked for."""
