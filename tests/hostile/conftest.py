"""The hostile site for every test here, and the commands as a user runs them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from raw_site import RawSite, Reply
from running import ENVIRONMENT, Place


@pytest.fixture
def raw_site() -> Iterator[Callable[..., RawSite]]:
    """Start sites of raw bytes: ``site = raw_site({"/": sends(b"HTTP/1.1 200 OK...")})``."""
    sites: list[RawSite] = []

    def start(paths: dict[str, Reply] | None = None) -> RawSite:
        sites.append(RawSite(paths or {}))
        return sites[-1]

    yield start
    for site in sites:
        site.close()


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """An archive of the test's own; its commands find `names`, the tests' own resolver."""
    monkeypatch.setitem(ENVIRONMENT, "PYTHONPATH", os.pathsep.join([str(Path(__file__).parent), ENVIRONMENT.get("PYTHONPATH", "")]))
    return Place(tmp_path)
