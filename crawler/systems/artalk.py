"""Artalk: a thread by site and page key from a JSON API, in one list of comments and replies.

Source: `server/handler/comment_list.go` (02a4239), `comments_get/` (798ac17, 8d60023) and `stat.go` (12a432b),
`server/common/` (000e3d2), `internal/dao/cook.go` (c94a34f) and `internal/entity/` of ArtalkJS/Artalk, and the client
with the types of its API: artalk 2.9.1 (npm), `src/config.ts`, `src/plugins/stat.ts`, `src/comment/renders/header.ts`.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Final
from urllib.parse import urljoin, urlsplit

from archive.schema import Comment
from crawler.extract.document import Document
from crawler.systems.answers import Answer, Row, told_by
from crawler.systems.base import Batch, FetchError, System, ThreadRef
from crawler.systems.fields import set_body, set_time, typed_link
from crawler.systems.paging import by_offset
from crawler.systems.places import has_place, web_address, written_path
from crawler.systems.reading import Reading, with_query
from crawler.systems.scripts import Given, given

if TYPE_CHECKING:
    from crawler.schedule.due import KnownThread

PER_PAGE: Final = 100
"""Comments of one answer; the server sets no limit, its client asks for 20."""

API: Final = "/api/v2/"

_PLACES: Final = "#artalk, .artalk, #artalk-wrap, #artalk-container, #artalk_container, #Comments"
_CALL = re.compile(r"Artalk\.init\(|new Artalk\(")
_SHORT = re.compile(r"(?<![\w$.])pageKey\s*[,}]")
"""A key that a variable holds: `{ el, pageKey, ... }`."""


class Artalk(System):
    """Artalk on a server of its own, embedded by `Artalk.init`."""

    name: ClassVar[str] = "artalk"
    title: ClassVar[str] = "Artalk"
    checked: ClassVar[str] = "its source (2.9), not verified live"
    marks: ClassVar[tuple[str, ...]] = ("artalk", "Artalk")
    count_room: ClassVar[int] = 20
    """Artalk sets no limit: a page of links counts as many as it has."""

    def detect(self, document: Document) -> list[ThreadRef]:
        """The thread of the first call that has a place, or of a theme's state and a place."""
        options = _options(document)
        if options is None:
            return []
        key, is_guess = written_path(options.members.get("pageKey") or None, options.code.get("pageKey"), document)
        is_default = "pageKey" not in options.members
        site = (options.members.get("site") or "").strip()
        server = web_address(options.members.get("server"), document)
        root = re.sub(r"/(?:api/?)?\Z", "", server or "")
        parts = urlsplit(root)
        ref = ThreadRef(
            system=self.name,
            tenant=f"{site}@{parts.netloc.lower()}{parts.path}",
            native_id=key,
            url=with_query(f"{root}{API}comments", page_key=key, site_name=site),
            detected_by=f"server of {options.name}" if server else "Artalk's place",
            evidence={"is_guess": is_guess or (is_default and _SHORT.search(document.text) is not None)},
        )
        if server is None or not site:
            missing = "the name of its Artalk site" if server else "the address of its Artalk server"
            ref.tenant, ref.url = document.host, document.url
            ref.problem = f"the page does not say {missing}"
        return [ref]

    def count_request(self, threads: Sequence[KnownThread]) -> dict[str, Any] | None:
        """The counts alone; None for a key with a comma, at which the server parts one from the next."""
        keys = [thread.native_id or "" for thread in threads]
        if any("," in key or key != key.strip() for key in keys):
            return None
        root, site = threads[0].url.partition(API)[0], threads[0].tenant.rpartition("@")[0]
        url = with_query(f"{root}{API}stats/page_comment", site_name=site, page_keys=",".join(keys))
        return {"url": url, "headers": {"Referer": urljoin(threads[0].page, "/")}}

    def counts_of(self, answer: Answer, threads: Sequence[KnownThread], /) -> Sequence[int | None]:
        """All comments by key."""
        counts = answer.root.raw("data")
        found = [counts.get(thread.native_id) if isinstance(counts, dict) else None for thread in threads]
        return [count if type(count) is int else None for count in found]

    async def harvest(self, ref: ThreadRef, reading: Reading) -> AsyncIterator[Batch]:
        """All comments from the oldest on, whatever they answer: replies to a comment that is held come as well."""
        headers = {"Referer": urljoin(reading.shown.url, "/")}
        permalink = reading.shown.url.partition("#")[0] + "#atk-comment-"
        is_known: bool | None = None

        def address(offset: int) -> dict[str, Any]:
            url = with_query(ref.url, flat_mode="true", sort_by="date_asc", limit=PER_PAGE, offset=offset)
            return {"url": url, "headers": headers}

        def size(answer: Answer) -> int:
            """Comments of the page itself, without those that come because one on it answers them."""
            return sum(row.flag("visible") is not False for row in answer.root.rows("comments"))

        reading.walked("api:date_asc")
        try:
            async for answer in by_offset(reading, address, size, lambda it: it.root.number("count")):
                ref.stated = answer.root.number("count")
                reading.expect(ref.stated, "all")
                page = answer.root.maybe_row("page")
                if page is not None:
                    is_known = bool(page.maybe_number("id"))
                    ref.state = "closed" if page.flag("admin_only") else "open" if is_known else "unknown"
                comments = reading.comments(answer.root.rows("comments"), partial(_comment, permalink))
                yield reading.batch(comments, answer.exchange)
        except FetchError as error:
            raise _explained(error) from None
        if is_known is False and not reading.captured:
            whose = "the key that the page computes" if ref.evidence["is_guess"] else "the page's key"
            reading.gap(f"the server knows nothing of {ref.native_id}, {whose}")


def _options(document: Document) -> Given | None:
    """What the call is given that sets the thread up, and for what it leaves to expressions the theme's state."""
    found = list(given(document, "artalk", "Artalk"))
    states = [one for one in found if one.name.lower().endswith("artalk") and one.members.get("server")]
    is_called = _CALL.search(document.text) is not None
    for one in found if is_called else ():
        if one.name not in ("init", "Artalk") or not one.members.keys() & {"el", "server", "site", "pageKey"}:
            continue
        if has_place(one.members.get("el"), one.code.get("el"), document, _PLACES):
            state = states[0].members if states and not one.members.get("server") else {}
            return Given(one.name, {**one.members, **state}, one.code)
    if document.first(_PLACES.removesuffix(", #Comments")) is None:
        return None
    return states[0] if states else Given("Artalk")


def _explained(error: FetchError) -> FetchError:
    """The error with what the server says of it, e.g. that it knows no such site."""
    message = told_by(error).get("msg")
    return FetchError(error.reason, f"{error.detail}: {message}"[:300], error.status) if message else error


def _comment(permalink: str, row: Row) -> Comment | None:
    if row.flag("is_pending"):
        return None
    native_id, parent = row.id("id"), row.number("rid")
    is_verified = row.flag("is_verified")
    comment = Comment(
        native_id=native_id,
        parent_native_id=str(parent) if parent else None,
        author_name=row.maybe_text("nick"),
        author_id=row.maybe_id("user_id"),
        author_url=typed_link(row.maybe_text("link") or None),
        author_kind=None if is_verified is None else "registered" if is_verified else "guest",
        like_count=row.maybe_number("vote_up"),
        dislike_count=row.maybe_number("vote_down"),
        is_pinned=row.flag("is_pinned"),
        permalink=permalink + native_id,
    )
    # The time is written in the server's own zone, which nothing names.
    set_time(comment, row.time("date"), observed_at=row.observed_at, zone=None)
    set_body(comment, row.text("content_marked"))
    return comment
