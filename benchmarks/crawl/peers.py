"""The crawlers that ours is measured beside: bare Scrapy, which downloads only, and a project as one writes it.

``python -m benchmarks.crawl.peers bare|typical URL_FILE FEED [NAME=VALUE ...]``
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, Final

from itemadapter import ItemAdapter
from scrapy import Field, Item, Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.exceptions import DropItem
from scrapy.http import Response
from scrapy.settings import default_settings

from crawler import settings as project

PARTS: Final = frozenset({
    "ADDONS", "BOT_NAME", "COMMANDS_MODULE", "DOWNLOADER_MIDDLEWARES", "DOWNLOAD_HANDLERS", "EXTENSIONS",
    "ITEM_PIPELINES", "NEWSPIDER_MODULE", "SCHEDULER", "SPIDER_MIDDLEWARES", "SPIDER_MODULES",
})  # fmt: skip
"""Settings that put our parts in the place of Scrapy's."""


def same_settings() -> dict[str, Any]:
    """Scrapy's settings as the project has them, with Scrapy's own parts."""
    names = (name for name in vars(project) if hasattr(default_settings, name) and name not in PARTS)
    return {name: getattr(project, name) for name in names}


class BareSpider(Spider):
    """Downloads pages and does nothing with them."""

    name = "bare"

    def __init__(self, url_file: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.urls = Path(url_file).read_text().split()

    async def start(self) -> AsyncIterator[Any]:
        """Ask for each page of the file."""
        for url in self.urls:
            yield Request(url)

    def parse(self, response: Response) -> Iterator[Any]:
        """There is nothing to do."""
        del response
        return iter(())


class PageItem(Item):
    """A page."""

    url = Field()
    title = Field()
    published = Field()
    section = Field()
    image = Field()
    text = Field()
    shares = Field()
    subscribes = Field()


class CommentItem(Item):
    """A comment."""

    page = Field()
    id = Field()
    parent = Field()
    author = Field()
    author_url = Field()
    time = Field()
    text = Field()


class TypicalSpider(BareSpider):
    """Reads with parsel's CSS selectors and yields an item a comment."""

    name = "typical"

    def parse(self, response: Response) -> Iterator[Any]:
        """A page and its comments, by the selectors of the themes that the pages have."""
        yield PageItem(
            url=response.css("link[rel=canonical]::attr(href)").get(response.url),
            title=response.css("h1::text").get(),
            published=response.css('meta[property="article:published_time"]::attr(content)').get(),
            section=response.css('meta[property="article:section"]::attr(content)').get(),
            image=response.css('meta[property="og:image"]::attr(content)').get(),
            text=" ".join(response.css(".entry-content ::text").getall()),
            shares=response.css(".sharedaddy a::attr(href)").getall(),
            subscribes=response.css(".social-links a::attr(href)").getall(),
        )
        for comment in response.css("li[id^=comment-]"):
            body = comment.css("div.comment-body, article.comment-body, div.wp-block-group")[:1]
            paragraphs = body.css("p")
            yield CommentItem(
                page=response.url,
                id=comment.css("::attr(id)").get(),
                parent=comment.xpath("ancestor::li[1]/@id").get(),
                author=body.css(".fn a::text, .fn::text, .wp-block-comment-author-name ::text").get(),
                author_url=body.css("a.url::attr(href)").get(),
                time=body.css("time::attr(datetime)").get() or body.css(".comment-meta a::text").get(),
                text="\n".join(" ".join(paragraph.css("::text").getall()) for paragraph in paragraphs),
            )


class Clean:
    """The first pipeline: white space."""

    def process_item(self, item: Any) -> Any:
        """Strip each text."""
        adapter = ItemAdapter(item)
        for name, value in adapter.items():
            if isinstance(value, str):
                adapter[name] = " ".join(value.split())
        return item


class Complete:
    """The second: what has no key is no item."""

    def process_item(self, item: Any) -> Any:
        """Drop it."""
        adapter = ItemAdapter(item)
        if not adapter.get("id" if "id" in adapter.field_names() else "url"):
            raise DropItem("there is no key")
        return item


class Unique:
    """The third: each once."""

    def __init__(self) -> None:
        self.seen: set[tuple[Any, Any]] = set()

    def process_item(self, item: Any) -> Any:
        """Drop what was there."""
        adapter = ItemAdapter(item)
        key = adapter.get("page"), adapter.get("id") or adapter["url"]
        if key in self.seen:
            raise DropItem("it was there")
        self.seen.add(key)
        return item


SPIDERS: Final = {spider.name: spider for spider in (BareSpider, TypicalSpider)}


def main() -> None:
    """Run one of them."""
    name, url_file, feed, *given = sys.argv[1:]
    settings = {**same_settings(), **dict(one.split("=", 1) for one in given)}
    if name == "typical":
        settings["ITEM_PIPELINES"] = {Clean: 100, Complete: 200, Unique: 300}
        settings["FEEDS"] = {feed: {"format": "jsonlines", "overwrite": True}}
        settings["CONCURRENT_ITEMS"] = default_settings.CONCURRENT_ITEMS
    process = AsyncCrawlerProcess(settings)
    process.crawl(SPIDERS[name], url_file=url_file)
    process.start()


if __name__ == "__main__":
    main()
