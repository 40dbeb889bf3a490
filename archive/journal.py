"""The journal: which batches are on their way into the archive, so that a kill between two tables loses nothing.

A batch's parts are written down before its first commit and crossed out after its last. What a dead crawl left
behind is rolled forward by the next one that uses the same state directory.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import secrets
import sqlite3
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final, Self

from archive.errors import ArchiveError
from archive.parts import Part
from archive.wal import layout_of, write_ahead

_LAYOUT: Final = 2
"""Layout of the journal's tables and records. Those of layout 1, and from before there was a number, have no origin."""

CRAWL_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
"""What may be the id of a crawl: files are named by it."""


@dataclass(slots=True, kw_only=True)
class Record:
    """What the journal holds of one batch."""

    crawl_id: str
    number: int
    """The batch's number in its crawl: the version of its application transaction."""
    tables: dict[str, str]
    """Delta ids of the tables it was meant for."""
    parts: dict[str, list[Part]]
    """Its parts by table."""
    refused: list[tuple[str, str]] = field(default_factory=list)
    """Page and capture of visits whose page row another crawl committed first, after our shares were written."""
    discarded: list[str] = field(default_factory=list)
    """Paths below the archive of files to remove at the end, unless they are committed."""
    origin: str = ""
    """:attr:`Journal.origin` of the journal that it was made for."""

    @property
    def application(self) -> str:
        """Who made the batch, in the logs' application transactions."""
        return application(self.crawl_id, self.origin)


def application(crawl_id: str, origin: str) -> str:
    """A crawl as it runs with one state directory: two of one name, on two machines, number their batches alike."""
    return f"{crawl_id}/{origin}" if origin else crawl_id


class Journal:
    """Records by crawl and batch number, in SQLite, each write fsynced."""

    origin: str
    """A random name of the journal, and so of its state directory: the same however often it is opened."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._connection = sqlite3.connect(path, timeout=60.0, isolation_level=None, check_same_thread=False)
        except sqlite3.Error as error:
            raise self._failed(error) from error
        try:
            write_ahead(self._connection)
            layout_of(self._connection, f"the journal {path}", _LAYOUT)
            self._connection.execute("PRAGMA synchronous = FULL")
            self._connection.execute(
                "CREATE TABLE IF NOT EXISTS batches (crawl_id, number INTEGER, record, PRIMARY KEY (crawl_id, number))"
            )
            self._connection.execute("CREATE TABLE IF NOT EXISTS origin (name)")
            named = "INSERT INTO origin SELECT ? WHERE NOT EXISTS (SELECT 1 FROM origin)"
            self._connection.execute(named, (secrets.token_hex(4),))
            (self.origin,) = self._connection.execute("SELECT name FROM origin").fetchone()
            self._connection.execute(f"PRAGMA user_version = {_LAYOUT}")
        except sqlite3.Error as error:
            self._connection.close()
            raise self._failed(error) from error
        except ArchiveError:
            self._connection.close()
            raise

    def write(self, record: Record) -> None:
        """Write or replace a batch's record; durable when this returns."""
        try:
            self._connection.execute(
                "INSERT OR REPLACE INTO batches VALUES (?, ?, ?)",
                (record.crawl_id, record.number, json.dumps(asdict(record))),
            )
        except sqlite3.Error as error:
            raise self._failed(error) from error

    def cross_out(self, record: Record) -> None:
        """The batch is committed whole."""
        try:
            self._connection.execute(
                "DELETE FROM batches WHERE crawl_id = ? AND number = ?", (record.crawl_id, record.number)
            )
        except sqlite3.Error as error:
            raise self._failed(error) from error

    def open_records(self) -> dict[str, list[Record]]:
        """Unfinished batches by crawl, in order."""
        try:
            found = self._connection.execute("SELECT record FROM batches ORDER BY crawl_id, number").fetchall()
        except sqlite3.Error as error:
            raise self._failed(error) from error
        records: dict[str, list[Record]] = {}
        for (text,) in found:
            values = json.loads(text)
            values["parts"] = {name: [Part(**part) for part in parts] for name, parts in values["parts"].items()}
            values["refused"] = [(page, capture) for page, capture in values["refused"]]
            record = Record(**values)
            records.setdefault(record.crawl_id, []).append(record)
        return records

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _failed(self, error: sqlite3.Error) -> ArchiveError:
        way_out = "make room there, give this user the right to write there, or repair the disk"
        return ArchiveError(f"cannot use the journal {self.path}: {error}; {way_out}")


class CrawlLock:
    """Says that a crawl is alive: a lock that the kernel gives back when its process dies, however it dies."""

    def __init__(self, path: Path, handle: int) -> None:
        self._path = path
        self._handle = handle

    @classmethod
    def take(cls, folder: Path, crawl_id: str) -> Self | None:
        """The lock of a crawl, or None while its process lives. Raises `ArchiveError` when it cannot be tried."""
        path = folder / f"{crawl_id}.lock"
        while True:
            try:
                handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
            except OSError as error:
                raise ArchiveError(f"cannot create {path}: {error.strerror}") from error
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(handle)
                return None
            if _still_at(path, handle):
                return cls(path, handle)
            os.close(handle)  # its last holder removed the file between our open and our lock

    def tell(self, text: str) -> None:
        """Let others read something about its holder (:meth:`told`)."""
        os.ftruncate(self._handle, 0)
        os.pwrite(self._handle, text.encode(), 0)

    @staticmethod
    def told(folder: Path, crawl_id: str) -> str:
        """What the holder of a lock tells, or told before it was killed; ``""`` when nobody does."""
        try:
            return (folder / f"{crawl_id}.lock").read_text()
        except FileNotFoundError:
            return ""

    def release(self) -> None:
        """Give the lock back and remove its file."""
        self._path.unlink(missing_ok=True)
        os.close(self._handle)


def _still_at(path: Path, handle: int) -> bool:
    try:
        there = path.stat()
    except FileNotFoundError:
        return False
    held = os.fstat(handle)
    return (there.st_ino, there.st_dev) == (held.st_ino, held.st_dev)
