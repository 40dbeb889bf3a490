"""A web server on loopback that does as it is told and remembers what it was asked."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic
from typing import Any

HTML = {"Content-Type": "text/html; charset=utf-8"}
XML = {"Content-Type": "application/xml"}

@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer."""

    body: bytes | str = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    wait: float = 0.0
    """Seconds before it is sent."""


@dataclass(slots=True)
class Asked:
    """A request that arrived."""

    at: float
    """Seconds of the monotonic clock."""
    path: str
    headers: dict[str, str]


Rule = Answer | Callable[[int], Answer]
"""An answer, or a function of how often the path was asked for before."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that is gone, as one that was killed, is no error of the site."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class LoopbackSite:
    """A web server on 127.0.0.1 whose paths can be changed while it runs; unknown paths are 404."""

    def __init__(self, paths: dict[str, Rule]) -> None:
        self.paths = paths
        self.asked: list[Asked] = []
        self._lock = threading.Lock()
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # head and body in one packet: apart they meet Nagle's delay of 40 ms

            def do_GET(self) -> None:
                site._answer(self)

            def log_message(self, *args: Any) -> None:
                pass

        self._server = _Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        return self._server.server_address[1]

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def times(self, path: str) -> list[float]:
        """When a path was asked for."""
        with self._lock:
            return [asked.at for asked in self.asked if asked.path == path]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        with self._lock:
            before = sum(asked.path == handler.path for asked in self.asked)
            self.asked.append(Asked(monotonic(), handler.path, dict(handler.headers)))
        rule = self.paths.get(handler.path, Answer("not here", 404))
        answer = rule if isinstance(rule, Answer) else rule(before)
        threading.Event().wait(answer.wait)
        body = answer.body.encode() if isinstance(answer.body, str) else answer.body
        try:
            handler.send_response(answer.status)
            for name, value in {"Content-Type": "text/plain", **answer.headers}.items():
                handler.send_header(name, value)
            handler.send_header("Content-Length", str(len(body)))
            handler.end_headers()
            handler.wfile.write(body)
        except ConnectionError:
            handler.close_connection = True  # the client has given up, as some tests want
