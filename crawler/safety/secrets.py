"""Secrets: what of a text must not be shown, and the one function that hides it.

The values of settings with a telling name (``DISQUS_API_KEY``) are secrets, and so is a user name with a password in an
address and the value of a telling query parameter. Logs, ``crawls.arguments``, reports, failures and ledgers pass
through here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, quote_plus, unquote

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

HIDDEN: Final = "***"
"""What stands in the place of a secret."""

SHORTEST: Final = 6
"""Shorter values are no secrets: hiding every "abc" would make every text unreadable."""

_SECRET_SETTING: Final = re.compile(
    r"(?:^|_)(?:KEYS?|TOKEN|SECRET|PASSWORD|PASS|COOKIE|CREDENTIALS|AUTH)$|_SECRET_|ACCESS_KEY_ID$"
)
_SECRET_ARGUMENT: Final = re.compile(r"key|token|password|secret|cookie|auth|credential", re.IGNORECASE)

_USER: Final = re.compile(r"://[^\s/?#\"'<>]{0,1000}@")
_PARAMETER: Final = re.compile(
    r"([?&;](?:api[_-]?key|apikey|api[_-]?secret|access[_-]?token|auth[_-]?token|client[_-]?secret|password|passwd|pwd"
    r"|secret|token|key|sig|signature|session(?:id)?|phpsessid|sid|jwt)=)[^&;\s#\"'<>]{1,4096}",
    re.IGNORECASE,
)

_known: set[str] = set()
_pattern: re.Pattern[str] | None = None


def learn(settings: BaseSettings) -> None:
    """Remember the secrets of a crawl's settings for as long as the process lives, for its log is one as well."""
    for name in settings:
        if isinstance(name, str) and _SECRET_SETTING.search(name):
            value = settings.get(name)
            for text in value if isinstance(value, (list, tuple)) else [value]:
                learn_value(text)


def learn_value(text: object) -> None:
    """Remember one secret."""
    global _pattern  # noqa: PLW0603  # what is secret in a process is secret everywhere in it
    if not isinstance(text, str) or len(text.strip()) < SHORTEST:
        return
    text = text.strip()
    _known.update({text, quote(text, safe=""), quote(text), quote_plus(text)})
    _pattern = re.compile("|".join(re.escape(secret) for secret in sorted(_known, key=len, reverse=True)))


def holds_secret(*texts: str) -> bool:
    """Whether one of the texts holds a secret of the settings, as it stands or escaped."""
    return _pattern is not None and any(_pattern.search(text) or _pattern.search(unquote(text)) for text in texts)


def masked(text: str) -> str:
    """A text for people without secrets: those of the settings, users in addresses, values of telling parameters."""
    text = masked_address(text)
    return _PARAMETER.sub(rf"\1{HIDDEN}", text) if "=" in text else text


def masked_address(url: str) -> str:
    """An address for a row: without the secrets of the settings and without user and password.

    What a site puts into its own addresses stays, whatever it is called: a thread is found by it.
    """
    if _pattern is not None:
        url = _pattern.sub(HIDDEN, url)
    return _USER.sub(f"://{HIDDEN}@", url) if "@" in url else url


def masked_arguments(arguments: Mapping[str, str]) -> dict[str, str]:
    """Arguments of a spider without those whose name tells a secret, the others masked."""
    return {name: masked(value) for name, value in arguments.items() if not _SECRET_ARGUMENT.search(name)}


def without_user(url: str) -> str:
    """An address as it was given, without user name and password: they are of no use here and would be kept."""
    head, mark, rest = url.partition("://")
    if not mark:
        return url
    cut = min((at for at in map(rest.find, "/?#\\") if at >= 0), default=len(rest))
    return f"{head}://{rest[:cut].rpartition('@')[2]}{rest[cut:]}"
