"""Settings in inline scripts, written in every way that JavaScript and JSON allow."""

from __future__ import annotations

import pytest

from crawler.extract.document import Document
from crawler.systems.configuration import names, scripts, setting


def text(*bodies: str) -> str:
    page = "<!doctype html><title>x</title>" + "".join(f"<script>{body}</script>" for body in bodies)
    return scripts(Document(page, "https://example.org/"))


@pytest.mark.parametrize(
    ("script", "value"),
    [
        ("var shortname = 'news';", "news"),
        ('window.shortname="news"', "news"),
        ("x = {shortname: `news`}", "news"),
        ('{"a":1,"shortname":"ne\\u0077s\\/x"}', "news/x"),
        ("{'shortname' : 'it\\'s'}", "it's"),
        ("shortname = 12;", "12"),
        ("// shortname = 'no'\nshortname = 'news'", "news"),
        ("/* shortname = 'no'; */ shortname = 'news'", "news"),
        ("u = 'https://example.org/'; shortname = 'news' // it", "news"),
        ("if (shortname == 'no') shortname = 'news'", "news"),
        ("my_shortname = 'no'; shortname = 'news'", "news"),
        ("shortname = PREFIX + 'no'", None),
        ("shortname = 'no' + SUFFIX", None),
        ("shortname = `no${x}`", None),
        ("shortname = location.href", None),
        ("/* shortname = 'no'", None),
        ("", None),
    ],
)
def test_a_setting_is_the_literal_that_a_name_is_given(script: str, value: str | None) -> None:
    assert setting(text(script), "shortname") == value


def test_a_dotted_name_and_several_scripts() -> None:
    found = text("var a = 1;", "this.page.url = 'https://example.org/a'; this.page.identifier = ID;")
    assert setting(found, "this.page.url") == "https://example.org/a"
    assert (setting(found, "this.page.identifier"), names(found, "this.page.identifier")) == (None, True)
    assert not names(found, "this.page.title")


def test_scripts_that_are_loaded_are_no_configuration() -> None:
    page = '<script src="a.js">shortname = "no"</script><p>shortname = "no"</p>'
    assert setting(scripts(Document(page, "https://example.org/")), "shortname") is None


def test_hostile_scripts_take_linear_time() -> None:
    for piece in ("/*", '"', "'", "\\", "`", "shortname = '", "//", "shortname "):
        setting(text(piece * 100_000), "shortname")
