"""A crawl for tests that kill it: visits the same pages in rounds and commits, without asking what is there.

``python writer.py ROOT STATE CRAWL_ID ROUNDS``; prints ``started``, and ``done`` at its end.
"""

from __future__ import annotations

import sys
from pathlib import Path

from archive_rows import NOW, SECOND, add_visit, comment, started

PAGES = 4
COMMENTS = 5


def source(turn: int, number: int) -> tuple[str, list]:
    """What a page shows in a round: the same for every crawl. Each round one comment is new and one is edited."""
    page_id = f"page-{number}"
    rows = [comment(f"{page_id}-{n}", thread=f"thread-{number}", page=page_id) for n in range(COMMENTS + turn)]
    if turn:
        rows[turn - 1].text, rows[turn - 1].change = f"edited in {turn}", "edited"
        rows[turn - 1].content_digest = f"edited in {turn}"
        del rows[: turn - 1]
    return page_id, rows


def main(root: str, state: str, crawl_id: str, rounds: str) -> None:
    exporter = started(Path(root), crawl_id, state)
    print("started", flush=True)
    for turn in range(int(rounds)):
        for number in range(PAGES):
            page_id, rows = source(turn, number)
            capture, at = f"{crawl_id}-{turn}-{number}", NOW + turn * SECOND
            site = f"site-{number % 2}.example"
            add_visit(exporter, capture, at=at, page_id=page_id, digest=f"{turn}", comments=rows, site=site)
            if number % 2:
                exporter.commit(exporter.take())
    exporter.close()
    print("done", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
