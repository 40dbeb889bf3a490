"""Cusdis: a thread by application and page from a JSON API, ten top-level comments a page with their replies.

Source: `service/comment.service.ts`, `pages/api/open/comments.ts`, `app/api/open/comments/route.ts` and `widget/` of
Cusdis.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import ClassVar, Final
from urllib.parse import urlsplit

from archive.schema import Comment
from crawler.extract.document import Document
from crawler.systems.answers import Answer, Row
from crawler.systems.base import Batch, Exchange, FetchError, System, ThreadRef
from crawler.systems.fields import set_body, set_time
from crawler.systems.paging import by_number
from crawler.systems.reading import Reading, with_query
from crawler.systems.scripts import Members, given

HOSTED: Final = "https://cusdis.com"


class Cusdis(System):
    """Cusdis, embedded by `cusdis.es.js`."""

    name: ClassVar[str] = "cusdis"
    title: ClassVar[str] = "Cusdis"
    checked: ClassVar[str] = "its source, not verified live"
    marks: ClassVar[tuple[str, ...]] = ("cusdis",)

    def is_possible(self, document: Document) -> bool:
        """Also where only the address of the server, which a place states, speaks of Cusdis."""
        if super().is_possible(document):
            return True
        return "data-app-id" in document.elements.data_names and "cusdis" in document.text

    def detect(self, document: Document) -> list[ThreadRef]:
        """The threads of the page's places; the script alone, or one that counts (`cusdis-count`), is none."""
        refs: dict[tuple[str, str | None], ThreadRef] = {}
        for place in _places(document):
            host = document.link(place.get("data-host") or HOSTED)
            app, page = place.get("data-app-id"), place.get("data-page-id")
            if host is None or not app:
                continue
            root = host.partition("?")[0].partition("#")[0].rstrip("/")
            parts = urlsplit(root)
            ref = ThreadRef(
                system=self.name,
                tenant=f"{app}@{parts.netloc.lower()}{parts.path}",
                native_id=page or None,
                url=with_query(f"{root}/api/open/comments", appId=app, pageId=page),
                detected_by="#cusdis_thread[data-app-id]",
                state="open",
            )
            if not page:
                ref.problem = "the page does not say the id of its Cusdis thread"
            refs.setdefault((ref.tenant, ref.native_id), ref)
        return list(refs.values())

    async def harvest(self, ref: ThreadRef, reading: Reading) -> AsyncIterator[Batch]:
        """All pages first, then their comments: a page may list replies whose parents come on a later one."""
        walked: list[tuple[list[Row], Exchange]] = []
        failure: FetchError | None = None
        stated: list[int] = []
        reading.walked("api:newest")
        try:
            async for answer in by_number(reading, lambda number: with_query(ref.url, page=number), _last):
                rows = answer.root.rows("data.data")
                stated.append(answer.root.number("data.commentCount"))
                reading.saw(row.maybe_id("id") or "" for row in rows)
                walked.append((rows, answer.exchange))
        except FetchError as error:
            failure = error
        parents = dict(_parents(row for rows, _ in walked for row in rows))
        has_replies = any(row.maybe_id("id") in parents for rows, _ in walked for row in rows)
        if stated and (has_replies or not parents):
            ref.stated = stated[-1]
        for count in stated:
            reading.expect(count, "all" if has_replies else "top")
        for rows, exchange in walked:
            yield _batch(reading, rows, exchange, parents)
        if failure is not None:
            raise failure


def _last(answer: Answer) -> int | None:
    return answer.root.number("data.pageCount")


def _places(document: Document) -> Iterator[Members]:
    """Attributes of the places, written in the page or made by a script."""
    for place in document.css("#cusdis_thread, #cusdis, [data-app-id][data-page-id]"):
        yield dict(place.attributes)
    for found in given(document, "cusdis"):
        if found.members.get("data-app-id"):
            yield found.members


def _parents(rows: Iterator[Row]) -> Iterator[tuple[str, str]]:
    """The parent of every comment that stands among the replies of another one."""
    above = list(rows)
    while above:
        row = above.pop()
        for reply in row.maybe_rows("replies.data") or ():
            yield reply.id("id"), row.id("id")
            above.append(reply)


def _batch(reading: Reading, rows: list[Row], exchange: Exchange, parents: dict[str, str]) -> Batch:
    """The comments of one page, each parent before its replies."""
    found: list[Row] = []
    above = rows[::-1]
    while above:
        row = above.pop()
        found.append(row)
        above += row.rows("replies.data")[::-1]
        reading.expect_replies(row.id("id"), row.number("replies.commentCount"))
    return reading.batch(reading.comments(found, lambda row: _comment(row, parents)), exchange)


def _comment(row: Row, parents: dict[str, str]) -> Comment:
    native_id = row.id("id")
    moderator = row.maybe_id("moderatorId") or (row.maybe_row("moderator") and "moderator")
    comment = Comment(
        native_id=native_id,
        parent_native_id=parents.get(native_id),
        author_name=row.maybe_text("moderator.displayName") or row.text("by_nickname"),
        author_kind="staff" if moderator else "guest",
    )
    set_time(comment, row.time("createdAt"), observed_at=row.observed_at)
    set_body(comment, row.text("parsedContent"))
    return comment
