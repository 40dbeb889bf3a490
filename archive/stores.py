"""Where an archive's bytes lie: the seam between the archive and local disk or S3, and the local disk."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

import pyarrow as pa
import pyarrow.fs as pa_fs

from archive.errors import ArchiveError, OptionError

if TYPE_CHECKING:
    from archive.s3_options import S3Options

STAGED: Final = "_tmp"
"""Directory of unfinished parts in a table's directory. Readers skip names that begin with ``_``, and none of the
files in it ends with ``.parquet``."""
LOG: Final = "_delta_log"
_OTHERWISE_READ: Final = re.compile(r"%[0-9A-Fa-f]{2}|[\\\x00-\x1f\x7f]")
"""What delta-rs (1.6.6) takes for something else in a path, or refuses: it looks for ``a b`` where ``a%20b`` lies."""


class Found(NamedTuple):
    """A file that lies in a table's directory, whoever put it there."""

    path: str
    """Below the table's directory."""
    size: int
    """Bytes."""
    age: float
    """Seconds since it got its name."""


class Store(Protocol):
    """Bytes under one URI, by paths below it, ``/`` between names."""

    uri: str
    """The archive's address, as messages and readers name it."""
    retries: int
    """How often a commit that failed, and that the log does not hold, is tried again."""

    @property
    def identity(self) -> str:
        """Equal for equal archives, different for any two: what is remembered of an archive is kept under it."""

    def prepare(self) -> None:
        """Make sure that parts and log entries can be written here, else raise `ArchiveError`."""

    def exists(self) -> bool:
        """Whether there is anything under the URI."""

    def strangers(self, table: str) -> list[str]:
        """Names in a table's directory that are neither partitions' nor ours, a few of them."""

    def stage(self, path: str, content: pa.Buffer) -> None:
        """Write a part where no reader looks, below a table's `STAGED`; durable when this returns."""

    def publish(self, moves: Sequence[tuple[str, str]]) -> None:
        """Move staged parts to their final paths; those moved before are left alone. Durable when this returns."""

    def discard(self, paths: Sequence[str]) -> None:
        """Remove files; those that are gone are no error."""

    def staged(self, table: str) -> Iterator[tuple[str, float]]:
        """Path and age in seconds of every staged part."""

    def found(self, table: str) -> Iterator[Found]:
        """Every file in a table's directory but those of its log."""

    def read(self, path: str) -> bytes | None:
        """A whole file, or None when there is none."""

    def persist_log(self, table: str, version: int) -> None:
        """Make a log entry, and a checkpoint written after it, durable."""

    def filesystem(self, table: str) -> pa_fs.FileSystem:
        """The table's directory for pyarrow."""

    def table_uri(self, table: str) -> str:
        """The table's address for Delta readers."""

    def address(self, table: str, path: str) -> str:
        """The address of a part for any reader."""

    @property
    def storage_options(self) -> dict[str, str] | None:
        """What delta-rs has to know to reach the store."""

    def advice(self, said: str) -> str:
        """The way out for an error that delta-rs describes in these words, empty when none is known."""

    def is_passing(self, said: str) -> bool:
        """Whether it may not come again, and delta-rs itself does not try again."""


def open_store(uri: str, s3: S3Options | None = None) -> Store:
    """The store of a URI: a directory, or ``s3://bucket/prefix`` with its options.

    Raises `OptionError` for any other scheme, and for an address that cannot be one.
    """
    scheme, mark, rest = uri.partition("://")
    if not mark:
        if not uri.strip() or "\0" in uri:
            raise OptionError(f"{uri!r} names no archive; give a directory or s3://bucket/prefix")
        return LocalStore(Path(uri))
    if scheme == "file":
        return LocalStore(Path(rest))
    if scheme in ("s3", "s3a"):
        from archive.s3 import S3Store  # noqa: PLC0415 - boto3 takes 0.2 s to import, which a local archive saves

        return S3Store(rest, s3)
    raise OptionError(f"{uri!r}: archives lie in a directory or under s3://, not under {scheme}://")


