"""The generic system and the comment sections that small programs write: tables, rules, labels, no class, no time."""

from __future__ import annotations

import pytest
from kit import SAID, read

from crawler.systems.generic.system import Generic

URL = "https://town.example/archives/88.html"

NAMES = ("Ann", "Ben", "Cyd", "Dov")
STORY = (
    "<h1>Bridge</h1><p>By Max Moor, 02.05.2019</p><p>The bridge is open to everybody.</p>"
    "<p>It had been closed since 1974, when the ferry took over.</p>"
)


def page(section, *, above="", lang="en"):
    return f'<html lang="{lang}"><body>{above}<main>{STORY}{section}</main><footer>Town paper</footer></body></html>'


def rows(row, count=4):
    return "".join(row(number, name, text) for number, (name, text) in enumerate(zip(NAMES[:count], SAID, strict=False)))


async def thread(html):
    """Author and text of each comment, and what the ledger says: nothing where no thread is named."""
    found = await read(Generic(), html, URL)
    return [(c.author_name, c.text) for _, comments, _ in found for c in comments], [each.verdict for _, _, each in found]


def whole(count=4):
    return list(zip(NAMES[:count], SAID[:count], strict=True)), ["complete"]


FORM = '<h3>Add a comment</h3><form method="post"><textarea name="body"></textarea><input type="submit"></form>'


def ruled(number, name, text):
    return f"<b>Name:</b> {name}<br><b>Date:</b> May 1{number}, 2019<br>{text}<br><hr>"


@pytest.mark.parametrize("behind", ["", FORM])
async def test_comments_with_a_rule_on_both_sides_are_read(behind):
    assert await thread(page(f"<div><h2>Guestbook</h2><hr>{rows(ruled)}{behind}</div>")) == whole()


@pytest.mark.parametrize("heading", ["<h2>Comments</h2>", "<center><h2>Comments</h2></center><hr>", '<hr><div class="top"><h4>Comments</h4></div>'])
@pytest.mark.parametrize("count", [2, 4])
async def test_what_stands_before_the_heading_of_comments_between_rules_is_none(heading, count):
    assert await thread(page(heading + rows(ruled, count) + FORM)) == whole(count)


async def test_comments_between_rules_stay_before_the_heading_of_the_form_and_below_headings_of_their_own():
    asked = "<h3>Leave a comment</h3><p>Please log in first.</p><hr><p>Town paper, 2019</p><hr>"
    assert (await thread(page("<h2>Comments</h2>" + rows(ruled) + asked)))[0][:4] == whole()[0]

    def titled(number, name, text):
        return f"<h4>Comment by {name}</h4><p>{text}</p><i>2019-05-1{number} 10:00</i><hr>"

    assert (await thread(page("<h2>Comments</h2>" + rows(titled) + FORM)))[0] == whole()[0]
    assert await thread(page("<hr><h2>Comments</h2><hr>")) == ([], [])


@pytest.mark.parametrize("label", ["Added", "Posted", "Date"])
async def test_the_name_of_the_field_before_a_time_is_no_part_of_the_name_before_it(label):
    def row(number, name, text):
        return f"<p><strong>Author:</strong> {name}.\n {label}: 1{number}.05.2019 10:42</p><p>{text}</p><hr>"

    assert await thread(page("<h2>Comments</h2>" + rows(row) + FORM)) == whole()


async def test_a_title_before_a_name_is_a_part_of_it():
    def row(number, name, text):
        return f"<p>Dr. {name}: 1{number}.05.2019 10:42</p><p>{text}</p><hr>"

    found, _ = await thread(page("<h2>Comments</h2>" + rows(row) + FORM))
    assert [name for name, _ in found] == [f"Dr. {name}" for name in NAMES]


async def test_an_article_with_the_line_that_counts_one_comment_below_it_is_no_comment():
    latest = "<td><b>Latest comments</b><ul><li><b>Ben</b>: <a href='/7.html#c1'>Harbour</a></li><li><b>Dov</b>: <a href='/8.html#c3'>Ferry</a></li></ul></td>"
    story = f"<h1>Bridge</h1><font>23.04.2012 by Max</font><p>{SAID[0]} {SAID[2]} {SAID[3]}</p><p>It had been closed since 1974, when the ferry took over.</p>"
    head = '<a name="comments"></a><br><div class="title">1 Comment:</div><br><br>'
    said = f'{SAID[1]}<br><div align="right"><em>Submitted by </em><strong><a href="/m/1">&raquo;</a></strong><em> Ann at 1:59 PM on May 10, 2019</em></div><br><hr><br>'
    form = '<div class="title">Add a comment</div><form method="post">Name <input name="n"><br>Comment <textarea name="c"></textarea></form>'
    html = f"<html lang='en'><body><table><tr>{latest}<td>{story}{head}{said}{form}</td></tr></table></body></html>"
    assert await thread(html) in (([], ["partial"]), whole(1))


