"""WordPress core comments: classic, HTML5 and block lists, their comment pages, completed by the REST API."""

from __future__ import annotations

from crawler.systems.wordpress.system import WordPress

__all__ = ["WordPress"]
