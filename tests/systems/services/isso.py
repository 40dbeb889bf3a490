"""Isso (`isso/views/comments.py`): 0.14, 0.13 without `offset`, and 0.10 that does not find a thread without comments."""

from __future__ import annotations

from html import escape
from typing import Any, ClassVar
from urllib.parse import urlsplit

from kit import Answer
from scrapy import Request
from service import Said, Service, html_answer, json_answer, page_with, query_of

from crawler.systems.isso import Isso

API = "https://comments.example.org/isso/"


class IssoService(Service):
    system = Isso
    page_size = 200
    max_depth = 2
    counts_replies = True
    keeps_stubs = True
    knows = frozenset({"likes", "edited"})
    knows_offset: ClassVar[bool] = True
    finds_comments_only: ClassVar[bool] = False

    def page(self) -> str:
        return page_with(
            f'<section id="isso-thread"></section><script data-isso="{API}" src="{API}js/embed.min.js"></script>'
        )

    def answer(self, request: Request) -> Answer | None:
        query = query_of(request.url)
        if not request.url.startswith(f"{API}?") or query.get("uri") != urlsplit(self.url).path:
            return None
        limit = int(query.get("limit", 10**9))
        offset = int(query.get("offset", 0)) if self.knows_offset else 0
        top = sorted(self.top(), key=lambda said: said.at)
        if query.get("sort") == "newest":
            top.reverse()
        shown = top[offset : offset + limit]
        if self.finds_comments_only and limit and not shown:
            return html_answer("<!doctype html><title>404 Not Found</title><h1>Not Found</h1>", 404)
        return json_answer(
            {
                "id": None,
                "total_replies": self.counted(top=not self.knows_offset),
                "hidden_replies": self.counted(top=True) - len(shown) - offset,
                "replies": [self._row(said, nested=self._nested(query, offset, limit)) for said in shown],
                "config": {"require-email": False, "feed": True},
            }
        )

    def _nested(self, query: dict[str, str], offset: int, limit: int) -> slice:
        """Which replies come with a comment: without a limit of their own those of the top level hold."""
        own = query.get("nested_limit")
        return slice(offset, offset + limit) if own is None else slice(0, int(own))

    def _row(self, said: Said, *, nested: slice | None = None) -> dict[str, Any]:
        row = {
            "id": int(said.id),
            "parent": None if said.parent is None else int(said.parent),
            "created": float(said.seconds),
            "modified": None if said.edited_at is None else said.edited_at / 1_000_000,
            "mode": 4 if said.is_removed else 1,
            "text": "<p></p>" if said.is_removed else f"<p>{said.text}</p>",
            "author": None if said.is_removed else escape(said.author, quote=False),
            "website": None,
            "likes": said.likes,
            "dislikes": 0,
            "notification": 0,
            "hash": "e593a0bdf208",
        }
        if nested is not None:
            replies = self.below(said.id)[nested]
            stated = self.counted(under=said.id)
            row |= {
                "total_replies": stated,
                "hidden_replies": stated - len(replies),
                "replies": [self._row(reply) for reply in replies],
            }
        return row


class Isso13Service(IssoService):
    knows_offset = False


class Isso10Service(Isso13Service):
    finds_comments_only = True
