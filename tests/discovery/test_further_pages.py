"""What tells that a page is a further one of another."""

from __future__ import annotations

import time

import pytest

from crawler.discovery.parts import first_of_thread, whole_of
from crawler.extract import numbered
from crawler.extract.document import Document

SITE = "https://forum.example"
TOPIC = "/topic/12/how-to/"


def first_of(address: str, *links: tuple[str, str], known: tuple[str, ...] = ()) -> str | None:
    body = "".join(f'<a href="{href}">{text}</a> ' for href, text in links)
    document = Document(f"<title>How to</title><body><h1>How to</h1>{body}".encode(), SITE + address)
    found = whole_of(document, lambda url: url in {SITE + path for path in known})
    return None if found is None else found.removeprefix(SITE)


@pytest.mark.parametrize(
    ("address", "links"),
    [
        (f"{TOPIC}?page=2", [(TOPIC, "How to"), ("?page=1", "1"), ("?page=3", "3")]),
        (f"{TOPIC}?page=3", [(TOPIC, "1"), ("?page=2", "2")]),
        (f"{TOPIC}?page=1", [(TOPIC, "How to"), ("?page=2", "2")]),
        (f"{TOPIC}?post=30", [(TOPIC, "1"), ("?page=3", "3")]),
        (f"{TOPIC}?post=30", [(TOPIC, "How to"), ("?page=1", "[1]"), ("?page=3", "Page 3")]),
        (f"{TOPIC}page-2", [(TOPIC, "1"), (f"{TOPIC}page-3", "3")]),
        (f"{TOPIC}page/2/", [(TOPIC, "1"), (f"{TOPIC}page/3/", "3")]),
        (f"{TOPIC}?p=2", [(TOPIC, "How to"), ("?p=1", "1"), ("?p=3", "3")]),
        ("/topic/12?page=2", [(TOPIC, "How to"), (f"{TOPIC}?page=1", "1"), (f"{TOPIC}?page=3", "3")]),
        ("/topic/12?page=1", [(TOPIC, "How to"), (f"{TOPIC}?page=2", "2"), (f"{TOPIC}?page=3", "3")]),
    ],
)
def test_a_further_page_leads_to_the_first(address, links):
    assert first_of(address, *links) == TOPIC


def test_what_else_the_address_says_is_kept():
    own = "/viewtopic.php?f=2&t=5"
    assert first_of(f"{own}&start=20", (f"{own}&start=0", "1"), (f"{own}&start=40", "3"), known=(own,)) == own
    assert first_of("/?p=123&page=2", ("/?p=123", "1"), ("/?p=123&page=3", "3")) == "/?p=123"


@pytest.mark.parametrize(
    ("address", "links"),
    [
        (TOPIC, [("?page=2", "2"), ("?page=3", "3")]),
        (f"{TOPIC}?sort=new", [("?sort=new&page=2", "2")]),
        (f"{TOPIC}?page=2", []),
        (f"{TOPIC}?page=2", [("/topic/13/?page=3", "3"), (TOPIC, "How to")]),
        ("/topic/1?page=2", [(TOPIC, "How to"), (f"{TOPIC}?page=1", "1"), (f"{TOPIC}?page=3", "3")]),
        ("/board?page=2", [("/board/how-to", "How to"), ("/board/how-to?page=2", "2"), ("/board/how-to?page=3", "3")]),
        ("/board/4?page=2", [("/board/4/to", "To"), ("/board/4/to?page=2", "2"), ("/board/4/too?page=2", "2")]),
        ("/board/4?page=2", [("/board/4/to", "To"), ("/board/4/to?page=2", "2"), ("/board/4?page=1", "1")]),
        ("/?p=123", [("/", "Home"), ("/?p=122", "Previous"), ("/?p=124", "7")]),
        ("/?p=123", [("/", "Home"), ("/?p=123&page=2", "2")]),
        ("/watch?v=1", [("/watch?v=2", "2"), ("/watch", "All")]),
        ("/story/page/2/", [("/story/page/", "All"), ("/other/page/3/", "3")]),
    ],
)
def test_a_page_of_its_own_leads_nowhere(address, links):
    assert first_of(address, *links) is None


def test_a_first_page_that_nothing_names_is_not_made_up():
    links = [(f"{TOPIC}page-1", "1"), (f"{TOPIC}page-3", "3")]
    assert first_of(f"{TOPIC}page-2", *links) is None
    assert first_of(f"{TOPIC}page-2", *links, known=(TOPIC,)) == TOPIC


@pytest.mark.parametrize(
    ("address", "links", "first"),
    [
        ("/t/how-to/11/3/", [("/t/how-to/11/", "first_page"), ("/t/how-to/11/2/", "Page 3 of 4")], "/t/how-to/11/"),
        ("/t/how-to/11/3/", [("/t/how-to/11/", "first_page"), ("/t/how-to/11/2/", "Page 2 of 4")], None),
        ("/t/how-to/11/3/", [("/t/how-to/11/2/", "Page 3 of 4")], None),
        ("/news/3/", [("/news/", "News"), ("/news/2/", "Older")], None),
    ],
)
def test_the_end_of_a_path_is_the_number_of_a_page_where_a_line_says_so(address, links, first):
    assert first_of(address, *links) == first


def test_addresses_with_thousands_of_pairs_are_compared_without_looking_for_each_at_each():
    long = f"{SITE}/topic?" + "&".join(f"a{n}" for n in range(10_000))
    started = time.process_time()
    assert numbered.adds_to(long, f"{long}&page=2")
    assert numbered.first_of(long, f"{long}&page=2") == [long]
    assert time.process_time() - started < 0.5


@pytest.mark.parametrize(
    ("row", "first"),
    [
        ('<a href="/t/5">1</a> <b>2</b>', f"{SITE}/t/5"),
        ('<a href="/t/5">1</a> <a href="/t/5/2">2</a> <b>3</b>', f"{SITE}/t/5"),
        ('<a href="/comment/history/10/"><i></i> 1</a> <i>29 Oct</i>', None),
    ],
)
def test_a_link_with_how_often_a_comment_was_edited_beside_a_day_is_no_row_of_pages(row, first):
    comments = "".join(
        f'<div class="comment" id="c{n}"><b class="author">Reader {n}</b> <i class="date" title="2023-10-2{n} 10:00">2{n} Oct</i>'
        f'<p class="text">What reader {n} has to say of the bridge.</p></div>'
        for n in range(4)
    )
    document = Document(f"<title>Bridge</title><body><h1>Bridge</h1><div>{comments}<p>{row}</p></div>".encode(), f"{SITE}/t/5/3")
    assert first_of_thread(document, lambda: True) == first
