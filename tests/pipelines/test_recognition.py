"""A comment is the same however its page tells its time, and whether or not the page shows its id."""

from __future__ import annotations

import pytest

from archive.states import CommentState
from crawler.items import Capture, Comment, Thread
from pipelines.changes import Changes
from pipelines.identify import Identify

HOUR = 3_600_000_000
NOON = 1_780_315_200_000_000


class Visits:
    """Visits of one thread, each compared with what the ones before it left: it is the archive that holds that."""

    def __init__(self, system: str = "generic") -> None:
        self.system = system
        self.known: dict[str, CommentState] = {}

    def thread(self, _: str) -> dict[str, CommentState]:
        return dict(self.known)

    def threads_of(self, _: str) -> tuple[()]:
        return ()

    def thread_without_id(self, *_: object) -> None:
        return None

    page_of = thread_without_id

    def visit(self, *batches: list[Comment]) -> list[str]:
        """Changes of a visit that read the whole thread, in alphabetical order."""
        identify = Identify(lambda: self)
        changes = Changes(lambda _: None, lambda _thread, _without: dict(self.known))
        found: list[str] = []
        for batch in [*batches, []]:
            for comment in batch:
                comment.system, comment.tenant = self.system, "example.org"
            ledger = None if batch else Thread(system=self.system, tenant="example.org", verdict="complete")
            capture = Capture(
                visit_id="v", capture_id="c", observed_at=NOON, url="https://example.org/a", extractor="x/1",
                thread_of=(self.system, "example.org", None), comments=batch, thread=ledger,
            )  # fmt: skip
            identify.identify(capture)
            changes.compare(capture)
            for comment in capture.comments:
                found += [comment.change] if comment.change else []
                if comment.change:
                    values = {name: getattr(comment, name, None) for name in CommentState._fields}
                    self.known[comment.comment_id] = CommentState(**values | {"observed_at": NOON, "capture_id": "c"})
        return sorted(found)


def wall(author: str, at: int, text: str = "The bridge is open.", **more) -> Comment:
    """A comment whose time is a wall clock without its zone."""
    times = {"published_at": at, "published_min": at - 14 * HOUR, "published_max": at + 12 * HOUR}
    return Comment(author_name=author, text=text, **times | more)


def aged(author: str, least: int, most: int) -> Comment:
    """A comment of which only an age is told."""
    return Comment(author_name=author, text="The bridge is open.", published_min=least, published_max=most)


def test_a_comment_without_an_id_stays_itself_when_its_age_becomes_a_date():
    visits = Visits()
    assert visits.visit([aged("One", NOON - 3 * HOUR, NOON - 2 * HOUR)]) == ["new"]
    assert visits.visit([wall("One", NOON - 2 * HOUR)]) == []
    assert visits.visit([aged("One", NOON - 27 * HOUR, NOON + 3 * HOUR)]) == []


@pytest.mark.parametrize(("days", "change"), [(1000, []), (800, ["new", "removed"])])
def test_a_comment_without_an_id_stays_itself_when_its_age_was_rounded_up(days, change):
    visits, day = Visits(), 24 * HOUR
    assert visits.visit([aged("One", NOON - 4 * 365 * day, NOON - 3 * 365 * day)]) == ["new"]
    assert visits.visit([wall("One", NOON - days * day)]) == change


def test_a_comment_without_an_id_stays_itself_when_the_page_tells_times_in_another_zone():
    visits = Visits("phpmelody")
    assert visits.visit([wall("One", NOON), wall("Two", NOON)]) == ["new", "new"]
    assert visits.visit([wall("Two", NOON + 2 * HOUR), wall("One", NOON + 2 * HOUR)]) == []


def test_what_cannot_have_been_said_at_once_is_another_comment():
    visits = Visits()
    assert visits.visit([wall("One", NOON - 72 * HOUR)]) == ["new"]
    assert visits.visit([wall("One", NOON)]) == ["new", "removed"]


def test_another_text_with_the_clock_of_the_only_one_that_was_written_then_is_an_edit():
    def clock(author: str, at: int, text: str, precision: str = "min") -> Comment:
        return wall(author, at, text, published_precision=precision)

    others = NOON - HOUR, "The old one was better."
    visits = Visits()
    assert visits.visit([clock("One", NOON, "It is open."), clock("Two", *others)]) == ["new", "new"]
    assert visits.visit([clock("One", NOON, "It is open. At last."), clock("Two", *others)]) == ["edited"]
    assert visits.visit([clock("Two", *others)], [clock("One", NOON, "It is open.")]) == ["edited"]
    assert visits.visit([clock("Two", *others)]) == ["removed"]
    assert visits.visit([clock("Two", *others), clock("One", NOON, "It is open!")]) == ["new"], "that one was gone"


