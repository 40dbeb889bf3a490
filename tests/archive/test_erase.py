"""What is erased is gone from every byte of the archive and of what this machine remembers, and does not come back."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import unicodedata
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from archive_rows import NOW, SECOND, add_visit, comment, committed, every, read, started
from hypothesis import given
from hypothesis import strategies as st
from kills import Fuse, die_committing
from test_compact import store
from test_vacuum import Clock
from test_verify import findings

import archive.log
import archive.upkeep.erase
from archive.erased import KEYS_VARIABLE, PROPERTY, Erasures, same_name
from archive.errors import ArchiveError
from archive.index import Index
from archive.log import TableLog
from archive.schema import TABLES
from archive.upkeep.compact import compact
from archive.upkeep.erase import Subject, erase
from archive.upkeep.vacuum import vacuum
from crawler.keys import content_digest
from pipelines.recognition import known_by

NAME, SECRET = "Ottilie Quandt", "my neighbour's dog is called Rumpel"
HER = Subject(author_name=NAME, site="example.org")


def hers(name: str, **fields) -> object:
    return comment(name, author_name=NAME, author_id="ottilie", text=SECRET, text_html=f"<p>{SECRET}</p>", **fields)


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    """Two comments of hers and one of another's, in several parts, months and states; one of hers was removed."""
    root = tmp_path_factory.mktemp("told")
    exporter = started(root)
    rows = [hers("o1"), comment("k1", author_name="Kunz"), comment("k2", parent_id="o1", root_id="o1")]
    add_visit(exporter, "v0", comments=rows)
    exporter.commit(exporter.take())
    gone = comment("o1", text=None, content_digest="digest of it", status="disappeared", change="removed")
    add_visit(exporter, "v1", at=NOW + 40 * 86_400 * SECOND, digest="1", comments=[gone, hers("o2")])
    exporter.commit(exporter.take())
    add_visit(exporter, "v2", at=NOW + 50 * SECOND, page_id="page-2", site="example.net", comments=[hers("other-site")])
    exporter.commit(exporter.take())
    exporter.close()
    return root


@pytest.fixture
def told(original, tmp_path):
    """The same, to erase from."""
    shutil.copytree(original / "archive", tmp_path / "archive")
    return tmp_path


def done(root: Path, subject: Subject = HER, state: str = "state", **options):
    return erase(str(root / "archive"), subject, state_dir=root / state, **options)


def holding(root: Path, *words: str) -> set[str]:
    """Files below a directory whose bytes, decompressed where they are Parquet, hold one of the words."""
    found = set()
    for path in root.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            if content[:4] == b"PAR1":
                content += repr(pq.ParquetFile(path).read().to_pylist()).encode()
            if any(word.encode() in content for word in words):
                found.add(path.name)
    return found


def test_states_that_lie_under_another_site_since_the_thread_moved_there_go_too(told):
    exporter = started(told, "crawl-2")
    moved = hers("o1", content_digest="edited", change="edited")
    add_visit(exporter, "v3", at=NOW + 60 * 86_400 * SECOND, page_id="page-3", site="new.example", comments=[moved])
    exporter.commit(exporter.take())
    exporter.close()
    assert done(told, dry_run=True).rows == done(told).rows == 4
    assert {row["comment_id"] for row in read(told, "comments", history=True)} == {"k1", "k2", "other-site"}


def test_an_author_leaves_every_part_and_others_stay_as_they_were(told):
    before = [row for row in read(told, "comments", history=True) if not row["comment_id"].startswith("o")]
    erased = done(told)
    assert (erased.comments, erased.rows, erased.parts, erased.waiting) == (["o1", "o2"], 3, 2, [])
    assert every(told, "comments", "comment_id") == {("k1",): 1, ("k2",): 1, ("other-site",): 1}
    after = [row for row in read(told, "comments", history=True) if row["comment_id"].startswith("k")]
    assert after == [row for row in before if row["comment_id"].startswith("k")]


