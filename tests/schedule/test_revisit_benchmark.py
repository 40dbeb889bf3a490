"""The simulator of revisit policies: what it counts as caught, and bounds that nobody beats."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from benchmarks.revisit.__main__ import at_equal, bound, fixed, ours, run
from benchmarks.revisit.looks import Look
from benchmarks.revisit.together import TEN, WORDPRESS, run_together
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


def hourly(_: object) -> float:
    return HOUR


def test_one_request_counts_all_that_are_due_and_a_changed_one_costs_its_pages_beside_it():
    kind = replace(NEWS, per_page=2)
    busy = Trace(kind, 0.0, [0.1 * HOUR, 5 * HOUR, 5 * HOUR, 5 * HOUR], [INF] * 4, [INF] * 4)
    quiet = [Trace(kind, 0.0, [0.1 * HOUR], [INF], [INF]) for _ in range(3)]
    result = run_together([busy, *quiet], hourly, TEN, lambda *_: True, 12.6 * HOUR)
    # First read at half past zero; each fourth look in a row that finds nothing is a reading: 4:30, 8:30, 12:30. The
    # busy one has changed at 5:30, when it costs three pages, so that its next such look is at 9:30.
    assert result.whole == 3 * (1 + 3) + 1 + 1 + 3 + 3
    assert result.requests == result.whole + 12 - 1, "one at each of twelve runs but that in which all are read"


def test_a_count_does_not_see_that_one_came_and_one_went_until_the_thread_is_read():
    # A comment that is gone after six hours, and another one in its place.
    written, removed = [0.1 * HOUR, 6.4 * HOUR], [6.3 * HOUR, 7.4 * HOUR]
    trace = Trace(NEWS, 0.0, written, removed, [INF, INF])
    sees_all = run([trace], fixed(1), 90 * DAY)
    counts = run_together([trace], hourly, TEN, lambda *_: True, 90 * DAY)
    assert (sees_all.caught, counts.caught) == (2, 1)


def test_a_thread_that_is_not_due_is_counted_along_and_read_when_it_changed():
    soon = Trace(NEWS, 0.0, [], [], [])
    late = Trace(NEWS, 0.0, [0.1 * HOUR, 3.1 * HOUR], [INF, 4.9 * HOUR], [INF, INF])

    def policy(look: Look) -> float:
        return HOUR if look.count == 0 else 20 * DAY

    alone = run_together([late], policy, TEN, lambda *_: True, 90 * DAY)
    along = run_together([soon, late], policy, TEN, lambda *_: True, 90 * DAY)
    assert (alone.caught, along.caught) == (1, 2)


def test_a_list_of_comments_that_has_no_room_for_all_is_followed_by_counts_one_by_one():
    grown = [0.1 * HOUR] * 40 + [2 * HOUR] * 30
    threads = [Trace(NEWS, 0.0, grown, [INF] * 70, [INF] * 70) for _ in range(2)]
    result = run_together(threads, lambda _: 3 * HOUR, WORDPRESS, lambda *_: True, 4 * HOUR)
    assert result.requests == 2 + (1 + 2) + 2 * 2, "two readings, the list, two counts, two readings of two pages"
