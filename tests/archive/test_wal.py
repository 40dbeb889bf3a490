"""Crawls that begin at once make the files of one state directory at once."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing

import pytest

from archive import index, wal
from archive.errors import ArchiveError
from archive.wal import write_ahead


@pytest.fixture
def held(tmp_path):
    """A file that somebody reads, and a connection to it that waits for nothing: as one that SQLite refuses at once."""
    reader = sqlite3.connect(tmp_path / "a.sqlite", isolation_level=None, check_same_thread=False)
    reader.execute("CREATE TABLE a (b)")
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM a").fetchall()
    connection = sqlite3.connect(tmp_path / "a.sqlite", timeout=0, isolation_level=None)
    yield reader, connection
    connection.close()
    reader.close()


def test_a_file_that_another_process_makes_at_the_same_time_is_waited_for(held):
    reader, connection = held
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        connection.execute("PRAGMA journal_mode = WAL")
    threading.Timer(0.1, reader.execute, ["COMMIT"]).start()
    write_ahead(connection)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_the_wait_has_an_end_and_other_errors_are_not_waited_for(held, monkeypatch, tmp_path):
    _, connection = held
    monkeypatch.setattr(wal, "_WAIT_S", 0.05)
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        write_ahead(connection)
    monkeypatch.setattr(wal, "_WAIT_S", 1_000)
    (tmp_path / "b.sqlite").write_bytes(b"no database" * 100)
    with closing(sqlite3.connect(tmp_path / "b.sqlite")) as connection, pytest.raises(sqlite3.DatabaseError, match="not a database"):
        write_ahead(connection)


def test_an_index_that_another_process_has_is_not_removed(held, monkeypatch, tmp_path):
    monkeypatch.setattr(wal, "_WAIT_S", 0)
    monkeypatch.setattr(index, "_WAIT_S", 0)
    before = (tmp_path / "a.sqlite").stat().st_ino
    with pytest.raises(ArchiveError, match=r"a\.sqlite is in use"):
        index.Index(tmp_path / "a.sqlite")
    assert (tmp_path / "a.sqlite").stat().st_ino == before
