"""Which parts of a page are its subject, and which stand beside it: navigation, sidebars, lists of others, comments."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from selectolax.lexbor import LexborNode

from crawler.extract.document import Document
from crawler.extract.elements import Attributes
from crawler.extract.selection import names_in, upwards

SIDE_TAGS: Final = frozenset({"aside", "nav", "footer"})
"""Elements that HTML itself sets apart from the content (HTML 4.3.4, 4.3.5, 4.3.8)."""

SIDE_ROLES: Final = frozenset({"navigation", "complementary", "contentinfo", "search", "banner"})
"""The same as ARIA landmark roles (WAI-ARIA 1.2, 5.3.4)."""

_PART_WORD: Final = re.compile(
    r"""(?P<comments>
      (?:li-|div-|wpd-comm-|pm-)?comment-\d+(?:_\d+)? | comment | comments?[-_]?list | comment[-_]?(?:item|body|content)
    | pingback | trackback | wp-block-comment-template | disqus_thread | fb-comments
    | wpdiscuz[\w-]* | wpdcom | wpd-comment | wpd-thread-list | pm-ul-comments | pm-comments?-list
    | recentcomments | widget_recent_comments | wp-block-latest-comments[\w-]*
    )|(?P<around_comments>
      comments?(?:[-_](?:area|stream|section|wrapper|container|block|box|native))? | (?:comment-)?respond | pm-comments
    )|(?P<side>
      (?!(?:[a-z]+[-_])*(?:has|layout|no|one|two|with|without)[-_])[a-z_-]*side-?bar[a-z0-9_-]*
    | widget | widgets | widget[-_]area | widget_[a-z_-]+ | secondary
    | [a-z_-]*related(?:[-_]?(?:posts?|videos?|stories|articles|news|content|items|list|links|wrap|container|box
                              |widget|inline))*
    | yarpp | jp-relatedposts | crp_related | rp4wp-related-posts
    | recommend(?:ed|ations)?(?:[-_][a-z]+)* | up-?next | read-?(?:next|more-posts)
    | more-(?:stories|videos|news|posts) | most-?(?:popular|read|viewed)(?:[-_][a-z]+)* | trending(?:[-_][a-z]+)*
    | popular-posts | recent-posts | latest-posts
    | post-?navigation | posts-navigation | navigation | nav-links | nav | navbar | menu | breadcrumbs?
    | site-footer | footer | colophon | newsletter(?:[-_][a-z]+)* | outbrain | taboola
    | pm-video-playlist | playlist-items | mega-?menu
    )""",
    re.VERBOSE,
)
"""Classes and ids, lower case, of a reader's comment or a list of them (WordPress core, PHP Melody, Disqus, Facebook,
wpDiscuz), of what stands around a thread (its heading, its form), and of the other parts beside the content (WordPress
core and its themes, PHP Melody, usual plugins)."""

_BYLINE_WORD: Final = re.compile(
    r"""(?:about-?author | (?:[\w-]*[-_])?(?:authors?|bylines?|contributors?|vcard)
    (?:[-_]+(?:about|area|avatar|bios?|block|body|box|card|container|content|desc|description|details?|follow|info|large
    |links?|list|meta|names?|profile|role|section|social|table|wrap|wrapper))*)""",
    re.VERBOSE,
)
"""Classes and ids of who wrote a page, lower case: hAtom (``vcard``), WordPress themes, news sites."""

_HOLDS_SUBJECT: Final = "h1, main, [role=main], #content, #main"
"""A wrapper may be named after what it holds beside the content (``content-sidebar-wrap``); then it is none itself."""

_MAX_STEPS: Final = 20_000
"""Ancestors that one look climbs at most."""


class Areas:
    """The areas of one document. Answers are remembered per element, so all questions together cost one climb each."""

    def __init__(self, document: Document) -> None:  # noqa: ARG002  made by Document.derived
        self._beside: dict[int, bool] = {}
        self._in_comments: dict[int, bool] = {}
        self._in_byline: dict[int, bool] = {}

    def is_beside(self, node: LexborNode) -> bool:
        """Whether the element is, or stands in, a part that is not the page's subject."""
        return _is_within(node, is_side_part, self._beside)

    def in_comments(self, node: LexborNode) -> bool:
        """Whether the element is, or stands in, a reader's comment or a list of them."""
        return _is_within(node, opens_comments, self._in_comments)

    def in_byline(self, node: LexborNode) -> bool:
        """Whether the element is, or stands in, what the page says about its author."""
        return _is_within(node, _opens_byline, self._in_byline)


def areas_of(document: Document) -> Areas:
    """The document's areas, one memory for all readers."""
    return document.derived(Areas)


def _is_within(node: LexborNode, opens: Callable[[LexborNode], bool], memory: dict[int, bool]) -> bool:
    climbed: list[int] = []
    answer = False
    current: LexborNode | None = node
    while current is not None and len(climbed) < _MAX_STEPS:
        key = current.mem_id
        known = memory.get(key)
        if known is None and current.tag in ("body", "html", "-undef"):
            break
        climbed.append(key)
        if known or (known is None and opens(current)):
            answer = True
            break
        if known is False:
            break
        current = current.parent
    memory.update(dict.fromkeys(climbed, answer))
    return answer


def opens_comments(node: LexborNode) -> bool:
    """Whether the element itself is a reader's comment or a list of them, by the names that comment systems give."""
    return node.tag != "main" and "comments" in _parts(names_in(node.attributes))


def is_side_part(node: LexborNode, attributes: Attributes | None = None) -> bool:
    """Whether the element itself opens such a part.

    :param attributes: its own, where they are at hand
    """
    tag = node.tag
    if tag in SIDE_TAGS:
        return tag != "footer" or not _is_in_article(node)
    if tag == "main":
        return False
    attributes = node.attributes if attributes is None else attributes
    if attributes.get("role") in SIDE_ROLES:
        return True
    parts = _parts(names_in(attributes))
    return bool(parts) and (parts != _ONLY_SIDE or node.css_first(_HOLDS_SUBJECT) is None)


def _opens_byline(node: LexborNode) -> bool:
    return _names_byline(names_in(node.attributes)) and node.css_first(_HOLDS_SUBJECT) is None


@lru_cache(maxsize=4_096)  # classes repeat on every page of a site
def _parts(names: str) -> frozenset[str | None]:
    """The groups of :data:`_PART_WORD` that an element's names are in."""
    return frozenset(found.lastgroup for name in names.lower().split() if (found := _PART_WORD.fullmatch(name)))


_ONLY_SIDE: Final = frozenset({"side"})


@lru_cache(maxsize=4_096)
def _names_byline(names: str) -> bool:
    return any(map(_BYLINE_WORD.fullmatch, names.lower().split()))


def _is_in_article(footer: LexborNode) -> bool:
    """A post's own footer holds its tags (WordPress themes); only the site's stands apart."""
    return any(around.tag == "article" for around in upwards(footer.parent, 6))
