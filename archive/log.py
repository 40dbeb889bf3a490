"""The Delta log of one table: created and checked, committed to once, followed entry by entry."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Final
from urllib.parse import unquote

import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, Schema, Transaction
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError
from deltalake.transaction import AddAction, RemoveAction

from archive.errors import ArchiveError
from archive.parts import STATISTICS, Part
from archive.schema import SCHEMA_VERSION, Table
from archive.stores import LOG, Store

VERSION_KEY: Final = "talkback.schemaVersion"
"""Table property with the `SCHEMA_VERSION` of the newest writer."""
_COLOUR: Final = re.compile(r"\x1b\[[0-9;]*m↳?")
"""delta-rs draws its errors for a terminal."""
CHECKPOINT_EVERY: Final = 10
"""Commits; keeps opening a table of thousands of commits at tens of milliseconds."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A committed part as the log describes it."""

    path: str
    """Below the table's directory."""
    rows: int
    size: int
    """Bytes."""
    partition: dict[str, str]


@dataclass(frozen=True, slots=True)
class Entry:
    """What one log entry says about parts."""

    version: int
    added: tuple[str, ...]
    """Paths below the table's directory whose rows are new."""
    rows_removed: bool
    """Whether rows went: what was learnt from earlier parts no longer holds."""
    transactions: dict[str, int]


