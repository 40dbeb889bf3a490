"""What of an archive is due for another visit, most urgent first: made from the archive, so any machine can go on."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Any, Final, NamedTuple

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

WATCHED: Final = 60 * DAY
"""Threads younger than this are visited again by :attr:`Pace.ceiling` at the latest; older ones are sampled."""

SAMPLED: Final = 6
"""Older threads are left alone so many times longer, give or take a half, each for a time of its own."""

MAX_PROBES: Final = 3
"""So many visits in a row may be settled by a count; edits do not show in counts."""

MAX_MATCHES: Final = 7
"""So many visits in a row may be settled by validators: some servers' say how old the article is, not the comments."""

PROBE_BELOW: Final = 1.0
"""A count is asked for first while fewer new comments than this are expected; with more it seldom settles the visit."""

LEAST_PART: Final = 0.3
"""A look by a request for many counts is priced as so much of a request at least: seldom are enough threads due to fill
it, and those that fill it up pay for nothing."""

DISTRUST: Final = 7 * DAY
"""A count that disagreed with what the thread's reading then stated is not asked for again for so long."""

SKEW: Final = HOUR
"""Rows that are later than now by more than this were written by a clock that was wrong: nothing is known of when."""

MAX_SPARE: Final = 100
"""Pages of one system and tenant that are kept to fill requests up: no request for counts has room for more."""

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
    page: str = ""
    """Address of the page that holds it."""

    @property
    def is_whole(self) -> bool:
        """Whether it was read whole and stated its count, so that another count tells of a change."""
        return self.verdict in ("complete", "none") and self.expected is not None


Counts = Callable[[KnownThread], float | None]
"""The part of a request that a thread's count takes: 1 where it is asked for alone; None where it has none."""


@dataclass(slots=True)
class Due:
    """A page that may be visited, and how urgent that is."""

    url: str
    canonical: str
    """Its canonical address, which its key is made of."""
    urgency: float
    """1 and more: it is due."""
    due_at: float
    """When it is due, seconds since the epoch."""
    requests: int
    """What its last whole visit cost."""
    etag: str | None = None
    last_modified: str | None = None
    threads: list[KnownThread] = field(default_factory=list)
    look: float = 1.0
    """Requests of a visit that finds nothing: one, or the parts of those that tell its threads' counts."""
    may_probe: bool = False
    """Whether a count may settle the visit."""
    may_match: bool = True
    """Whether its validators may settle the visit."""
    may_fill: bool = False
    """Whether its count may be asked for before it is due, where a request for others has room."""

    @property
    def counted_with(self) -> tuple[str, str]:
        """System and tenant of its first thread: those of one may be counted by one request."""
        return self.threads[0].system, self.threads[0].tenant


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
    matches: int = 0
    """Looks since the page was read that its validators settled."""
    disagreed: float = 0.0
    """The last look whose count was another one than the thread's reading stated."""
    is_misled: bool = False
    """Whether its validators were as they had been when a thread was last found changed."""
    requests: int = 1
    etag: str | None = None
    last_modified: str | None = None
    threads: dict[str, KnownThread] = field(default_factory=dict)


def due_pages(
    archive: Archive, now: float, pace: Pace, *, sites: Sequence[str] = (), counts: Counts = lambda _: None
) -> Iterator[Due]:
    """Every page of the archive with its urgency, site by site; memory holds one site.

    :param now: seconds since the epoch
    :param sites: only these; empty: all
    :param counts: which threads have a count that can be asked for
    """
    for site in sorted(set(sites) or sites_of(archive)):
        pages = _pages(archive, site, now)
        written = _written(archive, site)
        habits = habits_of(((page.born, page.visits) for page in pages.values()), written)
        for page_id, page in pages.items():
            yield _due(page_id, page, now=now, pace=pace, habits=habits, counts=counts)


def most_urgent(pages: Iterator[Due], budget: int) -> list[Due]:
    """What is due, most urgent first, as long as the requests of the budget last.

    :param budget: requests; 0 is no limit
    """
    due = (page for page in pages if page.urgency >= 1)
    if not budget:
        return sorted(due, key=lambda page: page.urgency, reverse=True)
    chosen: list[tuple[float, int, Due]] = []
    cost = 0.0
    for number, page in enumerate(due):
        heapq.heappush(chosen, (page.urgency, -number, page))
        cost += _least_cost(page)
        while cost - _least_cost(chosen[0][2]) >= budget - 1e-9:  # sums of parts are not exact
            cost -= _least_cost(heapq.heappop(chosen)[2])
    return [page for _, _, page in sorted(chosen, reverse=True)]


class Spare:
    """Pages that are not due, of which a request for the counts of others tells as well."""

    def __init__(self) -> None:
        self._soonest: dict[tuple[str, str], list[tuple[float, int, Due]]] = defaultdict(list)

    def taken_from(self, pages: Iterator[Due]) -> Iterator[Due]:
        """The pages that are due; of the others the soonest are kept."""
        for number, page in enumerate(pages):
            if page.urgency >= 1:
                yield page
            elif page.may_fill:
                kept = self._soonest[page.counted_with]
                heapq.heappush(kept, (-page.due_at, number, page))
                if len(kept) > MAX_SPARE:
                    heapq.heappop(kept)

    def of(self, counted_with: tuple[str, str]) -> list[Due]:
        """Those of a system and tenant, the soonest due first."""
        return [page for _, _, page in sorted(self._soonest.get(counted_with, ()), reverse=True)]


def _least_cost(page: Due) -> float:
    return page.look if page.may_probe else page.requests


