"""No way in: nothing that comes from the web makes a crawl connect to a private address, a file or another scheme."""

from __future__ import annotations

import json
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st
from raw_site import RawSite, answers, leads_to
from running import ENVIRONMENT, PROJECT, Place, page
from scrapy import Request
from twisted.internet.address import IPv4Address as TwistedAddress
from twisted.internet.endpoints import HostnameEndpoint
from twisted.internet.interfaces import IHostnameResolver
from twisted.internet.protocol import Factory
from twisted.internet.testing import MemoryReactorClock
from zope.interface import implementer

from crawler.politeness.refusal import RefusedError
from crawler.safety.addresses import HostsError, PrivateHosts, is_local_name, is_public, literal
from crawler.safety.connections import _check, _check_behind_proxy, _GuardedReactor

RawSites = Callable[..., RawSite]

PRIVATE = """
0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.255 127.0.0.1 127.255.255.254 169.254.169.254 172.16.0.1
172.31.255.255 192.0.0.8 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.9 224.0.0.1
239.255.255.250 240.0.0.1 255.255.255.255
:: ::1 ::7f00:1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 64:ff9b::7f00:1 64:ff9b::a00:1 64:ff9b:1::1
100::1 2001::1 2001:0:5ef5:79fb::1 2001:db8::1 2002:7f00:1::1 2002:a00:1:: 2002:c0a8:101::1 3fff::1 5f00::1 fc00::1
fd00:ec2::254 fe80::1 fe80::1%eth0 fec0::1 ff02::1 4000::1
""".split()
PUBLIC = """
1.1.1.1 8.8.8.8 93.184.215.14 100.63.255.255 100.128.0.1 172.15.0.1 172.32.0.1 192.0.1.1 198.17.0.1 198.20.0.1 223.255.255.255
2606:4700::1111 2a00:1450:4001:81b::200e 64:ff9b::808:808 2002:808:808::1 ::ffff:8.8.8.8
""".split()


@pytest.mark.parametrize("address", PRIVATE)
def test_special_addresses_are_not_public_in_any_spelling(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(ip_address(address))


@given(st.ip_addresses(v=4))
def test_an_ipv6_form_is_never_more_public_than_the_ipv4_address_it_leads_to(address: IPv4Address) -> None:
    number = int(address)
    forms = [IPv6Address(0xFFFF << 32 | number), IPv6Address(0x64FF9B << 96 | number), IPv6Address(0x2002 << 112 | number << 80)]
    assert all(is_public(form) == is_public(address) for form in forms)
    assert is_public(address) <= (address.is_global and not address.is_multicast)


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("2130706433", "127.0.0.1"),
        ("0x7f000001", "127.0.0.1"),
        ("0x7f.1", "127.0.0.1"),
        ("0177.0.0.1", "127.0.0.1"),
        ("017700000001", "127.0.0.1"),
        ("127.1", "127.0.0.1"),
        ("127.0.0.1.", "127.0.0.1"),
        ("[::1]", "::1"),
        ("0", "0.0.0.0"),
        ("example.org", None),
        ("1.2.3.4.example.org", None),
        ("face", None),
        ("", None),
    ],
)
def test_other_spellings_of_an_address_are_read_as_the_c_library_does(host: str, address: str | None) -> None:
    assert literal(host) == (None if address is None else ip_address(address))


def test_a_host_is_allowed_by_its_name_its_address_or_its_network() -> None:
    hosts = PrivateHosts.parse(["wiki.corp.example", "10.1.0.0/16", "fd00::/8", " 192.168.7.7 ", ""])
    assert hosts.refusal("wiki.corp.example.", "172.16.3.3") is None
    assert hosts.refusal("anything.example", "10.1.2.3") is None
    assert hosts.refusal("anything.example", "::ffff:10.1.2.3") is None
    assert hosts.refusal("anything.example", "fd12::1") is None
    assert hosts.refusal("192.168.7.7", "192.168.7.7") is None
    assert "10.2.0.1 is no address of the public internet" in str(hosts.refusal("10.2.0.1", "10.2.0.1"))
    assert "x.example (127.0.0.1)" in str(hosts.refusal("x.example", "127.0.0.1"))
    assert hosts.refusal("x.example", "x.example") is not None, "a name that was not resolved is no address"
    assert PrivateHosts.parse(["*"]).refusal("x.example", "127.0.0.1") is None


