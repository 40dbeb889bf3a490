"""The pieces of a time written in words: figures, clocks, zones and words with their meanings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from crawler.extract.date_words import WORD, Meaning, Words

MAX_ITEMS: Final = 40
"""A phrase with more words and numbers than this is no time."""

ZONES: Final[dict[str, int]] = {
    "z": 0, "utc": 0, "gmt": 0, "est": -300, "edt": -240, "cdt": -300, "mst": -420, "mdt": -360, "pst": -480,
    "pdt": -420,
    "cet": 60, "cest": 120, "mez": 60, "mesz": 120, "eet": 120, "eest": 180, "jst": 540, "kst": 540, "aest": 600,
}  # fmt: skip
"""Names of zones that mean one offset only, minutes east of UTC. ``CST``, ``IST`` and ``BST`` do not."""

_ITEM = re.compile(
    r"(?<![0-9])(?:"
    r"(?P<ymd>[0-9]{4}\s*[年년]\s*[0-9]{1,2}\s*[月월]\s*[0-9]{1,2}\s*[日일号號]?)"
    r"|(?P<time>[0-9]{1,2}\s*[時时點点시](?![間间간])(?:\s*[0-9]{1,2}\s*[分분](?:\s*[0-9]{1,2}\s*[秒초])?)?)"
    r"|(?P<clock>[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?(?![0-9:])|[0-9]{1,2}\s?h\s?[0-9]{2}(?!\s?[0-9a-z]))"
    r"|(?P<date>[0-9]{4}\s?[./-]\s?[0-9]{1,2}\s?[./-]\s?[0-9]{1,2}(?![0-9])"
    r"|[0-9]{1,2}\s?([./-])\s?[0-9]{1,2}\s?\5\s?(?:[0-9]{4}|[0-9]{2})(?![0-9]))"
    r"|(?P<dotted>[0-9]{1,2}\.[0-9]{2}(?!\.?[0-9]))"
    r"|(?P<number>[0-9]+)"
    r")"
    r"|(?P<offset>(?:(?:gmt|utc)\s?)?[+-]\s?[0-9]{1,2}(?::?[0-9]{2})?(?![0-9]))"
    rf"|(?P<word>{WORD})"
)


@dataclass(frozen=True, slots=True)
class Item:
    """One piece."""

    kind: str
    """``word``, ``half`` (of the day), ``unknown``, ``number``, ``offset``; ``clock`` (``5:23``), ``time``
    (``5時23分``), ``hour`` (before a half), ``dotted`` (``17.23``); ``date``
    (``19.7.2021``), ``ymd`` (``2021年7月19日``)."""
    text: str
    meanings: frozenset[Meaning] = frozenset()

    def means(self, kind: str) -> Meaning | None:
        """The meaning of a kind, if the word has it."""
        return next((meaning for meaning in sorted(self.meanings) if meaning[0] == kind), None)


def split_items(text: str) -> list[tuple[str, str]]:
    """Kind and text of the pieces of a phrase in its :func:`plain` spelling; a few more than MAX_ITEMS at most."""
    items: list[tuple[str, str]] = []
    for match in _ITEM.finditer(text):
        kind = match.lastgroup or ""
        if kind == "offset" and not (items and items[-1][0] in ("clock", "dotted", "word")):
            kind, text_of_it = "number", re.sub(r"[^0-9]", "", match[0])
            items.append((kind, text_of_it))
            continue
        items.append((kind, match[0]))
        if len(items) > MAX_ITEMS:
            break
    return items


def known_items(items: list[tuple[str, str]], words: Words) -> list[Item]:
    """Items with their meanings; several words of one phrase become one item."""
    found: list[Item] = []
    index = 0
    while index < len(items):
        kind, text = items[index]
        if kind not in ("word", "number"):
            found.append(Item(kind, text))
            index += 1
            continue
        if kind == "word" and text in ZONES and found and found[-1].kind in ("clock", "half"):
            found.append(Item("offset", text))
            index += 1
            continue
        length, meanings = _longest(items, index, words)
        if length:
            is_half = any(meaning[0] == "half" for meaning in meanings)
            found.append(Item("half" if is_half else "word", text, meanings))
            index += length
            continue
        if kind == "number":
            found.append(Item(kind, text))
        else:
            found.extend(_parts(text, words))
        index += 1
    return found


def _longest(items: list[tuple[str, str]], start: int, words: Words) -> tuple[int, frozenset[Meaning]]:
    run: list[str] = []
    best: tuple[int, frozenset[Meaning]] = (0, frozenset())
    has_word = False
    for kind, text in items[start : start + words.longest]:
        if kind not in ("word", "number"):
            break
        has_word = has_word or kind == "word"
        run.append(text if kind == "word" else text.lstrip("0") or "0")
        meanings = words.phrases.get(" ".join(run)) if has_word else None
        if meanings:
            best = len(run), meanings
    return best


def _parts(text: str, words: Words) -> list[Item]:
    """A run of letters of a script without spaces, cut into the words that are known."""
    if words.parts is None or text.isascii():
        return [Item("unknown", text)]
    found: list[Item] = []
    end = 0
    for match in words.parts.finditer(text):
        if match.start() > end:
            found.append(Item("unknown", text[end : match.start()]))
        meanings = words.phrases[match[0]]
        found.append(Item("half" if any(m[0] == "half" for m in meanings) else "word", match[0], meanings))
        end = match.end()
    if end < len(text):
        found.append(Item("unknown", text[end:]))
    return found
