"""Where the settings say that the archive lies, and what this machine remembers of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from archive.reader import Archive
from archive.s3_options import S3Options
from archive.stores import Store, open_store

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings


def s3_options(settings: BaseSettings) -> S3Options:
    """The ``S3_*`` settings."""
    return S3Options(
        encryption=settings["S3_ENCRYPTION"] or None,
        kms_key_id=settings["S3_KMS_KEY_ID"] or None,
        storage_class=settings["S3_STORAGE_CLASS"] or None,
        timeout_s=settings.getfloat("S3_TIMEOUT"),
        retries=settings.getint("S3_RETRIES"),
    )


def archive_store(settings: BaseSettings) -> Store:
    """The store of ``ARCHIVE_URI``. Raises `archive.errors.ArchiveError` for an address that is none."""
    return open_store(str(settings["ARCHIVE_URI"]), s3_options(settings))


def held_archive(settings: BaseSettings) -> Archive:
    """The archive, to be read. Raises `archive.errors.ArchiveError` when there is none."""
    return Archive(archive_store(settings))


def state_dir(settings: BaseSettings) -> Path:
    """``STATE_DIR``: journals, indexes, erasure keys."""
    return Path(settings["STATE_DIR"])
