"""A place for the archive of each test."""

from __future__ import annotations

import pytest
from running import Place


@pytest.fixture
def place(tmp_path) -> Place:
    return Place(tmp_path)
