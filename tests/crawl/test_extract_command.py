"""What a user of ``scrapy extract`` is promised."""

from __future__ import annotations

import json
import subprocess

from loopback import HTML, Answer
from running import ENVIRONMENT, PROJECT, page


def test_a_saved_page_becomes_one_line_of_json_and_nothing_is_written(place):
    file = place.folder / "saved.html"
    file.write_text(page(comments=2), encoding="utf-8")
    done = place.run("extract", str(file), "--url", "https://www.example.org/a/?utm_source=x#comments")
    assert done.returncode == 0, done.stderr
    line = json.loads(done.stdout)
    assert line["source"] == str(file)
    assert line["page"]["canonical_url"] == "https://www.example.org/a/"
    assert line["page"]["title"] == "A video"
    assert [comment["author_name"] for comment in line["threads"][0]["comments"]] == ["Reader 0", "Reader 1"]
    assert line["threads"][0]["comments"][0]["published_at"] == "2024-05-01T10:00:00Z"
    assert {"shares", "subscribes"} <= set(line)
    assert not (place.folder / "archive").exists()


def test_a_saved_page_is_read_without_any_request_and_a_thread_that_goes_on_is_partial(loopback, place):
    site = loopback({})
    pager = f'<nav class="comment-navigation"><a href="{site.url("/a/comment-page-2/")}">more</a></nav><div id="respond">'
    file = place.folder / "saved.html"
    file.write_text(page(comments=2).replace('<div id="respond">', pager), encoding="utf-8")
    done = place.run("extract", str(file), "--url", site.url("/a/"))
    thread = json.loads(done.stdout)["threads"][0]
    assert (thread["verdict"], thread["captured"]) == ("partial", 2)
    assert site.asked == []


def test_a_file_that_does_not_tell_its_address_has_none(place):
    file = place.folder / "saved.html"
    file.write_text(page(), encoding="utf-8")
    line = json.loads(place.run("extract", str(file)).stdout)
    assert line["page"]["url"] is None
    assert line["page"]["canonical_url"] is None
    assert len(line["threads"][0]["comments"]) == 2
    assert "unknown.invalid" not in json.dumps(line)


def test_addresses_are_visited_with_their_whole_threads(loopback, place):
    site = loopback({"/a/": Answer(page(comments=2), headers=HTML), "/b/": Answer(page(2), headers=HTML)})
    done = place.run("extract", site.url("/a/"), site.url("/b/"))
    assert done.returncode == 0, done.stderr
    lines = {line["source"]: line for line in map(json.loads, done.stdout.splitlines())}
    assert set(lines) == {site.url("/a/"), site.url("/b/")}
    assert lines[site.url("/a/")]["threads"][0]["verdict"] == "complete"


def test_an_address_with_comments_in_unknown_markup_is_visited_without_an_archive(loopback, place):
    rows = "".join(
        f'<div class="comment"><b class="author">Reader {n}</b> <i class="date">2020-05-{n + 10} 10:00</i>'
        f"<p>This is what reader number {n} has to say about the new bridge.</p></div>"
        for n in (1, 2, 3)
    )
    site = loopback({"/a/": Answer(f"<html lang=en><body><h1>The bridge</h1>{rows}</body></html>", headers=HTML)})
    done = place.run("extract", site.url("/a/"))
    assert done.returncode == 0, done.stderr
    [thread] = json.loads(done.stdout)["threads"]
    assert [comment["author_name"] for comment in thread["comments"]] == ["Reader 1", "Reader 2", "Reader 3"]
    assert all(comment["comment_id"] for comment in thread["comments"])


def test_a_page_that_cannot_be_read_is_a_line_with_its_error_and_the_exit_status_is_1(loopback, place):
    site = loopback({"/a/": Answer(page(), headers=HTML)})
    done = place.run("extract", site.url("/gone/"), site.url("/a/"))
    lines = {line["source"]: line for line in map(json.loads, done.stdout.splitlines())}
    assert done.returncode == 1
    assert lines[site.url("/gone/")]["error"]["reason"] == "http"
    assert "404" in lines[site.url("/gone/")]["error"]["detail"]
    assert "page" in lines[site.url("/a/")]


def test_a_missing_file_is_named_and_the_others_are_read(place):
    file = place.folder / "saved.html"
    file.write_text(page(), encoding="utf-8")
    done = place.run("extract", "no/such/file.html", str(file))
    assert done.returncode == 1
    assert "no/such/file.html" in done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["source"] == str(file)


def test_stdin_is_read_as_a_page(place):
    done = place.run("extract", "-", "--url", "https://www.example.org/a/", stdin=page(comments=2).encode())
    assert json.loads(done.stdout)["source"] == "-"
    assert done.returncode == 0


def test_a_file_that_is_no_page_is_named_with_what_it_is(place):
    file = place.folder / "saved.pdf"
    file.write_bytes(b"%PDF-1.7 and more")
    done = place.run("extract", str(file))
    assert done.returncode == 1
    assert done.stderr == f"scrapy extract: {file}: the answer is a PDF document, not HTML\n"
    assert json.loads(done.stdout)["error"]["reason"] == "not_html"


def test_an_address_of_a_file_that_is_none_is_refused(place):
    done = place.run("extract", "-", "--url", "example.org/a", stdin=page().encode())
    assert done.returncode == 2
    assert "example.org/a" in done.stderr
    assert done.stdout == ""


def test_what_is_asked_wrongly_is_refused_in_words(place):
    for words, said in (
        (["http://"], "that is no http(s) address"),
        (["a.html", "--loud"], "there is no option --loud; a file of that name is ./--loud"),
        (["https://example.org/", "-L", "loud"], "LOG_LEVEL is 'loud'"),
        (["https://example.org/", "-s", "DOWNLOAD_TIMEOUT=long"], "DOWNLOAD_TIMEOUT is 'long'"),
        (["https://example.org/", "-s", "DOWNLOAD_DELY=9"], "DOWNLOAD_DELY is no setting: DOWNLOAD_DELAY is meant?"),
    ):
        done = place.run("extract", *words)
        assert done.returncode == 2
        assert said in done.stderr
        assert done.stdout == ""
        assert "Traceback" not in done.stderr


def test_results_are_utf_8_whatever_the_locale_says(loopback, place, monkeypatch):
    monkeypatch.setitem(ENVIRONMENT, "PYTHONIOENCODING", "ascii")
    site = loopback({"/a/": Answer(page(title="Größe", c100="日本"), headers=HTML)})
    done = subprocess.run(place.command("extract", site.url("/a/")), cwd=PROJECT, env=ENVIRONMENT, capture_output=True, check=False)
    assert (done.returncode, json.loads(done.stdout)["page"]["title"]) == (0, "Größe")
    assert subprocess.run(place.command("crawl", "pages", "-a", f"url={site.url('/a/')}"), cwd=PROJECT, env=ENVIRONMENT, capture_output=True, check=False).returncode == 0
    done = subprocess.run(place.command("archive", "history", site.url("/a/")), cwd=PROJECT, env=ENVIRONMENT, capture_output=True, check=False)
    assert (done.returncode, "日本" in done.stdout.decode()) == (0, True)
