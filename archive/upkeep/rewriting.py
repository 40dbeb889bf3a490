"""Replacing committed parts by others, in one commit that counts only if nobody else touched them."""

from __future__ import annotations

import contextlib
import random
import secrets
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from archive.errors import ArchiveError
from archive.log import TableLog
from archive.parts import ROW_GROUP_ROWS, STATISTICS, Part, directory, statistics, writer
from archive.schema import Table
from archive.stores import STAGED

if TYPE_CHECKING:
    import pyarrow.dataset as pa_dataset

SLICE_ROWS: Final = 25_000
"""Rows that are sorted at a time. Comments take 23 MB then, and as much again while they are sorted; half as many rows
would read every part twice as often. 560,000 comments: 520 MB of RSS (50,000 rows at a time: 620), of which the
mapped new part is 120."""
ZSTD_LEVEL: Final = 6
"""Of 500,000 comments 48.8 MB in 2.1 s; level 3 gives 50.4 MB in 1.0 s, level 9 47.4 MB in 3.4 s."""
BLOOM: Final = {"comments": ("comment_id",)}
"""Columns that one value is looked for in: DuckDB finds a row in half the time, and an absent one at once."""
ATTEMPTS: Final = 200
_PAUSE_S: Final = 0.25
_READ_ROWS: Final = 20_000


def part_schema(table: Table) -> pa.Schema:
    """What stands in a part: the table's columns without those of the partition."""
    return pa.schema([field for field in table.schema if field.name not in table.partition_by])


def open_parts(log: TableLog, paths: Sequence[str]) -> pa_dataset.Dataset:
    """Committed parts as one source of rows; columns that an older part lacks are null."""
    import pyarrow.dataset as pa_dataset  # noqa: PLC0415 - it makes pyarrow import pandas where that is installed

    filesystem = log.store.filesystem(log.table.name)
    return pa_dataset.dataset(list(paths), schema=part_schema(log.table), filesystem=filesystem, format="parquet")


def merge(log: TableLog, paths: Sequence[str], partition: dict[str, str], kind: str) -> Part | None:
    """Stage one part with all rows of some parts of a partition, sorted; None when they hold none.

    Memory holds a slice of the rows; the part is built in the system's temporary directory. Raises `ArchiveError` for
    a part that cannot be read.
    """
    return _stage(log, partition, kind, _sorted_slices(log.table, open_parts(log, paths)))


def keep(log: TableLog, path: str, partition: dict[str, str], dropped: pc.Expression, kind: str) -> Part | None:
    """Stage a part with the rows of another one that are not ``dropped``, in their order; None when all are."""
    batches = open_parts(log, [path]).to_batches(filter=~dropped, batch_size=_READ_ROWS, batch_readahead=2)
    return _stage(log, partition, kind, (pa.Table.from_batches([batch]) for batch in batches))


def replace(log: TableLog, old: Sequence[str], new: Sequence[Part], *, data_change: bool) -> bool:
    """Commit staged parts in the place of committed ones; False when one of these is no longer there.

    Whatever else was committed meanwhile, the entry directly follows a snapshot that holds every old part: two
    compactions of the same parts cannot both succeed. What was staged for nothing is removed. Raises `ArchiveError`
    when it cannot be committed.
    """
    store, name = log.store, log.table.name
    finals = [f"{name}/{part.path}" for part in new]
    mine = {part.path for part in new}
    store.publish([(part.staged, final) for part, final in zip(new, finals, strict=True)])
    for _ in range(ATTEMPTS):
        snapshot = log.open()
        active = set(log.paths(snapshot))
        if new and mine <= active:  # an answer that was lost
            return True
        if not active.issuperset(old):
            store.discard(finals)
            return False
        try:
            committed = log.commit(snapshot, new, {}, removed=old, data_change=data_change)
        except ArchiveError:
            if new and mine <= set(log.paths(log.open())):
                return True
            raise  # the files stay: whether the log names them is unknown, and `vacuum` finds out
        if committed:
            store.persist_log(name, snapshot.version() + 1)
            return True
        time.sleep(random.random() * _PAUSE_S)  # noqa: S311 - spreads writers, guards nothing
    store.discard(finals)
    raise ArchiveError(
        f"{store.table_uri(name)}: {ATTEMPTS} commits were overtaken by other writers; try again when fewer crawls run"
    )


