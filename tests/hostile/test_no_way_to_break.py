"""No way to break it: no pattern and no page costs more than its length; any bytes, any depth, any JSON end in words."""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from html import escape
from itertools import count

import pytest
import regex_attacks
from fuzz import visited
from running import page
from scrapy import Request
from scrapy.http import HtmlResponse, Response

from crawler.items import Capture
from crawler.systems import systems_of
from crawler.systems.base import FetchError
from crawler.systems.reading import Limits
from crawler.visit import Circumstances, visit


async def nothing(request: Request) -> Response:
    raise FetchError("budget", request.url)


def read(body: str | bytes, **headers: str) -> list[Capture]:
    """A visit of a page without requests."""
    ids = count()
    around = Circumstances(
        fetch=nothing, clock=lambda: 1_700_000_000_000_000, new_id=lambda: str(next(ids)), systems=systems_of({}), limits=Limits()
    )
    content = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body

    async def captures() -> list[Capture]:
        response = HtmlResponse("https://e.com/a/story", body=content, headers=headers or {"Content-Type": "text/html; charset=utf-8"})
        return [capture async for capture in visit(response, around, "x")]

    return asyncio.run(captures())


# --- regular expressions -------------------------------------------------------------------------


def worst(patterns: dict[tuple[str, int], str], length: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[float, str]]:
    import re

    monkeypatch.setattr(regex_attacks, "LENGTH", length)
    monkeypatch.setattr(regex_attacks, "KILLERS", ("\0", "!"))
    for (pattern, flags), place in patterns.items():
        compiled = re.compile(pattern, flags)
        started = time.process_time()
        texts = 0
        for text in regex_attacks.attacks(pattern, flags):
            texts += 1
            for _ in compiled.finditer(text):
                pass
            if time.process_time() - started > 5:
                break
        yield (time.process_time() - started) / max(texts, 1), place


def test_no_pattern_is_catastrophic() -> None:
    """Attacks on each pattern, made from its own parts, of 60 characters: an exponential one would take for ever."""
    tool = [sys.executable, regex_attacks.__file__, "60", "0.02"]  # its own process: it watches the modules being imported
    done = subprocess.run(tool, capture_output=True, text=True, timeout=300, check=True)
    assert done.stdout == ""
    assert int(done.stderr.split()[0]) > 500, "patterns are found where they are compiled"


def test_the_attacks_find_a_catastrophic_and_a_quadratic_pattern(monkeypatch: pytest.MonkeyPatch) -> None:
    planted = {(r"/\*.*?\*/", 16): "comments", (r"[a-c]{2,9}", 0): "harmless"}
    exponential = {place: seconds for seconds, place in worst({("(a+)+$", 0): "planted"}, 22, monkeypatch)}
    assert exponential["planted"] > 0.01
    quadratic = {place: seconds for seconds, place in worst(planted, 3_000, monkeypatch)}
    assert quadratic["comments"] > 10 * quadratic["harmless"]


# --- whole pages ---------------------------------------------------------------------------------

LENGTH = 24_000
PUMPS = [
    " ", "a", "1", "<", "/", "-", ".", ",", "=", "&", '"', "'", "\n", "\u00a0", "a ", "1 ", "<a ", "/*a", "{", "[", "\\", "#a ", "@a ",
    "http://a ", "(", "1:", "<b>", "<!--", "&amp;", "1,", "[\"\"", "a.", "/a", "%2Fa", "\u043e\u043f\u0443\u0431\u043b\u0438\u043a\u043e\u0432\u0430\u043d", "2 hours ", "{\"@type\":",
]  # fmt: skip
STARTS = [
    '"@type":' + " ", "000000 ", "aa(1 ", "1 ", "(1\u00a0", "/plugins/video.php?href=videos%2Fa", "https://a@", '{"a":"', "&#", "<a href='", "2024-01-01T ",
]  # fmt: skip
"""Texts whose last character is repeated."""


def monstrous(text: str) -> str:
    """A page with a text in every place that something reads."""
    quoted, data = escape(text), json.dumps(text)
    return f"""<html><head><title>{quoted}</title><meta property="og:title" content="{quoted}"><meta name="keywords" content="{quoted}">
<meta property="og:video" content="https://www.youtube.com/embed/{quoted}"><meta property="article:published_time" content="{quoted}">
<script type="application/ld+json">{{"@type":"VideoObject","name":{data},"uploadDate":{data},"duration":{data}}}</script>
<script type="application/ld+json">{text.replace("</", "<")}</script><script>var ytInitialData = {text.replace("</", "<")}</script>
</head><body class="postid-1 {quoted}"><h1 class="entry-title">{quoted}</h1><div class="post-meta"><time datetime="{quoted}">{quoted}</time>
<span class="views">{quoted}</span></div><p>{quoted}</p><iframe src="https://www.facebook.com/plugins/video.php?href={quoted}"></iframe>
<div class="share"><a href="https://twitter.com/intent/tweet?text={quoted}" title="{quoted}">{quoted}</a><button class="like">{quoted}</button>
<a href="https://youtube.com/{quoted}">Subscribe {quoted}</a><a href="{quoted}">share</a></div>
<ul class="pm-ul-comments"><li><div class="media" id="comment-1"><div class="media-body"><div class="media-heading"><a>{quoted}</a>
<time datetime="{quoted}">{quoted}</time></div><p>{quoted}</p></div></div></li></ul>
<div id="comments"><h3>{quoted}</h3><ol class="comment-list"><li id="comment-1" class="comment {quoted}"><div class="comment-author vcard">
<b class="fn">{quoted}</b></div><div class="comment-metadata"><a href="#comment-1"><time>{quoted}</time></a></div>
<div class="comment-content"><p>{quoted}</p></div></li></ol></div>{text}</body></html>"""


