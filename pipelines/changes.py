"""The third pipeline: what is different from what the archive holds.

Every row gets its ``change``; ``""`` marks a state that is archived already. A comment is called removed only
after a visit that read its whole thread: after a partial one, what was not seen is unknown.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Self

from crawler.items import Capture, Comment, Thread
from crawler.report import SOUND_VERDICTS
from pipelines.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable

    from scrapy.crawler import Crawler

    from archive.index import CommentState

GONE: Final = "disappeared"
"""Status of a comment that a fully read thread no longer shows."""


@dataclass(slots=True)
class _Thread:
    """A thread while it is being read."""

    known: dict[str, CommentState]
    unseen: set[str] = field(default_factory=set)
    """Comments that the archive holds as visible and this visit has not met yet."""


class Changes:
    """Scrapy pipeline that labels the rows of a capture with their change."""

    def __init__(
        self,
        page_digest: Callable[[str], str | None],
        thread: Callable[[str], dict[str, CommentState]],
        *,
        with_counts: bool = False,
    ) -> None:
        """Compare with what these two functions know of the archive.

        :param page_digest: digest of a page's latest state by page id
        :param thread: latest state of each comment of a thread, by comment id
        :param with_counts: whether changed likes and replies make a row
        """
        self._page_digest, self._thread, self._with_counts = page_digest, thread, with_counts
        self._threads: dict[tuple[str, str], _Thread] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Compare with the index that :class:`pipelines.store.Store` keeps."""

        def store() -> Store:
            found = crawler.get_item_pipeline(Store)
            if found is None:
                raise RuntimeError("the pipeline changes needs the pipeline store (ITEM_PIPELINES)")
            return found

        return cls(
            lambda page_id: store().index.page_digest(page_id),
            lambda thread_id: store().index.thread(thread_id),
            with_counts=crawler.settings.getbool("COUNT_CHANGES"),
        )

    def process_item(self, item: Capture) -> Capture:
        """See :meth:`compare`."""
        self.compare(item)
        return item

    def compare(self, capture: Capture) -> None:
        """Label a capture's rows in place; the ledger's capture gets the removed comments."""
        if capture.page is not None:
            known = self._page_digest(capture.page_id)
            gone = capture.failure is not None
            if known == capture.page.content_digest or (gone and known is None):
                # A page that is gone has a row only where it was there before.
                capture.page, capture.shares, capture.subscribes = None, None, None
        if capture.thread_of is None:
            return
        key = (capture.visit_id, capture.thread_id)
        thread = self._threads.get(key)
        if thread is None:
            states = self._thread(capture.thread_id)
            thread = _Thread(states, {key for key, state in states.items() if state.status != GONE})
            self._threads[key] = thread
        for comment in capture.comments:
            thread.unseen.discard(comment.comment_id)
            comment.change = self._change(comment, thread.known.get(comment.comment_id))
        if capture.thread is not None:
            self._close(capture, capture.thread, thread)
            del self._threads[key]

    def _change(self, comment: Comment, known: CommentState | None) -> str:
        if known is None:
            return "new"
        _shrink(comment, known)
        if known.status == GONE:
            return "restored"
        if comment.status != known.status:
            return "status"
        if comment.content_digest != known.content_digest:
            return "edited"
        if self._with_counts and any(
            getattr(comment, name) != getattr(known, name) for name in ("like_count", "dislike_count", "reply_count")
        ):
            return "counts"
        return ""
