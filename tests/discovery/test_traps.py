"""What is never asked for, and what looks like it and is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from crawler.discovery.traps import is_day, is_size, trap, without_session

SITE = "https://forum.example"


def day(days: int, form: str = "%Y%m%d") -> str:
    return (datetime.now(UTC) + timedelta(days=days)).strftime(form)


@pytest.mark.parametrize(
    "address",
    [
        "/cgi-bin/cmd.cgi?cmd_typ=20&host=idle", "/index.php?mode=reply&t=5", "/index.php?act=report&p=7", "/wiki.cgi?c=edit;p=Front",
        "/circle.php?_action=new", "/page?edit", "/page?_delete=1", "/t.php?op=mark-read", "/topic/5?unsubscribe=yes",
        "/posts/12/delete", "/posts/2015/delete", "/posts/12/report", "/node/5/edit", "/comment/reply/12/34", "/delete/5", "/wiki/Page/edit",
        "/user/5/sign-out", "/topic/5-a-story/reply", "/forum/mark-all-read", "/issues/new", "/boards/1/topics/new", "/story/12/pdf", "/api/v1/export/threads/12ab.epub", "/hiki.cgi?c=diff;p=Notes1",
        "/newreply.php?t=5", "/edit_post.php?p=3", "/posting.php?f=2&t=3", "/ticket/create.php", "/delete-comment.cgi?id=1", "/update.rb?conf=theme",
        "/topic/5/vote", "/export.php?id=4", "/ticket/ModifyDates.html?id=3", "/Ticket/Create.html?Queue=1", "/Helpers/Toggle/Bookmark?id=1", "/article.php?id=4&format=pdf", "/article?id=4&output=print", "/newticket", "/new_topic/", "/addcomment",
        "/forum/bridges-2/topic/who-pays-8/post/create/", "/forum/bridges-2/topic/create",
    ],
)  # fmt: skip
def test_an_address_that_acts_is_a_trap(address):
    assert trap(SITE + address) == "an action"


@pytest.mark.parametrize(
    "address",
    [
        "/2024/05/how-to-delete-an-account/", "/how-to-edit.html", "/news/report/", "/report/2024/", "/vote/2024/", "/2024/05/20/vote/",
        "/2021/07/delete/", "/new/", "/videos/new", "/news/report.html", "/quote/acme", "/edit-war-on-the-harbour/", "/delete/the-story-of-a-band/",
        "/story/1234/the-new-report/", "/watch.php?vid=edit12", "/?title=delete", "/t.php?topic=reply-to-all", "/forum.php?mode=list",
        "/view.php?type=new", "/person.php?_action=people", "/?report=12", "/post/12", "/posts/new-ferry/", "/print-shop/", "/subscribe-or-not/",
        "/wiki/Reply_All", "/wiki/Vote", "/match/1234/report", "/games/77/preview", "/videos/12/watch", "/index.php?c=report", "/index.php?m=post&id=4", "/post.php?id=4", "/watch.php?v=1", "/report.php?id=3", "/users/follow-the-money", "/new-user-guide", "/likes/", "/reports.php", "/news/update.html", "/update/4", "/thread.php?id=4", "/newposts", "/new-ticket-office", "/newcomments/", "/create/", "/post/create-a-garden/", "/topics/art/create",
    ],
)  # fmt: skip
def test_a_page_whose_address_holds_such_a_word_is_none(address):
    assert trap(SITE + address) is None


@pytest.mark.parametrize(
    "query",
    [
        "id=1&sortby=owners", "id=1&sortdir=1", "a=1&sorttype=1&sortoption=4", "sort_by=x", "sort-order=desc", "tickets[sort]=id", "ordering=x",
        "tbl_sort=2", "orderby=date", "Order_By=date", "order_direction=asc", "order=3", "sort", "tickets%5Bsort%5D=id",
    ],
)  # fmt: skip
def test_another_order_of_a_list_is_a_trap_whatever_it_is_called(query):
    assert trap(f"{SITE}/list?{query}") == "another order"


@pytest.mark.parametrize("query", ["sortiment=3", "orderid=5", "resort=12", "sorte=apfel", "border=1", "consort=2", "desc=a-story"])
def test_a_parameter_that_only_begins_or_ends_like_an_order_is_none(query):
    assert trap(f"{SITE}/list?{query}") is None


def test_a_way_through_breadcrumbs_is_no_part_of_an_address():
    assert without_session(f"{SITE}/photos.php?album_id=3&_crumb=2") == f"{SITE}/photos.php?album_id=3"
    assert without_session(f"{SITE}/zoph.php?_clear_crumbs=1") == f"{SITE}/zoph.php"


@pytest.mark.parametrize("query", ["title=Special:RecentChanges&hidebots=0", "hide_resolved=1", "tagfilter=bot"])
def test_a_list_without_some_of_its_rows_is_a_trap(query):
    assert trap(f"{SITE}/index.php?{query}") == "a filter"


def test_a_login_that_leads_back_is_a_trap():
    assert trap(f"{SITE}/index.php?title=Special:UserLogin&returnto=Ferry") == "a login"


@pytest.mark.parametrize(
    ("query", "is_another"),
    [("t=new&limit=50", True), ("t=new&days=7&limit=50", True), ("t=new&limit=20&offset=20", False), ("t=new&offset=20", False), ("t=old&limit=50", False)],
)
def test_more_or_less_of_the_list_at_hand_is_not_another_part_of_it(query, is_another):
    assert is_size(f"{SITE}/list?{query}", f"{SITE}/list?t=new") is is_another
    assert not is_size(f"{SITE}/list?t=new&limit=20&offset=20", f"{SITE}/list?t=new&limit=20")


@pytest.mark.parametrize("query", ["date=20121221", "date=2012-12-21", "day=2012/12/21", "year=2012&month=12&day=21", "a=1&date=20121221", "date=20121221-10"])
def test_a_whole_day_may_be_a_page_of_a_diary(query):
    assert trap(f"{SITE}/?{query}") is None
    assert is_day(f"{SITE}/?{query}")


@pytest.mark.parametrize(
    "query",
    [
        "date=201212", "date=2012", "month=12", "year=2012", "year=2012&month=12", "day=2", "cal=1", "date=20121399", "date=2012-02-31", "date=desc",
        f"date={day(9)}", f"from={day(400, '%Y-%m-%d')}", "year=2999&month=12&day=21",
    ],
)  # fmt: skip
def test_months_and_days_to_come_are_a_calendar(query):
    assert trap(f"{SITE}/?{query}") == "a calendar"


def test_what_names_no_day_is_none():
    assert not is_day(f"{SITE}/2012/12/21/")
    assert not is_day(f"{SITE}/?id=20121221")
    assert not is_day(f"{SITE}/?date=201212")


@pytest.mark.parametrize("name", ["PHPSESSID", "osCsid", "sid"])
def test_a_session_in_the_query_is_a_trap_however_it_is_written(name):
    assert trap(f"https://shop.example/a?{name}=8f3c1b") == "a session"


@pytest.mark.parametrize("address", ["/wiki/Start?version=1", "/index.php?title=Start&oldid=12"])
def test_an_old_version_of_a_page_is_a_trap(address):
    assert trap(SITE + address) == "an old version"
