"""What reading a page costs, beside parsing it and beside other extractors: ``make bench``.

CPU time of this process (user and system), interleaved: each round reads every page once with every reader, so that
whatever else the machine does meanwhile falls on all of them. Printed is the median of the rounds' ratios with the
least and the greatest. The garbage collector runs as it does in a crawl.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import platform
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from itertools import count
from random import Random
from typing import TYPE_CHECKING, Any, Final

import lxml.html
from scrapy.http import HtmlResponse
from selectolax.lexbor import LexborHTMLParser

from benchmarks.pages import BenchPage, page, pages
from crawler.systems import systems_of
from crawler.systems.base import FetchError
from crawler.systems.reading import Limits
from crawler.visit import Circumstances, visit

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.http import Response

Reader = Callable[[BenchPage], Any]

HEADERS: Final = {"Content-Type": "text/html; charset=UTF-8"}
SYSTEMS: Final = systems_of({})
NOW: Final = 1_774_000_000_000_000
"""The time of the visit, microseconds; after all comments."""


def ours(page: BenchPage) -> int:
    """All that a crawl reads: the page, its shares and subscribes, its thread; the number of comments."""
    visited = _visit(page)
    try:
        visited.send(None)
    except StopIteration as done:
        return int(done.value)
    raise RuntimeError("a visit that fetches nothing waits for nothing")


async def _visit(page: BenchPage) -> int:
    ids = count()
    around = Circumstances(
        fetch=_offline, clock=lambda: NOW, new_id=lambda: str(next(ids)), systems=SYSTEMS, limits=Limits()
    )
    response = HtmlResponse(page.url, body=page.body, headers=HEADERS)
    return sum([len(capture.comments) async for capture in visit(response, around, page.url)])


async def _offline(request: Request) -> Response:
    raise FetchError("budget", f"{request.url}: nothing is fetched")


def lexbor(page: BenchPage) -> Any:
    """The parser alone that we read with."""
    return LexborHTMLParser(page.body)


def lxml_html(page: BenchPage) -> Any:
    """The parser alone that most crawlers read with."""
    return lxml.html.document_fromstring(page.body)


def soup(page: BenchPage) -> Any:
    """The same fields as a crawler with BeautifulSoup reads them, by fixed selectors of one theme."""
    tree = importlib.import_module("bs4").BeautifulSoup(page.body, "lxml")
    metas = {tag.get("property") or tag.get("name"): tag.get("content") for tag in tree.find_all("meta", content=True)}
    links = [(a["href"], a.get_text(" ", strip=True)) for a in tree.find_all("a", href=True)]
    body = tree.select_one(".entry-content")
    comments = [
        (
            item.get("id"),
            item.find_parent("li").get("id") if item.find_parent("li") else None,
            [text.get_text(" ", strip=True) for text in item.select(".fn, .wp-block-comment-author-name")[:1]],
            [stamp.get("datetime") for stamp in item.select("time")[:1]],
            [part.get_text("\n", strip=True) for part in item.select("p")],
        )
        for item in tree.select("li[id^=comment-]")
    ]
    return metas, links, body and body.get_text("\n", strip=True), comments


def trafilatura(page: BenchPage) -> Any:
    """Text, metadata and comments, as JSON."""
    return importlib.import_module("trafilatura").extract(
        page.body.decode(), url=page.url, include_comments=True, with_metadata=True, output_format="json"
    )


def newspaper(page: BenchPage) -> Any:
    """Text and metadata of an article; newspaper4k reads no comments."""
    article = importlib.import_module("newspaper").Article(page.url)
    article.download(input_html=page.body.decode())
    article.parse()
    return article


PEERS: Final[dict[str, tuple[str, Reader]]] = {
    "BeautifulSoup + lxml, same fields": ("bs4", soup),
    "trafilatura with comments": ("trafilatura", trafilatura),
    "newspaper4k": ("newspaper", newspaper),
}
"""What to call it, the module it needs, how it reads."""


def measure(readers: dict[str, Reader], sample: Sequence[BenchPage], rounds: int) -> dict[str, list[float]]:
    """CPU milliseconds a page, of each reader in each round; the first round warms up and does not count."""
    times: dict[str, list[float]] = {name: [] for name in readers}
    for number in range(rounds + 1):
        spent = dict.fromkeys(readers, 0.0)
        for one in sample:
            for name, read in readers.items():
                start = time.process_time()
                read(one)
                spent[name] += time.process_time() - start
        if number:
            for name, seconds in spent.items():
                times[name].append(seconds * 1_000 / len(sample))
    return times


def table(times: dict[str, list[float]], base: str) -> list[str]:
    """Lines of a Markdown table: milliseconds a page, and how many times the base (median, least and greatest)."""
    lines = [f"| reader | ms a page | x {base} | least to greatest |", "|---|---|---|---|"]
    for name, spent in times.items():
        ratios = [mine / other for mine, other in zip(spent, times[base], strict=True)]
        cells = (f"{statistics.median(spent):.2f}", f"{statistics.median(ratios):.2f}")
        lines.append(f"| {name} | {' | '.join(cells)} | {min(ratios):.2f}-{max(ratios):.2f} |")
    return lines


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=60, help="how many generated pages are read (60)")
    parser.add_argument("--rounds", type=int, default=9, help="how often each is read (9)")
    parser.add_argument("--peer-pages", type=int, default=15, help="how many of them by the slow peers too (15)")
    options = parser.parse_args()
    sample = list(pages(options.pages))
    gc.collect()
    size = statistics.mean(len(one.body) for one in sample) / 1_000
    comments = statistics.mean(one.comments for one in sample)
    print(f"{len(sample)} pages, {size:.0f} kB and {comments:.1f} comments on average")
    parsers = f"selectolax {version('selectolax')}, lxml {version('lxml')}"
    print(f"Python {platform.python_version()}, {parsers}, {platform.machine()}\n")
    fast: dict[str, Reader] = {"lxml.html parse": lxml_html, "lexbor parse": lexbor, "Talkback, all of a visit": ours}
    print("\n".join(table(measure(fast, sample, options.rounds), "lxml.html parse")), end="\n\n")
    threads = [_with_comments(number, options.rounds) for number in (0, 50, 200, 1_000)]
    print("| comments on the page | ms a page | us a comment more |", "|---|---|---|", sep="\n")
    for number, spent in threads:
        more = f"{(spent - threads[0][1]) * 1_000 / number:.1f}" if number else ""
        print(f"| {number} | {spent:.2f} | {more} |")
    peers = {name: read for name, (module, read) in PEERS.items() if _is_there(module)}
    if missing := PEERS.keys() - peers.keys():
        sys.exit(f"not installed here: {', '.join(sorted(missing))}; `make bench` installs them in build/bench-read")
    print()
    few: dict[str, Reader] = {"Talkback, all of a visit": ours, **peers}
    print("\n".join(table(measure(few, sample[: options.peer_pages], 3), "Talkback, all of a visit")))


def _with_comments(number: int, rounds: int) -> tuple[int, float]:

    sample = [page(at, Random(at), comments=number) for at in range(1, 13)]  # noqa: S311  repeatable on purpose
    return number, statistics.median(measure({"ours": ours}, sample, max(rounds // 3, 1))["ours"])


def _is_there(module: str) -> bool:
    try:
        importlib.import_module(module)
    except ImportError:
        return False
    return True


if __name__ == "__main__":
    main()
