"""``scrapy crawl site`` over sites whose places are wrong in every way that was met, beside one that is in order."""

from __future__ import annotations

import os
import ssl
import subprocess
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from loopback import HTML, XML, Answer, LoopbackSite
from running import Place, page

NS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


class Endless(dict):
    """Paths of a site that has a page for every day of all time, each with a link to the next."""

    def get(self, path: str, default: Answer) -> Answer:
        number = path.removeprefix("/termine/tag-").removesuffix("/")
        if path.startswith("/termine/tag-") and number.isdigit():
            following = f'<a rel="next" href="/termine/tag-{int(number) + 1}/">weiter</a>'
            return Answer(f'<body class="archive date"><h1>Tag {number}</h1><p>Nichts</p>{following}', headers=HTML)
        number = path.removeprefix("/map-").removesuffix(".xml")
        if path.startswith("/map-") and number.isdigit():
            return Answer(f"<sitemapindex {NS}><sitemap><loc>/map-{int(number) + 1}.xml</loc></sitemap></sitemapindex>", headers=XML)
        return super().get(path, default)


def home(*links: str, head: str = "") -> Answer:
    return Answer(f'<html><head>{head}</head><body class="home blog">{"".join(links)}</body></html>', headers=HTML)


def link(path: str) -> str:
    return f'<article><h2><a href="{path}">{path}</a></h2></article>'


class Secure:
    """A server with a certificate that its authority signed, valid so many days from now on."""

    def __init__(self, authority: Authority, folder: Path, days: int) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = page(40 + days).encode() if self.path == "/9/" else home(link("/9/")).body.encode()
                self.send_response(404 if self.path == "/robots.txt" else 200)
                self.send_header("Content-Type", HTML["Content-Type"])
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                pass

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(authority.leaf(folder / f"{days}.pem", days))
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"https://localhost:{self._server.server_address[1]}/"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Authority:
    """A certificate authority of the test's own, which the crawl is told to trust."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._key = rsa.generate_private_key(65_537, 2_048)
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test authority")])
        own = self._signed(self._name, self._key, days=2).add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        file.write_bytes(own.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))

    def _signed(self, name: x509.Name, key: rsa.RSAPrivateKey, days: int) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder().subject_name(name).issuer_name(self._name).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=9)).not_valid_after(now + timedelta(days=days))
        )  # fmt: skip

    def leaf(self, file: Path, days: int) -> Path:
        key = rsa.generate_private_key(65_537, 2_048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
        alternative = x509.SubjectAlternativeName([x509.DNSName("localhost")])
        signed = self._signed(name, key, days).add_extension(alternative, critical=False).sign(self._key, hashes.SHA256())
        plain = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        file.write_bytes(plain + signed.public_bytes(serialization.Encoding.PEM))
        return file


@pytest.fixture(scope="module")
def crawled(tmp_path_factory):
    place = Place(tmp_path_factory.mktemp("places"))
    sound, endless, moved, dated = LoopbackSite({}), LoopbackSite(Endless()), LoopbackSite({}), LoopbackSite({})
    authority = Authority(place.folder / "authority.pem")
    valid, expired = (Secure(authority, place.folder, days) for days in (1, -1))
    sound.paths |= {"/": home(link("/1/"), link("/2/")), "/1/": Answer(page(1), headers=HTML), "/2/": Answer(page(2), headers=HTML)}
    endless.paths |= {
        "/robots.txt": Answer(f"Sitemap: {endless.url('/map-0.xml')}\n"),
        "/": home(link("/termine/tag-1/"), link("/5/"), head='<link rel="alternate" type="application/rss+xml" href="/feed/">'),
        "/feed/": Answer("<!doctype html><html><body>The feed has moved</body></html>", headers=HTML),
        "/5/": Answer(page(5), headers=HTML),
    }
    moved.paths |= {"/": Answer("", 301, headers={"Location": sound.url("/")})}
    entries = {"/1/": "yesterday", "/2/": "2024-13-45", "/3/": "9999-12-31T00:00:00Z", "/4/": "", "/5/": "0000-00-00", "/6/": "2001-01-01"}
    entries = {path: f"<url><loc>{path}</loc><lastmod>{when}</lastmod></url>" for path, when in entries.items()}
    dated.paths |= {"/": home(), "/sitemap.xml": Answer(f"<urlset {NS}>{''.join(entries.values())}</urlset>", headers=XML)}
    dated.paths |= {path: Answer(page(10 + n), headers=HTML) for n, path in enumerate(entries)}
    file = place.folder / "sites.toml"
    file.write_text(f'[sites."127.0.0.1:{endless.port}"]\nmax_listings = 12\n[sites."127.0.0.1:{dated.port}"]\nmax_age_days = 30\n')
    homes = ",".join([*(site.url("/") for site in (endless, moved, dated, sound)), valid.url, expired.url])
    command = place.command("crawl", "site", "-a", f"url={homes}", SITES_FILE=file, RETRY_TIMES=0)
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=Path(__file__).parents[2], check=False, env=os.environ | {"SSL_CERT_FILE": str(authority.file)})
    valid.close()
    expired.close()
    pages = [row["canonical_url"] for row in place.open().pages().to_pylist()]
    return {"sound": sound, "endless": endless, "moved": moved, "dated": dated}, done, pages, (valid, expired)


def lost(done: subprocess.CompletedProcess[str], url: str) -> str:
    """The line about what was lost at an address."""
    [line] = [line for line in done.stdout.splitlines() if url in line]
    return line


def test_the_site_in_order_is_whole_and_the_crawl_ends_by_itself_with_status_1(crawled):
    sites, done, pages, _ = crawled
    assert done.returncode == 1
    assert " finished in " in done.stdout
    assert "Traceback" not in done.stderr
    assert {sites["sound"].url("/1/"), sites["sound"].url("/2/")} <= set(pages)


def test_a_calendar_and_indexes_without_end_stop_at_the_limit_which_is_counted(crawled):
    sites, done, pages, _ = crawled
    asked = [one.path for one in sites["endless"].asked]
    assert len([path for path in asked if "/termine/" in path or "/map-" in path]) <= 2 * 12
    assert sites["endless"].url("/5/") in pages
    assert " limit" in done.stdout


def test_a_feed_that_is_a_page_is_named(crawled):
    sites, done, _, _ = crawled
    assert "it is an HTML page" in lost(done, sites["endless"].url("/feed/"))


def test_a_site_that_moved_to_another_domain_is_named_with_its_new_address_and_not_visited_under_the_old(crawled):
    sites, done, pages, _ = crawled
    assert f"has moved to {sites['sound'].url('/')}" in lost(done, sites["moved"].url("/"))
    assert not [url for url in pages if url.startswith(sites["moved"].url(""))]


def test_wrong_dates_leave_no_page_out_and_an_old_one_does(crawled):
    sites, _, pages, _ = crawled
    here = sorted(url.removeprefix(sites["dated"].url("")) for url in pages if url.startswith(sites["dated"].url("")))
    assert here == ["/1/", "/2/", "/3/", "/4/", "/5/"]


def test_a_certificate_that_ran_out_is_named_and_one_that_did_not_is_believed(crawled):
    _, done, pages, (valid, expired) = crawled
    assert f"{valid.url}9/" in pages
    assert not [url for url in pages if url.startswith(expired.url)]
    lines = [line for line in done.stdout.splitlines() if expired.url in line]
    assert lines
    assert all("has expired on" in line for line in lines), lines
