"""utterances: the ways it is embedded, how its issue is found, and what is special about GitHub's answers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from kit import answering, read
from services.utterances import UtterancesService
from test_conformance import Net, harvest, thread

from crawler.extract.document import Document
from crawler.systems.base import ThreadRef
from crawler.systems.utterances import Utterances

PAGE = "https://blog.example.org/2021/a-post.html?x=1#top"
SCRIPT = 'src="https://utteranc.es/client.js" repo="Own/repo.io"'
JSON = {"content-type": "application/json"}


def detect(html: str) -> list[ThreadRef]:
    document = Document(f"<!doctype html>{html}", PAGE)
    return Utterances().detect(document) if Utterances().is_possible(document) else []


@pytest.mark.parametrize(
    "html",
    [
        f'<script {SCRIPT} issue-term="pathname" theme="github-light" async></script>',
        '<script src="https://utteranc.es/client.js" data-repo="Own/repo.io" data-issue-term="pathname"></script>',
        (
            '<div class="utterances"><iframe class="utterances-frame" src="https://utteranc.es/utterances.html?src=x&amp;repo=Own%2Frepo.io&amp;'
            'issue-term=pathname&amp;pathname=2021%2Fa-post&amp;title=T"></iframe></div>'
        ),
        '<script>s.src = "https://utteranc.es/client.js"; s.setAttribute("repo", "Own/repo.io"); s.setAttribute("issue-term", "pathname");</script>',
        '<div id="utterances"></div><script>window.__STATE__ = {"comments": {"repo": "Own/repo.io", "issueTerm": "pathname"}}</script>',
        '<script>load({src: "https://utteranc.es/client.js", repo: "Own/repo.io", "issue-term": "pathname"})</script>',
    ],
)
def test_each_way_of_embedding_it_is_known(html):
    (ref,) = detect(html)
    assert (ref.tenant, ref.native_id, ref.problem) == ("github.com/own/repo.io", "2021/a-post", None)
    assert ref.url == "https://api.github.com/repos/Own/repo.io/issues"


@pytest.mark.parametrize(
    ("term", "native_id"),
    [
        ('issue-term="url"', "https://www.blog.example.org/p"),
        ('issue-term="title"', "A post"),
        ('issue-term="og:title"', "The post"),
        ('issue-term="My term"', "My term"),
        ('issue-number="42"', "#42"),
    ],
)
def test_each_way_of_naming_the_issue_is_known(term, native_id):
    head = '<title>A post</title><meta name="og:title" content="The post"><link rel="canonical" href="https://www.blog.example.org/p">'
    assert [ref.native_id for ref in detect(f"<head>{head}</head><script {SCRIPT} {term}></script>")] == [native_id]


@pytest.mark.parametrize(
    "html",
    [
        f"<script {SCRIPT}></script>",
        '<script src="https://utteranc.es/client.js" repo="not a repo" issue-term="url"></script>',
        '<a href="https://utteranc.es/">utterances</a>',
        '<script type="application/json">{"site": {"repo": "Own/repo.io", "issueTerm": "pathname"}}</script>',
    ],
)
def test_what_the_script_itself_refuses_is_no_thread(html):
    assert detect(html) == []


@pytest.mark.parametrize("term", ['issue-term=""', 'issue-number="x"'])
async def test_an_issue_that_is_not_named_is_a_row_that_says_so(term):
    ((ref, _, ledger),) = await read(Utterances(), f"<script {SCRIPT} {term}></script>", PAGE)
    assert (ref.native_id, ledger.stop_reason, ledger.verdict) == (None, "unsupported", "unknown")


async def test_twenty_pages_are_read_by_the_link_header():
    """The widget's own pattern finds no page 10 to 19."""
    comments, ledger = await harvest(thread(UtterancesService, 1_950))
    assert (len(comments), ledger.verdict, ledger.requests) == (1_950, "complete", 21)


async def test_a_token_goes_into_the_header_of_every_request_and_into_no_row():
    service = thread(UtterancesService, 250)
    net = Net(service)
    result = await read(Utterances({"GITHUB_TOKEN": "ghp_x"}), service.page(), service.url, net)
    assert len(net.asked) == 4
    assert {request.headers["Authorization"] for request in net.asked} == {b"Bearer ghp_x"}
    assert "ghp_x" not in repr(result)


async def test_a_refusal_names_the_setting_that_helps():
    body = b'{"message": "API rate limit exceeded for 192.0.2.1."}'
    ((_, _, ledger),) = await read(
        Utterances(), f'<script {SCRIPT} issue-term="url"></script>', PAGE, answering({}, (403, JSON, body))
    )
    assert (ledger.verdict, "GITHUB_TOKEN" in (ledger.stop_detail or "")) == ("blocked", True)


async def test_a_search_that_gave_up_is_no_empty_thread():
    body = json.dumps({"total_count": 0, "incomplete_results": True, "items": []}).encode()
    ((_, _, ledger),) = await read(
        Utterances(), f'<script {SCRIPT} issue-term="url"></script>', PAGE, answering({}, (200, JSON, body))
    )
    assert (ledger.verdict, ledger.stop_reason) == ("unknown", "error")


async def test_an_issue_by_its_number_is_asked_for_directly():
    def row(native_id: int, **fields: Any) -> dict[str, Any]:
        user = {"login": "ada", "html_url": "https://github.com/ada", "url": "https://api.github.com/users/ada"}
        base = {
            "id": native_id,
            "user": user,
            "created_at": "2022-01-01T00:00:00Z",
            "updated_at": "2022-01-01T00:00:00Z",
        }
        return base | {"body_html": "<p>x</p>", "author_association": "NONE", "reactions": {"+1": 3, "-1": 1}} | fields

    base = "https://api.github.com/repos/Own/repo.io/issues/42"
    rows = [
        row(1, author_association="COLLABORATOR"),
        row(2, user=None, updated_at="2022-01-01T01:00:00Z"),
        row(3, user={"login": "ghost", "html_url": "https://github.com/ghost"}, reactions=None),
    ]
    pages = {
        base: (200, JSON, json.dumps({"number": 42, "comments": 3, "locked": True}).encode()),
        f"{base}/comments?per_page=100": (200, JSON, json.dumps(rows).encode()),
    }
    ((_, comments, ledger),) = await read(Utterances(), f'<script {SCRIPT} issue-number="42"></script>', PAGE, pages)
    assert [
        (c.author_name, c.author_url, c.author_kind, c.like_count, c.dislike_count, c.is_edited) for c in comments
    ] == [
        ("ada", "https://github.com/ada", "staff", 3, 1, False),
        ("ghost", None, "deleted", 3, 1, True),
        ("ghost", None, "deleted", None, None, False),
    ]
    assert (ledger.state, ledger.verdict) == ("closed", "complete")
