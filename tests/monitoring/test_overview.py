"""What is read from an archive: each kind of break is found there, its counts are those of its rows, its page is safe."""

from __future__ import annotations

import json
import re
import tracemalloc
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from site_archive import BEGIN, DAY, PAGES, write

import archive
from archive.exporter import Exporter
from archive.schema import Comment, Crawl, Provenance, Thread, Visit
from crawler.monitoring.drift import KINDS
from crawler.monitoring.overview import accepted_of, as_json, overview
from crawler.monitoring.page import html
from crawler.monitoring.plots import Series, shares, spark, stacked

MADE = datetime(2026, 11, 1, tzinfo=UTC)


# --- breaks --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def fourteen(tmp_path_factory) -> Path:
    """A folder with the archive of fourteen crawls that are in order."""
    folder = tmp_path_factory.mktemp("fourteen")
    write(folder, 14)
    return folder


@pytest.fixture(scope="module")
def sound(tmp_path_factory, fourteen) -> str:
    return write(tmp_path_factory.mktemp("sound"), 16, broken_from=14, before=fourteen)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_break_is_found_in_the_archive_and_no_other(tmp_path, fourteen, kind):
    crawls = 14 + KINDS[kind].least_crawls
    found = overview(archive.open(write(tmp_path, crawls, broken=kind, broken_from=14, before=fourteen)), 90)
    (drift,) = found.alarms()
    assert (drift.site, drift.kind) == ("news.example.org", kind)
    assert BEGIN + 14 * DAY <= drift.change.since < BEGIN + 15 * DAY
    assert (drift.change.bad, drift.change.of) == (PAGES, PAGES)
    assert drift.history[-1][1:] == (PAGES, PAGES)
    assert all(bad == 0 for day, bad, _ in drift.history if day < datetime.fromtimestamp(BEGIN / 1e6, UTC) + timedelta(days=13))


def test_a_site_without_a_change_has_no_alarm(sound):
    assert overview(archive.open(sound), 90).drifts == []


def test_a_crawl_whose_clock_was_a_year_ahead_hides_no_break_and_is_named(tmp_path):
    opened = archive.open(write(tmp_path, 16, broken="empty", broken_from=15, ahead=12))
    found = overview(opened, 90, now=MADE)
    (drift,) = found.alarms()
    assert drift.kind == "empty"
    assert found.until < MADE
    assert found.ahead == as_json(found)["crawls_ahead"] == 1
    assert "1 crawl is dated later than now" in html(found, made=MADE)
    assert {run.started_at.year for run in found.runs} == {2026}
    assert max(day for day, _, _ in drift.history) < MADE


def test_a_clock_that_was_put_a_year_ahead_while_a_crawl_ran_hides_no_break(tmp_path, fourteen):
    uri = write(tmp_path, 15, broken="empty", broken_from=14, before=fourteen)
    exporter = Exporter(uri, "crawl-999", state_dir=tmp_path / "state")
    exporter.start()
    exporter.add("crawls", [Crawl(crawl_id="crawl-999", spider="revisit", started_at=BEGIN + 15 * DAY, ended_at=BEGIN + 400 * DAY)])
    exporter.commit(exporter.take())
    exporter.close()
    found = overview(archive.open(uri), 90, now=MADE)
    assert [drift.kind for drift in found.alarms()] == ["empty"]
    assert found.until < MADE + timedelta(days=1)


def test_a_change_that_was_accepted_is_shown_and_no_alarm(tmp_path, fourteen):
    opened = archive.open(write(tmp_path, 15, broken="empty", broken_from=14, before=fourteen))
    for words in ("news.example.org", "other.example, news.example.org:empty"):
        found = overview(opened, 90, accepted=accepted_of(words))
        assert [drift.is_accepted for drift in found.drifts] == [True]
        assert found.alarms() == []
        assert "Accepted: news.example.org" in html(found, made=MADE)
    assert overview(opened, 90, accepted=accepted_of("news.example.org:titles")).alarms()


def test_what_lies_before_the_days_that_are_looked_back_on_is_no_history(tmp_path, fourteen):
    opened = archive.open(write(tmp_path, 16, broken="empty", broken_from=14, before=fourteen))
    assert overview(opened, 30).alarms()
    assert not overview(opened, 1.5).alarms()


# --- counts --------------------------------------------------------------------------------------


def test_the_counts_are_those_of_the_rows(sound):
    opened = archive.open(sound)
    found = overview(opened, 0)
    assert found.total("visits", "read") == opened.visits(history=True).to_table().num_rows
    assert found.total("threads", "complete") == opened.threads(history=True).to_table().num_rows
    assert found.total("comments", "new") == opened.comments(history=True).to_table().num_rows
    assert sum(found.series("comments", "new")) == found.total("comments", "new")
    assert len(found.runs) == 16
    told = json.loads(json.dumps(as_json(found)))
    assert told["sites"][0]["comments"] == {"new": found.total("comments", "new")}
    assert told["drift"] == []


def test_only_the_visits_of_one_crawl_are_counted_as_its_own(sound):
    found = overview(archive.open(sound), 0, run="crawl-003")
    assert {site: dict(counts) for site, counts in found.of_run.items()} == {"news.example.org": {"read": PAGES}}


# --- the page ------------------------------------------------------------------------------------

