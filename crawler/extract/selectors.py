"""What a page must have for a CSS selector to fit any of its elements.

A search costs 10 to 40 us for each selector on a page of 120 kB, some hundred selectors are asked of every page, and
most pages have nothing of what they speak of. Which of them may fit depends on few names, and these are the same on
nearly all pages of a site: so it is decided once for a set of names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Final

MAX_SETS: Final = 500
"""Sets of names that are remembered, with what may fit for each of some hundred lists."""

RARE: Final = frozenset({"datetime", "itemprop", "itemscope", "onclick", "role", "typeof"})
"""Attributes that many pages do not have and several selectors ask for."""

FEW: Final = frozenset({"embed", "form", "iframe", "input", "link", "meta", "object", "script", "textarea"})
"""Tags that a page has few of, and that say in their attributes what they are for."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What a page has that has an element for a selector; conditions (``:not()``) ask for nothing."""

    selector: str
    names: frozenset[str]
    """Tags, ``.classes``, ``#ids`` and ``[data-`` attributes, lower case."""
    tag: str
    """The only tag that it names."""
    word: str
    """The longest class that it names."""
    ids: frozenset[str]
    attributes: tuple[str, ...]
    """Those of :data:`RARE`."""
    in_class: tuple[str, ...]
    """Parts of values of ``class``."""
    in_id: tuple[str, ...]
    """Parts of values of ``id``."""
    few: str
    """A tag of :data:`FEW`, where it names one of them."""
    values: tuple[str, ...]
    """What stands in the attributes of an element with that tag."""
    has_more: bool
    """Whether it needs more than names."""
    is_compound: bool
    """Whether it speaks of one element only, without conditions."""
    is_tag: bool
    """Whether it is a tag and no more."""


class Possible(dict[tuple[str, ...], tuple[Needs, ...]]):
    """Those of several lists of selectors that may fit on a page with a set of names, as far as these tell."""

    def __init__(self, names: frozenset[str]) -> None:
        super().__init__()
        self._names = names

    def __missing__(self, selectors: tuple[str, ...]) -> tuple[Needs, ...]:
        found = self[selectors] = tuple([needs for needs in _all_needs(selectors) if needs.names <= self._names])
        return found


class Names:
    """The names that selectors speak of, by kind: with what marks their kind before them."""

    def __init__(self) -> None:
        self.tags: dict[str, str] = {}
        self.words: dict[str, str] = {}
        self.ids: dict[str, str] = {}
        self.data: dict[str, str] = {}
        self._known: set[tuple[str, ...]] = set()
        self._sets: dict[frozenset[str], Possible] = {}
        self.size = 0
        """How many there are; when it grows, sets of names are to be made anew."""

    def learn(self, selectors: tuple[str, ...]) -> None:
        """Take note of the names in lists of selectors."""
        if selectors in self._known:
            return
        self._known.add(selectors)
        kinds = {".": self.words, "#": self.ids, "[": self.data}
        for needs in _all_needs(selectors):
            for name in needs.names:
                kind = kinds.get(name[0], self.tags)
                kind[name.lstrip(".#[")] = name
        self.size = sum(map(len, (self.tags, self.words, self.ids, self.data)))

    def possible(self, names: Iterable[str]) -> Possible:
        """What may fit on the pages with a set of names."""
        key = frozenset(names)
        if key not in self._sets:
            if len(self._sets) >= MAX_SETS:
                self._sets.clear()
            self._sets[key] = Possible(key)
        return self._sets[key]


NAMES: Final = Names()
"""Those of all selectors that were asked so far."""


_ONE: Final = re.compile(r"""(?:[^,\[(]|\[(?:"[^"]*"|'[^']*'|[^\]"'])*\]|\((?:[^()]|\([^()]*\))*\))+""")
"""One selector of a list; commas in brackets part nothing."""
_CONDITION: Final = re.compile(
    r"""(\[(?:"[^"]*"|'[^']*'|[^\]"'])*\])|(?<!\\):[\w-]+(?:\((?:[^()]|\([^()]*\))*\))?"""
)
"""Something in brackets, or a condition outside of them."""
_PART: Final = re.compile(r"""\[(class|id)[*^$]=["']?([\w-]+)""")
_WITH_ATTRIBUTES: Final = re.compile(r"""(?<![\w.#-])([a-z][a-z0-9]*)((?:\[(?:"[^"]*"|'[^']*'|[^\]"'])*\])+)""")
_COMPOUND: Final = re.compile(r"""(?:[a-z][a-z0-9]*)?(?:[.#][\w-]+|\[(?:"[^"]*"|'[^']*'|[^\]"'])*\])*""")
_TAG: Final = re.compile(r"[a-z][a-z0-9]*")
_VALUE: Final = re.compile(r"""\[[\w-]+[*^$~|]?=(?:"([^"\\]+)"|'([^'\\]+)'|([\w-]+))""")
_NAME: Final = re.compile(r"(\[[\w-]+)[^\]]*\]|([.#]?(?:[\w-]|\\.)+)")


def _all_needs(selectors: tuple[str, ...]) -> Iterator[Needs]:
    written = (found.strip() for found in chain.from_iterable(map(_ONE.findall, selectors)))
    return (needs_of(selector) for selector in written if selector)


@lru_cache(maxsize=4_096)
def needs_of(selector: str) -> Needs:
    """What one selector needs."""
    plain = _CONDITION.sub(lambda found: found[1] or " ", selector)
    names = [(attribute or other).replace("\\", "").lower() for attribute, other in _NAME.findall(plain)]
    tags = [name for name in names if name[0] not in ".#["]
    words = [name[1:] for name in names if name[0] == "."]
    parts = [(name, part.lower()) for name, part in _PART.findall(plain)]
    of_few = [found for found in _WITH_ATTRIBUTES.findall(plain) if found[0] in FEW]
    few, written = of_few[0] if len(of_few) == 1 else ("", "")
    values = tuple("".join(value).lower() for value in _VALUE.findall(written))
    rare = tuple(sorted({name[1:] for name in names if name[0] == "["} & RARE))
    return Needs(
        selector=selector,
        names=frozenset(name for name in names if name[0] != "[" or name.startswith("[data-")),
        tag=tags[0] if len(tags) == 1 else "",
        word=max(words, key=len, default=""),
        ids=frozenset(name[1:] for name in names if name[0] == "#"),
        attributes=rare,
        in_class=tuple(part for name, part in parts if name == "class"),
        in_id=tuple(part for name, part in parts if name == "id"),
        few=few,
        values=values,
        has_more=bool(parts or rare or values),
        is_compound=_COMPOUND.fullmatch(selector) is not None,
        is_tag=_TAG.fullmatch(selector) is not None,
    )
