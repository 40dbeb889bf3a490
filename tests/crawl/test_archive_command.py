"""What a user of ``scrapy archive`` is promised."""

from __future__ import annotations

import contextlib
import csv
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from loopback import HTML, Answer, LoopbackSite
from running import ENVIRONMENT, PROJECT, Place, page
from scrapy.cmdline import execute

import archive
from archive.erased import KEYS_VARIABLE

TASKS = ("info", "verify", "compact", "vacuum", "history", "export", "erase", "views")


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


Run = Callable[..., Done]


@pytest.fixture
def archive_command(capsys, monkeypatch) -> Run:
    """``scrapy archive`` in this process: ``run(place, "info", "--json")``."""
    monkeypatch.chdir(PROJECT)
    for name in ("SCRAPY_SETTINGS_MODULE", "SCRAPY_PROJECT"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "200")

    def run(place: Place, *words: str) -> Done:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            execute(["scrapy", *place.command("archive", *words)[5:]])
        return Done(int(ended.value.code or 0), *capsys.readouterr())

    return run


@pytest.fixture(scope="module")
def site():
    with contextlib.closing(LoopbackSite({})) as running:
        yield running


@pytest.fixture(scope="module")
def visited(tmp_path_factory, site) -> Place:
    """Two crawls of a page; in between a comment was edited and another was removed."""
    place = Place(tmp_path_factory.mktemp("visited"))
    for shown in (page(comments=3, c101="A quick brown fox \x1b[31m"), page(comments=2, c101="A quick red fox \x1b[31m")):
        site.paths["/a/"] = Answer(shown, headers=HTML)
        assert place.crawl(site.url("/a/")).returncode == 0
    assert {row["change"] for row in place.open().comments(history=True).to_pylist()} == {"new", "edited", "removed"}
    return place


@pytest.fixture
def copied(visited, tmp_path) -> Place:
    """The same archive, to change; what its machine knew of it is not here."""
    shutil.copytree(visited.folder / "archive", tmp_path / "archive")
    return Place(tmp_path)


def test_the_help_names_every_task_and_each_task_has_its_own(archive_command, place):
    done = archive_command(place, "--help")
    assert done.returncode == 0
    for task in TASKS:
        assert f"\n    {task} " in done.stdout
    one = archive_command(place, "erase", "--help")
    assert one.returncode == 0
    assert "--author-name NAME" in one.stdout
    assert "digest" in one.stdout
    assert "ARCHIVE_URI" in done.stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "name a task: info, report, verify"),
        (["tidy"], "invalid choice: 'tidy'"),
        (["info", "--loud"], "--loud"),
        (["info", "data/archive"], "the archive is named by -s ARCHIVE_URI="),
        (["info", "-s", "ARCHIVE_URY=elsewhere"], "ARCHIVE_URY is no setting: ARCHIVE_URI is meant?"),
        (["info", "-s", "ARCHIVE_URI=http://elsewhere/"], "http:// is not known; name a directory or s3://bucket/prefix"),
        (["info", "-s", "ARCHIVE_URI=/srv/100%41"], "'%41' is not read alike by all; choose a directory without"),
        (["info", "-s", "ARCHIVE_URI=s3://bucket/a//b"], "a prefix is made of names with one slash between them"),
        (["info", "-s", "REPORT_DAYS=many"], "REPORT_DAYS is 'many': it must be a number from 0 to 36500"),
        (["erase", "--comment", "3f2a91", "-s", "STATE_DIR="], "STATE_DIR is '': name a local directory"),
        (["report", "--days", "-1"], "--days is -1.0: it must be a number from 0 to 36500; 0 is everything"),
        (["report", "--days", "nan"], "--days is nan"),
        (["report", "--days", "1e6"], "--days is 1000000.0"),
        (["history"], "WHAT"),
        (["export"], "-o/--output"),
        (["export", "-o", "slice.doc"], "'slice.doc' does not tell a format; add --format parquet | jsonl | csv"),
        (["export", "-o", "-", "--since", "yesterday"], "'yesterday' is no time; write 2024-05-01"),
        (
            ["export", "-o", "-", "--since", "2024-05-02", "--until", "2024-05-01"],
            "--since 2024-05-02 00:00:00+00:00 is not before --until 2024-05-01 00:00:00+00:00",
        ),
        (["compact", "--at-least", "1"], "--at-least 1: one part is made of 2 or more"),
        (["erase"], "one of the arguments --comment --author-id --author-name --forget-lost is required"),
    ],
)
def test_a_wrong_command_line_ends_with_2_and_says_what_is_right(archive_command, place, words, message):
    done = archive_command(place, *words)
    assert done.returncode == 2, done.stdout
    assert message in done.stderr + done.stdout


