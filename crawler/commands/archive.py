"""``scrapy archive``: look into an archive and look after it.

Scrapy imports every command before it runs one. The tasks are imported where they are done: a crawl needs none of them.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from crawler.output import end_output, named_files, prepare_output

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crawler.archive_options import Task


def _tasks() -> Mapping[str, Task]:
    from crawler.archive_options import TASKS  # noqa: PLC0415  # see above

    return TASKS


class Command(ScrapyCommand):
    """One command, a task each: ``scrapy archive TASK``."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        """What stands behind the command's name."""
        return "[options] TASK ..."

    def short_desc(self) -> str:
        """One line for ``scrapy --help``."""
        return "Look into the archive and look after it: " + ", ".join(_tasks())

    def long_desc(self) -> str:
        """The text of ``scrapy archive --help``."""
        return (
            "Works on the archive at ARCHIVE_URI (-s ARCHIVE_URI=DIR or s3://bucket/prefix, default data/archive), "
            "also while crawls write to it. Each task has its own help: scrapy archive verify --help. "
            "Exit status: 0 done; 1 damaged, or it could not be done (stderr says why); "
            "2 wrong command line or setting."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """A sub-parser for each task; ``-s`` may stand behind the task's name as well."""
        super().add_options(parser)
        common = argparse.ArgumentParser(add_help=False)
        common.add_argument("-s", "--set", dest="set_behind", action="append", default=[], help=argparse.SUPPRESS)
        tasks = parser.add_subparsers(dest="task", metavar="TASK", title="tasks", prog="scrapy archive")
        for name, task in _tasks().items():
            about = " ".join(task.about.split())
            task.add_options(
                tasks.add_parser(name, help=task.brief, description=about, parents=[common], allow_abbrev=False)
            )

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Take the settings from both sides of the task's name."""
        opts.set = [*opts.set, *getattr(opts, "set_behind", ())]
        with named_files():
            super().process_options(args, opts)
        if self.settings is not None:
            prepare_output(self.settings)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Do the task; say on stderr why it could not be done."""
        if opts.task is None:
            raise UsageError(f"name a task: {', '.join(_tasks())}")
        if args:
            rest, task = " ".join(args), f"scrapy archive {opts.task}"
            raise UsageError(f"{rest!r} belongs to no option of {task}; the archive is named by -s ARCHIVE_URI=...")
        if self.settings is None:
            raise RuntimeError("scrapy.cmdline sets it before it runs a command")
        from crawler.archive_tasks import do  # noqa: PLC0415  # see above

        self.exitcode = end_output(f"scrapy archive {opts.task}", do(opts.task, self.settings, opts))
