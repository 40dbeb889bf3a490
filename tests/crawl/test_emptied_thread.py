"""A thread without an id whose last comment went: empty where its page says so, else nothing is known of it."""

from __future__ import annotations

from collections import Counter

import pytest
from loopback import Answer, LoopbackSite
from running import Place
from test_moved_page import HTML, SYSTEMS, page

FORM = "<form method=post action=/say><textarea name=said></textarea><button>Send</button></form>"
OPEN = f"<section><h2>0 comments</h2><p>Be the first to comment!</p>{FORM}</section>"


def emptied(system: str, section: str, head: str = "") -> Answer:
    """The page of :func:`page`, with this in the place of its comments."""
    body = str(page(system, range(0)).body)
    before, rest = body.split("<section>")
    return Answer(f"{head}{before}{section}{rest.split('</section>')[1]}", headers=HTML)


def visited(place: Place, system: str, *shown: Answer) -> tuple[Counter[str], set[tuple[str, str, int]]]:
    """What came of comments, and the thread, after a page showed four comments and then this."""
    site = LoopbackSite({"/a/": page(system, range(4))})
    for answer in (site.paths["/a/"], *shown):
        site.paths["/a/"] = answer
        done = place.crawl(site.url("/a/"))
        assert done.returncode in (0, 3), done.stdout + done.stderr
    held = place.open()
    threads = {(row["verdict"], row["state"], row["captured"]) for row in held.threads().to_pylist()}
    return Counter(row["change"] for row in held.comments(history=True).to_pylist()), threads


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_page_that_says_that_it_has_no_comments_any_more_and_takes_new_ones_has_had_all_removed(place, system):
    changes, threads = visited(place, system, emptied(system, OPEN), emptied(system, OPEN))
    assert (changes, threads) == ({"new": 4, "removed": 4}, {("none", "open", 0)})
    assert place.open().pages().to_pylist()[-1]["comments_state"] == "open"


STORIES = "".join(f"<article><h3><a href=/{n}>Story {n}</a></h3><span>0 comments</span></article>" for n in range(5))
DOUBTFUL = {
    "no form": OPEN.replace(FORM, ""),
    "a form that says nothing": f"<section><h2>Comments</h2>{FORM}</section>",
    "a form for letters": f"<section><h2>Write to the editors</h2>{FORM}</section>{'<p>About the town.</p>' * 40}<p>Be the first to comment!</p>",
    "a link to no comments": f"<section><h2><a href='/other/#talk'>0 comments</a></h2>{FORM}</section>",
    "stories without comments": f"<section>{STORIES}{FORM}</section>",
    "a control that brings them": f"<section><h2>0 comments</h2><button>Show comments</button>{FORM}</section>",
    "a form that is not shown": f"<section><h2>0 comments</h2><div hidden>{FORM}</div></section>",
    "a rule": f"<section><p>No comments with links, please.</p>{FORM}</section>",
}


@pytest.mark.parametrize("what", DOUBTFUL)
def test_a_page_that_does_not_say_itself_that_its_thread_is_empty_has_none_removed(place, what):
    changes, threads = visited(place, "generic", emptied("generic", DOUBTFUL[what]))
    assert changes == {"new": 4}
    assert {verdict for verdict, *_ in threads} == {"unknown"}


def test_data_that_counts_comments_is_believed_before_the_words_of_an_empty_thread(place):
    counts = '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "The bridge", "commentCount": 4}</script>'
    changes, threads = visited(place, "generic", emptied("generic", OPEN, counts))
    assert changes == {"new": 4}
    assert {verdict for verdict, *_ in threads} == {"partial"}
