"""Waline: a thread by its path from a JSON API, in numbered pages of top-level comments with all their replies.

Source: `src/controller/comment.js` of @waline/vercel 1.39, `@waline/client` 1.6, 2.15 and 3.15 (npm); also run for real
(docs/systems/waline.md).
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Final
from urllib.parse import urljoin

from archive.schema import Comment
from crawler.extract.document import Document
from crawler.systems.answers import Answer, Row
from crawler.systems.base import Batch, FetchError, System, ThreadRef
from crawler.systems.fields import parent_in, set_body, set_time, typed_link, with_replies
from crawler.systems.paging import Ask, by_number
from crawler.systems.places import decoded_path, given_by_data, has_place, named, tenant_at, web_address, written_path
from crawler.systems.reading import Reading, with_query
from crawler.systems.scripts import Given, given

if TYPE_CHECKING:
    from crawler.schedule.due import KnownThread

PER_PAGE: Final = 100
"""Top-level comments of one answer; the server's logic refuses more."""

HELD: Final = frozenset({"waiting", "spam"})
"""`status` of comments that only their writers see."""

_COUNTERS: Final = frozenset({"commentCount", "pageviewCount", "RecentComments", "UserList"})
"""Functions that count or list, and show no thread."""
_SHORT = re.compile(r"init\s*\(\s*\{[^{}]{0,500}(?<![\w$])serverURL\s*[,}]")
_CONSTANT = re.compile(r"""(?:const|let|var)\s+serverURL\s*=\s*["']([^"'\s]+)["']""")
_PLACES: Final = named("waline")
_DATA: Final = ("data-server-url", "data-serverurl", "data-waline-server", "data-waline-server-url")


class Waline(System):
    """Waline, in the page's own origin or another."""

    name: ClassVar[str] = "waline"
    title: ClassVar[str] = "Waline"
    checked: ClassVar[str] = "Waline 1.39 (npm), its database"
    marks: ClassVar[tuple[str, ...]] = ("Waline", "waline")
    count_room: ClassVar[int] = 20
    """Waline sets no limit; addresses of a few thousand characters pass everywhere."""

    def detect(self, document: Document) -> list[ThreadRef]:
        """The thread of the first call, state or place with data attributes that names a server and has a place."""
        for server, options in _embeds(document):
            address = web_address(server, document, default_scheme="https")
            if address is None:
                continue
            path, is_guess = written_path(options.members.get("path"), options.code.get("path"), document)
            path = decoded_path(path)
            return [
                ThreadRef(
                    system=self.name,
                    tenant=tenant_at(address),
                    native_id=path,
                    url=with_query(f"{address.rstrip('/')}/api/comment", path=path),
                    detected_by=f"serverURL of {options.name or 'a script'}",
                    state="login" if options.members.get("login") == "force" else "open",
                    evidence={"is_guess": is_guess, "is_old": False},
                )
            ]
        return []

    def count_request(self, threads: Sequence[KnownThread]) -> dict[str, Any] | None:
        """The counts alone; None for a path with a comma, at which the server parts one from the next.

        As for the list, the server is told which site asks: some answer only to their own (`SECURE_DOMAINS`).
        """
        paths = [thread.native_id or "" for thread in threads]
        if any("," in path for path in paths):
            return None
        url = with_query(threads[0].url.partition("?")[0], type="count", url=",".join(paths))
        return {"url": url, "headers": {"Referer": urljoin(threads[0].page, "/")}}

    def counts_of(self, answer: Answer, threads: Sequence[KnownThread], /) -> Sequence[int | None]:
        """All comments, in the order in which they were asked for."""
        counts = answer.root.raw("data")
        if not isinstance(counts, list) or len(counts) != len(threads):
            return [None] * len(threads)
        return [count if type(count) is int else None for count in counts]

    async def harvest(self, ref: ThreadRef, reading: Reading) -> AsyncIterator[Batch]:
        """Top-level comments from the newest on, each with all its replies."""
        reading.walked("api:newest")
        permalink = reading.shown.url.partition("#")[0] + "#"
        async for answer in _pages(ref, reading):
            found = _payload(answer)
            ref.stated = found.number("count")
            reading.expect(ref.stated, "all")
            rows, roots = with_replies(found.rows("data"), "children", "objectId")
            yield reading.batch(reading.comments(rows, partial(_comment, roots, permalink)), answer.exchange)
        if ref.evidence["is_guess"] and not ref.stated:
            reading.gap(f"the page computes its path; there is nothing under {ref.native_id}")


