"""``scrapy crawl revisit`` where one request states the counts of many threads: a Waline on loopback beside its pages."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from loopback import HTML, Answer, LoopbackSite, Rule
from running import Place

JSON = {"Content-Type": "application/json"}
SOON = {"REVISIT_MIN_HOURS": 0, "REVISIT_MAX_HOURS": 0.000001}
"""Bounds at which everything is due at once."""
WATCHED = 12
"""Seconds after which a new thread is due, one that is older than 60 days after three times as many at least."""


class Talk(dict[str, Rule]):
    """Pages that embed a Waline, and the Waline; what is set as a path comes before that."""

    def __init__(self, pages: dict[str, int]) -> None:
        super().__init__()
        self.comments = pages
        """How many comments the thread of each path has."""
        self.born: dict[str, datetime] = {}
        self.refuses_more_than = 100
        self.wait = 0.0
        self.root = ""

    def get(self, path: str, default: Any = None) -> Any:
        if path in self:
            return self[path]
        parts = urlsplit(path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path in self.comments:
            return Answer(self.page(parts.path), headers=HTML)
        if parts.path != "/api/comment":
            return default
        if query.get("type") == "count":
            asked = query["url"].split(",")
            if len(asked) > self.refuses_more_than:
                return Answer("too long", 414)
            return Answer(json.dumps({"errno": 0, "data": [self.comments.get(one, 0) for one in asked]}), headers=JSON, wait=self.wait)
        count = self.comments.get(query["path"], 0)
        rows = [
            {"objectId": 1_000 * (1 + list(self.comments).index(query["path"])) + n, "comment": f"<p>Text {n}</p>", "nick": f"Reader {n}", "link": "", "time": 1_700_000_000_000 + n, "like": 0,
             "status": "approved", "children": []}
            for n in range(1, count + 1)
        ]  # fmt: skip
        found = {"page": 1, "totalPages": 1, "pageSize": 100, "count": count, "data": rows}
        return Answer(json.dumps({"errno": 0, "errmsg": "", "data": found}), headers=JSON)

    def page(self, path: str) -> str:
        born = self.born.get(path, datetime(2015, 3, 1, tzinfo=UTC)).isoformat()
        return (
            f'<!doctype html><html lang=en><head><title>Page {path}</title><meta property="article:published_time" content="{born}">'
            f"</head><body><h1>Page {path}</h1><p>About it.</p><div id=waline></div><script type=module>"
            f"import {{ init }} from 'https://unpkg.com/@waline/client@v3/dist/waline.js';"
            f"init({{ el: '#waline', serverURL: '{self.root}' }});</script></body></html>"
        )


def site_of(place: Place, pages: dict[str, int], **born: datetime) -> tuple[LoopbackSite, Talk]:
    """A site whose pages were visited."""
    talk = Talk(pages)
    talk.born = {f"/{name}/": when for name, when in born.items()}
    site = LoopbackSite(talk)
    talk.root = site.url("/")
    run(place, "pages", "-a", "url=" + ",".join(site.url(path) for path in pages))
    site.asked.clear()
    return site, talk


def run(place: Place, *words: str, status: int = 0, **settings: object) -> subprocess.CompletedProcess[str]:
    done = place.run("crawl", *words, **settings)
    assert done.returncode == status, done.stdout + done.stderr
    return done


def asked(site: LoopbackSite) -> tuple[list[list[str]], Counter[str]]:
    """The groups of threads that were counted, and what else was asked for, since the last time; robots.txt left out."""
    groups, others = [], Counter[str]()
    for one in site.asked:
        parts = urlsplit(one.path)
        query = parse_qs(parts.query)
        if query.get("type") == ["count"]:
            groups.append(sorted(query["url"][0].split(",")))
        elif parts.path != "/robots.txt":
            others[query["path"][0] + "#" if "path" in query else parts.path] += 1
    site.asked.clear()
    return groups, others


def visits(place: Place) -> list[dict[str, Any]]:
    return sorted(place.open().visits(history=True).to_pylist(), key=lambda row: row["observed_at"])


PATHS = [f"/{n}/" for n in range(1, 6)]


def test_threads_with_the_same_count_are_settled_by_one_request_and_the_sum_of_requests_is_true(place):
    site, _ = site_of(place, dict.fromkeys(PATHS, 3))
    before = len(visits(place))
    run(place, "revisit", **SOON)
    assert asked(site) == ([PATHS], Counter())
    rows = visits(place)[before:]
    assert Counter((row["outcome"], row["stated"]) for row in rows) == {("unchanged", 3): 5}
    assert sorted(row["requests"] for row in rows) == [0, 0, 0, 0, 1]
    assert sum(row["size"] > 0 for row in rows) == 1
    for _ in range(2):
        run(place, "revisit", **SOON)
    assert asked(site) == ([PATHS] * 2, Counter())
    run(place, "revisit", **SOON)
    assert asked(site) == ([], Counter([*PATHS, *(f"{path}#" for path in PATHS)])), "after three counts each page is read"


def test_another_count_leads_to_its_page_alone_and_to_no_distrust(place):
    site, talk = site_of(place, dict.fromkeys(PATHS, 3))
    before = len(visits(place))
    talk.comments["/2/"], talk.comments["/5/"] = 4, 2
    run(place, "revisit", **SOON)
    assert asked(site) == ([PATHS], Counter(["/2/", "/2/#", "/5/", "/5/#"]))
    rows = visits(place)[before:]
    read = {urlsplit(row["url"]).path: row for row in rows if row["outcome"] == "read"}
    assert {path: row["count_agrees"] for path, row in read.items()} == {"/2/": True, "/5/": True}
    assert sum(row["requests"] for row in rows) == 5, "one for the counts, two for each page"
    assert len(rows) == 5
    changes = Counter(row["change"] for row in place.open().comments(history=True).to_pylist())
    assert changes == {"new": 16, "removed": 1}
    run(place, "revisit", **SOON)
    assert asked(site) == ([PATHS], Counter())


def test_more_threads_than_a_request_may_name_are_counted_by_several(place):
    paths = [f"/{n:02}/" for n in range(23)]
    site, _ = site_of(place, dict.fromkeys(paths, 1))
    run(place, "revisit", **SOON)
    groups, others = asked(site)
    assert sorted(map(len, groups)) == [3, 20]
    assert sorted(path for group in groups for path in group) == paths
    assert others == Counter()


def test_a_thread_that_is_not_due_is_counted_along_and_read_only_when_its_count_has_changed(place):
    site, talk = site_of(place, {"/new/": 3, "/old/": 3, "/older/": 3}, new=datetime.now(UTC) - timedelta(minutes=5))
    talk.comments["/old/"] = 7
    time.sleep(WATCHED)
    run(place, "revisit", REVISIT_MAX_HOURS=WATCHED / 3600)
    groups, others = asked(site)
    assert groups == [["/new/", "/old/", "/older/"]]
    assert others == Counter(["/old/", "/old/#"])
    rows = {urlsplit(row["url"]).path: row for row in visits(place)[3:]}
    assert rows.pop("/new/")["outcome"] == "unchanged"
    woken = rows.pop("/old/")
    assert (woken["outcome"], woken["count_agrees"], woken["requests"]) == ("read", True, 2)
    assert rows == {}, "what is not due and has not changed was not visited"


def test_where_nothing_is_due_nothing_is_counted(place):
    site, _ = site_of(place, {"/old/": 3, "/older/": 3})
    run(place, "revisit")
    assert asked(site) == ([], Counter())


def test_a_budget_of_one_request_settles_as_many_threads_as_one_request_counts(place):
    site, _ = site_of(place, dict.fromkeys(PATHS, 3))
    run(place, "revisit", "-a", "budget=1", **SOON)
    assert asked(site) == ([PATHS], Counter())


def test_a_group_that_is_refused_is_asked_one_by_one_and_no_count_is_given_up(place):
    site, talk = site_of(place, dict.fromkeys(PATHS, 3))
    talk.refuses_more_than = 2
    talk.comments["/4/"] = 5
    run(place, "revisit", **SOON)
    groups, others = asked(site)
    assert sorted(groups) == sorted([PATHS, *([path] for path in PATHS)])
    assert others == Counter(["/4/", "/4/#"])
    rows = visits(place)[5:]
    assert sum(row["requests"] for row in rows) == 6 + 2
    talk.refuses_more_than = 100
    run(place, "revisit", **SOON)
    assert asked(site) == ([PATHS], Counter()), "the next run asks for them together again"


@pytest.mark.parametrize("how", ["nothing answers", "another shape", "robots"])
def test_counts_that_cannot_be_had_lead_to_every_page(place, how):
    site, talk = site_of(place, dict.fromkeys(PATHS[:3], 3))
    if how == "robots":
        talk["/robots.txt"] = Answer("User-agent: *\nDisallow: /api/comment?type=count\n")
    else:
        body = Answer("", 404) if how == "nothing answers" else Answer('{"errno": 1}', headers=JSON)
        whole, listed = talk.get, "/api/comment?type=count"
        talk.get = lambda path, default=None: body if path.startswith(listed) else whole(path, default)
    run(place, "revisit", **SOON)
    groups, others = asked(site)
    assert (len(groups), others) == (0 if how == "robots" else 4, Counter([*PATHS[:3], *(f"{path}#" for path in PATHS[:3])]))
    assert [(row["outcome"], row["count_agrees"]) for row in visits(place)[3:]] == [("read", False)] * 3


def test_a_thread_that_goes_on_between_its_count_and_its_reading_is_not_distrusted(place):
    site, talk = site_of(place, {"/1/": 3, "/2/": 3})
    whole = talk.get

    def goes_on(path: str, default: Any = None) -> Any:
        answer = whole(path, default)
        if path.startswith("/api/comment?type=count"):
            talk.comments["/2/"] += 1
        return answer

    talk.get = goes_on
    talk.comments["/2/"] = 4
    run(place, "revisit", **SOON)
    read = visits(place)[-1]
    assert (read["outcome"], read["count_agrees"]) == ("read", None), "counted were 4, read 5, and 3 are known"
    asked(site)
    run(place, "revisit", **SOON)
    assert asked(site)[0] == [["/1/", "/2/"]]


@pytest.mark.parametrize("signal_", [signal.SIGKILL, signal.SIGINT])
def test_a_crawl_that_ends_while_counts_are_asked_for_goes_on_with_all_of_them(place, signal_):
    site, talk = site_of(place, dict.fromkeys(PATHS, 3))
    talk.comments["/3/"] = 4
    talk.wait = 30.0 if signal_ == signal.SIGKILL else 3.0
    process = place.start("crawl", "revisit", **SOON)
    deadline = time.monotonic() + 30
    while not any("type=count" in one.path for one in site.asked):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(signal_)
    process.communicate(timeout=60)
    assert process.returncode != 0 or signal_ == signal.SIGINT
    talk.wait = 0.0
    site.asked.clear()
    run(place, "revisit", **SOON)
    rows = visits(place)[5:]
    assert {urlsplit(row["url"]).path for row in rows} == set(PATHS)
    assert Counter(row["outcome"] for row in rows if urlsplit(row["url"]).path == "/3/")["read"] == 1
    assert {row["outcome"] for row in rows} <= {"read", "unchanged"}
    assert len(place.open().comments().to_pylist()) == 16
