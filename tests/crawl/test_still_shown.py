"""A comment that the page still shows, only made otherwise than the rest, is not called removed."""

from __future__ import annotations

import pytest
from loopback import Answer, LoopbackSite
from test_moved_page import HTML, NAMES, SAID, states


def item(n: int) -> str:
    return (
        f'<div class="it" id="note-{4100 + 7 * n}"><b class="who">{NAMES[n]}</b> <span class="when">{n + 1} March 2023 at 10:0{n}'
        f'</span><div class="tx"><p>{SAID[n]}</p></div></div>'
    )


def page(before: str, shown: range, without: int | None = None) -> Answer:
    story = f"<h1>The bridge</h1><p>{'The bridge of the town will be closed, as the council says. ' * 4}</p>"
    comments = "".join(item(n) for n in shown if n != without)
    thread = f"<section>{before}{comments}<form><textarea></textarea></form></section>"
    return Answer(f"<html lang=en><title>The bridge</title><body><main>{story}{thread}</main>", headers=HTML)


PINNED = f'<aside class="best" id="note-4114"><blockquote><p>{SAID[2]}</p></blockquote><cite>{NAMES[2]}, 3 March</cite></aside>'

NOTE = '<div class="gone" id="note-4114"><span><a href="/user/2/">Ann</a>\'s comment was removed <i>3 years ago</i></span></div>'


@pytest.mark.parametrize(
    ("before", "status", "verdict", "changes"),
    [
        (PINNED, 3, "partial", {"new": 5}),
        ("<a id=note-4114></a>", 0, "complete", {"new": 5, "removed": 1}),
        (NOTE, 0, "complete", {"new": 5, "removed": 1}),
        (PINNED.replace("note-", "advert-"), 0, "complete", {"new": 5, "removed": 1}),
    ],
    ids=["pinned above the others", "a mere target of links", "a note that it was removed", "the number of another thing"],
)
def test_a_comment_whose_id_an_element_with_words_still_carries_is_not_removed(place, before, status, verdict, changes):
    site = LoopbackSite({"/a/": page("", range(5))})
    assert place.crawl(site.url("/a/")).returncode == 0
    site.paths["/a/"] = page(before, range(5), without=2)
    done = place.crawl(site.url("/a/"))
    (thread,) = place.open().threads().to_pylist()
    assert (done.returncode, thread["verdict"], states(place)) == (status, verdict, changes), thread["gaps"]
