"""Settings that follow from other settings: the user agent with its contact, and a delay that is never nothing."""

from __future__ import annotations

from typing import Final

from scrapy.settings import BaseSettings

from crawler.contact import kept_contact

LEAST_DELAY: Final = 0.001
"""Seconds between the starts of two requests to a host where DOWNLOAD_DELAY is 0.

Scrapy 2.19 counts a request as being transferred only when its task first runs (``core/downloader/__init__.py``,
``_process_queue``), so that without any delay all requests of one moment start together, whatever
CONCURRENT_REQUESTS_PER_DOMAIN says; and a queue without a delay cannot be paused.
"""


class Manners:
    """Add-on that completes the settings of a crawler."""

    def update_settings(self, settings: BaseSettings) -> None:
        """Called by Scrapy when a crawler is made."""
        contact = settings.get("CONTACT") or kept_contact(settings)
        _replace(settings, "USER_AGENT", user_agent(settings["USER_AGENT"], contact))
        _replace(settings, "DOWNLOAD_DELAY", max(settings.getfloat("DOWNLOAD_DELAY"), LEAST_DELAY))


def _replace(settings: BaseSettings, name: str, value: object) -> None:
    settings.set(name, value, settings.getpriority(name) or "addon")


def user_agent(product: str, contact: str | None) -> str:
    """``Talkback/0.1 (+https://example.org/crawler)``, a comment as of RFC 9110 10.1.5; mail stands without the plus.

    Characters that would end the comment or the header are left out; :mod:`crawler.settings_check` refuses such a
    contact, but not every command asks it.
    """
    allowed = "".join(c for c in (contact or "").strip() if c.isascii() and c.isprintable() and c not in "()\\")
    if not allowed:
        return product
    plus = "+" if allowed.lower().startswith(("http://", "https://")) else ""
    return f"{product} ({plus}{allowed})"
