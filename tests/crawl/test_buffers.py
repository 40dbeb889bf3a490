"""Memory that a crawl needed for a moment goes back to the system."""

from __future__ import annotations

import subprocess
import sys

import pytest

BEGINNING = """
import pyarrow as pa
from crawler.buffers import give_back, trim

def resident():
    return int(open("/proc/self/statm").read().split()[1]) * 4 // 1024

give_back()
"""
HELD = """
before = resident()
for size in (40, 20, 10, 5, 3):
    buffers = [pa.allocate_buffer(size << 20) for _ in range(4)]
    for buffer in buffers:
        memoryview(buffer).cast("B")[::4096] = bytes(len(range(0, size << 20, 4096)))
    del buffers, buffer
print(resident() - before)
"""
HOLES = """
blocks = [bytes(4_000) for _ in range(20_000)]
kept = blocks[::50]
del blocks
before = resident()
trim()
print(before - resident())
"""


def megabytes(script):
    done = subprocess.run([sys.executable, "-c", BEGINNING + script], capture_output=True, text=True, check=True)
    return int(done.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_buffers_of_a_commit_are_given_back_when_they_are_freed():
    assert megabytes(HELD) < 8  # of 160


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_what_lies_free_between_small_blocks_is_given_back():
    assert megabytes(HOLES) > 60  # of 80


PANDAS = """
import sys
import pyarrow as pa
import archive
from crawler.buffers import leave_out_pandas

leave_out_pandas()
pa.array(["a"])
pa.table({"a": [1]})
import pyarrow.dataset
print(int("pandas" in sys.modules), list(pa.table({"a": [1]}).to_pandas()["a"]), int("pandas" in sys.modules))
"""


def test_pyarrow_imports_pandas_only_for_who_asks_for_it():
    pytest.importorskip("pandas")
    done = subprocess.run([sys.executable, "-c", PANDAS], capture_output=True, text=True, check=True)
    assert done.stdout == "0 [1] 1\n"


ALLOCATOR = """
import os
import sys
import crawler.settings
print("deltalake" in sys.modules, "pyarrow" in sys.modules, os.environ["MIMALLOC_PURGE_DELAY"])
"""


@pytest.mark.parametrize("stated", [None, "5"])
def test_what_deltalakes_allocator_reads_is_set_before_it_is_loaded_unless_somebody_has_set_it(monkeypatch, stated):
    monkeypatch.delenv("MIMALLOC_PURGE_DELAY", raising=False)
    if stated:
        monkeypatch.setenv("MIMALLOC_PURGE_DELAY", stated)
    done = subprocess.run([sys.executable, "-c", ALLOCATOR], capture_output=True, text=True, check=True)
    assert done.stdout == f"False False {stated or '0'}\n"


UNUSED = """
import sys
import crawler.commands.archive, crawler.commands.crawl, crawler.progress, crawler.spiders.pages, pipelines.store
from crawler.extract.date_words import words_of

assert words_of("de").phrases["januar"]
print({"boto3", "dateparser", "rich"} & sys.modules.keys())
"""


def test_what_no_page_is_read_with_is_not_there_while_pages_are_read():
    done = subprocess.run([sys.executable, "-c", UNUSED], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


COMMANDS = """
import sys
from scrapy.utils.misc import walk_modules_iter

list(walk_modules_iter("crawler.commands"))
print({"crawler.systems", "crawler.extract.document", "crawler.spiders.base"} & sys.modules.keys())
"""


def test_a_command_that_reads_no_page_does_not_wait_for_what_reads_pages():
    done = subprocess.run([sys.executable, "-c", COMMANDS], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
