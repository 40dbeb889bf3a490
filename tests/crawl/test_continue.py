"""What a user of ``scrapy crawl`` is promised of a crawl that was stopped: the same command goes on with it."""

from __future__ import annotations

import re
import signal
import threading
import time
from collections import Counter

from loopback import HTML, Answer
from running import page
from soundness import findings


def test_the_same_command_visits_what_is_left_says_so_and_is_not_run_twice_at_a_time(loopback, place):
    gate = threading.Event()

    def answer(number: int) -> Answer:
        if number > 5:
            gate.wait(30)
        return Answer(page(number), headers=HTML)

    paths = {f"/{n}/": lambda _before, n=n: answer(n) for n in range(1, 41)}
    site = loopback(paths)
    file = place.folder / "urls.txt"
    file.write_text("\n".join(map(site.url, paths)), encoding="utf-8")
    words = ("crawl", "pages", "-a", f"url_file={file}")
    running = place.start(*words, CONCURRENT_REQUESTS_PER_DOMAIN=1)
    try:
        _wait(lambda: len(site.asked) > 5)
        second = place.run(*words)
        assert second.returncode == 2
        assert "running already" in second.stderr
        running.send_signal(signal.SIGINT)
        gate.set()
        output = running.communicate(timeout=60)[0].decode()
    finally:
        gate.set()
        running.kill()
    assert running.returncode == 1, output
    visited = place.open().pages().to_table().num_rows
    assert 0 < visited < 40

    site.asked.clear()
    done = place.run(*words)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"Continued: {visited} pages were archived before, {40 - visited} waited" in done.stdout
    assert re.search(r"^pages +40 +40 ", done.stdout, re.MULTILINE), "the table counts the whole crawl"
    assert len([asked for asked in site.asked if asked.path in paths]) == 40 - visited
    [crawl] = place.open().crawls().to_pylist()
    assert (crawl["reason"], crawl["pages"], crawl["pages_failed"]) == ("finished", 40, 0)
    told = [(row["reason"], row["started_at"]) for row in place.open().crawls(history=True).to_pylist()]
    assert Counter(told) == Counter((reason, crawl["started_at"]) for reason in (None, "finished", "shutdown"))
    assert findings(place.uri, place.folder / "state") == []

    site.asked.clear()
    anew = place.run(*words)
    assert anew.returncode == 0
    assert "Continued" not in anew.stdout
    assert len([asked for asked in site.asked if asked.path in paths]) == 40
    assert place.open().crawls().to_table().num_rows == 2
    assert place.open().comments(history=True).to_table().num_rows == 80


def test_a_state_directory_that_cannot_be_written_is_named(place):
    (place.folder / "state").write_text("a file is in the way")
    done = place.run("crawl", "pages", "-a", "url=https://example.org/")
    assert done.returncode == 2
    assert "STATE_DIR" in done.stderr
    assert "Traceback" not in done.stderr


def _wait(until) -> None:
    deadline = time.monotonic() + 30
    while not until() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert until()
