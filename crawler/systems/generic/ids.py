"""Ids that the markup gives to its comments."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from crawler.systems.around.words import COMMENT, TALK, roles_of, tells_removal
from crawler.systems.generic.template import Template

_ID = re.compile(r"^(.*?[^\d])?(\d{1,20}|[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{16,40})(?:[-_].{0,12})?$")
LOOKED: Final = 14
"""Elements of a record, from its beginning, that may carry its id."""

NAMES: Final = (
    "id", "name", "data-id", "data-comment-id", "data-commentid", "data-cid", "data-post-id", "data-postid", "data-pid",
    "data-pk",
)  # fmt: skip
"""Attributes that may hold it, the likeliest first."""
_NAMES: Final = frozenset(NAMES)


_Rows = Sequence[Iterable[Mapping[str, str | None]]]
_Source = tuple[str, str]
"""An attribute, and what stands before the ids in it."""


def native_ids(template: Template, first: Template | None = None) -> list[str | None]:
    """The id that each record carries in the markup; None where the numbers are only counted through.

    :param first: the records of the thread's first page, where these are of a further one. Their ids stand where those
        of the first do: places in the list, which begin with 1 there, look like ids from the second page on
    """
    sources, whole = _sources(_rows(template)), template if first is None else first
    source = _source(sources if first is None else _sources(_rows(first)), whole)
    if source is None:
        return _linked_to(template)
    return _of(sources.get(source, {}), len(template.records))


def carried(template: Template, wanted: Collection[str]) -> list[str]:
    """Which of some ids other elements with words carry, where those of the records stand.

    Not where the words note that what stood there was removed: ``Ann's comment was removed 3 days ago``.
    """
    tree, source = template.tree, _source(_sources(_rows(template)), template) if wanted else None
    if source is None:
        return []
    name, before = source
    parts = ((node, _ID.match(own.get(name) or "")) for node, own in enumerate(tree.attrs))
    found = ((part[2], node) for node, part in parts if part and (part[1] or "") == before and part[2] in wanted)
    said = ((native_id, tree.text(node)) for native_id, node in found)
    return sorted({native_id for native_id, text in said if text and not tells_removal(text)})


def _linked_to(template: Template) -> list[str | None]:
    """What each record's id says behind what all begin with, where each has a link to its own, whatever it is made of.

    Nobody links to what the next answer calls otherwise: ``<div id="post-x7kqmf"><a href="#post-x7kqmf">¶</a>``.
    """
    tree, own = template.tree, []
    for record in template.records:
        linked = {(tree.attrs[node].get("href") or "").partition("#")[2] for node in record.links} - {""}
        own.append(next((name for node in record.own[:LOOKED] if (name := tree.attrs[node].get("id")) in linked), None))
    parts = [_NAMED.fullmatch(name) for name in own if name is not None]
    names = [part[2] for part in parts if part is not None]
    kinds = {part[1] for part in parts if part is not None}
    is_told = len(set(names)) == len(names) == len(own) and not all(map(str.isdigit, names))
    is_named = len(kinds) == 1 and bool(roles_of(min(kinds)) & (COMMENT | TALK))
    return [*names] if is_told and is_named else [None] * len(own)


_NAMED: Final = re.compile(r"(.{0,40}[-_:])([A-Za-z0-9]{5,40})")


def _rows(template: Template) -> _Rows:
    tree = template.tree
    return [
        [tree.attrs[node] for node in record.own[:LOOKED] if tree.tags[node] not in ("input", "textarea", "form")]
        for record in template.records
    ]


def ids_of(rows: _Rows) -> list[str | None]:
    """The same of the attributes of the elements that each comment begins with."""
    sources = _sources(rows)
    source = _source(sources, len(rows))
    return _of(sources[source] if source is not None else {}, len(rows))


def _sources(rows: _Rows) -> dict[_Source, dict[int, str]]:
    """What may be ids, by where it stands and by the number of the record."""
    sources: dict[_Source, dict[int, str]] = {}
    for number, row in enumerate(rows):
        for own in row:
            for name in () if _NAMES.isdisjoint(own) else NAMES:
                value = own.get(name)
                match = _ID.match(value) if value and len(value) < 80 else None
                if match:
                    sources.setdefault((name, match[1] or ""), {}).setdefault(number, match[2])
    return sources


def _source(sources: Mapping[_Source, Mapping[int, str]], of: int | Template) -> _Source | None:
    """The one that tells most records apart, and at least half of them.

    :param of: how many records there are, or the records themselves, whose links may have the ids as well
    """
    best: _Source | None = None
    most = 0
    for source, ids in sources.items():
        values = list(ids.values())
        is_told = 2 * len(set(values)) >= len(values) > most
        if is_told and (not _is_counted(values) or (isinstance(of, Template) and _are_linked(ids, of))):
            best, most = source, len(values)
    return best if 2 * most >= (of if isinstance(of, int) else len(of.records)) else None


_ASKED = re.compile(r"(?<=[=/])\d{1,20}(?=[/&]|\Z)")


def _are_linked(ids: Mapping[int, str], template: Template) -> bool:
    """Whether each record has its number in a link to another page, as to its answer's form: no place in a list is."""
    tree = template.tree
    asked = (
        {number for node in template.records[place].links for number in _asked(tree.attrs[node].get("href"))}
        for place in ids
    )
    return len(ids) > 1 and all(value in numbers for value, numbers in zip(ids.values(), asked, strict=True))


def _asked(href: str | None) -> list[str]:
    return _ASKED.findall((href or "").partition("#")[0])


def _of(ids: Mapping[int, str], count: int) -> list[str | None]:
    return [ids.get(number) for number in range(count)]


def are_addressed(template: Template, addressed: frozenset[int]) -> bool:
    """Whether each record is an element with a link to itself, or begins with one.

    :param addressed: see :class:`Surroundings`
    """
    return bool(addressed) and all(
        any(node in addressed for node in record.own[:LOOKED]) for record in template.records
    )


def _is_counted(values: list[str]) -> bool:
    """Whether the numbers are places in the list, not ids: they change when a comment goes."""
    if not all(value.isdigit() for value in values):
        return False
    numbers = sorted(map(int, values))
    return numbers[0] <= 1 and numbers[-1] <= len(numbers) + 1