class LocalStore:
    """A directory. Every write is fsynced, with the directories that lead to it."""

    storage_options: dict[str, str] | None = None
    retries = 0

    def __init__(self, root: Path) -> None:
        self.root = Path(os.path.realpath(root))
        self.uri = self.identity = str(self.root)
        odd = _OTHERWISE_READ.search(self.uri)
        if odd is not None:
            raise OptionError(f"{self.uri!r}: {odd[0]!r} is not read alike by all; choose a directory without")

    def prepare(self) -> None:
        """Create the directory; probe it for writing and for the hard links that Delta commits are made with."""
        with self._explained("create the archive's directory"):
            _make_directories(self.root)
        probe = self.root / f"_probe-{secrets.token_hex(8)}"
        link = probe.with_name(f"{probe.name}-link")
        try:
            with self._explained("write to the archive's directory"):
                _write(probe, b"probe")
            try:
                os.link(probe, link)
            except OSError as error:
                raise ArchiveError(
                    f"{self.uri} lies on a file system without hard links ({error.strerror}), which make commits "
                    "atomic; choose a directory on another one, or s3://"
                ) from error
        finally:
            for path in (probe, link):
                with contextlib.suppress(OSError):  # where nothing can be written, nothing is there to be removed
                    path.unlink()

    def exists(self) -> bool:
        """Whether the directory exists."""
        try:
            return self.root.is_dir()
        except OSError:  # a name that is too long, which `is_dir` does not take for none
            return False

    def strangers(self, table: str) -> list[str]:
        """Names in the table's directory that no reader would skip."""
        try:
            with os.scandir(self.root / table) as entries:
                return [entry.name for entry in entries if not entry.name.startswith(("_", "."))][:3]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise ArchiveError(f"cannot read {self.root / table}: {error.strerror}") from error

    def stage(self, path: str, content: pa.Buffer) -> None:
        """Write and fsync a file and its name."""
        target = self.root / path
        with self._explained(f"write the part {path}"):
            _make_directories(target.parent)
            _write(target, content)

    def publish(self, moves: Sequence[tuple[str, str]]) -> None:
        """Rename; then fsync each directory that got or lost a name."""
        touched: dict[Path, None] = {}
        with self._explained("move a part to its partition"):
            for staged, final in moves:
                source, target = self.root / staged, self.root / final
                _make_directories(target.parent)
                try:
                    source.rename(target)
                except FileNotFoundError:
                    if not target.exists():
                        raise
                # Its age counts from now: `vacuum` must not take a part that waited long for its commit for a leftover.
                os.utime(target)
                touched |= {target.parent: None}
            for folder in touched:
                _sync(folder)

    def discard(self, paths: Sequence[str]) -> None:
        """Unlink."""
        with self._explained("remove an unfinished part"):
            for path in paths:
                (self.root / path).unlink(missing_ok=True)

    def staged(self, table: str) -> Iterator[tuple[str, float]]:
        """Files of the table's staging directory."""
        now = time.time()
        try:
            with os.scandir(self.root / table / STAGED) as entries:
                for entry in entries:
                    with contextlib.suppress(FileNotFoundError):  # another crawl's, published since
                        yield f"{table}/{STAGED}/{entry.name}", now - entry.stat().st_mtime
        except FileNotFoundError:
            return

    def found(self, table: str) -> Iterator[Found]:
        """Files of the table's directory; links are not followed."""
        now, top = time.time(), self.root / table
        with self._explained(f"list {top}"):
            for folder, below, names in os.walk(top, onerror=_raise):
                if folder == str(top) and LOG in below:
                    below.remove(LOG)
                below.sort()
                for name in sorted(names):
                    path = Path(folder, name)
                    with contextlib.suppress(FileNotFoundError):  # published or removed since
                        status = path.lstat()
                        yield Found(path.relative_to(top).as_posix(), status.st_size, now - status.st_mtime)

    def read(self, path: str) -> bytes | None:
        """A whole file."""
        with self._explained(f"read {path}"):
            try:
                return (self.root / path).read_bytes()
            except FileNotFoundError:
                return None

    def persist_log(self, table: str, version: int) -> None:
        """Delta-rs calls no fsync: the entry, the checkpoint that may follow it, the directory."""
        folder = self.root / table / LOG
        with self._explained(f"make the log of table {table} durable"):
            for name in (f"{version:020}.json", f"{version:020}.checkpoint.parquet", "_last_checkpoint"):
                with contextlib.suppress(FileNotFoundError):  # most entries have no checkpoint
                    _sync(folder / name)
            _sync(folder)

    def filesystem(self, table: str) -> pa_fs.FileSystem:
        """The table's directory."""
        return pa_fs.SubTreeFileSystem(str(self.root / table), pa_fs.LocalFileSystem())

    def table_uri(self, table: str) -> str:
        """The table's directory."""
        return str(self.root / table)

    def address(self, table: str, path: str) -> str:
        """Absolute path of a part."""
        return str(self.root / table / path)

    def advice(self, said: str) -> str:
        """The way out when the disk is full; for everything else the system's own words say it."""
        is_full = os.strerror(errno.ENOSPC) in said
        return MAKE_ROOM if is_full else ""

    def is_passing(self, said: str) -> bool:
        """A disk that fails is not asked again."""
        del said
        return False

    @contextlib.contextmanager
    def _explained(self, what: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise ArchiveError(f"cannot {what} ({error.filename or self.uri}): {advised(error)}") from error


def _raise(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error


MAKE_ROOM: Final = "make room and run the same command again; a crawl goes on where it stopped"
"""The way out when a disk is full."""


def advised(error: OSError) -> str:
    """What the system says of an error, and the way out."""
    said = error.strerror or str(error)
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return f"{said}; {MAKE_ROOM}"
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return f"{said}; give this user the right to write there, or choose another directory"
        case errno.ENOTDIR | errno.EEXIST:
            return f"{said}; a file is in the way, choose another directory"
        case _:
            return said


def _make_directories(folder: Path) -> None:
    """Create a directory and make each new name on the way durable."""
    if folder.is_dir():
        return
    _make_directories(folder.parent)
    folder.mkdir(exist_ok=True)
    _sync(folder.parent)


def _write(path: Path, content: bytes | pa.Buffer) -> None:
    try:
        with path.open("wb") as file:
            file.write(memoryview(content))
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        with contextlib.suppress(OSError):  # the first error is the one to tell
            path.unlink(missing_ok=True)
        raise
    _sync(path.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
