"""What ``scrapy extract`` does: saved pages are read as they are, addresses visited, both printed as JSON lines."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import fields
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Final

from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import HtmlResponse
from scrapy.settings import SETTINGS_PRIORITIES, Settings

from crawler.extract.document import Document, NotHtmlError
from crawler.items import Capture
from crawler.report import Report, now
from crawler.safety.log import plain
from crawler.safety.secrets import masked
from crawler.spiders.pages import PagesSpider
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


def visit_addresses(urls: Sequence[str], settings: Settings) -> bool:
    """Visit addresses with their whole threads and print a line for each; whether all were read."""
    settings.set("ITEM_PIPELINES", PIPELINES, priority="cmdline")
    for name, value in QUIET.items():  # a command's own defaults stand below the project's settings
        if settings.getpriority(name) == SETTINGS_PRIORITIES["project"]:
            settings.set(name, value, priority="project")
    crawler_process = AsyncCrawlerProcess(settings)
    crawler = crawler_process.create_crawler(PagesSpider)
    crawler_process.crawl(crawler, url=",".join(urls))
    crawler_process.start()
    if crawler_process.bootstrap_failed:
        return False
    report = crawler.get_extension(Report)
    return report is not None and not report.failures_total and report.reason == "finished"


def extract_file(name: str, url: str | None, systems: Sequence[System], *, is_explained: bool) -> bool:
    """Read a saved page and print its line; whether it could be read.

    :param name: the file, or ``-`` for stdin
    :param url: the address that it came from; None where it says that itself
    :param is_explained: whether to say on stderr what the generic system sees
    """
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
