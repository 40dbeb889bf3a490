"""Compaction: the many small parts of a partition become few large sorted ones, row for row, while crawls go on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from archive.errors import ArchiveError
from archive.log import Stored, TableLog
from archive.schema import TABLES
from archive.stores import Store
from archive.upkeep.rewriting import merge, replace

MOST_BYTES: Final = 128 * 1024 * 1024
MOST_ROWS: Final = 1_000_000
"""A part's greatest size. One with half of either is large enough to be left alone."""
FEWEST: Final = 2
"""Small parts that are worth a rewrite."""


@dataclass(frozen=True, slots=True)
class Compacted:
    """What became of some small parts of one partition."""

    table: str
    partition: dict[str, str]
    parts: int
    rows: int
    before: int
    """Bytes."""
    after: int
    """Bytes of the one part they became; 0 when they were left as they are."""
    trouble: str | None = None
    """Why they were left."""


def compact(
    store: Store, *, tables: Sequence[str] = tuple(TABLES), site: str | None = None, fewest: int = FEWEST
) -> Iterator[Compacted]:
    """Compact an archive's partitions one by one; each is done when it is told.

    The old parts stay readable until `vacuum` removes them. A partition whose parts cannot be read is told with its
    trouble, and the others are compacted. Raises `ArchiveError` when a table cannot be read at all.
    """
    for name in tables:
        log = TableLog(store, TABLES[name])
        snapshot = log.find()
        if snapshot is None:
            continue
        log.check(snapshot)
        for partition, small in _choose(log.parts(snapshot), site, max(2, fewest)):
            yield _compact(log, partition, small)


def _choose(
    parts: Iterable[Stored], site: str | None, fewest: int
) -> Iterator[tuple[dict[str, str], list[Stored]]]:
    """Groups of small parts of one partition that fit into one large part."""
    partitions: dict[tuple[str, ...], list[Stored]] = {}
    for part in parts:
        is_wanted = site is None or part.partition.get("site", site) == site
        if is_wanted and part.rows < MOST_ROWS // 2 and part.size < MOST_BYTES // 2:
            partitions.setdefault(tuple(part.partition.values()), []).append(part)
    for _, small in sorted(partitions.items()):
        for group in _packed(sorted(small, key=lambda part: (part.size, part.path))):
            if len(group) >= fewest:
                yield group[0].partition, group


def _packed(parts: Sequence[Stored]) -> Iterator[list[Stored]]:
    """Smallest first, so that a partition's many crumbs come together and the fewest bytes are written again."""
    group: list[Stored] = []
    rows = size = 0
    for part in parts:
        if group and (rows + part.rows > MOST_ROWS or size + part.size > MOST_BYTES):
            yield group
            group, rows, size = [], 0, 0
        group.append(part)
        rows, size = rows + part.rows, size + part.size
    if group:
        yield group


def _compact(log: TableLog, partition: dict[str, str], small: Sequence[Stored]) -> Compacted:
    rows, before = sum(part.rows for part in small), sum(part.size for part in small)
    paths = [part.path for part in small]
    trouble, after = None, 0
    try:
        whole = merge(log, paths, partition, "compact")
        if whole is None or whole.rows != rows:
            log.store.discard([] if whole is None else [whole.staged])
            found = 0 if whole is None else whole.rows
            trouble = f"its parts hold {found:,} rows where the log says {rows:,}; run `scrapy archive verify`"
        elif replace(log, paths, [whole], data_change=False):
            after = whole.size
        else:
            trouble = "its parts were replaced meanwhile, by another compaction or an erasure"
    except ArchiveError as error:
        trouble = str(error)
    return Compacted(log.table.name, partition, len(small), rows, before, after, trouble)
