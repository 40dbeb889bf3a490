"""Systems that are recognised only: their threads get a row with their name, and nothing else of their makers' does."""

from __future__ import annotations

import pytest
from kit import read

from crawler.extract.document import Document
from crawler.systems import REGISTRY, systems_of
from crawler.systems.unsupported import FINGERPRINTS, Unsupported

URL = "https://news.example.org/2021/07/a-video/"
SYSTEM = Unsupported()

EMBEDS = [
    ('<div id="coral_talk_stream"></div><script>Coral.Talk.render(document.getElementById("x"), {talk: "https://talk.example.org", asset_id: "s9"});</script>', "talk", "https://talk.example.org", "s9"),
    ('<hyvor-talk-comments website-id="12" page-id="video-1"></hyvor-talk-comments>', "hyvor", "12", "video-1"),
    ("<div id='vuukle-comments'></div><script>var VUUKLE_CONFIG = {apiKey: 'k-1', articleId: '77'};</script>", "vuukle", "k-1", "77"),
    ("<script>var idcomments_acct = 'acc'; var idcomments_post_id = '14';</script><span id='IDCommentsPostTitle'></span>", "intensedebate", "acc", "14"),
    ('<div id="lv-container" data-id="city" data-uid="MTAy"></div>', "livere", "MTAy", None),
    ("<div id='mc-container'></div><script>cackle_widget.push({widget: 'Comment', id: 42});</script>", "cackle", "42", None),
    ('<div id="hypercomments_widget"></div><script>_hcwp.push({widget:"Stream", widget_id: 99});</script>', "hypercomments", "99", None),
    ('<div id="vk_comments"></div><script>VK.init({apiId: 555, onlyWidgets: true}); VK.Widgets.Comments("vk_comments", {limit: 10}, 14);</script>', "vk", "555", "14"),
    ('<script async src="https://telegram.org/js/telegram-widget.js?22" data-telegram-discussion="channel/123"></script>', "commentsapp", "news.example.org", "channel/123"),
    ('<script async src="https://comments.app/js/widget.js?3" data-comments-app-website="abc" data-limit="5"></script>', "commentsapp", "abc", None),
    ('<div id="insticator-commenting"></div>', "insticator", "news.example.org", None),
    ('<div id="graphcomment"></div><script>window.gc_params = {graphcomment_id: "site-1"};</script>', "graphcomment", "site-1", None),
    ('<div id="remarkbox-div"></div><script>var rb_owner_key = "k-7"; var thread_uri = window.location.href;</script>', "remarkbox", "k-7", None),
    ("<div id='talk'></div><script>discuss.init({el: '#talk', serverURLs: 'https://talk.example.org', path: '/a/'})</script>", "discussjs", "https://talk.example.org", "/a/"),
    ("<div id='vuukle-comments-77'></div><script>var VUUKLE_CONFIG = {apiKey: 'k-1', articleId: '77'};</script>", "vuukle", "k-1", "77"),
    ('<div class="here"></div><script src="https://talk.example.org/embed.js" data-schnack-slug="a-video" data-schnack-target=".here"></script>', "schnack", "news.example.org", "a-video"),
    ('<div id="hashover"></div><script src="/hashover/comments.php"></script>', "hashover", "news.example.org", None),
    ('<div id="commentics"></div><script src="/comments/embed.js"></script>', "commentics", "news.example.org", None),
    ('<script src="https://beaudar.lipk.org/client.js" repo="town/talk" issue-number="7" async></script>', "beaudar", "town/talk", "7"),
    ('<div id="here"></div><script>var gitment = new Gitment({owner: "town", repo: "talk"}); gitment.render("here")</script>', "gitment", "talk", None),
    ('<div id="vssue"></div><script>new Vue({el: "#vssue"})</script>', "vssue", "news.example.org", None),
    ('<div id="SOHUCS" sid="77"></div><script>window.changyan.api.config({appid: "cy-1", conf: "prod_1"});</script>', "changyan", "cy-1", "77"),
    ('<div id="uyan_frame"></div><script src="http://v2.uyan.cc/code/uyan.js?uid=1"></script>', "uyan", "news.example.org", None),
    ('<div class="tolstoycomments-feed"></div>', "tolstoy", "news.example.org", None),
    ('<a class="muut" href="https://muut.com/i/town/comments" type="dynamic">Talk</a><script src="//cdn.muut.com/1/moot.min.js"></script>', "muut", "news.example.org", "https://muut.com/i/town/comments"),
    ('<div class="box"></div><script>commentBox("123-proj")</script>', "commentbox", "123-proj", None),
    ('<div class="ds-thread" data-thread-key="77" data-title="A video"></div>', "duoshuo", "news.example.org", "77"),
    ('<div class="fb-comments" data-href="https://news.example.org/x" data-numposts="5"></div>', "facebook", "news.example.org", "https://news.example.org/x"),
    ('<fb:comments href="https://news.example.org/y" num_posts="2"></fb:comments>', "facebook", "news.example.org", "https://news.example.org/y"),
    ('<div id="livefyre-comments"></div><script>fyre.conv.load({}, [{siteId: 303, articleId: "a-1"}]);</script>', "livefyre", "303", "a-1"),
]


