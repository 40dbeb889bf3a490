"""PHP Melody's own comments: the list on the watch page and the further pages that ajax.php serves.

Facts (templates and `ajax.php` of PHP Melody 2.1-2.7): the list is flat and newest first (or by score), a page
holds a fixed number of comments, the numbers in `li#comment-N` are loop indices, and guests are shown no lasting
id at all. A comment is therefore known by author, time and text. Two such comments on ONE page are two comments,
while the same one on two pages may be one that a newcomer pushed down; :class:`_Seen` keeps these cases apart.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import AsyncIterator
from itertools import pairwise
from typing import ClassVar, Final
from urllib.parse import urlencode, urljoin, urlsplit

from selectolax.lexbor import LexborNode

from archive.schema import Comment
from crawler.extract.counts import read_count
from crawler.extract.document import Document
from crawler.extract.text import fold, line_of
from crawler.extract.urls import site_of
from crawler.keys import digest
from crawler.systems.base import Batch, Exchange, FetchError, ShapeChangedError, System, ThreadRef
from crawler.systems.fields import language_of
from crawler.systems.paging import MAX_FAILED
from crawler.systems.phpmelody_markup import (
    PHRASE_LENGTH,
    UNIQ_ID,
    ListPage,
    find_list,
    pager_of,
    phrase,
    phrases,
    read_list,
)
from crawler.systems.places import tenant_at
from crawler.systems.reading import Reading

MAX_BARREN_PAGES: Final = 2
"""One page may hold only what newcomers pushed down to it; two in a row mean that the paging brings nothing."""

_MELODY_URL: Final = re.compile(r"""\bMELODYURL\s?=\s?["']([^"'<>\s]{1,2000})["']""")
_VIDEO_ADDRESS: Final = re.compile(r"[?&]vid=([0-9A-Za-z-]{5,20})(?![0-9A-Za-z-])|[-_]video_([0-9A-Za-z]{5,20})\.html")
_LOGIN: Final = re.compile(r"/login\.\w{2,5}(?:[?#]|$)")
_REGISTER: Final = re.compile(r"/register\.\w{2,5}(?:[?#]|$)")
_ID_FIELDS: Final = ("input#c_vid", "form[name='form-user-comment'] input[name='vid']", "[name='bin-rating-uniq_id']")
_FORM: Final = "#c_comment_txt, textarea[name='comment_txt']"
_NATIVE: Final = "#comments-native, #be_the_first, .pm-comments:not(#comments-facebook):not(#comments-disqus)"
_LABELS: Final = "a[href='#comments-native']"
_LABEL_LENGTH: Final = 60
"""Characters of a tab label or heading at most: longer text states no count."""


class PhpMelody(System):
    """The native thread of a PHP Melody video or article. Facebook's and Disqus' tabs beside it are not its own."""

    name: ClassVar[str] = "phpmelody"
    title: ClassVar[str] = "PHP Melody"
    checked: ClassVar[str] = "published templates of 2.1 to 2.7 and `ajax.php`, not verified live"
    ids_are_global: ClassVar[bool] = False
    marks: ClassVar[tuple[str, ...]] = ("pm-ul-comments", "MELODYURL")
    is_in_page: ClassVar[bool] = True
    may_move: ClassVar[bool] = False  # without ids what is met again cannot be told from what is new

    def detect(self, document: Document) -> list[ThreadRef]:
        """The native thread, or nothing.

        A theme of another system may copy the like button and even its video id; the list, or the script variable
        together with a native comment block, is what only PHP Melody has.
        """
        has_list = find_list(document) is not None
        melody_url = _melody_url(document)
        if not has_list and melody_url is None:
            return []
        uniq_id = _uniq_id(document)
        state = _state(document, has_list=has_list)
        if not has_list and (state == "unknown" or (state == "disabled" and uniq_id is None)):
            return []
        site_url, ajax_url = _addresses(document.url, melody_url)
        return [
            ThreadRef(
                system=self.name,
                tenant=tenant_at(site_url),
                native_id=uniq_id,
                url=document.url,
                detected_by="ul.pm-ul-comments" if has_list else "var MELODYURL",
                state=state,
                evidence={"ajax": ajax_url},
            )
        ]

    async def harvest(self, ref: ThreadRef, reading: Reading) -> AsyncIterator[Batch]:
        """The page's own list, then every further page that the pager promises, each once."""
        document = reading.shown
        language = language_of(document)
        first = read_list(document, observed_at=reading.page.observed_at, language=language)
        if first is None:
            if ref.state != "disabled" and document.first("#be_the_first") is None:
                raise ShapeChangedError(document.url, "ul.pm-ul-comments")
            return
        reading.walked("html")
        first.stated = _stated_count(document, language)
        ref.stated = first.stated
        reading.expect(first.stated, "all")
        walk = _Walk(ref, reading, first, language)
        yield walk.first_page()
        async for batch in walk.further_pages():
            yield batch
        settled = await walk.settle()
        if settled is not None:
            yield settled
        async for batch in walk.moved():
            yield batch
        walk.note_flags()