@pytest.mark.parametrize("words", [["report"], ["compact"], ["export", "-o", "-"], ["erase", "--author-name", "Reader 1"]])
@pytest.mark.parametrize("name", ["elsewhere.example", "https://elsewhere.example/page", "else where", ""])
def test_a_site_that_the_archive_does_not_hold_is_no_empty_answer(archive_command, visited, words, name):
    done = archive_command(visited, *words, "--site", name)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"holds nothing of the site {name!r}; `scrapy archive info` names its sites" in done.stderr
    assert not (visited.folder / "archive" / "_erased").exists()


def test_a_site_may_be_named_by_an_address_of_it(archive_command, visited, site):
    words = ("erase", "--author-name", "Reader 1", "--dry-run", "--site")
    for name in (site.url("/").split("/")[2], site.url("/"), site.url("/a/?b#c")):
        assert "would be erased: 1 (" in archive_command(visited, *words, name).stdout


def test_an_author_of_whom_there_is_nothing_is_not_passed_over_in_silence(archive_command, visited, site):
    words = ("erase", "--author-name", "reader 1", "--dry-run", "--site", site.url("/"))
    assert "holds none of this author; upper and lower case are told apart" in archive_command(visited, *words).stdout


def test_a_comment_system_that_is_none_is_refused_before_its_erasure_is_remembered(archive_command, copied):
    done = archive_command(copied, "erase", "--author-id", "somebody", "--system", "wordpres")
    assert done.returncode == 2
    assert "--system wordpres: there is no such comment system, but " in done.stdout + done.stderr
    assert not (copied.folder / "archive" / "_erased").exists()


def test_a_slice_is_told_by_the_beginning_of_an_id(archive_command, visited):
    for table, option, name in (("pages", "--page", "page_id"), ("threads", "--thread", "thread_id")):
        key = visited.open().rows(table).to_pylist()[0][name]
        by_all, by_some = (archive_command(visited, "export", "-o", "-", option, key[:n]) for n in (32, 8))
        assert by_all.stdout.count("\n") == 3
        assert by_some.stdout == by_all.stdout
        other = visited.open().comments().to_pylist()[0]["comment_id"]
        for wrong in ("none-such", "0" * 32, other):
            done = archive_command(visited, "export", "-o", "-", option, wrong)
            assert (done.returncode, done.stdout) == (1, ""), wrong


@pytest.mark.parametrize("words", [["info"], ["verify"], ["compact"], ["vacuum"], ["history", "abcdef"], ["views"]])
def test_where_there_is_no_archive_the_status_is_1_and_nothing_is_created(archive_command, place, words):
    done = archive_command(place, *words)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"scrapy archive {words[0]}: there is no archive at {place.uri}")
    assert not (place.folder / "archive").exists()


