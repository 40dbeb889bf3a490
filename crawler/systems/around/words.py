"""What class names, ids and short lines say about an element: the vocabulary of comment markup in many languages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import cached_property, lru_cache
from importlib import resources
from typing import Final

_TABLES: Final = json.loads(resources.files("crawler.systems.around").joinpath("data/words.json").read_text("utf-8"))
"""``roles``: words of class names and ids; ``chrome``: whole lines that are controls; ``says``, ``by``: what stands
behind and before a name; ``onward``: whole lines
that invite to read on; ``counted``: words of comment counts, ``posts``: those of a forum's; ``turns``: words of classes
by which rows of one make differ; ``dated``: what stands before a time; ``joined``: before the day on which a member
joined; ``edited``, ``edited_behind``: before and behind the time of an edit; ``removed``: what stands in place of a
comment that was removed, ``held``: of one that is not shown yet, and ``held_before`` before it; ``owns``: what makes a
name that of a comment's owner, in scripts that do not part words; ``guests``: what is said in brackets behind the name
of who has no account; ``weekdays``: the days of the week. A ``*`` ends a stem.
"""

COMMENT: Final = 1
"""Names a comment or a thread beyond doubt."""
TALK: Final = 2
"""Names a reply, a post of a forum, an opinion: a comment or something else."""
AUTHOR: Final = 4
TIME: Final = 8
BODY: Final = 16
CHROME: Final = 32
"""Names a control, a counter, a picture, a heading: never the text of a comment."""
SIDE: Final = 64
"""Names a part of the page that is not its subject and not its thread."""
REPLIES: Final = 128
"""Names what holds the answers to a comment."""
FORM: Final = 256
"""Names the form for a new comment."""
ARTICLE: Final = 512
"""Names the page's own article."""
SIGNATURE: Final = 1024
HIDDEN: Final = 4096
"""Names what is read to people who do not see the page."""
RECENT: Final = 8192
"""Names a list of the newest comments of the whole site."""
PINNED: Final = 2048
"""Names a copy of comments: the best, the newest, the picks of the editors."""

_ROLES: Final = {
    "comment": COMMENT, "talk": TALK, "author": AUTHOR, "time": TIME, "body": BODY, "chrome": CHROME, "side": SIDE,
    "replies": REPLIES, "form": FORM, "article": ARTICLE, "signature": SIGNATURE, "pinned": PINNED,
}  # fmt: skip


def _by_word() -> tuple[dict[str, int], tuple[tuple[str, int], ...]]:
    words: dict[str, int] = {}
    stems: dict[str, int] = {}
    for role, listed in _TABLES["roles"].items():
        for entry in listed:
            table, word = (stems if entry.endswith("*") else words), entry.rstrip("*")
            table[word] = table.get(word, 0) | _ROLES[role]
    return words, tuple(stems.items())


_WORDS, _STEMS = _by_word()
_BEGINNINGS: Final = tuple(stem for stem, _ in _STEMS)
CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_UNSEEN = re.compile(r"visually-?hidden|sr-only|screen-?reader|element-invisible|assistive")
_NEWEST = re.compile(
    r"(?:recent|latest|newest|last|letzte|neueste|ostatnie|najnowsze|dernier|ultim[oi]s?|posled)[\w\s-]{0,12}"
    r"(?:comm|komm|komen|coment|opini|reac|post|repl)|(?:comm|komm|komen|coment|opini)\w*[-_]?"
    r"(?:recent|latest|last|widget)|widget[\w\s-]{0,12}(?:comm|komm|koment|coment)"
)
_COMPOUND = re.compile(r"comment|kommentar|comentario")
"""What tells a word of several written as one: ``usercomment``."""
_PART_OF = re.compile(r"(?:comment|kommentar|comentario|message|msg|post|review|user)s?(?=[a-z])")
"""What such a word begins with where its rest tells a part: ``postauthor``, ``commenttext``."""
_EXPANDING = re.compile(r"quote-?expand|expand-?link")
"""What unfolds a long quotation in XenForo 1 and 2."""
_COLOURS = re.compile(r"\b(?:text|bg)-body\b")
"""Colours of Bootstrap, which say nothing of the element."""
_LETTERS = re.compile(r"[a-zA-Z\u00c0-\U0010ffff]+")
MAX_NAME: Final = 300
"""Characters of a class attribute that are looked at."""


