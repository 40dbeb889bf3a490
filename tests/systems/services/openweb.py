"""OpenWeb (`conversation/read` as its SDK's models and published clients have it): written from shapes, not from code."""

from __future__ import annotations

import json
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from kit import Answer
from scrapy import Request
from service import JSON, Said, Service, json_answer, page_with

from crawler.systems.openweb import OpenWeb

API = "https://api-2-0.spot.im/v1.0.0"
SPOT = "sp_AbC1dEfG"
POST = "a-video_17"
SENT = "a-video$17"


class OpenWebService(Service):
    system = OpenWeb
    page_size = 100
    reply_page_size = 100
    counts_replies = True
    keeps_stubs = True
    can_close = True
    knows = frozenset({"likes"})
    levels: ClassVar[int] = 100
    """Levels of one answer at most, however many are asked for."""
    token: ClassVar[str | None] = None
    """What the site asks of its readers."""

    def page(self) -> str:
        return page_with(
            f'<div data-spotim-module="conversation" data-post-id="{POST}" data-post-url="{self.url}"></div>'
            f'<script async src="https://launcher.spot.im/spot/{SPOT}" data-spotim-module="spotim-launcher"></script>'
        )

    def answer(self, request: Request) -> Answer | None:
        parts = urlsplit(request.url)
        if parts.netloc != urlsplit(API).netloc:
            return None
        asked = (request.headers.get("x-spot-id"), request.headers.get("x-post-id"))
        route = parts.path.removeprefix(urlsplit(API).path)
        if (request.method, route) == ("POST", "/authenticate") and asked == (SPOT.encode(), SENT.encode()):
            return json_answer({"user": {"registered": False}}, headers=JSON | {"x-access-token": self.token or "t0"})
        if (request.method, route) == ("GET", "/messages-count"):
            return self._count(parse_qs(parts.query))
        if (request.method, route) != ("POST", "/conversation/read"):
            return json_answer({"error": "no such route"}, 404)
        if self.token is not None and request.headers.get("x-access-token") != self.token.encode():
            return json_answer({"error": "forbidden"}, 403)
        if asked != (SPOT.encode(), SENT.encode()):
            return self._conversation([], 0, more=False)
        return self._read(json.loads(request.body))

    def _count(self, query: dict[str, list[str]]) -> Answer:
        top = self.counted(top=True)
        counts = {"comments": top, "replies": self.counted() - top}
        return json_answer({"counts": {f"{query['spot_id'][0]}_{query['posts_ids'][0]}": counts}})

    def _read(self, asked: dict[str, Any]) -> Answer:
        rows = self.below(asked["parent_id"]) if asked["parent_id"] else self.top()
        rows = sorted(rows, key=lambda said: said.at, reverse=asked["sort_by"] != "oldest")
        start, count = asked["offset"], min(asked["count"], self.page_size)
        levels = min(asked["depth"], self.levels) - 1
        page = rows[start : start + count]
        below = min(asked["child_count"], self.reply_page_size)
        answered = [self._row(said, self._root(said), levels, below) for said in page]
        return self._conversation(answered, start + len(page), more=start + len(page) < len(rows))

    def _conversation(self, rows: list[dict[str, Any]], offset: int, *, more: bool) -> Answer:
        top = self.counted(top=True)
        found = {
            "conversation_id": f"{SPOT}_{SENT}",
            "post_id": SENT,
            "sort_by": "oldest",
            "messages_count": self.counted(),
            "comments_count": top,
            "replies_count": self.counted() - top,
            "offset": offset,
            "has_next": more,
            "comments": rows or None,
            "users": {f"u_{said.id}": self._user(said) for said in self.comments},
            "max_depth": 7,
            "read_only": self.is_closed,
        }
        return json_answer({"user": None, "conversation": found, "extract_data": None})

    def _root(self, said: Said) -> str:
        ids = {one.id: one for one in self.comments}
        while said.parent is not None:
            said = ids[said.parent]
        return said.id

    def _row(self, said: Said, root: str, levels: int, count: int) -> dict[str, Any]:
        below = self.below(said.id)
        shown = below[:count] if levels > 0 else []
        return {
            "conversation_id": f"{SPOT}_{SENT}",
            "id": said.id,
            "root_comment": root,
            "parent_id": said.parent or "",
            "user_id": f"u_{said.id}",
            "user_display_name": said.author,
            "written_at": said.seconds,
            "time": said.seconds,
            "replies_count": self.counted(under=said.id),
            "total_replies_count": self.counted(under=said.id, deep=True),
            "offset": len(shown),
            "has_next": len(shown) < len(below),
            "edited": said.edited_at is not None,
            "deleted": said.is_removed,
            "published": True,
            "status": "publish_and_moderate",
            "rank": {"ranks_up": said.likes, "ranks_down": 0, "ranked_by_current_user": 0},
            "content": [] if said.is_removed else [{"id": "c1", "type": "text", "text": said.text}],
            "featured": False,
            "replies": [self._row(one, root, levels - 1, count) for one in shown],
        }

    def _user(self, said: Said) -> dict[str, Any]:
        names = {"id": f"u_{said.id}", "display_name": said.author, "user_name": said.author.lower()}
        roles = dict.fromkeys(("is_admin", "is_moderator", "is_super_admin", "is_journalist"), False)
        return {**names, **roles, "registered": True, "image_id": "face", "sso_primary_key": "mail@example.org"}


class OpenWebShallowService(OpenWebService):
    """Two levels and three replies of each come in one answer, as its app asks for."""

    page_size = 10
    reply_page_size = 3
    levels = 2


class OpenWebTokenService(OpenWebService):
    """A site that answers only to those who have been given a token."""

    page_size = 10
    token = "eyJ0"
