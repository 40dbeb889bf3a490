"""Structured data is read in every syntax, and broken data costs only itself."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.extract.document import Document
from crawler.extract.jsonld import parse_json_ld
from crawler.extract.structured import Structured, read_structured
from crawler.extract.thing import plain


def structured(html: str) -> Structured:
    return read_structured(Document(html, "https://www.example.com/a"))


def script(text: str) -> str:
    return f'<script type="application/ld+json">{text}</script>'


@pytest.mark.parametrize(
    "text",
    [
        '{"name":"x"}',
        '\ufeff {"name":"x"}',
        '<!-- {"name":"x"} -->',
        '//<![CDATA[\n{"name":"x"}\n//]]>',
        '/* <![CDATA[ */ {"name":"x"} /* ]]> */',
        '{"name":"x",}',
        '{"name":"x", /* why */ "list":[1,2,],}',
        '{"name":"x"};',
        "{&quot;name&quot;:&quot;x&quot;}",
    ],
)
def test_careless_wrappings_and_commas_do_not_hide_a_value(text: str) -> None:
    (value,) = parse_json_ld(text)
    assert value["name"] == "x"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('{"name":"a\nb\tc"}', "a\nb\tc"),
        (r'{"name":"it\'s",}', r"it\'s"),
        ('{"name":"a, ] b","x":[1,]}', "a, ] b"),
        ('{"name":"<!-- kept /* too */ -->",}', "<!-- kept /* too */ -->"),
    ],
)
def test_the_inside_of_strings_survives_repair(text: str, name: str) -> None:
    (value,) = parse_json_ld(text)
    assert value["name"] == name


def test_several_values_in_a_row_are_all_read_and_a_cut_one_is_left_out() -> None:
    assert parse_json_ld('{"a":1} {"a":2} {"a":') == [{"a": 1}, {"a": 2}]


@given(st.text(max_size=200))
def test_any_text_is_read_without_an_error(text: str) -> None:
    assert isinstance(parse_json_ld(text), list)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(st.text(max_size=6), VALUES, min_size=1, max_size=4))
def test_sound_json_is_read_as_it_is(value: dict[str, object]) -> None:
    assert parse_json_ld(json.dumps(value)) == [value]


@given(st.dictionaries(st.sampled_from(["@type", "@id", "@graph", "name", "video", "@value"]), VALUES, max_size=5))
def test_any_object_becomes_things_whose_texts_are_texts(value: dict[str, object]) -> None:
    for thing in structured(script(json.dumps(value).replace("<", "\\u003c"))).things:
        assert all(isinstance(text, str) for name in thing.props for text in thing.texts(name))
        assert all(thing.link(name) is None or isinstance(thing.link(name), str) for name in thing.props)


@pytest.mark.parametrize(
    "text",
    [
        '{"@type":"VideoObject","name":"x"}',
        '{"@type":["Thing","http://schema.org/VideoObject"],"name":"x"}',
        '[{"@type":"WebSite"},{"@type":"schema:VideoObject","name":"x"}]',
        '{"@context":"https://schema.org","@graph":[{"@type":"VideoObject","name":{"@value":"x"}}]}',
        '{"@type":"WebPage","mainEntity":{"@type":"VideoObject","schema:name":"x"}}',
        '{"@type":"NewsArticle","video":[{"@type":"VideoObject","name":["x","y"]}]}',
    ],
)
def test_a_video_is_found_wherever_json_ld_puts_it(text: str) -> None:
    (video,) = structured(script(text)).find("VideoObject")
    assert video.text("name") == "x"


def test_things_in_listings_clips_and_comments_are_not_the_pages() -> None:
    found = structured(
        script('{"@type":"ItemList","itemListElement":[{"@type":"ListItem","item":{"@type":"VideoObject"}}]}')
        + script('{"@type":"Article","comment":{"@type":"Comment","video":{"@type":"VideoObject"}}}')
        + "<div itemscope><div itemprop=comment itemscope>"
        + "<i itemprop=video itemscope itemtype=x/VideoObject></i></div></div>"
    )
    assert found.find("VideoObject") == []
    assert len(found.find("Article")) == 1


def test_references_are_followed_even_in_circles() -> None:
    text = (
        '[{"@type":"Article","@id":"#a","publisher":{"@id":"#p"},"isPartOf":{"@id":"#a"}},'
        '{"@type":"Organization","@id":"#p","name":"P","url":"/p","parentOrganization":{"@id":"#p"}}]'
    )
    (article,) = structured(script(text)).find("Article")
    assert (article.text("publisher"), article.link("publisher"), article.text("isPartOf")) == ("P", "/p", None)


def test_microdata_values_come_from_the_attribute_of_their_element() -> None:
    (video,) = structured(
        "<div itemscope itemtype='http://schema.org/VideoObject'><h1 itemprop=name>A <b>name</b></h1>"
        "<meta itemprop='duration' content=PT1S><link itemprop=embedURL href=/e>"
        "<time itemprop=uploadDate datetime=2021-01-01>then</time><img itemprop=thumbnailUrl src=/t>"
        "<p itemprop=description>One<br>two</p>"
        "<span itemprop=author itemscope itemtype=x/Person><a itemprop='name url' href=/who>Who</a></span>"
        "</div>"
    ).find("videoobject")
    names = ("name", "duration", "embedUrl", "uploadDate", "thumbnailUrl", "description")
    assert [video.text(name) for name in names] == ["A name", "PT1S", "/e", "2021-01-01", "/t", "One\ntwo"]
    assert video.link("author") == "/who"


def test_loose_video_properties_complete_the_only_video_or_make_one() -> None:
    loose = "<meta itemprop=contentURL content=/v.mp4><meta itemprop=duration content=PT5S>"
    scope = "<div itemscope itemtype=http://schema.org/VideoObject><meta itemprop=duration content=PT9S></div>"
    (made,) = structured(loose).find("VideoObject")
    (completed,) = structured(loose + scope).find("VideoObject")
    assert (made.text("contentUrl"), made.text("duration")) == ("/v.mp4", "PT5S")
    assert (completed.text("contentUrl"), completed.text("duration")) == ("/v.mp4", "PT9S")
    assert structured("<b itemprop=name>x</b>").find("VideoObject") == []


def test_rdfa_lite_is_read_like_microdata() -> None:
    (video,) = structured(
        "<div vocab='https://schema.org/' typeof=VideoObject><b property=name>x</b>"
        "<meta property='og:title' content=y></div>"
    ).find("VideoObject")
    assert video.text("name") == "x"


def test_metas_are_found_by_property_name_or_header_in_order_of_preference() -> None:
    found = structured(
        "<meta name=twitter:title content=t><meta property='OG:Title' content=''><meta property=og:title content=' o '>"
        "<meta http-equiv=Content-Language content=de><meta property=article:tag content=1>"
        "<meta property=article:tag content=2>"
    )
    assert found.meta("og:title", "twitter:title") == "o"
    assert found.meta("content-language") == "de"
    assert found.meta("absent") is None
    assert found.metas["article:tag"] == ["1", "2"]


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("a&nbsp;b &amp; c", "a b & c"),
        ("one\r\n\r\n<a href='x'>two</a>", "one two"),
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("1 < 2 > 0", "1 < 2 > 0"),
        ("  ", None),
        (None, None),
    ],
)
def test_plain_text_of_a_value_is_what_a_reader_would_see(raw: str | None, text: str | None) -> None:
    assert plain(raw) == text
