"""What a page itself tells of comments that were not read with the others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from crawler.extract.document import Document
from crawler.extract.text import line_of
from crawler.extract.urls import canonical_url
from crawler.systems.generic.paging import NEAR, beside
from crawler.systems.generic.surroundings import numbers_in
from crawler.systems.generic.template import PRESSED
from crawler.systems.generic.thread import Found
from crawler.systems.generic.tree import is_unshown
from crawler.systems.generic.words import speaks_of_comments

LONGEST: Final = 40
"""Longer lines do not say how many more there are, characters."""

MANY: Final = 0.4
"""How many times may stand between the comments and in none of them, as a part of those in them."""

FEW: Final = 3
"""Fewer tell nothing."""

_REVIEWS = re.compile(r"review|rating|bewertung|recens|valoraci|отзыв|評価|评价", re.IGNORECASE)
"""What is said of a product, which is not read."""


def announced(document: Document) -> int | None:
    """How many comments a page says it has, by links to a place in itself: ``<a href="#talk">56 comments</a>``."""
    own = {document.url.partition("#")[0], canonical_url(document)}
    counts: list[int] = []
    for node, href, _ in document.elements.links:
        address, _, place = href.partition("#")
        line = line_of(node) if place and (not address or document.link(address) in own) else ""
        if 0 < len(line) <= LONGEST and speaks_of_comments(line) and _REVIEWS.search(line) is None:
            counts += numbers_in(line)
    return max(counts, default=None)


_COUNT_ALONE = re.compile(r"\W*(?:\d[\d.,'’ ]{0,9}\w+|\w+\W{1,3}\d[\d.,'’ ]{0,9})\W*")


def headed(document: Document) -> int | None:
    """How many comments a page says it has, by a heading that says nothing else: ``<h3>56 comments</h3>``."""
    for node in document.css("h2, h3, h4, h5"):
        line = line_of(node)
        is_count = len(line) <= LONGEST and _COUNT_ALONE.fullmatch(line) and speaks_of_comments(line)
        if is_count and not _REVIEWS.search(line):
            return next(iter(numbers_in(line)), None)
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


_ALL = re.compile(
    r"^\W*(?:[^\W\d_]+\s+){0,6}(?:all|alle[nr]?|tou[st](?:es)? les|tod[oa]s l[oa]s|tod[oa]s (?:os|as)"
    r"|tutt[ie] (?:gli|i|le)|wszystkie|všechny|все|всі|усі|összes|toate|tüm)\W{0,3}([\d.,'’ ]{1,9})"
    r"|^\W*(?:查看|阅读|浏览)?(?:全部|所有|すべての|全て|모든)\W{0,3}([\d.,]{1,9})",
    re.IGNORECASE,
)
"""``View all 51 comments``, ``Please log in to read all 51 comments`` in some languages."""


def all_stated(thread: Found) -> int | None:
    """How many comments there are by what leads to all of them, next to the thread; None where nothing does."""
    for line in _lines_beside(thread):
        found = _ALL.search(line)
        figures = re.sub(r"\D", "", "".join(filter(None, found.groups()))) if found is not None else ""
        if figures:
            return int(figures)
    return None


_FURTHER = re.compile(
    r"\b(?:more|older|mehr|weitere|ältere|plus de|davantage|autres|más|mais|altri|meer|więcej|ещё|еще|больше"
    r"|більше|több|více|viac|fler[ea]?|daha fazla)\b|更多|もっと|더\s?보기",
    re.IGNORECASE,
)


def leads_to_more(thread: Found) -> str | None:
    """The control next to the thread that would bring more comments and does not say how many; None without one."""
    tree = thread.template.tree
    for node in beside(thread, BESIDE):
        line = tree.texts[node]
        further = _FURTHER.search(line) if 0 < len(line) <= LONGEST else None
        if further is None or any(map(str.isdecimal, line)):
            continue
        what = " ".join(line[further.end() :].split()[:2])
        around = [up for up in (node, *tree.above(node, 3)) if not tree.texts[up]]
        is_control = any(tree.tags[up] in PRESSED or "onclick" in tree.attrs[up] for up in around)
        if is_control and speaks_of_comments(what) and not any(is_unshown(tree.attrs[up]) for up in around):
            return line
    return None


def _lines_beside(thread: Found) -> Iterator[str]:
    """The short lines beside a thread that speak of comments, in one piece."""
    tree = thread.template.tree
    for node in beside(thread, BESIDE):
        line = tree.line(tree.ups[node], LONGEST) if tree.texts[node] else None
        if line is not None and speaks_of_comments(line):
            yield line


BESIDE: Final = 40
"""Nodes before and behind a thread among which something leads to the rest of it."""


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
