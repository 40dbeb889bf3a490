"""A long crawl of sound and hostile sites together: is its memory flat, are its files closed, is its ledger right?

``python tests/hostile/soak.py --minutes 60 --folder build/soak`` (`make soak`). One crawl runs for so long over more pages than it
can visit and ends by CLOSESPIDER_TIMEOUT; then its archive is compared with what was served. The figures are printed as JSON;
the exit status is 1 when one of them is wrong.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import shutil
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PROJECT = HERE.parents[1]
sys.path[:0] = [str(HERE), str(HERE.parent), str(PROJECT)]

import brotli  # noqa: E402 - finds its neighbours by the line above
from raw_site import RawSite, Reply, answers, drips, floods, head, leads_to, resets, sends, stalls  # noqa: E402
from running import page  # noqa: E402

import archive  # noqa: E402

MB = 1024 * 1024
PAUSE = 0.1
"""Seconds between two requests to a host."""
TIMEOUT = 4
"""DOWNLOAD_TIMEOUT: a host that drips is given up after so many seconds."""

CHALLENGE = '<html><head><title>Just a moment...</title></head><body><div id="challenge-error-text">x</div></body></html>'

QUICK: dict[str, tuple[Reply, str]] = {
    "gzip-bomb": (answers(gzip.compress(bytes(20 * MB)), Content_Encoding="gzip"), "too_large"),
    "brotli-bomb": (answers(brotli.compress(bytes(20 * MB), quality=5), Content_Encoding="br"), "too_large"),
    "flood": (floods(head(), b"<p>more and more"), "too_large"),
    "headers": (floods(b"HTTP/1.1 200 OK\r\n", b"X-Again: and again\r\n"), "too_large"),
    "reset": (resets(head(length=5_000) + b"<p>"), "network"),
    "truncated": (sends(head(length=5_000) + b"<p>text"), "network"),
    "noise": (sends(bytes(range(256)) * 40), "network"),
    "nested": (answers("<div>" * 60_000 + "<p>deep"), ""),
    "captcha": (answers(CHALLENGE), "blocked"),
    "gone": (answers("no", "404 Not Found"), "http"),
    "error": (answers("no", "500 Internal Server Error"), "http"),
    "round": (leads_to("/round/again"), "redirects"),
    "inside": (leads_to("http://192.168.0.1/"), "private"),
    "pdf": (answers(b"%PDF-1.7 " + bytes(3_000)), "not_html"),
}  # fmt: skip
"""Name of a trick: what is sent, and the reason of the failure; empty: it is a page."""

SLOW: dict[str, tuple[Reply, str]] = {
    "drip-head": (drips(b"HTTP/1.1 200 OK\r\nX: ", b"y", 0.5), "network"),
    "drip-body": (drips(head(length=10**6), b" ", 0.5), "network"),
    "silent": (stalls(), "network"),
}


def comments_of(number: int) -> int:
    return number % 23


class Posts(dict[str, Reply]):
    """Any ``/N/`` is a post of its own."""

    def get(self, path: str, default: Any = None) -> Reply:
        match = re.fullmatch(r"/(\d+)/", path)
        if match is None:
            return answers("nothing", "404 Not Found", "text/plain")
        return answers(page(int(match[1]), comments_of(int(match[1])), title=f"Post {match[1]}"))


class Tricks(dict[str, Reply]):
    """``/NAME/N`` plays a trick; its address never repeats."""

    def __init__(self, tricks: dict[str, tuple[Reply, str]]) -> None:
        super().__init__()
        self._tricks = tricks

    def get(self, path: str, default: Any = None) -> Reply:
        name = path.split("/")[1]
        return self._tricks[name][0] if name in self._tricks else answers("nothing", "404 Not Found", "text/plain")


def addresses(posts: list[RawSite], quick: RawSite, slow: RawSite, count: int) -> list[str]:
    """Sound and hostile pages by turns; more than can be visited."""
    found = []
    for number in range(1, count + 1):
        found += [site.url(f"/{number * 10 + place}/") for place, site in enumerate(posts)]
        found.append(quick.url(f"/{list(QUICK)[number % len(QUICK)]}/{number}"))
        if number % 20 == 0:
            found.append(slow.url(f"/{list(SLOW)[number // 20 % len(SLOW)]}/{number}"))
    return found


class Watch(threading.Thread):
    """Memory and open files of a process, now and then."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self.over = threading.Event()
        self.rss: list[int] = []
        """Kilobytes."""
        self.files: list[int] = []
        self.sockets: list[int] = []

    def run(self) -> None:
        while not self.over.wait(2):
            try:
                status = Path(f"/proc/{self._pid}/status").read_text()
                handles = [str(handle.readlink()) for handle in Path(f"/proc/{self._pid}/fd").iterdir()]
            except OSError:
                continue  # it has ended, or a handle was closed meanwhile
            found = re.search(r"VmRSS:\s+(\d+)", status)
            if found:
                self.rss.append(int(found[1]))
                self.files.append(len(handles))
                self.sockets.append(sum("socket" in handle for handle in handles))


