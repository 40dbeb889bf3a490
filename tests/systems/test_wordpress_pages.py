"""WordPress: every comment page once, from whichever end it is shown, and no page silently missing."""

from __future__ import annotations

from typing import Final

import pytest
from kit import Web, answering, read
from wordpress_site import POST, TOTAL_URL, Row, comment_page_url, facts_url, html_answer, page, rest_answer

from crawler.systems.reading import Limits
from crawler.systems.wordpress import WordPress

SYSTEM = WordPress()
ROWS = [Row(number, f"Author {number}", f"<p>Comment {number}</p>") for number in range(1, 8)]


def newest_first(heading: str | None = "7 comments") -> tuple[str, dict[str, str]]:
    """Three pages; the post's own address shows the last one and links the one before."""
    pages: dict[str, str] = {}
    for number, rows in ((1, ROWS[:3]), (2, ROWS[3:6])):
        older = f'<a href="{comment_page_url(number - 1)}#comments">Older</a>' if number > 1 else ""
        newer = f'<a href="{comment_page_url(number + 1) if number < 2 else POST}#comments">Newer</a>'
        pages[comment_page_url(number)] = page(
            rows, heading=heading, link=comment_page_url(number), navigation=f"<nav>{older}{newer}</nav>"
        )
    first = page(
        ROWS[6:],
        heading=heading,
        link=comment_page_url(3),
        navigation=f'<nav class="comment-navigation"><a href="{comment_page_url(2)}#comments">Older</a></nav>',
    )
    return first, pages


async def thread_of(first: str, pages: dict[str, str], url: str = POST, **options):
    answers = {address: html_answer(html) for address, html in pages.items()} | options.pop("extra", {})
    web = answering(answers, options.pop("otherwise", None))
    ((_, comments, thread),) = await read(SYSTEM, first, url, web, **options)
    return comments, thread, web


async def test_a_site_that_shows_its_last_page_first_is_read_to_its_first():
    comments, thread, web = await thread_of(*newest_first())
    assert {c.native_id for c in comments} == {"1", "2", "3", "4", "5", "6", "7"}
    assert web.asked == [comment_page_url(1), comment_page_url(2)]
    assert (thread.expected, thread.captured, thread.verdict) == (7, 7, "complete")


def moving(*, lasts: bool) -> tuple[str, Web]:
    """Three pages, the first one first; right after it came a comment goes and another one comes.

    :param lasts: whether the comment that moves to the first page by that is there when that page is asked for again
    """
    rows = [Row(number, f"Author {number}", f"<p>Comment {number}</p>") for number in range(1, 9)]

    def shown(number: int, listed: list[Row]) -> str:
        others = "".join(f'<a href="{comment_page_url(other)}#comments">{word}</a>' for other, word in ((number - 1, "Older"), (number + 1, "Newer")) if 1 < other < 4)
        return page(listed, heading="7 comments", link=comment_page_url(number), navigation=f"<nav>{others}</nav>")

    later = [row for row in rows if row.id != 2 and (lasts or row.id != 4)]
    answers = {comment_page_url(2): shown(2, rows[4:7]), comment_page_url(3): shown(3, rows[7:]), POST: shown(1, later[:3])}
    return shown(1, rows[:3]), answering({address: html_answer(html) for address, html in answers.items()})


async def test_before_a_comment_that_was_there_is_called_removed_the_pages_are_read_again():
    known = [str(number) for number in range(1, 8)]
    first, web = moving(lasts=True)
    ((_, comments, thread),) = await read(SYSTEM, first, POST, web, present=known)
    assert {c.native_id for c in comments} == {"1", "2", "3", "4", "5", "6", "7", "8"}, "4 moved to a page that had been read"
    assert web.asked == [comment_page_url(2), comment_page_url(3), POST], "and no more once it was met"
    first, web = moving(lasts=False)
    ((_, comments, thread),) = await read(SYSTEM, first, POST, web, present=known)
    assert {c.native_id for c in comments} == {"1", "2", "3", "5", "6", "7", "8"}
    assert web.asked == [comment_page_url(2), comment_page_url(3), POST, comment_page_url(2), comment_page_url(3)]
    assert thread.verdict == "complete", "it went while nobody looked"


