"""Looking after an archive works on S3 as it does on a disk, also while crawls and other upkeep go on."""

from __future__ import annotations

import io
import threading
import time
from collections import Counter
from datetime import UTC, datetime

import pyarrow.parquet as pq
import pytest
from archive_rows import NOW, SECOND, add_visit, comment
from bucket import only_real
from soundness import findings, verify_sees_what_a_kill_could_do

import archive.log
import archive.s3
from archive.errors import ArchiveError
from archive.history import find, history
from archive.log import TableLog
from archive.schema import TABLES
from archive.stores import open_store
from archive.upkeep.compact import compact
from archive.upkeep.erase import Subject, erase
from archive.upkeep.vacuum import leftovers, vacuum
from archive.upkeep.verify import give_up, verify

AS_ON_DISK = "tried on a disk in tests/archive, and on a real server: make test-s3"
MERGED = ("comments", "shares", "subscribes", "pages", "threads", "visits")


class Clock:
    """The time of a machine some hours away from ours."""

    def __init__(self, hours: float) -> None:
        self.hours = hours

    def time(self) -> float:
        return time.time() + self.hours * 3600

    def time_ns(self) -> int:
        return int(self.time() * 1e9)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


@pytest.fixture
def filled(bucket):
    """Three visits of a page, a part each; two comments are Ada's."""
    exporter = bucket.started()
    for number in range(3):
        rows = [comment(f"comment-{number}", thread="thread of page-1", author_name=("Ada Q", "Bob")[number % 2])]
        at = NOW + number * SECOND
        add_visit(exporter, f"v{number}", at=at, digest=f"{number}", comments=rows, site="bücher.example:80")
        exporter.commit(exporter.take())
    exporter.close()
    return bucket


def all_rows(bucket) -> dict[str, Counter]:
    opened = bucket.open()
    return {name: Counter(map(repr, getattr(opened, name)(history=True).to_pylist())) for name in MERGED}


def holding(bucket, *words: str) -> set[str]:
    """Objects whose bytes, decompressed where they are Parquet, hold one of the words."""
    client, found = bucket.client(), set()
    for key in bucket.objects():
        content = client.get_object(Bucket=bucket.name, Key=key)["Body"].read()
        if content[:4] == b"PAR1":
            content += repr(pq.ParquetFile(io.BytesIO(content)).read().to_pylist()).encode()
        if any(word.encode() in content for word in words):
            found.add(key)
    return found


def test_an_archive_is_compacted_verified_erased_from_vacuumed_and_read(filled, tmp_path, monkeypatch):
    store, before, state = open_store(filled.uri), all_rows(filled), filled.folder / "state"
    with monkeypatch.context() as patch:
        patch.setattr(archive.log, "time", Clock(hours=-2))
        done = list(compact(store))
        assert [(group.table, group.parts, group.trouble) for group in done] == [(table, 3, None) for table in MERGED]
        assert all_rows(filled) == before
        erased = erase(filled.uri, Subject(author_name="Ada  Q", system="wordpress"), state_dir=state)
    assert (erased.comments, erased.parts, erased.waiting) == (["comment-0", "comment-2"], 1, [])
    opened = filled.open()
    assert [row["author_name"] for row in opened.comments(history=True).to_pylist()] == ["Bob"]
    assert [event.kind for event in history(opened, find(opened, "comment-1"))] == ["visit", "new", "visit", "visit"]
    assert {finding.level for finding in findings(filled.uri, state)} == {"note"}
    assert len(holding(filled, "Ada Q")) == 3, "two parts of visits, and the one that they were merged into"
    gone = Counter((leftover.table, leftover.why) for leftover in vacuum(store, hours=1, state_dir=state))
    assert gone == {("comments", "replaced"): 4, **{(table, "replaced"): 3 for table in MERGED[1:]}}
    assert holding(filled, "Ada Q") == set()
    assert filled.visible() == filled.committed()
    assert findings(filled.uri, state) == []


