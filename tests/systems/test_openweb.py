"""OpenWeb: places as pages write them, keys that are missing, sites that ask for a token, and odd comments."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from kit import Answer, read
from scrapy import Request
from scrapy.http import Response, TextResponse
from service import JSON, json_answer

from crawler.extract.document import Document
from crawler.schedule.due import KnownThread
from crawler.systems.answers import Answer as JsonAnswer
from crawler.systems.base import Exchange
from crawler.systems.openweb import OpenWeb, encoded

URL = "https://news.example.org/2021/07/a-video/"
VIDEO = "https://www.dailymotion.com/video/x8abcd"
LAUNCHER = '<script src="https://launcher.spot.im/spot/sp_AbC1" data-spotim-module="spotim-launcher"></script>'
PAGE = f'<body><h1>A video</h1><div data-spotim-module="conversation" data-post-id="p1"></div>{LAUNCHER}</body>'


def row(native_id: str, **more: Any) -> dict[str, Any]:
    return {
        "id": native_id, "parent_id": "", "root_comment": native_id, "user_id": "u1", "written_at": 1672531200,
        "replies_count": 0, "offset": 0, "has_next": False, "edited": False, "deleted": False, "replies": [],
        "rank": {"ranks_up": 2, "ranks_down": 1}, "content": [{"type": "text", "text": "Hi"}], **more,
    }  # fmt: skip


def listed(*rows: dict[str, Any], **more: Any) -> Answer:
    users = {"u1": {"id": "u1", "display_name": "Ada", "registered": True}}
    found = {"comments_count": len(rows), "replies_count": 0, "has_next": False, "offset": len(rows), "users": users}
    return json_answer({"conversation": {**found, "comments": list(rows), "read_only": False, **more}})


class Spot:
    """The API, by a function over requests; ``asked`` keeps them."""

    def __init__(self, answer: Callable[[Request], Answer] | Answer) -> None:
        self.answer = answer
        self.asked: list[Request] = []

    async def __call__(self, request: Request) -> Response:
        self.asked.append(request)
        status, headers, body = self.answer(request) if callable(self.answer) else self.answer
        return TextResponse(request.url, status=status, headers=dict(headers), body=body, request=request)


@pytest.mark.parametrize(
    ("html", "tenant", "native"),
    [
        (f'<div data-spotim-module="conversation" data-post-id="p1"></div>{LAUNCHER}', "sp_AbC1", "p1"),
        (f'<div data-spotim-app="conversation" data-post-id="p1"></div>{LAUNCHER}', "sp_AbC1", "p1"),
        ('<div data-spot-id="sp_x" data-post-id="p2"></div>', "sp_x", "p2"),
        ('<script data-spotim-module="spotim-launcher" src="https://launcher.spot.im/spot/sp_AbC1" data-post-id="p3"></script>', "sp_AbC1", "p3"),
        ('<script src="//launcher.spot.im/spot/sp_AbC1" data-spotim-module="spotim-launcher" data-post-id="p3" data-spotim-autorun="false"></script><div data-spotim-module="conversation"></div>', "sp_AbC1", "p3"),
        ('<div data-openweb-module="conversation" data-post-id="p4"></div><script>window.__STATE__ = {"spotImId":"sp_Y"}</script>', "sp_Y", "p4"),
        ('<script id="spotim-config" type="application/json">{"config": {"spotId": "sp_Rba9", "uuid": "finmb_27"}}</script>', "sp_Rba9", "finmb_27"),
    ],
)  # fmt: skip
def test_places_of_all_kinds_name_the_spot_and_the_post(html, tenant, native):
    document = Document(f"<body>{html}</body>", URL)
    [ref] = OpenWeb().detect(document)
    assert OpenWeb().is_possible(document)
    assert (ref.tenant, ref.native_id, ref.problem) == (tenant, native, None)


def test_each_conversation_of_a_page_is_a_thread():
    place = '<div data-spotim-module="conversation" data-post-id="{}"></div>'
    html = place.format("p1") + place.format("p2") + place.format("p1") + LAUNCHER
    assert [ref.native_id for ref in OpenWeb().detect(Document(html, URL))] == ["p1", "p2"]


@pytest.mark.parametrize(
    "html",
    [
        LAUNCHER,
        '<script src="https://recirculation.spot.im/spot/sp_AbC1" data-spotim-module="recirculation"></script>',
        '<span class="spot-im-replies-count" data-post-id="p1"></span><script>ga("spotim")</script>',
        f'<div data-spotim-module="messages-count" data-post-id="p1"></div>{LAUNCHER}',
        '<iframe src="https://www.dailymotion.com/embed/video/x8abcd"></iframe>',
        '<div class="parking" data-spot-id="12" data-post-id="7"></div>',
    ],
)
def test_launchers_counters_advertisements_and_players_are_no_thread(html):
    assert OpenWeb().detect(Document(html, URL)) == []


@pytest.mark.parametrize(
    ("url", "native"),
    [
        (VIDEO, "x8abcd"),
        ("https://www.dailymotion.com/fr/video/x8abcd?playlist=x1", "x8abcd"),
        ("https://www.dailymotion.com/playlist/x1", None),
        ("https://www.dailymotion.com.example.org/video/x8abcd", None),
    ],
)
def test_a_video_on_dailymotion_has_a_thread_by_its_address(url, native):
    document = Document("<title>A video</title><body>x</body>", url)
    assert OpenWeb().is_possible(document) is (native is not None)
    assert [(ref.tenant, ref.native_id) for ref in OpenWeb().detect(document)] == ([("sp_vWPN1lBu", native)] if native else [])


def test_the_spot_that_a_page_of_dailymotion_names_counts():
    [ref] = OpenWeb().detect(Document('<script>var config = {"spotId": "sp_new"};</script>', VIDEO))
    assert ref.tenant == "sp_new"


@pytest.mark.parametrize(
    ("html", "missing", "tenant"),
    [
        ('<div data-spotim-module="conversation" data-post-id="p1"></div>', "data-spot-id", "news.example.org"),
        (f'<div data-spotim-module="conversation"></div>{LAUNCHER}', "data-post-id", "sp_AbC1"),
    ],
)
async def test_a_key_that_the_page_lacks_is_named_and_nothing_is_asked(html, missing, tenant):
    spot = Spot(listed())
    [(ref, comments, ledger)] = await read(OpenWeb(), html, URL, spot)
    assert (ref.tenant, comments, spot.asked, ledger.verdict) == (tenant, [], [], "unknown")
    assert missing in (ledger.stop_detail or "")


def test_the_ids_of_posts_are_written_as_the_sdk_writes_them():
    assert encoded("finmb_27444752") == "finmb$27444752"
    assert encoded("urn:uri:base64:8e8b-1/a, b:c") == "urn$3Auri$3Abase64$3A8e8b-1$2Fa;b~c"
    assert encoded(encoded("a_b:c/d,e")) == encoded("a_b:c/d,e")


async def test_every_field_is_read_and_the_private_ones_are_not_kept():
    users = {
        "u1": {"display_name": "Ada", "registered": True, "image_id": "face", "sso_primary_key": "ada@example.org", "location": "Leeds"},
        "u2": {"display_name": "Bob", "registered": False},
        "u3": {"display_name": "Cyd", "registered": True, "is_moderator": True},
        "u4": {"display_name": "Dan", "registered": True, "is_journalist": True},
    }  # fmt: skip
    rows = [
        row("1", edited=True, featured=True, replies_count=1, replies=[row("2", user_id="u2", root_comment="1", parent_id="1")]),
        row("3", user_id="u3", content=[{"type": "text", "text": "<p>One &amp; <b>two</b></p>"}, {"type": "image", "image_id": "i"}]),
        row("4", user_id="u4", content=[{"type": "animation", "original_url": "https://g.example.org/x.gif"}]),
        row("5", user_id="u5", user_display_name="Eve", content=[{"url": "https://example.org/"}]),
    ]  # fmt: skip
    [(_, comments, ledger)] = await read(OpenWeb(), PAGE, URL, Spot(listed(*rows, comments_count=4, replies_count=1, users=users)))
    assert [(one.native_id, one.parent_native_id, one.author_name, one.author_id, one.author_kind, one.text) for one in comments] == [
        ("1", None, "Ada", "u1", "registered", "Hi"),
        ("2", "1", "Bob", "u2", "guest", "Hi"),
        ("3", None, "Cyd", "u3", "staff", "One & two"),
        ("4", None, "Dan", "u4", "staff", ""),
        ("5", None, "Eve", "u5", None, ""),
    ]
    first = comments[0]
    assert (first.like_count, first.dislike_count, first.is_edited, first.is_highlighted) == (2, 1, True, True)
    assert (first.published_at, first.reply_count, first.is_pinned) == (1672531200_000_000, 1, None)
    assert (ledger.verdict, ledger.expected, ledger.state) == ("complete", 5, "open")
    assert not any(private in repr(comments) for private in ("face", "ada@example.org", "Leeds"))


async def test_removed_comments_are_stubs_and_say_who_took_their_text_where_that_is_told():
    rows = [row("1", deleted=True, content=[]), row("2", status="block_auto"), row("3", status="reject"), row("4", status="publish_and_moderate")]  # fmt: skip
    [(_, comments, ledger)] = await read(OpenWeb(), PAGE, URL, Spot(listed(*rows)))
    assert [(one.status, one.text) for one in comments] == [
        ("removed", None),
        ("removed_by_moderator", None),
        ("removed_by_moderator", None),
        ("visible", "Hi"),
    ]
    assert (ledger.verdict, ledger.expected_scope) == ("complete", "all")


async def test_a_count_without_the_stubs_agrees_too():
    rows = [row("1", deleted=True, content=[]), row("2")]
    [(_, _, ledger)] = await read(OpenWeb(), PAGE, URL, Spot(listed(*rows, comments_count=1)))
    assert (ledger.verdict, ledger.expected_scope) == ("complete", "visible")


async def test_no_comments_may_be_null():
    [(_, comments, ledger)] = await read(OpenWeb(), PAGE, URL, Spot(listed(comments=None)))
    assert (comments, ledger.verdict) == ([], "none")
    [(_, comments, ledger)] = await read(OpenWeb(), PAGE, URL, Spot(listed(comments=None, comments_count=3)))
    assert (comments, ledger.verdict) == ([], "partial")


async def test_a_reply_whose_parent_is_not_told_hangs_where_it_came_or_is_a_gap():
    lost = row("2", parent_id=None, root_comment="1")
    tree = row("1", replies_count=1, replies=[lost])
    [(_, comments, ledger)] = await read(OpenWeb(), PAGE, URL, Spot(listed(tree, replies_count=1)))
    assert [(one.native_id, one.parent_native_id) for one in comments] == [("1", None), ("2", "1")]
    assert ledger.verdict == "complete"
    [(_, comments, ledger)] = await read(OpenWeb(), PAGE, URL, Spot(listed(row("1"), lost)))
    assert ([one.native_id for one in comments], ledger.verdict) == (["1"], "partial")
    assert any("parent_id" in (gap["reason"] or "") for gap in ledger.gaps or [])


async def test_replies_that_were_left_out_are_asked_for_where_they_go_on():
    def answer(request: Request) -> Answer:
        asked = json.loads(request.body)
        if not asked["parent_id"]:
            first = row("2", parent_id="1", root_comment="1")
            return listed(row("1", replies_count=3, replies=[first], offset=1, has_next=True), comments_count=1, replies_count=3)
        replies = [row(str(number), parent_id="1", root_comment="1") for number in (3, 4)]
        at = asked["offset"] - 1
        return listed(replies[at], offset=at + 2, has_next=at == 0, comments_count=1, replies_count=3)

    spot = Spot(answer)
    [(_, comments, ledger)] = await read(OpenWeb(), PAGE, URL, spot)
    bodies = [json.loads(request.body) for request in spot.asked]
    assert [(body["parent_id"], body["offset"]) for body in bodies] == [("", 0), ("1", 1), ("1", 2)]
    assert ([one.native_id for one in comments], ledger.verdict) == (["1", "2", "3", "4"], "complete")


# --- sites that ask for a token ---------------------------------------------------------------------


def guarded(token: dict[str, str] | None, status: int = 403) -> Callable[[Request], Answer]:
    def answer(request: Request) -> Answer:
        if request.url.endswith("/authenticate"):
            return (403, JSON, b"{}") if token is None else json_answer({"user": {}}, headers=JSON | token)
        return listed(row("1")) if request.headers.get("x-access-token") == b"t1" else (status, JSON, b"{}")

    return answer


async def test_the_token_that_anybody_is_given_is_asked_for_only_where_it_is_needed():
    spot = Spot(listed(row("1")))
    await read(OpenWeb(), PAGE, URL, spot)
    assert [request.url.rpartition("/")[2] for request in spot.asked] == ["read"]
    spot = Spot(guarded({"x-access-token": "t1"}))
    [(_, comments, ledger)] = await read(OpenWeb(), PAGE, URL, spot)
    assert [request.url.rpartition("/")[2] for request in spot.asked] == ["read", "authenticate", "read"]
    assert [request.headers.get("x-spot-id") for request in spot.asked] == [b"sp_AbC1"] * 3
    assert (len(comments), ledger.verdict) == (1, "complete")
    assert "t1" not in repr(ledger)


@pytest.mark.parametrize("token", [None, {}, {"x-access-token": "wrong"}])
@pytest.mark.parametrize("status", [401, 403])
async def test_a_site_that_answers_to_no_visitor_is_blocked(token, status):
    spot = Spot(guarded(token, status))
    [(_, comments, ledger)] = await read(OpenWeb(), PAGE, URL, spot)
    assert (comments, ledger.verdict, ledger.stop_reason) == ([], "blocked", "blocked")
    assert f"status {status}" in (ledger.stop_detail or "")
    assert len(spot.asked) <= 3


async def test_a_site_that_says_later_is_not_asked_for_a_token():
    spot = Spot((429, JSON, b"{}"))
    [(_, _, ledger)] = await read(OpenWeb(), PAGE, URL, spot)
    assert (len(spot.asked), ledger.verdict) == (1, "blocked")


def test_a_count_is_of_comments_and_replies_of_this_thread_only():
    def stated(counts: dict[str, Any]) -> int | None:
        thread = KnownThread("openweb", "sp_A", "a_1", "", "complete", 3, 3, ())
        [count] = OpenWeb().counts_of(JsonAnswer({"counts": counts}, TextResponse(URL), Exchange("c", 0)), [thread])
        return count

    assert stated({"sp_A_a$1": {"comments": 2, "replies": 3}}) == 5
    assert stated({"sp_A_a_1": {"comments": 0, "replies": 0}}) == 0
    assert stated({"sp_A_other": {"comments": 2, "replies": 3}}) is None


@pytest.mark.parametrize(("key", "named"), [("has_next", "conversation.has_next"), ("comments", "conversation.comments")])
async def test_a_key_that_is_gone_from_an_empty_thread_is_named(key, named):
    status, headers, body = listed()
    value = json.loads(body)
    del value["conversation"][key]
    [(_, _, ledger)] = await read(OpenWeb(), PAGE, URL, Spot((status, headers, json.dumps(value).encode())))
    assert (ledger.verdict, ledger.stop_reason) == ("unknown", "error")
    assert named in (ledger.stop_detail or "")