def test_ctrl_c_ends_a_task_with_a_line_and_no_traceback(archive_command, visited, tmp_path, monkeypatch):
    def pressed(*_: object, **_more: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("archive.export.export", pressed)
    done = archive_command(visited, "export", "-o", str(tmp_path / "slice.csv"))
    assert (done.returncode, done.stdout, list(tmp_path.iterdir())) == (1, "", [])
    assert done.stderr.splitlines()[-1].startswith("scrapy archive export: interrupted; what was done is sound")


def test_info_shows_rows_sizes_times_and_verdicts(archive_command, visited):
    done = archive_command(visited, "info")
    assert done.returncode == 0
    assert "comments" in done.stdout
    assert "Threads by verdict: 1 complete" in done.stdout
    held = json.loads(visited.run("archive", "info", "--json").stdout)
    assert held["rows"]["comments"] == 5
    assert held["first"].endswith("Z")
    assert held["changes"] == {"new": 3, "edited": 1, "removed": 1}


def test_a_narrow_terminal_costs_no_digit(archive_command, visited, monkeypatch):
    wide = archive_command(visited, "info").stdout
    monkeypatch.setenv("COLUMNS", "20")
    assert archive_command(visited, "info").stdout == wide


def test_a_setting_may_stand_before_and_behind_the_task(archive_command, visited, place):
    done = archive_command(place, "info", "--json", "-s", f"ARCHIVE_URI={visited.uri}")
    assert json.loads(done.stdout)["uri"] == visited.uri


def test_verify_is_silent_about_a_sound_archive_and_names_a_damaged_part(archive_command, visited, copied):
    done = archive_command(visited, "verify")
    assert done.returncode == 0, done.stdout
    assert "sound" in done.stdout
    part = copied.open().files("comments")[0]
    Path(part).write_bytes(Path(part).read_bytes()[:-100])
    done = archive_command(copied, "verify")
    assert done.returncode == 1
    assert part in done.stdout
    assert "restore the file from a copy" in done.stdout
    lines = [json.loads(line) for line in archive_command(copied, "verify", "--json").stdout.splitlines()]
    assert [line["path"] for line in lines if line["level"] == "damage"] == [part]
    assert lines[-1]["damage"] == 1
    done = archive_command(copied, "verify", "--give-up")
    assert done.returncode == 1
    assert part in done.stderr
    assert archive_command(copied, "info").returncode == 0


def test_compact_and_vacuum_say_what_they_did_and_change_no_row(archive_command, copied):
    before = sorted(map(repr, copied.open().comments(history=True).to_pylist()))
    done = archive_command(copied, "compact")
    assert done.returncode == 0, done.stderr
    assert "2 parts of" in done.stdout
    done = archive_command(copied, "vacuum", "--dry-run")
    assert "0 files, 0 bytes would be removed" in done.stdout
    assert archive_command(copied, "vacuum", "--hours", "0").returncode == 2
    assert sorted(map(repr, copied.open().comments(history=True).to_pylist())) == before
    assert archive_command(copied, "verify").returncode == 0


def test_history_shows_edits_as_diffs_removals_and_visits_and_no_control_character(archive_command, visited):
    rows = visited.open().comments(history=True).to_pylist()
    edited = next(row for row in rows if row["change"] == "edited")
    done = archive_command(visited, "history", edited["comment_id"][:10])
    assert done.returncode == 0, done.stderr
    assert "[-brown-]{+red+}" in done.stdout
    assert "visit     complete, 3" in done.stdout
    assert "\x1b" not in done.stdout
    thread = archive_command(visited, "history", edited["thread_id"])
    assert "removed" in thread.stdout
    assert "disappeared (inferred)" in thread.stdout
    url = visited.open().pages().to_pylist()[0]["canonical_url"]
    assert "removed" in archive_command(visited, "history", url).stdout
    lines = [json.loads(line) for line in archive_command(visited, "history", "--json", edited["thread_id"]).stdout.splitlines()]
    assert [line["event"] for line in lines] == ["new", "new", "new", "visit", "edited", "removed", "visit"]


def test_export_takes_a_page_by_its_address_and_refuses_one_that_the_archive_does_not_hold(archive_command, visited):
    page = visited.open().pages().to_pylist()[0]
    by_id, by_address = (archive_command(visited, "export", "-o", "-", "--page", page[key]) for key in ("page_id", "canonical_url"))
    assert by_address.stdout == by_id.stdout != ""
    elsewhere = archive_command(visited, "export", "-o", "-", "--page", "https://elsewhere.example/video")
    assert (elsewhere.returncode, elsewhere.stdout) == (1, "")
    assert "holds no page with the address https://elsewhere.example/video" in elsewhere.stderr


def test_export_writes_a_file_or_to_stdout(archive_command, visited, tmp_path):
    done = archive_command(visited, "export", "-o", str(tmp_path / "slice.csv"), "--history")
    assert done.returncode == 0, done.stderr
    assert "5 rows of comments exported" in done.stderr
    with (tmp_path / "slice.csv").open(newline="", encoding="utf-8") as file:
        assert len(list(csv.DictReader(file))) == 5
    done = archive_command(visited, "export", "-o", "-", "--table", "threads", "--verdict", "complete")
    [line] = done.stdout.splitlines()
    assert json.loads(line)["verdict"] == "complete"
    done = archive_command(visited, "export", "-o", "-", "--verdict", "completed")
    assert (done.returncode, "invalid choice: 'completed'" in done.stderr) == (2, True), "and no empty slice with status 0"
    assert archive_command(visited, "export", "-o", "-", "--until", "2020-01-01").stdout == ""
    done = archive_command(visited, "export", "-o", str(tmp_path / "no" / "slice.csv"))
    assert done.returncode == 1
    assert "cannot write" in done.stderr


def test_views_are_sql_that_duckdb_runs(archive_command, visited):
    connection = duckdb.connect()
    connection.execute(archive_command(visited, "views").stdout)
    assert connection.sql("SELECT count(*) FROM comments_history").fetchall() == [(5,)]
    assert connection.sql("SELECT count(*) FROM comments").fetchall() == [(3,)]


def test_what_was_erased_is_not_brought_back_by_the_next_crawl(archive_command, copied, site):
    name = site.url("/").split("/")[2]
    words = ("erase", "--author-name", "Reader 1", "--site", name)
    assert "Comments would be erased: 1 (rows: 2)" in archive_command(copied, *words, "--dry-run").stdout
    assert copied.open().comments().to_table().num_rows == 3
    done = archive_command(copied, *words)
    assert done.returncode == 0, done.stderr
    assert "vacuum --hours 1" in done.stdout
    assert f"Keep a copy of {copied.folder}/state/erasure-*.key" in done.stdout
    site.paths["/a/"] = Answer(page(comments=2, c101="Edited again"), headers=HTML)
    again = copied.crawl(site.url("/a/"))
    assert again.returncode == 0, again.stdout + again.stderr
    rows = copied.open().comments().to_pylist()
    assert sorted(str(row["author_name"]) for row in rows) == ["None", "Reader 0"], "one was removed before"
    assert [ledger["new"] for ledger in copied.open().threads().to_pylist()] == [0]
    assert archive_command(copied, "verify").returncode == 0


def test_a_fresh_machine_brings_nothing_back_that_was_erased_and_is_refused_without_the_key(
    archive_command, copied, site, monkeypatch
):
    assert archive_command(copied, "erase", "--author-name", "Reader 1", "--site", site.url("/").split("/")[2]).returncode == 0
    site.paths["/a/"] = Answer(page(comments=3, c101="Edited again"), headers=HTML)
    before = len(site.asked)
    fresh = str(copied.folder / "elsewhere")
    refused = copied.crawl(site.url("/a/"), STATE_DIR=fresh)
    assert refused.returncode == 1
    assert f"comments were erased from {copied.uri}" in refused.stdout
    assert KEYS_VARIABLE in refused.stdout
    assert "Traceback" not in refused.stdout + refused.stderr
    assert len(site.asked) == before, "refused before anybody was asked for anything"
    [key] = (copied.folder / "state").glob("erasure-*.key")
    monkeypatch.setitem(ENVIRONMENT, KEYS_VARIABLE, key.read_text().strip())
    done = copied.crawl(site.url("/a/"), STATE_DIR=fresh)
    assert done.returncode == 0, done.stdout + done.stderr
    assert key.read_text().strip() not in done.stdout + done.stderr
    rows = copied.open().comments().to_pylist()
    assert sorted(str(row["author_name"]) for row in rows) == ["Reader 0", "Reader 2"]


def test_a_lost_key_is_let_go_by_the_command(archive_command, copied):
    assert archive_command(copied, "erase", "--author-id", "nobody", "--system", "wordpress").returncode == 0
    [key] = (copied.folder / "state").glob("erasure-*.key")
    key.unlink()
    refused = archive_command(copied, "erase", "--author-id", "somebody", "--system", "wordpress")
    assert refused.returncode == 1
    assert "--forget-lost" in refused.stderr
    assert "would be let go of" in archive_command(copied, "erase", "--forget-lost", "--dry-run").stdout
    assert archive_command(copied, "erase", "--author-id", "somebody", "--system", "wordpress").returncode == 1
    assert archive_command(copied, "erase", "--forget-lost", "--system", "disqus").returncode == 2, "it knows no systems"
    assert "because their key is not here: 1" in archive_command(copied, "erase", "--forget-lost").stdout
    assert archive_command(copied, "erase", "--author-id", "somebody", "--system", "wordpress").returncode == 0


def test_a_comment_is_erased_by_the_beginning_of_its_id(archive_command, copied):
    comment_id = copied.open().comments().to_pylist()[0]["comment_id"]
    done = archive_command(copied, "erase", "--comment", comment_id[:12])
    assert done.returncode == 0, done.stderr
    assert comment_id not in {row["comment_id"] for row in archive.open(copied.uri).comments().to_pylist()}
    assert archive_command(copied, "erase", "--comment", comment_id).returncode == 0, "it is gone, as was asked"
    again = archive_command(copied, "erase", "--comment", comment_id[:12])
    assert again.returncode == 1
    assert f"holds no comment {comment_id[:12]}; nothing of what was erased earlier is left" in again.stderr
    assert archive_command(copied, "erase", "--author-name", "Reader 1").returncode == 2
