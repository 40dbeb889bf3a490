"""Erasure: a comment, or all that an author wrote, leaves every part, and no later crawl brings it back."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

import archive.erased as remembered
from archive.errors import ArchiveError, OptionError
from archive.exporter import Exporter
from archive.log import TableLog
from archive.parts import Part
from archive.reader import Archive
from archive.s3_options import S3Options
from archive.schema import TABLES
from archive.stores import open_store
from archive.upkeep.rewriting import keep, open_parts, replace

ATTEMPTS: Final = 20
_READ_ROWS: Final = 50_000
_COLUMNS: Final = ["comment_id", "author_id", "author_name", "system"]
_SAID: Final = ("thread_id", "content_digest", "id_kind", "system", "author_name", "text")
Words = Callable[[Mapping[str, Any]], Iterable[str]]
"""The digests of what a state of a comment (columns `_SAID`) says by which a later crawl would know it, because its id
does not last; none where it does."""


def said_without_id(state: Mapping[str, Any]) -> Iterable[str]:
    """Of a comment whose system shows no id, its own digest."""
    return [state["content_digest"]] if state["id_kind"] == "surrogate" else []


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is to be erased: one comment, or an author of a site, of a comment system, or of both."""

    comment_id: str | None = None
    author_id: str | None = None
    author_name: str | None = None
    site: str | None = None
    system: str | None = None

    def check(self) -> None:
        """Raise `OptionError` unless it names exactly one subject, and an author, alone, with where they wrote."""
        if [self.comment_id, self.author_id, self.author_name].count(None) != 2:
            raise OptionError("name one of: a comment, an author's id, an author's name")
        if self.comment_id is not None and (self.site, self.system) != (None, None):
            raise OptionError("a comment is named by its id alone: leave out the site and the comment system")
        if self.comment_id is None and self.site is None and self.system is None:
            raise OptionError(
                "the same name or id elsewhere is another person: name the site, the comment system, or both as well"
            )
        if any(value is not None and not remembered.same_name(value) for value in (self.author_id, self.author_name)):
            raise OptionError("an empty author would be everybody without a name; erase such comments one by one")

    @property
    def scope(self) -> tuple[remembered.Scope, list[str]]:
        """The columns whose values name it, and these values."""
        if self.comment_id is not None:
            return ("comment_id",), [self.comment_id]
        given = {
            "author_id": self.author_id,
            "author_name": self.author_name,
            "site": self.site,
            "system": self.system,
        }
        named = {column: value for column, value in given.items() if value is not None}
        return tuple(named), list(named.values())


@dataclass(slots=True)
class Erased:
    """What an erasure did, or with ``dry_run`` would do."""

    comments: list[str] = field(default_factory=list)
    """Their ids."""
    rows: int = 0
    """Their observed states."""
    parts: int = 0
    """Parts that were written anew."""
    waiting: list[str] = field(default_factory=list)
    """Unfinished parts of crawls that hold such rows: of one that runs, which drops them when it commits, or of one
    that died on another machine, which `vacuum` removes."""


def erase(
    uri: str,
    subject: Subject,
    *,
    state_dir: Path,
    s3: S3Options | None = None,
    dry_run: bool = False,
    words: Words = said_without_id,
) -> Erased:
    """Erase a subject from an archive, and remember by digest it, its comments, and what ``words`` gives of them.

    What earlier erasures left that were killed goes with it. The parts that were replaced hold it until `vacuum`
    removes them, an hour later at the earliest. Raises `ArchiveError` for a subject that is none, a comment that is
    not there, and parts that cannot be read.
    """
    subject.check()
    store = open_store(uri, s3)
    Archive(store)  # raises when there is none: an erasure must not create an archive
    log = TableLog(store, TABLES["comments"])
    erasures = remembered.Erasures(store, state_dir)
    erasures.follow(log.open())
    found = _ids(log, subject)
    done = Erased(comments=sorted(found | _left(log, erasures)))
    missing = None
    if subject.comment_id is not None and not found and not erasures.has(comment_id=subject.comment_id):
        missing = ArchiveError(f"{store.uri} holds no comment {subject.comment_id}")
        if dry_run or not erasures:
            raise missing
    if dry_run:
        done.rows = sum(_count(log, path, frozenset(done.comments)) for path, _ in _parts(log, None))
        return done
    # Starting commits what dead crawls of this machine began to, so that no rows wait in parts that nobody knows of.
    exporter = Exporter(uri, f"erase-{secrets.token_hex(4)}", state_dir=state_dir, s3=s3)
    exporter.start()
    try:
        ids: set[str] = set()
        scope, values = subject.scope
        remembered_ids = frozenset(done.comments)
        if missing is None:
            # An author's comments are remembered one by one as well, because a later state may bear another name.
            exporter.erasures.remember(log, {scope: [values], **_marks(log, remembered_ids, words)})
        # Only now nothing can be added any more.
        for _ in range(ATTEMPTS):
            new = (remembered_ids | _ids(log, subject)) - ids
            if not new:
                break
            if not remembered_ids.issuperset(new):
                exporter.erasures.remember(log, _marks(log, new - remembered_ids, words))
            ids |= new
            _rewrite(log, frozenset(ids), done)
        else:
            raise ArchiveError(f"{store.uri}: other writers kept adding such comments; update them, and erase again")
        exporter.index.catch_up(log)
        exporter.index.scrub()
        done.comments = sorted(ids)
        done.waiting = list(_waiting(log, subject, frozenset(ids)))
    finally:
        exporter.close()
    if missing is not None:
        raise ArchiveError(f"{missing}; nothing of what was erased earlier is left")
    return done


