"""What a document consists of: running text, a video of its own, or links that stand alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from crawler.discovery.found import as_page
from crawler.extract.areas import areas_of
from crawler.extract.document import Document
from crawler.extract.outline import Line, Outline
from crawler.extract.structured import read_structured
from crawler.extract.urls import site_of
from crawler.extract.video import read_video

SENTENCE: Final = 80
"""Characters outside of links from which on a line is running text."""

NAMED: Final = 10
"""Characters of a link that names a page, as a headline does."""

ALONE: Final = 0.2
"""What may stand beside such links, as a share of the line: a time, a number."""

ROWS: Final = 3
"""With so many stretches of text that are half as long as the longest or longer, they are those of a list."""

LONG: Final = 700
"""Characters that no text of a list has."""


@dataclass(frozen=True, slots=True)
class Content:
    """What the main part of a document consists of: navigation, sidebars, footers and comments are left out."""

    text: int
    """Characters of the longest running text between two links that stand alone; 0 where it is one of a list's.

    A character of the scripts that part no words counts as two.
    """
    links: int
    """Pages of its site that are named by links which stand alone."""
    has_video: bool


def content_of(document: Document) -> Content:
    """What a document consists of. Costs a walk over its lines."""
    stretches, pages = [0], set[str]()
    areas = areas_of(document)
    for line in document.derived(Outline).lines:
        length = _length(line.plain)
        if not (length >= SENTENCE or line.links) or areas.is_beside(line.node):
            continue
        if length >= SENTENCE:
            stretches[-1] += length
        elif length <= ALONE * _length(line.text) and (named := _named(document, line)):
            pages |= named
            stretches.append(0)
    longest = max(stretches)
    is_list = longest < LONG and sum(2 * length >= longest for length in stretches) >= ROWS
    return Content(
        text=0 if is_list else longest,
        links=len(pages),
        has_video=read_video(document, read_structured(document), areas).embed_url is not None,
    )


def _named(document: Document, line: Line) -> set[str]:
    """The pages of the site that a line's links name."""
    found = set()
    for link in line.links:
        href = document.link(link.node.attributes.get("href")) if _length(link.text) >= NAMED else None
        url = as_page(href) if href is not None else None
        if url is not None and site_of(url) == site_of(document.url):
            found.add(url)
    return found


def _length(text: str) -> int:
    return len(text) + sum("\u2e80" <= character <= "\ud7ff" for character in text)
