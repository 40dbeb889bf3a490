"""``python -m crawler.systems.table``: docs/systems.md, made from the registry of comment systems."""

from __future__ import annotations

import sys
from typing import Final

from crawler.systems import REGISTRY

HEAD: Final = """# Comment systems

Made from the registry in `crawler/systems/` by `python -m crawler.systems.table > docs/systems.md`; a test compares
the two.

The systems are asked about a page in this order. Each thread gets a row in `threads` with a verdict, also where it
could not be read. How to add one: [a system in an hour](systems/writing.md).

| system | in the tables | settings | checked against |
|---|---|---|---|
"""


def systems_table() -> str:
    """The text of docs/systems.md."""
    rows = []
    for system in REGISTRY:
        keys = ", ".join(f"`{name}`" for name in system.settings) or "-"
        rows.append(f"| [{system.title}](systems/{system.name}.md) | `{system.name}` | {keys} | {system.checked} |")
    return HEAD + "\n".join(rows) + "\n"


if __name__ == "__main__":
    sys.stdout.write(systems_table())
