"""Redirects: Scrapy's middlewares, with a refusal where an address is none, and a reason where a chain has no end."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scrapy.downloadermiddlewares.redirect import MetaRefreshMiddleware, RedirectMiddleware
from scrapy.exceptions import IgnoreRequest

from crawler.politeness.refusal import RefusedError

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.http import Response


LINKS: Final = 3
"""Links of a page that is to be read; one that only waits for a cookie or a script has none."""

HEAD: Final = 4 * 4_096
"""Bytes that hold the characters in which Scrapy looks for an element that forwards (2.19, ``utils/response.py``). To
look it decodes the whole page, and keeps that."""

_LINK: Final = re.compile(rb"<a\s[^>]*href\s*=\s*[\"']?(?!#|javascript:)", re.IGNORECASE)


class Redirects(RedirectMiddleware):
    """``Location``; ``http://host:99999/`` raises ValueError in Scrapy 2.19 as soon as a request is made of it."""

    def process_response(  # type: ignore[override]  # its argument `spider` is on its way out
        self, request: Request, response: Response
    ) -> Request | Response:
        """Follow.

        :raises RefusedError: ``redirects``
        """
        _note_cookie(request, response)
        try:
            return super().process_response(request, response)
        except ValueError as error:
            raise _refused(response, error) from error
        except IgnoreRequest as error:
            raise _endless(request, error) from error


class MetaRefresh(MetaRefreshMiddleware):
    """``meta http-equiv=refresh``; a page of links that only reloads itself is where it leads."""

    def process_response(  # type: ignore[override]  # its argument `spider` is on its way out
        self, request: Request, response: Response
    ) -> Request | Response:
        """Follow.

        :raises RefusedError: ``redirects``
        """
        _note_cookie(request, response)
        if not _may_refresh(response.body[:HEAD]):
            return response
        try:
            result = super().process_response(request, response)
        except ValueError as error:
            raise _refused(response, error) from error
        except IgnoreRequest as error:
            raise _endless(request, error) from error
        if result is not response and result.url == request.url and _has_links(response.body):
            return response
        return result


def _may_refresh(head: bytes) -> bool:
    """Whether the word stands in what Scrapy looks at; in UTF-16 and UTF-32 its letters are apart."""
    return b"refresh" in head.lower() or b"\0" in head


def _has_links(body: bytes) -> bool:
    links = _LINK.finditer(body)
    return all(next(links, None) is not None for _ in range(LINKS))


def _refused(response: Response, error: ValueError) -> RefusedError:
    return RefusedError("redirects", f"{response.url} leads to an address that is none ({error})")


_SETS_COOKIE: Final = "redirects_set_cookie"
"""In a request's `meta`, which a redirect hands on: an answer on the way set a cookie."""


def _note_cookie(request: Request, response: Response) -> None:
    if "Set-Cookie" in response.headers:
        request.meta[_SETS_COOKIE] = True


def _endless(request: Request, error: IgnoreRequest) -> IgnoreRequest:
    """The same error, or what a site most likely wants that leads in a circle and sets a cookie on the way."""
    been = [*request.meta.get("redirect_urls", ()), request.url]
    if len(set(been)) == len(been) or not request.meta.get(_SETS_COOKIE):
        return error
    return RefusedError(
        "redirects",
        f"{been[0]}: {error}; it leads back to itself and sets a cookie, which is not kept:"
        " -s COOKIES_ENABLED=True keeps cookies during a crawl",
    )
