"""What each task of ``scrapy archive`` does."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from scrapy.exceptions import UsageError

from archive import export as slices
from archive.duckdb_views import sql
from archive.erased import Erasures
from archive.errors import ArchiveError, NoSuchIdError, OptionError
from archive.history import find, history
from archive.json_text import to_json
from archive.log import TableLog
from archive.reader import Archive
from archive.schema import TABLES
from archive.upkeep.compact import FEWEST, compact
from archive.upkeep.erase import Subject, erase
from archive.upkeep.vacuum import LEAST_HOURS, vacuum
from archive.upkeep.verify import Checked, Finding, give_up, verify
from crawler import archive_words as words
from crawler.archive_place import archive_store, held_archive, s3_options, state_dir
from crawler.extract.urls import named_site
from crawler.monitoring.overview import Overview, accepted_of, ahead_of_now, as_json, overview
from crawler.monitoring.page import html
from crawler.monitoring.run import write_page
from crawler.output import EXIT_USAGE, output_trouble, refuse, stdout_is_closed
from crawler.settings_check import ARCHIVE_NUMBERS, archive_problems
from crawler.words import plain

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

EXIT_DAMAGE: Final = 1
"""Something is damaged, or could not be done."""
DAYS: Final = 90.0
"""Looked back where REPORT_DAYS is 0: that switches off what crawls do, not what is asked for."""


def do(task: str, settings: BaseSettings, opts: argparse.Namespace) -> int:
    """Do a task, and say on stderr why it could not be done; the exit status."""
    wrong = archive_problems(settings)
    if wrong:
        return refuse(f"scrapy archive {task}", wrong)
    try:
        return _RUN[task](settings, opts)
    except ArchiveError as error:
        sys.stderr.write(f"scrapy archive {task}: {plain(str(error))}\n")
        return EXIT_USAGE if isinstance(error, OptionError) else EXIT_DAMAGE
    except KeyboardInterrupt:
        sys.stderr.write(f"scrapy archive {task}: interrupted; what was done is sound, run it again for the rest\n")
        return EXIT_DAMAGE


def _info(settings: BaseSettings, opts: argparse.Namespace) -> int:
    opened = held_archive(settings)
    summary = opened.info()
    found = _overview(opened, settings, settings.getfloat("REPORT_DAYS") or DAYS)
    if opts.json:
        drift = [one.as_json() for one in found.drifts]
        _print_json([{**asdict(summary), "drift": drift, "crawls_ahead": found.ahead}])
    else:
        words.print_info(summary)
        words.print_drifts(found.drifts)
        if found.ahead:
            sys.stdout.write(f"{ahead_of_now(found.ahead)}\n")
    return 0


def _overview(opened: Archive, settings: BaseSettings, days: float, site: str | None = None) -> Overview:
    return overview(opened, days, accepted=accepted_of(settings["DRIFT_ACCEPTED"]), site=site)


def _report(settings: BaseSettings, opts: argparse.Namespace) -> int:
    store = archive_store(settings)
    days = opts.days if opts.days is not None else settings.getfloat("REPORT_DAYS") or DAYS
    wrong = ARCHIVE_NUMBERS["REPORT_DAYS"].problem("--days", days)
    if wrong:
        raise UsageError(f"{wrong}; 0 is everything")
    opened = Archive(store)
    found = _overview(opened, settings, days, _held_site(opened, opts.site))
    text = to_json(as_json(found)) + "\n" if opts.json else html(found, made=datetime.now(UTC))
    if opts.output == "-" or (opts.json and opts.output is None):
        sys.stdout.write(text)
    elif opts.output is None:
        sys.stdout.write(f"{write_page(store, found, 'report')}\n")
    else:
        with slices.whole_file(Path(opts.output)) as out:
            out.write(text.encode("utf-8", "replace"))
    return 0


def _held_site(opened: Archive, site: str | None) -> str | None:
    """The site as the archive names it. Raises `archive.errors.ArchiveError` where it holds nothing of it."""
    if site is None:
        return None
    name = named_site(site)
    if not any(partition["site"] == name for table in ("visits", "comments") for _, partition in opened.parts(table)):
        raise ArchiveError(f"{opened.uri} holds nothing of the site {site!r}; `scrapy archive info` names its sites")
    return name


def _found(opened: Archive, kind: str, what: str) -> str:
    """The id that is told by its beginning or (a page's) by its address.

    Raises `archive.errors.ArchiveError` where there is none, or it is the id of something else.
    """
    found = find(opened, what)
    if found.kind != kind:
        raise ArchiveError(f"{what!r} is a {found.kind}, no {kind}")
    return found.key


def _key(opened: Archive, kind: str, what: str | None) -> str | None:
    """The same, where one is given."""
    return None if what is None else _found(opened, kind, what)


def _verify(settings: BaseSettings, opts: argparse.Namespace) -> int:
    store, checked = archive_store(settings), Checked()
    if not store.exists():
        raise ArchiveError(f"there is no archive at {store.uri}; a crawl creates one")
    found: list[Finding] = []
    for finding in verify(store, now=datetime.now(UTC), state_dir=state_dir(settings), checked=checked):
        found.append(finding)
        if opts.json:
            _print_json([asdict(finding)])
        else:
            words.print_finding(finding)
    damage = sum(finding.level == "damage" for finding in found)
    if opts.json:
        _print_json([{"level": "summary", "damage": damage, "notes": len(found) - damage, **asdict(checked)}])
    else:
        words.print_verified(checked, damage, len(found) - damage)
    if opts.give_up:
        for address in give_up(store, found):
            sys.stderr.write(f"taken out of its table: {plain(address)}\n")
    return EXIT_DAMAGE if damage else 0


def _compact(settings: BaseSettings, opts: argparse.Namespace) -> int:
    store, status = archive_store(settings), 0
    if opts.at_least < FEWEST:
        raise UsageError(f"--at-least {opts.at_least}: one part is made of {FEWEST} or more")
    site = _held_site(Archive(store), opts.site)
    tables = (opts.table,) if opts.table else tuple(TABLES)
    for done in compact(store, tables=tables, site=site, fewest=opts.at_least):
        words.print_compacted(done)
        if done.trouble is not None:
            status = EXIT_DAMAGE
    return status


def _vacuum(settings: BaseSettings, opts: argparse.Namespace) -> int:
    store, count, total = archive_store(settings), 0, 0
    Archive(store)
    for leftover in vacuum(store, hours=opts.hours, dry_run=opts.dry_run, state_dir=state_dir(settings)):
        sys.stdout.write(f"{leftover.why}: {plain(store.address(leftover.table, leftover.path))}\n")
        count, total = count + 1, total + leftover.size
    verb = "would be removed" if opts.dry_run else "removed"
    sys.stdout.write(f"{count:,} files, {words.size(total)} {verb}\n")
    return 0


def _history(settings: BaseSettings, opts: argparse.Namespace) -> int:
    opened = held_archive(settings)
    subject = find(opened, opts.what)
    events = history(opened, subject)
    if opts.json:
        _print_json(words.lines(events))
        return 0
    words.console().print(f"{subject.kind} {subject.key}")
    for event in events:
        words.print_event(event)
    return 0


def _export(settings: BaseSettings, opts: argparse.Namespace) -> int:
    ending = opts.output.rpartition(".")[2].lower()
    kind = opts.format or ("jsonl" if opts.output == "-" else {"ndjson": "jsonl"}.get(ending, ending))
    if kind not in slices.FORMATS:
        raise UsageError(f"{opts.output!r} does not tell a format; add --format {' | '.join(slices.FORMATS)}")
    if opts.output == "-" and stdout_is_closed():
        raise UsageError("stdout is closed: open it, or name a file with -o")
    if opts.since is not None and opts.until is not None and opts.since >= opts.until:
        raise UsageError(f"--since {opts.since} is not before --until {opts.until}: nothing was observed between them")
    opened = held_archive(settings)
    rows = opened.rows(
        opts.table,
        site=_held_site(opened, opts.site), page=_key(opened, "page", opts.page),
        thread=_key(opened, "thread", opts.thread), since=opts.since, until=opts.until,
        as_of=opts.as_of, history=opts.history,
    )  # fmt: skip
    found = slices.of_verdict(rows, opts.verdict)
    if opts.output == "-":
        count = slices.export(rows, found, kind, sys.stdout.buffer, as_is=opts.as_is)
    else:
        with slices.whole_file(Path(opts.output)) as out:
            count = slices.export(rows, found, kind, out, as_is=opts.as_is)
    sys.stdout.flush()
    if output_trouble() is None:
        sys.stderr.write(f"{count:,} rows of {opts.table} exported\n")
    return 0


def _erase(settings: BaseSettings, opts: argparse.Namespace) -> int:
    from crawler.systems import REGISTRY  # noqa: PLC0415 - a task that needs no comment system does not wait for them
    from pipelines.recognition import known_by  # noqa: PLC0415 - as above

    comment, systems = None, [system.name for system in REGISTRY]
    if opts.system is not None and opts.system not in systems:
        raise UsageError(f"--system {opts.system}: there is no such comment system, but {', '.join(systems)}")
    if opts.forget_lost:
        return _forget_lost(settings, opts)
    if opts.comment is not None:
        try:
            comment = _found(held_archive(settings), "comment", opts.comment)
        except NoSuchIdError:  # its erasure may have been killed at its end: `erase` tells, and ends what it left
            comment = opts.comment
    subject = Subject(
        comment_id=comment,
        author_id=opts.author_id,
        author_name=opts.author_name,
        site=_held_site(held_archive(settings), opts.site),
        system=opts.system,
    )
    done = erase(
        str(settings["ARCHIVE_URI"]),
        subject,
        state_dir=state_dir(settings),
        s3=s3_options(settings),
        dry_run=opts.dry_run,
        words=known_by,
    )
    verb = "would be erased" if opts.dry_run else "erased"
    sys.stdout.write(f"Comments {verb}: {len(done.comments):,} (rows: {done.rows:,})\n")
    if not done.comments and opts.comment is None:
        sys.stdout.write("The archive holds none of this author; upper and lower case are told apart.\n")
    if opts.dry_run:
        return 0
    sys.stdout.write(
        "A digest is remembered: later crawls leave them out.\n"
        f"Keep a copy of {state_dir(settings) / 'erasure-*.key'}: a machine without it cannot write to the archive.\n"
    )
    if done.parts:
        sys.stdout.write(
            f"Replaced parts (now {done.parts:,} more) hold them until you run `scrapy archive vacuum "
            f"--hours {LEAST_HOURS}`, {LEAST_HOURS} hour from now or later.\n"
        )
    for path in done.waiting:
        sys.stdout.write(f"An unfinished part may hold them; its crawl drops them, or vacuum removes it: {path}\n")
    return 0


def _forget_lost(settings: BaseSettings, opts: argparse.Namespace) -> int:
    if opts.site is not None or opts.system is not None:
        raise UsageError("--forget-lost is for the whole archive: leave out --site and --system")
    store = archive_store(settings)
    Archive(store)
    erasures = Erasures(store, state_dir(settings))
    count = erasures.forget(TableLog(store, TABLES["comments"]), dry_run=opts.dry_run)
    verb = "would be let go of" if opts.dry_run else "let go of"
    sys.stdout.write(f"Erasures {verb} because their key is not here: {count:,}\n")
    if count and not opts.dry_run:
        sys.stdout.write("What they erased may come back with the next crawl: erase it again before.\n")
    return 0


def _views(settings: BaseSettings, opts: argparse.Namespace) -> int:
    del opts
    sys.stdout.write(sql(held_archive(settings)))
    return 0


def _print_json(rows: Iterable[Any]) -> None:
    for row in rows:
        sys.stdout.write(to_json(row) + "\n")


_RUN: Final[dict[str, Callable[[BaseSettings, argparse.Namespace], int]]] = {
    "info": _info,
    "report": _report,
    "verify": _verify,
    "compact": _compact,
    "vacuum": _vacuum,
    "history": _history,
    "export": _export,
    "erase": _erase,
    "views": _views,
}
