"""The kit that every comment system is built on: what a system is, and the reading of one thread.

A system answers two questions. ``detect``: which threads does this page hold? ``harvest``: which comments
does this thread hold? Requests, caps, repeated pages, counts, gaps and the verdict belong to
:class:`Reading`, so that a system stays one small file and no system can call a thread complete by itself.
"""

from __future__ import annotations

import json
import logging
import re
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, ClassVar, Final

from scrapy import Request
from scrapy.http import Response

from archive.schema import Comment, Thread
from crawler.extract.document import Document, NotHtmlError

logger = logging.getLogger(__name__)

Fetch = Callable[[Request], Awaitable[Response]]
"""One HTTP exchange. In a crawl the engine's ``download_async``; in a test a dictionary.

Any status comes back as a response; :class:`FetchError` says that there is none.
"""

STOP_REASONS: Final = ("exhausted", "cap", "cursor_loop", "error", "blocked", "budget", "interrupted")

BLOCKED_STATUS: Final = frozenset({401, 402, 403, 407, 429, 451, 503})
"""Statuses that say "not you" or "not now": RFC 9110 15.5, RFC 6585 (429), RFC 7725 (451)."""


class FetchError(Exception):
    """A request that ended without an answer one can read; ``reason`` is a stop reason of the ledger.

    ``status`` is the answer's status, None when there was no answer (or none that one can read).
    """

    def __init__(self, reason: str, detail: str, status: int | None = None) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
        self.status = status


class ShapeChangedError(FetchError):
    """The answer is not what the system is known to send: its interface has changed, or is not it."""

    def __init__(self, url: str, missing: str) -> None:
        super().__init__("error", f"{url}: the answer's shape changed: {missing}")


@dataclass(slots=True, kw_only=True)
class ThreadRef:
    """A thread that a page was found to hold."""

    system: str
    """Name of the system."""
    tenant: str
    """Whose installation: host and folder, shortname, ..."""
    native_id: str | None
    """The thread's id in its system, None when the page does not tell."""
    url: str
    """Where the thread is read."""
    detected_by: str
    """The evidence, in words: ``ul.pm-ul-comments``."""
    state: str = "unknown"
    """open, closed, disabled, login, password, none, unknown."""
    stated: int | None = None
    """How many comments the page itself says there are; set by detection or harvest."""
    evidence: dict[str, Any] = field(default_factory=dict)
    """What the system wants to remember between detection and harvest."""


@dataclass(slots=True)
class Batch:
    """The comments of one HTTP exchange."""

    comments: list[Comment]
    capture_id: str
    observed_at: int


class System(ABC):
    """One comment system. Instances hold no state."""

    name: ClassVar[str]
    """As stored in ``comments.system``."""
    version: ClassVar[int] = 1
    """Raised whenever the same answer would give other rows."""
    ids_are_global: ClassVar[bool] = True
    """Whether a comment id is unique in a tenant, or only in its thread."""

    @abstractmethod
    def detect(self, document: Document) -> list[ThreadRef]:
        """The threads of this system on a page; empty when it is another system's page."""

    @abstractmethod
    def harvest(self, ref: ThreadRef, document: Document, reading: Reading) -> AsyncIterator[Batch]:
        """Yield the thread's comments as :meth:`Reading.batch` returns them.

        Call :meth:`Reading.expect` with what the source says the count is. Let errors of requests pass
        where nothing more can be read; note them with :meth:`Reading.missing` where reading can go on.
        """


@dataclass(frozen=True, slots=True)
class Limits:
    """Caps of one thread; each hit ends in a partial verdict, never in silence."""

    max_requests: int = 2_000
    """Requests for one thread."""
    max_comments: int = 200_000
    """Comments of one thread."""


@dataclass(slots=True)
class Exchange:
    """Where and when an answer came from."""

    capture_id: str
    observed_at: int


