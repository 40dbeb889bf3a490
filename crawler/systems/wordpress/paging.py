"""The comment pages of a thread: which there are, where they are, and in which order they are read."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import chain
from typing import Final
from urllib.parse import urldefrag

from selectolax.lexbor import LexborNode

from crawler.extract.document import Document
from crawler.extract.same_page import bare_host, bare_page
from crawler.extract.text import line_of
from crawler.systems.places import canonical_link
from crawler.systems.wordpress.items import Items

PAGE_NUMBER: Final = re.compile(r"/comment-page-([1-9]\d{0,5})(?=/|\?|\Z)|(?<=[?&]cpage=)([1-9]\d{0,5})(?=&|\Z)")
"""`get_comments_pagenum_link()`: `/comment-page-N/` with pretty permalinks, `cpage=N` without."""

TRAPS: Final = re.compile(r"[?&](?:replytocom|share|nb|like_comment|_wpnonce)=")
"""Links that show the same page again (`comment_reply_link`, Jetpack's sharing and like buttons)."""

MAX_FRUITLESS: Final = 3
"""So many comment pages in a row without a comment that is new: the links go on for ever."""

BACK: Final = "#comments"
"""`get_comments_pagenum_link()` ends in it, with a number or without."""

PLAIN_LINKS: Final = ", ".join(
    [f'a[href*="{BACK}"]', "a[rel~=prev]", "a[rel~=previous]", "a[rel~=next]"]
    + [f"a[class*={word}]" for word in ("prev", "older", "next", "newer")]
)
"""Links that may lead from a numbered comment page to the one without a number."""

OLDER: Final = re.compile(r"(?<![a-z])(?:prev|previous|older|earlier)(?![a-z])", re.IGNORECASE)
NEWER: Final = re.compile(r"(?<![a-z])(?:next|newer|later)(?![a-z])", re.IGNORECASE)
"""What `rel`, classes and words of links to the page before and after have in them: `nav-previous` (bundled themes),
`next page-numbers` (`paginate_comments_links()`), `wp-block-comments-pagination-next`, "Older Comments"."""

OWN_COMMENT: Final = re.compile(r"#comment-([1-9]\d{0,19})\Z")

LONGEST_LABEL: Final = 60
"""Characters; a longer text is no label of a link between pages."""


@dataclass(slots=True)
class CommentPages:
    """Which comment pages a thread has, as its links show them, and which of them were read.

    The thread's own address, without a number, shows the first page or the last (`default_comments_page`). The
    comments' own links and the links between pages tell which; where they do not, or not with one voice, every
    number is asked for, the one that the plain address may have shown too.
    """

    addresses: set[str]
    """The thread's own addresses, without scheme: as visited, as its canonical link and its comments' links say."""
    host: str
    """The thread's host; comment pages on another are not its own."""
    known: dict[int, str] = field(default_factory=dict)
    """Addresses by number, of every link met."""
    read: set[int] = field(default_factory=set)
    """The numbers that were asked for."""
    linked: set[int] = field(default_factory=set)
    """The numbers that links between pages lead to: `get_comments_pagenum_link()` gives none to the plain page."""
    votes: set[int] = field(default_factory=set)
    """What the plain page's number is, by each sign."""
    strays: set[str] = field(default_factory=set)
    """Links between comment pages that lead to another address than the thread's: not followed."""
    ways: dict[int, set[int]] = field(default_factory=dict)
    """By number of a page, the ways that its links lead: -1 to older comments, 1 to newer ones."""

    @classmethod
    def of(cls, document: Document) -> CommentPages:
        """The comment pages of the thread that a document shows; none is known yet."""
        hrefs = [document.url, canonical_link(document)]
        host = bare_host(document.url)
        return cls({bare_page(href) for href in hrefs if href and bare_host(href) == host}, host)

    @property
    def plain(self) -> int | None:
        """The number of the page that the thread's own address shows; None when the signs are missing or differ."""
        if len(self.votes) != 1:
            return None
        (number,) = self.votes
        is_between = 1 < number < max(self.known, default=0)
        return None if number < 1 or number in self.linked or is_between else number

    @property
    def is_first_plain(self) -> bool:
        """Whether page 1 is the plain page for sure: so the signs say, or no newer page follows the last number."""
        return self.plain == 1 or self.ways.get(max(self.known, default=0)) == {-1}

    def note(self, url: str | None) -> int | None:
        """Take note of one address; its number when it is a comment page of this thread."""
        number = number_of(url)
        if url is None or number is None or TRAPS.search(url) or bare_page(url) not in self.addresses:
            return None
        self.known.setdefault(number, urldefrag(url)[0])
        return number

    def learn(self, document: Document, items: Items) -> None:
        """Take note of what a comment page, numbered or plain, tells of the others and of itself."""
        shown = number_of(document.url)
        own = self._own_numbers(document, items)
        if shown is None:
            self.votes |= own if len(own) == 1 else set()
        elements = document.elements
        for node, href, _ in chain(elements.relations, elements.links):
            if not ("comment-page-" in href or "cpage=" in href) or node.tag == "area":
                continue
            url = document.link(href)
            if url is not None and not OWN_COMMENT.search(url) and not TRAPS.search(url):
                self._follow(node, url, shown, items)
        if shown is not None:
            self._find_plain(document, shown, items)

    def _own_numbers(self, document: Document, items: Items) -> set[int]:
        """The numbers in the comments' own links (`get_comment_link()`); what links people write is left out."""
        numbers: set[int] = set()
        ids = {item.native_id for item in items.found}
        known: set[str] = set()
        for node, href, _ in document.elements.links:
            if "#comment-" not in href or node.tag != "a":
                continue
            page, _, native_id = href.rpartition("#comment-")
            if page in known or native_id not in ids or not page or page.startswith("#") or TRAPS.search(href):
                continue
            url = document.link(href)
            if url is None or bare_host(url) != self.host or _enclosing(node, items) not in (None, native_id):
                continue
            known.add(page)
            self.addresses.add(bare_page(url))
            number = self.note(url)
            if number is not None:
                numbers.add(number)
        return numbers

    def _follow(self, node: LexborNode, url: str, shown: int | None, items: Items) -> None:
        # A list that was left unclosed swallows its pager, whose classes nobody can write into a comment.
        is_inside = _enclosing(node, items) is not None
        way = way_of(node, by_words=not is_inside)
        if not way and (is_inside or node.tag == "link"):
            return
        number = self.note(url)
        if number is None:
            if bare_host(url) == self.host and (way or url.endswith(BACK)):
                self.strays.add(urldefrag(url)[0])
            return
        self.linked.add(number)
        if shown is not None:
            self.ways.setdefault(shown, set()).add(way)
        elif way:
            self.votes.add(number - way)

    def _find_plain(self, document: Document, shown: int, items: Items) -> None:
        """The plain page's number, by the links that lead there from a numbered one."""
        for node in document.css(PLAIN_LINKS):
            url = document.link(node.attributes.get("href"))
            if url is None or number_of(url) is not None or OWN_COMMENT.search(url):
                continue
            way = way_of(node, by_words=_enclosing(node, items) is None)
            if way and bare_page(url) in self.addresses:
                self.votes.add(shown + way)
                self.ways.setdefault(shown, set()).add(way)

    def next_number(self, *, guessing: bool) -> int | None:
        """The page to read next, from the first on.

        :param guessing: whether to ask for numbers below the highest that no link has shown: WordPress has them all
        """
        skipped = self.plain
        for number in range(1, max(self.known, default=0) + 1) if guessing else sorted(self.known):
            if number not in self.read and number != skipped:
                return number
        return None

    def url(self, number: int) -> str:
        """The address of a comment page: as linked, else made like a linked one."""
        if number in self.known:
            return self.known[number]
        model = next(iter(self.known.values()))

        def renumber(match: re.Match[str]) -> str:
            return f"/comment-page-{number}" if match[1] else str(number)

        return PAGE_NUMBER.sub(renumber, model)


def number_of(url: str | None) -> int | None:
    """The number in a comment page's address, None when it is none."""
    found = PAGE_NUMBER.search(urldefrag(url)[0]) if url else None
    return int(found[1] or found[2]) if found else None


def way_of(node: LexborNode, *, by_words: bool) -> int:
    """Where a link says it leads: -1 to older comments, 1 to newer ones, 0 when it does not say or says both.

    Arrows say nothing: they point to either side, by theme and by script.

    :param by_words: whether its words count too, besides its `rel` and its classes
    """
    words = [node.attributes.get("rel"), node.attributes.get("class")]
    if by_words and node.tag == "a":
        words += [node.attributes.get("aria-label"), line_of(node)[:LONGEST_LABEL]]
    step = node
    for _ in range(3):
        if step.parent is None or not _is_alone(step):
            break
        step = step.parent
        words.append(step.attributes.get("class"))
    signs = " ".join(word for word in words if word)
    return bool(NEWER.search(signs)) - bool(OLDER.search(signs))


def _is_alone(node: LexborNode) -> bool:
    """Whether an element has no brothers, as far as four steps to each side show."""
    before, after = node.prev, node.next
    for _ in range(4):
        if (before is not None and before.is_element_node) or (after is not None and after.is_element_node):
            return False
        before = before.prev if before is not None else None
        after = after.next if after is not None else None
    return before is None and after is None


def _enclosing(node: LexborNode, items: Items) -> str | None:
    """The id of the comment that a link stands in; None outside of comments. Above 60 levels of markup it is ``""``."""
    step = node.parent
    for _ in range(60):
        if step is None:
            return None
        if step.mem_id in items.roots:
            return items.roots[step.mem_id]
        step = step.parent
    return ""