class _Seen:
    """Which comments this visit has: a multiset over author, time and text.

    On one page equal comments are counted: the n-th of them is new when fewer than n were met on any page before.
    Another page's repetition of a known one is set aside in ``repeated``: it is the same comment when the list moved
    meanwhile, and a twin on the other side of a page's edge when it did not (:meth:`_Walk.settle` finds out).

    What cannot be seen from outside: a comment deleted from a middle page while later ones are read draws one comment
    past the reader. Where the page states its count the ledger shows it, and one that was there at the visit before is
    looked for (:meth:`_Walk.moved`); elsewhere nothing does.
    """

    def __init__(self) -> None:
        self._taken: Counter[str] = Counter()
        self._pinned_only: set[str] = set()
        self.repeated: list[Comment] = []

    def take(self, page: ListPage) -> list[Comment]:
        """The comments of a page that are new, the pinned one first unless its listed copy stands on the same page."""
        fresh: list[Comment] = []
        keys = keys_of(page)
        if page.pinned is not None:
            self._pin(page, keys, fresh)
        on_page: Counter[str] = Counter()
        for key, comment in zip(keys, page.listed, strict=True):
            on_page[key] += 1
            if on_page[key] > self._taken[key]:
                self._taken[key] += 1
                fresh.append(comment)
            elif key in self._pinned_only:
                self._pinned_only.discard(key)  # the listed copy of what was read from the pinned item
            else:
                self.repeated.append(comment)
        return fresh

    def _pin(self, page: ListPage, keys: list[str], fresh: list[Comment]) -> None:
        """With the list sorted by score the pinned item is the only copy (ajax.php, "remove duplicate")."""
        pinned = page.pinned
        if pinned is None:
            return
        key = _key(pinned)
        if key in keys:
            page.listed[keys.index(key)].is_pinned = True
        elif not self._taken[key]:
            self._taken[key] = 1
            self._pinned_only.add(key)
            fresh.append(pinned)


