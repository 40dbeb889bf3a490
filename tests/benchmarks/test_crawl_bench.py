"""The benchmark of whole crawls measures crawls that got everything, and refuses to measure others."""

import gzip
import re
import shutil
import sys
from dataclasses import replace
from itertools import count
from urllib.request import Request, urlopen

import pytest

from benchmarks.crawl import parts
from benchmarks.crawl.crawls import Crawls
from benchmarks.crawl.measure import RunError, Usage, marginal, ratio, rounds, run
from benchmarks.crawl.server import running
from benchmarks.pages import pages

needs_nginx = pytest.mark.skipif(
    shutil.which("nginx", path="/usr/local/sbin:/usr/sbin:/usr/local/bin:/usr/bin") is None,
    reason="there is no nginx (apt-get install nginx-light)",
)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running(tmp_path_factory.mktemp("server")) as server:
        yield server


def fetched(url, **headers):
    with urlopen(Request(url, headers={"Accept-Encoding": "gzip", **headers}), timeout=5) as answer:
        return gzip.decompress(answer.read()), answer.headers


@needs_nginx
def test_the_server_gives_each_page_its_feed_and_its_count_and_counts_the_bytes(server):
    since = server.mark()
    served = server.add(4, 5, has_rest=True)
    made = list(pages(4, 5, host=f"http://127.0.1.{{}}:{server.port}", has_rest=True))
    assert served.urls == [page.url for page in made]
    assert served.comments == [page.comments for page in made]
    body, head = fetched(served.urls[0])
    assert body == made[0].body
    assert head["ETag"]
    assert b"<rss" in fetched(f"{served.urls[0]}feed/")[0]
    base = served.urls[0].partition("/2024/")[0]
    _, head = fetched(f"{base}/?rest_route=/wp/v2/comments&post=1&per_page=1&_fields=id")
    assert int(head["X-WP-Total"]) == sum(remark.kind == "comment" for remark in made[0].story.remarks)
    wire = server.wire(since)
    assert (wire.requests, wire.statuses) == (3, {200: 3})
    assert wire.sent > len(gzip.compress(body, 9)) // 2


@needs_nginx
def test_a_crawl_that_lacks_a_comment_is_refused_and_the_archive_says_what_it_has(server, tmp_path):
    served, crawls = server.add(3), Crawls(server, tmp_path)
    wrong = replace(served, comments=[served.comments[0] + 1, *served.comments[1:]])
    has = re.escape(f"holds {(3, sum(served.comments))} pages and comments, not {(3, sum(wrong.comments))}")
    with pytest.raises(RunError, match=has):
        crawls.ours(wrong)


@needs_nginx
def test_without_validators_and_counts_an_unchanged_page_is_read_whole_and_makes_no_row(server, tmp_path):
    served, crawls = server.add(3, 6, has_validators=False), Crawls(server, tmp_path)
    _, head = fetched(served.urls[0])
    assert (head["ETag"], head["Last-Modified"]) == (None, None)
    first = crawls.ours(served)
    again = crawls.revisit(served, first, "neither")
    assert again.wire.statuses == {200: again.wire.statuses[200], 404: first.wire.statuses[404]}
    assert again.wire.sent > 0.9 * first.wire.sent
    with pytest.raises(RunError, match="the answers had the statuses"):
        crawls.revisit(served, first, "validators")


@needs_nginx
def test_the_typical_project_is_measured_over_the_same_comments(server, tmp_path):
    served = server.add(3)
    measured = Crawls(server, tmp_path).peer("typical", served)
    assert measured.usage.cpu > 0
    assert measured.usage.rss > 50_000_000
    assert measured.wire.statuses[200] == 3


def test_a_command_that_fails_is_no_measurement(tmp_path):
    with pytest.raises(RunError, match="ended with 3: no"):
        run([sys.executable, "-c", "print('no', end=''); raise SystemExit(3)"], tmp_path / "log")


def test_rounds_turn_the_order_so_that_each_variant_comes_first_once():
    numbers = count()
    found = rounds(3, {name: lambda: next(numbers) for name in "abc"})
    assert found == {"a": [0, 5, 7], "b": [1, 3, 8], "c": [2, 4, 6]}


def test_what_starting_costs_falls_out_of_the_cost_of_a_page():
    few, many = [Usage(3.0, 0, 0), Usage(4.0, 0, 0)], [Usage(5.0, 0, 0), Usage(5.0, 0, 0)]
    assert marginal(few, many, 100) == [20.0, 10.0]
    spread = ratio([20.0, 10.0], [10.0, 10.0])
    assert (spread.median, spread.least, spread.greatest) == (1.5, 1.0, 2.0)
    assert spread.text(1) == "1.5 (1.0-2.0)"


def test_growth_is_shown_as_the_cost_of_each_page_and_comment_more():
    def spread(value):
        return {"median": value, "least": value, "greatest": value}

    shown = parts.render(
        "growth",
        {
            "by_pages": [{"pages": 100, "cpu": spread(2.0)}, {"pages": 200, "cpu": spread(3.0)}],
            "by_comments": [{"comments": 0, "ms_a_page": spread(5.0)}, {"comments": 50, "ms_a_page": spread(10.0)}],
        },
    )
    assert "| 200 | 3.00 (3.00-3.00) | 10.00 |" in shown
    assert "| 50 | 10.0 (10.0-10.0) | 100 |" in shown
