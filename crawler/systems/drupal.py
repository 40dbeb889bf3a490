"""Drupal's own comments, 6 to 11, from the pages of a node.

Source: `comment.module` of Drupal 7, `CommentDefaultFormatter`, `CommentViewBuilder` and `CommentStorage` of 8 to 11.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import AsyncIterator
from typing import ClassVar, Final
from urllib.parse import urlsplit

from selectolax.lexbor import LexborNode

from archive.schema import Comment
from crawler.extract.dates import EAST, MINUTE, WEST, Published, read_time
from crawler.extract.document import Document
from crawler.extract.selection import classes_of
from crawler.extract.text import line_of
from crawler.extract.urls import page_url
from crawler.systems import drupal_markup as markup
from crawler.systems.base import Batch, Exchange, FetchError, ShapeChangedError, System, ThreadRef
from crawler.systems.fields import language_of, set_published
from crawler.systems.paging import ENDS_ALL, MAX_BARREN, MAX_FAILED
from crawler.systems.reading import Reading, query_of, with_query
from crawler.systems.wordpress.page import heading_count

FILES: Final = "/sites/default/files/"
"""Where Drupal keeps what its editors upload."""

SOFTWARE: Final = (
    'meta[name=generator i][content^="Drupal" i]',
    "script[data-drupal-selector=drupal-settings-json]",
    'script[src*="/misc/drupal.js"]',
    'link[href*="/sites/default/files/"], script[src*="/sites/default/files/"], img[src*="/sites/default/files/"]',
    "[data-drupal-selector], [data-drupal-link-system-path]",
)
"""What says that a page is Drupal's, surest first."""

FORMS: Final = (
    "form#comment-form, form.comment-comment-form, form[id^=comment-form], form[data-drupal-selector=comment-form], "
    'form[action*="/comment/reply/"]'
)
REPLY: Final = 'a[href*="/comment/reply/"]'
LOGIN: Final = ".comment-forbidden, .comment_forbidden"
"""`Log in or register to post comments`, in place of the link or the form."""

LATE: Final = '[data-big-pipe-placeholder-id*="comment"], [data-big-pipe-placeholder-id*="Comment"]'

NODE: Final = re.compile(r"(?:^|/)node/([1-9]\d{0,18})(?:/|\Z)")
BODY: Final = re.compile(r"page-node-([1-9]\d{0,18})\Z")
REPLY_TO: Final = re.compile(r"/comment/reply/(?:node/)?([1-9]\d{0,18})(?:/|\Z|\?)")
MONTH_FIRST: Final = re.compile(r"(\d\d)/(\d\d)/(\d{4})(?=\D)")
"""`D, m/d/Y - H:i`, Drupal's medium format in every language."""

QUARTER: Final = 15 * MINUTE
"""Zones differ from UTC by whole quarters of an hour."""


class Drupal(System):
    """Comments of Drupal core, in core's templates and those of its themes."""

    name: ClassVar[str] = "drupal"
    title: ClassVar[str] = "Drupal"
    checked: ClassVar[str] = "templates and code of 6 to 11, saved pages of 6 to 8; not verified live"
    marks: ClassVar[tuple[str, ...]] = ("Drupal", "drupal", FILES)

    def is_possible(self, document: Document) -> bool:
        """Also where nothing but a picture speaks for Drupal."""
        pictures = document.elements.attributes_of("img")
        return super().is_possible(document) or any(FILES in (own.get("src") or "") for _, own in pictures)

    def detect(self, document: Document) -> list[ThreadRef]:
        """The thread of a node's page: comments in known markup, or an empty place with a form or a word about it."""
        evidence = next((one for one in SOFTWARE if document.first(one) is not None), None)
        pieces = markup.pieces(document) if evidence is not None else []
        items = [(item, piece) for piece in pieces for item in markup.find(piece)]
        if evidence is None or not (_is_readable(items) if items else _is_empty_place(pieces)):
            return []
        url = page_url(document.url) or document.url
        return [
            ThreadRef(
                system=self.name,
                tenant=document.host,
                native_id=_node_id(document),
                url=_with_page(url, None),
                detected_by=f"{evidence.partition(',')[0]} {f'#comment-{items[0][0].native_id}' if items else 'form'}",
                state=_state(pieces, has_comments=bool(items)),
                evidence={"passes": 0},
            )
        ]

    async def harvest(self, ref: ThreadRef, reading: Reading) -> AsyncIterator[Batch]:
        """Every page of the list, from the first on."""
        run = _Run(ref, reading)
        ref.evidence["passes"] += 1
        async for batch in run.pages(is_again=ref.evidence["passes"] > 1):
            yield batch


