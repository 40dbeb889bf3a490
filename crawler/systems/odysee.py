"""Odysee: the comments of a claim on LBRY, from the comment server (commentron) that the site itself asks.

Source: `commentapi/comment.go`, `commentapi/reaction.go`, `server/services/v1/comments/list.go` and `edit.go`,
`server/services/v2/reactions/list.go` and `settings/service.go` (42af760) of OdyseeTeam/commentron; `ui/comments.js`
(91464f0), `ui/constants/comment.ts` (3f8d053), `.env.defaults` (002f584), `web/src/html.ts` (fbe31d9),
`web/src/metadata/googleVideo.ts` (8a5d597) and `web/src/fetchStreamUrl.ts` (3f8d053) of OdyseeTeam/odysee-frontend.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Final
from urllib.parse import urlsplit

from archive.schema import Comment
from crawler.extract.document import Document
from crawler.extract.structured import read_structured
from crawler.systems.answers import Answer, Row
from crawler.systems.base import ENDS_READING, Batch, FetchError, System, ThreadRef
from crawler.systems.fields import set_edited, set_plain, set_removed, set_time
from crawler.systems.paging import by_number
from crawler.systems.reading import Reading, posting, with_query

if TYPE_CHECKING:
    from crawler.schedule.due import KnownThread

SITE: Final = "https://odysee.com"
API: Final = "https://comments.odysee.tv/api/v2"
CLAIMS: Final = "https://api.na-backend.odysee.com/api/v1/proxy"
"""Where the site asks about claims: whose a video is."""

PER_PAGE: Final = 200
"""Comments of one answer. The server's text says 200, its code refuses more than 600."""

PER_REACTIONS: Final = 50
"""Comments whose likes are asked for together."""

OLDEST: Final = 1
"""`sort_by`: pinned comments, then from the oldest on."""

EDITED_AFTER: Final = 5
"""A signature this much later than the comment is that of an edit, seconds: the site's own rule."""

DISABLED: Final = "comments are disabled by the creator"
MEMBERS: Final = "mismatch in is_protected"
"""What error answers say."""

_HOST = re.compile(r"(?:^|\.)odysee\.com(?::\d+)?\Z")
_CONTENT = re.compile(r"/(?:@[^/:]+(?::[0-9a-f]+)?/)?[^@$/:][^/:]*:(?P<claim>[0-9a-f]+)/?\Z")
"""Paths of videos and other content; a channel's own (`/@name:1`) is none."""
_CLAIM = re.compile(r"/(?:streams/\w+|\$/embed)/[^/]+/([0-9a-f]{40})(?![0-9a-f])")
"""The claim in the addresses of its file and its player."""


