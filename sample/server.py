"""The sample site's HTTP server: loopback only, threaded, quiet; it remembers what it was asked."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from sample.site import URLS, Answer, answer

IDLE_SECONDS: Final = 10
"""A kept-alive connection is closed after this long without a request."""

Handler = Callable[[str], Answer | None]
"""Takes path and query; gives an answer, or None to leave the request to the site. It may sleep or raise:
:class:`ConnectionError` closes the connection without an answer."""


class Asked(NamedTuple):
    """One request that arrived."""

    at: float
    """``time.monotonic()`` on arrival, seconds."""
    path: str
    """Path and query as written."""


class Site(str):
    """The running site. As a string it is its address, without a slash at its end."""

    __slots__ = ("overrides", "requests")

    requests: list[Asked]
    """Every request in the order of arrival, robots.txt included."""
    overrides: dict[str, Handler]
    """Handlers by path, or by path and query; they may be changed while the site runs."""

    @property
    def urls(self) -> list[str]:
        """Addresses of the pages that can be read whole."""
        return [self + path for path in URLS]

    def asked(self, path: str) -> list[Asked]:
        """The requests for one path, whatever their query."""
        return [request for request in self.requests if urlsplit(request.path).path == path]


@contextmanager
def serve(*, port: int = 0, overrides: Mapping[str, Handler] | None = None) -> Iterator[Site]:
    """Serve the site on 127.0.0.1 until the block ends.

    :param port: 0 takes a free one
    :param overrides: handlers that stand before the site, by path or by path and query
    :raises OSError: when the port is taken
    """
    server = _Server(("127.0.0.1", port), _Request)
    site = Site(f"http://127.0.0.1:{server.server_port}")
    site.requests, site.overrides = [], dict(overrides or {})
    server.site = site
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, name="sample-site", daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    site: Site

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that is gone between two requests is no error of the site."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Request(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "TalkbackSample"
    sys_version = ""
    timeout = IDLE_SECONDS
    server: _Server

    def do_GET(self) -> None:
        """Answer with the override's answer, else the site's."""
        site = self.server.site
        site.requests.append(Asked(time.monotonic(), self.path))
        handler = site.overrides.get(self.path) or site.overrides.get(urlsplit(self.path).path)
        try:
            reply = (handler(self.path) if handler else None) or answer(site, self.path)
            self._send(reply)
        except ConnectionError:
            self.close_connection = True  # an override that hangs up, or a client that left

    def do_HEAD(self) -> None:
        """The same without a body."""
        self.do_GET()

    def _send(self, reply: Answer) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if "Content-Length" not in reply.headers:
            self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the base class names it so
        """Say nothing: what was asked is in ``Site.requests``."""
