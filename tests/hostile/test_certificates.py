"""A server whose certificate is not believed: nothing is said to it, and the person learns what is wrong with it."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from running import ENVIRONMENT, Place, page

DAY = timedelta(days=1)
NOW = datetime.now(UTC)
LOCALHOST: tuple[x509.GeneralName, ...] = (x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1")))


class Signer:
    """An authority, or a stage of one; ``above`` None signs itself."""

    def __init__(self, name: str, above: Signer | None = None) -> None:
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.above = above
        self.certificate = (above or self).sign(self.name, self.key, x509.BasicConstraints(ca=True, path_length=None), NOW - DAY, NOW + DAY)

    def sign(self, name: x509.Name, key: ec.EllipticCurvePrivateKey, extension: x509.ExtensionType, begins: datetime, ends: datetime) -> x509.Certificate:
        builder = x509.CertificateBuilder().subject_name(name).issuer_name(self.name).public_key(key.public_key())
        builder = builder.serial_number(x509.random_serial_number()).not_valid_before(begins).not_valid_after(ends)
        return builder.add_extension(extension, critical=False).sign(self.key, hashes.SHA256())


def pem(*certificates: x509.Certificate) -> bytes:
    return b"".join(certificate.public_bytes(serialization.Encoding.PEM) for certificate in certificates)


Serve = Callable[..., tuple[str, list[str]]]


@pytest.fixture
def authority(place: Place, monkeypatch: pytest.MonkeyPatch) -> Signer:
    """The one authority that the crawls of a test trust."""
    root = Signer("Root of the test")
    file = place.folder / "root.pem"
    file.write_bytes(pem(root.certificate))
    monkeypatch.setitem(ENVIRONMENT, "SSL_CERT_FILE", str(file))
    return root


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Start a server with a certificate; its address, and the paths that it is asked for."""
    servers: list[ThreadingHTTPServer] = []

    def start(
        signer: Signer | None, *, names: tuple[x509.GeneralName, ...] = LOCALHOST, begins: datetime = NOW - DAY, ends: datetime = NOW + DAY,
        chain: bool = True, host: str = "localhost",
    ) -> tuple[str, list[str]]:  # fmt: skip
        leaf = Signer("leaf")
        if signer is None:
            certificate = leaf.sign(leaf.name, leaf.key, x509.SubjectAlternativeName(names), begins, ends)
        else:
            certificate = signer.sign(leaf.name, leaf.key, x509.SubjectAlternativeName(names), begins, ends)
        between = [signer.certificate] if chain and signer is not None and signer.above is not None else []
        asked: list[str] = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(self.path)
                body = page(len(servers), 1).encode()
                self.send_response(404 if self.path == "/robots.txt" else 200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                pass

        file = tmp_path / f"{len(servers)}.pem"
        key = leaf.key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        file.write_bytes(key + pem(certificate, *between))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"https://{host}:{server.server_address[1]}/", asked

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_what_is_wrong_with_a_certificate_is_said_to_the_person_and_in_the_table_of_visits(
    place: Place, authority: Signer, serve: Serve
) -> None:
    between = Signer("Authority in between", authority)
    stranger = Signer("Authority of strangers")
    elsewhere = (x509.DNSName("other.example"),)
    cases = [
        (*serve(authority, ends=NOW - DAY / 2), f"has expired on {NOW - DAY / 2:%Y-%m-%d}"),
        (*serve(between, ends=NOW - DAY / 2), f"has expired on {NOW - DAY / 2:%Y-%m-%d}"),
        (*serve(authority, begins=NOW + DAY / 2), f"is not valid before {NOW + DAY / 2:%Y-%m-%d}"),
        (*serve(None), "is self-signed"),
        (*serve(stranger), "is signed by an authority that is not known here"),
        (*serve(between, chain=False), "the server does not send the certificates in between"),
        (*serve(authority, names=elsewhere), "is not made out to localhost"),
        (*serve(between, names=elsewhere), "is not made out to localhost"),
        (*serve(authority, names=elsewhere, host="127.0.0.1"), "is not made out to 127.0.0.1"),
    ]
    log = place.folder / "log.txt"
    done = place.run("crawl", "pages", "--logfile", str(log), "-a", "url=" + ",".join(url for url, _, _ in cases), RETRY_TIMES=2)
    details = {row["url"]: row["detail"] for row in place.open().visits().to_pylist()}
    for url, asked, words in cases:
        assert words in details[url], url
        [line] = [line for line in done.stdout.splitlines() if url in line]
        assert words in line
        assert asked == [], "nothing is said to whom one does not know"
    assert done.returncode == 1
    text = log.read_text("utf-8")
    assert "Traceback" not in text
    assert text.count("CRITICAL") == text.count("ERROR: ") == 0


def test_a_certificate_that_is_in_order_is_believed_and_any_other_when_the_operator_says_so(
    place: Place, authority: Signer, serve: Serve
) -> None:
    between = Signer("Authority in between", authority)
    good = [serve(authority)[0], serve(between)[0], serve(between, host="127.0.0.1")[0]]
    assert place.crawl(*good).returncode == 0
    bad = [serve(None)[0], serve(between, ends=NOW - DAY / 2)[0], serve(between, names=(x509.DNSName("other.example"),))[0]]
    assert place.crawl(*bad, DOWNLOAD_VERIFY_CERTIFICATES=False).returncode == 0
    assert place.open().pages().to_table().num_rows == 6
