"""What a page says about itself for machines: JSON-LD, microdata, RDFa Lite and meta tags, in one shape."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from selectolax.lexbor import LexborNode

from crawler.extract.document import Document
from crawler.extract.jsonld import JsonLd
from crawler.extract.text import clean
from crawler.extract.thing import Node
from crawler.extract.youtube_state import read_youtube_state

MAX_NODES: Final = 3_000
"""Nodes that are kept of one page; a thread of 1,000 comments in JSON-LD has two each."""

MAX_DEPTH: Final = 24
"""How deep JSON-LD is followed; schema.org's own examples stay below 8."""

MAX_SCRIPTS: Final = 60
"""JSON-LD scripts that are read of one page."""

_OF_OTHERS: Final = frozenset(
    {"itemlistelement", "haspart", "comment", "review", "isrelatedto", "relatedlink", "mentions", "citation"}
)
"""Properties (lower case) under which a node is about something else than the page: listings, clips, comments."""


@dataclass(frozen=True, slots=True, eq=False)
class Structured:
    """Everything machine-readable of one page."""

    things: tuple[Node, ...]
    """JSON-LD nodes, then microdata and RDFa ones; outer before inner."""
    metas: dict[str, list[str]]
    """Contents of ``meta`` tags by lower-case ``property``, ``name`` or ``http-equiv``."""

    def find(self, *types: str) -> list[Node]:
        """Things of these types that are about the page itself."""
        wanted = {name.lower() for name in types}
        return [thing for thing in self.things if not thing.is_of_others and thing.types & wanted]

    def meta(self, *names: str) -> str | None:
        """Content of the first meta tag that has any, names in order of preference."""
        for name in names:
            for content in self.metas.get(name, ()):
                if content:
                    return content
        return None


def read_structured(document: Document) -> Structured:
    """Read all syntaxes of a page once. Never raises; broken parts are left out."""
    things: list[Node] = []
    data = document.derived(JsonLd)
    for script in data.scripts[:MAX_SCRIPTS]:
        for value in data.values(script):
            _collect(value, things)
    _join_references(things)
    things.extend(markup_things(document))
    if state := read_youtube_state(document):
        _complete(things, state)
    return Structured(tuple(things), _metas(document))


def _complete(things: list[Node], state: Node) -> None:
    """Let YouTube's player state fill its page's VideoObject; its description is whole, that of the page is cut."""
    video = next((thing for thing in things if "videoobject" in thing.types and not thing.is_of_others), None)
    if video is None:
        things.append(state)
        return
    for name, values in state.props.items():
        if name in ("description", "keywords"):
            video.props[name] = values
        else:
            video.props.setdefault(name, values)


def _metas(document: Document) -> dict[str, list[str]]:
    metas: dict[str, list[str]] = {}
    for _, attributes in document.elements.attributes_of("meta"):
        if "content" not in attributes:
            continue
        name = attributes.get("property") or attributes.get("name") or attributes.get("http-equiv")
        if name:
            content = (clean(attributes.get("content")) or "").strip()
            metas.setdefault(name.strip().lower(), []).append(content)
    return metas


# -- JSON-LD ------------------------------------------------------------------------------------------


def _collect(value: Any, things: list[Node], *, depth: int = 0, is_of_others: bool = False) -> Any:
    """A JSON-LD value as our own: typed objects become nodes and join ``things``, ``@graph`` and lists are opened."""
    if depth > MAX_DEPTH or len(things) >= MAX_NODES:
        return None
    if isinstance(value, list):
        return [_collect(part, things, depth=depth + 1, is_of_others=is_of_others) for part in value]
    if isinstance(value, bool) or value is None:
        return None if value is None else str(value).lower()
    if isinstance(value, int | float):
        return _number(value)
    if not isinstance(value, dict):
        return value
    if "@value" in value and not isinstance(value["@value"], dict | list):
        return _collect(value["@value"], things, depth=depth + 1)
    node = Node(_types(value.get("@type")), is_of_others=is_of_others, node_id=_text_or_none(value.get("@id")))
    things.append(node)
    for key, part in value.items():
        name = key.lower()
        if not name.startswith("@") or name == "@graph":
            name = name.rpartition(":")[2] if name.startswith("schema:") else name
            made = _collect(part, things, depth=depth + 1, is_of_others=is_of_others or name in _OF_OTHERS)
            node.props[name] = list(_flat(made))
    return node


def _number(value: float) -> str:
    # An int of more than 4,300 digits cannot be printed (CPython's limit); no count or id has more than 20.
    if isinstance(value, int):
        return str(value) if abs(value) < 10**20 else ""
    return f"{value:.0f}" if value.is_integer() and abs(value) < 1e15 else repr(value)


