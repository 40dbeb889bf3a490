"""What a place that names pages says of each of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urljoin, urlsplit

from crawler.discovery.traps import without_session
from crawler.extract.dates import read_time
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


def latest(raw: str, observed_at: int) -> int | None:
    """A named time as a moment: the latest that it can mean, so that a limit by age leaves nothing out by mistake."""
    published = read_time(raw, observed_at=observed_at)
    return None if published is None else published.at if published.precision in ("s", "us") else published.max


def absolute(base: str, href: str) -> str | None:
    """A named address made absolute; None for what is no http(s) address, or none at all."""
    href = href.strip()
    try:
        url = urljoin(base, href) if href else ""
        return url if urlsplit(url).scheme in ("http", "https") else None
    except ValueError:  # "//[": no host
        return None


def as_page(url: str) -> str | None:
    """The one spelling of a named address by which its page is asked for; None: it is none.

    Without session, tracking, and the post that it points to where the rest names the page:
    `/topics/13?r=53#message-53`.
    """
    return page_url(without_session(_without_post(url)))


_FRAGMENT: Final = re.compile(r"([a-z_-]{0,20})([0-9]{1,18})", re.IGNORECASE)
"""A fragment that points to a post by its number."""

_POST: Final = frozenset(
    {
        "r", "p", "pid", "post", "postid", "post_id", "msg", "msgid", "message", "comment", "commentid", "comment_id",
        "cid", "reply", "replyid", "answer",
    }
)  # fmt: skip
"""Parameters that name a post; `p` names a page elsewhere, and counts where the fragment is called so too."""

_HAS_NUMBER: Final = re.compile("[0-9]")


def _without_post(url: str) -> str:
    address, _, fragment = url.partition("#")
    path, _, query = address.partition("?")
    post = _FRAGMENT.fullmatch(fragment) if query else None
    if post is None:
        return url
    names = _POST if post[1].lower().startswith("p") else _POST - {"p"}
    pairs = [pair.partition("=") for pair in query.split("&")]
    kept = ["".join(pair) for pair in pairs if not (pair[0].lower() in names and pair[2] == post[2])]
    is_named = any(map(_HAS_NUMBER.search, kept)) or _HAS_NUMBER.search(path.rstrip("/").rpartition("/")[2])
    return path + ("?" + "&".join(kept) if kept else "") if is_named else url
