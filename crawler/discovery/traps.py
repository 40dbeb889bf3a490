"""Addresses that lead nowhere new: forms, shares, calendars, searches, sessions. Never asked for."""

from __future__ import annotations

import re
from collections import Counter
from typing import Final
from urllib.parse import unquote, urlsplit

TRAP_PARAMETERS: Final[dict[str, str]] = {
    "replytocom": "a reply form", "like_comment": "a like", "share": "a share", "_wpnonce": "an action",
    "action": "an action", "do": "an action", "add-to-cart": "a purchase", "add_to_wishlist": "a purchase",
    "print": "a print view", "printable": "a print view", "replyto": "a reply form", "redirect_to": "a login",
    "return_to": "a login", "returnurl": "a login", "s": "a search", "q": "a search", "search": "a search",
    "query": "a search", "sort": "another order", "order": "another order", "orderby": "another order",
    "dir": "another order", "filter": "a filter", "view": "another view", "ical": "a calendar",
    "tribe-bar-date": "a calendar",
    "eventdisplay": "a calendar", "outlook-ical": "a calendar",
}  # fmt: skip
"""Query parameters that make another form of a page, not another page, and what they make."""

SESSION: Final = frozenset(
    {"phpsessid", "jsessionid", "sid", "sessionid", "session_id", "aspsessionid", "cfid", "cftoken", "zenid", "osCsid"}
)
"""Names of session ids in queries; the same page has another address for every visitor."""

_FILES = re.compile(
    r"\.(?:jpe?g|png|gif|webp|avif|svg|ico|bmp|tiff?|mp[34]|m4[av]|webm|og[gv]|mov|avi|wmv|flv|wav|pdf|docx?|xlsx?|pptx?|"
    r"zip|gz|tgz|bz2|xz|rar|7z|exe|dmg|apk|iso|css|js|mjs|map|woff2?|ttf|eot|json|xml|rss|atom|txt|csv|ics|swf)$",
    re.IGNORECASE,
)
_PATHS = re.compile(
    r"/(?:wp-(?:admin|login|json|content|includes|cron|comments-post)|xmlrpc|cart|checkout|basket|account|login|logout|"
    r"signin|sign-in|signup|sign-up|register|feed|trackback|embed|print|ical|cdn-cgi|search|suche|recherche|buscar)(?:[/.]|$)",
    re.IGNORECASE,
)
_CALENDAR = re.compile(
    r"/(?:calendar|events?|kalender|agenda)/.*(?:19|20)[0-9]{2}|[?&](?:month|year|day|date|cal)=", re.IGNORECASE
)
_SESSION_PATH = re.compile(r";(?:jsessionid|sid|phpsessid)=|/\(S\([a-z0-9]{20,}\)\)/", re.IGNORECASE)

MAX_SEGMENTS: Final = 20
"""Deeper paths are made by relative links that lead round in circles."""

MAX_REPEATS: Final = 3
"""A path segment that stands so often in one path is a circle (`/news/news/news/`)."""

MAX_PARAMETERS: Final = 8
"""Queries with more parameters are combinations of filters."""


def trap(url: str) -> str | None:
    """What kind of trap an address is, in words; None when it may be a page."""
    parts = urlsplit(url)
    path = unquote(parts.path)
    if _FILES.search(path):
        return "a file"
    if _PATHS.search(path):
        return "no page of a reader"
    if _SESSION_PATH.search(parts.path):
        return "a session"
    if _CALENDAR.search(f"{path}?{parts.query}"):
        return "a calendar"
    segments = [segment for segment in path.split("/") if segment]
    if len(segments) > MAX_SEGMENTS or any(n >= MAX_REPEATS for n in Counter(segments).values()):
        return "a circle of paths"
    names = [pair.partition("=")[0].lower() for pair in parts.query.split("&") if pair]
    if len(names) > MAX_PARAMETERS:
        return "a combination of filters"
    for name in names:
        if name in TRAP_PARAMETERS:
            return TRAP_PARAMETERS[name]
        if name in SESSION:
            return "a session"
    return None


def without_session(url: str) -> str:
    """The same address without session ids, in path or query."""
    url = re.sub(r";(?:jsessionid|sid|phpsessid)=[^/?#]*", "", url, flags=re.IGNORECASE)
    head, mark, query = url.partition("?")
    kept = [pair for pair in query.split("&") if pair.partition("=")[0].lower() not in SESSION]
    return head + (mark + "&".join(kept) if any(kept) else "")
