"""Parts: how rows are divided, named, sorted, encoded as Parquet and described to the log."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any, Final
from urllib.parse import quote

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from archive.errors import ArchiveError
from archive.schema import SCHEMA_VERSION, Table

WRITER: Final = f"talkback/{SCHEMA_VERSION}"
ROW_GROUP_ROWS: Final = 20_000
"""Of two million comments, one page's are read in 42 ms from such groups, in 270 ms from one large group."""
PAGE_BYTES: Final = 128 * 1024
"""With the page index, small pages make filters fast."""
ZSTD_LEVEL: Final = 2
"""Of comments, level 3 makes the same bytes at a sixth more CPU; level 1 saves nothing more."""
BLOOM_ERROR: Final = 0.01
"""Odds that a Bloom filter says "perhaps" of a value that is not there."""

DICTIONARY: Final = frozenset(
    {
        "crawl_id", "visit_id", "capture_id", "extractor", "page_id", "thread_id", "system", "tenant", "id_kind",
        "kind", "author_kind", "language", "published_precision", "status", "status_source", "change", "platform",
        "channel", "comments_state", "state", "expected_scope", "stop_reason", "verdict", "count_precision",
        "detected_by", "spider", "author_name", "author_url",
    }
)  # fmt: skip
"""Columns of few different values, or of long runs of one."""
DELTA_BYTES: Final = frozenset(
    {
        "native_id", "parent_native_id", "url", "canonical_url", "embed_url", "thumbnail_url", "channel_url",
        "author_id", "permalink", "target_url", "published_raw",
    }
)  # fmt: skip
"""Ids and addresses: neighbours share a beginning (DELTA_BYTE_ARRAY, Parquet format, Encodings.md)."""
DELTA_LENGTHS: Final = frozenset(
    {"comment_id", "parent_id", "root_id", "content_digest", "ids_digest", "text", "text_html", "description"}
)
"""Texts and hashes, which share none: compressed without their lengths in between (DELTA_LENGTH_BYTE_ARRAY)."""
STATISTICS: Final = ("observed_at", "started_at", "published_at", "page_id", "thread_id")
"""Columns whose least and greatest value stand in the log. Nothing that a person wrote may be among them: the log
keeps it for ever, and an erasure must reach every copy."""
PART_STATISTICS: Final = frozenset({*STATISTICS, "crawl_id", "visit_id"})
"""Columns whose least and greatest value stand in each page and row group of a part, so that a reader can skip some.
Those of a text help nobody, and are whole texts."""

_LONGEST_NAME: Final = 200
"""Bytes of a directory's name before it is shortened; file systems allow 255."""
_LONGEST_STATISTIC: Final = 64
"""Characters; longer values are left out of the statistics, for a cut maximum would be too small."""
_MONTH: Final = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])")


@dataclass(slots=True, kw_only=True)
class Part:
    """One Parquet file: where it waits, where it will lie, and what the log says about it."""

    table: str
    staged: str
    """Path below the archive under which no reader looks."""
    path: str
    """Path below the table's directory, its final one."""
    partition: dict[str, str]
    rows: int
    size: int
    """Bytes."""
    stats: str
    """The Delta protocol's per-file statistics, JSON."""


def directory(partition: dict[str, str]) -> str:
    """Hive path of a partition, e.g. ``site=example.org/month=2024-05``.

    Values are percent-encoded, so that none (``..``, ``a/b``, a port, an IPv6 address, another script) can name a
    directory above or beside its own. One of more than 200 bytes is cut and ends with ``~`` and its digest; the log
    holds the whole value. Raises `ArchiveError` for an empty value and for a month that is none.
    """
    month = partition.get("month", "")
    if not _MONTH.fullmatch(month):
        raise ArchiveError(f"{month!r} is no month YYYY-MM: no partition can be named after it")
    names = []
    for column, value in partition.items():
        name = quote(value, safe="")
        if not name:
            raise ArchiveError(f"partition column {column} is empty")
        if len(name) > _LONGEST_NAME:
            mark = blake2b(value.encode(), digest_size=16).hexdigest()
            name = f"{name[: _LONGEST_NAME - 40].rsplit('%', 1)[0]}~{mark}"
        names.append(f"{column}={name}")
    return "/".join(names)


