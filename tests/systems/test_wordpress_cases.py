"""WordPress: whole recorded visits; a case is a directory with the page, the web's answers and what must come out.

`case.json`: `url` of the page and `answers` (address -> status, headers, file). `expected.json`: the thread and its
comments, fields without a value left out.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from kit import answering, read

from crawler.systems.wordpress import WordPress

CASES = Path(__file__).parent / "fixtures" / "wordpress"


async def outcome(case: Path) -> dict[str, Any]:
    """What a case gives, in the form of `expected.json`."""
    stated = json.loads((case / "case.json").read_text("utf-8"))
    answers = {
        url: (answer["status"], answer["headers"], (case / answer["file"]).read_bytes() if "file" in answer else b"")
        for url, answer in stated["answers"].items()
    }
    ((_, comments, thread),) = await read(
        WordPress(), (case / "page.html").read_bytes(), stated["url"], answering(answers)
    )
    return {
        "thread": {name: value for name, value in asdict(thread).items() if value not in (None, "")},
        "comments": [
            {name: value for name, value in asdict(comment).items() if value is not None and (value != "" or name == "text")}
            for comment in comments
        ],
    }


@pytest.mark.parametrize("case", sorted(CASES.iterdir()), ids=lambda case: case.name)
async def test_a_recorded_visit_gives_what_was_checked(case):
    assert await outcome(case) == json.loads((case / "expected.json").read_text("utf-8"))


@pytest.mark.parametrize("case", sorted(CASES.glob("seed-*")), ids=lambda case: case.name)
def test_the_seed_has_13_comments_of_12_people_in_every_markup(case):
    comments = json.loads((case / "expected.json").read_text("utf-8"))["comments"]
    assert [len(comment["text"]) for comment in comments] == [163, 109, 72, 198, 0, 99, 117, 59, 76, 59, 462, 154, 48]
    assert len({comment["author_name"] for comment in comments}) == 12
    assert comments[9]["text"] == "Next up\n\nUS, Britain, and Eu blame China for Alien invasion"
    assert comments[12]["author_name"] == "_신__LBL"
