"""Addresses that act: they delete, edit, vote, log out or open a form for it. A crawler asks for none of them."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote_plus

_CERTAIN: Final = frozenset(
    {
        "edit", "editing", "modify", "delete", "remove", "destroy", "erase", "undelete", "logout", "signout", "logoff",
        "unsubscribe", "unfollow", "unwatch", "markread", "markasread", "markallread", "markallasread",
        "marktopicsread", "upvote", "downvote", "voteup", "votedown", "reply", "replyto",
    }
)  # fmt: skip
"""Words that name an action wherever one stands for itself in an address; written together, hyphens taken out."""

_DOUBTFUL: Final = frozenset(
    {
        "quote", "report", "flag", "vote", "like", "unlike", "rate", "follow", "favorite", "favourite", "bookmark",
        "new", "add", "share", "subscribe", "restore", "revert", "rollback", "move", "merge", "split", "close", "lock",
        "pin", "sticky", "ban", "approve",
    }
)  # fmt: skip
"""Words that name an action on a post, and are sections, stories or lists elsewhere: `/vote/`, `/match/12/report`."""

_OTHER_FORMS: Final = frozenset(
    {"printable", "pdf", "export", "email", "csv", "xls", "xlsx", "ics", "doc", "rtf", "epub"}
)
"""Words for other forms of a page, and for ways to send it."""

_SCRIPTS: Final = _CERTAIN | frozenset(
    {
        "new", "add", "create", "compose", "print", "printable", "printthread", "export", "flag", "like", "unlike",
        "subscribe", "approve", "register", "posting", "postreply", "sendmail", "sendtofriend", "update", "upgrade",
        "install", "admin",
    }
)  # fmt: skip
"""Names of scripts that act or show forms. `post.php`, `watch.php`, `report.php` show what a reader comes for."""

ACTIONS: Final = _CERTAIN | _DOUBTFUL | _SCRIPTS
"""Words for what is done to a post, for who knows already that an address is about posts."""

_VALUES: Final = (_CERTAIN | _DOUBTFUL | _OTHER_FORMS) | frozenset(
    {
        "create", "compose", "submit", "print", "preview", "login", "signin", "register", "admin", "diff", "history",
        "revisions", "source", "raw", "backlinks", "search",
    }
)  # fmt: skip
"""Values of a parameter that says what is to be done, among them the other views of a wiki's page."""

_SHORT_VALUES: Final = _CERTAIN | frozenset({"new", "create", "admin", "login", "register", "diff", "history"})
"""The same for :data:`_SHORT`."""

_NAMES: Final = frozenset(
    {
        "action", "act", "do", "op", "cmd", "command", "task", "todo", "func", "function", "fn", "mode", "method",
        "verb", "operation", "step", "sub", "subaction",
    }
)  # fmt: skip
"""Parameters whose value says what is to be done."""

_SHORT: Final = frozenset({"c", "a", "m"})
"""Parameters that may say it too, and are short for much else: `?c=report` is a category."""

_FORM_NAMES: Final = frozenset({"format", "output", "export", "exportas", "fmt", "type"})
"""Parameters whose value may be another form of a page."""

_ACTED_ON: Final = (
    r"(?:topics?|threads?|posts?|repl(?:y|ies)|comments?|messages?|tickets?|issues?|polls?|attachments?|users?|notes?)"
)
_OBJECT: Final = re.compile(_ACTED_ON + r"|questions?|answers?|discussions?|nodes?|articles?")
_VERB_AND_OBJECT: Final = re.compile(
    rf"(?:(?:add|new|create|edit|delete|remove|report|quote|reply|move|merge|lock|close)_?{_ACTED_ON}"
    rf"|(?:edit|delete|remove|report|quote)-{_ACTED_ON})"
)
"""What acts by its whole name: `newreply.php`, `delete_comment.cgi`."""

