"""Rows on their way to a part: checked, and turned into Arrow columns a chunk at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from functools import cache, lru_cache
from operator import attrgetter
from typing import Any, Final, NamedTuple

import pyarrow as pa

from archive.errors import ArchiveError
from archive.schema import TABLES, Provenance, Table

PROVENANCE: Final = tuple(f.name for f in fields(Provenance))
_SHOWN: Final = 80
"""How much of a wrong value a message shows, characters."""
CHUNK_ROWS: Final = 1_000
CHUNK_TEXT: Final = 1_000_000
"""Rows, or characters of them, that are objects of Python at once. As Arrow columns they take a third of the memory,
and leave no holes in Python's when they go."""

Check = Callable[[Any], str | None]
"""Says what is wrong with a value that is not None, or None."""


def _limits(bits: int) -> tuple[int, int]:
    return -(1 << bits - 1), (1 << bits - 1) - 1


def _integer(bits: int, what: str) -> Check:
    low, high = _limits(bits)

    def check(value: Any) -> str | None:
        if not isinstance(value, int) or isinstance(value, bool):
            return f"is no {what}"
        return None if low <= value <= high else f"does not fit {bits} bits"

    return check


def _text(value: Any) -> str | None:
    if not isinstance(value, str):
        return "is no text"
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            return "holds half a surrogate pair, which UTF-8 cannot write"
    return None


def _real(value: Any) -> str | None:
    return None if isinstance(value, int | float) and not isinstance(value, bool) else "is no number"


def _flag(value: Any) -> str | None:
    return None if isinstance(value, bool) else "is neither true nor false"


def _list_of(inner: Check) -> Check:
    def check(value: Any) -> str | None:
        if not isinstance(value, list | tuple):
            return "is no list"
        for entry in value:
            if entry is not None and (wrong := inner(entry)) is not None:
                return f"has an entry that {wrong}: {_show(entry)}"
        return None

    return check


def _struct_of(inner: dict[str, Check]) -> Check:
    def check(value: Any) -> str | None:
        if not isinstance(value, dict):
            return "is no mapping"
        for name, entry in value.items():
            if name not in inner:
                return f"has {name!r}, which the schema lacks"
            if entry is not None and (wrong := inner[name](entry)) is not None:
                return f"has {name!r} that {wrong}"
        return None

    return check


@cache
def _check_for(kind: pa.DataType) -> Check:
    if pa.types.is_list(kind):
        return _list_of(_check_for(kind.value_type))
    if pa.types.is_struct(kind):
        return _struct_of({entry.name: _check_for(entry.type) for entry in kind.fields})
    if pa.types.is_string(kind):
        return _text
    if pa.types.is_boolean(kind):
        return _flag
    if pa.types.is_floating(kind):
        return _real
    if pa.types.is_timestamp(kind):
        return _integer(64, "time in microseconds")
    if pa.types.is_integer(kind):
        return _integer(kind.bit_width, "whole number")
    raise TypeError(f"no rows can be checked for the Arrow type {kind}")


_NOTHING: Final = type(None)


class _Column(NamedTuple):
    name: str
    check: Check
    is_optional: bool
    kind: type | None
    """What each value is where all are sound at a glance; None where each has to be looked at."""
    low: int
    high: int
    """The least and the greatest whole number."""


@cache
def _checks(table: str) -> tuple[_Column, ...]:
    """What each of a record's own columns may hold."""
    of = TABLES[table]
    defaults = {f.name: f.default for f in fields(of.record)}
    found = []
    for name in of.columns:
        kind = of.schema.field(name).type
        python: type | None = str if pa.types.is_string(kind) else bool if pa.types.is_boolean(kind) else None
        low = high = 0
        if pa.types.is_timestamp(kind) or pa.types.is_integer(kind):
            python, (low, high) = int, _limits(kind.bit_width)
        found.append(_Column(name, _check_for(kind), defaults[name] is None, python, low, high))
    return tuple(found)


@cache
def _provenance_checks(table: str) -> tuple[tuple[str, Check], ...]:
    """What each column of a table that says where its rows come from may hold."""
    return tuple((name, _check_for(TABLES[table].schema.field(name).type)) for name in PROVENANCE)


def _show(value: Any) -> str:
    shown = ascii(value)
    return shown if len(shown) <= _SHOWN else f"{shown[: _SHOWN - 3]}..."


