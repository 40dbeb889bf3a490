"""``python -m benchmarks.revisit``: what revisit policies cost and catch, on the same simulated threads.

A policy says when a thread is looked at next. Every look costs one request, and one more for each further comment page
where something changed. Caught is a comment that was there at a look before it was removed; a removal, when its comment
was caught and a later look found it gone. Printed are requests at equal shares caught,
interpolated between the settings of a policy, as ratios to ours.
"""

from __future__ import annotations

import argparse
import heapq
import math
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

from benchmarks.revisit.traces import DAY, HOUR, Trace, traces
from crawler.schedule.model import Habits, Pace, Visit, current_life, due_at, habits_of, scale_of

WATCHED = 30 * DAY
"""Every policy looks at a thread for so long after it began."""


@dataclass(slots=True)
class Look:
    """What a policy may know: the looks so far, with what each found new or changed."""

    born: float
    visits: list[Visit] = field(default_factory=list)
    changed: list[bool] = field(default_factory=list)
    interval: float = 0.0


Policy = Callable[[Look], float]
"""Seconds until the next look."""


def fixed(hours: float) -> Policy:
    """Always the same interval."""
    return lambda _: hours * HOUR


def adaptive(start_hours: float) -> Policy:
    """StormCrawler's AdaptiveScheduler: x1.5 after no change, x0.8 after one, within a minimum and a maximum."""

    def following(look: Look) -> float:
        if not look.interval:
            look.interval = start_hours * HOUR
        else:
            look.interval *= 0.8 if look.changed[-1] else 1.5
        look.interval = min(max(look.interval, start_hours * HOUR / 4), 14 * DAY)
        return look.interval

    return following


def ours(price: float, habits: Habits) -> Policy:
    """`crawler.schedule.model`."""
    pace = Pace(price=price)

    def following(look: Look) -> float:
        last = look.visits[-1].at
        born, visits = current_life(look.visits, look.born, habits)
        scale = scale_of(visits, born, habits)
        return max(due_at(scale, born, last, pace, habits.hours) - last, 60.0)

    return following


@dataclass(slots=True)
class Result:
    """What a policy cost and caught."""

    requests: int = 0
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


def run(threads: list[Trace], policy: Policy, end: float) -> Result:
    """Play a policy over all threads. A new thread is found within its first half hour, as from a feed."""
    result = Result()
    for trace in threads:
        _play(trace, policy, end, result)
    return result


def _play(trace: Trace, policy: Policy, end: float, result: Result) -> None:
    last_day = min(end, trace.born + WATCHED)
    shown = bisect_right(trace.written, last_day)
    removals = [at for at in trace.removed[:shown] if at <= last_day]
    result.comments += shown
    result.removals += len(removals)
    at, before, look = trace.born + 0.5 * HOUR, trace.born, Look(trace.born)
    leaving: list[float] = []
    while at <= last_day:
        first, last = bisect_right(trace.written, before), bisect_right(trace.written, at)
        fresh = [i for i in range(first, last) if trace.removed[i] > at]
        gone = 0
        while leaving and leaving[0] <= at:
            heapq.heappop(leaving)
            gone += 1
        for i in fresh:
            if trace.removed[i] < math.inf:
                heapq.heappush(leaving, trace.removed[i])
        edited = any(before < trace.edited[i] <= at for i in range(first)) if first < 300 else False
        changed = bool(fresh or gone or edited)
        result.requests += trace.pages if changed else 1
        result.caught += len(fresh)
        result.removals_caught += gone
        look.visits.append(Visit(at, len(fresh)))
        look.changed.append(changed)
        before, at = at, at + policy(look)


def at_equal(curve: list[tuple[float, float]], share: float) -> float | None:
    """Requests at a share caught, between the settings of a policy (log-linear); None outside of them."""
    points = sorted(curve)
    for (low, cost), (high, more) in pairwise(points):
        if low <= share <= high:
            part = (share - low) / (high - low) if high > low else 0.0
            return math.exp(math.log(cost) * (1 - part) + math.log(more) * part)
    return None


PRICES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8)


def policies(habits: Habits) -> dict[str, list[tuple[str, Policy]]]:
    """Every policy with its settings, from eager to lazy."""
    return {
        "fixed interval": [(f"{h:g} h", fixed(h)) for h in (0.5, 1, 2, 3, 4, 6, 8, 12, 18, 24, 48, 96)],
        "adaptive x1.5 x0.8": [(f"from {h:g} h", adaptive(h)) for h in (0.25, 0.5, 1, 2, 3, 4, 6, 8, 12, 24, 48)],
        "Talkback": [(f"price {price:g}", ours(price, habits)) for price in PRICES],
    }


SHARES = {"comments": (0.97, 0.975, 0.98, 0.985, 0.99), "removals": (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)}
"""Shares caught at which requests are compared; few policies reach more, none at a bearable price."""


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.revisit", description=__doc__.partition("\n")[0])
    options.add_argument("--threads", type=int, default=2_000)
    options.add_argument("--days", type=float, default=30.0)
    options.add_argument("--seeds", type=int, default=3, help="independent sets of threads")
    options.add_argument("--all", action="store_true", help="every setting of every policy")
    given = options.parse_args()
    ratios: dict[tuple[str, str, float], list[float]] = {}
    for seed in range(1, given.seeds + 1):
        threads = traces(given.threads, given.days, seed)
        curves = _curves(threads, (given.days + 30) * DAY, show=given.all)
        for measure in ("comments", "removals"):
            best = curves["Talkback"][measure]
            for share in SHARES[measure]:
                mine = at_equal(best, share)
                for name in list(curves)[:-1]:
                    theirs = at_equal(curves[name][measure], share)
                    if mine and theirs:
                        ratios.setdefault((measure, name, share), []).append(theirs / mine)
    print(f"{given.threads:,} threads, {given.days:g} days, {given.seeds} seeds; requests of others / requests of ours")
    for (measure, name, share), found in sorted(ratios.items()):
        spread = f"{min(found):.2f}-{max(found):.2f}" if len(found) > 1 else ""
        print(f"{measure:10} {share:6.1%} caught  {name:20} {sum(found) / len(found):6.2f}  {spread}")


def _curves(threads: list[Trace], end: float, *, show: bool) -> dict[str, dict[str, list[tuple[float, float]]]]:
    curves: dict[str, dict[str, list[tuple[float, float]]]] = {}
    # The site's habits are learnt from another set of threads: a crawl has the archive of the weeks before.
    past = traces(200, 30, 1_000)
    habits = habits_of(
        ((trace.born, [Visit(trace.born + 60 * DAY, len(trace.written))]) for trace in past),
        (at for trace in past for at in trace.written),
    )
    for name, settings in policies(habits).items():
        for setting, policy in settings:
            result = run(threads, policy, end)
            if show:
                print(
                    f"{name:20} {setting:20} {result.requests:9,} requests  comments {result.share:.4f}"
                    f"  removals {result.removal_share:.4f}"
                )
            curve = curves.setdefault(name, {"comments": [], "removals": []})
            curve["comments"].append((result.share, result.requests))
            curve["removals"].append((result.removal_share, result.requests))
    return curves


if __name__ == "__main__":
    main()
