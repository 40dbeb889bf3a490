"""Comments that a page does not show but hands to its script as data: the list, and what tells whether it is all.

A list is the page's thread where its name, or the one of what holds it, speaks of comments, nearly all of its objects
have a text and an author or a time, and no other list is as good. Those in the members of another list are of other
pages: a feed of posts, each with its first comments.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from archive.schema import Comment
from crawler.extract.document import Document
from crawler.extract.urls import site_of
from crawler.systems.around.words import CAMEL, COMMENT, RECENT, SIDE, roles_of
from crawler.systems.fields import set_label
from crawler.systems.generic.members import (
    Fields,
    count_in,
    fields_of,
    id_in,
    is_held,
    is_removed,
    name_in,
    parent_in,
    read_comment,
    text_in,
    time_in,
)
from crawler.systems.hydration import states_of

MARK: Final = re.compile(
    r"(?:[Cc]omment|[Cc]oment[aá]rio|[Kk]omment)[\w$]{0,40}(?:\\{0,7}\"|&quot;|&#34;|%22|\\x22|\\u0022)\s{0,9}(?:[:,\]]|%(?:3A|2C|5D))"
)
"""A name in the data that speaks of comments, as it is written there or in the attribute of an element."""

MOST: Final = 0.8
"""Share of a list's objects that must read like comments."""

_HOLDERS: Final = (
    "edges", "nodes", "items", "list", "data", "results", "comments", "entries", "docs", "records", "rows", "objects",
    "hits", "models", "all", "byid", "entities", "content", "threads", "result", "response", "payload", "embedded",
    "commentlist",
)  # fmt: skip
"""Where an object that stands for a list holds it."""

_REPLIES: Final = (
    "replies", "children", "answers", "subcomments", "childcomments", "comments", "responses", "reply", "childs",
    "kids", "nestedcomments", "edgethreadedcomments", "replycomments", "repliesdata", "commentreplies", "subreplies",
    "replylist", "childlist", "childrenlist", "sublist", "subcommentlist",
)  # fmt: skip

_PARTS: Final = frozenset(
    {
        "best", "count", "draft", "featured", "first", "highlighted", "hot", "last", "latest", "my", "newest", "pinned",
        "popular", "preview", "recent", "top", "user",
    }
)  # fmt: skip
"""Words in the names of lists that hold a part of the comments, or those on other pages."""

_COUNTS: Final = (
    "commentcount", "commentscount", "countcomments", "numcomments", "numberofcomments", "totalcomments",
    "commentstotal", "commenttotal", "totalcommentcount", "totalcommentscount", "nbcomments", "commentsnumber",
    "commentnum", "ncomments",
)  # fmt: skip
_OWN_COUNTS: Final = ("total", "totalcount", "count", "totalelements", "totalitems", "totalresults", "found", *_COUNTS)

_MORE: Final = (
    "hasmore", "hasnext", "hasnextpage", "nextcursor", "nextpage", "nextpagetoken", "nextpageurl", "next",
    "moreavailable", "hasmorecomments", "morecomments", "loadmore", "continuation", "nextoffset", "canloadmore",
)  # fmt: skip
_END: Final = ("isend", "islast", "islastpage", "last", "end", "allloaded", "isfinished")
_PAGES: Final = ("totalpages", "pagecount", "pagescount", "numpages", "numberofpages", "lastpage", "pages")
"""How many pages the list has, of which this is one."""
_AT: Final = ("currentpage", "pagenumber", "pageno", "pagenum", "page")
"""Which of them, from 1; the first where nothing says it."""
_AT_FROM_0: Final = ("number",)
"""The same from 0 (Spring Data)."""
_PAGING: Final = ("pageinfo", "paging", "pagination", "meta", "links", "page")


