"""The generic system: threads of any shape are read, what only looks like one is not, and no markup breaks it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kit import NOW, answering, lines_run, read, reading_of

from crawler.extract.document import Document
from crawler.systems.around.tree import flatten
from crawler.systems.generic.body import skim_bodies
from crawler.systems.generic.collected import is_by_one
from crawler.systems.generic.comments import comments_of
from crawler.systems.generic.explain import explain
from crawler.systems.generic.records import Group
from crawler.systems.generic.slots import read_slots
from crawler.systems.generic.system import Generic
from crawler.systems.generic.template import Template
from crawler.systems.generic.thread import Found, candidates, find_thread, read_whole
from crawler.systems.generic.times import time_in
from crawler.systems.generic.unread import answers_inside
from crawler.systems.reading import read_thread
from pipelines.emit import moment

FIXTURES = Path(__file__).with_name("fixtures") / "generic"
SHAPES = sorted(folder.name for folder in FIXTURES.iterdir())
URL = "https://town.example/bridge/"


async def comments_of_page(html, pages=None):
    threads = await read(Generic(), html, URL, pages)
    return [(comment, ledger) for _, comments, ledger in threads for comment in comments]


@pytest.mark.parametrize("shape", SHAPES)
async def test_a_page_of_this_shape_gives_its_comments_and_nothing_else(shape):
    html = (FIXTURES / shape / "page.html").read_bytes()
    expected = json.loads((FIXTURES / shape / "expected.json").read_text("utf-8"))
    found = [comment for comment, _ in await comments_of_page(html)]
    places = {comment.native_id: number for number, comment in enumerate(found)}
    told = [
        {
            "author": comment.author_name,
            "published": (moment(comment.published_at) or "")[:16],
            "parent": places.get(comment.parent_native_id),
            "text": comment.text,
        }
        for comment in found
    ]
    assert told == expected


async def test_ids_of_the_markup_are_native_and_places_in_the_list_are_not():
    html = (FIXTURES / "flat-with-indents" / "page.html").read_text("utf-8")
    assert [c.native_id for c, _ in await comments_of_page(html)] == ["5501", "5507", "5510", "5513"]
    counted = html
    for place, native_id in enumerate(("5501", "5507", "5510", "5513")):
        counted = counted.replace(f"c{native_id}", f"c{place}")
    assert {c.id_kind for c, _ in await comments_of_page(counted)} == {"surrogate"}


@pytest.mark.parametrize(("beside", "ids"), [("", {None}), (r' data-pk="3\1"', {"31", "32", "33", "34", "35", "36"})])
async def test_places_in_the_list_are_no_ids_on_a_further_page_either(beside, ids):
    def counted(numbers: tuple[int, ...]) -> str:
        return re.sub(r'id="c(\d)00"', rf'id="c\1"{beside}', thread_page(numbers, '<a href="?page=2">2</a>'))

    found = await comments_of_page(counted((1, 2, 3)), {URL + "?page=2": answer(counted((4, 5, 6)))})
    assert {c.native_id if c.id_kind == "native" else None for c, _ in found} == ids


async def test_comments_without_ids_keep_their_keys_while_their_ages_grow():
    html = re.sub(r' id="c\d+"', "", thread_page(range(1, 5), ""))
    seen = []
    for unit in ("days", "weeks"):
        aged = re.sub(r"2020-05-1(\d) 10:00", rf"\1 {unit} ago", html)
        comments = [comment for comment, _ in await comments_of_page(aged)]
        assert {(comment.id_kind, comment.published_precision) for comment in comments} == {("surrogate", "relative")}
        seen.append([comment.native_id for comment in comments])
    assert seen[0] == seen[1]
    assert len(set(seen[0])) == 4


async def test_the_ledger_says_how_sure_the_thread_is_and_what_the_page_states():
    html = (FIXTURES / "flat-with-indents" / "page.html").read_bytes()
    [(_, _, ledger)] = await read(Generic(), html, URL)
    assert (ledger.verdict, ledger.expected, ledger.captured) == ("complete", 4, 4)
    assert 0.5 < (ledger.confidence or 0) <= 1


@pytest.mark.parametrize(
    ("above", "stated"),
    [
        ("<h2>5 comments</h2>", 5), ("<h2>Comments</h2><span>5</span>", 5), ("<h2>Opinie <i>(5)</i></h2>", 5), ("<p><b>5</b> Leserstimmen</p>", 5), ("<h2>5 Antworten</h2>", 5), ("<h3>Odpowiedzi: 5</h3>", 5),
        ("<h2>4,060 comments</h2>", 4060), ("<h2>4.060 Kommentare</h2>", 4060), ("<h2>4 responses to ‘$160,000’</h2>", 4), ("<h2>Windows 95</h2>", None), ("<p>rmf24</p>", None), ("<p>100%</p>", None), ("<p>2023/08/12</p>", None), ("<p>123456 posts</p>", None),
        ("<a href=#c>Odpowiedzi (5)</a>", 5), ("<table><tr><td>Comments<td>5</table>", 5),
        ("<p>#5</p>", None), ("<p>Comment #5</p>", None), ("<p>+1</p>", None), ("<a href=/2020/06/>June (5)</a>", None),
        ("<p>Added by Ida <a>9 years</a> ago</p>", None), ("<p>Ida, <a title='2011-03-02 10:00'>9 years</a></p>", None),
        ("<table><tr><th>Ticket<th>Priority<tr><td>The pump in the cellar leaks and nobody has looked at it since the spring of last year<td>5</table>", None),
        ("<a href=/10/>← Post 10: what the harbour saw</a>", None), ("<a href=/10/>Post 10 as told by the harbour</a>", None), ("<a href=/7/>View all 51 comments</a>", 51), ("<a href=/7/>Comments (51): read on</a>", 51),
        ("<div><a href=?page=1>1</a><span>5</span><a href=?page=3>6</a></div>", None), ("<ul><li><a href=?page=1>4</a><li>5</ul>", None),
    ],
)  # fmt: skip
def test_a_number_before_the_thread_is_its_count_when_it_stands_alone_or_counts_posts(above, stated):
    html = thread_page(range(1, 5), "").replace('<div id="comments">', above + '<div id="comments">')
    found = find_thread(Document(html.encode(), URL), observed_at=NOW, language=None)
    assert found is not None
    assert (len(found.group.spans), found.stated) == (4, stated)


@pytest.mark.parametrize(
    ("title", "stated"),
    [("Post 12: who took it", None), ("Message12", None), ("15 comments on the two gulls", None), ("Comments (15)", 15), ("15 comments", 15)],
)
def test_a_number_in_the_title_of_the_page_is_no_count_of_its_comments(title, stated):
    named = title.replace("Message12", "Message 12")
    html = thread_page(range(1, 5), "").replace("<body><h1>Bridge", f"<title>{named} - Board</title><body><h1>{title}")
    found = find_thread(Document(html.encode(), URL), observed_at=NOW, language=None)
    assert found is not None
    assert (len(found.group.spans), found.stated) == (4, stated)


def thread_page(numbers, links):
    rows = "".join(
        f'<li class="comment" id="c{n}00"><b class="author">Reader {n}</b> <i class="date">2020-05-{n + 10} 10:00</i>'
        f'<p class="text">This is what reader number {n} has to say about the new bridge.</p></li>'
        for n in numbers
    )
    return f'<html lang="en"><body><h1>Bridge</h1><div id="comments"><ul>{rows}</ul><div class="pages">{links}</div></div></body></html>'


def answer(html):
    return 200, {"content-type": "text/html"}, html.encode()


async def test_further_pages_are_followed_until_nothing_is_new():
    first = thread_page((1, 2, 3), '<a href="?page=2">Older comments</a>')
    web = {
        URL + "?page=2": answer(thread_page((4, 5, 6), '<a href="?page=1">Newer</a> <a href="?page=3">Older comments</a>')),
        URL + "?page=1": answer(first),
        URL + "?page=3": answer(thread_page((6, 7), '<a href="?page=2">Newer</a>')),
    }
    found = await comments_of_page(first, web)
    assert [c.native_id for c, _ in found] == ["100", "200", "300", "400", "500", "600", "700"]
    assert found[0][1].verdict == "complete"


async def test_neighbours_by_the_number_that_a_path_ends_with_are_followed_where_a_line_says_which_page_this_is():
    """What is written on them are the names of icons; without that line they may be the next article."""

    def links(number):
        """As on one of three pages."""
        before = URL if number == 2 else f"{URL}{number - 1}"
        back = f'<a rel="prev" href="{before}"><i>chevron_left</i></a>' if number > 1 else ""
        return f'{back} <b>Page {number} of 3</b> ' + (f'<a rel="next" href="{URL}{number + 1}"><i>chevron_right</i></a>' if number < 3 else "")

    first = thread_page((1, 2, 3), links(1))
    web = {URL: answer(first), f"{URL}2": answer(thread_page((4, 5, 6), links(2))), f"{URL}3": answer(thread_page((7,), links(3)))}
    found = await comments_of_page(first, web)
    assert [c.native_id for c, _ in found] == [str(100 * n) for n in range(1, 8)]
    assert found[0][1].verdict == "complete"
    found = await comments_of_page(first.replace("Page 1 of 3", ""), web)
    assert len(found) == 3


async def test_a_portrait_of_nobody_is_no_spacer():
    portraits = ["me.png", "me.png", "blank-avatar.png", "me.png"]
    rows = "".join(
        f'<li class="comment" id="comment-{n}"><img src="/img/{name}" width="100" height="100"><b class="author">Reader {n}</b>'
        f' <time datetime="2023-05-0{n}T10:00:00Z">May {n}</time><p>What reader {n} has to say of the bridge.</p></li>'
        for n, name in enumerate(portraits, 1)
    )
    found = await comments_of_page(f'<html lang="en"><body><h1>Bridge</h1><ul id="comments">{rows}</ul></body></html>')
    assert [comment.parent_native_id for comment, _ in found] == [None] * 4


def board_page(numbers, links):
    rows = "".join(
        f'<a name="p{n}"></a><table class="post"><thead><tr><th><a href="/p/{n}/">#</a> <span class="updated">{n % 28 + 1} May, 2020 10:00</span></th></tr></thead>'
        f'<tbody><tr><td class="info"><a href="/users/{n}/"><span class="username">Reader{n}</span></a></td>'
        f'<td class="content">Number {n} has little to say about the bridge.<div class="related"></div></td></tr></tbody></table>'
        for n in numbers
    )
    pages = f'<div class="pagination"><ul>{links}</ul></div>'
    return f'<html lang="en"><title>Bridge</title><body><h1>Bridge</h1>{pages}<div class="posts">{rows}</div><div>{pages}</div></body></html>'


async def test_a_further_page_with_a_single_post_is_read_by_what_the_first_page_shows():
    web = {
        URL + "?page=1": answer(board_page(range(1, 5), '<li><a href="?page=2">2</a></li>')),
        URL + "?page=2": answer(board_page((5,), '<li><a href="?page=1">1</a></li>')),
    }
    found = await comments_of_page(board_page(range(1, 5), '<li><a href="?page=2">2</a></li>'), web)
    assert [c.author_name for c, _ in found] == ["Reader1", "Reader2", "Reader3", "Reader4", "Reader5"]
    assert found[0][1].verdict == "complete"


BADGED = (
    '<article class="entry" id="comment-{n}"><header><h4>{name}</h4><span class="badge">Subscriber</span></header>'
    '<div class="comment-content"><p>{text}</p></div><footer><span class="date">{time}</span></footer></article>'
)
BARE = '<div id="comment-{n}"><h4>{name}</h4><small><span class="date" title="{time}">May 9, 2023</span></small><p>{text}</p></div>'
READERS = ("Ann Okafor", "Bo Lind", "Cy Young", "Dee Park", "Ed Moss", "Fay Wu")


@pytest.mark.parametrize("markup", [BADGED, BARE])
async def test_the_name_on_a_further_page_with_one_comment_stands_where_the_first_page_has_names(markup):
    """A badge, or the link back to the newer comments, is none."""

    def one(numbers, pager):
        rows = "".join(
            markup.format(n=40 + n, name=READERS[n], text=f"Reader {n} was at the bridge. Nobody said a word.", time=f"2023-05-0{9 - n}T10:15:4{n}Z")
            for n in numbers
        )
        comments = f'<section id="comments"><h3>Comments</h3><div class="comment-list">{rows}</div><div class="nav">{pager}</div></section>'
        return f'<html lang="en"><body><h1>Bridge</h1><p>It opened on Monday.</p>{comments}</body></html>'

    first = one(range(5), '<a href="?cpage=2">Older comments</a>')
    web = {f"{URL}?cpage=2": answer(one([5], f'<a href="{URL}">Newer comments</a>'))}
    found = await comments_of_page(first, web)
    assert [comment.author_name for comment, _ in found] == [*READERS]
    assert found[0][1].verdict == "complete"


@pytest.mark.parametrize("as_json", [False, True])
async def test_the_rows_that_a_script_puts_into_a_table_of_comments_are_read(as_json):
    rows = [
        f'<tr class="comment" id="comment-{40 + n}"><td class="user"><b>{name}</b><br><span class="date">{n + 1} May 2023, 10:1{n}</span></td>'
        f'<td class="msg"><p>{name} was at the bridge. Nobody said a word.</p></td></tr>'
        for n, name in enumerate(READERS)
    ]
    table = f'<h3>Comments</h3><table class="comments"><tbody>{"".join(rows[:4])}</tbody></table><a href="{URL}more?offset=4">Load more comments</a>'
    more = json.dumps({"html": "".join(rows[4:])}) if as_json else "".join(rows[4:])
    web = {f"{URL}more?offset=4": (200, {"content-type": "application/json" if as_json else "text/html"}, more.encode())}
    found = await comments_of_page(f'<html lang="en"><body><h1>Bridge</h1><section id="comments">{table}</section></body></html>', web)
    assert [(comment.native_id, comment.author_name) for comment, _ in found] == [(str(40 + n), name) for n, name in enumerate(READERS)]
    assert found[0][1].verdict == "complete"


async def test_the_page_as_it_is_shown_without_scripts_is_read_with_the_thread():
    plain = '<noscript><a href="?noscript">Visit here for a non-javascript version of this page.</a></noscript>'
    web = {URL + "?noscript": answer(thread_page((1, 2, 3, 4), ""))}
    found = await comments_of_page(thread_page((1,), plain), web)
    assert [c.native_id for c, _ in found] == ["100", "200", "300", "400"]
    assert found[0][1].verdict == "complete"


@pytest.mark.parametrize("edited", [0, 1])
async def test_the_time_of_an_edit_beside_two_others_does_not_keep_a_post_from_being_believed(edited):
    posts = "".join(
        f'<div id="{n}" class="row post-row"><div class="author col"><h4><a href="/user/reader{n}">reader{n}</a></h4><h5>Member</h5><div class="author-registered">Joined: '
        f'<time datetime="2019-12-02T04:15:11">Dec 2, 2019</time></div><div class="author-posts">Posts: 4</div></div><div class="post-box col"><div class="post-meta row"><div class="col-auto"><a href="/post/{n}">'
        f'<time datetime="2022-11-04T05:2{n}:07">Nov 4, 2022, 5:2{n}:07 AM</time></a>'
        + '<small>(Last modified: <time datetime="2022-12-02T05:02:23">Dec 2, 2022, 5:02:23 AM</time> by <a href="/user/reader2">reader2</a>)</small>' * (n == 2 and edited)
        + f'</div><div class="col-auto"><strong>#{n}</strong></div></div><div class="post-content"><p>{"The bridge has lost its bread, says the reader. " * (3 - n)}</p></div></div></div>'
        for n in (1, 2)
    )
    html = f'<html lang="en"><title>Bridge - Topic</title><body><div class="topic-view"><div class="card topic"><div class="card-header topic-header"><a href="/topic/1">Bridge</a></div><div class="card-body topic-body">{posts}</div></div></div></body></html>'
    assert [c.author_name for c, _ in await comments_of_page(html, {})] == ["reader1", "reader2"]


async def test_a_thread_that_only_scripts_would_show_is_read_from_the_page_as_it_is_shown_without_them():
    plain = '<noscript><a href="?noscript">Visit here for a non-javascript version of this page.</a></noscript>'
    web = {URL + "?noscript": answer(thread_page((1, 2, 3), ""))}
    html = f'<html lang="en"><body><h1>Bridge</h1><h3>3 comments</h3>{plain}</body></html>'
    [(_, comments, ledger)] = await read(Generic(), html, URL, web)
    assert ([c.native_id for c in comments], ledger.verdict) == (["100", "200", "300"], "complete")
    [(_, comments, ledger)] = await read(Generic(), html, URL, {URL + "?noscript": answer("<h1>Bridge</h1>")})
    assert (comments, ledger.verdict) == ([], "partial")


async def test_a_further_page_of_which_no_comment_could_be_read_makes_the_thread_partial():
    web = {URL + "?page=2": answer("<html><body><h1>Bridge</h1><p>Please turn on your scripts.</p></body></html>")}
    found = await comments_of_page(thread_page((1, 2, 3), '<a href="?page=2">Older comments</a>'), web)
    assert (len(found), found[0][1].verdict) == (3, "partial")


async def test_a_further_page_that_fails_makes_the_thread_partial():
    found = await comments_of_page(thread_page((1, 2, 3), '<a href="?page=2">Older comments</a>'), {})
    assert (len(found), found[0][1].verdict) == (3, "partial")


@pytest.mark.parametrize(
    ("shown", "verdict"),
    [({2: (4, 5, 6), 3: (7, 8)}, "complete"), ({2: (4, 5, 6), 3: (1, 2, 3)}, "partial"), ({2: (4, 5, 6), 3: (4, 5, 6)}, "partial"), ({2: (1, 2, 3), 3: (1, 2, 3)}, "partial")],
)  # fmt: skip
async def test_a_further_page_that_shows_another_one_once_more_makes_the_thread_partial(shown, verdict):
    links = " ".join(f'<a href="?page={number}">{number}</a>' for number in (2, 3))
    web = {URL + f"?page={number}": answer(thread_page(numbers, f'<a href="?page=1">1</a> {links}')) for number, numbers in shown.items()}
    web[URL + "?page=1"] = answer(thread_page((1, 2, 3), links))
    found = await comments_of_page(thread_page((1, 2, 3), links), web)
    assert (len(found), found[0][1].verdict) == (len({1, 2, 3}.union(*shown.values())), verdict)


async def test_a_page_without_ids_that_shows_the_first_once_more_is_noticed_though_the_pipelines_took_the_labels():
    links = '<a href="?page=2">2</a>'
    html = thread_page((1, 2, 3), links).replace(' id="c', ' data-x="c')
    document = Document(html, URL)
    [ref] = Generic().detect(document)
    reading = reading_of(ref, document, answering({URL + "?page=2": answer(html)}))
    async for batch in read_thread(Generic(), reading):
        for comment in batch.comments:
            assert comment.id_kind == "surrogate"
            comment.native_id = None
    ledger = reading.ledger()
    assert (ledger.verdict, "once more" in ledger.gaps[0]["reason"]) == ("partial", True)


async def test_the_number_of_the_first_page_that_other_pages_link_to_is_no_repetition():
    web = {URL + "?page=1": answer(thread_page((1, 2, 3), '<a href="?page=2">Newer</a>'))}
    web[URL + "?page=2"] = answer(thread_page((4, 5, 6), '<a href="?page=1">Older</a>'))
    found = await comments_of_page(thread_page((4, 5, 6), '<a href="?page=1">Older</a>'), web)
    assert (len(found), found[0][1].verdict) == (6, "complete")


@pytest.mark.parametrize(("stated", "verdict"), [(70, "partial"), (4, "complete")])
async def test_a_count_before_a_further_list_of_a_thread_is_that_of_the_thread(stated, verdict):
    html = (FIXTURES / "two-lists-of-one-thread" / "page.html").read_text("utf-8")
    html = html.replace("Hot comments", "2 hot comments").replace("All comments", f"All comments ({stated})")
    [(_, comments, ledger)] = await read(Generic(), html, URL)
    assert (len(comments), ledger.expected, ledger.verdict) == (4, stated, verdict)


async def test_a_link_without_words_is_followed_where_its_address_differs_in_the_number_of_the_page_alone():
    links = 'Seite 1 von 2 <a href="?page=2"><i class="fa fa-chevron-right"></i></a> <a href="?p=7"><img src=x></a> <a href="/?page=9"><i class=logo></i></a>'
    web = {URL + "?page=2": answer(thread_page((4, 5, 6), 'Seite 2 von 2 <a href="?page=1"><i></i></a>'))}
    web[URL + "?page=1"] = answer(thread_page((1, 2, 3), links))
    found = await comments_of_page(thread_page((1, 2, 3), links), web)
    assert ([c.native_id for c, _ in found], found[0][1].verdict) == (["100", "200", "300", "400", "500", "600"], "complete")


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        ("Page 1 of 4", "partial"), ("Page <b>1</b> of <b>4</b>", "partial"), ("Страница 1 из 4", "partial"), ("第 1 页 / 共 4 页", "partial"), ("1 / 4 ページ", "partial"),
        ("Seite 1 von 1", "complete"), ("第 3 楼 2021-05-01", "complete"), ("Page 1 - 20 comments", "complete"), ("صفحة 1 من 4", "partial"), ("1 of 4 people found this helpful", "complete"), ("Photo page 4 of 1", "complete"), ("", "complete"),
    ],
)  # fmt: skip
async def test_a_thread_that_is_one_of_several_pages_by_its_own_word_is_not_called_complete(line, verdict):
    found = await comments_of_page(thread_page((1, 2, 3), line), {})
    assert found[0][1].verdict == verdict


@pytest.mark.parametrize(("others", "verdict"), [(4, "partial"), (1, "complete"), (0, "complete")])
async def test_a_thread_with_many_times_between_its_comments_is_not_called_complete(others, verdict):
    other = "".join(f"<li><table><tr><th>May {n + 20}, 2020<td>What guest {n} says of it.</table></li>" for n in range(others))
    rows = [f'<li class="comment"><b class="author">Reader {n}</b> <i class="date">2020-05-{n + 10} 10:00</i><p class="text">What reader {n} says of the bridge.</p></li>' for n in range(4)]
    html = f'<html lang="en"><body><h1>Bridge</h1><div id="comments"><ul>{rows[0]}{other}{"".join(rows[1:])}</ul></div>'
    found = await comments_of_page(html, {})
    assert (len(found), found[0][1].verdict) == (4, verdict)


@pytest.mark.parametrize(("kind", "star", "found"), [("review", "fas fa-star", 0), ("post", "fas fa-star", 3), ("review", "fas fa-start", 3)])
async def test_reviews_with_rows_of_pictures_of_stars_are_no_comments_and_posts_with_those_of_a_rank_are(kind, star, found):
    stars = 5 * f'<i class="{star}"></i>'
    rows = "".join(
        f'<li class="{kind}"><b class="author">Reader {n}</b> {stars} <i class="date">2020-05-{n + 10} 10:00</i><p class="text">What reader {n} says of the lamp, and of the light that it gives.</p></li>'
        for n in (1, 2, 3)
    )  # fmt: skip
    html = f'<html lang="en"><body><h1>Lamp</h1><div id="comments"><h2>3 comments</h2><ul>{rows}</ul></div>'
    assert len(await comments_of_page(html, {})) == found


@pytest.mark.parametrize(
    ("control", "is_left"),
    [
        ('<p><a href="#" onclick="show()">Kommentar hinzufügen</a></p>', True), ("<div><button>Mkpughe okwu</button></div>", True), ('<p><a href="/places">Where the bridge is</a></p>', False),
    ],
)  # fmt: skip
async def test_a_control_that_opens_the_form_behind_the_last_comment_is_no_part_of_it(control, is_left):
    said = "What the reader says of the bridge, and of the wind on it."
    html = f'<html lang="de"><body><h1>Brücke</h1><div id="content"><div id="comments"><h3>Kommentare</h3><h4>Von <a class="user" href="/users/10">Reader One</a> am <i>06.03.2020 09:49</i></h4><div class="wiki"><p>{said}</p></div></div>'
    [(comment, _)] = await comments_of_page(f'{html}{control}<form action="/comments"><textarea name="comment"></textarea></form></div>', {})
    assert (comment.text == said) is is_left


@pytest.mark.parametrize(
    ("link", "found"), [('<a href="/discussions">Discussions</a>', 0), ('<a href="#talk">Discussions</a>', 1), ('<a href="/bridge/?all=1">Discussions</a>', 1)]
)  # fmt: skip
@pytest.mark.parametrize("kind", ["menu", "path"])
async def test_a_link_in_the_menu_of_the_site_or_in_the_path_to_the_page_heads_no_comments(kind, link, found):
    menu = "".join(f'<li><a href="/{name}">{name}</a></li>' for name in ("Overview", "Issues", "Calendar", "Files"))
    around = f"<ul>{menu}<li>{link}</li></ul>" if kind == "menu" else f'<p>{link} » <a href="/places">Places</a> »</p>'
    html = (
        f'<html lang="en"><body>{around}<h2>Mill #7</h2><div class="issue"><p class="author">Added by <a class="user" href="/users/5">Reader One</a> on <a title="2020-03-06 09:49" href="/activity?from=2020-03-06">6 March 2020, 09:49</a></p>'
        '<div class="description"><div class="text"><p>Please look at the bridge, its railing is loose and the paint comes off.</p></div></div></div>'
    )
    assert len(await comments_of_page(html, {})) == found


def topic(answers, before, heading):
    """A post with answers of nearly the same make behind a heading."""
    posts = [
        f'<div class="message{" reply" * (n > 0)}"><p><span class="author">Added by <a class="user" href="/users/{n}">Reader {n}</a> <i>2020-05-{n + 10} 10:00</i></span></p>'
        f'<div class="text">What reader {n} says of the bridge, and of the wind on it.</div></div>'
        for n in range(answers + 1)
    ]  # fmt: skip
    return f'<html lang="en"><body><h2>Bridge</h2><div>{before}{posts[0]}<div id="replies"><h3 class="comments">{heading}</h3>{"".join(posts[1:])}</div></div>'


@pytest.mark.parametrize("heading", ["Replies (1)", "1 comment", "Ответы (1)", "Respostas (1)", "返答 (1)"])
async def test_the_post_above_a_heading_that_counts_just_the_answers_to_it_is_none_of_them(heading):
    [(comment, ledger)] = await comments_of_page(topic(1, "", heading), {})
    assert (comment.author_name, ledger.expected, ledger.verdict) == ("Reader 1", 1, "complete")


@pytest.mark.parametrize(("before", "heading"), [("<h3>Best comment</h3>", "Replies (1)"), ("", "Replies (2)")])
async def test_the_first_post_is_a_comment_where_a_line_speaks_of_it_as_of_one(before, heading):
    assert len(await comments_of_page(topic(1, before, heading), {})) == 2


def letters(answers, around):
    """A letter with answers of the same make: the opening one, then the others in an element of their own."""
    said = [
        f'<div class="email"><div class="email-header"><h2 class="name">Reader {n}</h2> <span class="date">2020-05-{n + 10} 10:00</span></div>'
        f'<div class="email-body"><p>What reader {n} says of the bridge, and of the wind on it.</p></div>'
        '<a class="reply" href="#">Reply</a> <a href="/accounts/login/?next=/thread/5/">Sign in to reply online</a></div>'
        for n in range(answers + 1)
    ]
    return f'<html lang="en"><body><h1>Bridge</h1><div>{said[0]}<p><a href="?sort=date">By date</a></p>{around}{"".join(said[1:])}</div></div>'


@pytest.mark.parametrize("answers", [1, 2, 3, 4, 9])
async def test_an_opening_post_is_no_comment_beside_a_list_of_its_replies_however_many_there_are(answers):
    for around in ['<div class="replies">', *['<h3>Replies</h3><div class="replies">', "<div>", '<ul class="rest">'][: 3 * (answers > 1)]]:
        found = await comments_of_page(letters(answers, around), {})
        assert [comment.author_name for comment, _ in found] == [f"Reader {n}" for n in range(1, answers + 1)]


@pytest.mark.parametrize("answers", [1, 2, 3, 4, 9])
async def test_an_opening_post_that_alone_holds_the_title_of_the_page_is_no_comment_however_many_answers_stand_beside_it(answers):
    html = letters(answers, "").replace("<h1>Bridge</h1>", "").replace('<div class="email">', '<div class="email"><h1>Bridge</h1>', 1)
    found = await comments_of_page(html, {})
    assert [comment.author_name for comment, _ in found] == [f"Reader {n}" for n in range(1, answers + 1)]


@pytest.mark.parametrize("answers", [1, 2, 3, 4, 9])
async def test_an_opening_post_is_a_comment_in_one_list_with_the_others_however_many_there_are(answers):
    assert len(await comments_of_page(letters(answers, ""), {})) == answers + 1


def entry(comments, heading, form):
    """A diary whose entry and comments are of the same make."""
    said = [
        f'<blockquote><div class="entry"><div class="title">{name}</div><div class="date">Submitted at 05:28:4{n} on 25 October 2022</div>'
        f'<div class="body"><p>The bridge could use a roof, says the {n + 1}. of us. Please bring it up with the council.</p></div></div></blockquote>'
        for n, name in enumerate(["Ida Fall", "Jan Holm", "Kim Lund"][:comments])
    ]
    field = '<h3>Add A Comment</h3><form>Your Name <input name="n"> Your Comment<br><textarea name="body"></textarea></form>' if form else ""
    return (
        '<html lang="en"><body><h1>Bridge</h1><div class="entry"><div class="title">The bridge needs a roof</div><div class="date">25th October '
        f'2022</div><div class="body"></div><div class="tags">Tags: <a href="/tags/town">town</a></div></div><h3>{heading}</h3>{"".join(said)}{field}</body></html>'
    )


@pytest.mark.parametrize(
    ("comments", "heading", "form", "found"),
    [(1, "Comments On This Entry", True, 1), (2, "Comments On This Entry", True, 2), (3, "Comments On This Entry", True, 3), (0, "Comments On This Entry", True, 0), (1, "From the archive", True, 0), (1, "Comments On This Entry", False, 0)],
)  # fmt: skip
async def test_one_comment_or_two_between_their_heading_and_the_field_for_one_more_are_believed_whatever_their_make(comments, heading, form, found):
    assert len(await comments_of_page(entry(comments, heading, form), {})) == found


@pytest.mark.parametrize(("element", "is_named"), [("code", False), ("i", True)])
def test_what_stands_in_code_names_nobody(element, is_named):
    items = "".join(f'<li><span>Read what was written about the bridge number {n} <{element}>(<span class="user-name">right{n}</span>)</{element}></span></li>' for n in range(30))
    read = candidates(Document(f"<html lang='en'><body><h1>Rights</h1><ul>{items}</ul></body></html>".encode(), URL), observed_at=NOW, language=None)
    assert ("right0" in {name.text for found in read for name in found.slots.names if name is not None}) == is_named


SIGNED = '<a href="/User:{0}">{0}</a>{1} 05:28, 2{2} October 2022 (UTC)'
TALK = ' (<a href="/User_talk:{0}">talk</a>)'


@pytest.mark.parametrize(("texts", "beside", "found"), [(1, TALK, 1), (2, TALK, 2), (3, TALK, 3), (1, "", 0)])
async def test_a_text_of_any_length_is_believed_that_is_signed_with_a_second_page_of_the_author_s(texts, beside, found):
    names = ["Ida", "Jan", "Kim"][:texts]
    said = "".join(f"<p>Agreed! {SIGNED.format(name, beside.format(name), n)}</p>" for n, name in enumerate(names))
    html = f'<html lang="en"><body><h1>Talk:Bridge</h1><div><h2>A roof <span>[<a href="/edit?section=1">edit</a>]</span></h2>{said}</div></body></html>'
    assert [c.author_name for c, _ in await comments_of_page(html, {})] == names[:found]


@pytest.mark.parametrize("caption", ["Today's remarks(Total: {}) [<a href='#c'>Add</a>]", "本日のツッコミ(全{}件)", "Bemerkungen [insgesamt {}]"])
@pytest.mark.parametrize(("stated", "verdict"), [(4, "complete"), (5, "partial")])
async def test_a_total_in_brackets_above_the_comments_is_their_count(caption, stated, verdict):
    html = thread_page(range(1, 5), "").replace('<div id="comments">', f'<div id="comments"><div class="caption">{caption.format(stated)}</div>')
    ledgers = [ledger for _, ledger in await comments_of_page(html, {})]
    assert (len(ledgers), ledgers[0].expected, ledgers[0].verdict) == (4, stated, verdict)


@pytest.mark.parametrize(
    ("between", "verdict"),
    [("</p><p>", "complete"), ("\n", "partial"), (" <br>", "partial"), (" See the plan of 10:15, 3 May 2021, and", "complete")],
)  # fmt: skip
async def test_a_thread_with_two_signed_texts_in_one_paragraph_is_not_called_complete(between, verdict):
    signs = [f'<a href="/wiki/User:{name}">{name}</a> (<a href="/wiki/User_talk:{name}">talk</a>) 1{n}:12, 3 May 2021 (UTC)' for n, name in enumerate(["Anna", "Bo"])]
    first = f"The wheel was not built in the year that the page tells. {signs[0]}" if between != " See the plan of 10:15, 3 May 2021, and" else ""
    html = f"<html lang=en><body><h1>Talk:Mill</h1><div><h2>Wheel</h2><p>{first}{between} it was built later, by another mason. {signs[1]}</p><p>The other one has no wheel at all. {signs[0]}</p></div>"
    [(_, _, ledger)] = await read(Generic(), html, URL)
    assert ledger.verdict == verdict


@pytest.mark.parametrize(
    ("control", "verdict"),
    [
        ("Load 28 more comments", "partial"), ("28 weitere Kommentare laden", "partial"), ("Показать ещё 28 комментариев", "partial"),
        ("Ver 28 comentarios más", "partial"), ("Load more comments", "partial"), ("查看更多评论", "partial"), ("28 more days", "complete"),
        ("More of our rules for comments", "complete"), ("View all 28 comments", "partial"), ("查看全部 <em>28</em> 条评论", "partial"), ("View all 4 comments", "complete"),
        ("Please log in to read all 28 comments.", "partial"),
        ("<p>I could name 28 more comments that say the same, and none of them is wrong.", "complete"),
    ],
)  # fmt: skip
async def test_a_thread_of_which_a_script_would_bring_more_is_not_called_complete(control, verdict):
    html = thread_page(range(1, 5), f"<button>{control}</button>")
    [(_, comments, ledger)] = await read(Generic(), html, URL)
    assert (len(comments), ledger.verdict) == (4, verdict)


@pytest.mark.parametrize(
    ("link", "told"),
    [
        ('<a href="#talk">56 comments</a>', [(0, 56, "partial")]), (f'<a href="{URL}#talk">Kommentare <b>1.204</b></a>', [(0, 1204, "partial")]),
        ("<h3>56 Comments</h3>", [(0, 56, "partial")]), ("<h2>Kommentare (1.204)</h2>", [(0, 1204, "partial")]), ("<h3>6 条评论</h3>", [(0, 6, "partial")]),
        ("<h3>Comments (0)</h3>", []), ("<h3>The last 48 comments on it</h3>", []), ("<h4>36 reviews</h4>", []), ("<h3>Comments</h3>", []),
        (f'<a href="{URL}comments/">56 comments</a>', [(0, 56, "unknown")]), ('<a href="/other/comments/">56 comments</a>', []),
        ('<a href="#talk">0 comments</a>', []), ('<a href="#talk">Comments</a>', []), ('<a href="#stars">36 reviews</a>', []),
        ('<a href="/other#talk">56 comments</a>', []), ('<a href="#">56 comments</a>', []),
    ],
)  # fmt: skip
async def test_a_thread_that_the_page_counts_and_does_not_show_is_in_the_ledger(link, told):
    html = f'<html lang="en"><body><h1>Bridge</h1><p>The bridge is open again.</p>{link}<div id="talk"></div>'
    threads = await read(Generic(), html, URL)
    assert [(len(comments), ledger.expected, ledger.verdict) for _, comments, ledger in threads] == told
    assert ("shows none of them" in explain(Document(html, URL), observed_at=NOW)) == bool(told)


async def test_pages_of_other_sites_and_links_of_controls_are_not_followed():
    links = '<a href="https://other.example/bridge/?page=2">next</a> <a href="?replytocom=7">more</a> <a href="#x">2</a>'
    found = await comments_of_page(thread_page((1, 2, 3), links), {})
    assert (len(found), found[0][1].requests) == (3, 0)


def test_the_explanation_names_the_records_the_places_and_the_evidence():
    document = Document((FIXTURES / "flat-with-indents" / "page.html").read_bytes(), URL)
    told = explain(document, observed_at=NOW)
    for line in ("records: 4 of div.entry-row", "author: div.head > a.nick (4 of 4", "answers: 2 by indentation", "evidence: "):
        assert line in told


COMMENT = '<li class="comment"><b class="author">U{n}</b> <i>2020-01-02 10:{m:02}</i><p>Text number {n} of somebody.'
MONSTERS = {
    "siblings": lambda size: "<ul>" + "".join(COMMENT.format(n=n, m=n % 60) + "</li>" for n in range(size)) + "</ul>",
    "unclosed": lambda size: "<ul>" + "".join(COMMENT.format(n=n, m=n % 60) for n in range(size)),
    "nested": lambda size: "".join(f"<div class=comment><b class=author>U</b> 2020-01-02 10:00 <p>text {n}" for n in range(size)),
    "times": lambda size: "<p>2020-01-02 10:00 " * size,
    "counts": lambda size: "".join(f"<p>{n} comments" for n in range(size)),
    "lists in lists": lambda size: "<ul><li class=c><b class=author>U</b> 2020-01-02 10:00 <p>text of somebody</p>" * size,
    "bare lists in lists": lambda size: "<ul><li>2020-01-02 text" * size,
    "one class": lambda size: '<div class="comment reply author date">2020-01-02 U says: text' * size,
    "many classes": lambda size: "".join(f'<p class="{" ".join(f"c{n}-{k}" for k in range(40))}">2020-01-02 text of {n}</p>' for n in range(size)),
    "rules": lambda size: "<hr>U wrote on 2020-01-02 10:00:<br>text" * size,
    "terms": lambda size: "<dl>" + "<dt>U, 2020-01-02 10:00<dd>text" * size,
    "addressed": lambda size: "<ul>" + "".join(f"<li class=comment><b class=author>U{n}</b> 2020-01-02 10:00 <p>@U{n - 1} no, @U0" for n in range(size)),
    "spaces": lambda size: "<li class=comment>@" + " " * 50 * size + "<b>U</b>" + "\u3000" * 50 * size + "2020-01-02",
    "long line": lambda size: "<li class=comment><b class=author>U</b> 2020-01-02 10:00 <p>" + "wrote on 1.1. said " * 20 * size,
    "turns": lambda size: "<table>" + "".join(f"<tr class={'ab'[n % 2]}{'xyz'[n // 3 % 3]}><td>2020-01-02 10:00<td>U{n}<td>text {n}" for n in range(size)),
    "anchors": lambda size: "".join(f"<a name=c{n}></a><b>U{n}</b>, 2020-01-02 10:00<br>text {n}<hr>" for n in range(size)),
}


def lines_of(kind, size):
    """The lines of Python that a page of some size takes."""
    document = Document(MONSTERS[kind](size), URL)
    assert document.elements.count

    def work():
        found = find_thread(document, observed_at=NOW, language="en")
        if found is not None:
            read_whole(found, observed_at=NOW, language="en")
            comments_of(found, observed_at=NOW)

    return lines_run(work)


@pytest.mark.parametrize("kind", MONSTERS)
def test_four_times_the_page_takes_about_four_times_the_work(kind):
    small = lines_of(kind, 100)
    assert lines_of(kind, 400) < 6 * small + 2_000, "quadratic growth would be 16 times"


PIECES = st.sampled_from(
    [
        "<div class=comment>", "</div>", "<ul>", "<li id=c1>", "<li id=c99>", "</ul>", "<p>", "<table><tr><td>", "</table>",
        "<b class=author>", "</b>", "<i>2020-01-02 10:00</i>", "3 hours ago", "Reply", "says:", "<hr>", "<a name=x7>", "<dt>",
        "<dd>", "<blockquote>", "<br>", "text of somebody who writes", "<a href='?page=2'>next</a>", "<form><textarea>", "7",
        "<span style='margin-left:20px'>", "<h2>3 comments</h2>", "\u00a0", "&#xd800;", "<time datetime=x>", "\u202e", "<svg>",
    ]
)  # fmt: skip


@settings(max_examples=150)
@given(st.lists(PIECES, max_size=60).map("".join))
def test_no_markup_makes_it_fail(html):
    document = Document("<body>x" + html, URL)
    found = find_thread(document, observed_at=NOW, language=None)
    if found is not None:
        read_whole(found, observed_at=NOW, language=None)
        comments = comments_of(found, observed_at=NOW)
        ids = {comment.native_id for comment in comments}
        assert all(comment.parent_native_id in ids for comment in comments if comment.parent_native_id)
    explain(document, observed_at=NOW)


@pytest.mark.parametrize(
    ("line", "language", "raw", "at"),
    [
        ("Ida 2014年03月04日 09時38分06秒", "ja", "2014年03月04日 09時38分06秒", "2014-03-04T09:38"),
        ("Ida 2014년 3월 4일 오후 9시 38분", "ko", "2014년 3월 4일 오후 9시 38분", "2014-03-04T21:38"),
        ("Ida 2014-3月-4 火曜日 09:38:06 #7", "ja", "2014-3月-4 火曜日 09:38:06", "2014-03-04T09:38"),
        ("04 مارس 2014 09:38 مساءاً", "ar", "04 مارس 2014 09:38 مساءاً", "2014-03-04T21:38"),
        ("18 يناير 2013 - 4:05 م", "ar", "18 يناير 2013 - 4:05 م", "2013-01-18T16:05"),
        ("Από: Νίκος 5/3/2019 4:05 μ.μ.", "el", "5/3/2019 4:05 μ.μ.", "2019-03-05T16:05"),
        ("Riitta 25.10.2011 klo 20.05", "fi", "25.10.2011 klo 20.05", "2011-10-25T20:05"),
        ("12 Ağustos 2015 Pazartesi 06:05", "tr", "12 Ağustos 2015 Pazartesi 06:05", "2015-08-12T06:05"),
        ("seagull23, Jul. 16, 2016, 8:27 a.m.", "en", "Jul. 16, 2016, 8:27 a.m.", "2016-07-16T08:27"),
        ("am 23.07.2015 um 04:53 Uhr", None, "23.07.2015 um 04:53", "2015-07-23T04:53"),
    ],
)
def test_a_time_is_read_whole_whatever_stands_around_it(line, language, raw, at):
    published, start, end = time_in(line, observed_at=NOW, language=language)
    assert (line[start:end], (moment(published.at) or "")[:16]) == (raw, at)


@pytest.mark.parametrize("word", ["Submitted at", "Date:", "Eingestellt am", "Publié le", "Добавлено", "投稿日", "작성일:", "נכתב ב"])
def test_what_stands_before_a_time_names_nobody(word):
    html = "".join(f"<div class=comment>{word} 2020-05-1{n} 10:00<p>Text number {n} of somebody.</p></div>" for n in range(4))
    found = find_thread(Document(html.encode(), URL), observed_at=NOW, language=None)
    assert found is not None
    assert [name for name in found.slots.names if name is not None] == []


async def test_comments_on_answers_name_their_answer_and_no_text_is_read_twice():
    html = (FIXTURES / "answers-with-comments" / "page.html").read_text("utf-8")
    found = [comment for comment, _ in await comments_of_page(html)]
    by = {comment.native_id: comment.author_name for comment in found}
    assert [by.get(comment.parent_native_id) for comment in found if comment.parent_native_id] == ["Ole Brandt"] * 2 + ["Henk de Boer"]
    everything = "\n".join(comment.text or "" for comment in found)
    assert everything.count("a fifth is plenty") == everything.count("Rye has hardly any gluten") == 1


async def test_ids_of_answers_and_of_the_comments_on_them_are_kept_apart():
    html = (FIXTURES / "answers-with-comments" / "page.html").read_text("utf-8")
    for number in ("410", "433", "451", "500"):  # the comments have the same numbers as the answers
        html = html.replace("<li><span>", f'<li id="n{number}"><span>', 1)
    found = [comment for comment, _ in await comments_of_page(html)]
    assert len({comment.native_id for comment in found}) == len(found) == 7


def test_the_explanation_names_comments_on_answers():
    document = Document((FIXTURES / "answers-with-comments" / "page.html").read_bytes(), URL)
    assert "comments on them: 4 of " in explain(document, observed_at=NOW)


async def test_an_article_before_the_line_that_counts_one_comment_is_no_comment():
    said = "Every September my aunt brought two baskets of plums, and for a week the whole house smelled of this cake. "
    html = f"""<html lang="en"><body><div id="box"><div id="mid"><div class="text"><h3>Plum cake</h3><p>{said * 2}</p>
    <p>{said}It keeps for three days.</p><p class="posted">Hanna | 12 September 2010 18:30</p></div><h2>1 response to Plum cake</h2>
    <div class="resp"><cite>Ed</cite> on 14 Sep 2010 said:<blockquote>Agreed.</blockquote></div><h2>Your response</h2><form><p>
    <label>Name</label> <input name="n"></p><p>Comment<br><textarea name="t"></textarea></p><input type="submit"></form></div></div>"""
    assert [comment.text for comment, _ in await comments_of_page(html)] == ["Agreed."]


async def test_an_article_before_the_line_that_counts_its_only_answer_is_no_answer():
    def said(name, text):
        return (
            f'<div class="topic-meta row"><img class="user-avatar" src="/{name}.png"><p class="text-muted"><a href="/u/{name}/">{name}</a> <span>9 months, 3 weeks ago</span></p></div>'
            f'<div class="reply-content"><p>{text}</p></div>'
        )

    html = (
        '<html lang="en"><body><div class="panel"><div class="panel-body"><h1>At rain</h1>'
        + said("Ida", "The ferry waits at the quay, and nobody could tell me why. " * 3)
        + '</div></div><div class="panel"><div class="panel-heading">1 Reply</div><ul class="reply-list"><li class="reply-item">'
        + said("Jan", "It waits for the captain, who is at the barber's, and the engine does not start.")
        + '<p class="reply-link"><a href="#" class="reply-to">Reply</a></p></li></ul></div><div>Leave a Reply</div></body></html>'
    )
    assert [c.author_name for c, _ in await comments_of_page(html)] == ["Jan"]


@pytest.mark.parametrize("caption", ["Today's remarks (1)", "今日のツッコミ(全1件)"])
async def test_a_caption_that_something_of_the_day_has_is_no_time(caption):
    html = (
        f'<html lang="en"><body><h1>Diary</h1><div class="comment"><div class="caption">{caption} [<a href="#c">Add a remark</a>]</div>'
        '<div class="commentbody"><div class="commentator"><span class="commentator">Ilse Iltis</span> <span class="commenttime">'
        "(2023-04-04 02:18)</span></div><p>The bakery will need fewer meetings. My neighbour says the same every spring. Nobody asked the"
        ' people who live next door.</p></div></div><form method="post"><textarea name="body"></textarea></form>'
    )
    assert [(c.author_name, c.published_raw) for c, _ in await comments_of_page(html)] == [("Ilse Iltis", "2023-04-04 02:18")]


SAID = (
    ("Ann Okafor", "It was closed all of last year, and nobody mended it."),
    ("Bo Lind", "I take the ferry now, that is quicker anyway."),
    ("Cy Young", "Who is to pay for this? We all are, as ever."),
)
"""Names and what they say: neither classes nor places tell that these are comments."""


@pytest.mark.parametrize(
    ("comments", "heading", "form", "signs"),
    [
        (1, "1 comment", "<textarea></textarea>", (1.0, 1.0, 1.0)),
        (2, "2 comments", "", (1.0, 1.0, 0.0)),
        (2, "5 comments", "", (1.0, 0.0, 0.0)),
        (1, "Comments", "<textarea></textarea>", (1.0, 0.0, 1.0)),
        (2, "News", "<textarea></textarea>", (0.0, 0.0, 1.0)),
        (2, "News", "", (0.0, 0.0, 0.0)),
        (3, "3 comments", "<textarea></textarea>", (0.0, 0.0, 0.0)),
    ],
)
def test_a_heading_a_count_and_a_field_tell_one_or_two_records_and_more_are_told_by_how_often_they_come(comments, heading, form, signs):
    records = "".join(
        f'<div class="a7f"><b>{name}</b> <i>{number} March 2023 at 10:0{number}</i><div><p>{text}</p></div></div>'
        for number, (name, text) in enumerate(SAID[:comments], 1)
    )
    story = "The bridge of the town will be closed, as the council says. " * 6
    html = f"<h1>The bridge</h1><p>{story}</p><section><h3>{heading}</h3>{records}</section><form>{form}</form>"
    best = candidates(Document(html, URL), observed_at=NOW, language="en")[0].group
    assert len(best.spans) == comments
    assert tuple(best.signs[name] for name in ("headed", "stated", "answered")) == signs


def test_figures_beside_a_name_and_a_time_are_nothing_that_anybody_says():
    def page(*texts):
        rows = (
            f'<li class="q"><b>{name}</b> <i>{number} March 2023 at 10:0{number}</i> <p>{text}</p></li>'
            for number, ((name, _), text) in enumerate(zip(SAID, texts, strict=True), 1)
        )
        return Document(f"<h1>The bridge</h1><h3>Comments</h3><ul>{''.join(rows)}</ul>", URL)

    def share_that_says_anything(document):
        found = find_thread(document, observed_at=NOW, language="en")
        return found and found.evidence["filled"]

    assert share_that_says_anything(page(*(text for _, text in SAID))) == 1.0
    assert share_that_says_anything(page("1,204 / 17", "98 / 3", "5 / 0")) == 0.0
    assert share_that_says_anything(page("1,204 / 17", "98 / 3", SAID[2][1])) == pytest.approx(1 / 3)
    assert share_that_says_anything(page("+1", SAID[1][1], SAID[2][1])) == 1.0, "one vote among comments is a comment"


def test_the_heading_of_a_thread_begins_no_comment():
    html = """<h1>Data</h1><div><h3 id="comments">Comments</h3><div class="comment" id="comment_1004"><div class="head">
    <a href="/user/edda">edda</a> commented on 05 Aug 2019, 3:56PM</div><p>Could you explain the third one?</p></div>
    <a href="/user/join">Join us</a></div>"""
    found = candidates(Document(html, URL), observed_at=NOW, language="en", limit=99, behind=99)
    assert found
    assert all(other.template.tree.tags[other.group.heads[0]] != "h3" for other in found)


def edited(note):
    record = (
        '<div class="comment" id="comment-{0}"><b class="author">{1}</b> <time datetime="2023-04-0{0}T10:00:00Z">{0} April'
        '</time><div class="text"><p>{2}</p><div>{3}</div></div></div>'
    )
    said = ("Ann", "The bridge is open at last."), ("Per", "It is as narrow as the old one."), ("Mira", "No, wider.")
    records = (
        record.format(number, name, text, note if number == 2 else "") for number, (name, text) in enumerate(said, 1)
    )
    return f"<body><h1>Bridge</h1><div class=comments><h2>3 comments</h2>{''.join(records)}</div>"


@pytest.mark.parametrize(
    "note",
    [
        "Last edited by Ann Lee; 12-05-2023 at 12:10 PM.",
        "Edited 5 minutes ago",
        "Отредактировано 28 Дек, 2022 12:10",
        "Zuletzt bearbeitet von Max am 12.05.2023, 12:10",
        "Ce message a été modifié par Luc le 12 mai 2023 à 12:10.",
        "Max tarafından 12.05.2023 12:10 tarihinde düzenlendi",
        "本帖最后由 老王 于 2023-3-4 12:30 编辑",
        "2023年5月12日 12:10に編集",
        'Last edited <a href="/timeline" title="See timeline at 05/12/23 12:10:04">5 minutes ago</a> by <span class="author">Per Lind</span> (<a href="/1?cversion=0">previous</a>)\n (<a href="/1?action=diff">diff</a>)',
    ],
)
async def test_a_note_of_an_edit_below_a_text_is_no_part_of_it(note):
    assert [c.text for c, _ in await comments_of_page(edited(note))][1] == "It is as narrow as the old one."


@pytest.mark.parametrize(
    "line", ["Edited 12 May 2023: it is not.", "They changed the sign on 12 May 2023, 12:10 and then it was edited"]
)
async def test_what_somebody_says_of_an_edit_is_text(line):
    text = [c.text for c, _ in await comments_of_page(edited(line))][1]
    assert text == f"It is as narrow as the old one.\n\n{line}"


def with_another(record):
    told = (
        f'<div class="comment" id="comment-{number}"><b class="author">{name}</b> <time datetime="2023-04-0{number}T10:00Z">'
        f'{number} April</time><div class="text"><p>{text}</p></div></div>'
        for number, (name, text) in enumerate((("Ann", "It is open at last."), ("Per", "My comment was deleted!")), 1)
    )
    return f"<body><h1>Bridge</h1><div class=comments><h2>Comments</h2>{''.join(told)}{record}</div>"


@pytest.mark.parametrize(
    "record",
    [
        '<div class="comment" id="comment-0"><b class="author"></b> <time datetime="2023-04-04T10:00Z">4 April</time></div>',
        '<div class="comment" id="comment-9"><div class="text"><p>Mira\'s comment was removed</p></div></div>',
        '<div class="comment" id="comment-9"><b class="author">Mira</b>\'s comment was removed</div>',
        '<div class="comment" id="comment-9"><p>Dieser Kommentar wurde gelöscht.</p></div>',
    ],
)
async def test_an_empty_record_and_what_stands_for_a_removed_comment_are_no_comments(record):
    read = [(c.author_name, c.text) for c, _ in await comments_of_page(with_another(record))]
    assert read == [("Ann", "It is open at last."), ("Per", "My comment was deleted!")]


def stub(record_id: str, note: str) -> str:
    return (
        f'<div class="comment"{record_id}><b class="author">Mira</b> <time datetime="2023-04-03T10:00Z">3 April</time>'
        f"<p class=muted><em>{note}</em></p></div>"
    )


@pytest.mark.parametrize("note", ["This comment has been removed.", "Comment deleted", "Dieser Beitrag wurde gelöscht.", "This post was removed by a moderator.", "このコメントは削除されました"])
async def test_a_program_s_note_in_the_place_of_a_removed_comment_is_its_stub_though_name_and_time_stand_there(note):
    html = with_another(stub(' id="comment-3"', note)).replace('"comment-', '"comment-41')
    read = [(c.author_name, c.text, c.status, c.native_id) for c, _ in await comments_of_page(html)]
    assert read[1:] == [("Per", "My comment was deleted!", "visible", "412"), ("Mira", None, "removed", "413")]


async def test_a_note_of_a_removal_with_an_id_and_a_time_is_a_stub_though_nobody_is_named():
    html = with_another(stub(' id="comment-3"', "Comment deleted").replace('<b class="author">Mira</b>', "")).replace('"comment-', '"comment-41')
    read = [(c.author_name, c.text, c.status, c.native_id) for c, _ in await comments_of_page(html)]
    assert read[1:] == [("Per", "My comment was deleted!", "visible", "412"), (None, None, "removed", "413")]


@pytest.mark.parametrize("name", ['<b class="author">Mira</b>', ""])
@pytest.mark.parametrize("note", ["Comment awaiting approval", "Your comment is awaiting moderation.", "Dein Kommentar wartet auf Freischaltung."])
async def test_what_stands_for_a_comment_that_is_not_shown_yet_is_none_and_is_not_missed(name, note):
    html = with_another(stub(' id="comment-3"', note).replace('<b class="author">Mira</b>', name)).replace('"comment-', '"comment-41')
    [(_, comments, ledger)] = await read(Generic(), html.replace("<h2>Comments", "<h2>3 comments"), URL)
    assert [comment.author_name for comment in comments] == ["Ann", "Per"]
    assert (ledger.expected, ledger.verdict) == (2, "complete")


def with_own_addresses(names, edited=""):
    return "<body><h1>Bridge</h1><div class=comments><h2>Comments</h2>" + "".join(
        f'<div class="comment" id="comment-{name}"><p><a href="#comment-{name}">¶</a> {text}</p><small><b class="author">{author}</b> | '
        f"<i>{edited if author == 'Per' and edited else f'{number} weeks ago'}</i></small></div>"
        for number, (name, author, text) in enumerate(zip(names, ("Ann", "Per", "Mira"), ("It is open.", "At last it is.", "Who paid for it?"), strict=False), 2)
    ) + "</div>"


@pytest.mark.parametrize(
    ("names", "ids"),
    [
        (("bjrdmncw", "ixhxnznj", "nqtsbpcj"), ["bjrdmncw", "ixhxnznj", "nqtsbpcj"]),
        (("00001", "00002", "00003"), None),
        (("bjrdmncw", "bjrdmncw", "nqtsbpcj"), None),
    ],
)
async def test_what_each_comment_links_to_as_its_own_address_is_its_id_whatever_it_is_made_of(names, ids):
    read = [comment for comment, _ in await comments_of_page(with_own_addresses(names))]
    assert [c.author_name for c in read] == ["Ann", "Per", "Mira"]
    assert [c.native_id for c in read if c.id_kind == "native"] == (ids or [])


async def test_the_same_of_a_single_comment_so_that_its_edit_is_one():
    [(comment, _)] = await comments_of_page(with_own_addresses(("bjrdmncw",)))
    assert (comment.author_name, comment.native_id, comment.id_kind) == ("Ann", "bjrdmncw", "native")


async def test_the_time_of_an_edit_in_the_place_of_that_of_writing_is_not_taken_for_it():
    read = [comment for comment, _ in await comments_of_page(with_own_addresses(("bjrdmncw", "ixhxnznj", "nqtsbpcj"), "Edited: 0 minutes ago"))]
    assert [(c.published_raw, c.is_edited) for c in read] == [("2 weeks ago", None), (None, True), ("4 weeks ago", None)]


async def test_a_note_of_a_removal_without_an_id_is_no_comment():
    assert [c.author_name for c, _ in await comments_of_page(with_another(stub("", "This comment has been removed.")))] == ["Ann", "Per"]


async def test_a_count_above_the_form_that_stands_before_the_comments_is_theirs():
    fields = "".join(f'<div class="row"><label>Field {n}</label><div><input name="f{n}"></div></div>' for n in range(20))
    form = f'<form method="post" action="/post"><textarea name="comment"></textarea>{fields}</form>'
    html = with_another("").replace("<h2>Comments</h2>", f"<h4>There are 3 comments below</h4>{form}")
    [(_, comments, ledger)] = await read(Generic(), html, URL)
    assert (len(comments), ledger.expected, ledger.verdict) == (2, 3, "partial")


async def test_signs_and_words_of_controls_are_text_in_a_piece_of_code():
    code = "".join(f"<span class={name}>{word}</span> " for name, word in zip("knpkn", "reply edit , by ;".split(), strict=True))
    html = with_another(
        '<div class="comment" id="comment-3"><b class="author">Mira</b> <time datetime="2023-04-03T10:00Z">3 April</time>'
        f'<div class="text"><p>Try this:</p><pre><code>{code}</code></pre></div></div>'
    )
    text = [c.text for c, _ in await comments_of_page(html)][2]
    assert " ".join(text.split()) == "Try this: reply edit , by ;"


@pytest.mark.parametrize("place", ["", "#{}"])
def test_what_one_member_has_written_is_by_one_though_the_first_part_has_no_name(place):
    """Nor does it matter that each link leads to a place of its own in the profile."""
    said = ("It is open.", "Has anybody seen the lamps?", "I would not drive over it.", "No, it was the wind.", "Two metres.")
    items = "".join(
        f'<li><a href="/users/mira/{place.format(number)}">mira</a> <span>{number} April 2023, 10:00</span> <p>{text}</p></li>'
        for number, text in enumerate(said, 1)
    )
    tree = flatten(Document(f"<body><ul><li><p>What follows is all that has been said here since the bridge was opened in the spring of the year before the last one, in order.</p></li>{items}</ul></body>", URL))
    heads = tree.places["li"]
    template = Template(tree, Group("li", heads, [(head, tree.ends[head]) for head in heads]))
    assert is_by_one(template, read_slots(template, observed_at=NOW, language="en"), ())


@pytest.mark.parametrize("count", [1, 2, 3])
async def test_the_few_things_that_a_profile_says_its_member_has_done_are_no_thread_of_it(count):
    done = "".join(
        f'<h3>11/1{n}/2022</h3><dl><dt class="reply"><span class="time">02:18 AM</span> <a href="/topics/7{n}#message-{n}">Talk: RE: What became of bridge {n}</a></dt>'
        f'<dd><span class="description">It is as narrow as the old one, or number {n}.</span> <span class="author"><a class="user" href="/users/20">Mira</a></span></dd></dl>'
        for n in range(count)
    )
    html = f'<title>Town</title><body><h1>Town</h1><h2>Mira</h2><h3>Activity</h3><div id="activity">{done}</div>'
    assert await read(Generic(), html, "https://town.example/users/20") == []


@pytest.mark.parametrize(("path", "is_one"), [("/user/mira", True), ("/topic/mira", False), ("/user/jo", False)])
def test_what_a_profile_says_of_its_member_is_by_that_member(path, is_one):
    html = '<body><div class="view"><h4 class="author-name">mira</h4><h5>Member</h5><div>Joined: <time datetime="2022-12-02T04:15:11">48 minutes ago</time></div><p>This user has not added any notes.</p></div>'
    tree = flatten(Document(html.encode(), URL))
    heads = tree.places["div"][:1]
    template = Template(tree, Group("div.view", heads, [(head, tree.ends[head]) for head in heads]))
    slots = read_slots(template, observed_at=NOW, language="en")
    assert [name and name.text for name in slots.names] == ["mira"]
    assert is_by_one(template, slots, (path,)) == is_one


def posts_of(names: list[str]) -> str:
    """What members have said, each below the linked title of its topic, as FlaskBB lists it in a profile."""
    cards = "".join(
        f'<div class="card mb-3"><div class="card-header topic-header"><a href="/post/{100 + number}"><b>{title}</b></a></div>'
        f'<div class="card-body topic-content"><div class="topic-created"><time datetime="2021-08-0{number}T05:33:40Z">Aug {number}, 2021</time>'
        f"{name and f' <a class=author href=/user/{name}>{name}</a>'}</div>"
        f'<div class="topic-content"><p>It has rained on the bridge for {number} days, and nobody says why.</p></div></div></div>'
        for number, (title, name) in enumerate(zip(("Tolls", "Weirs", "Old mill", "Ferry"), names, strict=True), 1)
    )
    return f'<title>Mo - User</title><body><h4 class="author-name">Mo</h4><h5>Posts</h5><div class="profile-content">{cards}</div>'


async def test_what_a_member_has_said_in_topics_is_no_thread_of_the_profile():
    alone = ["", "", "", ""]
    assert await read(Generic(), posts_of(alone), "https://town.example/user/mo/posts") == []
    [(_, comments, _)] = await read(Generic(), posts_of(["Ann", "Per", "Ann", "Mira"]), "https://town.example/user/mo/posts")
    assert [comment.author_name for comment in comments] == ["Ann", "Per", "Ann", "Mira"], "what others say on a wall"


def answers_page(answers: list[tuple[str, list[int]]], *, on_question: tuple[int, ...] = (), before: str = "") -> str:
    """A question with its answers, each with a class of its own and the numbers of its comments, as Askbot shows it."""

    def comments(numbers: Iterable[int]) -> str:
        shown = "".join(
            f'<div id="js-post-{number}" class="js-comment"><div class="js-comment-body"><p>I have tried that for {number} days and nothing came of it.</p></div>'
            f'<div class="js-comment-controls"><a class="js-comment-author" href="/users/{number}/">Reader {number}</a> (<abbr title="2021-05-08 00:{number}:26Z">2021-05-08 00:{number}:26Z</abbr>)</div></div>'
            for number in numbers
        )
        return f'<div class="js-post-comments"><h2>Comments</h2><div class="js-comments-list">{shown}</div><a class="js-hidden" href="#">see more comments</a></div>'

    def post(number: int, kind: str, numbers: Iterable[int]) -> str:
        return (
            f'<div id="js-post-{number}" class="js-post {kind}"><div class="post-body"><p>The second valve was put in {number} years ago by the harbour office.</p></div>'
            f'<div class="post-update-info"><a class="user-name-link" href="/users/{number}/">Writer {number}</a> said <abbr title="2021-05-07 23:{number % 60}:00Z">2021-05-07 23:{number % 60}:00Z</abbr></div>{comments(numbers)}</div>'
        )

    rows = "".join(post(301 + place, f"js-answer {kind}", numbers) for place, (kind, numbers) in enumerate(answers))
    return f'<html lang="en"><title>Who pays?</title><body><h1>Who pays?</h1><main><div><div class="js-question">{post(300, "", on_question)}</div></div>{before}{rows}</main></body></html>'


async def test_a_comment_on_one_answer_answers_none_on_another_and_an_accepted_answer_is_one_of_them():
    found = await comments_of_page(answers_page([("", []), ("", [11, 12]), ("js-accepted-answer", [13])], on_question=(14,)))
    assert {(c.native_id, c.parent_native_id) for c, _ in found} == {
        ("301", None), ("302", None), ("303", None), ("11", "302"), ("12", "302"), ("13", "303"), ("14", None),
    }  # fmt: skip
    assert found[0][1].verdict == "complete", "the control for more is hidden"


async def test_answers_that_are_counted_and_not_read_make_the_thread_partial_whatever_comments_are_on_them():
    two = [("", [11, 12]), ("", [13, 14])]
    for stated, verdict in ((2, "complete"), (3, "partial")):
        found = await comments_of_page(answers_page(two, before=f"<h2><span>{stated}</span> Answers</h2>"))
        assert (len(found), found[0][1].verdict) == (6, verdict)


async def test_answers_that_begin_with_an_anchor_are_read_with_the_comments_that_they_stand_in():
    texts = ("It is open.", "Has anybody seen the lamps?", "I would not drive over it.", "No, it was the wind.", "Two metres, not more.", "The paint is new.")

    def byline(number):
        return f'<span class="user"><a class="user" href="/users/{number}/">reader{number}</a></span> <a class="timestamp" href="#r{number}"><time datetime="2022-11-22T06:{number:02}:46+00:00">Nov. 22, 2022</time></a>'

    def reply(number):
        return f'<li id="reply{number}"><a class="comment-anchor" name="reply{number}"></a><div>{byline(number)}</div><div class="reply-comment"><pre class="comment-text">{texts[number % 6]} {texts[number % 5]}</pre></div></li>'

    reviews = "".join(
        f'<div id="review{n}" class="entry review"><a name="review{n}"></a><div class="header">{byline(n)}</div><div class="body"><pre class="text">{texts[n % 6]} {texts[(n + 2) % 6]}</pre>'
        f'<div class="thread"><ol class="reply-comments">{"".join(reply(10 * n + m) for m in range(n % 3))}</ol></div></div></div>'
        for n in range(1, 7)
    )
    found = await comments_of_page(f'<html lang="en"><body><h1>Bridge</h1><main>{reviews}</main></body></html>', {})
    assert (len(found), found[0][1].verdict) == (12, "complete")
    assert {(c.native_id, c.parent_native_id) for c, _ in found if c.author_name in ("reader10", "reader20", "reader21")} == {("10", "1"), ("20", "2"), ("21", "2")}


@pytest.mark.parametrize(("threads", "joined"), [((1, 1, 1), 0), ((1, 2, 1), 1), ((1, 3, 2), 3)])
def test_comments_on_answers_that_are_read_as_parts_of_others_are_counted(threads, joined):
    def said(place, number):
        return (
            f'<li><b class="author"><a href="/u/{place}{number}">Reader {place}{number}</a></b> <time datetime="2021-05-0{place + 1}T10:0{number}:00">May {place + 1}</time>'
            f'<div class="text">{("It is open.", "Has anybody seen the lamps?", "It was the wind.")[number] * (place + 1)}</div></li>'
        )

    html = "".join(f'<div class="thread"><ol>{"".join(said(place, n) for n in range(count))}</ol></div>' for place, count in enumerate(threads))
    tree = flatten(Document(f"<body><main>{html}</main>".encode(), URL))
    heads = [head for head in tree.places["div"] if tree.shapes[head] == "div.thread"]
    template = Template(tree, Group("div.thread", heads, [(head, tree.ends[head]) for head in heads]))
    slots = read_slots(template, observed_at=NOW, language="en")
    below = Found(template, slots, skim_bodies(template, slots))
    assert answers_inside(Found(template, slots, below.bodies, below=below)) == joined


async def test_comments_on_the_only_answer_are_not_the_whole_where_that_is_not_read():
    [(_, comments, ledger)] = await read(Generic(), answers_page([("", [11])], before="<h2><span>1</span> Answer</h2>"), URL)
    assert (len(comments), ledger.verdict) == (1, "partial")


@pytest.mark.parametrize("href", ["?sort=votes&page=2", "?page=2#comments"])
async def test_a_further_page_is_read_in_an_order_by_votes_and_of_a_story_of_a_report(href):
    url = "https://town.example/the-vote-report/"
    web = {url + href.partition("#")[0]: answer(thread_page((4, 5), ""))}
    html = thread_page((1, 2, 3), f'<a href="/the-vote-report/{href}">2</a>')
    [(_, comments, ledger)] = await read(Generic(), html, url, web)
    assert (len(comments), ledger.verdict) == (5, "complete")
    acting = thread_page((1, 2, 3), '<a href="/the-vote-report/?comment=2&do=report">2</a>')
    [(_, _, ledger)] = await read(Generic(), acting, url, {})
    assert (ledger.verdict, ledger.requests) == ("complete", 0), "what acts is not asked for"


async def test_a_quotation_that_begins_with_a_name_answers_nobody():
    html = (FIXTURES / "at-names" / "page.html").read_text("utf-8")
    said = "@Ann B, the old one took five."
    assert [c.parent_native_id is None for c, _ in await comments_of_page(html)][-1] is False
    quoted = html.replace(said, f"<blockquote><p>{said}</p></blockquote> <p>I do not think so.</p>")
    comment, _ = (await comments_of_page(quoted))[-1]
    assert (comment.text.startswith("@Ann B"), comment.parent_native_id) == (True, None)


STORY = "<p>The harbour was full of ships on Monday, and the council said that a quay will be built next year.</p>" * 6
TITLES = (
    "Quay of the fishers is closed", "Three boats lost in the fog", "A new crane for the yard", "Council votes on a bridge",
    "Old lighthouse is sold again", "Ferries run late in winter", "Pilot saves two swimmers", "Salt prices rise once more",
)  # fmt: skip
ONE = (
    '<section><h3>1 Comment</h3><ol class="comments-list"><li class="comment" id="c-17"><div class="comment-meta"><b class="comment-author">'
    'Bo Lind</b> on <time datetime="2023-03-09T10:02:00">March 9, 2023 10:02 am</time></div><div class="comment-content"><p>You spelled '
    'harbour wrong.</p></div><a href="#c-17">Reply</a></li></ol><form><textarea></textarea></form></section>'
)
NAMELESS = (
    '<section><h3>1 comment</h3><div class="x1"><p class="x2"><b>Bo Lind</b> <span>March 9, 2023 10:02</span></p>{subject}<div class="x3">'
    "<p>You spelled harbour wrong in the second line, and so did the council in its letter.</p></div>"
    '<p class="x4"><a href="?answer=17">Reply</a></p></div><form><textarea></textarea></form></section>'
)


def teaser(number):
    return (
        f'<article class="l-post"><h3><a href="/ship-{number}/">{TITLES[number]}</a></h3><div class="meta"><span class="by">By '
        f'<a href="/author/ann/">Ann Okafor</a></span> <time datetime="2023-03-0{number + 1}">March {number + 1}, 2023</time></div></article>'
    )


async def test_a_single_comment_between_teasers_of_one_author_is_no_part_of_them():
    above, below = ("".join(map(teaser, numbers)) for numbers in (range(3), range(3, 6)))
    html = f'<body><div class="menu">{above}</div><main><h1>Ships</h1>{STORY}{ONE}</main><div>{below}</div></body>'
    assert [(c.author_name, c.text) for c, _ in await comments_of_page(html)] == [
        ("Bo Lind", "You spelled harbour wrong.")
    ]


@pytest.mark.parametrize("address", [f"{URL}#c-17", "/bridge/#c-17", "#c-17"])
async def test_the_whole_address_of_a_single_comment_is_no_other_page(address):
    subject = f'<h4><a href="{address}">About the spelling of the word</a></h4>'
    html = f"<body><main><h1>Ships</h1>{STORY}{NAMELESS.format(subject=subject)}</main></body>"
    assert [c.author_name for c, _ in await comments_of_page(html)] == ["Bo Lind"]


async def test_texts_below_headings_that_link_to_pages_of_their_own_and_above_bylines_are_teasers():
    items = "".join(
        f'<div class="item"><img src="/{n}.jpg"><div class="content"><h2><a href="/news/{n}/">{title}</a></h2><p>The harbour was full '
        f"of ships on day {n}, and the council said that a quay will be built next year, ...</p>"
        f'<div class="line"><span class="datetime">0{n + 1}.03.2023 10:1{n}</span> <span class="user">ann{n}</span></div></div></div>'
        for n, title in enumerate(TITLES)
    )
    assert not await comments_of_page(f"<body><main><h1>Ships</h1>{STORY}</main>{items}</body>")


def news(text, *, language="en", by="Added by", ago="ago", form=""):
    """A piece of news and its only comment below its own heading, as programs for projects print them."""
    byline = '<a class="user" href="/users/{0}">Reader {0}</a> <a title="2026-12-0{0} 09:49" href="/activity?from={0}">1 day</a>'
    return (
        f'<html lang="{language}"><body><div id="content"><h2>Mill</h2><p><span class="author">{by} {byline.format(1)} {ago}</span></p>'
        '<div class="wiki"><p>The bridge at the mill was opened again after a year of repairs, and all came to see it.</p></div><br>'
        f'<div id="comments"><h3 class="comments">Comments</h3><h4>{by} {byline.format(2)} {ago}</h4><div class="wiki"><p>{text}</p></div>{form}</div></div>'
    )


async def test_the_words_around_name_and_time_in_the_heading_of_an_only_comment_are_none_of_its_text():
    [(comment, _)] = await comments_of_page(news("Bridge again.", form='<form action="/comments"><textarea name="comment"></textarea></form>'), {})
    assert (comment.author_name, comment.text) == ("Reader 2", "Bridge again.")


async def test_a_piece_of_news_is_no_comment_beside_all_that_is_said_about_it():
    assert not [found.text for found, _ in await comments_of_page(news("+1", language="ja", by="", ago="前に追加"), {}) if "mill" in found.text]


async def test_a_control_at_the_beginning_of_an_only_comment_is_no_title_of_another_page():
    note = '<div id="note-1" class="note"><div><a href="/issues/2/quoted?note=1">Quote</a> <a href="#note-1">#1</a></div><h4>Updated by <a class="user" href="/users/6">Reader One</a> <a title="2026-12-02 09:49">17 hours</a> ago</h4><div class="wiki"><p>The railing is loose again, please look at it.</p></div></div>'
    html = f'<html lang="en"><body><h2>Mill #2</h2><div class="issue"><p>The bridge is old.</p></div><div id="history">{note}</div>'
    [(comment, _)] = await comments_of_page(html, {})
    assert comment.text == "The railing is loose again, please look at it."


def ticket(*notes):
    """The history of a ticket: what changed with each note and what it says, as programs for projects print them."""
    rows = "".join(
        f'<div id="change-{n}7" class="journal"><div id="note-{n}" class="note"><h4>Updated by <a class="user active" href="/users/{n}">Reader {n}</a> <a title="2026-12-0{n} 09:49">{9 - n} days</a> ago</h4>{note}</div></div>'
        for n, note in enumerate(notes, 1)
    )
    return f'<html lang="en"><body><h2>Mill #2</h2><div class="issue"><p>The bridge is old.</p></div><div id="history"><h3>History</h3>{rows}</div>'


CHANGED = [
    '<ul class="details"><li><strong>Status</strong> changed from <i>New</i> to <i>In Progress</i></li><li><strong>Priority</strong> changed from <i>Low</i> to <i>Urgent</i></li></ul>',
    '<ul class="details"><li>Параметр <strong>Статус</strong> изменился с <i>New</i> на <i>In Progress</i></li></ul>',
    '<table class="changes"><tr><th>Priority:</th><td><i>major</i> → <i>critical</i></td></tr></table>',
]  # fmt: skip


@pytest.mark.parametrize("changed", CHANGED)
async def test_changes_of_the_fields_of_a_ticket_are_no_comments_with_notes_or_without(changed):
    said = [f"What reader {n} says of the bridge, and of the wind on it." for n in range(1, 4)]
    notes = [f'<div class="wiki"><p>{text}</p></div>' for text in said]
    for number in (0, 1, 2):
        assert not [comment.text for comment, _ in await comments_of_page(ticket(*[changed] * number), {})]
    assert [comment.text for comment, _ in await comments_of_page(ticket(*notes, changed), {})] == said
    [*_, (last, _)] = await comments_of_page(ticket(*notes[1:], notes[0].replace("<p>", "<ul><li><b>Bridge</b> is old</li></ul><p>")), {})
    assert "Bridge is old" in last.text


@pytest.mark.parametrize(("box", "said"), [('<div class="x7">{}</div>', "<i>quick</i>"), ("{}", "quick")])
async def test_a_list_with_bold_beginnings_that_is_all_that_a_comment_says_is_its_text(box, said):
    told = f'<ul class="plain"><li><b>Pro:</b> it is {said} enough</li><li><b>Contra:</b> and is {said} to rust</li></ul>'
    texts = [told if n == 3 else f"<p>What reader {n} says of the bridge, and of the wind on it.</p>" for n in range(1, 5)]
    rows = "".join(
        f'<div class="cmt"><b class="user">Reader {n}</b> <span>June {n}, 2025</span>{box.format(text)}</div>' for n, text in enumerate(texts, 1)
    )
    found = await comments_of_page(f'<html lang="en"><body><h1>Mill</h1><p>About it.</p><h3>Comments</h3><div>{rows}</div>', {})
    assert [(comment.text or "")[:6] for comment, _ in found] == ["What r", "What r", "Pro: i", "What r"]


async def test_a_link_that_copies_an_address_is_no_part_of_the_text_whatever_it_stands_in():
    copied = '<span class="note-actions"><a title="Quote" href="/2/quoted?note=1">Quote</a><span class="pop"><span class="pop-trigger"><span class="icon-only icon-actions" title="Actions">Actions</span></span><div class="pop-content"><div class="pop-items"><a href="#" class="icon icon-copy-link" data-clipboard-text="https://town.example/2#note-1">Copy link</a></div></div></span></span>'
    note = '<div id="journal-43-notes" class="wiki"><p>Stone. n5</p></div>'
    html = ticket(note).replace("<h4>", f'<div class="contextual">{copied} <a href="#note-1" class="journal-link">#1</a></div><h4 class="note-header">')
    [(comment, _)] = await comments_of_page(html, {})
    assert comment.text == "Stone. n5"


@pytest.mark.parametrize(("note", "status"), [("<i>Deleted</i>", "removed"), ("<i>Gelöscht</i>", "removed"), ('<div class="postBody"><p>Deleted</p></div>', "visible")])
async def test_one_word_in_the_place_of_a_text_is_a_note_of_its_removal_and_none_where_texts_stand(note, status):
    bodies = [f'<div class="postBody"><p>What reader {n} says of the bridge, and of the wind on it.</p></div>' for n in range(1, 5)]
    bodies[1] = note
    posts = "".join(
        f'<div id="post5{n}" class="postTime"><h3 class="postHdr">({n}) By <a href="/users/reader{n}">reader{n}</a> on 2026-12-0{n} 20:27:37</h3>{body}</div>'
        for n, body in enumerate(bodies, 1)
    )
    found = await comments_of_page(f'<html lang="en"><body><h1>Mill</h1><p>About the bridge.</p>{posts}', {})
    assert [comment.status for comment, _ in found] == ["visible", status, "visible", "visible"]
    assert (found[1][0].text is None) is (status == "removed")


async def test_the_subject_of_a_comment_that_links_to_its_own_place_by_a_number_counts_none():
    comments = "".join(
        f'<div class="comment" id="comment-{n}a9e"><div class="comment-subject"><a href="https://town.example/bridge/#comment-{n}a9e">{"Wind" if n == 9 else f"comment {n}"}</a></div><div class="inlinecontent"><p>What reader {n} says of the bridge, and of the wind on it.</p></div>'
        f'<div class="comment-header">Comment by <span class="author"><a rel="nofollow" href="/goto?page=reader{n}">reader{n}</a></span> — <span class="date">Wed Dec {n} 20:43:38 2026</span></div></div>'
        for n in (9, 8, 6, 4)
    )
    html = f'<html lang="en"><head><link rel="canonical" href="https://town.example/bridge/"></head><body><h1>Bridge</h1><p>It was opened again.</p><div id="comments">{comments}</div>'
    *_, (_, ledger) = await comments_of_page(html, {})
    assert (ledger.captured, ledger.expected, ledger.verdict) == (4, None, "complete")


@pytest.mark.parametrize("title", ["", '<tr><th colspan="4">History</th></tr>'])
async def test_rows_below_the_headings_of_columns_are_data_also_where_the_table_has_a_title(title):
    said = [("ann", "assignedto: ivan"), ("Ben", "messages: + <a href='msg8'>msg8</a><br>status: unread to chatting"), ("kurt", "messages: + <a href='msg9'>msg9</a>"), ("zoe", "title: The bridge and the mill")]
    rows = "".join(f"<tr><td>2026-12-0{n} 20:47:25</td><td>{name}</td><td>set</td><td>{text}</td></tr>" for n, (name, text) in enumerate(said, 1))
    table = f'<table class="history">{title}<tr><th>Date</th><th>User</th><th>Action</th><th>Args</th></tr>{rows}</table>'
    assert not [comment.text for comment, _ in await comments_of_page(f'<html lang="en"><body><h1>Mill</h1><form action="/5"><textarea name="note"></textarea></form>{table}', {})]
