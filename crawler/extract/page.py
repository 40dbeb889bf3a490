"""Everything that one page says about itself and its video, as the archive keeps it."""

from __future__ import annotations

import re

from archive.schema import Page
from crawler.extract.areas import areas_of
from crawler.extract.channel import declares_video, read_channel
from crawler.extract.description import read_description
from crawler.extract.document import Document
from crawler.extract.related import read_related
from crawler.extract.shown_counts import shown_counts
from crawler.extract.structured import Structured, read_structured
from crawler.extract.tags import read_hashtags, read_tags
from crawler.extract.tallies import read_tallies
from crawler.extract.times import read_times
from crawler.extract.title import ARTICLE_TYPES, read_title
from crawler.extract.urls import canonical_url
from crawler.extract.video import SELF, main_video, read_video, shows_player

_LANGUAGE = re.compile(
    r"(?!(?:utf|iso)[-_ ]?\d)([a-z]{2,3})(?:[-_]([a-z]{4}))?(?:[-_]([a-z]{2}|\d{3}))?(?![a-z0-9])", re.IGNORECASE
)
"""A tag of BCP 47, and not the name of an encoding in its place."""


def read_page(document: Document, *, observed_at: int, http_status: int = 200) -> Page:
    """Read a page. Pure; a datum that the page does not state is None.

    Left to others: ``page_id``, ``comments_state`` and ``content_digest``.

    Times: only what the page states as a point in time. A date without a time of day is midnight UTC, a time
    without a zone is read as UTC; a relative time ("2 days ago") is none.

    :param observed_at: when the answer arrived, microseconds since the epoch, UTC
    :param http_status: status of the answer
    """
    structured, areas = read_structured(document), areas_of(document)
    main = main_video(document, structured)
    language = read_language(document, structured)
    title = read_title(document, structured, main)
    video = read_video(document, structured, areas)
    is_named = video.video_id is not None and video.video_id in document.url
    is_own = video.platform == SELF or is_named or (video.embed_url is None and shows_player(document, areas))
    plays = is_own or video.embed_url is not None
    description, body = read_description(document, structured, areas, main, title, plays=plays)
    document.description = body
    channel = read_channel(document, structured, areas, main, title=title, is_own=is_own)
    has_video = plays or declares_video(structured, main)
    tallies = read_tallies(document, structured, areas, main, language)
    if has_video and None in (tallies.view_count, tallies.like_count):
        tallies.add(shown_counts(document, areas, language=language, title=title))
    times = read_times(
        document, structured, areas, main, observed_at=observed_at, language=language, title=title, has_video=has_video
    )
    return Page(
        url=document.url,
        canonical_url=canonical_url(document),
        title=title,
        description=description,
        language=language,
        published_at=times.published_at,
        modified_at=times.modified_at,
        platform=video.platform,
        video_id=video.video_id,
        embed_url=video.embed_url,
        duration_s=video.duration_s,
        thumbnail_url=video.thumbnail_url,
        channel_name=channel.channel_name,
        channel_id=channel.channel_id,
        channel_url=channel.channel_url,
        view_count=tallies.view_count,
        like_count=tallies.like_count,
        dislike_count=tallies.dislike_count,
        comment_count=tallies.comment_count,
        hashtags=read_hashtags(description) or None,
        tags=read_tags(document, structured, areas, main) or None,
        related=read_related(document, description, body) or None,
        http_status=http_status,
        etag=document.headers.get("etag"),
        last_modified=document.headers.get("last-modified"),
    )


def read_language(document: Document, structured: Structured) -> str | None:
    """The page's language as a BCP 47 tag in its usual case: ``html[lang]``, ``og:locale``, headers, ``inLanguage``."""
    root = document.root.attributes
    candidates: list[str | None] = [root.get("lang"), root.get("xml:lang"), structured.meta("og:locale", "og:language")]
    candidates += [structured.meta("content-language", "language"), document.headers.get("content-language")]
    candidates += [node.text("inLanguage") for node in structured.find("VideoObject", *ARTICLE_TYPES, "WebPage")]
    for candidate in candidates:
        found = _LANGUAGE.match((candidate or "").strip())
        if found:
            language, script, region = found.groups()
            parts = [language.lower(), script.title() if script else None, region.upper() if region else None]
            return "-".join(part for part in parts if part)
    return None
