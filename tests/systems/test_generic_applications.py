"""The generic system on markup as frameworks of applications write it: utility classes, hashed ones, short ages."""

from __future__ import annotations

import pytest
from kit import SAID as FOUR
from kit import read

from crawler.extract.document import Document
from crawler.extract.time_lines import is_short_age
from crawler.systems.around.counts import counted_alone
from crawler.systems.generic.system import Generic

URL = "https://town.example/bridge/"
NAMES = ("Ann Lee", "Bo M.", "Cy", "Dee Oz", "Ed Ash", "Fay")
SAID = (
    *FOUR,
    "It would have been cheaper to keep the old one and paint it.",
    "We were there on Sunday with the children, and it was windy.",
)


def page(comments, above="<h3>6 comments</h3>"):
    return f'<html lang="en"><body><main><h1>Bridge</h1><p>It opened on Monday.</p>{above}<div>{comments}</div></main></body></html>'


async def read_all(html):
    return [(comments, ledger) for _, comments, ledger in await read(Generic(), html, URL)]


async def comments_of(html):
    ((comments, ledger),) = await read_all(html)
    assert (ledger.verdict, [comment.text for comment in comments]) == ("complete", list(SAID[: len(comments)]))
    return comments


def box(place, inner="", *, name='<h6 class="x-n">{}</h6>', time='<span class="x-t">{} days ago</span>', reply=""):
    return (
        f'<div class="x-box a1"><div class="x-face a2">{NAMES[place][0]}</div><div class="x-box a3">{name.format(NAMES[place])}'
        f'{time.format(9 - place)}<p class="x-p">{SAID[place]}</p>{reply}</div></div>{inner}'
    )


async def test_a_control_that_names_the_author_is_not_the_name():
    rows = "".join(box(n, name="<h4>{}</h4>", reply=f"<button>Reply to {NAMES[n]}</button>") for n in range(6))
    assert [comment.author_name for comment in await comments_of(page(rows))] == list(NAMES)


async def test_a_name_that_ends_with_a_stop_is_parted_from_the_age_behind_it():
    rows = "".join(f'<div class="b py-3"><p>{text}</p><p>{name} · {9 - n} days ago</p></div>' for n, (name, text) in enumerate(zip(NAMES, SAID, strict=True)))
    assert [comment.author_name for comment in await comments_of(page(rows))] == list(NAMES)


async def test_ages_of_a_figure_and_a_letter_are_times_and_no_names():
    rows = "".join(box(n, time='<a href="/bridge/?c=1">{}d</a>') for n in range(6))
    found = await comments_of(page(rows))
    assert [comment.author_name for comment in found] == list(NAMES)
    assert [comment.published_raw for comment in found] == [f"{9 - n}d" for n in range(6)]


@pytest.mark.parametrize(("text", "is_age"), [("5d", True), ("• 12 h", True), ("3mo", True), ("5k", False), ("5D", False), ("d5", False), ("1d 2h", False)])
def test_short_ages(text, is_age):
    assert is_short_age(text) is is_age


@pytest.mark.parametrize("holder", ["z9", "pl-8", "ml-4 border-l"])
async def test_answers_stand_in_an_unnamed_element_behind_the_wrapper_of_what_they_answer(holder):
    def held(rows):
        return f'<div class="{holder}">{rows}</div>'

    rows = box(0, held(box(1) + box(2, held(box(3))))) + box(4) + box(5)
    found = await comments_of(page(rows))
    ids = [comment.native_id for comment in found]
    assert [comment.parent_native_id for comment in found] == [None, ids[0], ids[0], ids[2], None, None]


async def test_the_only_answer_stands_in_an_element_that_is_moved_to_the_right():
    found = await comments_of(page(box(0, f'<div class="pl-8">{box(1)}</div>'), "<h3>2 comments</h3>"))
    assert [comment.parent_native_id for comment in found] == [None, found[0].native_id]


FOLDED = [
    '<p class="t"><span>{head}… <button>Read more</button></span><span hidden>{text}</span></p>',
    '<div class="t"><div>{head}...</div><a role="button">more</a><div style="display:none">{text}</div></div>',
]


@pytest.mark.parametrize("folded", FOLDED)
async def test_of_a_text_that_is_cut_off_the_whole_is_taken_that_stands_behind_it(folded):
    rows = "".join(
        f'<li class="c" id="c{n}7"><b class="user">{NAMES[n]}</b> <time datetime="2020-01-0{n + 1}">1</time>{folded.format(head=text[:25].rstrip(), text=text)}</li>'
        for n, text in enumerate(SAID)
    )
    found = await comments_of(page(f"<ol>{rows}</ol>"))
    assert [comment.author_name for comment in found] == list(NAMES)


async def test_dots_before_another_text_cut_nothing_off():
    said = "I cross it every morning ... and have never had to wait for long."
    rows = "".join(box(n).replace(SAID[1], said) for n in range(6))
    ((comments, _),) = await read_all(page(rows))
    assert comments[1].text == said


async def test_the_role_of_a_comment_names_a_single_one():
    article = f'<article role="comment" id="x77"><h4>Ann</h4><time datetime="2020-01-02">2 January</time><div>{SAID[0]}</div></article>'
    ((comments, _),) = await read_all(page(article, "<h3>Join the debate</h3>"))
    assert [(comment.author_name, comment.text) for comment in comments] == [("Ann", SAID[0])]


