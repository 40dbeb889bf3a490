"""An answer of JSON never fails a reading, whatever it holds, and never makes comments of less than it lists."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st
from kit import NOW
from scrapy.http import TextResponse

from crawler.extract.document import NotHtmlError
from crawler.systems.generic.answered import Answered, page_or_data

NAMES = st.sampled_from(
    "comments data items list results id text body author name user created_at date replies parent_id total count next "
    "has_more page pages number last error success node edges html".split()
)
LEAVES = st.none() | st.booleans() | st.integers(-2, 10**13) | st.text(max_size=12) | st.sampled_from(
    ["2026-09-01T08:00:00Z", "<li class='comment'>Ann</li>", "/talk/44?page=2", "?page=2", "//", "5", ""]
)  # fmt: skip
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=6), max_leaves=40
)


@given(VALUES)
def test_any_value_is_a_page_with_comments_or_without(value):
    answer = Answered(value, "https://town.example/talk/44", {})
    if answer.listed is not None:
        comments = answer.listed.comments(answer, NOW, None)
        assert len(comments) == len(answer.listed.rows) > 0
        assert not answer.is_empty
        further = answer.listed.further(answer)
        assert further is None or further.startswith("https://town.example/")


@given(VALUES, st.integers(0, 400), st.binary(max_size=4))
def test_any_bytes_are_a_page_or_none(value, end, junk):
    body = json.dumps(value).encode()[:end] + junk
    response = TextResponse("https://town.example/talk/44", body=body, headers={"Content-Type": "application/json"})
    try:
        page = page_or_data(response)
    except NotHtmlError:
        return
    assert page.root is not None
