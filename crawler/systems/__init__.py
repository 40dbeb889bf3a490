"""The registry of comment systems, in the order in which they are asked about a page."""

from __future__ import annotations

from typing import Final

from crawler.systems.base import System
from crawler.systems.phpmelody import PhpMelody
from crawler.systems.wordpress import WordPress

SYSTEMS: Final[tuple[System, ...]] = (PhpMelody(), WordPress())
"""PHP Melody comes first: both use ``li#comment-N``, and only there N is a loop index."""

LOCAL_IDS: Final = frozenset(system.name for system in SYSTEMS if not system.ids_are_global)
"""Systems whose comment ids are unique in a thread only."""
