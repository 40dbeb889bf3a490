"""PHP Melody's native thread: both markups, ajax.php pages, the pinned copy, twins, and lists that move."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kit import answering, read
from scrapy import Request
from scrapy.http import HtmlResponse, Response

from archive.schema import Comment, Thread
from crawler.extract.document import Document
from crawler.systems.base import Limits
from crawler.systems.phpmelody import PhpMelody
from crawler.systems.phpmelody_markup import phrases

VID = "4e0c9a17b"
URL = f"https://www.example.com/tv/a-video_{VID}.html"
AJAX = f"https://www.example.com/tv/ajax.php?p=comments&do=show_comments&page={{}}&vid={VID}"
SCRIPT = '<script>\n var MELODYURL = "https://www.example.com/tv";\n var _LOGGEDIN_ = false;\n</script>'
FORM = f'<form name="form-user-comment"><textarea id="c_comment_txt"></textarea><input id="c_vid" value="{VID}"></form>'
START = datetime(2021, 7, 20, 8, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Said:
    author: str
    text: str
    minute: int = 0
    marks: str = ""

    @property
    def at(self) -> datetime:
        return START - timedelta(minutes=self.minute)

    @property
    def datetime(self) -> str:
        return f"{self.at:%Y-%m-%dT%H:%M:%S+0000}"


def old_item(said: Said, index: int, marks: str = "") -> str:
    """An item as templates of 2.1 print it for a guest."""
    return (
        f'<li id="comment-{index}" class="{said.marks}{marks}"><span class="pm-comment-avatar"></span>\n'
        f'<span class="pm-comment-info"><span class="pm-comment-author">\n  \t{said.author}\n\n</span>'
        f'<span class="pm-comment-since"><small>Added <time datetime="{said.datetime}" title="x">3 years ago</time>'
        f'</small></span><span class="pm-comment-txt">{said.text}</span></span></li>'
    )


def apollo_item(said: Said, index: int, marks: str = "") -> str:
    """An item as the apollo template prints it for a member's comment."""
    return (
        f'<li id="comment-{index}" class="media {said.marks}{marks}"><div class="media-object">'
        f'<a href="/tv/user/{said.author}/"><img src="a.png"></a></div>\n<div class="media-body">'
        '<div class="media-heading">\n'
        f'<a href="https://www.example.com/tv/user/{said.author}/" class="pm-comment-user">'
        f'{said.author}</a>\n<span class="label label-danger label-banned-5 hide-me">Banned</span>'
        f'<div class="media-date"><time datetime="{said.datetime}">3 years ago</time></div></div>\n'
        f"<p>{said.text}</p></div></li>"
    )


def pager(current: int, pages: int) -> str:
    calls = "".join(
        f'<li><a href="#" onclick="ajax_request(\'comments\', \'do=show_comments&amp;page={n}&amp;vid={VID}\', '
        f"'#comment-list-container', 'html', true); return false;\">{n}</a></li>"
        for n in range(1, pages + 1)
        if n != current
    )
    return f'<ul class="pagination">{calls}</ul>' if pages > 1 else ""


def listing(said: list[Said], *, pinned: Said | None = None, item=old_item, paging: str = "") -> str:
    top = item(pinned, 999, " pm-top-comment") if pinned else ""
    items = "".join(item(one, index) for index, one in enumerate(said, 1))
    return f'<ul class="pm-ul-comments">{top}<li id="preview_comment"></li>{items}</ul>{paging}'


def page(body: str, *, head: str = SCRIPT, form: str = FORM, heading: str = "Comments", lang: str = "en") -> str:
    return (
        f'<html lang="{lang}"><head>{head}</head><body><div id="primary">'
        f'<input name="bin-rating-uniq_id" value="{VID}">'
        f'{form}<h2>{heading}</h2><div class="pm-comments comment_box">{body}</div></div></body></html>'
    )


def html(text: str, status: int = 200) -> tuple[int, dict[str, str], bytes]:
    return status, {"content-type": "text/html; charset=utf-8"}, text.encode()


