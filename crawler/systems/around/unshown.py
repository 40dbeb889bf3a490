"""What a page that shows no comments says of those it has: what would show them, and to whom."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Final, NamedTuple

from crawler.extract.dates import ANY_TIME
from crawler.extract.document import Document
from crawler.extract.time_lines import holds_age, is_short_age, written_in
from crawler.extract.urls import site_of
from crawler.systems.around.counts import LONGEST_SAYING, REVIEWS, numbers_in
from crawler.systems.around.more import SHOWS
from crawler.systems.around.states import LONGEST_BARRED, says_barred, says_none, state_said
from crawler.systems.around.tree import HEADINGS, Tree, flatten, is_unshown, leads_nowhere, nodes_of
from crawler.systems.around.words import (
    BODY,
    COMMENT,
    COUNTED,
    FORM,
    PINNED,
    RECENT,
    SIDE,
    is_chrome,
    leads_to_login,
    speaks_of_comments,
)

_FILLERS: Final = frozenset(
    {"all", "the", "alle", "die", "les", "tous", "los", "todos", "os", "i", "tutti", "de", "wszystkie", "все"}
)

_SHOWS_CLOSELY = re.compile(r"查看|显示|顯示|加载|載入|展开|見る|表示|読む|보기|열기")

LONGEST_CLOSE: Final = 12
"""Characters of such a label where words are not parted."""

LONGEST_WORD: Final = 20
"""Characters of a heading that is one word."""

_NEEDS_SCRIPT = re.compile(r"java\s?script", re.IGNORECASE)

_COMING = re.compile(r"\W*(?:loading|kommentare werden geladen|commentaires? en cours de chargement)\b", re.IGNORECASE)

_IN_GALLERY = re.compile(r"carousel|lightbox", re.IGNORECASE)
"""Jetpack's gallery has comments on pictures, and a note that they are being loaded, on each page that has pictures."""

_CONTROLS: Final = frozenset({"a", "button", "summary"})


class Unshown(NamedTuple):
    """What a page says of comments of which it shows none."""

    reason: str
    """The sentence about it."""
    stated: int | None
    """How many there are, where it says so."""
    address: str | None = None
    """Where they can be read, on the page's own site."""


def unshown(document: Document) -> Unshown | None:
    """What brings comments where a page shows none: ``Show 12 comments``, ``Log in to see the comments``; else None.

    ``Enable JavaScript to view the comments`` is one, as its ``noscript`` tells what scripts would do.
    """
    tree = nodes_of(document)
    for node in tree.places.get("", ()):
        said = tree.texts[node]
        if len(said) > LONGEST_BARRED or not speaks_of_comments(said):
            continue
        around = list(tree.above(node, CLOSE))
        if any(is_unshown(tree.attrs[up]) for up in around):
            continue
        control = next((up for up in around if tree.tags[up] in _CONTROLS or "onclick" in tree.attrs[up]), None)
        line = tree.line(control, LONGEST_SAYING) if control is not None else None
        is_told = line is not None and _brings_comments(line)
        if control is not None and line is not None and is_told and _is_own(tree, control, line, document):
            address = own_address(document, tree.attrs[control])
            return Unshown(_reason(line), max(numbers_in(line), default=None), address)
        if _is_note(tree, node, around):
            return Unshown(_reason(said), None)
    return None


def unread_below(document: Document) -> Unshown | None:
    """A heading that says no more than that comments follow, with what may be some below it; None where there is none.

    It is for pages on which no comment could be read. What may be one is dated, or is a name and a text that no note,
    control or form says.
    """
    tree = flatten(document)
    headings = sorted(node for tag in HEADINGS for node in tree.places.get(tag, ()))
    for node, following in zip(headings, _next_of_rank(tree, headings), strict=True):
        line = tree.line(node, LONGEST_WORD) or ""
        is_word = speaks_of_comments(line) and _is_one_word(line) and not REVIEWS.search(line)
        if not is_word or any(tree.roles[up] & (RECENT | SIDE) for up in (node, *tree.above(node, AROUND))):
            continue
        below = list(_below(tree, node, following))
        if any(_is_dated(tree, one) for one in below) or _may_be_said(tree, below):
            return Unshown(f"what stands below the heading {line!r} could not be read as comments", None)
    return None


