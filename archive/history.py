"""The history of a comment, a thread or a page: its states and the visits between them, in the order of time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from archive.diffs import diff
from archive.errors import ArchiveError, NoSuchIdError
from archive.reader import Archive
from archive.states import COUNTS, GONE

SHORTEST: Final = 4
"""Characters of an abbreviated id, as git's."""
SHOWN: Final = 10
"""Ids named when an abbreviation fits several."""
REASONS: Final = 3
"""So many gaps of a visit are told; the ledger has them all."""
_IDS: Final = (
    ("comment", "comments", "comment_id"),
    ("thread", "threads", "thread_id"),
    ("thread", "comments", "thread_id"),
    ("page", "pages", "page_id"),
    ("page", "comments", "page_id"),
    ("page", "visits", "page_id"),
)
"""Where ids stand: a visit that was cut off left comments alone, one that failed only its row in `visits`."""
_STATE: Final = (
    "observed_at", "capture_id", "visit_id", "comment_id", "thread_id", "page_id", "author_name", "text", "status",
    "status_source", "content_digest", "published_at", "published_raw", "edited_at", "like_count", "dislike_count",
    "reply_count", "position", "parent_id", "change",
)  # fmt: skip
_VISIT: Final = (
    "observed_at", "ended_at", "capture_id", "thread_id", "page_id", "url", "verdict", "captured", "expected",
    "stop_reason", "stop_detail", "gaps", "new", "edited", "removed", "restored",
)  # fmt: skip
_LOOK: Final = ("observed_at", "visit_id", "page_id", "url", "outcome", "detail", "http_status")
_NOT_TOLD: Final = frozenset({"read", "alias"})
"""Outcomes of looks at a page that are not told: of the first the visits of its threads are."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose history it is."""

    kind: str
    """``comment``, ``thread`` or ``page``."""
    key: str
    """The whole id."""


@dataclass(frozen=True, slots=True)
class Event:
    """A state of a comment, or a visit."""

    at: datetime
    kind: str
    """``visit``, ``look`` (at a page whose threads were not read), or the ``change`` of the comment's row."""
    key: str
    """Comment, thread of a visit, or page."""
    row: dict[str, Any]
    before: dict[str, Any] | None = None
    """The comment's last state that had a text of its own."""

    @property
    def changes(self) -> list[str]:
        """Lines that say what changed: of a state against the one before, of a first one its text.

        Of a visit they say why not all was read.
        """
        row, before = self.row, self.before
        if self.kind == "visit":
            reasons = [row["stop_detail"], *(gap["reason"] for gap in (row["gaps"] or ())[:REASONS])]
            return [f"  {reason}" for reason in dict.fromkeys(reasons) if reason]
        if self.kind == "look":
            return [f"  {row['detail']}"] if row["detail"] else []
        if row["status"] == GONE:
            return []
        if before is None:
            return [f"  {line}" for line in (row["text"] or "").splitlines()]
        lines = []
        if row["author_name"] != before["author_name"]:
            lines.append(f"~ author: {before['author_name']!r} -> {row['author_name']!r}")
        if row["text"] != before["text"]:
            lines += diff(before["text"] or "", row["text"] or "")
        lines += [f"~ {n}: {before[n]} -> {row[n]}" for n in COUNTS if self.kind == "counts" and before[n] != row[n]]
        return lines


def find(archive: Archive, what: str) -> Subject:
    """The comment, thread or page with this id, its beginning, or (a page) this address.

    Raises `ArchiveError` when there is none (`NoSuchIdError` for an id), and names the candidates when there are
    several.
    """
    if "://" in what:
        return Subject("page", _page_at(archive, what))
    if len(what) < SHORTEST:
        raise ArchiveError(f"{what!r} is too short: give at least {SHORTEST} characters of an id, or an address")
    met: dict[Subject, None] = {}
    for kind, table, column in _IDS:
        for batch in archive.rows(table, history=True).select(column).batches():
            ids = batch.column(0)
            starts = pc.starts_with(ids, what)
            for key in pc.unique(ids.filter(starts)).to_pylist():
                met[Subject(kind, str(key))] = None
    exact = [subject for subject in met if subject.key == what]
    found = exact or list(met)
    if not found:
        raise NoSuchIdError(f"{archive.uri} holds no comment, thread or page whose id begins with {what!r}")
    if len(found) > 1:
        names = ", ".join(f"{subject.kind} {subject.key}" for subject in found[:SHOWN])
        more = f" and {len(found) - SHOWN:,} more" if len(found) > SHOWN else ""
        raise ArchiveError(f"{what!r} fits {names}{more}; give more characters")
    return found[0]


