"""When a comment was written, on sites whose lists print a local time without its zone.

The classic list prints "March 5, 2021 at 6:55 pm" and no zone. The site's zone comes from the root of the REST API
where that is open; else from the post's comment feed, which gives UTC times of the same comments: every zone
of the IANA database that explains all of them is a candidate, and a time on which the candidates agree is exact.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from crawler.extract.dates import Published, read_time
from crawler.extract.document import Document

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE: Final = 60_000_000
"""Microseconds."""

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
        wall = published.at if published is not None and is_wall_clock(published) else None
        if published is None or wall is None:
            return published
        moments = {moment for zone in self.candidates for moment in moments_of(wall, zone)}
        if not moments:
            return published
        first, last = min(moments), max(moments)
        length = MINUTE - 1 if published.precision == "min" else 0
        return replace(published, at=first, min=first, max=last + length)


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
        offset = local.replace(tzinfo=zone, fold=fold).utcoffset()
        if offset is not None:
            moments.add(wall - int(offset.total_seconds()) * 1_000_000)
    valid = {moment for moment in moments if moment + _offset_at(moment, zone) == wall}
    return valid or set(list(moments)[:1])


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


def zones_that_explain(observed: Iterable[tuple[int, int]]) -> tuple[tzinfo, ...]:
    """Every zone whose clocks showed all of the observed wall times.

    :param observed: pairs of a moment and the wall clock shown for it, both in microseconds, the wall clock to the
        minute as if it were UTC
    """
    offsets = {(moment, wall - moment // MINUTE * MINUTE) for moment, wall in observed}
    if not offsets:
        return ()
    fixed = {offset for _, offset in offsets}
    candidates: list[tzinfo] = [
        zone for zone in _zones() if all(_offset_at(moment, zone) == offset for moment, offset in offsets)
    ]
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
