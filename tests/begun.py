"""What the processes of :func:`running.ran` begin with: what a crawl imports, which their garbage collectors leave alone."""

from __future__ import annotations

import gc
from importlib import import_module

from scrapy.utils.misc import walk_modules_iter

for package in ("archive", "crawler", "pipelines", "scrapy.commands", "scrapy.downloadermiddlewares", "scrapy.spidermiddlewares"):
    list(walk_modules_iter(package))
for module in ("scrapy.core.downloader.handlers.http11", "scrapy.extensions.corestats", "scrapy.extensions.throttle", "rich.console", "rich.table",
               "deltalake.fs", "pyarrow.acero", "pyarrow.dataset"):  # fmt: skip
    import_module(module)
gc.collect()
gc.freeze()
