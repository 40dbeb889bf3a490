"""The fields of a video's page are read from markup that no rule was made for, and nothing of others is taken for them."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime

import pytest

from archive.schema import Page, Share
from crawler.extract.document import Document
from crawler.extract.page import read_page
from crawler.extract.share import read_shares
from crawler.extract.subscribe import read_subscribes

URL = "https://videos.example.net/watch/1"
OBSERVED_AT = int(datetime(2023, 6, 1, tzinfo=UTC).timestamp()) * 1_000_000
PLAYER = '<iframe src="https://www.youtube.com/embed/aB3dE5gH7jK"></iframe>'
FIRST, SECOND = "A ferry struck the northern pier on Tuesday evening in a storm.", "Nobody was hurt, the harbour says."
QUOTED = f'<meta name="description" content="{FIRST}">'
VIDEO = '<meta property="og:type" content="video.other"><meta property="og:title" content="A ferry">'


def read(body: str, head: str = "") -> Page:
    html = f"<html lang=en><head><title>A ferry</title>{head}</head><body>{body}</body></html>"
    return read_page(Document(html, URL), observed_at=OBSERVED_AT)


def shares(body: str) -> list[Share]:
    return read_shares(Document(body, URL), Page(url=URL, canonical_url=URL, language="en"))


@pytest.mark.parametrize(
    "markup",
    [
        '<div class="the-content"><p>{}</p><p>{}</p></div>',
        '<div class="clearfix text-formatted field field--name-body"><p>{}</p><p>{}</p></div>',
        '<div class="avs-description"><p>{}</p><p>{}</p></div>',
        '<div class="Video_desc__q7"><p>{}</p><p>{}</p></div>',
        '<div class="description"><p class="added">Added: May 1, 2023</p><div class="info-description">{}<br><br>{}</div></div>',
        '<div id="video-description"><p>{}</p><p>{}</p><ul class="m-tags-list"><li><a href="/t">Storm</a></li></ul></div>',
        '<div class="show-notes"><p>{}</p><div class="td-a-rec"><span>- Advertisement -</span></div><p>{}</p></div>',
    ],
)
def test_a_description_is_known_by_the_names_around_it(markup: str) -> None:
    assert read(f"<h1>A ferry</h1>{PLAYER}{markup.format(FIRST, SECOND)}").description == f"{FIRST}\n\n{SECOND}"


@pytest.mark.parametrize(
    "markup",
    [
        "<div class=x><p>{}</p><script>a()</script><p>{}</p><div>Up next</div><p>Another video</p></div>",
        "<div class=x>{}<br><br>{}</div><p>Another text</p>",
        "<div class=x>Description: <em>{}<br><br>{}</em></div>",
    ],
)
def test_the_text_that_the_metadata_quote_is_read_to_its_end(markup: str) -> None:
    page = read(f"<h1>A ferry</h1>{PLAYER}{markup.format(FIRST, SECOND)}", QUOTED)
    assert page.description == f"{FIRST}\n\n{SECOND}"


@pytest.mark.parametrize(
    "markup",
    [
        f'<p class="site-description">{FIRST}</p><h1>A ferry</h1>',
        f'<h1>A ferry</h1><div class="channel-description">{FIRST}</div>',
        f'<h1>A ferry</h1><div class="comment__text">{FIRST}</div>',
        f'<h1>A ferry</h1><aside><div class="description">{FIRST}</div></aside>',
        f'<h1>A ferry</h1><ul>{f"<li><div class=clip-desc>{FIRST}</div></li>" * 3}</ul>',
    ],
)
def test_a_text_of_something_else_is_no_description(markup: str) -> None:
    assert read(markup + PLAYER).description is None


@pytest.mark.parametrize(
    ("markup", "views", "likes"),
    [
        ('<span class="views"><i class="fa fa-eye"></i>1,245</span>', 1245, None),
        ('<div class="jeg_views_count"><div class="counts">1.5k</div><span>VIEWS</span></div>', 1500, None),
        ("<p>Views : <strong>25,118</strong></p>", 25118, None),
        ("<span>Duration: <em>3:03</em></span><span>Просмотров: <em>14 201</em></span>", 14201, None),
        ("<b>318 lượt xem</b>", 318, None),
        ("<p>1.2K views</p>", 1200, None),
        ("<p>Views: 1.2K</p>", 1200, None),
        ('<p id="views"><i></i> 52,114</p><p id="likes"><i></i> 1,034</p>', 52114, 1034),
        ('<button class="like-button"><span>۴۲</span></button>', None, 42),
        ("<button><span>Like</span> <span>(3.6K)</span></button>", None, 3600),
        ("<div class=likes-dislikes><span class=vote-like>7</span></div>", None, 7),
    ],
)
def test_views_and_likes_are_read_near_the_headline(markup: str, views: int | None, likes: int | None) -> None:
    page = read(f"<h1>A ferry</h1>{PLAYER}{markup}")
    assert (page.view_count, page.like_count) == (views, likes)


@pytest.mark.parametrize(
    "markup",
    [
        '<div class="grid"><div class="card"><a href="/2"><img src="2.jpg"></a><span class="views">88</span></div></div>',
        '<div class="comment"><span class="likes">5</span></div>',
        '<div class="reply"><span class="reply-likes">5</span></div>',
        '<aside><span class="views">88</span></aside>',
        "<p>The 12 views of the harbour that everybody likes best are from 3 towers.</p>",
        f'{"<p>text</p>" * 300}<span class="views">88</span>',
    ],
)
def test_counts_of_cards_and_comments_are_not_the_pages(markup: str) -> None:
    page = read(f"<h1>A ferry</h1>{PLAYER}{markup}")
    assert (page.view_count, page.like_count) == (None, None)


@pytest.mark.parametrize(
    ("markup", "video"),
    [
        ('<iframe src="/media/oembed?url=https%3A//vimeo.com/807654321&amp;hash=x"></iframe>', ("vimeo", "807654321")),
        (
            '<iframe src="https://cdn.embedly.example/m.html?src=https%3A%2F%2Fwww.youtube.com%2Fembed%2FaB3dE5gH7jK">',
            ("youtube", "aB3dE5gH7jK"),
        ),
        ('<div data-html="&lt;iframe src=&quot;//player.vimeo.com/video/807654321&quot;&gt;">', ("vimeo", "807654321")),
        ('<div class="youtube-facade" data-id="aB3dE5gH7jK"></div>', ("youtube", "aB3dE5gH7jK")),
        (
            '<button style="background-image:url(https://i.ytimg.com/vi/aB3dE5gH7jK/hqdefault.jpg)"></button>',
            ("youtube", "aB3dE5gH7jK"),
        ),
        ('<iframe src="/index.php?option=com_x&amp;view=player&amp;format=raw"></iframe>', ("self", None)),
        ('<script src="https://geo.dailymotion.com/player/xabc1.js" data-video="x8j2k3l"></script>', ("dailymotion", "x8j2k3l")),
        ('<script src="https://cdn.jwplayer.com/players/aBcD1234-XyZ98765.js"></script>', ("jwplayer", "aBcD1234")),
        ('<div data-vid="https://cdn.example.net/1.mp4"></div>', ("self", None)),
        (
            f'<script type="text/template">{b64encode(PLAYER.encode()).decode()}</script>',
            ("youtube", "aB3dE5gH7jK"),
        ),
        ("<script>kt_player('p', {video_url: 'https://videos.example.net/f/1.mp4/'})</script>", ("self", None)),
    ],
)
def test_a_player_is_known_by_what_it_will_play(markup: str, video: tuple[str, str | None]) -> None:
    page = read(f"<h1>A ferry</h1>{markup}")
    assert (page.platform, page.video_id) == video


@pytest.mark.parametrize(
    "markup",
    [
        '<a href="/2"><img src="https://i.ytimg.com/vi/aB3dE5gH7jK/hqdefault.jpg"></a>',
        '<img src="https://i.ytimg.com/vi/aB3dE5gH7jK/1.jpg"><img src="https://i.ytimg.com/vi/bB3dE5gH7jK/1.jpg">',
        '<aside><img src="https://i.ytimg.com/vi/aB3dE5gH7jK/hqdefault.jpg"></aside>',
        '<iframe src="/ads/video?x=1"></iframe>',
        '<iframe src="/contact-form?video=1"></iframe>',
        '<iframe src="https://www.facebook.com/plugins/like.php?href=https%3A%2F%2Fvideos.example.net%2Fwatch%2F1"></iframe>',
    ],
)
def test_a_picture_of_another_video_and_a_frame_of_another_kind_play_nothing(markup: str) -> None:
    assert read(f"<h1>A ferry</h1>{markup}").platform is None


def test_the_member_who_is_linked_behind_the_headline_published_the_video() -> None:
    page = read('<a href="/user/login">Log in</a><h1>A ferry</h1><p>By <a href="/user/saltyduck">saltyduck</a></p>', VIDEO)
    assert (page.channel_name, page.channel_url) == ("saltyduck", "https://videos.example.net/user/saltyduck")


def test_who_put_a_file_on_the_site_is_its_channel_and_an_authors_link_names_a_declared_videos() -> None:
    file = '<video controls src="/1.mp4"></video>'
    assert read(f'<h1>A ferry</h1>{file}<p>By <a href="/members/matroos">matroos</a></p>').channel_name == "matroos"
    link = '<a href="/c/Coast" rel="author"><div>Coast</div><div>14.2K followers</div></a>'
    assert read(f"<h1>A ferry</h1>{link}", VIDEO).channel_name == "Coast"
    assert read(f'<h1>A ferry</h1>{PLAYER}<p>By <a href="/members/matroos">matroos</a></p>').channel_name is None


@pytest.mark.parametrize(
    "markup",
    ['<a href="/user/login">Log in</a>', '<a href="https://other.example/user/x">X</a>', '<aside><a href="/user/x">X</a></aside>'],
)
def test_a_login_another_site_and_a_sidebar_name_no_uploader(markup: str) -> None:
    assert read(f"<h1>A ferry</h1>{markup}", VIDEO).channel_name is None


@pytest.mark.parametrize(
    "markup",
    [
        "<p><span>Editor</span><span>May 1, 2023</span><span>0</span><span>742</span></p>",
        f"<p>{FIRST * 8}</p><div class=meta><span>Publicado el <a href=/d>1 de mayo de 2023</a></span></div>",
        f"<p>{FIRST * 8}</p><p>Hinzugefügt am : 1. Mai 2023</p>",
    ],
)
def test_a_date_that_touches_other_texts_or_follows_its_word_is_the_pages(markup: str) -> None:
    assert read(f"<h1>A ferry</h1>{PLAYER}{markup}").published_at == int(datetime(2023, 5, 1, tzinfo=UTC).timestamp()) * 10**6


@pytest.mark.parametrize("title", ["渡轮撞上码头_海滩视频", "渡轮撞上码头-海滩视频", "渡轮撞上码头｜海滩视频"])
def test_a_site_name_is_parted_from_a_title_without_spaces_too(title: str) -> None:
    assert read("<h1>渡轮撞上码头</h1>", f'<meta property="og:title" content="{title}">').title == "渡轮撞上码头"


def test_links_in_a_list_named_after_tags_are_tags_and_a_cloud_is_none() -> None:
    listed = "".join(f'<a href="/t/{name}">{name}</a>' for name in ("storm", "ferry"))
    cloud = "".join(f'<a href="/t/{number}">tag {number}</a>' for number in range(60))
    body = f'<h1>A ferry</h1><ul class="td-tags"><li>{listed}</li></ul><div class="all-tags">{cloud}</div>'
    assert read(body).tags == ["storm", "ferry"]


@pytest.mark.parametrize(
    "markup",
    [
        '<dialog class="Share_dialog__2"><ul>{}</ul></dialog>',
        '<div id="share-box" role="dialog">{}</div>',
    ],
)
def test_buttons_of_a_share_dialogue_are_known_by_their_labels(markup: str) -> None:
    buttons = "".join(f"<li><button>{name}</button></li>" for name in ("카카오톡", "페이스북", "트위터"))
    assert [share.channel for share in shares(markup.format(buttons))] == ["kakao", "facebook", "x"]


def test_one_named_button_makes_no_share_dialogue_and_profiles_in_it_are_no_shares() -> None:
    assert shares('<div class="share-menu"><button>Facebook</button><button>Close</button></div>') == []
    links = '<a href="https://www.facebook.com/coast">Facebook</a><a href="https://t.me/coasttv">Telegram</a>'
    assert shares(f'<div class="share-menu">{links}</div>') == []


def test_a_like_button_may_hold_its_number() -> None:
    (like,) = shares('<a href="javascript:void(0)" onclick="rate(1)">Like <span>14</span></a>')
    assert (like.kind, like.label, like.count) == ("like", "Like", 14)


@pytest.mark.parametrize(
    ("markup", "channels"),
    [
        ('<div class="ya-share2" data-services="vkontakte,telegram,whatsapp"></div>', ["vk", "telegram", "whatsapp"]),
        ('<div class="ya-share2"></div>', ["yandex"]),
        (
            '<div class="bdsharebuttonbox"><a data-cmd="weixin"></a><a data-cmd="tsina"></a><a data-cmd="more"></a></div>',
            ["wechat", "weibo"],
        ),
        ('<a class="zalo-share-button" data-href="https://videos.example.net/watch/1">Zalo</a>', ["zalo"]),
    ],
)
def test_networks_that_a_script_will_fill_in_are_named_by_their_attributes(markup: str, channels: list[str]) -> None:
    assert [share.channel for share in shares(markup)] == channels


def test_a_story_whose_title_stands_in_what_is_called_its_meta_is_related() -> None:
    story = '<div class="td-module-meta-info"><h3 class="entry-title"><a href="/2">Another ferry</a></h3></div>'
    assert read(f'<h1>A ferry</h1><div class="tdb_single_related"><h4>Related</h4>{story}</div>').related == [
        {"title": "Another ferry", "url": "https://videos.example.net/2"}
    ]


def test_bloggers_own_share_links_name_their_network() -> None:
    links = "".join(
        f'<a href="https://www.blogger.com/share-post.g?blogID=1&amp;postID=2&amp;target={name}">{name}</a>'
        for name in ("email", "blog", "twitter")
    )
    assert [share.channel for share in shares(links)] == ["email", "blogger", "x"]


def test_a_host_that_begins_with_two_letters_that_are_no_language_is_read_whole() -> None:
    document = Document('<a href="https://pf.kakao.com/_abcd">Kakao</a>', URL)
    (row,) = read_subscribes(document, Page(url=URL, canonical_url=URL))
    assert (row.platform, row.channel_id) == ("kakao", "_abcd")
