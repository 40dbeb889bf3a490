"""Reading an archive: the latest state of every table, its state at a time, or its whole history, as Arrow batches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import reduce
from operator import and_
from typing import TYPE_CHECKING, Any, Final, TypedDict, Unpack

import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable

from archive.errors import ArchiveError, NoArchiveError
from archive.log import TableLog
from archive.schema import BLOCKS, TABLES, table_named
from archive.stores import Store

if TYPE_CHECKING:
    import pyarrow.dataset as pa_dataset

_TIME: Final = pa.timestamp("us", tz="UTC")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_ROWS_READ: Final = 65_536
LATEST: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "comments": ("comment_id", ("observed_at", "capture_id", "status", "content_digest")),
    "pages": ("page_id", ("observed_at", "capture_id", "content_digest")),
    "threads": ("thread_id", ("observed_at", "capture_id")),
    "visits": ("page_id", ("observed_at", "capture_id")),
    "crawls": ("crawl_id", ("ended_at",)),
}
"""What a state is a state of, and the columns whose greatest values make it the latest (as in `archive.index`)."""
_NARROWS: Final = {"site": "site", "page": "page_id", "thread": "thread_id"}
"""The column that a value of `Which` is compared with."""
_PAIR: Final = ("page_id", "capture_id")
"""What a row of `BLOCKS` has in common with the state of its page."""


class Which(TypedDict, total=False):
    """Which rows are read; everything is, unless it is narrowed. Parts without such rows are not opened."""

    site: str | None
    """Only this site's."""
    page: str | None
    """Only this page's, by ``page_id``."""
    thread: str | None
    """Only this thread's, by ``thread_id``; for comments and threads."""
    since: datetime | None
    """Only what was observed then or later, a time with its zone."""
    until: datetime | None
    """Only what was observed before then. With the latest states: those of them that are older."""
    as_of: datetime | None
    """The archive as it was observed until then, that moment included."""
    history: bool
    """Every state instead of the latest."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one table, read when they are asked for, one batch after the other.

    DuckDB, Polars and pandas take the object itself (Arrow PyCapsule interface): ``polars.DataFrame(rows)``.
    """

    archive: Archive
    table: str
    site: str | None = None
    page: str | None = None
    thread: str | None = None
    since: int | None = None
    """Microseconds, as the next two."""
    until: int | None = None
    as_of: int | None = None
    history: bool = False
    columns: tuple[str, ...] | None = None
    """These columns, in this order; None for all."""

    @property
    def schema(self) -> pa.Schema:
        """The Arrow schema of the batches."""
        whole = TABLES[self.table].schema
        return whole if self.columns is None else pa.schema([whole.field(name) for name in self.columns])

    def select(self, *columns: str) -> Rows:
        """The same rows with these columns only. Raises `ArchiveError` for one that the table lacks."""
        for name in columns:
            if name not in TABLES[self.table].schema.names:
                raise ArchiveError(f"table {self.table} has no column {name!r}")
        return replace(self, columns=columns)

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows, a part of them at a time; memory holds the keys of one site, and the threads of all."""
        schema = self.schema
        try:
            for batch in self.archive._read(self):  # noqa: SLF001 - both are this module's
                if batch.num_rows:
                    yield batch.select(schema.names).cast(schema)
        except (OSError, pa.ArrowException) as error:
            said = " ".join(str(error).split())
            raise ArchiveError(
                f"{self.archive.uri}: a part of table {self.table} cannot be read: {said}; "
                "`scrapy archive verify` names every damaged part and the way out"
            ) from error

    def reader(self) -> pa.RecordBatchReader:
        """The rows as a stream for whatever reads Arrow."""
        return pa.RecordBatchReader.from_batches(self.schema, self.batches())

    def to_table(self) -> pa.Table:
        """All rows in memory."""
        return pa.Table.from_batches(list(self.batches()), self.schema)

    def to_pandas(self) -> Any:
        """All rows as a pandas DataFrame."""
        return self.to_table().to_pandas()

    def to_pylist(self) -> list[dict[str, Any]]:
        """All rows as dictionaries."""
        return self.to_table().to_pylist()

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        stream: Any = self.reader()
        return stream.__arrow_c_stream__(requested_schema)


@dataclass(frozen=True, slots=True)
class Summary:
    """What an archive holds."""

    uri: str
    rows: dict[str, int]
    """Rows per table, every state counted."""
    bytes: dict[str, int]
    """Size of the committed parts per table."""
    parts: dict[str, int]
    sites: list[str]
    first: datetime | None
    """Earliest observation, rounded down to milliseconds."""
    last: datetime | None
    """Latest observation, rounded up to milliseconds."""
    verdicts: dict[str, int]
    """Threads by the verdict of their latest visit."""
    changes: dict[str, int]
    """Rows of ``comments`` by ``change``."""


class Archive:
    """A committed archive, read. Every call sees the newest commit of each table; `Which` narrows what is read.

    A frugal one reads a part at a time and nothing ahead, on one thread: a process that has other things in its memory
    waits longer instead.
    """

    def __init__(self, store: Store, *, is_frugal: bool = False) -> None:
        self.uri = store.uri
        self._store = store
        self._how: dict[str, Any] = {"batch_size": _ROWS_READ}
        if is_frugal:
            import pyarrow.dataset as pa_dataset  # noqa: PLC0415 - it makes pyarrow import pandas where that is installed

            options = pa_dataset.ParquetFragmentScanOptions(pre_buffer=False)
            self._how |= {
                "use_threads": False, "batch_readahead": 0, "fragment_readahead": 0, "fragment_scan_options": options,
            }  # fmt: skip
        self._logs = {name: TableLog(store, table) for name, table in TABLES.items()}
        if not store.exists() or not any(map(_is_there, self._logs.values())):
            raise NoArchiveError(f"there is no archive at {store.uri}; a crawl creates one")

    def pages(self, **which: Unpack[Which]) -> Rows:
        """Pages: the latest state of each, or every state."""
        return self._rows("pages", which)

    def shares(self, **which: Unpack[Which]) -> Rows:
        """Share blocks of the pages' latest states, or of every state."""
        return self._rows("shares", which)

    def subscribes(self, **which: Unpack[Which]) -> Rows:
        """Subscribe blocks of the pages' latest states, or of every state."""
        return self._rows("subscribes", which)

    def comments(self, **which: Unpack[Which]) -> Rows:
        """Comments: the latest state of each (``status`` tells the removed ones), or every state."""
        return self._rows("comments", which)

    def threads(self, **which: Unpack[Which]) -> Rows:
        """Ledgers: of each thread's latest visit, or of every visit."""
        return self._rows("threads", which)

    def visits(self, **which: Unpack[Which]) -> Rows:
        """Visits: the latest of each page, or every one."""
        return self._rows("visits", which)

    def crawls(self, **which: Unpack[Which]) -> Rows:
        """Crawls: one row each, its last; or every row."""
        return self._rows("crawls", which)

    def files(self, table: str, *, site: str | None = None) -> list[str]:
        """Addresses of a table's committed parts, for ``read_parquet`` of DuckDB, pandas, Polars.

        They hold every state, and neither partition column: those are in the path.
        """
        log = self._logs[table_named(table).name]
        snapshot = log.find()
        if snapshot is None:
            return []
        found = log.files(snapshot)
        if site is not None and "site" in log.table.partition_by:
            found = found.filter(pc.field("partition.site") == pa.scalar(site))
        return sorted(self._store.address(table, str(path)) for path in found.column("path").to_pylist())

    def parts(self, table: str) -> list[tuple[str, dict[str, str]]]:
        """The addresses of a table's committed parts, each with the values of its partition."""
        log = self._logs[table]
        snapshot = log.find()
        if snapshot is None:
            return []
        return [(self._store.address(table, part.path), part.partition) for part in log.parts(snapshot)]

    def row_counts(self) -> dict[str, int]:
        """Rows per table, every state counted, from the logs alone: quick however large the archive is."""
        counts = dict.fromkeys(self._logs, 0)
        for name, log in self._logs.items():
            snapshot = log.find()
            if snapshot is not None:
                rows: list[Any] = log.files(snapshot).column("num_records").to_pylist()
                counts[name] = sum(rows)
        return counts

    def info(self) -> Summary:
        """Rows, sizes, sites, dates and verdicts, mostly from the logs alone."""
        rows: dict[str, int] = {}
        size: dict[str, int] = {}
        parts: dict[str, int] = {}
        sites: set[str] = set()
        first: datetime | None = None
        last: datetime | None = None
        for name, log in self._logs.items():
            snapshot = log.find()
            if snapshot is None:
                rows[name] = size[name] = parts[name] = 0
                continue
            found = log.files(snapshot)
            columns: dict[str, list[Any]] = found.to_pydict()
            rows[name] = sum(columns["num_records"])
            size[name] = sum(columns["size_bytes"])
            parts[name] = found.num_rows
            sites.update(columns.get("partition.site", ()))
            first = min((t for t in (first, *columns.get("min.observed_at", ())) if t is not None), default=None)
            last = max((t for t in (last, *columns.get("max.observed_at", ())) if t is not None), default=None)
        return Summary(
            uri=self.uri,
            rows=rows,
            bytes=size,
            parts=parts,
            sites=sorted(sites),
            first=first,
            last=last,
            verdicts=self._count(self.threads().select("verdict")),
            changes=self._count(self.comments(history=True).select("change")),
        )

    @staticmethod
    def _count(rows: Rows) -> dict[str, int]:
        counts: Counter[str] = Counter()
        for batch in rows.batches():
            counts.update(map(str, batch.column(0).to_pylist()))
        return dict(counts.most_common())

    # -- inside -------------------------------------------------------------------------------------

    def rows(self, table: str, **which: Unpack[Which]) -> Rows:
        """The rows of a table by its name. Raises `ArchiveError` for one that there is not."""
        return self._rows(table_named(table).name, which)

    def _rows(self, table: str, which: Which) -> Rows:
        unknown = sorted(set(which) - set(Which.__annotations__))
        if unknown:  # a slip in a name must not widen what is read
            raise TypeError(f"{table}() takes no {unknown[0]!r}, but {', '.join(Which.__annotations__)}")
        for name, column in _NARROWS.items():
            if which.get(name) is not None and column not in TABLES[table].schema.names:
                raise ArchiveError(f"rows of table {table} have no {column}; leave out {name}={which.get(name)!r}")
        return Rows(
            self,
            table,
            site=which.get("site"),
            page=which.get("page"),
            thread=which.get("thread"),
            since=_micros("since", which.get("since")),
            until=_micros("until", which.get("until")),
            as_of=_micros("as_of", which.get("as_of")),
            history=which.get("history", False),
        )

    def _read(self, rows: Rows) -> Iterator[pa.RecordBatch]:
        log = self._logs[rows.table]
        snapshot = log.find()
        if snapshot is None:
            return
        log.check(snapshot)
        if rows.table == "crawls":
            yield from self._read_site(rows, snapshot, None)
            return
        sites = {str(name) for name in log.files(snapshot).column("partition.site").to_pylist()}
        sites = sites if rows.site is None else sites & {rows.site}
        shared = self._shared(rows, snapshot, sites)
        for site in sorted(sites):
            yield from self._read_site(rows, snapshot, site, None if shared is None else ~shared)
        if shared is not None:
            yield from self._read_site(rows, snapshot, None, shared)

    def _shared(self, rows: Rows, snapshot: DeltaTable, sites: AbstractSet[str]) -> pc.Expression | None:
        """What the rows have in common whose latest state may lie on any site; None where there are none.

        Threads and their comments move with their page to another site, and some services show one on several.
        """
        if rows.history or len(sites) < 2 or "thread_id" not in TABLES[rows.table].schema.names:
            return None
        threads: list[Any] = []
        for site in sites:
            source = self._dataset(rows.table, snapshot, site)
            threads.append(source.to_table(columns=["thread_id"], filter=_narrowed(rows)).column(0).unique())
        counts: Any = pa.chunked_array(threads, pa.string()).value_counts()
        several = counts.field("values").filter(pc.greater(counts.field("counts"), pa.scalar(1, pa.int64())))
        return pc.field("thread_id").isin(several) if len(several) else None

    def _read_site(
        self, rows: Rows, snapshot: DeltaTable, site: str | None, which: pc.Expression | None = None
    ) -> Iterator[pa.RecordBatch]:
        """One site's rows, or those of all: every row of a page lies in its site's partitions.

        :param which: only such rows
        """
        source = self._dataset(rows.table, snapshot, site)
        terms = [term for term in (_narrowed(rows), which) if term is not None]
        narrowed = reduce(and_, terms) if terms else None
        names = list(rows.columns or TABLES[rows.table].schema.names)
        if rows.history:
            yield from source.to_batches(columns=names, filter=narrowed, **self._how)
            return
        if rows.table in BLOCKS:
            yield from self._read_blocks(rows, source, narrowed, names, site)
            return
        key, rank = LATEST[rows.table]
        needed = list(dict.fromkeys((key, *rank, observed_in(rows.table))))
        keys = source.to_table(columns=needed, filter=narrowed)
        wanted = _latest(keys, key, rank)
        if rows.until is not None:  # which state is the latest does not depend on it
            is_old: Any = pc.less(keys.column(observed_in(rows.table)), pa.scalar(rows.until, _TIME))
            wanted = pc.and_(wanted, is_old.combine_chunks())
        start = 0
        for batch in source.to_batches(columns=names, filter=narrowed, **self._how):
            yield batch.filter(wanted.slice(start, batch.num_rows))
            start += batch.num_rows

    def _read_blocks(
        self, rows: Rows, source: pa_dataset.Dataset, narrowed: Any, names: list[str], site: str | None
    ) -> Iterator[pa.RecordBatch]:
        """Shares or subscribes that were captured with the latest state of their page."""
        pages = replace(rows, table="pages", site=site, columns=_PAIR).to_table()
        latest = pa.chunked_array([_pairs(batch) for batch in pages.to_batches()], pa.string())
        needed = list(dict.fromkeys((*names, *_PAIR)))
        for batch in source.to_batches(columns=needed, filter=narrowed, **self._how):
            yield batch.filter(pc.is_in(_pairs(batch), value_set=latest)).select(names)

    def _dataset(self, table: str, snapshot: DeltaTable, site: str | None) -> pa_dataset.Dataset:
        return snapshot.to_pyarrow_dataset(
            filesystem=self._store.filesystem(table),
            schema=TABLES[table].schema,
            file_pruning_predicate=None if site is None else [("site", "=", site)],
        )


