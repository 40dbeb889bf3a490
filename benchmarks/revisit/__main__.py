"""``python -m benchmarks.revisit``: what revisit policies cost and catch, on the same simulated threads.

A policy says when a thread is looked at next. A look at which nothing changed costs one request (a count, or status
304), any other one a request for each comment page that there is then. Caught is a comment that a look found between
its beginning and its removal (completeness as in the monitoring literature: Pandey, Dhamdhere and Olston, "WIC", VLDB
2004); one that still stands when the watch ends is caught by whatever visit comes next, so it is lost to no policy. A
removal is caught when its comment was, and a later look of the watch found it gone. Printed are requests for 100
threads at equal shares caught, interpolated between the settings of each policy, beside three bounds
(`benchmarks.revisit.bounds`).
"""

from __future__ import annotations

import argparse
import heapq
import math
from bisect import bisect_right
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise

from benchmarks.revisit.bounds import PRICES as BOUND_PRICES
from benchmarks.revisit.bounds import Floats, Schedule, arrivals_known, rates_known, survival
from benchmarks.revisit.looks import FOUND, WATCHED, Look, Policy, Result
from benchmarks.revisit.together import TEN, TWENTY, WORDPRESS, Counts, is_quiet, run_together
from benchmarks.revisit.traces import DAY, HOUR, KINDS, Kind, Trace, traces
from crawler.schedule.model import Habits, Pace, Visit, current_life, due_at, habits_of, scale_of


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


def shipped(look: Look) -> float:
    """StormCrawler's AdaptiveScheduler with the settings that it comes with.

    After a day first (`fetchInterval.default`), then half as long again after no change, up to two weeks, and halfway
    to an hour after one (`AdaptiveScheduler.java` of apache/incubator-stormcrawler at 0580fa0d).
    """
    if not look.interval:
        look.interval = DAY
    elif look.changed[-1]:
        look.interval = (look.interval + HOUR) / 2
    else:
        look.interval = min(look.interval * 1.5, 14 * DAY)
    return look.interval


def ours(price: float, habits: Habits, part: Callable[[Look], float] = lambda _: 1.0) -> Policy:
    """`crawler.schedule.model`.

    :param part: the part of a request that a look costs which finds nothing
    """
    pace = Pace(price=price)

    def following(look: Look) -> float:
        last = look.visits[-1].at
        born, visits = current_life(look.visits, look.born, habits)
        scale = scale_of(visits, born, habits)
        look.life = born, scale
        at = due_at(scale, born, last, pace, habits.hours, requests=look.requests, look=part(look))
        return max(at - last, 60.0)

    return following


def run(threads: list[Trace], policy: Policy, end: float) -> Result:
    """Play a policy over all threads."""
    result = Result()
    for trace in threads:
        _play(trace, policy, trace.born + FOUND, end, result)
    return result


def _play(trace: Trace, policy: Policy, first_at: float, end: float, result: Result) -> None:
    last_day = min(end, trace.born + WATCHED)
    shown = bisect_right(trace.written, last_day)
    removals = sum(at <= last_day for at in trace.removed[:shown])
    result.comments += shown
    result.removals += removals
    result.caught += shown - removals
    at, before, look = first_at, trace.born, Look(trace.born)
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
        pages = trace.pages(last)
        result.requests += pages if changed else 1
        result.whole += pages if changed else 0
        result.caught += sum(trace.removed[i] <= last_day for i in fresh)
        result.removals_caught += gone
        look.visits.append(Visit(at, len(fresh)))
        look.changed.append(changed)
        look.requests = pages if changed else look.requests
        before, at = at, at + policy(look)


def at_equal(curve: list[tuple[float, float]], share: float) -> float | None:
    """Requests at a share caught, between the settings of a policy (log-linear); None outside of them."""
    points = sorted(curve)
    for (low, cost), (high, more) in pairwise(points):
        if low <= share <= high:
            part = (share - low) / (high - low) if high > low else 0.0
            return math.exp(math.log(cost) * (1 - part) + math.log(more) * part)
    return None


PRICES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)


