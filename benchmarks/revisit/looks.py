"""What a revisit policy may know, and what it cost and caught."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from benchmarks.revisit.traces import DAY, HOUR
from crawler.schedule.model import Visit

WATCHED: Final = 30 * DAY
"""Every policy looks at a thread for so long after it began."""

FOUND: Final = 0.5 * HOUR
"""A new thread is found within its first half hour, as from a feed."""


@dataclass(slots=True)
class Look:
    """What a policy may know: the looks so far, with what each found new or changed."""

    born: float
    visits: list[Visit] = field(default_factory=list)
    changed: list[bool] = field(default_factory=list)
    requests: int = 1
    """What the last look that found a change cost."""
    count: int = 0
    """Comments that stood there when the thread was last read."""
    interval: float = 0.0
    life: tuple[float, float] = (0.0, 0.0)
    """When it began or woke, and how many comments are expected of it, as ours saw it at the last look."""


Policy = Callable[[Look], float]
"""Seconds until the next look."""


@dataclass(slots=True)
class Result:
    """What a policy cost and caught."""

    requests: int = 0
    whole: int = 0
    """Those of looks that found a change; the others were one request each."""
    comments: int = 0
    caught: int = 0
    removals: int = 0
    removals_caught: int = 0

    @property
    def share(self) -> float:
        """Comments caught, of all that were written."""
        return self.caught / self.comments

    @property
    def removal_share(self) -> float:
        """Removals caught, of all there were."""
        return self.removals_caught / self.removals
