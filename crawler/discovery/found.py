"""What a place that names pages says of each of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from crawler.discovery.traps import without_session
from crawler.extract.urls import page_url


@dataclass(slots=True, kw_only=True)
class Found:
    """A page that a sitemap, a feed, an API or a listing names."""

    url: str
    """Its address as it was named, absolute."""
    published: int | None = None
    """When it was published, microseconds UTC."""
    modified: int | None = None
    """When it last changed, microseconds UTC."""
    comment_count: int | None = None
    """How many comments it has: `slash:comments`, `thr:count`."""
    comment_feed: str | None = None
    """Where its newest comments are told: `wfw:commentRss`, `link[rel=replies]`."""
    is_video: bool = False
    """Whether a video is said to be on it (video sitemap, Media RSS)."""

    @property
    def touched(self) -> int | None:
        """The latest time that is said of it."""
        return max((at for at in (self.published, self.modified) if at is not None), default=None)


@dataclass(slots=True)
class Listed:
    """What one document names."""

    pages: list[Found] = field(default_factory=list)
    places: list[Found] = field(default_factory=list)
    """Further places that name pages: the sitemaps of an index, the next page of a feed."""
    problems: list[str] = field(default_factory=list)
    """What of it could not be read, in words."""
    kind: str = ""
    """``sitemap``, ``sitemap index``, ``rss``, ``atom``, ``json feed``, ``text``; empty: it is none of them."""


def absolute(base: str, href: str) -> str | None:
    """A named address made absolute; None for what is no http(s) address, or none at all."""
    href = href.strip()
    try:
        url = urljoin(base, href) if href else ""
        return url if urlsplit(url).scheme in ("http", "https") else None
    except ValueError:  # "//[": no host
        return None


def as_page(url: str) -> str | None:
    """The one spelling of a named address by which its page is asked for: no session, no tracking; None: it is none."""
    return page_url(without_session(url))
