"""WordPress: comments as themes print them by a function of their own, with names that say nothing to us."""

from __future__ import annotations

import pytest
from kit import NOW, read
from wordpress_site import POST, Row, facts_url, page, rest_answer

from archive.schema import Comment
from crawler.extract.dates import DAY
from crawler.systems.generic.system import Generic
from crawler.systems.wordpress import WordPress
from crawler.systems.wordpress.clock import SiteClock
from crawler.systems.wordpress.page import heading_count

SAID = [
    ("Ada Brook", "The bridge was closed for three weeks and nobody told us."),
    ("Bo Winter", "In the film it looks much longer than it is."),
    ("Cy Field", "Which of the two rivers is this?"),
    ("Dee Marsh", "Thank you, that was worth the time."),
]
DAYS = ["July 20, 2021", "July 21, 2021", "July 22, 2021", "July 23, 2021"]
FIRST_DAY = 18_828
"""2021-07-20, in days since 1970."""
LIST = '<ol class="comment-list"></ol>'


def around(items: str, heading: str = "") -> str:
    return page([], heading=heading).replace(LIST, f'{LIST[:-5]}{items}</ol>')


async def thread_of(html: str) -> tuple[list[Comment], object]:
    ((_, comments, ledger),) = await read(WordPress(), html, POST)
    return comments, ledger


HEADS = {
    "name and time in one heading": "<div><h4>{name} <small>{day}, 9:13 pm</small></h4><p>{text}</p></div>",
    "name and time in one heading without a space": '<div><h6><a href="https://{number}.example.net/">{name}</a><span>{day}</span></h6><p>{text}</p></div>',
    "all of it in an element that is named as a head": (
        '<div class="comment_info"><h4 class="comment_name">{name}</h4><p class="comment_date">{day}</p><p>{text}</p></div>'
    ),
    "head and text in an element that is named as the text": (
        '<div class="comment_content"><div class="comment_meta"><strong>{name}</strong> <em>{day}</em></div><p>{text}</p></div>'
    ),
    "a head of plain text": '<div class="top">{name} am {day} um 9:13 Uhr</div><p>{text}</p>',
    "a word before the name": '<div class="comment-author">Autor: {name}</div><div class="line">Datum: {day}</div><div class="copy"><p>{text}</p></div>',
    "a control in the author's element": (
        '<div class="comment-author"><span class="link-author">{name}</span> <span class="comment-date">{day}</span> '
        '<a class="comment-reply-link" href="?replytocom={number}">Reply</a></div><div class="comment-entry"><p>{text}</p></div>'
    ),
    "a sign between name and time": '<small class="commentmetadata">{name} <strong>|</strong> {day} 9:13</small><p>{text}</p>',
}


