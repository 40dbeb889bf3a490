"""The page's own player is found among all others, and every platform's addresses name the same video."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.extract.document import Document
from crawler.extract.platforms import match_url
from crawler.extract.structured import read_structured
from crawler.extract.video import Video, read_video

YOUTUBE = ("youtube", "a1B2c3D4e5F", "https://www.youtube.com/embed/a1B2c3D4e5F")
UUID = "9c9de5e8-0a1e-484a-b099-e80766180a6d"


def video(html: str, url: str = "https://www.example.com/a") -> Video:
    document = Document(html, url)
    return read_video(document, read_structured(document))


def player(html: str, url: str = "https://www.example.com/a") -> tuple[str | None, str | None, str | None]:
    found = video(html, url)
    return found.platform, found.video_id, found.embed_url


@pytest.mark.parametrize(
    ("url", "platform", "video_id", "embed_url"),
    [
        ("https://www.youtube.com/embed/a1B2c3D4e5F?autoplay=1", "youtube", "a1B2c3D4e5F", "https://www.youtube.com/embed/a1B2c3D4e5F"),
        ("http://www.youtube-nocookie.com/embed/a1B2c3D4e5F", "youtube", "a1B2c3D4e5F", "https://www.youtube-nocookie.com/embed/a1B2c3D4e5F"),
        ("https://m.youtube.com/watch?app=d&v=a1B2c3D4e5F&t=3", "youtube", "a1B2c3D4e5F", "https://www.youtube.com/embed/a1B2c3D4e5F"),
        ("https://www.youtube.com/shorts/a1B2c3D4e5F", "youtube", "a1B2c3D4e5F", "https://www.youtube.com/embed/a1B2c3D4e5F"),
        ("https://www.youtube.com/live/a1B2c3D4e5F?si=x", "youtube", "a1B2c3D4e5F", "https://www.youtube.com/embed/a1B2c3D4e5F"),
        ("https://youtu.be/a1B2c3D4e5F?t=1", "youtube", "a1B2c3D4e5F", "https://www.youtube.com/embed/a1B2c3D4e5F"),
        ("http://www.youtube.com/v/a1B2c3D4e5F&hl=en", "youtube", "a1B2c3D4e5F", "https://www.youtube.com/v/a1B2c3D4e5F&hl=en"),
        ("https://www.youtube.com/embed/videoseries?list=PL123&x=1", "youtube", None, "https://www.youtube.com/embed/videoseries?list=PL123"),
        ("https://player.vimeo.com/video/123456?h=abc&title=0", "vimeo", "123456", "https://player.vimeo.com/video/123456?h=abc"),
        ("https://vimeo.com/123456/0a1b2c3d4e", "vimeo", "123456", "https://player.vimeo.com/video/123456?h=0a1b2c3d4e"),
        ("https://vimeo.com/channels/staffpicks/123456", "vimeo", "123456", "https://player.vimeo.com/video/123456"),
        ("https://geo.dailymotion.com/player/x1.html?video=x7abcd&mute=1", "dailymotion", "x7abcd", "https://geo.dailymotion.com/player/x1.html?video=x7abcd"),
        ("https://dai.ly/x7abcd", "dailymotion", "x7abcd", "https://www.dailymotion.com/embed/video/x7abcd"),
        (f"https://tube.example.org:8443/videos/embed/{UUID}?p2p=0", "peertube", UUID, f"https://tube.example.org:8443/videos/embed/{UUID}"),
        ("https://tube.example.org/w/kkGMgK9ZtnKfYAgnEtQxbv", "peertube", "kkGMgK9ZtnKfYAgnEtQxbv", "https://tube.example.org/videos/embed/kkGMgK9ZtnKfYAgnEtQxbv"),
        ("https://rumble.com/embed/u4.v1abc2/?pub=4", "rumble", "v1abc2", "https://rumble.com/embed/u4.v1abc2/"),
        ("https://odysee.com/$/embed/@a:1/b:2?r=x", "odysee", "@a:1/b:2", "https://odysee.com/$/embed/@a:1/b:2"),
        (
            "https://www.facebook.com/plugins/video.php?height=3&href=https%3A%2F%2Fwww.facebook.com%2Fa%2Fvideos%2F987%2F&t=0",
            "facebook", "987", "https://www.facebook.com/plugins/video.php?href=https%3A%2F%2Fwww.facebook.com%2Fa%2Fvideos%2F987%2F",
        ),
        ("https://player.twitch.tv/?video=v99&parent=x", "twitch", "99", "https://player.twitch.tv/?video=v99"),
        ("https://www.ted.com/talks/lang/en/some_talk", "ted", "some_talk", "https://embed.ted.com/talks/some_talk"),
        ("https://player.bilibili.com/player.html?aid=1&bvid=BV1xx&page=2", "bilibili", "BV1xx", "https://player.bilibili.com/player.html?bvid=BV1xx&page=2"),
        ("https://vk.com/video_ext.php?oid=-1&id=22&hash=ab&hd=2", "vk", "-1_22", "https://vk.com/video_ext.php?oid=-1&id=22&hash=ab"),
        ("https://vk.com/video-1_22", "vk", "-1_22", "https://vk.com/video_ext.php?oid=-1&id=22"),
        ("https://players.brightcove.net/12/abc_default/index.html?videoId=345", "brightcove", "345", "https://players.brightcove.net/12/abc_default/index.html?videoId=345"),
        ("https://videopress.com/v/TqDCJmoq?autoplay=0", "videopress", "TqDCJmoq", "https://videopress.com/v/TqDCJmoq"),
        ("https://content.jwplatform.com/players/AbCd1234-EfGh5678.html", "jwplayer", "AbCd1234", "https://content.jwplatform.com/players/AbCd1234-EfGh5678.html"),
    ],
)  # fmt: skip
def test_a_platforms_address_names_its_video_and_player(
    url: str, platform: str, video_id: str | None, embed_url: str
) -> None:
    match = match_url(url)
    assert match is not None
    assert (match.platform, match.video_id, match.embed_url) == (platform, video_id, embed_url)


@pytest.mark.parametrize(
    "url",
    [
        "https://www.youtube.com/@channel",
        "https://www.youtube.com/watch?v=short",
        "https://notyoutube.com/embed/a1B2c3D4e5F",
        "https://youtube.com.evil.example/embed/a1B2c3D4e5F",
        "https://www.facebook.com/plugins/like.php?href=https%3A%2F%2Fa.example%2Fvideos%2F1",
        "https://vimeo.com/about",
        "https://www.example.com/w/about-us",
        "ftp://youtu.be/a1B2c3D4e5F",
        "https://[::1/embed/a1B2c3D4e5F",
        "https://youtu.be:99999/a1B2c3D4e5F",
        "https://www.youtube.com/embed/a1B2c3D4e5F?" + "x" * 5_000,
    ],
)
def test_other_addresses_name_no_video(url: str) -> None:
    assert match_url(url) is None


@given(st.text(max_size=80), st.sampled_from(["https://www.youtube.com/", "https://vk.com/", "https://odysee.com/$/embed/"]))
def test_any_address_gives_an_https_player_or_nothing(tail: str, base: str) -> None:
    match = match_url(base + tail)
    assert match is None or urlsplit(match.embed_url).scheme == "https"


YOUTUBE = ("youtube", "a1B2c3D4e5F", "https://www.youtube.com/embed/a1B2c3D4e5F")


@pytest.mark.parametrize(
    "html",
    [
        "<iframe src=//www.youtube.com/embed/a1B2c3D4e5F></iframe>",
        "<iframe src=about:blank data-src=https://www.youtube.com/embed/a1B2c3D4e5F></iframe>",
        "<iframe data-litespeed-src=https://www.youtube.com/embed/a1B2c3D4e5F></iframe>",
        "<iframe srcdoc='<a href=https://www.youtube.com/embed/a1B2c3D4e5F?autoplay=1><b>play</b></a>'></iframe>",
        "<lite-youtube videoid=a1B2c3D4e5F></lite-youtube>",
        "<amp-youtube data-videoid=a1B2c3D4e5F></amp-youtube>",
        "<div class=lazyYT data-youtube-id=a1B2c3D4e5F></div>",
        "<div class=yvii_single_video_player data-video_id=a1B2c3D4e5F></div>",
        "<div data-plyr-provider=youtube data-plyr-embed-id=a1B2c3D4e5F></div>",
        "<object><param name=movie value=https://www.youtube.com/embed/a1B2c3D4e5F></object>",
        "<embed src=https://www.youtube.com/embed/a1B2c3D4e5F>",
        "<figure class=wp-block-embed><div class=wp-block-embed__wrapper>\nhttps://youtu.be/a1B2c3D4e5F\n</div></figure>",
        "<video><source type=video/youtube src='https://www.youtube.com/watch?v=a1B2c3D4e5F'></video>",
        """<video data-setup='{"sources":[{"src":"https:\\/\\/www.youtube.com\\/watch?v=a1B2c3D4e5F"}]}'></video>""",
        "<meta property=og:video:url content=https://www.youtube.com/embed/a1B2c3D4e5F>",
        "<meta name=twitter:player content=https://www.youtube.com/embed/a1B2c3D4e5F>",
        "<link rel=video_src href=http://www.youtube.com/embed/a1B2c3D4e5F>",
        "<div itemscope itemtype=x/VideoObject><link itemprop=embedURL href=//youtu.be/a1B2c3D4e5F></div>",
        "<script>jwplayer('p').setup({file: 'https://www.youtube.com/watch?v=a1B2c3D4e5F'});</script>",
    ],
)
def test_a_player_is_found_in_every_markup(html: str) -> None:
    assert player(html) == YOUTUBE


@pytest.mark.parametrize(
    "html",
    [
        "<p><a href='https://www.youtube.com/watch?v=a1B2c3D4e5F'>https://www.youtube.com/watch?v=a1B2c3D4e5F</a></p>",
        "<aside><iframe src=https://www.youtube.com/embed/a1B2c3D4e5F></iframe></aside>",
        "<div id=sidebar><iframe src=https://www.youtube.com/embed/a1B2c3D4e5F></iframe></div>",
        "<div class='related-videos'><lite-youtube videoid=a1B2c3D4e5F></lite-youtube></div>",
        "<ol class=comment-list><li id=comment-3><iframe src=https://www.youtube.com/embed/a1B2c3D4e5F></iframe></ol>",
        "<footer><iframe src=https://www.youtube.com/embed/a1B2c3D4e5F></iframe></footer>",
        "<textarea id=pm-embed-code><iframe src=https://www.youtube.com/embed/a1B2c3D4e5F></iframe></textarea>",
        "<iframe src=https://www.googletagmanager.com/ns.html></iframe>",
        "<video autoplay loop muted src=/background.mp4></video>",
        "<a data-video-id=12345678901 class=button>Later</a>",
        "<blockquote class=twitter-tweet><a href=https://x.com/a/status/12345>Tweet</a></blockquote>",
    ],
)
def test_links_decorations_and_players_beside_the_main_part_are_not_the_pages(html: str) -> None:
    assert player(html) == (None, None, None)


def test_the_stated_video_goes_before_the_first_player_and_that_before_the_metas() -> None:
    stated = (
        '<script type="application/ld+json">{"@type":"VideoObject","name":"x",'
        '"embedUrl":"https://player.vimeo.com/video/1234"}</script>'
    )
    meta = "<meta property=og:video content=https://rumble.com/embed/v1abc/>"
    frames = "<iframe src=https://dai.ly/x1abcd></iframe><iframe src=https://youtu.be/a1B2c3D4e5F></iframe>"
    assert player(meta + frames + stated)[0] == "vimeo"
    assert player(meta + frames)[0] == "dailymotion"
    assert player(meta)[0] == "rumble"


def test_a_known_platform_goes_before_the_sites_own_player_page() -> None:
    own = '<script type="application/ld+json">{"@type":"VideoObject","name":"x","embedUrl":"/embed.php?vid=1"}</script>'
    assert player(own + "<iframe src=https://youtu.be/a1B2c3D4e5F></iframe>") == YOUTUBE
    assert player(own) == ("self", None, "https://www.example.com/embed.php?vid=1")
    assert player(own.replace("/embed.php", "https://other.example.net/embed.php")) == (
        None,
        None,
        "https://other.example.net/embed.php?vid=1",
    )


@pytest.mark.parametrize(
    "html",
    [
        "<video src=/v.mp4 controls></video>",
        "<video><source src=/v.mp4 type=video/mp4></video>",
        "<meta property=og:video content=/v.mp4>",
        "<script>videojs('p').src({src: \"https://www.example.com/v.mp4\"})</script>",
        "<meta itemprop=contentURL content=https://www.example.com/v.mp4>",
    ],
)
def test_a_file_of_the_sites_own_is_platform_self(html: str) -> None:
    assert player(html) == ("self", None, "https://www.example.com/v.mp4")


def test_a_watch_page_is_known_by_its_address() -> None:
    assert player("<title>x</title>", "https://www.youtube.com/watch?v=a1B2c3D4e5F") == YOUTUBE
    address = "https://tube.example.org/w/kkGMgK9ZtnKfYAgnEtQxbv"
    assert player("<title>x</title>", address) == (None, None, None)
    assert player("<meta property=og:platform content=PeerTube>", address)[:2] == ("peertube", "kkGMgK9ZtnKfYAgnEtQxbv")


def test_of_several_videos_the_one_that_names_the_page_is_its_video() -> None:
    def one(name: str, url: str, video_id: str) -> str:
        return (
            f'<script type="application/ld+json">{{"@type":"VideoObject","name":"{name}","url":"{url}",'
            f'"embedUrl":"https://www.youtube.com/embed/{video_id}"}}</script>'
        )

    others = "".join(one(f"n{n}", f"/{n}", f"other{n:06}") for n in range(4))
    assert player(others + one("x", "https://example.com/a/", "a1B2c3D4e5F")) == YOUTUBE
    assert player("<meta property=og:title content=Mine>" + others + one("mine", "/z", "a1B2c3D4e5F")) == YOUTUBE
    assert player(others) == (None, None, None)


@pytest.mark.parametrize(
    ("html", "seconds"),
    [
        ("<meta itemprop=duration content=PT1H2M3S><meta itemprop=embedURL content=/e>", 3723.0),
        ("<meta property=og:video:duration content=88>", 88.0),
        ("<meta itemprop=duration content=soon><meta itemprop=embedURL content=/e>", None),
        ("<p>12:30", None),
    ],
)
def test_duration_is_what_the_metadata_states_in_seconds(html: str, seconds: float | None) -> None:
    assert video(html).duration_s == seconds


@pytest.mark.parametrize(
    ("html", "url"),
    [
        ("<meta property=og:image content=/o.jpg><meta itemprop=thumbnailURL content=/t.jpg>", "https://www.example.com/t.jpg"),
        ("<meta property=og:image content=//cdn.example.com/o.jpg>", "https://cdn.example.com/o.jpg"),
        ("<video controls poster=p.jpg src=v.mp4></video>", "https://www.example.com/p.jpg"),
        ("<meta property=og:image content='data:image/png;base64,AA'>", None),
    ],
)
def test_the_preview_image_is_absolute(html: str, url: str | None) -> None:
    assert video(html).thumbnail_url == url


def elementor(**settings: str) -> str:
    return f"<div class='elementor-widget elementor-widget-video' data-settings='{json.dumps(settings)}'></div>"


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<div class="rll-youtube-player" data-id="a1B2c3D4e5F" data-query="feature=oembed"></div>', YOUTUBE),
        ('<presto-player src="https://www.youtube.com/watch?v=a1B2c3D4e5F"></presto-player>', YOUTUBE),
        (elementor(youtube_url="https://youtu.be/a1B2c3D4e5F", video_type="youtube"), YOUTUBE),
        (elementor(youtube_url="https://youtu.be/a1B2c3D4e5F"), YOUTUBE),
        (
            elementor(youtube_url="https://youtu.be/XXXXXXXXXXX", vimeo_url="https://vimeo.com/123456", video_type="vimeo"),
            ("vimeo", "123456", "https://player.vimeo.com/video/123456"),
        ),
        (elementor(youtube_url="https://youtu.be/XXXXXXXXXXX", video_type="hosted"), (None, None, None)),
        ("<div class='elementor-widget-video' data-settings='[1'></div>", (None, None, None)),
        ("<div class='elementor-widget-video' data-settings='[1]'></div>", (None, None, None)),
    ],
)
def test_players_that_wordpress_plugins_set_up_by_script_are_known(html: str, expected: tuple[str | None, ...]) -> None:
    assert player(html) == expected
