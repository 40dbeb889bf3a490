"""The refusal of a request by the project's own rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.exceptions import IgnoreRequest

if TYPE_CHECKING:
    from scrapy.core.downloader import Slot


class RefusedError(IgnoreRequest):
    """A request that is not made, or an answer that is not taken: a site does not want it, it is not safe, or the crawl
    is being stopped.

    Being an :class:`~scrapy.exceptions.IgnoreRequest`, it is neither retried nor logged as a fault; the visit
    records it.

    :param reason: one word: ``robots`` (forbidden, or not known to be allowed), ``opt_out``, ``blocked`` (the host
        asked to be left alone for longer than we wait), ``private`` (no host of the public internet), ``address`` (none
        that can be asked for), ``too_large``, ``redirects``, ``error`` (the answer cannot be read), ``interrupted``,
        ``network`` (a certificate that is not believed), ``budget`` (the visit has ended meanwhile)
    :param detail: one sentence for people, with the address
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


def refuse_waiting(slot: Slot, reason: str, why: str) -> None:
    """Refuse every request that waits in the downloader's queue of a host."""
    while slot.queue:
        request, waiting = slot.queue.popleft()
        if not waiting.called:  # given up meanwhile by the one who asked
            waiting.errback(RefusedError(reason, f"{request.url}: {why}"))
