"""The table at the end of a crawl: what was read, what was new, what was lost, and how to look at it."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import sys
from collections import Counter
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rich.table import Table

from archive.errors import ArchiveError, NoArchiveError
from crawler.archive_place import held_archive
from crawler.archive_words import console as open_console
from crawler.leases import Earlier
from crawler.report import Report, now
from crawler.words import counted, duration, plain

if TYPE_CHECKING:
    from rich.console import Console
    from scrapy.settings import BaseSettings

    from crawler.monitoring.run import Watched

SHOWN: Final = 20
"""Failures and threads that are printed; the table `crawls` lists up to 1,000 failures, `threads` every thread."""
LONGEST: Final = 500
"""Characters of one line about a loss: it may quote what a stranger's server said."""

ENDS: Final = {"finished": "finished in", "shutdown": "stopped after", "": "was broken off after"}
"""What the closing reasons are called, and what it is called that there is none, as after a second Ctrl-C; any other
one stands beside "ended early"."""

TABLES: Final = ("pages", "shares", "subscribes", "comments", "threads")
COMPARED: Final = {
    "pages": ("new", "edited", "removed"),
    "shares": ("new", "edited"),
    "subscribes": ("new", "edited"),
    "comments": ("new", "edited", "removed", "restored", "status", "counts"),
}
"""The changes that a row of a table can be; a ledger is compared with nothing."""
ALWAYS: Final = ("new", "edited", "removed")
COLUMNS: Final = (*ALWAYS, "restored", "status", "counts")
"""Columns of changes; those behind :data:`ALWAYS` are shown when there is one."""

LOOK: Final = {
    "comments": "SELECT author_name, left(text, 60) AS text, published_at FROM comments LIMIT 20",
    "pages": "SELECT title, published_at, canonical_url FROM pages LIMIT 20",
}
"""A first look: at the comments, or, where there is none, at the pages."""


def print_summary(report: Report, settings: BaseSettings, watched: Watched | None = None) -> None:
    """Print the closing table to stdout.

    It costs a few reads of the archive's logs, whatever the archive's size; that it cannot be read is said, not raised.
    """
    console = open_console()
    uri = str(settings["ARCHIVE_URI"]).rstrip("/")
    try:
        looked = watched.held if watched else None
        held, trouble = held_archive(settings).row_counts() if looked is None else looked, ""
    except NoArchiveError:
        held, trouble = dict.fromkeys(TABLES, 0), ""
    except ArchiveError as error:
        held, trouble = {}, str(error)
    end = ENDS.get(report.reason or "", f"ended early ({report.reason}) after")
    console.print(f"\nCrawl {report.crawl_id} {end} {duration((now() - report.resumed_at) / 1e6)}\n")
    if report.continued is not None:
        console.print(_continued(report.continued))
    console.print(_table(report, held))
    if report.known.total():
        passed_over = f"{report.known.total():,} of these rows"
        console.print(f"\nNot written: {passed_over}, which another crawl wrote, or an erasure took, at the same time.")
    if report.skipped:
        console.print(f"\nSkipped: {counted(report.skipped)}")
    for kind, count in report.traps.most_common():
        console.print(f"  trap: {count:,} {kind}, such as {_plain(console, report.trap_examples[kind])}")
    _threads(console, report)
    _losses(console, report)
    _alarms(console, watched)
    unfinished = settings.get("FRONTIER_FILE")
    if unfinished and Path(unfinished).exists():
        console.print("\nThe same command again goes on with this crawl.")
    if any(held.values()):
        console.print(f"\nFiles: {uri}/TABLE/site=SITE/month=YYYY-MM/*.parquet")
        if watched is not None and watched.page:
            console.print(f"Report: {watched.page}")
        console.print(f"Look:  {look(uri, 'comments' if held['comments'] else 'pages')}")
    elif trouble:
        total = report.rows.total()
        written = f"{total:,} rows are written, but" if total else "Nothing was written, and"
        console.print(f"\n{written} the archive cannot be read just now: {_plain(console, trouble)}")
    else:
        console.print("\nNothing was written.")


