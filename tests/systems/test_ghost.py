"""Ghost: its embed in every form, old and new answers, switched-off threads."""

from __future__ import annotations

from typing import Any

import pytest
from kit import answering, read
from service import html_answer, json_answer

from crawler.extract.document import Document
from crawler.systems.ghost import Ghost

URL = "https://blog.example.org/news/a-post/"
EMBED = '<script defer src="https://cdn.example.org/comments-ui.min.js" data-ghost-comments="{site}" data-post-id="{post}"{more}></script>'
THREAD = "https://blog.example.org/news/members/api/comments/post/p1/?limit=100&page=1&order=created_at+asc%2C+id+asc"
REPLIES = "https://blog.example.org/news/members/api/comments/c1/replies/?limit=100&page=1&order=created_at+asc%2C+id+asc"


def page(site: str = "https://blog.example.org/news/", post: str = "p1", more: str = "") -> str:
    return f"<!doctype html><title>A post</title><body><h1>A post</h1>{EMBED.format(site=site, post=post, more=more)}"


def row(native_id: str, **more: Any) -> dict[str, Any]:
    member = {"id": "m1", "uuid": "u", "name": "Ada", "expertise": "Editor", "avatar_image": None}
    return {
        "id": native_id, "status": "published", "html": "<p>Hi</p>", "created_at": "2023-01-01T00:00:00.000Z",
        "edited_at": None, "member": member, "count": {"replies": 0, "likes": 0}, "replies": [], **more,
    }  # fmt: skip


def listed(*rows: dict[str, Any], total: int | None = None) -> Any:
    pagination = {"page": 1, "limit": 100, "pages": 1, "total": len(rows) if total is None else total, "next": None}
    return json_answer({"comments": list(rows), "meta": {"pagination": pagination}})


@pytest.mark.parametrize(
    ("html", "url", "state"),
    [
        (page(), THREAD, "open"),
        (page("https://blog.example.org/news", more=' data-comments-enabled="all"'), THREAD, "open"),
        (page(more=' data-comments-enabled="paid"'), THREAD, "login"),
        (page(""), "https://blog.example.org/members/api/comments/post/p1/", "open"),
        (page("/"), "https://blog.example.org/members/api/comments/post/p1/", "open"),
    ],
)
def test_the_embed_names_site_post_and_state(html, url, state):
    [ref] = Ghost().detect(Document(html, URL))
    assert (ref.native_id, ref.state) == ("p1", state)
    assert url.startswith(ref.url)


@pytest.mark.parametrize(
    "html",
    [
        '<script defer src="/public/comment-counts.min.js" data-ghost-comments-counts-api="https://b.example.org/"></script>',
        '<script data-ghost-comment-count="p1" data-ghost-comment-count-empty=""></script><p>x</p>',
        '<button data-ghost-search></button><script data-ghost="https://b.example.org/" data-key="k"></script>',
    ],
)
def test_counts_and_other_parts_of_ghost_are_no_thread(html):
    document = Document(f"<!doctype html><title>Home</title>{html}", URL)
    assert Ghost().detect(document) == []


async def test_an_embed_without_its_post_is_not_an_empty_thread():
    [(_, comments, ledger)] = await read(Ghost(), page(post=""), URL, {})
    assert (comments, ledger.verdict, ledger.stop_reason) == ([], "unknown", "error")
    assert "data-post-id" in (ledger.stop_detail or "")


async def test_comments_that_were_switched_off_are_a_closed_thread():
    off = {"errors": [{"message": "Comments are not enabled for this site.", "type": "MethodNotAllowedError"}]}
    [(_, comments, ledger)] = await read(Ghost(), page(), URL, {THREAD: json_answer(off, 405)})
    assert (comments, ledger.state, ledger.verdict) == ([], "disabled", "closed")
    [(_, comments, ledger)] = await read(Ghost(), page(), URL, {THREAD: html_answer("No.", 405)})
    assert ledger.verdict == "unknown"


