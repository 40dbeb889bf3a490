"""The Guardian's discussion: a thread by its article's key from a JSON API, in numbered pages of top-level comments.

Source: the publisher's own client and its fixtures (guardian/dotcom-rendering, `dotcom-rendering/src/`:
`lib/discussionApi.tsx` and `types/discussion.ts` 00ca27d, `components/Island.tsx` 018cefa, `components/
DiscussionLayout.tsx` 026a2af; `fixtures/manual/discussion.ts` 161204d), guardian/frontend (`DiscussionApi.scala`), and
published readers.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Final

from archive.schema import Comment
from crawler.extract.document import Document
from crawler.systems.answers import Answer, Row, told_by
from crawler.systems.base import Batch, FetchError, System, ThreadRef
from crawler.systems.fields import set_body, set_removed, set_time
from crawler.systems.paging import ENDS_ALL, by_number
from crawler.systems.places import first_key
from crawler.systems.reading import Reading, with_query

if TYPE_CHECKING:
    from crawler.schedule.due import KnownThread

API: Final = "https://discussion.theguardian.com/discussion-api"
PER_PAGE: Final = 100
PER_COMMENT: Final = 100
"""Largest `pageSize` and `maxResponses` of the publisher's client."""

LINEAR: Final = "DISCUSSION_ONLY_AVAILABLE_IN_LINEAR_FORMAT"

_HOST = re.compile(r"https?://(?:[\w-]+\.)*(?:theguardian\.com|guardian\.co\.uk)(?:[:/]|\Z)")
_PLACES: Final = 'gu-island[name*="Discussion"], [data-discussion-key], #dsq-comments-guardian'
_COMMENTABLE = re.compile(r'"isCommentable"\s*:\s*true')
_SHORT: Final = r'"shortUrlId"\s*:\s*"(/?p/\w+)"'
_KEYS: Final = ("[data-discussion-key]@data-discussion-key", _SHORT, r'"shortUrl"\s*:\s*"[^"]*/(p/\w+)"')


class Guardian(System):
    """The discussion of an article of The Guardian."""

    name: ClassVar[str] = "guardian"
    title: ClassVar[str] = "The Guardian's discussion"
    checked: ClassVar[str] = "its client's source and fixtures, not verified live"
    count_room: ClassVar[int] = 20
    """Pages of the publisher ask for as many as they show articles."""

    def is_possible(self, document: Document) -> bool:
        """On the publisher's own hosts only."""
        return _HOST.match(document.url) is not None

    def detect(self, document: Document) -> list[ThreadRef]:
        """The discussion of a page that has a place for one, or says that it can be commented on."""
        if not self.is_possible(document):
            return []
        places = document.css(_PLACES)
        if not places and _COMMENTABLE.search(document.text) is None:
            return []
        islands = [found[1] for place in places if (found := re.search(_SHORT, place.attributes.get("props") or ""))]
        key = next(iter(islands), None) or first_key(document, _KEYS)
        key = None if key is None else f"/{key.lstrip('/')}"
        ref = ThreadRef(
            system=self.name,
            tenant="theguardian.com",
            native_id=key,
            url=f"{API}/discussion{key or ''}",
            detected_by=str(places[0].tag) if places else '"isCommentable":true',
        )
        if key is None:
            ref.problem = "the page does not say the key of its discussion (shortUrlId)"
        return [ref]

    def count_request(self, threads: Sequence[KnownThread]) -> dict[str, Any] | None:
        """What the publisher's lists of articles ask for."""
        keys = sorted(thread.native_id or "" for thread in threads)
        return {"url": with_query(f"{API}/getCommentCounts", **{"short-urls": ",".join(keys)})}

    def counts_of(self, answer: Answer, threads: Sequence[KnownThread], /) -> Sequence[int | None]:
        """The count of each thread that the answer names."""
        return [answer.root.maybe_number(thread.native_id or "") for thread in threads]

    async def harvest(self, ref: ThreadRef, reading: Reading) -> AsyncIterator[Batch]:
        """Top-level comments from the oldest on, each with up to 100 replies, then with all where it has more."""
        reading.walked("api:oldest")
        async for answer in _pages(ref, reading):
            found = answer.root.row("discussion")
            ref.state = "closed" if found.flag("isClosedForComments") else "open"
            ref.stated = found.number("commentCount")
            reading.expect(ref.stated, "shown")
            tops = found.rows("comments")
            if ref.evidence.get("is_linear"):
                yield reading.batch(reading.comments(tops, _top), answer.exchange)
                continue
            yield _batch(reading, tops, answer)
            for top in tops:
                if _has_more(top) and (whole := await _whole(reading, top)) is not None:
                    yield _batch(reading, [whole.root.row("comment")], whole)


