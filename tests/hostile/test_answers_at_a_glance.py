"""What is told of an answer by a quick look is what the long way finds."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy import Request
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.http import HtmlResponse
from scrapy.utils.test import get_crawler

from crawler.safety.decompression import Decompression
from crawler.safety.redirects import MetaRefresh

bodies = st.one_of(st.binary(max_size=200), st.binary(max_size=20).map(lambda part: part * 3_000))


@st.composite
def compressed(draw: st.DrawFn) -> bytes:
    """Sound gzip, several streams in a row, what was cut off, broken or followed by something else."""
    body = b"".join(gzip.compress(part, mtime=0) for part in draw(st.lists(bodies, min_size=1, max_size=3)))
    body = body[: draw(st.integers(0, len(body)))] if draw(st.booleans()) else body
    if draw(st.booleans()) and body:
        at = draw(st.integers(0, len(body) - 1))
        body = body[:at] + bytes([body[at] ^ draw(st.integers(1, 255))]) + body[at + 1 :]
    return body + draw(st.sampled_from([b"", b"", b"\0" * 9, b"junk"]))


def outcome(of: type[HttpCompressionMiddleware], body: bytes, most: int) -> object:
    try:
        return of._decode(body, b"gzip", most)
    except Exception as error:  # noqa: BLE001  # whichever it is
        return type(error)


@given(compressed(), st.sampled_from([0, 100, 30_000, 10_000_000]))
def test_gzip_in_one_piece_is_gzip_in_small_pieces(body: bytes, most: int) -> None:
    assert outcome(Decompression, body, most) == outcome(HttpCompressionMiddleware, body, most)


REFRESH = '<meta http-equiv="{}" content="0; url=/there"><title>x</title>'


@pytest.mark.parametrize("word", ["refresh", "Refresh", "REFRESH"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be", "cp1252"])
def test_a_page_that_forwards_is_followed_in_whatever_letters(word: str, encoding: str) -> None:
    request = Request("https://example.org/here")
    body = ("\ufeff" if "16" in encoding else "") + REFRESH.format(word)
    response = HtmlResponse(request.url, body=body.encode(encoding), encoding=encoding, request=request)
    result = MetaRefresh.from_crawler(get_crawler()).process_response(request, response)
    assert isinstance(result, Request)
    assert result.url == "https://example.org/there"


def test_a_page_that_does_not_forward_is_not_decoded_for_it() -> None:
    request = Request("https://example.org/here")
    response = HtmlResponse(request.url, body=b"<title>x</title>" + b" " * 20_000 + b"refresh", request=request)
    assert MetaRefresh.from_crawler(get_crawler()).process_response(request, response) is response
    assert response._cached_ubody is None
