"""Which figure of a date is the day, where no single date tells."""

from __future__ import annotations

import pytest

from crawler.systems.generic.orders import DAY_FIRST, MONTH_FIRST, order_of, spelt


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
