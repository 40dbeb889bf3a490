"""What the spiders hand to the pipelines: one item per HTTP exchange, carrying the rows read from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from scrapy.exceptions import DropItem

from archive.schema import Comment, Page, Share, Subscribe, Thread, Visit

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from crawler.leases import Lease

__all__ = ["Capture", "Comment", "Failure", "NotArchivedError", "Page", "Share", "Subscribe", "Thread", "Visit"]


@dataclass(slots=True, kw_only=True)
class Failure:
    """Something that was asked for and is not in the archive."""

    url: str
    """The address that failed."""
    reason: str
    """One word: `http`, `robots`, `opt_out`, `reserved` (the page is not to be kept), `blocked`, `login`, `soft_404`,
    `private` (a host that is not to be reached), `network`, `redirects`, `too_large`, `cap`, `not_html`, `address`,
    `interrupted`, `archive`, `error`."""
    detail: str
    """One sentence for people, with the value that was met."""


class NotArchivedError(DropItem):
    """A capture came after a commit had failed, which was told then: its page waits for the next run."""

    def __init__(self) -> None:
        super().__init__("the archive cannot be written to any more", log_level="DEBUG")


@dataclass(slots=True, kw_only=True)
class Capture:
    """One HTTP exchange of a visit and what was read from it. An item per comment would cost 70 us each."""

    visit_id: str
    """The visit."""
    capture_id: str
    """The exchange."""
    observed_at: int
    """When the answer arrived, microseconds since the epoch, UTC."""
    age: int = 0
    """How long before that caches had held it, microseconds: it says nothing of what happened since. Of a ledger's
    capture, the oldest of the answers that its comments came from."""
    url: str
    """The page's canonical address."""
    source: str = ""
    """The address or file as it was asked for."""
    moved_from: str | None = None
    """The canonical address by which the archive holds the page that `source` led to before, where it is another."""
    extractor: str = ""
    """Name and version of the code that read the rows, e.g. `page/1`, `wordpress/1`."""
    page: Page | None = None
    """The page, on the last capture of a visit: the state of its threads is part of it."""
    change: str = ""
    """How the page differs from what the archive holds: `new`, `edited`, `removed` (it answers 404, 410 or 451 now).
    Set by `changes`; empty: not at all, or there is no page."""
    shares: list[Share] | None = None
    """The share block, beside `page`; an empty list says that the page has none."""
    subscribes: list[Subscribe] | None = None
    """The subscribe block, beside `page`."""
    thread_of: tuple[str, str, str | None] | None = None
    """System, tenant and native id of the thread that `comments` or `thread` belong to."""
    comments: list[Comment] = field(default_factory=list)
    """A batch of one thread."""
    said: AbstractSet[str] = field(default=frozenset(), metadata={"serializer": lambda _: None})
    """Digests of all comments of the thread, where its page moved: they tell whether it is the thread of before."""
    thread: Thread | None = None
    """The ledger of a thread, after its last batch: closes it."""
    visit: Visit | None = None
    """The look at the page itself, on the last capture."""
    failure: Failure | None = None
    """Why the visit has no page."""
    skipped: str | None = None
    """Why a visit leaves no rows although nothing failed: `listing` (it names pages and is none), `duplicate` (the
    same page was visited by another address), `amp` (the whole page is visited instead), `known` (the archive holds
    it, and only new pages are asked for), `trap` (one of many without end that show nothing), `limit` (beyond one of
    the file of sites), `unchanged` (what is asked first said so), `gone` (a page that a revisit knew, or an address
    that only a list named), and of addresses that only a list named: `robots`, `not_html`, `soft_404`, `login`,
    `opt_out`, `reserved`."""
    page_id: str = ""
    """Key of the page, set by `identify`."""
    thread_id: str = ""
    """Key of the thread, set by `identify`."""
    site: str = ""
    """Partition, set by `identify`."""
    lease: Lease | None = field(default=None, metadata={"serializer": lambda _: None})  # not told by `crawl -o FILE`
    """The page's lease from the frontier; None where nothing is remembered of pages (`scrapy extract FILE`)."""
    is_last: bool = False
    """The visit ends with this item."""
