"""What an archive says of the last weeks, site by site: counts by hour, what failed and why, and looks for drift."""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from heapq import merge
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from archive.reader import Archive, Rows
from archive.schema import Thread
from crawler.extract.dates import DAY, HOUR
from crawler.monitoring.drift import KINDS, LEAST_SUBJECTS, Change, Look, find_change
from crawler.report import SOUND_VERDICTS, incomplete, is_locked

ROWS_AT_ONCE: Final = 1_024
"""Rows that are Python's at the same time."""
EXAMPLES: Final = 3
"""Examples that are kept of each reason for which something was not captured."""
WORTH: Final = 3
"""Comments that a thread must have had for an empty one to tell something: single ones are removed every day."""
LEFT: Final = 5
"""A thread with at most one comment in so many left counts as empty."""

OUR_OWN: Final = frozenset({"interrupted", "budget", "cap", "key", "unsupported", "dead"})
"""Reasons to stop that tell nothing of a site: they are ours, or hold for every visit."""
REFUSED: Final = frozenset({"blocked", "error"})
"""Reasons to stop that tell of a site's server, not of its pages."""

COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "visits": ("site", "observed_at", "crawl_id", "page_id", "url", "outcome", "detail", "http_status", "threads"),
    "threads": (
        "site", "observed_at", "crawl_id", "thread_id", "url", "verdict", "state", "confidence", "stop_reason",
        "stop_detail", "expected", "captured", "gaps",
    ),
    "pages": ("site", "observed_at", "crawl_id", "page_id", "title", "http_status"),
    "comments": (
        "site", "observed_at", "crawl_id", "thread_id", "visit_id", "change", "author_name", "author_kind",
        "published_at", "published_min", "published_max",
    ),
}  # fmt: skip
"""What is read of each table; whole states of comments stay where they are."""


@dataclass(slots=True)
class NotCaptured:
    """A reason for which something is not in the archive."""

    count: int = 0
    examples: list[tuple[str, str]] = field(default_factory=list)
    """Address and what happened, of the newest."""

    def add(self, url: str, detail: str) -> None:
        """Count one more."""
        self.count += 1
        self.examples = [*self.examples[1 - EXAMPLES :], (url, detail)]


@dataclass(slots=True)
class SiteRecord:
    """One site in a span of time."""

    site: str
    run: str | None = None
    """The crawl of `of_run`."""
    hours: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    """Rows by table, by outcome (visits), verdict (threads) or change (comments), and by hour since the epoch."""
    totals: Counter[tuple[str, str]] = field(default_factory=Counter)
    """The same over all hours."""
    errors: Counter[str] = field(default_factory=Counter)
    """Visits that failed, by status of the answer, or by the reason why there was none."""
    lost: defaultdict[str, NotCaptured] = field(default_factory=lambda: defaultdict(NotCaptured))
    """Visits that failed, by the same words."""
    not_whole: defaultdict[str, NotCaptured] = field(default_factory=lambda: defaultdict(NotCaptured))
    """Visits of threads that did not get everything, by verdict and reason to stop."""
    of_run: Counter[str] = field(default_factory=Counter)
    """Visits of one crawl, by outcome or what they failed with."""
    last: int = 0
    """The newest visit, microseconds since the epoch."""
    changes: dict[str, Change] = field(default_factory=dict)
    """Kinds of drift that were found."""
    days: dict[str, tuple[tuple[int, int, int], ...]] = field(default_factory=dict)
    """Of these, days since the epoch with their bad looks and all looks, oldest first."""


def site_records(
    archive: Archive, since: datetime, until: datetime, *, site: str | None = None, run: str | None = None
) -> Iterator[SiteRecord]:
    """The record of every site that was visited in that time, in the order of names; memory holds one site.

    Each table is opened once and read site by site.

    :param run: the crawl of :attr:`SiteRecord.of_run`
    """
    streams = [
        _by_site(archive.rows(table, since=since, until=until, history=True, site=site).select(*columns))
        for table, columns in COLUMNS.items()
    ]
    for name, parts in groupby(merge(*streams, key=itemgetter(0)), key=itemgetter(0)):
        record = SiteRecord(name, run=run)
        for _, table, batches in parts:
            for kind, seen in _READ[table](record, batches):
                looks = _worth_a_look(seen)
                change = find_change(looks, least_crawls=KINDS[kind].least_crawls)
                if change is not None:
                    record.changes[kind] = change
                    record.days[kind] = _by_day(looks)
        for (table, word, _), count in record.hours.items():
            record.totals[table, word] += count
        record.of_run = +record.of_run
        yield record


