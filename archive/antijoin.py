"""A row is stored once: which rows of a batch the archive already holds."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import Any, Final, TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from archive.index import Index
from archive.states import COUNTS, CommentState, PageState, states_of

State = TypeVar("State", CommentState, PageState)
Key = tuple[str, ...]
"""Thread and comment, or page."""
Visit = tuple[str, str]
"""Page and capture: what a page's row and its shares and subscribes have in common."""

_DEFINES: Final[dict[str, tuple[str, ...]]] = {
    "counts": ("status", "content_digest", *COUNTS),
    "edited": ("status", "content_digest", "is_edited", "edited_at"),
}
_DEFINES_ELSE: Final = ("status", "content_digest")
"""What two rows of a comment must share to be the same state, by the later row's ``change``."""


def known_comments(parts: Sequence[pa.Table], index: Index) -> list[list[bool]]:
    """For each row of each part, whether the archive or an earlier row of the batch already says the same."""
    rows: list[tuple[CommentState, Key, Sequence[str], tuple[int, int]]] = []
    wanted: dict[str, set[str]] = {}
    for at, (part, chosen) in enumerate(zip(parts, _perhaps_known(parts, index), strict=True)):
        few = part.take(chosen)
        described = zip(
            chosen.to_pylist(), states_of("comments", few), map(str, few.column("change").to_pylist()), strict=True
        )
        for row, values, change in described:
            thread_id, comment_id = values[:2]
            wanted.setdefault(thread_id, set()).add(comment_id)
            defines = _DEFINES.get(change, _DEFINES_ELSE)
            rows.append((CommentState(*values[2:]), (thread_id, comment_id), defines, (at, row)))
    committed: dict[Key, list[CommentState]] = {
        (thread_id, comment_id): states
        for thread_id, comment_ids in wanted.items()
        for comment_id, states in index.comment_states(thread_id, comment_ids).items()
    }
    return _known(parts, rows, lambda key: committed.get(key, []))


def _perhaps_known(parts: Sequence[pa.Table], index: Index) -> list[Any]:
    """Numbers of the rows whose comment comes twice, or whose thread is committed: no other row can be known."""
    ids, threads = (
        pa.chunked_array([chunk for part in parts for chunk in part.column(name).chunks], pa.string())
        for name in ("comment_id", "thread_id")
    )
    counts: Any = ids.value_counts()
    numbers: pa.Int64Array = counts.field("counts")
    twice = counts.field("values").filter(pc.greater(numbers, pa.scalar(1, pa.int64())))
    met = pa.array([name for name in map(str, threads.unique().to_pylist()) if index.has_thread(name)], pa.string())
    found = []
    for part in parts:
        is_twice = pc.is_in(part.column("comment_id"), value_set=twice)
        is_met = pc.is_in(part.column("thread_id"), value_set=met)
        found.append(pc.indices_nonzero(pc.or_(is_twice, is_met)))
    return found


def known_pages(parts: Sequence[pa.Table], index: Index) -> list[list[bool]]:
    """The same for pages; one without a digest is never known."""
    rows: list[tuple[PageState, Key, Sequence[str], tuple[int, int]]] = []
    for at, part in enumerate(parts):
        for row, values in enumerate(states_of("pages", part)):
            state = PageState(*values[1:])
            if state.content_digest is not None:
                rows.append((state, tuple(values[:1]), ("content_digest",), (at, row)))
    return _known(parts, rows, lambda key: index.page_states(*key))


def _known(
    parts: Sequence[pa.Table],
    rows: list[tuple[State, Key, Sequence[str], tuple[int, int]]],
    committed: Callable[[Key], list[State]],
) -> list[list[bool]]:
    """Compare each state with its neighbours in time among those that are committed or kept.

    The state before it: nothing changed. The state after it: another crawl saw the same a little later and was
    faster to say so. In the order of observation, whatever that of the commits: a late row is put in its place.
    """
    known = [[False] * part.num_rows for part in parts]
    histories: dict[Key, list[State]] = {}
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
