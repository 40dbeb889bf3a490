"""Page or listing: what a document is by the evidence in it, and which addresses a listing names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Final
from urllib.parse import SplitResult, urlsplit

from selectolax.lexbor import LexborNode

from crawler.discovery.content import LONG, content_of
from crawler.discovery.found import as_page
from crawler.discovery.traps import A_FILE, trap
from crawler.extract.document import Document
from crawler.extract.jsonld import parse_json_ld
from crawler.extract.numbered import NUMBERED_PAIR, NUMBERED_PATH
from crawler.extract.text import line_of
from crawler.extract.title import ARTICLE_TYPES
from crawler.extract.urls import canonical_url, page_url, site_of
from crawler.politeness.reservation import read_reservation

MAX_LINKS: Final = 20_000
"""Links of one page that are looked at."""

_PAGE_TYPES: Final = frozenset(name.lower() for name in (*ARTICLE_TYPES, "VideoObject", "DiscussionForumPosting"))
_LISTING_TYPES: Final = frozenset({"collectionpage", "itemlist", "blog", "searchresultspage", "profilepage"})
"""schema.org types of what a document is about."""

_BODY_PAGE: Final = frozenset({"single", "single-post", "single-video", "node-type-article", "page-node-type-article"})
_BODY_LISTING: Final = frozenset(
    {"home", "blog", "archive", "category", "tag", "author", "date", "search", "paged", "tax", "post-type-archive"}
)
"""Classes of `body`: WordPress (`get_body_class()`), Drupal."""

_LISTING_PATH = re.compile(
    r"^/?$|/(?:category|categories|tags?|authors?|archives?|section|rubrik|kategorie|rubrique|categoria|index)/"
    r"|/topics?/(?!(?!(?:19|20)[0-9]{2}-)[0-9]+(?:[-/]|$))"
    r"|/(?:page|seite|pagina)[/-]?[0-9]+/?$|/(?:19|20)[0-9]{2}/(?:[01]?[0-9]/)?$|/(?:videos?|news|latest|browse|all)/?$",
    re.IGNORECASE,
)
"""Of topics those with a number are no section but a thread on a board: `/topic/25-who-pays`, `/topic/25/who-pays/`."""
_LETTER_QUERY = re.compile(r"(?:^|&)(?:letter|initial|alpha|char)=[^&]{1,3}(?:&|$)", re.IGNORECASE)
"""One letter of an alphabetical list."""
_PAGED_TEXT = re.compile(
    r"^(?:[0-9]{1,5}|[»›>→]+|.{0,20}(?:next|older|more|weiter|ältere|suivant|siguiente|次|下一页).{0,20})$",
    re.IGNORECASE,
)
_PAGER: Final = re.compile(r"paginat|pager|page-numbers|nav-links|wp-pagenavi", re.IGNORECASE)
_AMP = re.compile(r"/amp/?$|[?&](?:amp|outputType=amp)(?:=1)?(?:&|$)", re.IGNORECASE)


@dataclass(slots=True)
class Links:
    """What a document links to on its own site."""

    pages: list[str] = field(default_factory=list)
    """Addresses that may be pages."""
    listings: list[str] = field(default_factory=list)
    """Addresses that are listings by their looks: sections, tags."""
    following: list[str] = field(default_factory=list)
    """The further pages of this very listing."""
    feeds: list[str] = field(default_factory=list)
    """Feeds that it announces; feeds of comments left out."""
    traps: dict[str, str] = field(default_factory=dict)
    """Addresses that were passed over as traps, and what kind each is; files left out."""


THREAD: Final = 3
"""Weight of a comment thread on the document; what it consists of may weigh as much."""

DOUBTFUL_THREAD: Final = 1
"""Weight of a thread that its system does not believe in: its page should be kept rather than not be looked at."""

MANY_PAGES: Final = 4
"""Articles in the JSON-LD of a document that lists them."""

SHORT_TEXT, NO_TEXT, MANY_LINKS = 300, 150, 8
"""Characters that an article has at least, and that are no text yet; links that a list has at least."""


def is_listing(document: Document, *, has_thread: Callable[[], bool | None]) -> tuple[bool, list[str]]:
    """Whether a document lists pages rather than being one, and the evidence, each piece with its weight.

    :param has_thread: whether a comment system finds a thread on it, None where it doubts; asked only where that would
        decide
    """
    evidence: list[tuple[int, str]] = []
    if stated := _open_graph_type(document):
        evidence.append((2, f"og:type {stated}"))
    types = _types(document)
    pages = sum(name in _PAGE_TYPES for name in types)
    if pages and pages < MANY_PAGES:
        evidence.append((2, "JSON-LD of an article or a video"))
    elif pages:
        evidence.append((-1, f"JSON-LD of {pages} articles"))
    if _LISTING_TYPES & set(types):
        evidence.append((-2, "JSON-LD of a list"))
    classes = _body_classes(document)
    if classes & _BODY_PAGE:
        evidence.append((3, "body.single"))
    elif classes & _BODY_LISTING:
        evidence.append((-3, f"body.{min(classes & _BODY_LISTING)}"))
    evidence += _by_address(document)
    articles = len(document.css("article h2 a[href], article h3 a[href]"))
    headlines = articles or len(document.css("h2 a[href], h3 a[href]"))
    if headlines >= 6:
        evidence.append((-1, f"{headlines} linked headlines"))
    if -THREAD <= _weight(evidence) <= 0:
        evidence += _by_content(document)
    if -THREAD <= _weight(evidence) < 0 and (thread := has_thread()) is not False:
        evidence.append((THREAD, "a comment thread") if thread else (DOUBTFUL_THREAD, "what may be a comment thread"))
    return _weight(evidence) < 0, [f"{each:+d} {word}" for each, word in evidence]


def is_stated_page(document: Document) -> bool:
    """Whether a document says of itself that it is one article or one video."""
    if _open_graph_type(document) or _body_classes(document) & _BODY_PAGE:
        return True
    return 0 < sum(name in _PAGE_TYPES for name in _types(document)) < MANY_PAGES


def _open_graph_type(document: Document) -> str:
    """What Open Graph calls the page, when that is an article or a video."""
    kind = document.first('meta[property="og:type"]')
    stated = (kind.attributes.get("content") or "").lower() if kind is not None else ""
    return stated if stated.startswith(("article", "video")) else ""


def _body_classes(document: Document) -> set[str]:
    body = document.first("body")
    return set((body.attributes.get("class") or "").lower().split()) if body is not None else set()


def _weight(evidence: list[tuple[int, str]]) -> int:
    return sum(each for each, _ in evidence)


def _by_content(document: Document) -> Iterable[tuple[int, str]]:
    content = document.derived(content_of)
    if content.text >= SHORT_TEXT:
        yield 1 if content.text < LONG else 3, f"running text of {content.text} characters"
    if content.has_video:
        yield 1, "a video of its own"
    elif content.links >= MANY_LINKS and content.text < NO_TEXT:
        yield -1, f"{content.links} links that stand alone, hardly any text"


def _by_address(document: Document) -> Iterable[tuple[int, str]]:
    parts = urlsplit(document.url)
    if _LISTING_PATH.search(parts.path) and not parts.query:
        yield -2, "its address"
    elif _is_numbered(parts):
        yield -1, "its numbered address"
    elif _LETTER_QUERY.search(parts.query):
        yield -1, "a letter of the alphabet in its address"
    around = (document.link(node.attributes.get("href")) for node in document.css(_AROUND))
    if any(_is_numbered(urlsplit(url)) for url in around if url is not None):  # else the next article
        yield -1, "link[rel=next]"


_AROUND: Final = 'link[rel="next"][href], link[rel="prev"][href]'


def _is_numbered(parts: SplitResult) -> bool:
    """Whether an address is that of a numbered page of something."""
    return NUMBERED_PATH.search(parts.path) is not None or any(map(NUMBERED_PAIR.fullmatch, parts.query.split("&")))


def _types(document: Document) -> list[str]:
    """Types of the JSON-LD nodes that the document is about, lower case."""
    found: list[str] = []
    for script in document.css('script[type="application/ld+json"]')[:20]:
        waiting = list(parse_json_ld(script.text()))[:50]
        while waiting and len(found) < 500:
            node = waiting.pop()
            if isinstance(node, list):
                waiting += node[:50]
            elif isinstance(node, dict):
                stated = node.get("@type")
                found += [str(name).lower() for name in (stated if isinstance(stated, list) else [stated])]
                waiting += node["@graph"][:50] if isinstance(node.get("@graph"), list) else []
                waiting += [node["mainEntity"]] if isinstance(node.get("mainEntity"), dict) else []
    return found


def links_of(document: Document) -> Links:
    """What a document links to on its own site, each address once, traps left out."""
    links, seen = Links(), {page_url(document.url), canonical_url(document)}
    site = site_of(document.url)
    for node in document.css('link[rel~="alternate"][href]'):
        kind = (node.attributes.get("type") or "").lower()
        url = document.link(node.attributes.get("href"))
        if url is not None and kind in FEED_TYPES and not _is_of_comments(node, url):
            links.feeds.append(url)
    here = urlsplit(document.url).path.rstrip("/")
    for node in document.css("a[href]")[:MAX_LINKS]:
        href = document.link(node.attributes.get("href"))
        url = as_page(href) if href is not None else None
        if url is None or url in seen or site_of(url) != site or "nofollow" in (node.attributes.get("rel") or ""):
            continue
        seen.add(url)
        if (kind_of_trap := trap(url)) is not None:
            links.traps |= {url: kind_of_trap} if kind_of_trap != A_FILE else {}
        elif _is_following(node, url, here):
            links.following.append(url)
        elif _LISTING_PATH.search(urlsplit(url).path):
            links.listings.append(url)
        else:
            links.pages.append(url)
    for written in islice(_scripted(document), MAX_LINKS):
        href = document.link(written)
        url = as_page(href) if href is not None else None
        if url is not None and url not in seen and site_of(url) == site and trap(url) is None:
            seen.add(url)
            links.pages.append(url)
    return links


def says_nofollow(document: Document) -> bool:
    """Whether a page asks robots not to follow its links (``meta name=robots``, ``X-Robots-Tag``)."""
    return not {"nofollow", "none"}.isdisjoint(read_reservation(document, "robots").directives)


def without_queries(links: Links) -> Links:
    """What a page names that asks robots not to follow its links: stories may stand there, views of lists do not count.

    Further pages of the very list are kept.
    """
    for urls in (links.pages, links.listings):
        links.traps |= dict.fromkeys([url for url in urls if "?" in url], NOFOLLOW)
        urls[:] = [url for url in urls if "?" not in url]
    return links


NOFOLLOW: Final = "a view that robots are asked not to follow"
"""The kind of trap that links with a query are on a page that asks so."""

_GOES: Final = re.compile(r"""\blocation(?:\.href)?\s*=\s*["']([^"'\s]{1,2000})["']\s*;?\s*(?:return\b.*)?$""")
_LINK_IN_STRING: Final = re.compile(r"""\bhref=\\(["'])((?:[^"'\\\s$<>{}]|\\[ux][0-9A-Fa-f]{2,4}){1,2000})\\\1""")


def _scripted(document: Document) -> Iterator[str]:
    """Where a row leads that is clicked as a whole, and links of markup that stands in strings of a script."""
    for written in _written_for_scripts(document):
        yield _ESCAPE.sub(lambda escape: chr(int(escape[1] or escape[2], 16)), written)


_ESCAPE: Final = re.compile(r"\\u([0-9A-Fa-f]{4})|\\x([0-9A-Fa-f]{2})")


def _written_for_scripts(document: Document) -> Iterator[str]:
    for node in document.css("[onclick], [data-href]"):
        goes = _GOES.search(node.attributes.get("onclick") or "")
        if goes is not None:
            yield goes[1]
        elif node.tag != "a" and (place := node.attributes.get("data-href")):
            yield place
    if _LINK_IN_STRING.search(document.text) is not None:
        for script in document.css("script:not([src])"):
            yield from (link[2] for link in _LINK_IN_STRING.finditer(script.text()))


FEED_TYPES: Final = frozenset({"application/rss+xml", "application/atom+xml", "application/feed+json"})
"""Media types of feeds; `application/json` is the REST record of a WordPress post."""


def _is_of_comments(node: LexborNode, url: str) -> bool:
    """WordPress announces a feed of comments for the site and for each post (`feed_links()`, `feed_links_extra()`)."""
    title = (node.attributes.get("title") or "").lower()
    path = urlsplit(url).path.rstrip("/")
    return path.endswith(("/comments/feed", "/feed/comments")) or "comments feed" in title or "kommentar" in title


def _is_following(node: LexborNode, url: str, here: str) -> bool:
    """Whether a link leads to another page of the same listing."""
    if "next" in (node.attributes.get("rel") or "").split():
        return True
    parts = urlsplit(url)
    if not _is_numbered(parts):
        return False
    base = NUMBERED_PATH.sub("", parts.path).rstrip("/")
    if base == NUMBERED_PATH.sub("", here).rstrip("/"):
        return True
    around = node.parent
    for _ in range(3):
        if around is None:
            break
        if _PAGER.search(around.attributes.get("class") or ""):
            return bool(_PAGED_TEXT.match(line_of(node)))
        around = around.parent
    return False


def of_whole_page(document: Document) -> str | None:
    """The address of the whole page, when this is its AMP version."""
    root = document.root.attributes
    if "amp" not in root and "⚡" not in root and not _AMP.search(document.url):
        return None
    link = document.first('link[rel="canonical"][href]')
    url = document.link(link.attributes.get("href")) if link is not None else None
    return url if url is not None and page_url(url) != page_url(document.url) else None
