"""A slice of an archive as one file: Parquet, JSON Lines or CSV, written as it is read, there only when it is whole."""

from __future__ import annotations

import contextlib
import csv
import io
import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

import pyarrow as pa
import pyarrow.compute as pc

from archive.errors import ArchiveError
from archive.json_text import rfc3339, to_json
from archive.parts import ROW_GROUP_ROWS, writer
from archive.reader import Rows
from archive.schema import TABLES
from archive.stores import advised
from archive.upkeep.rewriting import in_groups

VERDICTS: Final = ("complete", "none", "closed", "partial", "blocked", "unknown")
"""What a visit of a thread may end in (docs/flow.md)."""
_VERDICTS_OF: Final = frozenset({"comments", "threads"})
"""Tables whose rows belong to a thread, and so to a verdict."""


def of_verdict(rows: Rows, verdict: str | None) -> Iterator[pa.RecordBatch]:
    """Rows, of ``comments`` and ``threads`` only those whose thread's latest visit had a verdict.

    Raises `ArchiveError` for a verdict of rows that have none.
    """
    if verdict is None:
        yield from rows.batches()
        return
    if rows.table not in _VERDICTS_OF:
        raise ArchiveError(f"rows of table {rows.table} have no verdict; those of {', '.join(sorted(_VERDICTS_OF))} do")
    # The verdict of the latest visit, so of any time; narrowed by nothing but where the rows lie.
    ledgers = replace(rows, table="threads", since=None, until=None, history=False, columns=("thread_id", "verdict"))
    found = [str(row["thread_id"]) for row in ledgers.to_pylist() if row["verdict"] == verdict]
    threads = pa.array(found, pa.string())
    names = rows.schema.names
    needed = rows if "thread_id" in names else rows.select(*names, "thread_id")
    for batch in needed.batches():
        yield batch.filter(pc.is_in(batch.column("thread_id"), value_set=threads)).select(names)


def export(rows: Rows, found: Iterator[pa.RecordBatch], kind: str, out: BinaryIO, *, as_is: bool = False) -> int:
    """Write rows in a format of `FORMATS`; how many.

    `as_is` leaves texts alone that a spreadsheet would take for formulas (CSV only; the other formats hold texts
    exactly).
    """
    if kind == "csv" and as_is:
        return _csv(rows, found, out, text=str)
    return FORMATS[kind](rows, found, out)


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A file that gets its name when the block ends without an error, durable; before, a hidden one beside it.

    A link stays one, to the new file. What is no file (a pipe, a device such as ``/dev/stdout``) is written to as it
    is. Raises `ArchiveError` when it cannot be written.
    """
    whole = path.resolve()
    hidden = whole.with_name(f".{whole.name}.{secrets.token_hex(4)}.part")
    try:
        if path.exists() and not (path.is_file() or path.is_dir()):
            with path.open("wb") as out:
                yield out
            return
        with hidden.open("xb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        hidden.replace(whole)
    except OSError as error:
        raise ArchiveError(f"cannot write {path}: {advised(error)}") from error
    finally:
        with contextlib.suppress(OSError):  # it has its name, or was never there, or the error above tells
            hidden.unlink(missing_ok=True)


def _parquet(rows: Rows, found: Iterator[pa.RecordBatch], out: BinaryIO) -> int:
    count = 0
    with writer(TABLES[rows.table], rows.schema, out, is_sorted=False) as file:
        for group in in_groups(rows.schema, (pa.Table.from_batches([batch]) for batch in found)):
            file.write_table(group, row_group_size=ROW_GROUP_ROWS)
            count += group.num_rows
    return count


def _json_lines(rows: Rows, found: Iterator[pa.RecordBatch], out: BinaryIO) -> int:
    del rows
    count = 0
    for batch in found:
        for row in batch.to_pylist():
            out.write(to_json(row, is_compact=True).encode() + b"\n")
            count += 1
    return count


_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""How a text begins that a spreadsheet runs (OWASP, "CSV Injection"), in full width too; white space may stand
before."""


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula: with a ``'`` before it where it begins like one."""
    return f"'{text}" if text.startswith(_FORMULA) or text.lstrip(" \xa0\u3000").startswith(_FORMULA) else text


def _csv(
    rows: Rows, found: Iterator[pa.RecordBatch], out: BinaryIO, *, text: Callable[[str], str] = harmless
) -> int:
    count = 0
    file = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=True)
    try:
        lines = csv.writer(file)  # RFC 4180: CRLF, quotes doubled
        lines.writerow(rows.schema.names)
        for batch in found:
            columns = [column.to_pylist() for column in batch.columns]
            for values in zip(*columns, strict=True):
                lines.writerow([_cell(value, text) for value in values])
                count += 1
    finally:
        file.detach()
    return count


def _cell(value: Any, text: Callable[[str], str]) -> Any:
    match value:
        case str():
            return text(value)
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case datetime():
            return rfc3339(value)
        case list() | dict():
            return to_json(value)
        case _:
            return value


FORMATS: Final[dict[str, Callable[[Rows, Iterator[pa.RecordBatch], BinaryIO], int]]] = {
    "parquet": _parquet,
    "jsonl": _json_lines,
    "csv": _csv,
}
"""Writers by name, which is also the ending of a file."""
