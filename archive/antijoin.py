"""A row is stored once: which rows of a batch the archive already holds."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import Final, TypeVar

import pyarrow as pa

from archive.index import CommentState, Index, PageState, states_of

State = TypeVar("State", CommentState, PageState)
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
    """For each row of each part, whether the archive or an earlier row of the batch already says the same."""
    rows: list[tuple[CommentState, Sequence[str], Sequence[str], tuple[int, int]]] = []
    for at, part in enumerate(parts):
        changes = map(str, part.column("change").to_pylist())
        for row, (values, change) in enumerate(zip(states_of("comments", part), changes, strict=True)):
            rows.append((CommentState(*values[2:]), values[:2], _DEFINES.get(change, _DEFINES_ELSE), (at, row)))
    threads = {key[0] for _, key, _, _ in rows}
    met = {thread_id for thread_id in threads if index.has_thread(thread_id)}
    return _known(parts, rows, lambda key: index.comment_states(*key) if key[0] in met else [])


def known_pages(parts: Sequence[pa.Table], index: Index) -> list[list[bool]]:
    """The same for pages; one without a digest is never known."""
    rows: list[tuple[PageState, Sequence[str], Sequence[str], tuple[int, int]]] = []
    for at, part in enumerate(parts):
        for row, values in enumerate(states_of("pages", part)):
            state = PageState(*values[1:])
            if state.content_digest is not None:
                rows.append((state, values[:1], ("content_digest",), (at, row)))
    return _known(parts, rows, lambda key: index.page_states(*key))


def _known(
    parts: Sequence[pa.Table],
    rows: list[tuple[State, Sequence[str], Sequence[str], tuple[int, int]]],
    committed: Callable[[Sequence[str]], list[State]],
) -> list[list[bool]]:
    """Compare each state with its neighbours in time among those that are committed or kept.

    The state before it: nothing changed. The state after it: another crawl saw the same a little later and was
    faster to say so. In the order of observation, whatever that of the commits: a late row is put in its place.
    """
    known = [[False] * part.num_rows for part in parts]
    histories: dict[Sequence[str], list[State]] = {}
    rows.sort(key=lambda entry: entry[0].rank)
    for state, key, defines, (at, row) in rows:
        history = histories.get(key)
        if history is None:
            history = histories[key] = committed(key)
        place = bisect_left(history, state.rank, key=attrgetter("rank"))
        values = [getattr(state, name) for name in defines]
        if any(values == [getattr(near, name) for name in defines] for near in history[max(0, place - 1) : place + 1]):
            known[at][row] = True
        else:
            history.insert(place, state)
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
