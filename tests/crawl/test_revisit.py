"""``scrapy crawl revisit``: what is due is visited, with as little as is needed, and what happened is in the archive."""

from __future__ import annotations

import json
import subprocess
import time

import pytest
from loopback import HTML, Answer, LoopbackSite
from running import Place, page, two_pages

from crawler.extract.urls import site_of
from crawler.schedule.due import due_pages, most_urgent
from crawler.schedule.model import DAY, Pace


def run(place: Place, *words: str, **settings: object) -> subprocess.CompletedProcess[str]:
    done = place.run("crawl", *words, **settings)
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def visits(place: Place) -> list[dict[str, object]]:
    rows = place.open().visits(history=True).to_pylist()
    return sorted(rows, key=lambda row: row["observed_at"])


def test_every_visit_leaves_a_row_with_its_validators_and_its_cost(place):
    site = LoopbackSite({"/a/": Answer(page(1), headers={**HTML, "ETag": '"v1"', "Last-Modified": "Tue, 01 Oct 2024 10:00:00 GMT"})})
    run(place, "pages", "-a", f"url={site.url('/a/')}")
    [row] = visits(place)
    assert (row["outcome"], row["http_status"], row["threads"], row["requests"]) == ("read", 200, 1, 1)
    assert (row["etag"], row["last_modified"]) == ('"v1"', "Tue, 01 Oct 2024 10:00:00 GMT")
    assert row["size"] == len(page(1).encode())


def test_nothing_is_due_right_after_a_visit_of_a_quiet_page(place):
    site = LoopbackSite({"/a/": Answer(page(1), headers=HTML)})
    run(place, "pages", "-a", f"url={site.url('/a/')}")
    before = len(site.asked)
    run(place, "revisit")
    assert len(site.asked) == before


def conditional(site: LoopbackSite, path: str, body: str, tag: str) -> None:
    """A page that answers 304 to whoever has it."""

    def answer(_: int) -> Answer:
        if site.asked[-1].headers.get("If-None-Match") == tag:
            return Answer(b"", status=304, headers={"ETag": tag})
        return Answer(body, headers={**HTML, "ETag": tag})

    site.paths[path] = answer


def test_a_page_that_is_unchanged_costs_one_request_without_a_body_and_still_does_the_next_time(place):
    site = LoopbackSite({})
    conditional(site, "/a/", page(1), '"v1"')
    run(place, "pages", "-a", f"url={site.url('/a/')}")
    for _ in range(2):
        done = run(place, "revisit", "-a", "which=all")
        assert "Skipped: 1 unchanged" in done.stdout
    assert [(row["outcome"], row["etag"]) for row in visits(place)] == [("read", '"v1"'), *[("unchanged", '"v1"')] * 2]
    assert len(place.open().threads(history=True).to_pylist()) == 1
    conditional(site, "/a/", page(1, comments=3), '"v2"')
    run(place, "revisit", "-a", "which=all")
    assert visits(place)[-1]["etag"] == '"v2"'
    assert len(place.open().comments().to_pylist()) == 3


def test_a_server_that_always_says_unchanged_is_believed_seven_times_and_not_at_all_after_it_misled(place):
    site = LoopbackSite({})
    conditional(site, "/a/", page(1), '"of-the-article"')
    run(place, "pages", "-a", f"url={site.url('/a/')}")
    conditional(site, "/a/", page(1, comments=3), '"of-the-article"')
    for _ in range(8):
        run(place, "revisit", "-a", "which=all")
    assert [row["outcome"] for row in visits(place)] == ["read", *["unchanged"] * 7, "read"]
    assert len(place.open().comments().to_pylist()) == 3
    conditional(site, "/a/", page(1, comments=4), '"of-the-article"')
    run(place, "revisit", "-a", "which=all")
    assert len(place.open().comments().to_pylist()) == 4
    conditional(site, "/a/", page(1, comments=5), '"of-the-comments"')
    for _ in range(2):
        run(place, "revisit", "-a", "which=all")
    assert [row["outcome"] for row in visits(place)][-2:] == ["read", "unchanged"]


