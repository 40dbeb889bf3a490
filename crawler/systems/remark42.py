"""Remark42: a thread by its address from a JSON API, all comments of any depth in one list.

Source: `backend/app/rest/api/rest_public.go`, `backend/app/store/comment.go` and `frontend/apps/remark42/app/embed.ts`
of Remark42 1.14, and its documentation.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING, Any, ClassVar, Final
from urllib.parse import urlsplit

from archive.schema import Comment
from crawler.extract.document import Document
from crawler.systems.answers import Answer, Row
from crawler.systems.base import Batch, System, ThreadRef
from crawler.systems.fields import set_body, set_edited, set_removed, set_time
from crawler.systems.paging import by_link
from crawler.systems.places import canonical_link
from crawler.systems.reading import Reading, posting, query_of, with_query
from crawler.systems.scripts import Members, given

if TYPE_CHECKING:
    from crawler.schedule.due import KnownThread

PER_PAGE: Final = 500
"""Comments of one request; servers older than 1.14 know no `limit` and send all."""

_MARKS: Final = ("remark_config", "REMARK42", "remark42")


class Remark42(System):
    """Remark42, embedded by `/web/embed.js`."""

    name: ClassVar[str] = "remark42"
    title: ClassVar[str] = "Remark42"
    checked: ClassVar[str] = "its source (1.14), not verified live"
    marks: ClassVar[tuple[str, ...]] = _MARKS
    count_room: ClassVar[int] = 20
    """Remark42 sets no limit to their number, only to the size of the body (128 KiB in 1.14)."""

    def detect(self, document: Document) -> list[ThreadRef]:
        """The thread of a configuration and a place for it; a counter or the list of last comments is none."""
        config = _config(document)
        if document.first("#remark42") is None and not config.is_instance:
            return []
        root = document.link(config.members.get("host")) or _host(document)
        if root is None and not any(mark in document.text for mark in ("remark_config", "REMARK42")):
            return []
        root = (root or "").partition("?")[0].partition("#")[0].rstrip("/")
        site = config.members.get("site_id") or config.members.get("siteId") or "remark"
        url = config.members.get("url") or ""
        found = ThreadRef(
            system=self.name,
            tenant=f"{site}@{urlsplit(root).netloc.lower()}{urlsplit(root).path}",
            native_id=url.partition("#")[0] or _location(document.url),
            url=f"{root}/api/v1/find",
            detected_by="#remark42 remark_config",
            state="open",
            evidence={"site": site, "others": [] if url else _others(document, config.members)},
        )
        if not root:
            found.native_id, found.url = None, document.url
            found.problem = "the page's scripts compute the address of the Remark42 server"
        return [found]

    def count_request(self, threads: Sequence[KnownThread]) -> dict[str, Any] | None:
        """`countMultiCtrl`: the counts alone, from the same field as that of the list."""
        root, site = threads[0].url.removesuffix("/find"), threads[0].tenant.rpartition("@")[0]
        return posting(with_query(f"{root}/counts", site=site), [thread.native_id for thread in threads])

    def counts_of(self, answer: Answer, threads: Sequence[KnownThread], /) -> Sequence[int | None]:
        """Comments that are not removed."""
        counts = {row.text("url"): row.number("count") for row in answer.rows()}
        return [counts.get(thread.native_id or "") for thread in threads]

    async def harvest(self, ref: ThreadRef, reading: Reading) -> AsyncIterator[Batch]:
        """All comments from the oldest on.

        Where the page leaves the thread's address to the script, and there is no thread at the page's own, the
        addresses that sites derive from it are tried as well.
        """

        def following(answer: Answer) -> str | None:
            rows = answer.root.rows("comments")
            more = answer.root.maybe_number("info.count_left") or 0
            return with_query(first, offset_id=rows[-1].id("id")) if more and rows else None

        reading.walked("api:oldest")
        own = ref.native_id
        for url in (own, *ref.evidence["others"]):
            site = ref.evidence["site"]
            first = with_query(ref.url, site=site, url=url, format="plain", sort="time", limit=PER_PAGE)
            async for answer in by_link(reading, first, following):
                info = answer.root.row("info")
                ref.stated = info.number("count")
                if answer.root.rows("comments") or url == own:
                    ref.native_id = url
                    ref.state = "closed" if info.flag("read_only") else "open"
                    reading.expect(ref.stated, "visible")
                yield reading.batch(reading.comments(answer.root.rows("comments"), _comment), answer.exchange)
            if reading.met:
                return


@dataclass(frozen=True, slots=True)
class _Config:
    members: Members
    is_instance: bool = False
    """Whether a script makes an instance of it at once, wherever its place is."""


def _config(document: Document) -> _Config:
    """The configuration in scripts, or in the frame that a script has made of it."""
    members: Members = {}
    for found in given(document, *_MARKS):
        if found.name in ("remark_config", "createInstance", "remark42"):
            members |= found.members
            if found.name == "createInstance" and found.members.get("host"):
                return _Config(found.members, is_instance=True)
    frame = document.first('iframe[src*="/web/iframe.html?"]')
    if frame is not None:
        members |= query_of(frame.attributes.get("src") or "")
    return _Config(members)


def _host(document: Document) -> str | None:
    """Where the script lies, for configurations that a page does not show."""
    script = document.first('script[src*="/web/embed.js"], script[src*="/web/embed.mjs"]')
    source = document.link(script.attributes.get("src")) if script is not None else None
    return source.rpartition("/web/")[0] if source is not None else None


def _location(url: str) -> str:
    """`location.origin + location.pathname`."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path or '/'}"


def _others(document: Document, members: Members) -> list[str]:
    """Further addresses that a thread may have: the canonical one, and without or with a slash at its end."""
    own = _location(document.url)
    others = [canonical_link(document)]
    if "url" in members:
        others.append(own.rstrip("/") if own.endswith("/") else f"{own}/")
    return list(dict.fromkeys(other for other in others if other and other != own))


def _comment(row: Row) -> Comment | None:
    user = row.row("user")
    comment = Comment(native_id=row.id("id"), parent_native_id=row.text("pid") or None)
    page = row.maybe_text("locator.url")
    comment.permalink = f"{page}#remark42__comment-{comment.native_id}" if page else None
    set_time(comment, row.time("time"), observed_at=row.observed_at)
    if row.flag("delete"):
        set_removed(comment)
        comment.author_kind = "deleted"
        return comment
    comment.author_name = unescape(user.text("name"))
    comment.author_id, comment.author_kind = _author(user)
    comment.like_count = row.number("score")
    comment.is_pinned = row.flag("pin") or False
    set_body(comment, row.text("text"))
    set_edited(comment, row.time("edit.time"), observed_at=row.observed_at)
    return comment


def _author(user: Row) -> tuple[str | None, str]:
    """Id and kind; an id made of an e-mail address is kept from the archive."""
    native_id = user.id("id")
    kind = "staff" if user.flag("admin") else "guest" if native_id.startswith("anonymous_") else "registered"
    return None if native_id.startswith("email_") else native_id, kind
