"""What a time written in words says, before it is known when it was read and in which zone."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

from crawler.extract.date_items import MAX_ITEMS, ZONES, Item, Piece, known_items, split_items
from crawler.extract.date_tables import UNITS
from crawler.extract.date_words import UNSPACED, Meaning, Words, languages_by_word, plain, words_of

_BRACKETS = re.compile(r"[(（\[][^()（）\[\]]*[)）\]]")
MAX_LANGUAGES: Final = 24
"""How many languages are tried when the page's own does not know the words."""

MAX_WORDS: Final = 8
"""A relative time has no more words and figures."""

MAX_RUN: Final = 8
"""Letters of a run without spaces that is looked through for words of an unknown language."""

BUDDHIST_YEARS: Final = 543
"""Thailand counts years from -543."""


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day as written."""

    hour: int
    minute: int = 0
    second: int = 0
    micro: int = 0
    precision: str = "min"
    """``hour``, ``min``, ``s``, ``us``."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A date that is written out."""

    day: date
    clock: Clock | None = None
    offset: int | None = None
    """Minutes east of UTC where it is written."""
    other: date | None = None
    """The second way to read figures such as ``03/04/2021`` when nothing decides."""


@dataclass(frozen=True, slots=True)
class Age:
    """How long ago, as months and seconds: at least (exact, floor of its unit) and less than the next count."""

    least: tuple[int, int]
    most: tuple[int, int]


@dataclass(frozen=True, slots=True)
class DaysBack:
    """A day counted from today, perhaps with a time of day."""

    days: int
    clock: Clock | None = None


Phrase = Moment | Age | DaysBack

_SECONDS: Final = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400, "week": 604_800}
_MONTHS: Final = {"month": 1, "year": 12}


@lru_cache(maxsize=4_096)
def read_phrase(raw: str, language: str | None) -> Phrase | None:
    """Read a time in the page's language, in English, or in the languages that know its words.

    Nothing is filled in: a date needs year, month and day, an age its unit. When several other languages know the
    words, they must agree.

    :param language: BCP 47 tag
    """
    text = plain(raw)
    tag = (language or "").lower().replace("_", "-")
    own = tag.partition("-")[0]
    for spelling in dict.fromkeys((text, _BRACKETS.sub(" ", text))):
        items = split_items(spelling)
        has_figures = any(kind != "word" for kind, _, _ in items)
        if not 0 < len(items) <= (MAX_ITEMS if has_figures else MAX_WORDS):
            continue
        for name in dict.fromkeys((own, "en") if own else ("en",)):
            words = words_of(name)
            found = _read(items, words, tag if name == own else "") if words else None
            if found is not None:
                return found
        found = _read_in_any(items)
        if found is not None:
            return found
    return None


def _read_in_any(items: list[Piece]) -> Phrase | None:
    """What the languages that know a month, a unit or a day in it agree on."""
    kinds = [kind for kind, _, _ in items]
    known: Counter[str] = Counter()
    for is_wanted, of_months in ((kinds.count("number") >= 2, True), (len(items) <= MAX_WORDS, False)):
        index = languages_by_word(of_months=of_months) if is_wanted else {}
        for kind, text, _ in items if index else ():
            if kind == "word":
                known.update({language for head in _heads(text) for language in index.get(head, ())})
    # Those that know most of the words first.
    languages = sorted(known, key=lambda language: (-known[language], language))[:MAX_LANGUAGES]
    readings = {_read(items, words, "") for language in languages if (words := words_of(language))} - {None}
    return readings.pop() if len(readings) == 1 else None


def _heads(text: str) -> list[str]:
    """A word, or what may be one within a short run of letters of a script without spaces."""
    if text.isascii() or len(text) > MAX_RUN or not UNSPACED.search(text):
        return [text]
    return [text[start:end] for start in range(len(text)) for end in range(start + 1, len(text) + 1)]


# -- readings -----------------------------------------------------------------------------------------------------


def _read(raw_items: list[Piece], words: Words, tag: str) -> Phrase | None:
    items = _hours(known_items(raw_items, words))
    if any(item.means("ahead") and not item.means("ago") and not item.means("skip") for item in items):
        return None
    clock = _clock(items)
    if clock is _CONTRADICTION:
        return None
    days = _day(items, words, tag)
    if days is not None:
        return Moment(days[0], clock, _offset(items), days[1]) if days else None
    back = {meaning[1] for item in items if (meaning := item.means("day"))}
    if back and not _has(items, "ago"):
        return DaysBack(back.pop(), clock) if len(back) == 1 else None
    return _age(items) if clock is None else _age_in_hours(items)


