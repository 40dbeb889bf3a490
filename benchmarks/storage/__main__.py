"""``python -m benchmarks.storage``: what storing and reading comments costs, beside its peers (``make bench``)."""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.measuring import Figure
from benchmarks.storage import growth, queues, reading, writing

LIBRARIES = ("scrapy", "pyarrow", "deltalake", "duckdb")


def main() -> None:
    """Measure, print Markdown, and write the same as JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.storage", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="how often each is done (7)")
    parser.add_argument("--rows", type=int, default=20_000, help="comments of a commit (20,000)")
    parser.add_argument("--pages", type=int, default=20_000, help="pages that go through the frontier (20,000)")
    parser.add_argument(
        "--parts", type=int, default=20, help="parts of 20,000 rows that are read: 100 for 2 million (20)"
    )
    parser.add_argument("--commits", type=int, default=200, help="commits of the growing archive (200)")
    parser.add_argument("--only", help="some of: writing, sizes, frontier, reading, growth; parted by commas")
    parser.add_argument("--folder", type=Path, default=Path("build/bench"), help="where to work and to write")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    wanted = (options.only or "writing,sizes,frontier,reading,growth").split(",")
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})  # one core: the goals are a core's
    versions = {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}}
    print(
        ", ".join(f"{name} {number}" for name, number in versions.items()), platform.machine(), end="\n\n", flush=True
    )
    told: dict[str, Any] = {"machine": platform.machine(), "versions": versions, "figures": []}
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        _measure(options, wanted, Path(name), told)
    path = options.folder / "storage.json"
    path.write_text(json.dumps(told, indent=1) + "\n", "utf-8")
    print(f"The same as JSON: {path}")


def _measure(options: argparse.Namespace, wanted: list[str], folder: Path, told: dict[str, Any]) -> None:
    def tell(figure: Figure) -> None:
        print(figure.markdown(), flush=True)
        told["figures"].append(figure.as_json())

    if "writing" in wanted:
        for figure in writing.throughput(folder, options.rows, options.rounds):
            tell(figure)
    if "sizes" in wanted:
        tell(writing.sizes(folder, options.rows, 3))
    if "frontier" in wanted:
        for hosts in queues.HOSTS:
            tell(queues.passages(folder, options.pages, hosts, options.rounds))
    if "reading" in wanted:
        tell(reading.latest(options.folder, options.parts, min(options.rounds, 5)))
    if "growth" in wanted:
        points = growth.growth(folder, options.commits, max(options.rows // 10, 1), 10)
        print(growth.markdown(points), flush=True)
        told["growth"] = growth.as_json(points)


if __name__ == "__main__":
    main()
