"""Discourse 3 and 2026 (`topics_controller.rb`, `embed_controller.rb`, `topic_view.rb`): shapes from its source."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

from kit import Answer
from scrapy import Request
from service import Said, Service, html_answer, json_answer, page_with

from crawler.systems.discourse import Discourse

ROOT = "https://forum.example.org/"
TOPIC = 2144
BOT = 7


class DiscourseService(Service):
    system = Discourse
    page_size = 20
    can_close = True
    knows = frozenset({"likes", "edited"})
    is_mega = False

    def page(self) -> str:
        return page_with(
            '<div id="discourse-comments"></div><script>DiscourseEmbed = {'
            f" discourseUrl: '{ROOT}', discourseEmbedUrl: '{self.url}' }};</script>"
        )

    def said_id(self, native_id: str) -> str:
        return str(int(native_id) - 1)

    def answer(self, request: Request) -> Answer | None:
        parts = urlsplit(request.url)
        query = parse_qs(parts.query)
        if not request.url.startswith(ROOT):
            return None
        if parts.path == "/embed/comments":
            return self._embed(query)
        if parts.path == f"/t/{TOPIC}.json":
            return json_answer(self._topic())
        if parts.path == f"/t/{TOPIC}/wordpress.json" and query == {"best": ["1"]}:
            count = len(self._stream()) + self.lie
            return json_answer({"id": TOPIC, "posts_count": count, "filtered_posts_count": count, "posts": []})
        if parts.path == f"/t/{TOPIC}/posts.json":
            return json_answer({"post_stream": {"posts": self._chosen(query)}, "id": TOPIC})
        return None

    def _embed(self, query: dict[str, list[str]]) -> Answer:
        if query.get("embed_url") != [self.url]:
            return html_answer('<header class="discourse" data-embed-state="loading"><h3>Loading</h3></header>')
        return html_answer(
            f'<html><body><header class="discourse"><a class="button" href="{ROOT}t/a-video/{TOPIC}/2">Continue</a>'
            f'</header><article class="post"><p><a href="{ROOT}t/another/9/2">another</a></p></article></body></html>'
        )

    def _posts(self) -> list[dict[str, Any]]:
        first = self._post(Said(id="0", text="About", author="bot", at=1_500_000_000_000_000), user=BOT)
        return [first, *(self._post(said) for said in self.shown)]

    def _stream(self) -> list[int]:
        everyone = [said for said in self.comments if not said.is_removed]
        return [9000, *(9000 + int(said.id) for said in everyone)]

    def _topic(self) -> dict[str, Any]:
        stream: dict[str, Any] = {"posts": self._posts()[:20]}
        stream |= {"isMegaTopic": True, "firstId": 9000, "lastId": 1} if self.is_mega else {"stream": self._stream()}
        return {
            "post_stream": stream,
            "id": TOPIC,
            "title": "A video",
            "posts_count": len(self._stream()) + self.lie,
            "closed": self.is_closed,
            "archived": False,
            "slug": "a-video",
            "user_id": BOT,
            "chunk_size": 20,
        }

    def _chosen(self, query: dict[str, list[str]]) -> list[dict[str, Any]]:
        posts = self._posts()
        if "post_ids[]" in query:
            return [post for post in posts if str(post["id"]) in query["post_ids[]"]]
        number = int(query["post_number"][0])
        if query.get("asc") == ["true"]:
            return [post for post in posts if post["post_number"] > number][:20]
        return [post for post in reversed(posts) if post["post_number"] < number][:20]

    def _post(self, said: Said, user: int = 100) -> dict[str, Any]:
        number = int(said.id) + 1
        return {
            "id": 9000 + int(said.id),
            "name": "",
            "username": said.author,
            "created_at": said.iso.replace("Z", ".000Z"),
            "cooked": f"<p>{said.text}</p>",
            "post_number": number,
            "post_type": 1,
            "updated_at": said.iso if said.edited_at is None else Said(id="", at=said.edited_at).iso,
            "reply_count": 0,
            "reply_to_post_number": None if said.parent is None else int(said.parent) + 1,
            "topic_id": TOPIC,
            "version": 1 if said.edited_at is None else 2,
            "actions_summary": [{"id": 2, "count": said.likes}] if said.likes else [],
            "staff": False,
            "user_id": user,
            "hidden": False,
            "deleted_at": None,
            "user_deleted": False,
            "post_url": f"/t/a-video/{TOPIC}/{number}",
        }


class DiscourseMegaTopicService(DiscourseService):
    """The same with a topic of 10,000 posts, whose answer has no list of ids; `topic_view.rb`, `is_mega_topic?`."""

    is_mega = True
