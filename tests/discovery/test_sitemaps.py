"""Sitemaps: what they name is found, what is broken in them is said, nothing in them can hurt."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from functools import partial
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discovery.found import Listed, absolute
from crawler.discovery.sitemaps import MAX_INFLATED, read_sitemap

NOW = 1_700_000_000_000_000
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
NS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def read(body: str | bytes) -> Listed:
    body = body.encode() if isinstance(body, str) else body
    return read_sitemap(body, partial(absolute, "https://example.org/sitemap.xml"), observed_at=NOW)


def micros(iso: str) -> int:
    return int(datetime.fromisoformat(iso).replace(tzinfo=UTC).timestamp() * 1_000_000)


def test_addresses_and_times_are_read():
    listed = read(
        f"{HEAD}<urlset {NS}><url><loc>\n https://example.org/a?x=1&amp;y=2 </loc><lastmod>2023-05-01T10:00:00Z</lastmod></url>"
        "<url><loc>/b</loc></url><url><lastmod>2023-01-01</lastmod></url></urlset>"
    )
    assert [found.url for found in listed.pages] == ["https://example.org/a?x=1&y=2", "https://example.org/b"]
    assert listed.pages[0].modified == micros("2023-05-01T10:00:00")
    assert (listed.kind, listed.problems) == ("sitemap", [])


def test_a_day_without_a_time_is_its_last_moment_so_that_no_page_is_too_old_by_mistake():
    [found] = read(f"<urlset {NS}><url><loc>/a</loc><lastmod>2023-05-01</lastmod></url></urlset>").pages
    assert found.modified is not None
    assert found.modified >= micros("2023-05-01T23:59:59")


def test_an_index_names_sitemaps():
    listed = read(
        f"<sitemapindex {NS}><sitemap><loc>/s1.xml.gz</loc><lastmod>2023-05-01T10:00:00Z</lastmod></sitemap></sitemapindex>"
    )
    assert (listed.kind, [found.url for found in listed.places], listed.pages) == (
        "sitemap index", ["https://example.org/s1.xml.gz"], [],
    )  # fmt: skip


def test_video_and_news_extensions_give_the_time_of_publication_and_not_the_address_of_the_file():
    listed = read(
        f'<urlset {NS} xmlns:video="http://www.google.com/schemas/sitemap-video/1.1"'
        ' xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">'
        "<url><loc>/v</loc><video:video><video:content_loc>/v.mp4</video:content_loc><video:title>T</video:title>"
        "<video:publication_date>2022-01-02T03:04:05+00:00</video:publication_date></video:video></url>"
        "<url><loc>/n</loc><news:news><news:publication_date>2022-02-03T00:00:00Z</news:publication_date></news:news></url>"
        "</urlset>"
    )
    assert [(found.url[-2:], found.is_video, found.published) for found in listed.pages] == [
        ("/v", True, micros("2022-01-02T03:04:05")),
        ("/n", False, micros("2022-02-03T00:00:00")),
    ]


def test_gzip_plain_text_and_a_byte_order_mark_are_read():
    xml = f"{HEAD}<urlset {NS}><url><loc>https://example.org/a</loc></url></urlset>".encode()
    assert [found.url for found in read(gzip.compress(xml)).pages] == ["https://example.org/a"]
    assert [found.url for found in read(b"\xef\xbb\xbf" + xml).pages] == ["https://example.org/a"]
    assert [found.url for found in read(b"https://example.org/a\nhttps://example.org/b\n").pages] == [
        "https://example.org/a", "https://example.org/b",
    ]  # fmt: skip


def test_a_sitemap_that_breaks_off_keeps_what_came_before():
    listed = read(f"<urlset {NS}><url><loc>/a</loc></url><url><loc>/b</l")
    assert [found.url for found in listed.pages] == ["https://example.org/a"]
    assert listed.problems == ["it cannot be read: it breaks off in line 1"]


def test_a_line_that_is_no_address_costs_a_text_file_nothing_else():
    listed = read("# ours\nhttps://example.org/a\nexample.org/b\nhttps://example.org/c\n")
    assert [found.url for found in listed.pages] == ["https://example.org/a", "https://example.org/c"]
    assert listed.problems == ["it has a line that is no address: 'example.org/b'"]


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (b"<!doctype html><html><body>Not found</body></html>", "an HTML page"),
        (b"<rss><channel/></rss>", "<rss>, no sitemap"),
        (b"Not found", "no sitemap: 'Not found'"),
        (b"\n", "no sitemap: nothing"),
        (gzip.compress(b"<urlset/>", mtime=0)[:-12], "gzip"),
        (b"\x1f\x8b garbage", "gzip"),
        (b"<urlset>" + b"<a>" * 100, "nest"),
    ],
)
def test_what_is_no_sitemap_is_said(body, word):
    listed = read(body)
    assert not listed.pages
    assert any(word in problem for problem in listed.problems), listed.problems


def test_a_text_file_of_addresses_is_read_to_the_limit_which_is_named(monkeypatch):
    monkeypatch.setattr("crawler.discovery.sitemaps.MAX_URLS", 1_000)
    listed = read("https://example.org/a\n" * 5_000)
    assert len(listed.pages) == 1_000
    assert listed.problems == ["it names more than 1,000 addresses; the rest is not read"]


@pytest.mark.parametrize("piece", [b"<a/>", b"<url/>"])
def test_a_sitemap_of_nothing_but_elements_is_read_to_a_limit_which_is_named(monkeypatch, piece):
    monkeypatch.setattr("crawler.discovery.markup.MAX_ELEMENTS", 20_000)  # 32 MB of them took 25 s without one
    first = f"<urlset {NS}><url><loc>https://example.org/first</loc></url>".encode()
    listed = read(first + piece * 100_000 + b"<url><loc>https://example.org/last</loc></url></urlset>")
    assert [found.url for found in listed.pages] == ["https://example.org/first"]
    assert any("elements" in problem for problem in listed.problems), listed.problems


def test_entities_are_never_expanded_and_files_never_read():
    bomb = (
        '<!DOCTYPE urlset [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
        '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
        f"<urlset {NS}><url><loc>https://example.org/&c;</loc></url><url><loc>https://example.org/&f;</loc></url>"
        "<url><loc>https://example.org/good</loc></url></urlset>"
    )
    urls = [found.url for found in read(bomb).pages]
    assert "https://example.org/good" in urls
    assert all("root:" not in url and len(url) < 100 for url in urls)


def test_a_gzip_bomb_is_read_to_the_limit_and_named():
    listed = read(gzip.compress(b"<urlset>" + b" " * (MAX_INFLATED + 1000), compresslevel=9))
    assert any("larger than" in problem for problem in listed.problems)


def test_fifty_thousand_addresses_cost_five_times_what_ten_thousand_do():
    def cost(count: int) -> float:
        body = f"<urlset {NS}>" + "".join(f"<url><loc>/p{n}</loc></url>" for n in range(count)) + "</urlset>"
        started = process_time()
        assert len(read(body).pages) == count
        return process_time() - started

    cost(1_000)
    assert cost(50_000) < 12 * cost(10_000)


@given(st.binary(max_size=400) | st.text(max_size=200).map(lambda text: f"<urlset {NS}><url><loc>{text}</loc>".encode()))
def test_any_bytes_end_in_a_result(body):
    listed = read(body)
    assert isinstance(listed.pages, list)
