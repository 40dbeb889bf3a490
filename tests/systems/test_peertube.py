"""PeerTube: which pages are a video's, and comments from other servers."""

from __future__ import annotations

from typing import Any

import pytest
from kit import answering, read
from service import Said, json_answer, page_with
from services.peertube import API, HOST, SHORT, VIDEO, PeerTubeService

from crawler.extract.document import Document
from crawler.systems.peertube import PeerTube

HEAD = '<meta property="og:platform" content="PeerTube">'


def refs(html: str, url: str) -> list[tuple[str, str | None]]:
    return [(ref.tenant, ref.native_id) for ref in PeerTube().detect(Document(html, url))]


@pytest.mark.parametrize(
    "url",
    [
        f"{HOST}/w/{SHORT}",
        f"{HOST}/w/{SHORT};threadId=12?start=1s",
        f"{HOST}/w/{VIDEO}",
        f"{HOST}/videos/watch/{VIDEO}?stop=9",
        f"{HOST}/videos/watch/{VIDEO.upper()}",
    ],
)
def test_every_address_of_a_video_is_the_same_thread(url: str) -> None:
    assert refs(page_with("", head=HEAD), url) == [("tube.example.org", VIDEO)]


def test_the_canonical_address_helps_where_the_visited_one_says_nothing() -> None:
    head = f'{HEAD}<link rel="canonical" href="{HOST}/w/{SHORT}">'
    assert refs(page_with("", head=head), f"{HOST}/w/p/playlist?v=1") == [("tube.example.org", VIDEO)]


@pytest.mark.parametrize(
    ("head", "body", "url"),
    [
        (HEAD, "", f"{HOST}/"),
        (HEAD, "", f"{HOST}/c/news/videos"),
        (HEAD, "", f"{HOST}/videos/embed/{VIDEO}"),
        ("", f"<p>PeerTube</p><a href='{HOST}/w/{SHORT}'>video</a>", "https://blog.example.org/a"),
        ("", f'<p>On PeerTube:</p><iframe src="{HOST}/videos/embed/{VIDEO}"></iframe>', "https://blog.example.org/a"),
        (f'{HEAD}<link rel="canonical" href="https://other.example.org/w/{SHORT}">', "", f"{HOST}/about"),
    ],
)
def test_channels_players_and_links_are_no_thread(head: str, body: str, url: str) -> None:
    assert refs(page_with(body, head=head), url) == []


async def test_a_video_without_comments_by_policy_is_closed_and_not_just_empty() -> None:
    service = PeerTubeService(is_closed=True)
    web = answering(
        {
            API: json_answer({"commentsPolicy": {"id": 2}, "account": None}),
            f"{API}/comment-threads?start=0&count=100&sort=createdAt": json_answer(
                {"total": 0, "data": [], "totalNotDeletedComments": 0}
            ),
        }
    )
    [(ref, comments, ledger)] = await read(PeerTube(), service.page(), service.url, web)
    assert (ref.state, comments, ledger.verdict, ledger.state) == ("disabled", [], "closed", "disabled")


@pytest.mark.parametrize(
    ("details", "state", "verdict"),
    [
        ({"commentsEnabled": True}, "open", "none"),
        ({"commentsEnabled": False}, "disabled", "closed"),
        (None, "unknown", "unknown"),
    ],
)
async def test_an_empty_thread_is_what_the_video_says_it_is(details: Any, state: str, verdict: str) -> None:
    pages = {
        f"{API}/comment-threads?start=0&count=100&sort=createdAt": json_answer({"total": 0, "data": []}),
        API: json_answer({"error": "no"}, 500) if details is None else json_answer(details),
    }
    service = PeerTubeService()
    [(_, comments, ledger)] = await read(PeerTube(), service.page(), service.url, answering(pages))
    assert (comments, ledger.state, ledger.verdict) == ([], state, verdict)


async def comments_of(*rows: dict[str, Any], details: Any = None, **counts: int) -> Any:
    service = PeerTubeService()
    plain = service._row(Said(id="1"))
    data = [plain | row for row in rows]
    listed = {"total": len(data), "data": data, "totalNotDeletedComments": len(data)} | counts
    pages = {
        f"{API}/comment-threads?start=0&count=100&sort=createdAt": json_answer(listed),
        API: json_answer(details or {}),
    }
    [(_, comments, ledger)] = await read(PeerTube(), service.page(), service.url, answering(pages))
    return comments, ledger


async def test_a_comment_from_another_server_is_markup_and_a_local_one_is_plain() -> None:
    mention = '<p><span class="h-card"><a href="https://tube.example.org/accounts/x">@<span>x</span></a></span> Cool.<br>Yes</p>'
    comments, _ = await comments_of({"id": 1, "text": mention}, {"id": 2, "text": "a < b\n\n2 > 1 <3"})
    assert [comment.text for comment in comments] == ["@x Cool.\nYes", "a < b\n\n2 > 1 <3"]
    assert comments[1].text_html is None


async def test_the_account_is_named_with_its_server_and_the_videos_owner_is_its_creator() -> None:
    owner = {"name": "maker", "host": "tube.example.org"}
    local = {"name": "maker", "host": "tube.example.org", "displayName": "The Maker", "url": f"{HOST}/accounts/maker"}
    remote = {
        "name": "maker",
        "host": "social.example.net",
        "displayName": "",
        "url": "https://social.example.net/u/maker",
    }
    comments, ledger = await comments_of(
        {"id": 1, "account": local}, {"id": 2, "account": remote}, details={"account": owner}
    )
    assert [(c.author_name, c.author_id, c.author_kind) for c in comments] == [
        ("The Maker", "maker@tube.example.org", "creator"),
        ("maker", "maker@social.example.net", "registered"),
    ]
    assert (ledger.state, ledger.verdict) == ("open", "complete")


async def test_replies_that_wait_for_review_are_counted_below_their_comment_and_are_no_gap() -> None:
    service = PeerTubeService(comments=[Said(id="1")])
    row = service._row(service.comments[0]) | {"totalReplies": 1}
    pages = {
        f"{API}/comment-threads?start=0&count=100&sort=createdAt": json_answer(
            {"total": 1, "data": [row], "totalNotDeletedComments": 1}
        ),
        f"{API}/comment-threads/1": json_answer({"comment": row, "children": []}),
        API: json_answer({}),
    }
    [(_, comments, ledger)] = await read(PeerTube(), service.page(), service.url, answering(pages))
    assert (len(comments), ledger.verdict, ledger.expected_scope) == (1, "complete", "visible")


async def test_an_older_instance_counts_its_threads_only() -> None:
    service = PeerTubeService()
    listed = {"total": 2, "data": [service._row(Said(id="1"))]}
    pages = {
        f"{API}/comment-threads?start=0&count=100&sort=createdAt": json_answer(listed),
        f"{API}/comment-threads?start=1&count=100&sort=createdAt": json_answer({"total": 2, "data": []}),
        API: json_answer({}),
    }
    [(_, comments, ledger)] = await read(PeerTube(), service.page(), service.url, answering(pages))
    assert (len(comments), ledger.expected, ledger.expected_scope, ledger.verdict) == (1, 2, "top", "partial")
