"""JSON answers of comment systems, read with an eye on their shape: what is missing is named, never guessed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, NoReturn

from scrapy.http import Response

from crawler.extract.counts import MAX_COUNT
from crawler.extract.text import clean
from crawler.systems.base import Exchange, FetchError, ShapeChangedError

_MISSING: Final = object()


class Row:
    """One object of a JSON answer. A key may be a path: ``author.name``.

    ``row.text("body")`` and the like raise :class:`ShapeChangedError` when the value is missing or of another kind;
    the ``maybe_`` forms return None when it is missing or null, and raise only for another kind.
    """

    __slots__ = ("observed_at", "url", "value", "where")

    def __init__(self, value: Mapping[str, Any], url: str, observed_at: int, where: str = "") -> None:
        self.value = value
        self.url = url
        self.observed_at = observed_at
        self.where = where

    def raw(self, key: str) -> Any:
        """The value as it is; None when it is missing."""
        value = self._get(key)
        return None if value is _MISSING else value

    def has(self, key: str) -> bool:
        """Whether there is such a key, null or not."""
        return self._get(key) is not _MISSING

    def id(self, key: str) -> str:
        """An id: a number or a text that is not empty."""
        found = self.maybe_id(key)
        return found if found is not None else self._changed(key, "an id")

    def maybe_id(self, key: str) -> str | None:
        """An id; null, missing and ``""`` are none."""
        value = self.raw(key)
        if value is None or value == "":
            return None
        if isinstance(value, bool) or not isinstance(value, int | str):
            return self._changed(key, "an id")
        return str(value)

    def id_or_null(self, key: str) -> str | None:
        """An id that is null where there is none; a missing one is no null."""
        return self.maybe_id(key) if self.has(key) else self.id(key)

    def text(self, key: str) -> str:
        """A text, made well-formed."""
        found = self.maybe_text(key)
        return found if found is not None else self._changed(key, "a text")

    def maybe_text(self, key: str) -> str | None:
        """A text or None."""
        value = self.raw(key)
        if value is None:
            return None
        return clean(value) if isinstance(value, str) else self._changed(key, "a text")

    def number(self, key: str) -> int:
        """A whole number."""
        found = self.maybe_number(key)
        return found if found is not None else self._changed(key, "a number")

    def maybe_number(self, key: str) -> int | None:
        """A whole number, also when it is written as a text or with a fraction of 0."""
        value = self.raw(key)
        if value is None or value == "":
            return None
        if isinstance(value, str) and _WHOLE.fullmatch(value):
            value = int(value)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or abs(value) > MAX_COUNT:
            return self._changed(key, "a number")
        return value

    def flag(self, key: str) -> bool | None:
        """True, false or None; 0 and 1 are false and true."""
        value = self.raw(key)
        if value is None:
            return None
        return bool(value) if isinstance(value, bool) or value in (0, 1) else self._changed(key, "true or false")

    def time(self, key: str) -> str | None:
        """A time as it is written (ISO text or epoch number), for :mod:`crawler.systems.fields`."""
        value = self.raw(key)
        if value is None or value == "":
            return None
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            return self._changed(key, "a time")
        return value if isinstance(value, str) else f"{value:.6f}".rstrip("0").rstrip(".")

    def row(self, key: str) -> Row:
        """An object."""
        found = self.maybe_row(key)
        return found if found is not None else self._changed(key, "an object")

    def maybe_row(self, key: str) -> Row | None:
        """An object or None."""
        value = self.raw(key)
        if value is None:
            return None
        if not isinstance(value, dict):
            self._changed(key, "an object")
        return Row(value, self.url, self.observed_at, self._path(key))

    def rows(self, key: str) -> list[Row]:
        """A list of objects."""
        found = self.maybe_rows(key)
        return found if found is not None else self._changed(key, "a list")

    def maybe_rows(self, key: str) -> list[Row] | None:
        """A list of objects or None."""
        value = self.raw(key)
        return None if value is None else _rows(value, self.url, self.observed_at, self._path(key))

    def listed(self, key: str) -> list[Row]:
        """A list of objects that is null where there are none; a missing one is no empty one."""
        return (self.maybe_rows(key) or []) if self.has(key) else self.rows(key)

    def _get(self, key: str) -> Any:
        if "." not in key:
            return self.value.get(key, _MISSING)
        value: Any = self.value
        for part in key.split("."):
            if not isinstance(value, dict):
                return _MISSING
            value = value.get(part, _MISSING)
        return value

    def _path(self, key: str) -> str:
        return f"{self.where}.{key}" if self.where else key

    def _changed(self, key: str, kind: str) -> NoReturn:
        raise ShapeChangedError(self.url, f"{self._path(key)} is {_shown(self._get(key))}, not {kind}")


_WHOLE = re.compile(r"-?[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class Answer:
    """A JSON answer, and where and when it came from."""

    value: Any
    response: Response
    exchange: Exchange

    @property
    def url(self) -> str:
        """The address that answered."""
        return self.response.url

    @property
    def root(self) -> Row:
        """The answer as an object.

        :raises ShapeChangedError: it is something else
        """
        if not isinstance(self.value, dict):
            raise ShapeChangedError(self.url, f"the answer is {_shown(self.value)}, not an object")
        return Row(self.value, self.url, self.exchange.observed_at)

    def rows(self) -> list[Row]:
        """The answer as a list of objects.

        :raises ShapeChangedError: it is something else
        """
        return _rows(self.value, self.url, self.exchange.observed_at, "")


def _rows(value: Any, url: str, observed_at: int, where: str) -> list[Row]:
    if not isinstance(value, list):
        raise ShapeChangedError(url, f"{where or 'the answer'} is {_shown(value)}, not a list")
    for item in value:
        if not isinstance(item, dict):
            raise ShapeChangedError(url, f"{where or 'the answer'} holds {_shown(item)}, not objects only")
    return [Row(item, url, observed_at, where) for item in value]


def _shown(value: Any) -> str:
    if value is _MISSING:
        return "missing"
    return f"{json.dumps(value, ensure_ascii=False)[:60]}"


def parse_json(body: bytes, url: str) -> Any:
    """JSON that may have junk before its first bracket (a byte order mark, PHP notices).

    :raises ShapeChangedError: when there is none
    """
    text = body.decode("utf-8-sig", "replace")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass  # junk in front is looked for below; no other meaning is lost
    for bracket in islice(re.finditer(r"[\[{]", text[:100_000]), 50):
        try:
            return json.JSONDecoder().raw_decode(text, bracket.start())[0]
        except (ValueError, RecursionError):
            continue
    raise ShapeChangedError(url, f"no JSON in it ({text[:60]!r})")


def told_by(error: FetchError) -> dict[str, Any]:
    """What an answer with an error status says, where it is a JSON object."""
    try:
        told = json.loads(error.answer)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}
