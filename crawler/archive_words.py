"""What ``scrapy archive`` prints for people: tables, findings, histories."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from archive.history import Event
from crawler.words import counted, plain

if TYPE_CHECKING:
    from archive.reader import Summary
    from archive.upkeep.compact import Compacted
    from archive.upkeep.verify import Checked, Finding
    from crawler.monitoring.overview import Drift

_UNITS: Final = ("bytes", "kB", "MB", "GB", "TB")
_STYLES: Final = {"-": "red", "+": "green", "~": "yellow", "@": "cyan"}
SITES: Final = 20
"""Sites named by `print_info`."""

LEAST_WIDTH: Final = 80
"""Columns of a table; a narrower terminal breaks its lines, where digits would be left out to make it fit."""


def console(*, to_stderr: bool = False) -> Console:
    """Where people read: no markup of strangers' texts, lines as long as they are."""
    opened = Console(file=sys.stderr if to_stderr else sys.stdout, soft_wrap=True, highlight=False, markup=False)
    opened.width = max(opened.width, LEAST_WIDTH)
    return opened


def size(count: float) -> str:
    """Bytes in the unit that suits them: ``12.3 MB``."""
    for unit in _UNITS[:-1]:
        if count < 1000:
            return f"{count:,.0f} {unit}" if unit == "bytes" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:,.1f} {_UNITS[-1]}"


def print_info(summary: Summary) -> None:
    """Rows, parts and sizes by table; sites, times, verdicts and changes below."""
    out = console()
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="")
    for name in ("", "rows", "parts", "size", "bytes a row"):
        table.add_column(name, justify="left" if not name else "right")
    for name, rows in summary.rows.items():
        each = f"{summary.bytes[name] / rows:,.0f}" if rows else ""
        table.add_row(name, f"{rows:,}", f"{summary.parts[name]:,}", size(summary.bytes[name]), each)
    rows, parts, total = (sum(counts.values()) for counts in (summary.rows, summary.parts, summary.bytes))
    table.add_row("together", f"{rows:,}", f"{parts:,}", size(total), "")
    out.print(f"Archive {summary.uri}\n")
    out.print(table)
    shown = ", ".join(plain(site) for site in summary.sites[:SITES])
    more = f", and {len(summary.sites) - SITES:,} more" if len(summary.sites) > SITES else ""
    out.print(f"\nSites ({len(summary.sites):,}): {shown}{more}")
    if summary.first is not None and summary.last is not None:
        out.print(f"Observed: {moment(summary.first)} to {moment(summary.last)}")
    for title, counts in (("Threads by verdict", summary.verdicts), ("Comment states by change", summary.changes)):
        if counts:
            out.print(f"{title}: {counted(counts)}")


def print_drifts(drifts: Sequence[Drift]) -> None:
    """A line for each extractor that looks broken."""
    if drifts:
        console().print("Extractors that look broken, by the history of their sites:")
    for drift in drifts:
        accepted = " (accepted)" if drift.is_accepted else ""
        console().print(Text(f"  {drift.kind}{accepted}: {plain(drift.sentence())}", "" if accepted else "red"))


def print_finding(finding: Finding) -> None:
    """A line that says what is wrong, with the file below it, and below that the way out."""
    out = console()
    style = "red" if finding.level == "damage" else ""
    out.print(Text(f"{finding.level}: {finding.table + ': ' if finding.table else ''}{plain(finding.what)}", style))
    if finding.path:
        out.print(f"  {plain(finding.path)}")
    if finding.way_out:
        out.print(f"  {finding.way_out}")


def print_verified(checked: Checked, damage: int, notes: int) -> None:
    """What was looked at, and how much of it was wrong."""
    console().print(
        f"{checked.parts:,} parts, {checked.rows:,} rows, {size(checked.bytes)}, {checked.entries:,} log entries: "
        + (f"{damage:,} damaged" if damage else "sound")
        + (f", {notes:,} notes" if notes else "")
    )


def print_compacted(done: Compacted) -> None:
    """A line for what became of a partition's small parts."""
    where = plain("/".join((done.table, *done.partition.values())))
    if done.trouble is None:
        console().print(
            f"{where}: {done.parts:,} parts of {size(done.before)} became one of {size(done.after)}, {done.rows:,} rows"
        )
    else:
        console(to_stderr=True).print(f"{where}: {done.parts:,} parts were left as they are: {plain(done.trouble)}")


def moment(at: datetime) -> str:
    """A time in UTC, to the second."""
    return f"{at:%Y-%m-%d %H:%M:%S}Z"


def print_event(event: Event) -> None:
    """A state or a visit: a line, and below it what changed, coloured on a terminal."""
    out = console()
    out.print(f"{moment(event.at)}  {_headline(event)}")
    for line in event.changes:
        out.print(Text(f"    {plain(line)}", _STYLES.get(line[:1], "")))


def _headline(event: Event) -> str:
    row = event.row
    if event.kind == "visit":
        expected = "" if row["expected"] is None else f" of {row['expected']:,}"
        told = [f"{row[name]:,} {name}" for name in ("new", "edited", "removed", "restored") if row[name]]
        why = f" ({row['stop_reason']})" if row["verdict"] == "partial" and row["stop_reason"] else ""
        found = f": {', '.join(told)}" if told else ""
        return f"visit     {row['verdict']}{why}, {row['captured']:,}{expected} read{found}"
    if event.kind == "look":
        return f"page      {row['outcome']}"
    author = "" if row["author_name"] is None else f" by {plain(row['author_name'])}"
    status = "" if row["status"] == "visible" else f", {row['status']} ({row['status_source']})"
    return f"{event.kind:<9} {event.key}{author}{status}"


def lines(events: Iterator[Event]) -> Iterator[dict[str, object]]:
    """Events as plain values for JSON."""
    for event in events:
        yield {"at": event.at, "event": event.kind, **event.row}
