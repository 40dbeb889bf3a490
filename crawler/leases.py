"""The table of a crawl's pages: which wait, which are being visited, what became of the others; it survives kill -9."""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Final

IN_MEMORY: Final = ":memory:"
"""In place of a path: a table that ends with its process."""

LAYOUT: Final = 2
"""Layout of the table; a file with another one is not touched."""
BULK: Final = 1_000
"""Pages that are added in one transaction when nothing else ends it."""
_CHECKPOINT_PAGES: Final = 4_000
"""Of 4 KiB. SQLite's 1,000 write the pages that many leases change four times as often."""
LISTED: Final = 1_000
"""Pages and threads that are told of one by one; more are counted only."""

_SCHEMA: Final = """
CREATE TABLE pages (
    id INTEGER PRIMARY KEY,
    key BLOB NOT NULL UNIQUE,
    url TEXT NOT NULL,
    asked TEXT,
    site TEXT NOT NULL,
    host TEXT NOT NULL,
    rank INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting',
    attempts INTEGER NOT NULL DEFAULT 0,
    batch INTEGER,
    comments INTEGER,
    threads TEXT,
    reason TEXT,
    detail TEXT,
    skipped TEXT
);
CREATE TABLE aliases (key BLOB PRIMARY KEY, page INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX waiting ON pages (rank, site, host, attempts, id) WHERE state = 'waiting';
CREATE INDEX ended ON pages (batch) WHERE state = 'ended';
CREATE TABLE batches (number INTEGER PRIMARY KEY, tally TEXT NOT NULL);
CREATE TABLE crawl (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""
"""``pages.state`` is ``waiting``; ``leased``: being visited; ``ended``: visited, its rows are in the batch ``batch``;
``done``: they are committed. ``skipped`` says why a visit that ended well left no rows. ``aliases`` are pages by the
address that they call their own, with the page that was visited for it. ``rank`` is the priority with its sign
turned: one index has the order of turns."""
_SITE_COUNTS: Final = "CREATE TABLE IF NOT EXISTS sites (site TEXT PRIMARY KEY, pages INTEGER NOT NULL) WITHOUT ROWID"
_COUNT: Final = (
    "INSERT INTO sites VALUES (?, 1) ON CONFLICT (site) DO UPDATE SET pages = pages + 1 RETURNING pages"
)

_FIRST: Final = (
    "SELECT site, host, id, url, asked, attempts FROM pages INDEXED BY waiting WHERE state = 'waiting'"
    " AND rank = (SELECT rank FROM pages INDEXED BY waiting WHERE state = 'waiting' ORDER BY rank LIMIT 1)"
    " AND site > ? ORDER BY rank, site, host, attempts, id LIMIT 1"
)
_RANKS: Final = "SELECT rank FROM pages INDEXED BY waiting WHERE state = 'waiting' AND rank > ? ORDER BY rank LIMIT 1"
_SITES: Final = (
    "SELECT site FROM pages INDEXED BY waiting WHERE state = 'waiting' AND rank = ? AND site > ? ORDER BY site LIMIT 1"
)
_HOSTS: Final = (
    "SELECT host FROM pages INDEXED BY waiting"
    " WHERE state = 'waiting' AND rank = ? AND site = ? AND host > ? ORDER BY host LIMIT 1"
)
_NEXT: Final = (
    "SELECT id, url, asked, attempts FROM pages INDEXED BY waiting"
    " WHERE state = 'waiting' AND rank = ? AND site = ? AND host = ? ORDER BY attempts, id LIMIT 1"
)
_WAIT_AGAIN: Final = (
    "UPDATE pages SET state = 'waiting', attempts = attempts - ?,"
    " batch = NULL, comments = NULL, threads = NULL, reason = NULL, detail = NULL, skipped = NULL "
)


class FrontierError(Exception):
    """The frontier's file cannot be used; the message names it, what is wrong and the way out."""


