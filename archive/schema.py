"""Every table of the archive: its records, their fields and the Arrow schema made from them.

A record class is the one place a table is described. Its annotations give the Arrow types, the text
under a field gives format, unit and source, and `docs/tables.md` is checked against both. ``None``
means that the source does not say; ``0``, ``False`` and ``""`` mean that the source said so.

Changes are additive: a new field is optional and is added at the end of its record.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from dataclasses import dataclass, field, fields
from functools import cache
from typing import Annotated, Any, Final, get_args, get_origin, get_type_hints

import pyarrow as pa

from archive.errors import ArchiveError

SCHEMA_VERSION: Final = 1
"""Version of all tables together; written to the metadata of every part."""

Text = Annotated[str, pa.string()]
Number = Annotated[int, pa.int64()]
Small = Annotated[int, pa.int32()]
Real = Annotated[float, pa.float64()]
Flag = Annotated[bool, pa.bool_()]
Micros = Annotated[int, pa.timestamp("us", tz="UTC")]
"""A time as whole microseconds since 1970-01-01T00:00:00Z."""
Words = Annotated[list[str], pa.list_(pa.string())]
Links = Annotated[
    list[dict[str, str | None]],
    pa.list_(pa.struct([pa.field("title", pa.string()), pa.field("url", pa.string())])),
]
Gaps = Annotated[
    list[dict[str, Any]],
    pa.list_(
        pa.struct(
            [
                pa.field("parent", pa.string()),
                pa.field("expected", pa.int64()),
                pa.field("got", pa.int64()),
                pa.field("reason", pa.string()),
            ]
        )
    ),
]


@dataclass(slots=True, kw_only=True)
class Provenance:
    """Where a row comes from; the first fields of every table but `crawls`."""

    crawl_id: Text = ""
    """Id of the crawl that wrote the row."""
    visit_id: Text = ""
    """Id of the visit: one look at one page and all its threads."""
    capture_id: Text = ""
    """Id of the HTTP exchange that the row was read from."""
    observed_at: Micros = 0
    """When that answer arrived."""
    site: Text = ""
    """Registrable domain of the page; a host with a port or a bare address stands for itself. Partition."""
    month: Text = ""
    """UTC month of `observed_at`, `YYYY-MM`. Partition."""
    extractor: Text = ""
    """Name and version of the code that read the row, e.g. `wordpress/1`."""


@dataclass(slots=True, kw_only=True)
class Page:
    """A video or news page; a row when it is first seen and whenever it changed."""

    page_id: Text = ""
    """Key of the page: blake2b over its canonical URL."""
    url: Text = ""
    """The address that was visited, after redirects."""
    canonical_url: Text = ""
    """The page's one address: its own canonical link where that can be believed, without tracking
    parameters, comment page and fragment."""
    title: Text | None = None
    """Headline, without the site's name."""
    description: Text | None = None
    """The text that accompanies the video, paragraphs parted by an empty line."""
    language: Text | None = None
    """BCP 47 tag as the page states it (`html[lang]`, `og:locale`, `inLanguage`)."""
    published_at: Micros | None = None
    """Publication time as the page states it, in its markup or else in the line beside its headline."""
    modified_at: Micros | None = None
    """Time of the last change as the page states it."""
    platform: Text | None = None
    """Platform of the embedded player: `youtube`, `vimeo`, `dailymotion`, `peertube`, `rumble`, `odysee`,
    `facebook`, ..., `self` for a video file of the page's own."""
    video_id: Text | None = None
    """The video's id on that platform: the join key to the original thread."""
    embed_url: Text | None = None
    """Address of the embedded player, or of the video file when `platform` is `self`."""
    duration_s: Real | None = None
    """Length of the video in seconds (schema.org `duration`, ISO 8601)."""
    thumbnail_url: Text | None = None
    """Preview image."""
    channel_name: Text | None = None
    """Who published the video, as the page names them."""
    channel_id: Text | None = None
    """The channel's id on the platform (YouTube: `UC...`)."""
    channel_url: Text | None = None
    """The channel's address."""
    view_count: Number | None = None
    """Views as the page states them."""
    like_count: Number | None = None
    """Likes as the page states them."""
    dislike_count: Number | None = None
    """Dislikes as the page states them."""
    comment_count: Number | None = None
    """Comments as the page states them."""
    hashtags: Words | None = None
    """Hashtags of the description, without `#`, in order."""
    tags: Words | None = None
    """Tags, categories and keywords that the page lists, in order."""
    related: Links | None = None
    """Related stories: title and address, either may be missing, in order."""
    comments_state: Text | None = None
    """`open`, `closed` (no new comments), `disabled` (switched off for the page), `login` (only for members),
    `password` (the page itself is locked), `none` (no comment system found), `unknown`."""
    content_digest: Text | None = None
    """blake2b over the page, its shares and its subscribes, counts left out: equal digests mean an unchanged
    page, and then none of the three is written again."""
    http_status: Small | None = None
    """Status of the answer."""
    etag: Text | None = None
    """`ETag` of the answer (RFC 9110), for the next visit."""
    last_modified: Text | None = None
    """`Last-Modified` of the answer (RFC 9110), for the next visit."""
    robots: Words | None = None
    """Directives of `X-Robots-Tag` and `meta name=robots` for everybody or for Talkback, sorted: `noindex`,
    `noarchive`, ..."""
    tdm_reservation: Flag | None = None
    """Whether text and data mining is reserved (TDMRep: the page, its head, `/.well-known/tdmrep.json` of its host)."""
    tdm_policy: Text | None = None
    """Address of the policy beside it."""


