"""The pages of a site that the archive holds: finding pages is over for them, the schedule of revisits decides."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from archive.errors import NoArchiveError
from crawler.archive_place import held_archive
from crawler.discovery.found import as_page
from crawler.discovery.marks import mark

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

    from archive.reader import Archive, Rows

LEADS_ON: Final = "leads on"
"""`visits.detail` of a page without a thread that named pages which nothing else had named."""


@dataclass(slots=True)
class Known:
    """What the archive holds of a site, by :func:`~crawler.discovery.marks.mark` of each address that led to a page."""

    comments: dict[bytes, int] = field(default_factory=dict)
    """How many comments the page's threads had, or anybody stated."""
    leading_on: set[bytes] = field(default_factory=set)
    """Addresses of pages that are to be asked for what they name: :data:`LEADS_ON`."""


def known_pages(settings: BaseSettings, site: str, crawl_id: str) -> Known:
    """Every address that led to a page of a site.

    A feed may count what no visit finds (a page with a password, pingbacks): what it stated when the page was visited
    for it is as good as found.

    :param settings: where the archive lies; where there is none yet, nothing is known
    :param crawl_id: what this crawl itself wrote is left out, so that a crawl that is continued counts like another
    :raises archive.errors.ArchiveError: the archive cannot be read
    """
    try:
        held = held_archive(settings)
    except NoArchiveError:
        return Known()
    looked = held.visits(site=site, history=True).select("page_id", "url", "observed_at", "stated", "detail")
    looks = list(_columns(looked))
    comments = _comments(held, site)
    stated = {page_id: count for page_id, _, _, count, _ in sorted(looks, key=itemgetter(2)) if count is not None}
    for page_id, count in stated.items():
        comments[page_id] = max(comments[page_id], count)
    leading_on = {page_id for page_id, *_, detail in looks if detail == LEADS_ON}
    known = Known()
    pages: set[str] = set()
    columns = ("page_id", "url", "canonical_url", "crawl_id")
    for page_id, url, canonical, of in _columns(held.pages(site=site).select(*columns)):
        if of != crawl_id:
            pages.add(page_id)
            known.comments[mark(url)] = known.comments[mark(canonical)] = comments[page_id]
            known.leading_on |= {mark(url), mark(canonical)} if page_id in leading_on else set()
    # Other addresses of a page: redirects, AMP versions, parameters that mean nothing. The page's own row has none.
    for page_id, asked, *_ in looks:
        url = as_page(asked)
        if page_id in pages and url is not None:
            known.comments[mark(url)] = comments[page_id]
    return known


def _comments(held: Archive, site: str) -> Counter[str]:
    comments: Counter[str] = Counter()
    columns = ("page_id", "expected", "captured")
    for page_id, expected, captured in _columns(held.threads(site=site).select(*columns)):
        comments[page_id] += max(expected or 0, captured)
    return comments


def _columns(rows: Rows) -> Any:
    for batch in rows.batches():
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)
