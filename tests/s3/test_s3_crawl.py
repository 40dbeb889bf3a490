"""Whole crawls into an archive on S3, as a user runs them: twice, from two machines, with faults, and killed."""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
import time
from collections import Counter

import pytest
from bucket import TAKES_LONG, only_real
from loopback import HTML, Answer
from proxy import Kind
from running import PROJECT, page, ran
from soundness import findings, verify_sees_what_a_kill_could_do

KILLS = int(os.environ.get("TALKBACK_KILLS") or 10)
PAGES = 10
SETTINGS = {
    "DOWNLOAD_DELAY": 0,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 2,
    "BACKOFF_SECONDS": 0.05,
    "RETRY_TIMES": 1,
    "FLUSH_ROWS": 12,
    "FLUSH_SECONDS": 0.5,
    "LOG_LEVEL": "INFO",
    "S3_TIMEOUT": 5,
    "S3_RETRIES": 3,
}


def command(bucket, urls: list[str], state: str = "crawl-state", **settings: object) -> list[str]:
    given = {**SETTINGS, "ARCHIVE_URI": bucket.uri, "STATE_DIR": str(bucket.folder / state), **settings}
    options = [word for name, value in given.items() for word in ("-s", f"{name}={value}")]
    return [sys.executable, "-m", "scrapy", "crawl", "pages", "-a", "url=" + ",".join(urls), *options]


def environment() -> dict[str, str]:
    return os.environ | {"COLUMNS": "200", "NO_COLOR": "1"}


def crawl(*arguments, **settings) -> subprocess.CompletedProcess[str]:
    return ran(command(*arguments, **settings), environment(), timeout=200)


@pytest.fixture
def urls(loopback) -> list[str]:
    site = loopback({f"/{n}/": Answer(page(n), headers=HTML, wait=0.02) for n in range(1, PAGES + 1)})
    return [site.url(f"/{n}/") for n in range(1, PAGES + 1)]


def whole(bucket, urls: list[str]) -> None:
    """Every page and comment of the site is in the archive, once, and readers meet nothing else."""
    held = bucket.open()
    comments = Counter((row["native_id"], row["text"], row["change"]) for row in held.comments(history=True).to_pylist())
    assert comments == {(f"{100 * n + c}", f"Text {c}", "new"): 1 for n in range(1, len(urls) + 1) for c in range(2)}
    assert bucket.every("pages", "url") == {(url,): 1 for url in urls}
    for table in ("shares", "subscribes"):
        rows = bucket.every(table, "page_id", "position")
        assert all(times == 1 for times in rows.values())
    assert {row["verdict"] for row in held.threads().to_pylist()} == {"complete"}


def test_two_machines_crawl_into_one_archive_and_nothing_is_doubled(bucket, urls):
    first = crawl(bucket, urls[:3], LOG_LEVEL="DEBUG")
    said = first.stdout + first.stderr
    assert first.returncode == 0, said
    assert "DEBUG" in said
    assert not [word for word in (*bucket.server.owner, "AWS4-HMAC", "Authorization") if word in said], "a secret is shown"
    second = crawl(bucket, urls[:4], "state-of-another-machine")
    assert second.returncode == 0, second.stdout + second.stderr
    whole(bucket, urls[:4])
    assert bucket.visible() == bucket.committed()
    assert bucket.litter() == []
    assert bucket.uri in second.stdout
    look = re.search(r"Look: +(.+)", second.stdout)
    shown = subprocess.run(
        ["bash", "-c", look[1]], cwd=PROJECT, env=environment(), capture_output=True, text=True, timeout=60, check=False
    )
    assert "Reader 1" in shown.stdout, shown.stderr


def test_a_bucket_that_is_not_there_ends_the_crawl_before_it_asks_a_site(bucket, urls, loopback):
    bucket.remove()
    done = crawl(bucket, urls[:1])
    bucket.create()
    assert done.returncode == 1
    assert f"{bucket.uri}: cannot write to the bucket (at {bucket.server.url}): NoSuchBucket" in done.stdout, done.stdout
    assert "create the bucket first" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert "Nothing was written" in done.stdout


