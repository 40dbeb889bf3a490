"""FastComments' public interface: shapes from its models, documentation and published clients; not verified live."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from kit import Answer
from scrapy import Request
from service import Said, Service, json_answer, page_with, query_of

from crawler.systems.fastcomments import FastComments

HOST = "https://fastcomments.com"
TENANT = "tEnAnT_1"
URL_ID = "video-12"


class FastCommentsService(Service):
    system = FastComments
    page_size = 30
    keeps_stubs = True
    can_close = True
    shows_empty = False
    knows = frozenset({"likes", "pinned"})
    may_lack = frozenset({"parentId"})
    counts_stubs = True
    """Whether `commentCount` holds stubs; nothing says so."""

    def page(self) -> str:
        return page_with(
            f"""<script src="https://cdn.fastcomments.com/js/embed-v2.min.js"></script>
            <div id="fastcomments-widget"></div><script>
            FastCommentsUI(document.getElementById('fastcomments-widget'), {{
                "tenantId": "{TENANT}", "urlId": "{URL_ID}", "url": "{self.url}"
            }});</script>"""
        )

    def answer(self, request: Request) -> Answer | None:
        parts = urlsplit(request.url)
        query = query_of(request.url)
        if f"{parts.scheme}://{parts.netloc}" != HOST or not parts.path.startswith("/comments/"):
            return None
        if parts.path != f"/comments/{TENANT}":
            return json_answer({"status": "failed", "code": "invalid-tenant", "reason": "No such tenant."})
        if query.get("direction", "MR") not in ("OF", "NF", "MR"):
            return json_answer({"status": "failed", "code": "invalid-direction", "reason": "No."}, 400)
        return self._page(query["urlId"] == URL_ID, int(query.get("page", 0)), query)

    def _page(self, here: bool, page: int, query: dict[str, str]) -> Answer:
        """Whole threads one after another, cut into pages wherever these end."""
        listed: list[Said] = []
        for said in sorted(self.top() if here else [], key=lambda said: (not said.is_pinned, said.at)):
            listed += [said, *self._threaded(said.id)]
        size = self.page_size
        count = self.counted(stubs=self.counts_stubs, top=query.get("countAll") != "true") if here else 0
        return json_answer(
            {
                "status": "success",
                "comments": [self._row(said) for said in listed[page * size : (page + 1) * size]],
                "user": None,
                "urlIdClean": query["urlId"],
                "lastGenDate": 1700000000000,
                "includesPastPages": False,
                "isDemo": False,
                "commentCount": count,
                "isSiteAdmin": False,
                "hasBillingIssue": False,
                "pageNumber": page,
                "hasMore": (page + 1) * size < len(listed),
                "isClosed": self.is_closed,
            }
        )

    def _threaded(self, parent: str) -> list[Said]:
        found: list[Said] = []
        for said in self.below(parent):
            found += [said, *self._threaded(said.id)]
        return found

    def _row(self, said: Said) -> dict[str, Any]:
        row: dict[str, Any] = {
            "_id": said.id,
            "userId": None,
            "anonUserId": "anon-7",
            "commenterName": "[deleted]" if said.is_removed else said.author,
            "commenterLink": None,
            "commentHTML": "[deleted]" if said.is_removed else said.text,
            "parentId": said.parent,
            "date": said.iso.replace("Z", ".000Z"),
            "votes": said.likes - 1,
            "votesUp": said.likes,
            "votesDown": 1,
            "verified": True,
            "avatarSrc": "https://gravatar.example/d41d8cd98f00b204e9800998ecf8427e",
            "hasImages": False,
            "isPinned": said.is_pinned,
            "isLocked": False,
            "approved": True,
        }
        return row | ({"isDeleted": True} if said.is_removed else {})
