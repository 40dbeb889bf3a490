"""Exactly once: whatever dies and whoever else writes, every row is there, and it is there once."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from archive_rows import (
    NOW,
    SECOND,
    add_visit,
    committed,
    crawl,
    every,
    journal_of,
    origin,
    read,
    seen,
    share,
    started,
    visible,
)
from kills import Fuse, KilledError, die_committing
from writer import COMMENTS, PAGES, source

from archive.commit import Committer
from archive.errors import ArchiveError
from archive.log import TableLog
from archive.schema import TABLES
from archive.stores import LocalStore


def whole(root: Path) -> None:
    """Two visits of page-1 are in the archive, each row once, and nothing else lies about."""
    assert every(root, "comments", "comment_id", "change") == Counter({(n, "new"): 1 for n in "abc"})
    assert every(root, "pages", "content_digest") == {("digest-1",): 1}
    assert every(root, "shares", "position") == {(0,): 1, (1,): 1}
    assert every(root, "subscribes", "position") == {(0,): 1}
    assert {row["capture_id"] for row in read(root, "shares")} == {row["capture_id"] for row in read(root, "pages")}
    assert visible(root) == committed(root)


def steps_of_a_commit(root: Path) -> int:
    with pytest.MonkeyPatch.context() as patch:
        exporter = started(root)
        add_visit(exporter, "visit-1", comments=["a", "b"])
        fuse = Fuse(patch, 10_000)
        exporter.commit(exporter.take())
        exporter.close()
    return 10_000 - fuse.lives


@pytest.mark.parametrize("crawl_id", ["crawl-1", "crawl-2"])
def test_a_kill_at_any_step_of_a_commit_loses_and_doubles_nothing(tmp_path, crawl_id):
    steps = steps_of_a_commit(tmp_path / "count")
    assert steps > 30
    # Begin and end of a step take two lives: every fourth step with one id, those between with the other.
    for lives in range(0 if crawl_id == "crawl-1" else 4, steps, 8):
        root = tmp_path / str(lives)
        exporter = started(root)
        add_visit(exporter, "visit-1", comments=["a", "b"])
        with pytest.MonkeyPatch.context() as patch:
            Fuse(patch, lives)
            with pytest.raises(KilledError):
                exporter.commit(exporter.take())
        assert not list((root / "archive").glob("*/_tmp/*.parquet"))
        for path in visible(root):
            pq.read_table(path, partitioning=None)  # at its final name a part is whole
        exporter.close()  # as the kernel does it: the lock is given back
        survivor = started(root, crawl_id)
        add_visit(survivor, "visit-2", at=NOW + SECOND, comments=["a", "b", "c"])
        survivor.commit(survivor.take())
        survivor.close()
        whole(root)
        assert not [path for path in (root / "archive").glob("*/_tmp/*") if "crawl-1" not in path.name]


@pytest.mark.parametrize("meanwhile", ["nothing", "a crawl of the same name on another machine"])
def test_an_error_at_any_step_leaves_a_batch_that_can_be_committed_again(tmp_path, meanwhile):
    steps = steps_of_a_commit(tmp_path / "count")
    for lives in range(1, steps, 6):
        root = tmp_path / str(lives)
        exporter = started(root)
        add_visit(exporter, "visit-1", comments=["a", "b", "c"])
        batch = exporter.take()
        with pytest.MonkeyPatch.context() as patch:
            Fuse(patch, lives, ArchiveError)
            try:
                exporter.commit(batch)
            except ArchiveError:
                if meanwhile != "nothing":
                    started(root, state="state-of-another-machine").close()
                exporter.commit(batch)
        exporter.close()
        whole(root)
        assert len(read(root, "threads", history=True)) == 1
        assert not list((root / "archive").glob("*/_tmp/*"))


def test_what_the_archive_held_is_dropped_from_a_batch_that_is_committed_again(tmp_path):
    steps = steps_of_a_commit(tmp_path / "count")
    for lives in range(1, steps, 6):
        root = tmp_path / str(lives)
        exporter, other = started(root), started(root, "crawl-2", "other-state")
        add_visit(exporter, "visit-1", at=NOW + SECOND, comments=["a", "b"])
        add_visit(other, "visit-2", comments=["a", "b", "c"])
        other.commit(other.take())
        batch = exporter.take()
        with pytest.MonkeyPatch.context() as patch:
            Fuse(patch, lives, ArchiveError)
            try:
                done = exporter.commit(batch)
            except ArchiveError:
                done = exporter.commit(batch)
        exporter.close()
        other.close()
        whole(root)
        assert done.known == {"pages": 1, "comments": 2, "shares": 2, "subscribes": 1}


def test_a_part_that_cannot_be_written_is_told_also_where_nothing_can_be_removed_either(tmp_path, monkeypatch):
    def refused(said: str):
        def refuse(*arguments):
            raise ArchiveError(said)

        return refuse

    exporter = started(tmp_path)
    add_visit(exporter, "visit-1", comments=["a", "b", "c"])
    batch = exporter.take()
    with monkeypatch.context() as patch:
        patch.setattr(LocalStore, "stage", refused("cannot write the part"))
        patch.setattr(LocalStore, "discard", refused("cannot remove what is not needed"))
        with pytest.raises(ArchiveError, match="cannot write the part"):
            exporter.commit(batch)
    exporter.commit(batch)
    exporter.close()
    whole(tmp_path)


def test_a_commit_whose_answer_was_lost_is_looked_up(tmp_path, monkeypatch):
    exporter = started(tmp_path)
    add_visit(exporter, "visit-1", comments=["a", "b", "c"])
    real = TableLog.commit

    def unanswered(*arguments, **options):
        assert real(*arguments, **options)
        raise ArchiveError("the connection was closed")

    monkeypatch.setattr(TableLog, "commit", unanswered)
    assert exporter.commit(exporter.take()).rows["comments"] == 3
    assert len(exporter.index.thread("thread-1")) == 3
    exporter.close()
    whole(tmp_path)


@pytest.mark.parametrize("written", [0, 3, 6])
def test_a_batch_in_a_journal_of_the_layout_before_is_rolled_forward_as_it_was_begun(tmp_path, written):
    """Records had no origin, and a batch was its crawl's whatever the state directory."""
    exporter = started(tmp_path)
    exporter._journal.origin = ""
    add_visit(exporter, "visit-1", comments=["a", "b", "c"])
    with pytest.MonkeyPatch.context() as patch:
        Fuse(patch, 2 * written, steps=[(TableLog, "commit")])
        with contextlib.suppress(KilledError):
            exporter.commit(exporter.take())
    exporter.close()
    with sqlite3.connect(journal_of(tmp_path / "state")) as base:
        base.execute("DROP TABLE origin")
        base.execute("UPDATE batches SET record = json_remove(record, '$.origin')")
        base.execute("PRAGMA user_version = 1")
    base.close()
    started(tmp_path).close()
    whole(tmp_path)
    log = TableLog(LocalStore(tmp_path / "archive"), TABLES["comments"])
    assert log.transaction(log.open(), "crawl-1") == 1


