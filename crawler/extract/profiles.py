"""Links to where one can follow, subscribe, listen or pay: platform, name and lasting id from the address alone."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from crawler.extract.networks import host_of, start_of
from crawler.extract.urls import MAX_URL

LONGEST_KEPT: Final = 500
"""Answers about longer addresses are not kept, characters."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A place on a platform that one can follow, subscribe to or pay at."""

    kind: str
    """As ``subscribes.kind``."""
    platform: str
    """As ``subscribes.platform``."""
    handle: str | None = None
    """Name on the platform, without ``@``."""
    channel_id: str | None = None
    """The platform's lasting id."""


@dataclass(frozen=True, slots=True)
class _Place:
    """One form of address."""

    kind: str
    platform: str
    hosts: str
    """Hosts, space-separated; ``*.`` stands for any subdomain, which is then the handle."""
    path: str = ""
    """Regular expression for the whole decoded path, without the outer slashes. Groups: ``handle``, ``id``."""
    query: str = ""
    """Parameters that hold the handle or the id: ``name:handle`` or ``name:id``; one of them must be there."""


_NAME: Final = r"(?P<handle>[\w.-]+)"
_AT: Final = r"@(?P<handle>[^/@]+)"

# Sources: the platforms' help pages on addresses of profiles; YouTube: "Understand your channel URLs".
_PLACES: Final = (
    _Place("support", "youtube", "youtube.com", r"channel/(?P<id>UC[\w-]{22})/join"),
    _Place("support", "youtube", "youtube.com", r"(?:@|c/|user/)?(?P<handle>[^/]+)/join"),
    _Place("feed", "youtube", "youtube.com", r"feeds/videos\.xml", "channel_id:id user:handle playlist_id:"),
    _Place("subscribe", "youtube", "youtube.com", r"channel/(?P<id>UC[\w-]{22})(/\w+)?"),
    _Place("subscribe", "youtube", "youtube.com", r"subscribe_embed", "channelid:id channel:handle"),
    _Place("subscribe", "youtube", "youtube.com", _AT + r"(/\w+)?"),
    _Place("subscribe", "youtube", "youtube.com", r"(?:c|user|show)/(?P<handle>[^/]+)(/\w+)?"),
    _Place("subscribe", "youtube", "youtube.com", r"subscription_center", "add_user:handle add_user_id:id"),
    _Place("subscribe", "youtube", "youtube.com", r"(?P<handle>[\w.-]{3,60})(/videos|/featured)?"),
    _Place("follow", "facebook", "facebook.com fb.com", r"profile\.php", "id:id"),
    _Place("follow", "facebook", "facebook.com fb.com", r"(?:pages|people|pg)/(?P<handle>[^/]+)(/(?P<id>\d+))?"),
    _Place("follow", "facebook", "facebook.com fb.com", r"groups/(?P<handle>[^/]+)"),
    _Place("follow", "facebook", "facebook.com fb.com fb.me", _NAME + r"(/(about|posts|home|info|timeline|likes))?"),
    _Place("follow", "messenger", "m.me messenger.com", r"(?:t/)?" + _NAME),
    _Place("follow", "x", "x.com twitter.com", r"(?:intent/(?:follow|user))", "screen_name:handle user_id:id"),
    _Place("follow", "x", "x.com twitter.com", r"(?:#!/)?@?(?P<handle>\w{1,15})(/(media|with_replies|videos))?"),
    _Place("follow", "instagram", "instagram.com instagr.am", _NAME),
    _Place("follow", "tiktok", "tiktok.com", _AT),
    _Place("follow", "threads", "threads.net threads.com", _AT),
    _Place("follow", "bluesky", "bsky.app", r"profile/(?P<handle>[\w.-]+)"),
    _Place("follow", "bluesky", "bsky.app", r"profile/(?P<id>did:[\w:.-]+)"),
    _Place("follow", "telegram", "t.me telegram.me telegram.dog", r"(?:s/)?(?P<handle>[A-Za-z]\w{3,31})"),
    _Place("follow", "telegram", "t.me telegram.me telegram.dog", r"(?:joinchat/|\+)[\w-]+"),
    _Place("follow", "whatsapp", "whatsapp.com", r"channel/(?P<id>\w+)(/[^/]*)?"),
    _Place("follow", "whatsapp", "chat.whatsapp.com", r"\w+"),
    _Place("follow", "viber", "chats.viber.com invite.viber.com", _NAME),
    _Place("follow", "zalo", "zalo.me oa.zalo.me", r"(?P<handle>\w{3,40})"),
    _Place("follow", "linkedin", "linkedin.com", r"(?:company|in|school|showcase|pub)/(?P<handle>[^/]+)(/.*)?"),
    _Place("follow", "pinterest", "pinterest.*", _NAME),
    _Place("follow", "tumblr", "*.tumblr.com", r""),
    _Place("follow", "tumblr", "tumblr.com", r"(?:blog/|follow/)?" + _NAME),
    _Place("follow", "reddit", "reddit.com old.reddit.com", r"(?:r|u|user)/(?P<handle>[\w-]+)"),
    _Place("follow", "discord", "discord.gg", r"[\w-]+"),
    _Place("follow", "discord", "discord.com discordapp.com", r"invite/[\w-]+"),
    _Place("follow", "snapchat", "snapchat.com", r"(?:add/|@)(?P<handle>[\w.-]+)"),
    _Place("follow", "twitch", "twitch.tv", r"(?P<handle>\w{3,30})"),
    _Place("subscribe", "twitch", "twitch.tv", r"(?:subs/(?P<handle>\w{3,30}))"),
    _Place("follow", "kick", "kick.com", r"(?P<handle>\w{3,30})"),
    _Place("follow", "rumble", "rumble.com", r"(?:c|user)/" + _NAME),
    _Place("follow", "odysee", "odysee.com lbry.tv", r"@(?P<handle>[^/:@]+)(?::[0-9a-f]+)?"),
    _Place("follow", "bitchute", "bitchute.com", r"(?:channel|profile)/" + _NAME),
    _Place("follow", "vimeo", "vimeo.com", r"(?:channels/)?(?P<handle>[a-z][\w-]{2,})"),
    _Place("follow", "dailymotion", "dailymotion.com", r"(?:user/)?" + _NAME),
    _Place("follow", "bilibili", "space.bilibili.com", r"(?P<id>\d+)"),
    _Place("follow", "rutube", "rutube.ru", r"(?:channel/(?P<id>\d+)|u/(?P<handle>[\w-]+))"),
    _Place("follow", "dzen", "dzen.ru zen.yandex.ru zen.yandex.com", r"(?:id/(?P<id>\w+)|(?P<handle>[\w.-]+))"),
    _Place("follow", "vk", "vk.com vkontakte.ru vk.ru", r"(?P<id>(?:public|club|id|event)\d+)"),
    _Place("follow", "vk", "vk.com vkontakte.ru vk.ru", _NAME),
    _Place("follow", "ok", "ok.ru odnoklassniki.ru", r"(?:group|profile)/(?P<id>\d+)"),
    _Place("follow", "ok", "ok.ru odnoklassniki.ru", r"(?:group/)?(?P<handle>[\w.-]+)"),
    _Place("follow", "weibo", "weibo.com e.weibo.com weibo.cn", r"u/(?P<id>\d+)"),
    _Place("follow", "weibo", "weibo.com e.weibo.com weibo.cn", r"(?:n/)?" + _NAME),
    _Place("follow", "douyin", "douyin.com", r"user/(?P<id>[\w-]+)"),
    _Place("follow", "line", "line.me page.line.me", r"(?:R/)?ti/p/(?:@|%40)?(?P<handle>[\w.~-]+)"),
    _Place("follow", "line", "lin.ee", r"\w+"),
    _Place("follow", "line", "page.line.me", r"@?" + _NAME),
    _Place("follow", "kakao", "pf.kakao.com", r"(?P<id>_\w+)(/.*)?"),
    _Place("follow", "note", "note.com", r"(?P<handle>\w{3,})"),
    _Place("follow", "nabd", "nabd.com", _NAME),
    _Place("subscribe", "naver", "media.naver.com", r"channel/promotion(?:\.nhn)?", "oid:id"),
    _Place("follow", "naver", "blog.naver.com tv.naver.com", _NAME),
    _Place("follow", "googlenews", "news.google.com", r"publications/(?P<id>[\w-]+)"),
    _Place("follow", "google", "google.com", r"preferences/source", "q:handle"),
    _Place("follow", "max", "max.ru", r"(?:join/.+|(?P<handle>\w{4,}))"),
    _Place("follow", "googleplus", "plus.google.com", r"(?:(?:b|u)/\d+/)?(?:(?P<id>\d{15,})|\+(?P<handle>\w+))(/\w+)?"),
    _Place("follow", "flipboard", "flipboard.com", _AT + r"(/.*)?"),
    _Place("follow", "applenews", "apple.news", r"T\w+"),
    _Place(
        "follow",
        "mastodon",
        "mastodon.social mastodon.online mstdn.social mastodon.world fosstodon.org chaos.social "
        "mas.to mstdn.jp pawoo.net social.vivaldi.net troet.cafe mastodon.uno infosec.exchange hachyderm.io",
        r"(?:@|users/)(?P<handle>[^/]+)",
    ),
    _Place("follow", "medium", "medium.com", _AT),
    _Place("follow", "github", "github.com", r"(?P<handle>[\w-]+)"),
    _Place("follow", "soundcloud", "soundcloud.com", r"(?P<handle>[\w-]+)"),
    _Place("follow", "mixcloud", "mixcloud.com", r"(?P<handle>[\w-]+)"),
    _Place("follow", "flickr", "flickr.com", r"(?:photos|people)/(?P<handle>[^/]+)"),
    _Place("follow", "bloglovin", "bloglovin.com", r"(?:blogs?/.+|(?P<handle>[\w-]+))"),
    _Place("follow", "xing", "xing.com", r"(?:profile|companies|pages)/(?P<handle>[^/]+)(/.*)?"),
    _Place("follow", "gab", "gab.com", r"(?P<handle>\w+)"),
    _Place("follow", "truthsocial", "truthsocial.com", _AT),
    _Place("follow", "gettr", "gettr.com", r"user/(?P<handle>\w+)"),
    _Place("feed", "feedly", "feedly.com", r"(?:i/)?(?:subscription/.+|discover/sources/.*feed/.+)"),
    _Place("feed", "inoreader", "inoreader.com", r"(?:feed/.+|)", "add_feed:"),
    _Place("feed", "theoldreader", "theoldreader.com", r"feeds/subscribe", "url:"),
    _Place("feed", "newsblur", "newsblur.com", r"", "url:"),
    _Place("feed", "site", "feeds.feedburner.com feeds2.feedburner.com feedproxy.google.com", r"(?!~r/[^/]+/~\d).+"),
    _Place("newsletter", "feedburner", "feedburner.google.com", r"fb/a/mailverify"),
    _Place("newsletter", "substack", "*.substack.com", r"(?:subscribe|welcome|about)?"),
    _Place("newsletter", "mailchimp", "*.list-manage.com *.list-manage1.com eepurl.com", r".*"),
    _Place("newsletter", "beehiiv", "*.beehiiv.com", r"(?:subscribe)?"),
    _Place(
        "podcast",
        "apple_podcasts",
        "podcasts.apple.com itunes.apple.com",
        r"(?:[a-z]{2}/)?podcast/(?:(?P<handle>[^/]+)/)?id(?P<id>\d+)",
    ),
    _Place("podcast", "google_podcasts", "podcasts.google.com", r".+"),
    _Place("podcast", "spotify", "open.spotify.com", r"(?:intl-\w+/)?show/(?P<id>\w+)"),
    _Place("follow", "spotify", "open.spotify.com", r"(?:user|artist)/(?P<id>\w+)"),
    _Place(
        "podcast",
        "amazon_music",
        "music.amazon.com music.amazon.de music.amazon.co.uk",
        r"podcasts/(?P<id>[\w-]+)(/.*)?",
    ),
    _Place("podcast", "deezer", "deezer.com", r"(?:[a-z]{2}/)?show/(?P<id>\d+)"),
    _Place("podcast", "overcast", "overcast.fm", r"(?:itunes(?P<id>\d+)(/.*)?|p\d+.*)"),
    _Place("podcast", "pocketcasts", "pca.st play.pocketcasts.com", r".+"),
    _Place("podcast", "castbox", "castbox.fm", r"(?:channel|vc)/.+"),
    _Place("podcast", "stitcher", "stitcher.com", r"(?:podcast|show|s)/?.*"),
    _Place("podcast", "podcast_addict", "podcastaddict.com", r"podcast/.+"),
    _Place("podcast", "iheart", "iheart.com", r"podcast/.+"),
    _Place("podcast", "tunein", "tunein.com", r"(?:podcasts|radio)/.+"),
    _Place(
        "support", "patreon", "patreon.com", r"(?:c/|join/|cw/)?(?P<handle>[\w.-]+)(/(posts|membership|about|home))?"
    ),
    _Place("support", "patreon", "patreon.com", r"(?:user|bePatron)", "u:id"),
    _Place("support", "kofi", "ko-fi.com", _NAME),
    _Place("support", "buymeacoffee", "buymeacoffee.com buymeacoff.ee", _NAME + r"(/\w+)?"),
    _Place("support", "paypal", "paypal.me", r"(?P<handle>[\w.-]+)(/.*)?"),
    _Place("support", "paypal", "paypal.com", r"paypalme2?/(?P<handle>[\w.-]+)(/.*)?"),
    _Place(
        "support", "paypal", "paypal.com", r"(?:(?:[a-z]{2}/)?donate|cgi-bin/webscr|donate/buttons|pools/c/.+|ncp/.+).*"
    ),
    _Place("support", "liberapay", "liberapay.com", _NAME + r"(/donate)?"),
    _Place("support", "opencollective", "opencollective.com", _NAME + r"(/.*)?"),
    _Place("support", "github", "github.com", r"sponsors/(?P<handle>[\w-]+)"),
    _Place("support", "gofundme", "gofundme.com", r"(?:f/)?(?P<handle>[\w-]+)"),
    _Place("support", "gofundme", "gofund.me", r"\w+"),
    _Place("support", "boosty", "boosty.to", _NAME + r"(/.*)?"),
    _Place("support", "subscribestar", "subscribestar.com subscribestar.adult", _NAME),
    _Place("support", "tipeee", "tipeee.com", _NAME),
    _Place("support", "steady", "steadyhq.com steady.page steady.de", r"(?:[a-z]{2}/)?(?P<handle>[\w-]+)(/.*)?"),
    _Place("support", "fanbox", "*.fanbox.cc", r".*"),
    _Place("support", "fanbox", "fanbox.cc", r"@(?P<handle>[\w-]+)(/.*)?"),
    _Place("support", "stripe", "donate.stripe.com", r"(?P<id>\w+)"),
    _Place("support", "donationalerts", "donationalerts.com donationalerts.ru", r"(?:r/)?" + _NAME),
    _Place("support", "streamlabs", "streamlabs.com", _NAME + r"(/tip)?"),
    _Place("support", "cashapp", "cash.app", r"\$(?P<handle>\w+)"),
    _Place("support", "venmo", "venmo.com", r"(?:u/)?(?P<handle>[\w-]+)"),
    _Place("support", "flattr", "flattr.com", r".+"),
    _Place("support", "kickstarter", "kickstarter.com", r"projects/.+"),
    _Place("support", "betterplace", "betterplace.org", r"(?:[a-z]{2}/)?(?:projects|fundraising-events)/.+"),
    _Place("support", "donorbox", "donorbox.org", r"(?P<handle>[\w-]+)"),
    _Place("support", "yoomoney", "yoomoney.ru money.yandex.ru", r"to/(?P<id>\d+)(/.*)?"),
    _Place("support", "afdian", "afdian.net afdian.com", r"(?:@|a/)(?P<handle>[^/]+)"),
    _Place("support", "memberful", "*.memberful.com", r".*"),
)

