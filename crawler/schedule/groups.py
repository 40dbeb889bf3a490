"""Which threads are counted with one request: those that are due, and others for nothing where there is room left."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from itertools import chain, islice
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)


class Waiting(Generic[Key]):
    """Threads of one system and tenant that wait to be counted; each is given out once."""

    def __init__(self, room: int, size: Callable[[Key], int], due: Iterable[Key], spare: Iterable[Key] = ()) -> None:
        """Take threads over.

        :param room: of one request, which the sizes of its threads may fill
        :param due: the most urgent first
        :param spare: what is not due, the soonest first; it fills up what due ones leave
        """
        self._room = room
        self._size = size
        self._due = dict.fromkeys(due)
        self._spare = dict.fromkeys(spare)

    def group(self, first: Key) -> list[Key]:
        """A thread and those that are counted with it, in their order. One that fills the request is alone."""
        self._due.pop(first, None)
        found, left = [first], self._room - self._size(first)
        # No more threads than there is room can be in one request, so no more are looked at.
        for key in chain(islice(self._due, self._room), islice(self._spare, self._room)):
            size = self._size(key)
            if size <= left:
                found.append(key)
                left -= size
        for key in found:
            self._due.pop(key, None)
            self._spare.pop(key, None)
        return found
