"""WordPress: which pages hold a thread, whose it is, in what state, and how many comments the page states."""

from __future__ import annotations

import pytest
from kit import read
from wordpress_site import BASE, FORM, POST, Row, page

from crawler.extract.document import Document
from crawler.systems.wordpress import WordPress
from crawler.systems.wordpress.items import find_items
from crawler.systems.wordpress.locales import locales
from crawler.systems.wordpress.page import heading_count, post_id, stated_count, tenant

SYSTEM = WordPress()


def refs(html: str):
    return SYSTEM.detect(Document(html, POST))


MUST_LOG_IN = '<div id="respond"><p class="must-log-in">You must be <a href="/wp-login.php">logged in</a></p></div>'
JETPACK = '<div id="respond"><form id="commentform"><iframe class="jetpack_remote_comment"></iframe></form></div>'


@pytest.mark.parametrize(
    ("form", "rows", "state"),
    [
        (FORM, [], "open"),
        (FORM, [Row(1)], "open"),
        (JETPACK, [Row(1)], "open"),
        ('<p class="no-comments">Comments are closed.</p>', [Row(1)], "closed"),
        ("<p>Kommentare sind geschlossen.</p>", [Row(1)], "closed"),
        (MUST_LOG_IN, [Row(1)], "login"),
        ("", [Row(1)], "unknown"),
    ],
)
def test_the_state_is_what_a_visitor_is_told(form, rows, state):
    (ref,) = refs(page(rows, form=form))
    assert ref.state == state


def test_a_closed_thread_without_comments_is_still_the_posts_where_the_page_says_no_more():
    closed = '<p class="nocomments">Comments are closed.</p>'  # theme-compat/comments.php
    (ref,) = refs(f'<html><body class="single postid-14"><h1>Bridge</h1>{closed}</body></html>')
    assert (ref.native_id, ref.state) == ("14", "closed")
    assert not refs(f'<html><body class="archive"><h1>Bridges</h1>{closed}{closed}</body></html>')


@pytest.mark.parametrize("locale", [name for name, entry in locales().items() if entry.get("closed")])
def test_comments_are_closed_in_every_locale(locale):
    (ref,) = refs(page([Row(1)], form=f"<p>{locales()[locale]['closed']}.</p>"))
    assert ref.state == "closed"


async def test_a_closed_thread_an_empty_one_and_a_locked_one_have_different_verdicts():
    locked = '<form class="post-password-form"><input name="post_password"></form>'
    verdicts = []
    for form in (FORM, '<p class="no-comments">Comments are closed.</p>', locked):
        ((_, comments, thread),) = await read(SYSTEM, page([], form=form), POST)
        assert comments == []
        verdicts.append((thread.state, thread.verdict))
    assert verdicts == [("open", "none"), ("closed", "closed"), ("password", "blocked")]


@pytest.mark.parametrize(
    "html",
    [
        "<html><body><p>Nothing here</p></body></html>",
        # another system with the same ids
        '<body><ul class="pm-ul-comments"><li id="comment-1">x</li></ul></body>',
        '<body><div id="comments"><article class="comment" id="comment-1"><h3>x</h3></article></div></body>',
        # a list of posts
        f'<body class="home blog"><link rel="https://api.w.org/" href="{BASE}/wp-json/"><div id="comments"></div></body>',
        # a post without a place for comments
        f'<body class="single postid-14"><link rel="https://api.w.org/" href="{BASE}/wp-json/"><p>x</p></body>',
    ],
)
def test_pages_without_a_thread_of_wordpress_have_none(html):
    assert refs(html) == []


@pytest.mark.parametrize(
    ("head", "body_class", "form", "wanted"),
    [
        ("", "postid-77", "", "77"),
        ("", "page-id-78", "", "78"),
        ("", "", '<input name="comment_post_ID" value="79">', "79"),
        (f'<link rel="shortlink" href="{BASE}/?p=80">', "", "", "80"),
        (f'<link rel="alternate" type="application/json" href="{BASE}/wp-json/wp/v2/video/81">', "", "", "81"),
        (f'<link rel="alternate" type="application/json" href="{BASE}/?rest_route=/wp/v2/posts/82">', "", "", "82"),
        ("", "", '<a class="comment-reply-link" data-postid="83">Reply</a>', "83"),
        ("", "postid-x", '<input name="comment_post_ID" value="0">', None),
    ],
)
def test_the_post_id_is_found_wherever_wordpress_prints_it(head, body_class, form, wanted):
    html = f'<html><head>{head}</head><body class="{body_class}"><div id="comments">{form}</div></body></html>'
    assert post_id(Document(html, POST)) == wanted


