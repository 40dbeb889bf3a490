"""The generic system within a visit: asked last, and only where no other system has read a comment."""

from __future__ import annotations

import json
from itertools import count
from pathlib import Path

import pytest
from kit import NOW, answering, read
from scrapy.http import HtmlResponse

from crawler.systems import systems_of
from crawler.systems.generic.system import Generic
from crawler.systems.reading import Limits
from crawler.visit import Circumstances, visit
from pipelines.identify import Identify

FIXTURES = Path(__file__).with_name("fixtures") / "generic"
URL = "https://town.example/bridge/"
THREAD = "".join(
    f'<div class="comment"><b class="author">Reader {n}</b> <i class="date">2020-05-{n + 10} 10:00</i>'
    f'<p class="text">This is what reader number {n} has to say about the new bridge.</p></div>'
    for n in (1, 2, 3)
)


async def captures_of(html):
    ids, identify = count(), Identify()
    around = Circumstances(
        fetch=answering({}), clock=lambda: NOW, new_id=lambda: str(next(ids)), systems=systems_of({}), limits=Limits()
    )
    captures = []
    async for capture in visit(HtmlResponse(URL, body=html.encode()), around, URL):
        identify.identify(capture)
        captures.append(capture)
    return captures


@pytest.mark.parametrize(("threshold", "told"), [(0.0, True), (1.1, None)])
async def test_who_judges_a_page_is_told_of_a_thread_that_is_not_believed_that_it_is_doubtful(monkeypatch, threshold, told):
    monkeypatch.setattr("crawler.systems.generic.system.THRESHOLD", threshold)
    asked = []
    around = Circumstances(
        fetch=answering({}), clock=lambda: NOW, new_id=count().__next__, systems=systems_of({}), limits=Limits(),
        judge=lambda _, has_thread: asked.append(has_thread()),
    )  # fmt: skip
    captures = [capture async for capture in visit(HtmlResponse(URL, body=THREAD.encode()), around, URL)]
    assert asked == [told]
    assert [c.thread.system for c in captures if c.thread is not None] == ["generic"], "the ledger names it in any case"


async def systems_that_read(html):
    return [(c.thread.system, c.thread.verdict) for c in await captures_of(html) if c.thread is not None]


async def test_answers_without_ids_in_the_markup_are_linked_to_their_parents():
    html = (FIXTURES / "nested-lists" / "page.html").read_text("utf-8").replace(' id="r90', ' data-x="')
    [comments] = [capture.comments for capture in await captures_of(html) if capture.comments]
    assert [comment.id_kind for comment in comments] == ["surrogate"] * 3
    assert [comment.native_id for comment in comments] == [None] * 3
    assert [comment.parent_id for comment in comments] == [None, comments[0].comment_id, None]
    assert [comment.depth for comment in comments] == [1, 2, 1]


async def test_a_page_whose_comments_a_known_system_reads_is_not_searched():
    item = '<li class="comment" id="comment-7"><b class="fn">A</b><div class="comment-content"><p>Seven</p></div></li>'
    html = f'<body class="single-post postid-9"><div id="comments"><ol class="comment-list">{item}</ol></div>{THREAD}</body>'
    assert [system for system, _ in await systems_that_read(html)] == ["wordpress"]


async def test_a_page_that_a_known_system_claims_and_cannot_read_is_searched():
    html = f'<body class="single-post postid-9"><div id="comments"><p>x</p><form id="commentform"></form>{THREAD}</div></body>'
    read = await systems_that_read(html.replace('<form id="commentform"></form>', '<link rel="https://api.w.org/" href="/wp-json/">'))
    assert read[-1] == ("generic", "complete")


SCRIPT = '<script src="/app.js"></script>'


@pytest.mark.parametrize(
    ("place", "expected", "verdict"),
    [
        ('<div id="comments-root" data-article="44"></div>', None, "unknown"),
        ('<section id="comments-area"><div data-comment-count="12"></div></section>', 12, "partial"),
        ('<script type="application/ld+json">{"@type": "NewsArticle", "commentCount": 12}</script>', 12, "partial"),
    ],
)
async def test_a_page_whose_comments_a_script_brings_is_not_one_without_comments(place, expected, verdict):
    captures = await captures_of(f"<main><h1>The bridge</h1><p>It is open.</p>{place}</main>{SCRIPT}")
    [ledger] = [capture.thread for capture in captures if capture.thread is not None]
    assert (ledger.system, ledger.captured, ledger.expected, ledger.verdict) == ("generic", 0, expected, verdict)
    assert captures[-1].page.comments_state == "unknown"