@pytest.mark.parametrize(
    ("line", "count"),
    [
        ('<div class="v-card__title">Commenti (3)</div>', 3),
        ("<span>3 comments</span>", 3),
        ('<a href="/other-story/">3 comments</a>', None),
        ("<span>3 comments</span><span>4 comments</span>", None),
        ("<p>Our newsletter has 3 comments on this</p>", None),
        ("<span>0 comments</span>", 0),
        ("<span>99+ comments</span>", None),
    ],
)
async def test_a_page_that_counts_comments_in_a_line_and_shows_none_has_some_that_were_not_read(line, count):
    html = page("", line)
    assert counted_alone(Document(html, URL)) == count
    threads = [(ledger.verdict, ledger.expected, ledger.captured) for _, ledger in await read_all(html)]
    assert threads == ([("partial", count, 0)] if count else [])


async def test_columns_are_told_apart_by_the_figures_of_their_classes():
    said = [SAID[0], SAID[1], "The mayor promised this in 2012. Better late than never.", *SAID[3:]]
    rows = "".join(
        f'<div class="col"><div class="row"><div class="col-2">{NAMES[n]}</div><div class="col-8">{text}</div><div class="col-2">Feb {n + 3}, 2020</div></div></div>'
        for n, text in enumerate(said)
    )
    ((comments, _),) = await read_all(page(rows))
    assert [(comment.author_name, comment.text, comment.published_raw) for comment in comments] == [
        (NAMES[n], text, f"Feb {n + 3}, 2020") for n, text in enumerate(said)
    ]


async def test_a_dash_alone_is_no_text():
    names = [f"{name} {n}" for n in (1, 2, 3) for name in NAMES]
    posts = "".join(
        f'<blockquote class="post"><p>{text}</p><footer>— <cite>{name}</cite>, 14. Februar 2020</footer></blockquote>' for name, text in zip(names, SAID * 3, strict=True)
    )
    html = page(posts, "<h3>18 Wortmeldungen</h3>").replace("</body>", '<footer><a href="/about">About</a> © 2026 Town</footer></body>')
    ((comments, _),) = await read_all(html)
    assert [(comment.author_name, comment.text) for comment in comments] == list(zip(names, SAID * 3, strict=True))


UNREAD = '<div class="q"><div>{}</div><div>02/16/2020</div><div>lol</div></div>'


@pytest.mark.parametrize(
    ("heading", "below", "is_told"),
    [
        ("<h2>Comments</h2>", UNREAD.format("Ann"), True),
        ("<h2>Kommentare</h2>", UNREAD.format("Ann"), True),
        ("<h2>Comments</h2>", "<p>Nobody has said anything yet.</p>", False),
        ("<h2>Comments</h2><h2>Older stories</h2>", UNREAD.format("Ann"), False),
        ("<h2>The mayor comments on it</h2>", UNREAD.format("Ann"), False),
        ('<div class="sidebar"><h2>Comments</h2>', UNREAD.format("Ann") + "</div>", False),
        ("<h2>Recent comments</h2>", UNREAD.format("Ann"), False),
        ("<h2>Comments</h2>", "<p>Nobody yet.</p><footer>Updated 3 May 2020</footer><p>© 2020 Town</p>", False),
        ("<h2>Comments</h2>", "<p>Nobody yet.</p><form><textarea></textarea></form><p>Updated 3 May 2020</p>", False),
        ("<div><h2>Comments</h2><p>Nobody yet.</p></div>", "<p>Updated 3 May 2020</p>", False),
        ("<h2>Comments</h2>", '<p>Nobody yet.</p><a href="/other/">Other, 3 May 2020</a>', False),
    ],
)
async def test_something_dated_below_a_heading_of_comments_is_not_passed_over(heading, below, is_told):
    told = [(ledger.verdict, ledger.captured, ledger.gaps) for _, ledger in await read_all(page(below, heading))]
    reason = f"what stands below the heading {heading[4:-5]!r} could not be read as comments"
    assert told == ([("unknown", 0, [{"parent": None, "expected": None, "got": None, "reason": reason}])] if is_told else [])


@pytest.mark.parametrize("outer", ["ml-4", "q1", "ml-4 staff"])
async def test_comments_in_wrappers_of_their_own_answer_nothing(outer):
    others = [outer if n in {1, 4} else outer.partition(" ")[0] if "staff" in outer else ("q2" if n == 3 else outer) for n in range(6)]
    rows = "".join(f'<div class="{name}">{box(n)}</div>' for n, name in enumerate(others))
    assert [comment.parent_native_id for comment in await comments_of(page(rows))] == [None] * 6


async def test_a_reply_that_quotes_a_text_with_dots_is_not_its_whole():
    quoted = f"{SAID[1]} … that is what I think."
    said = f"{SAID[1]} I do not think so."
    rows = "".join(
        f'<div class="comment" id="c{n}9"><b class="author">{NAMES[n]}</b> <time datetime="2020-01-0{n + 1}">1</time><div class="text">{quoted if n == 1 else SAID[n]}</div>'
        + (f'<div class="comment" id="c29"><b class="author">{NAMES[2]}</b> <time datetime="2020-01-03">1</time><div class="text">{said}</div></div>' if n == 1 else "")
        + "</div>"
        for n in (0, 1, 3, 4)
    )
    ((comments, _),) = await read_all(page(rows, "<h3>5 comments</h3>"))
    assert [comment.text for comment in comments] == [SAID[0], quoted, said, SAID[3], SAID[4]]
