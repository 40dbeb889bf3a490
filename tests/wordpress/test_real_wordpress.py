"""A real WordPress, crawled with the command a user types, against what its database holds.

`make test-wordpress` starts one (start.sh) and names its endpoints file in TALKBACK_WORDPRESS.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import real_sites
from compare import differences

from archive.schema import Comment

ENDPOINTS = os.environ.get("TALKBACK_WORDPRESS", "")
NO_SERVER = "no WordPress runs: make test-wordpress starts one"

pytestmark = [pytest.mark.wordpress, pytest.mark.skipif(not ENDPOINTS, reason=NO_SERVER)]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SITES: list[dict[str, str]] = json.loads(Path(ENDPOINTS).read_text())["sites"] if ENDPOINTS else [{"name": "none"}]

ORPHANED = "/2023/03/a-reply-to-nobody/"
"""Its reply to a comment in moderation is counted by every theme and shown by none; REST alone gives it."""

EMPTY = {
    "/2023/03/closed-and-empty/": "closed",
    "/about/": "closed",
    "/2023/03/open-and-empty/": "none",
    "/2023/03/all-in-moderation/": "none",
    "/2023/03/locked/": "blocked",
}
"""Verdicts of threads without a visible comment; every other thread is complete."""


@dataclass(frozen=True)
class Crawled(real_sites.Crawled):
    name: str
    url: str

    @property
    def has_rest(self) -> bool:
        return self.name in ("html5", "block", "legacy")

    def by_page(self, table: str, **arguments: Any) -> dict[str, list[dict[str, Any]]]:
        """Rows by the path of their page."""
        paths = {row["page_id"]: row["canonical_url"].removeprefix(self.url) for row in self.rows("pages")}
        found: dict[str, list[dict[str, Any]]] = {path: [] for path in paths.values()}
        for row in self.rows(table, **arguments):
            found[paths[row["page_id"]]].append(row)
        return found

    def shown(self, page: dict[str, Any]) -> dict[str, Any]:
        """The truth of a page as far as this site shows it."""
        if self.has_rest or page["path"] != ORPHANED:
            return page
        ids = {comment["id"] for comment in page["comments"]}
        return {**page, "comments": [c for c in page["comments"] if c["parent"] is None or c["parent"] in ids]}


@pytest.fixture(scope="module", params=SITES, ids=lambda site: site["name"])
def crawled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Crawled:
    site = request.param
    truth = json.loads(Path(json.loads(Path(ENDPOINTS).read_text())["truth"]).read_text())
    folder = tmp_path_factory.mktemp(site["name"])
    statuses, logs = real_sites.crawl_twice(folder, [site["url"] + page["path"] for page in truth["pages"]])
    return Crawled(truth, folder, statuses, logs, site["name"], site["url"])


def record(row: dict[str, Any]) -> Comment:
    """A row as the record it was made from: times are microseconds again."""
    values = {field.name: row[field.name] for field in fields(Comment)}
    for name, value in values.items():
        if isinstance(value, datetime):
            values[name] = (value - EPOCH) // timedelta(microseconds=1)
    return Comment(**values)


def test_the_crawl_ends_without_a_loss(crawled: Crawled) -> None:
    # 3: without REST the orphaned reply cannot be read, and the command says so.
    wanted = 0 if crawled.has_rest else 3
    assert crawled.statuses == [wanted, wanted], crawled.logs
    assert "Traceback" not in crawled.logs


def test_every_page_is_archived(crawled: Crawled) -> None:
    assert sorted(crawled.by_page("comments")) == sorted(page["path"] for page in crawled.truth["pages"])
    titles = {row["canonical_url"].removeprefix(crawled.url): row["title"] for row in crawled.rows("pages")}
    open_pages = [page for page in crawled.truth["pages"] if not page["password"]]
    assert {page["path"]: titles[page["path"]] for page in open_pages} == {
        page["path"]: page["title"] for page in open_pages
    }


def test_every_approved_comment_is_there_with_author_text_parent_and_time(crawled: Crawled) -> None:
    comments = crawled.by_page("comments")
    nesting = None if crawled.has_rest else 5
    wrong = {}
    for page in crawled.truth["pages"]:
        got = [record(row) for row in comments[page["path"]]]
        found = differences(crawled.shown(page), got, shown_depth=nesting)
        if found:
            wrong[page["path"]] = found
    assert wrong == {}


def test_nothing_hidden_is_there(crawled: Crawled) -> None:
    hidden = {str(comment["id"]) for comment in crawled.truth["hidden"]}
    assert len(hidden) > 20
    for row in crawled.rows("comments", history=True):
        assert row["native_id"] not in hidden
        assert "HIDDEN-" not in (row["text"] or "") + (row["text_html"] or "")


def test_each_thread_has_the_verdict_it_deserves(crawled: Crawled) -> None:
    got = {path: {row["verdict"] for row in rows} for path, rows in crawled.by_page("threads").items()}
    wanted = {page["path"]: {EMPTY.get(page["path"], "complete")} for page in crawled.truth["pages"]}
    if not crawled.has_rest:
        wanted[ORPHANED] = {"partial"}
    for path in ("/2023/03/closed-and-empty/", "/about/"):
        if not got[path]:
            wanted[path] = set()  # a theme may show nothing at all where nobody may write and nobody did
    assert got == wanted


def test_the_second_crawl_adds_no_comment(crawled: Crawled) -> None:
    crawled.assert_no_comment_changed()
    visits = Counter(row["page_id"] for row in crawled.rows("threads", history=True))
    assert set(visits.values()) == {2}, "each visit has its ledger"
