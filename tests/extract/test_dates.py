"""Times in machine formats, many languages and relative ages, and what is not believed."""

from __future__ import annotations

import time
import warnings
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.extract.date_tables import LANGUAGES
from crawler.extract.date_words import words_of
from crawler.extract.dates import DAY, EARLIEST, EAST, HOUR, MAX_RAW, MINUTE, WEST, Published, read_duration, read_time

OBSERVED = datetime(2026, 3, 10, 12, tzinfo=UTC)


def micros(when: datetime) -> int:
    return (when - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


NOW = micros(OBSERVED)


def read(raw: str, language: str | None = None, zone: ZoneInfo | None = None) -> Published:
    found = read_time(raw, observed_at=NOW, language=language, zone=zone)
    assert found is not None
    assert found.raw == raw
    return found


def utc(text: str) -> int:
    return micros(datetime.fromisoformat(text).replace(tzinfo=UTC))


AT = utc("2021-07-19T17:23:00")


NAIVE = (OBSERVED.replace(year=1991, tzinfo=None), OBSERVED.replace(day=8, tzinfo=None))
"""Wall clocks that are believed wherever on earth they stand."""


@pytest.mark.parametrize(
    ("raw", "language", "hour"),
    [
        ("2021-07-19 09:23 مساءاً", "ar", 21), ("2021-07-19 09:23 مساءا", "ar", 21), ("2021-07-19 09:23 صباحاً", "ar", 9), ("2021-07-19 12:23 صباحا", "ar", 0),
        ("2021-07-19 晚上9:23", "zh", 21), ("2021-07-19 凌晨2:23", "zh", 2), ("2021-07-19 中午11:23", "zh", 11), ("2021-07-19 中午1:23", "zh", 13),
        ("2021年7月19日 下午09時23分06秒", "zh", 21), ("19 जुलाई 2021, रात 11:23", "hi", 23), ("19 जुलाई 2021, रात 2:23", "hi", 2), ("19 जुलाई 2021, दोपहर 2:23", "hi", 14),
        ("19 июля 2021 в 9:23 вечера", "ru", 21), ("19 июля 2021 в 2:23 ночи", "ru", 2), ("19 июля 2021 в 12:23 ночи", "ru", 0), ("19 июля 2021 в 2:23 дня", "ru", 14),
        ("19. Juli 2021, 9:23 Uhr abends", "de", 21), ("19. Juli 2021, 9:23 abends", "de", 21), ("19 juillet 2021 9:23 du soir", "fr", 21), ("19 de julho de 2021 3:23 da tarde", "pt", 15),
        ("19 Juli 2021 9:23 malam", "id", 21), ("19 Juli 2021 11:23 siang", "id", 11), ("19/07/2021 9:23 tối", "vi", 21), ("19 ביולי 2021 9:23 בערב", "he", 21),
        ("۲۸ تیر ۱۴۰۰ ۹:۲۳ بعد از ظهر", "fa", 21), ("19.7.2021 9:23 m.d.", "sq", 21), ("19.7.2021 9:23 e.h.", "is", 21), ("July 19, 2021 at 9:23 in the evening", "en", 21),
        ("19 July 2021 15:23 in the afternoon", "en", 15), ("2021-7月-19 月曜日 21:23:34", "ja", 21), ("月曜日, 2021-7月-19 09:23:34", "ja", 9), ("2021年7月19日 21時23分06秒", "ja", 21),
    ],
)  # fmt: skip
def test_the_part_of_the_day_beside_a_clock_says_which_twelve_hours_are_meant(raw: str, language: str, hour: int) -> None:
    at = read(raw, language, ZoneInfo("UTC")).at
    assert at is not None
    assert datetime.fromtimestamp(at / 1e6, UTC).isoformat()[:16] == f"2021-07-19T{hour:02}:23"


# -- machine formats ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "raw",
    [
        "2021-07-19T17:23:00Z", "2021-07-19T17:23:00z", "2021-07-19t17:23:00Z", "2021-07-19 17:23:00Z", "2021-07-19T19:23:00+02:00",
        "2021-07-19T19:23:00+0200", "2021-07-19T19:23:00 +0200", "2021-07-19T19:23:00+02", "2021-07-19T13:23:00-04:00",
        "2021-07-19T13:23:00\u221204:00", "2021-07-19 17:23:00 UTC", "2021-07-19 17:23:00 GMT", "20210719T172300Z",
        "2021/07/19 17:23:00 +0000", "  2021-07-19T17:23:00Z\n", "2021-07-19T22:53:00+05:30", "1626715380",
        "Mon, 19 Jul 2021 17:23:00 GMT", "Mon, 19 Jul 2021 19:23:00 +0200", "19 Jul 2021 13:23:00 EDT", "Mon, 19 Jul 21 17:23:00 GMT",
        "Monday, 19-Jul-21 17:23:00 GMT", "Mon Jul 19 2021 17:23:00 GMT+0000 (Coordinated Universal Time)",
        "Mon Jul 19 2021 19:23:00 GMT+0200 (CEST)",
    ],
)  # fmt: skip
def test_a_time_with_zone_and_seconds_is_one_instant(raw: str) -> None:
    assert read(raw) == Published(AT, AT, AT, "s", raw)


