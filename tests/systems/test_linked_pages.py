"""Threads in pages that only their links tell of: all are read, whoever reads the comments and however the pages are called."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Sequence

import pytest
from kit import answering, read
from scrapy import Request
from scrapy.http import Response
from test_page_says_more import GENERAL, NAMES, STORY, page, reader, text

from crawler.extract.document import Document
from crawler.systems.around.links import page_links
from crawler.systems.generic.thread import find_thread
from crawler.systems.reading import Limits

SITE = "https://news.example"
OBSERVED_AT = 1_767_800_000_000_000
PAGES = 3
SIZE = len(NAMES)
Address = Callable[[int], str]


def numbers(address: Address, number: int) -> str:
    links = (
        f"<span>{n + 1}</span>" if n == number else f'<a href="{html.escape(address(n))}">{n + 1}</a>' for n in range(PAGES)
    )
    return f"<div>{' '.join(links)}</div>"


def word(label: str) -> Callable[[Address, int], str]:
    def pager(address: Address, number: int) -> str:
        more = number + 1 < PAGES
        return f'<div><a href="{html.escape(address(number + 1))}">{label}</a></div>' if more else ""

    return pager


def nothing(address: Address, number: int) -> str:
    del address, number
    return ""


def choice(address: Address, number: int) -> str:
    entries = "".join(f'<option value="{html.escape(address(n))}"{" selected" * (n == number)}>Page {n + 1}</option>' for n in range(PAGES))
    return f'<select onchange="location = this.value">{entries}</select>'


def choice_in_form(address: Address, number: int) -> str:
    entries = "".join(f"<option value={n + 1}{' selected' * (n == number)}>{n + 1}</option>" for n in range(PAGES))
    return f'<form action="/story"><select name="page">{entries}</select><button>Go</button></form>'


def form(address: Address, number: int) -> str:
    more = number + 1 < PAGES
    return f'<form action="/story" method="GET"><input type="hidden" name="page" value="{number + 2}"><button>Next page</button></form>' if more else ""


WAYS = {
    "choice": ("/story", "/story?p={n}", choice),
    "choice of a form": ("/story", "/story?page={n}", choice_in_form),
    "form": ("/story", "/story?page={n}", form),
    "p": ("/story", "/story?p={n}", numbers),
    "any name": ("/story", "/story?talk={n}", numbers),
    "path": ("/story/", "/story/{n}/", numbers),
    "page in the path": ("/story/", "/story/page/{n}/", numbers),
    "comments in the path": ("/story/", "/story/comments/{n}", numbers),
    "comma": ("/story.html", "/story,{n}.html", numbers),
    "dash": ("/story.html", "/story-{n}.html", numbers),
    "offset": ("/story", "/story?offset={n}0", numbers),
    "beside an id": ("/story.php?id=7", "/story.php?id=7&start={n}0", numbers),
    "another script": ("/story", "/comments?story=7&page={n}", numbers),
    "another path": ("/story", "/talk/7?page={n}", numbers),
    "next": ("/story", "/story?p={n}", word("Next")),
    "cursor": ("/story", "/story?cursor=a{n}bc", word("Next")),
    "more after": ("/story", "/story?after=123{n}", word("More")),
    "older": ("/story", "/story?before=50{n}", word("Older comments")),
    "German": ("/story", "/story?seite={n}", word("Weitere Kommentare")),
    "arrow": ("/story", "/story?p={n}", word("»")),
    "where to go on": ("/story?v=7", "/story?v=7&nojs=1&continuation=Eg{n}x", word("Load more")),
    "where to go on, German": ("/story?v=7", "/story?v=7&nojs=1&continuation=Eg{n}x", word("Mehr laden")),
    "where to go on, French": ("/story?v=7", "/story?v=7&nojs=1&cursor=Eg{n}x", word("Charger plus")),
    "by rel alone": ("/story", "/story?page={n}", nothing),
}
"""The address of the first page, of the others (``n`` from 2), and what links to them behind the comments."""


def one_page(system: str, number: int, pager: str, head: str, listed: Sequence[int] = range(SIZE * PAGES)) -> str:
    shown = page(system, pager)
    for n in reversed(range(SIZE)):
        other = listed[SIZE * number + n]
        shown = shown.replace(text(n), text(other)).replace(f"comment-{100 + n}", f"comment-{100 + other}")
    return shown.replace("</head>", f"{head}</head>")


def thread(system: str, way: str, listed: Sequence[int] = range(SIZE * PAGES)) -> tuple[str, dict[str, str]]:
    """The first page's address, and all pages.

    :param listed: the comments in their order
    """
    first, other, pager = WAYS[way]

    def address(number: int) -> str:
        return first if number == 0 else other.format(n=number + 1)

    pages: dict[str, str] = {}
    for number in range(PAGES):
        more = pager is nothing and number + 1 < PAGES
        head = f'<link rel="next" href="{html.escape(address(number + 1))}">' if more else ""
        pages[SITE + address(number)] = one_page(system, number, pager(address, number), head, listed)
    return SITE + first, pages


def served(pages: dict[str, str]) -> dict[str, tuple[int, dict[str, str], bytes]]:
    return {address: (200, {"content-type": "text/html"}, body.encode()) for address, body in pages.items()}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("system", GENERAL)
async def test_all_pages_of_a_thread_are_read(system, way):
    url, pages = thread(system, way)
    web = served(pages)
    [(_, comments, ledger)] = await read(reader(system), pages[url], url, web)
    assert [comment.text for comment in comments] == [text(n) for n in range(PAGES * SIZE)]
    assert (ledger.verdict, ledger.gaps) == ("complete", None)


async def test_the_first_comment_of_a_further_page_is_one_though_a_box_on_the_first_page_shows_it_as_the_best():
    url, pages = thread("generic", "p")
    box = f'<div class="featured"><h4>Top comment</h4><blockquote><p>{text(SIZE)}</p></blockquote><cite>{NAMES[0]}</cite></div>'
    pages[url] = pages[url].replace(STORY, STORY + box)
    [(_, comments, ledger)] = await read(reader("generic"), pages[url], url, served(pages))
    assert [comment.text for comment in comments] == [text(n) for n in range(PAGES * SIZE)]
    assert ledger.verdict == "complete"


@pytest.mark.parametrize(("stated", "verdict"), [(SIZE, "complete"), (3 * SIZE, "partial"), (None, "partial")])
async def test_data_that_have_all_comments_on_each_of_the_pages_are_whole_where_they_count_them(stated, verdict):
    """Only a count tells them from a page that repeats another where it should go on."""
    count = "" if stated is None else f'"commentCount": {stated}, '
    said = [{"@type": "Comment", "author": {"@type": "Person", "name": NAMES[n]}, "text": text(n)} for n in range(SIZE)]
    data = f'<script type="application/ld+json">{{"@type": "NewsArticle", {count}"comment": {json.dumps(said)}}}</script>'
    web = {}
    for number, url in enumerate((f"{SITE}/story", f"{SITE}/story?p=2")):
        rows = "".join(f"<div><b>{NAMES[n]}</b><p>{text(n)}</p></div>" for n in (range(SIZE - 1), [SIZE - 1])[number])
        pager = ('<span>1</span> <a href="/story?p=2">2</a>', '<a href="/story">1</a> <span>2</span>')[number]
        web[url] = f"<title>Ships</title><head>{data}</head><body><h1>Ships</h1><p>{STORY}</p><section>{rows}</section><div>{pager}</div></body>"
    first = f"{SITE}/story"
    [(_, comments, ledger)] = await read(reader("schemaorg"), web[first], first, served(web))
    assert (len(comments), ledger.verdict) == (SIZE, verdict)


SHORT = ("Agreed!", "Me too", "同意", "好文章", "+1", "Thanks!", "No.", "谢谢")


@pytest.mark.parametrize("system", GENERAL)
async def test_further_pages_are_found_where_the_comments_of_the_first_have_a_word_or_two(system):
    url, pages = thread(system, "p")
    for n, said in enumerate(SHORT):
        pages[url] = pages[url].replace(text(n), said)
    [(_, comments, ledger)] = await read(reader(system), pages[url], url, served(pages))
    assert [comment.text for comment in comments] == [*SHORT, *(text(n) for n in range(SIZE, PAGES * SIZE))]
    assert (ledger.verdict, ledger.gaps) == ("complete", None)


SAID = (
    "I walked past there last week and the whole street was still closed. Nobody could tell me when it opens again.",
    "That is not what the council said in spring. They promised a second bridge first.",
    "Agreed!",
    "Where exactly was the camera standing at the end? I have never seen the pier from there.",
    "My grandfather built the first slip, he would have liked this film very much.",
)


def test_a_link_to_the_next_page_may_stand_in_an_element_like_those_of_the_comments():
    rows = "".join(
        f'<div class="pure-g" style="width:100%"><div class="channel pure-u-4-24 pure-u-md-2-24"><img src="/{n}.jpg"></div><div class="pure-u-20-24 pure-u-md-22-24"><p><b><a href="/channel/U{n}">{NAMES[n % SIZE]}</a></b>'
        f' <p style="white-space:pre-wrap">{SAID[n % len(SAID)]}</p><p><span title="Monday January 5, 2026">2 days ago </span> | <a href="/c?v=7&amp;lc={n}">link</a>'
        f' | <i class="icon thumbs-up"></i> {n}</p></div></div>'
        for n in range(12)
    )
    more = '<div class="pure-g"><div class="pure-u-1"><p><a href="/watch?v=7&amp;nojs=1&amp;continuation=Eg0">Load more</a></p></div></div>'
    document = Document(f"<body><h1>Ships</h1><h3>Comments</h3><div class=comments>{rows}{more}</div></body>", f"{SITE}/watch?v=7")
    found = find_thread(document, observed_at=OBSERVED_AT, language="en")
    assert found is not None
    assert page_links(found.place, document).behind == [f"{SITE}/watch?v=7&nojs=1&continuation=Eg0"]


ITEM = re.compile(r'<div class="(?:it|p-comment h-cite)"')


def with_ids(pages: dict[str, str], listed: Sequence[int]) -> dict[str, str]:
    """The same with an id at each comment."""
    ids = iter(listed)
    return {address: ITEM.sub(lambda opening: f'{opening[0]} id="c-{100 + next(ids)}"', body) for address, body in pages.items()}


@pytest.mark.parametrize("system", ["generic", "schemaorg", "microformats"])
async def test_a_comment_that_another_one_moved_to_a_page_that_had_been_read_is_not_called_gone(system):
    was, became = range(SIZE * PAGES), [n for n in range(SIZE * PAGES + 1) if n != 3]
    url, pages = thread(system, "p", was)
    before, after = with_ids(pages, was), with_ids(thread(system, "p", became)[1], became)
    [(_, first, _)] = await read(reader(system), before[url], url, served(before))
    web = answering(served(after))
    [(_, comments, ledger)] = await read(reader(system), before[url], url, web, present=[one.native_id for one in first])
    assert {one.text for one in comments} == {text(n) for n in range(SIZE * PAGES + 1)}, "of both moments"
    assert (len(comments), ledger.verdict) == (SIZE * PAGES + 1, "complete")
    assert web.asked == [*list(after)[1:], url], "the page that had been read once more, and none behind it"


@pytest.mark.parametrize("system", GENERAL)
async def test_a_further_page_that_leads_to_another_story_gives_none_of_its_comments(system):
    url, pages = thread(system, "p")
    other, answers = one_page(system, 0, "", "", range(900, 1000)).replace("Ships", "Trains"), answering(served(pages))

    async def web(request: Request) -> Response:
        answer = await answers(request)
        return answer.replace(url=f"{SITE}/trains", body=other.encode()) if request.url.endswith("p=2") else answer

    [(_, comments, ledger)] = await read(reader(system), pages[url], url, web)
    assert {one.text for one in comments} == {text(n) for n in (*range(SIZE), *range(2 * SIZE, 3 * SIZE))}
    assert ledger.verdict == "partial"


@pytest.mark.parametrize("system", GENERAL)
async def test_another_story_in_the_place_of_a_further_page_gives_no_comments_and_is_a_gap(system):
    url, pages = thread(system, "p")
    other = one_page(system, 0, "", f'<link rel="canonical" href="{SITE}/trains">', range(900, 1000)).replace("Ships", "Trains")
    pages[f"{SITE}/story?p=2"] = other
    [(_, comments, ledger)] = await read(reader(system), pages[url], url, served(pages))
    assert {one.text for one in comments} == {text(n) for n in (*range(SIZE), *range(2 * SIZE, 3 * SIZE))}
    assert (ledger.verdict, [gap["reason"] for gap in ledger.gaps]) == ("partial", [f"no comment could be read on 1 further pages: {SITE}/story?p=2 answered with {SITE}/trains"])


@pytest.mark.parametrize("system", GENERAL)
async def test_a_choice_of_something_else_leads_nowhere(system):
    days = "".join(f"<option value={day}>{day}</option>" for day in range(1, 32))
    forms = f'<form><select name="day">{days}</select><button>Search</button></form><form method="post"><select name="page">{days}</select></form>'
    web = answering({})
    [(_, comments, ledger)] = await read(reader(system), page(system, forms), f"{SITE}/story", web)
    assert (len(comments), ledger.verdict, web.asked) == (SIZE, "complete", [])


async def test_a_cap_on_requests_that_leaves_no_room_to_look_again_makes_no_whole_thread_partial():
    url, pages = thread("generic", "p")
    for most, asked in ((4, 2), (5, 5)):
        web = answering(served(pages))
        [(_, comments, ledger)] = await read(reader("generic"), pages[url], url, web, limits=Limits(most), present=["gone"])
        assert (len(comments), ledger.verdict, len(web.asked)) == (PAGES * SIZE, "complete", asked)


@pytest.mark.parametrize("start", range(PAGES))
@pytest.mark.parametrize("system", GENERAL)
async def test_from_any_page_that_says_which_of_how_many_it_is_all_are_read(system, start):
    _, pages = thread(system, "p")
    for number, (address, body) in enumerate(pages.items()):
        pages[address] = body.replace("<div><span>", f"<p>Page {number + 1} of {PAGES}</p><div><span>").replace(
            "<div><a href", f"<p>Page {number + 1} of {PAGES}</p><div><a href"
        )
    web = {address: (200, {"content-type": "text/html"}, body.encode()) for address, body in pages.items()}
    url = list(pages)[start]
    [(_, comments, ledger)] = await read(reader(system), pages[url], url, web)
    assert (len(comments), ledger.verdict, ledger.gaps) == (PAGES * SIZE, "complete", None)


@pytest.mark.parametrize("system", GENERAL)
async def test_a_page_that_cannot_be_had_makes_the_thread_partial(system):
    url, pages = thread(system, "p")
    web = served(pages)
    web[f"{SITE}/story?p=3"] = (503, {}, b"")
    [(_, comments, ledger)] = await read(reader(system), pages[url], url, web)
    assert (len(comments), ledger.verdict) == (2 * SIZE, "partial")
    assert "status 503" in json.dumps(ledger.gaps)


@pytest.mark.parametrize("system", GENERAL)
@pytest.mark.parametrize("number_is_ignored", [True, False])
async def test_pages_of_the_article_that_are_linked_above_its_comments_take_nothing_from_them(system, number_is_ignored):
    url = f"{SITE}/story/"
    pager = '<p>Pages: <b>1</b> <a href="/story/2/">2</a></p>'
    shown = page(system, "").replace("<h1>Ships</h1>", "").replace("</article><section>", f"{pager}</article><section>")
    shown = shown.replace("<section>", f"{pager}<section>") if pager not in shown else shown
    other = shown if number_is_ignored else "<html><body><h1>Ships</h1><p>The second part of the story.</p></body></html>"
    web = {f"{SITE}/story/2/": (200, {"content-type": "text/html"}, other.encode())}
    [(_, comments, ledger)] = await read(reader(system), shown, url, web)
    assert (len(comments), ledger.verdict, ledger.gaps) == (SIZE, "complete", None)


@pytest.mark.parametrize("system", GENERAL)
async def test_pages_that_are_linked_on_a_page_that_rel_next_alone_leads_to_are_read_too(system):
    pager = '<div><a href="/story">1</a> <span>2</span> <a href="/story?page=3">3</a></div>'
    following = {
        f"{SITE}/story?page=2": one_page(system, 1, pager, ""),
        f"{SITE}/story?page=3": one_page(system, 2, "", ""),
    }
    first = one_page(system, 0, "", '<link rel="next" href="/story?page=2">')
    [(_, comments, ledger)] = await read(reader(system), first, f"{SITE}/story", served(following))
    assert [comment.text for comment in comments] == [text(n) for n in range(PAGES * SIZE)]
    assert (ledger.verdict, ledger.gaps) == ("complete", None)


@pytest.mark.parametrize(("address", "other"), [("/2019/05/12/story", "?comments=all"), ("/story.php?id=77", "&comments=new")])
@pytest.mark.parametrize("system", GENERAL)
async def test_all_comments_at_once_or_in_another_order_are_no_page_that_repeats_the_first(system, address, other):
    url = SITE + address
    shown = one_page(system, 0, f'<div><a href="{html.escape(address + other)}">All comments</a></div>', "")
    [(_, comments, ledger)] = await read(reader(system), shown, url, served({url + other: shown}))
    assert ledger.requests == 1
    assert (len(comments), ledger.verdict, ledger.gaps) == (SIZE, "complete", None)


@pytest.mark.parametrize("topic", ["/topic/5", "/topic/5-who-pays"])
@pytest.mark.parametrize("system", ["schemaorg", "json-ld"])
async def test_the_first_page_may_show_just_what_a_place_in_the_thread_shows(system, topic):
    head = f'<link rel="next" href="{topic}?page=2">'
    first = one_page(system, 0, "", head)
    web = served({SITE + topic: first, f"{SITE}{topic}?page=2": one_page(system, 1, "", "")})
    [(_, comments, ledger)] = await read(reader(system), first, f"{SITE}{topic}/3", web)
    assert [comment.text for comment in comments] == [text(n) for n in range(2 * SIZE)]
    assert (ledger.verdict, ledger.gaps) == ("complete", None)


def topic_page(numbers: Sequence[int], pager: str) -> str:
    """A page of a topic as Redmine prints it: the post that is answered stands above the answers of every page."""
    answers = "".join(
        f'<div class="message reply" id="message-{n}"><h4><a href="/topics/7?r={n}#message-{n}">RE: Ships</a> - Added by <a class="user active" href="/users/{n}">{NAMES[n]}</a>'
        f' <a title="2023-04-0{n} 10:00" href="/activity?from=2023-04-0{n}">{9 - n} months</a> ago</h4>'
        f'<div class="wiki"><p>What {NAMES[n]} has to say of the ships in the harbour. It was another number.</p></div></div>'
        for n in numbers
    )
    said = "".join(f"<p>Who has counted the {kind} that lie in the harbour since the spring? I have not. Somebody must.</p>" for kind in ("ships", "boats", "rafts"))
    return (
        f'<title>Ships</title><body><h2>Ships</h2><div class="message"><p><span class="author">Added by <a class="user active" href="/users/9">{NAMES[0]}</a>'
        f' <a title="2023-04-01 09:00" href="/activity?from=2023-04-01">9 months</a> ago</span></p><div class="wiki">{said}</div></div><br>'
        f'<div id="replies"><h3 class="comments">Replies (4)</h3>{answers}</div><p>{pager}</p>'
    )


async def test_the_post_that_the_comments_of_the_first_page_answer_is_no_comment_on_a_further_page_with_a_single_one():
    url = f"{SITE}/topics/7"
    pages = {
        url: topic_page([1, 2, 3], f'<b>1</b> <a href="{url}?page=2">2</a>'),
        f"{url}?page=2": topic_page([4], f'<a href="{url}">1</a> <b>2</b>'),
    }
    [(_, comments, ledger)] = await read(reader("generic"), pages[url], url, served(pages))
    assert [comment.author_name for comment in comments] == [*NAMES[1:5]]
    assert (ledger.expected, ledger.verdict) == (4, "complete")
