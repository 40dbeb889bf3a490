"""``scrapy`` a year later, as far as the revisit spider is concerned: every page is due. Arguments are scrapy's.

Each count is asked for alone: the server of the benchmark is made of files, and has none for lists of posts.
"""

from __future__ import annotations

import sys
import time

from scrapy.cmdline import execute

from crawler.spiders import revisit
from crawler.systems.wordpress.system import WordPress

YEAR = 365 * 86_400

if __name__ == "__main__":
    revisit.time = lambda: time.time() + YEAR  # type: ignore[attr-defined]  # what it imported
    WordPress.count_room = 1
    execute(["scrapy", *sys.argv[1:]])
