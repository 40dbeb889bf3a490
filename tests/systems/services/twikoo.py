"""Twikoo (`commentGet`, `getCommentsCount` and `parseComment` of twikoo-func 1.7)."""

from __future__ import annotations

import json
from typing import Any

from kit import Answer
from scrapy import Request
from service import Said, Service, json_answer, page_with

from crawler.systems.twikoo import Twikoo

SERVER = "https://twikoo.example.org/"
PATH = "/2021/07/a-video/"


class TwikooService(Service):
    system = Twikoo
    page_size = 8
    knows = frozenset({"likes", "pinned"})

    def page(self) -> str:
        return page_with(
            f"""<div id="tcomment"></div><script src="https://cdn.example.org/twikoo@1.7.9/twikoo.min.js"></script>
            <script>twikoo.init({{ envId: '{SERVER}', el: '#tcomment', /* path: location.pathname, */ lang: 'en' }})</script>"""
        )

    def answer(self, request: Request) -> Answer | None:
        if request.url != SERVER:
            return None
        event: dict[str, Any] = json.loads(request.body or b"{}")
        if event.get("event") == "COMMENT_GET":
            return json_answer(self._thread(event))
        if event.get("event") == "GET_COMMENTS_COUNT":
            top = not event.get("includeReply")
            counts = [{"url": url, "count": self.counted(top=top) if url == PATH else 0} for url in event["urls"]]
            return json_answer({"data": counts})
        return json_answer({"code": 1001, "message": "update the function"})

    def _thread(self, event: dict[str, Any]) -> dict[str, Any]:
        if not event.get("url"):
            return {"data": [], "message": "url is missing"}
        is_here = event["url"] in (PATH, PATH.removesuffix("/"))
        top = sorted(self.top(), key=lambda said: said.at, reverse=True) if is_here else []
        before = event.get("before")
        main = [said for said in top if not said.is_pinned and (not before or said.millis < before)]
        pinned = [said for said in top if said.is_pinned] if not before else []
        return {
            "data": [self._row(said, with_replies=True) for said in pinned + main[: self.page_size]],
            "more": len(main) > self.page_size,
            "count": self.counted(top=True) if is_here else 0,
        }

    def _row(self, said: Said, *, root: str = "", with_replies: bool = False) -> dict[str, Any]:
        replies = self.descendants(said.id) if with_replies else []
        return {
            "id": said.id,
            "nick": said.author,
            "avatar": "",
            "mailMd5": "d41d8cd98f00b204e9800998ecf8427e",
            "link": "",
            "comment": f"<p>{said.text}</p>",
            "os": "Windows 10",
            "browser": "Chrome 120",
            "ipRegion": "",
            "master": False,
            "like": 0,
            "ups": said.likes,
            "downs": 0,
            "liked": False,
            "disliked": False,
            "replies": [self._row(reply, root=said.id) for reply in sorted(replies, key=lambda one: one.at)],
            "rid": root,
            "pid": said.parent or "",
            "ruser": None,
            "top": True if said.is_pinned else None,
            "isSpam": False,
            "isOwner": False,
            "created": said.millis,
            "updated": said.millis,
        }
