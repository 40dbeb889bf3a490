"""Commento 1.8, written from its source (`api/comment_list.go`, `api/comment_delete.go`, `api/page_get.go`)."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from kit import Answer
from scrapy import Request
from service import Said, Service, json_answer, page_with

from crawler.systems.commento import Commento

ORIGIN = "https://commento.example.org"


class CommentoService(Service):
    system = Commento
    page_size = 0
    counts = False
    keeps_stubs = True
    can_close = True
    knows = frozenset({"likes", "pinned"})
    host: ClassVar[str] = "news.example.org"
    path: ClassVar[str] = "/2021/07/a-video/"

    def _is_kept(self, said: Said) -> bool:
        """Deleted comments stay in the table; it is the script that leaves those without replies out."""
        return True

    def page(self) -> str:
        return page_with(f'<div id="commento"></div><script defer src="{ORIGIN}/js/commento.js"></script>')

    def answer(self, request: Request) -> Answer | None:
        if (request.method, request.url) != ("POST", f"{ORIGIN}/api/comment/list"):
            return None
        asked = json.loads(request.body)
        missing = {"commenterToken", "domain", "path"} - asked.keys()
        if missing:
            return json_answer({"success": False, "message": "One or more field(s) empty."})
        if asked["domain"] != self.host:
            return json_answer({"success": False, "message": "This domain is not registered with Commento."})
        rows = self.shown if asked["path"] == self.path else []
        people = {self._hex(said): said for said in rows if not said.is_removed}
        commenters = {"anonymous": self._commenter("anonymous", "Anonymous", "undefined")}
        commenters |= {key: self._commenter(key, said.author, "https://a.example/") for key, said in people.items()}
        sticky = next((said.id for said in rows if said.is_pinned), "none")
        return json_answer(
            {
                "success": True,
                "domain": self.host,
                "comments": [self._row(said) for said in rows],
                "commenters": commenters,
                "requireModeration": False,
                "requireIdentification": True,
                "isFrozen": False,
                "isModerator": False,
                "defaultSortPolicy": "score-desc",
                "attributes": {
                    "domain": self.host,
                    "path": self.path,
                    "isLocked": self.is_closed,
                    "commentCount": len(rows),
                    "stickyCommentHex": sticky,
                    "title": "",
                },
                "configuredOauths": {"commento": True, "google": False},
            }
        )

    def _hex(self, said: Said) -> str:
        return said.author.encode().hex()

    def _commenter(self, key: str, name: str, link: str) -> dict[str, Any]:
        return {
            "commenterHex": key,
            "name": name,
            "link": link,
            "photo": "undefined",
            "provider": "undefined" if key == "anonymous" else "commento",
            "joinDate": "2020-01-01T00:00:00Z",
            "isModerator": False,
        }

    def _row(self, said: Said) -> dict[str, Any]:
        return {
            "commentHex": said.id,
            "commenterHex": "anonymous" if said.is_removed else self._hex(said),
            "markdown": "",
            "html": "[deleted]" if said.is_removed else f"<p>{said.text}</p>\n",
            "parentHex": said.parent or "root",
            "score": said.likes,
            "creationDate": said.iso,
            "direction": 0,
            "deleted": said.is_removed,
        }