@dataclass(eq=False, slots=True, kw_only=True)
class Lease:
    """A page on its visit. What became of the visit is gathered here until a batch takes it along."""

    id: int
    url: str
    asked: str
    """The address as it was asked for."""
    host: str
    attempts: int
    """Visits begun, this one included."""
    name: str
    """The same for every attempt at this page in this crawl: the ids of its visits begin with it and ``-``."""
    run: str
    """Differs between processes, so that no id is given twice."""
    comments: int = 0
    threads: list[dict[str, str]] = field(default_factory=list)
    """Verdict of each thread; ``url`` and ``why`` beside it where it was not read whole."""
    failure: tuple[str, str] | None = None
    """Reason and detail, when the page is not archived."""
    skipped: str | None = None
    """Why the visit left no rows, when that is no failure."""
    is_interrupted: bool = False
    """The crawl was stopped during the visit, which is to be made again."""
    is_over: bool = False
    _ids: count[int] = field(default_factory=count)

    def new_id(self) -> str:
        """A fresh id for the visit or one of its captures."""
        return f"{self.name}-{self.run}.{next(self._ids)}"


@dataclass(slots=True)
class Tally:
    """Rows that a batch added to the archive."""

    rows: Counter[str] = field(default_factory=Counter)
    """Per table."""
    changes: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Per table and change."""

    def to_json(self) -> str:
        """As kept in the table."""
        return json.dumps([self.rows, [[*key, n] for key, n in self.changes.items()]])

    @classmethod
    def from_json(cls, text: str) -> Tally:
        """As it was kept."""
        rows, changes = json.loads(text)
        return cls(Counter(rows), Counter({(table, change): n for table, change, n in changes}))


@dataclass(slots=True)
class Earlier:
    """What the earlier part of a crawl that is continued has done, and what of it is done again."""

    pages: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    """Pages whose visit left no rows, by reason."""
    failed: int = 0
    """Pages that were tried as often as they may be."""
    comments: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    incomplete: list[dict[str, str]] = field(default_factory=list)
    """Verdict, ``url`` and ``why`` of threads that were not read whole; at most `LISTED`."""
    incomplete_total: int = 0
    tally: Tally = field(default_factory=Tally)
    returned: int = 0
    """Pages whose visit did not come to its end, or not into the archive."""
    retried: int = 0
    """Pages that failed and are tried again."""
    waiting: int = 0
    """Pages that wait, the returned and retried ones included."""


class _Explained:
    """Turns the database's errors into ones that say the way out. No generator: it stands around every lease."""

    def __init__(self, path: str) -> None:
        self._path = path

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, sqlite3.Error):
            raise FrontierError(
                f"cannot use the frontier {self._path}: {error}; make room or repair the disk, or remove the file to "
                "begin the crawl anew"
            ) from error


