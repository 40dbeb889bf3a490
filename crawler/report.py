"""What one crawl did and lost: the extension that every step reports to, and the exit status made from it."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import time_ns
from typing import TYPE_CHECKING, Any, Final, Self

from scrapy import signals

from crawler.items import Capture, Failure, NotArchivedError, Thread
from crawler.leases import Earlier
from crawler.safety.secrets import masked

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from twisted.python.failure import Failure as TwistedFailure

SOUND_VERDICTS: Final = frozenset({"complete", "none", "closed"})
"""Verdicts after which nothing of a thread is missing."""

EXIT_LOST: Final = 1
"""Exit status of a crawl that lost something."""
EXIT_INCOMPLETE: Final = 3
"""Exit status of a crawl that archived every page, but not every thread whole. (2 is a wrong command line.)"""

MAX_LISTED: Final = 1_000
"""Failures and threads that are kept with their details; more are counted only, so that memory stays flat."""


def is_locked(thread: Thread) -> bool:
    """Whether the page shows its thread to nobody who is not let in: nothing of it was offered, nothing was missed."""
    return thread.verdict == "blocked" and thread.state in ("login", "password") and thread.stop_reason == "exhausted"


def is_dead(thread: Thread) -> bool:
    """Whether the service of a thread has ended: what it held is shown to nobody any more."""
    return thread.stop_reason == "dead" and not thread.captured


def now() -> int:
    """The time, microseconds since the epoch, UTC."""
    return time_ns() // 1_000


def new_crawl_id() -> str:
    """An id that sorts by time and never repeats."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"


@dataclass(slots=True)
class Incomplete:
    """A thread that was not read whole."""

    url: str
    verdict: str
    why: str


def incomplete(thread: Thread) -> Incomplete | None:
    """What is missing of a thread; None when it was read whole."""
    if thread.verdict in SOUND_VERDICTS or is_locked(thread) or is_dead(thread):
        return None
    reasons = [str(gap["reason"]) for gap in thread.gaps or ()]
    if thread.stop_detail and thread.stop_detail not in reasons:
        reasons.insert(0, thread.stop_detail)
    if thread.expected is not None and thread.expected != thread.captured:
        reasons.append(f"{thread.captured} read, {thread.expected} stated")
    if not reasons:
        sure = "" if thread.confidence is None else f" (confidence that it is a thread: {thread.confidence:.2f})"
        reasons.append(f"no comment was read, and nothing says that there is none{sure}")
    return Incomplete(thread.url or "", thread.verdict, "; ".join(dict.fromkeys(reasons)))


def as_failure(url: str, error: BaseException | None) -> Failure:
    """An exception that nobody foresaw, as a loss."""
    return Failure(url=url, reason="error", detail=f"{type(error).__name__}: {error}")


