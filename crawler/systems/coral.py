"""Coral: a story's comments from its server's GraphQL API, by the queries that the site's own build of it may make.

A Coral server in production answers no query but those that its stream was built with, each by an id (a digest of its
text) that changes with the build and stands in the stream's script. So the build is read first: what scripts it has
(`/embed/bootstrap`), and which ids they give to the two queries of :data:`STORY` and :data:`REPLIES`. The story is
looked up, never made: the query that the stream begins with would.

Source: coralproject/talk, versions 7 to 9 (`server/src/core/server/`: `app/router/client.ts`, `graph/persisted/`,
`app/middleware/graphql/persistedQuery.ts` ce140f1, `app/handlers/api/story/count.ts` 00ea92e,
`graph/schema/schema.graphql` 0071c52, `graph/resolvers/Comment.ts` 15e8416, `graph/loaders/Comments.ts` 20d2bbe,
`models/comment/comment.ts`; `client/src/core/client/`: `embed/StreamEmbed.ts` 2b476e4,
`stream/tabs/Comments/Stream/AllCommentsTab/AllCommentsTabContainer.tsx` 0f8ad20,
`stream/tabs/Comments/ReplyList/ReplyListContainer.tsx` b6a1c06), and a published reader of a site with 9.11.8.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar, Final
from urllib.parse import urljoin, urlsplit

from archive.schema import Comment
from crawler.extract.document import Document
from crawler.systems.answers import Answer, Row, told_by
from crawler.systems.base import Batch, FetchError, ShapeChangedError, System, ThreadRef
from crawler.systems.configuration import scripts, setting
from crawler.systems.fields import set_body, set_removed, set_time
from crawler.systems.paging import by_link
from crawler.systems.places import SOURCES, canonical_link, first_key, tenant_at, web_address
from crawler.systems.reading import Reading, posting, query_of, with_query
from crawler.systems.scripts import Members, given

if TYPE_CHECKING:
    from crawler.schedule.due import KnownThread

STORY: Final = "AllCommentsTabContainerPaginationQuery"
"""The query for a page of a story's comments, each with the first replies of every level."""
REPLIES: Final = "ReplyListContainerLastFlattenedPaginationQuery"
"""The query for a page of all that is below a comment, whatever the level."""
PERSISTED: Final = "PERSISTED_QUERY"
"""What stands in the place of the query where it is named by its id."""

API: Final = "/api/graphql"

PER_PAGE: Final = 50
"""Top-level comments of one answer. The server allows 99,999, which its stream asks for."""
PER_COMMENT: Final = 100
"""Comments below one in one answer, where not all came with it."""

MAX_SCRIPTS: Final = 12
"""So many scripts of a build are looked into; builds have three or four."""
MAX_BUILDS: Final = 200
"""So many scripts are remembered by what they call the queries."""

_FIELDS: Final = """id body createdAt deleted author { id username } parent { id } editing { edited } tags { code }
actionCounts { reaction { total } }"""
_BELOW: Final = f"""orderBy: CREATED_AT_ASC, flatten: true) {{
edges {{ node {{ {_FIELDS} }} }} pageInfo {{ hasNextPage endCursor }} }}"""
_RAW: Final = {
    STORY: f"""query {STORY}($storyID: ID, $count: Int!, $cursor: Cursor) {{ story(id: $storyID) {{
id url isClosed settings {{ mode }} commentCounts {{ totalPublished }}
comments(first: $count, after: $cursor, orderBy: CREATED_AT_ASC) {{
edges {{ node {{ {_FIELDS} replies(first: 10, {_BELOW} }} }} pageInfo {{ hasNextPage endCursor }} }} }} }}""",
    REPLIES: f"""query {REPLIES}($commentID: ID!, $count: Int!, $cursor: Cursor) {{ comment(id: $commentID) {{
id replies(first: $count, after: $cursor, {_BELOW} }} }}""",
}
"""The same as queries of our own, for servers that answer any: development, `ENABLE_GRAPHIQL`, reduced security."""
_SORTED: Final = {"orderBy": "CREATED_AT_ASC", "flattenReplies": True, "refreshStream": False}
_BUILT: Final[dict[str, dict[str, Any]]] = {STORY: {**_SORTED, "tag": None, "ratingFilter": None}, REPLIES: _SORTED}
"""Further variables of the queries of a build; a server passes over those that a query does not declare."""

