"""The commands as a user runs them: in a process of their own, from the project's directory."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import archive

PROJECT = Path(__file__).parents[2]
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


@dataclass(slots=True)
class Place:
    """Where a test's archive and state lie."""

    folder: Path

    @property
    def uri(self) -> str:
        return str(self.folder / "archive")

    def open(self) -> archive.Archive:
        return archive.open(self.uri)

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
        """Run a command to its end."""
        done = subprocess.run(
            self.command(*words, **settings), cwd=PROJECT, input=stdin, capture_output=True, timeout=120, env=ENVIRONMENT, check=False
        )
        return subprocess.CompletedProcess(
            done.args, done.returncode, done.stdout.decode(), done.stderr.decode("utf-8", "replace")
        )

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
