"""Addresses and answers in few bytes, for sets of all those of a site."""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import Final

from crawler.extract.document import Document
from crawler.extract.outline import outline_of
from crawler.extract.urls import page_url


def mark(url: str) -> bytes:
    """An address in eight bytes: a site of a million pages costs 100 MB less."""
    return blake2b(url.encode("utf-8", "surrogatepass"), digest_size=8).digest()


def mark_of_path(url: str) -> bytes:
    """The same of an address without its query, and without a slash at the end."""
    return mark(url.partition("?")[0].rstrip("/"))


def mark_of_answer(document: Document) -> bytes:
    """A page's path and what it shows, in eight bytes: the same for two addresses of one page.

    That is its title, its lines, its ids, its pictures and what plays on it; links, and forms with their tokens, may
    have the address in them or be new each time. So may the time that it shows, and how often it was seen: figures in
    lines with a clock, and short lines that count something, are left out.
    """
    shown = [" ".join(title.text(deep=True).split())] if (title := document.first("title")) is not None else []
    for line in outline_of(document).lines:
        if line.is_heading:
            shown.append(line.text)
        elif not _is_count(line.text):
            shown.append(_FIGURES.sub("0", line.text) if _CLOCK.search(line.text) else line.text)
    shown += [node.attributes.get("src") or "" for node in document.css(_MEDIA)]
    shown += [node.attributes.get("id") or "" for node in document.css("[id]")]  # those of its comments
    return mark("\n".join([document.url.partition("?")[0].rstrip("/"), *shown]))


def mark_of_words(document: Document) -> bytes:
    """What a page shows, whatever its address and in whatever order, in eight bytes: the same for a thread's places.

    As in :func:`mark_of_answer`, but without links in lines with a clock: a byline may lead to each comment but the one
    that the address names.
    """
    shown = [line.plain if _CLOCK.search(line.text) else line.text for line in outline_of(document).lines]
    said = sorted(" ".join(_FIGURES.sub("0", text).split()) for text in shown if not _is_count(text))
    ids = sorted({node.attributes.get("id") or "" for node in document.css("[id]")})
    title = document.first("title")
    return mark("\n".join([title.text(deep=True).strip() if title is not None else "", *said, *ids]))


def mark_of_heads(document: Document) -> bytes:
    """A page's title and first headings in eight bytes."""
    return mark("\n".join(" ".join(node.text(deep=True).split()) for node in document.css("title, h1")[:HEADS]))


HEADS: Final = 3
"""Title and headings that are looked at."""


def above_number(url: str) -> str | None:
    """An address without the number that its path ends with: `/topic/5` of `/topic/5/12`."""
    place = _NUMBERED.fullmatch(url)
    return place[1] if place is not None else None


_NUMBERED: Final = re.compile(r"([^?#]+[^/?#:])/[0-9]{1,9}/?")


def may_answer_elsewhere(document: Document) -> bool:
    """Whether other addresses with a page's path may show it, and not name it as the page that they are.

    Not where it says what its address is and has no link to its own path with a query, such as to a post of a topic.
    """
    if document.first('link[rel~="canonical"][href]') is None:
        return True
    own = document.url.partition("?")[0].partition("://")[2].rstrip("/")
    name = own.rpartition("/")[2]
    for _, href, attributes in document.elements.links:
        path, query = href.partition("?")[::2]
        if query and (not path or name in path) and "nofollow" not in (attributes.get("rel") or ""):
            address, query = (page_url(document.link(href) or "") or "").partition("?")[::2]
            if query and address.partition("://")[2].rstrip("/") == own:
                return True
    return False


def _is_count(text: str) -> bool:
    """Whether a line is a word or two with one number: `Seen: 15 times`."""
    return len(text) <= COUNT and len(_FIGURES.findall(text)) == 1 and _WORD.search(text) is not None


COUNT: Final = 30
"""Characters of a line that counts something at most."""

_FIGURES: Final = re.compile(r"[0-9]+")
_WORD: Final = re.compile(r"[^\W\d_]{3}")
_CLOCK: Final = re.compile(r"\b[0-9]{1,2}:[0-9]{2}\b")

_MEDIA: Final = "img[src], iframe[src], embed[src], video[src], audio[src], source[src]"
