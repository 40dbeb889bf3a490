"""The generic system and its kin: what templates of programs have in common that nobody told the reader of."""

from __future__ import annotations

import pytest
from kit import NOW, SAID, read

from crawler.extract.document import Document
from crawler.systems.generic.system import Generic
from crawler.systems.generic.thread import THRESHOLD, find_thread
from crawler.systems.microformats import Microformats
from crawler.systems.schemaorg import SchemaOrg
from pipelines.emit import moment

URL = "https://town.example/archives/88.html"

NAMES = ("Ann", "Ben", "Cyd", "Dov")


async def comments_of(html, system=None):
    return [comment for _, comments, _ in await read(system or Generic(), html, URL) for comment in comments]


async def told(html):
    [(_, _, ledger)] = await read(Generic(), html, URL)
    return ledger


def page(comments, behind="", lang="en"):
    return f'<html lang="{lang}"><body><h1>Bridge</h1><div id="comments"><h3>Comments</h3>{comments}</div>{behind}</body></html>'


def thread(row, count=4):
    return "".join(row(number, name, text) for number, (name, text) in enumerate(zip(NAMES[:count], SAID, strict=False)))


def plain(number, name, text):
    return (
        f'<div class="comment" id="c70{number}"><b class="author">{name}</b> <i class="date">2019-05-1{number} 10:00</i>'
        f'<div class="text"><p>{text}</p></div></div>'
    )


async def authors_of(row, lang="en", count=4):
    return [comment.author_name for comment in await comments_of(page(thread(row, count), lang=lang))]


def newest(number, name, text):
    return (
        f'<div class="entry"><span class="author">{name}</span> on <a href="/archives/5{number}.html#c50{number}">Harbour, part {number}</a>'
        f'<span class="date">2019-05-0{number + 1} 10:22</span><div class="body">{text[::-1]} [...]</div></div>'
    )


async def test_comments_on_several_other_pages_are_none_of_this_one_and_no_measure_for_its_own():
    aside = f'<aside><section class="comments"><h3>Comments</h3>{thread(newest)}</section></aside>'
    silent = Document(page("", aside).replace("<h3>Comments</h3></div>", "</div>").encode(), URL)
    found = find_thread(silent, observed_at=NOW, language=None)
    assert found is None or found.confidence < THRESHOLD
    bare = "".join(f"<article><h4>{name} at 10:0{n}</h4><p>{text}</p></article>" for n, (name, text) in enumerate(zip(NAMES, SAID, strict=True)))
    assert [c.text for c in await comments_of(page(bare, aside))] in (list(SAID), [])
    assert [c.text for c in await comments_of(page(thread(plain, 2), aside))] == list(SAID[:2])


async def test_a_level_may_be_written_in_one_word_with_what_has_it():
    def row(number, name, text):
        return plain(number, name, text).replace('class="comment"', f'class="entry commentlevel-{number % 2}"')

    found = await comments_of(page(thread(row)))
    assert [c.parent_native_id for c in found] == [None, found[0].native_id, None, found[2].native_id]


@pytest.mark.parametrize("name", ["data-depth", "data-level", "aria-level"])
async def test_a_level_may_be_an_attribute(name):
    def row(number, author, text):
        return plain(number, author, text).replace("<div", f'<div {name}="{number % 2}"', 1)

    found = await comments_of(page(thread(row)))
    assert [c.parent_native_id for c in found] == [None, found[0].native_id, None, found[2].native_id]


@pytest.mark.parametrize("end", ["님의 댓글", "님의 답글", "さんのコメント", "的评论"])
async def test_what_makes_a_name_the_owners_of_a_comment_is_no_part_of_it(end):
    def row(number, name, text):
        return plain(number, name, text).replace(f"{name}</b>", f"{name}{end}</b>")

    assert await authors_of(row, "ko") == list(NAMES)


async def test_a_heading_that_calls_a_text_its_authors_comment_is_no_heading_of_a_thread():
    html = (
        '<html lang="ko"><body><article><h1>다리</h1><p>다리가 닫힙니다.</p></article><section><h2>댓글 1</h2><article id="c_229">'
        '<header><h2>Ann님의 댓글</h2><span class="member">Ann</span> <time datetime="2019-05-17T12:05:27+09:00">19-05-17 12:05</time></header>'
        f'<div class="contents">{SAID[0]}</div><ul><li><a href="#">답변</a></li></ul></article></section><textarea></textarea></body></html>'
    )
    assert [(c.author_name, c.text) for c in await comments_of(html)] == [("Ann", SAID[0])]


