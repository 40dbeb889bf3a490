"""What stands where on the sample site: installations, stories, and which pages are sound."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from sample import phpmelody, wordpress
from sample.phpmelody import PhpMelody
from sample.stories import Story, discussion, seed, story
from sample.wordpress import HONG_KONG, WordPress

HTML: Final = "text/html; charset=UTF-8"
JSON: Final = "application/json; charset=UTF-8"
PLAIN: Final = "text/plain; charset=UTF-8"

ROBOTS: Final = "User-agent: *\nDisallow: /private/\nCrawl-delay: 0.1\n"


class Answer(NamedTuple):
    """One HTTP answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Install:
    """A folder of the site: which software runs there and what it tells."""

    software: WordPress | PhpMelody
    stories: tuple[Story, ...]


_START: Final = datetime(2024, 3, 3, 7, 12, tzinfo=UTC)
_LIGHTS: Final = story(
    210, "harbour-lights", "The last harbour lights", tuple(discussion(31, first=5001, start=_START, pingbacks=1))
)
_LYING: Final = story(
    211, "count-that-lies", "A count that lies", tuple(discussion(9, first=5101, start=_START)), stated=12
)
_SHUT: Final = story(
    212, "discussion-closed", "A closed discussion", tuple(discussion(4, first=5201, start=_START)), is_open=False
)
_APPLES: Final = story(
    310, "apple-press", "The apple press of 1911", tuple(discussion(8, first=601, start=_START, depth=3))
)
_BROKEN: Final = story(
    311, "broken-comment-page", "A comment page that breaks", tuple(discussion(24, first=701, start=_START))
)
_SIGNALS: Final = story(
    410, "night-at-the-signal-box", "A night at the signal box", tuple(discussion(14, first=1, start=_START, depth=1))
)
_CIRCLE: Final = story(
    411, "paging-in-a-circle", "Paging in a circle", tuple(discussion(12, first=101, start=_START, depth=1))
)

INSTALLS: Final[dict[str, Install]] = {
    "/wordpress-legacy": Install(WordPress(theme="legacy", site_name="Nightly Clips", zone=HONG_KONG), (seed(),)),
    "/wordpress-html5": Install(
        WordPress(
            theme="html5", site_name="Daylight Video", zone=HONG_KONG, link_format="{base}/2021/07/{slug}/"
        ),
        (seed(first_number=20311),),
    ),
    "/wordpress-block": Install(
        WordPress(theme="block", site_name="Plain Reels", zone=HONG_KONG, link_format="{base}/news/{slug}/"),
        (seed(first_number=88),),
    ),
    "/phpmelody": Install(PhpMelody(template="phpmelody", site_name="Melody Watch"), (seed(newest_first=True),)),
    "/harbour": Install(
        WordPress(theme="html5", site_name="Harbour Film", per_page=4, has_rest=True), (_LIGHTS, _LYING, _SHUT)
    ),
    "/orchard": Install(WordPress(theme="legacy", site_name="Orchard Film", per_page=3), (_APPLES, _BROKEN)),
    "/clips": Install(PhpMelody(template="phpmelody-apollo", site_name="Railway Clips", per_page=5), (_SIGNALS,)),
    "/circle": Install(
        PhpMelody(template="phpmelody-apollo", site_name="Circle Clips", per_page=5, repeats_page_one=True), (_CIRCLE,)
    ),
}

SEEDS: Final = ("/wordpress-legacy", "/wordpress-html5", "/wordpress-block", "/phpmelody")
"""The installations that tell the seed page's story, one in each markup."""

_BREAKS: Final = "/orchard/broken-comment-page/comment-page-1/"

FAULTY: Final[dict[str, str]] = {
    "/harbour/count-that-lies/": "states 12 comments and has 9",
    "/orchard/broken-comment-page/": "its first comment page answers 500",
    f"/circle/paging-in-a-circle-video_{_CIRCLE.uniq_id}.html": "every comment page shows the first one",
    "/nowhere/": "answers 404",
    "/private/diary/": "robots.txt forbids it",
}
"""Pages that cannot be read whole, and why; by path."""


def _healthy() -> tuple[str, ...]:
    paths = []
    for folder, install in INSTALLS.items():
        for entry in install.stories:
            path = install.software.permalink(folder, entry)
            if path not in FAULTY:
                paths.append(path)
    return tuple(paths)


URLS: Final = _healthy()
"""Paths of the pages that can be read whole."""


def seed_page(folder: str, base: str) -> str:
    """The seed page in the markup of one of :data:`SEEDS`, as if its installation stood at ``base``."""
    install = INSTALLS[folder]
    if isinstance(install.software, PhpMelody):
        return phpmelody.watch_page(install.software, install.stories[0], base)
    return wordpress.post_page(install.software, install.stories[0], base)


