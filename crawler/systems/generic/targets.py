"""Where the links of records lead, and what their texts look like: titles, names, authors."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection
from typing import Final

from crawler.extract.urls import path_of
from crawler.systems.around.tree import HEADINGS, Tree
from crawler.systems.around.words import line_key
from crawler.systems.generic.slots import LONGEST_NAME, Name
from crawler.systems.generic.template import Record

TITLE: Final = 20
"""Letters of a link that may be a page's title."""


def names_author(tree: Tree, name: Name, node: int, link: int) -> bool:
    """Whether a name stands at a node, or what is linked there is the name once more."""
    return tree.is_in(name.node, node) or tree.line(link, LONGEST_NAME) == name.text


def heading_before(tree: Tree, node: int) -> int | None:
    """The heading that is the sibling right before a node."""
    up, earlier = tree.ups[node], node - 1
    while earlier > up and tree.ups[earlier] != up:
        earlier = tree.ups[earlier]
    return earlier if earlier > up and tree.tags[earlier] in HEADINGS else None


def subject_of(title: str) -> str:
    """A title without what makes it that of an answer: all posts of a topic have the same subject."""
    return _ANSWERED.sub("", line_key(title))


_ANSWERED = re.compile(r"^(?:(?:re|aw|odp|sv|vs|ynt|antw)\b\s*)+")


def spread_of(targets: dict[str, str], count: int) -> float:
    """Share of some records that different titles to different pages are; what all have is no title."""
    pages = len(set(targets.values()))
    return pages / count if pages > 1 or count == 1 else 0.0


def link_at(tree: Tree, node: int) -> int | None:
    """The link in or around a node."""
    links = tree.places.get("a", [])
    place = bisect_right(links, node)
    if place < len(links) and links[place] < tree.ends[node]:
        return links[place]
    while node > 0 and tree.tags[node] != "a":
        node = tree.ups[node]
    return node if node > 0 else None


def page_of(tree: Tree, node: int) -> str:
    """The address of the page that the link around a node leads to, empty for a place in this page."""
    href = tree.link_of(node) or "#"
    return "" if href.startswith(("#", "javascript:")) else href.partition("#")[0]


def other_page(tree: Tree, node: int, own: Collection[str]) -> str:
    """The same, empty also for the page itself by its whole address: the place of a comment, the form for an answer.

    :param own: paths of the page itself
    """
    url = page_of(tree, node)
    is_own = url and "?" not in url and path_of(url) in own
    return "" if is_own or (url and _OF_COMMENT.search(tree.link_of(node) or "") is not None) else url


_OF_COMMENT = re.compile(r"/comments?/(\d{1,20})/?#[a-z]{0,20}[_-]?\1$", re.IGNORECASE)
"""The address of a comment that leads to its place in its page: `/comment/12#comment-12`."""
NAME: Final = 30
"""Letters that hardly a name has more of; see :func:`size_of`."""


def is_wordy(text: str, words: int = 5) -> bool:
    """Whether a text has so many words or more, or more letters than names have."""
    return text.count(" ") >= words - 1 or size_of(text) > NAME


def is_titular(text: str) -> bool:
    """The same with four words, as most titles and few names have."""
    return is_wordy(text, 4)


def size_of(text: str) -> int:
    """Letters as an alphabet would need them: a character of Chinese, Japanese or Korean stands for about three."""
    return len(text) if text.isascii() else len(text) + 2 * sum(map(len, _WIDE.findall(text)))


_WIDE = re.compile(r"[\u2e80-\uffdc]+")


def is_of_page(href: str, own: Collection[str]) -> bool:
    """Whether an address is one of the page, with or without its path.

    :param own: paths of the page itself; none where it does not matter
    """
    return bool(own) and (href.startswith("?") or path_of(href) in own)


def placed_at(tree: Tree, record: Record) -> int | None:
    """The first link that leads to a place in another page."""
    for link in record.links:
        page, _, place = (tree.attrs[link].get("href") or "").partition("#")
        if page and place:
            return link
    return None


def heading_link(tree: Tree, record: Record) -> int | None:
    """The link in or around the first heading."""
    return link_at(tree, record.headings[0]) if record.headings else None
