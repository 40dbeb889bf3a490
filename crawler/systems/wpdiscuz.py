"""wpDiscuz: WordPress comments in a list of its own, more of which comes on a click; completed by the REST API.

Source: wpDiscuz 7.6 (`class.WpdiscuzCore.php`, `assets/js/wpdiscuz.js`), and the scripts and pages of 4 and 5.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import AsyncIterator
from typing import Any, ClassVar, Final
from urllib.parse import urlencode, urlsplit

from archive.schema import Comment
from crawler.extract.document import Document
from crawler.extract.same_page import bare_host
from crawler.extract.selection import classes_of
from crawler.extract.text import line_of
from crawler.extract.urls import page_url
from crawler.systems import wpdiscuz_markup as markup
from crawler.systems.answers import Answer, Row
from crawler.systems.base import ENDS_READING, Batch, FetchError, ShapeChangedError, System, ThreadRef
from crawler.systems.paging import by_link
from crawler.systems.reading import Reading
from crawler.systems.wordpress.fields import Fields
from crawler.systems.wordpress.items import Item, Items
from crawler.systems.wordpress.page import heading_count, post_id, rest_post, rest_root, state_of, tenant
from crawler.systems.wordpress.rest import PER_PAGE, RestThread, read_whole
from crawler.systems.wordpress.run import Listed, Run, facts_of

logger = logging.getLogger(__name__)

CONFIGURATION: Final = re.compile(r"\bwpdiscuzAjaxObj\s*=\s*(?=\{)")
FORM: Final = {"Content-Type": "application/x-www-form-urlencoded", "X-Requested-With": "XMLHttpRequest"}


class WpDiscuz(System):
    """wpDiscuz, a plugin that prints WordPress's comments its own way."""

    name: ClassVar[str] = "wpdiscuz"
    title: ClassVar[str] = "wpDiscuz"
    checked: ClassVar[str] = "its source (7.6) and saved pages of 4.1, 5.3 and 7.6, not verified live"
    marks: ClassVar[tuple[str, ...]] = ("wpdcom", "wpcomm", "wpd-comm-", "wc-comm-")
    may_move: ClassVar[bool] = False  # it looks for what moved by itself

    def detect(self, document: Document) -> list[ThreadRef]:
        """The thread of a page with wpDiscuz's frame; its scripts and styles alone are on every page of a site."""
        place = document.first(markup.PLACE)
        items = markup.find(document)
        if place is None and not items.found:
            return []
        configuration = _configuration(document)
        return [
            ThreadRef(
                system=self.name,
                tenant=tenant(document),
                native_id=post_id(document) or _post_id(document, configuration),
                url=page_url(document.url) or document.url,
                detected_by=f"#{place.attributes.get('id')}" if place is not None else ".wpd-comment",
                state=_state(document, items),
                evidence={
                    "rest": rest_root(document),
                    "route": (rest_post(document) or ("posts", ""))[0],
                    "ajax": _ajax_url(document, configuration),
                    "configuration": configuration,
                },
            )
        ]

    async def harvest(self, ref: ThreadRef, reading: Reading) -> AsyncIterator[Batch]:
        """As WordPress, with what comes on a click in between."""
        async for batch in _Run(ref, reading, await facts_of(ref, reading)).batches():
            yield batch


