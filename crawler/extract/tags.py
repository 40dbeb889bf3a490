"""Hashtags in a page's text and the tags, categories and keywords that it lists."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

from selectolax.lexbor import LexborNode

from crawler.extract.areas import Areas
from crawler.extract.document import Document
from crawler.extract.labelled import labelled
from crawler.extract.selection import HEADINGS, MAX_NAMES, upwards
from crawler.extract.structured import Structured
from crawler.extract.text import line_of
from crawler.extract.thing import Node, plain
from crawler.extract.title import ARTICLE_TYPES

MAX_TAGS: Final = 300
"""Kept of one page; YouTube allows 500 characters of them, tag clouds are no tags of the page."""

LONGEST_TAG: Final = 200
"""Characters; longer ones are sentences that stand in the wrong place."""

_LISTED: Final = (
    ".tags a,.tag-links a,.tags-links a,.post-tags a,.video-tags a,.entry-tags a,.taxonomy-post_tag a,.cat-links a,"
    ".post-categories a,.taxonomy-category a,.pm-video-description dl dd a,[class*=field--name-][class*=tags] a,"
    "[class*=field-name-][class*=tags] a"
)
"""Links to a page's tags and categories: WordPress core and themes, PHP Melody, Drupal 8 and 7."""
_TAGS: Final = re.compile(
    r"(?:[^\W_]+[-_]+)*(?:tags(?:[-_]+(?:area|box|container|inner|items|links|list|wrap|wrapper))*"
    r"|tag[-_]+(?:area|box|container|links|list|wrap|wrapper))",
    re.IGNORECASE,
)
_TAGS_IN_CAMEL: Final = re.compile(r"[a-z]+Tags(?:List|Links|Wrap)?")
"""Classes and ids of a list of tags."""
_TAG_LISTS: Final = frozenset({"ul", "ol", "div", "p", "section", "span"})
_FEW_LISTS: Final = 3
_MANY_TAGS: Final = 40
"""A list with more is a cloud of all tags of the site."""
_DEPTH: Final = 3
"""Elements around the first tag behind a label that may hold the others."""
_BESIDE_TAGS: Final = 30
"""Text besides links in an element that holds nothing but a label and its tags, characters."""
_SAYS: Final = re.compile(r"\w")
_RELATIONS: Final = frozenset({"tag", "category"})
"""The same by ``rel`` (HTML 4.6.7)."""

_ADDRESS = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_HASHTAG = re.compile(
    r"(?<![A-Za-z0-9_/&=?%.\-])(?:[#＃][^\s#＃!-/:-@\[-^`{-~…‥，。、！？；：“”„«»（）「」『』【】《》·•]{1,140})+"
)
_ANCHORS: Final = frozenset({"comment", "comments", "post", "page", "note", "respond", "reply"})
_COLOUR = re.compile(r"(?=.*\d)(?:[0-9a-f]{3}|[0-9a-f]{6}|[0-9a-f]{8})\Z|([0-9a-f])\1{2}(?:\1{3})?\Z", re.IGNORECASE)


def read_hashtags(text: str | None) -> list[str]:
    """Hashtags of a text in order, without ``#``, each once whatever its case.

    Letters of any script with their marks and joiners; numbers alone (``#1``), colours (``#ff0000``), anchors
    (``#comment-12``) and what stands in addresses are none.
    """
    if not text or not ("#" in text or "＃" in text):
        return []
    text = _ADDRESS.sub(" ", text)
    found: list[str] = []
    for run in _HASHTAG.finditer(text):
        after = text[run.end() : run.end() + 2]
        for part in re.split(r"[#＃]", run.group())[1:]:
            tag = _trimmed(part)
            is_anchor = tag.casefold() in _ANCHORS and after[:1] == "-" and after[1:].isdigit()
            if any(letter.isalpha() for letter in tag) and not _COLOUR.match(tag) and not is_anchor:
                found.append(tag)
    return unique(found)


