"""Real comment systems, crawled with the command a user types, against what their own databases hold.

`make test-real` starts them (NAME/start.sh) and names the folder of their truths in TALKBACK_REAL: NAME/truth.json is
`{system, site, pages: [{path, verdict, state, expected, comments: [{native_id, ...}]}]}`, where a comment has any
fields of `archive.schema.Comment`, times as ISO 8601.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import pytest
import real_sites

from crawler.systems import REGISTRY

FOLDER = os.environ.get("TALKBACK_REAL", "")
NO_SERVER = "no real comment system runs: make test-real starts them"
SYSTEMS = os.environ.get("TALKBACK_REAL_SYSTEMS", "").split()
TRUTHS = [file for file in sorted(Path(FOLDER).glob("*/truth.json")) if not SYSTEMS or file.parent.name in SYSTEMS]
if not FOLDER:
    TRUTHS = [Path("none/truth.json")]

pytestmark = [pytest.mark.real, pytest.mark.skipif(not FOLDER, reason=NO_SERVER)]

NEVER = ("HIDDEN-", "REMOVED-TEXT")
"""Stands in each text that no visitor is shown."""


class Crawled(real_sites.Crawled):
    def by_page(self, table: str, **arguments: Any) -> dict[str, list[dict[str, Any]]]:
        """Rows of the system by the path of their page."""
        paths = {row["page_id"]: unquote(urlsplit(row["canonical_url"]).path) for row in self.rows("pages")}
        found: dict[str, list[dict[str, Any]]] = {path: [] for path in paths.values()}
        for row in self.rows(table, **arguments):
            if row["system"] == self.truth["system"]:
                found[paths[row["page_id"]]].append(row)
        return found


@pytest.fixture(scope="module", params=TRUTHS, ids=lambda file: file.parent.name)
def crawled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Crawled:
    truth = json.loads(request.param.read_text())
    folder = tmp_path_factory.mktemp(request.param.parent.name)
    urls = [truth["site"] + quote(page["path"]) for page in truth["pages"]]
    return Crawled(truth, folder, *real_sites.crawl_twice(folder, urls))


def differences(page: dict[str, Any], rows: list[dict[str, Any]]) -> list[str]:
    """Every way in which a thread differs from the truth, in words."""
    truth = {row["native_id"]: row for row in page["comments"]}
    counts = Counter(row["native_id"] for row in rows)
    found = [f"{native_id}: read {times} times" for native_id, times in counts.items() if times > 1]
    found += [f"{native_id}: missing" for native_id in truth if native_id not in counts]
    for row in rows:
        wanted = truth.get(row["native_id"])
        if wanted is None:
            found.append(f"{row['native_id']}: not a visible comment of this page ({row['text']!r:.80})")
            continue
        for name, value in wanted.items():
            should = datetime.fromisoformat(value) if name.endswith("_at") and value is not None else value
            if row[name] != should:
                found.append(f"{row['native_id']}: {name} is {row[name]!r:.200}, should be {should!r:.200}")
    return found


def test_every_system_that_was_asked_for_runs() -> None:
    assert set(SYSTEMS) <= {file.parent.name for file in TRUTHS}


def test_the_crawl_ends_without_a_loss(crawled: Crawled) -> None:
    bad = {"partial", "blocked", "unknown"} & {page["verdict"] for page in crawled.truth["pages"]}
    wanted = 3 if bad else 0
    assert crawled.statuses == [wanted, wanted], crawled.logs
    assert "Traceback" not in crawled.logs


def test_every_comment_is_there_as_the_database_has_it(crawled: Crawled) -> None:
    rows = crawled.by_page("comments")
    assert sum(len(page["comments"]) for page in crawled.truth["pages"]) > 50
    wrong = {page["path"]: differences(page, rows[page["path"]]) for page in crawled.truth["pages"]}
    assert {path: found[:20] for path, found in wrong.items() if found} == {}


def test_each_thread_has_the_verdict_the_state_and_the_count_it_deserves(crawled: Crawled) -> None:
    rows = crawled.by_page("threads")
    names = ("verdict", "state", "expected", "captured")
    got = {path: [tuple(row[name] for name in names) for row in found] for path, found in rows.items()}
    wanted = {
        page["path"]: [(page["verdict"], page["state"], page["expected"], len(page["comments"]))]
        for page in crawled.truth["pages"]
    }
    assert got == wanted


def test_nothing_hidden_or_removed_is_there(crawled: Crawled) -> None:
    for row in crawled.rows("comments", history=True):
        said = (row["text"] or "") + (row["text_html"] or "")
        assert not any(word in said for word in NEVER), row["native_id"]


def test_counts_settle_a_revisit_of_every_thread_that_was_read_whole(crawled: Crawled) -> None:
    system = next(system for system in REGISTRY if system.name == crawled.truth["system"])
    if system.count_room == 1:
        pytest.skip("a request for its counts names one thread")
    before = len(crawled.rows("visits", history=True))
    done = real_sites.crawl(crawled.folder, "revisit", REVISIT_MIN_HOURS=0, REVISIT_MAX_HOURS=0.000001)
    assert done.returncode in (0, 3), done.stdout + done.stderr[-3_000:]
    rows = sorted(crawled.rows("visits", history=True), key=lambda row: row["observed_at"])[before:]
    outcomes = {unquote(urlsplit(row["url"]).path): row["outcome"] for row in rows}
    whole = [page for page in crawled.truth["pages"] if page["verdict"] in ("complete", "none") and page["expected"] is not None]
    whole = [page for page in whole if page["expected"] < 500]  # so many in so short a life: more are expected
    assert whole
    assert {page["path"]: outcomes[page["path"]] for page in whole} == {page["path"]: "unchanged" for page in whole}
    unchanged = [row for row in rows if row["outcome"] == "unchanged"]
    assert sum(row["requests"] for row in unchanged) <= len(unchanged) / system.count_room + 1


def test_the_second_crawl_adds_no_comment(crawled: Crawled) -> None:
    crawled.assert_no_comment_changed()