@pytest.mark.parametrize("entry", ["http://10.0.0.1", "10.0.0.1:80", "10.0.0.0/33", "a b", "exa$mple", "1.2.3", "::1/200"])
def test_an_entry_that_says_nothing_is_refused(entry: str) -> None:
    with pytest.raises(HostsError):
        PrivateHosts.parse([entry])


def test_an_address_that_the_operator_names_is_allowed_and_a_public_name_that_points_inside_is_not() -> None:
    none = PrivateHosts()
    assert none.typed("10.0.0.5").refusal("10.0.0.5", "10.0.0.5") is None
    assert none.typed("10.0.0.5").refusal("10.0.0.6", "10.0.0.6") is not None
    assert none.typed("[fd00::1]").refusal("fd00::1", "fd00::1") is None
    assert none.typed("127.0.0.1").refusal("127.0.0.1", "127.0.0.1") is None
    assert none.typed("127.0.0.1").refusal("localhost", "::1") is None, "loopback is one machine"
    assert none.typed("localhost").refusal("127.0.0.1", "127.0.0.1") is None
    assert none.typed("wordpress").refusal("wordpress", "172.18.0.3") is None, "a container's name is nobody else's"
    assert none.typed("wordpress").refusal("mysql", "172.18.0.4") is not None
    assert none.typed("news.example.org") == none, "its owner may let it point anywhere"
    assert none.typed("8.8.8.8") == none
    assert is_local_name("printer.local")
    assert not is_local_name("local.example.org")


# --- where the connection is made ----------------------------------------------------------------


