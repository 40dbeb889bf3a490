"""Discourse: embeds as they are written, a forum's own pages, and posts that are no plain comment."""

from __future__ import annotations

import json
from html import escape
from typing import Any

import pytest
from kit import Answer, answering, read
from service import html_answer, json_answer, page_with
from services.discourse import ROOT, TOPIC, DiscourseService

from crawler.extract.document import Document
from crawler.systems.discourse import Discourse

PAGE = "https://blog.example.org/2021/a-post.html"
FRAME = f"{ROOT}embed/comments?embed_url=https%3A%2F%2Fblog.example.org%2F2021%2Fa-post.html"


def refs(html: str, url: str = PAGE) -> list[tuple[str | None, str]]:
    document = Document(html, url)
    system = Discourse()
    found = system.detect(document)
    assert not found or system.is_possible(document)
    return [(ref.native_id, ref.url) for ref in found]


@pytest.mark.parametrize(
    ("embed", "topic", "url"),
    [
        (f"<script>DiscourseEmbed = {{ discourseUrl: '{ROOT}', discourseEmbedUrl: '{PAGE}' }};</script>", None, FRAME),
        (f"<script>var discourseUrl = \"{ROOT}\", discourseEmbedUrl = '{PAGE}';</script>", None, FRAME),
        (f"<script>DiscourseEmbed={{discourseUrl:'{ROOT}',discourseEmbedUrl:window.location.href}}</script>", None, FRAME),
        ("<script>window.DiscourseEmbed = {discourseUrl: `https://forum.example.org`, topicId: 12}</script>", "12", f"{ROOT}t/12"),
        ("<script>DiscourseEmbed = {\"discourseUrl\": \"https:\\/\\/forum.example.org\\/\", \"topicId\": '12'}</script>", "12", f"{ROOT}t/12"),
        (f'<iframe id="discourse-embed-frame" src="{FRAME}"></iframe>', None, FRAME),
        (f'<iframe data-src="{ROOT}embed/comments?topic_id=12&full_app=true"></iframe>', "12", f"{ROOT}t/12"),
        (f'<h3>Discuss at <a class="wpdc-discourse-topic-link" href="{ROOT}t/a-post/12">forum</a></h3><i class="discourse">', "12", f"{ROOT}t/12"),
        ("<script>DiscourseEmbed = {discourseUrl: 'https://example.org/forum/', topicId: 12}</script>", "12", "https://example.org/forum/t/12"),
    ],
)  # fmt: skip
def test_every_way_to_embed_a_topic_is_found(embed: str, topic: str | None, url: str) -> None:
    assert refs(page_with(f'<div id="discourse-comments"></div>{embed}')) == [(topic, url)]


@pytest.mark.parametrize(
    "html",
    [
        "<script>// DiscourseEmbed = { discourseUrl: 'https://forum.example.org/', topicId: 12 }</script>",
        "<script src='https://forum.example.org/javascripts/embed-topics.js'></script><d-topics-list discourse-url='x'>",
        '<a href="https://forum.example.org/t/a-post/12">Discourse</a>',
        '<script>link = "https://forum.example.org/#discourse-comments"; DiscourseCount = {}</script>',
    ],
)
def test_a_link_a_list_of_topics_and_a_counter_are_no_thread(html: str) -> None:
    assert refs(page_with(html)) == []


GENERATOR = '<meta name="generator" content="Discourse 3.2.0 - https://github.com/discourse/discourse version 1a2b">'


@pytest.mark.parametrize(
    ("head", "url", "topic", "address"),
    [
        (GENERATOR, f"{ROOT}t/a-video/2144", "2144", f"{ROOT}t/2144"),
        (GENERATOR, f"{ROOT}t/a-video/2144/35?u=ada", "2144", f"{ROOT}t/2144"),
        (GENERATOR, f"{ROOT}t/2144/35", "2144", f"{ROOT}t/2144"),
        (GENERATOR, f"{ROOT}t/2024-in-review/2144?page=2", "2144", f"{ROOT}t/2144"),
        (GENERATOR, f"{ROOT}n/a-video/2144", "2144", f"{ROOT}t/2144"),
        ('<meta id="data-discourse-setup" data-base-uri="/forum">', "https://example.org/forum/t/a/7", "7", "https://example.org/forum/t/7"),
        (f'{GENERATOR}<meta name="discourse-base-uri" content="/talk">', "https://example.org/talk/t/a/7/2", "7", "https://example.org/talk/t/7"),
    ],
)  # fmt: skip
def test_a_forums_own_page_is_its_topic(head: str, url: str, topic: str, address: str) -> None:
    assert refs(page_with("", head=head), url) == [(topic, address)]


