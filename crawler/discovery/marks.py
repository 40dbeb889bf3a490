"""Addresses and answers in few bytes, for sets of all those of a site."""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

from crawler.extract.document import Document
from crawler.extract.outline import Outline


def mark(url: str) -> bytes:
    """An address in eight bytes: a site of a million pages costs 100 MB less."""
    return blake2b(url.encode("utf-8", "surrogatepass"), digest_size=8).digest()


def mark_of_answer(document: Document) -> bytes:
    """A page's path and what it shows, in eight bytes: the same for two addresses of one page.

    That is its title, its lines, its pictures and what plays on it; links, and forms with their tokens, may have the
    address in them or be new each time. A page that shows the time, or counts its readers, has another mark each time.
    """
    shown = [" ".join(title.text(deep=True).split())] if (title := document.first("title")) is not None else []
    shown += [line.text for line in document.derived(Outline).lines]
    shown += [node.attributes.get("src") or "" for node in document.css(_MEDIA)]
    return mark("\n".join([document.url.partition("?")[0].rstrip("/"), *shown]))


_MEDIA: Final = "img[src], iframe[src], embed[src], video[src], audio[src], source[src]"
