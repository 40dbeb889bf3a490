"""What is damaged is found and named with the way out; what is sound is called so, and nothing that is odd ends it."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from archive_rows import NOW, SECOND, add_visit, comment, committed, crawl, read, seen, started
from deltalake import DeltaTable
from test_compact import fill, store

import archive
from archive.columns import Columns
from archive.errors import ArchiveError
from archive.log import TableLog
from archive.parts import encode, partitions
from archive.schema import TABLES
from archive.stores import LocalStore
from archive.upkeep.compact import compact
from archive.upkeep.erase import Subject, erase
from archive.upkeep.relations import KEYS, Relations, columns_of
from archive.upkeep.verify import Checked, Finding, give_up, verify

LATER = datetime.fromtimestamp(NOW // SECOND, UTC) + timedelta(days=365)


def findings(root: Path, *, now: datetime = LATER, **options) -> list[Finding]:
    return list(verify(store(root), now=now, **options))


def damage(root: Path, **options) -> list[Finding]:
    return [finding for finding in findings(root, **options) if finding.level == "damage"]


def parts(root: Path, table: str = "comments") -> list[str]:
    return archive.open(str(root / "archive")).files(table)


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    """Three visits with a reply, whole and with their ledgers."""
    root = tmp_path_factory.mktemp("sound")
    exporter = started(root)
    exporter.add("crawls", [crawl()])
    for number in range(3):
        rows = [
            comment(f"c{number}", thread="thread of page-1", text=f"{number}"),
            comment(f"r{number}", thread="thread of page-1", parent_id=f"c{number}", root_id=f"c{number}"),
        ]
        add_visit(exporter, f"v{number}", at=NOW + number * SECOND, digest=f"{number}", comments=rows)
        exporter.commit(exporter.take())
    exporter.close()
    return root


@pytest.fixture
def sound(original, tmp_path):
    """The same, to be damaged."""
    shutil.copytree(original / "archive", tmp_path / "archive")
    return tmp_path


def test_a_sound_archive_has_no_finding_and_all_of_it_was_looked_at(sound):
    checked = Checked()
    assert findings(sound, checked=checked) == []
    info = archive.open(str(sound / "archive")).info()
    assert (checked.parts, checked.rows) == (sum(info.parts.values()), sum(info.rows.values()))
    assert checked.bytes == sum(info.bytes.values())
    assert checked.entries == sum(len(list((sound / "archive" / t / "_delta_log").glob("*.json"))) for t in TABLES)


def test_compaction_and_erasure_leave_a_sound_archive(sound):
    list(compact(store(sound)))
    erase(str(sound / "archive"), Subject(comment_id="c1"), state_dir=sound / "state")
    assert damage(sound, state_dir=sound / "state") == []
    notes = findings(sound, state_dir=sound / "state")
    assert {note.table for note in notes} == set(TABLES) - {"crawls"}
    assert all("replaced parts" in note.what for note in notes)


def test_without_the_key_an_erased_parent_cannot_be_told_from_a_missing_one(sound):
    erase(str(sound / "archive"), Subject(comment_id="c1"), state_dir=sound / "state")
    found = findings(sound, state_dir=sound / "elsewhere")
    assert any(f.level == "note" and "is not readable here" in f.what for f in found)
    assert [f.what for f in found if f.level == "damage"] == [
        'a reply\'s parent is missing, and its row does not say so: ["c1"]'
    ]


def flip(path: Path) -> None:
    """A bit that changes a value and nothing else: whoever does not compare checksums reads the part."""
    content = path.read_bytes()
    right = pq.ParquetFile(path).read()
    names = right.schema.names
    start = pq.read_metadata(path).row_group(0).column(names.index("observed_at")).data_page_offset
    for at in range(start, start + 400):
        wrong = bytearray(content)
        wrong[at] ^= 1
        try:
            read = pq.ParquetFile(pa.BufferReader(bytes(wrong))).read()
        except (OSError, pa.ArrowException):
            continue
        if read.num_rows == right.num_rows and read.column("text") == right.column("text") and read != right:
            path.write_bytes(wrong)
            return
    raise AssertionError("every bit was noticed")


def another_table(path: Path) -> None:
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table({"x": list(range(10))}), sink)
    pad(path, sink.getvalue().to_pybytes())


def pad(path: Path, content: bytes) -> None:
    """Put a file in another one's place, with the size that the log knows."""
    size = path.stat().st_size
    assert len(content) <= size
    path.write_bytes(b"PAR1" + b"\0" * (size - len(content)) + content[4:])


DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "gone": (Path.unlink, "the part is gone"),
    "truncated": (lambda path: os.truncate(path, path.stat().st_size // 2), "cut off or another file"),
    "empty": (lambda path: os.truncate(path, 0), "has 0 bytes"),
    "longer": (lambda path: path.write_bytes(path.read_bytes() + b"x"), "the log says"),
    "a flipped bit": (flip, "the part cannot be read: .*CRC"),
    "no Parquet": (lambda path: path.write_bytes(b"x" * path.stat().st_size), "the part cannot be read"),
}


@pytest.mark.parametrize("kind", DAMAGES)
def test_a_damaged_part_is_named_with_the_way_out_and_the_rest_is_checked(sound, kind):
    spoil, message = DAMAGES[kind]
    victim = parts(sound)[1]
    spoil(Path(victim))
    checked = Checked()
    [found] = damage(sound, checked=checked)
    assert (found.table, found.path) == ("comments", victim)
    assert re.search(message, found.what), found.what
    assert "restore the file from a copy" in found.way_out
    assert checked.parts == len(committed(sound))


def recorded(root: Path, table: str, path: str, **changes) -> None:
    """Change what the log says of a part."""
    for entry in sorted((root / "archive" / table / "_delta_log").glob("*.json")):
        actions = [json.loads(line) for line in entry.read_text().splitlines()]
        for action in actions:
            add = action.get("add")
            if add and path.endswith(add["path"].replace("%3D", "=")):
                add.update(changes)
        entry.write_text("\n".join(map(json.dumps, actions)))


def test_a_part_with_another_row_count_than_the_log_says_is_damaged(sound):
    victim = parts(sound)[0]
    recorded(sound, "comments", victim, stats='{"numRecords": 7}')
    [found] = damage(sound)
    assert found.path == victim
    assert found.what == "the part holds 2 rows, the log says 7"


def replaced(root: Path, table: str, change: Callable[[pa.Table], pa.Table]) -> str:
    """Write a committed part anew, and let the log know its size."""
    path = parts(root, table)[0]
    content = encode(TABLES[table], change(pq.ParquetFile(path).read()))
    Path(path).write_bytes(content)
    recorded(root, table, path, size=content.size)
    return path


def with_column(rows: pa.Table, name: str, values: pa.Array) -> pa.Table:
    at = rows.schema.get_field_index(name)
    return rows.append_column(name, values) if at < 0 else rows.set_column(at, name, values)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: with_column(t, "x", pa.array([1] * len(t))), "has a column 'x' that the table lacks"),
        (lambda t: with_column(t, "kind", pa.array([1] * len(t))), "column 'kind' is int64, the table's is string"),
        (lambda t: t.drop_columns(["thread_id"]), "lacks the column 'thread_id'"),
        (
            lambda t: with_column(t, "observed_at", pa.array([1] * len(t), pa.timestamp("us", "UTC"))),
            "a row was observed in 1970-01, its partition is 2023-11",
        ),
    ],
)
def test_a_part_of_another_kind_is_damaged(sound, change, message):
    if message.startswith("lacks"):
        path = parts(sound)[0]
        sink = pa.BufferOutputStream()
        pq.write_table(change(pq.ParquetFile(path).read()), sink)
        Path(path).write_bytes(sink.getvalue())
        recorded(sound, "comments", path, size=sink.getvalue().size)
    else:
        path = replaced(sound, "comments", change)
    [found] = damage(sound)
    assert found.path == path
    assert message in found.what


def test_an_older_part_without_an_optional_column_is_sound(sound):
    replaced(sound, "comments", lambda rows: rows.drop_columns(["permalink"]))
    assert findings(sound) == []


