"""FastComments: a thread by tenant and URL id from the public interface of its widgets, in the pages these ask for.

Source: the models of the interface (`PublicComment`, `GetCommentsResponseWithPresence`) in FastComments'
fastcomments-sdk-js and fastcomments-python; how a client pages (`src/services/fastcomments-live-commenting.ts`,
`pagination.ts`, `api-host.ts` of fastcomments-react-native-sdk); its documentation (fastcomments-docs:
`comments-get.md`, `comment-structure.md`, `count-all.md`, `page-size.md`, `url.md`); fastcomments-typescript 3.0.12
(npm); the embed of fastcomments-wordpress-plugin (`public/fastcomments-widget-view.php`).
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from typing import Any, ClassVar, Final
from urllib.parse import quote, urljoin, urlsplit

from archive.schema import Comment
from crawler.extract.document import Document
from crawler.extract.urls import page_url
from crawler.systems.answers import Answer, Row, told_by
from crawler.systems.base import Batch, FetchError, System, ThreadRef
from crawler.systems.fields import set_body, set_removed, set_time, typed_link
from crawler.systems.paging import by_number
from crawler.systems.places import web_address, written_path
from crawler.systems.reading import Reading, with_query
from crawler.systems.scripts import Given, given

HOSTS: Final = {"us": "https://fastcomments.com", "eu": "https://eu.fastcomments.com"}

REFUSALS: Final = frozenset({"rate-limited", "domain-unauthorized", "unauthorized-page"})
"""`code` of an answer that gives the comments to others only, or not now."""

FEED: Final = "all"
"""`tenantId` of a widget that shows what one user wrote anywhere: no thread of a page."""

_PLACES: Final = "[id^=fastcomments-widget], fast-comments"
_CALL = re.compile(r"\bfcConfigs\b|\bFastCommentsUI\(")
_EU = re.compile(r"//(?:cdn-)?eu\.fastcomments\.com/")


class FastComments(System):
    """FastComments, embedded by `FastCommentsUI` or `fcConfigs`."""

    name: ClassVar[str] = "fastcomments"
    title: ClassVar[str] = "FastComments"
    checked: ClassVar[str] = "its documentation, published clients and their models, not verified live"
    marks: ClassVar[tuple[str, ...]] = ("fastcomments-widget", "fast-comments", "fcConfigs", "FastCommentsUI")

    def detect(self, document: Document) -> list[ThreadRef]:
        """The threads that the page's scripts set up; counters, chats and feeds of users are none."""
        refs: dict[tuple[str, str | None], ThreadRef] = {}
        is_called = _CALL.search(document.text) is not None
        embeds = list(_embeds(document)) if is_called else []
        if not embeds and (is_called or document.first(_PLACES) is not None):
            embeds.append(Given("FastComments' place"))
        for options in embeds:
            if options.members.get("tenantId") != FEED:
                ref = self._ref(options, document)
                refs.setdefault((ref.tenant, ref.native_id), ref)
        return list(refs.values())

    def _ref(self, options: Given, document: Document) -> ThreadRef:
        region = "eu" if options.members.get("region") == "eu" or _EU.search(document.text) else "us"
        host = (web_address(options.members.get("apiHost"), document) or HOSTS[region]).rstrip("/")
        tenant, native_id, problem = options.members.get("tenantId"), _url_id(options, document), None
        if not tenant:
            problem = "the page does not say the tenant of its FastComments thread"
        elif native_id is None:
            problem = "the page's scripts compute the id of its FastComments thread"
        return ThreadRef(
            system=self.name,
            tenant=f"{tenant}@{urlsplit(host).netloc.lower()}" if tenant else document.host,
            native_id=native_id if tenant else None,
            url=with_query(f"{host}/comments/{quote(tenant or '', safe='')}", urlId=native_id),
            detected_by=f"tenantId of {options.name}" if tenant else options.name,
            evidence={"is_readonly": options.code.get("readonly") == "true"},
            problem=problem,
        )

    async def harvest(self, ref: ThreadRef, reading: Reading) -> AsyncIterator[Batch]:
        """All pages from the oldest comment on; replies stand in the same list."""
        headers = {"Referer": urljoin(reading.shown.url, "/")}
        page = 0

        def address(number: int) -> dict[str, Any]:
            nonlocal page
            page = number
            return {"url": with_query(ref.url, page=number, direction="OF", countAll="true"), "headers": headers}

        def last(answer: Answer) -> int | None:
            has_more = answer.root.flag("hasMore")
            return None if has_more is None else page + has_more

        reading.walked("api:OF")
        try:
            async for answer in by_number(reading, address, last, first=0):
                _check(answer)
                if answer.root.flag("isClosed") or ref.evidence["is_readonly"]:
                    ref.state = "closed"
                ref.stated = answer.root.maybe_number("commentCount")
                reading.expect(ref.stated, "shown")  # whether stubs are counted is not documented
                rows = answer.root.rows("comments")
                if rows and ref.state == "unknown":
                    ref.state = "open"
                yield reading.batch(reading.comments(rows, _comment), answer.exchange)
        except FetchError as error:
            raise _explained(error) from None
        if not reading.captured and ref.state != "closed":
            reading.gap(f"FastComments gives nothing for {ref.native_id}, and would not say if it did not know it")


