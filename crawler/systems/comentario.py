"""Comentario 3: a thread by host and path from one answer, comments of any depth in one list.

Source: `internal/api/restapi/handlers/embed_comment.go`, `internal/svc/comment_svc.go`, `internal/data/models.go` and
`embed/src/` of Comentario 3.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import ClassVar, Final
from urllib.parse import urlsplit

from archive.schema import Comment
from crawler.extract.document import Document
from crawler.systems.answers import Row
from crawler.systems.base import Batch, System, ThreadRef
from crawler.systems.fields import moment, set_body, set_removed, set_time
from crawler.systems.reading import Reading, posting
from crawler.systems.scripts import given

SCRIPT: Final = "/comentario.js"
ANONYMOUS: Final = "00000000-0000-0000-0000-000000000000"
"""Id of the one user that all unregistered commenters are."""


class Comentario(System):
    """Comentario, embedded by `<comentario-comments>`."""

    name: ClassVar[str] = "comentario"
    title: ClassVar[str] = "Comentario"
    checked: ClassVar[str] = "its source (3), not verified live"
    marks: ClassVar[tuple[str, ...]] = ("comentario-comments",)
    may_move: ClassVar[bool] = False

    def detect(self, document: Document) -> list[ThreadRef]:
        """The threads of the page's elements; `<comentario-count>` is a number and no thread."""
        page = urlsplit(document.url)
        paths = [
            place.attributes.get("page-id") or page.path or "/"
            for place in document.css("comentario-comments, ngx-comentario-comments")
        ]
        base = _base(document)
        server = urlsplit(base or "")
        refs = []
        for path in dict.fromkeys(paths):
            ref = ThreadRef(
                system=self.name,
                tenant=f"{page.netloc.lower()}@{server.netloc.lower()}{server.path}",
                native_id=path,
                url=f"{base}/api/embed/comments",
                detected_by=f"comentario-comments script[src$={SCRIPT}]",
                state="open",
                evidence={"host": page.netloc.lower()},
            )
            if base is None:
                ref.url, ref.problem = document.url, "the page does not say where its Comentario server is"
            refs.append(ref)
        return refs

    async def harvest(self, ref: ThreadRef, reading: Reading) -> AsyncIterator[Batch]:
        """All comments at once; the answer counts as a view of the page at the server."""
        reading.walked("api")
        asked = {"host": ref.evidence["host"], "path": ref.native_id}
        answer = await reading.json(**posting(ref.url, asked))
        info = answer.root.row("pageInfo")
        ref.state = "closed" if info.flag("isDomainReadonly") or info.flag("isPageReadonly") else "open"
        commenters = {row.id("id"): row for row in answer.root.rows("commenters")}

        def comment(row: Row) -> Comment | None:
            return _comment(row, commenters)

        rows = answer.root.listed("comments")  # Go writes an empty list as null
        yield reading.batch(reading.comments(rows, comment), answer.exchange)


def _base(document: Document) -> str | None:
    """Where the script lies, whether the page loads it or a script or component does."""
    script = document.first(f'script[src*="{SCRIPT}"]')
    sources = [script.attributes.get("src") if script is not None else None]
    sources += [node.attributes.get("scripturl") for node in document.css("ngx-comentario-comments")]
    sources += [value for one in given(document, SCRIPT) for value in one.members.values() if value and SCRIPT in value]
    source = next((link for link in map(document.link, sources) if link is not None), None)
    return None if source is None else source.partition(SCRIPT)[0]


def _comment(row: Row, commenters: dict[str, Row]) -> Comment | None:
    if row.flag("isPending") or row.flag("isApproved") is False:
        return None
    author = row.maybe_id("userCreated")
    comment = Comment(native_id=row.id("id"), parent_native_id=row.maybe_id("parentId"))
    comment.permalink = row.maybe_text("url")
    set_time(comment, row.time("createdTime"), observed_at=row.observed_at)
    if row.flag("isDeleted"):
        set_removed(comment, _removed(author, row.maybe_id("userDeleted")))
        comment.author_kind = "deleted"
        return comment
    _set_author(comment, row, author, commenters)
    comment.like_count = row.maybe_number("score") or 0
    comment.is_pinned = row.flag("isSticky") or False
    set_body(comment, row.text("html"))
    edited = moment(row.time("editedTime"), observed_at=row.observed_at)
    comment.edited_at, comment.is_edited = edited, edited is not None
    return comment


def _removed(author: str | None, by: str | None) -> str:
    if author is None or by is None:
        return "removed"
    return "removed_by_author" if author == by else "removed_by_moderator"


def _set_author(comment: Comment, row: Row, author: str | None, commenters: dict[str, Row]) -> None:
    """Name and kind; a user who was deleted has neither id nor name."""
    who = commenters.get(author or "")
    if author == ANONYMOUS:
        comment.author_name, comment.author_kind = row.maybe_text("authorName") or "Anonymous", "guest"
    elif who is None:
        comment.author_name, comment.author_kind = row.maybe_text("authorName") or None, "deleted"
    else:
        comment.author_name, comment.author_id = who.text("name"), author
        comment.author_url = who.maybe_text("websiteUrl") or None
        comment.author_kind = "staff" if who.flag("isModerator") else "registered"
