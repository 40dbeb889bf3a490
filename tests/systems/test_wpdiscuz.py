"""wpDiscuz: both generations of its markup, cut texts, folded replies, votes, states, and what it is not."""

from __future__ import annotations

import json
from urllib.parse import parse_qs

import pytest
from kit import read
from scrapy import Request
from scrapy.http import HtmlResponse, Response, TextResponse
from service import Said
from services.wpdiscuz import AJAX, REST, WpDiscuzService, WpDiscuzWithoutRestService

from crawler.extract.document import Document
from crawler.systems.base import FetchError
from crawler.systems.wordpress import WordPress
from crawler.systems.wpdiscuz import WpDiscuz

URL = "https://news.example.org/2021/07/a-video/"
SYSTEM = WpDiscuz()


def item(native_id: int, parent: int = 0, *, text: str = "<p>Hello</p>", classes: str = "", footer: str = "", head: str = "", wrap: str = "", below: str = "") -> str:
    return (
        f"<div id='wpd-comm-{native_id}_{parent}' class='comment depth-1 wpd-comment {classes}'><div class='wpd-comment-wrap {wrap}'>"
        f"<div id='comment-{native_id}' class='wpd-comment-right'><div class='wpd-comment-header'><div class='wpd-comment-author '>Ada</div>{head}</div>"
        f"<div class='wpd-comment-text'>{text}</div><div class='wpd-comment-footer'>{footer}</div></div></div>"
        f"<div id='wpdiscuz_form_anchor-{native_id}_{parent}'></div>{below}</div>"
    )


def page(*items: str, place: str = 'id="wpdcom" class="wpd-comments-open"', count: int | None = None, rest: bool = False) -> str:
    stated = f'<div class="wpd-thread-info" data-comments-count="{count}"></div>' if count is not None else ""
    api = f'<link rel="https://api.w.org/" href="{REST}">' if rest else ""
    return (
        f'<!doctype html><html lang="en"><head>{api}</head><body class="single postid-14"><h1>A video</h1><div id="comments" class="comments-area">'
        f'<div id="respond"></div><div {place}>{stated}<div class="wpd-thread-list">{"".join(items)}'
        f'<div class="wpdiscuz-comment-pagination"></div></div></div></div></body>'
    )


class Site:
    """Answers of admin-ajax.php by action, and of addresses."""

    def __init__(self, ajax: dict[str, object] | None = None, pages: dict[str, object] | None = None) -> None:
        self.ajax, self.pages = ajax or {}, pages or {}
        self.forms: list[dict[str, str]] = []

    async def __call__(self, request: Request) -> Response:
        if request.method == "POST":
            form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
            self.forms.append(form)
            answer = self.ajax.get(form["action"])
            answer = answer.pop(0) if isinstance(answer, list) else answer
        else:
            answer = next((value for start, value in self.pages.items() if request.url.startswith(start)), None)
        if answer is None:
            raise FetchError("error", f"{request.url}: nothing answers here", 400)
        if isinstance(answer, str):
            return HtmlResponse(request.url, body=answer.encode(), headers={"content-type": "text/html"})
        return TextResponse(request.url, body=json.dumps(answer).encode(), headers={"content-type": "application/json"})


async def only(html: str, site: Site | None = None):
    [(ref, comments, ledger)] = await read(SYSTEM, html, URL, site or Site())
    return ref, comments, ledger


def success(**data: object) -> dict[str, object]:
    return {"success": True, "data": data}


# --- fields --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("footer", "likes", "dislikes"),
    [
        ("<div class='wpd-vote-result wpd-up' title='1204'>1.2K</div>", 1204, None),
        ("<div class='wpd-vote-result wpd-down' title='-3'>-3</div>", None, 3),
        ("<div class='wpd-vote-result' title='0'>0</div>", 0, None),
        (
            ("<div class='wpd-vote-result wpd-vote-result-like' title='7'>7</div>"
            "<div class='wpd-vote-result wpd-vote-result-dislike' title='-2'>-2</div>"),
            7,
            2,
        ),
        ("<div class='wpd-vote-result wpd-vote-result-like' title='7'>7</div>", 7, None),
        ("", None, None),
    ],
)
async def test_votes_are_exact_whether_they_are_shown_as_one_sum_or_apart(footer, likes, dislikes):
    _, [comment], _ = await only(page(item(1, footer=footer)))
    assert (comment.like_count, comment.dislike_count) == (likes, dislikes)


async def test_marks_of_a_comment_are_kept_and_what_is_not_its_text_is_left_out():
    text = (
        "<div class='wpd-inline-feedback-wrapper'>Feedback on: <i></i>a sentence of the article&quot;</div><p>Fine.</p>"
    )
    head = "<div class='wpd-comment-date' title='July 20, 2021 8:15 am'><i class='far fa-clock'></i> 2 years ago</div>"
    html = page(
        item(7, text=text, classes="wpd-sticky-comment wpd-closed-comment wpd-inline-comment bypostauthor", head=head),
        item(8, wrap="wpd-blog-user wpd-blog-administrator", text="<p>A</p>"),
        item(9, classes="wpd-unapproved-comment"),
    ).replace("<div class='wpd-comment-footer'>", "<div class='wpd-comment-last-edited'>Last edited 1 day ago by Ada</div><div class='wpd-comment-footer'>", 1)
    _, comments, _ = await only(html)
    first, second = comments
    assert (first.text, first.is_pinned, first.is_edited, first.edited_at) == ("Fine.", True, True, None)
    assert (first.author_kind, second.author_kind) == ("page_author", "staff")
    assert (first.published_raw, first.published_precision) == ("July 20, 2021 8:15 am", "min")
    assert (second.is_pinned, second.is_edited) == (False, None)