class _Walk:
    """One pass through the pages of a thread."""

    def __init__(self, ref: ThreadRef, reading: Reading, first: ListPage, language: str | None) -> None:
        self._ref = ref
        self._reading = reading
        self._first = first
        self._language = language
        self._seen = _Seen()
        self._last = first.last_number
        self._sizes = {1: len(first.listed)}
        self._prints = {digest(*keys_of(first)): 1}
        self._barren = 0
        self._empty: int | None = None
        self._flags = [first.downvoted, first.banned]
        self.is_whole = True
        """False once something is known to be missing for a reason that the ledger has already."""

    def first_page(self) -> Batch:
        """What the watch page itself lists."""
        return self._reading.batch(self._seen.take(self._first), self._reading.page)

    async def further_pages(self) -> AsyncIterator[Batch]:
        """Pages from the second on, as far as the pager leads or, behind a "load more" button, as there is more."""
        if self._ref.native_id is None:
            if self._last > 1 or self._first.has_more:
                self._reading.gap("the page shows no id to ask for further pages with")
            return
        number, failed, probing = 2, 0, self._first.has_more
        while (probing or number <= self._last) and self._barren < MAX_BARREN_PAGES:
            try:
                page, exchange = await self._page(number)
            except FetchError as error:
                failed += 1
                if error.reason != "error" or probing or failed == MAX_FAILED:
                    raise
                self._reading.missing(error)
                self.is_whole = False
                number += 1
                continue
            failed = 0
            self._note(number, page)
            if self._is_end(number, page, probing=probing):
                break
            yield self._reading.batch(self._fresh(number, page), exchange)
            number += 1
        self._check_sizes()

    async def moved(self) -> AsyncIterator[Batch]:
        """What was there at the visit before and has moved to a page that was read already."""
        async for document, exchange in self._reading.pages_again(map(self._url, self._sizes)):
            page = read_list(document, observed_at=exchange.observed_at, language=self._language)
            if page is not None:
                yield self._reading.batch(self._seen.take(page), exchange)

    def _url(self, number: int) -> str:
        query = urlencode({"p": "comments", "do": "show_comments", "page": number, "vid": self._ref.native_id})
        return f"{self._ref.evidence['ajax']}?{query}"

    async def _page(self, number: int) -> tuple[ListPage, Exchange]:
        url = self._url(number)
        document, exchange = await self._reading.document(url)
        page = read_list(document, observed_at=exchange.observed_at, language=self._language)
        if page is None:
            raise ShapeChangedError(url, "ul.pm-ul-comments")
        self._reading.walked("ajax:page")
        return page, exchange

    def _note(self, number: int, page: ListPage) -> None:
        self._last = max(self._last, page.last_number)
        self._sizes[number] = len(page.listed)
        self._flags[0] += page.downvoted
        self._flags[1] += page.banned

    def _is_end(self, number: int, page: ListPage, *, probing: bool) -> bool:
        if not page.listed:
            self._empty = None if probing else number
            return True
        same_as = self._prints.setdefault(digest(*keys_of(page)), number)
        if same_as == number:
            return False
        if probing and same_as == number - 1:
            return True  # beyond the end some installations repeat the last page
        self._circle(f"page {number} shows what page {same_as} showed")
        return True

    def _fresh(self, number: int, page: ListPage) -> list[Comment]:
        fresh = self._seen.take(page)
        self._barren = 0 if fresh else self._barren + 1
        if self._barren == MAX_BARREN_PAGES:
            self._circle(f"page {number} and the one before it bring nothing new")
        return fresh

    def _circle(self, detail: str) -> None:
        self._reading.stop("cursor_loop", f"{detail}: the paging runs in a circle")
        self.is_whole = False

    def _check_sizes(self) -> None:
        """Only the last page may hold fewer than the others; page 1 one fewer when its first is the pinned one."""
        full = max(self._sizes.values())
        for number, size in self._sizes.items():
            allowed = full - 1 if number == 1 and self._first.pinned is not None else full
            if 0 < size < allowed and number < self._last:
                self._reading.gap(f"page {number} is shorter than the others", expected=full, got=size)

    async def settle(self) -> Batch | None:
        """Read page 1 once more when a comment came twice or a promised page was empty: did the list move?

        Unchanged: repetitions are twins, comments of their own (certain only where the list is sorted by time), and
        an empty page is a gap. Newcomers on top: they explain as many repetitions at each page's edge, and are taken
        as well. Any other change: something left the list while it was read, and may have drawn others out of sight.
        """
        repeated = list(self._seen.repeated)
        if not self.is_whole or not (repeated or self._empty):
            return None
        try:
            again, exchange = await self._page(1)
        except FetchError as error:
            self._reading.missing(error)
            self.is_whole = False
            return None
        newcomers = _newcomers(keys_of(self._first), keys_of(again))
        if newcomers is None:
            self._reading.gap("comments left the list, or were sorted anew, while it was read")
            return self._reading.batch(self._seen.take(again), exchange)
        # An article's pager also counts comments that wait for approval (`article_read.php`), a video's does not.
        if self._empty is not None and not (self._ref.native_id or "").startswith("article-"):
            self._reading.gap(f"page {self._empty} of {self._last} is empty")
        if newcomers == 0 and _is_newest_first(self._first):
            return self._reading.batch(repeated, exchange)
        if len(repeated) > newcomers * (len(self._sizes) - 1):
            self._reading.gap("equal comments stand on two pages; the list does not tell whether they are one")
        if newcomers and self._first.stated is not None:
            self._reading.expect(self._first.stated + newcomers, "all")
        return self._reading.batch(self._seen.take(again), exchange)

    def note_flags(self) -> None:
        """Marks that no column holds are named in the ledger, for people."""
        downvoted, banned = self._flags
        if (downvoted or banned) and self.is_whole:
            self._reading.stop("exhausted", f"{downvoted} shown as down-voted, {banned} by banned authors")


def _newcomers(before: list[str], now: list[str]) -> int | None:
    """How many new comments stand on top of page 1 now, when that is all that happened to it; else None."""
    for number, key in enumerate(now):
        if before and key == before[0] and now[number:] == before[: len(now) - number]:
            return number
    return None