_PLACES: Final = "#coral_thread, #coral-embed-stream, #coralContainer"
_FRAMES: Final = "iframe, amp-iframe"
_EMBED: Final = re.compile(r"(?P<root>https?://[^\s?#]+?)/embed/stream(?:/amp)?/?(?:[?#]|\Z)")
_ROOT: Final = (
    "[data-coral-root-url]@data-coral-root-url",
    r"""["']((?:https?:)?//[^"'\s]{1,200}?)/assets/js/embed\.js""",
)

_NAMED: Final = {name: re.compile(rf'"?name"?\s*:\s*"{name}"') for name in _BUILT}
_ID: Final = r'"?id"?\s*:\s*"([\w-]{8,128})"\s*,'
_KIND: Final = r'"?operationKind"?\s*:\s*"query"'
_ID_BEFORE: Final = re.compile(rf'(?<![\w$]){_ID}\s*"?metadata"?\s*:')
_ID_BEHIND: Final = re.compile(rf"\s*,\s*{_ID}")
_KIND_BEFORE: Final = re.compile(rf"{_KIND}\s*,\s*\Z")
_KIND_BEHIND: Final = re.compile(rf"\s*,\s*{_KIND}")
"""How Relay's compiler writes what a query is called: ``id, metadata, name, operationKind`` (version 10), once
``operationKind, name, id`` (version 8)."""
MAX_METADATA: Final = 700
"""So many characters may stand between a query's id and its name."""
MAX_NAMED: Final = 20
"""So many places of a script that hold a query's name are looked at."""

_HASHED: Final = re.compile(r"\.[0-9a-f]{16,}\.(?:chunk\.)?js\Z")
_builds: Final[dict[str, dict[str, str]]] = {}
"""The ids of the queries by the address of a script whose name holds a digest of its content: it never changes, and
is some hundred thousand bytes large, so each is asked for once and not for every thread of a site."""

_STAFF: Final = frozenset({"STAFF", "ADMIN", "MODERATOR"})


class Coral(System):
    """A stream of Coral (version 5 and later, once called Talk) in a page."""

    name: ClassVar[str] = "coral"
    title: ClassVar[str] = "Coral"
    checked: ClassVar[str] = "its source (7 to 9), what its compiler writes, a published client; not verified live"
    marks: ClassVar[tuple[str, ...]] = ("coral", "Coral", "/embed/stream", "amp-iframe")
    may_move: ClassVar[bool] = False
    """Its lists go on after a time, so nothing is shifted past the reader; and where replies of a rejected comment are
    counted that nobody is sent, a second pass would find them no more than the first."""

    def detect(self, document: Document) -> list[ThreadRef]:
        """The streams that scripts set up, frames show, or places wait for; counters and version 4 are none."""
        found = {(root, story, url): place for root, story, url, place in _streams(document)}
        return [
            ThreadRef(
                system=self.name,
                tenant=tenant_at(root) if root else document.host,
                native_id=story or url,
                url=f"{root}{API}" if root else document.url,
                detected_by=place,
                evidence={"root": root, "story": story, "page": url},
                problem=None if root else "the page does not say where its Coral server is (rootURL)",
            )
            for (root, story, url), place in found.items()
        ]

    def count_request(self, threads: Sequence[KnownThread]) -> dict[str, Any] | None:
        """What Coral's counters in pages ask for; of reviews they count the ratings, which are not all comments."""
        [thread] = threads
        root = thread.url.removesuffix(API)
        return {"url": _counted(root, thread.native_id)} if root != thread.url and thread.native_id else None

    def counts_of(self, answer: Answer, _threads: Sequence[KnownThread], /) -> Sequence[int | None]:
        """All that is published; nothing where there is no such story."""
        return [answer.root.number("count") if answer.root.maybe_id("id") is not None else None]

    async def harvest(self, ref: ThreadRef, reading: Reading) -> AsyncIterator[Batch]:
        """Comments from the oldest on with what came below them, then all that is below those of which not all came."""
        root = ref.evidence["root"]
        story = ref.evidence["story"] or await _looked_up(reading, root, ref.evidence["page"])
        build = await _build(reading, root)
        reading.walked("api:oldest")
        try:
            async for batch in _comments(ref, reading, build, story):
                yield batch
        except FetchError as error:
            raise _explained(error, build) from error


# -- the place ------------------------------------------------------------------------------------------


