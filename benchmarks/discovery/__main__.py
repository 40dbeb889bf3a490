"""Whether all pages of a large site are found, each once, and what that costs: ``python -m benchmarks.discovery``.

A static site (`benchmarks.discovery.site`) is crawled by ``scrapy crawl site``, and once more with ``which=new``, in
processes of their own. The server's log and the archive are compared with what is served.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path
from typing import Final

from benchmarks.crawl.crawls import check_archive, scrapy
from benchmarks.crawl.measure import RunError, Usage, run, table
from benchmarks.crawl.server import NoServerError
from benchmarks.discovery.site import Site, running

SITES_FILE: Final = "[defaults]\nmax_pages = 0\nmax_depth = 0\nmax_listings = 0\n"
"""No limits."""

MIB: Final = 1_000_000


def crawled(site: Site, place: Path, which: str) -> tuple[str, ...]:
    """A row of the table.

    :raises RunError: when a page was not found, or something was asked for that should not
    """
    place.mkdir(exist_ok=True)
    file = place / "sites.toml"
    file.write_text(SITES_FILE)
    since = site.mark()
    settings = (f"SITES_FILE={file}", "CONCURRENT_REQUESTS_PER_DOMAIN=16")
    options = [word for setting in settings for word in ("-s", setting)]
    usage = run([*scrapy(place, "site", url=site.home, which=which), *options], place / f"log-{which}")
    asked, sent = site.asked(since)
    check_archive(place, len(site.pages), site.comments)
    pages = set(site.pages)
    known = pages | site.places | site.others | {f"{path}feed/" for path in site.pages}
    wrong = {
        "asked for twice": {path for path, times in asked.items() if times > 1 and path != "/robots.txt"},
        "traps": asked.keys() - known,
        "missing": (pages if which == "all" else set()) - asked.keys(),
        "known": asked.keys() & (pages if which == "new" else set()),
    }
    for what, paths in wrong.items():
        if paths:
            raise RunError(f"{what}: {len(paths)}, for instance {sorted(paths)[:5]}")
    others = sum(asked[path] for path in site.others)
    return _row(which, asked.total(), others, sent, usage)


def _row(which: str, requests: int, others: int, sent: int, usage: Usage) -> tuple[str, ...]:
    return (
        f"`which={which}`", f"{requests:,}", f"{others:,}", f"{sent / MIB:,.1f} MB", f"{usage.cpu:,.1f} s",
        f"{usage.wall:,.0f} s", f"{usage.rss / MIB:,.0f} MB",
    )  # fmt: skip


HEAD: Final = ("crawl", "requests", "of them for other addresses of pages", "sent", "CPU", "wall", "peak memory")


def main() -> None:
    """Crawl, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=2_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-discovery-") as folder:
        try:
            with running(Path(folder) / "site", options.pages) as site:
                rows = [crawled(site, Path(folder) / "crawls", which) for which in ("all", "new")]
        except (NoServerError, RunError) as error:
            sys.exit(f"benchmarks.discovery: {error}")
        print(f"{options.pages:,} pages, {len(site.places):,} places that name them, {site.comments:,} comments")
    print(table(HEAD, rows))
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
