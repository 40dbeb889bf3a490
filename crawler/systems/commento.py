"""Commento and Commento++: a thread by host and path from one answer, comments of any depth in one list.

Source: `api/comment_list.go`, `api/comment_delete.go` and `frontend/js/commento.js` of Commento 1.8 and Commento++.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import ClassVar, Final
from urllib.parse import urlsplit

from archive.schema import Comment
from crawler.extract.document import Document
from crawler.systems.answers import Row
from crawler.systems.base import Batch, FetchError, System, ThreadRef
from crawler.systems.fields import set_body, set_removed, set_time
from crawler.systems.reading import Reading, posting
from crawler.systems.scripts import Members, given

SCRIPT: Final = "/js/commento.js"

HOSTED: Final = {"https://cdn.commento.io": "https://commento.io"}
"""Where a script comes from and where its API is, when the two differ."""

NOBODY: Final = "undefined"
"""What Commento writes for a link or photo that a commenter does not have."""

ANONYMOUS: Final = "anonymous"
ROOT: Final = "root"


class Commento(System):
    """Commento, embedded by `/js/commento.js`."""

    name: ClassVar[str] = "commento"
    title: ClassVar[str] = "Commento, Commento++"
    checked: ClassVar[str] = "their source (1.8), not verified live"
    marks: ClassVar[tuple[str, ...]] = ("/js/commento.js",)
    may_move: ClassVar[bool] = False

    def detect(self, document: Document) -> list[ThreadRef]:
        """The thread whose place and script the page holds; the script of counters (`count.js`) is another one."""
        script = _script(document)
        place = (script or {}).get("data-id-root") or "commento"
        if script is None or all(node.attributes.get("id") != place for node in document.css("[id]")):
            return []
        source = document.link(script["src"])
        if source is None:
            return []
        origin = source.partition(SCRIPT)[0]
        origin = HOSTED.get(origin, origin)
        page = urlsplit(document.url)
        path = script.get("data-page-id")
        ref = ThreadRef(
            system=self.name,
            tenant=f"{page.netloc.lower()}@{origin.partition('://')[2].lower()}",
            native_id=page.path or "/" if path is None else path,
            url=f"{origin}/api/comment/list",
            detected_by=f"#{place} script[src$={SCRIPT}]",
            state="open",
            evidence={"domain": page.netloc.lower(), "page": document.url.partition("#")[0]},
        )
        if path is None and "data-page-id" in script:
            ref.native_id, ref.problem = None, "the page's scripts compute the id of its Commento thread"
        return [ref]

    async def harvest(self, ref: ThreadRef, reading: Reading) -> AsyncIterator[Batch]:
        """All comments at once."""
        reading.walked("api")
        asked = {"commenterToken": ANONYMOUS, "domain": ref.evidence["domain"], "path": ref.native_id}
        answer = await reading.json(**posting(ref.url, asked))
        root = answer.root
        if root.flag("success") is False:
            raise FetchError("error", f"{ref.url}: {root.maybe_text('message')}")
        is_closed = root.flag("isFrozen") or root.flag("attributes.isLocked")
        ref.state = "closed" if is_closed else "open"
        commenters = root.row("commenters")
        sticky = root.maybe_text("attributes.stickyCommentHex")

        def comment(row: Row) -> Comment:
            return _comment(row, commenters, ref.evidence["page"], sticky)

        yield reading.batch(reading.comments(root.rows("comments"), comment), answer.exchange)


def _script(document: Document) -> Members | None:
    """Attributes of the script element, written in the page or made by another script."""
    script = document.first(f'script[src*="{SCRIPT}"]')
    if script is not None:
        return dict(script.attributes)
    return next((one.members for one in given(document, SCRIPT) if SCRIPT in (one.members.get("src") or "")), None)


def _comment(row: Row, commenters: Row, page: str, sticky: str | None) -> Comment:
    native_id, parent = row.id("commentHex"), row.id("parentHex")
    comment = Comment(native_id=native_id, parent_native_id=None if parent == ROOT else parent)
    comment.permalink = f"{page}#commento-{native_id}"
    set_time(comment, row.time("creationDate"), observed_at=row.observed_at)
    if row.flag("deleted"):
        set_removed(comment)
        comment.author_kind = "deleted"
        return comment
    author = row.id("commenterHex")
    who = commenters.row(author)
    link = who.maybe_text("link")
    comment.author_name = who.text("name")
    comment.author_url = None if link in (NOBODY, "") else link
    is_guest = author == ANONYMOUS or who.maybe_text("provider") == "anon"
    comment.author_id = None if is_guest else author
    comment.author_kind = "staff" if who.flag("isModerator") else "guest" if is_guest else "registered"
    comment.like_count = row.number("score")
    comment.is_pinned = native_id == sticky
    set_body(comment, row.text("html"))
    return comment
