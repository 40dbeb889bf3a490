"""A real scrapyd runs the egg of setup.py: deployed by its own client, scheduled, and the archive holds the rows."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
import urllib.parse
import urllib.request
from collections import Counter
from pathlib import Path

import pytest

import archive
from sample.server import serve

PROJECT = Path(__file__).parents[2]
ENDPOINT = os.environ.get("TALKBACK_SCRAPYD", "")

pytestmark = [
    pytest.mark.scrapyd,
    pytest.mark.skipif(not ENDPOINT, reason="TALKBACK_SCRAPYD names no running scrapyd; make test-scrapyd starts one"),
]


class Scrapyd:
    """The server, asked as any client would."""

    def __init__(self, endpoint: dict[str, str]) -> None:
        self.url, self.bin, self.log = endpoint["url"], Path(endpoint["bin"]), Path(endpoint["log"])

    def ask(self, what: str, **values: object) -> dict:
        query = urllib.parse.urlencode({"project": "talkback", **values}, doseq=True)
        body = None if what.startswith("list") else query.encode()
        address = f"{self.url}{what}.json" + ("" if body else f"?{query}")
        with urllib.request.urlopen(urllib.request.Request(address, data=body), timeout=60) as answer:
            told = json.load(answer)
        assert told["status"] == "ok", told
        return told

    def schedule(self, spider: str, settings: dict[str, object], **arguments: str) -> str:
        given = [f"{name}={value}" for name, value in settings.items()]
        return self.ask("schedule", spider=spider, setting=given, **arguments)["jobid"]

    def exit_status(self, job: str) -> int:
        """How a job's process ended, as scrapyd's own log tells."""
        for _ in range(600):
            for line in self.log.read_text("utf-8", "replace").splitlines():
                if f"job='{job}'" in line and "Process finished" in line:
                    return 0
                if f"job='{job}'" in line and "Process died: exitstatus=" in line:
                    return int(line.partition("exitstatus=")[2].split()[0])
            time.sleep(0.2)
        raise AssertionError(f"job {job} did not end")

    def said(self) -> str:
        return self.log.read_text("utf-8", "replace")


@pytest.fixture(scope="module")
def scrapyd(tmp_path_factory) -> Scrapyd:
    """The server with the project deployed from a copy of its sources: the client builds in place."""
    server = Scrapyd(json.loads(Path(ENDPOINT).read_text("utf-8")))
    source = tmp_path_factory.mktemp("source")
    for name in ("archive", "crawler", "pipelines", "sample"):
        shutil.copytree(PROJECT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("setup.py", "pyproject.toml", "README.md"):
        shutil.copy(PROJECT / name, source / name)
    config = (PROJECT / "scrapy.cfg").read_text("utf-8")
    (source / "scrapy.cfg").write_text(f"{config}\n[deploy]\nurl = {server.url}\nproject = talkback\n", encoding="utf-8")
    done = subprocess.run(
        [server.bin / "scrapyd-deploy"], cwd=source, capture_output=True, text=True, timeout=180, check=False,
        env={**os.environ, "PATH": f"{server.bin}:{os.environ['PATH']}"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["spiders"] == 3, done.stdout
    return server


@pytest.fixture(scope="module")
def site():
    with serve(port=0) as started:
        yield started


@pytest.fixture
def place(tmp_path) -> dict[str, object]:
    """Settings with absolute paths: scrapyd works in a directory of its own."""
    return {"ARCHIVE_URI": tmp_path / "archive", "STATE_DIR": tmp_path / "state", "DOWNLOAD_DELAY": 0}


def test_the_spiders_of_the_egg_are_listed(scrapyd):
    assert scrapyd.ask("listspiders")["spiders"] == ["pages", "revisit", "site"]


def test_scheduled_pages_come_into_the_archive_with_their_report(scrapyd, site, place, tmp_path):
    job = scrapyd.schedule("pages", place, url=",".join(site.urls))
    assert scrapyd.exit_status(job) == 0
    held = archive.open(str(place["ARCHIVE_URI"]))
    assert held.pages().to_table().num_rows == len(site.urls) == 8
    assert held.comments().to_table().num_rows == 110
    assert Counter(row["verdict"] for row in held.threads().to_pylist())["complete"] == 8
    assert (tmp_path / "archive" / "reports" / "index.html").is_file()
    (crawl,) = held.crawls().to_pylist()
    assert "_job" not in json.loads(crawl["arguments"])
    assert not list((tmp_path / "state" / "frontier").glob("*.sqlite")), "a crawl that ended leaves no frontier"
    again = scrapyd.schedule("revisit", place, which="all")
    assert scrapyd.exit_status(again) == 0
    assert held.comments(history=True).to_table().num_rows == 110


def test_the_site_is_found_and_visited(scrapyd, site, place):
    job = scrapyd.schedule("site", place, url=f"{site}/")
    status = scrapyd.exit_status(job)
    held = archive.open(str(place["ARCHIVE_URI"]))
    assert held.crawls().to_pylist()[0]["spider"] == "site"
    assert {row["canonical_url"] for row in held.pages().to_pylist()} >= set(site.urls)
    (told,) = Path(str(place["ARCHIVE_URI"]), "reports").glob("20*/*.json")
    assert json.loads(told.read_text("utf-8"))["exit_status"] == status


def test_a_crawl_is_as_safe_as_from_the_command_line(scrapyd, site, place, tmp_path):
    url = ",".join(site.urls)
    wrong = scrapyd.schedule("pages", {**place, "FLUSH_ROWS": -1}, url=url)
    assert scrapyd.exit_status(wrong) == 2
    assert "FLUSH_ROWS is '-1'" in scrapyd.said()
    assert scrapyd.exit_status(scrapyd.schedule("pages", place)) == 2
    assert scrapyd.exit_status(scrapyd.schedule("pages", place, url=f"{site}/no-such-page")) == 1
    # Two runs of one command at once: the second is refused. A page a second keeps the first one busy.
    slow = {**place, "DOWNLOAD_DELAY": 1}
    first = scrapyd.schedule("pages", slow, url=url)
    folder = tmp_path / "state" / "frontier"
    for _ in range(200):
        if list(folder.glob("*.lock")):
            break
        time.sleep(0.1)
    second = scrapyd.schedule("pages", slow, url=url)
    assert scrapyd.exit_status(second) == 2
    assert "this crawl is running already" in scrapyd.said()
    assert scrapyd.exit_status(first) == 0


def test_a_job_that_is_cancelled_is_continued_by_the_next_one(scrapyd, site, place, tmp_path):
    slow = {**place, "DOWNLOAD_DELAY": 2}
    url = ",".join(site.urls)
    first = scrapyd.schedule("pages", slow, url=url)
    log = None
    for _ in range(300):
        log = next(scrapyd.log.parent.glob(f"server/logs/talkback/pages/{first}.log"), None)
        if log is not None and "Spider opened" in log.read_text("utf-8"):
            break
        time.sleep(0.1)
    time.sleep(3)
    scrapyd.ask("cancel", job=first)
    assert scrapyd.exit_status(first) == 1
    assert list((tmp_path / "state" / "frontier").glob("*.sqlite"))
    assert scrapyd.exit_status(scrapyd.schedule("pages", place, url=url)) == 0
    held = archive.open(str(place["ARCHIVE_URI"]))
    assert held.pages().to_table().num_rows == 8
    assert len({row["crawl_id"] for row in held.crawls(history=True).to_pylist()}) == 1
