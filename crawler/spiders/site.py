"""The spider ``site``: finds the pages of sites by sitemap, feed, API and listing, and visits them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import chain
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar
from urllib.parse import urljoin

from scrapy import Request
from scrapy.robotstxt import ProtegoRobotParser

from archive.errors import ArchiveError
from crawler.discovery.feeds import read_feed
from crawler.discovery.found import Found, Listed, absolute, as_page
from crawler.discovery.known import LEADS_ON, Known, known_pages
from crawler.discovery.listing import Links, is_listing, is_stated_page, of_whole_page, says_nofollow
from crawler.discovery.marks import above_number, mark, mark_of_heads, mark_of_path, may_answer_elsewhere
from crawler.discovery.parts import whole_of
from crawler.discovery.search import Search
from crawler.discovery.sitemaps import read_sitemap
from crawler.discovery.traps import A_FILE, CALENDAR, FILTERS, form, is_day, is_size, is_view, trap
from crawler.discovery.wordpress_posts import PER_PAGE, posts_address, read_posts
from crawler.extract.block_pages import block_page
from crawler.extract.dates import DAY
from crawler.extract.document import Document, NotHtmlError
from crawler.extract.urls import canonical_url, page_url, site_of
from crawler.fetch import explain
from crawler.items import Capture, Failure, Thread
from crawler.report import now
from crawler.sites import Sites, SitesError, read_sites
from crawler.spiders.addresses import addresses_of, check_addresses, what_is_wrong
from crawler.spiders.base import ArgumentError, VisitSpider
from crawler.systems.reading import header_dict
from crawler.systems.wordpress.page import rest_root
from crawler.visit import GONE, Passed

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from twisted.python.failure import Failure as TwistedFailure

    from crawler.leases import Lease

USUAL_SITEMAPS: Final = ("sitemap.xml", "wp-sitemap.xml", "sitemap_index.xml")
"""Where sitemaps lie that robots.txt does not name: sitemaps.org's example, WordPress 5.5, Yoast and others."""

NEWEST: Final = 10
"""Priority of what reads a place that names pages; pages themselves have 0 and less."""

NO_PAGE: Final = frozenset({"robots", "not_html", "soft_404", "login", "opt_out", "reserved"})
"""Reasons of failures that cost nothing where it was a site that named the address, and nobody asked for it."""

MOST_EMPTY: Final = 12
"""Days of a calendar, or views of a list, that are visited and show nothing (no thread, no text, no page that nothing
else named) before more of the same form are passed over."""

Read = Callable[..., Listed]

_T = TypeVar("_T")


