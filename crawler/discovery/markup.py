"""XML of strangers, element by element: no entity is expanded, no address is fetched, broken parts end the reading."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any, Final

from lxml import etree

MAX_DEPTH: Final = 32
"""Sitemaps and feeds nest four or five deep."""

MAX_ELEMENTS: Final = 1_000_000
"""Elements that are read: 50,000 addresses (sitemaps.org), each with twenty of them. 32 MB can hold eight million."""

MAX_TEXT: Final = 65_536
"""Longest text of an element that is read, characters; addresses, titles and times are shorter."""


_CUT: Final = frozenset({"ERR_DOCUMENT_END", "ERR_TAG_NOT_FINISHED", "ERR_DOCUMENT_EMPTY"})
"""What libxml2 says of markup that ends before its elements do."""

_HTML = re.compile(rb"\s*<(?:!doctype\s+html|html)\b", re.IGNORECASE)


class MarkupError(ValueError):
    """The document cannot be read as XML; the message says why."""


def records(body: bytes, names: frozenset[str], beside: frozenset[str] = frozenset()) -> Iterator[tuple[str, Any]]:
    """Local name and element of every record, in the order of the document; each is forgotten when the next comes.

    One in which the document breaks off is left out. Yields ``("", root)`` first: the root element as it begins, with
    its attributes only. Entities are left unexpanded (``resolve_entities``), nothing is loaded (``no_network``,
    ``load_dtd``), and libxml2's own limits hold (``huge_tree`` is off). Errors in the markup are recovered from as far
    as that goes.

    :param names: local names of records, e.g. ``url``, ``item``
    :param beside: local names of elements that are yielded as well where they stand outside of records
    :raises MarkupError: there is no element in it, or their number or nesting is absurd
    """
    if _HTML.match(body[:200]):
        raise MarkupError("it is an HTML page")
    depth = inside = count = 0
    is_first = True
    try:
        events = etree.iterparse(
            BytesIO(body), events=("start", "end"), recover=True, resolve_entities=False, no_network=True,
            load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True,
        )  # fmt: skip
        for event, element in events:
            if event == "start":
                depth, count = depth + 1, count + 1
                if count > MAX_ELEMENTS:
                    raise MarkupError(f"it has more than {MAX_ELEMENTS} elements; the rest is not read")
                if depth > MAX_DEPTH:
                    raise MarkupError(f"its elements nest more than {MAX_DEPTH} deep")
                inside += local(element) in names
                if is_first:
                    is_first = False
                    yield "", element
                continue
            depth -= 1
            name = local(element)
            if name in beside and not inside:
                yield name, element
            elif name in names:
                inside -= 1
                if events.root is not None:  # all is read and it is open: its last text may be the half of an address
                    break
                yield name, element
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
    except etree.XMLSyntaxError as error:
        raise MarkupError(str(error)) from error
    if is_first:
        raise MarkupError("there is no element in it")
    cut = next((entry for entry in events.error_log if entry.type_name in _CUT), None)
    if cut is not None:
        raise MarkupError(f"it breaks off in line {cut.line}")


def local(element: Any) -> str:
    """An element's name without its namespace, in lower case."""
    tag = element.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def space(element: Any) -> str:
    """An element's namespace, ``""`` without one."""
    tag = element.tag
    return tag[1:].partition("}")[0] if isinstance(tag, str) and tag.startswith("{") else ""


def text(element: Any) -> str:
    """An element's own text, white space folded."""
    said = (element.text or "")[:MAX_TEXT]
    return " ".join(said.split())