def _has(items: list[Item], kind: str) -> bool:
    return any(item.means(kind) for item in items)


_CONTRADICTION: Final = Clock(-1)


_TIMES: Final = {"noon": "12:00", "midnight": "00:00"}


def _hours(items: list[Item]) -> list[Item]:
    """``5 pm``: a number right before a half of the day is a time; ``noon`` and ``midnight`` are times by themselves.

    Source of the latter: Django's date format ``P``; its midnight is the one that the day begins with.
    """
    for index, item in enumerate(items[:-1]):
        if item.kind == "number" and items[index + 1].kind == "half" and len(item.text) <= 2 and int(item.text) <= 12:
            items[index] = Item("hour", item.text)
    for index, item in enumerate(items):
        if item.text in _TIMES and not (index and items[index - 1].kind in ("clock", "hour")):
            items[index] = Item("clock", _TIMES[item.text])
    return items


def _clock(items: list[Item]) -> Clock | None:
    """The time of day, None when there is none that can be read whole, _CONTRADICTION when there are two."""
    found = {index: item for index, item in enumerate(items) if item.kind in ("clock", "time", "hour")}
    if not found:
        found = {index: item for index, item in enumerate(items) if item.kind == "dotted"}
    if not found:
        return None
    clocks = {_one_clock(items, index) for index in found}
    return clocks.pop() if len(clocks) == 1 else _CONTRADICTION


def _one_clock(items: list[Item], index: int) -> Clock | None:
    numbers = re.findall(r"[0-9]+", items[index].text)
    hour, minute, second = ([int(number) for number in numbers[:3]] + [0, 0])[:3]
    micro = int(numbers[3][:6].ljust(6, "0")) if len(numbers) > 3 else 0
    behind = index + 1 + (items[index + 1 : index + 2] != [] and items[index + 1].means("skip") is not None)
    around = [items[place] for place in (behind, index + 1, index - 1) if 0 <= place < len(items)]
    half = next((item.means("half") for item in around if item.kind == "half"), None)
    if half is not None:
        hour = (half[1] + (hour - half[1]) % 12) % 24 if hour <= 12 else hour
    elif hour <= 12 and any(_may_be_half(items, place, index) for place in (index - 1, index + 1)):
        return None
    if hour > 23 or minute > 59 or second > 60:
        return None
    precision = ("hour", "min", "s", "us")[min(len(numbers), 4) - 1]
    return Clock(hour, minute, min(second, 59), micro, precision)


def _may_be_half(items: list[Item], place: int, clock: int) -> bool:
    """An unknown word beside a clock may say which half of the day it is: a short one behind, an Indic one before."""
    if not 0 <= place < len(items) or items[place].kind != "unknown":
        return False
    text, is_apart = items[place].text, items[max(place, clock)].is_apart
    return not is_apart and len(text) <= 4 if place > clock else "\u0900" <= text[0] <= "\u17ff"


def _offset(items: list[Item]) -> int | None:
    texts = {item.text.replace(" ", "") for item in items if item.kind == "offset"}
    if len(texts) != 1:
        return None
    text = texts.pop()
    if text in ZONES:
        return ZONES[text]
    digits = re.sub(r"[^0-9]", "", text)
    hours, minutes = (int(digits[:-2]), int(digits[-2:])) if len(digits) > 2 else (int(digits), 0)
    if hours > 14 or minutes > 59:
        return None
    return (-1 if "-" in text else 1) * (hours * 60 + minutes)


