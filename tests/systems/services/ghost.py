"""Ghost's members API: 6.65, where all replies come with their comment, and 5.130, where three do."""

from __future__ import annotations

from math import ceil
from typing import Any, ClassVar
from urllib.parse import urlsplit

from kit import Answer
from scrapy import Request
from service import Said, Service, json_answer, page_with, query_of

from crawler.systems.ghost import Ghost

SITE = "https://news.example.org/"
API = f"{SITE}members/api/comments"
POST = "6b061fca769508280b1e1fca"


class GhostService(Service):
    system = Ghost
    page_size = 100
    counts_replies = True
    keeps_stubs = True
    knows = frozenset({"likes", "edited", "pinned"})
    max_limit: ClassVar[int] = 100
    inline_replies: ClassVar[int | None] = None

    def page(self) -> str:
        return page_with(
            '<script defer src="https://cdn.jsdelivr.net/ghost/comments-ui@~1.6/umd/comments-ui.min.js"'
            f' data-locale="en" data-ghost-comments="{SITE}" data-api="{SITE}ghost/api/content/" data-admin="{SITE}ghost/"'
            f' data-key="ca88a705" data-title="null" data-count="true" data-post-id="{POST}" data-comments-enabled="all"'
            ' data-publication="News" crossorigin="anonymous"></script>'
        )

    def answer(self, request: Request) -> Answer | None:
        parts = urlsplit(request.url)
        query = query_of(request.url)
        path = f"{parts.scheme}://{parts.netloc}{parts.path}".removeprefix(API)
        assert not path.startswith("/counts/"), "robots.txt forbids it"
        if path == f"/post/{POST}/":
            return self._paged(self.top(), query, are_replies=False)
        if path.endswith("/replies/"):
            return self._paged(self._replies(path.split("/")[1]), query, are_replies=True)
        return json_answer({"errors": [{"message": "Resource not found error, cannot read comment.", "type": "NotFoundError"}]}, 404)

    def _replies(self, root: str) -> list[Said]:
        return sorted(self.descendants(root), key=lambda said: said.at)

    def _paged(self, found: list[Said], query: dict[str, str], *, are_replies: bool) -> Answer:
        oldest_first = query.get("order", "").startswith("created_at asc")
        found = sorted(found, key=lambda said: said.at, reverse=not oldest_first and not are_replies)
        if not are_replies:
            found.sort(key=lambda said: not said.is_pinned)
        limit, page = min(int(query.get("limit", 15)), self.max_limit), int(query.get("page", 1))
        pages = max(1, ceil(len(found) / limit))
        return json_answer(
            {
                "comments": [self._row(said, with_replies=not are_replies) for said in found[(page - 1) * limit : page * limit]],
                "meta": {
                    "pagination": {
                        "page": page,
                        "limit": limit,
                        "pages": pages,
                        "total": self.counted(top=True) if not are_replies else len(found),
                        "next": page + 1 if page < pages else None,
                        "prev": page - 1 if page > 1 else None,
                    }
                },
            }
        )

    def _root_of(self, said: Said) -> str | None:
        by_id = {one.id: one for one in self.comments}
        root = said
        while root.parent is not None:
            root = by_id[root.parent]
        return None if root is said else root.id

    def _row(self, said: Said, *, with_replies: bool) -> dict[str, Any]:
        root = self._root_of(said)
        row: dict[str, Any] = {
            "id": said.id,
            "parent_id": root,
            "in_reply_to_id": None if said.parent in (None, root) else said.parent,
            "in_reply_to_snippet": None,
            "status": "deleted" if said.is_removed else "published",
            "html": None if said.is_removed else f"<p>{said.text}</p>",
            "created_at": said.iso.replace("Z", ".000Z"),
            "edited_at": None
            if said.edited_at is None
            else Said(id="", at=said.edited_at).iso.replace("Z", ".000Z"),
            "pinned": said.is_pinned and root is None and not said.is_removed,
            "member": {
                "id": f"member{said.author}",
                "uuid": "d4a8ff09-3ae0-4b47-a0d9-8e41d9e9e2b8",
                "name": said.author,
                "expertise": "",
                "avatar_image": "https://www.gravatar.com/avatar/d41d8cd98f00b204e9800998ecf8427e?s=250&r=g&d=blank",
            },
            "liked": False,
            "disliked": False,
            "count": {"direct_replies": self._published(said.id), "likes": said.likes},
        }
        if with_replies:
            replies = self._replies(said.id)
            row["replies"] = [self._row(reply, with_replies=False) for reply in replies[: self.inline_replies]]
            row["count"]["replies"] = self._published(said.id, deep=True)
        return row

    def _published(self, parent: str, *, deep: bool = False) -> int:
        ids = {parent}
        published = 0
        for said in self.comments:
            if said.parent in ids:
                ids |= {said.id} if deep else set()
                published += not said.is_removed
        return published


class GhostFiveService(GhostService):
    max_limit = 10**9
    inline_replies = 3
    reply_page_size = 100

    def _row(self, said: Said, *, with_replies: bool) -> dict[str, Any]:
        row = super()._row(said, with_replies=with_replies)
        for key in ("pinned", "disliked", "parent_id"):
            row.pop(key)
        row["count"].pop("direct_replies")
        return row

    knows = frozenset({"likes", "edited"})
