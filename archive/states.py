"""The observed states of comments, pages and threads: what the next visit, and the next commit, is compared with."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from itertools import repeat
from typing import Any, Final, NamedTuple

import pyarrow as pa

GONE: Final = "disappeared"
"""Status of a comment that a fully read thread no longer shows."""


AHEAD_US: Final = 86_400_000_000
"""How far ahead of this machine's clock a time may lie: clocks differ, days do not."""

COUNTS: Final = ("like_count", "dislike_count", "reply_count")
"""What may change without another state: a row that says so is written with COUNT_CHANGES only."""


class CommentState(NamedTuple):
    """An observed state of a comment; the latest is what the next visit is compared with."""

    observed_at: int
    """Microseconds since the epoch, UTC."""
    capture_id: str
    status: str
    content_digest: str | None
    like_count: int | None
    dislike_count: int | None
    reply_count: int | None
    is_edited: bool | None
    edited_at: int | None
    published_at: int | None
    published_min: int | None
    published_max: int | None
    page_id: str
    native_id: str | None
    id_kind: str
    kind: str
    parent_id: str | None
    parent_native_id: str | None
    root_id: str | None
    depth: int | None

    @property
    def rank(self) -> tuple[int, str, str, str]:
        """Order of the states of one comment: the greatest is the latest, whatever the order of the commits."""
        return self.observed_at, self.capture_id, self.status, self.content_digest or ""


class PageState(NamedTuple):
    """An observed state of a page."""

    observed_at: int
    capture_id: str
    content_digest: str | None

    @property
    def rank(self) -> tuple[int, str, str]:
        """Order of the states of one page."""
        return self.observed_at, self.capture_id, self.content_digest or ""


class ThreadState(NamedTuple):
    """A thread as its page's last visit left it."""

    observed_at: int
    capture_id: str
    system: str
    tenant: str
    native_id: str | None
    url: str | None
    captured: int
    """Comments that were read."""


STATES: Final[dict[str, tuple[tuple[str, ...], type[PageState | CommentState | ThreadState]]]] = {
    "comments": (("thread_id", "comment_id"), CommentState),
    "pages": (("page_id",), PageState),
    "threads": (("page_id", "thread_id"), ThreadState),
}
"""The tables whose states are kept: key columns, and the class of a state."""

COMPARED: Final = ("comments", "pages")
"""Those of which a row that says what is known is not stored again. Ledgers are: each visit has its own."""


def is_ahead(state: PageState | CommentState) -> bool:
    """Whether a clock that was ahead wrote it: what is seen today is not compared with what it says of another day."""
    return state.observed_at > time.time_ns() // 1_000 + AHEAD_US


def columns_of(table: str) -> list[str]:
    """The columns of a table that its keys and states are made of."""
    keys, state = STATES[table]
    return [*keys, *(name for name in state._fields if name not in keys)]


def states_of(table: str, rows: pa.Table | pa.RecordBatch) -> Iterator[tuple[Any, ...]]:
    """Key columns and state columns of each row, as plain values, times as microseconds."""
    return zip(*_values(table, rows), strict=True)


def _values(table: str, rows: pa.Table | pa.RecordBatch) -> list[list[Any]]:
    keys, state = STATES[table]
    return plain(rows, (*keys, *state._fields))


def plain(rows: pa.Table | pa.RecordBatch, names: Sequence[str]) -> list[list[Any]]:
    """Columns as plain values, times as microseconds."""
    columns = [rows.column(name) for name in names]
    return [
        (column.cast(pa.int64()) if pa.types.is_timestamp(column.type) else column).to_pylist() for column in columns
    ]


# -- a thread's states as one text: twenty times cheaper than a row of SQLite's for each ------------------


Run = tuple[str, str, str]
"""A thread, comment ids and states of rows that follow one another."""


def packed(rows: pa.Table | pa.RecordBatch) -> Iterator[Run]:
    """The runs of rows of one thread."""
    return packed_runs(_values("comments", rows))


def packed_runs(columns: Sequence[Sequence[Any]]) -> Iterator[Run]:
    """The same of key and state columns as plain values."""
    threads, ids, *states = columns
    start = 0
    for end in _ends(threads):
        kept = [_folded(column[start:end]) for column in states]
        yield threads[start], _to_json(ids[start:end]), _to_json(kept)
        start = end


def _ends(values: Sequence[Any]) -> Iterator[int]:
    for at in range(1, len(values)):
        if values[at] != values[at - 1]:
            yield at
    if values:
        yield len(values)


def _folded(column: Sequence[Any]) -> Any:
    """A column's one value where all are equal: most columns of a thread's capture are."""
    return column[0] if column.count(column[0]) == len(column) else column


def unpacked(ids: str, states: str) -> Iterator[tuple[str, CommentState]]:
    """Comment id and state of each row of a run."""
    names: list[str] = json.loads(ids)
    columns = (column if isinstance(column, list) else repeat(column, len(names)) for column in json.loads(states))
    return zip(names, map(CommentState._make, zip(*columns, strict=True)), strict=True)


_to_json = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode
