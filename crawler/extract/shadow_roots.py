"""Declarative shadow roots: parts of a page that browsers show and that a parser hides in their templates."""

from __future__ import annotations

import re

_TAG = re.compile(r"<!--.*?(?:-->|\Z)|<(/?)template(?=[\s/>])([^>]*)", re.IGNORECASE | re.DOTALL)
_SHADOW = re.compile(r"\sshadowroot(?:mode)?\s*=")
"""What makes a template a shadow root (HTML 4.12.3; ``shadowroot`` in the browsers of 2020 to 2023)."""


def opened(text: str) -> str:
    """The same markup with a ``div`` for each template that is a shadow root; what is in others is shown to nobody."""
    if "shadowroot" not in text or _SHADOW.search(text) is None:
        return text
    parts: list[str] = []
    end, shadows = 0, list[bool]()
    for match in _TAG.finditer(text):
        closing, own = match[1], match[2]
        if own is None or (closing and not shadows):
            continue
        is_shadow = shadows.pop() if closing else _SHADOW.search(own) is not None
        if not closing:
            shadows.append(is_shadow)
        if is_shadow:
            parts += [text[end : match.start()], f"<{closing}div{own}"]
            end = match.end()
    return "".join([*parts, text[end:]])