_SCHEMES: Final = {
    "bitcoin": "support",
    "ethereum": "support",
    "litecoin": "support",
    "monero": "support",
    "podcast": "podcast",
    "pcast": "podcast",
    "itpc": "podcast",
    "feed": "feed",
}
"""Schemes that are an invitation by themselves: payment requests (BIP 21 and its kin) and feeds."""

_NOBODY: Final = """
about accounts ad ads advertise advertising album api app apps articles auth away away.php b blog blogs bookmarks boards
brand browse business businesses campaign categories category cdn cgi-bin channel channels checkout city codespaces
coins collection collections community compare compose contact content cookies copyright create creators dashboard data
delete dev developer developers dialog dir direct directory discover dk doc docs donate download downloads edit embed
enterprise event events explore faq favicon.ico feature features feed feed.php feedback feeds files friends fundraise
gaming games gifts groups guidelines hashtag hashtags hc help home html i images impressum inbox index index.htm
index.html index.php info intent invite issues jobs join kids l.php learn legal library licenses link links live
locations login logout m maps marketplace me media members membership messages messenger mobile more movies music my
network new news notifications oauth offsite on online orgs p pages partners password people permalink.php photo
photo.php photos pin pins plans player playlist playlists plugins podcasts policies policy popular post posts premium
press pricing privacy pro products profile profile.php profiles promo public publish pulls r recover redirect reel
reels register report resources results robots.txt rss rules s safety sales search security services session settings
share share.php sharer sharer.php shares sharing shop shopping shorts show signin signup site sites sitemap sitemap.xml
software sponsors sports static status stories story.php store submit subscribe subscription_center subscriptions subs
support t tag tags team terms topic topics tos tour tr trending trust tv upload user users v video video.php videos vod
w wall watch web welcome what widget widget_comments.php widgets work
"""
"""First parts of paths that are no one's name, on any of the platforms."""
_RESERVED: Final = frozenset(_NOBODY.split())

