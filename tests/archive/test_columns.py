"""Every record comes back from its columns as it went in, and what does not fit is refused by name."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from archive_rows import NOW, comment, crawl, page, seen, share
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.columns import PROVENANCE, Columns, month_of
from archive.errors import ArchiveError
from archive.index import Pending
from archive.parts import encode, partitions
from archive.schema import TABLES, Provenance
from archive.states import packed

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
YEARS = st.integers(-62_135_596_800_000_000, 253_402_300_799_999_999)
"""Microseconds of the years 1 to 9999."""


def values_of(kind: pa.DataType) -> st.SearchStrategy:
    if pa.types.is_list(kind):
        return st.lists(values_of(kind.value_type), max_size=3)
    if pa.types.is_struct(kind):
        return st.fixed_dictionaries({field.name: st.none() | values_of(field.type) for field in kind.fields})
    if pa.types.is_string(kind):
        return TEXT
    if pa.types.is_boolean(kind):
        return st.booleans()
    if pa.types.is_floating(kind):
        return st.floats(allow_nan=False)
    if pa.types.is_timestamp(kind):
        return YEARS
    return st.integers(-(1 << kind.bit_width - 1), (1 << kind.bit_width - 1) - 1)


@st.composite
def records(draw, name: str):
    table = TABLES[name]
    values = {}
    for field in fields(table.record):
        given_value = values_of(table.schema.field(field.name).type)
        values[field.name] = draw(st.none() | given_value if field.default is None else given_value)
    if name == "crawls":
        values["month"] = ""
    return table.record(**values)


def plain(column: pa.ChunkedArray) -> list:
    return (column.cast(pa.int64()) if pa.types.is_timestamp(column.type) else column).to_pylist()


@pytest.mark.parametrize("name", TABLES)
@given(st.data())
@settings(max_examples=25)
def test_records_of_every_table_come_back_from_a_parquet_part_as_they_went_in(name, data):
    table = TABLES[name]
    rows = data.draw(st.lists(records(name), min_size=1, max_size=4))
    columns = Columns(table)
    at = data.draw(YEARS)
    columns.add(rows, None if name == "crawls" else seen(at=at))
    arrow = columns.arrow()
    assert arrow.schema.equals(table.schema)
    for column in table.columns:
        expected = [getattr(row, column) for row in rows]
        if column == "month":
            expected = [month_of(row.started_at) for row in rows]
        assert plain(arrow.column(column)) == expected
    if name != "crawls":
        assert set(arrow.column("month").to_pylist()) == {month_of(at)}
    parts = [encode(table, part) for _, part in partitions(table, arrow)]
    assert sum(pq.read_table(pa.BufferReader(part)).num_rows for part in parts) == len(rows)


def test_a_part_holds_exactly_the_values_of_its_rows():
    columns = Columns(TABLES["comments"])
    columns.add([comment("b", position=1, text="é\n\n漢字 😀"), comment("a", position=0)], seen())
    [(partition, rows)] = partitions(TABLES["comments"], columns.arrow())
    assert partition == {"site": "example.org", "month": "2023-11"}
    back = pq.read_table(pa.BufferReader(encode(TABLES["comments"], rows))).to_pylist()
    assert [(row["comment_id"], row["text"]) for row in back] == [("a", "text of a"), ("b", "é\n\n漢字 😀")]
    assert back[0]["observed_at"] == datetime(2023, 11, 14, 22, 13, 20, 123456, UTC)
    assert not {"site", "month"} & set(back[0])


def test_rows_of_several_chunks_keep_their_order_and_their_states_can_be_asked_for(monkeypatch):
    monkeypatch.setattr("archive.columns.CHUNK_ROWS", 3)
    columns = Columns(TABLES["comments"])
    pending = Pending()
    names = [f"{number}" for number in range(10)]
    for at, some in enumerate((names[:1], names[1:5], [], names[5:6], names[6:])):
        rows = [comment(name, thread=f"thread-{int(name) // 2}") for name in some]
        added = columns.add(rows, seen(f"capture-{at}"))
        if rows:
            pending.add_comments(added)
    rows = columns.hand_over()
    assert rows.column("comment_id").to_pylist() == names
    assert rows.column("capture_id").to_pylist() == ["capture-0"] + ["capture-1"] * 4 + ["capture-3"] + ["capture-4"] * 4
    assert (pending.comments, columns.arrow().num_rows) == (10, 0)
    expected = [run for capture in (0, 1, 3, 4) for run in packed(rows.filter(pc.field("capture_id") == f"capture-{capture}"))]
    assert sorted(pending.runs()) == sorted(expected)
    for number in range(5):
        states = dict(pending.thread(f"thread-{number}"))
        assert list(states) == names[number * 2 : number * 2 + 2]
        assert {state.content_digest for state in states.values()} == {f"digest of text of {n}" for n in states}
    assert [state.capture_id for _, state in pending.thread("thread-0")] == ["capture-0", "capture-1"]


@pytest.mark.parametrize(
    ("table", "row", "message"),
    [
        ("comments", comment("a", text=7), "table comments, field text: 7 is no text"),
        ("comments", comment("a", text="\ud800"), r"field text: '\ud800' holds half a surrogate pair"),
        ("comments", comment("a", like_count="7"), "field like_count: '7' is no whole number"),
        ("comments", comment("a", like_count=True), "field like_count: True is no whole number"),
        ("comments", comment("a", like_count=1 << 63), "field like_count: 9223372036854775808 does not fit 64 bits"),
        ("comments", comment("a", position=1 << 31), "field position: 2147483648 does not fit 32 bits"),
        ("comments", comment("a", is_pinned=1), "field is_pinned: 1 is neither true nor false"),
        ("comments", comment("a", published_at=1.5), "field published_at: 1.5 is no time in microseconds"),
        ("comments", comment(None), "table comments, field comment_id: None where a value is required"),
        ("pages", page(tags="one"), "table pages, field tags: 'one' is no list"),
        ("pages", page(tags=["one", 2]), "field tags: ['one', 2] has an entry that is no text: 2"),
        ("pages", page(related=[{"href": "x"}]), "has 'href', which the schema lacks"),
        ("pages", page(duration_s="1:02"), "field duration_s: '1:02' is no number"),
        ("pages", comment("a"), "is a Comment, not a Page"),
        ("pages", {"page_id": "a"}, "is a dict, not a Page"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_with_table_field_and_value(table, row, message):
    columns = Columns(TABLES[table])
    with pytest.raises(ArchiveError) as refused:
        columns.add([row], seen())
    assert message in str(refused.value)


def test_of_rows_with_a_wrong_one_none_is_added():
    for table, rows, where in (
        ("comments", [comment("a"), comment("b", text=7)], seen()),
        ("crawls", [crawl(), crawl(month="1999-01")], None),
        ("shares", [share()], seen(site="")),
    ):
        columns = Columns(TABLES[table])
        with pytest.raises(ArchiveError):
            columns.add(rows, where)
        assert (columns.rows, columns.text, columns.arrow().num_rows) == (0, 0, 0)


@pytest.mark.parametrize(
    ("where", "message"),
    [
        (None, "rows need their provenance"),
        (seen(site=""), "field site: empty"),
        (Provenance(site="example.org", observed_at=NOW, month="2023-12"), "'2023-12', but 17.* lies in 2023-11"),
        (seen(at=1 << 62), "lie in no year from 1 to 9999"),
        (Provenance(site="example.org", observed_at=NOW, crawl_id=7), "field crawl_id: 7 is no text"),
    ],
)
def test_rows_without_a_sound_provenance_are_refused(where, message):
    with pytest.raises(ArchiveError, match=message):
        Columns(TABLES["shares"]).add([share()], where)


def test_every_table_but_crawls_begins_with_its_provenance():
    for name, table in TABLES.items():
        assert (tuple(table.schema.names[: len(PROVENANCE)]) == PROVENANCE) == (name != "crawls")
