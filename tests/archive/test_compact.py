"""Compaction moves rows to few large parts: the same rows, each once, whoever else writes or compacts meanwhile."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from archive_rows import NOW, SECOND, add_visit, comment, committed, crawl, every, read, seen, started, visible
from hypothesis import given, settings
from hypothesis import strategies as st
from kills import Fuse, KilledError

import archive
from archive.columns import Columns
from archive.errors import ArchiveError
from archive.log import TableLog
from archive.parts import encode, partitions, statistics
from archive.schema import TABLES
from archive.stores import LocalStore
from archive.upkeep import compact as compaction
from archive.upkeep import rewriting
from archive.upkeep.compact import compact

COMPACTOR = """
import sys
from archive.stores import LocalStore
from archive.upkeep.compact import compact
from pathlib import Path
print("started", flush=True)
for _ in range(int(sys.argv[2])):
    for done in compact(LocalStore(Path(sys.argv[1])), tables=("comments",)):
        print(done.trouble or "done", flush=True)
"""


def store(root: Path) -> LocalStore:
    return LocalStore(root / "archive")


def fill(root: Path, visits: int = 6, sites: tuple[str, ...] = ("example.org", "example.net")) -> None:
    """Visits of a page of each site, a commit each; every visit edits one comment and brings another."""
    exporter = started(root)
    exporter.add("crawls", [crawl()])
    for number in range(visits):
        for site in sites:
            rows = [comment(f"{site}-{n}", page=site, position=n, text=f"{number}") for n in range(number + 1)]
            name = f"{site}-{number}"
            at = NOW + number * SECOND
            add_visit(exporter, name, at=at, page_id=site, digest=name, comments=rows, site=site)
        exporter.commit(exporter.take())
    exporter.close()


def all_rows(root: Path) -> dict[str, Counter]:
    return {table: Counter(map(repr, read(root, table, history=True))) for table in TABLES}


def test_compaction_keeps_every_row_and_leaves_one_part_a_partition(tmp_path):
    fill(tmp_path)
    before, old = all_rows(tmp_path), committed(tmp_path)
    done = list(compact(store(tmp_path)))
    assert all(group.trouble is None and group.parts == 6 and group.after < group.before for group in done)
    assert {(group.table, *group.partition.values()) for group in done} == {
        (table, site, "2023-11")
        for table in ("comments", "shares", "subscribes", "pages", "threads", "visits")
        for site in ("example.org", "example.net")
    }
    assert all_rows(tmp_path) == before
    assert not committed(tmp_path) & {path for path in old if "/crawls/" not in path}
    assert all(Path(path).is_file() for path in committed(tmp_path))
    assert old <= visible(tmp_path), "a reader that opened the archive before can go on"
    assert list(compact(store(tmp_path))) == [], "there is nothing left to do"


def test_a_compacted_part_is_sorted_in_row_groups_with_a_bloom_filter_on_the_id(tmp_path, monkeypatch):
    monkeypatch.setattr(rewriting, "ROW_GROUP_ROWS", 10)
    monkeypatch.setattr(rewriting, "SLICE_ROWS", 12)
    fill(tmp_path, visits=8)
    list(compact(store(tmp_path), tables=("comments",), site="example.org"))
    [path] = archive.open(str(tmp_path / "archive")).files("comments", site="example.org")
    part = pq.ParquetFile(path)
    assert [part.metadata.row_group(n).num_rows for n in range(part.num_row_groups)] == [10, 10, 10, 6]
    keys = [tuple(row.values()) for row in part.read(["page_id", "thread_id", "position"]).to_pylist()]
    assert keys == sorted(keys)
    column = part.metadata.row_group(0).column(part.schema_arrow.names.index("comment_id"))
    assert column.path_in_schema == "comment_id"
    assert column.compression == "ZSTD"
    if hasattr(column, "bloom_filter_offset"):
        assert column.bloom_filter_offset is not None
    assert len(archive.open(str(tmp_path / "archive")).files("comments", site="example.net")) == 8


def test_an_index_that_follows_the_log_reads_nothing_again_after_a_compaction(tmp_path):
    fill(tmp_path, visits=3)
    exporter = started(tmp_path, "crawl-2")
    assert exporter.index.foreign == 0
    list(compact(store(tmp_path)))
    add_visit(exporter, "later", at=NOW + 60 * SECOND, page_id="example.org", digest="later", comments=["new"])
    exporter.commit(exporter.take())
    assert exporter.index.foreign == 0
    exporter.close()
    assert ("new",) in every(tmp_path, "comments", "comment_id")
    started(tmp_path, "crawl-3").close()


def test_an_index_that_is_behind_a_compaction_and_a_vacuum_is_built_from_what_there_is(tmp_path):
    fill(tmp_path, visits=2)
    behind = started(tmp_path, "crawl-2", "behind")
    behind.close()
    exporter = started(tmp_path, "crawl-3")
    add_visit(exporter, "later", at=NOW + 60 * SECOND, page_id="example.org", digest="later", comments=["new"])
    exporter.commit(exporter.take())
    exporter.close()
    old = committed(tmp_path)
    list(compact(store(tmp_path)))
    for path in old - committed(tmp_path):
        Path(path).unlink()
    exporter = started(tmp_path, "crawl-4", "behind")
    assert set(exporter.index.thread("thread-1")) == {"example.org-0", "example.org-1", "example.net-0", "example.net-1", "new"}
    exporter.close()


@settings(max_examples=20)
@given(
    st.lists(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 3)), max_size=12), min_size=1, max_size=5),
    st.integers(1, 9),
)
def test_merging_sorts_any_parts_whatever_fits_into_memory(tmp_path_factory, parts, slice_rows):
    root, table = tmp_path_factory.mktemp("merge"), TABLES["comments"]
    log = TableLog(store(root), table)
    log.ensure()
    partition = {"site": "example.org", "month": "2023-11"}
    paths, expected = [], []
    for number, rows in enumerate(parts):
        columns = Columns(table)
        columns.add([comment(f"{number}-{n}", page=page, position=at) for n, (page, at) in enumerate(rows)], seen())
        for _, inner in partitions(table, columns.arrow()):
            content = encode(table, inner)
            path = f"site=example.org/month=2023-11/{number}.parquet"
            log.store.stage(f"comments/{path}", content)
            paths.append(path)
        expected += [(page, at) for page, at in rows]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rewriting, "SLICE_ROWS", slice_rows)
        patch.setattr(rewriting, "ROW_GROUP_ROWS", 3)
        whole = rewriting.merge(log, paths, partition, "test") if paths else None
    if whole is None:
        assert expected == []
        return
    found = pq.read_table(root / "archive" / whole.staged)
    assert [tuple(row.values()) for row in found.select(["page_id", "position"]).to_pylist()] == sorted(expected)
    assert whole.rows == len(expected)
    assert whole.stats == statistics(found)


def test_large_parts_are_left_alone_and_small_ones_packed_up_to_the_largest_size(tmp_path, monkeypatch):
    monkeypatch.setattr(compaction, "MOST_ROWS", 8)
    fill(tmp_path, visits=6, sites=("example.org",))  # parts of 1 to 6 comments; 4 are large
    sizes = sorted(group.rows for group in compact(store(tmp_path), tables=("comments",)))
    assert sizes == [6]
    found = sorted(
        pq.read_metadata(path).num_rows for path in archive.open(str(tmp_path / "archive")).files("comments")
    )
    assert found == [4, 5, 6, 6]


def test_a_table_that_grew_a_column_is_compacted_with_nulls_for_the_older_rows(tmp_path):
    fill(tmp_path, visits=2, sites=("example.org",))
    table = TABLES["comments"]
    path = Path(archive.open(str(tmp_path / "archive")).files("comments")[0])
    older = pq.ParquetFile(path).read().drop_columns(["permalink"])
    path.write_bytes(encode(table, older))
    list(compact(store(tmp_path), tables=("comments",)))
    [row] = read(tmp_path, "comments", site="example.org")[:1]
    assert row["permalink"] is None
    assert sum(every(tmp_path, "comments", "comment_id").values()) == 3


def test_a_damaged_part_is_told_and_the_other_partitions_are_compacted(tmp_path):
    fill(tmp_path, visits=3)
    [path, *_] = archive.open(str(tmp_path / "archive")).files("comments", site="example.net")
    content = Path(path).read_bytes()
    Path(path).write_bytes(content[: len(content) // 2])
    done = {group.partition["site"]: group for group in compact(store(tmp_path), tables=("comments",))}
    assert done["example.org"].trouble is None
    assert done["example.org"].after > 0
    assert Path(path).name in str(done["example.net"].trouble)
    assert "scrapy archive verify" in str(done["example.net"].trouble)
    assert done["example.net"].after == 0
    assert path in committed(tmp_path), "nothing was taken out of the table"


def test_a_part_with_fewer_rows_than_the_log_says_is_not_compacted_away(tmp_path):
    fill(tmp_path, visits=3, sites=("example.org",))
    paths = archive.open(str(tmp_path / "archive")).files("comments")
    Path(paths[0]).write_bytes(Path(paths[2]).read_bytes())
    [done] = compact(store(tmp_path), tables=("comments",))
    assert "its parts hold" in str(done.trouble)
    assert set(paths) == set(archive.open(str(tmp_path / "archive")).files("comments"))
    assert list((tmp_path / "archive" / "comments" / "_tmp").iterdir()) == []


def test_a_compaction_that_was_overtaken_by_another_one_leaves_nothing_behind(tmp_path, monkeypatch):
    fill(tmp_path, visits=3, sites=("example.org",))
    before, real = all_rows(tmp_path), compaction.merge

    def merge(*arguments):
        whole = real(*arguments)
        monkeypatch.setattr(compaction, "merge", real)
        assert [done.trouble for done in compact(store(tmp_path), tables=("comments",))] == [None]
        return whole

    monkeypatch.setattr(compaction, "merge", merge)
    [done] = compact(store(tmp_path), tables=("comments",))
    assert "replaced meanwhile" in str(done.trouble)
    assert all_rows(tmp_path) == before
    [path] = archive.open(str(tmp_path / "archive")).files("comments")
    assert {p.name for p in Path(path).parent.iterdir() if "~" in p.name} == {Path(path).name}


def test_a_commit_of_a_crawl_in_between_does_not_cost_the_compaction_its_work(tmp_path, monkeypatch):
    fill(tmp_path, visits=3, sites=("example.org",))
    exporter = started(tmp_path, "crawl-2")
    real, merges = TableLog.commit, []

    def commit(log, snapshot, added, transactions, **options):
        if not merges and not options.get("data_change", True):
            merges.append(log.table.name)
            add_visit(exporter, "between", at=NOW + 60 * SECOND, page_id="p", digest="d", comments=["new"])
            exporter.commit(exporter.take())
            assert not real(log, snapshot, added, transactions, **options), "the snapshot is old"
            return False
        return real(log, snapshot, added, transactions, **options)

    monkeypatch.setattr(TableLog, "commit", commit)
    [done] = compact(store(tmp_path), tables=("comments",))
    exporter.close()
    assert merges == ["comments"]
    assert done.trouble is None
    assert every(tmp_path, "comments", "comment_id")[("new",)] == 1
    assert len(archive.open(str(tmp_path / "archive")).files("comments")) == 2


def test_a_commit_whose_answer_is_lost_is_found_and_one_that_failed_is_told(tmp_path, monkeypatch):
    fill(tmp_path, visits=2, sites=("example.org",))
    before, real = all_rows(tmp_path), TableLog.commit

    def lost(log, *arguments, **options):
        real(log, *arguments, **options)
        raise ArchiveError("the line is dead")

    def failed(log, *arguments, **options):
        raise ArchiveError("the line is dead")

    def repeated(log, *arguments, **options):
        assert real(log, *arguments, **options)
        return False  # the library sent it again, and met its own entry

    monkeypatch.setattr(TableLog, "commit", failed)
    assert [done.trouble for done in compact(store(tmp_path), tables=("comments",))] == ["the line is dead"]
    monkeypatch.setattr(TableLog, "commit", repeated)
    assert [done.trouble for done in compact(store(tmp_path), tables=("pages",))] == [None]
    monkeypatch.setattr(TableLog, "commit", lost)
    assert [done.trouble for done in compact(store(tmp_path), tables=("comments",))] == [None]
    assert all_rows(tmp_path) == before


@pytest.mark.parametrize("step", range(8))
def test_a_compaction_that_is_killed_at_any_step_leaves_every_row_once(tmp_path, monkeypatch, step):
    fill(tmp_path, visits=3, sites=("example.org",))
    before = all_rows(tmp_path)
    steps = ((LocalStore, "stage"), (LocalStore, "publish"), (TableLog, "commit"), (LocalStore, "persist_log"))
    Fuse(monkeypatch, step, steps=steps)
    with pytest.raises(KilledError):
        list(compact(store(tmp_path), tables=("comments",)))
    monkeypatch.undo()
    assert all_rows(tmp_path) == before
    list(compact(store(tmp_path)))
    assert all_rows(tmp_path) == before
    assert len(archive.open(str(tmp_path / "archive")).files("comments")) == 1


def test_two_compactors_and_a_crawl_at_the_same_time_lose_and_double_nothing(tmp_path):
    fill(tmp_path, visits=3, sites=("example.org",))
    arguments = [sys.executable, "-c", COMPACTOR, str(tmp_path / "archive"), "6"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    running = [
        subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment) for _ in range(2)
    ]
    try:
        for process in running:
            assert process.stdout is not None
            assert process.stdout.readline() == b"started\n"
        exporter = started(tmp_path, "crawl-2")
        deadline, visits = time.monotonic() + 30, 0
        while any(process.poll() is None for process in running) and time.monotonic() < deadline:
            add_visit(
                exporter, f"w{visits}", at=NOW + (60 + visits) * SECOND, page_id="p", digest=f"w{visits}", comments=[f"w{visits}"]
            )
            exporter.commit(exporter.take())
            visits += 1
        exporter.close()
        for process in running:
            process.wait(30)
        # Not communicate(): what came with the first line is in the buffer already.
        said = [process.stdout.read().decode() for process in running if process.stdout]
    finally:
        for process in running:
            process.kill()
            process.wait()
            if process.stdout:
                process.stdout.close()
    assert [process.returncode for process in running] == [0, 0], said
    assert "done" in "".join(said)
    counts = every(tmp_path, "comments", "comment_id", "capture_id")
    assert set(counts.values()) == {1}
    assert {key for key in counts if key[0].startswith("w")} == {(f"w{n}", f"w{n}") for n in range(visits)}
    assert sum(counts.values()) == visits + 6


def test_threads_that_compact_the_same_archive_agree(tmp_path):
    fill(tmp_path, visits=4)
    before = all_rows(tmp_path)
    told: list = []
    threads = [threading.Thread(target=lambda: told.extend(compact(store(tmp_path)))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert all_rows(tmp_path) == before
    assert {d.trouble for d in told} <= {None, "its parts were replaced meanwhile, by another compaction or an erasure"}
