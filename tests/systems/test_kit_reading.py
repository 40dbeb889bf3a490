"""What a reading does with threads that cannot be read, and with comments that are put into batches later."""

from __future__ import annotations

from collections.abc import AsyncIterator

from kit import answering, read

from archive.schema import Comment
from crawler.extract.document import Document
from crawler.systems.base import Batch, System, ThreadRef
from crawler.systems.paging import by_number
from crawler.systems.reading import Reading, with_query

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
            comments += [Comment(native_id=one) for one in ids]
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


def test_a_query_may_hold_a_parameter_of_any_name():
    assert with_query(API, url="u", query="q") == f"{API}?url=u&query=q"