_WRAPPERS: Final = {
    "youtube.com": ("redirect", "q"),
    "l.facebook.com": ("l.php", "u"),
    "facebook.com": ("l.php", "u"),
    "l.instagram.com": ("", "u"),
    "google.com": ("url", "q url"),
    "vk.com": ("away.php", "to"),
    "t.umblr.com": ("redirect", "z"),
    "steamcommunity.com": ("linkfilter", "url u"),
}
"""Platforms that lead outward links over a page of their own: host to path and parameter."""


def _compile() -> dict[str, list[tuple[_Place, re.Pattern[str]]]]:
    table: dict[str, list[tuple[_Place, re.Pattern[str]]]] = {}
    for place in _PLACES:
        pattern = re.compile(place.path, re.IGNORECASE)
        for host in place.hosts.split():
            table.setdefault(host, []).append((place, pattern))
    return table


_BY_HOST: Final = _compile()


def unwrapped(url: str) -> str:
    """Where an outward link of a platform really leads (``youtube.com/redirect?q=``); any other link as it is."""
    for _ in range(3):
        path, names = _WRAPPERS.get(host_of(url), (None, ""))
        if path is None:
            return url
        try:
            parts = urlsplit(url)
        except ValueError:
            return url
        if parts.path.strip("/") != path:
            return url
        pairs = _pairs(parts.query)
        inner = next((pairs[name] for name in names.split() if pairs.get(name)), None)
        if inner is None or not inner.lower().startswith(("http://", "https://")):
            return url
        url = inner
    return url


