"""Drupal: themes and versions, replies across pages, two clocks, BigPipe, states, and places that hold no thread."""

from __future__ import annotations

import json

import pytest
from kit import answering, read
from service import HTML, SECOND, START, Said
from services.drupal import DrupalService, DrupalSevenService

from crawler.extract.document import Document
from crawler.systems.drupal import Drupal

URL = "https://news.example.org/2021/07/a-video/"
SYSTEM = Drupal()
HEAD = '<meta name="Generator" content="Drupal 9 (https://www.drupal.org)"><link rel="shortlink" href="https://news.example.org/node/23">'


def comment(native_id: int, *, attributes: str = "", head: str = '<p class="submitted">Submitted by <span class="username">Ada</span> on Fri, 07/02/2021 - 10:15</p>', body: str = "<p>Hello</p>", stamp: int | None = None) -> str:
    mark = f'<mark class="hidden" data-comment-timestamp="{stamp}"></mark>' if stamp is not None else ""
    return (
        f'<a id="comment-{native_id}"></a><article {attributes} class="comment js-comment">{mark}<footer class="comment__meta">{head}</footer>'
        f'<div class="content"><h3><a href="/comment/{native_id}#comment-{native_id}" class="permalink">Hello</a></h3>'
        f'<div class="field field--name-comment-body field--type-text-long"><div class="field__item">{body}</div></div>'
        '<div class="user-signature">--<br>my signature</div><ul class="links inline"><li class="comment-reply"><a href="/comment/reply/node/23/comment/1">Reply</a></li></ul></div></article>'
    )


def page(*comments: str, form: str = "", head: str = HEAD, after: str = "") -> str:
    return (
        f'<!doctype html><html lang="en"><head>{head}</head><body class="path-node"><h1>A video</h1>'
        f'<section id="comments" class="field--type-comment comment-wrapper"><h2 class="title">Comments</h2>{"".join(comments)}{form}</section>{after}</body></html>'
    )


async def only(html: str, pages=None, url: str = URL):
    [(ref, comments, ledger)] = await read(SYSTEM, html, url, pages)
    return ref, comments, ledger


# --- fields --------------------------------------------------------------------------------------------


async def test_the_text_is_the_body_without_title_signature_and_links():
    _, [one], _ = await only(page(comment(7, body="<blockquote><p>Said</p></blockquote><p>Yes, by <a href='/user/9'>Bo</a></p>")))
    assert one.text == "Said\n\nYes, by Bo"
    assert one.text_html == "<blockquote><p>Said</p></blockquote><p>Yes, by <a href=\"/user/9\">Bo</a></p>"
    assert one.author_name == "Ada"


@pytest.mark.parametrize(
    ("attributes", "head", "expected"),
    [
        ('data-comment-user-id="0"', '<span class="username">Bob (not verified)</span>', ("Bob", None, "guest", None)),
        ('data-comment-user-id="0"', '<span class="username">Bob (Berlin) (nicht überprüft)</span>', ("Bob (Berlin)", None, "guest", None)),
        ("", '<a title="View user profile." href="/user/5" about="/user/5" class="username">Eve</a>', ("Eve", "5", "registered", "https://news.example.org/user/5")),
        ('data-comment-user-id="5"', '<a href="/users/eve" class="username">Eve</a>', ("Eve", "5", "registered", "https://news.example.org/users/eve")),
        ("", '<div class="comment__submitted">Wendy | July 19, 2018</div>', ("Wendy", None, None, None)),
    ],
)
async def test_names_lose_what_drupal_appends_and_tell_accounts_from_guests(attributes, head, expected):
    _, [one], _ = await only(page(comment(7, attributes=attributes, head=head)))
    assert (one.author_name, one.author_id, one.author_kind, one.author_url) == expected


async def test_the_writer_of_the_page_is_told_apart():
    html = page(comment(7).replace("comment js-comment", "comment js-comment by-node-author"))
    _, [one], _ = await only(html)
    assert one.author_kind == "page_author"


# --- times ---------------------------------------------------------------------------------------------


def shown(when: str) -> str:
    return f'<p class="submitted">Submitted by <span class="username">Ada</span> on {when}</p>'


