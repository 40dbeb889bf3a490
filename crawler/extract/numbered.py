"""Addresses of the numbered pages of something: which differ in the number alone, and where the first one is."""

from __future__ import annotations

import re
from operator import ne
from typing import Final, NamedTuple
from urllib.parse import urlsplit

NUMBERED_PATH: Final = re.compile(r"/(?:page|seite|pagina|p)[/:-]?[0-9]{1,6}/?$", re.IGNORECASE)
NUMBERED_PAIR: Final = re.compile(r"(?:page|paged|pg|p|offset|start)=[0-9]{1,6}", re.IGNORECASE)
"""What of an address says which page of something it is: the end of a path, a pair of a query."""


class Address(NamedTuple):
    """An address by its parts."""

    place: str
    """Scheme, host and path, without the number of a page and the slash behind it."""
    number: str
    """What the path ended with where that is the number of a page."""
    pairs: tuple[str, ...]
    """Of the query."""


def address(url: str) -> Address:
    """The parts of an absolute address."""
    parts = urlsplit(url)
    number = NUMBERED_PATH.search(parts.path)
    path = parts.path[: number.start()] if number is not None else parts.path.rstrip("/")
    return Address(
        f"{parts.scheme}://{parts.netloc}{path}",
        number[0] if number is not None else "",
        tuple(filter(None, parts.query.split("&"))),
    )


def first_of(url: str, other: str, written: str | None = None) -> list[str]:
    """How the address of the first page may be spelled, where another one is a page of the same; else nothing.

    That is what both have in common. The first page's own address is its own first.

    :param written: the number on the link to the other; `p` is a page only where it has that, else the id of a post
    """
    here, there = address(url), address(other)
    more = _more(there, here)
    if there.place != here.place or len(more) > 1 or not all(_is_number(pair, written) for pair in more):
        return []
    shared = frozenset(there.pairs)
    common = "&".join(pair for pair in here.pairs if pair in shared)
    places = (here.place, here.place + "/") if here.number else (url.partition("?")[0],)
    return [place + ("?" + common if common else "") for place in places]


def _more(there: Address, here: Address) -> list[str]:
    """The pairs of a query that another one does not have."""
    known = frozenset(here.pairs)
    return [pair for pair in there.pairs if pair not in known]


def _is_number(pair: str, written: str | None) -> bool:
    return NUMBERED_PAIR.fullmatch(pair) is not None and (pair[:2].lower() != "p=" or pair[2:] == written)


def adds_to(url: str, other: str, *, any_value: bool = False) -> bool:
    """Whether an address is another one with a number more: ``/story`` and ``/story?c=2``.

    At the top of a site ``p`` is the id of a post.

    :param any_value: whether what it has more may be anything, e.g. the place to go on from (``?after=x7``)
    """
    here, there = address(url), address(other)
    more = _more(there, here)
    if there.place != here.place or there.number or len(more) != 1 or len(there.pairs) != len(here.pairs) + 1:
        return False
    name, _, value = more[0].partition("=")
    is_post = name == "p" and not urlsplit(url).path.strip("/")
    is_number = value.isdecimal() and len(value) <= LONGEST_NUMBER
    return bool(value) and (is_number or any_value) and not is_post


def continues(url: str, other: str) -> bool:
    """Whether an address is that of a further page at another one by the number alone that it has more or otherwise.

    ``/story/5`` and ``/?p=5`` are other stories beside ``/story/4`` and ``/?p=4``.
    """
    here, there = address(url), address(other)
    if adds_to(url, other):
        return True
    if here.pairs == there.pairs and is_page_of(other, url, 1):
        return other.rstrip("/") != url.rstrip("/")
    return bool(first_of(url, other)) and _POST.match(here.number) is None and other != url


_POST: Final = re.compile(r"/p[/:-]?[0-9]", re.IGNORECASE)
"""``/p/5`` may be a post."""


def differs_in_number(url: str, other: str) -> bool:
    """Whether two addresses differ in one number alone, or the other has it more at its end: ``/t.20`` of ``/t.0``."""
    here, there = (_FIGURES.split(one.rstrip("/")) for one in (url, other))
    if here[::2] == there[::2]:
        return [*map(ne, here, there)].count(True) == 1
    more = other.rstrip("/").removeprefix(url.rstrip("/"))
    return more != other and _AT_END.fullmatch(more) is not None