def _is_there(log: TableLog) -> bool:
    try:
        return log.find() is not None
    except ArchiveError:  # a damaged log is there; whoever reads this table is told, the others read on
        return True


def _pairs(rows: pa.RecordBatch) -> Any:
    page_id, capture_id = (rows.column(name) for name in _PAIR)
    return pc.binary_join_element_wise(page_id, capture_id, pa.scalar("\n"))  # type: ignore[call-overload]  # a mixture is allowed


def observed_in(table: str) -> str:
    """The column that says when a row of a table was observed."""
    return "started_at" if table == "crawls" else "observed_at"


def _narrowed(rows: Rows) -> pc.Expression | None:
    """What a row must be to be read at all; `Rows.until` is among it only where no latest state is looked for."""
    observed = pc.field(observed_in(rows.table))
    given = {"page": rows.page, "thread": rows.thread}
    terms = [pc.field(_NARROWS[name]) == pa.scalar(value) for name, value in given.items() if value is not None]
    if rows.since is not None:
        terms.append(observed >= pa.scalar(rows.since, _TIME))
    if rows.as_of is not None:
        terms.append(observed <= pa.scalar(rows.as_of, _TIME))
    if rows.until is not None and rows.history:
        terms.append(observed < pa.scalar(rows.until, _TIME))
    return reduce(and_, terms) if terms else None


