"""The generic system: fields of comments, and parts of pages that are none, as saved pages of many sites have them."""

from __future__ import annotations

import pytest
from kit import NOW, SAID, read

from crawler.extract.document import Document
from crawler.systems.around.surroundings import Surroundings
from crawler.systems.around.words import bare_name
from crawler.systems.generic.records import Sums, groups_of
from crawler.systems.generic.spans import after
from crawler.systems.generic.system import Generic
from crawler.systems.generic.thread import THRESHOLD, find_thread
from crawler.systems.generic.turns import page_tree
from pipelines.emit import moment

URL = "https://town.example/bridge/"


async def comments_of(html):
    return [comment for _, comments, _ in await read(Generic(), html, URL) for comment in comments]


def page(comments, head=""):
    return f'<html lang="en"><head>{head}</head><body><h1>Bridge</h1><div id="comments"><h3>Comments</h3>{comments}</div></body></html>'


async def test_milliseconds_in_an_attribute_say_more_than_the_age_that_is_shown():
    rows = "".join(
        f'<div class="comment"><span class="author">{name}</span><span class="date"><time datetime="Invalid Date">'
        f'<span class="timesince" data-date="14404664{day}889">2 weeks ago</span></time></span>'
        f'<div class="comment-body"><p>{text}</p></div></div>'
        for name, day, text in zip(("Ann", "Ben", "Cyd"), (21, 22, 23), SAID, strict=False)
    )
    found = await comments_of(page(rows))
    assert [moment(c.published_at) for c in found] == [f"2015-08-25T01:33:{s}.889000Z" for s in (41, 42, 43)]
    assert {c.published_precision for c in found} == {"us"}


async def test_the_address_of_a_comment_says_the_day_to_the_clock_that_is_shown():
    rows = "".join(
        f'<dt class="comment-author"><a href="/profile/{n}">{name}</a> said...</dt><dd class="comment-body"><p>{text}</p></dd>'
        f'<dd class="comment-footer"><a href="?showComment=11743144{n}000#c{n}">{n}:27 AM</a></dd>'
        for n, name, text in zip((10, 11, 12), ("Ann", "Ben", "Cyd"), SAID, strict=False)
    )
    found = await comments_of(page(f"<dl>{rows}</dl>"))
    assert [(c.author_name, (moment(c.published_at) or "")[:16]) for c in found] == [
        ("Ann", "2007-03-19T14:26"), ("Ben", "2007-03-19T14:26"), ("Cyd", "2007-03-19T14:26"),
    ]  # fmt: skip


@pytest.mark.parametrize("zone", ["Z", "%2B00%3A00", "+00:00", "-02:00"])
async def test_the_moment_in_the_address_that_an_age_links_to_says_more_than_the_age(zone):
    rows = "".join(
        f'<div class="change"><h3>by <span class="author">{name}</span>, <a href="/timeline?from=2014-03-0{n}T09%3A49%3A41{zone}&amp;precision=second">9 years ago</a></h3>'
        f'<div class="comment"><p>{text}</p></div></div>'
        for n, name, text in zip((5, 6, 7), ("Ann", "Ben", "Cyd"), SAID, strict=False)
    )
    found = await comments_of(page(rows))
    hour = "11" if zone == "-02:00" else "09"
    assert [moment(c.published_at) for c in found] == [f"2014-03-0{n}T{hour}:49:41Z" for n in (5, 6, 7)]
    assert {c.published_precision for c in found} == {"s"}


async def test_a_label_that_stands_beside_all_names_is_nobodys_name():
    def byline(n, name):
        named = f'<span class="author">{name}</span>'
        return f'<a href="/people/{n}">{named}</a>' if n == 1 else named

    rows = "".join(
        f'<div class="comment"><div class="user-info">{byline(n, name)}<span class="date">2015-05-{n + 10} 10:00</span>'
        f'<span class="posting-text">Pending</span></div><div class="comment-body"><p>{text}</p></div></div>'
        for n, (name, text) in enumerate(zip(("Ann", "Ben", "Cyd", "Dot"), SAID, strict=True))
    )
    assert [c.author_name for c in await comments_of(page(rows))] == ["Ann", "Ben", "Cyd", "Dot"]


def media(native_id, name, text):
    return (
        f'<div class="comment media" id="comment-{native_id}"><div class="media-body"><h4 class="media-heading">{name} <small class="timespan">8 months, 1 week ago</small></h4>'
        f'<p>{text}</p><a href="/story/#comment-{native_id}">Link</a> | <a href="#reply-{native_id}" class="reply">Reply</a>'
        f'<div class="rating"><span id="rating-{native_id}">Currently unrated</span></div></div></div>'
    )


async def test_a_heading_that_holds_the_time_is_a_byline_and_a_lone_short_text_before_a_rating_no_name():
    said = "Coffee ticket window bridge? Yes"
    [comment] = await comments_of(page(f'{media(71, "ann", said)}<form><textarea name="text"></textarea></form>'))
    assert (comment.author_name, comment.text) == ("ann", said)
    assert (comment.native_id, comment.id_kind) == ("71", "native"), "it is alone, so 71 is no place in the list"


