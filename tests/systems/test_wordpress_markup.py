"""WordPress: every comment of a list, in any markup, with its author, text, parent and time; nothing else."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kit import read
from wordpress_site import ITEMS, POST, Row, page

from archive.schema import Comment
from crawler.extract.document import Document
from crawler.systems.wordpress import WordPress
from crawler.systems.wordpress.items import find_items
from crawler.systems.wordpress.locales import locales

SYSTEM = WordPress()
NESTED = [
    Row(1, "Wu Kim", "<p>One</p>"),
    Row(2, "Ivan Do", "<p>Two says:</p>\n<p>nothing</p>", parent=1, url="https://ivan.example.net/"),
    Row(3, "Jag Singh", "", parent=2),
    Row(4, "_신__LBL", "<blockquote><p>Two</p></blockquote>\n<p>Four 🤔</p>", user=7),
]


async def comments_of(html: str) -> list[Comment]:
    ((_, comments, _),) = await read(SYSTEM, html, POST)
    return comments


@pytest.mark.parametrize("markup", ITEMS)
async def test_nested_comments_keep_author_text_parent_and_link(markup):
    comments = await comments_of(page(NESTED, markup=markup))
    assert [(c.native_id, c.author_name, c.text, c.parent_native_id, c.depth) for c in comments] == [
        ("1", "Wu Kim", "One", None, 1),
        ("2", "Ivan Do", "Two says:\n\nnothing", "1", 2),
        ("3", "Jag Singh", "", "2", 3),
        ("4", "_신__LBL", "Two\n\nFour 🤔", None, 1),
    ]
    assert [c.author_url for c in comments] == [None, "https://ivan.example.net/", None, None]
    assert [c.author_kind for c in comments] == ["guest", "guest", "guest", "registered"]
    assert comments[3].author_id == "user7"
    assert comments[0].permalink == f"{POST}#comment-1"
    assert comments[1].text_html == "<p>Two says:</p>\n<p>nothing</p>"


@pytest.mark.parametrize("markup", ITEMS)
async def test_what_stands_below_a_text_that_says_nothing_is_not_the_text_of_the_only_comment_of_a_page(markup):
    likes = '<p class="comment-likes"><a class="comment-like-link" href="?like_comment=1">Like</a> <a data-like-count="16">Liked by 16 people</a></p>'
    (comment,) = await comments_of(page([Row(1, "Ada", f"<p>&nbsp;</p>{likes}")], markup=markup))
    assert (comment.author_name, comment.text, comment.text_html) == ("Ada", "", "<p>&nbsp;</p>")


@pytest.mark.parametrize("markup", ITEMS)
async def test_what_plugins_put_beside_a_name_and_below_a_text_is_no_part_of_them(markup):
    # Both change without an edit: the number with each comment that comes where the newest stand first.
    shown = page([Row(1, "ADA", "<p>First.</p>"), Row(2, "BOB", "<p>Second.</p>", parent=1)], markup=markup)
    shown = shown.replace("ADA", '<span class="comment-number">2.</span> <a class="url" href="https://ada.example.net/">Ada</a>')
    shown = shown.replace("BOB", '<span class="user-rank">Newcomer</span> Bob <span class="points">12</span>')
    shown = shown.replace("Reply</a></div>", 'Reply</a></div> <a class="comment_quote_link" href="#respond">Quote</a>')
    assert [(c.author_name, c.text) for c in await comments_of(shown)] == [("Ada", "First."), ("Bob", "Second.")]


@pytest.mark.parametrize("markup", ["html5", "block"])
@pytest.mark.parametrize("at", [datetime(2021, 1, 5, 23, 30, 59, tzinfo=UTC), datetime(2021, 7, 5, 23, 30, 59, tzinfo=UTC)])
async def test_a_time_with_its_offset_is_exact_in_winter_and_in_summer(markup, at):
    (comment,) = await comments_of(page([Row(1, at=at)], markup=markup))
    assert comment.published_at == comment.published_min == comment.published_max == int(at.timestamp()) * 1_000_000


@pytest.mark.parametrize("locale", [name for name, entry in locales().items() if entry.get("says")])
async def test_the_words_around_a_name_are_not_part_of_it_in_any_locale(locale):
    entry = locales()[locale]
    for before, after in entry["says"]:
        name = f"{entry.get('in_name', '')} Torbjørn Melbye".strip()
        marked = f'{before} <cite class="fn">{name}</cite> <span class="says">{after}</span>'
        bare = f"{before} Torbjørn Melbye {after}"
        for author in (marked, bare if after.strip(":： ") else marked):
            html = page([], lang=locale.replace("_", "-")).replace(
                '<ol class="comment-list">',
                '<ol class="comment-list"><li id="comment-5" class="comment even depth-1"><div class="comment-author">'
                f'{author}</div><div class="comment-content"><p>x</p></div></li>',
            )
            assert [c.author_name for c in await comments_of(html)] == ["Torbjørn Melbye"], (before, after)


@pytest.mark.parametrize("markup", ITEMS)
@pytest.mark.parametrize("name", ["Admin says:", "YouTube deleted My Account LMAO", "Dr. A. & B. <Co>", "sagt:"])
async def test_a_name_that_reads_like_a_sentence_stays_whole(markup, name):
    assert [c.author_name for c in await comments_of(page([Row(1, name)], markup=markup))] == [name]


@pytest.mark.parametrize("kind", ["pingback", "trackback"])
async def test_pings_are_a_kind_of_their_own_with_the_link_as_author(kind):
    rows = [Row(1), Row(2, "The other page", kind=kind, url="https://other.example.net/p")]
    ((_, comments, thread),) = await read(SYSTEM, page(rows, heading="2 comments"), POST)
    ping = comments[1]
    assert (ping.kind, ping.author_name, ping.author_url) == (kind, "The other page", "https://other.example.net/p")
    assert (ping.text, ping.published_at) == (None, None)
    assert (thread.expected, thread.expected_scope, thread.verdict) == (2, "all", "complete")


async def test_comments_that_wait_for_moderation_are_nobodys_business():
    held = '<em class="comment-awaiting-moderation">Your comment is awaiting moderation.</em>'
    html = page([Row(1), Row(2)]).replace('<div class="comment-content">', f'{held}<div class="comment-content">', 1)
    assert [c.native_id for c in await comments_of(html)] == ["2"]


SIDEBAR = (
    '<div class="widget widget_recent_comments"><ul><li class="recentcomments" id="comment-8"><span>Ada</span> on '
    f'<a href="{POST}#comment-8">Hack</a></li></ul></div>'
)
TEMPLATE = '<template><li id="comment-9" class="comment depth-1"><b class="fn">x</b></li></template>'
MELODY = '<ul class="pm-ul-comments"><li id="comment-10">loop index</li></ul>'
WPDISCUZ = '<div id="wpdcom"><div id="comment-11" class="wpd-comment-right">x</div></div>'


@pytest.mark.parametrize("other", [SIDEBAR, TEMPLATE, MELODY, WPDISCUZ])
async def test_widgets_templates_and_other_systems_hold_no_comment_of_the_thread(other):
    html = page([Row(1)], before=other)
    assert [c.native_id for c in await comments_of(html)] == ["1"]


async def test_a_list_printed_twice_is_read_once():
    html = page(NESTED)
    start, end = html.index('<ol class="comment-list">'), html.index("</ol>") + 5
    twice = html[:end] + html[start:end] + html[end:]
    assert len(await comments_of(twice)) == len(find_items(Document(twice, POST)).found) == 4


LONG = Row(1, body="<p>A thought that goes on and on until the end.</p>")


def again(first: Row, second: Row) -> str:
    """A page with a second list of the same comments."""
    html, other = page([first]), page([second])
    start, end = html.index('<ol class="comment-list">'), html.index("</ol>") + 5
    return html[:end] + other[start : other.index("</ol>") + 5] + html[end:]


@pytest.mark.parametrize("body", [LONG.body, "<p>A thought  that goes on…</p>", "<p>Anything shorter</p>", ""])
async def test_a_second_list_for_narrow_screens_may_shorten_its_comments(body):
    ((_, (comment,), thread),) = await read(SYSTEM, again(LONG, Row(1, body=body)), POST)
    assert comment.text == "A thought that goes on and on until the end."
    assert (thread.gaps, thread.verdict) == (None, "complete")


@pytest.mark.parametrize("other", [Row(1, "Bo", "<p>Another thought</p>"), Row(1, body=f"{LONG.body}<p>And more than that.</p>")])
async def test_an_id_used_again_for_what_was_not_said_before_is_a_gap(other):
    ((_, comments, thread),) = await read(SYSTEM, again(LONG, other), POST)
    assert (len(comments), thread.verdict) == (1, "partial")


BYLINES = {
    "WordPress 1.5": (
        '<p>First</p><p><cite>Comment by Ada — July 20, 2005 @ <a href="#comment-1">10:15 am</a></cite></p>',
        "July 20, 2005 @ 10:15 am",
    ),
    "WordPress 1.5, a name with a link and a dash": (
        '<p>First</p><cite>Comment by <a href="/ada">Ada — B</a> — July 20, 2005 @ <a href="#comment-1">10:15 am</a></cite>',
        "July 20, 2005 @ 10:15 am",
    ),
    "beside the name": (
        '<div class="comment-author"><b class="fn">Ada</b> <i class="says">says:</i><br>July 20, 2005 at 10:15 am</div><p>First</p>',
        "July 20, 2005 at 10:15 am",
    ),
    "in the line of the name": (
        ('<div class="commentmeta"><strong><a href="/ada" class="url">Ada</a></strong> — <em>posted</em> July 20, 2005 <em>at</em> 10:15 am</div>'
        "<div><p>First</p></div>"),
        "posted July 20, 2005 at 10:15 am",
    ),
    "in a head of its own": (
        ('<footer class="comment-meta"><div class="comment-author"><b class="fn">Ada</b></div><div class="comment-meta">July 20, 2005 AT 10:15 am</div></footer>'
        '<div class="comment-content"><p>First</p></div>'),
        "July 20, 2005 AT 10:15 am",
    ),
    "behind a number that links to the comment": (
        ('<span class="comment_num"><a href="#comment-1">7</a></span> <span class="comment_author">Ada</span> <span class="comment_time">July 20, 2005 at 10:15 am</span>'
        '<div class="comment-content"><p>First</p></div>'),
        "July 20, 2005 at 10:15 am",
    ),
    "in the text": ('<div><b>Ada</b></div><div class="comment-content">First</div><p></p>', None),
    "a number beside the name that is no time": (
        '<div class="comment-author"><b class="fn">Ada</b> 7 posts</div><div class="comment-content"><p>First</p></div>',
        None,
    ),
}


@pytest.mark.parametrize("byline", BYLINES)
async def test_a_time_without_an_element_of_its_own_is_read(byline):
    markup, raw = BYLINES[byline]
    html = page([]).replace('<ol class="comment-list">', f'<ol class="comment-list"><li id="comment-1">{markup}</li>')
    (comment,) = await comments_of(html)
    assert (comment.published_raw, comment.text) == (raw, "First")
    assert comment.published_precision == ("min" if raw else None)


THEMES = {
    "style=div, answers inside the element": (
        '<div id="comment-1" class="comment even depth-1 parent"><div class="comment-author vcard"><cite class="fn">Ada</cite>'
        ' <span class="says">says:</span></div><div class="comment-meta commentmetadata"><a href="#comment-1">July 20, 2021 at '
        '8:15 am</a></div><p>First</p><div class="reply">Reply</div><div id="comment-2" class="comment odd depth-2">'
        '<div class="comment-author vcard"><cite class="fn">Bo</cite></div><p>Second</p></div></div>'
    ),
    "a callback with li-comment and article": (
        '<li id="li-comment-1" class="comment bypostauthor depth-1"><article id="comment-1" class="comment"><header class="comment-meta">'
        '<cite class="fn">Ada <span> Post author</span></cite></header><section class="comment-content">First'
        '<p class="edit-link">Edit</p></section></article><ul class="children"><li id="li-comment-2" class="comment depth-2">'
        '<article id="comment-2"><cite><b class="fn">Bo</b></cite><section class="comment-content">Second</section></article>'
        "</li></ul></li>"
    ),
    "no class for the name": (
        '<li id="comment-1" class="comment even depth-1"><div class="head"><a href="/ada" class="url">Ada</a> on <a href="#comment-1">'
        'July 20, 2021 at 8:15 am</a></div><p>First</p></li><li id="comment-2" class="comment depth-2"><div><cite>Bo</cite></div>'
        "<p>Second</p></li>"
    ),
    "the name in a heading that the text begins with": (
        '<li id="comment-1" class="comment depth-1"><div class="comment-text"><h4><a href="/ada">Ada</a> <span>on 5.25.2014</span></h4><p>First</p></div></li>'
        '<li id="comment-2" class="comment depth-2"><div class="comment-body"><h6 class="alt">Bo</h6><p>Second</p></div></li>'
    ),
    "short and joined words as classes, the number before the text": (
        '<li id="comment-1" class="comment depth-1"><div class="meta"><ul><li class="comauth">Ada</li></ul></div><div class="commentcount">1</div><p>First</p></li>'
        '<li id="comment-2" class="comment depth-2"><div class="commentnumber">2</div><p class="commentmeta"><strong>Bo</strong> — July 20, 2021 @ '
        '<a href="#comment-2">8:15 am</a></p><p>Second</p></li>'
    ),
    "a head and a name in it that have the same word": (
        '<li id="comment-1" class="comment depth-1"><header class="data-comment-author"><span class="comment-author">Ada</span> <time datetime="July 20, 2021">July 20, 2021'
        '</time></header><div class="data-comment-content">First</div></li>'
        '<li id="comment-2" class="comment depth-2"><header class="data-comment-author"><span class="comment-author">Bo</span></header><div class="data-comment-content">Second</div></li>'
    ),
    "definition list": (
        '<dl><dt id="comment-1" class="comment depth-1"><span class="comment_author">Ada</span></dt><dd><p>First</p></dd>'
        '<dt id="comment-2" class="comment depth-2"><span class="comment_author">Bo</span></dt><dd><p>Second</p></dd></dl>'
    ),
    "the comment inside a plain list element": (
        '<li><div id="comment-1"><p class="comment-author">Ada</p><div class="comment-text">First</div></div><ul class="children">'
        '<li><div id="comment-2"><p class="comment-author">Bo</p><div class="comment-text">Second</div></div></li></ul></li>'
    ),
}


@pytest.mark.parametrize("theme", THEMES)
async def test_themes_may_print_what_they_like_around_a_comment(theme):
    html = page([]).replace('<ol class="comment-list"></ol>', f'<div class="commentlist">{THEMES[theme]}</div>')
    comments = await comments_of(html)
    assert [(c.author_name, c.text, c.parent_native_id) for c in comments] == [("Ada", "First", None), ("Bo", "Second", "1")]


@pytest.mark.parametrize("markup", ["legacy", "html5", "block"])
async def test_the_votes_that_a_plugin_prints_below_a_text_are_none_of_it(markup):
    votes = (
        '<div class="cld-like-dislike-wrap cld-template-1"><div class="cld-like-wrap cld-common-wrap"><a href="#">+</a>'
        '<span class="cld-like-count-wrap cld-count-wrap">7</span></div></div>'
    )
    ((_, (comment,), _),) = await read(SYSTEM, page([Row(1, body=f"<p>Hello</p>{votes}")], markup=markup), POST)
    assert comment.text == "Hello"
    assert "cld-" not in (comment.text_html or "")


async def test_ten_thousand_answers_below_one_another_are_read_without_recursion():
    rows = [Row(number, parent=number - 1) for number in range(1, 10_001)]
    opening = "".join(
        f'<li id="comment-{row.id}" class="comment"><div class="comment-content">{row.id}</div><ul class="children">' for row in rows
    )
    comments = await comments_of(page([]).replace('<ol class="comment-list">', f'<ol class="comment-list">{opening}'))
    assert len(comments) == 10_000
    assert (comments[-1].parent_native_id, comments[-1].depth, comments[-1].text) == ("9999", 10_000, "10000")


@given(
    st.lists(
        st.tuples(
            st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=30),
            st.lists(st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1), max_size=3),
            st.integers(0, 5),
        ),
        min_size=1,
        max_size=6,
    ),
    st.sampled_from(sorted(ITEMS)),
)
async def test_whatever_people_write_comes_out_as_written(entries, markup):
    rows = []
    for number, (name, paragraphs, parent) in enumerate(entries, 1):
        body = "\n".join(f"<p>{escape(text)}</p>" for text in paragraphs)
        rows.append(Row(number, name, body, parent=parent if 0 < parent < number else 0))
    comments = {int(c.native_id or 0): c for c in await comments_of(page(rows, markup=markup))}
    for row, (name, paragraphs, _) in zip(rows, entries, strict=True):
        comment = comments[row.id]
        assert comment.author_name == name
        assert comment.text == "\n\n".join(paragraphs)
        assert comment.parent_native_id == (str(row.parent) if row.parent else None)


FRAGMENTS = st.sampled_from(
    ["<li id=comment-1>", "<li id='comment-2' class='comment depth-99999'>", "<div id=comment-3 class=pingback>", "</li>", "</div>",
     "<ol class=commentlist>", "<ul class=children>", "<cite class=fn>", "<a class=url href='http://[/'>", "<dt id=comment-4>",
     "<time datetime=x>", "<a href='#comment-1'>13:04", "<p>", "text ", "<template>", "<form>", "<div class=comment-content>",
     "<h2 class=comments-title>1,2 3", "<a href='/comment-page-0/#comment-1'>", "<svg>", "<table><tr id=comment-5>", "\x00", "<b>"]
)  # fmt: skip


@given(st.lists(FRAGMENTS, max_size=40).map("".join))
async def test_broken_markup_never_raises(junk):
    html = f"<body class=postid-1><div id=comments>{junk}"
    for _, comments, thread in await read(SYSTEM, html, POST):
        assert thread.stop_reason != "error", thread.stop_detail
        assert len({c.native_id for c in comments}) == len(comments)


def test_a_page_of_deep_markup_around_many_comments_is_walked_once():
    """Quadratic work would need 10^8 steps here."""
    html = "<body class=postid-1>" + "<div>" * 5_000 + "".join(f"<li id=comment-{n}>x</li>" for n in range(1, 5_001))
    assert len(find_items(Document(html, POST)).found) == 5_000
