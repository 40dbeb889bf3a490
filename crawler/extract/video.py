"""The video of a page: which player it embeds, on which platform, how long it is and what it looks like."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final
from urllib.parse import unquote, urlsplit

from selectolax.lexbor import LexborNode

from crawler.extract.areas import Areas, areas_of
from crawler.extract.dates import read_duration
from crawler.extract.document import Document
from crawler.extract.platforms import MAX_URL, Match, match_url
from crawler.extract.same_page import bare
from crawler.extract.selection import names_in, upwards
from crawler.extract.structured import Structured
from crawler.extract.text import fold
from crawler.extract.thing import Node
from crawler.extract.urls import site_of

SELF: Final = "self"
"""Platform of a video that the page's own site serves."""

MAX_PLAYERS: Final = 300
"""Elements that are looked at on one page."""

_PLAYERS: Final = (
    "iframe,video,object,embed,lite-youtube,lite-vimeo,youtube-embed,amp-youtube,amp-vimeo,amp-dailymotion,"
    "amp-facebook,amp-brightcove,amp-jwplayer,amp-video,amp-iframe,video-js,"
    "[data-youtube-id],[data-video_id],[data-videoid],[data-video-id],[data-yt-id],[data-ytid],[data-vimeo-id],"
    "[data-vimeo-url],[data-dailymotion-id],[data-plyr-provider],[data-setup],[data-embed-id],presto-player,"
    ".rll-youtube-player,.elementor-widget-video[data-settings],[data-html],[data-block-json],[data-embed],"
    "[data-embed-url],[data-video-url],[data-video-src],[class*=youtube][data-id],[class*=facade][data-id],"
    "[data-vid],[data-file],[data-mp4],[data-hls],script[src*='jwplatform.com/players'],"
    "script[src*='jwplayer.com/players'],script[src*='dailymotion.com/player'],"
    ".wp-block-embed,.fb-video,blockquote.tiktok-embed,blockquote.instagram-media"
)
"""Everything that is, or is replaced by, a player."""

_EMBED_BY_ID: Final = {
    "youtube": "https://www.youtube.com/embed/{}",
    "vimeo": "https://player.vimeo.com/video/{}",
    "dailymotion": "https://www.dailymotion.com/embed/video/{}",
    "viddler": "https://www.viddler.com/embed/{}",
    "jwplayer": "https://cdn.jwplayer.com/previews/{}",
}
"""Player of a video of which the markup gives only platform and id."""

_ID_ATTRIBUTES: Final = (
    ("data-youtube-id", "youtube"),
    ("data-yt-id", "youtube"),
    ("data-ytid", "youtube"),
    ("data-vimeo-id", "vimeo"),
    ("data-dailymotion-id", "dailymotion"),
    ("videoid", None),
    ("data-videoid", None),
    ("data-video_id", None),
    ("data-video-id", None),
    ("data-media-id", None),
    ("data-plyr-embed-id", None),
    ("data-embed-id", None),
    ("data-id", None),
)
"""Attributes that hold a video's id: lazyYT, YouTube Video Importer, lite-youtube, AMP, Plyr, WP Rocket. The second
says whose it is; None where the element's own name says it."""

_HINTS: Final = (
    (re.compile(r"youtube|\byt\b|lazyyt|yvii|ytp?-"), "youtube", re.compile(r"[\w-]{11}")),
    (re.compile(r"vimeo"), "vimeo", re.compile(r"\d{4,}")),
    (re.compile(r"dailymotion"), "dailymotion", re.compile(r"[A-Za-z0-9]{5,}")),
    (re.compile(r"viddler"), "viddler", re.compile(r"\w{4,}")),
    (re.compile(r"jwplayer"), "jwplayer", re.compile(r"[A-Za-z0-9]{8}")),
)
"""What an element's tag, class and provider attribute say about the platform, and what an id looks like there."""