def partitions(table: Table, rows: pa.Table) -> Iterator[tuple[dict[str, str], pa.Table]]:
    """The rows of each partition, sorted as the table asks, without the partition columns."""
    names_of_columns, columns = rows.column_names, rows.columns
    order = pc.sort_indices(rows, sort_keys=[(key, "ascending") for key in (*table.partition_by, *table.sort_by)])
    del rows
    for at in sorted(range(len(columns)), key=lambda at: -columns[at].nbytes):
        # One at a time, the largest first, each made one before it is sorted: nobody need hold all rows twice.
        columns[at] = pa.chunked_array([columns[at].combine_chunks()])
        columns[at] = columns[at].take(order)
    pa.default_memory_pool().release_unused()  # small buffers leave holes that the large new ones do not fill
    rows = pa.table(columns, names_of_columns)
    values = [rows.column(name).combine_chunks() for name in table.partition_by]
    names = list(zip(*(column.to_pylist() for column in values), strict=True))
    inner = rows.drop_columns(list(table.partition_by))
    start = 0
    for end in range(1, len(names) + 1):
        if end == len(names) or names[end] != names[start]:
            yield dict(zip(table.partition_by, names[start], strict=True)), inner.slice(start, end - start)
            start = end


def encode(table: Table, rows: pa.Table) -> pa.Buffer:
    """Rows of one partition as a whole Parquet file."""
    sink = pa.BufferOutputStream()
    with writer(table, rows.schema, sink) as part:
        part.write_table(rows, row_group_size=ROW_GROUP_ROWS)
    return sink.getvalue()


def writer(
    table: Table,
    schema: pa.Schema,
    sink: Any,
    *,
    level: int = ZSTD_LEVEL,
    bloom: tuple[str, ...] = (),
    is_sorted: bool = True,
) -> pq.ParquetWriter:
    """A writer of Parquet to ``sink`` as every part is written.

    ``bloom`` names columns that get a Bloom filter per row group; ``is_sorted`` says that the rows will come in the
    table's order. Whoever writes keeps to `ROW_GROUP_ROWS`.
    """
    names = schema.names
    dictionary = [name for name in names if name in DICTIONARY]
    options: dict[str, Any] = {}
    if bloom:
        options["bloom_filter_options"] = {name: {"ndv": ROW_GROUP_ROWS, "fpp": BLOOM_ERROR} for name in bloom}
    part = pq.ParquetWriter(
        sink,
        schema.remove_metadata(),
        # Parquet's own types say all of ours. Arrow's schema beside them is 3 kB, a fifth of a part of twenty comments.
        store_schema=False,
        write_statistics=[name for name in names if name in PART_STATISTICS],
        compression="zstd",
        compression_level=level,
        use_dictionary=dictionary,  # type: ignore[arg-type]  # the stubs know bool only
        column_encoding=dict.fromkeys(DELTA_BYTES.intersection(names), "DELTA_BYTE_ARRAY")
        | dict.fromkeys(DELTA_LENGTHS.intersection(names), "DELTA_LENGTH_BYTE_ARRAY"),
        data_page_size=PAGE_BYTES,
        write_page_index=True,
        write_page_checksum=True,
        sorting_columns=[pq.SortingColumn(names.index(name)) for name in table.sort_by] if is_sorted else None,
        coerce_timestamps="us",
        **options,
    )
    said = {key.decode(): value.decode() for key, value in (table.schema.metadata or {}).items()}
    part.add_key_value_metadata({**said, "talkback.writer": WRITER})
    return part


def statistics(rows: pa.Table) -> str:
    """Row count, extremes and null counts as the Delta protocol writes them (Per-file Statistics).

    Times there have milliseconds: a least one is rounded down and a greatest one up, or readers would skip a part
    that holds the row they look for.
    """
    least: dict[str, str] = {}
    greatest: dict[str, str] = {}
    nulls: dict[str, int] = {}
    for name in STATISTICS:
        if name not in rows.schema.names:
            continue
        column = rows.column(name)
        nulls[name] = column.null_count
        if column.null_count == len(column):
            continue
        is_time = pa.types.is_timestamp(column.type)
        extremes: Any = pc.min_max(column.cast(pa.int64()) if is_time else column)
        low, high = extremes["min"].as_py(), extremes["max"].as_py()
        if is_time:
            least[name], greatest[name] = _millis(low // 1000), _millis(-(-high // 1000))
        elif len(low) <= _LONGEST_STATISTIC and len(high) <= _LONGEST_STATISTIC:
            least[name], greatest[name] = low, high
    found: dict[str, Any] = {
        "numRecords": rows.num_rows, "minValues": least, "maxValues": greatest, "nullCount": nulls,
    }  # fmt: skip
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"))


def _millis(value: int) -> str:
    moment = datetime.fromtimestamp(value // 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{value % 1000:03d}Z".rjust(24, "0")
