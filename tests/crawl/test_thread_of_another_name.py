"""A thread with an id stays the one that the archive holds, also where its page shows the id or its host no longer."""

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


def test_a_thread_with_ids_moves_with_its_page_to_another_host(place):
    old = LoopbackSite({"/a/": Answer(story((1, 2, 3), FORM), headers=HTML)})
    new = LoopbackSite({"/a/": Answer(story((1, 3, 4), FORM), headers=HTML)})
    assert place.crawl(old.url("/a/")).returncode == 0
    address = new.url("/a/").replace("127.0.0.1", "localhost")
    old.paths["/a/"] = Answer("", 301, {"Location": address})
    for url in (old.url("/a/"), old.url("/a/"), address):
        done = place.crawl(url)
        assert done.returncode == 0, done.stdout + done.stderr
    rows = place.open().comments(history=True).to_pylist()
    assert Counter(row["change"] for row in rows) == {"new": 4, "removed": 1}
    assert len({(row["thread_id"], row["tenant"]) for row in rows}) == 1
    assert place.run("archive", "verify").returncode == 0


def test_a_moved_address_that_leads_to_another_thread_with_the_same_number_begins_a_new_one(place):
    old = LoopbackSite({"/a/": Answer(story((1, 2, 3), FORM), headers=HTML)})
    new = LoopbackSite({"/a/": Answer(story((1, 2, 3), FORM, "harbour"), headers=HTML)})
    assert place.crawl(old.url("/a/")).returncode == 0
    old.paths["/a/"] = Answer("", 301, {"Location": new.url("/a/").replace("127.0.0.1", "localhost")})
    for _ in range(2):
        assert place.crawl(old.url("/a/")).returncode == 0
    rows = place.open().comments(history=True).to_pylist()
    assert Counter(row["change"] for row in rows) == {"new": 6}


def test_an_installation_that_names_its_folder_only_later_is_the_same(place):
    root = '<link rel="https://api.w.org/" href="/blog/wp-json/">'
    changes, threads = changes_of(place, story((1, 2, 3), FORM), story((1, 2, 3), FORM).replace("</title>", f"</title>{root}"))
    assert (changes, threads) == ({"new": 3}, 1)