def policies(habits: Habits) -> dict[str, list[tuple[str, Policy]]]:
    """Every policy with its settings, from eager to lazy."""
    return {
        "fixed": [(f"{h:g} h", fixed(h)) for h in (0.25, 0.5, 1, 2, 3, 4, 6, 8, 12, 18, 24, 48, 96)],
        "adaptive": [(f"from {h:g} h", adaptive(h)) for h in (0.06, 0.125, 0.25, 0.5, 1, 2, 3, 4, 6, 8, 12, 24, 48)],
        "shipped": [("", shipped)],
        "Talkback": [(f"price {price:g}", ours(price, habits)) for price in PRICES],
    }


BOUNDS: dict[str, Callable[[Trace, float, Callable[[Floats], Floats]], Iterator[Schedule]]] = {
    "rates": rates_known,
    "but_wakings": partial(rates_known, knows_waking=False),
    "arrivals": arrivals_known,
}


def bound(threads: list[Trace], name: str, end: float) -> list[Result]:
    """A bound at each of its prices. A removal counts as seen when its comment was: no look is spent on seeing it."""
    results, alive = [Result() for _ in BOUND_PRICES], survival(threads[0].kind)
    for trace in threads:
        schedules = BOUNDS[name](trace, min(end, trace.born + WATCHED), alive)
        for result, schedule in zip(results, schedules, strict=True):
            _play(trace, _planned(schedule), next(iter(schedule), math.inf), end, result)
    for result in results:
        result.removals_caught = result.removals - (result.comments - result.caught)
    return results


def _planned(schedule: Schedule) -> Policy:
    """The looks of a schedule, whatever they find."""
    times = iter([*schedule[1:], math.inf])
    return lambda look: next(times) - look.visits[-1].at


SHARES = {"comments": (0.98, 0.985, 0.9875, 0.99, 0.9925), "removals": (0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8)}
"""Shares caught at which requests are compared; few policies reach more, none at a bearable price."""

HEADS = {
    "apart": """| share caught | fixed interval | adaptive | Talkback (for whole visits) | rates known but for wakings \
| rates known | arrivals known | fixed / ours | adaptive / ours |
|---|---|---|---|---|---|---|---|---|""",
    "together": """| share caught | adaptive | adaptive, by tens | Talkback (for whole visits) \
| by tens (for whole visits) | by twenties | WordPress | adaptive / by tens | adaptive / WordPress |
|---|---|---|---|---|---|---|---|---|""",
}
COLUMNS = {
    "apart": ("fixed", "adaptive", "Talkback", "but_wakings", "rates", "arrivals"),
    "together": ("adaptive", "adaptive_tens", "Talkback", "tens", "twenties", "WordPress"),
}
RATIOS = {
    "apart": (("fixed", "Talkback"), ("adaptive", "Talkback")),
    "together": (("adaptive", "tens"), ("adaptive", "WordPress")),
}
WHOLE = ("Talkback", "tens")
"""Columns that also say what whole visits cost."""


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.revisit", description=__doc__.partition("\n")[0])
    options.add_argument("--threads", type=int, default=2_000)
    options.add_argument("--days", type=float, default=30.0)
    options.add_argument("--seeds", type=int, default=3, help="independent sets of threads")
    options.add_argument("--kind", choices=KINDS, default="news", help="what the threads are like")
    options.add_argument("--all", action="store_true", help="every setting of every policy")
    options.add_argument(
        "--together", action="store_const", const="together", default="apart", dest="table",
        help="where one request counts many threads",
    )
    given = options.parse_args()
    sets = []
    for seed in range(1, given.seeds + 1):
        kind = KINDS[given.kind]
        results = _results(traces(given.threads, given.days, seed, kind), (given.days + 30) * DAY, kind, given.table)
        sets.append(results)
        if given.all:
            _print_all(results, given.threads)
    what = f"{given.threads:,} threads ({given.kind}), {given.days:g} days, mean of {given.seeds} seeds"
    print(f"{what}: requests for 100 threads")
    print(HEADS[given.table])
    for measure, measured in SHARES.items():
        for share in measured:
            name = f"{100 * share:.4g} % of {measure}"
            _print_row(name, measure, [share] * given.seeds, sets, threads=given.threads, table=given.table)
    for measure in SHARES:
        shares = [_share(results["shipped"][0], measure) for results in sets]
        name = f"StormCrawler as shipped: {100 * sum(shares) / len(shares):.3g} % of {measure}"
        as_shipped = [results | {"adaptive": results["shipped"]} for results in sets]
        _print_row(name, measure, shares, as_shipped, threads=given.threads, table=given.table)


