"""Disqus: embeds as they are written, what the frame and the API say, and the key."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from kit import Answer, read
from scrapy import Request
from scrapy.http import HtmlResponse, Response
from service import Said, html_answer, json_answer, page_with
from services.disqus import FORUM, SECRET, THREAD, DisqusService, refusal

from archive.schema import Comment, Thread
from crawler.extract.document import Document
from crawler.systems.disqus import Disqus

PAGE = "https://news.example.org/a?page=1"
PLACE = '<div id="disqus_thread"></div>'
LOAD = "s.src = '//example-news.disqus.com/embed.js';"
WORDPRESS = (
    'var countVars = {"disqusShortname":"example-news"}; var embedVars = {"disqusConfig":{"integration":"wordpress 3.0.23"},'
    '"disqusIdentifier":"508 https:\\/\\/news.example.org\\/?p=508","disqusShortname":"example-news",'
    '"disqusTitle":"A","disqusUrl":"https:\\/\\/news.example.org\\/a\\/","postId":"508"};'
)
WORDPRESS_IDENT = "508 https://news.example.org/?p=508"


def refs(html: str) -> list[tuple[str, str | None, str | None]]:
    """Shortname, identifier and address of each thread."""
    document = Document(html, PAGE)
    system = Disqus()
    found = system.detect(document)
    assert not found or system.is_possible(document)
    asked = [parse_qs(urlsplit(ref.url).query) for ref in found]
    return [(ref.tenant, q.get("t_i", [None])[0], q.get("t_u", [None])[0]) for ref, q in zip(found, asked, strict=True)]


@pytest.mark.parametrize(
    ("embed", "identifier", "address"),
    [
        (f"{PLACE}<script>{LOAD}</script>", None, PAGE),
        (f"{PLACE}<script>var disqus_shortname = 'example-news'; dsq.src = '//' + disqus_shortname + '.disqus.com/embed.js';</script>", None, PAGE),
        (f"{PLACE}<script>var disqus_shortname='example-news', disqus_identifier='12', disqus_url='https://news.example.org/b';</script>", "12", "https://news.example.org/b"),
        (f"{PLACE}<script>/* var disqus_config = function () {{ this.page.url = 'PAGE_URL'; }}; */ {LOAD}</script>", None, PAGE),
        (f"{PLACE}<script>var disqus_config = function () {{ this.page.url = PAGE_URL; this.page.identifier = \"b-1\"; }}; {LOAD}</script>", "b-1", PAGE),
        (f"{PLACE}<script>var disqus_config = function () {{ this.page.url = '/relative'; }}; {LOAD}</script>", None, "https://news.example.org/relative"),
        (f'{PLACE}<script async src="https://Example-News.disqus.com/embed.js"></script>', None, PAGE),
        (f'{PLACE}<script type="text/plain" data-src="https://example-news.disqus.com/embed.js"></script>', None, PAGE),
        (f'{PLACE}<script data-rocket-src="https://example-news.disqus.com/embed.js?x=1"></script>', None, PAGE),
        (f'{PLACE}<script src="http://disqus.com/forums/example-news/embed.js"></script>', None, PAGE),
        (f'{PLACE}<script src="/app.js"></script><script src="//example-news.disqus.com/count.js"></script>', None, PAGE),
        (f"{PLACE}<script>{WORDPRESS}</script>", WORDPRESS_IDENT, "https://news.example.org/a/"),
        (f"<button>Show comments</button><script>{WORDPRESS}</script>", WORDPRESS_IDENT, "https://news.example.org/a/"),
        ('<div id="disqus_thread" data-disqus-shortname="example-news" data-disqus-identifier="9" data-disqus-url="https://news.example.org/c"></div>', "9", "https://news.example.org/c"),
        ('<div class="lazy" data-disqus-shortname="example-news" data-disqus-identifier="9"></div>', "9", PAGE),
        ('<div id="disqus_thread" data-shortname="example-news" data-identifier="9"></div>', "9", PAGE),
        (f"<script>var t = document.createElement('div'); t.id = 'disqus_thread'; {LOAD}</script>", None, PAGE),
        ("<div id=comments></div><script src='https://cdn.example.net/disqus.js'></script><script>new DisqusJS({shortname: 'example-news', identifier: x, url: y});</script>" + f"<script>{LOAD}</script>", None, PAGE),
        (f"{PLACE}<script>window.site = {{disqus: {{enabled: true, shortname: 'example-news'}}}};</script>", None, PAGE),
        ('<iframe src="https://disqus.com/embed/comments/?base=default&amp;f=example-news&amp;t_i=77&amp;t_u=https%3A%2F%2Fnews.example.org%2Fd"></iframe>', "77", "https://news.example.org/d"),
    ],
)  # fmt: skip
def test_every_way_to_embed_a_thread_is_found(embed: str, identifier: str | None, address: str) -> None:
    assert refs(page_with(embed)) == [("example-news", identifier, address)]


@pytest.mark.parametrize(
    "html",
    [
        "<script src='//example-news.disqus.com/count.js'></script><a href='/a#disqus_thread'>3 comments</a>",
        "<script>var disqus_shortname = 'example-news';</script><a href='#disqus_thread' data-disqus-identifier='1'>3</a>",
        "<script src='//example-news.disqus.com/recent_comments_widget.js?num_items=5'></script>",
        f"<script>var place = document.getElementById('disqus_thread'); if (place) {{ {LOAD} }}</script>",
        "<script>var disqus_shortname = 'example-news';</script><link rel='dns-prefetch' href='//example-news.disqus.com'>",
        '<script>{"commentsEnabled": true, "disqusShortname": ""}</script>',
        '<a class="count" data-disqus-shortname="example-news" data-disqus-identifier="9" href="/b">3</a>',
        '<a href="https://disqus.com/by/reader/">Disqus</a> <a href="https://blog.disqus.com/embed.js">about</a>',
    ],
)
def test_counters_widgets_and_links_are_no_thread(html: str) -> None:
    assert refs(page_with(html)) == []


async def test_a_place_without_a_forum_is_a_thread_that_cannot_be_read() -> None:
    html = page_with(f"{PLACE}<script src='/app.js'></script>")
    [(ref, comments, ledger)] = await read(Disqus(), html, PAGE)
    assert (ref.tenant, comments, ledger.verdict, ledger.stop_reason) == ("", [], "unknown", "error")
    assert "shortname" in (ledger.stop_detail or "")


async def harvest(
    service: DisqusService, answer: Answer | None = None, at: str = "", options: Any = None
) -> tuple[list[Comment], Thread, list[Request]]:
    """A harvest in which requests whose address holds ``at`` get another answer."""
    asked: list[Request] = []

    async def fetch(request: Request) -> Response:
        asked.append(request)
        found = answer if answer is not None and at in request.url else service.answer(request)
        status, headers, body = found or (404, {}, b"")
        return HtmlResponse(request.url, status=status, headers=dict(headers), body=body, request=request)

    system = Disqus(service.options if options is None else options)
    [(_, comments, ledger)] = await read(system, service.page(), service.url, fetch)
    return comments, ledger, asked


def long() -> DisqusService:
    return DisqusService(comments=[Said(id=str(n), at=1_600_000_000_000_000 + n * 1_000_000) for n in range(1, 131)])


async def test_the_frame_is_asked_as_a_browser_does_and_the_key_stays_out_of_every_row() -> None:
    comments, ledger, asked = await harvest(long())
    assert (len(comments), ledger.verdict, ledger.native_id) == (130, "complete", THREAD)
    assert asked[0].headers["Referer"] == DisqusService.url.encode()
    assert "api_key" not in asked[0].url
    assert all(SECRET in request.url for request in asked[1:])
    assert SECRET not in str(ledger) + str(comments)


async def test_without_a_key_a_short_thread_is_read_and_a_long_one_is_partial_and_names_the_setting() -> None:
    comments, ledger, _ = await harvest(DisqusService(comments=long().comments[:50]), options={})
    assert (len(comments), ledger.verdict) == (50, "complete")
    comments, ledger, asked = await harvest(long(), options={})
    assert (len(comments), ledger.verdict, ledger.stop_reason, len(asked)) == (50, "partial", "key", 1)
    assert "DISQUS_API_KEY" in (ledger.stop_detail or "")


@pytest.mark.parametrize(
    ("answer", "stop", "word"),
    [
        (refusal(5, f"Invalid API key {SECRET}"), "key", "DISQUS_API_KEY"),
        (refusal(13, "You have exceeded your rate limit"), "blocked", "rate limit"),
        (refusal(2, "Invalid argument, 'thread'"), "error", "Invalid argument"),
        (json_answer({"code": 15, "response": "Internal server error"}), "error", "Internal"),
        (json_answer({"odd": True}, 500), "error", "status 500"),
        (json_answer({"odd": True}, 429), "blocked", "status 429"),
        (json_answer({"code": 0, "response": []}), "error", "cursor.hasNext"),
    ],
)
async def test_what_the_api_says_instead_leaves_the_first_page_and_a_reason(
    answer: Answer, stop: str, word: str
) -> None:
    comments, ledger, _ = await harvest(long(), answer, "listPostsThreaded")
    assert (len(comments), ledger.verdict, ledger.stop_reason) == (50, "partial", stop)
    assert word in (ledger.stop_detail or "")
    assert SECRET not in str(ledger)


@pytest.mark.parametrize(
    "frame",
    [
        html_answer("<html><body>We were unable to load Disqus.</body></html>"),
        html_answer('<script type="text/json" id="disqus-threadData">{"code": 0, </script>'),
        html_answer('<script type="text/json" id="disqus-threadData">[]</script>'),
        html_answer(
            '<script type="text/json" id="disqus-threadData">{"code": 2, "response": "Unable to find forum"}</script>'
        ),
    ],
)
async def test_a_frame_without_a_thread_is_an_error_and_no_empty_thread(frame: Answer) -> None:
    comments, ledger, _ = await harvest(DisqusService(), frame, "embed")
    assert (comments, ledger.verdict, ledger.stop_reason) == ([], "unknown", "error")


def frame_with(data: dict[str, Any]) -> Answer:
    return html_answer(f'<script type="text/json" id="disqus-threadData">{json.dumps(data)}</script>')


def told(posts: list[dict[str, Any]], /, **thread: Any) -> dict[str, Any]:
    thread = {"id": THREAD, "link": "https://news.example.org/a", "posts": len(posts), "isClosed": False} | thread
    return {"code": 0, "cursor": {"hasNext": False}, "response": {"posts": posts, "thread": thread}}


def post(**fields: Any) -> dict[str, Any]:
    return DisqusService()._post(Said(id="1")) | fields


@pytest.mark.parametrize("key", sorted(post()))
async def test_a_key_that_is_gone_from_the_posts_is_noticed_or_does_not_matter(key: str) -> None:
    posts = [post(), post(id="2", parent=1, message="<p>Two</p>")]
    for one in posts:
        del one[key]
    comments, ledger, _ = await harvest(DisqusService(), frame_with(told(posts)), "embed", options={})
    rows = {comment.native_id: (comment.parent_native_id, comment.text, comment.author_name) for comment in comments}
    assert ledger.verdict != "complete" or rows == {"1": (None, "Hello", "Ada"), "2": ("1", "Two", "Ada")}


@pytest.mark.parametrize("key", ["id", "posts", "isClosed"])
async def test_a_key_that_is_gone_from_the_thread_is_noticed_or_does_not_matter(key: str) -> None:
    data = told([post()])
    del data["response"]["thread"][key]
    comments, ledger, _ = await harvest(DisqusService(), frame_with(data), "embed", options={})
    assert ledger.verdict != "complete" or len(comments) == 1


async def test_guests_deleted_edited_and_held_posts() -> None:
    guest = {"name": "Passer-by", "isAnonymous": True, "url": "https://guest.example.org/"}
    posts = [
        post(id="1", author=guest, isEdited=True, dislikes=2, isHighlighted=True),
        post(id="2", isDeleted=True, isApproved=False, message="", author=guest),
        post(id="3", isDeleted=True, isDeletedByAuthor=True, message=""),
        post(id="4", isApproved=False),
        post(id="5", isSpam=True),
        post(id="6", url="https://news.example.org/a#comment-6", message='<p>See <a href="https://disq.us/url?url=x">this</a></p><blockquote>that</blockquote>'),
    ]  # fmt: skip
    comments, ledger, _ = await harvest(DisqusService(), frame_with(told(posts, posts=2)), "embed", options={})
    assert [(c.native_id, c.status, c.author_kind, c.author_name) for c in comments] == [
        ("1", "visible", "guest", "Passer-by"),
        ("2", "removed", "deleted", None),
        ("3", "removed_by_author", "deleted", None),
        ("6", "visible", "registered", "Ada"),
    ]
    first, last = comments[0], comments[3]
    assert (first.is_edited, first.is_highlighted, first.dislike_count) == (True, True, 2)
    assert (first.author_id, first.author_url) == (None, "https://guest.example.org/")
    assert (first.published_at, first.published_precision) == (1_600_000_000_000_000, "s"), "a time without zone is UTC"
    assert (first.permalink, last.permalink) == (
        "https://news.example.org/a#comment-1",
        "https://news.example.org/a#comment-6",
    )
    assert last.text == "See this\n\nthat"
    assert (ledger.expected_scope, ledger.verdict) == ("visible", "complete")


async def test_replies_that_the_threaded_list_leaves_out_come_from_the_flat_one() -> None:
    class Cut(DisqusService):
        def _tree(self) -> list[Said]:
            return [said for said in super()._tree() if said.id != "7"]

        def _post(self, said: Said) -> dict[str, Any]:
            return super()._post(said) | {"hasMore": said.id == "6"}

    service = Cut(
        comments=[*(Said(id=str(n), at=1_600_000_000_000_000 + n) for n in range(1, 7)), Said(id="7", parent="6")]
    )
    comments, ledger, asked = await harvest(service)
    assert (len(comments), ledger.verdict) == (7, "complete")
    assert ledger.orders_walked == ["embed", "api:listPostsThreaded", "api:listPosts"]
    assert len(asked) == 3
    assert FORUM in asked[2].url
