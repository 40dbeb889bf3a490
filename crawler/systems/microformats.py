"""microformats2: replies that a page shows as `u-comment h-cite`, in a feed of replies, or as received webmentions.

Terms: https://microformats.org/wiki/h-entry, h-cite, comments-presentation. Likes, reposts, bookmarks and bare mentions
are displayed in the same way and are no comments.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import ClassVar, Final

from selectolax.lexbor import LexborNode

from archive.schema import Comment
from crawler.extract.document import Document
from crawler.extract.same_page import bare_page
from crawler.extract.selection import classes_of, names_in
from crawler.extract.text import inner_html, line_of, text_of
from crawler.extract.urls import page_url
from crawler.systems.around.links import onward_links
from crawler.systems.around.words import TIME, roles_of
from crawler.systems.base import Batch, Exchange, System, ThreadRef
from crawler.systems.fields import moment, set_label, set_time
from crawler.systems.linked import LinkedPages, Read, whole_of
from crawler.systems.reading import Reading

ROOT: Final = re.compile(r"h-[a-z]+(?:-[a-z]+)*\Z")
"""A class that begins a thing of its own: what stands inside belongs to it and not to what is around."""

REPLY: Final = frozenset({"u-comment", "p-comment"})
CITATION: Final = frozenset({"h-cite", "h-entry"})
OTHER_RESPONSES: Final = frozenset(
    {
        "u-like", "p-like", "u-repost", "p-repost", "u-bookmark", "p-bookmark", "u-mention", "p-mention", "u-rsvp",
        "u-like-of", "u-repost-of", "u-bookmark-of", "p-rsvp", "u-tag-of",
    }
)  # fmt: skip
"""Of the response itself, or of what it says of the page: a like, a repost, a bookmark, an answer to an invitation."""

FEED: Final = re.compile(r"comment|repl(?:y|ies)|response|webmention", re.IGNORECASE)
"""What class or id of an `h-feed` of replies says."""


@dataclass(slots=True)
class Cited:
    """One reply as an element."""

    node: LexborNode
    above: Cited | None
    """The reply that it stands in."""


class Microformats(System):
    """Replies in microformats2."""

    name: ClassVar[str] = "microformats"
    title: ClassVar[str] = "microformats2"
    checked: ClassVar[str] = "the definitions of h-entry and h-cite, not verified live"
    version: ClassVar[int] = 6
    ids_are_global: ClassVar[bool] = False
    marks: ClassVar[tuple[str, ...]] = ("h-cite", "h-entry")
    is_general: ClassVar[bool] = True
    is_in_page: ClassVar[bool] = True

    def detect(self, document: Document) -> list[ThreadRef]:
        """The thread of a page that shows replies to itself."""
        if not find(document):
            return []
        return [
            ThreadRef(
                system=self.name,
                tenant=document.host,
                native_id=None,
                url=page_url(document.url) or document.url,
                detected_by=".h-cite",
            )
        ]

    async def harvest(self, ref: ThreadRef, reading: Reading) -> AsyncIterator[Batch]:
        """The replies that the page shows, and those of pages that are linked next to them."""
        reading.walked("html")

        def read_page(document: Document, exchange: Exchange) -> Read:
            comments = _comments(ref, document, exchange)
            links = reading.linked_pages(document, comments)
            following = onward_links(document, reading.home)
            return Read(comments, links.behind, links.above, following)

        whole = await whole_of(reading)
        shown = read_page(reading.shown, reading.page)
        linked = LinkedPages(reading, shown, whole)
        yield reading.batch(shown.comments, reading.page)
        async for batch in linked.read(read_page):
            yield batch


def _comments(ref: ThreadRef, document: Document, exchange: Exchange) -> list[Comment]:
    comments: dict[int, Comment] = {}
    labels: Counter[str] = Counter()
    cites = find(document)
    made = [_comment(cited.node, document, exchange.observed_at) for cited in cites]
    urls = Counter(url for url, _ in {(comment.permalink, comment.text) for comment in made})  # not one shown twice
    for cited, comment in zip(cites, made, strict=True):
        if comment.permalink is not None and urls[comment.permalink] > 1:  # that of who has written several
            comment.native_id, comment.permalink = (cited.node.attributes.get("id") or "").strip() or None, None
        if comment.native_id is None:
            set_label(comment, labels)
        if cited.above is not None:
            comment.parent_native_id = comments[cited.above.node.mem_id].native_id
        if comment.permalink is None and comment.id_kind == "native":
            comment.permalink = f"{ref.url}#{comment.native_id}"
        comments[cited.node.mem_id] = comment
    return list(comments.values())


def find(document: Document) -> list[Cited]:
    """Replies to the page in document order: marked as such, in a feed of replies, or naming the page they answer."""
    found: dict[int, Cited] = {}
    for node in document.css(".h-cite, .h-entry"):
        tokens = classes_of(node)
        around = _roots_around(node)
        above = next((found[one.mem_id] for one in around if one.mem_id in found), None)
        if tokens & OTHER_RESPONSES or not (
            tokens & REPLY or _is_in_feed(node, around) or (above is None and _answers(node, document))
        ):
            continue
        own = list(_own(node))
        if any(classes_of(part) & OTHER_RESPONSES and not classes_of(part) & CITATION for part in own):
            continue
        if _first(own, "e-content", "p-content", "p-summary", "p-name", "p-author") is not None:
            found[node.mem_id] = Cited(node, above)
    return list(found.values())


def _is_root(node: LexborNode) -> bool:
    return any(ROOT.match(token) for token in classes_of(node))


def _roots_around(node: LexborNode) -> list[LexborNode]:
    """The things that an element stands in, the nearest first."""
    around: list[LexborNode] = []
    step = node.parent
    while step is not None:
        if step.is_element_node and _is_root(step):
            around.append(step)
        step = step.parent
    return around


def _is_in_feed(node: LexborNode, around: list[LexborNode]) -> bool:
    """Whether the element is an entry of a feed of replies."""
    feed = around[0] if around and "h-feed" in classes_of(around[0]) else None
    said = names_in(feed.attributes) if feed is not None else ""
    return FEED.search(said.replace("h-feed", "")) is not None and not node.css_first(".h-feed")


def _answers(node: LexborNode, document: Document) -> bool:
    """Whether an entry says that it answers this page (`u-in-reply-to`). The page's own entry answers another one."""
    here = bare_page(document.url)
    for part in _own(node):
        if "u-in-reply-to" in classes_of(part):
            url = document.link(part.attributes.get("href") or part.attributes.get("value"))
            if url is not None and bare_page(url) == here:
                return True
    return False


