"""The simulator of revisit policies: what it counts as caught, and bounds that nobody beats."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from benchmarks.revisit.__main__ import at_equal, bound, fixed, ours, run
from benchmarks.revisit.traces import DAY, HOUR, NEWS, Trace, traces
from crawler.schedule.model import Habits

INF = math.inf


def test_caught_is_what_a_look_found_before_it_was_removed_and_whatever_still_stands_in_the_end():
    # Looks at half an hour and then every four hours. Comments: gone before a look, gone after one, staying, late.
    trace = Trace(
        replace(NEWS, per_page=1),
        born=0.0,
        written=[1 * HOUR, 2 * HOUR, 3 * HOUR, 30 * DAY - 60],
        removed=[4 * HOUR, 10 * HOUR, INF, INF],
        edited=[INF] * 4,
    )
    result = run([trace], fixed(4), 90 * DAY)
    assert (result.comments, result.caught) == (4, 3)
    assert (result.removals, result.removals_caught) == (2, 1)
    looks = 1 + int((30 * DAY - 0.5 * HOUR) / (4 * HOUR))
    assert result.whole == 2 * 4, "three comments came before one look, one of them was seen gone at another"
    assert result.requests == result.whole + looks - 2


def test_a_thread_costs_the_pages_that_it_has_when_it_is_read():
    trace = Trace(replace(NEWS, per_page=2), 0.0, [1 * HOUR, 2 * HOUR, 3 * HOUR, 5 * HOUR], [INF] * 4, [INF] * 4)
    result = run([trace], fixed(4), 90 * DAY)
    assert result.whole == 2 + 3, "half of them are there at the first look that finds one"


@pytest.mark.parametrize("share", [0.5, 0.7])
def test_nobody_who_must_guess_needs_less_than_who_knows_when_every_comment_comes(share):
    threads = traces(150, 30, seed=3)
    mine = [run(threads, ours(price, Habits()), 60 * DAY) for price in (0.01, 0.1, 1.0)]
    best = bound(threads, "arrivals", 60 * DAY)
    saved = [(1 - (one.comments - one.caught) / one.removals, one.requests) for one in mine]
    known = [(one.removal_share, max(one.requests, 1)) for one in best]
    ours_, theirs = at_equal(saved, share), at_equal(known, share)
    assert ours_ is not None
    assert theirs is not None
    assert theirs < ours_
