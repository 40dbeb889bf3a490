"""Invented rows for the archive's tests, and the questions that many of them ask."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import archive
from archive.exporter import Exporter
from archive.journal import Journal
from archive.schema import TABLES, Comment, Crawl, Page, Provenance, Share, Subscribe, Thread, Visit

NOW = 1_700_000_000_123_456
"""2023-11-14T22:13:20.123456Z in microseconds."""
SECOND = 1_000_000


def at(second: int) -> datetime:
    """A time so many seconds after NOW."""
    return datetime.fromtimestamp(NOW // SECOND + second, UTC) + timedelta(microseconds=NOW % SECOND)


def seen(capture: str = "capture-1", at: int = NOW, site: str = "example.org", crawl: str = "crawl-1") -> Provenance:
    """Provenance of a capture; its visit has the same name."""
    return Provenance(
        crawl_id=crawl, visit_id=capture, capture_id=capture, observed_at=at, site=site, extractor="test/1"
    )


def comment(name: str, thread: str = "thread-1", page: str = "page-1", **fields) -> Comment:
    """A comment; its digest follows its text."""
    fields.setdefault("text", f"text of {name}")
    fields.setdefault("content_digest", f"digest of {fields['text']}")
    keys = {"comment_id": name, "thread_id": thread, "page_id": page, "native_id": name}
    return Comment(system="wordpress", tenant="example.org", **keys, **fields)


def page(name: str = "page-1", digest: str | None = "digest-1", **fields) -> Page:
    url = f"https://example.org/{name}"
    return Page(page_id=name, url=url, canonical_url=url, content_digest=digest, **fields)


def share(name: str = "page-1", position: int = 0) -> Share:
    return Share(page_id=name, position=position, kind="button", channel="email")


def subscribe(name: str = "page-1", position: int = 0) -> Subscribe:
    return Subscribe(page_id=name, position=position, kind="feed", platform="site")


def ledger(thread: str = "thread-1", page: str = "page-1", **fields) -> Thread:
    return Thread(thread_id=thread, page_id=page, system="wordpress", tenant="example.org", **fields)


def crawl(name: str = "crawl-1", **fields) -> Crawl:
    return Crawl(crawl_id=name, spider="pages", started_at=NOW, **fields)


def add_visit(
    exporter,
    capture: str,
    *,
    at: int = NOW,
    page_id: str = "page-1",
    digest: str = "digest-1",
    comments=(),
    site: str = "example.org",
) -> None:
    """One whole visit: comments, shares, subscribes, page, ledger, the visit's own row."""
    where = seen(capture, at, site, exporter.crawl_id)
    exporter.add("comments", [comment(c, page=page_id) if isinstance(c, str) else c for c in comments], where)
    exporter.add("shares", [share(page_id, 0), share(page_id, 1)], where)
    exporter.add("subscribes", [subscribe(page_id)], where)
    exporter.add("pages", [page(page_id, digest)], where)
    exporter.add("threads", [ledger(f"thread of {page_id}", page_id, verdict="complete", captured=len(comments))], where)
    exporter.add("visits", [Visit(page_id=page_id, url=f"https://example.org/{page_id}", outcome="read", requests=1)], where)


def started(root: Path, crawl_id: str = "crawl-1", state: str = "state", **options) -> Exporter:
    """An exporter on ``root/archive`` that is ready to add rows."""
    exporter = Exporter(str(root / "archive"), crawl_id, state_dir=root / state, **options)
    exporter.start()
    return exporter


def journal_of(state: Path) -> Path:
    """The journal in a state directory for one archive."""
    [path] = state.glob("*/journal.sqlite")
    return path


def origin(state: Path) -> str:
    """What the journal of a state directory calls itself."""
    journal = Journal(journal_of(state))
    journal.close()
    return journal.origin


def read(root: Path, table: str, **which) -> list[dict]:
    """Rows of a table of ``root/archive``."""
    return getattr(archive.open(str(root / "archive")), table)(**which).to_pylist()


def every(root: Path, table: str, *columns: str) -> Counter:
    """How often each combination of values stands in a table, every state counted."""
    return Counter(tuple(row[name] for name in columns) for row in read(root, table, history=True))


def visible(root: Path) -> set[str]:
    """What a plain glob over the partitions finds."""
    return {str(path) for path in (root / "archive").glob("*/**/month=*/*.parquet")}


def committed(root: Path) -> set[str]:
    """What the log says there is."""
    opened = archive.open(str(root / "archive"))
    return {path for table in TABLES for path in opened.files(table)}