def unread_named(document: Document) -> Unshown | None:
    """An element that is named as the text of a comment and says something, beside a name and a day; else None.

    It is for pages on which no comment could be read.
    """
    tree = flatten(document)
    named = (node for node, role in enumerate(tree.roles) if role & COMMENT and role & BODY)
    saying = (node for node in named if tree.chars[tree.ends[node]] - tree.chars[node] > LONGEST_WORD)
    for node in islice(saying, LOOKED):
        around = list(range(up := tree.ups[node], min(tree.ends[up], up + MOST)))
        is_other = any(tree.roles[above] & _NO_THREAD for above in (node, *tree.above(node, AROUND)))
        if not is_other and any(_is_dated(tree, one) for one in around) and _may_be_said(tree, around):
            name = (tree.attrs[node].get("class") or tree.tags[node])[:LONGEST_SAYER]
            return Unshown(f"the element {name!r} is named as the text of a comment, and could not be read", None)
    return None


_NO_THREAD: Final = RECENT | SIDE | PINNED | FORM

MOST: Final = 200
"""Nodes beside the text of a comment that are looked at."""


def _is_one_word(line: str) -> bool:
    """Whether a heading is one word, or what stands for one: ``Bình luận``."""
    words = _words(line)
    return len(words) == 1 or " ".join(words) in COUNTED


def _next_of_rank(tree: Tree, headings: list[int]) -> list[int]:
    """For each heading the next one of its rank or a higher one: lower ones may be names of those who comment."""
    nearest = dict.fromkeys(HEADINGS, len(tree))
    found = []
    for node in reversed(headings):
        rank = tree.tags[node]
        found.append(min(end for other, end in nearest.items() if other <= rank))
        nearest[rank] = node
    return found[::-1]


def _may_be_said(tree: Tree, nodes: list[int]) -> bool:
    """Whether some nodes hold a name and a text: a line that is no sentence, and one longer than names are.

    Where a line says that there are none, or that nobody may write any more, what stands below is something else.
    """
    lines = [tree.texts[node] for node in nodes if tree.texts[node] and _is_ones_own(tree, node)]
    said = [tree.texts[node] for node in nodes if tree.texts[node]]
    is_told = any(says_none(line) or state_said(line) == "closed" for line in said)
    names = sum(line[-1] not in _ENDS or line.count(" ") < FEW for line in lines if len(line) <= LONGEST_SAYER)
    return len(lines) > 1 and names > 0 and not is_told and any(len(line) > LONGEST_WORD for line in lines)


_ENDS: Final = ".!?…。！？"

FEW: Final = 2
"""Blanks that a name with such an end does not have: ``Beth O.``, and not ``Be the first!``."""

LONGEST_SAYER: Final = 40
"""Characters of a name with what says that it is one."""


def _is_ones_own(tree: Tree, node: int) -> bool:
    """Whether a text is none that a program writes: a note, a control, a link, the name of a field, who may write."""
    text, around = tree.texts[node], tree.ups[node]
    if is_chrome(text) or speaks_of_comments(text) or tree.link_of(node) is not None:
        return False
    if any(tree.tags[up] in _FIELDS or is_unshown(tree.attrs[up]) for up in tree.above(node, AROUND)):
        return False
    inner = range(around, min(tree.ends[around], around + LOOKED))
    return not any(tree.tags[one] == "a" and leads_to_login(tree.attrs[one].get("href")) for one in inner)


_FIELDS: Final = frozenset({"form", "label", "button", "select", "noscript", "script", "style"})

LOOKED: Final = 12
"""Nodes of a line among which a link to log in is looked for."""


def _below(tree: Tree, heading: int, end: int) -> Iterator[int]:
    """What stands below a heading in the same element, up to a field to write in, without other parts of the page."""
    around = next((up for up in tree.above(heading, AROUND) if tree.ends[up] > tree.ends[heading]), 0)
    node = tree.ends[heading]
    while node < min(end, tree.ends[around]) and tree.tags[node] != "textarea":
        yield node
        node = tree.ends[node] if tree.tags[node] in _OTHER_PARTS else node + 1


_OTHER_PARTS: Final = frozenset({"aside", "footer", "nav"})


def _is_dated(tree: Tree, node: int) -> bool:
    """Whether a text tells a day or an age, and is no link; a lone year is none."""
    text = tree.texts[node]
    if not (text and tree.timed[node]) or tree.link_of(node) is not None:
        return "datetime" in tree.attrs[node]
    is_age = is_short_age(text) or holds_age([text])
    return is_age or written_in(text, observed_at=ANY_TIME, language=None) is not None


