"""Waline: embeds as pages write them, and odd answers."""

from __future__ import annotations

from typing import Any

import pytest
from kit import answering, read
from scrapy import Request
from scrapy.http import Response, TextResponse
from service import json_answer

from crawler.extract.document import Document
from crawler.systems.waline import Waline

URL = "https://blog.example.org/2021/07/a%20video/"
HERE = "/2021/07/a video/"
SERVER = "https://w.example.org"
PLACE = '<div id="waline"></div>'
QUERY = "path=%2F2021%2F07%2Fa+video%2F&pageSize=100&page=1&sortBy=insertedAt_desc"
THREAD = f"{SERVER}/api/comment?{QUERY}"


def page(script: str, place: str = PLACE) -> str:
    return f"<!doctype html><title>A post</title><body><h1>A post</h1>{place}{script}"


def row(native_id: object, **more: Any) -> dict[str, Any]:
    return {
        "objectId": native_id, "nick": "Ada", "comment": "<p>Hi</p>", "link": "", "time": 1672531200000, "like": 0,
        "sticky": None, "user_id": None, "status": "approved", "children": [], **more,
    }  # fmt: skip


def listed(*rows: dict[str, Any], count: int | None = None) -> Any:
    total = len(rows) if count is None else count
    found = {"page": 1, "totalPages": 1, "pageSize": 100, "count": total, "data": list(rows)}
    return json_answer({"errno": 0, "errmsg": "", "data": found})


@pytest.mark.parametrize(
    ("html", "path"),
    [
        (page(f"<script>new Waline({{el: '#waline', serverURL: '{SERVER}'}})</script>"), HERE),
        (page(f"<script>Waline({{el: '#waline', path: '/p/1', serverURL: \"{SERVER}/\"}})</script>"), "/p/1"),
        (page(f"<script>window.Waline.init({{ serverURL: '{SERVER}', path: window.location.pathname, dark: 'auto' }})</script>"), HERE),
        (page(f"<script>Waline.init(Object.assign({{\"serverURL\":\"{SERVER}\",\"path\":\"window.location.pathname\"}}, {{el: '#waline', path: window.location.pathname}}))</script>"), HERE),
        (page(f"<script>Waline.init({{el:'#waline', path: location.pathname.replace(/\\/$/, ''), serverURL:'{SERVER}'}})</script>"), HERE[:-1]),
        (page("<script>Waline.init({el:'#waline', path: decodeURI(location.pathname), serverURL:'w.example.org'})</script>"), HERE),
        (page(f"<script type=module>import {{ init as start }} from 'https://unpkg.com/@waline/client@v3/dist/waline.js'; start({{ el: '#waline', serverURL: '{SERVER}' }})</script>"), HERE),
        (page(f"<script>import('https://unpkg.com/@waline/client@v3/dist/waline.js').then((m) => m.init({{el: document.getElementById('comments'), serverURL: '{SERVER}', path: '/x'}}))</script>", '<div id="comments"></div>'), "/x"),
        (page(f"<script>const serverURL = '{SERVER}'; Waline.init({{ el: '#waline', serverURL }})</script>"), HERE),
        (page(f"<script>function initWaline() {{ Waline.init({{ el: '#waline-wrap', serverURL: GLOBAL.waline.serverURL }}) }} var GLOBAL = {{waline: {{serverURL: '{SERVER}'}}}}</script>", '<div id="waline-wrap"></div>'), HERE),
        (page(f'<script>window.config = {{"comment": {{"waline": {{"el": "#waline", "serverURL": "{SERVER}", "pageSize": 5}}}}}}</script>'), HERE),
        (page(f'<script class="next-config" data-name="waline" type="application/json">{{"lang":"zh-CN","serverURL":"{SERVER}","path":"/p/2/"}}</script>'), "/p/2/"),
        (page("", f'<div class="waline" data-server-url="{SERVER}" data-lang="en"></div>'), HERE),
        (page("", f'<div id="waline-comments" data-serverurl="{SERVER}" data-path="/p/3"></div>'), "/p/3"),
        (page(f"<script>load(function () {{ var d = document.createElement('div'); d.id = 'w'; document.body.append(d); Waline.init({{el: '#w', serverURL: '{SERVER}'}}) }})</script>", ""), HERE),
    ],
)  # fmt: skip
def test_embeds_of_all_kinds_name_the_server_and_the_path(html, path):
    [ref] = Waline().detect(Document(html, URL))
    assert (ref.tenant, ref.native_id) == ("w.example.org", path)
    assert ref.url.startswith(f"{SERVER}/api/comment?path=")


