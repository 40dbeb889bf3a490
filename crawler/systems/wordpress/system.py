"""WordPress core comments as a comment system: detection, and the harvest from HTML, REST API and feed."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import tzinfo
from typing import TYPE_CHECKING, Any, ClassVar, Final

from archive.schema import Comment
from crawler.extract.document import Document
from crawler.extract.urls import page_url
from crawler.systems.base import Batch, Exchange, FetchError, ShapeChangedError, System, ThreadRef
from crawler.systems.reading import Reading
from crawler.systems.wordpress.clock import (
    FeedEntry,
    SiteClock,
    feed_entries,
    feed_url,
    is_wall_clock,
    moments_of,
    real_offsets,
    zone_of_settings,
    zones_that_explain,
)
from crawler.systems.wordpress.fields import Fields, is_copy, read_fields
from crawler.systems.wordpress.items import Item, Items, find_items
from crawler.systems.wordpress.page import (
    comment_area,
    evidence_of,
    post_id,
    rest_post,
    rest_root,
    state_of,
    stated_count,
    tenant,
)
from crawler.systems.wordpress.paging import MAX_FRUITLESS, CommentPages, number_of
from crawler.systems.wordpress.rest import (
    PER_PAGE,
    Fact,
    RestThread,
    depths,
    merge,
    number_in,
    read_facts,
    read_post_state,
    read_total,
    read_whole,
)

if TYPE_CHECKING:
    from crawler.schedule.due import KnownThread
    from crawler.systems.answers import Answer

logger = logging.getLogger(__name__)

Listed = list[tuple[Item, Fields]]
"""The comments of a list with what their elements show."""

UNSTABLE_STATES: Final = frozenset({"unknown"})
"""States that the REST post is asked about."""


GONE: Final = frozenset({404, 410})
"""How a site says that a comment page does not exist."""

MAX_STRAYS: Final = 3
"""So many links that were not followed are named in the ledger."""


class WordPress(System):
    """Comments of WordPress itself, in the XHTML, HTML5 and block markup and those of themes."""

    name: ClassVar[str] = "wordpress"
    title: ClassVar[str] = "WordPress"
    checked: ClassVar[str] = "WordPress 6.1 (Debian), its database, 63 locales"
    version: ClassVar[int] = 1
    ids_are_global: ClassVar[bool] = True
    is_in_page: ClassVar[bool] = True
    may_move: ClassVar[bool] = False  # it looks for what moved by itself

    def detect(self, document: Document) -> list[ThreadRef]:
        """The thread of a post or page; none on pages of several posts and where another system holds the comments."""
        items = find_items(document)
        evidence = evidence_of(document, items)
        area = comment_area(document, items)
        if evidence is None or area is None:
            return []
        post, state, root = post_id(document), state_of(document, items), rest_root(document)
        if not items.found and (post is None or (state == "unknown" and root is None)):
            return []  # a mere place for comments: what fills it, if anything, is not WordPress
        return [
            ThreadRef(
                system=self.name,
                tenant=tenant(document),
                native_id=post,
                url=page_url(document.url) or document.url,
                detected_by=f"{evidence} {area}",
                state=state,
                evidence={"rest": root, "route": (rest_post(document) or ("posts", ""))[0]},
            )
        ]

    def count_request(self, thread: KnownThread) -> dict[str, Any] | None:
        """The REST API's total, where it was read before. `?rest_route=` works whatever the permalinks are."""
        if thread.native_id is None or "rest:id_asc" not in thread.orders:
            return None
        scheme = thread.url.partition(":")[0]
        query = f"rest_route=/wp/v2/comments&post={thread.native_id}&per_page=1&_fields=id"
        return {"url": f"{scheme}://{thread.tenant.rstrip('/')}/?{query}"}

    def count_of(self, answer: Answer) -> int | None:
        """`X-WP-Total`: approved comments, pingbacks left out."""
        return number_in(answer.response, "X-WP-Total")

    async def harvest(self, ref: ThreadRef, reading: Reading) -> AsyncIterator[Batch]:
        """Facts of all comments through the API, then every comment page, then what only the API has."""
        if ref.state == "password":
            return
        rest = await _facts(ref, reading)
        run = _Run(ref, reading, rest)
        await run.set_clock()
        async for batch in run.pages():
            yield batch
        if rest is not None:
            async for batch in run.only_in_rest(rest):
                yield batch
        await run.count()