async def test_the_day_of_the_week_before_a_time_is_nobodys_name():
    def row(number, name, text):
        link = f'<a href="http://site{number}.example/">{name}</a>' if number % 2 else name
        return (
            f'<li><span class="commentDate">Jueves, {number + 10} Mayo 2019 11:20</span> '
            f'<span class="commentAuthorName">publicado por\n{link}</span><p>{text}</p></li>'
        )

    assert await authors_of(row, "es") == list(NAMES)


@pytest.mark.parametrize("note", ["Edited by Ann on 2019-05-16 02:09", "本帖最后由 Ann 于 2019-5-16 02:09 编辑"])
async def test_the_note_of_an_edit_before_a_text_is_no_part_of_it(note):
    def row(number, name, text):
        return plain(number, name, f"<i>{note}</i><br><br>{text}" if number == 1 else text)

    assert [c.text for c in await comments_of(page(thread(row)))] == list(SAID)


async def test_the_note_of_a_board_in_place_of_a_text_is_that_of_a_removal():
    def row(number, name, text):
        return plain(number, name, "提示: <em>作者被禁止或删除 内容自动屏蔽</em>" if number == 1 else text)

    assert [c.status for c in await comments_of(page(thread(row), lang="zh"))] == ["visible", "removed", "visible", "visible"]


async def test_the_posts_of_a_page_of_a_topic_are_told_of_all_by_their_numbers():
    ledger = await told(page("<p><span>Posts [ 1 to 4 of 32 ]</span></p>" + thread(plain)))
    assert (ledger.verdict, ledger.expected) == ("partial", 32)


async def test_a_label_in_brackets_is_nobodys_name_and_names_stand_behind_theirs():
    def row(number, name, text):
        named = (
            f'<a href="/user:{number}" class="user"><span class="identity_link">{name}</span></a>',
            f'<a href="http://site.example/">{name}</a> <span class="user-anonymous-tag">[Visitor]</span>',
            f'{name} <span class="user-anonymous-tag">[Visitor]</span>',
        )[number % 3]
        return (
            f'<article class="comment" id="c70{number}"><h4 class="title"><a href="/88#c70{number}">Comment</a> from: {named}</h4>'
            f'<div class="text"><p>{text}</p></div><footer>2019-05-1{number} 12:50</footer></article>'
        )

    assert await authors_of(row, count=3) == list(NAMES[:3])


async def test_the_word_before_the_link_to_a_profile_is_no_name_where_one_comment_stands_alone():
    def row(number, name, text):
        return (
            f'<li class="comment" id="c70{number}"><div class="body"><div class="subtitle"><div class="imprint"><span class="byline">'
            f'<span class="icon icon-user"></span>Von <a href="/profile/ann" class="anchor"><span class="anchor-label">{name}</span></a></span>'
            f'<span class="time"><time datetime="2019-05-17T12:05:27+09:00">17. Mai</time></span></div></div><div class="content">{text}</div></div></li>'
        )

    assert await authors_of(row, "de", count=1) == ["Ann"]


async def test_who_is_quoted_and_that_he_said_so_are_parts_of_the_quotation():
    def row(number, name, text):
        quoted = f'<blockquote class="Quote"><div><a href="/profile/ann">Ann</a> said:</div><div><p>{SAID[0]}</p></div></blockquote>'
        return plain(number, name, f"{quoted}<p>{text}</p>" if number == 2 else text)

    assert "said:" in ((await comments_of(page(thread(row))))[2].text or "")


async def test_a_row_of_pages_may_hold_a_link_that_is_none():
    row = (
        '<div><a href="#bot" class="button">Go Down</a><span>Pages</span><span>1</span> <a href="/index.php?topic=88.15">2</a> '
        '<a href="/index.php?topic=88.30">3</a></div>'
    )
    [(_, _, ledger)] = await read(Generic(), page(row + thread(plain)), "https://town.example/index.php?topic=88.0")
    assert ledger.verdict == "partial"


def listed(kind, number, name, text):
    return (
        f'<dt id="comment66{number}" class="{kind}"><cite><strong>{name}</strong></cite></dt>'
        f'<dd class="content"><time>2019/05/2{number} 03:42</time><p>{text}</p></dd>'
    )


