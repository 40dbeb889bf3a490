"""Times as pages write them: machine formats, localised words, relative ages."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import Final

from crawler.extract.date_phrases import Age, Clock, DaysBack, Moment, read_phrase

MICROS: Final = 1_000_000
MINUTE: Final = 60 * MICROS
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
"""All in microseconds."""

EARLIEST: Final = 631_152_000 * MICROS
"""1990-01-01T00:00:00Z: nothing was commented on the web before, an earlier time is a broken one."""

EAST: Final = 14 * HOUR
"""The easternmost zone is UTC+14 (Line Islands): a wall clock there is 14 hours ahead of UTC."""

WEST: Final = 12 * HOUR
"""The westernmost zone is UTC-12."""

MAX_RAW: Final = 200
"""Longer texts are no times, characters."""

_EPOCH = re.compile(r"(?P<seconds>[0-9]{10})(?:(?P<fraction>[0-9]{3}|[0-9]{6})|\.(?P<part>[0-9]{1,9}))?")
_STAMP = re.compile(
    r"(?:19[7-9]|20\d|21\d)\d-\d\d-\d\dT\d\d:\d\d:\d\d[+-](?:0\d|1[0-3]):[0-5]\d", re.ASCII
)
_ISO = re.compile(
    r"(?P<year>[0-9]{4})(?P<dash>[-/.]?)(?P<month>[0-9]{1,2})(?P=dash)(?P<day>[0-9]{1,2})"
    r"(?:(?:[Tt]|[\s_]*[\s,_]\s*)(?P<hour>[0-9]{1,2})(?P<colon>:?)(?P<minute>[0-9]{2})"
    r"(?:(?P=colon)(?P<second>[0-9]{2})(?:[.,:](?P<fraction>[0-9]{1,9}))?)?)?"
    r"\s*(?P<zone>[Zz]|UTC|GMT|(?:UTC|GMT)?[+\-\u2212](?:[0-9]:[0-9]{2}|[0-9]{2}(?::?[0-9]{2})?)(?::?00)?)?"
)
_SHORT_HOUR = re.compile(r"[^0-9][0-9]:")
_JOINED = re.compile(r"([0-9]{8})([0-9]{6})")
_ISO_WEEK = re.compile(r"[0-9]{4}-?W[0-9]{2}(?:-?[1-7])")


@dataclass(frozen=True, slots=True)
class Published:
    """A time as far as its text tells; microseconds since 1970-01-01T00:00:00Z. See ``comments.published_*``."""

    at: int | None
    """The time; a wall clock without zone is read as UTC. None when only an interval is known, or nothing."""
    min: int | None
    """Earliest time it can be."""
    max: int | None
    """Latest time it can be."""
    precision: str | None
    """``us``, ``s``, ``min``, ``day``, ``relative``; None when the text says no believable time."""
    raw: str
    """The text."""


ANY_TIME: Final = 4_102_444_800_000_000
"""2100-01-01T00:00:00Z in microseconds: `observed_at` of who only asks whether a text tells a time."""


def read_time(
    raw: str | None, *, observed_at: int, language: str | None = None, zone: tzinfo | None = None
) -> Published | None:
    """The time that a text says, or None when there is no text.

    ISO 8601 and RFC 3339 with what sites make of them, epochs (10, 13 or 16 digits), then words and figures in the
    page's language. Nothing is filled in: without year, month and day there is no date. Believed is 1990 to one day
    after ``observed_at`` (a wall clock without zone: 14 hours more).

    :param observed_at: when the text was fetched, microseconds UTC: what relative ages count from
    :param language: BCP 47 tag of the page
    :param zone: the site's zone where it is known, for wall clocks without one
    """
    if raw is None or not (text := " ".join(raw.split())):
        return None
    found: Published | None = None
    if len(text) <= MAX_RAW:
        found = _stamp(text) if _STAMP.fullmatch(text) else _epoch(text)
        if found is None:
            text = _JOINED.sub(r"\1T\2", text) if len(text) == 14 else text
            is_iso = _ISO.fullmatch(text) is not None or _ISO_WEEK.fullmatch(text) is not None
            phrase = _iso(text) if is_iso and not _is_persian(text, language) else read_phrase(text, language)
            if isinstance(phrase, Moment):
                found = _placed(phrase, zone)
            elif phrase is not None:
                found = _counted_back(phrase, observed_at, zone)
    raw = raw[:MAX_RAW]
    if found is None or found.min is None or found.max is None:
        return Published(None, None, None, None, raw)
    if found.min > observed_at + DAY or (found.max if found.at is None else found.at) < EARLIEST:
        return Published(None, None, None, None, raw)
    return found if found.raw == raw else Published(found.at, found.min, found.max, found.precision, raw)


def _is_persian(text: str, language: str | None) -> bool:
    """Whether a date in figures is one of the Persian calendar."""
    return text[:2] in ("13", "14") and (language or "").lower().startswith("fa")


def _stamp(text: str) -> Published | None:
    """The form that most time elements have, without the way over figures and words."""
    try:
        at = _micros(datetime.fromisoformat(text))
    except ValueError:
        return None
    return Published(at, at, at, "s", text)


def _epoch(text: str) -> Published | None:
    match = _EPOCH.fullmatch(text)
    if match is None:
        return None
    digits = match["fraction"] or (match["part"] or "")[:6]
    at = int(match["seconds"]) * MICROS + int(digits.ljust(6, "0") or 0)
    return Published(at, at, at, "us" if digits else "s", text)


def _iso(text: str) -> Moment | None:
    if _ISO_WEEK.fullmatch(text):
        try:
            return Moment(date.fromisoformat(text))
        except ValueError:
            return None
    match = _ISO.fullmatch(text)
    if match is None or not (match["dash"] or len(match["month"] + match["day"]) == 4):
        return None
    try:
        day = date(int(match["year"]), int(match["month"]), int(match["day"]))
    except ValueError:
        return None
    if match["hour"] is None:
        return Moment(day)
    hour, minute, second = int(match["hour"]), int(match["minute"]), int(match["second"] or 0)
    if hour == 24 and minute == second == 0:  # ISO 8601 4.2.3: the end of the day
        if day == date.max:
            return None
        day, hour = day + timedelta(days=1), 0
    if hour > 23 or minute > 59 or second > 60:
        return None
    fraction = (match["fraction"] or "")[:6]
    precision = "us" if fraction else "s" if match["second"] else "min"
    clock = Clock(hour, minute, min(second, 59), int(fraction.ljust(6, "0") or 0), precision)  # 60 is a leap second
    return Moment(day, clock, _iso_offset(match["zone"]))


def _iso_offset(zone: str | None) -> int | None:
    if zone is None:
        return None
    digits = re.sub(r"[^0-9]", "", zone)
    if not digits:
        return 0
    if _SHORT_HOUR.search(zone):  # "-5:00"
        digits = f"0{digits}"
    minutes = int(digits[:2]) * 60 + int(digits[2:4] or 0)
    return None if minutes > 14 * 60 else minutes if "+" in zone else -minutes


_WIDTHS: Final = {"hour": HOUR - 1, "min": MINUTE - 1, "s": 0, "us": 0}
"""How much longer than its start a time may be, by what is written of it."""


def _placed(moment: Moment, zone: tzinfo | None) -> Published | None:
    """A written date on the line of time."""
    days = [moment.day] if moment.other is None else [moment.day, moment.other]
    if not all(_YEARS[0] <= day.year <= _YEARS[1] for day in days):
        return None
    clock = moment.clock
    if moment.offset is not None and clock:
        zone = timezone(timedelta(minutes=moment.offset))
    spans = [_span(day, clock, zone) for day in days]
    low, high = min(low for low, _ in spans), max(high for _, high in spans)
    if zone is None:
        low, high = low - EAST, high + WEST
    if moment.other is not None:
        return Published(None, low, high, "day", "")
    precision = "day" if clock is None else "min" if clock.precision == "hour" else clock.precision
    return Published(_instants(moment.day, clock, zone)[0], low, high, precision, "")


_YEARS: Final = (1970, 2200)
"""Years that can be reckoned with; what is believed is narrower."""


def _span(day: date, clock: Clock | None, zone: tzinfo | None) -> tuple[int, int]:
    """First and last microsecond of what is written, in a zone (None: as if it were UTC)."""
    starts = _instants(day, clock, zone)
    if clock is None:
        return min(starts), max(_instants(day + timedelta(days=1), None, zone)) - 1
    return min(starts), max(starts) + _WIDTHS[clock.precision]


def _instants(day: date, clock: Clock | None, zone: tzinfo | None) -> tuple[int, int]:
    """Both readings of a wall clock, which differ where clocks were put back (PEP 495)."""
    wall = datetime.combine(day, time(clock.hour, clock.minute, clock.second, clock.micro) if clock else time())
    first, second = (_micros(wall.replace(tzinfo=zone or UTC, fold=fold)) for fold in (0, 1))
    return first, second


_START: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def _micros(when: datetime) -> int:
    return (when - _START) // _MICROSECOND


def _counted_back(phrase: Age | DaysBack, observed_at: int, zone: tzinfo | None) -> Published | None:
    """The interval that a relative time allows."""
    if isinstance(phrase, Age):
        lows, highs = _backs(observed_at, *phrase.most), _backs(observed_at, *phrase.least)
        return Published(None, min(lows), max(highs), "relative", "") if lows and highs else None
    now = _START + timedelta(microseconds=observed_at)
    back = timedelta(days=phrase.days)
    if zone is not None:
        start, end = _span(now.astimezone(zone).date() - back, phrase.clock, zone)
    else:
        # Somewhere it is another day already: each day that is today in some zone, at the zones where it is.
        starts, ends = [], []
        for today in {(now + timedelta(microseconds=offset)).date() for offset in (-WEST, 0, EAST)}:
            first, last = _span(today - back, phrase.clock, None)
            midnight = _span(today, None, None)[0]
            starts.append(first - min(EAST, midnight + DAY - 1 - observed_at))
            ends.append(last - max(-WEST, midnight - observed_at))
        start, end = min(starts), max(ends)
    end = min(end, observed_at)
    return Published(None, start, end, "relative", "") if start <= end else None


def _back(observed_at: int, months: int, seconds: int) -> int | None:
    """So many calendar months and seconds before."""
    now = _START + timedelta(microseconds=observed_at)
    year, month = divmod(now.year * 12 + now.month - 1 - months, 12)
    if year < 1:
        return None
    day = min(now.day, monthrange(year, month + 1)[1])
    return _micros(now.replace(year=year, month=month + 1, day=day)) - seconds * MICROS


def _backs(observed_at: int, months: int, seconds: int) -> list[int]:
    """The same, with the months counted back from now, and from the time that is told: not all are equally long."""
    backs = (_back(observed_at, months, seconds), _back(observed_at - seconds * MICROS, months, 0))
    return [back for back in backs if back is not None]


_DURATION = re.compile(
    r"P?(?:(?P<weeks>[0-9.,]+)W)?(?:(?P<days>[0-9.,]+)D)?"
    r"(?:T(?:(?P<hours>[0-9.,]+)H)?(?:(?P<minutes>[0-9.,]+)M)?(?:(?P<seconds>[0-9.,]+)S)?)?",
    re.IGNORECASE,
)
_COLONS = re.compile(r"(?:([0-9]{1,4}):)?([0-9]{1,4}):([0-9]{2})(?:[.,]([0-9]{1,9}))?")
_PLAIN = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?")
_UNIT_SECONDS: Final = {"weeks": 604_800, "days": 86_400, "hours": 3600, "minutes": 60, "seconds": 1}


def read_duration(raw: str | None) -> float | None:
    """Seconds of an ISO 8601 duration, ``h:mm:ss`` or ``m:ss``, or a plain number of seconds; None for anything else.

    Years and months have no fixed length and are no duration of a video.
    """
    text = "".join((raw or "").split())
    if not text or len(text) > 40:
        return None
    if _PLAIN.fullmatch(text):
        return float(text)
    colons = _COLONS.fullmatch(text)
    if colons:
        hours, minutes, seconds, fraction = colons.groups()
        if int(seconds) > 59 or (hours and int(minutes) > 59):
            return None
        return int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds) + float(f"0.{fraction or 0}")
    match = _DURATION.fullmatch(text)
    parts = {name: value for name, value in match.groupdict().items() if value} if match else {}
    try:
        lengths = [float(value.replace(",", ".")) * _UNIT_SECONDS[name] for name, value in parts.items()]
    except ValueError:  # "1.2.3"
        return None
    return sum(lengths) if lengths else None
