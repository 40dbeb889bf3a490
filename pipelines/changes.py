"""The third pipeline: what is different from what the archive holds.

Every row gets its ``change``; ``""`` marks a state that is archived already. A comment is called removed only
after a visit that read its whole thread: after a partial one, what was not seen is unknown.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self

from archive.states import COUNTS, GONE, CommentState, PageState
from crawler.items import Capture, Comment, Thread
from crawler.report import SOUND_VERDICTS
from crawler.systems.reading import PINGS
from pipelines.store import Store
from pipelines.typography import digests

if TYPE_CHECKING:
    from collections.abc import Callable

    from scrapy.crawler import Crawler


@dataclass(slots=True)
class _Thread:
    """A thread while it is being read."""

    known: dict[str, CommentState]
    before: dict[str, CommentState]
    """The same before this visit was first tried: a visit that was cut off had rows committed, which it counts."""
    unseen: set[str]
    """Comments that the archive holds as present and this visit has not met yet."""
    changes: Counter[str] = field(default_factory=Counter)


class Changes:
    """Scrapy pipeline that labels the rows of a capture with their change."""

    def __init__(
        self,
        page: Callable[[str], PageState | None],
        thread: Callable[[str, str | None], dict[str, CommentState]],
        *,
        with_counts: bool = False,
        erased: Callable[[Comment, str], bool] | None = None,
    ) -> None:
        """Compare with what these two functions know of the archive.

        :param page: latest state of a page by page id
        :param thread: latest state of each comment of a thread, by comment id; states whose capture id begins with its
            second argument are left out
        :param with_counts: whether changed likes and replies make a row
        :param erased: whether a comment of a site was erased from the archive and is not to come back
        """
        self._page, self._thread, self._with_counts = page, thread, with_counts
        self._erased = erased
        self._threads: dict[tuple[str, str], _Thread] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Compare with the index that :class:`pipelines.store.Store` keeps."""

        def page(page_id: str) -> PageState | None:
            return Store.of(crawler).index.page(page_id)

        def thread(thread_id: str, without: str | None) -> dict[str, CommentState]:
            return Store.of(crawler).index.thread(thread_id, without=without)

        def erased(comment: Comment, site: str) -> bool:
            return Store.of(crawler).is_erased(comment, site)

        return cls(
            page,
            thread,
            erased=erased,
            with_counts=crawler.settings.getbool("COUNT_CHANGES"),
        )

    def process_item(self, item: Capture) -> Capture:
        """See :meth:`compare`."""
        self.compare(item)
        return item

    def compare(self, capture: Capture) -> None:
        """Label a capture's rows in place; the ledger's capture gets the removed comments."""
        if capture.page is not None:
            held = self._page(capture.page_id)
            known = None if held is None else held.content_digest
            gone = capture.failure is not None or (capture.page.http_status or 0) >= 400
            is_old = held is not None and _is_later(held, capture)
            if known == capture.page.content_digest or (gone and known is None) or is_old:
                # A page that is gone has a row only where it was there before.
                capture.page, capture.shares, capture.subscribes = None, None, None
            else:
                capture.change = "removed" if gone else "new" if known is None else "edited"
        if capture.thread_of is None:
            return
        key = (capture.visit_id, capture.thread_id)
        thread = self._threads.get(key)
        if thread is None:
            states = before = self._thread(capture.thread_id, None)
            mark = f"{capture.lease.name}-" if capture.lease else None
            if mark and any(state.capture_id.startswith(mark) for state in states.values()):
                before = self._thread(capture.thread_id, mark)
            present = {comment_id for comment_id, state in states.items() if state.status != GONE}
            thread = self._threads[key] = _Thread(states, before, present)
        for comment in capture.comments:
            thread.unseen.discard(comment.comment_id)
            if self._erased is not None and self._erased(comment, capture.site):
                comment.change = ""
                continue
            comment_id = comment.comment_id
            latest, earlier = thread.known.get(comment_id), thread.before.get(comment_id)
            is_old = latest is not None and _is_later(latest, capture)
            comment.change = "" if is_old else self._change(comment, latest)
            thread.changes[comment.change if latest is earlier else self._change(comment, earlier)] += 1
        if capture.thread is not None:
            _close(capture, capture.thread, thread)
            del self._threads[key]

    def _change(self, comment: Comment, known: CommentState | None) -> str:
        if known is None:
            return "new"
        _shrink(comment, known)
        if known.status == GONE:
            return "restored"
        if comment.status != known.status:
            return "status"
        if comment.content_digest != known.content_digest and not _is_shown_otherwise(comment, known):
            return "edited"
        if self._with_counts and any(getattr(comment, name) != getattr(known, name) for name in COUNTS):
            return "counts"
        return ""


def _is_shown_otherwise(comment: Comment, known: CommentState) -> bool:
    """Whether it is a way of showing that changed, and not the comment: of a ping some themes show no excerpt."""
    if comment.kind in PINGS and comment.text is None:
        return True
    return known.content_digest in digests(comment.author_name, comment.text)


def _is_later(known: CommentState | PageState, capture: Capture) -> bool:
    """Whether a state was met after the copy was made that a cache sent now, which so says nothing against it."""
    return capture.observed_at - capture.age < known.observed_at <= capture.observed_at


def _old_copy(capture: Capture, count: int) -> dict[str, Any]:
    held = timedelta(microseconds=capture.age)
    reason = f"a cache sent a copy that is {held} old (Age); comments met since that it lacks: {count}"
    return {"parent": None, "expected": None, "got": None, "reason": reason}


def _shrink(comment: Comment, known: CommentState) -> None:
    """An interval never grows again: "2 hours ago" said more than "yesterday" does now."""
    if comment.published_at is not None or comment.published_min is None or comment.published_max is None:
        return
    if known.published_at is not None:
        comment.published_at = known.published_at
        comment.published_min, comment.published_max = known.published_min, known.published_max
        comment.published_precision = "s" if known.published_min == known.published_max else "min"
    elif known.published_min is not None and known.published_max is not None:
        least, most = max(comment.published_min, known.published_min), min(comment.published_max, known.published_max)
        if least <= most:
            comment.published_min, comment.published_max = least, most


def _close(capture: Capture, ledger: Thread, thread: _Thread) -> None:
    if ledger.verdict in SOUND_VERDICTS:
        later = 0
        for comment_id in sorted(thread.unseen):
            known = thread.known[comment_id]
            if _is_later(known, capture):
                later += 1
            elif known.observed_at <= capture.observed_at:  # what another crawl saw since is not missing from this look
                capture.comments.append(_removed(comment_id, capture, ledger, known))
                thread.changes["removed"] += 1
        if later:
            ledger.verdict, ledger.gaps = "partial", [*(ledger.gaps or ()), _old_copy(capture, later)]
    ledger.new, ledger.edited = thread.changes["new"], thread.changes["edited"]
    ledger.removed, ledger.restored = thread.changes["removed"], thread.changes["restored"]


def _removed(comment_id: str, capture: Capture, ledger: Thread, known: CommentState) -> Comment:
    """The state "no longer there": the keys, without what the row before it holds."""
    return Comment(
        comment_id=comment_id,
        thread_id=capture.thread_id,
        page_id=capture.page_id,
        system=ledger.system,
        tenant=ledger.tenant,
        native_id=known.native_id,
        id_kind=known.id_kind,
        parent_id=known.parent_id,
        parent_native_id=known.parent_native_id,
        root_id=known.root_id,
        depth=known.depth,
        kind=known.kind,
        content_digest=known.content_digest,
        status=GONE,
        status_source="inferred",
        change="removed",
    )
