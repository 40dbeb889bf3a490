"""The text that accompanies a page's video, without the widgets that stand in it."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import chain, pairwise
from typing import Final

from selectolax.lexbor import LexborNode

from crawler.extract.areas import Areas, is_side_part
from crawler.extract.document import Document
from crawler.extract.named_text import named_texts
from crawler.extract.outline import outline_of
from crawler.extract.selection import names_in, ranked, upwards
from crawler.extract.structured import Structured
from crawler.extract.text import line_of, text_of
from crawler.extract.thing import Node, plain
from crawler.extract.unnamed_text import following, unnamed_text

VIDEO_TEXT: Final = (
    ".pm-video-description [itemprop=description]",
    "div.description:has(> [itemprop=description])",
    ".pm-video-description",
    "#eow-description",
)
"""Where PHP Melody puts a video's description (templates "apollo" and "default"), then YouTube (until 2020)."""

BODY_TEXT: Final = (
    ".entry-content", ".wp-block-post-content", "[itemprop=articleBody]", ".post-content", ".article-content",
    ".article-body", ".td-post-content", ".post-body", ".post_content", ".single-content", ".entry",
    ".video-description", ".video-content", "article", ".post", ".hentry",
)  # fmt: skip
"""Where WordPress and its themes put a post's text, in order of preference."""

_WIDGET_TAGS: Final = frozenset(
    {
        "iframe", "video", "audio", "object", "embed", "lite-youtube", "script", "style", "noscript", "template",
        "form", "button", "input", "select", "textarea", "nav", "aside", "footer", "h1", "figcaption", "svg", "time",
    }
)  # fmt: skip
"""Elements of a body that are no text of it."""

_WIDGET_WORD: Final = re.compile(
    r"""^(?:
      .*shar(?:e|ing|edaddy|ethis|eaholic).* | sd-.* | addtoany.* | a2a_.* | addthis.* | .*social.* | jetpack-likes.*
    | .*likes-widget.*
    | .*likes?-?(?:button|box|block|wrap).* | wp_ulike.* | .*rating.* | kksr.* | pm-vc-.* | bin-rating-.* | pm-embed.*
    | author-?(?:box|bio|info|card).* | .*author-box.* | about-author | saboxplugin.* | abh_.* | vcard
    | (?:entry|post)-?(?:meta|footer|header|title|tags|nav|views|date|navigation|thumbnail).* | post-views.* | byline
    | shariff.* | categories
    | tag-links | tagcloud | cat-links | .*breadcrumbs?.* | screen-reader-text | sr-only | show-more
    | (?!(?:has|no|with)[-_])(?:[\w-]*[-_])?tags(?:[-_]+(?:list|links|items|wrap|wrapper|container|box))*
    | [\w-]*adspot[\w-]* | td-a-rec[\w-]*
    | ads?(?:[-_].*)? | adsbygoogle | advert.* | code-block.* | sponsor.* | toc_container | ez-toc.* | wp-caption-text
    | mc4wp.* | mailpoet.* | newsletter.* | wpforms.* | wpcf7.* | page-links | .*cookie.* | cmplz.* | wp-block-embed
    | wp-video | wp-playlist | wp-polls.* | .*player.* | video-(?:wrapper|container|responsive).* | hidden | hide-me
    )$""",
    re.VERBOSE,
)
"""Classes and ids of widgets inside a body, lower case: share, rating, author and advertising plugins."""

_CONTROL_WORD: Final = re.compile(
    r"[\w-]*recipes?-(?:jump|print|save)(?:[-_](?:link|button|btn|inline|to|video)[\w-]*)?$|[\w-]*quick-links$|jump-?to-?\w*$"
    r"|[\w-]*save-recipe$|[\w-]*print-(?:link|button|btn)$|skip-?link$"
)
"""Classes and ids of what leads to another part of a page or to its printer, lower case."""

