"""The keys of pages, threads and comments: blake2b over what never changes about them."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from typing import Final

from crawler.extract.text import fold

KEY_VERSION: Final = "1"
"""First part of every key. Raising it makes every key new, so it never is without a migration."""

KEY_BYTES: Final = 16
"""Length of a key: 128 bits, 32 hexadecimal characters; a collision among 10^12 comments has odds of 10^-15."""


def digest(*parts: str | None) -> str:
    """blake2b over parts, each with its length in front, so that ``("ab", "c")`` and ``("a", "bc")`` differ.

    None and ``""`` differ as well.
    """
    return _hash(b"".join(map(_framed, parts)))


def _framed(part: str | None) -> bytes:
    if part is None:
        return b"-;"
    raw = part.encode("utf-8", "surrogatepass")
    return b"%d;%b" % (len(raw), raw)


def _hash(framed: bytes) -> str:
    return blake2b(framed, digest_size=KEY_BYTES).hexdigest()


def content_digest(author: str | None, text: str | None) -> str:
    """``comments.content_digest``: what a comment says and who says it, however its white space is set."""
    return digest(*(None if part is None else fold(part) for part in (author, text)))


def page_key(canonical_url: str) -> str:
    """Key of a page."""
    return digest(KEY_VERSION, "page", canonical_url)


def thread_key(system: str, tenant: str, native_id: str | None, page_id: str) -> str:
    """Key of a thread; the page stands in where the system shows no thread id."""
    return digest(KEY_VERSION, "thread", system, tenant, native_id, page_id if native_id is None else None)


def comment_key(system: str, tenant: str, scope: str | None, native_id: str) -> str:
    """Key of a comment with a native id. ``scope`` is the thread key where native ids are not global, else None."""
    return _hash(_native(system, tenant, scope) + _framed(native_id))


@lru_cache(maxsize=64)
def _native(system: str, tenant: str, scope: str | None) -> bytes:
    """What the comments of a thread have in common."""
    return b"".join(map(_framed, (KEY_VERSION, "comment", "native", system, tenant, scope)))


def surrogate_key(thread_id: str, author: str | None, text: str | None, published: str | None, ordinal: int) -> str:
    """Key of a comment without one: author, text and time as first seen, and its place among identical ones."""
    return digest(KEY_VERSION, "comment", "surrogate", thread_id, author, text, published, str(ordinal))
