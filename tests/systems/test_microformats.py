"""microformats2: which responses are comments, whose properties are whose, and what is no thread."""

from __future__ import annotations

import pytest
from kit import read

from crawler.extract.document import Document
from crawler.systems.microformats import Microformats

URL = "https://ada.example/2021/07/a-note"
SYSTEM = Microformats()


def entry(inner: str) -> str:
    return f'<!doctype html><body><article class="h-entry"><div class="p-author h-card"><a class="p-name u-url" href="/">Ada</a></div><div class="e-content">A note</div>{inner}</article></body>'


def cite(text: str, *, classes: str = "u-comment h-cite", more: str = "") -> str:
    return f'<div class="{classes}"><span class="p-author h-card"><a class="u-url p-name" href="https://bo.example/">Bo</a></span><a class="u-url" href="https://bo.example/{text}"><time class="dt-published" datetime="2021-07-20T08:15:30+02:00">x</time></a><div class="e-content"><p>{text}</p></div>{more}</div>'


async def only(html: str):
    [(ref, comments, ledger)] = await read(SYSTEM, html, URL)
    return ref, comments, ledger


async def test_a_reply_has_its_own_author_time_address_and_text_and_not_those_of_the_page():
    _, [comment], ledger = await only(entry(cite("hello")))
    assert (comment.author_name, comment.author_url, comment.text, comment.text_html) == ("Bo", "https://bo.example/", "hello", "<p>hello</p>")
    assert comment.native_id == comment.permalink == "https://bo.example/hello"
    assert (comment.published_at, comment.id_kind, ledger.verdict) == (1_626_761_730_000_000, "native", "complete")


async def test_a_reply_that_stands_on_the_page_twice_is_one_and_keeps_its_id():
    _, comments, _ = await only(entry(cite("said-once") + cite("said-once")))
    assert [(c.native_id, c.text) for c in comments] == [("https://bo.example/said-once", "said-once")]


@pytest.mark.parametrize(
    "response",
    [
        cite("liked", classes="u-like h-cite"),
        cite("liked", classes="p-like h-cite"),
        cite("shared", classes="u-repost h-cite"),
        cite("saved", classes="u-bookmark h-cite"),
        cite("named", classes="u-mention h-cite"),
        cite("liked", more=f'<a class="u-like-of" href="{URL}"></a>'),
        cite("coming", more='<data class="p-rsvp" value="yes">is coming</data>'),
        '<div class="u-comment h-cite"></div>',
    ],
)
async def test_likes_reposts_bookmarks_and_mentions_are_no_comments(response):
    assert SYSTEM.detect(Document(entry(response), URL)) == []
    _, comments, _ = await only(entry(response + cite("hello")))
    assert [c.text for c in comments] == ["hello"]


async def test_replies_in_replies_keep_their_order_and_their_parents():
    html = entry(cite("one", more=cite("two", more=cite("three"))) + cite("four"))
    _, comments, _ = await only(html)
    assert [(c.text, (c.parent_native_id or "").rpartition("/")[2]) for c in comments] == [("one", ""), ("two", "one"), ("three", "two"), ("four", "")]


async def test_a_feed_of_replies_and_an_entry_that_names_the_page_are_comments():
    feed = '<section class="h-feed replies">' + cite("one", classes="h-entry") + "</section>"
    named = cite("two", classes="h-entry", more=f'<a class="u-in-reply-to" href="{URL}/#x">in reply to</a>')
    _, comments, _ = await only(entry(feed) + named)
    assert [c.text for c in comments] == ["one", "two"]


async def test_names_and_texts_may_be_implied_or_short():
    html = entry(
        '<li class="p-comment h-cite" id="c7"><img class="u-author h-card" alt="Cy" src="/c.png"><p class="p-name">short</p><time class="dt-published">2021-07-20 08:15</time></li>'
        '<li class="p-comment h-cite"><span class="p-author">Di</span><p class="p-content">plain</p><p class="p-content">again</p></li>'
    )
    _, [first, second], _ = await only(html)
    assert (first.author_name, first.text, first.native_id, first.permalink) == ("Cy", "short", "c7", f"{URL}#c7")
    assert first.published_min < first.published_at < first.published_max
    assert (second.author_name, second.text, second.id_kind, second.permalink) == ("Di", "plain", "surrogate", None)


@pytest.mark.parametrize(
    "html",
    [
        entry(""),
        entry('<a class="u-in-reply-to" href="https://other.example/post">in reply to</a>'),
        '<main class="h-feed">' + cite("a", classes="h-entry") + cite("b", classes="h-entry") + "</main>",
        entry('<blockquote class="u-quotation-of h-cite"><p class="e-content">quoted</p></blockquote>'),
        '<ul class="hfeed"><li class="hentry comment">x</li></ul><code>u-comment h-cite</code>',
    ],
)
def test_posts_feeds_of_posts_and_quotations_are_no_thread(html):
    assert SYSTEM.detect(Document(html, URL)) == []
