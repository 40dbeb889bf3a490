"""Exactly once, whatever the moment: crawls that are killed with SIGKILL again and again, and what is in their archives.

``TALKBACK_KILLS`` and ``TALKBACK_KILL_SEED`` make a long run of it (`make test-kill`).
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from running import ENVIRONMENT, PROJECT, Place, page
from soundness import findings, verify_sees_what_a_kill_could_do

from sample import FAULTY, Answer, Site, serve

KILLS = int(os.environ.get("TALKBACK_KILLS", "2"))
SEED = int(os.environ.get("TALKBACK_KILL_SEED") or random.randrange(10**6))

TABLES = ("pages", "shares", "subscribes", "comments", "threads", "visits")
OWN = {"crawl_id", "visit_id", "capture_id", "observed_at", "started_at", "ended_at"}
"""What every crawl has of its own: ids and times."""
SETTINGS = {
    "CRAWL_DELAY_MAX": 0.02,
    "DOWNLOAD_DELAY": 0.02,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 4,
    "FLUSH_ROWS": 8,  # many commits, also in the middle of a visit
    "FRONTIER_MAX_ATTEMPTS": 10_000,  # giving a page up is another promise, with tests of its own
    "PROGRESS_ENABLED": False,
}
STORIES = range(1, 7)


def story(number: int, version: int) -> Answer:
    """A page of a few comments; its second version has an edited comment, a new one, and one less."""
    first, count = 1_000 * number, 5 + version
    texts = {f"c{100 * first + 1}": f"Text in version {version}"}
    html = page(first, count, title=f"Story {number}", **texts)
    if version == 2:
        html = html.replace(f'id="comment-{100 * first + 3}"', f'id="comment-{100 * first + 90}"').replace(
            f"div-comment-{100 * first + 3}", f"div-comment-{100 * first + 90}"
        )
    return Answer(200, {"Content-Type": "text/html; charset=utf-8"}, html.encode())


def show(site: Site, version: int) -> None:
    stories = {f"/stories/{number}/": story(number, version) for number in STORIES}
    site.overrides.update(dict.fromkeys(stories, stories.get))


def rows(place: Place, table: str) -> Counter[str]:
    """Every row of a table, whoever wrote it and when."""
    found = getattr(place.open(), table)(history=True).to_pylist()
    kept = []
    for row in found:
        if row.get("outcome") in ("failed", "gone"):
            continue  # a crawl that is continued tries such pages again, and each try is a visit
        drop = set(OWN)
        if row.get("published_precision") == "relative":
            drop |= {"published_min", "published_max"}  # "3 years ago" is told by the clock
        kept.append({name: value for name, value in row.items() if name not in drop})
    return Counter(json.dumps(row, sort_keys=True, default=str) for row in kept)


def crawls(place: Place) -> list[dict]:
    """What each crawl says of itself in the end."""
    found = sorted(place.open().crawls().to_pylist(), key=lambda row: row["started_at"])
    told = []
    for row in found:
        told.append({name: row[name] for name in ("spider", "arguments", "reason", "pages", "pages_failed")})
        told[-1]["verdicts"] = json.loads(row["verdicts"])
        # Pages that fail are visited again by a crawl that is continued: the visits differ in number, nothing else does.
        told[-1]["rows"] = {name: n for name, n in json.loads(row["rows"]).items() if name not in ("crawls", "visits")}
        told[-1]["failures"] = sorted(failure["detail"] for failure in json.loads(row["failures"]))
    return told


def frontiers(place: Place) -> list[Path]:
    """Files of crawls that are not finished."""
    return sorted((place.folder / "state" / "frontier").glob("*.sqlite"))


@dataclass
class Killer:
    """Starts a command, and kills it at a moment of chance unless it has ended before."""

    site: Site
    chance: random.Random
    wanted: int
    kills: Counter[str] = field(default_factory=Counter)
    """By what the killed process had done: `start`, `crawl`, `end`."""
    longest: int = 40

    @property
    def is_done(self) -> bool:
        return self.kills.total() >= self.wanted

    def run(self, command: list[str], place: Place) -> int | None:
        """Run a command until its crawl has finished; its exit status, None when it was killed after that."""
        log = place.folder / "log.txt"
        while True:
            before, was_begun = len(self.site.requests), bool(frontiers(place))
            with log.open("ab") as output:
                running = subprocess.Popen(command, cwd=PROJECT, stdout=output, stderr=output, env=ENVIRONMENT)
            if self.is_done:
                return running.wait(120)
            phase, deadline = self._moment(running, before)
            status = self._ended(running, deadline)
            if status is not None:
                return status
            running.kill()
            running.wait(30)
            self.kills[phase] += 1
            if not frontiers(place) and (was_begun or len(self.site.requests) > before):
                return None  # it had forgotten its crawl already: the same command would begin another one

    def _moment(self, running: subprocess.Popen, before: int) -> tuple[str, float]:
        """Wait for the beginning of the moment; what the process is doing then, and when it dies."""
        if self.kills and self.chance.random() < 0.15:  # a few kills are not all of processes that have done nothing
            return "start", time.monotonic() + self.chance.uniform(0.2, 1.6)
        target = before + self.chance.randrange(self.longest)
        quiet, last = time.monotonic(), before
        while running.poll() is None and len(self.site.requests) < target:
            if len(self.site.requests) != last:
                quiet, last = time.monotonic(), len(self.site.requests)
            if last > before and time.monotonic() - quiet > 0.15:
                return "end", time.monotonic() + self.chance.uniform(0.0, 0.3)  # it is committing
            time.sleep(0.004)
        return "crawl", time.monotonic() + self.chance.uniform(0.0, 0.1)

    @staticmethod
    def _ended(running: subprocess.Popen, deadline: float) -> int | None:
        try:
            return running.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            return None


def addresses(site: Site) -> list[str]:
    return [*site.urls, *(site + path for path in FAULTY), *(f"{site}/stories/{n}/" for n in STORIES)]


def test_crawls_killed_at_any_moment_and_run_again_archive_every_row_exactly_once(tmp_path):
    """Two crawls of the sample site with a change between them; rounds of them until enough processes are dead."""
    chance = random.Random(SEED)
    print(f"seed {SEED}, {KILLS} kills")
    with serve() as site:
        urls = tmp_path / "urls.txt"
        urls.write_text("\n".join(addresses(site)), encoding="utf-8")
        words = ("crawl", "pages", "-a", f"url_file={urls}")
        undisturbed = Place(tmp_path / "undisturbed")
        undisturbed.folder.mkdir()
        for version in (1, 2):
            show(site, version)
            done = undisturbed.run(*words, **SETTINGS)
            assert done.returncode == 1, done.stdout + done.stderr  # the faulty pages: 404 and robots.txt
            assert "Continued" not in done.stdout
        expected = {table: rows(undisturbed, table) for table in TABLES}
        killer, rounds = Killer(site, chance, KILLS, longest=len(site.requests) // 3), 0
        while not killer.is_done:
            rounds += 1
            place = Place(tmp_path / f"round-{rounds}")
            place.folder.mkdir()
            for version in (1, 2):
                show(site, version)
                status = killer.run(place.command(*words, **SETTINGS), place)
                assert status in (1, None), (place.folder / "log.txt").read_text()[-4_000:]
            where = f"seed {SEED}, round {rounds} in {place.folder}"
            for table in TABLES:
                found = rows(place, table)
                assert found == expected[table], f"{where}: {table}: lost {expected[table] - found}, doubled {found - expected[table]}"
            assert crawls(place) == crawls(undisturbed), where
            assert findings(place.uri, place.folder / "state") == [], where
            held = place.open()
            files = {path for path in Path(place.uri).rglob("*.parquet") if "_delta_log" not in path.parts}
            assert files == {Path(file) for table in (*TABLES, "crawls") for file in held.files(table)}, where
            assert frontiers(place) == [], where
            print(f"round {rounds}: {killer.kills.total()} kills, {sum(map(Counter.total, expected.values()))} rows equal", flush=True)
    print(f"{killer.kills.total()} kills in {rounds} rounds: {dict(killer.kills)}")
    verify_sees_what_a_kill_could_do(place.uri, place.folder / "state")
    assert killer.kills["crawl"] + killer.kills["end"]  # a slow machine is quiet in a crawl as well
