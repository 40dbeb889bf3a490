"""No way to fill it up: every cap, what hits it, and where the hit is told."""

from __future__ import annotations

import gzip
import resource
import socket
import threading
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import brotli
import pytest
from backports import zstd
from raw_site import RawSite, Reply, answers, floods, head, leads_to, sends
from running import Place, page
from scrapy import Request
from scrapy.http import HtmlResponse
from scrapy.utils.test import get_crawler

from crawler.fetch import until
from crawler.frontier import Frontier
from crawler.leases import Leases
from crawler.politeness.refusal import RefusedError
from crawler.report import Report
from crawler.safety.bounds import Bounds
from crawler.safety.decompression import LAYERS, Decompression
from crawler.safety.depth import Depth
from crawler.safety.disk import DiskSpace
from crawler.systems.base import FetchError

RawSites = Callable[..., RawSite]
MB = 1024 * 1024


def zstd_bomb(size: int) -> bytes:
    return zstd.compress(b"<p>" + bytes(size))


def many_headers(count: int, length: int = 1) -> bytes:
    lines = b"".join(b"X-%d: %b\r\n" % (n, b"y" * length) for n in range(count))
    return b"HTTP/1.1 200 OK\r\n" + lines + b"Content-Type: text/html\r\nContent-Length: 8\r\n\r\n<p>okay."


def informs_for_ever(connection: socket.socket, over: threading.Event) -> None:
    while not over.is_set():
        connection.sendall(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 500)


TRICKS: dict[str, tuple[Reply, str, str]] = {
    "/gzip-bomb": (answers(gzip.compress(bytes(20 * MB)), Content_Encoding="gzip"), "too_large", "DOWNLOAD_MAXSIZE"),
    "/deflate-bomb": (answers(zlib.compress(bytes(20 * MB)), Content_Encoding="deflate"), "too_large", "DOWNLOAD_MAXSIZE"),
    "/brotli-bomb": (answers(brotli.compress(bytes(20 * MB), lgwin=24, quality=5), Content_Encoding="br"), "too_large", "DOWNLOAD_MAXSIZE"),
    "/zstd-bomb": (answers(zstd_bomb(20 * MB), Content_Encoding="zstd"), "too_large", "DOWNLOAD_MAXSIZE"),
    "/double-bomb": (answers(gzip.compress(gzip.compress(bytes(20 * MB))), Content_Encoding="gzip, gzip"), "too_large", "DOWNLOAD_MAXSIZE"),
    "/hidden-bomb": (answers(gzip.compress(gzip.compress(bytes(90 * MB))), Content_Encoding="gzip"), "not_html", "gzip data of more than"),
    "/many-layers": (answers(b"x", Content_Encoding=", ".join(["gzip"] * 500)), "error", "compressed 500 times"),
    "/no-gzip": (answers(b"<p>not compressed at all", Content_Encoding="gzip"), "error", "cannot be decompressed"),
    "/no-brotli": (answers(b"<p>not compressed at all", Content_Encoding="br"), "error", "cannot be decompressed"),
    "/no-zstd": (answers(b"<p>not compressed at all", Content_Encoding="zstd"), "error", "cannot be decompressed"),
    "/no-deflate": (answers(b"<p>not compressed at all", Content_Encoding="deflate"), "error", "cannot be decompressed"),
    "/large-stated": (answers(b"<p>" + b"x" * (2 * MB)), "too_large", "DOWNLOAD_MAXSIZE"),
    "/large-endless": (floods(head(), b"<p>more and more"), "too_large", "DOWNLOAD_MAXSIZE"),
    "/huge-length": (sends(head(length=10**15), b"<p>a little"), "too_large", "DOWNLOAD_MAXSIZE"),
    "/many-headers": (sends(many_headers(3_000)), "too_large", "RESPONSE_HEADERS_MAX"),
    "/wide-headers": (sends(many_headers(200, 8_000)), "too_large", "RESPONSE_HEADERS_MAXSIZE"),
    "/endless-headers": (floods(b"HTTP/1.1 200 OK\r\n", b"X-Again: and again\r\n"), "too_large", "RESPONSE_HEADERS_MAX"),
    "/endless-continuation": (floods(b"HTTP/1.1 200 OK\r\nX-Long: a\r\n", b" folded " + b"x" * 8_000 + b"\r\n"), "too_large", "RESPONSE_HEADERS_MAX"),
    "/endless-line": (floods(b"HTTP/1.1 200 OK\r\nX-Long: ", b"x"), "network", "the download failed"),
    "/endless-status": (floods(b"HTTP/1.1 200 ", b"OK"), "network", "the download failed"),
    "/endless-1xx": (informs_for_ever, "too_large", "RESPONSE_HEADERS_MAX"),
    "/long-redirect": (leads_to("/" + "x" * 12_000), "address", "URLLENGTH_LIMIT"),
    "/round": (leads_to("/round?x"), "redirects", "redirection"),
}  # fmt: skip


