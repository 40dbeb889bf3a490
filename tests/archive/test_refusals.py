"""What cannot be an archive is refused before anything is written, with the value and the way out."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
import tempfile
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from archive_rows import add_visit, comment, origin, read, seen, started
from deltalake import DeltaTable, write_deltalake

import archive
from archive.errors import ArchiveError
from archive.exporter import Exporter
from archive.log import VERSION_KEY
from archive.schema import TABLES


def start(uri: str, root: Path) -> None:
    exporter = Exporter(uri, "crawl-1", state_dir=root / "state")
    try:
        exporter.start()
    finally:
        exporter.close()


@pytest.mark.parametrize("uri", ["", "  ", "a\0b", "ftp://example.org/x", "s3:///prefix"])
def test_a_uri_that_names_no_archive_is_refused(uri, tmp_path):
    with pytest.raises(ArchiveError, match="s3://"):
        start(uri, tmp_path)


@pytest.mark.parametrize("name", ["a%20b", "%41", "a\\b", "a\nb", "\x1b", "\x7f"])
def test_a_directory_whose_name_delta_readers_take_for_another_is_refused_and_not_made(name, tmp_path):
    with pytest.raises(ArchiveError, match="choose a directory without"):
        start(str(tmp_path / name / "archive"), tmp_path)
    with pytest.raises(ArchiveError, match="choose a directory without"):
        archive.open(str(tmp_path / name / "archive"))
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize("name", ["100%", "a b", "x?y#z", "{a}", "[a]", "a^b", "a|b", "~", "a*b", "日本", "a=b&c+d;e:f", "\"'`<>"])
def test_a_directory_with_any_other_name_holds_an_archive(name, tmp_path):
    start(str(tmp_path / name), tmp_path)
    assert archive.open(str(tmp_path / name)).comments().to_pylist() == []


def test_a_name_longer_than_a_file_system_knows_is_no_archive(tmp_path):
    with pytest.raises(ArchiveError, match="too long"):
        start(str(tmp_path / ("n" * 300)), tmp_path)
    with pytest.raises(ArchiveError, match="no archive"):
        archive.open(str(tmp_path / ("n" * 300)))


@pytest.mark.parametrize("crawl_id", ["", "../x", "a/b", "seq/x", "-x", "é", "x" * 101, "a\n"])
def test_a_crawl_id_that_could_name_another_file_is_refused(crawl_id, tmp_path):
    with pytest.raises(ArchiveError, match="cannot be a crawl id"):
        Exporter(str(tmp_path), crawl_id, state_dir=tmp_path)


def test_a_file_in_the_way_is_named(tmp_path):
    (tmp_path / "file").write_text("x")
    for place in ("file", "file/below"):
        with pytest.raises(ArchiveError, match=r"create the archive's directory .*file.*choose another directory"):
            start(str(tmp_path / place), tmp_path)
    assert (tmp_path / "file").read_text() == "x"


def test_a_directory_that_cannot_be_written_is_named(tmp_path):
    with pytest.raises(ArchiveError, match="cannot create the archive's directory"):
        start("/proc/1/archive", tmp_path)


def commit_a_visit(exporter: Exporter) -> None:
    exporter.start()
    add_visit(exporter, "v", comments=["a"])
    exporter.commit(exporter.take())


@contextlib.contextmanager
def nobody():
    """Without the rights of root, who may write everywhere."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(before)


@pytest.mark.parametrize("place", ["archive", "archive/comments", "archive/comments/_delta_log"])
def test_a_read_only_directory_is_named(place):
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        root.chmod(0o777)  # pytest's own directories are closed to others
        with nobody():
            started(root).close()
            closed = root / place
            closed.chmod(0o555)
            exporter = Exporter(str(root / "archive"), "crawl-2", state_dir=root / "state")
            with contextlib.closing(exporter), pytest.raises(ArchiveError, match=f"{root}/archive.*ermission"):
                commit_a_visit(exporter)
            closed.chmod(0o755)
            started(root, "crawl-2").close()
            shutil.rmtree(root / "archive")
            shutil.rmtree(root / "state")


def test_a_read_only_file_system_is_named(tmp_path, monkeypatch):
    """Mounted so, it also refuses to remove a name that is not there."""

    def refused(path, *_, **__):
        raise OSError(errno.EROFS, "Read-only file system", os.fspath(path))

    monkeypatch.setattr("archive.stores._write", refused)
    monkeypatch.setattr(os, "unlink", refused)
    with pytest.raises(ArchiveError, match="Read-only file system; give this user the right"):
        start(str(tmp_path / "archive"), tmp_path)


def test_a_file_system_without_hard_links_is_refused(tmp_path, monkeypatch):
    def link(*_):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", link)
    with pytest.raises(ArchiveError, match="without hard links"):
        start(str(tmp_path / "archive"), tmp_path)
    assert list((tmp_path / "archive").iterdir()) == []


def test_a_state_directory_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "state").write_text("x")
    with pytest.raises(ArchiveError, match="cannot create the state directory"):
        start(str(tmp_path / "archive"), tmp_path)


def test_a_foreign_delta_table_is_refused_and_left_alone(tmp_path):
    place = str(tmp_path / "archive" / "comments")
    write_deltalake(place, pa.table({"x": [1]}))
    with pytest.raises(ArchiveError, match="column 'x' that Talkback lacks"):
        start(str(tmp_path / "archive"), tmp_path)
    assert DeltaTable(place).version() == 0


