"""What is known of a site while its pages are looked for."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import chain
from time import monotonic

from crawler.discovery.content import SENTENCE, content_of
from crawler.discovery.found import as_page
from crawler.discovery.known import Known
from crawler.discovery.listing import SHORT_TEXT, Links, links_of, says_nofollow, without_queries
from crawler.discovery.marks import above_number, mark, mark_of_answer, mark_of_heads, mark_of_path, mark_of_words
from crawler.discovery.traps import form, is_day, is_view
from crawler.extract.document import Document
from crawler.extract.urls import canonical_url, page_url
from crawler.sites import SiteOptions


@dataclass(slots=True)
class Search:
    """One site while it is searched."""

    home: str
    options: SiteOptions
    started: float = field(default_factory=monotonic)
    pages: int = 0
    """Pages asked for."""
    places: int = 0
    """Listings, sitemaps and feeds asked for."""
    leading_on: int = 0
    """Pages without a thread that named pages which nothing else had named."""
    views: set[bytes] = field(default_factory=set)
    """Addresses that may be another view of the list that named them."""
    empty: Counter[bytes] = field(default_factory=Counter)
    """Of these and of days of a calendar, by form: visited ones that showed nothing, less the others."""
    received: int = 0
    """Bytes of answers."""
    rest_root: str = ""
    """Root of the site's REST API, when it is WordPress."""
    posts_pages: int = 0
    """Pages of its list of posts that were asked for."""
    seen: set[bytes] = field(default_factory=set)
    """Digests of the places asked for."""
    is_read: bool = False
    """Whether its home page was read."""
    is_unfollowed: bool = False
    """Whether its home page asks robots not to follow its links: then that says nothing of others."""
    is_named: bool = False
    """Whether its home page, a listing, a sitemap or a feed named an address of it."""
    known: Known = field(default_factory=Known)
    """The pages that are passed over."""
    again: set[bytes] = field(default_factory=set)
    """Addresses of those that are asked for what they name."""
    trapped: set[bytes] = field(default_factory=set)
    """Addresses that were passed over as traps."""
    grown: dict[bytes, int] = field(default_factory=dict)
    """Addresses of those that a feed states more comments of, and how many."""
    depths: dict[bytes, int] = field(default_factory=dict)
    """Steps from the home page, of addresses that a listing named."""
    spelled: set[bytes] = field(default_factory=set)
    """Paths, without a slash at the end, that were named with a query, or both with and without that slash."""
    threads: set[bytes] = field(default_factory=set)
    """Addresses of pages with a thread."""
    answers: dict[bytes, str] = field(default_factory=dict)
    """Canonical addresses by what answered: of pages at such paths, and of those with a thread that may come to one."""

    words: dict[bytes, str] = field(default_factory=dict)
    """Addresses of pages with a thread that name none as their own, by what they say."""
    heads: dict[bytes, bytes] = field(default_factory=dict)
    """What pages with a thread are headed, by address."""
    home_heads: bytes = b""
    """What the home page is headed, and with it maybe every page."""

    def may_be_empty(self, url: str) -> bool:
        """Whether an address may be one of many without end that show nothing of their own."""
        return is_day(url) or mark(url) in self.views

    def links_of(self, document: Document) -> Links:
        """What a page names; without views of lists where it asks robots not to follow its links."""
        links = links_of(document)
        return without_queries(links) if not self.is_unfollowed and says_nofollow(document) else links

    def shows_something(self, document: Document) -> bool:
        """Whether such an address has a text, or names what nothing else did and is not one of its like."""
        own = as_page(document.url) or document.url
        links = self.links_of(document)
        return document.derived(content_of).text >= SHORT_TEXT or any(
            mark(url) not in self.seen and not (is_day(url) or is_view(url, own) or form(url) == form(own))
            for url in chain(links.pages, links.listings)
        )

    def same_as_before(self, document: Document) -> str | None:
        """The page that answered so before at an address with another query, where this one names no other as its own.

        A page without text of its own may be filled by a script, which reads the address; not one that has a thread.
        """
        address = canonical_url(document)
        if mark_of_path(document.url) not in self.spelled or address != page_url(document.url):
            return None
        if document.derived(content_of).text < SENTENCE and mark_of_answer(document) not in self.answers:
            return None
        first = self.remember(document)
        return None if first == address else first

    def says_the_same(self, document: Document) -> str | None:
        """The page that said all the same before, of two with a thread of which this names no address as its own.

        So do the places in a thread: `/post/7` and `/post/8` that both show all of it.
        """
        if document.first('link[rel~="canonical"][href]') is not None:
            return None
        address = canonical_url(document)
        first = self.words.setdefault(mark_of_words(document), address)
        return None if first == address else first

    def holder_of(self, document: Document) -> str | None:
        """The page with a thread that a page is a place in: `/topic/5` of `/topic/5/12`, both headed alike."""
        address = canonical_url(document)
        above = above_number(address)
        if above is None or address != page_url(document.url) or not self.heads:
            return None
        heads = mark_of_heads(document)
        if heads == self.home_heads:
            return None
        return next((url for url in (above, above + "/") if self.heads.get(mark(url)) == heads), None)

    def has_thread(self, url: str) -> bool:
        """Whether a page had a thread when it was visited last."""
        return mark(url) in self.threads or self.known.comments.get(mark(url), 0) > 0

    def remember(self, document: Document) -> str:
        """The address of the first page that answered so at this path, which may be this one."""
        return self.answers.setdefault(mark_of_answer(document), canonical_url(document))