async def test_answers_behind_the_wrapper_of_a_comment_answer_it_and_their_owner_has_a_name():
    rows = "".join(
        f'<div class="panel"><div class="panel-body">{listed("rp_general", n, NAMES[n], SAID[n])}</div></div>'
        f'<dd class="reply"><dl class="reply">{listed(kind, n + 1, NAMES[n + 1], SAID[n + 1])}</dl></dd>'
        for n, kind in ((0, "rp_general"), (2, "rp_admin"))
    )
    found = await comments_of(page(f"<dl>{rows}</dl>"))
    assert [(c.author_name, c.parent_native_id) for c in found] == [
        ("Ann", None), ("Ben", found[0].native_id), ("Cyd", None), ("Dov", found[2].native_id),
    ]  # fmt: skip


async def test_what_is_marked_as_a_comment_and_only_holds_others_is_none():
    def row(number, name, text):
        return (
            f'<article id="comment-{number}" itemprop="comment" itemscope itemtype="http://schema.org/Comment"><div itemprop="author" itemscope '
            f'itemtype="http://schema.org/Person"><span itemprop="name">{name}</span></div><div itemprop="text">{text}</div></article>'
        )

    html = page(f'<div itemscope itemtype="http://schema.org/UserComments">{thread(row)}</div>')
    assert [(c.text, c.parent_native_id) for c in await comments_of(html, SchemaOrg())] == [(text, None) for text in SAID]


@pytest.mark.parametrize("time", ['<a class="time" href="/1" title="Tue, 14 May 2019 13:30:27 +0200">7 years ago</a>', '<time datetime="2019-05-14T11:30:27Z">7 years ago</time>'])
async def test_a_reply_whose_time_is_not_marked_has_the_one_that_is_named_so(time):
    def row(number, name, text):
        return f'<li class="u-comment h-cite"><a class="p-author h-card" href="/u/{number}">{name}</a> {time}<div class="e-content">{text}</div></li>'

    html = f'<html><body><article class="h-entry"><h1 class="p-name">Bridge</h1><ul>{thread(row)}</ul></article></body></html>'
    found = await comments_of(html, Microformats())
    assert [moment(c.published_at) for c in found] == ["2019-05-14T11:30:27Z"] * 4


async def test_a_text_before_the_names_of_members_is_not_that_of_one_whose_name_is_a_link():
    def row(number, name, text):
        named = f'<a href="http://site{number}.example/">{name}</a>' if number % 2 else name
        return (
            f'<div class="comment" id="c70{number}"><p class="date">5/1{number}/2019 2:08:27 PM</p><p class="content">{text}</p>'
            f'<p class="author"> {named} <img src="/flag.png"> </p></div>'
        )

    assert await authors_of(row) == list(NAMES)


async def test_the_article_and_the_day_of_the_week_before_a_time_are_nobodys_name():
    def row(number, name, text):
        kind = "me odd" if number == 2 else ""
        return (
            f'<dt id="c64{number}" class="{kind}"><a href="#c64{number}">{number + 1}.</a> Le samedi 18 mai 2019, 12:4{number} par {name}</dt>'
            f'<dd class="{kind}"><p>{text}</p></dd>'
        )

    found = await comments_of(page(f"<dl>{thread(row)}</dl>", lang="fr"))
    assert [(c.author_name, c.text) for c in found] == list(zip(NAMES, SAID, strict=True))


@pytest.mark.parametrize("held", ['<div class="editor_content">{}</div>', '<div class="row"><div class="span" id="comment-398-edit">{}</div></div>'])
async def test_what_all_have_said_is_their_text_though_it_is_named_as_a_control(held):
    def row(number, name, text):
        return (
            f'<li id="comment-4{number}" class="comment"><div class="who"><a href="/user/{number}">{name}</a></div>'
            f'<div class="date">2019-05-1{number} 10:00</div>{held.format(text)}<a href="#">Reply</a></li>'
        )

    assert [c.text for c in await comments_of(page(f"<ul>{thread(row)}</ul>"))] == list(SAID)


async def test_a_count_of_comments_that_leads_to_them_is_no_further_page():
    count = '<div><a href="/archives/88.html?scrollToComments=true" title="4 Comments"><svg></svg>4</a></div>'
    assert (await told(page(count + thread(plain)))).verdict == "complete"


