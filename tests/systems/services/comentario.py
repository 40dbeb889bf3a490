"""Comentario 3, written from its source (`embed_comment.go`, `comment_svc.go`, `models.go`).

The answers' Go types leave empty values out (`omitempty`), as its embed expects (`embed/src/models.ts`).
"""

from __future__ import annotations

import json
from typing import Any, ClassVar
from uuid import NAMESPACE_URL, uuid5

from kit import Answer
from scrapy import Request
from service import JSON, Said, Service, json_answer, page_with

from crawler.systems.comentario import Comentario

BASE = "https://comentario.example.org"


class ComentarioService(Service):
    system = Comentario
    page_size = 0
    counts = False
    keeps_stubs = True
    can_close = True
    knows = frozenset({"likes", "edited", "pinned"})
    may_lack = frozenset({"parentId", "score", "isSticky", "isDeleted", "editedTime", "userCreated"})
    host: ClassVar[str] = "news.example.org"
    path: ClassVar[str] = "/2021/07/a-video/"

    def page(self) -> str:
        return page_with(
            f'<script defer src="{BASE}/comentario.js"></script>\n<comentario-comments></comentario-comments>'
        )

    def answer(self, request: Request) -> Answer | None:
        if (request.method, request.url) != ("POST", f"{BASE}/api/embed/comments"):
            return None
        asked = json.loads(request.body)
        if asked["host"] != self.host:
            error = {"id": "unknown-host", "message": "Host is not known"}
            return json_answer(error, 403)
        rows = sorted(self.shown, key=lambda said: said.at) if asked["path"] == self.path else []
        people = {said.author: self._commenter(said.author) for said in rows if not said.is_removed}
        anonymous = {"id": "00000000-0000-0000-0000-000000000000", "isCommenter": True, "name": "Anonymous"}
        page = {"domainId": "d", "pageId": "p", "authLocal": True, "defaultSort": "ta", "version": "3.12.0"}
        return json_answer(
            {
                "commenters": [anonymous, *people.values()],
                "comments": [self._row(said) for said in rows] or None,
                "pageInfo": page | ({"isPageReadonly": True} if self.is_closed else {}),
            },
            headers=JSON,
        )

    def _commenter(self, name: str) -> dict[str, Any]:
        return {"id": str(uuid5(NAMESPACE_URL, name)), "colourIndex": 7, "isCommenter": True, "name": name}

    def _row(self, said: Said) -> dict[str, Any]:
        author = self._commenter(said.author)["id"]
        row: dict[str, Any] = {
            "id": said.id,
            "pageId": "p",
            "createdTime": said.iso.replace("Z", ".000Z"),
            "isApproved": True,
            "userCreated": author,
            "url": f"{self.url}#comentario-{said.id}",
        }
        if said.parent is not None:
            row["parentId"] = said.parent
        if said.is_removed:
            return row | {"isDeleted": True, "userDeleted": author, "deletedTime": row["createdTime"]}
        row["html"] = f"<p>{said.text}</p>\n"
        row |= {"score": said.likes} if said.likes else {}
        row |= {"isSticky": True} if said.is_pinned else {}
        if said.edited_at is not None:
            row["editedTime"] = Said(said.id, at=said.edited_at).iso.replace("Z", ".000Z")
        return row
