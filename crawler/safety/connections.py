"""The download handler: connects to public addresses only, and reads only so much of an answer's head.

Scrapy's own handler (2.19, ``core/downloader/handlers/http11.py``) resolves a name and connects in one step. The guard
stands within that step: the reactor through which its endpoints connect is wrapped, and the wrapper judges the very
address that a connection is about to be made to. Neither a redirect, nor a name that points inside, nor one that is
resolved differently the second time gets past it. All downloads come through here: pages, robots.txt, each hop of a
redirect, the requests of comment systems.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import islice
from math import inf
from typing import TYPE_CHECKING, Any, Final

from scrapy.core.downloader.handlers import http11
from scrapy.exceptions import DownloadFailedError, ResponseDataLossError
from scrapy.utils._download_handlers import get_dataloss_msg, wrap_twisted_exceptions
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.python.failure import Failure
from twisted.web._newclient import HEADER, STATUS
from twisted.web.client import Agent, HTTPConnectionPool
from zope.interface import directlyProvides, providedBy

from crawler.fetch import seconds_left
from crawler.politeness.refusal import RefusedError
from crawler.safety.addresses import PrivateHosts, is_local_name, literal
from crawler.safety.bounds import host_in
from crawler.safety.certificates import CertificateError, TellingPolicy, reason_of
from crawler.safety.open_files import idle_connections

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

PACKET: Final = 65_536
"""Bytes of a body that may arrive together with the end of its head: Twisted reads this much at once."""


class GuardedHandler(http11.HTTP11DownloadHandler):
    """Scrapy's handler for http and https with a guard at the connection and bounds on the head of an answer."""

    guards_connections: Final = True
    """What `crawler.settings_check` asks a handler for."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        settings = crawler.settings
        self._listed = PrivateHosts.parse(settings.getlist("ALLOW_PRIVATE_HOSTS"))
        factory: Any = partial(
            _BoundedFactory, settings.getint("RESPONSE_HEADERS_MAX"), settings.getint("RESPONSE_HEADERS_MAXSIZE")
        )
        pool: Any = self._pool
        pool._factory = factory  # noqa: SLF001  # as Scrapy does
        pool.__class__ = _BoundedPool
        pool.idle_max = idle_connections(settings.getint("CONCURRENT_REQUESTS"))
        policy: Any = TellingPolicy(self._contextFactory)  # implements IPolicyForHTTPS, which mypy cannot see
        self._contextFactory = policy

    @property
    def _hosts(self) -> PrivateHosts:
        hosts: PrivateHosts = getattr(self._crawler.spider, "private_hosts", self._listed)
        return hosts

    async def download_request(self, request: Request) -> Response:
        """Download.

        :raises RefusedError: ``private`` when the connection would lead to an address that is none of the public
            internet, ``address`` when the URL is none that can be asked for, ``too_large`` when the head of the answer
            is, ``network`` when the certificate of the server is not believed, ``budget`` when the visit that asked
            has ended meanwhile
        """
        _keep_to_the_visit(request)
        host = host_in(request.url)
        hosts = self._hosts
        if request.meta.get("proxy"):
            _check_behind_proxy(request, host, hosts)
        agent = _GuardedAgent(
            may_connect=partial(_check, request, host, hosts),
            contextFactory=self._contextFactory,
            bindAddress=self._bind_address,
            pool=self._pool,
            maxsize=self._default_maxsize,
            warnsize=self._default_warnsize,
            fail_on_dataloss=self._fail_on_dataloss,
            crawler=self._crawler,
            tls_verbose_logging=self._tls_verbose_logging,
        )
        try:
            with wrap_twisted_exceptions():
                return await maybe_deferred_to_future(agent.download_request(request))
        except ResponseDataLossError:
            if not self._fail_on_dataloss_warned:
                http11.logger.warning("%s", get_dataloss_msg(request.url))
                self._fail_on_dataloss_warned = True
            raise
        except DownloadFailedError as error:
            untrusted = reason_of(error, CertificateError)
            if untrusted is not None:
                why = f"the certificate of its server {untrusted} (DOWNLOAD_VERIFY_CERTIFICATES)"
                raise RefusedError("network", f"{request.url}: {why}") from error
            too_large = reason_of(error, HeadTooLargeError)
            if too_large is None:
                raise
            raise RefusedError("too_large", f"{request.url}: {too_large}") from error
        except (ValueError, OverflowError) as error:  # a host or a port that Twisted cannot connect to
            raise RefusedError("address", f"{request.url}: {error}") from error


def _keep_to_the_visit(request: Request) -> None:
    """Nothing is asked for after a visit's end, and what is on the wire then is broken off."""
    left = seconds_left(request)
    if left <= 0:
        raise RefusedError("budget", f"{request.url}: nobody waits for it any more (VISIT_MAX_SECONDS)")
    if left < inf:
        request.meta["download_timeout"] = min(request.meta.get("download_timeout", left), left)


def _check(request: Request, host: str, hosts: PrivateHosts, address: str) -> None:
    refusal = hosts.refusal(host, address)
    if refusal is not None:
        raise RefusedError("private", f"{request.url}: {refusal}")