@dataclass(slots=True, kw_only=True)
class Share:
    """One invitation to like a page or pass it on; written with the page's row, all of them or none."""

    page_id: Text = ""
    """The page."""
    position: Small = 0
    """Order on the page, from 0."""
    kind: Text = ""
    """`button`, `like`, `prompt`, `copy_link`, `embed`."""
    channel: Text | None = None
    """Where it leads: `facebook`, `x`, `whatsapp`, `telegram`, `reddit`, `email`, ..., `onsite`."""
    label: Text | None = None
    """The text a reader sees (or its `title`/`aria-label`)."""
    url: Text | None = None
    """The link itself."""
    target_url: Text | None = None
    """The address that would be shared, decoded once."""
    count: Number | None = None
    """How often, where the page states it beside the button."""


@dataclass(slots=True, kw_only=True)
class Subscribe:
    """One invitation to come back or pay; written with the page's row, all of them or none."""

    page_id: Text = ""
    """The page."""
    position: Small = 0
    """Order on the page, from 0."""
    kind: Text = ""
    """`subscribe`, `follow`, `newsletter`, `feed`, `podcast`, `support`."""
    platform: Text | None = None
    """`youtube`, `facebook`, `x`, `instagram`, `telegram`, `patreon`, ..., `site` for the page's own."""
    handle: Text | None = None
    """Name on the platform, without `@`."""
    channel_id: Text | None = None
    """The platform's lasting id (YouTube `UC...`)."""
    label: Text | None = None
    """The text a reader sees."""
    url: Text | None = None
    """The link or form action, shorteners kept as they are."""
    count: Number | None = None
    """Subscribers or followers where the page states them."""
    count_precision: Text | None = None
    """`exact`, or `rounded` for such as `1.2K`."""