@pytest.mark.parametrize("end", ["<style>.a {} .b", '<script src="a.js"></script>', "</head>"])
async def test_a_comment_page_that_breaks_off_in_its_head_is_a_gap_though_the_api_gave_all_comments(end):
    # A pingback stood there, which the API does not list: it would pass for removed.
    cut = page([]).partition("</head>")[0] + end
    first, rows = page(ROWS, rest=True, navigation=f'<a class="next" href="{comment_page_url(2)}#comments">2</a>'), ROWS
    extra = {facts_url(1): rest_answer(rows, total=len(rows))}
    comments, thread, _ = await thread_of(first, {comment_page_url(2): cut}, extra=extra)
    assert (len(comments), thread.verdict) == (7, "partial")
    assert f"{comment_page_url(2)} breaks off" in thread.gaps[0]["reason"]


@pytest.mark.parametrize(("last", "verdict"), [("5 comments", "partial"), ("4 comments", "complete"), ("3 comments", "complete")])
async def test_a_thread_that_grew_while_it_was_read_is_whole_where_so_many_came_as_the_last_page_counts(last, verdict):
    # A pingback moved to a page that had been read, or there was none.
    more = f'<a class="next" href="{comment_page_url(2)}#comments">2</a>'
    first = page(ROWS[:2], rest=True, heading="3 comments", navigation=more)
    later = page([ROWS[2], ROWS[4]], rest=True, heading=last)
    extra = {facts_url(1): rest_answer(ROWS[:3], total=3), TOTAL_URL: rest_answer(ROWS[:1], total=4)}
    comments, thread, _ = await thread_of(first, {comment_page_url(2): later}, extra=extra)
    assert (len(comments), thread.verdict) == (4, verdict)


async def test_before_a_pingback_is_called_removed_the_pages_are_read_again_though_the_api_is_whole():
    rows = [Row(number, kind="comment" if number < 4 else "pingback", url=f"https://example.net/{number}") for number in range(1, 5)]

    def shown(*listed: Row) -> str:
        return page(list(listed), rest=True, navigation=f'<a class="next" href="{comment_page_url(2)}#comments">2</a>')

    answers = {comment_page_url(2): html_answer(shown(rows[2])), POST: html_answer(shown(rows[1], rows[3]))}
    web = answering({facts_url(1): rest_answer(rows[:3], total=3), **answers})
    known = {str(row.id): row.kind for row in rows}
    ((_, comments, thread),) = await read(SYSTEM, shown(rows[0], rows[1]), POST, web, present=known)
    assert {c.native_id for c in comments} == {"1", "2", "3", "4"}, "4 moved to a page that had been read"
    assert (web.asked[-1], thread.verdict) == (POST, "complete")
    web = answering({facts_url(1): rest_answer(rows[:2], total=2), **answers, comment_page_url(2): html_answer(shown(rows[3]))})
    await read(SYSTEM, shown(rows[0], rows[1]), POST, web, present=known)
    assert POST not in web.asked, "of a comment that went, the API's word is enough"


async def test_pages_are_read_once_where_all_that_was_there_was_met():
    first, web = moving(lasts=True)
    await read(SYSTEM, first, POST, web, present=["1", "3", "5"])
    assert web.asked == [comment_page_url(2), comment_page_url(3)]


async def test_a_site_that_shows_its_first_page_first_is_read_to_its_last():
    def navigation(number: int) -> str:
        return f'<nav><a href="{comment_page_url(number)}#comments">Newer</a></nav>'

    first = page(ROWS[:3], heading="7 comments", navigation=navigation(2))
    pages = {
        comment_page_url(2): page(ROWS[3:6], link=comment_page_url(2), navigation=navigation(3)),
        comment_page_url(3): page(ROWS[6:], link=comment_page_url(3)),
    }
    comments, thread, web = await thread_of(first, pages)
    assert [c.native_id for c in comments] == ["1", "2", "3", "4", "5", "6", "7"]
    assert web.asked == [comment_page_url(2), comment_page_url(3)]
    assert thread.verdict == "complete"


async def test_a_thread_that_shrinks_while_its_pages_are_read_is_not_called_whole_though_the_count_agrees():
    """2 goes after page 1 was read, so that 4 moves up to it and is shown nowhere; 8 comes before the last page is."""
    link = '<nav class="comment-navigation"><a href="{}#comments">Newer</a></nav>'
    first = page(ROWS[:3], heading="7 comments", navigation=link.format(comment_page_url(2)))
    second = page(ROWS[4:7], heading="6 comments", link=comment_page_url(2), navigation=link.format(comment_page_url(3)))
    third = page([Row(8, "Author 8")], heading="7 comments", link=comment_page_url(3))
    _, thread, _ = await thread_of(first, {comment_page_url(2): second, comment_page_url(3): third})
    assert (thread.expected, thread.captured, thread.verdict) == (7, 7, "partial")