def _own(root: LexborNode) -> Iterator[LexborNode]:
    """The elements of a thing: those of things inside it are theirs, only their outermost element comes."""
    stack = list(reversed(list(root.iter(include_text=False))))
    while stack:
        node = stack.pop()
        yield node
        if not _is_root(node):
            stack += reversed(list(node.iter(include_text=False)))


def _first(own: list[LexborNode], *names: str) -> LexborNode | None:
    """The first element with a class, names in order of preference."""
    for name in names:
        for node in own:
            if name in classes_of(node):
                return node
    return None


def _comment(node: LexborNode, document: Document, observed_at: int) -> Comment:
    own = list(_own(node))
    url = _url(_first(own, "u-uid", "u-url"), document)
    comment = Comment(native_id=url or (node.attributes.get("id") or "").strip() or None, permalink=url)
    _set_author(comment, _first(own, "p-author", "u-author", "h-card"), document)
    set_time(comment, _time(_first(own, "dt-published") or _dated(own)), observed_at=observed_at, zone=None)
    updated = moment(_time(_first(own, "dt-updated")), observed_at=observed_at, zone=None)
    if updated is not None and comment.published_at is not None:
        comment.is_edited = updated > comment.published_at
        comment.edited_at = updated if comment.is_edited else None
    body = _first(own, "e-content", "p-content", "p-summary", "p-name")
    if body is None:
        comment.text = ""
    elif "e-content" in classes_of(body):
        comment.text, comment.text_html = text_of(body), inner_html(body).strip()
    else:
        comment.text = text_of(body)
    return comment


def _set_author(comment: Comment, author: LexborNode | None, document: Document) -> None:
    """An `h-card`, whose name and address may be implied by its text and its link, or a name alone."""
    if author is None:
        return
    card = list(_own(author)) if "h-card" in classes_of(author) else []
    name = _first(card, "p-name") or author
    picture = author if author.tag == "img" else author.css_first("img[alt]")
    shown = line_of(name) or (picture.attributes.get("alt") if picture is not None else None) or ""
    comment.author_name = shown.strip() or None
    link = _first(card, "u-url") or (author if author.tag == "a" else author.css_first("a[href]"))
    comment.author_url = _url(link, document)


def _url(node: LexborNode | None, document: Document) -> str | None:
    if node is None:
        return None
    return document.link(node.attributes.get("href") or node.attributes.get("value") or node.attributes.get("src"))


def _dated(own: list[LexborNode]) -> LexborNode | None:
    """What says when a comment was written where nothing has the class for it: a `time`, or what is named as one.

    The latter says it in an attribute, or it may be of something else.
    """
    times = (node for node in own if node.tag == "time" and node.attributes.get("datetime"))
    titled = (node for node in own if node.attributes.get("title"))
    named = (node for node in titled if roles_of(node.attributes.get("class") or "") & TIME)
    return next(times, None) or next(named, None)


def _time(node: LexborNode | None) -> str | None:
    if node is None:
        return None
    stated = (node.attributes.get(name) for name in ("datetime", "value", "title"))
    return next((value for value in stated if value), None) or line_of(node)
