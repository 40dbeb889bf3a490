"""What a comment system is: which threads does a page hold, and which comments does a thread hold?

A system answers these two questions and nothing else. Requests, paging, caps, repeated pages, counts, gaps and the
verdict belong to :class:`crawler.systems.reading.Reading`, so that a system stays one small file and none can call a
thread complete by itself.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Final

from scrapy import Request
from scrapy.http import Response

from archive.schema import Comment
from crawler.extract.document import Document
from crawler.systems.signs import register, signs_of

if TYPE_CHECKING:
    from crawler.schedule.due import KnownThread
    from crawler.systems.answers import Answer
    from crawler.systems.reading import Reading

Fetch = Callable[[Request], Awaitable[Response]]
"""One HTTP exchange. In a crawl the engine's ``download_async``; in a test a dictionary.

Any status comes back as a response; :class:`FetchError` says that there is none.
"""

BLOCKED_STATUS: Final = frozenset({401, 402, 403, 407, 429, 451, 503})
"""Statuses that say "not you" or "not now": RFC 9110 15.5, RFC 6585 (429), RFC 7725 (451)."""

ENDS_READING: Final = frozenset({"interrupted", "cap"})
"""Stop reasons after which a thread may ask for nothing at all: the crawl is stopped, or its requests are used up."""


class FetchError(Exception):
    """A request that ended without an answer one can read; ``reason`` is one of the words of ``threads.stop_reason``.

    ``status`` is the answer's status, None when there was no answer (or none that one can read); ``answer`` is the
    body of an answer with an error status, for systems that say in it what is the matter.
    """

    def __init__(self, reason: str, detail: str, status: int | None = None, answer: bytes = b"") -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
        self.status = status
        self.answer = answer


class ShapeChangedError(FetchError):
    """The answer is not what the system is known to send: its interface has changed, or is not it."""

    def __init__(self, url: str, missing: str) -> None:
        super().__init__("error", f"{url}: the answer's shape changed: {missing}")


class KeyMissingError(FetchError):
    """The system gives its comments only to holders of a key, and none is set."""

    def __init__(self, system: str, setting: str) -> None:
        super().__init__("key", f"{system} asks for a key: set {setting} (docs/settings.md)")


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
    confidence: float | None = None
    """0 to 1 where the system had to guess; None for a known one."""
    is_doubtful: bool = False
    """Whether the guess is so unsure that nothing is stored, and the ledger alone names it."""
    evidence: dict[str, Any] = field(default_factory=dict)
    """What the system wants to remember between detection and harvest."""
    stop_reason: str = "unsupported"
    """The ledger's stop reason of a thread with a :attr:`problem`."""
    problem: str | None = None
    """Why the thread cannot be read although it is there, for people: only a script knows its address, ..."""


@dataclass(slots=True)
class Batch:
    """The comments of one HTTP exchange."""

    comments: list[Comment]
    exchange: Exchange


@dataclass(slots=True)
class Exchange:
    """Where and when an answer came from."""

    capture_id: str
    observed_at: int
    age: int = 0
    """How long caches had held it by then, microseconds; 0 where none says (``Age``, RFC 9111, 5.1)."""

    @classmethod
    def of(cls, response: Response, capture_id: str, observed_at: int) -> Exchange:
        """That of an answer."""
        stated = _AGE.match(response.headers.get("Age") or b"")
        seconds = int(stated[1]) if stated is not None else 0
        return cls(capture_id, observed_at, seconds * 1_000_000 if seconds <= LONGEST_AGE else 0)


_AGE: Final = re.compile(rb"\s*([0-9]{1,9})\s*(?:,|\Z)")
LONGEST_AGE: Final = 366 * 24 * 3_600
"""An answer that is said to be older, seconds, was counted by a wrong clock."""


class System(ABC):
    """One comment system. Instances hold the settings of a crawl and nothing that changes."""

    name: ClassVar[str]
    """As stored in ``comments.system``."""
    title: ClassVar[str]
    """As its makers write it."""
    checked: ClassVar[str]
    """What the reading was checked against: real software with its version, or only shapes from documentation
    ("not verified live")."""
    version: ClassVar[int] = 1
    """Raised whenever the same answer would give other rows."""
    ids_are_global: ClassVar[bool] = True
    """Whether a comment id is unique in a tenant, or only in its thread."""
    is_last_resort: ClassVar[bool] = False
    """Whether it is asked only where no other system has read a comment."""
    marks: ClassVar[tuple[str, ...]] = ()
    """Texts of which at least one stands where :func:`crawler.systems.signs.signs_of` looks, in every page that holds a
    thread of this system; a page with none of them is not searched. Empty: every page is."""
    settings: ClassVar[tuple[str, ...]] = ()
    """Names of the settings that :attr:`options` holds, e.g. that of a key."""
    is_general: ClassVar[bool] = False
    """Whether it reads markup that any software may print: it is not asked about a page of which a system before it
    has read comments, so that they are not archived twice."""
    may_move: ClassVar[bool] = True
    """Whether a comment that comes or goes while the thread is read may shift the others past the reader, so that a
    thread with fewer comments than its source states, or than were there before, is worth a second pass."""

    count_room: ClassVar[int] = 1
    """How many threads one request for counts may name, each taking :meth:`count_size` of it."""

    is_in_page: ClassVar[bool] = False
    """Whether the page's own markup holds the comments, so that an unchanged page is an unchanged thread."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        register(cls.marks)

    def __init__(self, options: Mapping[str, Any] | None = None) -> None:
        self.options: Mapping[str, Any] = options or {}

    def is_possible(self, document: Document) -> bool:
        """Whether a page may hold a thread of this system at all, by :attr:`marks`."""
        return not self.marks or not signs_of(document).isdisjoint(self.marks)

    @abstractmethod
    def detect(self, document: Document) -> list[ThreadRef]:
        """The threads of this system on a page; empty when it is another system's page."""

    @abstractmethod
    def harvest(self, ref: ThreadRef, reading: Reading) -> AsyncIterator[Batch]:
        """Yield the thread's comments as :meth:`Reading.batch` returns them. The page itself is ``reading.shown``.

        Call :meth:`Reading.expect` with what the source says the count is. Let errors of requests pass
        where nothing more can be read; note them with :meth:`Reading.missing` where reading can go on.
        Where the reading comes out short the method may be called a second time (:attr:`may_move`).
        """

    def count_size(self, thread: KnownThread) -> int:  # noqa: ARG002 - for those that can
        """How much of :attr:`count_room` a thread takes up; one that takes more than there is goes alone."""
        return 1

    def count_request(self, threads: Sequence[KnownThread]) -> dict[str, Any] | None:  # noqa: ARG002 - for those that can
        """The request (arguments of :class:`scrapy.Request`) whose answer tells how many comments threads have now.

        In the scope in which their ledgers state them; None where none costs less than reading a thread.

        :param threads: one, or several of one tenant that have room together
        """
        return None

    def counts_of(self, answer: Answer, threads: Sequence[KnownThread], /) -> Sequence[int | None]:
        """The count of each thread that the answer to :meth:`count_request` states; None where it states none.

        :raises FetchError: the answer is none of the system's
        """
        del answer
        return [None] * len(threads)

    def key(self, setting: str) -> str:
        """A key that the operator has set.

        :raises KeyMissingError: none is set
        """
        key = str(self.options.get(setting) or "").strip()
        if not key:
            raise KeyMissingError(self.name, setting)
        return key
