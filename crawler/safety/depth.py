"""How far a crawl follows links: Scrapy's middleware, which drops what lies deeper without a word, with the word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.spidermiddlewares.depth import DepthMiddleware

from crawler.items import Failure
from crawler.report import Report

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.http import Response


class Depth(DepthMiddleware):
    """Spider middleware in place of Scrapy's; what DEPTH_LIMIT cuts off is a loss of the crawl."""

    def get_processed_request(self, request: Request, response: Response | None) -> Request | None:
        """The request, or None when it leads too deep."""
        kept: Request | None = super().get_processed_request(request, response)
        if kept is None:
            detail = f"{request.url}: more than {self.maxdepth} links from where the crawl began (DEPTH_LIMIT)"
            Report.of(self.crawler).lost(Failure(url=request.url, reason="cap", detail=detail))
        return kept