def test_after_the_vacuum_no_byte_of_name_and_text_is_left_anywhere(told, monkeypatch):
    exporter = started(told, "crawl-2")
    add_visit(exporter, "v8", at=NOW + 90 * SECOND, digest="8", comments=["k8"])
    exporter.commit(exporter.take())
    exporter.close()
    with monkeypatch.context() as patch:
        patch.setattr(archive.log, "time", Clock(hours_ago=2))
        assert len(list(compact(store(told), tables=("comments",)))) == 1
        done(told, Subject(author_name=NAME, system="wordpress"))
    assert holding(told, NAME, SECRET), "the replaced parts hold them"
    assert len(list(vacuum(store(told), hours=1))) == 5
    assert holding(told, NAME, SECRET, "ottilie") == set()
    assert {name for (name,) in every(told, "comments", "comment_id")} == {"k1", "k2", "k8"}


def test_the_index_of_this_machine_forgets_what_was_erased_to_the_byte(tmp_path, monkeypatch):
    def connect(*arguments, **options):
        made = sqlite3.Connection(*arguments, **options)
        made.execute("PRAGMA secure_delete = OFF")  # SQLite's own default; Debian's is another one
        return made

    monkeypatch.setattr(sqlite3, "connect", connect)
    exporter = started(tmp_path)
    many = [hers(f"a-comment-of-hers-{number}") for number in range(1000)]
    add_visit(exporter, "v0", comments=[*many, comment("a-comment-of-his")])
    exporter.commit(exporter.take())
    exporter.close()
    index = {"index.sqlite", "index.sqlite-wal"}
    assert holding(tmp_path / "state", "a-comment-of-hers") & index
    done(tmp_path)
    assert holding(tmp_path / "state", "a-comment-of-hers") == set()
    assert holding(tmp_path / "state", "a-comment-of-his") & index


def test_what_was_erased_does_not_come_back_by_a_crawl_of_this_machine(told):
    done(told)
    exporter = started(told, "crawl-2")
    rows = [hers("o1", change="edited"), hers("o3"), comment("k3", author_name="Kunz")]
    renamed = comment("o2", author_name="Somebody else", change="edited")
    add_visit(exporter, "v5", at=NOW + 60 * SECOND, digest="5", comments=[*rows, renamed])
    assert exporter.is_erased(rows[1], "example.org")
    assert not exporter.is_erased(rows[1], "example.net"), "there it may be somebody else"
    assert exporter.index.thread("thread-1").keys() & {"o1", "o2", "o3"} == set()
    exporter.commit(exporter.take())
    exporter.close()
    assert {name for (name,) in every(told, "comments", "comment_id")} == {"k1", "k2", "k3", "other-site"}


def test_an_author_who_is_not_there_yet_is_refused_from_the_beginning(told):
    assert done(told, Subject(author_id="newcomer", site="example.org")).rows == 0
    exporter = started(told, "crawl-2")
    add_visit(exporter, "v5", at=NOW + 60 * SECOND, digest="5", comments=[comment("n", author_id="newcomer")])
    exporter.commit(exporter.take())
    exporter.close()
    assert ("n",) not in every(told, "comments", "comment_id")


def test_a_crawl_that_runs_meanwhile_drops_the_rows_that_it_holds(told):
    exporter = started(told, "crawl-2")
    add_visit(exporter, "v5", at=NOW + 60 * SECOND, digest="5", comments=[hers("o9"), comment("k9")])
    batch = exporter.take()
    done(told)
    committed_rows = exporter.commit(batch)
    exporter.close()
    assert {name for (name,) in every(told, "comments", "comment_id")} == {"k1", "k2", "k9", "other-site"}
    assert committed_rows.rows["comments"] == 1
    assert committed_rows.known["comments"] == 1
    left = set((told / "archive" / "comments" / "_tmp").glob("*"))
    assert left == set()


def test_a_batch_of_a_dead_crawl_is_committed_without_what_was_erased(told):
    exporter = started(told, "crawl-2")
    add_visit(exporter, "v5", at=NOW + 60 * SECOND, digest="5", comments=[hers("o9"), comment("k9")])
    die_committing(exporter, TableLog, "commit")
    done(told)
    assert {name for (name,) in every(told, "comments", "comment_id")} == {"k1", "k2", "k9", "other-site"}


def test_unfinished_parts_of_other_machines_are_told(told):
    [path] = [p for p in committed(told) if "example.net" in p and "/comments/" in p]
    (told / "archive" / "comments" / "_tmp").mkdir(exist_ok=True)
    shutil.copy(path, told / "archive" / "comments" / "_tmp" / "elsewhere-000001-ff.part")
    (told / "archive" / "comments" / "_tmp" / "cut-000001-ff.part").write_bytes(b"PAR1")
    waiting = done(told).waiting
    assert sorted(waiting) == ["comments/_tmp/cut-000001-ff.part", "comments/_tmp/elsewhere-000001-ff.part"]