def test_an_older_copy_from_a_cache_takes_nothing_back(place):
    site = LoopbackSite({"/a/": Answer(page(1, comments=2), headers=HTML)})
    run(place, "pages", "-a", f"url={site.url('/a/')}")
    site.paths["/a/"] = Answer(page(1, comments=3).replace("Text 1", "Other words"), headers=HTML)
    run(place, "revisit", "-a", "which=all")
    site.paths["/a/"] = Answer(page(1, comments=2), headers={**HTML, "Age": "3600"})
    done = place.run("crawl", "revisit", "-a", "which=all")
    assert done.returncode == 3
    assert "a cache sent a copy that is 1:00:00 old (Age); comments met since that it lacks: 1" in done.stdout
    changes = [row["change"] for row in place.open().comments(history=True).to_pylist()]
    assert sorted(changes) == ["edited", "new", "new", "new"]


def test_one_whose_page_was_the_same_is_believed_again(place):
    site = LoopbackSite({})
    conditional(site, "/a/", page(1), '"v1"')
    run(place, "pages", "-a", f"url={site.url('/a/')}")
    for _ in range(9):
        run(place, "revisit", "-a", "which=all")
    assert [row["outcome"] for row in visits(place)] == ["read", *["unchanged"] * 7, "read", "unchanged"]


def test_that_a_page_is_unchanged_says_nothing_of_its_further_comment_pages(place):
    site = LoopbackSite({})
    first, older = two_pages()
    conditional(site, "/post/", first, '"v1"')
    site.paths["/post/comment-page-1/"] = Answer(older, headers=HTML)
    run(place, "pages", "-a", f"url={site.url('/post/')}")
    site.paths["/post/comment-page-1/"] = Answer(older.replace("Text 2", "Other words"), headers=HTML)
    run(place, "revisit", "-a", "which=all")
    assert [row["outcome"] for row in visits(place)] == ["read", "read"]
    assert sorted(row["change"] for row in place.open().comments(history=True).to_pylist()) == ["edited", *["new"] * 8]


def test_new_edited_removed_and_restored_comments_are_seen_by_revisits(place):
    site = LoopbackSite({})
    run_of = [
        page(1, comments=4),
        page(1, comments=5),
        page(1, comments=5, c102="other words"),
        page(1, comments=3, c102="other words"),
        page(1, comments=5, c102="other words"),
    ]
    site.paths["/a/"] = Answer(run_of[0], headers=HTML)
    run(place, "pages", "-a", f"url={site.url('/a/')}")
    for body in run_of[1:]:
        site.paths["/a/"] = Answer(body, headers=HTML)
        run(place, "revisit", "-a", "which=all")
    changes = [row["change"] for row in sorted(place.open().comments(history=True).to_pylist(), key=lambda row: row["observed_at"])]
    assert changes == ["new"] * 4 + ["new", "edited", "removed", "removed", "restored", "restored"]


def test_a_page_that_went_is_asked_for_again_and_comes_back(place):
    site = LoopbackSite({"/a/": Answer(page(1), headers=HTML)})
    run(place, "pages", "-a", f"url={site.url('/a/')}")
    del site.paths["/a/"]
    done = place.run("crawl", "revisit", "-a", "which=all")
    assert done.returncode == 0, "what went is found out and archived, not lost"
    assert "Skipped: 1 gone" in done.stdout
    assert [row["http_status"] for row in place.open().pages().to_pylist()] == [404]
    told = place.run("archive", "history", site.url("/a/")).stdout.splitlines()
    assert told[-2].endswith("page      gone")
    assert "answered with status 404" in told[-1]
    site.paths["/a/"] = Answer(page(1), headers=HTML)
    run(place, "revisit", "-a", "which=all", FRONTIER_CONTINUE=False)
    assert [row["outcome"] for row in visits(place)] == ["read", "gone", "read"]


