"""An archive on S3: one batch after another, two crawls, a machine that knows nothing, large parts, other settings."""

from __future__ import annotations

import os
import threading
from collections import Counter

import pyarrow as pa
import pytest
from archive_rows import NOW, SECOND, add_visit, comment, origin, seen
from bucket import MOTO_CANNOT, PATIENT, REAL, Bucket, only_real

from archive import s3
from archive.errors import ArchiveError
from archive.s3 import S3Store
from archive.s3_options import S3Options


def visit(exporter, number: int, **rest) -> None:
    add_visit(exporter, f"visit-{number}", at=NOW + number * SECOND, **rest)
    exporter.commit(exporter.take())


def test_crawls_of_two_machines_commit_what_readers_find_and_nothing_twice(bucket):
    for number, state in enumerate(["one", "one", "other"]):
        exporter = bucket.started(f"crawl-{number}", state)
        if number:
            assert set(exporter.index.thread("thread-1")) == {"a", "b"}, "learnt from the bucket"
            assert exporter.index.page("page-1").content_digest == "digest-1"
        visit(exporter, number, site="bücher.example:80", comments=["a", "b"])
        exporter.close()
    opened = bucket.open()
    assert {row["comment_id"]: row["site"] for row in opened.comments(history=True).to_pylist()} == {
        "a": "bücher.example:80",
        "b": "bücher.example:80",
    }
    assert bucket.every("comments", "comment_id") == {("a",): 1, ("b",): 1}
    assert opened.info().rows["threads"] == 3
    assert opened.info().rows["shares"] == 2
    assert bucket.visible() == bucket.committed()
    assert bucket.litter() == []
    assert all(key.startswith("some/prefix/") for key in bucket.objects())


@pytest.mark.parametrize("prefix", ["with blanks/bücher, 新聞/a=b+c@d~e", *(["", "one", "x" * 400] if REAL else [])])
def test_both_halves_of_a_commit_and_the_reader_mean_the_same_key(bucket, prefix):
    bucket.prefix = prefix
    exporter = bucket.started()
    visit(exporter, 1, comments=["a"])
    exporter.close()
    assert bucket.every("comments", "comment_id") == {("a",): 1}
    assert {f"s3://{bucket.name}/{key}" for key in bucket.objects("/month=")} == bucket.committed()
    assert all(key.startswith(prefix) for key in bucket.objects())


def test_the_same_bucket_of_another_server_is_another_archive(bucket, proxy, monkeypatch):
    one = bucket.exporter()
    monkeypatch.setenv("AWS_ENDPOINT_URL", bucket.server.url)
    assert bucket.exporter().state_dir != one.state_dir


def test_a_part_larger_than_a_piece_is_sent_in_pieces_and_read_by_ranges(bucket, proxy, monkeypatch):
    monkeypatch.setattr(s3, "PIECE_BYTES", 5 * 1024 * 1024)
    exporter = bucket.started(options=S3Options(timeout_s=20))
    texts = {f"{n}": os.urandom(1_500_000).hex() for n in range(4)}
    exporter.add("comments", [comment(name, text=text) for name, text in texts.items()], seen())
    exporter.commit(exporter.take())
    exporter.close()
    assert sum("partNumber=" in line for line in proxy.lines) >= 2
    proxy.lines.clear()
    assert {row["comment_id"]: row["text"] for row in bucket.open().comments().to_pylist()} == texts
    assert bucket.litter() == []
    [part] = bucket.objects("comments/site")
    size = bucket.client().head_object(Bucket=bucket.name, Key=part)["ContentLength"]
    assert size > 5 * 1024 * 1024


def test_any_range_of_an_object_is_what_lies_there(bucket):
    store = S3Store(f"{bucket.name}/x", PATIENT)
    content = os.urandom(300_000)
    store.stage("t/_tmp/a.part", pa.py_buffer(content))
    store.stage("t/_tmp/empty.part", pa.py_buffer(b""))
    with store.filesystem("t").open_input_file("_tmp/a.part") as file:
        assert file.size() == len(content)
        for start, length in ((0, 1), (0, 300_000), (299_999, 5), (171_000, 10_000), (300_000, 1), (100, 0)):
            file.seek(start)
            assert file.read(length) == content[start : start + length]
        assert file.read_at(7, 200_000) == content[200_000:200_007]
    with store.filesystem("t").open_input_file("_tmp/empty.part") as file:
        assert file.read() == b""
    with pytest.raises(FileNotFoundError, match=f"s3://{bucket.name}/x/t/_tmp/none is not there"):
        store.filesystem("t").open_input_file("_tmp/none")