@dataclass(eq=False)
class Report:
    """Counts and losses of one crawl, in one place. A Scrapy extension."""

    crawl_id: str
    started_at: int = field(default_factory=now)
    pages: int = 0
    """Pages that were read."""
    pages_failed: int = 0
    """Pages asked for that were not."""
    skipped: Counter[str] = field(default_factory=Counter)
    """Addresses that left no rows, though nothing failed, by reason; see `Capture.skipped`. `trap`: not asked for."""
    traps: Counter[str] = field(default_factory=Counter)
    """Of these, the traps by kind (`crawler.discovery.traps`)."""
    trap_examples: dict[str, str] = field(default_factory=dict)
    """The first address of each kind."""
    comments: int = 0
    """Comments that were read, known ones as well."""
    verdicts: Counter[str] = field(default_factory=Counter)
    """Threads per verdict."""
    rows: Counter[str] = field(default_factory=Counter)
    """Rows committed, per table."""
    changes: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Rows taken over, per table and change; those of shares and subscribes by the change of their page."""
    known: Counter[str] = field(default_factory=Counter)
    """Of these, rows per table that were not written: another crawl had committed them, or they were erased."""
    failures: list[Failure] = field(default_factory=list)
    """What was lost; at most :data:`MAX_LISTED`."""
    failures_total: int = 0
    incomplete: list[Incomplete] = field(default_factory=list)
    """Threads that were not read whole; at most :data:`MAX_LISTED`."""
    incomplete_total: int = 0
    reason: str | None = None
    """Scrapy's closing reason; None while it runs."""
    continued: Earlier | None = None
    """What was done before this run, when it continues an unfinished crawl; all counts above include it."""
    resumed_at: int = field(default_factory=now)
    """When this run began; `started_at` is when the crawl did."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Watch a crawler for what Scrapy itself logs and forgets."""
        report = cls(crawler.settings.get("CRAWL_ID") or new_crawl_id())
        crawler.signals.connect(report.spider_error, signals.spider_error)
        crawler.signals.connect(report.item_error, signals.item_error)
        crawler.signals.connect(report.item_dropped, signals.item_dropped)
        crawler.signals.connect(report.spider_closed, signals.spider_closed)
        return report

    @staticmethod
    def of(crawler: Crawler) -> Report:
        """The report of a crawl.

        :raises RuntimeError: when the extension is switched off: losses would be silent
        """
        report = crawler.get_extension(Report)
        if report is None:
            raise RuntimeError("EXTENSIONS lacks crawler.report.Report: losses would be silent")
        return report

    # -- reported by the steps ----------------------------------------------------------------------

    def captured(self, capture: Capture) -> None:
        """Count what passed the last pipeline."""
        self.comments += sum(comment.change != "removed" for comment in capture.comments)
        if capture.thread is not None:
            self._thread(capture.thread)
        if capture.failure is not None:
            self.lost_page(capture.failure)
        elif capture.skipped is not None:
            self.skipped[capture.skipped] += 1
        elif capture.is_last:
            self.pages += 1

    def _thread(self, thread: Thread) -> None:
        self.verdicts[thread.verdict] += 1
        unsound = incomplete(thread)
        if unsound is None:
            return
        self.incomplete_total += 1
        if len(self.incomplete) < MAX_LISTED:
            self.incomplete.append(unsound)

    def trapped(self, kind: str, url: str) -> None:
        """An address was passed over as a trap."""
        self.traps[kind] += 1
        self.trap_examples.setdefault(kind, masked(url))

    def lost(self, failure: Failure) -> None:
        """Something that was asked for is not in the archive."""
        failure.url, failure.detail = masked(failure.url), masked(failure.detail)
        self.failures_total += 1
        if len(self.failures) < MAX_LISTED:
            self.failures.append(failure)

    def lost_page(self, failure: Failure) -> None:
        """A page that was asked for is not in the archive."""
        self.lost(failure)
        self.pages_failed += 1

    def unvisited(self, total: int, urls: Sequence[str], reason: str) -> None:
        """Pages that were asked for and not visited before the crawl was closed; ``urls`` are the first of them."""
        for url in urls[:total]:
            self.lost(Failure(url=url, reason="interrupted", detail=f"{url}: not visited ({reason})"))
        self.failures_total += total - len(urls[:total])
        self.pages_failed += total

    def continues(self, earlier: Earlier, failures: Sequence[tuple[str, str, str]]) -> None:
        """Count on from the earlier part of the crawl.

        :param failures: address, reason and detail of pages that are not tried again, the first of them
        """
        self.continued = earlier
        self.pages += earlier.pages
        self.skipped.update(earlier.skipped)
        self.comments += earlier.comments
        self.verdicts.update(earlier.verdicts)
        self.rows.update(earlier.tally.rows)
        self.changes.update(earlier.tally.changes)
        self.incomplete += [Incomplete(of["url"], of["verdict"], of["why"]) for of in earlier.incomplete]
        self.incomplete_total += earlier.incomplete_total
        for url, reason, detail in failures:
            self.lost(Failure(url=url, reason=reason, detail=detail))
        self.failures_total += earlier.failed - len(failures)
        self.pages_failed += earlier.failed

    # -- signals ------------------------------------------------------------------------------------

    def spider_error(self, failure: TwistedFailure, response: Response | TwistedFailure | None) -> None:
        """A callback or errback raised: its page is lost."""
        url = getattr(response, "url", "")
        self.lost_page(as_failure(url, failure.value))

    def item_error(self, item: Any, failure: TwistedFailure) -> None:
        """A pipeline raised: the rows of a capture are lost."""
        url = item.url if isinstance(item, Capture) else ""
        self.lost(as_failure(url, failure.value))

    def item_dropped(self, item: Any, exception: Exception) -> None:
        """Whoever dropped a capture, its rows are lost; the store drops all that come when the archive is broken."""
        url = item.url if isinstance(item, Capture) else ""
        if isinstance(exception, NotArchivedError):
            if isinstance(item, Capture) and item.is_last:
                self.lost_page(Failure(url=url, reason="interrupted", detail=f"{url}: not archived ({exception})"))
            return
        self.lost(Failure(url=url, reason="error", detail=f"dropped: {exception}"))

    def spider_closed(self, reason: str) -> None:
        """Keep the closing reason."""
        self.reason = reason

    # -- conclusion ---------------------------------------------------------------------------------

    @property
    def exit_status(self) -> int:
        """0 when everything asked for is archived, 1 when something was lost, 3 when a thread is not whole."""
        if self.failures_total or self.reason != "finished":
            return EXIT_LOST
        if self.incomplete_total:
            return EXIT_INCOMPLETE
        return 0

