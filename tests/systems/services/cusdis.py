"""Cusdis, written from its source (`service/comment.service.ts`, `pages/api/open/comments.ts`)."""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import urlsplit

from kit import Answer
from scrapy import Request
from service import Said, Service, json_answer, page_with, query_of

from crawler.systems.cusdis import Cusdis

HOST = "https://cusdis.example.org"
REPLIES = 100
"""Replies of one comment that are sent; no more can be asked for."""


class CusdisService(Service):
    system = Cusdis
    page_size = 10
    counts_replies = True
    lists_replies: ClassVar[bool] = False
    """Whether replies stand in the list as well, as since the route was written anew (`parentId: undefined`)."""

    def page(self) -> str:
        return page_with(
            f'<div id="cusdis_thread" data-host="{HOST}" data-app-id="app" data-page-id="p1" data-page-url="{self.url}"'
            f' data-page-title="A video"></div><script async defer src="{HOST}/js/cusdis.es.js"></script>'
        )

    def answer(self, request: Request) -> Answer | None:
        parts = urlsplit(request.url)
        if f"{parts.scheme}://{parts.netloc}{parts.path}" != f"{HOST}/api/open/comments":
            return None
        query = query_of(request.url)
        if query.get("appId") != "app":
            return json_answer({"data": {"commentCount": 0, "data": [], "pageCount": 0, "pageSize": 10}}, 404)
        number = int(query.get("page", 1) or 1)
        rows = (self.shown if self.lists_replies else self.top()) if query.get("pageId") == "p1" else []
        stated = self.counted(top=not self.lists_replies) if query.get("pageId") == "p1" else 0
        return json_answer({"data": self._wrapped(rows, stated, number, self.page_size)})

    def _wrapped(self, rows: list[Said], stated: int, number: int, size: int) -> dict[str, Any]:
        newest = sorted(rows, key=lambda said: said.at, reverse=True)
        shown = newest[(number - 1) * size : number * size]
        return {
            "data": [self._row(said) for said in shown],
            "commentCount": stated,
            "pageSize": size,
            "pageCount": -(-stated // size) or 1,
        }

    def _row(self, said: Said) -> dict[str, Any]:
        page = {"id": "u1", "slug": "p1", "url": self.url, "title": "A video", "projectId": "app"}
        return {
            "id": said.id,
            "createdAt": said.iso.replace("Z", ".000Z"),
            "content": said.text,
            "by_nickname": said.author,
            "moderatorId": None,
            "page": page,
            "replies": self._wrapped(self.below(said.id), self.counted(under=said.id), 1, REPLIES),
            "parsedContent": f"<p>{said.text}</p>\n",
            "parsedCreatedAt": said.iso[:16].replace("T", " "),
        }


class CusdisListingRepliesService(CusdisService):
    lists_replies = True
    counts_replies = False  # a reply that is not among its parent's still stands in the list
