"""Numbers as pages write them for people: grouped, shortened, in any script."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

MAX_COUNT: Final = 2**63 - 1
"""The archive's columns are 64 bits wide."""

MAX_TEXT: Final = 200
"""How far into a text a count is looked for, characters: labels are short."""


@dataclass(frozen=True, slots=True)
class Count:
    """A count and how well it is known."""

    value: int
    """The number, never negative."""
    precision: str
    """``exact``, or ``rounded`` for such as ``1.2K`` or ``1000+``."""


_THOUSAND, _MILLION, _MILLIARD = 10**3, 10**6, 10**9

MAGNITUDES: Final[dict[str, int]] = {
    **dict.fromkeys(
        (
            "k", "thousand", "mil", "mila", "mille", "milers", "tsd", "tausend", "duizend", "tys", "tis", "tisíc",
            "tusen", "tusind", "tuh", "tūkst", "tuhat", "mii", "hilj", "хиљ", "хил", "тыс", "тысяч", "тысячи",
            "тысяча", "тис", "тисяч", "мың", "χιλ", "χιλιάδεσ", "bin", "rb", "ribu", "ألف", "آلاف", "الف", "هزار",
            "אלף", "พัน", "천", "千", "हज़ार", "हजार", "হাজার", "nghìn", "ngàn",
        ),
        _THOUSAND,
    ),
    **dict.fromkeys(("만", "万", "萬", "หมื่น"), 10**4),
    **dict.fromkeys(("lakh", "lakhs", "lac", "lacs", "लाख", "লাখ", "แสน"), 10**5),
    **dict.fromkeys(
        (
            "m", "mn", "mln", "mio", "mill", "milj", "million", "millions", "millón", "millones", "milhão",
            "milhões", "milione", "milioni", "millionen", "miljoen", "miljoner", "milionów", "miliony", "milion",
            "milionů", "milioane", "millió", "milyon", "juta", "jt", "triệu", "млн", "миллион", "миллиона",
            "миллионов", "мільйонів", "εκ", "εκατ", "مليون", "ملايين", "میلیون", "מיליון", "ล้าน", "백만", "百万",
        ),
        _MILLION,
    ),
    **dict.fromkeys(("crore", "crores", "cr", "करोड़", "কোটি"), 10**7),
    **dict.fromkeys(("억", "億", "亿"), 10**8),
    **dict.fromkeys(
        (
            "b", "bn", "billion", "billions", "mrd", "md", "mld", "mia", "mil m", "milliarde", "milliarden",
            "milliard", "milliards", "miljard", "mldr", "миллиард", "миллиардов", "млрд", "miliar", "milyar", "tỷ",
            "مليار", "میلیارد", "מיליארד",
        ),
        _MILLIARD,
    ),
    **dict.fromkeys(("조", "兆"), 10**12),
}  # fmt: skip
"""Words behind a number, case folded, and what they multiply it by: CLDR's compact decimals and what sites write."""

_MIL_IS_MILLION: Final = {"mil": _MILLION}
OWN_MAGNITUDES: Final[dict[str, dict[str, int]]] = {
    **dict.fromkeys(("cs", "sk", "sl", "hr", "bs", "ro", "nn"), _MIL_IS_MILLION),
    "ca": {"m": _THOUSAND},
    "da": {"t": _THOUSAND},
    "fi": {"t": _THOUSAND},
    "hu": {"e": _THOUSAND, "ezer": _THOUSAND},
    "id": {"m": _MILLIARD},
    "sv": {"tn": _THOUSAND},
    "tr": {"b": _THOUSAND, "mr": _MILLIARD},
    "vi": {"n": _THOUSAND, "tr": _MILLION, "t": _MILLIARD},
    "zh": {"w": 10**4},
}
"""The same where a language means something else: ``2 mil.`` are millions in Czech, ``2 B`` thousands in Turkish."""

_DECIMAL_COMMA: Final = frozenset(
    {
        "az", "be", "bg", "bs", "ca", "cs", "da", "de", "el", "es", "et", "eu", "fi", "fr", "gl", "hr", "hu", "id",
        "is", "it", "ka", "kk", "lt", "lv", "mk", "nb", "nl", "nn", "no", "pl", "pt", "ro", "ru", "sk", "sl", "sq",
        "sr", "sv", "tr", "uk", "uz", "vi",
    }
)  # fmt: skip
_POINT_REGIONS: Final = frozenset(
    {"de-ch", "de-li", "es-gt", "es-hn", "es-mx", "es-ni", "es-pa", "es-pe", "es-sv", "es-us"}
)
"""Where CLDR writes a decimal point although the language's home writes a comma."""

_SPACES: Final = " \u00a0\u2007\u2009\u202f"
_NUMBER = re.compile(
    rf"[0-9]{{1,3}}(?:[{_SPACES}][0-9]{{3}}(?![0-9]))+(?:[.,][0-9]{{1,2}}(?![0-9]))?|[0-9]+(?:[.,'’٬٫][0-9]+)*"
)
_MARKS: Final = "\u0300-\u036f\u0900-\u0dff\u0e00-\u0e7f"
_WORD = re.compile(rf"[{_SPACES}]{{0,2}}((?:mil[{_SPACES}][Mm]\b)|[^\W\d_]+(?:[{_MARKS}]+[^\W\d_]*)*)")
_HAN: Final = "千万萬億亿兆천만억조"
_HAN_UNIT = re.compile(rf"[ \u00a0]?(백만|百万|[{_HAN}])")
_NOT_BEFORE = re.compile(r"[A-Za-z_$€£¥₹:/.,]$|(?:^|[\s(\d])[-\u2212]$")
_NOT_AFTER = re.compile(r"\s?%|[:/]\d|[-\u2013]\d{1,2}-\d")
_ABOUT = re.compile(r"[~≈>≥約约]\s?$")