def test_one_comment_is_erased_with_all_its_states(told):
    erased = done(told, Subject(comment_id="o1"))
    assert (erased.comments, erased.rows) == (["o1"], 2)
    assert {name for (name,) in every(told, "comments", "comment_id")} == {"k1", "k2", "o2", "other-site"}
    assert done(told, Subject(comment_id="o1")).rows == 0, "it is gone, as was asked"
    with pytest.raises(ArchiveError, match="holds no comment o3"):
        done(told, Subject(comment_id="o3"))


def test_a_dry_run_counts_and_changes_nothing(told):
    files = {path: path.stat().st_mtime_ns for path in told.rglob("*") if path.is_file()}
    erased = done(told, dry_run=True)
    assert (erased.comments, erased.rows, erased.parts) == (["o1", "o2"], 3, 0)
    assert {path: path.stat().st_mtime_ns for path in told.rglob("*") if path.is_file()} == files


def test_the_archive_remembers_digests_and_the_key_stays_here(told):
    done(told)
    [record] = [p for p in (told / "archive" / "_erased").glob("*.json") if b"author_name" in p.read_bytes()]
    content = record.read_bytes()
    assert NAME.encode() not in content
    assert b"o1" not in content
    [key] = (told / "state").glob("erasure-*.key")
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert key.read_text().strip().encode() not in b"".join(
        p.read_bytes() for p in (told / "archive").rglob("*") if p.is_file()
    )
    log = b"".join(p.read_bytes() for p in (told / "archive" / "comments" / "_delta_log").iterdir())
    for word in (NAME, "o1", "o2", "ottilie"):
        assert f'"{word}"'.encode() not in log


def test_a_machine_without_the_key_is_refused_and_with_it_goes_on(told):
    done(told)
    with pytest.raises(ArchiveError, match=r"erasure-[0-9a-f]+\.key.*copy it from the STATE_DIR"):
        started(told, "crawl-2", "elsewhere")
    [key] = (told / "state").glob("erasure-*.key")
    (told / "elsewhere" / key.name).write_text(key.read_text())
    started(told, "crawl-2", "elsewhere").close()
    (told / "elsewhere" / key.name).write_text("00" * 32)
    with pytest.raises(ArchiveError, match="another one than its name says"):
        started(told, "crawl-2", "elsewhere")


def test_a_machine_without_a_state_directory_is_given_the_key_by_its_environment(told, monkeypatch):
    done(told)
    [key] = (told / "state").glob("erasure-*.key")
    monkeypatch.setenv(KEYS_VARIABLE, f"{'00' * 32} {key.read_text()}")
    exporter = started(told, "crawl-2", "elsewhere")
    assert exporter.index.thread("thread-1").keys() == {"k1", "k2", "other-site"}, "learnt from the archive, without hers"
    add_visit(exporter, "v5", at=NOW + 60 * SECOND, digest="5", comments=[hers("o1"), hers("o3"), comment("k3")])
    exporter.commit(exporter.take())
    exporter.close()
    assert {name for (name,) in every(told, "comments", "comment_id")} == {"k1", "k2", "k3", "other-site"}
    done(told, Subject(comment_id="k3"), state="elsewhere")
    assert not list((told / "elsewhere").glob("*.key")), "it is the environment's"


def test_the_first_erasure_takes_the_key_of_the_environment_when_there_is_one(told, monkeypatch):
    monkeypatch.setenv(KEYS_VARIABLE, "ab" * 32)
    done(told)
    assert not list((told / "state").glob("*.key"))
    started(told, "crawl-2", "elsewhere").close()
    monkeypatch.delenv(KEYS_VARIABLE)
    with pytest.raises(ArchiveError, match=f"the key .* is not readable here; .*{KEYS_VARIABLE}"):
        started(told, "crawl-2")


@pytest.mark.parametrize("keys", ["ab", "xy" * 32, f"{'ab' * 32} {'ab' * 31}"])
def test_a_key_of_the_environment_that_is_none_is_refused_and_not_shown(told, monkeypatch, keys):
    monkeypatch.setenv(KEYS_VARIABLE, keys)
    with pytest.raises(ArchiveError, match=f"{KEYS_VARIABLE}: key [12] is not 64 hexadecimal digits") as raised:
        started(told, "crawl-2")
    assert keys.split()[-1] not in str(raised.value)


