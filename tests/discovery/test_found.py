"""The one address by which a named page is asked for."""

from __future__ import annotations

import pytest

from crawler.discovery.found import as_page

SITE = "https://forum.example"


@pytest.mark.parametrize(
    ("named", "asked"),
    [
        ("/boards/1/topics/13?r=53#message-53", "/boards/1/topics/13"),
        ("/viewtopic.php?f=2&t=5&p=123#p123", "/viewtopic.php?f=2&t=5"),
        ("/t.php?id=4&pid=77#pid77", "/t.php?id=4"),
        ("/story-12/?comment=9#c9", "/story-12/"),
    ],
)
def test_a_link_to_a_post_is_one_to_its_page(named, asked):
    assert as_page(SITE + named) == SITE + asked


@pytest.mark.parametrize(
    "named",
    [
        "/viewtopic.php?p=123#p123", "/?p=14&lang=2#comment-14", "/news2/?id=3#3", "/topics/13?r=53#message-54", "/forum?post=5#post5",
        "/?date=20080405#c01", "/topics/13?page=2#message-2",
    ],
)  # fmt: skip
def test_what_names_the_page_itself_stays(named):
    assert as_page(SITE + named) == SITE + named.partition("#")[0]
