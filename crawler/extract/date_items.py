"""The pieces of a time written in words: figures, clocks, zones and words with their meanings."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from crawler.extract.date_words import WORD, Meaning, Words

MAX_ITEMS: Final = 40
"""A phrase with more words and numbers than this is no time."""

ZONES: Final[dict[str, int]] = {
    "z": 0, "utc": 0, "gmt": 0, "est": -300, "edt": -240, "cdt": -300, "mst": -420, "mdt": -360, "pst": -480,
    "pdt": -420,
    "cet": 60, "cest": 120, "mez": 60, "mesz": 120, "eet": 120, "eest": 180, "jst": 540, "kst": 540, "aest": 600,
}  # fmt: skip
"""Names of zones that mean one offset only, minutes east of UTC. ``CST``, ``IST`` and ``BST`` do not."""

_BEFORE_DATE: Final = r"(?!mn|min|sec)[a-z]{2,9}\s[0-9]"
"""The word between a clock with an ``h`` and its date: ``9h22 le 14/03/2013``; behind a duration stands none."""

_ITEM = re.compile(
    r"(?<![0-9a-z])(?:"
    r"(?P<ymd>[0-9]{4}\s*[年년./-]\s*[0-9]{1,2}\s*[月월]\s*[./-]?\s*[0-9]{1,2}(?:\s*[日일号號](?!曜))?)"
    r"|(?P<time>[0-9]{1,2}\s*[時时點点시](?![間间간])(?:\s*[0-9]{1,2}\s*[分분](?:\s*[0-9]{1,2}\s*[秒초])?)?)"
    r"|(?P<clock>[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?(?![0-9:])"
    rf"|[0-9]{{1,2}}\s?h\s?[0-9]{{2}}(?:\s?min)?(?![0-9a-z]|\s[0-9]|\s(?!{_BEFORE_DATE})[a-z]))"
    r"|(?P<date>[0-9]{4}\s?[./-]\s?[0-9]{1,2}\s?[./-]\s?[0-9]{1,2}(?![0-9])"
    r"|[0-9]{1,2}\s?([./-])\s?[0-9]{1,2}\s?\5\s?(?:[0-9]{4}|[0-9]{2})(?![0-9]))"
    r"|(?P<split>[0-9]{1,2}\.\s?[0-9]{1,2},\s?[0-9]{4}(?![0-9]))"
    r"|(?P<dotted>[0-9]{1,2}\.[0-9]{2}(?!\.?[0-9]))"
    r"|(?P<number>[0-9]+)"
    r")"
    r"|(?P<offset>(?:gmt|utc)\s?[+-]\s?[0-9]{1,2}(?::?[0-9]{2})?(?![0-9])|[+-][0-9]{2}(?::?[0-9]{2})?(?![0-9:]))"
    rf"|(?P<word>{WORD})"
)


_BEFORE_OFFSETS: Final = frozenset({"am", "pm", "m", "gmt", "utc"})


class Item(NamedTuple):
    """One piece."""

    kind: str
    """``word``, ``half`` (of the day), ``unknown``, ``number``, ``offset``; ``clock`` (``5:23``), ``time``
    (``5時23分``), ``hour`` (before a half), ``dotted`` (``17.23``); ``date``
    (``19.7.2021``), ``ymd`` (``2021年7月19日``)."""
    text: str
    meanings: frozenset[Meaning] = frozenset()
    is_apart: bool = False
    """A comma, a dash, a bracket or the like stands before it."""

    def means(self, kind: str) -> Meaning | None:
        """The meaning of a kind, if the word has it."""
        return _by_kind(self.meanings).get(kind) if self.meanings else None


@lru_cache(maxsize=4_096)
def _by_kind(meanings: frozenset[Meaning]) -> dict[str, Meaning]:
    """The least meaning of each kind."""
    return {meaning[0]: meaning for meaning in sorted(meanings, reverse=True)}


Piece = tuple[str, str, bool]
"""Kind, text, and whether anything but space and points parts it from the piece before."""


def split_items(text: str) -> list[Piece]:
    """The pieces of a phrase in its :func:`plain` spelling; one more than MAX_ITEMS at most."""
    items: list[Piece] = []
    start = end = 0
    while len(items) <= MAX_ITEMS and (match := _ITEM.search(text, start)):
        kind = match.lastgroup or ""
        before = items[-1] if items else ("", "", False)
        if kind == "offset" and before[0] not in ("clock", "dotted") and before[1] not in _BEFORE_OFFSETS:
            start = match.start() + 1  # a dash, not a sign
            continue
        if kind == "split":  # 19.07, 2021
            kind = "date"
        items.append((kind, match[0].replace(",", "."), not _NEXT.fullmatch(text, end, match.start())))
        start = end = match.end()
    return items


_NEXT = re.compile(r"[\s.]*")


def known_items(items: list[Piece], words: Words) -> list[Item]:
    """Items with their meanings; several words of one phrase become one item."""
    found: list[Item] = []
    index = 0
    while index < len(items):
        kind, text, is_apart = items[index]
        length, meanings = _longest(items, index, words)
        if kind == "word" and text in ZONES and found and found[-1].kind in ("clock", "half"):
            found.append(Item("offset", text))
        elif length:
            found.append(_meaningful(text, meanings, is_apart=is_apart))
            index += length
            continue
        elif kind == "word":
            found.extend(_parts(text, words, is_apart=is_apart))
        else:
            found.append(Item(kind, text, is_apart=is_apart))
        index += 1
    return found


def _meaningful(text: str, meanings: frozenset[Meaning], *, is_apart: bool) -> Item:
    kind = "half" if any(meaning[0] == "half" for meaning in meanings) else "word"
    return Item(kind, text, meanings, is_apart)


def _longest(items: list[Piece], start: int, words: Words) -> tuple[int, frozenset[Meaning]]:
    run: list[str] = []
    best: tuple[int, frozenset[Meaning]] = (0, frozenset())
    has_word = False
    for kind, text, _ in items[start : start + words.longest]:
        if kind not in ("word", "number"):
            break
        has_word = has_word or kind == "word"
        run.append(text if kind == "word" else text.lstrip("0") or "0")
        meanings = words.phrases.get(" ".join(run)) if has_word else None
        if meanings:
            best = len(run), meanings
    return best


def _parts(text: str, words: Words, *, is_apart: bool) -> list[Item]:
    """A run of letters of a script without spaces, cut into the words that are known."""
    if words.parts is None or text.isascii():
        return [Item("unknown", text, is_apart=is_apart)]
    found: list[Item] = []
    end = 0
    for match in words.parts.finditer(text):
        if match.start() > end:
            found.append(Item("unknown", text[end : match.start()], is_apart=is_apart and not end))
        found.append(_meaningful(match[0], words.phrases[match[0]], is_apart=is_apart and not match.start()))
        end = match.end()
    if end < len(text):
        found.append(Item("unknown", text[end:], is_apart=is_apart and not end))
    return found