AROUND: Final = 8
"""Elements around a heading that say whether it stands in a sidebar, or hold what stands below it."""


def _reason(said: str) -> str:
    return f"the page shows no comments, and has what would show some: {said!r}"


CLOSE: Final = 3
"""Elements around a text that may be the control or the note whose text it is."""


def _is_own(tree: Tree, control: int, line: str, document: Document) -> bool:
    """Whether a control is about this page: it leads nowhere, to a place in it that is counted, or below it."""
    href = tree.attrs[control].get("href")
    if href is None:
        return True
    if len(href) > 1 and href[0] == "#":  # there a reader would find them, or that there are none
        return any(numbers_in(line))
    if not _shows(line):
        return "onclick" in tree.attrs[control]  # else it may be the label of any story
    below = document.url.partition("#")[0].rstrip("/") + "/"
    return leads_nowhere(href) or href.startswith("javascript:") or (document.link(href) or "").startswith(below)


_ADDRESSES: Final = ("src", "href", "hx-get", "data-hx-get", "data-src", "data-url", "data-href")
"""Attributes by which an element says what its script is to ask for (HTML 4.8.5, Turbo 8, htmx 2)."""

_INTERFACES: Final = (
    "data-comments-url", "data-comment-url", "data-comments-endpoint", "data-comments-api", "data-api-url",
    "data-api-endpoint", "data-api", "data-endpoint", "data-load-url", "data-load", "data-ajax-url", "data-ajax",
    "data-fetch-url", "data-fetch", "data-get-url", "data-list-url", "data-remote-url", "data-remote",
    "data-source-url", "data-source", "api-url", "api", "endpoint", "source",
)  # fmt: skip
"""The same by names that others give to it, where the value looks like an address."""

_ADDRESS: Final = re.compile(
    r"\s*(?:(?:https?:)?/|\.{1,2}/|\?|[\w.~-]{1,99}(?:[/?]|\.(?:json|php|html?|aspx?|jsp|cgi)\b))"
)


def own_address(document: Document, own: Mapping[str, str | None]) -> str | None:
    """The address that an element's attributes give to its content, where it is another one on the page's own site."""
    written = [own.get(key) for key in _ADDRESSES]
    written += [value for key in _INTERFACES if (value := own.get(key)) and _ADDRESS.match(value)]
    home = document.url.partition("#")[0]
    others = (link for link in map(document.link, written) if link is not None and link.partition("#")[0] != home)
    return next((link for link in others if site_of(link) == site_of(home)), None)


def _is_note(tree: Tree, node: int, around: list[int]) -> bool:
    """Whether a text says where the comments are: of somebody who may not see them, or whose browser has no scripts."""
    said, names = tree.texts[node], [_names(tree, up) for up in around]
    if any(map(_IN_GALLERY.search, names)):
        return False
    if any(tree.tags[up] == "noscript" for up in around) and _NEEDS_SCRIPT.search(said):
        return True
    is_there = any("comment" in name for name in names)
    return is_there and (says_barred(said) or _COMING.match(said) is not None)


def _names(tree: Tree, node: int) -> str:
    return f"{tree.attrs[node].get('id') or ''} {tree.attrs[node].get('class') or ''}".lower()


def _brings_comments(line: str) -> bool:
    """Whether a label is made of nothing but a word for comments, a number above 0 or words that say "show"."""
    if not speaks_of_comments(line) or REVIEWS.search(line):
        return False
    if _shows_closely(line):
        return True
    words = [word for word in _words(line) if word not in _FILLERS and word not in SHOWS]
    others = [word for word in words if not word.isdecimal()]
    is_told = _shows(line) or any(int(word) for word in words if word.isdecimal())
    return is_told and len(others) == 1 and speaks_of_comments(others[0])


def _shows(line: str) -> bool:
    """Whether a label says that it shows something."""
    return not SHOWS.isdisjoint(_words(line)) or _shows_closely(line)


def _shows_closely(line: str) -> bool:
    return len(line) <= LONGEST_CLOSE and _SHOWS_CLOSELY.search(line) is not None


def _words(line: str) -> list[str]:
    return re.findall(r"[^\W_]+", line.casefold())
