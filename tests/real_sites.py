"""Sites on real servers, crawled with the command a user types, each into an archive of its own."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from running import ENVIRONMENT, ran

import archive


def crawl(folder: Path, *words: str, **settings: object) -> subprocess.CompletedProcess[str]:
    """``scrapy crawl`` into the archive of a folder, without delays."""
    given = {"ARCHIVE_URI": folder / "archive", "STATE_DIR": folder / "state", "DOWNLOAD_DELAY": 0, **settings}
    options = [word for name, value in given.items() for word in ("-s", f"{name}={value}")]
    command = [sys.executable, "-m", "scrapy", "crawl", *words, *options]
    return ran(command, ENVIRONMENT, timeout=300)


def crawl_twice(folder: Path, urls: Iterable[str]) -> tuple[list[int], str]:
    """Exit statuses and logs of two crawls of the same pages."""
    file = folder / "urls.txt"
    file.write_text("".join(f"{url}\n" for url in urls))
    runs = [crawl(folder, "pages", "-a", f"url_file={file}") for _ in range(2)]
    return [run.returncode for run in runs], "\n".join(run.stderr[-20_000:] + run.stdout for run in runs)


def rows(folder: Path, table: str, **arguments: Any) -> list[dict[str, Any]]:
    """Rows of the archive of a folder."""
    return getattr(archive.open(str(folder / "archive")), table)(**arguments).to_pylist()


@dataclass(frozen=True)
class Crawled:
    """A site after two crawls into one archive."""

    truth: dict[str, Any]
    folder: Path
    statuses: list[int]
    logs: str

    def rows(self, table: str, **arguments: Any) -> list[dict[str, Any]]:
        return rows(self.folder, table, **arguments)

    def assert_no_comment_changed(self) -> None:
        history = Counter(row["comment_id"] for row in self.rows("comments", history=True))
        assert history
        assert {key: count for key, count in history.items() if count > 1} == {}
