"""The crawls that are measured, each in a process of its own with a fresh archive, and each looked over afterwards."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Final, Literal

from benchmarks.crawl.measure import PROJECT, RunError, Usage, end, run, start
from benchmarks.crawl.server import PageSet, Server, Wire

SETTINGS: Final = {
    "DOWNLOAD_DELAY": "0",
    "CONCURRENT_REQUESTS_PER_DOMAIN": "4",
    "ALLOW_PRIVATE_HOSTS": "127.0.0.0/8",
    "CONTACT": "bench@example.com",
}
"""All that differs from the settings of the project: no pauses, and no question for a contact."""

HOUSEKEEPING: Final = 12
"""Requests for robots.txt, one a host."""

SettledBy = Literal["validators", "count", "neither"]
"""How an unchanged page is found to be so."""


@dataclass(frozen=True, slots=True)
class Run:
    """One measured crawl."""

    usage: Usage
    wire: Wire
    place: Path
    """Where its archive and its state lie."""


class Crawls:
    """Runs crawls of the pages of a server."""

    def __init__(self, server: Server, folder: Path) -> None:
        self._server, self._folder = server, folder
        self._numbers = count()

    def ours(self, pages: PageSet) -> Run:
        """``scrapy crawl pages``: fetched, read, normalised, committed.

        :raises RunError: when not every page and comment is in the archive
        """
        place = self._place()
        since = self._server.mark()
        usage = run(scrapy(place, "pages", url_file=self._urls(pages, place)), place / "log")
        check_archive(place, len(pages.urls), sum(pages.comments))
        return Run(usage, self._server.wire(since), place)

    def two(self, pages: PageSet) -> float:
        """Two such crawls at once into one archive, each of its half of the pages; seconds until both are done."""
        place, halves = self._place(), [PageSet(pages.urls[at::2], pages.comments[at::2], 0) for at in (0, 1)]
        files = [self._urls(half, place / name) for half, name in zip(halves, "ab", strict=True)]
        began = time.monotonic()
        logs = [file.parent / "log" for file in files]
        started = [start(scrapy(place, "pages", url_file=file), log) for file, log in zip(files, logs, strict=True)]
        for process, log in zip(started, logs, strict=True):
            end(process, log)
        wall = time.monotonic() - began
        check_archive(place, len(pages.urls), sum(pages.comments))
        return wall

    def revisit(self, pages: PageSet, first: Run, settled_by: SettledBy) -> Run:
        """``scrapy crawl revisit`` of everything that a first crawl archived, on a copy of its archive.

        :param settled_by: each thread's count; the page's validators; or neither, which reads pages and threads whole
        :raises RunError: when a page was settled in another way, or was not found to be unchanged
        """
        place = self._place()
        for name in ("archive", "state"):
            shutil.copytree(first.place / name, place / name)
        which = "due" if settled_by == "count" else "all"
        since = self._server.mark()
        usage = run(scrapy(place, "revisit", which=which, program="benchmarks.crawl.later"), place / "log")
        wire = self._server.wire(since)
        most = first.wire.requests if settled_by == "neither" else len(pages.urls) + HOUSEKEEPING
        answers = wire.statuses.get(304 if settled_by == "validators" else 200, 0)
        if not len(pages.urls) <= answers <= wire.requests <= most:
            raise RunError(f"{len(pages.urls)} pages are unchanged, the answers had the statuses {wire.statuses}")
        check_archive(place, len(pages.urls), sum(pages.comments))
        return Run(usage, wire, place)

    def peer(self, name: str, pages: PageSet) -> Run:
        """``bare`` or ``typical`` of :mod:`benchmarks.crawl.peers`.

        :raises RunError: when it did not get every page, or every comment
        """
        place = self._place()
        given = [f"{key}={value}" for key, value in SETTINGS.items()]
        feed = place / "feed.jsonl"
        urls = str(self._urls(pages, place))
        command = [sys.executable, "-m", "benchmarks.crawl.peers", name, urls, str(feed), *given]
        since = self._server.mark()
        usage = run(command, place / "log")
        wire = self._server.wire(since)
        if wire.statuses.get(200) != len(pages.urls):
            raise RunError(f"{name} got {wire.statuses}, of {len(pages.urls)} pages")
        if name == "typical":
            lines, expected = feed.read_bytes().count(b"\n"), len(pages.urls) + sum(pages.comments)
            if lines != expected:
                raise RunError(f"{feed} has {lines} lines, not {expected}")
        return Run(usage, wire, place)

    def forget(self, *runs: Run) -> None:
        """Remove the files of runs."""
        for one in runs:
            shutil.rmtree(one.place)

    def _place(self) -> Path:
        place = self._folder / f"run-{next(self._numbers)}"
        place.mkdir(parents=True)
        return place

    @staticmethod
    def _urls(pages: PageSet, place: Path) -> Path:
        place.mkdir(exist_ok=True)
        file = place / "urls"
        file.write_text("".join(f"{url}\n" for url in pages.urls))
        return file


def check_archive(place: Path, pages: int, comments: int) -> None:
    """Ask the archive what it holds; in a process of its own, for this one must stay small (`ru_maxrss`, getrusage(2),
    counts what a process was before it became another program).

    :raises RunError: when it is not that
    """
    command = [sys.executable, "-m", "scrapy", "archive", "info", "--json", "-s", f"ARCHIVE_URI={place / 'archive'}"]
    said = subprocess.run(command, cwd=PROJECT, capture_output=True, check=True)  # noqa: S603  our own command
    rows: dict[str, Any] = json.loads(said.stdout)["rows"]
    found = rows["pages"], rows["comments"]
    if found != (pages, comments):
        raise RunError(f"the archive in {place} holds {found} pages and comments, not {(pages, comments)}")


def scrapy(place: Path, spider: str, *, program: str = "scrapy", **arguments: object) -> Sequence[str]:
    """The command of a crawl whose archive and state lie at a place."""
    given = {**SETTINGS, "ARCHIVE_URI": place / "archive", "STATE_DIR": place / "state"}
    options = [word for name, value in given.items() for word in ("-s", f"{name}={value}")]
    options += [word for name, value in arguments.items() for word in ("-a", f"{name}={value}")]
    return [sys.executable, "-m", program, "crawl", spider, *options]
