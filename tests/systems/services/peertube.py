"""PeerTube 7 (`controllers/api/videos/comment.ts`, `models/video/video-comment.ts`), and its reply tree of 2026."""

from __future__ import annotations

from typing import Any

from kit import Answer
from scrapy import Request
from service import Said, Service, json_answer, page_with, query_of

from crawler.systems.peertube import PeerTube

HOST = "https://tube.example.org"
VIDEO = "9c9de5e8-0a1e-484a-b099-e80766180a6d"
SHORT = "kkGMgK9ZtnKfYAgnEtQxbv"
API = f"{HOST}/api/v1/videos/{VIDEO}"


class PeerTubeService(Service):
    system = PeerTube
    url = f"{HOST}/w/{SHORT}"
    page_size = 100
    reply_page_size = 0
    counts_replies = True
    keeps_stubs = True
    per_level: int | None = None

    def page(self) -> str:
        return page_with(
            "<my-app></my-app>",
            head=f'<meta property="og:platform" content="PeerTube"><link rel="canonical" href="{self.url}">',
        )

    def _is_kept(self, said: Said) -> bool:
        return True

    def answer(self, request: Request) -> Answer | None:
        query = query_of(request.url)
        path = request.url.partition("?")[0].removeprefix(API)
        if not request.url.startswith(API):
            return None
        if not path:
            policy = {"id": 2, "label": "Disabled"} if self.is_closed else {"id": 1, "label": "Enabled"}
            return json_answer({"id": 1, "uuid": VIDEO, "commentsPolicy": policy, "account": _account("maker")})
        if path == "/comment-threads":
            return self._threads(query)
        if path.startswith("/comment-threads/"):
            return self._tree(path.rpartition("/")[2])
        if path.endswith("/replies") and self.per_level is not None:
            return self._more(path.split("/")[2], query)
        return None

    def _threads(self, query: dict[str, str]) -> Answer:
        start, count = int(query.get("start", 0)), int(query.get("count", 15))
        if count > 100 or query.get("sort", "-createdAt") not in ("createdAt", "-createdAt", "totalReplies"):
            return json_answer({"error": "Incorrect request parameters: count"}, 400)
        top = sorted(self.top(), key=lambda said: said.at, reverse=query.get("sort", "-createdAt") == "-createdAt")
        return json_answer(
            {
                "total": self.counted(top=True) - self.lie,
                "data": [self._row(said) for said in top[start : start + count]],
                "totalNotDeletedComments": self.counted(stubs=False),
            }
        )

    def _tree(self, root: str) -> Answer:
        found = [said for said in self.top() if said.id == root]
        if not found:
            return json_answer({"error": "No comments were found"}, 404)
        return json_answer(self._node(found[0]))

    def _node(self, said: Said) -> dict[str, Any]:
        below = self.below(said.id)
        node: dict[str, Any] = {
            "comment": self._row(said),
            "children": [self._node(one) for one in below[: self.per_level]],
        }
        return node if self.per_level is None else node | {"totalChildren": len(below)}

    def _more(self, parent: str, query: dict[str, str]) -> Answer:
        below = self.below(parent)
        start, count = int(query.get("start", 0)), int(query.get("count", 15))
        return json_answer({"total": len(below), "data": [self._node(one) for one in below[start : start + count]]})

    def _replies_of(self, said: Said) -> int:
        kept = [one for one in self.comments if not one.is_removed or one.parent is None]
        ids, found = {said.id}, 0
        for one in kept:
            if one.parent in ids:
                found += 1
                ids |= {one.id} if said.parent is None else set()
        return found

    def _row(self, said: Said) -> dict[str, Any]:
        return {
            "id": int(said.id),
            "url": f"{HOST}/videos/watch/{VIDEO}/comments/{said.id}",
            "text": "" if said.is_removed else said.text.replace("&lt;", "<").replace("&amp;", "&"),
            "threadId": 1,
            "inReplyToCommentId": None if said.parent is None else int(said.parent),
            "videoId": 1,
            "createdAt": said.iso.replace("Z", ".000Z"),
            "updatedAt": said.iso.replace("Z", ".321Z"),
            "deletedAt": "2021-01-01T00:00:00.000Z" if said.is_removed else None,
            "heldForReview": False,
            "isDeleted": said.is_removed,
            "totalRepliesFromVideoAuthor": 0,
            "totalReplies": self._replies_of(said),
            "account": None if said.is_removed else _account(said.author),
        }


def _account(name: str) -> dict[str, Any]:
    return {
        "id": 1,
        "url": f"{HOST}/accounts/x",
        "name": "x",
        "host": "tube.example.org",
        "displayName": name,
        "avatars": [],
    }


class PeerTubeTreeService(PeerTubeService):
    """The reply tree of 2026: a few replies of each level come, the others by `comments/ID/replies`."""

    per_level = 3
