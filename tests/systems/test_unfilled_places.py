"""A page whose comments only a script brings is not one without comments: its empty place for them says so."""

from __future__ import annotations

import pytest

from crawler.extract.document import Document
from crawler.systems.around.unfilled import unfilled

URL = "https://town.example/2024/bridge"
STORY = "<h1>The bridge</h1><p>The council has agreed to build a bridge over the harbour, after years of talk.</p>"
SCRIPT = '<script src="/static/app.js"></script>'


def page(place: str, head: str = "") -> Document:
    """An article with a place below it, and a script."""
    return Document(f"<html><head>{head}</head><body><main>{STORY}{place}</main>{SCRIPT}</body></html>", URL)


PLACES = [
    ('<div id="comments"></div>', "comments"),
    ('<section class="comments-section"><div class="skeleton"></div></section>', "comments-section"),
    ('<div id="town-comments" data-article="44"></div>', "town-comments"),
    ('<div id="newscomments"></div>', "newscomments"),
    ('<div id="comment-section"></div>', "comment-section"),
    ('<div id="commentPlaceholder"></div>', "commentPlaceholder"),
    ('<div id="comments-6846dbac"></div>', "comments-6846dbac"),
    ("<x-comments></x-comments>", "x-comments"),
    ('<div id="kommentare"></div>', "kommentare"),
    ('<div id="article-reacties"></div>', "article-reacties"),
    ('<div id="Комментарии"></div>', "Комментарии"),
    ('<div id="comments"></div><form id="mail"><textarea name="text"></textarea></form>', "comments"),
    ('<div id="comments">Loading…</div>', "comments"),
    ('<div id="comments"><p>Wird geladen...</p></div>', "comments"),
]


@pytest.mark.parametrize(("place", "name"), PLACES)
def test_an_empty_place_for_comments_is_named(place, name):
    found = unfilled(page(place))
    assert found is not None
    assert found.reason == f"the page shows no comments, and has an empty place for them: {name!r}"


OTHERS = [
    "",
    '<div id="comments"><p>Nobody has written anything about this yet.</p></div>',
    '<div id="comments"><a href="/login">Log in</a></div>',
    '<div id="comments"></div><form class="comment-form"><textarea name="text"></textarea></form>',
    '<div id="comments"></div><form><textarea placeholder="Your comment"></textarea></form>',
    '<div class="comment-count"></div><div class="comments-link"></div><span id="comments"></span>',
    '<div id="most-comments"></div><div id="ad-below-comments"></div><div id="comments-disabled"></div>',
    '<div id="latest-comments"></div><div class="comment-form-wrapper"></div><div class="comment-avatar"></div>',
    '<div class="comments-wrapper"></div>' * 3,
    '<div style="display: none"><div id="comments"></div></div>',
    '<div id="comments" data-comment-count="0" data-country="44"></div>',
    '<div class="conversation"></div>',
    '<a id="comments"></a><hr class="comments">',
]


@pytest.mark.parametrize("place", OTHERS)
def test_what_is_filled_already_or_another_thing_is_no_place_for_comments(place):
    assert unfilled(page(place)) is None


def test_a_page_without_scripts_has_nobody_to_fill_the_place():
    assert unfilled(Document(f'<main>{STORY}<div id="comments"></div></main>', URL)) is None


def test_a_theme_of_wordpress_prints_its_list_though_nobody_may_comment():
    head = '<link rel="stylesheet" href="/wp-content/themes/town/style.css">'
    assert unfilled(page('<div id="comments" class="comments-area"></div>', head)) is None
    assert unfilled(page('<div id="town-comments-app"></div>', head)) is not None


def test_a_frame_for_comments_is_one_though_the_page_has_no_script():
    found = unfilled(Document(f'<main>{STORY}<iframe id="comments-frame" src="/talk/44"></iframe></main>', URL))
    assert found is not None
    assert "'comments-frame'" in found.reason


HEADINGS = [
    ("<section><h2>Comments</h2><div data-island=talk></div></section>", "Comments"),
    ("<details><summary>Kommentare</summary><div></div></details>", "Kommentare"),
    ('<div><div class="title"><h3>Join the conversation</h3></div><div class="body"></div></div>', "Join the conversation"),
]


@pytest.mark.parametrize(("place", "heading"), HEADINGS)
def test_a_heading_of_comments_with_nothing_below_it_is_one_over_an_empty_place(place, heading):
    found = unfilled(page(place))
    assert found is not None
    assert found.reason == f"the page shows no comments, and has a heading over an empty place for them: {heading!r}"


@pytest.mark.parametrize(
    "place",
    [
        "<section><h2>Comments</h2><p>Nobody has written.</p></section>",
        "<section><h2>Comments</h2></section>",
        "<section><h2>Recent comments</h2><div></div></section>",
        "<section><h2>Customer reviews</h2><div></div></section>",
        "<section><h2>Comments</h2><div><button></button></div></section>",
        "<section><h2>The council comments on what was said about it</h2><div></div></section>",
    ],
)
def test_a_heading_of_something_else_or_over_something_is_none(place):
    assert unfilled(page(place)) is None


def test_comments_in_the_data_of_a_page_that_shows_none_are_not_passed_over():
    data = '<script type="application/json">{"props": {"comments": [%s]}}</script>'
    found = unfilled(page(data % '{"id": 1, "text": "What a bridge"}'))
    assert found is not None
    assert found.reason == "the page shows no comments, and holds some in its data"
    assert unfilled(page(data % "")) is None