async def test_the_empty_place_of_a_known_thread_is_no_second_one():
    place = '<div id="comments"><div id="vk_comments"></div></div>'
    assert await systems_that_read(f"<main><h1>The bridge</h1>{place}</main>{SCRIPT}") == [("vk", "unknown")]


FORM = '<div id="respond"><form id="commentform"></form></div>'


async def test_a_thread_that_is_counted_as_empty_ends_the_search():
    html = f'<body class="single-post postid-9"><div id="comments"><h2 class="comments-title">0 comments</h2>{FORM}</div>{THREAD}</body>'
    assert await systems_that_read(html) == [("wordpress", "none")]


@pytest.mark.parametrize("form", [FORM, '<div id="respond"><p class="no-comments">Comments are closed.</p></div>'])
async def test_a_form_or_a_closed_note_is_no_proof_that_there_is_no_comment_where_the_page_shows_some(form):
    html = f'<body class="single-post postid-9"><div id="comments">{THREAD}{form}</div></body>'
    assert await systems_that_read(html) == [("wordpress", "unknown"), ("generic", "complete")]
    assert (await systems_that_read(html.replace(THREAD, "")))[0][1] in ("none", "closed")


async def test_a_system_that_fails_while_it_looks_for_a_thread_costs_the_page_nothing_and_is_named(monkeypatch):
    from crawler.systems.isso import Isso

    def broken(self, document):
        raise ValueError("no such luck")

    monkeypatch.setattr(Isso, "detect", broken)
    captures = await captures_of(f'<title>A page</title><section id="isso-thread"></section>{THREAD}')
    ledgers = {capture.thread.system: capture.thread for capture in captures if capture.thread is not None}
    assert (ledgers["isso"].verdict, ledgers["isso"].stop_reason) == ("unknown", "error")
    assert "no such luck" in ledgers["isso"].stop_detail
    assert captures[-1].page.title == "A page"
    assert ledgers["generic"].captured == 3


async def test_a_doubtful_thread_is_named_alone_and_not_beside_one_that_is_known_and_not_read():
    counted = "<p>A bridge.</p><button>Show 12 comments</button>"
    assert await systems_that_read(f"<body>{counted}</body>") == [("generic", "partial")]
    form = '<form id="commentform"><input type="hidden" name="comment_post_ID" value="9"></form>'
    html = f'<body class="single-post postid-9">{counted}<div id="comments"><div id="respond">{form}</div></div></body>'
    assert await systems_that_read(html) == [("wordpress", "partial")]


PLACES = {
    "a frame": '<iframe id="comments-frame" src="/talk/44"></iframe>',
    "a frame of Turbo": '<turbo-frame id="comments" src="/talk/44"></turbo-frame>',
    "a part that htmx asks for": '<div id="comments-area" hx-get="/talk/44" hx-trigger="revealed">Loading…</div>',
    "an address of an interface": '<div id="comments" data-source="main" data-comments-endpoint="/talk/44"></div>',
    "an element of its own": '<town-comments api="../talk/44" source="main" url="talk"></town-comments>',
    "what its script asks for": """<div id="comments"></div><script>$("#comments").load("/talk/44?kind=comments")</script>""",
    "the same in JSON": """<div id="comments"></div><script>var town = {"comments": "\\/talk\\/44?kind=comments"}</script>""",
    "an attribute of another element": '<div data-comments-path="/talk/44?kind=comments"><div id="comments"></div></div>',
    "a control": '<a class="more" href="/bridge/talk/44" onclick="return open_talk(this)">Show 3 comments</a>',
    "a heading and a place": '<h2>3 comments</h2><section class="comments" data-url="/talk/44"></section>',
    "a page of their own": '<p><a href="/bridge/comments/">3 comments</a></p>',
}