def place_of(url: str) -> str:
    """A profile's address for comparing: without what may be written otherwise, as case, ``www.`` and parameters."""
    return _place_of(url) if len(url) > LONGEST_KEPT else _kept_place_of(url)


def _place_of(url: str) -> str:
    found = _LED_TO.search(url)
    url = unwrapped(unquote(found[1]) if found is not None else url)
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    path = unquote(parts.path).strip("/").casefold() or parts.fragment.removeprefix("!/").strip("/").casefold()
    query = parts.query if path.endswith(".php") or _profile_of(url.partition("?")[0]) is None else ""
    return f"{_FORMER.get(host := host_of(url), host)}/{path}?{query}"


_kept_place_of: Final = lru_cache(maxsize=4_096)(_place_of)


_FORMER: Final = {
    "twitter.com": "x.com",
    "vkontakte.ru": "vk.com",
    "odnoklassniki.ru": "ok.ru",
    "fb.com": "facebook.com",
}
"""Hosts that lead to another one, path for path."""


def led_to(written: str, base: str) -> str | None:
    """Where a link leads that a site sends over a page of its own (``/goto/?https%3A%2F%2Fx.com%2Fname``); else None.

    :param written: the link as written; most have no ``http`` but at their beginning, and need not be asked about
    :param base: the page's address
    """
    if len(written) > MAX_URL or (found := _LED_TO.search(written)) is None:
        return None
    url, here = unquote(found[1]), host_of(base)
    is_own = not _HAS_HOST.match(written) or host_of(written) == here
    return url if is_own and host_of(url) != here else None


