"""How many comments a thread is expected to have gained, and when another visit is worth its request.

A thread's comments arrive at a rate that falls with its age as a power of it, ``A (age + ONSET) ** -DECAY`` (shape:
Tsagkias, Weerkamp and de Rijke 2010 and Tatar et al. 2014 for news comments; measured again by
``benchmarks/revisit``). ``A`` differs by orders of magnitude between threads. It is learnt from the visits so far,
recent ones above all, and from the site's other threads as long as there are few (a gamma prior: so many comments seen
in so much expected time).

A comment that is removed before a visit is never seen, one that stays is seen whenever the visit comes. So what a visit
saves are the waiting comments that would be gone by the next one. With a rate r, visits every d hours and removals
after a delay of density f, most is saved with given requests where ``r * (integral of x f(x) up to d)`` is the same for
every thread (``docs/revisits.md`` has the argument). That holds where r is known. A thread whose rate was guessed too
low would be given up by it, so :func:`worth` counts every waiting comment by the part of that integral that its own
wait has reached, and grows on. A thread is due when its worth comes to the price that the crawl sets for each request,
times the requests that the visit will cost.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp
from typing import Final

HOUR: Final = 3600.0
"""Seconds; all times and ages of this module are seconds."""
DAY: Final = 24 * HOUR
MINUTE: Final = 60.0

ONSET: Final = 2 * HOUR
"""Age below which the rate hardly falls."""

DECAY: Final = 2.5
"""Power by which the rate falls with age. Steeper than the mean thread's: a thread that goes on longer is seen to."""

MEMORY: Final = 0.3
"""Visits that are older than the last one by this part of the thread's age count half: a burst is answered."""

PRIOR_PER_HOUR: Final = 20.0
"""Weight of an even day, as a number of comments seen in each hour."""

OWN_COMMENTS: Final = 1.0
"""Weight of the thread's whole life against its last visits, as a number of comments seen."""

REMOVAL_DELAY: Final = 2.5 * HOUR
"""Time constant of removals: most happen within hours of the comment (3.9 % within 36 hours)."""

FRESHNESS: Final = 0.01
"""Worth of a comment that has waited a day, as a part of one saved from removal: what stays is wanted too."""

STEPS: Final = 12
"""Pieces of an interval that :func:`worth` adds up; 24 change its value by less than 2 %."""

WAKING: Final = 4
"""A gain of so many comments, and so many times what was expected, is a new beginning."""

WOKEN: Final = 0.5
"""The part of the interval before such a gain that the new life is taken to have lasted: it may have been any."""

SURE_AGE: Final = HOUR
"""A thread that is first seen younger is taken to be this old: pages are also published with comments on them."""

PRIOR_COMMENTS: Final = 1.0
"""Weight of the site's habits, as a number of comments seen."""


EVEN: Final = (1.0,) * 24
"""A day without habits."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One look at a thread."""

    at: float
    """When, seconds since the epoch."""
    new: int
    """Comments that it had gained since the look before (the first look: all it had)."""


@dataclass(frozen=True, slots=True)
class Habits:
    """What a site's threads are like, as far as they are known."""

    scale: float = 30.0
    """Mean of ``A`` over its threads: the comments of a whole life."""
    hours: tuple[float, ...] = EVEN
    """How many comments are written in each hour of the day (UTC), as ratios to the mean."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How eagerly threads are visited: the price of a visit, and its bounds."""

    price: float = 0.15
    """A visit is due when it is worth so many comments for each request that it costs. Less means more visits."""
    floor: float = 0.25 * HOUR
    """No thread is visited again earlier."""
    ceiling: float = 14 * DAY
    """Every thread is visited again by then: late removals and edits are seen, and a schedule that errs is righted."""


def mass(start: float, end: float) -> float:
    """Expected comments between two ages for ``A = 1``; all of a thread's life together are 1."""
    return _below(start) - _below(end)


def _below(age: float) -> float:
    """The part of a thread's comments that comes after an age."""
    return float((1.0 + max(age, 0.0) / ONSET) ** (1.0 - DECAY))


