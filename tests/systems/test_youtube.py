"""YouTube: which page has a video's comments, what the key buys, and what the interface says instead of comments."""

from __future__ import annotations

from typing import Any

import pytest
from kit import Answer, read
from scrapy import Request
from scrapy.http import Response, TextResponse
from service import Said, json_answer, page_with
from services.youtube import OWNER, SECRET, VIDEO, YouTubeService, error

from archive.schema import Comment, Thread
from crawler.extract.document import Document
from crawler.systems.youtube import YouTube

PLAYER = f'<h1>News</h1><p>A text.</p><iframe src="https://www.youtube-nocookie.com/embed/{VIDEO}?rel=0"></iframe>'


def refs(html: str, url: str, **options: Any) -> list[tuple[str | None, str]]:
    document = Document(html, url)
    system = YouTube(options)
    found = system.detect(document)
    assert not found or system.is_possible(document)
    return [(ref.native_id, ref.tenant) for ref in found]


@pytest.mark.parametrize(
    "url",
    [
        f"https://www.youtube.com/watch?v={VIDEO}&t=12s",
        f"https://m.youtube.com/watch?app=desktop&v={VIDEO}",
        f"https://www.youtube.com/shorts/{VIDEO}",
        f"https://www.youtube.com/live/{VIDEO}?feature=share",
    ],
)
def test_a_video_on_youtube_is_always_a_thread(url: str) -> None:
    assert refs(page_with("youtube"), url) == [(VIDEO, "youtube.com")]


@pytest.mark.parametrize(
    "url",
    [
        "https://www.youtube.com/",
        "https://www.youtube.com/@news/videos",
        "https://www.youtube.com/playlist?list=PL0000000000",
        f"https://www.youtube.com/embed/{VIDEO}",
    ],
)
def test_other_pages_of_youtube_hold_no_thread(url: str) -> None:
    assert refs(page_with(PLAYER), url, YOUTUBE_EMBEDDED=True) == []


@pytest.mark.parametrize(
    ("value", "expected"),
    [(False, []), (None, []), ("False", []), ("0", []), (True, [(VIDEO, "youtube.com")]), ("True", [(VIDEO, "youtube.com")]), ("1", [(VIDEO, "youtube.com")])],
)  # fmt: skip
def test_a_player_on_another_page_is_a_thread_only_when_the_operator_says_so(value: Any, expected: Any) -> None:
    assert refs(page_with(PLAYER), "https://news.example.org/a", YOUTUBE_EMBEDDED=value) == expected


def test_a_link_to_youtube_is_no_video_of_the_page() -> None:
    html = page_with(f'<p>See <a href="https://youtu.be/{VIDEO}">this</a>.</p>')
    assert refs(html, "https://news.example.org/a", YOUTUBE_EMBEDDED=True) == []


async def harvest(
    service: YouTubeService, answer: Answer | None = None, at: str = ""
) -> tuple[list[Comment], Thread, list[str]]:
    """A harvest in which requests whose address holds ``at`` get another answer."""
    asked: list[str] = []

    async def fetch(request: Request) -> Response:
        asked.append(request.url)
        status, headers, body = (
            answer if answer is not None and at in request.url else service.answer(request) or json_answer({}, 404)
        )
        return TextResponse(request.url, status=status, headers=dict(headers), body=body, request=request)

    [(_, comments, ledger)] = await read(YouTube(service.options), service.page(), service.url, fetch)
    return comments, ledger, asked


async def test_the_key_goes_in_a_header_and_never_into_an_address_or_the_ledger() -> None:
    service = YouTubeService(comments=[Said(id="1"), *(Said(id=str(n), parent="1") for n in range(2, 10))])
    comments, ledger, asked = await harvest(service)
    assert (len(comments), ledger.verdict) == (9, "complete")
    assert SECRET not in str(asked) + str(ledger) + str(comments)
    for status, reason in ((403, "quotaExceeded"), (400, "keyInvalid"), (500, "backendError")):
        _, ledger, _ = await harvest(service, error(status, reason))
        assert SECRET not in str(ledger)


async def test_the_units_of_the_quota_that_a_thread_cost_are_in_its_ledger() -> None:
    service = YouTubeService(comments=[Said(id="1"), *(Said(id=str(n), parent="1") for n in range(2, 110))])
    _, ledger, asked = await harvest(service)
    assert len(asked) == 4, "the video, one page of threads, two pages of replies"
    assert (ledger.requests, ledger.orders_walked) == (4, ["api:time", "quota:4"])
    _, ledger, _ = await harvest(service, error(403, "quotaExceeded"), "/comments?")
    assert ledger.orders_walked == ["api:time", "quota:3"]


