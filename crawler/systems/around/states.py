"""What a line says of comments: that there are none, and who may write some: nobody any more, or members."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib import resources
from typing import Final, NamedTuple

from crawler.extract.document import Document
from crawler.extract.text import line_of
from crawler.systems.around.counts import LONGEST_SAYING, stated_in
from crawler.systems.around.place import Place
from crawler.systems.around.tree import PRESSED, Tree, is_pressed, is_unshown, nodes_of
from crawler.systems.around.words import Words, line_key, speaks_of_comments

_DATA: Final = resources.files("crawler.systems.around").joinpath("data")
_TABLES: Final = json.loads(_DATA.joinpath("states.json").read_text("utf-8"))
"""``closed``: that something is; ``topic``: what may be beside comments; ``not_so``: what makes a rule, a question or
a plan of it; ``login``: that one comes in or is a member. A ``*`` ends a stem.
"""

_EMPTY: Final = json.loads(_DATA.joinpath("empty.json").read_text("utf-8"))
"""``none``: whole sentences that say that there are no comments; ``first``: how one begins that asks for the first
comment. A ``*`` ends a stem.
"""

LONGEST_NOTE: Final = 100
"""Longer lines say more than that, characters."""

_CLOSED, _TOPIC = Words(_TABLES["closed"]), Words(_TABLES["topic"])
_NONE, _FIRST = frozenset(map(line_key, _EMPTY["none"])), Words(map(line_key, _EMPTY["first"]), before="^")
_SENTENCE = re.compile(r"[.!?;:…。！？]+")
_NOT_SO, _LOGIN = Words(_TABLES["not_so"]), Words(_TABLES["login"])
_TO_READ = re.compile(
    r"\b(?:read|see|view|show|load|unlock|lesen|sehen|anzeigen|lire|voir|afficher|leer|ler|leggere|lezen)\b"
    r"|прочита|посмотре|увид|查看|阅读|見る|読む|보기"
)


@lru_cache(maxsize=4_096)
def state_said(line: str, *, is_beside: bool = False) -> str | None:
    """``closed`` or ``login``, by what a line says of the writing of comments; None where it says neither.

    A line with a figure says when they are closed (``after 14 days``), and not that they are.

    :param is_beside: whether comments stand next to it, so that a topic is that of the thread
    """
    if not 0 < len(line) <= LONGEST_NOTE or any(map(str.isdecimal, line)):
        return None
    text = line.casefold().replace("’", "'")
    is_of_comments = speaks_of_comments(line)
    if not is_of_comments and not (is_beside and _TOPIC.are_in(text)):
        return None
    if _CLOSED.are_in(text) and not _NOT_SO.are_in(text) and "?" not in text and "？" not in text:
        return "closed"
    return "login" if is_of_comments and _LOGIN.are_in(text) and not _TO_READ.search(text) else None


def says_none(line: str) -> bool:
    """Whether a line says that there are no comments: ``0 comments``, ``Be the first to comment``."""
    if len(line) > LONGEST_NOTE or not speaks_of_comments(line):
        return False
    stated = stated_in(line) if len(line) <= LONGEST_SAYING else None
    if stated is not None:
        return stated.is_exact and not stated.comments
    sentences = map(line_key, _SENTENCE.split(line))
    return any(sentence in _NONE or _FIRST.are_in(sentence) for sentence in sentences)


def state_words_in(text: str) -> bool:
    """Whether a text may hold a word that says that something is closed; False is sure."""
    return _CLOSED.may_be_in(text.casefold())


def state_beside(place: Place, document: Document) -> str | None:
    """``closed`` or ``login`` by the lines next to the comments of a page; None where nothing says so."""
    notes = list(_notes(place.tree, place.beside(), document, is_beside=True))
    if any(note.state == "closed" and not note.is_control for note in notes):
        return "closed"
    return "login" if any(note.state == "login" for note in notes) else None


def closed_note(document: Document) -> str | None:
    """The one line by which a page without comments says that nobody may write any; None without one.

    Several are those of other pages, in a list.
    """
    if not _may_be_closed(document):
        return None
    tree = nodes_of(document)
    said = _notes(tree, tree.places.get("", ()), document, is_beside=False)
    notes = dict.fromkeys(note.line for note in said if note.state == "closed" and not note.is_control)
    alone = [line for line in notes if not any(line != other and other in line for other in notes)]
    return alone[0] if len(alone) == 1 else None


def _may_be_closed(document: Document) -> bool:
    """Whether a page has any word of such a line; False is sure and costs next to nothing."""
    body = document.tree.body
    return body is not None and state_words_in(body.text(deep=True, separator=" "))


class _Note(NamedTuple):
    """A line that says who may write."""

    line: str
    state: str
    is_control: bool
    """Whether a link or a button is in it, or around it."""


def _notes(tree: Tree, nodes: Iterable[int], document: Document, *, is_beside: bool) -> Iterator[_Note]:
    """What the short lines of some nodes say, and those around them, without the page's title and what is not shown."""
    heading = document.first("h1")
    title = line_of(heading) if heading is not None else ""
    for node in nodes:
        if len(tree.texts[node]) > LONGEST_NOTE:
            continue
        for around in (node, *tree.above(node, 2)) if tree.texts[node] else ():
            line = tree.line(around, LONGEST_NOTE)
            if line is None:
                break
            line = line.replace(title, "") if len(title) > SHORTEST_TITLE else line
            state = state_said(line, is_beside=is_beside)
            inside = range(around, min(tree.ends[around], around + MOST_INSIDE))
            if state is None or sum(tree.tags[one] == "a" for one in inside) > MOST_LINKS:
                continue
            if any(tree.tags[one] in CODE for one in (tree.ups[around], *inside)):
                continue
            if not any(is_unshown(tree.attrs[one]) for one in (*inside, *tree.above(around, ABOVE))):
                is_control = any(tree.tags[one] in PRESSED for one in inside)
                yield _Note(line, state, is_control or tree.link_of(node) is not None or is_pressed(tree, node))