def picture(number, name, text):
    return f'<li><img src="/p{number}.png"><div><strong>{name}</strong><p>{text}</p></div></li>'


async def test_the_items_of_a_list_that_is_named_as_comments_are_comments_without_time_and_class():
    listed = f'<ul id="commentsList">{rows(picture)}</ul>'
    assert (await thread(page(f"<h3>Comments</h3>{listed}{FORM}")))[0] == whole()[0]


async def test_the_items_of_a_list_of_pictures_are_none_where_nothing_speaks_of_comments():
    assert (await thread(page(f"<h3>Our guides</h3><ul>{rows(picture)}</ul>")))[0] == []


def bare(number, name, text):
    return f'<div class="p-{number}"><p><strong>{name}</strong></p><p>{text}</p><p>1{number}.05.2019 10:42</p></div>'


@pytest.mark.parametrize(
    ("section", "text"),
    [
        ("<h2>Comments</h2><div>{}</div><p>You must be logged in to post a comment.</p>", SAID[0]),
        ('<h2>Comments</h2><div>{}</div><p>Please <a href="/login">log in</a> to comment.</p>', SAID[0]),
        ("<h2>Comments</h2><div>{}</div><p>Comments are closed.</p>", SAID[0]),
        ("<p><span>Comments</span> <span>1</span></p><div>{}</div><form><textarea></textarea></form>", "Great news!"),
    ],
)
async def test_a_whole_comment_is_framed_by_its_count_or_by_who_may_write_too(section, text):
    assert await thread(page(section.format(bare(1, "Ann", text)))) == ([("Ann", text)], ["complete"])


async def test_what_only_a_heading_of_comments_stands_above_stays_in_doubt():
    assert await thread(page(f"<h2>Comments</h2><div>{rows(bare, 1)}</div>")) == ([], ["unknown"])


async def test_a_name_is_one_with_a_link_for_members_and_without_one_for_guests():
    def row(number, name, text):
        member = f'<div><a href="/m/{number}"><strong>{name}</strong><br><img src="/{number}.jpg"></a></div>'
        named = member if number % 2 else f"<div><strong>{name}</strong></div>"
        return f'<div class="comment">{named}<span>1{number}/05/2019 10:42</span><p>{text}</p></div>'

    assert await thread(page(f'<div id="comments"><h4>Comments</h4>{rows(row)}</div>{FORM}')) == whole()


def undated(number, name, text):
    return f'<div class="comment"><img src="/{number}.png"><div class="c"><div> {name} </div><div class="t">{text}</div></div></div>'


async def test_one_that_is_named_as_a_comment_and_has_no_time_is_not_passed_over_in_silence():
    section = f'<div class="head">Commentaire</div><div class="comment-container">{rows(undated, 1)}</div><form><input></form>'
    assert await thread(page(section, lang="fr")) == ([], ["unknown"])
    aside = f'<aside class="latest-comments"><div class="comment-container">{rows(undated, 1)}</div></aside>'
    assert await thread(page(aside, lang="fr")) == ([], [])


@pytest.mark.parametrize(
    ("heading", "below"),
    [
        ("Commentaires", f"<p>Utilisateur : Ann</p><p>{SAID[0]}</p><hr>"),
        ("Bình luận", f"<div><img src='/a.png'><h5>Ann</h5><p>{SAID[0]}</p></div>"),
    ],
)
async def test_a_name_and_a_text_below_a_heading_of_comments_leave_a_doubt(heading, below):
    assert await thread(page(f"<h3>{heading}</h3>{below}<h3>Add</h3><form><textarea></textarea></form>")) == ([], ["unknown"])


@pytest.mark.parametrize(
    "below",
    [
        "<p>No comments yet. Be the first to write one!</p>",
        "<p>Nobody has said anything about this so far.</p>",
        '<p>Please <a href="/login">log in</a> or <a href="/register">register</a> to join the discussion.</p>',
        '<form><p>Your address will not be published.</p><label>Your name, as others see it</label><textarea></textarea></form>',
        "<p>No comments yet.</p><div><h4>Ann Lee</h4><p>Ann writes about bridges, roads and what else is built.</p></div>",
        "</div><div><h3>Further stories</h3><p>Harbour</p><p>The harbour has a new hall since last week.</p>",
    ],
)
async def test_notes_and_forms_below_a_heading_of_comments_leave_none(below):
    assert await thread(page(f"<div><h3>Comments</h3>{below}</div>")) == ([], [])


