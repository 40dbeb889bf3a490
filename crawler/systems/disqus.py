"""Disqus: the first page of a thread from the frame that every visitor sees, the rest by its API with a key.

Source: the embed snippets of Disqus (universal code, WordPress plugin `class-disqus-public.php`, PHP Melody, DisqusJS),
the reference of its API 3.0 and the shapes in published clients.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final
from urllib.parse import urlencode, urlsplit

from selectolax.lexbor import LexborNode

from archive.schema import Comment
from crawler.extract.document import Document
from crawler.systems.answers import Answer, Row, told_by
from crawler.systems.base import Batch, Exchange, FetchError, ShapeChangedError, System, ThreadRef
from crawler.systems.configuration import scripts, setting
from crawler.systems.fields import set_body, set_removed, set_time
from crawler.systems.paging import by_link
from crawler.systems.places import frames
from crawler.systems.reading import Reading, query_of, with_query

if TYPE_CHECKING:
    from crawler.schedule.due import KnownThread

KEY: Final = "DISQUS_API_KEY"
API: Final = "https://disqus.com/api/3.0/threads/"
EMBED: Final = "https://disqus.com/embed/comments/"
PER_PAGE: Final = 100
"""Largest `limit` of the API."""

REFUSED_KEY: Final = frozenset({5, 9, 11, 12})
SPENT: Final = frozenset({13, 14})
"""`code` of an error answer: the key is invalid or may not do this; the limit of requests is reached."""


class Disqus(System):
    """A thread of Disqus embedded in a page."""

    name: ClassVar[str] = "disqus"
    title: ClassVar[str] = "Disqus"
    checked: ClassVar[str] = "written from documentation and published clients, not verified live"
    marks: ClassVar[tuple[str, ...]] = ("disqus", "Disqus")
    settings: ClassVar[tuple[str, ...]] = (KEY,)
    count_room: ClassVar[int] = 10
    """So many does `count.js` ask for at a time."""

    def detect(self, document: Document) -> list[ThreadRef]:
        """The thread that the page embeds; a script or a link that only counts comments is none."""
        found = _frame(document) or _place(document)
        if found is None:
            return []
        forum, identifier, page, detected_by = found
        address = page or document.url.partition("#")[0]
        ref = ThreadRef(
            system=self.name,
            tenant=forum or "",
            native_id=None,
            url=with_query(EMBED, base="default", f=forum, t_i=identifier or None, t_u=address) if forum else address,
            detected_by=detected_by,
        )
        return [ref]

    def count_request(self, threads: Sequence[KnownThread]) -> dict[str, Any] | None:
        """What `count.js` asks for: counts by the identifiers or addresses that the frames were asked for."""
        names = [name for thread in threads if (name := _counted_by(thread)) is not None]
        if len(names) < len(threads):
            return None
        return {"url": f"https://{threads[0].tenant}.disqus.com/count-data.js?{urlencode(sorted(names))}"}

    def counts_of(self, answer: Answer, threads: Sequence[KnownThread], /) -> Sequence[int | None]:
        """Comments that are not deleted, some minutes late at times; None for a thread that Disqus does not know."""
        counts = {row.text("id"): row.number("comments") for row in answer.root.rows("counts")}
        names = map(_counted_by, threads)
        return [None if name is None else counts.get(name[1]) for name in names]

    async def harvest(self, ref: ThreadRef, reading: Reading) -> AsyncIterator[Batch]:
        """The frame's first page; where there is more, the whole thread from the oldest comment on."""
        if not ref.tenant:
            raise FetchError("error", "the page does not say whose forum it is (the shortname of Disqus)")
        visible, cut = set[str](), set[str]()

        def comment_of(row: Row) -> Comment | None:
            comment = _comment(row, link)
            if comment is not None and comment.status == "visible":
                visible.add(row.id("id"))
            if row.flag("hasMore"):
                cut.add(row.id("id"))
            return comment

        def batch(posts: list[Row], exchange: Exchange) -> Batch:
            return reading.batch(reading.comments(posts, comment_of), exchange)

        reading.walked("embed")
        data, exchange = await _embedded(ref, reading)
        thread = data.row("response.thread")
        link = thread.maybe_text("link") or reading.shown.url.partition("#")[0]
        ref.native_id, ref.state = thread.id("id"), "closed" if thread.flag("isClosed") else "open"
        ref.stated = thread.number("posts")
        reading.expect(ref.stated, "visible")
        posts = data.rows("response.posts")
        yield batch(posts, exchange)
        if not data.flag("cursor.hasNext") and len(visible) >= ref.stated:
            return
        key = self.key(KEY)
        cut.clear()
        for resource in ("listPostsThreaded", "listPosts"):
            reading.walked(f"api:{resource}")
            async for answer in _pages(ref, reading, resource, key):
                yield batch(answer.root.rows("response"), answer.exchange)
            if not cut or len(visible) >= ref.stated:
                return  # else the flat list: the threaded one says that it left out replies