def _micros(name: str, moment: datetime | None) -> int | None:
    if moment is None:
        return None
    if not isinstance(moment, datetime):
        raise ArchiveError(f"{name}={moment!r} is no time; give a datetime, e.g. datetime(2024, 5, 1, tzinfo=UTC)")
    if moment.tzinfo is None:
        raise ArchiveError(f"{name}={moment.isoformat()} has no time zone; give it one, e.g. tzinfo=UTC")
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _latest(keys: pa.Table, key: str, rank: tuple[str, ...]) -> pa.BooleanArray:
    """For each row, whether it has the greatest rank among the rows with its key; of equal ones the last."""
    counts: Any = keys.column(key).value_counts()
    is_repeated: Any = pc.greater(counts.field("counts"), pa.scalar(1, pa.int64()))
    has_more: Any = pc.is_in(keys.column(key), value_set=counts.field("values").filter(is_repeated))
    again: pa.BooleanArray = has_more.combine_chunks()
    rows = pc.indices_nonzero(again)
    order: Any = [(name, "ascending", "at_start") for name in (key, *rank, "row")]
    ordered = keys.take(rows).append_column("row", rows).sort_by(order)  # the few: most have one state
    ids = ordered.column(key).combine_chunks()
    last = pa.array([True] * min(1, len(ids)), pa.bool_())
    is_last: Any = last if len(ids) < 2 else pa.concat_arrays([pc.not_equal(ids[:-1], ids[1:]), last])
    chosen = ordered.column("row").combine_chunks().filter(is_last)
    wanted: pa.BooleanArray = pc.replace_with_mask(pc.invert(again), again, pc.is_in(rows, value_set=chosen))
    return wanted
