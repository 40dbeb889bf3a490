"""Comment threads of systems that nobody described: found by the structure of the page alone."""

from crawler.systems.generic.system import Generic

__all__ = ["Generic"]