@implementer(IHostnameResolver)
class Rebinding:
    """Answers each question with the next address."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = list(addresses)

    def resolveHostName(self, receiver, name, portNumber=0, *rest, **more):
        receiver.resolutionBegan(self)
        receiver.addressResolved(TwistedAddress("TCP", self.addresses.pop(0), portNumber))
        receiver.resolutionComplete()
        return receiver


def attempt(resolver: Rebinding) -> tuple[list[str], list[BaseException]]:
    """Connect to a name once; addresses that were connected to, and errors."""
    reactor = MemoryReactorClock()
    reactor.installNameResolver(resolver)
    request = Request("http://rebinding.example.org/")
    guarded = _GuardedReactor(reactor, lambda address: _check(request, "rebinding.example.org", PrivateHosts(), address))
    errors: list[BaseException] = []
    HostnameEndpoint(guarded, "rebinding.example.org", 80).connect(Factory()).addErrback(lambda f: errors.append(f.value))
    reactor.advance(1)
    return [client[0] for client in reactor.tcpClients], errors


def test_a_name_that_changes_between_check_and_connection_gains_nothing() -> None:
    resolver = Rebinding("93.184.215.14", "127.0.0.1")
    assert attempt(resolver)[0] == ["93.184.215.14"], "what was looked at is what is connected to, and no name is asked twice"
    connected, errors = attempt(resolver)
    assert connected == []
    assert isinstance(errors[0], RefusedError)
    assert errors[0].reason == "private"


def test_behind_a_proxy_private_hosts_are_refused_as_far_as_they_can_be_told() -> None:
    for url in ("http://10.0.0.1/", "http://2130706433/", "http://[::1]/", "http://localhost/", "http://intranet/"):
        with pytest.raises(RefusedError, match="ALLOW_PRIVATE_HOSTS"):
            _check_behind_proxy(Request(url), url.split("/")[2], PrivateHosts())
    _check_behind_proxy(Request("http://example.org/"), "example.org", PrivateHosts())
    _check_behind_proxy(Request("http://localhost/"), "localhost", PrivateHosts().typed("localhost"))


# --- whole crawls --------------------------------------------------------------------------------

NEWS = "news.example.com"
"""The site that is crawled: a public name, listed in ALLOW_PRIVATE_HOSTS because it lies on loopback here."""


def ways(port: int) -> dict[str, str]:
    """Paths of the site to where they lead."""
    return {
        "/to-loopback": f"http://127.0.0.1:{port}/",
        "/to-localhost": f"http://localhost:{port}/",
        "/to-decimal": f"http://2130706433:{port}/",
        "/to-hex": f"http://0x7f000001:{port}/",
        "/to-octal": f"http://0177.0.0.1:{port}/",
        "/to-short": f"http://127.1:{port}/",
        "/to-zero": f"http://0:{port}/",
        "/to-ipv6": f"http://[::1]:{port}/",
        "/to-mapped": f"http://[::ffff:127.0.0.1]:{port}/",
        "/to-mapped-hex": f"http://[::ffff:7f00:1]:{port}/",
        "/to-nat64": f"http://[64:ff9b::7f00:1]:{port}/",
        "/to-unicode": f"http://\u2460\u2461\u2466.0.0.1:{port}/".encode().decode("latin-1"),
        "/to-inside": f"http://inside.example.org:{port}/",
        "/to-rebinding": f"http://rebinding.example.org:{port}/",
        "/to-ipv6-name": f"http://six.example.org:{port}/",
        "/to-metadata": "http://169.254.169.254/latest/meta-data/",
        "/to-user": f"http://{NEWS}@127.0.0.1:{port}/",
        "/to-backslash": f"http:\\\\127.0.0.1:{port}\\",
        "/to-slashes": f"//127.0.0.1:{port}/",
    }


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> None:
    points = {
        NEWS: ["127.0.0.1"],
        "inside.example.org": ["127.0.0.1"],
        "rebinding.example.org": ["192.168.0.1", "127.0.0.1"],
        "six.example.org": ["::1"],
        "localhost": ["127.0.0.1"],
        "2130706433": ["127.0.0.1"],
        "0x7f000001": ["127.0.0.1"],
        "0177.0.0.1": ["127.0.0.1"],
        "127.1": ["127.0.0.1"],
        "0": ["0.0.0.0"],
    }
    monkeypatch.setitem(ENVIRONMENT, "TALKBACK_TEST_NAMES", json.dumps(points))


SETTINGS = {"TWISTED_DNS_RESOLVER": "names.Resolver", "ALLOW_PRIVATE_HOSTS": NEWS, "RETRY_TIMES": 0}


@pytest.mark.usefixtures("names")
def test_no_redirect_and_no_refresh_leads_inside(place: Place, raw_site: RawSites) -> None:
    trap = raw_site({"/": answers(page(66, 1))})
    there = ways(trap.port)
    refresh = '<html><head><meta http-equiv="refresh" content="0; url={}"></head><body></body></html>'
    site = raw_site(
        {
            **{path: leads_to(url) for path, url in there.items()},
            "/refresh": answers(refresh.format(there["/to-loopback"])),
            "/file": leads_to("file:///etc/passwd"),
            "/ftp": leads_to(f"ftp://127.0.0.1:{trap.port}/"),
            "/data": leads_to("data:text/html,<p>x"),
            "/gopher": leads_to(f"gopher://127.0.0.1:{trap.port}/"),
            "/bad-port": leads_to("http://news.example.com:99999/"),
            "/bad-host": leads_to("http://[::1/"),
            "/round": leads_to("/round"),
            "/good": answers(page(1, 2)),
        }
    )
    done = place.crawl(*(site.url(path, NEWS) for path in site.paths), **SETTINGS)
    assert trap.connections == 0, trap.asked
    lost = place.failures()
    reasons = {path: lost[site.url(path, NEWS)]["reason"] for path in site.paths if path != "/good"}
    others = {"/to-user": "address", **dict.fromkeys(("/file", "/ftp", "/data", "/gopher"), "http")}
    others |= dict.fromkeys(("/bad-port", "/bad-host", "/round"), "redirects")
    assert reasons == {path: others.get(path, "private") for path in reasons}, done.stderr
    assert [row["url"] for row in place.open().pages().to_pylist()] == [site.url("/good", NEWS)]
    assert done.returncode == 1


PAGE_WITH_WAYS = """<html><head><title>Ways in</title><link rel="canonical" href="{trap}canonical">
<link rel="https://api.w.org/" href="{trap}wp-json/"><link rel="alternate" type="application/json" href="{trap}wp-json/wp/v2/posts/7">
<link rel="alternate" type="application/rss+xml" href="{trap}feed/"><base href="{trap}"></head><body class="postid-7">
<h1 class="entry-title">Ways in</h1><iframe src="{trap}embed"></iframe><div id="comments"><ol class="comment-list"></ol>
<nav class="comment-navigation"><a href="{trap}ways/comment-page-1/#comments">Older</a></nav>
<div id="respond"><form id="commentform" action="{trap}wp-comments-post.php"><input type="hidden" name="comment_post_ID" value="7">
</form></div></div></body></html>"""


@pytest.mark.usefixtures("names")
def test_no_link_of_a_page_and_no_robots_txt_leads_inside(place: Place, raw_site: RawSites) -> None:
    trap = raw_site()
    inside = f"http://127.0.0.1:{trap.port}/"
    site = raw_site({"/ways/": answers(PAGE_WITH_WAYS.format(trap=inside)), "/robots.txt": answers("", "404 Not Found")})
    other = raw_site({"/robots.txt": leads_to(inside + "robots.txt"), "/page": answers(page(8, 1))})
    settings = {**SETTINGS, "OBEY_RESERVATIONS": "tdmrep.json"}
    site.paths["/.well-known/tdmrep.json"] = leads_to(inside + "tdmrep.json")
    done = place.crawl(site.url("/ways/", NEWS), other.url("/page", NEWS), **settings)
    assert trap.connections == 0, trap.asked
    assert place.failures()[other.url("/page", NEWS)]["reason"] == "private", "rules that lie inside are not read"
    assert len(place.open().pages().to_pylist()) == 1, done.stderr
    assert all(inside not in str(row["url"]) for row in place.open().pages().to_pylist())


VISITOR = """
import json, sys
from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings

