"""The further pages of a thread that its pages link to, for systems that do not know how they are addressed."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from typing import Final, NamedTuple

from scrapy.http import Response

from archive.schema import Comment
from crawler.extract.document import Document
from crawler.extract.numbered import is_further, without_number
from crawler.extract.text import line_of
from crawler.extract.urls import canonical_url, page_url
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
    """Pages that are linked above them: of the thread, or of an article in pages."""
    following: Sequence[str] = ()
    """The page that this one calls the next, of either."""
    is_empty: bool = False
    """Whether it says that there are no comments."""


ReadPage = Callable[[Document, Exchange], Read]


class LinkedPages:
    """Reads one page after the other until none is new."""

    def __init__(
        self,
        reading: Reading,
        first: Read,
        whole: Whole | None = None,
        holding: Callable[[Response], Document] | None = None,
    ) -> None:
        """Begin with what the page itself shows, before the pipelines take the labels of comments without ids.

        :param whole: the first page, where the page itself is another
        :param holding: makes a page of an answer; HTML is one without
        """
        self._reading, self._holding = reading, holding
        self._whole = whole
        self._shown = _Shown(reading.shown.url, first)
        self._links, self._onward = deque(first.links), deque([*first.onward, *first.following])
        self._called_next: dict[str, tuple[frozenset[str | None], set[str]]] = {}
        """The page that each of these follows: its comments and what it says."""
        self._seen = {reading.shown.url.partition("#")[0], reading.ref.url}
        self._note(first, reading.shown)
        self._read = [reading.shown.url]
        self._others: dict[str, str] = {}
        """What answered instead of a page of the thread, by the address that was asked for."""
        self.pages = 1
        """How many pages brought comments."""
        self.is_empty = False
        """Whether one of them says that there are none."""

    async def read(self, read_page: ReadPage) -> AsyncIterator[Batch]:
        """What the further pages bring: the first where this is another, then those behind the comments."""
        unread: list[str] = []
        barren = [0, 0]
        if self._whole is not None:
            self._reading.leads_to([self._whole.url])
            self._seen.add(self._whole.url)
            met, found = self._reading.met, read_page(self._whole.document, self._whole.exchange)
            if found.comments:
                yield self._take(self._whole.url, found, self._whole.document, self._whole.exchange)
            self.pages += self._reading.met > met
        queues = self._links, self._onward
        while (turn := next((n for n in (0, 1) if queues[n] and barren[n] < MAX_BARREN), None)) is not None:
            url = queues[turn].popleft()
            if url in self._seen:
                continue
            self._seen.add(url)
            try:
                document, exchange = await self._reading.document(url, holding=self._holding)
            except FetchError as error:
                self._reading.missing(error)
                if error.reason in ("blocked", "budget"):
                    return
                continue
            self._reading.walked("pages")
            met, found = self._reading.met, self._read_own(url, document, exchange, read_page)
            if found.comments:
                yield self._take(url, found, document, exchange)
            elif turn == 0 and not found.is_empty:
                unread.append(url)
            if self._reading.met > met:
                self.pages += 1
                barren = [0, 0]  # what a page of the thread links to is looked at, wherever its own link stood
                continue
            if turn == 1 and self._is_the_same_again(url, found, document):
                self._reading.gap(f"{url} is called the next page, and shows nothing new")
            barren[turn] += 1
            if barren[turn] == MAX_BARREN:
                queues[turn].clear()
        if unread:
            others = (f": {url} answered with {self._others[url]}" for url in unread if url in self._others)
            self._reading.gap(f"no comment could be read on {len(unread)} further pages{next(others, '')}")
        async for document, exchange in self._reading.pages_again(self._read, self._holding):
            found = self._read_own(document.url, document, exchange, read_page)
            yield self._reading.batch(found.comments, exchange)

    def _take(self, url: str, found: Read, document: Document, exchange: Exchange) -> Batch:
        twin = self._shown.before(url, found.comments)
        if twin is not None and not self._reading.is_agreed:  # markup for machines may have all of them on each page
            self._reading.gap(f"{url} shows the comments of {twin or 'the first page'} once more, not its own")
        self._links.extend(found.links)
        self._onward.extendleft(reversed([*found.onward, *found.following]))
        self._note(found, document)
        self._read.append(url)
        self._reading.has_read(document)
        return self._reading.batch(found.comments, exchange)

    def _note(self, page: Read, document: Document) -> None:
        self._reading.leads_to([*page.links, *page.following])
        for url in page.following:
            self._called_next[url] = _ids(page.comments), _paragraphs(document)

    def _read_own(self, url: str, document: Document, exchange: Exchange, read_page: ReadPage) -> Read:
        """What was read of a page of the thread; nothing of another one, by which a site may answer instead."""
        if not self._is_of_another(url, document):
            found = read_page(document, exchange)
            self.is_empty = self.is_empty or found.is_empty
            return found
        self._others[url] = canonical_url(document)
        return Read()

    def _is_of_another(self, url: str, document: Document) -> bool:
        """Whether a page calls itself by an address that is none of the thread's, and is headed otherwise."""
        reading, own = self._reading, canonical_url(document)
        firsts = {reading.home, canonical_url(reading.shown), *([self._whole.url] if self._whole is not None else [])}
        if own == (page_url(url) or url) or own in firsts or any(is_further(first, own) for first in firsts):
            return False
        return not is_headed_alike(reading.shown, document)

    def _is_the_same_again(self, url: str, found: Read, document: Document) -> bool:
        """Whether a page has nothing that the one which it follows has not: the next page of an article would have."""
        if url not in self._called_next:
            return False
        ids, said = self._called_next[url]
        return (not found.comments or _ids(found.comments) == ids) and _paragraphs(document) <= said


class Whole(NamedTuple):
    """The first page of a thread of which another was visited."""

    url: str
    document: Document
    exchange: Exchange


async def whole_of(reading: Reading) -> Whole | None:
    """The first page, where the address in hand is that of a further one and the two are headed alike; else None.

    That is the one that the page calls its own address, or what is left of the address without the number.
    """
    shown = reading.shown
    canonical, own = canonical_url(shown), page_url(shown.url) or shown.url
    named = [canonical] if own != canonical and is_further(canonical, own) else []
    for url in named or without_number(own):
        try:
            document, exchange = await reading.document(url)
        except FetchError as error:
            if named or error.status not in (404, 410):
                reading.missing(error)
            continue
        if is_headed_alike(document, shown):
            reading.home = url
            return Whole(url, document, exchange)
    return None


def is_headed_alike(document: Document, other: Document) -> bool:
    """Whether two pages have the same headings, or where they have none the same title."""
    one, two = ([line_of(node) for node in page.css("h1") or page.css("title")] for page in (document, other))
    return one == two


def _paragraphs(document: Document) -> set[str]:
    return {line for node in document.css("p") if (line := line_of(node))}


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