@pytest.mark.parametrize("field", ["Priority:", "Priorité :"])
async def test_what_changed_with_a_comment_on_a_ticket_is_no_part_of_its_text(field):
    changed = f'<table class="changes"><tr><th>{field}</th><td><span class="old">major</span> → <span class="new">critical</span></td></tr></table>'
    edited = '<div class="trac-lastedit">Last edited <a class="timeline" href="/timeline?from=2026-12-02T16%3A55%3A28Z">on Dec 2, 2026 at 4:55:28 PM</a> by <span class="trac-author">ann</span> (<a href="/ticket/2?cversion=0">previous</a>) (<a href="/ticket/2?action=diff">diff</a>)</div>'
    said = ["Lamp window morning orange letter engine coffee lamp silver lamp basket silver copper basket stone", "Kitchen planet coffee thunder orange garden stone yellow mountain?"]
    rows = "".join(
        f'<div class="change" id="trac-change-{n}-17711309015336{n}4"><h3 class="change" id="comment:{n}"><span class="cnum"><a href="#comment:{n}">comment:{n}</a></span>'
        f' by <span class="trac-author">{name}</span>, <a class="timeline" href="/timeline?from=2026-02-1{n}T04%3A48%3A21Z&amp;precision=second">on Feb 1{n}, 2026 at 4:48:21 AM</a></h3>'
        f'<div class="trac-change-panel">{"" if n == 1 else changed}</div><div class="comment searchable"><p>{text}<br></p></div>{edited if n == 1 else ""}</div>'
        for n, name, text in ((1, "ann", said[0]), (2, "Ben", said[1]))
    )
    assert [c.text for c in await comments_of(page(f'<div id="changelog">{rows}</div>'))] == said


async def test_short_texts_are_no_names_though_all_differ_and_those_who_wrote_them_return():
    said = [("ann", "Orange"), ("Ben", "Stone and a cloud"), ("ann", "Silver coffee"), ("ann", "Coffee, then")]
    rows = "".join(media(200 + number, *one) for number, one in enumerate(said))
    assert [(c.author_name, c.text) for c in await comments_of(page(rows))] == said


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["ann (0)"], ["ann"]), (["ann (12)", "ben (-3)", "ann (12)"], ["ann", "ben", "ann"]), (["Guest (1)", "Guest (2)"], ["Guest (1)", "Guest (2)"]), (["ann (0)", "ben"], ["ann (0)", "ben"]),
    ],
)  # fmt: skip
async def test_the_points_behind_all_names_are_no_part_of_them(names, told):
    rows = "".join(
        f'<li class="comment" id="comment-9{n}"><p class="meta"><a href="/users/{n}/">{name}</a> 2015-05-{n + 10} 10:00</p><p class="text">{text}</p></li>'
        for n, (name, text) in enumerate(zip(names, SAID, strict=False))
    )
    assert [c.author_name for c in await comments_of(page(f"<ul>{rows}</ul>"))] == told


async def test_heads_of_members_and_guests_have_a_class_of_their_own_each():
    rows = "".join(
        f'<dt class="comment-author {kind}-icon" id="c77{n}"><a href="https://{name.lower()}.example/">{name}</a> said...</dt>'
        f'<dd class="comment-body"><p>{text}</p></dd><dd class="comment-footer"><span class="comment-timestamp">'
        f'<a href="#c77{n}">May {n}, 2014 at 5:47 AM</a></span></dd>'
        for n, kind, name, text in zip((1, 2, 3, 4), ("member", "guest", "guest", "guest"), ("Ann", "Ben", "Cyd", "Dot"), SAID, strict=True)
    )  # fmt: skip
    assert [c.author_name for c in await comments_of(page(f"<dl>{rows}</dl>"))] == ["Ann", "Ben", "Cyd", "Dot"]


@pytest.mark.parametrize(("line", "name"), [("Beth O", "Beth O"), ("Ivana o", "Ivana"), ("Eva On", "Eva"), ("Ann at", "Ann"), ("[Ferry] Ann", "[Ferry] Ann")])
def test_a_capital_behind_a_name_belongs_to_it(line, name):
    assert bare_name(line) == name


async def test_a_name_in_the_brackets_of_its_time_has_none_itself():
    rows = "".join(
        f'<li id="k{n}"><div class="comment-text">{text}</div><div class="comment-sig"><span>({name}, 14 March 2013 09:2{n})</span>'
        f'<a href="#k{n}"># Link</a></div></li>'
        for n, (name, text) in enumerate(zip(("Ann", "Ben", "Cyd", "Dot"), SAID, strict=True))
    )
    assert [c.author_name for c in await comments_of(page(f"<ol>{rows}</ol>"))] == ["Ann", "Ben", "Cyd", "Dot"]