async def test_a_thread_that_only_grows_while_its_pages_are_read_is_whole():
    link = '<nav class="comment-navigation"><a href="{}#comments">Newer</a></nav>'
    first = page(ROWS[:4], heading="6 comments", navigation=link.format(comment_page_url(2)))
    second = page(ROWS[4:6], heading="7 comments", link=comment_page_url(2))
    _, thread, _ = await thread_of(first, {comment_page_url(2): second})
    assert (thread.captured, thread.verdict) == (6, "complete")


async def test_a_comment_that_arrives_and_is_read_while_the_pages_are_is_counted_by_the_later_ones():
    link = '<nav class="comment-navigation"><a href="{}#comments">Newer</a></nav>'
    first = page(ROWS[:4], heading="6 comments", navigation=link.format(comment_page_url(2)))
    second = page(ROWS[4:7], heading="7 comments", link=comment_page_url(2))
    _, thread, _ = await thread_of(first, {comment_page_url(2): second})
    assert (thread.expected, thread.captured, thread.verdict, thread.gaps) == (7, 7, "complete", None)


async def test_plain_permalinks_number_their_comment_pages_in_the_query():
    url = "https://video.example.org/?p=14"
    first = page(ROWS[:3], link=url, navigation=f'<a rel="next" href="{url}&amp;cpage=2#comments">Newer</a>')
    comments, _, web = await thread_of(first, {f"{url}&cpage=2": page(ROWS[3:], link=f"{url}&cpage=2")}, url)
    assert (len(comments), web.asked) == (7, [f"{url}&cpage=2"])


@pytest.mark.parametrize("status", [404, 500, 503])
async def test_a_comment_page_that_fails_makes_the_thread_partial_and_the_others_are_read(status):
    first, pages = newest_first(heading=None)
    broken = {comment_page_url(2): (status, {}, b"")}
    comments, thread, _ = await thread_of(first, pages, extra=broken)
    assert [c.native_id for c in comments] == ["7", "1", "2", "3"]
    assert thread.verdict == "partial"
    assert thread.gaps is not None
    assert comment_page_url(2) in thread.gaps[0]["reason"]


async def test_links_to_pages_that_never_end_are_left_after_three_without_a_new_comment():
    def web(number: int) -> str:
        return page(ROWS, link=POST, navigation=f'<a href="{comment_page_url(number + 1)}">Newer</a>')

    comments, thread, asked = await thread_of(web(1), {comment_page_url(n): web(n) for n in range(2, 50)})
    assert len(comments) == 7
    assert len(asked.asked) == 3
    assert thread.verdict == "partial"


async def test_a_comment_page_of_another_post_is_not_this_thread():
    first, pages = newest_first()
    other = page([Row(99)], heading="7 comments").replace("postid-14", "postid-15").replace('value="14"', 'value="15"')
    comments, thread, _ = await thread_of(first, pages | {comment_page_url(1): other})
    assert "99" not in {c.native_id for c in comments}
    assert thread.verdict == "partial"


async def test_traps_and_links_that_people_write_are_never_followed():
    body = f'<p><a href="{comment_page_url(900)}">see</a> <a href="{POST}comment-page-800/#comment-3">and</a></p>'
    links = f'<a href="{comment_page_url(5)}?replytocom=4#respond">x</a><a href="{comment_page_url(6)}?share=facebook">x</a>'
    elsewhere = '<a href="https://video.example.org/other/comment-page-2/#comments">x</a><a href="https://evil.example.com/comment-page-2/">'
    _, thread, web = await thread_of(page([Row(1, body=body)], navigation=links + elsewhere), {})
    assert web.asked == []
    assert thread.requests == 0


async def test_the_canonical_address_counts_as_the_same_post():
    first, pages = newest_first()
    head = f'<link rel="canonical" href="{comment_page_url(3)}#comments">'
    comments, thread, _ = await thread_of(first.replace("</head>", f"{head}</head>"), pages, "https://video.example.org/?p=14")
    assert (len(comments), thread.verdict) == (7, "complete")


async def test_the_caps_on_requests_and_comments_end_in_partial():
    first, pages = newest_first()
    _, thread, _ = await thread_of(first, pages, limits=Limits(max_requests=1))
    assert (thread.stop_reason, thread.verdict) == ("cap", "partial")
    _, thread, _ = await thread_of(first, pages, limits=Limits(max_comments=4))
    assert (thread.stop_reason, thread.verdict) == ("cap", "partial")


