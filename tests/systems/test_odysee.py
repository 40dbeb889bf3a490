"""Odysee: whose claim a page shows, what the server withholds, and what a comment says of itself."""

from __future__ import annotations

from typing import Any

import pytest
from kit import Answer, read
from service import HTML, SECOND, START, page_with
from services.odysee import CLAIM, PAGE, OdyseeService, error, native, result
from test_conformance import Net, harvest, thread

from crawler.extract.document import Document
from crawler.systems import systems_of
from crawler.systems.odysee import Odysee

NO_ID = "the page does not say the id of its claim on LBRY"


def ld(**video: str) -> str:
    told = ", ".join(f'"{name}": "{value}"' for name, value in video.items())
    return f'<script type="application/ld+json">{{"@context": "https://schema.org", "@type": "VideoObject", {told}}}</script>'


FILE = f"https://player.odycdn.com/api/v3/streams/free/noclip/{CLAIM}/d47b79.mp4"


@pytest.mark.parametrize(
    ("head", "url", "claim", "page"),
    [
        (ld(url=PAGE, contentUrl=FILE), PAGE, CLAIM, PAGE),
        (ld(url=PAGE, contentUrl=FILE), "https://odysee.com/@Maker:8/noclip", CLAIM, PAGE),
        (ld(url=PAGE, contentUrl=FILE), "https://www.odysee.com/noclip:1?r=x", CLAIM, PAGE),
        (ld(contentUrl=FILE.rpartition("/")[0]), f"{PAGE}?t=9", CLAIM, PAGE),
        (ld(url=PAGE, embedUrl=f"https://odysee.com/$/embed/noclip/{CLAIM}"), PAGE, CLAIM, PAGE),
        ("", f"https://odysee.com/noclip:{CLAIM}", CLAIM, f"https://odysee.com/noclip:{CLAIM}"),
        (ld(url="https://evil.example.org/", contentUrl=FILE), PAGE, CLAIM, PAGE),
    ],
)
def test_a_page_says_which_claim_it_shows(head: str, url: str, claim: str, page: str) -> None:
    [ref] = Odysee().detect(Document(page_with("", head=head), url))
    assert (ref.tenant, ref.native_id, ref.evidence["page"], ref.problem) == ("odysee.com", claim, page, None)


@pytest.mark.parametrize(
    "url", ["https://odysee.com/@channel:a1/a-video:b2", "https://odysee.com/a-post:b2/", "https://odysee.com/@channel/a-song:b2"]
)
async def test_a_page_that_does_not_say_its_claim_has_a_row_that_names_what_is_missing(url: str) -> None:
    [(ref, comments, ledger)] = await read(Odysee(), page_with(""), url)
    assert (ref.native_id, comments, ledger.requests) == (None, [], 0)
    assert (ledger.verdict, ledger.stop_reason, ledger.stop_detail) == ("unknown", "unsupported", NO_ID)


@pytest.mark.parametrize(
    ("head", "url"),
    [
        ("", "https://odysee.com/"),
        ("", "https://odysee.com/@channel:a1"),
        ("", "https://odysee.com/@channel:a1?view=about"),
        ("", "https://odysee.com/$/playlist/0123456789abcdef0123456789abcdef01234567"),
        (ld(url=PAGE, contentUrl=FILE), "https://odysee.com/$/embed/@Maker:8/noclip:1"),
        (ld(url=PAGE, contentUrl=FILE), "https://news.example.org/a"),
        (ld(url=PAGE, contentUrl=FILE), "https://notodysee.com/@Maker:8/noclip:1"),
    ],
)
def test_channels_players_and_other_sites_are_no_thread(head: str, url: str) -> None:
    document = Document(page_with("", head=head), url)
    assert [ref for system in systems_of({}) if system.name == "odysee" for ref in system.detect(document)] == []


# --- what the server counts ------------------------------------------------------------------------


async def test_comments_of_blocked_channels_are_counted_take_up_room_and_are_no_gap() -> None:
    service = thread(OdyseeService, 201)
    service.blocked = frozenset({"1", "7"})  # page 1 of 2 says that there is one page of 199 comments
    net = Net(service)
    comments, ledger = await harvest(service, net)
    assert {comment.native_id for comment in comments} == {str(n) for n in range(1, 202)} - {"1", "7"}
    assert (ledger.verdict, ledger.gaps, ledger.expected, ledger.captured) == ("complete", None, 201, 199)
    assert sum(request.url.endswith("comment.List") for request in net.asked) == 2


async def test_a_page_of_blocked_comments_alone_is_no_end() -> None:
    service = thread(OdyseeService, 401)
    service.blocked = frozenset(str(n) for n in range(1, 201))
    comments, ledger = await harvest(service)
    assert (len(comments), ledger.verdict, ledger.gaps) == (201, "complete", None)


async def test_what_is_counted_and_neither_sent_nor_said_to_be_withheld_is_a_gap_of_its_parent() -> None:
    service = thread(OdyseeService, 10, shape="star")
    service.hidden, service.blocked = frozenset({"4"}), frozenset({"5"})
    comments, ledger = await harvest(service)
    assert (len(comments), ledger.verdict) == (8, "partial")
    assert [(gap["parent"], gap["expected"], gap["got"]) for gap in ledger.gaps or []] == [(None, 10, 9), ("1", 9, 7)]


