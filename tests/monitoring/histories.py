"""Invented histories of a site: what looks at its threads found, crawl after crawl, with and without a break."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from crawler.monitoring.drift import Look

HOUR = 3_600_000_000
BEGIN = 1_770_000_000_000_000


@dataclass(slots=True, kw_only=True)
class Site:
    """How a site behaves by itself."""

    threads: int = 40
    """Threads at the beginning."""
    fresh: float = 0.5
    """New threads a crawl."""
    visited: int = 6
    """Threads a crawl, recent ones much more often than old ones."""
    chronic: float = 0.05
    """Share of threads that are bad at every look."""
    slips: float = 0.01
    """Share of looks that go wrong once."""
    decay: float = 0.0
    """Share of looks after which a thread stays bad: stated counts that stop agreeing, one thread after the other."""
    outages: float = 0.0
    """Share of crawls in which everything goes wrong."""
    every: int = 3
    """Hours between crawls."""


def history(site: Site, crawls: int, seed: int, *, broken_from: int | None = None, until: int | None = None, share: float = 1.0):
    """Looks of so many crawls; from crawl ``broken_from`` on this share of threads is bad, until crawl ``until``."""
    random = Random(seed)
    threads = [f"thread-{n}" for n in range(site.threads)]
    bad = {name for name in threads if random.random() < site.chronic}
    looks: list[Look] = []
    for number in range(crawls):
        for _ in range(int(site.fresh + random.random())):
            threads.append(f"thread-{len(threads)}")
            if random.random() < site.chronic:
                bad.add(threads[-1])
        is_broken = broken_from is not None and broken_from <= number < (until or crawls)
        is_out = random.random() < site.outages
        ages = {min(int(random.paretovariate(0.7)), len(threads)) for _ in range(site.visited)}
        for order, age in enumerate(sorted(ages)):
            name = threads[-age]
            if random.random() < site.decay:
                bad.add(name)
            hit = is_broken and Random(name).random() < share
            is_bad = name in bad or is_out or hit or random.random() < site.slips
            at = BEGIN + number * site.every * HOUR + order * 1_000_000
            looks.append(Look(at, f"crawl-{number:05}", name, is_bad))
    return looks