def _counted_by(thread: KnownThread) -> tuple[str, str] | None:
    """A thread in a request for counts: by its identifier (1) or its address (2), as its frame was asked for."""
    asked = query_of(thread.url)
    return ("1", asked["t_i"]) if "t_i" in asked else ("2", asked["t_u"]) if "t_u" in asked else None


async def _embedded(ref: ThreadRef, reading: Reading) -> tuple[Row, Exchange]:
    """The data of the frame. As in a browser the embedding page is named as the referrer."""
    frame, exchange = await reading.document(ref.url, headers={"Referer": reading.shown.url})
    script = frame.first("script#disqus-threadData")
    if script is None:
        raise ShapeChangedError(ref.url, "no script#disqus-threadData")
    try:
        value = json.loads(script.text())
    except (ValueError, RecursionError) as error:
        raise ShapeChangedError(ref.url, "script#disqus-threadData is no JSON") from error
    if not isinstance(value, dict):
        raise ShapeChangedError(ref.url, "script#disqus-threadData is no object")
    data = Row(value, ref.url, exchange.observed_at, "threadData")
    if (code := data.maybe_number("code")) not in (0, None):
        raise _explained(FetchError("error", ""), code, data.raw("response"))
    return data, exchange


async def _pages(ref: ThreadRef, reading: Reading, resource: str, key: str) -> AsyncIterator[Answer]:
    def ask(cursor: str | None) -> dict[str, object]:
        query = {"thread": ref.native_id, "forum": ref.tenant, "limit": PER_PAGE, "order": "asc", "cursor": cursor}
        return {"url": with_query(f"{API}{resource}.json", **query), "secret": {"api_key": key}}

    def following(answer: Answer) -> dict[str, object] | None:
        return ask(answer.root.text("cursor.next")) if answer.root.flag("cursor.hasNext") else None

    try:
        async for answer in by_link(reading, ask(None), following):
            _check(answer)
            yield answer
    except FetchError as error:
        told = told_by(error)
        if not {"code", "response"} <= told.keys():
            raise  # no error answer of the interface: what the status says is all there is
        raise _explained(error, told["code"], str(told["response"]).replace(key, "***")) from error


def _check(answer: Answer) -> None:
    """Refuse an answer that is an error in spite of its status, or does not say whether there is more."""
    if answer.root.number("code"):
        raise FetchError("error", f"{answer.url}: an error", answer.response.status, answer.response.body)
    if answer.root.flag("cursor.hasNext") is None:
        raise ShapeChangedError(answer.url, "cursor.hasNext is missing")


def _explained(error: FetchError, code: object, words: object) -> FetchError:
    """The error in the ledger's words, with what the interface says."""
    detail = f"Disqus says code {code}: {words}" if isinstance(words, str) else f"Disqus says code {code}"
    if code in REFUSED_KEY:
        return FetchError("key", f"{detail}: {KEY} (docs/settings.md) is not accepted", error.status)
    return FetchError("blocked" if code in SPENT else error.reason, detail[:300], error.status)


