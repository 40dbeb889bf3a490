"""Viafoura's live comments, version 4 of the interface, as published clients read it: written from shapes."""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import unquote, urlsplit

from kit import Answer
from scrapy import Request
from service import Said, Service, json_answer, page_with, query_of

from crawler.systems.viafoura import Viafoura

SITE = "00000000-0000-4000-8000-3caf4df03307"
THREAD = "fe897d9b-8fcf-411a-b9d6-97325116ed98"
ID = "12a31037f3c9"


class ViafouraService(Service):
    system = Viafoura
    options: ClassVar[dict[str, Any]] = {"VIAFOURA_AUTHORS": 10_000}
    key_is_optional = True
    page_size = 10
    """It gives 100; fewer cost these tests fewer names."""
    reply_page_size = 3
    counts_replies = True
    keeps_stubs = True
    knows = frozenset({"likes", "pinned"})
    nests: ClassVar[bool] = False
    """Whether replies stand within their comments or behind them."""

    def page(self) -> str:
        return page_with(
            '<div class="viafoura"><vf-conversations id="vf-conv" limit="4"></vf-conversations></div>',
            head='<script src="https://cdn.viafoura.net/entry/index.js" async></script>'
            f'<meta name="vf:container_id" content="{ID}">',
        )

    def answer(self, request: Request) -> Answer | None:
        parts = urlsplit(request.url)
        query = query_of(request.url)
        path = unquote(parts.path)
        if parts.netloc == "api.viafoura.co":
            known = (request.method, path) == ("POST", "/v2/news.example.org/bootstrap/v2")
            site = {"settings": {"site_uuid": SITE}, "sectionTree": {"uuid": SITE}, "user": {"user_privilege": "guest"}}
            return json_answer({"http_status": 200, "result": site} if known else {"http_status": 404})
        if parts.netloc == "iam.viafoura.co":
            return self._person(path.removeprefix(f"/v3/sections/{SITE}/users/"))
        base = f"/v4/livecomments/{SITE}"
        if parts.netloc != "livecomments.viafoura.co" or not path.startswith(base):
            return None
        if path == f"{base}/contentcontainer/id":
            return self._container() if query.get("container_id") == ID else (404, {}, b"not found")
        if path == f"{base}/{THREAD}/comments":
            return self._top(query)
        return self._below(path.removeprefix(f"{base}/{THREAD}/comments/"), query)

    def _person(self, writer: str) -> Answer:
        found = [said for said in self.comments if f"actor-{said.id}" == writer]
        return json_answer({"preferred_username": found[0].author, "uuid": writer, "avatar": "face"}) if found else (404, {}, b"")

    def _container(self) -> Answer:
        return json_answer(
            {
                "container_id": ID,
                "content_container_uuid": THREAD,
                "total_visible_content": self.counted(stubs=False),
                "settings": {"is_hidden": False},
            }
        )

    def _top(self, query: dict[str, str]) -> Answer:
        if int(query["limit"]) > 100 or int(query["reply_limit"]) > 50:
            return 400, {}, b"io.vertx.ext.web.validation: value should be <= 100"
        rows = sorted(self.top(), key=lambda said: said.at, reverse=True)
        rows.sort(key=lambda said: not said.is_pinned)
        page, more = self._page(rows, query)
        contents: list[dict[str, Any]] = []
        for said in page:
            replies = [self._row(one, said.id) for one in self.descendants(said.id)[: self.reply_page_size]]
            row = self._row(said, said.id)
            contents.append(row | {"replies": {"contents": replies}} if self.nests else row)
            contents += [] if self.nests else replies
        return json_answer({"more_available": more, "contents": contents})

    def _below(self, root: str, query: dict[str, str]) -> Answer:
        if root not in {said.id for said in self.shown}:
            return 404, {}, b"not found"
        page, more = self._page(self.descendants(root), query)
        return json_answer({"more_available": more, "contents": [self._row(said, root) for said in page]})

    def _page(self, rows: list[Said], query: dict[str, str]) -> tuple[list[Said], bool]:
        """From the comment after `starting_from` on; from the first where there is no such comment."""
        ids = [said.id for said in rows]
        start = ids.index(query["starting_from"]) + 1 if query.get("starting_from") in ids else 0
        end = start + min(int(query["limit"]), self.page_size)
        return rows[start:end], end < len(rows)

    def _row(self, said: Said, thread: str) -> dict[str, Any]:
        row: dict[str, Any] = {
            "content_uuid": said.id,
            "content_container_uuid": THREAD,
            "parent_uuid": said.parent or THREAD,
            "thread_uuid": thread,
            "actor_uuid": f"actor-{said.id}",
            "actor": None,
            "date_created": said.millis,
            "state": "deleted" if said.is_removed else "visible",
            "total_likes": said.likes,
            "total_dislikes": 0,
            "total_replies": self.counted(under=said.id, deep=True, stubs=False),
            "is_pinned": said.is_pinned,
            "is_picked": False,
            "is_edited": said.edited_at is not None,
            "metadata": {"origin_title": "A video", "origin_url": self.url},
        }
        return row if said.is_removed else row | {"content": f"<p>{said.text}</p>"}


class ViafouraNestedService(ViafouraService):
    nests = True