async def test_a_row_of_pages_that_scripts_show_says_that_there_are_more():
    def row(first):
        numbers = "".join(f'<span onclick="show({n})">{n}</span>' for n in (2, 3))
        return f'<div id="nav">{first}{numbers}</div>'

    assert (await told(page(row("<b>1</b>") + thread(plain)))).verdict == "partial"
    assert (await told(page(row('<span onclick="show(1)">1</span>') + thread(plain)))).verdict != "partial"


@pytest.mark.parametrize("name", ["data-tippy-content", "data-bs-original-title"])
async def test_what_a_script_shows_as_the_title_of_an_age_says_the_time(name):
    def row(number, who, text):
        title = f'{name}="Saturday, May 18th, 2019 at 12:28:2{number} PM GMT+00:00"'
        return plain(number, who, text).replace(f'<i class="date">2019-05-1{number} 10:00</i>', f'<span class="moment" {title}>10 days ago</span>')

    found = await comments_of(page(thread(row)))
    assert [moment(c.published_at) for c in found] == [f"2019-05-18T12:28:2{n}Z" for n in range(4)]


async def test_the_messages_and_responses_of_a_ticket_are_two_sides_and_no_answers():
    def row(number, name, text):
        kind = ("message", "response")[number % 2]
        return (
            f'<div class="thread-entry {kind} avatar"><span class="avatar"><img class="avatar" src="/g.png"></span><div class="header"><b>{name}</b> posted '
            f'<time datetime="2019-05-1{number}T10:00:00Z">5/1{number}/19</time></div><div class="thread-body" id="thread-id-1{number}"><p>{text}</p></div></div>'
        )

    assert {c.parent_native_id for c in await comments_of(page(thread(row)))} == {None}


async def test_a_single_comment_under_a_title_that_leads_to_its_own_place_is_one():
    html = (
        '<html lang="en"><body><h1>Bridge</h1><section class="comments"><h2 class="title">Comments</h2><a id="comment-12"></a><article class="comment">'
        '<h3 class="comment-title"><a href="/comment/12#comment-12" class="permalink" rel="bookmark">I walked past there</a></h3><footer>'
        '<p class="submitted">Submitted by <a href="/user/3" class="username">Ann</a> on Fri, 05/17/2019 - 2:04pm</p>'
        '<a href="/comment/12#comment-12" class="permalink" rel="bookmark">Permalink</a></footer><div class="content"><div class="field comment-body">'
        f'<p>{SAID[0]}</p></div></div><ul class="links"><li><a href="/comment/reply/88/12">Reply</a></li></ul></article></section></body></html>'
    )
    found = find_thread(Document(html.encode(), URL), observed_at=NOW, language="en")
    assert found is not None
    assert (found.evidence["titled"], found.confidence > THRESHOLD) == (0, True)


async def test_a_marked_comment_inside_another_answers_it_though_nothing_says_so():
    def row(number, name, text, inner=""):
        return (
            f'<li itemscope itemtype="http://schema.org/UserComments" id="comment-{number}"><div itemprop="creator" itemscope '
            f'itemtype="http://schema.org/Person"><cite itemprop="name">{name}</cite></div><div itemprop="commentText">{text}</div>{inner}</li>'
        )

    answer = f'<div itemprop="discusses"><ol>{row(1, "Ben", SAID[1])}</ol></div>'
    found = await comments_of(page(f'<ol>{row(0, "Ann", SAID[0], answer)}{row(2, "Cyd", SAID[2])}</ol>'), SchemaOrg())
    assert [c.parent_native_id for c in found] == [None, found[0].native_id, None]


async def test_an_address_that_several_replies_have_is_that_of_their_author():
    def row(number, name, text):
        return (
            f'<li class="u-comment h-cite" id="item-{number}"><span class="h-card p-author">{name}</span><a class="u-url" href="/channel/{number % 2}">'
            f'{name}</a><div class="e-content">{text}</div></li>'
        )

    html = f'<html><body><article class="h-entry"><h1 class="p-name">Bridge</h1><ul>{thread(row)}</ul></article></body></html>'
    assert [c.native_id for c in await comments_of(html, Microformats())] == [f"item-{n}" for n in range(4)]


