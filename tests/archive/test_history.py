"""A comment's life reads as it was: what it said, what became of it, and what the visits in between saw."""

from __future__ import annotations

import re
import time

import pytest
from archive_rows import NOW, SECOND, comment, ledger, page, seen, started
from hypothesis import given
from hypothesis import strategies as st

import archive
from archive.diffs import MOST_LINES, diff, words
from archive.errors import ArchiveError
from archive.history import Subject, find, history
from archive.schema import Visit

THREAD, PAGE = "7ea1" + "0" * 28, "9a6e" + "0" * 28
ADA, BOB = "ada0" + "1" * 28, "b0b0" + "2" * 28
HOUR = 3600 * SECOND


def visit(exporter, number: int, verdict: str, *rows, **fields) -> None:
    where = seen(f"v{number}", NOW + number * HOUR)
    exporter.add("comments", rows, where)
    exporter.add("threads", [ledger(THREAD, PAGE, verdict=verdict, **fields)], where)


def state(name: str, text: str | None, change: str, **fields):
    return comment(name, thread=THREAD, page=PAGE, text=text, change=change, author_name=name[:3], **fields)


@pytest.fixture
def opened(tmp_path):
    exporter = started(tmp_path)
    exporter.add("pages", [page(PAGE)], seen("v0"))
    both = state(ADA, "The quick brown fox", "new", position=0), state(BOB, "one\ntwo", "new", position=1)
    visit(exporter, 0, "complete", *both)
    visit(exporter, 1, "partial", state(ADA, "The quick red fox", "edited"), captured=1, expected=2, stop_reason="error",
          stop_detail="page 2: status 500", gaps=[{"parent": None, "expected": 2, "got": 1, "reason": "fewer than stated"}])  # fmt: skip
    visit(exporter, 2, "complete", state(BOB, None, "removed", status="disappeared", status_source="inferred"))
    visit(exporter, 3, "complete", state(BOB, "one\n2", "restored"))
    visit(exporter, 4, "complete", state(ADA, "The quick red fox", "counts", like_count=3))
    exporter.commit(exporter.take())
    exporter.close()
    return archive.open(str(tmp_path / "archive"))


def told(opened, what: str) -> list[tuple[str, str]]:
    return [(event.kind, event.key[:3] if event.kind != "visit" else event.row["verdict"])
            for event in history(opened, find(opened, what))]  # fmt: skip


def test_a_thread_is_told_in_the_order_of_time_with_its_visits(opened):
    assert told(opened, THREAD) == [
        ("new", "ada"), ("new", "b0b"), ("visit", "complete"),
        ("edited", "ada"), ("visit", "partial"),
        ("removed", "b0b"), ("visit", "complete"),
        ("restored", "b0b"), ("visit", "complete"),
        ("counts", "ada"), ("visit", "complete"),
    ]  # fmt: skip
    assert told(opened, PAGE) == told(opened, THREAD)


def test_a_visit_of_several_answers_is_told_behind_what_the_last_of_them_held(tmp_path):
    exporter = started(tmp_path)
    for number, name in enumerate((ADA, BOB)):
        exporter.add("comments", [state(name, "Hello", "new", position=number)], seen(f"v-{number}", NOW + number * SECOND))
    exporter.add("threads", [ledger(THREAD, PAGE, verdict="complete", ended_at=NOW + 2 * SECOND)], seen("v-0"))
    exporter.commit(exporter.take())
    exporter.close()
    opened = archive.open(str(tmp_path / "archive"))
    assert told(opened, THREAD) == [("new", "ada"), ("new", "b0b"), ("visit", "complete")]


def test_a_comment_is_told_with_the_visits_of_its_thread(opened):
    assert told(opened, BOB) == [
        ("new", "b0b"), ("visit", "complete"), ("visit", "partial"), ("removed", "b0b"), ("visit", "complete"),
        ("restored", "b0b"), ("visit", "complete"), ("visit", "complete"),
    ]  # fmt: skip


def test_changes_are_told_against_the_last_state_that_had_a_text(opened):
    changes = {(event.kind, event.key): event.changes for event in history(opened, find(opened, THREAD))}
    assert changes["new", ADA] == ["  The quick brown fox"]
    assert changes["edited", ADA] == ["~ The quick [-brown-]{+red+} fox"]
    assert changes["removed", BOB] == []
    assert changes["restored", BOB] == ["@@ -1,2 +1,2 @@", "  one", "- two", "+ 2"]
    assert changes["counts", ADA] == ["~ like_count: None -> 3"]
    assert changes["visit", THREAD] == []