_LONGEST_CONTROL: Final = 60
"""Such an element with more text, characters, was never closed and holds the rest of the page."""

_OPENING_WORDS: Final = 8
"""As many words of an excerpt in a row are taken for proof that it is one."""

_MAX_BODIES: Final = 6
"""Bodies that are tried until one has text."""

_FEW_WORDS: Final = 2
"""An excerpt with no more words besides the title's says nothing, as that of the title and a file's name."""

_MANY_BODIES: Final = 2
"""More of them may be the texts of a thread: then what an excerpt was taken from goes before the first."""

_MAX_PREAMBLE: Final = 12
"""Paragraphs before an article's first that are taken for its preamble."""

_QUOTED: Final = 24
"""So much of an excerpt is looked for on the page, characters."""

_COLONS: Final = (":", "：")
_LABEL: Final = 24
"""What may stand before a text in its line, characters: ``Description:``."""

_SEARCHED: Final = 120
"""Characters at the beginning of a piece of text in which an excerpt is looked for."""

_PLACES: Final = 5
"""Places where it stands, and elements around each, that are looked at."""

_DEEP: Final = 8
"""Elements around a body among which another is looked for."""

_HOLDING: Final = frozenset({"p", "div", "section", "td", "dd", "blockquote"})
_HEADED: Final = "h1, h2, h3, h4, form, article"
"""What an element that holds a text alone does not hold."""

_FEW_SHARED: Final = 1
"""A text with no more words of the title may be what a site says of itself on all pages."""
_STEM: Final = 4
"""First letters of a word that its other forms have, too; shorter words tell nothing."""
_LONGEST_COMPARED: Final = 2_000
"""So much of a text is looked at for words of the title, characters."""
_WIDE: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]{2,}|[\uac00-\ud7af]{2,}")
"""Scripts whose words are short or not parted."""

_WORD = re.compile(r"\w+")


def read_description(
    document: Document,
    structured: Structured,
    areas: Areas,
    main: Node | None,
    title: str | None,
    *,
    plays: bool = False,
) -> tuple[str | None, LexborNode | None]:
    """The description and the element it was read from (None when it is from metadata).

    The text on the page goes before metadata, which is often an excerpt; but where the page's VideoObject has a
    description of its own that is no excerpt of the page's text, that text is an article and not about the video.
    Without either it is Open Graph's or the meta tag's. Without these, or where they say no more than the title, it is
    on the page of a video the first text behind the headline; and where they speak of something else than the title,
    as those that a site has on all its pages, such a text that does speak of it.

    :param plays: whether the page plays a video or is that of one
    """
    for _, widget in ranked(document, VIDEO_TEXT):
        if text := text_of(widget, skip=is_widget, is_typed=True):
            return text, widget
    stated = plain(main.text("description")) if main else None
    names = " ".join(filter(None, (title, main.text("name") if main else None)))
    if stated and names and not _words_beyond(stated, names):
        stated = None
    excerpt = plain(structured.meta("og:description", "description", "twitter:description"))
    body, node = _body(document, areas, stated or excerpt, title)
    is_body = bool(body) and (not stated or is_excerpt(stated, body or ""))
    is_told = stated or (excerpt and len(_words_beyond(excerpt, title or "")) > _FEW_WORDS)
    shared = _shared(excerpt or "", title)
    is_of_site = bool(is_told and not stated and shared <= _FEW_SHARED)
    if is_body and (not is_of_site or _shared(body or "", title) > 2 * shared):
        return body, node
    if plays and (is_of_site or not is_told):
        named = named_texts(document, areas, is_widget, is_quoted=False) if is_of_site else ()
        for text, holder in chain(named, filter(None, [unnamed_text(document, areas, title, is_widget)])):
            if not is_of_site or _shared(text, title) > 2 * shared:
                return text, holder
    return (body, node) if is_body else (stated or excerpt, None)