_FIGURES = re.compile(r"([0-9]+)")
_AT_END = re.compile(r"[/,;._-][0-9]{1,6}")


def is_further(url: str, other: str) -> bool:
    """Whether an address may be that of a further page at another one: by what its query has more, or a number.

    ``/story?after=x7``, ``/story/comments/2`` and ``/story,2.html`` of ``/story`` and ``/story.html``.
    """
    if adds_to(url, other, any_value=True):
        return True
    here, there = (_EXTENSION.sub("", one.partition("?")[0]) for one in (url, other))
    return there.startswith(here) and _NUMBER_BEHIND.fullmatch(there[len(here) :]) is not None


_EXTENSION: Final = re.compile(r"(?:\.[a-zA-Z]{2,5}|/)$")
_NUMBER_BEHIND: Final = re.compile(r"[/,;_.-](?:[a-z]{1,12}[/_-]?)?[0-9]{1,5}", re.IGNORECASE)


def without_number(url: str) -> list[str]:
    """The address of the first page, where an address says that it is a further one: ``/story`` of ``/story?page=2``.

    Else nothing; ``/p/5`` and ``/?p=5`` may be posts.
    """
    here = address(url)
    path, _, query = url.partition("?")
    if here.number and _POST.match(here.number) is None:
        return [here.place + path[len(path.rstrip("/")) :] + ("?" + query if query else "")]
    kept = [pair for pair in here.pairs if _PLACE.fullmatch(pair) is None]
    if len(kept) + 1 != len(here.pairs) or not urlsplit(url).path.strip("/"):
        return []
    return [path + ("?" + "&".join(kept) if kept else "")]


_PLACE: Final = re.compile(
    r"(?:(?:page|paged|pg|p|offset|start|seite|pagina|strona|sida|side)=(?!1$|0$)[0-9]{1,6}|(?:cursor|after|before)=.+)",
    re.IGNORECASE,
)
"""What of a query says from where on something is shown."""


def is_titled(place: str, short: str) -> bool:
    """Whether a path is another one that ends with a number, and a title: `/topic/9-title` of `/topic/9`."""
    return _TITLED.fullmatch(place[len(short) :]) is not None and place.startswith(short) and short[-1:].isdecimal()


_TITLED: Final = re.compile(r"[-_./][^/]+")


LONGEST_NUMBER: Final = 5
"""Digits of the number of a page."""

LONGEST_STATED: Final = 40
"""Characters of a line that says which page this is."""


def stated_page(line: str) -> tuple[int, int] | None:
    """Which page of how many a line says that this is: ``Page 1 of 5``."""
    found = _OF.search(line) if len(line) <= LONGEST_STATED else None
    here, of = (int(number) for number in found.groups() if number) if found is not None else (0, 0)
    return (here, of) if 1 <= here <= of else None


_OF = re.compile(
    r"(?:page|pagina|página|seite|side|sida|sivu|strona|strana|stránka|страница|стр\.?|oldal|sayfa|trang|halaman|σελίδα"
    r"|ページ|페이지|صفحة|עמוד)\s*(\d{1,4})\s*(?:/|(?:out\s+)?of|von|de|sur|di|van|dari|z|ze|od|din|из|з|af|av|fra|από|من|מתוך)"
    r"\s*(\d{1,4})\b|第\s*(\d{1,4})\s*[页頁]\W*共\s*(\d{1,4})\s*[页頁]"
    r"|(\d{1,4})\s*/\s*(\d{1,4})\s*(?:ページ|페이지|页|頁|oldal|sayfa)",
    re.IGNORECASE,
)
"""``Page 1 of 5`` in some languages."""


def is_page_of(url: str, here: str, number: int) -> bool:
    """Whether an address is that of a page of the same thing by the number that its path ends with, or of the first.

    :param here: the address of one of them
    :param number: which of them this is
    """
    path, own = url.partition("?")[0].rstrip("/"), here.partition("?")[0].rstrip("/")
    first = own.removesuffix(f"/{number}") if number > 1 else own
    more = path[len(first) + 1 :]
    return path == first or (path.startswith(first + "/") and more.isdecimal() and len(more) <= LONGEST_NUMBER)
