"""giscus: the ways it is embedded, the two servers it is read from, and what is special about their answers."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from kit import answering, read
from scrapy import Request
from services.giscus import TOKEN, GiscusApiService, GiscusGraphqlService
from test_conformance import Net, harvest, thread

from crawler.extract.document import Document
from crawler.systems.base import FetchError, ThreadRef
from crawler.systems.giscus import Giscus

PAGE = "https://blog.example.org/2021/a-post.html?x=1#top"
SCRIPT = 'src="https://giscus.app/client.js" data-repo="Own/Repo" data-repo-id="R_1" data-category="General"'


def detect(html: str, url: str = PAGE) -> list[ThreadRef]:
    document = Document(f"<!doctype html>{html}", url)
    return Giscus().detect(document) if Giscus().is_possible(document) else []


@pytest.mark.parametrize(
    "html",
    [
        f'<script {SCRIPT} data-mapping="pathname" async></script>',
        f"<script {SCRIPT}></script>",
        '<giscus-widget id="comments" repo="Own/Repo" repoid="R_1" category="General" mapping="pathname"></giscus-widget>',
        '<div class="giscus" data-repo="Own/Repo" data-repo-id="R_1" data-category="General" data-mapping="pathname"></div>',
        (
            '<script>let a = {"src": "https://giscus.app/client.js", "data-repo": "Own/Repo", "data-repo-id": "R_1", '
            '"data-category": "General", "data-mapping": "pathname"};</script>'
        ),
        '<script>s.src = "https://giscus.app/client.js"\ns.setAttribute("data-repo", "Own/Repo")\ns.dataset.category = "General"</script>',
        (
            '<section id="giscus-comments"></section><script id="__NEXT_DATA__" type="application/json">{"props": {"comments": {"repo": '
            '"Own/Repo", "repoId": "R_1", "category": "General", "categoryId": "DIC_1", "mapping": "pathname"}}}</script>'
        ),
        (
            '<div class="giscus"><iframe class="giscus-frame" src="https://giscus.app/en/widget?origin=x&amp;term=2021%2Fa-post&amp;'
            f'repo=Own%2FRepo&amp;repoId=R_1&amp;category=General&amp;strict=0"></iframe></div><script {SCRIPT} data-mapping=title></script>'
        ),
    ],
)
def test_each_way_of_embedding_it_is_known(html):
    (ref,) = detect(html)
    assert (ref.tenant, ref.native_id, ref.problem) == ("github.com/own/repo", "2021/a-post", None)
    assert (ref.url, ref.evidence["category"]) == ("https://giscus.app/api/discussions", "General")


@pytest.mark.parametrize(
    ("mapping", "native_id"),
    [
        ('data-mapping="url"', "https://blog.example.org/2021/a-post.html?x=1"),
        ('data-mapping="title"', "A post & more"),
        ('data-mapping="og:title"', "A post"),
        ('data-mapping="specific" data-term="Welcome"', "Welcome"),
        ('data-mapping="number" data-term="42"', "#42"),
    ],
)
def test_each_mapping_names_its_discussion(mapping, native_id):
    head = '<title> A post\n &amp; more </title><meta property="og:title" content="A post">'
    (ref,) = detect(f"<head>{head}</head><body><script {SCRIPT} {mapping}></script>")
    assert ref.native_id == native_id


def test_the_front_page_is_called_index():
    assert [ref.native_id for ref in detect(f"<script {SCRIPT}></script>", "https://blog.example.org/")] == ["index"]


def test_a_server_of_ones_own_is_asked_itself():
    (ref,) = detect(f"<script {SCRIPT.replace('giscus.app', 'talk.example.org')}></script>")
    assert ref.url == "https://talk.example.org/api/discussions"


@pytest.mark.parametrize(
    "html",
    [
        '<link rel="stylesheet" href="https://giscus.app/default.css">',
        '<div class="giscus"></div>',
        "<p>Comments by giscus, data-repo-id</p>",
        '<a data-repo="own/repo">giscus</a>',
        '<script type="application/json">{"site": {"repo": "Own/Repo", "repoId": "R_1", "mapping": "pathname"}}</script>',
    ],
)
def test_styles_empty_places_and_mentions_are_no_thread(html):
    assert detect(html) == []


@pytest.mark.parametrize(
    "html",
    [
        f'<script {SCRIPT} data-mapping="specific"></script>',
        f'<script {SCRIPT} data-mapping="number" data-term="x"></script>',
        '<script>s.src = "https://giscus.app/client.js"; s.setAttribute("data-repo", conf.repo); s.setAttribute("data-repo-id", conf.id);</script>',
    ],
)
async def test_a_discussion_that_only_a_script_knows_is_a_row_that_says_so(html):
    ((ref, comments, ledger),) = await read(Giscus(), html, PAGE)
    assert (ref.native_id, comments, ledger.stop_reason, ledger.verdict) == (None, [], "unsupported", "unknown")


async def test_without_a_token_more_than_a_hundred_replies_are_a_gap():
    comments, ledger = await harvest(thread(GiscusApiService, 131, shape="star"))
    assert (len(comments), ledger.verdict) == (101, "partial")
    assert {"parent": "1", "expected": 130, "got": 100, "reason": "fewer replies than the source states"} in (
        ledger.gaps or []
    )


async def test_with_a_token_they_are_all_read():
    comments, ledger = await harvest(thread(GiscusGraphqlService, 331, shape="star"))
    assert (len(comments), ledger.verdict, ledger.requests) == (331, "complete", 4)


async def test_robots_of_giscus_app_are_a_refusal_that_names_the_way_out():
    async def fetch(request: Request) -> Any:
        raise FetchError("blocked", f"{request.url}: robots.txt forbids it")

    ((_, comments, ledger),) = await read(Giscus(), f"<script {SCRIPT}></script>", PAGE, fetch)
    assert (comments, ledger.verdict, ledger.stop_reason) == ([], "blocked", "blocked")
    assert "GITHUB_TOKEN" in (ledger.stop_detail or "")


async def test_the_token_goes_to_github_alone_and_into_no_row():
    service = thread(GiscusGraphqlService, 3)
    net = Net(service, lambda _, __: (401, {"content-type": "application/json"}, b'{"message": "Bad credentials"}'))
    comments, ledger = await harvest(service, net)
    assert [request.url for request in net.asked] == ["https://api.github.com/graphql"]
    assert ledger.verdict == "blocked"
    assert TOKEN not in repr((comments, ledger))
    net = Net(thread(GiscusApiService, 3))
    await harvest(net.service, net)
    assert not any("Authorization" in request.headers for request in net.asked)


@pytest.mark.parametrize(
    ("kind", "verdict", "reason"), [("RATE_LIMITED", "blocked", "blocked"), ("NOT_FOUND", "unknown", "error")]
)
async def test_errors_of_graphql_come_with_status_200(kind, verdict, reason):
    body = json.dumps({"data": {"repository": None}, "errors": [{"type": kind, "message": "It is so."}]}).encode()
    web = answering({}, (200, {"content-type": "application/json"}, body))
    system = Giscus({"GITHUB_TOKEN": "t"})
    ((_, _, ledger),) = await read(system, f'<script {SCRIPT} data-mapping="number" data-term="7"></script>', PAGE, web)
    assert (ledger.verdict, ledger.stop_reason, "It is so." in (ledger.stop_detail or "")) == (verdict, reason, True)


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ("data-category=\"Q&amp;A 'x'\"", 'repo:own/repo category:"Q&A \'x\'" in:title "2021/a-post"'),
        ('data-category=""', 'repo:own/repo  in:title "2021/a-post"'),
        (
            'data-category="" data-strict="1"',
            f'repo:own/repo  in:body "{hashlib.sha1(b"2021/a-post", usedforsecurity=False).hexdigest()}"',
        ),
        ('data-category="" data-mapping="specific" data-term="&quot;Né&quot;"', 'repo:own/repo  in:title "\\"Né\\""'),
    ],
)
async def test_the_search_is_that_of_giscus(attributes, expected):
    asked: list[Any] = []

    async def fetch(request: Request) -> Any:
        asked.append(json.loads(request.body))
        raise FetchError("error", "enough")

    html = f'<script src="https://giscus.app/client.js" data-repo="Own/Repo" data-repo-id="R_1" {attributes}></script>'
    await read(Giscus({"GITHUB_TOKEN": "t"}), html, PAGE, fetch)
    assert asked[0]["variables"]["query"] == expected


def node(native_id: str, **fields: Any) -> dict[str, Any]:
    base = {
        "id": native_id,
        "createdAt": "2022-01-01T00:00:00Z",
        "bodyHTML": "<p>x</p>",
        "isMinimized": False,
        "deletedAt": None,
    }
    groups = [
        {"content": "THUMBS_UP", "users": {"totalCount": 2}},
        {"content": "THUMBS_DOWN", "users": {"totalCount": 1}},
    ]
    author = {"login": "ada", "url": "https://github.com/ada"}
    return (
        base | {"author": author, "authorAssociation": "NONE", "reactionGroups": groups, "lastEditedAt": None} | fields
    )


def no_more(*nodes: Any) -> dict[str, Any]:
    return {"totalCount": len(nodes), "pageInfo": {"hasNextPage": False, "endCursor": None}, "nodes": list(nodes)}


async def test_owners_ghosts_votes_and_hidden_comments():
    reply = node("r", replyTo={"id": "1"}, authorAssociation="MEMBER", lastEditedAt="2022-01-02T00:00:00Z")
    nodes = [
        node("1", upvoteCount=5, authorAssociation="OWNER", replies=no_more(reply)),
        node("2", upvoteCount=0, author=None, replies=no_more()),
        node("3", upvoteCount=0, isMinimized=True, replies=no_more()),
    ]
    discussion = {"id": "D", "locked": True, "comments": no_more(*nodes)}
    body = json.dumps({"data": {"search": {"nodes": [discussion]}}}).encode()
    web = answering({}, (200, {"content-type": "application/json"}, body))
    ((_, comments, ledger),) = await read(Giscus({"GITHUB_TOKEN": "t"}), f"<script {SCRIPT}></script>", PAGE, web)
    assert [
        (c.native_id, c.parent_native_id, c.author_name, c.author_kind, c.like_count, c.dislike_count) for c in comments
    ] == [
        ("1", None, "ada", "staff", 5, 1),
        ("r", "1", "ada", "staff", 2, 1),
        ("2", None, "ghost", "deleted", 0, 1),
        ("3", None, "ada", "registered", 0, 1),
    ]
    assert [(c.status, c.text, c.is_edited) for c in comments[1:]] == [
        ("visible", "x", True),
        ("visible", "x", False),
        ("removed_by_moderator", None, None),
    ]
    assert (ledger.state, ledger.verdict, ledger.expected, ledger.expected_scope) == ("closed", "complete", 3, "top")