def test_a_thread_that_moved_with_its_page_and_is_empty_now_has_one_ledger_of_the_visit(place):
    site = LoopbackSite({"/a/": Answer(page(1), headers=HTML)})
    run(place, "pages", "-a", f"url={site.url('/a/')}")
    site.paths |= {"/a/": Answer("", 301, {"Location": "/b/"}), "/b/": Answer(page(1, comments=0), headers=HTML)}
    run(place, "revisit", "-a", "which=all")
    ledgers = sorted(place.open().threads(history=True).to_pylist(), key=lambda row: row["observed_at"])
    assert [(row["verdict"], row["removed"]) for row in ledgers] == [("complete", 0), ("none", 2)]
    assert place.run("archive", "verify").returncode == 0


BARE = "<title>A video</title><body><h1>A video</h1><p>" + "Words about it. " * 60


@pytest.mark.parametrize("now", [Answer(BARE, headers=HTML), Answer("", 301, {"Location": "/another/"})])
@pytest.mark.parametrize("again", [["revisit", "-a", "which=all"], ["pages", "-a", "url={}"], ["site", "-a", "url={}"]])
def test_a_thread_that_its_page_does_not_show_any_more_is_told_once_and_nothing_of_it_called_removed(place, again, now):
    site = LoopbackSite({"/a/": Answer(page(1, comments=5), headers=HTML), "/b/": Answer(page(2), headers=HTML)})
    run(place, "pages", "-a", f"url={site.url('/a/')},{site.url('/b/')}")
    site.paths |= {"/a/": now, "/another/": Answer(BARE, headers=HTML)}
    site.paths["/"] = Answer("<title>Home</title><a href='/a/'>A video</a>", headers=HTML)
    again = [word.format(site.url("/" if "site" in again else "/a/")) for word in again]
    done = place.run("crawl", *again)
    assert done.returncode == 3
    assert "the page does not show this thread any more, of which 5 comments were read" in done.stdout
    ledgers = sorted(place.open().threads().to_pylist(), key=lambda row: row["verdict"])
    assert [(row["verdict"], row["captured"], row["state"]) for row in ledgers] == [("complete", 2, "open"), ("unknown", 0, "none")]
    assert {row["change"] for row in place.open().comments(history=True).to_pylist()} == {"new"}
    history = place.run("archive", "history", site.url("/a/")).stdout
    assert "does not show this thread any more" in history
    run(place, *again)
    site.paths["/a/"] = Answer(page(1, comments=4), headers=HTML)
    run(place, "revisit", "-a", "which=all")
    changes = [row["change"] for row in place.open().comments(history=True).to_pylist()]
    assert sorted(changes) == ["new"] * 7 + ["removed"]
    assert {row["verdict"] for row in place.open().threads().to_pylist()} == {"complete"}


def test_the_schedule_is_made_from_the_archive_alone(place, tmp_path):
    site = LoopbackSite({f"/{n}/": Answer(page(n), headers=HTML) for n in range(1, 6)})
    run(place, "pages", "-a", "url=" + ",".join(site.url(f"/{n}/") for n in range(1, 6)))
    now = time.time()
    soon = list(due_pages(place.open(), now + 60, Pace()))
    late = list(due_pages(place.open(), now + 200 * DAY, Pace()))
    assert (len(soon), len(late)) == (5, 5)
    assert all(page.urgency < 1 for page in soon)
    assert all(page.urgency >= 1 for page in late)
    assert len(most_urgent(iter(late), 3)) == 3
    other = Place(tmp_path / "another-machine")
    other.folder.mkdir()
    done = other.run("crawl", "revisit", "-a", "which=all", ARCHIVE_URI=place.uri)
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(visits(place)) == 10


def test_visits_by_a_clock_that_was_a_year_ahead_or_behind_do_not_keep_a_page_from_being_due(place):
    site = LoopbackSite({"/a/": Answer(page(1), headers=HTML)})
    run(place, "pages", "-a", f"url={site.url('/a/')}")
    now = time.time()
    [ahead] = due_pages(place.open(), now - 365 * DAY, Pace())
    assert ahead.urgency >= 1, "its only visit seems to be a year ahead"
    assert ahead.due_at < now - 365 * DAY
    [behind] = due_pages(place.open(), now + 365 * DAY, Pace())
    assert behind.urgency >= 1
    [right] = due_pages(place.open(), now + 60, Pace())
    assert right.urgency < 1