@dataclass(slots=True, kw_only=True)
class Comment:
    """One observed state of one comment; rows are only ever added."""

    comment_id: Text = ""
    """Key: blake2b over kind, system, tenant and native id (and thread where native ids are not global)."""
    thread_id: Text = ""
    """The thread."""
    page_id: Text = ""
    """The page."""
    system: Text = ""
    """Comment system: `wordpress`, `phpmelody`, ..."""
    tenant: Text = ""
    """Whose installation: host (and folder), shortname, ..."""
    native_id: Text | None = None
    """The comment's id in its system."""
    id_kind: Text = "native"
    """`native`, or `surrogate` where the system shows no lasting id."""
    parent_id: Text | None = None
    """Key of the comment it replies to; null at top level."""
    parent_native_id: Text | None = None
    """The same as the system writes it; set without `parent_id`'s row when the parent was not captured."""
    root_id: Text | None = None
    """Key of the top-level comment it descends from (itself at top level); null when the chain is broken."""
    depth: Small | None = None
    """1 at top level, 2 for a reply, ..."""
    position: Small | None = None
    """Order in the thread as this visit met it, from 0."""
    kind: Text = "comment"
    """`comment`, `pingback`, `trackback`, `review`."""
    author_name: Text | None = None
    """Display name, without `says:`; `""` when it is shown empty."""
    author_id: Text | None = None
    """The author's id or login name in the system."""
    author_url: Text | None = None
    """The author's link."""
    author_kind: Text | None = None
    """`registered`, `guest`, `staff`, `creator`, `page_author`, `deleted`."""
    text: Text | None = None
    """Plain text, paragraphs parted by an empty line; `""` for an empty comment, null when it is withheld."""
    text_html: Text | None = None
    """The body's markup as served."""
    content_digest: Text | None = None
    """blake2b over author and text, compared after NFC and white-space folding: equal digests mean no edit.
    It is none either where only quotation marks are set otherwise, or a pingback's excerpt is not shown any more."""
    language: Text | None = None
    """BCP 47 tag where the source states it."""
    published_at: Micros | None = None
    """Publication time; see `published_precision`. A wall clock without zone is read as UTC and
    `published_min`/`published_max` say what it may be."""
    published_min: Micros | None = None
    """Earliest time it can have been."""
    published_max: Micros | None = None
    """Latest time it can have been."""
    published_precision: Text | None = None
    """`us`, `s`, `min`, `day`, `relative` (then `published_at` is null)."""
    published_raw: Text | None = None
    """The time as the source wrote it."""
    edited_at: Micros | None = None
    """Time of the last edit where the source states it."""
    is_edited: Flag | None = None
    """Whether the source marks it as edited."""
    status: Text = "visible"
    """`visible`, `removed_by_author`, `removed_by_moderator`, `removed`, `disappeared`."""
    status_source: Text = "source"
    """`source` when the system says so, `inferred` when it was gone from a fully read thread."""
    like_count: Number | None = None
    """Likes, up-votes; up-votes less down-votes where the system tells only the difference."""
    dislike_count: Number | None = None
    """Dislikes, down-votes."""
    reply_count: Number | None = None
    """Replies as the source states them."""
    is_pinned: Flag | None = None
    """Pinned or sticky."""
    is_highlighted: Flag | None = None
    """Picked, featured, hearted."""
    permalink: Text | None = None
    """Address of the comment itself."""
    change: Text = "new"
    """Why the row was written: `new`, `edited`, `status`, `counts`, `removed`, `restored`."""


