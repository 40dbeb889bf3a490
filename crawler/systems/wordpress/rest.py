"""A thread through the REST API: compact facts of every comment first, whole comments for those the HTML lacks.

Source: `class-wp-rest-comments-controller.php` (WordPress 4.7 and later). The API gives comments only, no pingbacks
and no types of plugins; likes and edits it does not know.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import unescape
from typing import Any, Final
from urllib.parse import urlencode

from scrapy.http import Response

from archive.schema import Comment
from crawler.extract.dates import HOUR
from crawler.extract.text import clean
from crawler.systems.base import Exchange, FetchError, ShapeChangedError
from crawler.systems.fields import set_body
from crawler.systems.reading import Reading

PER_PAGE: Final = 100
"""The most that WordPress gives at once (`WP_REST_Controller::get_collection_params()`)."""

FIELDS: Final = "id,parent,author,author_name,author_url,date,date_gmt,link,status,type"

OFF_STATUS: Final = frozenset({400, 401, 403, 404, 405, 410, 501})
"""How sites say that the API is not for visitors: `rest_forbidden`, `rest_no_route`, `rest_cannot_read_post`."""


@dataclass(frozen=True, slots=True)
class Fact:
    """What the API says of one comment, without its text."""

    parent: str | None
    author: int
    """User number, 0 for a guest."""
    author_name: str | None
    author_url: str | None
    at: int | None
    """Publication, microseconds UTC; None when `date_gmt` is missing or broken."""
    wall: int | None
    """The same on the site's clock, as if it were UTC."""
    raw: str | None
    link: str | None

    @property
    def is_doubtful(self) -> bool:
        """Whether :attr:`at` may be an hour late.

        `mysql_to_rfc3339()` reads `date_gmt` in the site's zone, so that a UTC time which the site's clocks leapt over
        in spring comes out after the leap (seen with WordPress 6.1). Clocks leap in the small hours of Sundays, in
        some countries of Fridays.
        """
        when = datetime.fromtimestamp((self.at or 0) // 1_000_000, UTC)
        return when.weekday() in (4, 6) and 1 <= when.hour <= 4


@dataclass(slots=True)
class RestThread:
    """What the API says of a thread."""

    root: str
    post: str
    facts: dict[str, Fact] = field(default_factory=dict)
    total: int | None = None
    """`X-WP-Total`: approved comments, pingbacks left out."""
    is_whole: bool = False
    """Whether every page of the first pass came."""
    failure: FetchError | None = None
    """Why nothing of it came, where that is not the word that the API is off."""

    def url(self, route: str, **query: str | int) -> str:
        """An address of the API, whether it has pretty permalinks or `?rest_route=`."""
        joint = "&" if "?" in self.root else "?"
        return f"{self.root}wp/v2/{route}{joint}{urlencode(query, safe=',')}"


async def read_facts(reading: Reading, root: str, post: str) -> RestThread | None:
    """The first pass: every comment's facts in the order of their ids. None when the API is off for visitors.

    What goes wrong after the first answer is noted in the ledger; the facts that came are kept. An API of which nothing
    came may be no loss: the comment pages may prove to have been all (:attr:`RestThread.failure`).
    """
    thread = RestThread(root, post)
    page, pages = 1, 1
    while page <= pages:
        url = thread.url("comments", post=post, per_page=PER_PAGE, page=page, orderby="id", order="asc", _fields=FIELDS)
        try:
            answer = await reading.json(url)
            rows = _rows(answer.value, url, "parent")
        except FetchError as error:
            if page == 1 and is_off(error):
                return None
            if page == 1 and error.reason in ("error", "blocked"):
                thread.failure = error
            else:
                reading.missing(error)
            return thread
        reading.walked("rest:id_asc")
        if page == 1:
            thread.total = number_in(answer.response, "X-WP-Total")
            stated = number_in(answer.response, "X-WP-TotalPages")
            pages = stated if stated is not None else _pages_of(thread.total)
        before = len(thread.facts)
        for row in rows:
            _add(thread.facts, row)
        if len(thread.facts) == before and page < pages:
            reading.gap("REST pages without a new comment", expected=thread.total, got=before)
            return thread
        page += 1
    thread.is_whole = True
    return thread


async def read_total(reading: Reading, thread: RestThread) -> int | None:
    """The count again, to tell a thread that changes from an API that states too many."""
    try:
        answer = await reading.json(thread.url("comments", post=thread.post, per_page=1, _fields="id"))
    except FetchError as error:
        reading.missing(error)
        return thread.total
    return number_in(answer.response, "X-WP-Total")


async def read_whole(reading: Reading, thread: RestThread, ids: list[str]) -> tuple[list[Comment], Exchange]:
    """Comments with their text, for up to :data:`PER_PAGE` ids.

    :raises FetchError: as :meth:`Reading.json`
    """
    url = thread.url(
        "comments",
        post=thread.post,
        per_page=PER_PAGE,
        orderby="id",
        order="asc",
        include=",".join(ids),
        _fields=FIELDS + ",content",
    )
    answer = await reading.json(url)
    rows = _rows(answer.value, url, "parent", "content")
    comments = [comment for row in rows if (comment := _comment(row)) is not None]
    return comments, answer.exchange


async def read_post_state(reading: Reading, thread: RestThread, route: str) -> str | None:
    """``open`` or ``closed`` as the post says it (`comment_status`), None when the API does not tell."""
    try:
        answer = await reading.json(thread.url(f"{route}/{thread.post}", _fields="comment_status"))
    except FetchError as error:
        if not is_off(error):
            reading.missing(error)
        return None
    state = answer.value.get("comment_status") if isinstance(answer.value, dict) else None
    return state if state in ("open", "closed") else None


def is_off(error: FetchError) -> bool:
    """Whether a failed request says that the API is closed to visitors, by WordPress itself or by robots.txt."""
    return error.status in OFF_STATUS or (error.status is None and error.reason == "blocked")


def merge(comment: Comment, fact: Fact) -> None:
    """Let the API correct what HTML cannot know: the parent below the nesting limit, the time to the second, the name
    without typographic quotes. A time that the page states with its offset is kept where the API may be an hour late.
    """
    comment.parent_native_id = fact.parent
    # Clocks leap by an hour, or by half of one.
    is_leap = fact.at is not None and fact.is_doubtful and comment.published_at in (fact.at - HOUR, fact.at - HOUR // 2)
    if fact.at is not None and not (is_leap and comment.published_min == comment.published_max):
        comment.published_at = comment.published_min = comment.published_max = fact.at
        comment.published_precision = "s"
        comment.published_raw = comment.published_raw or fact.raw
    comment.author_name = fact.author_name or comment.author_name
    comment.author_url = comment.author_url or fact.author_url
    if comment.author_kind in (None, "guest"):
        comment.author_kind = "registered" if fact.author else "guest"
    comment.permalink = comment.permalink or fact.link


def depths(facts: dict[str, Fact]) -> dict[str, int]:
    """The depth of every comment, 1 at top level. A chain that leaves the thread or runs in a circle has none."""
    depth: dict[str, int] = {}
    for start in facts:
        chain: list[str] = []
        seen: set[str] = set()
        step: str | None = start
        while step is not None and step in facts and step not in depth and step not in seen:
            seen.add(step)
            chain.append(step)
            step = facts[step].parent
        base = 0 if step is None else depth.get(step)
        if base is None:
            continue
        depth.update({native_id: number for number, native_id in enumerate(reversed(chain), base + 1)})
    return depth


def _rows(answer: Any, url: str, *keys: str) -> list[dict[str, Any]]:
    """The rows of an answer. One without a key that was asked for would pass for a comment without parent or text."""
    if not isinstance(answer, list):
        raise ShapeChangedError(url, "a list of comments")
    rows = [row for row in answer if isinstance(row, dict)]
    for row in rows:
        missing = [key for key in keys if key not in row] if _is_shown(row) else []
        if missing:
            raise ShapeChangedError(url, f"comment {row['id']} has no {missing[0]}")
    return rows


def _is_shown(row: dict[str, Any]) -> bool:
    return _id(row.get("id")) is not None and row.get("status", "approved") == "approved"


def number_in(response: Response, name: str) -> int | None:
    """A count in a header; None when there is none."""
    raw = (response.headers.get(name) or b"").strip()
    return int(raw) if raw.isdigit() and len(raw) < 12 else None


def _pages_of(total: int | None) -> int:
    return 1 if total is None else -(-total // PER_PAGE)


def _id(value: Any) -> str | None:
    if isinstance(value, str) and value.isdecimal():
        value = int(value)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def _text(value: Any) -> str | None:
    return clean(value) if isinstance(value, str) else None


def _add(facts: dict[str, Fact], row: dict[str, Any]) -> None:
    native_id = _id(row.get("id"))
    if native_id is None or not _is_shown(row):
        return
    raw = _text(row.get("date_gmt"))
    name = _text(row.get("author_name"))
    author = row.get("author")
    facts[native_id] = Fact(
        parent=_id(row.get("parent")),
        author=author if isinstance(author, int) else 0,
        author_name=unescape(name) if name is not None else None,
        author_url=_text(row.get("author_url")) or None,
        at=_micros(raw),
        wall=_micros(_text(row.get("date"))),
        raw=raw,
        link=_text(row.get("link")) or None,
    )


def _micros(raw: str | None) -> int | None:
    """`date_gmt` is UTC without saying so; `0000-00-00` stands for none."""
    try:
        when = datetime.fromisoformat(raw or "")
    except ValueError:
        return None
    when = when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    return int(when.timestamp()) * 1_000_000


def _comment(row: dict[str, Any]) -> Comment | None:
    facts: dict[str, Fact] = {}
    _add(facts, row)
    if not facts:
        return None
    native_id, fact = facts.popitem()
    content = row.get("content")
    markup = _text(content.get("rendered")) if isinstance(content, dict) else None
    kind = row.get("type")
    comment = Comment(native_id=native_id, kind=kind if kind in ("pingback", "trackback", "review") else "comment")
    set_body(comment, markup)
    merge(comment, fact)
    return comment
