"""Addresses and answers in few bytes, for sets of all those of a site."""

from __future__ import annotations

from hashlib import blake2b
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus, urlsplit

if TYPE_CHECKING:
    from crawler.extract.document import Document


def mark(url: str) -> bytes:
    """An address in eight bytes: a site of a million pages costs 100 MB less."""
    return blake2b(url.encode("utf-8", "surrogatepass"), digest_size=8).digest()


def mark_of_answer(document: Document) -> bytes:
    """A page's path and its markup but for its own address, in eight bytes: the same for two addresses of one page.

    A page that is never twice the same, for a token or the time that it shows, has another each time.
    """
    address, mark_of_query, query = document.url.partition("?")
    own, text = mark_of_query + query, document.text
    for spelled in {own, escape(own), quote(own, ""), quote_plus(own)} if query else ():
        text = text.replace(spelled, "")
    place = address.rstrip("/")
    path = urlsplit(place).path
    for spelled in (path, quote(path, "")) if path else ():
        text = text.replace(spelled + "/", spelled).replace(spelled + "%2F", spelled)
    return mark(f"{place}\n{text}")
