"""PeerTube: the comments of a video on its instance, thread by thread.

Source: `server/core/controllers/api/videos/comment.ts`, `server/core/models/video/video-comment.ts` and
`server/core/lib/video-comment.ts` of PeerTube (versions 2 to 8, and the reply tree of 2026), and real answers.
"""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final
from urllib.parse import urlsplit

from archive.schema import Comment
from crawler.extract.document import Document
from crawler.extract.platforms import match_url
from crawler.systems.answers import Answer, Row
from crawler.systems.base import Batch, Exchange, FetchError, System, ThreadRef
from crawler.systems.fields import set_either, set_removed, set_time
from crawler.systems.paging import ENDS_ALL, by_offset
from crawler.systems.reading import Reading, with_query

if TYPE_CHECKING:
    from crawler.schedule.due import KnownThread

PER_PAGE: Final = 100
"""Largest `count` that an instance takes."""

DISABLED: Final = 2
"""`commentsPolicy.id`: 1 enabled, 2 disabled, 3 requires approval."""


class PeerTube(System):
    """A video's page on a PeerTube instance."""

    name: ClassVar[str] = "peertube"
    title: ClassVar[str] = "PeerTube"
    checked: ClassVar[str] = "its source and answers of a real instance, not verified live"
    marks: ClassVar[tuple[str, ...]] = ("PeerTube",)

    def detect(self, document: Document) -> list[ThreadRef]:
        """The video whose page it is. A player on another page shows a video, not its comments: that is no thread."""
        if document.first('meta[property="og:platform"][content="PeerTube"]') is None:
            return []
        links = [document.link(node.attributes.get("href")) for node in document.css("link[rel=canonical]")]
        links += [document.link(node.attributes.get("content")) for node in document.css('meta[property="og:url"]')]
        host = document.host
        for url in (document.url, *links):
            match = match_url(url) if url and urlsplit(url).netloc.lower() == host else None
            if match is not None and match.platform == "peertube" and match.video_id and not match.is_player:
                video = _uuid(match.video_id)
                api = f"{urlsplit(document.url).scheme}://{host}/api/v1/videos/{video}"
                return [
                    ThreadRef(
                        system=self.name,
                        tenant=host,
                        native_id=video,
                        url=f"{api}/comment-threads",
                        detected_by="meta[property=og:platform]",
                        evidence={"api": api},
                    )
                ]
        return []

    def count_request(self, threads: Sequence[KnownThread]) -> dict[str, Any] | None:
        """The newest thread alone; `count=0` would be read as the default of 15."""
        return {"url": with_query(threads[0].url, start=0, count=1, sort="-createdAt")}

    def counts_of(self, answer: Answer, _threads: Sequence[KnownThread], /) -> Sequence[int | None]:
        """Comments and replies that are not removed; None where the instance is too old to say."""
        return [answer.root.maybe_number("totalNotDeletedComments")]

    async def harvest(self, ref: ThreadRef, reading: Reading) -> AsyncIterator[Batch]:
        """The threads from the oldest on, and the tree of each one that has replies."""
        api: str = ref.evidence["api"]
        creator, total, visible = None, None, set[str]()
        stated: dict[str, int] = {}

        def comment_of(row: Row) -> Comment:
            comment = _comment(row, creator)
            if comment.status == "visible":
                visible.add(row.id("id"))
            return comment

        def address(offset: int) -> str:
            return with_query(ref.url, start=offset, count=PER_PAGE, sort="createdAt")

        reading.walked("api:createdAt")
        async for answer in by_offset(
            reading, address, lambda it: len(it.root.rows("data")), lambda it: it.root.number("total")
        ):
            if ref.state == "unknown":
                creator = await _details(ref, reading)
            total = answer.root.maybe_number("totalNotDeletedComments")
            ref.stated = total
            if total is None:
                reading.expect(answer.root.number("total"), "top")
            reading.expect(total, "visible")
            threads = answer.root.rows("data")
            yield reading.batch(reading.comments(threads, comment_of), answer.exchange)
            for thread in threads:
                replies = thread.number("totalReplies")
                if not replies:
                    continue
                root, stubs = thread.id("id"), set[str | None]()
                async for rows, exchange in _replies(reading, api, root):
                    comments = reading.comments(rows, comment_of)
                    stubs |= {comment.native_id for comment in comments if comment.status != "visible"}
                    yield reading.batch(comments, exchange, under=root)
                stated[root] = replies + len(stubs)
        if len(visible) != total:
            # Only then: the count of a comment's replies holds those that wait for review, the count of all does not.
            for root, count in stated.items():
                reading.expect_replies(root, count)