def test_publishing_again_and_discarding_again_change_nothing(bucket):
    store = S3Store(f"{bucket.name}/x", PATIENT)
    store.stage("t/_tmp/a.part", pa.py_buffer(b"abc"))
    for _ in range(2):
        store.publish([("t/_tmp/a.part", "t/a.parquet")])
        store.discard(["t/_tmp/a.part"])
    assert bucket.objects() == ["x/t/a.parquet"]
    assert store.read("t/a.parquet") == b"abc"
    with pytest.raises(ArchiveError, match="cannot give the part its name"):
        store.publish([("t/_tmp/never.part", "t/never.parquet")])


def test_an_upload_that_a_dead_crawl_left_half_way_is_given_up(bucket):
    bucket.started().close()
    key = f"{bucket.prefix}/pages/_tmp/crawl-1-000001-{origin(bucket.folder / 'state')}aa.part"
    bucket.client().create_multipart_upload(Bucket=bucket.name, Key=key)
    assert bucket.litter() == [key]
    if REAL:  # moto says of every upload that it began in 2010
        bucket.started("crawl-2").close()
        assert bucket.litter() == [key], "a young upload of another crawl may be alive"
    bucket.started("crawl-1").close()
    assert bucket.litter() == []


def test_two_crawls_that_commit_at_once_add_up(bucket):
    turns = range(8 if REAL is not None else 2)
    exporters = [bucket.started(f"crawl-{n}", f"state-{n}") for n in range(2)]
    failed: list[Exception] = []

    def crawl(number: int) -> None:
        try:
            for turn in turns:
                shared, own = f"shared-{turn}", f"own-{number}-{turn}"
                add_visit(exporters[number], f"visit-{number}-{turn}", comments=[shared, own], page_id=f"page-{turn}")
                exporters[number].commit(exporters[number].take())
        except Exception as error:
            failed.append(error)
            raise

    threads = [threading.Thread(target=crawl, args=(n,)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=100)
    for exporter in exporters:
        exporter.close()
    assert failed == []
    names = [f"shared-{t}" for t in turns] + [f"own-{n}-{t}" for n in range(2) for t in turns]
    assert bucket.every("comments", "comment_id") == Counter({(name,): 1 for name in names})
    assert bucket.every("pages", "page_id") == Counter({(f"page-{t}",): 1 for t in turns})
    assert bucket.every("shares", "page_id", "position") == {(f"page-{t}", p): 1 for t in turns for p in (0, 1)}
    assert bucket.every("threads", "capture_id") == {(f"visit-{n}-{t}",): 1 for n in range(2) for t in turns}
    assert bucket.litter() == []


KMS = {"encryption": "aws:kms", "kms_key_id": "talkback-key"}


@pytest.mark.parametrize("encrypted", [KMS, *([{"encryption": "AES256"}] if REAL is None else [])])  # radosgw 16 has KMS only
def test_encryption_and_storage_class_are_those_asked_for(bucket, encrypted):
    options = S3Options(**encrypted, storage_class="STANDARD_IA" if REAL is None else "COLD")
    exporter = bucket.started(options=options)
    visit(exporter, 1, comments=["a"])
    exporter.close()
    client = bucket.client()
    kinds = Counter()
    for key in bucket.objects():
        head = client.head_object(Bucket=bucket.name, Key=key)
        kind = "part" if "/month=" in key else "log"
        kinds[kind, head["ServerSideEncryption"], head.get("SSEKMSKeyId"), head.get("StorageClass", "STANDARD")] += 1
    assert set(kinds) == {
        ("part", options.encryption, options.kms_key_id, options.storage_class),
        ("log", options.encryption, options.kms_key_id, "STANDARD"),
    }
    assert bucket.every("comments", "comment_id") == {("a",): 1}


@only_real(MOTO_CANNOT)
class TestReal:
    def test_a_changed_body_is_refused_by_the_server(self, bucket: Bucket, proxy) -> None:
        from proxy import Kind

        store = S3Store(f"{bucket.name}/x", PATIENT)
        proxy.fail(Kind.CORRUPT_REQUEST, "PUT .*_tmp", times=100)
        with pytest.raises(ArchiveError, match="what arrived is not what was sent"):
            store.stage("t/_tmp/a.part", pa.py_buffer(b"x" * 1000))
        assert bucket.objects() == []
