"""WordPress: the REST API completes and corrects the page, and what it says wrong does not pass for complete."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from kit import answering, read
from wordpress_site import (
    BASE,
    HTML,
    JSON,
    POST,
    SETTINGS_URL,
    TOTAL_URL,
    Row,
    comment_page_url,
    facts_url,
    include_url,
    page,
    rest_answer,
    rest_error,
)

from crawler.systems.wordpress import WordPress
from crawler.systems.wordpress.rest import Fact, depths

SYSTEM = WordPress()
ROWS = [Row(1, "Wu Kim"), Row(2, "Ivan Do", parent=1), Row(3, "Jag Singh", parent=2)]


async def thread_of(html: str, pages: dict[str, object]):
    web = answering(pages)
    ((ref, comments, thread),) = await read(SYSTEM, html, POST, web)
    return comments, thread, ref, web


async def test_the_parent_below_the_nesting_limit_and_the_second_come_from_the_api():
    shown = [ROWS[0], ROWS[1], Row(3, "Jag Singh", parent=1)]
    pages = {facts_url(1): rest_answer(ROWS, total=3)}
    comments, thread, _, web = await thread_of(page(shown, markup="legacy", rest=True), pages)
    assert [(c.parent_native_id, c.depth) for c in comments] == [(None, 1), ("1", 2), ("2", 3)]
    assert {c.published_at for c in comments} == {int(ROWS[0].at.timestamp()) * 1_000_000}
    assert (thread.expected, thread.expected_scope, thread.verdict) == (3, "comments", "complete")
    assert thread.orders_walked == ["rest:id_asc", "html"]
    assert web.asked == [facts_url(1)]


async def test_comments_that_no_page_shows_are_fetched_whole():
    extra = Row(4, "A. & B.", "<p>Only <em>here</em></p>", user=9, url="https://ab.example.net/")
    pages = {
        facts_url(1): rest_answer([*ROWS, extra], total=4),
        include_url(4): rest_answer([extra], total=1, whole=True),
    }
    comments, thread, _, _ = await thread_of(page(ROWS, rest=True), pages)
    last = comments[-1]
    assert (last.native_id, last.author_name, last.text, last.text_html) == ("4", "A. & B.", "Only here", "<p>Only <em>here</em></p>")
    assert (last.author_url, last.author_kind, last.permalink) == ("https://ab.example.net/", "registered", f"{POST}#comment-4")
    assert (thread.captured, thread.verdict) == (4, "complete")
    assert thread.orders_walked == ["rest:id_asc", "html", "rest:include"]


async def test_pingbacks_are_only_on_the_page_and_not_counted_by_the_api():
    rows = [*ROWS, Row(4, "Other page", kind="pingback", url="https://other.example.net/")]
    comments, thread, _, _ = await thread_of(page(rows, rest=True), {facts_url(1): rest_answer(ROWS, total=3)})
    assert [c.kind for c in comments] == ["comment", "comment", "comment", "pingback"]
    assert (thread.expected, thread.captured, thread.verdict) == (3, 4, "complete")


async def test_a_comment_that_an_old_copy_of_the_api_lacks_is_no_pingback_where_its_classes_tell():
    # It waited for approval, as those with a link do, and has a smaller id than others that are listed.
    approved = Row(2, "Ivan Do", url="https://ivan.example.net/")
    pages = {facts_url(1): rest_answer([ROWS[0], Row(3)], total=2), TOTAL_URL: rest_answer([ROWS[0]], total=2)}
    comments, thread, _, _ = await thread_of(page([ROWS[0], approved, Row(3)], rest=True), pages)
    assert [c.kind for c in comments] == ["comment", "comment", "comment"]
    assert (thread.expected, thread.captured, thread.verdict) == (2, 3, "partial")


async def test_a_page_that_states_more_than_came_is_partial_though_the_api_is_content():
    pages = {facts_url(1): rest_answer(ROWS, total=3)}
    _, thread, _, _ = await thread_of(page(ROWS, rest=True, heading="5 comments"), pages)
    assert thread.verdict == "partial"


async def test_two_hundred_comments_come_in_pages_of_a_hundred():
    rows = [Row(number) for number in range(1, 251)]
    pages = {facts_url(n): rest_answer(rows[n * 100 - 100 : n * 100], total=250, pages=3) for n in (1, 2, 3)}
    _, thread, _, web = await thread_of(page(rows, rest=True), pages)
    assert (thread.verdict, web.asked) == ("complete", [facts_url(1), facts_url(2), facts_url(3)])


@pytest.mark.parametrize(
    "answer",
    [rest_error(401, "rest_forbidden"), rest_error(403, "rest_forbidden_context"), rest_error(404), (404, HTML, b"<h1>Not found</h1>")],
)
async def test_an_api_that_is_switched_off_is_no_gap(answer):
    comments, thread, _, _ = await thread_of(page(ROWS, rest=True, heading="3 comments"), {facts_url(1): answer})
    assert [c.parent_native_id for c in comments] == [None, "1", "2"]
    assert (thread.verdict, thread.orders_walked) == ("complete", ["html"])


FAILURES = [
    (500, JSON, b"{}"),
    (503, JSON, b""),
    (200, HTML, b"<html>Just a moment...</html>"),
    (200, JSON, b'{"code": "odd"}'),
    (200, JSON, b"[{"),
]


@pytest.mark.parametrize("answer", FAILURES)
@pytest.mark.parametrize("heading", [None, "4 comments", "2 comments"])
async def test_an_api_that_fails_is_a_gap_and_the_page_is_still_read(answer, heading):
    comments, thread, _, _ = await thread_of(page(ROWS, rest=True, heading=heading), {facts_url(1): answer})
    assert (len(comments), thread.verdict) == (3, "partial")


@pytest.mark.parametrize("answer", FAILURES)
async def test_an_api_that_fails_takes_nothing_from_a_page_that_shows_as_many_as_it_states(answer):
    pages = {facts_url(1): answer}
    comments, thread, _, _ = await thread_of(page(ROWS, rest=True, heading="3 comments"), pages)
    assert (len(comments), thread.verdict, thread.stop_reason) == (3, "complete", "exhausted")
    assert (thread.expected, thread.orders_walked) == (3, ["html"])


async def test_an_api_that_breaks_half_way_is_partial_with_what_came():
    rows = [Row(number) for number in range(1, 151)]
    pages = {facts_url(1): rest_answer(rows[:100], total=150, pages=2), facts_url(2): (502, JSON, b"")}
    comments, thread, _, _ = await thread_of(page(rows, rest=True), pages)
    assert (len(comments), thread.verdict, thread.stop_reason) == (150, "partial", "error")


async def test_an_api_that_states_more_than_it_gives_is_partial():
    pages = {facts_url(1): rest_answer(ROWS, total=5), TOTAL_URL: rest_answer(ROWS[:1], total=5)}
    _, thread, _, _ = await thread_of(page(ROWS, rest=True), pages)
    assert (thread.expected, thread.captured, thread.verdict) == (5, 3, "partial")


async def test_an_api_with_endless_empty_pages_is_left_at_the_first():
    pages = {facts_url(n): rest_answer(ROWS if n == 1 else [], total=3, pages=10_000) for n in range(1, 5)}
    _, thread, _, web = await thread_of(page(ROWS, rest=True), pages)
    assert len(web.asked) <= 3
    assert thread.verdict == "partial"


async def test_a_comment_that_is_written_while_the_thread_is_read_is_growth_and_no_lie():
    pages = {facts_url(1): rest_answer(ROWS, total=3), TOTAL_URL: rest_answer(ROWS[:1], total=4)}
    _, thread, _, _ = await thread_of(page([*ROWS, Row(4)], rest=True), pages)
    assert (thread.expected, thread.captured, thread.verdict) == (4, 4, "complete")


async def test_plain_permalinks_ask_through_rest_route():
    head = f'<link rel="https://api.w.org/" href="{BASE}/index.php?rest_route=/">'
    root = f"{BASE}/index.php?rest_route=/wp/v2/comments&"
    _, thread, ref, _ = await thread_of(page(ROWS, head=head), {facts_url(1, root): rest_answer(ROWS, total=3)})
    assert (thread.verdict, thread.orders_walked) == ("complete", ["rest:id_asc", "html"])
    assert ref.tenant == "video.example.org"


@pytest.mark.parametrize("root", ["https://evil.example.com/wp-json/", "http://127.0.0.1/wp-json/", "file:///etc/wp-json/"])
async def test_an_api_on_another_host_is_not_asked(root):
    head = f'<link rel="https://api.w.org/" href="{root}">'
    _, _, _, web = await thread_of(page(ROWS, head=head), {})
    assert web.asked == []


async def test_the_link_header_offers_the_api_too():
    headers = {"link": f'<{BASE}/wp-json/>; rel="https://api.w.org/", <{BASE}/?p=14>; rel=shortlink'}
    web = answering({facts_url(1): rest_answer(ROWS, total=3)})
    ((ref, _, thread),) = await read(SYSTEM, page(ROWS).replace("postid-14", ""), POST, web, headers=headers)
    assert (ref.native_id, thread.orders_walked) == ("14", ["rest:id_asc", "html"])


LEAPT = Row(5, "Ada", at=datetime(2021, 3, 28, 2, 13, 52, tzinfo=UTC))
"""Clocks of Berlin leapt from 2:00 to 3:00 that night, so WordPress prints its `date_gmt` as 3:13:52."""


def late(row: Row) -> dict[str, object]:
    status, headers, body = rest_answer([row], total=1)
    return {facts_url(1): (status, headers, body.replace(b"T02:13:52", b"T03:13:52"))}


@pytest.mark.parametrize("markup", ["html5", "block"])
async def test_a_time_that_the_api_prints_an_hour_late_is_taken_from_the_page(markup):
    (comment,), _, _, _ = await thread_of(page([LEAPT], markup=markup, rest=True), late(LEAPT))
    assert comment.published_at == int(LEAPT.at.timestamp()) * 1_000_000


async def test_where_the_page_does_not_show_the_comment_the_zone_puts_it_right():
    status, headers, body = rest_answer([LEAPT], total=1, whole=True)
    pages = late(LEAPT) | {
        include_url(5): (status, headers, body.replace(b"T02:13:52", b"T03:13:52")),
        SETTINGS_URL: (200, JSON, b'{"timezone_string": "Europe/Berlin", "gmt_offset": "1"}'),
    }
    (comment,), _, _, _ = await thread_of(page([], rest=True), pages)
    assert comment.published_at == int(LEAPT.at.timestamp()) * 1_000_000


@pytest.mark.parametrize(("status", "state", "verdict"), [("closed", "disabled", "closed"), ("open", "open", "none")])
async def test_where_the_page_does_not_say_the_post_says_whether_comments_are_open(status, state, verdict):
    pages = {
        facts_url(1): rest_answer([], total=0, pages=0),
        f"{BASE}/wp-json/wp/v2/posts/14?_fields=comment_status": (200, JSON, f'{{"comment_status": "{status}"}}'.encode()),
    }
    comments, thread, _, _ = await thread_of(page([], rest=True, form=""), pages)
    assert (comments, thread.state, thread.verdict) == ([], state, verdict)


async def test_hostile_rows_are_left_out():
    rows = b'[1, null, {"id": -4}, {"id": "x"}, {"id": 7, "status": "hold"}, {"id": true}, {"id": 2, "parent": "q", "date_gmt": 5}]'
    pages = {facts_url(1): (200, JSON | {"x-wp-total": "1"}, rows), include_url(2): rest_answer([], total=0)}
    comments, thread, _, _ = await thread_of(page(ROWS, rest=True), pages | {TOTAL_URL: rest_answer([], total=3)})
    assert (len(comments), thread.verdict) == (3, "complete")


def test_depths_of_circles_and_of_orphans_are_unknown():
    def fact(parent: str | None) -> Fact:
        return Fact(parent, 0, None, None, None, None, None, None)

    facts = {"1": fact(None), "2": fact("1"), "3": fact("4"), "4": fact("3"), "5": fact("99"), "6": fact("5")}
    assert depths(facts) == {"1": 1, "2": 2}


def test_a_chain_of_a_hundred_thousand_has_its_depths_without_recursion():
    facts = {str(n): Fact(str(n - 1) if n > 1 else None, 0, None, None, None, None, None, None) for n in range(100_000, 0, -1)}
    assert depths(facts)["100000"] == 100_000


async def test_a_failed_comment_page_stays_a_gap_even_where_the_api_has_its_comments():
    """Its pingbacks are nowhere else."""
    rows = [*ROWS, Row(4)]
    html = page(rows[3:], rest=True, link=comment_page_url(2), navigation=f'<a href="{comment_page_url(1)}">Older</a>')
    pages = {facts_url(1): rest_answer(rows, total=4), include_url(1, 2, 3): rest_answer(ROWS, total=3, whole=True)}
    comments, thread, _, _ = await thread_of(html, pages)
    assert (len(comments), thread.verdict) == (4, "partial")


async def test_a_comment_page_that_shows_nothing_new_is_no_gap_where_the_api_tells_of_every_comment():
    link = f'<nav><div class="nav-next"><a href="{comment_page_url(2)}#comments">Newer</a></div></nav>'
    first = page(ROWS[:2], rest=True, navigation=link)
    pages = {
        facts_url(1): rest_answer(ROWS, total=3),
        include_url(3): rest_answer(ROWS[2:], total=1, whole=True),
        comment_page_url(2): (200, HTML, first.encode()),
    }
    comments, thread, _, _ = await thread_of(first, pages)
    assert (len(comments), thread.verdict) == (3, "complete")
