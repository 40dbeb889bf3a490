"""A large archive of one site, made once and fast: one commit's rows, again and again under other keys."""

from __future__ import annotations

import secrets
import shutil
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from archive.columns import Columns
from archive.log import TableLog
from archive.parts import Part, directory, encode, partitions, statistics
from archive.schema import TABLES
from archive.stores import STAGED, open_store
from benchmarks.storage.comments import captures, provenance
from pipelines.identify import Identify
from pipelines.normalise import normalise

COMMIT_ROWS: Final = 20_000
AGAIN: Final = 10
"""One row of so many is a later state of a comment of the commit before it."""
_KEYS: Final = ("comment_id", "parent_id", "root_id", "page_id", "thread_id", "visit_id", "capture_id")
_TABLE: Final = TABLES["comments"]
_DAY: Final = 86_400_000_000


def large_archive(folder: Path, commits: int, commit_rows: int = COMMIT_ROWS) -> tuple[Path, int, int]:
    """Its directory, its rows and its comments (the latest states); made when it is not there yet."""
    root = folder / f"archive-{commits}-{commit_rows}"
    done = root / "done"
    if not done.exists():
        shutil.rmtree(root, ignore_errors=True)
        store = open_store(str(root))
        store.prepare()
        log = TableLog(store, _TABLE)
        log.ensure()
        first = _rows(commit_rows)
        for number in range(commits):
            _commit(log, _renamed(first, number), number)
        done.touch()
    rows = commits * commit_rows
    return root, rows, rows - (commits - 1) * (commit_rows // AGAIN)


def _rows(count: int) -> pa.Table:
    columns, identify = Columns(_TABLE), Identify()
    for capture in captures(count, seed=7):
        normalise(capture)
        identify.identify(capture)
        columns.add(capture.comments, provenance(capture))
    return columns.arrow()


def _renamed(first: pa.Table, number: int) -> pa.Table:
    """New comments under keys of their own, and some of the commit before, edited a day later."""
    fresh = _under(first, number)
    if not number:
        return fresh
    again = len(first) // AGAIN
    chosen = pa.array(range(0, again * (AGAIN - 1), AGAIN - 1), pa.int64())
    before, now = _under(first, number - 1).take(chosen), fresh.take(chosen)
    edited = pa.array(["edited"] * again, pa.string())
    later = _with(before, "change", edited)
    later = _with(later, "content_digest", pc.utf8_reverse(later.column("content_digest")))
    for name in ("visit_id", "capture_id", "observed_at"):
        later = _with(later, name, now.column(name))
    return pa.concat_tables([fresh.slice(0, len(first) - again), later])


def _under(first: pa.Table, number: int) -> pa.Table:
    """The rows with other keys, a day of the archive's life later for each number."""
    rows, mark = first, f"{number:05x}"
    for name in _KEYS:
        replaced: Any = pc.binary_replace_slice(rows.column(name), 0, len(mark), mark)
        rows = _with(rows, name, replaced)
    moved = pc.add(rows.column("observed_at").cast(pa.int64()), pa.scalar(number * _DAY, pa.int64()))
    return _with(rows, "observed_at", moved.cast(pa.timestamp("us", "UTC")))


def _with(rows: pa.Table, name: str, values: Any) -> pa.Table:
    return rows.set_column(rows.schema.get_field_index(name), _TABLE.schema.field(name), values)


def _commit(log: TableLog, rows: pa.Table, number: int) -> None:
    parts = []
    for partition, inner in partitions(_TABLE, rows):
        content = encode(_TABLE, inner)
        stem = f"large-{number:06}-{secrets.token_hex(8)}"
        part = Part(
            table=_TABLE.name,
            staged=f"{_TABLE.name}/{STAGED}/{stem}.part",
            path=f"{directory(partition)}/{stem}.parquet",
            partition=partition,
            rows=inner.num_rows,
            size=content.size,
            stats=statistics(inner),
        )
        log.store.stage(part.staged, content)
        log.store.publish([(part.staged, f"{_TABLE.name}/{part.path}")])
        parts.append(part)
    if not log.commit(log.open(), parts, {"large": number}):
        raise RuntimeError("nobody else writes to this archive")
