"""One harvest of a WordPress thread: the site's clock, the comment pages, what only the REST API has, the count."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import tzinfo
from functools import cached_property
from typing import ClassVar, Final

from selectolax.lexbor import LexborNode

from archive.schema import Comment
from crawler.extract.document import Document
from crawler.extract.markup import read_markup
from crawler.extract.text import line_of
from crawler.keys import digest
from crawler.systems.base import Batch, Exchange, FetchError, ShapeChangedError, ThreadRef
from crawler.systems.fields import language_of, set_published
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
from crawler.systems.wordpress.items import Item, Items, find_items, nameless_pings
from crawler.systems.wordpress.page import likes_on, linked_count, post_id, stated_count
from crawler.systems.wordpress.paging import MAX_FRUITLESS, CommentPages, number_of
from crawler.systems.wordpress.rest import (
    PER_PAGE,
    Fact,
    RestThread,
    depths,
    merge,
    read_facts,
    read_post_state,
    read_total,
    read_whole,
)

logger = logging.getLogger(__name__)

Listed = list[tuple[Item, Fields]]
"""The comments of a list with what their elements show."""

GONE: Final = frozenset({404, 410})
"""How a site says that a comment page does not exist."""

MAX_STRAYS: Final = 3
"""So many links that were not followed are named in the ledger."""


async def facts_of(ref: ThreadRef, reading: Reading) -> RestThread | None:
    """What the REST API says of a thread's comments, None where it is off; it may also say whether the post is open."""
    root = ref.evidence.get("rest")
    if root is None or ref.native_id is None:
        return None
    rest = await read_facts(reading, root, ref.native_id)
    if rest is not None and rest.failure is None and ref.state == "unknown":
        state = await read_post_state(reading, rest, ref.evidence.get("route", "posts"))
        if state is not None:
            ref.state = "disabled" if state == "closed" and not rest.total else state
    return rest


