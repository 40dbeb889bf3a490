"""The exporter takes rows in, says when a batch is due, knows what was added, and stores every row once."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from archive_rows import (
    NOW,
    SECOND,
    add_visit,
    comment,
    committed,
    crawl,
    every,
    ledger,
    page,
    read,
    seen,
    share,
    started,
    visible,
)

from archive.errors import ArchiveError
from archive.exporter import Exporter


def test_a_visit_is_archived_whole(tmp_path):
    exporter = started(tmp_path)
    add_visit(exporter, "visit-1", comments=["a", "b"])
    exporter.add("crawls", [crawl()])
    done = exporter.commit(exporter.take())
    exporter.close()
    assert done.rows == {"comments": 2, "shares": 2, "subscribes": 1, "pages": 1, "threads": 1, "visits": 1, "crawls": 1}
    assert (done.known, done.parts) == ({}, 7)
    assert done.bytes == sum(Path(path).stat().st_size for path in committed(tmp_path))
    assert {row["comment_id"] for row in read(tmp_path, "comments")} == {"a", "b"}
    assert visible(tmp_path) == committed(tmp_path)


def test_a_batch_is_due_by_rows_by_text_or_by_time(tmp_path):
    exporter = Exporter(
        str(tmp_path), "c", state_dir=tmp_path / "s", flush_rows=3, flush_seconds=60, flush_text=1000
    )
    exporter.start()
    assert not exporter.due(0.0)
    exporter.add("shares", [share()], seen())
    assert not exporter.due(100.0)
    assert not exporter.due(159.9)
    assert exporter.due(160.0)
    assert exporter.pending_rows == 1
    exporter.take()
    assert exporter.pending_rows == 0
    assert not exporter.due(1000.0)
    exporter.add("comments", [comment("a", text="x" * 1000)], seen())
    assert exporter.due(1000.0)
    exporter.take()
    exporter.add("shares", [share(), share(position=1)], seen())
    assert not exporter.due(1000.0)
    exporter.add("pages", [page()], seen())
    assert exporter.due(1000.0)
    exporter.close()


def test_what_was_added_is_known_before_and_after_its_commit(tmp_path):
    exporter = started(tmp_path)
    assert exporter.index.page("page-1") is None
    assert exporter.index.thread("thread-1") == {}
    add_visit(exporter, "visit-1", comments=["a"])
    first = exporter.take()
    later = comment("a", text="changed", change="edited", like_count=3, is_edited=True, parent_id="p")
    add_visit(exporter, "visit-2", at=NOW + SECOND, digest="digest-2", comments=[later, "b"])
    for step in (lambda: None, lambda: exporter.commit(first), lambda: exporter.commit(exporter.take())):
        step()
        assert exporter.index.page("page-1").content_digest == "digest-2"
        states = exporter.index.thread("thread-1")
        assert set(states) == {"a", "b"}
        assert states["a"].content_digest == "digest of changed"
        assert (states["a"].like_count, states["a"].is_edited, states["a"].parent_id) == (3, True, "p")
        assert states["a"].observed_at == NOW + SECOND
    exporter.close()
    again = started(tmp_path, "crawl-2")
    assert again.index.thread("thread-1") == states
    again.close()


def test_a_removed_comment_is_known_as_removed(tmp_path):
    exporter = started(tmp_path)
    add_visit(exporter, "visit-1", comments=["a"])
    gone = comment("a", text=None, content_digest="digest of text of a", status="disappeared", change="removed")
    add_visit(exporter, "visit-2", at=NOW + SECOND, comments=[gone])
    exporter.commit(exporter.take())
    assert exporter.index.thread("thread-1")["a"].status == "disappeared"
    exporter.close()
    assert [row["status"] for row in read(tmp_path, "comments")] == ["disappeared"]


def test_a_visit_that_is_replayed_adds_its_ledger_and_its_own_row_and_nothing_else(tmp_path):
    for number, crawl_id in enumerate(["crawl-1", "crawl-1", "crawl-2"]):
        exporter = started(tmp_path, crawl_id)
        add_visit(exporter, f"visit-{number}", at=NOW + number * SECOND, comments=["a", "b"])
        done = exporter.commit(exporter.take())
        exporter.close()
    assert done.rows == {"threads": 1, "visits": 1}
    assert done.known == {"comments": 2, "shares": 2, "subscribes": 1, "pages": 1}
    assert every(tmp_path, "comments", "comment_id") == {("a",): 1, ("b",): 1}
    assert every(tmp_path, "shares", "position") == {(0,): 1, (1,): 1}
    assert len(read(tmp_path, "threads", history=True)) == 3
    assert visible(tmp_path) == committed(tmp_path)


def test_within_one_batch_a_state_is_stored_once_and_a_change_back_is_a_change(tmp_path):
    exporter = started(tmp_path)
    for number, text in enumerate(["one", "one", "two", "two", "one"]):
        row = comment("a", text=text, change="edited" if number else "new")
        add_visit(exporter, f"visit-{number}", at=NOW + number * SECOND, digest=text, comments=[row])
    done = exporter.commit(exporter.take())
    exporter.close()
    assert (done.rows["comments"], done.rows["pages"], done.rows["shares"]) == (3, 3, 6)
    times = sorted(row["observed_at"] for row in read(tmp_path, "comments", history=True))
    assert [time.second for time in times] == [20, 22, 24]


def test_counts_are_a_state_only_for_rows_that_say_so(tmp_path):
    exporter = started(tmp_path)
    rows = [
        comment("a", like_count=1), comment("a", like_count=2), comment("a", like_count=2, change="counts"),
        comment("a", like_count=2, change="counts"),
    ]  # fmt: skip
    for number, row in enumerate(rows):
        add_visit(exporter, f"visit-{number}", at=NOW + number * SECOND, comments=[row])
    exporter.commit(exporter.take())
    exporter.close()
    assert every(tmp_path, "comments", "change", "like_count") == {("new", 1): 1, ("counts", 2): 1}


def test_a_page_without_digest_is_never_taken_for_known(tmp_path):
    exporter = started(tmp_path)
    for number in range(2):
        add_visit(exporter, f"visit-{number}", at=NOW + number * SECOND, digest=None)
    assert exporter.commit(exporter.take()).rows["pages"] == 2
    exporter.close()


def test_an_older_state_that_comes_late_is_kept_and_is_not_the_latest(tmp_path):
    exporter = started(tmp_path)
    add_visit(exporter, "visit-2", at=NOW + SECOND, digest="new", comments=[comment("a", text="new")])
    exporter.commit(exporter.take())
    add_visit(exporter, "visit-1", at=NOW, digest="old", comments=[comment("a", text="old")])
    assert exporter.index.page("page-1").content_digest == "new"
    exporter.commit(exporter.take())
    assert exporter.index.page("page-1").content_digest == "new"
    assert exporter.index.thread("thread-1")["a"].content_digest == "digest of new"
    exporter.close()
    assert [row["text"] for row in read(tmp_path, "comments")] == ["new"]
    assert len(read(tmp_path, "comments", history=True)) == 2


def test_a_batch_without_rows_commits_nothing(tmp_path):
    exporter = started(tmp_path)
    assert exporter.commit(exporter.take()).parts == 0
    add_visit(exporter, "visit-1")
    assert exporter.commit(exporter.take()).rows["pages"] == 1
    exporter.close()


def test_batches_are_committed_in_their_order(tmp_path):
    exporter = started(tmp_path)
    add_visit(exporter, "visit-1")
    first = exporter.take()
    add_visit(exporter, "visit-2", at=NOW + SECOND, digest="digest-2")
    second = exporter.take()
    with pytest.raises(ArchiveError, match="batch 2 was given before batch 1"):
        exporter.commit(second)
    exporter.commit(first)
    exporter.commit(second)
    exporter.close()
    assert every(tmp_path, "pages", "content_digest") == {("digest-1",): 1, ("digest-2",): 1}


def test_rows_of_two_months_and_sites_lie_in_their_partitions(tmp_path):
    exporter = started(tmp_path)
    for month, site in ((0, "example.org"), (31 * 86_400 * SECOND, "example.net:8080")):
        exporter.add("threads", [ledger()], seen(at=NOW + month, site=site))
    exporter.commit(exporter.take())
    exporter.close()
    folders = {path.split("/threads/")[1].rsplit("/", 1)[0] for path in visible(tmp_path)}
    assert folders == {"site=example.org/month=2023-11", "site=example.net%3A8080/month=2023-12"}


def test_a_full_disk_is_an_error_that_loses_nothing(tmp_path, monkeypatch):
    exporter = started(tmp_path)
    add_visit(exporter, "visit-1", comments=["a"])
    batch = exporter.take()
    real, left = os.fsync, [4]

    def full(handle):
        left[0] -= 1
        if left[0] < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(handle)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ArchiveError, match="No space left on device; make room and run the same command again"):
        exporter.commit(batch)
    assert visible(tmp_path) == set()
    assert not list((tmp_path / "archive").glob("*/_tmp/*"))
    monkeypatch.undo()
    assert exporter.commit(batch).rows["comments"] == 1
    exporter.close()
    assert every(tmp_path, "comments", "comment_id") == {("a",): 1}
    assert visible(tmp_path) == committed(tmp_path)


def test_comments_are_let_go_when_their_parts_are_written_and_no_part_is_read_back(tmp_path):
    exporter = started(tmp_path)
    add_visit(exporter, "visit-1", comments=["a", "b"])
    batch, before = exporter.take(), exporter.index.foreign
    exporter.commit(batch)
    assert [held.rows for held in batch.held["comments"]] == [None]
    assert set(exporter.index.thread("thread-1")) == {"a", "b"}
    assert exporter.index.foreign == before
    exporter.close()


def test_a_crawl_that_is_run_again_under_its_id_goes_on(tmp_path):
    for number in range(3):
        exporter = started(tmp_path)
        add_visit(exporter, f"visit-{number}", at=NOW + number * SECOND, digest=f"digest-{number}")
        exporter.commit(exporter.take())
        exporter.close()
    assert len(read(tmp_path, "pages", history=True)) == 3