@pytest.mark.parametrize("path", ["", "latest", "c/news/5", "u/ada/summary", "tag/t", "t/a-video"])
def test_other_pages_of_a_forum_hold_no_thread(path: str) -> None:
    assert refs(page_with("", head=GENERATOR), ROOT + path) == []


def topic_of(posts: list[dict[str, Any]], **fields: Any) -> dict[str, Any]:
    stream = {"posts": posts, "stream": [post["id"] for post in posts]}
    return {"post_stream": stream, "id": TOPIC, "posts_count": len(posts), "user_id": 7, "closed": False} | fields


def post(number: int, **fields: Any) -> dict[str, Any]:
    row = {
        "id": 100 + number,
        "username": "ada",
        "user_id": 9,
        "created_at": "2021-03-04T05:06:07.890Z",
        "updated_at": "2021-03-04T05:09:07.890Z",
        "cooked": f"<p>Post {number}</p>",
        "post_number": number,
        "post_type": 1,
        "reply_to_post_number": None,
        "version": 1,
        "actions_summary": [],
    }
    return row | fields


TOPIC_PAGE = page_with("", head=GENERATOR)


async def topic(posts: list[dict[str, Any]], **fields: Any) -> Any:
    web = answering({f"{ROOT}t/{TOPIC}.json": json_answer(topic_of(posts, **fields))})
    [(_, comments, ledger)] = await read(Discourse(), TOPIC_PAGE, f"{ROOT}t/a-video/{TOPIC}", web)
    return comments, ledger


async def test_posts_that_are_no_plain_comment() -> None:
    comments, ledger = await topic(
        [
            post(1, user_id=7),
            post(2, post_type=3, action_code="closed.enabled", cooked=""),
            post(3, post_type=2, staff=True, cooked="<p>Please stay on topic.</p>"),
            post(4, user_deleted=True, cooked="<p>(post deleted by author)</p>"),
            post(5, hidden=True, cooked_hidden=True, cooked="<p>This post was flagged.</p>"),
            post(6, hidden=True, can_see_hidden_post=True),
            post(7, username=None, user_id=None, reply_to_post_number=2),
            post(8, user_id=7, reply_to_post_number=1, version=3, actions_summary=[{"id": 2, "count": 4}, {"id": 5}]),
            post(9, accepted_answer=True, reply_to_post_number=99),
        ],
        closed=True,
    )
    told = {comment.native_id: (comment.status, comment.text, comment.author_kind) for comment in comments}
    assert told == {
        "3": ("visible", "Please stay on topic.", "staff"),
        "4": ("removed_by_author", None, "registered"),
        "5": ("removed", None, "registered"),
        "6": ("visible", "Post 6", "registered"),
        "7": ("visible", "Post 7", "deleted"),
        "8": ("visible", "Post 8", "page_author"),
        "9": ("visible", "Post 9", "registered"),
    }
    assert [comment.parent_native_id for comment in comments] == [None, None, None, None, "2", None, "99"]
    by_id = {comment.native_id: comment for comment in comments}
    assert (by_id["8"].is_edited, by_id["8"].edited_at, by_id["8"].like_count) == (True, 1614834547890000, 4)
    assert (by_id["3"].is_edited, by_id["3"].edited_at, by_id["3"].like_count) == (False, None, 0)
    assert by_id["9"].is_highlighted is True
    assert by_id["9"].permalink == f"{ROOT}t/{TOPIC}/9"
    assert (ledger.state, ledger.expected, ledger.verdict) == ("closed", 7, "complete")


async def test_a_quotation_keeps_its_text_without_the_name_of_the_quoted() -> None:
    quote = (
        '<aside class="quote no-group" data-username="bob" data-post="2"><div class="title"><div class="quote-controls">'
        '</div><img class="avatar" src="a.png"> bob:</div><blockquote><p>Really?</p></blockquote></aside><p>Yes.</p>'
        '<div class="lightbox-wrapper"><a class="lightbox" href="a.png"><img src="a.png"><div class="meta">'
        '<span class="filename">a.png</span><span class="informations">690x388 50 KB</span></div></a></div>'
    )
    [comment], _ = await topic([post(1), post(2, cooked=quote)])
    assert comment.text == "Really?\n\nYes."
    assert "bob:" in (comment.text_html or "")


