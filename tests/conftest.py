"""What every test may ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from loopback import LoopbackSite, Rule


@pytest.fixture
def loopback() -> Iterator[Callable[..., LoopbackSite]]:
    """Start sites: ``site = loopback({"/": Answer("hello")})``; they end with the test."""
    sites: list[LoopbackSite] = []

    def start(paths: dict[str, Rule] | None = None) -> LoopbackSite:
        sites.append(LoopbackSite({} if paths is None else paths))
        return sites[-1]

    yield start
    for site in sites:
        site.close()
