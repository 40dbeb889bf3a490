"""The Guardian's discussion: keys as pages write them, moderated comments, many replies, old discussions, errors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from kit import Answer, Web, read
from scrapy.http import TextResponse
from service import json_answer

from crawler.extract.document import Document
from crawler.schedule.due import KnownThread
from crawler.systems.answers import Answer as JsonAnswer
from crawler.systems.base import Exchange
from crawler.systems.guardian import Guardian

URL = "https://www.theguardian.com/science/2021/jul/07/a-video"
PAGE = '<script>window.guardian = {"config":{"page":{"isCommentable":true,"shortUrlId":"/p/h123"}}}</script>'
API = "https://discussion.theguardian.com/discussion-api"
FIRST = f"{API}/discussion/p/h123?orderBy=oldest&pageSize=100&displayThreaded=true&maxResponses=100&page=1"
FLAT = FIRST.replace("displayThreaded=true", "displayThreaded=false")


def row(native_id: int, parent: int | None = None, **more: Any) -> dict[str, Any]:
    answers = {} if parent is None else {"responseTo": {"displayName": "Ada", "commentId": str(parent)}}
    profile = {
        "userId": "77", "displayName": "Ada", "webUrl": "https://profile.theguardian.com/user/id/77", "badge": [],
        "avatar": "https://avatar.guim.co.uk/user/77", "secureAvatarUrl": "https://avatar.guim.co.uk/user/77",
    }  # fmt: skip
    return {
        "id": native_id, "body": "<p>Hi</p>", "isoDateTime": "2014-07-02T10:20:56Z", "status": "visible",
        "webUrl": f"https://discussion.theguardian.com/comment-permalink/{native_id}", "numRecommends": 3,
        "isHighlighted": False, "userProfile": profile, **answers, **more,
    }  # fmt: skip


def with_replies(native_id: int, *replies: dict[str, Any], count: int | None = None) -> dict[str, Any]:
    stated = len(replies) if count is None else count
    return row(native_id, responses=list(replies), metaData={"responseCount": stated})


def listed(*rows: dict[str, Any], count: int | None = None, pages: int = 1, is_closed: bool = False) -> Answer:
    stated = len(rows) if count is None else count
    found = {"commentCount": stated, "isClosedForComments": is_closed, "comments": list(rows)}
    return json_answer({"status": "ok", "pages": pages, "discussion": found})


def error(code: str, status: int = 200) -> Answer:
    return json_answer({"status": "error", "statusCode": 404, "message": "no", "errorCode": code}, status)


async def read_page(pages: Mapping[str, Answer]) -> tuple[list[Any], Any, Web]:
    web = Web(pages)
    [(_, comments, ledger)] = await read(Guardian(), PAGE, URL, web)
    return comments, ledger, web


@pytest.mark.parametrize(
    ("html", "key"),
    [
        (PAGE, "/p/h123"),
        ('<gu-island name="DiscussionWeb" props="{&quot;discussionApiUrl&quot;:&quot;x&quot;,&quot;shortUrlId&quot;:&quot;/p/39f5z&quot;}"></gu-island>', "/p/39f5z"),
        ('<gu-island name="DiscussionApps" props="{&quot;shortUrlId&quot;:&quot;p/39f5z&quot;}"></gu-island>', "/p/39f5z"),
        ('<gu-island name="CardCommentCount" props="{&quot;shortUrlId&quot;:&quot;/p/other&quot;}"></gu-island><gu-island name="DiscussionContainer" props="{&quot;shortUrlId&quot;:&quot;/p/own&quot;}"></gu-island>', "/p/own"),
        ('<div class="discussion" data-discussion-key="/p/4v8kk"></div>', "/p/4v8kk"),
        ('<script>{"isCommentable": true, "shortUrl": "https://www.theguardian.com/p/abc12"}</script>', "/p/abc12"),
    ],
)  # fmt: skip
def test_places_of_all_kinds_name_the_key(html, key):
    document = Document(html, URL)
    [ref] = Guardian().detect(document)
    assert Guardian().is_possible(document)
    assert (ref.tenant, ref.native_id, ref.url) == ("theguardian.com", key, f"{API}/discussion{key}")


@pytest.mark.parametrize(
    ("html", "url"),
    [
        ('<script>{"isCommentable":false,"shortUrlId":"/p/h123"}</script>', URL),
        ('<gu-island name="CardCommentCount" props="{}"></gu-island><div data-discussion-id="/p/x"></div>', URL),
        (PAGE, "https://news.example.org/2021/07/a-video/"),
        (PAGE, "https://theguardian.com.example.org/a"),
        (PAGE, "https://example.org/?u=https://www.theguardian.com/a"),
    ],
)
def test_pages_without_a_discussion_and_other_hosts_have_no_thread(html, url):
    assert Guardian().detect(Document(html, url)) == []


async def test_a_page_that_does_not_say_its_key_is_a_row_that_names_it():
    web = Web({})
    [(_, comments, ledger)] = await read(Guardian(), '<script>{"isCommentable":true}</script>', URL, web)
    assert (comments, web.asked, ledger.verdict) == ([], [], "unknown")
    assert "shortUrlId" in (ledger.stop_detail or "")


async def test_every_field_is_read_and_no_key_and_no_picture_is_sent_or_kept():
    staff = row(4)
    staff["userProfile"] = staff["userProfile"] | {"displayName": "Editor", "badge": [{"name": "Staff"}]}
    tops = [with_replies(1, row(2, 1, isHighlighted=True), row(3, 2)), staff]
    comments, ledger, web = await read_page({FIRST: listed(*tops, count=4)})
    assert [(one.native_id, one.parent_native_id, one.author_name, one.author_kind) for one in comments] == [
        ("1", None, "Ada", "registered"),
        ("2", "1", "Ada", "registered"),
        ("3", "2", "Ada", "registered"),
        ("4", None, "Editor", "staff"),
    ]
    first = comments[0]
    assert (first.author_id, first.author_url, first.permalink) == (
        "77", "https://profile.theguardian.com/user/id/77", "https://discussion.theguardian.com/comment-permalink/1",
    )  # fmt: skip
    assert (first.text, first.like_count, first.reply_count, first.published_at) == ("Hi", 3, 2, 1404296456_000_000)
    assert (comments[1].is_highlighted, first.is_edited, first.is_pinned) == (True, None, None)
    assert (ledger.verdict, ledger.state, web.asked) == ("complete", "open", [FIRST])
    assert "avatar" not in repr(comments)


async def test_the_notice_in_a_moderated_comment_is_not_its_text():
    rows = [row(1, status="blocked", body="This comment was removed by a moderator"), row(2, status="deleted", body="gone")]
    comments, ledger, _ = await read_page({FIRST: listed(*rows, is_closed=True)})
    assert [(one.status, one.text, one.author_name) for one in comments] == [
        ("removed_by_moderator", None, "Ada"),
        ("removed", None, "Ada"),
    ]
    assert (ledger.verdict, ledger.state, ledger.expected_scope) == ("complete", "closed", "all")


async def test_a_reply_that_does_not_say_what_it_answers_is_a_gap():
    comments, ledger, _ = await read_page({FIRST: listed(with_replies(1, row(2)), count=2)})
    assert ([one.native_id for one in comments], ledger.verdict) == (["1"], "partial")
    assert any("responseTo.commentId" in (gap["reason"] or "") for gap in ledger.gaps or [])


# --- more replies than come at once -----------------------------------------------------------------


WHOLE = f"{API}/comment/1?displayThreaded=true&displayResponses=true"


async def test_the_replies_that_did_not_come_are_asked_for():
    whole = json_answer({"status": "ok", "comment": with_replies(1, row(2, 1), row(3, 1))})
    pages = {FIRST: listed(with_replies(1, row(2, 1), count=2), count=3), WHOLE: whole}
    comments, ledger, web = await read_page(pages)
    assert ([one.native_id for one in comments], ledger.verdict) == (["1", "2", "3"], "complete")
    assert web.asked == [FIRST, WHOLE]


async def test_a_hundred_replies_of_an_unknown_number_may_be_cut():
    cut = row(1, responses=[row(number, 1) for number in range(2, 102)])
    whole = json_answer({"status": "ok", "comment": row(1, responses=[row(number, 1) for number in range(2, 105)])})
    comments, ledger, _ = await read_page({FIRST: listed(cut, count=104), WHOLE: whole})
    assert (len(comments), ledger.verdict) == (104, "complete")


@pytest.mark.parametrize("answer", [error("COMMENT_NOT_FOUND"), (500, {}, b""), json_answer([])])
async def test_replies_that_are_not_to_be_had_are_a_gap_of_their_comment(answer):
    pages = {FIRST: listed(with_replies(1, row(2, 1), count=2), row(9), count=4), WHOLE: answer}
    comments, ledger, _ = await read_page(pages)
    assert ([one.native_id for one in comments], ledger.verdict) == (["1", "2", "9"], "partial")
    assert [gap["expected"] for gap in ledger.gaps or [] if gap["parent"] == "1"] == [None, 2]


# --- old discussions and errors ----------------------------------------------------------------------


@pytest.mark.parametrize("status", [200, 400, 404])
async def test_an_old_discussion_is_read_without_threads(status):
    rows = [row(1, metaData={"responseCount": 2}), row(2, 1, metaData={"responseCount": 1}), row(3, 2)]
    pages = {FIRST: error("DISCUSSION_ONLY_AVAILABLE_IN_LINEAR_FORMAT", status), FLAT: listed(*rows)}
    comments, ledger, web = await read_page(pages)
    assert [(one.native_id, one.parent_native_id) for one in comments] == [("1", None), ("2", "1"), ("3", "2")]
    assert (web.asked, ledger.verdict) == ([FIRST, FLAT], "complete")


@pytest.mark.parametrize(("status", "verdict"), [(200, "unknown"), (404, "unknown"), (403, "blocked")])
async def test_an_error_is_no_empty_discussion(status, verdict):
    comments, ledger, web = await read_page({FIRST: error("DISCUSSION_NOT_FOUND", status)})
    assert (comments, ledger.verdict, web.asked) == ([], verdict, [FIRST])
    assert "DISCUSSION_NOT_FOUND" in (ledger.stop_detail or "") or f"status {status}" in (ledger.stop_detail or "")


async def test_an_old_discussion_that_fails_is_not_asked_for_again_and_again():
    linear = error("DISCUSSION_ONLY_AVAILABLE_IN_LINEAR_FORMAT")
    comments, ledger, web = await read_page({FIRST: linear, FLAT: linear})
    assert (comments, ledger.verdict, web.asked) == ([], "unknown", [FIRST, FLAT])


def test_counts_of_several_discussions_are_told_apart():
    threads = [KnownThread("guardian", "theguardian.com", key, "", "complete", 1, 1, ()) for key in ("/p/b", "/p/a", "/p/c")]
    assert (Guardian().count_request(threads) or {})["url"] == f"{API}/getCommentCounts?short-urls=%2Fp%2Fa%2C%2Fp%2Fb%2C%2Fp%2Fc"
    value = {"/p/a": 3, "/p/b": 0}
    answer = JsonAnswer(value, TextResponse(URL), Exchange("c", 0))
    assert Guardian().counts_of(answer, threads) == [0, 3, None]