async def test_the_pages_own_state_saves_the_first_request() -> None:
    preloaded = escape(json.dumps({f"topic_{TOPIC}": json.dumps(topic_of([post(1), post(2)]))}))
    html = page_with(f'<div class="hidden" id="data-preloaded" data-preloaded="{preloaded}"></div>', head=GENERATOR)
    [(_, comments, ledger)] = await read(Discourse(), html, f"{ROOT}t/a-video/{TOPIC}")
    assert ([comment.text for comment in comments], ledger.requests, ledger.verdict) == (["Post 2"], 0, "complete")


@pytest.mark.parametrize("state", ["{", "[]", "{}", json.dumps({f"topic_{TOPIC}": "{"})])
async def test_a_broken_state_is_not_relied_upon(state: str) -> None:
    html = page_with(f'<div id="data-preloaded" data-preloaded="{escape(state)}"></div>', head=GENERATOR)
    web = answering({f"{ROOT}t/{TOPIC}.json": json_answer(topic_of([post(1), post(2)]))})
    [(_, comments, ledger)] = await read(Discourse(), html, f"{ROOT}t/a-video/{TOPIC}", web)
    assert (len(comments), ledger.requests, ledger.verdict) == (1, 1, "complete")


async def embedded(frame: Answer) -> Any:
    service = DiscourseService()
    address = f"{ROOT}embed/comments?embed_url=https%3A%2F%2Fnews.example.org%2F2021%2F07%2Fa-video%2F"
    [(ref, comments, ledger)] = await read(Discourse(), service.page(), service.url, answering({address: frame}))
    return ref, comments, ledger


async def test_a_page_whose_topic_does_not_exist_yet_has_no_comments() -> None:
    ref, comments, ledger = await embedded(html_answer('<header data-embed-state="loading"><h3>Loading</h3></header>'))
    assert (ref.native_id, comments, ledger.verdict, ledger.state) == (None, [], "none", "open")


async def test_a_frame_without_a_topic_is_an_error_and_no_empty_thread() -> None:
    _, comments, ledger = await embedded(
        html_answer('<h3>Error</h3><a href="https://forum.example.org/t/other/9">x</a>')
    )
    assert (comments, ledger.verdict, ledger.stop_reason) == ([], "unknown", "error")


PLUGIN = (
    '<div class="wpdc-comments-loading" id="wpdc-comments" data-post-id="508"></div><script>var wpdc = '
    '{"commentsURL":"https:\\/\\/blog.example.org\\/wp-json\\/wp-discourse\\/v1\\/discourse-comments"};</script>'
)
LATER = "https://blog.example.org/wp-json/wp-discourse/v1/discourse-comments?post_id=508"


async def test_comments_that_the_wordpress_plugin_loads_later_name_the_topic() -> None:
    markup = (
        f'<ol class="comment-list"></ol><a class="wpdc-discourse-topic-link" href="{ROOT}t/a-video/{TOPIC}">forum</a>'
    )
    pages = {LATER: json_answer(markup), f"{ROOT}t/{TOPIC}.json": json_answer(topic_of([post(1), post(2)]))}
    [(ref, comments, ledger)] = await read(Discourse(), page_with(PLUGIN), PAGE, answering(pages))
    assert (ref.tenant, ref.native_id, ref.url) == ("forum.example.org", str(TOPIC), f"{ROOT}t/{TOPIC}")
    assert (len(comments), ledger.tenant, ledger.verdict) == (1, "forum.example.org", "complete")


@pytest.mark.parametrize("value", ["<p>Comments are not available.</p>", 0, {"code": "rest_no_route"}])
async def test_an_answer_of_the_plugin_without_a_topic_is_no_empty_thread(value: Any) -> None:
    [(_, comments, ledger)] = await read(Discourse(), page_with(PLUGIN), PAGE, answering({LATER: json_answer(value)}))
    assert (comments, ledger.verdict, ledger.stop_reason) == ([], "unknown", "error")


async def test_a_forum_behind_a_login_is_blocked() -> None:
    web = answering({f"{ROOT}t/{TOPIC}.json": json_answer({"errors": ["Log in."], "error_type": "not_logged_in"}, 403)})
    [(_, comments, ledger)] = await read(Discourse(), TOPIC_PAGE, f"{ROOT}t/a-video/{TOPIC}", web)
    assert (comments, ledger.verdict, ledger.stop_reason) == ([], "blocked", "blocked")
