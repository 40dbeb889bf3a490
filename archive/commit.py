"""How one batch becomes part of the archive: divided, freed of what is known, journaled, committed table by table."""

from __future__ import annotations

import contextlib
import logging
import random
import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from archive.antijoin import KNOWN, Visit, visits, without
from archive.columns import Columns
from archive.erased import Erasures
from archive.errors import ArchiveError
from archive.index import Index, Pending, Rows
from archive.journal import Journal, Record
from archive.log import Stored, TableLog
from archive.parts import Part, directory, encode, partitions, statistics
from archive.schema import BLOCKS, TABLES
from archive.states import COMPARED, STATES
from archive.stores import STAGED, Store

ATTEMPTS: Final = 100
"""Commits tried while other writers come between, before it is given up."""
_PAUSE_S: Final = 0.25
"""Longest pause between two of them, seconds."""
_LONGEST_PAUSE_S: Final = 10.0
"""The same after one that failed: the server needs time, not only the other writers."""

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Held:
    """Rows of one partition and, once they are written, their part."""

    partition: dict[str, str]
    rows: pa.Table | None
    """Without the partition columns; None until they are read back from the part of a dead crawl."""
    part: Part | None = None


@dataclass(slots=True)
class Batch:
    """Rows that are committed together; numbered within their crawl."""

    crawl_id: str
    number: int
    rows: int
    columns: dict[str, Columns] | None
    """The rows as they were added; None once they are divided."""
    pending: Pending
    held: dict[str, list[Held]] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)
    """Tables that need nothing more."""
    record: Record | None = None
    checked: dict[str, int] = field(default_factory=dict)
    """The version of a table up to which rows were compared with what it holds."""
    failed: int = 0
    """Commits that failed and are not in the log."""
    known: Counter[str] = field(default_factory=Counter)
    """Rows per table that the archive held already."""
    retracted: Counter[str] = field(default_factory=Counter)
    """Rows per table that were committed and taken out again."""


@dataclass(frozen=True, slots=True)
class Committed:
    """What a commit added to the archive."""

    rows: dict[str, int]
    """Rows per table."""
    known: dict[str, int]
    """Rows per table that were not written, because the archive held them already or they were erased from it."""
    parts: int
    bytes: int


