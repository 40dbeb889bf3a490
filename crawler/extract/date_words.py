"""The vocabulary of dates, language by language: dateparser's CLDR data under our own tables."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from crawler.extract.date_tables import (
    ABOUT,
    AGES,
    AGO,
    DAYS,
    FEW,
    FILES,
    LANGUAGES,
    MONTHS,
    MORE_HALVES,
    MORE_MONTHS,
    MORE_UNITS,
    NOW,
    PARTS_OF_DAY,
    SKIPPED,
    STARTS,
    UNITS,
    WEEKDAYS,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

Meaning = tuple[str, int, int]
"""Kind and its numbers: ``month`` 1-12; ``weekday``; ``half`` (the hour from which its twelve hours
are counted); ``unit`` (index of :data:`UNITS`); ``ago``;
``ahead`` (a future); ``day`` (days before today); ``age`` (count, unit: ``two days`` in one word); ``period`` (count,
unit: ``last month``); ``few`` (a number word); ``about``; ``skip``."""

_DATA: Final = ("data", "date_translation_data")
"""The folder in dateparser's package."""

_BARRED: Final = frozenset({"m"})
"""Units of the data that are not taken over: ``m`` is a month in CLDR and a minute on most pages."""

_NAMES: Final = (
    (MONTHS, "month", 1, 1), (WEEKDAYS, "weekday", 0, 1), (("am", "pm"), "half", 0, 12), (UNITS, "unit", 0, 1),
)  # fmt: skip
"""Names of the data's entries, what they mean, the number of the first and the step to the next."""
_FUTURES: Final = frozenset({"de", "en", "fr", "nl", "ru"})
"""Languages whose words for the future mean nothing else."""

_DROPPED: Final = re.compile(
    "[\u0300-\u036f\u0610-\u061a\u0640\u064b-\u065f\u0670\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]"
)
_SAME: Final = str.maketrans({"ى": "ي", "ی": "ي", "ک": "ك", "ة": "ه", "ı": "i", "\u2212": "-", "\u2013": "-", "’": "'"})
_LETTER: Final = (
    r"(?:[^\W\d_]|[\u0900-\u0963\u0966-\u0dff\u0e00-\u0e4e\u0e80-\u0ecd\u1000-\u109f\u1780-\u17d3\u3005\u309b\u309c])"
)
WORD: Final = rf"{_LETTER}+"
"""Pattern of one word; the marks that Indic and Thai letters carry are letters here."""

_PIECE = re.compile(rf"[0-9]+|{WORD}")
_THAI_DOT = re.compile("(?<=[\u0e00-\u0e4e])\\.")
UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_AGE_KEY = re.compile(r"(\d+) (\w+) ago")
_AGE_NUMBER = re.compile(r"\(\\d[^)]*\)(?:\\s\*)?")


def plain(text: str) -> str:
    """One spelling for comparison: ASCII digits, folded case, no accents, vowel points, direction marks."""
    if text.isascii():
        return text.lower()
    folded = _DROPPED.sub("", unicodedata.normalize("NFKD", text.casefold())).translate(_SAME)
    folded = "".join(str(unicodedata.decimal(char, char)) for char in folded) if not folded.isascii() else folded
    return _THAI_DOT.sub("", unicodedata.normalize("NFC", folded))


def pieces(phrase: str) -> str:
    """The key of a phrase: its words and numbers, parted by single spaces."""
    return " ".join(_PIECE.findall(plain(phrase)))


@dataclass(frozen=True, slots=True)
class Words:
    """The vocabulary of one language."""

    language: str
    phrases: dict[str, frozenset[Meaning]]
    longest: int
    """Words of the longest phrase."""
    order: str
    """Order of a date in figures: ``DMY``, ``MDY``, ``YMD``."""
    regions: dict[str, str]
    """The same for regions that differ, by lower-case tag."""
    parts: re.Pattern[str] | None
    """Words of a script without spaces, longest first."""


@cache
def words_of(language: str) -> Words | None:
    """The vocabulary of a language (BCP 47 primary subtag), None when nothing is known about it."""
    files = []
    for name in FILES.get(language, (language,)):
        if not re.fullmatch(r"[a-z]{2,3}(?:-[A-Z][a-z]{3})?", name):
            return None
        if (info := _data(name)) is not None:
            files.append(info)
    if not files:
        return None
    language = "nb" if language == "no" else {"iw": "he", "in": "id", "tl": "fil"}.get(language, language)
    found: defaultdict[str, set[Meaning]] = defaultdict(set)
    ago = _own_words(language, found)
    for info in files:
        _read_file(info, language, found, ago)
    regions = files[0].get("locale_specific", {})
    spaceless = sorted((key for key in found if " " not in key and UNSPACED.search(key)), key=len, reverse=True)
    return Words(
        language,
        {key: frozenset(meanings) for key, meanings in found.items()},
        max(key.count(" ") for key in found) + 1,
        files[0].get("date_order", "DMY"),
        {name.lower(): region["date_order"] for name, region in regions.items() if "date_order" in region},
        re.compile("|".join(map(re.escape, spaceless))) if spaceless else None,
    )


