"""What a reading does with threads that cannot be read, with comments that come late, and with counts."""

from __future__ import annotations

import gc
import weakref
from collections.abc import AsyncIterator

import pytest
from kit import answering, read

from archive.schema import Comment
from crawler.extract.document import Document
from crawler.systems.base import Batch, System, ThreadRef
from crawler.systems.fields import set_removed
from crawler.systems.paging import by_number
from crawler.systems.reading import MAX_GAPS, Reading, with_query

API = "https://api.example.org/list"
HTML = "<!doctype html><body><p>x</p>"
JSON = {"content-type": "application/json"}


class Late(System):
    """Reads all pages before it makes its first batch, so that a parent may come after its replies."""

    name = "late"
    title = "Late"
    checked = "in this test only"
    may_move = False
    problem: str | None = None

    def detect(self, document: Document) -> list[ThreadRef]:
        ref = ThreadRef(system="late", tenant="t", native_id="1", url=API, detected_by="x", problem=self.problem)
        return [ref]

    async def harvest(self, ref: ThreadRef, reading: Reading) -> AsyncIterator[Batch]:
        comments: list[Comment] = []
        async for answer in by_number(reading, lambda page: with_query(API, page=page), lambda _: 6):
            ids = [row.id("id") for row in answer.root.rows("rows")]
            comments += [Comment(native_id=one, text="x") for one in ids]
            reading.saw(ids)
            exchange = answer.exchange
        yield reading.batch(comments, exchange)


def pages(same: bool = False):
    return answering(
        {f"{API}?page={n}": (200, JSON, b'{"rows": [{"id": %d}]}' % (1 if same else n)) for n in range(1, 7)}
    )


async def test_what_a_walk_saw_counts_as_met_before_it_is_in_a_batch():
    ((_, comments, ledger),) = await read(Late(), HTML, "https://a.example/", pages())
    assert (len(comments), ledger.captured, ledger.verdict) == (6, 6, "complete")


async def test_pages_that_repeat_are_a_circle_all_the_same():
    ((_, _, ledger),) = await read(Late(), HTML, "https://a.example/", pages(same=True))
    assert (ledger.stop_reason, ledger.requests) == ("cursor_loop", 4)


async def test_a_thread_with_a_problem_is_a_row_without_a_request():
    system = Late()
    system.problem = "only its script knows where it is"
    ((_, comments, ledger),) = await read(system, HTML, "https://a.example/")
    assert (comments, ledger.requests, ledger.verdict) == ([], 0, "unknown")
    assert (ledger.stop_reason, ledger.stop_detail) == ("unsupported", "only its script knows where it is")


async def test_what_belongs_to_a_request_that_failed_goes_without_the_garbage_collector():
    readings = []

    class Noting(Late):
        def harvest(self, ref: ThreadRef, reading: Reading) -> AsyncIterator[Batch]:
            readings.append(weakref.ref(reading))
            return super().harvest(ref, reading)

    gc.disable()
    try:
        ((_, _, ledger),) = await read(Noting(), HTML, "https://a.example/", answering({}))
        assert ledger.stop_reason == "error"
        assert [reading() for reading in readings] == [None]
    finally:
        gc.enable()


def test_a_query_may_hold_a_parameter_of_any_name():
    assert with_query(API, url="u", query="q") == f"{API}?url=u&query=q"


class Under(System):
    """Says how many replies are under each top-level comment, at any depth."""

    name = "under"
    title = "Under"
    checked = "in this test only"
    may_move = False
    stated = 2

    def detect(self, document: Document) -> list[ThreadRef]:
        return [ThreadRef(system="under", tenant="t", native_id="1", url=API, detected_by="x")]

    async def harvest(self, ref: ThreadRef, reading: Reading) -> AsyncIterator[Batch]:
        answers = {"2": "1", "3": "2", "5": "4"}
        comments = [Comment(native_id=one, text="x", parent_native_id=answers.get(one)) for one in "12345"]
        reading.expect_replies("1", self.stated)
        reading.expect_replies("4", 1)
        yield reading.batch(comments, reading.page, under={"2": "1", "3": "1", "5": "4"})


