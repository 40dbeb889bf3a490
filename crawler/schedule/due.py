"""What of an archive is due for another visit, most urgent first: made from the archive, so any machine can go on."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Any, Final

from archive.reader import Archive
from crawler.schedule.model import (
    DAY,
    HOUR,
    Habits,
    Pace,
    Visit,
    current_life,
    due_at,
    expected_cost,
    expected_new,
    habits_of,
    scale_of,
    worth,
)

SECOND: Final = 1_000_000
"""Microseconds."""

WATCHED: Final = 60 * DAY
"""Threads younger than this are visited again by :attr:`Pace.ceiling` at the latest; older ones are sampled."""

SAMPLED: Final = 6
"""Older threads are left alone so many times longer, give or take a half, each for a time of its own."""

MAX_PROBES: Final = 3
"""So many visits in a row may be settled by a count; edits do not show in counts."""

PROBE_BELOW: Final = 1.0
"""A count is asked for first while fewer new comments than this are expected; with more it seldom settles the visit."""

DISTRUST: Final = 7 * DAY
"""A count that disagreed with what the thread's reading then stated is not asked for again for so long."""

SKEW: Final = HOUR
"""Rows that are later than now by more than this were written by a clock that was wrong: nothing is known of when."""

MAX_WRITTEN: Final = 100_000
"""Times of comments that a site's hours are learnt from."""


@dataclass(slots=True)
class KnownThread:
    """A thread as its last visit left it."""

    system: str
    tenant: str
    native_id: str | None
    url: str
    verdict: str
    captured: int
    expected: int | None
    orders: tuple[str, ...]


@dataclass(slots=True)
class Due:
    """A page that may be visited, and how urgent that is."""

    url: str
    canonical: str
    """Its canonical address, which its key is made of."""
    site: str
    urgency: float
    """1 and more: it is due."""
    due_at: float
    """When it is due, seconds since the epoch."""
    expected_new: float
    """Comments that it is expected to have gained."""
    requests: int
    """What its last whole visit cost."""
    etag: str | None = None
    last_modified: str | None = None
    threads: list[KnownThread] = field(default_factory=list)
    may_probe: bool = False
    """Whether a count may settle the visit."""


@dataclass(slots=True)
class _Page:
    """What the archive knows of a page."""

    url: str
    canonical: str
    born: float
    visits: list[Visit] = field(default_factory=list)
    """Looks that read or settled it, oldest first."""
    last: float = 0.0
    """The last look, whatever came of it."""
    failures: int = 0
    """Looks in a row that failed."""
    is_gone: bool = False
    """Whether nothing is there now, or its address leads to another page."""
    is_open: bool = True
    probes: int = 0
    """Looks in a row that a count settled."""
    disagreed: float = 0.0
    """The last look whose count was another one than the thread's reading stated."""
    requests: int = 1
    etag: str | None = None
    last_modified: str | None = None
    threads: dict[str, KnownThread] = field(default_factory=dict)


def due_pages(archive: Archive, now: float, pace: Pace, *, sites: Sequence[str] = ()) -> Iterator[Due]:
    """Every page of the archive with its urgency, site by site; memory holds one site.

    :param now: seconds since the epoch
    :param sites: only these; empty: all
    """
    for site in sorted(set(sites) or sites_of(archive)):
        pages = _pages(archive, site, now)
        written = _written(archive, site)
        habits = habits_of(((page.born, page.visits) for page in pages.values()), written)
        for page_id, page in pages.items():
            yield _due(page_id, site, page, now=now, pace=pace, habits=habits)


def most_urgent(pages: Iterator[Due], budget: int) -> list[Due]:
    """What is due, most urgent first, as long as the requests of the budget last.

    :param budget: requests; 0 is no limit
    """
    due = (page for page in pages if page.urgency >= 1)
    if not budget:
        return sorted(due, key=_urgency, reverse=True)
    chosen, left = [], budget
    for page in heapq.nlargest(budget, due, key=_urgency):  # a visit costs one request at least
        if left <= 0:
            break
        chosen.append(page)
        left -= 1 if page.may_probe else page.requests
    return chosen


def sites_of(archive: Archive) -> set[str]:
    """The sites that an archive holds pages of."""
    return {partition["site"] for _, partition in archive.parts("pages")}


def _urgency(page: Due) -> float:
    return page.urgency


def _due(page_id: str, site: str, page: _Page, *, now: float, pace: Pace, habits: Habits) -> Due:
    born, visits = current_life(page.visits, page.born, habits)
    scale = scale_of(visits, born, habits) if page.is_open else 0.0
    ceiling = _ceiling(page_id, page, now, pace)
    if page.failures:
        at = page.last + min(pace.floor * 2**page.failures, ceiling)
    elif page.is_gone:
        at = page.last + ceiling
    else:
        own = replace(pace, ceiling=ceiling)
        at = due_at(scale, born, page.last, own, habits.hours, requests=page.requests)
    value = worth(scale, born, page.last, now, habits.hours)
    gain = expected_new(scale, born, page.last, now)
    cost = expected_cost(scale, born, page.last, now, page.requests)
    urgency = max(value / (pace.price * cost), (now - page.last) / ceiling) if now >= at else 0.0
    return Due(
        url=page.url,
        canonical=page.canonical,
        site=site,
        urgency=max(urgency, 1.0) if now >= at else 0.0,
        due_at=at,
        expected_new=gain,
        requests=page.requests,
        etag=page.etag,
        last_modified=page.last_modified,
        threads=list(page.threads.values()),
        may_probe=(
            page.probes < MAX_PROBES
            and gain < PROBE_BELOW
            and not (page.failures or page.is_gone)
            and now - page.disagreed >= DISTRUST
        ),
    )


