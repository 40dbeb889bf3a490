"""A key that a service takes in the address only is in the request and nowhere else."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from kit import reading_of
from scrapy import Request
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.http import Response, TextResponse
from scrapy.spiders import Spider
from scrapy.utils.test import get_crawler

from crawler.extract.document import Document
from crawler.systems.base import FetchError, ThreadRef

REF = ThreadRef(system="x", tenant="x", native_id="1", url="https://api.example.org/", detected_by="test")
DOCUMENT = Document("<title>x</title>", "https://example.org/")
SECRET = "s3cret/key"
QUOTED = "s3cret%2Fkey"


async def test_the_answer_carries_the_address_without_the_key() -> None:
    asked: list[Request] = []

    async def fetch(request: Request) -> Response:
        asked.append(request)
        return TextResponse(request.url, body=b"{}", request=request)

    answer = await reading_of(REF, DOCUMENT, fetch).json(
        "https://api.example.org/list?thread=1", secret={"key": SECRET}
    )
    assert asked[0].url == f"https://api.example.org/list?thread=1&key={QUOTED}"
    assert answer.url == "https://api.example.org/list?thread=1"


async def test_an_error_repeats_neither_the_key_nor_its_quoted_form() -> None:
    async def fetch(request: Request) -> Response:
        raise FetchError("blocked", f"{request.url}: forbidden ({SECRET})")

    with pytest.raises(FetchError) as caught:
        await reading_of(REF, DOCUMENT, fetch).json("https://api.example.org/list", secret={"key": SECRET})
    assert QUOTED not in caught.value.detail
    assert SECRET not in caught.value.detail
    assert caught.value.__suppress_context__


async def test_scrapys_lines_about_retries_do_not_show_it(caplog: pytest.LogCaptureFixture) -> None:
    spider = Spider.from_crawler(get_crawler(Spider), name="test")

    async def fetch(request: Request) -> Response:
        with caplog.at_level(logging.DEBUG):
            again: Any = get_retry_request(request, spider=spider, reason="503", max_retry_times=1)
            assert get_retry_request(again, spider=spider, reason="503", max_retry_times=1) is None
        return TextResponse(again.url, body=b"{}", request=again)

    await reading_of(REF, DOCUMENT, fetch).json("https://api.example.org/list", secret={"key": SECRET})
    assert "Gave up retrying" in caplog.text
    assert QUOTED not in caplog.text