async def _pages(ref: ThreadRef, reading: Reading) -> AsyncIterator[Answer]:
    """All pages; those of an old discussion are to be had without threads only."""
    for is_threaded in (False,) if ref.evidence.get("is_linear") else (True, False):
        address = partial(_address, ref, is_threaded=is_threaded)
        try:
            async for answer in by_number(reading, address, lambda it: it.root.number("pages")):
                yield _checked(answer)
        except FetchError as error:
            if not is_threaded or told_by(error).get("errorCode") != LINEAR:
                raise
            ref.evidence["is_linear"] = True
        else:
            return


def _address(ref: ThreadRef, number: int, *, is_threaded: bool) -> str:
    return with_query(
        ref.url,
        orderBy="oldest",
        pageSize=PER_PAGE,
        displayThreaded=str(is_threaded).lower(),
        maxResponses=PER_COMMENT,
        page=number,
    )


def _checked(answer: Answer) -> Answer:
    """An answer that is no error.

    :raises FetchError: with what the interface says
    """
    if answer.root.text("status") != "ok":
        said = answer.root.raw("errorCode") or answer.root.raw("message")
        raise FetchError("error", f"{answer.url}: an error: {said}", answer.response.status, answer.response.body)
    return answer


def _has_more(top: Row) -> bool:
    """Whether a comment has replies that did not come with it."""
    replies, stated = len(top.maybe_rows("responses") or ()), top.maybe_number("metaData.responseCount")
    return replies < stated if stated is not None else replies >= PER_COMMENT


async def _whole(reading: Reading, top: Row) -> Answer | None:
    """A comment with all its replies; None where they are not to be had, which is a gap."""
    native_id = top.id("id")
    try:
        return _checked(await reading.json(f"{API}/comment/{native_id}?displayThreaded=true&displayResponses=true"))
    except FetchError as error:
        if error.reason in ENDS_ALL:
            raise
        reading.missing(error, parent=native_id)
        return None


def _batch(reading: Reading, tops: list[Row], answer: Answer) -> Batch:
    comments: list[Comment] = []
    under: dict[str, str] = {}
    for top in tops:
        replies, native_id = top.maybe_rows("responses") or [], top.id("id")
        reading.expect_replies(native_id, top.maybe_number("metaData.responseCount"))
        under |= {reply.id("id"): native_id for reply in replies}
        comments += [*reading.comments([top], _top), *reading.comments(replies, _reply)]
    return reading.batch(comments, answer.exchange, under=under)


def _top(row: Row) -> Comment:
    """A comment of a list; one without threads holds replies as well."""
    return _comment(row, row.maybe_id("responseTo.commentId"))


def _reply(row: Row) -> Comment:
    return _comment(row, row.id("responseTo.commentId"))


def _comment(row: Row, parent: str | None) -> Comment:
    author = row.row("userProfile")
    badges = {one.maybe_text("name") for one in author.maybe_rows("badge") or ()}
    comment = Comment(
        native_id=row.id("id"),
        parent_native_id=parent,
        author_name=author.maybe_text("displayName"),
        author_id=author.maybe_id("userId"),
        author_url=author.maybe_text("webUrl"),
        author_kind="staff" if "Staff" in badges else "registered",
        like_count=row.maybe_number("numRecommends"),
        reply_count=row.maybe_number("metaData.responseCount"),
        is_highlighted=row.flag("isHighlighted"),
        permalink=row.maybe_text("webUrl"),
    )
    set_time(comment, row.time("isoDateTime"), observed_at=row.observed_at)
    status = row.text("status")
    if status == "visible":
        set_body(comment, row.text("body"))
    else:
        set_removed(comment, "removed_by_moderator" if status == "blocked" else "removed")
    return comment
