"""Whatever fails between the archive and S3, at whatever step: no row is lost, none is doubled, and a loss is said."""

from __future__ import annotations

import asyncio
import itertools
import os
import random
import time
from collections import Counter
from typing import TypeVar

import pyarrow as pa
import pytest
from archive_rows import NOW, SECOND, add_visit
from bucket import LANES, MOTO_CANNOT, PATIENT, REAL, TAKES_LONG, only_real
from proxy import Kind, Proxy

from archive import s3
from archive.errors import ArchiveError
from archive.s3 import S3Store
from archive.s3_options import S3Options

STEPS = {
    "put": r"^PUT .*/_tmp/.*\.part",
    "copy": r"^PUT .*/month(=|%3D).*\.parquet$",
    "remove": r"^DELETE .*/_tmp/.*\.part",
    "log commit": r"^PUT .*/_delta_log/\d+\.json$",
    "log list": r"^GET .*list-type=2.*_delta_log",
    "log get": r"^GET .*/_delta_log/\d+\.json$",
}
"""Requests of a commit."""
LARGE = {
    "multipart create": r"^POST .*\?uploads",
    "multipart part": r"^PUT .*partNumber=2",
    "multipart complete": r"^POST .*uploadId=",
}
TRANSIENT = [kind for kind in Kind if kind not in (Kind.CORRUPT_REQUEST, Kind.SKEWED)]
"""What passes. moto takes half a body for a whole one, so only a real server is given one."""
if REAL is None:
    TRANSIENT.remove(Kind.CUT_REQUEST)
Fault = TypeVar("Fault")
SHARE = 12 if REAL is None else int(os.environ.get("TALKBACK_FAULTS") or 1)
SEED = int(os.environ.get("TALKBACK_KILL_SEED") or 0)


