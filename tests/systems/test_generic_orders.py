"""Which figure of a date is the day, where no single date tells."""

from __future__ import annotations

import kit
import pytest

from crawler.systems.generic.orders import DAY_FIRST, MONTH_FIRST, order_of, spelt
from crawler.systems.generic.system import Generic
from pipelines.emit import moment


@pytest.mark.parametrize(
    ("thread", "page", "order"),
    [
        (["03/04/2020", "13/04/2020"], [], DAY_FIRST),
        (["03/04/2020", "04/13/2020"], [], MONTH_FIRST),
        (["03/04/2020"], ["since 31/12/2019"], DAY_FIRST),
        (["03/04/2020", "04/04/2020", "05/04/2020"], [], DAY_FIRST),
        (["04/03/2020", "04/04/2020", "04/05/2020"], [], MONTH_FIRST),
        (["03/04/2020", "03/04/2020"], [], None),
        (["01/02/2020", "02/01/2020"], [], None),
        (["13/04/2020", "04/13/2020"], [], None),
        (["00/04/2020", "01/04/2020"], [], None),
        (["today"], ["31/12/2019"], None),
    ],
)
def test_the_order_is_told_by_a_figure_above_twelve_or_by_the_span_of_the_thread(thread, page, order):
    assert order_of(thread, page) == order


def test_dates_are_spelt_out_only_where_the_order_is_known():
    assert spelt("on 03/04/20 at 5:06", DAY_FIRST) == "on 2020-04-03 at 5:06"
    assert spelt("on 03/04/2020", MONTH_FIRST) == "on 2020-03-04"
    assert spelt("on 03/04/2020", None) == "on 03/04/2020"


@pytest.mark.parametrize(
    ("last", "read"),
    [("03/13/2019", ["2019-03-09", "2019-03-10", "2019-03-13"]), ("11/10/2019", ["2019-09-03", "2019-10-03", "2019-10-11"])],
)
async def test_a_date_that_can_be_read_one_way_only_says_more_of_its_thread_than_the_language_of_the_page(last, read):
    rows = "".join(
        f'<li class="comment"><b class="author">Reader {n}</b> <i class="date">{date} 10:00</i><p class="text">What reader {n} says of the bridge.</p></li>'
        for n, date in enumerate(["03/09/2019", "03/10/2019", last])
    )
    html = f'<html lang="en-GB"><body><h1>Bridge</h1><div id="comments"><h2>3 comments</h2><ul>{rows}</ul></div>'
    [(_, comments, _)] = await kit.read(Generic(), html, "https://town.example/bridge/")
    assert [(moment(comment.published_at) or "")[:10] for comment in comments] == read


@pytest.mark.parametrize(("title", "age", "day"), [("11/03/2023 11:39 PM", "11 days ago", "2023-11-03"), ("11/03/2023 11:39 PM", "8 months ago", "2023-03-11"), ("11/12/2023 12:14 AM", "2 days ago", "2023-11-12")])
async def test_the_age_that_a_date_in_figures_is_the_title_of_tells_its_order(title, age, day):
    html = (
        '<html lang="en"><body><h1>Bridge</h1><div id="comments"><h3>Comments</h3><h4>Added by <a class="user" href="/users/23">'
        f'Reader</a> <a title="{title}" href="/activity">{age.removesuffix(" ago")}</a> ago</h4>'
        "<div><p>It is as narrow as the old one.</p></div></div><form><textarea name=comment></textarea></form>"
    )
    [(_, [comment], _)] = await kit.read(Generic(), html, "https://town.example/bridge/")
    assert (moment(comment.published_at) or "")[:10] == day
