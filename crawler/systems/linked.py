"""The further pages of a thread that its pages link to, for systems that do not know how they are addressed."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Final, NamedTuple

from archive.schema import Comment
from crawler.extract.document import Document
from crawler.systems.base import Batch, Exchange, FetchError
from crawler.systems.reading import Reading

MAX_BARREN: Final = 2
"""Pages without a new comment after which no more are asked for."""


class Read(NamedTuple):
    """What was read of a page."""

    comments: list[Comment]
    links: list[str]
    """Pages that are linked behind its comments or among them: they should show others."""
    onward: list[str]
    """Pages that are linked above them or called the next: of the thread, or of an article in pages."""


class LinkedPages:
    """Reads one page after the other until none is new."""

    def __init__(self, reading: Reading, first: Read) -> None:
        """Begin with what the page itself shows, before the pipelines take the labels of comments without ids."""
        self._reading = reading
        self._shown = _Shown(first.links, first.comments)
        self._links, self._onward = deque(first.links), deque(first.onward)
        self._seen = {reading.shown.url.partition("#")[0], reading.ref.url}
        self.pages = 1
        """How many pages brought comments."""

    async def read(self, read_page: Callable[[Document, Exchange], Read | None]) -> AsyncIterator[Batch]:
        """What the further pages bring, those behind the comments first.

        :param read_page: reads a page; None where it shows no comment of the thread
        """
        unread = 0
        for waiting in (self._links, self._onward):
            barren = 0
            while waiting and barren < MAX_BARREN:
                url = waiting.popleft()
                if url in self._seen:
                    continue
                self._seen.add(url)
                try:
                    document, exchange = await self._reading.document(url)
                except FetchError as error:
                    self._reading.missing(error)
                    if error.reason in ("blocked", "budget"):
                        return
                    continue
                self._reading.walked("pages")
                met, found = self._reading.met, read_page(document, exchange)
                if found is not None:
                    yield self._take(url, found, exchange)
                elif waiting is self._links:
                    unread += 1
                is_new = self._reading.met > met
                self.pages += is_new
                barren = 0 if is_new else barren + 1
        if unread:
            self._reading.gap(f"no comment could be read on {unread} further pages")

    def _take(self, url: str, found: Read, exchange: Exchange) -> Batch:
        twin = self._shown.before(url, found.comments)
        if twin is not None:
            self._reading.gap(f"{url} shows the comments of {twin or 'the first page'} once more, not its own")
        self._links.extend(found.links)
        self._onward.extendleft(reversed(found.onward))
        return self._reading.batch(found.comments, exchange)


class _Shown:
    """What the pages of a thread have shown, to tell one that repeats another where it should go on."""

    def __init__(self, linked: Iterable[str], comments: Iterable[Comment]) -> None:
        """Begin with the first page, and what it links to."""
        self._linked = frozenset(linked)
        self._pages = {_ids(comments): ""}

    def before(self, url: str, comments: Iterable[Comment]) -> str | None:
        """The page that showed just the same under another number, ``""`` for the first; None where there is none.

        The first page may have a number too, by which it is not linked on itself.
        """
        twin = self._pages.setdefault(_ids(comments), url)
        if twin == url:
            return None
        if twin:
            return twin if _NUMBERS.sub("", twin) == _NUMBERS.sub("", url) else None
        numbers = _NUMBERS.findall(url)
        return twin if url in self._linked and numbers and int(numbers[-1]) > 1 else None


_NUMBERS: Final = re.compile(r"[0-9]{1,9}")


def _ids(comments: Iterable[Comment]) -> frozenset[str | None]:
    return frozenset(comment.native_id for comment in comments)
