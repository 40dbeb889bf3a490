"""Plots as SVG: text that stands in an HTML page, without scripts, fonts or files of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10
from typing import Final

WIDTH: Final = 720
HEIGHT: Final = 180
LEFT: Final = 46
"""Pixels for the numbers of the axis."""
RIGHT: Final = 6
TOP: Final = 10
BOTTOM: Final = 22
"""Pixels for the times of the axis."""
LABELS: Final = 6
"""Times that are written below a plot, at most."""


@dataclass(frozen=True, slots=True)
class Series:
    """One colour of a plot."""

    name: str
    tone: str
    """Class of the style sheet that gives the colour."""
    values: Sequence[int]


def stacked(title: str, labels: Sequence[str], series: Sequence[Series]) -> str:
    """Bars over time, the series on top of each other; a bar tells its numbers when the pointer rests on it.

    :param title: what is shown, for those who do not see it
    :param labels: the time of each bar
    """
    totals = [sum(of.values[n] for of in series) for n in range(len(labels))]
    top = _ceiling(max(totals, default=0))
    step = (WIDTH - LEFT - RIGHT) / max(len(labels), 1)
    wide = max(min(step - 1.5, 26.0), 0.8)
    parts = [_axis(top)]
    for number, label in enumerate(labels):
        if totals[number]:
            at = LEFT + number * step + (step - wide) / 2
            parts.append(_bar(at, wide, top, label, [(of.name, of.tone, of.values[number]) for of in series]))
    every = max(ceil(len(labels) / LABELS), 1)
    for number in range(0, len(labels), every):
        middle = LEFT + (number + 0.5) * step
        parts.append(f'<text x="{middle:.1f}" y="{HEIGHT - 6}" class="time">{escape(labels[number])}</text>')
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">'
        f"<title>{escape(title)}</title>{''.join(parts)}</svg>"
    )


def _axis(top: int) -> str:
    lines = []
    for share in (0, 0.5, 1):
        value = top * share
        y = _y(value, top)
        text = f"{value:,.0f}" if value == int(value) else ""
        lines.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" class="grid"/>')
        lines.append(f'<text x="{LEFT - 6}" y="{y + 3.5:.1f}" class="number">{text}</text>')
    return "".join(lines)


def _bar(at: float, wide: float, top: int, label: str, values: Sequence[tuple[str, str, int]]) -> str:
    parts, below = [f"<g><title>{escape(f'{label}: {_told(values)}')}</title>"], 0
    for _, tone, value in values:
        if value:
            y, foot = _y(below + value, top), _y(below, top)
            parts.append(
                f'<rect x="{at:.1f}" y="{y:.2f}" width="{wide:.1f}" height="{foot - y:.2f}" class="{escape(tone)}"/>'
            )
            below += value
    return "".join([*parts, "</g>"])


def _told(values: Sequence[tuple[str, str, int]]) -> str:
    return ", ".join(f"{value:,} {name}" for name, _, value in values if value)


def _y(value: float, top: int) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * value / top


def _ceiling(value: int) -> int:
    """The next number of the form 1, 2, 4, 5, 6, 8 or 10 times a power of ten; 2 at least."""
    if value <= 2:
        return 2
    unit = 10 ** floor(log10(value))
    return next(int(step * unit) for step in (1, 2, 4, 5, 6, 8, 10) if step * unit >= value)


def shares(values: Sequence[tuple[str, str, int]], *, wide: int = 120, high: int = 12) -> str:
    """One bar that is divided by shares: names, tones and counts."""
    total, label = sum(value for _, _, value in values), escape(_told(values))
    parts, at = [f"<title>{label}</title>"], 0.0
    for _, tone, value in values:
        if value:
            width = wide * value / total
            parts.append(f'<rect x="{at:.2f}" y="0" width="{width:.2f}" height="{high}" class="{escape(tone)}"/>')
            at += width
    return f'<svg viewBox="0 0 {wide} {high}" class="shares" role="img" aria-label="{label}">{"".join(parts)}</svg>'


def spark(values: Sequence[tuple[str, int, int]], mark: int) -> str:
    """A row of thin bars: label, bad ones and all of each; those from ``mark`` on are behind a line."""
    high, step = 44, 560 / max(len(values), 12)
    wide = max(min(step - 1, 14.0), 0.8)
    tallest = max((of for _, _, of in values), default=1) or 1
    parts = []
    for number, (label, bad, of) in enumerate(values):
        at = number * step
        whole, part = high * of / tallest, high * bad / tallest
        parts.append(
            f"<g><title>{escape(f'{label}: {bad:,} of {of:,}')}</title>"
            f'<rect x="{at:.1f}" y="{high - whole:.1f}" width="{wide:.1f}" height="{whole - part:.1f}" class="good"/>'
            f'<rect x="{at:.1f}" y="{high - part:.1f}" width="{wide:.1f}" height="{part:.1f}" class="bad"/></g>'
        )
    line = mark * step - (step - wide) / 2
    parts.append(f'<line x1="{line:.1f}" x2="{line:.1f}" y1="0" y2="{high}" class="mark"/>')
    return f'<svg viewBox="0 0 560 {high}" class="spark" role="img" aria-hidden="true">{"".join(parts)}</svg>'
