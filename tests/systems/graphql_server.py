"""A GraphQL server in small: it knows a schema, refuses what is not in it, and answers exactly what was asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

_TOKEN = re.compile(r'\.\.\.|[{}()\[\]:!,=$]|"(?:\\.|[^"\\])*"|-?\d+|\w+')

Schema = Mapping[str, Mapping[str, str | None]]
"""Type to field to the type of its value; None for scalars."""
Selection = list[tuple[str, dict[str, Any], str | None, "Selection"]]
"""Field, arguments, the type of an inline fragment (then the field is ``...``), what is selected below."""


class QueryError(Exception):
    """The query is none of this schema."""


def run(query: str, variables: Mapping[str, Any], schema: Schema, root: Mapping[str, Any]) -> dict[str, Any]:
    """The data of a query.

    :param root: fields of ``Query``: values, or functions of their arguments; objects are mappings with ``__typename``
    :raises QueryError: it does not parse, asks for a field that its type lacks, or for an object without its fields
    """
    parser = _Parser(_TOKEN.findall(query), variables)
    return _select(parser.operation(), {"__typename": "Query", **root}, "Query", schema)


class _Parser:
    def __init__(self, tokens: list[str], variables: Mapping[str, Any]) -> None:
        self.tokens, self.at, self.variables = tokens, 0, variables

    def take(self, expected: str | None = None) -> str:
        if self.at == len(self.tokens) or (expected is not None and self.tokens[self.at] != expected):
            raise QueryError(f"expected {expected or 'more'} at {self.tokens[self.at : self.at + 3]}")
        self.at += 1
        return self.tokens[self.at - 1]

    def sees(self, token: str) -> bool:
        return self.at < len(self.tokens) and self.tokens[self.at] == token

    def operation(self) -> Selection:
        self.take("query")
        self.at += not self.sees("(") and not self.sees("{")  # the operation's name
        declared: dict[str, bool] = {}
        if self.sees("("):
            self.take()
            while not self.sees(")"):
                self.take("$")
                name = self.take()
                self.take(":")
                self.take()
                declared[name] = self.sees("!")
                self.at += self.sees("!") + (self.tokens[self.at + self.sees("!")] == ",")
            self.take(")")
        for name, is_required in declared.items():
            if is_required and self.variables.get(name) is None:
                raise QueryError(f"Variable ${name} was not provided")
        if unknown := self.variables.keys() - declared.keys():
            raise QueryError(f"Variables {unknown} are not declared")
        selection = self.selection()
        if self.at != len(self.tokens):
            raise QueryError("there is more than one operation")
        return selection

    def selection(self) -> Selection:
        self.take("{")
        fields: Selection = []
        while not self.sees("}"):
            if self.sees("..."):
                self.take()
                self.take("on")
                kind = self.take()
                fields.append(("...", {}, kind, self.selection()))
                continue
            name, arguments = self.take(), {}
            if self.sees("("):
                self.take()
                while not self.sees(")"):
                    argument = self.take()
                    self.take(":")
                    arguments[argument] = self.value()
                    self.at += self.sees(",")
                self.take(")")
            fields.append((name, arguments, None, self.selection() if self.sees("{") else []))
        self.take("}")
        return fields

    def value(self) -> Any:
        token = self.take()
        if token == "$":
            return self.variables.get(self.take())
        return int(token) if token.lstrip("-").isdigit() else token.strip('"')


def _select(selection: Selection, value: Mapping[str, Any], kind: str, schema: Schema) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, arguments, fragment, below in selection:
        if fragment is not None:
            if value["__typename"] == fragment:
                found |= _select(below, value, fragment, schema)
            continue
        if name not in schema[kind]:
            raise QueryError(f"Field '{name}' doesn't exist on type '{kind}'")
        inner = schema[kind][name]
        if (inner is None) is bool(below):
            raise QueryError(f"'{name}' of '{kind}' is {'a scalar' if inner is None else 'an object'}")
        given = value.get(name)
        found[name] = _below(given(**arguments) if isinstance(given, Callable) else given, below, inner, schema)
    return found


def _below(value: Any, selection: Selection, kind: str | None, schema: Schema) -> Any:
    if kind is None or value is None:
        return value
    if isinstance(value, list):
        return [_below(one, selection, kind, schema) for one in value]
    return _select(selection, {"__typename": kind, **value}, kind, schema)


def connection(
    nodes: list[Any], *, first: int | None = None, last: int | None = None, after: str | None = None
) -> dict[str, Any]:
    """A page of a list as GitHub cuts it: 1 to 100 items, cursors that are opaque, a count of the whole list.

    :raises QueryError: no ``first`` or ``last``, or one that is out of bounds
    """
    size = first if first is not None else last
    if size is None or not 1 <= size <= 100:
        raise QueryError("You must provide a `first` or `last` value of 1 to 100 to properly paginate the connection")
    start = int(after.removeprefix("cursor:")) if after else 0
    end = min(start + size, len(nodes)) if first is not None else len(nodes)
    start = start if first is not None else max(start, len(nodes) - size)
    shown = nodes[start:end]
    page = {"hasNextPage": end < len(nodes), "endCursor": f"cursor:{end}" if shown else None}
    return {"totalCount": len(nodes), "pageInfo": page, "nodes": shown}
