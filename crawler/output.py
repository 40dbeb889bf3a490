"""What every command does before it speaks."""

from __future__ import annotations

import sys
from io import TextIOWrapper
from logging import getLevelNamesMapping
from typing import TYPE_CHECKING

from scrapy.exceptions import UsageError

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings


def prepare_output(settings: BaseSettings) -> None:
    """Let results be UTF-8 whatever the locale says: names and texts come in every script, and JSON is nothing else.

    :raises UsageError: the level of the log is none, which Scrapy meets with a traceback
    """
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    level = settings["LOG_LEVEL"]
    if level not in getLevelNamesMapping():
        raise UsageError(f"LOG_LEVEL is {level!r}: it must be DEBUG, INFO, WARNING, ERROR or CRITICAL")
