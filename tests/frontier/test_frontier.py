"""However a request ends, its lease ends with it: the host is free again, and the page archived or listed, once."""

from __future__ import annotations

import asyncio
import shutil
from itertools import count
from typing import Any

import pytest
from loopback import HTML, Answer
from pages_crawl import Crawls, document, in_this_loop
from scrapy import Request, signals
from scrapy.exceptions import CloseSpider, DropItem, IgnoreRequest

from crawler.items import Capture
from crawler.leases import Leases
from crawler.resumption import ClaimError, claim
from crawler.spiders.pages import PagesSpider

BAD = "/bad/"


@pytest.fixture
def crawls(tmp_path) -> Crawls:
    return Crawls(tmp_path)


@pytest.fixture
def site(loopback):
    return loopback({f"/{n}/": Answer(document(n), headers=HTML) for n in range(6)})


# --- parts that break ----------------------------------------------------------------------------


class Ignoring:
    """Downloader middleware that wants nothing to do with a page."""

    def process_request(self, request: Request) -> None:
        if BAD in request.url:
            raise IgnoreRequest("not this one")


class Breaking:
    """Downloader middleware with a defect."""

    def process_response(self, request: Request, response: Any) -> Any:
        if BAD in request.url:
            raise RuntimeError("a defect in a middleware")
        return response


class Forgetting:
    """Extension that drops the second hop of a redirect when it is scheduled; Scrapy tells nobody."""

    @classmethod
    def from_crawler(cls, crawler):
        extension = cls()
        crawler.signals.connect(extension.scheduled, signals.request_scheduled)
        return extension

    def scheduled(self, request: Request) -> None:
        if request.url.endswith("/elsewhere/"):
            raise IgnoreRequest


class Pipeline:
    """Pipeline that does as it is told with the captures of a page."""

    error: Exception = RuntimeError("a defect in a pipeline")
    is_last = False

    def process_item(self, item: Capture) -> Capture:
        if BAD in item.source and item.is_last == self.is_last:
            raise self.error
        return item


class AtTheEnd(Pipeline):
    is_last = True


class Dropping(Pipeline):
    error = DropItem("not wanted")


class Raising(PagesSpider):
    async def visited(self, response, asked, lease=None):
        if BAD in asked:
            raise RuntimeError("a defect in a callback")
        async for capture in super().visited(response, asked, lease):
            yield capture


class RaisingLate(PagesSpider):
    async def visited(self, response, asked, lease=None):
        async for capture in super().visited(response, asked, lease):
            if BAD in asked and capture.is_last:
                raise RuntimeError("a defect in a callback")
            yield capture


class RaisingInErrback(PagesSpider):
    async def failed(self, failure):
        raise RuntimeError("a defect in an errback")
        yield


def beside(part: type, where: str, order: int) -> dict[str, Any]:
    """A setting of components with one more."""
    from crawler import settings

    return {where: {**getattr(settings, where), part: order}}


WAYS: dict[str, tuple[Answer | None, dict[str, Any], str]] = {
    "status 404": (Answer("no", 404), {}, "404"),
    "status 500, tried again": (Answer("no", 500), {}, "500"),
    "no html": (Answer("%PDF-1.7", headers=HTML), {}, "PDF"),
    "a redirect loop": (Answer("", 302, {"Location": BAD}), {}, "redirect"),
    "robots.txt": (Answer("never asked for"), {}, "robots.txt"),
    "no answer in time": (Answer("late", wait=1.0), {"DOWNLOAD_TIMEOUT": 0.3}, "no answer in time"),
    "a middleware ignores it": (Answer("x"), beside(Ignoring, "DOWNLOADER_MIDDLEWARES", 50), "not this one"),
    "a middleware breaks": (Answer("x"), beside(Breaking, "DOWNLOADER_MIDDLEWARES", 50), "a defect in a middleware"),
    "the next hop is dropped": (
        Answer("", 302, {"Location": "/elsewhere/"}),
        beside(Forgetting, "EXTENSIONS", 0),
        "dropped on the way",
    ),
    "the callback raises": (Answer(document(9), headers=HTML), {"spider": Raising}, "a defect in a callback"),
    "the callback raises late": (Answer(document(9), headers=HTML), {"spider": RaisingLate}, "a defect in a callback"),
    "the errback raises": (
        Answer("x"),
        {"spider": RaisingInErrback, **beside(Ignoring, "DOWNLOADER_MIDDLEWARES", 50)},
        "a defect in an errback",
    ),
    "a pipeline raises": (Answer(document(9), headers=HTML), beside(Pipeline, "ITEM_PIPELINES", 50), "a defect in a pipeline"),
    "a pipeline raises at the end": (
        Answer(document(9), headers=HTML),
        beside(AtTheEnd, "ITEM_PIPELINES", 50),
        "a defect in a pipeline",
    ),
    "a pipeline drops it": (Answer(document(9), headers=HTML), beside(Dropping, "ITEM_PIPELINES", 50), "not wanted"),
}


