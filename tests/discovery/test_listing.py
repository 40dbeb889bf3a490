"""Page or listing by evidence, the links of a listing, and the traps that are never followed."""

from __future__ import annotations

import pytest

from crawler.discovery.listing import is_listing, links_of, of_whole_page
from crawler.discovery.traps import trap, without_session
from crawler.extract.document import Document

HOME = "https://news.example.org/"
TEASERS = "".join(f'<article><h2><a href="/story-{n}/">Story {n}</a></h2></article>' for n in range(8))


SENTENCE = "The council of the harbour has put off the works on the ferry for a third time, and nobody says why. "
TOPICS = "".join(f'<tr><td><a href="/topic/a-question-{n}/">A question of ferries {n}</a></td><td>{n}</td>' for n in range(9))
ROWS = "".join(f'<div><b><a href="/s/{n}/">What came of it, {n}</a></b><div>{SENTENCE * 2}</div></div>' for n in range(9))
PARTED = f"<div><div><p>{SENTENCE}</p></div></div>" * 8
BESIDE = "".join(f'<div><a href="/s/{n}/">What came of it, {n}</a></div>' for n in range(30))


def judged(html: str, url: str, *, has_thread: bool | None = False) -> bool:
    return is_listing(Document(html, url), has_thread=lambda: has_thread)[0]


@pytest.mark.parametrize(
    ("html", "url"),
    [
        (f'<body class="home blog">{TEASERS}', HOME),
        (f"<body>{TEASERS}", HOME),
        (f'<body class="archive category">{TEASERS}', f"{HOME}category/world/"),
        (f'<link rel="next" href="/page/3/"><body>{TEASERS}', f"{HOME}page/2/"),
        ('<script type="application/ld+json">{"@type":"CollectionPage"}</script><body>', f"{HOME}world"),
        (f"<body>{TEASERS}", f"{HOME}?page=3"),
        (f"<body><h1>Ferries</h1><table>{TOPICS}</table>", f"{HOME}forum/ferries-2/"),
        ("<body><h1>Users</h1><p>None.", f"{HOME}users/?letter=X"),
        ("<body><h1>Users</h1><p>None.", f"{HOME}questions/sort:age/tags:pond/page:1/"),
        (f"<body><h1>World</h1><p>All of the world.</p>{ROWS}", f"{HOME}world"),
        ("<body><h1>The election</h1><p>Text", f"{HOME}topic/2020-election/"),
        ("<body><h1>Ships</h1><p>Text", f"{HOME}topics/ships"),
        (f"<body><h1>World</h1><p>{SENTENCE * 4}</p>{TEASERS}{ROWS}", f"{HOME}category/world/"),
    ],
)
def test_a_listing_is_known(html, url):
    assert judged(html, url)


@pytest.mark.parametrize(
    ("html", "url", "has_thread"),
    [
        ('<body class="single single-post postid-4"><h1>A story</h1>', f"{HOME}2021/07/a-story/", False),
        ('<meta property="og:type" content="video.other"><body><h1>A video</h1>', f"{HOME}watch?v=1", False),
        (f'<meta property="og:type" content="article"><body><h1>A</h1>{TEASERS}', f"{HOME}a/", False),
        ('<script type="application/ld+json">{"@graph":[{"@type":"WebSite"},{"@type":"NewsArticle"}]}</script><body>', f"{HOME}a", False),
        (f"<body>{TEASERS}", f"{HOME}a-story-with-many-teasers/", True),
        ("<body><h1>Plain</h1><p>Text", f"{HOME}plain.html", False),
        ("<body><h1>Who pays?</h1><p>Text", f"{HOME}topic/25-who-pays", False),
        ("<body><h1>Who pays?</h1><p>Text", f"{HOME}topic/2020/who-pays/", False),
        ('<link rel="next" href="/another-story/"><body><h1>Plain</h1><p>Text', f"{HOME}plain.html", False),
        (f"<body><h1>A story</h1><p>{SENTENCE * 4}</p>{TEASERS}", f"{HOME}a", False),
        (f"<body><h1>A story</h1>{PARTED}{TEASERS}{BESIDE}", f"{HOME}a", False),
        (f"<body><h1>訊</h1><p>{'海港議會再次推遲渡輪工程沒有人說明原因' * 10}</p>{TEASERS}", f"{HOME}a", False),
        (f"<body><h1>A story</h1><p>{SENTENCE * 9}</p>{TEASERS}", f"{HOME}topics/ships/a-story", False),
        (f'<body><h1>A video</h1><iframe src="https://www.youtube.com/embed/kSWQux3iP5a"></iframe>{BESIDE}', f"{HOME}v", False),
    ],
)
def test_a_page_is_known(html, url, has_thread):
    assert not judged(html, url, has_thread=has_thread)


