"""The counts that revisits ask for first, in the scope of the ledger, or none at all."""

from __future__ import annotations

import json
from typing import Any

import pytest
from scrapy import Request
from scrapy.http import TextResponse
from service import Service
from test_conformance import SERVICES, Net, harvest, thread

from crawler.schedule.due import KnownThread
from crawler.spiders.revisit import stated_count
from crawler.systems.answers import Answer
from crawler.systems.base import Exchange, FetchError, System
from crawler.systems.isso import Isso
from crawler.systems.twikoo import Twikoo
from crawler.systems.waline import Waline

WALINE = "https://w.example.org/api/comment?path=%2Fa%2F"


def known(system: str, url: str) -> KnownThread:
    return KnownThread(system, "t", "/a/", url, "complete", 3, 3, ())


def count(system: System, value: Any) -> int | None:
    response = TextResponse("https://x.example.org/", body=json.dumps(value).encode())
    return system.count_of(Answer(value, response, Exchange("c", 0)), known(system.name, WALINE))


@pytest.mark.parametrize(
    ("system", "value", "stated"),
    [
        (Isso(), {"total_replies": 5, "hidden_replies": 3, "replies": []}, 5),
        (Isso(), {"total_replies": 0, "hidden_replies": 0, "replies": []}, 0),
        (Isso(), {"total_replies": 3, "hidden_replies": 3, "replies": []}, None),
        (Waline(), {"errno": 0, "errmsg": "", "data": {"count": 7, "data": []}}, 7),
        (Waline(), {"count": 7, "data": []}, 7),
        (Waline(), {"errno": 1001, "errmsg": "no"}, None),
        (Twikoo(), {"data": [{"url": "/a/", "count": 4}, {"url": "/a", "count": 1}]}, 5),
        (Twikoo(), {"code": 1001, "message": "update"}, None),
    ],
)
def test_a_count_is_of_all_comments_or_none(system, value, stated):
    assert count(system, value) == stated


def test_the_request_is_one_that_costs_little():
    waline = Request(**(Waline().count_request(known("waline", WALINE)) or {}))
    assert waline.url == f"{WALINE}&pageSize=1"
    twikoo = Request(**(Twikoo().count_request(known("twikoo", "https://t.example.org/")) or {}))
    assert (twikoo.method, json.loads(twikoo.body)["urls"]) == ("POST", ["/a/", "/a"])


COUNTED = [make for make in SERVICES if make.system.count_request is not System.count_request]
TOO_OLD = frozenset({"Isso13Service", "Isso10Service", "OldWalineService"})
"""Servers that state no count, or another one than their ledgers."""
with_a_count = pytest.mark.parametrize("make", COUNTED, ids=lambda make: make.__name__)

BLIND = frozenset({"youtube"})
"""Systems whose count still holds what was removed."""


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
    system = service.system(service.options)
    request = Request(**(system.count_request(of) or pytest.fail("the system has no count for this thread")))
    response = await Net(service)(request)
    return stated_count(system, response, of), len(response.body)


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
            stated = system.count_of(Answer(json.loads(body), response, Exchange("c", 0)), of)
        except FetchError:
            stated = None  # the shape changed: the caller asks for the page
        assert stated is None
