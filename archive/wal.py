"""SQLite files that several processes may open for the first time at once."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Final

from archive.errors import ArchiveError

_WAIT_S: Final = 10.0
_PAUSE_S: Final = 0.01
_PRIMARY: Final = 0xFF
"""The part of an error code that is not its detail (SQLite, "Result and Error Codes")."""


def remove(path: Path) -> None:
    """Remove a file with what SQLite keeps beside it: a stray log would be read into the next file of that name."""
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def is_busy(error: sqlite3.Error) -> bool:
    """Whether a file is sound, and another process has it."""
    return isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode & _PRIMARY == sqlite3.SQLITE_BUSY


def write_ahead(connection: sqlite3.Connection) -> None:
    """Switch a file to its write-ahead log.

    Where two processes do so at once, SQLite refuses one of them at once, whatever its timeout: both hold what the
    other waits for. It is tried again for ten seconds.

    :raises sqlite3.Error: the file cannot be used
    """
    end = time.monotonic() + _WAIT_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if not is_busy(error) or time.monotonic() > end:
                raise
            time.sleep(_PAUSE_S)
        else:
            return


def layout_of(connection: sqlite3.Connection, what: str, known: int) -> int:
    """The layout of a file's tables, 0 of a new one.

    :param what: the file, in words
    :param known: the latest layout that this version knows
    :raises ArchiveError: a newer version made it; who goes on would lose what only that one understands
    """
    layout = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if layout > known:
        raise ArchiveError(
            f"{what} was made by a newer version of Talkback (layout {layout}, this one knows {known}): "
            "use that version, or name another STATE_DIR"
        )
    return layout