# --- open, closed, members only --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("enabled", "state", "verdict"), [(True, "open", "none"), (False, "disabled", "closed"), (None, "unknown", "unknown")]
)
async def test_an_empty_thread_is_what_its_channel_says_it_is(enabled: bool | None, state: str, verdict: str) -> None:
    service = OdyseeService()
    service.enabled = enabled
    comments, ledger = await harvest(service)
    assert (comments, ledger.state, ledger.verdict) == ([], state, verdict)


async def state_by(claims: Answer) -> tuple[str | None, str | None]:
    def spoil(_: int, answer: Answer) -> Answer:
        return claims if b"signing_channel" in answer[2] else answer

    service = OdyseeService()
    _, ledger = await harvest(service, Net(service, spoil))
    return ledger.state, ledger.verdict


async def test_where_the_claim_cannot_be_asked_for_an_empty_thread_is_unknown() -> None:
    assert await state_by((403, HTML, b"No.")) == ("unknown", "unknown")
    assert await state_by(result({"items": []})) == ("unknown", "unknown")
    assert await state_by(result({"items": [{"claim_id": CLAIM, "name": "noclip"}]})) == ("open", "none")


async def test_a_claim_for_members_only_is_blocked_and_an_error_is_an_error() -> None:
    service = thread(OdyseeService, 3)
    service.is_protected = True
    comments, ledger = await harvest(service)
    assert (comments, ledger.verdict, ledger.stop_reason) == ([], "blocked", "blocked")
    assert "members only" in (ledger.stop_detail or "")
    [(_, _, ledger)] = await read(Odysee(), service.page(), PAGE, Net(service, lambda *_: error("Error 1205: deadlock")))
    assert (ledger.verdict, ledger.stop_reason) == ("unknown", "error")
    assert "Error 1205" in (ledger.stop_detail or "")


# --- a comment -------------------------------------------------------------------------------------


async def one(**changes: Any) -> Any:
    service = thread(OdyseeService, 1)
    row = service._row(service.comments[0]) | changes

    def answer(number: int, answer: Answer) -> Answer:
        listed = {"page": 1, "page_size": 200, "total_items": 1, "total_filtered_items": 1, "items": [row]}
        return result(listed) if number == 1 else answer

    [comment], _ = await harvest(service, Net(service, answer))
    return comment


async def test_a_comment_has_its_channel_its_link_and_its_text_as_typed() -> None:
    comment = await one(comment="**Bold** <3\n\n<stkr>:CAT:<stkr>", channel_name="@joseavf1", channel_url="lbry://@joseavf1#d177dc")
    assert (comment.author_name, comment.author_url) == ("@joseavf1", "https://odysee.com/@joseavf1:d177dc")
    assert (comment.text, comment.text_html) == ("**Bold** <3\n\n<stkr>:CAT:<stkr>", None)
    assert comment.permalink == f"{PAGE}?lc={native('1')}"


@pytest.mark.parametrize(
    ("flags", "kind"),
    [
        ({}, "registered"),
        ({"is_creator": True}, "creator"),
        ({"is_moderator": True}, "staff"),
        ({"is_global_mod": True}, "staff"),
    ],
)
async def test_creators_and_moderators_are_told(flags: dict[str, bool], kind: str) -> None:
    assert (await one(**flags)).author_kind == kind


@pytest.mark.parametrize(("later", "is_edited"), [(-3, False), (0, False), (5, False), (6, True)])
async def test_a_signature_much_later_than_the_comment_is_that_of_an_edit(later: int, is_edited: bool) -> None:
    comment = await one(timestamp=START // SECOND, signing_ts=str(START // SECOND + later))
    assert (comment.is_edited, comment.edited_at) == (is_edited, START + later * SECOND if is_edited else None)


async def test_without_a_signature_it_is_not_known_whether_a_comment_was_edited() -> None:
    assert (await one(signing_ts="")).is_edited is None


async def test_a_comment_that_its_creator_hid_is_a_stub() -> None:
    comment = await one(is_hidden=True)
    assert (comment.status, comment.text, comment.author_name) == ("removed_by_moderator", None, "Reader 1")


async def test_likes_that_cannot_be_read_cost_no_comment_and_are_told() -> None:
    service = thread(OdyseeService, 120)
    net = Net(service, lambda _, answer: error("try again") if b"others_reactions" in answer[2] else answer)
    comments, ledger = await harvest(service, net)
    assert (len(comments), {comment.like_count for comment in comments}) == (120, {None})
    assert (ledger.verdict, ledger.stop_reason) == ("partial", "error")
    assert sum(request.url.endswith("reaction.List") for request in net.asked) == 1


async def test_a_creators_heart_is_kept() -> None:
    service = thread(OdyseeService, 2)
    told = {native("1"): {"creator_like": 1, "dislike": 2, "like": 3}, native("2"): {}}
    net = Net(service, lambda _, answer: result({"others_reactions": told}) if b"others_reactions" in answer[2] else answer)
    comments, ledger = await harvest(service, net)
    found = [(one.like_count, one.dislike_count, one.is_highlighted) for one in comments]
    assert found == [(3, 2, True), (None, None, None)]
    assert ledger.verdict == "complete"
