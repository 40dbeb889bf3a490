"""The change index: the states of every page, thread and comment, kept locally and rebuilt from the archive at need.

It is a cache. Rows enter it only after they were committed, in the same SQLite transaction as the Delta version they
were committed with, so it is never ahead of the archive, and what it is behind it reads from the log's new parts.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import chain
from operator import attrgetter
from pathlib import Path
from typing import Any, Final, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import DeltaTable

from archive.errors import ArchiveError
from archive.log import Entry, TableLog
from archive.states import (
    GONE,
    STATES,
    CommentState,
    PageState,
    Run,
    ThreadState,
    columns_of,
    is_ahead,
    packed,
    packed_runs,
    states_of,
    unpacked,
)
from archive.wal import is_busy, layout_of, remove, write_ahead

_LAYOUT: Final = 3
"""Layout of the index's tables; an index with an earlier one is built anew."""
_WAIT_S: Final = 600.0
"""How long another crawl on the same index may take to read a whole archive."""
_BATCH_ROWS: Final = 20_000
_TABLES: Final = {
    "comments": "(thread_id TEXT NOT NULL, ids TEXT NOT NULL, states TEXT NOT NULL)",
    "pages": "(page_id, observed_at, capture_id, content_digest, mark,"
    " PRIMARY KEY (page_id, observed_at, capture_id, mark)) WITHOUT ROWID",
    "threads": "(page_id, thread_id, observed_at, capture_id, system, tenant, native_id, url, captured,"
    " PRIMARY KEY (page_id, thread_id)) WITHOUT ROWID",
}
"""A comment's states lie in runs (`archive.states.packed`). ``mark`` is a page's digest, ``''`` for none, because a key
holds no null. Of a thread only the latest state is kept."""


_IS_HERE: Final = (
    "(native_id IS NOT NULL OR NOT EXISTS (SELECT 1 FROM threads AS later WHERE later.thread_id = threads.thread_id"
    " AND (later.observed_at, later.capture_id, later.page_id)"
    " > (threads.observed_at, threads.capture_id, threads.page_id)))"
)
"""Whether a page still has its thread: one without an id may have moved to another page."""


State = TypeVar("State", CommentState, PageState)
Rows = pa.Table | pa.RecordBatch | Iterable[Run]


def _believed(states: list[State]) -> list[State]:
    """Without those that a clock that was ahead wrote, where there are others."""
    return [state for state in states if not is_ahead(state)] or states


class Pending:
    """States of rows that were added but are not committed yet."""

    def __init__(self) -> None:
        self.pages: dict[str, PageState] = {}
        self.comments = 0
        """Rows of comments."""
        self._threads: dict[str, list[Run]] = {}

    def add_page(self, page_id: str, state: PageState) -> None:
        """A page's row was added."""
        known = self.pages.get(page_id)
        if known is None or state.rank >= known.rank:
            self.pages[page_id] = state

    def add_comments(self, columns: Mapping[str, Sequence[Any]]) -> None:
        """Rows of comments were added, given by column."""
        self.comments += len(columns["comment_id"])
        for run in packed_runs([columns[name] for name in columns_of("comments")]):
            self._threads.setdefault(run[0], []).append(run)

    def thread(self, thread_id: str) -> Iterator[tuple[str, CommentState]]:
        """Comment and state of each row of a thread."""
        for _, ids, states in self._threads.get(thread_id, ()):
            yield from unpacked(ids, states)

    def runs(self) -> Iterator[Run]:
        """The rows of comments as the index keeps them."""
        return chain.from_iterable(self._threads.values())


class _GoneError(Exception):
    """A part that the log named once lies there no more: it was compacted, and the old part vacuumed."""


