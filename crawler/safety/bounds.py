"""What a request has to be like before anything is done about it; every hop of a redirect is a request of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from crawler.politeness.refusal import RefusedError
from crawler.safety.secrets import holds_secret

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler


class Bounds:
    """Downloader middleware, the first of all: raises :class:`RefusedError` with the reason ``address``."""

    def __init__(self, longest: int) -> None:
        self._longest = longest

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy."""
        return cls(crawler.settings.getint("URLLENGTH_LIMIT"))

    def process_request(self, request: Request) -> None:
        """Let a request pass, or raise."""
        url = request.url
        if 0 < self._longest < len(url):
            why = f"an address of {len(url)} characters is not asked for (URLLENGTH_LIMIT)"
            raise RefusedError("address", f"{url[:200]}...: {why}")
        self._keep_secrets(request, host_in(url))

    @staticmethod
    def _keep_secrets(request: Request, host: str) -> None:
        """Scrapy drops Cookie and Authorization where a redirect leads to another host; a key can be elsewhere, too."""
        came_from = request.meta.get("redirect_urls")
        if not came_from or (urlsplit(came_from[0]).hostname or "") == host:
            return
        headers = (value.decode("latin-1") for name in request.headers for value in request.headers.getlist(name))
        if holds_secret(request.url, request.body.decode("latin-1"), *headers):
            raise RefusedError("address", f"{host}: a redirect would send a key to it that is another host's")


def host_in(url: str) -> str:
    """The host of an address that may be asked for.

    :raises RefusedError: ``address`` for any other
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise RefusedError("address", f"{url}: {error}") from error
    if parts.scheme not in ("http", "https"):
        raise RefusedError("address", f"{url}: only http and https are fetched")
    if not host:
        raise RefusedError("address", f"{url}: there is no host in it")
    if "@" in parts.netloc:
        raise RefusedError("address", f"{host}: an address with a user name or a password in it is not asked for")
    return host
