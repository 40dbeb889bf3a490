"""The parts of the measurement: what each runs, what it makes of it, and its table."""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any, Final

from benchmarks.crawl.crawls import Crawls, Run, SettledBy
from benchmarks.crawl.measure import PROJECT, Spread, marginal, ratio, rounds, run, start, table
from benchmarks.crawl.measure import end as wait
from benchmarks.crawl.server import PageSet, Server

Figures = dict[str, Any]

SPIN: Final = "total = 0\nfor number in range({}): total += number * number"
"""Work that needs nothing but a core."""
TURNS: Final = 40_000_000
"""Some seconds."""

THREADS: Final = (0, 20, 50, 200, 1_000)
"""Comments of each page, to see whether cost grows with them alone."""
THREAD_PAGES: Final = 36


def cost(server: Server, crawls: Crawls, options: argparse.Namespace) -> Figures:
    """CPU of a page beside bare Scrapy and a typical project."""
    many = server.add(options.pages)
    few = many.first(max(options.pages // 10, 1))
    crawl: dict[str, Callable[[PageSet], Run]] = {
        "bare Scrapy": partial(crawls.peer, "bare"),
        "typical project": partial(crawls.peer, "typical"),
        "Talkback": crawls.ours,
    }
    sizes = {"few": few, "many": many}
    variants = {f"{name}, {size}": partial(crawl[name], of) for name in crawl for size, of in sizes.items()}
    crawls.ours(few)  # compiles and fills the caches of the disk
    runs = rounds(options.rounds, variants)
    figures: Figures = {"comments": sum(many.comments), "page_bytes": many.size / len(many.urls), "few": len(few.urls)}
    base: dict[str, list[float]] = {}
    for name in crawl:
        short, long = runs[f"{name}, few"], runs[f"{name}, many"]
        more = len(many.urls) - len(few.urls)
        base[name] = _marginal(short, long, more)
        start_s = [one.usage.cpu - ms * len(few.urls) / 1_000 for one, ms in zip(short, base[name], strict=True)]
        figures[name] = {
            "ms_a_page": _spread(base[name]),
            "start_s": _spread(start_s),
            "gross_ms": _spread([one.usage.cpu * 1_000 / len(many.urls) for one in long]),
            "requests_a_page": (long[0].wire.requests - short[0].wire.requests) / more,
            "bytes_a_page": (long[0].wire.sent - short[0].wire.sent) / more,
            "rss_few": statistics.median(one.usage.rss for one in short),
            "rss_many": statistics.median(one.usage.rss for one in long),
        }
    for name in crawl:
        figures[name]["x_bare"] = asdict(ratio(base[name], base["bare Scrapy"]))
        figures[name]["x_typical"] = asdict(ratio(base[name], base["typical project"]))
    return figures


def memory(server: Server, crawls: Crawls, options: argparse.Namespace) -> Figures:
    """Peak memory of a short and of a ten times longer crawl."""
    many = server.add(options.memory_pages or options.pages)
    few = many.first(max(len(many.urls) // 10, 1))
    runs = [(len(of.urls), crawls.ours(of)) for of in (few, many)]
    return {
        "peaks": [{"pages": count, "rss": one.usage.rss, "cpu": one.usage.cpu} for count, one in runs],
        "ratio": runs[1][1].usage.rss / runs[0][1].usage.rss,
    }


def revisit(server: Server, crawls: Crawls, options: argparse.Namespace) -> Figures:
    """An unchanged page, settled by its validators, by a count or by reading it whole, beside its first visit."""
    count = max(options.pages // 2, 2)
    sets: dict[SettledBy, PageSet] = {
        "validators": server.add(count, 2),
        "count": server.add(count, 3, has_rest=True),
        "neither": server.add(count, 4, has_validators=False),
    }
    figures: Figures = {"pages": count}
    spent: dict[tuple[str, str, int], list[Run]] = {}
    sizes = (max(count // 10, 1), count)
    for _ in range(options.rounds):
        for how, pages in sets.items():
            for size in sizes:
                of = pages.first(size)
                first = crawls.ours(of)
                again = crawls.revisit(of, first, how)
                spent.setdefault((how, "first", size), []).append(first)
                spent.setdefault((how, "again", size), []).append(again)
                crawls.forget(first, again)
    plain = _marginal(spent["validators", "first", sizes[0]], spent["validators", "first", count], count - sizes[0])
    for how in sets:
        ms = {
            visit: _marginal(spent[how, visit, sizes[0]], spent[how, visit, count], count - sizes[0])
            for visit in ("first", "again")
        }
        sent = {visit: spent[how, visit, count][0].wire for visit in ("first", "again")}
        figures[how] = {
            "first_ms": _spread(ms["first"]),
            "again_ms": _spread(ms["again"]),
            "x_first": asdict(ratio(ms["again"], plain)),
            "first_bytes": sum(sent["first"][1:3]) / count,
            "again_bytes": sum(sent["again"][1:3]) / count,
            "cpu": {
                visit: _spread([one.usage.cpu for one in spent[how, visit, count]]) for visit in ("first", "again")
            },
        }
    return figures


def cores(server: Server, crawls: Crawls, options: argparse.Namespace) -> Figures:
    """Two crawls at once beside one, and two spin loops beside one."""
    pages = server.add(options.pages)
    half = PageSet(pages.urls[::2], pages.comments[::2], 0)
    log = PROJECT / "build" / "bench" / "spin.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    spin = [sys.executable, "-c", SPIN.format(TURNS)]

    def two_spins() -> float:
        return max(wait(one, log).wall for one in [start(spin, log) for _ in range(2)])

    found = rounds(
        options.rounds,
        {
            "one loop": lambda: run(spin, log).wall,
            "two loops": two_spins,
            "one crawl": lambda: crawls.ours(half).usage.wall,
            "two crawls": lambda: crawls.two(pages),
        },
    )
    loops = [2 * one / two for one, two in zip(found["one loop"], found["two loops"], strict=True)]
    both = [2 * one / two for one, two in zip(found["one crawl"], found["two crawls"], strict=True)]
    return {"loops": _spread(loops), "crawls": _spread(both), "efficiency": asdict(ratio(both, loops)), "wall": found}


def growth(server: Server, crawls: Crawls, options: argparse.Namespace) -> Figures:
    """CPU against the number of pages, and against the comments of a page."""
    pages = server.add(options.pages)
    counts = sorted({max(options.pages // part, 1) for part in (8, 4, 2, 1)})
    of_pages = {f"{count} pages": partial(crawls.ours, pages.first(count)) for count in counts}
    threads = {number: server.add(THREAD_PAGES, 10 + at, comments=number) for at, number in enumerate(THREADS)}
    sizes = (THREAD_PAGES // 6, THREAD_PAGES)
    of_threads = {
        f"{size} with {number}": partial(crawls.ours, made.first(size))
        for number, made in threads.items()
        for size in sizes
    }
    runs = rounds(options.rounds, {**of_pages, **of_threads})
    of_comments = {
        number: _marginal(runs[f"{sizes[0]} with {number}"], runs[f"{sizes[1]} with {number}"], sizes[1] - sizes[0])
        for number in THREADS
    }
    return {
        "by_pages": [
            {"pages": count, "cpu": _spread([one.usage.cpu for one in runs[f"{count} pages"]])} for count in counts
        ],
        "by_comments": [{"comments": number, "ms_a_page": _spread(of_comments[number])} for number in THREADS],
    }


PARTS: Final[dict[str, Callable[[Server, Crawls, argparse.Namespace], Figures]]] = {
    "cost": cost, "memory": memory, "revisit": revisit, "cores": cores, "growth": growth,
}  # fmt: skip


def _marginal(few: Sequence[Run], many: Sequence[Run], more: int) -> list[float]:
    return marginal([one.usage for one in few], [one.usage for one in many], more)


def _spread(values: Sequence[float]) -> dict[str, float]:
    return asdict(Spread.of(values))


# -- tables ---------------------------------------------------------------------------------------------


def render(part: str, figures: Mapping[str, Any]) -> str:
    """The figures of a part as a Markdown table."""
    return _TABLES[part](figures)


def _said(spread: Mapping[str, float], digits: int = 2) -> str:
    return Spread(**spread).text(digits)


def _cost(figures: Mapping[str, Any]) -> str:
    head = (
        "crawl", "ms a page", "x bare Scrapy", "x typical project", "start and close, s", "requests a page",
        "kB a page", "peak MB",
    )  # fmt: skip
    rows = [
        (
            name, _said(one["ms_a_page"]), _said(one["x_bare"]), _said(one["x_typical"]), _said(one["start_s"]),
            f"{one['requests_a_page']:.2f}", f"{one['bytes_a_page'] / 1_000:.1f}", f"{one['rss_many'] / 1e6:.0f}",
        )
        for name, one in figures.items() if isinstance(one, dict) and "x_bare" in one
    ]  # fmt: skip
    return table(head, rows)


def _memory(figures: Mapping[str, Any]) -> str:
    rows = [(f"{one['pages']:,}", f"{one['rss'] / 1e6:.0f}", f"{one['cpu']:.0f}") for one in figures["peaks"]]
    return table(("pages", "peak MB", "CPU s"), rows) + f"\n\nratio {figures['ratio']:.2f}"


def _revisit(figures: Mapping[str, Any]) -> str:
    head = (
        "settled by", "first visit, ms", "again, ms", "x first, plain", "bytes, first", "bytes, again", "share",
        "CPU s of all, first", "again",
    )  # fmt: skip
    rows = [
        (
            how, _said(one["first_ms"]), _said(one["again_ms"]), _said(one["x_first"]), f"{one['first_bytes']:,.0f}",
            f"{one['again_bytes']:,.0f}", f"{one['again_bytes'] / one['first_bytes']:.1%}",
            _said(one["cpu"]["first"], 1), _said(one["cpu"]["again"], 1),
        )
        for how, one in figures.items() if how in ("validators", "count", "neither")
    ]  # fmt: skip
    return table(head, rows)


def _cores(figures: Mapping[str, Any]) -> str:
    rows = [("two spin loops", _said(figures["loops"])), ("two crawls", _said(figures["crawls"]))]
    return table(("at once", "x one"), [*rows, ("crawls to loops", _said(figures["efficiency"]))])


def _growth(figures: Mapping[str, Any]) -> str:
    steps, before = [], None
    for one in figures["by_pages"]:
        cpu = one["cpu"]["median"]
        slope = "" if before is None else f"{(cpu - before[1]) * 1_000 / (one['pages'] - before[0]):.2f}"
        steps.append((f"{one['pages']:,}", _said(one["cpu"]), slope))
        before = one["pages"], cpu
    base = figures["by_comments"][0]["ms_a_page"]["median"]
    threads = [
        (
            f"{one['comments']:,}",
            _said(one["ms_a_page"], 1),
            f"{(one['ms_a_page']['median'] - base) * 1_000 / one['comments']:.0f}" if one["comments"] else "",
        )
        for one in figures["by_comments"]
    ]
    return (
        table(("pages", "CPU s, start and close included", "ms a page more"), steps)
        + "\n\n"
        + table(("comments on each page", "ms a page", "us a comment"), threads)
    )


_TABLES: Final[dict[str, Callable[[Mapping[str, Any]], str]]] = {
    "cost": _cost, "memory": _memory, "revisit": _revisit, "cores": _cores, "growth": _growth,
}  # fmt: skip
