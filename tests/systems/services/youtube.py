"""YouTube Data API v3: shapes from its reference and from real answers; not verified live."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import urlsplit

from kit import Answer
from scrapy import Request
from service import Said, Service, json_answer, page_with, query_of

from crawler.systems.youtube import API, YouTube

VIDEO = "bem4adjGKjE"
SECRET = "a-key-of-the-operator"
OWNER = "UC0000000000000000000000"


def error(status: int, reason: str, message: str = "No.") -> Answer:
    told = {"code": status, "message": message, "errors": [{"message": message, "domain": "youtube", "reason": reason}]}
    return json_answer({"error": told}, status)


class YouTubeService(Service):
    system = YouTube
    options: ClassVar[Mapping[str, Any]] = {"YOUTUBE_API_KEY": SECRET}
    url = f"https://www.youtube.com/watch?v={VIDEO}"
    page_size = 100
    reply_page_size = 5
    max_depth = 2
    counts = False
    counts_replies = True
    knows = frozenset({"likes", "edited"})

    def page(self) -> str:
        return page_with('<ytd-app></ytd-app><script>var ytcfg = {"host": "www.youtube.com"};</script>')

    def said_id(self, native_id: str) -> str:
        return native_id.rpartition("Ug")[2].rpartition(".")[2]

    def answer(self, request: Request) -> Answer | None:
        if not request.url.startswith(API):
            return None
        query = query_of(request.url)
        if "key" in query or request.headers.get("X-goog-api-key") != SECRET.encode():
            return error(403, "forbidden", "The request is missing a valid API key.")
        if int(query.get("maxResults", 20)) > 100:
            return error(400, "invalidParameter")
        resource = urlsplit(request.url).path.rpartition("/")[2]
        return {"videos": self._videos, "commentThreads": self._threads, "comments": self._comments}[resource](query)

    def _videos(self, query: dict[str, str]) -> Answer:
        statistics = {"viewCount": "1", "commentCount": str(len(self.comments) + 3 + self.lie)}
        item = {"id": VIDEO, "snippet": {"channelId": OWNER}, "statistics": statistics}
        return json_answer({"kind": "youtube#videoListResponse", "items": [item] if VIDEO in query["id"].split(",") else []})

    def _threads(self, query: dict[str, str]) -> Answer:
        top = sorted(self.top(), key=lambda said: said.at, reverse=True)
        return self._page(top, query, "youtube#commentThreadListResponse", self._thread)

    def _comments(self, query: dict[str, str]) -> Answer:
        replies = self.below(query["parentId"].removeprefix("Ug"))
        return self._page(replies, query, "youtube#commentListResponse", self._comment)

    def _page(self, rows: list[Said], query: dict[str, str], kind: str, item: Any) -> Answer:
        if "pageToken" in query:  # a token stands for the place behind a comment, whatever comes before it
            rows = rows[[said.id for said in rows].index(query["pageToken"]) + 1 :]
        size = int(query.get("maxResults", 20))
        shown = rows[:size]
        answer = {"kind": kind, "pageInfo": {"totalResults": len(shown), "resultsPerPage": size}}
        answer |= {"nextPageToken": shown[-1].id} if len(rows) > size else {}
        return json_answer(answer | {"items": [item(said) for said in shown]})

    def _thread(self, said: Said) -> dict[str, Any]:
        replies = self.below(said.id)[:5]
        count = self.counted(under=said.id, stubs=False)
        snippet = {"videoId": VIDEO, "topLevelComment": self._comment(said), "totalReplyCount": count, "isPublic": True}
        row = {"kind": "youtube#commentThread", "id": f"Ug{said.id}", "snippet": snippet}
        return row | ({"replies": {"comments": [self._comment(reply) for reply in replies]}} if replies else {})

    def _comment(self, said: Said) -> dict[str, Any]:
        native_id = f"Ug{said.id}" if said.parent is None else f"Ug{said.parent}.{said.id}"
        edited = said if said.edited_at is None else Said(id="", at=said.edited_at)
        snippet = {
            "videoId": VIDEO,
            "textDisplay": said.text,
            "textOriginal": said.text.replace("&lt;", "<").replace("&amp;", "&"),
            "authorDisplayName": said.author,
            "authorProfileImageUrl": "https://yt3.ggpht.com/x",
            "authorChannelUrl": "http://www.youtube.com/@x",
            "authorChannelId": {"value": "UC1111111111111111111111"},
            "canRate": True,
            "viewerRating": "none",
            "likeCount": said.likes,
            "publishedAt": said.iso,
            "updatedAt": edited.iso,
        }
        snippet |= {} if said.parent is None else {"parentId": f"Ug{said.parent}"}
        return {"kind": "youtube#comment", "id": native_id, "snippet": snippet}
