"""What a thread of unknown markup is taken for does not hang on what changed on its page since."""

from __future__ import annotations

import pytest
from kit import read

from crawler.extract.document import Document
from crawler.systems.generic.system import Generic
from crawler.systems.generic.thread import candidates, is_finer

URL = "https://a.example/news/7"
STORY = f"<h1>The bridge</h1><p>{'The bridge of the town will be closed, as the council says. ' * 5}</p>"
SAID = (
    "The harbour was always the better place for it.", "Nobody has asked those who live there, as usual.",
    "I remember the old bridge, and it was no better.", "They said the same about the library, and it came.",
    "How much will that be for each of us in the end?",
)  # fmt: skip


def note(n: int, kind: str = "", own: str = "") -> str:
    return (
        f'<div class="comment {kind}"{own}><div class="txt"><span class="date">{n + 1} March 2023, 10:0{n}</span>'
        f'<span class="nick">Guest {n}</span><br>{SAID[n]}<div class="btn"><a href="/re/{n}">Reply</a></div></div></div>'
    )


def page(notes: str, count: str = "") -> str:
    form = "<form><textarea name=text></textarea></form>"
    return f'<html lang=en><body>{STORY}<div class="comments"><h3>Comments {count}</h3>{notes}</div>{form}'


@pytest.mark.parametrize("stated", [4, 5, 6])
async def test_a_count_that_is_older_than_the_comments_does_not_choose_which_of_them_are_read(stated):
    notes = "".join(note(n, "indented" if n == 2 else "") for n in range(5))
    [(_, comments, ledger)] = await read(Generic(), page(notes, f"({stated})"), URL)
    assert [comment.text for comment in comments] == list(SAID)
    assert ledger.verdict == ("partial" if stated > 5 else "complete")


async def test_an_empty_place_is_no_comment_though_answers_hang_on_it():
    own = [f' id="note-{4100 + 7 * n}"' for n in range(5)]
    box = '<div class="box more"><button>Show</button></div>'
    above, below = (note(n, own=own[n]) for n in range(3)), (note(n, "answer", own[n]) for n in (3, 4))
    [(_, comments, ledger)] = await read(Generic(), page("".join([*above, box, *below]), "(6)"), URL)
    assert [comment.author_name for comment in comments] == [f"Guest {n}" for n in range(5)]
    assert [gap["reason"] for gap in ledger.gaps] == ["fewer than the source states"]


def line(n: int, answers: str = "", text: str | None = None) -> str:
    head = f'<b class="person">Guest {n}</b> <span class="when">{n + 1} March 2023, 10:0{n}</span>'
    said = f"<p>{SAID[n % 5]} ({n})</p>" if text is None else text
    return f'<li class="comment" id="comment-{7100 + n}"><article>{head}<div class="md">{said}</div></article>{answers}</li>'


def test_lists_of_comments_are_no_comments_where_each_holds_one_and_some_hold_more():
    answers = ""
    for n in (6, 4, 2):
        answers = f'<ul class="comments">{line(n, answers)}{line(n + 1, text="" if n == 2 else None)}</ul>'
    html = page(f'<ul class="comments">{line(0, answers)}{line(1)}</ul><ul class="comments">{line(8)}</ul>', "(5)")
    found = candidates(Document(html.encode(), URL), observed_at=1_790_000_000_000_000, language=None)
    lists, items, articles = (
        next(each for each in found if each.group.label == label) for label in ("ul.comments", "li.comment", "article")
    )
    assert is_finer(items, lists)
    assert not is_finer(lists, items)
    assert not is_finer(articles, items), "each holds just one"


@pytest.mark.parametrize("others", [[], ["Ben (Guest)"], ["Ben (Guest)", "Cleo"], ["Cleo", "Dan (Ghent)"]])
async def test_a_guest_has_the_same_name_whoever_else_comments(others):
    names = ["Ann Bell (Guest)", *others]
    said = "".join(
        f'<div class="comment" id="comment-{7100 + n}"><span class="author">{name}</span> '
        f'<span class="date">2021-03-1{n} 09:29</span><p>{SAID[n]}</p></div>'
        for n, name in enumerate(names)
    )
    [(_, comments, _)] = await read(Generic(), page(said), URL)
    assert [comment.author_name for comment in comments] == [name.removesuffix(" (Guest)") for name in names]


@pytest.mark.parametrize("name", ["Ann Bell (Gästin 12)", "Ann Bell (guest4711)"])
async def test_a_label_that_tells_who_somebody_is_stays(name):
    said = (
        f'<div class="comment" id="comment-7100"><span class="author">{name}</span> '
        f'<span class="date">2021-03-14 09:29</span><p>{SAID[0]}</p></div>'
    )
    [(_, [comment], _)] = await read(Generic(), page(said), URL)
    assert comment.author_name == name