@lru_cache(maxsize=4_096)
def roles_of(name: str) -> int:
    """The roles that a class attribute or an id speaks of, as bits."""
    found = 0
    lower = name.lower()
    if _UNSEEN.search(lower):
        found |= HIDDEN
    if _NEWEST.search(lower):
        found |= RECENT
    if "expand" in lower and _EXPANDING.search(lower):
        found |= CHROME
    plain = _COLOURS.sub("", name[:MAX_NAME]) if "-body" in name else name[:MAX_NAME]
    for word in _LETTERS.findall(plain if lower == name else CAMEL.sub(" ", plain)):
        found |= _role(word.lower())
    return found


@lru_cache(maxsize=4_096)
def _role(word: str) -> int:
    found = _WORDS.get(word, 0)
    if not found and len(word) > 3 and word.endswith("s"):
        found = _WORDS.get(word[:-1], 0)
    if not found and word.startswith(_BEGINNINGS):
        for stem, role in _STEMS:
            if word.startswith(stem):
                found |= role
    if not found:
        part = _PART_OF.match(word)
        found = _WORDS.get(word[part.end() :], 0) if part is not None else 0
        found |= COMMENT if _COMPOUND.search(word) is not None else 0
    return found


_UNPARTED = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
"""What words begin with in scripts that do not part them."""


class Words:
    """Whole words, or with a ``*`` such as begin so, to look for in case-folded lines.

    Where a script does not part words they are looked for within others too.
    """

    def __init__(self, words: Iterable[str], before: str = "", behind: str = "") -> None:
        """Words, and patterns of what stands before and behind them."""
        self._words, self._before, self._behind = list(words), before, behind
        self._stems = tuple(dict.fromkeys(word.rstrip("*").partition(" ")[0] for word in self._words))

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Made when a line holds a stem: few pages have one of each list, and starting takes less."""
        return re.compile(f"{self._before}(?:{_whole(self._words)}){self._behind}")

    def may_be_in(self, text: str) -> bool:
        """Whether a text may hold any of them; False is sure and costs little."""
        return any(map(text.__contains__, self._stems))

    def are_in(self, text: str) -> bool:
        """Whether a text holds any of them."""
        return self.may_be_in(text) and self.pattern.search(text) is not None


def _whole(words: list[str]) -> str:
    by_ends: dict[tuple[str, str], list[str]] = {}
    for word in words:
        is_parted = _UNPARTED.match(word) is None
        ends = r"(?<![^\W\d])" if is_parted else "", "" if word.endswith("*") or not is_parted else r"(?!\w)"
        by_ends.setdefault(ends, []).append(re.escape(word.rstrip("*")).replace(r"\ ", r"\s+"))
    return "|".join(f"{before}(?:{'|'.join(found)}){behind}" for (before, behind), found in by_ends.items())


_LOOSE = re.compile(r"[\d\W_]+")


@lru_cache(maxsize=4_096)
def line_key(text: str) -> str:
    """A line without figures, punctuation and case."""
    return _LOOSE.sub(" ", text.casefold()).strip()


_CHROME: Final = frozenset(line_key(line) for table in ("chrome", "joins") for line in _TABLES[table])
_GUESTS: Final = frozenset(line_key(line) for line in _TABLES["guests"])
_WEEKDAYS: Final = frozenset(line_key(line) for line in _TABLES["weekdays"])
_JOINED: Final = frozenset(line_key(line) for line in _TABLES["joined"])
_JOINTS: Final = frozenset(line_key(line) for line in _TABLES["joins"])
_ONWARD: Final = frozenset(line_key(line) for line in _TABLES["onward"])


def _shortest(words: Iterable[str]) -> tuple[str, ...]:
    """Words, case-folded, without those in which another one stands: they are only looked for in lines."""
    kept: list[str] = []
    for word in sorted({word.rstrip("*").casefold() for word in words}, key=lambda word: (len(word), word)):
        if not any(shorter in word for shorter in kept):
            kept.append(word)
    return tuple(kept)


TURNS: Final = frozenset(_TABLES["turns"])
"""Words of classes by which rows of one make differ: every other row, the first one, those of the page's author."""
COUNTED: Final = _shortest(_TABLES["counted"])
"""Words, or beginnings of words, for comments, case-folded."""
LONGEST_CHROME: Final = 60
"""Longer lines are no controls, characters."""