def _embeds(document: Document) -> Iterator[Given]:
    """What widgets of comments are given."""
    for options in given(document, "tenantId"):
        is_other = options.name.startswith("FastComments") and options.name != "FastCommentsUI"
        if "tenantId" in options.members and not is_other:
            yield options


def _url_id(options: Given, document: Document) -> str | None:
    """The id of a thread: by default the page's address, which the server cleans; None where a script computes it."""
    literal, code = options.members.get("urlId"), options.code.get("urlId")
    if literal or code in (None, "null", "undefined"):
        return literal or page_url(document.url) or document.url
    path, is_guess = written_path(None, code, document)
    return None if is_guess else path


def _check(answer: Answer) -> None:
    """Refuse an answer that is an error in spite of its status.

    :raises FetchError: it is one
    """
    told = answer.root.raw("status")
    if told != "success":
        raise FetchError("error", answer.url, answer.response.status, answer.response.body)
    if answer.root.flag("isCommentsHidden"):
        raise FetchError("blocked", f"{answer.url}: FastComments hides the comments of this tenant")


def _explained(error: FetchError) -> FetchError:
    """The error with what the interface says of it."""
    told = told_by(error)
    code, words = told.get("code"), told.get("reason")
    if code is None and words is None:
        return FetchError(error.reason, f"{error.detail}: no answer of FastComments", error.status) if told else error
    reason = "blocked" if code in REFUSALS else error.reason
    return FetchError(reason, f"{error.detail}: FastComments says {code}: {words}"[:300], error.status)


def _comment(row: Row) -> Comment | None:
    if row.flag("isSpam") or row.flag("approved") is False:
        return None
    votes_up = row.maybe_number("votesUp")
    comment = Comment(
        native_id=row.id("_id"),
        parent_native_id=row.maybe_id("parentId"),
        like_count=row.maybe_number("votes") if votes_up is None else votes_up,
        dislike_count=row.maybe_number("votesDown"),
        is_pinned=row.flag("isPinned"),
    )
    set_time(comment, row.time("date"), observed_at=row.observed_at)
    if row.flag("isDeleted"):
        set_removed(comment)
        comment.author_kind = "deleted"
        return comment
    comment.author_name = row.maybe_text("commenterName")
    comment.author_id = row.maybe_id("userId") or row.maybe_id("anonUserId")
    comment.author_url = typed_link(row.maybe_text("commenterLink") or None)
    comment.author_kind = _kind(row)
    set_body(comment, row.text("commentHTML"))
    return comment


def _kind(row: Row) -> str:
    if row.flag("isDeletedUser"):
        return "deleted"
    if row.flag("isByAdmin") or row.flag("isByModerator"):
        return "staff"
    return "registered" if row.maybe_id("userId") else "guest"
