"""Twelve scheduled crawls of a real WordPress whose comments come, change, go and come back between them.

After each crawl the archive's latest state equals the database; in the end its history equals the script.
"""

from __future__ import annotations

import json
import random
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import real_sites
from test_real_wordpress import ENDPOINTS, SITES

pytestmark = [
    pytest.mark.wordpress,
    pytest.mark.skipif(not ENDPOINTS, reason="no WordPress runs: make test-wordpress starts one"),
]

ROUNDS = 12
SEED = 11


@dataclass
class Blog:
    """A few posts of the real WordPress, and what the script has done to them."""

    folder: Path
    url: str
    posts: list[dict[str, Any]] = field(default_factory=list)
    texts: dict[int, str] = field(default_factory=dict)
    """What is visible now, by comment id."""
    trashed: dict[int, str] = field(default_factory=dict)
    told: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Changes of each comment in the words of the archive."""

    def order(self, *orders: dict[str, Any]) -> list[Any]:
        directory = Path(ENDPOINTS).parent
        site = Path(__file__).parent / "site"
        settings = {"WP_SOCKET": (directory / "mysql.socket").read_text().strip(), "WP_SITE": str(site)}
        done = subprocess.run(
            ["php", "-d", "error_reporting=E_ALL & ~E_DEPRECATED", str(site / "change.php"), str(directory / "docroot"), json.dumps(orders)],
            capture_output=True, text=True, timeout=120, check=True, env={"PATH": "/usr/bin:/bin", **settings},
        )  # fmt: skip
        return json.loads(done.stdout)

    def add(self, count: int, chance: random.Random, label: str) -> None:
        orders = [
            {
                "do": "add",
                "post": chance.choice(self.posts)["id"],
                "author": f"Reader {n}",
                "text": f"{label} {n}: {chance.choice(['I agree.', 'No.', '同意', 'شكرا', 'Why? 🙂'])}",
            }
            for n in range(count)
        ]
        for number, order in zip(self.order(*orders), orders, strict=True):
            self.texts[number] = order["text"]
            self.told[number].append("new")

    def change(self, chance: random.Random, turn: int) -> None:
        """One round: some come back, some are edited, some go, some are new; a comment has one thing happen to it."""
        back = chance.sample(sorted(self.trashed), min(2, len(self.trashed)))
        free = chance.sample(sorted(self.texts), min(6, len(self.texts)))
        edited, going = free[:3], free[3:]
        orders = [{"do": "restore", "id": one} for one in back]
        orders += [{"do": "edit", "id": one, "text": f"edited in round {turn}: {one}"} for one in edited]
        orders += [{"do": "trash", "id": one} for one in going]
        assert all(self.order(*orders))
        for one in back:
            self.texts[one] = self.trashed.pop(one)
            self.told[one].append("restored")
        for one in edited:
            self.texts[one] = f"edited in round {turn}: {one}"
            self.told[one].append("edited")
        for one in going:
            self.trashed[one] = self.texts.pop(one)
            self.told[one].append("removed")
        self.add(chance.randint(0, 8), chance, f"round {turn}")

    def crawl(self, *words: str) -> None:
        done = real_sites.crawl(self.folder, *words)
        assert done.returncode == 0, done.stdout + done.stderr[-3_000:]

    def read(self, table: str = "comments", **which: Any) -> list[dict[str, Any]]:
        return real_sites.rows(self.folder, table, **which)


@pytest.fixture
def blog(tmp_path) -> Iterator[Blog]:
    site = next(one for one in SITES if one["name"] == "html5")
    blog = Blog(tmp_path, site["url"])
    blog.posts = blog.order(*({"do": "post", "title": f"A thread under watch {n}"} for n in range(3)))
    yield blog
    blog.order(*({"do": "forget", "post": post["id"]} for post in blog.posts))


def test_after_each_crawl_the_archive_is_the_database_and_in_the_end_its_history_is_the_script(blog):
    chance = random.Random(SEED)
    print(f"seed {SEED}")
    blog.add(40, chance, "first")
    urls = ",".join(blog.url + post["path"] for post in blog.posts)
    blog.crawl("pages", "-a", f"url={urls}")
    for turn in range(1, ROUNDS):
        blog.change(chance, turn)
        blog.crawl("revisit", "-a", "which=all")
        visible = {int(row["native_id"]): row["text"] for row in blog.read() if row["status"] == "visible"}
        assert visible == blog.texts, f"round {turn}"
        ledgers = blog.read("threads")
        assert {row["verdict"] for row in ledgers} == {"complete"}, f"round {turn}"
    history = sorted(blog.read(history=True), key=lambda row: (row["observed_at"], row["native_id"]))
    found: dict[int, list[str]] = defaultdict(list)
    for row in history:
        found[int(row["native_id"])].append(row["change"])
    assert found == blog.told
    assert sum(map(len, found.values())) > 120
    for turn, at in enumerate(sorted({row["started_at"] for row in blog.read("crawls")})[1:]):
        earlier = blog.read(as_of=at)
        assert all(row["observed_at"] <= at for row in earlier), turn


def test_counts_of_all_posts_by_one_request_see_what_comes_and_what_goes(blog):
    soon = ("-s", "REVISIT_MIN_HOURS=0", "-s", "REVISIT_MAX_HOURS=0.000001")
    chance = random.Random(SEED)
    blog.add(12, chance, "first")
    blog.crawl("pages", "-a", "url=" + ",".join(blog.url + post["path"] for post in blog.posts))
    latest = max(blog.texts)
    for turn, orders in enumerate(
        (
            [],
            [{"do": "add", "post": blog.posts[0]["id"], "author": "Reader", "text": "one more"}],
            [{"do": "trash", "id": latest}],
            [{"do": "add", "post": post["id"], "author": "Reader", "text": "more"} for post in blog.posts[1:]],
        )
    ):
        for order, number in zip(orders, blog.order(*orders), strict=True):
            if order["do"] == "add":
                blog.texts[number] = order["text"]
            else:
                del blog.texts[order["id"]]
        begun = max(row["observed_at"] for row in blog.read("visits"))
        blog.crawl("revisit", *soon)
        visible = {int(row["native_id"]): row["text"] for row in blog.read() if row["status"] == "visible"}
        assert visible == blog.texts, f"turn {turn}"
        rows = blog.read("visits", history=True)
        rows = [row for row in rows if row["observed_at"] > begun]
        same = [row for row in rows if row["outcome"] == "unchanged" and row["stated"] is not None]
        assert len(same) == 3 - len(orders), f"turn {turn}: {rows}"
        assert sum(row["requests"] for row in same) <= 1, f"turn {turn}"
        assert False not in {row["count_agrees"] for row in rows}, f"turn {turn}"


def test_a_new_post_is_found_by_the_site_crawl_and_a_page_that_changes_has_a_new_row(blog):
    chance = random.Random(SEED)
    blog.add(6, chance, "first")
    only = blog.folder / "sites.toml"
    only.write_text('[defaults]\ninclude = ["thread-under-watch"]\n')
    blog.crawl("site", "-a", f"url={blog.url}/", "-s", f"SITES_FILE={only}")
    pages = blog.read("pages")
    assert sorted(row["title"] for row in pages) == [f"A thread under watch {n}" for n in range(3)]
    blog.order({"do": "title", "post": blog.posts[0]["id"], "title": "Another headline"}, {"do": "close", "post": blog.posts[1]["id"]})
    blog.crawl("revisit", "-a", "which=all")
    after = blog.read("pages")
    assert "Another headline" in {row["title"] for row in after}
    assert sorted(row["comments_state"] for row in after) == ["closed", "open", "open"]
    blog.crawl("revisit", "-a", "which=due")