@pytest.mark.parametrize(
    ("raw", "micro"),
    [("2021-07-19T17:23:00.123Z", 123_000), ("2021-07-19T17:23:00.123456789+00:00", 123_456), ("2021-07-19T17:23:00,5Z", 500_000),
     ("1626715380123", 123_000), ("1626715380123456", 123_456), ("1626715380.25", 250_000)],
)  # fmt: skip
def test_fractions_of_a_second_are_kept(raw: str, micro: int) -> None:
    assert read(raw) == Published(AT + micro, AT + micro, AT + micro, "us", raw)


@pytest.mark.parametrize(
    ("raw", "hour"),
    [("March 17, 2021, noon", 12), ("March 17, 2021, midnight", 0), ("noon, March 17, 2021", 12), ("March 17, 2021 12:00 noon", 12),
     ("March 17, 2021, 12:00 midnight", 0)],
)  # fmt: skip
def test_noon_and_midnight_are_times_of_the_day(raw: str, hour: int) -> None:
    assert read(raw, "en", ZoneInfo("UTC")).min == utc(f"2021-03-17T{hour:02}:00:00")


@pytest.mark.parametrize(
    ("raw", "language"),
    [
        ("9h22 le 19/07/2021", "fr"), ("à 9h22 le 19 juillet 2021", "fr"), ("9:22 du 19/07/2021", "fr"), ("9h22 lundi 19 juillet 2021", "fr"),
        ("9h22 de 19/07/2021", "pt"), ("ore 9.22 del 19/07/2021", "it"), ("9:22 op 19/07/2021", "nl"), ("9:22 del 19/07/2021", "es"),
    ],
)  # fmt: skip
def test_a_clock_before_its_date_is_read(raw: str, language: str) -> None:
    assert (read(raw, language).at, read(raw, language).precision) == (utc("2021-07-19T09:22:00"), "min")


@pytest.mark.parametrize("raw", ["2h30 ago", "2h 30m ago", "2h 30 min 10 s ago"])
def test_hours_and_minutes_of_an_age_are_no_clock(raw: str) -> None:
    assert read(raw, "en").precision == "relative"


def test_a_minute_lasts_to_its_end() -> None:
    assert read("2021-07-19T17:23Z") == Published(AT, AT, AT + MINUTE - 1, "min", "2021-07-19T17:23Z")


@pytest.mark.parametrize("raw", ["2021-07-19T17:23:00", "2021-07-19 17:23:00", "2021-07-19, 17:23:00", "20210719172300", "2021.07.19 17:23:00", "2021-7-19 17:23:00"])
def test_a_wall_clock_without_zone_may_be_anywhere_on_earth(raw: str) -> None:
    assert read(raw) == Published(AT, AT - EAST, AT + WEST, "s", raw)


@pytest.mark.parametrize("raw", ["2021-07-19", "20210719", "2021/07/19", "2021-W29-1", "2021W291", "2021-7-19"])
def test_a_day_without_zone_begins_and_ends_anywhere_on_earth(raw: str) -> None:
    start = utc("2021-07-19")
    assert read(raw) == Published(start, start - EAST, start + DAY + WEST - 1, "day", raw)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [("2021-07-18T24:00:00Z", "2021-07-19T00:00:00"), ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59"), ("2020-02-29T00:00:00Z", "2020-02-29T00:00:00")],
)
def test_midnight_leap_seconds_and_leap_days(raw: str, expected: str) -> None:
    assert read(raw).at == utc(expected)