async def test_the_parent_stands_in_the_id_even_where_the_reply_is_not_nested():
    html = page(item(1), item(5, 1), item(6, 5))
    _, comments, _ = await only(html)
    assert [(c.native_id, c.parent_native_id, c.depth) for c in comments] == [("1", None, 1), ("5", "1", 2), ("6", "5", 3)]


# --- versions 3 to 5 -----------------------------------------------------------------------------------

OLD = (
    '<div id="wc-comm-52951_0" class="wc-comment wc-blog-guest wc_comment_level-1"><div class="wc-comment-left "><noscript><img alt="x"></noscript></div>'
    '<div id="comment-52951" class="wc-comment-right"><div class="wc-comment-header"><div class="wc-comment-author "><a href="https://ada.example">Ada</a></div>'
    '<div class="wc-comment-link"><i data-comment-url="https://news.example.org/2021/07/a-video/#comment-52951"></i></div></div>'
    '<div class="wc-comment-text"><p>Hello</p></div><div class="wc-comment-footer"><div class="wc-footer-left"><span class="wc-vote-result">4</span></div>'
    '<div class="wc-footer-right"><div class="wc-comment-date"><i class="far fa-clock"></i>19. Februar 2017 20:00</div></div></div></div>'
    '<div id="wc-comm-52952_52951" class="wc-comment wc-reply wc-blog-user wc-blog-post_author wc_comment_level-2"><div id="comment-52952" class="wc-comment-right">'
    '<div class="wc-comment-author ">Bo</div><div class="wc-comment-text"><p>Hi</p></div></div></div></div>'
)


def old_page(version: str) -> str:
    options = json.dumps({"url": AJAX, "wpdiscuz_options": {"version": version, "wc_post_id": 77, "wordpress_comment_order": "desc"}})
    return (
        f'<html lang="de"><body><div id="comments"><h3 id="wc-comment-header"><div class="wpdiscuz-comment-count"><div class="wpd-cc-value">3</div></div> Kommentare</h3>'
        f'<div id="wpcomm" class="wpdiscuz_unauth"><form class="wc_comm_form wc_main_comm_form"></form><div id="wcThreadWrapper">{OLD}'
        f'<div class="wpdiscuz-comment-pagination"><button class="wc-load-more-submit"></button><input id="wpdiscuzHasMoreComments" type="hidden" value="1"></div>'
        f"</div></div></div><script>var wpdiscuzAjaxObj = {options};</script></body></html>"
    )


@pytest.mark.parametrize(("version", "action"), [("4.1.4", "loadMoreComments"), ("5.3.5", "wpdLoadMoreComments")])
async def test_older_versions_go_on_behind_the_last_comment_of_the_page(version, action):
    last = OLD.replace("52951", "40").replace("52952_", "41_").replace("comment-52952", "comment-41")
    third = last[: last.index('<div id="wc-comm-41_')] + "</div>"
    site = Site({action: {"comment_list": third, "is_show_load_more": False, "last_parent_id": "40"}})
    ref, comments, ledger = await only(old_page(version), site)
    assert (ref.native_id, ref.state, ref.stated) == ("77", "open", 3)
    first, reply, more = comments
    assert (first.author_name, first.author_url, first.author_kind, first.like_count) == ("Ada", "https://ada.example", "guest", 4)
    assert (reply.parent_native_id, reply.author_kind, more.native_id) == ("52951", "page_author", "40")
    assert first.published_raw == "19. Februar 2017 20:00"
    assert first.published_at is not None
    [form] = site.forms
    assert (form["action"], form["postId"], form["lastParentId"], form["order"]) == (action, "77", "52951", "desc")
    assert ledger.verdict == "complete"


# --- what comes on a click -----------------------------------------------------------------------------

CUT = "<p>It begins<span id='wpdiscuz-readmore-1_0'><span class='wpdiscuz-hellip'>&hellip;&nbsp;</span><span class='wpdiscuz-readmore'>Read more</span></span></p>"


async def test_a_cut_text_is_completed_through_the_api():
    row = {"id": 1, "parent": 0, "author": 0, "author_name": "Ada", "date_gmt": "2021-07-20T08:15:30", "status": "approved", "type": "comment"}
    whole = row | {"content": {"rendered": "<p>It begins and <b>ends</b>.</p>"}}
    pages = {f"{REST}wp/v2/comments?post=14&per_page=100&page=1&": [row], f"{REST}wp/v2/comments?post=14&per_page=100&orderby=id": [whole]}
    _, [comment], ledger = await only(page(item(1, text=CUT), rest=True, count=1), Site(pages=pages))
    assert (comment.text, comment.text_html) == ("It begins and ends.", "<p>It begins and <b>ends</b>.</p>")
    assert (ledger.verdict, ledger.gaps) == ("complete", None)


