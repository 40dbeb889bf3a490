"""Comments on their way into an archive: captures as a crawl of a WordPress site makes them, the same for a seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from html import escape
from random import Random
from typing import Any, Final

from archive.columns import month_of
from archive.schema import Provenance
from benchmarks.pages import remarks
from crawler.items import Capture, Comment
from sample.stories import Remark

SITE: Final = "news.example.com"
MEAN: Final = 20
"""Comments of a page on average, as in `benchmarks.pages`; at most ten times as many."""
BEGINNING: Final = datetime(2024, 3, 1, 8, tzinfo=UTC)
_OBSERVED: Final = datetime(2026, 3, 1, 8, tzinfo=UTC)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def captures(rows: int, seed: int) -> Iterator[Capture]:
    """Captures with so many comments together, a page's in each. Another seed gives other pages of the same site."""
    rng = Random(seed)  # noqa: S311  repeatable on purpose
    number, observed = seed * 100_000, _OBSERVED
    while rows:
        count = min(max(int(rng.expovariate(1 / MEAN)), 1), 10 * MEAN, rows)
        rows -= count
        number += 1
        observed += timedelta(milliseconds=rng.randint(80, 900))
        yield _capture(number, observed, tuple(remarks(rng, number * 1_000, BEGINNING, count)))


def _capture(number: int, observed: datetime, said: tuple[Remark, ...]) -> Capture:
    url = f"https://{SITE}/2024/03/story-{number}/"
    return Capture(
        visit_id=f"20260301-080000-5f1c-{number:x}-a91e.0",
        capture_id=f"20260301-080000-5f1c-{number:x}-a91e.1",
        observed_at=_micros(observed),
        url=url,
        source=url,
        extractor="wordpress/1",
        thread_of=("wordpress", SITE, str(number)),
        comments=[_comment(url, position, remark) for position, remark in enumerate(said)],
    )


def _comment(url: str, position: int, remark: Remark) -> Comment:
    """As `crawler.systems.wordpress` reads it from a page with HTML5 markup and times with their zone."""
    at = _micros(remark.at)
    return Comment(
        system="wordpress",
        tenant=SITE,
        native_id=str(remark.number),
        parent_native_id=None if remark.parent is None else str(remark.parent),
        position=position,
        kind=remark.kind,
        author_name=remark.author,
        author_url=remark.url,
        author_kind="registered" if remark.is_member else "guest",
        text="\n\n".join(remark.paragraphs),
        text_html="".join(f"<p>{escape(text, quote=False)}</p>\n" for text in remark.paragraphs),
        published_at=at,
        published_min=at,
        published_max=at,
        published_precision="s",
        published_raw=remark.at.isoformat(),
        permalink=f"{url}#comment-{remark.number}",
    )


def _micros(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND


def provenance(capture: Capture) -> Provenance:
    """Where a capture's rows come from, as the pipeline `store` says it."""
    return Provenance(
        crawl_id="20260301-080000-5f1c",
        visit_id=capture.visit_id,
        capture_id=capture.capture_id,
        observed_at=capture.observed_at,
        site=capture.site,
        month=month_of(capture.observed_at),
        extractor=capture.extractor,
    )


def as_rows(captured: list[Capture]) -> list[dict[str, Any]]:
    """The rows of captures that have passed the pipelines, with all their columns, as dictionaries."""
    return [{**asdict(provenance(capture)), **asdict(comment)} for capture in captured for comment in capture.comments]
