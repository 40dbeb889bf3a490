"""Viafoura: places as pages write them, sites and threads that are not known, names of writers, odd comments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from kit import Answer, Web, read
from service import json_answer

from crawler.extract.document import Document
from crawler.schedule.due import KnownThread
from crawler.systems.viafoura import Viafoura

URL = "https://www.news.example.org/2021/07/a-video/"
PAGE = '<meta name="vf:container_id" content="c-7"><vf-conversations id="vf-conv"></vf-conversations>'
API = "https://api.viafoura.co/v2"
LIVE = "https://livecomments.viafoura.co/v4/livecomments/site-1"
RECORD = f"{LIVE}/contentcontainer/id?container_id=c-7"
FIRST = f"{LIVE}/thread-1/comments?limit=100&reply_limit=50&sorted_by=newest"
WHOLE = f"{API}/www.news.example.org/bootstrap/v2?session=false"
BARE = f"{API}/news.example.org/bootstrap/v2?session=false"
SITE = json_answer({"http_status": 200, "result": {"settings": {"site_uuid": "site-1"}}})


def person(name: str | None) -> Answer:
    return json_answer({"preferred_username": name, "email": "ada@example.org", "avatar": "face"})


def row(native_id: str, parent: str = "thread-1", **more: Any) -> dict[str, Any]:
    return {
        "content_uuid": native_id, "parent_uuid": parent, "content": "<p>Hi</p>", "date_created": 1672531200123,
        "state": "visible", "actor": None, "actor_uuid": "w1", "total_likes": 2, "total_dislikes": 1, "total_replies": 0,
        "is_pinned": False, "is_picked": False, "is_edited": False, **more,
    }  # fmt: skip


def record(count: int, **more: Any) -> Answer:
    return json_answer({"content_container_uuid": "thread-1", "total_visible_content": count, **more})


def web(*rows: dict[str, Any], count: int | None = None, more: Mapping[str, Answer] | None = None) -> Web:
    pages = {
        WHOLE: SITE,
        RECORD: record(len(rows) if count is None else count),
        FIRST: json_answer({"more_available": False, "contents": list(rows)}),
        "https://iam.viafoura.co/v3/sections/site-1/users/w1": person("Ada"),
    }
    return Web(pages | dict(more or {}))


@pytest.mark.parametrize(
    ("html", "tenant", "native"),
    [
        (PAGE, "www.news.example.org", "c-7"),
        ('<meta property="vf:container_id" content="A65x"><div class="vf-conversations"></div>', "www.news.example.org", "A65x"),
        ('<meta name="vf:domain" content="example.org"><vf-conversations vf-container-id="c-8"></vf-conversations>', "example.org", "c-8"),
        (f'{PAGE}<vf-conversations vf-container-id="own"></vf-conversations>', "www.news.example.org", "own"),
        ('<vf-widget widget-id="conversations" data-vf-container-id="c-9"></vf-widget>', "www.news.example.org", "c-9"),
        ("<div id='vf-comments'></div><script>ViafouraArticleCommentCount('xYz12', 'a')</script>", "www.news.example.org", "xYz12"),
    ],
)  # fmt: skip
def test_places_of_all_kinds_name_the_site_and_the_thread(html, tenant, native):
    document = Document(html, URL)
    [ref] = Viafoura().detect(document)
    assert Viafoura().is_possible(document)
    assert (ref.tenant, ref.native_id, ref.problem) == (tenant, native, None)


@pytest.mark.parametrize(
    "html",
    [
        '<script src="https://cdn.viafoura.net/entry/index.js"></script><vf-conversations-count></vf-conversations-count>',
        '<meta name="vf:container_id" content="c-7"><vf-livechat vf-container-id="c-7"></vf-livechat>',
        '<vf-trending-articles vf-container-id="ap-comments"></vf-trending-articles><vf-tray-trigger></vf-tray-trigger>',
    ],
)
def test_scripts_counters_chats_and_lists_are_no_thread(html):
    assert Viafoura().detect(Document(html, URL)) == []


async def test_a_page_that_does_not_say_which_thread_is_a_row_that_names_the_key():
    asked = web()
    [(_, comments, ledger)] = await read(Viafoura(), "<vf-conversations></vf-conversations>", URL, asked)
    assert (comments, asked.asked, ledger.verdict) == ([], [], "unknown")
    assert "vf:container_id" in (ledger.stop_detail or "")


async def test_every_field_is_read_and_the_private_ones_are_not_kept():
    rows = [
        row("1", is_pinned=True, is_edited=True, total_replies=2, actor={"name": "Bob"}, actor_uuid="w9"),
        row("2", "1", thread_uuid="1", is_picked=True, content="Plain &amp; simple"),
        row("3", "2", thread_uuid="1", actor_uuid=None),
        row("4", total_likes=None),
    ]
    [(_, comments, ledger)] = await read(Viafoura(), PAGE, URL, web(*rows))
    assert [(one.native_id, one.parent_native_id, one.author_name, one.author_id, one.text) for one in comments] == [
        ("1", None, "Bob", "w9", "Hi"),
        ("2", "1", "Ada", "w1", "Plain & simple"),
        ("3", "2", None, None, "Hi"),
        ("4", None, "Ada", "w1", "Hi"),
    ]
    first = comments[0]
    assert (first.is_pinned, first.is_edited, first.edited_at, first.author_kind) == (True, True, None, None)
    assert (first.like_count, first.dislike_count, first.reply_count) == (2, 1, 2)
    assert (first.published_at, comments[1].is_highlighted, comments[3].like_count) == (1672531200_123_000, True, None)
    assert (ledger.verdict, ledger.expected, ledger.expected_scope, ledger.requests) == ("complete", 4, "visible", 4)
    assert not any(private in repr(comments) for private in ("ada@example.org", "face"))


async def test_a_comment_without_a_text_is_a_stub_and_one_in_another_state_is_not_shown():
    gone = row("1", total_replies=1, state="deleted")
    del gone["content"]
    rows = [gone, row("2", "1"), row("3", state="awaiting"), row("4", simplified_state="hidden")]
    [(_, comments, ledger)] = await read(Viafoura(), PAGE, URL, web(*rows, count=1))
    assert [(one.native_id, one.status, one.text) for one in comments] == [("1", "removed", None), ("2", "visible", "Hi")]
    assert (ledger.verdict, ledger.expected_scope) == ("complete", "visible")


# --- sites and threads that are not known -----------------------------------------------------------


@pytest.mark.parametrize("unknown", [json_answer({"http_status": 404}), json_answer({}, 404), json_answer({"result": {}})])
async def test_a_site_may_be_known_without_its_www(unknown):
    asked = web(row("1"), more={WHOLE: unknown, BARE: json_answer({"result": {"sectionTree": {"uuid": "site-1"}}})})
    [(_, comments, ledger)] = await read(Viafoura(), PAGE, URL, asked)
    assert asked.asked[:2] == [WHOLE, BARE]
    assert (len(comments), ledger.verdict) == (1, "complete")


async def test_a_refusal_is_not_taken_for_another_name():
    asked = web(row("1"), more={WHOLE: (403, {}, b"no")})
    [(_, comments, ledger)] = await read(Viafoura(), PAGE, URL, asked)
    assert (asked.asked, comments, ledger.verdict) == ([WHOLE], [], "blocked")


async def test_a_thread_that_viafoura_does_not_know_is_named_and_not_empty():
    asked = web(more={RECORD: (404, {}, b"not found")})
    [(_, comments, ledger)] = await read(Viafoura(), PAGE, URL, asked)
    assert (comments, ledger.verdict, ledger.stop_reason) == ([], "unknown", "error")
    assert "no thread c-7" in (ledger.stop_detail or "")


async def test_a_hidden_conversation_is_disabled():
    [(_, _, ledger)] = await read(Viafoura(), PAGE, URL, web(more={RECORD: record(0, settings={"is_hidden": True})}))
    assert (ledger.state, ledger.verdict) == ("disabled", "closed")


async def test_the_count_is_asked_for_again_where_it_differs_in_the_end():
    asked = web(row("1"), row("2"))
    stated = iter([record(1), record(2)])

    async def fetch(request: Any) -> Any:
        if request.url == RECORD:
            asked.pages[RECORD] = next(stated)
        return await asked(request)

    [(_, _, ledger)] = await read(Viafoura(), PAGE, URL, fetch)
    assert (asked.asked.count(RECORD), ledger.verdict, ledger.expected) == (2, "complete", 2)


async def test_a_cursor_that_is_ignored_is_no_end_and_no_complete_thread():
    """The interface answers an unknown cursor with its first page."""
    page = json_answer({"more_available": True, "contents": [row("2"), row("1")]})
    asked = web(count=5, more={FIRST: page, f"{FIRST}&starting_from=1": page})
    [(_, comments, ledger)] = await read(Viafoura(), PAGE, URL, asked)
    assert (len(comments), ledger.verdict, ledger.stop_reason) == (2, "partial", "cursor_loop")


async def test_replies_that_cannot_be_asked_for_are_a_gap_of_their_comment():
    asked = web(row("1", total_replies=2), row("2", "1"), count=3, more={f"{LIVE}/thread-1/comments/1?limit=100": (500, {}, b"")})
    [(_, comments, ledger)] = await read(Viafoura(), PAGE, URL, asked)
    assert (len(comments), ledger.verdict) == (2, "partial")
    assert {gap["parent"] for gap in ledger.gaps or []} == {"1", None}


async def test_parents_that_lead_in_a_circle_end():
    rows = [row("1", "2", total_replies=1), row("2", "3", total_replies=1), row("3", "2"), row("4", "4")]
    [(_, comments, _)] = await read(Viafoura(), PAGE, URL, web(*rows))
    assert len(comments) == 4


async def test_the_next_page_goes_on_behind_the_last_comment_that_is_no_reply():
    pages = {
        FIRST: json_answer({"more_available": True, "contents": [row("3", total_replies=1), row("4", "3")]}),
        f"{FIRST}&starting_from=3": json_answer({"more_available": False, "contents": [row("1")]}),
    }
    [(_, comments, ledger)] = await read(Viafoura(), PAGE, URL, web(count=3, more=pages))
    assert ([one.native_id for one in comments], ledger.verdict) == (["3", "4", "1"], "complete")


async def test_replies_may_stand_within_their_comments():
    within = row("1", total_replies=1, replies={"contents": [row("2", "1")]})
    [(_, comments, ledger)] = await read(Viafoura(), PAGE, URL, web(within, count=2))
    assert [(one.native_id, one.parent_native_id) for one in comments] == [("1", None), ("2", "1")]
    assert (ledger.verdict, ledger.requests) == ("complete", 4)


async def test_an_answer_that_does_not_say_whether_there_is_more_is_named():
    pages = {FIRST: json_answer({"contents": [row("1")]})}
    [(_, comments, ledger)] = await read(Viafoura(), PAGE, URL, web(count=1, more=pages))
    assert (len(comments), ledger.verdict, ledger.stop_reason) == (1, "partial", "error")
    assert "more_available" in (ledger.stop_detail or "")


# --- names ------------------------------------------------------------------------------------------


def writers(*answers: Answer) -> tuple[list[dict[str, Any]], dict[str, Answer]]:
    people = {f"https://iam.viafoura.co/v3/sections/site-1/users/p{n}": answer for n, answer in enumerate(answers)}
    return [row(str(n), actor_uuid=f"p{n}") for n in range(len(answers))], people


async def test_so_many_names_are_asked_for_as_the_setting_says():
    rows, people = writers(person("A"), person("B"), person("C"))
    asked = web(*rows, more=people)
    [(_, comments, ledger)] = await read(Viafoura({"VIAFOURA_AUTHORS": 2}), PAGE, URL, asked)
    assert [(one.author_name, one.author_id) for one in comments] == [("A", "p0"), ("B", "p1"), (None, "p2")]
    assert ledger.verdict == "complete"
    [(_, comments, _)] = await read(Viafoura({"VIAFOURA_AUTHORS": 0}), PAGE, URL, asked)
    assert {one.author_name for one in comments} == {None}


async def test_a_name_that_is_not_to_be_had_is_a_gap_and_one_of_nobody_is_none():
    rows, people = writers(person("A"), (500, {}, b""), (404, {}, b""), person(None))
    [(_, comments, ledger)] = await read(Viafoura(), PAGE, URL, web(*rows, more=people))
    assert [one.author_name for one in comments] == ["A", None, None, None]
    assert (ledger.verdict, len(ledger.gaps or [])) == ("partial", 1)


@pytest.mark.parametrize(("status", "asked_for"), [(403, 1), (429, 1), (500, 3)])
async def test_names_that_are_refused_are_left_alone_and_the_comments_are_read(status, asked_for):
    rows, people = writers(*[(status, {}, b"")] * 6)
    asked = web(*rows, more=people)
    [(_, comments, ledger)] = await read(Viafoura(), PAGE, URL, asked)
    assert sum("iam.viafoura.co" in url for url in asked.asked) == asked_for
    assert (len(comments), ledger.verdict) == (6, "partial")


def test_a_count_is_asked_for_where_a_visit_has_learnt_the_address():
    def request(url: str) -> dict[str, Any] | None:
        return Viafoura().count_request([KnownThread("viafoura", "t", "c-7", url, "complete", 1, 1, ())])

    assert request(RECORD) == {"url": RECORD}
    assert request("https://livecomments.viafoura.co/v4/livecomments") is None


async def test_no_comments_may_be_null_and_are_not_missing():
    [(_, comments, ledger)] = await read(Viafoura(), PAGE, URL, web(more={FIRST: json_answer({"more_available": False, "contents": None})}))
    assert (comments, ledger.verdict) == ([], "none")
    [(_, comments, ledger)] = await read(Viafoura(), PAGE, URL, web(more={FIRST: json_answer({"more_available": False})}))
    assert (comments, ledger.verdict, ledger.stop_reason) == ([], "unknown", "error")
