"""The exit status says what became of everything that was asked for."""

from __future__ import annotations

import pytest

from crawler.items import Capture, Failure, Thread
from crawler.report import Report


def capture(**more) -> Capture:
    return Capture(visit_id="v", capture_id="c", observed_at=1, url="https://example.org/", **more)


def finished(*captures: Capture, reason: str = "finished") -> Report:
    report = Report("crawl")
    for item in captures:
        report.captured(item)
    report.spider_closed(reason)
    return report


def thread(verdict: str, **more) -> Capture:
    return capture(thread=Thread(verdict=verdict, **{"stop_reason": "exhausted", "state": "open", **more}))


@pytest.mark.parametrize("verdict", ["complete", "none", "closed"])
def test_threads_that_were_read_whole_give_0(verdict):
    assert finished(thread(verdict), capture(is_last=True)).exit_status == 0


@pytest.mark.parametrize("verdict", ["partial", "blocked", "unknown"])
def test_a_thread_that_was_not_gives_3_and_is_listed(verdict):
    report = finished(thread(verdict, url="https://example.org/", stop_detail="why"), capture(is_last=True))
    assert report.exit_status == 3
    assert [(entry.verdict, entry.why) for entry in report.incomplete] == [(verdict, "why")]


@pytest.mark.parametrize(
    ("confidence", "said"), [(None, "none"), (0.31, "none (confidence that it is a thread: 0.31)")]
)
def test_a_thread_that_nobody_is_sure_of_is_listed_with_a_reason(confidence, said):
    report = finished(thread("unknown", state="unknown", confidence=confidence))
    assert [entry.why for entry in report.incomplete] == [f"no comment was read, and nothing says that there is {said}"]


def test_a_thread_whose_service_has_ended_is_no_loss_but_one_that_is_not_supported_is():
    assert finished(thread("unknown", stop_reason="dead", stop_detail="ended"), capture(is_last=True)).exit_status == 0
    assert finished(thread("unknown", stop_reason="unsupported"), capture(is_last=True)).exit_status == 3


def test_a_thread_behind_a_password_offered_nothing_and_missed_nothing():
    assert finished(thread("blocked", state="password")).exit_status == 0
    assert finished(thread("blocked", state="password", stop_reason="blocked")).exit_status == 3


def test_a_lost_page_gives_1_whatever_else_went_well():
    lost = capture(failure=Failure(url="u", reason="http", detail="404"), is_last=True)
    report = finished(thread("complete"), lost)
    assert (report.exit_status, report.pages, report.pages_failed) == (1, 0, 1)


@pytest.mark.parametrize("reason", ["shutdown", "closespider_timeout", "archive_failed", "start_error"])
def test_a_crawl_that_did_not_finish_gives_1(reason):
    assert finished(reason=reason).exit_status == 1


def test_a_crawl_that_is_still_running_has_not_succeeded():
    assert Report("crawl").exit_status == 1


def test_a_million_failures_are_counted_and_a_thousand_kept():
    report = Report("crawl")
    for number in range(1_500):
        report.lost(Failure(url=str(number), reason="http", detail="404"))
    assert (report.failures_total, len(report.failures)) == (1_500, 1_000)
