"""Ids that the markup gives to its comments."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from crawler.systems.generic.template import Template

_ID = re.compile(r"^(.*?[^\d])?(\d{1,20}|[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{16,40})(?:[-_].{0,12})?$")
LOOKED: Final = 14
"""Elements of a record, from its beginning, that may carry its id."""

NAMES: Final = (
    "id", "name", "data-id", "data-comment-id", "data-commentid", "data-cid", "data-post-id", "data-postid", "data-pid",
)  # fmt: skip
"""Attributes that may hold it, the likeliest first."""
_NAMES: Final = frozenset(NAMES)


def native_ids(template: Template) -> list[str | None]:
    """The id that each record carries in the markup; None where the numbers are only counted through."""
    tree = template.tree
    return ids_of(
        [
            [tree.attrs[node] for node in record.own[:LOOKED] if tree.tags[node] not in ("input", "textarea", "form")]
            for record in template.records
        ]
    )


def ids_of(rows: Sequence[Iterable[Mapping[str, str | None]]]) -> list[str | None]:
    """The same of the attributes of the elements that each comment begins with."""
    count = len(rows)
    sources: dict[tuple[str, str], dict[int, str]] = {}
    for number, row in enumerate(rows):
        for own in row:
            for name in () if _NAMES.isdisjoint(own) else NAMES:
                value = own.get(name)
                match = _ID.match(value) if value and len(value) < 80 else None
                if match:
                    sources.setdefault((name, match[1] or ""), {}).setdefault(number, match[2])
    best: dict[int, str] = {}
    for values in sources.values():
        if 2 * len(set(values.values())) >= len(values) > len(best) and not _is_counted(list(values.values())):
            best = values
    if len(best) * 2 < count:
        best = {}
    return [best.get(number) for number in range(count)]


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
    return (numbers[0] <= 1 and numbers[-1] <= len(numbers) + 1) or (len(numbers) == 1 and numbers[0] < 100)
