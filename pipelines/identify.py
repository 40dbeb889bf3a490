"""The second pipeline: keys for pages, threads and comments, and each comment's place in its thread."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, Protocol, Self

from archive.states import GONE
from crawler.extract.same_page import bare_host
from crawler.extract.text import fold
from crawler.extract.urls import site_of
from crawler.items import Capture, Comment, Page, Share, Subscribe
from crawler.keys import comment_key, content_digest, digest, page_key, surrogate_key, thread_key
from crawler.systems import GUESSED_IDS, LOCAL_IDS
from pipelines.recognition import Recognition
from pipelines.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from scrapy.crawler import Crawler

    from archive.states import CommentState, ThreadState

VOLATILE: Final = frozenset(
    {
        "page_id", "url", "view_count", "like_count", "dislike_count", "comment_count", "count", "count_precision",
        "content_digest", "etag", "last_modified",
    }
)  # fmt: skip
"""Fields whose change does not make another state of a page."""

LATER: Final = frozenset({"robots", "tdm_reservation", "tdm_policy"})
"""Fields that were added to archives that exist: where they say nothing, the digest is the one of before."""


@dataclass(slots=True)
class _Thread:
    """What is remembered of a thread while it is read."""

    key: str
    tenant: str
    """Whose installation, by the name that the archive knows it by."""
    places: dict[str, tuple[str | None, int | None]] = field(default_factory=dict)
    """Comment id to root id and depth."""
    alike: Counter[str] = field(default_factory=Counter)
    """How often the same author, text and time were met; only where ids are surrogates."""
    labels: dict[str, str] = field(default_factory=dict)
    """Comment id by the passing label that a system without lasting ids gave it, so that answers find their parent."""
    recognised: dict[str, str] = field(default_factory=dict)
    """Comment id by native id, where the archive may know the comment under another key than that of its id."""
    recognition: Recognition | None = None
    """What the archive holds of it; None where every comment is known by its id alone."""


class Held(Protocol):
    """What is asked of :class:`archive.index.Index`."""

    def thread(self, thread_id: str, /) -> Mapping[str, CommentState]:
        """The latest state of each comment of a thread, by comment id."""

    def threads_of(self, page_id: str, /) -> Iterable[ThreadState]:
        """The threads of a page as its last committed visit left them."""

    def thread_without_id(self, page_id: str, system: str, tenant: str | None = None, /) -> str | None:
        """Key of a page's only thread of a system that shows no id of it; None where there is none, or several."""

    def page_of(self, thread_id: str, /) -> str | None:
        """The page that a thread was last seen on; None where it never was."""


