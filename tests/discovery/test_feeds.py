"""Feeds: the pages they name, what they say of comments, and what is none."""

from __future__ import annotations

import json
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discovery.feeds import read_feed
from crawler.discovery.found import Listed, absolute

NOW = 1_700_000_000_000_000
JULY = 1_626_768_930_000_000
"""2021-07-20T08:15:30Z."""


def read(body: str | bytes) -> Listed:
    body = body.encode() if isinstance(body, str) else body
    return read_feed(body, partial(absolute, "https://example.org/feed"), observed_at=NOW)


def test_rss_with_the_counts_of_comments():
    listed = read(
        '<rss version="2.0" xmlns:slash="http://purl.org/rss/1.0/modules/slash/"'
        ' xmlns:wfw="http://wellformedweb.org/CommentAPI/" xmlns:atom="http://www.w3.org/2005/Atom"><channel>'
        '<link>https://example.org</link><atom:link href="/feed" rel="self"/><item><title>T</title><link>/a</link>'
        '<comments>/a#comments</comments><guid isPermaLink="false">https://example.org/?p=1</guid>'
        "<pubDate>Tue, 20 Jul 2021 08:15:30 +0000</pubDate><slash:comments>7</slash:comments>"
        "<wfw:commentRss>/a/feed/</wfw:commentRss></item></channel></rss>"
    )
    [found] = listed.pages
    assert (listed.kind, found.url, found.published) == ("rss", "https://example.org/a", JULY)
    assert found.comment_count == 7


def test_atom_with_threading_and_the_next_page():
    listed = read(
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:thr="http://purl.org/syndication/thread/1.0">'
        '<link rel="self" href="/feed"/><link rel="next" href="/feed?page=2"/><entry><title>T</title>'
        '<link rel="replies" type="application/atom+xml" href="/a/feed/atom/" thr:count="5"/>'
        '<link rel="alternate" type="text/html" href="/a"/><published>2021-07-20T08:15:30Z</published>'
        "<updated>2021-07-20T08:15:31Z</updated></entry></feed>"
    )
    [found] = listed.pages
    assert (found.url, found.published, found.touched) == ("https://example.org/a", JULY, JULY + 1_000_000)
    assert found.comment_count == 5
    assert [place.url for place in listed.places] == ["https://example.org/feed?page=2"]


def test_atom_may_have_another_base():
    listed = read(
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="/blog/"><link rel="next" href="?page=2"/>'
        '<entry><link href="a"/></entry><entry xml:base="https://other.example/x/"><link href="b"/></entry>'
        "<entry><link href=''/></entry></feed>"
    )
    assert [found.url for found in listed.pages] == ["https://example.org/blog/a", "https://other.example/x/b"]
    assert [place.url for place in listed.places] == ["https://example.org/blog/?page=2"]


def test_half_an_address_at_the_end_of_a_feed_that_breaks_off_is_none():
    listed = read("<rss><channel><item><link>https://example.org/a</link></item><item><link>https://example.org/a-bri")
    assert [found.url for found in listed.pages] == ["https://example.org/a"]
    assert listed.problems == ["it cannot be read: it breaks off in line 1"]


def test_media_rss_and_rss_1_0_and_a_permalink_guid():
    listed = read(
        '<rss xmlns:media="http://search.yahoo.com/mrss/"><channel><item><guid>https://example.org/v</guid>'
        '<media:group><media:content url="/v.mp4" medium="video"/></media:group></item></channel></rss>'
    )
    assert [(found.url, found.is_video) for found in listed.pages] == [("https://example.org/v", True)]
    listed = read(
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"><item rdf:about="/a"><link>/a</link>'
        "<dc:date>2021-07-20T08:15:30Z</dc:date></item></rdf:RDF>"
    )
    assert [(found.url, found.published) for found in listed.pages] == [("https://example.org/a", JULY)]


def test_json_feed():
    listed = read(
        json.dumps(
            {
                "version": "https://jsonfeed.org/version/1.1",
                "next_url": "/feed.json?page=2",
                "items": [
                    {"id": "1", "url": "/a", "date_published": "2021-07-20T08:15:30Z"},
                    {"id": "https://example.org/b", "attachments": [{"mime_type": "video/mp4"}]},
                    "none",
                ],
            }
        )
    )
    assert [(found.url, found.published, found.is_video) for found in listed.pages] == [
        ("https://example.org/a", JULY, False),
        ("https://example.org/b", None, True),
    ]
    assert [place.url for place in listed.places] == ["https://example.org/feed.json?page=2"]


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ("<!doctype html><html><body>Hello</body></html>", "an HTML page"),
        ('{"error": 1}', "no feed"),
        ("{broken", "broken"),
        ("", "cannot be read"),
        ("<urlset/>", "no feed"),
    ],
)
def test_what_is_no_feed_is_said(body, word):
    listed = read(body)
    assert not listed.pages
    assert any(word in problem for problem in listed.problems), listed.problems


@given(st.binary(max_size=400) | st.recursive(st.none() | st.text(max_size=9) | st.integers(), lambda x: st.lists(x, max_size=3) | st.dictionaries(st.sampled_from(["version", "items", "url", "id", "attachments", "next_url", "https://jsonfeed.org/version/1"]), x, max_size=4)).map(lambda x: json.dumps({"version": "https://jsonfeed.org/version/1", "items": [x]}).encode()))
def test_any_bytes_end_in_a_result(body):
    assert isinstance(read(body).pages, list)