async def test_the_word_between_name_and_time_is_no_name():
    rows = "".join(
        f'<li class="comment"><div class="comment-author"><span class="fn"><a href="https://{n}.example/">{name}</a></span> on '
        f'<a href="#comment-{n}"><time datetime="2017-09-0{n}T12:00:00Z">September {n}, 2017</time></a></div><div class="comment-content"><p>{text}</p></div></li>'
        for n, name, text in zip((1, 2), ("Ann @ Sweet and Simple", "Ben"), SAID, strict=False)
    )
    assert [c.author_name for c in await comments_of(page(f"<ol>{rows}</ol>"))] == ["Ann @ Sweet and Simple", "Ben"]


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ('<p>You can find the plan <a class="link-icon" href="/plan">here</a>. It was drawn in May.</p>', "You can find the plan here. It was drawn in May."),
        ("<p>Thank you so much for the plan<br>:-)</p>", "Thank you so much for the plan\n:-)"),
        ("<p>Thank you so much for the plan<br>🙂</p>", "Thank you so much for the plan\n🙂"),
        ('<p>Thank you so much for the plan</p><p>| <a href="#post">post followup</a> | <a href="/contact">alert a moderator</a> |</p>', "Thank you so much for the plan"),
    ],
)  # fmt: skip
async def test_a_text_keeps_its_links_and_smiles_and_loses_its_controls(markup, text):
    texts = [markup, *(f"<p>{said}</p>" for said in SAID)]
    rows = "".join(
        f'<div class="comment"><h4>Subject {n}</h4><i>posted by <b>Reader {n}</b> on 7 Jun 2013 at 1:2{n} am</i><div class="text">{body}</div></div>'
        for n, body in enumerate(texts)
    )
    assert (await comments_of(page(rows)))[0].text == text


async def test_who_only_sent_a_picture_has_said_nothing():
    def row(n, rest):
        return f'<li class="clearfix"><div class="head"><a class="name" href="/u/{n}">Reader {n}</a></div>{rest}</li>'

    said = "".join(
        row(n, f'<div class="text"><p>{SAID[n % 4]} {n}</p></div><div class="foot"><span>January {n + 10}, 2012 8:00 am</span></div>')
        for n in range(12)
    )
    sent = "".join(row(n, f'<div class="photo"><img src="{n}.jpg"></div>') for n in range(20, 24))
    found = await comments_of(page(f"<ul>{said}</ul>").replace("</body>", f"<h3>Pictures</h3><ul>{sent}</ul></body>"))
    assert [c.author_name for c in found] == [f"Reader {n}" for n in range(12)]


PROSE = "The city has let it be known that the old bridge is to be taken down in the spring of next year. " * 6
NEWS = "".join(f"<li>More of the news of the town, number {number}</li>" for number in range(60))


