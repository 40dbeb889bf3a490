"""Share widgets whose links a script makes: which service a control is for, and which address its bar states."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from selectolax.lexbor import LexborNode

from crawler.extract.controls import is_alone
from crawler.extract.document import Document
from crawler.extract.networks import channel_named, share_intent
from crawler.extract.profiles import profile_of
from crawler.extract.selection import names_in, upwards

LINK_ATTRIBUTES: Final = (
    "data-href",
    "data-share-href",
    "data-share-url",
    "data-share-endpoint",
    "data-url",
    "data-link",
)
"""Attributes that may hold a share link in the place of ``href``."""
TARGET_ATTRIBUTES: Final = (
    "data-a2a-url",
    "addthis:url",
    "data-share-url",
    "data-st-url",
    "st_url",
    "data-url",
    "share-url",
    "shareurl",
    "data-param-url",
    "data-href",
    "data-link",
    "data-clipboard-text",
    "data-permalink",
    "data-shortlink",
    "data-clipboard",
)
SERVICE_ATTRIBUTES: Final = (
    "data-sharer",
    "data-share-network",
    "data-network",
    "data-social-sharing",
    "data-social_name",
    "data-share-type",
    "data-share",
    "data-service",
    "data-social",
    "data-sns",
    "data-cmd",
    "data-social-share",
    "network",
)
_SERVICE_ATTRIBUTES: Final = frozenset(SERVICE_ATTRIBUTES)
_SERVICE_CLASS: Final = re.compile(
    r"(?<!\S)(?:a2a_button_|addthis_button_|at-svc-|st_|heateor_sss_button_|swp_button_|sharethis_|ssk-|jssocials-share-|rrssb-)"
    r"(?P<name>[a-z_]\w*?)"
    r"(?:_(?:large|hcount|vcount|button|custom))?(?!\S)",
    re.IGNORECASE,
)
_OFFICIAL: Final = {
    "line-it-button": "line",
    "hatena-bookmark-button": "hatena",
    "pocket-btn": "pocket",
    "tumblr-share-button": "tumblr",
}
"""Classes by which the networks' own scripts find the places of their buttons."""
_SHARE_WORDS: Final = frozenset({"share", "sharing", "sharer", "shareto", "socialshare", "sharebutton", "sharebtn"})
_LAYOUT_WORDS: Final = "more compact expanded system dd su li mix line in google pin wa buffer blog"
AMBIGUOUS: Final = frozenset(_LAYOUT_WORDS.split())
"""Service names that are words of layout in a class (``share-more``, ``share-line``)."""
_UNMADE: Final = "social-likes"
"""Class of a bar whose entries a script makes into controls; each has the class of its network."""
_LAYOUT: Final = frozenset({"x", "ok", "li", "hn", "su", "sg", "native"})
"""Names of networks that are marks of layout in a class that does not speak of sharing (``icon-x`` closes)."""
COPY_SERVICES: Final = frozenset({"copy_link", "copylink", "copy", "copy_url", "clipboard", "link", "permalink"})
_WORDS: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|\d+")
_INTERACTIVE: Final = frozenset({"role", "onclick", "tabindex", "data-href", "data-url"})
"""Attributes of which a control that is neither link nor button has one."""
_MAX_CLIMB: Final = 4
"""How far up a widget's container is looked for."""


def service_of(node: LexborNode) -> str | None:
    """The service that a control without a link of its own is for, as the widget writes it; None for other controls."""
    attributes = node.attributes
    classes = (attributes.get("class") or "")[:1_000]
    for attribute in SERVICE_ATTRIBUTES if not _SERVICE_ATTRIBUTES.isdisjoint(attributes) else ():
        if not (stated := attributes.get(attribute)):
            continue
        value = stated.strip().lower().replace("-", "_")
        if value == "more":
            continue
        value = "native" if value == "share" else value
        if channel_named(value) or value in COPY_SERVICES:
            own = attribute.startswith("data-share") or attribute == "data-sharer"
            if own or node.tag == "share-button" or _speaks_of_sharing(node):
                return value
    if node.tag == "amp-social-share":
        return attributes.get("type")
    if name := of_widget(classes):
        return name
    if node.tag not in ("a", "button") and not _INTERACTIVE.intersection(attributes):
        place = node.parent
        is_unmade = place is not None and _UNMADE in (place.attributes.get("class") or "")
        return network_in(classes) if is_unmade else None
    name = _service_in_classes(classes)
    parent = node.parent
    if name or parent is None or parent.tag not in ("li", "span", "div"):
        return name
    name = _service_in_classes((parent.attributes.get("class") or "")[:1_000])
    return name if name and is_alone(node) else None


@lru_cache(maxsize=4_096)
def of_widget(classes: str) -> str | None:
    """The service in a class of a known widget (``a2a_button_facebook``)."""
    for found in _SERVICE_CLASS.finditer(classes):
        if "follow" not in found[0] and (channel_named(found["name"]) or found["name"] in COPY_SERVICES):
            return found["name"].lower()
    return next((_OFFICIAL[name] for name in classes.split() if name in _OFFICIAL), None)


def names_service(classes: str) -> bool:
    """Whether a value of ``class`` names a network beside a word for sharing (``share-facebook``)."""
    return _service_in_classes(classes[:1_000]) is not None


def container_target(document: Document, node: LexborNode) -> str | None:
    """The address that the control or the bar around it states."""
    current: LexborNode | None = node
    for step in range(_MAX_CLIMB + 1):
        if current is None or current.tag in ("body", "html"):
            return None
        attributes = current.attributes
        for name in TARGET_ATTRIBUTES if step == 0 else TARGET_ATTRIBUTES[:8]:
            value = attributes.get(name)
            if value and ("/" in value) and not re.search(r"[{}<>\s]", value.strip()):
                target = document.link(value)
                if target and share_intent(target) is None and profile_of(target) is None:
                    return target
        current = current.parent
    return None


@lru_cache(maxsize=4_096)
def _service_in_classes(classes: str) -> str | None:
    """The network in ``share-facebook``, ``btnShareTwitter``, ``social_share_vk``: one beside a word for sharing."""
    if "share" not in (lowered := classes.lower()) and "sharing" not in lowered:
        return None
    for token in classes.split():
        words: list[str] = [word.lower() for word in _WORDS.findall(token)]
        if _SHARE_WORDS.intersection(words):
            named = {word for word in words if word not in AMBIGUOUS and channel_named(word)}
            if len(named) == 1:
                return named.pop()
    return None


@lru_cache(maxsize=4_096)
def network_in(classes: str) -> str | None:
    """The one network that classes name (``icon-facebook``, ``sb-facebook``), whatever stands beside it."""
    words = {word.lower() for word in _WORDS.findall(classes)} - AMBIGUOUS - _LAYOUT
    named = {channel for word in words if (channel := channel_named(word))}
    return named.pop() if len(named) == 1 else None


def service_called(script: str) -> str | None:
    """The network in the name of a function that a control calls (``shareVK()``), or in its argument."""
    return channel_named(_service_in_classes(script)) if "share" in script.lower() else None


def _speaks_of_sharing(node: LexborNode) -> bool:
    for around in upwards(node, _MAX_CLIMB, in_body=True):
        names = names_in(around.attributes).lower()
        if "share" in names or "sharing" in names or "st-btn" in names:
            return True
    return False
