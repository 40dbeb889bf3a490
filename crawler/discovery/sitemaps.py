"""Sitemaps (sitemaps.org 0.9): files, indexes, plain text, gzip; with the video and news extensions.

Sources: sitemaps.org/protocol.html; Google's `sitemap-video/1.1` and `sitemap-news/0.9`.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any, Final

from crawler.discovery.found import Found, Listed, latest
from crawler.discovery.markup import MarkupError, local, records, space, text

MAX_INFLATED: Final = 64 * 1024 * 1024
"""The protocol allows 50 MB uncompressed; what is larger is read this far, bytes."""

MAX_URLS: Final = 1_000_000
"""Addresses of one file that are read; the protocol allows 50,000."""

_RECORDS: Final = frozenset({"url", "sitemap"})
_VIDEO: Final = "schemas/sitemap-video/"
_NEWS: Final = "schemas/sitemap-news/"


def read_sitemap(body: bytes, link: Callable[[str], str | None], *, observed_at: int) -> Listed:
    """What a sitemap names.

    :param body: the answer, gzip or not
    :param link: makes an address absolute, None for what is none
    :param observed_at: when the answer came, microseconds UTC
    """
    listed = Listed()
    body = _inflated(body, listed)
    head = body[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not head.startswith(b"<"):
        return _text(body, link, listed)
    try:
        for name, element in records(body, _RECORDS):
            if not name:
                root = local(element)
                listed.kind = {"urlset": "sitemap", "sitemapindex": "sitemap index"}.get(root, "")
                if not listed.kind:
                    listed.problems.append(f"it is <{root}>, no sitemap")
                    return listed
                continue
            found = _found(element, link, observed_at)
            if found is None:
                continue
            (listed.places if name == "sitemap" else listed.pages).append(found)
            if _is_full(listed):
                break
    except MarkupError as error:
        listed.problems.append(f"it cannot be read: {error}")
    return listed


def _is_full(listed: Listed) -> bool:
    if len(listed.pages) + len(listed.places) < MAX_URLS:
        return False
    listed.problems.append(f"it names more than {MAX_URLS:,} addresses; the rest is not read")
    return True


def _found(element: Any, link: Callable[[str], str | None], observed_at: int) -> Found | None:
    url = None
    modified = published = None
    is_video = False
    for child in element:
        name, where = local(child), space(child)
        if name == "loc" and not where.endswith(_VIDEO) and url is None:
            url = link(text(child))
        elif name == "lastmod":
            modified = latest(text(child), observed_at)
        elif _VIDEO in where and name == "video":
            is_video = True
            published = published or _published(child, observed_at)
        elif _NEWS in where and name == "news":
            published = _published(child, observed_at) or published
    return None if url is None else Found(url=url, published=published, modified=modified, is_video=is_video)


def _published(element: Any, observed_at: int) -> int | None:
    return next((latest(text(child), observed_at) for child in element if local(child) == "publication_date"), None)


def _text(body: bytes, link: Callable[[str], str | None], listed: Listed) -> Listed:
    """One address a line (sitemaps.org: text files); as in a list of ours, a line that begins with `#` is none."""
    wrong = None if body.strip() else "nothing"
    for line in body.decode("utf-8-sig", "replace").splitlines():
        url = line.strip()
        if not url.lower().startswith(("http://", "https://")):
            if url and not url.startswith("#"):
                wrong = wrong or repr(url[:60])
            continue
        absolute = link(url)
        if absolute is not None:
            listed.pages.append(Found(url=absolute))
            if _is_full(listed):
                break
    listed.kind = "text" if listed.pages else ""
    if wrong is not None and not listed.problems:
        what = "it has a line that is no address" if listed.pages else "it is no sitemap"
        listed.problems.append(f"{what}: {wrong}")
    return listed


def _inflated(body: bytes, listed: Listed) -> bytes:
    """The body without its gzip; what of it is broken or too much is left out."""
    if not body.startswith(b"\x1f\x8b"):
        return body
    inflater = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        whole = inflater.decompress(body, MAX_INFLATED)
    except zlib.error as error:
        listed.problems.append(f"its gzip is broken: {error}")
        return b""
    if inflater.unconsumed_tail:
        listed.problems.append(f"it is larger than {MAX_INFLATED:,} bytes; the rest is not read")
    elif not inflater.eof:
        listed.problems.append("its gzip ends too early; the rest is missing")
    return whole