def test_what_is_damaged_is_named_and_can_be_given_up(filled):
    client, state = filled.client(), filled.folder / "state"
    verify_sees_what_a_kill_could_do(filled.uri, state)  # from here on a doubled row and a stray file are there
    gone, cut = filled.open().files("pages")[0], filled.open().files("threads")[0]
    for address, content in ((gone, None), (cut, b"PAR1 and no more")):
        key = address.removeprefix(f"s3://{filled.name}/")
        client.delete_object(Bucket=filled.name, Key=key)
        if content is not None:
            client.put_object(Bucket=filled.name, Key=key, Body=content)
    store = open_store(filled.uri)
    found = [f for f in verify(store, now=datetime.now(UTC), state_dir=state) if f.level == "damage"]
    assert {(f.table, f.path) for f in found} == {("pages", gone), ("threads", cut)}
    with pytest.raises(ArchiveError, match="verify"):
        filled.open().threads().to_pylist()
    assert sorted(give_up(store, found)) == sorted([gone, cut])
    assert len(filled.open().threads(history=True).to_pylist()) == 2


def test_leftovers_are_removed_once_they_are_old(filled, monkeypatch):
    store, client = open_store(filled.uri), filled.client()
    left = ["pages/site=x/month=2023-11/left.parquet", "pages/_tmp/dead-000001-00.part"]
    for path in left:
        client.put_object(Bucket=filled.name, Key=f"{filled.prefix}/{path}", Body=b"PAR1")
    client.create_multipart_upload(Bucket=filled.name, Key=f"{filled.prefix}/pages/_tmp/dead-000002-00.part")
    assert list(vacuum(store)) == []
    monkeypatch.setattr(archive.s3, "time", Clock(hours=25))
    assert sorted(f"{leftover.table}/{leftover.path}" for leftover in vacuum(store)) == sorted(left)
    filled.started("crawl-9").close()  # the upload, too, is removed by a later crawl
    assert filled.litter() == []
    assert filled.visible() == filled.committed()


@only_real(AS_ON_DISK)
def test_a_machine_that_knows_only_the_address_brings_nothing_back_that_was_erased(filled, monkeypatch):
    erase(filled.uri, Subject(comment_id="comment-1"), state_dir=filled.folder / "state")
    with pytest.raises(ArchiveError, match="copy it from the STATE_DIR"):
        filled.started("crawl-2", "elsewhere")
    [key] = (filled.folder / "state").glob("erasure-*.key")
    monkeypatch.setenv("TALKBACK_ERASURE_KEYS", key.read_text())
    exporter = filled.started("crawl-2", "elsewhere")
    assert set(exporter.index.thread("thread of page-1")) == {"comment-0", "comment-2"}
    add_visit(exporter, "v9", at=NOW + 9 * SECOND, digest="9", comments=["comment-1", "comment-3"])
    exporter.commit(exporter.take())
    exporter.close()
    assert filled.every("comments", "comment_id") == {(f"comment-{n}",): 1 for n in (0, 2, 3)}


@only_real(AS_ON_DISK)
def test_two_compactions_and_a_crawl_at_once_lose_and_double_nothing(filled):
    exporter, failed = filled.started("crawl-2", "other"), []

    def work(task) -> None:
        try:
            task()
        except Exception as error:
            failed.append(error)
            raise

    def crawling() -> None:
        for number in range(4):
            at = NOW + (10 + number) * SECOND
            add_visit(exporter, f"w{number}", at=at, digest=f"w{number}", comments=[f"more-{number}"], site="bücher.example:80")
            exporter.commit(exporter.take())

    def compacting() -> None:
        for _ in range(2):
            list(compact(open_store(filled.uri), tables=("comments", "pages")))

    threads = [threading.Thread(target=work, args=(task,)) for task in (crawling, compacting, compacting)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    exporter.close()
    assert failed == []
    names = [f"comment-{n}" for n in range(3)] + [f"more-{n}" for n in range(4)]
    assert filled.every("comments", "comment_id") == {(name,): 1 for name in names}
    assert [f for f in findings(filled.uri, filled.folder / "state") if f.level == "damage"] == []
    assert len(filled.open().files("comments")) < len(names)
    assert list(leftovers(TableLog(open_store(filled.uri), TABLES["comments"]), 0)), "what was replaced waits for vacuum"
