"""No way out of the archive: what a stranger wrote is no path, no shell word, no log line, no formula; no secret is shown."""

from __future__ import annotations

import csv
import io
import json
import logging
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from raw_site import RawSite, answers, leads_to
from running import PROJECT, Place, page
from scrapy import Request
from scrapy.settings import Settings

from archive.export import harmless
from archive.json_text import to_json
from archive.parts import directory
from crawler.extract.urls import clean_url, site_of
from crawler.politeness.refusal import RefusedError
from crawler.safety import secrets
from crawler.safety.bounds import Bounds
from crawler.safety.log import LONGEST, PlainFormatter, plain
from crawler.safety.secrets import learn, masked, masked_address, masked_arguments, without_user
from crawler.spiders.addresses import addresses_of
from crawler.words import plain as plain_words

RawSites = Callable[..., RawSite]
KEY = "s3cr3t-K3y/with+signs=="
NASTY = "x\x1b]0;owned\x07\x1b[31m\x9b31m\r\n2026-01-01 00:00:00 [crawler] INFO: forged\u202e\u2028end\x00"


@pytest.fixture
def known_key():
    learn(Settings({"DISQUS_API_KEY": KEY}))
    yield KEY
    secrets._known.clear()
    secrets._pattern = None


def steers(text: str) -> bool:
    return bool(re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]", text))


# --- the log -------------------------------------------------------------------------------------


def logged(message: str, *arguments: object, error: BaseException | None = None) -> str:
    info = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord("x", logging.INFO, __file__, 1, message, arguments, info)
    return PlainFormatter(logging.Formatter("%(asctime)s [%(name)s] %(levelname)s: %(message)s")).format(record)


@given(st.text())
@example(NASTY)
def test_no_text_begins_a_line_of_the_log_or_steers_a_terminal(text: str) -> None:
    for shown in (logged("said: %s", text), logged(text.replace("%", "%%")), logged("failed", error=ValueError(text))):
        assert not steers(shown)
        _, *rest = shown.split("\n")
        assert all(line.startswith("    ") for line in rest), "what is no record does not look like one"


def test_a_record_is_cut_where_something_made_it_endless() -> None:
    assert len(logged("%s", "x" * 10_000_000)) < LONGEST + 200


