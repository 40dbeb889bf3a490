"""The sample site: what it serves, that it is deterministic, and what tests can do with it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from http.client import RemoteDisconnected
from pathlib import Path

import pytest

import sample
from sample.server import Site
from sample.site import INSTALLS, SEEDS, seed_page
from sample.stories import seed

ROOT = Path(__file__).parents[2]
HOSTS = {
    "/wordpress-legacy": "https://www.example.com",
    "/wordpress-html5": "https://www.example.net",
    "/wordpress-block": "https://www.example.org",
    "/phpmelody": "https://video.example.com",
}


@pytest.fixture(scope="module")
def site():
    with sample.serve() as base:
        yield base


def get(url: str) -> tuple[int, str, dict[str, str]]:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.status, answer.read().decode(), {k.lower(): v for k, v in answer.headers.items()}
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode(), {}


def numbers(html: str) -> list[int]:
    return [int(number) for number in re.findall(r'<li\b[^>]*? id="comment-(\d+)"', html)]


@pytest.mark.parametrize("path", sample.URLS)
def test_every_sound_page_is_served(site: Site, path: str) -> None:
    status, html, headers = get(site + path)
    assert (status, headers["content-type"]) == (200, "text/html; charset=UTF-8")
    assert f"{site}{path}" in html, "a page knows its own address"


def test_list_of_addresses_names_the_sound_pages_and_no_other(site: Site) -> None:
    _, text, _ = get(site + "/urls.txt")
    assert text.splitlines() == site.urls == [site + path for path in sample.URLS]
    assert not set(sample.URLS) & set(sample.FAULTY)


def test_index_links_to_every_page(site: Site) -> None:
    _, html, _ = get(site + "/")
    for path in (*sample.URLS, *sample.FAULTY):
        assert f'href="{site}{path}"' in html


@pytest.mark.parametrize("folder", SEEDS)
def test_seed_fixtures_are_what_the_site_serves(folder: str) -> None:
    saved = (ROOT / "tests" / "fixtures" / "seed" / folder[1:] / "page.html").read_text(encoding="utf-8")
    assert seed_page(folder, HOSTS[folder]) == saved, "templates changed: save what seed_page() makes"


def test_seed_is_told_word_by_word(site: Site) -> None:
    texts = [remark.text for remark in seed().remarks]
    assert [len(text) for text in texts] == [163, 109, 72, 198, 0, 99, 117, 59, 76, 59, 462, 154, 48]


def test_comment_pages_newest_first_hold_every_comment_once(site: Site) -> None:
    path = "/harbour/harbour-lights/"
    bare = get(site + path)[1]
    pages = [get(f"{site}{path}comment-page-{n}/")[1] for n in (1, 2, 3)]
    assert numbers(bare) == numbers(pages[2]), "the bare address shows the last page"
    assert get(f"{site}{path}comment-page-4/")[0] == 404
    found = [number for page in pages for number in numbers(page)]
    (story, *_) = INSTALLS["/harbour"].stories
    assert sorted(found) == [remark.number for remark in story.remarks]
    assert "depth-5" in bare + "".join(pages)
    assert "Pingback:" in bare + "".join(pages)


def test_rest_interface_pages_and_counts_without_pingbacks(site: Site) -> None:
    url = f"{site}/harbour/wp-json/wp/v2/comments?post=210&per_page=20&order=asc&page="
    first, second = get(url + "1"), get(url + "2")
    assert (first[2]["x-wp-total"], first[2]["x-wp-totalpages"]) == ("31", "2")
    rows = [row for answer in (first, second) for row in json.loads(answer[1])]
    assert [row["id"] for row in rows] == list(range(5001, 5032))
    assert json.loads(get(url + "3")[1]) == []
    some = json.loads(get(f"{site}/harbour/wp-json/wp/v2/comments?include=5003,5001&_fields=id,parent")[1])
    assert some == [{"id": 5003, "parent": 5002}, {"id": 5001, "parent": 0}]


def test_installation_without_rest_says_so(site: Site) -> None:
    assert get(f"{site}/orchard/wp-json/wp/v2/comments?post=310")[0] == 404
    assert "api.w.org" not in get(f"{site}/orchard/apple-press/")[1]


def test_comment_feed_tells_the_exact_times(site: Site) -> None:
    feed = get(f"{site}/orchard/apple-press/feed/")[1]
    assert feed.count("<item>") == 8
    assert "<pubDate>Sun, 03 Mar 2024 07:12:00 +0000</pubDate>" in feed


def test_ajax_pages_hold_every_comment_and_the_pinned_copy_each_time(site: Site) -> None:
    (story,) = INSTALLS["/clips"].stories
    ajax = f"{site}/clips/ajax.php?p=comments&do=show_comments&vid={story.uniq_id}&page="
    pages = [get(f"{ajax}{n}")[1] for n in (1, 2, 3)]
    assert [len(numbers(page)) for page in pages] == [6, 6, 5]
    assert all('id="comment-999"' in page for page in pages)
    assert "ajax_request" in pages[0]
    assert numbers(get(f"{ajax}4")[1]) == [999], "beyond the end the list is empty"


@pytest.mark.parametrize("path", sorted(sample.FAULTY))
def test_faulty_pages_are_faulty(site: Site, path: str) -> None:
    status, html, _ = get(site + path)
    fault = sample.FAULTY[path]
    if fault.startswith("states 12"):
        assert ">12 Comments<" in html
        assert len(json.loads(get(f"{site}/harbour/wp-json/wp/v2/comments?post=211")[1])) == 9
    elif "500" in fault:
        assert f"{path}comment-page-" in html
        assert get(f"{site}{path}comment-page-1/")[0] == 500
    elif "first one" in fault:
        ajax = f"{site}/circle/ajax.php?p=comments&do=show_comments&vid=0019b7d2e&page="
        assert get(f"{ajax}2")[1] == get(f"{ajax}1")[1]
    elif "404" in fault:
        assert status == 404
    else:
        assert status == 200
        assert "Disallow: /private/" in get(site + "/robots.txt")[1]


def test_two_servers_tell_the_same() -> None:
    with sample.serve() as one, sample.serve() as other:
        for path in sample.URLS:
            first, second = (get(site + path)[1].replace(site.rpartition(":")[2], "PORT") for site in (one, other))
            assert first == second


def test_requests_are_remembered_in_order() -> None:
    with sample.serve() as site:
        get(site + "/robots.txt")
        get(site + "/?x=1")
        assert [asked.path for asked in site.requests] == ["/robots.txt", "/?x=1"]
        assert site.requests[0].at <= site.requests[1].at
        assert len(site.asked("/")) == 1


def test_override_stands_before_the_site_and_can_be_changed() -> None:
    busy = sample.Answer(503, {"Retry-After": "1"}, b"later")
    with sample.serve(overrides={"/robots.txt": lambda _path: busy}) as site:
        assert get(site + "/robots.txt")[0] == 503
        del site.overrides["/robots.txt"]
        assert get(site + "/robots.txt")[0] == 200
        site.overrides["/"] = lambda path: busy if "x=1" in path else None
        assert (get(site + "/?x=1")[0], get(site + "/")[0]) == (503, 200)


def test_override_can_hang_up() -> None:
    def hang_up(_path: str) -> sample.Answer:
        raise ConnectionResetError

    with sample.serve(overrides={"/": hang_up}) as site, pytest.raises(RemoteDisconnected):
        urllib.request.urlopen(site + "/", timeout=5)


def test_server_is_gone_after_the_block() -> None:
    before = threading.active_count()
    with sample.serve() as site:
        get(site + "/")
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(site + "/", timeout=1)
    assert threading.active_count() <= before + 1


def test_command_runs_beside_the_site_and_its_exit_status_is_passed_on() -> None:
    code = (
        "import sys, urllib.request as u; lines = open(sys.argv[1]).read().split(); "
        "assert lines[0].startswith(sys.argv[2]); "
        "assert lines == sys.argv[3].split(','); sys.exit(7 if u.urlopen(lines[0], timeout=5).status == 200 else 1)"
    )
    command = [sys.executable, "-m", "sample", "--run", sys.executable, "-c", code, "{urls}", "{base}", "{pages}"]
    assert subprocess.run(command, cwd=ROOT, timeout=20, check=False).returncode == 7


def test_a_second_sample_beside_the_first_takes_another_port_and_says_so() -> None:
    from contextlib import ExitStack, suppress

    from sample.__main__ import PORT

    with ExitStack() as stack:
        with suppress(OSError):  # somebody else may hold it, which is as good
            stack.enter_context(sample.serve(port=PORT))
        command = [sys.executable, "-m", "sample", "--run", "echo", "{base}"]
        done = subprocess.run(command, cwd=ROOT, timeout=20, check=True, capture_output=True, text=True)
    assert done.stdout.startswith("http://127.0.0.1:")
    assert str(PORT) not in done.stdout
    assert f"port {PORT} is taken" in done.stderr


def test_command_that_cannot_be_started_is_named() -> None:
    command = [sys.executable, "-m", "sample", "--run", "no-such-command"]
    done = subprocess.run(command, cwd=ROOT, timeout=20, check=False, capture_output=True, text=True)
    assert done.returncode == 127
    assert "no-such-command: No such file" in done.stderr