@pytest.mark.parametrize(
    ("argument", "words"),
    [
        ("budget=-3", "a number of requests"),
        ("which=some", "due, or all"),
        ("urls=x", "knows the arguments"),
        ("site=", "leave it out to visit all"),
        ("site=example.org,https://", "leave it out to visit all"),
    ],
)
def test_a_wrong_argument_is_refused_before_anything_starts(place, argument, words):
    done = place.run("crawl", "revisit", "-a", argument)
    assert (done.returncode, words in done.stderr) == (2, True)


def test_an_archive_without_the_pages_that_are_to_be_revisited_is_named(place):
    done = place.run("crawl", "revisit")
    assert done.returncode == 1
    assert f"archive: {place.uri} holds no page: `scrapy crawl site` archives pages" in done.stdout
    site = LoopbackSite({"/a/": Answer(page(1), headers=HTML)})
    run(place, "pages", "-a", f"url={site.url('/a/')}")
    assert run(place, "revisit", "-a", f"site=127.0.0.1:{site.port}").returncode == 0
    done = place.run("crawl", "revisit", "-a", f"site=127.0.0.1:{site.port},typo.example")
    assert done.returncode == 1
    assert f"{place.uri} holds no page of typo.example" in done.stdout


def test_a_thread_of_a_service_that_has_ended_stops_no_revisit(place):
    dead = page(1).replace("</body>", '<div class="g-comments" data-href="https://example.org/a/"></div></body>')
    site = LoopbackSite({"/a/": Answer(dead, headers=HTML), "/b/": Answer(page(2), headers=HTML)})
    run(place, "pages", "-a", f"url={site.url('/a/')},{site.url('/b/')}")
    known = {row["system"] for row in place.open().threads().to_pylist()}
    assert "wordpress" in known
    assert len(known) == 2, "the page shows a thread of a system that is not read"
    run(place, "revisit", "-a", "which=all")
    assert [row["outcome"] for row in visits(place)] == ["read"] * 4


# --- counts first -------------------------------------------------------------------------------------------------

SOON = {"REVISIT_MIN_HOURS": 0, "REVISIT_MAX_HOURS": 0.000001}
"""Bounds at which everything is due at once."""


def isso_page(site: LoopbackSite) -> str:
    embed = f'<script data-isso="{site.url("/api/")}" src="{site.url("/api/js/embed.min.js")}"></script><section id="isso-thread"></section>'
    return f"<!doctype html><html lang=en><head><title>A video</title></head><body><h1>A video</h1><p>About it.</p>{embed}</body></html>"


def isso(site: LoopbackSite, comments: int, *, stated: int | None = None) -> None:
    """An Isso with so many comments, half of them replies; its count may state another number than its list."""
    rows = [
        {"id": n, "parent": None if n % 2 else n - 1, "text": f"<p>Text {n}</p>", "mode": 1, "author": f"Reader {n}",
         "website": None, "created": 1.7e9 + n, "modified": None, "likes": 0, "dislikes": 0}
        for n in range(1, comments + 1)
    ]  # fmt: skip
    top = [row | {"replies": [one for one in rows if one["parent"] == row["id"]]} for row in rows if row["parent"] is None]
    for row in top:
        row |= {"total_replies": len(row["replies"]), "hidden_replies": 0}
    whole = {"id": None, "total_replies": comments, "hidden_replies": 0, "replies": top}
    short = whole | {"total_replies": comments if stated is None else stated, "hidden_replies": len(top), "replies": []}
    for query, answer in (("limit=200&nested_limit=100000&offset=0&sort=oldest", whole), ("limit=0", short)):
        site.paths[f"/api/?uri=%2Fa%2F&{query}"] = Answer(json.dumps(answer), headers={"Content-Type": "application/json"})


@pytest.fixture
def counted(place) -> LoopbackSite:
    """A site whose page was visited while its Isso held four comments."""
    site = LoopbackSite({})
    conditional(site, "/a/", isso_page(site), '"v1"')
    isso(site, 4)
    run(place, "pages", "-a", f"url={site.url('/a/')}")
    site.asked.clear()
    return site


