"""When a site suddenly reads worse than its own history says it should: the sign of a broken extractor."""

from __future__ import annotations

import heapq
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, takewhile
from math import log
from typing import Final

LEAST_SUBJECTS: Final = 4
"""Pages or threads that must have become bad: what happens to three may be their own affair."""
LEAST_HISTORY: Final = 12
"""Looks of earlier crawls that were not bad before; with fewer nobody knows what is normal."""
IMPROBABLE: Final = log(1e-7)
"""How unlikely the change must be without a break. A hundred sites, looked at hourly for a year in seven ways, are six
million looks, most of which share their evidence with the one before."""
FLOORS: Final[dict[bool | None, float]] = {False: 0.01, None: 0.3}
"""No history is believed to say that less of the looks go wrong by themselves: of what was in order before (False), and
of what was never seen (None): another section of a site may be made in another way."""
TRIED: Final = 10
"""The most improbable moments are looked at more closely, so many of them."""
EXAMPLES: Final = 3
"""Bad ones that are named."""
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
    """Looks of earlier crawls that went wrong, of pages or threads that had been in order."""
    before_of: int
    crawls: int
    """Crawls in a row, up to the newest, of which at least half of the looks were bad."""
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

    Each moment is tried, by what the crawls before it met: what one crawl finds in one place and not in another is no
    change. Counted are the pages and threads that were in order at their last look before it, or had
    none, by their first look after it, where their newest look is bad as well: a site on which one thread after the
    other goes wrong in a year has no such moment. The rate at which that happened before is the null hypothesis; the
    tail of the binomial distribution is bounded by Chernoff's inequality.

    :param looks: oldest first
    :param least_crawls: see :attr:`Kind.least_crawls`
    """
    if len({look.subject for look in looks if look.is_bad}) < LEAST_SUBJECTS:
        return None
    before = _states_before(looks)
    rates = {state: _rates(looks, before, of=state) for state in FLOORS}
    history = {state: [counts[number] for number in _crawl_starts(looks)] for state, counts in rates.items()}
    crawls = _Crawls(looks, before)
    for _, number in heapq.nsmallest(TRIED, _improbable(looks, before, history)):
        found = _since(looks, before, number)
        if _is_bad_now(found) and crawls.are_new(max(_bad_crawls(found), 1), number, least_crawls):
            bad, of = (sum(counts) for counts in zip(*(history[state][number] for state in FLOORS), strict=True))
            return _change(found, bad, of)
    return None


def _improbable(
    looks: Sequence[Look], before: Sequence[bool | None], history: Mapping[bool | None, Sequence[tuple[int, int]]]
) -> Iterator[tuple[float, int]]:
    """Moments after which too many of those are bad that were in order (False) or unknown (None) before.

    With the logarithm of how probable that is of both together. Goes back from the newest look, one step a look.
    """
    first: dict[str, tuple[bool | None, bool]] = {}
    newest: dict[str, bool] = {}
    after: dict[bool | None, _Tally] = {state: _Tally() for state in (False, None, True)}
    for number in range(len(looks) - 1, -1, -1):
        look, state = looks[number], before[number]
        if look.subject in first:
            was, is_bad = first[look.subject]
            after[was].count(-1, is_bad=is_bad)
        is_still_bad = newest.setdefault(look.subject, look.is_bad)
        first[look.subject] = state, look.is_bad and is_still_bad
        after[state].count(1, is_bad=first[look.subject][1])
        if not look.is_bad or state is True:
            continue  # a change begins with a look that is worse than the one before
        tail, counted = 0.0, 0
        for which, floor in FLOORS.items():
            found, (bad, of) = after[which], history[which][number]
            if of >= LEAST_HISTORY:
                tail += _log_tail(found.bad, found.of, max(floor, (bad + 1) / (of + 2)))
                counted += found.bad
        if tail <= IMPROBABLE and counted >= LEAST_SUBJECTS:
            yield tail, number


def _since(looks: Sequence[Look], before: Sequence[bool | None], number: int) -> list[Look]:
    """Looks from this one on, of subjects that were not bad before it."""
    state: dict[str, bool | None] = {}
    for look, its in zip(looks[number:], before[number:], strict=True):
        state.setdefault(look.subject, its)
    return [look for look in looks[number:] if not state[look.subject]]


def _change(found: Sequence[Look], before_bad: int, before_of: int) -> Change:
    first: dict[str, bool] = {}
    newest = {look.subject: look.is_bad for look in found}
    for look in found:
        first.setdefault(look.subject, look.is_bad)
    bad = [subject for subject, was in first.items() if was and newest[subject]]
    at, crawls = found[0].at, _bad_crawls(found)
    return Change(at, len(bad), len(first), before_bad, before_of, crawls, tuple(bad[-EXAMPLES:]))


def _bad_crawls(found: Sequence[Look]) -> int:
    """Crawls in a row, up to the newest, in which at least half of the looks were bad."""
    tallies: defaultdict[str, _Tally] = defaultdict(_Tally)
    for look in found:
        tallies[look.crawl].count(1, is_bad=look.is_bad)
    return sum(1 for _ in takewhile(lambda tally: 2 * tally.bad >= tally.of, reversed(tallies.values())))


def _is_bad_now(found: Sequence[Look]) -> bool:
    """Whether at least half of the pages or threads that were looked at last are bad."""
    newest: dict[str, bool] = {}
    for look in reversed(found):
        newest.setdefault(look.subject, look.is_bad)
        if len(newest) == STILL:
            break
    return 2 * sum(newest.values()) >= len(newest)


def _states_before(looks: Sequence[Look]) -> list[bool | None]:
    """Whether each look's subject was bad at the look before; None when there was none."""
    state: dict[str, bool] = {}
    found = []
    for look in looks:
        found.append(state.get(look.subject))
        state[look.subject] = look.is_bad
    return found


