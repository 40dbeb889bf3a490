"""Discourse: a topic's posts as JSON, for a topic's own page and for pages that embed one as their comments.

Source: `app/controllers/topics_controller.rb`, `app/controllers/embed_controller.rb`, `lib/topic_view.rb`,
`app/serializers/post_serializer.rb` and `public/javascripts/embed.js` of Discourse (2013 to 2026), and real answers.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final
from urllib.parse import parse_qs, urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser

from archive.schema import Comment
from crawler.extract.document import Document
from crawler.systems.answers import Answer, Row
from crawler.systems.base import Batch, Exchange, ShapeChangedError, System, ThreadRef
from crawler.systems.configuration import names, scripts, setting
from crawler.systems.fields import moment, set_body, set_removed, set_time
from crawler.systems.paging import by_link, by_number
from crawler.systems.places import frames, tenant_at
from crawler.systems.reading import Reading, with_query

if TYPE_CHECKING:
    from crawler.schedule.due import KnownThread

PER_REQUEST: Final = 20
"""Posts of one request by ids, as Discourse's own pages ask for them (`TopicView.chunk_size`)."""

SMALL_ACTION: Final = 3
WHISPER: Final = 4
"""`post_type`: 1 a post, 2 a post of the moderators, 3 "closed this topic" and the like, 4 among staff."""

LIKE: Final = 2
"""`id` of a like in `actions_summary`."""

UNSEEN: Final = "aside.quote > .title, .lightbox .meta"
"""Parts of a rendered post that are no text of it: who is quoted, name and size of a picture's file."""

PLUGIN_LINK: Final = "a.wpdc-discourse-topic-link[href]"
"""How the WordPress plugin (`wp-discourse`, `templates/html-templates.php`) links the topic."""


class Discourse(System):
    """A Discourse topic, on its own page or embedded."""

    name: ClassVar[str] = "discourse"
    title: ClassVar[str] = "Discourse"
    checked: ClassVar[str] = "its source and answers of a real forum, not verified live"
    ids_are_global: ClassVar[bool] = False
    marks: ClassVar[tuple[str, ...]] = ("discourse", "Discourse")

    def detect(self, document: Document) -> list[ThreadRef]:
        """The topic whose page it is, else the topic that the page embeds."""
        found = _own_page(document) or _wordpress(document) or _iframe(document) or _script(document)
        return [] if found is None else [found]

    def count_request(self, threads: Sequence[KnownThread]) -> dict[str, Any] | None:
        """The topic with one post, as the WordPress plugin asks for it (`topics#wordpress`); None without a topic."""
        [thread] = threads
        return None if thread.native_id is None else {"url": f"{thread.url}/wordpress.json?best=1"}

    def counts_of(self, answer: Answer, _threads: Sequence[KnownThread], /) -> Sequence[int | None]:
        """Posts but the first one. "Closed this topic" and the like are counted too: with one it disagrees."""
        return [max(answer.root.number("posts_count") - 1, 0)]

    async def harvest(self, ref: ThreadRef, reading: Reading) -> AsyncIterator[Batch]:
        """The topic with its first posts, then the rest by their ids; very long topics have no list of ids."""
        if ref.native_id is None:
            found = await (_topic_of_plugin if ref.evidence.get("plugin") else _topic_of_page)(ref, reading)
            if found is None:
                ref.state = "open"
                return
            ref.tenant, ref.native_id, ref.url, ref.evidence = found.tenant, found.native_id, found.url, found.evidence
        topic, exchange = await _topic(ref, reading)
        ref.state = "closed" if topic.flag("closed") or topic.flag("archived") else "open"
        starter, posts = topic.maybe_id("user_id"), topic.rows("post_stream.posts")
        total, actions = topic.number("posts_count"), set[str]()

        def comment_of(row: Row) -> Comment | None:
            if row.number("post_type") == SMALL_ACTION:
                actions.add(row.id("id"))
            return _comment(row, ref, starter)

        is_mega = topic.flag("post_stream.isMegaTopic")
        try:
            yield reading.batch(reading.comments(posts, comment_of), exchange)
            walk = _by_number_of_post(reading, ref.url, posts) if is_mega else _by_ids(reading, ref.url, topic, posts)
            async for answer in walk:
                rows = answer.root.rows("post_stream.posts")
                yield reading.batch(reading.comments(rows, comment_of), answer.exchange)
        finally:
            ref.stated = max(total - 1 - len(actions), 0)
            reading.expect(ref.stated, "all")


async def _topic(ref: ThreadRef, reading: Reading) -> tuple[Row, Exchange]:
    """The topic with its first posts: as its page holds it for its own script, else asked for."""
    place = reading.shown.first("#data-preloaded[data-preloaded]")
    if place is not None and reading.requests == 0:
        held = Row(_parsed(place.attributes.get("data-preloaded")), ref.url, reading.page.observed_at)
        topic = _parsed(held.raw(f"topic_{ref.native_id}"))
        if topic:
            reading.walked("page:preloaded")
            return Row(topic, ref.url, reading.page.observed_at), reading.page
    answer = await reading.json(f"{ref.url}.json")
    return answer.root, answer.exchange


