"""Answers that a cache had held for a while say how things were when they were made."""

from __future__ import annotations

import pytest
from kit import NOW, answering, reading_of
from scrapy.http import TextResponse

from archive.schema import Comment
from crawler.extract.document import Document
from crawler.systems.base import Exchange, ThreadRef

SECOND = 1_000_000
URL = "https://news.example/story"


@pytest.mark.parametrize(
    ("stated", "age"),
    [("0", 0), ("60", 60), (" 60 ", 60), ("60, 5", 60), ("", 0), ("-5", 0), ("1.5", 0), ("soon", 0), ("99999999999", 0),
     ("31622400", 31_622_400), ("31622401", 0)],
)  # fmt: skip
def test_the_age_of_an_answer_is_whole_seconds_and_nothing_that_cannot_be(stated, age):
    response = TextResponse(URL, headers={"Age": stated})
    assert Exchange.of(response, "c", NOW).age == age * SECOND


def reading(page: Exchange):
    ref = ThreadRef(system="x", tenant="news.example", native_id="1", url=URL, detected_by="a test", state="open")
    made = reading_of(ref, Document("<p>Text</p>", URL), answering({}))
    made.page = page
    return made


def test_a_thread_is_as_old_as_the_oldest_answer_that_brought_comments():
    fresh, old = Exchange("c1", NOW + 3 * SECOND), Exchange("c2", NOW + 4 * SECOND, 60 * SECOND)
    one = reading(Exchange("c0", NOW, 3_600 * SECOND))
    one.batch([Comment(native_id="1", text="One")], fresh)
    assert one.age == 0, "the page is old, and brought none of them"
    one.batch([Comment(native_id="2", text="Two")], old)
    assert one.age == 56 * SECOND


def test_where_nothing_was_asked_for_beyond_the_page_it_is_as_old_as_the_page():
    one = reading(Exchange("c0", NOW, 3_600 * SECOND))
    assert one.age == 3_600 * SECOND
    one.requests = 1
    assert one.age == 0


def test_a_relative_time_may_be_older_by_what_the_answer_is():
    ago = Comment(
        native_id="1", text="One", published_min=NOW - 60 * SECOND, published_max=NOW, published_precision="relative"
    )
    exact = Comment(native_id="2", text="Two", published_at=NOW, published_min=NOW, published_max=NOW, published_precision="s")
    batch = reading(Exchange("c0", NOW)).batch([ago, exact], Exchange("c1", NOW, 3_600 * SECOND))
    assert [comment.published_min for comment in batch.comments] == [NOW - 3_660 * SECOND, NOW]
    assert [comment.published_max for comment in batch.comments] == [NOW, NOW]