class Leases:
    """De-duplication and queue in one table: a page is added once, leased, ended, and done when its rows are committed.

    Calls are short and made on the event loop. No other process can open the file meanwhile, which spares asking for
    locks. A transaction ends with a lease, a mark, an acknowledgement or `BULK` additions. In WAL mode with
    ``synchronous = NORMAL`` that costs no fsync: nothing committed here is lost with the process. A power cut may take
    the last moments; the pages then are visited once more, which the archive notices.
    """

    def __init__(self, path: str) -> None:
        """Open or create the table at a path or `IN_MEMORY`.

        :raises FrontierError: when it is no such table or cannot be written
        """
        self.path = path
        self.run = secrets.token_hex(2)
        self._uncommitted = 0
        self._turn = ""
        self._explained = _Explained(path)
        self._values: dict[str, str] = {}
        with self._explained:
            self._connection = sqlite3.connect(path, isolation_level=None)
            try:
                self._open()
            except BaseException:
                self._connection.close()
                raise

    def _open(self) -> None:
        execute = self._connection.execute
        execute("PRAGMA locking_mode = EXCLUSIVE")
        execute("PRAGMA journal_mode = WAL")
        execute("PRAGMA synchronous = NORMAL")
        execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
        layout: int = execute("PRAGMA user_version").fetchone()[0]
        if not layout:
            self._connection.executescript(f"BEGIN; {_SCHEMA} PRAGMA user_version = {LAYOUT}; COMMIT")
        elif layout != LAYOUT:
            other = "a newer" if layout > LAYOUT else "an older"
            raise FrontierError(
                f"the frontier {self.path} was made by {other} version of Talkback: end its crawl with that version, "
                "or remove the file to begin the crawl anew"
            )
        execute(_SITE_COUNTS)
        self._values = dict(execute("SELECT name, value FROM crawl"))

    # -- the crawl ----------------------------------------------------------------------------------

    def value(self, name: str) -> str | None:
        """Something the crawl was begun with."""
        return self._values.get(name)

    def begin(self, **values: str) -> None:
        """Note what a crawl is begun with: ``crawl_id``, ``started_at`` (microseconds), ``command``."""
        values["mark"] = secrets.token_hex(2)
        with self._transaction() as execute:
            for name, value in values.items():
                execute("INSERT INTO crawl VALUES (?, ?)", (name, value))
        self._values = values

    @property
    def is_empty(self) -> bool:
        """Whether no page was ever added."""
        return not self._found("SELECT 1 FROM pages LIMIT 1")

    # -- the queue ----------------------------------------------------------------------------------

    def add(
        self, key: bytes, url: str, *, asked: str, site: str, host: str, priority: int = 0, site_max: int = 0
    ) -> bool | None:
        """Add a page; False when the crawl has it already, None when its site has ``site_max`` pages. ``key`` is its
        key.
        """
        with self._explained:
            self._begin()
            cursor = self._connection.execute(
                "INSERT OR IGNORE INTO pages (key, url, asked, site, host, rank) VALUES (?, ?, ?, ?, ?, ?)",
                (key, url, None if asked == url else asked, site, host, -priority),
            )
            added: bool | None = cursor.rowcount > 0
            if added and site_max:
                count = self._connection.execute(_COUNT, (site,)).fetchone()[0]
                if count > site_max:
                    self._connection.execute("DELETE FROM pages WHERE id = ?", (cursor.lastrowid,))
                    self._connection.execute("UPDATE sites SET pages = pages - 1 WHERE site = ?", (site,))
                    added = None
            self._uncommitted += 1
            if self._uncommitted >= BULK:
                self._commit()
        return added

    def claim(self, key: bytes, lease: Lease) -> bool:
        """Say that a lease's page calls another address its own; False when that is visited by another lease.

        :param key: key of that address
        """
        with self._explained:
            self._begin()
            ask = self._connection.execute
            if ask("SELECT id FROM pages WHERE key = ? AND id != ?", (key, lease.id)).fetchone() is not None:
                return False
            ask("INSERT OR IGNORE INTO aliases VALUES (?, ?)", (key, lease.id))
            return bool(ask("SELECT page FROM aliases WHERE key = ?", (key,)).fetchone()[0] == lease.id)

    def lease(self, is_busy: Callable[[str], bool]) -> Lease | None:
        """Take the next page whose host is not busy; None when there is none.

        The greatest priority comes first; among equals, sites take turns, and of a site's pages those come first
        that were tried least.
        """
        with self._explained:
            ask = self._connection.execute
            first = ask(_FIRST, (self._turn,)).fetchone() or ask(_FIRST, ("",)).fetchone()
            if first is None:
                return None
            site, host, *page = first
            if not is_busy(host):  # most are not: the first place of all, found at once
                return self._lease(site, host, page)
            for rank, site, host in self._places():
                if not is_busy(host):
                    return self._lease(site, host, ask(_NEXT, (rank, site, host)).fetchone())
        return None

    def take(self, key: bytes) -> Lease | None:
        """Take a page out of its turn, by its key; None when it does not wait."""
        with self._explained:
            query = "SELECT site, host, id, url, asked, attempts FROM pages WHERE key = ? AND state = 'waiting'"
            found = self._connection.execute(query, (key,)).fetchone()
            if found is None:
                return None
            site, host, *page = found
            return self._lease(site, host, page)

    def give_back(self, lease: Lease) -> None:
        """Let a leased page wait again, as if it had not been tried."""
        with self._transaction() as execute:
            execute(_WAIT_AGAIN + "WHERE id = ?", (1, lease.id))

    def _places(self) -> Iterator[tuple[int, str, str]]:
        """Rank, site and host of waiting pages in the order of their turns; each step is one look into the index."""
        turn = self._turn
        for rank in self._steps(_RANKS, (), -(2**62)):
            for after, until in ((turn, None), ("", turn)):
                for site in self._steps(_SITES, (rank,), after):
                    if until is not None and site > until:
                        break
                    for host in self._steps(_HOSTS, (rank, site), ""):
                        yield rank, site, host

    def _steps(self, query: str, values: tuple[Any, ...], after: Any) -> Iterator[Any]:
        while (found := self._connection.execute(query, (*values, after)).fetchone()) is not None:
            after = found[0]
            yield after

    def _lease(self, site: str, host: str, page: Sequence[Any]) -> Lease:
        self._turn = site
        row, url, asked, attempts = page
        self._connection.execute("UPDATE pages SET state = 'leased', attempts = attempts + 1 WHERE id = ?", (row,))
        # Written before the request is made: a page that kills the process is counted.
        self._commit()
        name = f"{self._values.get('crawl_id', '')}-{self._values.get('mark', '')}{row}"
        return Lease(
            id=row, url=url, asked=asked or url, host=host, attempts=attempts + 1, name=name, run=self.run
        )

    @property
    def has_waiting(self) -> bool:
        """Whether a page waits."""
        return bool(self._found("SELECT 1 FROM pages INDEXED BY waiting WHERE state = 'waiting' LIMIT 1"))

    @property
    def has_open(self) -> bool:
        """Whether a page is not done."""
        return bool(self._found("SELECT 1 FROM pages WHERE state != 'done' LIMIT 1"))

    def waiting(self) -> tuple[int, list[str]]:
        """How many pages wait, and the addresses of the first `LISTED` of them as they were asked for."""
        total: int = self._found("SELECT count(*) FROM pages WHERE state = 'waiting'")[0][0]
        rows = self._found(
            "SELECT coalesce(asked, url) FROM pages WHERE state = 'waiting' ORDER BY id LIMIT ?", LISTED
        )
        return total, [url for (url,) in rows]

    # -- the end of visits --------------------------------------------------------------------------

    def mark(self, number: int, leases: Iterable[Lease], tally: Tally | None) -> None:
        """Note the visits whose rows are in a batch that is about to be committed, and what it will add.

        Written before the commit: whether it was made is asked of the archive, see :meth:`recover`.
        """
        ended = [
            (
                number,
                lease.comments,
                json.dumps(lease.threads) if lease.threads else None,
                *(lease.failure or (None, None)),
                lease.skipped,
                lease.id,
            )
            for lease in leases
        ]
        with self._transaction() as execute:
            self._connection.executemany(
                "UPDATE pages SET state = 'ended', batch = ?, comments = ?, threads = ?, reason = ?, detail = ?,"
                " skipped = ? WHERE id = ?",
                ended,
            )
            if tally is not None:
                execute("INSERT OR REPLACE INTO batches VALUES (?, ?)", (number, tally.to_json()))

    def acknowledge(self, number: int, tally: Tally | None) -> None:
        """A batch and all before it are committed: their visits are done."""
        with self._transaction() as execute:
            execute("UPDATE pages SET state = 'done' WHERE state = 'ended' AND batch <= ?", (number,))
            if tally is not None:
                execute("INSERT OR REPLACE INTO batches VALUES (?, ?)", (number, tally.to_json()))

    def release(self) -> None:
        """Let every page wait again whose visit is not done, as if it had not been tried: the crawl was stopped."""
        with self._transaction() as execute:
            execute(_WAIT_AGAIN + "WHERE state IN ('leased', 'ended')", (1,))

    # -- continuing ---------------------------------------------------------------------------------

    def recover(self, committed: int, max_attempts: int) -> Earlier:
        """Find out what a crawl that ended anyhow has done, and let the rest of its pages wait again.

        :param committed: number of the crawl's last batch in the archive
        :param max_attempts: visits of a page that are begun; one that has had them fails
        """
        earlier = Earlier()
        with self._transaction() as execute:
            execute("UPDATE pages SET state = 'done' WHERE state = 'ended' AND batch <= ?", (committed,))
            execute("DELETE FROM batches WHERE number > ?", (committed,))
            earlier.returned = execute(_WAIT_AGAIN + "WHERE state IN ('leased', 'ended')", (0,)).rowcount
            # These were in an archive that is gone, or was put back from a copy.
            execute(_WAIT_AGAIN + "WHERE state = 'done' AND batch > ?", (1, committed))
            earlier.retried = execute(
                _WAIT_AGAIN + "WHERE state = 'done' AND reason IS NOT NULL AND attempts < ?", (0, max_attempts)
            ).rowcount
            given_up = "given up: the crawl was cut off during each of its visits (FRONTIER_MAX_ATTEMPTS)"
            execute(
                "UPDATE pages SET state = 'done', reason = 'error', detail = coalesce(asked, url) || ?"
                " WHERE state = 'waiting' AND attempts >= ?",
                (f": {given_up}", max_attempts),
            )
        self._count(earlier)
        return earlier

    def _count(self, earlier: Earlier) -> None:
        for pages, failed, comments, threads, skipped in self._found(
            "SELECT count(*) FILTER (WHERE reason IS NULL), count(reason), coalesce(sum(comments), 0), threads, skipped"
            " FROM pages WHERE state = 'done' GROUP BY threads, skipped"
        ):
            if skipped is None:
                earlier.pages += pages
            else:
                earlier.skipped[skipped] += pages
            earlier.failed += failed
            earlier.comments += comments
            for thread in json.loads(threads or "[]"):
                earlier.verdicts[thread["verdict"]] += pages + failed
                if "why" in thread:
                    earlier.incomplete_total += pages + failed
                    if len(earlier.incomplete) < LISTED:
                        earlier.incomplete.append(thread)
        for (text,) in self._found("SELECT tally FROM batches"):
            tally = Tally.from_json(text)
            earlier.tally.rows.update(tally.rows)
            earlier.tally.changes.update(tally.changes)
        earlier.waiting = self.waiting()[0]

    def failures(self) -> list[tuple[str, str, str]]:
        """Address as asked for, reason and detail of pages that are not tried again, the first `LISTED`."""
        return self._found(
            "SELECT coalesce(asked, url), reason, detail FROM pages WHERE state = 'done' AND reason IS NOT NULL"
            " ORDER BY id LIMIT ?",
            LISTED,
        )

    # -- the file -----------------------------------------------------------------------------------

    def close(self) -> None:
        """Keep the file and let go of it."""
        with self._explained:
            self._commit()
            self._connection.close()

    def remove(self) -> None:
        """Let go of the file and remove it: nothing of the crawl is left to do."""
        self.close()  # takes the write-ahead log with it: a stray one would be read into the next file of this name
        if self.path != IN_MEMORY:
            Path(self.path).unlink(missing_ok=True)

    # -- inside -------------------------------------------------------------------------------------

    def _found(self, query: str, *values: Any) -> list[Any]:
        with self._explained:
            return self._connection.execute(query, values).fetchall()

    def _begin(self) -> None:
        if not self._connection.in_transaction:
            self._connection.execute("BEGIN IMMEDIATE")

    def _commit(self) -> None:
        if self._connection.in_transaction:
            self._connection.execute("COMMIT")
        self._uncommitted = 0

    @contextmanager
    def _transaction(self) -> Iterator[Callable[..., sqlite3.Cursor]]:
        with self._explained:
            self._commit()
            self._begin()
            try:
                yield self._connection.execute
            except BaseException:
                if self._connection.in_transaction:  # SQLite rolls back by itself when the disk is full
                    self._connection.execute("ROLLBACK")
                raise
            self._commit()