def is_widget(node: LexborNode) -> bool:
    """Whether an element inside a body is no text of it."""
    tag = node.tag
    if tag in _WIDGET_TAGS:
        return True
    attributes = node.attributes
    if not attributes:
        return False
    names = names_in(attributes)
    if _names_widget(names) or is_side_part(node, attributes):
        return True
    return _names_control(names) and len(line_of(node)) <= _LONGEST_CONTROL


@lru_cache(maxsize=4_096)
def _names_widget(names: str) -> bool:
    return any(map(_WIDGET_WORD.match, names.lower().split()))


@lru_cache(maxsize=4_096)
def _names_control(names: str) -> bool:
    return any(map(_CONTROL_WORD.match, names.lower().split()))


def is_excerpt(excerpt: str, body: str) -> bool:
    """Whether a text is taken from another: its first words stand there in a row, whatever is between them."""
    return f" {_opening(excerpt)} " in f" {' '.join(_WORD.findall(body.casefold()))} "


def _opening(text: str) -> str:
    return " ".join(_WORD.findall(text[:2_000].casefold())[:_OPENING_WORDS])


def _words_beyond(text: str, title: str) -> set[str]:
    """The words of a text that a title has not; pairs of letters where words are not parted."""
    return _words_of(text) - _words_of(title)


def _words_of(text: str) -> set[str]:
    words = set(_WORD.findall(text.casefold()))
    for word in [word for word in words if _WIDE.search(word)]:
        words.update(map("".join, pairwise(word)))
    return words


def _shared(text: str, title: str | None) -> int:
    """How many words of the title a text has, by their first letters."""
    folded = text[:_LONGEST_COMPARED].casefold()
    words = _WORD.findall((title or "").casefold())
    stems = {word[:_STEM] for word in words if len(word) >= _STEM and not _WIDE.search(word)}
    for run in chain.from_iterable(map(_WIDE.findall, words)):
        stems.update(map("".join, pairwise(run)))
    return sum(map(folded.__contains__, stems))


def _body(
    document: Document, areas: Areas, excerpt: str | None, title: str | None
) -> tuple[str | None, LexborNode | None]:
    """A known theme's body; else an element named like one; else what the excerpt was taken from."""
    bodies = [(selector, node) for selector, node in ranked(document, BODY_TEXT) if not areas.is_beside(node)]
    cards = [node for selector, node in bodies[:_MAX_BODIES] if selector in _CARDS]
    parts = [node for selector, node in bodies[:_MAX_BODIES] if selector not in _CARDS]
    texts: list[tuple[str, LexborNode]] = []
    for node in parts:
        if text := text_of(node, skip=is_widget, is_typed=True):
            if len(parts) <= _MANY_BODIES or not excerpt or is_excerpt(excerpt, text):
                return _innermost(parts, text, node, excerpt)
            texts.append((text, node))
    for text, node in named_texts(document, areas, is_widget, is_quoted=bool(excerpt)):
        if not excerpt or is_excerpt(excerpt, text):
            more = following(node, is_widget) if excerpt else ()
            return "\n\n".join([_without_facts(text, excerpt), *more]), node
    for node in cards:
        if len(cards) == 1 or node.css_first("h1") is not None:
            text = text_of(node, skip=is_widget, is_typed=True)
            if text := _from_opening(text, excerpt) if excerpt else text:
                return _without_labels(text), node
    quoted = _quoted(document, areas, excerpt, title) if excerpt else None
    return quoted or next(iter(texts), (None, None))


def _innermost(
    parts: list[LexborNode], text: str, node: LexborNode, excerpt: str | None
) -> tuple[str, LexborNode]:
    """Of bodies in one another the one that begins with the excerpt: the outer ones have facts and tabs before it."""
    if excerpt and not _begins_with(text, excerpt):
        for part in parts:
            if any(step.mem_id == node.mem_id for step in upwards(part.parent, _DEEP)):
                inner = text_of(part, skip=is_widget, is_typed=True)
                if _begins_with(inner, excerpt):
                    return inner, part
    return text, node