async def test_comments_that_lead_to_the_answers_on_each_at_the_own_address_are_no_index_of_threads():
    def row(number, name, text, page="?"):
        return (
            f'<table><tr><td><img src="/dot.gif" width="{25 * number}" height="1"></td><td><div class="full" id="t7{number}"><table><tr><td>'
            f'<span class="user"><a href="http://u{number}.example/"><b>{name}</b></a></span><br><span>2013-05-1{number} 10:00 (UTC)</span></td></tr></table>'
            f'<div>{text}</div><div>(<a href="?replyto=7{number}">Reply</a>) (<a href="{page}thread=7{number}">Thread</a>)</div></div></td></tr></table>'
        )

    for own in ("?", "/archives/88.html?", f"{URL}?"):
        rows = thread(lambda number, name, text, own=own: row(number, name, text, own))
        assert [c.author_name for c in await comments_of(page(rows))] == list(NAMES), own
    index = page(thread(lambda *of: row(*of, "/board?"))).replace('id="comments"', 'id="board"').replace("Comments", "Topics")
    assert await comments_of(index) == []


def titled(number, name, text):
    return (
        f'<tr><td class="cell"><div class="title"><table><tr><td><nobr>{name}</nobr></td></tr></table></div><div class="text"><p>{text}</p></div>'
        f'<div class="foot"><span class="meta">on <a href="/view?ID={number}">15-05-201{number} 18:03</a></span></div></td></tr>'
    )


def in_table(row, count):
    return page(f'<table class="comments">{thread(row, count)}</table>', "<textarea></textarea>")


async def test_a_letter_for_a_family_name_ends_no_sentence():
    names = [c.author_name for c in await comments_of(in_table(lambda number, name, text: titled(number, f"{name} K.", text), 2))]
    assert names == ["Ann K.", "Ben K."]


async def test_what_is_made_like_the_only_comment_and_stands_behind_it_in_its_list_is_noted():
    ledger = await told(in_table(lambda number, name, text: titled(number, name + "!" * number, text), 2))
    assert (ledger.captured, ledger.verdict) == (1, "partial")
    assert [gap["reason"] for gap in ledger.gaps] == ["only one comment was read, and 1 more made like it may stand behind it"]
    assert (await told(in_table(titled, 1))).verdict == "complete"


@pytest.mark.parametrize("count", [1, 2, 4])
async def test_links_to_the_neighbouring_pages_are_no_part_of_a_comment_though_their_class_is_that_of_comments(count):
    def row(number, name, text):
        return (
            f'<div class="comments">{text}<br><span class="small">posted by <a href="/user/{number}">{name}</a> at '
            f'<a href="#70{number}">1:3{number} PM</a> on June 2{number}, 2021</span></div><br><br>'
        )

    neighbours = '<div class="comments"><p><a href="/1">&laquo; Older</a> The pool stays closed | Ten walks <a href="/2">Newer &raquo;</a></p></div>'
    html = f'<html lang="en"><body><h1>Bridge</h1><div class="copy">{SAID[1]} {SAID[0]}</div>{thread(row, count)}{neighbours}</body></html>'
    assert [(c.author_name, c.text) for c in await comments_of(html)] == [*zip(NAMES[:count], SAID, strict=False)]

    def chat(number, name, text):
        return f'<li class="comment"><a href="/user/{number}">&laquo;{name}&raquo;</a> {text} <i>2021-06-2{number} 10:00</i> <a href="/answer/{number}">Reply &raquo;</a></li>'

    assert len(await comments_of(page(f"<ul>{thread(chat, count)}</ul>"))) == count


@pytest.mark.parametrize("short", range(4))
async def test_a_short_comment_between_links_to_the_ones_before_and_behind_it_is_one(short):
    def row(number, name, text):
        said = text if number == short + 1 else text * 4
        return f'<div class="comment"><a href="#a">&larr; before</a> <b>{name}</b> <span>{said}</span> <a href="#b">behind &rarr;</a></div>'

    assert [c.author_name for c in await comments_of(page(thread(row, 4)))] == list(NAMES)


async def test_a_name_in_the_line_of_its_time_stands_without_the_fields_and_the_id_beside_it():
    def row(number, name, text):
        return (
            f'<div class="comment"><h4 class="title">Bridge {text[:9]}</h4><div class="body">{text}</div><p class="info">2019/05/1{number} 11:2{number}:00 | URL | '
            f'{name} #8915{number}a [ <a href="?edit={number}">Edit</a>]</p></div>'
        )

    assert await authors_of(row) == list(NAMES)
    assert await authors_of(lambda *of: row(*of).replace(f"{of[1]} #8915{of[0]}a", f"#{of[1]}")) == [f"#{name}" for name in NAMES]


