"""A static site of many pages behind nginx: sitemaps, a feed, listings, other addresses of pages, and traps.

Sitemaps name nine pages in ten, some with a tracking parameter; the feed names the newest, all with one; the listings,
each linked from the one before, name all. Of every hundredth page a listing also names the AMP version and an address
with a parameter that means nothing. On each listing stand links that lead nowhere new, and answer.
"""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Final

from benchmarks.crawl.server import GZIP_LEVEL, free_ports, serving
from benchmarks.pages import page
from sample.wordpress import comment_feed

HOST: Final = "127.0.0.1"
PER_MAP: Final = 2_000
PER_LISTING: Final = 10
IN_FEED: Final = 50
MEAN_COMMENTS: Final = 7
VARIED: Final = 100
"""Every so many pages one has other addresses too."""

TRAPS: Final = (
    "/calendar/2024/{month:02}/", "/news/?sort=asc", "/news/?filter={number}", "/search/?q={number}", "/wp-login.php",
    "/news/news/news/news/{number}/", "/news/;jsessionid={number:032x}", "/print/{number}/",
    "/cart/?add-to-cart={number}", "/files/{number}.pdf",
)  # fmt: skip
"""Links of each listing; every one answers with a listing."""

_CONFIG: Final = """\
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 512; }}
http {{
    log_format asked '$status $bytes_sent $request_uri';
    client_body_temp_path {folder}/temp;
    proxy_temp_path {folder}/temp;
    fastcgi_temp_path {folder}/temp;
    uwsgi_temp_path {folder}/temp;
    scgi_temp_path {folder}/temp;
    keepalive_requests 100000;
    gzip_static always;
    gunzip on;
    default_type "text/html; charset=UTF-8";
    server {{
        listen {host}:{port};
        root {folder}/files;
        access_log {folder}/access.log asked;
        location = /robots.txt {{
            default_type text/plain;
            return 200 "User-agent: *\\nDisallow: /private/\\nSitemap: http://{host}:{port}/sitemap.xml\\n";
        }}
        location ~ \\.xml$ {{ default_type application/xml; }}
        location ~ /feed/$ {{
            default_type "application/rss+xml; charset=UTF-8";
            rewrite ^(.*)/$ $1/page break;
        }}
        location ~ "^/(calendar|search|wp-login|print|cart|files|private)|;jsessionid|/news/news/" {{
            rewrite ^ /news/page break;
        }}
        location / {{ rewrite ^(.*)/$ $1/page break; }}
    }}
}}
"""


_AMP: Final = (
    '<!doctype html><html amp><head><link rel="canonical" href="{url}"><title>A story</title></head>'
    "<body><p>In short.</p></body></html>"
)


