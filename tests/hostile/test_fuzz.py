"""Anything that a stranger may send ends in a result: Hypothesis over pages, interfaces, sitemaps, feeds, robots, dates, addresses.

TALKBACK_FUZZ=N (`make fuzz`) gives each target N inputs in place of the few of a usual run.
"""

from __future__ import annotations

import json
import os

import pytest
from fuzz import ROBOTS, TARGETS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scrapy.robotstxt import ProtegoRobotParser

from archive.errors import ArchiveError
from archive.log import TableLog
from archive.schema import TABLES
from archive.stores import LocalStore
from crawler.politeness.robots import groups_of, leading_lines

INPUTS = int(os.environ.get("TALKBACK_FUZZ", "40"))
often = settings(max_examples=INPUTS, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("name", TARGETS)
def test_anything_ends_in_a_result(name: str) -> None:
    strategy, work = TARGETS[name]

    @often
    @given(strategy)
    def each(value: object) -> None:
        work(value)

    each()


@often
@given(ROBOTS)
def test_any_robots_txt_is_a_set_of_rules(body: bytes) -> None:
    rules = ProtegoRobotParser(groups_of(leading_lines(body), "Talkback"), None)
    assert rules.allowed("https://e.com/a/b?c=d", "Talkback") in (True, False)
    rules.crawl_delay("Talkback")


LOG_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["add", "remove", "txn", "path", "appId", "version", "commitInfo", "metaData", "dataChange"]), inner, max_size=4
    ),
)  # fmt: skip


@often
@given(st.lists(LOG_VALUES.map(json.dumps), max_size=4).map("\n".join).map(str.encode) | st.binary(max_size=200))
def test_any_bytes_in_a_log_are_an_entry_or_an_error_that_names_them(tmp_path_factory: pytest.TempPathFactory, body: bytes) -> None:
    folder = tmp_path_factory.getbasetemp() / "fuzzed"
    (folder / "comments" / "_delta_log").mkdir(parents=True, exist_ok=True)
    (folder / "comments" / "_delta_log" / f"{0:020}.json").write_bytes(body)
    try:
        entry = TableLog(LocalStore(folder), TABLES["comments"]).entry(0)
    except ArchiveError as error:
        assert "0" in str(error)  # noqa: PT017 - either will do
    else:
        assert entry is None or all(isinstance(path, str) for path in entry.added)


# --- inputs that were met on the way -------------------------------------------------------------

STATED = b"""<html><head><link rel="https://api.w.org/" href="https://e.com/wp-json/"></head><body class="postid-7"><h1>Post</h1>
<div id="comments"><h2 class="comments-title">9 comments</h2><ol class="comment-list"><li id="comment-1" class="comment"><p>Text</p></li></ol>
</div></body></html>"""

CRASHED: dict[str, object] = {
    "interfaces: JSON that nests too deep for its reader": (STATED, b"[" * 500_000),  # the thread lost the comments it had
    "interfaces: a number that is none": (STATED, b"[NaN]"),
    "posts: nested too deep": b'[{"link":' * 100_000,
    "pages: comments in JSON-LD without an end": b'<script type="application/ld+json">' + b"/*a" * 20_000,  # took minutes
    "pages: white space behind @type": b'<script type="application/ld+json">"@type":' + b" " * 40_000,  # took seconds
}


@pytest.mark.parametrize("name", CRASHED)
def test_what_crashed_once_does_not_again(name: str) -> None:
    TARGETS[name.split(":", maxsplit=1)[0]][1](CRASHED[name])