def is_chrome(text: str) -> bool:
    """Whether a line is the label of a control: ``Reply``, ``Report abuse``, ``12``, ``|``."""
    return len(text) <= LONGEST_CHROME and ((key := line_key(text)) == "" or key in _CHROME)


def says_joined(text: str) -> bool:
    """Whether a line says that what follows is the day on which a member joined: ``Joined:``."""
    return len(text) <= LONGEST_CHROME and line_key(text) in _JOINED


def tells_joining(text: str, before: str) -> bool:
    """Whether a line with figures is the day on which a member joined, by itself or by the line before it."""
    if len(text) > LONGEST_CHROME:
        return False
    return says_joined(before) or says_joined(text.partition(":")[0].rstrip("0123456789 .,/-"))


def joins(text: str) -> bool:
    """Whether a line is a word that stands between a name and a time: ``on``, ``at``."""
    return len(text) <= LONGEST_CHROME and line_key(text) in _JOINTS


def leads_on(text: str) -> bool:
    """Whether a link's line invites to read the rest elsewhere: ``Read more »``."""
    return len(text) <= LONGEST_CHROME and line_key(text) in _ONWARD


_LOGIN = re.compile(r"/?(?:[\w-]+/){0,2}(?:log|sign)[_-]?(?:in|up)(?:\.\w{2,5})?/*(?:[?#]|$)", re.IGNORECASE)


def leads_to_login(href: str | None) -> bool:
    """Whether members of the same site come in at an address; a line that leads there only invites to speak."""
    return href is not None and _LOGIN.match(href) is not None


def _alternatives(words: list[str]) -> str:
    return "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in sorted(words, key=len, reverse=True))


_SAYS = re.compile(rf"(?:^|\s)(?:{_alternatives(_TABLES['says'])})\s*[:：.…]*\s*$", re.IGNORECASE)
_NUMBERED_BY = _alternatives(_TABLES["by"]).replace(r"\s+", r"\s+(?:#?\d{1,6}\s+)?")
"""Who wrote it, also by what stands in ``Comment 12 by``."""
_BY = re.compile(
    rf"^[\W_]*(?:(?:(?:{_NUMBERED_BY})(?=[\s:：])\s*[:：]?|(?:{_alternatives(_TABLES['by_colon'])})\s*[:：])\s*)+",
    re.IGNORECASE,
)
_BY_LOOSE = re.compile(rf"^[\W_]*(?:{_alternatives(_TABLES['by_colon'])})\s*[:：]?\s+", re.IGNORECASE)
_EDITED = re.compile(
    rf"^[\W_]*(?:(?:{_alternatives(_TABLES['edited'])})(?=[\W\d]).*|.*(?:{_alternatives(_TABLES['edited_behind'])})[\W_]*)$",
    re.IGNORECASE,
)
_LETTERS_ALONE: Final = [word for word in _TABLES["joins"] if len(word) == 1]
_JOIN = re.compile(
    rf"[\s,;|·•–—-]+(?:{_alternatives([word for word in _TABLES['joins'] if len(word) > 1])}"
    rf"|(?-i:{_alternatives(_LETTERS_ALONE)}))$",
    re.IGNORECASE,
)
"""Of a single letter only the small one: ``Beth O`` is a name."""
_RUN = re.compile(r"[^\W_]+")


