"""Jetpack: ordinary WordPress comments whose form is a frame, and its likes."""

from __future__ import annotations

import pytest
from kit import read
from wordpress_site import POST, Row, page

from crawler.extract.document import Document
from crawler.systems.wordpress import WordPress

FRAME = "https://jetpack.wordpress.com/jetpack-comment/?blogid=3584907&amp;postid=14&amp;comment_registration=0&amp;require_name_email=1"
FORM = (
    '<div id="respond" class="comment-respond"><h3 id="reply-title">Leave a Reply</h3><form id="commentform" class="comment-form">'
    f'<iframe title="Comment Form" src="{FRAME}" name="jetpack_remote_comment" class="jetpack_remote_comment" id="jetpack_remote_comment"></iframe></form></div>'
)
LIKES = (
    '<p id="comment-like-{n}" data-liked=comment-not-liked class="comment-likes comment-not-liked"><a href="?like_comment={n}&amp;_wpnonce=x" '
    'class="comment-like-link needs-login"><span>Like</span></a><span id="comment-like-count-{n}" class="comment-like-feedback">{feedback}</span></p>'
)


async def test_comments_around_the_frame_are_read_and_the_frame_is_not_asked():
    html = page([Row(1), Row(2, parent=1)], form=FORM)
    [(ref, comments, ledger)] = await read(WordPress(), html, POST)
    assert [(c.native_id, c.parent_native_id, c.text) for c in comments] == [("1", None, "Hello"), ("2", "1", "Hello")]
    assert (ref.state, ledger.requests, ledger.verdict) == ("open", 0, "complete")


@pytest.mark.parametrize("attribute", ["src", "data-src", "data-lazy-src"])
def test_a_page_that_shows_nothing_but_the_frame_holds_an_open_thread(attribute):
    html = f'<body><h1>A video</h1><iframe {attribute}="{FRAME}"></iframe></body>'
    [ref] = WordPress().detect(Document(html, POST))
    assert (ref.native_id, ref.state) == ("14", "open")


async def test_likes_are_read_where_the_page_shows_them_and_are_no_text():
    liked = LIKES.format(n=1, feedback='Liked by <a href="#" class="view-likers" data-like-count="21">21 people</a>')
    html = page([Row(1, body=f"<p>Hello</p>{liked}"), Row(2, body="<p>Hi</p>" + LIKES.format(n=2, feedback="Like"))], form=FORM)
    [(_, comments, _)] = await read(WordPress(), html, POST)
    assert [(c.text, c.like_count) for c in comments] == [("Hello", 21), ("Hi", None)]
