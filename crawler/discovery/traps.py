"""Addresses that lead nowhere new: forms, shares, calendars, searches, sessions. Never asked for."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Final
from urllib.parse import unquote, unquote_plus, urlsplit

from crawler.discovery.actions import is_action

TRAP_PARAMETERS: Final[dict[str, str]] = {
    "replytocom": "a reply form", "like_comment": "a like", "share": "a share", "_wpnonce": "an action",
    "action": "an action", "do": "an action", "add-to-cart": "a purchase", "add_to_wishlist": "a purchase",
    "version": "an old version", "oldid": "an old version",
    "print": "a print view", "printable": "a print view", "replyto": "a reply form", "redirect_to": "a login",
    "return_to": "a login", "returnto": "a login", "returnurl": "a login",
    "s": "a search", "q": "a search", "search": "a search", "query": "a search",
    "filter": "a filter", "view": "another view", "ical": "a calendar",
    "tribe-bar-date": "a calendar", "eventdisplay": "a calendar", "outlook-ical": "a calendar",
}  # fmt: skip
"""Query parameters that make another form of a page, not another page, and what they make."""

SESSION: Final = frozenset(
    {"phpsessid", "jsessionid", "sid", "sessionid", "session_id", "aspsessionid", "cfid", "cftoken", "zenid", "oscsid"}
)
"""Names of session ids in queries; the same page has another address for every visitor."""

TRAILS: Final = frozenset({"_crumb", "_crumbs", "_clear_crumbs", "crumb", "crumbs", "breadcrumb", "breadcrumbs"})
"""Parameters that tell a site's trail of breadcrumbs which way a reader came; the page is the same."""

_ORDER: Final = re.compile(
    r"(?:_?dir|_?(?:sort|order)(?:ed|ing|s)?_?(?:by|dir|direction|type|option|order|key|field|col|column|mode|asc|desc|how|on)?"
    r"|.*[_.\[](?:sort|orderby|sort_?by|sort_?dir|sort_?order))\]?",
    re.IGNORECASE,
)
"""Parameters that order a list in another way, dashes as underscores: `sortby`, `order_dir`, `tickets[sort]`."""

_HIDES: Final = re.compile(r"hide_?[a-z]{2,}|[a-z]*filters?")
"""Parameters that leave some rows of a list out, dashes as underscores: `hidebots`, `tagfilter`."""

_SIZES: Final = frozenset({"limit", "days", "per_page", "perpage", "pagesize", "page_size"})
"""Parameters that say how much of a list is shown."""

_PLACES: Final = frozenset(
    {"offset", "start", "limitstart", "from", "page", "p", "pg", "skip", "after", "before", "cursor"}
)
"""Parameters that say from where on."""

_FILES = re.compile(
    r"\.(?:jpe?g|png|gif|webp|avif|svg|ico|bmp|tiff?|mp[34]|m4[av]|webm|og[gv]|mov|avi|wmv|flv|wav|pdf|docx?|xlsx?|pptx?|"
    r"zip|gz|tgz|bz2|xz|rar|7z|exe|dmg|apk|iso|css|js|mjs|map|woff2?|ttf|eot|json|xml|rss|atom|txt|csv|ics|swf)$",
    re.IGNORECASE,
)
_PATHS = re.compile(
    r"/(?:wp-(?:admin|login|json|content|includes|cron|comments-post)|xmlrpc|cart|checkout|basket|account|login|logon|logout|"
    r"signin|sign-in|signup|sign-up|register|feed|trackback|embed|print|ical|cdn-cgi)(?:[/.]|$)",
    re.IGNORECASE,
)
_SEARCH = re.compile(r"/(?:search|suche|recherche|buscar)(?:[/.]|$)", re.IGNORECASE)
_CALENDAR = re.compile(r"/(?:calendar|events?|kalender|agenda)/.*(?:19|20)[0-9]{2}", re.IGNORECASE)
_CALENDAR_NAMES: Final = frozenset({"month", "year", "day", "date", "cal"})
"""Parameters by which a calendar is browsed, unless they name a whole day (:func:`_day`)."""
_DAY_NAMES: Final = frozenset({"date", "day", "on", "from", "to", "since", "until", "start", "end"})
_DAY = re.compile(
    r"((?:19|20)[0-9]{2})(?:([0-9]{2})([0-9]{2})(?:-[0-9]{1,2})?|([-./])([0-9]{1,2})\4([0-9]{1,2}))"
)
"""Of a diary also the day from which some are shown: `?date=20121221-10`."""
_SESSION_PATH = re.compile(r";(?:jsessionid|sid|phpsessid)=|/\(S\([a-z0-9]{20,}\)\)/", re.IGNORECASE)

