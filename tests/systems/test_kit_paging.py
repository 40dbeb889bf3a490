"""The walks of the kit over lists that move, shrink and lie: no false "complete", no walk without an end, flat memory."""

from __future__ import annotations

import json
import tracemalloc
from bisect import bisect_right
from collections.abc import AsyncIterator, Callable
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from kit import reading_of
from scrapy import Request
from scrapy.http import Response, TextResponse

from archive.schema import Comment, Thread
from crawler.extract.document import Document
from crawler.systems.answers import Row
from crawler.systems.base import Batch, System, ThreadRef
from crawler.systems.paging import by_link, by_number, by_offset
from crawler.systems.reading import Reading, read_thread, with_query

API = "https://api.example.org/list"


class Listed(System):
    """A system that is nothing but a paged list; ``walk`` is the way through it."""

    name = "listed"
    title = "Listed"
    checked = "in this test only"
    walk: ClassVar[str]
    states_count = True

    def detect(self, document: Document) -> list[ThreadRef]:
        return [
            ThreadRef(system=self.name, tenant="t", native_id="1", url=API, detected_by="", state="open")
        ]

    async def harvest(self, ref: ThreadRef, reading: Reading) -> AsyncIterator[Batch]:
        steps = {
            "offset": lambda: by_offset(
                reading,
                lambda offset: with_query(API, offset=offset),
                lambda answer: len(answer.root.rows("rows")),
                lambda answer: answer.root.maybe_number("total"),
            ),
            "number": lambda: by_number(
                reading, lambda page: with_query(API, page=page), lambda answer: answer.root.maybe_number("pages")
            ),
            "link": lambda: by_link(
                reading,
                with_query(API, after=0),
                lambda answer: (
                    None
                    if answer.root.maybe_text("next") is None
                    else with_query(API, after=answer.root.text("next"))
                ),
            ),
        }
        async for answer in steps[self.walk]():
            reading.expect(answer.root.maybe_number("total"), "all")
            yield reading.batch(reading.comments(answer.root.rows("rows"), self._comment), answer.exchange)

    @staticmethod
    def _comment(row: Row) -> Comment:
        return Comment(native_id=row.id("id"), text="x")


def walking(way: str) -> Listed:
    system = Listed()
    system.walk = way  # type: ignore[misc]  # one class for three ways
    return system


class Site:
    """The list's server. ``events`` change the list before a request: a number that arrives or goes."""

    def __init__(self, ids: list[int], size: int, *, newest_first: bool = False, counts: bool = True) -> None:
        self.ids = ids
        self.size = size
        self.newest_first = newest_first
        self.counts = counts
        self.lie = 0
        self.events: dict[int, list[Callable[[], None]]] = {}
        self.failing: set[int] = set()
        self.requests = 0
        self.always: set[int] = set(ids)
        """Ids that were there at every request."""

    async def __call__(self, request: Request) -> Response:
        self.requests += 1
        assert self.requests < 2_000, "the walk does not end"
        for event in self.events.get(self.requests, ()):
            event()
            self.always &= set(self.ids)
        if self.requests in self.failing:
            return TextResponse(request.url, status=500, body=b"no", request=request)
        return TextResponse(request.url, body=json.dumps(self.answer(request.url)).encode(), request=request)

    def answer(self, url: str) -> dict[str, object]:
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        ids = self.ids[::-1] if self.newest_first else self.ids
        if "after" in query:
            start = bisect_right(self.ids, int(query["after"]))  # ids are given in rising order
            shown, more = self.ids[start : start + self.size], len(self.ids) > start + self.size
            extra: dict[str, object] = {"next": str(shown[-1]) if more else None}
        else:
            start = int(query["offset"]) if "offset" in query else (int(query["page"]) - 1) * self.size
            shown = ids[start : start + self.size]
            extra = {"pages": max(1, -(-len(ids) // self.size)) if self.counts else None}
        total = len(self.ids) + self.lie if self.counts else None
        return {"rows": [{"id": one} for one in shown], "total": total, **extra}


async def walked(system: Listed, site: Site) -> tuple[list[str], Thread]:
    document = Document("<p>page", "https://page.example.org/")
    [ref] = system.detect(document)
    reading = reading_of(ref, document, site)
    ids = [str(c.native_id) async for batch in read_thread(system, reading) for c in batch.comments]
    return ids, reading.ledger()


WAYS = ["offset", "number", "link"]


@pytest.mark.parametrize("way", WAYS)
@given(
    count=st.integers(0, 60),
    size=st.integers(1, 12),
    newest_first=st.booleans(),
    counts=st.booleans(),
    moves=st.lists(st.tuples(st.integers(1, 12), st.integers(-1, 80)), max_size=6),
    failing=st.sets(st.integers(1, 20), max_size=2),
)
@example(count=2, size=1, newest_first=True, counts=False, moves=[(2, -1)], failing=set())  # page 2 is page 1 by then
@settings(max_examples=150)
async def test_complete_is_said_only_when_all_that_stayed_came(  # noqa: PLR0917 - hypothesis gives them by name
    way, count, size, newest_first, counts, moves, failing
):
    site = Site(list(range(1, count + 1)), size, newest_first=newest_first, counts=counts)
    site.failing = failing
    for at, which in moves:
        site.events.setdefault(at, []).append(
            (lambda: site.ids.append(max(site.ids, default=0) + 1))
            if which < 0
            else (lambda which=which: site.ids.remove(which) if which in site.ids else None)
        )
    ids, ledger = await walked(walking(way), site)
    assert len(ids) == len(set(ids))
    went = any(which >= 0 for _, which in moves)
    if ledger.verdict == "complete" and (counts or not went):
        assert site.always <= {int(one) for one in ids}
    if ledger.verdict == "none":
        assert not site.always
    if not moves and not failing:
        assert ledger.verdict == ("complete" if count else "none")
        assert {int(one) for one in ids} == site.always


@pytest.mark.parametrize("way", WAYS)
@given(count=st.integers(1, 40), size=st.integers(1, 9), lie=st.integers(1, 50))
@settings(max_examples=40)
async def test_a_count_that_lies_ends_and_is_a_gap(way, count, size, lie):
    site = Site(list(range(1, count + 1)), size)
    site.lie = lie
    ids, ledger = await walked(walking(way), site)
    assert len(ids) == count
    assert (ledger.verdict, ledger.expected) == ("partial", count + lie)


@pytest.mark.parametrize("way", ["link"])
async def test_a_thread_of_100_000_comments_is_read_in_flat_memory(way):
    """What grows is the set of ids; the comments and answers themselves are let go."""

    async def peak(count: int) -> int:
        site = Site(list(range(1, count + 1)), 500)
        document = Document("<p>page", "https://page.example.org/")
        system = walking(way)
        [ref] = system.detect(document)
        reading = reading_of(ref, document, site)
        tracemalloc.start()
        async for batch in read_thread(system, reading):
            del batch
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert (reading.captured, reading.ledger().verdict) == (count, "complete")
        return most

    small, large = await peak(10_000), await peak(100_000)
    assert large - small < 90_000 * 250, "bytes for each further comment"