async def test_the_change_in_seconds_makes_the_creation_exact_where_they_are_the_same_moment():
    # 2021-07-02 08:15:30 UTC, shown by clocks in Berlin; day and month could be either
    html = page(
        comment(1, head=shown("Fri, 07/02/2021 - 10:15"), stamp=1625213730),
        comment(2, head=shown("Fri, 07/02/2021 - 10:16"), stamp=1625213790),
        comment(3, head=shown("Fri, 07/02/2021 - 10:17"), stamp=1625213730 + 5000),
    )
    _, [first, second, changed], _ = await only(html)
    assert (first.published_at, first.published_precision, first.is_edited) == (1625213730 * SECOND, "s", False)
    assert (second.published_at, second.is_edited) == (1625213790 * SECOND, False)
    assert (changed.is_edited, changed.edited_at) == (True, 1625218730 * SECOND)
    assert (changed.published_precision, changed.published_raw) == ("min", "Submitted by on Fri, 07/02/2021 - 10:17")
    assert changed.published_min < 1625213820 * SECOND < changed.published_max


async def test_a_machine_readable_creation_goes_before_what_is_shown():
    head = (
        '<p class="submitted"><span property="schema:dateCreated" content="2021-07-02T08:15:30+00:00" class="rdf-meta"></span>'
        'Submitted by <span class="username">Ada</span> on Fri, 07/02/2021 - 10:15</p>'
    )
    _, [one, changed], _ = await only(page(comment(1, head=head, stamp=1625213730), comment(2, head=head, stamp=1625300000)))
    assert (one.published_at, one.is_edited) == (1625213730 * SECOND, False)
    assert (changed.published_at, changed.is_edited, changed.edited_at) == (1625213730 * SECOND, True, 1625300000 * SECOND)


async def test_a_day_alone_does_not_say_whether_a_comment_was_changed():
    _, [one], _ = await only(page(comment(1, head=shown("July 2, 2021"), stamp=1625213730)))
    assert (one.published_precision, one.is_edited, one.edited_at) == ("day", None, None)


# --- replies across pages ------------------------------------------------------------------------------


def chain(make: type[DrupalService], count: int) -> DrupalService:
    return make(comments=[Said(id=str(n), parent=str(n - 1) if n > 1 else None, at=START + n * 60 * SECOND) for n in range(1, count + 1)])


@pytest.mark.parametrize("make", [DrupalService, DrupalSevenService])
async def test_a_thread_that_runs_over_several_pages_keeps_its_parents(make):
    service = chain(make, 25)
    pages = {f"{URL}?page={n}": (200, HTML, service._page(n).encode()) for n in (0, 1, 2)}
    _, comments, ledger = await only(service.page(), pages)
    assert [c.parent_native_id for c in comments] == [None, *(str(n) for n in range(1, 25))]
    assert ledger.verdict == "complete"


async def test_a_reply_whose_parent_is_on_another_page_and_unnamed_is_a_gap_and_not_a_thread_of_its_own():
    service = chain(DrupalSevenService, 12)
    first = service.page().replace("sioc:reply_of", "x")
    second = service._page(1).replace("sioc:reply_of", "x")
    _, comments, ledger = await only(first, {f"{URL}?page=1": (200, HTML, second.encode())})
    assert [c.parent_native_id for c in comments[:10]] == [None, *(str(n) for n in range(1, 10))]
    assert ledger.verdict == "partial"
    assert any("11 answers" in gap["reason"] for gap in ledger.gaps)


async def test_a_visit_of_a_later_page_reads_the_thread_from_its_first():
    service = chain(DrupalSevenService, 25)
    web = answering({(f"{URL}?page={n}" if n else URL): (200, HTML, service._page(n).encode()) for n in (0, 1, 2)})
    ref, comments, ledger = await only(service._page(1), web, f"{URL}?page=1")
    assert ref.url == URL
    assert [c.native_id for c in comments] == [str(n) for n in range(1, 26)]
    assert web.asked == [URL, f"{URL}?page=2"]
    assert ledger.verdict == "complete"


