"""What a user of ``scrapy crawl`` is promised."""

from __future__ import annotations

import json
import os
import signal
import time

import pytest
from loopback import HTML, Answer
from running import ENVIRONMENT, page


def test_a_page_with_its_thread_is_archived_and_the_exit_status_is_0(loopback, place):
    site = loopback({"/a/": Answer(page(comments=3), headers=HTML)})
    done = place.crawl(site.url("/a/"))
    assert done.returncode == 0, done.stderr
    held = place.open()
    assert held.pages().to_table().column("title").to_pylist() == ["A video"]
    assert [row["text"] for row in held.comments().to_pylist()] == ["Text 0", "Text 1", "Text 2"]
    ledger = held.threads().to_pylist()[0]
    assert (ledger["verdict"], ledger["captured"], ledger["new"]) == ("complete", 3, 3)
    assert "complete" in done.stdout
    assert place.uri in done.stdout
    assert "duckdb" in done.stdout


def test_the_same_crawl_again_writes_no_row_but_its_ledgers(loopback, place):
    site = loopback({"/a/": Answer(page(comments=3), headers=HTML)})
    for _ in range(2):
        assert place.crawl(site.url("/a/")).returncode == 0
    held = place.open()
    assert held.comments(history=True).to_table().num_rows == 3
    assert held.pages(history=True).to_table().num_rows == 1
    ledgers = sorted(held.threads(history=True).to_pylist(), key=lambda row: row["started_at"])
    assert [ledger["new"] for ledger in ledgers] == [3, 0]


def test_edits_removals_and_restorations_are_rows(loopback, place):
    site = loopback({"/a/": Answer(page(comments=3), headers=HTML)})
    place.crawl(site.url("/a/"))
    site.paths["/a/"] = Answer(page(comments=2, c101="edited"), headers=HTML)
    place.crawl(site.url("/a/"))
    site.paths["/a/"] = Answer(page(comments=3, c101="edited"), headers=HTML)
    assert place.crawl(site.url("/a/")).returncode == 0
    rows = place.open().comments(history=True).to_pylist()
    changes = {
        native: [row["change"] for row in sorted(rows, key=lambda row: row["observed_at"]) if row["native_id"] == native]
        for native in ("100", "101", "102")
    }
    assert changes == {"100": ["new"], "101": ["new", "edited"], "102": ["new", "removed", "restored"]}


def test_a_comment_is_not_called_removed_when_its_comment_page_failed(loopback, place):
    pager = '<nav class="comment-navigation"><a href="/a/comment-page-{}/">more</a></nav><div id="respond">'
    first = Answer(page(comments=2).replace('<div id="respond">', pager.format(2)), headers=HTML)
    second = Answer(page(comments=4).replace('<div id="respond">', pager.format(1)), headers=HTML)
    site = loopback({"/a/": first, "/a/comment-page-1/": first, "/a/comment-page-2/": second})
    assert place.crawl(site.url("/a/")).returncode == 0
    site.paths["/a/comment-page-2/"] = Answer("broken", 500, headers=HTML)
    done = place.crawl(site.url("/a/"))
    assert done.returncode == 3
    held = place.open()
    assert {row["change"] for row in held.comments(history=True).to_pylist()} == {"new"}
    ledger = max(held.threads(history=True).to_pylist(), key=lambda row: row["started_at"])
    assert (ledger["verdict"], ledger["stop_reason"]) == ("partial", "error")
    assert "comment-page-2" in ledger["stop_detail"]
    assert "comment-page-2" in done.stdout


def test_a_lost_page_makes_the_exit_status_1_and_is_named(loopback, place):
    site = loopback({"/a/": Answer(page(), headers=HTML)})
    done = place.crawl(site.url("/a/"), site.url("/gone/"))
    assert done.returncode == 1
    assert site.url("/gone/") in done.stdout
    assert "404" in done.stdout
    held = place.open()
    assert held.pages().to_table().num_rows == 1
    crawl = held.crawls().to_pylist()[0]
    assert crawl["pages_failed"] == 1
    assert json.loads(crawl["failures"])[0]["url"] == site.url("/gone/")


def test_a_page_that_was_there_and_is_gone_now_gets_a_row(loopback, place):
    site = loopback({"/a/": Answer(page(), headers=HTML)})
    place.crawl(site.url("/a/"))
    site.paths["/a/"] = Answer("gone", 410)
    assert place.crawl(site.url("/a/")).returncode == 1
    assert place.open().pages().to_pylist()[0]["http_status"] == 410


