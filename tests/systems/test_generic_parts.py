"""Which of the elements that look alike are the comments: all of one list, and nothing beside them."""

from __future__ import annotations

from kit import read

from crawler.systems.generic.system import Generic

URL = "https://town.example/news/5/"
TEXTS = (
    "The bridge was closed for two weeks and nobody told the shops on the other side.",
    "I cross it every morning, and the new railing is far too low for children.",
    "Thank you for the pictures, the third one shows my grandfather at work.",
    "They will be paid by the county, it stands in the minutes of May.",
    "Has anybody seen the old sign? It hung beside the mill until last winter.",
    "ok",
)
PEOPLE = ("Ida", "Old Tom", "Marek", "Sunniva", "Pavel", "Jo")
STORY = "<p>The bridge over the river was built long ago and is now to be painted green again.</p>" * 5


def pages_of(comments: str, *, before: str = "", after: str = "", head: str = "") -> str:
    return f'<html lang="en"><head><title>The bridge</title>{head}</head><body><main><h1>The bridge</h1>{STORY}{before}{comments}{after}</main></body></html>'


def nested(kinds: list[str], control: str = "") -> str:
    """Answers in one list with what they answer, told apart by a further class, with addresses of their own."""
    rows = "".join(
        f'<div id="note-{n}" class="note {kind}"><div class="note-in"><div class="top">{PEOPLE[n % 6]} &sdot; <span class="pale">May {n}, 2021, 3:{10 + n} p.m.</span> '
        f'<a title="link" href="/notes/at/9/{n}/#note-{n}">¶</a> <a href="/notes/flag/{n}/?p=2#note-{n}">flag</a></div><div class="says"><p>{TEXTS[n % 6]} {TEXTS[(n + 2) % 5]}</p></div>'
        f"<div class='below'>{f'<span>{len(kinds) - 1} replies</span>' if n == 1 else ''}{control.format(n=n)}</div></div></div>"
        for n, kind in enumerate(kinds, 1)
    )
    return f'<div id="comments" class="comment-list">{rows}</div>'


async def test_the_comment_that_counts_its_answers_is_one_of_the_list_that_they_stand_in():
    page = pages_of(nested(["t0-first", *["t1-next"] * 7]), before="<h2>34 comments</h2>")
    [(_, comments, told)] = await read(Generic(), page, URL)
    assert [comment.native_id for comment in comments] == ["1", "2", "3", "4", "5", "6", "7", "8"]
    assert told.verdict == "partial", "7 answers are not all comments"


async def test_addresses_with_the_number_of_their_comment_are_of_no_other_pages():
    voted = "<a href='/notes/vote/{n}/?p=2#note-{n}' class='up'>+</a>"
    rows = nested(["open"] * 6)
    for n in (1, 4, 5):  # those at the top have one link more before the others
        rows = rows.replace(f'<div id="note-{n}" class="note open"><div class="note-in">', f'<div id="note-{n}" class="note open"><div class="note-in">{voted.format(n=n)}')
    [(_, comments, _)] = await read(Generic(), pages_of(rows, before="<h2>6 comments</h2>"), URL)
    assert [comment.author_name for comment in comments] == ["Old Tom", "Marek", "Sunniva", "Pavel", "Jo", "Ida"]


async def test_a_control_to_react_is_no_name():
    control = '<span class="apart"><a class="small" href="/notes/react/{n}/">React</a></span>'
    page = pages_of(nested(["open", "open"], control).replace("Old Tom", "J").replace("Marek", "J"), before="<h2>2 comments</h2>")
    [(_, comments, _)] = await read(Generic(), page, URL)
    assert [comment.author_name for comment in comments] == ["J", "J"]


def followed(count: int, form: str) -> str:
    rows = "".join(
        f'<div class="step panel"><p><b>Note <span class="byline">by {PEOPLE[n % 6]} <span title="May {n + 1}, 2021, 3:00 p.m.">5 years ago</span></span></b></p>{TEXTS[n % 6]}<br>{TEXTS[(n + 1) % 6]}</div>'
        for n in range(count)
    )
    facts = "<table><tr><th>Queue</th><td>Help</td></tr><tr><th>Words</th><td>It does not work since the night.</td></tr></table>"
    return f'<html lang="en"><head><title>Help 12</title></head><body><main><h1>Help 12</h1>{facts}<h3>Follow-ups</h3>{rows}{form}</main></body></html>'


