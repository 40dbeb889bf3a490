"""What one crawl leaves for those who watch it: a JSON report, the HTML page of the archive, and one line."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from archive.errors import ArchiveError
from archive.reader import Archive
from archive.stores import STAGED, Store
from crawler import __version__
from crawler.archive_place import archive_store
from crawler.extract.urls import site_of
from crawler.monitoring.overview import Drift, Overview, accepted_of, iso, overview
from crawler.monitoring.page import html
from crawler.report import EXIT_INCOMPLETE, Report, now
from crawler.words import counted, plain

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

FOLDER: Final = "reports"
"""Directory of the archive, beside its tables."""
PAGE: Final = f"{FOLDER}/index.html"
"""The page of the whole archive, written anew by every crawl."""
NAMED: Final = 3
"""Broken extractors that the one line names."""


@dataclass(slots=True)
class Watched:
    """What was found out at the end of a crawl."""

    exit_status: int
    address: str | None = None
    """Where the JSON report lies; None when none was written."""
    page: str | None = None
    """Where the page lies, as the archive was named."""
    alarms: list[Drift] = field(default_factory=list)
    """Broken extractors of the sites that this crawl visited."""
    trouble: str | None = None
    """Why there is no report, where there should be one."""
    held: dict[str, int] | None = None
    """Rows per table of the archive; None where it was not looked at."""


def watch(report: Report, settings: BaseSettings, spider: str) -> Watched:
    """Look back on the archive after a crawl, and write the report of both.

    The exit status of a crawl without a loss becomes 3 when a site's extractor looks broken, or when nobody could
    look: a scheduler must hear of both.
    """
    days = settings.getfloat("REPORT_DAYS")
    if not days:
        return Watched(report.exit_status)
    try:
        store = archive_store(settings)
        archive = Archive(store, is_frugal=True)  # beside what the crawl has left in memory
        found = overview(archive, days, accepted=accepted_of(settings["DRIFT_ACCEPTED"]), run=report.crawl_id)
        alarms = [drift for drift in found.alarms() if drift.site in found.of_run]
        watched = Watched(report.exit_status or (EXIT_INCOMPLETE if alarms else 0), alarms=alarms, held=found.rows)
        path = f"{FOLDER}/{datetime.now(UTC):%Y-%m}/{report.crawl_id}.json"
        told = json.dumps(as_json(report, found, watched, spider), ensure_ascii=False, indent=1)
        _write(store, path, told, report.crawl_id)
        _write(store, PAGE, html(found, made=datetime.now(UTC)), report.crawl_id)
    except ArchiveError as error:
        return Watched(report.exit_status or EXIT_INCOMPLETE, trouble=str(error))
    watched.address, watched.page = f"{store.uri}/{path}", f"{str(settings['ARCHIVE_URI']).rstrip('/')}/{PAGE}"
    return watched


def write_page(store: Store, found: Overview, name: str) -> str:
    """Write the page of the archive beside its tables, and tell where. Raises `ArchiveError`."""
    _write(store, PAGE, html(found, made=datetime.now(UTC)), name)
    return f"{store.uri}/{PAGE}"


def _write(store: Store, path: str, text: str, name: str) -> None:
    """Whole or not at all, also for somebody who reads it just now."""
    staged = f"{FOLDER}/{STAGED}/{name}-{path.rpartition('/')[2]}"
    store.stage(staged, pa.py_buffer(text.encode("utf-8", "replace")))
    store.publish([(staged, path)])


def as_json(report: Report, found: Overview, watched: Watched, spider: str) -> dict[str, Any]:
    """The report of a crawl; docs/running.md tells what each member is."""
    row = next((run for run in found.runs if run.crawl_id == report.crawl_id), None)
    changes: dict[str, dict[str, int]] = {}
    for (table, change), n in report.changes.items():
        changes.setdefault(table, {})[change] = n
    return {
        "talkback": __version__,
        "crawl_id": report.crawl_id,
        "spider": spider,
        "arguments": None if row is None else json.loads(row.arguments or "{}"),
        "archive": found.uri,
        "started_at": iso(report.started_at),
        "ended_at": iso(now()),
        "closing_reason": report.reason,
        "exit_status": watched.exit_status,
        "summary": summary_of(report, watched),
        "pages": {"read": report.pages, "failed": report.pages_failed, "skipped": dict(report.skipped)},
        "traps": [
            {"kind": kind, "total": total, "url": report.trap_examples[kind]}
            for kind, total in report.traps.most_common()
        ],
        "comments": report.comments,
        "threads": dict(report.verdicts),
        "changes": changes,
        "rows": dict(report.rows),
        "sites": {site: dict(counts) for site, counts in sorted(found.of_run.items())},
        "lost": {
            "total": report.failures_total,
            "listed": [
                {"url": one.url, "site": site_of(one.url), "reason": one.reason, "detail": one.detail}
                for one in report.failures
            ],
        },
        "not_whole": {
            "total": report.incomplete_total,
            "listed": [{"url": one.url, "verdict": one.verdict, "why": one.why} for one in report.incomplete],
        },
        "drift": [drift.as_json() for drift in watched.alarms],
    }


def summary_of(report: Report, watched: Watched) -> str:
    """The result of a crawl in one line, without its exit status."""
    said = []
    if report.reason != "finished":
        said.append(f"ended early ({report.reason})" if report.reason else "broken off")
    if report.failures_total:
        reasons = Counter(failure.reason for failure in report.failures)
        said.append(f"{report.failures_total:,} lost ({counted(reasons)})")
    if report.incomplete_total:
        verdicts = Counter(thread.verdict for thread in report.incomplete)
        said.append(f"{report.incomplete_total:,} threads not whole ({counted(verdicts)})")
    if watched.alarms:
        named = ", ".join(f"{drift.site} ({drift.kind})" for drift in watched.alarms[:NAMED])
        more = f" and {len(watched.alarms) - NAMED:,} more" if len(watched.alarms) > NAMED else ""
        said.append(f"extractor looks broken: {named}{more}")
    if watched.trouble:
        said.append(f"no report: {watched.trouble}")
    return plain("; ".join(said)) or "everything archived"