class Odysee(System):
    """A page of odysee.com that shows a video or other content."""

    name: ClassVar[str] = "odysee"
    title: ClassVar[str] = "Odysee"
    checked: ClassVar[str] = "its source and published answers, not verified live"

    def is_possible(self, document: Document) -> bool:
        """On its own hosts only."""
        return _HOST.search(document.host) is not None

    def detect(self, document: Document) -> list[ThreadRef]:
        """The claim that the page says it shows; a player's page (`/$/embed/`) shows no comments."""
        path = urlsplit(document.url).path
        if not self.is_possible(document) or path.startswith("/$/"):
            return []
        content = _CONTENT.match(path)
        claim, page = _shown(document)
        if claim is None and content is not None and len(content["claim"]) == 40:
            claim = content["claim"]
        if claim is None and content is None:
            return []
        ref = ThreadRef(
            system=self.name,
            tenant="odysee.com",
            native_id=claim,
            url=f"{API}?m=comment.List",
            detected_by="the page's VideoObject" if page else "the page's address",
            evidence={"page": page or document.url.partition("#")[0].partition("?")[0]},
        )
        if claim is None:
            ref.problem = "the page does not say the id of its claim on LBRY"
        return [ref]

    def count_request(self, threads: Sequence[KnownThread]) -> dict[str, Any] | None:
        """The oldest comment alone."""
        return _ask("comment.List", claim_id=threads[0].native_id, page=1, page_size=1, sort_by=OLDEST)

    def counts_of(self, answer: Answer, _threads: Sequence[KnownThread], /) -> Sequence[int | None]:
        """All comments, those that the server withholds too, as the ledger has them."""
        return [_result(answer).number("total_items")]

    async def harvest(self, ref: ThreadRef, reading: Reading) -> AsyncIterator[Batch]:
        """All comments from the oldest on, whatever they answer; likes for each page of them."""
        met, withheld, total = set[str](), 0, 0
        replies: dict[str, int] = {}
        likes = _Likes(reading)

        def address(page: int) -> dict[str, Any]:
            return _ask("comment.List", claim_id=ref.native_id, page=page, page_size=PER_PAGE, sort_by=OLDEST)

        def last(answer: Answer) -> int:
            found = _result(answer)  # its `total_pages` leaves the withheld ones out, which take up room all the same
            return -(-found.number("total_items") // max(found.number("page_size"), 1))

        reading.walked("api:oldest")
        async for answer in by_number(reading, address, last):
            found = _result(answer)
            ref.stated = total = found.number("total_items")
            reading.expect(total, "all")
            kept = found.maybe_number("total_filtered_items")
            hidden = max(0, total - kept) if kept is not None else 0  # of this page: by channels that are blocked
            withheld += hidden
            reading.withheld(hidden)
            if ref.state == "unknown":
                await _settle(ref, reading)
            rows = found.maybe_rows("items") or []
            replies |= {row.id("comment_id"): row.maybe_number("replies") or 0 for row in rows}
            met |= {row.id("comment_id") for row in rows}
            reactions = await likes.of([row.id("comment_id") for row in rows])
            comment_of = partial(_comment, reactions, ref.evidence["page"])
            yield reading.batch(reading.comments(rows, comment_of), answer.exchange)
        if len(met) + withheld < total:
            # Only then: the count of a comment's replies holds those that the server withholds.
            for native_id, count in replies.items():
                reading.expect_replies(native_id, count)


class _Likes:
    """Likes and dislikes by comment; after an error no more are asked for."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._is_on = True

    async def of(self, native_ids: list[str]) -> Mapping[str, Row]:
        """Reactions of comments that this visit has not met yet."""
        fresh = [native_id for native_id in native_ids if not self._reading.has(native_id)]
        found: dict[str, Row] = {}
        for start in range(0, len(fresh), PER_REACTIONS):
            if not self._is_on:
                break
            some = fresh[start : start + PER_REACTIONS]
            try:
                answer = await self._reading.json(**_ask("reaction.List", comment_ids=",".join(some)))
                told = _result(answer).row("others_reactions")
                found |= {native_id: told.row(native_id) for native_id in some}
            except FetchError as error:
                self._reading.missing(error)
                self._is_on = False
        return found


def _shown(document: Document) -> tuple[str | None, str | None]:
    """The claim of the page's video and the page's own address."""
    for video in read_structured(document).find("VideoObject"):
        for address in video.texts("contentUrl", "embedUrl"):
            claim = _CLAIM.search(address)
            if claim is not None:
                page = video.text("url") or ""
                return claim[1], page if page.startswith(f"{SITE}/") else None
    return None, None


def _ask(method: str, **params: Any) -> dict[str, Any]:
    base = CLAIMS if "." not in method else API
    return posting(f"{base}?m={method}", {"jsonrpc": "2.0", "id": 1, "method": method, "params": params})


def _result(answer: Answer) -> Row:
    """What a call gave back; errors come with status 200.

    :raises FetchError: it is an error
    """
    error = answer.root.maybe_row("error")
    if error is None:
        return answer.root.row("result")
    message = error.maybe_text("message")
    if message is not None and MEMBERS in message:
        raise FetchError("blocked", "Odysee shows the comments of this claim to its channel's members only")
    raise FetchError("error", f"{answer.url} says: {message}"[:300])


async def _settle(ref: ThreadRef, reading: Reading) -> None:
    """Whether the channel whose claim it is takes comments.

    They can be read without: where this cannot be found out the state stays unknown.
    """
    try:
        found = _result(await reading.json(**_ask("claim_search", claim_ids=[ref.native_id], page=1, page_size=1)))
        claim = next(iter(found.rows("items")), None)
        channel = None if claim is None else claim.maybe_row("signing_channel")
        enabled: bool | None = True  # a claim of nobody has nobody to switch them off
        if channel is not None:
            who = {"channel_id": channel.id("claim_id"), "channel_name": channel.text("name")}
            enabled = _result(await reading.json(**_ask("setting.Get", **who))).flag("comments_enabled")
        if claim is not None and enabled is not None:
            ref.state = "open" if enabled else "disabled"
    except FetchError as error:
        if error.reason in ENDS_READING:
            raise


def _comment(reactions: Mapping[str, Row], page: str, row: Row) -> Comment:
    native_id = row.id("comment_id")
    link = row.maybe_text("channel_url") or ""
    comment = Comment(
        native_id=native_id,
        parent_native_id=row.maybe_id("parent_id"),
        author_name=row.maybe_text("channel_name"),
        author_id=row.maybe_id("channel_id"),
        author_url=f"{SITE}/{link.removeprefix('lbry://').replace('#', ':')}" if link.startswith("lbry://") else None,
        author_kind=_kind(row),
        reply_count=row.maybe_number("replies") or 0,
        is_pinned=row.flag("is_pinned"),
        permalink=with_query(page, lc=native_id),
    )
    told = reactions.get(native_id)
    if told is not None:
        comment.like_count, comment.dislike_count = told.maybe_number("like"), told.maybe_number("dislike")
        hearts = told.maybe_number("creator_like")
        comment.is_highlighted = None if hearts is None else hearts > 0
    published, signed = row.number("timestamp"), row.maybe_number("signing_ts")
    set_time(comment, str(published), observed_at=row.observed_at)
    if row.flag("is_hidden"):
        set_removed(comment, "removed_by_moderator")
        return comment
    set_plain(comment, row.text("comment"))
    if signed is not None:
        is_later = signed > published + EDITED_AFTER
        set_edited(comment, str(signed) if is_later else None, observed_at=row.observed_at)
    return comment


def _kind(row: Row) -> str:
    if row.flag("is_creator"):
        return "creator"
    return "staff" if row.flag("is_moderator") or row.flag("is_global_mod") else "registered"
