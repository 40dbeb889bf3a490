"""While a crawl works somebody who looks sees how far it is; on a terminal in one line, elsewhere in the log."""

from __future__ import annotations

import asyncio
import io
import logging
import os
import sys
from types import SimpleNamespace

import pytest

from crawler import progress
from crawler.items import Failure
from crawler.report import Report


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def report() -> Report:
    return Report("crawl-1")


@pytest.fixture
def showing(report):
    """A progress of a crawl that has made 1,234 requests."""
    stats = SimpleNamespace(get_value=lambda _name, _default: 1234)
    crawler = SimpleNamespace(stats=stats, get_extension=lambda _kind: report)
    return lambda: progress.Progress(crawler)


def test_the_line_counts_what_was_read_and_what_went_wrong(showing, report):
    report.pages, report.comments = 1, 5678
    report.verdicts.update(complete=2, partial=1)
    report.incomplete_total = 1
    assert showing().line().endswith(" s · 1 page · 5,678 comments · 3 threads (1 not whole) · 1,234 requests")
    report.lost(Failure(url="u", reason="http", detail="404"))
    assert showing().line().endswith("1 lost")


async def shown(one: progress.Progress, monkeypatch) -> None:
    monkeypatch.setattr(progress, "TERMINAL_SECONDS", 0.02)
    monkeypatch.setattr(progress, "LOG_SECONDS", 0.02)
    one.spider_opened()
    await asyncio.sleep(0.1)
    one.spider_closed()


async def test_on_a_terminal_one_line_is_rewritten_and_gone_at_the_end(showing, monkeypatch, caplog):
    """The cursor waits at the line's start: a message of the log is written over it."""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr("shutil.get_terminal_size", lambda: os.terminal_size((20, 5)))
    caplog.set_level(logging.INFO)
    await shown(showing(), monkeypatch)
    first, *_ = written = terminal.getvalue().split("\x1b[K\r")
    assert len(written) > 2
    assert "\n" not in terminal.getvalue()
    assert len(first.lstrip("\r")) == 19
    assert written[-2:] == ["\r", ""]
    assert not caplog.records


async def test_elsewhere_the_log_gets_it(showing, monkeypatch, caplog):
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    caplog.set_level(logging.INFO)
    await shown(showing(), monkeypatch)
    assert caplog.records
    assert "1,234 requests" in caplog.records[0].message
    assert sys.stderr.getvalue() == ""
