"""Who published a page's video: name, lasting id and address."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from typing import Final

from selectolax.lexbor import LexborNode

from crawler.extract.areas import Areas
from crawler.extract.dateline import headlines
from crawler.extract.document import Document
from crawler.extract.labelled import labelled
from crawler.extract.outline import outline_of
from crawler.extract.phrases import invitation_kind, names_crowd
from crawler.extract.platforms import match_url
from crawler.extract.selection import names_in, upwards
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
    r"""/(?:accounts?|channels?|creators?|members?|profiles?|u|uploaders?|users?|user[-_]profile)(?:/(?:profile|show|view))?
      /(?!(?:edit|log-?in|password|register|settings|sign-?(?:in|up))\b)[^/?#]+(?:/\d+)?/?$
    |/@[^/?#]+/?$
    |[?&](?:channel|member|user)(?:[-_]?(?:id|name))?=(?!http)[^&#]
    |/(?:channel|member|profile|user)s?(?:\.\w{2,4})?\?(?:[^#]*&(?:amp;)?)?(?:id|name|u|uid)=(?!http)[^&#]
    |[?&](?:action|controller|page|r|view)=(?:channel|member|profile|user)s?&(?:[^#]*&)?(?:id|name|u|uid)=(?!http)[^&#]""",
    re.IGNORECASE | re.VERBOSE,
)
"""Addresses of members and channels of a video site: a path, or a query of one script for all."""
_AUTHOR: Final = re.compile(r"/authors?/[^/?#]+/?$", re.IGNORECASE)
_UPLOADER_NAME: Final = re.compile(
    r"(?:^|[-_ ]|[a-z](?=[A-Z]))(?:[Cc]hannel|[Cc]reator|[Oo]wner|[Pp]ublisher|[Uu]ploader)"
    r"(?:[-_]*(?:[Bb]lock|[Bb]ox|[Cc]ard|[Dd]etails|[Ii]nfo|[Ll]ink|[Nn]ame|[Tt]itle))?(?=[_ ]|$)|(?:^|[-_ ])up-?name"
)
"""Classes and ids of the link to who put a video there, or of what is around it."""
_BY: Final = (
    r"(?:(?:added|created|posted|published|shared|submitted|uploaded|video)\s+)?by"
    r"|(?:hochgeladen|eingestellt|gepostet|veröffentlicht)\s+von|(?:ajoutée?|publiée?|postée?|envoyée?|mise?\s+en\s+ligne)\s+par"
    r"|(?:subido|publicado|enviado|añadido|adicionado|postado)\s+por|(?:caricato|pubblicato|aggiunto|inserito)\s+da"
    r"|(?:geplaatst|geüpload|toegevoegd)\s+door|(?:dodan[eoy]|wrzucił|opublikowan[eoy])\s+przez"
)
"""What stands before the name of who put a video there, by language."""
_BY_NAME: Final = re.compile(rf"(?:{_BY})\s*:?\s+(?P<name>\S.*)", re.IGNORECASE)
_NEAR: Final = 200
"""Elements behind the headline among which the uploader is looked for."""
_AROUND_LINK: Final = 3
"""Elements, the link among them, whose names are looked at."""
_LONGEST_NAME: Final = 80
"""Longer texts are no names, characters."""
_MANY_TEXTS: Final = 800
_FEW_TEXTS: Final = 4
"""Pieces of text that are looked at, and so many that are read."""
_MOST_WORDS: Final = 4
"""The same of a name that no link leads from, words."""
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
    document: Document,
    structured: Structured,
    areas: Areas,
    main: Node | None,
    *,
    title: str | None = None,
    is_own: bool = False,
) -> Channel:
    """The video's author or creator; else the uploader that PHP Melody names; else, on a page whose metadata
    declare a video, the member or channel that it links near its headline, else its publisher. A page that merely
    embeds a player does not say whose video it is.

    :param title: the page's, by which its headline is known
    :param is_own: whether the page is that of a video: of a file of its own site, of one by whose id it is
        addressed, of one that a script plays in an element of the page's own
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
        headline = next(headlines(document, title), None)
        start = document.elements.positions.get(headline.mem_id, 0) if headline is not None else 0
        is_article = bool(structured.find(*ARTICLE_TYPES))
        uploader = _uploader(document, areas, start, is_own=is_own, is_article=is_article)
        uploader = uploader or _labelled_uploader(document, areas)
        if uploader is None and start and headline_of(document) is None:
            uploader = _uploader(document, areas, 0, is_own=is_own, is_article=is_article)
        if uploader is None and is_own and not is_article:
            uploader = _told_uploader(document, areas, start)
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


def _uploader(
    document: Document, areas: Areas, start: int, *, is_own: bool, is_article: bool
) -> tuple[str, str | None] | None:
    """Name and address of the first member's or channel's page of the same site that is linked behind the headline.

    :param is_own: the page is that of a video: then its author's page is that of who put it there, too
    :param is_article: the page says that it is one: what it names a channel may be a section of the news
    """
    positions = document.elements.positions
    links = document.elements.links
    for link, href, attributes in links[bisect_left(links, start, key=lambda link: positions[link[0].mem_id]) :]:
        if positions[link.mem_id] > start + _NEAR:
            break
        is_author = "author" in (attributes.get("rel") or "").split() or (is_own and _AUTHOR.search(href) is not None)
        if _MEMBER.search(href) is None and not is_author and (is_article or not _is_named_uploader(link)):
            continue
        url = document.link(href)
        if url is None or site_of(url) != site_of(document.url) or areas.is_beside(link) or areas.in_comments(link):
            continue
        if (name := named_by(text_of(link).partition("\n")[0])) is not None:
            return name, url
    return None


def _is_named_uploader(link: LexborNode) -> bool:
    """Whether a link, or an element right around it, is named as that to the uploader and asks for nothing."""
    names = (names_in(around.attributes) for around in upwards(link, _AROUND_LINK, in_body=True))
    text = line_of(link)
    return any(map(_UPLOADER_NAME.search, names)) and invitation_kind(text) is None and not names_crowd(text)


def is_member(href: str) -> bool:
    """Whether an address is that of a member or a channel of a site with many."""
    return _MEMBER.search(href) is not None


def named_by(text: str) -> str | None:
    """The name in the text of a link to who put a video there, as in ``Uploaded by Pierside``; None for no name."""
    found = _BY_NAME.fullmatch(text)
    name = found["name"] if found else text
    return name if name and len(name) <= _LONGEST_NAME else None


def _labelled_uploader(document: Document, areas: Areas) -> tuple[str, str | None] | None:
    """Name and address of who put a video there behind a label that says so: ``Uploader:``, ``Uploaded by``."""
    of_uploader = labelled(document, "uploader")
    for found in of_uploader:
        parent = found.value.parent
        if parent is None or areas.in_comments(parent) or (len(of_uploader) > 1 and areas.is_beside(parent)):
            continue
        said = f"{found.label.text_content} {found.text}".strip()
        is_apart = parent.mem_id != (found.label.parent or found.label).mem_id
        if not found.is_marked and not (is_apart and _BY_NAME.fullmatch(said)):
            continue
        if (name := named_by(found.text)) is not None and len(name.split()) <= _MOST_WORDS:
            link = next((around for around in upwards(parent, 2) if around.tag == "a"), None)
            return name, document.link(link.attributes.get("href")) if link is not None else None
    return None


def _told_uploader(document: Document, areas: Areas, start: int) -> tuple[str, str | None] | None:
    """The name in a line behind the headline that says nothing else: ``by Pierside``."""
    outline = outline_of(document)
    short = ((at, text.strip()) for at, text in enumerate(outline.texts[:_MANY_TEXTS]) if len(text) <= _LONGEST_NAME)
    places = [at for at, text in short if _BY_NAME.fullmatch(text)]
    for line in outline.lines_at(places[:_FEW_TEXTS]):
        by = _BY_NAME.fullmatch(line.text)
        if by is None or len(by["name"].split()) > _MOST_WORDS or not start <= line.position <= start + _NEAR:
            continue
        if not areas.is_beside(line.node) and not areas.in_comments(line.node):
            return by["name"], None
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
