"""A slice of the archive is one file with exactly these rows, in every format, or there is no file at all."""

from __future__ import annotations

import csv
import io
import json
import os
from datetime import datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from archive_rows import NOW, SECOND, at, comment, ledger, page, seen, started
from hypothesis import given, settings
from test_columns import records

import archive
from archive.errors import ArchiveError
from archive.export import FORMATS, export, of_verdict, whole_file
from archive.schema import TABLES

GAPS = [{"parent": None, "expected": 3, "got": 1, "reason": "gone"}]


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    root = tmp_path_factory.mktemp("export")
    exporter = started(root)
    for number, verdict in enumerate(("partial", "complete", "partial")):
        where = seen(f"v{number}", NOW + number * SECOND, site=("example.org", "example.org", "example.net")[number])
        rows = [comment(f"c{number}", thread=f"t{number}", text='"Quoted", he said;\n=1+1 é\u2028')]
        exporter.add("comments", rows, where)
        exporter.add("threads", [ledger(f"t{number}", verdict=verdict, gaps=GAPS, orders_walked=["html"])], where)
        exporter.add("pages", [page(digest=f"{number}", tags=["a", "b"], duration_s=1.5)], where)
    exporter.add("threads", [ledger("t0", verdict="complete")], seen("v9", NOW + 9 * SECOND))
    exporter.add("comments", [comment("c0", thread="t0", text="edited", change="edited")], seen("v9", NOW + 9 * SECOND))
    exporter.commit(exporter.take())
    exporter.close()
    return archive.open(str(root / "archive"))


def exported(rows, kind: str, verdict: str | None = None) -> tuple[int, bytes]:
    out = io.BytesIO()
    return export(rows, of_verdict(rows, verdict), kind, out), out.getvalue()


def parsed(kind: str, content: bytes) -> list[dict]:
    if kind == "parquet":
        return pq.read_table(io.BytesIO(content)).to_pylist()
    if kind == "jsonl":
        return [json.loads(line) for line in content.decode().split("\n")[:-1]]
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("table", TABLES)
def test_every_table_is_exported_in_every_format_with_all_its_columns(opened, table, kind):
    rows = opened.rows(table, history=True)
    count, content = exported(rows, kind)
    found = parsed(kind, content)
    assert count == len(found) == len(rows.to_pylist())
    for row in found:
        assert list(row) == TABLES[table].schema.names


def test_values_stand_in_each_format_as_its_readers_expect_them(opened):
    rows = opened.comments(site="example.net")
    [parquet], [line], [cells] = (parsed(kind, exported(rows, kind)[1]) for kind in ("parquet", "jsonl", "csv"))
    assert parquet == rows.to_pylist()[0]
    assert line["observed_at"] == cells["observed_at"] == "2023-11-14T22:13:22.123456Z"
    assert line["text"] == cells["text"] == parquet["text"]
    assert (line["like_count"], cells["like_count"]) == (None, "")
    [ledger_line], [ledger_cells] = (parsed(k, exported(opened.threads(site="example.net"), k)[1]) for k in ("jsonl", "csv"))
    assert ledger_line["gaps"] == json.loads(ledger_cells["gaps"]) == GAPS
    [page_cells] = parsed("csv", exported(opened.pages(site="example.net"), "csv")[1])
    assert (json.loads(page_cells["tags"]), page_cells["duration_s"]) == (["a", "b"], "1.5")


@pytest.mark.parametrize(
    ("which", "expected"),
    [
        ({}, {"c0", "c1", "c2"}),
        ({"site": "example.net"}, {"c2"}),
        ({"thread": "t1"}, {"c1"}),
        ({"page": "page-2"}, set()),
        ({"since": at(2)}, {"c0", "c2"}),
        ({"until": at(2)}, {"c1"}),
        ({"since": at(1), "until": at(2)}, {"c1"}),
        ({"until": at(9)}, {"c1", "c2"}),
        ({"until": at(9), "history": True}, {"c0", "c1", "c2"}),
        ({"as_of": at(1)}, {"c0", "c1"}),
        ({"as_of": at(1), "since": at(1)}, {"c1"}),
    ],
)
def test_the_slice_holds_what_was_asked_for(opened, which, expected):
    assert {row["comment_id"] for row in opened.comments(**which).to_pylist()} == expected
    assert {row["comment_id"] for row in opened.comments(**which).select("comment_id").to_pylist()} == expected


