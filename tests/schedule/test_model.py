"""The model of revisits: more arrivals mean earlier visits, quiet means later ones, bounds hold."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from crawler.schedule.model import (
    DAY,
    HOUR,
    Habits,
    Pace,
    Visit,
    current_life,
    due_at,
    expected_cost,
    expected_new,
    habits_of,
    mass,
    scale_of,
    worth,
)

ages = st.floats(0, 400 * DAY)
BORN = 1_600_000_000.0


def seen(*pairs: tuple[float, int]) -> list[Visit]:
    return [Visit(BORN + hours * HOUR, new) for hours, new in pairs]


@given(ages, ages)
def test_a_thread_gains_something_in_every_part_of_its_life_and_never_more_than_all(one, other):
    start, end = sorted((one, other))
    assert 0 <= mass(start, end) <= 1
    assert mass(0, end) >= mass(start, end)


@given(st.floats(0.1, 1e4), ages, st.floats(0, 30 * DAY), st.floats(0, 30 * DAY))
def test_a_visit_is_worth_more_the_longer_one_waits(scale, last, wait, more):
    now = BORN + last + wait
    assert worth(scale, BORN, BORN + last, now + more) >= worth(scale, BORN, BORN + last, now) * 0.98 - 1e-9
    assert worth(scale, BORN, BORN + last, BORN + last) == 0


@given(st.floats(0.01, 1e4), ages, st.floats(0.001, 100))
def test_a_thread_is_due_between_floor_and_ceiling(scale, last, price):
    pace = Pace(price=price)
    at = due_at(scale, BORN, BORN + last, pace) - (BORN + last)
    assert pace.floor - 1 <= at <= pace.ceiling + 1


@given(st.integers(0, 50), st.integers(1, 500))
def test_a_thread_that_gained_more_is_due_no_later(fewer, more):
    pace, habits = Pace(), Habits()

    def due(new: int) -> float:
        visits = seen((1, new), (3, new))
        return due_at(scale_of(visits, BORN, habits), BORN, visits[-1].at, pace)

    assert due(fewer + more) <= due(fewer) + 61


def test_quiet_makes_a_thread_wait_longer_each_time():
    waits, visits = [], seen((1, 3))
    for _ in range(8):
        at = due_at(scale_of(visits, BORN, Habits()), BORN, visits[-1].at, Pace())
        waits.append(at - visits[-1].at)
        visits.append(Visit(at, 0))
    assert waits == sorted(waits)
    assert waits[-1] > 20 * waits[0]


def test_a_burst_after_a_long_quiet_is_answered_within_a_day_and_a_half():
    quiet = seen((1, 5), (3, 2), (10, 0), (40, 0), (200, 0))
    awake = [*quiet, Visit(quiet[-1].at + 60 * HOUR, 40)]

    def wait(visits: list[Visit]) -> float:
        born, since = current_life(visits, BORN, Habits())
        return due_at(scale_of(since, born, Habits()), born, visits[-1].at, Pace()) - visits[-1].at

    before, after = wait(quiet), wait(awake)
    assert before > 2 * DAY
    assert after < 1.5 * DAY
    assert after < before / 4


def test_a_thread_that_goes_on_as_expected_has_one_life():
    steady = seen((1, 12), (3, 10), (8, 6), (24, 3), (100, 1))
    assert current_life(steady, BORN, Habits()) == (BORN, steady)


def test_habits_of_a_site_are_where_its_new_threads_begin():
    busy = habits_of((BORN, seen((1, 100), (48, 300))) for _ in range(20))
    quiet = habits_of((BORN, seen((1, 0), (48, 1))) for _ in range(20))
    assert busy.scale > 100 * quiet.scale
    fresh = seen((0.5, 0))
    assert due_at(scale_of(fresh, BORN, busy), BORN, fresh[-1].at, Pace()) < due_at(
        scale_of(fresh, BORN, quiet), BORN, fresh[-1].at, Pace()
    )


def test_hours_in_which_nobody_writes_are_not_waited_for():
    noon = [BORN - BORN % DAY + day * DAY + 12 * HOUR for day in range(500)]
    habits = habits_of([], noon)
    assert habits.hours[12] > 10 * habits.hours[3]
    assert sum(habits.hours) == pytest.approx(24)


@given(st.floats(0.1, 1e3), ages, st.floats(1, 10 * DAY))
def test_what_is_expected_is_worth_more_than_what_may_be_saved_of_it(scale, last, wait):
    assume(wait < 3 * DAY)
    last_at = BORN + last
    assert worth(scale, BORN, last_at, last_at + wait) <= expected_new(scale, BORN, last_at, last_at + wait) * 1.05 + 1e-9


def test_a_page_that_is_published_with_comments_on_it_is_no_storm():
    visits = [Visit(BORN + 1, 50)]
    assert scale_of(visits, BORN, Habits()) < 500


@given(st.floats(0.1, 1e4), ages, st.integers(1, 50), st.integers(1, 50))
def test_a_thread_that_costs_more_requests_is_due_no_earlier(scale, last, fewer, more):
    last_at = BORN + last
    cheap, dear = (due_at(scale, BORN, last_at, Pace(), requests=one) for one in (fewer, fewer + more))
    assert cheap <= dear + 61


@given(st.floats(0.01, 1e4), ages, st.floats(0, 30 * DAY), st.integers(1, 100))
def test_a_visit_costs_one_request_at_least_and_all_at_most(scale, last, wait, requests):
    cost = expected_cost(scale, BORN, BORN + last, BORN + last + wait, requests=requests)
    assert 1 <= cost <= requests
    assert expected_cost(scale, BORN, BORN + last, BORN + last, requests=requests) == 1


@given(st.floats(0.01, 1e4), ages, st.floats(0.01, 1))
def test_a_look_that_costs_a_part_of_a_request_makes_a_thread_due_no_later(scale, last, look):
    last_at = BORN + last
    alone, along = (due_at(scale, BORN, last_at, Pace(), requests=5, look=one) for one in (1.0, look))
    assert along <= alone + 61