def test_a_crawl_of_another_machine_that_runs_while_the_first_is_erased_is_stopped_until_it_has_the_key(told):
    exporter = started(told, "crawl-2", "elsewhere")
    add_visit(exporter, "v5", at=NOW + 60 * SECOND, digest="5", comments=[hers("o1"), hers("o9"), comment("k9")])
    batch = exporter.take()
    done(told)
    with pytest.raises(ArchiveError, match="copy it from the STATE_DIR"):
        exporter.commit(batch)
    exporter.close()
    assert {name for (name,) in every(told, "comments", "comment_id")} == {"k1", "k2", "other-site"}
    [key] = (told / "state").glob("erasure-*.key")
    shutil.copy(key, told / "elsewhere")
    started(told, "crawl-2", "elsewhere").close()
    assert {name for (name,) in every(told, "comments", "comment_id")} == {"k1", "k2", "k9", "other-site"}


def test_two_machines_that_erase_for_the_first_time_at_once_end_with_one_key(told, monkeypatch):
    real = Erasures._new_key

    def overtaken(erasures):
        key_id = real(erasures)
        monkeypatch.setattr(Erasures, "_new_key", real)
        done(told, Subject(comment_id="k1"), state="elsewhere")
        return key_id

    monkeypatch.setattr(Erasures, "_new_key", overtaken)
    with pytest.raises(ArchiveError, match="copy it from the STATE_DIR"):
        done(told)
    assert ("o1",) in every(told, "comments", "comment_id"), "nothing was erased, and it was said"
    started(told, "crawl-2", "elsewhere").close()
    for key in (told / "elsewhere").glob("*.key"):
        shutil.copy(key, told / "state")
    assert done(told).comments == ["o1", "o2"]
    started(told, "crawl-3", "elsewhere").close()


def test_erasures_whose_key_is_lost_can_be_let_go_and_made_again(told):
    done(told, Subject(comment_id="k1"))
    [key] = (told / "state").glob("erasure-*.key")
    log = TableLog(store(told), TABLES["comments"])
    assert Erasures(store(told), told / "state").forget(log) == 0, "it is here"
    key.unlink()
    with pytest.raises(ArchiveError, match="--forget-lost"):
        started(told, "crawl-2")
    assert Erasures(store(told), told / "state").forget(log) == 1
    assert done(told).comments == ["o1", "o2"], "with a new key"
    exporter = started(told, "crawl-2")
    add_visit(exporter, "v5", at=NOW + 60 * SECOND, digest="5", comments=[hers("o1"), comment("k1")])
    exporter.commit(exporter.take())
    exporter.close()
    assert {name for (name,) in every(told, "comments", "comment_id")} == {"k1", "k2", "other-site"}


@pytest.mark.parametrize("spoil", [Path.unlink, lambda path: path.write_text('{"key"')])
def test_an_erasure_that_is_gone_or_damaged_is_named(told, spoil):
    done(told)
    record = next((told / "archive" / "_erased").glob("*.json"))
    spoil(record)
    with pytest.raises(ArchiveError, match=f"{record.name} is (gone|damaged); restore it"):
        started(told, "crawl-2")


@pytest.mark.parametrize(
    "subject",
    [
        Subject(),
        Subject(comment_id="a", author_id="b", site="c"),
        Subject(comment_id="o1", site="example.org"),
        Subject(author_name="a"),
        Subject(author_name=" ", site="example.org"),
        Subject(author_id="", system="wordpress"),
    ],
)
def test_a_subject_that_would_be_nobody_or_everybody_is_refused(told, subject):
    with pytest.raises(ArchiveError):
        done(told, subject)
    assert sum(every(told, "comments", "comment_id").values()) == 6


