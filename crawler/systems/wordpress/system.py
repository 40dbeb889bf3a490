"""WordPress core comments as a comment system: detection, and the harvest from HTML, REST API and feed."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final

from crawler.extract.document import Document
from crawler.extract.same_page import bare_host
from crawler.extract.urls import page_url
from crawler.systems.base import Batch, System, ThreadRef
from crawler.systems.reading import Reading
from crawler.systems.wordpress.items import find_items
from crawler.systems.wordpress.page import comment_area, evidence_of, post_id, rest_post, rest_root, state_of, tenant
from crawler.systems.wordpress.rest import PER_PAGE, number_in
from crawler.systems.wordpress.run import Run, facts_of

if TYPE_CHECKING:
    from crawler.schedule.due import KnownThread
    from crawler.systems.answers import Answer

GROWTH: Final = 2
"""Comments that a thread may have gained when it is counted with others; with more there may be no room for all."""

OTHERS: Final = '#wpdcom, #wpcomm, .wpd-comment, .wc-comment[id^="wc-comm-"]'
"""The frame and the items of wpDiscuz, which prints the same comments."""


class WordPress(System):
    """Comments of WordPress itself, in the XHTML, HTML5 and block markup and those of themes."""

    name: ClassVar[str] = "wordpress"
    title: ClassVar[str] = "WordPress"
    checked: ClassVar[str] = "WordPress 6.1 (Debian), 6.5, 6.6-RC3 and 6.7-alpha (npm), their databases, 63 locales"
    version: ClassVar[int] = 9
    ids_are_global: ClassVar[bool] = True
    is_in_page: ClassVar[bool] = True
    may_move: ClassVar[bool] = False  # it looks for what moved by itself
    count_room: ClassVar[int] = PER_PAGE

    def detect(self, document: Document) -> list[ThreadRef]:
        """The thread of a post or page; none on pages of several posts and where another system holds the comments."""
        items = find_items(document)
        if not items.found and document.first(OTHERS) is not None:
            return []
        evidence = evidence_of(document, items)
        area = comment_area(document, items)
        if evidence is None or area is None:
            return []
        post, state, root = post_id(document), state_of(document, items), rest_root(document)
        is_mere_place = state == "unknown" and (root is None or _is_filled_by_others(document))
        if not items.found and (post is None or is_mere_place):
            return []  # what fills it, if anything, is not WordPress
        return [
            ThreadRef(
                system=self.name,
                tenant=tenant(document),
                native_id=post,
                url=page_url(document.url) or document.url,
                detected_by=f"{evidence} {area}",
                state=state,
                evidence={"rest": root, "route": (rest_post(document) or ("posts", ""))[0]},
            )
        ]

    def count_size(self, thread: KnownThread) -> int:
        """Its comments: the API lists them all when it is asked about several posts."""
        return (thread.expected or 0) + GROWTH

    def count_request(self, threads: Sequence[KnownThread]) -> dict[str, Any] | None:
        """The REST API's comments without all but their posts, or a single thread's total with one of them.

        Where the API was read before, on the host that has it still. `?rest_route=` works whatever the permalinks are.
        """
        if any(thread.native_id is None or "rest:id_asc" not in thread.orders for thread in threads):
            return None
        scheme, tenant = threads[0].url.partition(":")[0], threads[0].tenant.rstrip("/")
        if any(bare_host(thread.url) != bare_host(f"//{tenant}") for thread in threads):
            return None
        posts = ",".join(thread.native_id or "" for thread in threads)
        size = 1 if len(threads) == 1 else PER_PAGE
        return {
            "url": f"{scheme}://{tenant}/?rest_route=/wp/v2/comments&post={posts}&per_page={size}&_fields=id,post"
        }

    def counts_of(self, answer: Answer, threads: Sequence[KnownThread], /) -> Sequence[int | None]:
        """Approved comments, pingbacks left out: `X-WP-Total` of one thread, of several how many of each are listed.

        None where `X-WP-Total` says that not all are listed: there is no room for them, or one may not be read.
        """
        total = number_in(answer.response, "X-WP-Total")
        if len(threads) == 1:
            return [total]
        rows = {row.id("id"): row.id("post") for row in answer.rows()}
        counts = Counter(rows.values())
        return [counts[thread.native_id or ""] if len(rows) == total else None for thread in threads]

    async def harvest(self, ref: ThreadRef, reading: Reading) -> AsyncIterator[Batch]:
        """Facts of all comments through the API, then every comment page, then what only the API has."""
        if ref.state == "password":
            return
        rest = await facts_of(ref, reading)
        async for batch in Run(ref, reading, rest).batches():
            yield batch


def _is_filled_by_others(document: Document) -> bool:
    """Whether Disqus or Facebook stands in the place of list and form; copies in the database are not the thread."""
    return document.first("#disqus_thread, .fb-comments") is not None
