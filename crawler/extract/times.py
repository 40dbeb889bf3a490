"""When a page was published and last changed, as far as it says so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Final

from crawler.extract.areas import Areas
from crawler.extract.dateline import read_dateline
from crawler.extract.dates import DAY, Published, read_time
from crawler.extract.document import Document
from crawler.extract.labelled import labelled
from crawler.extract.outline import outline_of
from crawler.extract.selection import ranked
from crawler.extract.structured import Structured
from crawler.extract.text import line_of
from crawler.extract.thing import Node
from crawler.extract.title import ARTICLE_TYPES

_PUBLISHED_METAS: Final = (
    "article:published_time", "og:article:published_time", "og:published_time", "og:video:release_date",
    "video:release_date", "ya:ovs:upload_date", "datepublished", "date", "pubdate", "publish-date", "publish_date",
    "parsely-pub-date", "sailthru.date", "dc.date.issued", "dcterms.created", "dcterms.date", "dc.date",
    "originalpublicationdate", "publicationdate", "published_time",
)  # fmt: skip
_MODIFIED_METAS: Final = (
    "article:modified_time", "og:article:modified_time", "og:modified_time", "og:updated_time", "datemodified",
    "dcterms.modified", "last-modified",
)  # fmt: skip
_PUBLISHED_SHOWN: Final = (
    "time.published[datetime]", ".published[title]", "time[itemprop=datePublished][datetime]",
    "time[pubdate][datetime]", "[itemprop=datePublished][datetime]", "[itemprop=uploadDate][datetime]",
    ".wp-block-post-date time[datetime]", "time.entry-date[datetime]", ".publish-date time[datetime]",
    ".pm-submit-data time[datetime]", ".posted-on time[datetime]", ".entry-meta time[datetime]",
    "article header time[datetime]", "time[datetime]", ".entry-date", ".posted-on", ".post-date",
    "time[id*=publish i]", "time[class*=publish i]",
)  # fmt: skip
"""Where a publication time is shown: WordPress core and its themes, hAtom, PHP Melody; then any time element."""
_MODIFIED_SHOWN: Final = (
    "time.updated:not(.published)[datetime]", ".updated:not(.published)[title]",
    "time[itemprop=dateModified][datetime]",
)  # fmt: skip
_STAMP = re.compile(r"(?:19|20)\d\d-?\d\d-?\d\d(?:[T ]\d\d:?\d\d|$)")
"""A ``title`` that holds a time: the datetime design pattern of microformats."""

_META_LINES: Final = (".entry-meta", ".postmeta", ".post-meta", ".post-info", ".byline", ".postmetadata")

_STAMPED = re.compile(
    r"""
    (?:\b(?:uploaded|published|posted|premiered|added|shared|submitted
    |by\b.{1,60}?\bon|veröffentlicht|erschienen|hinzugefügt|publiée?|ajoutée?|mis\ en\ ligne
    |publicad[oa]|añadid[oa]|subid[oa]|adicionad[oa]|enviad[oa]|pubblicato|aggiunto|caricat[oa]|geplaatst|toegevoegd
    |opublikowano|dodano|yayınlan\w+|eklen\w+|diterbitkan|zveřejněno|publicerad|udgivet|julkaistu|lisätty)
    |опубликован\w*|добавлен\w*|опубліковано|发布于?|發佈於?|公開日?|投稿日?|게시일?)
    \W{0,4}(?:(?:on|am|le|el|em|il|op)\b\W{1,4})?
    (?P<date>[^\W\d_]{3,12}\.?\s\d{1,2},?\s(?:19|20)\d\d
    |\d{1,2}\.?\s(?:de\s)?[^\W\d_]{3,12}\.?,?\s(?:de\s)?(?:19|20)\d\d
    |(?:19|20)\d\d-\d\d-\d\d|\d{1,2}\.\d{1,2}\.(?:19|20)\d\d|(?:19|20)\d\d\s?年\s?\d{1,2}\s?月\s?\d{1,2}\s?日)""",
    re.IGNORECASE | re.VERBOSE,
)
"""A date in words after what says that it is the page's."""

_LARGEST_TO_SEARCH: Final = 2_000_000
"""Characters of a page that is searched for such a line."""

_TEXTS_TO_SEARCH: Final = 800
_LONGEST_LINE: Final = 300
_LONGEST_DATE: Final = 60
"""A longer value of a label is no date, characters."""
_MAX_DATED: Final = 20
"""Pieces of text that are searched, characters of each, and so many with a year."""
_YEAR = re.compile(r"(?:19|20)\d\d")
_MAX_METAS: Final = 10
"""Tags of one name that are read."""


@dataclass(slots=True, kw_only=True)
class Times:
    """The times of a page; see :class:`archive.schema.Page`."""

    published_at: int | None = None
    modified_at: int | None = None