async def test_the_known_name_of_a_field_is_no_part_of_the_text_where_there_are_two():
    def row(number, name, text):
        return f"<b>Name:</b> {name}<br><b>Date:</b> May 1{number}, 2019<br><b>Comment:</b> {text}<br><hr>"

    assert await thread(page("<h2>Guestbook</h2><hr>" + rows(row, 2) + FORM)) == whole(2)


async def test_a_name_before_a_colon_is_one_though_both_comments_are_by_the_same():
    def row(number, name, text):
        return f'<div class="comment"><b>Ann:</b> {text} <i>2019-05-1{number} 10:00</i></div>'

    found, _ = await thread(page(f'<div id="comments"><h3>Comments</h3>{rows(row, 2)}</div>{FORM}'))
    assert found == [("Ann", SAID[0]), ("Ann", SAID[1])]


async def test_numbers_that_only_a_script_sees_are_no_part_of_a_comment():
    def row(number, name, text):
        unseen = f'<td style="display:none">7{number}</td><td style="display:none">{number % 2}</td>'
        return (
            f'<div style="padding-left: {number % 2 * 40}px"><table><tr>{unseen}<td>{text}</td><td>{name}</td>'
            f"<td>2019-05-1{number}T10:42:07</td></tr></table></div>"
        )

    assert await thread(page(f"<div>Comments</div>{rows(row)}{FORM}")) == whole()


async def test_what_a_script_shows_of_a_text_is_a_part_of_it():
    def row(number, name, text):
        rest = f'<span style="display:none">and {text} <b>19</b></span>'
        return f'<div class="comment"><b>{name}</b> <i>2019-05-1{number} 10:42</i><p>{text} {rest}</p></div>'

    found, _ = await thread(page(f'<div id="comments"><h3>Comments</h3>{rows(row)}</div>{FORM}'))
    assert [text for _, text in found] == [f"{text} and {text} 19" for text in SAID]


@pytest.mark.parametrize("floor", ["第{}楼", "{}樓"])
async def test_the_number_of_a_floor_is_nobodys_name(floor):
    def row(number, name, text):
        return (
            f'<li class="cell media"><a href="javascript:;"><p class="comment-title"><span>{floor.format(number + 1)}</span> <span>发表时间：2021-04-0{number + 3} 14:18:00</span> '
            f'<span class="pull-right">{name}</span></p><img src="/{number}.png"><div class="body"><p class="comment-content">{text}</p></div></a></li>'
        )

    assert await thread(page(f"<h4>发表评论</h4><textarea></textarea><ul>{rows(row, 2)}</ul>", lang="zh")) == whole(2)


@pytest.mark.parametrize("heading", ["Creator", "Author"])
async def test_who_stands_in_the_column_of_authors_is_one(heading):
    def row(number, name, text):
        return f"<tr><td>General</td><td>{text}</td><td>{name}</td><td>2016-08-1{number} 12:47:00</td></tr>"

    head = f"<tr><th>Type</th><th>Comment</th><th>{heading}</th><th>Date</th></tr>"
    table = f"<table><thead>{head}</thead><tbody>{rows(row, 2)}</tbody></table>"
    assert await thread(page(f"<h3>User Comments</h3>{table}{FORM}")) == whole(2)


async def test_a_column_of_the_same_place_below_another_heading_names_nobody():
    def row(number, name, text):
        return f"<tr><td>{name}</td><td>{text}</td><td>Bridge</td><td>2016-08-1{number} 12:47:00</td></tr>"

    head = "<tr><th>Author</th><th>Comment</th><th>Page</th><th>Date</th></tr>"
    found, _ = await thread(page(f"<h3>Comments</h3><table><thead>{head}</thead><tbody>{rows(row, 3)}</tbody></table>{FORM}"))
    assert found == whole(3)[0]


