"""Which crawl a command continues: one file of the frontier for each unfinished crawl, and a lock on it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Final

from scrapy.settings import BaseSettings

from archive.errors import ArchiveError
from archive.journal import CrawlLock
from archive.wal import remove
from crawler.archive_place import archive_store, state_dir
from crawler.leases import FrontierError, Leases
from crawler.report import new_crawl_id, now
from crawler.safety.secrets import masked

FOLDER: Final = "frontier"
"""Directory below STATE_DIR."""


class ClaimError(Exception):
    """A crawl that cannot be begun or continued; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to run a crawl, for as long as the process lives."""

    crawl_id: str
    file: Path
    """The frontier's file."""
    lock: CrawlLock

    def release(self) -> None:
        """Give the right back."""
        self.lock.release()


def claim(settings: BaseSettings, spider: str, arguments: Mapping[str, str]) -> Claim:
    """Find the unfinished crawl of a command, or begin a new one.

    The same command, that is spider, arguments and archive, continues its unfinished crawl; the spider says which of
    its arguments count (`crawler.spiders.base.VisitSpider.scope`). CRAWL_ID names a crawl:
    the unfinished one of this command with that id, else a new one. FRONTIER_CONTINUE=False gives the unfinished one
    up.

    :raises ClaimError: when that crawl runs already, is another command's, or its file cannot be used
    """
    folder = state_dir(settings) / FOLDER
    command = command_of(settings, spider, arguments)
    wanted: str | None = settings.get("CRAWL_ID") or None
    name = f"command-{blake2b(command.encode('utf-8', 'surrogateescape'), digest_size=16).hexdigest()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if wanted is not None and wanted != _crawl_id(folder, name):
            name = f"crawl-{wanted}"
        lock = CrawlLock.take(folder, name)
    except OSError as error:
        raise ClaimError(f"STATE_DIR: cannot create {folder}: {error.strerror}; name another directory") from error
    except (ArchiveError, FrontierError) as error:
        raise ClaimError(str(error)) from error
    if lock is None:
        raise ClaimError("this crawl is running already; wait for its end, or begin another one with -s CRAWL_ID=NAME")
    file = folder / f"{name}.sqlite"
    try:
        if not settings.getbool("FRONTIER_CONTINUE"):
            remove(file)
        crawl_id = _open(file, wanted, command)
        lock.tell(crawl_id)
    except BaseException as error:
        lock.release()
        if isinstance(error, FrontierError):
            raise ClaimError(str(error)) from error
        raise
    return Claim(crawl_id, file, lock)


def command_of(settings: BaseSettings, spider: str, arguments: Mapping[str, str]) -> str:
    """What makes two commands the same: spider, arguments, archive."""
    place = archive_store(settings).identity
    return json.dumps([spider, {name: masked(value) for name, value in arguments.items()}, place], sort_keys=True)


def _crawl_id(folder: Path, name: str) -> str | None:
    """The unfinished crawl of a command. While it runs nobody else can read its file; its lock says the id."""
    told = CrawlLock.told(folder, name)
    file = folder / f"{name}.sqlite"
    if told or not file.exists():
        return told or None
    leases = Leases(str(file))
    found = leases.value("crawl_id")
    leases.close()
    return found


def _open(file: Path, wanted: str | None, command: str) -> str:
    """The id of the crawl that a file is of, or is made for."""
    leases = Leases(str(file))
    crawl_id, begun_by = leases.value("crawl_id"), leases.value("command")
    if crawl_id is not None and begun_by != command:
        leases.close()
        raise ClaimError(
            f"CRAWL_ID is {wanted!r}: that is an unfinished crawl of another command, {begun_by}; "
            "give the same spider, arguments and ARCHIVE_URI, or another CRAWL_ID"
        )
    if crawl_id is not None and not leases.is_empty:
        leases.close()
        return crawl_id
    leases.remove()  # a crawl that ended before its first page
    crawl_id = wanted or new_crawl_id()
    leases = Leases(str(file))
    leases.begin(crawl_id=crawl_id, started_at=str(now()), command=command)
    leases.close()
    return crawl_id
