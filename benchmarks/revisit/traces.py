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
from dataclasses import dataclass

HOUR = 3600.0
DAY = 24 * HOUR
REMOVED, EDITED = 0.039, 0.056


@dataclass(slots=True)
class Trace:
    """One thread: times in seconds from the beginning of the simulation."""

    born: float
    written: list[float]
    """When each comment appears, rising."""
    removed: list[float]
    """When it goes; infinity for most."""
    edited: list[float]
    """When it is edited; infinity for most."""
    pages: int = 1
    """Requests of a full harvest."""
    pace: float = 0.0
    """Time constant of the arrivals, seconds; like what follows known to no policy, only to the bounds."""
    wake: float | None = None
    """When the thread is taken up elsewhere."""
    counts: tuple[int, int] = (0, 0)
    """Comments of the first life and of the second."""


def traces(count: int, days: float, seed: int) -> list[Trace]:
    """So many threads, begun evenly over the days."""
    rng = random.Random(seed)  # noqa: S311 - a simulation
    return [_trace(rng, rng.uniform(0, days * DAY)) for _ in range(count)]


def _trace(rng: random.Random, born: float) -> Trace:
    total = 0 if rng.random() < 0.25 else min(int(rng.lognormvariate(2.4, 1.5)), 5_000)
    pace = rng.lognormvariate(math.log(5.0), 0.8) * HOUR
    written = [_first_life(rng, born, pace) for _ in range(total)]
    wake = None
    if total and rng.random() < 0.125:
        wake = born + rng.uniform(2, 20) * DAY
        written += [_second_life(rng, wake) for _ in range(int(total * rng.uniform(0.3, 1)))]
    counts = total, len(written) - total
    written.sort()
    removed = [at + delay(rng) if rng.random() < REMOVED else math.inf for at in written]
    edited = [at + rng.lognormvariate(math.log(HOUR / 6), 1.2) if rng.random() < EDITED else math.inf for at in written]
    return Trace(born, written, removed, edited, pages=1 + total // 50, pace=pace, wake=wake, counts=counts)


def delay(rng: random.Random) -> float:
    """Seconds from a comment to its removal."""
    if rng.random() < 0.1:
        return rng.uniform(7, 40) * DAY
    return rng.lognormvariate(math.log(3.0), 1.1) * HOUR


def arrivals(trace: Trace, rng: random.Random, samples: int) -> tuple[list[float], list[float]]:
    """Times at which comments may come by the trace's own rate, and how many comments each of them stands for."""
    first, second = trace.counts
    at = [_first_life(rng, trace.born, trace.pace) for _ in range(samples)]
    weights = [first / samples] * samples
    if trace.wake is not None:
        at += [_second_life(rng, trace.wake) for _ in range(samples)]
        weights += [second / samples] * samples
    return at, weights


def _first_life(rng: random.Random, born: float, pace: float) -> float:
    """A Pareto tail."""
    return _awake(rng, born, min(pace * (rng.random() ** (-1 / 0.9) - 1), 60 * DAY))


def _second_life(rng: random.Random, wake: float) -> float:
    return _awake(rng, wake, rng.expovariate(1 / (3 * HOUR)))


def _awake(rng: random.Random, begun: float, age: float) -> float:
    """The time of a comment: of those that would fall into the night three in four are written the next morning."""
    at = begun + age
    hour = at % DAY / HOUR
    if hour < 7 and rng.random() < 0.75:
        at += (7 - hour) * HOUR + rng.uniform(0, 2 * HOUR)
    return at