@pytest.mark.parametrize(
    ("verdict", "expected"), [(None, {"c0", "c1", "c2"}), ("complete", {"c0", "c1"}), ("partial", {"c2"}), ("none", set())]
)
def test_a_verdict_is_that_of_the_threads_latest_visit(opened, verdict, expected):
    for rows in (opened.comments(), opened.comments(history=True), opened.comments().select("comment_id")):
        found = [row["comment_id"] for row in parsed("jsonl", exported(rows, "jsonl", verdict)[1])]
        assert set(found) == expected
    assert {row["thread_id"].replace("t", "c") for row in parsed("csv", exported(opened.threads(), "csv", verdict)[1])} == expected


def test_a_slice_that_makes_no_sense_is_refused(opened):
    with pytest.raises(ArchiveError, match="rows of table pages have no verdict; those of comments, threads do"):
        exported(opened.pages(), "csv", "complete")
    with pytest.raises(ArchiveError, match="rows of table pages have no thread_id; leave out thread='t1'"):
        opened.pages(thread="t1")
    with pytest.raises(ArchiveError, match="rows of table crawls have no site"):
        opened.crawls(site="example.org")
    with pytest.raises(ArchiveError, match=r"since=2024-01-01T00:00:00 has no time zone"):
        opened.comments(since=datetime(2024, 1, 1))  # noqa: DTZ001 - that is what is refused
    with pytest.raises(ArchiveError, match="no table 'likes'"):
        opened.rows("likes")


def test_parquet_is_written_in_whole_row_groups(opened, monkeypatch):
    monkeypatch.setattr("archive.export.ROW_GROUP_ROWS", 3)
    monkeypatch.setattr("archive.upkeep.rewriting.ROW_GROUP_ROWS", 3)
    monkeypatch.setattr("archive.upkeep.rewriting.SLICE_ROWS", 1)
    for rows, groups in ((opened.comments(history=True), [3, 1]), (opened.comments(), [3]), (opened.shares(), [])):
        part = pq.ParquetFile(io.BytesIO(exported(rows, "parquet")[1]))
        assert [part.metadata.row_group(n).num_rows for n in range(part.num_row_groups)] == groups


def test_a_file_has_its_name_only_when_it_is_whole(tmp_path):
    path = tmp_path / "slice.csv"
    path.write_text("before")

    def half() -> None:
        with whole_file(path) as out:
            out.write(b"half")
            assert path.read_text() == "before"
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half()
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("slice.csv", "before")]
    with whole_file(path) as out:
        out.write(b"whole")
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("slice.csv", "whole")]


def test_a_pipe_and_a_link_stay_what_they_are(tmp_path):
    pipe, link, file = (tmp_path / name for name in ("pipe", "link", "file"))
    os.mkfifo(pipe)
    link.symlink_to(file)
    with os.fdopen(os.open(pipe, os.O_RDONLY | os.O_NONBLOCK), "rb") as reader:
        for path in (pipe, link):
            with whole_file(path) as out:
                out.write(b"whole")
        assert reader.read() == b"whole"
    assert (pipe.is_fifo(), link.is_symlink(), file.read_bytes()) == (True, True, b"whole")
    assert len(list(tmp_path.iterdir())) == 3


@pytest.mark.parametrize("name", ["nowhere/slice.csv", "folder"])
def test_a_place_that_cannot_be_written_is_named(tmp_path, name):
    (tmp_path / "folder").mkdir()
    with pytest.raises(ArchiveError, match=f"cannot write {tmp_path / name}"), whole_file(tmp_path / name) as out:
        out.write(b"x")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_a_damaged_part_ends_the_export_with_its_name(tmp_path):
    exporter = started(tmp_path)
    exporter.add("comments", [comment("a")], seen())
    exporter.commit(exporter.take())
    exporter.close()
    opened = archive.open(str(tmp_path / "archive"))
    [path] = opened.files("comments")
    Path(path).write_bytes(b"PAR1 no more")
    with pytest.raises(ArchiveError, match=f"{Path(path).name}.*scrapy archive verify"):
        exported(opened.comments(history=True), "jsonl")


@given(records("comments"))
@settings(max_examples=30)
def test_json_lines_hold_one_line_for_any_row(row):
    from archive.columns import Columns

    columns = Columns(TABLES["comments"])
    columns.add([row], seen())
    [batch] = columns.arrow().to_batches()
    out = io.BytesIO()
    assert FORMATS["jsonl"](None, iter([batch]), out) == 1
    assert out.getvalue().count(b"\n") == 1
    assert json.loads(out.getvalue())["text"] == row.text
