"""JSON as it is printed and exported: the same values, without a character that steers a terminal."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, Final

_STEERING: Final = re.compile(r"[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
"""C1 control characters (U+009B begins a command as ESC [ does), marks that turn the direction of writing, line
separators, lone surrogates. JSON itself escapes what lies below U+0020."""


def to_json(value: Any, *, default: Callable[[Any], Any] | None = None, is_compact: bool = False) -> str:
    """One line of JSON in UTF-8 characters; steering ones are escaped, which a reader turns back."""
    text = json.dumps(value, ensure_ascii=False, default=default, separators=(",", ":") if is_compact else None)
    return _STEERING.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
