"""The generic comment system: asked last, about pages of which no known system has read a comment."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from collections.abc import Set as AbstractSet
from typing import ClassVar, Final, NamedTuple

from archive.schema import Comment
from crawler.extract.dates import ANY_TIME
from crawler.extract.document import Document
from crawler.extract.tallies import stated_comments
from crawler.extract.urls import page_url
from crawler.systems.around.asked import asked_for
from crawler.systems.around.counts import (
    announced,
    counted_alone,
    counted_elsewhere,
    headed,
    page_of_comments,
    rounded_away,
)
from crawler.systems.around.empty import part_says_empty
from crawler.systems.around.links import onward_links, page_links, page_stated, plain_version
from crawler.systems.around.more import all_stated, offered_beside, told_beside, unshown_replies
from crawler.systems.around.states import closed_note, state_beside
from crawler.systems.around.unfilled import unfilled
from crawler.systems.around.unshown import Unshown, unread_below, unread_named, unshown
from crawler.systems.base import Batch, Exchange, System, ThreadRef
from crawler.systems.generic.answered import Answered, page_or_data
from crawler.systems.generic.comments import comments_of, withheld
from crawler.systems.generic.ids import carried
from crawler.systems.generic.listed import Listed, listed_in
from crawler.systems.generic.template import MAX_RECORDS
from crawler.systems.generic.thread import DOUBT, THRESHOLD, Found, find_thread
from crawler.systems.generic.unread import (
    answers_inside,
    answers_unread,
    made_alike,
    replies_offered,
    signed_inside,
    times_between,
)
from crawler.systems.linked import LinkedPages, Read, whole_of
from crawler.systems.reading import Reading


class Generic(System):
    """Threads of unknown systems, found by the structure of the page."""

    name: ClassVar[str] = "generic"
    title: ClassVar[str] = "Any other"
    checked: ClassVar[str] = "256 real pages, most templates unknown to it (see there)"
    version: ClassVar[int] = 26
    ids_are_global: ClassVar[bool] = False
    is_last_resort: ClassVar[bool] = True
    may_move: ClassVar[bool] = False

    def detect(self, document: Document) -> list[ThreadRef]:
        """The page's thread, if it shows one.

        A doubtful one is named too, and one that the page only counts, so that the ledger says so.
        """
        found = find_thread(document, observed_at=ANY_TIME, language=language_of(document))
        if found is not None and found.confidence < DOUBT:
            found = None
        is_sure = found is not None and found.confidence >= THRESHOLD
        listed = None if is_sure else listed_in(document)
        if listed is not None:
            return [self._of_data(document, listed)]
        told = Told() if is_sure else told_of(document, shows_any=found is not None)
        closed = closed_note(document) if found is None and not told.by else None
        if closed is not None:
            told = Told("a note that it is closed")
        elif found is None and not told.by:
            return []
        return [
            ThreadRef(
                system=self.name,
                tenant=document.host,
                native_id=None,
                url=page_url(document.url) or document.url,
                detected_by=f"{found.group.label} ({len(found.group.spans)})" if found is not None else told.by,
                state="open" if is_sure and found and found.has_form else "closed" if closed is not None else "unknown",
                confidence=round(found.confidence, 3) if found is not None else None,
                is_doubtful=not is_sure,
                stated=told.stated or None,
                evidence={
                    "found": found if is_sure else None,
                    "unshown": told.unshown,
                    "elsewhere": _elsewhere(document, told.unshown) if found is None else None,
                },
            )
        ]

    def _of_data(self, document: Document, listed: Listed) -> ThreadRef:
        """The thread of a page whose comments only its script shows, which has them as data."""
        return ThreadRef(
            system=self.name,
            tenant=document.host,
            native_id=None,
            url=page_url(document.url) or document.url,
            detected_by=f"data of a script: {listed.where} ({len(listed.rows)})",
            confidence=round(listed.whole, 3),
            stated=listed.stated if listed.stated is not None else told_of(document, shows_any=True).stated,
            evidence={"listed": listed},
        )

    async def harvest(self, ref: ThreadRef, reading: Reading) -> AsyncIterator[Batch]:
        """The comments that the page shows, then those of the thread's further pages until none is new.

        Where it is doubted that it shows any, the page as it is shown without scripts is read in its place, or what
        the page names as the place of its comments.
        """
        if "listed" in ref.evidence:
            yield _batch_of_data(ref.evidence["listed"], reading)
            _judge_data(ref.evidence["listed"], ref, reading)
            return
        pages = _Pages(ref, reading)
        other = plain_version(reading.shown) or ref.evidence["elsewhere"] if pages.found is None else None
        if pages.found is None and other is None:
            _note_unread(ref, reading)
            return
        reading.walked("html")
        whole = await whole_of(reading)
        first = pages.first(pages.found) if pages.found is not None else Read((), [other] if other is not None else [])
        linked = LinkedPages(reading, first, whole, page_or_data)
        if pages.found is not None:
            yield reading.batch(first.comments, reading.page)
        async for batch in linked.read(pages.read):
            yield batch
        if pages.found is not None:
            pages.judge(pages.found, linked.pages)
        elif pages.listed is not None:
            _judge_data(pages.listed, ref, reading)
        elif linked.is_empty and not ref.stated:
            ref.state = "open"
        else:
            _note_unread(ref, reading)


class _Pages:
    """What the pages of a thread have shown so far."""

    def __init__(self, ref: ThreadRef, reading: Reading) -> None:
        self._ref, self._reading = ref, reading
        self.found: Found | None = ref.evidence["found"]
        """The thread where it was found first; the other pages are read alike."""
        self.listed: Listed | None = None
        """What the last answer of data listed, where no page shows comments."""
        self._answers, self._hidden = dict[str, int](), dict[str, int]()

    def first(self, found: Found) -> Read:
        """The comments of the page itself, of which a thread was found."""
        reading = self._reading
        if len(found.group.spans) > MAX_RECORDS:
            reading.gap(f"the page shows {len(found.group.spans)} comments; the first {MAX_RECORDS} are read")
        self._count(found, reading.shown)
        return _read(found, reading.shown, reading.page, reading.home)

    def read(self, document: Document, exchange: Exchange) -> Read:
        """The comments of a further page, or of the one where they stand instead."""
        language, ref = language_of(document), self._ref
        further = find_thread(document, observed_at=exchange.observed_at, language=language, first=self.found)
        if further is None or further.confidence < THRESHOLD:
            if self.found is not None:
                return Read()
            data = self._read_data(document, exchange)
            return data or Read(is_empty=further is None and part_says_empty(document))
        self._count(further, document)
        read = _read(further, document, exchange, self._reading.home, self.found)
        if self.found is None:
            self.found, ref.confidence, ref.url = further, round(further.confidence, 3), document.url
        return read

    def _read_data(self, document: Document, exchange: Exchange) -> Read | None:
        if isinstance(document, Answered) and document.is_empty:
            return Read(is_empty=True)
        listed = document.listed if isinstance(document, Answered) else listed_in(document)
        if listed is None:
            return None
        if self.listed is None:
            self._ref.confidence, self._ref.url = round(listed.whole, 3), document.url
        self.listed = listed
        further = listed.further(document)
        comments = _comments_of_data(listed, document, exchange, self._reading)
        return Read(comments, [further] if further is not None else [])

    def judge(self, found: Found, count: int) -> None:
        """Say what the thread tells of comments that were not read, of which so many pages brought some."""
        _judge(found, self._ref, self._reading, count, sum(self._hidden.values()))
        stated, answered = self._ref.stated, sum(self._answers.values())
        if found.below is not None and answered < (stated or 0) < self._reading.captured:
            self._reading.gap(f"the page counts {stated}, and {answered} were read beside the comments on them")

    def _count(self, found: Found, document: Document) -> None:
        self._answers[document.url], self._hidden[document.url] = _answers(found), len(withheld(found))


class Told(NamedTuple):
    """What a page says of comments that it does not show, or that are doubted."""

    by: str = ""
    """What says it, in words; empty where nothing does."""
    stated: int | None = None
    unshown: Unshown | None = None


def told_of(document: Document, *, shows_any: bool = False) -> Told:
    """What a page says of its comments beside them: how many there are, or that something would show them.

    :param shows_any: whether something may be comments, so that only a count says more
    """
    if count := announced(document):
        return Told("a link to it", count)
    if count := headed(document):
        return Told("a heading", count)
    if count := stated_comments(document):
        return Told("the page's data", count)
    kept = None if shows_any else unshown(document) or unfilled(document)
    if kept is not None:
        return Told("what would show it", kept.stated, kept)
    if count := counted_alone(document):
        return Told("a line", count)
    below = None if shows_any else unread_below(document)
    if below is not None:
        return Told("a heading", None, below)
    named = None if shows_any else unread_named(document)
    if named is not None:
        return Told("the name of an element", None, named)
    return Told("a page that breaks off before its end") if document.breaks_off else Told()


def _elsewhere(document: Document, kept: Unshown | None) -> str | None:
    """The address at which the comments of a page stand that shows none of them; None where it names none."""
    if kept is not None and kept.address is not None:
        return kept.address
    place = unfilled(document)
    named = place.address if place is not None else None
    return named or page_of_comments(document) or asked_for(document)


def _batch_of_data(listed: Listed, reading: Reading) -> Batch:
    """The comments that a page hands to its script."""
    return reading.batch(_comments_of_data(listed, reading.shown, reading.page, reading), reading.page)


def _comments_of_data(listed: Listed, document: Document, exchange: Exchange, reading: Reading) -> list[Comment]:
    reading.walked("data")
    comments = listed.comments(document, exchange.observed_at, language_of(document) or language_of(reading.shown))
    for comment in comments:
        if comment.native_id is not None:
            reading.expect_replies(comment.native_id, comment.reply_count)
    return comments


def _judge_data(listed: Listed, ref: ThreadRef, reading: Reading) -> None:
    """Say what data tell of comments that were not read; without a count, or a word of their end, these may not be all.

    :param listed: the last part of them
    """
    if ref.stated is None:
        ref.stated = listed.stated
    reading.expect(ref.stated, "any")
    if listed.more is not None:
        reading.gap(f"the page's data say that there are more: {listed.more!r}")
    elif ref.stated is None and not listed.is_end:
        reading.gap("the page's data do not say whether these are all comments")


def _note_unread(ref: ThreadRef, reading: Reading) -> None:
    """Say what the page tells of a thread of which no comment could be read."""
    reading.expect(ref.stated, "any")
    kept: Unshown | None = ref.evidence["unshown"]
    if kept is not None:
        reading.gap(kept.reason)


def _answers(found: Found) -> int:
    """How many of what others comment on a page shows."""
    return len(found.group.spans) if found.below is not None else 0


def _read(found: Found, document: Document, exchange: Exchange, home: str, first: Found | None = None) -> Read:
    """The comments of a page, and its further pages.

    :param home: the address of the first of them
    :param first: what was found there; None where this is it
    """
    comments = comments_of(found, observed_at=exchange.observed_at, first=first)
    links = page_links(found.place, document, home)
    return Read(comments, links.behind, links.above, onward_links(document, home))


def _judge(found: Found, ref: ThreadRef, reading: Reading, pages: int, hidden: int) -> None:
    """Say what the page tells of comments that were not read.

    :param pages: how many pages brought comments
    :param hidden: how many stand there as not shown yet, which a count may count
    """
    place = found.place
    if ref.state == "unknown":
        ref.state = state_beside(place, reading.shown) or ref.state
    stated = page_stated(place)
    if stated is not None and pages < stated[1]:
        reading.gap(f"the page says that it is one of {stated[1]}; {pages} could be read")
    for reason in _unread(found, reading.missed()):
        reading.gap(reason)
    told = told_beside(place, reading.captured) if pages == 1 else all_stated(place)
    ref.stated = max((count for count in (found.stated, told) if count is not None), default=None)
    if ref.stated is None:
        ref.stated = counted_elsewhere(reading.shown, reading.captured + 1)
    if ref.stated is not None and ref.stated >= reading.captured:
        ref.stated = max(reading.captured, ref.stated - hidden)
        reading.expect(ref.stated, "any")
    if pages == 1:
        for reason in offered_beside(place, is_counted=reading.is_counted):
            reading.gap(reason)
    far_more = rounded_away(found.rounded, reading.captured) if not reading.is_counted else None
    if far_more is not None:
        reading.gap(far_more)
    if not reading.is_counted:  # the same number says no more than that of an old copy would
        reading.expect(counted_elsewhere(reading.shown, reading.captured), "any")


def _unread(found: Found, missed: AbstractSet[str]) -> Iterator[str]:
    """Reasons to think that the page shows comments which were not read.

    :param missed: ids of comments that were there before
    """
    if answers_unread(found):
        yield "the comments stand in an answer that was not read itself"
    texts = found.bodies.texts
    if 2 * (silent := texts.count("")) > len(texts):
        yield f"{silent} of {len(texts)} comments have no text that could be read"
    if between := times_between(found):
        yield f"{between} times stand between the comments, in none of them: some may be made otherwise"
    if alike := made_alike(found):
        yield f"only one comment was read, and {alike} more made like it may stand behind it"
    if parted := carried(found.template, missed):
        what = f"the comments {', '.join(parted[:5])}" if len(parted) > 1 else f"the comment {parted[0]}"
        yield f"the page still shows {what}, which it had before, in other markup than the rest"
    if inside := signed_inside(found):
        yield f"{inside} signed texts stand in one paragraph with the next, and were read as its beginning"
    if joined := answers_inside(found):
        yield f"{joined} comments stand in others, and were read as parts of their texts"
    if replies := replies_offered(found):
        yield unshown_replies(replies)


_LANGUAGES: Final = (
    ("html", "lang"), ("html", "xml:lang"), ("meta[http-equiv='content-language' i]", "content"),
    ("meta[property='og:locale']", "content"), ("body", "lang"),
)  # fmt: skip


def language_of(document: Document) -> str | None:
    """The page's language as it says itself."""
    for selector, name in _LANGUAGES:
        node = document.first(selector)
        stated = (node.attributes.get(name) or "").strip() if node is not None else ""
        if stated:
            return stated.replace("_", "-")
    return None
