"""Dates in figures such as ``05/12/2011``: which of the two is the day, as far as the thread and its page tell."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Final

_FIGURES = re.compile(r"(?<![\d.,:/-])(\d{1,2})([./-])(\d{1,2})\2((?:19|20)\d\d|\d\d)(?!\d)")
DAY_FIRST: Final = "day first"
MONTH_FIRST: Final = "month first"
SPREAD: Final = 8
"""One order is right where the other would spread the thread over so many times as many days."""


def order_of(thread: Iterable[str], page: Iterable[str]) -> str | None:
    """How the thread writes its dates.

    Told by a date with a figure above 12 in the thread, then anywhere on the page; else by the span of the thread,
    which one order tears apart. None when nothing tells.
    """
    texts = list(thread)
    pairs = [pair for text in texts for pair in _pairs(text)]
    found = _told(pairs)
    if found is None and pairs:
        found = _told([pair for text in page for pair in _pairs(text)])
    return found or _by_spread(pairs)


def order_told(thread: Iterable[str]) -> str | None:
    """The order that a date with a figure above 12 in the thread tells; None without one, or where two disagree."""
    return _told([pair for text in thread for pair in _pairs(text)])


def _pairs(text: str) -> list[tuple[int, int, int]]:
    return [(int(match[1]), int(match[3]), int(match[4])) for match in _FIGURES.finditer(text)]


def _told(pairs: list[tuple[int, int, int]]) -> str | None:
    orders = {DAY_FIRST if first > 12 else MONTH_FIRST for first, second, _ in pairs if (first > 12) != (second > 12)}
    return orders.pop() if len(orders) == 1 else None


def _by_spread(pairs: list[tuple[int, int, int]]) -> str | None:
    if len(set(pairs)) < 2:
        return None
    spans = []
    for month, day in ((1, 0), (0, 1)):
        try:
            days = [date(2000 + pair[2] % 100, pair[month], pair[day]).toordinal() for pair in pairs]
        except ValueError:
            return None
        spans.append(max(days) - min(days) + 1)
    if spans[1] >= SPREAD * spans[0]:
        return DAY_FIRST
    return MONTH_FIRST if spans[0] >= SPREAD * spans[1] else None


def spelt(text: str, order: str | None) -> str:
    """The text with its dates in figures as ISO 8601, where the order is known."""
    if order is None:
        return text

    def iso(match: re.Match[str]) -> str:
        day, month = (match[1], match[3]) if order == DAY_FIRST else (match[3], match[1])
        year = match[4] if len(match[4]) == 4 else f"20{match[4]}"
        return f"{year}-{int(month):02}-{int(day):02}"

    return _FIGURES.sub(iso, text)