def read_count(raw: str | None, language: str | None = None) -> Count | None:
    """The first count in a text.

    Reads digits of every script, groups (``1,234``, ``1.234``, ``1 234``, ``12'345``, ``1,23,456``) and magnitudes
    (``1.2K``, ``1,2 mil``, ``1.2万``, ``12 тыс.``, ``1 lakh``). A point or comma with three digits behind it parts
    thousands, unless a magnitude follows and the language says otherwise. Prices, percentages, clock times, fractions
    and negative numbers are no counts.

    :param language: BCP 47 tag of the text; decides what ``1.234M`` and ``2 mil`` mean
    :return: None when there is no count, or it does not fit 64 bits
    """
    if not raw:
        return None
    text = ascii_digits(raw[:MAX_TEXT])
    for match in _NUMBER.finditer(text):
        if _NOT_BEFORE.search(text[max(0, match.start() - 2) : match.start()]) or _NOT_AFTER.match(text, match.end()):
            continue
        return _read_at(text, match, (language or "").lower().replace("_", "-"))
    return None


def _read_at(text: str, match: re.Match[str], language: str) -> Count | None:
    scale, end = _magnitude(text, match.end(), language)
    value = _number(match[0], language, scaled=scale > 1)
    if value is None:
        return None
    total = value * scale
    while scale > 1 and text[end - 1] in _HAN:  # 1億2345万: the parts add up while they shrink
        part = re.compile(r"[0-9]{1,4}").match(text, end)
        if part is None:
            break
        smaller, after = _magnitude(text, part.end(), language)
        if smaller >= scale:
            break
        total, end, scale = total + int(part[0]) * smaller, after, smaller
    if total != int(total) or total > MAX_COUNT:
        return None
    is_rounded = scale > 1 or text[end : end + 1] == "+" or _ABOUT.search(text[: match.start()]) is not None
    return Count(int(total), "rounded" if is_rounded else "exact")


def ascii_digits(text: str) -> str:
    """A text with the digits of ASCII in the place of all others, character by character."""
    if text.isascii():
        return text
    return "".join(
        str(digit) if (digit := unicodedata.decimal(char, None)) is not None else "." if char == "．" else char
        for char in text
    )


def _magnitude(text: str, start: int, language: str) -> tuple[int, int]:
    """What a number that ends at ``start`` is multiplied by, and where its magnitude ends."""
    han = _HAN_UNIT.match(text, start)
    if han:
        return MAGNITUDES[han[1]], han.end()
    match = _WORD.match(text, start)
    if match is None:
        return 1, start
    word = " ".join(match[1].casefold().split())
    own = OWN_MAGNITUDES.get(language.partition("-")[0], {})
    scale = own.get(word) or MAGNITUDES.get(word)
    if scale is None:
        return 1, start
    is_apart = match.start(1) > start
    if len(word) == 1 and is_apart and not (word in own or match[1].isupper() or word == "k"):
        return 1, start  # "5 m" may be minutes or metres
    if word == "mil" and text[match.end() : match.end() + 1].isalpha():
        return 1, start
    end = match.end()
    return scale, end + (text[end : end + 1] == ".")


def _number(token: str, language: str, *, scaled: bool) -> Decimal | None:
    """The value of digits with separators; None when they are no number a count could have."""
    separators = re.findall(r"[^0-9]", token)
    groups = re.split(r"[^0-9]", token)
    if not separators:
        return Decimal(token)
    kinds = set(separators)
    last = separators[-1]
    may_be_decimal = len(groups) == 2 and last in ".,٫"
    if len(kinds) == 1 and not (may_be_decimal and _is_decimal(groups, last, language, scaled=scaled)):
        return Decimal("".join(groups)) if _are_groups(groups) and last != "٫" else None
    if len(kinds) > 2 or separators.count(last) > 1 or not _are_groups(groups[:-1]):
        return None
    whole = Decimal("".join(groups[:-1]))
    if not scaled and groups[-1].strip("0"):
        return None  # a rating or a share, not a count
    return whole + Decimal(f"0.{groups[-1]}")


def _is_decimal(groups: list[str], separator: str, language: str, *, scaled: bool) -> bool:
    if separator == "٫" or len(groups[1]) != 3 or len(groups[0]) > 3 or groups[0] == "0":
        return True
    if not scaled:
        return False
    uses_comma = language.partition("-")[0] in _DECIMAL_COMMA and language not in _POINT_REGIONS
    return (separator == ",") == uses_comma


def _are_groups(groups: list[str]) -> bool:
    """Thousands (``1,234,567``), or India's two digits before the last three (``12,34,567``)."""
    if len(groups) == 1:
        return True
    if not 1 <= len(groups[0]) <= 3 or len(groups[-1]) != 3:
        return False
    middle = {len(group) for group in groups[1:-1]}
    return middle <= {3} or (middle == {2} and len(groups[0]) <= 2)
