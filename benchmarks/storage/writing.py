"""Comments into an archive: CPU time and bytes, beside pyarrow alone and Scrapy's JSON Lines."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Literal

import pyarrow as pa
import pyarrow.parquet as pq
from scrapy.exporters import JsonLinesItemExporter

from archive.exporter import Exporter
from archive.parts import encode
from archive.schema import TABLES
from archive.upkeep.compact import compact
from archive.upkeep.rewriting import part_schema
from benchmarks.measuring import Figure, Goal, Stopwatch, measured
from benchmarks.storage.comments import as_rows, captures, provenance
from crawler.items import Capture
from pipelines.changes import Changes
from pipelines.identify import Identify
from pipelines.normalise import normalise

_SCHEMA: Final = part_schema(TABLES["comments"])
JSON_LEVEL: Final = 3
"""What ``zstd`` compresses with when it is not told."""

WHOLE: Final = "Talkback: pipelines, columns, part, index, commit"
STORED: Final = "Talkback: columns, part, index, commit"
PYARROW: Final = "pyarrow: from_pylist, write_table"
PYARROW_ZSTD: Final = "pyarrow: the same with zstd"
JSON_LINES: Final = "Scrapy: JSON Lines exporter"


@contextmanager
def crawling(folder: Path) -> Iterator[Exporter]:
    """An exporter of a new archive."""
    root = Path(tempfile.mkdtemp(dir=folder))
    exporter = Exporter(str(root / "archive"), "bench", state_dir=root / "state")
    exporter.start()
    try:
        yield exporter
    finally:
        exporter.close()
        shutil.rmtree(root)


def stored(exporter: Exporter, rows: int, seed: int) -> dict[str, float]:
    """Compare and commit so many comments as a crawl does; CPU seconds of each step.

    Of the pipeline `store` it is what it does with comments: pages and ledgers are costs of a visit.
    """
    identify, index = Identify(), exporter.index
    changes = Changes(index.page, lambda key, name: index.thread(key, without=name))
    steps = {name: Stopwatch() for name in ("normalise", "identify", "changes", "columns", "commit")}
    made = list(captures(rows, seed))
    with steps["normalise"]:
        for capture in made:
            normalise(capture)
    with steps["identify"]:
        for capture in made:
            identify.identify(capture)
    with steps["changes"]:
        for capture in made:
            changes.compare(capture)
    with steps["columns"]:
        for capture in made:
            exporter.add("comments", [row for row in capture.comments if row.change], provenance(capture))
    with steps["commit"]:
        committed = exporter.commit(exporter.take())
    if committed.rows != {"comments": rows}:
        raise RuntimeError(f"{rows} comments became {committed.rows}")
    return {name: step.spent for name, step in steps.items()}


def throughput(folder: Path, rows: int, rounds: int) -> tuple[Figure, Figure]:
    """Microseconds a comment, from what a comment system read to the committed row; the same by step."""
    steps = Figure(f"Where they go ({rows:,} comments a commit)", "us a comment")
    with crawling(folder) as exporter:

        def ours(number: int) -> dict[str, float]:
            spent = stored(exporter, rows, number)
            if number:
                for name, seconds in spent.items():
                    steps.values.setdefault(name, []).append(seconds * 1e6 / rows)
            return {WHOLE: sum(spent.values()), STORED: spent["columns"] + spent["commit"]}

        def peers(number: int) -> dict[str, float]:
            known = _rows(rows, number)  # not kept: the collector would look through them while ours is measured
            path = folder / "rows.jsonl"
            spent = {
                PYARROW: _written(known, folder, "snappy"),
                PYARROW_ZSTD: _written(known, folder, "zstd"),
                JSON_LINES: _exported(known, path),
            }
            path.unlink()
            return spent

        goals = [
            Goal(WHOLE, PYARROW, 1.0, is_least=True),
            Goal(STORED, PYARROW, 1.0, is_least=True),
            Goal(WHOLE, JSON_LINES, 5.0, is_least=True),
            Goal(STORED, JSON_LINES, 5.0, is_least=True),
        ]
        name = f"Comments to committed Parquet ({rows:,} a commit)"
        figure = Figure(name, "us a comment", goals=goals)
        return measured(figure, (ours, peers), rounds=rounds, per=1e6 / rows), steps


def _rows(rows: int, seed: int) -> list[dict[str, Any]]:
    return as_rows(list(_identified(rows, seed)))


def _identified(rows: int, seed: int) -> Iterator[Capture]:
    identify = Identify()
    for capture in captures(rows, seed):
        normalise(capture)
        identify.identify(capture)
        yield capture


def _written(rows: list[dict[str, Any]], folder: Path, codec: Literal["snappy", "zstd"]) -> float:
    path, watch = folder / "rows.parquet", Stopwatch()
    with watch:
        pq.write_table(pa.Table.from_pylist(rows, schema=_SCHEMA), path, compression=codec)
    path.unlink()
    return watch.spent


def _exported(rows: list[dict[str, Any]], path: Path) -> float:
    watch = Stopwatch()
    with watch, path.open("wb") as file:
        exporter = JsonLinesItemExporter(file)  # type: ignore[arg-type]  # its feeds give it files as well
        exporter.start_exporting()
        for row in rows:
            exporter.export_item(row)
        exporter.finish_exporting()
    return watch.spent


def sizes(folder: Path, rows: int, commits: int) -> Figure:
    """Bytes a comment on disk; also without the markup, which says the text a second time."""
    figure = Figure(f"Bytes on disk ({rows:,} comments a commit, {commits} commits)", "bytes a comment")
    small: list[int] = []
    with crawling(folder) as exporter:
        for seed in range(1, commits + 1):
            stored(exporter, rows, seed)
        small = _sizes(exporter)
        for done in compact(exporter.store, tables=["comments"]):
            if done.trouble:
                raise RuntimeError(done.trouble)
        large = _sizes(exporter)
    every = [row for seed in range(1, commits + 1) for row in _rows(rows, seed)]
    bare = [{name: value for name, value in row.items() if name != "text_html"} for row in every]
    table = pa.Table.from_pylist(bare, schema=_SCHEMA)
    parts = [encode(TABLES["comments"], table.slice(at, rows)).size for at in range(0, len(bare), rows)]
    totals = {
        "Talkback: parts as crawled": sum(small),
        "Talkback: compacted": sum(large),
        "JSON Lines + zstd": _compressed(every, folder),
        "Talkback: as crawled, without text_html": sum(parts),
        "JSON Lines + zstd, without text_html": _compressed(bare, folder),
    }
    figure.values = {name: [size / len(every)] for name, size in totals.items()}
    figure.goals = [
        Goal("Talkback: parts as crawled", "JSON Lines + zstd", 0.7),
        Goal("Talkback: compacted", "JSON Lines + zstd", 0.7),
        Goal("Talkback: as crawled, without text_html", "JSON Lines + zstd, without text_html", 0.7),
    ]
    return figure


def _sizes(exporter: Exporter) -> list[int]:
    log = exporter.logs["comments"]
    return [int(size) for size in log.files(log.open()).column("size_bytes").to_pylist() if size is not None]


def _compressed(rows: list[dict[str, Any]], folder: Path) -> int:
    """Bytes of a JSON Lines file of Scrapy's, compressed as one stream."""
    path = folder / "rows.jsonl"
    _exported(rows, path)
    size = pa.Codec("zstd", JSON_LEVEL).compress(path.read_bytes()).size
    path.unlink()
    return size