def test_an_erasure_creates_no_archive(tmp_path):
    with pytest.raises(ArchiveError, match="there is no archive"):
        done(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_erasure_that_was_cut_off_is_told_until_it_is_run_again(told, monkeypatch):
    def full(*arguments, **options):
        raise ArchiveError("no space")

    with monkeypatch.context() as patch:
        patch.setattr(archive.upkeep.erase, "replace", full)
        with pytest.raises(ArchiveError, match="no space"):
            done(told)
    [found] = [finding for finding in findings(told, state_dir=told / "state") if "still there: an" in finding.what]
    assert found.level == "note"
    assert all(name in found.what for name in ("o1", "o2"))
    assert "k1" not in found.what
    done(told)
    assert not [finding for finding in findings(told, state_dir=told / "state") if "still there: an" in finding.what]


@pytest.mark.parametrize("whose", [{"comment_id": "o1"}, {"author_name": NAME, "site": "example.org"}], ids=["a comment", "an author"])
def test_an_erasure_that_is_killed_at_any_step_is_ended_when_it_is_run_again(told, whose):
    exporter = started(told, "crawl-2")
    renamed = hers("o1", content_digest="digest of her edit", change="edited")
    renamed.author_name = "Somebody else"
    add_visit(exporter, "v6", at=NOW + 90 * 86_400 * SECOND, digest="6", comments=[renamed, comment("k6")])
    exporter.commit(exporter.take())
    exporter.close()
    others = [row for row in read(told, "comments", history=True) if not row["comment_id"].startswith("o")]
    ids = {"o1"} if "comment_id" in whose else {"o1", "o2"}
    environment = os.environ | {"PYTHONPATH": f"{Path(__file__).parents[2]}{os.pathsep}{Path(__file__).parent}"}
    program = "from test_erase import erase_until; import sys; erase_until(*sys.argv[1:])"
    for steps in itertools.count():
        root = told / str(steps)
        shutil.copytree(told / "archive", root / "archive")
        started(root, "crawl-3").close()
        assert holding(root / "state", "digest of her edit") == {"index.sqlite"}
        command = [sys.executable, "-c", program, str(root), str(steps), json.dumps(whose)]
        killed = subprocess.run(command, env=environment, check=False).returncode
        done(root, Subject(**whose))
        left = read(root, "comments", history=True)
        assert ids.isdisjoint(row["comment_id"] for row in left), steps
        assert [row for row in left if not row["comment_id"].startswith("o")] == others
        assert holding(root / "state", "digest of her edit") == set(), steps
        if killed == 0:
            break
        assert killed == -signal.SIGKILL
    assert steps >= 6


class Killing(Fuse):
    """Kills for good."""

    def burn(self) -> None:
        if self.lives == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        self.lives -= 1


def erase_until(root: str, steps: str, whose: str) -> None:
    """Erase, and die where a step begins or ends."""
    with pytest.MonkeyPatch.context() as patch:
        Killing(patch, int(steps), steps=[(TableLog, "commit"), (Index, "scrub")])
        done(Path(root), Subject(**json.loads(whose)))


def test_erasures_after_each_other_use_one_key_and_all_count(told):
    done(told, Subject(comment_id="o1"))
    done(told, Subject(comment_id="k1"))
    assert len(list((told / "state").glob("erasure-*.key"))) == 1
    log = TableLog(store(told), TABLES["comments"])
    assert len(log.open().metadata().configuration[PROPERTY].split()) == 2
    erasures = Erasures(store(told), told / "state")
    assert erasures.follow(log.open())
    assert not erasures.follow(log.open())
    assert [erasures.has(comment_id=name) for name in ("o1", "k1", "k2")] == [True, True, False]


def test_a_compaction_between_reading_and_committing_loses_no_erasure(told, monkeypatch):
    from archive.upkeep import erase as erasing

    exporter = started(told, "crawl-3")
    add_visit(exporter, "v9", at=NOW + 90 * SECOND, digest="9", comments=["k8"])
    exporter.commit(exporter.take())
    exporter.close()
    real, times = erasing.keep, []

    def keep(*arguments):
        part = real(*arguments)
        if not times:
            times.append(len(list(compact(store(told), tables=("comments",)))))
        return part

    monkeypatch.setattr(erasing, "keep", keep)
    erased = done(told)
    assert times == [1]
    assert erased.rows == 3
    assert {name for (name,) in every(told, "comments", "comment_id")} == {"k1", "k2", "k8", "other-site"}


@given(st.text())
def test_a_name_is_the_same_whatever_its_spaces_and_composition(name):
    assert same_name(f"  {name}\n") == same_name(name)
    assert same_name(unicodedata.normalize("NFD", name)) == same_name(name)
    assert same_name(same_name(name)) == same_name(name)


def test_a_name_is_found_however_it_is_composed(tmp_path):
    exporter = started(tmp_path)
    rows = [comment("a", author_name="Zoe\u0308  Q"), comment("b", author_name="Zo\u00eb Q"), comment("c", author_name="zo\u00eb q")]
    add_visit(exporter, "v", comments=rows)
    exporter.commit(exporter.take())
    exporter.close()
    assert done(tmp_path, Subject(author_name="Zo\u00eb Q", site="example.org")).comments == ["a", "b"]


@pytest.mark.parametrize(("id_kind", "returns"), [("surrogate", False), ("native", True)])
def test_a_comment_without_an_id_does_not_come_back_under_another_key(tmp_path, id_kind, returns):
    """Its key holds a time, which the page tells otherwise one day."""
    exporter = started(tmp_path)
    add_visit(exporter, "v", comments=[comment("a", text="Said once.", id_kind=id_kind), comment("b", id_kind=id_kind)])
    exporter.commit(exporter.take())
    exporter.close()
    assert done(tmp_path, Subject(comment_id="a")).comments == ["a"]
    exporter = started(tmp_path, "crawl-2")
    again, elsewhere = (comment(f"a-{thread}", thread, text="Said once.", id_kind=id_kind) for thread in ("thread-1", "thread-2"))
    assert exporter.is_erased(again, "example.org") != returns
    add_visit(exporter, "w", at=NOW + SECOND, digest="2", comments=[again, elsewhere, comment("c", id_kind=id_kind)])
    exporter.commit(exporter.take())
    exporter.close()
    assert {name for (name,) in every(tmp_path, "comments", "comment_id")} == {"b", "c", "a-thread-2"} | ({"a-thread-1"} if returns else set())


@pytest.mark.parametrize(
    ("system", "again"),
    [
        ("generic", {}),
        ("generic", {"text": "He said “no” and left."}),
        ("disqus", {"id_kind": "surrogate", "text": "He said «no» and left."}),
    ],
)
def test_a_comment_whose_id_does_not_last_does_not_come_back_with_another_id_or_other_quotation_marks(tmp_path, system, again):
    """What stands for an id in unknown markup may be another in every answer, and a new theme sets quotation marks anew."""

    def said(name: str, **fields):
        fields = {"author_name": "Ann", "text": 'He said "no" and left.'} | fields
        row = comment(name, content_digest=content_digest(fields["author_name"], fields["text"]), **fields)
        row.system = system
        return row

    exporter = started(tmp_path)
    kind = again.get("id_kind", "native")
    add_visit(exporter, "v", comments=[said("a", id_kind=kind), said("b", text="I was there.", id_kind=kind)])
    exporter.commit(exporter.take())
    exporter.close()
    assert done(tmp_path, Subject(comment_id="a"), words=known_by).comments == ["a"]
    exporter = started(tmp_path, "crawl-2")
    assert exporter.is_erased(said("a2", **again), "example.org")
    assert not exporter.is_erased(said("c", **again | {"author_name": "Bo"}), "example.org"), "another's"
    exporter.close()


def test_a_comment_that_has_an_id_is_erased_by_it_alone(tmp_path):
    exporter = started(tmp_path)
    add_visit(exporter, "v", comments=[comment("a", text="Thanks!", author_name="Ann"), comment("b", text="Thanks!", author_name="Ann")])
    exporter.commit(exporter.take())
    exporter.close()
    done(tmp_path, Subject(comment_id="a"), words=known_by)
    exporter = started(tmp_path, "crawl-2")
    assert not exporter.is_erased(comment("c", text="Thanks!", author_name="Ann"), "example.org"), "says the same, and is another"
    exporter.close()


def test_what_an_author_wrote_without_an_id_does_not_come_back_from_another_site(tmp_path):
    exporter = started(tmp_path)
    add_visit(exporter, "v", comments=[hers("o1", id_kind="surrogate"), comment("k1")])
    exporter.commit(exporter.take())
    exporter.close()
    assert done(tmp_path).comments == ["o1"]
    exporter = started(tmp_path, "crawl-2")
    assert exporter.is_erased(hers("o2", id_kind="surrogate"), "new.example"), "the thread moved there, and tells the time otherwise"
    exporter.close()
