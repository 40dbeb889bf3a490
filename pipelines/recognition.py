"""Comments that the archive knows under another key: by what they say, who says it, and when; or by when alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any, Final

from archive.states import GONE
from crawler.keys import digest
from crawler.systems import GUESSED_IDS
from pipelines.typography import digests

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from archive.states import CommentState
    from crawler.items import Comment

def known_by(state: Mapping[str, Any]) -> Iterable[str]:
    """The digests of what a row of ``comments`` says by which a later visit would recognise it, however it is set then.

    None where it is known by its id: see :data:`archive.upkeep.erase.Words`.
    """
    if state["id_kind"] == "native" and state["system"] not in GUESSED_IDS:
        return ()
    return {state["content_digest"], *digests(state["author_name"], state["text"])} - {None}


MANY: Final = 100
"""Comments of a thread by one author with one text, beyond which they are known by their own keys only."""

CLOCKS: Final = ("us", "s", "min")
"""How precise a time must be to be that of one comment only."""


class Recognition:
    """What the archive holds of one thread, while a visit reads it.

    A key without an id holds the time as it was first seen, and a page may tell it otherwise the next day: "2 hours
    ago" becomes a date, a clock another zone's. A page may also show its ids today and none tomorrow, or others after
    a move. Its comments are the same all the same, and neither removed nor new. What stands where another text stood,
    with a clock that only that one had, is the same comment too, and was edited: nobody can write at a moment that has
    passed. But two ids are two comments.
    """

    def __init__(self, known: Mapping[str, CommentState]) -> None:
        self._known = known
        self._taken: set[str] = set()
        self._alike: defaultdict[str | None, list[str]] = defaultdict(list)
        self._moments: defaultdict[int | None, list[str]] = defaultdict(list)
        self._named: dict[str | None, str] = {}
        for comment_id, state in known.items():
            if state.id_kind == "native":
                self._named[state.native_id] = comment_id
            self._alike[state.content_digest].append(comment_id)
            if state.status != GONE:
                self._moments[state.published_at].append(comment_id)

    def recognise(self, comments: Sequence[Comment]) -> None:
        """Give each comment of a batch that is not known by its own key the one that it is known by."""
        here = {comment.comment_id for comment in comments}
        often = Counter(comment.content_digest for comment in comments)
        for comment in comments:
            held = self._named.get(comment.native_id) if comment.comment_id not in self._known else None
            if held is not None and comment.id_kind == "native" and held not in here and held not in self._taken:
                comment.comment_id = held
                here.add(held)
            if comment.text and comment.comment_id not in self._known:
                alike = self._alike.get(comment.content_digest, ())
                is_alone = len(alike) == often[comment.content_digest] == 1
                # An id tells a comment apart from others that say the same.
                if is_alone or (comment.id_kind != "native" and len(alike) <= MANY):
                    self._rename(comment, [key for key in alike if key not in here and key not in self._taken])
                    here.add(comment.comment_id)
            while comment.comment_id in self._taken:  # an earlier batch had another comment that says the same
                comment.comment_id = digest(comment.comment_id, "again")
        self._recognise_edited(comments)
        self._taken.update(comment.comment_id for comment in comments)

    def _recognise_edited(self, comments: Sequence[Comment]) -> None:
        """Give each comment that is left the key of the one that alone was written at its moment, if one has no id."""
        here = {comment.comment_id for comment in comments}
        often = Counter(comment.published_at for comment in comments)
        for comment in comments:
            is_left = comment.comment_id not in self._known
            is_timed = comment.published_precision in CLOCKS and often[comment.published_at] == 1
            then = self._moments.get(comment.published_at, ()) if is_left and is_timed and comment.text else ()
            if len(then) == 1 and "native" not in {comment.id_kind} & {self._known[then[0]].id_kind}:
                self._rename(comment, [key for key in then if key not in here and key not in self._taken])

    def _rename(self, comment: Comment, keys: Sequence[str]) -> None:
        possible = [key for key in keys if _may_be_at_once(comment, self._known[key])]
        if not possible:
            return
        comment.comment_id = min(possible, key=lambda key: self._strangeness(comment, key))
        state = self._known[comment.comment_id]
        if comment.id_kind != "native" and state.id_kind == "native":
            comment.id_kind, comment.native_id = state.id_kind, state.native_id

    def _strangeness(self, comment: Comment, key: str) -> tuple[bool, int]:
        """What is still there comes before what was gone, then the nearest time."""
        state = self._known[key]
        return state.status == GONE, abs((comment.published_at or 0) - (state.published_at or 0))


def _may_be_at_once(comment: Comment, state: CommentState) -> bool:
    """Whether the times that a comment and a known one can have meet; one that is not told can be any."""
    (least, most), (earliest, latest) = _interval(comment), _interval(state)
    is_later = least is not None and latest is not None and least > latest
    is_earlier = most is not None and earliest is not None and most < earliest
    return not (is_later or is_earlier)


def _interval(row: Comment | CommentState) -> tuple[int | None, int | None]:
    """When it can have been written: of an age half as much again to both sides, as pages round those they tell."""
    if row.published_min is None and row.published_max is None:
        return row.published_at, row.published_at
    if row.published_at is not None or row.published_min is None or row.published_max is None:
        return row.published_min, row.published_max
    slack = (row.published_max - row.published_min) // 2
    return row.published_min - slack, row.published_max + slack
