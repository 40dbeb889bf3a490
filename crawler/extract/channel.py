"""Who published a page's video: name, lasting id and address."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from typing import Final

from crawler.extract.areas import Areas
from crawler.extract.document import Document
from crawler.extract.platforms import match_url
from crawler.extract.structured import Structured
from crawler.extract.text import line_of, text_of
from crawler.extract.thing import Node, plain
from crawler.extract.title import ARTICLE_TYPES, headline_of, site_names
from crawler.extract.urls import site_of

_UPLOADERS: Final = (
    ".pm-video-posting-info .author a, .pm-submit-data a[href*=profile], .pm-submit-data a[href*='/user/']"
)
"""Links to a video's uploader in PHP Melody's templates "apollo" and "default"."""

_MEMBER = re.compile(
    r"/(?:channels?|members?|profiles?|u|uploaders?|users?)/(?!(?:edit|log-?in|password|register|settings|sign-?(?:in|up))\b)"
    r"[^/?#]+/?$|/@[^/?#]+/?$",
    re.IGNORECASE,
)
"""Addresses of members and channels of a video site."""
_NEAR: Final = 200
"""Elements behind the headline among which the uploader is looked for."""
_LONGEST_NAME: Final = 80
"""Longer texts are no names, characters."""
_META_VIDEOS: Final = ("og:video", "og:video:url", "og:video:secure_url")

_YOUTUBE_ID = re.compile(r"UC[\w-]{22}")
_YOUTUBE_CHANNEL = re.compile(r"//(?:[a-z]+\.)?youtube\.com/channel/(UC[\w-]{22})")


@dataclass(slots=True, kw_only=True)
class Channel:
    """The fields of a page that say who published its video; see :class:`archive.schema.Page`."""

    channel_name: str | None = None
    channel_id: str | None = None
    channel_url: str | None = None


def read_channel(
    document: Document, structured: Structured, areas: Areas, main: Node | None, *, is_own: bool = False
) -> Channel:
    """The video's author or creator; else the uploader that PHP Melody names; else, on a page whose metadata
    declare a video, the member or channel that it links near its headline, else its publisher. A page that merely
    embeds a player does not say whose video it is.

    :param is_own: whether the video is a file of the site's own, whose member put it there
    """
    channel = Channel()
    if main is not None:
        channel.channel_name, channel.channel_url = _named(document, main, "author", "creator")
        channel.channel_id = next(iter(_YOUTUBE_ID.findall(main.text("channelId") or "")), None)
    if not channel.channel_name:
        for link in document.css(_UPLOADERS)[:10]:
            if not areas.is_beside(link) and (name := line_of(link)):
                channel.channel_name, channel.channel_url = name, document.link(link.attributes.get("href"))
                break
    is_declared = declares_video(structured, main)
    if not channel.channel_name and (is_declared or is_own):
        uploader = _uploader(document, areas)
        if uploader is not None:
            channel.channel_name, channel.channel_url = uploader
        elif is_declared:
            _take_publisher(document, structured, main, channel)
    if channel.channel_id is None and channel.channel_url:
        channel.channel_id = next(iter(_YOUTUBE_CHANNEL.findall(channel.channel_url)), None)
    if channel.channel_url is None and channel.channel_id:
        channel.channel_url = f"https://www.youtube.com/channel/{channel.channel_id}"
    return channel


def _named(document: Document, node: Node, *roles: str) -> tuple[str | None, str | None]:
    for role in roles:
        name = plain(node.text(role))
        url = next((link for who in node.nodes(role) if (link := document.link(who.link("url")))), None)
        if name and name.startswith(("http://", "https://")):
            name, url = None, url or document.link(name)
        if name or url:
            return name, url
    return None, None


def _uploader(document: Document, areas: Areas) -> tuple[str, str] | None:
    """Name and address of the first member's or channel's page of the same site that is linked behind the headline."""
    positions = document.elements.positions
    headline = headline_of(document)
    start = positions.get(headline.mem_id, 0) if headline is not None else 0
    links = document.elements.links
    for link, href, attributes in links[bisect_left(links, start, key=lambda link: positions[link[0].mem_id]) :]:
        if positions[link.mem_id] > start + _NEAR:
            break
        if _MEMBER.search(href) is None and "author" not in (attributes.get("rel") or "").split():
            continue
        url = document.link(href)
        if url is None or site_of(url) != site_of(document.url) or areas.is_beside(link) or areas.in_comments(link):
            continue
        name = text_of(link).partition("\n")[0]
        if name and len(name) <= _LONGEST_NAME:
            return name, url
    return None


def declares_video(structured: Structured, main: Node | None) -> bool:
    """Whether the page's metadata say that it is about a video."""
    kind = (structured.meta("og:type") or "").casefold()
    return main is not None or kind.startswith("video") or bool(structured.meta(*_META_VIDEOS))


def _take_publisher(document: Document, structured: Structured, main: Node | None, channel: Channel) -> None:
    """The publisher's name; a platform is not the publisher of what others put there."""
    for node in [*([main] if main else ()), *structured.find(*ARTICLE_TYPES)]:
        name, url = _named(document, node, "publisher", "productionCompany")
        if name:
            channel.channel_name, channel.channel_url = name, channel.channel_url or url
            return
    names = site_names(structured)
    author = plain(structured.meta("author"))
    match = match_url(document.url)
    is_platform = match is not None and not match.is_generic
    channel.channel_name = author if is_platform or not names else names[0]
