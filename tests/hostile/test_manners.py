"""Manners that are settings: opt-outs, what a page says about being kept, a contact that is asked for."""

from __future__ import annotations

import json
import os
import pty
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from raw_site import RawSite, answers, leads_to
from running import ENVIRONMENT, PROJECT, Place, page
from scrapy.settings import Settings

from crawler.contact import FILE, _stays_here, kept_contact
from crawler.extract.document import Document
from crawler.politeness.opt_out import OptOutError, OptOuts
from crawler.politeness.reservation import (
    Reservation,
    _matches,
    header_directives,
    parse_well_known,
    read_reservation,
    well_known_reservation,
)

RawSites = Callable[..., RawSite]


# --- the opt-out list ----------------------------------------------------------------------------

LIST = """
# people who asked
example.com
news.example.org/people/   # only this part
https://blog.example.net/private
B\u00fccher.example
"""


@pytest.mark.parametrize(
    ("url", "entry"),
    [
        ("http://example.com/", "example.com"),
        ("https://www.example.com:8443/x?y", "example.com"),
        ("http://notexample.com/", None),
        ("http://example.com.evil.org/", None),
        ("http://news.example.org/people/ann", "news.example.org/people/"),
        ("http://news.example.org/sport", None),
        ("http://news.example.org/x/../people/ann", "news.example.org/people/"),
        ("http://news.example.org/%70eople/ann", "news.example.org/people/"),
        ("http://NEWS.example.org./people/ann", "news.example.org/people/"),
        ("http://blog.example.net/private", "blog.example.net/private"),
        ("http://example.net/private", None),
        ("http://b\u00fccher.example/x", "xn--bcher-kva.example"),
        ("not an address", None),
    ],
)
def test_who_is_on_the_list_is_not_asked(url: str, entry: str | None) -> None:
    assert OptOuts(LIST.splitlines()).entry_of(url) == entry


@pytest.mark.parametrize("line", ["http://", "a b", "ftp://example.com", "exa mple.com/x", "*.example.com"])
def test_a_line_that_is_no_entry_is_named(line: str, tmp_path: Path) -> None:
    file = tmp_path / "list.txt"
    file.write_text(f"good.example\n{line}\n", "utf-8")
    with pytest.raises(OptOutError, match="line 2"):
        OptOuts.read(str(file))


def test_the_list_holds_for_redirects_and_for_robots_txt_and_a_wrong_list_stops_the_crawl(
    place: Place, raw_site: RawSites
) -> None:
    wanted = raw_site({"/page": answers(page(1, 1))})
    site = raw_site({"/away": leads_to(wanted.url("/page", "localhost")), "/good": answers(page(2, 1))})
    file = place.folder / "list.txt"
    file.write_text("localhost\n", "utf-8")
    place.crawl(site.url("/away"), site.url("/good"), wanted.url("/page", "localhost"), OPT_OUT_FILE=file)
    assert wanted.connections == 0
    assert {failure["reason"] for failure in place.failures().values()} == {"opt_out"}
    file.write_text("local host\n", "utf-8")
    refused = place.crawl(site.url("/good"), OPT_OUT_FILE=file)
    assert refused.returncode == 2
    assert "OPT_OUT_FILE" in refused.stderr
    assert place.crawl(site.url("/good"), OPT_OUT_FILE=place.folder / "missing.txt").returncode == 2


# --- what a page says about being kept -----------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "directives"),
    [
        ("noindex", ["noindex"]),
        ("NOINDEX, NoArchive", ["noindex", "noarchive"]),
        ("googlebot: noarchive, noindex", []),
        ("talkback: noarchive", ["noarchive"]),
        ("noindex, otherbot: noarchive", ["noindex"]),
        ("otherbot: noindex, talkback: noarchive", ["noarchive"]),
        ("unavailable_after: 25 Jun 2030 15:00:00 PST, noarchive", ["noarchive"]),
        ("otherbot: noindex\nnoarchive", ["noarchive"]),
        ("otherbot: noindex\nunavailable_after: 25 Jun 2030 15:00:00 PST, noarchive\nthirdbot: noindex", ["noarchive"]),
        ("max-snippet: 50", []),
        ("", []),
    ],
)
def test_x_robots_tag_is_read_for_us_and_for_everybody(header: str, directives: list[str]) -> None:
    found = header_directives(header, "Talkback")
    assert [word for word in found if word in ("noindex", "noarchive")] == directives