@pytest.mark.parametrize(
    "html",
    [
        # an article below its title and its byline
        f'<div class="asset story"><p>Join the conversation</p><h1>The old bridge is to go</h1><div class="asset-metabar-wrap"><span class="asset-metabar-author">Brett Miller, Town News</span><span class="asset-metabar-time">10:05 a.m. EDT July 18, 2013</span></div><div class="asset-double-wide"><p>{PROSE}</p></div></div><ul>{NEWS}</ul>',
        # pictures with their captions
        '<h1>The old bridge is to go</h1><a href="#talk">Comments</a><div class="attachments">'
        + "".join(
            f'<div class="image thumbnail" id="image-{n}01"><div class="details"><p class="caption_only">{text} June {n}, 2013.</p>'
            f'<p class="photographer_attr">Photographer: Uri Sinai {n}/Agency</p></div><p class="caption">{text}</p></div>'
            for n, text in enumerate(SAID[:2], 1)
        )
        + "</div>",
        # files in a table, by their uploaders
        "<h1>Files</h1><p>Discussion</p><table><tr><th>Date<th>Name<th>Size<th>User<th>Description</tr>"
        + "".join(
            f'<tr><td class="time">10:3{n}, {n} December 2006<td class="name"><a href="/file/{n}">Bridge{n}.jpg</a><td class="size">{n} KB<td class="user"><a href="/user/{n}">Reader{n}</a><td class="description">{text}</tr>'
            for n, text in enumerate(SAID, 1)
        )
        + "</table>",
        # what a member has said where, below titles of a few words
        "<h1>Ada's replies</h1><ul>"
        + "".join(
            f'<li class="list-group-item"><div class="icon"></div><div class="main-col"><a href="/harbour/{n % 4}/"><h4 class="inline">{title}</h4></a><div class="text-muted inline">on <a href="/harbour">Harbour</a> Feb. {n + 1}, 2023, 7:49 p.m.</div><br>'
            f'<div class="inline full-line">{SAID[n % 4]} It is {n}.</div></div><div class="count-box"><div class="count-box-score">{n}</div><div class="count-box-context">Points</div></div></li>'
            for n, title in enumerate(("The late ferry waits", "Bread and the gulls", "Took and late but", "Two dogs again") * 2)
        )
        + "</ul>",
        # the same, below lines that say what was answered
        "<h1>Ada</h1><p>Replies from Ada</p><ul>"
        + "".join(
            f'<li class="list-group-item reply-entry reply-entry-title">Replied to <a href="/t/{n % 4}/">{title}</a> <span class="pull-right">{n + 2} weeks ago</span></li>'
            f'<li class="list-group-item reply-entry reply-entry-content"><p>{SAID[n % 4]} It is {n}.</p></li>'
            for n, title in enumerate(("The late ferry waits", "Bread and the gulls", "Took and late but", "Two dogs again") * 2)
        )
        + "</ul>",
        # a board with the opening posts of its threads and the last answers to each
        '<div id="threads"><h3>Threads</h3>'
        + "".join(
            f'<div class="thread"><div class="row op" id="t{n}9"><p><span class="subject">Bridge {n}</span> <span class="author">Ada</span> posted at Nov. {n}, 2023, 9:41 p.m. <span class="pk">#{n}9</span></p>'
            f'<div class="row content"><p>{SAID[n]} {SAID[n - 1]}</p></div><p>[Replies: 12] [<a href="/har/thread/{n}9/">Visit</a>]</p></div>'
            + "".join(
                f'<div class="row reply" id="p{n}{m}"><div class="row headline"><p><span class="author">{name}</span> posted at Nov. {n + m}, 2023, 10:00 p.m.</p></div><div class="row content"><span class="post-text"><p>{SAID[m]}</p></span></div></div>'
                for m, name in ((1, "Ben"), (2, "Cyd"), (3, "Dot"))
            )
            + "</div>"
            for n in (1, 2, 3)
        )
        + "</div>",
        # a month of a mailing list: the opening letters of its threads
        '<div id="thread-list"><h2>February 2026</h2><p>3 discussions</p>'
        + "".join(
            f'<div class="thread"><div class="thread-info"><img src="/{name}.jpg"><a href="/list/boats/thread/ABC{n}/" class="thread-title">{title}</a><br><span class="sender-name">by {name}</span><span class="pull-right" title="Monday, 16 March 2026 07:0{n}:42">16 March 2026 07:0{n}:42</span>'
            f'<span class="expander collapsed">{text} {text[::-1]}</span></div><div class="thread-stats"><span>2 participants</span> <span>{n} replies</span></div></div>'
            for n, (name, title, text) in enumerate(zip(("Ann", "Ben", "Cyd"), ("Late again", "Two dogs", "The new bridge and its lamps"), SAID, strict=False))
        )
        + "</div>",
        # an invitation
        '<article><div class="commentCount">1 comment</div><div class="offer"><p class="boxtitle">Register Today</p><p class="boxtext">Earn credits by reading the latest news of your speciality.</p><span>Sign Up</span></div></article>',
        # the author of the article
        '<a href="#talk">Comments</a><div class="meta-info"><div class="author-dropdown"><div class="description">Drew Olan has written for many years about towns and the people who live in them.<p><a href="/author/drew">→ Learn More</a></p></div></div><div class="post-time">May 13th, 2013</div></div><p>{PROSE}</p>',
        # who writes opinions, and their newest
        '<section class="columnists"><h2>Opinion</h2>'
        + "".join(
            f'<div class="columnist"><img src="/a.png"><span class="name">{name}</span><a href="/o/{n}.html">{text[:36]}</a><span class="date">{n} March 2013</span><p>{text}</p></div>'
            for n, (name, text) in enumerate(zip(("Ann Okafor", "Bo Lind", "Cy Young", "Dee Park"), SAID, strict=True), 3)
        )
        + "</section>",
        # what Twenty Twenty-Three says of a post without comments whose title speaks of some
        (
            '<main class="is-layout-flow wp-block-group"><div class="wp-block-group"><h1 class="wp-block-post-title">Top 6 comments</h1></div><div class="entry-content wp-block-post-content"><p>A story that goes on.</p></div>'
            '<div class="wp-block-template-part"><div class="wp-block-spacer"></div><div class="is-layout-constrained wp-block-group"><hr class="wp-block-separator"><div class="is-layout-flex wp-container-12 wp-block-columns">'
            '<div class="is-layout-flow wp-container-9 wp-block-column"><div class="is-layout-flex wp-container-7 wp-block-group"><p>Posted</p><div class="wp-block-post-date"><time datetime="2013-04-29T05:03:17-03:00">April 29, 2013</time></div>'
            '<p>in</p><div class="taxonomy-category wp-block-post-terms"><a href="/category/uncategorized" rel="tag">Uncategorized</a></div></div><div class="is-layout-flex wp-container-8 wp-block-group"><p>by</p>'
            '<div class="wp-block-post-author"><div class="wp-block-post-author__content"><p class="wp-block-post-author__name">editor</p></div></div></div></div>'
            '<div class="is-layout-flow wp-container-11 wp-block-column"><div class="is-vertical is-layout-flex wp-container-10 wp-block-group"><p>Tags:</p></div></div></div></div></div><section class="wp-block-template-part"></section></main>'
        ),
    ],
    ids=["article", "captions", "files", "replies", "replies to", "board", "list", "invitation", "writer", "columns", "post"],
)  # fmt: skip
def test_what_the_page_itself_says_is_no_thread(html):
    found = find_thread(Document(f'<html lang="en"><body>{html}</body></html>'.encode(), URL), observed_at=NOW, language="en")
    assert found is None or found.confidence < THRESHOLD


