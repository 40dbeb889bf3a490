"""The further pages of a thread that its pages link to, for systems that do not know how they are addressed."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from typing import Final, NamedTuple

from archive.schema import Comment
from crawler.extract.document import Document
from crawler.systems.base import Batch, Exchange, FetchError
from crawler.systems.reading import Reading

MAX_BARREN: Final = 2
"""Pages without a new comment after which no more are asked for."""


class Read(NamedTuple):
    """What was read of a page; without comments it shows none of the thread."""

    comments: Sequence[Comment] = ()
    links: Sequence[str] = ()
    """Pages that are linked behind its comments or among them: they should show others."""
    onward: Sequence[str] = ()
    """Pages that are linked above them or called the next: of the thread, or of an article in pages."""


class LinkedPages:
    """Reads one page after the other until none is new."""

    def __init__(self, reading: Reading, first: Read) -> None:
        """Begin with what the page itself shows, before the pipelines take the labels of comments without ids."""
        self._reading = reading
        self._shown = _Shown(reading.shown.url, first)
        self._links, self._onward = deque(first.links), deque(first.onward)
        self._seen = {reading.shown.url.partition("#")[0], reading.ref.url}
        self.pages = 1
        """How many pages brought comments."""

    async def read(self, read_page: Callable[[Document, Exchange], Read]) -> AsyncIterator[Batch]:
        """What the further pages bring, those behind the comments first."""
        unread, barren = 0, [0, 0]
        queues = self._links, self._onward
        while (turn := next((n for n in (0, 1) if queues[n] and barren[n] < MAX_BARREN), None)) is not None:
            url = queues[turn].popleft()
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
            if found.comments:
                yield self._take(url, found, exchange)
            elif turn == 0:
                unread += 1
            if self._reading.met > met:
                self.pages += 1
                barren = [0, 0]  # what a page of the thread links to is looked at, wherever its own link stood
            else:
                barren[turn] += 1
                if barren[turn] == MAX_BARREN:
                    queues[turn].clear()
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

    def __init__(self, home: str, first: Read) -> None:
        """Begin with the first page, and what it links to."""
        self._numbers = Counter(_NUMBERS.findall(home))
        self._linked = frozenset(first.links)
        self._pages = {_ids(first.comments): ""}

    def before(self, url: str, comments: Iterable[Comment]) -> str | None:
        """The page that showed just the same under another number, ``""`` for the first; None where there is none.

        The first page may have a number too, by which it is not linked on itself.
        """
        twin = self._pages.setdefault(_ids(comments), url)
        if twin == url:
            return None
        if twin:
            return twin if _NUMBERS.sub("", twin) == _NUMBERS.sub("", url) else None
        numbers = list(Counter(_NUMBERS.findall(url)) - self._numbers)
        return twin if url in self._linked and numbers and int(numbers[-1]) > 1 else None


_NUMBERS: Final = re.compile(r"[0-9]{1,9}")


def _ids(comments: Iterable[Comment]) -> frozenset[str | None]:
    return frozenset(comment.native_id for comment in comments)