@pytest.mark.parametrize(
    "raw",
    [
        "2021-02-29T00:00:00Z", "2021-13-01", "2021-07-32", "2021-07-19T25:00:00Z", "2021-07-19T17:60:00Z", "2021-07-19T24:01:00Z",
        "0000-01-01", "9999-12-31T24:00:00Z", "12345", "2021", "202107", "5", "12345678901234567890", "2021-07", "20211345",
    ],
)  # fmt: skip
def test_impossible_dates_are_kept_raw_only(raw: str) -> None:
    assert read(raw) == Published(None, None, None, None, raw)


@given(st.datetimes(NAIVE[0], NAIVE[1]), st.integers(-12 * 60, 14 * 60))
def test_what_python_writes_is_read_back(when: datetime, offset: int) -> None:
    aware = when.replace(tzinfo=timezone(timedelta(minutes=offset)))
    found = read(aware.isoformat())
    assert (found.at, found.min, found.max) == (micros(aware),) * 3
    plain = read(when.isoformat(sep=" ", timespec="seconds"))
    assert plain.at == micros(when.replace(microsecond=0, tzinfo=UTC))


# -- zones ----------------------------------------------------------------------------------------


def test_a_known_zone_makes_a_wall_clock_an_instant() -> None:
    found = read("2021-07-19 19:23:00", zone=ZoneInfo("Europe/Berlin"))
    assert found == Published(AT, AT, AT, "s", found.raw)


def test_an_hour_that_comes_twice_is_an_interval_over_both() -> None:
    first = utc("2021-10-31T00:30:00")
    assert read("2021-10-31 02:30:00", zone=ZoneInfo("Europe/Berlin")) == Published(first, first, first + HOUR, "s", "2021-10-31 02:30:00")


def test_a_day_in_a_known_zone_is_that_day_even_when_clocks_change() -> None:
    found = read("2021-10-31", zone=ZoneInfo("Europe/Berlin"))
    start = utc("2021-10-30T22:00:00")
    assert found == Published(start, start, start + 25 * HOUR - 1, "day", "2021-10-31")


def test_a_written_offset_beats_the_zone_of_the_site() -> None:
    assert read("2021-07-19T17:23:00Z", zone=ZoneInfo("Asia/Tokyo")).at == AT


# -- words ----------------------------------------------------------------------------------------

