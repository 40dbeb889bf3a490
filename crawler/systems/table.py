"""``python -m crawler.systems.table``: docs/systems.md, made from the registry of comment systems."""

from __future__ import annotations

import sys
from typing import Final

from crawler.systems import REGISTRY
from crawler.systems.base import System

HEAD: Final = """# Comment systems

Made from the registry in `crawler/systems/` by `python -m crawler.systems.table > docs/systems.md`; a test compares
the two.

The systems are asked about a page in this order. Each thread gets a row in `threads` with a verdict, also where it
could not be read. How to add one: [a system in an hour](systems/writing.md). What a [revisit](revisits.md) may ask for
instead of all: a `count` that one small answer states, the `counts` of several threads by one request (so many, or
as many as have so many comments together), or whether the page is the same (`304`).

| system | in the tables | settings | asked first | checked against |
|---|---|---|---|---|
"""


def systems_table() -> str:
    """The text of docs/systems.md."""
    rows = []
    for system in REGISTRY:
        keys = ", ".join(f"`{name}`" for name in system.settings) or "-"
        first = [_count(system)] if system.count_request is not System.count_request else []
        first += ["304"] if system.is_in_page else []
        name = f"[{system.title}](systems/{system.name}.md) | `{system.name}`"
        rows.append(f"| {name} | {keys} | {', '.join(first) or '-'} | {system.checked} |")
    return HEAD + "\n".join(rows) + "\n"


def _count(system: type[System]) -> str:
    """How many threads a request for counts names."""
    if system.count_room == 1:
        return "count"
    own = system.count_size is not System.count_size
    return f"counts of {system.count_room} comments" if own else f"counts of {system.count_room}"


if __name__ == "__main__":
    sys.stdout.write(systems_table())
