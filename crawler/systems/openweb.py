"""OpenWeb (Spot.IM): a conversation by spot and post from a JSON API, in pages by offset; replies of replies within.

Source: the endpoints and models of OpenWeb's own iOS SDK (SpotIM/openweb-ios-sample-app, `OpenWeb-SDK/`:
`OWConversationEndpoints.swift` 2db88aa, `OWComment.swift` 070df22, `OWConversation.swift` 05b06b4, `SPUser.swift`
6054542, `OWPostId+EncodeDecode.swift` 3c21a18), its embed codes (SpotIM/spotim-integration-docs 0345b70,
SpotIM/react-sdk 6faa1d5), and public readers of the web's interface (Yahoo Finance, Fox News and others; Dailymotion:
stefancruz/GrayjayDailymotion).
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Final

from archive.schema import Comment
from crawler.extract.document import Document
from crawler.systems.answers import Answer, Row
from crawler.systems.base import Batch, FetchError, ShapeChangedError, System, ThreadRef
from crawler.systems.configuration import setting
from crawler.systems.fields import set_either, set_removed, set_time
from crawler.systems.paging import by_link
from crawler.systems.places import first_key, given_as
from crawler.systems.reading import Reading, posting, with_query

if TYPE_CHECKING:
    from crawler.schedule.due import KnownThread

API: Final = "https://api-2-0.spot.im/v1.0.0"
READ: Final = f"{API}/conversation/read"
PER_PAGE: Final = 100
"""Comments of one answer, and replies of each; readers were given 250 and more."""
LEVELS: Final = 10
"""Levels of replies that are asked for; what lies deeper, or was left out, is asked for by its parent."""

REFUSED: Final = frozenset({401, 403})
"""Some sites answer only to visitors with a token, which the widget gets for anybody (`authenticate`)."""

_DAILYMOTION = re.compile(r"https?://(?:[\w-]+\.)*dailymotion\.com(?::\d+)?/(?:[a-z]{2}/)?video/(x[0-9a-z]+)")
DAILYMOTION_SPOT: Final = "sp_vWPN1lBu"
"""Dailymotion's spot, for pages that leave it to their scripts."""

_CONVERSATIONS: Final = (
    "[data-spotim-module=conversation], [data-spotim-app=conversation], [data-openweb-module=conversation]"
)
_LAUNCHER: Final = "[data-spotim-module=spotim-launcher][data-post-id]"
_PLACES: Final = f"{_CONVERSATIONS}, {_LAUNCHER}, [data-spot-id^=sp_][data-post-id], #spotim-config"
_SPOT: Final = (
    "[data-spot-id^=sp_]@data-spot-id", r"launcher\.spot\.im/spot/(sp_\w+)", given_as("spotId", "spot_id", "spotImId"),
)  # fmt: skip
_POST: Final = ("[data-spotim-module][data-post-id]@data-post-id", "[data-spot-id^=sp_][data-post-id]@data-post-id")

_STAFF: Final = ("is_admin", "is_super_admin", "is_moderator", "is_community_moderator", "is_journalist")


