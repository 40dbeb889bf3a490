"""The reading of one thread: makes its requests, remembers what came, and keeps the ledger."""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit
from weakref import WeakKeyDictionary

from scrapy import Request
from scrapy.http import Response

from archive.schema import Comment, Thread
from crawler.extract.document import Document, NotHtmlError
from crawler.keys import content_digest
from crawler.systems.answers import Answer, Row, parse_json
from crawler.systems.around.counts import counted_elsewhere, rounded_away
from crawler.systems.around.links import Links, page_links, page_stated
from crawler.systems.around.more import offered_beside, replies_said, told_beside, unshown_replies
from crawler.systems.around.place import Place
from crawler.systems.around.states import state_beside
from crawler.systems.around.surroundings import Surroundings
from crawler.systems.around.tree import flatten
from crawler.systems.around.unshown import unshown
from crawler.systems.base import (
    BLOCKED_STATUS,
    ENDS_READING,
    Batch,
    Exchange,
    Fetch,
    FetchError,
    ShapeChangedError,
    System,
    ThreadRef,
)

logger = logging.getLogger(__name__)

MAX_GAPS: Final = 1_000
"""So many gaps of a thread are listed one by one; the ledger says how many more there are."""

EMPTY_STATES: Final = frozenset({"open", "login", "closed"})
"""States in which a thread without comments is an empty one."""

BEYOND: Final = frozenset({"ajax", "api", "pages", "rest:include"})
"""Ways of reading that ask for what the page does not show."""

PINGS: Final = frozenset({"pingback", "trackback"})


@dataclass(frozen=True, slots=True)
class Limits:
    """Caps of one thread; each hit ends in a partial verdict, never in silence."""

    max_requests: int = 2_000
    """Requests for one thread."""
    max_comments: int = 200_000
    """Comments of one thread."""


