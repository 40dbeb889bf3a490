"""Viafoura: a conversation by site and container from a JSON API, by cursor from the newest comment on.

Source: Viafoura's documentation (documentation.viafoura.com: `container-ids`), and published readers of its open
interface: pmyteh/RISJbot `RISJbot/spiders/uk/liverpoolecho.py` d04db43, and those of AP News, The Telegraph (written by
the interface's OpenAPI definition, with what it measured), Clarín, La Nación and GB News.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Final
from urllib.parse import quote

from archive.schema import Comment
from crawler.extract.document import Document
from crawler.systems.answers import Answer, Row
from crawler.systems.base import Batch, FetchError, ShapeChangedError, System, ThreadRef
from crawler.systems.fields import set_body, set_removed, set_time
from crawler.systems.paging import ENDS_ALL, MAX_FAILED, by_link
from crawler.systems.places import first_key
from crawler.systems.reading import Reading, posting, with_query

if TYPE_CHECKING:
    from crawler.schedule.due import KnownThread

AUTHORS: Final = "VIAFOURA_AUTHORS"
ROOM: Final = 200
"""Writers of a thread whose names are asked for, where the setting says nothing."""

BOOTSTRAP: Final = "https://api.viafoura.co/v2"
LIVE: Final = "https://livecomments.viafoura.co/v4/livecomments"
PEOPLE: Final = "https://iam.viafoura.co/v3/sections"
PER_PAGE: Final = 100
PER_COMMENT: Final = 50
"""Largest `limit` (of top-level comments) and `reply_limit`, as others have measured them."""

_CONVERSATIONS: Final = "vf-conversations, vf-widget[widget-id=conversations], .vf-conversations, #vf-comments"
_DOMAIN: Final = ("meta[name='vf:domain']@content", "meta[property='vf:domain']@content")
_CONTAINER: Final = (
    "meta[name='vf:container_id']@content", "meta[property='vf:container_id']@content",
    "[data-vf-container-id]@data-vf-container-id", r"ViafouraArticleCommentCount\('([^']{1,200})'",
)  # fmt: skip


class Viafoura(System):
    """A conversation of Viafoura in a page."""

    name: ClassVar[str] = "viafoura"
    title: ClassVar[str] = "Viafoura"
    checked: ClassVar[str] = "its documentation and published clients, not verified live"
    marks: ClassVar[tuple[str, ...]] = ("vf-conversations", "vf-widget", "vf-comments")
    settings: ClassVar[tuple[str, ...]] = (AUTHORS,)

    def detect(self, document: Document) -> list[ThreadRef]:
        """The conversations whose places the page holds; the script, counters, chats and lists of articles are none."""
        places = document.css(_CONVERSATIONS)
        if not places:
            return []
        host = document.host
        domain = first_key(document, _DOMAIN)
        own = [(place.attributes.get("vf-container-id") or "").strip() for place in places]
        containers: list[str | None] = [*dict.fromkeys(filter(None, own))] or [first_key(document, _CONTAINER)]
        return [
            ThreadRef(
                system=self.name,
                tenant=domain or host,
                native_id=container,
                url=LIVE,
                detected_by=str(places[0].tag),
                evidence={"domains": _domains(host) if domain is None else [domain]},
                problem=None if container else "the page does not say the id of its Viafoura thread (vf:container_id)",
            )
            for container in containers
        ]

    def count_request(self, threads: Sequence[KnownThread]) -> dict[str, Any] | None:
        """The thread's own record, whose address a visit learns."""
        [thread] = threads
        return {"url": thread.url} if thread.url.startswith(f"{LIVE}/") else None

    def counts_of(self, answer: Answer, _threads: Sequence[KnownThread], /) -> Sequence[int | None]:
        """Comments and replies that are visible."""
        return [answer.root.number("total_visible_content")]

    async def harvest(self, ref: ThreadRef, reading: Reading) -> AsyncIterator[Batch]:
        """Comments from the newest on with up to 50 replies each, then the other replies; names as they are met."""
        section = await _section(ref, reading)
        container = await _container(ref, reading, section)
        comments = f"{LIVE}/{section}/{container}/comments"
        room = self.options.get(AUTHORS)
        people = _People(f"{PEOPLE}/{section}/users/", ROOM if room is None else int(room))
        tree = _Tree(container)
        reading.walked("api:newest")
        async for answer in _pages(reading, comments, tree, reply_limit=PER_COMMENT, sorted_by="newest"):
            yield await _batch(reading, answer, tree, people)
            async for batch in _left_out(reading, comments, tree, people):
                yield batch
        if tree.visible != ref.stated:
            await _container(ref, reading, section, again=True)