def _comment(row: Row, link: str) -> Comment | None:
    is_held = row.flag("isApproved") is False and not row.flag("isDeleted")
    if row.flag("isSpam") or is_held:
        return None
    native_id = row.id("id")
    comment = Comment(
        native_id=native_id,
        parent_native_id=row.id_or_null("parent"),
        permalink=row.maybe_text("url") or f"{link}#comment-{native_id}",
    )
    set_time(comment, row.time("createdAt"), observed_at=row.observed_at)
    if row.flag("isDeleted"):
        set_removed(comment, "removed_by_author" if row.flag("isDeletedByAuthor") else "removed")
        comment.author_kind = "deleted"
        return comment
    author = row.row("author")
    comment.author_name = author.maybe_text("name")
    comment.author_id = author.maybe_text("username") or author.maybe_id("id")
    comment.author_url = author.maybe_text("profileUrl") or author.maybe_text("url") or None
    comment.author_kind = "guest" if author.flag("isAnonymous") else "registered"
    comment.like_count, comment.dislike_count = row.maybe_number("likes"), row.maybe_number("dislikes")
    comment.is_edited, comment.is_highlighted = row.flag("isEdited"), row.flag("isHighlighted")
    set_body(comment, row.text("message"))
    return comment


# -- detection --------------------------------------------------------------------------------------

Found = tuple[str | None, str | None, str | None, str]
"""Shortname, identifier, address of the page, evidence."""

_SHORTNAME = r"(?!(?:www|c|a|go|links|media|help|referrer|about|blog|docs)\.)(?P<forum>[\w-]{1,63})"
_LOADER = re.compile(rf"//(?:{_SHORTNAME}\.disqus\.com|disqus\.com/forums/(?P<old>[\w-]{{1,63}}))/embed\.js")
_COUNTER = re.compile(rf"//{_SHORTNAME}\.disqus\.com/count\.js")
_NESTED = re.compile(
    r"""disqus\w*["']?\s*[:=(]\s*\{[^{}]{0,400}?["']?shortname["']?\s*:\s*["'](?P<forum>[\w-]{1,63})["']""",
    re.IGNORECASE,
)
_MAKES_PLACE = re.compile(r"""\bid\s*=\s*\\?["']disqus_thread|["']id["']\s*,\s*["']disqus_thread|DisqusJS\(""")


def _frame(document: Document) -> Found | None:
    """The frame in a page that was saved after its scripts ran."""
    for attribute, address in frames(document):
        parts, asked = urlsplit(address), query_of(address)
        if parts.netloc == "disqus.com" and parts.path.startswith("/embed/comments") and asked.get("f"):
            return asked["f"], asked.get("t_i"), asked.get("t_u"), f"iframe[{attribute}*=disqus.com/embed/comments]"
    return None


def _place(document: Document) -> Found | None:
    """The place where the thread will be put, and the settings for it."""
    text = scripts(document)
    place = document.first("#disqus_thread, div[data-disqus-shortname], section[data-disqus-shortname]")
    loader = _loader(document, text)
    is_configured = setting(text, "disqusShortname") and setting(text, "disqusIdentifier")
    if place is None and not is_configured and (loader is None or not _MAKES_PLACE.search(text)):
        return None  # a theme may know the loader's address on every page; without a place a script has to make one
    forum = _attribute(place, "shortname") or setting(text, "disqus_shortname") or setting(text, "disqusShortname")
    if not forum and not loader:
        found = _NESTED.search(text) or _COUNTER.search(document.text)
        loader = found["forum"] if found else None
    forum = forum or loader
    names = ("this.page.identifier", "page.identifier", "disqus_identifier", "disqusIdentifier")
    identifier = _attribute(place, "identifier") or _first(text, names)
    page = _attribute(place, "url") or _first(text, ("this.page.url", "page.url", "disqus_url", "disqusUrl"))
    is_name = forum is not None and re.fullmatch(r"[\w-]{1,63}", forum)
    evidence = "#disqus_thread" if place is not None else "script: disqus"
    return (forum.lower() if forum and is_name else None), identifier, document.link(page), evidence


def _loader(document: Document, text: str) -> str | None:
    """The shortname in the address of `embed.js`, loaded already, on a click or by a script."""
    places = [value for node in document.css("script") for value in node.attributes.values() if value]
    found = next((match for value in places if (match := _LOADER.search(value))), None) or _LOADER.search(text)
    return (found["forum"] or found["old"]) if found else None


def _attribute(place: LexborNode | None, name: str) -> str | None:
    if place is None:
        return None
    attributes = place.attributes
    keys = (f"data-disqus-{name}", f"data-{name}")
    return next((value for key in keys if (value := attributes.get(key))), None)


def _first(text: str, names: tuple[str, ...]) -> str | None:
    return next((value for name in names if (value := setting(text, name))), None)