CODE: Final = frozenset({"pre", "code", "tt", "kbd", "samp"})
"""What holds examples, which say nothing of the page."""

ABOVE: Final = 8
"""Elements around comments that may be the answer that they are on."""

MOST_INSIDE: Final = 20
"""Nodes of a line."""

MOST_LINKS: Final = 2
"""More links in a line are a menu: to log in, to register."""

SHORTEST_TITLE: Final = 3
"""Characters; shorter ones may be a part of any line."""

_BARRED = re.compile(
    r"(?:\b(?:log|sign)[ -]?(?:ged )?in\b|\b(?:register|subscri|join\b|become)|\bmembers?\b).{0,40}"
    r"\bto (?:read|see|view|show|load|unlock|access)\b(?!.{0,12}\byour\b)"
    r"|\b(?:remaining|other|rest of the|more|further)\b.{0,20}\b(?:subscribers?|members?|registered|logged)\b"
    r"|\b(?:anmelden|einloggen|registrieren|abonnieren|angemeldete?)\b.{0,40}\b(?:lesen|sehen|anzuzeigen|anzeigen)\b"
    r"|\b(?:connecte[zr]|inscri\w+|abonn\w+)\b.{0,30}\bpour (?:lire|voir|afficher|accéder)\b"
    r"|\b(?:inicia\w* sesión|regístr\w+|suscríb\w+|identifíc\w+)\b.{0,30}\bpara (?:ver|leer)\b"
    r"|\b(?:войдите|авторизуйтесь|зарегистрируйтесь)\b.{0,30}\b(?:прочита|посмотре|увид|чита)"
    r"|(?:登录|登錄|登入)后?(?:查看|阅读|可见)|ログイン.{0,20}(?:見る|読む|表示)|로그인.{0,20}보기",
    re.IGNORECASE,
)
"""``Log in to see all comments`` in some languages; what asks for a login to write is none."""

LONGEST_BARRED: Final = 90
"""Characters of such a line."""


def says_barred(text: str) -> bool:
    """Whether a text says who may read comments."""
    return _BARRED.search(text) is not None


def barred(place: Place) -> str | None:
    """The line next to the thread that says who may read the rest of it; None without one."""
    return next(filter(says_barred, place.lines_beside(LONGEST_BARRED)), None)
