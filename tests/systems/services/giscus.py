"""giscus: its own API (`pages/api/discussions/index.ts`, `lib/adapter.ts`), and GitHub's GraphQL API of discussions.

Both are made from the same discussion; the fields of GitHub's types are those of its documentation (Discussion,
DiscussionComment).
"""

from __future__ import annotations

import json
from typing import Any, ClassVar
from urllib.parse import urlsplit

from graphql_server import QueryError, connection, run
from kit import Answer
from scrapy import Request
from service import Said, Service, json_answer, page_with, query_of

from crawler.systems.giscus import Giscus

TERM = "2021/07/a-video/"
TOKEN = "ghp_a-token-of-the-operator"

_COMMENT = dict.fromkeys(
    [
        "id",
        "url",
        "createdAt",
        "lastEditedAt",
        "deletedAt",
        "isMinimized",
        "minimizedReason",
        "bodyHTML",
        "body",
        "authorAssociation",
        "upvoteCount",
    ]
) | {
    "author": "Actor",
    "reactionGroups": "ReactionGroup",
    "replies": "DiscussionCommentConnection",
    "replyTo": "DiscussionComment",
}
SCHEMA: dict[str, dict[str, str | None]] = {
    "Query": {"search": "SearchResultItemConnection", "repository": "Repository", "node": "Node"},
    "SearchResultItemConnection": {"discussionCount": None, "nodes": "SearchResultItem"},
    "SearchResultItem": {},
    "Node": {"id": None},
    "Repository": {"discussion": "Discussion"},
    "Discussion": {
        "id": None,
        "number": None,
        "locked": None,
        "title": None,
        "url": None,
        "comments": "DiscussionCommentConnection",
    },
    "DiscussionCommentConnection": {"totalCount": None, "pageInfo": "PageInfo", "nodes": "DiscussionComment"},
    "PageInfo": dict.fromkeys(("hasNextPage", "endCursor", "hasPreviousPage", "startCursor")),
    "DiscussionComment": _COMMENT,
    "Actor": dict.fromkeys(("login", "url", "avatarUrl")),
    "ReactionGroup": {"content": None, "users": "ReactingUserConnection"},
    "ReactingUserConnection": {"totalCount": None},
}


class _Discussion(Service):
    """The discussion that both APIs tell of."""

    system = Giscus
    page_size = 50
    max_depth = 2
    counts_replies = True
    keeps_stubs = True
    can_close = True
    knows = frozenset({"edited"})

    def page(self) -> str:
        return page_with(
            '<script src="https://giscus.app/client.js" data-repo="News/comments" data-repo-id="R_1" '
            'data-category="Announcements" data-category-id="DIC_1" data-mapping="pathname" data-strict="0" '
            'data-reactions-enabled="1" data-emit-metadata="0" data-input-position="bottom" data-theme="light" '
            'data-lang="en" crossorigin="anonymous" async></script>'
        )

    def there(self) -> bool:
        """Whether anybody has commented or reacted yet: before that there is no discussion."""
        return bool(self.comments) or self.is_closed

    def comment(self, said: Said) -> dict[str, Any]:
        """A comment as GitHub has it, without its replies."""
        edited = None if said.edited_at is None else Said(said.id, at=said.edited_at).iso
        up = [] if said.is_removed else [{"content": "THUMBS_UP", "users": {"totalCount": said.likes}}]
        return {
            "id": said.id,
            "url": f"https://github.com/News/comments/discussions/7#discussioncomment-{said.id}",
            "createdAt": said.iso,
            "lastEditedAt": edited,
            "deletedAt": said.iso if said.is_removed else None,
            "isMinimized": False,
            "bodyHTML": "" if said.is_removed else f'<p dir="auto">{said.text}</p>',
            "authorAssociation": "NONE",
            "author": {"login": said.author, "url": f"https://github.com/{said.author}", "avatarUrl": "a"},
            "upvoteCount": said.likes,
            "reactionGroups": [*up, {"content": "THUMBS_DOWN", "users": {"totalCount": 0}}],
        }


class GiscusApiService(_Discussion):
    """Without a token: giscus.app/api/discussions."""

    def answer(self, request: Request) -> Answer | None:
        parts = urlsplit(request.url)
        if f"{parts.scheme}://{parts.netloc}{parts.path}" != "https://giscus.app/api/discussions":
            return None
        query = query_of(request.url)
        if query.get("repo", "").lower() != "news/comments":
            return json_answer({"error": "giscus is not installed on this repository"}, 403)
        is_it = query.get("term") == TERM and query.get("category") == "Announcements"
        if not is_it or not self.there():
            return json_answer({"error": "Discussion not found"}, 404)
        try:
            page = connection(self.top(), first=int(query.get("first", 20)), after=query.get("after"))
        except QueryError as error:
            return json_answer({"error": str(error)}, 500)
        comments = [self._adapted(said) for said in page["nodes"]]
        discussion = {
            "id": "D_1",
            "url": "https://github.com/News/comments/discussions/7",
            "locked": self.is_closed,
            "repository": {"nameWithOwner": "News/comments"},
            "totalCommentCount": self.counted(top=True),
            "totalReplyCount": sum(comment["replyCount"] for comment in comments),
            "pageInfo": page["pageInfo"] | {"startCursor": "s", "hasPreviousPage": False},
            "reactionCount": 0,
            "reactions": {},
            "comments": comments,
        }
        return json_answer({"viewer": {"login": "giscus[bot]"}, "discussion": discussion})

    def _adapted(self, said: Said, parent: str | None = None) -> dict[str, Any]:
        comment = self.comment(said)
        reactions = {
            one["content"]: {"count": one["users"]["totalCount"], "viewerHasReacted": False}
            for one in comment.pop("reactionGroups")
        }
        comment |= {"reactions": reactions, "viewerDidAuthor": False}
        if parent is not None:
            del comment["upvoteCount"]
            return comment | {"replyToId": parent}
        replies = connection(self.below(said.id), last=100)["nodes"]
        adapted = [self._adapted(reply, said.id) for reply in replies]
        return comment | {"replyCount": self.counted(under=said.id), "replies": adapted, "viewerHasUpvoted": False}


class GiscusGraphqlService(_Discussion):
    """With a token: api.github.com/graphql."""

    options: ClassVar[dict[str, str]] = {"GITHUB_TOKEN": TOKEN}
    key_is_optional = True
    reply_page_size = 100

    def answer(self, request: Request) -> Answer | None:
        if (request.method, request.url) != ("POST", "https://api.github.com/graphql"):
            return None
        if request.headers.get("Authorization") != f"Bearer {TOKEN}".encode():
            return json_answer({"message": "Bad credentials", "documentation_url": "https://docs.github.com/rest"}, 401)
        asked = json.loads(request.body)
        root = {"search": self._search, "repository": self._repository, "node": self._node}
        try:
            return json_answer({"data": run(asked["query"], asked["variables"], SCHEMA, root)})
        except QueryError as error:
            return json_answer({"errors": [{"message": str(error)}]})

    def _search(self, *, type: str, query: str, last: int) -> dict[str, Any]:  # noqa: A002 (GitHub's name)
        is_it = query == f'repo:news/comments category:"Announcements" in:title "{TERM}"' and type == "DISCUSSION"
        nodes = [self._discussion()] if is_it and self.there() else []
        return {"discussionCount": len(nodes), "nodes": nodes[-last:]}

    def _repository(self, *, owner: str, name: str) -> dict[str, Any] | None:
        is_it = (owner, name) == ("news", "comments")
        return {"discussion": lambda number: self._discussion() if number == 7 else None} if is_it else None

    def _node(self, *, id: str) -> dict[str, Any] | None:  # noqa: A002 (GitHub's name)
        if id == "D_1":
            return self._discussion()
        said = next((one for one in self.shown if one.id == id), None)
        return None if said is None else self._comment(said)

    def _discussion(self) -> dict[str, Any]:
        comments = self._connected(self.top(), self.counted(top=True))
        return {"__typename": "Discussion", "id": "D_1", "number": 7, "locked": self.is_closed, "comments": comments}

    def _comment(self, said: Said) -> dict[str, Any]:
        parent = {"id": said.parent} if said.parent else None
        replies = self._connected(self.below(said.id), self.counted(under=said.id))
        return self.comment(said) | {"__typename": "DiscussionComment", "replyTo": parent, "replies": replies}

    def _connected(self, rows: list[Said], stated: int) -> Any:
        def page(**arguments: Any) -> dict[str, Any]:
            return connection([self._comment(said) for said in rows], **arguments) | {"totalCount": stated}

        return page