def answer(origin: str, target: str) -> Answer:
    """What the site answers to a GET of ``target`` (path and query).

    :param origin: scheme, host and port, without a slash
    """
    parts = urlsplit(target)
    query = dict(parse_qsl(parts.query))
    fixed: dict[str, Callable[[], Answer]] = {
        "/": lambda: _text(HTML, _index(origin)),
        "/robots.txt": lambda: _text(PLAIN, ROBOTS),
        "/urls.txt": lambda: _text(PLAIN, "".join(f"{origin}{path}\n" for path in URLS)),
        "/private/diary/": lambda: _text(HTML, "<!doctype html><title>Diary</title><h1>Not for robots</h1>"),
    }
    if parts.path in fixed:
        return fixed[parts.path]()
    folder = "/" + parts.path.split("/", 2)[1]
    install = INSTALLS.get(folder)
    if install is None or parts.path == _BREAKS:
        return _error(404 if install is None else 500)
    place = _Place(folder, origin + folder, parts.path, query)
    if isinstance(install.software, PhpMelody):
        return _phpmelody(install.software, install.stories, place) or _error(404)
    return _wordpress(install.software, install.stories, place) or _error(404)


def _text(kind: str, text: str, status: int = 200) -> Answer:
    return Answer(status, {"Content-Type": kind}, text.encode())


def _error(status: int) -> Answer:
    words = {404: "There is nothing here", 500: "The database is resting"}[status]
    return _text(HTML, f"<!doctype html><html lang=en><title>{words}</title><h1>{words}</h1></html>", status)


def _index(origin: str) -> str:
    rows = "\n".join(f'<li><a href="{origin}{path}">{path}</a></li>' for path in URLS)
    odd = "\n".join(f'<li><a href="{origin}{path}">{path}</a>: {why}</li>' for path, why in FAULTY.items())
    return (
        "<!doctype html>\n<html lang=en><meta charset=utf-8><title>Talkback sample site</title>\n"
        f"<h1>Talkback sample site</h1>\n<ul>\n{rows}\n</ul>\n<h2>Pages with a fault</h2>\n<ul>\n{odd}\n</ul></html>"
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in an installation a request goes."""

    folder: str
    base: str
    path: str
    query: Mapping[str, str]


def _phpmelody(software: PhpMelody, stories: tuple[Story, ...], place: _Place) -> Answer | None:
    asks_for_comments = place.path == f"{place.folder}/ajax.php" and place.query.get("do") == "show_comments"
    for entry in stories:
        if place.path == software.permalink(place.folder, entry):
            return _text(HTML, phpmelody.watch_page(software, entry, place.base))
        if asks_for_comments and place.query.get("vid") == entry.uniq_id:
            return _text(HTML, phpmelody.comment_page(software, entry, place.base, int(place.query.get("page", "1"))))
    return None


def _wordpress(software: WordPress, stories: tuple[Story, ...], place: _Place) -> Answer | None:
    path, base = place.path, place.base
    if path.startswith(f"{place.folder}/wp-json/"):
        return _rest(software, stories, place) if software.has_rest else None
    for entry in stories:
        permalink = software.permalink(place.folder, entry)
        if path == f"{permalink}feed/":
            return _text("application/rss+xml; charset=UTF-8", wordpress.comment_feed(software, entry, base))
        number = path.removeprefix(f"{permalink}comment-page-").rstrip("/")
        if path == permalink:
            return _post(software, entry, base, None)
        if path != number and number.isdigit() and 1 <= int(number) <= wordpress.last_page(software, entry):
            return _post(software, entry, base, int(number))
    return None


def _post(software: WordPress, entry: Story, base: str, number: int | None) -> Answer:
    page = _text(HTML, wordpress.post_page(software, entry, base, number))
    if not software.has_rest:
        return page
    link = f'<{base}/wp-json/>; rel="https://api.w.org/"'
    return page._replace(headers={**page.headers, "Link": link})


def _rest(software: WordPress, stories: tuple[Story, ...], place: _Place) -> Answer | None:
    route, base = place.path.removeprefix(f"{place.folder}/wp-json/"), place.base
    if not route:
        return _json(wordpress.rest_root(software, base))
    if route == "wp/v2/comments":
        rows, headers = wordpress.rest_comments(software, stories, base, place.query)
        return _json(rows, headers)
    for entry in stories:
        if route == f"wp/v2/posts/{entry.number}":
            return _json(wordpress.rest_post(software, entry, base))
    return None


def _json(value: Any, headers: Mapping[str, str] | None = None) -> Answer:
    return Answer(200, {"Content-Type": JSON, **(headers or {})}, json.dumps(value, ensure_ascii=False).encode())
