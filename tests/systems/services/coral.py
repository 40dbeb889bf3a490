"""Coral's server, 7 to 9: its bootstrap, its build's scripts, its counts, and the queries that the build may make.

After coralproject/talk (see `crawler/systems/coral.py` for the files): which queries are answered, how lists are cut
(`models/comment/comment.ts`: those after a time), what a removed comment is (`services/users/delete.ts`: one with
replies is kept without author and revisions, one without is rejected). The ids change with every build.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import md5, sha256
from itertools import count
from typing import Any, ClassVar
from urllib.parse import urlsplit

from graphql_server import QueryError, run
from kit import Answer
from scrapy import Request
from service import Said, Service, json_answer, page_with, query_of

from crawler.systems.coral import Coral

ROOT = "https://talk.example.org"
CDN = "https://static.example.net/coral"
STORY = "s-9"
JAVASCRIPT = {"content-type": "application/javascript; charset=UTF-8"}

_TOP = "AllCommentsTabContainerPaginationQuery"
_BELOW = "ReplyListContainerLastFlattenedPaginationQuery"
_OTHERS = ("AllCommentsTabQuery", "PermalinkViewQuery", "ReplyListContainer1PaginationQuery", "StreamQuery")

SCHEMA: dict[str, dict[str, str | None]] = {
    "Query": {"story": "Story", "comment": "Comment"},
    "Story": {
        "id": None,
        "url": None,
        "isClosed": None,
        "closedAt": None,
        "isArchived": None,
        "isArchiving": None,
        "settings": "StorySettings",
        "commentCounts": "CommentCounts",
        "comments": "CommentsConnection",
    },
    "StorySettings": {"mode": None},
    "CommentCounts": {"totalPublished": None, "tags": "CommentTagCounts"},
    "CommentTagCounts": {"FEATURED": None},
    "CommentsConnection": {"edges": "CommentEdge", "nodes": "Comment", "pageInfo": "PageInfo"},
    "CommentEdge": {"node": "Comment", "cursor": None},
    "PageInfo": dict.fromkeys(("hasNextPage", "endCursor", "hasPreviousPage", "startCursor")),
    "Comment": {
        **dict.fromkeys(("id", "body", "createdAt", "deleted", "status", "replyCount", "rating", "permalink")),
        "author": "User",
        "parent": "Comment",
        "editing": "EditInfo",
        "tags": "Tag",
        "actionCounts": "ActionCounts",
        "replies": "CommentsConnection",
    },
    "User": dict.fromkeys(("id", "username", "avatar")),
    "EditInfo": {"edited": None},
    "Tag": {"code": None},
    "ActionCounts": {"reaction": "ReactionActionCounts"},
    "ReactionActionCounts": {"total": None},
}

_builds = count(1)


def _time(said: Said) -> str:
    return said.iso.replace("Z", ".000Z")


class CoralService(Service):
    """Version 9: told by its bootstrap, its scripts on a static host."""

    system = Coral
    page_size = 50
    reply_page_size = 10
    counts_replies = True
    keeps_stubs = True
    can_close = True
    knows = frozenset({"likes"})

    levels: ClassVar[int] = 3
    """Levels of replies that come within each other; at the last one all that is below is a list."""
    lists_children: ClassVar[bool] = True
    """Whether its top-level comments name all that is below them (`allChildComments`)."""
    has_cache: ClassVar[bool] = False
    """Whether it keeps comments in memory (`DATA_CACHE`): lists come whole then, whatever is asked for."""
    requires_ids: ClassVar[bool] = True
    """Whether it answers the build's own queries only (production)."""
    mode: ClassVar[str] = "COMMENTS"
    embed: ClassVar[str] = (
        '<div id="coral_thread"></div><script>(function() { var d = document, s = d.createElement("script");'
        f's.src = "{ROOT}/assets/js/embed.js"; s.async = false; s.defer = true; s.onload = function() {{'
        f"Coral.createStreamEmbed({{ id: 'coral_thread', autoRender: true, rootURL: '{ROOT}', storyID: '{STORY}',"
        "\n// storyURL: '${storyURL}',\n}); }; (d.head || d.body).appendChild(s); })();</script>"
    )

    def page(self) -> str:
        return page_with(self.embed)

    def answer(self, request: Request) -> Answer | None:
        parts = urlsplit(request.url)
        address = f"{parts.scheme}://{parts.netloc}{parts.path}"
        if address == f"{ROOT}/api/graphql" and request.method == "POST":
            return self._graphql(json.loads(request.body))
        if address == f"{ROOT}/api/story/count.js":
            return self._count(query_of(request.url))
        return self.static(address)

    # -- the build ------------------------------------------------------------------------------------

    def names(self) -> tuple[str, ...]:
        """The queries of the stream."""
        return (*_OTHERS, _TOP, _BELOW)

    def id_of(self, name: str) -> str:
        return md5(f"{type(self).__name__} {name}".encode(), usedforsecurity=False).hexdigest()

    def params(self, name: str) -> str:
        """What Relay's compiler writes of a query (9 and later), as it is minified."""
        return f'params:{{id:"{self.id_of(name)}",metadata:{{}},name:"{name}",operationKind:"query",text:null}}'

    def script(self) -> str:
        """The stream's script; mutations are written as queries are."""
        mutation = 'params:{id:"00000000000000000000000000000000",metadata:{},name:"CreateCommentMutation",operationKind:"mutation",text:null}'
        nodes = [f'{{kind:"Request",operation:{{name:"{name}"}},{self.params(name)}}}' for name in self.names()]
        return f'(this.coralWebpackJsonp=this.coralWebpackJsonp||[]).push([[1],[{{kind:"Request",{mutation}}},{",".join(nodes)}]]);'

    def static(self, address: str) -> Answer | None:
        """The bootstrap names scripts by a digest of their content; here each visit meets another build."""
        if address == f"{ROOT}/embed/bootstrap":
            digest = sha256(f"{next(_builds)}".encode()).hexdigest()[:32]
            names = [f"assets/js/vendors~stream.{digest}.chunk.js", f"assets/js/stream.{digest}.js"]
            told = {"staticURI": CDN, "featureFlags": [], "tenantDomain": "talk.example.org", "flattenReplies": False}
            assets = {"js": [{"src": name} for name in names], "css": [{"src": f"assets/css/stream.{digest}.css"}]}
            return json_answer({"locale": "en-US", "assets": assets, "disableDefaultFonts": False, "staticConfig": told})
        name = address.removeprefix(f"{CDN}/assets/js/")
        if name != address:
            text = self.script() if name.startswith("stream.") else "/*! vendors */"
            return 200, JAVASCRIPT, text.encode()
        return None

    # -- the API --------------------------------------------------------------------------------------

    def _count(self, query: dict[str, str]) -> Answer:
        if "ref" not in query or not query.keys() & {"id", "url"}:
            return json_answer({"error": {"code": "VALIDATION"}}, 400)
        is_it = query["id"] == STORY if "id" in query else query["url"] == self.url
        number = self.counted() if is_it else 0
        html = {"countHtml": "<span>COMMENT_COUNT</span>", "textHtml": "<span>Comments</span>"}
        return json_answer({"ref": query["ref"], **html, "count": number, "id": STORY if is_it else None})

    def _graphql(self, asked: dict[str, Any]) -> Answer:
        self._learn()
        root = {"story": self._story, "comment": self._one}
        if asked.get("query") in ("", "PERSISTED_QUERY") and asked.get("id"):
            name = next((name for name in self.names() if self.id_of(name) == asked["id"]), None)
            if name is None:
                return json_answer({"error": {"code": "PERSISTED_QUERY_NOT_FOUND", "message": "not found"}}, 400)
            return json_answer({"data": self._built(name, asked["variables"])})
        if self.requires_ids:
            return json_answer({"error": {"code": "RAW_QUERY_NOT_AUTHORIZED", "message": "You are not authorized"}}, 400)
        try:
            return json_answer({"data": run(asked["query"], asked["variables"], SCHEMA, root)})
        except QueryError as error:
            return json_answer({"errors": [{"message": str(error)}]}, 400)

    def _built(self, name: str, variables: dict[str, Any]) -> dict[str, Any] | None:
        """What the build's query gives."""
        size, after, flat = variables["count"], variables.get("cursor"), variables["flattenReplies"]
        assert variables["orderBy"] == "CREATED_AT_ASC"
        if name == _TOP:
            if variables.get("storyID") != STORY:
                return {"story": None}
            assert variables.get("tag") is variables.get("ratingFilter") is None
            comments = self._page(self.top(), size, after, lambda said: self._nested(said, self.levels, flat=flat))
            settings = {"live": {"enabled": True}, "mode": self.mode}
            counts = {"totalPublished": self.counted(), "tags": {"REVIEW": 0, "QUESTION": 0}}
            story = {"id": STORY, "url": self.url, "isClosed": self.is_closed, "closedAt": None, "isArchiving": False}
            return {"story": {**story, "isArchived": False, "settings": settings, "commentCounts": counts, "comments": comments}}
        assert name == _BELOW, f"{name} is of no use here"
        if variables["commentID"] not in {said.id for said in self.shown}:
            return {"comment": None}
        rows = self.descendants(variables["commentID"]) if flat else self.below(variables["commentID"])
        replies = self._page(sorted(rows, key=lambda one: one.at), size, after, self._leaf)
        return {"comment": {"id": variables["commentID"], "status": "NONE", "replies": replies}}

    def _nested(self, said: Said, levels: int, *, flat: bool) -> dict[str, Any]:
        """A comment with the first ten replies, each with the first ten of its own, down to a level."""
        row = self._leaf(said)
        if said.parent is None and self.lists_children:
            edges = [{"node": {"id": one.id, "ancestorIDs": self._above(one)}} for one in self._under.get(said.id, ())]
            row["allChildComments"] = {"edges": edges}
        if levels:
            return row | {"replies": self._page(self.below(said.id), 10, None, lambda one: self._nested(one, levels - 1, flat=flat))}
        if flat:
            below = sorted(self.descendants(said.id), key=lambda one: one.at)
            return row | {"replies": self._page(below, 10, None, self._leaf)}
        return row

    def _learn(self) -> None:
        """What every row of an answer needs: which comments there are, and what is below those at the top."""
        self._by_id = {one.id: one for one in self.comments}
        self._ids = {one.id for one in self.shown}
        self._under: dict[str, list[Said]] = {}
        for one in self.comments:
            if one.parent is not None and self._is_kept(one):
                self._under.setdefault(self._above(one)[-1], []).append(one)

    def _above(self, said: Said) -> list[str]:
        found: list[str] = []
        while said.parent is not None:
            found.append(said.parent)
            said = self._by_id[said.parent]
        return found

    def _page(
        self, rows: list[Said], size: int, after: str | None, make: Callable[[Said], dict[str, Any]]
    ) -> dict[str, Any]:
        """Those after a time; all of them where the server keeps them in memory."""
        assert 0 < size <= 99_999
        left = [said for said in rows if after is None or _time(said) > after]
        page = left if self.has_cache else left[:size]
        info = {"hasNextPage": len(left) > len(page), "endCursor": _time(page[-1]) if page else None}
        edges = [{"node": {**make(said), "__typename": "Comment"}, "cursor": _time(said)} for said in page]
        return {"edges": edges, "pageInfo": info}

    def _leaf(self, said: Said) -> dict[str, Any]:
        return {
            "id": said.id,
            "author": None if said.is_removed else {"id": f"u-{said.id}", "username": said.author, "avatar": None},
            "parent": {"id": said.parent, "author": None} if said.parent in self._ids else None,
            "body": None if said.is_removed else f"<div>{said.text}</div>",
            "createdAt": _time(said),
            "status": "APPROVED" if said.is_removed else "NONE",
            "editing": {"edited": said.edited_at is not None, "editableUntil": None},
            "tags": [],
            "deleted": said.is_removed,
            "actionCounts": {"reaction": {"total": said.likes}},
            "viewerActionPresence": None,
        }

    # -- queries in so many words ----------------------------------------------------------------------

    def _story(self, *, id: str) -> dict[str, Any] | None:  # noqa: A002 (Coral's name)
        settings, counts = {"mode": self.mode}, {"totalPublished": self.counted()}
        story = {"id": STORY, "url": self.url, "isClosed": self.is_closed, "settings": settings, "commentCounts": counts}
        return {**story, "comments": self._connected(self.top())} if id == STORY else None

    def _one(self, *, id: str) -> dict[str, Any] | None:  # noqa: A002 (Coral's name)
        said = next((one for one in self.shown if one.id == id), None)
        return None if said is None else self._open(said)

    def _open(self, said: Said) -> dict[str, Any]:
        def replies(*, flatten: str = "false", **arguments: Any) -> dict[str, Any]:
            rows = sorted(self.descendants(said.id), key=lambda one: one.at) if flatten == "true" else self.below(said.id)
            return self._connected(rows)(**arguments)

        return self._leaf(said) | {"replies": replies}

    def _connected(self, rows: list[Said]) -> Any:
        def page(*, first: int = 10, after: str | None = None, orderBy: str = "CREATED_AT_DESC") -> dict[str, Any]:
            assert orderBy == "CREATED_AT_ASC"
            return self._page(rows, first, after, self._open)

        return page