_MAKES_ONE: Final = re.compile(r"(?:add|new|create)_?(?:topic|thread|post|reply|comment|message|ticket|issue|poll)")
"""What acts also as the first word of a path: `/newticket`; `/newposts` is a list of the newest."""

_MADE_BY_FORM: Final = re.compile(r"topics|threads|comments|messages|tickets|issues|discussions|users")
"""What a list is of whose `new` is a form and not a list of the newest."""

_SCRIPT: Final = re.compile(r"(.+)\.(?:php[0-9]?|cgi|p[ly]|aspx?|jsp|do|cfm|rb)")
_DOCUMENT: Final = re.compile(r"(.+)\.x?html?")
_FORM: Final = re.compile(r"create|modify(?!ing)[a-z]*")
"""Documents that are forms: `Create.html`, `ModifyDates.html`."""
_NUMBER: Final = re.compile(r"[0-9]+")
_YEAR: Final = re.compile(r"(?:19|20)[0-9]{2}")
_MONTH_OR_DAY: Final = re.compile(r"[0-9]{1,2}")


def is_action(path: str, query: str) -> bool:
    """Whether a path (escapes resolved) or a query names something to be done.

    A word is taken only where it stands for itself, as a segment or as the name or value of a parameter: slugs hold
    such words. What a section may be called as well is taken behind what it is done to only: `/posts/12/report`.
    """
    segments = [segment for segment in path.lower().split("/") if segment]
    return any(_acts(segments, place) for place in range(len(segments))) or bool(query and _is_in_query(query))


def _acts(segments: list[str], place: int) -> bool:
    word, before, after = segments[place], segments[:place], segments[place + 1 :]
    name = word.replace("-", "")
    if after:  # it acts on what a number behind it names
        if name == "toggle" or (name == "export" and _OBJECT.fullmatch(after[0])):
            return True
        return name in _CERTAIN and len(after) <= 2 and _NUMBER.fullmatch(after[-1]) is not None
    if script := _SCRIPT.fullmatch(word):
        return script[1].replace("-", "") in _SCRIPTS or _VERB_AND_OBJECT.fullmatch(script[1]) is not None
    if document := _DOCUMENT.fullmatch(word):
        if _FORM.fullmatch(document[1]):
            return True
        name = document[1].replace("-", "")
    if not before and document is None and _MAKES_ONE.fullmatch(word):
        return True
    if not before or _ends_with_date(before):  # a story's slug
        return False
    if name in _CERTAIN:
        return True
    if name == "new" and _MADE_BY_FORM.fullmatch(before[-1]):
        return True
    if name == "create" and _OBJECT.fullmatch(before[-1]):
        return True
    if name in _OTHER_FORMS:
        return _NUMBER.fullmatch(before[-1]) is not None
    if name in _DOUBTFUL:
        return len(before) > 1 and bool(_NUMBER.fullmatch(before[-1]) and _OBJECT.fullmatch(before[-2]))
    return document is None and _VERB_AND_OBJECT.fullmatch(word) is not None


def _ends_with_date(segments: list[str]) -> bool:
    """Whether the segments end with a year and a month, or a whole date; a year alone may be the number of a post."""
    return any(
        _YEAR.fullmatch(year) is not None and all(map(_MONTH_OR_DAY.fullmatch, rest))
        for year, *rest in (segments[-2:], segments[-3:])
        if rest
    )


def _is_in_query(query: str) -> bool:
    for pair in re.split("[&;]", query):
        written, _, said = pair.partition("=")
        name = unquote_plus(written).lower().replace("-", "").replace("_", "")
        value = unquote_plus(said).lower().replace("-", "").replace("_", "")
        if name == "cmdtyp" or name in _CERTAIN:
            return True
        if name in _SHORT and value in _SHORT_VALUES:
            return True
        if name in _NAMES and (value in _VALUES or _VERB_AND_OBJECT.fullmatch(value)):
            return True
        if name in _FORM_NAMES and (value in _OTHER_FORMS or value == "print"):
            return True
    return False