def sites_of(archive: Archive) -> set[str]:
    """The sites that an archive holds pages of."""
    return {partition["site"] for _, partition in archive.parts("pages")}


def _due(page_id: str, page: _Page, *, now: float, pace: Pace, habits: Habits, counts: Counts) -> Due:
    threads = list(page.threads.values())
    parts = [counts(thread) if thread.is_whole else None for thread in threads]
    is_sound = not (page.failures or page.is_gone) and now - page.disagreed >= DISTRUST
    look = _look(parts) if is_sound else None
    price = 1.0 if look is None else priced(look)
    born, visits = current_life(page.visits, page.born, habits)
    scale = scale_of(visits, born, habits) if page.is_open else 0.0
    ceiling = _ceiling(page_id, page, now, pace)
    if page.failures:
        at = page.last + min(pace.floor * 2**page.failures, ceiling)
    elif page.is_gone:
        at = page.last + ceiling
    else:
        own = replace(pace, ceiling=ceiling)
        at = due_at(scale, born, page.last, own, habits.hours, requests=page.requests, look=price)
    value = worth(scale, born, page.last, now, habits.hours)
    gain = expected_new(scale, born, page.last, now)
    cost = expected_cost(scale, born, page.last, now, requests=page.requests, look=price)
    urgency = max(value / (pace.price * cost), (now - page.last) / ceiling) if now >= at else 0.0
    return Due(
        url=page.url,
        canonical=page.canonical,
        urgency=max(urgency, 1.0) if now >= at else 0.0,
        due_at=at,
        requests=page.requests,
        etag=page.etag,
        last_modified=page.last_modified,
        threads=threads,
        look=look or 1.0,
        may_probe=look is not None and page.probes < MAX_PROBES and gain < PROBE_BELOW,
        may_match=page.matches < MAX_MATCHES and not page.is_misled,
        may_fill=look is not None and look < 1 and gain < PROBE_BELOW,
    )


def priced(look: float) -> float:
    """What a look is taken to cost that a part of a request for counts may settle."""
    return max(look, LEAST_PART)


def _look(parts: Sequence[float | None]) -> float | None:
    """Requests that tell the counts of a page's threads; None where one has none.

    Pages with several threads, which are few, are asked about by themselves.
    """
    known = [part for part in parts if part is not None]
    if not known or len(known) < len(parts):
        return None
    return known[0] if len(known) == 1 else float(len(known))


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
    found = _threads(archive, site, pages, latest)
    _looks(archive, site, pages, found, latest)
    for page_id, page in pages.items():
        if not page.visits and page_id in found:  # an archive from before there was a table of visits
            page.visits = [Visit(one.at, one.new) for one in sorted(found[page_id].values())]
            page.last = page.visits[-1].at
        page.born = min(page.born, page.visits[0].at) if page.visits else page.born
    return pages


class _Found(NamedTuple):
    """What a visit found in the threads of its page."""

    at: float
    new: int
    """Comments that are new, or there again."""
    others: int
    """Comments that were edited or removed."""


_Finds = dict[str, dict[str, _Found]]
"""By page and visit."""


def _threads(archive: Archive, site: str, pages: Mapping[str, _Page], latest: float) -> _Finds:
    """What each visit found; the threads' last state goes to the pages."""
    found: _Finds = defaultdict(dict)
    columns = (
        "page_id", "visit_id", "thread_id", "system", "tenant", "native_id", "url", "verdict", "captured", "expected",
        "orders_walked", "new", "edited", "removed", "restored", "observed_at",
    )  # fmt: skip
    newest: dict[str, float] = {}
    for row in _rows(archive.threads(site=site, history=True).select(*columns)):
        page, at = pages.get(row["page_id"]), _seconds(row["observed_at"])
        if page is None or at > latest:
            continue
        before = found[row["page_id"]].get(row["visit_id"], _Found(at, 0, 0))
        new, others = before.new + row["new"] + row["restored"], before.others + row["edited"] + row["removed"]
        found[row["page_id"]][row["visit_id"]] = _Found(at, new, others)
        if at >= newest.get(row["thread_id"], 0.0):
            newest[row["thread_id"]] = at
            page.threads[row["thread_id"]] = KnownThread(
                row["system"], row["tenant"], row["native_id"], row["url"] or "", row["verdict"], row["captured"],
                row["expected"], tuple(row["orders_walked"] or ()), page.canonical,
            )  # fmt: skip
    return found


def _looks(archive: Archive, site: str, pages: Mapping[str, _Page], finds: _Finds, latest: float) -> None:
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
        found = finds.get(row["page_id"], {}).get(row["visit_id"], _Found(at, 0, 0))
        is_read, is_same = row["outcome"] == "read", row["outcome"] == "unchanged"
        if is_read and page.visits and (found.new or found.others):
            page.is_misled = _match(row, page)
        page.visits.append(Visit(at, found.new))
        page.probes = page.probes + 1 if is_same and row["stated"] is not None else 0
        page.matches = 0 if is_read else page.matches + (is_same and row["stated"] is None)
        page.disagreed = at if row["count_agrees"] is False else page.disagreed
        if is_read:
            page.requests, page.etag, page.last_modified = row["requests"], row["etag"], row["last_modified"]


def _match(row: Mapping[str, Any], page: _Page) -> bool:
    """Whether a server would have answered 304 to a page's validators.

    ``ETag`` goes first, weak or not (RFC 9110, 8.8.3.2 and 13.2.2).
    """
    if page.etag is not None:
        return (row["etag"] or "").removeprefix("W/") == page.etag.removeprefix("W/")
    return page.last_modified is not None and bool(row["last_modified"] == page.last_modified)


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



