"""The ways through a thread that comes in pages: by link or cursor, by number, by offset.

Each is an async generator over answers. A system makes a batch of every answer; the walk sees by
:attr:`Reading.met` whether it brought anything, and ends where the source says so, where nothing new comes, or where
it would run in a circle. It is what is known to be missing that goes into the ledger, not how far the walk came.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, Final, Protocol

from crawler.systems.answers import Answer
from crawler.systems.base import ENDS_READING, FetchError
from crawler.systems.reading import Reading

MAX_BARREN: Final = 3
"""Pages in a row that bring nothing new although the source says that there is more."""

MAX_FAILED: Final = 3
"""Pages may fail one by one; a server that fails this often in a row is left alone."""

ENDS_ALL: Final = ENDS_READING | {"blocked"}
"""Stop reasons after which nothing more of the thread is asked for: the next request would fare no better."""

Ask = str | Mapping[str, Any]
"""A request: an address, or the arguments of :meth:`Reading.json` (``url`` and what :class:`scrapy.Request` takes)."""


async def by_link(
    reading: Reading, first: Ask | None, following: Callable[[Answer], Ask | None], *, parent: str | None = None
) -> AsyncIterator[Answer]:
    """Walk along links or cursors, each found in the answer before.

    A request that fails ends the walk: where to go on is not known. Without a ``parent`` it ends the reading.

    :param first: the first request, None where there is none to make
    :param following: the next request, None at the end
    :param parent: the comment whose replies are walked; what goes wrong is then a gap of that comment
    :raises FetchError: a request failed, or the cursors run in a circle
    """
    ask, barren = first, 0
    while ask is not None:
        met = reading.met
        try:
            answer = await _answer(reading, ask)
            yield answer
            ask = following(answer)
            barren = 0 if reading.met > met else barren + 1
            if ask is not None and barren == MAX_BARREN:
                raise _circle(answer)
        except FetchError as error:
            if parent is None or error.reason in ENDS_ALL:
                raise
            reading.missing(error, parent=parent)
            return


async def by_number(
    reading: Reading,
    address: Callable[[int], Ask],
    last: Callable[[Answer], int | None],
    *,
    first: int = 1,
    parent: str | None = None,
) -> AsyncIterator[Answer]:
    """Walk through numbered pages.

    A page that fails is a gap, and the next one is asked for; when the first one fails the reading ends.

    :param last: number of the last page as an answer states it; None where it does not: then an empty page is the end,
        or some in a row without anything new: what is added while the list is read shifts it
    :raises FetchError: the first request failed, several in a row did, or the pages run in a circle
    """
    final: int | None = None
    offered, barren = reading.offered, 0

    def following(number: int, answer: Answer | None, *, is_fresh: bool) -> int | None:
        nonlocal final, offered, barren
        stated = last(answer) if answer is not None else None
        final = final if stated is None else stated
        is_empty, offered = reading.offered == offered, reading.offered
        barren = 0 if is_fresh else barren + 1
        if final is None:
            return None if is_empty or barren == MAX_BARREN else number + 1
        return number + 1 if number < final else None

    async for answer in _steps(reading, address, following, first, parent):
        yield answer


async def by_offset(
    reading: Reading,
    address: Callable[[int], Ask],
    size: Callable[[Answer], int],
    total: Callable[[Answer], int | None],
    *,
    parent: str | None = None,
) -> AsyncIterator[Answer]:
    """Walk through a list by offset; on it goes by as many rows as came, however many were asked for.

    A page that fails is a gap, and the walk goes on behind it; when the first one fails the reading ends.

    :param size: rows of an answer
    :param total: rows of the whole list as an answer states it; None where it does not: then an empty answer is the
        end, or some in a row without anything new: what is added while the list is read shifts it
    :raises FetchError: the first request failed, several in a row did, or the pages run in a circle
    """
    whole: int | None = None
    step = barren = 0

    def following(offset: int, answer: Answer | None, *, is_fresh: bool) -> int | None:
        nonlocal whole, step, barren
        barren = 0 if is_fresh else barren + 1
        if answer is not None:
            step, stated = size(answer), total(answer)
            whole = whole if stated is None else stated
            if whole is None and barren == MAX_BARREN:
                return None
        on = offset + step
        return on if step and (whole is None or on < whole) else None

    async for answer in _steps(reading, address, following, 0, parent):
        yield answer


class _Following(Protocol):
    def __call__(self, position: int, answer: Answer | None, /, *, is_fresh: bool) -> int | None:
        """The next position, None at the end. ``answer`` is None when the page at ``position`` failed."""


async def _steps(
    reading: Reading, address: Callable[[int], Ask], following: _Following, first: int, parent: str | None
) -> AsyncIterator[Answer]:
    position: int | None = first
    failed = barren = 0
    while position is not None:
        met = reading.met
        try:
            answer = await _answer(reading, address(position))
            yield answer
            is_fresh = reading.met > met
            position = following(position, answer, is_fresh=is_fresh)
            failed, barren = 0, 0 if is_fresh else barren + 1
            if position is not None and barren == MAX_BARREN:
                raise _circle(answer)
        except FetchError as error:
            failed += 1
            ends = error.reason != "error" or position is None or position == first or failed == MAX_FAILED
            if error.reason in ENDS_ALL or (ends and parent is None):
                raise
            reading.missing(error, parent=parent)
            if ends or position is None:
                return
            position = following(position, None, is_fresh=False)


def _circle(answer: Answer) -> FetchError:
    return FetchError("cursor_loop", f"{answer.url} and the {MAX_BARREN - 1} pages before it bring nothing new")


async def _answer(reading: Reading, ask: Ask) -> Answer:
    return await (reading.json(ask) if isinstance(ask, str) else reading.json(**ask))
