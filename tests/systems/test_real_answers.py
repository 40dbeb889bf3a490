"""Real answers of comment services with checked comments, where they lie beside the project (``../shared/pages``)."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from kit import Answer, read
from scrapy import Request
from scrapy.http import Response, TextResponse
from service import JSON, json_answer, page_with

from archive.schema import Comment
from crawler.systems.base import FetchError, System
from crawler.systems.discourse import Discourse
from crawler.systems.peertube import PeerTube
from crawler.systems.youtube import YouTube

PAGES = Path(__file__).resolve().parents[2].parent / "shared" / "pages"

pytestmark = pytest.mark.skipif(not (PAGES / "score.py").is_file(), reason=f"no real answers in {PAGES}")

NOW = 1_780_000_000_000_000
"""2026-05-28, microseconds: later than all that these answers hold."""

Answering = Callable[[Request], Answer | None]


def answers(name: str) -> list[Any]:
    folder = PAGES / name
    return [json.loads((folder / file).read_bytes()) for file in gold(name)["files"]]


def gold(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((PAGES / name / "gold.json").read_bytes())
    return found


def score(name: str, comments: list[Comment]) -> dict[str, Any]:
    """What the judge's own program says of a harvest."""
    spec = importlib.util.spec_from_file_location("score", PAGES / "score.py")
    assert spec is not None
    assert spec.loader is not None
    judge: ModuleType = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(judge)
    index = {comment.native_id: place for place, comment in enumerate(comments)}
    rows = [
        {
            "author": comment.author_name,
            "text": comment.text or "",
            "published": None
            if comment.published_at is None
            else datetime.fromtimestamp(comment.published_at / 1_000_000, UTC).isoformat(),
            "parent_index": index.get(comment.parent_native_id) if comment.parent_native_id else None,
        }
        for comment in comments
    ]
    result = judge.aggregate([judge.score_page(gold(name), {"id": name, "comments": rows}, 0.8)])
    return {key: value for key, value in result.items() if value == value}  # noqa: PLR0124 - NaN: there is none


async def harvest(system: System, html: str, url: str, answer: Answering) -> tuple[list[Comment], Any]:
    async def fetch(request: Request) -> Response:
        found = answer(request)
        if found is None:
            raise FetchError("error", f"{request.url}: nothing answers here")
        status, headers, body = found
        return TextResponse(request.url, status=status, headers=dict(headers), body=body, request=request)

    [(_, comments, ledger)] = await read(system, html, url, fetch, now=NOW)
    return comments, ledger


async def test_discourse() -> None:
    name = "a016-discourse-2144"
    posts = {post["id"]: post for page in answers(name) for post in page["post_stream"]["posts"]}
    known = sorted(posts.values(), key=lambda post: post["post_number"])
    root = "https://discuss.criticalfallibilism.com/"

    def answer(request: Request) -> Answer | None:
        parts = urlsplit(request.url)
        if parts.path == "/t/2144.json":
            stream = {"posts": known[:20], "stream": [post["id"] for post in known]}
            return json_answer({"id": 2144, "posts_count": len(known), "user_id": 1, "post_stream": stream})
        asked = parse_qs(parts.query)["post_ids[]"]
        return 200, JSON, json.dumps({"post_stream": {"posts": [posts[int(one)] for one in asked]}}).encode()

    head = '<meta name="generator" content="Discourse 3.6.0">'
    comments, ledger = await harvest(Discourse(), page_with("", head=head), f"{root}t/kpop-demon-hunters/2144", answer)
    assert (len(comments), ledger.verdict) == (28, "complete")
    assert_all_right(score(name, comments))


async def test_peertube() -> None:
    name = "a010-peertube-framatube-kkGM"
    data = [comment for page in answers(name) for comment in page["data"]]
    api = "https://framatube.org/api/v1/videos/9c9de5e8-0a1e-484a-b099-e80766180a6d"

    def answer(request: Request) -> Answer | None:
        path = request.url.removeprefix(api).partition("?")[0]
        if path == "/comment-threads":
            return json_answer({"total": 18, "totalNotDeletedComments": 10, "data": data})
        return json_answer({"commentsPolicy": {"id": 1}}) if not path else None

    head = '<meta property="og:platform" content="PeerTube">'
    url = "https://framatube.org/w/kkGMgK9ZtnKfYAgnEtQxbv"
    comments, ledger = await harvest(PeerTube(), page_with("", head=head), url, answer)
    assert sum(comment.status == "removed" for comment in comments) == 9
    assert (ledger.verdict, ledger.expected, ledger.captured) == ("partial", 10, 18), "its one reply was not recorded"
    assert any(gap["parent"] == "34293" for gap in ledger.gaps)
    assert_all_right(score(name, comments))


@pytest.mark.parametrize("name", ["a018-youtube-dataapi-7ghhRHRP6t4", "a019-youtube-dataapi-wtLJPvx7-ys"])
async def test_youtube(name: str) -> None:
    [threads] = answers(name)
    threads.pop("nextPageToken")  # only this page was recorded, and no page of replies

    def answer(request: Request) -> Answer | None:
        resource = urlsplit(request.url).path.rpartition("/")[2]
        if resource == "videos":
            return json_answer({"items": [{"statistics": {"commentCount": "200"}}]})
        return json_answer(threads) if resource == "commentThreads" else None

    system = YouTube({"YOUTUBE_API_KEY": "x"})
    comments, ledger = await harvest(system, page_with("youtube"), gold(name)["url"], answer)
    assert len(comments) == len(threads["items"])
    assert ledger.verdict == "partial"
    assert {gap["parent"] for gap in ledger.gaps} == {
        item["id"] for item in threads["items"] if item["snippet"]["totalReplyCount"]
    }
    assert_all_right(score(name, comments))


def assert_all_right(result: dict[str, Any], *but: str) -> None:
    for key in ("cm_f1", "count_exact", "text_exact", "author_acc", "time_acc", "reply_f1", "order", "perfect"):
        if key in result and key not in but:
            assert result[key] == 1.0, (key, result)