def _domains(host: str) -> list[str]:
    """What a site may be known as: some are by their whole host, some without ``www.``."""
    return [host, host.removeprefix("www.")] if host.startswith("www.") else [host]


async def _section(ref: ThreadRef, reading: Reading) -> str:
    """The uuid of the site, by its domain."""
    domain, *others = ref.evidence["domains"]
    url = with_query(f"{BOOTSTRAP}/{domain}/bootstrap/v2", session="false")
    asked = {"section": "", "section_tree": "", "session": "false"}
    try:
        return _site(await reading.json(**posting(url, asked)))
    except FetchError as error:
        if error.reason != "error" or not others:
            raise
        ref.evidence["domains"] = others
        return await _section(ref, reading)


def _site(answer: Answer) -> str:
    status = answer.root.maybe_number("http_status")
    if status not in (None, 200):
        raise FetchError("error", f"{answer.url}: status {status} in the answer", status)
    found = answer.root.row("result")
    return found.maybe_id("settings.site_uuid") or found.id("sectionTree.uuid")


async def _container(ref: ThreadRef, reading: Reading, section: str, *, again: bool = False) -> str:
    """The uuid of the thread; notes how many comments it has.

    :raises FetchError: there is none with the page's id, or it cannot be asked for
    """
    ref.url = with_query(f"{LIVE}/{section}/contentcontainer/id", container_id=ref.native_id)
    try:
        found = (await reading.json(ref.url, again=again)).root
    except FetchError as error:
        if error.status == 404:
            why = f"Viafoura has no thread {ref.native_id} (status 404): nobody has commented, or its id is another"
            raise FetchError("error", why, error.status) from error
        raise
    ref.state = "disabled" if found.flag("settings.is_hidden") else "open"
    ref.stated = found.number("total_visible_content")
    reading.expect(ref.stated, "visible")
    return found.id("content_container_uuid")


def _pages(reading: Reading, url: str, tree: _Tree, parent: str | None = None, **query: Any) -> AsyncIterator[Answer]:
    """The pages of a list, each from the last comment of the one before on."""

    def following(answer: Answer) -> str | None:
        more = answer.root.flag("more_available")
        if more is None:
            raise ShapeChangedError(answer.url, "more_available is missing")
        if not more:
            return None
        own = [row.id("content_uuid") for row in answer.root.listed("contents") if parent or tree.is_top(row)]
        if not own:
            raise FetchError("error", f"{answer.url}: there is more, but nothing to go on from")
        return with_query(url, limit=PER_PAGE, **query, starting_from=own[-1])

    return by_link(reading, with_query(url, limit=PER_PAGE, **query), following, parent=parent)


async def _left_out(reading: Reading, url: str, tree: _Tree, people: _People) -> AsyncIterator[Batch]:
    """The replies of comments that have more than came with them."""
    while (parent := tree.next_short()) is not None:
        async for answer in _pages(reading, f"{url}/{parent}", tree, parent):
            yield await _batch(reading, answer, tree, people)


async def _batch(reading: Reading, answer: Answer, tree: _Tree, people: _People) -> Batch:
    """The comments of an answer; replies stand behind their comments, or within them."""
    rows: list[Row] = []
    for row in answer.root.listed("contents"):
        rows += [row, *(row.maybe_rows("replies.contents") or ())]
    await people.meet(reading, rows)
    comments = reading.comments(rows, lambda row: _comment(row, tree, people))
    under: dict[str, str] = {}
    for comment in comments:
        native_id = comment.native_id or ""
        if comment.parent_native_id is None:
            reading.expect_replies(native_id, comment.reply_count)
        else:
            under[native_id] = tree.root(native_id)
    return reading.batch(comments, answer.exchange, under=under)


