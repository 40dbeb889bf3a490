"""Isso 0.14 (`isso/views/comments.py`)."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

from kit import Answer
from scrapy import Request
from service import Said, Service, json_answer, page_with

from crawler.systems.isso import Isso

API = "https://comments.example.org/isso/"


class IssoService(Service):
    system = Isso
    page_size = 200
    max_depth = 2
    counts_replies = True
    keeps_stubs = True
    knows = frozenset({"likes", "edited"})

    def page(self) -> str:
        return page_with(
            f'<section id="isso-thread"></section><script data-isso="{API}" src="{API}js/embed.min.js"></script>'
        )

    def answer(self, request: Request) -> Answer | None:
        query = {name: values[0] for name, values in parse_qs(urlsplit(request.url).query).items()}
        if not request.url.startswith(f"{API}?") or query.get("uri") != urlsplit(self.url).path:
            return None
        offset, limit = int(query.get("offset", 0)), int(query.get("limit", 10**9))
        top = sorted(self.top(), key=lambda said: said.at)
        if query.get("sort") == "newest":
            top.reverse()
        shown = top[offset : offset + limit]
        return json_answer(
            {
                "id": None,
                "total_replies": self.counted(),
                "hidden_replies": self.counted(top=True) - len(shown) - offset,
                "replies": [self._row(said, with_replies=True) for said in shown],
                "config": {"require-email": False, "feed": True},
            }
        )

    def _row(self, said: Said, *, with_replies: bool = False) -> dict[str, Any]:
        row = {
            "id": int(said.id),
            "parent": None if said.parent is None else int(said.parent),
            "created": float(said.seconds),
            "modified": None if said.edited_at is None else said.edited_at / 1_000_000,
            "mode": 4 if said.is_removed else 1,
            "text": "<p></p>" if said.is_removed else f"<p>{said.text}</p>",
            "author": None if said.is_removed else said.author,
            "website": None,
            "likes": said.likes,
            "dislikes": 0,
            "notification": 0,
            "hash": "e593a0bdf208",
        }
        if with_replies:
            replies = self.below(said.id)
            stated = self.counted(under=said.id)
            row |= {
                "total_replies": stated,
                "hidden_replies": stated - len(replies),
                "replies": [self._row(reply) for reply in replies],
            }
        return row
