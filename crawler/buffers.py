"""A crawl holds little memory: what a commit and a page needed for a moment goes back to the system when it is freed.

Arrow's own pools keep what was freed for the next time. glibc's malloc gives large blocks back, but with each that is
freed it raises what it calls large, up to 32 MB (mallopt(3), M_MMAP_THRESHOLD); naming a size keeps it there. What
lies free between small blocks stays (malloc_trim(3)), and threads get heaps of their own for it (M_ARENA_MAX).

And pyarrow imports pandas, where it is installed, as soon as it makes an array of a list: 0.3 s and 40 MB for nothing.
"""

from __future__ import annotations

import ctypes
import sys
from typing import Final

import pyarrow as pa

LARGE: Final = 256 * 1024
"""Bytes."""
_OPTIONS: Final = {-1: LARGE, -3: LARGE, -8: 1}
"""M_TRIM_THRESHOLD, M_MMAP_THRESHOLD and M_ARENA_MAX of glibc's malloc.h."""
_LIBC: Final = ctypes.CDLL(None)


def give_back() -> None:
    """From now on, in the whole process; where malloc is not glibc's, what it does by itself."""
    pa.set_memory_pool(pa.system_memory_pool())
    mallopt = getattr(_LIBC, "mallopt", None)
    if mallopt is not None:
        for option, value in _OPTIONS.items():
            mallopt(option, value)


def leave_out_pandas() -> None:
    """Let pyarrow find no pandas when it looks for one by itself; ``to_pandas()`` looks again and finds it."""
    if "pandas" in sys.modules:
        return
    sys.meta_path.insert(0, _NoPandas)
    try:
        pa.array([None])
    finally:
        sys.meta_path.remove(_NoPandas)


class _NoPandas:
    """Finds modules, and says of pandas that it is not installed."""

    @staticmethod
    def find_spec(name: str, _path: object = None, _target: object = None) -> None:
        if name == "pandas":
            raise ModuleNotFoundError(name)


def trim() -> None:
    """Give back what lies free between small blocks; where malloc is not glibc's, nothing is done."""
    malloc_trim = getattr(_LIBC, "malloc_trim", None)
    if malloc_trim is not None:
        malloc_trim(0)