MINUTES = [
    ("en-US", "July 19, 2021 at 5:23 pm"), ("en-US", "Jul 19, 2021, 5:23 p.m."), ("en-US", "7/19/2021 5:23 PM"), ("en-GB", "19/07/2021 17:23"),
    ("en", "19th July 2021 - 17:23"), ("en", "Mon, 19 July 2021 - 5:23pm, someone"), ("en", "user1466 • on Jul 19, 2021 5:23 pm"),
    ("de", "geschrieben von mo2012 am 19. Jul. 2021, 17:23 [ antworten ]"), (None, "Comment by X — 19.07, 2021 @ 17:23"),
    ("en", "19th July 2021 at 17:23"), ("en", "Posted on Monday, July 19, 2021 at 5:23pm by"), ("en", "17:23, 19 July 2021"),
    ("de", "19. Juli 2021 um 17:23"), ("de", "19. Juli 2021 um 17:23 Uhr"), ("de", "19.07.2021, 17.23 Uhr"), ("de", "19.07.21 17:23"),
    ("de", "Mo., 19. Juli 2021, 17:23"), ("fr", "19 juillet 2021 à 17 h 23 min"), ("fr", "19 juillet 2021 à 17h23"), ("fr", "le lundi 19 juillet 2021 à 17:23"),
    ("es", "19 de julio de 2021 a las 17:23"), ("es", "19 julio, 2021 en 5:23 pm"), ("es", "19 jul. 2021, 5:23 p. m."), ("pt-BR", "19 de julho de 2021 às 17:23"),
    ("it", "19 luglio 2021 alle 17:23"), ("it", "19/07/2021 alle 17.23"), ("nl", "19 juli 2021 om 17:23"), ("ru", "19 июля 2021 в 17:23"),
    ("ru", "19.07.2021 в 17:23"), ("ru", "19 июля 2021 г. 17:23"), ("uk", "19 липня 2021 о 17:23"), ("pl", "19 lipca 2021 o 17:23"), ("cs", "19. 7. 2021 v 17:23"),
    ("cs", "19. července 2021 v 17:23"), ("sk", "19. júla 2021 o 17:23"), ("hu", "2021. július 19. 17:23"), ("ro", "19 iulie 2021 la 17:23"),
    ("tr", "19 Temmuz 2021, 17:23"), ("sv", "19 juli 2021 kl. 17:23"), ("da", "19. juli 2021 kl. 17:23"), ("nb", "19. juli 2021 kl. 17:23"),
    ("no", "19. juli 2021, 17.23"), ("fi", "19.7.2021 klo 17.23"), ("fi", "19 heinäkuun, 2021 17:23"), ("el", "19 Ιουλίου 2021 στις 17:23"),
    ("el", "19 Ιουλίου 2021 στις 5:23 μμ"), ("bg", "19 юли 2021 в 17:23"), ("sr", "19. јула 2021. у 17:23"), ("hr", "19. srpnja 2021. u 17:23"),
    ("lt", "2021 m. liepos 19 d. 17:23"), ("et", "19. juuli 2021, 17:23"), ("lv", "2021. gada 19. jūlijs 17:23"), ("ca", "19 de juliol de 2021 a les 17:23"),
    ("zh-CN", "2021年7月19日 17:23"), ("zh-TW", "2021 年 7 月 19 日 下午 5:23"), ("zh-TW", "七月 19, 2021 at 5:23 下午"), ("zh", "2021年7月19日17时23分"),
    ("ja", "2021年7月19日 17:23"), ("ja", "2021年7月19日（月）17時23分"), ("ja", "2021/07/19 17:23"), ("ja", "2021年7月19日 午後5:23"), ("ja", "2021年7月19日 5:23 PM"),
    ("ko", "2021년 7월 19일 오후 5:23"), ("ko", "2021년 7월 19일 (5:23 오후)"), ("ko", "2021. 7. 19. 17:23"), ("ko", "2021-07-19 17:23"),
    ("ar", "19 يوليو 2021 الساعة 5:23 م"), ("ar", "19 تموز 2021 الساعة 17:23"), ("ar", "١٩ يوليو ٢٠٢١ ١٧:٢٣"), ("fa", "۱۹ ژوئیهٔ ۲۰۲۱ ۱۷:۲۳"),
    ("he", "19 ביולי 2021 בשעה 17:23"), ("he", "יולי 19, 2021 בשעה 17:23"), ("hi", "19 जुलाई 2021, 17:23"), ("th", "19 กรกฎาคม 2564 เวลา 17:23 น."),
    ("th", "19 ก.ค. 2564 17:23"), ("vi", "19 Tháng Bảy, 2021 lúc 5:23 chiều"), ("vi", "19 tháng 7, 2021 lúc 17:23"), ("id", "19 Juli 2021 pukul 17:23"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "raw"), MINUTES)
def test_a_written_minute_is_read_in_its_language(language: str, raw: str) -> None:
    assert read(raw, language) == Published(AT, AT - EAST, AT + WEST + MINUTE - 1, "min", raw)


@pytest.mark.parametrize("language", [None, "en", "en-US", "xx", "ja", ""])
@pytest.mark.parametrize("raw", ["19. července 2021 v 17:23", "19 июля 2021 в 17:23", "19 Ιουλίου 2021 στις 17:23", "19 Temmuz 2021, 17:23", "2021年7月19日 17:23"])
def test_a_wrong_or_missing_language_does_not_hide_clear_words(raw: str, language: str | None) -> None:
    assert read(raw, language).at == AT


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "ko"])  # it writes figures
def test_every_month_of_every_language_is_read(language: str) -> None:
    words = words_of(language)
    assert words is not None
    for month in range(1, 13):
        names = [name for name, meanings in words.phrases.items() if ("month", month, 0) in meanings]
        assert names, (language, month)
        readings = {read(f"19 {name} 2021", language).at for name in names}
        assert readings - {None} == {utc(f"2021-{month:02}-19")}, (language, month, names)