class SiteSpider(VisitSpider):
    """Find the pages of sites and visit them: ``-a url=HOME[,HOME]`` or ``-a url_file=FILE``, ``-a which=all|new``.

    A file holds one home page a line, ``#`` begins a remark, ``-`` reads stdin. What is special about a site stands in
    the TOML file that SITES_FILE names. With ``which=new``, pages that the archive holds are left to the spider
    ``revisit``, unless a feed states more comments than they had.
    """

    name = "site"

    def __init__(self, url: str = "", url_file: str = "", which: str = "all", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._homes = partial(addresses_of, url, url_file)
        self._only_new = which == "new"
        self._sites: dict[str, Search] = {}
        self._links: dict[int, Iterable[Request]] = {}
        self._read: dict[int, Document] = {}
        self._showing: set[int] = set()
        self._options = Sites()

    @classmethod
    def check_arguments(cls, **arguments: str) -> None:
        """Look for home pages before anything is started.

        :raises ArgumentError: no address, only what is none, a file that cannot be read, or an argument that is none
        """
        check_addresses("site", "a site to search: give -a url=HOME[,HOME]", arguments, "which")
        which = arguments.get("which", "all")
        if which not in ("all", "new"):
            raise ArgumentError(f"-a which={which}: it must be all, or new to pass over what the archive holds")

    @classmethod
    def scope(cls, arguments: Mapping[str, str]) -> dict[str, str]:
        """Whichever pages are visited: two runs would search the same sites."""
        return {name: value for name, value in super().scope(arguments).items() if name != "which"}

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Read SITES_FILE.

        :raises ArgumentError: it cannot be used; `crawler.settings_check` says so before
        """
        spider = super().from_crawler(crawler, *args, **kwargs)
        file = crawler.settings.get("SITES_FILE")
        if file:
            try:
                spider._options = read_sites(Path(file))  # noqa: SLF001  # its own class
            except SitesError as error:
                raise ArgumentError(str(error)) from error
        return spider

    async def start(self) -> AsyncIterator[Request | Capture]:
        """Ask for each site's robots.txt and home page; what they name is asked for next."""
        address = None
        for address in self._homes():
            url = page_url(address)
            if url is None:
                yield self.lost(address, "address", f"{address[:200]!r}: {what_is_wrong(address)}")
                continue
            self.allow(url)
            key = site_of(url)
            if key in self._sites:
                site = self._sites[key]
            else:
                try:
                    known = await self._known(key)
                except ArchiveError as error:
                    yield self.lost(url, "archive", f"{url}: what is known of it: {error}", is_page=False)
                    continue
                site = self._sites[key] = Search(url, self._options.of(url), known=known)
                for request in self._given(site):
                    yield request
                if site.options.sitemaps is True:
                    yield self._ask(site, urljoin(url, "/robots.txt"), self.robots_seen, is_optional=True)
            yield self._ask(site, url, self.home_seen)
        if address is None:
            yield self.none_given()

    async def _known(self, site: str) -> Known:
        if not self._only_new:
            return Known()
        return await asyncio.to_thread(known_pages, self.settings, site, self.report.crawl_id)

    def _given(self, site: Search) -> Iterator[Request]:
        """The places that the options name."""
        for places, read in ((site.options.sitemaps, read_sitemap), (site.options.feeds, read_feed)):
            for place in places if isinstance(places, tuple) else ():
                self.allow(place)
                yield from self._place(site, place, read)

    # -- places that name pages -----------------------------------------------------------------------

    def _ask(
        self, site: Search, url: str, callback: Callable[..., Any], *, is_optional: bool = False, **about: Any
    ) -> Request:
        return Request(
            url,
            callback=callback,
            errback=self.place_failed,
            cb_kwargs={"site": site, **about},
            meta={
                "is_optional": is_optional,
                "is_given": callback == self.home_seen or url in site.options.places,
                "dont_obey_robotstxt": callback == self.robots_seen,
            },
            dont_filter=True,
            priority=NEWEST,
        )

    def _place(self, site: Search, url: str, read: Read, *, is_optional: bool = False) -> Iterator[Request]:
        """A request for a sitemap, a feed or a list, unless it was asked for or there are too many."""
        address = mark(url)
        if address in site.seen:
            return
        site.seen.add(address)
        if _reached(site.places, site.options.max_listings):
            self.report.skipped["limit"] += 1
            return
        site.places += 1
        yield self._ask(site, url, self.place_seen, is_optional=is_optional, read=read)

    async def place_failed(self, failure: TwistedFailure) -> AsyncIterator[Capture]:
        """A place that names pages cannot be read: that is a loss, unless it was only a guess.

        Nor is one that the site names and its robots.txt forbids: nobody else asked for it.
        """
        request: Request = failure.request  # type: ignore[attr-defined]  # set by Scrapy's engine
        if request.meta["is_optional"]:
            return
        reason, detail = explain(request.url, failure.value)
        if reason == "robots" and not request.meta["is_given"]:
            self.report.skipped[reason] += 1
            return
        yield self.lost(request.url, reason, detail, is_page=False)

    async def robots_seen(self, response: Response, site: Search) -> AsyncIterator[Request]:
        """The sitemaps that robots.txt names, else those at the usual places of the host and of the home's folder."""
        named: list[str] = []
        if response.status == 200:
            robots = ProtegoRobotParser(response.body, self)
            named = [urljoin(response.url, one) for one in getattr(robots.rp, "sitemaps", ())]
        folders = (urljoin(site.home, "/"), urljoin(site.home, "."))
        for url in named or [folder + name for folder in folders for name in USUAL_SITEMAPS]:
            for request in self._place(site, url, read_sitemap, is_optional=not named):
                yield request

    async def place_seen(
        self, response: Response, site: Search, read: Read
    ) -> AsyncIterator[Request | Capture]:
        """What a sitemap, a feed or the list of posts names."""
        site.received += len(response.body)
        is_optional = response.meta["is_optional"]
        if not 200 <= response.status < 300:
            if not is_optional:
                yield self.lost(
                    response.url, "http", f"{response.url} answered with status {response.status}", is_page=False
                )
            return
        listed = read(response.body, partial(absolute, response.url), observed_at=now())
        for problem in listed.problems:
            if not (is_optional and not listed.kind):
                yield self.lost(response.url, "place", f"{response.url}: {problem}", is_page=False)
        for found in self._young(site, listed.places):
            for request in self._place(site, found.url, read):
                yield request
        for request in self._pages(site, listed.pages):
            yield request
        if read is read_posts and len(listed.pages) == PER_PAGE and any(self._young(site, listed.pages[-1:])):
            for request in self._posts(site):
                yield request

    # -- pages ------------------------------------------------------------------------------------------

    def _pages(self, site: Search, pages: Iterable[Found], depth: int | None = None) -> Iterator[Request]:
        """Requests for pages, within the site and its limits, traps left out."""
        later: list[Request] = []
        for found in self._young(site, pages):
            url = as_page(found.url)
            if url is None or site_of(url) != site_of(site.home):
                continue
            site.is_named = True
            if not site.options.wants(url):
                continue
            if kind := trap(url):
                self._passed_as_trap(site, url, kind)
                continue
            address = mark(url)
            if depth is not None and address in site.depths:  # named from further off meanwhile
                site.depths[address] = min(depth, site.depths[address])
            if url == site.home or self._is_passed(site, address, found):
                continue
            if _reached(site.pages, site.options.max_pages):
                self.report.skipped["limit"] += 1
                continue
            site.pages += 1
            path, query = url.partition("?")[::2]
            if query and self._is_left(site, path):
                yield self.page_request(path, path)  # what it shows tells whether this is another page
            if query or mark(path[:-1] if path.endswith("/") else path + "/") in site.seen:
                site.spelled.add(mark_of_path(url))
            if depth is not None:
                site.depths[address] = depth
            request = self.page_request(url, found.url)
            # Where both answer alike, the address without the query is the page's, or without the number of a post.
            shorter = path if query else above_number(url)
            is_later = shorter is not None and (not query or mark(shorter) in site.seen)
            if not is_later:
                yield request
            elif depth is None:
                yield request.replace(priority=-1)
            else:  # else the first of a listing would be asked for before those after it are known
                later.append(request.replace(priority=-1))
        yield from later

    def _passed_as_trap(self, site: Search, url: str, kind: str) -> None:
        """Count an address that is never asked for, so that nobody is left with fewer pages and no reason."""
        address = mark(url)
        if kind != A_FILE and address not in site.trapped:
            site.trapped.add(address)
            self.report.skipped["trap"] += 1
            self.report.trapped(kind, url)

    def _is_passed(self, site: Search, address: bytes, found: Found) -> bool:
        """Whether a page was named before, or is in the archive and not said to have more comments than there."""
        held, stated = site.known.comments.get(address), found.comment_count
        has_grown = held is not None and stated is not None and stated > held
        if address in site.seen and not has_grown:
            return True
        was_passed = address in site.seen
        site.seen.add(address)
        if held is None:
            return False
        if has_grown and stated is not None:
            del site.known.comments[address]  # asked for once
            site.grown[address] = stated
            self.report.skipped["known"] -= was_passed
            return False
        if address in site.known.leading_on and not _reached(len(site.again), site.options.max_listings):
            site.again.add(address)
            return False
        self.report.skipped["known"] += 1
        return True

    def _is_left(self, site: Search, path: str) -> bool:
        """Whether a page is in the archive, and was not asked for in this crawl until now."""
        address = mark(path)
        if address not in site.known.comments or address in site.again | site.grown.keys():
            return False
        site.again.add(address)
        site.seen.add(address)
        return True

    def _young(self, site: Search, found: Iterable[Found]) -> Iterator[Found]:
        """What was touched within the limit of age, or does not say when."""
        oldest = now() - int(site.options.max_age_days * DAY) if site.options.max_age_days else None
        for one in found:
            if oldest is None or one.touched is None or one.touched >= oldest:
                yield one

    def _posts(self, site: Search) -> Iterator[Request]:
        """The next page of WordPress' list of posts. The API may be off for visitors: that is no loss."""
        if site.rest_root:
            site.posts_pages += 1
            yield from self._place(
                site, posts_address(site.rest_root, site.posts_pages), read_posts, is_optional=True
            )

    async def home_seen(self, response: Response, site: Search) -> AsyncIterator[Request | Capture]:
        """Feeds, API and links of the home page."""
        site.received += len(response.body)
        if not 200 <= response.status < 300:
            yield self.lost(site.home, "http", f"{response.url} answered with status {response.status}", is_page=False)
            return
        try:
            document = Document.of_page(response.body, response.url, header_dict(response))
        except NotHtmlError as error:
            yield self.lost(site.home, "not_html", f"{response.url}: {error}", is_page=False)
            return
        if site_of(response.url) != site_of(site.home):
            yield self.lost(
                site.home, "moved", f"{site.home} has moved to {response.url}: give that address", is_page=False
            )
            return
        site.seen.add(mark(page_url(response.url) or site.home))
        site.home_heads = mark_of_heads(document)
        site.is_unfollowed = says_nofollow(document)
        links = site.links_of(document)
        wall = block_page(document, asked=site.home)
        if wall is not None and site.options.listings:
            yield self.lost(site.home, wall.reason, f"{response.url} answered with {wall}", is_page=False)
        site.is_read = wall is None
        if site.options.feeds is True:
            for url in links.feeds:
                is_elsewhere = site_of(url) != site_of(site.home)
                for request in self._place(site, url, read_feed, is_optional=is_elsewhere):
                    yield request
        site.rest_root = (rest_root(document) or "") if site.options.rest else ""
        for request in self._posts(site):
            yield request
        for request in self._followed(site, links, 0, response.url):
            yield request

    def _followed(self, site: Search, links: Links, depth: int, own: str) -> Iterator[Request]:
        """What a listing at a depth leads to: its further pages are as deep as it is.

        :param own: its address
        """
        if not site.options.listings or depth > (site.options.max_depth or depth):
            return
        for url, kind in links.traps.items():
            if site.options.wants(url):
                self._passed_as_trap(site, url, kind)
        own = as_page(own) or own
        site.views |= {mark(url) for url in chain(links.pages, links.listings) if is_view(url, own)}
        for urls, step in ((links.following, 0), (links.pages, 1), (links.listings, 1)):
            for url in (url for url in urls if is_size(url, own)):
                self._passed_as_trap(site, url, FILTERS)
            named = sorted((url for url in urls if not is_size(url, own)), key=lambda url: "?" in url)
            yield from self._pages(site, (Found(url=url) for url in named), depth + step)

    def _led_on(self, site: Search, document: Document, lease: Lease) -> Iterable[Request]:
        """What a page without a thread names and nothing else did: the boards of a project, the photos of an album.

        Such pages are bounded by ``max_listings`` too, by a count of their own: no listing is left out for them.
        """
        links, depth = site.links_of(document), site.depths.get(mark(lease.url), 1)
        if not site.options.listings or depth > (site.options.max_depth or depth):
            return ()
        named = links.following + links.pages + links.listings
        if all(mark(url) in site.seen or not site.options.wants(url) for url in named):
            return ()
        if _reached(site.leading_on, site.options.max_listings):
            self.report.skipped["limit"] += 1
            return ()
        site.leading_on += 1
        return self._followed(site, links, depth, document.url)

    def closed(self, reason: str) -> None:
        """A site of which nothing names a page is no site without news: a script may make its home page, for one."""
        for site in self._sites.values():
            if reason == "finished" and site.is_read and not (site.is_named or site.trapped):
                detail = f"{site.home} names no page, and neither does a sitemap or a feed"
                self.report.lost(Failure(url=site.home, reason="place", detail=detail))

    # -- visits -----------------------------------------------------------------------------------------

    def passes_over(self, url: str) -> str | None:
        """``limit`` once the time or the bytes of its site are used up, ``trap`` for days and views without end."""
        site = self._sites.get(site_of(url))
        if site is None:
            return None
        options = site.options
        if site.may_be_empty(url) and site.empty[mark(form(url))] >= MOST_EMPTY:
            self.report.trapped(CALENDAR if is_day(url) else FILTERS, url)
            return "trap"
        if options.max_seconds and monotonic() - site.started > options.max_seconds:
            return "limit"
        return "limit" if options.max_bytes and site.received > options.max_bytes else None

    def judge(self, document: Document, lease: Lease | None, *, has_thread: Callable[[], bool | None]) -> Passed | None:
        """``listing`` for what names pages, ``duplicate`` for a further page of a thread.

        What they name, and what a page without a thread names, is asked for by :meth:`visited`.
        """
        site = self._sites.get(site_of(document.url))
        if site is None or lease is None:
            return super().judge(document, lease, has_thread=has_thread)
        site.received += len(document.text)
        whole = of_whole_page(document)
        if whole is not None:
            self._links[lease.id] = self._pages(site, [Found(url=whole)])
            return Passed("amp")
        if page_url(document.url) != lease.url:  # a link to a post that leads to its topic names that one too
            site.spelled.add(mark_of_path(document.url))
        if site.may_be_empty(lease.url) and site.shows_something(document):
            self._showing.add(lease.id)
        first = whole_of(document, lambda url: mark(url) in site.seen)
        if first is not None and site.has_thread(first):
            return Passed("duplicate", first)
        if is_listing(document, has_thread=has_thread)[0]:
            if _reached(site.places, site.options.max_listings):
                return Passed("limit")
            site.places += 1
            depth = site.depths.get(mark(lease.url), 1)
            self._links[lease.id] = self._followed(site, site.links_of(document), depth, document.url)
            return Passed("listing")
        if first is not None and has_thread():
            self._links[lease.id] = self._pages(site, [Found(url=first)])
            return Passed("duplicate", first)
        is_again = mark(lease.url) in site.again
        if mark(canonical_url(document)) in site.known.comments and not is_again and mark(lease.url) not in site.grown:
            return Passed("known")
        passed = super().judge(document, lease, has_thread=has_thread)
        if passed is None and (before := site.holder_of(document) or site.same_as_before(document)) is not None:
            passed = Passed("duplicate", before)
        if passed is None and has_thread() and (same := site.says_the_same(document)) is not None:
            is_its_own = self.is_held(canonical_url(document))  # whichever of them was met first today
            passed = None if is_its_own else Passed("duplicate", same)
        if passed is None:
            self._read[lease.id] = document
        return passed

    async def visited(
        self, response: Response, asked: str, lease: Lease | None = None
    ) -> AsyncIterator[Capture | Request]:
        """Visit a page; of a listing, ask for what it names before its lease ends, so that none of it is forgotten."""
        threads: list[Thread] = []
        try:
            async for capture in super().visited(response, asked, lease):
                if lease is not None and isinstance(capture, Capture):
                    threads += [capture.thread] if capture.thread is not None else []
                    if capture.is_last:
                        for request in self._ended(capture, lease, threads):
                            yield request
                yield self._no_loss(capture, response.status)
        finally:  # also of a visit that a defect ended
            if lease is not None:
                self._read.pop(lease.id, None)
                self._links.pop(lease.id, None)
                self._showing.discard(lease.id)

    def _ended(self, capture: Capture, lease: Lease, threads: list[Thread]) -> Iterator[Request]:
        """What a visit leads to; and what later crawls go by is noted of it."""
        has_thread = any(map(_is_thread, threads))
        site, document = self._sites.get(site_of(lease.url)), self._read.get(lease.id)
        links = self._links.get(lease.id, ())
        leads_on = False
        if site is not None:
            if (
                document is not None
                and threads
                and (mark_of_path(document.url) in site.spelled or may_answer_elsewhere(document))
            ):
                site.remember(document)  # links to its posts may be met later
            if document is not None and has_thread:
                site.threads |= {mark(lease.url), mark(canonical_url(document))}
                site.heads[mark(canonical_url(document))] = mark_of_heads(document)
            elif document is not None:
                links = () if is_stated_page(document) else self._led_on(site, document, lease)
                leads_on = bool(links)
            if site.may_be_empty(lease.url):
                is_empty = not has_thread and lease.id not in self._showing
                site.empty[mark(form(lease.url))] += 1 if is_empty else -1
        yield from links
        if site is not None and capture.visit is not None:
            capture.visit.stated = site.grown.get(mark(lease.url))  # looked for once, found or not
            capture.visit.detail = LEADS_ON if leads_on else capture.visit.detail

    async def failed(self, failure: TwistedFailure) -> AsyncIterator[Capture]:
        """Say why there is no answer."""
        async for capture in super().failed(failure):
            yield self._no_loss(capture, None)

    def _no_loss(self, capture: _T, status: int | None) -> _T:
        """An address that somebody named and that is no page for us costs the archive nothing: no one asked for it.

        That a page which the archive holds could not be read is noted all the same.
        """
        failure = capture.failure if isinstance(capture, Capture) else None
        if isinstance(capture, Capture) and failure is not None:
            is_gone = failure.reason == "http" and status in GONE
            if not (is_gone or self.is_held(self.held_as(capture.source))):
                capture.visit = None
            if is_gone or failure.reason in NO_PAGE:
                capture.failure, capture.skipped = None, "gone" if is_gone else failure.reason
        return capture


def _is_thread(thread: Thread) -> bool:
    """Whether a ledger is of a thread; what looks like one and shows nothing that can be read may be anything."""
    return bool(thread.captured or thread.verdict != "unknown")


def _reached(count: int, limit: float) -> bool:
    """Whether a limit is used up; 0 is none."""
    return bool(limit) and count >= limit