def asked(site: LoopbackSite) -> list[str]:
    """What was asked for since the last time, robots.txt left out."""
    paths = [one.path.partition("?")[0] + ("?count" if "limit=0" in one.path else "") for one in site.asked]
    site.asked.clear()
    return [path for path in paths if path != "/robots.txt"]


def test_a_count_that_is_the_same_settles_a_visit_with_one_request_three_times_and_then_the_page_is_read(place, counted):
    for _ in range(3):
        run(place, "revisit", **SOON)
        assert asked(counted) == ["/api/?count"]
    run(place, "revisit", **SOON)
    assert asked(counted) == ["/a/", "/api/"]
    rows = visits(place)
    assert [(row["outcome"], row["stated"], row["requests"]) for row in rows] == [("read", None, 2), *[("unchanged", 4, 1)] * 3, ("read", None, 2)]
    assert rows[1]["etag"] == '"v1"'


def test_a_count_that_differs_is_followed_by_the_whole_page_and_both_are_counted(place, counted):
    isso(counted, 6)
    run(place, "revisit", **SOON)
    headers = next(one.headers for one in counted.asked if one.path == "/a/")
    assert "If-None-Match" not in headers
    assert asked(counted) == ["/api/?count", "/a/", "/api/"]
    last = visits(place)[-1]
    assert (last["outcome"], last["requests"], last["count_agrees"]) == ("read", 3, True)
    assert len(place.open().comments().to_pylist()) == 6
    run(place, "revisit", **SOON)
    assert asked(counted) == ["/api/?count"]


@pytest.mark.parametrize("stated", [9, None])
def test_a_count_that_never_agrees_or_cannot_be_had_is_not_asked_for_again(place, counted, stated):
    isso(counted, 4, stated=stated)
    if stated is None:
        counted.paths["/api/?uri=%2Fa%2F&limit=0"] = Answer("no", 404)
    run(place, "revisit", **SOON)
    assert asked(counted) == ["/api/?count", "/a/", "/api/"]
    assert visits(place)[-1]["count_agrees"] is False
    run(place, "revisit", **SOON)
    assert asked(counted) == ["/a/", "/api/"]


# --- addresses that are not the page's own ------------------------------------------------------------------------


def test_a_page_that_moved_to_another_site_is_visited_there_and_not_due_here_for_months(place):
    old, new = LoopbackSite({"/a/": Answer(page(1), headers=HTML)}), LoopbackSite({"/a/": Answer(page(1), headers=HTML)})
    run(place, "pages", "-a", f"url={old.url('/a/')}")
    old.paths["/a/"] = Answer("", 301, headers={"Location": new.url("/a/")})
    run(place, "revisit", **SOON)
    rows = visits(place)
    assert [(row["outcome"], row["site"]) for row in rows[:1]] == [("read", f"127.0.0.1:{old.port}")]
    assert {(row["outcome"], row["site"], row["detail"]) for row in rows[1:]} == {
        ("moved", f"127.0.0.1:{old.port}", new.url("/a/")), ("read", f"127.0.0.1:{new.port}", None),
    }  # fmt: skip
    due = {site_of(one.url): one.urgency >= 1 for one in due_pages(place.open(), time.time() + 20 * DAY, Pace())}
    assert due == {f"127.0.0.1:{old.port}": False, f"127.0.0.1:{new.port}": True}


def test_every_look_at_a_page_with_another_canonical_address_is_its_own(place):
    site = LoopbackSite({})
    body = page(1).replace("<title>", f'<link rel="canonical" href="{site.url("/a/")}"><title>')
    conditional(site, "/story/?id=1", body, '"v1"')
    run(place, "pages", "-a", f"url={site.url('/story/?id=1')}")
    run(place, "revisit", **SOON)
    read, unchanged = visits(place)
    assert (unchanged["outcome"], unchanged["page_id"]) == ("unchanged", read["page_id"])
    site.paths["/story/?id=1"] = Answer("no", 500)
    assert place.run("crawl", "revisit", RETRY_TIMES=0, **SOON).returncode == 1
    [one] = due_pages(place.open(), time.time() + 60, Pace(floor=600))
    assert one.due_at - visits(place)[-1]["observed_at"].timestamp() == pytest.approx(1200), "twice the wait after a failure"
