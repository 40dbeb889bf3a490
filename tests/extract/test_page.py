"""A page is read as its checked record says, field by field; what it does not state is None."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.schema import Page
from crawler.extract.document import Document
from crawler.extract.page import read_page
from crawler.extract.related import read_related
from crawler.extract.tags import read_hashtags

CASES = Path(__file__).parent / "fixtures" / "page"
OBSERVED_AT = int(datetime(2023, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000
OF_OTHERS = ("page_id", "canonical_url", "comments_state", "content_digest")


def read(body: str | bytes, url: str = "https://www.example.com/a", headers: dict[str, str] | None = None) -> Page:
    return read_page(Document(body, url, headers), observed_at=OBSERVED_AT)


def expected_record(case: dict[str, Any]) -> dict[str, Any]:
    record = asdict(Page(url=case["url"], http_status=200)) | case["page"]
    for name in ("published_at", "modified_at"):
        if record[name]:
            record[name] = int(datetime.fromisoformat(record[name]).timestamp()) * 1_000_000
    return {name: value for name, value in record.items() if name not in OF_OTHERS}


@pytest.mark.parametrize("folder", sorted(CASES.iterdir()), ids=lambda folder: folder.name)
def test_the_whole_record_of_a_page_is_as_checked(folder: Path) -> None:
    case = json.loads((folder / "expected.json").read_text("utf-8"))
    record = asdict(read((folder / "page.html").read_bytes(), case["url"]))
    assert {name: value for name, value in record.items() if name not in OF_OTHERS} == expected_record(case)


def test_a_page_that_says_nothing_has_only_its_address_and_status() -> None:
    page = asdict(read_page(Document("<p>", "https://www.example.com/a"), observed_at=OBSERVED_AT, http_status=203))
    stated = {name: value for name, value in page.items() if value not in (None, "")}
    assert stated == {
        "url": "https://www.example.com/a",
        "canonical_url": "https://www.example.com/a",
        "http_status": 203,
    }


def test_validators_of_the_answer_are_kept_for_the_next_visit() -> None:
    page = read("<p>x", headers={"etag": 'W/"1"', "last-modified": "Mon, 19 Jul 2021 00:00:00 GMT"})
    assert (page.etag, page.last_modified) == ('W/"1"', "Mon, 19 Jul 2021 00:00:00 GMT")


@pytest.mark.parametrize(
    ("html", "title"),
    [
        ("<title>A story - The Site</title>", "A story - The Site"),
        ("<title>A story - The Site</title><meta property=og:site_name content='the site'>", "A story"),
        ("<title>The Site | A story</title><meta property=og:site_name content='The Site'>", "A story"),
        ("<meta property=og:title content='War &amp;amp; peace – Site'><h1>War &amp; peace</h1>", "War & peace"),
        ("<title>A story - Example</title>", "A story"),
        ("<title>example.com | A story</title>", "A story"),
        ("<title>A story - An example</title>", "A story - An example"),
        ("<title>A - B - Site</title><meta property=og:site_name content=Site>", "A - B"),
        ("<title>Just a name</title><h1 class=site-title>The Site</h1>", "Just a name"),
        ("<h1 class=logo>Site</h1><h2 class=entry-title>Old theme's story</h2>", "Old theme's story"),
        ("<aside><h1>Beside</h1></aside><title>The page</title>", "The page"),
        ("<div id=header><h1><a href=/>The Site</a></h1></div><h2 class=entry-title>Its story</h2>", "Its story"),
        ("<meta property=og:title content='A story: EXAMPLE'>", "A story"),
        ("<title>Ferries: a story</title>", "Ferries: a story"),
        ("<title>A late ferry - News - Site</title><span> A late ferry </span>", "A late ferry"),
        ("<title>News - A late ferry - Site</title><a href=/n>News</a>", "News - A late ferry - Site"),
        (
            """<meta property=og:type content=article><meta property=og:title content="The story">
            <script type=application/ld+json>[{"@type":"NewsArticle"},{"@type":"VideoObject","name":"A clip"}]</script>""",
            "The story",
        ),
        (
            '<script type=application/ld+json>{"@type":"VideoObject","name":"Tom&nbsp;&amp; I"}</script><h1>Other</h1>',
            "Tom & I",
        ),
    ],
)
def test_title_loses_a_site_name_only_when_the_page_confirms_it(html: str, title: str) -> None:
    assert read(html).title == title


@pytest.mark.parametrize(
    ("html", "language"),
    [
        ("<html lang=en_us>", "en-US"),
        ("<html lang=zh-hant-tw>", "zh-Hant-TW"),
        ("<html lang=''><meta property=og:locale content=pt_BR>", "pt-BR"),
        (
            "<html lang=utf-8><meta name=language content=ISO-8859-1><meta http-equiv=content-language content=iso>",
            "iso",
        ),
        ("<html lang=english><meta http-equiv=content-language content=ru>", "ru"),
        ("<meta property=og:language content='el , english'>", "el"),
        ("<html><script type=application/ld+json>{'@type':'Article'}</script>", None),
        ('<html><script type=application/ld+json>{"@type":"Article","inLanguage":"es-419"}</script>', "es-419"),
    ],
)
def test_language_is_a_tag_in_its_usual_case_or_none(html: str, language: str | None) -> None:
    assert read(html).language == language


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("#scmp #China #Cybersecurity", ["scmp", "China", "Cybersecurity"]),
        ("#café, #العالم and #हिन्दी #ภาษาไทย！#中文#日本語", ["café", "العالم", "हिन्दी", "ภาษาไทย", "中文", "日本語"]),
        ("#One #one #ONE", ["One"]),
        ("(#a1b) “#quoted” #end.", ["quoted", "end"]),
        ("#1 #2021 #fff #00ff00 #FF00FF00", []),
        ("#comment-12 https://example.com/#frag /#anchor a#b &#35; &#x23;", []),
        ("#under_score #été-2021", ["under_score", "été"]),
        ("no tags # here #", []),
    ],
)
def test_hashtags_are_words_of_any_script_and_no_anchors_numbers_or_colours(text: str, tags: list[str]) -> None:
    assert read_hashtags(text) == tags


@given(st.text(alphabet=st.sampled_from("#＃aé中1_ -.\u200d\n/&"), max_size=60))
def test_hashtags_are_unique_parts_of_the_text_without_their_sign(text: str) -> None:
    tags = read_hashtags(text)
    assert len({tag.casefold() for tag in tags}) == len(tags)
    assert all(tag in text and tag[0] not in "#＃" and any(map(str.isalpha, tag)) for tag in tags)


def related(text: str, html: str = "<p>") -> list[tuple[str | None, str | None]]:
    document = Document(html, "https://www.example.com/a")
    return [(story["title"], story["url"]) for story in read_related(document, text, document.tree.body)]


@pytest.mark.parametrize(
    ("text", "stories"),
    [
        ("Text.\n\nRelated story:\nA title\n\nSupport us:", [("A title", None)]),
        ("Related stories:\nOne\nTwo\nSupport us: https://a.example/x", [("One", None), ("Two", None)]),
        ("Read more: https://a.example/1", [(None, "https://a.example/1")]),
        ("Read more: A title https://a.example/1.", [("A title", "https://a.example/1")]),
        ("See also:\n\nA title\nhttps://a.example/1", [("A title", "https://a.example/1")]),
        ("Читайте также: Другая новость", [("Другая новость", None)]),
        ("相关报道：另一条新闻", [("另一条新闻", None)]),
        ("Related story:\n#tag", []),
        ("He was related to her: a cousin. Read more books.", []),
        ("Related story:", []),
    ],
)
def test_related_stories_are_read_from_the_lines_that_a_label_introduces(
    text: str, stories: list[tuple[str | None, str | None]]
) -> None:
    assert related(text) == stories


def test_a_related_title_gets_the_address_of_its_link() -> None:
    assert related("Related story:\nA title", "<p><a href=/t>A  title</a>") == [
        ("A title", "https://www.example.com/t")
    ]


@pytest.mark.parametrize(
    ("html", "stories"),
    [
        ("<h1>Ferry</h1><div class=relatedNews><h2>More</h2><a href=/1>A new pier</a></div>", ["A new pier"]),
        ("<h1>Ferry</h1><div class=related-content><article><a href=/1><h1>A new pier</h1></a></article></div>", ["A new pier"]),
        ("<div class=related-content><h1>Ferry</h1><a href=/1>A new pier</a></div>", []),
        ("<ul class=related-list><li><h1>A new pier</h1><a href=/1>A new pier</a></ul>", ["A new pier"]),
        ("<div class=related><p class=tag-item><a href=/1>Python</a></div>", []),
        ("<ul class=related-posts><li><article class='post-7 hentry category-news tag-rail'><h4><a href=/1>A new pier</a></h4></article></ul>", ["A new pier"]),
        ("<ul class=related-posts><li><a href=/1>A new pier</a><p class=post-category><a href=/2>News</a></ul>", ["A new pier"]),
        ("<div class=related><a href=/1><img alt=planks></a><a href=/1>A new pier</a></div>", ["A new pier"]),
        ("<div class=related><a href=/1 title='A new pier at last'><img></a><a href=/1>A new pier…</a></div>", ["A new pier at last"]),
        ("<div id=related-services class=footer><div id=related-about><a href=/1>Our podcasts</a></div></div>", []),
        ("<figure><header><h1>Powiązane</h1></header><ul><li><a href=/1>Nowe molo</a></ul></figure>", ["Nowe molo"]),
    ],
)  # fmt: skip
def test_related_lists_are_found_by_what_they_are_called(html: str, stories: list[str]) -> None:
    assert [story["title"] for story in read(html).related or []] == stories


def test_drupals_fields_of_tags_are_tags() -> None:
    page = "<div class='field field--name-field-tags'><a href=/t/1>Rail</a></div><div class=field-name-field-tags><a href=/t/2>Sea</a></div>"
    assert read(page).tags == ["Rail", "Sea"]


def test_navigation_advertisements_and_the_page_itself_are_no_related_stories() -> None:
    html = (
        "<div class=related-posts><h3>Related</h3><a href=/one>One story</a><a href=/a#comments>This very story</a>"
        "<a href=/tag/x/>Some tag</a><a href=https://ads.example.net/>An offer</a><a href=#top>Up again</a>"
        "<a rel=author href=/who>An author</a><a href=/two><img alt='Two story'></a><a href=/one>Again one</a></div>"
        "<nav class=menu-related-x><a href=/menu>Menu entry</a></nav>"
    )
    assert related("", html) == [
        ("One story", "https://www.example.com/one"),
        ("Two story", "https://www.example.com/two"),
    ]


@pytest.mark.parametrize(
    ("title", "counts"),
    [
        ("12 likes, 3 dislikes", (12, 3)),
        ("1,234 Likes, 0 Dislikes", (1234, 0)),
        ("12 إعجاب، 3 عدم إعجاب", (12, 3)),
        ("80%, 20%", (None, None)),
        ("nothing", (None, None)),
    ],
)
def test_likes_and_dislikes_are_read_from_php_melodys_bar(title: str, counts: tuple[int | None, int | None]) -> None:
    page = read(f'<div class=progress title="{title}"></div>')
    assert (page.like_count, page.dislike_count) == counts


def statistic(text: str) -> str:
    return f'<script type="application/ld+json">{{"@type":"VideoObject","name":"x","url":"/a",{text}}}</script>'


@pytest.mark.parametrize(
    ("html", "views", "comments"),
    [
        (statistic('"interactionCount":"UserComments:13"'), None, 13),
        (statistic('"interactionCount":"1234"'), 1234, None),
        (statistic('"interactionCount":["UserPlays:5","13 UserComments"]'), 5, 13),
        (statistic('"commentCount":0'), None, 0),
        (
            statistic('"interactionStatistic":{"interactionType":{"@id":"http://schema.org/WatchAction"},'
                      '"userInteractionCount":7}'),
            7,
            None,
        ),
        (
            """<div itemscope itemtype=https://schema.org/VideoObject><meta itemprop=name content=x>
            <div itemprop=interactionStatistic itemscope itemtype=https://schema.org/InteractionCounter>
            <meta itemprop=interactionType content=https://schema.org/CommentAction>
            <meta itemprop=userInteractionCount content=41></div></div>""",
            None,
            41,
        ),
    ],
)  # fmt: skip
def test_counts_are_read_in_every_shape_of_schema_org(html: str, views: int | None, comments: int | None) -> None:
    page = read(html)
    assert (page.view_count, page.comment_count) == (views, comments)


def test_a_mere_date_is_refined_by_the_time_that_the_page_shows_for_that_day() -> None:
    page = read(
        '<script type="application/ld+json">{"@type":"Article","datePublished":"2021-07-19"}</script>'
        "<time class='entry-date published' datetime='2021-07-19T05:23:00+00:00'>July 19</time>"
    )
    assert page.published_at == int(datetime(2021, 7, 19, 5, 23, tzinfo=UTC).timestamp()) * 1_000_000


def test_the_name_of_a_video_in_an_article_does_not_describe_the_article() -> None:
    video = '{"@type":"VideoObject","name":"A clip of it","description":"A clip of it"}'
    page = read(
        "<meta property=og:type content=article><meta property=og:title content='A ferry'><meta name=description content='It is late.'>"
        f"<meta name=OriginalPublicationDate content='2011/12/13 13:14:55'><script type=application/ld+json>{video}</script>"
        '<script type=application/ld+json>{"@type":"NewsArticle"}</script>'
    )
    assert (page.title, page.description, page.published_at) == ("A ferry", "It is late.", 1_323_782_095_000_000)


def test_a_time_in_a_title_is_read_before_the_words_it_stands_for() -> None:
    page = read(
        "<i class=published title=2019-05-04T09:00Z>today</i><i class=updated title='2019-05-05T10:00+02:00'>5 May</i>"
    )
    assert (page.published_at, page.modified_at) == (1_556_960_400_000_000, 1_557_043_200_000_000)


def test_a_relative_time_is_no_publication_time() -> None:
    assert read("<span class=posted-on>3 days ago</span>").published_at is None


def test_a_headline_before_ten_thousand_empty_elements_is_looked_behind_a_little_way() -> None:
    assert read("<h1>Bridge</h1>" + "<b class=date>" * 10_000).published_at is None


def test_an_article_that_its_video_does_not_quote_is_not_the_videos_description() -> None:
    video = '"description":"What the camera saw that day in the harbour of the town."'
    page = read(statistic(video) + "<div class=entry-content><p>An article about shipping.</p></div>")
    assert page.description == "What the camera saw that day in the harbour of the town."


@pytest.mark.parametrize(
    "control",
    [
        "<div class=tasty-recipes-quick-links><a href='#r'>Jump to Recipe</a><span>·</span><a href=/print/7>Print Recipe</a></div>",
        "<a href='#r' class='wprm-recipe-jump wprm-recipe-link'>Jump to Recipe</a> <a href=/print/7 class='wprm-recipe-print wprm-recipe-link'>Print</a>",
        "<a class=jump-to-recipe href='#r'>Jump to recipe</a>",
    ],
)  # fmt: skip
def test_what_leads_to_another_part_of_the_page_or_to_the_printer_is_no_text_of_it(control: str) -> None:
    assert (
        read(f"<div class=entry-content>{control}<p>The bridge is open.</p></div>").description == "The bridge is open."
    )


def test_a_control_that_was_never_closed_does_not_take_the_text_with_it() -> None:
    text = "The bridge is open, and everybody who has crossed it says that it was worth the wait."
    page = read(f"<div class=entry-content><div class=jump-to-recipe>{text}</div></div>")
    assert page.description == text


def test_an_excerpt_gives_way_to_the_text_it_was_taken_from() -> None:
    page = read(
        "<meta property=og:description content='One two three four five six seven eight…'>"
        "<div class=entry-content><p>Note.</p><p>One two three four five six seven eight nine.</p></div>"
    )
    assert page.description == "Note.\n\nOne two three four five six seven eight nine."


HOSTILE = (
    "<div class=entry-content>" * 10_000 + "deep #tag",
    "<div itemscope itemprop=x>" * 10_000,
    "<script type='application/ld+json'>" + "[" * 100_000 + "</script>",
    "<script type='application/ld+json'>" + '{"@graph":[' * 50_000 + "</script>",
    "<script type='application/ld+json'>" + '"\\"' * 100_000 + "{</script>",
    '<script type="application/ld+json">{"@type":"VideoObject","name":{"@id":"a"},"@id":"a"}</script>',
    '<script type="application/ld+json">{"@type":"VideoObject","commentCount":' + "9" * 5_000 + "}</script>",
    "<p class=related>" + "<a href=/x>y z</a>" * 20_000,
    "<div class=entry-content>" + "#" * 200_000 + "</div>",
    "<div class=entry-content>" + "Read more: " * 20_000 + "</div>",
    "<title>" + " - " * 100_000 + "</title>",
    "<iframe src='https://[::1/embed'></iframe><iframe src='//www.youtube.com:99999/embed/abcdefghijk'></iframe>",
    "<div class='" + "related-" * 50_000 + "'>x</div>",
    "<meta property=og:video content='" + "https://odysee.com/$/embed/" * 20_000 + "'>",
    "<video>" * 3_000 + "<source src=x>" * 3_000,
    "<html lang='\ud800'><title>\x00\ud800</title><meta property='og:title' content='\x00'>",
)


@pytest.mark.parametrize("html", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_page_costs_neither_an_exception_nor_much_time(html: str) -> None:
    document = Document(html.encode("utf-8", "surrogatepass"), "https://www.example.com/a")
    started = time.process_time()
    page = read_page(document, observed_at=OBSERVED_AT)
    assert time.process_time() - started < 5
    assert page.url == "https://www.example.com/a"


PIECES = st.sampled_from(
    [
        "<div itemscope itemtype=http://schema.org/VideoObject>",
        "<meta itemprop=embedURL content='//youtu.be/a1B2c3D4e5F'>",
        "<span itemprop='author description' itemscope>", "</div>", "</span>", "<h1>", "<article>",
        "<div class=related>", "<a href=/x>Read more: y</a>", "<p>#tag\n", "<time datetime=2021-01-01>",
        "<iframe srcdoc='<a href=//youtu.be/a1B2c3D4e5F>'>",
        '<script type="application/ld+json">{"@type":["VideoObject"],"author":[[{"name":1}]],"duration":{}}</script>',
        '<script type="application/ld+json">{"@graph":{"@type":5,"url":[null,true]},"comment":[', "</script>",
        "<meta property=og:video content=https://x.example/v.mp4>", "<video src=blob:x>", "<h2>Related stories</h2>",
        "&#0;", "<",
    ]
)  # fmt: skip


@settings(max_examples=150)
@given(st.lists(PIECES, max_size=25))
def test_no_arrangement_of_markup_raises_and_equal_pages_read_equal(pieces: list[str]) -> None:
    html = "<p>" + "".join(pieces)
    page = read(html)
    assert page == read(html)
    assert (page.platform is None and page.video_id is None) or page.embed_url


@pytest.mark.parametrize(("kind", "title"), [("website", "The Bay Courier"), ("video.other", "A clip"), ("", "A clip")])
def test_a_page_that_says_it_is_a_site_is_about_none_of_several_videos_that_are_not_its_own(kind: str, title: str) -> None:
    videos = '[{"@type":"VideoObject","@id":"#v1","name":"A clip","duration":"PT9S"},{"@type":"VideoObject","@id":"#v2","name":"A song"}]'
    page = read(
        f'<meta property=og:type content="{kind}"><meta property=og:title content="The Bay Courier">'
        f'<script type="application/ld+json">{videos}</script>'
    )
    assert (page.title, page.duration_s) == (title, 9 if title == "A clip" else None)


def test_a_time_element_that_is_named_as_that_of_publication_is_read_by_its_text() -> None:
    page = read(
        "<div><time id=published_at class=mt-2>2019-07-30 20:36:00</time></div><div><h2><a href=/home>Home</a></h2></div>"
        "<div><div><h1>The bridge</h1></div></div><p>It is old.</p>"
    )
    assert page.published_at == int(datetime(2019, 7, 30, 20, 36, tzinfo=UTC).timestamp()) * 1_000_000
