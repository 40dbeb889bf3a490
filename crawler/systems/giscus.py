"""giscus: a thread is a discussion on GitHub, found by a term in its title; replies are one level deep.

With a token it is read from GitHub's GraphQL API, without one from the API of the giscus server, where its robots.txt
allows that (giscus.app's does not). Source: `client.ts`, `pages/api/discussions/`, `services/github/getDiscussion.ts`
and `lib/adapter.ts` of giscus, and GitHub's documentation of its GraphQL API.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any, ClassVar, Final
from urllib.parse import urlsplit

from archive.schema import Comment
from crawler.extract.document import Document
from crawler.systems.answers import Answer, Row
from crawler.systems.base import Batch, FetchError, System, ThreadRef
from crawler.systems.fields import set_body, set_edited, set_removed, set_time
from crawler.systems.github import (
    API,
    REPOSITORY,
    SETTING,
    document_title,
    headers,
    meta,
    pathname,
    set_author,
    with_hint,
    without_data,
)
from crawler.systems.paging import by_link
from crawler.systems.reading import Reading, query_of, with_query
from crawler.systems.scripts import Members, given

HOSTED: Final = "https://giscus.app"
GRAPHQL: Final = f"{API}/graphql"
HINT: Final = f"with {SETTING} the thread is read from GitHub itself (docs/systems/giscus.md)"

PER_PAGE: Final = 50
"""Comments of one answer. GitHub allows 100, and 500,000 nodes for a query; with 100 replies each it is 5,000."""

_FIELDS: Final = """id url createdAt lastEditedAt deletedAt isMinimized bodyHTML authorAssociation author { login url }
reactionGroups { content users { totalCount } }"""
_REPLIES: Final = f"{{ totalCount pageInfo {{ hasNextPage endCursor }} nodes {{ {_FIELDS} replyTo {{ id }} }} }}"
_DISCUSSION: Final = f"""id locked comments(first: {PER_PAGE}, after: $after) {{
totalCount pageInfo {{ hasNextPage endCursor }} nodes {{ {_FIELDS} upvoteCount replies(first: 100) {_REPLIES} }} }}"""

_BY_TERM: Final = f"""query($query: String!, $after: String) {{
search(type: DISCUSSION, last: 1, query: $query) {{ nodes {{ ... on Discussion {{ {_DISCUSSION} }} }} }} }}"""
_BY_NUMBER: Final = f"""query($owner: String!, $name: String!, $number: Int!, $after: String) {{
repository(owner: $owner, name: $name) {{ discussion(number: $number) {{ {_DISCUSSION} }} }} }}"""
_BY_ID: Final = f"""query($id: ID!, $after: String) {{
node(id: $id) {{ ... on Discussion {{ {_DISCUSSION} }} }} }}"""
_MORE_REPLIES: Final = f"""query($id: ID!, $after: String) {{
node(id: $id) {{ ... on DiscussionComment {{ replies(first: 100, after: $after) {_REPLIES} }} }} }}"""


class Giscus(System):
    """giscus, embedded by `giscus.app/client.js` or `<giscus-widget>`."""

    name: ClassVar[str] = "giscus"
    title: ClassVar[str] = "giscus"
    checked: ClassVar[str] = "its source and GitHub's documentation, not verified live"
    marks: ClassVar[tuple[str, ...]] = ("giscus", "data-repo-id")
    settings: ClassVar[tuple[str, ...]] = (SETTING,)

    def detect(self, document: Document) -> list[ThreadRef]:
        """The thread of the frame, the script, the element, or the script that a script makes."""
        for attributes in _embeds(document):
            repo = attributes.get("repo")
            if "repo" not in attributes or (repo is not None and not REPOSITORY.fullmatch(repo)):
                continue
            number, term = _number(attributes), _term(document, attributes)
            is_known = repo is not None and bool(number or term)
            origin = _origin(document, attributes)
            return [
                ThreadRef(
                    system=self.name,
                    tenant=f"github.com/{(repo or '').lower()}",
                    native_id=(f"#{number}" if number else term) if is_known else None,
                    url=f"{origin}/api/discussions",
                    detected_by="script[data-repo][data-repo-id]",
                    state="open",
                    evidence={
                        "repo": repo,
                        "number": number,
                        "term": term,
                        "category": attributes.get("category") or "",
                        "strict": attributes.get("strict") in ("1", "true"),
                    },
                    problem=None if is_known else "the page does not say which discussion holds its thread",
                )
            ]
        return []

    async def harvest(self, ref: ThreadRef, reading: Reading) -> AsyncIterator[Batch]:
        """Comments from the oldest on, each with its replies."""
        batches = self._from_github if self.options.get(SETTING) else self._from_giscus
        async for batch in batches(ref, reading):
            yield batch

    # -- the server of giscus -----------------------------------------------------------------------

    async def _from_giscus(self, ref: ThreadRef, reading: Reading) -> AsyncIterator[Batch]:
        """It sends the last 100 replies of a comment and states how many there are."""
        evidence = ref.evidence
        first = with_query(
            ref.url,
            repo=evidence["repo"],
            term=None if evidence["number"] else evidence["term"],
            number=evidence["number"],
            category=evidence["category"] or None,
            strict="true" if evidence["strict"] else None,
            first=PER_PAGE,
        )

        def following(answer: Answer) -> str | None:
            page = answer.root.row("discussion.pageInfo")
            return with_query(first, after=page.text("endCursor")) if page.flag("hasNextPage") else None

        reading.walked("api:oldest")
        try:
            async for answer in by_link(reading, first, following):
                discussion = answer.root.row("discussion")
                _state(ref, reading, discussion, discussion.number("totalCommentCount"))
                rows: list[Row] = []
                for row in discussion.rows("comments"):
                    rows += [row, *row.rows("replies")]
                    reading.expect_replies(row.id("id"), row.number("replyCount"))
                yield reading.batch(reading.comments(rows, _comment), answer.exchange)
        except FetchError as error:
            if error.status == 404 and b"Discussion not found" in error.answer and not reading.met:
                return  # nobody has commented yet
            raise with_hint(error, HINT) from None

    # -- GitHub -------------------------------------------------------------------------------------

    async def _from_github(self, ref: ThreadRef, reading: Reading) -> AsyncIterator[Batch]:
        """It sends the first 100 replies of a comment; the others are asked for."""

        def following(answer: Answer) -> dict[str, Any] | None:
            discussion = _discussion(answer)
            if discussion is None:
                return None
            return self._after(_BY_ID, discussion.id("id"), discussion.row("comments.pageInfo"))

        reading.walked("graphql:oldest")
        async for answer in by_link(reading, self._first(ref), following):
            discussion = _discussion(answer)
            if discussion is None:
                return  # nobody has commented yet
            _state(ref, reading, discussion, discussion.number("comments.totalCount"))
            rows: list[Row] = []
            cut: list[Row] = []
            for row in discussion.rows("comments.nodes"):
                rows += [row, *row.rows("replies.nodes")]
                reading.expect_replies(row.id("id"), row.number("replies.totalCount"))
                cut += [row] if row.flag("replies.pageInfo.hasNextPage") else []
            yield reading.batch(reading.comments(rows, _comment), answer.exchange)
            for row in cut:
                async for batch in self._more_replies(row, reading):
                    yield batch

    async def _more_replies(self, parent: Row, reading: Reading) -> AsyncIterator[Batch]:
        native_id = parent.id("id")

        def following(answer: Answer) -> dict[str, Any] | None:
            return self._after(_MORE_REPLIES, native_id, _node(answer).row("replies.pageInfo"))

        first = self._after(_MORE_REPLIES, native_id, parent.row("replies.pageInfo"))
        async for answer in by_link(reading, first or {}, following, parent=native_id):
            rows = _node(answer).rows("replies.nodes")
            yield reading.batch(reading.comments(rows, _comment), answer.exchange)

    def _first(self, ref: ThreadRef) -> dict[str, Any]:
        evidence = ref.evidence
        repo = evidence["repo"].lower()  # giscus: GitHub's search fails on capitals beside a category
        if evidence["number"]:
            owner, _, name = repo.partition("/")
            return self._ask(_BY_NUMBER, owner=owner, name=name, number=evidence["number"])
        term, place = evidence["term"], "in:title"
        if evidence["strict"]:
            term, place = hashlib.sha1(term.encode(), usedforsecurity=False).hexdigest(), "in:body"
        category = f"category:{_quoted(evidence['category'])}" if evidence["category"] else ""
        return self._ask(_BY_TERM, query=f"repo:{repo} {category} {place} {_quoted(term)}")

    def _after(self, query: str, native_id: str, page: Row) -> dict[str, Any] | None:
        """The request for the next page of what a node holds."""
        if not page.flag("hasNextPage"):
            return None
        return self._ask(query, id=native_id, after=page.text("endCursor"))

    def _ask(self, query: str, /, **variables: object) -> dict[str, Any]:
        return {
            "url": GRAPHQL,
            "method": "POST",
            "body": json.dumps({"query": query, "variables": variables}, ensure_ascii=False),
            "headers": headers(self.options, **{"Content-Type": "application/json"}),
        }


# -- the page ---------------------------------------------------------------------------------------


def _embeds(document: Document) -> Iterator[Members]:
    """Attributes of the embed without their `data-`: what a frame was made with first, it is surest.

    A configuration in a page's state is a thread only where the page has a place for it: it may be that of the site.
    """
    for frame in document.css('iframe.giscus-frame[src], iframe[src*="/widget?"][src*="repoId="]'):
        source = frame.attributes.get("src") or ""
        query: Members = {**query_of(source)}
        yield query | {"mapping": "number" if query.get("number") else "specific", "src": source}
    for place in document.css('script[data-repo][src*="client.js"], giscus-widget, [data-repo][data-repo-id]'):
        yield without_data(place.attributes)
    has_place = document.first('[class*="giscus"], [id*="giscus"]') is not None
    for found in given(document, "giscus", "data-repo-id", "repoId"):
        members = found.members
        if "data-repo" in members and ("data-repo-id" in members or "giscus" in str(members)):
            yield without_data(members)
        elif has_place and members.get("repo") and members.get("repoId"):
            yield members


def _number(attributes: Members) -> int | None:
    if attributes.get("mapping") != "number":
        return None
    number = attributes.get("term") or attributes.get("number") or ""
    return int(number) if number.isascii() and number.isdigit() and len(number) < 10 else None


def _term(document: Document, attributes: Members) -> str | None:
    """What the discussion's title holds (`client.ts`)."""
    mapping = attributes.get("mapping", "pathname")
    if mapping is None or mapping == "number":
        return None
    if mapping == "specific":
        return attributes.get("term") or None
    if mapping == "url":
        return document.url.partition("#")[0]
    if mapping == "title":
        return document_title(document) or None
    if mapping == "og:title":
        return meta(document, 'meta[property="og:title"]', 'meta[name="title"]') or None
    return pathname(document)