async def test_a_page_that_shows_fewer_than_the_others_is_a_gap_although_no_count_is_stated():
    service = DrupalSevenService(comments=[Said(id=str(n), at=START + n * SECOND) for n in range(1, 26)])
    second = service._page(1).replace('id="comment-15"', 'id="x"').replace('/comment/15#comment-15', "#")
    pages = {f"{URL}?page={n}": (200, HTML, (second if n == 1 else service._page(n)).encode()) for n in (1, 2)}
    pages[URL] = (200, HTML, service.page().encode())
    _, comments, ledger = await only(service.page(), pages)
    assert (len(comments), ledger.expected, ledger.verdict) == (24, 25, "partial")


async def test_pagers_of_other_lists_are_not_followed():
    other = '<div class="view"><nav class="pager"><a href="/2021/07/a-video/?page=3">4</a></nav></div>'
    web = answering({})
    _, comments, ledger = await only(page(comment(1), after=other), web)
    assert (len(comments), web.asked, ledger.verdict) == (1, [], "complete")


# --- what comes late -----------------------------------------------------------------------------------


async def test_what_bigpipe_sends_at_the_end_of_the_answer_is_part_of_the_page():
    late = json.dumps([{"command": "insert", "method": "replaceWith", "selector": "x", "data": comment(7) + comment(8)}])
    html = page('<span data-big-pipe-placeholder-id="callback=comment.lazy_builders"></span>') + (
        f'<script type="application/vnd.drupal-ajax" data-big-pipe-replacement-for-placeholder-with-id="x">{late}</script>'
    )
    _, comments, _ = await only(html)
    assert [c.native_id for c in comments] == ["7", "8"]


# --- detection -----------------------------------------------------------------------------------------

FORM = '<form class="comment-comment-form" data-drupal-selector="comment-form" action="/comment/reply/node/23/comment"></form>'
LOGIN = '<ul class="links"><li class="comment-forbidden"><a href="/user/login">Log in</a> to post comments</li></ul>'


@pytest.mark.parametrize(
    ("html", "states"),
    [
        (page(form=FORM), ["open"]),
        (page(form=LOGIN), ["login"]),
        (page(), []),
        (DrupalService(comments=[Said(id="1")], is_closed=True).page(), ["closed"]),
        (DrupalSevenService(comments=[Said(id="1")], is_closed=True).page(), ["closed"]),
        (page(comment(1)), ["open"]),
        (page(form='<div class="mine-comment">A comment in the markup of a theme of its own</div>' + FORM), []),
        (f'<head>{HEAD.partition("<link")[0]}</head><body class="page-node"><article class="node teaser">{LOGIN}</article></body>', []),
        (page(comment(1), head=""), []),
        (page("<article id='comment-1' class='comment'><b>theme</b> of its own</article>"), []),
    ],
)
def test_a_place_is_a_thread_where_drupal_says_so_and_its_markup_is_known(html, states):
    assert [ref.state for ref in SYSTEM.detect(Document(html, URL))] == states


@pytest.mark.parametrize(
    "sign",
    [
        '<body class="html page-node page-node-23">',
        '<script data-drupal-selector="drupal-settings-json" type="application/json">{"path":{"currentPath":"node\\/23"}}</script>',
        '<form action="/comment/reply/23" class="comment-form" id="comment-form"></form>',
        '<article data-history-node-id="23"></article>',
    ],
)
def test_the_node_is_named_in_several_ways(sign):
    html = f'<html><head><meta name="generator" content="Drupal 7 (http://drupal.org)"></head>{sign}<div id="comments">{comment(1)}</div></html>'
    [ref] = SYSTEM.detect(Document(html, URL))
    assert ref.native_id == "23"


async def test_a_second_pass_that_is_refused_leaves_the_count_of_the_first():
    html = page(comment(1), comment(2)).replace('<h2 class="title">Comments</h2>', '<h2 class="title">57 Comments</h2>')
    _, comments, ledger = await only(html)
    assert (len(comments), ledger.expected, ledger.verdict) == (2, 57, "partial")
    assert ledger.gaps[-1] == {"parent": None, "expected": 57, "got": 2, "reason": "fewer than the source states"}
