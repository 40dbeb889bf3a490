"""A web server on loopback that sends bytes as it is told: lies, drips, resets, floods. Nothing of it is HTTP by itself."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable

Reply = Callable[[socket.socket, threading.Event], None]
"""What is done with a connection whose request has arrived; the event is set when the site closes."""

HTML = "text/html; charset=utf-8"


def head(status: str = "200 OK", kind: str = HTML, length: int | None = None, **more: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", "Connection: close"]
    if length is not None:
        lines.append(f"Content-Length: {length}")
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in more.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def sends(*pieces: bytes) -> Reply:
    """Send bytes and close."""

    def reply(connection: socket.socket, over: threading.Event) -> None:
        for piece in pieces:
            connection.sendall(piece)

    return reply


def answers(body: bytes | str, status: str = "200 OK", kind: str = HTML, **more: str) -> Reply:
    """An honest answer."""
    content = body.encode() if isinstance(body, str) else body
    return sends(head(status, kind, len(content), **more) + content)


def leads_to(url: str, status: str = "302 Found") -> Reply:
    """A redirect."""
    return sends(head(status, length=0, Location=url))


def drips(first: bytes, drop: bytes, pause: float) -> Reply:
    """A slow loris: a byte now and then, for ever."""

    def reply(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(first)
        while not over.wait(pause):
            connection.sendall(drop)

    return reply


def floods(first: bytes, drop: bytes) -> Reply:
    """As much as the other side takes, for ever."""

    def reply(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(first)
        while not over.is_set():
            connection.sendall(drop * max(1, 65_536 // len(drop)))

    return reply


def stalls(first: bytes = b"") -> Reply:
    """Say something, or nothing, and leave the connection open."""

    def reply(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(first)
        over.wait()

    return reply


def resets(first: bytes = b"") -> Reply:
    """Break the connection off with RST."""

    def reply(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(first)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    return reply


class RawSite:
    """Connections are counted from the moment they are accepted, whether or not something is asked for."""

    def __init__(self, paths: dict[str, Reply], host: str = "127.0.0.1", *, remembers: bool = True) -> None:
        self.paths = paths
        self.host = host
        self._remembers = remembers
        self.connections = 0
        self.asked: list[str] = []
        """Request lines."""
        self.requests: list[str] = []
        """Whole heads of requests."""
        self._over = threading.Event()
        self._listener = socket.create_server((host, 0), backlog=64)
        self._listener.settimeout(0.1)
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    def url(self, path: str = "/", host: str | None = None) -> str:
        return f"http://{host or self.host}:{self.port}{path}"

    def close(self) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(5)
        self._listener.close()

    def _accept(self) -> None:
        while not self._over.is_set():
            try:
                connection, _ = self._listener.accept()
            except TimeoutError:
                continue
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads = [known for known in self._threads if known.is_alive()]
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            connection.settimeout(20)
            request = b""
            with contextlib.suppress(OSError):  # the client gave up, as it should
                while b"\r\n\r\n" not in request:
                    got = connection.recv(65_536)
                    if not got:
                        return
                    request += got
                line = request.split(b"\r\n", 1)[0].decode("latin-1")
                if self._remembers:
                    self.asked.append(line)
                    self.requests.append(request.decode("latin-1"))
                path = line.split(" ")[1]
                reply = self.paths.get(path, answers("nothing here", "404 Not Found", "text/plain"))
                reply(connection, self._over)
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_WR)
