"""What a crawl leaves for a scheduler: the last line on stderr, the exit status, a JSON report, the page; and locks."""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "monitoring"))  # site_archive

from loopback import HTML, Answer, LoopbackSite
from running import Place, page
from scrapy.settings import Settings
from site_archive import PAGES, write

from archive.stores import open_store
from archive.upkeep.verify import verify
from crawler.settings_check import problems
from crawler.spiders.pages import PagesSpider
from crawler.spiders.revisit import RevisitSpider
from crawler.spiders.site import SiteSpider


@pytest.fixture
def site(loopback) -> LoopbackSite:
    return loopback()


def html_page(*words, **more) -> Answer:
    return Answer(page(*words, **more), headers=HTML)


def report_of(place: Place) -> dict:
    path = max(Path(place.uri, "reports").glob("20*/*.json"), key=lambda path: path.stat().st_mtime_ns)
    return json.loads(path.read_text("utf-8"))


def test_a_crawl_without_a_loss_is_silent_and_leaves_its_report(site, place):
    site.paths["/1"] = html_page(1)
    done = place.crawl(site.url("/1"), LOG_LEVEL="ERROR")
    assert (done.returncode, done.stderr) == (0, "")
    told = report_of(place)
    assert told["exit_status"] == 0
    assert told["summary"] == "everything archived"
    assert told["pages"] == {"read": 1, "failed": 0, "skipped": {}}
    assert told["changes"]["comments"] == {"new": 2}
    assert list(told["sites"].values()) == [{"read": 1}]
    assert f"{place.uri}/reports/index.html" in done.stdout
    assert "<svg" in Path(place.uri, "reports", "index.html").read_text("utf-8")
    assert not list(Path(place.uri, "reports", "_tmp").iterdir())


def test_the_last_line_on_stderr_is_the_reason_of_every_other_exit_status(site, place):
    site.paths["/1"], site.paths["/broken"] = html_page(1), Answer(status=500)
    lost = place.crawl(site.url("/1"), site.url("/broken"))
    assert lost.returncode == 1
    last = lost.stderr.splitlines()[-1]
    assert last.startswith("scrapy crawl pages: exit status 1: 1 lost (1 http); see ")
    told = report_of(place)
    assert last.endswith(f"{told['crawl_id']}.json")
    assert next(iter(told["sites"].values())) == {"read": 1, "500": 1}
    assert [one["reason"] for one in told["lost"]["listed"]] == ["http"]
    wrong = place.run("crawl", "revisit", "-a", "budget=many")
    assert wrong.returncode == 2
    assert "budget=many" in wrong.stderr.splitlines()[-1]


def test_without_days_to_look_back_on_no_report_is_written(site, place):
    site.paths["/1"] = html_page(1)
    assert place.crawl(site.url("/1"), REPORT_DAYS=0).returncode == 0
    assert not Path(place.uri, "reports").exists()


def test_a_report_that_cannot_be_written_is_told_and_no_success(site, place):
    site.paths["/1"] = html_page(1)
    Path(place.uri).mkdir()
    Path(place.uri, "reports").write_text("in the way", encoding="utf-8")
    done = place.crawl(site.url("/1"))
    assert done.returncode == 3
    assert "no report: " in done.stderr.splitlines()[-1]
    assert "No report could be written" in done.stdout
    assert place.open().pages().to_table().num_rows == 1


def test_a_site_that_loses_its_threads_is_a_broken_extractor_with_exit_status_3(site, place):
    urls = []
    for number in range(1, 9):
        site.paths[f"/{number}"] = html_page(number, 4)
        urls.append(site.url(f"/{number}"))
    for _ in range(3):
        assert place.crawl(*urls, LOG_LEVEL="ERROR").stderr == ""
    for number in range(1, 9):
        body = "<html><body class='postid-1'><h1>Moved house</h1><p>Another theme.</p></body></html>"
        site.paths[f"/{number}"] = Answer(body, headers={"Content-Type": "text/html"})
    done = place.crawl(*urls)
    assert done.returncode == 3
    assert "extractor looks broken: 127.0.0.1" in done.stderr.splitlines()[-1]
    assert "8 of 8 pages show no comment thread since" in done.stdout
    (drift,) = report_of(place)["drift"]
    assert (drift["kind"], drift["bad"], drift["before_bad"]) == ("missing", 8, 0)
    assert json.loads(place.run("archive", "info", "--json").stdout)["drift"] == [drift]
    accepted = place.crawl(*urls, DRIFT_ACCEPTED=f"{drift['site']}:missing")
    assert accepted.returncode == 0


