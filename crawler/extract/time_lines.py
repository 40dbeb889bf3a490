"""Times in the lines of a page: which texts look like one, and what exactly is the time in a line of more words."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice
from typing import Final

from crawler.extract.dates import Published, read_time

LONGEST_LINE: Final = 160
"""A longer text holds no byline, characters."""

MAX_DATES: Final = 5
"""So many of a line are tried."""

LONGEST_AGE: Final = 40
"""A text without a figure that tells an age is shorter, characters."""

AGO: Final = (
    "ago|vor|hace|il y a|fa|há|atrás|temu|назад|тому|geleden|siden|sedan|sitten|önce|пред|преди|před|pred|ezelőtt|lalu|"
    "trước|前|전|قبل|منذ|پیش|לפני|πριν|ที่แล้ว|yesterday|today|gestern|heute|hier|aujourd'hui|вчера|сегодня|вчора|"
    "сьогодні|wczoraj|dzisiaj|dziś|ayer|hoy|ieri|oggi|ontem|hoje|gisteren|vandaag|igår|idag|dün|bugün|just now|"
    "昨天|今天|昨日|今日|어제|오늘|σήμερα|χθες"
)
CLOCK: Final = (
    r"(?:\d{1,2}\s?[時时点點시](?:\s?\d{1,2}\s?[分분](?:\s?\d{1,2}\s?[秒초])?|(?!\s?\d))"
    r"|\d{1,2}\s?[:：.h時点]\s?\d{2}(?!\d)(?::\d{2})?(?:\s?[ap]\.?\s?m\b\.?)?)"
)
HOUR: Final = r"(?:\d{1,2}\s?[ap]\.?\s?m\b\.?|noon\b|midnight\b)"
"""A clock without minutes; only behind a date, for ``am 21.`` is a day in German."""
_FIGURES: Final = r"(?<![\d.,:/-])\d{1,4}\s?[./-]\s?\d{1,2}\s?[./-]\s?\d{1,4}(?![\d])"
_MONTH: Final = r"[^\W\d_]{3,14}"
_PERSIAN: Final = r"[1۱][34۳۴]\d\d"
"""A year of the Persian calendar."""
_WORDS: Final = (
    rf"(?<![0-9A-Za-z])\d{{1,2}}(?:st|nd|rd|th|er|º|ª|\.)?[\s.,-]{{0,3}}(?:de\s|of\s)?{_MONTH}\.?,?[\s-]{{0,2}}(?:de\s|of\s)?(?:(?:19|20)\d\d|{_PERSIAN}(?!\d)|['’]?\d\d(?![\d:.]))"
    rf"|{_MONTH}\.?[\s-]\d{{1,2}}(?:st|nd|rd|th)?(?:,\s?|[\s-])(?:(?:19|20)\d\d)"
    r"|\d{4}\s?[年년./-]\s?\d{1,2}\s?[月월]\s?[./-]?\s?\d{1,2}(?:\s?[日일](?!曜))?"
    rf"|(?:19|20)\d\d[\s,.-]{{1,2}}{_MONTH}\.?[\s,-]{{1,2}}\d{{1,2}}(?!\d)"
)
DATE: Final = rf"(?:{_FIGURES}|{_WORDS})"
BETWEEN: Final = r"[^\d\w]{0,4}(?:[^\W\d_]{1,4}\.?[^\d\w]{0,3}){0,2}"
_WRITTEN = re.compile(
    rf"(?:{CLOCK}(?!\.\d){BETWEEN})?{DATE}(?:[TZ]?{BETWEEN}(?:{CLOCK}|{HOUR}))?(?:\s?(?:UTC|GMT|Z\b|[+-]\d\d:?\d\d))?",
    re.IGNORECASE,
)
_HALF = re.compile(r"\s?[^\W\d_]{1,12}[\u064b-\u0652]?(?:\s?\.\s?[^\W\d_])?\.?(?!\w)")
"""What may be a half of the day behind a clock: ``4:05 μ.μ.``."""
_LATER_CLOCK = re.compile(rf"[^\w]{{0,3}}[^\W\d_]{{5,12}}[^\w]{{1,3}}(?:{CLOCK})")
"""A clock behind a date and its weekday."""
_LOOKS = re.compile(
    rf"\d{{1,2}}[:：]\d\d(?!\d)|{_FIGURES}|(?<!\d)(?:(?:19|20)\d\d|۱[۳۴]\d\d)(?!\d)|\d+\s?[年月日时時分]|\d\s?[^\W\d_]{{1,8}}\s?(?:前|전)"
)
_SHORT = re.compile(r"[|·•–-]?\s?\d{1,3}\s?(?:s|m|min|h|hr|d|w|wk|mo|y|yr)s?")

LONGEST_SHORT: Final = 8
"""Characters of one."""

_WORD = re.compile(r"\w+")
FIGURE = re.compile(r"\d")


@lru_cache(maxsize=4_096)
def looks_timed(text: str) -> bool:
    """Whether a text looks as if it told a time; a cheap hint that is often wrong."""
    size = len(text)
    if is_short_age(text):
        return True
    if size > LONGEST_LINE or size < 4:
        return False
    if FIGURE.search(text) is None:
        return size < LONGEST_AGE and not _NEAR.isdisjoint(text.casefold().split())
    lower = text.casefold()
    return (
        _LOOKS.search(lower) is not None
        or not _NEAR.isdisjoint(_WORD.findall(lower))
        or any(phrase in lower for phrase in _PHRASES)
    )


def is_short_age(text: str) -> bool:
    """Whether a text is an age as short as applications write it: ``5d``."""
    return len(text) <= LONGEST_SHORT and _SHORT.fullmatch(text) is not None


def holds_age(texts: list[str]) -> bool:
    """Whether any of some texts without figures looks as if it told a time; on most pages none does."""
    return not _NEAR.isdisjoint("\n".join(texts).casefold().split())


_NEAR: Final = frozenset(AGO.split("|"))
_PHRASES: Final = tuple(phrase for phrase in _NEAR if " " in phrase)


@lru_cache(maxsize=4_096)
def written_in(text: str, *, observed_at: int, language: str | None) -> tuple[Published, int, int] | None:
    """The written date of a line with its clock, and where it stands in it; None when there is none."""
    if len(text) > 2 * LONGEST_LINE:
        return None
    for match in islice(_WRITTEN.finditer(text), MAX_DATES):
        start, end = match.span()
        published = read_part(text[start:end], observed_at, language)
        if published is not None:
            return _with_tail(text, start, end, published, observed_at, language)
    return None


def _with_tail(  # noqa: PLR0917  # a time, its place in the text, and what every reading of a time needs
    text: str, start: int, end: int, published: Published, observed_at: int, language: str | None
) -> tuple[Published, int, int]:
    """A time with what stands behind it if that says more: the half of the day, or a clock behind the weekday."""
    is_day = published.precision == "day"
    tail = (_LATER_CLOCK if is_day else _HALF).match(text, end) if published.precision != "relative" else None
    whole = read_part(text[start : tail.end()], observed_at, language) if tail is not None else None
    if tail is None or whole is None or whole.at == published.at or whole.precision not in {"min", "s"}:
        return published, start, end
    return whole, start, tail.end()


def read_part(text: str, observed_at: int, language: str | None) -> Published | None:
    """The time that a part of a line says, its brackets and commas left out; None where it is none."""
    published = read_time(_EDGES.sub("", text), observed_at=observed_at, language=language)
    return published if published is not None and published.min is not None else None


_EDGES = re.compile(r"^[\s(\[|,;@·•–-]+|[\s)\]|,;@·•–-]+$")
