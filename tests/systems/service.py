"""A comment system's server made of a list of comments: what every system is read from in the conformance tests.

A service answers as the software it stands for does (its docstring names version and source, or says that the shapes
are written from documentation). The same comments are the truth that a harvest is compared with.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from kit import Answer
from scrapy import Request

from crawler.systems.base import System

SECOND = 1_000_000
START = 1_600_000_000 * SECOND
JSON = {"content-type": "application/json; charset=utf-8"}
HTML = {"content-type": "text/html; charset=utf-8"}


@dataclass
class Said:
    """A comment as its system holds it."""

    id: str
    text: str = "Hello"
    """Plain text, one paragraph."""
    author: str = "Ada"
    parent: str | None = None
    at: int = START
    """Publication, microseconds UTC, a whole second."""
    likes: int = 0
    edited_at: int | None = None
    is_removed: bool = False
    """Removed; a stub stays where the system keeps one."""
    is_pinned: bool = False

    @property
    def iso(self) -> str:
        return datetime.fromtimestamp(self.at // SECOND, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    @property
    def seconds(self) -> int:
        return self.at // SECOND

    @property
    def millis(self) -> int:
        return self.at // 1000


@dataclass
class Service(ABC):
    """What a system answers, and what it can answer at all."""

    comments: list[Said] = field(default_factory=list)
    is_closed: bool = False
    reply_cap: int | None = None
    """A fault: replies of one comment beyond so many are sent by nobody, though they are counted."""
    hidden: frozenset[str] = frozenset()
    """A fault: ids that no answer holds, though they are counted."""
    lie: int = 0
    """A fault: added to every count that is stated."""
    _indexed: tuple[list[Said], int, dict[str | None, list[Said]]] | None = field(default=None, init=False, repr=False, compare=False)

    system: ClassVar[type[System]]
    options: ClassVar[Mapping[str, Any]] = {}
    """Settings, e.g. the key."""
    key_is_optional: ClassVar[bool] = False
    """Whether the thread can be read without the key as well."""
    url: ClassVar[str] = "https://news.example.org/2021/07/a-video/"
    page_size: ClassVar[int] = 10
    """Top-level comments of one answer; 0 when all come at once."""
    reply_page_size: ClassVar[int] = 0
    """Replies of one comment that come before more have to be asked for; 0 when all come."""
    max_depth: ClassVar[int | None] = None
    """Deepest level the system stores; None is any, 1 a flat list."""
    counts: ClassVar[bool] = True
    """Whether it states how many comments there are."""
    counts_replies: ClassVar[bool] = False
    """Whether it states how many replies a comment has."""
    keeps_stubs: ClassVar[bool] = False
    """Whether a removed comment with replies stays as a stub."""
    can_close: ClassVar[bool] = False
    """Whether its answers say that a thread is closed."""
    knows: ClassVar[frozenset[str]] = frozenset()
    """Of ``likes``, ``edited``, ``pinned``: what its answers hold besides author, text, time and parent."""
    is_json: ClassVar[bool] = True
    """Whether its answers are JSON."""
    may_lack: ClassVar[frozenset[str]] = frozenset()
    """Keys that its answers leave out where they have nothing to say (Go: `omitempty`): a reply without its parent's id
    is a true answer about another comment."""
    shows_empty: ClassVar[bool] = True
    """Whether a page shows a thread that has no comment."""
    asks_nothing: ClassVar[bool] = False
    """Whether the page itself holds the whole thread, so that there is no request that could fail."""

    @abstractmethod
    def page(self) -> str:
        """The page that holds the thread."""

    @abstractmethod
    def answer(self, request: Request) -> Answer | None:
        """The answer to a request; None where there is nothing at that address."""

    def said_id(self, native_id: str) -> str:
        """:attr:`Said.id` of the comment that a harvest gives this id."""
        return native_id

    # -- for answers ----------------------------------------------------------------------------------

    @property
    def shown(self) -> list[Said]:
        """What answers hold, in the order of the list."""
        return [said for said in self.comments if self._is_shown(said)]

    def _is_shown(self, said: Said) -> bool:
        return said.id not in self.hidden and self._is_kept(said)

    def _is_kept(self, said: Said) -> bool:
        return not said.is_removed or (self.keeps_stubs and said.id in self._by_parent)

    @property
    def _by_parent(self) -> dict[str | None, list[Said]]:
        """The comments by their parents. It is made again when a comment has come or gone."""
        made = self._indexed
        if made is None or made[0] is not self.comments or made[1] != len(self.comments):
            under: dict[str | None, list[Said]] = {}
            for said in self.comments:
                under.setdefault(said.parent, []).append(said)
            self._indexed = made = (self.comments, len(self.comments), under)
        return made[2]

    def top(self) -> list[Said]:
        return [said for said in self._by_parent.get(None, ()) if self._is_shown(said)]

    def below(self, parent: str) -> list[Said]:
        """Direct replies that answers hold."""
        replies = [said for said in self._by_parent.get(parent, ()) if self._is_shown(said)]
        return replies if self.reply_cap is None else replies[: self.reply_cap]

    def descendants(self, root: str) -> list[Said]:
        """All replies under a comment, the oldest first, as flat systems hold them."""
        found, level = [], self._by_parent.get(root, [])
        while level:
            found += level
            level = [reply for said in level for reply in self._by_parent.get(said.id, ())]
        replies = [said for said in found if self._is_shown(said)]
        return replies if self.reply_cap is None else replies[: self.reply_cap]

    def counted(self, *, stubs: bool = True, top: bool = False, under: str | None = None, deep: bool = False) -> int:
        """A stated count: all comments, or the top level, or the replies under one (all of them, or direct ones)."""
        if under is not None and not deep:
            return sum(self._is_kept(said) and (stubs or not said.is_removed) for said in self._by_parent.get(under, ()))
        kept = [said for said in self.comments if self._is_kept(said) and (stubs or not said.is_removed)]
        if under is not None:
            ids = {under}
            for said in kept:
                ids |= {said.id} if said.parent in ids else set()
            return sum(said.parent in ids for said in kept)
        return sum(not top or said.parent is None for said in kept) + self.lie


def query_of(url: str) -> dict[str, str]:
    """What an address asks for; of a name that stands there more than once the first value."""
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def json_answer(value: object, status: int = 200, headers: Mapping[str, str] = JSON) -> Answer:
    return status, headers, json.dumps(value, ensure_ascii=False).encode()


def html_answer(html: str, status: int = 200) -> Answer:
    return status, HTML, html.encode()


def page_with(embed: str, *, head: str = "") -> str:
    """A page with a title, a text and what embeds the thread."""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A video</title>{head}</head>'
        f"<body><h1>A video</h1><p>About the video.</p>{embed}</body></html>"
    )
