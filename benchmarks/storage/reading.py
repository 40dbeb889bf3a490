"""The latest state of every comment of a large site, beside DuckDB on the same files without us."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import duckdb

import archive
from benchmarks.measuring import Figure, Goal, Stopwatch, measured
from benchmarks.storage.large import COMMIT_ROWS, large_archive

SITE: Final = "example.com"
FEW: Final = ("comment_id", "text", "status")
_QUERY: Final = """\
SELECT {} FROM read_parquet(?, hive_partitioning = true) WHERE site = ?
QUALIFY row_number() OVER (
  PARTITION BY comment_id ORDER BY observed_at DESC, capture_id DESC, status DESC, content_digest DESC) = 1"""


def ours(root: Path, columns: tuple[str, ...]) -> int:
    """Rows that our reader streams."""
    rows = archive.open(str(root)).comments(site=SITE)
    return sum(batch.num_rows for batch in (rows.select(*columns) if columns else rows).batches())


def duckdbs(root: Path, columns: tuple[str, ...]) -> int:
    """Rows that the query streams, as Arrow batches as well. Which files count it has to be told: that is ours."""
    files = archive.open(str(root)).files("comments")
    with duckdb.connect() as connection:
        found = connection.sql(_QUERY.format(", ".join(columns) or "*"), params=[files, SITE])
        return sum(batch.num_rows for batch in found.to_arrow_reader(65_536))


def latest(folder: Path, commits: int, rounds: int) -> Figure:
    """CPU milliseconds for a million rows."""
    root, rows, comments = large_archive(folder, commits)

    def way(_number: int) -> dict[str, float]:
        spent = {}
        for name, read in (("Talkback", ours), ("DuckDB", duckdbs)):
            for columns in ((), FEW):
                watch = Stopwatch()
                with watch:
                    found = read(root, columns)
                if found != comments:
                    raise RuntimeError(f"{name} finds {found:,} of {comments:,} comments")
                spent[f"{name}, {len(columns) or 'all'} columns"] = watch.spent
        return spent

    goals = [Goal(f"Talkback, {n} columns", f"DuckDB, {n} columns", 1.2) for n in ("all", len(FEW))]
    name = f"Latest state of {rows:,} rows of one site ({comments:,} comments, {rows // COMMIT_ROWS} parts)"
    return measured(Figure(name, "CPU ms a million rows", goals=goals), [way], rounds=rounds, per=1e9 / rows)
