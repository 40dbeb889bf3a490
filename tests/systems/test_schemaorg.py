"""schema.org comments: whose they are, in which syntax, with ids or without, on several pages, and what is none."""

from __future__ import annotations

import json
import re
from itertools import count

import pytest
from kit import NOW, answering, offline, read
from scrapy.http import HtmlResponse
from service import HTML
from wordpress_site import POST, Row
from wordpress_site import page as wordpress_page

from crawler.extract.document import Document
from crawler.systems import systems_of
from crawler.systems.reading import Limits
from crawler.systems.schemaorg import SchemaOrg
from crawler.visit import Circumstances, visit

URL = "https://forum.example.org/t/a-video"
SYSTEM = SchemaOrg()


def said(text: str, **more: object) -> dict[str, object]:
    return {"@type": "Comment", "text": text, "author": {"@type": "Person", "name": "Ada"}, "datePublished": "2021-07-20T08:15:30Z", **more}


def page(*values: object, body: str = "", head: str = "") -> str:
    scripts = "".join(f'<script type="application/ld+json">{value if isinstance(value, str) else json.dumps(value)}</script>' for value in values)
    return f"<!doctype html><html><head>{head}{scripts}</head><body><h1>A video</h1>{body}</body></html>"


def posting(*comments: object, kind: str = "DiscussionForumPosting", **more: object) -> dict[str, object]:
    return {"@context": "https://schema.org", "@type": kind, "comment": list(comments), **more}


async def only(html: str, pages=None, url: str = URL):
    [(ref, comments, ledger)] = await read(SYSTEM, html, url, pages)
    return ref, comments, ledger


# --- whose comments ------------------------------------------------------------------------------------


async def test_answers_of_a_question_page_are_comments_and_the_accepted_one_is_marked():
    question = {
        "@type": "QAPage",
        "mainEntity": {
            "@type": "Question",
            "name": "How?",
            "answerCount": 2,
            "acceptedAnswer": {"@type": "Answer", "text": "So.", "upvoteCount": 7, "url": f"{URL}#a1", "comment": [said("Thanks", url=f"{URL}#c9")]},
            "suggestedAnswer": [{"@type": "Answer", "text": "Not so.", "upvoteCount": "-1", "url": f"{URL}#a2"}],
        },
    }
    _, comments, ledger = await only(page(question))
    assert [(c.native_id, c.parent_native_id, c.text, c.is_highlighted) for c in comments] == [
        ("a1", None, "So.", True),
        ("c9", "a1", "Thanks", None),
        ("a2", None, "Not so.", None),
    ]
    assert [(c.like_count, c.dislike_count) for c in comments] == [(7, None), (None, None), (None, 1)]
    assert (ledger.expected, ledger.expected_scope, ledger.verdict) == (2, "top", "complete")


@pytest.mark.parametrize(
    "value",
    [
        {"@type": "FAQPage", "mainEntity": [{"@type": "Question", "acceptedAnswer": {"@type": "Answer", "text": "So."}}]},
        {"@type": "ItemList", "itemListElement": [{"@type": "Article", "comment": [said("of another page")]}]},
        {"@type": "Article", "commentCount": 0, "potentialAction": {"@type": "CommentAction"}},
        {"@type": "Product", "review": [{"@type": "Review", "reviewBody": "Good"}]},
        {"@type": "DiscussionForumPosting", "commentCount": 4},
        '{"@type": "Comment", "text": "cut off',
        "null",
    ],
)
def test_what_is_no_comment_of_the_page_makes_no_thread(value):
    assert SYSTEM.detect(Document(page(value), URL)) == []


def test_a_question_that_says_it_has_no_answer_is_an_empty_open_thread():
    [ref] = SYSTEM.detect(Document(page({"@type": "QAPage", "mainEntity": {"@type": "Question", "answerCount": 0}}), URL))
    assert (ref.state, ref.stated) == ("open", 0)


async def test_comments_of_a_graph_find_what_they_answer_by_reference():
    graph = {"@graph": [said("first", **{"@id": "#c1"}), said("second", **{"@id": "#c2"}, parentItem={"@id": "#c1"})]}
    _, comments, _ = await only(page(graph))
    assert [(c.native_id, c.parent_native_id) for c in comments] == [("c1", None), ("c2", "c1")]


async def test_comments_in_two_syntaxes_are_one_thread():
    markup = '<div itemscope itemtype="https://schema.org/Comment"><p itemprop="text">first</p></div>'
    _, comments, _ = await only(page(posting(said("first"), said("second")), body=markup))
    assert [c.text for c in comments] == ["first", "second"]


# --- fields --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "plain", "html"),
    [
        ("One.\n\nTwo &amp; three", "One.\n\nTwo & three", None),
        ("<p>One.</p><p>Two</p>", "One.\n\nTwo", "<p>One.</p><p>Two</p>"),
        ("1 < 2 and a <3", "1 < 2 and a <3", None),
        ("", "", None),
    ],
)
async def test_text_is_read_as_text_unless_it_is_plainly_markup(text, plain, html):
    _, [comment], _ = await only(page(posting(said(text))))
    assert (comment.text, comment.text_html) == (plain, html)