async def test_replies_of_several_threads_in_one_batch_are_counted_where_they_are_said_to_be():
    system = Under()
    ((_, _, ledger),) = await read(system, HTML, "https://a.example/", {})
    assert ledger.verdict == "complete"
    system.stated = 3
    ((_, _, ledger),) = await read(system, HTML, "https://a.example/", {})
    assert ledger.gaps == [{"parent": "1", "expected": 3, "got": 2, "reason": "fewer replies than the source states"}]


class Withholding(Late):
    """Is told on each page that one comment more is counted than sent."""

    stated = 12

    async def harvest(self, ref: ThreadRef, reading: Reading) -> AsyncIterator[Batch]:
        async for answer in by_number(reading, lambda page: with_query(API, page=page), lambda _: 6):
            reading.expect(self.stated, "all")
            reading.withheld(1)
            comments = [Comment(native_id=row.id("id"), text="x") for row in answer.root.rows("rows")]
            yield reading.batch(comments, answer.exchange)


async def test_what_a_source_counts_and_says_it_withholds_is_not_missed():
    ((_, comments, ledger),) = await read(Withholding(), HTML, "https://a.example/", pages())
    assert (len(comments), ledger.expected, ledger.captured, ledger.verdict) == (6, 12, 6, "complete")
    system = Withholding()
    system.stated, system.may_move = 13, True
    ((_, _, ledger),) = await read(system, HTML, "https://a.example/", pages())
    assert (ledger.verdict, [(gap["expected"], gap["got"]) for gap in ledger.gaps or []]) == ("partial", [(13, 12)])


class Stubbed(System):
    """States a count without saying whether it counts stubs, and has three comments of which one is a stub."""

    name = "stubbed"
    title = "Stubbed"
    checked = "in this test only"
    stated = 3

    def detect(self, document: Document) -> list[ThreadRef]:
        return [ThreadRef(system="stubbed", tenant="t", native_id="1", url=API, detected_by="x")]

    async def harvest(self, ref: ThreadRef, reading: Reading) -> AsyncIterator[Batch]:
        comments = [Comment(native_id=one, text="x") for one in "123"]
        set_removed(comments[1])
        reading.expect(self.stated, "shown")
        yield reading.batch(comments, reading.page)


@pytest.mark.parametrize(
    ("stated", "scope", "verdict"),
    [(3, "all", "complete"), (2, "visible", "complete"), (4, "all", "partial"), (1, "all", "partial")],
)
async def test_a_count_that_may_hold_stubs_is_of_the_comments_that_it_agrees_with(stated, scope, verdict):
    system = Stubbed()
    system.stated = stated
    ((_, _, ledger),) = await read(system, HTML, "https://a.example/", {})
    assert (ledger.expected_scope, ledger.verdict) == (scope, verdict)


class Full(Under):
    """Has more gaps than a ledger lists."""

    async def harvest(self, ref: ThreadRef, reading: Reading) -> AsyncIterator[Batch]:
        for number in range(MAX_GAPS + 2):
            reading.gap(f"comment {number} cannot be read")
        yield reading.batch([Comment(native_id="1", text="x")], reading.page)


async def test_of_more_gaps_than_a_ledger_lists_it_says_how_many():
    ((_, _, ledger),) = await read(Full(), HTML, "https://a.example/", {})
    assert ledger.verdict == "partial"
    assert [gap["reason"] for gap in (ledger.gaps or [])[-2:]] == [f"comment {MAX_GAPS - 1} cannot be read", "and 2 more gaps"]


class Folded(Late):
    async def harvest(self, ref: ThreadRef, reading: Reading) -> AsyncIterator[Batch]:
        shown = [Comment(native_id="1", author_name="Ann"), Comment(native_id="2", text="x"), Comment(native_id="3", published_at=1)]
        yield reading.batch([*shown, Comment(native_id="4", parent_native_id="1"), Comment(native_id="5", kind="pingback")], reading.page)


async def test_a_comment_of_which_only_the_place_is_shown_is_a_gap():
    ((_, comments, ledger),) = await read(Folded(), HTML, "https://a.example/")
    assert [comment.native_id for comment in comments] == ["1", "2", "3", "5"]
    assert (ledger.verdict, ledger.captured) == ("partial", 4)
    assert [gap["reason"] for gap in ledger.gaps] == ["1 comments are shown without a name, a time and a text"]