@dataclass(slots=True)
class Listed:
    """The comments of a page's data."""

    where: str
    """The names that lead to them, for people: ``props.pageProps.comments``."""
    rows: list[Fields] = field(default_factory=list)
    """Those that readers are shown, each answer behind what it answers."""
    parents: list[int | None] = field(default_factory=list)
    """The place of what each answers; None at top level."""
    stated: int | None = None
    """How many there are, where the data say so."""
    is_end: bool = False
    """Whether they say that the list goes no further."""
    more: str | None = None
    """The member that says that it does."""
    onward: str | None = None
    """The address of the rest, where that member names it."""
    following: int | None = None
    """The number of the next page, where the data say at which one of how many the list is."""
    whole: float = 0.0
    """Share of them that have a text, an author and a time."""

    def comments(self, document: Document, observed_at: int, language: str | None) -> list[Comment]:
        """The comments in the order of the data, without ids where not each has one of its own."""
        ids, labels = [id_in(row) for row in self.rows], Counter[str]()
        is_named = None not in ids and len({*ids}) == len(ids)
        comments: list[Comment] = []
        for native_id, row in zip(ids, self.rows, strict=True):
            comment = read_comment(row, observed_at=observed_at, language=language, link=document.link)
            comment.native_id = native_id
            if not is_named:
                set_label(comment, labels)
            comments.append(comment)
        for comment, parent in zip(comments, self.parents, strict=True):
            comment.parent_native_id = comments[parent].native_id if parent is not None else None
        return comments

    def further(self, document: Document) -> str | None:
        """The address of the rest on the site of the answer; None where it says nothing of it."""
        rest = document.link(self.onward)
        if rest is None and self.following is not None:
            rest = _numbered(document.url, self.following)
        return rest if rest is not None and site_of(rest) == site_of(document.url) else None


def _numbered(url: str, page: int) -> str:
    """The address of another page of a list, by the number in its query that says which one it is, else by `page`."""
    place, _, query = url.partition("?")
    pairs = [pair for pair in query.split("&") if pair]
    name = next((pair.partition("=")[0] for pair in pairs if _PAGE.fullmatch(pair)), "page")
    others = [pair for pair in pairs if pair.partition("=")[0] != name]
    return f"{place}?{'&'.join([*others, f'{name}={page}'])}"


_PAGE: Final = re.compile(r"(?:page|p|pn|pg|page_?(?:no|num|number|index)|current_?page)=[0-9]*", re.IGNORECASE)


def listed_in(document: Document) -> Listed | None:
    """The thread in a page's data; None where there is none, or more than one that it may be."""
    states = states_of(document, MARK) if MARK.search(document.text) else ()
    return _one_of(listed for state in states for listed in _lists(state))


def listed_of(value: Any) -> Listed | None:
    """The thread in the answer from an address that is known to be that of comments, whatever its members are named."""
    whole = _one_of(_lists({"comments": value})) if _holds_list(value) else None
    if whole is not None and not any(_STORY.intersection(row) for row in whole.rows):
        return whole
    listed = _one_of(_lists(value))
    if listed is None:
        return whole
    extent = extent_of(value)  # the whole answer is about them
    listed.stated = extent.stated if listed.stated is None else listed.stated
    listed.more, listed.onward = listed.more or extent.more, listed.onward or extent.onward
    listed.following = listed.following or extent.following
    listed.is_end = (listed.is_end or extent.is_end) and listed.more is None
    return listed


_STORY: Final = frozenset({"title", "headline", "slug"})
"""Members of what is commented on rather than of a comment."""


def _holds_list(value: Any, depth: int = 0) -> bool:
    """Whether a value is a list, or stands for one."""
    if isinstance(value, list):
        return bool(value)
    own = fields_of(value)
    if depth < DEPTH and any(_holds_list(own.get(name), depth + 1) for name in _HOLDERS):
        return True
    is_named = len(own) > 1 or any(map(str.isdecimal, own))
    return is_named and all(isinstance(one, dict) and text_in(fields_of(one)) for one in own.values())


def _one_of(lists: Iterable[Listed]) -> Listed | None:
    found: dict[tuple[str | None, ...], Listed] = {}
    for listed in lists:
        same = tuple(id_in(row) or text_in(row) for row in listed.rows)
        if same not in found or found[same].stated is None:
            found[same] = listed
    if len(found) > 1:  # a part of the thread beside all of it is no other
        longest = max(found, key=len)
        found = {same: listed for same, listed in found.items() if same == longest or not {*same} <= {*longest}}
    return next(iter(found.values())) if len(found) == 1 else None