@pytest.mark.parametrize("count", [2, 4])
@pytest.mark.parametrize("head", HEADS)
async def test_fields_stand_where_they_stand_in_all_comments_whatever_they_are_called(head, count):
    items = "".join(
        f'<li id="comment-{number}">{HEADS[head].format(name=name, text=text, day=day, number=number)}</li>'
        for number, ((name, text), day) in enumerate(zip(SAID[:count], DAYS, strict=False), 1)
    )
    comments, _ = await thread_of(around(items))
    assert [(c.author_name, c.text) for c in comments] == SAID[:count]
    assert [(c.published_at or 0) // DAY for c in comments] == [FIRST_DAY + number for number in range(count)]


async def test_the_word_that_joins_a_name_to_the_time_is_no_part_of_it():
    item = (
        '<li class="comment depth-1"><div><article id="comment-{0}"><header class="comment-author">{1} on <time datetime="2021-07-2{0}">'
        '<a href="#comment-{0}">July 2{0}, 2021</a></time></header><section class="comment_content"><p>{2}</p></section></article></div></li>'
    )
    comments, _ = await thread_of(around("".join(item.format(n, *said) for n, said in enumerate(SAID, 1))))
    assert [c.author_name for c in comments] == [name for name, _ in SAID]


async def test_a_word_between_name_and_time_is_no_part_of_the_text():
    item = (
        '<li id="comment-{0}"><cite>{1}</cite> Says<br><small class="commentmetadata"><a href="#comment-{0}">July 2{0}, 2021 at 9:13 pm</a></small>'
        "<p>{2}</p></li>"
    )
    comments, _ = await thread_of(around("".join(item.format(n, *said) for n, said in enumerate(SAID, 1))))
    assert [(c.author_name, c.text) for c in comments] == SAID
    assert "Says" not in (comments[0].text_html or "")


@pytest.mark.parametrize(
    ("opened", "answers", "closed"),
    [
        ('<li class="comment depth-1"><div><div id="comment-1">{0}</div></div><ul class="children">', '<li class="comment depth-2"><div><div id="comment-2">{1}</div></div></li>', "</ul></li>"),
        ('<div id="comment-1">{0}</div><ol class="children">', '<div id="comment-2">{1}</div>', "</ol>"),
        ('<div class="comment depth-1"><div id="comment-1">{0}</div>', '<div class="comment depth-2"><div id="comment-2">{1}</div></div>', "</div>"),
    ],
)  # fmt: skip
async def test_an_answer_hangs_on_its_comment_though_its_id_stands_deep_or_its_list_beside_it(opened, answers, closed):
    html = (opened + answers + closed).format(*(f'<b class="fn">{name}</b><div class="comment-text">{text}</div>' for name, text in SAID))
    comments, _ = await thread_of(around(html + '<div id="comment-3"><b class="fn">Cy</b><div class="comment-text">3</div></div>'))
    assert [(c.native_id, c.parent_native_id) for c in comments] == [("1", None), ("2", "1"), ("3", None)]


async def test_a_pingback_without_an_id_is_read_and_counted():
    items = (
        '<li class="comment depth-1" id="li-comment-1"><b class="fn">Ada</b><div class="comment-text">One</div></li>'
        '<li class="post pingback"><p>Pingback: <a class="url" href="https://else.example.net/9">Of bridges</a></p></li>'
    )
    comments, ledger = await thread_of(around(items, heading="2 Responses"))
    assert [(c.kind, c.author_name, c.author_url, c.id_kind) for c in comments] == [
        ("comment", "Ada", None, "native"),
        ("pingback", "Of bridges", "https://else.example.net/9", "surrogate"),
    ]
    assert ledger.verdict == "complete"


async def test_a_pingback_that_is_printed_like_a_comment_is_told_by_the_api_which_leaves_it_out():
    item = '<li id="comment-{0}"><cite><a href="https://{0}.example.net/" class="url">{1}</a></cite><div class="comment-text">{2}</div></li>'
    items = "".join(item.format(number, *said) for number, said in enumerate(SAID[:3], 1))
    rows = [Row(1, url="https://1.example.net/"), Row(3, url="https://3.example.net/")]
    html = page([], heading="3 Responses", rest=True).replace(LIST, f"{LIST[:-5]}{items}</ol>")
    ((_, comments, ledger),) = await read(WordPress(), html, POST, {facts_url(1): rest_answer(rows, total=2)})
    assert [c.kind for c in comments] == ["comment", "pingback", "comment"]
    assert ledger.verdict == "complete"


def test_an_age_was_rounded_when_it_was_printed():
    clock, year = SiteClock(), 365 * 86_400 * 1_000_000
    published = clock.read("1", "6 years ago", observed_at=NOW, language="en")
    assert published.at is None
    assert published.min <= NOW - 6 * year <= published.max
    assert published.min <= NOW - 11 * year // 2 <= published.max


async def test_a_page_that_counts_one_comment_and_shows_none_does_not_say_that_there_is_none():
    html = page([]).replace(LIST, "").replace("<h1", '<a href="#comments">One Comment</a><h1', 1)
    _, ledger = await thread_of(html)
    assert (ledger.expected, ledger.verdict) == (1, "partial")


async def test_a_link_that_counts_fewer_than_are_shown_counts_nothing():
    items = "".join(f'<li id="comment-{n}"><b class="fn">{name}</b><div class="comment-text">{text}</div></li>' for n, (name, text) in enumerate(SAID, 1))
    html = around(items).replace("<h1", '<a href="#comments">2 Comments</a><h1', 1)
    _, ledger = await thread_of(html)
    assert ledger.verdict == "complete"


@pytest.mark.parametrize(("heading", "wanted"), [("Nenhum comentário", 0), ("Um comentário", 1), ("One comment so far", 1)])
def test_the_word_for_none_may_end_like_the_word_for_one(heading, wanted):
    assert heading_count(heading, "A bridge", "pt") == wanted


async def test_a_day_in_a_paragraph_of_its_own_is_no_part_of_a_text_in_the_next():
    rows = "".join(f'<div class="single-comment"><h3>{name}</h3><p>03/1{n}/21</p><p>{text}</p></div>' for n, (name, text) in enumerate(SAID, 4))
    html = f'<html lang="en"><body><h1>A bridge</h1><div id="comments"><h2>Comments</h2>{rows}</div></body></html>'
    ((_, comments, _),) = await read(Generic(), html, POST)
    assert [(c.author_name, c.text) for c in comments] == SAID


async def test_what_the_form_for_a_comment_says_of_itself_is_no_comment():
    html = (
        '<html lang="es"><body><h1>El puente</h1><p>{}</p><h5>Comentarios... 1 comentario.</h5><div id="respond"><form id="commentform" '
        'class="comment-form"><p class="comment-notes"><span id="email-notes">Tu dirección de correo electrónico no será publicada.</span> '
        '<span class="required-field-message">Los campos necesarios están marcados</span></p><textarea name="comment"></textarea></form></div></body></html>'
    ).format("Un puente nuevo cruza el río desde el mes de mayo y la gente del pueblo lo usa cada día. " * 4)
    found = await read(Generic(), html, POST)
    assert [comment for _, comments, _ in found for comment in comments] == []


async def test_of_a_comment_that_is_alone_the_name_by_its_class_is_believed_before_a_link_in_its_text():
    name = '<h4 class="comment_title text-2"><span class="weight-semi block">Ada Brook</span>'
    head = f'<div class="comment_header row">{name}<time class="comment_time" datetime="2021-03-12T01:48:36-08:00">3/12/2021 at 1:48am</time></h4></div>'
    said = f'<p>IBM <a href="https://a.example.net/">https://a.example.net/</a> is free too. {SAID[0][1]}</p>'
    body = f'<div class="comment_body wysiwyg text-1">{said}</div><div class="comment_actions"><a class="comment-reply-link" href="#r">Reply</a></div>'
    item = f'<li class="comment even comment-130013"><div id="comment-130013" class="border-top">{head}{body}</div></li>'
    (comment,), _ = await thread_of(around(item))
    assert (comment.author_name, comment.text) == ("Ada Brook", f"IBM https://a.example.net/ is free too. {SAID[0][1]}")