@pytest.mark.parametrize(("stated", "verdict"), [(9, "partial"), (3, "complete"), (2, "complete")])
async def test_a_count_in_the_structured_data_is_the_threads_where_it_is_larger(stated, verdict):
    rows = "".join(
        f'<li class="comment" id="c{n}00"><b class="author">Reader {n}</b> <i class="date">2020-05-1{n} 10:00</i><p class="text">{text}</p></li>'
        for n, text in zip((1, 2, 3), SAID, strict=False)
    )
    article = f'<script type="application/ld+json">{{"@context":"https://schema.org","@type":"Article","commentCount":{stated}}}</script>'
    [(_, _, ledger)] = await read(Generic(), page(f"<ul>{rows}</ul>", article), URL)
    assert (ledger.verdict, ledger.captured) == (verdict, 3)


@pytest.mark.parametrize(("count", "verdict"), [(56, "partial"), (3, "complete")])
async def test_a_link_to_the_thread_that_counts_more_says_that_some_are_missing(count, verdict):
    rows = "".join(
        f'<li class="comment" id="c{n}00"><b class="author">Reader {n}</b> <i class="date">2020-05-1{n} 10:00</i><p class="text">{text}</p></li>'
        for n, text in zip((1, 2, 3), SAID, strict=False)
    )
    html = page(f"<ul>{rows}</ul>").replace("<h1>", f'<a href="#comments">{count} comments</a><p>{NEWS}</p><h1>')
    [(_, _, ledger)] = await read(Generic(), html, URL)
    assert (ledger.verdict, ledger.captured) == (verdict, 3)


async def test_an_answer_with_the_id_of_what_it_answers_is_another_comment():
    def item(number, name, day, text, inner=""):
        return (
            f'<li class="comment-item" id="comment_{number}"><a class="user" href="/u/{name}">{name}</a><span class="time">2019-05-{day} 10:00</span>'
            f'<div class="text"><p>{text}</p></div>{inner}</li>'
        )

    answer = f"<ul>{item(7001, 'Team', 12, SAID[3])}</ul>"
    rows = item(7001, "Ann", 11, SAID[0], answer) + item(7002, "Ben", 13, SAID[1]) + item(7003, "Cyd", 14, SAID[2])
    found = await comments_of(page(f"<ul>{rows}</ul>"))
    assert [(c.author_name, c.native_id if c.id_kind == "native" else None) for c in found] == [
        ("Ann", "7001"), ("Team", None), ("Ben", "7002"), ("Cyd", "7003"),
    ]  # fmt: skip
    assert found[1].parent_native_id == "7001"


async def test_a_ping_that_says_its_title_and_some_of_its_text_has_both():
    def item(n, kind, name, text):
        return f'<li class="{kind}" id="note-{n}00"><cite class="author"><a href="https://{n}.example/">{name}</a></cite> <i class="date">2019-05-1{n} 10:00</i><div class="text"><p>{text}</p></div></li>'

    rows = item(1, "comment", "Ann", SAID[0]) + item(2, "comment", "Ben", SAID[1]) + item(3, "pingback", "Bridges of the North", "[…] narrower than the old one […]")
    found = await comments_of(page(f"<ul>{rows}</ul>"))
    assert [(c.kind, c.author_name, c.text) for c in found][2] == ("pingback", "Bridges of the North", "[…] narrower than the old one […]")


async def test_a_text_in_an_element_that_is_named_as_data_is_no_time():
    def item(name, day, text, kind, inner=""):
        return (
            f'<li class="{kind}comment-item"><div class="info"><a class="comment-user" href="/u/{name}">{name}</a> <span class="when">2019-05-{day} 10:00</span></div>'
            f'<div class="comment-data{" comment-body" if not kind else ""}"><p>{text}</p></div>{inner}</li>'
        )

    answer = f'<ul class="reply-list">{item("Team", 12, "Thank you all.", "reply ")}</ul>'
    rows = item("Ann", 11, SAID[0], "", answer) + item("Ben", 13, SAID[1], "") + item("Cyd", 14, SAID[2], "")
    assert [c.text for c in await comments_of(page(f"<ul>{rows}</ul>"))] == [SAID[0], "Thank you all.", SAID[1], SAID[2]]


async def test_a_comment_of_another_make_with_its_time_at_another_place_is_one():
    def row(n):
        return (
            f'<li class="comment" id="comment-{n}"><div class="commentmeta"><b class="author">Reader {n}</b> — <i>May {n}, 2013</i></div>'
            f'<div class="comment-body"><p>{SAID[n % 4]} {n}</p></div></li>'
        )

    other = '<li class="comment" id="comment-50"><p>May 14, 2013 @ 6:03 am</p><p>It was not, and the ferry will come back.</p></li>'
    found = await comments_of(page(f"<ol>{''.join(map(row, range(10, 14)))}{other}{row(15)}</ol>"))
    assert [c.native_id for c in found] == ["10", "11", "12", "13", "50", "15"]
    assert "the ferry will come back" in (found[4].text or "")


