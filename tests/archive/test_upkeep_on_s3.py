"""Looking after an archive works on S3 as it does on a disk, here on moto."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime

import boto3
import pytest
from archive_rows import NOW, SECOND, add_visit, comment

import archive
from archive.exporter import Exporter
from archive.history import find, history
from archive.log import TableLog
from archive.schema import TABLES
from archive.stores import open_store
from archive.upkeep.compact import compact
from archive.upkeep.erase import Subject, erase
from archive.upkeep.vacuum import leftovers, vacuum
from archive.upkeep.verify import verify

URI = "s3://upkeep/some/prefix"


SERVER = """
import sys
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
server.start()
print("http://{}:{}".format(*server.get_host_and_port()), flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def server():
    """In a process of its own: delta-rs holds the GIL while it changes a property, and the server could not answer."""
    running = subprocess.Popen(
        [sys.executable, "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert running.stdin is not None
    assert running.stdout is not None
    yield running.stdout.readline().strip()
    running.stdin.close()
    running.wait(10)
    running.stdout.close()


def test_an_archive_on_s3_is_compacted_verified_erased_from_and_read(server, tmp_path, monkeypatch):
    for name, value in {
        "AWS_ENDPOINT_URL": server, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    client = boto3.client("s3")
    client.create_bucket(Bucket="upkeep")
    exporter = Exporter(URI, "crawl-1", state_dir=tmp_path)
    exporter.start()
    for number in range(3):
        rows = [comment(f"comment-{number}", thread="thread of page-1", author_name=("Ada", "Bob")[number % 2])]
        at = NOW + number * SECOND
        add_visit(exporter, f"v{number}", at=at, digest=f"{number}", comments=rows, site="bücher.example:80")
        exporter.commit(exporter.take())
    exporter.close()
    store = open_store(URI)
    before = sorted(map(repr, archive.open(URI).comments(history=True).to_pylist()))
    done = list(compact(store))
    assert [(group.table, group.parts, group.trouble) for group in done] == [
        (table, 3, None) for table in ("comments", "shares", "subscribes", "pages", "threads", "visits")
    ]
    assert sorted(map(repr, archive.open(URI).comments(history=True).to_pylist())) == before
    erased = erase(URI, Subject(author_name="Ada", system="wordpress"), state_dir=tmp_path)
    assert (erased.comments, erased.parts) == (["comment-0", "comment-2"], 1)
    opened = archive.open(URI)
    assert [row["author_name"] for row in opened.comments(history=True).to_pylist()] == ["Bob"]
    assert [event.kind for event in history(opened, find(opened, "comment-1"))] == ["visit", "new", "visit", "visit"]
    notes = list(verify(store, now=datetime.now(UTC), state_dir=tmp_path))
    assert {note.level for note in notes} == {"note"}, notes
    assert list(vacuum(store, hours=1)) == []
    replaced = [file.why for file in leftovers(TableLog(store, TABLES["comments"]), 0)]
    assert replaced == ["replaced"] * 4
    client.close()
