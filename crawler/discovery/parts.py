"""Further pages of a thread that have addresses of their own: `?page=2` of a topic is no page beside the topic."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from crawler.discovery.found import as_page
from crawler.discovery.listing import MAX_LINKS
from crawler.extract.document import Document
from crawler.extract.text import line_of
from crawler.extract.urls import page_url

_NUMBER: Final = re.compile(r"(?:page\s*)?([0-9]{1,5})", re.IGNORECASE)
"""What is written on a link to another page of something."""

_NUMBERED_PATH: Final = re.compile(r"/(?:page|seite|pagina|p)[/-]?([0-9]{1,6})/?$", re.IGNORECASE)
_NUMBERED_PAIR: Final = re.compile(r"(?:page|paged|pg|p|offset|start)=[0-9]{1,6}", re.IGNORECASE)
"""What of an address says which page of something it is."""


class _Address(NamedTuple):
    place: str
    """Scheme, host and path, without the number of a page and the slash behind it."""
    number: str
    """The number that the path ended with, as it is written."""
    pairs: tuple[str, ...]
    """Of the query."""


def whole_of(document: Document, is_known: Callable[[str], bool]) -> str | None:
    """The address of the first page, when this is a further one of it; None when it is not, or nothing names the first.

    Told by the numbers that lead to the others: what these addresses and the page's own have in common is the first.
    So is a page with something else in place of the number (`?post=30`, answered by the page that a post stands on).

    :param is_known: whether the site names an address; the page itself may name it as well
    """
    own = page_url(document.url)
    if own is None:
        return None
    here = _address(own)
    if not (here.number or here.pairs):
        return None
    linked: set[str] = set()
    firsts: dict[str, None] = {}
    for node in document.css("a[href]")[:MAX_LINKS]:
        href = document.link(node.attributes.get("href"))
        url = as_page(href) if href is not None else None
        if url is None or not url.startswith(here.place) or url == own:
            continue
        linked.add(url)
        number = _NUMBER.fullmatch(line_of(node).strip("[]() "))
        if number is not None:
            firsts.update(dict.fromkeys(_first_of(own, here, _address(url), number[1])))
    return next((url for url in firsts if url != own and (url in linked or is_known(url))), None)


def _first_of(own: str, here: _Address, there: _Address, written: str) -> Iterator[str]:
    """The spellings of the first page's address, where another page of the same is there."""
    more = [pair for pair in there.pairs if pair not in here.pairs]
    if there.place != here.place or len(more) > 1 or not all(_is_number(pair, written) for pair in more):
        return
    common = "&".join(pair for pair in here.pairs if pair in there.pairs)
    places = (here.place, here.place + "/") if here.number else (own.partition("?")[0],)
    yield from (place + ("?" + common if common else "") for place in places)


def _is_number(pair: str, written: str) -> bool:
    """Whether a pair of a query tells the number of a page; `p` is also the id of a post (WordPress)."""
    return _NUMBERED_PAIR.fullmatch(pair) is not None and (pair[:2].lower() != "p=" or pair[2:] == written)


def _address(url: str) -> _Address:
    parts = urlsplit(url)
    number = _NUMBERED_PATH.search(parts.path)
    path = parts.path[: number.start()] if number is not None else parts.path.rstrip("/")
    return _Address(
        f"{parts.scheme}://{parts.netloc}{path}",
        number[0] if number is not None else "",
        tuple(filter(None, parts.query.split("&"))),
    )
