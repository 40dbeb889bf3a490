"""The answer to a page's script that asks for the comments: HTML, or JSON with comments or their markup in it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from scrapy.http import Response

from crawler.extract.document import Document, NotHtmlError, in_table
from crawler.systems.generic.listed import Listed, extent_of, listed_of, says_something
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
        said = (one for one in _members(value) if isinstance(one, str) and _MARKUP.search(one))
        shown = "" if self.listed is not None else "".join(map(in_table, said))
        super().__init__(f"<html><body>{shown}</body></html>", url, {**headers, "content-type": "text/html"})


def page_or_data(response: Response) -> Document:
    """What an answer holds, whichever of the two it is.

    :raises NotHtmlError: it is neither, or JSON that breaks off
    """
    try:
        return document_of(response)
    except NotHtmlError as refused:
        try:
            value = json.loads(_GUARD.sub("", response.body.decode("utf-8-sig", "replace"), count=1))
        except (ValueError, RecursionError):
            raise refused from None
        return Answered(value, response.url, header_dict(response))


_GUARD: Final = re.compile(r"\A\s*\)\]\}'?,?")
"""What keeps other sites from running JSON as a script."""


def _members(value: Any) -> Iterator[Any]:
    """A value and all that it holds, in order."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        yield one
        if isinstance(one, dict | list):
            waiting += reversed([*(one.values() if isinstance(one, dict) else one)])


def _is_empty(value: Any) -> bool:
    """Whether all that an answer holds is an empty list, and neither a count nor an error says why it is one."""
    held = list(_members(value))
    lists = [one for one in held if isinstance(one, list)]
    objects = [fields_of(one) for one in held if isinstance(one, dict)]
    if not lists or any(lists) or extent_of(value).stated or any(map(says_something, objects)):
        return False
    return not any(own.get(name) for own in objects for name in _ERRORS) and not any(
        own.get(name) is False for own in objects for name in _SUCCESS
    )


_ERRORS: Final = ("error", "errors", "errorcode", "exception")
_SUCCESS: Final = ("success", "ok", "succeeded", "status")