@pytest.mark.parametrize(
    "raw",
    ["19 July", "July 2021", "July", "2021", "17:23", "at 5 pm", "Monday at 10:00", "July 19", "Jul 19, 17:23", "hello", "Reply", "5 comments", "May I?",
     "19 Foo 2021", "31 February 2021", "July 19, 2021 July 20, 2021", "19/07/2021 20/07/2021", "12:00 13:00 July 19, 2021", "tomorrow", "in 3 days", "3 days from now", "3 days of rain", "2 years old", "3 days left"],
)  # fmt: skip
def test_nothing_is_filled_in(raw: str) -> None:
    assert read(raw, "en") == Published(None, None, None, None, raw)


@pytest.mark.parametrize(
    ("raw", "language", "expected"),
    [("03/04/2021", "en-US", "2021-03-04"), ("03/04/2021", "en-GB", "2021-04-03"), ("03/04/2021", "de", "2021-04-03"), ("03.04.2021", "en", "2021-04-03"),
     ("13/04/2021", None, "2021-04-13"), ("04/13/2021", "de", "2021-04-13"), ("04/04/2021", None, "2021-04-04"), ("21/04/03", "ja", "2021-04-03"),
     ("03/14/21", None, "2021-03-14"), ("03/14/21", "en", "2021-03-14"), ("03/14/99 09:29:00", "en", "1999-03-14 09:29")],
)  # fmt: skip
def test_figures_stand_in_the_order_of_the_language(raw: str, language: str | None, expected: str) -> None:
    assert read(raw, language).at == utc(expected)


@pytest.mark.parametrize("language", ["en", None])
def test_undecidable_figures_are_an_interval_over_both_readings(language: str | None) -> None:
    found = read("03/04/2021 10:00", language)
    assert (found.at, found.precision) == (None, "day")
    assert found.min == utc("2021-03-04T10:00:00") - EAST
    assert found.max == utc("2021-04-03T10:00:00") + WEST + MINUTE - 1


def test_a_weekday_decides_how_figures_are_read() -> None:
    assert read("Thu, 03/04/2021", "en").at == utc("2021-03-04")
    assert read("Sat, 03/04/2021", "en").at == utc("2021-04-03")
    assert read("Mon, 03/04/2021", "en").at is None
    assert read("Thu, 01/07/2021", "en").at is None  # both readings are Thursdays


def test_words_of_two_languages_that_disagree_are_not_guessed() -> None:
    assert read("3 listopada 2021").at is None
    assert read("3 listopada 2021", "pl").at == utc("2021-11-03")
    assert read("3 listopada 2021", "hr").at == utc("2021-10-03")


@pytest.mark.parametrize("raw", ["July 19, 2021 at 5:23 wp", "19 lipca 2021 5:23 wp", "19 জুলাই 2021 বেলা 5:23"])
def test_an_unknown_mark_behind_a_clock_may_be_half_a_day_so_only_the_day_is_read(raw: str) -> None:
    assert read(raw, "pl").precision == "day"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("۱۴۰۰/۰۴/۲۹", "2021-07-20"), ("1400/04/29", "2021-07-20"), ("۲۹ تیر ۱۴۰۰", "2021-07-20"),
        ("۱ فروردین ۱۳۹۹", "2020-03-20"), ("۳۰ اسفند ۱۳۹۹", "2021-03-20"), ("۱۹ ژوئیه ۲۰۲۱", "2021-07-19"),
    ],
)  # fmt: skip
def test_pages_in_persian_count_years_by_the_sun_from_the_hijra(raw: str, expected: str) -> None:
    assert read(raw, "fa").at == utc(expected)


def test_a_day_that_the_persian_calendar_does_not_have_is_none() -> None:
    assert read("۳۰ اسفند ۱۴۰۰", "fa").at is None
    assert read("۳۱ مهر ۱۴۰۰", "fa").at is None


def test_other_calendars_are_not_taken_for_ours() -> None:
    for language in ("en", "ar"):
        assert read("1400/04/29", language) == Published(None, None, None, None, "1400/04/29")