def _lists(state: Any) -> Iterator[Listed]:
    """The lists of comments in a state that are not of the members of another list."""
    waiting: list[tuple[Any, tuple[str, ...], tuple[Fields, ...]]] = [(state, (), ())]
    seen: set[int] = set()
    while waiting:
        value, path, above = waiting.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, list):
            objects = [one for one in value if isinstance(one, dict | list)]
            if queries := _queries(objects):
                waiting.append((queries, path, above))
            elif len(objects) == 1 or not all(isinstance(one, dict) for one in objects):
                waiting += [(one, path, above) for one in reversed(objects)]
            continue
        if not isinstance(value, dict):
            continue
        if isinstance(value.get("ROOT_QUERY"), dict):
            _link(value)
            value = value["ROOT_QUERY"]
        own = fields_of(value)
        inner = []
        for key, member in value.items():
            if _speaks(key) and (listed := _listed(member, (*path, key), (*above, own))) is not None:
                yield listed
            elif isinstance(member, dict | list):
                inner.append((member, (*path, key), (*above, own)))
        waiting += reversed(inner)


def _queries(objects: Sequence[Any]) -> dict[str, Any]:
    """What was asked for and came, by its name, where a list is one of queries (TanStack Query 3 to 5)."""
    asked = [one for one in objects if isinstance(one, dict) and {"queryKey", "state"} <= one.keys()]
    if len(asked) < len(objects) or not all(isinstance(one["state"], dict) for one in asked):
        return {}
    return {str(one["queryKey"]): one["state"].get("data") for one in asked}


def _speaks(key: str) -> bool:
    """Whether the name of a member is that of a page's comments; Apollo adds what was asked for in brackets."""
    name = key.partition("(")[0]
    roles = roles_of(name)
    if not roles & COMMENT or roles & (RECENT | SIDE):
        return False
    return _PARTS.isdisjoint(word.lower() for word in _WORD.findall(CAMEL.sub(" ", name)))


_WORD = re.compile(r"[^\W_]+")


def _link(cache: dict[str, Any]) -> None:
    """Put the objects of an Apollo cache (Apollo Client 3) where they are named by their keys."""
    waiting: list[Any] = list(cache.values())
    while waiting:
        value = waiting.pop()
        places = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for place, member in list(places):
            key = member.get("__ref") if isinstance(member, dict) else None
            if isinstance(key, str) and isinstance(cache.get(key), dict):
                value[place] = cache[key]
            else:
                waiting.append(member)


def _listed(member: Any, path: tuple[str, ...], above: tuple[Fields, ...]) -> Listed | None:
    """What a member lists, if these are comments."""
    objects = _objects(member)
    listed = Listed(".".join(path))
    _add(listed, objects)
    wanted = [row for row in listed.rows if says_something(row)]
    sound = sum(says_something(row) or is_removed(row) for row in listed.rows)
    if not wanted or sound < MOST * len(listed.rows) or not any(map(time_in, wanted)):
        return None
    _place_answers(listed)
    listed.whole = sum(bool(name_in(row) and time_in(row)) for row in wanted) / len(listed.rows)
    _note_counts(listed, member, above)
    return listed


def says_something(row: Fields) -> bool:
    """Whether an object has a text, and somebody who said it or a time."""
    return text_in(row) is not None and bool(name_in(row) or time_in(row))


def _objects(value: Any, depth: int = 0) -> list[dict[str, Any]]:
    """The objects of a list, or of what stands for one: ``{"edges": [{"node": {...}}]}``, ``{"items": [...]}``."""
    if isinstance(value, list):
        nodes = [one.get("node", one) if isinstance(one, dict) else None for one in value]
        return [one for one in nodes if isinstance(one, dict)]
    if not isinstance(value, dict) or depth == DEPTH:
        return []
    own = fields_of(value)
    for name in _HOLDERS:
        if isinstance(own.get(name), list | dict) and (found := _objects(own[name], depth + 1)):
            return found
    members = list(value.values())  # by their ids
    return members if members and all(isinstance(one, dict) and text_in(fields_of(one)) for one in members) else []


