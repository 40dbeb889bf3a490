"""The table of goals, and the figures of reading a page that it is made from."""

from __future__ import annotations

from benchmarks.extraction import LXML, OURS, beside, lxml_html, ours
from benchmarks.goals import of_crawls, of_figures
from benchmarks.measuring import Figure, Goal
from benchmarks.pages import pages


def spread(median: float) -> dict[str, float]:
    return {"median": median, "least": median / 2, "greatest": median * 2}


def crawls(x_bare: float, peak: int, again_bytes: float, efficiency: float) -> dict[str, object]:
    again = {"x_first": spread(0.1), "first_bytes": 1_000.0, "again_bytes": again_bytes}
    return {
        "cost": {"pages": 400, "Talkback": {"x_bare": spread(x_bare), "x_typical": spread(0.2)}},
        "memory": {"peaks": [{"pages": 2_000, "rss": 280_000_000}, {"pages": 20_000, "rss": peak}]},
        "revisit": {"validators": again, "count": again},
        "cores": {"efficiency": spread(efficiency)},
    }


def test_every_goal_of_a_crawl_is_told_as_reached_or_missed():
    assert all(line.is_reached for line in of_crawls(crawls(1.5, 299_000_000, 50.0, 0.9)))
    missed = [line.figure for line in of_crawls(crawls(1.6, 310_000_000, 51.0, 0.8)) if not line.is_reached]
    assert missed == [
        "crawl, CPU a page (400 pages)",
        "peak memory, 20,000 pages",
        "the same, MB",
        "unchanged page, bytes: 304",
        "unchanged page, bytes: count probe",
        "two processes on two cores",
    ]


def test_goals_of_figures_say_what_was_found_beside_what():
    goals = [Goal("ours", "peer", 0.7), Goal("ours", "peer", 2.0, is_least=True)]
    figure = Figure("Reading (60 pages)", "ms", {"ours": [2.0, 4.0, 3.0], "peer": [4.0, 4.0, 4.0]}, goals)
    cost, throughput = of_figures({"figures": [figure.as_json()]})
    assert cost == ("Reading (60 pages): ours", "peer", "at most 0.7", "0.75 (0.5-1)", False)
    assert throughput == ("Reading (60 pages): ours (throughput)", "peer", "at least 2", "1.33 (1-2)", False)


def test_every_reader_reads_every_page_in_each_round_that_counts():
    sample, read = list(pages(2)), []
    figure = beside("", {OURS: lambda one: read.append(ours(one)), LXML: lxml_html}, sample, rounds=2)
    assert read == [one.comments for one in sample] * 3, "the first round warms up"
    assert {name: len(values) for name, values in figure.values.items()} == {OURS: 2, LXML: 2}
    assert [(goal.peer, goal.bound) for goal in figure.goals] == [(LXML, 0.7)]