def test_the_log_of_a_crawl_holds_one_record_a_line_whatever_a_server_says(place: Place, raw_site: RawSites) -> None:
    forged = "\r\n2026-01-01 00:00:00 [crawler] INFO: forged"
    site = raw_site(
        {
            "/good": answers(page(1, 1, title=f"Title{forged}\x1b[31m")),
            "/reason": answers("no", f"500 {forged.strip()}\x1b[2J"),
            "/type": answers(b"\x1b[31m\x00\x01", kind="application/\x1b[31mx\x9b31m"),
            "/there": leads_to("/%0d%0a2026-01-01 [crawler] INFO: forged\x1b[31m"),
        }
    )
    log = place.folder / "log.txt"
    done = place.run(
        "crawl", "pages", "--logfile", str(log), "-L", "DEBUG", "-a", "url=" + ",".join(map(site.url, site.paths)), RETRY_TIMES=0
    )
    assert not steers(log.read_text("utf-8"))
    assert not steers(done.stdout.replace("\r\n", "\n"))
    lines = log.read_text("utf-8").splitlines()
    lines = lines[next(n for n, line in enumerate(lines) if "Spider opened" in line) :]  # before: lists of parts
    assert len(lines) > 20
    assert [line for line in lines if not re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \[|    ", line)] == []
    assert not any(line.startswith("2026-01-01") for line in lines)


# --- the terminal, JSON, CSV ---------------------------------------------------------------------


@given(st.text())
@example(NASTY)
def test_printed_texts_steer_no_terminal(text: str) -> None:
    assert not steers(plain_words(text))
    assert "\n" not in plain_words(text)
    printed = to_json({"text": text})
    assert not steers(printed)
    assert json.loads(printed) == {"text": text}
    printed.encode()


@given(st.text(max_size=30))
@example("=cmd|'/c calc'!A0")
@example("  +1+1")
@example("\t=1")
@example("\uff1d1+1")
def test_no_text_of_a_csv_file_is_a_formula_and_none_is_lost(text: str) -> None:
    cell = harmless(text)
    assert cell.lstrip(" \xa0\u3000")[:1] not in set("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
    assert cell in (text, f"'{text}")


def test_an_export_for_spreadsheets_is_harmless_unless_asked_otherwise(place: Place, raw_site: RawSites) -> None:
    formula = '=HYPERLINK("http://evil.example","x")'
    site = raw_site({"/": answers(page(1, 2, c100=formula, c101="-5 degrees")), "/robots.txt": answers("", "404 Not Found")})
    assert place.crawl(site.url("/")).returncode == 0
    cells = []
    for options in ((), ("--as-is",)):
        out = place.run("archive", "export", "--format", "csv", "-o", "-", *options)
        cells.append([row["text"] for row in csv.DictReader(io.StringIO(out.stdout, newline=""))])
    assert sorted(cells[0]) == sorted([f"'{formula}", "'-5 degrees"])
    assert sorted(cells[1]) == sorted([formula, "-5 degrees"])
    lines = place.run("archive", "export", "--format", "jsonl", "-o", "-").stdout.splitlines()
    assert sorted(json.loads(line)["text"] for line in lines) == sorted([formula, "-5 degrees"])


# --- paths and shell words -----------------------------------------------------------------------


@given(st.text(min_size=1))
@example("../../etc")
@example("..")
@example("a/b\\c\x00d\ne")
def test_a_site_is_one_part_of_a_path_whatever_its_name(site: str) -> None:
    site = site.encode("utf-8", "replace").decode()
    path = directory({"site": site, "month": "2024-05"})
    assert len(Path(path).parts) == 2
    assert not set(path) & set("\\\x00\n\r;&|$`'\"<>* ?")
    assert ".." not in Path(path).parts


@given(st.text(max_size=60))
@example("http://../")
@example("http://x/../../..")
@example("http://a%2f..%2f..%2f/")
def test_the_site_of_any_address_names_a_partition_or_nothing(text: str) -> None:
    url = clean_url(text) or clean_url(f"http://{text}/")
    site = site_of(url) if url else ""
    if site:
        assert "/" not in site
        assert not any(ch.isspace() or not ch.isprintable() for ch in site)


def test_an_address_never_becomes_a_word_of_a_shell(tmp_path: Path) -> None:
    url = "http://127.0.0.1:9/$(touch${IFS}" + str(tmp_path / "owned") + ");`touch " + str(tmp_path / "owned") + "`"
    subprocess.run(
        ["make", "-n", "crawl", f"URL={url}"], cwd=PROJECT, capture_output=True, timeout=60, check=False
    )
    assert not (tmp_path / "owned").exists()


# --- secrets -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("GET https://user:pass@example.org/x", "GET https://***@example.org/x"),
        ("https://user:p@ss@example.org", "https://***@example.org"),
        ("https://token@example.org/", "https://***@example.org/"),
        ("https://example.org/a@b?c=d@e", "https://example.org/a@b?c=d@e"),
        ("?api_key=abc&x=1", "?api_key=***&x=1"),
        ("https://h/?x=1&access_token=a.b-c#f", "https://h/?x=1&access_token=***#f"),
        ("https://h/?KEY=abc", "https://h/?KEY=***"),
        ("https://h/?monkey=abc", "https://h/?monkey=abc"),
        (f"a {KEY} b", "a *** b"),
        ("q=s3cr3t-K3y%2Fwith%2Bsigns%3D%3D&r", "q=***&r"),
    ],
)
@pytest.mark.usefixtures("known_key")
def test_a_secret_is_masked_as_it_stands_and_escaped(text: str, shown: str) -> None:
    assert masked(text) == shown
    assert masked(shown) == shown


@given(st.text(), st.text())
def test_a_known_secret_is_in_no_masked_text(before: str, after: str) -> None:
    learn(Settings({"YOUTUBE_API_KEY": KEY}))
    try:
        for text in (f"{before}{KEY}{after}", f"{before}key={KEY}{after}"):
            assert KEY not in masked(text)
            assert KEY not in masked_address(text)
            assert KEY not in logged("%s", text)
    finally:
        secrets._known.clear()
        secrets._pattern = None


def test_which_settings_are_secret_goes_by_their_name() -> None:
    learn(
        Settings(
            {"DISQUS_API_KEY": "disqus-key-1", "HYPOTHESIS_TOKEN": "hypothesis-token", "AWS_SECRET_ACCESS_KEY": "aws-secret-1",
             "PROXY_PASSWORD": "short", "BOT_NAME": "talkback", "API_KEYS": ["first-key-1", "second-key-2"]}
        )
    )  # fmt: skip
    try:
        text = "disqus-key-1 hypothesis-token aws-secret-1 short talkback first-key-1 second-key-2"
        assert masked(text) == "*** *** *** short talkback *** ***"
    finally:
        secrets._known.clear()
        secrets._pattern = None


def test_arguments_with_a_telling_name_are_left_out_and_the_others_masked() -> None:
    given_arguments = {"url": "http://u:p@h/?token=abc", "api_key": "x", "Password": "y", "url_file": "pages.txt"}
    assert masked_arguments(given_arguments) == {"url": "http://***@h/?token=***", "url_file": "pages.txt"}


@pytest.mark.parametrize(
    ("given_url", "kept"),
    [
        ("http://user:pass@h/x@y", "http://h/x@y"),
        ("http://user:p@ss@h?x", "http://h?x"),
        ("http://h/", "http://h/"),
        ("h/x", "h/x"),
        ("http://u@h\\x@y", "http://h\\x@y"),
    ],
)
def test_user_and_password_are_taken_out_of_an_address(given_url: str, kept: str) -> None:
    assert without_user(given_url) == kept
    if "://" in given_url:
        assert list(addresses_of(given_url, "")) == [kept], "before anything is kept of it"


@pytest.mark.usefixtures("known_key")
def test_a_key_is_not_carried_to_another_host_by_a_redirect() -> None:
    bounds, came = Bounds(8_192), {"redirect_urls": ["https://disqus.com/api?x=1"]}
    for request in (
        Request(f"https://evil.example/?api_key={KEY.replace('+', '%2B')}", meta=came),
        Request("https://evil.example/", meta=came, headers={"X-Api-Key": KEY}),
        Request("https://evil.example/", meta=came, method="POST", body=f'{{"key": "{KEY}"}}'),
    ):
        with pytest.raises(RefusedError, match="another host's"):
            bounds.process_request(request)
    bounds.process_request(Request(f"https://disqus.com/2?api_key={KEY}", meta=came))
    bounds.process_request(Request("https://elsewhere.example/", meta=came))


def test_credentials_reach_no_server_no_log_no_row_and_no_report(place: Place, raw_site: RawSites) -> None:
    other = raw_site({"/next": answers(page(2, 1))})
    site = raw_site(
        {
            "/good": answers(page(1, 1), Set_Cookie="session=c00kie-value; Path=/"),
            "/again": leads_to("/good"),
            "/away?signed=1": leads_to(other.url("/next")),
            "/no": answers("no", "500 Internal Server Error"),
        }
    )
    keyed = f"/keyed?x={quote(KEY, safe='')}"
    site.paths[keyed] = answers("no", "500 Internal Server Error")
    typed = [site.url(path).replace("http://", "http://alice:wonderland@") for path in site.paths]
    log = place.folder / "log.txt"
    done = place.run(
        "crawl", "pages", "--logfile", str(log), "-L", "DEBUG", "-a", "url=" + ",".join([*typed, "http://alice:wonderland@"]),
        RETRY_TIMES=0, DISQUS_API_KEY=KEY, CONTACT="https://example.org/bot",
    )  # fmt: skip
    rows = [row for table in ("pages", "threads", "crawls", "comments", "visits") for row in getattr(place.open(), table)(history=True).to_pylist()]
    shown = "\n".join([log.read_text("utf-8"), done.stdout, done.stderr, json.dumps(rows, default=str)])
    for secret in ("wonderland", "alice", KEY, quote(KEY, safe=""), "c00kie-value"):
        assert secret not in shown
    asked = "\n".join(site.requests + other.requests)
    assert "Authorization" not in asked
    assert "Cookie" not in asked
    assert "wonderland" not in asked
    assert not any("Referer" in request for request in other.requests), "which page led there is nobody's business"
    for file in (place.folder / "state").rglob("*"):
        assert not file.is_file() or b"wonderland" not in file.read_bytes(), file
    arguments = json.loads(next(row["arguments"] for row in place.open().crawls().to_pylist()))
    assert "***@127.0.0.1" in arguments["url"]


def test_plain_keeps_what_is_harmless() -> None:
    assert plain("Grüße, 你好 \U0001f600\ttab") == "Grüße, 你好 \U0001f600\ttab"