def _data(name: str) -> dict[str, Any] | None:
    """What dateparser's file of a language says, None where it has none.

    The file alone is loaded: the package around it takes 4 MB, and its parser is not used.
    """
    package = find_spec("dateparser")
    places = (package and package.submodule_search_locations) or ()
    found = PathFinder.find_spec(name, [str(Path(place, *_DATA)) for place in places])
    if found is None or found.loader is None:
        return None
    module = module_from_spec(found)
    found.loader.exec_module(module)
    info: dict[str, Any] = module.info
    return info


def _own_words(language: str, found: defaultdict[str, set[Meaning]]) -> set[str]:
    """Add the tables above; return the words for ``ago``."""

    def add(phrases: str, kind: str, first: int = 0, second: int = 0) -> None:
        for phrase in phrases.split("|"):
            if key := pieces(phrase):
                found[key].add((kind, first, second))

    ago = {pieces(phrase) for phrase in AGO.get(language, "").split("|")} - {""}
    add(AGO.get(language, ""), "ago")
    for unit, forms in MORE_UNITS.get(language, {}).items():
        add(forms, "unit", UNITS.index(unit))
    for (count, unit), forms in AGES.get(language, {}).items():
        add(forms, "age", count, UNITS.index(unit))
    add(NOW.get(language, ""), "period", 0, UNITS.index("minute"))
    for days, forms in DAYS.get(language, {}).items():
        add(forms, "day", days)
    for month, forms in enumerate(MORE_MONTHS.get(language, ()), 1):
        add(forms, "month", month)
    for half, forms in enumerate((*MORE_HALVES["en"], *MORE_HALVES.get(language, ()))):
        add(forms, "half", half % 2 * 12)
    for start, forms in zip(STARTS, PARTS_OF_DAY.get(language, ()), strict=False):
        add(forms, "half", start)
    for phrase in SKIPPED.get(language, ()):
        found[phrase] = {("skip", 0, 0)}
    for count, forms in FEW.get(language, {}).items():
        add(forms, "few", count)
    add(ABOUT.get(language, ""), "about")
    return ago


def _read_file(info: dict[str, Any], language: str, found: defaultdict[str, set[Meaning]], ago: set[str]) -> None:
    """Add what a file of dateparser's data says, as far as the tables above do not say otherwise."""
    own = set(found)

    def add(phrase: str, kind: str, first: int = 0, second: int = 0) -> None:
        key = pieces(phrase)
        is_ours = key in own and kind in ("half", "unit", "period", "ahead")
        if key and not is_ours and not (kind == "unit" and key in _BARRED):
            found[key].add((kind, first, second))

    for names, kind, base, step in _NAMES:
        for index, name in enumerate(names):
            for phrase in info.get(name, ()):
                if kind == "month" and phrase[:1].isdigit():
                    continue  # 7月: dates in figures are read as such
                add(phrase, kind, index * step + base)
    for phrase in info.get("skip", ()):
        if pieces(phrase) not in found:
            add(phrase, "skip")
    for phrase in info.get("in", ()) if language in _FUTURES else ():
        add(phrase, "ahead")
    for phrase, unit in _units_of(info, ago):
        add(phrase, "unit", unit)
    for phrase, meaning in _periods_of(info, ago):
        add(phrase, *meaning)


def _units_of(info: dict[str, Any], ago: set[str]) -> Iterator[tuple[str, int]]:
    """Inflected units, found in the patterns of ``3 days ago`` beside the number and the words for *ago*."""
    for key, patterns in info.get("relative-type-regex", {}).items():
        unit = key.replace("\\1 ", "").removesuffix(" ago")
        if not key.endswith(" ago") or unit not in UNITS:
            continue
        for pattern in patterns:
            rest = pieces(_AGE_NUMBER.sub(" ", pattern).replace("\\", " "))
            for word in sorted(ago, key=len, reverse=True):
                rest = f" {rest} ".replace(f" {word} ", " ").strip()
            if " " not in rest and len(rest) > 1:
                yield rest, UNITS.index(unit)


def _periods_of(info: dict[str, Any], ago: set[str]) -> Iterator[tuple[str, Meaning]]:
    """``yesterday``, ``last month``, ``tomorrow``."""
    for key, phrases in info.get("relative-type", {}).items():
        age = _AGE_KEY.fullmatch(key)
        for phrase in phrases:
            if key.startswith("in "):
                yield phrase, ("ahead", 0, 0)
            elif age and age[2] in UNITS and not set(pieces(phrase).split()) & ago:
                count, unit = int(age[1]), UNITS.index(age[2])
                yield phrase, ("day", count, 0) if age[2] == "day" else ("period", count, max(unit, 1))


@cache
def languages_by_word(*, of_months: bool) -> dict[str, frozenset[str]]:
    """Languages that know a month, or a day or unit word: for pages that state no language or a wrong one."""
    wanted = ("month",) if of_months else ("unit", "day", "age", "period")
    found: defaultdict[str, set[str]] = defaultdict(set)
    for language in LANGUAGES:
        words = words_of(language)
        for phrase, meanings in words.phrases.items() if words else ():
            if len(phrase) > 1 and any(kind in wanted for kind, _, _ in meanings):
                found[phrase.split()[0]].add(language)
    return {word: frozenset(languages) for word, languages in found.items()}
