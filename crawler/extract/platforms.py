"""Video platforms: which addresses are theirs, which video they name, and how its player is addressed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit

MAX_URL: Final = 4_096
"""Longer addresses are no player's."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One form of address of one platform."""

    platform: str
    host: re.Pattern[str]
    """Matched against the whole lower-case host without port."""
    path: re.Pattern[str]
    """Matched from the start of ``path?query``; group ``id``, when there, is the video's id."""
    player: str | None = None
    """How the player is addressed when this form is a page; None when this form is the player."""
    keep: tuple[str, ...] = ()
    """Query parameters without which the player would show something else."""
    is_generic: bool = False
    """The form fits any host: software that many people run themselves."""


@dataclass(frozen=True, slots=True)
class Match:
    """What an address says about a video."""

    platform: str
    video_id: str | None
    embed_url: str
    """The player's address, https, without parameters that only control playing."""
    is_player: bool
    """The address is that of a player, not of the platform's page about the video."""
    is_generic: bool = False
    """Recognised by its path alone: believe it only where a player is expected."""


def _rule(
    platform: str, host: str, path: str, player: str | None = None, *, keep: str = "", is_generic: bool = False
) -> Rule:
    return Rule(platform, re.compile(rf"(?:{host})\Z"), re.compile(path), player, tuple(keep.split()), is_generic)


_YT = r"(?:[a-z0-9-]+\.)?youtube(?:-nocookie)?\.com|youtube\.googleapis\.com"
_YT_ID = r"(?P<id>[\w-]{11})(?![\w-])"
_YT_PLAYER = "https://www.youtube.com/embed/{id}"
_DM = r"(?:www\.|touch\.)?dailymotion\.com"
_DM_PLAYER = "https://www.dailymotion.com/embed/video/{id}"
_UUID = r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
_PEERTUBE_ID = rf"(?P<id>{_UUID}|[1-9A-HJ-NP-Za-km-z]{{22}})(?![\w-])"
_VK = r"(?:[a-z]+\.)?(?:vk\.com|vk\.ru|vkvideo\.ru)"
_FB = r"(?:[a-z-]+\.)?facebook\.com"
_X = r"(?:[a-z]+\.)?(?:twitter|x)\.com"
_VIDEOPRESS = "https://video.wordpress.com/embed/{id}"
_QUERY = r"\?(?:[^#]*&)?"

