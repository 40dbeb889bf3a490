"""The page it all began with, in its four markups: the whole record as a user gets it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

SEED = Path(__file__).parents[1] / "fixtures" / "seed"
KEYS = {"page_id", "thread_id", "comment_id", "parent_id", "root_id", "content_digest", "ids_digest"}
"""Checked by what they link, not by their value."""
CLOCK = {"started_at", "ended_at"}


def without(record: dict, names: set[str]) -> dict:
    return {name: value for name, value in record.items() if name not in names}


@pytest.mark.parametrize("markup", sorted(folder.name for folder in SEED.iterdir()))
def test_extract_prints_the_whole_record_of_the_seed_page(place, markup):
    expected = json.loads((SEED / markup / "expected.json").read_text(encoding="utf-8"))
    done = place.run("extract", str(SEED / markup / "page.html"), "--url", expected["page"]["url"])
    assert done.returncode == 0, done.stderr
    line = json.loads(done.stdout)
    page = without(line["page"], KEYS)
    assert page == {**dict.fromkeys(page), **without(expected["page"], KEYS)}
    for block in ("shares", "subscribes"):
        found = [without(row, KEYS) for row in line[block]]
        assert found == [{**dict.fromkeys(found[0]), **row} for row in expected[block]]
    for thread, stated in zip(line["threads"], expected["threads"], strict=True):
        ledger = without(thread, KEYS | CLOCK | {"comments"})
        assert ledger == {**ledger, **without(stated, {"comments"})}
        assert ledger["verdict"] == "complete"
        ids = [comment["comment_id"] for comment in thread["comments"]]
        for comment, wanted in zip(thread["comments"], stated["comments"], strict=True):
            parent = comment["parent_id"]
            assert (None if parent is None else ids.index(parent)) == wanted["parent"]
            found = without(comment, KEYS)
            assert found == {**found, **without(wanted, {"parent"})}
    comments = line["threads"][0]["comments"]
    assert len(comments) == 13
    assert len({comment["author_name"] for comment in comments}) == 12
    assert comments[4]["text"] == ""
    assert comments[9]["text"] == "Next up\n\nUS, Britain, and Eu blame China for Alien invasion"
    assert "\U0001f914" in comments[0]["text"]
    assert comments[12]["author_name"] == "_\uc2e0__LBL"