def _runs(tables: tuple[str, ...], place: int) -> frozenset[str]:
    """The first or last words of phrases: a line without any of them has none of the phrases there."""
    return frozenset(_RUN.findall(phrase.casefold())[place] for table in tables for phrase in _TABLES[table])


_OWNS: Final = tuple(_TABLES["owns"])
_FIRST: Final = _runs(("by", "by_colon"), 0)
_LAST: Final = _runs(("says", "joins"), -1)
_EDGES: Final = " \t\r\n\u00a0,;:：|·•⋅–—-»«<>/~@#\u200e\u200f"

_OPENED: Final = {"(": ")", "[": "]", "（": "）"}


@lru_cache(maxsize=4_096)
def bare_name(text: str, *, in_line: bool = False) -> str:
    """A name without what says that it is one: ``by NAME``, ``NAME says:``, ``NAME, am``.

    :param in_line: the text stood in one line with a time, so that ``von``, ``de`` and the like are no part of a name
    """
    name = " ".join(text.split()).strip(_EDGES).rstrip("([").rstrip(_EDGES)
    if name[:1] in _OPENED and _OPENED[name[0]] not in name:  # the time stood in the same brackets
        name = name[1:].lstrip(_EDGES)
    if name.endswith(_OWNS):
        name = next(name.removesuffix(end) for end in _OWNS if name.endswith(end)).rstrip(_EDGES)
    runs = _RUN.findall(name.casefold())
    if not runs or (runs[0] not in _FIRST and runs[-1] not in _LAST):
        return name
    if in_line:
        name = _BY_LOOSE.sub("", name + " ").strip(_EDGES)
    for _ in range(3):
        before = name
        name = _BY.sub("", name + " ").strip(_EDGES)
        name = _SAYS.sub("", name).strip(_EDGES)
        name = _JOIN.sub("", name).strip(_EDGES)
        if name == before:
            break
    return name


FEW: Final = 3
"""Words of a line that says who did something, without the name."""
_DATED: Final = frozenset(map(line_key, _TABLES["dated"]))
_BEFORE: Final = frozenset(phrase.split()[-1] for phrase in _TABLES["by"] if " " in phrase)


@lru_cache(maxsize=4_096)
def is_guest(label: str) -> bool:
    """Whether a label behind a name says that its bearer has no account; one with a number tells who it is."""
    return line_key(label) in _GUESTS and not any(map(str.isdigit, label))


def says_by(text: str) -> bool:
    """Whether a line begins with ``posted by`` or the like."""
    first = _RUN.search(text.casefold())
    if first is None or first[0] not in _FIRST:
        return False
    return _BY.match(text + " ") is not None or _BY_LOOSE.match(text + " ") is not None


@lru_cache(maxsize=4_096)
def only_says_by(text: str) -> bool:
    """Whether a line is ``posted by``, ``Author:`` or the like, and the name stands elsewhere.

    Any few words that end as ``posted by`` does are, such as ``lit by``.
    """
    if not says_by(text):
        words = text.casefold().split()
        return 1 < len(words) <= FEW and words[-1] in _BEFORE
    rest = _BY.sub("", text + " ").strip(_EDGES)
    return not rest or (text.rstrip()[-1:] in ":：" and not _BY_LOOSE.sub("", rest + " ").strip(_EDGES))


def leads_to_name(text: str) -> bool:
    """Whether a line ends as ``posted by`` does, so that the name stands behind it: ``UTC (Fri) by``."""
    return text.casefold().rpartition(" ")[2] in _BEFORE


_FIELDS: Final = frozenset(map(line_key, _TABLES["by_colon"]))


def names_author(text: str) -> bool:
    """Whether a line may be the label of the author's field: ``Nick``, ``Name``, ``from``; some are names too."""
    return line_key(text) in _FIELDS


def is_weekday(text: str) -> bool:
    """Whether a line is the name of a day of the week, or one short word before it: ``Le samedi``, ``am Samstag``."""
    key = line_key(text) if len(text) <= LONGEST_CHROME else ""
    before, _, day = key.partition(" ")
    return key in _WEEKDAYS or (len(before) < LONGEST_ARTICLE and day in _WEEKDAYS)