def test_a_kill_during_the_roll_forward_is_rolled_forward_too(tmp_path):
    exporter = started(tmp_path)
    add_visit(exporter, "visit-1", comments=["a", "b", "c"])
    die_committing(exporter, Committer, "_commit_table")
    for lives in range(0, 24, 5):
        with pytest.MonkeyPatch.context() as patch:
            Fuse(patch, lives)
            with pytest.raises(KilledError):
                started(tmp_path, f"crawl-{lives + 2}")
    started(tmp_path, "crawl-last").close()
    whole(tmp_path)


def test_a_living_crawls_batch_is_left_to_it(tmp_path):
    exporter = started(tmp_path)
    add_visit(exporter, "visit-1", comments=["a", "b", "c"])
    batch = exporter.take()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Committer, "_commit_table", lambda *_: (_ for _ in ()).throw(ArchiveError("later")))
        with pytest.raises(ArchiveError, match="later"):
            exporter.commit(batch)
    other = started(tmp_path, "crawl-2")
    other.close()
    assert read(tmp_path, "comments") == []
    exporter.commit(batch)
    exporter.close()
    whole(tmp_path)


def test_one_crawl_id_is_one_process(tmp_path):
    exporter = started(tmp_path)
    with pytest.raises(ArchiveError, match="crawl crawl-1 is running already"):
        started(tmp_path)
    exporter.close()
    started(tmp_path).close()


