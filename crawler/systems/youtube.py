"""YouTube: the comments of a video through the Data API v3, with the operator's own key.

Source: the reference of `commentThreads.list`, `comments.list` and `videos.list` (the discovery document `youtube.v3`)
and real answers. Each request costs one unit of the key's daily quota.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final
from urllib.parse import urlsplit

from archive.schema import Comment
from crawler.extract.document import Document
from crawler.extract.platforms import match_url
from crawler.extract.structured import read_structured
from crawler.extract.video import read_video
from crawler.systems.answers import Answer, Row, told_by
from crawler.systems.base import Batch, FetchError, System, ThreadRef
from crawler.systems.fields import moment, set_body, set_plain, set_time
from crawler.systems.paging import by_link
from crawler.systems.reading import Reading, with_query

if TYPE_CHECKING:
    from crawler.schedule.due import KnownThread

API: Final = "https://www.googleapis.com/youtube/v3/"
KEY: Final = "YOUTUBE_API_KEY"
PER_PAGE: Final = 100
"""Largest `maxResults` of comments; each page costs one unit whatever its size."""

SPENT: Final = frozenset({"quotaExceeded", "dailyLimitExceeded", "rateLimitExceeded", "userRateLimitExceeded"})
REFUSED_KEY: Final = frozenset(
    {"keyInvalid", "API_KEY_INVALID", "keyExpired", "accessNotConfigured", "SERVICE_DISABLED"}
)
"""Reasons of an error answer: the quota is used up; the key is none or may not be used for this interface."""


class YouTube(System):
    """A video on YouTube, on its own page or (when the operator says so) as the video of another page."""

    name: ClassVar[str] = "youtube"
    title: ClassVar[str] = "YouTube"
    checked: ClassVar[str] = "its reference and real answers, not verified live"
    settings: ClassVar[tuple[str, ...]] = (KEY, "YOUTUBE_EMBEDDED")
    may_move: ClassVar[bool] = False
    count_room: ClassVar[int] = 50
    """So many ids does `videos.list` take; each request costs one unit of the quota, however many it names."""

    def detect(self, document: Document) -> list[ThreadRef]:
        """The video of a watch page; elsewhere the page's own video, where `YOUTUBE_EMBEDDED` is set."""
        if _HOST.search(document.host):
            match = match_url(document.url)
            video = None if match is None or match.is_player else match.video_id
            return [_ref(video, "the page's address")] if video else []
        if str(self.options.get("YOUTUBE_EMBEDDED")).lower() not in ("true", "1"):
            return []
        shown = read_video(document, read_structured(document))
        is_one = shown.platform == "youtube" and shown.video_id
        return [_ref(shown.video_id, "the page's video")] if is_one else []

    def count_request(self, threads: Sequence[KnownThread]) -> dict[str, Any] | None:
        """The videos' statistics; None without a key."""
        key = str(self.options.get(KEY) or "").strip()
        ids = ",".join(thread.native_id or "" for thread in threads)
        url = with_query(f"{API}videos", part="statistics", id=ids)
        return {"url": url, "headers": {"X-goog-api-key": key}} if key else None

    def counts_of(self, answer: Answer, threads: Sequence[KnownThread], /) -> Sequence[int | None]:
        """All comments, as the ledgers have them; None for a video that is gone or has comments switched off."""
        counts = {row.id("id"): row.maybe_number("statistics.commentCount") for row in answer.root.rows("items")}
        return [counts.get(thread.native_id or "") for thread in threads]

    async def harvest(self, ref: ThreadRef, reading: Reading) -> AsyncIterator[Batch]:
        """Every thread, newest first, and every reply."""
        key = {"headers": {"X-goog-api-key": self.key(KEY)}}
        try:
            async for batch in _threads(ref, reading, key):
                yield batch
        except FetchError as error:
            reason = _reason(error)
            if reason != "commentsDisabled":
                raise _explained(error, reason) from error
            ref.state = "disabled"
        finally:
            reading.walked(f"quota:{reading.requests}")