async def elsewhere(place, answer):
    """The ledgers and comments of a page, a script on it, whose comments stand at an address of their own."""
    html = f"<main><h1>The bridge</h1><p>It is open.</p>{place}</main>{SCRIPT}"
    page = answer if isinstance(answer, tuple) else (200, {"content-type": "text/html"}, f"<html><body>{answer}</body></html>".encode())
    web = answering({f"https://town.example/{path}": page for path in ("talk/44", "talk/44?kind=comments", "bridge/talk/44", "bridge/comments/")})
    ids = count()
    around = Circumstances(
        fetch=web, clock=lambda: NOW, new_id=lambda: str(next(ids)), systems=systems_of({}), limits=Limits()
    )
    captures = [capture async for capture in visit(HtmlResponse(URL, body=html.encode()), around, URL)]
    [ledger] = [capture.thread for capture in captures if capture.thread is not None]
    return ledger, [comment for capture in captures for comment in capture.comments], web.asked


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
async def test_comments_that_a_page_shows_elsewhere_on_its_site_are_read_there(place):
    ledger, comments, asked = await elsewhere(place, THREAD)
    assert [comment.author_name for comment in comments] == ["Reader 1", "Reader 2", "Reader 3"]
    assert (ledger.verdict, ledger.captured, ledger.requests, [ledger.url]) == ("complete", 3, 1, asked)


@pytest.mark.parametrize(
    ("answer", "verdict", "gap"),
    [
        ('<p>No comments yet.</p><form><textarea name="text"></textarea></form>', "none", None),
        ("<p hidden>No comments yet.</p><p>One moment.</p>", "unknown", "no comment could be read on 1 further pages"),
        ("<p>No comments yet.</p><button>Show comments</button>", "unknown", "no comment could be read on 1 further pages"),
        ("<p>Please try again later.</p>", "unknown", "no comment could be read on 1 further pages"),
    ],
)
async def test_what_answers_there_instead_of_comments_decides_whether_there_are_none(answer, verdict, gap):
    ledger, comments, _ = await elsewhere(PLACES["a frame of Turbo"], answer)
    assert (ledger.verdict, comments) == (verdict, [])
    assert (gap is None) == (not ledger.gaps)
    assert gap is None or gap in [one["reason"] for one in ledger.gaps]


ROWS = [
    {"id": 70 + n, "user": {"name": f"Reader {n}"}, "text": f"The bridge is open, {n}.", "created_at": f"2026-09-0{n}T08:00:00Z"}
    for n in range(1, 4)
]  # fmt: skip
ANSWERS = {
    "markup": ({"success": True, "data": {"html": THREAD, "count": 3}}, "complete"),
    "commands": ([{"command": "insert", "selector": "#comments", "data": THREAD}], "complete"),
    "a list": (ROWS, "partial"),
    "a counted list": ({"status": "ok", "data": {"items": ROWS, "total": 3}}, "complete"),
    "a list of which there is more": ({"results": ROWS, "total": 9, "has_more": True}, "partial"),
    "a list that ends": ({"comments": ROWS, "next": None}, "complete"),
    "a list by other words": ({"kommentare": [{"id": row["id"], "autor": row["user"]["name"], "inhalt": row["text"], "datum": row["created_at"]} for row in ROWS]}, "partial"),
    "objects by their ids": ({row["id"]: {"nickname": row["user"]["name"], "contents": row["text"], "regdate": row["created_at"]} for row in ROWS}, "partial"),
    "answers in a list": ({"result": {"rows": [{**ROWS[0], "replyList": ROWS[1:]}], "total": "3"}}, "complete"),
    "the story with its list": ({"data": {"id": 5, "title": "The bridge", "body": "It is open.", "author": "Town", "created_at": ROWS[0]["created_at"], "comments": ROWS}}, "partial"),
    "nothing": ({"comments": [], "total": 0}, "none"),
    "nothing in an envelope": ({"code": 200, "message": "success", "data": []}, "none"),
    "nothing, as it failed": ({"success": False, "comments": []}, "unknown"),
    "nothing of nine": ({"comments": [], "total": 9}, "unknown"),
    "a comment alone": ({"comment": {**ROWS[0], "replies": []}}, "unknown"),
    "another thing": ({"error": "log in"}, "unknown"),
    "a story": ({"data": {"post": {"id": 1, **ROWS[0]}, "list": []}}, "unknown"),
    "an array of stories beside none": ({"data": {"posts": ROWS, "comments": []}}, "unknown"),
}  # fmt: skip