@dataclass(slots=True)
class Site:
    """What is served, and what was asked for."""

    folder: Path
    port: int
    pages: list[str] = field(default_factory=list)
    """Paths of all pages."""
    others: set[str] = field(default_factory=set)
    """Other addresses of them."""
    places: set[str] = field(default_factory=set)
    """Paths of the home page, listings, sitemaps, feed and robots.txt."""
    comments: int = 0

    @property
    def home(self) -> str:
        """Its address."""
        return f"http://{HOST}:{self.port}/"

    def mark(self) -> int:
        """Where the log ends now, for :meth:`asked`."""
        log = self.folder / "access.log"
        return log.stat().st_size if log.exists() else 0

    def asked(self, since: int) -> tuple[Counter[str], int]:
        """What was asked for since a mark, how often each, and the bytes of the answers."""
        paths: Counter[str] = Counter()
        sent = 0
        with (self.folder / "access.log").open(encoding="utf-8") as lines:
            lines.seek(since)
            for line in lines:
                _, size, path = line.split()
                paths[path] += 1
                sent += int(size)
        return paths, sent

    def build(self, count: int) -> None:
        """Write a site of so many pages."""
        base = self.home.rstrip("/")
        rng = Random(1)  # noqa: S311  repeatable on purpose
        for number in range(1, count + 1):
            one = page(number, rng, int(rng.expovariate(1 / MEAN_COMMENTS)), host=base)
            path = one.url.removeprefix(base)
            self._write(path, one.body)
            self._write(f"{path}feed/", comment_feed(one.site, one.story, base).encode())
            self.pages.append(path)
            self.comments += one.comments
            if number % VARIED == 0:
                self._write(f"{path}amp/", _AMP.format(url=one.url).encode())
                self.others |= {f"{path}amp/", f"{path}?v=2"}
        self._name_pages(base)

    def _name_pages(self, base: str) -> None:
        listed = self.pages[: len(self.pages) * 9 // 10]
        maps = [f"/sitemap-{at // PER_MAP}.xml" for at in range(0, len(listed), PER_MAP)]
        for at, name in enumerate(maps):
            of_map = listed[at * PER_MAP : (at + 1) * PER_MAP]
            urls = [f"{base}{path}{'?utm_source=map' if not number % 7 else ''}" for number, path in enumerate(of_map)]
            self._write(name, _sitemap("urlset", "url", urls))
        self._write("/sitemap.xml", _sitemap("sitemapindex", "sitemap", [base + name for name in maps]))
        items = "".join(f"<item><link>{base}{path}?utm_source=rss</link></item>" for path in self.pages[-IN_FEED:])
        self._write("/feed/", f"<rss><channel>{items}</channel></rss>".encode())
        pieces = [self.pages[at : at + PER_LISTING] for at in range(0, len(self.pages), PER_LISTING)]
        names = ["/news/", *(f"/news/page/{number}/" for number in range(2, len(pieces) + 1))]
        others = {path.partition("amp/")[0].partition("?")[0]: path for path in self.others}
        for at, (name, paths) in enumerate(zip(names, pieces, strict=True)):
            more = [f"{path}{end}" for path in paths if path in others for end in ("amp/", "?v=2")]
            self._write(name, _listing([*paths, *more], names[at + 1 : at + 2], at + 1))
        head = '<link rel="alternate" type="application/rss+xml" href="/feed/">'
        self._write("/", _listing(self.pages[-6:], ["/news/"], 0, head))
        self.places = {"/", "/robots.txt", "/sitemap.xml", "/feed/", *maps, *names}

    def _write(self, path: str, body: bytes) -> None:
        name = f"{path.strip('/')}/page" if path.endswith("/") else path.strip("/")
        file = self.folder / "files" / f"{name.strip('/')}.gz"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(gzip.compress(body, GZIP_LEVEL, mtime=0))


def _sitemap(kind: str, each: str, urls: Iterable[str]) -> bytes:
    named = "".join(f"<{each}><loc>{url}</loc></{each}>" for url in urls)
    return f'<{kind} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{named}</{kind}>'.encode()


def _listing(paths: Iterable[str], following: Iterable[str], number: int, head: str = "") -> bytes:
    teasers = "".join(f'<article><h2><a href="{path}">A story</a></h2></article>' for path in paths)
    further = "".join(f'<a class="next" rel="next" href="{path}">Next</a>' for path in following)
    traps = "".join(f'<a href="{one.format(number=number, month=number % 12 + 1)}">more</a>' for one in TRAPS)
    return (
        f'<!doctype html><html><head><title>News</title>{head}</head><body class="archive">{teasers}'
        f'<nav class="pagination">{further}</nav><footer>{traps}</footer></body></html>'
    ).encode()


@contextmanager
def running(folder: Path, count: int) -> Iterator[Site]:
    """A site of so many pages on a free port of loopback.

    :raises benchmarks.crawl.server.NoServerError: when there is no nginx and none can be installed
    """
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    (port,) = free_ports([HOST], 1)
    site = Site(folder.resolve(), port)
    site.build(count)
    with serving(folder, _CONFIG.format(folder=folder.resolve(), host=HOST, port=port), HOST, port):
        yield site