class Reading:
    """One visit of one thread."""

    def __init__(
        self,
        ref: ThreadRef,
        document: Document,
        *,
        fetch: Fetch,
        page: Exchange,
        clock: Callable[[], int],
        new_capture_id: Callable[[], str],
        limits: Limits,
        leads_to: Callable[[Document, Iterable[str]], None] = lambda _document, _urls: None,
        has_read: Callable[[Document, Document], None] = lambda _document, _further: None,
        present: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        self.ref = ref
        self.shown = document
        self.home = document.url
        """The address of the thread's first page."""
        self.page = page
        self._fetch = fetch
        self._clock = clock
        self._new_capture_id = new_capture_id
        self._limits = limits
        self._leads_to, self._has_read, self._present = leads_to, has_read, present
        self._asked: set[tuple[str, str, bytes]] = set()
        self._ids: set[str] = set()
        self._said: set[str] = set()
        """Digests of comments without an id."""
        self._again: set[str] | None = None
        self._ahead: set[str] = set()
        self._captured = self._captured_top = 0
        self.offered = 0
        """Comments that answers brought, those that came before as well."""
        self._blank: set[str] = set()
        """Comments of which only the place is shown."""
        self._bringing: set[str] = set()
        """Exchanges that brought comments."""
        self._made_at: int | None = None
        """When the oldest answer was made that brought comments, by caches' word."""
        self._shown: list[str] = []
        """Texts of the comments that the page itself brought."""
        self._counted: Counter[str] = Counter()
        self._replies: Counter[str] = Counter()
        self._replies_stated: dict[str, int] = {}
        self._gaps: list[dict[str, Any]] = []
        self._gaps_more = 0
        self._orders: list[str] = []
        self._torn: dict[str, bool] = {}
        self._stop: tuple[str, str | None] = ("exhausted", None)
        self._expected: int | None = None
        self._scope: str | None = None
        self._shrank = False
        self._first_pass: tuple[Counter[str], Counter[str], dict[str, int], int | None, str | None] | None = None
        self.requests = 0
        self.started_at = clock()

    # -- requests -----------------------------------------------------------------------------------

    async def get(
        self, url: str, *, secret: dict[str, str] | None = None, again: bool = False, **options: Any
    ) -> tuple[Response, Exchange]:
        """One exchange.

        :param secret: more of the query that no ledger and no message may hold, e.g. an API key
        :param again: whether the same request may be made a second time, as for a count that is asked anew
        :param options: further arguments of :class:`scrapy.Request` (method, body, headers)
        :raises FetchError: no answer, a status that is no success, a request made before, or the cap
        """
        asked = Request(url, dont_filter=True, **options)
        identity = (asked.method, asked.url, asked.body)
        if identity in self._asked and not again:
            raise FetchError("cursor_loop", f"{url} was asked for twice: the paging runs in a circle")
        if self.requests >= self._limits.max_requests:
            raise FetchError("cap", f"{self.requests} requests for one thread (THREAD_MAX_REQUESTS)")
        self._asked.add(identity)
        self.requests += 1
        whole = asked if secret is None else asked.replace(cls=_Discreet, url=with_query(url, **secret))
        try:
            response = await self._fetch(whole)
        except FetchError as error:
            if not secret:
                raise
            raise _without(secret, error) from None
        exchange = Exchange.of(response, self._new_capture_id(), self._clock())
        if not 200 <= response.status < 300:
            reason = "blocked" if response.status in BLOCKED_STATUS else "error"
            raise FetchError(reason, f"{url}: status {response.status}", response.status, response.body)
        return (response if secret is None else response.replace(url=asked.url)), exchange

    async def document(
        self, url: str, *, holding: Callable[[Response], Document] | None = None, **options: Any
    ) -> tuple[Document, Exchange]:
        """One exchange whose answer is HTML.

        :param holding: makes a document of the answer, where it may be something else
        :raises FetchError: as :meth:`get`, and when the answer is no HTML
        """
        response, exchange = await self.get(url, **options)
        try:
            document = (holding or document_of)(response)
        except NotHtmlError as error:
            raise ShapeChangedError(response.url, str(error)) from error
        self.check(document, exchange)
        return document, exchange

    async def json(self, url: str, **options: Any) -> Answer:
        """One exchange whose answer is JSON; junk before the first bracket (a byte order mark, PHP notices) is skipped.

        :raises FetchError: as :meth:`get`
        :raises ShapeChangedError: when there is no JSON in it
        """
        response, exchange = await self.get(url, **options)
        return Answer(parse_json(response.body, response.url), response, exchange)

    def check(self, document: Document, exchange: Exchange) -> None:
        """Note a page that was too monstrous to be read as it stands, or of which not all came."""
        if document.is_cut:
            why = "its markup is too large or nests too deep to be read as it stands; comments may be missing"
            self.gap(f"{document.url}: {why}")
        if document.breaks_off:
            self.gap(f"{document.url} breaks off before its end; comments may be missing")
            self._torn[exchange.capture_id] = document.ends_in_text

    # -- what came ----------------------------------------------------------------------------------

    def walked(self, order: str) -> None:
        """Note a way the thread is read, e.g. ``html`` or ``rest:id_asc``."""
        if order not in self._orders:
            self._orders.append(order)

    def comments(self, rows: Iterable[Row], comment_of: Callable[[Row], Comment | None]) -> list[Comment]:
        """A comment for each row; one that cannot be read is a gap and costs the others nothing.

        :param comment_of: makes a comment of a row, or None of one that is none (held for moderation, an advertisement)
        """
        comments: list[Comment] = []
        for row in rows:
            try:
                comment = comment_of(row)
            except ShapeChangedError as error:
                self.missing(error)
                continue
            if comment is not None:
                comments.append(comment)
        return comments

    def batch(
        self, comments: Iterable[Comment], exchange: Exchange, *, under: str | Mapping[str, str] | None = None
    ) -> Batch:
        """The comments that this visit has not seen yet, numbered on from the last batch.

        A comment met again is left out: pages overlap, and themes repeat a list for narrow screens. Another comment
        under the same id in the same answer cannot be kept, which is a gap; so is one that is only the place of a
        comment, folded away or emptied.

        :param under: the comment whose replies these are said to be, where their own parents may lie deeper; or that
            comment by the id of each reply
        """
        if exchange.capture_id in self._torn:
            comments = _without_half(list(comments), is_torn=self._torn[exchange.capture_id])
        fresh: list[Comment] = []
        self._bringing.add(exchange.capture_id)
        self._made_at = min(self._made_at or exchange.observed_at, exchange.observed_at - exchange.age)
        here: dict[str, Comment] = {}
        for comment in comments:
            self.offered += 1
            native_id = comment.native_id
            if _says_nothing(comment):
                self._blank.add(native_id or str(self.offered))
                continue
            if native_id is not None:
                first = here.setdefault(native_id, comment)
                if first is not comment and first.text != comment.text:
                    self.gap(f"two comments have the id {native_id} in one answer; the first is kept")
                if self._again is not None and native_id not in self._again:
                    self._again.add(native_id)
                    self._count(comment, under)
                if native_id in self._ids:
                    continue
                self._ids.add(native_id)
            if native_id is None or comment.id_kind != "native":
                self._said.add(content_digest(comment.author_name, comment.text))
            if self._again is None:
                self._count(comment, under)
            comment.system, comment.tenant = self.ref.system, self.ref.tenant
            comment.position = self._captured
            self._captured += 1
            if exchange.capture_id == self.page.capture_id:
                self._shown.append(comment.text or "")
            self._captured_top += comment.parent_native_id is None
            fresh.append(comment)
        if exchange.age:
            for comment in fresh:
                _may_be_older(comment, exchange.age)
        return Batch(fresh, exchange)

    def _count(self, comment: Comment, under: str | Mapping[str, str] | None) -> None:
        parent = comment.parent_native_id
        if isinstance(under, Mapping):
            under = under.get(comment.native_id or "")
        words = ["all"]
        if comment.kind in PINGS:
            words.append("pings")
        if comment.status != "visible":
            words.append("removed")
        if parent is None:
            words += ["top", "top_removed"][: 1 + (comment.status != "visible")]
        self._counted.update(words)
        above = under or parent
        if above is not None:
            self._replies[above] += 1

    def has(self, native_id: str) -> bool:
        """Whether this visit has a comment already."""
        return native_id in self._ids

    @property
    def captured(self) -> int:
        """Comments so far, each once."""
        return self._captured

    @property
    def captured_without_pings(self) -> int:
        """The same without pingbacks and trackbacks: what the scope ``comments`` counts."""
        return self._counted["all"] - self._counted["pings"]

    def missed(self) -> AbstractSet[str]:
        """Comments that were there when the thread was last read, and that this visit has not met yet.

        They are known by native id; those without one by what they say.
        """
        return self._present().keys() - self._ids - self._said

    def unmet(self, *, pings_only: bool = False) -> AbstractSet[str]:
        """The same, but none where one answer brought all.

        Else one that came or went between two answers may have moved others past the reader, also where the count is
        the same in the end: before one is called removed, it is looked for again.

        :param pings_only: whether nothing else can have been passed over
        """
        if len(self._bringing) <= 1:
            return frozenset()
        missed, present = self.missed(), self._present() if pings_only else {}
        return {mark for mark in missed if present[mark] in PINGS} if pings_only else missed

    async def pages_again(
        self,
        urls: Iterable[str],
        holding: Callable[[Response], Document] | None = None,
        *,
        pings_only: bool = False,
    ) -> AsyncIterator[tuple[Document, Exchange]]:
        """Pages of the thread once more, while they have not shown every comment that was there before."""
        for url in urls if self._has_room else ():
            if not self.unmet(pings_only=pings_only):
                return
            try:
                yield await self.document(url, holding=holding, again=True)
            except FetchError as error:
                self.missing(error)
                return

    def saw(self, native_ids: Iterable[str]) -> None:
        """Note comments that a walk brought but that are put into batches later, when their parents are known."""
        self._ahead.update(native_ids)

    @property
    def met(self) -> int:
        """Comments that this pass met; it grows as long as the paging brings something."""
        return self._counted["all"] + len(self._ahead)

    @property
    def is_counted(self) -> bool:
        """Whether the source states how many comments there are."""
        return self._expected is not None

    @property
    def is_agreed(self) -> bool:
        """Whether so many came as the source states."""
        return self.is_counted and self._expected == self._agreed()[1]

    @property
    def is_taken_for_empty(self) -> bool:
        """Whether only that the page shows no comment says that there is none: no count, and no other answer."""
        is_all = not self._gaps and self._stop[0] == "exhausted" and not self.requests
        return is_all and not self.captured and not self.is_counted and self.ref.state in EMPTY_STATES

    def linked_pages(self, document: Document, comments: Iterable[Comment]) -> Links:
        """Further pages that are linked next to comments, on a page of the thread that shows them."""
        place = Place.of_texts(document, [comment.text or "" for comment in comments])
        return page_links(place, document, self.home) if place is not None else Links([], [])

    def leads_to(self, urls: Iterable[str]) -> None:
        """Note addresses of further pages of the thread: they are no pages of their own."""
        self._leads_to(self.shown, urls)

    def has_read(self, further: Document) -> None:
        """Note that a further page of the thread was read: there is nothing else to be read of it."""
        self._has_read(self.shown, further)

    def look_around(self, *, is_general: bool) -> None:
        """What stands next to comments of the page may tell who may write, and where nothing counts them of more.

        :param is_general: whether the system knows further pages of the thread by their links alone, and no forms
        """
        if self.ref.state == "unknown" and self._shown:
            self._learn_state(is_general=is_general)
        if self.is_counted or self._gaps or self._stop[0] != "exhausted" or len(self._shown) != self.captured:
            return
        if not self.captured:
            kept = unshown(self.shown) if self.ref.state in EMPTY_STATES else None
            if kept is not None:
                self.expect(kept.stated, "any")
                self.gap(kept.reason)
            return
        # A control for more may stay when what was asked for beyond the page brought nothing.
        place = None if goes_beyond(self._orders) else Place.of_texts(self.shown, self._shown)
        if place is None:
            self.expect(counted_elsewhere(self.shown, self.captured), "any")
            return
        around = Surroundings(flatten(self.shown), self.shown)
        stated = around.stated_for(place.spans) if len(place.spans) > 1 else None  # of one the place is its text
        told = max(filter(None, (stated, told_beside(place, self.captured))), default=None)
        told = told if told is not None and told >= self.captured else counted_elsewhere(self.shown, self.captured + 1)
        self.expect(told, "any")
        far_more = rounded_away(around.rounded_before(place.first), self.captured) if told is None else None
        if far_more is not None:
            self.gap(far_more)
        for reason in offered_beside(place, is_counted=self.is_counted):
            self.gap(reason)
        replies = sum(count for _, count in replies_said(place))
        if replies and self._captured_top == self._captured:
            self.gap(unshown_replies(replies))
        if is_general:
            numbered = page_stated(place)
            if numbered is not None and numbered[1] > 1:
                self.gap(f"the page says that it is one of {numbered[1]}")
        if not self.is_counted:  # the same number says no more than that of an old copy would
            self.expect(counted_elsewhere(self.shown, self.captured), "any")

    def _learn_state(self, *, is_general: bool) -> None:
        place = Place.of_texts(self.shown, self._shown)
        if place is None:
            return
        has_form = is_general and bool(place.tree.places.get("textarea"))
        self.ref.state = "open" if has_form else state_beside(place, self.shown) or self.ref.state

    @property
    def is_full(self) -> bool:
        """Whether the cap on comments is reached; :meth:`stop` with ``cap`` then."""
        return self.captured >= self._limits.max_comments

    # -- the ledger ---------------------------------------------------------------------------------

    def expect(self, count: int | None, scope: str) -> None:
        """What the source says the count is; the last word counts.

        :param scope: ``all``; ``comments`` (pingbacks and trackbacks left out); ``visible`` (stubs of removed ones left
            out); ``top`` (top level only); ``top_visible``; ``any`` (the source does not say whether it counts
            pingbacks); ``shown`` (the source does not say whether it counts stubs); ``incl_removed`` (also counts
            removed ones that are shown to nobody, so fewer is no gap)
        """
        if count is not None:
            self._shrank = self._shrank or (self._expected is not None and count < self._expected)
            self._expected, self._scope = count, scope

    def withheld(self, count: int) -> None:
        """Note comments that the source counts and, as it says itself, shows to nobody: they are not missed."""
        self._counted["withheld"] += count

    def expect_replies(self, parent: str, count: int | None) -> None:
        """How many replies the source says a comment has, compared in the end with those that came.

        Counted are the comments whose parent it is, or that came in a batch ``under`` it.
        """
        if count:
            self._replies_stated[parent] = count

    def lacks_replies(self, parent: str) -> bool:
        """Whether the source states more replies of a comment than came so far."""
        return self._replies_stated.get(parent, 0) > self._replies[parent]

    def gap(
        self, reason: str, *, parent: str | None = None, expected: int | None = None, got: int | None = None
    ) -> None:
        """Note something that is known to be missing."""
        gap = {"parent": parent, "expected": expected, "got": got, "reason": reason}
        if gap in self._gaps[-10:]:
            return
        if len(self._gaps) < MAX_GAPS:
            self._gaps.append(gap)
        else:
            self._gaps_more += 1

    def missing(self, error: FetchError, *, parent: str | None = None) -> None:
        """Note a request that failed while reading goes on; :class:`FetchError` reasons that end a visit pass.

        ``budget`` does not: what the page in hand shows is read, whatever may not be asked for any more.
        """
        if error.reason in ENDS_READING:
            raise error
        self.gap(error.detail, parent=parent)
        if self._stop[0] == "exhausted":
            self._stop = (error.reason, error.detail)

    def stop(self, reason: str, detail: str | None = None) -> None:
        """Note why reading ended; without a call it is ``exhausted``."""
        self._stop = (reason, detail)

    def is_short(self) -> bool:
        """Whether less came than the source states, or than was there before, although nothing went wrong.

        The thread may have moved meanwhile.

        Where the stated count fell meanwhile, a comment that went may have drawn another one past the reader.
        """
        if self._stop[0] != "exhausted" or self._gaps:
            return False
        if self._shrank:
            return True
        _, got = self._agreed()
        too_few = self._expected is not None and got is not None and got < self._expected
        lacks_replies = any(map(self.lacks_replies, self._replies_stated))
        return (too_few and self._scope != "incl_removed") or lacks_replies or (self._has_room and bool(self.unmet()))

    @property
    def _has_room(self) -> bool:
        """Whether the cap on requests leaves as many as it took: to look again must not make a whole thread partial."""
        return self.requests + max(self.requests, len(self._bringing)) <= self._limits.max_requests

    def begin_again(self) -> None:
        """A second pass: the same requests may be made again, what came before is known; it is counted anew."""
        self._first_pass = (self._counted, self._replies, self._replies_stated, self._expected, self._scope)
        self._again = set()
        self._asked.clear()
        self._ahead.clear()
        self._counted, self._replies, self._replies_stated = Counter(), Counter(), {}
        self._expected, self._shrank = None, False

    def settle(self) -> None:
        """The last pass is over: where a second one broke off and met less, the first one's count is what is known."""
        is_broken = self._stop[0] != "exhausted" or bool(self._gaps)
        if self._first_pass is not None and is_broken and self._counted["all"] < self._first_pass[0]["all"]:
            self._counted, self._replies, self._replies_stated, self._expected, self._scope = self._first_pass

    def _agreed(self) -> tuple[str | None, int | None]:
        """The scope of the stated count and what came in it."""
        counted, scope = self._counted, self._scope
        got = {
            "all": counted["all"] + counted["withheld"],
            "incl_removed": counted["all"],
            "comments": self.captured_without_pings,
            "visible": counted["all"] - counted["removed"],
            "top": counted["top"],
            "top_visible": counted["top"] - counted["top_removed"],
        }
        if scope == "any":
            scope = _scope_of(self._expected or 0, got)
        if scope == "shown":
            scope = "visible" if self._expected == got["visible"] else "all"
        return scope, got[scope] if scope else None

    def _compare(self) -> str | None:
        """Note where what came differs from what the source states; the scope of its count."""
        if self._blank:
            self.gap(f"{len(self._blank)} comments are shown without a name, a time and a text")
        scope, got = self._agreed()
        expected = self._expected
        if expected is not None and got is not None and got != expected:
            word = "fewer" if got < expected else "more"
            if scope != "incl_removed" or word == "more":
                self.gap(f"{word} than the source states", expected=expected, got=got)
        if self._shrank and self._again is not None:
            self.gap("the thread shrank twice while it was read; a comment may have been passed over")
        for parent, stated in self._replies_stated.items():
            got = self._replies[parent]
            if got < stated:
                self.gap("fewer replies than the source states", parent=parent, expected=stated, got=got)
        if self._gaps_more:
            self._gaps.append(
                {"parent": None, "expected": None, "got": None, "reason": f"and {self._gaps_more} more gaps"}
            )
        return scope

    @property
    def age(self) -> int:
        """How long before its page's arrival the thread was as it was read, by caches' word; microseconds."""
        made_at = self._made_at
        if made_at is None:
            made_at = self.page.observed_at - (0 if self.requests else self.page.age)
        return max(0, self.page.observed_at - made_at)

    def ledger(self) -> Thread:
        """The ledger's row; call it once, after the harvest."""
        scope = self._compare()
        reason, detail = self._stop
        return Thread(
            system=self.ref.system,
            tenant=self.ref.tenant,
            native_id=self.ref.native_id,
            url=self.ref.url,
            detected_by=self.ref.detected_by,
            state=self.ref.state,
            confidence=self.ref.confidence,
            expected=self._expected,
            expected_scope=scope,
            captured=self.captured,
            captured_top=self._captured_top,
            captured_replies=self._captured - self._captured_top,
            requests=self.requests,
            stop_reason=reason,
            stop_detail=detail,
            gaps=self._gaps or None,
            orders_walked=self._orders or None,
            verdict=self._verdict(reason),
            started_at=self.started_at,
            ended_at=self._clock(),
        )

    def _verdict(self, reason: str) -> str:
        if reason == "exhausted" and not self._gaps:
            if self.captured:
                return "complete"
            return {"open": "none", "login": "none", "closed": "closed", "disabled": "closed"}.get(
                self.ref.state, "blocked" if self.ref.state == "password" else "unknown"
            )
        if self.captured or (reason == "exhausted" and self._expected):
            return "partial"
        return "blocked" if reason in ("blocked", "key") else "unknown"


def goes_beyond(orders: Iterable[str]) -> bool:
    """Whether a thread was read in ways that ask for what its page does not show, so that the page is not all of it."""
    return any(order in BEYOND or order.partition(":")[0] in BEYOND for order in orders)


def _may_be_older(comment: Comment, age: int) -> None:
    """An age like "2 hours ago" may have been true when the answer was made, or be counted by who sent it."""
    if comment.published_precision == "relative" and comment.published_min is not None:
        comment.published_min -= age


def _says_nothing(comment: Comment) -> bool:
    said = (comment.author_name, comment.text, comment.text_html, comment.published_raw, comment.published_at)
    return comment.status == "visible" and comment.kind == "comment" and not any(said)


def _scope_of(expected: int, counted: dict[str, int]) -> str | None:
    """What a count counts whose source does not say: the scope that it agrees with, else everything.

    None where it lies between the comments alone and the comments with all pingbacks: some pingbacks are counted.
    """
    if expected == counted["comments"]:
        return "comments"
    return None if counted["comments"] < expected < counted["all"] else "all"


async def read_thread(system: System, reading: Reading) -> AsyncIterator[Batch]:
    """Harvest a thread; whatever goes wrong ends in its ledger (``reading.ledger()``), never in a lost page.

    Where less came than the source states although nothing went wrong, a second pass looks for what moved.
    """
    reading.check(reading.shown, reading.page)
    if reading.ref.problem is not None:
        reading.stop(reading.ref.stop_reason, reading.ref.problem)
        return
    try:
        for is_last in (not system.may_move, True):
            async for batch in system.harvest(reading.ref, reading):
                yield batch
                if reading.is_full:
                    reading.stop("cap", f"{reading.captured} comments in one thread (THREAD_MAX_COMMENTS)")
                    return
            if is_last or not reading.is_short():
                break
            reading.begin_again()
        if not system.is_last_resort:  # that one has looked itself
            reading.look_around(is_general=system.is_general)
    except FetchError as error:
        reading.stop(error.reason, error.detail)
    except Exception as error:  # a defect of one system costs its thread a "partial", not the page its visit
        logger.exception("%s: reading %s failed", system.name, reading.ref.url)
        reading.stop("error", f"{type(error).__name__}: {error}")
    finally:
        reading.settle()


def _without_half(comments: list[Comment], *, is_torn: bool) -> list[Comment]:
    """The comments of a page that breaks off without the last one, where it may have come by half: that is no edit."""
    return comments[:-1] if comments and (is_torn or not comments[-1].text) else comments


def with_query(url: str, /, **query: str | int | None) -> str:
    """An address with more of a query; what is None is left out. A fragment has no place in it."""
    given = {name: value for name, value in query.items() if value is not None}
    url = url.partition("#")[0]
    return f"{url}{'&' if '?' in url else '?'}{urlencode(given)}" if given else url


def query_of(url: str) -> dict[str, str]:
    """The query of an address: of a name that stands there more than once the first value, empty ones left out."""
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def posting(url: str, value: object) -> dict[str, Any]:
    """A request (arguments of :meth:`Reading.json`) that sends a value as JSON."""
    return {"url": url, "method": "POST", "body": json.dumps(value), "headers": {"Content-Type": "application/json"}}


def document_of(response: Response) -> Document:
    """What an answer holds as a document, made once.

    :raises NotHtmlError: it is none
    """
    document = _documents.get(response)
    if document is None:
        document = _documents[response] = Document(response.body, response.url, header_dict(response))
    return document


_documents: Final[WeakKeyDictionary[Response, Document]] = WeakKeyDictionary()


def header_dict(response: Response) -> dict[str, str]:
    """Headers by name in lower case; several of one name are joined as RFC 9110 5.3 says.

    Those of X-Robots-Tag are lines: a crawler that one of them names is named for that line only.
    """
    joints = {b"X-Robots-Tag": b"\n"}
    return {
        name.decode("latin-1").lower(): joints.get(name, b", ").join(values).decode("latin-1")
        for name, values in response.headers.items()
    }


class _Discreet(Request):
    """A request that keeps its query out of Scrapy's log lines, e.g. of those about retries."""

    def __repr__(self) -> str:
        return f"<{self.method} {self.url.partition('?')[0]}?...>"


def _without(secret: dict[str, str], error: FetchError) -> FetchError:
    """An error whose words do not hold the secret."""
    detail = error.detail
    for value in secret.values():
        detail = detail.replace(value, "***").replace(urlencode({"": value})[1:], "***")
    return FetchError(error.reason, detail, error.status, error.answer)
