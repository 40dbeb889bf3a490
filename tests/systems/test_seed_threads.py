"""The seed page in its four markups: the thread and its thirteen comments, exactly as expected.json states them."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from kit import answering, read

from archive.schema import Comment, Thread
from crawler.extract.document import Document
from crawler.systems.base import System
from crawler.systems.phpmelody import PhpMelody
from crawler.systems.wordpress import WordPress

SEED = Path(__file__).parent.parent / "fixtures" / "seed"
MARKUPS = sorted(folder.name for folder in SEED.iterdir())
BOTH: tuple[System, ...] = (PhpMelody(), WordPress())
TIMES = ("published_at",)
NAMES = [
    "Wu Kim", "Ivan Do", "MainDepth", "Jag Singh", "JauVms SuPE", "YouTube deleted My Account LMAO", "garald tao",
    "Torbjørn Melbye", "Flamesjing", "Flamesjing", "rsxteufel", "The Ming Warrior", "_신__LBL",
]  # fmt: skip
LENGTHS = [163, 109, 72, 198, 0, 99, 117, 59, 76, 59, 462, 154, 48]
"""Characters of each text, counted in the page as it was given."""


def expected(markup: str) -> dict[str, Any]:
    return json.loads((SEED / markup / "expected.json").read_text(encoding="utf-8"))


async def threads_of(markup: str) -> list[tuple[list[Comment], Thread]]:
    """Every thread that any of the systems finds; nothing answers to a request."""
    html, url = (SEED / markup / "page.html").read_bytes(), expected(markup)["page"]["url"]
    return [
        (comments, ledger)
        for system in BOTH
        for _, comments, ledger in await read(system, html, url, answering({}))
    ]


def value(row: Comment | Thread, name: str) -> Any:
    """A field as ``scrapy extract`` prints it."""
    found = getattr(row, name)
    if name in TIMES and found is not None:
        return datetime.fromtimestamp(found / 1_000_000, tz=datetime.fromisoformat("2021-01-01T00:00:00Z").tzinfo)
    return found


def stated(name: str, text: Any) -> Any:
    return datetime.fromisoformat(text) if name in TIMES and text is not None else text


def test_there_is_a_case_for_each_markup() -> None:
    assert MARKUPS == ["phpmelody", "wordpress-block", "wordpress-html5", "wordpress-legacy"]


@pytest.mark.parametrize("markup", MARKUPS)
async def test_only_one_system_takes_the_page(markup: str) -> None:
    (only,) = await threads_of(markup)
    assert only[1].system == markup.partition("-")[0]


@pytest.mark.parametrize("markup", MARKUPS)
async def test_thirteen_comments_of_twelve_people_in_the_order_of_the_page(markup: str) -> None:
    ((comments, _),) = await threads_of(markup)
    assert [comment.author_name for comment in comments] == NAMES
    assert len(set(NAMES)) == 12
    assert [len(comment.text or "") for comment in comments] == LENGTHS


@pytest.mark.parametrize("markup", MARKUPS)
async def test_hard_cases_of_the_seed_are_kept(markup: str) -> None:
    ((comments, _),) = await threads_of(markup)
    texts = [comment.text for comment in comments]
    assert texts[4] == "", "an empty comment is a comment"
    assert texts[9] == "Next up\n\nUS, Britain, and Eu blame China for Alien invasion"
    assert texts[0] is not None
    assert texts[0].endswith('or so called "fight back"??? 🤔')
    assert texts[12] == "Offffff that politicians are really something….."


@pytest.mark.parametrize("markup", MARKUPS)
async def test_ledger_is_as_expected(markup: str) -> None:
    ((_, ledger),) = await threads_of(markup)
    (thread,) = expected(markup)["threads"]
    fields = {name: thread[name] for name in thread if name != "comments"}
    assert {name: getattr(ledger, name) for name in fields} == fields


@pytest.mark.parametrize("markup", MARKUPS)
async def test_comments_are_as_expected(markup: str) -> None:
    ((comments, _),) = await threads_of(markup)
    rows = expected(markup)["threads"][0]["comments"]
    assert len(comments) == len(rows)
    for comment, row in zip(comments, rows, strict=True):
        fields = {name: stated(name, row[name]) for name in row if name != "parent"}
        assert {name: value(comment, name) for name in fields} == fields
        assert (comment.parent_native_id is None) == (row["parent"] is None)


@pytest.mark.parametrize("markup", MARKUPS)
def test_page_keeps_the_traps_beside_the_thread(markup: str) -> None:
    """The case would prove little without what may be mistaken for a comment or a count."""
    document = Document((SEED / markup / "page.html").read_bytes(), "https://www.example.com/")
    assert document.first("#bin-rating-like") is not None
    assert document.first("form textarea") is not None
    assert "Thanks! Share it with your friends!" in document.text
    if markup != "phpmelody":
        assert document.first(".recentcomments, .wp-block-latest-comments__comment") is not None