async def test_counts_times_and_names_come_in_many_forms():
    first = said("a", upvoteCount="1204", downvoteCount=3, dateModified="2021-07-21T00:00:00Z", inLanguage="de", identifier=17)
    second = said("b", author="Bob &amp; Bo", datePublished="2021-07-20T08:15:30", dateModified="2021-07-20T08:15:30")
    third = said("c", interactionStatistic=[{"@type": "InteractionCounter", "interactionType": {"@type": "http://schema.org/LikeAction"}, "userInteractionCount": "5"}])
    _, comments, _ = await only(page(posting(first, second, third)))
    one, two, three = comments
    assert (one.native_id, one.like_count, one.dislike_count, one.is_edited, one.language) == ("17", 1204, 3, True, "de")
    assert one.edited_at == 1_626_825_600_000_000
    assert (two.author_name, two.is_edited, two.published_max - two.published_min) == ("Bob & Bo", False, 26 * 3_600_000_000)
    assert three.like_count == 5


async def test_the_author_of_microdata_may_be_a_link_whose_text_is_the_name():
    markup = '<div itemprop="comment" itemscope itemtype="http://schema.org/Comment"><a href="/member/7" itemprop="author">Dan</a><p itemprop="text">x</p><b itemprop="downvoteCount">-2</b></div>'
    _, [comment], _ = await only(page(body=f'<div itemscope itemtype="http://schema.org/NewsArticle">{markup}</div>'))
    assert (comment.author_name, comment.author_url, comment.dislike_count) == ("Dan", "https://forum.example.org/member/7", 2)


async def test_who_contributed_a_comment_without_an_author_is_its_author():
    markup = '<div itemprop="comment" itemscope itemtype="http://schema.org/Comment"><div itemprop="contributor"><a href="/7">Dan</a></div><p itemprop="text">x</p></div>'
    _, [comment], _ = await only(page(body=f'<div itemscope itemtype="http://schema.org/NewsArticle">{markup}</div>'))
    assert comment.author_name == "Dan"


async def test_comments_without_ids_are_told_apart_and_keep_their_replies():
    html = page(posting(said("same"), said("same", comment=[said("a reply")])))
    _, comments, ledger = await only(html)
    assert [c.id_kind for c in comments] == ["surrogate"] * 3
    assert len({c.native_id for c in comments}) == 3
    assert comments[2].parent_native_id == comments[1].native_id
    assert ledger.verdict == "complete"


# --- what is missing -----------------------------------------------------------------------------------


async def test_an_empty_frame_for_a_comment_is_none():
    frame = '<div itemprop=comment itemscope itemtype=https://schema.org/Comment><span itemprop=author></span><p itemprop=text></p></div>'
    filled = '<div itemprop=comment itemscope itemtype=https://schema.org/Comment><span itemprop=author>Ada</span><p itemprop=text>One</p></div>'
    html = page(body=f"<div itemscope itemtype=https://schema.org/Article>{frame}{filled}</div>")
    _, comments, _ = await only(html)
    assert [(c.author_name, c.text) for c in comments] == [("Ada", "One")]


async def test_replies_that_are_counted_but_not_there_are_a_gap_of_their_comment():
    _, _, ledger = await only(page(posting(said("a", identifier="1", commentCount=3, comment=[said("b")]))))
    assert ledger.verdict == "partial"
    assert ledger.gaps == [{"parent": "1", "expected": 3, "got": 1, "reason": "fewer replies than the source states"}]


async def test_a_script_that_breaks_off_makes_the_thread_partial():
    broken = json.dumps(posting(said("b"), said("c")))[:-30]
    _, comments, ledger = await only(page(posting(said("a")), broken))
    assert (len(comments), ledger.verdict) == (1, "partial")


async def test_a_long_and_deep_thread_is_read_whole():
    deep: dict[str, object] = said("100")
    for number in range(99, 0, -1):
        deep = said(str(number), comment=[deep])
    _, comments, ledger = await only(page(posting(deep, *(said(f"flat {n}", identifier=f"f{n}") for n in range(3_000)))))
    assert (len(comments), ledger.captured_top, ledger.verdict) == (3_100, 3_001, "complete")


def numbered(number: int, last: int) -> str:
    comments = [said(f"{n}", identifier=str(n)) for n in range((number - 1) * 3 + 1, number * 3 + 1)]
    link = f'<link rel="next" href="{URL}?page={number + 1}">' if number < last else '<link rel="next" href="/t/the-next-video">'
    return page(posting(*comments, commentCount=3 * last), head=link)


async def test_further_pages_of_the_thread_are_followed_and_the_next_article_is_not():
    web = answering({f"{URL}?page={n}": (200, HTML, numbered(n, 3).encode()) for n in (2, 3)})
    _, comments, ledger = await only(numbered(1, 3), web)
    assert [c.native_id for c in comments] == [str(n) for n in range(1, 10)]
    assert web.asked == [f"{URL}?page=2", f"{URL}?page=3"]
    assert (ledger.expected, ledger.verdict) == (9, "complete")