async def _by_ids(reading: Reading, url: str, topic: Row, posts: list[Row]) -> AsyncIterator[Answer]:
    """The posts of the topic's list of ids that have not come yet."""
    reading.walked("api:stream")
    stream, have = topic.raw("post_stream.stream"), {post.id("id") for post in posts}
    if not isinstance(stream, list) or not all(isinstance(one, int) for one in stream):
        raise ShapeChangedError(topic.url, "post_stream.stream is no list of ids")
    left = [one for one in stream if str(one) not in have]
    pages = [left[start : start + PER_REQUEST] for start in range(0, len(left), PER_REQUEST)]

    def address(number: int) -> str:
        return f"{url}/posts.json?" + "&".join(f"post_ids%5B%5D={one}" for one in pages[number - 1])

    if pages:
        async for answer in by_number(reading, address, lambda _: len(pages)):
            yield answer


def _by_number_of_post(reading: Reading, url: str, posts: list[Row]) -> AsyncIterator[Answer]:
    """The posts behind the first ones; topics of 10,000 posts and more come without a list of ids."""
    reading.walked("api:post_number")

    def behind(rows: list[Row]) -> str | None:
        last = max((row.number("post_number") for row in rows), default=None)
        return None if last is None else with_query(f"{url}/posts.json", post_number=last, asc="true")

    def following(answer: Answer) -> str | None:
        return behind(answer.root.rows("post_stream.posts"))

    return by_link(reading, behind(posts), following)


def _comment(row: Row, ref: ThreadRef, starter: str | None) -> Comment | None:
    number = row.id("post_number")
    if number == "1" or row.number("post_type") in (SMALL_ACTION, WHISPER):
        return None
    answered = row.id_or_null("reply_to_post_number")
    author, author_id = row.maybe_text("username"), row.maybe_id("user_id")
    comment = Comment(
        native_id=number,
        parent_native_id=None if answered == "1" else answered,
        author_name=author,
        author_id=author_id,
        author_url=None if author is None else f"{ref.evidence['root']}u/{author}",
        author_kind=_kind(row, author_id, starter),
        like_count=_likes(row),
        reply_count=row.maybe_number("reply_count"),
        is_highlighted=row.flag("accepted_answer"),
        permalink=urljoin(ref.url, row.maybe_text("post_url") or f"{ref.url}/{number}"),
    )
    set_time(comment, row.time("created_at"), observed_at=row.observed_at)
    if row.flag("user_deleted"):
        set_removed(comment, "removed_by_author")
    elif row.raw("deleted_at") is not None or (row.flag("hidden") and not row.flag("can_see_hidden_post")):
        set_removed(comment)
    else:
        set_body(comment, row.text("cooked"), unseen=UNSEEN)
        version = row.maybe_number("version")
        comment.is_edited = None if version is None else version > 1
        if comment.is_edited:
            comment.edited_at = moment(row.time("updated_at"), observed_at=row.observed_at)
    return comment


def _kind(row: Row, author_id: str | None, starter: str | None) -> str:
    if author_id is None or row.raw("username") is None:
        return "deleted"
    if row.flag("staff"):
        return "staff"
    return "page_author" if author_id == starter else "registered"


def _likes(row: Row) -> int:
    """Likes; Discourse leaves out what nobody did."""
    actions = row.maybe_rows("actions_summary") or []
    return next((action.maybe_number("count") or 0 for action in actions if action.raw("id") == LIKE), 0)


# -- detection --------------------------------------------------------------------------------------

_TOPIC = re.compile(r"/(?:t|n)/(?:(?P<first>\d+)|[^/?#]+/(?P<second>\d+))(?:/\d+)?(?:\.json|/print)?/?\Z")
"""Path of a topic: by its id, or by slug and id; a post's number may follow. `/n/` is the nested view (2026)."""


def _own_page(document: Document) -> ThreadRef | None:
    """The topic of a forum's own page, rendered for browsers or for crawlers."""
    sign = document.first('meta[name="generator"][content^="Discourse"], #data-discourse-setup')
    if sign is None:
        return None
    folder = document.first('meta[name="discourse-base-uri"], #data-discourse-setup[data-base-uri]')
    path = (folder.attributes.get("content") or folder.attributes.get("data-base-uri")) if folder else None
    parts = urlsplit(document.url)
    root = f"{parts.scheme}://{parts.netloc}{(path or '').rstrip('/')}/"
    place = "meta[name=generator]" if sign.attributes.get("name") else "#data-discourse-setup"
    return _by_address(root, document.url, place)


