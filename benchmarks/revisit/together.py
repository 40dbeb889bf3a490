"""Policies where one request counts many threads, as `scrapy crawl revisit` asks for them.

All threads are of one site. It is visited at set times (:data:`EVERY`). Those that are due then are counted in groups,
by the code that the crawl groups them with, and others for nothing where a group has room. A count tells of nothing but
a change of how many comments stand there: one that came hides one that went, until the thread is read. Another count
than at the last reading is followed by a whole reading, which costs all its comment pages beside the group's request.
So is every fourth look at a thread that only counts have settled. Nothing else is known of a thread than that: what is
counted the same is not seen.
"""

from __future__ import annotations

import heapq
import math
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from benchmarks.revisit.looks import FOUND, WATCHED, Look, Policy, Result
from benchmarks.revisit.traces import HOUR, Trace
from crawler.schedule.due import MAX_PROBES, MAX_SPARE, PROBE_BELOW, priced
from crawler.schedule.groups import Waiting
from crawler.schedule.model import Visit, expected_new
from crawler.systems.wordpress.system import GROWTH, WordPress

EVERY: Final = 0.25 * HOUR
"""Seconds from one run to the next, as in `deploy/cron`."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many threads a request counts."""

    room: int
    by_comments: bool = False
    """Whether it lists their comments, as WordPress does, so that each takes the room of its own."""

    def size(self, look: Look) -> int:
        """The room that a thread takes."""
        return look.count + GROWTH if self.by_comments else 1

    def part(self, look: Look) -> float:
        """What the schedule takes its count to cost, in requests."""
        return priced(min(self.size(look) / self.room, 1.0))


TEN: Final = Counts(10)
TWENTY: Final = Counts(20)
WORDPRESS: Final = Counts(WordPress.count_room, by_comments=True)

MayCount = Callable[[Look, float], bool]
"""Whether a look at a time may be settled by a count, as far as what is expected of the thread says."""


def is_quiet(look: Look, at: float) -> bool:
    """The rule of `crawler.schedule.due`: with more to come a count seldom settles the visit."""
    born, scale = look.life
    return expected_new(scale, born, look.visits[-1].at, at) < PROBE_BELOW


@dataclass(slots=True)
class _Thread:
    trace: Trace
    last_day: float
    look: Look
    gone: list[float]
    """When comments are removed, rising."""
    leaving: list[float] = field(default_factory=list)
    """When those go that a reading found (a heap)."""
    due: float = 0.0
    read: float = 0.0
    """When it was last read."""
    counted: int = 0
    """Looks since then, each settled by a count."""

    def stand(self, at: float) -> int:
        """How many comments stand there."""
        return bisect_right(self.trace.written, at) - bisect_right(self.gone, at)


def run_together(threads: list[Trace], policy: Policy, counts: Counts, may_count: MayCount, end: float) -> Result:
    """Play a policy over all threads of a site."""
    return _Site(threads, policy, counts, may_count, end).result


class _Site:
    def __init__(
        self, threads: list[Trace], policy: Policy, counts: Counts, may_count: MayCount, end: float
    ) -> None:
        self.result = Result()
        self.policy, self.counts, self.may_count = policy, counts, may_count
        self.threads = [self._begin(trace, end) for trace in threads]
        self.heap: list[tuple[float, int]] = []
        found = sorted((trace.born + FOUND, number) for number, trace in enumerate(threads))
        runs = math.ceil((max(at for at, _ in found) + WATCHED) / EVERY)
        before = 0
        for run in range(runs + 1):
            at = run * EVERY
            while before < len(found) and found[before][0] <= at:  # by a feed, not by the runs
                first_at, number = found[before]
                self._read(number, first_at)
                before += 1
            self._run(at)

    def _begin(self, trace: Trace, end: float) -> _Thread:
        last_day = min(end, trace.born + WATCHED)
        shown = bisect_right(trace.written, last_day)
        removals = sum(at <= last_day for at in trace.removed[:shown])
        self.result.comments += shown
        self.result.removals += removals
        self.result.caught += shown - removals
        gone = sorted(at for at in trace.removed if at < math.inf)
        return _Thread(trace, last_day, Look(trace.born), gone, read=trace.born)

    def _run(self, at: float) -> None:
        due: list[int] = []
        for number in self._due(at):
            thread = self.threads[number]
            if thread.counted < MAX_PROBES and self.may_count(thread.look, at):
                due.append(number)
            else:
                self._read(number, at)
        fitting = [number for number in due if self._size(number) < self.counts.room]
        together = Waiting(self.counts.room, self._size, fitting, self._spare(at) if fitting else ())
        asked = set[int]()
        for number in due:
            if number not in asked:
                group = together.group(number)
                asked.update(group)
                self._count(group, at)

    def _due(self, at: float) -> list[int]:
        """Threads that are due and still watched."""
        found: list[int] = []
        while self.heap and self.heap[0][0] <= at:
            due, number = heapq.heappop(self.heap)
            if due == self.threads[number].due and at <= self.threads[number].last_day:
                found.append(number)
        return found

    def _spare(self, at: float) -> Iterator[int]:
        """Those that are due soonest of which a count is not expected to have changed."""
        soonest = (
            number
            for due, number in heapq.nsmallest(MAX_SPARE, self.heap)
            if due == self.threads[number].due and at <= self.threads[number].last_day
        )
        may_fill = (number for number in soonest if self.may_count(self.threads[number].look, at))
        return islice(may_fill, self.counts.room)

    def _size(self, number: int) -> int:
        return self.counts.size(self.threads[number].look)

    def _count(self, group: list[int], at: float) -> None:
        """One request, and what follows from it."""
        self.result.requests += 1
        threads = [self.threads[number] for number in group]
        is_full = self.counts.by_comments and len(group) > 1
        if is_full and sum(thread.stand(at) for thread in threads) > self.counts.room:
            # Not all are listed: each that is due is asked for alone.
            for number in [number for number, thread in zip(group, threads, strict=True) if thread.due <= at]:
                self._count([number], at)
            return
        for number, thread in zip(group, threads, strict=True):
            if thread.stand(at) != thread.look.count:
                self._read(number, at)
            elif thread.due <= at:
                thread.counted += 1
                thread.look.visits.append(Visit(at, 0))
                thread.look.changed.append(False)
                self._plan(number, at)

    def _read(self, number: int, at: float) -> None:
        """Read a thread whole."""
        thread = self.threads[number]
        trace, look = thread.trace, thread.look
        first, last = bisect_right(trace.written, thread.read), bisect_right(trace.written, at)
        fresh = [i for i in range(first, last) if trace.removed[i] > at]
        gone = 0
        while thread.leaving and thread.leaving[0] <= at:
            heapq.heappop(thread.leaving)
            gone += 1
        for i in fresh:
            if trace.removed[i] < math.inf:
                heapq.heappush(thread.leaving, trace.removed[i])
        pages = trace.pages(last)
        self.result.requests += pages
        self.result.whole += pages
        self.result.caught += sum(trace.removed[i] <= thread.last_day for i in fresh)
        self.result.removals_caught += gone
        look.visits.append(Visit(at, len(fresh)))
        look.changed.append(bool(fresh or gone))
        look.requests, look.count = pages, thread.stand(at)
        thread.read, thread.counted = at, 0
        self._plan(number, at)

    def _plan(self, number: int, at: float) -> None:
        thread = self.threads[number]
        thread.due = at + self.policy(thread.look)
        heapq.heappush(self.heap, (thread.due, number))
