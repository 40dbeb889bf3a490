"""The answer to a page's script that asks for the comments: HTML, or JSON with comments or their markup in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from scrapy.http import Response

from crawler.extract.document import Document, NotHtmlError
from crawler.systems.answers import parse_json
from crawler.systems.base import ShapeChangedError
from crawler.systems.generic.listed import Listed, extent_of, listed_of
from crawler.systems.generic.members import fields_of
from crawler.systems.reading import document_of, header_dict

_MARKUP: Final = re.compile(r"<[a-zA-Z][^<>]{0,2000}>")
"""What makes a string markup."""


class Answered(Document):
    """A JSON answer as a page, which shows the markup that its strings hold where it lists no comments."""

    def __init__(self, value: Any, url: str, headers: dict[str, str]) -> None:
        """Read the value of an answer from an address."""
        self.listed: Listed | None = listed_of(value)
        """The comments that it lists."""
        self.is_empty = self.listed is None and _is_empty(value)
        """Whether it says that there are none."""
        shown = "" if self.listed is not None else "".join(filter(_MARKUP.search, _strings(value)))
        super().__init__(f"<html><body>{shown}</body></html>", url, {**headers, "content-type": "text/html"})


def page_or_data(response: Response) -> Document:
    """What an answer holds, whichever of the two it is.

    :raises NotHtmlError: it is neither
    """
    try:
        return document_of(response)
    except NotHtmlError as refused:
        try:
            value = parse_json(response.body, response.url)
        except ShapeChangedError:
            raise refused from None
        return Answered(value, response.url, header_dict(response))


def _members(value: Any) -> Iterator[Any]:
    """A value and all that it holds, in order."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        yield one
        if isinstance(one, dict | list):
            waiting += reversed([*(one.values() if isinstance(one, dict) else one)])


def _strings(value: Any) -> Iterator[str]:
    return (one for one in _members(value) if isinstance(one, str))


def _is_empty(value: Any) -> bool:
    """Whether all lists of an answer are empty, and neither a count nor an error says why they should not be."""
    lists = [one for one in _members(value) if isinstance(one, list)]
    if not lists or any(lists) or extent_of(value).stated:
        return False
    own = fields_of(value)
    return not any(map(own.get, _ERRORS)) and all(own.get(name) is not False for name in _SUCCESS)


_ERRORS: Final = ("error", "errors", "errorcode", "exception")
_SUCCESS: Final = ("success", "ok", "succeeded", "status")
