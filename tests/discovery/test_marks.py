"""Which pages are remembered by what they show, since they may be met at another address."""

from __future__ import annotations

import pytest

from crawler.discovery.marks import may_answer_elsewhere
from crawler.extract.document import Document

OWN = "https://forum.example/topic/17/"
STATED = f'<link rel="canonical" href="{OWN}">'


@pytest.mark.parametrize(
    ("html", "is_remembered"),
    [
        ("<p>A topic", True),
        (STATED, False),
        (STATED + f'<a href="{OWN}?post=5">#5</a>', True),
        (STATED + '<a href="?post=5">#5</a>', True),
        (STATED + '<a href="/topic/17?post=5">#5</a>', True),
        (STATED + '<a href="http://forum.example/topic/17/?post=5">#5</a>', True),
        (STATED + '<a href="?post=5" rel="nofollow">Reply</a>', False),
        (STATED + f'<a href="{OWN}?replytocom=5#respond">Reply</a>', False),
        (STATED + f'<a href="{OWN}?share=facebook&nb=1">Share</a>', False),
        (STATED + f'<a href="https://www.facebook.com/sharer.php?u={OWN}?a=1">Share</a>', False),
        (STATED + '<a href="/topic/18/?post=5">another</a>', False),
        (STATED + f'<a href="{OWN}#post-5">#5</a>', False),
    ],
)
def test_a_page_that_names_its_address_is_met_elsewhere_only_where_it_says_so(html: str, is_remembered: bool) -> None:
    assert may_answer_elsewhere(Document(f"<!doctype html><title>A topic</title>{html}", OWN)) is is_remembered