class Identify:
    """Scrapy pipeline that sets every key. Threads that are being read are remembered until their ledger comes."""

    def __init__(
        self,
        held: Callable[[], Held | None] = lambda: None,
        erased: Callable[[str, str], bool] = lambda _thread, _content_digest: False,
    ) -> None:
        """Make keys from what a visit reads, and from what is known.

        :param held: what the archive holds; None where there is none
        :param erased: see :meth:`archive.exporter.Exporter.has_erased`
        """
        self._held, self._erased = held, erased
        self._threads: dict[tuple[str, str], _Thread] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Recognise what the index holds that :class:`pipelines.store.Store` keeps, where there is one: a page whose
        records are printed is compared with nothing.
        """

        def held() -> Held | None:
            store = crawler.get_item_pipeline(Store)
            return store.index if store is not None else None

        def erased(thread_id: str, content_digest: str) -> bool:
            return Store.of(crawler).has_erased(thread_id, content_digest)

        return cls(held, erased)

    def process_item(self, item: Capture) -> Capture:
        """See :meth:`identify`."""
        self.identify(item)
        return item

    def identify(self, capture: Capture) -> None:
        """Set the keys of a capture and of its rows in place."""
        capture.page_id, capture.site = page_key(capture.url), site_of(capture.url)
        if capture.visit is not None:
            capture.visit.page_id = capture.page_id
        if capture.page is not None:
            page, shares, subscribes = capture.page, capture.shares or [], capture.subscribes or []
            page.page_id = capture.page_id
            for share in shares:
                share.page_id = capture.page_id
            for subscribe in subscribes:
                subscribe.page_id = capture.page_id
            page.content_digest = state_digest(page, shares, subscribes)
        if capture.thread_of is None:
            return
        system, tenant, native_id = capture.thread_of
        key = (capture.visit_id, thread_key(system, tenant, native_id, capture.page_id))
        known = self._threads.get(key)
        if known is None:
            held_as = tenant if native_id is None else self._held_as(capture)
            made = thread_key(system, held_as, native_id, capture.page_id)
            known = _Thread(made if native_id is not None else self._without_id(capture, made), held_as)
            self._threads[key] = known
        capture.thread_id = known.key
        for comment in capture.comments if known.tenant != tenant else ():
            comment.tenant = known.tenant
        if known.recognition is None and (held := self._held()) is not None and _may_be_known_otherwise(capture):
            known.recognition = Recognition(held.thread(capture.thread_id))
        _identify_comments(capture, known)
        if capture.thread is not None:
            capture.thread.thread_id, capture.thread.page_id = capture.thread_id, capture.page_id
            capture.thread.tenant = known.tenant
            capture.thread.ids_digest = digest(*sorted(known.places))
            del self._threads[key]

    def _held_as(self, capture: Capture) -> str:
        """The tenant by which the archive knows a thread with an id, whose host or folder has another name now.

        That is software which is named by the page's own host. The page, or the one that moved here, held a thread of
        the system with the same id, and half of the comments are the same.
        """
        system, tenant, native_id = capture.thread_of or ("", "", None)
        held = self._held()
        if held is None or bare_host(f"//{tenant}") != bare_host(capture.url):
            return tenant

        pages = [capture.page_id, *([page_key(capture.moved_from)] if capture.moved_from is not None else [])]
        threads = [one for page_id in pages for one in held.threads_of(page_id)]
        names = [one.tenant for one in threads if (one.system, one.native_id) == (system, native_id)]
        for other in names if tenant not in names else ():
            key = thread_key(system, other, native_id, capture.page_id)
            if self._is_of(capture, held.thread(key), key):
                return other
        return tenant

    def _is_of(self, capture: Capture, known: Mapping[str, CommentState], key: str) -> bool:
        """Whether half of the comments that are here were in a thread, or half of those that were there are here.

        What was erased there was there: in a thread with another key nobody would know it again.

        :param known: the thread's comments
        """
        here = capture.said or {content_digest(one.author_name, one.text) for one in capture.comments if one.text}
        there = {state.content_digest for state in known.values() if state.status != GONE}
        there |= {said for said in here if self._erased(key, said)}
        return bool(here and there) and 2 * len(here & there) >= min(len(here), len(there))

    def _without_id(self, capture: Capture, made: str) -> str:
        """The key of a thread that shows no id: the one by which the archive holds it, also where its page moved.

        So it is where the page showed an id before, as in the form for comments, which is gone where they are closed.
        An address may lead to another page now, with comments of its own, or have a new thread after the first one
        moved away: see :meth:`_is_of`.

        :param made: the key that is made from the page's
        """
        system, tenant, _ = capture.thread_of or ("", "", None)
        held = self._held()
        if held is None:
            return made
        if (key := held.thread_without_id(capture.page_id, system, tenant)) is not None:
            return key
        threads = held.threads_of(capture.page_id)
        shown = [other for other in threads if (other.system, other.tenant) == (system, tenant)]
        before = [made]
        if len(shown) == 1:
            before.append(thread_key(system, tenant, shown[0].native_id, capture.page_id))
        if capture.moved_from is not None:
            before.append(held.thread_without_id(page_key(capture.moved_from), system, None) or made)
        if (same := next((key for key in before if self._is_of(capture, held.thread(key), key)), None)) is not None:
            return same
        while held.page_of(made) not in (None, capture.page_id):
            made = thread_key(system, tenant, None, made)  # the thread of before lives on elsewhere
        return made


def _may_be_known_otherwise(capture: Capture) -> bool:
    """Whether any of a capture's comments has no lasting id, or one that was only guessed from the markup."""
    comments, system = capture.comments, capture.thread_of[0] if capture.thread_of else ""
    return bool(comments) and (system in GUESSED_IDS or not all(map(_has_id, comments)))