_HAS_HOST: Final = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)
_LED_TO: Final = re.compile(r"[?&](?:[\w-]{1,30}=)?(https?(?::|%3A)(?://|%2F%2F)[^&\s]+)$", re.IGNORECASE)


def profile_of(url: str | None) -> Profile | None:
    """Whom a link invites to follow, subscribe to, hear or pay; None for any other link.

    A platform's front page, its posts, videos, searches, help and share addresses are other links.
    Outward links that a platform wraps are unwrapped first.

    :param url: an absolute address, as written in the link
    """
    if not url or len(url) > MAX_URL or not is_of_platform(url):
        return None
    return _profile_of(url) if len(url) > LONGEST_KEPT else _kept_profile_of(url)


def is_of_platform(url: str) -> bool:
    """Whether an address may be a profile's by its host; False is sure."""
    return _is_of_platform(start_of(url))


@lru_cache(maxsize=4_096)  # most links lead to a few hosts that are no platforms
def _is_of_platform(start: str) -> bool:
    host = host_of(start)
    return not host or host in _WRAPPERS or host in _BY_HOST or _any_of(host) in _BY_HOST


def _any_of(host: str) -> str:
    """What stands in the table for a platform that gives everybody a host of his own."""
    return f"*.{host.partition('.')[2]}"