def test_what_robots_forbid_is_not_fetched_but_reported(loopback, place):
    site = loopback(
        {"/robots.txt": Answer("User-agent: *\nDisallow: /private/"), "/private/": Answer(page(), headers=HTML)}
    )
    done = place.crawl(site.url("/private/"))
    assert done.returncode == 1
    assert "robots.txt" in done.stdout
    assert site.times("/private/") == []


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["crawl", "pages"], "url_file"),
        (["crawl", "--loud", "pages"], "'--loud' belongs to no option of scrapy crawl"),
        (["crawl", "pages", "https://example.org/"], "'https://example.org/' belongs to no option of scrapy crawl"),
        (["crawl", "pages", "-a", "url_file=no/such/file"], "no/such/file"),
        (["crawl", "pages", "-a", "urls=https://example.org/"], "urls"),
        (["crawl", "pages", "-a", "url=example.org/video"], "example.org/video"),
        (["crawl", "nobody", "-a", "url=https://example.org/"], "pages"),
        (["crawl", "pages", "-a", "url=https://example.org/", "-s", "FLUSH_ROWS=many"], "FLUSH_ROWS"),
        (["crawl", "pages", "-a", "url=https://example.org/", "-s", "ARCHIVE_URI=gopher://x/"], "gopher"),
        (["crawl", "pages", "-a", "url=https://example.org/", "-s", "ARCHIVE_URI=s3:/bucket/x"], "s3://bucket/prefix"),
        (["crawl", "pages", "-a", "url=https://example.org/", "-s", "archive_uri=/srv/news"], "ARCHIVE_URI is meant"),
        (["crawl", "pages", "-a", f"url_file={os.devnull}"], os.devnull),
        (["crawl", "pages", "-a", "url=https://example.org/1", "-a", "url=https://example.org/2"], "-a url=... is given twice"),
        (["crawl", "pages", "-a", f"url=https://example.org/?q={'x' * 9000}"], "longer than 8,192 characters"),
        (["crawl", "pages", "-a", "url=https://example.org/", "-s", "LOG_LEVEL=LOUD"], "LOG_LEVEL is 'LOUD'"),
        (["crawl", "pages", "-a", "url=https://example.org/", "-L", "loud"], "LOG_LEVEL is 'loud'"),
        (["crawl", "pages", "-a", "url=https://example.org/", "-s", "ARCHIVE_URI=~/news"], "write the whole path"),
    ],
)
def test_a_wrong_command_line_is_explained_in_one_line_and_nothing_is_started(place, words, named):
    done = place.run(*words)
    assert done.returncode == 2
    assert named in done.stderr
    assert "Traceback" not in done.stderr
    assert not (place.folder / "archive").exists()


@pytest.mark.parametrize(
    ("name", "value"), [("AWS_PROFILE", "nobody"), ("AWS_ENDPOINT_URL", "127.0.0.1:9000")]
)
def test_an_environment_that_no_store_can_be_made_of_is_explained_and_nothing_is_started(place, monkeypatch, name, value):
    monkeypatch.setitem(ENVIRONMENT, name, value)
    done = place.crawl("http://127.0.0.1:9/a/", ARCHIVE_URI="s3://bucket/prefix")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "s3://bucket/prefix" in done.stderr.splitlines()[-1]


def test_an_archive_that_cannot_be_written_ends_the_crawl_with_its_name(loopback, place):
    site = loopback({"/a/": Answer(page(), headers=HTML)})
    (place.folder / "archive").write_text("a file is in the way")
    done = place.crawl(site.url("/a/"))
    assert done.returncode == 1
    assert place.uri in done.stdout + done.stderr
    assert "Traceback" not in done.stdout
    assert (place.folder / "archive").read_text() == "a file is in the way"


def test_a_crawl_that_could_not_start_says_so_after_the_cause(place):
    done = place.crawl("https://example.org/", LOGSTATS_INTERVAL="often")
    assert done.returncode == 1
    assert done.stderr.count("Traceback") == 1
    assert "'often'" in done.stderr
    assert done.stderr.endswith("scrapy crawl: the crawl did not start; the log above says why\n")


def test_a_list_in_another_encoding_is_refused(place):
    file = place.folder / "pages.txt"
    file.write_text("https://example.org/\r\n", encoding="utf-16")
    done = place.run("crawl", "pages", "-a", f"url_file={file}")
    assert done.returncode == 2
    assert f"{file}: it is UTF-16; save it as UTF-8" in done.stderr


def test_addresses_come_from_a_file_or_from_stdin_and_each_is_visited_once(loopback, place):
    site = loopback({f"/{n}/": Answer(page(n), headers=HTML) for n in (1, 2)})
    lines = f"# pages\n{site.url('/1/')}\n\n{site.url('/2/')}?utm_source=x\n{site.url('/2/')}\n"
    file = place.folder / "urls.txt"
    file.write_text(lines, encoding="utf-8")
    assert place.run("crawl", "pages", "-a", f"url_file={file}").returncode == 0
    assert place.open().pages().to_table().num_rows == 2
    assert len(site.times("/2/")) + len(site.times("/2/?utm_source=x")) == 1
    assert place.run("crawl", "pages", "-a", "url_file=-", stdin=lines.encode()).returncode == 0


@pytest.mark.parametrize("spider", ["pages", "site"])
def test_a_list_from_stdin_that_holds_no_address_is_a_loss(place, spider):
    done = place.run("crawl", spider, "-a", "url_file=-", stdin=b"# nothing\n\n")
    assert done.returncode == 1
    assert "no address" in done.stdout


