"""The engine as a plain fetch function, and what its exceptions mean."""

from __future__ import annotations

import asyncio
import re
from math import inf
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from scrapy import Request
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    NotSupported,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)

from crawler.politeness.refusal import RefusedError
from crawler.stopping import is_closing
from crawler.systems.base import Fetch, FetchError

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response

_REASONS: Final[tuple[tuple[type[Exception], str, str], ...]] = (
    (CannotResolveHostError, "network", "its host has no address"),
    (DownloadConnectionRefusedError, "network", "the connection was refused"),
    (DownloadTimeoutError, "network", "no answer in time (DOWNLOAD_TIMEOUT)"),
    (ResponseDataLossError, "network", "the answer was cut off"),
    (DownloadCancelledError, "too_large", "the answer was given up (DOWNLOAD_MAXSIZE)"),
    (DownloadFailedError, "network", "the download failed"),
    (UnsupportedURLSchemeError, "address", "only http and https are fetched"),
    (NotSupported, "address", "only http and https are fetched"),
)
"""Exception, reason of a failure, explanation. Scrapy 2.19, ``scrapy/exceptions.py``."""

EXPECTED: Final[tuple[type[Exception], ...]] = (IgnoreRequest, *(kind for kind, _, _ in _REASONS))
"""What a download may end with; anything else is a defect."""


_SPELT: Final = re.compile(r"https?://[a-z0-9.-]+(?::[1-9][0-9]{1,3})?/[A-Za-z0-9/._~-]*(?:\?[A-Za-z0-9/=&._~-]+)?")
"""Addresses that Scrapy would not spell otherwise."""


def spelt_request(url: str, **options: Any) -> Request:
    """A request as Scrapy makes it, at a third of the price where its address needs no escapes.

    :param options: arguments of :class:`scrapy.Request` but ``meta``
    """
    if _SPELT.fullmatch(url) is None:
        return Request(url, **options)
    request = Request(url, meta={"verbatim_url": True}, **options)
    del request.meta["verbatim_url"]  # where it is redirected to may need them
    return request


def explain(url: str, error: BaseException | None) -> tuple[str, str]:
    """Reason (see :attr:`crawler.items.Failure.reason`) and one sentence for an exception of a download."""
    if isinstance(error, RefusedError):
        return error.reason, error.detail
    for kind, reason, sentence in _REASONS:
        if isinstance(error, kind):
            said = f": {error}" if str(error) else ""
            return reason, f"{url}: {sentence}{said}"
    if isinstance(error, IgnoreRequest):
        reason = "redirects" if "redirection" in str(error) else "error"
        return reason, f"{url}: {error}"
    return "error", f"{url}: {type(error).__name__}: {error}"


_STOPS: Final = {"interrupted": "interrupted", "robots": "blocked", "opt_out": "blocked", "blocked": "blocked"}
"""Reason of a refusal to the stop reason of a ledger; all others are errors: nobody who was asked said no."""


def engine_fetch(crawler: Crawler) -> Fetch:
    """One HTTP exchange through the engine: robots, delays, retries and every middleware apply.

    The function raises :class:`FetchError`: ``interrupted`` once the engine is closing, so that visits end and
    what they have is committed; ``blocked`` when robots.txt forbids the address; ``error`` for everything else.
    """

    async def fetch(request: Request) -> Response:
        engine = crawler.engine
        if engine is None or not engine.running or is_closing(crawler):
            raise FetchError("interrupted", f"{request.url}: the crawl was stopped before it")
        try:
            return await engine.download_async(request)
        except EXPECTED as error:
            reason = _STOPS.get(error.reason, "error") if isinstance(error, RefusedError) else "error"
            raise FetchError(reason, explain(request.url, error)[1]) from error

    return fetch


def until(fetch: Fetch, seconds: float) -> Fetch:
    """A visit's fetch that ends after so many seconds, whatever is waited for then: :class:`FetchError`, ``budget``.

    What is on the wire is broken off, and what waits in the queue of its host is not asked for any more
    (:func:`seconds_left`).
    """
    end = monotonic() + seconds

    async def fetch_in_time(request: Request) -> Response:
        request.meta[_VISIT_ENDS] = end
        try:
            async with asyncio.timeout(end - monotonic()) as time:
                if end > monotonic():
                    return await fetch(request)
        except TimeoutError:
            if not time.expired():
                raise
        except FetchError:
            if end > monotonic():  # else it is the answer's own time-out, a moment earlier
                raise
        raise FetchError("budget", f"{request.url}: the visit has taken {seconds:g} s (VISIT_MAX_SECONDS)")

    return fetch_in_time


_VISIT_ENDS: Final = "visit_ends"


def seconds_left(request: Request) -> float:
    """How long the visit that made a request may still take; infinite for a request that no visit made."""
    end: float = request.meta.get(_VISIT_ENDS, inf)
    return end - monotonic()
