"""The same archive on S3, here on moto: one batch after another, two crawls, the same refusals."""

from __future__ import annotations

import boto3
import pytest
from archive_rows import NOW, SECOND, add_visit
from moto.server import ThreadedMotoServer

import archive
from archive.errors import ArchiveError
from archive.exporter import Exporter
from archive.s3 import S3Store


@pytest.fixture(scope="module")
def server():
    running = ThreadedMotoServer("127.0.0.1", 0)
    running.start()
    yield "http://{}:{}".format(*running.get_host_and_port())
    running.stop()


@pytest.fixture
def bucket(server, monkeypatch):
    for name, value in {
        "AWS_ENDPOINT_URL": server, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    client = boto3.client("s3")
    client.create_bucket(Bucket="talkback")
    yield client
    for found in client.list_objects_v2(Bucket="talkback").get("Contents", ()):
        client.delete_object(Bucket="talkback", Key=found["Key"])
    client.delete_bucket(Bucket="talkback")
    client.close()


def keys(client) -> list[str]:
    return [found["Key"] for found in client.list_objects_v2(Bucket="talkback").get("Contents", ())]


def test_crawls_commit_to_s3_what_readers_find_there(bucket, tmp_path):
    for number, state in enumerate(["one", "one", "other"]):
        exporter = Exporter("s3://talkback/some/prefix", f"crawl-{number}", state_dir=tmp_path / state)
        exporter.start()
        add_visit(exporter, f"visit-{number}", at=NOW + number * SECOND, site="bücher.example:80", comments=["a", "b"])
        exporter.commit(exporter.take())
        exporter.close()
    opened = archive.open("s3://talkback/some/prefix")
    assert {row["comment_id"]: row["site"] for row in opened.comments(history=True).to_pylist()} == {
        "a": "bücher.example:80",
        "b": "bücher.example:80",
    }
    assert opened.info().rows["threads"] == 3
    assert opened.info().rows["shares"] == 2
    parts = [key for key in keys(bucket) if key.endswith(".parquet") and "/site=" in key]
    assert sorted(f"s3://talkback/{key}" for key in parts if "/comments/" in key) == opened.files("comments")
    assert not [key for key in keys(bucket) if "/_tmp/" in key or "_probe" in key]


def test_a_bucket_that_is_not_there_is_named(bucket, tmp_path):
    with pytest.raises(ArchiveError, match=r"s3://nowhere.*create the bucket first"):
        Exporter("s3://nowhere/x", "crawl-1", state_dir=tmp_path).start()
    with pytest.raises(ArchiveError, match="there is no archive at s3://talkback/empty"):
        archive.open("s3://talkback/empty")


def test_a_server_without_conditional_writes_is_refused(bucket, tmp_path, monkeypatch):
    exporter = Exporter("s3://talkback/x", "crawl-1", state_dir=tmp_path)
    assert isinstance(exporter.store, S3Store)
    put = exporter.store._client.put_object
    monkeypatch.setattr(
        exporter.store._client, "put_object", lambda IfNoneMatch, **rest: put(**rest)  # noqa: N803 - boto3's name
    )
    with pytest.raises(ArchiveError, match="ignores If-None-Match"):
        exporter.start()
    assert keys(bucket) == []
