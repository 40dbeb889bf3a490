"""The user agent with the operator's contact in it."""

from __future__ import annotations

from scrapy.settings import BaseSettings


class Identity:
    """Add-on that puts the setting ``CONTACT`` behind ``USER_AGENT`` as a comment (RFC 9110 10.1.5)."""

    def update_settings(self, settings: BaseSettings) -> None:
        """Called by Scrapy when a crawler is made."""
        settings.set(
            "USER_AGENT",
            user_agent(settings["USER_AGENT"], settings.get("CONTACT")),
            settings.getpriority("USER_AGENT") or "addon",
        )


def user_agent(product: str, contact: str | None) -> str:
    """``Talkback/0.1 (+https://example.org/crawler)``; a mail address stands without the plus sign.

    Characters that would end the comment or the header are left out; :mod:`crawler.settings_check` refuses such a
    contact, but not every command asks it.
    """
    allowed = "".join(c for c in (contact or "").strip() if c.isascii() and c.isprintable() and c not in "()\\")
    if not allowed:
        return product
    plus = "+" if allowed.lower().startswith(("http://", "https://")) else ""
    return f"{product} ({plus}{allowed})"