def _embeds(document: Document) -> Iterator[tuple[str | None, Given]]:
    """Servers and the options that come with them, of calls, states of themes and places with data attributes."""
    place = document.first(_PLACES)
    for options in given(document, "serverURL"):
        if "serverURL" not in options.members or options.name in _COUNTERS or options.code.get("el") == "null":
            continue
        if has_place(options.members.get("el"), options.code.get("el"), document, _PLACES):
            yield options.members["serverURL"] or _constant(document), options
    yield from given_by_data(document, _PLACES, _DATA)
    if place is not None and _SHORT.search(document.text):
        yield _constant(document), Given("init")


def _constant(document: Document) -> str | None:
    """`const serverURL = "..."`, for calls with `{el, serverURL}`."""
    found = _CONSTANT.search(document.text)
    return None if found is None else found[1]


async def _pages(ref: ThreadRef, reading: Reading) -> AsyncIterator[Answer]:
    """All pages. Servers up to 1.21 know the address without `/api` only, and answer without an envelope.

    Some answer only to pages of their own sites (`SECURE_DOMAINS`), so they are told which page this is.
    """
    bare = ref.url.replace("/api/comment?", "/comment?", 1)

    def last(answer: Answer) -> int:
        return _payload(answer).number("totalPages")

    headers = {"Referer": urljoin(reading.shown.url, "/")}

    def address(page: int) -> Ask:
        base = bare if ref.evidence["is_old"] else ref.url
        return {"url": with_query(base, pageSize=PER_PAGE, page=page, sortBy="insertedAt_desc"), "headers": headers}

    try:
        async for answer in by_number(reading, address, last):
            yield answer
    except FetchError as error:
        if error.status != 404 or ref.evidence["is_old"] or reading.captured:
            raise
        ref.evidence["is_old"] = True
        async for answer in by_number(reading, address, last):
            yield answer


def _payload(answer: Answer) -> Row:
    """The list, in an envelope or bare.

    :raises FetchError: the envelope holds an error
    """
    root = answer.root
    if not root.has("errno"):
        return root
    if root.number("errno"):
        raise FetchError("error", f"{answer.url}: error {root.number('errno')}: {root.raw('errmsg')}")
    return root.row("data")


def _comment(roots: Mapping[str, str], permalink: str, row: Row) -> Comment | None:
    if row.maybe_text("status") in HELD:
        return None
    native_id = row.id("objectId")
    comment = Comment(
        native_id=native_id,
        parent_native_id=parent_in(roots, row, native_id, "pid"),
        author_name=row.maybe_text("nick"),
        author_id=row.maybe_id("user_id"),
        author_url=typed_link(row.maybe_text("link") or None),
        author_kind=_kind(row),
        like_count=row.maybe_number("like"),
        is_pinned=row.raw("sticky") in (True, 1, "1", "true") if row.has("sticky") else None,
        permalink=permalink + native_id,
    )
    # Before 1.30 the time comes as the database writes it: SQL gives one without a zone, in the server's own.
    raw = row.time("time") or row.time("insertedAt") or row.time("createdAt")
    set_time(comment, raw, observed_at=row.observed_at, zone=None)
    set_body(comment, row.text("comment"))
    return comment


def _kind(row: Row) -> str:
    kind = row.maybe_text("type")
    if kind == "administrator":
        return "staff"
    return "registered" if kind or row.maybe_id("user_id") else "guest"
