"""Values that stand behind their labels: ``Uploader: Pierside``, a term and its description, two cells of a row."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from importlib import resources
from itertools import islice
from typing import Final, NamedTuple

from selectolax.lexbor import LexborNode

from crawler.extract.document import Document
from crawler.extract.outline import outline_of
from crawler.extract.selection import upwards

_WORDS: Final[dict[str, list[str]]] = json.loads(
    resources.files("crawler.extract").joinpath("data/labels.json").read_text("utf-8")
)
"""Sources: the translations of Piwigo, Coppermine, ClipBucket and MediaDrop, usual wording."""
_KINDS: Final = {word: kind for kind, words in _WORDS.items() for word in words}
_SHORT: Final = 60
"""Characters of a text, its white space counted, among which a label ends."""
_COLONS: Final = ":："
_EDGES: Final = " \t\r\n\u00a0"
_AROUND_LABEL: Final = _EDGES + _COLONS
_MANY: Final = 1_500
"""Pieces of text that are looked at."""
_AROUND: Final = 3
"""Elements around a label in one of which its value stands."""
_FEW: Final = 12
"""Labels of one kind that are looked at."""


class Labelled(NamedTuple):
    """A label and the value behind it."""

    label: LexborNode
    """The text with the label."""
    value: LexborNode
    """The text with the value: that of the label, where both are one piece."""
    text: str
    """The value, white space folded."""
    is_marked: bool
    """A colon parts the two, or the markup does: a term, a head of a row, an element of its own with a colon."""


def labelled(document: Document, kind: str) -> list[Labelled]:
    """The values behind labels of a kind, in document order.

    :param kind: ``description``, ``published``, ``uploader`` or ``tags``
    """
    return document.derived(_all_labelled).get(kind, [])


def _all_labelled(document: Document) -> dict[str, list[Labelled]]:
    texts = outline_of(document).texts[:_MANY]
    kinds = {text: kind for text in set(texts) if (kind := _kind_of(text)) is not None}
    wanted = {place: kinds[text] for place, text in enumerate(texts) if text in kinds} if kinds else {}
    found: defaultdict[str, list[Labelled]] = defaultdict(list)
    waiting: tuple[str, LexborNode] | None = None
    last = max(wanted, default=-1)
    for place, node in enumerate(_texts_in(document)):
        if place > last and waiting is None:
            break
        if place not in wanted and waiting is None:
            continue
        text = " ".join(texts[place].split()) if place < len(texts) else ""
        if waiting is not None and text:
            kind, label = waiting
            waiting = None
            if len(found[kind]) < _FEW and _is_near(label, node):
                found[kind].append(Labelled(label, node, text.lstrip(_COLONS + _EDGES), _is_marked(label, text)))
        if place in wanted:
            value = _parted(text)[2]
            if value:
                found[wanted[place]].append(Labelled(node, node, value, is_marked=True))
            else:
                waiting = wanted[place], node
    return found


def _is_near(label: LexborNode, value: LexborNode) -> bool:
    """Whether a text stands with a label in one of the elements right around it."""
    around = {step.mem_id for step in upwards(label.parent, _AROUND)}
    return any(step.mem_id in around for step in upwards(value.parent, 2 * _AROUND))


def _texts_in(document: Document) -> Iterator[LexborNode]:
    """The pieces of text, as :attr:`Outline.texts` has them."""
    body = document.tree.body or document.root
    return islice((node for node in body.traverse(include_text=True) if node.is_text_node), _MANY + 1)


def _parted(text: str) -> tuple[str, str, str]:
    """A label, its colon and the value behind it in the same piece of text."""
    for colon in _COLONS:
        before, found, after = text.partition(colon)
        if found:
            return before.strip(_EDGES), found, after.strip(_EDGES)
    return text.strip(_EDGES), "", ""


def _kind_of(text: str) -> str | None:
    """The kind of a label, alone or before its value; None for no label."""
    if len(text) <= _SHORT and (kind := _KINDS.get(text.strip(_AROUND_LABEL).lower())) is not None:
        return kind
    start = text[:_SHORT]
    if ":" not in start and "：" not in start:
        return None
    return _KINDS.get(_parted(start)[0].lower())


_TERMS: Final = frozenset({"dt", "th", "label", "h2", "h3", "h4", "h5", "h6"})
_LABEL_NAME: Final = ("label", "title", "term", "name", "key")


def _is_marked(label: LexborNode, value: str) -> bool:
    text = (label.text_content or "").rstrip()
    if text.endswith(tuple(_COLONS)) or value.startswith(tuple(_COLONS)):
        return True
    around = label.parent
    if around is None:
        return False
    names = (around.attributes.get("class") or "").lower()
    return around.tag in _TERMS or any(map(names.__contains__, _LABEL_NAME))