MAX_SEGMENTS: Final = 20
"""Deeper paths are made by relative links that lead round in circles."""

MAX_REPEATS: Final = 3
"""A path segment that stands so often in one path is a circle (`/news/news/news/`)."""

MAX_PARAMETERS: Final = 8
"""Queries with more parameters are combinations of filters."""


A_FILE: Final = "a file"
"""The kind of trap that no page could be: a picture, an archive."""

CALENDAR: Final = "a calendar"
"""The kind of trap that days of a calendar are."""

FILTERS: Final = "a combination of filters"
"""The kind of trap that further views of a list are."""


def trap(url: str) -> str | None:
    """What kind of trap an address is, in words; None when it may be a page.

    A day of a calendar may be one (:func:`is_day`), unless it is yet to come.
    """
    parts = urlsplit(url)
    path = unquote(parts.path)
    if _FILES.search(path):
        return A_FILE
    if _PATHS.search(path):
        return "no page of a reader"
    if _SEARCH.search(path):
        return "a search"
    if _SESSION_PATH.search(parts.path):
        return "a session"
    if _CALENDAR.search(path):
        return CALENDAR
    segments = [segment for segment in path.split("/") if segment]
    if len(segments) > MAX_SEGMENTS or any(n >= MAX_REPEATS for n in Counter(segments).values()):
        return "a circle of paths"
    if is_action(path, parts.query):
        return "an action"
    return _trap_of_query(parts.query) if parts.query else None


def _trap_of_query(query: str) -> str | None:
    pairs = [pair.partition("=")[::2] for pair in query.split("&") if pair]
    if len(pairs) > MAX_PARAMETERS:
        return FILTERS
    day = _day(query)
    if day is not None and day > datetime.now(UTC).date() + timedelta(days=1):
        return CALENDAR
    for written, _ in pairs:
        name = unquote_plus(written).lower()
        if name in TRAP_PARAMETERS:
            return TRAP_PARAMETERS[name]
        if name in SESSION:
            return "a session"
        if _ORDER.fullmatch(name.replace("-", "_")):
            return "another order"
        if _HIDES.fullmatch(name.replace("-", "_")):
            return "a filter"
        if name in _CALENDAR_NAMES and day is None:
            return CALENDAR
    return None


def is_day(url: str) -> bool:
    """Whether an address names a whole day in its query: a diary's page (`?date=20121221`), or a day of a calendar."""
    return "?" in url and _day(urlsplit(url).query) is not None


def is_view(url: str, of: str) -> bool:
    """Whether an address may be another view of what an address shows: one path, and a parameter that both have."""
    (path, _, query), (own_path, _, own) = url.partition("?"), of.partition("?")
    return bool(query and own) and path == own_path and not _pairs(query).isdisjoint(_pairs(own))


def is_size(url: str, of: str) -> bool:
    """Whether an address shows more or less of the list at another: one that says how much, and not from where on."""
    new = {pair.partition("=")[0].lower() for pair in _pairs(url.partition("?")[2]) - _pairs(of.partition("?")[2])}
    return not _SIZES.isdisjoint(new) and _PLACES.isdisjoint(new) and is_view(url, of)


def form(url: str) -> str:
    """An address without the values of its query: what the views of a list and the days of a calendar have alike."""
    path, _, query = url.partition("?")
    return f"{path}?{'&'.join(sorted({pair.partition('=')[0] for pair in _pairs(query)}))}"


def _pairs(query: str) -> set[str]:
    return set(re.split("[&;]", query))


def _day(query: str) -> date | None:
    """The day that a query names, in one value or in three."""
    named = {name.lower(): value for name, _, value in (pair.partition("=") for pair in query.split("&"))}
    found = [of for name in _DAY_NAMES & named.keys() if (of := _DAY.fullmatch(unquote_plus(named[name])))]
    try:
        if found:
            return max(date(int(of[1]), int(of[2] or of[5]), int(of[3] or of[6])) for of in found)
        if {"year", "month", "day"} <= named.keys():
            return date(int(named["year"]), int(named["month"]), int(named["day"]))
    except ValueError:  # no day of any calendar
        return None
    return None


def without_session(url: str) -> str:
    """The same address without session ids, in path or query, and without a reader's trail (:data:`TRAILS`)."""
    url = re.sub(r";(?:jsessionid|sid|phpsessid)=[^/?#]*", "", url, flags=re.IGNORECASE)
    head, mark, query = url.partition("?")
    kept = [pair for pair in query.split("&") if pair.partition("=")[0].lower() not in SESSION | TRAILS]
    return head + (mark + "&".join(kept) if any(kept) else "")