@pytest.mark.parametrize("link", ["/reply?to={n}", "/story/9/reply/{n}/", "reply.php?story=9&amp;to={n}#form"])
async def test_numbers_from_one_are_ids_where_each_comment_has_its_own_in_a_link_to_answer_it(link):
    def row(n, link):
        return (
            f'<div id="c{n}" class="it"><b class="who">Reader {n}</b> <span class="when">{n} March 2023</span>'
            f'<div class="tx"><p>{SAID[n % 4]} {n}</p></div><a href="{link.format(n=n)}">Reply</a></div>'
        )

    linked = await comments_of(page(f"<div>{''.join(row(n, link) for n in (1, 2, 3, 4))}</div>"))
    assert [(c.native_id, c.id_kind) for c in linked] == [(f"{n}", "native") for n in (1, 2, 3, 4)]
    counted = await comments_of(page(f"<div>{''.join(row(n, '#c{n}') for n in (1, 2, 3, 4))}</div>"))
    assert {c.id_kind for c in counted} == {"surrogate"}, "a place in the list may be linked on the page as well"
    other = await comments_of(page(f"<div>{''.join(row(n, link.replace('{n}', '7')) for n in (1, 2, 3, 4))}</div>"))
    assert {c.id_kind for c in other} == {"surrogate"}


async def test_guests_are_named_at_a_place_of_their_own_that_machines_are_told_of():
    def post(n):
        name = f"Reader {n}"
        member = f'<div class="side side-member"><a class="item-title" href="/u/{n}/"><span itemprop="name">{name}</span></a> <span class="rank">Member</span></div>'
        guest = f'<div class="side side-guest"><span class="heading item-title" itemprop="author">{name}</span> <span class="rank">Removed user</span></div>'
        said = f'<time datetime="2023-05-{n:02}T10:00:00Z">May {n}</time><article><p>What reader {n} has to say of the bridge and the ferry.</p></article>'
        return f'<li id="post-{n + 80}" class="post">{guest if n in (4, 7) else member}{said}</li>'

    html = f'<html lang="en"><body><h1>Bridge</h1><ul class="posts-list">{"".join(map(post, range(1, 9)))}</ul></body></html>'
    [(_, comments, _)] = await read(Generic(), html, URL)
    assert [comment.author_name for comment in comments] == [f"Reader {n}" for n in range(1, 9)]


async def test_an_element_that_is_named_as_a_reply_and_holds_name_and_text_is_the_comment():
    rows = "".join(
        f'<div class="reply-header"><span class="reply-date">May {n + 10}, 2013 at 9:22 am</span> <a href="#post-4{n}" class="reply-permalink">#4{n}</a></div>'
        f'<div class="topic-7 post-4{n} reply type-reply"><div class="reply-author"><a href="/people/{n}" class="author-name">{name}</a><br>'
        f'<div class="author-role">Participant</div></div><div class="reply-content"><p>{text}</p></div></div>'
        for n, (name, text) in enumerate(zip(("Ann", "Ben", "Cyd", "Dot"), SAID, strict=True))
    )
    found = await comments_of(page(rows).replace("<h3>Comments</h3>", "").replace('id="comments"', 'class="replies forum"'))
    assert [(c.author_name, c.text) for c in found] == [*zip(("Ann", "Ben", "Cyd", "Dot"), SAID, strict=True)]


@pytest.mark.parametrize("most", [1, 4])
async def test_a_text_in_a_span_that_is_named_as_a_reply_is_no_label_of_a_control(most):
    rows = "".join(
        f'<div class="reply-item"><div class="root-reply-avatar"></div><div class="user-info"><div class="user-name">{name}</div></div>'
        f'<div class="root-reply"><span class="reply-content-container"><span class="reply-content">{text}</span></span><div class="reply-info">'
        f'<span class="reply-time">2021-03-1{n} 09:00</span><span class="reply-like"><span>1{n}</span></span><span class="reply-btn">Reply</span></div></div></div>'
        for n, (name, text) in enumerate(zip(("Ann", "Ben", "Cyd", "Dot")[:most], SAID[:most], strict=True))
    )
    found = await comments_of(page(rows))
    assert [(c.author_name, c.text) for c in found] == [*zip(("Ann", "Ben", "Cyd", "Dot")[:most], SAID[:most], strict=True)]


async def test_a_month_in_a_date_with_hyphens_is_no_name():
    rows = "".join(
        f'<div class="box"><div class="head"><a href="/c/{n}">{name}</a> <span class="small">Posted Mar-1{n}-2021 09:00</span> (<span>{n}</span>)</div>'
        f'<div class="said">{text}</div><div class="foot"><a>Reply</a> - <a>Quote</a> - <a>Report</a></div></div>'
        for n, (name, text) in enumerate(zip(("Ann", "Ben"), SAID, strict=False))
    )
    html = f'<html lang="en"><body><h1>Bridge</h1><p>{SAID[3]}</p><div id="comments"><b>Comments: 2</b><br>{rows}</div></body></html>'
    [(_, comments, _)] = await read(Generic(), html, URL)
    assert [(c.author_name, c.text) for c in comments] == [*zip(("Ann", "Ben"), SAID, strict=False)]


async def test_a_form_without_a_field_holds_the_text_whatever_its_id_is():
    rows = "".join(
        f'<div class="entry" id="thing_{n}00"><p class="tagline"><a class="author" href="/user/{n}">{name}</a> <time datetime="2019-03-0{n + 1}T10:20:05Z">'
        f'3 years ago</time></p><form action="#" class="usertext" id="form-t1_{n}"><div class="md"><p>{text}</p></div></form><a href="#">reply</a></div>'
        for n, (name, text) in enumerate(zip(("Ann", "Ben", "Cyd", "Dot"), SAID, strict=True))
    )
    assert [c.text for c in await comments_of(page(rows))] == [*SAID]


