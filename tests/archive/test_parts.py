"""Parts lie inside their partition whatever a site is called, and the log's statistics never hide a row."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import PurePosixPath

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from archive_rows import NOW, comment, committed, page, read, seen, started, visible
from deltalake import DeltaTable
from hypothesis import example, given
from hypothesis import strategies as st

from archive.columns import Columns
from archive.errors import ArchiveError
from archive.parts import DELTA_BYTES, DELTA_LENGTHS, DICTIONARY, STATISTICS, directory, encode, partitions, statistics
from archive.schema import SCHEMA_VERSION, TABLES

HOSTILE = [
    "..", ".", "../..", "a/b", "/etc", "a\\b", "a=b", "a%2Fb", "%2e%2e", "example.org:8080", "[::1]:80",
    "bücher.example", "例え.テスト", "a b", "a\nb", "a'b\"c", "x" * 300, "é" * 200, "~", "_tmp", ".hidden", "#?&*",
    "NULL", "__HIVE_DEFAULT_PARTITION__",
]  # fmt: skip


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
@example("..")
@example("a/../../b")
@example("x" * 300)
def test_a_site_names_one_directory_below_its_table(site):
    folder = directory({"site": site, "month": "2024-05"})
    above, month = folder.split("/")
    assert month == "month=2024-05"
    assert above.startswith("site=")
    assert len(above.encode()) <= 255
    assert folder.isascii()
    assert PurePosixPath("/table", folder).parts == ("/", "table", above, month)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), unique=True, min_size=2, max_size=2))
@example(["x" * 300, "x" * 301])
@example(["a/b", "a%2Fb"])
def test_two_sites_never_share_a_directory(sites):
    one, other = (directory({"site": site, "month": "2024-05"}) for site in sites)
    assert one != other


@pytest.mark.parametrize("month", ["", "2024", "2024-13", "2024-5", "../..", "2024-05/x"])
def test_a_month_that_is_none_is_refused(month):
    with pytest.raises(ArchiveError, match="is no month"):
        directory({"site": "example.org", "month": month})


def test_rows_of_sites_with_hostile_names_are_found_again_by_every_path(tmp_path):
    exporter = started(tmp_path)
    for number, site in enumerate(HOSTILE):
        exporter.add("pages", [page(f"page-{number}")], seen(site=site))
    exporter.commit(exporter.take())
    exporter.close()
    assert visible(tmp_path) == committed(tmp_path)
    started(tmp_path, "crawl-2", "other-state").close()  # reads them all for its index
    assert {path.name for path in tmp_path.iterdir()} - {"other-state"} == {"archive", "state"}
    assert {path.name for path in (tmp_path / "archive").iterdir()} == set(TABLES)
    assert len(list((tmp_path / "archive" / "pages").glob("site=*/month=2023-11/*.parquet"))) == len(HOSTILE)
    assert {row["page_id"]: row["site"] for row in read(tmp_path, "pages")} == {
        f"page-{number}": site for number, site in enumerate(HOSTILE)
    }
    for number, site in enumerate(HOSTILE):
        assert [row["page_id"] for row in read(tmp_path, "pages", site=site)] == [f"page-{number}"]


def part(name: str, *rows, at: int = NOW) -> pa.Table:
    columns = Columns(TABLES[name])
    columns.add(rows, seen(at=at))
    return next(partitions(TABLES[name], columns.arrow()))[1]


@given(st.lists(st.integers(-62_135_596_800_000_000, 253_402_300_799_998_999), min_size=1, max_size=3))
@example([NOW])
@example([-1])
@example([999])
def test_no_time_lies_outside_the_statistics_of_its_part(times):
    found = json.loads(statistics(part("comments", *(comment("a", published_at=time) for time in times))))
    assert found["numRecords"] == len(times)

    def micros(text: str) -> int:
        past = datetime.fromisoformat(text) - datetime.fromisoformat("1970-01-01T00:00:00Z")
        return (past.days * 86_400 + past.seconds) * 1_000_000 + past.microseconds

    assert micros(found["minValues"]["published_at"]) <= min(times)
    assert micros(found["maxValues"]["published_at"]) >= max(times)


def test_a_reader_that_skips_by_statistics_finds_the_row_of_the_last_microsecond(tmp_path):
    exporter = started(tmp_path)
    exporter.add("pages", [page()], seen(at=NOW))
    exporter.commit(exporter.take())
    exporter.close()
    table = DeltaTable(str(tmp_path / "archive" / "pages"))
    for micros, parts in ((123_456, 1), (125_000, 0)):
        bound = datetime(2023, 11, 14, 22, 13, 20, micros, UTC)
        assert len(table.file_uris(file_pruning_predicate=[("observed_at", ">=", bound)])) == parts


def test_nothing_that_a_person_wrote_stands_in_the_log(tmp_path):
    exporter = started(tmp_path)
    texts = ("author_name", "author_id", "author_url", "text", "text_html")
    exporter.add("comments", [comment("a", **{name: f"Ottilie's {name}" for name in texts})], seen())
    exporter.commit(exporter.take())
    exporter.close()
    log = b"".join(path.read_bytes() for path in (tmp_path / "archive" / "comments" / "_delta_log").iterdir())
    assert b"Ottilie" not in log
    assert b"page-1" in log
    kept = DeltaTable(str(tmp_path / "archive" / "comments")).metadata().configuration["delta.dataSkippingStatsColumns"]
    assert kept.split(",") == ["observed_at", "published_at", "page_id", "thread_id"]


def test_a_long_value_is_left_out_of_the_statistics_rather_than_cut():
    found = json.loads(statistics(part("pages", page("p" * 65))))
    assert "page_id" not in found["minValues"]
    assert "observed_at" in found["maxValues"]


def test_a_part_is_encoded_as_it_is_said_to_be():
    rows = part("comments", comment("b", thread="2", position=0), comment("a", thread="1", position=1))
    content = encode(TABLES["comments"], rows)
    found = pq.ParquetFile(pa.BufferReader(content))
    group = found.metadata.row_group(0)
    columns = {group.column(at).path_in_schema: group.column(at) for at in range(group.num_columns)}
    assert columns["comment_id"].compression == "ZSTD"
    assert "DELTA_BYTE_ARRAY" in columns["permalink"].encodings
    assert "DELTA_LENGTH_BYTE_ARRAY" in columns["comment_id"].encodings
    assert "RLE_DICTIONARY" in columns["thread_id"].encodings
    assert columns["comment_id"].has_offset_index
    order = [rows.schema.names[key.column_index] for key in group.sorting_columns]
    assert tuple(order) == TABLES["comments"].sort_by
    assert found.schema_arrow.metadata[b"talkback.schema_version"] == str(SCHEMA_VERSION).encode()
    assert found.schema_arrow.metadata[b"talkback.writer"] == f"talkback/{SCHEMA_VERSION}".encode()
    assert found.read(["comment_id"]).column(0).to_pylist() == ["a", "b"]


def test_the_encoding_tables_name_columns_that_exist():
    names = {name for table in TABLES.values() for name in table.schema.names}
    assert names >= DICTIONARY
    assert names >= DELTA_BYTES | DELTA_LENGTHS
    assert names >= set(STATISTICS)
    assert len(DICTIONARY | DELTA_BYTES | DELTA_LENGTHS) == len(DICTIONARY) + len(DELTA_BYTES) + len(DELTA_LENGTHS)


@pytest.mark.parametrize("name", TABLES)
def test_a_part_says_its_types_without_arrows_schema_beside_them(name):
    schema = TABLES[name].schema
    content = encode(TABLES[name], schema.empty_table())
    found = pq.ParquetFile(pa.BufferReader(content))
    assert b"ARROW:schema" not in found.metadata.metadata
    assert found.schema_arrow.remove_metadata().equals(schema.remove_metadata())


def test_no_text_stands_a_second_time_in_the_statistics_of_its_part():
    text = "a text that was written by a person"
    content = encode(TABLES["comments"], part("comments", comment("a", text=text, text_html=text, author_name=text)))
    raw = pq.ParquetFile(pa.BufferReader(content)).metadata
    group = raw.row_group(0)
    kept = {group.column(at).path_in_schema: group.column(at).statistics for at in range(group.num_columns)}
    assert kept["text"] is kept["text_html"] is kept["author_name"] is None
    assert kept["thread_id"].min == "thread-1"
    assert kept["observed_at"].has_min_max


def test_a_part_of_a_thread_of_twenty_comments_is_mostly_comments():
    rows = [comment(f"{number}", text=f"{number} " * 90, position=number) for number in range(20)]
    assert len(encode(TABLES["comments"], part("comments", *rows))) < 12_000
