"""One spelling of an address, the page's one address, and whose site it is."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.extract.document import Document
from crawler.extract.urls import (
    MAX_URL,
    SITE_TRACKING,
    TRACKING,
    TRACKING_PREFIXES,
    canonical_url,
    clean_url,
    page_url,
    site_of,
)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("HTTP://Example.ORG", "http://example.org/"),
        ("http://example.org:80/", "http://example.org/"),
        ("https://example.org:443/", "https://example.org/"),
        ("https://example.org:80/", "https://example.org:80/"),
        ("https://example.org:/", "https://example.org/"),
        ("https://example.org./", "https://example.org/"),
        ("https://user:secret@example.org/", "https://example.org/"),
        ("https://example.org/a#b", "https://example.org/a"),
        ("https://example.org/?", "https://example.org/"),
        ("https://example.org?x=1", "https://example.org/?x=1"),
        ("https://example.org/a/../b/./c/..", "https://example.org/b/"),
        ("https://example.org/../../a", "https://example.org/a"),
        ("https://example.org//a//b", "https://example.org//a//b"),
        ("https://example.org/%7euser/%c3%bc%2f", "https://example.org/~user/%C3%BC%2F"),
        ("https://example.org/ü ö?q=ä b", "https://example.org/%C3%BC%20%C3%B6?q=%C3%A4%20b"),
        ("https://example.org/100%", "https://example.org/100%25"),
        ("https://MÜNCHEN.example/", "https://xn--mnchen-3ya.example/"),
        ("https://例え.example/", "https://xn--r8jz45g.example/"),
        ("  https://exa\nmple.org/\t", "https://example.org/"),
        ("https:\\\\example.org\\a?b\\c", "https://example.org/a?b%5Cc"),
        ("https://example.org/?b=2&a=1&b=3", "https://example.org/?b=2&a=1&b=3"),
        ("https://example.org/?a&b=&=c&&d", "https://example.org/?a&b=&=c&d"),
        ("https://example.org/?id=1&utm_source=x&UTM_Medium=y", "https://example.org/?id=1"),
        ("https://example.org/?fbclid=1", "https://example.org/"),
        ("https://example.org/?utmost=1&gclidx=2&sid=3", "https://example.org/?utmost=1&gclidx=2&sid=3"),
        ("https://www.youtube.com/watch?v=a&si=b&feature=c&t=5", "https://www.youtube.com/watch?v=a&t=5"),
        ("https://example.org/?si=b&feature=c", "https://example.org/?si=b&feature=c"),
        ("http://[2001:DB8::0:1]:8080/", "http://[2001:db8::1]:8080/"),
        ("http://127.0.0.1:80/x", "http://127.0.0.1/x"),
        ("https://example.org/\ud800", "https://example.org/%EF%BF%BD"),
    ],
)
def test_an_address_has_one_spelling(url: str, expected: str) -> None:
    assert clean_url(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "", " ", "example.org", "/a", "//example.org/", "ftp://example.org/", "javascript:alert(1)", "mailto:a@example.org",
        "http://", "http:///a", "http://?a", "http://:80/", "http://a b/", "http://a%20b/", "http://[::1/", "http://[x]/",
        "http://[::1]x/", "http://example.org:99999/", "http://example.org:x/", "http://example.org:-1/", "http://a..b/",
        "http://.example.org/", "http://a<b/", f"http://{'ü' * 80}.example/", f"http://example.org/{'x' * MAX_URL}",
        f"http://example.org/{'ü' * (MAX_URL // 2)}", "data:text/html,x",
    ],
)  # fmt: skip
def test_what_no_browser_can_fetch_is_no_address(url: str) -> None:
    assert clean_url(url) is None
    assert page_url(url) is None


@given(st.one_of(st.text(max_size=80), st.from_regex(r"https?://[a-zA-Z.:@\[\]-]{1,12}[/?#%a-fA-F0-9.&=;+ü \\-]{0,40}", fullmatch=True)))
def test_cleaning_never_raises_and_once_is_enough(url: str) -> None:
    for clean in (clean_url, page_url):
        cleaned = clean(url)
        if cleaned is not None:
            assert clean(cleaned) == cleaned
            assert cleaned.isascii()
            assert urlsplit(cleaned).hostname
            assert "#" not in cleaned
    site_of(url)


@pytest.mark.parametrize("name", [*sorted(TRACKING), *(f"{prefix}x" for prefix in TRACKING_PREFIXES)])
def test_every_tracking_parameter_goes_and_its_neighbours_stay(name: str) -> None:
    assert clean_url(f"https://example.org/?a=1&{name}=2&b=3") == "https://example.org/?a=1&b=3"
    assert name == name.lower()


@pytest.mark.parametrize(("site", "name"), [(site, name) for site, names in SITE_TRACKING.items() for name in sorted(names)])
def test_parameters_of_one_site_go_there_only(site: str, name: str) -> None:
    assert clean_url(f"https://www.{site}/?{name}=2&b=3") == f"https://www.{site}/?b=3"
    assert clean_url(f"https://example.org/?{name}=2") == f"https://example.org/?{name}=2"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.org/post/comment-page-2/#comment-9", "https://example.org/post/"),
        ("https://example.org/post/comment-page-12", "https://example.org/post"),
        ("https://example.org/post.html/comment-page-2/", "https://example.org/post.html"),
        ("https://example.org/comment-page-2/", "https://example.org/"),
        ("https://example.org/comment-page-2/more/", "https://example.org/comment-page-2/more/"),
        ("https://example.org/post/comment-page-x/", "https://example.org/post/comment-page-x/"),
        ("https://example.org/?p=7&cpage=2", "https://example.org/?p=7"),
        ("https://example.org/post/?replytocom=5#respond", "https://example.org/post/"),
        ("https://example.org/post/?share=facebook&nb=1", "https://example.org/post/"),
        ("https://example.org/post/?share=custom-1234", "https://example.org/post/"),
        ("https://example.org/post/?share=17", "https://example.org/post/?share=17"),
        ("https://example.org/post/?nb=1", "https://example.org/post/?nb=1"),
        ("https://example.org/post/?unapproved=5&moderation-hash=abc", "https://example.org/post/"),
        ("https://example.org/watch.php?vid=a1b2c&page=2", "https://example.org/watch.php?vid=a1b2c&page=2"),
    ],
)
def test_comment_views_of_a_page_are_the_page(url: str, expected: str) -> None:
    assert page_url(url) == expected


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("https://www.example.co.uk/x", "example.co.uk"),
        ("https://a.b.example.org:443/", "example.org"),
        ("http://example.org:8080/", "example.org:8080"),
        ("http://www.example.org:8080/", "www.example.org:8080"),
        ("https://one.blogspot.com/", "one.blogspot.com"),
        ("https://blogspot.com/", "blogspot.com"),
        ("https://someone.github.io/x", "someone.github.io"),
        ("http://localhost/", "localhost"),
        ("http://localhost:8000/", "localhost:8000"),
        ("http://192.0.2.1/", "192.0.2.1"),
        ("http://192.0.2.1:8080/", "192.0.2.1:8080"),
        ("http://[2001:db8::1]/", "[2001:db8::1]"),
        ("http://[2001:db8::1]:81/", "[2001:db8::1]:81"),
        ("https://WWW.MÜNCHEN.example/", "xn--mnchen-3ya.example"),
        ("https://www.пример.рф/", "xn--e1afmkfd.xn--p1ai"),
        ("https://user:pw@www.example.org/", "example.org"),
        ("https://co.uk/", "co.uk"),
        ("not an address", ""),
        ("", ""),
        ("http://", ""),
        ("http://[::1", ""),
        ("mailto:a@example.org", ""),
    ],
)
def test_a_site_is_the_registrable_domain(url: str, site: str) -> None:
    assert site_of(url) == site


VISITED = "https://www.example.org/news/story/?utm_source=mail#top"


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("", "https://www.example.org/news/story/"),
        ('<link rel=canonical href="/story-7/">', "https://www.example.org/story-7/"),
        ('<link rel="CANONICAL nofollow" href="https://m.example.org/story-7/?fbclid=1#x">', "https://m.example.org/story-7/"),
        ('<link rel=canonical href="/story-7/comment-page-3/">', "https://www.example.org/story-7/"),
        ('<link rel=canonical href="https://other.example/story">', "https://www.example.org/news/story/"),
        ('<link rel=canonical href="https://www.example.org/">', "https://www.example.org/news/story/"),
        ('<link rel=canonical href="http://[broken">', "https://www.example.org/news/story/"),
        ('<link rel=canonical href=""><link rel=canonical>', "https://www.example.org/news/story/"),
        ('<link rel=canonical href="javascript:x"><link rel=canonical href="/b/">', "https://www.example.org/b/"),
        ('<link rel=canonical href="/"><meta property="og:url" content="/c/">', "https://www.example.org/c/"),
        ('<meta property="og:url" content="https://other.example/c/">', "https://www.example.org/news/story/"),
        ('<link rel=canonical href="/a/"><meta property="og:url" content="/c/">', "https://www.example.org/a/"),
        ('</head><body><link rel=canonical href="/planted/">', "https://www.example.org/news/story/"),
        ('<link rel=canonical href="//www.example.org:8443/a/">', "https://www.example.org/news/story/"),
    ],
)
def test_a_page_names_its_address_only_within_its_site(head: str, expected: str) -> None:
    assert canonical_url(Document(f"<html><head><title>t</title>{head}", VISITED)) == expected


def test_the_home_page_may_say_that_it_is_the_home_page() -> None:
    document = Document('<head><link rel=canonical href="https://www.example.org/">', "https://www.example.org/?utm_source=x")
    assert canonical_url(document) == "https://www.example.org/"
    assert canonical_url(Document('<head><link rel=canonical href="/?p=7">', "https://www.example.org/a")) == "https://www.example.org/?p=7"


def test_a_page_without_a_web_address_keeps_what_it_has() -> None:
    assert canonical_url(Document("<p>", "page.html")) == "page.html"
