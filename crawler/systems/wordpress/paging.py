"""The comment pages of a thread: which there are, where they are, and in which order they are read."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urldefrag, urlsplit

from selectolax.lexbor import LexborNode

from crawler.extract.document import Document
from crawler.extract.urls import page_url
from crawler.systems.wordpress.items import Items

PAGE_NUMBER: Final = re.compile(r"/comment-page-([1-9]\d{0,5})(?=/|\?|\Z)|(?<=[?&]cpage=)([1-9]\d{0,5})(?=&|\Z)")
"""`get_comments_pagenum_link()`: `/comment-page-N/` with pretty permalinks, `cpage=N` without."""

TRAPS: Final = re.compile(r"[?&](?:replytocom|share|nb|like_comment|_wpnonce)=")
"""Links that show the same page again (`comment_reply_link`, Jetpack's sharing and like buttons)."""

LINKS: Final = ", ".join(
    f'{tag}[href*="{part}"]' for tag in ("a", "link") for part in ("comment-page-", "cpage=")
)

MAX_FRUITLESS: Final = 3
"""So many comment pages in a row without a comment that is new: the links go on for ever."""


@dataclass(slots=True)
class CommentPages:
    """Addresses of comment pages by number, as links show them."""

    addresses: frozenset[str]
    """The thread's own addresses, without scheme: as visited and as its canonical link says."""
    known: dict[int, str] = field(default_factory=dict)
    read: set[int] = field(default_factory=set)

    @classmethod
    def of(cls, document: Document) -> CommentPages:
        """The comment pages of the thread that a document shows; none is known yet."""
        canonical = document.first("link[rel=canonical]")
        hrefs = [document.url, document.link(canonical.attributes.get("href")) if canonical is not None else None]
        return cls(frozenset(_address(href) for href in hrefs if href and _host(href) == _host(document.url)))

    def note(self, url: str | None) -> int | None:
        """Take note of one address; its number when it is a comment page of this thread."""
        number = number_of(url)
        if url is None or number is None or TRAPS.search(url) or _address(url) not in self.addresses:
            return None
        self.known.setdefault(number, urldefrag(url)[0])
        return number

    def learn(self, document: Document, items: Items) -> None:
        """Take note of every link to a comment page of this thread: of the navigation and of the comments' own links.

        Links that people wrote in comments lead anywhere and are left out.
        """
        ids = {item.native_id for item in items.found}
        for node in document.css(LINKS):
            url = document.link(node.attributes.get("href"))
            if url is None or (number_of(url) or 0) in self.known:
                continue
            if url.rpartition("#comment-")[2] in ids or node.tag == "link" or not _is_in_comment(node, items):
                self.note(url)

    def shown_by(self, document: Document, items: Items) -> int | None:
        """The number of the comment page that a document shows, None when nothing tells.

        A comment's own link names its page, but on a site whose first page is the default that page's comments have no
        number (`get_comment_link()`).
        """
        numbers: Counter[int | None] = Counter()
        ids = {item.native_id for item in items.found}
        for node in document.css('a[href*="#comment-"]'):
            href = node.attributes.get("href") or ""
            if href.rpartition("#comment-")[2] in ids and not href.startswith("#") and not TRAPS.search(href):
                numbers[number_of(href)] += 1
        stated = number_of(document.url)
        if stated is not None or not numbers:
            return stated
        return numbers.most_common(1)[0][0] or (1 if self.known else None)

    def next_number(self) -> int | None:
        """The page to read next: from the first on. Pages between known ones exist even if no link leads there."""
        if not self.known:
            return None
        return next((number for number in range(1, max(self.known) + 1) if number not in self.read), None)

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


def _address(url: str) -> str:
    return (page_url(url) or url).partition("://")[2].rstrip("/")


def _host(url: str) -> str:
    return urlsplit(url).netloc.lower().removeprefix("www.")


def _is_in_comment(node: LexborNode, items: Items) -> bool:
    """Whether a link stands in a comment's element. Above 60 levels of markup it is taken for one."""
    step = node.parent
    for _ in range(60):
        if step is None:
            return False
        if step.mem_id in items.roots:
            return True
        step = step.parent
    return True
