"""An HTTP proxy that stands between the archive and an S3 server and fails at the step that it is told to fail at."""

from __future__ import annotations

import http.client
import re
import socket
import struct
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

LONGEST_STALL_S = 60.0
HOP_BY_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length", "expect"})


class Kind(StrEnum):
    """What happens to a request. "after": the server has done what was asked, and nobody hears of it."""

    DROP_BEFORE = "drop before"
    DROP_AFTER = "drop after"
    STALL_BEFORE = "stall before"
    STALL_AFTER = "stall after"
    CUT_REQUEST = "cut request"
    """The server gets half of the body."""
    CUT_ANSWER = "cut answer"
    """The client gets half of the body."""
    CORRUPT_REQUEST = "corrupt request"
    """One byte of the body is another one."""
    ERROR_BEFORE = "500 before"
    ERROR_AFTER = "500 after"
    SLOW_DOWN = "503"
    """As S3 answers when it is asked too much."""
    SKEWED = "403 skewed"
    """As S3 answers when the client's clock is wrong."""


CANNED = {
    Kind.ERROR_BEFORE: (500, "InternalError"),
    Kind.ERROR_AFTER: (500, "InternalError"),
    Kind.SLOW_DOWN: (503, "SlowDown"),
    Kind.SKEWED: (403, "RequestTimeTooSkewed"),
}
AFTER = frozenset({Kind.DROP_AFTER, Kind.STALL_AFTER, Kind.CUT_ANSWER, Kind.ERROR_AFTER})


@dataclass(slots=True)
class Fault:
    """A kind of failure of the requests whose ``METHOD /path?query`` a pattern is found in."""

    kind: Kind
    pattern: str
    times: int = 1
    """How many of them fail; a great number for all."""
    spared: int = 0
    """How many are let through before the first."""
    met: int = 0
    """How many failed."""
    then: Callable[[], None] | None = None
    """Called when one fails, before anything else happens."""

    def strikes(self, line: str) -> bool:
        """Whether this request fails."""
        if self.met >= self.times or not re.search(self.pattern, line):
            return False
        if self.spared:
            self.spared -= 1
            return False
        self.met += 1
        if self.then is not None:
            self.then()
        return True


@dataclass
class Proxy:
    """Passes requests on to ``target`` from an address of its own; `faults` may be changed at any time."""

    target: str
    faults: list[Fault] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    """``METHOD /path?query`` of every request, in order."""

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._closing = threading.Event()
        proxy = self

        class Handler(_Handler):
            owner = proxy

        class Listener(ThreadingHTTPServer):
            def handle_error(self, request: Any, client_address: Any) -> None:
                if not isinstance(sys.exception(), ConnectionError):  # a client that has given up
                    super().handle_error(request, client_address)

        self._server = Listener(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def fail(self, kind: Kind, pattern: str, *, times: int = 1, spared: int = 0, then: Callable[[], None] | None = None) -> Fault:
        """Add a fault."""
        fault = Fault(kind, pattern, times, spared, then=then)
        with self._lock:
            self.faults.append(fault)
        return fault

    def heal(self) -> None:
        """Remove every fault; requests that stall are dropped."""
        with self._lock:
            self.faults.clear()
        self._closing.set()
        self._closing = threading.Event()

    def close(self) -> None:
        """Stop listening."""
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)

    def verdict(self, line: str) -> tuple[Kind | None, threading.Event]:
        """What is to happen to a request."""
        with self._lock:
            self.lines.append(line)
            kind = next((fault.kind for fault in self.faults if fault.strikes(line)), None)
            return kind, self._closing


class _Handler(BaseHTTPRequestHandler):
    owner: Proxy
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet: apart they meet Nagle's delay of 40 ms

    def pass_on(self) -> None:
        """One request."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        kind, closing = self.owner.verdict(f"{self.command} {self.path}")
        if kind is Kind.CORRUPT_REQUEST and body:
            middle = len(body) // 2
            body = body[:middle] + bytes([body[middle] ^ 1]) + body[middle + 1 :]
        if kind is Kind.CUT_REQUEST:
            self._send_half(body)
        answer = self._forward(body) if kind in AFTER or kind in (None, Kind.CORRUPT_REQUEST) else None
        if kind in (Kind.STALL_BEFORE, Kind.STALL_AFTER):
            closing.wait(LONGEST_STALL_S)
        if kind in CANNED:
            status, code = CANNED[kind]
            text = f"<Error><Code>{code}</Code><Message>by the proxy</Message></Error>".encode()
            self._answer(status, [("Content-Type", "application/xml")], text)
        elif answer is None or kind in (Kind.STALL_AFTER, Kind.DROP_AFTER):
            self._drop()
        else:
            self._answer(*answer, cut=kind is Kind.CUT_ANSWER)

    def handle_expect_100(self) -> bool:
        super().handle_expect_100()
        self.wfile.flush()
        return True

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = pass_on  # noqa: N815 - names of BaseHTTPRequestHandler

    def _forward(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes] | None:
        """The server's answer, None when it has none."""
        upstream = http.client.HTTPConnection(urlsplit(self.owner.target).netloc, timeout=30)
        try:
            # The Host header stays the client's: it is signed.
            headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP}
            if body or self.command in ("PUT", "POST"):
                headers["Content-Length"] = str(len(body))
            upstream.request(self.command, self.path, body or None, headers)
            answer = upstream.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        except (OSError, http.client.HTTPException):
            return None
        finally:
            upstream.close()

    def _send_half(self, body: bytes) -> None:
        where = urlsplit(self.owner.target)
        with socket.create_connection((where.hostname, where.port), timeout=30) as upstream:
            upstream.sendall(f"{self.raw_requestline.decode().rstrip()}\r\n{self.headers}".encode() + body[: len(body) // 2])

    def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes, *, cut: bool = False) -> None:
        length = str(len(body))
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() == "content-length" and self.command == "HEAD":
                length = value  # of the body that a GET would have
            if name.lower() not in HOP_BY_HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", length)
        self.end_headers()
        if cut and (body or self.command == "HEAD"):
            self.wfile.write(body[: len(body) // 2])
            self._drop()
        elif cut:
            self._drop()
        elif self.command != "HEAD":
            self.wfile.write(body)

    def _drop(self) -> None:
        """Reset the connection."""
        self.wfile.flush()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    def log_message(self, *args: Any) -> None:
        pass
