"""The generated pages behind nginx on loopback: twelve hosts, gzip, keepalive, validators, WordPress' REST count."""

from __future__ import annotations

import gzip
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from json import dumps
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from benchmarks.pages import SITES, BenchPage, pages
from sample.wordpress import MAX_PER_PAGE, comment_feed, rest_comments

HOSTS: Final = "127.0.1.{}"
"""A loopback address for each site, so that each is a host of its own with a queue of its own."""

GZIP_LEVEL: Final = 5
"""What nginx is often configured with (its default is 1)."""

FIELDS: Final = "id,parent,author,author_name,author_url,date,date_gmt,link,status,type"
"""What our crawler asks the REST interface for (`crawler/systems/wordpress/rest.py`, which is not imported: this
process stays small)."""

_CONFIG: Final = """\
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 512; }}
http {{
    access_log off;
    log_format bytes '$status $bytes_sent $request_length';
    client_body_temp_path {folder}/temp;
    proxy_temp_path {folder}/temp;
    fastcgi_temp_path {folder}/temp;
    uwsgi_temp_path {folder}/temp;
    scgi_temp_path {folder}/temp;
    default_type "text/html; charset=UTF-8";
    sendfile on;
    tcp_nopush on;
    keepalive_timeout 75s;
    keepalive_requests 100000;
    open_file_cache max=4000 inactive=10m;
    open_file_cache_valid 10m;
    gzip_static always;
    gunzip on;
    etag on;
    map_hash_bucket_size 128;
    map_hash_max_size 65536;
    map $arg_post $total {{
        default "";
        include {folder}/totals;
    }}
{servers}
}}
"""

_SERVER: Final = """\
    server {{
{listen}
        root {folder}/pages/$host;
        access_log {folder}/access.log bytes;
{more}
        location = /robots.txt {{ return 404; }}
        location = /wp-json/ {{
            default_type application/json;
            return 200 '{{"timezone_string": "UTC", "gmt_offset": 0}}';
        }}
        location = /wp-json/wp/v2/comments {{
            default_type application/json;
            add_header X-WP-Total $total;
            rewrite ^ /rest/$arg_post-$arg_page break;
        }}
        location = / {{
            default_type application/json;
            add_header X-WP-Total $total;
            rewrite ^ /rest/$arg_post-probe break;
        }}
        location ~ /feed/$ {{
            default_type "application/rss+xml; charset=UTF-8";
            rewrite ^(.*)/$ $1/page break;
        }}
        location / {{ rewrite ^(.*)/$ $1/page break; }}
    }}
"""

_NO_VALIDATORS: Final = """\
        etag off;
        if_modified_since off;
        add_header Last-Modified "";
"""


class NoServerError(RuntimeError):
    """There is no nginx; the message says how to get one."""


class Wire(NamedTuple):
    """What went over the wire, counted by the server."""

    requests: int
    sent: int
    """Bytes of the answers with their heads."""
    received: int
    """Bytes of the requests."""
    statuses: dict[int, int]