def _wordpress(document: Document) -> ThreadRef | None:
    """The topic that the WordPress plugin links under its selection of posts."""
    place = document.first("#wpdc-comments[data-post-id]")
    link = document.first(PLUGIN_LINK)
    if link is not None:
        return _by_link(document.link(link.attributes.get("href")))
    source = document.link(setting(scripts(document), "commentsURL")) if place is not None else None
    if place is None or source is None:
        return None
    url = with_query(source, post_id=place.attributes.get("data-post-id"))
    return ThreadRef(
        system=Discourse.name,
        tenant=urlsplit(source).netloc.lower(),
        native_id=None,
        url=url,
        detected_by="#wpdc-comments",
        evidence={"plugin": True},
    )


def _by_link(href: str | None) -> ThreadRef | None:
    """The topic of a link of the WordPress plugin; the forum may lie in a folder."""
    found = _TOPIC.search(href.partition("?")[0]) if href else None
    return _by_address(href[: found.start()] + "/", href, PLUGIN_LINK) if href and found else None


def _iframe(document: Document) -> ThreadRef | None:
    """The frame as the embedding script leaves it, or as a template writes it."""
    for attribute, address in frames(document):
        root, mark, query = address.partition("embed/comments?")
        if mark and root.endswith("/"):
            asked = {name: values[0] for name, values in parse_qs(query).items()}
            place = f"iframe[{attribute}*=embed/comments]"
            return _embedded(root, asked.get("topic_id"), asked.get("embed_url"), place)
    return None


def _script(document: Document) -> ThreadRef | None:
    """The settings of the embedding script; an address that it computes is that of the page."""
    text = scripts(document) if "iscourseUrl" in document.text else ""
    root = document.link(setting(text, "discourseUrl"))
    if root is None:
        return None
    stated, topic = setting(text, "discourseEmbedUrl"), setting(text, "topicId")
    if stated is None and names(text, "discourseEmbedUrl"):
        stated = document.url.partition("#")[0].partition("?")[0]
    return _embedded(root if root.endswith("/") else f"{root}/", topic, stated, "script: discourseUrl")


def _embedded(root: str, topic: str | None, page: str | None, detected_by: str) -> ThreadRef | None:
    if topic is not None and topic.isascii() and topic.isdigit():
        return _ref(root, topic, _address(root, topic), detected_by)
    if not page:
        return None
    return _ref(root, None, with_query(f"{root}embed/comments", embed_url=page), detected_by)


def _by_address(root: str, address: str, detected_by: str) -> ThreadRef | None:
    found = _TOPIC.search(address.partition("?")[0].partition("#")[0])
    if found is None:
        return None
    topic = found["first"] or found["second"]
    return _ref(root, topic, _address(root, topic), detected_by)


def _ref(root: str, topic: str | None, url: str, detected_by: str) -> ThreadRef:
    return ThreadRef(
        system=Discourse.name,
        tenant=tenant_at(root),
        native_id=topic,
        url=url,
        detected_by=detected_by,
        evidence={"root": root},
    )


def _address(root: str, topic: str) -> str:
    return f"{root}t/{topic}"


async def _topic_of_page(ref: ThreadRef, reading: Reading) -> ThreadRef | None:
    """The topic that belongs to a page's address, as the frame's links say; None while there is no topic yet.

    The frame itself shows a part of the posts only. As in a browser the embedding page is named as the referrer.
    """
    reading.walked("embed:comments")
    frame, _ = await reading.document(ref.url, headers={"Referer": reading.shown.url})
    root = ref.evidence["root"]
    for link in frame.css("header a[href], .post-date[href], footer a[href]"):
        href = urljoin(root, link.attributes.get("href") or "")
        found = _by_address(root, href, ref.detected_by) if href.startswith(root) else None
        if found is not None:
            return found
    if frame.first("[data-embed-state=loading], meta[http-equiv=refresh i]") is not None:
        return None
    raise ShapeChangedError(ref.url, "no link to a topic")


async def _topic_of_plugin(ref: ThreadRef, reading: Reading) -> ThreadRef:
    """The topic under the comments that the WordPress plugin loads later: a JSON text of markup."""
    reading.walked("wordpress:discourse-comments")
    answer = await reading.json(ref.url)
    body = LexborHTMLParser(answer.value) if isinstance(answer.value, str) else None
    link = body.css_first(PLUGIN_LINK) if body is not None else None
    found = _by_link(reading.shown.link(link.attributes.get("href"))) if link is not None else None
    if found is None:
        raise ShapeChangedError(ref.url, f"no {PLUGIN_LINK}")
    return found


def _parsed(text: object) -> dict[str, object]:
    """A JSON object in a text; an empty one for anything else."""
    try:
        value = json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        value = None  # the page's own state cannot be read: the topic is asked for instead
    return value if isinstance(value, dict) else {}
