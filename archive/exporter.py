"""The exporter: takes rows in while a crawl runs, and commits them in batches, each exactly once."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

from archive.columns import Columns
from archive.commit import Batch, Committed, Committer
from archive.erased import Erasures
from archive.errors import ArchiveError
from archive.index import Index, Pending
from archive.journal import CRAWL_ID, CrawlLock, Journal, application
from archive.log import TableLog
from archive.s3_options import S3Options
from archive.schema import TABLES, Comment, Provenance, table_named
from archive.states import STATES, PageState
from archive.stores import open_store

__all__ = ["Batch", "Committed", "Exporter"]

ORPHAN_AGE_S: Final = 86_400.0
"""Age in seconds at which an unfinished part of an unknown crawl is removed: longer than any commit takes."""


def state_folder(state_dir: Path, identity: str) -> Path:
    """Where a machine keeps what it remembers of an archive (`Store.identity`)."""
    mark = blake2b(identity.encode("utf-8", "surrogateescape"), digest_size=8).hexdigest()
    return state_dir / f"archive-{mark}"


class Exporter:
    """Writes a crawl's rows to the archive at ``uri``.

    `add`, `due` and `take` are called on the event loop and never wait; `start`, `commit` and `close` do, and are
    called elsewhere. Batches are committed in the order in which they were taken.

    Arguments: the archive's URI; an id for the crawl (a crawl that is run again under its id continues it);
    ``state_dir`` for journal and index, shared by a machine's crawls; ``s3``, how objects are kept there; and when a
    batch is due: after ``flush_rows`` rows, ``flush_seconds`` seconds or ``flush_text`` characters of text.
    """

    def __init__(
        self,
        uri: str,
        crawl_id: str,
        *,
        state_dir: Path,
        s3: S3Options | None = None,
        flush_rows: int = 20_000,
        flush_seconds: float = 60.0,
        flush_text: int = 64_000_000,
    ) -> None:
        if not CRAWL_ID.fullmatch(crawl_id):
            raise ArchiveError(
                f"{crawl_id!r} cannot be a crawl id: up to 100 ASCII letters, digits, dots, dashes and underscores"
            )
        self.crawl_id = crawl_id
        self.store = open_store(uri, s3)
        self.logs = {name: TableLog(self.store, table) for name, table in TABLES.items()}
        self.state_dir = state_folder(state_dir, self.store.identity)
        self.application = ""
        """Who commits, in the logs' application transactions; known once it is started."""
        self.erasures = Erasures(self.store, state_dir)
        self.flush_rows = flush_rows
        self.flush_seconds = flush_seconds
        self.flush_text = flush_text
        self._columns: dict[str, Columns] = {}
        self._pending = Pending()
        self._since: float | None = None
        self._taken = self._committed = 0
        self._index: Index | None = None
        self._journal: Journal | None = None
        self._committer: Committer | None = None
        self._lock: CrawlLock | None = None

    # -- start and end ------------------------------------------------------------------------------

    def start(self) -> None:
        """Open or create the tables, finish what a dead crawl began, bring the index up to date.

        Raises `ArchiveError` when the place cannot be written to, holds something else or something newer, or when
        this crawl runs already.
        """
        self.store.prepare()
        try:
            self.state_dir.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ArchiveError(f"cannot create the state directory {self.state_dir}: {error.strerror}") from error
        self._lock = CrawlLock.take(self.state_dir, self.crawl_id)
        if self._lock is None:
            raise ArchiveError(f"crawl {self.crawl_id} is running already; wait for its end or give another CRAWL_ID")
        try:
            self._start()
        except BaseException:
            self.close()
            raise

    def _start(self) -> None:
        snapshots = {name: log.ensure() for name, log in self.logs.items()}
        self._journal = Journal(self.state_dir / "journal.sqlite")
        self._index = Index(self.state_dir / "index.sqlite")
        for name in STATES:
            self._index.catch_up(self.logs[name])
        self.erasures.follow(snapshots["comments"])
        self._committer = Committer(self.store, self.logs, self._index, self._journal, self.erasures)
        self._committer.table_ids = {name: str(snapshot.metadata().id) for name, snapshot in snapshots.items()}
        self._index.expect(self._pending)
        if self._roll_forward(self._journal, self._committer):
            snapshots = {name: log.open() for name, log in self.logs.items()}
        self._remove_orphans(self._journal)
        self.application = application(self.crawl_id, self._journal.origin)
        versions = [log.transaction(snapshots[name], self.application) for name, log in self.logs.items()]
        self._taken = self._committed = max((version for version in versions if version is not None), default=0)

    def _roll_forward(self, journal: Journal, committer: Committer) -> int:
        """Finish what crawls that are dead have left; how many commits that were."""
        finished = 0
        for crawl_id in journal.open_records():
            lock = self._lock if crawl_id == self.crawl_id else CrawlLock.take(self.state_dir, crawl_id)
            if lock is None:
                continue  # it lives and commits its batches itself
            try:
                # Read again under the lock: its owner may have finished since.
                for record in journal.open_records().get(crawl_id, ()):
                    committer.roll_forward(record)
                    finished += 1
            finally:
                if lock is not self._lock:
                    lock.release()
        return finished

    def _remove_orphans(self, journal: Journal) -> None:
        expected = {
            part.staged
            for records in journal.open_records().values()
            for record in records
            for parts in record.parts.values()
            for part in parts
        }
        for table in TABLES:
            orphans = [
                path
                for path, age in self.store.staged(table)
                if path not in expected and (age > ORPHAN_AGE_S or self._is_own(path, journal))
            ]
            self.store.discard(orphans)

    def _is_own(self, path: str, journal: Journal) -> bool:
        name = path.rpartition("/")[2].rsplit("-", 2)
        return name[0] == self.crawl_id and name[-1].startswith(journal.origin)

    def close(self) -> None:
        """Give everything back. Rows that were not committed are not in the archive; `pending_rows` counts them."""
        if self._index is not None:
            self._index.close()
        if self._journal is not None:
            self._journal.close()
        if self._lock is not None:
            self._lock.release()
        self._index = self._journal = self._committer = self._lock = None

    # -- rows ---------------------------------------------------------------------------------------

    @property
    def index(self) -> Index:
        """What the archive holds, added rows included."""
        if self._index is None:
            raise ArchiveError("the exporter is not started")
        return self._index

    def add(self, table: str, rows: Sequence[Any], provenance: Provenance | None = None) -> None:
        """Add records to a table's columns. ``crawls`` needs no provenance.

        All are added or, when one is refused, none. Comments that were erased are left out. Raises `ArchiveError` that
        names table, field and value.
        """
        schema = table_named(table)
        columns = self._columns.get(table)
        if columns is None:
            columns = self._columns[table] = Columns(schema)
        if table == "comments" and provenance is not None and self.erasures:
            rows = [row for row in rows if not self.is_erased(row, provenance.site)]
        added = columns.add(rows, provenance)
        if provenance is None or not added:
            return
        if table == "pages":
            for row in rows:
                state = PageState(provenance.observed_at, provenance.capture_id, row.content_digest)
                self._pending.add_page(row.page_id, state)
        elif table == "comments":
            self._pending.add_comments(added)

    def is_erased(self, comment: Comment, site: str) -> bool:
        """Whether a comment, or all that its author wrote, was erased from the archive and is not to come back."""
        return bool(self.erasures) and self.erasures.has(
            comment_id=comment.comment_id,
            thread_id=comment.thread_id,
            content_digest=comment.content_digest,
            author_id=comment.author_id,
            author_name=comment.author_name,
            system=comment.system,
            site=site,
        )

    def has_erased(self, thread_id: str, content_digest: str) -> bool:
        """Whether a comment without a lasting id that said this in a thread was erased."""
        return bool(self.erasures) and self.erasures.has(thread_id=thread_id, content_digest=content_digest)

    @property
    def pending_rows(self) -> int:
        """Rows added and not taken yet."""
        return sum(columns.rows for columns in self._columns.values())

    @property
    def committed(self) -> int:
        """Number of the crawl's last batch that is in the archive; 0 before the first."""
        return self._committed

    def due(self, now: float) -> bool:
        """Whether a batch should be taken; ``now`` in seconds of any clock that only goes forward."""
        rows = self.pending_rows
        if not rows:
            return False
        if self._since is None:
            self._since = now
        text = sum(columns.text for columns in self._columns.values())
        return rows >= self.flush_rows or text >= self.flush_text or now - self._since >= self.flush_seconds

    def take(self) -> Batch:
        """The rows added since the last call, as a batch to `commit`; may be empty."""
        columns = {name: held for name, held in self._columns.items() if held.rows}
        for held in columns.values():
            held.seal()  # from now on another thread reads them as well
        rows = self.pending_rows
        if rows:
            self._taken += 1
        batch = Batch(self.crawl_id, self._taken, rows, columns, self._pending)
        self._columns, self._pending, self._since = {}, Pending(), None
        self.index.expect(self._pending)
        return batch

    def commit(self, batch: Batch) -> Committed:
        """Write a batch's parts and commit them, exactly once.

        Raises `ArchiveError` when it cannot; the same batch may then be given again, and has to be before any later
        one.
        """
        if self._committer is None:
            raise ArchiveError("the exporter is not started")
        if not batch.rows:
            self.index.settle(batch.pending)
            return Committed({}, {}, 0, 0)
        if batch.number != self._committed + 1:
            raise ArchiveError(f"batch {batch.number} was given before batch {self._committed + 1} was committed")
        committed = self._committer.commit(batch)
        self._committed = batch.number
        self.index.settle(batch.pending)
        return committed