# -- ages -----------------------------------------------------------------------------------------

YEARS = (utc("2022-03-10T12:00:00"), utc("2023-03-10T12:00:00"))
HOURS = (NOW - 4 * HOUR, NOW - 3 * HOUR)
DAYS = (NOW - 4 * DAY, NOW - 3 * DAY)


@pytest.mark.parametrize(
    ("language", "raw", "interval"),
    [
        ("en", "3 years ago", YEARS), ("en", "3 years ago (edited)", YEARS), ("en", "3y", YEARS), ("en", "three years ago", YEARS), ("id", "3 tahun yang lalu", YEARS),
        ("fr", "il y a 3 ans", YEARS), ("es", "hace 3 años", YEARS), ("de", "vor 3 Jahren", YEARS), ("de", "vor 3 Jahren (bearbeitet)", YEARS),
        ("tr", "3 yıl önce", YEARS), ("ru", "3 года назад", YEARS), ("ru", "3 года тому назад", YEARS), ("ja", "3 年前", YEARS), ("ja", "3年前（編集済み）", YEARS),
        ("zh", "3年前", YEARS), ("ko", "3년 전", YEARS), ("pl", "3 lata temu", YEARS), ("pt", "há 3 anos", YEARS), ("it", "3 anni fa", YEARS),
        ("vi", "3 năm trước", YEARS), ("th", "3 ปีที่แล้ว", YEARS), ("hi", "3 वर्ष पहले", YEARS), ("fa", "۳ سال پیش", YEARS), ("he", "לפני 3 שנים", YEARS),
        ("nl", "3 jaar geleden", YEARS), ("sv", "för 3 år sedan", YEARS), ("ar", "منذ 3 سنوات", YEARS), ("ar", "قبل ٣ سنوات", YEARS), ("el", "πριν από 3 χρόνια", YEARS),
        ("cs", "před 3 lety", YEARS), ("uk", "3 роки тому", YEARS), ("da", "for 3 år siden", YEARS), ("ro", "acum 3 ani", YEARS), ("hu", "3 éve", YEARS),
        ("en", "3 hours ago", HOURS), ("en", "3h", HOURS), ("de", "vor 3 Stunden", HOURS), ("es", "hace 3 horas", HOURS), ("ja", "3 時間前", HOURS), ("zh-TW", "3 小時前", HOURS),
        ("ko", "3시간 전", HOURS), ("fi", "3 tuntia sitten", HOURS), ("bg", "преди 3 часа", HOURS), ("eu", "duela ordu 3", HOURS),
        ("fr", "il y a 2 h 30 min", (NOW - 151 * MINUTE, NOW - 150 * MINUTE)),
        ("en", "3 days ago", DAYS), ("zh", "3 天前", DAYS), ("ja", "3日前", DAYS), ("es", "hace 3 días", DAYS), ("hr", "prije 3 dana", DAYS), ("ko", "3일 전", DAYS),
        ("en", "a year ago", (utc("2024-03-10T12:00:00"), utc("2025-03-10T12:00:00"))), ("ru", "год назад", (utc("2024-03-10T12:00:00"), utc("2025-03-10T12:00:00"))),
        ("he", "לפני שנתיים", (utc("2023-03-10T12:00:00"), utc("2024-03-10T12:00:00"))), ("ar", "منذ يومين", (NOW - 3 * DAY, NOW - 2 * DAY)),
        ("en", "1 year, 2 months ago", (utc("2024-12-10T12:00:00"), utc("2025-01-10T12:00:00"))), ("en", "2w", (NOW - 21 * DAY, NOW - 14 * DAY)),
        ("en", "5m", (NOW - 6 * MINUTE, NOW - 5 * MINUTE)), ("es", "5 min", (NOW - 6 * MINUTE, NOW - 5 * MINUTE)), ("en", "2 mo ago", (utc("2025-12-10T12:00:00"), utc("2026-01-10T12:00:00"))),
        ("en", "about 3 hours ago", (NOW - 4 * HOUR, NOW - 2 * HOUR)), ("en", "just now", (NOW - MINUTE, NOW)), ("zh", "刚刚", (NOW - MINUTE, NOW)),
        (None, "vor 3 Stunden", HOURS), (None, "3 часа назад", HOURS), ("en", "hace 3 horas", HOURS), (None, "3時間前", HOURS),
    ],
)  # fmt: skip
def test_an_age_is_the_interval_that_its_unit_allows(language: str | None, raw: str, interval: tuple[int, int]) -> None:
    assert read(raw, language) == Published(None, *interval, "relative", raw)


