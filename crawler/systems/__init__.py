"""The registry of comment systems, in the order in which they are asked about a page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from crawler.systems.artalk import Artalk
from crawler.systems.base import System
from crawler.systems.comentario import Comentario
from crawler.systems.commento import Commento
from crawler.systems.coral import Coral
from crawler.systems.cusdis import Cusdis
from crawler.systems.discourse import Discourse
from crawler.systems.disqus import Disqus
from crawler.systems.drupal import Drupal
from crawler.systems.fastcomments import FastComments
from crawler.systems.generic.system import Generic
from crawler.systems.ghost import Ghost
from crawler.systems.giscus import Giscus
from crawler.systems.guardian import Guardian
from crawler.systems.isso import Isso
from crawler.systems.microformats import Microformats
from crawler.systems.odysee import Odysee
from crawler.systems.openweb import OpenWeb
from crawler.systems.peertube import PeerTube
from crawler.systems.phpmelody import PhpMelody
from crawler.systems.remark42 import Remark42
from crawler.systems.schemaorg import SchemaOrg
from crawler.systems.twikoo import Twikoo
from crawler.systems.unsupported import Unsupported
from crawler.systems.utterances import Utterances
from crawler.systems.viafoura import Viafoura
from crawler.systems.waline import Waline
from crawler.systems.wordpress import WordPress
from crawler.systems.wpdiscuz import WpDiscuz
from crawler.systems.youtube import YouTube

REGISTRY: Final[tuple[type[System], ...]] = (
    PhpMelody,
    WpDiscuz,
    WordPress,
    Drupal,
    YouTube,
    PeerTube,
    Odysee,
    Disqus,
    OpenWeb,
    Viafoura,
    Coral,
    Guardian,
    Discourse,
    Ghost,
    Isso,
    Remark42,
    Commento,
    Comentario,
    Cusdis,
    Giscus,
    Utterances,
    Waline,
    Twikoo,
    Artalk,
    FastComments,
    Unsupported,
    SchemaOrg,
    Microformats,
    Generic,
)
"""PHP Melody comes before WordPress: both use ``li#comment-N``, and only there N is a loop index; wpDiscuz prints
WordPress's comments in its own list. What is recognised only comes before the general systems, and these come last,
the generic one at the very end: it is asked where no other has read a comment."""

LOCAL_IDS: Final = frozenset(system.name for system in REGISTRY if not system.ids_are_global)
"""Systems whose comment ids are unique in a thread only."""

GUESSED_IDS: Final = frozenset(system.name for system in REGISTRY if system.is_general or system.is_last_resort)
"""Systems that take what the markup shows for an id: it may be missing, or another one, in the next answer."""


def systems_of(settings: Mapping[Any, Any]) -> tuple[System, ...]:
    """The comment systems with their settings of a crawl, such as keys."""
    return tuple(system({name: settings.get(name) for name in system.settings}) for system in REGISTRY)
