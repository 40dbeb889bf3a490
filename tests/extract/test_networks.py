"""Addresses alone say which network a link shares to, and whom it invites to follow."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.extract.networks import CHANNELS, Intent, channel_named, host_of, share_intent
from crawler.extract.profiles import (
    Profile,
    looks_like_feed,
    newsletter_provider,
    profile_of,
    unwrapped,
)

TARGET = "https://www.example.net/a?b=1&c=ü"
ESCAPED = quote(TARGET, safe="")

INTENTS = {
    "https://www.facebook.com/sharer/sharer.php?u={}&t=T": "facebook",
    "http://www.facebook.com/sharer.php?u={}": "facebook",
    "https://m.facebook.com/share.php?u={}": "facebook",
    "https://www.facebook.com/dialog/share?app_id=1&href={}": "facebook",
    "https://www.facebook.com/v2.7/dialog/feed?link={}": "facebook",
    "fb-messenger://share?link={}": "messenger",
    "https://x.com/intent/post?url={}": "x",
    "https://x.com/intent/tweet?text=T&url={}": "x",
    "https://twitter.com/intent/tweet?text=T%20{}": "x",
    "https://twitter.com/share?url={}": "x",
    "http://twitter.com/home?status=Reading+{}": "x",
    "http://twitter.com/?status={}": "x",
    "https://api.whatsapp.com/send?text=T%20{}": "whatsapp",
    "https://web.whatsapp.com/send?text={}": "whatsapp",
    "https://wa.me/?text={}": "whatsapp",
    "whatsapp://send?text=T%20{}": "whatsapp",
    "https://t.me/share/url?url={}&text=T": "telegram",
    "https://telegram.me/share/url?url={}": "telegram",
    "tg://msg_url?url={}": "telegram",
    "https://www.reddit.com/submit?url={}&title=T": "reddit",
    "https://www.linkedin.com/sharing/share-offsite/?url={}": "linkedin",
    "https://www.linkedin.com/shareArticle?mini=true&url={}": "linkedin",
    "https://pinterest.com/pin/create/button/?url={}": "pinterest",
    "https://pl.pinterest.com/pin/create/link/?url={}": "pinterest",
    "https://www.pinterest.co.uk/pin/create/button/?media=x&url={}": "pinterest",
    "https://www.tumblr.com/share?v=3&u={}": "tumblr",
    "https://www.tumblr.com/widgets/share/tool?canonicalUrl={}": "tumblr",
    "https://www.threads.net/intent/post?text={}": "threads",
    "https://bsky.app/intent/compose?text=T%20{}": "bluesky",
    "https://nextdoor.com/sharekit/?body={}": "nextdoor",
    "mailto:?subject=T&body=See%20{}": "email",
    "sms:?body={}": "sms",
    "https://vk.com/share.php?url={}": "vk",
    "https://connect.ok.ru/offer?url={}": "ok",
    "https://connect.mail.ru/share?url={}": "mailru",
    "https://service.weibo.com/share/share.php?url={}&title=T": "weibo",
    "https://sns.qzone.qq.com/cgi-bin/qzshare/cgi_qzshare_onekey?url={}": "qzone",
    "https://www.douban.com/share/service?href={}": "douban",
    "https://social-plugins.line.me/lineit/share?url={}": "line",
    "https://line.me/R/msg/text/?T%20{}": "line",
    "https://story.kakao.com/share?url={}": "kakao",
    "https://share.naver.com/web/shareView?url={}": "naver",
    "https://b.hatena.ne.jp/add?url={}": "hatena",
    "viber://forward?text=T%20{}": "viber",
    "https://web.skype.com/share?url={}": "skype",
    "https://www.xing.com/spi/shares/new?url={}": "xing",
    "https://getpocket.com/save?url={}": "pocket",
    "https://share.flipboard.com/bookmarklet/popout?url={}": "flipboard",
    "https://buffer.com/add?url={}": "buffer",
    "https://news.ycombinator.com/submitlink?u={}": "hackernews",
    "https://plus.google.com/share?url={}": "googleplus",
    "http://digg.com/submit?url={}": "digg",
    "https://www.addtoany.com/add_to/google_plus?linkurl={}": "googleplus",
    "https://www.addtoany.com/share#url={}": "addtoany",
    "http://api.addthis.com/oexchange/0.8/forward/twitter/offer?url={}": "x",
}


@pytest.mark.parametrize("pattern", INTENTS)
def test_a_share_link_names_its_network_and_its_target_decoded_once(pattern: str) -> None:
    assert share_intent(pattern.format(ESCAPED)) == Intent(INTENTS[pattern], TARGET)


@pytest.mark.parametrize(
    "url",
    [
        "https://www.facebook.com/",
        "https://www.facebook.com/example",
        "https://twitter.com/home",
        "https://twitter.com/share_fan",
        "https://x.com/example/status/1",
        "https://wa.me/4915100000",
        "https://t.me/example",
        "https://www.reddit.com/r/example",
        "https://www.linkedin.com/company/example",
        "https://vk.com/example",
        "https://digg.com/",
        "mailto:editor@example.net",
        "https://www.example.net/share?url=https://www.example.net/",
        "https://notfacebook.com/sharer.php?u=https://www.example.net/",
        "javascript:void(0)",
        "/sharer.php?u=x",
        "",
        "http://[::1",
        "https://facebook.com:99999999/sharer.php?u=" + "x" * 10_000,
    ],
)
def test_any_other_link_shares_nothing(url: str) -> None:
    assert share_intent(url) is None


@pytest.mark.parametrize(
    "value", ["", "{url}", "%25url%25", "[permalink]", "undefined", "https://", "https://{{host}}/a"]
)
def test_a_target_that_a_script_fills_in_is_not_stated(value: str) -> None:
    assert share_intent(f"https://www.facebook.com/sharer.php?u={value}") == Intent("facebook", None)


def test_a_target_escaped_twice_is_an_address_all_the_same() -> None:
    assert share_intent(f"https://www.facebook.com/sharer.php?u={quote(ESCAPED)}") == Intent("facebook", TARGET)


def test_hatena_writes_the_target_into_its_path() -> None:
    assert share_intent("https://b.hatena.ne.jp/entry/s/example.net/a") == Intent("hatena", "https://example.net/a")


@given(
    st.text(st.characters(exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp"), exclude_characters="{}[]%<>"), max_size=40)
)
def test_every_target_survives_its_way_into_a_link_and_out_again(tail: str) -> None:
    target = f"https://example.net/{tail}"
    intent = share_intent(f"https://www.facebook.com/sharer.php?u={quote(target, safe='')}&t=x")
    assert intent == Intent("facebook", target.strip())


@given(
    st.text(max_size=60),
    st.sampled_from(["https://", "mailto:", "//", "whatsapp://", "http://x.com/", "https://t.me/"]),
)
def test_no_address_makes_the_readers_fail(text: str, start: str) -> None:
    url = start + text
    assert isinstance(share_intent(url), Intent | None)
    assert isinstance(profile_of(url), Profile | None)
    assert isinstance(looks_like_feed(url), bool)
    assert isinstance(host_of(url), str)
    assert unwrapped(url) == url or url.startswith(("http", "//"))


@pytest.mark.parametrize(
    ("name", "channel"),
    [("Twitter", "x"), ("google-plus", "googleplus"), ("Facebook Messenger", "messenger"), ("vkontakte", "vk")],
)
def test_widgets_call_networks_by_many_names(name: str, channel: str) -> None:
    assert channel_named(name) == channel


def test_a_channel_is_known_by_its_own_name_and_an_unknown_one_by_none() -> None:
    assert all(CHANNELS[channel] == channel for channel in CHANNELS.values())
    assert channel_named("examplebook") is None


UC = "UCaaaaaaaaaaaaaaaaaaaaaa"
PROFILES = {
    f"https://www.youtube.com/channel/{UC}?sub_confirmation=1": Profile("subscribe", "youtube", None, UC),
    "https://www.youtube.com/@example.news/videos": Profile("subscribe", "youtube", "example.news"),
    "https://www.youtube.com/@%ED%95%9C%EA%B5%AD": Profile("subscribe", "youtube", "한국"),
    "https://youtube.com/@한국": Profile("subscribe", "youtube", "한국"),
    "https://youtube.com/c/Example": Profile("subscribe", "youtube", "Example"),
    "http://www.youtube.com/user/example": Profile("subscribe", "youtube", "example"),
    "https://m.youtube.com/Example": Profile("subscribe", "youtube", "Example"),
    f"https://www.youtube.com/subscribe_embed?channelid={UC}": Profile("subscribe", "youtube", None, UC),
    f"https://www.youtube.com/feeds/videos.xml?channel_id={UC}": Profile("feed", "youtube", None, UC),
    "https://www.youtube.com/feeds/videos.xml?user=example": Profile("feed", "youtube", "example"),
    f"https://www.youtube.com/channel/{UC}/join": Profile("support", "youtube", None, UC),
    "https://www.youtube.com/redirect?q=https%3A%2F%2Fpatreon.com%2Fexample": Profile("support", "patreon", "example"),
    "https://de-de.facebook.com/example/": Profile("follow", "facebook", "example"),
    "https://www.facebook.com/pages/Example/123456": Profile("follow", "facebook", "Example", "123456"),
    "https://www.facebook.com/profile.php?id=123": Profile("follow", "facebook", None, "123"),
    "http://twitter.com/#!/example": Profile("follow", "x", "example"),
    "https://x.com/intent/follow?screen_name=example": Profile("follow", "x", "example"),
    "https://www.instagram.com/example?hl=en": Profile("follow", "instagram", "example"),
    "https://www.tiktok.com/@example": Profile("follow", "tiktok", "example"),
    "https://t.me/s/example": Profile("follow", "telegram", "example"),
    "https://t.me/+AbCd": Profile("follow", "telegram"),
    "https://whatsapp.com/channel/0029Va": Profile("follow", "whatsapp", None, "0029Va"),
    "https://www.threads.net/@example": Profile("follow", "threads", "example"),
    "https://bsky.app/profile/example.net": Profile("follow", "bluesky", "example.net"),
    "https://mastodon.social/@example": Profile("follow", "mastodon", "example"),
    "https://uk.linkedin.com/company/example-news/about/": Profile("follow", "linkedin", "example-news"),
    "https://www.pinterest.de/example/": Profile("follow", "pinterest", "example"),
    "https://vk.com/public77": Profile("follow", "vk", None, "public77"),
    "https://ok.ru/group/77": Profile("follow", "ok", None, "77"),
    "https://weibo.com/u/77": Profile("follow", "weibo", None, "77"),
    "https://line.me/R/ti/p/@example": Profile("follow", "line", "example"),
    "https://www.reddit.com/r/example/": Profile("follow", "reddit", "example"),
    "https://discord.gg/abc": Profile("follow", "discord"),
    "https://www.twitch.tv/example": Profile("follow", "twitch", "example"),
    "https://rumble.com/c/example": Profile("follow", "rumble", "example"),
    "https://odysee.com/@example:4": Profile("follow", "odysee", "example"),
    "https://news.google.com/publications/CAAq": Profile("follow", "googlenews", None, "CAAq"),
    "https://flipboard.com/@example": Profile("follow", "flipboard", "example"),
    "https://example.substack.com/subscribe": Profile("newsletter", "substack", "example"),
    "https://podcasts.apple.com/us/podcast/example/id12": Profile("podcast", "apple_podcasts", "example", "12"),
    "https://open.spotify.com/show/4rOo": Profile("podcast", "spotify", None, "4rOo"),
    "https://www.patreon.com/c/example": Profile("support", "patreon", "example"),
    "https://ko-fi.com/example": Profile("support", "kofi", "example"),
    "https://www.buymeacoffee.com/example": Profile("support", "buymeacoffee", "example"),
    "https://paypal.me/example/5": Profile("support", "paypal", "example"),
    "https://www.paypal.com/donate?hosted_button_id=X": Profile("support", "paypal"),
    "https://liberapay.com/example/donate": Profile("support", "liberapay", "example"),
    "https://opencollective.com/example": Profile("support", "opencollective", "example"),
    "https://github.com/sponsors/example": Profile("support", "github", "example"),
    "https://boosty.to/example": Profile("support", "boosty", "example"),
    "https://www.gofundme.com/f/example": Profile("support", "gofundme", "example"),
    "bitcoin:bc1qexample": Profile("support", "bitcoin"),
}


@pytest.mark.parametrize("url", PROFILES)
def test_a_profile_link_says_kind_platform_and_name(url: str) -> None:
    assert profile_of(url) == PROFILES[url]


@pytest.mark.parametrize(
    "url",
    [
        "https://www.youtube.com/",
        "https://www.youtube.com/watch?v=abcdefghijk",
        "https://www.youtube.com/shorts/abcdefghijk",
        "https://www.youtube.com/results?search_query=x",
        "https://www.youtube.com/playlist?list=PL1",
        "https://www.youtube.com/t/terms",
        "https://youtu.be/abcdefghijk",
        "https://www.facebook.com/",
        "https://www.facebook.com/sharer.php?u=x",
        "https://www.facebook.com/hashtag/x",
        "https://www.facebook.com/example/posts/123",
        "https://developers.facebook.com/docs",
        "https://twitter.com/example/status/1",
        "https://twitter.com/search?q=x",
        "https://twitter.com/privacy",
        "https://www.instagram.com/p/abc/",
        "https://t.me/example/12",
        "https://t.me/share/url?url=x",
        "https://www.linkedin.com/shareArticle?url=x",
        "https://www.reddit.com/r/example/comments/1/x/",
        "https://vk.com/share.php?url=x",
        "https://github.com/example/project",
        "https://open.spotify.com/track/1",
        "https://vimeo.com/12345",
        "https://itunes.apple.com/us/app/example/id1",
        "https://bsky.app/profile/example.net/post/1",
        "https://www.example.net/@example",
        "http://feedproxy.google.com/~r/Example/~3/aBcD/",
        "https://myfacebook.com/example",
    ],
)
def test_front_pages_posts_and_searches_of_a_platform_are_no_profiles(url: str) -> None:
    assert profile_of(url) is None


def test_a_redirect_of_a_platform_in_a_circle_ends() -> None:
    url = "https://www.youtube.com/redirect?q=x"
    for _ in range(6):
        url = f"https://www.youtube.com/redirect?q={quote(url, safe='')}"
    assert unwrapped(url).startswith("https://www.youtube.com/redirect")


@pytest.mark.parametrize(
    ("action", "provider"),
    [
        ("https://example.us1.list-manage.com/subscribe/post?u=1", "mailchimp"),
        ("https://example.substack.com/api/v1/free", "substack"),
        ("https://subscribe.wordpress.com", "wordpress"),
        ("https://www.example.net/newsletter", None),
        (None, None),
    ],
)
def test_a_newsletter_service_is_told_by_its_form(action: str | None, provider: str | None) -> None:
    assert newsletter_provider(action) == provider


@pytest.mark.parametrize(
    "path", ["/feed/", "/rss.xml", "/x/feed", "/rss.php", "/index.rdf", "/?feed=rss2", "/feed.json"]
)
def test_a_feed_is_told_by_its_address(path: str) -> None:
    assert looks_like_feed(f"https://www.example.net{path}")


@pytest.mark.parametrize("path", ["/", "/feedback", "/rss-explained", "/news/feeding-birds", "/?s=feed"])
def test_other_addresses_are_no_feeds(path: str) -> None:
    assert not looks_like_feed(f"https://www.example.net{path}")


@pytest.mark.parametrize(
    ("url", "channel"),
    [
        ("mailto:?Subject=A&Body=https%3A%2F%2Fexample.net%2Fstory", "email"),
        ("threema://compose?text=https%3A%2F%2Fexample.net%2Fstory", "threema"),
        ("http://shuo.douban.com/!service/share?href=https%3A%2F%2Fexample.net%2Fstory", "douban"),
        ("https://timeline.line.me/social-plugin/share?url=https%3A%2F%2Fexample.net%2Fstory", "line"),
    ],
)
def test_more_links_share(url: str, channel: str) -> None:
    intent = share_intent(url)
    assert intent is not None
    assert (intent.channel, intent.target) == (channel, "https://example.net/story")
