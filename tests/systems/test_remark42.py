"""Remark42: the ways it is embedded, and what is special about its answers."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from kit import answering, read
from scrapy import Request
from scrapy.http import TextResponse

from crawler.extract.document import Document
from crawler.systems.base import ThreadRef
from crawler.systems.remark42 import Remark42

PAGE = "https://blog.example.org/2021/a-post/?utm_source=x#top"
SYSTEM = Remark42()
PLACE = '<div id="remark42">Comments loading...</div>'


def detect(html: str) -> list[ThreadRef]:
    document = Document(f"<!doctype html><html><head></head><body>{html}</body></html>", PAGE)
    return SYSTEM.detect(document) if SYSTEM.is_possible(document) else []


@pytest.mark.parametrize(
    "html",
    [
        f"{PLACE}<script>var remark_config = {{ host: 'https://r.example.org', site_id: 'blog' }}</script>",
        (
            f'<script>window.remark_config = window.remark_config || {{}};remark_config.host="https://r.example.org/";'
            f'remark_config.site_id="blog";</script>{PLACE}'
        ),
        f'{PLACE}<script type="application/json">{{"remark_config": {{"host": "https://r.example.org", "site_id": "blog"}}}}</script>',
        f"{PLACE}<script>remark_config={{host:'https://r.example.org',site_id:'blog',url:location.origin+location.pathname}}</script>",
        "<section></section><script>REMARK42.createInstance({node: el, host: 'https://r.example.org', site_id: 'blog'})</script>",
        (
            '<div id="remark42"><iframe src="https://r.example.org/web/iframe.html?host=https%3A%2F%2Fr.example.org&amp;site_id=blog&amp;'
            'url=https%3A%2F%2Fblog.example.org%2F2021%2Fa-post%2F"></iframe></div><script>let remark_config = make()</script>'
        ),
        f"{PLACE}<script>var remark_config = {{host: HOST, site_id: 'blog'}}</script><script src='https://r.example.org/web/embed.mjs'></script>",
    ],
)
def test_each_way_of_embedding_it_is_known(html):
    (ref,) = detect(html)
    assert (ref.tenant, ref.native_id) == ("blog@r.example.org", "https://blog.example.org/2021/a-post/")
    assert (ref.url, ref.problem) == ("https://r.example.org/api/v1/find", None)


def test_a_server_in_a_folder_and_a_stated_address_are_taken_as_they_are():
    (ref,) = detect(f"<script>var remark_config = {{host: '/remark', url: 'post-7#x'}}</script>{PLACE}")
    assert (ref.tenant, ref.native_id) == ("remark@blog.example.org/remark", "post-7")


@pytest.mark.parametrize(
    "html",
    [
        (
            "<script>var remark_config = {host: 'https://r.example.org', site_id: 'blog', components: ['counter']}</script>"
            '<span class="remark42__counter" data-url="https://blog.example.org/"></span>'
        ),
        '<div class="remark42__last-comments" data-max="50"></div><script>remark_config = {host: "https://r.example.org"}</script>',
        PLACE,
        "<p>We use remark42 and remark_config.</p>",
        '<link rel="stylesheet" href="/css/remark42.css">',
    ],
)
def test_counters_last_comments_and_mentions_are_no_thread(html):
    assert detect(html) == []


async def test_a_server_that_only_a_script_knows_is_a_row_that_says_so():
    html = f"{PLACE}<script>var remark_config = {{host: process.env.HOST, site_id: 'blog'}}</script>"
    ((ref, comments, ledger),) = await read(SYSTEM, html, PAGE)
    assert (ref.native_id, comments, ledger.stop_reason, ledger.verdict) == (None, [], "unsupported", "unknown")
    assert "compute" in (ledger.stop_detail or "")


def row(native_id: str, **fields: object) -> dict[str, object]:
    user = {"name": "Ada", "id": "google_1", "picture": "", "admin": False}
    base = {"id": native_id, "pid": "", "text": "<p>Hi</p>", "user": user, "score": 0, "vote": 0}
    return base | {"locator": {"url": "https://b.example/"}, "time": "2021-03-01T10:00:00.5-05:00"} | fields


async def comments_of(*rows: dict[str, object], **info: object):
    answer = json.dumps({"comments": rows, "info": {"url": "u", "count": len(rows), **info}}).encode()
    html = f"{PLACE}<script>var remark_config = {{host: 'https://r.example.org', site_id: 'blog'}}</script>"
    web = answering({}, (200, {"content-type": "application/json"}, answer))
    ((_, comments, ledger),) = await read(SYSTEM, html, PAGE, web)
    return comments, ledger


async def test_authors_have_kinds_and_no_hashes_of_addresses():
    users = [
        {"name": "Tom &amp; J&lt;", "id": "anonymous_1f", "admin": False},
        {"name": "Mod", "id": "github_2", "admin": True},
        {"name": "Eve", "id": "email_da39a3ee5e6b4b0d3255bfef95601890afd80709", "admin": False, "verified": True},
    ]
    comments, ledger = await comments_of(*(row(str(n), user=user) for n, user in enumerate(users)))
    assert [(c.author_name, c.author_id, c.author_kind) for c in comments] == [
        ("Tom & J<", "anonymous_1f", "guest"),
        ("Mod", "github_2", "staff"),
        ("Eve", None, "registered"),
    ]
    assert ledger.verdict == "complete"


async def test_zones_fractions_scores_and_links_are_kept():
    (comment,), _ = await comments_of(row("a", score=-3, time="2021-03-01T10:00:00.123456789-05:00"))
    assert comment.published_at == 1_614_610_800_123_456
    assert (comment.like_count, comment.permalink) == (-3, "https://b.example/#remark42__comment-a")


async def test_a_server_without_limits_sends_all_at_once():
    """Before 1.14 there is no `count_left`; a removed comment is not counted."""
    comments, ledger = await comments_of(*(row(str(n)) for n in range(700)), row("x", delete=True, text=""), count=700)
    assert (len(comments), ledger.requests, ledger.verdict, ledger.expected_scope) == (701, 1, "complete", "visible")
    assert (comments[-1].status, comments[-1].text, comments[-1].author_name) == ("removed", None, None)


async def test_where_the_script_makes_the_address_the_likely_ones_are_tried():
    """Sites cut the slash at the end so that both forms share a thread."""
    asked = []

    async def fetch(request: Request) -> TextResponse:
        url = parse_qs(urlsplit(request.url).query)["url"][0]
        asked.append(url)
        rows = [row("1")] if url == "https://blog.example.org/2021/a-post" else []
        body = json.dumps({"comments": rows, "info": {"count": len(rows)}}).encode()
        return TextResponse(request.url, body=body, headers={"content-type": "application/json"}, request=request)

    head = '<link rel="canonical" href="https://www.blog.example.org/2021/a-post/">'
    html = f"{head}{PLACE}<script>remark_config = {{host: 'https://r.example.org', url: `${{u}}`}}</script>"
    ((ref, comments, ledger),) = await read(SYSTEM, html, PAGE, fetch)
    assert asked == [
        "https://blog.example.org/2021/a-post/",
        "https://www.blog.example.org/2021/a-post/",
        "https://blog.example.org/2021/a-post",
    ]
    assert (ref.native_id, len(comments), ledger.verdict) == ("https://blog.example.org/2021/a-post", 1, "complete")