RULES: Final = (
    _rule("youtube", _YT, rf"/(?:embed|e|v)/(?!videoseries|live_stream){_YT_ID}"),
    _rule("youtube", _YT, r"/embed/(?:videoseries)?\?", keep="list listType"),
    _rule("youtube", _YT, r"/embed/live_stream\?", keep="channel"),
    _rule("youtube", _YT, rf"/(?:watch|ytscreeningroom|attribution_link){_QUERY}v={_YT_ID}", _YT_PLAYER),
    _rule("youtube", _YT, rf"/(?:shorts|live|watch)/{_YT_ID}", _YT_PLAYER),
    _rule("youtube", r"(?:www\.)?youtu\.be", rf"/{_YT_ID}", _YT_PLAYER),
    _rule("vimeo", r"player\.vimeo\.com", r"/video/(?P<id>\d+)", keep="h"),
    _rule("vimeo", r"player\.vimeo\.com", r"/external/(?P<id>\d+)", "https://player.vimeo.com/video/{id}"),
    _rule(
        "vimeo", r"(?:www\.)?vimeo\.com", rf"/moogaloop\.swf{_QUERY}clip_id=(?P<id>\d+)",
        "https://player.vimeo.com/video/{id}",
    ),
    _rule(
        "vimeo", r"(?:www\.)?vimeo\.com", r"/(?P<id>\d+)/(?P<h>[0-9a-f]{8,})(?![\w-])",
        "https://player.vimeo.com/video/{id}?h={h}",
    ),
    _rule(
        "vimeo", r"(?:www\.)?vimeo\.com",
        r"/(?:(?:channels|groups|album|showcase)/[\w-]+/(?:videos?/)?|ondemand/[\w-]+/|video/)?(?P<id>\d{4,})(?![\w-])",
        "https://player.vimeo.com/video/{id}",
    ),
    _rule("vimeo", r"(?:www\.)?vimeo\.com", r"/event/(?P<id>\d+)/embed"),
    _rule("dailymotion", _DM, r"/(?:embed|swf)/(?:video/)?(?P<id>[A-Za-z0-9]+)"),
    _rule(
        "dailymotion", r"geo\.dailymotion\.com", rf"/player(?:/\w+)?\.(?:html|js){_QUERY}video=(?P<id>[A-Za-z0-9]+)",
        keep="video",
    ),
    _rule("dailymotion", _DM, r"/(?:[a-z]{2}/)?video/(?P<id>[A-Za-z0-9]+)", _DM_PLAYER),
    _rule("dailymotion", r"dai\.ly", r"/(?P<id>[A-Za-z0-9]+)", _DM_PLAYER),
    _rule("rumble", r"(?:www\.)?rumble\.com", r"/embed/(?:u[0-9a-z]+\.)?(?P<id>v[0-9a-z]+)"),
    _rule("odysee", r"(?:www\.)?odysee\.com|(?:www\.)?lbry\.tv", r"/\$/embed/(?P<id>[^?#]+[^?#/])"),
    _rule(
        "odysee", r"(?:www\.)?odysee\.com|(?:www\.)?lbry\.tv", r"/(?P<id>@[^/?#]+:[0-9a-f]+/[^/?#]+:[0-9a-f]+)",
        "https://odysee.com/$/embed/{id}",
    ),
    _rule(
        "facebook", _FB,
        rf"/(?:v\d+\.\d+/)?plugins/video\.php{_QUERY}href=[^&#]*?(?:videos%2F(?:[^&#]*?%2F)?|v%3D|reel%2F)(?P<id>\d+)",
        keep="href",
    ),
    _rule("facebook", _FB, rf"/(?:v\d+\.\d+/)?plugins/video\.php{_QUERY}href=", keep="href"),
    _rule("facebook", _FB, rf"/video/embed{_QUERY}video_id=(?P<id>\d+)", keep="video_id"),
    _rule(
        "facebook", _FB, r"/(?:[^/?#]+/videos/(?:[^/?#]+/)?|reel/)(?P<id>\d+)",
        "https://www.facebook.com/plugins/video.php?href=https%3A%2F%2Fwww.facebook.com%2Fwatch%2F%3Fv%3D{id}",
    ),
    _rule(
        "facebook", _FB, rf"/(?:watch/?(?:live/?)?|video\.php){_QUERY}v=(?P<id>\d+)",
        "https://www.facebook.com/plugins/video.php?href=https%3A%2F%2Fwww.facebook.com%2Fwatch%2F%3Fv%3D{id}",
    ),
    _rule("twitch", r"player\.twitch\.tv", rf"/{_QUERY}video=v?(?P<id>\d+)", keep="video"),
    _rule("twitch", r"player\.twitch\.tv", rf"/{_QUERY}channel=", keep="channel"),
    _rule("twitch", r"clips\.twitch\.tv", rf"/embed{_QUERY}clip=(?P<id>[\w-]+)", keep="clip"),
    _rule(
        "twitch", r"(?:www\.|m\.)?twitch\.tv", r"/(?:[^/]+/)?videos?/(?P<id>\d+)",
        "https://player.twitch.tv/?video={id}",
    ),
    _rule("ted", r"embed(?:-ssl)?\.ted\.com", r"/(?:talks/)?(?:lang/[\w-]+/)?(?P<id>\w+)"),
    _rule(
        "ted", r"(?:www\.)?ted\.com", r"/talks/(?:lang/[\w-]+/)?(?P<id>\w+)(?:\.html)?",
        "https://embed.ted.com/talks/{id}",
    ),
    _rule("bitchute", r"(?:www\.|old\.)?bitchute\.com", r"/embed/(?P<id>[\w-]+)"),
    _rule(
        "bitchute", r"(?:www\.|old\.)?bitchute\.com", r"/video/(?P<id>[\w-]+)",
        "https://www.bitchute.com/embed/{id}/",
    ),
    _rule("bilibili", r"player\.bilibili\.com", rf"/player\.html{_QUERY}bvid=(?P<id>BV\w+)", keep="bvid p page"),
    _rule("bilibili", r"player\.bilibili\.com", rf"/player\.html{_QUERY}aid=(?P<id>\d+)", keep="aid p page"),
    _rule(
        "bilibili", r"(?:www\.|m\.)?bilibili\.com", r"/video/(?P<id>BV\w+)",
        "https://player.bilibili.com/player.html?bvid={id}",
    ),
    _rule("vk", _VK, rf"/video_ext\.php{_QUERY}oid=(?P<owner>-?\d+)&(?:amp;)?id=(?P<id>\d+)", keep="oid id hash"),
    _rule(
        "vk", _VK, r"/(?:[\w.]+\?z=)?(?:video|clip)(?P<owner>-?\d+)_(?P<id>\d+)",
        "https://vk.com/video_ext.php?oid={owner}&id={id}",
    ),
    _rule("ok", r"(?:[a-z]+\.)?(?:ok|odnoklassniki)\.ru", r"/videoembed/(?P<id>\d+)"),
    _rule("ok", r"(?:[a-z]+\.)?(?:ok|odnoklassniki)\.ru", r"/video/(?P<id>\d+)", "https://ok.ru/videoembed/{id}"),
    _rule("rutube", r"(?:www\.)?rutube\.ru", r"/(?:play|video)/embed/(?P<id>\w+)", keep="p"),
    _rule(
        "rutube", r"(?:www\.)?rutube\.ru", r"/(?:video/(?:private/)?|shorts/)(?P<id>[0-9a-f]{32})",
        "https://rutube.ru/play/embed/{id}",
    ),
    _rule("tiktok", r"(?:www\.)?tiktok\.com", r"/(?:embed/(?:v2/|v3/)?|player/v1/)(?P<id>\d+)"),
    _rule(
        "tiktok", r"(?:www\.|m\.)?tiktok\.com", r"/@[^/]+/video/(?P<id>\d+)", "https://www.tiktok.com/embed/v2/{id}",
    ),
    _rule("x", _X, r"/i/(?:videos/(?:tweet/)?|cards/tfw/v1/)(?P<id>\d+)"),
    _rule("instagram", r"(?:www\.)?instagram\.com", r"/(?:[\w.]+/)?(?:reel|tv)/(?P<id>[\w-]+)/embed"),
    _rule(
        "instagram", r"(?:www\.)?instagram\.com", r"/(?:[\w.]+/)?(?:reels?|tv)/(?P<id>[\w-]+)",
        "https://www.instagram.com/reel/{id}/embed/",
    ),
    _rule(
        "videopress", r"video\.wordpress\.com|(?:www\.)?videopress\.com|v\.wordpress\.com",
        r"/(?:embed|v)/(?P<id>\w{6,12})",
    ),
    _rule("videopress", r"v\.wordpress\.com", r"/(?P<id>\w{8})\Z", _VIDEOPRESS),
    _rule("videopress", r"videos\.files\.wordpress\.com|videos\.videopress\.com", r"/(?P<id>\w{8})/", _VIDEOPRESS),
    _rule(
        "jwplayer", r"(?:content|cdn)\.jwplatform\.com|cdn\.jwplayer\.com",
        r"/players/(?P<id>[A-Za-z0-9]{8})-\w{8}\.(?:html|js)",
    ),
    _rule(
        "jwplayer", r"(?:content|cdn)\.jwplatform\.com|cdn\.jwplayer\.com",
        r"/(?:videos|manifests|previews)/(?P<id>[A-Za-z0-9]{8})", "https://cdn.jwplayer.com/previews/{id}",
    ),
    _rule(
        "brightcove", r"players\.brightcove\.net",
        rf"/\d+/[^/]+/index\.(?:html|min\.js){_QUERY}(?:videoId|playlistId)=(?P<id>(?:ref:)?[\w-]+)",
        keep="videoId playlistId",
    ),
    _rule(
        "kaltura", r"[a-z0-9.-]*kaltura\.com", r"/(?:[^#]*?)entry_?id[=/](?P<id>[01]_\w+)",
        keep="entry_id wid uiconf_id",
    ),
    _rule(
        "ooyala", r"player\.ooyala\.com", rf"/[\w/.]+{_QUERY}(?:ec|embedCode)=(?P<id>[\w-]+)",
        keep="ec pbid embedCode",
    ),
    _rule("wistia", r"fast\.wistia\.(?:net|com)", r"/embed/(?:iframe|medias)/(?P<id>\w{10})"),
    _rule(
        "wistia", r"[a-z0-9-]+\.wistia\.com", r"/medias/(?P<id>\w{10})", "https://fast.wistia.net/embed/iframe/{id}",
    ),
    _rule("vidyard", r"play\.vidyard\.com", r"/(?P<id>[\w-]{16,})"),
    _rule("streamable", r"(?:www\.)?streamable\.com", r"/[eos]/(?P<id>\w+)"),
    _rule("archive", r"(?:www\.)?archive\.org", r"/embed/(?P<id>[\w.-]+)"),
    _rule("viddler", r"(?:www\.)?viddler\.com", r"/(?:embed|simple|player)/(?P<id>\w+)"),
    _rule("viddler", r"(?:www\.)?viddler\.com", r"/v/(?P<id>\w+)", "https://www.viddler.com/embed/{id}"),
    _rule("niconico", r"embed\.nicovideo\.jp", r"/watch/(?P<id>\w+)"),
    _rule(
        "niconico", r"(?:www\.|sp\.)?nicovideo\.jp", r"/watch/(?P<id>(?:sm|nm|so)\d+)",
        "https://embed.nicovideo.jp/watch/{id}",
    ),
    _rule("youku", r"player\.youku\.com", r"/(?:embed/|player\.php/sid/)(?P<id>[\w=]+)"),
    _rule("youku", r"v\.youku\.com", r"/v_show/id_(?P<id>[\w=]+)", "https://player.youku.com/embed/{id}"),
    _rule(
        "tencent", r"v\.qq\.com", rf"/(?:iframe/player|txp/iframe/player)\.html{_QUERY}vid=(?P<id>\w+)", keep="vid",
    ),
    _rule("naver", r"tv\.naver\.com", r"/embed/(?P<id>\d+)"),
    _rule("kakao", r"(?:play-)?tv\.kakao\.com", r"/embed/player/cliplink/(?P<id>\w+)"),
    _rule("aparat", r"(?:www\.)?aparat\.com", r"/video/video/embed/videohash/(?P<id>\w+)"),
    _rule(
        "aparat", r"(?:www\.)?aparat\.com", r"/v/(?P<id>\w+)",
        "https://www.aparat.com/video/video/embed/videohash/{id}/vt/frame",
    ),
    _rule("cda", r"ebd\.cda\.pl", r"/\d+x\d+/(?P<id>\w+)"),
    _rule("coub", r"(?:www\.)?coub\.com", r"/embed/(?P<id>\w+)"),
    _rule("loom", r"(?:www\.)?loom\.com", r"/embed/(?P<id>[0-9a-f]{32})"),
    _rule("sproutvideo", r"videos\.sproutvideo\.com", r"/embed/(?P<id>\w+)/\w+"),
    _rule("brighteon", r"(?:www\.)?brighteon\.com", r"/embed/(?P<id>[\w-]+)"),
    _rule("gab", r"tv\.gab\.com", r"/(?:channel/[^/]+/)?embed/(?P<id>[\w-]+)"),
    _rule("peertube", r".+", rf"/videos/embed/{_PEERTUBE_ID}", is_generic=True),
    _rule("peertube", r".+", rf"/(?:w|videos/watch)/{_PEERTUBE_ID}", "{origin}/videos/embed/{id}", is_generic=True),
)
"""Tried in this order; the first that fits counts. The forms are those of the platforms' own embed codes."""


def match_url(url: str) -> Match | None:
    """Which video an absolute address names, or None when it is no known platform's."""
    if len(url) > MAX_URL:
        return None
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removesuffix(".")
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host:
        return None
    target = (parts.path or "/") + ("?" + parts.query.replace("&amp;", "&") if parts.query else "")
    for rule in RULES:
        if not rule.host.match(host):
            continue
        found = rule.path.match(target)
        if found:
            origin = f"https://{host}" + (f":{port}" if port not in (None, 80, 443) else "")
            return _match(rule, found, origin, target)
    return None


def _match(rule: Rule, found: re.Match[str], origin: str, target: str) -> Match:
    groups = found.groupdict()
    video_id = groups.get("id")
    if rule.player is not None:
        embed = rule.player.format(origin=origin, **groups)
    else:
        path, _, query = target.partition("?")
        kept = [(name, value) for name, value in parse_qsl(query) if name in rule.keep]
        embed = origin + path + ("?" + urlencode(kept) if kept else "")
    if groups.get("owner"):
        video_id = f"{groups['owner']}_{video_id}"
    return Match(rule.platform, video_id, embed, rule.player is None, rule.is_generic)