def _parts(log: TableLog, site: str | None) -> Iterator[tuple[str, dict[str, str]]]:
    for part in log.parts(log.open()):
        if site is None or part.partition["site"] == site:
            yield part.path, part.partition


def _ids(log: TableLog, subject: Subject) -> set[str]:
    """Ids of the subject's comments, by any of their states."""
    ids: set[str] = set()
    for path, _ in _parts(log, subject.site):
        for batch in _batches(log, path, _COLUMNS):
            ids.update(map(str, batch.column("comment_id").filter(_matches(batch, subject)).to_pylist()))
    return ids


def _left(log: TableLog, erasures: remembered.Erasures) -> set[str]:
    """Ids of comments that were erased and have rows: their erasure was killed."""
    ids: set[str] = set()
    for path, _ in _parts(log, None) if erasures else ():
        for batch in _batches(log, path, ["comment_id"]):
            seen = map(str, batch.column(0).unique().to_pylist())
            ids.update(name for name in seen if erasures.has(comment_id=name))
    return ids


def _marks(log: TableLog, ids: AbstractSet[str], words: Words) -> dict[remembered.Scope, list[list[str]]]:
    """What to remember of comments: their ids, and where they stood with what they said there."""
    said: set[tuple[str, str]] = set()
    value_set = pa.array(sorted(ids), pa.string())
    for path, _ in _parts(log, None):
        for batch in _batches(log, path, ["comment_id", *_SAID]) if ids and _count(log, path, ids) else ():
            for row in batch.filter(pc.is_in(batch.column("comment_id"), value_set=value_set)).to_pylist():
                said.update((row["thread_id"], digest) for digest in words(row) if row["text"])
    marks: dict[remembered.Scope, list[list[str]]] = {
        ("comment_id",): [[comment_id] for comment_id in sorted(ids)],
        ("thread_id", "content_digest"): [list(values) for values in sorted(said)],
    }
    return {scope: values for scope, values in marks.items() if values}


def _matches(batch: pa.RecordBatch, subject: Subject) -> pa.BooleanArray:
    """Which rows of a part of the right site are the subject's, compared as `archive.erased` does."""
    scope, values = subject.scope
    found = pa.array([True] * batch.num_rows, pa.bool_())
    for name, value in zip(scope, values, strict=True):
        if name == "site":
            continue
        column, wanted = batch.column(name), remembered.same_name(value)
        written = [str(v) for v in column.unique().to_pylist() if v is not None and remembered.same_name(v) == wanted]
        found = pc.and_(found, pc.is_in(column, value_set=pa.array(written, pa.string())))
    return found


def _batches(log: TableLog, path: str, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    try:
        yield from open_parts(log, [path]).to_batches(columns=list(columns), batch_size=_READ_ROWS, batch_readahead=2)
    except (OSError, pa.ArrowException) as error:
        address = log.store.address(log.table.name, path)
        raise ArchiveError(
            f"cannot read the committed part {address}: {error}; `scrapy archive verify` tells the way out"
        ) from error


def _count(log: TableLog, path: str, ids: AbstractSet[str]) -> int:
    value_set = pa.array(sorted(ids), pa.string())
    batches = _batches(log, path, ["comment_id"])
    return sum(pc.is_in(batch.column(0), value_set=value_set).to_pylist().count(True) for batch in batches)


def _rewrite(log: TableLog, ids: frozenset[str], done: Erased) -> None:
    """Write every part anew that holds rows of these comments, a part and a commit at a time.

    Of whatever site: a thread may have moved to another one, or be shown by several.
    """
    dropped = pc.field("comment_id").isin(pa.array(sorted(ids), pa.string()))
    for _ in range(ATTEMPTS):
        overtaken = False
        for path, partition in _parts(log, None):
            rows = _count(log, path, ids)
            if not rows:
                continue
            rest: Part | None = keep(log, path, partition, dropped, "erase")
            if replace(log, [path], [] if rest is None else [rest], data_change=True):
                done.rows += rows
                done.parts += 1
            else:  # a compaction moved the rows to another part
                overtaken = True
        if not overtaken:
            return
    raise ArchiveError(f"{log.store.uri}: compactions kept replacing the parts; let them end, and erase again")


def _waiting(log: TableLog, subject: Subject, ids: frozenset[str]) -> Iterator[str]:
    """Unfinished parts with the subject's rows. Their site stands in the journal of their crawl: any site counts."""
    value_set = pa.array(sorted(ids), pa.string())
    for path, _ in log.store.staged(log.table.name):
        try:
            with log.store.filesystem(log.table.name).open_input_file(path.partition("/")[2]) as source:
                for batch in pq.ParquetFile(source).iter_batches(_READ_ROWS, columns=_COLUMNS):
                    is_known = pc.is_in(batch.column("comment_id"), value_set=value_set)
                    if pc.any(pc.or_(is_known, _matches(batch, subject))).as_py():
                        yield path
                        break
        except FileNotFoundError:
            continue  # committed or removed since
        except (OSError, pa.ArrowException):
            yield path  # being written, or cut off: what it holds is not known
