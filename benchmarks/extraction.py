"""What reading a page costs, beside parsing it and beside other extractors: ``make bench``.

Interleaved: each round reads every page once with every reader, so that whatever else the machine does meanwhile falls
on all of them. The garbage collector looks as rarely as it does in a crawl, for all of them.
"""

from __future__ import annotations

import argparse
import importlib
import json
import platform
import statistics
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version
from itertools import count
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, Final

import lxml.html
from scrapy.http import HtmlResponse
from selectolax.lexbor import LexborHTMLParser

from benchmarks.measuring import Figure, Goal, Stopwatch, Way, measured, table
from benchmarks.pages import BenchPage, page, pages
from crawler.collection import rare_collection
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
    article = importlib.import_module("newspaper").Article(page.url, fetch_images=False)  # else it asks the network
    article.download(input_html=page.body.decode())
    article.parse()
    return article


OURS: Final = "Talkback, all of a visit"
LXML: Final = "lxml.html parse"
PEERS: Final[dict[str, tuple[str, Reader]]] = {
    "BeautifulSoup + lxml, same fields": ("bs4", soup),
    "trafilatura with comments": ("trafilatura", trafilatura),
    "newspaper4k": ("newspaper", newspaper),
}
"""What to call it, the module it needs, how it reads."""
BOUNDS: Final = {LXML: 0.7, **dict.fromkeys(PEERS, 0.1)}
"""What ours may cost at most, times what the other costs."""
THREADS: Final = (0, 50, 200, 1_000)
"""Comments of a page, to see what one more costs."""
LIBRARIES: Final = ("selectolax", "lxml", "trafilatura", "newspaper4k", "beautifulsoup4")
JSON: Final = Path("build/bench/extraction.json")


def in_turns(readers: dict[str, Reader], sample: Sequence[BenchPage]) -> Way:
    """Each round reads every page once with every reader."""

    def way(_number: int) -> dict[str, float]:
        spent = dict.fromkeys(readers, 0.0)
        for one in sample:
            for name, read in readers.items():
                watch = Stopwatch()
                with watch:
                    read(one)
                spent[name] += watch.spent
        return spent

    return way


def beside(name: str, readers: dict[str, Reader], sample: Sequence[BenchPage], rounds: int) -> Figure:
    """CPU milliseconds a page of every reader, with the goals that are set for ours beside them."""
    goals = [Goal(OURS, peer, bound) for peer, bound in BOUNDS.items() if peer in readers]
    figure = Figure(name, "ms a page", goals=goals)
    return measured(figure, [in_turns(readers, sample)], rounds=rounds, per=1e3 / len(sample))


def by_comments(rounds: int) -> list[tuple[int, float]]:
    """Pages of so many comments, and CPU milliseconds of one."""
    return [(number, _with_comments(number, rounds)) for number in THREADS]


def main() -> None:
    """Measure, print Markdown, and write the same as JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.extraction", description=__doc__)
    parser.add_argument("--pages", type=int, default=60, help="how many generated pages are read (60)")
    parser.add_argument("--rounds", type=int, default=9, help="how often each is read (9)")
    parser.add_argument("--peer-pages", type=int, default=15, help="how many of them by the slow peers too (15)")
    parser.add_argument("--json", type=Path, default=JSON, help=f"where the figures are written ({JSON})")
    options = parser.parse_args()
    if missing := [name for name, (module, _) in PEERS.items() if not _is_there(module)]:
        sys.exit(f"not installed here: {', '.join(missing)}; `make bench` installs them in build/bench-read")
    sample = list(pages(options.pages))
    size = statistics.mean(len(one.body) for one in sample) / 1_000
    comments = statistics.mean(one.comments for one in sample)
    versions = {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}}
    print(", ".join(f"{name} {number}" for name, number in versions.items()), platform.machine(), end="\n\n")
    parsers: dict[str, Reader] = {LXML: lxml_html, "lexbor parse": lexbor, OURS: ours}
    peers: dict[str, Reader] = {OURS: ours, **{name: read for name, (_, read) in PEERS.items()}}
    with rare_collection():
        what = f"{len(sample)} pages, {size:.0f} kB and {comments:.1f} comments on average"
        figures = [
            beside(f"Reading a page ({what})", parsers, sample, options.rounds),
            beside("Reading a page, beside other extractors", peers, sample[: options.peer_pages], 3),
        ]
        threads = by_comments(max(options.rounds // 3, 1))
    for figure in figures:
        print(figure.markdown(), flush=True)
    more = [(f"{(spent - threads[0][1]) * 1e3 / number:.0f}" if number else "") for number, spent in threads]
    rows = [(number, f"{spent:.2f}", us) for (number, spent), us in zip(threads, more, strict=True)]
    print(table(("comments on the page", "ms a page", "us a comment more"), rows), end="\n\n")
    told = {
        "machine": platform.machine(),
        "versions": versions,
        "figures": [figure.as_json() for figure in figures],
        "by_comments": [{"comments": number, "ms_a_page": spent} for number, spent in threads],
    }
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(told, indent=1) + "\n", "utf-8")
    print(f"The same as JSON: {options.json}")


def _with_comments(number: int, rounds: int) -> float:
    sample = [page(at, Random(at), comments=number) for at in range(1, 13)]  # noqa: S311  repeatable on purpose
    return statistics.median(beside("", {OURS: ours}, sample, rounds).values[OURS])


def _is_there(module: str) -> bool:
    try:
        importlib.import_module(module)
    except ImportError:
        return False
    return True


if __name__ == "__main__":
    main()
