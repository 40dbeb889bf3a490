"""robots.txt by RFC 9309, failing closed: what is not known to be allowed is not fetched.

The stock middleware allows everything for the whole crawl after one failed download and reads the body of an error page
as rules. Here the answer decides:

===========================================  ======================================================================
answer                                       meaning
===========================================  ======================================================================
2xx                                          its rules (the first 500 KiB, 2.5); a web page instead has none (2.2)
4xx, also 401 and 403                        no rules: everything may be read (2.3.1.3)
429                                          as 5xx: "too many requests" is no permission
5xx, any other status, no answer             nothing may be read (2.3.1.4) until it answers; asked again after a while
more than five redirects                     the same (2.3.1.2 leaves it open)
===========================================  ======================================================================

Rules are kept per scheme, host and port (2.3), at most 24 hours (2.4), and apply to the host that was asked even when
another one answered after redirects (2.3.1.2).
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections import OrderedDict
from dataclasses import dataclass
from time import monotonic
from typing import Final, Self
from urllib.parse import ParseResult

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy.robotstxt import RobotParser
from scrapy.utils.httpobj import urlparse_cached
from scrapy.utils.misc import build_from_crawler, load_object

from crawler.fetch import EXPECTED
from crawler.politeness.refusal import RefusedError

logger = logging.getLogger(__name__)

MAX_BYTES: Final = 500 * 1024
"""How much of a robots.txt is read (RFC 9309 2.5: at least 500 kibibytes)."""

MAX_REDIRECTS: Final = 5
"""How many redirects of a robots.txt are followed (RFC 9309 2.3.1.2: at least five)."""

MAX_KNOWN: Final = 2_000
"""How many hosts' rules are kept; the one used least recently is asked again. Bounds the memory of a wide crawl."""

NO_ANSWER: Final[tuple[type[Exception], ...]] = (*EXPECTED, OSError)
"""What a download ends in when there is no answer one can read. Anything else is a defect, and is raised."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What is known about one host."""

    parser: RobotParser | None
    """The rules; None when everything is refused."""
    refusal: str
    """Why everything is refused, for people; empty when `parser` decides."""
    reason: str
    """The same in one word, of :class:`RefusedError`: `robots`, or why robots.txt itself was not to be asked for."""
    expires: float
    """When to ask again, seconds of the monotonic clock."""


