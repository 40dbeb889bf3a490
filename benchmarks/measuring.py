"""Figures: CPU time of ways to do the same, taken in turns in one process, their ratios, and the goals to be reached.

CPU is user and system time of the whole process, threads included. Each round does it once in every way, so that
whatever else the machine does meanwhile falls on all of them; the first round warms up and does not count.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median
from types import TracebackType
from typing import Any

Way = Callable[[int], dict[str, float]]
"""Does one round, given its number; CPU seconds by what they were spent on."""


class Stopwatch:
    """CPU seconds spent inside its blocks."""

    def __init__(self) -> None:
        self.spent = 0.0

    def __enter__(self) -> None:
        self._start = time.process_time()

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _: TracebackType | None
    ) -> None:
        self.spent += time.process_time() - self._start


@dataclass(frozen=True, slots=True)
class Goal:
    """A bound of the ratio between two lines of a figure."""

    ours: str
    peer: str
    bound: float
    is_least: bool = False
    """The ratio is ours as a throughput, at least so many times the peer's; else as a cost, at most so many times."""

    def ratios(self, values: dict[str, list[float]]) -> list[float]:
        """Of each round."""
        pairs = zip(values[self.ours], values[self.peer], strict=True)
        return [peer / ours if self.is_least else ours / peer for ours, peer in pairs]


@dataclass(slots=True)
class Figure:
    """One comparison: values of each round by line, in a unit of which less is better."""

    name: str
    unit: str
    values: dict[str, list[float]] = field(default_factory=dict)
    goals: Sequence[Goal] = ()

    def as_json(self) -> dict[str, Any]:
        """As kept in a file: every round, and what the table says."""
        lines = [{"name": name, "rounds": values, **_spread(values)} for name, values in self.values.items()]
        goals = []
        for goal in self.goals:
            ratios = goal.ratios(self.values)
            is_reached = median(ratios) >= goal.bound if goal.is_least else median(ratios) <= goal.bound
            goals.append(
                {
                    "ours": goal.ours,
                    "peer": goal.peer,
                    "ratio": "throughput" if goal.is_least else "cost",
                    "bound": f"{'at least' if goal.is_least else 'at most'} {goal.bound:g}",
                    **_spread(ratios),
                    "is_reached": is_reached,
                }
            )
        return {"name": self.name, "unit": self.unit, "lines": lines, "goals": goals}

    def markdown(self) -> str:
        """Two tables: the lines, and the goals."""
        told = self.as_json()
        rows = [(line["name"], *_told(line)) for line in told["lines"]]
        text = f"## {self.name}\n\n{table(('', self.unit, 'least to greatest'), rows)}\n"
        if told["goals"]:
            goals = [
                (f"{g['ours']} / {g['peer']}", g["ratio"], g["bound"], *_told(g), "yes" if g["is_reached"] else "no")
                for g in told["goals"]
            ]
            text += "\n" + table(("goal", "ratio of", "bound", "median", "least to greatest", "reached"), goals) + "\n"
        return text


def measured(figure: Figure, ways: Sequence[Way], *, rounds: int, per: float) -> Figure:
    """Fill a figure in turns. ``per`` turns CPU seconds of a round into its unit."""
    for number in range(rounds + 1):
        for way in reversed(ways) if number % 2 else ways:
            gc.collect()
            for line, seconds in way(number).items():
                values = figure.values.setdefault(line, [])
                if number:
                    values.append(seconds * per)
    return figure


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    return "\n".join([*lines, *(f"| {' | '.join(map(str, row))} |" for row in rows)])


def _spread(values: Sequence[float]) -> dict[str, float]:
    return {"median": median(values), "least": min(values), "greatest": max(values)}


def _told(spread: dict[str, Any]) -> tuple[str, str]:
    return f"{spread['median']:.3g}", f"{spread['least']:.3g}-{spread['greatest']:.3g}"