class _Run(Run):
    """A harvest of a list that wpDiscuz prints."""

    pages_show_all = False
    nonce: str | None = None
    nonce_is_asked = False
    steps = 1
    """Answers of "load more" so far, as the script counts them."""

    # -- how the list is printed ------------------------------------------------------------------------

    def find(self, document: Document) -> Items:
        return markup.find(document)

    def fields(self, item: Item, items: Items, document: Document) -> Fields:
        del items
        return markup.read_fields(item, document)

    def parent(self, item: Item) -> str | None:
        return markup.parent_of(item)

    def count_on(self, document: Document, items: Items) -> int | None:  # noqa: ARG002 - for WordPress' own list
        return _stated(document, self.language)

    def comment_of(self, native_id: str, parent: str | None, shown: int | None, fields: Fields) -> Comment:
        if fields.is_pinned and native_id not in self.facts and not self.reading.has(native_id):
            self.never_in_rest += 1  # pinned comments have a type of their own, `wpdiscuz_sticky`
        return super().comment_of(native_id, parent, shown, fields)

    # -- what comes on a click --------------------------------------------------------------------------

    async def further(self) -> AsyncIterator[Batch]:
        """The rest of the list, then replies that are folded."""
        folded = _folded(self.items)
        try:
            if self._has_more():
                self.reading.walked("ajax:more")
                first = await self._ask(self._more, **self._start())
                async for answer in by_link(self.reading, first, self._following):
                    batch, more = await self._batch_of_list(answer)
                    folded |= more
                    yield batch
            for native_id, count in folded.items():
                async for batch in self._replies_of(native_id, count):
                    yield batch
        except FetchError as error:
            if error.reason in ENDS_READING:
                raise
            if self._is_all_in_rest():
                logger.info("%s: the API has what the list does not give: %s", self.ref.url, error.detail)
            else:
                self.reading.missing(error)

    def _has_more(self) -> bool:
        """Whether the page says that a click brings more; a list in numbered pages has links instead."""
        more = self.document.first("#wpdiscuzHasMoreComments")
        if more is not None and "1" in (more.attributes.get("data-is_show_load_more"), more.attributes.get("value")):
            return True
        lazy = '.wpd-load-comments, .wpd-load-more-submit[data-lastparentid="0"]'
        return self.document.first(lazy) is not None

    @property
    def _is_old(self) -> bool:
        return self.document.first("#wpcomm, .wc-comment") is not None

    def _start(self) -> dict[str, str | int]:
        """Version 7 lets one begin anew in any order; before, the list goes on in its own."""
        if not self._is_old:
            return {"sorting": "oldest", "offset": 0, "lastParentId": 0, "isFirstLoad": 1, "wpdType": ""}
        top = [item.native_id for item in self.items.found if markup.parent_of(item) is None]
        order = self._options.get("wpdiscuzCommentsOrder") or self._options.get("wordpress_comment_order") or "desc"
        return {"offset": 1, "orderBy": "comment_date_gmt", "order": order, "lastParentId": top[-1] if top else 0}

    @property
    def _options(self) -> dict[str, Any]:
        options = self.ref.evidence["configuration"].get("wpdiscuz_options")
        return options if isinstance(options, dict) else {}

    @property
    def _more(self) -> str:
        """The script's word for "load more"; it has a prefix since version 5."""
        return "loadMoreComments" if str(self._options.get("version", "5")) < "5" else "wpdLoadMoreComments"

    def _following(self, answer: Answer) -> dict[str, Any] | None:
        shown = _unwrapped(answer)
        if not shown.has("is_show_load_more"):
            raise ShapeChangedError(answer.url, "is_show_load_more is missing")
        if not shown.flag("is_show_load_more"):
            return None
        self.steps += 1
        query = self._start() | {"lastParentId": shown.id("last_parent_id"), "offset": self.steps}
        if "isFirstLoad" in query:
            query["isFirstLoad"] = 0
        return self._request(self._more, **query)

    async def _batch_of_list(self, answer: Answer, under: str | None = None) -> tuple[Batch, dict[str, int]]:
        html = _unwrapped(answer).text("comment_list")
        if not html.strip():
            return self.reading.batch([], answer.exchange), {}
        piece = Document(f"<!doctype html><body>{html}", self.ref.url)
        items = self.find(piece)
        comments = await self.comments_of(piece, items)
        return self.reading.batch(comments, answer.exchange, under=under), _folded(items)

    async def _replies_of(self, native_id: str, count: int) -> AsyncIterator[Batch]:
        if self._is_all_in_rest():
            return
        self.reading.walked("ajax:replies")
        self.reading.expect_replies(native_id, count)
        try:
            answer = await self.reading.json(**await self._ask("wpdShowReplies", commentId=native_id))
            batch, _ = await self._batch_of_list(answer, under=native_id)
        except FetchError as error:
            self.reading.missing(error, parent=native_id)
            return
        yield batch

    def _is_all_in_rest(self) -> bool:
        return self.rest is not None and self.rest.is_whole

    async def cut_texts(self, listed: Listed) -> dict[str, str]:
        """Whole texts from the API, else one by one as the "read more" button gets them."""
        cut = [item.native_id for item, fields in listed if fields.is_cut and not fields.is_held]
        whole: dict[str, str] = {}
        known = [native_id for native_id in cut if native_id in self.facts]
        for start in range(0, len(known), PER_PAGE):
            if self.rest is not None:
                whole |= await self._texts_in_rest(self.rest, known[start : start + PER_PAGE])
        for native_id in cut:
            if native_id not in whole:
                text = await self._text_behind_button(native_id)
                if text is not None:
                    whole[native_id] = text
        return whole

    async def _texts_in_rest(self, rest: RestThread, ids: list[str]) -> dict[str, str]:
        try:
            comments, _ = await read_whole(self.reading, rest, ids)
        except FetchError as error:
            logger.info("%s: no whole texts from the API: %s", self.ref.url, error.detail)
            return {}
        return {one.native_id: one.text_html for one in comments if one.native_id and one.text_html is not None}

    async def _text_behind_button(self, native_id: str) -> str | None:
        try:
            answer = await self.reading.json(**await self._ask("wpdReadMore", commentId=native_id))
            return _unwrapped(answer).text("message")
        except FetchError as error:
            self.reading.gap(f"the text of comment {native_id} is cut; the rest could not be read: {error.detail}")
            self.reading.missing(error)
            return None

    # -- requests ---------------------------------------------------------------------------------------

    async def _ask(self, action: str, **query: str | int) -> dict[str, Any]:
        """A request as the page's own script makes it; the token that it sends along is given to anybody."""
        if not self.nonce_is_asked and not self._is_old:
            self.nonce_is_asked = True
            try:
                answer = await self.reading.json(**self._request("wpdGetNonce"))
                self.nonce = _unwrapped(answer).maybe_text("wpdiscuz_nonce")
            except FetchError as error:
                # Versions before 7.6 know no such request and ask visitors for no token.
                logger.info("%s: no token: %s", self.ref.url, error.detail)
        return self._request(action, **query)

    def _request(self, action: str, **query: str | int) -> dict[str, Any]:
        form = {"action": action, "postId": self.ref.native_id or "", **query}
        if self.nonce is not None:
            form["wpdiscuz_nonce"] = self.nonce
        return {"url": self.ref.evidence["ajax"], "method": "POST", "headers": FORM, "body": urlencode(form)}

    # -- the count --------------------------------------------------------------------------------------

    async def count(self) -> None:
        """As for WordPress; without the API a count that differs is asked for again, with the page."""
        if self.rest is None and self.stated is not None and self.stated != self.reading.captured:
            try:
                document, _ = await self.reading.document(self.ref.url, again=True)
                self.stated = self.ref.stated = self.count_on(document, self.items)
            except FetchError as error:
                self.reading.missing(error)
        await super().count()


