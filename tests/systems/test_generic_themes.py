"""The generic system on markup as published HTML themes have it: circles with initials, pictures before names, few names."""

from __future__ import annotations

import pytest
from kit import SAID, read

from crawler.systems.around.words import bare_name
from crawler.systems.generic.system import Generic

URL = "https://town.example/bridge/"
NAMES = ("Ann Lee", "Bo Marsh", "Cy Dove", "Dee Oz")


def page(comments, behind=""):
    return (
        '<html lang="en"><body><main><h1>Bridge</h1><p>It opened on Monday.</p>'
        f"<div><h4>Comments ({len(NAMES)})</h4><div>{comments}</div>{behind}</div></main></body></html>"
    )


async def comments_of(html):
    ((_, comments, ledger),) = await read(Generic(), html, URL)
    assert (ledger.verdict, [comment.text for comment in comments]) == ("complete", list(SAID))
    return comments


def initials(name):
    return "".join(word[0] for word in name.split())


@pytest.mark.parametrize("short", [initials, lambda name: name[:2].upper()])
async def test_initials_in_a_circle_are_not_the_name(short):
    rows = "".join(
        f'<div class="d-flex pb-3"><div class="rounded-circle">{short(name)}</div><div><div class="mb-1"><h5>{name}</h5>'
        f'<span class="small">June {n + 3}, 2025</span></div><p class="mb-0">{text}</p></div></div>'
        for n, (name, text) in enumerate(zip(NAMES, SAID, strict=True))
    )
    assert [comment.author_name for comment in await comments_of(page(rows))] == list(NAMES)


@pytest.mark.parametrize(
    ("line", "name"),
    [("Comment 1 by Ann Lee", "Ann Lee"), ("Comment #12 by Ann", "Ann"), ("Comment by 3 Doors", "3 Doors"), ("Kommentar 4 von Ann", "Ann")],
)
def test_a_number_in_who_wrote_it_is_no_part_of_the_name(line, name):
    assert bare_name(line) == name


async def test_what_heads_a_comment_behind_a_picture_is_its_author_where_there_is_no_time():
    rows = "".join(
        f'<li><div class="single-comment-wrap"><div class="thumb"><img src="{n}.png" alt=""></div><div class="content">'
        f'<h4 class="title">{name}</h4><p>{text}</p><a href="#" class="like">Like {n + 4}</a><a href="#" class="reply">Reply</a>'
        "</div></div></li>"
        for n, (name, text) in enumerate(zip(NAMES, SAID, strict=True))
    )
    assert [comment.author_name for comment in await comments_of(page(f"<ul>{rows}</ul>"))] == list(NAMES)


async def test_a_short_last_line_of_a_text_is_not_its_author():
    row = (
        '<div class="p-4 mb-4"><div class="row"><div class="col-3"><img src="a.jpg" alt=""></div><div class="col-9"><div class="d-flex">'
        f'<h5>Ann Lee</h5><a href="#" class="fs-6"><i></i> Reply</a></div><small class="d-block"><i></i> Feb 28, 2026</small>'
        f'<p class="mb-0">{SAID[0]}<br><br>Thanks for the video, subscribed!</p></div></div></div><form><textarea></textarea></form>'
    )
    html = f"<html lang=en><body><main><h1>Bridge</h1><p>It opened on Monday.</p><div class=b><h4>Comments</h4>{row}</div></main></body></html>"
    ((_, comments, _),) = await read(Generic(), html, URL)
    assert [(c.author_name, c.text) for c in comments] == [("Ann Lee", f"{SAID[0]}\n\nThanks for the video, subscribed!")]


async def test_a_bar_of_each_comment_is_no_comment_where_the_field_stands_in_such_a_bar_too():
    rows = "".join(
        f'<div class="p-4 rounded"><div class="flex mb-2"><span class="bold">{name} <span class="normal">(District {n})</span></span>'
        f'<span class="small">{n + 2} hours ago</span></div><p class="small">{text}</p></div>'
        for n, (name, text) in enumerate(zip(NAMES * 4, [f"{said} {n}" for n in range(4) for said in SAID], strict=True))
    )
    html = page(rows, '<div class="flex mb-2"><input placeholder="Add a comment..."><button>Post</button></div>').replace("(4)", "(16)")
    ((_, comments, _),) = await read(Generic(), html, URL)
    assert len(comments) == 16
    assert all(comment.text[:-2] in SAID for comment in comments)


async def test_what_each_comment_is_called_does_not_make_the_second_an_answer_to_the_first():
    rows = "".join(
        f'<li><div class="comment-main-level"><div class="comment-box"><h6 class="comment-name">{name}</h6><span>{n + 2} weeks ago</span>'
        f'<div class="comment-content">{text}</div></div></div></li>'
        for n, (name, text) in enumerate(zip(NAMES, SAID, strict=True))
    )
    assert [comment.parent_native_id for comment in await comments_of(page(f"<ul>{rows}</ul>"))] == [None] * 4


async def test_a_text_in_an_element_that_is_named_as_a_reply_is_read_where_there_is_no_other():
    rows = "".join(
        f'<div class="co-item"><div class="avatar-text"><h5>{name} <span>{n + 3} Jun 2025</span></h5><div class="at-reply">{text}</div></div></div>'
        for n, (name, text) in enumerate(zip(NAMES, SAID, strict=True))
    )
    assert [comment.author_name for comment in await comments_of(page(rows))] == list(NAMES)