async def _threads(ref: ThreadRef, reading: Reading, key: dict[str, dict[str, str]]) -> AsyncIterator[Batch]:
    creator = await _statistics(ref, reading, key)

    def ask(resource: str, **query: str | None) -> dict[str, object]:
        url = with_query(f"{API}{resource}", maxResults=PER_PAGE, textFormat="html", **query)
        return {"url": url, **key}

    def page(token: str | None) -> dict[str, object]:
        return ask("commentThreads", part="snippet,replies", videoId=ref.native_id, order="time", pageToken=token)

    def following(answer: Answer) -> dict[str, object] | None:
        token = answer.root.maybe_text("nextPageToken")
        return page(token) if token else None

    def comment_of(row: Row) -> Comment:
        return _comment(row, ref, creator)

    reading.walked("api:time")
    async for answer in by_link(reading, page(None), following):
        ref.state = "open"
        short: list[str] = []
        rows: list[Row] = []
        counts: dict[str, int] = {}
        for thread in answer.root.rows("items"):
            top = thread.row("snippet.topLevelComment")
            replies = thread.maybe_rows("replies.comments") or []
            count = thread.number("snippet.totalReplyCount")
            counts[top.id("id")] = count
            reading.expect_replies(top.id("id"), count)
            rows += [top, *replies]
            if count > len(replies):
                short.append(top.id("id"))
        comments = reading.comments(rows, comment_of)
        for comment in comments:
            comment.reply_count = counts.get(comment.native_id or "")
        yield reading.batch(comments, answer.exchange)
        for parent in short:
            first = ask("comments", part="snippet", parentId=parent)

            def more(answer: Answer, parent: str = parent) -> dict[str, object] | None:
                token = answer.root.maybe_text("nextPageToken")
                return ask("comments", part="snippet", parentId=parent, pageToken=token) if token else None

            async for page_of_replies in by_link(reading, first, more, parent=parent):
                replies = page_of_replies.root.rows("items")
                yield reading.batch(reading.comments(replies, comment_of), page_of_replies.exchange)


async def _statistics(ref: ThreadRef, reading: Reading, key: dict[str, dict[str, str]]) -> str | None:
    """Notes the stated count; the channel whose video it is."""
    url = with_query(f"{API}videos", part="snippet,statistics", id=ref.native_id)
    answer = await reading.json(url, **key)
    items = answer.root.rows("items")
    if not items:
        raise FetchError("error", f"YouTube knows no public video {ref.native_id}")
    ref.stated = items[0].maybe_number("statistics.commentCount")
    reading.expect(ref.stated, "incl_removed")
    return items[0].maybe_text("snippet.channelId")


def _comment(row: Row, ref: ThreadRef, creator: str | None) -> Comment:
    said = row.row("snippet")
    native_id, author_id = row.id("id"), said.maybe_id("authorChannelId.value")
    # A reply's id is its thread's id, a dot and its own; `parentId` says the same, and only replies have either.
    parent = said.id("parentId") if "." in native_id else said.maybe_id("parentId")
    comment = Comment(
        native_id=native_id,
        parent_native_id=parent,
        author_name=said.maybe_text("authorDisplayName"),
        author_id=author_id,
        author_url=said.maybe_text("authorChannelUrl") or None,
        author_kind=None if author_id is None else "creator" if author_id == creator else "registered",
        like_count=said.maybe_number("likeCount"),
        permalink=f"{ref.url}&lc={native_id}",
    )
    published, updated = said.time("publishedAt"), said.time("updatedAt")
    set_time(comment, published, observed_at=row.observed_at)
    comment.is_edited = None if updated is None else updated != published
    if comment.is_edited:
        comment.edited_at = moment(updated, observed_at=row.observed_at)
    original = said.maybe_text("textOriginal")
    set_body(comment, said.text("textDisplay") if original is None else said.maybe_text("textDisplay"))
    if original is not None:
        set_plain(comment, original)  # links in full; `textDisplay` may shorten them
    return comment


_HOST = re.compile(r"(?:^|\.)(?:youtube(?:-nocookie)?\.com|youtu\.be)(?::\d+)?\Z")


def _ref(video: str | None, detected_by: str) -> ThreadRef:
    return ThreadRef(
        system=YouTube.name,
        tenant="youtube.com",
        native_id=video,
        url=f"https://www.youtube.com/watch?v={video}",
        detected_by=detected_by,
    )


def _reason(error: FetchError) -> str | None:
    """The word by which an error answer says what is the matter."""
    try:
        told = told_by(error)["error"]
        words = [detail.get("reason") for detail in told.get("details", ())]
        words += [one.get("reason") for one in told.get("errors", ())]
    except (LookupError, TypeError, AttributeError):
        return None  # no error answer of the interface: a proxy's page, nothing at all
    return next((word for word in words if isinstance(word, str) and word), None)


def _explained(error: FetchError, reason: str | None) -> FetchError:
    """The error in the ledger's words."""
    if reason is None:
        return error
    address = urlsplit(API)
    detail = f"{address.netloc} says {reason} (status {error.status})"
    if reason in REFUSED_KEY:
        return FetchError("key", f"{detail}: {KEY} (docs/settings.md) is not accepted", error.status)
    return FetchError("blocked" if reason in SPENT else error.reason, detail, error.status)