def profile(n: int) -> str:
    """What a board says about a member beside the post, in one text a line."""
    return f"{('Member', 'Veteran', 'Newbie', 'Moderator')[n]}<br>Group: Users<br>Joined: 1{n} Jan 20{n + 10}<br>Posts: {n * 37 + 12}"


BYLINES = {
    "a cell of the same class as that of the text": (
        '<div class="box"><table><tr><td class="row2"><b class="name">{name}</b></td><td class="row2"><span class="details">{time}</span></td></tr>'
        '<tr><td class="post2"><span class="details"><br>{profile}</span></td><td class="post1" id="post-main-{n}"><div class="postcolor">{text}</div></td></tr></table></div>'
    ),
    "a list between byline and text": (
        '<div class="right"><div class="top"><span>{time}</span><h3><a href="/user/{n}">{name}</a></h3></div><div class="info"><ul><li>Group: Users</li>'
        '<li>Joined: 4.02.201{n}</li><li>State: <img alt="offline"></li></ul></div><div class="cont"><div id="said-{n}">{text}</div></div></div>'
    ),
    "a cell beside that of the posting time": (
        '<tr><td class="row1" width="150"><span class="name"><a name="4{n}7"></a><b>{name}</b></span><br><span class="details">{profile}</span></td>'
        '<td class="row1"><table><tr><td><a href="?p=4{n}7#4{n}7"><img alt="Post"></a><span class="details">Posted: {time} &nbsp; Post subject: Re: bridge</span></td>'
        '<td><a href="?quote=4{n}7"><img alt="Reply with quote"></a></td></tr><tr><td colspan="2"><hr></td></tr><tr><td colspan="2"><span class="postbody">{text}</span>'
        '<span class="postbody"><br>_________________<br>Slow and steady</span></td></tr></table></td></tr>'
        '<tr><td class="row1"><a href="#top">Back to top</a></td><td class="row1"><a href="/u/{n}"><img alt="profile"></a></td></tr><tr><td class="space" colspan="2"></td></tr>'
    ),
}  # fmt: skip


@pytest.mark.parametrize("count", [2, 4])
@pytest.mark.parametrize("byline", BYLINES)
async def test_what_stands_beside_the_day_on_which_a_member_joined_is_no_part_of_the_text(byline, count):
    rows = "".join(
        BYLINES[byline].format(name=name, n=n, text=text, profile=profile(n), time=f"Thu Mar {n + 14}, 2013 9:2{n} am")
        for n, (name, text) in enumerate(zip(("Ann", "Ben", "Cyd", "Dot")[:count], SAID, strict=False))
    )
    board = f'<table class="board"><tr><th>Author</th><th>Message</th></tr>{rows}</table>' if rows.startswith("<tr") else rows
    found = await comments_of(page(board))
    assert [(c.author_name, c.text, (moment(c.published_at) or "")[:16]) for c in found] == [
        (name, text, f"2013-03-{n + 14}T09:2{n}") for n, (name, text) in enumerate(zip(("Ann", "Ben", "Cyd", "Dot")[:count], SAID, strict=False))
    ]


