"""Memory that a crawl needed for a moment goes back to the system."""

from __future__ import annotations

import subprocess
import sys

import pytest

HELD = """
import pyarrow as pa
from crawler.buffers import give_back

def resident():
    return int(open("/proc/self/statm").read().split()[1]) * 4 // 1024

give_back()
before = resident()
for size in (40, 20, 10, 5, 3):
    buffers = [pa.allocate_buffer(size << 20) for _ in range(4)]
    for buffer in buffers:
        memoryview(buffer).cast("B")[::4096] = bytes(len(range(0, size << 20, 4096)))
    del buffers, buffer
print(resident() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_buffers_of_a_commit_are_given_back_when_they_are_freed():
    done = subprocess.run([sys.executable, "-c", HELD], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 8  # megabytes of 160
