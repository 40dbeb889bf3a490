"""What changed between two texts, for people: lines of ``-`` and ``+``, or a line with its changed words marked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher, unified_diff
from typing import Final

CONTEXT: Final = 1
"""Unchanged lines shown around a change."""
MOST_WORDS: Final = 400
"""Longer lines are compared as wholes: comparing words takes time by their square."""
MOST_LINES: Final = 2_000
"""The same for lines."""
ALIKE: Final = 0.4
"""How much of two lines must be equal for their words to be compared (difflib's ratio)."""
_WORD: Final = re.compile(r"\s+|\w+|[^\w\s]")


def diff(before: str, after: str) -> Iterator[str]:
    """A unified diff without file names. One line that became one alike is told as ``~`` with its words marked."""
    old, new = before.splitlines(), after.splitlines()
    if len(old) == len(new) == 1 and (marked := words(old[0], new[0])) is not None:
        yield f"~ {marked}"
        return
    if len(old) + len(new) > MOST_LINES:
        yield f"- ({len(old):,} lines)"
        yield f"+ ({len(new):,} lines)"
        return
    for line in list(unified_diff(old, new, n=CONTEXT, lineterm=""))[2:]:
        yield line if line.startswith("@@") else f"{line[0]} {line[1:]}"


def words(before: str, after: str) -> str | None:
    """A line with ``[-old-]`` and ``{+new+}`` as ``git diff --word-diff`` writes them; None for lines too unlike."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    if len(old) + len(new) > MOST_WORDS:
        return None
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if matcher.ratio() < ALIKE:
        return None
    told: list[str] = []
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            told += old[a:b]
            continue
        if a < b:
            told.append(f"[-{''.join(old[a:b])}-]")
        if c < d:
            told.append(f"{{+{''.join(new[c:d])}+}}")
    return "".join(told)
