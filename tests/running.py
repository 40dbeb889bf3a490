"""The commands as a user runs them: in a process of their own, from the project's directory."""

from __future__ import annotations

import functools
import json
import multiprocessing
import os
import subprocess
import sys
import warnings
from dataclasses import dataclass
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

import archive

PROJECT = Path(__file__).parents[1]
PAGE = """<!doctype html><html lang="en"><head><title>{title}</title></head><body class="postid-{number}">
<h1 class="entry-title">{title}</h1><div class="entry-content"><p>About {title}.</p></div>
<div id="comments"><ol class="comment-list">{comments}</ol><div id="respond"><form id="commentform">
<input type="hidden" name="comment_post_ID" value="{number}"></form></div></div></body></html>"""
COMMENT = """<li id="comment-{id}" class="comment"><article id="div-comment-{id}" class="comment-body">
<footer class="comment-meta"><div class="comment-author vcard"><b class="fn">{author}</b> <span class="says">says:</span></div>
<div class="comment-metadata"><a href="#comment-{id}"><time datetime="2024-05-0{day}T10:00:00+00:00">then</time></a></div></footer>
<div class="comment-content"><p>{text}</p></div></article></li>"""


def page(number: int = 1, comments: int = 2, title: str = "A video", **texts: str) -> str:
    """A WordPress page whose comments are numbered from ``100 * number``; ``c101="text"`` sets one comment's text."""
    items = "".join(
        COMMENT.format(
            id=100 * number + n, author=f"Reader {n}", day=1 + n % 9, text=texts.get(f"c{100 * number + n}", f"Text {n}")
        )
        for n in range(comments)
    )
    return PAGE.format(title=title, number=number, comments=items)


def two_pages() -> tuple[str, str]:
    """A thread of eight comments: what is to be at `/post/`, which shows two, and at `/post/comment-page-1/`."""
    more = '<nav class="comment-navigation"><a class="prev" href="/post/comment-page-1/#comments">Older Comments</a></nav>'
    return page(5, 2).replace("</ol>", f"</ol>{more}"), page(5, 6).replace("comment-50", "comment-51")


@functools.cache
def begun() -> ForkServerContext:
    """Processes that begin with everything imported: that is two thirds of what a crawl of a page costs.

    Their server looks for what it imports first along its own path only, and says nothing where it does not find it.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["begun"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(Path(__file__).parent))
        forkserver.ensure_running()
    return context


def ran(
    command: list[str], environment: dict[str, str], *, stdin: bytes = b"", timeout: float = 120
) -> subprocess.CompletedProcess[str]:
    """Run ``python ... -m scrapy WORDS`` to its end, in a process that is :func:`begun`."""
    with TemporaryDirectory() as folder:
        streams = Path(folder)
        (streams / "in").write_bytes(stdin)
        words = command[command.index("scrapy") + 1 :]
        process = begun().Process(target=_execute, args=(words, folder, environment))
        process.start()
        process.join(timeout)
        if process.exitcode is None:
            process.kill()
            process.join()
        out, err = ((streams / name).read_bytes().decode("utf-8", "replace") for name in ("out", "err"))
        assert process.exitcode is not None
        assert process.exitcode != -9, f"{words} was not done after {timeout} seconds:\n{out}{err}"
        return subprocess.CompletedProcess(command, process.exitcode, out, err)


def _execute(words: list[str], folder: str, environment: dict[str, str]) -> None:
    """What the process of :func:`ran` does: ``scrapy WORDS`` with streams that are files of a folder."""
    assert "begun" in sys.modules
    for number, name in enumerate(("in", "out", "err")):
        os.dup2(os.open(f"{folder}/{name}", os.O_RDWR | os.O_CREAT), number)
    sys.stdin, sys.stdout, sys.stderr = (os.fdopen(number, mode, closefd=False) for number, mode in enumerate("rww"))
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(PROJECT)
    warnings.filterwarnings("error", category=DeprecationWarning, module=r"(crawler|pipelines|archive)(\.|\Z)")
    from scrapy.cmdline import execute

    execute(["scrapy", *words])


@dataclass(slots=True)
class Place:
    """Where a test's archive and state lie."""

    folder: Path

    @property
    def uri(self) -> str:
        return str(self.folder / "archive")

    def open(self) -> archive.Archive:
        return archive.open(self.uri)

    def failures(self) -> dict[str, dict[str, Any]]:
        """What the crawl that ended last did not read, by address."""
        rows = self.open().crawls(history=True).to_pylist()
        latest = max((row for row in rows if row["ended_at"] is not None), key=lambda row: row["ended_at"])
        return {failure["url"]: failure for failure in json.loads(latest["failures"])}

    def command(self, *words: str, **settings: object) -> list[str]:
        """A command with the settings of a test: no delays, few retries."""
        given = {
            "ARCHIVE_URI": self.uri,
            "STATE_DIR": str(self.folder / "state"),
            "DOWNLOAD_DELAY": 0,
            "CONCURRENT_REQUESTS_PER_DOMAIN": 8,
            "BACKOFF_SECONDS": 0.05,
            "RETRY_TIMES": 1,
            **settings,
        }
        options = [word for name, value in given.items() for word in ("-s", f"{name}={value}")]
        return [sys.executable, "-W", "error::DeprecationWarning:crawler", "-m", "scrapy", words[0], *options, *words[1:]]

    def run(self, *words: str, stdin: bytes | None = None, **settings: object) -> subprocess.CompletedProcess[str]:
        """Run a command to its end, within two minutes."""
        return ran(self.command(*words, **settings), ENVIRONMENT, stdin=stdin or b"")

    def crawl(self, *urls: str, **settings: object) -> subprocess.CompletedProcess[str]:
        """``scrapy crawl pages`` over addresses."""
        return self.run("crawl", "pages", "-a", "url=" + ",".join(urls), **settings)

    def start(self, *words: str, **settings: object) -> subprocess.Popen[bytes]:
        """Start a command and leave it running."""
        return subprocess.Popen(
            self.command(*words, **settings),
            cwd=PROJECT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=ENVIRONMENT,
        )


ENVIRONMENT = {**os.environ, "COLUMNS": "200", "NO_COLOR": "1"}
