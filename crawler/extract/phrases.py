"""The words by which pages in many languages invite to share, like, subscribe, follow, read a newsletter or pay."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib import resources
from typing import Final

_TABLES: Final = json.loads(resources.files("crawler.extract").joinpath("data/phrases.json").read_text("utf-8"))
"""Sources: PHP Melody ``lang/*.php`` (key ``confirm_like``), Jetpack's and AddToAny's translations, usual wording.

``prompts`` are whole lines; ``bare_prompts`` alone are a button's label as often as a heading, so they count with a
colon or in a heading. In the other tables ``*`` ends a stem. The order of ``invitations`` is from specific to general.
"""

_UNSPACED: Final = frozenset({"ja", "zh", "ko", "th"})
"""Languages whose words stand without spaces between them, or take their endings without one."""

_ONE_LETTER: Final = str.maketrans(
    {
        **dict(zip("يىكё’‘ʼ\u200c", "ییکе''' ", strict=True)),
        **dict.fromkeys("\u200d\u200e\u200f\ufeff\u00ad\u0307"),
    }
)
"""Letters that are typed either way become one; marks that nobody sees go, and the dot that is left of a
Turkish capital; the zero-width non-joiner is a space."""

_WORDS: Final = re.compile(r"[^\W_]+")


def fold_letters(text: str) -> str:
    """For comparison: compatibility forms, case and look-alike letters folded (Unicode NFKC, casefold)."""
    if text.isascii():
        return text.lower()  # nothing else folds
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text).casefold().translate(_ONE_LETTER))


def fold_phrase(text: str) -> str:
    """The words of a line without case and punctuation; equal lines say the same."""
    return " ".join(_WORDS.findall(fold_letters(text)))


def _pattern(words: Iterable[str], *, spaced: bool = True) -> str:
    """Any of these words, by first letters: at nearly all places of a text none of some hundred words begins."""
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for word in words:
        first, rest = (stem := fold_letters(word.rstrip("*")))[0], stem[1:]
        is_whole = spaced and not word.endswith("*")
        groups[first].append(re.escape(rest).replace(r"\ ", r"\s+") + (r"(?!\w)" if is_whole else ""))
    alternatives = [f"{re.escape(first)}(?:{'|'.join(rests)})" for first, rests in groups.items()]
    begins = r"(?<!\w)" if spaced else f"(?=[{re.escape(''.join(groups))}])"
    return f"{begins}(?:{'|'.join(alternatives)})"


def _is_spaced(word: str) -> bool:
    """Words of Chinese, Japanese, Korean, Thai and Hindi touch what stands beside them."""
    return word[0] < "\u0900"


def _by_spacing(words: list[str]) -> str:
    groups = {spaced: [word for word in words if _is_spaced(word) is spaced] for spaced in (True, False)}
    return "|".join(_pattern(group, spaced=spaced) for spaced, group in groups.items() if group)


def _invitation(*tables: dict[str, list[str]]) -> re.Pattern[str]:
    by_language = [item for table in tables for item in table.items()]
    spaced = [word for language, words in by_language if language not in _UNSPACED for word in words]
    others = [word for language, words in by_language if language in _UNSPACED for word in words]
    return re.compile("|".join(filter(None, (_pattern(spaced), _pattern(others, spaced=False) if others else ""))))


_KINDS: Final = {kind: _invitation(table) for kind, table in _TABLES["invitations"].items()}
_INVITES: Final = _invitation(*_TABLES["invitations"].values())
_INVITES_IN_ASCII: Final = re.compile(
    _pattern(
        word
        for table in _TABLES["invitations"].values()
        for words in table.values()
        for word in words
        if fold_letters(word).isascii()
    )
)
"""Any kind, and any whose words have no other letters: most lines are no invitation."""
_PLATFORMS: Final = {name: re.compile(_by_spacing(words)) for name, words in _TABLES["platforms"].items()}
_ANY: Final = re.compile(_by_spacing([word for words in _TABLES["platforms"].values() for word in words]))
"""Any platform: most lines name none."""
_CROWD: Final = re.compile(_by_spacing(_TABLES["crowds"]))
_PROMPTS: Final = frozenset(map(fold_phrase, _TABLES["prompts"]))
_BARE: Final = frozenset(map(fold_phrase, _TABLES["bare_prompts"]))
_WHOLE: Final = frozenset(phrase.replace(" ", "") for phrase in _PROMPTS | _BARE)
_STARTS: Final = frozenset(letters[:end] for letters in _WHOLE for end in range(1, len(letters) + 1))
"""Prompts and their beginnings without spaces, which may stand in pieces of text of their own."""
_COPY_LABELS: Final = frozenset(map(fold_phrase, _TABLES["copy_link"]))
_LIKE_LABELS: Final = frozenset(map(fold_phrase, _TABLES["like_labels"]))
_SHARES: Final = re.compile(_by_spacing(_TABLES["share_words"]))
_COPIES: Final = re.compile(_by_spacing(_TABLES["copy_words"]))
_LINKS: Final = re.compile(_by_spacing(_TABLES["link_words"]))
_VIEWS: Final = frozenset(fold_phrase(word) for word in _TABLES["views"] if not word.endswith("*"))
_VIEW_STEMS: Final = tuple(fold_phrase(word) for word in _TABLES["views"] if word.endswith("*"))
_ACTIONS: Final = frozenset(phrase.partition(" ")[0] for phrase in _COPY_LABELS | _LIKE_LABELS)
"""First words of labels that offer to copy or to like."""
_LONGEST_PROMPT: Final = max(map(len, _TABLES["prompts"])) + 20
_MAX_ASKING: Final = 60
"""Characters of a line over share buttons that asks to use them."""
_MAX_COPYING: Final = 8
"""Words of a label that offers to copy a link."""
_MAX_LABEL: Final = 300
"""Longer lines are prose, characters."""
_MAX_PIECES: Final = 16
"""Pieces of text that one line is taken together of."""
_LONE_LETTER: Final = re.compile(r"(?<!\w)(?:on|auf|sur|en|su|no|op|na|в|på|follow|us)\s+x(?!\w)")
"""The network X, whose name is a letter: named only where a word of place stands before it."""


def is_prompt(line: str, *, is_heading: bool = False) -> bool:
    """Whether a whole line asks to share or like, in any known language; case and punctuation do not matter.

    :param is_heading: the line is a heading, where a single word (``Share``) is enough; elsewhere it needs a colon
    """
    if not 2 <= len(line) <= _LONGEST_PROMPT:
        return False
    folded = fold_phrase(line)
    return folded in _PROMPTS or (folded in _BARE and (is_heading or line.rstrip().endswith((":", "："))))


def places_of_prompts(texts: Sequence[str]) -> list[int]:
    """At which of the pieces of text of a page a line may begin that asks to share or like."""
    found = {
        text
        for text in set(texts)
        if (start := text.lstrip()[:3].lower())
        and (start in _STARTS or not (start.isascii() and start.isalnum()))
        and _letters(text) in _STARTS
    }
    return [place for place, text in enumerate(texts) if text in found and _is_completed(texts, place)] if found else []


def _is_completed(texts: Sequence[str], place: int) -> bool:
    """Whether a piece of text is a prompt, or becomes one with some of the pieces after it, whatever is between."""
    begun = {_letters(texts[place])}
    if begun <= _WHOLE:
        return True
    for text in texts[place + 1 : place + _MAX_PIECES]:
        letters = _letters(text)
        longer = {before + letters for before in begun if letters} & _STARTS
        if not longer.isdisjoint(_WHOLE):
            return True
        begun |= longer
    return False


def _letters(text: str) -> str:
    text = text.strip()
    return fold_phrase(text).replace(" ", "") if 0 < len(text) <= _LONGEST_PROMPT else ""


def may_be_action(text: str) -> bool:
    """Whether a label that offers to copy or to like may stand in a text; False is sure."""
    return not _ACTIONS.isdisjoint(_WORDS.findall(fold_letters(text)))


def is_copy_label(line: str | None) -> bool:
    """Whether a label offers to copy the page's link: a known one, or a short one with words for both."""
    if line is None or len(line) > 60:
        return False
    folded = fold_phrase(line)
    if folded in _COPY_LABELS:
        return True
    return folded.count(" ") < _MAX_COPYING and bool(_COPIES.search(folded) and _LINKS.search(folded))


def may_share(text: str) -> bool:
    """Whether a text has a word for passing something on."""
    return _SHARES.search(fold_letters(text)) is not None


def is_share_word(label: str | None) -> bool:
    """Whether a whole label says to pass something on and not where to (``Share``, ``Share this article``)."""
    if label is None or len(label) > _MAX_ASKING:
        return False
    folded = fold_phrase(label)
    return (folded in _PROMPTS or folded in _BARE) and may_share(label)


def asks_over_buttons(line: str) -> bool:
    """Whether a line that stands right over share buttons asks to use them, in other words than the known prompts.

    A lone word (``Share``) is a label, and a number counts.
    """
    if len(line) > _MAX_ASKING or any(map(str.isdigit, line)) or fold_phrase(line) in _BARE:
        return False
    return may_share(line)


def is_like_label(label: str | None) -> bool:
    """Whether a whole label offers to like something; a dislike is none."""
    return label is not None and len(label) <= 40 and fold_phrase(label) in _LIKE_LABELS


def names_views(label: str) -> bool:
    """Whether a whole label beside a number says that it counts views."""
    folded = fold_phrase(label) if len(label) <= 40 else ""
    return folded in _VIEWS or (" " not in folded and folded.startswith(_VIEW_STEMS))


@lru_cache(maxsize=4_096)  # menus repeat on every page of a site
def invitation_kind(line: str) -> str | None:
    """The kind of ``subscribes`` that a line's words mean: the more specific word wins; None without such a word."""
    if len(line) > _MAX_LABEL:
        return None
    folded = fold_letters(line)
    if not _invites(folded):
        return None
    return next((kind for kind, pattern in _KINDS.items() if pattern.search(folded)), None)


def may_invite(text: str) -> bool:
    """Whether a text has a word of any invitation; False is sure for all its lines."""
    return _invites(fold_letters(text))


def _invites(folded: str) -> bool:
    return (_INVITES_IN_ASCII if folded.isascii() else _INVITES).search(folded) is not None


def platform_named(line: str) -> str | None:
    """The one platform that a line names; None when it names none or several."""
    if len(line) > _MAX_LABEL:
        return None
    folded = fold_letters(line)
    named = {name for name, pattern in _PLATFORMS.items() if pattern.search(folded)} if _ANY.search(folded) else set()
    if _LONE_LETTER.search(folded):
        named.add("x")
    return named.pop() if len(named) == 1 else None


def is_platform_name(line: str) -> bool:
    """Whether a line is nothing but a platform's name (``Facebook:``)."""
    if len(line) > 40:
        return False
    folded = fold_letters(line).strip(" \t:-–—•·*|")
    return folded == "x" or _ANY.fullmatch(folded) is not None


def names_crowd(text: str) -> bool:
    """Whether words after a number say that it counts followers, shares or likes."""
    return len(text) <= _MAX_LABEL and _CROWD.search(fold_letters(text)) is not None
