"""Keys of a thread where a page writes them."""

from __future__ import annotations

import pytest

from crawler.extract.document import Document
from crawler.systems.places import first_key, given_as

URL = "https://news.example.org/a/"


@pytest.mark.parametrize(
    ("html", "key"),
    [
        ('<div data-key=" k1 "></div>', "k1"),
        ('<div data-key=""></div><div data-key="k2"></div>', "k2"),
        ("<script>x = {siteKey: 'k3', other: 1}</script>", "k3"),
        ('<script>var site_key = 12;</script><div data-key="k4"></div>', "k4"),
        ('<script>{"mySiteKey": "k5"}</script>', None),
        ("<p>siteKey</p>", None),
    ],
)
def test_the_first_key_that_is_there_counts(html, key):
    places = ("[data-key]@data-key", given_as("siteKey", "site_key"))
    assert first_key(Document(html, URL), places) == key
