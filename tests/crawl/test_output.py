"""What is printed and cannot be: a reader who has seen enough, a disk that is full, a log without a place."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from loopback import Answer, LoopbackSite
from running import ENVIRONMENT, PROJECT, Place, page

HTML = {"Content-Type": "text/html; charset=utf-8"}
BUFFERED = {name: value for name, value in ENVIRONMENT.items() if name != "PYTHONUNBUFFERED"}


@pytest.fixture
def words(place, tmp_path) -> dict[str, list[str]]:
    """A command of each kind, which has something to say."""
    site = LoopbackSite({"/a/": Answer(page(1), headers=HTML)})
    (tmp_path / "a.html").write_text(page(1))
    assert place.crawl(site.url("/a/")).returncode == 0
    return {
        "extract": ["extract", str(tmp_path / "a.html"), str(tmp_path / "a.html")],
        "crawl": ["crawl", "pages", "-a", f"url={site.url('/a/')}"],
        "archive": ["archive", "info"],
    }


def written_to(place: Place, words: list[str], out: int, environment: dict[str, str]) -> tuple[int, str]:
    """The exit status of a command whose stdout this is, and what it says on stderr."""
    done = subprocess.run(
        place.command(*words, LOG_LEVEL="ERROR"), cwd=PROJECT, env=environment, stdout=out, stderr=subprocess.PIPE, timeout=120, check=False
    )
    return done.returncode, done.stderr.decode()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no device that is always full")
def test_a_result_that_cannot_be_written_is_one_line_and_an_exit_status(place, words):
    unbuffered = BUFFERED | {"PYTHONUNBUFFERED": "1"}
    for name, environment in (*((name, BUFFERED) for name in words), ("archive", unbuffered)):
        with Path("/dev/full").open("wb") as full:
            status, said = written_to(place, words[name], full.fileno(), environment)
        assert (status, said.count("\n")) == (1, 1), f"{name}: {said}"
        assert f"scrapy {name}" in said
        assert "stdout cannot be written: No space left on device" in said
    assert len(place.open().threads(history=True).to_pylist()) == 2, "the archive has what was read"


def test_a_reader_who_has_seen_enough_is_told_nothing(place, words):
    for name, command in words.items():
        reading, writing = os.pipe()
        os.close(reading)
        with os.fdopen(writing, "wb") as pipe:
            assert written_to(place, command, pipe.fileno(), BUFFERED) == (0, ""), name


def test_a_log_that_has_no_place_is_refused_before_anything_starts(place, tmp_path):
    for words in (["extract", "a.html"], ["crawl", "pages", "-a", "url=http://127.0.0.1:9/"], ["archive", "info"]):
        done = place.run(*words, LOG_FILE=tmp_path / "missing" / "log")
        assert done.returncode == 2, done.stdout + done.stderr
        assert f"LOG_FILE is '{tmp_path}/missing/log': No such file or directory" in done.stdout + done.stderr
        assert "Traceback" not in done.stdout + done.stderr


def test_a_pid_file_that_has_no_place_is_refused_before_anything_starts(place, tmp_path):
    done = place.run("crawl", "pages", "-a", "url=http://127.0.0.1:9/", "--pidfile", str(tmp_path / "missing" / "pid"))
    assert done.returncode == 2, done.stdout + done.stderr
    assert f"{tmp_path}/missing/pid: No such file or directory; name a file that can be written" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_a_command_does_its_work_where_its_streams_are_closed(place, words):
    for name, command in words.items():
        done = subprocess.run(
            ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", *place.command(*command)],
            cwd=PROJECT, env=BUFFERED, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, name
    assert len(place.open().threads(history=True).to_pylist()) == 2


def test_an_export_to_a_closed_stdout_is_refused_and_not_lost(place):
    done = subprocess.run(
        ["sh", "-c", 'exec "$@" >&-', "sh", *place.command("archive", "export", "-o", "-")],
        cwd=PROJECT, env=BUFFERED, timeout=120, check=False, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert "stdout is closed: open it, or name a file with -o" in done.stderr