@pytest.mark.parametrize(
    ("schema", "divided", "message"),
    [
        (pa.schema([("comment_id", pa.int64())]), [], "column 'comment_id' is .*long.*Talkback writes .*string"),
        (TABLES["comments"].schema, ["site"], r"partitioned by \('site',\), Talkback's by \('site', 'month'\)"),
        (TABLES["comments"].schema, ["site", "month"], "none of Talkback's"),
    ],
)
def test_a_table_with_another_schema_is_refused(tmp_path, schema, divided, message):
    DeltaTable.create(str(tmp_path / "archive" / "comments"), schema, partition_by=divided)
    with pytest.raises(ArchiveError, match=message):
        start(str(tmp_path / "archive"), tmp_path)


def test_an_archive_of_a_newer_talkback_is_refused_for_writing_and_reading(tmp_path):
    started(tmp_path).close()
    for table in TABLES:
        path = str(tmp_path / "archive" / table)
        DeltaTable(path).alter.set_table_properties({VERSION_KEY: "2"}, raise_if_not_exists=False)
    with pytest.raises(ArchiveError, match="written with schema version 2, this Talkback knows 1; upgrade"):
        started(tmp_path)
    with pytest.raises(ArchiveError, match="upgrade"):
        read(tmp_path, "comments")


def test_a_table_that_lacks_a_new_column_is_given_it_and_its_old_rows_read(tmp_path):
    table = TABLES["comments"]
    older = table.schema.remove(table.schema.get_field_index("permalink"))
    configuration = {VERSION_KEY: "1"}
    place = str(tmp_path / "archive" / "comments")
    old = DeltaTable.create(
        place, older, partition_by=["site", "month"], configuration=configuration, raise_if_key_not_exists=False
    )
    values = {name: [None] for name in older.names} | {"site": ["example.org"], "month": ["2023-11"]}
    values |= {"comment_id": ["old"], "thread_id": ["t"], "page_id": ["p"], "capture_id": ["c"], "observed_at": [1]}
    values |= {"status": ["visible"], "id_kind": ["native"], "kind": ["comment"], "change": ["new"]}
    write_deltalake(old, pa.table(values, schema=older), mode="append")
    exporter = started(tmp_path)
    exporter.add("comments", [comment("new", permalink="https://example.org/#1")], seen())
    exporter.commit(exporter.take())
    assert set(exporter.index.thread("t")) == {"old"}
    assert DeltaTable(place).schema().to_arrow().field("permalink").name == "permalink"
    exporter.close()
    found = {row["comment_id"]: row["permalink"] for row in read(tmp_path, "comments")}
    assert found == {"old": None, "new": "https://example.org/#1"}


def test_a_directory_with_other_content_is_refused(tmp_path):
    (tmp_path / "archive" / "pages" / "2024").mkdir(parents=True)
    with pytest.raises(ArchiveError, match="holds '2024' but no table"):
        start(str(tmp_path / "archive"), tmp_path)


def test_a_damaged_log_entry_is_named(tmp_path):
    exporter = started(tmp_path, "crawl-1", "state-1")
    other = started(tmp_path, "crawl-2", "state-2")
    add_visit(other, "visit-1", comments=["a"])
    other.commit(other.take())
    other.close()
    entry = tmp_path / "archive" / "comments" / "_delta_log" / f"{1:020}.json"
    entry.write_text('{"add": {"path"')
    add_visit(exporter, "visit-2", comments=["b"])
    with pytest.raises(ArchiveError, match=f"{entry.name} is damaged"):
        exporter.commit(exporter.take())
    exporter.close()


def test_a_committed_part_that_is_gone_or_no_parquet_is_named(tmp_path):
    exporter = started(tmp_path)
    add_visit(exporter, "visit-1", comments=["a"])
    exporter.commit(exporter.take())
    exporter.close()
    [part] = archive.open(str(tmp_path / "archive")).files("comments")
    for damage in (lambda: Path(part).write_bytes(b"PAR1 no more"), Path(part).unlink):
        damage()
        with pytest.raises(ArchiveError, match=f"cannot read the committed part {part}"):
            started(tmp_path, "crawl-2", "other-state")


def test_what_is_asked_wrongly_is_refused(tmp_path):
    exporter = started(tmp_path)
    with pytest.raises(ArchiveError, match="no table 'likes'; the tables are comments, shares"):
        exporter.add("likes", [], seen())
    exporter.close()
    with pytest.raises(ArchiveError, match="not started"):
        exporter.commit(exporter.take())
    opened = archive.open(str(tmp_path / "archive"))
    with pytest.raises(ArchiveError, match="no table 'likes'"):
        opened.files("likes")
    with pytest.raises(ArchiveError, match="table pages has no column 'likes'"):
        opened.pages().select("likes")
    for moment in ("2024-05-01", date(2024, 5, 1), 1_714_521_600):
        with pytest.raises(ArchiveError, match=r"as_of=.* is no time; give a datetime"):
            opened.comments(as_of=moment)


@pytest.mark.parametrize("make", [lambda path: None, Path.mkdir, lambda path: path.write_text("x")])
def test_where_there_is_no_archive_reading_says_so(tmp_path, make):
    make(tmp_path / "archive")
    with pytest.raises(ArchiveError, match="there is no archive at"):
        archive.open(str(tmp_path / "archive"))


def test_a_log_entry_says_what_was_committed_with_it(tmp_path):
    exporter = started(tmp_path)
    add_visit(exporter, "visit-1", comments=["a"])
    exporter.commit(exporter.take())
    exporter.close()
    entry = tmp_path / "archive" / "pages" / "_delta_log" / f"{1:020}.json"
    actions = [json.loads(line) for line in entry.read_text().splitlines()]
    assert {"appId": f"crawl-1/{origin(tmp_path / 'state')}", "version": 1} in [action.get("txn") for action in actions]
    assert {"appId": "seq/example.org", "version": 1} in [action.get("txn") for action in actions]