def _ceiling(page_id: str, page: _Page, now: float, pace: Pace) -> float:
    """How long the page may be left alone; old ones are spread, so that some are looked at every day."""
    if now - page.born < WATCHED and not page.is_gone:
        return pace.ceiling
    share = int.from_bytes(blake2b(page_id.encode(), digest_size=4).digest()) / 2**32
    return pace.ceiling * SAMPLED * (0.5 + share)


def _pages(archive: Archive, site: str, now: float) -> dict[str, _Page]:
    latest = now + SKEW
    pages: dict[str, _Page] = {}
    columns = (
        "page_id", "url", "canonical_url", "published_at", "observed_at", "http_status", "comments_state", "etag",
        "last_modified",
    )  # fmt: skip
    for row in _rows(archive.pages(site=site).select(*columns)):
        seen = _seconds(row["observed_at"])
        published = _seconds(row["published_at"]) if row["published_at"] is not None else seen
        is_sound = seen <= latest
        pages[row["page_id"]] = _Page(
            row["url"],
            row["canonical_url"],
            min(published, seen, now),
            last=seen if is_sound else 0.0,
            is_gone=(row["http_status"] or 200) >= 400,
            is_open=row["comments_state"] not in ("closed", "disabled", "password"),
            etag=row["etag"],
            last_modified=row["last_modified"],
        )
    gained = _threads(archive, site, pages, latest)
    _looks(archive, site, pages, gained, latest)
    for page_id, page in pages.items():
        if not page.visits and page_id in gained:  # an archive from before there was a table of visits
            page.visits = [Visit(at, new) for at, new in sorted(gained[page_id].values())]
            page.last = page.visits[-1].at
        page.born = min(page.born, page.visits[0].at) if page.visits else page.born
    return pages


def _threads(
    archive: Archive, site: str, pages: Mapping[str, _Page], latest: float
) -> dict[str, dict[str, tuple[float, int]]]:
    """Time and new comments of each visit, by page and visit; the threads' last state goes to the pages."""
    gained: dict[str, dict[str, tuple[float, int]]] = defaultdict(dict)
    columns = (
        "page_id", "visit_id", "thread_id", "system", "tenant", "native_id", "url", "verdict", "captured", "expected",
        "orders_walked", "new", "restored", "observed_at",
    )  # fmt: skip
    newest: dict[str, float] = {}
    for row in _rows(archive.threads(site=site, history=True).select(*columns)):
        page, at = pages.get(row["page_id"]), _seconds(row["observed_at"])
        if page is None or at > latest:
            continue
        before = gained[row["page_id"]].get(row["visit_id"], (at, 0))
        gained[row["page_id"]][row["visit_id"]] = at, before[1] + row["new"] + row["restored"]
        if at >= newest.get(row["thread_id"], 0.0):
            newest[row["thread_id"]] = at
            page.threads[row["thread_id"]] = KnownThread(
                row["system"], row["tenant"], row["native_id"], row["url"] or "", row["verdict"], row["captured"],
                row["expected"], tuple(row["orders_walked"] or ()),
            )  # fmt: skip
    return gained


def _looks(
    archive: Archive,
    site: str,
    pages: Mapping[str, _Page],
    gained: Mapping[str, Mapping[str, tuple[float, int]]],
    latest: float,
) -> None:
    by_address = {page.url: page for page in pages.values()}
    columns = (
        "page_id", "visit_id", "url", "outcome", "observed_at", "etag", "last_modified", "requests", "stated",
        "count_agrees",
    )  # fmt: skip
    looks = _rows(archive.visits(site=site, history=True).select(*columns))
    rows = sorted((row for row in looks if row["outcome"] != "alias"), key=lambda row: row["observed_at"])
    for row in rows:
        # A failure has no canonical address, so its row knows the page by the address that was asked for.
        page, at = pages.get(row["page_id"]) or by_address.get(row["url"]), _seconds(row["observed_at"])
        if page is None or at > latest:
            continue
        page.last = at
        if row["outcome"] == "failed":
            page.failures += 1
            continue
        page.failures, page.is_gone = 0, row["outcome"] in ("gone", "moved")
        new = gained.get(row["page_id"], {}).get(row["visit_id"], (at, 0))[1]
        page.visits.append(Visit(at, new))
        is_probe = row["outcome"] == "unchanged" and row["stated"] is not None
        page.probes = page.probes + 1 if is_probe else 0
        page.disagreed = at if row["count_agrees"] is False else page.disagreed
        if row["outcome"] == "read":
            page.requests, page.etag, page.last_modified = row["requests"], row["etag"], row["last_modified"]


def _written(archive: Archive, site: str) -> Iterator[float]:
    """When comments of the site were written, of those whose time is known to the hour."""
    count = 0
    for batch in archive.comments(site=site).select("published_at", "published_precision").batches():
        for at, precision in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            if at is not None and precision in ("us", "s", "min"):
                yield at.timestamp()
                count += 1
                if count == MAX_WRITTEN:
                    return


def _rows(rows: Any) -> Iterator[dict[str, Any]]:
    for batch in rows.batches():
        yield from batch.to_pylist()


def _seconds(at: Any) -> float:
    return float(at.timestamp())



