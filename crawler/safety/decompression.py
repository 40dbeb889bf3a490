"""Compressed answers: Scrapy's middleware, which bounds what comes out, with clean words where it gives up."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final

from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.exceptions import IgnoreRequest

from crawler.politeness.refusal import RefusedError

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.http import Response

LAYERS: Final = 3
"""Compressions one upon the other. Honest servers use one, mistaken ones two; each layer may cost DOWNLOAD_MAXSIZE
anew."""


class Decompression(HttpCompressionMiddleware):
    """Scrapy's middleware stops at DOWNLOAD_MAXSIZE while it inflates, piece by piece (2.19,
    ``utils/_compression.py``).
    """

    def process_response(  # type: ignore[override]  # its argument `spider` is on its way out
        self, request: Request, response: Response
    ) -> Request | Response:
        """Inflate.

        :raises RefusedError: ``too_large`` for more than DOWNLOAD_MAXSIZE, ``error`` for what cannot be inflated
        """
        layers = sum(value.count(b",") + 1 for value in response.headers.getlist("Content-Encoding"))
        if layers > LAYERS:
            raise RefusedError("error", f"{response.url}: the answer was compressed {layers} times")
        try:
            return super().process_response(request, response)
        except IgnoreRequest as error:
            raise RefusedError(
                "too_large", f"{response.url}: the answer grows to more than {self._max_size} bytes (DOWNLOAD_MAXSIZE)"
            ) from error
        except Exception as error:
            if not _is_decoders(error):
                raise
            raise RefusedError("error", f"{response.url}: the answer cannot be decompressed ({error})") from error

    @staticmethod
    def _decode(body: bytes, encoding: bytes, max_size: int) -> bytes:
        """Inflate one layer: sound gzip in one piece, all else as Scrapy does it, in pieces of 8 KiB."""
        whole = _inflated(body, max_size) if encoding in (b"gzip", b"x-gzip") else None
        return HttpCompressionMiddleware._decode(body, encoding, max_size) if whole is None else whole  # noqa: SLF001  # it overrides this


def _inflated(body: bytes, max_size: int) -> bytes | None:
    """What gzip data hold; None unless they are one sound stream, to its end, of no more than ``max_size`` bytes."""
    inflater = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        found = inflater.decompress(body, max_size)
    except zlib.error:
        return None
    return found if inflater.eof and not inflater.unused_data else None


def _is_decoders(error: Exception) -> bool:
    """Whether a decoder of zlib, gzip, brotli or zstd raised it; those of brotli and zstd come from optional
    modules.
    """
    kind = type(error)
    return isinstance(error, (zlib.error, EOFError, OSError)) or kind.__name__ in ("ZstdError", "error")
