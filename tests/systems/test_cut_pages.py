"""A page whose tree had to be bounded, or that breaks off before its end, never gives a complete thread."""

from __future__ import annotations

import pytest
from kit import answering, read

from crawler.extract.document import Document
from crawler.systems.generic.system import Generic
from crawler.systems.wordpress import WordPress

COMMENT = '<li id="comment-{n}" class="comment"><b class="fn">A</b><div class="comment-content"><p>{n}</p></div><ul>'


def thread(depth: int) -> str:
    items = "".join(COMMENT.format(n=n) for n in range(1, depth + 1))
    return f'<body class="postid-1"><div id="comments"><ol class="comment-list">{items}</ol></div></body>'


def test_an_ordinary_page_is_not_cut():
    assert not Document(thread(100), "https://example.org/").is_cut


async def test_a_thread_that_nests_deeper_than_the_parser_bears_is_partial_and_says_why():
    html = thread(8_000)
    assert Document(html, "https://example.org/").is_cut
    [(_, comments, ledger)] = await read(WordPress(), html, "https://example.org/", answering({}))
    assert 0 < len(comments) <= 8_000
    assert ledger.verdict == "partial"
    assert "nests too deep" in ledger.gaps[0]["reason"]


WHOLE = (
    '<!doctype html><html><head><title>Bridge</title></head><body class="postid-1"><h1>Bridge</h1><div id="comments"><ol class="comment-list">'
    + "".join(
        f'<li id="comment-{n}" class="comment"><article><b class="fn">Reader {n}</b><div class="comment-content">'
        f"<p>The bridge is open &amp; {n} cars have crossed it.</p></div></article></li>"
        for n in range(1, 6)
    )
    + '</ol><div id="respond"><form id="commentform"><input type="hidden" name="comment_post_ID" value="1"></form></div></div><p>News</p></body></html>'
)


async def test_a_page_that_breaks_off_anywhere_is_partial_and_no_comment_is_read_by_half():
    [(_, whole, ledger)] = await read(WordPress(), WHOLE, "https://example.org/", answering({}))
    assert (len(whole), ledger.verdict) == (5, "complete")
    said = {comment.native_id: (comment.author_name, comment.text) for comment in whole}
    for end in range(WHOLE.index('id="comment-2"'), WHOLE.index("<p>News"), 3):
        [(_, comments, ledger)] = await read(WordPress(), WHOLE[:end], "https://example.org/", answering({}))
        assert ledger.verdict == ("partial" if comments else "unknown"), WHOLE[:end][-40:]
        assert "breaks off" in ledger.gaps[0]["reason"]
        assert {c.native_id: (c.author_name, c.text) for c in comments}.items() <= said.items(), WHOLE[:end][-40:]


async def test_a_page_that_breaks_off_before_it_could_show_a_thread_is_none_without_comments():
    begun = WHOLE[: WHOLE.index('<div id="comments">')].replace("</h1>", "</h1><div><p>It was opened on Monday.")
    [(_, comments, ledger)] = await read(Generic(), begun, "https://example.org/", answering({}))
    assert (comments, ledger.verdict) == ([], "unknown")
    assert "breaks off" in ledger.gaps[0]["reason"]
    assert not Generic().detect(Document(begun + "</p></div></body></html>", "https://example.org/"))


@pytest.mark.parametrize(
    ("html", "is_broken"),
    [
        ("<html><head><title>x</title><p>One</p>", False), ("<html><head></head><frameset><frame src=a></frameset>", False), ("<html><script>location = '/b'</script>", False), ("<html><head><title>x", True),
        ("<html><head><style>.a {} .b", True), ('<html><head><script src="a.js"></script>\n', True), ("<html><head></head><body>", True),
        ("<html><head><title>x</title></head>Only words", False), ("<html><head><title>x</title></head><body>\n Only words", False),
        ("<html><body><div><p>One<li>Two</div>", False), ("<html><title>x</title><h1>One</h1>", False), ("<div><ul><li>One", False), ("<html><div>One</div></html>", False),
        ('<html><script>var a = "<div>"</script><!-- <div> --><p>One</p>', False), ("<html><body><div><p>One</p>", True), ("<html><body><p>One", False), ("<html><body><div>One</div><p>Two", True), ('<!doctype html><p>One</p><a href="/o', True),
    ],
)  # fmt: skip
def test_a_page_without_its_end_breaks_off_where_something_is_open(html, is_broken):
    assert Document(html, "https://example.org/").breaks_off == is_broken
