"""The curves of growth as one picture: ``python -m benchmarks.curves`` draws what the last `make bench` found.

Cost against pages, against comments of a page, and against the size of the archive. A cost that is linear lies on the
dashed line from the first point to the last.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, Final

FOUND: Final = Path("build/bench")
PICTURE: Final = FOUND / "growth.svg"
"""The one in the docs is a copy."""
WIDTH: Final = 300
"""Pixels of one curve, and of the whole picture's height."""
HEIGHT: Final = 230
LEFT: Final = 52
BOTTOM: Final = 40
TOP: Final = 34
RIGHT: Final = 14


@dataclass(frozen=True, slots=True)
class Curve:
    """Points of a cost."""

    title: str
    below: str
    """What the horizontal axis counts."""
    points: Sequence[tuple[float, float]]


def main() -> None:
    """Draw what the last run found."""
    crawl, storage = (json.loads((FOUND / name).read_text("utf-8")) for name in ("crawl.json", "storage.json"))
    curves = list(curves_of(crawl["growth"], storage["growth"]["points"]))
    PICTURE.write_text(picture(curves), "utf-8")


def curves_of(crawl: dict[str, Any], archive: Sequence[dict[str, Any]]) -> Iterator[Curve]:
    """The three curves that have to be linear.

    :param crawl: the part ``growth`` of ``crawl.json``
    :param archive: the points of ``storage.json``
    """
    pages = [(one["pages"], one["cpu"]["median"]) for one in crawl["by_pages"]]
    comments = [(one["comments"], one["ms_a_page"]["median"]) for one in crawl["by_comments"]]
    spent, before, commits = 0.0, 0, []
    for one in archive:
        spent += one["commit_ms"] * (one["commits"] - before) / 1e3
        before = one["commits"]
        commits.append((one["rows"], spent))
    yield Curve("a crawl, CPU s", "pages", pages)
    yield Curve("a page of a crawl, CPU ms", "comments on it", comments)
    yield Curve("all commits so far, CPU s", "rows in the archive", commits)
    yield Curve("all latest states, CPU ms", "rows in the archive", [(one["rows"], one["read_ms"]) for one in archive])


def picture(curves: Sequence[Curve]) -> str:
    """SVG of curves beside each other."""
    drawn = "".join(f'<g transform="translate({WIDTH * at},0)">{_drawn(one)}</g>' for at, one in enumerate(curves))
    style = "text{font:11px sans-serif;fill:#444}.t{font-weight:bold}.n{text-anchor:end}.m{text-anchor:middle}"
    size = f"{WIDTH * len(curves)} {HEIGHT}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" role="img" aria-label="Growth of costs">'
        f'<style>{style}</style><rect width="100%" height="100%" fill="#fff"/>{drawn}</svg>\n'
    )


def _drawn(curve: Curve) -> str:
    wide = max(across for across, _ in curve.points)
    high = max(up for _, up in curve.points)

    def at(point: tuple[float, float]) -> tuple[float, float]:
        across = LEFT + point[0] / wide * (WIDTH - LEFT - RIGHT)
        return round(across, 1), round(HEIGHT - BOTTOM - point[1] / high * (HEIGHT - BOTTOM - TOP), 1)

    places = [at(point) for point in curve.points]
    line = " ".join(f"{x},{y}" for x, y in places)
    (x0, y0), (x1, y1) = places[0], places[-1]
    floor, middle = HEIGHT - BOTTOM, (LEFT + WIDTH - RIGHT) / 2
    return (
        f'<text x="{LEFT}" y="18" class="t">{escape(curve.title)}</text>'
        f'<path d="M{LEFT},{TOP}V{floor}H{WIDTH - RIGHT}" fill="none" stroke="#999"/>'
        f'<path d="M{x0},{y0}L{x1},{y1}" stroke="#bbb" stroke-dasharray="4 3"/>'
        f'<polyline points="{line}" fill="none" stroke="#2a6db0" stroke-width="2"/>'
        + "".join(f'<circle cx="{x}" cy="{y}" r="3" fill="#2a6db0"/>' for x, y in places)
        + f'<text x="{LEFT - 5}" y="{TOP + 4}" class="n">{high:,.{0 if high >= 100 else 2}f}</text>'
        f'<text x="{LEFT - 5}" y="{floor}" class="n">0</text>'
        f'<text x="{WIDTH - RIGHT}" y="{floor + 15}" class="n">{wide:,.0f}</text>'
        f'<text x="{middle}" y="{floor + 30}" class="m">{escape(curve.below)}</text>'
    )


if __name__ == "__main__":
    main()