async def _details(ref: ThreadRef, reading: Reading) -> str | None:
    """Whose video it is (`name@host`); sets the thread's state.

    Comments can be read without: where the details fail no creator is marked, and an empty thread is `unknown`.
    """
    try:
        video = (await reading.json(ref.evidence["api"])).root
        policy, is_enabled = video.maybe_number("commentsPolicy.id"), video.flag("commentsEnabled")
        ref.state = "disabled" if policy == DISABLED or is_enabled is False else "open"
        return _handle(video.maybe_row("account"))
    except FetchError as error:
        if error.reason in ENDS_ALL:
            raise
        return None


async def _replies(reading: Reading, api: str, root: str) -> AsyncIterator[tuple[list[Row], Exchange]]:
    """All replies below a comment. Instances of 2026 leave some out of the tree and say how many there are."""
    try:
        answer = await reading.json(f"{api}/comment-threads/{root}")
        rows, short = _flat([answer.root])
    except FetchError as error:
        if error.reason in ENDS_ALL:
            raise
        reading.missing(error, parent=root)
        return
    yield rows[1:], answer.exchange
    while short:
        parent = short.pop()

        def address(offset: int, parent: str = parent) -> str:
            return with_query(f"{api}/comments/{parent}/replies", start=offset, count=PER_PAGE, sort="createdAt")

        async for answer in by_offset(
            reading, address, lambda it: len(it.root.rows("data")), lambda it: it.root.number("total"), parent=parent
        ):
            rows, more = _flat(answer.root.rows("data"))
            short += more
            yield rows, answer.exchange


def _flat(trees: list[Row]) -> tuple[list[Row], list[str]]:
    """The comments of trees, parents first, and the ids of those that have more replies than the tree holds."""
    rows, short, waiting = [], [], trees[::-1]
    while waiting:
        node = waiting.pop()
        comment, children = node.row("comment"), node.rows("children")
        rows.append(comment)
        if (node.maybe_number("totalChildren") or 0) > len(children):
            short.append(comment.id("id"))
        waiting += children[::-1]
    return rows, short


def _comment(row: Row, creator: str | None) -> Comment:
    account = row.maybe_row("account") if row.has("account") else row.row("account")
    handle = _handle(account)
    comment = Comment(
        native_id=row.id("id"),
        parent_native_id=row.id_or_null("inReplyToCommentId"),
        author_name=None if account is None else account.maybe_text("displayName") or account.maybe_text("name"),
        author_id=handle,
        author_url=None if account is None else account.maybe_text("url"),
        author_kind=None if account is None else "creator" if handle == creator else "registered",
        reply_count=row.maybe_number("totalReplies"),
        permalink=row.maybe_text("url"),
    )
    set_time(comment, row.time("createdAt"), observed_at=row.observed_at)
    text = row.text("text")
    if row.flag("isDeleted") or row.raw("deletedAt") is not None:
        set_removed(comment)
        comment.author_kind = "deleted"
    else:
        set_either(comment, text)
    return comment


def _handle(account: Row | None) -> str | None:
    return None if account is None else f"{account.text('name')}@{account.text('host')}"


_ALPHABET: Final = "123456789abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"
"""Base 58 as the `short-uuid` package of PeerTube writes it (Flickr's)."""


def _uuid(video: str) -> str:
    """A video's UUID; addresses hold it as it is or, since PeerTube 3.3, in base 58."""
    if "-" in video:
        return video.lower()
    number = 0
    for letter in video:
        number = number * 58 + _ALPHABET.index(letter)
    return str(uuid.UUID(int=number)) if number < 1 << 128 else video
