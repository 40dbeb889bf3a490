"""What a page says about being kept: robots directives, and the reservation of text and data mining.

Sources: Google's and Bing's description of ``X-Robots-Tag`` and ``meta name=robots`` (directives ``noindex``,
``noarchive``, ``none``, ..., each possibly for one crawler only); the TDM Reservation Protocol, W3C community group
report of 2024-05-10 (``tdm-reservation``, ``tdm-policy`` in the head of the answer, in ``meta`` elements, in
``/.well-known/tdmrep.json``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from crawler.extract.document import Document

RULES_MAX: Final = 1_000
"""Rules of a ``tdmrep.json`` that are looked at."""

FILE: Final = "tdmrep.json"
"""The kind of reservation for which the host is asked."""

KINDS: Final = ("noindex", "noarchive", "tdm-reservation", FILE)
"""What OBEY_RESERVATIONS may name."""

_WORD: Final = re.compile(r"[a-z][a-z-]{1,40}")
_VALUED: Final = frozenset({"max-snippet", "max-image-preview", "max-video-preview", "unavailable_after"})
"""Directives whose colon stands before their value, not behind the name of a crawler."""


@dataclass(frozen=True, slots=True)
class Reservation:
    """What a page says about being kept."""

    directives: tuple[str, ...] = ()
    """Robots directives for everybody or for us, in lower case, sorted: ``noarchive``, ``noindex``, ``nofollow``,
    ..."""
    tdm: int | None = None
    """1: text and data mining is reserved, 0: it is not, None: nothing is said."""
    tdm_policy: str | None = None
    """Address of the policy."""
    is_of_host: bool = False
    """Whether the host's file says so, not the page."""

    def forbids(self, obeyed: Iterable[str]) -> str | None:
        """Which of the obeyed kinds stands here; None when the page may be kept."""
        said = {*self.directives, *(["noindex"] if "none" in self.directives else [])}
        if self.tdm == 1:
            said.add(FILE if self.is_of_host else "tdm-reservation")
        return next((kind for kind in obeyed if kind in said), None)


def read_reservation(document: Document, token: str, well_known: Reservation | None = None) -> Reservation:
    """What a page, its head and its host's ``tdmrep.json`` say; the page itself counts before its head, and that before
    the file.

    :param token: product token of the crawler (RFC 9309 2.2.1), whose own directives count as well
    """
    names = ("robots", token.lower())
    directives = set(header_directives(document.headers.get("x-robots-tag", ""), token))
    head = document.headers
    tdm: list[tuple[str | None, str | None]] = [(head.get("tdm-reservation"), head.get("tdm-policy"))]
    stated: dict[str, str] = {}
    for _, attributes in document.elements.attributes_of("meta"):
        name = (attributes.get("name") or "").strip().lower()
        content = attributes.get("content") or ""
        if name in names:
            directives.update(_words(content))
        elif name in ("tdm-reservation", "tdm-policy"):
            stated.setdefault(name, content)
    tdm.insert(0, (stated.get("tdm-reservation"), stated.get("tdm-policy")))
    found = sorted(directives)[:20]
    for value, policy in tdm:
        flag = _flag(value)
        if flag is not None:
            return Reservation(tuple(found), flag, document.link(policy) if policy else None)
    if well_known is None:
        return Reservation(tuple(found))
    return Reservation(tuple(found), well_known.tdm, well_known.tdm_policy, is_of_host=True)


def header_directives(value: str, token: str) -> list[str]:
    """Directives of ``X-Robots-Tag`` that are meant for everybody or for ``token``; each header is a line.

    ``googlebot: noarchive, noindex`` names a crawler for all that follows until the next name or the end of the line.
    Where something on the way joined several headers by commas, one for everybody behind one with a name is read as
    that crawler's.
    """
    found: list[str] = []
    for line in value[:4_096].lower().splitlines():
        ours = True
        for part in line.split(","):
            name, colon, rest = part.partition(":")
            word = part.strip()
            if colon and name.strip() not in _VALUED:
                ours = name.strip() in (token.lower(), "*")
                word = rest.strip()
            if ours:
                found += _words(word)
    return found


def _words(text: str) -> list[str]:
    """Directives without those that carry a value: only the yes-or-no ones are kept."""
    parts = (part.strip().lower() for part in re.split(r"[,;\s]+", text[:4_096]))
    return [part for part in parts if _WORD.fullmatch(part)][:50]


def _flag(value: Any) -> int | None:
    text = str(value).strip() if isinstance(value, (str, int)) and not isinstance(value, bool) else ""
    return int(text) if text in ("0", "1") else None


def parse_well_known(body: bytes) -> list[Mapping[str, Any]]:
    """The rules of a ``tdmrep.json``; what is none is left out."""
    try:
        rules = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):  # an error page, not a file of rules; or one that is made to be too deep
        return []
    if isinstance(rules, dict):
        rules = [rules]
    return [rule for rule in rules[:RULES_MAX] if isinstance(rule, dict)] if isinstance(rules, list) else []


def well_known_reservation(rules: Iterable[Mapping[str, Any]], path: str) -> Reservation | None:
    """What the first rule says whose ``location`` an address's path falls under; ``*`` and ``$`` as in robots.txt."""
    for rule in rules:
        location, flag = rule.get("location"), _flag(rule.get("tdm-reservation"))
        if isinstance(location, str) and flag is not None and _matches(location[:1_000], path):
            policy = rule.get("tdm-policy")
            is_address = isinstance(policy, str) and policy.startswith(("http://", "https://")) and len(policy) <= 8_192
            return Reservation((), flag, policy if is_address else None)
    return None


def _matches(location: str, path: str) -> bool:
    """Whether a path falls under a location. Without a regular expression: many stars would make one slow."""
    is_whole = location.endswith("$")
    first, *rest = location.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    for number, piece in enumerate(rest):
        if is_whole and number == len(rest) - 1:
            return len(path) - len(piece) >= at and path.endswith(piece)
        found = path.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return not is_whole or at == len(path)
