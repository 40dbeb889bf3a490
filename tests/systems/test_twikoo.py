"""Twikoo: embeds as pages write them, its cursor, its errors."""

from __future__ import annotations

import json
from typing import Any

import pytest
from kit import read
from scrapy import Request
from scrapy.http import Response, TextResponse
from service import json_answer

from crawler.extract.document import Document
from crawler.systems.twikoo import Twikoo

URL = "https://blog.example.org/2021/07/a%20video/"
HERE = "/2021/07/a%20video/"
SERVER = "https://t.example.org/.netlify/functions/twikoo"
PLACE = '<div id="tcomment"></div>'


def page(script: str, place: str = PLACE) -> str:
    return f"<!doctype html><title>A post</title><body><h1>A post</h1>{place}{script}"


def embedded(more: str = "", server: str = SERVER) -> str:
    return page(f"<script>twikoo.init({{envId: '{server}', el: '#tcomment'{more}}})</script>")


@pytest.mark.parametrize(
    ("html", "path"),
    [
        (embedded(), HERE),
        (embedded(", path: location.pathname"), HERE),
        (embedded(", path: 'window.location.pathname'"), HERE),
        (embedded(", path: '/p/1'"), "/p/1"),
        (embedded(", path: window.location.href"), URL),
        (page(f"<script>window.TWIKOO_MAGIC_PATH = '/magic'; twikoo.init({{envId: '{SERVER}', el: '#tcomment', path: keyOf(x)}})</script>"), "/magic"),
        (page(f"<script>load('twikoo.js').then(() => twikoo.init(Object.assign({{el: '#twikoo-wrap', envId: '{SERVER}', onCommentLoaded: f}}, null)))</script>", '<div id="twikoo-wrap"></div>'), HERE),
        (page(f'<script>window.config = {{"comment": {{"twikoo": {{"envId": "{SERVER}", "el": "#twikoo"}}}}}}</script>', '<div id="twikoo"></div>'), HERE),
        (page("", f'<div id="twikoo" data-twikoo-api-url="{SERVER}"></div>'), HERE),
        (page("", f'<div class="twikoo" data-env-id="{SERVER}" data-path="/p/2"></div>'), "/p/2"),
    ],
)  # fmt: skip
def test_embeds_of_all_kinds_name_the_function_and_the_path(html, path):
    [ref] = Twikoo().detect(Document(html, URL))
    assert (ref.url, ref.native_id, ref.problem) == (SERVER, path, None)
    assert ref.tenant == "t.example.org/.netlify/functions/twikoo"


@pytest.mark.parametrize(
    "html",
    [
        page(f"<script>twikoo.getCommentsCount({{envId: '{SERVER}', urls: ['/a'], includeReply: false}})</script>"),
        page(f"<script>twikoo.getRecentComments({{envId: '{SERVER}', pageSize: 5}})</script>"),
        page(f"<script>twikoo.init({{envId: '{SERVER}', el: '#tcomment'}})</script>", "<p>home page of a theme</p>"),
        page(f"<script>// twikoo.init({{envId: '{SERVER}'}})</script>"),
        page('<script src="https://cdn.example.org/twikoo@1.6/twikoo.all.min.js"></script>'),
        page("<script>twikoo.init({el: '#tcomment'})</script>"),
    ],
)  # fmt: skip
def test_counts_scripts_comments_and_unused_code_are_no_thread(html):
    assert Twikoo().detect(Document(html, URL)) == []


async def test_an_environment_of_the_cloud_is_named_and_not_an_empty_thread():
    [(ref, comments, ledger)] = await read(Twikoo(), embedded(server="twikoo-0g1a2b"), URL, {})
    assert (ref.tenant, comments, ledger.stop_reason, ledger.verdict) == ("twikoo-0g1a2b", [], "unsupported", "unknown")
    assert "CloudBase" in (ledger.stop_detail or "")


def row(native_id: str, **more: Any) -> dict[str, Any]:
    return {
        "id": native_id, "nick": "Ada", "comment": "<p>Hi</p>", "link": "", "created": 1672531200000, "ups": 0, "downs": 0,
        "like": 0, "replies": [], **more,
    }  # fmt: skip


