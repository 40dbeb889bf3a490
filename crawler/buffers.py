"""Large buffers, which a commit and a page need for a moment, go back to the system when they are freed.

Arrow's own pools keep what was freed for the next time. glibc's malloc gives large blocks back, but with each that is
freed it raises what it calls large, up to 32 MB (mallopt(3), M_MMAP_THRESHOLD); naming a size keeps it there.
"""

from __future__ import annotations

import ctypes
from typing import Final

import pyarrow as pa

LARGE: Final = 256 * 1024
"""Bytes."""
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
"""M_TRIM_THRESHOLD and M_MMAP_THRESHOLD of glibc's malloc.h."""


def give_back() -> None:
    """From now on, in the whole process; where malloc is not glibc's, what it does by itself."""
    pa.set_memory_pool(pa.system_memory_pool())
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        for option in (_TRIM_THRESHOLD, _MMAP_THRESHOLD):
            mallopt(option, LARGE)