class Committer:
    """Commits batches. A call that raised can be made again with the same batch."""

    def __init__(
        self, store: Store, logs: Mapping[str, TableLog], index: Index, journal: Journal, erasures: Erasures
    ) -> None:
        self.store = store
        self.logs = logs
        self.index = index
        self.journal = journal
        self.erasures = erasures
        self.table_ids: dict[str, str] = {}
        """Delta id of each table, as it was when the exporter started."""

    def commit(self, batch: Batch) -> Committed:
        """Commit a batch exactly once. Raises `ArchiveError` with nothing lost: the same batch can be tried again."""
        if batch.record is None:
            self._prepare(batch)
        return self._finish(batch)

    def roll_forward(self, record: Record) -> Committed | None:
        """Commit what a dead crawl began to; None when its archive is no longer there."""
        if any(self.table_ids.get(name) != table_id for name, table_id in record.tables.items()):
            logger.warning(
                "Batch %s/%d was meant for an archive that is gone from %s; it is dropped",
                record.crawl_id, record.number, self.store.uri,
            )  # fmt: skip
            self.journal.cross_out(record)
            return None
        held = {name: [Held(p.partition, None, p) for p in parts] for name, parts in record.parts.items()}
        rows = sum(part.rows for parts in record.parts.values() for part in parts)
        batch = Batch(record.crawl_id, record.number, rows, None, Pending(), held, record=record)
        committed = self._finish(batch)
        logger.info("Batch %s/%d of an interrupted crawl was committed", record.crawl_id, record.number)
        return committed

    # -- before the first commit --------------------------------------------------------------------

    def _prepare(self, batch: Batch) -> None:
        for name, columns in (batch.columns or {}).items():
            if name not in batch.held:
                divided = partitions(TABLES[name], columns.hand_over())
                batch.held[name] = [Held(partition, rows) for partition, rows in divided]
        batch.columns = None
        for name in COMPARED:
            if batch.held.get(name):
                batch.checked[name] = self.index.follow(self.logs[name])
        self._drop_known(batch, "comments")
        refused = self._drop_known(batch, "pages")  # last: when nothing can fail any more between a page and its blocks
        if refused:
            for name in BLOCKS:
                for held in batch.held.get(name, ()):
                    rows = self._rows(name, held)
                    self._replace(batch, name, held, without(rows, [visit in refused for visit in visits(rows)]))
        for name, helds in batch.held.items():
            batch.held[name] = [held for held in helds if self._rows(name, held).num_rows]
        begun: list[str] = []
        try:
            for name, helds in batch.held.items():
                for held in helds:
                    held.part = self._stage(batch, name, held, begun)
        except BaseException:
            with contextlib.suppress(ArchiveError):  # the first error is the one to tell
                self.store.discard(begun)
            raise
        batch.record = self._record(batch)
        if _is_pending(batch):
            for held in batch.held.get("comments", ()):
                held.rows = None  # most of a batch, and the index need not see them

    def _record(self, batch: Batch) -> Record:
        parts = {name: [held.part for held in helds if held.part] for name, helds in batch.held.items() if helds}
        ids = {name: self.table_ids[name] for name in parts}
        return Record(crawl_id=batch.crawl_id, number=batch.number, tables=ids, parts=parts, origin=self.journal.origin)

    def _stage(self, batch: Batch, name: str, held: Held, begun: list[str]) -> Part:
        """Write a part; its path is added to ``begun`` before anything lies there."""
        rows = self._rows(name, held)
        content = encode(TABLES[name], rows)
        stem = f"{batch.crawl_id}-{batch.number:06}-{self.journal.origin}{secrets.token_hex(8)}"
        part = Part(
            table=name,
            staged=f"{name}/{STAGED}/{stem}.part",
            path=f"{directory(held.partition)}/{stem}.parquet",
            partition=held.partition,
            rows=rows.num_rows,
            size=content.size,
            stats=statistics(rows),
        )
        begun.append(part.staged)
        self.store.stage(part.staged, content)
        return part

    def _rows(self, name: str, held: Held) -> pa.Table:
        if held.rows is None:
            part = held.part
            if part is None:
                raise ValueError("rows are in memory or in their part")
            content = self.store.read(part.staged) or self.store.read(f"{name}/{part.path}")
            if content is None:
                raise ArchiveError(
                    f"{self.store.uri}: the part {part.staged} of an interrupted crawl is gone; remove the journal "
                    f"{self.journal.path} to give up its {part.rows} rows"
                )
            held.rows = pq.read_table(pa.BufferReader(content))
        return held.rows

    # -- rows that the archive holds ----------------------------------------------------------------

    def _drop_known(self, batch: Batch, name: str) -> set[Visit]:
        """Drop rows that are committed already, or erased, from a table's parts; the visits of dropped pages."""
        helds = batch.held.get(name, [])
        refused: set[Visit] = set()
        kept: set[Visit] = set()
        for held, known in zip(helds, KNOWN[name]([self._rows(name, held) for held in helds], self.index), strict=True):
            rows = self._rows(name, held)
            if name == "comments" and self.erasures:
                erased = self.erasures.among(rows, held.partition["site"])
                known = [drop or gone for drop, gone in zip(known, erased, strict=True)]  # noqa: PLW2901 - the union of both
            if name == "pages":
                for visit, drop in zip(visits(rows), known, strict=True):
                    (refused if drop else kept).add(visit)
            self._replace(batch, name, held, without(rows, known))
        return refused - kept

    def _replace(self, batch: Batch, name: str, held: Held, rows: pa.Table) -> None:
        before = self._rows(name, held)
        batch.known[name] += before.num_rows - rows.num_rows
        held.rows = rows

    def _drop_late(self, batch: Batch, record: Record, name: str) -> None:
        """The same when parts are staged: those that lost rows are written anew, and the journal learns of it."""
        refused = self._drop_known(batch, name)
        changed = [held for held in batch.held[name] if held.part and self._rows(name, held).num_rows != held.part.rows]
        if not changed:
            return
        for held in changed:
            old = held.part
            if old is not None:
                record.discarded += [old.staged, f"{name}/{old.path}"]
            held.part = self._stage(batch, name, held, record.discarded) if self._rows(name, held).num_rows else None
        batch.held[name] = [held for held in batch.held[name] if held.part]
        record.parts[name] = [held.part for held in batch.held[name] if held.part]
        record.refused += sorted(refused)
        self.journal.write(record)

    # -- committing ---------------------------------------------------------------------------------

    def _finish(self, batch: Batch) -> Committed:
        record = batch.record
        if record is None:
            raise ValueError("a batch is prepared before it is committed")
        # Also when it may stand there already: whether an earlier write that failed came to the disk is unknown.
        self.journal.write(record)
        for name in TABLES:
            if name not in batch.done and batch.held.get(name):
                self._until_done(name, partial(self._commit_table, batch, record, name))
                batch.done.add(name)
        if record.refused:
            for name in BLOCKS:
                self._until_done(name, partial(self._retract, batch, record, name))
        self._sweep(record)
        self.journal.cross_out(record)
        parts = [held.part for helds in batch.held.values() for held in helds if held.part]
        rows: Counter[str] = Counter()
        for part in parts:
            rows[part.table] += part.rows
        known = +(batch.known + batch.retracted)
        return Committed(dict(rows - batch.retracted), dict(known), len(parts), sum(part.size for part in parts))

    def _until_done(self, name: str, attempt: Callable[[], bool]) -> None:
        for number in range(ATTEMPTS):
            if attempt():
                return
            time.sleep(min(_PAUSE_S, 0.01 * (number + 1)) * random.random())  # noqa: S311 - spreads writers, guards nothing
        raise ArchiveError(
            f"{self.store.table_uri(name)}: {ATTEMPTS} commits were overtaken by other writers; run fewer crawls"
        )

    def _commit_table(self, batch: Batch, record: Record, name: str) -> bool:
        log, application, number = self.logs[name], record.application, batch.number
        snapshot = log.open()
        if str(snapshot.metadata().id) != record.tables[name]:
            raise ArchiveError(f"{self.store.table_uri(name)} was replaced during the crawl; run the crawl again")
        done = log.transaction(snapshot, application)
        if done is not None and done >= number:
            log.persist(application, number, max(-1, snapshot.version() - ATTEMPTS))
        else:
            transactions = {application: number}
            if name in COMPARED:
                version = self.index.follow(log)
                if (name == "comments" and self.erasures.follow(snapshot)) or batch.checked.get(name) != version:
                    self._drop_late(batch, record, name)
                    batch.checked[name] = version
                for site in {held.partition["site"] for held in batch.held[name]}:
                    transactions[f"seq/{site}"] = (log.transaction(snapshot, f"seq/{site}") or 0) + 1
            parts = [held.part for held in batch.held[name] if held.part]
            if not parts:
                return True
            self.store.publish([(part.staged, f"{name}/{part.path}") for part in parts])
            try:
                if not log.commit(snapshot, parts, transactions):
                    return False
            except ArchiveError:
                # The answer may be lost, the commit made: the log knows.
                done = log.transaction(log.open(), application)
                if done is None or done < number:
                    if batch.failed == self.store.retries:
                        raise
                    batch.failed += 1
                    time.sleep(min(_LONGEST_PAUSE_S, _PAUSE_S * 2**batch.failed) * random.random())  # noqa: S311 - spreads
                    return False
            log.persist(application, number, snapshot.version())
        if name in STATES:
            self.index.follow(log, _learnt(batch, name))
        return True

    # -- pages that another crawl committed first ---------------------------------------------------

    def _retract(self, batch: Batch, record: Record, name: str) -> bool:
        """Take our shares or subscribes of refused pages out again, leaving those that stand beside their page."""
        refused = set(record.refused)
        log = self.logs[name]
        ours = [held for held in batch.held.get(name, ()) if refused & set(visits(self._rows(name, held)))]
        if not ours:
            return True
        snapshot = log.open()
        active = log.parts(snapshot)
        removed: list[str] = []
        added: list[Part] = []
        gone = 0
        for path, partition in _candidates(active, ours):
            rows = pq.read_table(path, filesystem=self.store.filesystem(name), partitioning=None)
            kept = without(rows, [visit in refused for visit in visits(rows)])
            if kept.num_rows == rows.num_rows:
                continue
            removed.append(path)
            gone += rows.num_rows - kept.num_rows
            if kept.num_rows:
                added.append(self._stage(batch, name, Held(partition, kept), record.discarded))
        if not removed:
            return True
        record.discarded += [f"{name}/{part.path}" for part in added]
        self.journal.write(record)
        self.store.publish([(part.staged, f"{name}/{part.path}") for part in added])
        application = f"{record.application}/retract"
        if not log.commit(snapshot, added, {application: batch.number}, removed=removed):
            return False
        log.persist(application, batch.number, snapshot.version())
        batch.retracted[name] += gone
        return True

    def _sweep(self, record: Record) -> None:
        """Remove files that were written for nothing."""
        for name, log in self.logs.items():
            paths = [path for path in record.discarded if path.startswith(f"{name}/")]
            if paths:
                active = set(log.paths(log.open()))
                self.store.discard([path for path in paths if path.removeprefix(f"{name}/") not in active])


def _learnt(batch: Batch, name: str) -> dict[str, Rows]:
    """What the index learns from the parts of a batch, by path: the runs of its states as they are where no row of a
    comment was dropped.
    """
    if name == "comments" and _is_pending(batch):
        runs = batch.pending.runs()
        return {h.part.path: runs for h in batch.held[name] if h.part}  # the first part takes them all
    return {h.part.path: h.rows for h in batch.held[name] if h.part and h.rows is not None}


def _is_pending(batch: Batch) -> bool:
    """Whether the comments that are committed are all that were added, and no others."""
    return batch.pending.comments == sum(held.part.rows for held in batch.held.get("comments", ()) if held.part)


def _candidates(active: Iterable[Stored], ours: Iterable[Held]) -> Iterable[tuple[str, dict[str, str]]]:
    """Committed parts that may hold rows of ours: our own, or their partition's once they were rewritten."""
    present = {stored.path for stored in active}
    for held in ours:
        if held.part is not None and held.part.path in present:
            yield held.part.path, held.partition
        else:
            yield from ((stored.path, held.partition) for stored in active if stored.partition == held.partition)
