"""Which threads are counted with one request."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crawler.schedule.due import LEAST_PART, Due, KnownThread, Spare, most_urgent, priced
from crawler.schedule.groups import Waiting

ROOM = 10
sizes = st.dictionaries(st.integers(0, 60), st.integers(1, ROOM + 4), max_size=40)


@given(sizes, st.data())
def test_each_due_thread_is_in_one_group_and_no_group_is_fuller_than_its_room(size, data):
    numbers = list(size)
    due = [number for number in numbers if data.draw(st.booleans())]
    spare = [number for number in numbers if number not in due]
    waiting = Waiting(ROOM, size.__getitem__, due, spare)
    seen: list[int] = []
    for first in due:
        if first not in seen:
            group = waiting.group(first)
            assert group[0] == first
            assert len(group) == 1 or sum(size[one] for one in group) <= ROOM
            seen += group
    assert len(seen) == len(set(seen)), "nothing is counted twice"
    assert set(due) <= set(seen)


def test_due_threads_come_before_those_that_only_fill_up_and_both_in_their_order():
    waiting = Waiting(4, lambda _: 1, ["a", "b", "c", "d", "e"], ["x", "y", "z"])
    assert waiting.group("a") == ["a", "b", "c", "d"]
    assert waiting.group("e") == ["e", "x", "y", "z"]


def test_one_whose_turn_comes_otherwise_is_first_in_its_group_and_given_out_once():
    waiting = Waiting(2, lambda _: 1, ["a", "b", "c"])
    assert waiting.group("c") == ["c", "a"]
    assert waiting.group("b") == ["b"]


def test_a_thread_that_has_no_room_goes_alone_and_keeps_nobody_else_from_a_group():
    waiting = Waiting(10, {"big": 40, "a": 4, "b": 7, "c": 6}.__getitem__, ["big", "a", "b", "c"])
    assert waiting.group("big") == ["big"]
    assert waiting.group("a") == ["a", "c"]
    assert waiting.group("b") == ["b"]


def page(url: str, urgency: float, *, look: float = 1.0, may_probe: bool = True, due_at: float = 0.0) -> Due:
    thread = KnownThread("waline", "t", url, url, "complete", 1, 1, ())
    return Due(
        url=url, canonical=url, urgency=urgency, due_at=due_at, requests=4, threads=[thread],
        look=look, may_probe=may_probe, may_fill=True,
    )  # fmt: skip


@example([(2.0, 0.05, False), (3.0, 1.0, True), (3.0, 1.0, True), (1.0, 0.05, True)], 2)
@given(st.lists(st.tuples(st.floats(1, 100), st.sampled_from([0.05, 0.1, 1.0]), st.booleans()), max_size=60), st.integers(1, 12))
def test_a_budget_is_spent_on_the_most_urgent_and_used_up(given_, budget):
    pages = [page(str(n), urgency, look=look, may_probe=probe) for n, (urgency, look, probe) in enumerate(given_)]

    def cost(one: Due) -> float:
        return one.look if one.may_probe else one.requests

    chosen = most_urgent(iter(pages), budget)
    assert [one.urgency for one in chosen] == sorted((one.urgency for one in pages), reverse=True)[: len(chosen)]
    total = sum(map(cost, chosen))
    assert len(chosen) == len(pages) or total >= budget - 1e-9
    assert not chosen or total - cost(chosen[-1]) < budget + 1e-9


def test_what_is_not_due_is_kept_to_fill_up_the_soonest_due_first():
    pages = [page(str(n), 0.0, due_at=float(n % 300)) for n in range(500)] + [page("due", 2.0)]
    spare = Spare()
    assert [one.url for one in spare.taken_from(iter(pages))] == ["due"]
    kept = [one.due_at for one in spare.of(("waline", "t"))]
    assert kept == sorted([*range(100 // 2), *range(100 // 2)])
    assert spare.of(("waline", "other")) == []


@pytest.mark.parametrize("budget", [0, 5])
def test_a_budget_of_none_takes_all_that_is_due(budget):
    pages = [page(str(n), 1.0 + n, look=0.05) for n in range(60)]
    assert len(most_urgent(iter(pages), budget)) == 60


@given(st.floats(0.01, 1.0))
def test_a_look_is_priced_at_its_part_of_a_request_and_never_so_low_that_small_sites_are_asked_for_nothing(part):
    assert LEAST_PART <= priced(part) <= 1.0
    assert priced(part) >= part
