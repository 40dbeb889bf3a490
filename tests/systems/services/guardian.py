"""The Guardian's discussion API, by its client's schemas and fixtures (guardian/dotcom-rendering)."""

from __future__ import annotations

from html import escape
from json import dumps
from math import ceil
from typing import Any, ClassVar

from kit import Answer
from scrapy import Request
from service import Said, Service, json_answer, page_with, query_of

from crawler.systems.guardian import Guardian

KEY = "/p/39f5z"
API = "https://discussion.theguardian.com/discussion-api"
NOTICE = "This comment was removed by a moderator because it didn't abide by our <a href='/x'>community standards</a>."


class GuardianService(Service):
    system = Guardian
    url = "https://www.theguardian.com/science/2021/jul/07/a-video"
    page_size = 100
    reply_page_size = 100
    counts_replies = True
    keeps_stubs = True
    can_close = True
    knows = frozenset({"likes"})
    is_linear: ClassVar[bool] = False

    def page(self) -> str:
        props = escape(dumps({"discussionApiUrl": API, "shortUrlId": KEY, "enableDiscussionSwitch": True}))
        return page_with(f'<gu-island name="DiscussionWeb" deferUntil="visible" props="{props}"></gu-island>')

    def _is_kept(self, said: Said) -> bool:
        return True

    def answer(self, request: Request) -> Answer | None:
        query = query_of(request.url)
        path = request.url.partition("?")[0].removeprefix(API)
        if not request.url.startswith(API):
            return None
        if path == f"/discussion{KEY}":
            return self._discussion(query)
        if path.startswith("/comment/"):
            found = [said for said in self.shown if said.id == path.rpartition("/")[2]]
            return json_answer({"status": "ok", "comment": self._row(found[0], None)}) if found else _error("NOT_FOUND")
        if path == "/getCommentCounts":
            return json_answer({key: self.counted() for key in query["short-urls"].split(",") if key == KEY})
        return _error("DISCUSSION_NOT_FOUND")

    def _discussion(self, query: dict[str, str]) -> Answer:
        is_threaded = query.get("displayThreaded") == "true"
        if is_threaded and self.is_linear:
            return _error("DISCUSSION_ONLY_AVAILABLE_IN_LINEAR_FORMAT")
        size, page = min(int(query["pageSize"]), 100), int(query["page"])
        rows = sorted(self.top() if is_threaded else self.shown, key=lambda said: said.at)
        most = int(query["maxResponses"]) if is_threaded else 0
        return json_answer(
            {
                "status": "ok",
                "currentPage": page,
                "pages": ceil(len(rows) / size),
                "pageSize": size,
                "orderBy": query["orderBy"],
                "discussion": {
                    "key": KEY,
                    "webUrl": self.url,
                    "commentCount": self.counted(),
                    "topLevelCommentCount": self.counted(top=True) - self.lie,
                    "isClosedForComments": self.is_closed,
                    "isThreaded": not self.is_linear,
                    "title": "A video",
                    "comments": [self._row(said, most) for said in rows[(page - 1) * size : page * size]],
                },
            }
        )

    def _row(self, said: Said, most: int | None) -> dict[str, Any]:
        row: dict[str, Any] = {
            "id": int(said.id),
            "body": NOTICE if said.is_removed else f"<p>{said.text}</p>",
            "date": "02 July 2014 11:20am",
            "isoDateTime": said.iso,
            "status": "blocked" if said.is_removed else "visible",
            "webUrl": f"https://discussion.theguardian.com/comment-permalink/{said.id}",
            "apiUrl": f"{API}/comment/{said.id}",
            "numRecommends": said.likes,
            "isHighlighted": False,
            "userProfile": {
                "userId": f"10{said.id}",
                "displayName": said.author,
                "webUrl": f"https://profile.theguardian.com/user/id/10{said.id}",
                "avatar": "https://avatar.guim.co.uk/user/1",
                "secureAvatarUrl": "https://avatar.guim.co.uk/user/1",
                "badge": [],
            },
        }
        if said.parent is not None:
            row["responseTo"] = {"displayName": "Reader", "commentId": said.parent}
            return row
        if most != 0:
            row["responses"] = [self._row(one, 0) for one in self.descendants(said.id)[:most]]
            count = self.counted(under=said.id, deep=True)
            row["metaData"] = {"commentCount": 1 + count, "blockedCount": 0, "responseCount": count}
        return row


def _error(code: str) -> Answer:
    return json_answer({"status": "error", "statusCode": 404, "message": code.lower(), "errorCode": code}, 404)


class GuardianLinearService(GuardianService):
    """An old discussion, which is shown without threads."""

    is_linear = True
    counts_replies = False
    may_lack = frozenset({"responseTo", "commentId"})