def add_part(root: Path, table: str, *rows, at: int = NOW) -> None:
    """Commit rows behind the exporter's back: nothing is compared."""
    columns = Columns(TABLES[table])
    columns.add(rows, None if table == "crawls" else seen("v0", at))
    log = TableLog(store(root), TABLES[table])
    for partition, inner in partitions(TABLES[table], columns.arrow()):
        content = encode(TABLES[table], inner)
        name = f"{table}-{len(committed(root))}-{inner.num_rows}"
        log.store.stage(f"{table}/_tmp/{name}", content)
        path = "/".join(f"{k}={v}" for k, v in partition.items()) + f"/{name}.parquet"
        log.store.publish([(f"{table}/_tmp/{name}", f"{table}/{path}")])
        from archive.parts import Part, statistics

        part = Part(
            table=table, staged="", path=path, partition=partition, rows=inner.num_rows, size=content.size, stats=statistics(inner)
        )  # fmt: skip
        assert log.commit(log.open(), [part], {})


def test_a_state_that_stands_there_twice_is_damage(sound):
    add_part(sound, "comments", comment("c0", thread="thread of page-1", text="0"))
    [found] = damage(sound)
    assert "the same state stands there more than once" in found.what
    assert "c0" in found.what
    assert "c1" not in found.what


def test_a_later_state_of_the_same_comment_is_none(sound):
    add_part(sound, "comments", comment("c0", thread="thread of page-1", text="0"), at=NOW + SECOND)
    assert damage(sound) == []


@pytest.mark.parametrize("table", [name for name in TABLES if name != "comments"])
def test_every_table_is_asked_for_doubled_rows(sound, table):
    [path, *_] = parts(sound, table)
    log = TableLog(store(sound), TABLES[table])
    rows = pq.ParquetFile(path).read()
    from archive.parts import Part, statistics

    content = encode(TABLES[table], rows)
    folder = Path(path).parent
    (folder / "twice.parquet").write_bytes(content)
    partition = dict(name.split("=") for name in folder.relative_to(sound / "archive" / table).parts)
    relative = str((folder / "twice.parquet").relative_to(sound / "archive" / table))
    part = Part(
        table=table, staged="", path=relative, partition=partition, rows=len(rows), size=content.size, stats=statistics(rows)
    )  # fmt: skip
    assert log.commit(log.open(), [part], {})
    [found] = damage(sound)
    assert found.table == table
    assert "more than once" in found.what


def test_a_reply_without_its_parent_is_damage_unless_it_declares_it(sound):
    add_part(sound, "comments", comment("orphan", thread="thread of page-1", parent_id="lost", root_id=None))
    assert damage(sound) == []
    add_part(sound, "comments", comment("child", thread="thread of page-1", parent_id="lost", root_id="lost"))
    [found] = damage(sound)
    assert found.what == 'a reply\'s parent is missing, and its row does not say so: ["lost"]'


def test_a_thread_without_its_page_is_damage_and_comments_without_their_ledger_are_told(sound):
    from archive_rows import ledger

    add_part(sound, "comments", comment("c9", thread="thread-9"))
    [note] = findings(sound)
    assert note.level == "note"
    assert 'cut off before its ledger: ["thread-9"]' in note.what
    add_part(sound, "threads", ledger("thread-9", "page-9"))
    [found] = findings(sound)
    assert found.level == "damage"
    assert found.what == 'the page of a thread is missing: ["page-9"]'


def test_files_that_no_log_entry_names_are_listed_and_are_no_damage(sound):
    folder = Path(parts(sound)[0]).parent
    foreign = folder / "somebody's.parquet"
    foreign.write_bytes(b"PAR1 no more")
    (sound / "archive" / "comments" / "_tmp").mkdir(exist_ok=True)
    unfinished = sound / "archive" / "comments" / "_tmp" / "crawl-9-000001-00.part"
    unfinished.write_bytes(b"PA")
    found = findings(sound)
    assert {(f.level, f.path) for f in found} == {("note", str(foreign)), ("note", str(unfinished))}
    assert all("vacuum" in f.way_out for f in found)


@pytest.mark.parametrize("table", ["comments", "pages"])
def test_a_damaged_log_entry_is_named_and_the_other_tables_are_checked(sound, table):
    entry = sound / "archive" / table / "_delta_log" / f"{2:020}.json"
    entry.write_text('{"add": {"path"')
    checked = Checked()
    found = damage(sound, checked=checked)
    assert {f.table for f in found} == {table}
    assert any("log entry" in f.way_out for f in found)
    assert checked.parts == len(committed_but(sound, table))


def committed_but(root: Path, table: str) -> list[str]:
    return [path for name in TABLES if name != table for path in DeltaTable(str(root / "archive" / name)).file_uris()]


