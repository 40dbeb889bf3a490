"""The generic system within a visit: asked last, and only where no other system has read a comment."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest
from kit import NOW, answering
from scrapy.http import HtmlResponse

from crawler.systems import systems_of
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
