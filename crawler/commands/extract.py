"""``scrapy extract``: pages as normalised JSON on stdout; nothing is written to the archive.

Scrapy imports every command before it runs one. What reads pages is imported where they are read.
"""

from __future__ import annotations

import argparse

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from crawler.collection import rare_collection
from crawler.output import end_output, named_files, output_trouble, prepare_output, refuse
from crawler.report import EXIT_LOST
from crawler.safety.secrets import masked


class Command(ScrapyCommand):
    """Files are read as they are, without any request; addresses are visited with their whole threads."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        """What stands behind the command's name."""
        return "[options] FILE|URL ..."

    def short_desc(self) -> str:
        """One line for ``scrapy --help``."""
        return "Print page, shares, subscribes and threads of pages as JSON, one line a page"

    def long_desc(self) -> str:
        """The text of ``scrapy extract --help``."""
        return (
            "Reads saved pages (FILE, or - for stdin) or visits addresses (URL) and prints one JSON line for each: "
            "source, page, shares, subscribes, threads with their comments. Nothing is written to the archive. "
            "A file is read without requests, so a thread that goes on elsewhere says partial. "
            "Example: scrapy extract saved.html --url https://example.com/video | jq .threads. "
            "Exit status: 1 when a page could not be read (its line holds the error); 2 wrong command line or setting."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add ``--url`` and ``--explain``."""
        super().add_options(parser)
        parser.add_argument(
            "--explain", action="store_true", help="say on stderr what the generic system sees on each FILE, and why"
        )
        parser.add_argument("--url", metavar="URL", help="the address a saved page came from (with one FILE)")

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Scrapy's own options."""
        with named_files():
            super().process_options(args, opts)
        if self.settings is not None:
            prepare_output(self.settings)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Read files first, then visit addresses."""
        if not args:
            raise UsageError("name a FILE or a URL")
        if self.settings is None:
            raise RuntimeError("scrapy.cmdline sets it before it runs a command")
        from crawler.extract.urls import page_url  # noqa: PLC0415  # see above
        from crawler.extraction import extract_file, visit_addresses  # noqa: PLC0415  # see above
        from crawler.settings_check import problems  # noqa: PLC0415  # see above
        from crawler.spiders.addresses import what_is_wrong  # noqa: PLC0415  # see above
        from crawler.systems import systems_of  # noqa: PLC0415  # see above

        unknown = [source for source in args if source.startswith("-") and source != "-"]
        if unknown:
            raise UsageError(f"there is no option {unknown[0]}; a file of that name is ./{unknown[0]}")
        files = [source for source in args if not source.lower().startswith(("http://", "https://"))]
        urls = [source for source in args if source not in files]
        if opts.url and len(files) != 1:
            raise UsageError(f"--url tells the address of one FILE, there are {len(files)}")
        if opts.url and page_url(opts.url) is None:
            raise UsageError(f"--url {masked(opts.url[:200])}: {what_is_wrong(opts.url)}")
        for url in urls:
            if page_url(url) is None:
                raise UsageError(f"{masked(url[:200])}: {what_is_wrong(url)}")
        if opts.explain and urls:
            raise UsageError(f"--explain is for saved pages: save {urls[0]} first")
        wrong = problems(self.settings)
        if wrong:
            self.exitcode = refuse("scrapy extract", wrong)
            return
        systems = systems_of(self.settings)
        with rare_collection():
            for name in files:
                if output_trouble() is not None:  # nobody reads on
                    break
                if not extract_file(name, opts.url, systems, is_explained=opts.explain):
                    self.exitcode = EXIT_LOST
        if urls and output_trouble() is None and not visit_addresses(urls, self.settings):
            self.exitcode = EXIT_LOST
        self.exitcode = end_output("scrapy extract", self.exitcode)