def seconds(text: str) -> float:
    """CPU time of reading a page with a text everywhere."""
    started = time.process_time()
    assert read(monstrous(text))[-1].is_last
    return time.process_time() - started


def test_no_page_costs_more_than_its_length_whatever_is_repeated_on_it() -> None:
    texts = {pump: (pump * (LENGTH // len(pump) + 1))[:LENGTH] for pump in PUMPS}
    texts |= {start: start + start[-1] * LENGTH for start in STARTS}
    spent = {name: seconds(text) for name, text in texts.items()}
    # Text that is one tag in a place costs more than text that is none; the square of 24,000 costs hundreds of times more.
    most = 8 * statistics.median(spent.values()) + 0.2
    # Read again: the garbage collector may have looked at all that the other tests left, once.
    dear = {name: min(seconds(texts[name]) for _ in range(3)) for name, took in spent.items() if took > most}
    assert {name: round(took, 2) for name, took in dear.items() if took > most} == {}


@pytest.mark.parametrize(
    "body",
    [
        b"<div>" * 200_000,
        b"<a>" * 100_000,
        b"<table><tr><td>" * 30_000,
        b"<p id=comments><ol class=comment-list>" + b"<li class=comment><ul class=children>" * 20_000,
        b"<svg><math>" * 20_000,
        b"<!--" * 100_000,
        b"<![CDATA[" * 50_000,
        b"&amp;" * 200_000,
        b"<script type='application/ld+json'>" + b"[" * 300_000,
        b"<script type='application/ld+json'>" + b'{"a":' * 100_000,
        b"<x " + b"a=1 " * 100_000 + b">",
        b"<meta charset=utf-16><p>text",
        b"<meta charset=utf-7>+ADw-script+AD4-",
        b"\xff\xfe<\x00p\x00>\x00" + b"\xd8\x00" * 1_000,
        b"<p>" + b"\xed\xa0\x80" * 1_000,
        b"\x00" * 10_000 + b"<p>x",
        bytes(range(256)) * 500,
    ],
    ids=lambda body: f"{body[:24]!r}",
)
def test_monstrous_markup_ends_with_one_last_capture_in_time(body: bytes) -> None:
    started = time.process_time()
    captures = read(body)
    assert [capture.is_last for capture in captures][-1:] == [True]
    assert time.process_time() - started < 10


@pytest.mark.parametrize("piece", ["<p>", "<a href=x>y</a>", "<i" + " a" * 900 + ">", "<!---->"])
def test_a_page_of_nothing_but_markup_costs_bounded_time_and_memory(piece: str) -> None:
    """As large as DOWNLOAD_MAXSIZE lets it be. Its comments come first: they are kept, and the thread is partial."""
    code = (
        "import resource, sys, time; from test_no_way_to_break import read; from running import page\n"
        "started, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        f"captures = read(page(7, 3).replace('</body>', {piece!r} * (32 * 2**20 // {len(piece)})))\n"
        "ledger = next(one.thread for one in captures if one.thread)\n"
        "grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before\n"
        "print(ledger.captured, ledger.verdict, time.process_time() - started, grown // 1024)"
    )
    paths = os.pathsep.join(sys.path)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120, env=os.environ | {"PYTHONPATH": paths})
    captured, verdict, seconds, megabytes = done.stdout.split()
    assert (captured, verdict) == ("3", "partial")
    assert float(seconds) < 15
    assert int(megabytes) < 600


STATED = page(7, 2).replace("<head>", '<head><link rel="https://api.w.org/" href="https://e.com/wp-json/">').replace(
    '<div id="comments">', '<div id="comments"><h2 class="comments-title">9 comments</h2>'
)


@pytest.mark.parametrize(
    "answer",
    [b"[" * 500_000, b'{"a":' * 200_000, b"null", b"[]", b"1e999999", b'"\\ud800"', b"[NaN, Infinity]", b"{" + b'"a":1,' * 50_000, b"\xff\xfe", b" "],
    ids=lambda answer: f"{answer[:12]!r}",
)
def test_an_interface_that_answers_with_anything_ends_in_a_verdict(answer: bytes) -> None:
    """The REST interface of WordPress, asked because the page shows fewer comments than it states."""
    ledger = next(capture.thread for capture in visited(STATED.encode(), answer) if capture.thread is not None)
    assert ledger.verdict == "partial"
    assert ledger.captured == 2
    assert ledger.requests > 0
