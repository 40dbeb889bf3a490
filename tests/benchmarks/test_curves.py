"""The picture of the curves."""

from __future__ import annotations

from xml.etree import ElementTree

from benchmarks.curves import curves_of, picture


def test_a_cost_that_is_linear_lies_on_the_dashed_line():
    crawl = {
        "by_pages": [{"pages": n, "cpu": {"median": n * 0.02}} for n in (50, 100, 200)],
        "by_comments": [{"comments": n, "ms_a_page": {"median": 5 + n}} for n in (0, 100, 1_000)],
    }
    archive = [{"commits": n, "rows": n * 10, "commit_ms": 20, "read_ms": n * 3} for n in (1, 10, 20)]
    curves = list(curves_of(crawl, archive))
    assert [curve.points[-1] for curve in curves] == [(200, 4.0), (1_000, 1_005), (200, 0.4), (200, 60)]
    root = ElementTree.fromstring(picture(curves))
    for group in root.findall("{*}g"):
        xs, ys = zip(*(map(float, point.split(",")) for point in group.find("{*}polyline").get("points").split()), strict=True)
        straight = [ys[0] + (x - xs[0]) / (xs[-1] - xs[0]) * (ys[-1] - ys[0]) for x in xs]
        assert max(abs(y - line) for y, line in zip(ys, straight, strict=True)) < 0.3