@dataclass(frozen=True, slots=True)
class PageSet:
    """Pages that are served."""

    urls: list[str]
    comments: list[int]
    """Comments of each, in the order of `urls`."""
    size: int
    """Bytes of all pages, uncompressed."""

    def first(self, count: int) -> PageSet:
        """The first of them."""
        return PageSet(self.urls[:count], self.comments[:count], self.size * count // len(self.urls))


class Server:
    """A running nginx of this benchmark."""

    def __init__(self, folder: Path, port: int, plain_port: int, process: subprocess.Popen[bytes]) -> None:
        self.folder, self.port, self.plain_port, self._process = folder, port, plain_port, process

    @property
    def log(self) -> Path:
        """A line a request: status, bytes sent, bytes received."""
        return self.folder / "access.log"

    def add(
        self,
        count: int,
        seed: int = 1,
        *,
        comments: int | None = None,
        has_rest: bool = False,
        has_validators: bool = True,
    ) -> PageSet:
        """Generate pages and serve them. Each seed is a set of its own, in which no address and no thread repeats.

        :param comments: of each page; None: as such pages have
        :param has_rest: whether their heads name the REST interface, which then answers for them
        :param has_validators: whether they are served with ETag and Last-Modified, and with status 304
        """
        host = f"http://{HOSTS}:{self.port if has_validators else self.plain_port}"
        made = pages(count, seed, comments=comments, host=host, has_rest=has_rest)
        urls, counts, size, totals = [], [], 0, []
        for one in made:
            base = one.url.partition("/2024/")[0]
            self._write(one.url, "page", one.body)
            self._write(f"{one.url}feed/", "page", comment_feed(one.site, one.story, base).encode())
            urls.append(one.url)
            counts.append(one.comments)
            size += len(one.body)
            if has_rest:
                totals.append(f"{one.story.number} {self._add_rest(one, base)};\n")
        if totals:
            (self.folder / "totals").write_text("".join(totals))
            self._reload()
        return PageSet(urls, counts, size)

    def _write(self, url: str, name: str, body: bytes) -> None:
        parts = urlsplit(url)
        file = self.folder / "pages" / (parts.hostname or "") / parts.path.strip("/") / f"{name}.gz"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(gzip.compress(body, GZIP_LEVEL, mtime=0))

    def _add_rest(self, one: BenchPage, base: str) -> int:
        """Files that answer for the REST interface; the count that it states."""
        number, total = one.story.number, 0
        rows: list[dict[str, object]] = []
        for at in range(1, max(1, -(-one.comments // MAX_PER_PAGE)) + 1):
            query = {"post": f"{number}", "per_page": f"{MAX_PER_PAGE}", "page": f"{at}", "order": "asc"}
            query["_fields"] = FIELDS
            rows, head = rest_comments(one.site, [one.story], base, query)
            self._write(f"{base}/rest", f"{number}-{at}", dumps(rows).encode())
            total = int(head["X-WP-Total"])
        self._write(f"{base}/rest", f"{number}-probe", dumps([{"id": row["id"]} for row in rows[:1]]).encode())
        return total

    def _reload(self) -> None:
        os.kill(self._process.pid, signal.SIGHUP)
        time.sleep(0.5)

    def mark(self) -> int:
        """Where the log ends now, for :meth:`wire`."""
        return self.log.stat().st_size if self.log.exists() else 0

    def wire(self, since: int) -> Wire:
        """What was sent and received since a mark."""
        time.sleep(0.2)  # a line is written after its answer
        statuses: dict[int, int] = {}
        sent = received = 0
        with self.log.open("rb") as lines:
            lines.seek(since)
            for line in lines:
                status, out, into = map(int, line.split())
                statuses[status] = statuses.get(status, 0) + 1
                sent, received = sent + out, received + into
        return Wire(sum(statuses.values()), sent, received, statuses)

    def cpu(self) -> float:
        """CPU seconds that its worker has used."""
        ticks = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rpartition(")")[2].split()
            except OSError:  # it has ended meanwhile
                continue
            if int(fields[1]) == self._process.pid:
                ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")


@contextmanager
def running(folder: Path) -> Iterator[Server]:
    """An nginx on free ports of loopback addresses, whose files lie in a folder; it ends with the block.

    :raises NoServerError: when there is none and none can be installed
    """
    find_nginx()
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    (folder / "totals").write_text("")
    hosts = [HOSTS.format(number) for number in range(SITES)]
    port, plain_port = free_ports(hosts, 2)
    servers = "".join(
        _SERVER.format(
            folder=folder.resolve(), listen="\n".join(f"        listen {host}:{at};" for host in hosts), more=more
        )
        for at, more in ((port, ""), (plain_port, _NO_VALIDATORS))
    )
    with serving(folder, _CONFIG.format(folder=folder.resolve(), servers=servers), hosts[0], port) as process:
        yield Server(folder, port, plain_port, process)


@contextmanager
def serving(folder: Path, config: str, host: str, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """An nginx with a configuration that lets it listen at this host and port; it ends with the block.

    :raises NoServerError: when it does not start
    """
    file = folder / "nginx.conf"
    user = "user root;\n" if os.geteuid() == 0 else ""  # the folder may be closed to others
    file.write_text(user + config)
    process = subprocess.Popen([find_nginx(), "-c", str(file.resolve()), "-p", str(folder.resolve())])  # noqa: S603  found above
    try:
        _await(process, host, port, folder / "error.log")
        yield process
    finally:
        process.send_signal(signal.SIGQUIT)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def find_nginx() -> str:
    """The program; installs Debian's package where that may be done.

    :raises NoServerError: where it may not
    """
    places = os.environ.get("PATH", "") + os.pathsep + "/usr/sbin"
    found = shutil.which("nginx", path=places)
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        print("installing nginx-light", file=sys.stderr)
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "nginx-light"]
        settings = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (install, ["apt-get", "update", "-qq"], install):
            done = subprocess.run(command, env=settings, stdout=sys.stderr, check=False)  # noqa: S603  fixed
            if command is install and done.returncode == 0:
                break
        found = shutil.which("nginx", path=places)
    if found is None:
        raise NoServerError("the pages are served with nginx, install it: apt-get install nginx-light (Debian)")
    return found


def nginx_version() -> str:
    """``nginx/1.22.1``."""
    said = subprocess.run([find_nginx(), "-v"], capture_output=True, text=True, check=True)  # noqa: S603  found above
    return said.stderr.strip().rpartition(" ")[2]


def free_ports(hosts: Iterable[str], count: int) -> list[int]:
    """Ports that are free on every one of these addresses."""
    with ExitStack() as stack:
        ports: list[int] = []
        for _ in range(count):
            probe = stack.enter_context(socket.socket())
            probe.bind(("", 0))  # free on every address
            ports.append(probe.getsockname()[1])
    for host in hosts:
        for port in ports:
            with socket.socket() as probe:
                probe.bind((host, port))
    return ports


def _await(process: subprocess.Popen[bytes], host: str, port: int, log: Path) -> None:
    for _ in range(100):
        if process.poll() is not None:
            break
        try:
            socket.create_connection((host, port), 0.2).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    said = log.read_text("utf-8", "replace") if log.exists() else ""
    raise NoServerError(f"nginx did not start on {host}:{port}: {said[-2_000:]}")
