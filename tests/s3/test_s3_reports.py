"""The reports of an archive on S3 lie beside its tables, each whole."""

from __future__ import annotations

from datetime import UTC, datetime

from archive_rows import add_visit, crawl

import archive
from archive.exporter import Exporter
from archive.stores import open_store
from archive.upkeep.verify import verify
from crawler.monitoring.overview import overview
from crawler.monitoring.run import write_page


def test_the_page_is_written_beside_the_tables_and_replaced_by_the_next(bucket):
    exporter = Exporter(bucket.uri, "crawl-1", state_dir=bucket.folder / "state")
    exporter.start()
    add_visit(exporter, "visit-1", comments=["a", "b"])
    exporter.add("crawls", [crawl("crawl-1")])
    exporter.commit(exporter.take())
    exporter.close()
    store = open_store(bucket.uri)
    for name in ("crawl-1", "crawl-2"):
        found = overview(archive.open(bucket.uri), 0)
        assert write_page(store, found, name) == f"{bucket.uri}/reports/index.html"
        page = store.read("reports/index.html")
        assert page is not None
        assert page.endswith(b"</html>\n")
        assert b"<b>2</b><span>comments new" in page
    assert store.read("reports/_tmp/crawl-2-index.html") is None
    assert [of for of in verify(store, now=datetime.now(UTC)) if of.level == "damage"] == []