def test_a_log_entry_that_is_missing_is_named(tmp_path):
    fill(tmp_path, visits=14, sites=("example.org",))
    (tmp_path / "archive" / "comments" / "_delta_log" / f"{5:020}.json").unlink()
    assert DeltaTable(str(tmp_path / "archive" / "comments")).version() >= 14, "readers begin at a checkpoint"
    [found] = damage(tmp_path)
    assert "log entry 5 is missing" in found.what


def test_a_clock_that_was_wrong_is_told_and_ends_nothing(sound):
    [path] = parts(sound, "crawls")
    found = findings(sound, now=datetime.fromtimestamp(NOW // SECOND, UTC) - timedelta(days=3))
    assert {f.table for f in found} == set(TABLES)
    assert all(f.level == "note" and "observed later than now" in f.what for f in found)
    assert findings(sound, now=datetime.fromtimestamp(NOW // SECOND, UTC)) == []
    assert path


def test_a_crawl_whose_clock_went_back_keeps_the_later_state_as_the_latest(sound):
    exporter = started(sound, "crawl-2")
    back = comment("c2", thread="thread of page-1", text="older", change="edited")
    add_visit(exporter, "v9", at=NOW - 3600 * SECOND, digest="back", comments=[back])
    exporter.commit(exporter.take())
    exporter.close()
    assert damage(sound) == []
    assert {r["comment_id"]: r["text"] for r in read(sound, "comments")}["c2"] == "2"


def test_damaged_parts_can_be_given_up_so_that_the_rest_is_read_again(sound):
    one, other, *_ = parts(sound)
    Path(one).unlink()
    Path(other).write_bytes(b"PAR1")
    assert sorted(give_up(store(sound), findings(sound))) == sorted([one, other])
    assert {row["comment_id"] for row in read(sound, "comments")} == {"c2", "r2"}
    assert not [f for f in findings(sound) if "cannot be read" in f.what or "gone" in f.what]
    exporter = started(sound, "crawl-2", "other-state")
    add_visit(exporter, "again", at=NOW + 60 * SECOND, digest="2", comments=[comment("c0", thread="thread of page-1")])
    exporter.commit(exporter.take())
    exporter.close()
    assert {row["comment_id"] for row in read(sound, "comments")} == {"c0", "c2", "r2"}


def test_the_compared_columns_exist_and_name_every_table():
    assert set(KEYS) == set(TABLES)
    for name, table in TABLES.items():
        assert set(columns_of(name)) <= set(table.schema.names)


def test_crawls_that_commit_meanwhile_are_no_damage(sound, monkeypatch):
    exporter = started(sound, "crawl-2")
    real, visits = Relations.add, []

    def add(relations, table, batch):
        visits.append(table)
        row = comment(f"w{len(visits)}", thread=f"thread of p{len(visits)}")
        add_visit(exporter, f"w{len(visits)}", at=NOW + 60 * SECOND, page_id=f"p{len(visits)}", comments=[row])
        exporter.commit(exporter.take())
        real(relations, table, batch)

    monkeypatch.setattr(Relations, "add", add)
    assert findings(sound) == []
    exporter.close()
    assert len(visits) > 10


def test_a_part_that_is_replaced_and_removed_meanwhile_is_no_damage(sound, monkeypatch):
    old, real = parts(sound), Relations.add

    def add(relations, table, batch):
        if Path(old[-1]).exists():
            list(compact(store(sound), tables=("comments",)))
            Path(old[-1]).unlink()
        real(relations, table, batch)

    monkeypatch.setattr(Relations, "add", add)
    monkeypatch.setattr(LocalStore, "found", lambda self, table: iter(late(self, table)))
    found = findings(sound)
    assert [(f.level, f.path) for f in found if f.path] == [("note", old[-1])]
    assert {f.level for f in found} == {"note"}


def late(self: LocalStore, table: str) -> list:
    """As if the files were listed when the last part was gone."""
    return [f for f in FOUND(self, table) if table != "comments" or "crawl-1-000003" not in f.path]


FOUND = LocalStore.found


def test_a_table_whose_log_is_damaged_does_not_keep_the_others_from_being_read(sound):
    (sound / "archive" / "comments" / "_delta_log" / f"{1:020}.json").write_text("{")
    assert len(read(sound, "pages")) == 1
    with pytest.raises(ArchiveError, match="comments: cannot read the log"):
        read(sound, "comments")
