"""The last weeks of a whole archive: the records of its sites together, in bins of time, with its runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from archive.reader import Archive
from crawler.monitoring.drift import KINDS, Change
from crawler.monitoring.record import SiteRecord, site_records
from crawler.schedule.due import SKEW

BINS: Final = 80
"""Bars of a plot, at most."""
WIDTHS: Final = (1, 3, 6, 24, 72, 168, 720, 2_160)
"""Hours that a bar can stand for."""
RUNS: Final = 30
"""Runs that are listed."""
FOREVER: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Drift:
    """A site whose extractor looks broken."""

    site: str
    kind: str
    change: Change
    is_accepted: bool
    """Whether DRIFT_ACCEPTED says that this is how it is now."""
    history: tuple[tuple[datetime, int, int], ...]
    """Day, bad looks and all looks of the site, oldest first."""

    def sentence(self) -> str:
        """What happened, for people."""
        kind, change = KINDS[self.kind], self.change
        return (
            f"{self.site}: {change.bad:,} of {change.of:,} {kind.subject} {kind.says} since {moment(change.since)} "
            f"(before: {change.before_bad:,} of {change.before_of:,} looks)"
        )

    def as_json(self) -> dict[str, Any]:
        """As it stands in a report."""
        change = self.change
        return {
            "site": self.site,
            "kind": self.kind,
            "since": iso(change.since),
            "bad": change.bad,
            "of": change.of,
            "before_bad": change.before_bad,
            "before_of": change.before_of,
            "crawls": change.crawls,
            "examples": list(change.subjects),
            "accepted": self.is_accepted,
            "history": [{"day": f"{day:%Y-%m-%d}", "bad": bad, "of": of} for day, bad, of in self.history],
        }


@dataclass(slots=True)
class Run:
    """A row of the table `crawls`."""

    crawl_id: str
    spider: str
    arguments: str
    started_at: datetime
    ended_at: datetime | None
    reason: str | None
    pages: int
    failed: int


@dataclass(slots=True)
class Overview:
    """What the report shows; counts only, of whatever length the span is."""

    uri: str
    since: datetime
    until: datetime
    rows: dict[str, int]
    """Rows per table, of all time."""
    sites: list[SiteRecord] = field(default_factory=list)
    """Without their hours."""
    hours: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    """As those of a site, of all together."""
    drifts: list[Drift] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    """Newest first, at most `RUNS`."""
    ahead: int = 0
    """Runs that are later than now: a clock was wrong. Their rows are left out."""
    of_run: dict[str, Counter[str]] = field(default_factory=dict)
    """Of one crawl, its visits by site, and by outcome or what they failed with."""

    def total(self, table: str, word: str) -> int:
        """Rows of a table with this outcome, verdict or change."""
        return sum(site.totals[table, word] for site in self.sites)

    def alarms(self) -> list[Drift]:
        """Drifts that nobody has accepted."""
        return [drift for drift in self.drifts if not drift.is_accepted]

    def bins(self) -> tuple[list[datetime], int]:
        """When the bars of a plot begin, and how many hours one is."""
        hours = [hour for _, _, hour in self.hours]
        if not hours:
            return [], 1
        first, last = min(hours), max(hours)
        width = next((width for width in WIDTHS if last // width - first // width < BINS), WIDTHS[-1])
        return [_at(number * width) for number in range(first // width, last // width + 1)], width

    def series(self, table: str, word: str) -> list[int]:
        """Rows with this word, by the bins."""
        starts, width = self.bins()
        counts: Counter[int] = Counter()
        for (of, its, hour), n in self.hours.items():
            if of == table and its == word:
                counts[hour // width] += n
        first = _hour(starts[0]) // width if starts else 0
        return [counts[first + number] for number in range(len(starts))]


def overview(
    archive: Archive,
    days: float,
    *,
    accepted: frozenset[str] = frozenset(),
    site: str | None = None,
    run: str | None = None,
    now: datetime | None = None,
) -> Overview:
    """Read the last days of an archive, back from its newest run.

    What a clock that was ahead has written is left out: its looks would be the newest ones until that day comes.

    :param days: 0 for everything there is
    :param accepted: ``SITE`` or ``SITE:KIND``, see DRIFT_ACCEPTED
    :param site: only this site
    :param run: the crawl of :attr:`Overview.of_run`
    :param now: None for the time of the clock
    """
    now = now or datetime.now(UTC)
    latest = now + timedelta(seconds=SKEW)
    every = sorted(_runs(archive), key=lambda run: run.started_at, reverse=True)
    runs = [run for run in every if run.started_at <= latest]
    until = max((min(run.ended_at or run.started_at, latest) for run in runs), default=now)
    since = until - timedelta(days=days) if days else FOREVER
    found = Overview(archive.uri, since, until, archive.row_counts(), ahead=len(every) - len(runs))
    for record in site_records(archive, since, latest, site=site, run=run):
        found.drifts += _drifts(record, accepted)
        found.hours.update(record.hours)
        record.hours = Counter()
        if record.of_run:
            found.of_run[record.site] = record.of_run
        found.sites.append(record)
    found.runs = [run for run in runs if run.started_at >= since][:RUNS]
    return found


def accepted_of(text: str) -> frozenset[str]:
    """The words of DRIFT_ACCEPTED: sites, or sites with a kind, parted by commas or white space."""
    return frozenset(text.replace(",", " ").split())


def _drifts(record: SiteRecord, accepted: frozenset[str]) -> Iterator[Drift]:
    for kind, change in record.changes.items():
        yield Drift(
            record.site,
            kind,
            change,
            bool({record.site, f"{record.site}:{kind}"} & accepted),
            tuple((_at(day * 24), bad, of) for day, bad, of in record.days[kind]),
        )


def _runs(archive: Archive) -> Iterator[Run]:
    columns = ("crawl_id", "spider", "arguments", "started_at", "ended_at", "reason", "pages", "pages_failed")
    for batch in archive.crawls().select(*columns).batches():
        for row in batch.to_pylist():
            yield Run(*(row[name] for name in columns))


def ahead_of_now(runs: int) -> str:
    """What is said of runs that are later than now."""
    those = "crawls are" if runs != 1 else "crawl is"
    return f"{runs:,} {those} dated later than now: a clock was wrong. What they wrote is left out here."


def moment(micros: int) -> str:
    """A time for people, in UTC, to the minute."""
    return f"{datetime.fromtimestamp(micros / 1e6, UTC):%Y-%m-%d %H:%M}Z"


def iso(micros: int | None) -> str | None:
    """A time for programs: RFC 3339 in UTC, to the second."""
    return None if micros is None else f"{datetime.fromtimestamp(micros / 1e6, UTC):%Y-%m-%dT%H:%M:%SZ}"


def as_json(found: Overview) -> dict[str, Any]:
    """The overview for programs."""
    return {
        "archive": found.uri,
        "since": None if found.since == FOREVER else f"{found.since:%Y-%m-%dT%H:%M:%SZ}",
        "until": f"{found.until:%Y-%m-%dT%H:%M:%SZ}",
        "rows": found.rows,
        "crawls_ahead": found.ahead,
        "drift": [drift.as_json() for drift in found.drifts],
        "sites": [_site_as_json(site) for site in found.sites],
    }


def _site_as_json(site: SiteRecord) -> dict[str, Any]:
    counts: dict[str, Counter[str]] = {"visits": Counter(), "threads": Counter(), "comments": Counter()}
    for (table, word), n in site.totals.items():
        counts[table][word] += n
    return {
        "site": site.site,
        "last_visit": iso(site.last or None),
        **counts,
        "errors": dict(site.errors),
        "not_whole": {reason: of.count for reason, of in site.not_whole.items()},
    }


def _at(hour: int) -> datetime:
    return datetime.fromtimestamp(hour * 3600, UTC)


def _hour(at: datetime) -> int:
    return int(at.timestamp() // 3600)
