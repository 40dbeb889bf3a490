"""An archive's objects on S3 as a file system that pyarrow reads Parquet from, by ranges."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final, NoReturn

import pyarrow as pa
import pyarrow.fs as pa_fs

from archive.errors import ArchiveError

if TYPE_CHECKING:
    from archive.s3_client import S3Connection

TAIL: Final = 128 * 1024
"""Bytes at the end of an object that are fetched when it is opened: its size, the footer, and often all of it."""


class S3Files(pa_fs.FileSystemHandler):
    """The objects under a table's prefix, read only.

    Not pyarrow's own S3 client: that would be a third one with settings, credentials and patience of its own. Not
    delta-rs' either: it holds the GIL while it waits (deltalake 1.6.6), and the event loop with it.
    """

    def __init__(self, connection: S3Connection, table: str) -> None:
        self._connection = connection
        self._table = table

    def __eq__(self, other: object) -> bool:
        return isinstance(other, S3Files) and self._place == other._place

    def __hash__(self) -> int:
        return hash(self._place)

    @property
    def _place(self) -> tuple[str, str]:
        return self._connection.identity, self._table

    def get_type_name(self) -> str:
        """Name of the kind."""
        return "talkback-s3"

    def normalize_path(self, path: str) -> str:
        """Keys are as they are."""
        return path

    def get_file_info(self, paths: str | list[str]) -> list[pa_fs.FileInfo]:
        """Parts are found by the log, and whether one is there is learnt by opening it."""
        named = [paths] if isinstance(paths, str) else paths
        return [pa_fs.FileInfo(path, pa_fs.FileType.File) for path in named]

    def open_input_file(self, path: str) -> pa.PythonFile:
        """An object for reading anywhere in it. Raises `FileNotFoundError`, or `ArchiveError` when S3 fails."""
        return pa.PythonFile(_Ranges(self._connection, f"{self._table}/{path}"), mode="r")

    def open_input_stream(self, path: str) -> pa.PythonFile:
        """The same for reading from its beginning."""
        return self.open_input_file(path)

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise ArchiveError(f"{self._connection.address.uri}/{self._table} is only read here")

    get_file_info_selector = create_dir = delete_dir = delete_dir_contents = delete_root_dir_contents = _refuse
    delete_file = move = copy_file = open_output_stream = open_append_stream = _refuse


class _Ranges(io.RawIOBase):
    """One object. What a caller reads is one request, unless it lies in the tail."""

    def __init__(self, connection: S3Connection, path: str) -> None:
        super().__init__()
        self._connection, self._path, self._at = connection, path, 0
        found = connection.read(path, f"-{TAIL}")
        if found is None:
            raise FileNotFoundError(f"{connection.address.uri}/{path} is not there")
        self._tail, self._size = found

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def read(self, size: int | None = -1) -> bytes:
        end = self._size if size is None or size < 0 else min(self._size, self._at + size)
        content = self._between(self._at, end) if self._at < end else b""
        self._at += len(content)
        return content

    def _between(self, start: int, end: int) -> bytes:
        begin_of_tail = self._size - len(self._tail)
        if start >= begin_of_tail:
            return self._tail[start - begin_of_tail : end - begin_of_tail]
        found = self._connection.read(self._path, f"{start}-{end - 1}")
        if found is None:
            raise FileNotFoundError(f"{self._connection.address.uri}/{self._path} was removed while it was read")
        return found[0]