@pytest.mark.parametrize(
    "html",
    [
        page(f"<script>Waline.init({{el: null, serverURL: '{SERVER}', comment: true}})</script>"),
        page(f"<script>Waline.commentCount({{serverURL: '{SERVER}', path: '/'}}); Waline.RecentComments({{serverURL: '{SERVER}', el: '#r'}})</script>"),
        page(f"<script>Waline.init({{el: '#waline', serverURL: '{SERVER}'}})</script>", "<p>home page of a theme</p>"),
        page(f"<script>// Waline.init({{el: '#waline', serverURL: '{SERVER}'}})\n/* new Waline({{serverURL: '{SERVER}'}}) */</script>"),
        page(f'<script>var CONFIG = {{"waline": {{"serverURL": "{SERVER}"}}}}</script>', '<span class="waline-comment-count" data-path="/"></span>'),
        page('<link rel="stylesheet" href="https://unpkg.com/@waline/client@v3/dist/waline.css"><script src="https://unpkg.com/@waline/client@v3/dist/waline.js"></script>'),
        page("<script>Waline.init({el: '#waline'})</script>"),
        page("<script>init({el: '#app'})</script><p>We use Waline.</p>"),
    ],
)  # fmt: skip
def test_counts_styles_comments_and_unused_code_are_no_thread(html):
    assert Waline().detect(Document(html, URL)) == []


def embedded(more: str = "") -> str:
    return page(f"<script>Waline.init({{el: '#waline', serverURL: '{SERVER}'{more}}})</script>")


async def test_every_field_is_read_and_the_private_ones_are_not_kept():
    first = row(
        "6123abc", link="example.org/me", user_id=7, type="administrator", sticky=True, like=3, addr="Region", os="X",
        mail="d41d8cd98f00b204e9800998ecf8427e", avatar="https://a.example.org/d41d8cd98f00b204e9800998ecf8427e", label="Boss",
        children=[
            row("2", pid="6123abc", rid="6123abc", link="//example.org/b", sticky=0),
            row("3", pid="2", rid="6123abc", link="http://example.org/c", user_id="u9"),
            row("4", pid="not shown", rid="6123abc"),
        ],
    )  # fmt: skip
    [(_, comments, ledger)] = await read(Waline(), embedded(), URL, {THREAD: listed(first, count=4)})
    assert [(one.native_id, one.parent_native_id, one.author_kind, one.author_url, one.is_pinned) for one in comments] == [
        ("6123abc", None, "staff", "https://example.org/me", True),
        ("2", "6123abc", "guest", "//example.org/b", False),
        ("3", "2", "registered", "http://example.org/c", False),
        ("4", "6123abc", "guest", None, False),
    ]
    assert (comments[0].like_count, comments[0].permalink) == (3, f"{URL}#6123abc")
    assert ledger.verdict == "complete"
    assert "d41d8cd9" not in repr(comments)
    assert "Region" not in repr(comments)


async def test_the_server_is_told_the_site_and_no_more():
    asked: list[Request] = []

    async def fetch(request: Request) -> Response:
        asked.append(request)
        status, headers, body = listed(row(1))
        return TextResponse(request.url, status=status, headers=dict(headers), body=body, request=request)

    await read(Waline(), embedded(), f"{URL}?secret=1", fetch)
    assert [request.headers["Referer"] for request in asked] == [b"https://blog.example.org/"]


async def test_a_thread_for_members_says_so():
    [(_, _, ledger)] = await read(Waline(), embedded(", login: 'force'"), URL, {THREAD: listed()})
    assert (ledger.state, ledger.verdict) == ("login", "none")


async def test_an_error_in_the_envelope_is_no_empty_thread():
    web = answering({THREAD: json_answer({"errno": 1001, "errmsg": {"path": "path can not be blank"}})})
    [(_, comments, ledger)] = await read(Waline(), embedded(), URL, web)
    assert (comments, ledger.verdict, ledger.stop_reason) == ([], "unknown", "error")
    assert "1001" in (ledger.stop_detail or "")


async def test_a_server_that_is_gone_is_not_an_old_one_with_nothing():
    gone = (404, {"content-type": "text/html"}, b"The deployment could not be found")
    web = answering({}, otherwise=gone)
    [(_, comments, ledger)] = await read(Waline(), embedded(), URL, web)
    assert web.asked == [THREAD, THREAD.replace("/api/", "/")]
    assert (comments, ledger.verdict) == ([], "unknown")


async def test_a_time_without_a_zone_may_be_any():
    old = row(1, insertedAt="2021-03-04 05:06:07")
    del old["time"]
    [(_, [comment], _)] = await read(Waline(), embedded(), URL, {THREAD: listed(old)})
    assert comment.published_raw == "2021-03-04 05:06:07"
    assert (comment.published_max or 0) - (comment.published_min or 0) > 20 * 3600 * 1_000_000


async def test_a_computed_path_under_which_nothing_lies_is_not_an_empty_thread():
    [(ref, _, ledger)] = await read(Waline(), embedded(", path: keyOf(post)"), URL, {THREAD: listed()})
    assert (ref.native_id, ledger.verdict) == (HERE, "unknown")
    assert "computes its path" in str(ledger.gaps)
    [(_, _, ledger)] = await read(Waline(), embedded(", path: keyOf(post)"), URL, {THREAD: listed(row(1))})
    assert ledger.verdict == "complete"
    [(_, _, ledger)] = await read(Waline(), embedded(), URL, {THREAD: listed()})
    assert ledger.verdict == "none"
