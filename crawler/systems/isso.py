"""Isso: a thread by its URI from a small JSON API, replies one level deep.

Source: `isso/views/comments.py`, `isso/db/comments.py` of Isso 0.10 to 0.14; run for real too (docs/systems/isso.md).
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from html import unescape
from typing import TYPE_CHECKING, Any, ClassVar, Final
from urllib.parse import urlsplit

from archive.schema import Comment
from crawler.extract.document import Document
from crawler.systems.answers import Answer, Row
from crawler.systems.base import Batch, FetchError, System, ThreadRef
from crawler.systems.fields import set_body, set_edited, set_removed, set_time
from crawler.systems.paging import by_link
from crawler.systems.places import tenant_at
from crawler.systems.reading import Reading, with_query
from crawler.systems.scripts import given

if TYPE_CHECKING:
    from crawler.schedule.due import KnownThread

PER_PAGE: Final = 200
"""Top-level comments of one request; Isso itself sets no limit."""

REPLIES: Final = 100_000
"""Replies that may come with each. Without a limit of their own those of the top level hold for them too, and in 0.14
its offset as well."""

_EMBED = re.compile(r"/js/embed\.(?:min|dev)\.js")

PUBLIC: Final = 1
STUB: Final = 4
"""`mode` of a comment: 1 public, 2 held (never sent to visitors), 4 removed while it has replies."""


class Isso(System):
    """Isso, embedded by `embed.min.js`."""

    name: ClassVar[str] = "isso"
    title: ClassVar[str] = "Isso"
    checked: ClassVar[str] = "Isso 0.14, 0.13 and 0.12 (PyPI), their databases"
    marks: ClassVar[tuple[str, ...]] = ("isso-thread",)

    def detect(self, document: Document) -> list[ThreadRef]:
        """The thread whose place and script the page holds; the script alone only counts comments elsewhere."""
        place = document.first("#isso-thread")
        root = _root(document)
        if place is None or root is None:
            return []
        uri = (place.attributes.get("data-isso-id") or "").strip() or urlsplit(document.url).path or "/"
        return [
            ThreadRef(
                system=self.name,
                tenant=tenant_at(root),
                native_id=uri,
                url=with_query(root, uri=uri),
                detected_by="#isso-thread script[data-isso]",
                state="open",
            )
        ]

    def count_request(self, threads: Sequence[KnownThread]) -> dict[str, Any] | None:
        """The thread without its comments. `POST /count` takes many, but leaves out stubs, which the ledger counts."""
        return {"url": with_query(threads[0].url, limit=0)}

    def counts_of(self, answer: Answer, _threads: Sequence[KnownThread], /) -> Sequence[int | None]:
        """All comments, stubs included; None where it may be the top level only, as it is up to 0.13.0."""
        total = answer.root.maybe_number("total_replies")
        return [None if total and total == answer.root.maybe_number("hidden_replies") else total]

    async def harvest(self, ref: ThreadRef, reading: Reading) -> AsyncIterator[Batch]:
        """Top-level comments from the oldest on, each with all its replies."""
        offset = 0
        seen: set[str] = set()
        knows_offset = True

        def following(answer: Answer) -> str | None:
            nonlocal offset
            offset += len(answer.root.rows("replies"))
            if answer.root.number("hidden_replies") <= 0 or "&limit=" not in answer.url:
                return None
            return _page(ref, offset) if knows_offset else ref.url

        reading.walked("api:oldest")
        try:
            async for answer in by_link(reading, _page(ref, 0), following):
                _expect(ref, reading, answer, offset if knows_offset else 0)
                rows: list[Row] = []
                top = answer.root.rows("replies")
                for row in top:
                    rows.append(row)
                    rows += row.rows("replies")
                    reading.expect_replies(row.id("id"), row.number("total_replies"))
                ids = {row.id("id") for row in top}
                knows_offset = knows_offset and not (offset and ids and ids <= seen)
                seen |= ids
                yield reading.batch(reading.comments(rows, _comment), answer.exchange)
        except FetchError as error:
            if error.status != 404 or seen or not await _is_empty(ref, reading):
                raise


async def _is_empty(ref: ThreadRef, reading: Reading) -> bool:
    """Whether a thread that is not found has no comments: up to 0.10 that is what Isso says of it."""
    answer = await reading.json(with_query(ref.url, limit=0))
    return answer.root.number("total_replies") == 0


def _expect(ref: ThreadRef, reading: Reading, answer: Answer, offset: int) -> None:
    """What the count counts: since 0.13.1 all comments, before that the top level."""
    total = answer.root.number("total_replies")
    top = answer.root.number("hidden_replies") + len(answer.root.rows("replies")) + offset
    if total != top:
        ref.stated = total
    reading.expect(total, "top" if total == top else "all")


def _root(document: Document) -> str | None:
    """Address of the API: `data-isso`, or where the script itself lies; also of scripts that a script makes."""
    made = list(given(document, "isso"))
    stated = [script.attributes.get("data-isso") for script in document.css("script[data-isso]")]
    stated += [one.members.get("data-isso") for one in made]
    sources = [script.attributes.get("src") for script in document.css("script[src]")]
    sources += [one.members.get("src") for one in made]
    stated += [source.partition("/js/embed.")[0] for source in sources if source and _EMBED.search(source)]
    root = next(filter(None, map(document.link, stated)), None)
    return None if root is None else root.partition("?")[0].rstrip("/") + "/"


def _page(ref: ThreadRef, offset: int) -> str:
    return with_query(ref.url, limit=PER_PAGE, nested_limit=REPLIES, offset=offset, sort="oldest")


def _comment(row: Row) -> Comment | None:
    mode = row.number("mode")
    if mode not in (PUBLIC, STUB):
        return None
    comment = Comment(
        native_id=row.id("id"),
        parent_native_id=row.id_or_null("parent"),
        author_name=_unescaped(row.maybe_text("author")),
        author_url=_unescaped(row.maybe_text("website")),
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


def _unescaped(text: str | None) -> str | None:
    """Names and links are stored and sent as HTML."""
    return None if text is None else unescape(text)
