"""``scrapy crawl``: run a spider, show what was archived, and exit 0 only when nothing was lost.

Scrapy imports every command before it runs one. What reads pages is imported by who runs a spider: the tasks of
``scrapy archive`` need none of it.
"""

from __future__ import annotations

import argparse
import signal
import sys
from collections import Counter
from typing import Final

from scrapy.commands.crawl import Command as ScrapyCrawl
from scrapy.exceptions import UsageError
from scrapy.settings import SETTINGS_PRIORITIES

from archive.errors import ArchiveError
from crawler.archive_place import archive_store
from crawler.contact import ask_contact
from crawler.output import end_output, named_files, prepare_output, refuse
from crawler.report import EXIT_LOST, Report
from crawler.resumption import ClaimError, claim
from crawler.safety.log import plain

SCRAPYD_JOB: Final = "_job"
"""An argument that scrapyd gives every spider (scrapyd 1.6, ``launcher.py``): its own word for the run. With it no two
commands would be the same, and none could continue another's crawl."""


def hung_up(*_: object) -> None:
    """End the crawl in order when its terminal is gone, as after SIGTERM.

    Of the second signal nothing is heard: kernel and shell send one each, and two would end it without waiting.
    """
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.raise_signal(signal.SIGTERM)


class Command(ScrapyCrawl):
    """Scrapy's own command ends with 0 whatever was lost (Scrapy 2.19, ``commands/crawl.py``); this one does not."""

    def short_desc(self) -> str:
        """One line for ``scrapy --help``."""
        return "Run a spider, archive what it reads, and say what was lost"

    def long_desc(self) -> str:
        """The text of ``scrapy crawl --help``."""
        return (
            "Visits pages with their comment threads and commits them as Parquet parts to the archive "
            "(-s ARCHIVE_URI=DIR, default data/archive). Example: scrapy crawl pages -a url=https://example.com/video. "
            "Run it again at any time: a crawl that was cut off is continued, and what the archive holds already is "
            "not written twice. "
            "Exit status: 0 everything archived and every thread whole; 1 something was lost (it is listed); "
            "2 wrong command line or setting, or the same crawl is running; "
            "3 every page archived, but a thread could not be read whole, or a site's extractor looks broken. "
            "Unless it is 0, the last line on stderr says why."
        )

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """On a terminal the line of progress takes the place of the log's remarks, unless ``-L`` asks for them.

        :raises UsageError: an argument is given twice, of which Scrapy would take the last, or no such level is known
        """
        names = Counter(given.partition("=")[0] for given in opts.spargs)
        with named_files():
            super().process_options(args, opts)
        if self.settings is None:
            raise RuntimeError("scrapy.cmdline sets it before it reads the options")
        twice = [name for name, times in names.items() if times > 1]
        if twice:
            raise UsageError(f"-a {twice[0]}=... is given twice; give it once: several addresses are parted by commas")
        prepare_output(self.settings)
        if sys.stderr.isatty() and self.settings.getpriority("LOG_LEVEL") == SETTINGS_PRIORITIES["project"]:
            self.settings.set("LOG_LEVEL", "WARNING", priority="project")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Check arguments and settings, crawl, print the table, set the exit status."""
        if not args:
            raise UsageError("name one spider: scrapy crawl pages -a url=URL")
        rest = [word for word in args if word.startswith("-")] or args[1:]
        if rest:
            raise UsageError(f"{' '.join(rest)!r} belongs to no option of scrapy crawl; one spider is run at a time")
        if self.settings is None or self.crawler_process is None:
            raise RuntimeError("scrapy.cmdline sets both before it runs a command")
        from crawler.settings_check import problems  # noqa: PLC0415  # see above
        from crawler.spiders.base import ArgumentError  # noqa: PLC0415  # see above

        try:
            spider = self.crawler_process.spider_loader.load(args[0])
        except KeyError:
            names = ", ".join(sorted(self.crawler_process.spider_loader.list()))
            self.exitcode = refuse("scrapy crawl", [f"there is no spider {args[0]!r}; the spiders are: {names}"])
            return
        opts.spargs.pop(SCRAPYD_JOB, None)
        check = getattr(spider, "check_arguments", None)
        wrong = problems(self.settings)
        if check is not None:
            try:
                check(**opts.spargs)
            except ArgumentError as error:
                wrong.append(str(error))
        if not wrong:
            try:
                _ = archive_store(self.settings).identity
            except ArchiveError as error:  # an address or an environment that no client can be made of
                wrong.append(plain(str(error)))
        if wrong:
            self.exitcode = refuse("scrapy crawl", wrong)
            return
        ask_contact(self.settings, opts.spargs)
        try:
            claimed = claim(self.settings, args[0], getattr(spider, "scope", dict)(opts.spargs))
        except ClaimError as error:
            self.exitcode = refuse("scrapy crawl", [str(error)])
            return
        self.settings.setdict({"CRAWL_ID": claimed.crawl_id, "FRONTIER_FILE": str(claimed.file)}, priority="cmdline")
        try:
            self._crawl(args[0], opts.spargs)
        finally:
            claimed.release()
        self.exitcode = end_output(f"scrapy crawl {args[0]}", self.exitcode)

    def _crawl(self, spider: str, arguments: dict[str, str]) -> None:
        if self.crawler_process is None:
            raise RuntimeError("scrapy.cmdline sets it before it runs a command")
        crawler = self._create_crawler(spider)
        self.crawler_process.crawl(crawler, **arguments)
        if signal.getsignal(signal.SIGHUP) == signal.SIG_DFL:  # with `nohup` it goes on
            signal.signal(signal.SIGHUP, hung_up)
        self.crawler_process.start()
        report = None if self.crawler_process.bootstrap_failed else crawler.get_extension(Report)
        if report is None:
            sys.stderr.write("scrapy crawl: the crawl did not start; the log above says why\n")
            self.exitcode = EXIT_LOST
            return
        if crawler.engine is not None and crawler.engine.spider is not None:
            report.reason = None  # a second signal cut off the last commit
        # What looks back is not there while pages are read.
        from crawler.monitoring.run import summary_of, watch  # noqa: PLC0415  # the line before
        from crawler.summary import print_summary  # noqa: PLC0415  # as above

        watched = watch(report, crawler.settings, spider)
        print_summary(report, crawler.settings, watched)
        self.exitcode = watched.exit_status
        if self.exitcode:
            sys.stdout.flush()
            where = f"; see {watched.address}" if watched.address else ""
            sys.stderr.write(
                f"scrapy crawl {spider}: exit status {self.exitcode}: {summary_of(report, watched)}{where}\n"
            )
