"""Rows on their way to a part: checked, kept as one list per column, and turned into Arrow columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from functools import cache
from operator import attrgetter
from typing import Any, Final

import pyarrow as pa

from archive.errors import ArchiveError
from archive.schema import TABLES, Provenance, Table

PROVENANCE: Final = tuple(f.name for f in fields(Provenance))
_SHOWN: Final = 80
"""How much of a wrong value a message shows, characters."""

Check = Callable[[Any], str | None]
"""Says what is wrong with a value that is not None, or None."""


def _integer(bits: int, what: str) -> Check:
    low, high = -(1 << bits - 1), (1 << bits - 1) - 1

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


@cache
def _checks(table: str) -> tuple[tuple[str, Check, bool], ...]:
    """Name, check and "may be None" of each of a record's own columns."""
    of = TABLES[table]
    defaults = {f.name: f.default for f in fields(of.record)}
    return tuple((name, _check_for(of.schema.field(name).type), defaults[name] is None) for name in of.columns)


def _show(value: Any) -> str:
    shown = ascii(value)
    return shown if len(shown) <= _SHOWN else f"{shown[: _SHOWN - 3]}..."


def month_of(micros: int) -> str:
    """UTC month ``YYYY-MM`` of a time in microseconds. Raises `ArchiveError` outside the years 1 to 9999."""
    try:
        return f"{datetime.fromtimestamp(micros // 1_000_000, UTC):%Y-%m}".rjust(7, "0")
    except (ValueError, OverflowError, OSError) as error:
        raise ArchiveError(f"{micros} microseconds since 1970 lie in no year from 1 to 9999") from error


class Columns:
    """The rows of one table that wait for their commit."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.rows = 0
        self.text = 0
        """Characters of text held, to bound memory."""
        self._values: dict[str, list[Any]] = {name: [] for name in table.schema.names}
        self._has_provenance = set(PROVENANCE) <= set(table.schema.names)

    def add(self, rows: Sequence[Any], provenance: Provenance | None) -> None:
        """Append records of this table.

        All of them or, when one is refused, none. Raises `ArchiveError` that names table, field and value.
        """
        held, text = self._checked(rows)
        if not held:
            return
        own = dict(zip(self.table.columns, zip(*held, strict=True), strict=True))
        if self._has_provenance:
            above = self._provenance(provenance)
        else:  # crawls: a row about the whole crawl comes from no capture
            above = {}
            own["month"] = tuple(map(self._month, own["month"], own["started_at"]))
        for name, value in above.items():
            self._values[name].extend([value] * len(held))
        for name, column in own.items():
            self._values[name].extend(column)
        self.rows += len(held)
        self.text += text

    def _checked(self, rows: Sequence[Any]) -> tuple[list[tuple[Any, ...]], int]:
        table, text = self.table, 0
        checks, read = _checks(table.name), attrgetter(*table.columns)
        held = []
        for row in rows:
            if type(row) is not table.record:
                raise ArchiveError(
                    f"table {table.name}: {_show(row)} is a {type(row).__name__}, not a {table.record.__name__}"
                )
            values = read(row)
            for (name, check, optional), value in zip(checks, values, strict=True):
                if value is None:
                    if not optional:
                        raise ArchiveError(f"table {table.name}, field {name}: None where a value is required")
                elif (wrong := check(value)) is not None:
                    raise ArchiveError(f"table {table.name}, field {name}: {_show(value)} {wrong}")
                elif type(value) is str:
                    text += len(value)
            held.append(values)
        return held, text

    def _provenance(self, provenance: Provenance | None) -> dict[str, Any]:
        if provenance is None:
            raise ArchiveError(f"table {self.table.name}: rows need their provenance")
        values = {name: getattr(provenance, name) for name in PROVENANCE}
        values["month"] = self._month(provenance.month, provenance.observed_at)
        for name, value in values.items():
            wrong = _check_for(self.table.schema.field(name).type)(value)
            if wrong is not None:
                raise ArchiveError(f"table {self.table.name}, field {name}: {_show(value)} {wrong}")
        if not provenance.site:
            raise ArchiveError(f"table {self.table.name}, field site: empty; every row belongs to a site")
        return values

    def _month(self, stated: Any, micros: Any) -> str:
        if not isinstance(micros, int):
            raise ArchiveError(f"table {self.table.name}: {_show(micros)} is no time in microseconds")
        month = month_of(micros)
        if stated not in ("", month):
            raise ArchiveError(f"table {self.table.name}, field month: {_show(stated)}, but {micros} lies in {month}")
        return month

    def arrow(self) -> pa.Table:
        """The rows as Arrow columns of the table's schema, partition columns among them."""
        schema = self.table.schema
        return pa.table([pa.array(self._values[f.name], f.type) for f in schema], schema=schema)