def history(archive: Archive, subject: Subject) -> Iterator[Event]:
    """Events of a subject in the order of time: a visit stands behind the states that it found.

    A comment's visits are those of its thread. Of a page the looks are told, too, at which it was gone, moved,
    unchanged or could not be read. Memory holds one thread's history, or one page's.
    """
    states = _states(archive, subject)
    visits = _visits(archive, subject, {str(row["thread_id"]) for row in states})
    # Told when it ended: its ledger is observed with the page, and the answers to further requests came later.
    ended = (max(row["observed_at"], row["ended_at"] or row["observed_at"]) for row in visits)
    events = [Event(at, "visit", row["thread_id"], row) for at, row in zip(ended, visits, strict=True)]
    if subject.kind == "page":
        looks = archive.visits(page=subject.key, history=True).select(*_LOOK).to_pylist()
        told = (row for row in looks if row["outcome"] not in _NOT_TOLD)
        events += [Event(row["observed_at"], "look", row["page_id"], row) for row in told]
    latest: dict[str, dict[str, Any]] = {}
    for row in states:
        key = row["comment_id"]
        events.append(Event(row["observed_at"], row["change"], key, row, latest.get(key)))
        if row["status"] != GONE:
            latest[key] = row
    # Stable: states of one moment stay in the order of the page.
    yield from sorted(events, key=lambda event: (event.at, event.kind in ("visit", "look")))


def _states(archive: Archive, subject: Subject) -> list[dict[str, Any]]:
    if subject.kind == "comment":
        rows = list(_of_comment(archive, subject.key))
    elif subject.kind == "thread":
        rows = archive.comments(thread=subject.key, history=True).select(*_STATE).to_pylist()
    else:
        rows = archive.comments(page=subject.key, history=True).select(*_STATE).to_pylist()
    # What a visit no longer found has no position: it is told behind what it found.
    rows.sort(key=lambda row: (row["observed_at"], row["position"] is None, row["capture_id"], row["position"] or 0))
    return rows


def _visits(archive: Archive, subject: Subject, threads: set[str]) -> list[dict[str, Any]]:
    if subject.kind == "page":
        return archive.threads(page=subject.key, history=True).select(*_VISIT).to_pylist()
    keys = {subject.key} if subject.kind == "thread" else threads
    return [
        row for key in sorted(keys) for row in archive.threads(thread=key, history=True).select(*_VISIT).to_pylist()
    ]


def _of_comment(archive: Archive, comment_id: str) -> Iterator[dict[str, Any]]:
    for batch in archive.comments(history=True).select(*_STATE).batches():
        yield from batch.filter(pc.equal(batch.column("comment_id"), pa.scalar(comment_id))).to_pylist()


def _page_at(archive: Archive, url: str) -> str:
    address = url.partition("#")[0].rstrip("/")
    wanted = pa.array([address, address + "/", url], pa.string())
    keys: set[str] = set()
    for batch in archive.pages(history=True).select("page_id", "url", "canonical_url").batches():
        is_it = pc.or_(*(pc.is_in(batch.column(name), value_set=wanted) for name in ("url", "canonical_url")))
        keys.update(map(str, batch.column("page_id").filter(is_it).to_pylist()))
    if not keys:  # another address of a page, or one that never could be read
        keys = _asked_for_at(archive, wanted)
    if not keys:
        raise ArchiveError(f"{archive.uri} holds no page with the address {url}")
    if len(keys) > 1:
        raise ArchiveError(f"{url} was the address of several pages: {', '.join(sorted(keys)[:SHOWN])}; give an id")
    return keys.pop()


def _asked_for_at(archive: Archive, wanted: pa.StringArray) -> set[str]:
    """What visits found where one of these addresses was asked for; where all failed, the page of the address."""
    met: dict[bool, set[str]] = {False: set(), True: set()}
    for batch in archive.visits(history=True).select("page_id", "url", "outcome").batches():
        for row in batch.filter(pc.is_in(batch.column("url"), value_set=wanted)).to_pylist():
            met[row["outcome"] == "failed"].add(str(row["page_id"]))
    return met[False] or met[True]
