"""What another version of Talkback left in STATE_DIR: what is newer is left alone, with a word; what is older is read."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest
from loopback import Answer, LoopbackSite
from running import page

HTML = {"Content-Type": "text/html; charset=utf-8"}


def layout(file: Path, new: int | None = None) -> int:
    with closing(sqlite3.connect(file)) as base:
        if new is not None:
            base.execute(f"PRAGMA user_version = {new}")
        return base.execute("PRAGMA user_version").fetchone()[0]


@pytest.mark.parametrize("name", ["index", "journal"])
def test_a_newer_versions_file_is_refused_and_left_alone_and_an_older_ones_is_read(place, name):
    site = LoopbackSite({"/a/": Answer(page(1), headers=HTML)})
    assert place.crawl(site.url("/a/")).returncode == 0
    [file] = (place.folder / "state").glob(f"archive-*/{name}.sqlite")
    known = layout(file)
    assert known > 0
    layout(file, 99)
    for words in (["crawl", "pages", "-a", f"url={site.url('/a/')}"], ["archive", "erase", "--comment", place.open().comments().to_pylist()[0]["comment_id"]]):
        done = place.run(*words)
        said = done.stdout + done.stderr
        assert done.returncode == 1, said
        assert f"{file} was made by a newer version of Talkback (layout 99, this one knows {known}): use that version" in said
        assert "Traceback" not in said
        assert layout(file) == 99
    layout(file, 0)
    done = place.crawl(site.url("/a/"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert layout(file) == known
    assert {row["change"] for row in place.open().comments(history=True).to_pylist()} == {"new"}


def test_an_unfinished_crawl_of_a_newer_version_is_left_to_it(place):
    site = LoopbackSite({"/a/": Answer(page(1), headers=HTML, wait=60)})
    words = ("crawl", "pages", "-a", f"url={site.url('/a/')}")
    running = place.start(*words)
    while not site.times("/a/"):
        time.sleep(0.05)
    running.kill()
    running.communicate()
    [file] = (place.folder / "state" / "frontier").glob("*.sqlite")
    layout(file, 99)
    done = place.run(*words)
    assert done.returncode == 2
    assert f"the frontier {file} was made by a newer version of Talkback: end its crawl with that version" in done.stderr
    assert layout(file) == 99