def test_a_doubtful_thread_makes_a_page_of_what_is_hardly_a_listing_and_not_of_one_that_says_so():
    assert not judged(f"<body><h1>Ferries</h1><table>{TOPICS}</table>", f"{HOME}ferries-2", has_thread=None)
    assert judged(f"<body>{TEASERS}", f"{HOME}category/world/", has_thread=None)


def test_links_are_sorted_into_pages_listings_and_further_pages_each_once():
    html = (
        '<link rel="alternate" type="application/rss+xml" href="/feed/" title="News">'
        '<link rel="alternate" type="application/rss+xml" href="/comments/feed/" title="News: Comments Feed">'
        '<link rel="alternate" type="application/json" href="/wp-json/wp/v2/posts/1">'
        '<body><a href="/story-1/">1</a><a href="/story-1/?utm_source=x#top">1</a><a href="/category/world/">World</a>'
        '<a href="https://other.example.net/x">other</a><a href="/story-2/?replytocom=5#respond">reply</a>'
        '<a href="/wp-login.php">log in</a><a href="/photo.jpg">photo</a><a rel="nofollow" href="/tracked/">x</a>'
        '<a href="mailto:a@example.org">mail</a><a href="/story-3/;jsessionid=AB12">3</a>'
        '<nav class="pagination"><a href="/page/2/">2</a><a class="next" rel="next" href="/page/2/">Older</a></nav>'
    )
    links = links_of(Document(html, HOME))
    assert links.pages == [f"{HOME}story-1/", f"{HOME}story-2/", f"{HOME}story-3/"]
    assert (links.listings, links.following) == ([f"{HOME}category/world/"], [f"{HOME}page/2/"])
    assert links.feeds == [f"{HOME}feed/"]
    assert links.traps == {f"{HOME}wp-login.php": "no page of a reader"}, "a file is no page whatever"


@pytest.mark.parametrize(
    "url",
    [
        f"{HOME}a/?replytocom=3", f"{HOME}a/?share=facebook", f"{HOME}?s=word", f"{HOME}calendar/2024/05/", f"{HOME}events/?month=5",
        f"{HOME}wp-login.php", f"{HOME}a/feed/", f"{HOME}a.pdf", f"{HOME}a/a/a/a/", f"{HOME}x?a=1&b=2&c=3&d=4&e=5&f=6&g=7&h=8&i=9",
        f"{HOME}a;jsessionid=1B", f"{HOME}a?PHPSESSID=ab", f"{HOME}{'x/' * 25}", f"{HOME}cart/", f"{HOME}list?orderby=date",
    ],
)  # fmt: skip
def test_a_trap_is_known(url):
    assert trap(url) is not None


@pytest.mark.parametrize(
    "url",
    [
        HOME, f"{HOME}2021/07/20/a-story/", f"{HOME}watch.php?vid=1a2b3c", f"{HOME}?p=14", f"{HOME}index.php?id=4&lang=de",
        f"{HOME}search-for-a-lost-ship/", f"{HOME}video/the-feeding-of-birds/", f"{HOME}events/flood-in-the-valley/",
        f"{HOME}news/news-of-the-day.html",
    ],
)  # fmt: skip
def test_a_page_is_no_trap(url):
    assert trap(url) is None


def test_session_ids_are_taken_out_of_path_and_query():
    assert without_session(f"{HOME}a;jsessionid=1B?x=1&sid=9") == f"{HOME}a?x=1"
    assert without_session(f"{HOME}a?PHPSESSID=9") == f"{HOME}a"


def test_the_whole_page_of_an_amp_page():
    amp = '<html amp><head><link rel="canonical" href="/a/"></head><body>'
    assert of_whole_page(Document(amp, f"{HOME}a/amp/")) == f"{HOME}a/"
    assert of_whole_page(Document("<html><body>", f"{HOME}a/")) is None


def test_rows_that_are_clicked_as_a_whole_and_links_in_strings_of_a_script_lead_on():
    html = (
        "<body><table><tr><td><div onclick=\"window.location='/t/1/'\">1</div></td></tr><tr data-href=/t/2/><td onclick=\"location.href = '/t/3/'; return false;\">3</td></table>"
        "<button onclick=\"if (confirm('?')) location = '/t/4/' + x\">no</button><i onclick=\"location='/posts/12/delete'\">x</i><a data-href=/menu/ href=/t/5/>5</a>"
        r'''<i onclick="location.href='?sort\u003Dname'">by name</i><i onclick="location.href='/t\u002D6/'">6</i>'''
        r'''<script>var rows = [{"name": "\x3ca href=\"/repo\"\x3e"}]; var row = "<a href=\'\" + id + \"\'>"; $("<a href=\"/u/${id}\">")</script>'''
        "<script type=application/json>{}</script>"
    )
    assert links_of(Document(html, HOME)).pages == [f"{HOME}{path}" for path in ("t/5/", "t/1/", "t/2/", "t/3/", "t-6/", "repo")]
