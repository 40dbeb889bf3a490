"""Deaths within a test's own process: what a killed crawl would have left is there, and the test goes on."""

from __future__ import annotations

import pytest

from archive.exporter import Exporter
from archive.index import Index
from archive.journal import Journal
from archive.log import TableLog
from archive.stores import LocalStore

STEPS = (
    (LocalStore, "stage"), (LocalStore, "publish"), (LocalStore, "discard"), (LocalStore, "persist_log"),
    (TableLog, "commit"), (Journal, "write"), (Journal, "cross_out"), (Index, "follow"),
)  # fmt: skip
"""Every step of a commit that leaves a trace."""


class KilledError(BaseException):
    """The process is gone."""


class Fuse:
    """Lets ``lives`` steps begin or end, then kills."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, lives: int, error: type[BaseException] = KilledError, steps=STEPS
    ) -> None:
        self.lives, self.error = lives, error
        for owner, name in steps:
            monkeypatch.setattr(owner, name, self._fused(getattr(owner, name)))

    def _fused(self, real):
        def step(*arguments, **options):
            self.burn()
            result = real(*arguments, **options)
            self.burn()
            return result

        return step

    def burn(self) -> None:
        if self.lives == 0:
            self.lives = -1
            raise self.error("here")
        self.lives -= 1


def die_committing(exporter: Exporter, owner: type, name: str) -> None:
    """A crawl that dies in its commit, where this step would begin."""
    with pytest.MonkeyPatch.context() as patch:
        Fuse(patch, 0, steps=[(owner, name)])
        with pytest.raises(KilledError):
            exporter.commit(exporter.take())
    exporter.close()
