"""What the layout of a comment's shape tells is what a look at every element tells."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wordpress_site import ITEMS, POST, Row, page

from crawler.extract.document import Document
from crawler.systems.wordpress.fields import Fields, _read_by_layout, _read_by_parts
from crawler.systems.wordpress.items import find_items

PAGES = sorted(path for path in Path(__file__).parent.parent.rglob("*.html") if b"comment-" in path.read_bytes())

BITS = [
    "<p>One</p>", "<p>Two <b>bold</b> words</p>", "<p>a<br>b</p>", "<p></p>", "loose", "<blockquote><p>q</p></blockquote>",
    "<ul class=children></ul>", "<div class=reply><a class=comment-reply-link href=#respond>Reply</a></div>",
    "<form><p>Your answer</p></form>", "<time datetime=2021-03-05T18:55:00+01:00>5 March</time>", "<p class=edited>Edited</p>",
    "<span class=says>says:</span>", "<p class=comment-awaiting-moderation>It waits.</p>", "<div class=comment-meta>meta</div>",
    "<cite class=fn>Ann</cite>", "<b class=fn><a class=url href=https://ann.example.org/>Ann</a></b>", "<a href=#comment-7>#</a>",
    "<div class=comment-content>", "<div class=comment-body>", "<div class='comment-author vcard'>", "</div>", "<p hidden>no</p>",
    "<a href=https://example.org/p/#comment-7><time datetime=2021-03-05>5 March 2021 at 6:55 pm</time></a>",
    "<div class=comment-metadata>March 5, 2021 at 6:55 pm</div>", "<script>x</script>", "<em datetime=2020>e</em>",
]  # fmt: skip


def compared(document: Document) -> tuple[int, int]:
    """Compare every comment of a page; how many there are and how many were read by their layout."""
    items = find_items(document)
    read = 0
    for item in (*items.found, *items.again):
        quick: Fields | None = _read_by_layout(item, items, document, "en") if item.node.tag != "dt" else None
        if quick is not None:
            assert quick == _read_by_parts(item, items, document, "en")
            read += 1
    return len(items.found), read


def test_saved_pages_are_read_alike_either_way_and_most_comments_by_their_layout():
    found = [compared(Document(path.read_bytes(), "https://example.org/p/")) for path in PAGES]
    counts, read = map(sum, zip(*found, strict=True))
    assert read > counts / 2 > 40


@pytest.mark.parametrize("markup", ITEMS)
def test_the_markups_of_core_are_read_by_their_layout(markup):
    rows = [Row(number, "Ann", "<p>One</p>\n<p>Two</p>", parent=number - 1 or None) for number in range(1, 9)]
    count, read = compared(Document(page(rows, markup=markup), POST))
    assert count == read == 8


NAMES = ["<b class=fn>Ann</b>", "<div class='comment-author vcard'><cite class=fn>Ann</cite> <span class=says>says:</span></div>"]
TIMES = [
    "<a href=https://example.org/p/#comment-7><time datetime=2021-03-05T18:55:00Z>5 March</time></a>",
    "<div class='comment-meta commentmetadata'><a href=#comment-7>March 5, 2021 at 6:55 pm</a></div>",
]
BODIES = ["<div class=comment-content><p>One</p>{}</div>", "<p>One</p>{}<p>Two</p>", "<div class=text>{}</div>"]

comments = st.tuples(
    st.permutations(range(3)),
    *map(st.sampled_from, (NAMES, TIMES, BODIES)),
    st.lists(st.sampled_from(BITS), max_size=2).map("".join),
    st.lists(st.tuples(st.integers(0, 3), st.sampled_from(BITS)), max_size=3),
    st.sampled_from(["{}", "<div class=comment-body>{}</div>", "<article><footer>x</footer>{}</article>"]),
)


def markup(parts: tuple) -> str:
    order, *fields, inside, others, around = parts
    fields[2] = fields[2].format(inside)
    written = [fields[place] for place in order]
    for place, bit in others:
        written.insert(place, bit)
    return around.format("".join(written))


@settings(max_examples=500)
@given(comments)
def test_any_comment_is_read_alike_either_way(comment):
    item = f'<li id=comment-7 class="comment even depth-1">{markup(comment)}</li>'
    document = Document(f"<!doctype html><body class=single-post><ol class=comment-list>{item}</ol>", "https://example.org/p/")
    assert compared(document)[0] == 1