async def test_a_private_site_is_blocked():
    no = {"errors": [{"message": "Comment browsing is not available", "type": "NoPermissionError"}]}
    [(_, _, ledger)] = await read(Ghost(), page(), URL, {THREAD: json_answer(no, 403)})
    assert ledger.verdict == "blocked"


async def test_authors_without_a_name_and_without_an_account():
    nameless = row("c1", member={"id": "m1", "name": None})
    [(_, comments, ledger)] = await read(Ghost(), page(), URL, {THREAD: listed(nameless, row("c2", member=None))})
    assert [(one.author_name, one.author_id, one.author_kind) for one in comments] == [
        (None, "m1", "registered"), (None, None, "deleted"),
    ]  # fmt: skip
    assert ledger.verdict == "complete"


async def test_hidden_and_deleted_comments_are_stubs_without_author_and_text():
    stubs = [
        row("c1", status="hidden", html=None, count={"replies": 1, "direct_replies": 1, "likes": 2}, replies=[row("c2")]),
        row("c3", status="deleted", html=None, count={"replies": 1, "direct_replies": 1, "likes": 0}, replies=[row("c4")]),
    ]
    [(_, comments, ledger)] = await read(Ghost(), page(), URL, {THREAD: listed(*stubs)})
    assert [(one.native_id, one.status, one.text, one.author_name) for one in comments] == [
        ("c1", "removed_by_moderator", None, None), ("c2", "visible", "Hi", "Ada"),
        ("c3", "removed", None, None), ("c4", "visible", "Hi", "Ada"),
    ]  # fmt: skip
    assert ledger.verdict == "complete"


async def test_a_reply_to_a_reply_that_is_not_shown_answers_the_top_level_comment():
    replies = [row("c2", in_reply_to_id="gone", in_reply_to_snippet="[removed]"), row("c3", in_reply_to_id="c2")]
    root = row("c1", count={"replies": 2, "likes": 0}, replies=replies)
    [(_, comments, ledger)] = await read(Ghost(), page(), URL, {THREAD: listed(root)})
    assert [one.parent_native_id for one in comments] == [None, "c1", "c2"]
    assert ledger.verdict == "complete"


async def test_old_versions_count_removed_replies_and_send_them_as_stubs():
    """5.30: `count.replies` is all that are stored."""
    root = row("c1", count={"replies": 2, "likes": 0}, replies=[row("c2"), row("c3", status="deleted", html=None)])
    web = answering({THREAD: listed(root)})
    [(_, comments, ledger)] = await read(Ghost(), page(), URL, web)
    assert (len(comments), ledger.verdict, web.asked) == (3, "complete", [THREAD])


async def test_new_versions_count_published_replies_only_so_a_stub_hides_no_missing_one():
    counts = {"replies": 2, "direct_replies": 2, "likes": 0}
    stub = row("c3", status="deleted", html=None)
    root = row("c1", count=counts, replies=[row("c2"), stub])
    [(_, comments, ledger)] = await read(Ghost(), page(), URL, {THREAD: listed(root), REPLIES: listed(row("c2"), stub)})
    assert (ledger.verdict, ledger.gaps) == (
        "partial",
        [{"parent": "c1", "expected": 3, "got": 2, "reason": "fewer replies than the source states"}],
    )
    [(_, comments, ledger)] = await read(Ghost(), page(), URL, {THREAD: listed(root), REPLIES: listed(row("c2"), stub, row("c4"))})
    assert ([one.native_id for one in comments], ledger.verdict) == (["c1", "c2", "c3", "c4"], "complete")


async def test_replies_that_cannot_be_fetched_are_a_gap_of_their_comment():
    root = row("c1", count={"replies": 5, "likes": 0}, replies=[row("c2")])
    [(_, comments, ledger)] = await read(Ghost(), page(), URL, {THREAD: listed(root, row("c9")), REPLIES: html_answer("x", 500)})
    assert ([one.native_id for one in comments], ledger.verdict) == (["c1", "c2", "c9"], "partial")
    assert {gap["parent"] for gap in ledger.gaps or []} == {"c1"}