class Function:
    """Answers events from a list of answers, the count from what it is told."""

    def __init__(self, *threads: dict[str, Any], counts: dict[str, Any] | None = None) -> None:
        self.threads = list(threads)
        self.counts = counts
        self.events: list[dict[str, Any]] = []

    async def __call__(self, request: Request) -> Response:
        event = json.loads(request.body)
        self.events.append(event)
        if event["event"] == "COMMENT_GET":
            value = self.threads.pop(0)
        else:
            value = {"code": 1001, "message": "update"} if self.counts is None else self.counts
        status, headers, body = json_answer(value)
        return TextResponse(request.url, status=status, headers=dict(headers), body=body, request=request)


async def test_every_field_is_read_and_the_private_ones_are_not_kept():
    first = row(
        "a", master=True, ups=3, downs=1, top=True, link="example.org/me", mailMd5="d41d8cd98f00b204e9800998ecf8427e", ipRegion="Region",
        replies=[row("b", pid="a", rid="a"), row("c", pid="b", rid="a"), row("d", pid="spam", rid="a"), row("e", pid="a", rid="a", isSpam=True)],
    )  # fmt: skip
    function = Function({"data": [first], "more": False, "count": 1}, counts={"data": [{"url": HERE, "count": 4}, {"url": HERE[:-1], "count": 0}]})
    [(_, comments, ledger)] = await read(Twikoo(), embedded(), URL, function)
    assert [(one.native_id, one.parent_native_id, one.author_kind) for one in comments] == [
        ("a", None, "staff"), ("b", "a", "guest"), ("c", "b", "guest"), ("d", "a", "guest"),
    ]  # fmt: skip
    one = comments[0]
    assert (one.like_count, one.dislike_count, one.is_pinned, one.author_url) == (3, 1, True, "https://example.org/me")
    assert (ledger.expected, ledger.verdict) == (4, "complete")
    assert "d41d8cd9" not in repr(comments)
    assert "Region" not in repr(comments)
    assert function.events[-1] == {"event": "GET_COMMENTS_COUNT", "urls": [HERE, HERE[:-1]], "includeReply": True}


async def test_replies_that_the_function_leaves_out_are_a_gap():
    """CloudBase gives a hundred replies of a page and no word about the rest."""
    replies = [row(f"r{number}", pid="a", rid="a") for number in range(100)]
    function = Function({"data": [row("a", replies=replies)], "more": False, "count": 1}, {"data": [], "more": False, "count": 1}, counts={"data": [{"url": HERE, "count": 131}]})
    [(_, comments, ledger)] = await read(Twikoo(), embedded(), URL, function)
    assert (len(comments), ledger.verdict) == (101, "partial")


async def test_a_server_without_counts_has_the_count_of_the_top_level():
    [(_, _, ledger)] = await read(Twikoo(), embedded(), URL, Function({"data": [row("a")], "more": False, "count": 1}))
    assert (ledger.expected_scope, ledger.verdict) == ("top", "complete")


async def test_comments_of_one_instant_on_two_pages_are_all_read():
    at = 1672531200000
    pages = [
        {"data": [row("a", created=at + 5), row("b", created=at)], "more": True, "count": 3},
        {"data": [row("c", created=at), row("b", created=at)], "more": False, "count": 3},
    ]
    function = Function(*pages)
    [(_, comments, ledger)] = await read(Twikoo(), embedded(), URL, function)
    assert ([one.native_id for one in comments], ledger.verdict) == (["a", "b", "c"], "complete")
    assert function.events[1]["before"] == at + 1


@pytest.mark.parametrize(
    ("answer", "reason", "verdict"),
    [
        ({"code": 1000, "message": "Too Many Requests"}, "blocked", "blocked"),
        ({"code": 1000, "message": "database is down"}, "error", "unknown"),
        ({"data": [], "message": "url is missing"}, "error", "unknown"),
        ({"code": 0, "message": "Twikoo runs"}, "error", "unknown"),
    ],
)
async def test_errors_in_answers_with_status_200_are_no_empty_thread(answer, reason, verdict):
    [(_, comments, ledger)] = await read(Twikoo(), embedded(), URL, Function(answer))
    assert (comments, ledger.stop_reason, ledger.verdict) == ([], reason, verdict)


async def test_a_computed_path_under_which_nothing_lies_is_not_an_empty_thread():
    nothing = {"data": [], "more": False, "count": 0}
    [(_, _, ledger)] = await read(Twikoo(), embedded(", path: keyOf(post)"), URL, Function(nothing))
    assert ledger.verdict == "unknown"
    [(_, _, ledger)] = await read(Twikoo(), embedded(), URL, Function(nothing))
    assert ledger.verdict == "none"