def test_a_journal_of_an_archive_that_is_gone_is_dropped(tmp_path, caplog):
    exporter = started(tmp_path)
    add_visit(exporter, "visit-1", comments=["a"])
    die_committing(exporter, Committer, "_commit_table")
    (tmp_path / "archive").rename(tmp_path / "elsewhere")
    exporter = started(tmp_path)
    assert "is gone" in caplog.text
    exporter.close()
    assert read(tmp_path, "comments") == []


def test_old_unfinished_parts_are_removed_and_young_ones_of_others_are_not(tmp_path):
    started(tmp_path).close()
    staged = tmp_path / "archive" / "pages" / "_tmp"
    staged.mkdir()
    own = origin(tmp_path / "state")
    others = ["crawl-1-000001-ffffffffaa.part", "other-000001-aa.part"]
    gone = [("other-000001-bb.part", 90_000), (f"crawl-1-000001-{own}cc.part", 0)]
    for name, age in [(name, 0) for name in others] + gone:
        (staged / name).write_bytes(b"PAR1")
        then = time.time() - age
        os.utime(staged / name, (then, then))
    started(tmp_path).close()
    assert sorted(path.name for path in staged.iterdir()) == others


# -- two crawls -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("overtaken", "state"), [*((table, "other-state") for table in TABLES), ("comments", "state"), ("pages", "state")]
)
def test_a_crawl_overtaken_between_any_two_tables_doubles_nothing(tmp_path, monkeypatch, overtaken, state):
    one, other = started(tmp_path, "crawl-1"), started(tmp_path, "crawl-2", state)
    site = "bücher.example:8080"
    add_visit(one, "visit-1", comments=["a", "b"], site=site)
    add_visit(one, "visit-9", page_id="page-9", site=site)
    one.add("crawls", [crawl()])
    add_visit(other, "visit-2", at=NOW + SECOND, comments=["b", "c"], site=site)
    real = TableLog.commit
    waiting = [other]

    def commit(log, snapshot, *rest, **options):
        if log.table.name == overtaken and waiting:
            late = waiting.pop()
            late.commit(late.take())
        return real(log, snapshot, *rest, **options)

    monkeypatch.setattr(TableLog, "commit", commit)
    done = one.commit(one.take())
    one.close()
    other.close()
    assert not waiting
    assert every(tmp_path, "comments", "comment_id") == {("a",): 1, ("b",): 1, ("c",): 1}
    assert every(tmp_path, "pages", "page_id") == {("page-1",): 1, ("page-9",): 1}
    for table, rows in (("shares", 2), ("subscribes", 1)):
        assert every(tmp_path, table, "page_id") == {("page-1",): rows, ("page-9",): rows}
        captures = {row["page_id"]: row["capture_id"] for row in read(tmp_path, "pages")}
        assert {row["page_id"]: row["capture_id"] for row in read(tmp_path, table, history=True)} == captures
    assert every(tmp_path, "threads", "capture_id") == {("visit-1",): 1, ("visit-2",): 1, ("visit-9",): 1}
    assert done.rows.get("pages", 0) + done.known.get("pages", 0) == 2
    assert not list((tmp_path / "archive").glob("*/_tmp/*"))


def test_shares_beside_no_page_row_are_not_touched(tmp_path):
    exporter = started(tmp_path)
    exporter.add("shares", [share()], seen("alone"))
    assert exporter.commit(exporter.take()).rows == {"shares": 1}
    exporter.close()