def read_tags(document: Document, structured: Structured, areas: Areas, main: Node | None) -> list[str]:
    """Tags and categories that the page links, then those of its metas, then keywords of its structured data."""
    listed = _listed(document)[:MAX_TAGS]
    found = [line_of(link, skip=_is_count) for link in listed if not areas.is_beside(link)]
    for name in ("article:tag", "og:video:tag", "video:tag", "article:section"):
        found += structured.metas.get(name, [])
    for name in ("keywords", "news_keywords"):
        for content in structured.metas.get(name, []):
            found += _parted(content)
    for node in [*([main] if main else ()), *structured.find(*ARTICLE_TYPES)]:
        for words in node.texts("keywords", "articleSection"):
            found += _parted(words)
    return unique(text for tag in found if (text := plain(tag)) and len(text) <= LONGEST_TAG)[:MAX_TAGS]


def _listed(document: Document) -> list[LexborNode]:
    elements, listed = document.elements, [*document.css(_LISTED), *_in_tag_lists(document), *_behind_labels(document)]
    related = [
        node
        for node, attributes in elements.attributes_of("a")
        if (rel := attributes.get("rel")) and not _RELATIONS.isdisjoint(rel.lower().split())
    ]
    known = {node.mem_id: node for node in (*listed, *related)}
    return [known[key] for key in sorted(known, key=elements.positions.__getitem__)]


def _in_tag_lists(document: Document) -> Iterator[LexborNode]:
    """Links in elements that are named as a list of tags, unless there are more than a page has."""
    elements = document.elements
    named = [node for value, nodes in elements.by_class.items() if _names_tags(value) for node in nodes[:_FEW_LISTS]]
    named += [node for name, node in elements.named if _names_tags(name)]
    for node in named:
        links = node.css("a[href]") if node.tag in _TAG_LISTS else []
        if len(links) <= _MANY_TAGS:
            yield from filter(_leads_on, links)


def _leads_on(link: LexborNode) -> bool:
    """Whether a link leads to another page, and is not the heading of a list."""
    is_heading = link.parent is not None and link.parent.tag in HEADINGS
    return not is_heading and (link.attributes.get("href") or "").strip()[:1] not in ("", "#")


def _behind_labels(document: Document) -> Iterator[LexborNode]:
    """Links behind the word for tags: in the value's element, or beside the label in a small element."""
    for found in labelled(document, "tags"):
        around, label = found.value.parent, found.label.parent
        if not found.is_marked or around is None or label is None or around.tag != "a":
            continue
        labels = {step.mem_id for step in upwards(label, _DEPTH)}
        for step in upwards(around.parent, _DEPTH):
            links = step.css("a[href]")
            others = len(line_of(step)) - sum(len(line_of(link)) + 2 for link in links)
            if len(links) > _MANY_TAGS or others > _BESIDE_TAGS:
                yield from _in_a_row(around)
                break
            yield from links
            if step.mem_id in labels:
                break


def _in_a_row(first: LexborNode) -> Iterator[LexborNode]:
    """A link and those right behind it, with nothing but signs between them."""
    step: LexborNode | None = first
    while step is not None and (step.tag == "a" or (step.is_text_node and not _SAYS.search(step.text_content or ""))):
        if step.tag == "a":
            yield step
        step = step.next


@lru_cache(maxsize=4_096)  # classes repeat on every page of a site
def _names_tags(names: str) -> bool:
    words = names[:MAX_NAMES].split() if "tag" in names.lower() else []
    return any(_TAGS.fullmatch(word) or _TAGS_IN_CAMEL.fullmatch(word) for word in words)


def unique(words: Iterable[str]) -> list[str]:
    """Words in order, white space folded, a leading ``#`` taken off, each once whatever its case."""
    kept: dict[str, str] = {}
    for word in words:
        text = " ".join(word.split()).removeprefix("#").rstrip(",").strip()
        if text:
            kept.setdefault(unicodedata.normalize("NFC", text).casefold(), text)
    return list(kept.values())


def _is_count(node: LexborNode) -> bool:
    """The number of posts that WordPress and its themes put beside a tag's name."""
    return "count" in (node.attributes.get("class") or "")


def _parted(words: str) -> list[str]:
    return re.split(r"[,،、，;；]", words[:20_000])


def _trimmed(tag: str) -> str:
    """Without what follows the last letter, digit, mark or symbol: quotation marks, dashes, direction marks."""
    end = len(tag)
    while end and unicodedata.category(tag[end - 1])[0] in "PZC" and tag[end - 1] not in "_\u200d\u200c":
        end -= 1
    return tag[:end]