def _origin(document: Document, attributes: Members) -> str:
    source = document.link(attributes.get("host") or attributes.get("src")) or HOSTED
    parts = urlsplit(source)
    return f"{parts.scheme}://{parts.netloc}"


# -- answers ----------------------------------------------------------------------------------------


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _data(answer: Answer) -> Row:
    """The data of a GraphQL answer.

    :raises FetchError: GitHub says that it could not be had
    """
    errors = answer.root.maybe_rows("errors")
    if errors:
        reason = "blocked" if errors[0].maybe_text("type") in ("RATE_LIMITED", "FORBIDDEN") else "error"
        raise FetchError(reason, f"{answer.url}: {errors[0].maybe_text('message')}")
    return answer.root.row("data")


def _node(answer: Answer) -> Row:
    return _data(answer).row("node")


def _discussion(answer: Answer) -> Row | None:
    """The discussion of any of the three queries; None where a search found none."""
    data = _data(answer)
    if data.has("search"):
        return next(iter(data.rows("search.nodes")), None)
    return data.row("node") if data.has("node") else data.row("repository.discussion")


def _state(ref: ThreadRef, reading: Reading, discussion: Row, count: int) -> None:
    ref.state = "closed" if discussion.flag("locked") else "open"
    reading.expect(count, "top")


