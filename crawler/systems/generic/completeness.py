"""What a page itself tells of comments that were not read with the others."""

from __future__ import annotations

import re
from typing import Final

from crawler.systems.generic.paging import NEAR
from crawler.systems.generic.thread import Found
from crawler.systems.generic.words import speaks_of_comments

LONGEST: Final = 40
"""Longer lines do not say which page of how many this is, or how many more there are, characters."""

MANY: Final = 0.4
"""How many times may stand between the comments and in none of them, as a part of those in them."""

FEW: Final = 3
"""Fewer tell nothing."""

_OF = re.compile(
    r"(?:page|pagina|página|seite|side|sida|sivu|strona|strana|stránka|страница|стр\.?|oldal|sayfa|trang|halaman|σελίδα"
    r"|ページ|페이지|صفحة|עמוד)\s*(\d{1,4})\s*(?:/|(?:out\s+)?of|von|de|sur|di|van|dari|z|ze|od|din|из|з|af|av|fra|από|من|מתוך)"
    r"\s*(\d{1,4})\b|第\s*(\d{1,4})\s*[页頁]\W*共\s*(\d{1,4})\s*[页頁]"
    r"|(\d{1,4})\s*/\s*(\d{1,4})\s*(?:ページ|페이지|页|頁|oldal|sayfa)",
    re.IGNORECASE,
)
"""``Page 1 of 5`` in some languages."""


def pages_stated(thread: Found) -> int | None:
    """How many pages the thread has by what stands next to it (``Page 1 of 5``); None where nothing says so."""
    tree, records = thread.template.tree, thread.template.records
    first, last = records[0].start, max(record.end for record in records)
    for node in (*range(max(0, first - NEAR), first), *range(last, min(len(tree), last + NEAR))):
        line = tree.line(tree.ups[node], LONGEST) if tree.texts[node] else None
        found = _OF.search(line) if line else None
        if found is not None:
            here, of = (int(number) for number in found.groups() if number)
            if 1 <= here <= of:
                return of
    return None


_MORE = re.compile(
    r"^\W*(?:[^\W\d_]+\s+)?(\d{1,5})\s+(?:more|further|other|additional|older|earlier|weitere|autres|más|mais|altri|meer"
    r"|więcej|ещё|еще)\b|^\W*(?:[^\W\d_]+\s+)?(?:ещё|еще|plus|weitere)\s+(\d{1,5})\s"
    r"|^\W*(?:[^\W\d_]+\s+)?(\d{1,5})\s+\w+\s+(?:más|mais|de plus)\b",
    re.IGNORECASE,
)
"""``Load 28 more comments`` in some languages."""


def more_offered(thread: Found) -> int:
    """How many comments controls in and next to the thread say that they would bring."""
    tree, records = thread.template.tree, thread.template.records
    last = max(end for _, end in thread.group.spans)
    lines = [line for line in tree.texts[max(0, records[0].start - NEAR) : last + NEAR] if 0 < len(line) <= LONGEST]
    found = [more for line in lines if (more := _MORE.match(line)) is not None and speaks_of_comments(line)]
    return sum(int(number) for more in found for number in more.groups() if number)


def times_between(thread: Found) -> int:
    """How many times stand between the comments and in none of them, where these are many beside those in them; else 0.

    Then some comments are made otherwise than the others, and were not read.
    """
    tree = thread.template.tree
    parts = [thread.template] if thread.below is None else [thread.template, thread.below.template]
    spans = sorted((record.start, record.end) for part in parts for record in part.records)
    inside, read = 0, spans[0][0]
    for start, end in spans:
        if end > read:
            inside += tree.times[end] - tree.times[max(start, read)]
            read = end
    between = tree.times[read] - tree.times[spans[0][0]] - inside
    return between if between >= max(FEW, MANY * inside) else 0
