"""Twikoo: a thread by its path from one function's address, top-level comments with all their replies, newest first.

Source: `index.js` and `utils/` of twikoo-func 1.7, `getUrl` of twikoo 1.7 (npm); also run for real
(docs/systems/twikoo.md).
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Final

from archive.schema import Comment
from crawler.extract.document import Document
from crawler.systems.answers import Answer, Row
from crawler.systems.base import Batch, FetchError, System, ThreadRef
from crawler.systems.fields import parent_in, set_body, set_time, typed_link, with_replies
from crawler.systems.paging import by_link
from crawler.systems.places import given_by_data, has_place, named, tenant_at, web_address, written_path
from crawler.systems.reading import Reading, posting
from crawler.systems.scripts import Given, given

if TYPE_CHECKING:
    from crawler.schedule.due import KnownThread

_COUNTERS: Final = frozenset({"getCommentsCount", "getRecentComments"})
"""Functions that count or list, and show no thread."""
_PLACES: Final = f"#tcomment, {named('twikoo')}"
_DATA: Final = ("data-env-id", "data-envid", "data-twikoo-env-id", "data-twikoo-api-url")
_MAGIC = re.compile(r"""TWIKOO_MAGIC_PATH\s*=\s*["']([^"'\\]+)["']""")
"""A path that goes before all options."""

UNKNOWN_EVENT: Final = 1001
"""`code` of an answer to an event that the server is too old for."""


class Twikoo(System):
    """Twikoo, embedded by `twikoo.init`."""

    name: ClassVar[str] = "twikoo"
    title: ClassVar[str] = "Twikoo"
    checked: ClassVar[str] = "twikoo-func 1.7 (npm) over a stand-in for its cloud database"
    marks: ClassVar[tuple[str, ...]] = ("twikoo", "Twikoo", "data-env-id", "data-envid")
    count_room: ClassVar[int] = 20
    """Twikoo sets no limit: a page of links counts as many as it has."""

    def detect(self, document: Document) -> list[ThreadRef]:
        """The thread of the first call, state or place that names an environment and has a place."""
        for environment, options in _embeds(document):
            if not environment:
                continue
            magic = _MAGIC.search(document.text)
            path, is_guess = written_path(options.members.get("path"), options.code.get("path"), document)
            ref = ThreadRef(
                system=self.name,
                tenant=environment,
                native_id=magic[1] if magic else path,
                url=document.url,
                detected_by=f"envId of {options.name or 'a script'}",
                state="open",
                evidence={"is_guess": is_guess and not magic},
            )
            if re.match(r"(?:https?:)?//", environment):
                address = web_address(environment, document)
                if address is None:
                    continue
                ref.url, ref.tenant = address, tenant_at(address)
            else:
                ref.problem = f"the Twikoo environment {environment} is reached by Tencent CloudBase's own client only"
            return [ref]
        return []

    def count_request(self, threads: Sequence[KnownThread]) -> dict[str, Any] | None:
        """The counts alone, of both spellings of each path."""
        urls = [url for thread in threads for url in _spellings(thread.native_id)]
        return _ask(threads[0].url, "GET_COMMENTS_COUNT", urls=urls, includeReply=True)

    def counts_of(self, answer: Answer, threads: Sequence[KnownThread], /) -> Sequence[int | None]:
        """All comments; None where the server is too old to say."""
        counts = {row.text("url"): row.number("count") for row in answer.root.maybe_rows("data") or ()}
        found = [[counts.get(url) for url in _spellings(thread.native_id)] for thread in threads]
        return [None if one is None or other is None else one + other for one, other in found]

    async def harvest(self, ref: ThreadRef, reading: Reading) -> AsyncIterator[Batch]:
        """Pinned comments, then top-level ones from the newest on, each with all its replies."""
        permalink = reading.shown.url.partition("#")[0] + "#"
        before: int | None = None

        def following(answer: Answer) -> Mapping[str, Any] | None:
            nonlocal before
            if not answer.root.flag("more"):
                return None
            times = [row.number("created") for row in answer.root.rows("data") if not row.flag("top")]
            if not times:
                raise FetchError("error", f"{answer.url}: there is more, but nothing to go on from")
            # A page ends anywhere among comments of one instant, so the next one begins with its last instant again.
            before = min(times) if before == min(times) + 1 else min(times) + 1
            return _ask(ref.url, "COMMENT_GET", url=ref.native_id, before=before)

        reading.walked("api:newest")
        async for answer in by_link(reading, _ask(ref.url, "COMMENT_GET", url=ref.native_id), following):
            _check(answer)
            reading.expect(answer.root.number("count"), "top")
            rows, roots = with_replies(answer.root.rows("data"), "replies", "id")
            yield reading.batch(reading.comments(rows, partial(_comment, roots, permalink)), answer.exchange)
        await _count(ref, reading)
        if ref.evidence["is_guess"] and not reading.captured:
            reading.gap(f"the page computes its path; there is nothing under {ref.native_id}")


def _embeds(document: Document) -> Iterator[tuple[str | None, Given]]:
    """Environments and the options that come with them, of calls, states of themes and places with data attributes."""
    for options in given(document, "envId"):
        if "envId" not in options.members or options.name in _COUNTERS or "urls" in options.members:
            continue
        is_named = "twikoo" in f"{options.name} {options.members}".lower()
        if options.name != "init" and not is_named and document.first(_PLACES) is None:
            continue
        if has_place(options.members.get("el"), options.code.get("el"), document, _PLACES):
            yield options.members["envId"], options
    yield from given_by_data(document, _PLACES, _DATA)


def _spellings(path: str | None) -> list[str]:
    """A path with and without its last slash: both are one thread."""
    path = path or "/"
    return [path, path.removesuffix("/") if path.endswith("/") else f"{path}/"]


def _ask(url: str, event: str, /, **values: Any) -> dict[str, Any]:
    return posting(url, {"event": event, **values})


def _check(answer: Answer) -> None:
    """Errors come with status 200.

    :raises FetchError: the answer is one
    """
    code, message = answer.root.maybe_number("code"), answer.root.raw("message")
    if code or (message and not answer.root.raw("data")):
        reason = "blocked" if message == "Too Many Requests" else "error"
        raise FetchError(reason, f"{answer.url}: error {code}: {message}")


async def _count(ref: ThreadRef, reading: Reading) -> None:
    """What the server says the count is, replies too: it is asked for both spellings of the path, as the thread is."""
    ask = _ask(ref.url, "GET_COMMENTS_COUNT", urls=_spellings(ref.native_id), includeReply=True)
    try:
        answer = await reading.json(**ask, again=True)
        if answer.root.raw("code") == UNKNOWN_EVENT:
            return
        _check(answer)
        ref.stated = sum(row.number("count") for row in answer.root.rows("data"))
    except FetchError as error:
        reading.missing(error)
        return
    reading.expect(ref.stated, "all")


def _comment(roots: Mapping[str, str], permalink: str, row: Row) -> Comment | None:
    if row.flag("isSpam"):
        return None
    native_id = row.id("id")
    comment = Comment(
        native_id=native_id,
        parent_native_id=parent_in(roots, row, native_id, "pid"),
        author_name=row.maybe_text("nick"),
        author_url=typed_link(row.maybe_text("link") or None),
        author_kind="staff" if row.flag("master") else "guest",
        like_count=row.maybe_number("ups" if row.has("ups") else "like"),
        dislike_count=row.maybe_number("downs"),
        is_pinned=row.flag("top") or False,
        permalink=permalink + native_id,
    )
    set_time(comment, row.time("created"), observed_at=row.observed_at)
    set_body(comment, row.text("comment"))
    return comment