@pytest.mark.parametrize(("times", "status"), [(1, 0), (2, 1)])
def test_a_crawl_that_is_stopped_while_it_commits_its_last_rows_commits_them_or_does_not_end_with_0(bucket, proxy, urls, times, status):
    running = subprocess.Popen(
        command(bucket, urls[:2], FLUSH_ROWS=1000, FLUSH_SECONDS=1000), cwd=PROJECT, env=environment(), stdout=-1, stderr=-2
    )

    def stop() -> None:
        for _ in range(times):
            running.send_signal(signal.SIGTERM)
            time.sleep(0.7)

    proxy.fail(Kind.SLOW_DOWN, r"^PUT .*/comments/_delta_log/0+1\.json$", then=stop)
    said = running.communicate(timeout=60)[0].decode()
    assert running.returncode == status, said
    assert ("was broken off" in said) == ("goes on with this crawl" in said) == bool(status)
    if status:
        assert crawl(bucket, urls[:2], FLUSH_ROWS=1000).returncode == 0
    whole(bucket, urls[:2])
    assert not list((bucket.folder / "crawl-state" / "frontier").glob("*.sqlite"))


@only_real(TAKES_LONG)
@pytest.mark.parametrize("kind", [Kind.SLOW_DOWN, Kind.STALL_BEFORE])
def test_a_crawl_that_cannot_store_says_so_and_the_next_one_completes_it(bucket, proxy, urls, kind):
    proxy.fail(kind, r"^PUT .*/_delta_log/0+[1-9]\d*\.json$", times=10_000, spared=3)
    urls = urls[:5]
    broken = crawl(bucket, urls, S3_TIMEOUT=1, S3_RETRIES=1)
    assert broken.returncode == 1, broken.stdout + broken.stderr
    assert bucket.uri in broken.stdout
    assert "Traceback" not in broken.stdout
    proxy.heal()
    done = crawl(bucket, urls)
    assert done.returncode == 0, done.stdout + done.stderr
    whole(bucket, urls)
    assert bucket.visible() == bucket.committed()


@only_real(TAKES_LONG)
def test_crawls_that_are_killed_at_any_request_lose_and_double_nothing(bucket, proxy, urls):
    seed = int(os.environ.get("TALKBACK_KILL_SEED") or random.SystemRandom().randrange(1 << 32))
    print(f"TALKBACK_KILL_SEED={seed} TALKBACK_KILLS={KILLS}")
    chance, kills, archives, requests = random.Random(seed), 0, 0, 0
    while True:
        archives += 1
        bucket.prefix, proxy.lines[:] = f"archive-{archives}", []
        killed_here = 0
        while kills < KILLS and killed_here < 8:
            proxy.heal()
            at = chance.randrange(requests) if requests else 60
            log = bucket.folder / "log"
            with log.open("wb") as out:
                process = subprocess.Popen(
                    command(bucket, urls, f"state-{archives}"), cwd=PROJECT, env=environment(), stdout=out, stderr=out
                )
                proxy.fail(chance.choice((Kind.DROP_BEFORE, Kind.DROP_AFTER)), "", spared=at, then=process.kill)
                status = process.wait(timeout=200)
            if status != -9:
                assert status == 0, log.read_text()
                break
            kills, killed_here = kills + 1, killed_here + 1
        proxy.heal()
        before = len(proxy.lines)
        done = crawl(bucket, urls, f"state-{archives}")
        assert done.returncode == 0, done.stdout + done.stderr
        requests = requests or len(proxy.lines) - before
        whole(bucket, urls)
        assert bucket.visible() == bucket.committed()
        assert findings(bucket.uri, bucket.folder / f"state-{archives}") == [], f"seed {seed}, archive {archives}"
        if kills >= KILLS:
            break
    print(f"{kills} kills, {archives} archives")
    verify_sees_what_a_kill_could_do(bucket.uri, bucket.folder / f"state-{archives}")


@only_real(TAKES_LONG)
def test_two_crawls_at_once_add_up(bucket, urls):
    halves = [(urls[:7], "state-one"), (urls[4:], "state-two")]
    running = [
        subprocess.Popen(
            command(bucket, part, state), cwd=PROJECT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        for part, state in halves
    ]
    for process in running:
        output = process.communicate(timeout=200)[0].decode()
        assert process.returncode == 0, output
    whole(bucket, urls)
    assert bucket.visible() == bucket.committed()


