"""The counts that revisits ask for first, in the scope of the ledger, or none at all."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from scrapy import Request
from scrapy.http import TextResponse
from service import Service
from test_conformance import SERVICES, Net, harvest, thread

from crawler.schedule.due import KnownThread
from crawler.spiders.revisit import stated_counts
from crawler.systems.answers import Answer
from crawler.systems.base import Exchange, FetchError, System
from crawler.systems.isso import Isso
from crawler.systems.twikoo import Twikoo
from crawler.systems.waline import Waline
from crawler.systems.wordpress.system import WordPress

WALINE = "https://w.example.org/api/comment?path=%2Fa%2F"


def known(system: str, url: str) -> KnownThread:
    return KnownThread(system, "t", "/a/", url, "complete", 3, 3, ("rest:id_asc",), "https://example.org/a/")


def count(system: System, value: Any) -> int | None:
    response = TextResponse("https://x.example.org/", body=json.dumps(value).encode())
    [stated] = system.counts_of(Answer(value, response, Exchange("c", 0)), [known(system.name, WALINE)])
    return stated


@pytest.mark.parametrize(
    ("system", "value", "stated"),
    [
        (Isso(), {"total_replies": 5, "hidden_replies": 3, "replies": []}, 5),
        (Isso(), {"total_replies": 0, "hidden_replies": 0, "replies": []}, 0),
        (Isso(), {"total_replies": 3, "hidden_replies": 3, "replies": []}, None),
        (Waline(), {"errno": 0, "errmsg": "", "data": [7]}, 7),
        (Waline(), {"errno": 0, "errmsg": "", "data": [7, 7]}, None),
        (Waline(), {"errno": 0, "errmsg": "", "data": 7}, None),
        (Waline(), {"errno": 1001, "errmsg": "no"}, None),
        (Twikoo(), {"data": [{"url": "/a/", "count": 4}, {"url": "/a", "count": 1}]}, 5),
        (Twikoo(), {"code": 1001, "message": "update"}, None),
    ],
)
def test_a_count_is_of_all_comments_or_none(system, value, stated):
    assert count(system, value) == stated


def test_the_request_is_one_that_costs_little():
    waline = Request(**(Waline().count_request([known("waline", WALINE)]) or {}))
    assert waline.url == "https://w.example.org/api/comment?type=count&url=%2Fa%2F"
    assert waline.headers["Referer"] == b"https://example.org/"
    twikoo = Request(**(Twikoo().count_request([known("twikoo", "https://t.example.org/")]) or {}))
    assert (twikoo.method, json.loads(twikoo.body)["urls"]) == ("POST", ["/a/", "/a"])


COUNTED = [make for make in SERVICES if make.system.count_request is not System.count_request]
TOO_OLD = frozenset({"Isso13Service", "Isso10Service", "OldWalineService"})
"""Servers that state no count, or another one than their ledgers."""
with_a_count = pytest.mark.parametrize("make", COUNTED, ids=lambda make: make.__name__)

GROUPED = [make for make in COUNTED if make.system.count_room > 1 and make.__name__ not in TOO_OLD]
"""Servers that state the counts of many threads at once."""

BLIND = frozenset({"youtube", "guardian"})
"""Systems whose count still holds what was removed, or may."""


async def visited(service: Service) -> tuple[KnownThread, int]:
    """The thread as the archive knows it after a visit, and the bytes that the visit took."""
    sizes: list[int] = []

    def weigh(_: int, answer: tuple[int, Any, bytes]) -> tuple[int, Any, bytes]:
        sizes.append(len(answer[2]))
        return answer

    _, ledger = await harvest(service, Net(service, spoil=weigh))
    orders = tuple(ledger.orders_walked or ())
    url = ledger.url or ""
    found = KnownThread(
        ledger.system, ledger.tenant, ledger.native_id, url, ledger.verdict, ledger.captured, ledger.expected, orders
    )
    return found, sum(sizes) + len(service.page().encode())


async def asked(service: Service, of: KnownThread) -> tuple[int | None, int]:
    """What one request says of the count now, and the bytes of its answer."""
    [stated], size = await asked_together(service, [of])
    return stated, size


async def asked_together(service: Service, threads: list[KnownThread]) -> tuple[Sequence[int | None], int]:
    """What one request says of several threads, and the bytes of its answer."""
    system = service.system(service.options)
    request = Request(**(system.count_request(threads) or pytest.fail("the system has no count for these threads")))
    response = await Net(service)(request)
    return stated_counts(system, response, threads), len(response.body)


@with_a_count
async def test_an_unchanged_thread_states_the_count_of_its_ledger_in_a_fraction_of_the_bytes(make):
    service = thread(make, 40, shape="chain")
    of, bytes_of_visit = await visited(service)
    stated, size = await asked(service, of)
    assert of.verdict == "complete"
    if make.__name__ in TOO_OLD:
        assert stated is None
    else:
        assert stated == of.expected
        assert size < bytes_of_visit / 4


@with_a_count
async def test_a_new_comment_and_one_that_went_change_the_count(make):
    service = thread(make, 12, shape="chain")
    of, _ = await visited(service)
    last = service.comments.pop()
    fewer, _ = await asked(service, of)
    assert fewer != of.expected
    assert (fewer is None) == (make.__name__ in TOO_OLD)
    service.comments.append(last)
    service.comments[-1].is_removed = True
    removed, _ = await asked(service, of)
    assert (removed != of.expected) == (make.system.name not in BLIND)
    service.comments[-1].is_removed = False
    service.comments += thread(make, 14, shape="chain").comments[12:]
    more, _ = await asked(service, of)
    assert more is None if make.__name__ in TOO_OLD else (more or 0) > (of.expected or 0)


@with_a_count
async def test_an_error_is_no_count(make):
    service = thread(make, 3)
    of, _ = await visited(service)
    system = service.system(service.options)
    for body in (b"{}", b"[]", b'{"message": "no"}'):
        response = TextResponse("https://x.example.org/", body=body)
        try:
            [stated] = system.counts_of(Answer(json.loads(body), response, Exchange("c", 0)), [of])
        except FetchError:
            stated = None  # the shape changed: the caller asks for the page
        assert stated is None


OTHER_NAME = {"remark42": "https://example.org/other/", "disqus": "another", "youtube": "aaaaaaaaaaa"}


@pytest.mark.parametrize("make", GROUPED, ids=lambda make: make.__name__)
@pytest.mark.parametrize("place", [0, 1])
async def test_one_request_states_the_count_of_each_of_several_threads(make, place):
    service = thread(make, 12, shape="chain")
    of, _ = await visited(service)
    name = OTHER_NAME.get(of.system, "/other/")
    url = of.url.replace("video-12", name)
    other = replace(of, native_id=name, url=url)
    threads = [other, of] if place else [of, other]
    stated, _ = await asked_together(service, threads)
    assert stated[place] == of.expected
    assert stated[1 - place] in (0, None), "there is no such thread: none of it or nothing"


def test_an_answer_that_lacks_a_thread_or_is_of_another_shape_states_nothing_of_it():
    for system in (WordPress(), *(make.system({"YOUTUBE_API_KEY": "k"}) for make in GROUPED)):
        threads = [known(system.name, WALINE), replace(known(system.name, WALINE), native_id="/b/")]
        for body in (b"{}", b"[]", b"[1]", b'{"data": []}', b'{"items": []}', b'{"counts": []}', b"no"):
            response = TextResponse("https://x.example.org/", body=body)
            assert list(stated_counts(system, response, threads)) == [None, None], (system.name, body)


def rest(rows: list[tuple[int, int]], total: int | None, posts: list[str]) -> Sequence[int | None]:
    """What WordPress' list of comments (id, post) with such a total says of posts."""
    body = json.dumps([{"id": number, "post": post} for number, post in rows]).encode()
    headers = {} if total is None else {"X-WP-Total": str(total)}
    response = TextResponse("https://x.example.org/", body=body, headers=headers)
    threads = [replace(known("wordpress", "https://x.example.org/a/"), native_id=post) for post in posts]
    return list(stated_counts(WordPress(), response, threads))


