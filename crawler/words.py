"""How people are told: texts of strangers, counts, lengths of time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping


def plain(text: str) -> str:
    """Text of strangers without the characters that steer a terminal."""
    return "".join(ch if ch.isprintable() else ascii(ch)[1:-1] for ch in text)


def number(count: int, of: str) -> str:
    """``1 page``, ``1,200 pages``."""
    return f"{count:,} {of}" if count == 1 else f"{count:,} {of}s"


def counted(counts: Mapping[str, int]) -> str:
    """``12 partial, 3 unknown``: the most first."""
    return ", ".join(f"{count:,} {word}" for word, count in Counter(counts).most_common())


def duration(seconds: float) -> str:
    """A length of time in the two units that matter: ``2.1 s``, ``3 min 05 s``, ``2 h 07 min``."""
    if round(seconds, 1) < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02} min"
