"""When a site suddenly reads worse than its own history says it should: the sign of a broken extractor."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import log
from typing import Final

LEAST_SUBJECTS: Final = 4
"""Pages or threads that must have become bad: what happens to three may be their own affair."""
LEAST_HISTORY: Final = 12
"""Looks before the change that were not bad before; with fewer nobody knows what is normal."""
IMPROBABLE: Final = log(1e-7)
"""How unlikely the change must be without a break. A hundred sites, looked at hourly for a year in seven ways, are six
million looks, most of which share their evidence with the one before."""
KNOWN_FLOOR: Final = 0.01
"""No history is believed to say that less than one look in a hundred goes wrong by itself."""
FRESH_FLOOR: Final = 0.3
"""The same for pages that were never seen: another section of a site may be made in another way."""
STILL: Final = 6
"""So many of the newest pages or threads are asked whether the change lasts; half of them must be bad."""
GROUP: Final = 3
"""Pages or threads that must be looked at for a crawl to count as one that went wrong as a whole."""
REPEATED: Final = log(1e-4)
"""How unlikely a row of bad crawls must be, on a site that had such crawls before and recovered."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A way in which reading goes wrong."""

    says: str
    """What is the matter with the looks that are bad, in words: "12 of 12 threads ...". """
    subject: str
    """What is looked at: ``threads`` or ``pages``."""
    least_crawls: int = 1
    """Crawls that must have met it: a refusal often ends by itself."""


KINDS: Final[dict[str, Kind]] = {
    "empty": Kind("lost at least four fifths of their comments", "threads"),
    "missing": Kind("show no comment thread", "pages"),
    "partial": Kind("cannot be read whole", "threads"),
    "refused": Kind("are refused or cannot be fetched", "threads", least_crawls=3),
    "times": Kind("have new comments without a time", "threads"),
    "authors": Kind("have comments without an author", "threads"),
    "titles": Kind("have no title", "pages"),
}
"""Every kind by its name."""


@dataclass(frozen=True, slots=True)
class Look:
    """One look at one page or thread."""

    at: int
    """Microseconds since the epoch, UTC."""
    crawl: str
    subject: str
    is_bad: bool


@dataclass(frozen=True, slots=True)
class Change:
    """A change for the worse that lasts."""

    since: int
    """The first bad look, microseconds since the epoch, UTC."""
    bad: int
    """Pages or threads that went wrong after it and still do."""
    of: int
    """Of so many that were in order before, or new."""
    before_bad: int
    """Looks before it that went wrong, of pages or threads that had been in order."""
    before_of: int
    crawls: int
    """Crawls after it that met bad ones."""
    subjects: tuple[str, ...]
    """Some of the bad ones."""


@dataclass(slots=True)
class _Tally:
    """Looks at what was in order before (or never seen): how many went wrong, of how many."""

    bad: int = 0
    of: int = 0

    def count(self, step: int, *, is_bad: bool) -> None:
        self.of += step
        self.bad += step * is_bad


def find_change(looks: Sequence[Look], *, least_crawls: int = 1) -> Change | None:
    """The moment after which a site reads worse than before, if there is one and it lasts.

    Each moment is tried. Counted are the pages and threads that were in order at their last look before it, or had
    none, by their first look after it, where their newest look is bad as well: a site on which one thread after the
    other goes wrong in a year has no such moment. The rate at which that happened before is the null hypothesis; the
    tail of the binomial distribution is bounded by Chernoff's inequality.

    :param looks: oldest first
    :param least_crawls: see :attr:`Kind.least_crawls`
    """
    if not _is_bad_now(looks):
        return None
    before = _states_before(looks)
    known, fresh = _rates(looks, before, of=False), _rates(looks, before, of=None)
    ends, bad_ends = _crawls(looks, before)
    first: dict[str, tuple[bool | None, bool]] = {}
    newest: dict[str, bool] = {}
    after = {False: _Tally(), None: _Tally()}
    crawls: set[str] = set()
    best: tuple[float, int, bool | None, int, int, int] | None = None
    for number in range(len(looks) - 1, -1, -1):
        look, state = looks[number], before[number]
        newest.setdefault(look.subject, look.is_bad)
        if look.subject in first:
            _count(after, first[look.subject], -1)
        first[look.subject] = state, look.is_bad and newest[look.subject]
        _count(after, first[look.subject], 1)
        if not look.is_bad:
            continue  # a change begins with a bad look
        crawls.add(look.crawl)
        if len(crawls) < least_crawls or not _is_new(ends, bad_ends, number, len(crawls)):
            continue
        for which, history, floor in ((False, known, KNOWN_FLOOR), (None, fresh, FRESH_FLOOR)):
            found, (bad, of) = after[which], history[number]
            if of < LEAST_HISTORY or found.bad < LEAST_SUBJECTS:
                continue
            tail = _log_tail(found.bad, found.of, max(floor, (bad + 1) / (of + 2)))
            if tail <= IMPROBABLE and (best is None or tail < best[0]):
                best = tail, number, which, found.bad, found.of, len(crawls)
    return None if best is None else _change(looks, before, best, known if best[2] is False else fresh)