async def test_a_question_in_the_last_paragraph_of_a_comment_is_nobodys_name():
    comment = (
        '<li class="comment_info"><div class="d-flex"><div class="user"><span data-letters="AN"></span></div><div class="comment_content"><div class="d-lg-flex">'
        f'<div class="meta_data"><h6>Ann</h6><div class="comment-time">08.06.2013 16:32</div></div></div><p>{SAID[0]}</p><p>Where do the cars park?</p></div></div></li>'
    )
    section = f'<div class="comment-area"><h5>(1) Comment</h5><ul class="comment_list">{comment}</ul><form><textarea></textarea></form></div>'
    assert await thread(page(section)) == ([("Ann", f"{SAID[0]}\n\nWhere do the cars park?")], ["complete"])


async def test_a_name_in_the_paragraph_behind_a_text_is_one():
    def row(number, name, text):
        return f'<div class="comment"><p>{text}</p><p>{name} Marie Louise Brown</p><p>2019-05-1{number} 10:42</p></div>'

    found, _ = await thread(page(f'<div id="comments"><h3>Comments</h3>{rows(row)}</div>{FORM}'))
    assert found == [(f"{name} Marie Louise Brown", text) for name, text in whole()[0]]


@pytest.mark.parametrize("behind", ["<h3>Your comment</h3><form><textarea></textarea></form>", "<h5>Comment on it</h5><p><textarea></textarea></p>"])
async def test_the_heading_of_the_form_is_no_part_of_the_comment_before_it(behind):
    comment = f"<h4>Ann - 2016-01-06 09:34:00 UTC</h4><p>{SAID[0]}</p>"
    assert await thread(page(f"<p>{SAID[2]} {SAID[3]}</p><h3>Comments</h3>{comment}{behind}")) == whole(1)


async def test_a_heading_in_a_comment_is_a_part_of_it():
    def row(number, name, text):
        return f"<h5>{name} - 2016-01-0{number + 1} 09:34:00 UTC</h5><h3>Part {number}</h3><p>{text}</p>"

    for count in (1, 4):
        found, _ = await thread(page(f"<p>{SAID[2]} {SAID[3]}</p><h2>Comments</h2>{rows(row, count)}{FORM}"))
        assert [(name, text in said) for (name, said), text in zip(found, SAID, strict=False)] == [(name, True) for name in NAMES[:count]]


async def test_what_is_named_as_comments_is_looked_at_however_little_it_counts():
    section = f'<section id="comments"><article id="comments:51699"><h1>Ann</h1><p>{SAID[0]}</p></article></section>'
    assert await thread(page(section)) == ([], ["unknown"])


@pytest.mark.parametrize("name", ["comment-policy", "comment-form-box", "comment"])
async def test_what_is_named_as_a_comment_and_is_nobodys_leaves_no_doubt(name):
    box = f'<div class="comments"><div class="{name}"><b>Rules</b><p>{SAID[0]}</p></div><form><input></form></div>'
    assert await thread(page(box)) == ([], [])


async def test_the_month_in_which_a_member_registered_is_no_name():
    def row(number, name, text):
        since = f"Reg: {('Feb', 'Mar', 'Apr', 'May')[number]} 2009"
        about = f"<a class='name dropdown-toggle' href='/u{number}'>{name}</a><div class='title'>Member</div><div class='user-info'>{since}<br>Posts: 4{number}</div>"
        return f"<div class='post' id='post{number + 71}'><div class='heading'>2017-01-1{number}, 21:12</div><div class='user'>{about}</div><div class='message'>{text}</div></div>"

    assert await thread(page(f"<div id='posts'>{rows(row)}</div>")) == whole()


async def test_a_year_may_be_a_part_of_a_name_behind_its_label():
    def row(number, name, text):
        return f"<p><strong>Author: {name} 198{number}</strong><br>Date: 1{number}.05.2019 10:42</p><p>{text}</p><hr>"

    found, _ = await thread(page("<h2>Comments</h2>" + rows(row) + FORM))
    assert [name for name, _ in found] == [f"{name} 198{number}" for number, name in enumerate(NAMES)]


async def test_a_link_to_a_profile_may_be_named_as_a_picture():
    def row(number, name, text):
        byline = f'<p class="heading"><span class="subheading"><a href="/members/{name}" class="avatar">{name}</a></span><span class="actions"> <a href="/report/{number}">+{number} votes</a> <a href="#" class="reply">reply</a> <a href="#" class="report">report</a></span><span class="date"> - <time datetime="2017-06-01">Jun 1 2017</time></span></p>'
        return f'<div class="row rowcontent comment" id="c{number + 71}"><a href="/members/{name}" class="image"><img src="/{number}.jpg"></a><div class="content">{byline}<div class="comment">{text}</div></div></div>'

    assert await thread(page(f'<div class="box"><h2>Comments</h2><div class="table">{rows(row, 1)}</div></div>{FORM}')) == whole(1)


