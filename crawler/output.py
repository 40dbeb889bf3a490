"""What every command does before it speaks, and when it has spoken."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable, Iterator
from io import BufferedWriter, FileIO, RawIOBase, TextIOWrapper
from logging import getLevelNamesMapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from scrapy.exceptions import UsageError

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

EXIT_USAGE: Final = 2
"""A wrong command line or setting."""


def prepare_output(settings: BaseSettings) -> None:
    """Let results be UTF-8 whatever the locale says: names and texts come in every script, and JSON is nothing else.

    From then on writing to stdout does not fail: see :func:`end_output`.

    :raises UsageError: the level of the log is none, or its file cannot be written; Scrapy meets both with a traceback
    """
    is_closed = sys.stdout is None
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # it was closed before the command began
            setattr(sys, name, Path(os.devnull).open("w"))  # noqa: SIM115 - open until the end
    stream, raw = sys.stdout, _raw()
    if isinstance(stream, TextIOWrapper) and isinstance(raw, FileIO):
        stream.flush()
        heard = _Stdout(stream, raw, is_closed=is_closed)
        buffer = heard if stream.buffer is raw else BufferedWriter(heard)  # PYTHONUNBUFFERED
        sys.stdout = TextIOWrapper(
            buffer, encoding="utf-8", line_buffering=stream.line_buffering, write_through=stream.write_through
        )
    level, file = settings["LOG_LEVEL"], settings["LOG_FILE"]
    if level not in getLevelNamesMapping():
        raise UsageError(f"LOG_LEVEL is {level!r}: it must be DEBUG, INFO, WARNING, ERROR or CRITICAL")
    try:
        if file:
            Path(file).open("a").close()
    except OSError as error:
        raise UsageError(f"LOG_FILE is {file!r}: {error.strerror}; name a file that can be written") from error


@contextlib.contextmanager
def named_files() -> Iterator[None]:
    """Scrapy's own options may name files as well (``--pidfile``), which it meets with a traceback.

    :raises UsageError: one cannot be written
    """
    try:
        yield
    except OSError as error:
        raise UsageError(f"{error.filename}: {error.strerror}; name a file that can be written") from error


def refuse(command: str, wrong: Iterable[str]) -> int:
    """Say what is wrong with the command line or the settings; the exit status of a command that does nothing."""
    for problem in wrong:
        sys.stderr.write(f"{command}: {problem}\n")
    return EXIT_USAGE


def end_output(command: str, exit_status: int) -> int:
    """Say what kept stdout from being written; the exit status.

    A reader who has seen enough, as ``head`` has, is told nothing and changes nothing.
    """
    sys.stdout.flush()
    trouble = output_trouble()
    if trouble is None or isinstance(trouble, BrokenPipeError):
        return exit_status
    sys.stderr.write(f"{command}: stdout cannot be written: {trouble.strerror}; what it was to hold is lost\n")
    return exit_status or 1


def output_trouble() -> OSError | None:
    """Why nothing can be written to stdout any more; None where it can."""
    raw = _raw()
    return raw.trouble if isinstance(raw, _Stdout) else None


def stdout_is_closed() -> bool:
    """Whether stdout was closed before the command began: what is written to it reaches nobody."""
    raw = _raw()
    return isinstance(raw, _Stdout) and raw.is_closed


def _raw() -> Any:
    """What the bytes of stdout go to."""
    buffer = getattr(sys.stdout, "buffer", None)
    return getattr(buffer, "raw", buffer)


class _Stdout(RawIOBase):
    """Stdout, which takes and forgets everything once something could not be written."""

    def __init__(self, stream: IO[str], raw: FileIO, *, is_closed: bool) -> None:
        self._stream, self._raw = stream, raw
        """The first is kept: it would close the second when it goes."""
        self.is_closed = is_closed
        self.trouble: OSError | None = None

    def write(self, data: Any, /) -> int | None:
        """Write to the real one as long as that can be done."""
        if self.trouble is None:
            try:
                return self._raw.write(data)
            except OSError as error:
                self.trouble = error
        return len(data)

    def writable(self) -> bool:
        """It is there for that."""
        return True

    def isatty(self) -> bool:
        """Whether it is a terminal."""
        return self._raw.isatty()

    def fileno(self) -> int:
        """The real one's."""
        return self._raw.fileno()
