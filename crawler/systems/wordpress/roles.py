"""What the classes of an element say about its part in a comment, in core's markups and those of themes.

Every element of every comment is asked, and a site has few different values of ``class``: answers are kept by value.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

NAME_CLASSES: Final = (
    re.compile(r"fn\Z"),
    re.compile(
        r"(?:.*[-_])?(?:author|user|commenter)[-_]{0,2}(?:name|link)\Z|comment[-_]name\Z|(?:.*__)?author-name\Z"
    ),
    re.compile(r"(?:.*[-_])?(?:(?:com(?:ment)?)?auth(?:or)?|commenter|authorinfo)\Z"),
)
"""Classes of the element that holds the name, surest first."""

SLOT_CLASSES: Final = (
    re.compile(r"(?:wp-block-)?comment[-_]{0,2}(?:content|text|entry|copy|message|description)\Z"),
    re.compile(r"(?:.*[-_])?comments?(?:[-_]{1,2}item)?[-_]{1,2}(?:content|text|entry|copy|message)\Z"),
    re.compile(r"(?:content|comment)text\Z|entry-content\Z|e-content\Z"),
)
"""Classes of the element that holds the text, surest first."""

NO_RANK: Final = 3
"""Rank of an element that holds neither name nor text."""

BODY: Final = re.compile(r"(?:.*[-_])?comment[-_]{1,2}body\Z")
"""In core's markup the whole comment, in some themes the text alone."""

TIME: Final = re.compile(
    r"(?:.*[-_])?(?:date|time|datetime|timestamp|timendate|published|posted|metadata|commentmetadata)(?:[-_].*)?\Z"
)

TRIMMED: Final = re.compile(
    r"(?:.*[-_])?(?:reply|reply-link|reply-login|says|awaiting-moderation|comment-likes?|likebtn.*|pd-rating|cs-rating"
    r"|cld-like-dislike-wrap|sharedaddy|wpulike.*|comment-actions?|comment-utils?|edit-link|edit-reply-wrap|report-link"
    r"|quote[-_]link|comments-like|screen-reader-text|sr-only|comment-footer)\Z"
)
"""Classes of what themes and plugins put inside or below the text."""

HEAD: Final = re.compile(
    r"(?:.*[-_]|comments?)?(?:author|authorinfo|vcard|meta|metadata|avatar|gravatar|photo|date|time|timestamp"
    r"|published|tools|actions?|buttons?|num|number|count|counter|header|footer|byline|permalink|badge|details|info)\Z"
)
"""Classes of a comment's head, which stand beside the text where there is no slot."""

BADGE: Final = re.compile(
    r"(?:.*[-_])?(?:says|author|badge|label|role|num|number|count|counter|points|rank|level|screen-reader-text|sr-only"
    r"|avatar|date|time|meta)\Z"
)
"""Classes of what may stand inside a name's element and is no part of the name."""

LONGEST_KEPT: Final = 1_000
"""Answers about longer values are not kept, characters."""

PRUNED: Final = frozenset({"children", "comment-respond"})
"""A comment's answers, and the form that moves below the one being answered."""


@dataclass(frozen=True, slots=True)
class Roles:
    """What one value of ``class`` says."""

    tokens: frozenset[str]
    name_rank: int
    """Place in :data:`NAME_CLASSES`; never of an avatar."""
    slot_rank: int
    """Place in :data:`SLOT_CLASSES`."""
    is_author: bool
    """The least sure class of a name."""
    is_body: bool
    is_time: bool
    is_trimmed: bool
    is_head: bool
    is_badge: bool
    is_pruned: bool


def roles_of(classes: str | None) -> Roles:
    """The roles that a value of ``class`` gives."""
    return _roles_of(classes or "") if len(classes or "") > LONGEST_KEPT else _kept_roles_of(classes or "")


def _roles_of(classes: str) -> Roles:
    tokens = frozenset(classes.split())
    is_avatar = any("avatar" in token for token in tokens)
    return Roles(
        tokens=tokens,
        name_rank=NO_RANK if is_avatar else _rank(NAME_CLASSES, tokens),
        slot_rank=_rank(SLOT_CLASSES, tokens),
        is_author=_any(NAME_CLASSES[-1], tokens),
        is_body=_any(BODY, tokens),
        is_time=_any(TIME, tokens),
        is_trimmed=_any(TRIMMED, tokens),
        is_head=_any(HEAD, tokens),
        is_badge=_any(BADGE, tokens),
        is_pruned=not PRUNED.isdisjoint(tokens),
    )


_kept_roles_of: Final = lru_cache(maxsize=8_192)(_roles_of)


def _any(pattern: re.Pattern[str], tokens: frozenset[str]) -> bool:
    return any(pattern.match(token) for token in tokens)


def _rank(patterns: tuple[re.Pattern[str], ...], tokens: frozenset[str]) -> int:
    return next((rank for rank, pattern in enumerate(patterns) if _any(pattern, tokens)), NO_RANK)
