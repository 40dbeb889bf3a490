"""Commands measured as processes, in interleaved rounds: CPU, wall time, peak memory; medians and ratios."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

PROJECT: Final = Path(__file__).parents[2]

Figure = TypeVar("Figure")


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process has used."""

    cpu: float
    """Seconds, user and system, of it and of what it waited for."""
    wall: float
    """Seconds."""
    rss: int
    """Most bytes in memory at once."""


class RunError(RuntimeError):
    """A measured command ended in another way than it should."""


Started = tuple[subprocess.Popen[bytes], float]
"""A process and when it began."""


def start(command: Sequence[str], log: Path) -> Started:
    """Start a command of the project; what it says goes to a file."""
    with log.open("wb") as said:
        began = time.monotonic()
        return subprocess.Popen(command, cwd=PROJECT, stdout=said, stderr=said, stdin=subprocess.DEVNULL), began  # noqa: S603  our own


def end(started: Started, log: Path) -> Usage:
    """Wait for it.

    :raises RunError: unless it ends with 0
    """
    process, began = started
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.monotonic() - began
    if process.returncode:
        said = log.read_text("utf-8", "replace")[-3_000:]
        raise RunError(f"{process.args!r} ended with {process.returncode}: {said}")
    unit = 1 if sys.platform == "darwin" else 1_024
    return Usage(used.ru_utime + used.ru_stime, wall, used.ru_maxrss * unit)


def run(command: Sequence[str], log: Path) -> Usage:
    """Run a command to its end."""
    return end(start(command, log), log)


def rounds(number: int, variants: Mapping[str, Callable[[], Figure]]) -> dict[str, list[Figure]]:
    """Every variant once a round. The order is turned each round, so that none always follows the same one."""
    found: dict[str, list[Figure]] = {name: [] for name in variants}
    names = list(variants)
    for at in range(number):
        turn = at % len(names)
        for name in names[turn:] + names[:turn]:
            print(f"  round {at + 1}: {name}", file=sys.stderr, flush=True)
            found[name].append(variants[name]())
    return found


@dataclass(frozen=True, slots=True)
class Spread:
    """A figure of several rounds."""

    median: float
    least: float
    greatest: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Of at least one."""
        return cls(statistics.median(values), min(values), max(values))

    def text(self, digits: int = 2) -> str:
        """``1.24 (1.20-1.31)``."""
        return f"{self.median:,.{digits}f} ({self.least:,.{digits}f}-{self.greatest:,.{digits}f})"


def ratio(these: Sequence[float], those: Sequence[float]) -> Spread:
    """The ratios of the same rounds."""
    return Spread.of([this / that for this, that in zip(these, those, strict=True)])


def marginal(few: Sequence[Usage], many: Sequence[Usage], more: int) -> list[float]:
    """CPU milliseconds of each unit more, round by round: what starting costs falls out."""
    return [(large.cpu - small.cpu) * 1_000 / more for small, large in zip(few, many, strict=True)]


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])
