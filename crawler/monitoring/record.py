"""What an archive says of the last weeks, site by site: counts by hour, what failed and why, and looks for drift."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from heapq import merge
from itertools import chain, groupby
from operator import itemgetter
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from archive.reader import Archive, Rows
from archive.schema import Thread
from crawler.monitoring.drift import KINDS, Change, Look, find_change
from crawler.report import SOUND_VERDICTS, incomplete, is_locked

HOUR: Final = 3_600_000_000
"""Microseconds."""
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
        "site", "observed_at", "crawl_id", "thread_id", "url", "verdict", "state", "stop_reason", "stop_detail",
        "expected", "captured", "gaps",
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
    looks: dict[str, list[Look]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    """By kind of drift, oldest first."""
    changes: dict[str, Change] = field(default_factory=dict)
    """Kinds of drift that were found."""


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
            _READ[table](record, batches)
        for (table, word, _), count in record.hours.items():
            record.totals[table, word] += count
        record.of_run = +record.of_run
        for kind, looks in record.looks.items():
            looks.sort(key=_when)
            change = find_change(looks, least_crawls=KINDS[kind].least_crawls)
            if change is not None:
                record.changes[kind] = change
        yield record


def _when(look: Look) -> int:
    return look.at


def _by_site(rows: Rows) -> Iterator[tuple[str, str, Iterator[pa.RecordBatch]]]:
    """Site, table and batches: a batch holds rows of one site, and sites follow each other in order.

    The batches of a site are there until the next one is asked for.
    """
    for site, batches in groupby(rows.batches(), key=lambda batch: str(batch.column("site")[0].as_py())):
        yield site, rows.table, batches


def _ordered(batches: Iterator[pa.RecordBatch]) -> Iterator[dict[str, Any]]:
    """Rows, oldest first, with `observed_at` in microseconds."""
    table = pa.Table.from_batches(list(batches)).drop_columns(["site"]).sort_by("observed_at")
    where = table.schema.get_field_index("observed_at")
    table = table.set_column(where, "observed_at", table.column("observed_at").cast(pa.int64()))
    for batch in table.to_batches(max_chunksize=8_192):
        yield from batch.to_pylist()


def _visits(record: SiteRecord, batches: Iterator[pa.RecordBatch]) -> None:
    for row in _ordered(batches):
        at, outcome = row["observed_at"], row["outcome"]
        record.hours["visits", outcome, at // HOUR] += 1
        record.last = max(record.last, at)
        word = _failed_with(row) if outcome == "failed" else outcome
        record.of_run[word] += row["crawl_id"] == record.run
        if outcome == "failed":
            record.errors[word] += 1
            record.lost[word].add(row["url"], row["detail"] or "")
        elif outcome == "read":
            record.looks["missing"].append(Look(at, row["crawl_id"], row["page_id"], not row["threads"]))


def _failed_with(row: dict[str, Any]) -> str:
    """The status of a visit that failed, or the reason why it has none or why that does not matter."""
    reason = (row["detail"] or "").partition(":")[0]
    return str(row["http_status"]) if reason == "http" and row["http_status"] else reason or "unknown"


def _threads(record: SiteRecord, batches: Iterator[pa.RecordBatch]) -> None:
    had: dict[str, int] = {}
    for row in _ordered(batches):
        at, verdict, stop = row["observed_at"], row["verdict"], row["stop_reason"]
        record.hours["threads", verdict, at // HOUR] += 1
        ledger = None if verdict in SOUND_VERDICTS else Thread(**{name: row[name] for name in _LEDGER})
        unsound = None if ledger is None else incomplete(ledger)
        if unsound is not None:
            record.not_whole[f"{verdict}: {stop}"].add(unsound.url, unsound.why)
        if stop in OUR_OWN or (ledger is not None and is_locked(ledger)):
            continue
        is_refused = unsound is not None and stop in REFUSED
        look = Look(at, row["crawl_id"], row["thread_id"], is_refused)
        record.looks["refused"].append(look)
        if is_refused:
            continue
        record.looks["partial"].append(Look(at, look.crawl, look.subject, unsound is not None))
        full = had.get(look.subject, 0)
        is_empty = bool(full) and row["captured"] * LEFT <= full
        if row["captured"] >= WORTH and not is_empty and verdict in SOUND_VERDICTS:
            full = had[look.subject] = row["captured"]
        if full:
            record.looks["empty"].append(Look(at, look.crawl, look.subject, is_empty))


_LEDGER: Final = ("url", "verdict", "state", "stop_reason", "stop_detail", "expected", "captured", "gaps")


def _pages(record: SiteRecord, batches: Iterator[pa.RecordBatch]) -> None:
    for row in _ordered(batches):
        if (row["http_status"] or 200) < 400:
            look = Look(row["observed_at"], row["crawl_id"], row["page_id"], not row["title"])
            record.looks["titles"].append(look)


def _comments(record: SiteRecord, batches: Iterator[pa.RecordBatch]) -> None:
    """Counted in Arrow, a batch at a time: there are many, and a visit of a thread is one look."""
    visits: dict[tuple[str, str, str], tuple[int, int, int, str]] = {}
    for counted in chain.from_iterable(_grouped(batch).to_pylist() for batch in batches):
        change, at = counted["change"], counted["at_min"]
        record.hours["comments", change, at // HOUR] += counted["is_nameless_count"]
        for kind, changes, missing in _LOOKED_AT:
            if change in changes:
                key = kind, counted["visit_id"], counted["thread_id"]
                first, without, of, _ = visits.get(key, (at, 0, 0, ""))
                without += counted[f"{missing}_sum"]
                of += counted[f"{missing}_count"]
                visits[key] = min(first, at), without, of, counted["crawl_id"]
    for (kind, _, thread), (at, without, of, crawl) in visits.items():
        record.looks[kind].append(Look(at, crawl, thread, 2 * without > of))


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