def _folded(items: Items) -> dict[str, int]:
    """Comments whose replies show on a click only, with their number."""
    counts = {item.native_id: markup.hidden_replies(item) for item in items.found}
    return {native_id: count for native_id, count in counts.items() if count}


def _unwrapped(answer: Answer) -> Row:
    """What an answer says: in `data` since version 7, at the top before.

    :raises ShapeChangedError: it says that it has nothing to say
    """
    root = answer.root
    if not root.has("success"):
        return root
    if not root.flag("success"):
        raise ShapeChangedError(answer.url, f"the answer says no success ({str(root.raw('data'))[:60]!r})")
    return root.row("data")


def _configuration(document: Document) -> dict[str, Any]:
    """What the page tells the script of its site: `wp_localize_script()` prints it as JSON."""
    found = CONFIGURATION.search(document.text)
    if found is None:
        return {}
    try:
        value, _ = json.JSONDecoder(strict=False).raw_decode(document.text, found.end())
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _post_id(document: Document, configuration: dict[str, Any]) -> str | None:
    options = configuration.get("wpdiscuz_options")
    field = document.first("input[name=wpdiscuzSubscriptionPostId]")
    candidates = [
        configuration.get("wc_post_id"),
        options.get("wc_post_id") if isinstance(options, dict) else None,
        field.attributes.get("value") if field is not None else None,
    ]
    return next((str(value) for value in candidates if str(value or "").isdecimal() and str(value).strip("0")), None)


def _ajax_url(document: Document, configuration: dict[str, Any]) -> str:
    """Where the script asks; on the page's own host, as everything that a page may name."""
    form = document.first('form[action*="/admin-ajax.php"]')
    named = [configuration.get("url"), form.attributes.get("action") if form is not None else None]
    for value in named:
        url = document.link(value) if isinstance(value, str) else None
        if url is not None and bare_host(url) == bare_host(document.url):
            return url.partition("?")[0]
    root = f"{urlsplit(document.url).scheme}://{tenant(document)}"
    return f"{root}/wp-admin/admin-ajax.php"


def _state(document: Document, items: Items) -> str:
    if document.first(".wpd-login-to-comment, .wc-must-login, .wpd-must-login") is not None:
        return "login"
    place = document.first(markup.PLACE)
    classes = classes_of(place) if place is not None else set()
    if "wpd-comments-closed" in classes:
        return "closed"
    form = "form.wpd_main_comm_form, form.wc_main_comm_form, form.wpd_comm_form, form.wc_comm_form"
    if "wpd-comments-open" in classes or document.first(form) is not None:
        return "open"
    return state_of(document, items)


def _stated(document: Document, language: str | None) -> int | None:
    """`get_comments_number()`: all approved comments, pingbacks and pinned ones too."""
    for selector, name in (
        (".wpd-thread-info[data-comments-count]", "data-comments-count"),
        (".wpdtc[title]", "title"),
        (".wpd-cc-value", None),
        ("#wpd-bubble-all-comments-count", None),
    ):
        node = document.first(selector)
        raw = "" if node is None else (node.attributes.get(name) or "") if name else line_of(node)
        if raw.strip().isdecimal() and len(raw) < 12:
            return int(raw)
    heading = document.first("#wc-comment-header, .wc-comment-bar")
    return heading_count(line_of(heading), "", language) if heading is not None else None
