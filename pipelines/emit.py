"""Visits as JSON, one line a page: what ``scrapy extract`` prints."""

from __future__ import annotations

import sys
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Self, TextIO, get_args, get_type_hints

from archive.json_text import rfc3339, to_json
from archive.schema import Micros
from crawler.items import Capture
from crawler.report import Report

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_UNWRITTEN: Final = frozenset({"change", "new", "edited", "removed", "restored"})
"""Fields that tell about the archive; nothing is compared with it here."""


class Emit:
    """Scrapy pipeline that prints a visit when its last capture comes."""

    def __init__(self, report: Report, out: TextIO) -> None:
        self._report, self._out = report, out
        self._lines = Lines()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Print to stdout."""
        return cls(Report.of(crawler), sys.stdout)

    def process_item(self, item: Capture) -> Capture:
        """Print the visit's line once it is whole."""
        self._report.captured(item)
        line = self._lines.add(item)
        if line is not None:
            self._out.write(line + "\n")
            self._out.flush()
        return item


class Lines:
    """Gathers the captures of visits; several may be under way at the same time."""

    def __init__(self) -> None:
        self._visits: dict[str, dict[str, _Thread]] = {}

    def add(self, capture: Capture) -> str | None:
        """The line of the visit when this was its last capture, else None."""
        threads = self._visits.setdefault(capture.visit_id, {})
        if capture.thread_of is not None:
            thread = threads.setdefault(capture.thread_id, _Thread())
            thread.comments.extend(map(as_json, capture.comments))
            if capture.thread is not None:
                thread.ledger = as_json(capture.thread)
        if not capture.is_last:
            return None
        del self._visits[capture.visit_id]
        line: dict[str, Any] = {"source": capture.source}
        if capture.failure is not None:
            line["error"] = {"reason": capture.failure.reason, "detail": capture.failure.detail}
        else:
            line["page"] = None if capture.page is None else as_json(capture.page)
            line["shares"] = [as_json(row) for row in capture.shares or ()]
            line["subscribes"] = [as_json(row) for row in capture.subscribes or ()]
            line["threads"] = [{**thread.ledger, "comments": thread.comments} for thread in threads.values()]
        return to_json(line)


class _Thread:
    __slots__ = ("comments", "ledger")

    def __init__(self) -> None:
        self.comments: list[dict[str, Any]] = []
        self.ledger: dict[str, Any] = {}


def as_json(row: Any) -> dict[str, Any]:
    """A record as JSON types: every field of its table, null where the source does not say, times in RFC 3339."""
    record: type = type(row)
    times = _times(record)
    return {
        name: moment(getattr(row, name)) if name in times else getattr(row, name)
        for name in _names(record)
        if name not in _UNWRITTEN
    }


def moment(micros: int | None) -> str | None:
    """Microseconds since the epoch as RFC 3339 in UTC, without a fraction that is zero."""
    return None if micros is None else rfc3339(_EPOCH + timedelta(microseconds=micros))


@cache
def _names(record: type) -> tuple[str, ...]:
    return tuple(f.name for f in fields(record))


@cache
def _times(record: type) -> frozenset[str]:
    hints = get_type_hints(record, include_extras=True)
    return frozenset(name for name, hint in hints.items() if hint is Micros or Micros in get_args(hint))