def _without_facts(text: str, excerpt: str | None) -> str:
    """A text from where its excerpt begins, if only facts and labels stand before it: ``1,245 views``, ``In:``."""
    at, is_labelled = 0, False
    for line in text.splitlines(keepends=True)[: _MAX_PREAMBLE if excerpt else 0]:
        if excerpt and _begins_with(line, excerpt):
            return text[at:]
        said = line.strip()
        is_label = said.endswith(_COLONS)
        is_fact = not said or is_label or is_labelled or any(map(str.isdigit, said))
        if len(said) > _QUOTED or not is_fact:
            break
        is_labelled = is_label or (is_labelled and not said)
        at += len(line)
    return text


def _begins_with(text: str, excerpt: str) -> bool:
    return " ".join(_WORD.findall(text[:2_000].casefold())).startswith(_opening(excerpt))


def _quoted(document: Document, areas: Areas, excerpt: str, title: str | None) -> tuple[str, LexborNode] | None:
    """The paragraphs that begin with an excerpt, in the one element that they stand in, and that element."""
    head = " ".join(excerpt.split())[:_QUOTED]
    outline = outline_of(document)
    word = head.partition(" ")[0]
    places = [
        place
        for place, text in enumerate(outline.texts)
        if word in text[:_SEARCHED] and 0 <= " ".join(text[:_SEARCHED].split()).find(head) <= _LABEL
    ]
    for line in outline.lines_at(places[:_PLACES]):
        block = next((around for around in upwards(line.node, _PLACES) if around.tag in _HOLDING), None)
        if head not in line.text[:_SEARCHED] or block is None or areas.is_beside(block):
            continue
        text = text_of(block, skip=is_widget, is_typed=True) if block.css_first(_HEADED) is None else line.text
        whole = "\n\n".join([text, *following(block, is_widget)])
        if block.tag != "p" and not is_excerpt(excerpt, text):
            continue  # a lead says all of the excerpt itself; a caption only begins with the same name
        text, at = whole, whole.find(head)
        if 0 <= at <= _LABEL and text != title and is_excerpt(excerpt, text):
            return text[at:], block.parent if block.tag == "p" and block.parent is not None else block
    return None


def _without_labels(text: str) -> str:
    """A text without what ends it and says nothing: the short paragraphs behind its last sentence."""
    paragraphs = text.split("\n\n")
    kept = len(paragraphs)
    while kept > 1 and _says_nothing(paragraphs[kept - 1]):
        kept -= 1
    return "\n\n".join(paragraphs[:kept])


def _says_nothing(paragraph: str) -> bool:
    is_marked = any(map(paragraph.__contains__, _MARKS))
    return len(paragraph) <= _SHORTEST_END and not is_marked and paragraph.rstrip()[-1:] not in _ENDS


_MARKS: Final = (*_COLONS, "#")
"""What a label of related stories, an address, a hashtag have."""
_ENDS: Final = ".!?…。！？\"”’»):"
_SHORTEST_END: Final = 60
"""A longer paragraph is none of the labels behind an article, characters."""

_CARDS: Final = frozenset({"article", ".post", ".hentry"})
"""Elements that are also used for the entries of a listing."""


def _from_opening(text: str, excerpt: str) -> str:
    """The text of an undivided article from where its excerpt begins: what stands before is bylines and notices.

    ``""`` when the excerpt is not in it: then nothing shows that this is the page's text.
    """
    opening = _opening(excerpt)
    paragraphs = text.split("\n\n")
    for place, paragraph in enumerate(paragraphs[:_MAX_PREAMBLE]):
        if " ".join(_WORD.findall(paragraph[:5_000].casefold())).startswith(opening):
            return "\n\n".join(paragraphs[place:])
    return text if is_excerpt(excerpt, text) else ""
