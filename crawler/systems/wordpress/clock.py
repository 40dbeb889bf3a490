"""When a comment was written, on sites whose lists print a local time without its zone.

The classic list prints "March 5, 2021 at 6:55 pm" and no zone. The site's zone comes from the root of the REST API
where that is open; else from the post's comment feed, which gives UTC times of the same comments: every zone
of the IANA database that explains all of them is a candidate, and a time on which the candidates agree is exact.

Newer lists print the offset too. It is true but for the hour that comes twice in autumn: WordPress stores what the
clocks showed and reckons the offset from that, so both hours are printed with one offset. Where a zone that
explains the thread's other offsets repeats the hour, the time is the interval of both moments.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime
from functools import cache, lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from crawler.extract.dates import DAY, MINUTE, Published, read_time
from crawler.extract.document import Document
from crawler.extract.urls import page_url

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)

WEEK: Final = timedelta(days=7)

STAMP: Final = re.compile(r"\d{4}-\d\d-\d\d[T ](\d\d):\d\d(?::\d\d)?([+-])(\d\d):?(\d\d)\Z")
"""`get_comment_date('c')`: what the site's clocks showed, and their offset. A stamp that ends in Z is no such one."""

REPEATED: Final = frozenset({"00", "01", "02", "03", "04", "21", "22", "23"})
"""Hours of the day that clocks have ever repeated since there is WordPress (IANA database, 2003 to 2026)."""

REAL_OFFSETS_SINCE: Final = (5, 3)
"""Before WordPress 5.3 `mysql2date('c')` printed the local time with the offset of UTC (ticket 20973)."""


