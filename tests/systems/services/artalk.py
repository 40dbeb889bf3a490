"""Artalk 2.9 (`server/handler/comment_list.go`, `comments_get/` and `stat.go`, `internal/dao/cook.go`)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from kit import Answer
from scrapy import Request
from service import Said, Service, json_answer, page_with, query_of

from crawler.systems.artalk import Artalk

SERVER = "https://artalk.example.org"
SITE = "A Blog"


class ArtalkService(Service):
    system = Artalk
    page_size = 100
    can_close = True
    knows = frozenset({"likes", "pinned"})
    page_id = 7
    """0 where nobody has opened the page in a browser yet."""
    held: frozenset[str] = frozenset()
    """Comments that wait for approval: neither counted nor sent."""

    def page(self) -> str:
        return page_with(
            f"""<link href="{SERVER}/dist/Artalk.css" rel="stylesheet"><script src="{SERVER}/dist/Artalk.js"></script>
            <div id="Comments"></div><script>
            Artalk.init({{ el: '#Comments', pageKey: '', pageTitle: 'A video', server: '{SERVER}/', site: '{SITE}' }})
            </script>"""
        )

    def answer(self, request: Request) -> Answer | None:
        parts = urlsplit(request.url)
        query = query_of(request.url)
        if parts.netloc != urlsplit(SERVER).netloc:
            return None
        if parts.path == "/api/v2/stats/page_comment":
            keys = [key.strip() for key in query["page_keys"].split(",")]
            here = query["site_name"] == SITE
            return json_answer({"data": {key: self._count() if here and self._is_here(key) else 0 for key in keys}})
        if parts.path != "/api/v2/comments":
            return json_answer({"msg": "Cannot GET " + parts.path}, 404)
        if not query.get("page_key"):
            return json_answer({"msg": "Param `page_key` is required"}, 400)
        if query.get("site_name") != SITE:
            told = "Site `{}` not found. Please create it in control center.".format(query.get("site_name"))
            return json_answer({"err_no_site": True, "msg": told}, 404)
        return self._list(query)

    def _is_here(self, key: str) -> bool:
        return key == urlsplit(self.url).path

    def _count(self) -> int:
        return self.counted() - len(self.held)

    def _list(self, query: dict[str, str]) -> Answer:
        here = self._is_here(query["page_key"])
        listed = [*self.top(), *(reply for said in self.comments for reply in self.below(said.id))] if here else []
        listed = [said for said in listed if said.id not in self.held]
        listed.sort(key=lambda said: said.at, reverse=query.get("sort_by") != "date_asc")
        offset, limit = int(query.get("offset", 0)), int(query.get("limit", 0))
        assert query.get("flat_mode") == "true", "nested lists are not modelled"
        shown = listed[offset : offset + limit]
        ids = {said.id for said in shown}
        linked = [said for said in listed if said.id in {one.parent for one in shown} - ids]
        page = {
            "id": self.page_id if here else 0,
            "admin_only": self.is_closed,
            "key": query["page_key"],
            "url": self.url,
            "title": "A video",
            "site_name": SITE,
            "vote_up": 0,
            "vote_down": 0,
            "pv": 9,
        }
        comments = [self._row(said) for said in shown] + [self._row(said) | {"visible": False} for said in linked]
        count = self._count() if here else 0
        return json_answer({"comments": comments, "count": count, "roots_count": len(self.top()), "page": page})

    def _row(self, said: Said) -> dict[str, Any]:
        return {
            "id": int(said.id),
            "content": said.text,
            "content_marked": f"<p>{said.text}</p>\n",
            "user_id": 3,
            "nick": said.author,
            "email_encrypted": "d41d8cd98f00b204e9800998ecf8427e",
            "link": "",
            "ua": "Mozilla/5.0",
            "date": datetime.fromtimestamp(said.seconds, UTC).strftime("%Y-%m-%d %H:%M:%S"),
            "is_collapsed": False,
            "is_pending": False,
            "is_pinned": said.is_pinned,
            "is_allow_reply": True,
            "is_verified": False,
            "rid": int(said.parent or 0),
            "badge_name": "",
            "badge_color": "",
            "visible": True,
            "vote_up": said.likes,
            "vote_down": 0,
            "page_key": urlsplit(self.url).path,
            "page_url": self.url,
            "site_name": SITE,
        }