def test_every_flood_ends_with_its_reason_and_the_page_beside_it_is_read(place: Place, raw_site: RawSites) -> None:
    site = raw_site({path: reply for path, (reply, _, _) in TRICKS.items()})
    site.paths["/round?x"] = leads_to("/round")
    site.paths["/good"] = answers(page(1, 3))
    # A process starts with the greatest memory of the one that started it (`ru_maxrss` outlives fork and exec).
    inherited_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    done = place.crawl(
        *map(site.url, site.paths),
        DOWNLOAD_MAXSIZE=MB, DOWNLOAD_TIMEOUT=10, RETRY_TIMES=0, MEMUSAGE_LIMIT_MB=max(600, inherited_mb + 50),
    )  # fmt: skip
    lost = place.failures()
    got = {path: lost.get(site.url(path), {}) for path in TRICKS}
    assert {path: f.get("reason") for path, f in got.items()} == {path: why for path, (_, why, _) in TRICKS.items()}
    for path, (_, _, said) in TRICKS.items():
        assert said in got[path]["detail"], path
    assert [row["url"] for row in place.open().pages().to_pylist()] == [site.url("/good")]
    assert place.open().comments().to_table().num_rows == 3
    assert done.returncode == 1
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "br", "zstd", "deflate"])
def test_nothing_is_inflated_far_beyond_the_cap(encoding: str) -> None:
    size = 50 * MB
    plain = bytes(size)
    bombs = {
        "br": lambda: brotli.compress(plain, quality=5),
        "zstd": lambda: zstd.compress(plain),
        "deflate": lambda: zlib.compress(plain),
    }
    body = bombs.get(encoding, lambda: gzip.compress(plain))()
    middleware = Decompression.from_crawler(get_crawler(settings_dict={"DOWNLOAD_MAXSIZE": MB}))
    response = HtmlResponse("http://h/", body=body, headers={"Content-Encoding": encoding})
    with pytest.raises(RefusedError) as caught:
        middleware.process_response(Request("http://h/"), response)
    assert caught.value.reason == "too_large"
    inflated = caught.value.__cause__.__cause__.decompressed_size  # type: ignore[union-attr]  # else the test fails here
    assert MB < inflated <= MB + 256 * 1024, "given up within pieces of 64 KiB"


def test_as_many_layers_as_servers_make_by_mistake_are_taken_off() -> None:
    middleware = Decompression.from_crawler(get_crawler(settings_dict={"DOWNLOAD_MAXSIZE": MB}))
    body = b"<p>text"
    for _ in range(LAYERS):
        body = gzip.compress(body)
    response = HtmlResponse("http://h/", body=body, headers={"Content-Encoding": ["gzip"] * LAYERS})
    assert middleware.process_response(Request("http://h/"), response).body == b"<p>text"


def test_an_address_longer_than_the_cap_is_not_asked_for_whoever_made_it() -> None:
    bounds = Bounds(100)
    bounds.process_request(Request("http://example.org/" + "x" * 80))
    with pytest.raises(RefusedError, match=r"URLLENGTH_LIMIT") as caught:
        bounds.process_request(Request("http://example.org/" + "x" * 5_000))
    assert len(caught.value.detail) < 400


def test_a_page_whose_address_is_too_long_is_listed_as_lost(place: Place, raw_site: RawSites) -> None:
    site = raw_site({"/1/": answers(page(1, 1))})
    done = place.crawl(site.url("/1/"), site.url("/" + "x" * 200), URLLENGTH_LIMIT=100)
    assert done.returncode == 1
    (lost,) = place.failures().values()
    assert lost["reason"] == "address"
    assert "URLLENGTH_LIMIT" in lost["detail"]


async def test_a_visit_that_takes_too_long_makes_no_request_more() -> None:
    async def fetch(request: Request) -> HtmlResponse:
        return HtmlResponse(request.url)

    assert (await until(fetch, 60)(Request("http://h/"))).status == 200
    with pytest.raises(FetchError, match="VISIT_MAX_SECONDS") as caught:
        await until(fetch, 0)(Request("http://h/"))
    assert caught.value.reason == "budget"


