"""Numbers as pages write them for people: grouped, shortened, in any script."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Count:
    """A count and how well it is known."""

    value: int
    """The number, never negative."""
    precision: str
    """``exact``, or ``rounded`` for such as ``1.2K``."""


def read_count(raw: str | None, language: str | None = None) -> Count | None:
    """The first count in a text, or None."""
    digits = "".join(c for c in (raw or "").split(" ")[0] if c.isdigit())
    return Count(int(digits), "exact") if digits else None