def test_an_age_in_months_and_weeks_spans_both_ways_to_count_it() -> None:
    observed_at = utc("2026-11-30T21:31:00")  # Django said so of 2026-02-07T23:17
    found = read_time("9 months, 3 weeks ago", observed_at=observed_at, language="en")
    assert found is not None
    assert (found.min, found.max) == (utc("2026-01-31T21:31:00"), utc("2026-02-09T21:31:00"))


def test_months_are_counted_on_the_calendar() -> None:
    observed = micros(datetime(2024, 3, 31, tzinfo=UTC))
    found = read_time("1 month ago", observed_at=observed, language="en")
    assert found is not None
    assert (found.min, found.max) == (utc("2024-01-31"), utc("2024-02-29"))


@pytest.mark.parametrize("raw", ["yesterday at 10:00", "yesterday, 10:00", "Yesterday 10:00 AM"])
def test_yesterday_is_somewhere_else_another_day(raw: str) -> None:
    found = read(raw, "en")
    assert (found.at, found.precision) == (None, "relative")
    assert found.min is not None
    assert found.max is not None
    # Just west of UTC+12 it is the 10th, and yesterday's 10:00 was 22:00 UTC on the 8th; at UTC-12 it was a day later.
    assert abs(found.min - utc("2026-03-08T22:00:00")) <= 1
    assert found.max == utc("2026-03-09T22:00:00") + MINUTE - 1


@pytest.mark.parametrize(("language", "raw"), [("de", "gestern um 10:00"), ("fr", "hier à 10:00"), ("ru", "вчера в 10:00"), ("zh", "昨天 10:00"), ("ja", "昨日 10:00"), ("pl", "wczoraj o 10:00")])
def test_yesterday_in_a_known_zone_is_one_minute(language: str, raw: str) -> None:
    start = utc("2026-03-09T09:00:00")
    assert read(raw, language, ZoneInfo("Europe/Berlin")) == Published(None, start, start + MINUTE - 1, "relative", raw)


def test_today_ends_when_it_is_observed() -> None:
    found = read("today", "en")
    assert found.max == NOW
    assert found.min == utc("2026-03-09T12:00:00") + 1 or found.min == utc("2026-03-09T12:00:00")


# -- what is believed -----------------------------------------------------------------------------


@pytest.mark.parametrize("raw", ["1989-12-31T23:59:59Z", "1970-01-01", "0000000000", "1 January 1980", "2026-03-11T12:00:01Z", "2050-01-01", "9999999999", "90 years ago", "9999 years ago"])
def test_times_before_the_web_and_after_tomorrow_are_not_believed(raw: str) -> None:
    assert read(raw, "en") == Published(None, None, None, None, raw)


def test_the_bounds_themselves_are_believed() -> None:
    assert read("1990-01-01T00:00:00Z").at == EARLIEST
    assert read("2026-03-11T12:00:00Z").at == NOW + DAY
    assert read("2026-03-12T02:00:00").at == NOW + DAY + EAST
    assert read("2026-03-12T02:00:01").at is None


@pytest.mark.parametrize("raw", [None, "", " ", "\n\t\u00a0"])
def test_no_text_is_no_time(raw: str | None) -> None:
    assert read_time(raw, observed_at=NOW) is None


def test_long_text_is_cut_and_no_time() -> None:
    found = read_time("July 19, 2021 " + "x" * 10_000, observed_at=NOW, language="en")
    assert found == Published(None, None, None, None, ("July 19, 2021 " + "x" * 10_000)[:MAX_RAW])


TOKENS = ["19", "7", "2021", "July", "juli", "年", "月", "日", ":", "17:23", ".", "/", "-", "ago", "days", "3", "yesterday", "am", "pm", "UTC", "+02:00", "T",
          "前", "天", "منذ", "сегодня", "(", ")", ",", "last", "month", "0000", "٣", "\u200f", "W", "Z", "99"]  # fmt: skip