LONGEST_ARTICLE: Final = 4
"""Letters from which a word before a day of the week is none that goes with it."""


def only_dates(text: str) -> bool:
    """Whether a line is ``Submitted``, ``Date:`` or the like: what stands before a time."""
    return len(text) <= LONGEST_CHROME and line_key(text) in _DATED


def names_field(text: str) -> bool:
    """Whether a line is the name of a field of a comment, with its colon: ``Name:``, ``Date:``, ``Comment:``."""
    if len(text) > LONGEST_CHROME or text[-1] not in ":：":
        return False
    return only_says_by(text) or only_dates(text) or speaks_of_comments(text)


@lru_cache(maxsize=4_096)
def says(text: str) -> bool:
    """Whether a short line ends in ``says:`` or the like."""
    if len(text) >= 100:
        return False
    runs = _RUN.findall(text.casefold())
    return bool(runs) and runs[-1] in _LAST and _SAYS.search(text) is not None


_REMOVED: Final = _shortest(line_key(phrase) for phrase in _TABLES["removed"])
_NOTE: Final = re.compile(
    rf"(?:(?:{'|'.join(_TABLES['removed_before'])}) ?)?(?:{'|'.join(map(line_key, _TABLES['removed']))})"
    rf"(?: (?:{'|'.join(_TABLES['removed_by'])})(?: .*)?)?"
)
LONGEST_NOTE: Final = 80
"""Longer texts are no notes of a removal, characters."""


def tells_removal(text: str) -> bool:
    """Whether a text says that a comment was removed, as a program does in its place, or somebody of his own."""
    return len(text) <= LONGEST_NOTE and any(map(line_key(text).__contains__, _REMOVED))


def notes_removal(text: str) -> bool:
    """Whether a text is only that note, as a program writes it: ``This comment has been removed by the author.``

    Nobody's own words come before it or behind it, as in ``Why was my comment removed?``
    """
    return len(text) <= LONGEST_NOTE and _NOTE.fullmatch(line_key(text)) is not None


_REMOVED_ALONE: Final = frozenset(map(line_key, _TABLES["removed_alone"]))


def only_says_removed(text: str) -> bool:
    """Whether a text is one word for what was removed, which is a note where it does not stand as texts do."""
    return len(text) <= LONGEST_NOTE and line_key(text) in _REMOVED_ALONE


_HELD: Final = re.compile(
    rf"(?:(?:{'|'.join(_TABLES['removed_before'] + _TABLES['held_before'])}) ?)?"
    rf"(?:{'|'.join(map(line_key, _TABLES['held']))})"
)


def notes_held(text: str) -> bool:
    """Whether a text is only a program's note that a comment is not shown yet: ``Comment awaiting approval``."""
    return len(text) <= LONGEST_NOTE and _HELD.fullmatch(line_key(text)) is not None


def tells_edit(text: str) -> bool:
    """Whether a line with a time is what a program writes below a text that was edited: ``Edited 4 May, 12:10``."""
    return _EDITED.match(text) is not None


_POSTS: Final = _shortest([*_TABLES["counted"], *_TABLES["posts"]])
_LATIN_POSTS: Final = tuple(filter(str.isascii, _POSTS))


@lru_cache(maxsize=4_096)
def counts_posts(text: str) -> bool:
    """Whether a line with a figure holds a word for comments or for the posts of a forum."""
    return any(map(text.casefold().__contains__, _LATIN_POSTS if text.isascii() else _POSTS))


def places_of_posts(text: str) -> list[tuple[int, int]]:
    """Where the same words stand in a case-folded line."""
    found: list[tuple[int, int]] = []
    for word in _POSTS:
        at = text.find(word)
        while at >= 0:
            found.append((at, at + len(word)))
            at = text.find(word, at + len(word))
    return found


@lru_cache(maxsize=4_096)
def speaks_of_comments(text: str) -> bool:
    """Whether a line holds a word for comments."""
    return any(map(text.casefold().__contains__, COUNTED))
