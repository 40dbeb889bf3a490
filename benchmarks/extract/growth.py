"""What the generic system costs on large and on hostile pages: CPU time and memory beside the parser's.

    python -m benchmarks.extract.growth

Each page is read in a process of its own, so that the peak is its own.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Final

from crawler.extract.document import Document
from crawler.systems.generic.comments import comments_of
from crawler.systems.generic.thread import THRESHOLD, find_thread

_COMMENT: Final = (
    '<li class="comment" id="c{n}00"><b class="author">Reader {n}</b> <i class="date">2020-05-{d:02} 10:00</i>'
    '<p class="text">This is what reader number {n} has to say about the new bridge of the town.</p>'
)


def _thread(size: int) -> str:
    return "<ul>" + "".join(_COMMENT.format(n=n, d=n % 28 + 1) + "</li>" for n in range(size)) + "</ul>"


def _nested(size: int) -> str:
    return "".join("<ul>" + _COMMENT.format(n=n, d=n % 28 + 1) for n in range(size))


def _bare(size: int) -> str:
    return "".join(
        f"<p>On 2020-01-02 reader {n} wrote that the bridge shakes a little in the wind." for n in range(size)
    )


def _classes(size: int) -> str:
    return "".join(f'<div class="c{n}a k{n}b comment{n}"><i>2020-01-02 10:00</i> text {n}</div>' for n in range(size))


PAGES: Final[dict[str, tuple[Callable[[int], str], tuple[int, ...]]]] = {
    "comments side by side": (_thread, (2_500, 10_000, 25_000)),
    "comments in comments": (_nested, (600, 2_500)),
    "paragraphs with a time": (_bare, (10_000, 40_000)),
    "a class of its own for each": (_classes, (10_000, 40_000)),
}


def main() -> None:
    """Print the table, or the line of one page."""
    if len(sys.argv) > 1:
        _measure(sys.argv[1], int(sys.argv[2]))
        return
    print("| page | elements of a kind | MB | parsing, s | generic, s | comments | peak MB, of it before reading |")
    print("|---|---|---|---|---|---|---|")
    for name, (_, sizes) in PAGES.items():
        for size in sizes:
            command = [sys.executable, "-m", "benchmarks.extract.growth", name, str(size)]
            subprocess.run(command, check=True)  # noqa: S603  # this module itself


def _measure(name: str, size: int) -> None:
    markup = PAGES[name][0](size)
    start = time.process_time()
    document = Document(markup, "https://town.example/bridge/")
    parsed = time.process_time()
    before = _peak()
    found = find_thread(document, observed_at=2_000_000_000_000_000, language="en")
    comments = []
    if found is not None and found.confidence >= THRESHOLD:
        comments = comments_of(found, observed_at=2_000_000_000_000_000)
    read = time.process_time()
    cells = (
        f"{size:,}",
        f"{len(markup) / 1e6:.1f}",
        f"{parsed - start:.2f}",
        f"{read - parsed:.2f}",
        f"{len(comments):,}",
    )
    print(f"| {name} | {' | '.join(cells)} | {_peak():.0f}, {before:.0f} |", flush=True)


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