def _streams(document: Document) -> Iterator[tuple[str | None, str | None, str, str]]:
    """The server, the story's id and address, and the evidence of each stream."""
    is_found = False
    for frame in document.css(_FRAMES):
        source = next((link for name in SOURCES if (link := document.link(frame.attributes.get(name)))), "")
        embed, query = _EMBED.match(source), query_of(source)
        if embed is not None and (query.keys() & {"storyID", "storyURL"} or source.rstrip("/").endswith("/amp")):
            is_found = True
            address = query.get("storyURL") or _address(document)
            yield embed["root"], query.get("storyID"), address, f"{frame.tag}[src*=/embed/stream]"
    for call in given(document, "createStreamEmbed"):
        if call.name == "createStreamEmbed":
            is_found = True
            root, story, url = (_written(call.members, name, document) for name in ("rootURL", "storyID", "storyURL"))
            yield _server(root, document), story, url or _address(document), "Coral.createStreamEmbed("
    place = None if is_found else document.first(_PLACES)
    if place is not None:
        root, story, url = (_set(document, name) for name in ("rootURL", "storyID", "storyURL"))
        where = f"{place.tag}#{place.attributes.get('id')}"
        yield _server(root, document), story, url or _address(document), where


def _written(members: Members, name: str, document: Document) -> str | None:
    """An option of the call; where it is an expression, what the page's scripts set under its name."""
    return _literal(members[name]) or _set(document, name) if name in members else None


def _set(document: Document, name: str) -> str | None:
    text = scripts(document)
    return _literal(setting(text, name)) or _literal(setting(text, name.replace("URL", "Url").replace("ID", "Id")))


def _literal(value: str | None) -> str | None:
    """A value as it was written for this page: a placeholder that nobody filled in is none."""
    return value.strip() or None if value is not None and "${" not in value else None


def _server(root: str | None, document: Document) -> str | None:
    """The server's address: the one that is set, else that of the embed's script."""
    root = root or first_key(document, _ROOT)
    scheme = None if root is None or root.startswith("/") else "https"
    address = web_address(root, document, default_scheme=scheme)
    return None if address is None else address.rstrip("/")


def _address(document: Document) -> str:
    """What the embed takes for the story's address where it is given none (`resolveStoryURL`)."""
    return canonical_link(document) or document.url.partition("#")[0].partition("?")[0]


# -- the story and the build ----------------------------------------------------------------------------


def _counted(root: str, story: str) -> str:
    """Where a story is counted, by its id or address; unlike the stream's own query this makes none."""
    by = "url" if urlsplit(story).netloc else "id"
    return with_query(f"{root}/api/story/count.js", **{by: story, "ref": "0"})


async def _looked_up(reading: Reading, root: str, url: str) -> str:
    """The id of the story at an address.

    :raises FetchError: there is none
    """
    found = (await reading.json(_counted(root, url))).root
    if not found.has("id"):
        raise ShapeChangedError(found.url, "id of the story is missing, and the page does not say its storyID")
    story = found.maybe_id("id")
    if story is None:
        why = f"Coral has no story of {url}: nobody has opened its stream, or its address is another"
        raise FetchError("error", why)
    return story


@dataclass(frozen=True, slots=True)
class _Build:
    """How a server is asked."""

    root: str
    ids: Mapping[str, str]
    """Its names for the queries; none where no script gives one."""
    scripts: int

    def can(self, name: str) -> bool:
        """Whether there is a way to ask: by an id of the build, or, of one without any, in so many words."""
        return name in self.ids or not self.ids

    def ask(self, name: str, **variables: Any) -> dict[str, Any]:
        """The request for a page of what a query is about."""
        url = self.root + API
        if name not in self.ids:
            return posting(url, {"query": _RAW[name], "operationName": name, "variables": variables})
        asked = {"query": PERSISTED, "id": self.ids[name], "operationName": name}
        return posting(url, {**asked, "variables": {**variables, **_BUILT[name]}})


async def _build(reading: Reading, root: str) -> _Build:
    """What the server's build of the stream calls the queries; the one that is named after the stream comes first."""
    ids: dict[str, str] = {}
    urls = sorted(await _scripts(reading, root), key=lambda url: not url.rpartition("/")[2].startswith("stream"))
    for url in urls[:MAX_SCRIPTS]:
        ids |= await _ids(reading, url)
        if ids.keys() == _BUILT.keys():
            break
    return _Build(root, ids if STORY in ids else {}, len(urls))