def test_a_visit_that_missed_something_says_why(opened):
    told = [event.changes for event in history(opened, find(opened, THREAD)) if event.kind == "visit"]
    assert told == [[], ["  page 2: status 500", "  fewer than stated"], [], [], []]


@pytest.mark.parametrize(
    ("what", "subject"),
    [
        (ADA, Subject("comment", ADA)),
        ("ada0", Subject("comment", ADA)),
        ("7ea1", Subject("thread", THREAD)),
        ("9a6e", Subject("page", PAGE)),
        (f"https://example.org/{PAGE}", Subject("page", PAGE)),
        (f"https://example.org/{PAGE}/#comment-3", Subject("page", PAGE)),
    ],
)
def test_ids_may_be_abbreviated_and_pages_named_by_their_address(opened, what, subject):
    assert find(opened, what) == subject


def test_a_page_is_named_by_another_address_of_it_and_one_that_never_was_read_by_its_own(tmp_path):
    exporter = started(tmp_path)
    exporter.add("pages", [page(PAGE)], seen("v0"))
    looks = [(PAGE, "amp", "alias"), ("f00d", "amp", "failed"), ("dead", "down", "failed")]
    rows = [Visit(page_id=key, url=f"https://example.org/{path}", outcome=outcome, requests=1) for key, path, outcome in looks]
    exporter.add("visits", rows, seen("v0"))
    exporter.commit(exporter.take())
    exporter.close()
    opened = archive.open(str(tmp_path / "archive"))
    assert find(opened, "https://example.org/amp") == Subject("page", PAGE)
    assert [event.row["outcome"] for event in history(opened, find(opened, "https://example.org/down"))] == ["failed"]
    assert find(opened, "https://example.org/down") == find(opened, "dead") == Subject("page", "dead")


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ("ada", "'ada' is too short: give at least 4 characters"),
        ("ffff", "no comment, thread or page whose id begins with 'ffff'"),
        ("https://example.org/nothing", "no page with the address https://example.org/nothing"),
        ("%%%%", "begins with '%%%%'"),
    ],
)
def test_what_is_not_there_is_said(opened, what, message):
    with pytest.raises(ArchiveError, match=message):
        find(opened, what)


def test_an_abbreviation_that_fits_several_names_them_and_a_whole_id_is_none(tmp_path):
    exporter = started(tmp_path)
    exporter.add("comments", [comment("abcde1", thread="abcde"), comment("abcde2", thread="abcde")], seen())
    exporter.commit(exporter.take())
    exporter.close()
    opened = archive.open(str(tmp_path / "archive"))
    with pytest.raises(ArchiveError, match="'abcd' fits comment abcde1, comment abcde2, thread abcde; give more"):
        find(opened, "abcd")
    assert find(opened, "abcde") == Subject("thread", "abcde")
    assert find(opened, "abcde1") == Subject("comment", "abcde1")


LINES = st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=6), max_size=8)


@given(LINES, LINES)
def test_a_diff_holds_the_lines_that_went_and_came(old, new):
    before, after = "\n".join(old), "\n".join(new)
    lines = list(diff(before, after))
    if before.splitlines() == after.splitlines():
        assert [line for line in lines if line[:1] in "+-"] == []
        return
    if len(lines) == 1 and lines[0].startswith("~"):
        return
    gone = [line[2:] for line in lines if line.startswith("- ")]
    come = [line[2:] for line in lines if line.startswith("+ ")]
    rest = list(before.splitlines())
    for line in gone:
        rest.remove(line)
    assert sorted([*rest, *come]) == sorted(after.splitlines())


@given(st.text("ab .,\u00e9", max_size=30), st.text("ab .,\u00e9", max_size=30))
def test_marked_words_give_both_texts_back(before, after):
    marked = words(before, after)
    if marked is not None:
        assert re.sub(r"\{\+.*?\+\}", "", re.sub(r"\[-(.*?)-\]", r"\1", marked)) == before
        assert re.sub(r"\[-.*?-\]", "", re.sub(r"\{\+(.*?)\+\}", r"\1", marked)) == after


def test_huge_texts_are_compared_in_no_time():
    began = time.monotonic()
    assert list(diff("a\n" * MOST_LINES, "b\n" * MOST_LINES)) == [f"- ({MOST_LINES:,} lines)", f"+ ({MOST_LINES:,} lines)"]
    assert len(list(diff("word " * 200_000, "other " * 200_000))) == 3
    assert time.monotonic() - began < 5