def quarters(values: list[int]) -> list[float]:
    """Means of the four quarters of a run."""
    size = max(len(values) // 4, 1)
    return [round(statistics.mean(values[n * size : (n + 1) * size] or [0]), 1) for n in range(4)]


def soak(minutes: float, folder: Path) -> dict[str, Any]:
    """Crawl, and gather the figures."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    posts = [RawSite(Posts(), host, remembers=False) for host in ("127.0.0.1", "127.0.0.4", "127.0.0.5")]
    quick = RawSite(Tricks(QUICK), "127.0.0.2", remembers=False)
    slow = RawSite(Tricks(SLOW), "127.0.0.3", remembers=False)
    urls = folder / "urls.txt"
    urls.write_text("\n".join(addresses(posts, quick, slow, int(minutes * 60 / PAUSE) + 100)))
    settings = {
        "ARCHIVE_URI": folder / "archive", "STATE_DIR": folder / "state", "DOWNLOAD_DELAY": PAUSE, "DOWNLOAD_TIMEOUT": TIMEOUT,
        "DOWNLOAD_MAXSIZE": 2 * MB, "RETRY_TIMES": 0, "CLOSESPIDER_TIMEOUT": minutes * 60, "PROGRESS_ENABLED": False,
        "ROBOTS_RETRY_SECONDS": 5,
    }  # fmt: skip
    command = [sys.executable, "-m", "scrapy", "crawl", "pages", "-a", f"url_file={urls}", "--logfile", str(folder / "log.txt")]
    command += [word for name, value in settings.items() for word in ("-s", f"{name}={value}")]
    started = time.monotonic()
    with (folder / "summary.txt").open("w") as summary:
        process = subprocess.Popen(command, cwd=PROJECT, stdout=summary, stderr=subprocess.STDOUT)
        watch = Watch(process.pid)
        watch.start()
        status = process.wait()
    watch.over.set()
    seconds = time.monotonic() - started
    for site in (*posts, quick, slow):
        site.close()
    return {"minutes": round(seconds / 60, 1), "exit_status": status, **memory(watch), **ledger(folder, {*posts})}


def memory(watch: Watch) -> dict[str, Any]:
    """What the process held."""
    return {
        "rss_mb_by_quarter": [round(value / 1024, 1) for value in quarters(watch.rss)],
        "rss_mb_most": round(max(watch.rss, default=0) / 1024, 1),
        "files_by_quarter": quarters(watch.files),
        "files_most": max(watch.files, default=0),
        "sockets_most": max(watch.sockets, default=0),
        "samples": len(watch.rss),
    }


def ledger(folder: Path, posts: set[RawSite]) -> dict[str, Any]:
    """What the archive holds of what was served."""
    opened = archive.open(str(folder / "archive"))
    crawl = next(row for row in opened.crawls(history=True).to_pylist() if row["ended_at"] is not None)
    failures = json.loads(crawl["failures"])
    reasons: Counter[str] = Counter()
    wrong = []
    for failure in failures:
        if failure["reason"] == "interrupted":
            continue
        name = failure["url"].split("/")[3]
        expected = {**QUICK, **SLOW}.get(name, (None, None))[1]
        reasons[failure["reason"]] += 1
        if failure["reason"] != expected:
            wrong.append(failure)
    pages = opened.pages().to_pylist()
    numbers = {row["page_id"]: re.search(r"/(\d+)/?$", row["url"]) for row in pages}
    sound = {page_id: int(match[1]) for page_id, match in numbers.items() if match and "/nested/" not in match.string}
    threads = opened.threads(history=True).to_pylist()
    expected_comments = sum(comments_of(number) for number in sound.values())
    return {
        "reason": crawl["reason"],
        "pages": crawl["pages"],
        "pages_in_archive": len(pages),
        "threads": len(threads),
        "verdicts": dict(Counter(row["verdict"] for row in threads)),
        "comments": opened.comments().to_table().num_rows,
        "comments_expected": expected_comments,
        "pages_of_posts": len(sound),
        "failures_by_reason": dict(reasons),
        "failures_wrong": wrong[:5],
        "tracebacks": (folder / "log.txt").read_text("utf-8", "replace").count("Traceback"),
        "pages_failed": crawl["pages_failed"],
    }


def complaints(figures: dict[str, Any]) -> list[str]:
    """What is wrong with the figures; empty when nothing is."""
    found = []
    _, second, _, last = figures["rss_mb_by_quarter"]
    if last > 1.15 * second + 10:
        found.append(f"memory grew from {second} to {last} MB")
    if figures["files_by_quarter"][3] > figures["files_by_quarter"][1] + 10:
        found.append(f"open files grew: {figures['files_by_quarter']}")
    if figures["exit_status"] != 1 or figures["reason"] != "closespider_timeout":
        found.append(f"it ended with {figures['exit_status']} ({figures['reason']})")
    if figures["pages"] != figures["pages_in_archive"] or figures["comments"] != figures["comments_expected"]:
        found.append("the archive does not hold what was served")
    if set(figures["verdicts"]) - {"complete", "none"} or figures["threads"] != figures["pages_of_posts"]:
        found.append(f"verdicts: {figures['verdicts']} of {figures['pages_of_posts']} posts")
    if figures["failures_wrong"] or figures["tracebacks"]:
        found.append("failures with another reason than expected, or tracebacks in the log")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--folder", type=Path, default=Path("build/soak"))
    options = parser.parse_args()
    figures = soak(options.minutes, options.folder.absolute())
    wrong = complaints(figures)
    sys.stdout.write(json.dumps({**figures, "wrong": wrong}, indent=1) + "\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