def write(root: Path, state: str, crawl_id: str, rounds: int) -> subprocess.Popen:
    here = Path(__file__)
    environment = os.environ | {"PYTHONPATH": f"{here.parents[2]}{os.pathsep}{here.parent}"}
    command = [sys.executable, str(here.with_name("writer.py")), str(root), state, crawl_id, str(rounds)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def as_the_source(root: Path, rounds: int) -> None:
    """The archive holds every state of the source, each once."""
    comments: Counter = Counter()
    for number in range(PAGES):
        states = {(row.comment_id, row.content_digest) for turn in range(rounds) for row in source(turn, number)[1]}
        comments.update(states)
    assert every(root, "comments", "comment_id", "content_digest") == comments
    assert len(comments) == PAGES * (COMMENTS + 2 * (rounds - 1))
    pages = {(f"page-{number}", f"{turn}"): 1 for number in range(PAGES) for turn in range(rounds)}
    assert every(root, "pages", "page_id", "content_digest") == pages
    assert every(root, "shares", "page_id", "position") == {
        (f"page-{number}", position): rounds for number in range(PAGES) for position in (0, 1)
    }
    assert committed(root) <= visible(root)


def test_kill_minus_nine_at_random_instants(tmp_path):
    seed = int(os.environ.get("TALKBACK_KILL_SEED") or random.SystemRandom().randrange(1 << 32))
    print(f"TALKBACK_KILL_SEED={seed}")
    chance, rounds, kills = random.Random(seed), 4, 0
    for attempt in range(30):
        crawl_id = "crawl" if attempt % 2 else f"crawl-{attempt}"
        process = write(tmp_path, "state", crawl_id, rounds)
        with process:
            try:
                assert process.stdout.readline() == "started\n"
                process.wait(chance.uniform(0.02, 0.4) if kills < 6 else 60)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                kills += 1
            end = process.stdout.read()
        if process.returncode == 0 and kills >= 5:
            break
    assert end == "done\n"
    assert kills >= 5
    as_the_source(tmp_path, rounds)
    assert visible(tmp_path) == committed(tmp_path)


@pytest.mark.parametrize("states", [("state", "state", "state"), ("state-1", "state-2", "state-3")])
def test_crawls_in_several_processes_at_once_all_succeed(tmp_path, states):
    rounds = 2
    processes = [write(tmp_path, state, f"crawl-{at}", rounds) for at, state in enumerate(states)]
    for process in processes:
        with process:
            assert process.communicate(timeout=60)[0] == "started\ndone\n"
        assert process.returncode == 0
    ledgers = every(tmp_path, "threads", "capture_id")
    assert ledgers == {(f"crawl-{c}-{t}-{n}",): 1 for c in range(3) for t in range(rounds) for n in range(PAGES)}
    as_the_source(tmp_path, rounds)


def test_crawls_of_one_name_on_two_machines_at_once_lose_nothing(tmp_path):
    first, second = started(tmp_path, "nightly", "state-1"), started(tmp_path, "nightly", "state-2")
    for exporter, name in ((first, "a"), (second, "b"), (first, "c"), (second, "d")):
        add_visit(exporter, f"visit-{name}", page_id=f"page-{name}")
        assert exporter.commit(exporter.take()).rows["pages"] == 1
    first.close()
    second.close()
    assert every(tmp_path, "pages", "page_id") == {(f"page-{name}",): 1 for name in "abcd"}
    assert every(tmp_path, "visits", "page_id") == {(f"page-{name}",): 1 for name in "abcd"}


def test_crawls_that_create_the_archive_at_the_same_moment_make_one_table_each(tmp_path):
    """delta-rs 1.6.6 lets the loser of a race create a second table over the first, unless it may not try again."""
    for turn in range(3):
        root = tmp_path / f"{turn}"
        processes = [write(root, f"state-{at}", f"crawl-{at}", 0) for at in range(3)]
        for process in processes:
            with process:
                assert process.communicate(timeout=60)[0] == "started\ndone\n"
        for table in TABLES:
            assert [path.name for path in (root / "archive" / table / "_delta_log").glob("*.json")] == [f"{0:020}.json"], table