def _has_id(comment: Comment) -> bool:
    return comment.native_id is not None and comment.id_kind == "native"


def _identify_comments(capture: Capture, known: _Thread) -> None:
    scope = capture.thread_id if capture.thread_of and capture.thread_of[0] in LOCAL_IDS else None
    natives: dict[tuple[str, str, str], str] = {}
    labelled: list[tuple[str, Comment]] = []
    for comment in capture.comments:
        comment.page_id, comment.thread_id = capture.page_id, capture.thread_id
        author, text = _folded(comment.author_name), _folded(comment.text)
        comment.content_digest = digest(author, text)
        if comment.native_id is not None and comment.id_kind == "native":
            comment_id = comment_key(comment.system, comment.tenant, scope, comment.native_id)
            comment.comment_id = natives[comment.system, comment.tenant, comment.native_id] = comment_id
        else:
            comment.id_kind = "surrogate"
            when = None if comment.published_at is None else str(comment.published_at)
            same = digest(author, text, when)
            comment.comment_id = surrogate_key(capture.thread_id, author, text, when, known.alike[same])
            known.alike[same] += 1
            if comment.native_id is not None:
                labelled.append((comment.native_id, comment))
                comment.native_id = None
    if known.recognition is not None:
        known.recognition.recognise(capture.comments)
        for comment in filter(_has_id, capture.comments):
            known.recognised[comment.native_id or ""] = comment.comment_id
    known.labels.update((label, comment.comment_id) for label, comment in labelled)
    for comment in capture.comments:
        label = comment.parent_native_id
        if label is not None:
            comment.parent_id = (
                known.labels.get(label)
                or known.recognised.get(label)
                or natives.get((comment.system, comment.tenant, label))
                or comment_key(comment.system, comment.tenant, scope, label)
            )
            if label in known.labels:
                comment.parent_native_id = None
    _place(capture.comments, known.places)


def _place(comments: list[Comment], places: dict[str, tuple[str | None, int | None]]) -> None:
    """Root and depth from the parents; a batch may hold a reply before its parent."""
    waiting: dict[str, list[Comment]] = {}
    batch_ids = {comment.comment_id for comment in comments}
    ready: list[Comment] = []
    for comment in comments:
        if comment.parent_id in batch_ids and comment.parent_id is not None:
            waiting.setdefault(comment.parent_id, []).append(comment)
        else:
            ready.append(comment)
    while ready:
        comment = ready.pop()
        root: str | None = comment.comment_id
        depth: int | None = 1
        if comment.parent_id is not None:
            root, above = places.get(comment.parent_id, (None, None))
            depth = None if above is None else above + 1
        places[comment.comment_id] = root, depth
        comment.root_id = root
        comment.depth = comment.depth if depth is None else depth
        ready.extend(waiting.pop(comment.comment_id, ()))
    for circle in waiting.values():  # parents that name each other: kept, without a root
        for comment in circle:
            places[comment.comment_id] = None, None


def _folded(text: str | None) -> str | None:
    return None if text is None else fold(text)


_STATE_FIELDS: Final[dict[type, tuple[str, ...]]] = {
    record: tuple(f.name for f in fields(record) if f.name not in VOLATILE) for record in (Page, Share, Subscribe)
}
_STATE_OF: Final = {record: attrgetter(*names) for record, names in _STATE_FIELDS.items()}


def state_digest(page: Page, shares: list[Share], subscribes: list[Subscribe]) -> str:
    """``pages.content_digest``: over the page and its blocks, counts left out."""
    parts: list[str | None] = []
    rows: list[Any] = [page, *shares, *subscribes]
    for row in rows:
        parts.append(type(row).__name__)
        for name, value in zip(_STATE_FIELDS[type(row)], _STATE_OF[type(row)](row), strict=True):
            if value is None and name in LATER:
                continue
            parts.append(None if value is None else fold(value) if isinstance(value, str) else repr(value))
    return digest(*parts)
