"""WordPress: the hour that comes twice in autumn, which lists print with one offset for both, never gives a wrong time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kit import NOW, answering, read
from wordpress_site import (
    FEED_LINK,
    JSON,
    POST,
    SETTINGS_URL,
    SUMMER,
    Row,
    comment_page_url,
    facts_url,
    html_answer,
    micros,
    page,
    rest_answer,
    rest_error,
)

from archive.schema import Comment, Thread
from crawler.systems.wordpress import WordPress
from crawler.systems.wordpress.clock import REPEATED, SiteClock

HOUR = 3_600_000_000
FIRST_PASS = datetime(2021, 10, 31, 0, 30, 10, tzinfo=UTC)
"""02:30:10 in Berlin, the first time; an hour later it is 02:30:10 again."""
PRINTED = "2021-10-31T02:30:10+01:00"
"""What WordPress prints for both."""


def as_printed(html: str) -> str:
    return html.replace("2021-10-31T02:30:10+02:00", PRINTED)


async def thread_of(rows: list[Row], pages: dict[str, object] | None = None, **options) -> tuple[list[Comment], Thread]:
    web = answering(pages or {})
    ((_, comments, thread),) = await read(WordPress(), as_printed(page(rows, **options)), POST, web)
    return comments, thread


@pytest.mark.parametrize("markup", ["html5", "block"])
async def test_without_another_source_the_repeated_hour_is_an_interval_of_both_moments(markup):
    (summer, night), thread = await thread_of([Row(1, at=SUMMER), Row(2, at=FIRST_PASS)], markup=markup)
    assert (night.published_at, night.published_precision, night.published_raw) == (None, "s", PRINTED)
    assert (night.published_min, night.published_max) == (micros(FIRST_PASS), micros(FIRST_PASS) + HOUR)
    assert summer.published_at == micros(SUMMER)
    assert thread.verdict == "complete"


async def test_the_first_pass_is_doubted_like_the_second():
    """Which of the two offsets is printed for both is PHP's choice."""
    rows = [Row(1, at=SUMMER), Row(2, at=FIRST_PASS), Row(3, at=FIRST_PASS + timedelta(days=30, hours=9))]
    ((_, (_, night, _), _),) = await read(WordPress(), page(rows), POST)
    assert (night.published_at, night.published_min, night.published_max) == (None, micros(FIRST_PASS), micros(FIRST_PASS) + HOUR)


async def test_offsets_of_other_comments_show_a_zone_without_summer_time():
    """In Lagos it is UTC+1 in July too, so 02:30+01:00 was there once."""
    row = Row(1, at=SUMMER)
    html = as_printed(page([row, Row(2, at=FIRST_PASS)])).replace(row.local.isoformat(), "2021-07-20T09:15:30+01:00")
    ((_, comments, _),) = await read(WordPress(), html, POST)
    assert [c.published_at for c in comments] == [micros(SUMMER), micros(FIRST_PASS) + HOUR]


async def test_the_same_clock_time_on_other_nights_is_exact():
    nights = [FIRST_PASS + timedelta(days=days) for days in (-7, -1, 1, 7, 100)]
    comments, _ = await thread_of([Row(number, at=at) for number, at in enumerate(nights, 1)])
    assert [c.published_at for c in comments] == [micros(at) for at in nights]


async def test_the_api_decides():
    rows = [Row(1, at=SUMMER), Row(2, at=FIRST_PASS)]
    comments, thread = await thread_of(rows, {facts_url(1): rest_answer(rows, total=2)}, rest=True)
    assert [c.published_at for c in comments] == [micros(SUMMER), micros(FIRST_PASS)]
    assert thread.requests == 1


@pytest.mark.parametrize(
    ("answer", "is_exact"),
    [
        (b'{"timezone_string": "", "gmt_offset": 1}', True),
        (b'{"timezone_string": "Africa/Lagos", "gmt_offset": 1}', True),
        (b'{"timezone_string": "Europe/Berlin", "gmt_offset": 1}', False),
    ],
)
async def test_the_zone_in_the_settings_decides_where_it_has_no_such_hour(answer, is_exact):
    pages = {facts_url(1): rest_error(401, "rest_forbidden"), SETTINGS_URL: (200, JSON, answer)}
    (night,), _ = await thread_of([Row(1, at=FIRST_PASS)], pages, rest=True)
    assert night.published_at == (micros(FIRST_PASS) + HOUR if is_exact else None)
    assert night.published_max == micros(FIRST_PASS) + HOUR