@pytest.mark.parametrize(
    ("heading", "expected", "verdict"),
    [
        ("7 comments", 7, "complete"),
        ("7 thoughts on “10 hacks of 2021”", 7, "complete"),
        ("9 comments", 9, "partial"),
        ("One thought on “Hack”", 1, "partial"),
        ("Comments", None, "complete"),
    ],
)
async def test_the_heading_says_how_many_there_should_be(heading, expected, verdict):
    _, thread, _ = await thread_of(page(ROWS, heading=heading), {})
    assert (thread.expected, thread.verdict) == (expected, verdict)


PINGED = [*ROWS, *(Row(number, kind="pingback", url="https://other.example.net/") for number in (8, 9))]
"""Seven comments and two pingbacks."""


@pytest.mark.parametrize(
    ("stated", "scope", "verdict"),
    [(7, "comments", "complete"), (8, None, "complete"), (9, "all", "complete"), (6, "all", "partial"), (10, "all", "partial")],
)
async def test_a_count_is_met_when_pingbacks_explain_it_and_only_then(stated, scope, verdict):
    _, thread, _ = await thread_of(page(PINGED, heading=f"Comments ({stated})"), {})
    assert (thread.expected, thread.expected_scope, thread.verdict) == (stated, scope, verdict)


def pager(*links: tuple[str, int | None, str]) -> str:
    """Links between comment pages: class around the link, number (None: the thread's own address), words."""
    return "<nav>" + "".join(
        f'<div class="{name}"><a href="{comment_page_url(number) if number else POST}#comments">{words}</a></div>'
        for name, number, words in links
    ) + "</nav>"


@pytest.mark.parametrize(
    ("bare", "first", "asked"),
    [
        ([("nav-previous", 1, "Ältere")], [("nav-next", None, "Neuere")], 1),
        ([("", 1, "« Older Comments")], [("", None, "Newer Comments »")], 1),
        ([("", 1, "←")], [("", None, "→")], 1),
    ],
)
async def test_links_of_comments_without_numbers_do_not_make_the_last_page_the_first(bare, first, asked):
    """Themes may link comments by `get_permalink()` alone."""
    pages = {comment_page_url(1): page(ROWS[:6], navigation=pager(*first))}
    comments, thread, web = await thread_of(page(ROWS[6:], heading="7 comments", navigation=pager(*bare)), pages)
    assert ({c.native_id for c in comments}, thread.verdict) == ({str(n) for n in range(1, 8)}, "complete")
    assert len(web.asked) == asked


async def test_where_nothing_tells_which_page_is_shown_every_number_is_asked_for():
    pages = {
        comment_page_url(1): page(ROWS[:3], navigation=pager(("", 2, "2"), ("", None, "3"))),
        comment_page_url(2): page(ROWS[3:6], navigation=pager(("", 1, "1"), ("", None, "3"))),
    }
    comments, thread, web = await thread_of(page(ROWS[6:], navigation=pager(("", 2, "2"))), pages)
    assert (len(comments), thread.verdict, web.asked) == (7, "complete", [comment_page_url(1), comment_page_url(2)])


async def test_signs_that_differ_are_not_believed():
    """The link is called newer, but leads to page 1: the page can be neither the first nor the last."""
    pages = {comment_page_url(1): page(ROWS[:3])}
    comments, thread, _ = await thread_of(page(ROWS[3:], navigation=pager(("nav-next", 1, "Older"))), pages)
    assert (len(comments), thread.verdict) == (7, "complete")


async def test_a_pager_inside_a_list_that_was_left_unclosed_is_followed():
    first, pages = newest_first(heading=None)
    first = page(ROWS[6:]).replace("</li></ol>", pager(("nav-previous", 2, "Older")))
    comments, thread, _ = await thread_of(first, pages)
    assert (len(comments), thread.verdict) == (7, "complete")


async def test_a_link_between_pages_that_is_not_followed_makes_the_thread_partial():
    away = '<div class="nav-previous"><a href="https://video.example.org/elsewhere/comment-page-1/#comments">Older</a></div>'
    _, thread, web = await thread_of(page(ROWS, navigation=away), {})
    assert (web.asked, thread.verdict) == ([], "partial")
    assert thread.gaps is not None
    assert "/elsewhere/comment-page-1/" in thread.gaps[0]["reason"]


async def test_comments_link_to_the_thread_s_own_address_where_it_was_visited_by_another():
    first, pages = newest_first()
    comments, thread, _ = await thread_of(first, pages, "https://video.example.org/?p=14")
    assert (len(comments), thread.verdict) == (7, "complete")


async def test_a_visit_of_a_numbered_page_reads_the_page_without_number_too():
    first, pages = newest_first()
    middle = pages.pop(comment_page_url(2))
    comments, thread, web = await thread_of(middle, pages | {POST: first}, comment_page_url(2))
    assert (len(comments), thread.verdict, web.asked) == (7, "complete", [POST, comment_page_url(1)])