@dataclass
class Installation:
    """ajax.php over a list that may change between two requests."""

    said: list[Said]
    per_page: int
    pinned: Said | None = None
    before_request: dict[int, list[tuple[str, int, Said | None]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def show(self, number: int) -> str:
        pages = max(1, -(-len(self.said) // self.per_page))
        shown = self.said[(number - 1) * self.per_page : number * self.per_page]
        return listing(shown, pinned=self.pinned, paging=pager(number, pages))

    async def __call__(self, request: Request) -> Response:
        self.asked.append(request.url)
        for what, where, said in self.before_request.get(len(self.asked), ()):
            if what == "add":
                assert said is not None
                self.said.insert(where, said)
            elif where < len(self.said):
                del self.said[where]
        number = int(request.url.split("page=")[1].split("&")[0])
        return HtmlResponse(request.url, body=self.show(number).encode(), encoding="utf-8", request=request)


async def read_one(text: str, pages=None, **options) -> tuple[list[Comment], Thread]:
    threads = await read(PhpMelody(), text, options.pop("url", URL), pages, **options)
    assert len(threads) == 1, threads
    return threads[0][1], threads[0][2]


def counted(comments: list[Comment]) -> Counter[tuple[str, str, str]]:
    return Counter((c.author_name or "", c.text or "", c.published_raw or "") for c in comments)


def truth(said: list[Said]) -> Counter[tuple[str, str, str]]:
    return Counter((one.author, one.text, one.datetime) for one in said)


def several(count: int) -> list[Said]:
    return [Said(f"author {n}", f"remark {n}", n) for n in range(count)]


# -- markup -----------------------------------------------------------------------------------------


async def test_old_markup_gives_name_text_and_time_without_the_loop_index() -> None:
    said = [Said("Ilse", "First line<br />second line", 0), Said("Łucja &amp; Co", "", 5)]
    comments, ledger = await read_one(page(listing(said)))
    first, second = comments
    assert (first.author_name, first.author_kind, first.text) == ("Ilse", "guest", "First line\nsecond line")
    assert (first.published_at, first.published_raw) == (1_626_768_000_000_000, "2021-07-20T08:00:00+0000")
    assert (second.author_name, second.text) == ("Łucja & Co", "")
    assert {(c.native_id, c.id_kind, c.parent_native_id, c.depth) for c in comments} == {(None, "surrogate", None, 1)}
    assert [c.position for c in comments] == [0, 1]
    assert (ledger.verdict, ledger.captured) == ("complete", 2)
    assert (ledger.native_id, ledger.tenant) == (VID, "www.example.com/tv")


async def test_apollo_markup_gives_the_members_profile_and_no_label() -> None:
    comments, _ = await read_one(page(listing([Said("Ada%20O", "It is<br>fine.")], item=apollo_item)))
    (comment,) = comments
    assert (comment.author_name, comment.author_kind, comment.author_id) == ("Ada%20O", "registered", "Ada O")
    assert comment.author_url == "https://www.example.com/tv/user/Ada%20O/"
    assert (comment.text, comment.text_html) == ("It is\nfine.", "It is<br>fine.")


async def test_apollo_guest_is_the_loose_text_of_the_heading() -> None:
    item = (
        '<li id="comment-1" class="media"><div class="media-body"><div class="media-heading"> \n\t\tpassing  by\n\t'
        '<div class="media-date"><time datetime="2021-07-20T08:00:00+0000">now</time></div>'
        '<span class="pm-comment-user-ip">(203.0.113.9)</span></div><p>Hello</p>'
        '<div class="media-actions"><span id="comment-like-count-88"> 12 </span>'
        '<span id="comment-dislike-count-88"></span></div></div></li>'
    )
    (comment,), _ = await read_one(page(f'<ul class="pm-ul-comments">{item}</ul>'))
    assert (comment.author_name, comment.author_kind, comment.author_url) == ("passing by", "guest", None)
    assert (comment.text, comment.like_count, comment.dislike_count) == ("Hello", 12, 0)


async def test_emoji_shortnames_stay_as_they_are_written() -> None:
    (comment,), _ = await read_one(page(listing([Said("Noor", "Well :smile: 🤔")])))
    assert comment.text == "Well :smile: 🤔"


async def test_flags_of_comments_and_authors_are_named_in_the_ledger() -> None:
    faded = Said("Bogdan", "Buy now", 1, marks="opac5")
    banned = apollo_item(Said("Farid", "Hm", 2), 2).replace("hide-me", "")
    text = f'<ul class="pm-ul-comments">{old_item(faded, 1)}{banned}</ul>'
    comments, ledger = await read_one(page(text))
    assert len(comments) == 2
    assert ledger.stop_detail == "1 shown as down-voted, 1 by banned authors"
    assert (ledger.stop_reason, ledger.verdict) == ("exhausted", "complete")


async def test_item_without_time_author_or_body_is_kept_with_nulls() -> None:
    (comment,), _ = await read_one(page('<ul class="pm-ul-comments"><li id="comment-1">loose</li></ul>'))
    assert (comment.author_name, comment.text, comment.published_at, comment.published_raw) == (None, None, None, None)


# -- the pinned copy --------------------------------------------------------------------------------


async def test_pinned_copy_of_a_listed_comment_marks_it_and_adds_none() -> None:
    said = several(3)
    comments, _ = await read_one(page(listing(said, pinned=said[1])))
    assert [(c.author_name, c.is_pinned) for c in comments] == [
        ("author 0", False), ("author 1", True), ("author 2", False),
    ]  # fmt: skip


async def test_pinned_only_copy_is_kept() -> None:
    said = several(3)
    comments, ledger = await read_one(page(listing(said[1:], pinned=said[0]), heading="Comments (3)"))
    assert (comments[0].author_name, comments[0].is_pinned) == ("author 0", True)
    assert (ledger.captured, ledger.expected, ledger.verdict) == (3, 3, "complete")


async def test_pinned_comment_listed_on_a_later_page_is_one_comment() -> None:
    said = several(7)
    site = Installation(said, 3, pinned=said[5])
    comments, ledger = await read_one(page(site.show(1)), site)
    assert counted(comments) == truth(said)
    assert [c.author_name for c in comments if c.is_pinned] == ["author 5"]
    assert (ledger.verdict, ledger.requests) == ("complete", 2)


async def test_the_999th_comment_of_a_long_page_is_not_taken_for_the_pinned_one() -> None:
    said = several(1000)
    comments, _ = await read_one(page(listing(said)))
    assert len(comments) == 1000
    assert not any(c.is_pinned for c in comments)


# -- pages ------------------------------------------------------------------------------------------


async def test_every_page_of_the_pager_is_asked_for_once_on_the_pages_own_host() -> None:
    site = Installation(several(8), 3)
    comments, ledger = await read_one(page(site.show(1)), site)
    assert site.asked == [AJAX.format(2), AJAX.format(3)]
    assert counted(comments) == truth(several(8))
    assert (ledger.verdict, ledger.orders_walked) == ("complete", ["html", "ajax:page"])


async def test_twins_on_one_page_are_two_comments() -> None:
    twin = Said("Ruth", "Again and again", 1)
    comments, ledger = await read_one(page(listing([twin, twin, Said("Per", "No", 2)])))
    assert counted(comments) == truth([twin, twin, Said("Per", "No", 2)])
    assert ledger.verdict == "complete"


async def test_twins_on_both_sides_of_an_edge_are_two_comments_when_the_list_stood_still() -> None:
    said = several(6)
    said[3] = said[2]
    site = Installation(said, 3)
    comments, ledger = await read_one(page(site.show(1)), site)
    assert counted(comments) == truth(said)
    assert site.asked[-1] == AJAX.format(1)
    assert ledger.verdict == "complete"


async def test_comment_pushed_to_the_next_page_by_a_newcomer_is_counted_once() -> None:
    said, late = several(6), Said("late", "I am new here", -5)
    site = Installation(list(said), 3, before_request={1: [("add", 0, late)]})
    comments, ledger = await read_one(page(site.show(1), heading="Comments (6)"), site)
    assert counted(comments) == truth([*said, late])
    assert (ledger.verdict, ledger.expected) == ("complete", 7)


async def test_comment_removed_while_the_list_is_read_ends_in_partial() -> None:
    site = Installation(several(4), 3, before_request={1: [("delete", 0, None)]})
    comments, ledger = await read_one(page(site.show(1)), site)
    assert ledger.verdict == "partial"
    assert counted(comments) == truth(several(4)), "what moved up to page 1 is found there"


async def test_paging_in_a_circle_ends_in_partial() -> None:
    text = listing(several(3), paging=pager(1, 4))
    web = answering({AJAX.format(n): html(text) for n in range(1, 5)})
    comments, ledger = await read_one(page(text), web)
    assert (len(comments), ledger.stop_reason, ledger.verdict) == (3, "cursor_loop", "partial")
    assert web.asked == [AJAX.format(2)]


async def test_pages_that_only_shuffle_known_comments_end_in_partial() -> None:
    said = several(4)
    orders = {n: [*said[n:], *said[:n]] for n in range(1, 9)}
    web = answering({AJAX.format(n): html(listing(order, paging=pager(n, 9))) for n, order in orders.items()})
    _, ledger = await read_one(page(listing(said, paging=pager(1, 9))), web)
    assert (ledger.stop_reason, ledger.verdict, ledger.captured, ledger.requests) == ("cursor_loop", "partial", 4, 2)


async def test_failed_page_is_a_gap_and_the_next_ones_are_still_read() -> None:
    site = Installation(several(8), 3)
    pages = {AJAX.format(2): html("oops", 500), AJAX.format(3): html(site.show(3))}
    comments, ledger = await read_one(page(site.show(1)), pages)
    assert (len(comments), ledger.verdict, ledger.stop_reason) == (5, "partial", "error")
    assert ledger.gaps is not None
    assert "status 500" in ledger.gaps[0]["reason"]


async def test_server_that_keeps_failing_is_left_alone() -> None:
    web = answering({}, otherwise=html("oops", 500))
    _, ledger = await read_one(page(listing(several(2), paging=pager(1, 50))), web)
    assert (len(web.asked), ledger.verdict) == (3, "partial")


async def test_refusal_ends_the_walk_at_once() -> None:
    web = answering({}, otherwise=html("no", 403))
    _, ledger = await read_one(page(listing(several(2), paging=pager(1, 50))), web)
    assert (len(web.asked), ledger.stop_reason, ledger.verdict) == (1, "blocked", "partial")


async def test_answer_without_a_list_is_an_error_not_an_end() -> None:
    web = answering({AJAX.format(2): html("<html><body>Please enable cookies</body></html>")})
    _, ledger = await read_one(page(listing(several(2), paging=pager(1, 2))), web)
    assert (ledger.stop_reason, ledger.verdict) == ("error", "partial")
    assert "shape changed" in (ledger.stop_detail or "")


async def test_promised_page_that_is_empty_is_a_gap() -> None:
    first = listing(several(3), paging=pager(1, 2))
    web = answering({AJAX.format(2): html(listing([])), AJAX.format(1): html(first)})
    _, ledger = await read_one(page(first), web)
    assert ledger.verdict == "partial"
    assert ledger.gaps is not None
    assert "page 2 of 2 is empty" in ledger.gaps[0]["reason"]


async def test_short_page_in_the_middle_is_a_gap() -> None:
    said = several(8)
    pages = {2: listing(said[3:5], paging=pager(2, 3)), 3: listing(said[6:], paging=pager(3, 3))}
    web = {AJAX.format(n): html(text) for n, text in pages.items()}
    _, ledger = await read_one(page(listing(said[:3], paging=pager(1, 3))), web)
    assert ledger.verdict == "partial"


async def test_load_more_button_is_followed_until_nothing_comes() -> None:
    said = several(7)
    button = '<a href="#" class="btn">Load more comments</a>'
    pages = {2: listing(said[3:6]) + button, 3: listing(said[6:]), 4: listing([])}
    web = answering({AJAX.format(n): html(text) for n, text in pages.items()})
    comments, ledger = await read_one(page(listing(said[:3]) + button), web)
    assert (len(comments), ledger.verdict) == (7, "complete")
    assert len(web.asked) == 3


async def test_endless_pager_stops_at_the_cap() -> None:
    async def endless(request: Request) -> Response:
        number = int(request.url.split("page=")[1].split("&")[0])
        text = listing([Said("bot", f"{number}-{n}", n) for n in range(2)])
        more = f"<a onclick=\"do=show_comments&amp;page={number + 1}&amp;vid={VID}\">next</a>"
        return HtmlResponse(request.url, body=(text + more).encode(), encoding="utf-8", request=request)

    _, ledger = await read_one(page(listing(several(2), paging=pager(1, 2))), endless, limits=Limits(max_requests=20))
    assert (ledger.requests, ledger.stop_reason, ledger.verdict) == (20, "cap", "partial")


async def test_stated_count_that_lies_ends_in_partial() -> None:
    _, ledger = await read_one(page(listing(several(2)), heading="Comments (13)"))
    assert (ledger.expected, ledger.captured, ledger.verdict) == (13, 2, "partial")


async def test_tab_label_states_the_count_of_the_native_thread() -> None:
    tabs = (
        '<ul><li><a href="#comments-native" id="nav-link-comments-native">Comments (2)</a></li>'
        '<li><a href="#comments-facebook">Facebook (77)</a></li></ul><div id="comments-native">'
        f'{FORM}<div class="pm-comments">{listing(several(2))}</div></div>'
        '<div class="pm-comments" id="comments-facebook"><div class="fb-comments"></div></div>'
        '<div class="pm-comments" id="comments-disqus"><div id="disqus_thread"></div></div>'
    )
    _, ledger = await read_one(f'<html lang="en">{SCRIPT}{tabs}</html>')
    assert (ledger.expected, ledger.verdict, ledger.captured) == (2, "complete", 2)


# -- states -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", sorted(phrases("comments_disabled")))
async def test_disabled_comments_are_known_in_every_language(text: str) -> None:
    _, ledger = await read_one(page(f"<div>\n {text.capitalize()}.\n</div>", form=""))
    assert (ledger.state, ledger.verdict, ledger.detected_by) == ("disabled", "closed", "var MELODYURL")


async def test_open_and_empty_thread() -> None:
    body = '<ul class="pm-ul-comments"><li id="preview_comment"></li></ul><div id="be_the_first">Be the first</div>'
    _, ledger = await read_one(page(body))
    assert (ledger.state, ledger.verdict) == ("open", "none")


async def test_thread_for_members_only() -> None:
    ask = '<p>Please <a href="/tv/login.html">sign in</a> or <a href="/tv/register.html">register</a> to comment.</p>'
    comments, ledger = await read_one(page(listing(several(2)), form=ask))
    assert (ledger.state, ledger.verdict, len(comments)) == ("login", "complete", 2)


async def test_native_block_whose_list_is_unknown_is_an_error_not_an_empty_thread() -> None:
    _, ledger = await read_one(page("<ol id=comments_ol><li>something else</li></ol>"))
    assert (ledger.stop_reason, ledger.verdict) == ("error", "unknown")


def test_page_with_other_tabs_only_has_no_native_thread() -> None:
    text = f'<html>{SCRIPT}<div class="pm-comments" id="comments-facebook"><div class="fb-comments"></div></div></html>'
    assert PhpMelody().detect(Document(text, URL)) == []


def test_another_systems_theme_with_the_like_button_is_not_taken() -> None:
    text = (
        f'<html><button id="bin-rating-like">Like</button><input name="bin-rating-uniq_id" value="{VID}">'
        '<div>Commenting disabled.</div><ol class="comment-list"><li id="comment-7" class="comment">'
        '<cite class="fn">Ilse</cite></li></ol></html>'
    )
    assert PhpMelody().detect(Document(text, URL)) == []


def test_index_page_has_no_thread() -> None:
    assert PhpMelody().detect(Document(f"<html>{SCRIPT}<a href='/login.html'>Login</a></html>", URL)) == []


# -- whose installation -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("named", "tenant", "ajax"),
    [
        ("https://www.example.com/tv", "www.example.com/tv", "https://www.example.com/tv/ajax.php"),
        ("http://example.com", "example.com", "https://www.example.com/ajax.php"),
        (r"http:\/\/www.example.com\/tv\/", "www.example.com/tv", "https://www.example.com/tv/ajax.php"),
        ("https://evil.example.net/x", "www.example.com/tv", "https://www.example.com/tv/ajax.php"),
        ("file:///etc", "www.example.com/tv", "https://www.example.com/tv/ajax.php"),
    ],
)
def test_further_pages_are_asked_of_the_pages_own_host(named: str, tenant: str, ajax: str) -> None:
    text = page(listing(several(1)), head=f'<script>var MELODYURL = "{named}";</script>')
    (ref,) = PhpMelody().detect(Document(text, URL))
    assert (ref.tenant, ref.evidence["ajax"]) == (tenant, ajax)


def test_words_of_a_visitor_do_not_name_the_installation() -> None:
    said = Said("Noor", "var MELODYURL = 'https://www.example.com/elsewhere'")
    (ref,) = PhpMelody().detect(Document(page(listing([said]), head=""), URL))
    assert ref.evidence["ajax"] == "https://www.example.com/tv/ajax.php"


@pytest.mark.parametrize(
    ("text", "url", "native_id"),
    [
        (listing(several(2), paging=pager(1, 2)), "https://www.example.com/x.html", VID),
        (f'{listing(several(2))}<input id="c_vid" value="article-17">', "https://www.example.com/x.html", "article-17"),
        (listing(several(2)), "https://www.example.com/watch.php?vid=0a1b2c3d4", "0a1b2c3d4"),
        (listing(several(2)), "https://www.example.com/a-b-c-video_0a1b2c3d4.html", "0a1b2c3d4"),
        (f'{listing(several(2))}<input id="c_vid" value="../x y">', "https://www.example.com/x.html", None),
    ],
)
def test_id_comes_from_pager_form_or_address(text: str, url: str, native_id: str | None) -> None:
    (ref,) = PhpMelody().detect(Document(f"<html>{text}</html>", url))
    assert ref.native_id == native_id


async def test_further_pages_without_an_id_are_a_gap() -> None:
    call = '<a onclick="do=show_comments&amp;page=2&amp;vid=?">2</a><button>Load more comments</button>'
    text = f'<html><div class="pm-comments">{listing(several(2))}{call}</div></html>'
    _, ledger = await read_one(text, url="https://www.example.com/x.html")
    assert (ledger.verdict, ledger.native_id) == ("partial", None)


# -- bad input --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        '<ul class="pm-ul-comments"><li id="comment-1">' + "<div>" * 12_000 + "deep",
        '<ul class="pm-ul-comments">' + '<li id="comment-99999999999999999999"><li id><li id="comment-x">',
        '<ul class="pm-ul-comments"><li id="comment-1"><b class="pm-comment-txt">\x00\ufffd<time datetime="9999-99">',
        '<ul class="pm-ul-comments">' * 50,
    ],
)
async def test_broken_markup_is_read_without_raising(body: str) -> None:
    _, ledger = await read_one(page(body))
    assert ledger.stop_reason == "exhausted"


# -- any list ---------------------------------------------------------------------------------------

LISTS = st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("xy"), st.integers(0, 6)), max_size=24).map(
    lambda rows: [Said(author, text, minute) for author, text, minute in sorted(rows, key=lambda row: row[2])]
)


