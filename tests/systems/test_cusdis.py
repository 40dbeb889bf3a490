"""Cusdis: the ways it is embedded, its cap of replies, and the two kinds of its list."""

from __future__ import annotations

import json
from typing import Any

import pytest
from kit import answering, read
from services.cusdis import HOST, CusdisListingRepliesService, CusdisService
from test_conformance import Net, harvest, thread

from crawler.extract.document import Document
from crawler.systems.base import ThreadRef
from crawler.systems.cusdis import Cusdis

PAGE = "https://blog.example.org/a"


def detect(html: str) -> list[ThreadRef]:
    document = Document(f"<!doctype html><body>{html}</body>", PAGE)
    return Cusdis().detect(document) if Cusdis().is_possible(document) else []


@pytest.mark.parametrize(
    "html",
    [
        '<div id="cusdis_thread" data-host="https://cusdis.com" data-app-id="a1" data-page-id="p/1" data-page-url="x"></div>',
        '<div id="cusdis_thread" data-app-id="a1" data-page-id="p/1"></div><script src="https://cusdis.com/js/cusdis.es.js"></script>',
        '<div id="cusdis" data-host="https://cusdis.com/" data-app-id="a1" data-page-id="p/1"></div>',
        '<script>window.cusdisElementId = "talk"</script><div id=talk data-host="https://cusdis.com" data-app-id="a1" data-page-id="p/1"></div>',
        "<script>$('<div>').attr({id: 'cusdis_thread', 'data-host': 'https://cusdis.com', 'data-app-id': 'a1', 'data-page-id': 'p/1'})</script>",
        '<script>d.id = "cusdis_thread"; d.setAttribute("data-app-id", "a1"); d.dataset.pageId = "p/1"</script>',
    ],
)
def test_each_way_of_embedding_it_is_known(html):
    (ref,) = detect(html)
    assert (ref.tenant, ref.native_id, ref.problem) == ("a1@cusdis.com", "p/1", None)
    assert ref.url == "https://cusdis.com/api/open/comments?appId=a1&pageId=p%2F1"


def test_a_page_may_hold_several_threads():
    places = "".join(
        f'<div data-app-id="a" data-page-id="{page}" data-host="https://c.example/cusdis"></div>' for page in "xyx"
    )
    assert [(ref.tenant, ref.native_id) for ref in detect(places)] == [
        ("a@c.example/cusdis", "x"),
        ("a@c.example/cusdis", "y"),
    ]


@pytest.mark.parametrize(
    "html",
    [
        '<script async defer src="https://cusdis.com/js/cusdis.es.js"></script>',
        (
            '<span data-cusdis-count-page-id="p1">0</span><script defer data-host="https://cusdis.com" data-app-id="a1" '
            'src="https://cusdis.com/js/cusdis-count.umd.js"></script>'
        ),
        '<div id="cusdis_thread"></div>',
        '<div data-app-id="a" data-page-id="b"></div>',
    ],
)
def test_scripts_counters_and_empty_places_are_no_thread(html):
    assert detect(html) == []


async def test_without_the_id_of_a_page_the_whole_site_is_not_asked_for():
    html = '<div id="cusdis_thread" data-app-id="a1"></div>'
    ((ref, comments, ledger),) = await read(Cusdis(), html, PAGE)
    assert (ref.native_id, comments, ledger.requests, ledger.stop_reason) == (None, [], 0, "unsupported")


@pytest.mark.parametrize("make", [CusdisService, CusdisListingRepliesService])
async def test_more_than_a_hundred_replies_are_a_gap(make):
    service = thread(make, 131, shape="star")
    comments, ledger = await harvest(service)
    assert ledger.verdict == "partial"
    assert {"parent": "1", "expected": 130, "got": 100, "reason": "fewer replies than the source states"} in (
        ledger.gaps or []
    )
    assert len(comments) == (101 if make is CusdisService else 131)


async def test_a_hundred_replies_are_whole():
    _, ledger = await harvest(thread(CusdisService, 101, shape="star"))
    assert (ledger.verdict, ledger.expected, ledger.expected_scope) == ("complete", 1, "top")


async def test_replies_that_are_listed_before_their_parents_keep_them():
    service = thread(CusdisListingRepliesService, 45, shape="chain")
    comments, ledger = await harvest(service)
    assert {c.native_id: c.parent_native_id for c in comments} == {said.id: said.parent for said in service.comments}
    assert (ledger.verdict, ledger.expected, ledger.expected_scope) == ("complete", 45, "all")


async def test_what_came_before_a_refusal_is_kept():
    service = thread(CusdisListingRepliesService, 45, shape="chain")
    comments, ledger = await harvest(
        service, Net(service, lambda number, answer: answer if number < 3 else (403, {}, b"No."))
    )
    assert len(comments) >= 20
    assert (ledger.verdict, ledger.stop_reason) == ("partial", "blocked")


def row(native_id: str, **fields: Any) -> dict[str, Any]:
    base = {"id": native_id, "createdAt": "2022-05-01T10:00:00.000Z", "by_nickname": "Ada", "parsedContent": "<p>x</p>"}
    return base | {"replies": {"data": [], "commentCount": 0}} | fields


async def test_moderators_are_staff_under_the_name_they_show():
    rows = [
        row("1", moderatorId="m", by_nickname="login"),
        row("2", moderatorId="m", moderator={"displayName": "The editors"}),
        row("3", moderatorId=None),
    ]
    body = json.dumps({"data": {"data": rows, "commentCount": 3, "pageCount": 1, "pageSize": 10}}).encode()
    html = f'<div id="cusdis_thread" data-host="{HOST}" data-app-id="app" data-page-id="p1"></div>'
    ((_, comments, ledger),) = await read(
        Cusdis(), html, PAGE, answering({}, (200, {"content-type": "application/json"}, body))
    )
    assert [(c.author_name, c.author_kind) for c in comments] == [
        ("login", "staff"),
        ("The editors", "staff"),
        ("Ada", "guest"),
    ]
    assert ledger.verdict == "complete"
