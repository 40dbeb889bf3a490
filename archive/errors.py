"""The archive's exceptions."""

from __future__ import annotations


class ArchiveError(Exception):
    """The archive cannot do what was asked; the message says what, with which value, and what to do about it."""


class OptionError(ArchiveError):
    """What was asked for cannot be meant: nothing was looked at or done."""


class NoArchiveError(ArchiveError):
    """There is no archive at the given place, or not yet."""


class NoSuchIdError(ArchiveError):
    """The archive holds nothing with the given id."""