class Run:
    """One harvest: what stays the same while its comment pages go by.

    Plugins that print their own list of the same comments say how it is found and read: :meth:`find`, :meth:`fields`,
    :meth:`parent`, :meth:`further`.
    """

    pages_show_all: ClassVar[bool] = True
    """Whether every comment stands on a comment page, so that these may prove that nothing is missing."""

    def __init__(self, ref: ThreadRef, reading: Reading, rest: RestThread | None) -> None:
        self.ref = ref
        self.document = document = reading.shown
        self.reading = reading
        self.rest = rest
        self.facts: dict[str, Fact] = rest.facts if rest else {}
        self.depths = depths(self.facts)
        self.language = language_of(document)
        generator = document.first("meta[name=generator]")
        self.clock = SiteClock(
            offsets_are_real=real_offsets(generator.attributes.get("content") if generator is not None else None)
        )
        self.items = self.find(document)
        self.paging = CommentPages.of(document)
        self.early: dict[int, tuple[Document, Exchange]] = {}
        self.barren: dict[int, bool] = {}
        """The numbered pages that showed nothing new, and whether each shows what the plain page shows."""
        self.shown_depths: dict[str, int] = {}
        self.zone: tzinfo | None = None
        self.zone_is_asked = False
        self.feed: dict[str, FeedEntry] | None = None
        self.never_in_rest = 0
        """Comments of types that the API leaves out."""
        self.stated = self.ref.stated = self.count_on(document, self.items)
        self.stated_last = self.stated
        """The same as the last comment page that says it."""
        self.has_shrunk = False
        """Whether a comment page states fewer than one that was read before it."""

    # -- how the list is printed ------------------------------------------------------------------------

    def find(self, document: Document) -> Items:
        """The comments that a page shows."""
        return find_items(document)

    def fields(self, item: Item, items: Items, document: Document) -> Fields:
        """What a comment's element shows."""
        return read_fields(item, items, document, self.language)

    def parent(self, item: Item) -> str | None:
        """The comment that another one answers, as the list shows it."""
        return item.parent.native_id if item.parent is not None else None

    def count_on(self, document: Document, items: Items) -> int | None:
        """How many comments a page says there are."""
        return stated_count(document, items, self.language)

    async def further(self) -> AsyncIterator[Batch]:
        """Comments that come neither with the comment pages nor through the REST API."""
        nothing: tuple[Batch, ...] = ()
        for batch in nothing:
            yield batch

    async def cut_texts(self, listed: Listed) -> dict[str, str]:
        """The whole markup of those comments of a list whose text goes on elsewhere (:attr:`Fields.is_cut`)."""
        del listed
        return {}

    # -- the harvest ------------------------------------------------------------------------------------

    async def batches(self) -> AsyncIterator[Batch]:
        """The whole harvest."""
        await self.set_clock()
        async for batch in self.pages():
            yield batch
        async for batch in self.further():
            yield batch
        if self.rest is not None:
            async for batch in self.only_in_rest(self.rest):
                yield batch
        await self.count()

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
            fields = self.fields(item, self.items, self.document)
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
            return self._walls(entries, document, self.find(document))
        return []

    def _walls(self, entries: dict[str, FeedEntry], document: Document, items: Items) -> list[tuple[int, int]]:
        """Pairs of a moment (feed) and the wall clock shown for it (list)."""
        pairs: list[tuple[int, int]] = []
        for item in items.found:
            entry = entries.get(item.native_id)
            fields = self.fields(item, items, document) if entry else None
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
        first = self.reading.batch(await self.comments_of(self.document, self.items), self.reading.page)
        yield first
        plain, shown = self.document, number_of(self.document.url)
        if shown is not None:
            paging.read.add(shown)
            try:
                plain, exchange = await self._comment_page(self.ref.url)
            except FetchError as error:
                self.reading.missing(error)
            else:
                yield await self._batch_of(plain, exchange)
        on_plain = self._ids_on(plain)
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
            if not batch.comments:
                self.barren[number] = bool(on_plain) and self._ids_on(document) == on_plain
            fruitless = 0 if batch.comments else fruitless + 1
            if fruitless >= MAX_FRUITLESS:
                self.reading.gap(f"comment page {number} and the {fruitless - 1} before it show nothing new")
                break
        # Nothing else tells what moved while the pages were read; of what the API lists, it does.
        urls = [self.ref.url, *map(paging.url, sorted(paging.read - guesses.keys()))]
        is_listed = self.rest is not None and self.rest.is_whole
        async for document, exchange in self.reading.pages_again(urls, pings_only=is_listed):
            yield await self._batch_of(document, exchange)
        self._account_for(guesses, first.comments)
        if self.has_shrunk and (self.rest is None or self.rest.failure is not None):
            # What follows a comment that went moves up, across the border of a page that was read already.
            self.reading.gap("the thread shrank while its pages were read; a comment may have been passed over")

    def _ids_on(self, document: Document) -> set[str]:
        return {item.native_id for item in self.find(document).found}

    async def _batch_of(self, document: Document, exchange: Exchange) -> Batch:
        items = self.find(document)
        self.paging.learn(document, items)
        stated = self.count_on(document, items)
        if stated is not None:
            self.has_shrunk = self.has_shrunk or stated < (self.stated_last or 0)
            self.stated_last = stated
        batch = self.reading.batch(await self.comments_of(document, items), exchange)
        if batch.comments:
            self.reading.walked("pages")
        return batch

    def _account_for(self, guesses: dict[int, FetchError], first: list[Comment]) -> None:
        """Note what of the paging stayed unread.

        A page that no link leads to and that does not exist is no loss where the plain page proves to be that page, or
        where as many comments came as the page states. So it is with a page that shows nothing new: a cache that does
        not know its number, a redirect to the post, a page without a list. What stands there nobody saw.
        """
        is_all = self.stated_finally is not None and self.stated_finally == self.reading.captured
        is_known = is_all or (self.rest is not None and self.rest.is_whole)
        if not is_known and not self.paging.known:
            for url in self.reading.linked_pages(self.document, first).behind[:1]:
                self.reading.gap(f"{url} is linked behind the comments, and is no comment page as WordPress calls them")
        if not is_known:
            may_be_plain = (n for n, is_same in self.barren.items() if is_same and self.paging.plain in (None, n))
            for number in sorted(self.barren.keys() - {next(may_be_plain, None)}):
                self.reading.gap(f"{self.paging.url(number)} shows no comment that is new")
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

    async def comments_of(self, document: Document, items: Items) -> list[Comment]:
        """The comments that a page, or a piece of one, shows."""
        listed = [(item, self.fields(item, items, document)) for item in items.found]
        await self._settle(listed)
        for native_id, markup in (await self.cut_texts(listed)).items():
            for item, fields in listed:
                if item.native_id == native_id:
                    fields.text, fields.text_html = read_markup(markup)
        likes = likes_on(document)
        comments: list[Comment] = []
        open_by_depth: dict[int, str] = {}
        for item, fields in listed:
            if fields.is_held:
                continue
            if fields.like_count is None:
                fields.like_count = likes.get(item.native_id)
            shown = item.shown_depth
            parent = self.parent(item)
            if parent is None and shown is not None and shown > 1:
                parent = open_by_depth.get(shown - 1)
            if shown is not None:
                open_by_depth[shown] = item.native_id
            comments.append(self.comment_of(item.native_id, parent, shown, fields))
        first = {item.native_id: fields for item, fields in listed} if items.again else {}
        for item in items.again:
            fields = self.fields(item, items, document)
            if not fields.is_held and not is_copy(first.get(item.native_id), fields):
                comments.append(self.comment_of(item.native_id, None, None, fields))
        return comments + self.pings(document, items)

    def pings(self, document: Document, items: Items) -> list[Comment]:
        """Pingbacks and trackbacks that a page prints without an id: what links here, and its title."""
        return [_nameless(node, items, document) for node in nameless_pings(document, items)]

    def comment_of(self, native_id: str, parent: str | None, shown: int | None, fields: Fields) -> Comment:
        """One comment, of what its element shows and what the API says."""
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
            like_count=fields.like_count,
            dislike_count=fields.dislike_count,
            is_pinned=fields.is_pinned,
            is_edited=fields.is_edited,
        )
        if fields.time_raw is not None:
            published = self.clock.read(
                native_id, fields.time_raw, observed_at=self.reading.page.observed_at, language=self.language
            )
            set_published(comment, published)
            comment.published_raw = fields.time_raw
        fact = self.facts.get(native_id)
        if fact is None and self._is_unlisted(comment):
            comment.kind = "pingback"
        if fact is not None:
            merge(comment, fact)
            comment.depth = self.depths.get(native_id)
        else:
            above = self.shown_depths.get(parent) if parent is not None else 0
            comment.depth = above + 1 if above is not None else shown
        if comment.depth is not None:
            self.shown_depths[native_id] = comment.depth
        return comment

    def _is_unlisted(self, comment: Comment) -> bool:
        """Whether the API, which leaves pingbacks out, has a newer comment and not this one, whose author has a page.

        Many themes print pingbacks like comments, without the classes of `comment_class()`, which tell: what has these
        was approved since, or the API's answer is an old copy.
        """
        if self.rest is None or not self.rest.is_whole or comment.kind != "comment" or comment.author_url is None:
            return False
        if comment.author_kind is not None:
            return False
        number, numbers = int(comment.native_id or 0), self._listed
        return bool(numbers) and comment.is_pinned is None and number < numbers[-1]

    @cached_property
    def _listed(self) -> list[int]:
        """The ids that the API lists, in order; one that is greater than all may have come since."""
        return sorted(int(native_id) for native_id in self.facts if native_id.isdecimal())

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

    @property
    def _captured(self) -> tuple[int, int]:
        """How many comments came, with pingbacks and without."""
        return self.reading.captured, self.reading.captured_without_pings

    @property
    def stated_finally(self) -> int | None:
        """The count of the page, or that of the last comment page where it is the one that came.

        A comment that arrives while the pages are read is on the later ones, which count it, or was missed by them:
        then the thread is whole as it was at the beginning.
        """
        return self.stated_last if self.stated_last in self._captured else self.stated

    async def count(self) -> None:
        """State what the source says the count is, asked again where it differs from what came.

        The API's count has no pingbacks; where the page states a larger one than came, those are missing. An API that
        fails is missed unless as many comments came as the page states.
        """
        if self.rest is None or self.rest.total is None:
            stated = self.stated_finally
            if stated is None:
                stated = linked_count(self.document, self.items, self.language)
            self.reading.expect(stated, "any")
            failure = self.rest.failure if self.rest is not None else None
            is_all = self.stated_finally in self._captured
            if failure is not None and not (is_all and self.pages_show_all):
                self.reading.missing(failure)
            return
        total: int | None = self.rest.total + self.never_in_rest
        if total != self.reading.captured_without_pings:
            again = await read_total(self.reading, self.rest)
            total = total if again is None else again + self.never_in_rest
        self.reading.expect(total, "comments")
        got = self.reading.captured
        # What came after the first page counted is read or not; what is read of it moves others on.
        most = max(self.stated or 0, self.stated_last or 0) if got != self.stated else got
        if most > got:
            self.reading.gap("fewer than the page states", expected=most, got=got)


def _nameless(node: LexborNode, items: Items, document: Document) -> Comment:
    """A pingback without an id, with a passing label of what it says."""
    link = node.css_first("a[href]")
    name = line_of(link) if link is not None else line_of(node).partition(":")[2].strip() or None
    url = document.link(link.attributes.get("href")) if link is not None else None
    kind = "trackback" if "trackback" in items.tokens_of(node) else "pingback"
    return Comment(
        native_id=digest(kind, name or "", url or ""),
        id_kind="surrogate",
        kind=kind,
        author_name=name,
        author_url=url,
    )