class TableLog:
    """One table's log in a store."""

    def __init__(self, store: Store, table: Table) -> None:
        self.store = store
        self.table = table

    def open(self) -> DeltaTable:
        """The newest snapshot. Never kept: an old handle replays the log since it was opened.

        Raises `ArchiveError` when there is no table.
        """
        snapshot = self.find()
        if snapshot is None:
            raise ArchiveError(f"{self.store.uri} has no table {self.table.name}")
        return snapshot

    def find(self) -> DeltaTable | None:
        """The newest snapshot, or None when there is no table."""
        # Not DeltaTable.is_deltatable: it holds the GIL while it waits for S3 (1.6.6).
        left = self.store.retries
        while True:
            try:
                return DeltaTable(self.store.table_uri(self.table.name), storage_options=self.store.storage_options)
            except TableNotFoundError:
                return None
            except (DeltaError, OSError, ValueError) as error:
                if not left or not self.store.is_passing(str(error)):
                    raise self._failed("read the log", error) from error
                left -= 1

    # -- creating and checking ----------------------------------------------------------------------

    def ensure(self) -> DeltaTable:
        """The snapshot of a table that this version can write: created, or checked and given its new columns.

        Raises `ArchiveError` for a directory with other content, another schema, or a newer schema version.
        """
        snapshot = self.find()
        if snapshot is None:
            self._create()
            snapshot = self.open()
        missing = self.check(snapshot)
        if missing or self._written_by(snapshot) < SCHEMA_VERSION:
            self._grow(missing)
            snapshot = self.open()
        return snapshot

    def _create(self) -> None:
        table = self.table
        strangers = self.store.strangers(table.name)
        if strangers:
            raise ArchiveError(
                f"{self.store.table_uri(table.name)} holds {', '.join(map(repr, strangers))} but no table; "
                "choose an empty place for the archive"
            )
        left = self.store.retries
        while True:
            try:
                DeltaTable.create(
                    self.store.table_uri(table.name),
                    table.schema,
                    mode="error",
                    partition_by=list(table.partition_by),
                    name=table.name,
                    configuration={
                        VERSION_KEY: str(SCHEMA_VERSION),
                        "delta.checkpointInterval": str(CHECKPOINT_EVERY),
                        "delta.dataSkippingStatsColumns": ",".join(n for n in STATISTICS if n in table.schema.names),
                    },
                    storage_options=self.store.storage_options,
                    raise_if_key_not_exists=False,
                    # With retries the loser of two that create at once commits a second table over the first (1.6.6).
                    commit_properties=CommitProperties(max_commit_retries=0),
                )
            except (DeltaError, OSError, ValueError) as error:
                if self.find() is None:  # otherwise another crawl was faster, or the answer was lost
                    if not left:
                        raise self._failed("create the table", error) from error
                    left -= 1
                    continue
            break
        self.store.persist_log(table.name, 0)

    def check(self, snapshot: DeltaTable) -> list[str]:
        """Names of columns that an older version's table lacks; raises `ArchiveError` when it is not ours."""
        where = self.store.table_uri(self.table.name)
        version = self._written_by(snapshot)
        if version > SCHEMA_VERSION:
            raise ArchiveError(
                f"{where} was written with schema version {version}, this Talkback knows {SCHEMA_VERSION}; upgrade it"
            )
        theirs = {field.name: field.type for field in snapshot.schema().fields}
        ours = {field.name: field.type for field in Schema.from_arrow(self.table.schema).fields}
        for name, kind in theirs.items():
            if name not in ours:
                raise ArchiveError(f"{where} has a column {name!r} that Talkback lacks; it is another kind of table")
            if kind != ours[name]:
                raise ArchiveError(f"{where}: column {name!r} is {kind}, Talkback writes {ours[name]}")
        divided = tuple(snapshot.metadata().partition_columns)
        if divided != self.table.partition_by:
            raise ArchiveError(f"{where} is partitioned by {divided}, Talkback's by {self.table.partition_by}")
        missing = [name for name in ours if name not in theirs]
        if version == 0:
            raise ArchiveError(f"{where} is a Delta table, but none of Talkback's; choose another place")
        return missing

    def _written_by(self, snapshot: DeltaTable) -> int:
        stated = snapshot.metadata().configuration.get(VERSION_KEY, "0")
        return int(stated) if stated.isascii() and stated.isdigit() else 0

    def _grow(self, missing: Sequence[str]) -> None:
        ours = {field.name: field for field in Schema.from_arrow(self.table.schema).fields}
        try:
            if missing:
                self.open().alter.add_columns([ours[name] for name in missing])
            self.open().alter.set_table_properties({VERSION_KEY: str(SCHEMA_VERSION)}, raise_if_not_exists=False)
        except (DeltaError, OSError, ValueError) as error:
            snapshot = self.open()
            if self.check(snapshot) or self._written_by(snapshot) < SCHEMA_VERSION:
                raise self._failed("add the new columns", error) from error

    # -- committing ---------------------------------------------------------------------------------

    def commit(
        self,
        snapshot: DeltaTable,
        added: Sequence[Part],
        transactions: dict[str, int],
        *,
        removed: Sequence[str] = (),
        data_change: bool = True,
    ) -> bool:
        """Add parts (and remove others) in one entry; False when another writer came between.

        Two entries that carry the same application id cannot both follow one snapshot: that makes a transaction
        ``seq/<site>`` a compare-and-swap. ``data_change`` is false when the same rows only move to other parts: nobody
        who follows the log has to read them again. An entry that removes parts follows its snapshot directly or not at
        all, so its version is the snapshot's plus one.

        Raises `ArchiveError` for anything else; the commit may then have happened, which `transaction` of a
        fresh snapshot tells.
        """
        now = time.time_ns() // 1_000_000
        actions: list[AddAction | RemoveAction] = [RemoveAction(path, data_change, now) for path in removed]
        actions += [AddAction(p.path, p.size, p.partition, now, data_change=data_change, stats=p.stats) for p in added]
        try:
            snapshot.create_write_transaction(
                actions,
                "append",
                self.table.schema,
                list(self.table.partition_by),
                commit_properties=CommitProperties(
                    app_transactions=[Transaction(app, version) for app, version in transactions.items()],
                    max_commit_retries=0 if removed else None,
                ),
            )
        except CommitFailedError:
            return False
        except (DeltaError, OSError, ValueError) as error:
            raise self._failed("commit", error) from error
        return True

    def persist(self, application: str, version: int, after: int) -> None:
        """Make the entry durable that carries a transaction and was made behind version ``after``."""
        for entry in self.follow(after):
            if entry.transactions.get(application) == version:
                self.store.persist_log(self.table.name, entry.version)
                return

    # -- reading ------------------------------------------------------------------------------------

    def transaction(self, snapshot: DeltaTable, application: str) -> int | None:
        """The version of an application's last transaction, None when it has made none.

        A snapshot may read more of the log for that. Raises `ArchiveError` when it cannot.
        """
        try:
            return snapshot.transaction_version(application)
        except (DeltaError, OSError, ValueError) as error:
            raise self._failed("read the log", error) from error

    def follow(self, after: int) -> Iterator[Entry]:
        """The entries behind version ``after``, up to the first that is not there."""
        version = after + 1
        while (entry := self.entry(version)) is not None:
            yield entry
            version += 1

    def entry(self, version: int) -> Entry | None:
        """One log entry, None when it is not there; raises `ArchiveError` for a damaged one."""
        path = f"{self.table.name}/{LOG}/{version:020}.json"
        content = self.store.read(path)
        if content is None:
            return None
        try:
            actions = [json.loads(line) for line in content.splitlines() if line.strip()]
            adds = [action["add"] for action in actions if action.get("add")]
            removes = [action["remove"] for action in actions if action.get("remove")]
            txns = [action["txn"] for action in actions if action.get("txn")]
            return Entry(
                version,
                tuple(unquote(add["path"]) for add in adds if add["dataChange"]),
                any(remove["dataChange"] for remove in removes),
                {txn["appId"]: txn["version"] for txn in txns},
            )
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise ArchiveError(
                f"{self.store.uri}: log entry {path} is damaged ({error}); restore it from a copy of the archive"
            ) from error

    def files(self, snapshot: DeltaTable) -> pa.Table:
        """The committed parts: path (below the table's directory), size_bytes, num_records, partition.site, ...

        Raises `ArchiveError` when the log cannot be read.
        """
        try:
            found = pa.table(snapshot.get_add_actions(flatten=True))
        except (DeltaError, OSError, ValueError) as error:
            raise self._failed("read the log", error) from error
        # The log holds paths as URIs (Delta protocol, Add File); deltalake 1.6.6 decodes them everywhere but here.
        paths = pa.array([unquote(str(path)) for path in found.column("path").to_pylist()], pa.string())
        return found.set_column(found.schema.get_field_index("path"), "path", paths)

    def paths(self, snapshot: DeltaTable) -> list[str]:
        """Paths of the committed parts, below the table's directory. Raises `ArchiveError` as :meth:`files`."""
        return [str(path) for path in self.files(snapshot).column("path").to_pylist()]

    def parts(self, snapshot: DeltaTable) -> list[Stored]:
        """The committed parts, ordered by path. Raises `ArchiveError` as :meth:`files`."""
        files: dict[str, list[Any]] = self.files(snapshot).to_pydict()
        columns = self.table.partition_by
        described = zip(
            files["path"], files["num_records"], files["size_bytes"], *(files[f"partition.{name}"] for name in columns),
            strict=True,
        )  # fmt: skip
        return [
            Stored(path, rows, size, dict(zip(columns, values, strict=True)))
            for path, rows, size, *values in sorted(described, key=itemgetter(0))
        ]

    def _failed(self, what: str, error: Exception) -> ArchiveError:
        said = " ".join(_COLOUR.sub("", str(error)).split())
        parts = (f"{self.store.table_uri(self.table.name)}: cannot {what}: {said}", self.store.advice(said))
        return ArchiveError("; ".join(filter(None, parts)))

