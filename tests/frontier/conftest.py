"""Whole crawls that do not wait: neither for the disk nor for the engine's next look whether it is idle."""

from __future__ import annotations

import os

import pytest
from scrapy.core.engine import ExecutionEngine


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda handle: None)
    monkeypatch.setattr(ExecutionEngine, "_SLOT_HEARTBEAT_INTERVAL", 0.1)
