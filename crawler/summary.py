"""The table at the end of a crawl: what was read, what was written, what was lost, and how to look at it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.table import Table

import archive
from crawler.report import SOUND_VERDICTS, Report, now

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

SHOWN: Final = 20
"""Failures and threads that are printed; the table `crawls` lists up to 1,000."""


def print_summary(report: Report, settings: BaseSettings) -> None:
    """Print the closing table to stdout."""
    console = Console(soft_wrap=True, highlight=False)
    uri = settings["ARCHIVE_URI"]
    seconds = (now() - report.started_at) / 1e6
    console.print(f"\nCrawl {report.crawl_id}: {report.reason} in {seconds:.1f} s")
    table = Table(box=None, pad_edge=False)
    table.add_column("")
    table.add_column("read", justify="right")
    table.add_column("rows written", justify="right")
    table.add_column("rows in the archive", justify="right")
    held = archive.open(uri).info().rows if _exists(uri) else {}
    read = {"pages": report.pages, "comments": report.comments, "threads": report.verdicts.total()}
    for name in ("pages", "shares", "subscribes", "comments", "threads"):
        table.add_row(
            name,
            f"{read[name]:,}" if name in read else "",
            f"{report.rows[name]:,}",
            f"{held.get(name, 0):,}",
        )
    console.print(table)
    _verdicts(console, report)
    _losses(console, report)
    _where(console, str(uri))


def _verdicts(console: Console, report: Report) -> None:
    if report.verdicts:
        counted = ", ".join(f"{n:,} {verdict}" for verdict, n in report.verdicts.most_common())
        console.print(f"\nThreads by verdict: {counted}")
    unsound = sum(n for verdict, n in report.verdicts.items() if verdict not in SOUND_VERDICTS)
    for thread in report.incomplete[:SHOWN]:
        console.print(f"  {thread.verdict}: {thread.url}: {thread.why}", markup=False)
    if unsound > SHOWN:
        console.print(f"  ... and {unsound - SHOWN:,} more in the table threads")


def _losses(console: Console, report: Report) -> None:
    if report.failures_total:
        console.print(f"\nLost: {report.failures_total:,}")
    for failure in report.failures[:SHOWN]:
        console.print(f"  {failure.reason}: {failure.detail}", markup=False)
    if report.failures_total > SHOWN:
        console.print(f"  ... and {report.failures_total - SHOWN:,} more in the table crawls")


def _where(console: Console, uri: str) -> None:
    if not _exists(uri):
        console.print("\nNothing was written.")
        return
    console.print(f"\nFiles: {uri}/TABLE/site=SITE/month=YYYY-MM/*.parquet", markup=False)
    query = "SELECT author_name, left(text, 60) AS text, published_at FROM comments LIMIT 20"
    python = Path(sys.executable)
    shown = python.relative_to(Path.cwd()) if python.is_relative_to(Path.cwd()) else "python"
    console.print(
        f"Look:  {shown} -c \"import archive, duckdb; comments = archive.open('{uri}').comments();"
        f" duckdb.sql('{query}').show()\"",
        markup=False,
    )


def _exists(uri: str) -> bool:
    return "://" in uri or Path(uri, "pages", "_delta_log").is_dir()