class Robots:
    """Downloader middleware in place of Scrapy's: raises :class:`RefusedError` for what may not be fetched.

    It stands before the downloader's queues and sees every request: the scheduler's, those of ``download_async``, and
    each hop of a redirect and each retry, which Scrapy sends through all middlewares again.
    """

    def __init__(self, crawler: Crawler) -> None:
        if not crawler.settings.getbool("ROBOTSTXT_OBEY"):
            raise NotConfigured
        self.crawler = crawler
        self._token: str = crawler.settings["ROBOTSTXT_USER_AGENT"]
        self._parser_class: type[RobotParser] = load_object(crawler.settings["ROBOTSTXT_PARSER"])
        self._keep = crawler.settings.getfloat("ROBOTS_CACHE_SECONDS")
        self._retry = crawler.settings.getfloat("ROBOTS_RETRY_SECONDS")
        self._known: OrderedDict[str, asyncio.Task[Rules]] = OrderedDict()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Let a request pass, or raise.

        :raises RefusedError: with the reason ``robots``
        """
        url = urlparse_cached(request)
        if request.meta.get("dont_obey_robotstxt") or url.scheme not in ("http", "https"):
            return  # the robots.txt itself; other schemes have no handler
        host = authority(url)
        rules = await self._rules(host, request)
        if rules.parser is None:
            self.crawler.stats.inc_value("robotstxt/unknown")
            raise RefusedError(rules.reason, f"{request.url}: {rules.refusal}")
        if not rules.parser.allowed(request.url, self._token):
            self.crawler.stats.inc_value("robotstxt/forbidden")
            raise RefusedError("robots", f"{request.url}: {host}/robots.txt forbids it to {self._token}")

    async def _rules(self, host: str, request: Request) -> Rules:
        task = self._known.get(host)
        if task is None or (task.done() and (task.cancelled() or task.exception() or _is_old(task.result()))):
            task = asyncio.ensure_future(self._ask(host, request))
            self._known[host] = task
            self._forget_some()
        self._known.move_to_end(host)
        # Shielded: one visit that is given up must not take the answer away from the others that wait for it.
        return await asyncio.shield(task)

    def _forget_some(self) -> None:
        for host in [name for name, task in self._known.items() if task.done()]:
            if len(self._known) <= MAX_KNOWN:
                return
            del self._known[host]

    async def _ask(self, host: str, request: Request) -> Rules:
        stats = self.crawler.stats
        question = Request(
            f"{host}/robots.txt",
            callback=NO_CALLBACK,
            meta={"dont_obey_robotstxt": True, "redirect_ttl": MAX_REDIRECTS},
        )
        stats.inc_value("robotstxt/request_count")
        try:
            answer = await self.crawler.engine.download_async(question)
        except RefusedError as error:
            stats.inc_value(f"robotstxt/exception_count/{type(error).__name__}")
            return self._refuse(f"{question.url} cannot be had ({error.detail})", error.reason)
        except NO_ANSWER as error:
            stats.inc_value(f"robotstxt/exception_count/{type(error).__name__}")
            return self._refuse(f"{question.url} cannot be read ({str(error) or type(error).__name__})")
        stats.inc_value("robotstxt/response_count")
        stats.inc_value(f"robotstxt/response_status_count/{answer.status}")
        if not (200 <= answer.status < 300 or _is_unavailable(answer.status)):
            return self._refuse(f"{question.url} answers with status {answer.status}")
        parser = self._parse(answer)
        await self.crawler.signals.send_catch_log_async(
            signal=signals.robots_parsed, robotparser=parser, request=request
        )
        return Rules(parser, "", "robots", monotonic() + self._keep)

    def _refuse(self, why: str, reason: str = "robots") -> Rules:
        logger.warning("%s: nothing of this host is fetched; asked again in %d s", why, self._retry)
        until = monotonic() + self._retry
        return Rules(None, f"{why}, so nothing of this host is known to be allowed", reason, until)

    def _parse(self, answer: Response) -> RobotParser:
        body = b"" if _is_unavailable(answer.status) else groups_of(leading_lines(answer.body), self._token)
        return build_from_crawler(self._parser_class, self.crawler, body)


def _is_unavailable(status: int) -> bool:
    return 400 <= status < 500 and status != 429


def _is_old(rules: Rules) -> bool:
    return rules.expires <= monotonic()


def authority(url: ParseResult) -> str:
    """Scheme, host and port that rules belong to, without user name and default port: ``https://example.org``.

    :param url: a parsed http(s) address; a port that is no number stays as it is, for the download to refuse
    """
    host, colon, port = url.netloc.rpartition("@")[2].lower().rpartition(":")
    if not colon or port.endswith("]"):
        host, port = host + colon + port, ""
    return f"{url.scheme}://{host}" if port in ("", _DEFAULT_PORTS[url.scheme]) else f"{url.scheme}://{host}:{port}"


_DEFAULT_PORTS: Final = {"http": "80", "https": "443"}


def leading_lines(body: bytes) -> bytes:
    """The first :data:`MAX_BYTES` of a robots.txt, ending with a whole line: half a path would be another rule."""
    if len(body) <= MAX_BYTES:
        return body
    head = body[:MAX_BYTES]
    return head[: max(head.rfind(b"\n"), head.rfind(b"\r")) + 1]


_AGENT: Final = re.compile(
    rb"((?:(?<=[\r\n])|\A)(?:\xef\xbb\xbf)?[ \t]*+user[ -]?agent(?:[ \t]*+:|[ \t]))([^\r\n#]*+)", re.IGNORECASE
)
_PRODUCT: Final = re.compile(rb"[A-Za-z_-]+")
_OTHERS: Final = b" -others-"
"""In the place of a name that is not ours; it is part of no product token."""


def groups_of(body: bytes, token: str) -> bytes:
    """A robots.txt with our groups under our name, those for everybody under ``*``, all others under one name.

    A group is ours when the product token that its line begins with is ours, in whatever case (RFC 9309 2.2.1).
    Protego 0.7 takes ``Talk`` for ours as well, and not ``Talkback/0.1``.
    """
    ours = _PRODUCT.match(token.encode())
    name = ours[0] if ours else token.encode()

    def named(match: re.Match[bytes]) -> bytes:
        words = match[2].split(maxsplit=1) or [b""]
        if words[0] == b"*":
            return match[1] + b" *"
        product = _PRODUCT.match(words[0])
        is_ours = product is not None and product[0].lower() == name.lower()
        return match[1] + (b" " + name if is_ours else _OTHERS)

    return _AGENT.sub(named, body)
