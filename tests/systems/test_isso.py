"""Isso: what only old and new versions do, and names that are sent as HTML."""

from __future__ import annotations

from typing import Any

import pytest
from kit import answering, read
from service import html_answer, json_answer

from crawler.extract.document import Document
from crawler.systems.isso import Isso

URL = "https://blog.example.org/a-post/"
API = "https://c.example.org/"
HTML = f'<!doctype html><title>x</title><body><section id="isso-thread"></section><script data-isso="{API}" src="{API}js/embed.min.js"></script>'
FIRST = f"{API}?uri=%2Fa-post%2F&limit=200&nested_limit=100000&offset=0&sort=oldest"
EMPTY = f"{API}?uri=%2Fa-post%2F&limit=0"


def row(native_id: int, **more: Any) -> dict[str, Any]:
    return {
        "id": native_id, "parent": None, "created": 1600000000.25, "modified": None, "mode": 1, "text": "<p>Hi</p>",
        "author": "Ada", "website": None, "likes": 0, "dislikes": 0, "total_replies": 0, "hidden_replies": 0,
        "replies": [], **more,
    }  # fmt: skip


def listed(*rows: dict[str, Any], total: int | None = None, hidden: int = 0) -> Any:
    count = len(rows) if total is None else total
    return json_answer({"id": None, "total_replies": count, "hidden_replies": hidden, "replies": list(rows)})


@pytest.mark.parametrize(
    "script",
    [
        '<script src="https://c.example.org/isso/js/embed.min.js"></script>',
        '<script data-isso="//c.example.org/isso" src="/local/embed.js"></script>',
        '<script type="text/plain" data-isso="https://c.example.org/isso/" data-src="x"></script>',
        """<script>var s = document.createElement('script'); s.setAttribute('data-isso', '//c.example.org/isso/');
           s.src = '/isso.js'; document.body.append(s)</script>""",
        "<script>const s = document.createElement('script'); s.dataset.isso = 'https://c.example.org/isso'; add(s)</script>",
        "<script>isso.src = 'https://c.example.org/isso/js/embed.min.js'; document.head.append(isso)</script>",
    ],
)
def test_the_api_is_where_the_script_or_whoever_makes_it_says(script):
    [ref] = Isso().detect(Document(f'<!doctype html><body><div id="isso-thread"></div>{script}', URL))
    assert (ref.tenant, ref.native_id) == ("c.example.org/isso", "/a-post/")
    assert Isso().detect(Document(f"<!doctype html><body><p>list</p>{script}", URL)) == []


async def test_names_and_links_are_sent_as_html():
    named = row(1, author="O'Neill &amp; &lt;Sons&gt;", website="https://example.org/?a=1&amp;b=2")
    [(_, [comment], _)] = await read(Isso(), HTML, URL, {FIRST: listed(named)})
    assert (comment.author_name, comment.author_url) == ("O'Neill & <Sons>", "https://example.org/?a=1&b=2")


@pytest.mark.parametrize(("total", "scope"), [(1, "top"), (2, "all")])
async def test_the_count_is_of_the_top_level_in_old_versions_and_of_all_in_new_ones(total, scope):
    replies = [row(2, parent=1)]
    web = {FIRST: listed(row(1, total_replies=1, replies=replies), total=total)}
    [(_, comments, ledger)] = await read(Isso(), HTML, URL, web)
    assert (len(comments), ledger.expected_scope, ledger.verdict) == (2, scope, "complete")


async def test_a_server_without_offset_is_asked_for_everything_once():
    rows = [row(number) for number in range(1, 202)]
    web = answering({FIRST: listed(*rows[:200], total=201, hidden=1)}, otherwise=listed(*rows[:200], total=201, hidden=1))
    web.pages[f"{API}?uri=%2Fa-post%2F"] = listed(*rows)
    [(_, comments, ledger)] = await read(Isso(), HTML, URL, web)
    assert (len(comments), ledger.verdict, len(web.asked)) == (201, "complete", 3)


async def test_old_versions_do_not_find_a_thread_without_comments():
    gone = html_answer("<title>404 Not Found</title><h1>Not Found</h1>", 404)
    [(_, comments, ledger)] = await read(Isso(), HTML, URL, {FIRST: gone, EMPTY: listed()})
    assert (comments, ledger.verdict) == ([], "none")
    for second in (gone, listed(total=3, hidden=3), html_answer("Parked")):
        [(_, _, ledger)] = await read(Isso(), HTML, URL, {FIRST: gone, EMPTY: second})
        assert ledger.verdict == "unknown"
