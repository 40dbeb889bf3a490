"""Remark42 1.14, written from its source (`rest_public.go`, `store/comment.go`, `store/service/service.go`)."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from kit import Answer
from scrapy import Request
from service import Said, Service, json_answer, page_with, query_of

from crawler.systems.remark42 import Remark42

HOST = "https://remark.example.org"


class Remark42Service(Service):
    system = Remark42
    page_size = 500
    keeps_stubs = True
    can_close = True
    knows = frozenset({"likes", "edited", "pinned"})

    def _is_kept(self, said: Said) -> bool:
        """The plain list holds every removed comment as a stub; only the tree leaves those without replies out."""
        return True

    def page(self) -> str:
        return page_with(
            '<div id="remark42"></div>',
            head=f"<script>var remark_config = {{host: '{HOST}', site_id: 'news', components: ['embed']}};</script>"
            '<script>!function(e,n){for(var o=0;o<e.length;o++){var r=n.createElement("script"),c=".js",d=n.head||n.body;'
            '"noModule"in r?(r.type="module",c=".mjs"):r.async=!0,r.defer=!0,r.src=remark_config.host+"/web/"+e[o]+c,'
            'd.appendChild(r)}}(remark_config.components||["embed"],document);</script>',
        )

    def answer(self, request: Request) -> Answer | None:
        parts = urlsplit(request.url)
        query = query_of(request.url)
        address = f"{parts.scheme}://{parts.netloc}{parts.path}"
        if address == f"{HOST}/api/v1/counts" and request.method == "POST":
            is_here = query.get("site") == "news"
            counts = [
                {"url": url, "count": self.counted(stubs=False) if is_here and url == self.url else 0}
                for url in json.loads(request.body)
            ]
            return json_answer(counts)
        if address != f"{HOST}/api/v1/find" or request.method != "GET":
            return None
        if (query.get("site"), query.get("url")) != ("news", self.url):
            return json_answer({"comments": [], "info": {"count": 0, "count_left": 0}})
        rows = sorted(self.shown, key=lambda said: (said.at, said.id), reverse=query.get("sort", "").startswith("-"))
        ids = [said.id for said in rows]
        if query.get("offset_id") in ids:
            rows = rows[ids.index(query["offset_id"]) + 1 :]
        limit = int(query.get("limit", 0)) or len(rows)
        shown, left = rows[:limit], max(0, len(rows) - limit)
        info: dict[str, Any] = {"url": self.url, "count": self.counted(stubs=False), "count_left": left}
        if shown:
            info |= {"last_comment": shown[-1].id, "first_time": rows[0].iso, "last_time": rows[-1].iso}
        if self.is_closed:
            info["read_only"] = True
        return json_answer({"comments": [self._row(said) for said in shown], "info": info})

    def _row(self, said: Said) -> dict[str, Any]:
        row: dict[str, Any] = {
            "id": said.id,
            "pid": said.parent or "",
            "text": "" if said.is_removed else f"<p>{said.text}</p>\n",
            "user": {"name": said.author, "id": f"github_{said.author}", "picture": f"{HOST}/a.image", "admin": False},
            "locator": {"site": "news", "url": self.url},
            "score": 0 if said.is_removed else said.likes,
            "vote": 0,
            "time": said.iso,
            "title": "A video",
        }
        if not said.is_removed:
            row["orig"] = said.text
        if said.edited_at is not None and not said.is_removed:
            edited = Said(said.id, at=said.edited_at).iso
            row["edit"] = {"time": edited, "summary": ""}
        if said.is_pinned:
            row["pin"] = True
        if said.is_removed:
            row["delete"] = True
        return row
