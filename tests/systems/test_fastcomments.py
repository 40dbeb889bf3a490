"""FastComments: whose thread a page sets up, and why an empty answer is no proof of an empty thread."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest
from kit import read
from service import SECOND, START, Said, json_answer, page_with
from services.fastcomments import HOST, TENANT, FastCommentsService
from test_conformance import Net, harvest, thread

from crawler.extract.document import Document
from crawler.systems.fastcomments import FastComments

URL = "https://news.example.org/2021/07/a-video/"
PLACE = '<div id="fastcomments-widget"></div>'


def call(options: str) -> str:
    return page_with(f"{PLACE}<script>FastCommentsUI(document.getElementById('fastcomments-widget'), {{{options}}});</script>")


def found(html: str, url: str = URL) -> list[tuple[str, str | None, str | None]]:
    return [(ref.tenant, ref.native_id, ref.problem) for ref in FastComments().detect(Document(html, url))]


HERE = "t1@fastcomments.com"


@pytest.mark.parametrize(
    ("html", "native"),
    [
        (call("tenantId: 't1', urlId: 'video-1'"), "video-1"),
        (call('"tenantId":"t1","urlId":"12","url":"https:\\/\\/news.example.org\\/x","readonly":false,"sso":null'), "12"),
        (call("tenantId: 't1', urlId: 12"), "12"),
        (call("tenantId: 't1'"), URL),
        (call("tenantId: 't1', urlId: null"), URL),
        (call("tenantId: 't1', urlId: ''"), URL),
        (call("tenantId: 't1', urlId: window.location.href"), URL),
        (call("tenantId: 't1', urlId: location.pathname"), "/2021/07/a-video/"),
        (page_with(f"{PLACE}<script>window.fcConfigs = [{{target: '#fastcomments-widget', tenantId: \"t1\", urlId: 'v'}}];</script>"), "v"),
        (page_with(f"{PLACE}<script>var c = {{tenantId: 't1', urlId: 'v'}}; FastCommentsUI(place, c);</script>"), "v"),
    ],
)
def test_the_thread_is_its_id_or_the_pages_address(html: str, native: str) -> None:
    assert found(html) == [(HERE, native, None)]


def test_the_pages_address_goes_without_what_marks_a_visit() -> None:
    assert found(call("tenantId: 't1'"), f"{URL}?utm_source=x#c12") == [(HERE, URL, None)]


@pytest.mark.parametrize(
    ("html", "host"),
    [
        (call("tenantId: 't1', region: 'eu'"), "eu.fastcomments.com"),
        (call("tenantId: 't1'") + '<script src="https://cdn-eu.fastcomments.com/js/embed-v2.min.js"></script>', "eu.fastcomments.com"),
        (call("tenantId: 't1', apiHost: 'https://talk.example.org/'"), "talk.example.org"),
    ],
)
def test_the_region_says_where_the_thread_is(html: str, host: str) -> None:
    [ref] = FastComments().detect(Document(html, URL))
    assert (ref.tenant, ref.url.partition("?")[0]) == (f"t1@{host}", f"https://{host}/comments/t1")


def test_several_widgets_are_several_threads() -> None:
    html = page_with("<script>window.fcConfigs = [{tenantId: 't1', urlId: 'a'}, {tenantId: 't1', urlId: 'b'}];</script>")
    assert [native for _, native, _ in found(html)] == ["a", "b"]


NO_TENANT = "the page does not say the tenant of its FastComments thread"
NO_ID = "the page's scripts compute the id of its FastComments thread"


@pytest.mark.parametrize(
    ("html", "missing"),
    [
        (page_with(PLACE), NO_TENANT),
        (page_with('<div id="fastcomments-widget-2"></div>'), NO_TENANT),
        (page_with("<fast-comments></fast-comments>"), NO_TENANT),
        (call("tenantId: config.tenant"), NO_TENANT),
        (call("tenantId: 't1', urlId: post.id"), NO_ID),
        (call("tenantId: 't1', urlId: `a-${id}`"), NO_ID),
    ],
)
async def test_a_place_without_its_keys_has_a_row_that_names_what_is_missing(html: str, missing: str) -> None:
    [(ref, comments, ledger)] = await read(FastComments(), html, URL)
    assert (ref.native_id, comments, ledger.requests) == (None, [], 0)
    assert (ledger.verdict, ledger.stop_reason, ledger.stop_detail) == ("unknown", "unsupported", missing)


@pytest.mark.parametrize(
    "html",
    [
        page_with("<script>FastCommentsCommentCount(document.getElementById('c'), {tenantId: 't1', urlId: 'a'});</script>"),
        page_with("<script>window.FastCommentsBulkCountConfig = {tenantId: 't1'};</script>"),
        page_with('<script src="https://cdn.fastcomments.com/js/embed-v2.min.js"></script>'),
        page_with("<p>We use FastComments.</p>"),
    ],
)
def test_counters_and_scripts_are_no_thread(html: str) -> None:
    assert found(html) == []


def test_a_counter_beside_a_thread_is_not_another_one() -> None:
    count = "<script>FastCommentsCommentCount(document.getElementById('c'), {tenantId: 't1', urlId: 'other'});</script>"
    assert found(call("tenantId: 't1', urlId: 'a'").replace(PLACE, PLACE + count)) == [(HERE, "a", None)]


# --- empty, closed, refused ------------------------------------------------------------------------


async def test_an_empty_answer_is_no_proof_of_an_empty_thread() -> None:
    comments, ledger = await harvest(FastCommentsService())
    assert (comments, ledger.state, ledger.verdict) == ([], "unknown", "unknown")
    [gap] = ledger.gaps or []
    assert gap["reason"] == "FastComments gives nothing for video-12, and would not say if it did not know it"


async def test_another_id_gives_an_empty_thread_and_is_not_taken_for_none() -> None:
    html = call(f"tenantId: '{TENANT}', urlId: 'another'")
    [(_, comments, ledger)] = await read(FastComments(), html, URL, Net(thread(FastCommentsService, 5)))
    assert (comments, ledger.verdict) == ([], "unknown")


async def test_a_page_that_locks_its_thread_says_that_it_is_closed() -> None:
    html = call(f"tenantId: '{TENANT}', urlId: 'video-12', readonly: true")
    [(_, comments, ledger)] = await read(FastComments(), html, URL, Net(thread(FastCommentsService, 5)))
    assert (len(comments), ledger.state, ledger.verdict) == (5, "closed", "complete")


@pytest.mark.parametrize(
    ("code", "verdict", "stop"),
    [
        ("rate-limited", "blocked", "blocked"),
        ("domain-unauthorized", "blocked", "blocked"),
        ("unauthorized-page", "blocked", "blocked"),
        ("invalid-tenant", "unknown", "error"),
    ],
)
@pytest.mark.parametrize("status", [200, 400])
async def test_an_error_says_what_the_interface_says(code: str, verdict: str, stop: str, status: int) -> None:
    service = thread(FastCommentsService, 3)
    told = {"status": "failed", "code": code, "reason": "Because."}
    comments, ledger = await harvest(service, Net(service, lambda *_: json_answer(told, status)))
    assert (comments, ledger.verdict, ledger.stop_reason) == ([], verdict, stop)
    assert f"FastComments says {code}: Because." in (ledger.stop_detail or "")


async def test_hidden_comments_are_blocked_and_another_answer_is_an_error() -> None:
    service = thread(FastCommentsService, 3)
    told = {"status": "success", "comments": [], "isCommentsHidden": True, "pageNumber": 0}
    _, ledger = await harvest(service, Net(service, lambda *_: json_answer(told)))
    assert ledger.verdict == "blocked"
    _, ledger = await harvest(service, Net(service, lambda *_: json_answer({"comments": []})))
    assert (ledger.verdict, ledger.stop_reason) == ("unknown", "error")


# --- pages and counts ------------------------------------------------------------------------------


async def test_a_thread_longer_than_a_page_goes_on_on_the_next() -> None:
    service = thread(FastCommentsService, 95, shape="star")
    net = Net(service)
    comments, ledger = await harvest(service, net)
    assert ([comment.parent_native_id for comment in comments], ledger.verdict) == ([None] + ["1"] * 94, "complete")
    assert len(net.asked) == 4


@pytest.mark.parametrize("counts_stubs", [True, False])
async def test_stubs_may_be_counted_or_not(counts_stubs: bool) -> None:
    service = thread(FastCommentsService, 8, shape="star")
    service.comments[0].is_removed, service.counts_stubs = True, counts_stubs
    comments, ledger = await harvest(service)
    assert (len(comments), ledger.verdict, ledger.expected_scope) == (8, "complete", "all" if counts_stubs else "visible")


async def test_where_nothing_says_whether_there_is_more_an_empty_page_is_the_end() -> None:
    service = thread(FastCommentsService, 60)
    net = Net(service, lambda _, answer: (answer[0], answer[1], answer[2].replace(b'"hasMore"', b'"x"')))
    comments, ledger = await harvest(service, net)
    assert (len(comments), ledger.verdict, len(net.asked)) == (60, "complete", 3)


async def test_more_that_never_comes_is_a_circle() -> None:
    service = thread(FastCommentsService, 5)
    net = Net(service, lambda _, answer: (answer[0], answer[1], answer[2].replace(b'"hasMore": false', b'"hasMore": true')))
    comments, ledger = await harvest(service, net)
    assert (len(comments), ledger.verdict, ledger.stop_reason) == (5, "partial", "cursor_loop")


# --- a comment -------------------------------------------------------------------------------------


async def several(**changes: Any) -> Any:
    service = FastCommentsService(comments=[Said(id="1", text="Hello")])
    told = {"status": "success", "comments": [service._row(service.comments[0]) | changes], "pageNumber": 0, "hasMore": False}
    comments, ledger = await harvest(service, Net(service, lambda *_: json_answer(told)))
    return comments, ledger


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({}, "guest"),
        ({"userId": "u1"}, "registered"),
        ({"userId": "u1", "isByAdmin": True}, "staff"),
        ({"isByModerator": True}, "staff"),
        ({"userId": "u1", "isDeletedUser": True}, "deleted"),
    ],
)
async def test_admins_and_moderators_are_told(changes: dict[str, Any], kind: str) -> None:
    [comment], _ = await several(**changes)
    assert comment.author_kind == kind


async def test_a_comment_has_what_the_interface_says_and_no_picture() -> None:
    [comment], ledger = await several(
        commenterLink="ada.example", commentHTML="a<br><b>b</b>", votesUp=None, votes=4, votesDown=None, date=START // 1000
    )
    assert (comment.author_url, comment.author_id, comment.like_count, comment.dislike_count) == ("https://ada.example", "anon-7", 4, None)
    assert (comment.text, comment.published_at, comment.is_edited, ledger.verdict) == ("a\nb", START // SECOND * SECOND, None, "complete")
    assert "gravatar" not in " ".join(str(value) for value in asdict(comment).values())


@pytest.mark.parametrize("held", [{"approved": False}, {"isSpam": True}])
async def test_what_waits_for_approval_is_no_comment(held: dict[str, bool]) -> None:
    comments, _ = await several(**held)
    assert comments == []


def test_a_tenant_is_one_step_of_the_address() -> None:
    [ref] = FastComments().detect(Document(call("tenantId: '../admin?x=', urlId: 'a'"), URL))
    assert ref.url == f"{HOST}/comments/..%2Fadmin%3Fx%3D?urlId=a"


def test_a_feed_of_what_one_user_wrote_is_no_thread_of_the_page() -> None:
    html = page_with("<script>FastCommentsUI(place, {tenantId: 'all', userId: 'u'});</script>")
    assert found(html) == []