class Visitor(Spider):
    name = "visitor"

    async def start(self):
        outcomes = {}
        for url in sys.argv[1:]:
            try:
                outcomes[url] = (await self.crawler.engine.download_async(Request(url, dont_filter=True))).status
            except Exception as error:
                outcomes[url] = getattr(error, "reason", type(error).__name__)
        print(json.dumps(outcomes))
        return
        yield

settings = Settings()
settings.setmodule("crawler.settings")
own = {"SPIDER_MODULES": [], "ITEM_PIPELINES": {}, "EXTENSIONS": {}, "DOWNLOAD_DELAY": 0, "LOG_LEVEL": "CRITICAL", "RETRY_TIMES": 0}
settings.setdict(own, priority="cmdline")
process = AsyncCrawlerProcess(settings)
process.crawl(Visitor)
process.start()
"""


def test_scrapys_own_resolver_reads_strange_spellings_and_the_guard_stands_behind_it(raw_site: RawSites) -> None:
    trap = raw_site()
    hosts = ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "0177.0.0.1", "127.1", "0", "[::ffff:127.0.0.1]", "127.0.0.2"]
    urls = [trap.url("/", host) for host in hosts]
    odd = [f"http://a:b@127.0.0.1:{trap.port}/", "http:///x", "ftp://127.0.0.1/", "file:///etc/passwd"]
    done = subprocess.run([sys.executable, "-c", VISITOR, *urls, *odd], cwd=PROJECT, capture_output=True, text=True, timeout=60, check=False)
    outcomes = json.loads(done.stdout)
    assert [outcomes[url] for url in urls] == ["private"] * len(urls)
    assert [outcomes[url] for url in odd] == ["address"] * len(odd), done.stderr
    assert trap.connections == 0


def test_what_the_operator_names_is_visited_on_all_its_ports(place: Place, raw_site: RawSites) -> None:
    elsewhere = raw_site({"/moved": answers(page(3, 2))})
    site = raw_site({"/page": leads_to(elsewhere.url("/moved", "localhost"))})
    done = place.crawl(site.url("/page"))
    assert done.returncode == 0, done.stderr
    assert [row["url"] for row in place.open().pages().to_pylist()] == [elsewhere.url("/moved", "localhost")]


def test_a_handler_without_the_guard_is_refused_before_anything_is_asked_for(place: Place, raw_site: RawSites) -> None:
    site = raw_site({"/": answers(page(1))})
    stock = '{"http": "scrapy.core.downloader.handlers.http11.HTTP11DownloadHandler"}'
    refused = place.crawl(site.url("/"), DOWNLOAD_HANDLERS=stock)
    assert refused.returncode == 2
    assert "does not look where it connects" in refused.stderr
    assert site.connections == 0
    assert place.crawl(site.url("/"), DOWNLOAD_HANDLERS=stock, ALLOW_PRIVATE_HOSTS="*").returncode == 0


@pytest.mark.usefixtures("names")
def test_no_sitemap_no_feed_and_no_listing_leads_inside(place: Place, raw_site: RawSites) -> None:
    trap = raw_site()
    inside = f"http://127.0.0.1:{trap.port}"
    home = (
        f'<html><head><title>Home</title><link rel="alternate" type="application/rss+xml" href="{inside}/feed/">'
        f'<link rel="https://api.w.org/" href="{inside}/wp-json/"></head><body><h1>Home</h1><a href="{inside}/a-story-inside/">A story</a>'
        f'<a rel="next" href="{inside}/page/2/">Older</a><a href="/own-story/">Own story</a></body></html>'
    )
    index = f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><sitemap><loc>{inside}/map.xml</loc></sitemap></sitemapindex>'
    urls = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>{inside}/b-story/</loc></url></urlset>'
    site = raw_site({"/": answers(home), "/own-story/": answers(page(9, 1)), "/index.xml": answers(index, kind="text/xml"), "/urls.xml": answers(urls, kind="text/xml")})
    own = site.url("", NEWS)
    named = "\n".join(f"Sitemap: {url}" for url in (f"{own}/index.xml", f"{own}/urls.xml", f"{inside}/robots-map.xml", "file:///etc/passwd"))
    site.paths["/robots.txt"] = answers(named, kind="text/plain")
    done = place.run("crawl", "site", "-a", f"url={site.url('/', NEWS)}", **SETTINGS)
    assert trap.connections == 0, trap.asked
    assert [row["url"] for row in place.open().pages().to_pylist()] == [site.url("/own-story/", NEWS)], done.stderr
    assert {failure["reason"] for failure in place.failures().values()} <= {"private", "place", "address"}


def test_a_certificate_that_nobody_vouches_for_is_not_believed(place: Place, tmp_path: Path) -> None:
    key = rsa.generate_private_key(65_537, 2_048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False).sign(key, hashes.SHA256())
    )  # fmt: skip
    pem = tmp_path / "own.pem"
    plain = serialization.NoEncryption()
    pem.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain) + signed.public_bytes(serialization.Encoding.PEM))
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(page(1, 1).encode())

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"https://localhost:{server.server_address[1]}/"
    try:
        done = place.crawl(url, RETRY_TIMES=0)
        assert done.returncode == 1
        assert place.failures()[url]["reason"] in ("network", "robots")
        assert asked == [], "nothing is said to whom one does not know"
        assert place.crawl(url, RETRY_TIMES=0, DOWNLOAD_VERIFY_CERTIFICATES=False).returncode == 0
    finally:
        server.shutdown()
        server.server_close()
