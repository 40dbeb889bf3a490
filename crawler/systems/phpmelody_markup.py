"""PHP Melody's comment markup: one HTML answer to its listed comments, its pinned one and its pager."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Final
from urllib.parse import unquote

from selectolax.lexbor import LexborNode

from archive.schema import Comment
from crawler.extract.dates import read_time
from crawler.extract.document import Document
from crawler.extract.selection import classes_of
from crawler.extract.text import inner_html, line_of, text_of
from crawler.systems.fields import set_published

UNIQ_ID: Final = re.compile(r"[0-9A-Za-z-]{5,20}")
"""A video's id, or ``article-N`` of an article: the only form that ajax.php takes (`ajax.php`, case ``comments``)."""

PINNED_INDEX: Final = 999
"""`comment-list.tpl` gives the pinned copy this number instead of a loop index."""

_PAGER: Final = re.compile(r"do=show_comments&(?:amp;)?page=(\d{1,6})&(?:amp;)?vid=([0-9A-Za-z-]{5,20})")
_ITEM_ID: Final = re.compile(r"comment-(\d{1,9})")
_PROFILE: Final = re.compile(r"[?&]u=([^&#]+)|/(?:user|profile|channel)/([^/?#]+)")
_DOWNVOTED: Final = frozenset({"opac5", "pm-downvoted-comment"})
_HIDDEN: Final = frozenset({"hide", "hide-me"})
_NOT_BODY: Final = frozenset({"media-heading", "media-actions", "media-object", "media-date"})
_WORDS: Final = files("crawler.systems").joinpath("data/phpmelody.json")
PHRASE_LENGTH: Final = 120
"""The longest phrase of the language files has 52 characters; longer text is no phrase."""


@dataclass(slots=True)
class ListPage:
    """What one answer shows: the watch page itself or an answer of ajax.php."""

    listed: list[Comment] = field(default_factory=list)
    """In the order of the list; their ids are loop indices and are not kept."""
    pinned: Comment | None = None
    """The "top comment" (most liked, more than two likes): a copy of a listed one, or its only copy."""
    last_number: int = 1
    """The highest page that the pager leads to."""
    has_more: bool = False
    """Whether a "load more" button stands where numbers usually stand."""
    stated: int | None = None
    """How many comments the page says there are; an answer of ajax.php never says."""
    downvoted: int = 0
    """Comments shown faded because of their down-votes."""
    banned: int = 0
    """Comments whose author is marked as banned."""


@cache
def phrases(key: str) -> frozenset[str]:
    """A text of the 27 language files (PHP Melody 2.1-2.7 `lang/*.php`) as :func:`phrase` writes it."""
    texts: dict[str, list[str]] = json.loads(_WORDS.read_text(encoding="utf-8"))[key]
    return frozenset(phrase(text) for text in texts)


def phrase(text: str) -> str:
    """A text for comparison: white space folded, case and closing punctuation dropped."""
    return " ".join(text.split()).casefold().rstrip(" .!…。")


def find_list(document: Document) -> LexborNode | None:
    """The list of the native thread; the tabs of Facebook and Disqus never hold one."""
    return (
        document.first("#comments-native ul.pm-ul-comments")
        or document.first("#comment-list-container ul.pm-ul-comments")
        or document.first("ul.pm-ul-comments")
    )


def pager_of(document: Document) -> tuple[int, str | None]:
    """The highest page number of the pager, and the id that it asks for. Its links are ``#``, the address is script."""
    last, uniq_id = 1, None
    for link in document.css("[onclick*='show_comments']"):
        found = _PAGER.search(link.attributes.get("onclick") or "")
        if found:
            last = max(last, int(found[1]))
            uniq_id = uniq_id or found[2]
    return last, uniq_id


