"""Strategies of bytes and values that a stranger may send, and what is done with them; shared by the tests and `make fuzz`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from functools import partial
from itertools import count
from typing import Any, Final

from hypothesis import strategies as st
from scrapy import Request
from scrapy.http import HtmlResponse, Response, TextResponse

from archive.json_text import to_json
from crawler.discovery.feeds import read_feed
from crawler.discovery.found import absolute
from crawler.discovery.sitemaps import read_sitemap
from crawler.discovery.wordpress_posts import read_posts
from crawler.extract.dates import read_duration, read_time
from crawler.extract.urls import clean_url, page_url, site_of
from crawler.items import Capture
from crawler.politeness.opt_out import OptOutError, OptOuts
from crawler.politeness.reservation import header_directives, parse_well_known, well_known_reservation
from crawler.politeness.retry_after import retry_after
from crawler.safety.log import plain
from crawler.safety.secrets import masked, without_user
from crawler.systems import systems_of
from crawler.systems.base import FetchError
from crawler.systems.reading import Limits
from crawler.visit import Circumstances, visit
from pipelines.emit import as_json
from pipelines.identify import Identify
from pipelines.normalise import normalise

NOW: Final = 1_700_000_000_000_000
LINK: Final = partial(absolute, "https://e.com/a/")

# --- what a stranger sends -----------------------------------------------------------------------

WORDS = st.sampled_from(
    """comment comments comment-list comment-author vcard fn says comment-metadata comment-content children depth-2 respond commentform
    pm-ul-comments media media-body media-heading postid-1 entry-title share subscribe twitter facebook like views video player post
    navigation comment-navigation nav-links awaiting-moderation reply isso-thread disqus_thread cusdis remark42 commento""".split()
)
ATTRIBUTES = st.sampled_from("class id href datetime title content property name data-id data-count value src rel itemprop itemtype aria-label".split())
TAGS = st.sampled_from("div ol ul li article p a b time span h1 h2 form input meta link script iframe title table td svg template noscript".split())
ADDRESSES = st.sampled_from(
    ["#comment-1", "/a/comment-page-2/", "https://youtube.com/@x", "javascript:x", "//e.com", "http://[", "data:,x", "?replytocom=1", "mailto:x@e.com",
     "https://facebook.com/sharer.php?u=x", "https://e.com:99999/", "\\\\e.com\\x", "http://\u2460.0.0.1/"]
)  # fmt: skip
TIMES = st.sampled_from(["2024-05-01T10:00:00+00:00", "3 years ago", "yesterday", "0000-00-00", "99999999999999", "31.02.2024", "\u0661\u0662", "May 5, 2024 at 25:61"])
NASTY = st.sampled_from(["\x00", "\ud800", "\u202e", "\x1b[31m", "<!--", "]]>", "&#0;", "&#x110000;", "&amp", "\ufeff", "\u0130", "\u1e9e", "\U0001f600", "%00", "%"])
TEXTS = st.text(max_size=20) | WORDS | TIMES | NASTY | ADDRESSES
VALUES = st.lists(WORDS | TEXTS, max_size=4).map(" ".join)


@st.composite
def elements(draw: st.DrawFn, depth: int = 3) -> str:
    """Markup that looks like a page of ours, or nearly; not always closed."""
    parts = []
    for _ in range(draw(st.integers(0, 4))):
        tag = draw(TAGS)
        attributes = "".join(f' {draw(ATTRIBUTES)}="{draw(VALUES)}"' for _ in range(draw(st.integers(0, 3))))
        inside = draw(TEXTS) if not depth or draw(st.booleans()) else draw(elements(depth - 1))
        parts.append(f"<{tag}{attributes}>{inside}" + (f"</{tag}>" if draw(st.integers(0, 5)) else ""))
    return "".join(parts)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.sampled_from("@type @graph name url comments comment id parent parent_id author text content created date total replies hash data items uploadDate duration".split()) | TEXTS,
        inner, max_size=5,
    ),
    max_leaves=25,
)  # fmt: skip
MEMBERS = st.sampled_from(
    """comments comment body text id _id author user name createdAt created_utc parentId parent replies children edges node nodes items
    total hasMore pageInfo hasNextPage last status isDeleted likes edited attributes fields byId __ref ROOT_QUERY queryKey state data""".split()
)  # fmt: skip
STATE = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 2_000_000_000) | TEXTS | st.sampled_from(["Comment:1", "User:2", "Ref", "Date"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(MEMBERS | TEXTS, inner, max_size=6),
    max_leaves=40,
)  # fmt: skip
JSON_BYTES = JSON.map(lambda value: json.dumps(value).encode())


@st.composite
def pages(draw: st.DrawFn) -> bytes:
    """A whole page, or anything."""
    kind = draw(st.integers(0, 9))
    if kind == 0:
        return draw(st.binary(max_size=2_000))
    data = f'<script type="application/ld+json">{json.dumps(draw(JSON))}</script>' if draw(st.booleans()) else ""
    markup = f"<html><head><title>{draw(TEXTS)}</title>{data}</head><body class='{draw(VALUES)}'>{draw(elements())}{draw(elements())}</body></html>"
    body = markup.encode(draw(st.sampled_from(["utf-8", "utf-16", "cp1251", "shift_jis", "utf-7"])), "replace")
    cut = draw(st.integers(0, len(body)))
    return body[:cut] if kind == 1 else body


@st.composite
def states(draw: st.DrawFn) -> bytes:
    """A page that hands comments to its script, or nearly."""
    row = {"id": draw(st.integers(0, 3)), "body": draw(TEXTS) or "x", "createdAt": draw(TIMES), "author": draw(STATE)}
    rows = [draw(st.dictionaries(MEMBERS, STATE, max_size=4)) | row for _ in range(draw(st.integers(0, 3)))]
    value = json.dumps({"comments": rows, "a": draw(STATE), "b": {"comments": draw(STATE)}} if draw(st.booleans()) else draw(STATE))
    written = draw(st.sampled_from(["{}", "window.s = {};", "self.__next_f.push([1, {}])", "JSON.parse({})"]))
    script = written.replace("{}", json.dumps(value) if "(" in written else value)
    end = draw(st.integers(0, len(script))) if draw(st.integers(0, 4)) == 0 else len(script)
    return f"<body><main><p>Story</p></main><script>{script[:end]}</script></body>".encode("utf-8", "replace")


@st.composite
def xml(draw: st.DrawFn) -> bytes:
    """A sitemap or a feed, or nearly."""
    root = draw(st.sampled_from(["urlset", "sitemapindex", "rss", "feed", "rdf", "html"]))
    names = st.sampled_from("url loc lastmod sitemap item entry link guid title pubDate updated published comments channel id x".split())
    parts = "".join(
        f"<{(outer := draw(names))}><{(inner := draw(names))} href='{draw(ADDRESSES)}'>{draw(TEXTS)}</{inner}></{outer}>" for _ in range(draw(st.integers(0, 5)))
    )
    doctype = draw(st.sampled_from(["", '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>', '<!DOCTYPE x SYSTEM "file:///etc/passwd">']))
    body = f"<?xml version='1.0'?>{doctype}<{root}>{parts}{draw(st.sampled_from(['', '&a;', '&b;', '<![CDATA[']))}</{root}>".encode("utf-8", "replace")
    return body[: draw(st.integers(0, len(body)))] if draw(st.booleans()) else body


ROBOTS = st.lists(
    st.sampled_from(["User-agent: *", "User-agent: Talkback", "Disallow: /", "Allow: /*$", "Crawl-delay: 1e999", "Crawl-delay: -1", "Sitemap: x", "\x00", "Disallow: /" + "*a" * 30])
    | TEXTS, max_size=8,
).map(lambda lines: "\n".join(lines).encode("utf-8", "replace")) | st.binary(max_size=300)  # fmt: skip

# --- what is done with it ------------------------------------------------------------------------


def visited(body: bytes, answer: bytes = b"") -> list[Capture]:
    """A visit of a page; every request of a system gets the same answer, or none. Rows can be keyed and written as JSON."""
    ids, asked = count(), count()

    async def fetch(request: Request) -> Response:
        if not answer or next(asked) > 20:
            raise FetchError("error", request.url)
        return TextResponse(request.url, body=answer, headers={"X-WP-Total": "5", "X-WP-TotalPages": "2"}, encoding="utf-8")

    around = Circumstances(
        fetch=fetch, clock=lambda: NOW, new_id=lambda: str(next(ids)), systems=systems_of({}), limits=Limits(max_requests=30, max_comments=500)
    )

    async def captures() -> list[Capture]:
        response = HtmlResponse("https://e.com/a/story", body=body, headers={"Content-Type": "text/html"})
        return [capture async for capture in visit(response, around, "x")]

    found = asyncio.run(captures())
    identify = Identify()
    for capture in found:
        normalise(capture)
        identify.identify(capture)
        for row in (capture.page, capture.thread, *(capture.shares or ()), *(capture.subscribes or ()), *capture.comments):
            if row is not None:
                to_json(as_json(row)).encode()
    assert sum(capture.is_last for capture in found) == 1
    assert found[-1].is_last
    for capture in found:
        assert capture.thread is None or not str(capture.thread.stop_detail).startswith(("TypeError", "KeyError", "Attribute", "Index", "Value", "Unicode", "Recursion", "Assertion")), capture.thread.stop_detail
    return found


def dated(text: str) -> None:
    found = read_time(text, observed_at=NOW, language="en")
    if found is not None and found.min is not None and found.max is not None:
        assert found.min <= found.max
    read_duration(text)


def addressed(text: str) -> None:
    cleaned = clean_url(text)
    if cleaned is not None:
        assert clean_url(cleaned) == cleaned
        site_of(cleaned)
        page_url(cleaned)
    without_user(text)


def opted_out(text: str) -> None:
    try:
        OptOuts(text.split("\n")).entry_of("http://www.e.com/x")
    except OptOutError as error:
        assert "line" in str(error)  # noqa: PT017 - the error is not what is tested


def listed(body: bytes, read: Callable[..., Any]) -> None:
    found = read(body, LINK, observed_at=NOW)
    assert all(one.url.startswith(("http://", "https://")) for one in (*found.pages, *found.places))


def hidden(text: str) -> None:
    assert masked(masked(text)) == masked(text)
    assert not set(plain(text)) & set("\x00\x1b\x9b\r\u202e")


def reserved(body: bytes) -> None:
    well_known_reservation(parse_well_known(body), "/x")
    header_directives(body.decode("latin-1"), "Talkback")
    retry_after(body, date=body[:20], now=0.0)


TARGETS: Final[dict[str, tuple[Any, Callable[..., Any]]]] = {
    "pages": (pages(), visited),
    "states": (states(), visited),
    "interfaces": (st.tuples(pages(), JSON_BYTES | st.binary(max_size=200)), lambda both: visited(*both)),
    "sitemaps": (xml() | st.binary(max_size=500), partial(listed, read=read_sitemap)),
    "feeds": (xml() | JSON_BYTES | st.binary(max_size=500), partial(listed, read=read_feed)),
    "posts": (JSON_BYTES | st.binary(max_size=300), partial(listed, read=read_posts)),
    "dates": (TEXTS | st.text(max_size=60) | st.lists(TIMES | TEXTS, max_size=4).map(" ".join), dated),
    "addresses": (st.text(max_size=80) | st.lists(ADDRESSES | TEXTS, max_size=4).map("".join), addressed),
    "opt-outs": (st.text(max_size=60), opted_out),
    "reservations": (JSON_BYTES | st.binary(max_size=200), reserved),
    "logs": (st.text(max_size=120) | st.lists(TEXTS, max_size=5).map("".join), hidden),
}
"""Name of a target: what it is given, and what is done."""
