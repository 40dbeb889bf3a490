"""Whether an archive is sound, as `scrapy archive verify` says; and an archive that is not, to see it say so."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

import archive
from archive.log import TableLog
from archive.parts import Part
from archive.schema import TABLES
from archive.stores import Store, open_store
from archive.upkeep.verify import Checked, Finding, verify


def findings(uri: str, state_dir: Path) -> list[Finding]:
    """Everything that verify has to say, notes included; it has read every committed row."""
    checked = Checked()
    found = list(verify(open_store(uri), now=datetime.now(UTC), state_dir=state_dir, checked=checked))
    assert checked.rows == sum(archive.open(uri).row_counts().values())
    return found


def verify_sees_what_a_kill_could_do(uri: str, state_dir: Path) -> None:
    """Commit a part of a sound archive again, and leave another without its commit: both have to be found."""
    assert findings(uri, state_dir) == []
    store = open_store(uri)
    log = TableLog(store, TABLES["comments"])
    again = _copy(log)
    assert log.commit(log.open(), [again], {})
    left = _copy(TableLog(store, TABLES["pages"]))
    found = {(finding.level, finding.table, finding.path): finding.what for finding in findings(uri, state_dir)}
    assert found.keys() == {("damage", "comments", None), ("note", "pages", store.address("pages", left.path))}
    assert "the same state stands there more than once" in found["damage", "comments", None]


def _copy(log: TableLog) -> Part:
    """A committed part's bytes once more under a name of their own, not committed."""
    store: Store = log.store
    name, [file, *_] = log.table.name, log.files(log.open()).to_pylist()
    content = store.read(f"{name}/{file['path']}")
    assert content
    folder = file["path"].rpartition("/")[0]
    staged, path = f"{name}/_tmp/again-000001-00.part", f"{folder}/again.parquet"
    store.stage(staged, pa.py_buffer(content))
    store.publish([(staged, f"{name}/{path}")])
    partition = {column: file[f"partition.{column}"] for column in log.table.partition_by}
    return Part(
        table=name, staged=staged, path=path, partition=partition, rows=file["num_records"], size=len(content),
        stats=f'{{"numRecords":{file["num_records"]}}}',
    )  # fmt: skip