def answering(number, name, text):
    said = f'@<a class="showProfile" href="/people/x/">{NAMES[number - 1]}</a>: {text}' if number else text
    author = f'<a class="c-1 showProfile" href="/people/{number}/"><b>{name}</b></a>'
    return f'<li><div class="dC" data-id="{number + 71}"><div class="author">{author}<a href="#{number + 71}"><time datetime="2017-03-1{number}T18:34:07+02:00">1{number}.03.2017</time></a></div><div class="text"><p>{said}</p></div></div></li>'


async def test_a_link_that_begins_a_text_names_nobody_who_wrote():
    found, verdicts = await thread(page(f'<h3>Comments (4)</h3><ul class="stream">{rows(answering)}</ul>'))
    assert found == [(name, f"{to}{text}") for to, (name, text) in zip(("", "@Ann: ", "@Ben: ", "@Cyd: "), whole()[0], strict=True)]
    assert verdicts == ["complete"]


async def test_a_name_behind_an_at_sign_may_be_that_of_who_wrote():
    def row(number, name, text):
        return f'<div class="comment" id="c{number + 71}"><p>@<a href="/user/{name}">{name}</a> <time datetime="2017-03-1{number}T18:34:07+02:00">1{number}.03.</time></p><div>{text}</div></div>'

    assert await thread(page(f"<h2>Comments</h2>{rows(row)}")) == whole()


async def test_what_ends_a_line_before_a_name_is_no_name():
    def box(number, inner=""):
        byline = f'<p class="CommentPoster">Posted Nov 1{number}, 2021 13:09 UTC (Fri) by <b>{NAMES[number]}</b> (<b>subscriber</b>, #11780{number}) <a href="/Articles/5890{number}/">[Link]</a> (Reply)</p>'
        said = f'<div class="FormattedComment"><p>{SAID[number]}</p></div><p><form action="/{number}/comment" method="post"><input type="submit" value="Reply to this comment"></form></p>'
        return f'<p><a name="CommAnchor5890{number}"></a><details class="CommentBox" open><summary><h3 class="CommentTitle">{SAID[number][:16]}</h3>{byline}</summary>{said}{inner}</details>'

    form = '<form action="/login"><a href="/login">Log in</a> to post comments</form>'
    assert await thread(page(form + box(0))) == whole(1)
    answer = f'<div class="CommentReplies">{box(1)}</div>'
    assert await thread(page(form + box(0, answer) + box(2))) == whole(3)


async def test_a_name_may_end_as_what_stands_before_a_name():
    def row(number, name, text):
        return f'<div class="comment" id="c{number + 71}"><p>1{number}.05.2019 10:42 {name} Stand By</p><div>{text}</div></div>'

    found, _ = await thread(page(f"<h2>Comments</h2>{rows(row)}"))
    assert [name for name, _ in found] == [f"{name} Stand By" for name in NAMES]


async def test_who_edited_a_comment_is_no_part_of_its_text():
    def row(number, name, text):
        return f'<div class="reactie" id="r_{number + 71}"><a href="/user/{name}">{name}</a> <time datetime="2020-02-1{number}T18:40">1{number} februari 2020 18:40</time><div class="content"><p>{text}</p><p>[Reactie gewijzigd door <a href="/user/{name}">{name}</a> op 1{number} februari 2020 18:45]</p></div></div>'

    assert await thread(page(f"<h2>Reacties</h2>{rows(row)}", lang="nl")) == whole()


@pytest.mark.parametrize(("shown", "name"), [("{} &lt;{}1&gt;", "{}"), ("{} &lt;3", "{} <3"), ("{} &lt;{} Moor&gt;", "{} <{} Moor")])
async def test_an_account_in_angle_brackets_behind_a_name_is_no_part_of_it(shown, name):
    def row(number, who, text):
        return f'<tr class="item" id="comment{number + 1}"><td><a href="#comment{number + 1}">1{number} Dec 2013 07:09:36 PM UTC, <b>comment #{number + 1}: </b></a><p>{text}</p></td><td><a href="/users/{who}">{shown.format(who, who)}</a></td></tr>'

    found, _ = await thread(page(f"<h3>Discussion</h3><table>{rows(row)}</table>"))
    assert [who for who, _ in found] == [name.format(each, each) for each in NAMES]
