"""The text that accompanies a page's video, without the widgets that stand in it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from selectolax.lexbor import LexborNode

from crawler.extract.areas import Areas, is_side_part
from crawler.extract.document import Document
from crawler.extract.structured import Node, Structured, plain
from crawler.extract.text import text_of

VIDEO_TEXT: Final = (
    ".pm-video-description [itemprop=description]",
    "div.description:has(> [itemprop=description])",
    ".pm-video-description",
)
"""Where PHP Melody puts a video's description (templates "apollo" and "default"), in order of preference."""

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
    | .*likes?-?(?:button|box|block|wrap).* | wp_ulike.* | .*rating.* | kksr.* | pm-vc-.* | bin-rating-.* | pm-embed.*
    | author-?(?:box|bio|info|card).* | .*author-box.* | about-author | saboxplugin.* | abh_.* | vcard
    | (?:entry|post)-?(?:meta|footer|header|title|tags|nav|views|date|navigation|thumbnail).* | post-views.* | byline
    | tags?-links | tagcloud | cat-links | video-tags | .*breadcrumbs?.* | screen-reader-text | sr-only | show-more
    | ads?(?:[-_].*)? | adsbygoogle | advert.* | code-block.* | sponsor.* | toc_container | ez-toc.* | wp-caption-text
    | mc4wp.* | mailpoet.* | newsletter.* | wpforms.* | wpcf7.* | page-links | .*cookie.* | cmplz.* | wp-block-embed
    | wp-video | wp-playlist | wp-polls.* | .*player.* | video-(?:wrapper|container|responsive).* | hidden | hide-me
    )$""",
    re.VERBOSE,
)
"""Classes and ids of widgets inside a body, lower case: share, rating, author and advertising plugins."""

_OPENING_WORDS: Final = 8
"""As many words of an excerpt in a row are taken for proof that it is one."""

_WORD = re.compile(r"\w+")


def read_description(
    document: Document, structured: Structured, areas: Areas, main: Node | None, title: str | None
) -> tuple[str | None, LexborNode | None]:
    """The description and the element it was read from (None when it is from metadata).

    The text on the page goes before metadata, which is often an excerpt; but where the page's VideoObject has a
    description of its own that is no excerpt of the page's text, that text is an article and not about the video.
    Without either it is Open Graph's or the meta tag's.
    """
    for selector in VIDEO_TEXT:
        node = document.first(selector)
        if node is not None and (text := text_of(node, skip=is_widget)):
            return text, node
    stated = plain(main.text("description")) if main else None
    if stated and title and not _says_more(stated, title):
        stated = None
    body, node = _body(document, areas)
    if body and (not stated or is_excerpt(stated, body)):
        return body, node
    return stated or plain(structured.meta("og:description", "description", "twitter:description")), None


def is_widget(node: LexborNode) -> bool:
    """Whether an element inside a body is no text of it."""
    tag = node.tag
    if tag in _WIDGET_TAGS:
        return True
    attributes = node.attributes
    if not attributes:
        return False
    names = f"{attributes.get('class') or ''} {attributes.get('id') or ''}".lower()[:1_000].split()
    return any(_WIDGET_WORD.match(name) for name in names) or is_side_part(node)


def is_excerpt(excerpt: str, body: str) -> bool:
    """Whether a text is taken from another: its first words stand there in a row, whatever is between them."""
    words = _WORD.findall(excerpt.casefold())[:_OPENING_WORDS]
    return bool(words) and f" {' '.join(words)} " in f" {' '.join(_WORD.findall(body.casefold()))} "


def _says_more(text: str, title: str) -> bool:
    return bool(set(_WORD.findall(text.casefold())) - set(_WORD.findall(title.casefold())))


def _body(document: Document, areas: Areas) -> tuple[str | None, LexborNode | None]:
    for selector in BODY_TEXT:
        nodes = [node for node in document.css(selector)[:50] if not areas.is_beside(node)]
        if selector in _CARDS and len(nodes) > 1:
            nodes = _with_headline(nodes)
        for node in nodes[:3]:
            if text := text_of(node, skip=_but(node)):
                return text, node
    return None, None


_CARDS: Final = frozenset({"article", ".post", ".hentry"})
"""Elements that are also used for the entries of a listing."""


def _with_headline(nodes: list[LexborNode]) -> list[LexborNode]:
    return [node for node in nodes if node.css_first("h1") is not None]


def _but(root: LexborNode) -> Callable[[LexborNode], bool]:
    """:func:`is_widget` for everything inside of ``root``: the body itself may be called after what it shows."""
    key = root.mem_id
    return lambda node: node.mem_id != key and is_widget(node)