class _Run:
    """One walk through the pages of a list."""

    def __init__(self, ref: ThreadRef, reading: Reading) -> None:
        self.ref, self.reading = ref, reading
        self.language = language_of(reading.shown)
        self.links: dict[int, str] = {}
        self.sizes: dict[int, int] = {}

    async def pages(self, *, is_again: bool) -> AsyncIterator[Batch]:
        """The list's pages. The page visited may be any of them; the first is asked for where it is another."""
        self.reading.walked("html")
        shown = _number(self.reading.shown.url)
        if shown == 0 and not is_again:
            yield self._batch(self.reading.shown, self.reading.page, 0)
        number = 1 if shown == 0 and not is_again else 0
        barren = failed = 0
        while number <= max(self.links, default=0):
            try:
                document, exchange = await self._page(number, again=is_again)
            except FetchError as error:
                failed += 1
                if error.reason in ENDS_ALL or failed == MAX_FAILED:
                    raise
                self.reading.missing(error)
            else:
                batch = self._batch(document, exchange, number)
                yield batch
                failed, barren = 0, 0 if batch.comments or is_again else barren + 1
                if barren == MAX_BARREN:
                    self.reading.gap(f"page {number} of the list and the {barren - 1} before it show nothing new")
                    return
            number += 1
        self._expect_by_pages()

    async def _page(self, number: int, *, again: bool) -> tuple[Document, Exchange]:
        if number == _number(self.reading.shown.url) and not again:
            return self.reading.shown, self.reading.page
        url = self.links.get(number) or _with_page(self.ref.url, number or None)
        document, exchange = await self.reading.document(url, again=again)
        node = _node_id(document)
        if not _sections(document) and not any(markup.find(piece) for piece in markup.pieces(document)):
            raise ShapeChangedError(url, "a page without a list of comments")
        if self.ref.native_id is not None and node is not None and node != self.ref.native_id:
            raise ShapeChangedError(url, f"the page is of node {node}, not {self.ref.native_id}")
        return document, exchange

    def _batch(self, document: Document, exchange: Exchange, number: int) -> Batch:
        for page, url in _pager(document, self.ref.url).items():
            self.links.setdefault(page, url)
        listed = [(item, piece) for piece in markup.pieces(document) for item in markup.find(piece)]
        stated = _stated(document, self.language)
        if stated is not None:
            self.ref.stated = stated
            self.reading.expect(stated, "all")
        self.sizes[number] = len(listed)
        return self.reading.batch(self._comments(listed, exchange, is_first=number == 0), exchange)

    def _expect_by_pages(self) -> None:
        """A list of several pages gives its length away: all pages but the last are full."""
        last = max(self.sizes, default=0)
        if self.ref.stated is not None or last == 0 or set(self.sizes) != set(range(last + 1)):
            return
        full = max(size for number, size in self.sizes.items() if number < last)
        self.reading.expect(full * last + self.sizes[last], "all")

    def _comments(
        self, listed: list[tuple[markup.Item, Document]], exchange: Exchange, *, is_first: bool
    ) -> list[Comment]:
        shown = [(item, markup.read(item, piece)) for item, piece in listed]
        clock = _Clock(shown, exchange.observed_at, self.language)
        comments: list[Comment] = []
        open_by_indent: dict[int, str] = {}
        is_sure = is_first
        for item, one in shown:
            # A page that begins within a thread is indented from there, not from the top, until a thread begins.
            is_sure = is_sure or item.indent == 0
            parent = one.parent
            if parent is None and item.indent > 0:
                parent = open_by_indent.get(item.indent - 1) if is_sure else None
                if parent is None:
                    self.reading.gap(f"the comment that {item.native_id} answers is on another page and not named")
            open_by_indent[item.indent] = item.native_id
            comment = Comment(
                native_id=item.native_id,
                parent_native_id=parent,
                author_name=one.author_name,
                author_url=one.author_url,
                author_id=one.author_id,
                author_kind=one.author_kind,
                text=one.text,
                text_html=one.text_html,
                permalink=f"{self.ref.url}#comment-{item.native_id}",
            )
            clock.set_times(comment, one)
            comments.append(comment)
        return comments