@pytest.mark.parametrize(
    ("html", "url", "wanted"),
    [
        ("<p>", "https://Video.Example.org/a/", "video.example.org"),
        ("<p>", "http://127.0.0.1:8104/a/", "127.0.0.1:8104"),
        ('<link rel="https://api.w.org/" href="https://example.org/blog/wp-json/">', "https://example.org/blog/a/", "example.org/blog"),
        ('<link rel="https://api.w.org/" href="https://example.org/index.php/wp-json/">', "https://example.org/a/", "example.org"),
        ('<link rel="https://api.w.org/" href="https://example.org/blog/?rest_route=/">', "https://example.org/blog/?p=1", "example.org/blog"),
        ('<link rel="alternate" href="https://example.org/en/comments/feed/">', "https://example.org/en/a/", "example.org/en"),
        ('<script src="/blog/wp-includes/js/x.js"></script>', "https://example.org/blog/a/", "example.org/blog"),
        # WordPress lives in a folder that its addresses do not show
        ('<script src="/core/wp-includes/js/x.js"></script>', "https://example.org/a/", "example.org"),
        ('<script src="https://cdn.example.net/wp-includes/js/x.js"></script>', "https://example.org/a/", "example.org"),
    ],
)  # fmt: skip
def test_the_tenant_is_the_host_and_the_folder_of_the_installation(html, url, wanted):
    assert tenant(Document(html, url)) == wanted


@pytest.mark.parametrize(
    ("heading", "title", "wanted"),
    [
        ("13 comments", "", 13),
        ("13 thoughts on “Top 10 hacks of 2021”", "", 13),
        ("13 Antworten auf „Die 7 Samurai“", "", 13),
        ("“10 hacks”へのコメント 13件", "", 13),
        ("10 hacks: 13 responses", "10 hacks", 13),
        ("1,204 Comments", "", 1204),
        ("One thought on “10 hacks”", "", 1),
        ("Ein Gedanke zu „Hack“", "", 1),
        ("No Comments", "", 0),
        ("Keine Kommentare", "", 0),
        ("Comments", "", None),
        ("10 hacks: 13 responses", "", None),
        ("Leave a comment on 24 hours of hacks", "24 hours of hacks", None),
        ("", "", None),
        ("5 Pingbacks", "", None),
        ("2 Trackbacks/Pingbacks", "", None),
        ("3 thoughts on “How pingbacks work”", "", 3),
    ],
)
def test_a_heading_counts_what_it_says_and_not_what_the_title_says(heading, title, wanted):
    assert heading_count(heading, title, "en") == wanted


@pytest.mark.parametrize(
    "stated",
    [
        '<script type="application/ld+json">{"@type": "Article", "commentCount": "21"}</script>',
        '<meta itemprop="commentCount" content="21">',
        '<meta itemprop="interactionCount" content="UserComments:21">',
    ],
)
def test_metadata_states_the_count_where_no_heading_does(stated):
    document = Document(page([Row(1)], head=stated), POST)
    assert stated_count(document, find_items(document), "en") == 21


def test_a_heading_inside_a_comment_states_nothing():
    document = Document(page([Row(1, body="<h3>99 comments</h3>")]), POST)
    assert stated_count(document, find_items(document), "en") is None


@pytest.mark.parametrize("place", ['<div id="disqus_thread"></div>', '<div class="fb-comments"></div>'])
def test_a_place_that_another_service_fills_is_no_thread_of_wordpress_although_its_database_has_copies(place):
    html = f'<link rel="https://api.w.org/" href="/wp-json/"><body class="single-post postid-9"><div id="comments"><div id="respond">{place}</div></div>'
    assert WordPress().detect(Document(html, "https://blog.example.org/lake/")) == []
