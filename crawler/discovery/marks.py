"""An address in few bytes, for sets of all addresses of a site."""

from __future__ import annotations

from hashlib import blake2b


def mark(url: str) -> bytes:
    """An address in eight bytes: a site of a million pages costs 100 MB less."""
    return blake2b(url.encode("utf-8", "surrogatepass"), digest_size=8).digest()
