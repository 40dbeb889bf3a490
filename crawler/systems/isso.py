"""Isso: a thread by its URI from a small JSON API, replies one level deep.

Source: `isso/views/comments.py` and `isso/db/comments.py` of Isso 0.14; also run for real (docs/systems/isso.md).
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any, ClassVar, Final
from urllib.parse import urlsplit

from archive.schema import Comment
from crawler.extract.document import Document
from crawler.systems.answers import Answer, Row
from crawler.systems.base import Batch, System, ThreadRef
from crawler.systems.fields import set_body, set_edited, set_removed, set_time
from crawler.systems.paging import by_link
from crawler.systems.reading import Reading, with_query

if TYPE_CHECKING:
    from crawler.schedule.due import KnownThread

PER_PAGE: Final = 200
"""Top-level comments of one request; Isso itself sets no limit. Their replies come with them."""

PUBLIC: Final = 1
STUB: Final = 4
"""`mode` of a comment: 1 public, 2 held (never sent to visitors), 4 removed while it has replies."""


class Isso(System):
    """Isso, embedded by `embed.min.js`."""

    name: ClassVar[str] = "isso"
    title: ClassVar[str] = "Isso"
    checked: ClassVar[str] = "Isso 0.14 (PyPI), its database"
    marks: ClassVar[tuple[str, ...]] = ("isso-thread",)

    def detect(self, document: Document) -> list[ThreadRef]:
        """The thread whose place and script the page holds; the script alone only counts comments elsewhere."""
        place = document.first("#isso-thread")
        root = _root(document)
        if place is None or root is None:
            return []
        uri = (place.attributes.get("data-isso-id") or "").strip() or urlsplit(document.url).path or "/"
        parts = urlsplit(root)
        return [
            ThreadRef(
                system=self.name,
                tenant=parts.netloc.lower() + parts.path.rstrip("/"),
                native_id=uri,
                url=with_query(root, uri=uri),
                detected_by="#isso-thread script[data-isso]",
                state="open",
            )
        ]

    def count_request(self, thread: KnownThread) -> dict[str, Any] | None:
        """The thread without its comments."""
        return {"url": with_query(thread.url, limit=0)}

    def count_of(self, answer: Answer) -> int | None:
        """All comments, stubs included."""
        return answer.root.maybe_number("total_replies")

    async def harvest(self, ref: ThreadRef, reading: Reading) -> AsyncIterator[Batch]:
        """Top-level comments from the oldest on, each with all its replies."""
        offset = 0

        def following(answer: Answer) -> str | None:
            nonlocal offset
            offset += len(answer.root.rows("replies"))
            return _page(ref, offset) if answer.root.number("hidden_replies") > 0 else None

        reading.walked("api:oldest")
        async for answer in by_link(reading, _page(ref, 0), following):
            ref.stated = answer.root.number("total_replies")
            reading.expect(ref.stated, "all")
            rows: list[Row] = []
            for row in answer.root.rows("replies"):
                rows.append(row)
                rows += row.rows("replies")
                reading.expect_replies(row.id("id"), row.number("total_replies"))
            yield reading.batch(reading.comments(rows, _comment), answer.exchange)


def _root(document: Document) -> str | None:
    """Address of the API: `data-isso`, or where the script itself lies."""
    script = document.first("script[data-isso]")
    stated = document.link(script.attributes.get("data-isso")) if script is not None else None
    if stated is None:
        script = document.first('script[src*="/js/embed.min.js"], script[src*="/js/embed.dev.js"]')
        source = document.link(script.attributes.get("src")) if script is not None else None
        stated = source.partition("/js/embed.")[0] if source is not None else None
    return None if stated is None else stated.partition("?")[0].rstrip("/") + "/"


def _page(ref: ThreadRef, offset: int) -> str:
    return with_query(ref.url, limit=PER_PAGE, offset=offset, sort="oldest")


def _comment(row: Row) -> Comment | None:
    mode = row.number("mode")
    if mode not in (PUBLIC, STUB):
        return None
    comment = Comment(
        native_id=row.id("id"),
        parent_native_id=row.maybe_id("parent") if row.has("parent") else row.id("parent"),
        author_name=row.maybe_text("author"),
        author_url=row.maybe_text("website"),
        author_kind="guest",
        like_count=row.maybe_number("likes"),
        dislike_count=row.maybe_number("dislikes"),
    )
    set_time(comment, row.time("created"), observed_at=row.observed_at)
    if mode == STUB:
        set_removed(comment)
        comment.author_kind = "deleted"
        return comment
    set_body(comment, row.text("text"))
    set_edited(comment, row.time("modified"), observed_at=row.observed_at)
    return comment