def _profile_of(url: str) -> Profile | None:
    url = f"https:{url}" if url.startswith("//") else url.strip()
    host = host_of(url)
    if host in _WRAPPERS:
        url = unwrapped(url)
        host = host_of(url)
    scheme = url.partition(":")[0].lower()
    if scheme in _SCHEMES:
        kind = _SCHEMES[scheme]
        return Profile(kind, scheme if kind == "support" else "site")
    if scheme not in ("http", "https"):
        return None
    try:
        parts = urlsplit(url)
        path = unquote(parts.path).strip("/ ")
    except ValueError:
        return None
    if not path and parts.fragment.startswith("!/"):
        path = parts.fragment[2:].strip("/")  # twitter.com/#!/NAME, until 2012
    wild = _any_of(host)
    for name in (host, wild):
        for place, pattern in _BY_HOST.get(name, ()):
            found = _read(place, pattern, path, parts.query)
            if found is not None:
                return replace(found, handle=host.partition(".")[0]) if name == wild else found
    return None


_kept_profile_of: Final = lru_cache(maxsize=4_096)(_profile_of)  # menus repeat on every page of a site


def _read(place: _Place, pattern: re.Pattern[str], path: str, query: str) -> Profile | None:
    found = pattern.fullmatch(path)
    if found is None:
        return None
    groups = found.groupdict()
    handle, channel_id = groups.get("handle"), groups.get("id")
    if place.query:
        pairs = _pairs(query)
        name = next((item for item in place.query.split() if pairs.get(item.partition(":")[0])), None)
        if name is None:
            return None
        parameter, _, role = name.partition(":")
        handle = pairs[parameter] if role == "handle" else handle
        channel_id = pairs[parameter] if role == "id" else channel_id
    if handle is not None and "@" not in path and handle.casefold() in _RESERVED:
        return None
    return Profile(place.kind, place.platform, handle.lstrip("@") or None if handle else None, channel_id)


def _pairs(query: str) -> dict[str, str]:
    try:
        return dict(reversed(parse_qsl(query, max_num_fields=100)))
    except ValueError:
        return {}


