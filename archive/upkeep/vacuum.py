"""Vacuum: files that the log no longer names, or never named, are removed once nobody can still be reading them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from archive.errors import ArchiveError, OptionError
from archive.exporter import ORPHAN_AGE_S, state_folder
from archive.journal import Journal
from archive.log import TableLog
from archive.schema import TABLES
from archive.stores import STAGED, Store

RETENTION_HOURS: Final = 168
"""Seven days: the longest that a reader may go on with what it opened, and how long the log remembers removals."""
LEAST_HOURS: Final = 1
"""A part is written before it is committed; a shorter retention would remove what a crawl commits just now."""


@dataclass(frozen=True, slots=True)
class Leftover:
    """A file that no reader of the newest commit needs."""

    table: str
    path: str
    """Below the table's directory."""
    size: int
    why: str
    """``replaced`` by other parts, ``unknown`` to the log, ``unfinished`` part of a crawl that died."""


def vacuum(
    store: Store, *, hours: int = RETENTION_HOURS, dry_run: bool = False, state_dir: Path | None = None
) -> Iterator[Leftover]:
    """Remove leftovers that are older than ``hours``, and tell them; with ``dry_run`` only tell them.

    A replaced part's age counts from its replacement, another file's from when it got its name. What the log does not
    name is no reader's: it goes after a day, even when ``hours`` are more. Parts that a dead crawl of this
    ``state_dir`` still has to commit stay. Raises `OptionError` for a retention that is not safe.
    """
    if not LEAST_HOURS <= hours <= RETENTION_HOURS:
        raise OptionError(
            f"cannot keep replaced files for {hours} hours: {LEAST_HOURS} is the least, because a crawl may commit "
            f"just now, and {RETENTION_HOURS} the most, because the log forgets removals after that"
        )
    awaited = _awaited(store, state_dir)
    for name, table in TABLES.items():
        log = TableLog(store, table)
        if log.find() is None:
            continue
        found = list(leftovers(log, hours, awaited))
        # Asked anew: what was committed since the files were listed must not be among them.
        active = set(log.paths(log.open()))
        gone = [leftover for leftover in found if leftover.path not in active]
        if not dry_run:
            store.discard([f"{name}/{leftover.path}" for leftover in gone])
        yield from gone


def leftovers(log: TableLog, hours: int, awaited: frozenset[str] = frozenset()) -> Iterator[Leftover]:
    """Files of a table that are old enough to go and that its newest commit does not need."""
    longest = min(hours * 3600, ORPHAN_AGE_S)
    files = list(log.store.found(log.table.name))  # before the log is opened: a part is there before its commit
    snapshot = log.open()
    active = set(log.paths(snapshot))
    removed, expired = removals(log, snapshot, 0), removals(log, snapshot, hours)
    for path, size, age in files:
        if path in active or f"{log.table.name}/{path}" in awaited:
            continue
        if path in removed:
            if path in expired:
                yield Leftover(log.table.name, path, size, "replaced")
        elif age > longest:
            yield Leftover(log.table.name, path, size, "unfinished" if path.startswith(f"{STAGED}/") else "unknown")


def removals(log: TableLog, snapshot: DeltaTable, hours: int) -> frozenset[str]:
    """Paths that were removed from a table more than ``hours`` ago, as far as its log still knows."""
    try:  # a dry run of the library's lists them and deletes nothing
        return frozenset(snapshot.vacuum(hours, dry_run=True, enforce_retention_duration=False))
    except (DeltaError, OSError, ValueError) as error:
        said = " ".join(str(error).split())
        raise ArchiveError(f"{log.store.table_uri(log.table.name)}: cannot read what was removed: {said}") from error


def _awaited(store: Store, state_dir: Path | None) -> frozenset[str]:
    """Paths below the archive of parts that a journal of this machine still wants to commit."""
    path = None if state_dir is None else state_folder(state_dir, store.identity) / "journal.sqlite"
    if path is None or not path.exists():
        return frozenset()
    journal = Journal(path)
    try:
        records = [record for records in journal.open_records().values() for record in records]
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise ArchiveError(f"the journal {path} is damaged ({error}); remove it to give up what it holds") from error
    finally:
        journal.close()
    parts = [part for record in records for parts in record.parts.values() for part in parts]
    return frozenset(name for part in parts for name in (part.staged, f"{part.table}/{part.path}"))
