"""Which threads are counted with one request: those that are due, and others for nothing where there is room left."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from itertools import chain, islice
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)


class Waiting(Generic[Key]):
    """Threads of one system and tenant that wait to be counted; each is given out once."""

    def __init__(self, room: int, due: Iterable[Key], spare: Iterable[Key] = ()) -> None:
        """Take threads over.

        :param room: how many one request may name
        :param due: the most urgent first
        :param spare: what is not due, the soonest first; it fills up what due ones leave
        """
        self._room = room
        self._due = dict.fromkeys(due)
        self._spare = dict.fromkeys(spare)

    def group(self, first: Key) -> list[Key]:
        """A thread and those that are counted with it, in their order."""
        self._due.pop(first, None)
        found = [first, *islice(chain(self._due, self._spare), self._room - 1)]
        for key in found:
            self._due.pop(key, None)
            self._spare.pop(key, None)
        return found
