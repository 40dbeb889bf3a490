"""Rows of one make whose classes take turns are one thread, not every other row of it."""

from __future__ import annotations

import pytest
from kit import NOW

from crawler.extract.document import Document
from crawler.systems.generic.comments import comments_of
from crawler.systems.generic.thread import THRESHOLD, find_thread

SAID = [
    ("Ida", "The bridge was closed for two weeks and nobody told the shops on the other side."),
    ("Old Tom", "I cross it every morning, and the new railing is far too low for children."),
    ("Marek W.", "Thank you for the pictures, the third one shows my grandfather at work."),
    ("Sunniva", "lol"),
    ("Pavel", "Who pays for the lamps? The council said nothing about them at the last meeting."),
    ("Jo", "They will be paid by the county, it stands in the minutes of May."),
    ("Ida", "Has anybody seen the old sign? It hung beside the mill until last winter."),
]
HEADS = "<tr><th>Entry time</th><th>Author</th><th>Comment</th><th>Comment no.</th></tr>"
MAKES = {
    "rows": ("<table>" + HEADS, "<tr class='{c}'><td>{t}</td><td>{a}</td><td>{s}</td><td>{n}</td></tr>", "</table>"),
    "rows and cells": ("<table>" + HEADS, "<tr class='{c}'><td class='{c}'>{t}</td><td class='{c}'>{a}</td><td class='{c}'>{s}</td><td class='{c}'>{n}</td></tr>", "</table>"),
    "blocks": ("<div>", "<div class='{c}'><div class='{c}-head'><b>{a}</b> <i>{t}</i></div><div class='{c}-text'>{s}</div></div>", "</div>"),
    "bylines": ("<div>", "<div class='{c}'><b>{a}</b> <i>{t}</i></div><div class='{c}'>{s}</div>", "</div>"),
    "items": ("<ul>", "<li class='{c}'><a href='/u/{a}'>{a}</a> <span>{t}</span><p>{s}</p></li>", "</ul>"),
}  # fmt: skip
TURNS = [
    "odd/even", "rowOdd/rowEven", "commentOdd/commentEven", "comment-odd/comment-even", "odd-row/even-row", "roweven/rowodd", "row0/row1", "bg1/bg2",
    "bgA/bgB", "alt1/alt2", "post/post_alt", "post/postalt", "comment/comment-alt", "alternate/normal", "light/dark", "pair/impair", "gerade/ungerade",
    "left/right", "comment-left/comment-right", "line-a/line-b", "post-own/post-other", "comment/adminComment", "mine/theirs",
]  # fmt: skip


def read(make, classes, count):
    head, row, foot = MAKES[make]
    rows = "".join(
        row.format(c=classes[n % len(classes)], a=author, s=text, t=f"2021-05-{10 + n} 1{n}:0{n}:00", n=40 - n)
        for n, (author, text) in enumerate(SAID[:count])
    )
    article = "The bridge over the river was built long ago and is now to be painted green again. " * 8
    html = f"<title>Bridge</title><body><h1>The bridge</h1><p>{article}</p><h3>Comments</h3>{head}{rows}{foot}<p>By hand, 2021</p>"
    found = find_thread(Document(html.encode(), "https://town.example/bridge/"), observed_at=NOW, language=None)
    if found is None or found.confidence < THRESHOLD:
        return None, None
    return [(comment.author_name, comment.text) for comment in comments_of(found, observed_at=NOW)], found.stated


@pytest.mark.parametrize("make", MAKES)
@pytest.mark.parametrize("turns", TURNS)
def test_rows_whose_classes_take_turns_are_read_all(make, turns):
    for count in (2, 5, 7):
        assert read(make, turns.split("/"), count) == (SAID[:count], None)


@pytest.mark.parametrize("make", MAKES)
@pytest.mark.parametrize("turns", ["x7f3a/k9d2q", "aaa/bbb/ccc", "wide/wide/wide/tall"])
def test_classes_that_say_nothing_take_turns_where_one_comes_again(make, turns):
    assert read(make, turns.split("/"), 7)[0] == SAID


def test_what_is_of_another_make_does_not_take_turns():
    rows = "".join(
        f"<tr class=head><td><b>{author}</b></td><td>{f'2021-05-1{n} 10:0{n}'}</td></tr>"
        f"<tr class=text><td>Joined 200{n}-04-01</td><td><p>{text}</p></td></tr>"
        for n, (author, text) in enumerate(SAID)
    )
    html = f"<title>Bridge</title><body><h1>The bridge</h1><h3>Comments</h3><table>{rows}</table>"
    found = find_thread(Document(html.encode(), "https://town.example/bridge/"), observed_at=NOW, language=None)
    assert found is not None
    read = comments_of(found, observed_at=NOW)
    assert [comment.author_name for comment in read] == [author for author, _ in SAID]
    assert all(text in comment.text for comment, (_, text) in zip(read, SAID, strict=True))