@pytest.mark.parametrize(("embed", "name", "tenant", "native"), EMBEDS)
async def test_a_place_of_a_known_system_has_a_row_with_its_name_and_keys(embed, name, tenant, native):
    [(ref, comments, ledger)] = await read(SYSTEM, f"<body><h1>A video</h1>{embed}</body>", URL)
    assert (ref.system, ref.tenant, ref.native_id) == (name, tenant, native)
    assert (comments, ledger.verdict, ledger.requests) == ([], "unknown", 0)
    [one] = [one for one in FINGERPRINTS if one.name == name]
    said = f"{one.title} ended {one.ended}" if one.ended else f"{one.title} is not supported yet"
    assert (ledger.stop_reason, ledger.stop_detail) == ("dead" if one.ended else "unsupported", said)


PLATFORMS = [
    ("https://www.bitchute.com/video/AbCd1234/", "bitchute", "AbCd1234"),
    ("https://rumble.com/v1abc2-a-video.html", "rumble", "v1abc2"),
    ("https://www.bilibili.com/video/BV1xx411c7mD/", "bilibili", "BV1xx411c7mD"),
    ("https://vimeo.com/76979871", "vimeo", "76979871"),
    ("https://www.nicovideo.jp/watch/sm9", "niconico", "sm9"),
]


@pytest.mark.parametrize(("url", "name", "native"), PLATFORMS)
def test_a_page_of_a_video_platform_has_a_row_by_its_address(url, name, native):
    [ref] = SYSTEM.detect(Document("<title>A video</title><body>x</body>", url))
    assert (ref.system, ref.native_id) == (name, native)


SITES = [
    ("https://www.nytimes.com/2021/07/01/a.html", '<div id="commentsContainer"></div>', "nyt", None),
    ("https://www.dailymail.co.uk/news/article-123/A.html", '<div id="reader-comments"></div><a href="/news/article-123/A.html">x</a>', "dailymail", "123"),
    ("https://www.bbc.co.uk/news/a-1", '<script>fetch("/wc-data/container/comments?apiKey=k&forumId=__CPS__1")</script>', "bbc", "__CPS__1"),
    ("https://www.derstandard.at/story/2000/a", '<dst-community></dst-community><link rel="canonical" href="https://www.derstandard.at/story/2000/a">', "derstandard", "2000"),
    ("https://www.zeit.de/politik/a", '<section class="comment-section"></section>', "zeit", None),
    ("https://n.news.naver.com/article/001/0012", '<div id="cbox_module"></div><a href="/article/001/0012">x</a>', "naver", "001/0012"),
    ("https://v.daum.net/v/20210701", '<div class="alex_comment"></div><a href="https://v.daum.net/v/20210701">x</a>', "daum", "20210701"),
    ("https://news.yahoo.co.jp/articles/" + "a" * 40, f'<a href="/articles/{"a" * 40}/comments">x</a>', "yahoojp", "a" * 40),
]


