"""How many files and connections a crawl may have open at a time (``ulimit -n``)."""

from __future__ import annotations

import resource
from typing import Final

OTHERS: Final = 64
"""Files of the archive, the index, the frontier, the reactor and the resolver: 40 were the most that was met."""


def most_open_files() -> float:
    """What the system allows this process; infinity when it does not count."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return float("inf") if soft == resource.RLIM_INFINITY else soft


def idle_connections(requests: int) -> float:
    """How many connections nobody uses may stay open, beside those of so many requests: half of what is left."""
    return max(0, most_open_files() - OTHERS - requests) // 2


def shortage(requests: int) -> str | None:
    """What is missing for so many requests side by side, in a sentence; None when nothing is."""
    needed, allowed = requests + OTHERS, most_open_files()
    if allowed >= needed:
        return None
    return (
        f"CONCURRENT_REQUESTS is {requests}: {needed} files would be open at a time and the system allows {allowed:g}; "
        f"run `ulimit -n {needed}` before, or make fewer requests at a time"
    )
