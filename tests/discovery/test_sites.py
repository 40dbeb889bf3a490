"""The file of sites: what it may say, and what is said of what it may not."""

from __future__ import annotations

import pytest

from crawler.sites import SitesError, read_sites


def test_defaults_hold_for_every_site_and_a_site_overrides_them(tmp_path):
    file = tmp_path / "sites.toml"
    file.write_text(
        '\ufeff[defaults]\nmax_pages = 50\nexclude = ["/sponsored/"]\n'
        '[sites."example.org"]\nmax_age_days = 7\nsitemaps = ["https://example.org/news.xml"]\n'
        '[sites."127.0.0.1:8100"]\nlistings = false\n'
    )
    sites = read_sites(file)
    one, other = sites.of("https://www.example.org/a"), sites.of("https://elsewhere.net/")
    assert (one.max_pages, one.max_age_days, one.sitemaps) == (50, 7, ("https://example.org/news.xml",))
    assert (other.max_pages, other.max_age_days, other.sitemaps) == (50, 0, True)
    assert sites.of("http://127.0.0.1:8100/x").listings is False
    assert one.wants("https://example.org/a")
    assert not one.wants("https://example.org/sponsored/a")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("max_pages = 5", ["max_pages", "defaults"]),
        ("[defaults]\nmax_page = 5", ["max_page", "max_pages is meant"]),
        ("[defaults]\nmax_pages = -1", ["max_pages", "-1", "from 0"]),
        ("[defaults]\nmax_seconds = nan", ["max_seconds", "nan", "from 0"]),
        ("[defaults]\nmax_pages = 1.5", ["1.5", "whole"]),
        ("[defaults]\nlistings = 1", ["listings", "true or false"]),
        ('[defaults]\ninclude = ["("]', ["include", "regular expression"]),
        ('[defaults]\nfeeds = ["feed"]', ["feeds", "address"]),
        ('[sites."https://www.example.org/"]\nrest = false', ["www.example.org", "'example.org'"]),
        ("[defaults", ["no TOML"]),
        ("sites = 3", ["sites"]),
    ],
)
def test_what_cannot_be_used_is_named_with_the_way_out(tmp_path, text, words):
    file = tmp_path / "sites.toml"
    file.write_text(text)
    with pytest.raises(SitesError) as caught:
        read_sites(file)
    assert all(word in str(caught.value) for word in ["sites.toml", *words]), str(caught.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(SitesError, match=r"nowhere\.toml: No such file"):
        read_sites(tmp_path / "nowhere.toml")
