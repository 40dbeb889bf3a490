"""What the last `make bench` found beside each goal, as one table: ``python -m benchmarks.goals``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from benchmarks.measuring import table

FOUND: Final = Path("build/bench")
FILES: Final = ("extraction.json", "crawl.json", "storage.json")
MB: Final = 1_000_000


class Line(NamedTuple):
    """A goal and what was found."""

    figure: str
    beside: str
    goal: str
    found: str
    """The median of the rounds, the least and the greatest."""
    is_reached: bool


def main() -> None:
    """Print Markdown."""
    extraction, crawl, storage = (json.loads((FOUND / name).read_text("utf-8")) for name in FILES)
    lines = [*of_crawls(crawl), *of_figures(extraction), *of_figures(storage)]
    cells = [(*line[:-1], "reached" if line.is_reached else "**missed**") for line in lines]
    print(table(("figure", "beside", "goal", "found (least to greatest)", ""), cells))


def of_crawls(found: dict[str, Any]) -> Iterator[Line]:
    """The goals of whole crawls.

    :param found: ``crawl.json``
    """
    ours, count = found["cost"]["Talkback"], f"{found['cost']['pages']:,} pages"
    yield _most(f"crawl, CPU a page ({count})", "bare Scrapy", 1.5, ours["x_bare"])
    yield _most("the same", "a typical project", 0.25, ours["x_typical"])
    few, many = found["memory"]["peaks"]
    ratio, peak = many["rss"] / few["rss"], many["rss"] / MB
    figure, beside = (f"peak memory, {many['pages']:,} pages", f"{few['pages']:,} pages")
    yield Line(figure, beside, "at most 1.1", f"{ratio:.3g}", ratio <= 1.1)
    yield Line("the same, MB", "", "under 300", f"{peak:.0f}", peak < 300)
    for how, name, bound in (("validators", "304", 0.45), ("count", "count probe", 0.3)):
        again = found["revisit"][how]
        share = again["again_bytes"] / again["first_bytes"]
        yield _most(f"unchanged page, CPU: {name}", "its first visit", bound, again["x_first"])
        yield Line(f"unchanged page, bytes: {name}", "its first visit", "at most 5 %", f"{share:.1%}", share <= 0.05)
    gain = found["cores"]["efficiency"]
    yield Line("two processes on two cores", "two spin loops", "at least 0.9", _spread(gain), gain["median"] >= 0.9)


def of_figures(found: dict[str, Any]) -> Iterator[Line]:
    """The goals of figures.

    :param found: ``extraction.json`` or ``storage.json``
    """
    for figure in found["figures"]:
        name = figure["name"]
        for goal in figure["goals"]:
            ratio = " (throughput)" if goal["ratio"] == "throughput" else ""
            yield Line(f"{name}: {goal['ours']}{ratio}", goal["peer"], goal["bound"], _spread(goal), goal["is_reached"])


def _most(figure: str, beside: str, bound: float, found: dict[str, float]) -> Line:
    return Line(figure, beside, f"at most {bound:g}", _spread(found), found["median"] <= bound)


def _spread(found: dict[str, float]) -> str:
    return f"{found['median']:.3g} ({found['least']:.3g}-{found['greatest']:.3g})"


if __name__ == "__main__":
    main()