@pytest.mark.parametrize(("url", "html", "name", "native"), SITES)
def test_a_publishers_own_system_is_looked_for_on_its_own_hosts_only(url, html, name, native):
    [ref] = SYSTEM.detect(Document(f"<body>{html}</body>", url))
    assert (ref.system, ref.native_id) == (name, native)
    assert SYSTEM.detect(Document(f"<body>{html}</body>", URL)) == []


@pytest.mark.parametrize(
    "html",
    [
        '<script src="https://talk.example.org/assets/js/count.js"></script><span class="coral-count" data-coral-url="x"></span>',
        '<a href="https://vk.com/share.php?url=x">VK</a><script src="https://vk.com/js/api/share.js"></script><script>VK.init({apiId: 5}); VK.Widgets.Group("g", {}, 1);</script>',
        '<a href="https://www.facebook.com/sharer/sharer.php?u=x">f</a><div class="fb-like"></div><meta property="fb:app_id" content="1"><span class="fb-comments-count"></span>',
        '<script src="https://telegram.org/js/telegram-widget.js" data-telegram-post="a/1"></script><a href="https://t.me/share/url?url=x">t</a>',
        "<script>cackle_widget.push({widget: 'CommentCount', id: 42});</script>",
        '<div id="insticator-container"><div id="div-insticator-ad-1"></div></div>',
        '<script src="https://cdn.vuukle.com/platform.js"></script><div class="vuukle-powerbar"></div>',
        '<iframe src="https://player.vimeo.com/video/76979871"></iframe>',
        '<script>var livefyre_count = 4;</script><span class="livefyre-commentcount"></span>',
        '<body id="phpbb" class="viewtopic"><div id="p12" class="post"><div class="content">Hello</div></div></body>',
        '<html id="XF" data-app="public"><article class="message" data-content="post-12"><div class="bbWrapper">Hello</div></article></html>',
    ],
)
def test_scripts_counters_share_buttons_players_and_forums_are_no_thread(html):
    assert SYSTEM.detect(Document(html, URL)) == []


@pytest.mark.parametrize("url", ["https://vimeo.com/about", "https://rumble.com/c/channel", "https://www.bilibili.com/"])
def test_other_pages_of_the_platforms_are_no_thread(url):
    assert SYSTEM.detect(Document("<title>x</title><body>x</body>", url)) == []


async def test_several_systems_on_a_page_have_a_row_each():
    html = '<div class="fb-comments" data-href="x"></div><div id="vk_comments"></div>'
    threads = await read(SYSTEM, html, URL)
    assert [(ref.system, ledger.stop_reason) for ref, _, ledger in threads] == [("vk", "unsupported"), ("facebook", "dead")]


def test_no_system_that_is_read_is_said_to_be_unsupported_and_every_row_is_tried():
    names = [one.name for one in FINGERPRINTS]
    assert len(set(names)) == len(names)
    assert not set(names) & {system.name for system in REGISTRY}
    tried = {name for _, name, *_ in EMBEDS} | {name for _, name, _ in PLATFORMS} | {name for _, _, name, _ in SITES}
    alike = {"replybox", "talkyard", "htmlcommentbox", "gitalk", "valine", "googleplus", "civil", "jskit"}
    assert set(names) - tried == alike, "these are an element by its id or class and nothing else"


@pytest.mark.parametrize(("embed", "name", "tenant", "native"), EMBEDS[:5])
def test_no_other_system_claims_the_place(embed, name, tenant, native):
    document = Document(f"<body>{embed}</body>", URL)
    refs = [ref for system in systems_of({}) for ref in system.detect(document)]
    assert {ref.system for ref in refs if not ref.is_doubtful} == {name}
