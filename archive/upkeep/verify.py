"""Verification: whether an archive holds what its log says, and whether its rows fit together."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, Literal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from archive.columns import month_of
from archive.erased import Erasures
from archive.errors import ArchiveError
from archive.log import Stored, TableLog
from archive.parts import directory
from archive.reader import observed_in
from archive.schema import TABLES
from archive.states import AHEAD_US
from archive.stores import STAGED, Store
from archive.upkeep.relations import Broken, Relations, columns_of
from archive.upkeep.rewriting import part_schema
from archive.upkeep.vacuum import removals

SHOWN: Final = 5
"""Rows named for each rule that is broken."""
_READ_ROWS: Final = 20_000
_COPY: Final = (
    "restore the file from a copy of the archive; without one, `scrapy archive verify --give-up` takes it out of the "
    "table, and the next crawl reads again what the sites still show"
)
_LOG_COPY: Final = "restore the log entry from a copy of the archive; the parts are not touched"
_TWICE: Final = "keep the archive as it is, and report it with the keys; reading the latest states is not affected"
_ERASE_AGAIN: Final = "run the same `scrapy archive erase` again"
_AGAIN: Final = "run the crawl again with the same STATE_DIR; it goes on where it stopped"
_REPLACED: Final = "the part was replaced and removed while the archive was verified"
_ATTEMPTS: Final = 100
_SLACK: Final = timedelta(microseconds=AHEAD_US)

Level = Literal["damage", "note"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be."""

    level: Level
    """``damage``: rows are lost, doubled or cannot be read. ``note``: worth knowing, nothing is wrong."""
    table: str
    what: str
    path: str | None = None
    """The file, as everybody's tools address it."""
    way_out: str = ""
    part: str | None = None
    """Path of a committed part that cannot be read, below the table's directory."""


@dataclass(slots=True)
class Checked:
    """What was looked at."""

    parts: int = 0
    rows: int = 0
    bytes: int = 0
    entries: int = 0
    """Log entries."""


@dataclass(frozen=True, slots=True)
class _Opened:
    """A table as it was when the verification began."""

    log: TableLog
    version: int
    parts: list[Stored]


def verify(
    store: Store, *, now: datetime, state_dir: Path | None = None, checked: Checked | None = None
) -> Iterator[Finding]:
    """Read every byte of an archive and tell what is wrong, a table after the other.

    ``state_dir`` is asked for erasure keys; ``checked`` counts along. Memory holds the list of files and a batch of
    rows; what the rows are to each other is compared in a temporary database. What cannot be read ends nothing: it is
    told, and the rest is read. Crawls may go on: the archive is checked as it was when this began.
    """
    checked = Checked() if checked is None else checked
    relations = Relations(SHOWN)
    opened: list[_Opened] = []
    is_whole = True
    try:
        # A batch is committed in the order of the tables: whatever a row of a later table needs is in an earlier one
        # that is opened after it.
        for table in reversed(TABLES.values()):
            log = TableLog(store, table)
            try:
                snapshot = log.find()
                if snapshot is None:
                    yield Finding("note", table.name, "there is no such table yet", way_out="a crawl creates it")
                    continue
                log.check(snapshot)
                opened.insert(0, _Opened(log, snapshot.version(), log.parts(snapshot)))
            except ArchiveError as error:
                is_whole = False
                yield Finding("damage", table.name, str(error), way_out=_LOG_COPY)
        for each in opened:
            for finding in _table(each, relations, checked, now):
                is_whole &= finding.level != "damage" and finding.what != _REPLACED
                yield finding
        if is_whole:
            yield from _relations(store, relations, state_dir)
        else:
            yield Finding("note", "", "keys and parents were not compared, because rows are missing", way_out="")
    finally:
        relations.close()


def give_up(store: Store, findings: Iterable[Finding]) -> list[str]:
    """Take the damaged parts out of their tables; their addresses. Their rows are lost, everything else reads again.

    Raises `ArchiveError` when it cannot be committed.
    """
    damaged: dict[str, set[str]] = {}
    for finding in findings:
        if finding.part is not None:
            damaged.setdefault(finding.table, set()).add(finding.part)
    given: list[str] = []
    for name, paths in damaged.items():
        log = TableLog(store, TABLES[name])
        for _ in range(_ATTEMPTS):
            snapshot = log.open()
            there = sorted(paths.intersection(log.paths(snapshot)))
            if not there or log.commit(snapshot, [], {}, removed=there):
                given += [store.address(name, path) for path in there]
                break
        else:
            raise ArchiveError(f"{store.table_uri(name)}: other writers came between {_ATTEMPTS} times; try again")
    return given


def _table(opened: _Opened, relations: Relations, checked: Checked, now: datetime) -> Iterator[Finding]:
    log, name, late = opened.log, opened.log.table.name, 0
    yield from _entries(log, opened.version, checked)
    files = {found.path: found.size for found in log.store.found(name)}
    for part in opened.parts:
        checked.parts += 1
        checked.bytes += part.size
        size = files.get(part.path)
        try:
            for batch in _rows(log, part, size):
                checked.rows += batch.num_rows
                late += _late(log, batch, now)
                relations.add(name, batch)
        except _DamageError as error:
            address = log.store.address(name, part.path)
            if size is None and part.path not in log.paths(log.open()):
                yield Finding("note", name, _REPLACED, address, "verify again")
            else:
                yield Finding("damage", name, str(error), address, _COPY, part.path)
    if late:
        yield Finding(
            "note",
            name,
            f"{late:,} rows were observed later than now: a clock was or is wrong; the latest state of what they "
            "describe stays theirs until then",
            way_out="set the clock of the machine that crawls (NTP)",
        )
    yield from _orphans(log, files, {part.path for part in opened.parts})


