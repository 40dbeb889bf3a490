"""Feeds: RSS 0.9 to 2.0, RDF, Atom, Media RSS, JSON Feed, with what they say of comments.

Sources: RSS 2.0 (rssboard.org), RFC 4287 (Atom), RFC 4685 (`thr:`), the `slash` module, Media RSS 1.5, JSON Feed 1.1.
RFC 5005 `next` links lead to older entries.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urljoin

from crawler.discovery.found import Found, Listed, latest
from crawler.discovery.markup import MarkupError, local, records, space, text

_RECORDS: Final = frozenset({"item", "entry"})
_LINKS: Final = frozenset({"link"})
_FEEDS: Final = {"rss": "rss", "rdf": "rss", "feed": "atom"}
MAX_ENTRIES: Final = 50_000
"""Entries of one feed that are read."""

Link = Callable[[str], str | None]


def read_feed(body: bytes, link: Link, *, observed_at: int) -> Listed:
    """What a feed names.

    :param link: makes an address absolute, None for what is none
    :param observed_at: when the answer came, microseconds UTC
    """
    head = body[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(b"{"):
        return _json(body, link, observed_at)
    listed = Listed()
    try:
        for name, element in records(body, _RECORDS, _LINKS):
            if not name:
                listed.kind = _FEEDS.get(local(element), "")
                if not listed.kind:
                    listed.problems.append(f"it is <{local(element)}>, no feed")
                    return listed
            elif name == "link":
                _next(element, _under(element, link), listed)
            elif (found := _entry(element, _under(element, link), observed_at)) is not None:
                listed.pages.append(found)
            if len(listed.pages) >= MAX_ENTRIES:
                listed.problems.append(f"it has more than {MAX_ENTRIES:,} entries; the rest is not read")
                break
    except MarkupError as error:
        listed.problems.append(f"it cannot be read: {error}")
    return listed


def _under(element: Any, link: Link) -> Link:
    """The same for what stands in an element, which `xml:base` may give another base (RFC 4287 2)."""
    base = element.base
    return link if base is None else lambda href: link(urljoin(base, href.strip()) if href.strip() else "")


def _next(element: Any, link: Link, listed: Listed) -> None:
    """A `link` of the feed itself, not of an entry."""
    if element.get("rel") == "next":
        url = link(element.get("href") or "")
        if url is not None:
            listed.places.append(Found(url=url))


def _entry(element: Any, link: Link, observed_at: int) -> Found | None:
    found = Found(url="")
    guid = None
    for child in element:
        name, where = local(child), space(child)
        if name == "link" and not found.url:
            _link(child, link, found)
        elif name == "origlink" and "feedburner" in where:
            found.url = link(text(child)) or found.url
        elif name == "guid" and (child.get("ispermalink") or child.get("isPermaLink") or "true").lower() == "true":
            guid = link(text(child))
        elif name in ("pubdate", "published", "issued", "date"):
            found.published = latest(text(child), observed_at)
        elif name in ("updated", "modified"):
            found.modified = latest(text(child), observed_at)
        elif (name == "comments" and "slash" in where) or (name == "total" and "thread" in where):
            found.comment_count = _count(text(child))
        elif "mrss" in where and name in ("content", "group", "player"):
            found.is_video = found.is_video or _is_video(child)
    found.url = found.url or guid or ""
    return found if found.url else None


def _link(element: Any, link: Link, found: Found) -> None:
    """RSS: the text; Atom: the attribute, by its relation (RFC 4287 4.2.7.2, RFC 4685)."""
    href, rel = element.get("href"), (element.get("rel") or "alternate").lower()
    if href is None:
        found.url = link(text(element)) or ""
    elif rel == "alternate" and (element.get("type") or "text/html").startswith(("text/html", "application/xhtml")):
        found.url = link(href) or ""
    elif rel == "replies":
        counts = [value for name, value in element.attrib.items() if str(name).rpartition("}")[2] == "count"]
        found.comment_count = _count(counts[0]) if counts else found.comment_count


def _is_video(element: Any) -> bool:
    kinds = (element, *element)
    return local(element) == "player" or any(
        one.get("medium") == "video" or (one.get("type") or "").startswith("video/") for one in kinds
    )


def _json(body: bytes, link: Link, observed_at: int) -> Listed:
    listed = Listed()
    try:
        feed = json.loads(body)
    except (ValueError, RecursionError) as error:
        listed.problems.append(f"it is broken: {error}")
        return listed
    if not isinstance(feed, dict) or "jsonfeed.org" not in str(feed.get("version")):
        listed.problems.append("it is JSON, but no feed")
        return listed
    listed.kind = "json feed"
    items = feed.get("items")
    for item in items[:MAX_ENTRIES] if isinstance(items, list) else ():
        url = link(str(item.get("url") or item.get("id") or "")) if isinstance(item, dict) else None
        if url is not None:
            attached = item.get("attachments")
            files = [one for one in attached if isinstance(one, dict)] if isinstance(attached, list) else []
            listed.pages.append(
                Found(
                    url=url,
                    published=latest(str(item.get("date_published") or ""), observed_at),
                    modified=latest(str(item.get("date_modified") or ""), observed_at),
                    is_video=any(str(file.get("mime_type")).startswith("video/") for file in files),
                )
            )
    following = link(str(feed.get("next_url") or ""))
    if following is not None:
        listed.places.append(Found(url=following))
    return listed


def _count(raw: str) -> int | None:
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else None
