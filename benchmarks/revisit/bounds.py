"""What is possible at all: schedules made by somebody who knows what a crawler cannot know.

All know how long removed comments live, but not which comments will be removed. ``arrivals`` knows the moment
at which every comment will come: no model of arrivals, however good, needs fewer requests. ``rates`` knows only the
rate of each thread as it was drawn (its size, its pace, its nights, when it will wake) and not what chance makes of it:
it is what perfect estimation would give to a plan that is made in advance, and reacts to nothing. ``but_wakings`` knows
the same but for the wakings, of which it knows how many threads wake and how. For each price of a
request the best schedule is found by dynamic programming over the looks that are possible (right after a comment; every
half hour, and every two hours after three days), and then played on what really happened.
"""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from benchmarks.revisit.traces import HOUR, Kind, Trace, delay, rate

Floats = NDArray[np.float64]
Schedule = list[float]

PRICES = (0.0005, 0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.256, 0.512)
"""Saved comments that a request must bring."""

SAMPLES = 20_000
"""Delays, and arrivals of a thread, that probabilities are counted from."""


def survival(kind: Kind) -> Callable[[Floats], Floats]:
    """The part of removed comments that is still there after so many seconds."""
    rng = random.Random(7)  # noqa: S311 - a simulation
    delays = np.sort([delay(rng, kind) for _ in range(SAMPLES)])
    return lambda ages: 1.0 - np.searchsorted(delays, ages) / SAMPLES


def arrivals_known(trace: Trace, last_day: float, alive: Callable[[Floats], Floats]) -> Iterator[Schedule]:
    """The best schedule at each price when every arrival is known."""
    written = np.array(trace.written[: bisect_right(trace.written, last_day)])
    ones = np.ones(len(written))
    return _best(trace, written, written, ones, events=ones * np.inf, alive=alive)


def rates_known(
    trace: Trace, last_day: float, alive: Callable[[Floats], Floats], *, knows_waking: bool = True
) -> Iterator[Schedule]:
    """The best schedule at each price when the rate of arrivals is known."""
    rng = random.Random(5)  # noqa: S311 - a simulation
    hours = [*np.arange(0.5, 72, 0.5), *np.arange(72, 30 * 24, 2.0)]
    if trace.wake is not None and knows_waking:
        hours += list((trace.wake - trace.born) / HOUR + np.arange(0, 36, 0.5))
    looks = np.unique(np.array(hours)) * HOUR + trace.born
    looks = looks[looks <= last_day]
    known = rate(trace, rng, 1_500, knows_waking=knows_waking)
    edges = np.concatenate([[trace.born], looks])
    expected, _ = np.histogram(known.at, bins=edges, weights=known.comments)
    events, _ = np.histogram(known.at, bins=edges, weights=known.events)
    return _best(trace, looks, (edges[1:] + edges[:-1]) / 2, expected, events=events, alive=alive)


def _best(
    trace: Trace,
    looks: Floats,
    at: Floats,
    expected: Floats,
    *,
    events: Floats,
    alive: Callable[[Floats], Floats],
) -> Iterator[Schedule]:
    """Schedules that save most for each of :data:`PRICES`.

    :param looks: times at which a look is possible
    :param at: when what comes between two of them comes
    :param expected: how many comments that are
    :param events: on how many occasions; infinite: surely something comes
    """
    count, kinds, rows = len(looks), len(PRICES), np.arange(len(PRICES))
    pages = [trace.pages(int(comments)) for comments in np.cumsum(expected)]
    prices = np.array(PRICES)[:, None]
    value, before = np.zeros((kinds, count + 1)), np.zeros((kinds, count + 1), dtype=np.int64)
    for look in range(count):
        saved = trace.kind.removed * expected[: look + 1] * alive(looks[look] - at[: look + 1])
        gain = np.cumsum(saved[::-1])[::-1]
        is_changed = 1.0 - np.exp(-np.cumsum(events[: look + 1][::-1])[::-1])
        total = value[:, : look + 1] + gain - prices * (1.0 + (pages[look] - 1) * is_changed)
        chosen = total.argmax(axis=1)
        before[:, look + 1], value[:, look + 1] = chosen, total[rows, chosen]
    for kind in range(kinds):
        schedule, here = [], int(value[kind].argmax())
        while here > 0:
            schedule.append(float(looks[here - 1]))
            here = int(before[kind, here])
        yield schedule[::-1]