def _change(
    looks: Sequence[Look],
    before: Sequence[bool | None],
    best: tuple[float, int, bool | None, int, int, int],
    history: Sequence[tuple[int, int]],
) -> Change:
    _, number, which, bad, of, crawls = best
    subjects: dict[str, None] = {}
    for look, state in zip(looks[number:], before[number:], strict=True):
        if look.is_bad and state is which:
            subjects[look.subject] = None
    return Change(looks[number].at, bad, of, *history[number], crawls, tuple(subjects)[:3])


def _is_bad_now(looks: Sequence[Look]) -> bool:
    """Whether at least half of the pages or threads that were looked at last are bad."""
    newest: dict[str, bool] = {}
    for look in reversed(looks):
        newest.setdefault(look.subject, look.is_bad)
        if len(newest) == STILL:
            break
    return 2 * sum(newest.values()) >= max(len(newest), 1)


def _states_before(looks: Sequence[Look]) -> list[bool | None]:
    """Whether each look's subject was bad at the look before; None when there was none."""
    state: dict[str, bool] = {}
    found = []
    for look in looks:
        found.append(state.get(look.subject))
        state[look.subject] = look.is_bad
    return found


def _rates(looks: Sequence[Look], before: Sequence[bool | None], *, of: bool | None) -> list[tuple[int, int]]:
    """For each look, the bad ones and all before it, of subjects that were in this state."""
    counted = [state is of for state in before]
    bad = accumulate((is_it and look.is_bad for is_it, look in zip(counted, looks, strict=True)), initial=0)
    return list(zip(bad, accumulate(counted, initial=0), strict=True))


def _crawls(looks: Sequence[Look], before: Sequence[bool | None]) -> tuple[list[int], list[int]]:
    """Where crawls that looked at enough end, and where those of them end that went wrong as a whole."""
    tallies: defaultdict[str, _Tally] = defaultdict(_Tally)
    end: dict[str, int] = {}
    for number, (look, state) in enumerate(zip(looks, before, strict=True)):
        if state is not True:
            tallies[look.crawl].count(1, is_bad=look.is_bad)
        end[look.crawl] = number
    groups = {crawl: tally for crawl, tally in tallies.items() if tally.of >= GROUP}
    bad = sorted(end[crawl] for crawl, tally in groups.items() if 2 * tally.bad >= tally.of)
    return sorted(end[crawl] for crawl in groups), bad


def _is_new(ends: Sequence[int], bad_ends: Sequence[int], number: int, crawls: int) -> bool:
    """Whether this site never had such crawls before look ``number``, or never so many."""
    bad, of = bisect_left(bad_ends, number), bisect_left(ends, number)
    return not bad or crawls * log((bad + 1) / (of + 2)) <= REPEATED


def _count(after: dict[bool | None, _Tally], what: tuple[bool | None, bool], step: int) -> None:
    state, is_bad = what
    if state is not True:
        after[state].count(step, is_bad=is_bad)


def _log_tail(bad: int, of: int, rate: float) -> float:
    """Upper bound of the logarithm of P(X >= bad), X binomial (Chernoff); 0 unless more than half is bad."""
    share = bad / of
    if share < 0.5 or share <= rate:
        return 0.0
    distance = share * log(share / rate)
    if share < 1:
        distance += (1 - share) * log((1 - share) / (1 - rate))
    return -of * distance