@pytest.mark.parametrize("way", WAYS)
async def test_a_lease_ends_with_its_request(crawls, site, way):
    answer, changes, said = WAYS[way]
    site.paths[BAD] = answer
    if way == "robots.txt":
        site.paths["/robots.txt"] = Answer(f"User-agent: *\nDisallow: {BAD}")
    report, crawler = await crawls.run(
        site.url("/0/"), site.url(BAD), site.url("/1/"), CONCURRENT_REQUESTS_PER_DOMAIN=1, **changes
    )
    assert {site.url("/0/"), site.url("/1/")} <= set(crawls.pages()), "the host is free again"
    assert any(said in failure.detail for failure in report.failures)
    assert report.exit_status == 1
    assert report.reason == "finished"
    assert crawls.files == [], "every lease is acknowledged: nothing is left to continue"
    assert not crawler.engine.downloader.active


@pytest.mark.parametrize("way", ["the callback raises late", "a pipeline raises", "a pipeline raises at the end"])
async def test_what_a_failed_visit_read_of_its_threads_is_kept(crawls, site, way):
    answer, changes, _ = WAYS[way]
    site.paths[BAD] = answer
    await crawls.run(site.url(BAD), **changes)
    assert len(crawls.ledgers()) == (0 if way == "a pipeline raises" else 1)


def closing_at(path):
    """A spider that ends its crawl when it has got a page whose address holds a path."""

    class Closing(PagesSpider):
        async def visited(self, response, asked, lease=None):
            if path in asked:
                raise CloseSpider("enough")
            async for capture in super().visited(response, asked, lease):
                yield capture

    return Closing


async def test_a_failed_page_of_a_crawl_that_is_continued_is_tried_again_and_may_succeed(crawls, site):
    urls = [site.url(path) for path in (BAD, "/0/", "/1/", "/2/", "/3/", "/4/")]
    site.paths[BAD] = Answer("no", 404)
    report, _ = await crawls.run(*urls, spider=closing_at("/2/"), CONCURRENT_REQUESTS_PER_DOMAIN=1)
    assert report.reason == "enough"
    assert report.exit_status == 1
    assert crawls.pages() == [site.url("/0/"), site.url("/1/")]
    assert sorted(f.url for f in report.failures) == sorted([urls[0], *urls[3:]])

    site.paths[BAD] = Answer(document(9), headers=HTML)
    asked = len(site.asked)
    again, _ = await crawls.run(*urls)
    assert again.continued is not None
    assert (again.continued.pages, again.continued.retried, again.continued.waiting) == (2, 1, 4)
    assert again.crawl_id == report.crawl_id
    assert again.exit_status == 0, again.failures
    assert again.pages == 6
    assert again.verdicts == {"complete": 6}
    assert crawls.pages() == sorted(urls)
    assert {ask.path for ask in site.asked[asked:]} == {"/robots.txt", BAD, "/2/", "/3/", "/4/"}
    assert len(crawls.ledgers()) == 6
    assert crawls.files == []

    third, _ = await crawls.run(*urls)
    assert third.continued is None, "a crawl that has finished is not continued"
    assert third.crawl_id != report.crawl_id
    assert len(crawls.ledgers()) == 12


async def test_a_commit_that_fails_leaves_its_visits_to_be_made_again(crawls, site, monkeypatch):
    from archive.commit import Committer
    from archive.errors import ArchiveError

    def broken(self, batch):
        raise ArchiveError("the disk is full")

    urls = [site.url(f"/{n}/") for n in range(4)]
    with monkeypatch.context() as patch:
        patch.setattr(Committer, "commit", broken)
        report, _ = await crawls.run(*urls)
    assert report.exit_status == 1
    again, _ = await crawls.run(*urls)
    assert (again.continued.pages, again.continued.waiting) == (0, 4)
    assert again.exit_status == 0
    assert crawls.pages() == sorted(urls)
    leases = [ledger["new"] for ledger in crawls.ledgers()]
    assert leases == [1] * 4