class Index:
    """The states of pages and comments. Questions are asked on one thread, commits made on another."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.foreign = 0
        """How many parts of other writers were read since the index was opened."""
        self._pending: list[Pending] = []
        self._lock = threading.Lock()
        try:
            self._writer, self._reader = self._connect()
        except sqlite3.DatabaseError as error:
            if is_busy(error):  # another crawl's, who uses it
                raise ArchiveError(f"the change index {path} is in use: {error}; run the crawl again") from error
            remove(path)
            try:
                self._writer, self._reader = self._connect()
            except sqlite3.DatabaseError as error:
                raise ArchiveError(f"cannot keep the change index in {path}: {error}") from error

    # -- what the pipelines ask ---------------------------------------------------------------------

    def page(self, page_id: str) -> PageState | None:
        """The latest state of a page, added rows included; None for an unknown page."""
        states = self._page_states(self._reader, page_id)
        states += filter(None, (pending.pages.get(page_id) for pending in tuple(self._pending)))
        return max(_believed(states), key=attrgetter("rank"), default=None)

    def thread(self, thread_id: str, *, without: str | None = None) -> dict[str, CommentState]:
        """The latest state of every comment of a thread by ``comment_id``, added rows and removed comments included.

        ``without`` leaves out the states whose ``capture_id`` begins so.
        """
        states: dict[str, CommentState] = {}
        added = (pending.thread(thread_id) for pending in tuple(self._pending))
        for comment_id, state in chain(self._runs(self._reader, thread_id), *added):
            if without is not None and state.capture_id.startswith(without):
                continue
            known = states.get(comment_id)
            if known is None or (not is_ahead(state), state.rank) >= (not is_ahead(known), known.rank):
                states[comment_id] = state
        return states

    def threads_of(self, page_id: str) -> list[ThreadState]:
        """The threads of a page as its last committed visit left them."""
        names = ", ".join(ThreadState._fields)
        query = f"SELECT {names} FROM threads WHERE page_id = ? AND {_IS_HERE} ORDER BY thread_id"  # noqa: S608 - names of fields
        return [ThreadState(*row) for row in self._select(self._reader, query, page_id)]

    def thread_without_id(self, page_id: str, system: str, tenant: str | None = None) -> str | None:
        """Key of a page's only thread of a system that shows no id of it; None where there is none, or several.

        It is not made from the page's where the page moved, and its thread with it.

        :param tenant: only one of this tenant
        """
        wanted = f"page_id = ? AND system = ? AND native_id IS NULL AND tenant = coalesce(?, tenant) AND {_IS_HERE}"
        query = f"SELECT thread_id FROM threads WHERE {wanted} LIMIT 2"  # noqa: S608 - constants
        found = self._select(self._reader, query, page_id, system, tenant)
        keys = [str(key) for key, *_ in found]
        return keys[0] if len(keys) == 1 else None

    def page_of(self, thread_id: str) -> str | None:
        """The page that a thread was last seen on; None where it never was."""
        newest = "ORDER BY observed_at DESC, capture_id DESC, page_id DESC LIMIT 1"
        query = f"SELECT page_id FROM threads WHERE thread_id = ? {newest}"  # noqa: S608 - a constant
        return next((str(page) for page, *_ in self._select(self._reader, query, thread_id)), None)

    def present(self, thread_id: str) -> dict[str, str]:
        """Comments of a thread that were there when last looked at, added rows included: kind by native id or digest.

        The digest (``content_digest``) stands for those without an id.
        """
        present = [state for state in self.thread(thread_id).values() if state.status != GONE]
        marks = [state.native_id if state.id_kind == "native" else state.content_digest for state in present]
        return {mark: state.kind for mark, state in zip(marks, present, strict=True) if mark is not None}

    # -- what a commit asks: committed rows only ----------------------------------------------------

    def page_states(self, page_id: str) -> list[PageState]:
        """Every committed state of a page, the latest last."""
        return _believed(self._page_states(self._writer, page_id))

    def has_thread(self, thread_id: str) -> bool:
        """Whether any comment of a thread is committed."""
        found = self._select(self._writer, "SELECT 1 FROM comments WHERE thread_id = ? LIMIT 1", thread_id)
        return next(found, None) is not None

    def comment_states(self, thread_id: str, wanted: AbstractSet[str]) -> dict[str, list[CommentState]]:
        """Every committed state of some comments of a thread, the latest last."""
        found: dict[str, list[CommentState]] = {}
        for comment_id, state in self._runs(self._writer, thread_id, wanted):
            found.setdefault(comment_id, []).append(state)
        return {name: sorted(_believed(states), key=attrgetter("rank")) for name, states in found.items()}

    # -- rows that wait -----------------------------------------------------------------------------

    def expect(self, pending: Pending) -> None:
        """Let answers include these rows."""
        self._pending.append(pending)

    def settle(self, pending: Pending) -> None:
        """These rows are committed, or given up."""
        self._pending.remove(pending)

    # -- keeping up with the archive ----------------------------------------------------------------

    def catch_up(self, log: TableLog) -> None:
        """Bring a table up to date; read it all when it is another table, or its log's older entries are gone."""
        name = log.table.name
        with self._transaction() as cursor:
            snapshot = log.open()  # inside: no other crawl's index can get ahead of it now
            table_id, newest = str(snapshot.metadata().id), snapshot.version()
            known = self._version(cursor, name)
            is_same = known is not None and known[0] == table_id and known[1] <= newest
            if known is None or not is_same or self._follow(cursor, log, known[1], {}) < newest:
                self._read_all(cursor, log, snapshot)

    def follow(self, log: TableLog, own: Mapping[str, Rows] | None = None) -> int:
        """Read what was committed to a table since; the version reached.

        ``own`` are the rows of parts that need not be read back, or the runs of their states, by path. Where rows were
        removed, the table is read anew.
        """
        with self._transaction() as cursor:
            known = self._version(cursor, log.table.name)
            if known is None:
                raise ArchiveError(f"the change index {self.path} was removed during the crawl; start it again")
            return self._follow(cursor, log, known[1], own or {})

    def scrub(self) -> None:
        """Leave no byte of rows that went in the file's free pages."""
        try:
            with self._lock:
                self._writer.execute("VACUUM")
                self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.DatabaseError as error:
            raise self._broken(error) from error

    def close(self) -> None:
        """Close the connections."""
        self._reader.close()
        self._writer.close()

    # -- inside -------------------------------------------------------------------------------------

    def _follow(self, cursor: sqlite3.Cursor, log: TableLog, after: int, own: Mapping[str, Rows]) -> int:
        reached = after
        for entry in log.follow(after):
            if entry.rows_removed:
                snapshot = log.open()
                self._read_all(cursor, log, snapshot)
                return snapshot.version()
            try:
                self._learn(cursor, log, entry, own)
            except _GoneError:
                snapshot = log.open()
                self._read_all(cursor, log, snapshot)
                return snapshot.version()
            reached = entry.version
        if reached != after:
            cursor.execute("UPDATE versions SET version = ? WHERE name = ?", (reached, log.table.name))
        return reached

    def _learn(self, cursor: sqlite3.Cursor, log: TableLog, entry: Entry, own: Mapping[str, Rows]) -> None:
        name = log.table.name
        for path in entry.added:
            rows = own.get(path)
            if rows is not None:
                self._insert(cursor, name, rows)
            else:
                self.foreign += 1
                try:
                    self._read_part(cursor, log, path)
                except FileNotFoundError as error:
                    raise _GoneError from error

    def _read_all(self, cursor: sqlite3.Cursor, log: TableLog, snapshot: DeltaTable) -> None:
        name = log.table.name
        cursor.execute(f"DELETE FROM {name}")  # noqa: S608 - a name of STATES
        cursor.execute("DELETE FROM versions WHERE name = ?", (name,))
        self.foreign += 1
        for path in log.paths(snapshot):
            try:
                self._read_part(cursor, log, path)
            except FileNotFoundError as error:
                raise self._unreadable(log, path, error) from error
        table_id = str(snapshot.metadata().id)
        cursor.execute("INSERT INTO versions VALUES (?, ?, ?)", (name, table_id, snapshot.version()))

    def _read_part(self, cursor: sqlite3.Cursor, log: TableLog, path: str) -> None:
        name = log.table.name
        try:
            with log.store.filesystem(name).open_input_file(path) as source:
                for batch in pq.ParquetFile(source).iter_batches(_BATCH_ROWS, columns=columns_of(name)):
                    self._insert(cursor, name, batch)
        except FileNotFoundError:
            raise
        except (OSError, pa.ArrowException, KeyError) as error:
            raise self._unreadable(log, path, error) from error

    @staticmethod
    def _unreadable(log: TableLog, path: str, error: Exception) -> ArchiveError:
        address = log.store.address(log.table.name, path)
        return ArchiveError(f"cannot read the committed part {address}: {error}; restore it from a copy")

    @staticmethod
    def _insert(cursor: sqlite3.Cursor, table: str, rows: Rows) -> None:
        if table == "comments" or not isinstance(rows, pa.Table | pa.RecordBatch):
            runs = packed(rows) if isinstance(rows, pa.Table | pa.RecordBatch) else rows
            cursor.executemany("INSERT INTO comments VALUES (?, ?, ?)", runs)
            return
        found = states_of(table, rows)
        if table == "threads":
            cursor.executemany(
                "INSERT INTO threads VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (page_id, thread_id) DO UPDATE SET"
                " observed_at = excluded.observed_at, capture_id = excluded.capture_id, url = excluded.url,"
                " captured = excluded.captured"
                " WHERE (excluded.observed_at, excluded.capture_id) >= (observed_at, capture_id)",
                found,
            )
            return
        cursor.executemany(
            "INSERT OR IGNORE INTO pages VALUES (?, ?, ?, ?, ?)", ((*row, row[-1] or "") for row in found)
        )

    @staticmethod
    def _version(cursor: sqlite3.Cursor, table: str) -> tuple[str, int] | None:
        found: tuple[str, int] | None = cursor.execute(
            "SELECT table_id, version FROM versions WHERE name = ?", (table,)
        ).fetchone()
        return found

    def _page_states(self, source: sqlite3.Connection, page_id: str) -> list[PageState]:
        found = self._select(
            source,
            "SELECT observed_at, capture_id, content_digest FROM pages WHERE page_id = ?"
            " ORDER BY observed_at, capture_id, mark",
            page_id,
        )
        return [PageState(*row) for row in found]

    def _runs(
        self, source: sqlite3.Connection, thread_id: str, wanted: AbstractSet[str] | None = None
    ) -> Iterator[tuple[str, CommentState]]:
        """Comment id and state of a thread's committed rows, of these comments only where some are named."""
        for ids, states in self._select(source, "SELECT ids, states FROM comments WHERE thread_id = ?", thread_id):
            if wanted is None:
                yield from unpacked(ids, states)
            elif not wanted.isdisjoint(json.loads(ids)):
                yield from (entry for entry in unpacked(ids, states) if entry[0] in wanted)

    def _select(self, source: sqlite3.Connection, query: str, *keys: str | None) -> Iterator[Any]:
        try:
            yield from source.execute(query, keys)
        except sqlite3.DatabaseError as error:
            raise self._broken(error) from error

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Cursor]:
        with self._lock:
            cursor = self._writer.cursor()
            try:
                cursor.execute("BEGIN IMMEDIATE")
                try:
                    yield cursor
                except BaseException:
                    cursor.execute("ROLLBACK")
                    raise
                cursor.execute("COMMIT")
            except sqlite3.DatabaseError as error:
                raise self._broken(error) from error

    def _broken(self, error: sqlite3.DatabaseError) -> ArchiveError:
        way_out = "remove it and start again, it is rebuilt from the archive"
        if "disk is full" in str(error):
            way_out = "make room there, and run the same command again"
        return ArchiveError(f"the change index {self.path} failed: {error}; {way_out}")

    def _connect(self) -> tuple[sqlite3.Connection, sqlite3.Connection]:
        writer, reader = (
            sqlite3.connect(self.path, timeout=_WAIT_S, isolation_level=None, check_same_thread=False) for _ in range(2)
        )
        try:
            self._lay_out(writer)
        except (sqlite3.DatabaseError, ArchiveError):
            writer.close()
            reader.close()
            raise
        return writer, reader

    def _lay_out(self, writer: sqlite3.Connection) -> None:
        write_ahead(writer)
        # A lost end of the index after a power cut is read again from the archive: no fsync per commit.
        writer.execute("PRAGMA synchronous = NORMAL")
        writer.execute("BEGIN IMMEDIATE")
        layout = layout_of(writer, f"the change index {self.path}", _LAYOUT)
        if layout not in (0, _LAYOUT):
            for table in (*STATES, "versions"):
                writer.execute(f"DROP TABLE IF EXISTS {table}")
        writer.execute("CREATE TABLE IF NOT EXISTS versions (name PRIMARY KEY, table_id, version INTEGER)")
        for table, columns in _TABLES.items():
            writer.execute(f"CREATE TABLE IF NOT EXISTS {table} {columns}")
        writer.execute("CREATE INDEX IF NOT EXISTS of_thread ON comments (thread_id)")
        writer.execute("CREATE INDEX IF NOT EXISTS page_of_thread ON threads (thread_id)")
        writer.execute(f"PRAGMA user_version = {_LAYOUT}")
        writer.execute("COMMIT")
