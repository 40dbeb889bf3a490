"""schema.org comments: what a page tells machines about its comments, whatever software made it."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import AsyncIterator
from itertools import pairwise
from typing import ClassVar, Final
from urllib.parse import urlsplit

from selectolax.lexbor import LexborNode

from archive.schema import Comment
from crawler.extract.dates import read_time
from crawler.extract.document import Document
from crawler.extract.numbered import continues
from crawler.extract.selection import classes_of
from crawler.extract.text import inner_html, line_of, text_of
from crawler.extract.thing import Node
from crawler.extract.urls import page_url
from crawler.systems.around.words import tells_removal
from crawler.systems.base import Batch, Exchange, System, ThreadRef
from crawler.systems.fields import set_body, set_label, set_plain, set_removed, set_time
from crawler.systems.generic.ids import ids_of
from crawler.systems.linked import LinkedPages, Read, whole_of
from crawler.systems.reading import Reading
from crawler.systems.schemaorg_things import Said, Talk, counted, interactions, read_talk

TAG: Final = re.compile(
    r"</?(?:p|br|a|b|i|em|strong|span|div|ul|ol|li|blockquote|img|h[1-6]|pre|code)\b[^<>]{0,2000}>", re.IGNORECASE
)
"""Text of JSON-LD with one of these is markup; schema.org asks for plain text, many sites give HTML."""

NUMBERED: Final = re.compile(r"(?:[?&](?:page|p|start|offset)=\d+|/page[/-]?\d+/?|/\d{1,4}/?|/p\d+/?)\Z")
"""How addresses of pages of a thread may end."""

PAGED: Final = re.compile(r"(?:[?&](?:page|start|offset)=\d+|/page[/-]?\d+/?)\Z")
"""How those end that say so: `rel=next` of `/story/4` and `/?p=4` may lead to the next article."""

PUBLISHED: Final = ("datePublished", "dateCreated", "commentTime", "created", "date")
TEXTS: Final = ("text", "commentText", "articleBody", "reviewBody", "encoded")


class SchemaOrg(System):
    """Comments in JSON-LD, microdata or RDFa."""

    name: ClassVar[str] = "schemaorg"
    title: ClassVar[str] = "schema.org markup"
    checked: ClassVar[str] = "schema.org's definitions and Google's documentation of them, not verified live"
    version: ClassVar[int] = 9
    ids_are_global: ClassVar[bool] = False
    is_general: ClassVar[bool] = True
    is_in_page: ClassVar[bool] = True

    def detect(self, document: Document) -> list[ThreadRef]:
        """The thread of a page whose markup holds comments, or says that what asks for them has none yet."""
        talk = read_talk(document)
        if talk is None:
            return []
        stated, _ = counted(talk.owner)
        if not talk.said and stated != 0:
            return []
        return [
            ThreadRef(
                system=self.name,
                tenant=document.host,
                native_id=None,
                url=page_url(document.url) or document.url,
                detected_by="application/ld+json" if talk.syntax == "json-ld" else "itemtype or typeof",
                state="unknown" if talk.said else "open",
                stated=stated,
            )
        ]

    async def harvest(self, ref: ThreadRef, reading: Reading) -> AsyncIterator[Batch]:
        """The comments of the page, and of the pages that follow it."""
        places: set[int] = set()

        def read_page(document: Document, exchange: Exchange) -> Read:
            talk = read_talk(document) or Talk("", None)
            reading.walked(talk.syntax or "markup")
            stated, scope = counted(talk.owner)
            ref.stated = ref.stated if stated is None else stated
            reading.expect(stated, scope)
            if talk.is_cut:
                reading.gap(f"{document.url}: not all comments of its markup can be read")
            places.update(_places(talk))
            comments = _comments(talk, document, exchange, reading)
            links, following = reading.linked_pages(document, comments), _next_page(document, reading.home)
            return Read(comments, links.behind, links.above, [following] if following is not None else [])

        whole = await whole_of(reading)
        shown = read_page(reading.shown, reading.page)
        start = _first_page(reading.shown)
        if start is not None:
            shown = shown._replace(links=[start], onward=[], following=[])
        linked = LinkedPages(reading, shown, whole)
        yield reading.batch(shown.comments, reading.page)
        async for batch in linked.read(read_page):
            yield batch
        if places and min(places) > 1:
            reading.gap(f"the first comment that is shown is number {min(places)}")


def _places(talk: Talk) -> list[int]:
    """Which comments of the thread these are, where their elements are numbered through (`data-index`)."""
    elements = [said.thing.element for said in talk.said]
    marked = ["" if element is None else element.attributes.get("data-index") or "" for element in elements]
    places = [int(place) for place in marked if place.isdecimal() and len(place) <= LONGEST_PLACE]
    is_whole = len(places) == len(talk.said) > 1
    return places if is_whole and all(after == place + 1 for place, after in pairwise(places)) else []


LONGEST_PLACE: Final = 6
"""Digits of the number of a comment in its thread."""


def _next_page(document: Document, home: str) -> str | None:
    """The next page of the same thread.

    :param home: the address of the first page
    """
    here = urlsplit(document.url)
    base = NUMBERED.sub("", here.path).rstrip("/")
    for node in document.css("link[rel~=next], a[rel~=next]"):
        url = document.link(node.attributes.get("href"))
        there = urlsplit(url) if url is not None else None
        if url is None or there is None or there.netloc != here.netloc:
            continue
        url = url.partition("#")[0]
        is_same = base in (there.path.rstrip("/"), NUMBERED.sub("", there.path).rstrip("/"))
        if ((is_same and PAGED.search(url) is not None) or continues(home, url)) and url != document.url:
            return url
    return None


def _first_page(document: Document) -> str | None:
    """The first page of the thread, where the page is a place in it: `/topic/5/12`, the next one `/topic/5?page=2`."""
    here, following = urlsplit(document.url), _next_page(document, document.url)
    place = following.partition("?")[0] if following is not None else ""
    base, number = NUMBERED.search(here.path), urlsplit(following or "").query
    if base is None or not number or urlsplit(place).path.rstrip("/") != here.path[: base.start()].rstrip("/"):
        return None
    return place


def _comments(talk: Talk, document: Document, exchange: Exchange, reading: Reading) -> list[Comment]:
    names = {
        node.attributes.get("href") or "": line_of(node)
        for node in document.css("a[itemprop~=author][href], a[itemprop~=creator][href], a[property~=author][href]")
    }
    labels: Counter[str] = Counter()
    by_said: dict[int, Comment] = {}
    by_name: dict[str, str | None] = {}
    for said, marked in zip(talk.said, _marked_ids(talk), strict=True):
        comment = _comment(said, document, exchange, names)
        if comment.native_id is None and marked is not None:
            comment.native_id, comment.parent_native_id = marked, _answered(said, marked)
        if comment.native_id is None:
            set_label(comment, labels)
        by_said[id(said)] = comment
        for name in (said.thing.node_id, said.thing.link("url")):
            if name:
                by_name[name] = comment.native_id
    below: Counter[int] = Counter()
    for said in talk.said:
        comment = by_said[id(said)]
        if said.parent is not None:
            comment.parent_native_id = by_said[id(said.parent)].native_id
        elif parent := said.thing.link("parentItem", "inReplyTo"):
            comment.parent_native_id = by_name.get(parent)
        above = said.parent
        while above is not None:
            below[id(above)] += 1
            above = above.parent
    for said in talk.said:
        comment = by_said[id(said)]
        if comment.reply_count is not None and below[id(said)] < comment.reply_count and said.parent is None:
            reading.gap(
                "fewer replies than the source states",
                parent=comment.native_id,
                expected=comment.reply_count,
                got=below[id(said)],
            )
    answered = {comment.parent_native_id for comment in by_said.values()}
    return [comment for comment in by_said.values() if _says_anything(comment) or comment.native_id in answered]


def _marked_ids(talk: Talk) -> list[str | None]:
    """Ids that the elements of comments carry as attributes, as `data-pid`."""
    elements = [said.thing.element for said in talk.said]
    return ids_of([[] if element is None else [element.attributes] for element in elements])


def _answered(said: Said, own: str) -> str | None:
    """The id of the comment that one with an id answers: it links to both by addresses that differ in the id alone.

    Not in its text; and an answer has the greater number.
    """
    element = said.thing.element
    if element is None or not own.isdigit():
        return None
    quoted = [value for value in said.thing.values(*TEXTS) if isinstance(value, LexborNode)]
    inside = {link.mem_id for value in quoted for link in value.css("a[href]")}
    places = [
        place
        for link in element.css("a[href]")
        if link.mem_id not in inside and (place := _PLACE.fullmatch(link.attributes.get("href") or ""))
    ]
    mine = {place[1] for place in places if place[2] == own}
    others = {place[2] for place in places if place[1] in mine and place[2] != own}
    other = others.pop() if len(others) == 1 else own
    return other if int(other) < int(own) else None


_PLACE: Final = re.compile(r"(.*[/#=-])(\d{1,20})")
"""The address of a comment, parted before its id."""


def _says_anything(comment: Comment) -> bool:
    """Whether a comment is more than the frame that a script fills with one."""
    return bool(comment.author_name or comment.text or comment.published_raw) or comment.status != "visible"


def _comment(said: Said, document: Document, exchange: Exchange, names: dict[str, str]) -> Comment:
    thing = said.thing
    url = document.link(thing.link("url"))
    comment = Comment(
        native_id=_native_id(thing, url),
        reply_count=_count(thing, "commentCount", "commentaction", "replyaction"),
        is_highlighted=True if said.is_accepted else None,
        permalink=url,
        language=thing.text("inLanguage"),
    )
    _set_author(comment, thing, document, names)
    _set_votes(comment, thing)
    published = thing.text(*PUBLISHED)
    set_time(comment, published, observed_at=exchange.observed_at, zone=None)
    modified = read_time(thing.text("dateModified"), observed_at=exchange.observed_at)
    if modified is not None and modified.at is not None and published is not None:
        comment.is_edited = modified.at > (comment.published_at or modified.at)
        comment.edited_at = modified.at if comment.is_edited else None
    if (thing.text("creativeWorkStatus") or "").strip().lower() == "deleted":
        set_removed(comment)
        comment.author_kind = "deleted" if comment.author_name is None else None
        return comment
    _set_text(comment, thing)
    is_marked = thing.element is not None and "deleted" in classes_of(thing.element)
    if is_marked and tells_removal(comment.text or ""):
        set_removed(comment)
    return comment


def _set_text(comment: Comment, thing: Node) -> None:
    value = next(iter(thing.values(*TEXTS)), None)
    if value is None or isinstance(value, Node):
        return
    if not isinstance(value, str):
        comment.text, comment.text_html = text_of(value), inner_html(value).strip()
    elif TAG.search(value):
        set_body(comment, value)
    else:
        set_plain(comment, html.unescape(value))


def _set_author(comment: Comment, thing: Node, document: Document, names: dict[str, str]) -> None:
    """A person with a name, a name alone, or in markup a link whose text is the name.

    :param names: texts of such links by address: microdata has the address alone (HTML 5.2.4)
    """
    author = next(iter(thing.values("author", "creator", "has_creator", "contributor")), None)
    if isinstance(author, Node):
        name = author.text("name", "alternateName")
        comment.author_url = document.link(author.link("url", "sameAs", "mainEntityOfPage"))
        comment.author_id = author.text("identifier")
    else:
        name = thing.text("author", "creator", "contributor")
        if name in names:
            comment.author_url, name = document.link(name), names[name]
    comment.author_name = " ".join(html.unescape(name).split()) if name is not None else None


def _native_id(thing: Node, url: str | None) -> str | None:
    """`identifier`, else the id or the address: of both the fragment, where there is one."""
    identifier = next((value for value in thing.values("identifier") if isinstance(value, str) and value.strip()), None)
    if identifier is not None:
        return identifier.strip()[:200]
    for name in (thing.node_id, url):
        if name and not name.startswith("_:"):
            return (name.rpartition("#")[2] or name)[:500]
    return None


def _set_votes(comment: Comment, thing: Node) -> None:
    """Votes for and against; a score below zero in the place of the votes for counts as votes against."""
    up = _count(thing, "upvoteCount", "likeaction", "agreeaction", "upvoteaction", "voteaction")
    down = _count(thing, "downvoteCount", "dislikeaction", "disagreeaction", "downvoteaction")
    comment.like_count = up if up is None or up >= 0 else None
    comment.dislike_count = abs(down) if down is not None else (-up if up is not None and up < 0 else None)


def _count(thing: Node, name: str, *kinds: str) -> int | None:
    raw = (thing.text(name) or "").strip().replace("\u2212", "-")
    return int(raw) if re.fullmatch(r"[+-]?\d{1,12}", raw) else interactions(thing, *kinds)