@dataclass(slots=True, kw_only=True)
class Thread:
    """The ledger: one row per thread and visit, with what was expected, what was got and why it ended."""

    thread_id: Text = ""
    """Key of the thread: blake2b over system, tenant and native id (or page; of one that moved, where it was first)."""
    page_id: Text = ""
    """The page."""
    system: Text = ""
    """Comment system."""
    tenant: Text = ""
    """Whose installation."""
    native_id: Text | None = None
    """The thread's id in its system (WordPress: post id)."""
    url: Text | None = None
    """Where the thread is read."""
    detected_by: Text | None = None
    """The evidence that named the system."""
    state: Text | None = None
    """As `pages.comments_state`, for this thread."""
    expected: Number | None = None
    """How many comments the source says there are; null when it does not say."""
    expected_scope: Text | None = None
    """What `expected` counts: `all`, `comments` (no pingbacks), `visible` (no stubs of removed ones), `top` (top level
    only), `top_visible`, `incl_removed` (also removed ones that nobody is shown: fewer is no gap)."""
    captured: Number = 0
    """Comments that this visit read, each once."""
    captured_top: Number = 0
    """Of these at top level."""
    captured_replies: Number = 0
    """Of these replies."""
    new: Number = 0
    """Rows written as `new`."""
    edited: Number = 0
    """Rows written as `edited`."""
    removed: Number = 0
    """Rows written as `removed`."""
    restored: Number = 0
    """Rows written as `restored`."""
    requests: Number = 0
    """Requests spent on the thread, the page itself not counted."""
    stop_reason: Text | None = None
    """`exhausted` (nothing more is offered), `cap` (a limit of ours), `cursor_loop`, `error`, `blocked` (the site
    refuses), `budget` (no request may be made: a saved page, or a visit whose time is up), `interrupted`, `key` (a key
    is needed and none is set), `unsupported` (the system is known but cannot be read yet), `dead` (the service has
    ended)."""
    stop_detail: Text | None = None
    """What exactly, for people: the address and the status, the repeated cursor, ..."""
    gaps: Gaps | None = None
    """What is known to be missing: parent (null for the thread), expected, got, reason."""
    orders_walked: Words | None = None
    """The ways the thread was read: `html`, `rest:id_asc`, ..."""
    verdict: Text = "unknown"
    """`complete`, `partial`, `blocked`, `closed` (closed and empty), `none` (open and empty), `unknown`."""
    confidence: Real | None = None
    """0 to 1 where the system had to be guessed; null for a known one."""
    ids_digest: Text | None = None
    """blake2b over the sorted comment keys of the visit: equal digests mean the same set."""
    started_at: Micros | None = None
    """When the visit began to read the thread."""
    ended_at: Micros | None = None
    """When it ended."""


@dataclass(slots=True, kw_only=True)
class Visit:
    """One look at one page: what it was answered, and what it cost. Schedules of later visits are made from these."""

    page_id: Text = ""
    """The page, by its canonical URL; of a visit that failed, by the address that was asked for."""
    url: Text = ""
    """The address that was asked for."""
    outcome: Text = ""
    """`read` (the page and its threads were read), `unchanged` (the server or a count said that nothing changed),
    `gone` (404, 410, 451), `moved` (its address now leads to the page that `detail` names), `alias` (the address is
    another one of the page, which was not read by it: an AMP version, a parameter that means nothing; such a row may be
    the latest of its page), `failed`."""
    detail: Text | None = None
    """Of a failed visit: reason and what happened, for people; of an unchanged one: what said so; of one that moved:
    where to; `leads on` of a page without a thread that named pages which nothing else had named."""
    http_status: Small | None = None
    """Status of the page's answer; null when there was none."""
    etag: Text | None = None
    """`ETag` of the answer (RFC 9110), for the next visit."""
    last_modified: Text | None = None
    """`Last-Modified` of the answer (RFC 9110), for the next visit."""
    size: Number | None = None
    """Bytes of the page's answer, or of the counts that settled the visit, after decompression; 0 like `requests`."""
    requests: Number = 0
    """Requests of the visit: the page's own, and those of its threads. One that told the counts of several pages is of
    the visit of one of them; the others have 0, so that sums are true."""
    threads: Small = 0
    """Threads that were visited with it."""
    stated: Number | None = None
    """How many comments a count said there are: one that was asked for and settled the visit, or a feed's for which the
    page was visited."""
    count_agrees: Flag | None = None
    """Whether the count that was asked for first is the one that the thread's reading stated in the end; false: such a
    count is not worth a request for a while. Null: none was asked for, the page could not be read, or more happened
    between the two."""