def some(faults: list[Fault]) -> list[Fault]:
    """One of so many faults, which the seed draws: each takes a commit, and some of them the time until we give up."""
    return random.Random(SEED).sample(faults, -(-len(faults) // SHARE))


HAVE_BODIES = ("copy", "log list", "log get")
"""Requests with something in their answers that can be cut."""
FAULTS = some([(step, kind) for step, kind in itertools.product(STEPS, TRANSIENT) if kind is not Kind.CUT_ANSWER or step in HAVE_BODIES])
LASTING = some(
    [(step, kind) for step in STEPS for kind in (Kind.DROP_AFTER, Kind.STALL_BEFORE, Kind.SLOW_DOWN)]
    + [(step, Kind.CUT_ANSWER) for step in HAVE_BODIES]
    + [(step, Kind.CUT_REQUEST) for step in ("put", "log commit")]
)
if REAL is None:
    LASTING = [("log commit", Kind.DROP_AFTER)]

BRIEF = S3Options(timeout_s=1.0 if REAL is None else 4.0, retries=2)
"""A real server of a busy machine has been two seconds late for an answer to a sound request, three times in a row."""


def visit(exporter, number: int):
    add_visit(exporter, f"visit-{number}", at=NOW + number * SECOND, comments=[f"c-{number}"], digest=f"{number}")
    return exporter.take()


def expect(bucket, numbers) -> None:
    """Each of these visits is in every table, once."""
    assert bucket.every("comments", "comment_id") == Counter({(f"c-{n}",): 1 for n in numbers})
    captures = Counter({(f"visit-{n}",): 1 for n in numbers})
    assert bucket.every("pages", "capture_id") == captures
    assert bucket.every("threads", "capture_id") == captures
    assert bucket.every("shares", "capture_id") == Counter(dict.fromkeys(captures, 2))


def test_a_fault_that_passes_at_any_step_is_survived_within_the_commit(bucket, proxy, impatient):
    def survive(bucket, *faults) -> None:
        exporter = bucket.started(options=BRIEF)
        for number, (step, kind) in enumerate(faults):
            fault = proxy.fail(kind, bucket.lane(STEPS[step]))
            exporter.commit(visit(exporter, number))
            assert fault.met == 1, f"{kind} did not happen at {step}"
        exporter.close()
        expect(bucket, range(len(faults)))
        assert bucket.visible() == bucket.committed()
        assert bucket.litter() == []

    bucket.lanes(survive, [FAULTS[lane::LANES] for lane in range(LANES)])


@pytest.mark.parametrize("kind", sorted({kind for _, kind in LASTING}))
def test_a_fault_that_lasts_is_raised_and_the_next_run_completes_the_batch(bucket, proxy, impatient, kind):
    def complete(bucket, step) -> None:
        exporter = bucket.started(options=BRIEF)
        exporter.commit(visit(exporter, 1))
        batch = visit(exporter, 2)
        fault = proxy.fail(kind, bucket.lane(STEPS[step]), times=1_000)
        began = time.monotonic()
        raised = ""
        try:
            exporter.commit(batch)
        except ArchiveError as error:
            raised = str(error)
        # A server that does what it is asked and never says so: what it did is found by looking.
        assert bool(raised) != (kind is Kind.DROP_AFTER and step == "log commit")
        assert fault.met
        assert time.monotonic() - began < 60
        if raised:
            assert bucket.uri in raised
            assert "\n" not in raised
            assert bucket.server.owner[1] not in raised
        is_kept = not raised or bool(exporter._journal.open_records())
        exporter.close()
        fault.times = 0
        survivor = bucket.started("crawl-2")
        if not is_kept:
            survivor.commit(visit(survivor, 2))  # nothing of it was: its page is visited again
        survivor.close()
        expect(bucket, (1, 2))
        assert bucket.visible() == bucket.committed()

    bucket.lanes(complete, [(step,) for step, of in LASTING if of is kind])


def test_a_large_part_arrives_whatever_passes_meanwhile(bucket, proxy, impatient, monkeypatch):
    monkeypatch.setattr(s3, "PIECE_BYTES", 5 * 1024 * 1024)
    content = b"talkback" * 700_000
    def arrive(bucket, step, kind) -> None:
        store = S3Store(f"{bucket.name}/{bucket.prefix}", S3Options(timeout_s=3.0, retries=3))
        fault = proxy.fail(kind, bucket.lane(LARGE[step]))
        store.stage("t/_tmp/a.part", pa.py_buffer(content))
        assert fault.met == 1
        assert store.read("t/_tmp/a.part") == content
        assert set(bucket.litter()) == {f"{bucket.prefix}/t/_tmp/a.part"}, "an upload that nobody was told of may be left"

    bucket.lanes(arrive, some([*itertools.product(LARGE, TRANSIENT)]))


@only_real(MOTO_CANNOT)
def test_a_piece_of_a_large_part_that_was_changed_on_the_way_is_refused(bucket, proxy, impatient, monkeypatch):
    monkeypatch.setattr(s3, "PIECE_BYTES", 5 * 1024 * 1024)
    store = S3Store(f"{bucket.name}/x", BRIEF)
    fault = proxy.fail(Kind.CORRUPT_REQUEST, LARGE["multipart part"], times=100)
    with pytest.raises(ArchiveError, match="what arrived is not what was sent"):
        store.stage("t/_tmp/a.part", pa.py_buffer(b"talkback" * 700_000))
    assert fault.met
    store.discard(["t/_tmp/a.part"])
    assert bucket.objects() == []
    assert bucket.client().list_multipart_uploads(Bucket=bucket.name).get("Uploads", []) == []


def test_a_large_part_that_cannot_be_sent_leaves_no_upload(bucket, proxy, impatient, monkeypatch):
    monkeypatch.setattr(s3, "PIECE_BYTES", 5 * 1024 * 1024)
    store = S3Store(f"{bucket.name}/x", BRIEF)
    proxy.fail(Kind.ERROR_BEFORE, LARGE["multipart part"], times=100)
    with pytest.raises(ArchiveError, match=r"cannot send the part .*InternalError"):
        store.stage("t/_tmp/a.part", pa.py_buffer(b"talkback" * 700_000))
    proxy.heal()
    store.discard(["t/_tmp/a.part"])
    assert bucket.litter() == []


@pytest.mark.parametrize("kind", TRANSIENT)
def test_a_read_outlives_what_passes(bucket, proxy, impatient, kind):
    store = S3Store(f"{bucket.name}/x", BRIEF)
    content = bytes(range(256)) * 2_000
    store.stage("t/_tmp/a.part", pa.py_buffer(content))
    fault = proxy.fail(kind, r"^GET .*a\.part")
    assert store.read("t/_tmp/a.part") == content
    assert fault.met == 1
    again = proxy.fail(kind, r"^GET .*a\.part", spared=1)
    with store.filesystem("t").open_input_file("_tmp/a.part") as file:
        assert file.read_at(1000, 5) == content[5:1005]
    assert again.met == 1


def test_a_read_that_never_succeeds_ends_with_an_error(bucket, proxy, impatient):
    store = S3Store(f"{bucket.name}/x", BRIEF)
    store.stage("t/_tmp/a.part", pa.py_buffer(b"x" * 1000))
    for kind in (Kind.CUT_ANSWER, Kind.STALL_BEFORE):
        proxy.heal()
        fault = proxy.fail(kind, r"^GET .*a\.part", times=1_000)
        with pytest.raises(ArchiveError, match=rf"x/t/_tmp/a\.part: cannot read \(at {proxy.url}\)"):
            store.read("t/_tmp/a.part")
        assert fault.met == BRIEF.retries + 1


def test_the_probe_is_not_misled_by_an_answer_that_was_lost(bucket, proxy, impatient):
    store = S3Store(f"{bucket.name}/x", BRIEF)
    for kind in (Kind.DROP_AFTER, Kind.ERROR_AFTER):
        proxy.fail(kind, "^PUT .*/probe")
        proxy.fail(kind, "^DELETE .*/probe")
        store.prepare()
        proxy.fail(kind, "^PUT .*/probe", spared=1)
        store.prepare()
    assert bucket.objects() == []


def test_a_probe_that_a_slow_server_writes_after_its_removal_is_swept_a_day_later(bucket, monkeypatch):
    store = S3Store(f"{bucket.name}/{bucket.prefix}", PATIENT)
    monkeypatch.setattr(store, "discard", lambda paths: None)
    store.prepare()
    [left] = bucket.objects()
    bucket.started().close()
    assert bucket.litter() == [left], "another crawl may try the bucket just now"
    monkeypatch.setattr(time, "time", lambda now=time.time: now() + 90_000)
    bucket.started().close()
    assert bucket.litter() == []


@only_real(TAKES_LONG)
def test_an_archive_is_created_whatever_passes_meanwhile(bucket, proxy, impatient):
    def create(bucket, kind) -> None:
        for table in ("comments", "crawls"):
            proxy.fail(kind, bucket.lane(f"^PUT .*/{table}/_delta_log/0+.json"))
        exporter = bucket.started(options=BRIEF)
        exporter.commit(visit(exporter, 1))
        exporter.close()
        expect(bucket, (1,))

    bucket.lanes(create, [(kind,) for kind in some(TRANSIENT)])


async def test_the_event_loop_runs_on_while_s3_stands_still(bucket, proxy, impatient):
    exporter = bucket.started(options=BRIEF)
    gaps: list[float] = []

    async def tick() -> None:
        last = time.monotonic()
        while True:
            await asyncio.sleep(0.01)
            now = time.monotonic()
            gaps.append(now - last)
            last = now

    ticking = asyncio.create_task(tick())
    waiting = [STEPS["put"], STEPS["log commit"], *([STEPS["log get"], STEPS["copy"]] if REAL is not None else [])]
    for number, pattern in enumerate(waiting):
        fault = proxy.fail(Kind.STALL_BEFORE, pattern)
        await asyncio.to_thread(exporter.commit, visit(exporter, number))
        assert fault.met == 1
    ticking.cancel()
    exporter.close()
    assert len(gaps) > 100
    assert max(gaps) < 0.7 * BRIEF.timeout_s, "less than one stall"
    expect(bucket, range(len(waiting)))


def test_a_proxy_fails_what_it_is_told_to_and_nothing_else(bucket, proxy: Proxy):
    store = S3Store(f"{bucket.name}/x", S3Options(timeout_s=1.0, retries=0))
    store.stage("t/_tmp/a.part", pa.py_buffer(b"a"))
    fault = proxy.fail(Kind.DROP_AFTER, "^PUT .*b.part")
    store.stage("t/_tmp/c.part", pa.py_buffer(b"c"))
    with pytest.raises(ArchiveError, match="connection broke"):
        store.stage("t/_tmp/b.part", pa.py_buffer(b"b"))
    assert fault.met == 1
    assert len(bucket.objects()) == 3, "dropped after it was done"
    before = proxy.fail(Kind.DROP_BEFORE, "^PUT .*d.part")
    with pytest.raises(ArchiveError, match="connection broke"):
        store.stage("t/_tmp/d.part", pa.py_buffer(b"d"))
    assert before.met == 1
    assert len(bucket.objects()) == 3


def test_a_log_that_cannot_be_read_any_more_is_an_error_of_the_archive(bucket, proxy, impatient):
    exporter = bucket.started(options=BRIEF)
    exporter.commit(visit(exporter, 1))
    log = exporter.logs["comments"]
    snapshot = log.open()
    assert log.transaction(snapshot, exporter.application) == 1
    proxy.fail(Kind.ERROR_BEFORE, r"^GET .*_delta_log", times=1_000)
    for ask in (lambda: log.transaction(snapshot, "nobody"), log.open):
        with pytest.raises(ArchiveError, match=f"{bucket.uri}/comments: cannot read the log"):
            ask()
    exporter.close()