async def test_a_page_that_failed_as_often_as_it_may_is_listed_and_not_asked_for_again(crawls, site):
    site.paths[BAD] = Answer("no", 404)
    urls = [site.url(BAD), site.url("/1/")]
    await crawls.run(*urls, spider=closing_at("/1/"), CONCURRENT_REQUESTS_PER_DOMAIN=1, FRONTIER_MAX_ATTEMPTS=1)
    asked = len(site.times(BAD))
    report, _ = await crawls.run(*urls, FRONTIER_MAX_ATTEMPTS=1)
    assert len(site.times(BAD)) == asked
    assert (report.exit_status, report.pages, report.pages_failed) == (1, 1, 1)
    assert [failure.url for failure in report.failures] == [site.url(BAD)]


async def test_a_crawl_is_not_run_twice_at_the_same_time(crawls, site):
    class Looking(PagesSpider):
        async def visited(self, response, asked, lease=None):
            with pytest.raises(ClaimError, match="running already"):
                await crawls.run(*urls)
            with pytest.raises(ClaimError, match="running already"):
                await crawls.run(*urls, CRAWL_ID=self.report.crawl_id)
            async for capture in super().visited(response, asked, lease):
                yield capture

    urls = [site.url("/0/")]
    report, _ = await crawls.run(*urls, spider=Looking)
    assert report.exit_status == 0, report.failures


async def test_a_crawl_can_be_named_continued_by_its_name_and_given_up(crawls, site):
    urls = [site.url("/0/"), site.url("/1/")]
    named, _ = await crawls.run(*urls, spider=closing_at("/"), CRAWL_ID="mine")
    own, _ = await crawls.run(*urls, spider=closing_at("/"))
    assert (named.crawl_id, own.continued) == ("mine", None)
    assert len(crawls.files) == 2
    with pytest.raises(ClaimError, match="another command"):
        await crawls.run(urls[0], CRAWL_ID="mine")
    by_id, _ = await crawls.run(*urls, spider=closing_at("/"), CRAWL_ID=own.crawl_id)
    assert by_id.continued is not None
    anew, _ = await crawls.run(*urls, FRONTIER_CONTINUE=False)
    assert (anew.continued, anew.exit_status) == (None, 0)
    assert anew.crawl_id != own.crawl_id
    mine, _ = await crawls.run(*urls, CRAWL_ID="mine")
    assert (mine.continued is not None, mine.exit_status) == (True, 0)
    assert crawls.files == []


async def test_what_an_archive_held_that_is_gone_is_read_again_by_the_crawl_that_goes_on(crawls, site):
    urls = [site.url("/0/"), site.url("/1/")]
    await crawls.run(*urls, spider=closing_at("/1/"), CONCURRENT_REQUESTS_PER_DOMAIN=1)
    assert crawls.pages() == urls[:1]
    shutil.rmtree(crawls.folder / "archive")
    report, _ = await crawls.run(*urls)
    assert (report.continued.pages, report.pages, report.exit_status) == (0, 2, 0)
    assert crawls.pages() == urls


def test_a_bucket_of_the_same_name_on_another_server_is_another_archive(tmp_path, monkeypatch):
    given = {"ARCHIVE_URI": "s3://news/a", "STATE_DIR": str(tmp_path)}
    claims = []
    for server in ("one", "other"):
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"https://{server}.example")
        claims.append(claim(in_this_loop(**given), "pages", {"url": "https://news.example/"}))
    assert claims[0].file != claims[1].file
    for claimed in claims:
        claimed.release()


async def test_a_name_that_an_ended_crawl_has_had_is_warned_of_and_one_that_is_continued_is_not(crawls, site, caplog):
    urls = [site.url("/0/"), site.url("/1/")]
    await crawls.run(*urls, spider=closing_at("/"), CRAWL_ID="nightly")
    continued, _ = await crawls.run(*urls, CRAWL_ID="nightly")
    assert continued.continued is not None
    assert "an earlier crawl's" not in caplog.text
    again, _ = await crawls.run(*urls, CRAWL_ID="nightly")
    assert (again.continued, again.exit_status) == (None, 0)
    assert "CRAWL_ID nightly has been an earlier crawl's" in caplog.text


