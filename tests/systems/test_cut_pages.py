"""A page whose tree had to be bounded never gives a complete thread."""

from __future__ import annotations

from kit import answering, read

from crawler.extract.document import Document
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