# --- pages of a site -----------------------------------------------------------------------------


def added(leases: Leases, name: str, site: str) -> bool | None:
    return leases.add(name.encode(), f"http://{site}/{name}", asked=name, site=site, host=site, site_max=2)


def test_pages_of_a_site_are_capped_and_other_sites_are_not(tmp_path: Path) -> None:
    leases = Leases(str(tmp_path / "frontier.sqlite"))
    leases.begin(crawl_id="c", started_at="1")
    assert [added(leases, name, "a.example") for name in ("1", "2", "2", "3", "1")] == [True, True, False, None, False]
    assert added(leases, "4", "b.example") is True
    leases.release()
    leases.close()
    again = Leases(str(tmp_path / "frontier.sqlite"))
    assert added(again, "5", "a.example") is None, "the cap counts the whole crawl, continued or not"
    assert [again.lease(lambda host: False).asked for _ in range(3)] in (["1", "4", "2"], ["4", "1", "2"])  # type: ignore[union-attr]  # there are three
    assert again.lease(lambda host: False) is None
    again.close()


def test_a_page_beyond_the_cap_is_listed_as_lost(place: Place, raw_site: RawSites) -> None:
    site = raw_site({f"/{n}/": answers(page(n, 1)) for n in range(1, 5)})
    done = place.crawl(*(site.url(f"/{n}/") for n in range(1, 5)), SITE_MAX_PAGES=2)
    lost = place.failures()
    assert {failure["reason"] for failure in lost.values()} == {"cap"}
    assert len(lost) == 2
    assert all("SITE_MAX_PAGES" in failure["detail"] for failure in lost.values())
    assert place.open().pages().to_table().num_rows == 2
    assert done.returncode == 1
    assert Frontier.__doc__


# --- depth ---------------------------------------------------------------------------------------


def test_what_lies_too_deep_is_a_loss_of_the_crawl() -> None:
    crawler = get_crawler(settings_dict={"DEPTH_LIMIT": 3, "EXTENSIONS": {"crawler.report.Report": 0}, "TELNETCONSOLE_ENABLED": False})
    crawler._apply_settings()
    report = Report("c")
    crawler.get_extension = lambda kind: report  # type: ignore[method-assign]  # no crawl is needed
    depth = Depth.from_crawler(crawler)
    response = HtmlResponse("http://h/", request=Request("http://h/", meta={"depth": 3}))
    shallow = HtmlResponse("http://h/", request=Request("http://h/", meta={"depth": 2}))
    assert depth.get_processed_request(Request("http://h/2"), shallow) is not None
    assert depth.get_processed_request(Request("http://h/3"), response) is None
    assert [failure.reason for failure in report.failures] == ["cap"]
    assert "DEPTH_LIMIT" in report.failures[0].detail


# --- the disk ------------------------------------------------------------------------------------


def disk(tmp_path: Path, least: float) -> DiskSpace:
    settings: dict[str, Any] = {"DISK_MIN_FREE_MB": least, "STATE_DIR": str(tmp_path / "not" / "yet"), "ARCHIVE_URI": "s3://bucket/x"}
    return DiskSpace(get_crawler(settings_dict=settings))


def test_space_is_looked_for_where_the_directories_will_be(tmp_path: Path) -> None:
    assert disk(tmp_path, 0).shortage() is None
    assert "DISK_MIN_FREE_MB" in str(disk(tmp_path, 1e12).shortage())


def test_a_crawl_ends_in_order_before_the_disk_is_full_and_goes_on_when_there_is_room(place: Place, raw_site: RawSites) -> None:
    site = raw_site({"/1/": answers(page(1, 2)), "/2/": answers(page(2, 2))})
    urls = (site.url("/1/"), site.url("/2/"))
    stopped = place.crawl(*urls, DISK_MIN_FREE_MB=10**12, DOWNLOAD_DELAY=1, CONCURRENT_REQUESTS_PER_DOMAIN=1)
    assert stopped.returncode == 1
    assert "ended early (disk_full)" in stopped.stdout
    assert "DISK_MIN_FREE_MB" in stopped.stdout
    done = place.crawl(*urls)
    assert done.returncode == 0, done.stdout
    assert place.open().pages().to_table().num_rows == 2
