"""A host's ``/.well-known/tdmrep.json``, asked for once a day at most, and only where reservations are obeyed."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from time import monotonic
from typing import Any, Final
from urllib.parse import urlsplit

from scrapy import Request

from crawler.politeness.reservation import Reservation, parse_well_known, well_known_reservation
from crawler.politeness.robots import authority
from crawler.systems.base import Fetch, FetchError

KEEP_SECONDS: Final = 86_400.0
"""How long rules are believed, as those of robots.txt (RFC 9309 2.4)."""

MAX_KNOWN: Final = 2_000
"""Hosts whose rules are kept."""

MAX_BYTES: Final = 512 * 1024
"""A longer file is none."""

Rules = list[Mapping[str, Any]]


class WellKnown:
    """The files of the hosts of one crawl. One that cannot be had says nothing; robots.txt has allowed the page
    already.
    """

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._known: OrderedDict[str, tuple[float, asyncio.Task[Rules]]] = OrderedDict()

    async def reservation(self, url: str) -> Reservation | None:
        """What the file of a page's host says of the page."""
        parts = urlsplit(url)
        host = authority(parts)  # type: ignore[arg-type]  # the part that it reads is the same in both classes
        expires, task = self._known.get(host, (0.0, None))
        if task is None or expires <= monotonic():
            task = asyncio.ensure_future(self._ask(host))
            self._known[host] = (monotonic() + KEEP_SECONDS, task)
        self._known.move_to_end(host)
        while len(self._known) > MAX_KNOWN:
            self._known.popitem(last=False)
        rules = await asyncio.shield(task)
        return well_known_reservation(rules, parts.path + (f"?{parts.query}" if parts.query else ""))

    async def _ask(self, host: str) -> Rules:
        try:
            answer = await self._fetch(Request(f"{host}/.well-known/tdmrep.json", dont_filter=True))
        except FetchError:
            return []
        return parse_well_known(answer.body) if answer.status == 200 and len(answer.body) <= MAX_BYTES else []
