"""The archive's one exception."""

from __future__ import annotations


class ArchiveError(Exception):
    """The archive cannot do what was asked; the message says what, with which value, and what to do about it."""
