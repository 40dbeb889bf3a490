"""What tells that records were collected from other pages: newest comments, threads, all that one author said."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Collection
from typing import Final

from crawler.extract.urls import path_of
from crawler.systems.around.tree import Tree
from crawler.systems.around.words import COMMENT, line_key
from crawler.systems.generic.records import NEAR
from crawler.systems.generic.slots import PROFILE, Slots
from crawler.systems.generic.targets import (
    heading_link,
    is_of_page,
    is_titular,
    names_author,
    page_of,
    placed_at,
    subject_of,
)
from crawler.systems.generic.template import Template

FEW: Final = 4
"""Records from which it says something that all are by the same author."""


def is_by_one(template: Template, slots: Slots, own: Collection[str]) -> bool:
    """Whether the records are what one member has written: all lead to one profile, and nothing calls them comments.

    A few tell it only where the page itself is that profile, or by its address one of somebody of that name.

    :param own: paths of the page itself
    """
    tree = template.tree
    count = len(template.records)
    if any(tree.roles[record.start] & COMMENT for record in template.records):
        return False
    profiles = {(name.text, page_of(tree, name.node)) for name in slots.names if name is not None}
    name, profile = profiles.pop() if len(profiles) == 1 else ("", "")
    if PROFILE.search(profile) and path_of(profile) in own:
        return True
    if any(PROFILE.search(path) and path.rpartition("/")[2].casefold() == name.casefold() for path in own):
        return True
    unnamed = slots.names.count(None)  # one may be what stands before the first
    return count >= FEW and bool(profile) and unnamed <= min(1, count - FEW)


def hold_last(template: Template, last: list[int]) -> bool:
    """Whether most records hold an element with a time that is named as the last or newest post: a list of topics.

    :param last: see :class:`Surroundings`
    """
    ends = [bisect_left(last, record.end) - bisect_right(last, record.start) for record in template.records]
    return 2 * sum(map(bool, ends)) > len(ends)


ODD: Final = 5
"""Of so many records one may be something else: a heading, a line of controls."""
FIRST: Final = 2
"""Links of a record of which the first that names nobody may be the title of its page."""


def is_collected(template: Template, slots: Slots, own: Collection[str]) -> bool:
    """Whether the records stand on other pages: a site's newest comments, or what a member has said where.

    Each leads to a place in its page, or has its page's title as a heading or first link, and some have the same page.
    Links of a thread lead to one page (and one to its form) or, where they are addresses of the comments, each to
    another.

    :param own: paths of the page itself; where one other page is all there is, its title must be what is linked
    """
    tree, count = template.tree, len(template.records)
    least = count - count // ODD
    is_elsewhere = _lead_to_threads(template, own) or _are_timed_elsewhere(template, slots, own)
    if is_elsewhere or _are_of_member(template, slots, own):
        return True
    placed = [link for record in template.records if (link := placed_at(tree, record)) is not None]
    if len(placed) == count and _are_said_elsewhere(tree, placed, own):
        return True
    placed = [link for link in placed if not _is_of_its_own(tree.attrs[link].get("href") or "")]
    pages = Counter(line_key(page_of(tree, link).partition("?")[0]) for link in placed)
    if least <= pages.total() and len(pages) < pages.total():
        if len(pages) > 2 or (len(pages) > 1 and min(pages.values()) > 1):
            return True
        paths = {path_of(page_of(tree, link)) for link in placed}
        linked = [(tree.text(link), page_of(tree, link)) for link in placed]
        if len(placed) > 2 and paths.isdisjoint(own) and _are_titles(linked):
            return True
    titles: list[tuple[str, str]] = []
    names = [name.text for name in slots.names if name is not None and tree.link_of(name.node)]
    are_names = 2 * sum(map(is_titular, names)) <= len(names)
    for record, name in zip(template.records, slots.names, strict=True):
        heading = heading_link(tree, record)
        for link in record.links[:FIRST] if heading is None else [heading]:
            if not (are_names and name is not None and names_author(tree, name, link, link)):
                titles.append((subject_of(tree.text(link)), page_of(tree, link)))
                break
    return count >= FEW and least <= len(titles) and _are_titles(titles) and len(set(titles)) > 1


def _are_said_elsewhere(tree: Tree, placed: list[int], own: Collection[str]) -> bool:
    """Whether links lead to places in several other pages that this page does not have.

    The number of such a place is not that of its page, as it is where a comment has an address of its own.

    :param own: paths of the page itself
    """
    pages = {page_of(tree, link).partition("?")[0] for link in placed}
    if len(pages) < SEVERAL or not {path_of(page) for page in pages}.isdisjoint(own):
        return False
    led = [(tree.attrs[link].get("href") or "").partition("#") for link in placed]
    if any(not (place[2].isascii() and (at := _DIGITS.search(place[2]))) or at[0] in place[0] for place in led):
        return False
    places = {place for _, _, place in led}
    return not any(places.intersection(filter(None, map(attrs.get, PLACES))) for attrs in tree.attrs if attrs)


def _is_of_its_own(href: str) -> bool:
    """Whether an address with a place in its page is that of the place alone: ``/comment/12/vote#comment-12``."""
    page, _, place = href.partition("#")
    number = _DIGITS.search(place)
    return number is not None and number[0] in _DIGITS.findall(page)