def _add(listed: Listed, objects: Sequence[dict[str, Any]]) -> None:
    """Add comments and the answers in them; those to one that is not shown stand where it stood."""
    waiting: list[tuple[dict[str, Any], int | None]] = [(one, None) for one in reversed(objects)]
    seen: set[int] = set()
    while waiting:
        value, parent = waiting.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        row = fields_of(value)
        place = parent
        below = [row[name] for name in _REPLIES if isinstance(row.get(name), list | dict)]
        answers = [one for member in below for one in _objects(member)]
        if not is_held(row):
            place = len(listed.rows)
            listed.rows.append(row)
            listed.parents.append(parent)
        for told in map(extent_of, below):
            listed.more = listed.more or told.more
            row.setdefault("replycount", told.stated)
        waiting += [(one, place) for one in reversed(answers)]


def _place_answers(listed: Listed) -> None:
    """Parents of a flat list, by what each says that it answers: only another of the list is one."""
    places = {native_id: place for place, row in enumerate(listed.rows) if (native_id := id_in(row)) is not None}
    for place, row in enumerate(listed.rows):
        if listed.parents[place] is None:
            listed.parents[place] = places.get(parent_in(row) or "")
    rooted: set[int] = set()
    for place in range(len(listed.rows)):
        path: dict[int, None] = {}
        up: int | None = place
        while up is not None and up not in rooted and up not in path:
            path[up] = None
            up = listed.parents[up]
        if up is not None and up in path:  # a circle of answers has no first comment: this one is taken for it
            listed.parents[up] = None
        rooted.update(path)  # `|=` would copy it


def _note_counts(listed: Listed, member: Any, above: tuple[Fields, ...]) -> None:
    """What the data say of how many comments there are, and of whether there are more."""
    told = extent_of(member)
    near = (count_in(part, _COUNTS) for part in above[: -NEAR - 1 : -1])
    listed.stated = next((count for count in (told.stated, *near) if count is not None), None)
    listed.more, listed.onward, listed.following = listed.more or told.more, told.onward, told.following
    listed.is_end = told.is_end and listed.more is None


class Extent(NamedTuple):
    """What an object says of the list that it stands for."""

    stated: int | None
    more: str | None
    """The member that says that it goes on."""
    is_end: bool
    """Whether one says that it does not."""
    onward: str | None
    """The address at which it goes on."""
    following: int | None
    """The number of the page on which it does."""


def extent_of(member: Any) -> Extent:
    """What a value says of the list that it is, or holds."""
    own = fields_of(member)
    around = [own, *(fields_of(own.get(name)) for name in _HOLDERS)]
    beside = [part for holder in around for part in (holder, *(fields_of(holder.get(name)) for name in _PAGING))]
    stated = next((count for part in beside if (count := count_in(part, _OWN_COUNTS)) is not None), None)
    goes_on: dict[str, bool] = {name: bool(part[name]) for part in beside for name in _MORE if name in part}
    goes_on |= {name: not part[name] for part in beside for name in _END if isinstance(part.get(name), bool)}
    following = None
    for part in beside:
        at, at_from_0 = count_in(part, _AT), count_in(part, _AT_FROM_0)
        place = at or (1 if at_from_0 is None else at_from_0 + 1)
        goes_on |= {name: pages > place for name in _PAGES if (pages := count_in(part, (name,)) or 0) > 1}
        if following is None and place < max(count_in(part, (name,)) or 0 for name in _PAGES):
            following = at + 1 if at is not None else at_from_0 + 1 if at_from_0 is not None else None
    more = next((name for name, is_more in goes_on.items() if is_more), None)
    named = (part.get(name) for part in beside for name in _MORE)
    onward = next((address for address in named if isinstance(address, str) and _ADDRESS.match(address)), None)
    return Extent(stated, more, bool(goes_on) and more is None, onward, following)


_ADDRESS: Final = re.compile(r"(?:https?:)?/|\?")
"""How an address begins; a cursor does not."""


DEPTH: Final = 2
"""Objects in each other that stand for one list."""

NEAR: Final = 3
"""Objects around a list whose counts of comments are its."""