async def _scripts(reading: Reading, root: str) -> list[str]:
    """The scripts of the stream: as the embed is told them, before version 7 as the stream's own page names them."""
    try:
        found = (await reading.json(f"{root}/embed/bootstrap")).root
    except FetchError as error:
        if error.status != 404:
            raise
        page, _ = await reading.document(f"{root}/embed/stream")
        return [link for node in page.css("script[src]") if (link := page.link(node.attributes.get("src")))]
    base = (found.maybe_text("staticConfig.staticURI") or root).rstrip("/") + "/"
    return [urljoin(base, script.text("src").lstrip("/")) for script in found.rows("assets.js")]


async def _ids(reading: Reading, url: str) -> dict[str, str]:
    """The ids that a script gives to the queries."""
    known = _builds.get(url)
    if known is None:
        response, _ = await reading.get(url)
        known = queries_in(response.body.decode("utf-8", "replace"))
        if _HASHED.search(url) and known:
            while len(_builds) >= MAX_BUILDS:
                del _builds[next(iter(_builds))]
            _builds[url] = known
    return known


def queries_in(script: str) -> dict[str, str]:
    """The ids that a script gives to those queries that are asked for here."""
    found: dict[str, str] = {}
    for name, pattern in _NAMED.items():
        for match in islice(pattern.finditer(script), MAX_NAMED):
            before = script[max(0, match.start() - MAX_METADATA) : match.start()]
            behind = script[match.end() : match.end() + MAX_METADATA]
            id_ = _id_before(before) if _KIND_BEHIND.match(behind) else None
            if id_ is None and _KIND_BEFORE.search(before) and (once := _ID_BEHIND.match(behind)):
                id_ = once[1]
            if id_ is not None:
                found.setdefault(name, id_)
    return found


def _id_before(before: str) -> str | None:
    """The last id before a query's name, if it is no other query's."""
    ids = [*_ID_BEFORE.finditer(before)]
    return ids[-1][1] if ids and "operationKind" not in before[ids[-1].end() :] else None


def _explained(error: FetchError, build: _Build) -> FetchError:
    """An error with what the server says of it."""
    told = Row(told_by(error), "", 0).raw("error.code")
    if told == "RAW_QUERY_NOT_AUTHORIZED" and not build.ids:
        why = (
            f"none of the {build.scripts} scripts of the site's build of Coral names a query {STORY} in a way that is "
            "understood, and the server answers no others (docs/systems/coral.md)"
        )
        return FetchError("error", f"{error.detail}: {why}", error.status)
    return FetchError(error.reason, f"{error.detail}: {told}", error.status) if isinstance(told, str) else error


# -- the comments ---------------------------------------------------------------------------------------


async def _comments(ref: ThreadRef, reading: Reading, build: _Build, story: str) -> AsyncIterator[Batch]:
    def ask(cursor: Any) -> dict[str, Any]:
        return build.ask(STORY, storyID=story, count=PER_PAGE, cursor=cursor)

    def following(answer: Answer) -> dict[str, Any] | None:
        cursor = _cursor(_story(answer, story).row("comments"))
        return None if cursor is None else ask(cursor)

    async for answer in by_link(reading, ask(None), following):
        found = _story(answer, story)
        _note(ref, reading, found)
        roots: dict[str, str] = {}
        rows: list[Row] = []
        torn: set[str] = set()
        for top in _nodes(found.row("comments")):
            below, is_whole = _below(top)
            rows += [top, *below]
            roots |= {row.id("id"): top.id("id") for row in below}
            children = top.maybe_rows("allChildComments.edges")
            reading.expect_replies(top.id("id"), None if children is None else len(children))
            torn |= set() if is_whole else {top.id("id")}
        comment_of = partial(_comment, found.maybe_text("url"), roots)
        yield reading.batch(reading.comments(rows, comment_of), answer.exchange, under=roots)
        for native_id in [row.id("id") for row in rows]:
            if native_id not in torn and not reading.lacks_replies(native_id):
                continue
            async for batch in _all_below(reading, build, native_id, found.maybe_text("url")):
                yield batch