EVIL = "</td><script>alert(1)</script><img src=https://evil.example/x onerror=alert(2)>\u202e\x1b[31m"


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[tuple[str, str]] = set()

    def handle_starttag(self, tag, attrs):
        self.names.add(tag)
        self.attributes.update((name, value or "") for name, value in attrs)


def test_nothing_that_a_stranger_wrote_is_markup_and_nothing_is_loaded(tmp_path):
    exporter = Exporter(str(tmp_path / "archive"), "crawl-1", state_dir=tmp_path / "state")
    exporter.start()
    where = Provenance(crawl_id="crawl-1", visit_id="v", capture_id="v", observed_at=BEGIN, site="evil.example", extractor="x/1")
    exporter.add("visits", [Visit(page_id="p", url=EVIL, outcome="failed", detail=f"network: {EVIL}", requests=1)], where)
    exporter.add("visits", [Visit(page_id="q", url=EVIL, outcome="failed", detail=EVIL, requests=1)], where)
    ledger = Thread(thread_id=EVIL, page_id="p", url=EVIL, verdict="partial", stop_reason=EVIL, stop_detail=EVIL)
    exporter.add("threads", [ledger], where)
    crawl = Crawl(crawl_id="crawl-1", spider="pages", arguments=json.dumps({"url": EVIL}), started_at=BEGIN, reason=EVIL)
    exporter.add("crawls", [crawl])
    exporter.commit(exporter.take())
    exporter.close()
    page = html(overview(archive.open(str(tmp_path / "archive")), 0), made=MADE)
    read = _Elements()
    read.feed(page)
    assert not read.names & {"script", "img", "link", "iframe", "object", "embed", "a", "form", "base"}
    assert not {name for name, _ in read.attributes if name.startswith("on") or name in ("src", "href", "srcset")}
    assert "url(" not in page
    assert "@import" not in page
    assert "default-src 'none'" in page
    assert "alert(1)" in page  # as text
    assert not re.search("[\u202e\x1b]", page)


def test_the_page_of_an_archive_without_visits_says_so(tmp_path):
    exporter = Exporter(str(tmp_path / "archive"), "crawl-1", state_dir=tmp_path / "state")
    exporter.start()
    exporter.add("crawls", [Crawl(crawl_id="crawl-1", spider="pages", arguments="{}", started_at=BEGIN)])
    exporter.commit(exporter.take())
    exporter.close()
    page = html(overview(archive.open(str(tmp_path / "archive")), 90), made=MADE)
    assert "Nothing was visited" in page
    assert "running, or cut off" in page


def test_the_plots_of_a_page_are_drawn_from_its_counts(sound):
    page = html(overview(archive.open(sound), 0), made=MADE)
    assert page.count("<svg") == 3 + 1  # three plots, one bar of verdicts
    assert re.search(r"<title>[\d :-]+: 16 new</title>", page)
    assert "No site reads worse than it used to" in page


COUNTS = st.lists(st.integers(0, 10**9), min_size=1, max_size=40)


@given(COUNTS, st.text(max_size=20))
def test_every_bar_lies_inside_its_plot_whatever_the_counts(values, name):
    drawn = stacked("Plot", [f"{name}{n}" for n in range(len(values))], [Series(name, "good", values), Series("b", "bad", values)])
    for x, y, width, height in re.findall(r'<rect x="([-\d.]+)" y="([-\d.]+)" width="([-\d.]+)" height="([-\d.]+)"', drawn):
        assert 0 <= float(x) <= float(x) + float(width) <= 720.1
        assert 0 <= float(y) <= float(y) + float(height) <= 180.1
    assert drawn.count("<rect") == 2 * sum(map(bool, values))


def test_small_plots_say_their_numbers():
    assert "3 partial" in shares([("complete", "good", 1), ("partial", "warn", 3)])
    assert "2026-01-01: 1 of 4" in spark([("2026-01-01", 1, 4)], 0)


# --- memory --------------------------------------------------------------------------------------


def test_what_a_record_takes_of_pythons_memory_does_not_grow_with_the_visits_of_a_site(tmp_path):
    peaks = []
    for count in (2_000, 6_000):
        uri = write_one(tmp_path / str(count), count)
        overview(archive.open(uri), 0)  # what is imported and kept once
        tracemalloc.start()
        found = overview(archive.open(uri), 0)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert found.total("threads", "complete") == found.total("comments", "new") == count
    assert peaks[1] < 1.3 * peaks[0] + 100_000


def write_one(folder, count: int) -> str:
    """One crawl of so many pages of a site, each with a thread of one comment."""
    exporter = Exporter(str(folder / "archive"), "crawl-1", state_dir=folder / "state")
    exporter.start()
    for number in range(count):
        at, url, visit = BEGIN + number, f"https://example.org/{number}", f"visit-{number}"
        where = Provenance(crawl_id="crawl-1", visit_id=visit, capture_id=visit, observed_at=at, site="example.org", extractor="test/1")
        keys = {"thread_id": f"thread-{number}", "page_id": f"page-{number}", "system": "test", "tenant": ""}
        exporter.add("comments", [Comment(comment_id=f"{number}", author_name="Reader", text="Text", published_at=at, content_digest="1", change="new", **keys)], where)
        exporter.add("threads", [Thread(url=url, verdict="complete", stop_reason="exhausted", captured=1, **keys)], where)
        exporter.add("visits", [Visit(page_id=f"page-{number}", url=url, outcome="read", requests=1, threads=1)], where)
    exporter.commit(exporter.take())
    exporter.close()
    return str(folder / "archive")
