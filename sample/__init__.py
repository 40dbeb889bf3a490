"""A video and news site on loopback, for `make crawl` and for tests of whole crawls."""

from sample.server import Asked, Site, serve
from sample.site import FAULTY, URLS, Answer

__all__ = ["FAULTY", "URLS", "Answer", "Asked", "Site", "serve"]