def look(uri: str, table: str) -> str:
    """One line for a shell, run in this directory, that shows some rows of an archive."""
    found = shutil.which("python")
    python = Path(sys.executable)
    if found and os.path.abspath(found) == sys.executable:  # noqa: PTH100 - resolving links would leave the environment
        command = "python"
    else:
        command = str(python.relative_to(Path.cwd()) if python.is_relative_to(Path.cwd()) else python)
    rows = f"archive.open({json.dumps(uri, ensure_ascii=False)}).{table}()"
    if find_spec("duckdb"):
        code = f'import archive, duckdb; {table} = {rows}; duckdb.sql("{LOOK[table]}").show()'
    else:
        code = f"import archive; print({rows}.to_table())"
    return f"{shlex.quote(command)} -c {shlex.quote(code)}"


def _table(report: Report, held: dict[str, int]) -> Table:
    read = {"pages": report.pages, "comments": report.comments, "threads": report.verdicts.total()}
    met = {change for _, change in +report.changes}
    changes = [name for name in COLUMNS if name in ALWAYS or name in met]
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="")
    table.add_column("")
    for name in ("read", *changes, "rows in the archive"):
        table.add_column(name, justify="right")
    for name in TABLES:
        counts = [f"{report.changes[name, c]:,}" if c in COMPARED.get(name, ()) else "" for c in changes]
        rows = f"{held[name]:,}" if held else "?"
        table.add_row(name, f"{read[name]:,}" if name in read else "", *counts, rows)
    return table


def _continued(earlier: Earlier) -> str:
    """What all numbers below include, and what was left to do."""
    waited = [f"{earlier.waiting:,} waited"]
    if earlier.returned:
        waited.append(f"{earlier.returned:,} of them cut off during their visit")
    if earlier.retried:
        waited.append(f"{earlier.retried:,} failed before")
    return f"Continued: {earlier.pages:,} pages were archived before, {', '.join(waited)}\n"


def _threads(console: Console, report: Report) -> None:
    if report.verdicts:
        console.print(f"\nThreads: {counted(report.verdicts)}")
    elif report.pages:
        console.print("\nThreads: none; no comment system that Talkback knows was found")
    for thread in report.incomplete[:SHOWN]:
        console.print(f"  {thread.verdict}: {_plain(console, thread.url)}")
        console.print(f"    {_plain(console, thread.why)}")
    if report.incomplete_total > SHOWN:
        console.print(f"  ... and {report.incomplete_total - SHOWN:,} more, see the table threads")


def _losses(console: Console, report: Report) -> None:
    if not report.failures_total:
        return
    reasons = Counter(failure.reason for failure in report.failures)
    named = f" ({counted(reasons)})" if len(reasons) > 1 else ""
    console.print(f"\nLost: {report.failures_total:,}{named}")
    for failure in report.failures[:SHOWN]:
        console.print(f"  {failure.reason}: {_plain(console, failure.detail)}")
    if report.failures_total > SHOWN:
        console.print(f"  ... and {report.failures_total - SHOWN:,} more, see the table crawls")


def _alarms(console: Console, watched: Watched | None) -> None:
    if watched is None:
        return
    if watched.alarms:
        console.print("\nExtractors that look broken, by the history of their sites:")
    for drift in watched.alarms:
        console.print(f"  {drift.kind}: {_plain(console, drift.sentence())}")
    if watched.trouble:
        console.print(f"\nNo report could be written: {_plain(console, watched.trouble)}")


def _plain(console: Console, text: str) -> str:
    """Text of strangers: no control character reaches the terminal, nothing that stdout cannot encode."""
    shown = plain(text if len(text) <= LONGEST else f"{text[:LONGEST]} ...")
    return shown.encode(console.encoding, "backslashreplace").decode(console.encoding)