@pytest.mark.parametrize(("answer", "verdict"), ANSWERS.values(), ids=ANSWERS)
async def test_a_place_that_is_answered_with_json_is_filled_with_the_comments_in_it(answer, verdict):
    page = (200, {"content-type": "application/json"}, json.dumps(answer).encode())
    ledger, comments, asked = await elsewhere('<div id="comments" data-url="/talk/44"></div>', page)
    expected = ["Reader 1", "Reader 2", "Reader 3"] if verdict in ("complete", "partial") else []
    assert ([comment.author_name for comment in comments], ledger.verdict) == (expected, verdict)
    assert asked == ["https://town.example/talk/44"]
    assert not expected or ledger.url == asked[0]


async def test_a_list_that_breaks_off_is_not_read_by_half():
    whole = json.dumps({"comments": [{**row, "replies": []} for row in ROWS]}).encode()
    for end in range(20, len(whole) - 1, 7):
        page = (200, {"content-type": "application/json"}, whole[:end])
        ledger, comments, _ = await elsewhere('<div id="comments" data-url="/talk/44"></div>', page)
        assert (ledger.verdict, comments) == ("unknown", []), whole[:end][-30:]


PAGES = {
    "Django REST framework": (
        {"count": 3, "next": "/talk/44?page=2", "results": ROWS[:2]},
        {"count": 3, "next": None, "results": ROWS[2:]},
    ),
    "Laravel": (
        {"current_page": 1, "data": ROWS[:2], "next_page_url": "/talk/44?page=2", "last_page": 2},
        {"current_page": 2, "data": ROWS[2:], "next_page_url": None, "last_page": 2},
    ),
    "pages by number": (
        {"code": 0, "data": {"list": ROWS[:2], "pageNum": 1, "pages": 2}},
        {"code": 0, "data": {"list": ROWS[2:], "pageNum": 2, "pages": 2}},
    ),
    "Spring's, from 0": (
        {"content": ROWS[:2], "number": 1, "totalPages": 3, "last": False},
        {"content": ROWS[2:], "number": 2, "totalPages": 3, "last": True},
    ),
}


@pytest.mark.parametrize(("first", "rest"), PAGES.values(), ids=PAGES)
async def test_the_rest_of_a_list_is_read_at_the_address_that_it_names(first, rest):
    pages = {
        f"https://town.example/talk/44{query}": (200, {"content-type": "application/json"}, json.dumps(value).encode())
        for query, value in (("", first), ("?page=2", rest))
    }
    html = f'<main><h1>The bridge</h1><p>It is open.</p><div id="comments" data-url="/talk/44"></div></main>{SCRIPT}'
    [(_, comments, ledger)] = await read(Generic(), html, URL, answering(pages))
    assert [comment.native_id for comment in comments] == ["71", "72", "73"]
    assert (ledger.verdict, ledger.requests) == ("complete", 2)
    again = {**pages, "https://town.example/talk/44?page=2": pages["https://town.example/talk/44"]}
    [(_, comments, ledger)] = await read(Generic(), html, URL, answering(again))
    assert ([comment.native_id for comment in comments], ledger.verdict) == (["71", "72"], "partial")
    broken = {**pages, "https://town.example/talk/44?page=2": (500, {}, b"")}
    [(_, comments, ledger)] = await read(Generic(), html, URL, answering(broken))
    assert ([comment.native_id for comment in comments], ledger.verdict) == (["71", "72"], "partial")


async def test_an_address_on_another_site_is_not_asked_for_comments():
    foreign = PLACES["a frame"].replace('"/talk/44"', '"https://talk.example.org/44"')
    ledger, _, asked = await elsewhere(foreign, THREAD)
    assert (ledger.verdict, asked) == ("unknown", [])
