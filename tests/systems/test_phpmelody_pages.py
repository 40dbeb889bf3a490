"""PHP Melody's further comment pages: each once, gaps never silent, twins and lists that move kept apart."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from kit import answering
from phpmelody_kit import AJAX, VID, Installation, Said, counted, html, listing, page, pager, read_one, several, truth
from scrapy import Request
from scrapy.http import HtmlResponse, Response

from crawler.keys import content_digest
from crawler.systems.reading import Limits


async def test_pinned_comment_listed_on_a_later_page_is_one_comment() -> None:
    said = several(7)
    site = Installation(said, 3, pinned=said[5])
    comments, ledger = await read_one(page(site.show(1)), site)
    assert counted(comments) == truth(said)
    assert [c.author_name for c in comments if c.is_pinned] == ["author 5"]
    assert (ledger.verdict, ledger.requests) == ("complete", 2)


async def test_every_page_of_the_pager_is_asked_for_once_on_the_pages_own_host() -> None:
    site = Installation(several(8), 3)
    comments, ledger = await read_one(page(site.show(1)), site)
    assert site.asked == [AJAX.format(2), AJAX.format(3)]
    assert counted(comments) == truth(several(8))
    assert (ledger.verdict, ledger.orders_walked) == ("complete", ["html", "ajax:page"])


async def test_twins_on_both_sides_of_an_edge_are_two_comments_when_the_list_stood_still() -> None:
    said = several(6)
    said[3] = said[2]
    site = Installation(said, 3)
    comments, ledger = await read_one(page(site.show(1)), site)
    assert counted(comments) == truth(said)
    assert site.asked[-1] == AJAX.format(1)
    assert ledger.verdict == "complete"


async def test_comment_pushed_to_the_next_page_by_a_newcomer_is_counted_once() -> None:
    said, late = several(6), Said("late", "I am new here", -5)
    site = Installation(list(said), 3, before_request={1: [("add", 0, late)]})
    comments, ledger = await read_one(page(site.show(1), heading="Comments (6)"), site)
    assert counted(comments) == truth([*said, late])
    assert (ledger.verdict, ledger.expected) == ("complete", 7)


async def test_comment_removed_while_the_list_is_read_ends_in_partial() -> None:
    site = Installation(several(4), 3, before_request={1: [("delete", 0, None)]})
    comments, ledger = await read_one(page(site.show(1)), site)
    assert ledger.verdict == "partial"
    assert counted(comments) == truth(several(4)), "what moved up to page 1 is found there"


async def test_comment_that_a_removed_one_drew_to_a_page_that_had_been_read_is_looked_for() -> None:
    said, late = several(9), Said("late", "I am the last", 20)
    site = Installation(list(said), 3, before_request={1: [("delete", 1, None), ("add", 8, late)]})
    present = [content_digest(one.author, one.text) for one in said]
    comments, ledger = await read_one(page(site.show(1)), site, present=present)
    assert counted(comments) == truth([*said, late]), "of both moments"
    assert site.asked == [*map(AJAX.format, (2, 3, 1))], "the page that had been read once more, and none behind it"
    assert ledger.verdict == "complete"


async def test_paging_in_a_circle_ends_in_partial() -> None:
    text = listing(several(3), paging=pager(1, 4))
    web = answering({AJAX.format(n): html(text) for n in range(1, 5)})
    comments, ledger = await read_one(page(text), web)
    assert (len(comments), ledger.stop_reason, ledger.verdict) == (3, "cursor_loop", "partial")
    assert web.asked == [AJAX.format(2)]


async def test_pages_that_only_shuffle_known_comments_end_in_partial() -> None:
    said = several(4)
    orders = {n: [*said[n:], *said[:n]] for n in range(1, 9)}
    web = answering({AJAX.format(n): html(listing(order, paging=pager(n, 9))) for n, order in orders.items()})
    _, ledger = await read_one(page(listing(said, paging=pager(1, 9))), web)
    assert (ledger.stop_reason, ledger.verdict, ledger.captured, ledger.requests) == ("cursor_loop", "partial", 4, 2)


async def test_failed_page_is_a_gap_and_the_next_ones_are_still_read() -> None:
    site = Installation(several(8), 3)
    pages = {AJAX.format(2): html("oops", 500), AJAX.format(3): html(site.show(3))}
    comments, ledger = await read_one(page(site.show(1)), pages)
    assert (len(comments), ledger.verdict, ledger.stop_reason) == (5, "partial", "error")
    assert ledger.gaps is not None
    assert "status 500" in ledger.gaps[0]["reason"]


async def test_server_that_keeps_failing_is_left_alone() -> None:
    web = answering({}, otherwise=html("oops", 500))
    _, ledger = await read_one(page(listing(several(2), paging=pager(1, 50))), web)
    assert (len(web.asked), ledger.verdict) == (3, "partial")


async def test_refusal_ends_the_walk_at_once() -> None:
    web = answering({}, otherwise=html("no", 403))
    _, ledger = await read_one(page(listing(several(2), paging=pager(1, 50))), web)
    assert (len(web.asked), ledger.stop_reason, ledger.verdict) == (1, "blocked", "partial")


async def test_answer_without_a_list_is_an_error_not_an_end() -> None:
    web = answering({AJAX.format(2): html("<html><body>Please enable cookies</body></html>")})
    _, ledger = await read_one(page(listing(several(2), paging=pager(1, 2))), web)
    assert (ledger.stop_reason, ledger.verdict) == ("error", "partial")
    assert "shape changed" in (ledger.stop_detail or "")


async def test_promised_page_that_is_empty_is_a_gap() -> None:
    first = listing(several(3), paging=pager(1, 2))
    web = answering({AJAX.format(2): html(listing([])), AJAX.format(1): html(first)})
    _, ledger = await read_one(page(first), web)
    assert ledger.verdict == "partial"
    assert ledger.gaps is not None
    assert "page 2 of 2 is empty" in ledger.gaps[0]["reason"]


async def test_short_page_in_the_middle_is_a_gap() -> None:
    said = several(8)
    pages = {2: listing(said[3:5], paging=pager(2, 3)), 3: listing(said[6:], paging=pager(3, 3))}
    web = {AJAX.format(n): html(text) for n, text in pages.items()}
    _, ledger = await read_one(page(listing(said[:3], paging=pager(1, 3))), web)
    assert ledger.verdict == "partial"


async def test_load_more_button_is_followed_until_nothing_comes() -> None:
    said = several(7)
    button = '<a href="#" class="btn">Load more comments</a>'
    pages = {2: listing(said[3:6]) + button, 3: listing(said[6:]), 4: listing([])}
    web = answering({AJAX.format(n): html(text) for n, text in pages.items()})
    comments, ledger = await read_one(page(listing(said[:3]) + button), web)
    assert (len(comments), ledger.verdict) == (7, "complete")
    assert len(web.asked) == 3


async def test_endless_pager_stops_at_the_cap() -> None:
    async def endless(request: Request) -> Response:
        number = int(request.url.split("page=")[1].split("&")[0])
        text = listing([Said("bot", f"{number}-{n}", n) for n in range(2)])
        more = f"<a onclick=\"do=show_comments&amp;page={number + 1}&amp;vid={VID}\">next</a>"
        return HtmlResponse(request.url, body=(text + more).encode(), encoding="utf-8", request=request)

    _, ledger = await read_one(page(listing(several(2), paging=pager(1, 2))), endless, limits=Limits(max_requests=20))
    assert (ledger.requests, ledger.stop_reason, ledger.verdict) == (20, "cap", "partial")


async def test_further_pages_without_an_id_are_a_gap() -> None:
    call = '<a onclick="do=show_comments&amp;page=2&amp;vid=?">2</a><button>Load more comments</button>'
    text = f'<html><div class="pm-comments">{listing(several(2))}{call}</div></html>'
    _, ledger = await read_one(text, url="https://www.example.com/x.html")
    assert (ledger.verdict, ledger.native_id) == ("partial", None)


async def test_first_page_may_lack_the_pinned_comment_alone_when_sorted_by_score() -> None:
    said = several(6)
    web = answering({AJAX.format(2): html(listing(said[3:], pinned=said[0], paging=pager(2, 2)))})
    comments, ledger = await read_one(page(listing(said[1:3], pinned=said[0], paging=pager(1, 2))), web)
    assert counted(comments) == truth(said)
    assert ledger.verdict == "complete"


async def test_first_page_that_is_shorter_than_the_next_is_a_gap() -> None:
    said = several(6)
    web = answering({AJAX.format(2): html(listing(said[3:], paging=pager(2, 2)))})
    _, ledger = await read_one(page(listing(said[:1], paging=pager(1, 2))), web)
    assert ledger.verdict == "partial"


async def test_twins_on_two_pages_of_a_list_by_score_are_a_gap_because_nothing_tells_them_apart() -> None:
    said = [Said("a", "one", 9), Said("b", "two", 1), Said("c", "three", 5)]
    said.insert(2, said[1])
    site = Installation(said, 2)
    comments, ledger = await read_one(page(site.show(1)), site)
    assert (len(comments), ledger.verdict) == (3, "partial")


async def test_repeated_last_page_is_the_end_behind_a_load_more_button() -> None:
    said = several(5)
    button = '<a href="#" class="btn">Load more comments</a>'
    pages = {n: listing(said[3:]) + button for n in (2, 3, 4)}
    web = answering({AJAX.format(n): html(text) for n, text in pages.items()})
    comments, ledger = await read_one(page(listing(said[:3]) + button), web)
    assert (len(comments), ledger.verdict, len(web.asked)) == (5, "complete", 2)


# -- any list ---------------------------------------------------------------------------------------

LISTS = st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("xy"), st.integers(0, 6)), max_size=24).map(
    lambda rows: [Said(author, text, minute) for author, text, minute in sorted(rows, key=lambda row: row[2])]
)


@settings(max_examples=60)
@given(said=LISTS, per_page=st.integers(1, 7), pin=st.integers(0, 30))
async def test_a_list_that_stands_still_is_read_exactly(said: list[Said], per_page: int, pin: int) -> None:
    site = Installation(said, per_page, pinned=said[pin] if pin < len(said) else None)
    text = page(site.show(1), heading=f"Comments ({len(said)})")
    comments, ledger = await read_one(text, site)
    if ledger.stop_reason == "cursor_loop":
        assert ledger.verdict == "partial", "pages of nothing but twins look like a circle"
    else:
        assert counted(comments) == truth(said)
        assert ledger.verdict == ("complete" if said else "none")


@settings(max_examples=60)
@given(count=st.integers(1, 20), per_page=st.integers(2, 6), when=st.lists(st.integers(1, 5), max_size=4))
async def test_newcomers_neither_double_nor_hide_a_comment(count: int, per_page: int, when: list[int]) -> None:
    said = several(count)
    changes: dict[int, list[tuple[str, int, Said | None]]] = {}
    for number, request in enumerate(when):
        changes.setdefault(request, []).append(("add", 0, Said("late", f"new {number}", -1 - number)))
    site = Installation(list(said), per_page, before_request=changes)
    comments, ledger = await read_one(page(site.show(1)), site)
    found = counted(comments)
    assert max(found.values()) == 1
    assert ledger.verdict != "complete" or not truth(said) - found
