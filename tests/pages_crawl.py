"""Whole crawls of pages in the test's own event loop: the project's spider, pipelines and archive."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scrapy.crawler import AsyncCrawlerRunner, Crawler
from scrapy.settings import Settings

import archive
from crawler.report import Report
from crawler.resumption import claim
from crawler.spiders.pages import PagesSpider

HANDLER = "scrapy.core.downloader.handlers._aiohttp.AiohttpDownloadHandler"


def in_this_loop(**settings: Any) -> Settings:
    """The project's settings for a crawl in the test's own event loop, without pauses between requests."""
    found = Settings()
    found.setmodule("crawler.settings")
    handlers = {"http": HANDLER, "https": HANDLER, **dict.fromkeys(("data", "file", "ftp", "s3"))}
    own = {"TWISTED_REACTOR_ENABLED": False, "DOWNLOAD_HANDLERS": handlers, "DOWNLOAD_DELAY": 0, "MEMUSAGE_ENABLED": False}
    found.setdict({**own, **settings}, priority="cmdline")
    return found


def document(number: int) -> str:
    """A page with one comment."""
    return (
        f'<html><title>Page {number}</title><body class="postid-{number}"><h1 class="entry-title">Page {number}</h1>'
        f'<div id="comments"><ol class="comment-list"><li id="comment-{100 + number}" class="comment"><article>'
        f'<div class="comment-author vcard"><b class="fn">Reader</b></div><div class="comment-metadata">'
        f'<time datetime="2024-05-01T10:00:00+00:00">then</time></div><div class="comment-content"><p>Text</p></div>'
        f'</article></li></ol><div id="respond"><form id="commentform"><input type="hidden" name="comment_post_ID"'
        f' value="{number}"></form></div></div>'
    )


@dataclass
class Crawls:
    """Crawls of one archive, each as the command makes it."""

    folder: Path

    @property
    def files(self) -> list[Path]:
        return sorted((self.folder / "state" / "frontier").glob("*.sqlite"))

    def pages(self) -> list[str]:
        return sorted(row["url"] for row in archive.open(str(self.folder / "archive")).pages().to_pylist())

    def ledgers(self) -> list[dict[str, Any]]:
        return archive.open(str(self.folder / "archive")).threads(history=True).to_pylist()

    async def run(self, *urls: str, spider: type[PagesSpider] = PagesSpider, **changes: Any) -> tuple[Report, Crawler]:
        """Run ``pages`` over addresses to its end."""
        own = {
            "ARCHIVE_URI": str(self.folder / "archive"), "STATE_DIR": str(self.folder / "state"),
            "BACKOFF_SECONDS": 0.02, "RETRY_TIMES": 1, "PROGRESS_ENABLED": False,
        }  # fmt: skip
        settings = in_this_loop(**{**own, **changes})
        claimed = claim(settings, "pages", {"url": ",".join(urls)})
        found = {"CRAWL_ID": claimed.crawl_id, "FRONTIER_FILE": str(claimed.file)}
        settings.setdict({**found, **changes, "CRAWL_ID": claimed.crawl_id}, priority="cmdline")
        runner = AsyncCrawlerRunner(settings)
        crawler = runner.create_crawler(spider)
        try:
            await asyncio.wait_for(runner.crawl(crawler, url=",".join(urls)), 30)
        finally:
            claimed.release()
        return Report.of(crawler), crawler