def said(markup: str, well_known: Reservation | None = None, **headers: str) -> Reservation:
    document = Document(
        f"<html><head>{markup}</head><body><p>x</p></body></html>", "https://e.com/", {k.replace("_", "-"): v for k, v in headers.items()}
    )
    return read_reservation(document, "Talkback", well_known)


def test_the_page_counts_before_its_head_and_that_before_the_file() -> None:
    file = Reservation((), 1, "https://e.com/file", is_of_host=True)
    assert said("").tdm is None
    assert said("", file).tdm == 1
    assert said("", file, tdm_reservation="0").tdm == 0
    assert said('<meta name="tdm-reservation" content="1"><meta name="tdm-policy" content="/policy.json">', file, tdm_reservation="0") == (
        Reservation((), 1, "https://e.com/policy.json")
    )
    assert said('<meta name="tdm-reservation" content="yes">').tdm is None
    assert said('<META NAME="Robots" CONTENT="NOINDEX,NoArchive"><meta name="talkback" content="nosnippet">').directives == (
        "noarchive", "noindex", "nosnippet",
    )  # fmt: skip
    assert said('<meta name="googlebot" content="noarchive">').directives == ()
    assert said("", x_robots_tag="none").forbids(["noindex"]) == "noindex"
    assert said("", file).forbids(["tdm-reservation"]) is None, "the file is its own kind"
    assert said("", file).forbids(["tdmrep.json"]) == "tdmrep.json"


@pytest.mark.parametrize(
    ("location", "path", "expected"),
    [
        ("/", "/x", True),
        ("/news/", "/news/1", True),
        ("/news/", "/sport/1", False),
        ("*.jpg$", "/a/b.jpg", True),
        ("/*.jpg$", "/a/b.jpg?x", False),
        ("/a*b*c", "/a1b2c3", True),
        ("/a$", "/a", True),
        ("/a$", "/ab", False),
        ("/a*$", "/abc", True),
        ("/ab*ba$", "/aba", False),
        ("", "/x", True),
    ],
)
def test_locations_of_the_file_match_as_in_robots_txt(location: str, path: str, *, expected: bool) -> None:
    assert _matches(location, path) is expected


@given(st.binary(max_size=300), st.text(max_size=40))
def test_any_bytes_are_a_file_of_reservations(body: bytes, path: str) -> None:
    assert well_known_reservation(parse_well_known(body), path) is None or json.loads(body)


def test_a_file_that_is_too_deep_or_too_strange_says_nothing() -> None:
    assert parse_well_known(b"[" * 100_000) == []
    assert parse_well_known(b'{"location": "/", "tdm-reservation": 1}') != []
    odd = [{"location": 5, "tdm-reservation": 1}, {"location": "/", "tdm-reservation": "x"}, {"location": "/" + "*a" * 5_000, "tdm-reservation": 1}]
    assert well_known_reservation(odd, "/" + "a" * 5_000) is not None
    assert well_known_reservation([{"location": "/", "tdm-reservation": 1, "tdm-policy": "javascript:x"}], "/") == Reservation((), 1, None)


def test_reservations_are_recorded_and_those_that_are_obeyed_keep_a_page_out(place: Place, raw_site: RawSites) -> None:
    def marked(number: int, meta: str) -> str:
        return page(number, 1).replace("<head>", f"<head>{meta}")

    site = raw_site(
        {
            "/archive/": answers(marked(1, '<meta name="robots" content="noarchive, max-image-preview:large">')),
            "/header/": answers(page(2, 1), X_Robots_Tag="noindex"),
            "/tdm/": answers(marked(3, '<meta name="tdm-reservation" content="1">')),
            "/file/": answers(page(4, 1)),
            "/free/": answers(page(5, 1), TDM_Reservation="0"),
            "/.well-known/tdmrep.json": answers(
                '[{"location": "/file/", "tdm-reservation": 1, "tdm-policy": "https://e.com/p"}]', kind="application/json"
            ),
        }
    )
    urls = [site.url(path) for path in site.paths if not path.startswith("/.")]
    place.crawl(*urls)
    assert {u: f["reason"] for u, f in place.failures().items()} == {site.url("/tdm/"): "reserved"}
    assert not any("tdmrep" in line for line in site.asked), "the file is asked for only where it is obeyed"
    rows = {row["url"]: row for row in place.open().pages().to_pylist()}
    assert rows[site.url("/archive/")]["robots"] == ["noarchive"]
    assert rows[site.url("/header/")]["robots"] == ["noindex"]
    assert rows[site.url("/free/")]["tdm_reservation"] is False
    assert rows[site.url("/file/")]["tdm_reservation"] is None
    place.crawl(*urls, OBEY_RESERVATIONS="noindex,noarchive,tdm-reservation,tdmrep.json")
    lost = place.failures()
    assert {url.removeprefix(site.url("")) for url in lost} == {"/archive/", "/header/", "/tdm/", "/file/"}
    assert "https://e.com/p" in lost[site.url("/file/")]["detail"]
    assert sum("tdmrep" in line for line in site.asked) == 1
    place.crawl(*urls, OBEY_RESERVATIONS="")
    assert place.failures() == {}
    assert {row["change"] for row in place.open().comments(history=True).to_pylist()} == {"new"}