def _stage(log: TableLog, partition: dict[str, str], kind: str, rows: Iterator[pa.Table]) -> Part | None:
    table, schema = log.table, part_schema(log.table)
    described: list[pa.Table] = []
    names = [name for name in STATISTICS if name in schema.names]
    # No crawl's id holds a tilde, so no crawl takes it for an unfinished part of its own.
    stem = f"{kind}~{secrets.token_hex(8)}"
    staged = f"{table.name}/{STAGED}/{stem}.part"
    with _scratch() as path:
        with writer(table, schema, path, level=ZSTD_LEVEL, bloom=BLOOM.get(table.name, ())) as part:
            for group in in_groups(schema, _explained(log, rows)):
                part.write_table(group, row_group_size=ROW_GROUP_ROWS)
                described.append(group.select(names))
        count = sum(group.num_rows for group in described)
        if not count:
            return None
        with pa.memory_map(path) as mapped:
            content = mapped.read_buffer()
            size = content.size
            log.store.stage(staged, content)
            del content
    return Part(
        table=table.name,
        staged=staged,
        path=f"{directory(partition)}/{stem}.parquet",
        partition=partition,
        rows=count,
        size=size,
        stats=statistics(pa.concat_tables(described)),
    )


@contextlib.contextmanager
def _scratch() -> Iterator[str]:
    """A file's name in a directory that goes with the block. Raises `ArchiveError` when there is no room."""
    try:
        with tempfile.TemporaryDirectory(prefix="talkback-") as folder:
            yield f"{folder}/part"
    except OSError as error:
        raise ArchiveError(
            f"cannot build a part in {tempfile.gettempdir()}: {error.strerror or error}; TMPDIR names another directory"
        ) from error


def _explained(log: TableLog, rows: Iterator[pa.Table]) -> Iterator[pa.Table]:
    try:
        yield from rows
    except (OSError, pa.ArrowException) as error:
        said = " ".join(str(error).split())
        raise ArchiveError(
            f"{log.store.table_uri(log.table.name)}: a part cannot be read: {said}; "
            "`scrapy archive verify` names every damaged part and the way out"
        ) from error


def in_groups(schema: pa.Schema, tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """The same rows, cut so that every row group but the last is full."""
    held: list[pa.Table] = []
    rows = 0
    for table in tables:
        held.append(table.cast(schema))
        rows += table.num_rows
        if rows >= max(SLICE_ROWS, ROW_GROUP_ROWS):
            whole = pa.concat_tables(held)
            cut = rows - rows % ROW_GROUP_ROWS
            yield whole.slice(0, cut)
            # A copy: a slice of it would keep the whole in memory.
            held, rows = [whole.take(pa.array(range(cut, rows), pa.int64()))], rows - cut
            del whole, table
    if rows:
        yield pa.concat_tables(held)


def _sorted_slices(table: Table, source: pa_dataset.Dataset) -> Iterator[pa.Table]:
    """All rows in the table's order, a range of the first sort column after the other."""
    first = table.sort_by[0]
    order: Any = [(name, "ascending") for name in (*table.sort_by, *_THEN) if name in source.schema.names]
    column = pc.field(first)
    low: pa.Scalar[Any] | None = None
    for high in [*_bounds(source, first), None]:
        terms = [] if low is None else [column > low]
        if high is not None:
            terms.append(column <= high)
        chosen = terms[0] if len(terms) == 1 else terms[0] & terms[1] if terms else None
        rows = source.to_table(
            filter=chosen, batch_size=_READ_ROWS, batch_readahead=1, fragment_readahead=1, use_threads=False
        )
        rows = rows.sort_by(order)
        yield rows
        del rows  # before the next ones are read
        low = high


_THEN: Final = ("observed_at", "capture_id")
"""Orders rows that a table's own order leaves side by side, so that the same rows give the same part."""


def _bounds(source: pa_dataset.Dataset, name: str) -> list[pa.Scalar[Any]]:
    """Values of a column that divide its rows into ranges of about `SLICE_ROWS`; one value's rows stay together."""
    counts: Any = source.to_table(columns=[name]).column(name).value_counts()
    values, numbers = counts.field("values"), counts.field("counts").to_pylist()
    bounds, rows = [], 0
    for at in pc.array_sort_indices(values).to_pylist():
        rows += numbers[at]
        if rows >= SLICE_ROWS:
            bounds.append(values[at])
            rows = 0
    return bounds