def _day(items: list[Item], words: Words, tag: str) -> tuple[date, date | None] | tuple[()] | None:
    """The day and its second reading; ``()`` when a date is there that cannot be read, None when there is none."""
    written = {re.sub(r"\s", "", item.text) for item in items if item.kind in ("ymd", "date")}
    if written:
        figures = _figures(written.pop(), words, tag) if len(written) == 1 else None
        if figures and figures[1]:
            weekdays = {meaning[1] for item in items if (meaning := item.means("weekday"))}
            fitting = [day for day in figures if day and day.weekday() in weekdays]
            return (fitting[0], None) if len(fitting) == 1 else figures
        return figures or ()
    months = [(index, meaning[1]) for index, item in enumerate(items) if (meaning := item.means("month"))]
    if len(months) > 1:
        months = [(index, month) for index, month in months if not items[index].means("weekday")]
    if len({month for _, month in months}) != 1:
        return () if months and not _has(items, "unit") else None
    place, month = months[0]
    numbers = [(index, item.text) for index, item in enumerate(items) if item.kind == "number"]
    years = [(index, text) for index, text in numbers if len(text) == 4]
    days = [(index, text) for index, text in numbers if len(text) <= 2]
    if not years and len(days) == 2 and len(days[1][1]) == 2 and days[1][0] > place:
        years, days = days[1:], days[:1]  # 19 Jul 21, Jul 19, '21
    if len(days) > 1:
        days = [(index, text) for index, text in days if abs(index - place) <= 2]
    if len(years) != 1 or len(days) != 1:
        return None if _has(items, "unit") and not years else ()
    found = _date(_full_year(years[0][1], words), month, int(days[0][1]), words)
    return (found, None) if found else ()


def _full_year(text: str, words: Words) -> int:
    year = int(text)
    if len(text) <= 2:
        return year + (1900 if year >= 70 else 2000)
    return year - BUDDHIST_YEARS if words.language == "th" and 2400 < year < 2700 else year


PERSIAN_YEARS: Final = range(1300, 1500)
"""Years that pages in Persian count from the Hijra by the sun: 1921 to 2120."""


def _date(year: int, month: int, day: int, words: Words | None = None) -> date | None:
    try:
        if year in PERSIAN_YEARS and words is not None and words.language == "fa":
            return persian_date(year, month, day)
        return date(year, month, day)
    except ValueError:
        return None


_LEAP: Final = frozenset({1, 5, 9, 13, 17, 22, 26, 30})
"""Leap years in the 33 years after which the Persian calendar repeats; right from 1244 to 1472 of it."""
_BEFORE_PERSIAN: Final = 226_894
"""Days from 31 December of the year 0 to the last day before year 1 of the Persian calendar."""


def persian_date(year: int, month: int, day: int) -> date:
    """A day of the Persian calendar.

    :raises ValueError: there is no such day
    """
    is_leap = year % 33 in _LEAP
    if not (1 <= month <= 12 and 1 <= day <= (31 if month < 7 else 30 if month < 12 or is_leap else 29)):
        raise ValueError(f"{year}-{month}-{day}")
    cycles, rest = divmod(year - 1, 33)
    leaps = 8 * cycles + sum(leap <= rest for leap in _LEAP)
    before = 365 * (year - 1) + leaps + 31 * (month - 1) - max(0, month - 7)
    return date.fromordinal(_BEFORE_PERSIAN + before + day)


def _figures(text: str, words: Words, tag: str) -> tuple[date, date | None] | None:
    """A date in figures, in the order that its form or the language asks for."""
    numbers = re.findall(r"[0-9]+", text)
    if len(numbers[0]) == 4:
        found = _date(_full_year(numbers[0], words), int(numbers[1]), int(numbers[2]), words)
        return (found, None) if found else None
    order = _order(text, words, tag)
    if len(numbers[2]) == 2 and order is None:
        found = _only_reading(numbers, words)
        return (found, None) if found else None
    if order == "YMD" and len(numbers[2]) == 2:
        found = _date(_full_year(numbers[0], words), int(numbers[1]), int(numbers[2]))
        return (found, None) if found else None
    year, first, second = _full_year(numbers[2], words), int(numbers[0]), int(numbers[1])
    by_day, by_month = _date(year, second, first), _date(year, first, second)
    if by_day is None or by_month is None or by_day == by_month:
        found = by_day or by_month
        return (found, None) if found else None
    if order == "DMY":
        return by_day, None
    return (by_month, None) if order == "MDY" else (by_day, by_month)


def _only_reading(numbers: list[str], words: Words) -> date | None:
    """The date in figures with a year of two where only one order makes one: ``03/14/21``, not ``03/04/21``."""
    first, second, third = numbers
    orders = ((third, second, first), (third, first, second), (first, second, third))
    readings = {_date(_full_year(year, words), int(month), int(day)) for year, month, day in orders} - {None}
    return readings.pop() if len(readings) == 1 else None