class OpenWeb(System):
    """A conversation of OpenWeb in a page, and the comments of a video on Dailymotion."""

    name: ClassVar[str] = "openweb"
    title: ClassVar[str] = "OpenWeb (Spot.IM)"
    checked: ClassVar[str] = "its SDK's source and published clients, not verified live"
    marks: ClassVar[tuple[str, ...]] = ("spotim", "spot-id", "openweb-module")

    def is_possible(self, document: Document) -> bool:
        """Also on a video's page on Dailymotion, by its address alone."""
        return super().is_possible(document) or _DAILYMOTION.match(document.url) is not None

    def detect(self, document: Document) -> list[ThreadRef]:
        """The conversations whose places the page holds; a launcher without a post, or a counter, is none."""
        video = _DAILYMOTION.match(document.url)
        place = document.first(_PLACES)
        if video is None and place is None:
            return []
        spot = first_key(document, _SPOT) or (DAILYMOTION_SPOT if video else None)
        evidence = f"[{_mark_of(place)}]" if place is not None else "dailymotion.com/video/"
        posts: list[str | None] = [video[1]] if video else [*dict.fromkeys(_posts(document))] or [None]
        refs = [
            ThreadRef(system=self.name, tenant=spot or "", native_id=post, url=READ, detected_by=evidence)
            for post in posts
        ]
        for ref in refs:
            if not spot or not ref.native_id:
                missing = "whose OpenWeb conversation it is (data-spot-id)" if not spot else "its id (data-post-id)"
                ref.problem = f"the page does not say {missing}"
                ref.tenant = ref.tenant or document.host
        return refs

    def count_request(self, threads: Sequence[KnownThread]) -> dict[str, Any] | None:
        """What OpenWeb's counters in pages ask for."""
        spot, post = threads[0].tenant, encoded(threads[0].native_id or "")
        url = with_query(f"{API}/messages-count", spot_id=spot, posts_ids=post)
        return {"url": url, "headers": {"x-spot-id": spot}}

    def counts_of(self, answer: Answer, threads: Sequence[KnownThread], /) -> Sequence[int | None]:
        """Comments and replies."""
        counts, [thread] = answer.root.row("counts"), threads
        for post in (encoded(thread.native_id or ""), thread.native_id):
            if isinstance(found := counts.value.get(f"{thread.tenant}_{post}"), dict):
                row = Row(found, answer.url, answer.exchange.observed_at, "counts")
                return [row.number("comments") + row.number("replies")]
        return [None]

    async def harvest(self, ref: ThreadRef, reading: Reading) -> AsyncIterator[Batch]:
        """Comments from the oldest on with what comes below them, then the replies that were left out."""
        reading.walked("api:oldest")
        users: dict[str, Any] = {}
        above: dict[str, str] = {}
        comment_of = partial(_comment, users, above)
        async for answer in _pages(ref, reading):
            found = _conversation(answer, users)
            ref.state = "closed" if found.flag("read_only") else "open"
            ref.stated = _stated(found)
            reading.expect(ref.stated, "shown")
            rows, short = _flat(reading, found.listed("comments"), above)
            yield reading.batch(reading.comments(rows, comment_of), answer.exchange)
            while short:
                parent, offset = short.pop()
                async for more in _pages(ref, reading, parent, offset):
                    replies = _conversation(more, users).listed("comments")
                    above |= {reply.id("id"): parent for reply in replies}
                    rows, shorter = _flat(reading, replies, above)
                    short += shorter
                    yield reading.batch(reading.comments(rows, comment_of), more.exchange)


def encoded(post: str) -> str:
    """A post's id as requests name it."""
    post = post.replace("urn:uri:base64:", "urn$3Auri$3Abase64$3A")
    for character, code in ((",", ";"), ("_", "$"), (":", "~"), (" ", ""), ("/", "$2F")):
        post = post.replace(character, code)
    return post


def _mark_of(place: Any) -> str:
    """The attribute that makes an element a place, for the evidence."""
    names = ("data-spotim-module", "data-spotim-app", "data-openweb-module", "data-spot-id")
    return next((name for name in names if name in place.attributes), "id=spotim-config")


def _posts(document: Document) -> Iterator[str]:
    """The ids of the posts: of each conversation, else that of the launcher or of the page's configuration."""
    found = [(node.attributes.get("data-post-id") or "").strip() for node in document.css(_CONVERSATIONS)]
    yield from filter(None, found)
    if not any(found):
        config = document.first("#spotim-config")
        post = first_key(document, _POST) or (setting(config.text(), "uuid") if config is not None else None)
        if post:
            yield post


async def _pages(ref: ThreadRef, reading: Reading, parent: str = "", offset: int = 0) -> AsyncIterator[Answer]:
    """The pages of the conversation or of one comment's replies.

    Where the first request is refused, it is made again with the token that any visitor is given.
    """

    def ask(position: int, *, again: bool = False) -> dict[str, Any]:
        body = {
            "sort_by": "oldest", "offset": position, "count": PER_PAGE, "child_count": PER_PAGE, "depth": LEVELS,
            "parent_id": parent, "message_id": "",
        }  # fmt: skip
        return {**posting(READ, body), "headers": _headers(ref), "again": again}

    def following(answer: Answer) -> dict[str, Any] | None:
        found = answer.root.row("conversation")
        more = found.flag("has_next")
        if more is None:
            raise ShapeChangedError(answer.url, "conversation.has_next is missing")
        return ask(found.number("offset")) if more else None

    try:
        async for answer in by_link(reading, ask(offset), following, parent=parent or None):
            yield answer
    except FetchError as error:
        if error.status not in REFUSED or "token" in ref.evidence or reading.met:
            raise
        ref.evidence["token"] = await _token(ref, reading, error)
        async for answer in by_link(reading, ask(offset, again=True), following):
            yield answer


