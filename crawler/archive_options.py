"""The tasks of ``scrapy archive`` and their options, with the help that teaches them."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from archive.export import FORMATS, VERDICTS
from archive.schema import TABLES
from archive.upkeep.compact import FEWEST
from archive.upkeep.vacuum import LEAST_HOURS, RETENTION_HOURS


@dataclass(frozen=True, slots=True)
class Task:
    """A task: its line in the list, the text of its ``--help``, and what adds its options."""

    brief: str
    about: str
    add_options: Callable[[argparse.ArgumentParser], None]


def day_or_time(text: str) -> datetime:
    """``2024-05-01`` or any ISO 8601 time; without a zone it is UTC."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no time; write 2024-05-01 or 2024-05-01T12:30:00+02:00"
        ) from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _info(task: argparse.ArgumentParser) -> None:
    task.add_argument("--json", action="store_true", help="as one JSON object")


def _report(task: argparse.ArgumentParser) -> None:
    task.add_argument(
        "-o", "--output", metavar="FILE", help="the file, - for stdout (default: reports/index.html in the archive)"
    )
    task.add_argument("--days", type=float, metavar="N", help="look back so far, 0: all (default REPORT_DAYS)")
    task.add_argument("--site", help="only this site")
    task.add_argument("--json", action="store_true", help="the figures as one JSON object instead of the page")


def _verify(task: argparse.ArgumentParser) -> None:
    task.add_argument("--json", action="store_true", help="one JSON object a finding")
    task.add_argument(
        "--give-up",
        action="store_true",
        help="take damaged parts out of their tables, so that the rest can be read; their rows are lost",
    )


def _compact(task: argparse.ArgumentParser) -> None:
    task.add_argument("--table", choices=tuple(TABLES), help="only this table")
    task.add_argument("--site", help="only this site's partitions")
    task.add_argument(
        "--at-least", type=int, default=FEWEST, metavar="N", help=f"small parts that are worth it (default {FEWEST})"
    )


def _vacuum(task: argparse.ArgumentParser) -> None:
    bounds = f"{LEAST_HOURS} to {RETENTION_HOURS}"
    task.add_argument(
        "--hours",
        type=int,
        default=RETENTION_HOURS,
        metavar="N",
        help=f"keep what is younger, {bounds} (default {RETENTION_HOURS}, seven days)",
    )
    task.add_argument("--dry-run", action="store_true", help="only list what would be removed")


def _history(task: argparse.ArgumentParser) -> None:
    task.add_argument("what", metavar="WHAT", help="id of a comment, thread or page, or a page's address")
    task.add_argument("--json", action="store_true", help="one JSON object a state or visit")


def _export(task: argparse.ArgumentParser) -> None:
    add = task.add_argument
    add("-o", "--output", metavar="FILE", required=True, help="the file, - for stdout")
    add("--format", choices=tuple(FORMATS), help="default: the ending of FILE")
    add("--table", choices=tuple(TABLES), default="comments", help="default comments")
    add("--site", help="only this site's")
    add("--page", metavar="ID|URL", help="only this page's, by page_id (its first characters will do) or address")
    add("--thread", metavar="ID", help="only this thread's, by thread_id (its first characters will do)")
    add("--since", type=day_or_time, metavar="TIME", help="observed then or later")
    add("--until", type=day_or_time, metavar="TIME", help="observed before then")
    add("--verdict", choices=VERDICTS, help="only threads whose latest visit had this verdict, or their comments")
    add("--as-is", action="store_true", help="CSV: no ' before texts that look like formulas")
    task.set_defaults(history=False)
    states = task.add_mutually_exclusive_group()
    states.add_argument("--latest", dest="history", action="store_false", help="the latest states (default)")
    states.add_argument("--history", dest="history", action="store_true", help="every state")
    states.add_argument("--as-of", type=day_or_time, metavar="TIME", help="the states that were the latest then")


def _erase(task: argparse.ArgumentParser) -> None:
    who = task.add_mutually_exclusive_group(required=True)
    who.add_argument("--comment", metavar="ID", help="this comment; its first characters will do")
    who.add_argument("--author-id", metavar="ID", help="all by this author, with --site or --system")
    who.add_argument("--author-name", metavar="NAME", help="all under this name, with --site or --system")
    who.add_argument(
        "--forget-lost",
        action="store_true",
        help="instead: let go of erasures whose key is lost; what they erased may come back, erase it again",
    )
    task.add_argument("--site", help="on this site")
    task.add_argument("--system", help="in this comment system: wordpress, ...")
    task.add_argument("--dry-run", action="store_true", help="only say what would be erased, or let go of")


def _views(task: argparse.ArgumentParser) -> None:
    """There are none."""


TASKS: Final[dict[str, Task]] = {
    "info": Task(
        "say what the archive holds",
        "Rows, parts and sizes by table, sites, first and last observation, verdicts, changes, and broken extractors.",
        _info,
    ),
    "report": Task(
        "make a page with plots of the last weeks",
        """Writes a self-contained HTML page: pages, comments and threads over time, what was new, edited and removed,
        errors by site and status, what was not captured and why, and extractors that look broken. Each crawl writes
        it to reports/index.html in the archive. Example: scrapy archive report --days 30 -o report.html""",
        _report,
    ),
    "verify": Task(
        "read every byte and say what is damaged",
        """Checks that every committed part exists, opens, and has its size, schema, row count and page checksums; that
        no state stands there twice; that parents and pages are there; and lists files that the log does not name. Exit
        status 1 when something is damaged; each damaged file is named with the way out.""",
        _verify,
    ),
    "compact": Task(
        "make few large parts of many small ones",
        """Crawls may go on meanwhile, and so may another compaction. The old parts stay until `scrapy archive vacuum`.
        Run it now and then, for example every night.""",
        _compact,
    ),
    "vacuum": Task(
        "remove files that are no longer needed",
        """Removes parts that were replaced (by compact or erase) more than --hours ago, and, when they are a day old or
        --hours, leftovers of crawls that died and files that no log entry names.""",
        _vacuum,
    ),
    "history": Task(
        "show how a comment, a thread or a page changed",
        """Prints states and visits in the order of time; edits as diffs: a line with its changed words as [-old-] and
        {+new+}, or lines with - and +. WHAT is an id (its first characters will do) or the address of a page.
        Example: scrapy archive history 3f2a91""",
        _history,
    ),
    "export": Task(
        "write a slice as one file",
        """Streams rows into one Parquet, JSON Lines or CSV file, which gets its name when it is whole. Times are UTC;
        --since is included, --until is not. In CSV a ' stands before a text that begins like a formula (= + - @ or a
        tab), so that a spreadsheet does not run what a stranger wrote; the other formats, and --as-is, hold every text
        exactly. Example: scrapy archive export --site example.com --since 2024-05-01 -o may.csv""",
        _export,
    ),
    "erase": Task(
        "remove a comment, or all of an author, for good",
        """Every state of the comments leaves every part, and later crawls do not bring them back: they are recognised
        by a digest whose key stays in STATE_DIR (keep a copy of STATE_DIR/erasure-*.key). Earlier parts hold the rows
        until `scrapy archive vacuum --hours 1`, an hour later. What other people quote is not found by this.""",
        _erase,
    ),
    "views": Task(
        "print SQL that makes DuckDB views",
        """Views comments, comments_history and so on for every table, over the parts that are committed now.
        Example: scrapy archive views > views.sql; duckdb -init views.sql""",
        _views,
    ),
}
"""Every task by its name."""
