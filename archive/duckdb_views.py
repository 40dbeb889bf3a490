"""DuckDB views of an archive: its tables under their names, latest states and whole history, without an extension."""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import quote

import pyarrow as pa

from archive.parts import directory
from archive.reader import LATEST, Archive
from archive.schema import BLOCKS, TABLES, Table

_HEAD: Final = """\
-- Views of the archive at {uri}.
-- They name the parts that were committed when they were made: make them anew to see what was committed since, and
-- after `scrapy archive vacuum`, which removes parts that were replaced. For s3:// load httpfs and create a secret.
"""
_NOTHING: Final = "SELECT * FROM (SELECT {}) WHERE false"
"""Names and types of the columns, also of those that no part has yet."""
_READ: Final = "SELECT * FROM {}"
_READ_AS: Final = "SELECT *{} FROM {}"
_LATEST: Final = "SELECT * FROM {table}_history\nQUALIFY row_number() OVER (PARTITION BY {key} ORDER BY {order}) = 1"
_BLOCKS: Final = "SELECT * FROM {}_history\nWHERE (page_id, capture_id) IN (SELECT (page_id, capture_id) FROM pages)"
_NULL: Final = "__HIVE_DEFAULT_PARTITION__"
"""What a directory of Hive's is called when it has no value."""
_SPECIAL: Final = re.compile(r"[*?\[]")
"""What DuckDB takes for a pattern in the name of a file."""


def views(connection: Any, archive: Archive) -> None:
    """Create the views in a DuckDB connection: ``comments``, ``comments_history`` and so on for every table."""
    connection.execute(sql(archive))


def sql(archive: Archive) -> str:
    """The statements that create the views.

    ``TABLE`` holds the latest states, ``TABLE_history`` every one; both have the columns of docs/tables.md.
    """
    statements = [_HEAD.format(uri=archive.uri.replace("\n", " "))]
    for name, table in TABLES.items():
        statements.append(f"CREATE OR REPLACE VIEW {name}_history AS\n{_every(archive, table)};\n")
    statements += [f"CREATE OR REPLACE VIEW {name} AS\n{_latest(table)};\n" for name, table in sorted(TABLES.items())]
    return "\n".join(statements)


def _every(archive: Archive, table: Table) -> str:
    """All rows of a table; each group of parts is read with the values of their partition."""
    branches = [_NOTHING.format(_nothing(table))]
    plain: list[str] = []
    odd: dict[tuple[str, ...], list[str]] = {}
    for path, partition in archive.parts(table.name):
        # A directory's name says its value where it was only percent-encoded; a long one was cut.
        named = "/".join(f"{column}={quote(value, safe='')}" for column, value in partition.items())
        is_plain = directory(partition) == named and _NULL not in partition.values()
        (plain if is_plain else odd.setdefault(tuple(partition.values()), [])).append(path)
    if plain:
        branches.append(_READ.format(_read(plain, table, is_hive=True)))
    for values, paths in sorted(odd.items()):
        named = "".join(f", {_text(v)} AS {_name(c)}" for c, v in zip(table.partition_by, values, strict=True))
        branches.append(_READ_AS.format(named, _read(paths, table, is_hive=False)))
    return "\nUNION ALL BY NAME\n".join(branches)


def _read(paths: list[str], table: Table, *, is_hive: bool) -> str:
    files = ",\n  ".join(_text(_SPECIAL.sub(r"[\g<0>]", path)) for path in sorted(paths))
    kinds = ", ".join(f"{_text(column)}: VARCHAR" for column in table.partition_by)
    hive = f"hive_partitioning = true, hive_types = {{{kinds}}}" if is_hive else "hive_partitioning = false"
    return f"read_parquet([\n  {files}\n], union_by_name = true, {hive})"


def _latest(table: Table) -> str:
    if table.name in BLOCKS:
        return _BLOCKS.format(table.name)
    key, rank = LATEST[table.name]
    order = ", ".join(f"{column} DESC NULLS LAST" for column in rank)
    # A page is of one site. A thread and its comments move with theirs, and may be shown by several.
    site = "site, " if {"site", "thread_id"} & set(table.schema.names) == {"site"} else ""
    return _LATEST.format(table=table.name, key=f"{site}{key}", order=order)


def _nothing(table: Table) -> str:
    return ", ".join(f"NULL::{_kind(field.type)} AS {_name(field.name)}" for field in table.schema)


def _kind(kind: pa.DataType) -> str:
    """DuckDB's name of an Arrow type."""
    if pa.types.is_list(kind):
        return f"{_kind(kind.value_type)}[]"
    if pa.types.is_struct(kind):
        return f"STRUCT({', '.join(f'{_name(field.name)} {_kind(field.type)}' for field in kind.fields)})"
    if pa.types.is_timestamp(kind):
        return "TIMESTAMPTZ"
    return _KINDS[str(kind)]


_KINDS: Final = {"string": "VARCHAR", "int64": "BIGINT", "int32": "INTEGER", "double": "DOUBLE", "bool": "BOOLEAN"}


def _name(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