async def test_a_damaged_frontier_is_named_before_anything_is_started(crawls, site):
    await crawls.run(site.url("/0/"), spider=closing_at("/"))
    [file] = crawls.files
    file.write_bytes(b"something else" * 1_000)
    with pytest.raises(ClaimError, match=r"command-.*remove the file"):
        await crawls.run(site.url("/0/"))


async def test_a_frontier_that_cannot_be_written_ends_the_crawl_and_says_so(crawls, site, monkeypatch):
    import sqlite3

    def full(self, *_):
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(Leases, "_lease", full)
    report, _ = await crawls.run(site.url("/0/"))
    assert report.exit_status == 1
    assert report.reason == "frontier_failed"
    assert any("disk is full" in failure.detail for failure in report.failures)


async def test_pages_of_several_sites_take_turns(crawls, loopback):
    slow = loopback({f"/{n}/": Answer(document(n), headers=HTML, wait=0.05) for n in range(20)})
    quick = loopback({f"/{n}/": Answer(document(n), headers=HTML) for n in range(20, 24)})
    urls = [*(slow.url(f"/{n}/") for n in range(20)), *(quick.url(f"/{n}/", "localhost") for n in range(20, 24))]
    await crawls.run(*urls, CONCURRENT_REQUESTS=2, CONCURRENT_REQUESTS_PER_DOMAIN=1)
    last = max(ask.at for ask in quick.asked)
    assert sum(ask.at < last for ask in slow.asked if ask.path != "/robots.txt") < 12


@pytest.mark.parametrize(
    "changes",
    [{"FRONTIER_FILE": ""}, {"SCHEDULER": "scrapy.core.scheduler.Scheduler"}],
    ids=["pages wait in memory", "another scheduler"],
)
async def test_a_crawl_goes_without_a_file(crawls, site, changes):
    urls = [site.url(f"/{n}/") for n in range(3)]
    report, _ = await crawls.run(*urls, **changes)
    assert report.exit_status == 0, report.failures
    assert crawls.pages() == sorted(urls)


async def test_a_list_that_is_still_read_when_the_crawl_is_closed_is_read_on_by_the_next_one(crawls, site):
    class Endless(PagesSpider):
        async def start(self):
            async for request in super().start():
                yield request
            self._exhausted = False
            for number in count():
                yield self.page_request(f"http://127.0.0.1:1/{number}", str(number))
                await asyncio.sleep(0)

        async def visited(self, response, asked, lease=None):
            raise CloseSpider("enough")
            yield

    url = site.url("/0/")
    report, _ = await crawls.run(url, spider=Endless, CONCURRENT_REQUESTS=1)
    assert report.exit_status == 1
    assert [failure for failure in report.failures if "frontier" in failure.detail] == []
    assert any("the rest of the addresses" in failure.detail for failure in report.failures)
    again, _ = await crawls.run(url, RETRY_TIMES=0)
    assert crawls.pages() == [url]
    assert again.pages_failed > 0
    assert again.reason == "finished"


async def test_a_thread_that_the_end_of_the_crawl_cut_off_is_read_again_by_the_next_one(crawls, site):
    pager = '<nav class="comment-navigation"><a href="/long/comment-page-{}/">more</a></nav><div id="respond">'
    for number in range(1, 5):
        html = document(number).replace(f'value="{number}"', 'value="20"').replace(f"postid-{number}", "postid-20")
        path = f"/long/comment-page-{number}/"
        html = html.replace('<div id="respond">', pager.format(number + 1)) if number < 4 else html
        site.paths[path] = Answer(html, headers=HTML, wait=0.2 * (number > 1))
    site.paths["/long/"] = site.paths["/long/comment-page-1/"]

    class Stopped(PagesSpider):
        async def visited(self, response, asked, lease=None):
            asyncio.get_running_loop().call_later(0.25, self.stop)
            async for capture in super().visited(response, asked, lease):
                yield capture

        def stop(self) -> None:
            self.stopping = asyncio.ensure_future(self.crawler.engine.close_spider_async(reason="enough"))

    url = site.url("/long/")
    report, _ = await crawls.run(url, spider=Stopped)
    [ledger] = crawls.ledgers()
    assert (ledger["verdict"], ledger["stop_reason"]) == ("partial", "interrupted")
    assert report.exit_status == 1
    again, _ = await crawls.run(url)
    assert (again.continued.waiting, again.continued.returned, again.continued.pages) == (1, 0, 0)
    assert (again.exit_status, again.pages) == (0, 1), again.incomplete
    assert again.verdicts == {"complete": 1}
