"""Disqus: the frame and API 3.0, shapes from documentation and published clients; not verified live."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from kit import Answer
from scrapy import Request
from service import Said, Service, html_answer, json_answer, page_with, query_of

from crawler.systems.disqus import Disqus

FORUM = "example-news"
SECRET = "a-key-of-the-operator"
THREAD = "8123456789"
CODES = {5: 401, 2: 400, 8: 404, 13: 400}


def refusal(code: int, words: str) -> Answer:
    return json_answer({"code": code, "response": words}, CODES[code])


class DisqusService(Service):
    system = Disqus
    options: ClassVar[Mapping[str, Any]] = {"DISQUS_API_KEY": SECRET}
    key_is_optional = True
    page_size = 50
    keeps_stubs = True
    can_close = True
    knows = frozenset({"likes"})

    def page(self) -> str:
        return page_with(
            '<div id="disqus_thread"></div><script>var disqus_config = function () {'
            f" this.page.url = '{self.url}'; this.page.identifier = 'video-12'; }};"
            "(function() { var d = document, s = d.createElement('script');"
            f" s.src = 'https://{FORUM}.disqus.com/embed.js'; (d.head || d.body).appendChild(s); }})();</script>"
        )

    def answer(self, request: Request) -> Answer | None:
        parts = urlsplit(request.url)
        query = query_of(request.url)
        if (parts.netloc, parts.path) == (f"{FORUM}.disqus.com", "/count-data.js"):
            names = parse_qs(parts.query).get("1", [])
            counts = [{"id": "video-12", "comments": self.counted(stubs=False)}] if "video-12" in names else []
            told = json.dumps({"text": {"and": "and", "comments": {"one": "1 Comment"}}, "counts": counts})
            return 200, {"content-type": "application/javascript"}, f"DISQUSWIDGETS.displayCount({told});".encode()
        if parts.netloc != "disqus.com":
            return None
        if parts.path == "/embed/comments/":
            return html_answer(self._frame(query))
        resource = parts.path.removeprefix("/api/3.0/threads/")
        if resource not in ("listPostsThreaded.json", "listPosts.json"):
            return None
        if query.get("api_key") != SECRET:
            return refusal(5, "Invalid API key")
        if query.get("thread") != THREAD or int(query.get("limit", 25)) > 100:
            return refusal(2, "Invalid argument")
        return self._list(resource, query)

    def _frame(self, query: dict[str, str]) -> str:
        if (query.get("f"), query.get("t_i"), query.get("t_u")) != (FORUM, "video-12", self.url):
            return "<html><body><p>We were unable to load Disqus.</p></body></html>"
        posts = sorted(self._tree(), key=lambda said: said.parent is None and -said.at)[:50]
        data = {
            "cursor": {"prev": None, "hasNext": len(self._tree()) > 50, "next": "1:0:0", "total": len(self._tree())},
            "code": 0,
            "response": {
                "posts": [self._post(said) for said in posts],
                "thread": {
                    "id": THREAD,
                    "forum": FORUM,
                    "link": self.url,
                    "posts": self.counted(stubs=False),
                    "isClosed": self.is_closed,
                    "likes": 0,
                },
            },
            "order": "desc",
        }
        told = json.dumps(data).replace("</", "<\\/")
        return f'<html><body><script type="text/json" id="disqus-threadData">{told}</script></body></html>'

    def _list(self, resource: str, query: dict[str, str]) -> Answer:
        if resource == "listPosts.json":
            rows = sorted((said for said in self.shown if not said.is_removed), key=lambda said: said.at)
        else:
            rows = self._tree()
        size, number = int(query.get("limit", 25)), int(query.get("cursor", "0:0:0").partition(":")[0])
        shown = rows[number * size : (number + 1) * size]
        cursor = {"prev": None, "hasNext": (number + 1) * size < len(rows), "next": f"{number + 1}:0:0", "total": None}
        return json_answer({"cursor": cursor, "code": 0, "response": [self._post(said) for said in shown]})

    def _tree(self) -> list[Said]:
        """Depth first, the oldest first."""
        found: list[Said] = []
        waiting = sorted(self.top(), key=lambda said: -said.at)
        while waiting:
            said = waiting.pop()
            found.append(said)
            waiting += sorted(self.below(said.id), key=lambda reply: -reply.at)
        return found

    def _post(self, said: Said) -> dict[str, Any]:
        row: dict[str, Any] = {
            "id": said.id,
            "parent": None if said.parent is None else int(said.parent),
            "thread": THREAD,
            "forum": FORUM,
            "createdAt": said.iso.removesuffix("Z"),
            "depth": 0,
            "hasMore": False,
            "isDeleted": said.is_removed,
            "isEdited": False,
            "isApproved": not said.is_removed,
            "isSpam": False,
            "isHighlighted": False,
            "message": "" if said.is_removed else f"<p>{said.text}</p>",
            "raw_message": "" if said.is_removed else said.text,
            "likes": said.likes,
            "dislikes": 0,
            "points": said.likes,
            "media": [],
        }
        if not said.is_removed:
            row["author"] = {
                "name": said.author,
                "username": "reader",
                "id": "12",
                "isAnonymous": False,
                "profileUrl": "https://disqus.com/by/reader/",
                "avatar": {"cache": "//a.disquscdn.com/x.png"},
            }
        return row