async def test_a_paragraph_of_the_form_is_no_comment_where_the_others_stand_in_elements_of_their_own():
    form = (
        '<form method="post"><fieldset><dl><dt>Comment</dt><dd><textarea name="comment"></textarea></dd></dl><p id="show"><button>Attach a file</button></p>'
        '<div id="upload"><dl><dt><label>Attach a file</label></dt><dd><label>Browse <input type="file"></label> <span>No file is chosen.</span></dd></dl></div>'
        "</fieldset><button>Send</button></form>"
    )
    for count in (6, 12, 30):
        [(_, comments, _)] = await read(Generic(), followed(count, form), URL)
        assert [comment.author_name for comment in comments] == [PEOPLE[n % 6] for n in range(count)]


FACTS = {
    "Number": "12", "Sent by": '<a href="/people/ida/">Ida</a>', "Time": '<time datetime="2021-05-03T10:00:00">5 years ago</time>',
    "Size": "50 kB", "Source": "", "Favourites": "0", "State": "shown",
}  # fmt: skip


async def test_the_part_of_the_page_that_holds_the_field_for_a_comment_is_none():
    rows = "".join(f"<tr><th>{name}</th><td>{value}</td></tr>" for name, value in FACTS.items())
    page = (
        '<html lang="en"><head><title>12 | Pictures</title></head><body><ul class="menu"><li><a href="#">Latest</a><div><a href="#">Rankings</a><a href="#">Comments</a></div></li></ul>'
        '<div class="container-fluid mt-4"><div class="row"><aside class="col-md-2 col order-1"><ul class="pages"><li><a href="#">Previous</a></li> <li><a href="/13/">Next</a></li></ul>'
        f'<div class="col"><h6>General</h6><table><tr><th><a href="/tags/1/">?</a></th><td><a href="/?tags=river">river</a></td><td>2</td></tr></table><h6>Information</h6><table><tbody>{rows}</tbody></table></div></aside>'
        '<section class="col order-2"><img src="/12.jpg"><button>Comments</button><button>Edit</button><div id="comment-section"><div id="comments" class="row"></div>'
        '<div id="comment-create-form"><form method="post"><fieldset disabled><label>New comment (log in to comment)</label><textarea name="words"></textarea></fieldset></form></div></div></section></div></div></body></html>'
    )
    for _, comments, _ in await read(Generic(), page, URL):
        assert comments == []


async def test_a_comment_that_is_counted_may_hold_the_only_field_to_answer_it():
    comment = f'<div class="x1"><b><a href="/people/ida/">Ida</a></b> <i>May 3, 2021, 10:05 a.m.</i><p>{TEXTS[0]}</p><form><textarea name="words"></textarea><button>Reply</button></form></div>'
    [(_, comments, told)] = await read(Generic(), pages_of(comment, before="<h3>1 comment</h3>"), URL)
    assert ([comment.author_name for comment in comments], told.verdict) == (["Ida"], "complete")


def ticketed(count: int) -> str:
    """Steps of a ticket, each with a head that says what kind of step it is; some are no more than that."""
    rows = "".join(
        f'<div class="step kind-{n % 2}" data-step-id="{70 + n}"><div class="head"><a name="step-{70 + n}" href="/steps/{70 + n}"></a><span class="date">Sep {n + 1:02} 21:17:24 2021</span> '
        f'<span class="what"><span class="user"><a href="/users/{n % 6}">{PEOPLE[n % 6]}</a></span> - {"Mail recorded" if n % 2 else "Note added"}</span></div>'
        f'<div class="content">{"" if n % 2 else f"<div class=words>{TEXTS[n % 6]} {TEXTS[(n + 2) % 5]}</div>"}</div></div>'
        for n in range(count)
    )
    facts = "<table><tr><th>Queue</th><td>Help</td></tr><tr><th>Owner</th><td>Nobody</td></tr></table>"
    return f'<html lang="en"><head><title>Help 12</title></head><body><h1>Help 12</h1>{facts}<div class="box"><h2>History</h2><div class="history">{rows}</div></div></body></html>'


async def test_what_stands_below_the_heads_of_steps_is_their_text():
    for count in (4, 8):
        [(_, comments, _)] = await read(Generic(), ticketed(count), URL)
        notes = {n: f"{TEXTS[n % 6]} {TEXTS[(n + 2) % 5]}" for n in range(count) if n % 2 == 0}
        assert {n: comments[n].text for n in notes} == notes, "not: Note added"
