"""What a crawl costs, beside bare Scrapy and beside a project as one writes it: ``python -m benchmarks.crawl``.

Every crawl is a process of its own; CPU time is user and system of that process. All parts run interleaved rounds, so
that whatever else the machine does falls on all variants. Figures a page are marginal: the difference of two crawls of
different length, so that starting and closing fall out; they are printed apart. Nothing here is a test of time.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from benchmarks.crawl import parts
from benchmarks.crawl.crawls import Crawls
from benchmarks.crawl.measure import RunError
from benchmarks.crawl.server import NoServerError, nginx_version, running

JSON: Final = Path("build/bench/crawl.json")


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    return {
        "cores": os.cpu_count(),
        "load": os.getloadavg(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "nginx": nginx_version(),
        **{name: version(name) for name in ("scrapy", "twisted", "selectolax", "pyarrow", "deltalake", "parsel")},
    }


def main() -> None:
    """Measure, print, and write the same as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parts", default=",".join(parts.PARTS), help=f"which ({', '.join(parts.PARTS)})")
    add = parser.add_argument
    add("--pages", type=int, default=400, help="pages of the longer crawls (400); the others have a tenth")
    add("--rounds", type=int, default=3, help="how often each is run (3)")
    add("--memory-pages", type=int, default=0, metavar="N", help="peak memory at N pages, e.g. 20000, and a tenth")
    add("--json", type=Path, default=JSON, help=f"where the figures are written ({JSON})")
    options = parser.parse_args()
    wanted = options.parts.split(",")
    if unknown := set(wanted) - parts.PARTS.keys():
        parser.error(f"--parts {','.join(sorted(unknown))}: there are {', '.join(parts.PARTS)}")
    # A run that measures some parts keeps the figures of the others.
    figures: dict[str, Any] = json.loads(options.json.read_text()) if options.json.exists() else {}
    with tempfile.TemporaryDirectory(prefix="bench-crawl-") as folder:
        try:
            with running(Path(folder) / "server") as server:
                crawls = Crawls(server, Path(folder) / "runs")
                for name in wanted:
                    print(f"{name}: {parts.PARTS[name].__doc__}", file=sys.stderr)
                    found = parts.PARTS[name](server, crawls, options)
                    figures[name] = {"of": machine(), "pages": options.pages, "rounds": options.rounds, **found}
                    print(f"\n{parts.render(name, figures[name])}\n", flush=True)
                    options.json.parent.mkdir(parents=True, exist_ok=True)
                    options.json.write_text(json.dumps(figures, indent=1) + "\n")
        except (NoServerError, RunError) as error:
            sys.exit(f"benchmarks.crawl: {error}")
    print(", ".join(f"{name} {value}" for name, value in machine().items()))
    print(f"The same as JSON: {options.json}")


if __name__ == "__main__":
    main()
