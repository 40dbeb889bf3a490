"""The headline of a page, without its site's name."""

from __future__ import annotations

import re
from typing import Final

from selectolax.lexbor import LexborNode

from crawler.extract.areas import Areas, areas_of
from crawler.extract.document import Document
from crawler.extract.outline import outline_of
from crawler.extract.selection import names_in, ranked
from crawler.extract.structured import Structured
from crawler.extract.text import fold, line_of
from crawler.extract.thing import Node, is_badge, plain
from crawler.extract.urls import site_of

HEADLINES: Final = (
    "h1.entry-title", "h1[itemprop=name]", "h1[itemprop=headline]", "h1.wp-block-post-title", "h1.post-title",
    "h1.title", "h1", "h2.entry-title", "h2.wp-block-post-title", "h2[itemprop=name]", "h2[itemprop=headline]",
)  # fmt: skip
"""Headline elements, the surer first; an ``h2`` only counts where it is the page's only one of its kind."""

ARTICLE_TYPES: Final = (
    "NewsArticle", "Article", "BlogPosting", "ReportageNewsArticle", "AnalysisNewsArticle", "OpinionNewsArticle",
    "TechArticle", "SocialMediaPosting", "LiveBlogPosting", "Report",
)  # fmt: skip
"""schema.org types of a text with a publication time."""

_LOGO = re.compile(r"site-?title|logo|brand|site-?name")
_LONGEST_TITLE: Final = 1_000
"""Nothing is taken off longer ones, characters: they are no titles."""
FEW: Final = 2
"""Shorter names of hosts are also words, letters."""
_PARTS = re.compile(
    r"\s+(?:[-|–—·»«•:/]|//|::|&raquo;)\s+|:\s+|[_|｜](?=\S)|(?<=[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af])[-–—－](?=\S)"
)
"""What parts a title from a site's name; without spaces as Chinese and Japanese sites write it."""


def read_title(document: Document, structured: Structured, main: Node | None) -> str | None:
    """VideoObject's name, else Open Graph's title, else the headline element, else the ``title`` element.

    The video of a page that says it is an article is one of its parts: then the article's title comes first.
    A site's name before or after it is taken away only where something confirms it: the page as its site's or
    publisher's name, a headline element without it, or the host, as of ``Harbour News`` on ``harbournews.example``;
    where no element is the headline, a text of the page that is the title's first and longest part.
    """
    headline = _headline(document)
    names, hosts = {_key(name) for name in site_names(structured)}, _host_names(document.url)
    articles = structured.find(*ARTICLE_TYPES)
    element = document.first("title")
    videos_name = main.text("name", "headline") if main else None
    is_article = bool(articles) and (structured.meta("og:type") or "").casefold() == "article"
    candidates = (
        None if is_article else videos_name,
        structured.meta("og:title"),
        headline,
        articles[0].text("headline", "name") if articles else None,
        structured.meta("twitter:title"),
        videos_name,
        line_of(element) if element else None,
    )
    for candidate in candidates:
        text = plain(candidate)
        if text and (title := _without_site(" ".join(text.split()), names, headline, hosts)):
            return title if headline else _shown_part(document, title)
    return None


def site_names(structured: Structured) -> list[str]:
    """Names that the page gives its site and its publisher, in order of trust."""
    names = [structured.meta("og:site_name", "og:sitename"), structured.meta("application-name")]
    for thing in structured.find(*ARTICLE_TYPES, "VideoObject", "WebPage"):
        names += thing.texts("publisher")
    for thing in structured.find("WebSite", "Organization", "NewsMediaOrganization"):
        names += thing.texts("name")
    return list(dict.fromkeys(name for text in names if (name := plain(text))))


def _headline(document: Document) -> str | None:
    node = headline_of(document)
    return line_of(node, skip=is_badge) if node is not None else None


def headline_of(document: Document) -> LexborNode | None:
    """The element of the headline: the surest that has a text; None where there is none."""
    return document.derived(_headline_element)


def _headline_element(document: Document) -> LexborNode | None:
    areas = areas_of(document)
    found = [
        (selector, node)
        for selector, node in ranked(document, HEADLINES)
        if not areas.is_beside(node) and not _is_logo(document, node)
    ]
    lesser = sum(selector.startswith("h2") for selector, _ in found)
    for selector, node in found:
        if selector.startswith("h2") and lesser > 1:
            break
        if (text := line_of(node, skip=is_badge)) and not _names_site(document, areas, node, text):
            return node
    return None


def _names_site(document: Document, areas: Areas, node: LexborNode, text: str) -> bool:
    """Whether a headline element is the site's name by the ``title`` element, which holds that and the headline.

    Either it ends with the name, and the page shows what it begins with behind the element; or it begins with the name
    and ends with what another headline element behind this one says, which is no logo.
    """
    element = document.first("title")
    whole = line_of(element) if element is not None else ""
    if text not in whole or not len(text) < len(whole) <= _LONGEST_TITLE:
        return False
    positions = document.elements.positions
    position = positions.get(node.mem_id, 0)
    parts = list(_PARTS.finditer(whole))
    if whole.startswith(text) and any(found.start() == len(text) for found in parts):
        behind = (other for other in document.css("h1") if positions.get(other.mem_id, 0) > position)
        others = (line_of(other) for other in behind if not _is_logo(document, other))
        return any(len(other) > len(text) and whole.endswith(other) for other in others)
    start = len(whole) - len(text)
    if not whole.endswith(text) or not any(found.end() == start for found in parts):
        return False
    wanted = {whole[: found.start()].strip() for found in parts if found.end() <= start}
    outline = outline_of(document)
    places = [place for place, shown in enumerate(outline.texts) if " ".join(shown.split()) in wanted]
    return any(line.position > position and not areas.is_beside(line.node) for line in outline.lines_at(places[:FEW]))


def _is_logo(document: Document, node: LexborNode) -> bool:
    """Whether a headline element is the site's name: it says so, or it links the site's front page."""
    if _LOGO.search(names_in(node.attributes).lower()):
        return True
    link = node.css_first("a[href]")
    url = document.link(link.attributes.get("href")) if link is not None else None
    return url is not None and url.rstrip("/").count("/") == 2 and document.url.rstrip("/").count("/") > 2


def _shown_part(document: Document, title: str) -> str:
    """The first part of a title, if it is the longest and the page shows it as a text of its own; else the title."""
    first, *others = _PARTS.split(title) if len(title) <= _LONGEST_TITLE else [title]
    if not others or len(first) <= max(map(len, others)):
        return title
    shown = {" ".join(text.split()) for text in outline_of(document).texts}
    return first if first in shown and title not in shown else title


def _key(text: str) -> str:
    return fold(text).casefold().strip()


def _host_names(url: str) -> frozenset[str]:
    """What a site may be called by its host: its domain with and without the suffix, letters and figures only."""
    domain = site_of(url).removeprefix("www.")
    return frozenset(name for part in (domain, domain.partition(".")[0]) if len(name := _letters(part)) > FEW)


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, _key(text)))


def _without_site(title: str, names: set[str], headline: str | None, hosts: frozenset[str]) -> str | None:
    if _key(title) in names and headline and _key(headline) != _key(title):
        return None
    key = _key(headline) if headline else ""
    for found in _PARTS.finditer(title) if len(title) <= _LONGEST_TITLE else ():
        before, after = title[: found.start()].strip(), title[found.end() :].strip()
        if _key(after) in names or _letters(after) in hosts or (key and _key(before) == key):
            return before
        if _key(before) in names or _letters(before) in hosts:
            return after
    return title or None
