"""Threads that gain, edit and lose comments as those of news sites do: seeded, so that every policy meets the same.

Parameters and where they are from:

- comments per thread: zero-inflated log-normal, heavy-tailed (Tsagkias, Weerkamp, de Rijke 2009/2010: log-normal and
  negative binomial fits of news comment volume; many articles without any);
- arrival: most within the first hours, a long tail of days (Tatar et al. 2014, "A survey on predicting the popularity
  of web content"; Szabo and Huberman 2010 for the log-normal spread between threads), thinned at night;
- bursts: one thread in eight is taken up elsewhere later and wakes again;
- 3.9 % of comments are removed and 5.6 % edited within 36 hours of being written; the delay is log-normal with a
  median of three hours and of ten minutes; one removal in ten comes weeks late.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field

HOUR = 3600.0
DAY = 24 * HOUR


@dataclass(frozen=True, slots=True)
class Kind:
    """What threads are like. The defaults are from the sources above."""

    empty: float = 0.25
    """Share of threads without any comment."""
    size: tuple[float, float] = (2.4, 1.5)
    """Mean and deviation of the logarithm of the others' size."""
    largest: int = 5_000
    pace: tuple[float, float] = (5.0, 0.8)
    """Median (hours) and deviation of the logarithm of the time constant of arrivals."""
    tail: float = 0.9
    """Power by which arrivals after that time fall."""
    asleep: float = 0.75
    """Part of the comments of a night that are written the next morning."""
    wakes: float = 0.125
    """Share of threads that wake again."""
    removed: float = 0.039
    edited: float = 0.056
    delay: tuple[float, float] = (3.0, 1.1)
    """Median (hours) and deviation of the logarithm of the time from a comment to its removal."""
    late: float = 0.1
    """Share of removals that come weeks late instead."""
    per_page: int = 50
    """Comments of a comment page."""


NEWS = Kind()
OTHER = Kind(
    empty=0.4, size=(1.8, 1.8), largest=3_000, pace=(14.0, 0.5), tail=2.5, asleep=0.4, wakes=0.04, removed=0.08,
    delay=(9.0, 0.7), late=0.03, per_page=25,
)  # fmt: skip
"""From no source: other sizes, a slower and shorter life, later removals, few that wake. What only fits :data:`NEWS`
shows here."""
KINDS = {"news": NEWS, "other": OTHER}


@dataclass(slots=True)
class Trace:
    """One thread: times in seconds from the beginning of the simulation."""

    kind: Kind
    born: float
    written: list[float]
    """When each comment appears, rising."""
    removed: list[float]
    """When it goes; infinity for most."""
    edited: list[float]
    """When it is edited; infinity for most."""
    pace: float = 0.0
    """Time constant of the arrivals, seconds; like what follows known to no policy, only to the bounds."""
    wake: float | None = None
    """When the thread is taken up elsewhere."""
    counts: tuple[int, int] = (0, 0)
    """Comments of the first life and of the second."""

    def pages(self, comments: int) -> int:
        """Requests that read the thread whole when it has so many comments."""
        return 1 + comments // self.kind.per_page


def traces(count: int, days: float, seed: int, kind: Kind = NEWS) -> list[Trace]:
    """So many threads, begun evenly over the days."""
    rng = random.Random(seed)  # noqa: S311 - a simulation
    return [_trace(rng, rng.uniform(0, days * DAY), kind) for _ in range(count)]


def _trace(rng: random.Random, born: float, kind: Kind) -> Trace:
    total = 0 if rng.random() < kind.empty else min(int(rng.lognormvariate(*kind.size)), kind.largest)
    pace = rng.lognormvariate(math.log(kind.pace[0]), kind.pace[1]) * HOUR
    written = [_first_life(rng, kind, born, pace) for _ in range(total)]
    wake = None
    if total and rng.random() < kind.wakes:
        wake = born + _sleep(rng)
        written += [_second_life(rng, kind, wake) for _ in range(int(total * rng.uniform(*WOKEN)))]
    counts = total, len(written) - total
    written.sort()
    removed = [at + delay(rng, kind) if rng.random() < kind.removed else math.inf for at in written]
    edited = [
        at + rng.lognormvariate(math.log(HOUR / 6), 1.2) if rng.random() < kind.edited else math.inf for at in written
    ]
    return Trace(kind, born, written, removed, edited, pace=pace, wake=wake, counts=counts)


def delay(rng: random.Random, kind: Kind) -> float:
    """Seconds from a comment to its removal."""
    if rng.random() < kind.late:
        return rng.uniform(7, 40) * DAY
    return rng.lognormvariate(math.log(kind.delay[0]), kind.delay[1]) * HOUR


@dataclass(slots=True)
class Rate:
    """When comments of a thread may come: times, and for each of them what may come then."""

    at: list[float] = field(default_factory=list)
    comments: list[float] = field(default_factory=list)
    """Comments expected."""
    events: list[float] = field(default_factory=list)
    """Occasions on which something comes: single comments, or a waking with all that it brings."""


def rate(trace: Trace, rng: random.Random, samples: int, *, knows_waking: bool = True) -> Rate:
    """The rate by which a trace was drawn.

    :param knows_waking: whether it is known that and when it will wake, or only how many threads do
    """
    found = Rate()
    first, second = trace.counts

    def add(at: list[float], comments: float, events: float) -> None:
        found.at += at
        found.comments += [comments / samples] * samples
        found.events += [events / samples] * samples

    add([_first_life(rng, trace.kind, trace.born, trace.pace) for _ in range(samples)], first, first)
    if not knows_waking:
        at = [_second_life(rng, trace.kind, trace.born + _sleep(rng)) for _ in range(samples)]
        add(at, trace.kind.wakes * first * sum(WOKEN) / 2, trace.kind.wakes if first else 0.0)
    elif trace.wake is not None:
        add([_second_life(rng, trace.kind, trace.wake) for _ in range(samples)], second, second)
    return found


WOKEN = (0.3, 1.0)
"""Comments of a second life, least and most, as parts of those of the first."""


def _sleep(rng: random.Random) -> float:
    """Age at which a thread wakes."""
    return rng.uniform(2, 20) * DAY


def _first_life(rng: random.Random, kind: Kind, born: float, pace: float) -> float:
    """A Pareto tail."""
    return _awake(rng, kind, born, min(pace * (rng.random() ** (-1 / kind.tail) - 1), 60 * DAY))


def _second_life(rng: random.Random, kind: Kind, wake: float) -> float:
    return _awake(rng, kind, wake, rng.expovariate(1 / (3 * HOUR)))


def _awake(rng: random.Random, kind: Kind, begun: float, age: float) -> float:
    """The time of a comment: most of those that would fall into the night are written the next morning."""
    at = begun + age
    hour = at % DAY / HOUR
    if hour < 7 and rng.random() < kind.asleep:
        at += (7 - hour) * HOUR + rng.uniform(0, 2 * HOUR)
    return at
