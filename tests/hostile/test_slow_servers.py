"""Servers that drip, stall, break off or lie about lengths: the visit ends with its verdict, other sites keep their speed."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from raw_site import RawSite, Reply, answers, drips, head, resets, sends, stalls
from running import Place, page, two_pages

RawSites = Callable[..., RawSite]
PAGE = page(1, 2)
BODY = PAGE.encode()

WAYS: dict[str, tuple[Reply, str]] = {
    "/loris-status": (drips(b"", b"H", 0.2), "network"),
    "/loris-headers": (drips(b"HTTP/1.1 200 OK\r\nX: ", b"y", 0.2), "network"),
    "/loris-body": (drips(head(length=10**6), b" ", 0.2), "network"),
    "/loris-without-length": (drips(head(), b" ", 0.2), "network"),
    "/loris-chunks": (drips(head(Transfer_Encoding="chunked"), b"1\r\nx\r\n", 0.2), "network"),
    "/silent": (stalls(), "network"),
    "/stalled-in-body": (stalls(head(length=len(BODY)) + BODY[:300]), "network"),
    "/reset-at-once": (resets(), "network"),
    "/reset-in-head": (resets(b"HTTP/1.1 200 OK\r\nContent-"), "network"),
    "/reset-in-body": (resets(head(length=len(BODY)) + BODY[:300]), "network"),
    "/closed-at-once": (sends(), "network"),
    "/truncated": (sends(head(length=len(BODY)) + BODY[:300]), "network"),
    "/truncated-chunk": (sends(head(Transfer_Encoding="chunked") + b"ff\r\n" + BODY[:100]), "network"),
    "/bad-chunk": (sends(head(Transfer_Encoding="chunked") + b"zz\r\n" + BODY), "network"),
    "/negative-length": (sends(head(Content_Length="-5") + BODY), "network"),
    "/two-lengths": (sends(head(Content_Length="5") [:-2] + b"Content-Length: 700\r\n\r\n" + BODY), "network"),
    "/no-http": (sends(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), "network"),
    "/noise": (sends(bytes(range(256)) * 40 + b"\r\n\r\n"), "network"),
    "/smtp": (sends(b"220 mail ESMTP\r\n\r\n"), "network"),
}  # fmt: skip


def test_every_visit_ends_in_time_with_its_reason_and_another_host_is_not_kept_waiting(
    place: Place, raw_site: RawSites
) -> None:
    slow = raw_site({path: reply for path, (reply, _) in WAYS.items()})
    quick = raw_site({f"/{n}/": answers(page(n, 1)) for n in range(10, 30)})
    urls = [*map(slow.url, slow.paths), *(quick.url(path, "localhost") for path in quick.paths)]
    log = place.folder / "log.txt"
    started = time.monotonic()
    done = place.run(
        "crawl", "pages", "--logfile", str(log), "-L", "DEBUG", "-a", "url=" + ",".join(urls),
        DOWNLOAD_TIMEOUT=3, RETRY_TIMES=0, CONCURRENT_REQUESTS_PER_DOMAIN=4,
    )  # fmt: skip
    took = time.monotonic() - started
    lost = place.failures()
    got = {path: lost.get(slow.url(path), {}).get("reason") for path in WAYS}
    assert got == {path: reason for path, (_, reason) in WAYS.items()}
    assert len(place.open().pages().to_pylist()) == 20, done.stderr
    assert took < 40, "seven slow ones, four at a time, three seconds each"
    assert "Traceback" not in log.read_text("utf-8")
    times = [line[:19] for line in log.read_text("utf-8").splitlines() if re.search(r"Crawled \(200\) <GET http://localhost", line)]
    first, last = (time.mktime(time.strptime(text, "%Y-%m-%d %H:%M:%S")) for text in (times[0], times[-1]))
    assert last - first <= took / 2 + 2, "the quick host is read while the slow one is waited for"


def test_a_body_longer_than_stated_and_a_body_that_ends_with_the_connection_are_read_as_far_as_they_go(
    place: Place, raw_site: RawSites
) -> None:
    site = raw_site(
        {
            "/longer": sends(head(length=len(BODY)) + BODY + b"<p>and more that was not announced"),
            "/until-closed": sends(head() + page(2, 3).encode()),
        }
    )
    done = place.crawl(*map(site.url, site.paths), RETRY_TIMES=0)
    assert done.returncode == 0, done.stdout
    assert place.open().comments().to_table().num_rows == 5


def test_a_thread_whose_next_page_is_cut_off_is_partial_and_loses_no_comment(place: Place, raw_site: RawSites) -> None:
    first, older = two_pages()
    site = raw_site({"/post/": answers(first), "/post/comment-page-1/": answers(older)})
    assert place.crawl(site.url("/post/")).returncode in (0, 3)
    known = place.open().comments().to_table().num_rows
    site.paths["/post/comment-page-1/"] = sends(head(length=len(older)) + older.encode()[:900])
    again = place.crawl(site.url("/post/"), RETRY_TIMES=0)
    assert again.returncode == 3, again.stdout
    assert place.open().threads().to_pylist()[0]["verdict"] == "partial"
    states = place.open().comments(history=True).to_pylist()
    assert [row for row in states if row["change"] == "removed"] == []
    assert place.open().comments().to_table().num_rows == known


BUSY = answers("busy", "503 Service Unavailable", "text/plain", Retry_After="120")


@pytest.mark.parametrize(
    "older",
    [
        pytest.param(stalls(), id="silent"),
        pytest.param(stalls(head(length=9_000) + b"<html>"), id="stalled in its body"),
        pytest.param(drips(head(), b" ", 0.2), id="dripping"),
        pytest.param(BUSY, id="asking for a pause"),
    ],
)
def test_a_visit_ends_within_its_time_whatever_its_last_request_waits_for(
    place: Place, raw_site: RawSites, older: Reply
) -> None:
    first, _ = two_pages()
    site = raw_site({"/post/": answers(first), "/post/comment-page-1/": older})
    log = place.folder / "log.txt"
    done = place.run(
        "crawl", "pages", "--logfile", str(log), "-a", f"url={site.url('/post/')}",
        VISIT_MAX_SECONDS=2, DOWNLOAD_TIMEOUT=20, RETRY_TIMES=3,
    )  # fmt: skip
    assert done.returncode == 3, done.stdout
    [thread] = place.open().threads().to_pylist()
    assert (thread["stop_reason"], thread["verdict"], thread["captured"]) == ("budget", "partial", 2)
    assert "VISIT_MAX_SECONDS" in thread["stop_detail"]
    assert (thread["ended_at"] - thread["started_at"]).total_seconds() < 2 + 1
    assert sum("comment-page-1" in line for line in site.asked) == 1, "nothing is asked for after the visit's end"
    assert "Traceback" not in log.read_text("utf-8")
    assert "ERROR: " not in log.read_text("utf-8")


def test_the_file_of_reservations_is_not_waited_for_longer_than_the_visit_may_take(place: Place, raw_site: RawSites) -> None:
    site = raw_site({"/post/": answers(PAGE), "/.well-known/tdmrep.json": stalls()})
    began = time.monotonic()
    done = place.crawl(
        site.url("/post/"), VISIT_MAX_SECONDS=2, DOWNLOAD_TIMEOUT=100, OBEY_RESERVATIONS="tdmrep.json", RETRY_TIMES=0
    )  # fmt: skip
    assert time.monotonic() - began < 60
    assert done.returncode == 0, done.stdout
    assert place.open().comments().to_table().num_rows == 2
