"""Links that share nothing: most of a page's links, told by their attributes alone and remembered, for menus repeat."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from selectolax.lexbor import LexborNode

from crawler.extract.elements import Attributes
from crawler.extract.networks import share_intent
from crawler.extract.share_widgets import LINK_ATTRIBUTES, SERVICE_ATTRIBUTES, names_service, of_widget

SPEAKING: Final = frozenset({*LINK_ATTRIBUTES, *SERVICE_ATTRIBUTES, "onclick", "on", "data-clipboard-text"})
"""Attributes in which a control says what it shares, besides its address and its classes."""

BARS: Final = frozenset({"li", "span", "div"})
"""Elements whose class may say what the control in them is for."""

COPY_CLASS: Final = re.compile(
    r"(?:^|[-_])(?:copy|clip)[-_]?(?:link|url|to[-_]clipboard|board|permalink)|clipboard", re.IGNORECASE
)
"""Classes of buttons that copy the page's address."""

LONGEST: Final = 1_000
"""Longer values are not remembered, characters."""

MAX_KEPT: Final = 16_384
"""Links that are remembered."""

_plain: Final[set[tuple[str | None, str | None]]] = set()
"""Addresses and classes of links that share nothing."""


def speaking_links(links: Iterable[tuple[LexborNode, Attributes]]) -> list[LexborNode]:
    """Those elements ``a`` that may share something; of the others only what stands around them may name a service."""
    if len(_plain) > MAX_KEPT:
        _plain.clear()
    return [
        node
        for node, attributes in links
        if not SPEAKING.isdisjoint(attributes)
        or ((key := (attributes.get("href"), attributes.get("class"))) not in _plain and not _is_plain(key))
    ]


def _is_plain(key: tuple[str | None, str | None]) -> bool:
    href, classes = key[0] or "", key[1] or ""
    if len(href) > LONGEST or len(classes) > LONGEST:
        return False
    is_plain = _leads_on(href) and (not classes or not _is_marked(classes))
    if is_plain:
        _plain.add(key)
    return is_plain


def _leads_on(href: str) -> bool:
    """Whether an address is one of another page and no share link."""
    if href.strip()[:1] in ("", "#", "j", "J") or "share=" in href or "javascript:" in href[:50].lower():
        return False
    return not (("//" in href or ":" in href[:20]) and share_intent(href) is not None)


@lru_cache(maxsize=4_096)
def _is_marked(classes: str) -> bool:
    return COPY_CLASS.search(classes) is not None or of_widget(classes) is not None or names_service(classes)
