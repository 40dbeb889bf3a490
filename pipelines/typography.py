"""The same words set in another way: `'` or `’`, `"` or `“`, `...` or `…`."""

from __future__ import annotations

import re
from itertools import product
from typing import TYPE_CHECKING, Final

from crawler.extract.text import fold
from crawler.keys import digest

if TYPE_CHECKING:
    from collections.abc import Iterator

_TYPED: Final = str.maketrans(
    {**dict.fromkeys("‘’‚‛‹›′", "'"), **dict.fromkeys("“”„‟«»″", '"'), "…": "..."},
)
_GAP: Final = re.compile(r"(?<=[«‹])\s|\s(?=[»›])")
"""The space that French sets inside its quotation marks."""
_MARKS: Final = (("“", "”"), ("« ", " »"), ("«", "»"), ("„", "“"), ("”", "”"))
_OPENING: Final = re.compile(r"""(?:(?<=^)|(?<=[\s(\[{“‘]))["'](?!\d\ds?\b)""")


def digests(author: str | None, text: str | None) -> Iterator[str | None]:
    """``comments.content_digest`` of a comment as it stands, and then as it may be set elsewhere.

    Whether a site prints quotation marks as they were typed depends on its theme, its language and the way it is read:
    WordPress' `wptexturize()` goes over the names of authors in block themes and in no other, nor in its API.
    """
    return (digest(*each) for each in product(_settings(author), _settings(text)))


def _settings(text: str | None) -> dict[str | None, None]:
    """A folded text as it stands, as it is typed, and as it is typeset in some languages."""
    if text is None:
        return {None: None}
    typed = fold(_GAP.sub("", text).translate(_TYPED))
    return dict.fromkeys((fold(text), typed, *(_typeset(typed, *marks) for marks in _MARKS)))


def _typeset(text: str, opening: str, closing: str) -> str:
    text = _OPENING.sub(lambda quote: opening if quote[0] == '"' else "‘", text)
    return text.replace('"', closing).replace("'", "’").replace("...", "…")