def keys_of(page: ListPage) -> list[str]:
    """What the listed comments are known by, in order."""
    return [_key(comment) for comment in page.listed]


def _key(comment: Comment) -> str:
    when = comment.published_raw if comment.published_at is None else str(comment.published_at)
    author, text = (None if part is None else fold(part) for part in (comment.author_name, comment.text))
    return digest(author, text, when)


def _is_newest_first(page: ListPage) -> bool:
    times = [comment.published_at for comment in page.listed]
    return None not in times and all(a >= b for a, b in pairwise(times) if a is not None and b)


def _melody_url(document: Document) -> str | None:
    """`var MELODYURL` of `header.tpl`; looked for in scripts only, since a visitor may write the words in a text."""
    for script in document.css("script:not([src])"):
        text = script.text(deep=True) or ""
        if "MELODYURL" in text:
            found = _MELODY_URL.search(text)
            if found:
                return document.link(found[1].replace("\\/", "/"), document.url)
    return None


def _addresses(url: str, melody_url: str | None) -> tuple[str, str]:
    """The installation as it calls itself, and its ajax.php on the host that served the page.

    A script can only ask its own origin, so an installation that names another site is not believed.
    """
    parts = urlsplit(url)
    origin = f"{parts.scheme}://{parts.netloc}"
    if melody_url is not None and site_of(melody_url) == site_of(url):
        folder = urlsplit(melody_url).path.rstrip("/")
        return melody_url, f"{origin}{folder}/ajax.php"
    folder_url = urljoin(url, ".")
    return folder_url, urljoin(folder_url, "ajax.php")


def _uniq_id(document: Document) -> str | None:
    """The id that the comments hang on: pager, form and rating field name it, the page's own address at last."""
    asked_for = pager_of(document)[1]
    if asked_for is not None:
        return asked_for
    for selector in _ID_FIELDS:
        field = document.first(selector)
        value = (field.attributes.get("value") or "") if field is not None else ""
        if UNIQ_ID.fullmatch(value):
            return value
    own = document.first("meta[itemprop='contentURL'], link[rel='canonical']")
    written = (own.attributes.get("content") or own.attributes.get("href") or "") if own is not None else ""
    for address in (document.url, written):
        found = _VIDEO_ADDRESS.search(address)
        if found:
            return found[1] or found[2]
    return None


def _state(document: Document, *, has_list: bool) -> str:
    """open, login, disabled or unknown, from what the template shows to a guest."""
    if document.first(_FORM) is not None:
        return "open"
    block = document.first(_NATIVE)
    if block is not None and _asks_to_sign_in(document, block):
        return "login"
    if not has_list and _says_disabled(document):
        return "disabled"
    if document.first("#be_the_first") is not None:
        return "open"
    return "unknown"


def _asks_to_sign_in(document: Document, block: LexborNode) -> bool:
    """`must_sign_in`: one sentence with a link to log in and one to register, in or right before the block."""
    area = block if document.first("#comments-native") is not None else block.parent or block
    registers = {link.parent.mem_id for link in area.css("a[href]") if link.parent and _leads(link, _REGISTER)}
    return any(link.parent.mem_id in registers for link in area.css("a[href]") if link.parent and _leads(link, _LOGIN))


def _leads(link: LexborNode, pattern: re.Pattern[str]) -> bool:
    return pattern.search(link.attributes.get("href") or "") is not None


def _says_disabled(document: Document) -> bool:
    """`comments_disabled` stands alone in a `div` without any mark (`comments.tpl`, `video-watch.tpl`)."""
    wanted = phrases("comments_disabled")
    for block in document.css("div"):
        child = block.child
        if child is not None and child.next is None and child.tag == "-text":
            text = child.text(deep=False) or ""
            if len(text) <= PHRASE_LENGTH and phrase(text) in wanted:
                return True
    return False


def _stated_count(document: Document, language: str | None) -> int | None:
    """The number in the tab's label or in the heading right above the list, e.g. ``Comments (13)``."""
    labels = document.css(_LABELS)
    block = document.first(_NATIVE)
    above = block.prev if block is not None else None
    while above is not None and above.tag in ("-text", "-comment"):
        above = above.prev
    if above is not None and above.tag in ("h2", "h3", "h4", "h5"):
        labels.append(above)
    for label in labels:
        text = line_of(label)
        if len(text) <= _LABEL_LENGTH:
            count = read_count(text, language)
            if count is not None and count.precision == "exact":
                return count.value
    return None