class Reading:
    """One visit of one thread: makes its requests, remembers what came, and keeps the ledger."""

    def __init__(
        self,
        ref: ThreadRef,
        *,
        fetch: Fetch,
        page: Exchange,
        clock: Callable[[], int],
        new_capture_id: Callable[[], str],
        limits: Limits,
    ) -> None:
        self.ref = ref
        self.page = page
        self._fetch = fetch
        self._clock = clock
        self._new_capture_id = new_capture_id
        self._limits = limits
        self._asked: set[tuple[str, str, bytes]] = set()
        self._ids: set[str] = set()
        self._top = 0
        self._not_comments = 0
        self._gaps: list[dict[str, Any]] = []
        self._orders: list[str] = []
        self._stop: tuple[str, str | None] = ("exhausted", None)
        self._expected: int | None = None
        self._scope: str | None = None
        self._position = 0
        self.requests = 0
        self.started_at = clock()

    # -- requests -----------------------------------------------------------------------------------

    async def get(self, url: str, **options: Any) -> tuple[Response, Exchange]:
        """One exchange.

        :param options: further arguments of :class:`scrapy.Request` (method, body, headers)
        :raises FetchError: no answer, a status that is no success, a request made before, or the cap
        """
        request = Request(url, dont_filter=True, **options)
        identity = (request.method, request.url, request.body)
        if identity in self._asked:
            raise FetchError("cursor_loop", f"{request.url} was asked for twice: the paging runs in a circle")
        if self.requests >= self._limits.max_requests:
            raise FetchError("cap", f"{self.requests} requests for one thread (THREAD_MAX_REQUESTS)")
        self._asked.add(identity)
        self.requests += 1
        response = await self._fetch(request)
        exchange = Exchange(self._new_capture_id(), self._clock())
        if response.status in BLOCKED_STATUS:
            raise FetchError("blocked", f"{response.url}: status {response.status}", response.status)
        if not 200 <= response.status < 300:
            raise FetchError("error", f"{response.url}: status {response.status}", response.status)
        return response, exchange

    async def document(self, url: str, **options: Any) -> tuple[Document, Exchange]:
        """One exchange whose answer is HTML.

        :raises FetchError: as :meth:`get`, and when the answer is no HTML
        """
        response, exchange = await self.get(url, **options)
        try:
            document = Document(response.body, response.url, header_dict(response))
        except NotHtmlError as error:
            raise ShapeChangedError(response.url, str(error)) from error
        self.check(document)
        return document, exchange

    async def json(self, url: str, **options: Any) -> tuple[Any, Response, Exchange]:
        """One exchange whose answer is JSON; junk before the first bracket (a byte order mark, PHP notices) is skipped.

        :raises FetchError: as :meth:`get`
        :raises ShapeChangedError: when there is no JSON in it
        """
        response, exchange = await self.get(url, **options)
        return parse_json(response.body, response.url), response, exchange

    def check(self, document: Document) -> None:
        """Note a page that was too monstrous to be read as it stands."""
        if document.is_cut:
            self.gap(f"{document.url}: its markup nests too deep to be read as it stands; comments may be missing")

    # -- what came ----------------------------------------------------------------------------------

    def walked(self, order: str) -> None:
        """Note a way the thread is read, e.g. ``html`` or ``rest:id_asc``."""
        if order not in self._orders:
            self._orders.append(order)

    def batch(self, comments: Iterable[Comment], exchange: Exchange) -> Batch:
        """The comments that this visit has not seen yet, numbered on from the last batch.

        A comment met again is left out: pages overlap, and themes repeat a list for narrow screens. Another comment
        under the same id in the same answer cannot be kept, which is a gap.
        """
        fresh: list[Comment] = []
        here: dict[str, Comment] = {}
        for comment in comments:
            if comment.native_id is not None:
                first = here.setdefault(comment.native_id, comment)
                if first is not comment and first.text != comment.text:
                    self.gap(f"two comments have the id {comment.native_id} in one answer; the first is kept")
                if comment.native_id in self._ids:
                    continue
                self._ids.add(comment.native_id)
            comment.system, comment.tenant = self.ref.system, self.ref.tenant
            comment.position = self._position
            self._position += 1
            self._top += comment.parent_native_id is None
            self._not_comments += comment.kind in ("pingback", "trackback")
            fresh.append(comment)
        return Batch(fresh, exchange.capture_id, exchange.observed_at)

    def has(self, native_id: str) -> bool:
        """Whether this visit has a comment already."""
        return native_id in self._ids

    @property
    def captured(self) -> int:
        """Comments so far, each once."""
        return self._position

    @property
    def captured_without_pings(self) -> int:
        """The same without pingbacks and trackbacks: what the scope ``comments`` counts."""
        return self._position - self._not_comments

    @property
    def is_full(self) -> bool:
        """Whether the cap on comments is reached; :meth:`stop` with ``cap`` then."""
        return self._position >= self._limits.max_comments

    # -- the ledger ---------------------------------------------------------------------------------

    def expect(self, count: int | None, scope: str) -> None:
        """What the source says the count is.

        :param scope: ``all``; ``comments`` (pingbacks and trackbacks left out); ``top`` (top level only);
            ``any`` (the source does not say whether it counts pingbacks)
        """
        if count is not None:
            self._expected, self._scope = count, scope

    def gap(
        self, reason: str, *, parent: str | None = None, expected: int | None = None, got: int | None = None
    ) -> None:
        """Note something that is known to be missing."""
        self._gaps.append({"parent": parent, "expected": expected, "got": got, "reason": reason})

    def missing(self, error: FetchError) -> None:
        """Note a request that failed while reading goes on; :class:`FetchError` reasons that end a visit pass.

        ``budget`` does not: what the page in hand shows is read, whatever may not be asked for any more.
        """
        if error.reason in ("interrupted", "cap"):
            raise error
        self.gap(error.detail)
        if self._stop[0] == "exhausted":
            self._stop = (error.reason, error.detail)

    def stop(self, reason: str, detail: str | None = None) -> None:
        """Note why reading ended; without a call it is ``exhausted``."""
        self._stop = (reason, detail)

    def ledger(self) -> Thread:
        """The ledger's row; call it after the harvest."""
        reason, detail = self._stop
        counted = {
            "all": self._position,
            "comments": self._position - self._not_comments,
            "top": self._top,
            "any": self._position,
        }
        scope, expected = self._scope, self._expected
        if scope == "any":
            scope = _scope_of(expected or 0, counted)
        got = counted[scope] if scope else None
        if expected is not None and got is not None and got != expected:
            word = "fewer" if got < expected else "more"
            self.gap(f"{word} than the source states", expected=expected, got=got)
        return Thread(
            system=self.ref.system,
            tenant=self.ref.tenant,
            native_id=self.ref.native_id,
            url=self.ref.url,
            detected_by=self.ref.detected_by,
            state=self.ref.state,
            expected=expected,
            expected_scope=scope,
            captured=self._position,
            captured_top=self._top,
            captured_replies=self._position - self._top,
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
            if self._position:
                return "complete"
            return {"open": "none", "login": "none", "closed": "closed", "disabled": "closed"}.get(
                self.ref.state, "blocked" if self.ref.state == "password" else "unknown"
            )
        if self._position or (reason == "exhausted" and self._expected):
            return "partial"
        return "blocked" if reason == "blocked" else "unknown"


def _scope_of(expected: int, counted: dict[str, int]) -> str | None:
    """What a count counts whose source does not say: the scope that it agrees with, else everything.

    None where it lies between the comments alone and the comments with all pingbacks: some pingbacks are counted.
    """
    if expected == counted["comments"]:
        return "comments"
    return None if counted["comments"] < expected < counted["all"] else "all"


async def read_thread(system: System, document: Document, reading: Reading) -> AsyncIterator[Batch]:
    """Harvest a thread; whatever goes wrong ends in its ledger (``reading.ledger()``), never in a lost page."""
    reading.check(document)
    try:
        async for batch in system.harvest(reading.ref, document, reading):
            yield batch
            if reading.is_full:
                reading.stop("cap", f"{reading.captured} comments in one thread (THREAD_MAX_COMMENTS)")
                return
    except FetchError as error:
        reading.stop(error.reason, error.detail)
    except Exception as error:  # a defect of one system costs its thread a "partial", not the page its visit
        logger.exception("%s: reading %s failed", system.name, reading.ref.url)
        reading.stop("error", f"{type(error).__name__}: {error}")


def header_dict(response: Response) -> dict[str, str]:
    """Headers by name in lower case; several of one name are joined as RFC 9110 5.3 says."""
    return {
        name.decode("latin-1").lower(): b", ".join(values).decode("latin-1")
        for name, values in response.headers.items()
    }


def parse_json(body: bytes, url: str) -> Any:
    """JSON that may have junk before its first bracket.

    :raises ShapeChangedError: when there is none
    """
    text = body.decode("utf-8-sig", "replace")
    try:
        return json.loads(text)
    except ValueError:
        pass  # junk in front is looked for below; no other meaning is lost
    for bracket in islice(re.finditer(r"[\[{]", text[:100_000]), 50):
        try:
            return json.JSONDecoder().raw_decode(text, bracket.start())[0]
        except ValueError:
            continue
    raise ShapeChangedError(url, f"no JSON in it ({text[:60]!r})")