def _results(threads: list[Trace], end: float, kind: Kind, table: str) -> dict[str, list[Result]]:
    # The site's habits are learnt from another set of threads: a crawl has the archive of the weeks before.
    past = traces(200, 30, 1_000, kind)
    habits = habits_of(
        ((trace.born, [Visit(trace.born + 60 * DAY, len(trace.written))]) for trace in past),
        (at for trace in past for at in trace.written),
    )
    alone = policies(habits)
    if table == "together":
        del alone["fixed"]
    found = {name: [run(threads, one, end) for _, one in settings] for name, settings in alone.items()}
    if table == "together":
        return found | _together(threads, habits, alone["adaptive"], end)
    return found | {name: bound(threads, name, end) for name in BOUNDS}


def _together(
    threads: list[Trace], habits: Habits, adaptive_ones: list[tuple[str, Policy]], end: float
) -> dict[str, list[Result]]:
    """Policies where one request counts many threads."""
    def played(counts: Counts) -> list[Result]:
        part = counts.part
        return [run_together(threads, ours(price, habits, part), counts, is_quiet, end) for price in PRICES]

    found = {"tens": played(TEN), "twenties": played(TWENTY), "WordPress": played(WORDPRESS)}
    return found | {
        # It knows of no expectations: every thread may be counted.
        "adaptive_tens": [run_together(threads, one, TEN, lambda *_: True, end) for _, one in adaptive_ones]
    }


def _print_all(results: dict[str, list[Result]], threads: int) -> None:
    for name, found in results.items():
        for one in found:
            every, whole = (100 * cost / threads for cost in (one.requests, one.whole))
            caught = f"comments {one.share:.4f}  removals {one.removal_share:.4f}"
            print(f"{name:10} {every:9.1f} requests, {whole:9.1f} of whole visits  {caught}")


def _print_row(
    name: str, measure: str, shares: list[float], sets: list[dict[str, list[Result]]], *, threads: int, table: str
) -> None:
    """A row of the table, at a share of each set."""
    costs: dict[str, list[float | None]] = {}
    cells = []
    for column in COLUMNS[table]:
        at = list(zip(shares, sets, strict=True))
        costs[column] = [_cost(results[column], measure, share, "requests") for share, results in at]
        cell = _shown(_mean(costs[column]), threads)
        if column in WHOLE:
            whole = [_cost(results[column], measure, share, "whole") for share, results in at]
            cell += f" ({_shown(_mean(whole), threads)})"
        cells.append(cell)
    ratios = [_ratios(costs[theirs], costs[own]) for theirs, own in RATIOS[table]]
    print(f"| {name} | " + " | ".join((*cells, *ratios)) + " |")


def _share(result: Result, measure: str) -> float:
    return result.share if measure == "comments" else result.removal_share


def _cost(results: list[Result], measure: str, share: float, what: str) -> float | None:
    curve = [(_share(one, measure), float(max(getattr(one, what), 1))) for one in results]
    if len(curve) == 1:  # a policy with one setting is asked for what it caught
        return curve[0][1]
    return at_equal(curve, share)


def _mean(found: list[float | None]) -> float | None:
    known = [one for one in found if one is not None]
    return sum(known) / len(known) if len(known) == len(found) else None


def _shown(cost: float | None, threads: int) -> str:
    return "-" if cost is None else f"{100 * cost / threads:,.0f}"


def _ratios(theirs: list[float | None], ours_: list[float | None]) -> str:
    known = [other / own for other, own in zip(theirs, ours_, strict=True) if other and own]
    return f"{sum(known) / len(known):.2f} ({min(known):.2f}-{max(known):.2f})" if known else "-"


if __name__ == "__main__":
    main()
