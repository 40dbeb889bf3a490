"""wpDiscuz's own list of WordPress comments: which elements they are and what these show.

Source: `themes/default/class.WpdiscuzWalker.php` of wpDiscuz 7.6 (classes `wpd-...`), pages of 4.1 and 5.3
(`wc-...`).
"""

from __future__ import annotations

import re
from typing import Final

from selectolax.lexbor import LexborNode

from crawler.extract.counts import read_count
from crawler.extract.document import Document
from crawler.extract.text import clean, line_of, text_of
from crawler.systems.fields import markup_without
from crawler.systems.wordpress.fields import LONGEST_NAME, NICENAME, Fields
from crawler.systems.wordpress.items import Item, Items, tokens_of

PLACE: Final = "#wpdcom, #wpcomm"
"""The frame around form and list: 7, and 3 to 5."""

ITEM_ID: Final = re.compile(r"w(?:pd|c)-comm-([1-9]\d{0,19})_(\d{1,20})\Z")
"""`wpd-comm-ID_PARENT`; the parent of a top-level comment is 0."""

STAFF: Final = re.compile(r"w(?:pd|c)-blog-(?:administrator|editor|moderator|super_admin)\Z")
REGISTERED: Final = re.compile(r"w(?:pd|c)-blog-user\Z")
GUEST: Final = re.compile(r"w(?:pd|c)-blog-guest\Z")
PAGE_AUTHOR: Final = re.compile(r"w(?:pd|c)-blog-post_author\Z")

READ_MORE: Final = '[id^="wpdiscuz-readmore-"], .wpdiscuz-readmore'
"""Stands at the end of a text that the server has cut (`getCommentExcerpt()`)."""

NO_TEXT: Final = frozenset(
    {"wpd-inline-feedback-wrapper", "wpdiscuz-readmore", "wpdiscuz-hellip", "wpd-comment-last-edited", "wmu-attachment"}
)
"""Classes of what stands inside the text's element and is no part of the text."""

BADGES: Final = frozenset({"wpd-user-nicename", "wpd-comment-label", "wpd-verified-icon", "wc-comment-label"})


def find(document: Document) -> Items:
    """The comments of a page or of a piece of one, in document order."""
    items = Items()
    by_id: dict[str, Item] = {}
    for node in document.css('[id^="wpd-comm-"], [id^="wc-comm-"]'):
        match = ITEM_ID.match(node.attributes.get("id") or "")
        if match is None or node.mem_id in items.roots:
            continue
        native_id, parent = match.groups()
        item = Item(native_id, node, by_id.get(parent), tokens_of(node))
        (items.again if native_id in by_id else items.found).append(item)
        by_id.setdefault(native_id, item)
        items.roots[node.mem_id] = native_id
    return items


def parent_of(item: Item) -> str | None:
    """The comment that another one answers, also where it is not on the page."""
    match = ITEM_ID.match(item.node.attributes.get("id") or "")
    return match[2] if match is not None and match[2].strip("0") else None


def hidden_replies(item: Item) -> int | None:
    """How many replies show on a click only (`isLoadOnlyParentComments`)."""
    own = _own(item)
    label = own.css_first(".wpd-view-replies") if own is not None else None
    count = read_count(line_of(label).rpartition("(")[2]) if label is not None else None
    return count.value if count is not None else None


def read_fields(item: Item, document: Document) -> Fields:
    """What a comment's element shows."""
    own = _own(item) or item.node
    wrap = item.node.css_first(".wpd-comment-wrap")
    tokens = item.tokens | (tokens_of(wrap) if wrap is not None and item.node.mem_id != wrap.mem_id else frozenset())
    name = own.css_first(".wpd-comment-author, .wc-comment-author")
    text = own.css_first(".wpd-comment-text, .wc-comment-text")
    fields = Fields(
        kind=next((kind for kind in ("pingback", "trackback", "review") if kind in tokens), "comment"),
        author_name=_name(name),
        author_url=_link(name, document),
        author_id=next((found[1] for token in tokens if (found := NICENAME.match(token))), None),
        author_kind=_author_kind(tokens),
        text=text_of(text, skip=_is_no_text) if text is not None else None,
        text_html=markup_without(text, _is_no_text) if text is not None else None,
        time_raw=_time(own),
        permalink=_permalink(own, document),
        is_held=any(token.endswith("-unapproved-comment") for token in tokens),
        is_pinned=any(token.endswith("-sticky-comment") for token in tokens),
        is_edited=True if own.css_first(".wpd-comment-last-edited, .wc-comment-last-edited") is not None else None,
        is_cut=own.css_first(READ_MORE) is not None,
    )
    _set_votes(fields, own)
    return fields


def _own(item: Item) -> LexborNode | None:
    """The part of the element that is the comment itself, without its answers."""
    return item.node.css_first(f'[id="comment-{item.native_id}"]')


def _name(node: LexborNode | None) -> str | None:
    if node is None:
        return None
    return (clean(line_of(node, skip=lambda below: not BADGES.isdisjoint(tokens_of(below)))) or "")[:LONGEST_NAME]


def _link(name: LexborNode | None, document: Document) -> str | None:
    link = name.css_first("a[href]") if name is not None else None
    return document.link(link.attributes.get("href")) if link is not None else None


def _author_kind(tokens: frozenset[str]) -> str | None:
    if "bypostauthor" in tokens or any(PAGE_AUTHOR.match(token) for token in tokens):
        return "page_author"
    if any(STAFF.match(token) for token in tokens):
        return "staff"
    if "byuser" in tokens or any(REGISTERED.match(token) for token in tokens):
        return "registered"
    return "guest" if any(GUEST.match(token) for token in tokens) else None


def _time(own: LexborNode) -> str | None:
    """The time in full stands in the title; the text says how long ago, or the same (`simpleCommentDate`)."""
    node = own.css_first(".wpd-comment-date, .wc-comment-date")
    if node is None:
        return None
    return (node.attributes.get("title") or "").strip() or line_of(node) or None


def _permalink(own: LexborNode, document: Document) -> str | None:
    for selector, name in (
        ("[data-wpd-clipboard]", "data-wpd-clipboard"),
        ("[data-comment-url]", "data-comment-url"),
        ("input.wc-comment-link-input", "value"),
    ):
        for node in own.css(selector):
            url = document.link(node.attributes.get(name))
            if url is not None and "#comment-" in url:
                return url
    return None


def _is_no_text(node: LexborNode) -> bool:
    return not NO_TEXT.isdisjoint(tokens_of(node)) or (node.attributes.get("id") or "").startswith("wpdiscuz-readmore-")


def _set_votes(fields: Fields, own: LexborNode) -> None:
    """Votes, exact in the title (the text may be rounded).

    Where up and down are shown as one sum, it is kept as likes, or as dislikes below zero: no more is known.
    """
    up, down = own.css_first(".wpd-vote-result-like"), own.css_first(".wpd-vote-result-dislike")
    if up is not None or down is not None:
        fields.like_count = _number(up)
        shown = _number(down)
        fields.dislike_count = abs(shown) if shown is not None else None
        return
    total = _number(own.css_first(".wpd-vote-result, .wc-vote-result"))
    if total is not None:
        fields.like_count, fields.dislike_count = (total, None) if total >= 0 else (None, -total)


def _number(node: LexborNode | None) -> int | None:
    if node is None:
        return None
    raw = (node.attributes.get("title") or "").strip() or line_of(node)
    return int(raw) if re.fullmatch(r"[-+]?\d{1,12}", raw) else None