def _comment(row: Row) -> Comment:
    """A comment or reply as either server sends it."""
    comment = Comment(native_id=row.id("id"), permalink=row.maybe_text("url"))
    comment.parent_native_id = row.maybe_id("replyToId") or row.maybe_id("replyTo.id")
    set_time(comment, row.time("createdAt"), observed_at=row.observed_at)
    if row.time("deletedAt") is not None:
        set_removed(comment)
        comment.author_kind = "deleted"
        return comment
    set_author(comment, row.maybe_row("author"), row.maybe_text("authorAssociation"))
    likes, dislikes = _thumbs(row)
    comment.like_count = row.number("upvoteCount") if row.has("upvoteCount") else likes
    comment.dislike_count = dislikes
    if row.flag("isMinimized"):
        set_removed(comment, "removed_by_moderator")
        return comment
    set_body(comment, row.text("bodyHTML"))
    set_edited(comment, row.time("lastEditedAt"), observed_at=row.observed_at)
    return comment


def _thumbs(row: Row) -> tuple[int | None, int | None]:
    """How many thumbs are up and down."""
    groups = row.maybe_rows("reactionGroups")
    if groups is None:
        return row.maybe_number("reactions.THUMBS_UP.count"), row.maybe_number("reactions.THUMBS_DOWN.count")
    counts = {group.text("content"): group.number("users.totalCount") for group in groups}
    return counts.get("THUMBS_UP", 0), counts.get("THUMBS_DOWN", 0)
