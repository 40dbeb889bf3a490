"""Vacuum removes what nobody needs any more, and nothing else, however unlucky the moment."""

from __future__ import annotations

import os
import time
from collections import Counter
from pathlib import Path

import pytest
from archive_rows import NOW, SECOND, add_visit, committed, every, read, started, visible
from kills import die_committing
from test_compact import all_rows, fill, store

import archive.log
from archive.errors import ArchiveError
from archive.log import TableLog
from archive.schema import TABLES
from archive.stores import LocalStore
from archive.upkeep import vacuum as vacuuming
from archive.upkeep.compact import compact
from archive.upkeep.vacuum import vacuum

HOUR = 3600


class Clock:
    """The time that log entries are written at."""

    def __init__(self, hours_ago: float) -> None:
        self.ns = time.time_ns() - int(hours_ago * HOUR * 1e9)

    def time_ns(self) -> int:
        return self.ns


def compacted(root: Path, monkeypatch: pytest.MonkeyPatch, hours_ago: float) -> set[str]:
    """Compact as if it were that long ago; the parts that were replaced."""
    old = committed(root)
    with monkeypatch.context() as patch:
        patch.setattr(archive.log, "time", Clock(hours_ago))
        assert list(compact(store(root)))
    return old - committed(root)


def aged(path: Path, hours: float) -> Path:
    then = time.time() - hours * HOUR
    os.utime(path, (then, then))
    return path


def removed(root: Path, **options) -> Counter:
    return Counter(leftover.why for leftover in vacuum(store(root), **options))


def test_replaced_parts_are_removed_after_the_retention_and_not_before(tmp_path, monkeypatch):
    fill(tmp_path, visits=3)
    rows = all_rows(tmp_path)
    old = compacted(tmp_path, monkeypatch, hours_ago=5)
    for path in old:
        aged(Path(path), 1000)  # what counts is when they were replaced
    assert removed(tmp_path) == {}
    assert removed(tmp_path, hours=6) == {}
    assert old <= visible(tmp_path)
    assert removed(tmp_path, hours=4) == {"replaced": len(old)}
    assert visible(tmp_path) == committed(tmp_path)
    assert all_rows(tmp_path) == rows
    assert removed(tmp_path, hours=4) == {}


def test_a_dry_run_tells_the_same_and_removes_nothing(tmp_path, monkeypatch):
    fill(tmp_path, visits=2)
    old = compacted(tmp_path, monkeypatch, hours_ago=200)
    told = {str(tmp_path / "archive" / f.table / f.path) for f in vacuum(store(tmp_path), dry_run=True)}
    assert told == old
    assert old <= visible(tmp_path)
    assert removed(tmp_path) == {"replaced": len(old)}


def test_leftovers_and_foreign_files_are_removed_when_they_are_old(tmp_path):
    fill(tmp_path, visits=1)
    folder = Path(next(iter(committed(tmp_path)))).parent
    (tmp_path / "archive" / "comments" / "_tmp").mkdir(exist_ok=True)
    files = {
        aged(_write(folder / "old.parquet"), 25): "unknown",
        aged(_write(tmp_path / "archive" / "comments" / "_tmp" / "dead-000001-ff.part"), 25): "unfinished",
        aged(_write(folder / "new.parquet"), 23): None,
        aged(_write(tmp_path / "archive" / "comments" / "_tmp" / "alive-000001-ff.part"), 0): None,
    }
    assert removed(tmp_path) == Counter(why for why in files.values() if why)
    assert {path for path in files if path.exists()} == {path for path, why in files.items() if why is None}


def _write(path: Path) -> Path:
    path.write_bytes(b"x")
    return path


@pytest.mark.parametrize("hours", [-1, 0, 169])
def test_a_retention_that_is_not_safe_is_refused(tmp_path, hours):
    fill(tmp_path, visits=1)
    with pytest.raises(ArchiveError, match=f"for {hours} hours: 1 is the least.* and 168 the most"):
        list(vacuum(store(tmp_path), hours=hours))


def test_log_entries_and_erasures_are_no_leftovers(tmp_path):
    fill(tmp_path, visits=2)
    for path in (tmp_path / "archive").rglob("*"):
        if path.is_file():
            aged(path, 1000)
    before = {path for path in (tmp_path / "archive").rglob("*") if path.is_file()}
    assert removed(tmp_path, hours=1) == {}
    assert {path for path in (tmp_path / "archive").rglob("*") if path.is_file()} == before


def test_a_part_that_is_committed_while_files_are_listed_stays(tmp_path, monkeypatch):
    fill(tmp_path, visits=1)
    exporter = started(tmp_path, "crawl-2")
    real = vacuuming.leftovers

    def leftovers(log, hours, awaited):
        found = list(real(log, hours, awaited))
        if log.table.name == "comments":
            add_visit(exporter, "late", at=NOW + 60 * SECOND, page_id="p", digest="d", comments=["late"])
            exporter.commit(exporter.take())
            [new] = [p for p in committed(tmp_path) if "/comments/" in p and "crawl-2" in p]
            path = str(Path(new).relative_to(tmp_path / "archive" / "comments"))
            found.append(vacuuming.Leftover("comments", path, 1, "unknown"))
        return found

    monkeypatch.setattr(vacuuming, "leftovers", leftovers)
    assert removed(tmp_path, hours=1) == {}
    exporter.close()
    assert ("late",) in every(tmp_path, "comments", "comment_id")


def test_a_part_that_waited_long_for_its_commit_is_young_when_it_is_published(tmp_path):
    fill(tmp_path, visits=1)
    place = store(tmp_path)
    (tmp_path / "archive" / "comments" / "_tmp").mkdir(exist_ok=True)
    aged(_write(tmp_path / "archive" / "comments" / "_tmp" / "x.part"), 500)
    place.publish([("comments/_tmp/x.part", "comments/site=a/month=2023-11/x.parquet")])
    assert removed(tmp_path, hours=1) == {}


def test_what_a_dead_crawl_still_has_to_commit_stays_however_old(tmp_path):
    exporter = started(tmp_path)
    add_visit(exporter, "v1", comments=["a"])
    die_committing(exporter, TableLog, "commit")
    for path in (tmp_path / "archive").rglob("*.par*"):
        aged(path, 500)
    assert removed(tmp_path, state_dir=tmp_path / "state", dry_run=True) == {}
    assert sum(removed(tmp_path, state_dir=tmp_path / "elsewhere", dry_run=True).values()) == 6
    assert removed(tmp_path, state_dir=tmp_path / "state") == {}
    started(tmp_path, "crawl-2").close()
    assert [row["comment_id"] for row in read(tmp_path, "comments")] == ["a"]


def test_files_of_a_site_whose_name_must_be_encoded_are_known_by_it(tmp_path, monkeypatch):
    sites = ("a%2Fb é:80/x", "x" * 300)
    fill(tmp_path, visits=2, sites=sites)
    old = compacted(tmp_path, monkeypatch, hours_ago=200)
    assert removed(tmp_path) == {"replaced": len(old)}
    assert visible(tmp_path) == committed(tmp_path)


def test_the_store_lists_every_file_but_those_of_the_log(tmp_path):
    fill(tmp_path, visits=1)
    for table in TABLES:
        found = {file.path: file.size for file in LocalStore(tmp_path / "archive").found(table)}
        root = tmp_path / "archive" / table
        files = [path for path in root.rglob("*") if path.is_file() and "_delta_log" not in path.parts]
        assert found == {path.relative_to(root).as_posix(): path.stat().st_size for path in files}
    assert list(LocalStore(tmp_path / "nowhere").found("comments")) == []