# --- the contact ---------------------------------------------------------------------------------


def test_a_crawl_of_ones_own_machine_asks_for_no_contact() -> None:
    assert _stays_here("http://127.0.0.1:8000/x,http://localhost/")
    assert _stays_here("http://[::1]/")
    assert not _stays_here("http://127.0.0.1/,https://example.org/")
    assert not _stays_here("")
    assert not _stays_here("http://[/")



def at_a_terminal(place: Place, typed: bytes, *urls: str, **settings: object) -> str:
    """Run a crawl whose pages are all on the opt-out list, on a terminal, and type."""
    (place.folder / "none.txt").write_text("example.org\nexample.net\n")
    command = place.command(
        "crawl", "pages", "-a", "url=" + ",".join(urls), OPT_OUT_FILE=place.folder / "none.txt", **settings
    )
    ours, theirs = pty.openpty()
    os.write(ours, typed)
    process = subprocess.Popen(command, cwd=PROJECT, stdin=theirs, stdout=theirs, stderr=theirs, env=ENVIRONMENT)
    os.close(theirs)
    shown = b""
    while True:
        try:
            piece = os.read(ours, 65_536)
        except OSError:  # the terminal's other end is closed
            break
        if not piece:
            break
        shown += piece
    process.wait(60)
    os.close(ours)
    return shown.decode("utf-8", "replace")


def test_the_contact_is_asked_for_once_and_kept(place: Place) -> None:
    first = at_a_terminal(place, b"what is this\nhttps://example.com/bot\n", "https://example.org/")
    assert first.count("Who may a site write to") == 2, "an answer that is no address is asked for again"
    settings = Settings({"STATE_DIR": str(place.folder / "state")})
    assert kept_contact(settings) == "https://example.com/bot"
    again = at_a_terminal(place, b"", "https://example.org/2")
    assert "Who may a site write to" not in again
    assert "no CONTACT" not in again


def test_who_gives_no_contact_is_warned_and_not_asked_again(place: Place) -> None:
    assert "no CONTACT is set" in at_a_terminal(place, b"\n", "https://example.org/")
    again = at_a_terminal(place, b"", "https://example.org/2")
    assert "Who may a site write to" not in again
    assert "no CONTACT is set" in again
    assert (place.folder / "state" / FILE).exists()


def test_a_scheduler_is_warned_and_never_kept_waiting(place: Place) -> None:
    (place.folder / "none.txt").write_text("example.org\n")
    out = {"OPT_OUT_FILE": place.folder / "none.txt"}
    done = place.run("crawl", "pages", "-a", "url=https://example.org/", stdin=b"", **out)
    assert "no CONTACT is set" in done.stderr
    assert not (place.folder / "state" / FILE).exists()
    assert "no CONTACT" not in place.run("crawl", "pages", "-a", "url=https://example.org/", CONTACT="me@example.com", **out).stderr


@given(st.text(max_size=50))
def test_a_kept_answer_that_is_no_contact_is_none(text: str) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / FILE).write_text(text, "utf-8", "replace") if text.isascii() else (Path(folder) / FILE).write_bytes(text.encode("utf-8", "replace"))
        kept = kept_contact(Settings({"STATE_DIR": folder}))
        assert kept == "" or (kept.isascii() and kept.isprintable() and not set(kept) & set("()\\ "))
