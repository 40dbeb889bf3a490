"""Odysee's comment server as its source says (`list.go`, `reactions/list.go`, `settings/service.go` of commentron)."""

from __future__ import annotations

import json
from math import ceil
from typing import Any

from kit import Answer
from scrapy import Request
from service import SECOND, Said, Service, json_answer, page_with

from crawler.systems.odysee import Odysee

CLAIM = "1239005e4d787148a106848055c58cf84917891a"
CHANNEL = "8b9c0f5d7a3e2b1c4d6f8a9e0b1c2d3e4f5a6b7c"
API = "https://comments.odysee.tv/api/v2"
PROXY = "https://api.na-backend.odysee.com/api/v1/proxy"
PAGE = "https://odysee.com/@Maker:8/noclip:1"


def error(message: str) -> Answer:
    return json_answer({"jsonrpc": "2.0", "error": {"code": -32000, "message": message, "data": None}, "id": 1})


def result(value: object) -> Answer:
    return json_answer({"jsonrpc": "2.0", "result": value, "id": 1})


class OdyseeService(Service):
    system = Odysee
    url = PAGE
    page_size = 200
    counts_replies = True
    knows = frozenset({"likes", "edited", "pinned"})
    may_lack = frozenset({"parent_id"})
    blocked: frozenset[str] = frozenset()
    """Comments of channels that are blocked: they take up room in a page and are counted, but not sent."""
    enabled: bool | None = True
    is_protected = False

    def page(self) -> str:
        video = {
            "@context": "https://schema.org",
            "@type": "VideoObject",
            "name": "A video",
            "url": PAGE,
            "contentUrl": f"https://player.odycdn.com/api/v3/streams/free/noclip/{CLAIM}/d47b79.mp4",
            "embedUrl": "https://odysee.com/%24/embed/%40Maker%3A8%2Fnoclip%3A1",
            "author": {"@type": "Person", "name": "Maker", "url": "https://odysee.com/@Maker:8"},
        }
        head = f'<link rel="canonical" content="{PAGE}"><script type="application/ld+json">{json.dumps(video)}</script>'
        return page_with('<div id="app"></div>', head=head)

    def said_id(self, native_id: str) -> str:
        return native_id.lstrip("0")

    def answer(self, request: Request) -> Answer | None:
        if request.method != "POST":
            return None
        asked = json.loads(request.body)
        method, params = asked["method"], asked["params"]
        if asked["jsonrpc"] != "2.0" or request.url not in (f"{API}?m={method}", f"{PROXY}?m={method}"):
            return None
        if request.url.startswith(PROXY):
            claim = {"claim_id": CLAIM, "name": "noclip", "signing_channel": {"claim_id": CHANNEL, "name": "@Maker"}}
            return result({"items": [claim] if params["claim_ids"] == [CLAIM] else [], "page": 1})
        if method == "comment.List":
            return self._list(params)
        if method == "reaction.List":
            return self._reactions(params["comment_ids"].split(","))
        if method == "setting.Get" and params["channel_id"] == CHANNEL:
            told = {} if self.enabled is None else {"comments_enabled": self.enabled}
            return result({"slow_mode_min_gap": None, **told})
        return error(f'rpc: can\'t find method "{method}"')

    def _list(self, params: dict[str, Any]) -> Answer:
        if self.is_protected:
            return error("mismatch in is_protected")
        size, page = min(params.get("page_size") or 50, 600), params.get("page") or 1
        if params.get("claim_id") != CLAIM or params.get("sort_by") != 1:
            return error("you must pass either claim_id or author_claim_id")
        listed = [one for parent in (None, *(said.id for said in self.comments)) for one in self.below_or_top(parent)]
        listed.sort(key=lambda said: (not said.is_pinned, said.at))
        shown = listed[(page - 1) * size : page * size]
        items = [self._row(said) for said in shown if said.id not in self.blocked]
        total = self.counted()
        filtered = total - sum(said.id in self.blocked for said in shown)
        found = {
            "page": page,
            "page_size": size,
            "total_pages": ceil(filtered / size),
            "total_items": total,
            "total_filtered_items": filtered,
            "has_hidden_comments": False,
            "has_protected_comments": False,
        }
        return result(found | ({"items": items} if items else {}))

    def below_or_top(self, parent: str | None) -> list[Said]:
        return self.top() if parent is None else self.below(parent)

    def _reactions(self, native_ids: list[str]) -> Answer:
        likes = {native(said.id): said.likes for said in self.comments}
        if not any(one in likes for one in native_ids):
            return error("could not find comment(s)")
        told = {one: {"creator_like": 0, "dislike": 1, "like": likes.get(one, 0)} for one in native_ids}
        return result({"others_reactions": told})

    def _row(self, said: Said) -> dict[str, Any]:
        row: dict[str, Any] = {
            "comment": said.text.replace("&lt;", "<").replace("&amp;", "&"),
            "comment_id": native(said.id),
            "claim_id": CLAIM,
            "timestamp": said.seconds,
            "signature": "",
            "signing_ts": str((said.edited_at or said.at) // SECOND),
            "channel_id": "0db3cea9230c2506e266df053a5a8aca8dc39214",
            "channel_name": said.author,
            "channel_url": f"lbry://{said.author}#0db3cea9230c2506e266df053a5a8aca8dc39214",
            "currency": "",
            "support_amount": 0,
            "is_hidden": False,
            "is_pinned": said.is_pinned,
            "is_fiat": False,
            "is_protected": False,
        }
        replies = self.counted(under=said.id)
        row |= {"replies": replies} if replies else {}
        return row | ({"parent_id": native(said.parent)} if said.parent else {})


def native(number: str) -> str:
    """An id as the server makes them: 64 hexadecimal digits."""
    return number.rjust(64, "0")