async def test_a_clock_time_without_offset_is_an_interval_in_that_hour_too():
    settings_answer = (200, JSON, b'{"timezone_string": "Europe/Berlin", "gmt_offset": 1}')
    pages = {facts_url(1): rest_error(401, "rest_forbidden"), SETTINGS_URL: settings_answer}
    (night, summer), _ = await thread_of([Row(1, at=FIRST_PASS), Row(2, at=SUMMER)], pages, rest=True, markup="legacy")
    minute = micros(FIRST_PASS.replace(second=0))
    assert (night.published_at, night.published_min) == (None, minute)
    assert night.published_max == minute + HOUR + 60_000_000 - 1
    assert summer.published_at == micros(SUMMER.replace(second=0))


async def test_the_feed_decides_for_the_comments_that_it_holds_on_any_comment_page():
    last = comment_page_url(2)
    rows = [Row(1, at=SUMMER), Row(2, at=FIRST_PASS), Row(3, at=FIRST_PASS + timedelta(minutes=1))]
    item = (
        f"<item><guid>{POST}#comment-2</guid><pubDate>{format_datetime(FIRST_PASS)}</pubDate></item>"
        f"<item><guid>{POST}#comment-1</guid><pubDate>{format_datetime(SUMMER)}</pubDate></item>"
    )
    feed = (200, {"content-type": "application/rss+xml"}, f"<rss><channel>{item}</channel></rss>".encode())
    second = as_printed(page(rows[1:], link=last)).replace("T02:31:10+02:00", "T02:31:10+01:00")
    pages = {last: html_answer(second), f"{POST}feed/": feed}
    navigation = f'<div class="nav-next"><a href="{last}#comments">Newer</a></div>'
    comments, thread = await thread_of(rows[:1], pages, head=FEED_LINK, navigation=navigation)
    assert [c.published_at for c in comments] == [micros(SUMMER), micros(FIRST_PASS), None]
    assert thread.requests == 2
    assert thread.verdict == "complete"


async def test_a_thread_without_such_an_hour_asks_for_nothing():
    _, thread = await thread_of([Row(1, at=SUMMER), Row(2, at=FIRST_PASS + timedelta(hours=9))], head=FEED_LINK)
    assert thread.requests == 0


ZONES = ["Europe/Berlin", "America/New_York", "America/Sao_Paulo", "America/Havana", "Asia/Tehran", "Africa/Cairo",
         "Africa/Casablanca", "Australia/Lord_Howe", "Asia/Gaza", "America/Santiago", "Asia/Pyongyang", "Europe/Moscow"]  # fmt: skip


def backward(zone: ZoneInfo) -> list[int]:
    """The moments at which a zone's clocks were put back, seconds, in the years of WordPress."""
    found = []
    step = 7 * 86_400
    for start in range(1_041_379_200, 1_760_000_000, step):
        low, high = start, start + step
        offsets = [datetime.fromtimestamp(second, zone).utcoffset() for second in (low, high)]
        if offsets[0] <= offsets[1]:
            continue
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if datetime.fromtimestamp(middle, zone).utcoffset() == offsets[0] else (low, middle)
        found.append(high)
    return found


MOMENTS = {name: backward(ZoneInfo(name)) for name in ZONES}


@given(st.data(), st.lists(st.integers(1_060_000_000, 1_690_000_000), max_size=30))
def test_the_truth_is_always_in_the_interval_whatever_zone_and_whatever_else_was_seen(draw, others):
    name = draw.draw(st.sampled_from([name for name in ZONES if MOMENTS[name]]))
    zone = ZoneInfo(name)
    truth = draw.draw(st.sampled_from(MOMENTS[name])) + draw.draw(st.integers(-7_200, 7_199))
    clock = SiteClock()
    clock.learn(printed(second, zone, 1) for second in others)
    raw = printed(truth, zone, draw.draw(st.integers(0, 1)))
    published = clock.read("1", raw, observed_at=NOW * 2, language="en")
    assert published is not None
    assert published.min <= truth * 1_000_000 <= published.max
    assert published.at in (None, truth * 1_000_000)


def printed(second: int, zone: ZoneInfo, fold: int) -> str:
    """The stamp as WordPress prints it: from what the clocks showed, not from the moment."""
    return datetime.fromtimestamp(second, zone).replace(fold=fold).isoformat()


def test_clocks_repeat_the_hours_around_midnight_only():
    for name in ZONES:
        for moment in MOMENTS[name]:
            shown = datetime.fromtimestamp(moment, ZoneInfo(name))
            assert f"{shown.hour:02}" in REPEATED, (name, shown)