@settings(max_examples=300)
@given(st.lists(st.sampled_from(TOKENS), max_size=8), st.sampled_from(["", " "]), st.sampled_from([None, "en", "de", "zh-Hant-TW", "ar", "x", "../../os", "sr-Latn"]))
def test_whatever_is_read_is_consistent(parts: list[str], glue: str, language: str | None) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_consistency(read_time(glue.join(parts), observed_at=NOW, language=language))


def check_consistency(found: Published | None) -> None:
    if found is None:
        return
    assert (found.min is None) == (found.max is None) == (found.precision is None)
    if found.min is not None and found.max is not None:
        assert found.min <= (found.at if found.at is not None else found.min) <= found.max
        assert found.min <= NOW + DAY
        assert found.max >= EARLIEST
        assert (found.precision == "relative") <= (found.at is None)


@given(st.text(max_size=150), st.text(max_size=10))
def test_no_text_raises_or_is_read_as_a_time_that_cannot_be(raw: str, language: str) -> None:
    found = read_time(raw, observed_at=NOW, language=language)
    check_consistency(found)
    assert (found is None) == (not raw.split())


def test_a_thousand_different_times_take_well_under_a_second() -> None:
    read("July 1, 2021 at 1:00 am", "en-US")
    started = time.process_time()
    for minute in range(1000):
        assert read(f"July {minute % 28 + 1}, 2021 at {minute % 12 + 1}:{minute % 60:02} pm", "en-US").at is not None
    assert time.process_time() - started < 1


# -- durations ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "seconds"),
    [("PT1H2M3S", 3723), ("PT0S", 0), ("P0DT0H3M20S", 200), ("P1D", 86_400), ("P1W", 604_800), ("PT180M", 10_800), ("pt3m", 180), ("T00H03M12S", 192), ("PT1.5S", 1.5),
     ("PT1,5M", 90), ("1:02:03", 3723), ("62:03", 3723), ("0:07", 7), ("00:03:20", 200), ("1:02.5", 62.5), ("123", 123), ("123.5", 123.5), (" 12 ", 12), ("0", 0)],
)  # fmt: skip
def test_durations_are_seconds(raw: str, seconds: float) -> None:
    assert read_duration(raw) == seconds


@pytest.mark.parametrize("raw", [None, "", " ", "P", "PT", "T", "P1Y", "P1M", "-PT3S", "-5", "PT1M30", "1:2", "1:60", "1:60:00", "nan", "inf", "1e5", "five", "PT1.2.3S", "PT,S", "9" * 50, "1:2:3:4"])
def test_what_is_no_duration_is_none(raw: str | None) -> None:
    assert read_duration(raw) is None


@given(st.text(alphabet="PTHMSDWY0123456789:.,- ", max_size=20))
def test_no_duration_raises_or_is_negative(raw: str) -> None:
    seconds = read_duration(raw)
    assert seconds is None or seconds >= 0


@pytest.mark.parametrize("zone", ["-5:00", "-05:00", "-0500", "-05", "-05:00:00", "GMT-5:00"])
def test_an_offset_counts_however_it_is_written(zone):
    found = read_time(f"2014-12-15T12:56{zone}", observed_at=NOW)
    assert found is not None
    assert found.at == int(datetime(2014, 12, 15, 17, 56, tzinfo=UTC).timestamp()) * 1_000_000


@given(st.datetimes(datetime(1975, 1, 1), datetime(2190, 1, 1)), st.integers(-13 * 60, 13 * 60))  # noqa: DTZ001  wall clocks
def test_a_stamp_of_a_time_element_reads_like_any_iso_8601_time(wall, minutes: int) -> None:
    sign, size = ("-", -minutes) if minutes < 0 else ("+", minutes)
    raw = f"{wall:%Y-%m-%dT%H:%M:%S}{sign}{size // 60:02}:{size % 60:02}"
    quick, slow = (read_time(text, observed_at=4_000_000_000_000_000) for text in (raw, raw.replace("T", " ")))
    assert quick is not None
    assert slow is not None
    assert (quick.at, quick.min, quick.max, quick.precision) == (slow.at, slow.min, slow.max, slow.precision)
