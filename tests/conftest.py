"""What every test may ask for."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import pytest
from hypothesis import settings
from loopback import LoopbackSite, Rule

settings.register_profile("patient", deadline=None)  # no test is judged by the speed of the machine
settings.load_profile("patient")


@pytest.fixture(autouse=True)
def no_reactor_stays() -> Iterator[None]:
    """Take out a Twisted reactor that a test has drawn in: crawls within the tests' own event loop refuse to run beside one."""
    was_there = "twisted.internet.reactor" in sys.modules
    yield
    if not was_there:
        sys.modules.pop("twisted.internet.reactor", None)


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