async def _all_below(reading: Reading, build: _Build, top: str, url: str | None) -> AsyncIterator[Batch]:
    """All that is below a comment, in pages; what came with it is met again."""
    if not build.can(REPLIES):
        reading.gap(f"the site's build of Coral has no query {REPLIES} for the other replies", parent=top)
        return

    def ask(cursor: Any) -> dict[str, Any]:
        return build.ask(REPLIES, commentID=top, count=PER_COMMENT, cursor=cursor)

    def following(answer: Answer) -> dict[str, Any] | None:
        comment = _data(answer).maybe_row("comment")
        cursor = None if comment is None else _cursor(comment.row("replies"))
        return None if cursor is None else ask(cursor)

    async for answer in by_link(reading, ask(None), following, parent=top):
        comment = _data(answer).maybe_row("comment")
        if comment is None:
            reading.gap("the comment was removed before all its replies were read", parent=top)
            return
        rows = list(_nodes(comment.row("replies")))
        roots = {row.id("id"): top for row in rows}
        reading.saw(roots)
        comments = reading.comments(rows, partial(_comment, url, roots))
        yield reading.batch(comments, answer.exchange, under=roots)


def _data(answer: Answer) -> Row:
    """What a query gave.

    :raises FetchError: it gave errors
    """
    errors = answer.root.maybe_rows("errors")
    if errors:
        why = errors[0].maybe_text("message") or errors[0].maybe_text("extensions.code")
        raise FetchError("error", f"{answer.url}: Coral says: {why}")
    return answer.root.row("data")


def _story(answer: Answer, story: str) -> Row:
    data = _data(answer)
    found = data.maybe_row("story") if data.has("story") else data.row("story")
    if found is None:
        raise FetchError("error", f"Coral has no story {story}: nobody has opened its stream, or its id is another")
    return found


def _note(ref: ThreadRef, reading: Reading, story: Row) -> None:
    """The thread's state and count."""
    ref.state = {True: "closed", False: "open", None: "unknown"}[story.flag("isClosed")]
    if story.maybe_text("settings.mode") == "RATINGS_AND_REVIEWS":
        ref.url = f"{ref.url.partition('?')[0]}?mode=RATINGS_AND_REVIEWS"
    counts = story.maybe_row("commentCounts") or Row({}, story.url, story.observed_at)
    stated = counts.maybe_number("totalPublishedAndVisible")
    ref.stated = counts.maybe_number("totalPublished") if stated is None else stated
    reading.expect(ref.stated, "all")
    if ref.stated is None:
        reading.gap("the answer does not say how many comments there are (commentCounts.totalPublished)")
    if story.flag("isArchiving"):
        reading.gap("Coral is moving the comments to its archive: some may be missing")


def _nodes(connection: Row) -> Iterator[Row]:
    for edge in connection.rows("edges"):
        yield edge.row("node")


def _cursor(connection: Row) -> Any:
    """Where a list goes on; None at its end."""
    more = connection.flag("pageInfo.hasNextPage")
    if more is None:
        raise ShapeChangedError(connection.url, f"{connection.where}.pageInfo.hasNextPage is missing")
    if not more:
        return None
    cursor = connection.raw("pageInfo.endCursor")
    if cursor is None:
        raise ShapeChangedError(connection.url, f"{connection.where}.pageInfo.endCursor is missing")
    return cursor


def _below(top: Row) -> tuple[list[Row], bool]:
    """What came below a comment, parents first, and whether no list of it goes on."""
    found: list[Row] = []
    is_whole = True
    waiting = [top]
    while waiting:
        replies = waiting.pop().maybe_row("replies")
        if replies is not None:
            is_whole = is_whole and _cursor(replies) is None
            nodes = list(_nodes(replies))
            found += nodes
            waiting += nodes[::-1]
    return found, is_whole


def _comment(url: str | None, roots: Mapping[str, str], row: Row) -> Comment:
    """A comment; one whose parent is not shown any more answers the top-level comment that it is below."""
    native_id = row.id("id")
    above = row.maybe_row("parent") if row.has("parent") else row.row("parent")
    comment = Comment(native_id=native_id, parent_native_id=roots.get(native_id) if above is None else above.id("id"))
    set_time(comment, row.time("createdAt"), observed_at=row.observed_at)
    comment.permalink = with_query(url, commentID=native_id) if url else None
    comment.reply_count = row.maybe_number("replyCount")
    if row.flag("deleted"):
        set_removed(comment)
        comment.author_kind = "deleted"
        return comment
    tags = {tag.maybe_text("code") for tag in row.maybe_rows("tags") or ()}
    comment.author_id, comment.author_name = row.maybe_id("author.id"), row.maybe_text("author.username")
    comment.author_kind = "staff" if tags & _STAFF else "registered"
    comment.is_highlighted = "FEATURED" in tags if row.has("tags") else None
    comment.is_edited = row.flag("editing.edited")
    comment.like_count = row.maybe_number("actionCounts.reaction.total")
    set_body(comment, row.text("body"))
    return comment
