"""What the spiders hand to the pipelines: one item per HTTP exchange, carrying the rows read from it."""

from __future__ import annotations

from dataclasses import dataclass, field

from archive.schema import Comment, Page, Share, Subscribe, Thread

__all__ = ["Capture", "Comment", "Failure", "Page", "Share", "Subscribe", "Thread"]


@dataclass(slots=True, kw_only=True)
class Failure:
    """Something that was asked for and is not in the archive."""

    url: str
    """The address that failed."""
    reason: str
    """One word: `http`, `robots`, `network`, `too_large`, `not_html`, `empty`, `interrupted`, `error`."""
    detail: str
    """One sentence for people, with the value that was met."""


@dataclass(slots=True, kw_only=True)
class Capture:
    """One HTTP exchange of a visit and what was read from it. An item per comment would cost 70 us each."""

    visit_id: str
    """The visit."""
    capture_id: str
    """The exchange."""
    observed_at: int
    """When the answer arrived, microseconds since the epoch, UTC."""
    url: str
    """The page's address as visited."""
    extractor: str
    """Name and version of the code that read the rows, e.g. `page/1`, `wordpress/1`."""
    page: Page | None = None
    """The page, on the first capture of a visit."""
    shares: list[Share] | None = None
    """The share block, beside `page`; an empty list says that the page has none."""
    subscribes: list[Subscribe] | None = None
    """The subscribe block, beside `page`."""
    comments: list[Comment] = field(default_factory=list)
    """A batch of one thread."""
    thread: Thread | None = None
    """The ledger of a thread, after its last batch: closes it."""
    failure: Failure | None = None
    """Why the visit has no page."""
    page_id: str = ""
    """Set by `identify`."""
    site: str = ""
    """Set by `identify`."""
    is_last: bool = False
    """The visit ends with this item."""
