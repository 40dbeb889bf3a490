"""What WordPress says around comments in 63 locales: "says:", "Comments are closed.", "One thought on".

`data/wordpress_locales.json` has one line per locale: ``says`` (what stands before and after a name), ``in_name``
(what stands before it inside its own element), ``closed``, ``none`` and ``one`` (headings that count without a digit).
Source: the translations of WordPress 6.1 (`class-walker-comment.php`, `comment-template.php`) and of bundled themes.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Final, TypedDict


class Locale(TypedDict, total=False):
    """The strings of one locale."""

    says: list[list[str]]
    in_name: str
    closed: str
    none: list[str]
    one: list[str]


@cache
def locales() -> dict[str, Locale]:
    """Every locale by its WordPress name (``de_DE``)."""
    text = files("crawler.systems").joinpath("data/wordpress_locales.json").read_text("utf-8")
    table: dict[str, Locale] = json.loads(text)
    return table


@cache
def of_language(language: str | None) -> tuple[Locale, ...]:
    """The locales of a page's ``html[lang]``, and English, which untranslated themes print in any language."""
    code = (language or "en").replace("_", "-").partition("-")[0].lower()
    names = [name for name in locales() if name.partition("_")[0].lower() in (code, "en")]
    return tuple(locales()[name] for name in names)


@cache
def closed_sentences() -> frozenset[str]:
    """The sentence "Comments are closed" in every locale, case-folded, without the full stop."""
    return frozenset(entry["closed"].casefold() for entry in locales().values() if "closed" in entry)


@cache
def counting_words(number: int) -> tuple[str, ...]:
    """Beginnings of headings that say 0 or 1 without a digit, in every locale, case-folded, longest first."""
    words: set[str] = set()
    for entry in locales().values():
        words.update(word.casefold() for word in (entry.get("one", []) if number else entry.get("none", [])))
    return tuple(sorted(words, key=len, reverse=True))


COLONS: Final = ":："
"""The colon and its full-width form (zh_CN, ja)."""


def without_says(name: str, language: str | None) -> str:
    """A name without the words that the page's locale puts around it, for themes that mark up no name.

    ``Wu Kim says:`` -> ``Wu Kim``; ``Ο/Η Νίκος λέει:`` -> ``Νίκος``.
    """
    for entry in of_language(language):
        for before, after in entry.get("says", []):
            stem = after.rstrip(COLONS).rstrip()
            if not stem:
                continue
            for ending in (after, stem):
                if name.endswith(ending) and len(name) > len(ending):
                    rest = name[: -len(ending)].rstrip()
                    return rest[len(before) :].lstrip() if before and rest.startswith(before) else rest
    return name


def without_prefix_inside(name: str, language: str | None) -> str:
    """A name without what a locale writes inside the name's own element (Scottish Gaelic: ``Tha NAME``)."""
    if not language:
        return name
    for entry in of_language(language):
        before = entry.get("in_name")
        if before and name.startswith(before + " "):
            name = name[len(before) :].lstrip()
    return name
