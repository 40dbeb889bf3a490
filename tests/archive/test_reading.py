"""Everybody's readers give the same rows, and the examples of docs/reading.md run as they stand."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.dataset as pa_dataset
import pyarrow.parquet as pq
import pytest
from archive_rows import NOW, SECOND, add_visit, comment, page, read, seen, started
from test_compact import fill, store
from test_parts import HOSTILE

import archive
from archive.duckdb_views import sql
from archive.parts import encode
from archive.reader import Archive
from archive.schema import TABLES
from archive.upkeep.compact import compact
from archive.upkeep.erase import Subject, erase

DOCS = Path(__file__).parents[2] / "docs" / "reading.md"


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    """An archive with states, a compaction, an erasure, replaced parts that still lie there, and a removed comment."""
    root = tmp_path_factory.mktemp("lived")
    fill(root, visits=4)
    list(compact(store(root)))
    exporter = started(root, "crawl-2")
    gone = comment("example.org-0", page="example.org", text=None, status="disappeared", change="removed")
    at = NOW + 40 * 86_400 * SECOND
    add_visit(exporter, "later", at=at, page_id="example.org", digest="later", comments=[gone, "fresh"])
    exporter.commit(exporter.take())
    exporter.close()
    erase(str(root / "archive"), Subject(comment_id="example.net-1"), state_dir=root / "state")
    return root


def in_order(rows) -> Counter:
    return Counter(tuple(map(str, row)) for row in rows)


COLUMNS = {name: ["site", *table.columns[:2]] for name, table in TABLES.items()} | {"crawls": ["month", "crawl_id", "spider"]}


@pytest.mark.parametrize("table", TABLES)
def test_four_readers_give_the_same_states(lived, table):
    names, opened = COLUMNS[table], archive.open(str(lived / "archive"))
    ours = in_order(row.values() for row in opened.rows(table, history=True).select(*names).to_pylist())
    assert ours.total() > 0
    connection = duckdb.connect()
    archive.views(connection, opened)
    by = {
        "duckdb": connection.sql(f"SELECT {', '.join(names)} FROM {table}_history").fetchall(),
        "polars": pl.scan_delta(str(lived / "archive" / table)).select(names).collect().rows(),
        "pandas": opened.rows(table, history=True).to_pandas()[names].itertuples(index=False),
    }
    hive = pa_dataset.partitioning(
        flavor="hive", schema=pa.schema([(name, pa.string()) for name in TABLES[table].partition_by])
    )
    found = pa_dataset.dataset(opened.files(table), partitioning=hive).to_table(columns=names)
    by["pyarrow"] = [tuple(row.values()) for row in found.to_pylist()]
    for reader, rows in by.items():
        assert in_order(rows) == ours, reader


@pytest.mark.parametrize("table", TABLES)
def test_a_frugal_reader_gives_the_same_rows(lived, table):
    frugal = Archive(store(lived), is_frugal=True)
    for history in (False, True):
        rows = frugal.rows(table, history=history).to_pylist()
        assert rows == archive.open(str(lived / "archive")).rows(table, history=history).to_pylist()


@pytest.mark.parametrize("table", TABLES)
def test_the_views_of_duckdb_hold_the_latest_states(lived, table):
    opened = archive.open(str(lived / "archive"))
    connection = duckdb.connect()
    archive.views(connection, opened)
    names = TABLES[table].schema.names
    ours = opened.rows(table).select(*names).to_table()
    theirs = connection.sql(f"SELECT {', '.join(names)} FROM {table}").to_arrow_table()
    assert theirs.schema.names == names
    key = names[:1] if table == "crawls" else [n for n in names if n.endswith("_id")][-2:]
    assert in_order(zip(*(ours.column(n).to_pylist() for n in key), strict=True)) == in_order(
        zip(*(theirs.column(n).to_pylist() for n in key), strict=True)
    )
    assert [field.type for field in connection.sql(f"SELECT * FROM {table} WHERE false").to_arrow_table().schema] == [
        field.type for field in theirs.schema
    ]


def test_the_views_know_every_site_by_its_name(tmp_path):
    root = tmp_path / "an [odd] d*r?"
    root.mkdir()
    exporter = started(root)
    for number, site in enumerate(HOSTILE):
        exporter.add("pages", [page(f"page-{number}")], seen(site=site))
    exporter.commit(exporter.take())
    exporter.close()
    shutil.copytree(root, tmp_path / "an o dxrx")  # what the name would find as a pattern
    for path in (tmp_path / "an o dxrx").rglob("*.parquet"):
        path.write_bytes(b"PAR1 no more")
    connection = duckdb.connect()
    archive.views(connection, archive.open(str(root / "archive")))
    assert dict(connection.sql("SELECT page_id, site FROM pages").fetchall()) == {
        f"page-{number}": site for number, site in enumerate(HOSTILE)
    }
    for site in ("a'b\"c", "x" * 300):
        assert connection.execute("SELECT count(*) FROM pages_history WHERE site = ?", [site]).fetchone() == (1,)


def test_the_views_of_an_archive_without_rows_or_with_older_parts_have_every_column(tmp_path):
    started(tmp_path).close()
    connection = duckdb.connect()
    connection.execute(sql(archive.open(str(tmp_path / "archive"))))
    for name, table in TABLES.items():
        assert [row[0] for row in connection.sql(f"DESCRIBE {name}").fetchall()] == table.schema.names
    fill(tmp_path, visits=1)


    for path in archive.open(str(tmp_path / "archive")).files("comments"):
        older = pq.ParquetFile(path).read().drop_columns(["permalink"])
        Path(path).write_bytes(encode(TABLES["comments"], older))
    connection.execute(sql(archive.open(str(tmp_path / "archive"))))
    assert connection.sql("SELECT DISTINCT permalink FROM comments").fetchall() == [(None,)]


def test_the_examples_of_the_documentation_run(lived, tmp_path, monkeypatch, capsys):
    shutil.copytree(lived / "archive", tmp_path / "data" / "archive")
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL)
    assert len(blocks) == 5
    names: dict = {}
    for block in blocks:
        exec(compile(block, str(DOCS), "exec"), names)
    shown = capsys.readouterr().out
    assert "example.org" in shown
    assert "gone_since" in shown
    latest = {row["comment_id"]: row["text"] for row in names["opened"].comments().to_pylist()}
    assert dict(names["latest"].select("comment_id", "text").rows()) == latest
    assert len(names["frame"]) == len(latest)
    assert names["comments"].height == len(latest)


def test_a_plain_pattern_over_the_parts_meets_no_unfinished_file(lived):


    assert sum(pq.read_metadata(path).num_rows for path in (lived / "archive").glob("*/**/month=*/*.parquet")) > 0
    assert read(lived, "comments")
