"""``python -m archive.table_docs``: docs/tables.md, made from the record classes."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from archive.schema import SCHEMA_VERSION, TABLES, Provenance, Table, field_docs

if TYPE_CHECKING:
    import pyarrow as pa

HEAD = f"""# Tables

Made from `archive/schema.py` by `python -m archive.table_docs > docs/tables.md`; a test compares the two.
Schema version {SCHEMA_VERSION}.

Each table is a Delta table at `ARCHIVE/TABLE`; its parts lie at `site=SITE/month=YYYY-MM/PART.parquet` (`crawls`:
`month=YYYY-MM` only). Null means that the source does not say; `0`, `false` and `""` mean that the source said so.
Times are UTC with microseconds. Native ids are text. Changes between versions only add fields.

Every table but `crawls` begins with the fields of provenance.
"""


def table_docs() -> str:
    """The text of docs/tables.md."""
    parts = [HEAD, _section("provenance", Provenance, TABLES["pages"].schema)]
    parts.extend(_section(table.name, table.record, table.schema) for table in _reading_order())
    return "\n".join(parts)


def _reading_order() -> list[Table]:
    return [TABLES[name] for name in ("pages", "shares", "subscribes", "comments", "threads", "visits", "crawls")]


def _section(name: str, record: type, schema: pa.Schema) -> str:
    about = " ".join((record.__doc__ or "").split())
    lines = [f"## {name}", "", about, "", "| field | type | meaning |", "|---|---|---|"]
    for column, text in field_docs(record).items():
        kind, meaning = (part.replace("|", "\\|") for part in (str(schema.field(column).type), text))
        lines.append(f"| `{column}` | {kind} | {meaning} |")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    sys.stdout.write(table_docs())