PROVIDERS: Final = (
    # newsletter services by their form's action
    ("mailchimp", re.compile(r"//[^/]*list-manage\d?\.com/|//eepurl\.com/", re.IGNORECASE)),
    ("substack", re.compile(r"//[^/]*substack\.com/|/api/v1/free\b", re.IGNORECASE)),
    ("beehiiv", re.compile(r"//[^/]*beehiiv\.com/", re.IGNORECASE)),
    ("convertkit", re.compile(r"//(?:[^/]*\.)?(?:convertkit|kit)\.com/", re.IGNORECASE)),
    ("brevo", re.compile(r"//[^/]*(?:sendinblue|sibforms|brevo)\.com/", re.IGNORECASE)),
    ("mailerlite", re.compile(r"//[^/]*mailerlite\.com/", re.IGNORECASE)),
    ("campaignmonitor", re.compile(r"//[^/]*(?:createsend\d?|cmail\d+)\.com/", re.IGNORECASE)),
    ("aweber", re.compile(r"//[^/]*aweber\.com/", re.IGNORECASE)),
    ("getresponse", re.compile(r"//[^/]*getresponse\.com/", re.IGNORECASE)),
    ("activecampaign", re.compile(r"//[^/]*(?:activehosted|activecampaign)\.com/", re.IGNORECASE)),
    ("constantcontact", re.compile(r"//[^/]*constantcontact\.com/", re.IGNORECASE)),
    ("hubspot", re.compile(r"//[^/]*(?:hsforms|hubspot)\.(?:com|net)/", re.IGNORECASE)),
    ("klaviyo", re.compile(r"//[^/]*klaviyo\.com/", re.IGNORECASE)),
    ("cleverreach", re.compile(r"//[^/]*cleverreach\.(?:com|de)/|crsend\.com/", re.IGNORECASE)),
    ("rapidmail", re.compile(r"//[^/]*emailsys\d\w\.net/", re.IGNORECASE)),
    ("follow_it", re.compile(r"//[^/]*(?:follow\.it|specificfeeds\.com)/", re.IGNORECASE)),
    ("feedburner", re.compile(r"//feedburner\.google\.com/fb/a/mailverify", re.IGNORECASE)),
    ("revue", re.compile(r"//(?:www\.)?getrevue\.co/", re.IGNORECASE)),
    ("buttondown", re.compile(r"//[^/]*buttondown\.(?:email|com)/", re.IGNORECASE)),
    ("tinyletter", re.compile(r"//[^/]*tinyletter\.com/", re.IGNORECASE)),
    ("ghost", re.compile(r"/members/api/send-magic-link", re.IGNORECASE)),
    ("mailpoet", re.compile(r"action=mailpoet_subscription_form|wysija", re.IGNORECASE)),
    (
        "wordpress",
        re.compile(
            r"//(?:subscribe|public-api)\.wordpress\.com\b|//wordpress\.com/email-subscriptions", re.IGNORECASE
        ),
    ),
    ("sendgrid", re.compile(r"//[^/]*sendgrid\.(?:com|net)/", re.IGNORECASE)),
    ("sailthru", re.compile(r"//[^/]*(?:sailthru|horizon\.\w+)\.com/", re.IGNORECASE)),
    ("unisender", re.compile(r"//[^/]*unisender\.com/", re.IGNORECASE)),
    ("subscribe_ru", re.compile(r"//subscribe\.ru/", re.IGNORECASE)),
)
"""Newsletter services: platform and what their form's action looks like."""


def newsletter_provider(action: str | None) -> str | None:
    """The newsletter service that a form is sent to, or None."""
    if not action or len(action) > MAX_URL:
        return None
    return next((platform for platform, pattern in PROVIDERS if pattern.search(action)), None)


_FEED: Final = re.compile(
    r"(?:^|/)(?:feed|feeds|rss|atom|rss2|xmlrss)/?$|\.(?:rss|rdf|atom)$|(?:^|/)(?:rss|feed|atom|index)\.(?:xml|json|php|aspx)$"
    r"|(?:^|/)_?(?:rss|feeds?)/[^?]{1,200}$",
    re.IGNORECASE,
)
_FEED_QUERY: Final = re.compile(
    r"(?:^|&)(?:feed=(?:rss2?|atom|rdf|comments-rss2?)|format=(?:rss|atom|feed)|type=rss|page=(?:backend|[\w-]*(?:rss|atom))(?=&|$))",
    re.IGNORECASE,
)
"""WordPress, Joomla and others, SPIP."""
_FEED_FILE: Final = re.compile(r"\.(?:xml|rss|rdf|atom)$", re.IGNORECASE)


def may_be_feed(href: str) -> bool:
    """Whether a link as written looks like one to a feed."""
    lowered = href.lower()  # five looks for words are ten times as fast as one pattern
    has_word = "feed" in lowered or "rss" in lowered or "atom" in lowered or "rdf" in lowered
    return (has_word or "page=backend" in lowered) and looks_like_feed(href)


def is_feed_file(url: str) -> bool:
    """Whether an address that looks like one of a feed can be nothing else: not a page about feeds, as ``/rss/``."""
    parts = urlsplit(url)
    return bool(_FEED_FILE.search(parts.path) or _FEED_QUERY.search(parts.query))


def looks_like_feed(url: str) -> bool:
    """Whether an address is one of a feed, by its path or query (WordPress ``/feed/``, ``rss.php``, ``feed.xml``)."""
    if len(url) > MAX_URL:
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return bool(_FEED.search(parts.path) or _FEED_QUERY.search(parts.query))