def _comment(row: Row, tree: _Tree, people: _People) -> Comment | None:
    native_id, text = row.id("content_uuid"), row.maybe_text("content")
    is_shown = row.maybe_text("state") in (None, "visible") and row.maybe_text("simplified_state") in (None, "visible")
    if text is not None and not is_shown:
        return None
    comment = Comment(
        native_id=native_id,
        parent_native_id=None if tree.is_top(row) else row.id("parent_uuid"),
        reply_count=row.maybe_number("total_replies"),
    )
    set_time(comment, row.time("date_created") or row.time("time"), observed_at=row.observed_at)
    tree.add(native_id, comment.parent_native_id, comment.reply_count or 0, is_visible=text is not None)
    if text is None:
        set_removed(comment)
        comment.author_kind = "deleted"
        return comment
    comment.author_id = row.maybe_id("actor_uuid")
    comment.author_name = row.maybe_text("actor.name") or people.names.get(comment.author_id or "")
    comment.like_count, comment.dislike_count = row.maybe_number("total_likes"), row.maybe_number("total_dislikes")
    comment.is_edited, comment.is_pinned = row.flag("is_edited"), row.flag("is_pinned")
    comment.is_highlighted = row.flag("is_picked")
    set_body(comment, text)
    return comment


@dataclass(slots=True)
class _Tree:
    """Which comments were met, what is below each, and whose replies may have to be asked for."""

    container: str
    parents: dict[str, str | None] = field(default_factory=dict)
    below: Counter[str] = field(default_factory=Counter)
    stated: deque[tuple[str, int]] = field(default_factory=deque)
    visible: int = 0

    def is_top(self, row: Row) -> bool:
        return row.id("parent_uuid") == self.container

    def add(self, native_id: str, parent: str | None, replies: int, *, is_visible: bool) -> None:
        if native_id in self.parents:
            return
        self.parents[native_id] = parent
        self.visible += is_visible
        if replies:
            self.stated.append((native_id, replies))
        for above in self._above(native_id):
            self.below[above] += 1 + self.below[native_id]

    def root(self, native_id: str) -> str:
        """The comment at the top, as far as those between were met."""
        return [native_id, *self._above(native_id)][-1]

    def next_short(self) -> str | None:
        """A comment with more replies than were met, each once; those above come first."""
        while self.stated:
            native_id, stated = self.stated.popleft()
            if stated > self.below[native_id]:
                return native_id
        return None

    def _above(self, native_id: str) -> list[str]:
        found: dict[str, None] = {}
        parent = self.parents.get(native_id)
        while parent is not None and parent not in found and parent != native_id:
            found[parent] = None
            parent = self.parents.get(parent)
        return list(found)


@dataclass(slots=True)
class _People:
    """The names of writers, which comments do not hold: a request for each, for so many of a thread."""

    address: str
    room: int
    names: dict[str, str | None] = field(default_factory=dict)
    failed: int = 0

    async def meet(self, reading: Reading, rows: Iterable[Row]) -> None:
        """Ask for the names of those who were not met yet. One that is not to be had is a gap; who is gone has none."""
        for row in rows:
            writer = row.raw("actor_uuid")
            is_named = row.raw("actor.name") is not None or row.raw("content") is None
            if is_named or not isinstance(writer, str) or writer in self.names:
                continue
            if self.room <= 0 or self.failed == MAX_FAILED:
                return
            self.room -= 1
            self.names[writer] = None
            try:
                answer = await reading.json(self.address + quote(writer, safe=""))
                self.names[writer] = answer.root.maybe_text("preferred_username")
                self.failed = 0
            except FetchError as error:
                if error.status != 404:
                    reading.missing(error)
                    self.failed = MAX_FAILED if error.reason in ENDS_ALL else self.failed + 1
