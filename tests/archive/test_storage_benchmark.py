"""The benchmark of storing and reading does what it says it measures, on few rows; nothing here is timed."""

from __future__ import annotations

import json

import pytest

from archive.schema import TABLES

pytest.importorskip("duckdb")

from benchmarks.measuring import Figure, Goal
from benchmarks.storage import growth, queues, reading, writing
from benchmarks.storage.comments import as_rows, captures
from benchmarks.storage.large import large_archive


def test_comments_are_the_same_for_a_seed_and_have_every_column():
    one, same, other = (as_rows(list(captures(50, seed))) for seed in (1, 1, 2))
    assert one == same != other
    assert len(one) == 50
    assert set(one[0]) == set(TABLES["comments"].schema.names)


def test_all_ways_of_writing_write_every_comment(tmp_path):
    figure, steps = writing.throughput(tmp_path, rows=60, rounds=1)  # it raises when a comment is missing
    assert set(figure.values) == {
        writing.WHOLE, writing.STORED, writing.PYARROW, writing.PYARROW_ZSTD, writing.JSON_LINES,
    }  # fmt: skip
    assert all(len(values) == 1 and values[0] > 0 for values in (*figure.values.values(), *steps.values.values()))
    assert json.loads(json.dumps(figure.as_json()))["goals"][0]["bound"] == "at least 1"
    assert list(tmp_path.iterdir()) == []


def test_sizes_are_bytes_of_the_same_comments(tmp_path):
    values = writing.sizes(tmp_path, rows=60, commits=2).values
    assert len(values) == 5
    assert 0 < values["Talkback: compacted"][0] < values["Talkback: parts as crawled"][0]
    assert values["JSON Lines + zstd, without text_html"][0] < values["JSON Lines + zstd"][0]


def test_every_queue_leases_each_page_once(tmp_path):
    for make in (queues.ours, queues.in_memory, queues.on_disk):
        passage = make(200, 12, 1, tmp_path)
        asked = [request.url for request in passage.requests]
        leased: list[str] = []
        settle = passage.settle
        passage.settle = lambda request, settle=settle, leased=leased: (leased.append(request.url), settle(request))
        assert passage.run() == 180
        assert sorted(leased) == sorted(set(asked))


def test_the_reader_and_the_query_find_the_same_comments(tmp_path):
    root, rows, comments = large_archive(tmp_path, 3, commit_rows=200)
    assert (rows, comments) == (600, 560)
    assert reading.ours(root, reading.FEW) == reading.duckdbs(root, reading.FEW) == comments


def test_growth_is_looked_at_from_the_first_commit_to_the_last(tmp_path):
    points = growth.growth(tmp_path, commits=3, rows=20, points=2)
    assert [(point.commits, point.rows) for point in points] == [(1, 40), (2, 60), (3, 80)]
    assert growth.markdown(points).count("\n") == 7


def test_a_goal_compares_costs_or_throughputs_and_can_be_missed():
    values = {"ours": [2.0, 4.0], "peer": [4.0, 4.0]}
    cost, throughput = Goal("ours", "peer", 0.7), Goal("ours", "peer", 2.0, is_least=True)
    assert cost.ratios(values) == [0.5, 1.0]
    assert throughput.ratios(values) == [2.0, 1.0]
    told = Figure("f", "u", values, [cost, throughput, Goal("ours", "peer", 0.8)]).as_json()["goals"]
    assert [goal["is_reached"] for goal in told] == [False, False, True]