async def _facts(ref: ThreadRef, reading: Reading) -> RestThread | None:
    root = ref.evidence.get("rest")
    if root is None or ref.native_id is None:
        return None
    rest = await read_facts(reading, root, ref.native_id)
    if rest is not None and ref.state in UNSTABLE_STATES:
        state = await read_post_state(reading, rest, ref.evidence.get("route", "posts"))
        if state is not None:
            ref.state = "disabled" if state == "closed" and not rest.total else state
    return rest


class _Run:
    """One harvest: what stays the same while its comment pages go by."""

    def __init__(self, ref: ThreadRef, reading: Reading, rest: RestThread | None) -> None:
        self.ref = ref
        self.document = document = reading.shown
        self.reading = reading
        self.rest = rest
        self.facts: dict[str, Fact] = rest.facts if rest else {}
        self.depths = depths(self.facts)
        html = document.first("html")
        self.language = (html.attributes.get("lang") or "").strip() or None if html is not None else None
        generator = document.first("meta[name=generator]")
        self.clock = SiteClock(
            offsets_are_real=real_offsets(generator.attributes.get("content") if generator is not None else None)
        )
        self.items = find_items(document)
        self.paging = CommentPages.of(document)
        self.early: dict[int, tuple[Document, Exchange]] = {}
        self.shown_depths: dict[str, int] = {}
        self.zone: tzinfo | None = None
        self.zone_is_asked = False
        self.feed: dict[str, FeedEntry] | None = None
        self.stated = self.ref.stated = stated_count(document, self.items, self.language)

    # -- time -------------------------------------------------------------------------------------------

    async def set_clock(self) -> None:
        """Find the site's zone where the list needs one and the API does not give the times, or not surely."""
        doubtful = [native_id for native_id, fact in self.facts.items() if fact.is_doubtful]
        if (self.facts and not doubtful) or not self.items.found or not self._needs_zone():
            return
        if doubtful:
            await self._straighten(doubtful)
            return
        zone = await self._zone_by_settings()
        if zone is None:
            await self._zones_by_feed()

    def _needs_zone(self) -> bool:
        for item in self.items.found[:20]:
            fields = read_fields(item, self.items, self.document, self.language)
            if fields.time_raw is None:
                continue
            published = self.clock.read(
                item.native_id, fields.time_raw, observed_at=self.reading.page.observed_at, language=self.language
            )
            if published is not None and published.at is not None:
                return is_wall_clock(published)
        return False

    async def _straighten(self, native_ids: list[str]) -> None:
        """Put right what the API may say an hour late, with the site's zone and the local time beside it."""
        zone = await self._zone_by_settings() if any(self.facts[key].is_doubtful for key in native_ids) else None
        for native_id in native_ids if zone is not None else ():
            fact = self.facts[native_id]
            if fact.is_doubtful and fact.wall is not None and zone is not None:
                moments = moments_of(fact.wall, zone)
                if len(moments) == 1:
                    self.facts[native_id] = replace(fact, at=moments.pop())

    async def _zone_by_settings(self) -> tzinfo | None:
        root = self.ref.evidence.get("rest")
        if root is None or self.zone_is_asked:
            return self.zone
        self.zone_is_asked = True
        joint = "&" if "?" in root else "?"
        try:
            settings = await self.reading.json(f"{root}{joint}_fields=timezone_string,gmt_offset")
        except FetchError as error:
            logger.info("%s: no time zone from the API: %s", self.ref.url, error.detail)
            return None
        self.zone = zone_of_settings(settings.value)
        if self.zone is not None:
            self.clock.candidates = (self.zone,)
            self.reading.walked("rest:settings")
        return self.zone

    async def _zones_by_feed(self) -> None:
        """The post's feed shows its ten newest comments in UTC; the same ones in the list give the zone away."""
        entries = await self._feed_entries()
        if not entries:
            return
        observed = self._walls(entries, self.document, self.items)
        if not observed:
            observed = await self._walls_of_newest(entries)
        self.clock.candidates = zones_that_explain(observed)
        self._trust_feed()

    def _trust_feed(self) -> None:
        self.clock.exact = {native_id: entry.at for native_id, entry in (self.feed or {}).items()}

    async def _feed_entries(self) -> dict[str, FeedEntry]:
        """The post's comment feed, asked for once."""
        if self.feed is not None:
            return self.feed
        self.feed = {}
        url = feed_url(self.document)
        if url is None:
            return self.feed
        try:
            feed, _ = await self.reading.document(url)
        except FetchError as error:
            logger.info("%s: no comment feed: %s", self.ref.url, error.detail)
            return self.feed
        self.feed = feed_entries(feed)
        if self.feed:
            self.reading.walked("feed")
        return self.feed

    async def _settle(self, listed: Listed) -> None:
        """Ask for what tells the two passes of a repeated hour apart, where a list shows such an hour."""
        self.clock.learn(fields.time_raw for _, fields in listed)
        if self._has_doubtful(listed):
            await self._zone_by_settings()
            if self._has_doubtful(listed):
                await self._feed_entries()
                self._trust_feed()

    def _has_doubtful(self, listed: Listed) -> bool:
        return any(
            item.native_id not in self.facts and self.clock.is_doubtful(item.native_id, fields.time_raw)
            for item, fields in listed
        )

    async def _walls_of_newest(self, entries: dict[str, FeedEntry]) -> list[tuple[int, int]]:
        """Read the comment page of the newest comments now; it is kept for its turn."""
        for entry in entries.values():
            number = self.paging.note(entry.link)
            if number is None or number in self.paging.read or number in self.early:
                continue
            try:
                document, exchange = await self.reading.document(self.paging.url(number))
            except FetchError as error:
                self.paging.read.add(number)
                self.reading.missing(error)
                return []
            self.early[number] = (document, exchange)
            return self._walls(entries, document, find_items(document))
        return []

    def _walls(self, entries: dict[str, FeedEntry], document: Document, items: Items) -> list[tuple[int, int]]:
        """Pairs of a moment (feed) and the wall clock shown for it (list)."""
        pairs: list[tuple[int, int]] = []
        for item in items.found:
            entry = entries.get(item.native_id)
            fields = read_fields(item, items, document, self.language) if entry else None
            if entry is None or fields is None or fields.time_raw is None:
                continue
            published = self.clock.read(
                item.native_id, fields.time_raw, observed_at=self.reading.page.observed_at, language=self.language
            )
            if published is not None and published.at is not None and is_wall_clock(published):
                pairs.append((entry.at, published.at))
        return pairs

    # -- comment pages ----------------------------------------------------------------------------------

    async def pages(self) -> AsyncIterator[Batch]:
        """The comments of every comment page, the one that the page itself shows first."""
        self.reading.walked("html")
        paging = self.paging
        paging.learn(self.document, self.items)
        yield self.reading.batch(await self._comments(self.document, self.items), self.reading.page)
        shown = number_of(self.document.url)
        if shown is not None:
            paging.read.add(shown)
            try:
                plain, exchange = await self._comment_page(self.ref.url)
            except FetchError as error:
                self.reading.missing(error)
            else:
                yield await self._batch_of(plain, exchange)
        guesses: dict[int, FetchError] = {}
        fruitless = in_vain = 0
        while (number := paging.next_number(guessing=in_vain < MAX_FRUITLESS)) is not None:
            paging.read.add(number)
            is_guess = number not in paging.known
            early = self.early.pop(number, None)
            try:
                document, exchange = early or await self._comment_page(paging.url(number))
            except FetchError as error:
                in_vain += is_guess
                if is_guess and error.status in GONE:
                    guesses[number] = error
                else:
                    self.reading.missing(error)
                continue
            batch = await self._batch_of(document, exchange)
            yield batch
            fruitless = 0 if batch.comments else fruitless + 1
            if fruitless >= MAX_FRUITLESS:
                self.reading.gap(f"comment page {number} and the {fruitless - 1} before it show nothing new")
                break
        self._account_for(guesses)

    async def _batch_of(self, document: Document, exchange: Exchange) -> Batch:
        items = find_items(document)
        self.paging.learn(document, items)
        return self.reading.batch(await self._comments(document, items), exchange)

    def _account_for(self, guesses: dict[int, FetchError]) -> None:
        """Note what of the paging stayed unread.

        A page that no link leads to and that does not exist is no loss where the plain page proves to be that page, or
        where as many comments came as the page states.
        """
        is_all = self.stated is not None and self.stated == self.reading.captured
        for number, error in guesses.items():
            if not is_all and not (number == 1 and self.paging.is_first_plain):
                self.reading.missing(error)
        for url in sorted(self.paging.strays)[:MAX_STRAYS]:
            self.reading.gap(f"{url}: a comment page at another address than the thread's is not followed")

    async def _comment_page(self, url: str) -> tuple[Document, Exchange]:
        document, exchange = await self.reading.document(url)
        post = post_id(document)
        if self.ref.native_id is not None and post is not None and post != self.ref.native_id:
            raise ShapeChangedError(url, f"the page is of post {post}, not {self.ref.native_id}")
        return document, exchange

    async def _comments(self, document: Document, items: Items) -> list[Comment]:
        listed = [(item, read_fields(item, items, document, self.language)) for item in items.found]
        await self._settle(listed)
        comments: list[Comment] = []
        open_by_depth: dict[int, str] = {}
        for item, fields in listed:
            if fields.is_held:
                continue
            shown = item.shown_depth
            parent = item.parent.native_id if item.parent is not None else None
            if parent is None and shown is not None and shown > 1:
                parent = open_by_depth.get(shown - 1)
            if shown is not None:
                open_by_depth[shown] = item.native_id
            comments.append(self._comment(item.native_id, parent, shown, fields))
        first = {item.native_id: fields for item, fields in listed} if items.again else {}
        for item in items.again:
            fields = read_fields(item, items, document, self.language)
            if not fields.is_held and not is_copy(first.get(item.native_id), fields):
                comments.append(self._comment(item.native_id, None, None, fields))
        return comments

    def _comment(self, native_id: str, parent: str | None, shown: int | None, fields: Fields) -> Comment:
        comment = Comment(
            native_id=native_id,
            parent_native_id=parent,
            kind=fields.kind,
            author_name=fields.author_name,
            author_id=fields.author_id,
            author_url=fields.author_url,
            author_kind=fields.author_kind,
            text=fields.text,
            text_html=fields.text_html,
            permalink=fields.permalink or f"{self.ref.url}#comment-{native_id}",
        )
        if fields.time_raw is not None:
            published = self.clock.read(
                native_id, fields.time_raw, observed_at=self.reading.page.observed_at, language=self.language
            )
            comment.published_raw = fields.time_raw
            if published is not None:
                comment.published_at, comment.published_precision = published.at, published.precision
                comment.published_min, comment.published_max = published.min, published.max
        fact = self.facts.get(native_id)
        if fact is not None:
            merge(comment, fact)
            comment.depth = self.depths.get(native_id)
        else:
            above = self.shown_depths.get(parent) if parent is not None else 0
            comment.depth = above + 1 if above is not None else shown
        if comment.depth is not None:
            self.shown_depths[native_id] = comment.depth
        return comment

    # -- the API's part ---------------------------------------------------------------------------------

    async def only_in_rest(self, rest: RestThread) -> AsyncIterator[Batch]:
        """Comments that no comment page showed, whole."""
        missing = [native_id for native_id in self.facts if not self.reading.has(native_id)]
        if missing:
            self.reading.walked("rest:include")
            await self._straighten(missing)
        for start in range(0, len(missing), PER_PAGE):
            try:
                comments, exchange = await read_whole(self.reading, rest, missing[start : start + PER_PAGE])
            except FetchError as error:
                self.reading.missing(error)
                continue
            for comment in comments:
                native_id = comment.native_id or ""
                if native_id in self.facts:
                    merge(comment, self.facts[native_id])
                comment.depth = self.depths.get(native_id)
            yield self.reading.batch(comments, exchange)

    async def count(self) -> None:
        """State what the source says the count is, asked again where it differs from what came.

        The API's count has no pingbacks; where the page states a larger one than came, those are missing.
        """
        if self.rest is None or self.rest.total is None:
            self.reading.expect(self.stated, "any")
            return
        total: int | None = self.rest.total
        if total != self.reading.captured_without_pings:
            total = await read_total(self.reading, self.rest)
        self.reading.expect(total if total is not None else self.rest.total, "comments")
        if self.stated is not None and self.stated > self.reading.captured:
            self.reading.gap("fewer than the page states", expected=self.stated, got=self.reading.captured)
