"""Times in the lines of comments: ages and days too, and what stands around a time."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice
from typing import Final

from crawler.extract.dates import Published
from crawler.extract.time_lines import (
    AGO,
    BETWEEN,
    CLOCK,
    DATE,
    FIGURE,
    HOUR,
    LONGEST_LINE,
    MAX_DATES,
    is_short_age,
    read_part,
    written_in,
)
from crawler.systems.around.words import is_chrome, joins, only_dates, says

LONGEST_PHRASE: Final = 60
"""Longer texts are not read as a time as a whole, characters."""

_AGE = re.compile(
    r"(?:\b\d+|\b(?:an?|one|ein(?:e[mnr]?)?|une?|una|uma|jeden)\b)\s?[^\W\d_]+\.?(?:[\s,]+(?:\d+\s?[^\W\d_]+\.?))?\s+"
    r"(?:ago|fa|atrás|temu|назад|тому|geleden|siden|sedan|sitten|önce|lalu|trước|ezelőtt|früher)\b"
    r"|\b(?:vor|hace|il y a|há|для|πριν|za|před|pred|преди|пред|لפני|منذ|قبل)\s+(?:\d+|[^\W\d_]+)\s+[^\W\d_]+"
    r"|\d+\s?[^\W\d_]{1,6}\s?(?:前|전)",
    re.IGNORECASE,
)
_DAY = re.compile(
    rf"\b(?:yesterday|today|gestern|heute|hier|aujourd'hui|вчера|сегодня|вчора|сьогодні|wczoraj|dzisiaj|dziś|ayer|hoy|ieri|"
    rf"oggi|ontem|hoje|gisteren|vandaag|igår|idag|i går|i dag|dün|bugün|σήμερα|χθες)(?:{BETWEEN}{CLOCK})?"
    rf"|(?:昨天|今天|昨日|今日|어제|오늘)\s?(?:{CLOCK})?",
    re.IGNORECASE,
)


_OWNS: Final = ("'s", "’s", "の", "의", "的")
"""What follows a day that something is called after: ``Today's comments (3)``."""


@lru_cache(maxsize=4_096)
def time_in(text: str, *, observed_at: int, language: str | None) -> tuple[Published, int, int] | None:
    """The time in a line and where it stands in it, None when there is none.

    The written date with its clock is what counts; an age or a day word only where there is no date.
    """
    if len(text) > 2 * LONGEST_LINE:
        return None
    written = written_in(text, observed_at=observed_at, language=language)
    if written is not None:
        return written
    for pattern in (_AGE, _DAY):
        for match in islice(pattern.finditer(text), MAX_DATES):
            start, end = match.span()
            if pattern is _DAY and text.startswith(_OWNS, end):
                return None
            if pattern is _DAY and FIGURE.search(text) is None and not _is_apart(text[:start], text[end:]):
                return None
            published = read_part(text[start:end], observed_at, language)
            if published is not None:
                return published, start, end
    whole = read_part(text, observed_at, language) if len(text) < LONGEST_PHRASE else None
    return None if whole is None else (whole, 0, len(text))


def _is_apart(before: str, behind: str) -> bool:
    """Whether a day word is not one of several words of a phrase, such as ``Register today``."""
    before, behind = before.strip(), behind.strip()
    is_begun = not before or not before[-1].isalnum() or only_dates(before) or says(before) or joins(before.split()[-1])
    return is_begun and (not behind or not behind[0].isalnum() or is_chrome(behind))


_FROM_TIME = re.compile(
    rf"(?:{CLOCK}|{DATE}|(?<=\w)\s*[(,;|·•—–-]\s*\d|(?<=\.)\s+[|·•—–-]\s*\d|(?<!\w)(?:{AGO})(?!\w)).*",
    re.IGNORECASE | re.DOTALL,
)
_TO_TIME = re.compile(rf".*(?:{CLOCK}|(?:{DATE}|(?:19|20)\d\d)(?:\W{{0,4}}{HOUR})?)", re.IGNORECASE | re.DOTALL)


def without_time(text: str) -> tuple[str, str]:
    """What stands before and behind the time in a line."""
    if is_short_age(text) or _AGE.fullmatch(text.strip()):  # its comma parts no name from it
        return "", ""
    match = _FROM_TIME.search(text)
    if match is None:
        return text, ""
    return text[: match.start()], _TO_TIME.sub("", text)


def behind_time(text: str) -> str:
    """What stands behind the time in a line, which may be an age."""
    behind = without_time(text)[1]
    ages = list(islice(_AGE.finditer(text), MAX_DATES)) if behind == text else []
    return text[ages[-1].end() :] if ages else behind
