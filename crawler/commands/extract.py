"""``scrapy extract``: pages as normalised JSON on stdout; nothing is written to the archive."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from dataclasses import fields
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Final

from scrapy.commands import ScrapyCommand
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.exceptions import UsageError
from scrapy.http import HtmlResponse
from scrapy.settings import SETTINGS_PRIORITIES

from crawler.collection import rare_collection
from crawler.extract.document import Document, NotHtmlError
from crawler.extract.urls import page_url
from crawler.items import Capture
from crawler.output import end_output, named_files, output_trouble, prepare_output
from crawler.report import EXIT_LOST, Report, now
from crawler.safety.log import plain
from crawler.safety.secrets import masked
from crawler.spiders.addresses import what_is_wrong
from crawler.spiders.pages import PagesSpider
from crawler.systems import systems_of
from crawler.systems.base import FetchError, System
from crawler.systems.generic.explain import explain
from crawler.systems.reading import Limits
from crawler.visit import Circumstances, visit
from pipelines.emit import Lines
from pipelines.identify import Identify
from pipelines.normalise import normalise

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.http import Response

NOWHERE_HOST: Final = "unknown.invalid"
NOWHERE: Final = f"http://{NOWHERE_HOST}/"
"""Stands in for the address of a file that does not tell its own (RFC 2606: .invalid never exists)."""

QUIET: Final = {"LOG_LEVEL": "WARNING", "PROGRESS_ENABLED": False}
"""Settings of a visit whose result is printed."""

PIPELINES: Final = {
    "pipelines.normalise.Normalise": 100,
    "pipelines.identify.Identify": 200,
    "pipelines.emit.Emit": 300,
}


class Command(ScrapyCommand):
    """Files are read as they are, without any request; addresses are visited with their whole threads."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        """What stands behind the command's name."""
        return "[options] FILE|URL ..."

    def short_desc(self) -> str:
        """One line for ``scrapy --help``."""
        return "Print page, shares, subscribes and threads of pages as JSON, one line a page"

    def long_desc(self) -> str:
        """The text of ``scrapy extract --help``."""
        return (
            "Reads saved pages (FILE, or - for stdin) or visits addresses (URL) and prints one JSON line for each: "
            "source, page, shares, subscribes, threads with their comments. Nothing is written to the archive. "
            "A file is read without requests, so a thread that goes on elsewhere says partial. "
            "Example: scrapy extract saved.html --url https://example.com/video | jq .threads. "
            "Exit status 1 when a page could not be read (its line holds the error)."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add ``--url`` and ``--explain``."""
        super().add_options(parser)
        parser.add_argument(
            "--explain", action="store_true", help="say on stderr what the generic system sees on each FILE, and why"
        )
        parser.add_argument("--url", metavar="URL", help="the address a saved page came from (with one FILE)")

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Scrapy's own options."""
        with named_files():
            super().process_options(args, opts)
        if self.settings is not None:
            prepare_output(self.settings)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Read files first, then visit addresses."""
        if not args:
            raise UsageError("name a FILE or a URL")
        files = [source for source in args if not source.lower().startswith(("http://", "https://"))]
        urls = [source for source in args if source not in files]
        if opts.url and len(files) != 1:
            raise UsageError(f"--url tells the address of one FILE, there are {len(files)}")
        if opts.url and page_url(opts.url) is None:
            raise UsageError(f"--url {masked(opts.url[:200])}: that is no http(s) address; give one like https://example.com/video")
        for url in urls:
            if page_url(url) is None:
                raise UsageError(f"{masked(url[:200])}: {what_is_wrong(url)}; give one like https://example.com/video")
        if opts.explain and urls:
            raise UsageError(f"--explain is for saved pages: save {urls[0]} first")
        systems = systems_of(self.settings or {})
        with rare_collection():
            for name in files:
                if output_trouble() is not None:  # nobody reads on
                    break
                if not _extract_file(name, opts.url, systems, is_explained=opts.explain):
                    self.exitcode = EXIT_LOST
        if urls and output_trouble() is None:
            self._visit(urls)
        self.exitcode = end_output("scrapy extract", self.exitcode)

    def _visit(self, urls: list[str]) -> None:
        if self.settings is None:
            raise RuntimeError("scrapy.cmdline sets it before it runs a command")
        self.settings.set("ITEM_PIPELINES", PIPELINES, priority="cmdline")
        for name, value in QUIET.items():  # a command's own defaults stand below the project's settings
            if self.settings.getpriority(name) == SETTINGS_PRIORITIES["project"]:
                self.settings.set(name, value, priority="project")
        crawler_process = AsyncCrawlerProcess(self.settings)
        crawler = crawler_process.create_crawler(PagesSpider)
        crawler_process.crawl(crawler, url=",".join(urls))
        crawler_process.start()
        report = crawler.get_extension(Report)
        if report is None or report.failures_total or report.reason != "finished":
            self.exitcode = EXIT_LOST


def _extract_file(name: str, url: str | None, systems: Sequence[System], *, is_explained: bool) -> bool:
    try:
        body = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        sys.stderr.write(f"scrapy extract: {name}: {error.strerror}\n")
        return False
    address = url or _own_address(body)
    if is_explained:
        _explain(name, body, address, systems)
    return asyncio.run(_extract(name, body, address, systems))


def _explain(name: str, body: bytes, address: str | None, systems: Sequence[System]) -> None:
    try:
        document = Document(body, address or NOWHERE)
    except NotHtmlError:
        return  # the visit meets the same and says so
    sys.stderr.write(f"{name}:\n")
    for system in systems:
        if not system.is_last_resort and system.is_possible(document):
            for ref in system.detect(document):
                sys.stderr.write(f"{system.name} claims the page: {ref.detected_by}\n")
    sys.stderr.write(explain(document, observed_at=now()))


async def _extract(name: str, body: bytes, address: str | None, systems: Sequence[System]) -> bool:
    identify, lines, ids = Identify(), Lines(), count()
    around = Circumstances(
        fetch=_offline, clock=now, new_id=lambda: str(next(ids)), systems=systems, limits=Limits()
    )
    whole = True
    async for capture in visit(HtmlResponse(address or NOWHERE, body=body), around, name):
        normalise(capture)
        identify.identify(capture)
        if address is None:
            _forget_address(capture)
        if capture.failure is not None:
            # A file's message begins with its name, and so needs no address.
            capture.failure.detail = capture.failure.detail.removeprefix(f"{address or NOWHERE}: ")
            sys.stderr.write(f"scrapy extract: {name}: {plain(masked(capture.failure.detail))}\n")
            whole = False
        line = lines.add(capture)
        if line is not None:
            sys.stdout.write(line + "\n")
    return whole


async def _offline(request: Request) -> Response:
    raise FetchError("budget", f"{request.url}: a saved page is read without requests")


def _own_address(body: bytes) -> str | None:
    try:
        document = Document(body, NOWHERE)
    except NotHtmlError:
        return None  # the visit meets the same and says so
    for selector, attribute in (("link[rel=canonical]", "href"), ("meta[property='og:url']", "content")):
        node = document.first(selector)
        stated = None if node is None else document.link(node.attributes.get(attribute))
        if stated is not None and not stated.startswith(NOWHERE):
            return stated
    return None


def _forget_address(capture: Capture) -> None:
    """A file that does not tell its address has none: better null than invented."""
    rows = [capture.page, capture.thread, *(capture.shares or ()), *(capture.subscribes or ()), *capture.comments]
    for row in rows:
        for name in () if row is None else (f.name for f in fields(row)):
            value = getattr(row, name)
            if isinstance(value, str) and NOWHERE_HOST in value:
                setattr(row, name, None)
