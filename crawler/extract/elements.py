"""What elements a page has, and which selectors can fit any of them at all."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

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
        self._written: dict[str, list[str]] = {}
        self._lower: dict[str, list[str]] = {}
        self._rare: dict[str, bool] = {}
        self._tags: dict[str, bool] = {}
        self._found: dict[str, list[LexborNode]] = {}

    @cached_property
    def nodes(self) -> list[LexborNode]:
        """All elements in document order."""
        return self._root.css("*")

    @cached_property
    def positions(self) -> dict[int, int]:
        """Place of each element among all, by memory id."""
        return {node.mem_id: place for place, node in enumerate(self.nodes)}

    @cached_property
    def _by_tag(self) -> dict[int, list[LexborNode]]:
        """Elements by the number of their tag."""
        found: defaultdict[int, list[LexborNode]] = defaultdict(list)
        for node in self.nodes:
            found[node.tag_id].append(node)
        return dict(found)

    def of_tag(self, tag: str) -> list[LexborNode]:
        """All elements with a tag, in document order.

        :param tag: in lower case
        """
        number = tag_id(tag)
        if number <= _LAST_TAG_ID:
            return self._by_tag.get(number, [])
        return [node for key, nodes in self._by_tag.items() if key > _LAST_TAG_ID for node in nodes if node.tag == tag]

    @cached_property
    def links(self) -> list[Link]:
        """Each ``a`` and ``area`` with an address (HTML 4.6), in document order."""
        found = [(node, href, attributes) for node, attributes in self.anchors if (href := attributes.get("href"))]
        if areas := self.of_tag("area"):
            found += [(node, href, own) for node in areas if (href := (own := node.attributes).get("href"))]
            found.sort(key=lambda link: self.positions[link[0].mem_id])
        return found

    @cached_property
    def anchors(self) -> list[tuple[LexborNode, Attributes]]:
        """Each ``a`` with its attributes, in document order."""
        return [(node, node.attributes) for node in self.of_tag("a")]

    @cached_property
    def relations(self) -> list[Link]:
        """Each ``link`` with an address, in document order."""
        return [
            (node, href, attributes)
            for node in self.of_tag("link")
            if (href := (attributes := node.attributes).get("href"))
        ]

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
    def words(self) -> frozenset[str]:
        """All classes, lower case."""
        return frozenset(self.classes.split())

    @cached_property
    def named(self) -> list[tuple[str, LexborNode]]:
        """All elements with an ``id``, in document order, with it."""
        return [(name, node) for node in self.nodes if (name := node.id)]

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
        return frozenset(name.decode() for name in _DATA_NAME.findall(self._lowered))

    @cached_property
    def own_tags(self) -> frozenset[str]:
        """Tags that the parser does not know, lower case."""
        return frozenset((nodes[0].tag or "").lower() for key, nodes in self._by_tag.items() if key > _LAST_TAG_ID)

    def written_of(self, tag: str) -> list[str]:
        """Names and values of the attributes of each element with a tag, which should be one that a page has few of."""
        if tag not in self._written:
            pairs = [node.attributes.items() for node in self.of_tag(tag)]
            self._written[tag] = ["\n".join([text for pair in own for text in pair if text]) for own in pairs]
        return self._written[tag]

    def _with(self, tag: str, values: tuple[str, ...]) -> list[LexborNode]:
        """Elements with a tag that have some texts in their attributes, whatever their case."""
        if tag not in self._lower:
            self._lower[tag] = list(map(str.lower, self.written_of(tag)))
        rows = zip(self.of_tag(tag), self._lower[tag], strict=True)
        return [node for node, written in rows if all(map(written.__contains__, values))]

    def _may_have(self, attribute: str) -> bool:
        """Whether any element may have an attribute of those that few pages have; False is sure."""
        if attribute in _RARE and attribute not in self._rare:
            self._rare[attribute] = attribute.encode() in self._lowered
        return self._rare.get(attribute, True)

    @cached_property
    def _lowered(self) -> bytes:
        return self._markup.lower()

    def has_tag(self, tag: str) -> bool:
        """Whether there is an element with a tag, given in lower case."""
        known = self._tags.get(tag)
        if known is None:
            number = tag_id(tag)
            known = number in self._by_tag if number <= _LAST_TAG_ID else tag in self.own_tags
            self._tags[tag] = known
        return known

    def fitting(self, selectors: tuple[str, ...]) -> list[str]:
        """Those selectors of several lists that the page may have an element for.

        A search costs 10 to 40 us for each selector on a page of 120 kB, and most pages have nothing of what a table
        of selectors knows.
        """
        table = _table(selectors)
        words, ids = self.words, self._by_id
        if not (
            table.has_loose
            or not table.words.isdisjoint(words)
            or (table.ids and any(map(ids.__contains__, table.ids)))
            or (table.data and not table.data.isdisjoint(self.data_names))
            or (table.tags and any(map(self.has_tag, table.tags)))
        ):
            return []
        found: list[str] = []
        for needs in table.needs:
            # Written out: a page asks this of some hundred selectors.
            if needs.words and not needs.words <= words:
                continue
            if needs.ids and not all(map(ids.__contains__, needs.ids)):
                continue
            if needs.tags and not all(map(self.has_tag, needs.tags)):
                continue
            if needs.data and not needs.data <= self.data_names:
                continue
            if needs.more and not self._may_fit(needs):
                continue
            found.append(needs.selector)
        return found

    def _may_fit(self, needs: _Needs) -> bool:
        """The rest of what an element for a selector needs."""
        return (
            all(part in self.classes for part in needs.in_class)
            and all(map(self._may_have, needs.attributes))
            and all(part in self._ids_in_a_row for part in needs.in_id)
            and (not needs.values or bool(self._with(min(needs.few), needs.values)))
        )

    def find(self, selectors: str) -> list[LexborNode]:
        """Elements that fit any of a list of selectors, in document order, each once."""
        if selectors not in self._found:
            fitting = self.fitting((selectors,))
            self._found[selectors] = self._find(fitting) if fitting else []
        return self._found[selectors]

    def first(self, selectors: str) -> LexborNode | None:
        """The first of them, or None."""
        if selectors not in self._found:
            fitting = self.fitting((selectors,))
            if len(fitting) == 1 and self._candidates(fitting[0]) is None:
                return self._root.css_first(fitting[0])
        return next(iter(self.find(selectors)), None)

    def _find(self, selectors: list[str]) -> list[LexborNode]:
        found: list[LexborNode] = []
        others: list[str] = []
        for selector in selectors:
            candidates = self._candidates(selector)
            if candidates is None:
                others.append(selector)
            elif _needs(selector).is_tag:
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

    def _candidates(self, selector: str) -> list[LexborNode] | None:
        """Few elements that may fit a selector, where an index tells all of them; None where the page is searched."""
        needs = _needs(selector)
        found: list[LexborNode] | None = None
        if needs.is_compound:
            tag = next(iter(needs.tags), "")
            if needs.is_tag:
                return self.of_tag(tag)
            if needs.ids:
                found = self._by_id.get(min(needs.ids), [])
            elif tag in _FEW:
                found = self._with(tag, needs.values)
            elif tag and len(self.of_tag(tag)) <= _MAX_CANDIDATES:
                found = self.of_tag(tag)
            elif needs.words:
                found = self._of_classes(needs.words)
        return found if found is not None and len(found) <= _MAX_CANDIDATES else None

    def _of_classes(self, words: frozenset[str]) -> list[LexborNode]:
        """All elements that may have some classes, given in lower case."""
        word = max(words, key=len)
        values = [value for value in self.by_class if word in value.lower()]
        return [node for value in values for node in self.by_class[value]]


@dataclass(frozen=True, slots=True)
class _Needs:
    """What a page has that has an element for a selector; conditions (``:not()``) ask for nothing."""

    selector: str
    words: frozenset[str]
    """Classes."""
    ids: frozenset[str]
    data: frozenset[str]
    """Names of attributes that begin with ``data-``."""
    tags: frozenset[str]
    attributes: tuple[str, ...]
    """Names of others that few pages have."""
    in_class: tuple[str, ...]
    """Parts of values of ``class``."""
    in_id: tuple[str, ...]
    """Parts of values of ``id``."""
    few: frozenset[str]
    """A tag that a page has few of, if it names one, and no other of them."""
    values: tuple[str, ...]
    """What stands in the attributes of such an element."""
    more: bool
    """Whether it needs anything but words, ids, tags and ``data-`` attributes."""
    is_compound: bool
    """Whether it speaks of one element only, without conditions."""
    is_tag: bool
    """Whether it is a tag and no more."""


@dataclass(frozen=True, slots=True)
class _Table:
    """Lists of selectors, with what tells at once that none of them fits."""

    needs: tuple[_Needs, ...]
    words: frozenset[str]
    """One class of each selector that needs any."""
    ids: frozenset[str]
    """One id of each of the others that need any."""
    data: frozenset[str]
    """One ``data-`` attribute of each of the others that need any."""
    tags: frozenset[str]
    """One tag of each of the others that need any."""
    has_loose: bool
    """Whether there is a selector that needs none of these."""


_DATA_NAME: Final = re.compile(rb"data-[a-z0-9_.:-]+")
_PARSER: Final = LexborHTMLParser("")
_LAST_TAG_ID: Final = _PARSER.create_node("xmp").tag_id
"""The parser numbers the tags that it knows in the order of their names; all others have numbers far above."""
_RARE: Final = frozenset({"itemprop", "itemscope", "onclick", "role", "typeof"})
"""Attributes that many pages do not have and several selectors ask for."""
_FEW: Final = frozenset({"embed", "form", "iframe", "input", "link", "meta", "object", "script", "textarea"})
"""Tags that a page has few of, and that say in their attributes what they are for."""

_ONE: Final = re.compile(r"""(?:[^,\[(]|\[(?:"[^"]*"|'[^']*'|[^\]"'])*\]|\((?:[^()]|\([^()]*\))*\))+""")
"""One selector of a list; commas in brackets part nothing."""
_CONDITION: Final = re.compile(
    r"""(\[(?:"[^"]*"|'[^']*'|[^\]"'])*\])|(?<!\\):[\w-]+(?:\((?:[^()]|\([^()]*\))*\))?"""
)
"""Something in brackets, or a condition outside of them."""
_PART: Final = re.compile(r"""\[(class|id)[*^$]=["']?([\w-]+)""")
_COMPOUND: Final = re.compile(r"""(?<![\w.#-])([a-z][a-z0-9]*)((?:\[(?:"[^"]*"|'[^']*'|[^\]"'])*\])+)""")
"""A tag and its attributes."""
_IS_COMPOUND: Final = re.compile(r"""(?:[a-z][a-z0-9]*)?(?:[.#][\w-]+|\[(?:"[^"]*"|'[^']*'|[^\]"'])*\])*""")
_TAG: Final = re.compile(r"[a-z][a-z0-9]*")
_MAX_CANDIDATES: Final = 8
"""To look at more elements one by one costs more than to search the page."""
_VALUE: Final = re.compile(r"""\[[\w-]+[*^$~|]?=(?:"([^"\\]+)"|'([^'\\]+)'|([\w-]+))""")
_WORD: Final = re.compile(r"(\[[\w-]+)[^\]]*\]|([.#]?(?:[\w-]|\\.)+)")


@lru_cache(maxsize=512)
def tag_id(tag: str) -> int:
    """The number by which the parser knows a tag: half the price of its name."""
    return _PARSER.create_node(tag).tag_id


@lru_cache(maxsize=2_048)
def _table(selectors: tuple[str, ...]) -> _Table:
    """What each selector of several lists needs."""
    written = (found.strip() for found in chain.from_iterable(map(_ONE.findall, selectors)))
    needs = tuple(_needs(selector) for selector in written if selector)
    keys: tuple[set[str], ...] = (set(), set(), set(), set())
    has_loose = False
    for one in needs:
        by_kind = zip((one.words, one.ids, one.data, one.tags), keys, strict=True)
        name, known = next(((min(names), known) for names, known in by_kind if names), ("", None))
        if known is None:
            has_loose = True
        else:
            known.add(name)
    return _Table(needs, *map(frozenset, keys), has_loose)


def _is_fit(node: LexborNode, selector: str) -> bool:
    """Whether an element itself fits a selector: the search begins with it and ends with the first that fits."""
    first = node.css_first(selector)
    return first is not None and first.mem_id == node.mem_id


@lru_cache(maxsize=4_096)
def _needs(selector: str) -> _Needs:
    plain = _CONDITION.sub(lambda found: found[1] or " ", selector)
    by_kind: dict[str, set[str]] = {".": set(), "#": set(), "[": set(), "": set()}
    for attribute, other in _WORD.findall(plain):
        name = (attribute or other).replace("\\", "").lower()
        kind = name[0] if name[0] in ".#[" else ""
        by_kind[kind].add(name.removeprefix(kind))
    parts = [(name, part.lower()) for name, part in _PART.findall(plain)]
    compounds = [(tag, attributes) for tag, attributes in _COMPOUND.findall(plain) if tag in _FEW]
    few, attributes = compounds[0] if len(compounds) == 1 else ("", "")
    values = tuple("".join(value).lower() for value in _VALUE.findall(attributes))
    rare = tuple(sorted(by_kind["["] & _RARE))
    return _Needs(
        selector=selector,
        words=frozenset(by_kind["."]),
        ids=frozenset(by_kind["#"]),
        data=frozenset(name for name in by_kind["["] if name.startswith("data-")),
        tags=frozenset(by_kind[""]),
        attributes=rare,
        in_class=tuple(part for name, part in parts if name == "class"),
        in_id=tuple(part for name, part in parts if name == "id"),
        few=frozenset({few} if few else ()),
        values=values,
        more=bool(parts or rare or values),
        is_compound=_IS_COMPOUND.fullmatch(selector) is not None,
        is_tag=_TAG.fullmatch(selector) is not None,
    )