class _Clock:
    """The times of a page's comments: the creation is shown by the site's clock, the last change in Unix seconds.

    The two are the same moment for a comment that was not changed, so that most comments of a page show how far the
    site's clock is from UTC.
    """

    def __init__(
        self, shown: list[tuple[markup.Item, markup.Shown]], observed_at: int, language: str | None
    ) -> None:
        self.observed_at, self.language = observed_at, language
        found: Counter[int] = Counter()
        for _, one in shown:
            offset = self._offset(self._wall(one), self._changed(one))
            found.update([offset] if offset is not None else [])
        most = found.most_common(1)[0][1] if found else 0
        # Two offsets an hour apart are summer and winter; a rare one is that of a comment changed later.
        self.offsets = {offset for offset, count in found.items() if count > 1 or most == 1}

    def set_times(self, comment: Comment, one: markup.Shown) -> None:
        """Creation, and the last change where it is another moment."""
        changed = self._changed(one)
        exact = read_time(one.created, observed_at=self.observed_at, zone=None)
        wall = self._wall(one)
        if exact is not None and exact.at is not None and exact.min == exact.max:
            set_published(comment, exact)
            same = changed is not None and abs(changed - exact.at) < 2_000_000
        else:
            offset = self._offset(wall, changed)
            same = offset is not None and offset in self.offsets
            stamp = read_time(one.changed, observed_at=self.observed_at) if same else None
            best = stamp or wall
            if best is not None:
                set_published(comment, best)
                comment.published_raw = one.created_shown or one.changed
        if changed is None:
            return
        is_day_only = exact is None and wall is not None and wall.precision in ("day", "relative")
        if not same and not is_day_only and (exact is not None or wall is not None):
            comment.is_edited, comment.edited_at = True, changed
        elif same:
            comment.is_edited = False

    def _wall(self, one: markup.Shown) -> Published | None:
        """The creation as shown; where day and month could be either, the last change decides."""
        raw = one.created_shown
        if raw is None:
            return None
        found = MONTH_FIRST.search(raw)
        changed = self._changed(one)
        if found is not None and changed is not None:
            for month, day in ((found[1], found[2]), (found[2], found[1])):
                iso = f"{found[3]}-{month}-{day} {raw[found.end() :].strip(' -,|')}"
                wall = read_time(iso, observed_at=self.observed_at, language=self.language)
                if self._offset(wall, changed) is not None:
                    return wall
        return read_time(raw, observed_at=self.observed_at, language=self.language)

    def _changed(self, one: markup.Shown) -> int | None:
        stamp = read_time(one.changed, observed_at=self.observed_at)
        return stamp.at if stamp is not None else None

    def _offset(self, wall: Published | None, changed: int | None) -> int | None:
        """How far a clock is ahead of UTC by these two, None where no zone is."""
        if wall is None or wall.at is None or changed is None or wall.precision not in ("min", "s"):
            return None
        ahead = wall.at - changed // MINUTE * MINUTE if wall.precision == "min" else wall.at - changed
        return ahead if ahead % QUARTER == 0 and -WEST <= ahead <= EAST else None


def _is_readable(items: list[tuple[markup.Item, Document]]) -> bool:
    """Whether the comments are in markup that is known: a theme of its own is read better by structure."""
    read = [markup.read(item, piece) for item, piece in items[:20]]
    return sum(one.text is not None and one.author_name is not None for one in read) * 2 > len(read)


def _is_empty_place(pieces: list[Document]) -> bool:
    document = pieces[0]
    if _node_id(document) is None:
        return False
    has_form = any(piece.first(FORMS) is not None for piece in pieces) or document.first(LATE) is not None
    has_place = has_form or any(
        section.css_first(f"{LOGIN}, {REPLY}") is not None for section in _sections(document)
    )
    return has_place and not _stated(document, None) and not any(_looks_filled(one) for one in _sections(document))


