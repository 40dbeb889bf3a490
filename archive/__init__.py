"""The archive: tables as Parquet partitions under one URI, committed exactly once.

``archive.open(uri)`` reads one; `archive.exporter.Exporter` writes one.
"""

from __future__ import annotations

from archive.duckdb_views import views
from archive.errors import ArchiveError
from archive.reader import Archive, Rows, Summary
from archive.stores import open_store

__all__ = ["Archive", "ArchiveError", "Rows", "Summary", "open", "views"]


def open(uri: str) -> Archive:  # noqa: A001 - archive.open(uri) reads like gzip.open(name)
    """The archive at a directory or under ``s3://bucket/prefix``. Raises `ArchiveError` when there is none."""
    return Archive(open_store(uri))