def _flat(value: Any) -> Iterator[Any]:
    if isinstance(value, list):
        for part in value:
            yield from _flat(part)
    elif value is not None:
        yield value


def _text_or_none(value: Any) -> str | None:
    return value if isinstance(value, str) else None


_NAME_PARTS: Final = re.compile(r"[/#:]")


def _types(value: Any) -> frozenset[str]:
    names = value if isinstance(value, list) else [value]
    return frozenset(
        _NAME_PARTS.split(name.strip().rstrip("/"))[-1].lower() for name in names if isinstance(name, str)
    )


def _join_references(things: list[Node]) -> None:
    """Put a node in the place of a mere ``{"@id": ...}`` that points to it (JSON-LD 1.1, 3.3)."""
    known: dict[str, Node] = {}
    for thing in things:
        if thing.node_id and thing.props:
            known.setdefault(thing.node_id, thing)
    for thing in things:
        for values in thing.props.values():
            for place, value in enumerate(values):
                if isinstance(value, Node) and not value.props and value.node_id in known:
                    values[place] = known[value.node_id]


# -- microdata and RDFa Lite --------------------------------------------------------------------------

_LINKING: Final = {
    "a": "href", "area": "href", "link": "href", "img": "src", "iframe": "src", "embed": "src", "source": "src",
    "video": "src", "audio": "src", "track": "src", "object": "data", "time": "datetime", "data": "value",
    "meter": "value",
}  # fmt: skip
"""Attribute that carries the value, by element (HTML 5.2.4, "Values"); ``content`` always goes before."""

_LOOSE: Final = ("contenturl", "embedurl", "uploaddate", "duration", "thumbnailurl", "thumbnail")
"""Properties that only a video has: PHP Melody's "apollo" template prints them outside of the VideoObject."""


def markup_things(document: Document, most: int = MAX_NODES) -> list[Node]:
    """Things of microdata and RDFa in document order; their values are elements where the text is the value.

    :param most: things that are read; with more there, so many come
    """
    has_rdfa = bool(document.css("[typeof]"))
    selector = "[itemscope],[itemprop]" + (",[typeof],[property]:not(meta)" if has_rdfa else "")
    things: list[Node] = []
    scopes: dict[int, Node | None] = {}
    loose = Node(frozenset({"videoobject"}))
    for element in document.css(selector)[: most * 4]:
        attributes = element.attributes
        name = attributes.get("itemprop") or (attributes.get("property") if has_rdfa else None)
        owner = _owner(element, scopes)
        value: Any = None
        if "itemscope" in attributes or (has_rdfa and "typeof" in attributes):
            if len(things) >= most:
                break
            types = _types((attributes.get("itemtype") or attributes.get("typeof") or "").split())
            value = Node(types, node_id=attributes.get("itemid") or attributes.get("resource"), element=element)
            scopes[element.mem_id] = value
            things.append(value)
        if not name:
            continue
        names = [part.rpartition(":")[2].lower() for part in name.split()]
        if isinstance(value, Node):
            value.is_of_others = bool(_OF_OTHERS & set(names)) or (owner is not None and owner.is_of_others)
        for part in names:
            (owner or loose).props.setdefault(part, []).append(_value(element) if value is None else value)
    _adopt(things, loose)
    return things


def _owner(element: LexborNode, scopes: dict[int, Node | None]) -> Node | None:
    """The thing that an element's property belongs to: that of the nearest enclosing scope, found in amortised O(1)."""
    passed: list[int] = []
    owner: Node | None = None
    parent = element.parent
    while parent is not None:
        key = parent.mem_id
        if key in scopes:
            owner = scopes[key]
            break
        passed.append(key)
        parent = parent.parent
    scopes.update(dict.fromkeys(passed, owner))
    return owner


def _value(element: LexborNode) -> Any:
    attributes = element.attributes
    content = attributes.get("content")
    if content is None and element.tag in _LINKING:
        content = attributes.get(_LINKING[element.tag])
    if content is not None:
        return (clean(content) or "").strip()
    return "" if element.tag in ("meta", "link") else element


def _adopt(things: list[Node], loose: Node) -> None:
    """Give loose video properties to the page's only video, or make them one."""
    if not any(name in loose.props for name in _LOOSE):
        return
    videos = [thing for thing in things if "videoobject" in thing.types and not thing.is_of_others]
    if not videos:
        things.append(loose)
    elif len(videos) == 1:
        for name, values in loose.props.items():
            videos[0].props.setdefault(name, values)