async def test_comments_behind_anchors_end_where_the_next_one_of_their_level_begins():
    def post(n, inner=""):
        return (
            f'<a id="p4{n}1"></a><div class="post"><div class="header">by <a href="/u/{n}">{"ABCDEF"[n]}nna</a> - 1{n} March 2013, 09:2{n}</div>'
            f'<div class="posting"><p>{SAID[n % 4]} {n}</p></div><a href="?reply=4{n}1">Reply</a></div>' + (f'<div class="indent">{inner}</div>' if inner else "")
        )

    posts = post(0, post(1, post(2))) + post(3, post(4)) + post(5)
    found = await comments_of(f'<html lang="en"><body><h1>The bridge</h1><div class="forum">{posts}</div></body></html>')
    names = {c.native_id: c.author_name for c in found}
    assert [(c.author_name, names.get(c.parent_native_id)) for c in found] == [
        ("Anna", None), ("Bnna", "Anna"), ("Cnna", "Bnna"), ("Dnna", None), ("Enna", "Dnna"), ("Fnna", None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("shown", "told"),
    [
        ('<span class="date" title="{clock}" data-timestamp="{seconds}">{clock}&nbsp;</span>', "2013-05-15T06:2{n}:07Z"),
        ('<abbr title="{clock}" data-utime="{seconds}">May 15</abbr>', "2013-05-15T06:2{n}:07Z"),
        ('<span class="date" data-edit-time="{seconds}">{clock}</span>', "2013-05-15T02:2{n}:00Z"),
        ('<span class="date" data-time="1389999947">{clock}</span>', "2013-05-15T02:2{n}:00Z"),
    ],
)  # fmt: skip
async def test_seconds_in_an_attribute_tell_the_zone_of_a_clock_that_they_agree_with(shown, told):
    rows = "".join(
        f'<li class="comment" id="c{n}00"><b class="author">Reader {n}</b> '
        + shown.format(clock=f"May 15, 2013 2:2{n}am", seconds=1368598807 + n * 60)
        + f'<p class="text">{text}</p></li>'
        for n, text in zip((1, 2, 3), SAID, strict=False)
    )
    found = await comments_of(page(f"<ul>{rows}</ul>"))
    assert [(moment(c.published_at) or "") for c in found] == [told.format(n=n) for n in (1, 2, 3)]


@pytest.mark.parametrize("count", [2, 4])
async def test_what_all_comments_say_is_their_text_though_its_name_speaks_of_who_said_it(count):
    rows = "".join(
        f'<dl class="comment vcard" id="c_4{n}"><dt><a class="fn url" href="/profile/{n}">{name}</a> on <a href="#c_4{n}">March 1{n}, 2013 at 9:22am</a></dt>'
        f'<dd><div class="user_generated"><p>{text}</p></div></dd></dl>'
        for n, (name, text) in enumerate(zip(("Ann", "Ben", "Cyd", "Dot")[:count], SAID, strict=False))
    )
    assert [(c.author_name, c.text) for c in await comments_of(page(rows))] == [*zip(("Ann", "Ben", "Cyd", "Dot")[:count], SAID, strict=False)]


@pytest.mark.parametrize(("silent", "verdict"), [(0, "complete"), (2, "complete"), (3, "partial"), (4, "partial")])
async def test_a_thread_of_which_hardly_a_text_could_be_read_is_not_called_complete(silent, verdict):
    rows = "".join(
        f'<li class="comment" id="comment-4{n}"><a class="author" href="/u/{n}">{name}</a> <span class="date">2013-05-1{n} 10:00</span>'
        f'<div class="comment-text">{text if n >= silent else ""}</div><a href="#" class="reply">Reply</a></li>'
        for n, (name, text) in enumerate(zip(("Ann", "Ben", "Cyd", "Dot"), SAID, strict=True))
    )
    [(_, comments, ledger)] = await read(Generic(), page(f"<ul>{rows}</ul>"), URL)
    assert (len(comments), ledger.verdict) == (4, verdict)


async def test_the_line_below_each_post_of_a_board_is_nobodys_name():
    rows = "".join(
        f'<div id="post_4{n}"><table id="pid4{n}"><tr><td class="pls"><div class="authi"><a href="/space/{n}">{name}</a></div></td><td class="plc"><div class="authi">'
        f'<em id="authorposton4{n}">发表于 2013-3-1{n + 4} 09:22:27</em></div><table><tr><td class="t_f" id="postmessage_4{n}">{text}</td></tr></table></td></tr>'
        f'<tr><td class="plc plm"><div class="sign">{line}</div></td></tr></table></div>'
        for n, name, text, line in zip((0, 1), ("Ann", "Ben"), SAID, ("Slow and steady", "Home again"), strict=False)
    )
    found = await comments_of(page(rows).replace('id="comments"', 'id="postlist"'))
    assert [(c.author_name, c.text) for c in found] == [*zip(("Ann", "Ben"), SAID, strict=False)]


def test_an_element_around_one_record_that_is_named_as_a_comments_head_is_no_thread():
    rows = "".join(
        f'<li><article class="posting"><header class="cmt-head"><p>By: <b>{name}</b> <span class="time">14.03.13 - 09:22</span></p>'
        f"</header><div>{text}</div></article></li>"
        for name, text in zip(("Ann", "Ben", "Cyd", "Dot"), SAID, strict=True)
    )
    document = Document(f"<html><body><h1>Bridge</h1><ol>{rows}</ol></body></html>", URL)
    tree = page_tree(document)
    groups = groups_of(tree, Sums(tree), Surroundings(tree, document), behind=99.0)
    bylines = [group for group in groups if [tree.tags[head] for head in group.heads] == ["p"] * 4]
    assert [group.signs["in_comments"] for group in bylines] == [0.0]


@pytest.mark.parametrize(("end", "is_text"), [("<p>Comments are closed.</p>", False), ("<p>And the ferry?</p>", True)])
def test_a_line_that_speaks_of_comments_behind_the_last_of_them_is_no_part_of_it(end, is_text):
    rows = "".join(f'<div class="said">{text}</div><div class="answers">Answer</div>' for text in SAID)
    document = Document(page(f'<div>{rows}</div><div>{rows}<div class="said">{SAID[0]}</div>{end}</div>'), URL)
    tree = page_tree(document)
    heads = [node for node in range(len(tree)) if tree.attrs[node].get("class") == "said"]
    assert (after(tree, heads)[-1][1] > tree.ends[heads[-1]]) is is_text


@pytest.mark.parametrize("name", ["data-reply-to", "data-reply_to", "data-parent_id", "reply_to_id"])
async def test_an_attribute_with_the_id_of_what_is_answered_may_be_written_with_lines_below(name):
    rows = "".join(
        f'<div class="comment" data-id="48{n}" {name}="{"0" if n < 2 else f"48{n - 2}"}"><a class="author" href="/u/{n}">Name {n}</a>'
        f'<time datetime="2013-03-14T09:2{n}:00Z">14 March</time><p>{text}</p></div>'
        for n, text in enumerate(SAID)
    )
    assert [c.parent_native_id for c in await comments_of(page(rows))] == [None, None, "480", "481"]
