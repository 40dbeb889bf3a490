"""A disk that is full, a real one: whatever still fits, the batch is committed whole or the next run completes it."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
from pathlib import Path

import pytest
from archive_rows import NOW, SECOND, add_visit, comment, committed, every, started, visible

import archive
from archive.errors import ArchiveError
from archive.export import FORMATS, export, whole_file
from archive.stores import open_store
from archive.upkeep.compact import compact

DISK_KB = 8_000


@pytest.fixture
def disk(tmp_path):
    """A small file system of its own."""
    if os.geteuid() != 0:
        pytest.skip("needs root to mount a small file system")
    place = tmp_path / "disk"
    place.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_KB}k", "tmpfs", place], capture_output=True, check=False)
    if made.returncode:
        pytest.skip(f"cannot mount a small file system here: {made.stderr.decode().strip()}")
    yield place
    # What failed to write may hold its file open until it is collected.
    subprocess.run(["umount", "--lazy", place], check=True)


def fill(disk: Path, left_kb: int) -> Path:
    """Take all room but this much."""
    filler = disk / "filler"
    with filler.open("wb") as file, contextlib.suppress(OSError):
        while True:
            os.write(file.fileno(), bytes(4096))
    size = filler.stat().st_size
    os.truncate(filler, size - left_kb * 1024)
    return filler


def test_a_full_disk_is_named_and_the_next_run_completes_the_batch(disk):
    said: list[str] = []
    for number, left_kb in enumerate(range(32, 248, 18)):
        exporter = started(disk, f"crawl-{number}")
        text = os.urandom(2_000).hex()
        add_visit(exporter, f"v{number}", at=NOW + number * SECOND, digest=f"{number}", comments=[comment(f"c{number}", text=text)])
        batch = exporter.take()
        filler = fill(disk, left_kb)
        try:
            exporter.commit(batch)
        except ArchiveError as error:
            said.append(str(error))
        is_kept = f"c{number}" in {name for (name,) in every(disk, "comments", "comment_id")} or bool(
            exporter._journal.open_records()
        )
        exporter.close()
        filler.unlink()
        survivor = started(disk, f"crawl-{number}")
        if not is_kept:
            add_visit(survivor, f"v{number}", at=NOW + number * SECOND, digest=f"{number}", comments=[comment(f"c{number}", text=text)])
            survivor.commit(survivor.take())
        survivor.close()
        names = range(number + 1)
        assert every(disk, "comments", "comment_id") == {(f"c{n}",): 1 for n in names}, left_kb
        for table in ("pages", "threads"):
            assert every(disk, table, "capture_id") == {(f"v{n}",): 1 for n in names}, left_kb
        assert visible(disk / "") == committed(disk), left_kb
    assert 5 < len(said) < 12, "some failed and some fitted"
    assert all("No space left on device" in text or "disk is full" in text for text in said)
    assert all("make room" in text for text in said)


def test_upkeep_and_exports_on_a_full_disk_name_the_file_and_the_way_out(disk):
    for number in range(2):
        exporter = started(disk, f"crawl-{number}")
        add_visit(exporter, f"v{number}", at=NOW + number * SECOND, digest=f"{number}", comments=[comment(f"c{number}", text=os.urandom(9_000).hex())])
        exporter.commit(exporter.take())
        exporter.close()
    fill(disk, 0)
    way_out = "No space left on device; make room and run the same command again"
    held = archive.open(str(disk / "archive"))
    for done in compact(open_store(held.uri)):
        assert done.after == 0
        assert f"cannot write the part {done.table}/_tmp/compact~" in (done.trouble or "")
        assert way_out in (done.trouble or "")
    for kind in FORMATS:
        with pytest.raises(ArchiveError, match=re.escape(f"cannot write {disk}/x.{kind}: {way_out}")), whole_file(disk / f"x.{kind}") as out:
            export(held.rows("comments"), held.rows("comments").batches(), kind, out)
        assert not list(disk.glob("*x.*"))
