"""What the rows of an archive must be to each other, checked on disk: memory does not grow with the archive."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa

from archive.errors import ArchiveError
from archive.schema import BLOCKS
from archive.states import plain

_CACHE_KIB: Final = 64 * 1024

KEYS: Final[dict[str, tuple[str, ...]]] = {
    "comments": ("comment_id", "observed_at", "capture_id", "status", "content_digest"),
    "pages": ("page_id", "observed_at", "capture_id", "content_digest"),
    "shares": ("page_id", "capture_id", "position"),
    "subscribes": ("page_id", "capture_id", "position"),
    "threads": ("thread_id", "capture_id", "observed_at"),
    "visits": ("visit_id",),
    "crawls": ("crawl_id", "started_at", "ended_at"),
}
"""What two rows of a table never have in common: then they would be the same state twice."""
ALSO: Final[dict[str, tuple[str, ...]]] = {
    "comments": ("thread_id", "page_id", "parent_id", "root_id"),
    "threads": ("page_id",),
}
"""Columns that point to other rows."""

_MISSING_PARENTS: Final = """
    SELECT DISTINCT parent_id FROM comments WHERE parent_id IS NOT NULL AND root_id IS NOT NULL
    EXCEPT SELECT comment_id FROM comments
"""
"""A reply whose ``root_id`` is null declares that its chain is broken; every other one's parent is there."""
_MISSING_PAGES: Final = "SELECT page_id FROM threads EXCEPT SELECT page_id FROM pages"
_MISSING_LEDGERS: Final = "SELECT thread_id FROM comments EXCEPT SELECT thread_id FROM threads"
_MISSING_PAGES_OF_BLOCKS: Final = "SELECT page_id, capture_id FROM {} EXCEPT SELECT page_id, capture_id FROM pages"


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule that rows break, and some of them."""

    table: str
    rule: str
    keys: tuple[str, ...]
    """The first few; there may be more."""
    count: int
    is_damage: bool
    """False for what an interrupted crawl leaves until it is run again."""


class Relations:
    """Keys of rows in a temporary database that the operating system removes."""

    def __init__(self, shown: int) -> None:
        self._shown = shown
        # An empty name: on disk when it grows, without a file that anyone sees (sqlite.org/inmemorydb.html).
        self._base = sqlite3.connect("", isolation_level=None)
        self._base.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        self._base.execute("PRAGMA journal_mode = OFF")
        self._base.execute("PRAGMA synchronous = OFF")
        for table in KEYS:
            self._base.execute(f"CREATE TABLE {table} ({', '.join(columns_of(table))})")

    def add(self, table: str, rows: pa.RecordBatch) -> None:
        """Take in rows that have at least the columns `columns_of` the table."""
        names = columns_of(table)
        columns = plain(rows, names)
        try:
            self._base.execute("BEGIN")
            self._base.executemany(
                f"INSERT INTO {table} VALUES ({', '.join('?' * len(names))})",  # noqa: S608 - a name of KEYS
                zip(*columns, strict=True),
            )
            self._base.execute("COMMIT")
        except sqlite3.Error as error:
            raise _failed(error) from error

    def broken(self, is_erased: Callable[[str], bool]) -> Iterator[Broken]:
        """Every rule that the rows break; a missing parent that ``is_erased`` is none."""
        for table, keys in KEYS.items():
            names = ", ".join(keys)
            yield from self._told(
                table,
                f"the same state stands there more than once ({names})",
                f"SELECT {names} FROM {table} GROUP BY {names} HAVING count(*) > 1",  # noqa: S608 - names of KEYS
            )
        yield from self._told(
            "comments", "a reply's parent is missing, and its row does not say so", _MISSING_PARENTS, is_erased
        )
        yield from self._told("threads", "the page of a thread is missing", _MISSING_PAGES)
        yield from self._told("comments", "a visit was cut off before its ledger", _MISSING_LEDGERS, is_damage=False)
        for table in BLOCKS:
            yield from self._told(
                table,
                "a commit was cut off before the page's row",
                _MISSING_PAGES_OF_BLOCKS.format(table),
                is_damage=False,
            )

    def still_there(self, is_erased: Callable[[str], bool]) -> Iterator[Broken]:
        """Comments that were erased and have rows: an erasure that was killed is remembered, and crawls leave them."""
        yield from self._told(
            "comments",
            "what was erased is still there: an erasure was cut off, or is under way",
            "SELECT DISTINCT comment_id FROM comments",
            lambda comment_id: not is_erased(comment_id),
            is_damage=False,
        )

    def close(self) -> None:
        """Give the disk space back."""
        self._base.close()

    def _told(
        self,
        table: str,
        rule: str,
        query: str,
        except_for: Callable[[str], bool] | None = None,
        *,
        is_damage: bool = True,
    ) -> Iterator[Broken]:
        shown: list[str] = []
        count = 0
        try:
            for row in self._base.execute(query):
                if except_for is None or not except_for(row[0]):
                    count += 1
                    if len(shown) < self._shown:
                        shown.append(_shown(row))
        except sqlite3.Error as error:
            raise _failed(error) from error
        if count:
            yield Broken(table, rule, tuple(shown), count, is_damage)


def columns_of(table: str) -> tuple[str, ...]:
    """The columns of a table that are compared."""
    return tuple(dict.fromkeys((*KEYS[table], *ALSO.get(table, ()))))


def _failed(error: sqlite3.Error) -> ArchiveError:
    return ArchiveError(f"cannot compare keys on disk: {error}; SQLITE_TMPDIR names a directory with more room")


def _shown(values: Sequence[Any]) -> str:
    return " ".join("null" if value is None else str(value) for value in values)
