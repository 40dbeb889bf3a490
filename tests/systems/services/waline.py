"""Waline (`src/controller/comment.js` of @waline/vercel): 1.39, and 1.1 as old servers still run."""

from __future__ import annotations

from datetime import UTC, datetime
from math import ceil
from typing import Any, ClassVar
from urllib.parse import unquote, urlsplit

from kit import Answer
from scrapy import Request
from service import Said, Service, json_answer, page_with, query_of

from crawler.systems.waline import Waline

SERVER = "https://waline.example.org"


class WalineService(Service):
    system = Waline
    page_size = 100
    knows = frozenset({"likes", "pinned"})
    route: ClassVar[str] = "/api/comment"

    def page(self) -> str:
        return page_with(
            f"""<div id="waline"></div><script type="module">
            import {{ init }} from 'https://unpkg.com/@waline/client@v3/dist/waline.js';
            init({{ el: '#waline', serverURL: '{SERVER}/' }});
            </script>"""
        )

    def answer(self, request: Request) -> Answer | None:
        parts = urlsplit(request.url)
        query = query_of(request.url)
        if parts.netloc != urlsplit(SERVER).netloc:
            return None
        if parts.path != self.route:
            return 404, {"content-type": "text/plain; charset=utf-8"}, b"Not Found"
        if query.get("type") == "count":
            paths, here = query["url"].split(","), unquote(urlsplit(self.url).path)
            return self._listed([self.counted() if path == here else 0 for path in paths])
        size, page = int(query.get("pageSize", 10)), int(query.get("page", 1))
        if "path" not in query or size > 100:
            return json_answer({"errno": 1001, "errmsg": {"pageSize": "pageSize is not an integer between 1 and 100"}})
        return self._answered(query, size, page)

    def _answered(self, query: dict[str, str], size: int, page: int) -> Answer:
        here = query["path"] == unquote(urlsplit(self.url).path)
        top = sorted(self.top(), key=lambda said: said.at, reverse=query.get("sortBy") != "insertedAt_asc") if here else []
        top.sort(key=lambda said: not said.is_pinned)
        return self._listed(
            {
                "page": page,
                "totalPages": ceil(len(top) / size),
                "pageSize": size,
                "count": self.counted() if here else 0,
                "data": [self._row(said, with_replies=True) for said in top[(page - 1) * size : page * size]],
            }
        )

    def _listed(self, found: dict[str, Any] | list[int]) -> Answer:
        return json_answer({"errno": 0, "errmsg": "", "data": found})

    def _row(self, said: Said, *, root: str | None = None, with_replies: bool = False) -> dict[str, Any]:
        row: dict[str, Any] = {
            "status": "approved",
            "like": said.likes,
            "comment": f"<p>{said.text}</p>\n",
            "link": "",
            "nick": said.author,
            "pid": None if said.parent is None else int(said.parent),
            "rid": None if root is None else int(root),
            "user_id": None,
            "sticky": 1 if said.is_pinned else None,
            "objectId": int(said.id),
            "browser": "Chrome120.0",
            "os": "Windows 10",
            "avatar": "https://seccdn.libravatar.org/avatar/d41d8cd98f00b204e9800998ecf8427e",
            "addr": "",
            "time": said.millis,
        }
        if with_replies:
            row["children"] = [self._row(reply, root=said.id) for reply in self.descendants(said.id)]
        else:
            row["reply_user"] = {"nick": "Reader", "link": "", "avatar": ""}
        return row


class OldWalineService(WalineService):
    route = "/comment"
    knows = frozenset()

    def page(self) -> str:
        return page_with(
            f"""<script src='//cdn.jsdelivr.net/npm/@waline/client/dist/Waline.min.js'></script><div id="waline"></div>
            <script>new Waline({{el: '#waline', path: location.pathname, serverURL: '{SERVER}', visitor: true}});</script>"""
        )

    def _listed(self, found: dict[str, Any] | list[int]) -> Answer:
        return json_answer(found)

    def _row(self, said: Said, *, root: str | None = None, with_replies: bool = False) -> dict[str, Any]:
        row = super()._row(said, root=root, with_replies=with_replies)
        for key in ("time", "like", "addr", "status", "reply_user", "sticky"):
            row.pop(key, None)
        row["insertedAt"] = datetime.fromtimestamp(said.seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        row["mail"] = "d41d8cd98f00b204e9800998ecf8427e"
        return row