def _looks_filled(section: LexborNode) -> bool:
    """Whether a place holds what could be comments in a theme's own markup."""
    return any(
        len(line_of(node)) > 20 and node.css_first("form, textarea, input") is None
        for node in section.css("article, li[class*=comment], div[class*=comment]")
        if not {"comment-form", "comment-add", "comment-forbidden", "comment_forbidden"} & classes_of(node)
    )


def _sections(document: Document) -> list[LexborNode]:
    return [node for selector in markup.SECTIONS for node in document.css(selector)[:5]]


def _node_id(document: Document) -> str | None:
    """The node's number: short link, classes of the body, settings, the form's address. None on a listing."""
    short = document.first("link[rel=shortlink]")
    own = document.first("article[data-history-node-id]")
    body = document.first("body")
    settings = document.first("script[data-drupal-selector=drupal-settings-json]")
    form = document.first('form[action*="/comment/reply/"]')
    candidates = [
        NODE.search(urlsplit(short.attributes.get("href") or "").path) if short is not None else None,
        next((found for token in classes_of(body) if (found := BODY.match(token))), None) if body is not None else None,
        re.search(r'"currentPath":"node\\?/([1-9]\d{0,18})"', settings.text()) if settings is not None else None,
        REPLY_TO.search(form.attributes.get("action") or "") if form is not None else None,
        re.match(r"([1-9]\d{0,18})\Z", own.attributes.get("data-history-node-id") or "") if own is not None else None,
        NODE.search(urlsplit(document.url).path),
    ]
    return next((found[1] for found in candidates if found is not None), None)


def _state(pieces: list[Document], *, has_comments: bool) -> str:
    """A form or a link to it says open; neither, and no word about logging in, is how a closed list looks."""
    if any(piece.first(FORMS) is not None for piece in pieces) or any(
        one.css_first(REPLY) is not None for piece in pieces for one in _sections(piece)
    ):
        return "open"
    if any(piece.first(LOGIN) is not None for piece in pieces):
        return "login"
    if pieces[0].first(LATE) is not None:
        return "unknown"
    return "closed" if has_comments and _sections(pieces[0]) else "unknown"


def _stated(document: Document, language: str | None) -> int | None:
    """How many comments the list's heading says there are; core prints no number, Olivero and many themes do."""
    for section in _sections(document):
        for selector in (".comments__count", ".comment-count", "h2", "h3.title", ".comments-header", ".title"):
            node = section.css_first(selector)
            if node is not None and len(line_of(node)) < 60 and not _is_in_comment(node, section):
                count = heading_count(line_of(node), "", language)
                if count is not None:
                    return count
    return None


def _is_in_comment(node: LexborNode, section: LexborNode) -> bool:
    step = node.parent
    while step is not None and step.mem_id != section.mem_id:
        if "comment" in classes_of(step) or markup.ITEM_ID.match(step.attributes.get("id") or ""):
            return True
        step = step.parent
    return False


def _pager(document: Document, thread: str) -> dict[int, str]:
    """Pages of the list that its own pager links, from 0 on."""
    path = urlsplit(thread).path
    found: dict[int, str] = {}
    for section in _sections(document):
        for node in section.css('a[href*="page="]'):
            url = document.link(node.attributes.get("href"))
            if url is None or urlsplit(url).path != path or urlsplit(url).netloc != urlsplit(thread).netloc:
                continue
            number = _number(url)
            if number and number < 100_000:
                found.setdefault(number, url.partition("#")[0])
    return found


def _number(url: str) -> int:
    """`page=2`; where a page has several pagers, the last number is that of the list (`page=0,2`)."""
    raw = query_of(url).get("page", "0").rpartition(",")[2]
    return int(raw) if raw.isdecimal() and len(raw) < 7 else 0


def _with_page(url: str, number: int | None) -> str:
    address, _, query = url.partition("?")
    rest = "&".join(part for part in query.split("&") if part and not part.startswith("page="))
    return with_query(f"{address}?{rest}" if rest else address, page=number)
