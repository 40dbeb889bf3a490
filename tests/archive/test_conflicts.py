"""Every change of a table against every other one that was prepared on the same snapshot: rows are there once.

The library decides which of two commits is refused, and has changed its mind between releases: this is run on every
upgrade of it.
"""

from __future__ import annotations

import shutil

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from archive_rows import NOW, SECOND, add_visit, every, started

from archive.erased import Erasures
from archive.log import TableLog
from archive.parts import Part
from archive.schema import TABLES
from archive.stores import LocalStore
from archive.upkeep.rewriting import keep, merge

SITE = {"site": "example.org", "month": "2023-11"}


class Change:
    """Something prepared on a snapshot and committed when the snapshot may be old."""

    def __init__(self, root, name: str) -> None:
        self.log = TableLog(LocalStore(root / "archive"), TABLES["comments"])
        self.snapshot = self.log.open()
        self.parts = sorted(map(str, self.log.files(self.snapshot).column("path").to_pylist()))
        self.root, self.name = root, name
        self.prepared = getattr(self, f"prepare_{name.replace(' ', '_')}")()

    def publish(self, *parts: Part) -> list[Part]:
        self.log.store.publish([(part.staged, f"comments/{part.path}") for part in parts])
        return list(parts)

    def copy(self) -> Part:
        """A part with one new row."""
        part = keep(self.log, self.parts[0], SITE, pc.field("comment_id") == "none", "test")
        assert part is not None
        return part

    def prepare_append(self):
        return {"added": self.publish(self.copy()), "transactions": {}}

    def prepare_crawl(self):
        number = (self.snapshot.transaction_version("seq/example.org") or 0) + 1
        return {"added": self.publish(self.copy()), "transactions": {"seq/example.org": number}}

    def prepare_compact(self):
        whole = merge(self.log, self.parts, SITE, "compact")
        assert whole is not None
        return {"added": self.publish(whole), "transactions": {}, "removed": self.parts, "data_change": False}

    def prepare_compact_some(self):
        whole = merge(self.log, self.parts[1:], SITE, "compact")
        assert whole is not None
        return {"added": self.publish(whole), "transactions": {}, "removed": self.parts[1:], "data_change": False}

    def prepare_remove(self):
        return {"added": [], "transactions": {}, "removed": self.parts[:1]}

    def prepare_erase(self):
        return None

    def commit(self) -> bool:
        if self.prepared is None:
            erasures = Erasures(self.log.store, self.root / "state")
            erasures.remember(self.log, {("comment_id",): [[self.name]]})
            return True
        arguments = dict(self.prepared)
        return self.log.commit(self.snapshot, arguments.pop("added"), arguments.pop("transactions"), **arguments)


APPENDS = frozenset({"append", "crawl"})
CHANGES = ("append", "crawl", "compact", "compact some", "remove", "erase")


@pytest.fixture(scope="module")
def three_parts(tmp_path_factory):
    root = tmp_path_factory.mktemp("three")
    exporter = started(root)
    for number in range(3):
        add_visit(exporter, f"v{number}", at=NOW + number * SECOND, digest=f"{number}", comments=[f"c{number}"])
        exporter.commit(exporter.take())
    exporter.close()
    return root


@pytest.mark.parametrize("first", CHANGES)
@pytest.mark.parametrize("second", CHANGES)
def test_of_two_changes_of_one_snapshot_no_row_is_doubled_and_none_is_lost(three_parts, tmp_path, first, second):
    shutil.copytree(three_parts, tmp_path, dirs_exist_ok=True)
    one, other = Change(tmp_path, first), Change(tmp_path, second)
    expected = every(tmp_path, "comments", "comment_id")
    assert set(expected.values()) == {1}
    [copied] = pq.read_table(tmp_path / "archive" / "comments" / one.parts[0]).column("comment_id").to_pylist()
    done = [one.commit(), other.commit()]
    for change, committed in zip((one, other), done, strict=True):
        expected[copied,] += committed * ((change.name in APPENDS) - (change.name == "remove"))
    assert every(tmp_path, "comments", "comment_id") == +expected
    assert done[0], "the first one finds what it was prepared for"
    if "compact" in first and ("compact" in second or second == "remove"):
        assert not done[1], "the parts it takes out are gone"


def test_an_append_that_was_prepared_before_an_erasure_is_refused(three_parts, tmp_path):
    shutil.copytree(three_parts, tmp_path, dirs_exist_ok=True)
    for name in ("append", "crawl"):
        append, erasure = Change(tmp_path, name), Change(tmp_path, "erase")
        assert erasure.commit()
        assert not append.commit()