def _entries(log: TableLog, newest: int, checked: Checked) -> Iterator[Finding]:
    """Every log entry that is there. Readers need those since the last checkpoint; indexes and `history` the others."""
    before = False
    for version in range(newest + 1):
        try:
            there = log.entry(version) is not None
        except ArchiveError as error:
            yield Finding("damage", log.table.name, str(error), way_out=_LOG_COPY)
            there = True
        checked.entries += there
        if before and not there:
            what = f"log entry {version} is missing, although older ones are there"
            yield Finding("damage", log.table.name, what, way_out=_LOG_COPY)
        before |= there


class _DamageError(Exception):
    """What is wrong with a part."""


def _rows(log: TableLog, part: Stored, size: int | None) -> Iterator[pa.RecordBatch]:
    """The rows of a part, each page's checksum checked; raises `_DamageError` where it is not right."""
    if size is None:
        raise _DamageError("the part is gone")
    if size != part.size:
        raise _DamageError(f"the part has {size:,} bytes, the log says {part.size:,}: it is cut off or another file")
    name = log.table.name
    try:
        with log.store.filesystem(name).open_input_file(part.path) as source:
            file = pq.ParquetFile(source, page_checksum_verification=True)
            _check_shape(log, part, file)
            rows = 0
            for group in range(file.num_row_groups):  # all groups in one call would be fetched ahead, and kept
                for batch in file.iter_batches(_READ_ROWS, row_groups=[group]):
                    _check_month(log, part, batch)
                    rows += batch.num_rows
                    yield batch
    except (OSError, pa.ArrowException) as error:
        raise _DamageError(f"the part cannot be read: {' '.join(str(error).split())}") from error
    if rows != part.rows:
        raise _DamageError(f"the part holds {rows:,} rows, the log says {part.rows:,}")


def _check_shape(log: TableLog, part: Stored, file: pq.ParquetFile) -> None:
    expected = directory(part.partition)
    if part.path.rpartition("/")[0] != expected:
        raise _DamageError(f"the part lies outside its partition {expected}")
    if file.metadata.num_rows != part.rows:
        raise _DamageError(f"the part holds {file.metadata.num_rows:,} rows, the log says {part.rows:,}")
    ours = part_schema(log.table)
    for field in file.schema_arrow:
        if field.name not in ours.names:
            raise _DamageError(f"the part has a column {field.name!r} that the table lacks")
        if not field.type.equals(ours.field(field.name).type):
            raise _DamageError(f"column {field.name!r} is {field.type}, the table's is {ours.field(field.name).type}")
    for column in columns_of(log.table.name):
        if column not in file.schema_arrow.names:
            raise _DamageError(f"the part lacks the column {column!r}")


def _check_month(log: TableLog, part: Stored, batch: pa.RecordBatch) -> None:
    observed = batch.column(observed_in(log.table.name)).cast(pa.int64())
    extremes: Any = pc.min_max(observed)
    for end in ("min", "max"):
        value = extremes[end].as_py()
        if value is not None and month_of(value) != part.partition["month"]:
            raise _DamageError(f"a row was observed in {month_of(value)}, its partition is {part.partition['month']}")


def _late(log: TableLog, batch: pa.RecordBatch, now: datetime) -> int:
    late = pc.greater(batch.column(observed_in(log.table.name)), pa.scalar(now + _SLACK, pa.timestamp("us", tz="UTC")))
    return late.to_pylist().count(True)


def _orphans(log: TableLog, files: dict[str, int], active: set[str]) -> Iterator[Finding]:
    name, snapshot = log.table.name, log.open()  # anew: what was committed before the files were listed is none
    active = active.union(log.paths(snapshot))
    replaced = removals(log, snapshot, 0)
    counted = {"replaced": 0, "bytes": 0}
    for path, size in files.items():
        if path in active:
            continue
        if path in replaced:
            counted["replaced"] += 1
            counted["bytes"] += size
        else:
            what = "an unfinished part of a crawl" if path.startswith(f"{STAGED}/") else "no log entry names this file"
            yield Finding(
                "note", name, what, log.store.address(name, path), "`scrapy archive vacuum` removes it once it is old"
            )
    if counted["replaced"]:
        yield Finding(
            "note",
            name,
            f"{counted['replaced']:,} replaced parts ({counted['bytes']:,} bytes) are still there",
            way_out="`scrapy archive vacuum` removes them once they are old",
        )


def _relations(store: Store, relations: Relations, state_dir: Path | None) -> Iterator[Finding]:
    erasures = Erasures(store, Path() if state_dir is None else state_dir)
    snapshot = TableLog(store, TABLES["comments"]).find()
    try:
        if snapshot is not None:
            erasures.follow(snapshot)
    except ArchiveError as error:
        yield Finding("note", "comments", str(error), way_out="without it, parents that were erased count as missing")

    def is_erased(comment_id: str) -> bool:
        return erasures.has(comment_id=comment_id)

    for broken in relations.broken(is_erased):
        yield _finding(broken, _TWICE if broken.is_damage else _AGAIN)
    for broken in relations.still_there(is_erased) if erasures else ():
        yield _finding(broken, _ERASE_AGAIN)


def _finding(broken: Broken, way_out: str) -> Finding:
    more = "" if broken.count == len(broken.keys) else f", and {broken.count - len(broken.keys):,} more"
    what = f"{broken.rule}: {json.dumps(broken.keys, ensure_ascii=False)}{more}"
    return Finding("damage" if broken.is_damage else "note", broken.table, what, way_out=way_out)
