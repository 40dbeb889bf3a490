"""GitHub's REST API as utterances uses it, written from its documentation: search, issues, issue comments.

Real numbers, links and headers: comments come in ascending order of their id, at most 100 a page, with `Link`.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from kit import Answer
from scrapy import Request
from service import JSON, Said, Service, json_answer, page_with, query_of

from crawler.systems.utterances import Utterances

API = "https://api.github.com"
TERM = "2021/07/a-video/"


class UtterancesService(Service):
    system = Utterances
    page_size = 100
    max_depth = 1
    can_close = True
    knows = frozenset({"likes", "edited"})

    def page(self) -> str:
        return page_with(
            '<script src="https://utteranc.es/client.js" repo="News/comments" issue-term="pathname" label="comment" '
            'theme="github-light" crossorigin="anonymous" async></script>'
        )

    def answer(self, request: Request) -> Answer | None:
        if not request.url.startswith(API) or not request.headers.get("Accept"):
            return None
        parts = urlsplit(request.url)
        query = query_of(request.url)
        if parts.path == "/search/issues":
            if query["q"] != f'"{TERM}" type:issue in:title repo:News/comments':
                return json_answer({"message": "Validation Failed"}, 422)
            others = [{"number": 3, "title": "Another one", "comments": 0, "locked": False}]
            found = [*others, self._issue()] if self.comments or self.is_closed else []
            return json_answer({"total_count": len(found), "incomplete_results": False, "items": found})
        if parts.path == "/repos/News/comments/issues/7":
            return json_answer(self._issue())
        if re.fullmatch("/repos/News/comments/issues/7/comments|/repositories/11/issues/7/comments", parts.path):
            return self._comments(query)
        return json_answer({"message": "Not Found", "documentation_url": "https://docs.github.com/rest"}, 404)

    def _comments(self, query: dict[str, str]) -> Answer:
        size, number = min(int(query.get("per_page", 30)), 100), int(query.get("page", 1))
        rows = sorted(self.shown, key=lambda said: int(said.id))
        last = -(-len(rows) // size)
        base = f"{API}/repositories/11/issues/7/comments?per_page={size}&page="
        links = [f'<{base}{number - 1}>; rel="prev"'] if number > 1 else []
        links += [f'<{base}{number + 1}>; rel="next"', f'<{base}{last}>; rel="last"'] if number < last else []
        headers = JSON | ({"Link": ", ".join(links)} if links else {})
        return json_answer([self._row(said) for said in rows[(number - 1) * size : number * size]], headers=headers)

    def _issue(self) -> dict[str, Any]:
        return {
            "number": 7,
            "title": TERM.upper(),
            "comments": self.counted(),
            "locked": self.is_closed,
            "state": "open",
            "html_url": "https://github.com/News/comments/issues/7",
            "user": {"login": "utterances-bot"},
        }

    def _row(self, said: Said) -> dict[str, Any]:
        edited = said.iso if said.edited_at is None else Said(said.id, at=said.edited_at).iso
        return {
            "id": int(said.id),
            "node_id": "IC_",
            "html_url": f"https://github.com/News/comments/issues/7#issuecomment-{said.id}",
            "user": {
                "login": said.author,
                "id": 1,
                "html_url": f"https://github.com/{said.author}",
                "url": f"{API}/users/{said.author}",
                "type": "User",
            },
            "created_at": said.iso,
            "updated_at": edited,
            "author_association": "NONE",
            "body_html": f'<p dir="auto">{said.text}</p>',
            "reactions": {"total_count": said.likes, "+1": said.likes, "-1": 0, "heart": 0},
        }