def _crawl_starts(looks: Sequence[Look]) -> list[int]:
    """For each look, the number of the first one of its crawl."""
    first: dict[str, int] = {}
    return [first.setdefault(look.crawl, number) for number, look in enumerate(looks)]


def _rates(looks: Sequence[Look], before: Sequence[bool | None], *, of: bool | None) -> list[tuple[int, int]]:
    """For each look, the bad ones and all before it, of subjects that were in this state."""
    counted = [state is of for state in before]
    bad = accumulate((is_it and look.is_bad for is_it, look in zip(counted, looks, strict=True)), initial=0)
    return list(zip(bad, accumulate(counted, initial=0), strict=True))


class _Crawls:
    """Which crawls went wrong as a whole, of those that looked at enough. The first has nothing to go wrong against."""

    def __init__(self, looks: Sequence[Look], before: Sequence[bool | None]) -> None:
        tallies: defaultdict[str, _Tally] = defaultdict(_Tally)
        end: dict[str, int] = {}
        for number, (look, state) in enumerate(zip(looks, before, strict=True)):
            if state is False or (state is None and look.crawl != looks[0].crawl):
                tallies[look.crawl].count(1, is_bad=look.is_bad)
            end[look.crawl] = number
        groups = {crawl: tally for crawl, tally in tallies.items() if tally.of >= GROUP}
        self._ends = sorted(end[crawl] for crawl in groups)
        self._bad_ends = sorted(end[crawl] for crawl, tally in groups.items() if 2 * tally.bad >= tally.of)

    def are_new(self, crawls: int, number: int, least: int) -> bool:
        """Whether the site never had so many bad crawls in a row as there are from look ``number`` on.

        With bad ones before it, a row must be too long to be a coincidence.
        """
        bad, of = bisect_left(self._bad_ends, number), bisect_left(self._ends, number)
        return crawls >= least and (not bad or crawls * log((bad + 1) / (of + 2)) <= REPEATED)


def _log_tail(bad: int, of: int, rate: float) -> float:
    """Upper bound of the logarithm of P(X >= bad), X binomial (Chernoff); 0 unless at least half is bad."""
    if not of:
        return 0.0
    share = bad / of
    if share < 0.5 or share <= rate:
        return 0.0
    distance = share * log(share / rate)
    if share < 1:
        distance += (1 - share) * log((1 - share) / (1 - rate))
    return -of * distance
