"""Links that share nothing: most of a page's links, told by their attributes alone and remembered, for menus repeat."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

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


def is_plain_link(attributes: Attributes) -> bool:
    """Whether an ``a`` shares nothing, whatever stands in it; what stands around it may still name a service."""
    if not SPEAKING.isdisjoint(attributes):
        return False
    href, classes = attributes.get("href") or "", attributes.get("class") or ""
    if len(href) > LONGEST or len(classes) > LONGEST:
        return False
    return _leads_on(href) and (not classes or not _is_marked(classes))


@lru_cache(maxsize=16_384)
def _leads_on(href: str) -> bool:
    """Whether an address is one of another page and no share link."""
    if href.strip()[:1] in ("", "#", "j", "J") or "share=" in href or "javascript:" in href[:50].lower():
        return False
    return not (("//" in href or ":" in href[:20]) and share_intent(href) is not None)


@lru_cache(maxsize=8_192)
def _is_marked(classes: str) -> bool:
    return COPY_CLASS.search(classes) is not None or of_widget(classes) is not None or names_service(classes)
