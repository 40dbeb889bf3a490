"""The archive is read as it is now, as it was at a time, and as it became; by us and by everybody's tools."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta, timezone

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as pa_dataset
import pytest
from archive_rows import NOW, SECOND, add_visit, at, comment, crawl, ledger, page, read, seen, started

import archive
from archive.errors import ArchiveError
from archive.schema import TABLES


@pytest.fixture
def opened(tmp_path):
    """Page-1 at seconds 0, 2 and 4 (b appears, a is edited, b disappears), page-2 of another site at 1."""
    exporter = started(tmp_path)
    exporter.add("crawls", [crawl()])
    add_visit(exporter, "visit-0", comments=["a"])
    add_visit(exporter, "visit-1", at=NOW + SECOND, page_id="page-2", site="example.net", comments=["z"])
    exporter.commit(exporter.take())
    edited = comment("a", text="edited", change="edited")
    add_visit(exporter, "visit-2", at=NOW + 2 * SECOND, digest="digest-2", comments=[edited, "b"])
    gone = comment("b", text=None, content_digest="digest of text of b", status="disappeared", change="removed")
    add_visit(exporter, "visit-4", at=NOW + 4 * SECOND, digest="digest-2", comments=[gone])
    exporter.add("crawls", [crawl(ended_at=NOW + 5 * SECOND, reason="finished")])
    exporter.commit(exporter.take())
    exporter.close()
    return archive.open(str(tmp_path / "archive"))


def states(rows) -> dict:
    return {row["comment_id"]: (row["text"], row["status"]) for row in rows.to_pylist()}


A, EDITED, Z = ("text of a", "visible"), ("edited", "visible"), ("text of z", "visible")
B, GONE = ("text of b", "visible"), (None, "disappeared")


def test_the_latest_state_is_read_unless_asked_otherwise(opened):
    assert states(opened.comments()) == {"a": EDITED, "b": GONE, "z": Z}
    assert {r["page_id"]: r["content_digest"] for r in opened.pages().to_pylist()} == {
        "page-1": "digest-2",
        "page-2": "digest-1",
    }
    for blocks, rows in ((opened.shares(), 2), (opened.subscribes(), 1)):
        found = Counter((row["page_id"], row["capture_id"]) for row in blocks.to_pylist())
        assert found == {("page-1", "visit-2"): rows, ("page-2", "visit-1"): rows}
    assert sorted(row["capture_id"] for row in opened.threads().to_pylist()) == ["visit-1", "visit-4"]
    assert [row["reason"] for row in opened.crawls().to_pylist()] == ["finished"]


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        (-1, {}),
        (0, {"a": A}),
        (1, {"a": A, "z": Z}),
        (2, {"a": EDITED, "b": B, "z": Z}),
        (3, {"a": EDITED, "b": B, "z": Z}),
        (4, {"a": EDITED, "b": GONE, "z": Z}),
    ],
)
def test_as_of_gives_the_archive_as_it_was_observed_until_then(opened, second, expected):
    assert states(opened.comments(as_of=at(second))) == expected
    assert states(opened.comments(as_of=at(second).astimezone(timezone(timedelta(hours=5))))) == expected
    pages = {r["page_id"]: r["content_digest"] for r in opened.pages(as_of=at(second)).to_pylist()}
    assert pages.get("page-1") == (None if second < 0 else "digest-1" if second < 2 else "digest-2")
    captures = {r["capture_id"] for r in opened.shares(as_of=at(second), site="example.org").to_pylist()}
    assert captures == (set() if second < 0 else {"visit-0"} if second < 2 else {"visit-2"})


def test_as_of_reaches_to_the_microsecond(opened):
    before = at(0) - timedelta(microseconds=1)
    assert opened.comments(as_of=before).to_table().num_rows == 0
    with pytest.raises(ArchiveError, match="no time zone"):
        opened.comments(as_of=datetime(2024, 1, 1))  # noqa: DTZ001 - that is what is refused


def test_history_has_every_state(opened):
    assert opened.comments(history=True).to_table().num_rows == 5
    assert opened.pages(history=True).to_table().num_rows == 3
    assert opened.shares(history=True).to_table().num_rows == 6
    assert opened.threads(history=True).to_table().num_rows == 4
    assert opened.crawls(history=True).to_table().num_rows == 2
    assert opened.comments(history=True, as_of=at(1)).to_table().num_rows == 2


def test_a_site_is_read_alone(opened):
    assert states(opened.comments(site="example.net")) == {"z": Z}
    assert opened.comments(site="example.com").to_table().num_rows == 0
    assert len(opened.files("comments", site="example.net")) == 1
    assert len(opened.files("comments")) == 3
    assert len(opened.files("crawls", site="example.net")) == 2


def test_a_thread_that_moved_to_another_site_has_one_latest_state_whoever_reads(tmp_path):
    exporter = started(tmp_path)
    for turn, site in enumerate(("old.example", "new.example")):
        gone = comment("b", text=None, content_digest="digest of text of b", status="disappeared", change="removed")
        exporter.add("comments", [gone] if turn else [comment("a"), comment("b")], seen(f"visit-{turn}", NOW + turn * SECOND, site))
        exporter.add("threads", [ledger(verdict=("complete", "partial")[turn])], seen(f"visit-{turn}", NOW + turn * SECOND, site))
    exporter.add("comments", [comment("z", thread="thread-2")], seen("visit-2", NOW, "new.example"))
    exporter.commit(exporter.take())
    exporter.close()
    opened = archive.open(str(tmp_path / "archive"))
    assert states(opened.comments()) == {"a": A, "b": GONE, "z": Z}
    assert states(opened.comments(thread="thread-1")) == {"a": A, "b": GONE}
    assert states(opened.comments(as_of=at(0))) == {"a": A, "b": B, "z": Z}
    assert states(opened.comments(site="old.example")) == {"a": A, "b": B}, "as that site showed it"
    assert len(opened.comments().to_pylist()) == 3
    assert opened.info().verdicts == {"partial": 1}
    connection = duckdb.connect()
    archive.views(connection, opened)
    for table in ("comments", "threads"):
        rows = connection.sql(f"SELECT * FROM {table}").to_arrow_table().to_pylist()
        key = "comment_id" if table == "comments" else "thread_id"
        assert {(row[key], row["site"]) for row in rows} == {(row[key], row["site"]) for row in opened.rows(table).to_pylist()}
        assert len(rows) == len(opened.rows(table).to_pylist())


def test_every_table_has_its_schema_even_without_rows(tmp_path):
    started(tmp_path).close()
    opened = archive.open(str(tmp_path / "archive"))
    for name, table in TABLES.items():
        rows = getattr(opened, name)()
        assert rows.to_table().schema.equals(table.schema)
        assert rows.to_table().num_rows == 0
        assert opened.files(name) == []


def test_rows_are_what_duckdb_polars_and_pandas_take(opened):
    expected = sorted(row["comment_id"] for row in opened.comments().to_pylist())
    rows = opened.comments().select("comment_id", "text")
    assert rows.to_table().schema.names == ["comment_id", "text"]
    assert sorted(pl.DataFrame(rows)["comment_id"]) == expected
    assert sorted(rows.to_pandas()["comment_id"]) == expected
    found = duckdb.from_arrow(rows.reader()).order("comment_id").project("comment_id").fetchall()
    assert [name for (name,) in found] == expected
    assert pa.table(rows).num_rows == 3


def test_everybodys_readers_see_the_same_rows(opened, tmp_path):
    expected = sorted((r["comment_id"], r["change"], r["site"]) for r in opened.comments(history=True).to_pylist())
    files, names = opened.files("comments"), ["comment_id", "change", "site"]
    by_duckdb = duckdb.execute(
        "SELECT comment_id, change, site FROM read_parquet(?, hive_partitioning = true)", [files]
    ).fetchall()
    by_polars = pl.scan_delta(str(tmp_path / "archive" / "comments")).select(names).collect().rows()
    frame = pd.read_parquet(tmp_path / "archive" / "comments", columns=names)
    by_pandas = [tuple(map(str, row)) for row in frame[names].itertuples(index=False)]
    hive = pa_dataset.partitioning(flavor="hive", schema=pa.schema([("site", pa.string()), ("month", pa.string())]))
    found = pa_dataset.dataset(str(tmp_path / "archive" / "comments"), partitioning=hive).to_table(columns=names)
    by_arrow = [tuple(row.values()) for row in found.to_pylist()]
    for name, rows in (("duckdb", by_duckdb), ("polars", by_polars), ("pandas", by_pandas), ("arrow", by_arrow)):
        assert sorted(rows) == expected, name


def test_polars_finds_by_time_what_lies_on_the_last_microsecond(opened, tmp_path):
    scan = pl.scan_delta(str(tmp_path / "archive" / "comments"))
    assert scan.filter(pl.col("observed_at") >= at(4)).collect().height == 1
    assert scan.filter(pl.col("observed_at") == at(0)).collect().height == 1


def test_info_counts_what_there_is(opened):
    info = opened.info()
    assert info.rows == {"comments": 5, "shares": 6, "subscribes": 3, "pages": 3, "threads": 4, "visits": 4, "crawls": 2}
    assert info.sites == ["example.net", "example.org"]
    assert (info.first, info.last) == (at(0).replace(microsecond=123_000), at(4).replace(microsecond=124_000))
    assert info.verdicts == {"complete": 2}
    assert info.changes == {"new": 3, "edited": 1, "removed": 1}
    assert all(info.bytes[table] > 0 for table in TABLES)
    assert info.parts["comments"] == 3


def test_a_site_of_many_parts_is_read_in_batches(tmp_path):
    exporter = started(tmp_path)
    for number in range(3):
        rows = [comment(f"{n}", position=n, text=f"{number}", change="edited") for n in range(500)]
        exporter.add("comments", rows, seen(f"v{number}", NOW + number * SECOND))
        exporter.add("pages", [page(digest=f"{number}")], seen(f"v{number}", NOW + number * SECOND))
        exporter.commit(exporter.take())
    exporter.close()
    found = read(tmp_path, "comments")
    assert len(found) == 500
    assert {row["text"] for row in found} == {"2"}
    batches = list(archive.open(str(tmp_path / "archive")).comments(history=True).batches())
    assert sum(batch.num_rows for batch in batches) == 1500
    assert len(batches) > 1


def test_a_slip_in_a_name_does_not_read_something_else(opened):
    with pytest.raises(TypeError, match=r"comments\(\) takes no 'sites', but site, page"):
        opened.comments(sites="example.org")
