"""What an archive's size does to the cost of the next commit, of opening it and of reading it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

import archive
from archive.exporter import Exporter
from benchmarks.measuring import table
from benchmarks.storage.writing import crawling, stored

LOOKED_UP = 200
"""Threads that are asked for: what a revisit asks of the change index."""


@dataclass(frozen=True, slots=True)
class Point:
    """Costs at one size of the archive, CPU milliseconds."""

    commits: int
    rows: int
    commit_ms: float
    """Of one commit, the median of those since the point before."""
    start_ms: float
    """The next crawl opens the archive and its index."""
    thread_us: float
    """What is known of a thread, microseconds."""
    row_counts_ms: float
    """The closing table: from the logs alone."""
    info_ms: float
    read_ms: float
    """The latest states of all comments, every column."""


def growth(folder: Path, commits: int, rows: int, points: int) -> list[Point]:
    """Commit again and again, and look at the costs at some sizes on the way; the first is that of one commit."""
    found: list[Point] = []
    wanted = {1, *(round(commits * at / points) for at in range(1, points + 1))}
    spent: list[float] = []
    with crawling(folder) as exporter:
        stored(exporter, rows, 1_000_000)  # warms up
        for number in range(1, commits + 1):
            steps = stored(exporter, rows, number)
            spent.append(steps["commit"] * 1e3)
            if number in wanted:
                found.append(_point(exporter, number, rows, median(spent)))
                spent = []
    return found


def _point(exporter: Exporter, commits: int, rows: int, commit_ms: float) -> Point:
    opened = archive.open(exporter.store.uri)
    ids = opened.comments().select("thread_id").to_table().column(0).unique().to_pylist()
    some = [str(key) for key in ids[:: max(len(ids) // LOOKED_UP, 1)]]
    return Point(
        commits=commits,
        rows=(commits + 1) * rows,
        commit_ms=commit_ms,
        start_ms=_cpu_ms(lambda: _start(exporter)),
        thread_us=_cpu_ms(lambda: [exporter.index.thread(key) for key in some]) * 1e3 / len(some),
        row_counts_ms=_cpu_ms(opened.row_counts),
        info_ms=_cpu_ms(opened.info),
        read_ms=_cpu_ms(lambda: sum(batch.num_rows for batch in opened.comments().batches())),
    )


def _start(exporter: Exporter) -> None:
    other = Exporter(exporter.store.uri, "another", state_dir=exporter.state_dir.parent)
    other.start()
    other.close()


def _cpu_ms(do: Callable[[], Any]) -> float:
    """The median of three."""
    spent = []
    for _ in range(3):
        start = time.process_time()
        do()
        spent.append((time.process_time() - start) * 1e3)
    return median(spent)


def markdown(points: list[Point]) -> str:
    """The curve as a table, with what reading costs a row."""
    head = (
        "commits", "rows", "commit ms", "start ms", "a thread us", "row_counts ms", "info ms", "read ms",
        "info us a row", "read us a row",
    )  # fmt: skip
    rows = [
        (
            p.commits, f"{p.rows:,}", f"{p.commit_ms:.1f}", f"{p.start_ms:.1f}", f"{p.thread_us:.0f}",
            f"{p.row_counts_ms:.1f}", f"{p.info_ms:.1f}", f"{p.read_ms:.1f}",
            f"{p.info_ms * 1e3 / p.rows:.2f}", f"{p.read_ms * 1e3 / p.rows:.2f}",
        )
        for p in points
    ]  # fmt: skip
    return f"## Growth\n\n{table(head, rows)}\n"


def as_json(points: list[Point]) -> dict[str, Any]:
    """As kept in a file: a list of values for each curve."""
    return {"name": "Growth", "points": [asdict(point) for point in points]}