async def test_a_title_that_a_script_opens_is_no_name_where_another_place_is_as_good():
    def row(number, name, text):
        return (
            f'<table class="tb"><tr><td class="no">{number + 1}.</td><td><a class="tbt" href="javascript:tb(352{number})">{text[8:17]}</a><div class="tbx" '
            f'id="tb352{number}">{text}</div><span class="tbu">{name}</span>, <span class="tbp">Town {name[::-1]}</span> <span>(2{number}.01.12)</span></td></tr></table>'
        )

    assert await authors_of(row) == list(NAMES)


async def test_an_element_that_is_named_as_the_text_of_a_comment_makes_an_unread_page_unknown():
    parts = (
        f'<div class="layout"><div class="commentName">Ann</div><hr><div class="commentText">{SAID[0]}</div><hr><div class="commentFooter">'
        '<a href="/report/5">Report</a></div><div class="stamp">14.10.2016 19:59</div></div>'
    )

    def story(below):
        return f'<html lang="en"><body><h1>Bridge</h1><p>{SAID[1]} {SAID[2]}</p>{below}<div class="make"><h1>Write</h1><form><textarea></textarea></form></div></body></html>'

    ledger = await told(story(parts))
    assert (ledger.verdict, [gap["reason"] for gap in ledger.gaps]) == (
        "unknown",
        ["the element 'commentText' is named as the text of a comment, and could not be read"],
    )
    for other in (parts.replace("layout", "sidebar recent-comments"), parts.replace(SAID[0], "There are no comments yet.")):
        assert await read(Generic(), story(other), URL) == []


async def test_the_line_that_says_which_page_this_is_is_no_text_of_the_last_comment():
    def row(number, name, text):
        return f'<p>{text}</p><div class="posted">Posted by <a href="http://e{number}.example">{name}</a>&nbsp; on&nbsp; 05/1{number}/2008&nbsp; at&nbsp; 11:40 PM</div>'

    below = '<p class="pages">Page 1 of 1 pages</p><form><input name="name"><textarea></textarea></form>'
    html = page(thread(row) + below).replace('<div id="comments">', '<div id="content">')
    assert [(c.author_name, c.text) for c in await comments_of(html)] == [*zip(NAMES, SAID, strict=True)]


async def test_the_title_that_most_comments_have_before_their_byline_is_no_text():
    def row(number, name, text):
        return (
            f'<a name="119{number}"></a><table width="99%"><tr bgcolor="#ccc"><td><font class="option"><b>Re: Bridge (Score: 1)</b></font><br><font class="content">by '
            f'<a href="/modules?name=Account&uname=u{number}">{name}</a> on 1{number} June 2013 14:39<br>(<a href="/modules?name=Account&uname=u{number}">User info</a> | '
            f'<a href="/pm/{number}">Message</a>)</font></td></tr><tr><td>{text}</td></tr></table><br><font class="content">[ <a href="/reply?pid={number}">Reply</a> ]</font><br><br>'
        )

    html = f'<html><body><table><tr><td><h1>Bridge</h1><p>{SAID[2]}</p><b>4</b> comments<br>{thread(row)}</td></tr></table></body></html>'
    assert [c.text for c in await comments_of(html)] == list(SAID)


async def test_what_most_comments_say_before_their_byline_is_their_text_where_nothing_stands_behind():
    def row(number, name, text):
        return f'<div class="comment" id="c70{number}"><p>Well said!</p><b class="author">{name}</b> <i class="date">2019-05-1{number} 10:00</i></div>'

    assert [c.text for c in await comments_of(page(thread(row)))] == ["Well said!"] * 4


@pytest.mark.parametrize("bad", ["http://[x/users/1", "http://a\u2100b/users/1"])
async def test_an_address_that_is_none_stops_no_reading(bad):
    def row(number, _, text):
        return plain(number, f'<a href="{bad}">Ann</a>', text)

    assert [c.author_name for c in await comments_of(page(thread(row)))] == ["Ann"] * 4
    entry = page(thread(row).replace('class="comment"', 'class="entry"')).replace('id="comments"', 'id="entries"')
    assert await comments_of(entry) == []  # all that one member has written
