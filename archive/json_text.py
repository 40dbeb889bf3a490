"""JSON as it is printed and exported: the same values, without a character that steers a terminal."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any, Final

_STEERING: Final = re.compile(r"[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
"""C1 control characters (U+009B begins a command as ESC [ does), marks that turn the direction of writing, line
separators, lone surrogates. JSON itself escapes what lies below U+0020."""


def to_json(value: Any, *, is_compact: bool = False) -> str:
    """One line of JSON in UTF-8 characters; steering ones are escaped, which a reader turns back. Times as `rfc3339`.

    :raises TypeError: JSON has no form for a value
    """
    text = json.dumps(value, ensure_ascii=False, default=_written, separators=(",", ":") if is_compact else None)
    return _STEERING.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def rfc3339(moment: datetime) -> str:
    """A time in UTC as it is printed and exported, with ``Z`` and without a fraction that is zero."""
    return moment.isoformat().replace("+00:00", "Z")


def _written(value: Any) -> str:
    if isinstance(value, datetime):
        return rfc3339(value)
    raise TypeError(f"no JSON for {type(value).__name__}")
