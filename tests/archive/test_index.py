"""The index is a cache: kept, rebuilt or caught up, it says the same, and it is the archive that is believed."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import tempfile
from pathlib import Path

import pytest
from archive_rows import NOW, SECOND, add_visit, comment, committed, read, started
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.errors import ArchiveError
from archive.index import Index
from archive.journal import Journal
from archive.states import STATES, CommentState, unpacked


def contents(index: Index) -> dict[str, list]:
    with sqlite3.connect(index.path) as connection:
        found = {name: connection.execute(f"SELECT * FROM {name}").fetchall() for name in STATES}
    connection.close()
    found["comments"] = [(thread, *state) for thread, *run in found["comments"] for state in unpacked(*run)]
    return {name: sorted(rows, key=repr) for name, rows in found.items()}


def said(states: dict[str, CommentState]) -> dict[str, tuple]:
    return {comment_id: (state.status, state.content_digest) for comment_id, state in states.items()}


VISITS = st.tuples(
    st.integers(0, 5),  # second of the visit: visits of one second, and in the wrong order, happen
    st.sampled_from(["page-1", "page-2"]),
    st.sampled_from(["digest-1", "digest-2"]),
    st.lists(
        st.tuples(
            st.sampled_from("abc"),
            st.sampled_from(["one", "two"]),
            st.sampled_from(["visible", "disappeared"]),
            st.sampled_from(["new", "edited", "counts"]),
            st.integers(0, 1),
        ),
        max_size=3,
    ),
    st.booleans(),  # whether a batch ends here
)


@given(st.lists(VISITS, min_size=1, max_size=6))
@settings(max_examples=8)
def test_a_rebuilt_index_equals_the_kept_one_and_the_reader_agrees(visits):
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        kept = started(root)
        for number, (second, page_id, digest, rows, is_end) in enumerate(visits):
            comments = [
                comment(name, page=page_id, text=text, status=status, change=change, like_count=likes)
                for name, text, status, change, likes in rows
            ]
            add_visit(
                kept, f"visit-{number}", at=NOW + second * SECOND, page_id=page_id, digest=digest, comments=comments
            )
            if is_end:
                kept.commit(kept.take())
        expected = said(kept.index.thread("thread-1"))
        states = {page_id: kept.index.page(page_id) for page_id in ("page-1", "page-2")}
        kept.commit(kept.take())
        rebuilt = started(root, "crawl-2", "other-state")
        assert contents(rebuilt.index) == contents(kept.index)
        for index in (rebuilt.index, kept.index):
            assert said(index.thread("thread-1")) == expected
        latest = {row["comment_id"]: (row["status"], row["content_digest"]) for row in read(root, "comments")}
        assert latest == expected
        pages = {row["page_id"]: row["content_digest"] for row in read(root, "pages")}
        assert pages == {page_id: state.content_digest for page_id, state in states.items() if state is not None}
        kept.close()
        rebuilt.close()


def test_an_index_that_is_behind_reads_only_what_is_new(tmp_path):
    one = started(tmp_path, "crawl-1", "state-1")
    add_visit(one, "visit-1", comments=["a"])
    one.commit(one.take())
    one.close()
    other = started(tmp_path, "crawl-2", "state-2")
    add_visit(other, "visit-2", at=NOW + SECOND, digest="digest-2", comments=["b"])
    other.commit(other.take())
    other.close()
    one = started(tmp_path, "crawl-3", "state-1")
    assert one.index.foreign == 3  # the part of pages, that of threads and that of comments
    assert set(one.index.thread("thread-1")) == {"a", "b"}
    assert one.index.page("page-1").content_digest == "digest-2"
    one.close()
    again = started(tmp_path, "crawl-4", "state-1")
    assert again.index.foreign == 0
    again.close()


def test_a_running_crawl_learns_what_another_one_committed(tmp_path):
    one, other = started(tmp_path, "crawl-1", "state-1"), started(tmp_path, "crawl-2", "state-2")
    add_visit(other, "visit-1", comments=["a"])
    other.commit(other.take())
    add_visit(one, "visit-2", at=NOW + SECOND, comments=["a", "b"])
    done = one.commit(one.take())
    assert done.rows == {"comments": 1, "threads": 1, "visits": 1}
    one.close()
    other.close()


def test_the_index_of_an_archive_that_was_deleted_is_forgotten(tmp_path):
    exporter = started(tmp_path)
    add_visit(exporter, "visit-1", comments=["a"])
    exporter.commit(exporter.take())
    exporter.close()
    for visits in range(3):  # the new archive is behind the old one, as far, and farther
        shutil.rmtree(tmp_path / "archive")
        other = started(tmp_path, "crawl-2", f"other-{visits}")
        for number in range(visits):
            name = f"{visits}-{number}"
            add_visit(other, name, page_id=name, comments=[comment(name, thread="thread-2")])
            other.commit(other.take())
        other.close()
        exporter = started(tmp_path)
        assert exporter.index.page("page-1") is None
        assert exporter.index.thread("thread-1") == {}
        assert len(exporter.index.thread("thread-2")) == visits
        add_visit(exporter, "visit-2", comments=["a"])
        assert exporter.commit(exporter.take()).rows["comments"] == 1
        exporter.close()
        assert len(read(tmp_path, "comments")) == visits + 1


def test_an_index_that_is_ahead_damaged_or_of_an_earlier_layout_is_built_anew(tmp_path):
    exporter = started(tmp_path)
    path = exporter.index.path
    add_visit(exporter, "visit-1", comments=["a"])
    exporter.commit(exporter.take())
    expected = contents(exporter.index)
    exporter.close()

    def change(statement: str) -> None:
        with sqlite3.connect(path) as connection:
            connection.execute(statement)
        connection.close()

    for damage in (
        lambda: change("UPDATE versions SET version = 99"),
        lambda: change("PRAGMA user_version = 2"),
        lambda: path.write_bytes(b"no database" * 1000),
        path.unlink,
    ):
        damage()
        for suffix in ("-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        exporter = started(tmp_path)
        assert contents(exporter.index) == expected
        exporter.close()


@pytest.mark.parametrize("opens", [Index, Journal])
def test_no_connection_to_a_file_that_is_no_database_stays_open(tmp_path, monkeypatch, opens):
    made: list[sqlite3.Connection] = []
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *args, **options: made.append(connect(*args, **options)) or made[-1])
    (tmp_path / "x.sqlite").write_bytes(b"no database" * 1000)
    with contextlib.suppress(ArchiveError):  # the index is made anew, the journal cannot be
        opens(tmp_path / "x.sqlite").close()
    assert len(made) == (4 if opens is Index else 1)
    for connection in made:
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            connection.execute("SELECT 1")


def test_an_index_is_rebuilt_when_the_log_it_would_follow_is_gone(tmp_path):
    exporter = started(tmp_path, "crawl-1", "state-1")
    exporter.close()
    other = started(tmp_path, "crawl-2", "state-2")
    for number in range(11):
        add_visit(other, f"visit-{number}", at=NOW + number * SECOND, digest=f"{number}", comments=[f"c{number}"])
        other.commit(other.take())
    other.close()
    for table in STATES:
        log = tmp_path / "archive" / table / "_delta_log"
        assert list(log.glob("*.checkpoint.parquet"))
        for version in range(1, 5):
            (log / f"{version:020}.json").unlink()
    exporter = started(tmp_path, "crawl-3", "state-1")
    assert len(exporter.index.thread("thread-1")) == 11
    exporter.close()
    assert len(committed(tmp_path)) == 11 * 6
