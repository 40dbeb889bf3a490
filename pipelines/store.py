"""The last pipeline: labelled rows to the exporter, committed by rows and by time, off the event loop."""

from __future__ import annotations

import asyncio
import json
import logging
import platform
from collections import Counter
from datetime import UTC, datetime
from importlib.metadata import version
from time import monotonic
from typing import TYPE_CHECKING, Final, Self

from scrapy import signals
from scrapy.exceptions import CloseSpider

from archive.errors import ArchiveError
from archive.exporter import Exporter
from archive.schema import Crawl, Provenance
from crawler.archive_place import s3_options, state_dir
from crawler.buffers import give_back, leave_out_pandas, trim
from crawler.frontier import Frontier
from crawler.items import Capture, Comment, Failure, NotArchivedError
from crawler.leases import FrontierError, Tally
from crawler.report import Report, now
from crawler.safety.secrets import masked_arguments
from crawler.spiders.base import VisitSpider

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from archive.index import Index

logger = logging.getLogger(__name__)

TICK_SECONDS: Final = 1.0
"""How often is looked whether the time for a commit has come."""

LIBRARIES: Final = ("scrapy", "selectolax", "pyarrow", "deltalake", "dateparser", "tldextract")


class Store:
    """Scrapy pipeline that owns the exporter of a crawl.

    A commit that fails ends the crawl: reading on would only collect what cannot be kept.

    The ledgers of a visit are held until its last capture, so that they, its page and the note of its end are of one
    batch: what is cut off has neither, and what is archived is not visited again.
    """

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        give_back()
        leave_out_pandas()
        self._crawler = crawler
        self._report = Report.of(crawler)
        self._exporter = Exporter(
            settings["ARCHIVE_URI"],
            self._report.crawl_id,
            state_dir=state_dir(settings),
            s3=s3_options(settings),
            flush_rows=settings.getint("FLUSH_ROWS"),
            flush_seconds=settings.getfloat("FLUSH_SECONDS"),
        )
        self._committing = asyncio.Lock()
        self._timer: asyncio.Task[None] | None = None
        self._broken: ArchiveError | FrontierError | None = None
        self._row = Crawl()
        self._changes: Counter[tuple[str, str]] = Counter()
        self._held: dict[str, list[Capture]] = {}
        self._frontier: Frontier | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Write to ``ARCHIVE_URI``; what is known of it stays in ``STATE_DIR``."""
        store = cls(crawler)
        crawler.signals.connect(store.spider_closed, signals.spider_closed)
        return store

    @classmethod
    def of(cls, crawler: Crawler) -> Self:
        """The pipeline of a crawl.

        :raises RuntimeError: it has none
        """
        found = crawler.get_item_pipeline(cls)
        if found is None:
            raise RuntimeError("the other pipelines need the pipeline store (ITEM_PIPELINES)")
        return found

    @property
    def index(self) -> Index:
        """What the archive holds, rows waiting for their commit included."""
        return self._exporter.index

    def is_erased(self, comment: Comment, site: str) -> bool:
        """See :meth:`archive.exporter.Exporter.is_erased`."""
        return self._exporter.is_erased(comment, site)

    def has_erased(self, thread_id: str, content_digest: str) -> bool:
        """See :meth:`archive.exporter.Exporter.has_erased`."""
        return self._exporter.has_erased(thread_id, content_digest)

    async def open_spider(self) -> None:
        """Open the archive.

        :raises CloseSpider: ``archive_unusable`` when it cannot be written
        """
        self._frontier = Frontier.of(self._crawler)
        try:
            await asyncio.to_thread(self._exporter.start)
            if self._frontier is not None:
                self._frontier.recover(self._exporter.committed)
        except (ArchiveError, FrontierError) as error:
            self._break(error)
            raise CloseSpider("archive_unusable") from error
        if self._exporter.committed and self._report.continued is None:
            logger.warning(
                "CRAWL_ID %(name)s has been an earlier crawl's: the archive's crawls and reports show the "
                "later of the two only; give each crawl a name of its own, such as %(name)s-%(day)s, or none",
                {"name": self._report.crawl_id, "day": f"{datetime.now(UTC):%Y-%m-%d}"},
            )
        if isinstance(self._crawler.spider, VisitSpider):
            self._crawler.spider.compare_with(self.index)
        self._begin()
        self._timer = asyncio.get_running_loop().create_task(self._watch())

    async def process_item(self, item: Capture) -> Capture:
        """Take over the rows of a capture that have a change.

        :raises NotArchivedError: after a commit has failed
        """
        if self._broken is not None:
            raise NotArchivedError
        if item.thread is not None:
            self._held.setdefault(item.visit_id, []).append(item)
        else:
            self._add(item)
        if item.is_last:
            self._add_held(item.visit_id)
        self._report.captured(item)
        if self._frontier is not None:
            self._frontier.captured(item)
        if self._exporter.due(monotonic()):
            await self._commit()
        return item

    def _add(self, item: Capture) -> None:
        add, provenance = self._exporter.add, self._provenance(item)
        rows = [comment for comment in item.comments if comment.change]
        if rows:
            add("comments", rows, provenance)
        if item.page is not None:
            add("shares", item.shares or [], provenance)
            add("subscribes", item.subscribes or [], provenance)
            add("pages", [item.page], provenance)
        if item.thread is not None:
            add("threads", [item.thread], provenance)
        if item.visit is not None:
            add("visits", [item.visit], provenance)
        self._changes.update(_changes(item))

    def _add_held(self, visit_id: str) -> None:
        for item in self._held.pop(visit_id, ()):
            self._add(item)

    async def spider_closed(self, reason: str) -> None:
        """Commit what is left, then the crawl's own row. Later than ``close_spider``: the reason is known only here."""
        if self._timer is not None:
            async with self._committing:  # a commit that is under way cannot be called back
                self._timer.cancel()
        if self._broken is None:
            for visit_id in list(self._held):  # visits that ended without a last capture
                self._add_held(visit_id)
            await self._commit()
        if self._broken is None:
            self._end(reason)
            await self._commit()
        await asyncio.to_thread(self._exporter.close)
        if self._frontier is not None:
            self._frontier.shut()

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(TICK_SECONDS)
            if self._exporter.due(monotonic()):
                await self._commit()

    async def _commit(self) -> None:
        async with self._committing:
            has_ended = self._frontier is not None and self._frontier.has_ended
            if self._broken is not None or not (self._exporter.pending_rows or has_ended):
                return
            batch = self._exporter.take()
            changes, self._changes = self._changes, Counter()
            rows = Counter({name: columns.rows for name, columns in (batch.columns or {}).items()})
            try:
                number = batch.number
                self._mark(number, rows, changes)
                committed = await asyncio.to_thread(self._exporter.commit, batch)
                del batch  # its rows lie free now
                await asyncio.to_thread(trim)
                self._report.rows.update(committed.rows)
                self._report.known.update(committed.known)
                self._report.changes.update(changes)
                self._acknowledge(number, Counter(committed.rows), changes)
            except (ArchiveError, FrontierError) as error:
                self._break(error)
                engine = self._crawler.engine
                if engine is not None and engine.running:
                    self._closing = asyncio.ensure_future(engine.close_spider_async(reason="archive_failed"))

    def _mark(self, number: int, rows: Counter[str], changes: Counter[tuple[str, str]]) -> None:
        if self._frontier is not None:
            self._frontier.mark(number, Tally(rows, changes) if rows else None)

    def _acknowledge(self, number: int, rows: Counter[str], changes: Counter[tuple[str, str]]) -> None:
        if self._frontier is not None:
            self._frontier.acknowledge(number, Tally(rows, changes) if rows else None)

    def _break(self, error: ArchiveError | FrontierError) -> None:
        self._broken = error
        logger.error("%s", error)
        uri = str(self._crawler.settings["ARCHIVE_URI"])
        self._report.lost(Failure(url=uri, reason="archive", detail=str(error)))

    def _provenance(self, item: Capture) -> Provenance:
        return Provenance(
            crawl_id=self._report.crawl_id,
            visit_id=item.visit_id,
            capture_id=item.capture_id,
            observed_at=item.observed_at,
            site=item.site,
            extractor=item.extractor,
        )

    def _begin(self) -> None:
        spider = self._crawler.spider
        given: dict[str, str] = getattr(spider, "arguments", {})
        arguments = masked_arguments(given)
        self._row = Crawl(
            crawl_id=self._report.crawl_id,
            spider=spider.name if spider else "",
            arguments=json.dumps(arguments, ensure_ascii=False, sort_keys=True),
            versions=json.dumps({"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}}),
            started_at=self._report.started_at,
        )
        # A crawl that is continued has said so when it began, unless it died before its first commit.
        if self._report.continued is None or not self._exporter.committed:
            self._exporter.add("crawls", [self._row])

    def _end(self, reason: str) -> None:
        report, row = self._report, self._row
        row.ended_at, row.reason = now(), reason
        row.pages, row.pages_failed = report.pages, report.pages_failed
        row.rows, row.verdicts = json.dumps(report.rows), json.dumps(report.verdicts)
        row.failures = json.dumps(
            [{"url": f.url, "reason": f.reason, "detail": f.detail} for f in report.failures], ensure_ascii=False
        )
        self._exporter.add("crawls", [row])


def _changes(item: Capture) -> Counter[tuple[str, str]]:
    """Rows of a capture by table and change."""
    counted = Counter(("comments", comment.change) for comment in item.comments if comment.change)
    if item.page is not None:
        rows = {"pages": 1, "shares": len(item.shares or ()), "subscribes": len(item.subscribes or ())}
        counted.update({(table, item.change): n for table, n in rows.items()})
    return counted