_PLAYER_CLASS = re.compile(r"player|video|lazy|embed")
_YOUTUBE_ID = re.compile(r"(?=[\w-]*[A-Za-z_-])[\w-]{11}")
_ADDRESS = re.compile(r"""(?:https?:)?//[^\s"'<>\\]{4,2000}""", re.IGNORECASE)
_FILE = re.compile(r"\.(?:mp4|m4v|webm|ogv|mov|flv|m3u8|mpd)/?(?:$|[?#])", re.IGNORECASE)
_SETUP = re.compile(
    r"""["']?\b(?:file|src|source|video_url)["']?\s*[:,]\s*["']((?:https?:)?(?:\\?/){2}[^"'\s<>]{4,2000})["']"""
)
_PARAMETER = re.compile(r"[?&](?:url|src|href|u|v)=(https?(?::|%3A)(?:/|%2F){1,2}[^&#]+)", re.IGNORECASE)
"""The address of another page in a frame's."""
_FILE_ATTRIBUTES: Final = ("data-vid", "data-video-src", "data-video-url", "data-file", "data-mp4", "data-hls")
_FLASH_FILE: Final = re.compile(r"(?:^|&)(?:amp;)?(?:file|src|url|video)=([^&\s]+)", re.IGNORECASE)
"""What a player of Flash is told to play."""
_PLAYS = re.compile(
    r"(?!.*(?<![a-z])(?:ads?|audio|banners?|charts?|comments?|forms?|maps?|podcasts?)(?![a-z])).*?(?<![a-z])"
    r"(?:(?!audio|mp3|multi|music)[a-z]*player|videos?|movie|autoplay)(?![a-z])",
    re.IGNORECASE,
)
"""What the address of a frame of the site's own says of a video."""
_EMBEDS: Final = re.compile(r"(?:^|/)embed(?=[/?]|$)", re.IGNORECASE)
"""The same where the frame stands in an element that is named as a player."""
_PLAYER_NAME: Final = re.compile(r"(?:^|[-_ ]|[a-z](?=[A-Z]))(?:[Pp]layer|[Vv]ideo)(?=[-_ A-Z\d]|$)")
_DECORATES: Final = ("autoplay", "loop", "muted")
"""What a video that is a decoration has, and no controls."""
_STILL = re.compile(r"//i\d?\.ytimg\.com/vi(?:_webp)?/([\w-]{11})/", re.IGNORECASE)
"""YouTube's still pictures: their addresses name the video."""
_BASE64: Final = re.compile(r"(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
_TOKEN: Final = re.compile(r"[\w-]+")
_SHORTEST_ID: Final = 7
"""Shorter ids stand in other addresses by chance, characters."""
_LONGEST_ID: Final = 40
_OUTWARD: Final = ("http://", "https://", "//")
_FEW_TOKENS: Final = 12
_MANY_LEADING: Final = 20
"""Parts of an address, and links to others in which one of them stands, that are looked at."""
_MAX_HELD: Final = 20
_LONGEST_HELD: Final = 20_000
"""Templates that may be a player in Base64, and characters of one."""
_MAX_CLIMB: Final = 4
"""Elements around a picture among which a link is looked for."""
_SCRIPT_PLAYERS: Final = (
    "jwplayer(", "videojs(", "flowplayer(", "Clappr.", "Plyr(", "kt_player(", "Playerjs(", "SWFObject(",
)  # fmt: skip
_MAYBE_NO_VIDEO: Final = frozenset({"instagram", "x"})
"""Platforms whose embeds are posts: they count only where nothing else plays."""

_META_PLAYERS: Final = (
    "og:video:secure_url", "og:video:url", "og:video", "twitter:player", "twitter:player:stream",
)  # fmt: skip
"""Open Graph and Twitter card properties that address a player or a file."""

_META_IMAGES: Final = ("og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src")


@dataclass(slots=True, kw_only=True)
class Video:
    """The fields of a page that describe its video; see :class:`archive.schema.Page`."""

    platform: str | None = None
    video_id: str | None = None
    embed_url: str | None = None
    duration_s: float | None = None
    thumbnail_url: str | None = None


def read_video(document: Document, structured: Structured, areas: Areas | None = None) -> Video:
    """The page's video.

    Evidence in this order: a known platform in the page's own VideoObject; the page's address, when it is a
    platform's watch page; a link to a platform's video whose id is in the page's address; the first known player in
    the page's main part; a known platform in Open Graph and Twitter metas, in a player that a script sets up; then, of
    no known platform, the VideoObject's player, a video element, a frame of the site's own that says it plays one, the
    metas' player, the VideoObject's file and the script's; last a player that waits for consent, and the one YouTube
    video whose still picture is shown. Other links in running text and players beside the main part (sidebar, related,
    comments, footer) are none of the page's.
    """
    areas = areas or areas_of(document)
    main = main_video(document, structured)
    video = Video(thumbnail_url=_thumbnail(document, structured, main))
    durations = [*(main.texts("duration") if main else ()), structured.meta("og:video:duration", "video:duration")]
    video.duration_s = next((length for raw in durations if (length := read_duration(raw)) is not None), None)
    for player in _evidence(document, structured, areas, main):
        video.platform, video.video_id, video.embed_url = player
        break
    return video


def main_video(document: Document, structured: Structured) -> Node | None:
    """The VideoObject that the page is about: of several the one that names the page's address or title, or the first.

    A page that lists many, or says that it is a site, and names none of them is about no one of them.
    """
    videos = [node for node in structured.find("VideoObject") if node.props]
    if len(videos) <= 1:
        return videos[0] if videos else None
    here = {bare(url) for url in (document.url, structured.meta("og:url")) if url}
    title = fold(structured.meta("og:title") or "").casefold()
    named = [node for node in videos if _is_named_by(document, node, here)]
    whole = [node for node in named if not _is_place(node)]
    if whole or len(named) == 1:
        return (whole or named)[0]
    for node in videos:
        if title and fold(node.text("name") or "").casefold() == title:
            return node
    is_site = (structured.meta("og:type") or "").casefold() == "website"
    return videos[0] if len(videos) <= 3 and not is_site else None


def _is_named_by(document: Document, node: Node, addresses: set[str]) -> bool:
    """Whether a thing says that it is, or is about, what has one of some bare addresses."""
    stated = (node.link("url"), node.link("mainEntityOfPage"), node.node_id)
    return any(bare(link) in addresses for address in stated if (link := document.link(address)))


def _is_place(node: Node) -> bool:
    """Whether a thing is named by a place in a page alone, as all things of a page are by some programs."""
    return node.link("url", "mainEntityOfPage") is None and "#" in (node.node_id or "")


_Player = tuple[str | None, str | None, str]


def _evidence(document: Document, structured: Structured, areas: Areas, main: Node | None) -> Iterator[_Player]:
    stated = [link for name in ("embedUrl", "contentUrl", "url") for link in _links(document, main, name)]
    yield from _known(stated)
    if (own := match_url(document.url)) and _is_own_page(own, structured):
        yield own.platform, own.video_id, own.embed_url
    yield from _fronted(document)
    elements = [node for node in document.css(_PLAYERS)[:MAX_PLAYERS] if not areas.is_beside(node)]
    found = [match for node in elements if (match := _element_player(document, node))]
    found.sort(key=lambda match: match.platform in _MAYBE_NO_VIDEO)
    yield from ((match.platform, match.video_id, match.embed_url) for match in found)
    metas = [link for name in _META_PLAYERS if (link := document.link(structured.meta(name)))]
    source = document.first("link[rel=video_src]")
    metas += [link for link in (document.link(source.attributes.get("href")) if source else None,) if link]
    yield from _known(metas)
    scripted = _scripted(document)
    yield from _known(scripted)
    yield from (_unknown(document, link) for link in _links(document, main, "embedUrl"))
    yield from ((SELF, None, link) for node in elements if (link := _file_of(document, node)))
    yield from ((SELF, None, link) for node in elements if (link := _own_frame(document, node)))
    yield from (_unknown(document, link) for link in metas)
    yield from ((SELF, None, link) for link in _links(document, main, "contentUrl") if _FILE.search(link))
    yield from ((SELF, None, link) for link in scripted if _FILE.search(link))
    yield from _held_back(document)
    yield from _previewed(document, areas)


def _links(document: Document, main: Node | None, name: str) -> list[str]:
    if main is None:
        return []
    return [link for text in main.texts(name)[:10] if (link := document.link(text.replace("&amp;", "&")))]


def _known(links: list[str]) -> Iterator[_Player]:
    for link in links:
        match = match_url(link)
        if match and (match.is_player or not match.is_generic):
            yield match.platform, match.video_id, match.embed_url


def _is_own_page(match: Match, structured: Structured) -> bool:
    """A path that any site may have is a watch page only where the page says that PeerTube made it."""
    return not match.is_generic or (structured.meta("og:platform") or "").casefold() == match.platform


def _fronted(document: Document) -> Iterator[_Player]:
    """The video of a platform that the page links, and whose id is in the page's own address: that of a front end."""
    parts = urlsplit(document.url)
    here = unquote(f"{parts.path}?{parts.query}")
    tokens = [token for token in _TOKEN.findall(here) if _SHORTEST_ID <= len(token) <= _LONGEST_ID][:_FEW_TOKENS]
    links = (href for _, href, _ in document.elements.links if href.startswith(_OUTWARD)) if tokens else ()
    site = site_of(document.url)
    leading = (href for href in links if any(map(href.__contains__, tokens)) and site not in href.split("/", 3)[2])
    for href in islice(leading, _MANY_LEADING):
        match = match_url(document.link(href) or "")
        if match is None or match.is_generic or not match.video_id or len(match.video_id) < _SHORTEST_ID:
            continue
        if match.video_id in here:
            yield match.platform, match.video_id, match.embed_url
            return


def _unknown(document: Document, link: str) -> _Player:
    """A player of no known platform: the site's own when it lives there or is a mere file, else nobody's we know."""
    is_own = bool(_FILE.search(link)) or site_of(link) == site_of(document.url)
    return (SELF if is_own else None), None, link


def _element_player(document: Document, node: LexborNode) -> Match | None:
    """The known player that an element is or will become."""
    attributes = node.attributes
    tag = node.tag or ""
    if tag in ("amp-brightcove", "video-js") or "data-account" in attributes:
        return _brightcove(attributes)
    if tag == "script" and "data-video" in attributes:
        return match_url(f"{document.link(attributes.get('src'))}?video={attributes['data-video']}")
    if by_id := _by_id(tag, attributes):
        return by_id
    if "elementor-widget-video" in (attributes.get("class") or ""):
        return match_url(document.link(_elementor_url(attributes.get("data-settings"))) or "")
    texts = [value for name, value in attributes.items() if value and name not in ("style", "class", "title", "allow")]
    if tag == "object":
        texts += [value for part in node.css("param") if (value := part.attributes.get("value"))]
    elif tag == "video":
        texts += [value for part in node.css("source") if (value := part.attributes.get("src"))]
    elif tag in ("figure", "div", "blockquote") and "wp-block-embed" in (attributes.get("class") or ""):
        texts += [link for part in node.css("a") if (link := part.attributes.get("href"))]
        texts.append(node.text(deep=True)[:4_000])
    for text in texts:
        for found in _ADDRESS.findall(text[:20_000].replace("\\/", "/"))[:20]:
            link = document.link(found.replace("&amp;", "&")) or ""
            match = match_url(link) or (_handed_on(link) if tag == "iframe" else None)
            if match and (match.is_player or not match.is_generic):
                return match
    return None


def _handed_on(link: str) -> Match | None:
    """The video whose address is a parameter of a frame's: that of Embedly, or of a site that frames other players."""
    found = _PARAMETER.search(link[:MAX_URL])
    return match_url(re.sub("^(https?:)(?!//)/?", r"\1//", unquote(found[1]))) if found else None


def _by_id(tag: str, attributes: dict[str, str | None]) -> Match | None:
    names = " ".join(
        filter(None, (tag, attributes.get("class"), attributes.get("data-plyr-provider"), attributes.get("data-type")))
    ).lower()
    for name, platform in _ID_ATTRIBUTES:
        video_id = (attributes.get(name) or "").strip()
        if not video_id:
            continue
        owner = platform or _hinted(names, video_id)
        if owner and re.fullmatch(r"[\w-]{4,40}", video_id):
            return Match(owner, video_id, _EMBED_BY_ID[owner].format(video_id), is_player=True)
    return None


def _hinted(names: str, video_id: str) -> str | None:
    for hint, platform, form in _HINTS:
        if hint.search(names):
            return platform if form.fullmatch(video_id) else None
    return "youtube" if _PLAYER_CLASS.search(names) and _YOUTUBE_ID.fullmatch(video_id) else None


def _elementor_url(settings: str | None) -> str | None:
    """The address in the settings of Elementor's video widget: that of its type, for those of others have examples."""
    try:
        stated = json.loads(settings or "")
    except (ValueError, RecursionError):
        return None
    url = stated.get(f"{stated.get('video_type', 'youtube')}_url") if isinstance(stated, dict) else None
    return url if isinstance(url, str) else None


def _brightcove(attributes: dict[str, str | None]) -> Match | None:
    account, video_id = attributes.get("data-account"), attributes.get("data-video-id")
    if not account or not video_id or not account.isdigit():
        return None
    player = attributes.get("data-player") or attributes.get("data-player-id") or "default"
    return match_url(f"https://players.brightcove.net/{account}/{player}_default/index.html?videoId={video_id}")


def _file_of(document: Document, node: LexborNode) -> str | None:
    """The file that an element plays; None for a decoration that loops without sound or controls."""
    attributes = node.attributes
    if node.tag not in ("video", "amp-video", "video-js"):
        handed = _FLASH_FILE.search((attributes.get("flashvars") or "")[:MAX_URL])
        values = [attributes.get(name) for name in _FILE_ATTRIBUTES]
        stated = (document.link(value) for value in [*values, unquote(handed[1]) if handed else None])
        return next((link for link in stated if link and _FILE.search(link)), None)
    if _is_decoration(node):
        return None
    sources = [attributes.get(name) for name in ("src", "data-src", "data-lazy-src", "data-litespeed-src")]
    for part in node.css("source"):
        sources += [part.attributes.get("src"), part.attributes.get("data-src")]
    return next((link for source in sources if (link := document.link(source))), None)


def _own_frame(document: Document, node: LexborNode) -> str | None:
    """A frame, or a Flash player, of the page's own site whose address, or place, says that it plays a video."""
    if node.tag not in ("iframe", "amp-iframe", "embed"):
        return None
    attributes = node.attributes
    for name in ("src", "data-src", "data-lazy-src", "data-litespeed-src"):
        link = document.link(attributes.get(name))
        if link is None or site_of(link) != site_of(document.url):
            continue
        path = link.partition("//")[2].partition("/")[2]
        if _PLAYS.match(path) or (_EMBEDS.search(path.partition("?")[0]) and _is_in_player(node)):
            return link
    return None


def _is_in_player(node: LexborNode) -> bool:
    return any(_PLAYER_NAME.search(names_in(around.attributes)) for around in upwards(node, _MAX_CLIMB, in_body=True))


def shows_player(document: Document, areas: Areas) -> bool:
    """Whether the page has a video element of its own, also one that only a script tells what it plays."""
    return any(not _is_decoration(node) and not areas.is_beside(node) for node in document.css("video")[:MAX_PLAYERS])


def _is_decoration(node: LexborNode) -> bool:
    return "controls" not in node.attributes and all(name in node.attributes for name in _DECORATES)


def _held_back(document: Document) -> Iterator[_Player]:
    """A player that waits, in Base64, for the reader's consent (Borlabs Cookie)."""
    for script in document.css("script[type='text/template']")[:_MAX_HELD]:
        text = script.text().strip()
        if len(text) <= _LONGEST_HELD and _BASE64.fullmatch(text):
            held = base64.b64decode(text).decode("utf-8", "replace")
            yield from _known([link for found in _ADDRESS.findall(held)[:20] if (link := document.link(found))])


def _previewed(document: Document, areas: Areas) -> Iterator[_Player]:
    """The one YouTube video whose still picture the page shows in its main part, but in no link to another page."""
    if "ytimg.com/vi" not in document.text:
        return
    shown = [
        (node, found[1])
        for tag, name in (("img", "src"), ("img", "data-src"), ("button", "style"), ("div", "style"))
        for node, attributes in document.elements.attributes_of(tag)
        if "ytimg.com/vi" in (value := attributes.get(name) or "") and (found := _STILL.search(value))
    ]
    kept = {video_id for node, video_id in shown if not areas.is_beside(node) and not _leads_elsewhere(node, video_id)}
    if len(kept) == 1:
        video_id = kept.pop()
        yield "youtube", video_id, _EMBED_BY_ID["youtube"].format(video_id)


def _leads_elsewhere(node: LexborNode, video_id: str) -> bool:
    link = next((around for around in upwards(node, _MAX_CLIMB) if around.tag == "a"), None)
    href = (link.attributes.get("href") or "").strip() if link is not None else ""
    return bool(href) and href[0] != "#" and not href.lower().startswith("javascript:") and video_id not in href


def _scripted(document: Document) -> list[str]:
    """What players play that only a script sets up, as PHP Melody does: ``jwplayer(...).setup({file: "..."})``."""
    links: list[str] = []
    for script in document.css("script:not([src]):not([type*=json])")[:MAX_PLAYERS]:
        text = script.text()
        if len(text) > 500_000 or not any(word in text for word in _SCRIPT_PLAYERS):
            continue
        found = (document.link(address.replace("\\/", "/")) for address in _SETUP.findall(text)[:20])
        links += [link for link in found if link]
    return links


def _thumbnail(document: Document, structured: Structured, main: Node | None) -> str | None:
    candidates = [main.link(name) for name in ("thumbnailUrl", "thumbnail", "image")] if main else []
    candidates.append(structured.meta(*_META_IMAGES))
    for selector, name in (("link[rel=image_src]", "href"), ("video[poster]", "poster")):
        node = document.first(selector)
        candidates.append(node.attributes.get(name) if node else None)
    return next((link for candidate in candidates if (link := document.link(candidate))), None)
