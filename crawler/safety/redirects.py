"""Redirects: Scrapy's middlewares, with a refusal where they would fail over an address that is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.downloadermiddlewares.redirect import MetaRefreshMiddleware, RedirectMiddleware

from crawler.politeness.refusal import RefusedError

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.http import Response


class Redirects(RedirectMiddleware):
    """``Location``; ``http://host:99999/`` raises ValueError in Scrapy 2.19 as soon as a request is made of it."""

    def process_response(  # type: ignore[override]  # its argument `spider` is on its way out
        self, request: Request, response: Response
    ) -> Request | Response:
        """Follow.

        :raises RefusedError: ``redirects``
        """
        try:
            return super().process_response(request, response)
        except ValueError as error:
            raise _refused(response, error) from error


class MetaRefresh(MetaRefreshMiddleware):
    """``meta http-equiv=refresh``."""

    def process_response(  # type: ignore[override]  # its argument `spider` is on its way out
        self, request: Request, response: Response
    ) -> Request | Response:
        """Follow.

        :raises RefusedError: ``redirects``
        """
        try:
            return super().process_response(request, response)
        except ValueError as error:
            raise _refused(response, error) from error


def _refused(response: Response, error: ValueError) -> RefusedError:
    return RefusedError("redirects", f"{response.url} leads to an address that is none ({error})")
