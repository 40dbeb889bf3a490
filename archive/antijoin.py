"""A row is stored once: which rows of a batch the archive already holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

import pyarrow as pa

from archive.index import CommentState, Index, PageState, states_of

Visit = tuple[str, str]
"""Page and capture: what a page's row and its shares and subscribes have in common."""

BLOCKS: Final = ("shares", "subscribes")
"""Tables whose rows stand or fall with their page's row."""

_DEFINES: Final[dict[str, tuple[str, ...]]] = {
    "counts": ("status", "content_digest", "like_count", "dislike_count", "reply_count"),
    "edited": ("status", "content_digest", "is_edited", "edited_at"),
}
_DEFINES_ELSE: Final = ("status", "content_digest")
"""What two rows of a comment must share to be the same state, by the later row's ``change``."""


def known_comments(parts: Sequence[pa.Table], index: Index) -> list[list[bool]]:
    """For each row of each part, whether its comment's latest state already says the same.

    States are compared in the order of observation, with what the index holds and with the batch's own rows. A row
    observed before the latest state and different from it is kept: it is history that came late.
    """
    latest: dict[tuple[str, str], CommentState | None] = {}
    known = [[False] * part.num_rows for part in parts]
    rows = []
    for at, part in enumerate(parts):
        changes = map(str, part.column("change").to_pylist())
        for row, (values, change) in enumerate(zip(states_of("comments", part), changes, strict=True)):
            rows.append((CommentState(*values[2:]), (values[0], values[1]), change, at, row))
    rows.sort(key=lambda entry: entry[0].rank)
    for state, key, change, at, row in rows:
        before = latest[key] if key in latest else index.comment(*key)
        if before is not None and _same(before, state, change):
            known[at][row] = True
            latest[key] = before
        else:
            latest[key] = state if before is None or state.rank > before.rank else before
    return known


def _same(before: CommentState, state: CommentState, change: str) -> bool:
    return all(getattr(before, name) == getattr(state, name) for name in _DEFINES.get(change, _DEFINES_ELSE))


def known_pages(parts: Sequence[pa.Table], index: Index) -> list[list[bool]]:
    """For each row of each part, whether its page's latest state has the same digest; a page without one is new."""
    latest: dict[str, PageState | None] = {}
    known = [[False] * part.num_rows for part in parts]
    rows = []
    for at, part in enumerate(parts):
        for row, values in enumerate(states_of("pages", part)):
            rows.append((PageState(*values[1:]), values[0], at, row))
    rows.sort(key=lambda entry: entry[0].rank)
    for state, page_id, at, row in rows:
        before = latest[page_id] if page_id in latest else index.page(page_id)
        if before is not None and state.content_digest is not None and before.content_digest == state.content_digest:
            known[at][row] = True
            latest[page_id] = before
        else:
            latest[page_id] = state if before is None or state.rank > before.rank else before
    return known


KNOWN: Final[dict[str, Callable[[Sequence[pa.Table], Index], list[list[bool]]]]] = {
    "comments": known_comments,
    "pages": known_pages,
}
"""The question for each table that the index knows. Ledgers are never dropped: each visit has its own."""


def visits(rows: pa.Table) -> list[Visit]:
    """Page and capture of each row."""
    pages, captures = (map(str, rows.column(name).to_pylist()) for name in ("page_id", "capture_id"))
    return list(zip(pages, captures, strict=True))


def without(rows: pa.Table, dropped: Iterable[bool]) -> pa.Table:
    """The rows that are not dropped; the same table when none is."""
    keep = [not drop for drop in dropped]
    return rows if all(keep) else rows.filter(pa.array(keep, pa.bool_()))
