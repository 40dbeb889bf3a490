"""What a line says about who may write comments: nobody any more, or members."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from importlib import resources
from typing import Final

from crawler.systems.generic.words import Words, speaks_of_comments

_TABLES: Final = json.loads(resources.files("crawler.systems.generic").joinpath("data/states.json").read_text("utf-8"))
"""``closed``: that something is; ``topic``: what may be beside comments; ``not_so``: what makes a rule, a question or
a plan of it; ``login``: that one comes in or is a member. A ``*`` ends a stem.
"""

LONGEST_NOTE: Final = 100
"""Longer lines say more than that, characters."""

_CLOSED, _TOPIC = Words(_TABLES["closed"]), Words(_TABLES["topic"])
_NOT_SO, _LOGIN = Words(_TABLES["not_so"]), Words(_TABLES["login"])
_TO_READ = re.compile(
    r"\b(?:read|see|view|show|load|unlock|lesen|sehen|anzeigen|lire|voir|afficher|leer|ler|leggere|lezen|lire)\b"
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


def state_words_in(text: str) -> bool:
    """Whether a text may hold a word that says that something is closed; False is sure."""
    return _CLOSED.may_be_in(text.casefold())
