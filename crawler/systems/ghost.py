"""Ghost: a post's thread from the members API, in numbered pages of top-level comments with their replies.

Source: `core/server/models/comment.js`, `api/endpoints/utils/serializers/output/mappers/comments.js` and
`frontend/helpers/comments.js` of Ghost 6.65 and 5.130 (npm); also run for real (docs/systems/ghost.md).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from functools import partial
from typing import ClassVar, Final

from archive.schema import Comment
from crawler.extract.document import Document
from crawler.systems.answers import Answer, Row
from crawler.systems.base import Batch, FetchError, System, ThreadRef
from crawler.systems.fields import set_body, set_edited, set_removed, set_time, with_replies
from crawler.systems.paging import by_number
from crawler.systems.places import tenant_at, web_address
from crawler.systems.reading import Reading, with_query

PER_PAGE: Final = 100
"""Comments of one answer: the limit since 6.0 (`optimization:maxLimit`); 5 has none."""

ORDER: Final = "created_at asc, id asc"
"""Pinned ones come first all the same. Times are whole seconds in MySQL, so the id settles ties."""

STUBS: Final = {"hidden": "removed_by_moderator", "deleted": "removed"}
"""`status` of what is sent without its text: only staff can hide; members and staff can delete."""


class Ghost(System):
    """Ghost's own comments, embedded by `comments-ui`."""

    name: ClassVar[str] = "ghost"
    title: ClassVar[str] = "Ghost"
    checked: ClassVar[str] = "Ghost 6.65 and 5.130 (npm), their databases"
    marks: ClassVar[tuple[str, ...]] = ("data-ghost-comments",)

    def detect(self, document: Document) -> list[ThreadRef]:
        """The thread whose embed the page holds; `data-ghost-comment-count` and the script of counts hold none."""
        embed = document.first("[data-ghost-comments]")
        if embed is None:
            return []
        root = web_address(embed.attributes.get("data-ghost-comments") or "/", document)
        if root is None:
            return []
        post = (embed.attributes.get("data-post-id") or "").strip() or None
        enabled = embed.attributes.get("data-comments-enabled")
        return [
            ThreadRef(
                system=self.name,
                tenant=tenant_at(root),
                native_id=post,
                url=f"{root.rstrip('/')}/members/api/comments/post/{post}/",
                detected_by="[data-ghost-comments]",
                state={"off": "disabled", "paid": "login"}.get(enabled or "", "open"),
            )
        ]

    async def harvest(self, ref: ThreadRef, reading: Reading) -> AsyncIterator[Batch]:
        """Pinned comments, then top-level ones from the oldest on; more replies where not all came with them.

        `counts/` would state the whole, but Ghost's own robots.txt forbids it to crawlers.
        """
        if ref.native_id is None:
            raise FetchError("error", "the embed does not name its post (data-post-id)")
        api = ref.url.rsplit("/post/", 1)[0]
        permalink = reading.shown.url.partition("#")[0] + "#ghost-comments-"
        reading.walked("api:oldest")
        try:
            async for answer in by_number(reading, partial(_page, ref.url), _last):
                reading.expect(answer.root.number("meta.pagination.total"), "top")
                roots = answer.root.rows("comments")
                yield _batch(reading, answer, roots, permalink)
                for root in roots:
                    async for batch in _more_replies(reading, api, root, permalink):
                        yield batch
        except FetchError as error:
            if error.status != 405 or b"MethodNotAllowedError" not in error.answer:
                raise
            ref.state = "disabled"  # switched off after the page was made


def _page(url: str, number: int) -> str:
    return with_query(url, limit=PER_PAGE, page=number, order=ORDER)


def _last(answer: Answer) -> int:
    return answer.root.number("meta.pagination.pages")


async def _more_replies(reading: Reading, api: str, root: Row, permalink: str) -> AsyncIterator[Batch]:
    """Replies that did not come with their comment: in 5 and the first 6 only three do."""
    thread = root.id("id")
    seen = {row.id("id"): _is_stub(row) for row in root.rows("replies")}
    stated = root.number("count.replies")
    # Where replies are sent as stubs, versions with this key count the published ones only, others all.
    counts_stubs = not root.has("count.direct_replies")
    if len(seen) - (0 if counts_stubs else sum(seen.values())) < stated:
        async for answer in by_number(reading, partial(_page, f"{api}/{thread}/replies/"), _last, parent=thread):
            rows = answer.root.rows("comments")
            seen |= {row.id("id"): _is_stub(row) for row in rows}
            roots = dict.fromkeys(seen, thread)
            yield reading.batch(_comments(reading, rows, roots, permalink), answer.exchange, under=thread)
    reading.expect_replies(thread, stated + (0 if counts_stubs else sum(seen.values())))


def _is_stub(row: Row) -> bool:
    return row.text("status") in STUBS


def _batch(reading: Reading, answer: Answer, roots: Iterable[Row], permalink: str) -> Batch:
    """Top-level comments, each followed by the replies that came with it."""
    rows, under = with_replies(roots, "replies", "id")
    return reading.batch(_comments(reading, rows, under, permalink), answer.exchange, under=under)


def _comments(reading: Reading, rows: Iterable[Row], roots: Mapping[str, str], permalink: str) -> list[Comment]:
    return reading.comments(rows, partial(_comment, reading, roots, permalink))


def _comment(reading: Reading, roots: Mapping[str, str], permalink: str, row: Row) -> Comment | None:
    """A comment; it answers the reply that it names, or its top-level one where that reply is not shown.

    :param roots: the top-level comment of each reply
    """
    status = row.text("status")
    if status != "published" and status not in STUBS:
        return None
    native_id = row.id("id")
    root = roots.get(native_id)
    answered = row.maybe_id("in_reply_to_id")
    if row.has("in_reply_to_snippet") and not row.has("in_reply_to_id"):
        row.id("in_reply_to_id")  # the two came together in 5.103
    if answered is not None and answered not in roots and not reading.has(answered):
        answered = None
    direct = row.maybe_number("count.direct_replies")
    comment = Comment(
        native_id=native_id,
        parent_native_id=answered or root,
        like_count=row.maybe_number("count.likes"),
        reply_count=row.maybe_number("count.replies") if direct is None else direct,
        is_pinned=row.flag("pinned"),
        permalink=permalink + native_id,
    )
    set_time(comment, row.time("created_at"), observed_at=row.observed_at)
    if status in STUBS:
        set_removed(comment, STUBS[status])
        return comment
    member = row.maybe_row("member")
    comment.author_kind = "registered" if member is not None else "deleted"
    if member is not None:
        comment.author_id, comment.author_name = member.id("id"), member.maybe_text("name")
    set_body(comment, row.text("html"))
    set_edited(comment, row.time("edited_at"), observed_at=row.observed_at)
    return comment