def month_of(micros: int) -> str:
    """UTC month ``YYYY-MM`` of a time in microseconds. Raises `ArchiveError` outside the years 1 to 9999."""
    try:
        return _month_of_day(micros // 86_400_000_000)
    except (ValueError, OverflowError, OSError) as error:
        raise ArchiveError(f"{micros} microseconds since 1970 lie in no year from 1 to 9999") from error


@lru_cache(maxsize=64)
def _month_of_day(day: int) -> str:
    return f"{datetime.fromtimestamp(day * 86_400, UTC):%Y-%m}".rjust(7, "0")


class Columns:
    """The rows of one table that wait for their commit."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.rows = 0
        self.text = 0
        """Characters of text held, to bound memory."""
        self._values: dict[str, list[Any]] = {name: [] for name in table.schema.names}
        self._unsealed = 0
        """Characters of text in ``_values``."""
        self._chunks: list[pa.RecordBatch] = []
        self._names = table.columns
        self._read = attrgetter(*self._names)
        self._has_provenance = set(PROVENANCE) <= set(table.schema.names)

    def add(self, rows: Sequence[Any], provenance: Provenance | None) -> dict[str, Sequence[Any]]:
        """Append records of this table; their values by column.

        All of them or, when one is refused, none. Raises `ArchiveError` that names table, field and value.
        """
        held = self._held(rows)
        if not held:
            return {}
        columns: dict[str, Sequence[Any]] = dict(zip(self._names, zip(*held, strict=True), strict=True))
        text = self._checked(columns)
        if self._has_provenance:
            above = self._provenance(provenance)
            columns |= {name: [value] * len(held) for name, value in above.items()}
        else:  # crawls: a row about the whole crawl comes from no capture
            columns["month"] = list(map(self._month, columns["month"], columns["started_at"]))
        for name, column in columns.items():
            self._values[name].extend(column)
        self.rows += len(held)
        self.text += text
        self._unsealed += text
        if len(self._values["month"]) >= CHUNK_ROWS or self._unsealed >= CHUNK_TEXT:
            self.seal()
        return columns

    def _held(self, rows: Sequence[Any]) -> list[tuple[Any, ...]]:
        record = self.table.record
        for row in rows:
            if type(row) is not record:
                raise ArchiveError(
                    f"table {self.table.name}: {_show(row)} is a {type(row).__name__}, not a {record.__name__}"
                )
        return list(map(self._read, rows))

    def _checked(self, columns: dict[str, Sequence[Any]]) -> int:
        """Characters of the columns' values, which are what the columns may hold."""
        text = 0
        for of, column in zip(_checks(self.table.name), columns.values(), strict=True):
            kinds = set(map(type, column))
            if _NOTHING in kinds:
                if not of.is_optional:
                    raise self._wrong(of.name, "None where a value is required")
                kinds.remove(_NOTHING)
                if not kinds:
                    continue
                column = [value for value in column if value is not None]  # noqa: PLW2901 - the values among them
            if kinds == {of.kind}:
                if of.kind is str:
                    whole = "".join(column)
                    text += len(whole)
                    if whole.isascii() or _text(whole) is None:
                        continue
                elif of.kind is bool or (of.low <= min(column) and max(column) <= of.high):
                    continue
            for value in column:
                wrong = of.check(value)
                if wrong is not None:
                    raise self._wrong(of.name, f"{_show(value)} {wrong}")
        return text

    def _wrong(self, field: str, what: str) -> ArchiveError:
        return ArchiveError(f"table {self.table.name}, field {field}: {what}")

    def _provenance(self, provenance: Provenance | None) -> dict[str, Any]:
        if provenance is None:
            raise ArchiveError(f"table {self.table.name}: rows need their provenance")
        values = {name: getattr(provenance, name) for name in PROVENANCE}
        values["month"] = self._month(provenance.month, provenance.observed_at)
        for name, check in _provenance_checks(self.table.name):
            value = values[name]
            wrong = check(value)
            if wrong is not None:
                raise self._wrong(name, f"{_show(value)} {wrong}")
        if not provenance.site:
            raise self._wrong("site", "empty; every row belongs to a site")
        return values

    def _month(self, stated: Any, micros: Any) -> str:
        if not isinstance(micros, int):
            raise ArchiveError(f"table {self.table.name}: {_show(micros)} is no time in microseconds")
        month = month_of(micros)
        if stated not in ("", month):
            raise self._wrong("month", f"{_show(stated)}, but {micros} lies in {month}")
        return month

    def seal(self) -> None:
        """Turn what was added since the last time into Arrow columns."""
        if self._values["month"]:
            schema = self.table.schema
            arrays = [pa.array(self._values[column.name], column.type) for column in schema]
            self._chunks.append(pa.record_batch(arrays, schema=schema))
            self._values = {name: [] for name in schema.names}
            self._unsealed = 0

    def arrow(self) -> pa.Table:
        """The rows as Arrow columns of the table's schema, partition columns among them."""
        self.seal()
        return pa.Table.from_batches(self._chunks, self.table.schema)

    def hand_over(self) -> pa.Table:
        """The same, which nobody else holds from now on."""
        rows = self.arrow()
        self._chunks = []
        return rows