@settings(max_examples=60, deadline=None)
@given(said=LISTS, per_page=st.integers(1, 7), pin=st.integers(0, 30))
async def test_a_list_that_stands_still_is_read_exactly(said: list[Said], per_page: int, pin: int) -> None:
    site = Installation(said, per_page, pinned=said[pin] if pin < len(said) else None)
    text = page(site.show(1), heading=f"Comments ({len(said)})")
    comments, ledger = await read_one(text, site)
    if ledger.stop_reason == "cursor_loop":
        assert ledger.verdict == "partial", "pages of nothing but twins look like a circle"
    else:
        assert counted(comments) == truth(said)
        assert ledger.verdict == ("complete" if said else "none")


@settings(max_examples=60, deadline=None)
@given(count=st.integers(1, 20), per_page=st.integers(2, 6), when=st.lists(st.integers(1, 5), max_size=4))
async def test_newcomers_neither_double_nor_hide_a_comment(count: int, per_page: int, when: list[int]) -> None:
    said = several(count)
    changes: dict[int, list[tuple[str, int, Said | None]]] = {}
    for number, request in enumerate(when):
        changes.setdefault(request, []).append(("add", 0, Said("late", f"new {number}", -1 - number)))
    site = Installation(list(said), per_page, before_request=changes)
    comments, ledger = await read_one(page(site.show(1)), site)
    found = counted(comments)
    assert max(found.values()) == 1
    assert ledger.verdict != "complete" or not truth(said) - found