@dataclass(slots=True, kw_only=True)
class Crawl:
    """One run of a spider; a row when it starts to write and one when it ends."""

    crawl_id: Text = ""
    """Id of the crawl."""
    spider: Text = ""
    """Spider name."""
    arguments: Text = ""
    """Spider arguments as JSON, secrets left out."""
    versions: Text = ""
    """Versions of Talkback, Scrapy, Python and the libraries that read and write, as JSON."""
    started_at: Micros = 0
    """Start of the run."""
    ended_at: Micros | None = None
    """End of the run."""
    month: Text = ""
    """UTC month of `started_at`, `YYYY-MM`. Partition."""
    reason: Text | None = None
    """Scrapy's closing reason."""
    pages: Number = 0
    """Pages visited."""
    pages_failed: Number = 0
    """Pages that could not be visited."""
    rows: Text = ""
    """Rows written per table, as JSON."""
    verdicts: Text = ""
    """Threads per verdict, as JSON."""
    failures: Text = ""
    """What was lost, with reasons, as JSON; `[]` when nothing was."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table: name, record class, Arrow schema, partition columns and sort order of a part."""

    name: str
    record: type
    schema: pa.Schema = field(repr=False)
    partition_by: tuple[str, ...]
    sort_by: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the record's own columns, provenance left out."""
        return tuple(f.name for f in fields(self.record))


def _arrow_field(name: str, hint: Any) -> pa.Field[Any]:
    nullable = type(None) in get_args(hint)
    if nullable:
        hint = next(part for part in get_args(hint) if part is not type(None))
    if get_origin(hint) is not Annotated:
        raise TypeError(f"field {name}: {hint!r} has no Arrow type; use the aliases of archive.schema")
    return pa.field(name, hint.__metadata__[0], nullable=True)


def _arrow_schema(name: str, *records: type) -> pa.Schema:
    columns = [
        _arrow_field(column, hint)
        for record in records
        for column, hint in get_type_hints(record, include_extras=True).items()
    ]
    return pa.schema(columns, metadata={"talkback.table": name, "talkback.schema_version": str(SCHEMA_VERSION)})


def _table(name: str, record: type, sort_by: tuple[str, ...]) -> Table:
    return Table(name, record, _arrow_schema(name, Provenance, record), ("site", "month"), sort_by)


TABLES: Final[dict[str, Table]] = {
    table.name: table
    for table in (
        _table("comments", Comment, ("page_id", "thread_id", "position")),
        _table("shares", Share, ("page_id", "position")),
        _table("subscribes", Subscribe, ("page_id", "position")),
        _table("pages", Page, ("page_id",)),
        _table("threads", Thread, ("page_id", "thread_id")),
        _table("visits", Visit, ("page_id",)),
        Table("crawls", Crawl, _arrow_schema("crawls", Crawl), ("month",), ("started_at",)),
    )
}
"""Every table by name, in the order in which a batch is committed: the ledger after what it accounts for."""

BLOCKS: Final = ("shares", "subscribes")
"""Tables whose rows belong to one state of a page, and stand or fall with its row."""


def table_named(name: str) -> Table:
    """The table of a name. Raises `ArchiveError` for a name that is none's."""
    if name not in TABLES:
        raise ArchiveError(f"there is no table {name!r}; the tables are {', '.join(TABLES)}")
    return TABLES[name]


@cache
def field_docs(record: type) -> dict[str, str]:
    """The text under each field of a record class, white space folded, by field name."""
    body = ast.parse(textwrap.dedent(inspect.getsource(record))).body[0]
    if not isinstance(body, ast.ClassDef):
        raise TypeError(f"{record!r} is no record class")
    docs: dict[str, str] = {}
    for node, after in zip(body.body, body.body[1:], strict=False):
        if (
            isinstance(node, ast.AnnAssign)
            and isinstance(node.target, ast.Name)
            and isinstance(after, ast.Expr)
            and isinstance(after.value, ast.Constant)
            and isinstance(after.value.value, str)
        ):
            docs[node.target.id] = " ".join(after.value.value.split())
    return docs