@pytest.mark.parametrize(
    ("answer", "stop", "verdict", "word"),
    [
        (error(403, "quotaExceeded"), "blocked", "blocked", "quotaExceeded"),
        (error(403, "rateLimitExceeded"), "blocked", "blocked", "rateLimitExceeded"),
        (error(429, "rateLimitExceeded"), "blocked", "blocked", "rateLimitExceeded"),
        (error(403, "forbidden"), "blocked", "blocked", "forbidden"),
        (error(400, "keyInvalid"), "key", "blocked", "YOUTUBE_API_KEY"),
        (error(403, "accessNotConfigured"), "key", "blocked", "YOUTUBE_API_KEY"),
        (json_answer({"error": {"code": 400, "errors": [{"reason": "badRequest"}], "details": [{"reason": "API_KEY_INVALID"}]}}, 400), "key", "blocked", "YOUTUBE_API_KEY"),
        (error(404, "videoNotFound"), "error", "unknown", "videoNotFound"),
        (error(500, "backendError"), "error", "unknown", "backendError"),
        (json_answer({"error": "odd"}, 403), "blocked", "blocked", "status 403"),
        (json_answer({"items": []}), "error", "unknown", VIDEO),
    ],
)  # fmt: skip
async def test_what_the_interface_says_instead_is_a_verdict(answer: Answer, stop: str, verdict: str, word: str) -> None:
    comments, ledger, _ = await harvest(YouTubeService(comments=[Said(id="1")]), answer, "/videos?")
    assert (comments, ledger.stop_reason, ledger.verdict) == ([], stop, verdict)
    assert word in (ledger.stop_detail or "")


async def test_a_quota_that_ends_on_the_way_leaves_a_partial_thread() -> None:
    service = YouTubeService(comments=[Said(id=str(n), at=1_600_000_000_000_000 + n) for n in range(150)])
    comments, ledger, _ = await harvest(service, error(403, "quotaExceeded"), "pageToken")
    assert (len(comments), ledger.stop_reason, ledger.verdict) == (100, "blocked", "partial")
    assert "quotaExceeded" in (ledger.stop_detail or "")


async def test_a_video_without_comments_by_its_owners_wish_is_disabled() -> None:
    comments, ledger, _ = await harvest(YouTubeService(), error(403, "commentsDisabled"), "/commentThreads?")
    assert (comments, ledger.state, ledger.verdict, ledger.stop_reason) == ([], "disabled", "closed", "exhausted")


async def one(**snippet: Any) -> Comment:
    service = YouTubeService(comments=[Said(id="1")])
    row = service._comment(service.comments[0])
    row["snippet"] |= snippet
    thread = {"snippet": {"topLevelComment": row, "totalReplyCount": 0}}
    comments, ledger, _ = await harvest(service, json_answer({"items": [thread]}), "/commentThreads?")
    assert ledger.verdict == "complete"
    return comments[0]


async def test_the_text_is_what_was_typed_and_the_markup_what_is_shown() -> None:
    shown = '<a href="https://example.org/a/long/address">https://example.org/a/l...</a> it&#39;s<br />new'
    comment = await one(textDisplay=shown, textOriginal="https://example.org/a/long/address it's\nnew ")
    assert comment.text == "https://example.org/a/long/address it's\nnew"
    assert 'href="https://example.org/a/long/address"' in (comment.text_html or "")
    assert (await one(textDisplay="it&#39;s<br />new", textOriginal=None)).text == "it's\nnew"
    assert (await one(textDisplay="", textOriginal="")).text == ""


async def test_the_videos_own_channel_is_its_creator_and_an_author_may_be_gone() -> None:
    assert (await one(authorChannelId={"value": OWNER})).author_kind == "creator"
    gone = await one(authorChannelId=None, authorDisplayName="", authorChannelUrl="")
    assert (gone.author_kind, gone.author_name, gone.author_url) == (None, "", None)


async def test_a_comment_is_edited_when_it_was_updated_after_it_was_published() -> None:
    edited = await one(publishedAt="2021-01-02T03:04:05Z", updatedAt="2021-01-02T03:05:05.123Z")
    assert (edited.is_edited, edited.edited_at) == (True, 1609556705123000)
    assert (await one()).is_edited is False
    assert (await one()).permalink == f"https://www.youtube.com/watch?v={VIDEO}&lc=Ug1"
