"""Further pages of a thread that have addresses of their own: `?page=2` of a topic is no page beside the topic."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from crawler.discovery.found import as_page
from crawler.discovery.listing import MAX_LINKS
from crawler.extract.dates import ANY_TIME
from crawler.extract.document import Document
from crawler.extract.numbered import LONGEST_NUMBER, address, first_of, is_titled, stated_page
from crawler.extract.outline import outline_of
from crawler.extract.text import line_of
from crawler.extract.urls import page_url, site_of
from crawler.systems.around.links import shown_number
from crawler.systems.generic.system import language_of
from crawler.systems.generic.thread import THRESHOLD, find_thread

_NUMBER: Final = re.compile(r"(?:page\s*)?([0-9]{1,5})", re.IGNORECASE)
"""What is written on a link to another page of something."""


def whole_of(document: Document, is_known: Callable[[str], bool]) -> str | None:
    """The address of the first page, when this is a further one of it; None when it is not, or nothing names the first.

    Told by the numbers that lead to the others: what these addresses and the page's own have in common is the first.
    So is a page with something else in place of the number (`?post=30`, answered by the page that a post stands on).
    Where all these numbers lead to one longer spelling of the page's own path (`/topic/9-title` of `/topic/9`), it is
    that one's.

    :param is_known: whether the site names an address; the page itself may name it as well
    """
    if (before := _first_of_stated(document)) is not None:
        return before
    own = page_url(document.url)
    here = address(own) if own is not None else None
    if own is None or here is None or not (here.number or here.pairs):
        return None
    linked: set[str] = set()
    firsts: dict[str, None] = {}
    longer: dict[str, list[str]] = {}
    for node in document.css("a[href]")[:MAX_LINKS]:
        href = document.link(node.attributes.get("href"))
        url = as_page(href) if href is not None else None
        if url is None or not url.startswith(here.place) or url == own:
            continue
        linked.add(url)
        number = _NUMBER.fullmatch(line_of(node).strip("[]() "))
        if number is not None:
            firsts.update(dict.fromkeys(first_of(own, url, number[1])))
            place = address(url).place
            if is_titled(place, here.place):
                longer[place] = first_of(url.partition("?")[0] + "?" + own.partition("?")[2], url, number[1])
    if not firsts and len(longer) == 1:
        firsts.update(dict.fromkeys(next(iter(longer.values()))))
    return next((url for url in firsts if url != own and (url in linked or is_known(url))), None)


def first_of_thread(document: Document, has_thread: Callable[[], bool | None]) -> str | None:
    """The first page of a thread, where a row of numbers behind or among the comments says that this is a further one.

    In a row above them the pages of the article may be numbered.

    :param has_thread: whether a comment system finds a thread
    """
    if not any(line_of(node) == "1" for node in document.css("a[href]")[:MAX_LINKS]) or not has_thread():
        return None
    found = find_thread(document, observed_at=ANY_TIME, language=language_of(document))
    if found is None or found.confidence < THRESHOLD:
        return None
    place = found.place
    for node in range(place.first, len(place.tree)):
        if place.tree.tags[node] == "a" and place.tree.line(node, LONGEST_NUMBER) == "1" and place.is_near(node):
            url = document.link(place.tree.attrs[node].get("href"))
            first = page_url(url) if url is not None else None
            is_other = first is not None and first != page_url(document.url) and site_of(first) == site_of(document.url)
            if is_other and (shown_number(place.tree, node, document) or 0) > 1:
                return first
    return None


def _first_of_stated(document: Document) -> str | None:
    """The first page, where a line says which page this is, its path ends with that number, and it links to the first.

    An address such as `/topic/5/2` alone may be that of another thing.
    """
    url = page_url(document.url) or ""
    number = url.rstrip("/").rpartition("/")[2]
    if not (number.isdecimal() and len(number) <= LONGEST_NUMBER and int(number) > 1):
        return None
    stated = (stated_page(line.text) for line in outline_of(document).lines)
    if not any(page is not None and page[0] == int(number) for page in stated):
        return None
    first = url.rstrip("/").removesuffix(f"/{number}")
    linked = (document.link(href) or "" for _, href, _ in document.elements.links)
    return next((link for link in linked if link.rstrip("/") == first), None)