def read_list(document: Document, *, observed_at: int, language: str | None) -> ListPage | None:
    """Everything that an answer shows of the thread, or None when it holds no list at all.

    :param observed_at: when the answer arrived, microseconds since the epoch, UTC
    :param language: of the watch page; an answer of ajax.php does not state one
    """
    container = find_list(document)
    if container is None:
        return None
    page = ListPage(last_number=pager_of(document)[0])
    before = 0
    for item, index in _items(container):
        comment = _comment(item, document, observed_at, language)
        classes = classes_of(item)
        page.downvoted += bool(classes & _DOWNVOTED)
        page.banned += _is_banned(item)
        if "pm-top-comment" in classes or (index == PINNED_INDEX and before != PINNED_INDEX - 1):
            comment.is_pinned = True
            page.pinned = comment
        else:
            comment.is_pinned = False
            page.listed.append(comment)
        before = index
    page.has_more = page.last_number == 1 and bool(page.listed) and _offers_more(document)
    return page


def _offers_more(document: Document) -> bool:
    more = phrases("lmore_comments")
    return any(phrase(_short(node)) in more for node in document.css(".pm-comments a, .pm-comments button"))


def _short(node: LexborNode) -> str:
    """The node's own line when it can be a phrase at all."""
    text = node.text(deep=True) or ""
    return text if len(text) <= PHRASE_LENGTH else ""


def _items(container: LexborNode) -> Iterator[tuple[LexborNode, int]]:
    """Items with their loop indices; ``#preview_comment`` is a form's placeholder."""
    for item in container.iter(include_text=False):
        found = _ITEM_ID.fullmatch(item.attributes.get("id") or "")
        if item.tag == "li" and found:
            yield item, int(found[1])


def _is_banned(item: LexborNode) -> bool:
    if item.css_first(".media-body-banned, .pm-comment-banned") is not None:
        return True
    return any(not classes_of(label) & _HIDDEN for label in item.css("[class*='label-banned-']"))


def _comment(item: LexborNode, document: Document, observed_at: int, language: str | None) -> Comment:
    comment = Comment(id_kind="surrogate", depth=1)
    _author(item.css_first(".pm-comment-author, .media-heading"), document, comment)
    comment.text, comment.text_html = _body(item)
    comment.like_count = _votes(item, "like")
    comment.dislike_count = _votes(item, "dislike")
    time = item.css_first("time")
    if time is None:
        return comment
    raw = time.attributes.get("datetime") or time.attributes.get("title") or line_of(time)
    set_published(comment, read_time(raw, observed_at=observed_at, language=language))
    return comment


def _author(head: LexborNode | None, document: Document, comment: Comment) -> None:
    """A member's name is a link to the profile, a guest's is loose text among labels, buttons and the address."""
    if head is None:
        return
    link = next((a for a in head.css("a[href]") if (a.attributes.get("href") or "").strip("#") and line_of(a)), None)
    if link is not None:
        comment.author_name, comment.author_kind = line_of(link), "registered"
        comment.author_url = document.link(link.attributes.get("href"))
        found = _PROFILE.search(comment.author_url or "")
        comment.author_id = unquote(found[1] or found[2]) if found else None
        return
    own = "".join(node.text(deep=False) or "" for node in head.iter(include_text=True) if node.tag == "-text")
    comment.author_name, comment.author_kind = " ".join(own.split()), "guest"


def _body(item: LexborNode) -> tuple[str | None, str | None]:
    """Text and markup of the body: `.pm-comment-txt` (2.1), else what `.media-body` holds besides head and votes."""
    slot = item.css_first(".pm-comment-txt")
    if slot is not None:
        return text_of(slot), inner_html(slot)
    slot = item.css_first(".media-body")
    if slot is None:
        return None, None
    parts = [part for part in slot.iter(include_text=False) if not classes_of(part) & _NOT_BODY]
    if len(parts) == 1:
        return text_of(parts[0]), inner_html(parts[0])
    text = text_of(slot, skip=lambda node: bool(classes_of(node) & _NOT_BODY))
    return text, "".join(part.html or "" for part in parts)


def _votes(item: LexborNode, kind: str) -> int | None:
    """Votes where the template shows them (to members only); an empty counter is zero."""
    counter = item.css_first(f"[id^='comment-{kind}-count-']")
    if counter is None:
        return None
    digits = line_of(counter)
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else None if digits else 0
