"""A saved page gives all that it shows, and a mere place for comments is no thread."""

from __future__ import annotations

import pytest
from kit import offline, read

from crawler.systems.wordpress import WordPress

URL = "https://blog.example.org/lake/"
COMMENT = '<li class="comment" id="comment-{n}"><b class="fn">A</b><div class="comment-content"><p>{n}</p></div></li>'


async def test_comments_on_a_page_that_may_not_ask_the_api_are_read_and_the_thread_says_partial():
    comments = "".join(COMMENT.format(n=n) for n in (1, 2, 3))
    html = (
        '<link rel="https://api.w.org/" href="/wp-json/"><body class="single-post postid-9"><div id="comments" class="comments-area">'
        f'<ol class="comment-list">{comments}</ol><a href="{URL}comment-page-2/#comments">Newer</a></div></body>'
    )
    [(_, found, ledger)] = await read(WordPress(), html, URL, offline)
    assert [comment.text for comment in found] == ["1", "2", "3"]
    assert (ledger.verdict, ledger.stop_reason, ledger.captured) == ("partial", "budget", 3)


@pytest.mark.parametrize(
    ("place", "states"),
    [
        ('<div id="comments"><div id="disqus_thread"></div></div>', []),
        ('<div id="comments"></div>', []),
        ('<div id="comments"><p class="no-comments">Comments are closed.</p></div>', ["closed"]),
        ('<div id="respond"><p>You must be <a href="/wp-login.php?redirect_to=x">logged in</a>.</p></div>', ["login"]),
        ('<div id="respond"><form id="commentform"></form></div>', ["open"]),
    ],
)
async def test_an_empty_place_is_a_thread_only_where_wordpress_says_what_it_is(place, states):
    html = f'<body class="single-post postid-9">{place}</body>'
    assert [ref.state for ref, _, _ in await read(WordPress(), html, URL)] == states