def read_times(
    document: Document,
    structured: Structured,
    areas: Areas,
    main: Node | None,
    *,
    observed_at: int,
    language: str | None,
    title: str | None,
    has_video: bool,
) -> Times:
    """Publication and last change, microseconds UTC; a date without a time of day is midnight, no zone is UTC.

    Where no markup says it, the line beside the headline does ("Updated 4 May 2019" for the last change), and a page
    with a video is searched for one such as "Uploaded on Jan 19, 2012".

    :param has_video: whether the page declares a video or plays one
    """
    published = _time(_published(document, structured, areas, main), observed_at, language)
    if published is None:
        dateline = read_dateline(document, areas, title, observed_at=observed_at, language=language)
        published = dateline.at if dateline is not None else None
    if published is None and has_video:
        published = _time(chain(_in_lines(document, areas), _behind_labels(document, areas)), observed_at, language)
    modified = _time(_modified(document, structured, areas, main), observed_at, language)
    if modified is None:
        changed = read_dateline(document, areas, title, observed_at=observed_at, language=language, of_change=True)
        modified = changed.at if changed is not None else None
    return Times(published_at=published, modified_at=modified)


def _published(document: Document, structured: Structured, areas: Areas, main: Node | None) -> Iterator[str]:
    """Publication times as written: the page's own before its video's, stated before shown."""
    yield from _of_metas(structured, _PUBLISHED_METAS[:3])
    for node in structured.find(*ARTICLE_TYPES):
        yield from node.texts("datePublished", "dateCreated")
    if main:
        yield from main.texts("datePublished", "uploadDate", "dateCreated")
    for node in structured.find("WebPage", "ItemPage"):
        yield from node.texts("datePublished")
    yield from _of_metas(structured, _PUBLISHED_METAS[3:])
    yield from _shown(document, areas, _PUBLISHED_SHOWN)
    yield from _in_meta_lines(document, areas)


def _modified(document: Document, structured: Structured, areas: Areas, main: Node | None) -> Iterator[str]:
    yield from _of_metas(structured, _MODIFIED_METAS)
    for node in [*structured.find(*ARTICLE_TYPES), *([main] if main else ()), *structured.find("WebPage", "ItemPage")]:
        yield from node.texts("dateModified")
    yield from _shown(document, areas, _MODIFIED_SHOWN)


def _of_metas(structured: Structured, names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        yield from structured.metas.get(name, [])[:_MAX_METAS]


def _shown(document: Document, areas: Areas, selectors: tuple[str, ...]) -> Iterator[str]:
    for _, node in ranked(document, selectors):
        if not areas.is_beside(node):
            attributes = node.attributes
            titled = attributes.get("title") or ""
            yield attributes.get("datetime") or (titled if _STAMP.match(titled) else line_of(node))


def _in_meta_lines(document: Document, areas: Areas) -> Iterator[str]:
    """Dates in the line about a post that themes print, e.g. "Posted on March 1, 2021 in Space"."""
    for _, node in ranked(document, _META_LINES):
        if not areas.is_beside(node) and (found := _STAMPED.search(line_of(node)[:300])):
            yield found.group("date")


def _in_lines(document: Document, areas: Areas) -> Iterator[str]:
    """Dates in the page's first lines that a word introduces, e.g. "Uploaded on Jan 19, 2012"."""
    if len(document.text) > _LARGEST_TO_SEARCH:
        return
    outline = outline_of(document)
    texts = outline.texts[:_TEXTS_TO_SEARCH]
    places = [place for place, text in enumerate(texts) if len(text) < _LONGEST_LINE and _YEAR.search(text)]
    for line in outline.lines_at(places[:_MAX_DATED]):
        if not areas.is_beside(line.node) and (found := _STAMPED.search(line.text[:_LONGEST_LINE])):
            yield found.group("date")


def _behind_labels(document: Document, areas: Areas) -> Iterator[str]:
    """Dates behind a label of their own, e.g. those of a list of terms."""
    dates = labelled(document, "published")
    for found in dates:
        around = found.value.parent
        if not found.is_marked or len(found.text) > _LONGEST_DATE or around is None:
            continue
        if not areas.in_comments(around) and (len(dates) == 1 or not areas.is_beside(around)):
            yield found.text


def _time(candidates: Iterator[str], observed_at: int, language: str | None) -> int | None:
    """The first believable time; a mere date is refined by a later candidate that gives that day's time."""
    day: Published | None = None
    for raw in candidates:
        time = read_time(raw, observed_at=observed_at, language=language)
        if time is None or time.at is None:
            continue
        if time.precision != "day":
            if day is None or day.at is None or day.at - DAY <= time.at < day.at + 2 * DAY:
                return time.at
        elif day is None:
            day = time
    return day.at if day else None
