"""WordPress: local times without a zone become UTC where the site's zone can be known, and intervals where it cannot."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kit import answering, read
from wordpress_site import (
    BERLIN,
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
    rest_error,
)

from crawler.extract.document import Document
from crawler.systems.wordpress import WordPress
from crawler.systems.wordpress.clock import (
    feed_entries,
    moments_in,
    moments_of,
    real_offsets,
    zone_of_settings,
    zones_that_explain,
)

SYSTEM = WordPress()
WINTER = datetime(2021, 2, 5, 17, 55, 53, tzinfo=UTC)


def feed(*rows: Row, link: str = POST) -> tuple[int, dict[str, str], bytes]:
    items = "".join(
        f'<item><title>By: x</title><link>{link}#comment-{row.id}</link><pubDate>{format_datetime(row.at)}</pubDate>'
        f'<guid isPermaLink="false">{link}#comment-{row.id}</guid></item>'
        for row in rows
    )
    body = f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel>{items}</channel></rss>'
    return 200, {"content-type": "application/rss+xml; charset=UTF-8"}, body.encode()


async def test_the_zone_in_the_settings_makes_local_times_exact_to_the_minute():
    rows = [Row(1, at=WINTER), Row(2, at=SUMMER)]
    pages = {
        facts_url(1): rest_error(401, "rest_forbidden"),
        SETTINGS_URL: (200, JSON, b'{"timezone_string": "Europe/Berlin", "gmt_offset": "1"}'),
    }
    ((_, comments, thread),) = await read(SYSTEM, page(rows, markup="legacy", rest=True), POST, pages)
    assert [c.published_at for c in comments] == [micros(row.at.replace(second=0)) for row in rows]
    assert [c.published_precision for c in comments] == ["min", "min"]
    assert all((c.published_max or 0) - (c.published_min or 0) < 60_000_000 for c in comments)
    assert thread.orders_walked == ["rest:settings", "html"]


async def test_the_feed_gives_its_own_comments_to_the_second_and_the_zone_for_the_others():
    rows = [Row(1, at=WINTER - timedelta(days=300)), Row(2, at=WINTER), Row(3, at=SUMMER), Row(4, at=SUMMER + timedelta(hours=3))]
    pages = {f"{POST}feed/": feed(rows[1], rows[2])}
    ((_, comments, thread),) = await read(SYSTEM, page(rows, markup="legacy", head=FEED_LINK), POST, pages)
    assert [c.published_at for c in comments[1:3]] == [micros(WINTER), micros(SUMMER)]
    for comment, row in zip(comments, rows, strict=True):
        assert comment.published_min is not None
        assert comment.published_max is not None
        assert comment.published_min <= micros(row.at) <= comment.published_max
    assert (comments[3].published_max or 0) - (comments[3].published_min or 0) < 60_000_000
    assert thread.orders_walked == ["feed", "html"]


async def test_the_newest_comment_may_stand_on_another_page():
    rows = [Row(1, at=SUMMER), Row(2, at=SUMMER + timedelta(hours=1))]
    last = comment_page_url(2)
    navigation = f'<a href="{last}">Newer</a>'
    pages = {f"{POST}feed/": feed(rows[1], link=last), last: html_answer(page(rows[1:], markup="legacy", link=last))}
    web = answering(pages)
    first = page(rows[:1], markup="legacy", head=FEED_LINK, navigation=navigation)
    ((_, comments, thread),) = await read(SYSTEM, first, POST, web)
    assert [c.native_id for c in comments] == ["1", "2"]
    assert comments[0].published_at == micros(SUMMER.replace(second=0))
    assert web.asked == [f"{POST}feed/", last]
    assert thread.verdict == "complete"


async def test_the_feed_is_found_however_its_address_spells_other_alphabets():
    url = "https://video.example.org/%E4%B8%AD/"
    feed_url = "https://video.example.org/%e4%b8%ad/feed/"
    head = f'<link rel="alternate" type="application/rss+xml" href="{feed_url}">'
    html = page([Row(1, at=SUMMER)], markup="legacy", head=head)
    web = answering({}, otherwise=feed(Row(1, at=SUMMER)))
    ((_, (comment,), _),) = await read(SYSTEM, html, url, web)
    assert comment.published_at == micros(SUMMER)


async def test_without_any_source_a_local_time_is_an_interval_that_holds_the_truth():
    ((_, (comment,), thread),) = await read(SYSTEM, page([Row(1, at=SUMMER)], markup="legacy"), POST)
    assert comment.published_min is not None
    assert comment.published_max is not None
    assert comment.published_min <= micros(SUMMER) <= comment.published_max
    assert comment.published_raw == "July 20, 2021 at 10:15 am"
    assert thread.verdict == "complete"


@given(
    st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Africa/Cairo", "Pacific/Apia"]),
    st.lists(st.integers(1_100_000_000, 1_760_000_000), min_size=1, max_size=10),
    st.booleans(),
)
def test_the_true_zone_is_always_among_those_that_explain_what_was_seen(name, seconds, shows_seconds):
    zone = ZoneInfo(name)
    observed = []
    for second in seconds:
        local = datetime.fromtimestamp(second, zone).replace(tzinfo=UTC)
        observed.append((second * 1_000_000, micros(local if shows_seconds else local.replace(second=0))))
    candidates = zones_that_explain(observed)
    assert any(getattr(candidate, "key", None) == name for candidate in candidates)
    for moment, wall in observed:
        assert moment // 60_000_000 * 60_000_000 in moments_of(wall // 60_000_000 * 60_000_000, zone)


def test_an_hour_that_comes_twice_is_two_moments():
    wall = micros(datetime(2021, 10, 31, 2, 30, tzinfo=UTC))
    assert moments_of(wall, BERLIN) == {wall - 3_600_000_000, wall - 7_200_000_000}


ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Apia")


@given(
    st.one_of(
        st.integers(1_060_000_000, 2_100_000_000),
        st.integers(-100, 100).map(lambda quarters: 1_325_203_200 + quarters * 900),  # Apia leaves out 2011-12-30
        st.integers(-100, 100).map(lambda quarters: 1_635_645_600 + quarters * 900),  # Berlin repeats an hour
    ),
    st.sets(st.sampled_from(ZONES), min_size=1),
)
def test_what_all_clocks_of_a_day_show_is_what_each_of_them_shows(second, names):
    zones, wall = tuple(map(ZoneInfo, sorted(names))), second * 1_000_000
    assert moments_in(wall, zones) == {moment for zone in zones for moment in moments_of(wall, zone)}


@pytest.mark.parametrize(
    ("settings", "wanted"),
    [
        ({"timezone_string": "Europe/Berlin", "gmt_offset": "1"}, BERLIN),
        ({"timezone_string": "", "gmt_offset": 5.5}, timezone(timedelta(hours=5.5))),
        ({"timezone_string": "", "gmt_offset": "-3"}, timezone(timedelta(hours=-3))),
        ({"timezone_string": "../../etc/passwd", "gmt_offset": "1"}, None),
        ({"timezone_string": "Mars/Olympus", "gmt_offset": "1"}, None),
        ({"timezone_string": "", "gmt_offset": "1e99"}, None),
        ({"timezone_string": ["x"], "gmt_offset": None}, None),
        ([], None),
    ],
)
def test_the_settings_name_a_zone_or_an_offset_or_nothing(settings, wanted):
    assert zone_of_settings(settings) == wanted


@pytest.mark.parametrize(
    ("generator", "wanted"),
    [("WordPress 5.2.2", False), ("WordPress 4.8-alpha-40290", False), ("WordPress 5.3", True), ("WordPress 6.9.4", True),
     ("WordPress", True), ("WordPress.com", True), ("Hugo 0.1", True), (None, True), ("WordPress x.y", True)],
)  # fmt: skip
def test_offsets_are_real_since_5_3(generator, wanted):
    assert real_offsets(generator) is wanted


async def test_before_5_3_a_time_with_the_offset_of_utc_is_a_local_one():
    html = page([Row(1, at=SUMMER)], head='<meta name="generator" content="WordPress 4.9.8">')
    html = html.replace("+02:00", "+00:00")
    ((_, (comment,), _),) = await read(SYSTEM, html, POST)
    assert comment.published_min is not None
    assert comment.published_max is not None
    assert comment.published_min <= micros(SUMMER) <= comment.published_max


def test_a_feed_of_nonsense_says_nothing():
    body = (
        "<rss><channel><item><guid>x</guid></item><item><guid>#comment-x</guid><pubDate>today</pubDate></item>"
        "<item><guid>#comment-1</guid><pubDate>Tue, 20 Jul 2021 08:15:30</pubDate></item>"
        "<item><guid>#comment-2</guid><pubDate>Tue, 99 Jul 2021 08:15:30 +0000</pubDate></item></channel></rss>"
    )
    assert feed_entries(Document(body, POST)) == {}