def scale_of(visits: Sequence[Visit], born: float, habits: Habits) -> float:
    """The mean of ``A`` after these visits, oldest first.

    What the thread gained in all, with the site's habits as a prior, is the prior of what it gained of late.

    :param born: when the thread began
    """
    if not visits:
        return habits.scale
    last = visits[-1].at
    whole = (PRIOR_COMMENTS + sum(visit.new for visit in visits)) / (
        PRIOR_COMMENTS / max(habits.scale, 1e-9) + mass(0.0, max(last - born, SURE_AGE))
    )
    seen, expected = OWN_COMMENTS, OWN_COMMENTS / whole
    before = born
    for visit in visits:
        weight = 0.5 ** ((last - visit.at) / (MEMORY * max(last - born, HOUR)))
        seen += weight * visit.new
        expected += weight * mass(before - born, max(visit.at - born, SURE_AGE))
        before = visit.at
    return seen / expected


def current_life(visits: Sequence[Visit], born: float, habits: Habits) -> tuple[float, Sequence[Visit]]:
    """When the thread began, or when it last woke, and its visits since.

    A thread that gains far more than it was expected to has been taken up somewhere: it begins anew.
    """
    start, before = 0, born
    seen = PRIOR_COMMENTS
    expected = PRIOR_COMMENTS / max(habits.scale, 1e-9)
    for number, visit in enumerate(visits):
        usual = mass(before - born, max(visit.at - born, SURE_AGE))
        if number > start and visit.new >= WAKING and visit.new > WAKING * seen / expected * usual:
            born = visit.at - (visit.at - before) * WOKEN
            start, seen, expected = number, PRIOR_COMMENTS, PRIOR_COMMENTS / max(habits.scale, 1e-9)
            usual = mass(0.0, max(visit.at - born, SURE_AGE))
        seen += visit.new
        expected += usual
        before = visit.at
    return born, visits[start:]


def expected_new(scale: float, born: float, last: float, now: float) -> float:
    """Comments that a thread is expected to have gained since its last visit."""
    return scale * mass(last - born, now - born)


def expected_cost(
    scale: float, born: float, last: float, now: float, *, requests: int, look: float = 1.0
) -> float:
    """Requests that a visit now is expected to make.

    :param requests: those of a whole visit, which is made when something changed
    :param look: those that settle it else: one, or a part of one that tells the counts of many threads
    """
    return look + (requests - look) * (1.0 - exp(-expected_new(scale, born, last, now)))


def worth(scale: float, born: float, last: float, now: float, hours: Sequence[float] = EVEN) -> float:
    """What a visit now is worth, in comments: each one expected since the last visit, by how long it waits."""
    start, end = max(last - born, 0.0), max(now - born, 0.0)
    if end <= start:
        return 0.0
    total, width = 0.0, (end - start) / STEPS
    for step in range(STEPS):
        at = start + step * width
        middle = at + width / 2
        wait = (end - middle) / REMOVAL_DELAY
        risk = 1.0 - exp(-wait) * (1.0 + wait) + FRESHNESS * (end - middle) / DAY
        total += mass(at, at + width) * risk * hours[int((born + middle) % DAY // HOUR)]
    return scale * total


def due_at(
    scale: float,
    born: float,
    last: float,
    pace: Pace,
    hours: Sequence[float] = EVEN,
    *,
    requests: int = 1,
    look: float = 1.0,
) -> float:
    """When a thread is due again, between the floor and the ceiling, to the minute.

    :param requests: those of a whole visit
    :param look: those of one that finds nothing
    """

    def is_due(now: float) -> bool:
        price = pace.price * expected_cost(scale, born, last, now, requests=requests, look=look)
        return worth(scale, born, last, now, hours) >= price

    low, high = last + pace.floor, last + pace.ceiling
    if is_due(low):
        return low
    if not is_due(high):
        return high
    while high - low > MINUTE:
        middle = (low + high) / 2
        if is_due(middle):
            high = middle
        else:
            low = middle
    return high


def habits_of(threads: Iterable[tuple[float, Sequence[Visit]]], written: Iterable[float] = ()) -> Habits:
    """What the threads of a site are like: comments seen by the part of their lives that was seen.

    :param threads: when each began, and its visits
    :param written: when comments of the site were written, where that is known
    """
    seen, expected = PRIOR_COMMENTS, PRIOR_COMMENTS / Habits().scale
    for born, visits in threads:
        if visits:
            seen += sum(visit.new for visit in visits)
            expected += mass(0.0, max(visits[-1].at - born, SURE_AGE))
    counts = [PRIOR_PER_HOUR] * 24
    for at in written:
        counts[int(at % DAY // HOUR)] += 1
    mean = sum(counts) / 24
    return Habits(seen / expected, tuple(count / mean for count in counts))