def _order(text: str, words: Words, tag: str) -> str | None:
    """Order of figures; None for English of no stated region and for a language that nobody stated."""
    if "." in text and words.order != "YMD":
        return "DMY"  # nobody puts points into a date that begins with the month
    if not tag:
        return None
    if tag in words.regions:
        return words.regions[tag]
    return None if words.language == "en" else words.order


def _age(items: list[Item]) -> Age | None:
    ages = [meaning for item in items if (meaning := item.means("age"))]
    periods = [meaning for item in items if (meaning := item.means("period"))]
    has_ago = _has(items, "ago")
    has_unknown = any(item.kind in ("unknown", "offset", "dotted", "date", "ymd", "half") for item in items)
    if ages:
        return _span(ages, is_about=_has(items, "about")) if len(ages) == 1 else None
    counted = _counted(items, has_ago=has_ago, has_unknown=has_unknown)
    if counted:
        return _span(counted, is_about=_has(items, "about"))
    if len(periods) == 1 and not has_unknown:
        _, count, unit = periods[0]
        return Age(_length(max(count - 1, 0), unit), _length(count + 1, unit))
    return None


def _age_in_hours(items: list[Item]) -> Age | None:
    """``2 h 30 min ago``, which without *ago* is a time of day."""
    clocks = [item.text for item in items if item.kind == "clock"]
    if len(clocks) != 1 or not clocks[0].endswith("min") or not _has(items, "ago"):
        return None
    hours, minutes = (int(number) for number in re.findall(r"[0-9]+", clocks[0]))
    return _span([("unit", hours, UNITS.index("hour")), ("unit", minutes, UNITS.index("minute"))], is_about=False)


def _counted(items: list[Item], *, has_ago: bool, has_unknown: bool) -> list[Meaning]:
    """Counts with their units: ``1 year, 2 months``. Without a word for *ago* nothing else may stand beside them."""
    found: list[Meaning] = []
    count: int | None = None
    others = 0
    for index, item in enumerate(items):
        few, unit = item.means("few"), item.means("unit")
        if item.kind == "number":
            if count is not None or len(item.text) > 4:
                return []
            if not _follows_its_unit(items, index):
                count = int(item.text)
        elif unit:
            after = items[index + 1 : index + 2]
            if count is None and _follows_its_unit(items, index + 1):
                count = int(after[0].text) if len(after[0].text) <= 4 else None
            if count is None and (found or has_unknown or not has_ago):
                continue
            found.append(("unit", 1 if count is None else count, unit[1]))
            count = None
        elif few and items[index + 1 : index + 2] and items[index + 1].means("unit"):
            count = few[1] if count is None else count
        else:
            others += not (item.means("ago") or item.means("about") or item.means("skip") or item.means("weekday"))
    units = [unit for _, _, unit in found]
    if not found or count is not None or units != sorted(set(units), reverse=True):
        return []
    return found if has_ago or not (others or has_unknown) else []


def _follows_its_unit(items: list[Item], index: int) -> bool:
    """Whether a number stands behind what it counts, as in Basque, Sinhala and for one in Hebrew."""
    if not 0 < index < len(items) or items[index].kind != "number" or not items[index - 1].means("unit"):
        return False
    if index + 1 < len(items) and items[index + 1].means("unit"):
        return False
    return index == 1 or not (items[index - 2].kind == "number" or items[index - 2].means("few"))


def _span(counted: list[Meaning], *, is_about: bool) -> Age:
    """From the exact age to one more of the smallest unit; an age that says *about* also to one less."""
    months = sum(_length(count, unit)[0] for _, count, unit in counted)
    seconds = sum(_length(count, unit)[1] for _, count, unit in counted)
    step = _length(1, counted[-1][2])
    low = (max(months - step[0], 0), max(seconds - step[1], 0)) if is_about else (months, seconds)
    return Age(low, (months + step[0], seconds + step[1]))


def _length(count: int, unit: int) -> tuple[int, int]:
    name = UNITS[unit]
    return (count * _MONTHS[name], 0) if name in _MONTHS else (0, count * _SECONDS[name])