class OldCoralService(CoralService):
    """Before version 7: a page of its own for its frame, another compiler, nothing said of all that is below."""

    counts_replies = False
    lists_children = False
    embed = f'<iframe data-src="{ROOT}/embed/stream?storyID={STORY}&amp;storyURL=https%3A%2F%2Fnews.example.org%2F"></iframe>'

    def params(self, name: str) -> str:
        return f'params:{{operationKind:"query",name:"{name}",id:"{self.id_of(name)}",text:null,metadata:{{}}}}'

    def static(self, address: str) -> Answer | None:
        if address == f"{ROOT}/embed/bootstrap":
            return 404, {"content-type": "text/html"}, b"Not found"
        if address == f"{ROOT}/embed/stream":
            scripts = "".join(f'<script src="/assets/js/{name}.js"></script>' for name in ("vendors", "stream"))
            page = f'<!doctype html><title>Coral</title><div id="app"></div>{scripts}'
            return 200, {"content-type": "text/html"}, page.encode()
        if address.startswith(f"{ROOT}/assets/js/"):
            return 200, JAVASCRIPT, (self.script() if "stream" in address else "").encode()
        return None


class CachingCoralService(CoralService):
    """With all comments in memory: lists are not cut, and a page names the address of its story only."""

    page_size = 0
    reply_page_size = 0
    has_cache = True
    mode = "QA"
    embed = (
        '<div id="coral_thread"></div><script>window.onload = function () { Coral.createStreamEmbed({ id: "coral_thread",'
        f"rootURL: '{ROOT}/', storyMode: 'QA', storyURL: '{Service.url}' }}); }};</script>"
    )


class OpenCoralService(CoralService):
    """A server that answers any query, of a build that gives its queries no ids."""

    counts_replies = False
    requires_ids = False

    def params(self, name: str) -> str:
        return f'params:{{cacheID:"{self.id_of(name)}",id:null,metadata:{{}},name:"{name}",operationKind:"query",text:"query {name}"}}'
