"""The fields that comments of every system have: bodies of markup, times of machines. One place for each rule."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, tzinfo

from selectolax.lexbor import LexborNode

from archive.schema import Comment
from crawler.extract.dates import Published, read_time
from crawler.extract.document import Document
from crawler.extract.markup import read_markup
from crawler.extract.text import clean, inner_html
from crawler.keys import digest
from crawler.systems.answers import Row


def set_body(comment: Comment, markup: str | None, *, unseen: str | None = None) -> None:
    """Text and markup of a comment whose source gives HTML; None where it gives nothing.

    :param unseen: CSS selector of elements that are no part of the text, e.g. bylines of quotations
    """
    comment.text, comment.text_html = (None, None) if markup is None else read_markup(markup, unseen)


def markup_without(body: LexborNode, is_left_out: Callable[[LexborNode], bool]) -> str:
    """The markup of a comment's body without those of its elements that are no text."""
    if not any(is_left_out(node) for node in body.iter(include_text=False)):
        return inner_html(body).strip()
    kept = (node for node in body.iter(include_text=True) if not (node.is_element_node and is_left_out(node)))
    return "".join(node.html or "" for node in kept if node.tag != "-comment").strip()


def set_plain(comment: Comment, text: str | None) -> None:
    """Text of a comment whose source gives plain text."""
    comment.text = None if text is None else (clean(text) or "").strip()


_MARKUP = re.compile(
    r"</?(?:p|br|a|span|div|blockquote|ul|ol|li|strong|em|b|i|code|pre|h[1-6]|img|del)\b[^<>]*>", re.IGNORECASE
)


def set_either(comment: Comment, text: str) -> None:
    """Text of a comment whose source gives HTML for some and plain text for others, and does not say which."""
    if _MARKUP.search(text):
        set_body(comment, text)
    else:
        set_plain(comment, text)


def set_time(comment: Comment, raw: str | None, *, observed_at: int, zone: tzinfo | None = UTC) -> None:
    """Publication time as a machine writes it.

    :param raw: ISO 8601, or an epoch of 10 digits (seconds, also with a fraction), 13 or 16 digits
    :param observed_at: when the answer arrived, microseconds UTC
    :param zone: what a time without a zone is meant in; None when the source does not say
    """
    set_published(comment, read_time(raw, observed_at=observed_at, zone=zone))


def set_published(comment: Comment, published: Published | None) -> None:
    """Publication time as it was read; None, where nothing could be read, leaves the comment as it is."""
    if published is None:
        return
    comment.published_raw, comment.published_precision = published.raw, published.precision
    comment.published_at, comment.published_min, comment.published_max = published.at, published.min, published.max


def moment(raw: str | None, *, observed_at: int, zone: tzinfo | None = UTC) -> int | None:
    """A time of a machine as microseconds UTC, e.g. for ``edited_at``."""
    published = read_time(raw, observed_at=observed_at, zone=zone)
    return None if published is None else published.at


def set_edited(comment: Comment, raw: str | None, *, observed_at: int) -> None:
    """Time of the last edit, for sources that give one only to comments that were edited (null: was not)."""
    comment.edited_at = moment(raw, observed_at=observed_at)
    comment.is_edited = raw is not None


def set_removed(comment: Comment, status: str = "removed") -> None:
    """A stub that the source keeps of a removed comment: its text is withheld, its place is known.

    :param status: ``removed``, or ``removed_by_author``, ``removed_by_moderator`` where the source says who it was
    """
    comment.status, comment.text, comment.text_html = status, None, None


def set_label(comment: Comment, labels: Counter[str]) -> None:
    """A passing id for a comment that shows none: replies find what they answer by it, and pages that overlap.

    :param labels: how often the same author, text and time were met on the page, counted on
    """
    same = digest(comment.author_name, comment.text, comment.published_raw)[:16]
    labels[same] += 1
    comment.id_kind, comment.native_id = "surrogate", f"~{same}-{labels[same]}"


def language_of(document: Document) -> str | None:
    """The language that a page gives as its own, for dates and counts in words; None where it gives none."""
    return (document.root.attributes.get("lang") or "").strip() or None


def with_replies(tops: Iterable[Row], replies: str, key: str) -> tuple[list[Row], dict[str, str]]:
    """Top-level comments, each followed by the replies that came with it, and the top-level comment of each reply.

    :param replies: where a comment holds its replies
    :param key: where a comment holds its id
    """
    rows: list[Row] = []
    roots: dict[str, str] = {}
    for top in tops:
        below = top.rows(replies)
        rows += [top, *below]
        roots |= {reply.id(key): top.id(key) for reply in below}
    return rows, roots


def parent_in(roots: Mapping[str, str], row: Row, native_id: str, key: str) -> str | None:
    """The comment that a reply answers, or its top-level one where that one is not shown; None for no reply.

    :param roots: each reply's top-level comment
    :param key: where a reply names the comment it answers
    :raises FetchError: a reply names none
    """
    root = roots.get(native_id)
    if root is None:
        return None
    parent = row.id(key)
    return parent if root in (parent, roots.get(parent)) else root


def typed_link(link: str | None) -> str | None:
    """A homepage as people type it into a form: most leave the scheme out."""
    return link if not link or re.match(r"(?:https?:)?//", link) else f"https://{link}"
