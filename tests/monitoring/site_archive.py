"""A small archive of many crawls, written through the real exporter: what a site's visits left, broken in a chosen way."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from archive.exporter import Exporter
from archive.schema import Comment, Crawl, Page, Provenance, Thread, Visit

DAY = 86_400_000_000
BEGIN = 1_790_000_000_000_000
"""2026-09-21T13:33:20Z in microseconds."""
PAGES = 8
"""Pages of the site; each crawl reads them all."""


def write(
    folder: Path, crawls: int, *, broken: str = "", broken_from: int = 0, before: Path | None = None, site: str = "news.example.org", ahead: int | None = None
) -> str:
    """An archive of so many daily crawls; from ``broken_from`` on the extractor is broken in one of the ways of KINDS.

    The crawl of number ``ahead`` is in order and dated 400 days too late. What was written into ``before``, an archive of
    the crawls up to ``broken_from``, is not written again.
    """
    uri = str(folder / "archive")
    if before is not None:
        shutil.copytree(before, folder, dirs_exist_ok=True)
    for number in range(0 if before is None else broken_from, crawls):
        exporter = Exporter(uri, f"crawl-{number:03}", state_dir=folder / "state")
        exporter.start()
        at = BEGIN + number * DAY
        how = broken if number >= broken_from else ""
        if number == ahead:
            at, how = at + 400 * DAY, ""
        for page in range(PAGES):
            _visit(exporter, site, number, page, at=at + page * 1_000_000, how=how)
        arguments = json.dumps({"url": f"https://{site}/"})
        exporter.add(
            "crawls",
            [Crawl(crawl_id=exporter.crawl_id, spider="revisit", arguments=arguments, started_at=at, ended_at=at + 60_000_000,
                   reason="finished", pages=PAGES, rows="{}", verdicts="{}", failures="[]")],
        )  # fmt: skip
        exporter.commit(exporter.take())
        exporter.close()
    return uri


def _visit(exporter: Exporter, site: str, number: int, page: int, *, at: int, how: str) -> None:
    name, url, visit = f"page-{page}", f"https://{site}/{page}", f"visit-{number}-{page}"
    where = Provenance(
        crawl_id=exporter.crawl_id, visit_id=visit, capture_id=visit, observed_at=at, site=site, extractor="test/1"
    )
    keys = {"thread_id": f"thread-{page}", "page_id": name, "system": "wordpress", "tenant": site}
    captured = 0 if how == "empty" else 5 + number
    verdict, stop = {"empty": ("none", "exhausted"), "partial": ("partial", "exhausted"), "refused": ("blocked", "blocked")}.get(
        how, ("complete", "exhausted")
    )
    if how not in ("empty", "missing", "refused"):
        time = None if how == "times" else at
        new = [
            Comment(comment_id=f"{page}-{number}-{n}", author_name=None if how == "authors" else "Reader", text="Text",
                    published_at=time, content_digest=f"{page}-{number}-{n}", change="new", **keys)
            for n in range(2)
        ]  # fmt: skip
        exporter.add("comments", new, where)
    if how != "missing":
        ledger = Thread(
            url=url, verdict=verdict, stop_reason=stop, captured=captured, expected=captured + (how == "partial"), **keys
        )
        exporter.add("threads", [ledger], where)
    if number % 5 == 0 or how == "titles":
        title = None if how == "titles" else f"Story {page}"
        exporter.add(
            "pages",
            [Page(page_id=name, url=url, canonical_url=url, title=title, http_status=200, content_digest=f"{page}-{how}-{number}")],
            where,
        )
    exporter.add("visits", [Visit(page_id=name, url=url, outcome="read", http_status=200, requests=1, threads=int(how != "missing"))], where)