def test_a_list_of_wordpress_comments_counts_each_post_only_when_it_holds_them_all():
    rows = [(1, 7), (2, 9), (3, 7)]
    assert rest(rows, 3, ["7", "8", "9"]) == [2, 0, 1]
    assert rest(rows, 4, ["7", "8", "9"]) == [None] * 3, "one is not listed, and may be of any post"
    assert rest(rows, None, ["7", "8", "9"]) == [None] * 3
    assert rest([(1, 7)], 140, ["7"]) == [140], "a single post is counted by the total alone"


def test_wordpress_threads_take_the_room_of_their_comments():
    system, few = WordPress(), replace(known("wordpress", "https://x.example.org/a/"), native_id="7", tenant="x.example.org")
    assert system.count_size(replace(few, expected=0)) < system.count_size(few) < system.count_room
    assert system.count_size(replace(few, expected=120)) > system.count_room
    [one, two] = (Request(**(system.count_request([few] * n) or {})).url for n in (1, 2))
    assert ("per_page=1&" in one, "per_page=100&" in two) == (True, True)
    assert "&post=7,7&" in two
    assert system.count_request([few, replace(few, orders=())]) is None


def test_a_path_that_the_server_would_take_for_two_has_no_count():
    assert Waline().count_request([replace(known("waline", WALINE), native_id="/a,b/")]) is None


def test_a_wordpress_thread_that_moved_to_another_host_is_not_counted_by_the_one_that_it_is_named_by():
    moved = replace(known("wordpress", "https://new.example.org/a/"), native_id="7", tenant="old.example.org/blog")
    assert WordPress().count_request([moved]) is None
    assert WordPress().count_request([replace(moved, url="https://www.old.example.org/a/")]) is not None