async def test_a_further_page_that_fails_is_a_gap():
    _, comments, ledger = await only(numbered(1, 3), answering({}))
    assert (len(comments), ledger.verdict, ledger.stop_reason) == (3, "partial", "error")


def posts(numbers, *, last: int = 50, page: int | None = None, answers: dict[int, int] | None = None) -> str:
    """A part of a forum's topic in microdata: ids and answers stand in attributes and links alone."""
    items = "".join(
        f'<li data-pid="{n + 200}" data-uid="{n % 3}" itemscope itemtype="http://schema.org/Comment">'
        f'<meta itemprop="datePublished" content="2021-07-20T08:{n % 60:02}:30Z"><b itemprop="author">Reader {n % 3}</b>'
        f'<a href="/post/{n + 200}">#</a>'
        + (f'<a href="/post/{answers[n] + 200}">@Reader {answers[n] % 3}</a>' if answers and n in answers else "")
        + f'<div itemprop="text"><p>Post {n}, as was said <a href="/post/203">there</a></p></div></li>'
        for n in numbers
    )
    following = 2 if page is None else page + 1
    link = f'<link rel="next" href="{URL}?page={following}">' if following <= -(-last // 20) else ""
    return f"<!doctype html><html><head><title>A topic</title>{link}</head><body><h1>A topic</h1><ul>{items}</ul></body></html>"


async def test_ids_stand_in_attributes_and_an_answer_links_to_what_it_answers():
    _, comments, ledger = await only(posts(range(6), last=6, answers={4: 1, 5: 4}))
    assert [(c.native_id, c.id_kind, c.parent_native_id) for c in comments] == [
        ("200", "native", None), ("201", "native", None), ("202", "native", None), ("203", "native", None),
        ("204", "native", "201"), ("205", "native", "204"),
    ]  # fmt: skip
    assert ledger.verdict == "complete"


async def test_a_post_whose_element_is_named_as_deleted_and_says_so_is_a_stub():
    html = posts(range(4), last=4).replace('<li data-pid="202"', '<li class="deleted" data-pid="202"')
    said_of_itself = html.replace("Post 1, as was said", "This post is deleted!")
    _, comments, _ = await only(said_of_itself.replace("<p>Post 2, as was said <a href=\"/post/203\">there</a></p>", "This post is deleted!"))
    assert [(c.status, c.text is None) for c in comments] == [("visible", False)] * 2 + [("removed", True), ("visible", False)]


@pytest.mark.parametrize(("start", "verdict"), [(0, "complete"), (1, "complete"), (2, "partial")])
async def test_what_begins_in_the_middle_of_a_numbered_thread_is_not_whole(start, verdict):
    html = re.sub(r'data-pid="(\d+)"', lambda pid: f'{pid[0]} data-index="{int(pid[1]) - 200}"', posts(range(start, 9), last=9))
    _, comments, ledger = await only(html)
    assert (len(comments), ledger.verdict) == (9 - start, verdict)


@pytest.mark.parametrize("start", [2, 20, 25, 40])
async def test_from_a_place_in_a_thread_its_first_page_is_read_too(start):
    """The address of a post shows some posts around it, and names the second page of the topic as the next."""
    topic = {f"{URL}?page={n}": posts(range(n * 20 - 20, min(n * 20, 50)), page=n) for n in (2, 3)} | {URL: posts(range(20))}
    web = answering({url: (200, HTML, html.encode()) for url, html in topic.items()})
    _, comments, ledger = await only(posts(range(start, min(start + 20, 50))), web, f"{URL}/{start + 10}")
    assert sorted(int(c.native_id) for c in comments) == list(range(200, 250))
    assert ledger.verdict == "complete"


# --- beside other systems ------------------------------------------------------------------------------


async def threads_of(html: str, url: str) -> list[tuple[str, int, str]]:
    numbers = count()
    around = Circumstances(
        fetch=offline, clock=lambda: NOW, new_id=lambda: f"id{next(numbers)}", systems=systems_of({}), limits=Limits()
    )
    response = HtmlResponse(url, body=html.encode(), headers={"content-type": "text/html"})
    ledgers = [item.thread async for item in visit(response, around, url) if item.thread is not None]
    return [(ledger.system, ledger.captured, ledger.verdict) for ledger in ledgers]


async def test_where_another_system_reads_the_comments_the_markup_is_left_alone():
    html = wordpress_page([Row(1), Row(2)]).replace('class="comment-content"', 'class="comment-content" itemprop="text"')
    html = html.replace("<article", '<article itemprop="comment" itemscope itemtype="https://schema.org/Comment"')
    assert SYSTEM.detect(Document(html, POST))
    assert await threads_of(html, POST) == [("wordpress", 2, "complete")]


async def test_where_another_system_can_read_nothing_the_markup_is_read_beside_it():
    isso = '<section id="isso-thread"></section><script data-isso="https://c.example.org/" src="https://c.example.org/js/embed.min.js"></script>'
    assert await threads_of(page(posting(said("a")), body=isso), URL) == [("isso", 0, "unknown"), ("schemaorg", 1, "complete")]
