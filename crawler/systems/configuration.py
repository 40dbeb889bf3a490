"""Settings that pages hand to embedded widgets in inline scripts: ``shortname = 'x'``, ``this.page.url = "..."``."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from crawler.extract.document import Document
from crawler.systems.scripts import unescaped

MAX_SCRIPTS: Final = 4_000_000
"""Inline script text of one page that is searched, characters; state blobs of large sites have one or two million."""


def scripts(document: Document) -> str:
    """The text of a page's inline scripts, whatever their type (state blobs count), without comments of JavaScript."""
    texts, left = [], MAX_SCRIPTS
    for script in document.css("script:not([src])"):
        text = script.text()[:left]
        texts.append(text)
        left -= len(text)
        if left <= 0:
            break
    return _COMMENTS.sub(lambda match: match[1] or " ", "\n".join(texts))


def setting(text: str, name: str) -> str | None:
    """The first literal that is given to a name: ``name = "x"``, ``name: 'x'``, ``"name": "x"``, ``name: 12``.

    A name with dots is written so (``this.page.url``); a name without one may stand behind any object. None where it
    is given an expression, or never.
    """
    found = _assignment(name).search(text)
    if found is None:
        return None
    literal: str = next(group for group in found.groups() if group is not None)
    return unescaped(literal)


def names(text: str, name: str) -> bool:
    """Whether a name is given anything at all, a literal or an expression."""
    return _assigned(name).search(text) is not None


_COMMENTS = re.compile(
    r"""("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)|/\*(?:[^*]|\*(?!/))*(?:\*/|\Z)|(?<![:\\])//[^\n]*"""
)
"""String literals (kept) and comments; a slash pair behind a colon outside of a string is an address in plain text."""


@lru_cache(maxsize=64)
def _assigned(name: str) -> re.Pattern[str]:
    return re.compile(rf"""(?<![\w$-])["']?{re.escape(name)}["']?\s*[:=](?!=)\s*""")


@lru_cache(maxsize=64)
def _assignment(name: str) -> re.Pattern[str]:
    literal = r""""((?:\\.|[^"\\\n])*)"|'((?:\\.|[^'\\\n])*)'|`((?:\\.|[^`\\$])*)`|(\d{1,18})(?![\w.])"""
    return re.compile(rf"{_assigned(name).pattern}(?:{literal})(?!\s*[+\w$.\[(])", re.DOTALL)