_DIGITS = re.compile(r"\d+")
SEVERAL: Final = 2
"""Other pages to which links of one list lead."""
PLACES: Final = ("id", "name")
"""Attributes that name a place in a page."""
_THREAD = re.compile(r"[/?&_-](?:view|show)?(?:thread|topic)s?(?:\.\w+\?|[/?=-])[^/#]+/?$", re.IGNORECASE)
"""What an address ends with that is a thread's, and no place in it."""
LONGEST_HREF: Final = 500
"""Longer addresses are not those of threads, characters."""


def _lead_to_threads(template: Template, own: Collection[str]) -> bool:
    """Whether the records, or the elements around several each, lead to a thread each.

    On a page that is none, this is the index of a board: titles, or opening posts with their last answers. What stands
    in an element named as comments may lead to the answers on each by an address of this page (``?thread=12``).

    :param own: paths of the page itself
    """
    tree, heads = template.tree, template.group.heads
    if tree.roles[heads[0]] & COMMENT or any(_THREAD.search(path) for path in own):
        return False
    around = list(dict.fromkeys(tree.ups[head] for head in heads))
    without = own if any(tree.roles[up] & COMMENT for up in tree.above(heads[0], NEAR)) else ()
    return _are_threads(tree, heads, without) or (len(around) < len(heads) and _are_threads(tree, around, without))


def _are_timed_elsewhere(template: Template, slots: Slots, own: Collection[str]) -> bool:
    """Whether the times link to posts by their numbers in pages of their own: `/topic/5/ferries/12`, the last of each.

    Where posts are numbered below their authors (`/mira/12`), they may all be of one thread.
    """
    tree, count = template.tree, len(template.records)
    pages: set[str] = set()
    linked = 0
    for stamp, name in zip(slots.stamps, slots.names, strict=True):
        if stamp is None or not (place := _NUMBERED.fullmatch(path_of(page_of(tree, stamp.node)))):
            continue
        author = path_of(page_of(tree, name.node)) if name is not None else ""
        if place[1] in own or (author and author.rpartition("/")[2] in place[1].split("/")):
            return False
        pages.add(place[1])
        linked += 1
    return len(pages) > 1 and count - count // ODD <= linked


_OF_MEMBER = re.compile(
    r"/(?:u|users?|profil[ei]?s?|members?)/[^/]+(?:/[^/]+)?"
    r"/(?:posts|topics|threads|comments|replies|answers|messages|activity)$",
    re.IGNORECASE,
)
"""The end of an address that names what a member has said: `/user/mo/posts`, `/member/profile/4/posts`."""


def _are_of_member(template: Template, slots: Slots, own: Collection[str]) -> bool:
    """Whether the page's address names what a member has said, and no record leads to the profile of another."""
    tree = template.tree
    if not any(map(_OF_MEMBER.search, own)):
        return False
    linked = (page_of(tree, name.node) for name in slots.names if name is not None)
    profiles = {path_of(url) for url in linked if PROFILE.search(url)}
    return all(any(path.startswith(profile + "/") for path in own) for profile in profiles)


_NUMBERED = re.compile(r"(.*/[^/]*[^\W\d_][^/]*)/\d{1,9}/?")
"""The path of something numbered in what a word names."""


def _are_threads(tree: Tree, nodes: list[int], without: Collection[str]) -> bool:
    """Whether the first elements hold a link to a thread each, each to another, by the same words or by its title.

    Posts lead to themselves by the subject that all have.

    :param without: paths of the page itself, where its own addresses are no threads
    """
    links = tree.places.get("a", [])
    led: list[tuple[str, str]] = []
    for node in nodes[:ODD]:
        for link in links[bisect_right(links, node) : bisect_left(links, tree.ends[node])]:
            href = tree.attrs[link].get("href") or ""
            if len(href) <= LONGEST_HREF and _THREAD.search(href) and not is_of_page(href, without):
                led.append((href, tree.text(link)))
                break
    said = {line_key(text) for _, text in led}
    subjects = {subject_of(text) for text in said}
    is_each_own = 1 < len(led) == len({page for page, _ in led}) == len(nodes[:ODD])
    return is_each_own and len(subjects) in (1, len(led)) and subjects == said


def _are_titles(named: list[tuple[str, str]]) -> bool:
    """Whether what is linked are titles of pages, each page by its own, some more than once."""
    kinds = set(named)
    is_each_own = len(kinds) == len({title for title, _ in kinds}) == len({page for _, page in kinds})
    return is_each_own and len(kinds) < len(named) and 2 * sum(is_titular(title) for title, _ in named) > len(named)
