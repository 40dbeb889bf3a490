"""Commento and Comentario: the ways they are embedded, and what is special about their answers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from kit import answering, read

from crawler.extract.document import Document
from crawler.systems.base import ThreadRef
from crawler.systems.comentario import ANONYMOUS, Comentario
from crawler.systems.commento import Commento

PAGE = "https://blog.example.org:8443/2021/a-post/?ref=x"


def detect(system: Any, html: str) -> list[ThreadRef]:
    document = Document(f"<!doctype html><body>{html}</body>", PAGE)
    return system.detect(document) if system.is_possible(document) else []


@pytest.mark.parametrize(
    ("html", "tenant", "path"),
    [
        ('<div id="commento"></div><script defer src="https://c.example.org/js/commento.js"></script>', "@c.example.org", "/2021/a-post/"),
        ('<script src="https://cdn.commento.io/js/commento.js" data-page-id="p 7"></script><div id="commento"></div>', "@commento.io", "p 7"),
        ('<div id="talk"></div><script data-id-root="talk" data-auto-init="false" src="/js/commento.js"></script>', "@blog.example.org:8443", "/2021/a-post/"),
        (
            ('<div id="commento"></div><script>const s = document.createElement("script")\ns.src = "https://c.example.org/js/commento.js"\n'
            's.setAttribute("data-page-id", "/x")\ndocument.body.appendChild(s)</script>'),
            "@c.example.org",
            "/x",
        ),
        ('<div id="commento"></div><script src="https://c.example.org/js/commento.js" data-page-id=""></script>', "@c.example.org", ""),
    ],
)  # fmt: skip
def test_each_way_of_embedding_commento_is_known(html, tenant, path):
    (ref,) = detect(Commento(), html)
    assert (ref.tenant, ref.native_id, ref.problem) == ("blog.example.org:8443" + tenant, path, None)


@pytest.mark.parametrize(
    "html",
    [
        '<div id="commento"></div><script src="https://c.example.org/js/count.js"></script>',
        '<script src="https://c.example.org/js/commento.js"></script>',
        '<div id="commento"></div><link rel="stylesheet" href="https://c.example.org/css/commento.css">',
        "<p>Put &lt;script src=/js/commento.js&gt; into #commento.</p>",
    ],
)
def test_counters_scripts_without_a_place_and_mentions_are_no_commento_thread(html):
    assert detect(Commento(), html) == []


async def test_an_id_that_only_a_script_knows_is_a_row_that_says_so():
    html = (
        '<div id="commento"></div><script>s.src = "https://c.example.org/js/commento.js"; s.setAttribute("data-page-id", post.id);</script>'
    )
    ((ref, _, ledger),) = await read(Commento(), html, PAGE)
    assert (ref.native_id, ledger.stop_reason, ledger.verdict) == (None, "unsupported", "unknown")


COMMENTO = '<div id="commento"></div><script src="https://c.example.org/js/commento.js"></script>'


def answered(value: Any):
    return answering({}, (200, {"content-type": "application/json"}, json.dumps(value).encode()))


async def test_commento_says_its_errors_with_status_200():
    refusal = {"success": False, "message": "This domain is not registered with Commento."}
    ((_, comments, ledger),) = await read(Commento(), COMMENTO, PAGE, answered(refusal))
    assert (comments, ledger.verdict, ledger.stop_reason) == ([], "unknown", "error")
    assert "not registered" in (ledger.stop_detail or "")


async def test_commenters_have_kinds_and_nothing_personal():
    people = {
        "anonymous": {"commenterHex": "anonymous", "email": "undefined", "name": "Anonymous", "link": "undefined"},
        "a1": {"commenterHex": "a1", "name": "Nick", "link": "undefined", "provider": "anon", "isModerator": False},
        "b2": {"name": "Mod", "link": "https://mod.example/", "provider": "google", "isModerator": True, "email": "mod@b.example"},
    }  # fmt: skip
    rows = [
        {"commentHex": str(n), "commenterHex": key, "parentHex": "root", "html": "<p>x</p>", "score": -2, "deleted": False,
         "creationDate": "2021-03-01T10:00:00.5Z"}
        for n, key in enumerate(people)
    ]  # fmt: skip
    answer = {"success": True, "comments": rows, "commenters": people, "isFrozen": True, "attributes": {"stickyCommentHex": "2"}}
    ((_, comments, ledger),) = await read(Commento(), COMMENTO, PAGE, answered(answer))
    assert [(c.author_name, c.author_id, c.author_url, c.author_kind, c.is_pinned) for c in comments] == [
        ("Anonymous", None, None, "guest", False),
        ("Nick", None, None, "guest", False),
        ("Mod", "b2", "https://mod.example/", "staff", True),
    ]
    assert (ledger.state, ledger.verdict, comments[0].like_count) == ("closed", "complete", -2)
    assert comments[0].permalink == "https://blog.example.org:8443/2021/a-post/?ref=x#commento-0"
    assert "mod@b.example" not in repr(comments)


@pytest.mark.parametrize(
    ("html", "path"),
    [
        ('<script defer src="https://c.example.org/app/comentario.js"></script><comentario-comments></comentario-comments>', "/2021/a-post/"),
        (('<comentario-comments page-id="/p?id=7" auto-init="false"></comentario-comments><script src="https://c.example.org/app/comentario.js">'
         "</script>"), "/p?id=7"),
        ('<ngx-comentario-comments scriptUrl="https://c.example.org/app/comentario.js"></ngx-comentario-comments>', "/2021/a-post/"),
        ("<comentario-comments lang=es></comentario-comments><script>s.src='https://c.example.org/app/comentario.js';</script>", "/2021/a-post/"),
    ],
)  # fmt: skip
def test_each_way_of_embedding_comentario_is_known(html, path):
    (ref,) = detect(Comentario(), html)
    assert (ref.tenant, ref.native_id) == ("blog.example.org:8443@c.example.org/app", path)
    assert ref.url == "https://c.example.org/app/api/embed/comments"


def test_several_comentario_elements_of_one_page_are_one_thread_each():
    html = '<script src="https://c.example.org/comentario.js"></script>' + "".join(
        f'<comentario-comments page-id="{path}"></comentario-comments>' for path in ("/a", "/b", "/a")
    )
    assert [ref.native_id for ref in detect(Comentario(), html)] == ["/a", "/b"]


@pytest.mark.parametrize(
    "html",
    [
        '<script src="https://c.example.org/comentario.js"></script><comentario-count></comentario-count>',
        '<script src="/js/comentario.js"></script><div id="comentarios"></div>',
    ],
)
def test_counters_and_spanish_scripts_are_no_comentario_thread(html):
    assert detect(Comentario(), html) == []


async def test_a_comentario_without_its_server_is_a_row_that_says_so():
    ((_, comments, ledger),) = await read(Comentario(), "<comentario-comments></comentario-comments>", PAGE)
    assert (comments, ledger.stop_reason, ledger.verdict) == ([], "unsupported", "unknown")


async def test_removed_unregistered_and_vanished_authors_of_comentario():
    base = {"createdTime": "2024-03-01T10:00:00.123Z", "isApproved": True, "html": "<p>x</p>"}
    rows = [
        base | {"id": "1", "userCreated": ANONYMOUS, "authorName": "Nick", "editedTime": "0001-01-01T00:00:00.000Z"},
        base | {"id": "2"},
        base | {"id": "3", "userCreated": "u", "isDeleted": True, "userDeleted": "m"},
        base | {"id": "4", "userCreated": "u", "isDeleted": True, "userDeleted": "u", "parentId": "3"},
        base | {"id": "5", "userCreated": "u", "isPending": True},
        base | {"id": "6", "userCreated": "m", "isApproved": False},
        base | {"id": "7", "userCreated": "m", "parentId": "4", "score": -1},
    ]
    people = [{"id": "m", "name": "Mod", "isModerator": True, "websiteUrl": "https://m.example/", "email": "m@m.example"}]
    answer = {"comments": rows, "commenters": people, "pageInfo": {"isDomainReadonly": True}}
    html = '<comentario-comments></comentario-comments><script src="https://c.example.org/comentario.js"></script>'
    ((_, comments, ledger),) = await read(Comentario(), html, PAGE, answered(answer))
    assert [(c.native_id, c.author_name, c.author_kind, c.status, c.parent_native_id) for c in comments] == [
        ("1", "Nick", "guest", "visible", None),
        ("2", None, "deleted", "visible", None),
        ("3", None, "deleted", "removed_by_moderator", None),
        ("4", None, "deleted", "removed_by_author", "3"),
        ("7", "Mod", "staff", "visible", "4"),
    ]
    assert (comments[0].is_edited, comments[0].edited_at, comments[-1].like_count) == (False, None, -1)
    assert (ledger.state, ledger.verdict) == ("closed", "complete")
    assert "m@m.example" not in repr(comments)