def _by_site(rows: Rows) -> Iterator[tuple[str, str, Iterator[pa.RecordBatch]]]:
    """Site, table and batches: a batch holds rows of one site, and sites follow each other in order.

    The batches of a site are there until the next one is asked for.
    """
    for site, batches in groupby(rows.batches(), key=lambda batch: str(batch.column("site")[0].as_py())):
        yield site, rows.table, batches


Seen = tuple[str, pa.Table]
"""A kind of drift and the looks for it: columns `observed_at` (microseconds), `crawl_id`, `subject`, `is_bad`."""


def _worth_a_look(seen: pa.Table) -> list[Look]:
    """The looks, oldest first; none where too few are bad to be a change. Most sites and kinds have none."""
    bad = seen.filter(seen.column("is_bad")).column("subject")
    if len(bad) < LEAST_SUBJECTS or len(bad.unique()) < LEAST_SUBJECTS:
        return []
    names: dict[str, str] = {}  # a crawl and a subject have many looks
    return [
        Look(row["observed_at"], names.setdefault(crawl, crawl), names.setdefault(subject, subject), row["is_bad"])
        for row in _one_by_one(seen.sort_by("observed_at"))
        for crawl, subject in ((row["crawl_id"], row["subject"]),)
    ]


def _by_day(looks: Sequence[Look]) -> tuple[tuple[int, int, int], ...]:
    days: dict[int, tuple[int, int]] = {}
    for look in looks:
        bad, of = days.get(look.at // DAY, (0, 0))
        days[look.at // DAY] = bad + look.is_bad, of + 1
    return tuple((day, *counts) for day, counts in sorted(days.items()))


def _ordered(batches: Iterator[pa.RecordBatch]) -> pa.Table:
    """The rows of a site, oldest first, with `observed_at` in microseconds."""
    return _in_micros(pa.Table.from_batches(list(batches)).drop_columns(["site"])).sort_by("observed_at")


def _in_micros(table: pa.Table) -> pa.Table:
    where = table.schema.get_field_index("observed_at")
    return table.set_column(where, "observed_at", table.column("observed_at").cast(pa.int64()))


def _one_by_one(table: pa.Table) -> Iterator[dict[str, Any]]:
    for batch in table.to_batches(max_chunksize=ROWS_AT_ONCE):
        yield from batch.to_pylist()


def _seen(table: pa.Table, subject: str, is_bad: Any) -> pa.Table:
    """Looks, one a row of a table."""
    columns = [*(table.column(name) for name in ("observed_at", "crawl_id", subject)), is_bad]
    return pa.table(columns, names=["observed_at", "crawl_id", "subject", "is_bad"])


def _visits(record: SiteRecord, batches: Iterator[pa.RecordBatch]) -> Iterator[Seen]:
    rows = _ordered(batches)
    for row in _one_by_one(rows):
        at, outcome = row["observed_at"], row["outcome"]
        record.hours["visits", outcome, at // HOUR] += 1
        record.last = max(record.last, at)
        word = _failed_with(row) if outcome == "failed" else outcome
        record.of_run[word] += row["crawl_id"] == record.run
        if outcome == "failed":
            record.errors[word] += 1
            record.lost[word].add(row["url"], row["detail"] or "")
    read = rows.filter(pc.field("outcome") == pa.scalar("read"))
    yield "missing", _seen(read, "page_id", _equal(read.column("threads"), 0))


def _failed_with(row: dict[str, Any]) -> str:
    """The status of a visit that failed, or the reason why it has none or why that does not matter."""
    reason = (row["detail"] or "").partition(":")[0]
    return str(row["http_status"]) if reason == "http" and row["http_status"] else reason or "unknown"


def _threads(record: SiteRecord, batches: Iterator[pa.RecordBatch]) -> Iterator[Seen]:
    rows = _ordered(batches)
    seen: dict[str, tuple[array[int], list[bool]]] = {
        kind: (array("q"), []) for kind in ("refused", "partial", "empty")
    }

    def look(kind: str, number: int, *, is_bad: bool) -> None:
        seen[kind][0].append(number)
        seen[kind][1].append(is_bad)

    counted: Any = rows.column("thread_id").value_counts()
    is_repeated: Any = pc.greater(counted.field("counts"), pa.scalar(1, pa.int64()))
    had = dict.fromkeys(counted.field("values").filter(is_repeated).to_pylist(), 0)
    for number, row in enumerate(_one_by_one(rows)):
        verdict, stop, thread = row["verdict"], row["stop_reason"], row["thread_id"]
        record.hours["threads", verdict, row["observed_at"] // HOUR] += 1
        ledger = None if verdict in SOUND_VERDICTS else Thread(**{name: row[name] for name in _LEDGER})
        unsound = None if ledger is None else incomplete(ledger)
        if unsound is not None:
            record.not_whole[f"{verdict}: {stop}"].add(unsound.url, unsound.why)
        if stop in OUR_OWN or (ledger is not None and is_locked(ledger)):
            continue
        if row["state"] == "none":  # its page does not show it any more, which is told of the page, as `missing`
            continue
        is_refused = unsound is not None and stop in REFUSED
        look("refused", number, is_bad=is_refused)
        if is_refused:
            continue
        look("partial", number, is_bad=unsound is not None)
        full = had.get(thread, 0)
        is_empty = bool(full) and row["captured"] * LEFT <= full
        if row["captured"] >= WORTH and not is_empty and verdict in SOUND_VERDICTS:
            full = row["captured"]
            if thread in had:
                had[thread] = full
        if full:
            look("empty", number, is_bad=is_empty)
    for kind, (numbers, is_bad) in seen.items():
        yield kind, _seen(rows.take(pa.array(numbers, pa.int64())), "thread_id", pa.array(is_bad, pa.bool_()))


_LEDGER: Final = (
    "url", "verdict", "state", "confidence", "stop_reason", "stop_detail", "expected", "captured", "gaps",
)  # fmt: skip


def _pages(record: SiteRecord, batches: Iterator[pa.RecordBatch]) -> Iterator[Seen]:  # noqa: ARG001 - as the others
    rows = _ordered(batches)
    is_there: Any = pc.less(pc.coalesce(rows.column("http_status"), pa.scalar(200, pa.int32())), pa.scalar(400))
    rows = rows.filter(is_there)
    yield "titles", _seen(rows, "page_id", _equal(rows.column("title"), ""))


def _equal(column: Any, nothing: Any) -> Any:
    """Where a column holds this value, or no value."""
    return pc.fill_null(pc.equal(column, pa.scalar(nothing, column.type)), True)  # noqa: FBT003 - a value


def _comments(record: SiteRecord, batches: Iterator[pa.RecordBatch]) -> Iterator[Seen]:
    """Counted in Arrow, a batch at a time: there are many, and a visit of a thread is one look."""
    grouped = []
    for batch in batches:
        counted = _grouped(batch)
        for row in counted.group_by(["change", "hour"]).aggregate([("is_nameless_count", "sum")]).to_pylist():
            record.hours["comments", row["change"], row["hour"]] += row["is_nameless_count_sum"]
        grouped.append(counted)
    visits = pa.concat_tables(grouped)
    for kind, changes, missing in _LOOKED_AT:
        of_kind = visits.filter(pc.is_in(visits.column("change"), value_set=pa.array(changes)))
        totals = of_kind.group_by(["visit_id", "thread_id"]).aggregate(
            [("at_min", "min"), ("crawl_id", "min"), (f"{missing}_sum", "sum"), (f"{missing}_count", "sum")]
        )
        totals = totals.rename_columns(["visit_id", "thread_id", "observed_at", "crawl_id", "without", "of"])
        without: Any = totals.column("without").cast(pa.int64())
        yield kind, _seen(totals, "thread_id", pc.greater(pc.add(without, without), totals.column("of")))


_LOOKED_AT: Final = (("times", ("new",), "is_timeless"), ("authors", ("new", "edited"), "is_nameless"))
"""A time that is gone makes no row of a known comment, an author that is gone does: it is part of the digest."""


def _grouped(batch: pa.RecordBatch) -> Any:
    comments = pa.Table.from_batches([batch])
    at: Any = comments.column("observed_at").cast(pa.int64())
    published = [comments.column(name).is_null() for name in ("published_at", "published_min", "published_max")]
    is_timeless: Any = pc.and_(pc.and_(published[0], published[1]), published[2])
    # Nobody knows the author of a comment whose account was deleted.
    is_deleted: Any = pc.fill_null(pc.equal(comments.column("author_kind"), "deleted"), False)  # type: ignore[call-overload]  # noqa: FBT003 - a value
    is_nameless: Any = pc.and_not(comments.column("author_name").is_null(), is_deleted)
    narrow = comments.select(["crawl_id", "thread_id", "visit_id", "change"])
    columns = {
        "at": at,
        "hour": pc.divide(at, HOUR),
        "is_timeless": is_timeless,
        "is_nameless": is_nameless,
    }
    for name, column in columns.items():
        narrow = narrow.append_column(name, column)
    return narrow.group_by(["crawl_id", "thread_id", "visit_id", "change", "hour"]).aggregate(
        [("at", "min"), *((name, how) for name in ("is_timeless", "is_nameless") for how in ("sum", "count"))]
    )


_READ: Final = {"visits": _visits, "threads": _threads, "pages": _pages, "comments": _comments}
