"""Whether an address that a control shares is the page itself, however it is written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import Final
from urllib.parse import unquote, urlsplit

from crawler.extract.document import Document
from crawler.extract.profiles import profile_of
from crawler.extract.urls import MAX_URL, page_url, site_of
from crawler.items import Page

_SHORT: Final = re.compile(r"^/[\w-]{3,16}/?$")
_SHARE_PARAMETERS: Final = re.compile(r"(?<=[?&])(?:share|nb)=[^&#]*&?")
_CAMPAIGN: Final = re.compile(
    r"(?:^|[_-])(?:medium|source|campaign|ref|referrer|share|social|via|channel|cmp|cmpid)(?:$|[_-])", re.IGNORECASE
)
_OWN_LINKS: Final = frozenset({"canonical", "shortlink", "amphtml"})
_MAX_STATED: Final = 20
"""Addresses of its own that are read of one page."""

_Key = tuple[str, str, str]


class SamePage:
    """The addresses of one page: canonical, as visited, ``og:url``, short link, AMP."""

    def __init__(self, document: Document, page: Page) -> None:
        stated = list(map(document.link, islice(_stated(document), _MAX_STATED)))
        self._site = site_of(page.canonical_url or document.url)
        own = [url for url in (page.canonical_url, page.url, document.url) if url]
        # A page that calls the front page its own address would make every "share this site" its own.
        own += [url for url in stated if url and not _is_front(url)]
        self._keys = {key for url in own if (key := _key(url))}
        self._paths = {(path, query) for _, path, query in self._keys if path != "/"}

    def is_same(self, url: str) -> bool:
        """Whether an absolute address is the page's, or a short link that may well be.

        Scheme, ``www.``, last slash, tracking parameters, comment pages and escapes make no difference, and neither
        does the host where path and query agree (mobile editions, moved domains), nor parameters of the site's own
        that tell which network a reader came from.
        """
        key = _key(url) if len(url) <= MAX_URL else None
        if key is None:
            return False
        if key in self._keys or key[1:] in self._paths or (key[2] and self._is_told_apart(key)):
            return True
        if key[2] or not _SHORT.match(key[1]) or profile_of(url) is not None:
            return False
        return site_of(url) != self._site

    def _is_told_apart(self, key: _Key) -> bool:
        host, path, query = key
        rest = (pair for pair in query.split("&") if not _CAMPAIGN.search(pair.partition("=")[0]))
        return path != "/" and (host, path, "&".join(rest)) in self._keys

    @staticmethod
    def without_share(url: str) -> str:
        """An address without the parameters by which Jetpack redirects to networks."""
        return _SHARE_PARAMETERS.sub("", url).rstrip("?&")


def bare(url: str) -> str:
    """An address for comparing two that one page writes: without scheme, ``www.``, fragment and last slash."""
    return url.partition("#")[0].partition("://")[2].removeprefix("www.").rstrip("/")


def bare_page(url: str) -> str:
    """The same without what makes no other page: parameters for tracking, pages of comments."""
    return bare(page_url(url) or url)


def bare_host(url: str) -> str:
    """Host and port of an address for the same use: without user and ``www.``."""
    return urlsplit(url).netloc.rpartition("@")[2].lower().removeprefix("www.")


def _stated(document: Document) -> Iterator[str | None]:
    yield from (href for _, href, attributes in document.elements.relations if attributes.get("rel") in _OWN_LINKS)
    for _, attributes in document.elements.attributes_of("meta"):
        if attributes.get("property") == "og:url" or attributes.get("name") == "twitter:url":
            yield attributes.get("content")


def _is_front(url: str) -> bool:
    key = _key(url)
    return key is None or key[1:] == ("/", "")


@lru_cache(maxsize=512)  # every button of a bar shares the same address
def _key(url: str) -> _Key | None:
    cleaned = page_url(SamePage.without_share(url))
    if cleaned is None:
        return None
    try:
        parts = urlsplit(cleaned)
    except ValueError:
        return None
    host = re.sub(r"^(?:www\d?|m|mobile|amp)\.", "", parts.netloc)
    path = re.sub(r"(?:/amp|\.amp|/index\.(?:html?|php))?/*$", "", unquote(parts.path).casefold()) or "/"
    return host, path, "&".join(sorted(filter(None, unquote(parts.query).split("&"))))