async def test_without_the_api_the_button_is_asked_with_the_sites_own_token():
    ajax = {"wpdGetNonce": success(wpdiscuz_nonce="n1"), "wpdReadMore": success(message="<p>It begins and ends.</p>")}
    site = Site(ajax)
    _, [comment], ledger = await only(page(item(1, text=CUT), count=1), site)
    assert (comment.text, ledger.verdict) == ("It begins and ends.", "complete")
    assert site.forms[-1] == {"action": "wpdReadMore", "commentId": "1", "postId": "14", "wpdiscuz_nonce": "n1"}


async def test_a_text_that_stays_cut_makes_the_thread_partial():
    _, [comment], ledger = await only(page(item(1, text=CUT), count=1), Site({"wpdGetNonce": success(wpdiscuz_nonce="n1")}))
    assert comment.text == "It begins"
    assert ledger.verdict == "partial"
    assert any("text of comment 1 is cut" in gap["reason"] for gap in ledger.gaps)


FOLDED = "<div class='wpd-toggle'><span class='wpd-view-replies'><span class='wpd-view-replies-text'>View Replies</span> (2)</span></div>"


async def test_folded_replies_are_unfolded_and_their_number_is_held_against_what_comes():
    ajax = {"wpdShowReplies": [success(comment_list=item(1, below=item(2, 1, below=item(3, 2))))]}
    _, comments, ledger = await only(page(item(1, footer=FOLDED), count=3), Site(ajax))
    assert [(c.native_id, c.parent_native_id) for c in comments] == [("1", None), ("2", "1"), ("3", "2")]
    assert ledger.verdict == "complete"

    ajax = {"wpdShowReplies": [success(comment_list=item(1, below=item(2, 1)))]}
    _, comments, ledger = await only(page(item(1, footer=FOLDED)), Site(ajax))
    assert (len(comments), ledger.verdict) == (2, "partial")
    assert ledger.gaps == [{"parent": "1", "expected": 2, "got": 1, "reason": "fewer replies than the source states"}]


async def test_a_pinned_comment_is_counted_although_the_api_leaves_it_out():
    service = WpDiscuzService(comments=[Said(id=str(n), at=1_600_000_000_000_000 + n * 60_000_000, is_pinned=n == 2) for n in range(1, 13)])

    async def fetch(request: Request) -> Response:
        status, headers, body = service.answer(request)
        return TextResponse(request.url, status=status, headers=dict(headers), body=body)

    [(_, comments, ledger)] = await read(SYSTEM, service.page(), service.url, fetch)
    assert {c.native_id for c in comments if c.is_pinned} == {"2"}
    assert (len(comments), ledger.expected, ledger.verdict) == (12, 12, "complete")


# --- detection -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "state"),
    [
        ('id="wpdcom" class="wpd-comments-open"', "open"),
        ('id="wpdcom" class="wpd-comments-closed"', "closed"),
        ('id="wpdcom"><div class="wpd-login-to-comment">Please login to comment</div><div', "login"),
        ('id="wpcomm"><p class="wc-must-login">You must be logged in</p><div', "login"),
    ],
)
def test_an_empty_frame_is_a_thread_of_wpdiscuz_alone_and_says_whether_it_is_open(place, state):
    document = Document(page(place=place), URL)
    [ref] = SYSTEM.detect(document)
    assert (ref.state, ref.native_id, ref.tenant) == (state, "14", "news.example.org")
    assert WordPress().detect(document) == []


@pytest.mark.parametrize(
    "html",
    [
        '<body class="postid-14"><link rel="stylesheet" href="/wp-content/plugins/wpdiscuz/themes/default/style.css"><script>var wpdiscuzAjaxObj = {"wc_post_id":"14"};</script>',
        "<body><div class='wpd-recent-comments'><div id='comment-4' class='wpd-comment-text'>x</div></div>",
    ],
)
def test_its_scripts_styles_and_widgets_are_no_thread(html):
    assert SYSTEM.detect(Document(html, URL)) == []


def test_a_script_of_another_host_is_not_asked():
    html = page() + '<script>var wpdiscuzAjaxObj = {"url":"https:\\/\\/evil.example\\/wp-admin\\/admin-ajax.php","wc_post_id":"14"};</script>'
    [ref] = SYSTEM.detect(Document(html, URL))
    assert ref.evidence["ajax"] == "https://news.example.org/wp-admin/admin-ajax.php"


async def test_a_page_that_loads_late_and_whose_script_is_refused_is_never_an_empty_thread():
    service = WpDiscuzWithoutRestService(comments=[Said(id="1")])
    [(_, comments, ledger)] = await read(SYSTEM, service.page(), service.url, Site(pages={service.url: service.page()}))
    assert (comments, ledger.verdict, ledger.stop_reason) == ([], "unknown", "error")