@pytest.mark.parametrize("precision", ["day", None])
def test_another_text_of_the_same_day_is_another_comment(precision):
    visits = Visits()
    assert visits.visit([wall("One", NOON, published_precision=precision)]) == ["new"]
    assert visits.visit([wall("One", NOON, "It is closed.", published_precision=precision)]) == ["new", "removed"]


def test_another_text_at_a_moment_at_which_several_wrote_is_another_comment():
    visits = Visits()
    three = [wall("One", NOON, text, published_precision="s") for text in ("It is open.", "It is closed.", "Is it?")]
    assert visits.visit(three[:2]) == ["new", "new"]
    assert visits.visit(three[2:]) == ["new", "removed", "removed"]


def test_another_text_with_an_id_of_its_own_is_another_comment():
    visits = Visits()
    assert visits.visit([wall("One", NOON, native_id="7", published_precision="s")]) == ["new"]
    other = wall("One", NOON, "It is closed.", native_id="9", published_precision="s")
    assert visits.visit([other]) == ["new", "removed"]


@pytest.mark.parametrize("batches", [1, 2])
def test_the_same_words_by_the_same_author_twice_are_two_comments(batches):
    def read(shift: int) -> list[list[Comment]]:
        later, earlier = wall("One", NOON + HOUR + shift), wall("One", NOON + shift)
        return [[later, earlier]] if batches == 1 else [[later], [earlier]]

    visits = Visits()
    assert visits.visit([wall("One", NOON)]) == ["new"]
    assert visits.visit(*read(0)) == ["new"]
    for shift in (0, 2 * HOUR, 0):
        assert visits.visit(*read(shift)) == []
    assert len(visits.known) == 2


def test_a_template_that_shows_ids_at_some_visits_only_removes_nothing():
    visits = Visits()
    assert visits.visit([wall("One", NOON, native_id="7"), wall("Two", NOON, native_id="8")]) == ["new", "new"]
    for _ in range(2):
        assert visits.visit([wall("One", NOON), wall("Two", NOON)]) == []
        assert visits.visit([wall("One", NOON, native_id="7"), wall("Two", NOON, native_id="8")]) == []
    # An edit is told by the id, after a visit without ids as before.
    assert visits.visit([wall("One", NOON, native_id="7", text="No."), wall("Two", NOON, native_id="8")]) == ["edited"]


def test_a_comment_that_is_edited_when_its_page_begins_to_show_ids_is_not_removed_nor_is_it_by_its_next_edit():
    visits, later = Visits(), {"native_id": "7", "published_precision": "min"}
    assert visits.visit([wall("One", NOON, published_precision="min")]) == ["new"]
    assert visits.visit([wall("One", NOON, text="It is closed.", **later)]) == ["edited"]
    assert visits.visit([wall("One", NOON, text="Is it?", native_id="7")]) == ["edited"], "known by its id now"
    assert visits.visit([wall("One", NOON, text="It is.", published_precision="min", native_id="9")]) == ["new", "removed"]


def test_ids_that_change_with_a_move_or_with_every_answer_make_no_comment_new():
    visits = Visits()
    assert visits.visit([wall("One", NOON, native_id="7"), wall("Two", NOON, native_id="8")]) == ["new", "new"]
    for first in (1007, 2007):
        reply = wall("Three", NOON, native_id=f"{first + 2}", parent_native_id=f"{first}")
        batch = [wall("One", NOON, native_id=f"{first}"), wall("Two", NOON, native_id=f"{first + 1}"), reply]
        assert visits.visit(batch[:2], batch[2:]) == (["new"] if first == 1007 else [])
        assert batch[2].parent_id == batch[0].comment_id
        assert batch[2].root_id == batch[0].comment_id


def test_an_id_that_a_system_states_is_believed():
    visits = Visits("wordpress")
    assert visits.visit([wall("One", NOON, native_id="7")]) == ["new"]
    assert visits.visit([wall("One", NOON, native_id="9")]) == ["new", "removed"]


def test_ids_tell_apart_what_says_the_same():
    visits = Visits()
    assert visits.visit([wall("One", NOON, native_id="7")]) == ["new"]
    assert visits.visit([wall("One", NOON, native_id="9"), wall("One", NOON, native_id="7")]) == ["new"]
    assert visits.visit([wall("One", NOON, native_id="9")]) == ["removed"]