def _check_behind_proxy(request: Request, host: str, hosts: PrivateHosts) -> None:
    """What can be told without the proxy, which alone learns what a name is resolved to."""
    address = literal(host)
    if address is not None:
        _check(request, host, hosts, str(address))
    elif is_local_name(host) and hosts.refusal(host, "127.0.0.1") is not None:
        raise RefusedError("private", f"{request.url}: {host} is no name of the public internet (ALLOW_PRIVATE_HOSTS)")


class _GuardedReactor:
    """The reactor, with a look at each address before a connection to it is begun."""

    def __init__(self, reactor: Any, may_connect: Callable[[str], None]) -> None:
        self._reactor = reactor
        self._may_connect = may_connect
        directlyProvides(self, providedBy(reactor))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reactor, name)

    def connectTCP(self, host: str, port: int, *args: Any, **options: Any) -> Any:  # noqa: N802  # Twisted's name
        """Connect. ``host`` is the address that the endpoint got from the resolver, and nothing else is asked again."""
        self._may_connect(host)
        return self._reactor.connectTCP(host, port, *args, **options)


class _GuardedAgent(http11._ScrapyAgent):  # noqa: SLF001  # Scrapy 2.19 has no public place between name and connection
    def __init__(self, *, may_connect: Callable[[str], None], **options: Any) -> None:
        super().__init__(**options)
        self._may_connect = may_connect

    def _get_agent(self, request: Request, timeout: float) -> Agent:
        agent = super()._get_agent(request, timeout)
        if request.meta.get("proxy"):
            return agent  # the connection leads to the operator's own proxy
        # Scrapy hands the reactor to the factory of endpoints and keeps neither in a public place.
        endpoints = agent._endpointFactory  # noqa: SLF001  # see above
        if not hasattr(endpoints._reactor, "connectTCP"):  # noqa: SLF001  # see above
            raise RuntimeError("Twisted connects in another way than crawler/safety/connections.py knows")
        endpoints._reactor = _GuardedReactor(endpoints._reactor, self._may_connect)  # noqa: SLF001  # see above
        return agent


class _BoundedPool(HTTPConnectionPool):
    """Twisted bounds the idle connections of a host, but not their sum: each host of a crawl leaves one for minutes."""

    idle_max: float

    def _putConnection(self, key: Any, connection: Any) -> None:  # noqa: N802  # Twisted's name
        super()._putConnection(key, connection)  # type: ignore[no-untyped-call]  # Twisted's
        too_many = max(0, len(self._timeouts) - self.idle_max)
        for timeout in islice(self._timeouts.values(), int(too_many)):  # the longest idle first
            timeout.reset(0)


class HeadTooLargeError(Exception):
    """The head of an answer has more lines or bytes than are read."""


class _BoundedParser(http11._LenientHTTPClientParser):  # noqa: SLF001  # the parser is made within Twisted
    lines_max = 0
    lines = 0

    def lineReceived(self, line: bytes) -> None:  # noqa: N802  # Twisted's name
        self.lines += 1
        if self.lines > self.lines_max:
            raise HeadTooLargeError(f"its head has more than {self.lines_max} lines (RESPONSE_HEADERS_MAX)")
        super().lineReceived(line)


class _BoundedProtocol(http11._LenientHTTP11ClientProtocol):  # noqa: SLF001  # Scrapy 2.19 has no public place for it
    """Twisted bounds a line of the head (16 KiB), but neither their number nor their sum."""

    def __init__(self, lines: int, size: int, quiescent: Any) -> None:
        super().__init__(quiescent)  # type: ignore[no-untyped-call]  # Twisted's
        self._lines, self._size = lines, size
        self._read = 0

    def request(self, request: Any) -> Any:
        self._read = 0
        answer = super().request(request)
        parser: Any = self._parser
        if type(parser) is not http11._LenientHTTPClientParser:  # noqa: SLF001  # Scrapy 2.19 has no public place for it
            raise RuntimeError("Scrapy parses in another way than crawler/safety/connections.py knows")
        parser.__class__ = _BoundedParser
        parser.lines_max = self._lines  # type: ignore[attr-defined]  # of the class it has now
        return answer

    def dataReceived(self, data: bytes) -> None:  # noqa: N802  # Twisted's name
        if self._parser is not None and self._parser.state in (STATUS, HEADER):
            self._read += len(data)
            if self._read > self._size + PACKET:
                self._give_up()
                return
        super().dataReceived(data)  # type: ignore[no-untyped-call]  # Twisted's

    def _give_up(self) -> None:
        why = f"its head has more than {self._size} bytes (RESPONSE_HEADERS_MAXSIZE)"
        transport: Any = self.transport
        self._giveUp(Failure(HeadTooLargeError(why)))  # type: ignore[no-untyped-call]  # Twisted's
        transport.abortConnection()


class _BoundedFactory(http11._LenientHTTP11ClientFactory):  # noqa: SLF001  # Scrapy 2.19 has no public place for it
    noisy = False

    def __init__(self, lines: int, size: int, *arguments: Any) -> None:
        super().__init__(*arguments)  # type: ignore[no-untyped-call]  # Twisted's
        self._lines, self._size = lines, size

    def buildProtocol(self, addr: Any) -> _BoundedProtocol:  # noqa: ARG002, N802  # Twisted's
        return _BoundedProtocol(self._lines, self._size, self._quiescentCallback)