def _headers(ref: ThreadRef) -> dict[str, str]:
    headers = {"Content-Type": "application/json", "x-spot-id": ref.tenant, "x-post-id": encoded(ref.native_id or "")}
    if "token" in ref.evidence:
        headers["x-access-token"] = ref.evidence["token"]
    return headers


async def _token(ref: ThreadRef, reading: Reading, refused: FetchError) -> str:
    """What the widget gets for a visitor who is nobody.

    :raises FetchError: the refusal, where there is none
    """
    try:
        response, _ = await reading.get(f"{API}/authenticate", method="POST", headers=_headers(ref))
    except FetchError as error:
        if error.status is None:
            raise
        raise refused from error
    token = response.headers.get("x-access-token")
    if not token:
        raise refused
    return token.decode("latin-1")


def _conversation(answer: Answer, users: dict[str, Any]) -> Row:
    """What an answer says of the conversation; the users it names are added."""
    found = answer.root.row("conversation")
    named = found.maybe_row("users")
    users.update(named.value if named is not None else {})
    return found


def _stated(found: Row) -> int:
    """Comments and replies."""
    comments, replies = found.maybe_number("comments_count"), found.maybe_number("replies_count")
    return found.number("messages_count") if comments is None or replies is None else comments + replies


def _flat(reading: Reading, rows: list[Row], above: dict[str, str]) -> tuple[list[Row], list[tuple[str, int]]]:
    """Comments and what comes below them, parents first; those with more replies, and where these go on.

    :param above: the comment under which each reply comes, added to
    """
    found: list[Row] = []
    short: list[tuple[str, int]] = []
    waiting = rows[::-1]
    while waiting:
        row = waiting.pop()
        found.append(row)
        native_id, replies = row.id("id"), row.maybe_rows("replies") or []
        stated = row.maybe_number("replies_count") or 0
        reading.expect_replies(native_id, stated)
        if stated > len(replies) or row.flag("has_next"):
            short.append((native_id, (row.maybe_number("offset") or 0) if replies else 0))
        above |= {reply.id("id"): native_id for reply in replies}
        waiting += replies[::-1]
    return found, short


def _comment(users: Mapping[str, Any], above: Mapping[str, str], row: Row) -> Comment:
    native_id = row.id("id")
    parent = row.maybe_id("parent_id") or above.get(native_id)
    if parent is None and row.maybe_id("root_comment") not in (None, native_id):
        raise ShapeChangedError(row.url, f"{row.where}: a reply ({native_id}) without parent_id")
    comment = Comment(native_id=native_id, parent_native_id=parent, reply_count=row.maybe_number("replies_count"))
    set_time(comment, row.time("written_at") or row.time("time"), observed_at=row.observed_at)
    status = row.maybe_text("status") or ""
    is_refused = status == "reject" or "block" in status
    if row.flag("deleted") or is_refused:
        set_removed(comment, "removed_by_moderator" if is_refused else "removed")
        comment.author_kind = "deleted"
        return comment
    comment.author_id = row.maybe_id("user_id")
    profile = users.get(comment.author_id or "")
    user = Row(profile if isinstance(profile, dict) else {}, row.url, row.observed_at, "users")
    comment.author_name = user.maybe_text("display_name") or row.maybe_text("user_display_name")
    comment.author_kind = _kind(user)
    comment.like_count, comment.dislike_count = row.maybe_number("rank.ranks_up"), row.maybe_number("rank.ranks_down")
    comment.is_edited, comment.is_highlighted = row.flag("edited"), row.flag("featured")
    set_either(comment, "\n".join(_texts(row)))
    return comment


def _texts(row: Row) -> Iterator[str]:
    """The texts of a comment; its pictures, animations and previews of links have none."""
    for part in row.rows("content"):
        kind = part.maybe_text("type")
        text = part.text("text") if kind == "text" else part.maybe_text("text") if kind is None else None
        if text is not None:
            yield text


def _kind(user: Row) -> str | None:
    if any(user.flag(one) for one in _STAFF):
        return "staff"
    is_registered = user.flag("registered")
    return None if is_registered is None else "registered" if is_registered else "guest"