def test_lines_may_end_as_on_any_machine(loopback, place):
    site = loopback({f"/{n}/": Answer(page(n), headers=HTML) for n in (1, 2, 3)})
    file = place.folder / "urls.txt"
    file.write_bytes(f"\ufeff# pages\r{site.url('/1/')}\r{site.url('/2/')}\r\n{site.url('/3/')}\n".encode())
    assert place.run("crawl", "pages", "-a", f"url_file={file}").returncode == 0
    assert place.open().pages().to_table().num_rows == 3


def test_the_captures_can_be_written_to_a_file_for_looking_inside(loopback, place):
    site = loopback({"/1/": Answer(page(comments=3), headers=HTML)})
    file = place.folder / "captures.jsonl"
    done = place.run("crawl", "pages", "-a", f"url={site.url('/1/')}", "-O", str(file))
    assert (done.returncode, "Traceback" in done.stderr) == (0, False)
    captures = [json.loads(line) for line in file.read_text().splitlines()]
    assert [len(one["comments"]) for one in captures] == [3, 0, 0]
    assert captures[0]["comments"][0]["text"] == "Text 0"


def test_a_line_that_is_no_address_is_reported_and_the_others_are_visited(loopback, place):
    site = loopback({"/1/": Answer(page(), headers=HTML)})
    file = place.folder / "urls.txt"
    file.write_bytes(b"ftp://example.org/x\nnot an address\n\xff\xfe\n" + site.url("/1/").encode())
    done = place.run("crawl", "pages", "-a", f"url_file={file}")
    assert done.returncode == 1
    assert "not an address" in done.stdout
    assert place.open().pages().to_table().num_rows == 1


def test_ctrl_c_commits_what_was_read_and_the_next_run_doubles_nothing(loopback, place):
    paths = {f"/{n}/": Answer(page(n), headers=HTML, wait=0.1) for n in range(1, 60)}
    site = loopback(paths)
    urls = ",".join(site.url(path) for path in paths)
    running = place.start("crawl", "pages", "-a", f"url={urls}", CONCURRENT_REQUESTS_PER_DOMAIN=2)
    deadline = time.monotonic() + 60
    while len(site.asked) < 12 and time.monotonic() < deadline:
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    output = running.communicate(timeout=60)[0].decode()
    assert running.returncode == 1, output
    assert "not visited" in output
    first = place.open().comments(history=True).to_table().num_rows
    assert 0 < first < 2 * 59
    assert place.crawl(*(site.url(path) for path in paths)).returncode == 0
    rows = place.open().comments(history=True).to_table()
    assert rows.num_rows == len(set(rows.column("comment_id").to_pylist())) == 2 * 59


@pytest.mark.parametrize(
    ("is_heard", "status"), [(signal.SIG_DFL, 1), (signal.SIG_IGN, 0)], ids=["a terminal", "nohup"]
)
def test_a_crawl_whose_terminal_is_gone_commits_what_was_read_and_the_next_run_goes_on(loopback, place, is_heard, status):
    paths = {f"/{n}/": Answer(page(n), headers=HTML, wait=0.1) for n in range(1, 40)}
    site = loopback(paths)
    command = ["crawl", "pages", "-a", "url=" + ",".join(map(site.url, paths))]
    before = signal.signal(signal.SIGHUP, is_heard)  # what a process begins with, these tests may run below `nohup`
    try:
        running = place.start(*command, CONCURRENT_REQUESTS_PER_DOMAIN=2)
    finally:
        signal.signal(signal.SIGHUP, before)
    deadline = time.monotonic() + 60
    while len(site.asked) < 12 and time.monotonic() < deadline:
        time.sleep(0.05)
    running.send_signal(signal.SIGHUP)  # by the kernel
    time.sleep(0.1)
    running.send_signal(signal.SIGHUP)  # by the shell
    output = running.communicate(timeout=60)[0].decode()
    assert running.returncode == status, output
    read = place.open().comments(history=True).to_table().num_rows
    assert 0 < read < 2 * 39 if status else read == 2 * 39
    assert ("not visited" in output) == bool(status)
    again = place.run(*command)
    assert again.returncode == 0
    assert ("Continued:" in again.stdout) == bool(status)
    assert place.open().comments(history=True).to_table().num_rows == 2 * 39


def test_every_page_asked_for_is_visited_or_named_after_ctrl_c(loopback, place):
    paths = {f"/{n}/": Answer(page(n), headers=HTML, wait=0.1) for n in range(1, 40)}
    site = loopback(paths)
    running = place.start("crawl", "pages", "-a", "url=" + ",".join(map(site.url, paths)), CONCURRENT_REQUESTS_PER_DOMAIN=2)
    deadline = time.monotonic() + 60
    while len(site.asked) < 6 and time.monotonic() < deadline:
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=60)
    crawl = place.open().crawls().to_pylist()[0]
    named = {failure["url"] for failure in json.loads(crawl["failures"])}
    visited = set(place.open().pages().to_table().column("url").to_pylist())
    assert visited | named == {site.url(path) for path in paths}
    assert not visited & named
    assert crawl["reason"] == "shutdown"
