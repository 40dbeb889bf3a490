"""Addresses: the one spelling of a page's URL, and the site it belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from w3lib.url import canonicalize_url

if TYPE_CHECKING:
    from crawler.extract.document import Document


def clean_url(url: str) -> str | None:
    """One spelling of an http(s) address, or None."""
    return canonicalize_url(url) if url.startswith(("http://", "https://")) else None


def page_url(url: str) -> str | None:
    """The same without the comment page."""
    return clean_url(url)


def canonical_url(document: Document) -> str:
    """The page's one address."""
    return page_url(document.url) or document.url


def site_of(url: str) -> str:
    """Registrable domain."""
    return urlsplit(url).netloc
