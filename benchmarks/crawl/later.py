"""``scrapy`` a year later, as far as the revisit spider is concerned: every page is due. Arguments are scrapy's."""

from __future__ import annotations

import sys
import time

from scrapy.cmdline import execute

from crawler.spiders import revisit

YEAR = 365 * 86_400

if __name__ == "__main__":
    revisit.time = lambda: time.time() + YEAR  # type: ignore[attr-defined]  # what it imported
    execute(["scrapy", *sys.argv[1:]])
