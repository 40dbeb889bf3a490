"""Which address in a page its script asks for the comments: one whole address that speaks of them and of this page."""

from __future__ import annotations

import pytest

from crawler.extract.document import Document
from crawler.systems.around.asked import asked_for

URL = "https://town.example/2024/harbour-bridge.html"

KNOWN = [
    ('fetch("/api/comments?post=5")', "/api/comments?post=5"),
    ("$.get('/comments/load/44', show)", "/comments/load/44"),
    ('window.app = {"commentsUrl": "\\/posts\\/44\\/comments?order=new\\u0026page=1"}', "/posts/44/comments?order=new&page=1"),
    ('load("https://town.example/api/v1/articles/harbour-bridge/comments")', "/api/v1/articles/harbour-bridge/comments"),
    ('load("/kommentare/44"); like("/kommentare/44/like"); send("/kommentare/44/create")', "/kommentare/44"),
    ('load("/comments/66aa10c2f7e1")', "/comments/66aa10c2f7e1"),
]  # fmt: skip


@pytest.mark.parametrize(("script", "address"), KNOWN)
def test_the_address_of_this_pages_comments_is_known(script, address):
    page = Document(f'<div id="comments"></div><script>{script}</script>', URL)
    assert asked_for(page) == f"https://town.example{address}"


@pytest.mark.parametrize(
    "place",
    [
        """<div id="comments" x-init="list = await (await fetch('/comments/44')).json()"></div>""",
        """<div data-props='{"comments": {"url": "\\/comments\\/44"}}'><div id="comments"></div></div>""",
        '<section data-controller="comments" data-comments-url-value="/comments/44"></section>',
    ],
)
def test_an_attribute_may_have_it(place):
    assert asked_for(Document(place, URL)) == "https://town.example/comments/44"


OTHERS = [
    'fetch("/api/comments")',
    'fetch("/api/v1/comments?page=1&limit=20")',
    'fetch("/api/comments/" + id)',
    'fetch("/api/comments?post=5" + more)',
    'fetch(base + "/comments/44")',
    'fetch(base+"/comments/44")',
    "fetch(`/comments/44`)",
    "fetch('/comments/${44}')",
    'fetch("/comments/44"); fetch("/comments/45")',
    'fetch("https://talk.example.org/comments/44")',
    'fetch("/stories/44")',
    'fetch("/comments/44/delete")',
    'fetch("/recent-comments/44")',
    'import("/static/comments.44.js")',
]


@pytest.mark.parametrize("script", OTHERS)
def test_what_is_no_address_of_this_pages_comments_alone_is_not_asked(script):
    assert asked_for(Document(f'<div id="comments"></div><script>{script}</script>', URL)) is None