def test_the_page_is_made_from_the_archive_at_any_time_beside_its_tables_or_elsewhere(place, tmp_path):
    write(tmp_path, 2)
    out = tmp_path / "report.html"
    assert place.run("archive", "report", "-o", str(out), "--days", "0").returncode == 0
    assert "Content-Security-Policy" in out.read_text("utf-8")
    assert place.run("archive", "report").stdout == f"{place.uri}/reports/index.html\n"
    told = json.loads(place.run("archive", "report", "--json").stdout)
    assert next(iter(told["sites"]))["visits"] == {"read": 2 * PAGES}
    assert list(verify(open_store(place.uri), now=datetime.now(UTC))) == []


# --- locks ---------------------------------------------------------------------------------------


def test_the_same_list_under_another_name_and_the_same_revisits_under_another_budget_are_the_same_crawl(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for spider in (PagesSpider, SiteSpider):
        assert spider.scope({"url_file": "sites.txt"}) == spider.scope({"url_file": f"{tmp_path}/x/../sites.txt"})
        assert spider.scope({"url_file": "sites.txt"}) != spider.scope({"url_file": "other.txt"})
        assert spider.scope({"url_file": "-"}) == {"url_file": "-"}
    assert RevisitSpider.scope({"budget": "5", "which": "all"}) == RevisitSpider.scope({"budget": "7"})
    assert RevisitSpider.scope({"site": "b.example, a.example"}) == RevisitSpider.scope({"site": "a.example b.example"})
    assert RevisitSpider.scope({"site": "b.example"}) != RevisitSpider.scope({})
    here = PagesSpider.scope({"url_file": "sites.txt"})
    (tmp_path / "folder").mkdir()
    monkeypatch.chdir(tmp_path / "folder")
    assert PagesSpider.scope({"url_file": "sites.txt"}) != here


def test_a_scheduled_run_is_refused_while_the_one_before_it_works_and_another_crawl_is_not(site, place):
    site.paths["/1"] = html_page(1)
    assert place.crawl(site.url("/1")).returncode == 0
    site.paths["/1"] = Answer(page(1), headers={"Content-Type": "text/html"}, wait=8.0)
    running = place.start("crawl", "revisit", "-a", "which=all")
    try:
        asked = time.monotonic() + 30
        while len(site.times("/1")) < 2 and time.monotonic() < asked:
            time.sleep(0.05)
        refused = place.run("crawl", "revisit", "-a", "budget=10")
        assert refused.returncode == 2
        assert "is running already" in refused.stderr.splitlines()[-1]
        beside = place.run("crawl", "revisit", "-a", "budget=10", CRAWL_ID="by-intent")
        assert beside.returncode == 0, beside.stderr
    finally:
        running.communicate(timeout=60)
    assert running.returncode == 0


# --- settings ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "is_fine"),
    [("", True), ("example.org", True), ("example.org:titles 127.0.0.1:8000", True), ("127.0.0.1:8000:empty", True), ("example.org:title", False)],
)
def test_what_is_accepted_names_a_kind_that_there_is(text, is_fine):
    wrong = [problem for problem in problems(Settings({"DRIFT_ACCEPTED": text})) if "DRIFT_ACCEPTED" in problem]
    assert not wrong if is_fine else "titles" in wrong[0]


def test_scrapyds_own_word_for_a_run_is_no_argument_of_the_spider_and_no_crawl_of_its_own(site, place):
    site.paths["/1"], site.paths["/2"] = Answer(status=500), html_page(2)
    words = ("crawl", "pages", "-a", f"url={site.url('/1')},{site.url('/2')}")
    first = place.run(*words, "-a", "_job=1", CLOSESPIDER_PAGECOUNT=1, CONCURRENT_REQUESTS=1)
    assert "same command again goes on" in first.stdout
    again = place.run(*words, "-a", "_job=2")
    assert "Continued: " in again.stdout
