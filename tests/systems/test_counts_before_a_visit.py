"""The counts that revisits ask for first, in the scope of the ledger, or none at all."""

from __future__ import annotations

import json
from typing import Any

import pytest
from scrapy import Request
from scrapy.http import TextResponse

from crawler.schedule.due import KnownThread
from crawler.systems.answers import Answer
from crawler.systems.base import Exchange, System
from crawler.systems.isso import Isso
from crawler.systems.twikoo import Twikoo
from crawler.systems.waline import Waline

WALINE = "https://w.example.org/api/comment?path=%2Fa%2F"


def known(system: str, url: str) -> KnownThread:
    return KnownThread(system, "t", "/a/", url, "complete", 3, 3, ())


def count(system: System, value: Any) -> int | None:
    response = TextResponse("https://x.example.org/", body=json.dumps(value).encode())
    return system.count_of(Answer(value, response, Exchange("c", 0)))


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