GONE = {comment_page_url(1): (404, {}, b"")}


@pytest.mark.parametrize(
    ("second", "heading", "verdict"),
    [
        # page 2 leads back to the thread's own address as the older one, so that is page 1
        (pager(("nav-previous", None, "Older")), None, "complete"),
        # no newer page follows page 2, so the thread's own address cannot be the last
        (pager(("nav-previous", 1, "Older")), None, "complete"),
        # as many comments as the page states
        ("", "7 comments", "complete"),
        # page 1 may be missing
        ("", None, "partial"),
        ("", "9 comments", "partial"),
        (pager(("nav-next", None, "Newer")), None, "partial"),
        (pager(("nav-previous", 1, "Older"), ("nav-next", None, "Newer")), None, "partial"),
    ],
)
async def test_a_first_page_that_does_not_exist_is_no_loss_only_where_the_plain_page_proves_to_be_it(second, heading, verdict):
    first = page(ROWS[:3], heading=heading, navigation=pager(("", 2, "2")))
    pages = {comment_page_url(2): page(ROWS[3:], navigation=second)}
    comments, thread, web = await thread_of(first, pages, extra=GONE)
    assert (len(comments), thread.verdict) == (7, verdict)
    assert web.asked == [comment_page_url(1), comment_page_url(2)]


async def test_a_first_page_that_fails_otherwise_is_a_loss():
    first = page(ROWS[:3], heading="7 comments", navigation=pager(("", 2, "2")))
    pages = {comment_page_url(2): page(ROWS[3:])}
    _, thread, _ = await thread_of(first, pages, extra={comment_page_url(1): (500, {}, b"")})
    assert thread.verdict == "partial"


@pytest.mark.parametrize("otherwise", [(404, {}, b""), (500, {}, b""), None])
async def test_after_three_numbers_that_do_not_answer_only_linked_ones_are_asked_for(otherwise):
    first = page(ROWS[:3], navigation=pager(("", 900, "last")))
    _, thread, web = await thread_of(first, {comment_page_url(900): page(ROWS[3:])}, otherwise=otherwise)
    assert web.asked == [comment_page_url(number) for number in (1, 2, 3, 900)]
    assert (thread.captured, thread.verdict) == (7, "partial")


async def test_an_answer_that_never_comes_is_a_gap_and_not_the_end():
    first, _ = newest_first()
    ((_, comments, thread),) = await read(SYSTEM, first, POST, Web({}))
    assert ([c.native_id for c in comments], thread.verdict, thread.stop_reason) == (["7"], "partial", "error")


OTHER: Final = "<!doctype html><html><head><title>Hack</title></head><body><h1>Hack</h1><p>Text of a page.</p></body></html>"
"""A page of the site without any comment list."""


@pytest.mark.parametrize("heading", [None, "7 comments"])
@pytest.mark.parametrize("shown", ["the first page", "no comment"])
async def test_a_linked_comment_page_that_shows_nothing_new_is_a_gap_whether_a_count_is_stated_or_not(shown, heading):
    """A cache that does not know the number, or a redirect to the post: nobody saw what stands there."""
    first = page(ROWS[:3], heading=heading, navigation=pager(("nav-next", 2, "Newer")))
    second = first if shown == "the first page" else OTHER
    comments, thread, _ = await thread_of(first, {comment_page_url(2): second})
    assert (len(comments), thread.verdict) == (3, "partial")
    assert comment_page_url(2) in str(thread.gaps)


async def test_a_comment_page_that_shows_what_the_plain_page_showed_may_be_that_page_once():
    """Nothing tells which number the plain page has: one of those that are asked for shows it again."""
    links = pager(("", 1, "1"), ("", 2, "2"))
    first, older = page(ROWS[3:], navigation=links), page(ROWS[:3], navigation=links)
    comments, thread, _ = await thread_of(first, {comment_page_url(1): older, comment_page_url(2): first})
    assert (len(comments), thread.verdict) == (7, "complete")
    comments, thread, _ = await thread_of(first, {comment_page_url(1): first, comment_page_url(2): first})
    assert (len(comments), thread.verdict) == (4, "partial")


async def test_a_list_that_every_comment_page_shows_whole_is_whole_where_its_count_says_so():
    links = pager(("nav-next", 2, "Newer"))
    _, thread, _ = await thread_of(page(ROWS, heading="7 comments", navigation=links), {comment_page_url(2): page(ROWS)})
    assert (thread.captured, thread.verdict) == (7, "complete")
