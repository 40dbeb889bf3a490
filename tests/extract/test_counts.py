"""Counts in the ways that languages group, shorten and write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.extract.counts import MAGNITUDES, MAX_COUNT, OWN_MAGNITUDES, Count, read_count


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0), ("13", 13), ("1,234", 1234), ("1.234", 1234), ("1 234", 1234), ("1\u00a0234", 1234), ("1\u202f234", 1234),
        ("1\u2009234", 1234), ("12'345", 12_345), ("12’345", 12_345), ("1,234,567", 1_234_567), ("1.234.567", 1_234_567),
        ("12 345 678", 12_345_678), ("1,23,456", 123_456), ("12,34,56,789", 123_456_789), ("1,234.0", 1234), ("007", 7),
        ("Comments (13)", 13), ("13 Kommentare", 13), ("コメント12件", 12), ("13条评论", 13), ("3 Comments, 5 shares", 3),
        ("١٬٢٣٤", 1234), ("١٢٣ تعليق", 123), ("۱۲۳۴", 1234), ("१२३", 123), ("২৩", 23), ("２３４", 234), ("๑๒", 12),
        ("mp3: 7", 7), ("Views: 5.", 5), ("1 2", 1), ("5 minutes", 5), ("5 m ago", 5), ("100 metres", 100), ("10-20 comments", 10),
        ("1234567", 1_234_567), ("+5", 5), ("#5", 5),
    ],
)  # fmt: skip
def test_whole_numbers_are_exact(text: str, value: int) -> None:
    assert read_count(text) == Count(value, "exact")


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("1.2K", None, 1200), ("1.2k views", "en", 1200), ("2.5M views", "en", 2_500_000), ("3B", "en", 3_000_000_000),
        ("1,2 mil", "es", 1200), ("2 mil", "pt", 2000), ("2,5 mil M", "es", 2_500_000_000), ("2 mil.", "cs", 2_000_000),
        ("1.2万", "ja", 12_000), ("1.2萬", "zh-TW", 12_000), ("1.2億", "ja", 120_000_000), ("1亿2345万", "zh", 123_450_000),
        ("3.4만", "ko", 34_000), ("1.2천회", "ko", 1200), ("播放1.2万次", "zh", 12_000), ("12 тыс.", "ru", 12_000),
        ("1,5 млн", "ru", 1_500_000), ("1,1 Mio.", "de", 1_100_000), ("3,5 Mrd.", "de", 3_500_000_000),
        ("1,2\u00a0k", "fr", 1200), ("1,2 M de vues", "fr", 1_200_000), ("1 lakh", "en", 100_000), ("2.5 crore", "en-IN", 25_000_000),
        ("१.२ लाख", "hi", 120_000), ("1,5 B", "tr", 1500), ("1,5 Mn", "tr", 1_500_000), ("12 rb", "id", 12_000),
        ("1,2 jt", "id", 1_200_000), ("1,2 N", "vi", 1200), ("1,2 Tr", "vi", 1_200_000), ("٣٫٥ ألف", "ar", 3500),
        ("1.2 million", "en", 1_200_000), ("1,2 milioni", "it", 1_200_000), ("12 tys.", "pl", 12_000), ("1.234M", "en", 1_234_000),
        ("1.234M", "de", 1_234_000_000), ("1,234K", "en", 1_234_000), ("0.9K", None, 900), ("1000+", None, 1000),
        ("1万2万", "zh", 10_000), ("~500", None, 500), ("1,5 หมื่น", "th", 15_000),
    ],
)  # fmt: skip
def test_shortened_numbers_are_rounded(text: str, language: str | None, value: int) -> None:
    assert read_count(text, language) == Count(value, "rounded")


@pytest.mark.parametrize(
    "text",
    [
        None, "", " ", "Comments", "no comments", "85%", "85 %", "$5", "5:30", "10:30:00", "-5", "\u22125", "4.5 stars", "4,5",
        "2021-07-19", "3/10", "mp3", "9" * 30, "1.2.3", "1,2,3", "1,2,345", "0.5", "1.234,56", "½", "²", "Ⅻ", "五", "x" * 500 + "5",
    ],
)  # fmt: skip
def test_what_is_no_count_is_none(text: str | None) -> None:
    assert read_count(text) is None


@given(st.integers(0, MAX_COUNT), st.sampled_from([",", ".", "'", "’", "\u00a0", "\u202f", "٬"]))
def test_a_grouped_number_is_read_back(value: int, separator: str) -> None:
    assert read_count(f"{value:,}".replace(",", separator)) == Count(value, "exact")


@given(st.integers(0, MAX_COUNT), st.sampled_from("٠۰०০๐０"))
def test_digits_of_every_script_are_read(value: int, zero: str) -> None:
    assert read_count("".join(chr(ord(zero) + int(digit)) for digit in str(value))) == Count(value, "exact")


@given(st.text(max_size=60), st.sampled_from([None, "en", "de", "zh", "xx", "", "pt-BR"]))
def test_no_text_raises_or_gives_a_negative_count(text: str, language: str | None) -> None:
    count = read_count(text, language)
    assert count is None or (0 <= count.value <= MAX_COUNT and count.precision in ("exact", "rounded"))


@pytest.mark.parametrize("word", [word for word in MAGNITUDES if len(word) > 1])
def test_every_magnitude_is_reachable(word: str) -> None:
    assert read_count(f"2 {word}") == Count(2 * MAGNITUDES[word], "rounded")


@pytest.mark.parametrize(("language", "word"), [(language, word) for language, own in OWN_MAGNITUDES.items() for word in own])
def test_every_magnitude_of_a_language_is_reachable(language: str, word: str) -> None:
    assert read_count(f"2 {word}.", language) == Count(2 * OWN_MAGNITUDES[language][word], "rounded")
