"""What is written is what is different, and nothing is called removed that was merely not seen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.states import CommentState, PageState
from crawler.extract.text import fold
from crawler.items import Capture, Comment, Failure, Page, Share, Thread
from crawler.keys import digest
from crawler.leases import Lease
from pipelines.changes import Changes


def state(content_digest: str = "a", status: str = "visible", **more) -> CommentState:
    values = dict.fromkeys(CommentState._fields) | {
        "observed_at": 1, "capture_id": "c", "status": status, "content_digest": content_digest, "page_id": "p",
        "id_kind": "native", "kind": "comment", "native_id": "n",
    }  # fmt: skip
    return CommentState(**(values | more))


def comparing(known: dict[str, CommentState] | None = None, page: str | None = None, at: int = 1, **options) -> Changes:
    """What compares with these states, and with a page of this digest that was met then."""
    held = None if page is None else PageState(at, "c", page)
    return Changes(lambda page_id: held, lambda thread_id, without: dict(known or {}), **options)


def capture(*comments: Comment, verdict: str | None = None) -> Capture:
    return Capture(
        visit_id="v", capture_id="c", observed_at=9, url="https://example.org/", extractor="x/1", page_id="p",
        thread_id="t", thread_of=("wordpress", "example.org", "7"), comments=list(comments),
        thread=None if verdict is None else Thread(system="wordpress", tenant="example.org", verdict=verdict),
    )  # fmt: skip


def seen(comment_id: str, content_digest: str = "a", **more) -> Comment:
    return Comment(comment_id=comment_id, content_digest=content_digest, **more)


@pytest.mark.parametrize(
    ("known", "comment", "change"),
    [
        (None, seen("1"), "new"),
        (state("a"), seen("1", "a"), ""),
        (state("a"), seen("1", "b"), "edited"),
        (state("a"), seen("1", "a", status="removed_by_author"), "status"),
        (state("a", status="disappeared"), seen("1", "a"), "restored"),
        (state("a", status="disappeared"), seen("1", "b"), "restored"),
        (state("a", like_count=1), seen("1", "a", like_count=2), ""),
    ],
)
def test_each_state_gets_its_change(known, comment, change):
    item = capture(comment)
    comparing({"1": known} if known else {}).compare(item)
    assert item.comments[0].change == change


def test_changed_counts_make_a_row_only_when_asked_for():
    item = capture(seen("1", "a", like_count=2))
    comparing({"1": state("a", like_count=1)}, with_counts=True).compare(item)
    assert item.comments[0].change == "counts"


def digest_of(author: str, text: str | None) -> str:
    return digest(fold(author), None if text is None else fold(text))


def said(author: str, text: str | None, **more) -> Comment:
    return seen("1", digest_of(author, text), author_name=author, text=text, **more)


ENGLISH, FRENCH, GERMAN = "the “experts” don’t say…", "the «\xa0experts\xa0» don’t say…", "the „experts“ don’t say…"
SWEDISH = "the ”experts” don’t say…"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (("Jag O'Neill", "No."), ("Jag O’Neill", "No.")),
        (("Jag O’Neill", "No."), ("Jag O'Neill", "No.")),
        (("The '88 \"Review\"", "No."), ("The ’88 “Review”", "No.")),
        (("The ’88 “Review”", "No."), ("The '88 \"Review\"", "No.")),
        (("Jag O’Neill", ENGLISH), ("Jag O'Neill", ENGLISH)),
        (("Jag", ENGLISH), ("Jag", FRENCH)),
        (("Jag", ENGLISH), ("Jag", GERMAN)),
        (("Jag", FRENCH), ("Jag", ENGLISH)),
        (("Jag", GERMAN), ("Jag", ENGLISH)),
        (("Jag", GERMAN), ("Jag", FRENCH)),
        (("Jag", SWEDISH), ("Jag", ENGLISH)),
        (("Jag", ENGLISH), ("Jag", SWEDISH)),
        (("Jag", ENGLISH), ("Jag", "the \"experts\" don't say...")),
        (("Jag", "the \"experts\" don't say..."), ("Jag", ENGLISH)),
    ],
)
def test_quotation_marks_that_a_theme_or_a_language_sets_otherwise_are_no_edit(before, after):
    item = capture(said(*after))
    comparing({"1": state(digest_of(*before))}).compare(item)
    assert item.comments[0].change == ""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (("Jag O'Neill", "No."), ("Jag O’Neil", "No.")),
        (("Jag", ENGLISH), ("Jag", FRENCH + " So.")),
        (("Jag", "the experts"), ("Jag", 'the "experts"')),
        (("Jag", "No"), ("Jag", None)),
    ],
)
def test_other_words_are_an_edit_however_they_are_set(before, after):
    item = capture(said(*after))
    comparing({"1": state(digest_of(*before))}).compare(item)
    assert item.comments[0].change == "edited"


def test_a_pingback_whose_excerpt_another_theme_does_not_show_is_not_edited():
    item = capture(said("A review", None, kind="pingback"))
    comparing({"1": state(digest_of("A review", "[…] as they say […]"), kind="pingback")}).compare(item)
    assert item.comments[0].change == ""


@pytest.mark.parametrize("verdict", ["complete", "none", "closed"])
def test_what_a_wholly_read_thread_does_not_show_is_removed(verdict):
    item = capture(seen("1"), verdict=verdict)
    comparing({"1": state(), "2": state("b", native_id="22", parent_id="1", depth=2)}).compare(item)
    removed = item.comments[-1]
    assert (removed.comment_id, removed.change, removed.status) == ("2", "removed", "disappeared")
    assert removed.status_source == "inferred"
    assert (removed.native_id, removed.parent_id, removed.depth) == ("22", "1", 2)
    assert removed.text is None
    assert item.thread.removed == 1


@pytest.mark.parametrize("verdict", ["partial", "blocked", "unknown"])
def test_nothing_is_removed_after_a_visit_that_missed_something(verdict):
    item = capture(seen("1"), verdict=verdict)
    comparing({"1": state(), "2": state()}).compare(item)
    assert [comment.comment_id for comment in item.comments] == ["1"]
    assert item.thread.removed == 0


def test_what_another_crawl_saw_later_is_not_missing_from_an_earlier_look():
    item = capture(seen("1"), verdict="complete")
    comparing({"1": state(), "2": state(observed_at=10), "3": state(observed_at=9)}).compare(item)
    assert [comment.comment_id for comment in item.comments] == ["1", "3"], "the look was at 9"
    assert item.thread.removed == 1


@pytest.mark.parametrize("known", [state("b", observed_at=6), state("a", status="disappeared", observed_at=6)])
def test_an_old_copy_that_a_cache_sent_says_nothing_of_what_was_met_since_it_was_made(known):
    item = capture(seen("1", "a"), verdict="complete")
    item.age = 4
    comparing({"1": known, "2": state(observed_at=7), "3": state(observed_at=5)}).compare(item)
    assert [(comment.comment_id, comment.change) for comment in item.comments] == [("1", ""), ("3", "removed")]
    assert (item.thread.edited, item.thread.restored, item.thread.removed) == (0, 0, 1)
    assert item.thread.verdict == "partial"
    [gap] = item.thread.gaps
    assert gap["reason"].endswith("comments met since that it lacks: 1")


def test_a_copy_that_lacks_nothing_newer_is_as_good_as_a_fresh_answer():
    item = capture(seen("1", "b"), verdict="complete")
    item.age = 4
    comparing({"1": state("a", observed_at=5), "2": state(observed_at=5)}).compare(item)
    assert [comment.change for comment in item.comments] == ["edited", "removed"]
    assert (item.thread.verdict, item.thread.gaps) == ("complete", None)


def test_what_is_gone_already_is_not_removed_again():
    item = capture(verdict="complete")
    comparing({"2": state(status="disappeared")}).compare(item)
    assert not item.comments


def test_the_ledger_counts_the_changes_of_all_batches_of_its_visit():
    changes = comparing({"1": state("a"), "2": state("a", status="disappeared"), "3": state()})
    changes.compare(capture(seen("1", "b"), seen("2")))
    changes.compare(capture(seen("4"), seen("5")))
    last = capture(verdict="complete")
    changes.compare(last)
    ledger = last.thread
    assert (ledger.new, ledger.edited, ledger.restored, ledger.removed) == (2, 1, 1, 1)


def test_a_visit_that_is_made_again_counts_what_it_had_committed_before_it_was_cut_off():
    lease = Lease(id=7, url="u", asked="u", host="h", attempts=2, name="crawl-7", run="b")
    held = {
        "before": state("a", capture_id="earlier-1"),
        "new": state("a", capture_id="crawl-7-a.1"),
        "edited": state("b", capture_id="crawl-7-a.1"),
        "neighbour": state("a", capture_id="crawl-70-a.1"),
    }
    before = {"before": held["before"], "neighbour": held["neighbour"], "edited": state("a", capture_id="earlier-1")}

    def thread(_thread_id: str, without: str | None) -> dict[str, CommentState]:
        assert without in (None, "crawl-7-")
        return dict(held if without is None else before)

    item = capture(seen("before"), seen("new"), seen("edited", "b"), seen("neighbour"), seen("more"), verdict="complete")
    item.lease = lease
    Changes(lambda page_id: None, thread).compare(item)
    assert [comment.change for comment in item.comments] == ["", "", "", "", "new"], "nothing is written twice"
    assert (item.thread.new, item.thread.edited, item.thread.removed) == (2, 1, 0), "everything is counted"


def page(digest: str, failure: Failure | None = None) -> Capture:
    return Capture(
        visit_id="v", capture_id="c", observed_at=9, url="https://example.org/", extractor="page/1", page_id="p",
        page=Page(content_digest=digest), shares=[Share()], subscribes=[], failure=failure, is_last=True,
    )  # fmt: skip


def test_an_unchanged_page_is_not_written_and_neither_are_its_blocks():
    item = page("a")
    comparing(page="a").compare(item)
    assert (item.page, item.shares, item.subscribes) == (None, None, None)


@pytest.mark.parametrize("known", [None, "b"])
def test_a_new_or_changed_page_is_written_with_its_blocks(known):
    item = page("a")
    comparing(page=known).compare(item)
    assert item.page is not None
    assert item.shares


@pytest.mark.parametrize(("at", "change"), [(5, "edited"), (6, "")])
def test_an_old_copy_of_a_page_is_no_later_state_of_it(at, change):
    item = page("b")
    item.age = 4
    comparing(page="a", at=at).compare(item)
    assert (item.change, item.page is None) == (change, not change)


def test_a_page_that_is_gone_is_a_state_of_a_page_that_was_there():
    gone = Failure(url="u", reason="http", detail="404")
    known, unknown = page("a", gone), page("a", gone)
    comparing(page="b").compare(known)
    comparing(page=None).compare(unknown)
    assert known.page is not None
    assert unknown.page is None


@given(st.tuples(*[st.integers(0, 100)] * 2).map(sorted), st.tuples(*[st.integers(0, 100)] * 2).map(sorted))
def test_an_interval_only_shrinks(before, after):
    comment = seen("1", "b", published_min=after[0], published_max=after[1], published_precision="relative")
    comparing({"1": state("a", published_min=before[0], published_max=before[1])}).compare(capture(comment))
    assert after[0] <= comment.published_min <= comment.published_max <= after[1]
    if max(before[0], after[0]) <= min(before[1], after[1]):
        assert before[0] <= comment.published_min <= comment.published_max <= before[1]


def test_a_time_that_was_exact_stays_exact():
    comment = seen("1", "b", published_min=0, published_max=100, published_precision="relative")
    comparing({"1": state("a", published_at=50, published_min=50, published_max=50)}).compare(capture(comment))
    assert comment.published_at == 50


@given(
    st.lists(st.dictionaries(st.sampled_from("abc"), st.sampled_from("xyz"), max_size=3), min_size=1, max_size=6),
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 9))),
)
def test_copies_of_earlier_states_between_fresh_looks_write_nothing(states, copies):
    """Each state is seen fresh at 10, 20, ...; a copy of one is from before the next and sent after a later look."""
    held: dict[str, CommentState] = {}
    changes = Changes(lambda page_id: None, lambda thread_id, without: dict(held))

    def looked(shown: dict[str, str], at: int, age: int) -> list[Comment]:
        item = capture(*(seen(name, text) for name, text in shown.items()), verdict="complete")
        item.observed_at, item.age = at, age
        changes.compare(item)
        return [comment for comment in item.comments if comment.change]

    for number, shown in enumerate(states):
        now = 10 * (number + 1)
        for comment in looked(shown, now, 0):
            held[comment.comment_id] = state(comment.content_digest, comment.status, observed_at=now)
        for after, of, made in copies:
            if after == number and of <= number:
                at = now + 9
                assert looked(states[of], at, at - min(10 * (of + 1) + made, at)) == []
        present = {name: known.content_digest for name, known in held.items() if known.status != "disappeared"}
        assert present == shown
