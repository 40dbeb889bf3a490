"""A thread that does not show its id any more is the one that the archive holds."""

from __future__ import annotations

from collections import Counter

from loopback import Answer, LoopbackSite

HTML = {"content-type": "text/html; charset=utf-8"}

ITEM = (
    '<li class="comment" id="comment-{0}"><article><footer><b class="fn">Reader {0}</b> '
    '<time datetime="2024-03-0{0}T10:00:00+00:00">March {0}</time></footer>'
    '<div class="comment-content"><p>What reader {0} says of the bridge.</p></div></article></li>'
)
FORM = '<div id="respond"><form id="commentform"><textarea name="comment"></textarea><input type="hidden" name="comment_post_ID" value="14"></form></div>'

STYLE = '<link rel="stylesheet" href="/wp-content/themes/town/style.css">'


def story(numbers, form: str, about: str = "bridge") -> str:
    """A WordPress page whose theme says its post's id in the form alone."""
    items = "".join(map(ITEM.format, numbers)).replace("bridge", about)
    return (
        f"<!doctype html><html><head><title>The {about}</title>{STYLE}</head><body><h1>The {about}</h1><p>It is open.</p>"
        f'<div id="comments"><ol class="comment-list">{items}</ol>{form}</div></body></html>'
    )


def changes_of(place, *shown: str) -> tuple[Counter[str], int]:
    """What the archive holds after these visits: how many states of each kind, and of how many threads."""
    site = LoopbackSite({"/a/": Answer("")})
    for answer in shown:
        site.paths["/a/"] = Answer(answer, headers=HTML)
        done = place.crawl(site.url("/a/"))
        assert done.returncode in (0, 3), done.stdout + done.stderr
    rows = place.open().comments(history=True).to_pylist()
    return Counter(row["change"] for row in rows), len({row["thread_id"] for row in rows})


def test_a_thread_that_is_closed_and_reopened_stays_the_same_though_its_id_is_in_the_form_only(place):
    changes, threads = changes_of(place, story((1, 2, 3), FORM), story((1, 2, 3), ""), story((1, 3, 4), ""), story((1, 3, 4), FORM))
    assert (changes, threads) == ({"new": 4, "removed": 1}, 1)


def test_another_thread_at_the_same_address_is_not_taken_for_the_one_that_had_an_id(place):
    changes, threads = changes_of(place, story((1, 2, 3), FORM), story((5, 6, 7), "", "harbour"))
    assert (changes["new"], threads) == (6, 2)