@dataclass(slots=True)
class SiteClock:
    """The zones that a site's clock may have."""

    candidates: tuple[tzinfo, ...] = ()
    """None known: a wall clock stays an interval."""
    offsets_are_real: bool = True
    """Whether `time[datetime]` can be believed."""
    exact: Mapping[str, int] = field(default_factory=dict)
    """UTC times by comment id, from the feed."""
    _stamps: dict[tuple[int, int], int] = field(default_factory=dict)
    """A moment by week and offset: what the thread's stamps say about the zone, however many they are."""
    _repeating: dict[datetime, tuple[tzinfo, ...]] = field(default_factory=dict)
    """The zones that explain the stamps and put their clocks back in a week, by its first day."""

    def learn(self, raws: Iterable[str | None]) -> None:
        """Take note of the offsets that a list prints; those of hours that may be repeated prove nothing."""
        known = len(self._stamps)
        for raw in raws:
            if not raw or raw[11:13] in REPEATED or not self.offsets_are_real:
                continue
            found = STAMP.match(raw)
            if found is None:
                continue
            try:
                when = datetime.fromisoformat(raw)
            except ValueError:
                continue
            moment, offset = (when - EPOCH) // MICROSECOND, _offset(found)
            self._stamps.setdefault((moment // (WEEK // MICROSECOND), offset), moment)
        if len(self._stamps) > known:
            self._repeating.clear()

    def is_doubtful(self, native_id: str, raw: str | None) -> bool:
        """Whether a stamp may be an hour off because its hour was repeated."""
        if raw is None or native_id in self.exact or not self.offsets_are_real or not _may_be_repeated(raw):
            return False
        try:
            when = datetime.fromisoformat(raw)
        except ValueError:
            return False
        return when.tzinfo is not None and len(self._moments((when - EPOCH) // MICROSECOND, raw)) > 1

    def _moments(self, at: int, raw: str) -> set[int]:
        """Every moment that a stamp may stand for."""
        found = STAMP.match(raw)
        if found is None or not _may_be_repeated(raw):
            return {at}
        wall = at + _offset(found)
        day = (EPOCH + timedelta(microseconds=wall)).replace(tzinfo=None, hour=0, minute=0, second=0, microsecond=0)
        first = day - timedelta(days=day.weekday())
        if first not in self._repeating:
            self._repeating[first] = tuple(zone for zone in _put_back(first) if self._explains(zone))
        moments = {at}
        for zone in self.candidates or self._repeating[first]:
            both = moments_of(wall, zone)
            moments |= both if at in both else set()
        return moments

    def _explains(self, zone: tzinfo) -> bool:
        return all(_offset_at(moment, zone) == offset for (_, offset), moment in self._stamps.items())

    def read(self, native_id: str, raw: str, *, observed_at: int, language: str | None) -> Published | None:
        """The time of one comment."""
        if native_id in self.exact:
            at = self.exact[native_id]
            return Published(at=at, min=at, max=at, precision="s", raw=raw)
        if not self.offsets_are_real:
            raw_wall = raw.removesuffix("+00:00").removesuffix("Z")
            published = self._zoned(raw_wall, observed_at, language)
            return replace(published, raw=raw) if published is not None else None
        return self._zoned(raw, observed_at, language)

    def _zoned(self, raw: str, observed_at: int, language: str | None) -> Published | None:
        published = read_time(raw, observed_at=observed_at, language=language)
        if published is None or published.at is None:
            return _as_rounded(published, observed_at)
        if is_wall_clock(published):
            moments = moments_in(published.at, self.candidates)
        elif not _may_be_repeated(raw):
            return published
        else:
            moments = self._moments(published.at, raw) - {published.at}
            moments |= {published.at} if moments else set()
        if not moments:
            return published
        first, last = min(moments), max(moments)
        length = MINUTE - 1 if published.precision == "min" else 0
        return replace(published, at=first if first == last else None, min=first, max=last + length)


def _as_rounded(published: Published | None, observed_at: int) -> Published | None:
    """An age as `human_time_diff()` prints it: rounded, so that five years and a half are six."""
    if published is None or published.precision != "relative" or published.min is None or published.max is None:
        return published
    return replace(published, max=min(observed_at, published.max + ROUNDING * (published.max - published.min) // 100))


ROUNDING: Final = 51
"""Per cent of a unit: half of it, and what years of 365 days are short of some calendar years."""


def _may_be_repeated(raw: str) -> bool:
    """Whether a time is a stamp of an hour that clocks have ever repeated."""
    return raw[11:13] in REPEATED and STAMP.match(raw) is not None


def is_wall_clock(published: Published) -> bool:
    """Whether a time to the minute or better was read without a zone: then its interval spans the world's zones."""
    return (
        published.precision in ("min", "s")
        and published.at is not None
        and published.min is not None
        and published.max is not None
        and published.max - published.min > MINUTE
    )


def moments_of(wall: int, zone: tzinfo) -> set[int]:
    """The moments at which a zone's clocks show a wall time (given as if it were UTC): one, or two in autumn."""
    local = EPOCH + timedelta(microseconds=wall)
    moments: set[int] = set()
    for fold in (0, 1):
        offset = zone.utcoffset(local.replace(tzinfo=None, fold=fold))
        if offset is not None:
            moments.add(wall - int(offset.total_seconds()) * 1_000_000)
    valid = {moment for moment in moments if moment + _offset_at(moment, zone) == wall}
    return valid or set(list(moments)[:1])


def moments_in(wall: int, zones: tuple[tzinfo, ...]) -> set[int]:
    """The moments at which the clocks of any of some zones show a wall time (given as if it were UTC)."""
    offsets = _offsets_on(wall // DAY, zones)
    if offsets is None:
        return {moment for zone in zones for moment in moments_of(wall, zone)}
    return {wall - offset for offset in offsets}


@lru_cache(maxsize=4_096)  # the comments of a site share their days
def _offsets_on(day: int, zones: tuple[tzinfo, ...]) -> frozenset[int] | None:
    """The offsets that zones have all through a day of their clocks; None where one of them changes about then.

    No zone of the IANA database has changed its offset and changed it back within the three days that are looked at.

    :param day: days since the epoch
    """
    first, last = (day - 1) * DAY, (day + 2) * DAY
    before = [_offset_at(first, zone) for zone in zones]
    return frozenset(before) if before == [_offset_at(last, zone) for zone in zones] else None


def _offset_at(moment: int, zone: tzinfo) -> int:
    offset = (EPOCH + timedelta(microseconds=moment)).astimezone(zone).utcoffset() or timedelta()
    return int(offset.total_seconds()) * 1_000_000


def zone_of_settings(settings: Any) -> tzinfo | None:
    """The zone in the root of the REST API: `timezone_string`, else the fixed `gmt_offset` in hours."""
    if not isinstance(settings, dict):
        return None
    name, offset = settings.get("timezone_string"), settings.get("gmt_offset")
    if isinstance(name, str) and name:
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return None
    try:
        return timezone(timedelta(hours=float(offset))) if offset is not None else None
    except (TypeError, ValueError, OverflowError):
        return None


@cache
def _zones() -> tuple[ZoneInfo, ...]:
    names = sorted(name for name in available_timezones() if "/" in name)
    return tuple(ZoneInfo(name) for name in names if not name.startswith(("Etc/", "posix/", "right/")))


@lru_cache(maxsize=4_096)
def _put_back(first: datetime) -> tuple[ZoneInfo, ...]:
    """Every zone whose clocks are put back in the week that begins on a day (local, without zone)."""
    after = (first + WEEK).replace(fold=1)
    return tuple([zone for zone in _zones() if _shown(zone, first) > _shown(zone, after)])


def _shown(zone: tzinfo, local: datetime) -> timedelta:
    """The offset of a zone's clocks when they show a time."""
    return zone.utcoffset(local) or timedelta()


def _offset(stamp: re.Match[str]) -> int:
    """The offset of a stamp in microseconds, east of UTC positive."""
    minutes = int(stamp[3]) * 60 + int(stamp[4])
    return (-minutes if stamp[2] == "-" else minutes) * MINUTE


def zones_that_explain(observed: Iterable[tuple[int, int]]) -> tuple[tzinfo, ...]:
    """Every zone whose clocks showed all of the observed wall times.

    :param observed: pairs of a moment and the wall clock shown for it, both in microseconds, the wall clock to the
        minute or to the second, as if it were UTC
    """
    offsets = {(moment, wall // MINUTE * MINUTE - moment // MINUTE * MINUTE) for moment, wall in observed}
    if not offsets:
        return ()
    fixed = {offset for _, offset in offsets}
    candidates: list[tzinfo] = list(_zones())
    for moment, wall in offsets:
        when, offset = EPOCH + timedelta(microseconds=moment), timedelta(microseconds=wall)
        candidates = [zone for zone in candidates if when.astimezone(zone).utcoffset() == offset]
    if len(fixed) == 1:
        offset = timedelta(microseconds=fixed.pop())
        if abs(offset) <= timedelta(hours=14):
            candidates.append(timezone(offset))
    return tuple(candidates)


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One comment of a feed."""

    at: int
    link: str


def feed_url(document: Document) -> str | None:
    """The address of a post's own comment feed, where the page announces it."""
    base = (page_url(document.url) or "").rstrip("/")
    for node in document.css('link[rel=alternate][type="application/rss+xml"]'):
        url = document.link(node.attributes.get("href"))
        if url is not None and (page_url(url) or "").rstrip("/") == f"{base}/feed":
            return url
    return None


def feed_entries(feed: Document) -> dict[str, FeedEntry]:
    """UTC times by comment id in a post's comment feed; `feed-rss2-comments.php`: `guid` ends in `#comment-ID`."""
    entries: dict[str, FeedEntry] = {}
    for item in feed.css("item"):
        guid, date = item.css_first("guid"), item.css_first("pubdate")
        if guid is None or date is None:
            continue
        link = guid.text().strip()
        native_id = link.rpartition("#comment-")[2]
        try:
            when = parsedate_to_datetime(date.text().strip())
        except (ValueError, TypeError):
            continue
        if native_id.isdecimal() and when.tzinfo is not None:
            entries[native_id] = FeedEntry(int(when.timestamp()) * 1_000_000, link)
    return entries


def real_offsets(generator: str | None) -> bool:
    """Whether a site's `time[datetime]` has a true offset, by `meta[name=generator]`; believed when it is silent."""
    words = (generator or "").split()
    if len(words) < 2 or words[0] != "WordPress":
        return True
    numbers = words[1].partition("-")[0].split(".")
    if not all(number.isdecimal() for number in numbers[:2]):
        return True
    return tuple(int(number) for number in [*numbers, "0"][:2]) >= REAL_OFFSETS_SINCE
